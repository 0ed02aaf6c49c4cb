//! Table files: rows that plans look up by their keys, the first that fits.
//!
//! In:   the source of each table.
//! Out:  [`TableRow`]s in the order of the file, every one of which can be reached.

use super::convert::{Texts, blank};
use super::findings::{Findings, Problem};
use super::mapping::Bound;
use super::payees::{Read, days};
use super::ranges::Days;
use super::rows::{Loaded, RowReader, State, line_of, read_sources, set};
use super::settings::{Settings, TableSource};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::diagnostic::Code;
use crate::domain::facts::TableRow;
use crate::domain::value::{Column, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The columns of a table in one file.
struct TableColumns<'s> {
    keys: Vec<Bound<'s>>,
    value: Bound<'s>,
    from: Option<Bound<'s>>,
    to: Option<Bound<'s>>,
}

/// The tables that were read.
pub(crate) struct Tables(Vec<Read<TableRow>>);

/// Reads all tables.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Tables {
    let tables = env.settings.sources.tables.iter().map(|table| read_table(env, table, findings, reports, texts));
    Tables(tables.collect())
}

/// Reads one table.
fn read_table<'s>(
    env: &'s Env<'s>,
    table: &'s TableSource,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<TableRow> {
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let keys: Option<Vec<Bound<'s>>> = table.keys.iter().map(|mapping| sheet.bind(env, mapping)).collect();
        let optional = |name: &str| match sheet.source.column(name) {
            Some(mapping) => sheet.bind(env, mapping).map(Some),
            None => Some(None),
        };
        let columns = TableColumns {
            keys: keys?,
            value: sheet.bind_column(env, "value")?,
            from: optional("from")?,
            to: optional("to")?,
        };
        let first = columns.keys.first().map_or_else(String::new, |bound| bound.label.clone());
        labels.borrow_mut().insert(report, BTreeMap::from([("key", first)]));
        Some(columns)
    };
    let settings = env.settings;
    let read = read_sources(
        env,
        std::slice::from_ref(&table.source),
        (findings, reports),
        bind,
        |columns, row| read_row(table, columns, row, settings, texts),
        |_, _| {},
    );
    Read { table: read, labels: labels.into_inner() }
}

/// A row.
fn read_row(
    table: &TableSource,
    columns: &TableColumns<'_>,
    row: &mut RowReader<'_, '_>,
    settings: &Settings,
    texts: &mut Texts,
) -> Option<TableRow> {
    let company = settings.company.currency;
    let mut keys = Vec::with_capacity(columns.keys.len());
    for ((name, kind), bound) in table.shape.keys.iter().zip(&columns.keys) {
        let column = Column::standard(name, *kind);
        let key = row.need((&**name, Some(bound)), |cells, row| {
            let Some(text) = cells.bound.text(row)? else {
                return Err(blank(name).help(format!("`{}` fits all", table.any)));
            };
            if *text == *table.any {
                return Ok(Some(None));
            }
            Ok(cells.value(row, &column, company, texts)?.map(Some))
        });
        keys.push(key);
    }
    let column = Column::standard("value", table.shape.value);
    let value = row.need(("value", Some(&columns.value)), |cells, row| cells.value(row, &column, company, texts));
    let Days { from, to } = days(row, columns.from.as_ref(), columns.to.as_ref());
    let keys: Option<Vec<Option<Value>>> = keys.into_iter().collect();
    Some(TableRow { keys: keys?, value: value?, from, to, place: row.place.clone() })
}

impl Tables {
    /// Leaves out rows that stand there twice, and reports those that an earlier one hides.
    pub fn settle(&mut self, sources: &[TableSource], findings: &mut Findings) {
        for (read, table) in self.0.iter_mut().zip(sources) {
            settle_table(read, table, findings);
        }
    }

    /// The rows of each table, and the counts of what was taken.
    pub fn finish(self, reports: &mut Reports<'_>) -> Vec<Vec<TableRow>> {
        self.0.into_iter().map(|read| read.table.finish(reports)).collect()
    }
}

/// For each set of keys that are `any` in some row: the places of such rows by their other keys.
type Seen = BTreeMap<Vec<bool>, BTreeMap<Vec<Option<String>>, Vec<usize>>>;

/// Settles the rows of one table.
fn settle_table(read: &mut Read<TableRow>, table: &TableSource, findings: &mut Findings) {
    let mut states = Vec::new();
    let mut seen = Seen::new();
    for (place, row) in read.table.rows.iter().enumerate() {
        let canonical: Vec<Option<String>> =
            row.value.keys.iter().map(|key| key.as_ref().map(Value::canonical)).collect();
        let any: Vec<bool> = canonical.iter().map(Option::is_none).collect();
        match hiding(&seen, &canonical, row, &read.table.rows) {
            Some(other) if same(&other.value, &row.value) => states.push((place, State::Twice)),
            Some(other) => {
                let label = read.label(row.report, "key");
                findings.cell(&row.value.place, Code::TableShape, &label, || hidden(table, other, row));
                states.push((place, State::Bad));
            }
            None => seen.entry(any).or_default().entry(canonical).or_default().push(place),
        }
    }
    states.into_iter().for_each(|(place, state)| set(&mut read.table.rows, place, state));
}

/// The earlier row that fits wherever a row does, and on all its days.
fn hiding<'r>(
    seen: &Seen,
    keys: &[Option<String>],
    row: &Loaded<TableRow>,
    rows: &'r [Loaded<TableRow>],
) -> Option<&'r Loaded<TableRow>> {
    let days = |row: &TableRow| Days { from: row.from, to: row.to };
    let own = days(&row.value);
    let mut first: Option<usize> = None;
    for (any, of_any) in seen {
        let masked: Vec<Option<String>> = keys.iter().zip(any).map(|(key, any)| key.clone().filter(|_| !any)).collect();
        for place in of_any.get(&masked).into_iter().flatten() {
            let covers = rows.get(*place).is_some_and(|other| {
                let other = days(&other.value);
                other.first() <= own.first() && own.last() <= other.last()
            });
            if covers && first.is_none_or(|first| *place < first) {
                first = Some(*place);
            }
        }
    }
    first.and_then(|place| rows.get(place))
}

/// Whether two rows say the same.
fn same(a: &TableRow, b: &TableRow) -> bool {
    (&a.keys, &a.value, a.from, a.to) == (&b.keys, &b.value, b.from, b.to)
}

/// The finding for a row that can never be reached.
fn hidden(table: &TableSource, other: &Loaded<TableRow>, row: &Loaded<TableRow>) -> (Problem, String) {
    let where_other = line_of(&other.value.place, &row.value.place);
    let name = &table.shape.name;
    let equal = other.value.keys == row.value.keys;
    let message = match equal {
        true => format!("table `{name}` has these keys already, {where_other}, and the first row that fits is taken"),
        false => format!("this row of table `{name}` can never be reached: an earlier one fits first, {where_other}"),
    };
    let help = if equal { "leave one of them out, or give them days of their own" } else { "put it before that row" };
    let keys = row.value.keys.iter().map(|key| key.as_ref().map_or_else(|| table.any.clone(), Value::canonical));
    let keys: Vec<String> = keys.collect();
    (Problem::new(Code::TableShape, message).help(help), keys.join(", "))
}
