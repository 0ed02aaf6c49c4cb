//! Payees: their rows, their dated fields, and who is a payee at all.
//!
//! In:   the sources of payees and of fields; the ids that other sources name.
//! Out:  [`Payee`]s, ordered by id, each with dated rows without overlap. A row of `payees` is cut where a field of
//!       another file begins or ends, so that each piece has one value a field.
//!
//! Invariant: the value of a field on a day is that of the one row that says it. Tested by
//! `tests::a_field_from_another_file_cuts_the_row`.

use super::convert::{Cells, Fnv, Texts};
use super::findings::{Findings, Problem};
use super::mapping::Bound;
use super::ranges::{Days, Ranged, Words, latest, settle_ranges};
use super::rows::{Loaded, RowReader, State, Table, line_of, read_sources, set};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::facts::{Line, Payee, PayeeRow, RowPlace, payee_field};
use crate::domain::value::{Column, Columns, Value, WrittenIn};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

/// A row of `payees`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseRow {
    /// The id.
    pub id: Arc<str>,
    /// The days it holds for.
    pub days: Days,
    /// The fields, blank ones without their default.
    pub cells: Vec<Option<Value>>,
    /// Where it stands.
    pub place: RowPlace,
}

impl BaseRow {
    /// The manager that the row names.
    pub fn manager(&self) -> Option<&Arc<str>> {
        self.cells.get(payee_field::MANAGER).and_then(Option::as_ref).and_then(Value::text)
    }
}

impl Ranged for BaseRow {
    fn days(&self) -> Days {
        self.days
    }
    fn recorded(&self) -> Option<NaiveDate> {
        self.cells.get(payee_field::RECORDED).and_then(Option::as_ref).and_then(Value::date)
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

/// A field of a payee on some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRow {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The field's place in the schema.
    pub field: usize,
    /// The days it holds for.
    pub days: Days,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: RowPlace,
}

impl Ranged for FieldRow {
    fn days(&self) -> Days {
        self.days
    }
    fn recorded(&self) -> Option<NaiveDate> {
        None
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

/// Rows, and by report the header of the column that findings point at.
pub(crate) struct Read<T> {
    /// The rows.
    pub table: Table<T>,
    /// Headers by report, by our name.
    pub labels: BTreeMap<usize, BTreeMap<&'static str, String>>,
}

impl<T> Read<T> {
    /// The same with reports that stand after others.
    pub fn after(mut self, others: usize) -> Self {
        for row in &mut self.table.rows {
            row.report = row.report.saturating_add(others);
        }
        self.labels = self.labels.into_iter().map(|(report, own)| (report.saturating_add(others), own)).collect();
        self
    }

    /// The header of one of our columns in the file of a report.
    pub fn label(&self, report: usize, name: &str) -> String {
        label_of(&self.labels, report, name)
    }
}

/// The header of one of our columns in the file of a report.
pub(crate) fn label_of(labels: &BTreeMap<usize, BTreeMap<&'static str, String>>, report: usize, name: &str) -> String {
    let found = labels.get(&report).and_then(|labels| labels.get(name));
    found.cloned().unwrap_or_else(|| name.to_owned())
}

/// The days of a row from its columns `from` and `to`.
pub(crate) fn days(row: &mut RowReader<'_, '_>, from: Option<&Bound<'_>>, to: Option<&Bound<'_>>) -> Days {
    let first = row.take(("from", from), |cells, row| cells.date(row));
    let last = row.take(("to", to), |cells, row| cells.date(row));
    if let (Some(first), Some(last), Some(bound)) = (first, last, to)
        && last < first
    {
        let message = format!("`to` comes before `from`, {first}");
        row.problem(Cells { name: "to", bound }, Problem::new(Code::BadValue, message));
    }
    Days { from: first, to: last }
}

/// Reads the rows of `payees`, and the ids of those that are wrong.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> (Read<BaseRow>, BTreeSet<Arc<str>>) {
    let schema = &env.settings.schema.payees;
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let id = sheet.bind_column(env, "id")?;
        let others =
            schema.0.iter().enumerate().skip(1).filter(|(_, column)| sheet.source.column(&column.name).is_some());
        let others = others.map(|(place, column)| Some((place, sheet.bind_column(env, &column.name)?)));
        let others: Vec<(usize, Bound<'s>)> = others.collect::<Option<_>>()?;
        let manager = others.iter().find(|(place, _)| *place == payee_field::MANAGER);
        let named = [("id", Some(&id)), ("manager", manager.map(|(_, bound)| bound))];
        let named = named.into_iter().filter_map(|(name, bound)| Some((name, bound?.label.clone())));
        labels.borrow_mut().insert(report, named.collect::<BTreeMap<_, _>>());
        Some((id, others, sheet.bind_column(env, "from"), sheet.bind_column(env, "to")))
    };
    let mut broken = BTreeSet::new();
    let company = env.settings.company.currency;
    let table = read_sources(
        env,
        &env.settings.sources.payees,
        (findings, reports),
        bind,
        |(id, others, from, to), row| {
            let id = row.need_id(("id", Some(id)), |id| texts.share(id));
            let days = days(row, from.as_ref(), to.as_ref());
            let mut cells: Vec<Option<Value>> = vec![None; schema.0.len()];
            for (place, bound) in others {
                let Some(column) = schema.get(*place) else { continue };
                let currency = currency_of(column, company);
                let source = (&*column.name, Some(bound));
                let value = match *place {
                    payee_field::MANAGER => row.id(source, |id| texts.share(id)).map(Value::Text),
                    payee_field::CURRENCY => row
                        .take(source, |cells, row| Ok(cells.currency(row)?.map(|code| texts.share(code.code()))))
                        .map(Value::Text),
                    _ if column.optional || column.default.is_some() => {
                        row.take(source, |cells, row| cells.value(row, column, currency, texts))
                    }
                    _ => row.need(source, |cells, row| cells.value(row, column, currency, texts)),
                };
                if let Some(cell) = cells.get_mut(*place) {
                    *cell = value;
                }
            }
            start_and_end(&cells, others, row);
            if row.bad {
                broken.extend(id);
                return None;
            }
            let id = id?;
            if let Some(cell) = cells.first_mut() {
                *cell = Some(Value::Text(Arc::clone(&id)));
            }
            Some(BaseRow { id, days, cells, place: row.place.clone() })
        },
        |_, _| {},
    );
    (Read { table, labels: labels.into_inner() }, broken)
}

/// Refuses an end before the start.
fn start_and_end(cells: &[Option<Value>], others: &[(usize, Bound<'_>)], row: &mut RowReader<'_, '_>) {
    let date = |place: usize| cells.get(place).and_then(Option::as_ref).and_then(Value::date);
    let end = others.iter().find(|(place, _)| *place == payee_field::END);
    if let (Some(start), Some(last), Some((_, bound))) = (date(payee_field::START), date(payee_field::END), end)
        && last < start
    {
        let message = format!("`end` comes before `start`, {start}");
        row.problem(Cells { name: "end", bound }, Problem::new(Code::BadValue, message));
    }
}

/// Reads dated fields of payees.
pub(crate) fn read_fields<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<FieldRow> {
    let schema = &env.settings.schema.payees;
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let column = |name: &str| sheet.bind_column(env, name);
        let (payee, field, value) = (column("payee")?, column("field")?, column("value")?);
        let named = [("payee", &payee), ("field", &field), ("value", &value)];
        labels
            .borrow_mut()
            .insert(report, named.map(|(name, bound)| (name, bound.label.clone())).into_iter().collect());
        Some((payee, field, column("from")?, column("to"), value))
    };
    let company = env.settings.company.currency;
    let table = read_sources(
        env,
        &env.settings.sources.fields,
        (findings, reports),
        bind,
        |(payee, field, from, to, value), row| {
            let payee = row.need_id(("payee", Some(payee)), |id| texts.share(id));
            let field = row.need(("field", Some(field)), |cells, row| {
                cells.bound.text(row)?.map(|name| field_of(schema, &name)).transpose()
            });
            let days = days(row, Some(from), to.as_ref());
            if days.from.is_none() && !row.bad {
                row.problem(Cells { name: "from", bound: from }, super::convert::blank("from"));
            }
            let (place, column) = field?;
            let currency = currency_of(column, company);
            let value = row.need((&*column.name, Some(value)), |cells, row| cells.value(row, column, currency, texts));
            Some(FieldRow { payee: payee?, field: place, days, value: value?, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// The currency whose sign an amount of a field may carry: its own, else that of the company for want of the plan's.
fn currency_of(column: &Column, company: Currency) -> Currency {
    match column.written_in {
        WrittenIn::Code(code) => code,
        WrittenIn::Row | WrittenIn::Plan => company,
    }
}

/// The field of a name.
fn field_of<'c>(schema: &'c Columns, name: &str) -> Result<(usize, &'c Column), Problem> {
    let settable = |place: usize| !matches!(place, payee_field::ID | payee_field::RECORDED);
    let known = schema.position(name).filter(|place| settable(*place));
    known.and_then(|place| Some((place, schema.get(place)?))).ok_or_else(|| {
        let problem = Problem::new(Code::UnknownField, format!("payees have no field `{name}`"));
        match nearest(name, schema.names().skip(1)) {
            Some(near) => problem.near(Some(near)),
            None => problem.help(format!("declare it: `columns.payees.{name} = \"money\"`, or of another type")),
        }
    })
}

/// The ids that are payees.
#[derive(Default)]
pub(crate) struct Known {
    ids: HashSet<Arc<str>, BuildHasherDefault<Fnv>>,
    /// The same, in order, to name the nearest.
    ordered: BTreeSet<Arc<str>>,
    /// Those whose own row is wrong: what names them is left out with them.
    broken: BTreeSet<Arc<str>>,
}

impl Known {
    /// Adds the ids whose own row is wrong.
    pub fn with_broken(broken: BTreeSet<Arc<str>>) -> Self {
        Self { broken, ..Self::default() }
    }

    /// Adds a payee.
    pub fn add(&mut self, id: &Arc<str>) {
        if self.ids.insert(Arc::clone(id)) {
            self.ordered.insert(Arc::clone(id));
        }
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ordered.iter()
    }

    /// Marks the rows that name somebody who is no payee. `named` tells each id that a row names, with the header of
    /// its column.
    pub fn check<T>(
        &self,
        rows: &mut [Loaded<T>],
        findings: &mut Findings,
        place: impl Fn(&T) -> &RowPlace,
        named: impl Fn(&Loaded<T>, &mut dyn FnMut(&Arc<str>, &dyn Fn() -> String)),
    ) {
        for row in rows.iter_mut().filter(|row| row.state == State::Good) {
            let mut unknown = false;
            named(row, &mut |id, column| {
                if self.ids.contains(id) {
                    return;
                }
                unknown = true;
                if !self.broken.contains(id) {
                    findings
                        .cell(place(&row.value), Code::UnknownPayee, &column(), || (self.unknown(id), id.to_string()));
                }
            });
            if unknown {
                row.state = State::Bad;
            }
        }
    }

    /// The problem of an id that is no payee's.
    fn unknown(&self, id: &str) -> Problem {
        let problem = Problem::new(Code::UnknownPayee, format!("there is no payee `{id}`"));
        match nearest(id, self.ordered.iter().map(|id| &**id)) {
            Some(near) => problem.near(Some(near)),
            None => problem.help("add a row to the payees, or let this column name them: `payees_from` in its source"),
        }
    }
}

/// Settles the rows of `payees` and of `fields` each among themselves.
pub(crate) fn settle(base: &mut Read<BaseRow>, fields: &mut Read<FieldRow>, schema: &Columns, findings: &mut Findings) {
    let Read { table, labels } = base;
    let words = Words {
        about: &|row: &BaseRow| format!("payee `{}`", row.id),
        column: &|report| label_of(labels, report, "id"),
        value: &|row| row.id.to_string(),
    };
    settle_ranges(&mut table.rows, |row| Arc::clone(&row.id), |a, b| a.cells == b.cells, &words, findings);
    let Read { table, labels } = fields;
    let name = |row: &FieldRow| schema.get(row.field).map_or("", |column| &*column.name).to_owned();
    let words = Words {
        about: &|row: &FieldRow| format!("`{}` of `{}`", name(row), row.payee),
        column: &|report| label_of(labels, report, "value"),
        value: &|row| row.value.canonical(),
    };
    let key = |row: &FieldRow| (Arc::clone(&row.payee), row.field);
    settle_ranges(&mut table.rows, key, |a, b| a.value == b.value, &words, findings);
}

/// The payees: for each known id its rows, cut where fields of other files begin and end.
pub(crate) fn build(
    known: &Known,
    base: &Read<BaseRow>,
    fields: &mut Read<FieldRow>,
    lines: &[&Line],
    schema: &Columns,
    findings: &mut Findings,
) -> Vec<Payee> {
    let mut of_base: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (place, row) in base.table.rows.iter().enumerate().filter(|(_, row)| row.state == State::Good) {
        of_base.entry(Arc::clone(&row.value.id)).or_default().push(place);
    }
    let mut of_fields: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for ((payee, _), places) in latest(&fields.table.rows, |row| (Arc::clone(&row.payee), row.field)) {
        of_fields.entry(payee).or_default().extend(places);
    }
    let mut of_lines: BTreeMap<&Arc<str>, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        of_lines.entry(&line.payee).or_default().push(line);
    }
    let mut payees = Vec::new();
    for id in known.ids() {
        let own: Vec<&BaseRow> = of_base
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(|place| Some(&base.table.rows.get(*place)?.value))
            .collect();
        let mut overlays = Vec::new();
        for place in of_fields.get(id).into_iter().flatten() {
            let Some(row) = fields.table.rows.get(*place) else { continue };
            match own.iter().find(|own| contradicts(own, &row.value)) {
                Some(own) => {
                    let name = schema.get(row.value.field).map_or("", |column| &*column.name);
                    let label = fields.label(row.report, "value");
                    findings.cell(&row.value.place, Code::OverlappingRange, &label, || {
                        let where_own = line_of(&own.place, &row.value.place);
                        let message =
                            format!("`{name}` of `{id}` has another value on the payee's own row, {where_own}");
                        (Problem::new(Code::OverlappingRange, message), row.value.value.canonical())
                    });
                    set(&mut fields.table.rows, *place, State::Bad);
                }
                None => {
                    overlays.push((row.value.field, row.value.days, row.value.value.clone(), row.value.place.clone()))
                }
            }
        }
        for line in of_lines.get(id).into_iter().flatten() {
            let days = Days { from: line.from, to: line.to };
            overlays.push((payee_field::MANAGER, days, Value::Text(Arc::clone(&line.manager)), line.place.clone()));
        }
        payees.push(Payee { id: Arc::clone(id), rows: rows_of(id, &own, &overlays, schema) });
    }
    payees
}

/// A field, the days it has a value, the value, where it stands.
type Overlay = (usize, Days, Value, RowPlace);

/// Whether a payee's own row says another value of a field for one of its days.
fn contradicts(own: &BaseRow, field: &FieldRow) -> bool {
    let other = own.cells.get(field.field).and_then(Option::as_ref).is_some_and(|value| *value != field.value);
    other && own.days.overlaps(field.days)
}

/// The dated rows of a payee: its own, cut and filled, and the days that only other files speak of.
fn rows_of(id: &Arc<str>, own: &[&BaseRow], overlays: &[Overlay], schema: &Columns) -> Vec<PayeeRow> {
    let mut blank: Vec<Option<Value>> = vec![None; schema.0.len()];
    if let Some(cell) = blank.first_mut() {
        *cell = Some(Value::Text(Arc::clone(id)));
    }
    let mut rows = Vec::new();
    for own in own {
        cut(own.days, &own.cells, Some(&own.place), overlays, &mut rows);
    }
    let taken: Vec<Days> = own.iter().map(|row| row.days).collect();
    for gap in Days::ALWAYS.without(&taken) {
        if own.is_empty() || overlays.iter().any(|(_, days, ..)| days.overlaps(gap)) {
            cut(gap, &blank, None, overlays, &mut rows);
        }
    }
    for row in &mut rows {
        for (cell, column) in row.cells.iter_mut().zip(&schema.0).filter(|(cell, _)| cell.is_none()) {
            cell.clone_from(&column.default);
        }
    }
    let recorded = |row: &PayeeRow| row.cells.get(payee_field::RECORDED).and_then(Option::as_ref).and_then(Value::date);
    rows.sort_by_key(|row| (row.from, recorded(row)));
    rows
}

/// Cuts a row where fields of other files begin and end, and fills them in.
fn cut(days: Days, cells: &[Option<Value>], place: Option<&RowPlace>, overlays: &[Overlay], rows: &mut Vec<PayeeRow>) {
    let others: Vec<Days> = overlays.iter().map(|(_, days, ..)| *days).filter(|other| other.overlaps(days)).collect();
    for piece in days.cut_at(&others) {
        let mut row = PayeeRow { from: piece.from, to: piece.to, cells: cells.to_vec(), place: place.cloned() };
        for (field, days, value, said) in overlays.iter().filter(|(_, days, ..)| days.contains(piece.first())) {
            debug_assert!(days.overlaps(piece), "pieces end where an overlay ends");
            if let Some(cell) = row.cells.get_mut(*field) {
                *cell = Some(value.clone());
            }
            if row.place.is_none() {
                row.place = Some(said.clone());
            }
        }
        rows.push(row);
    }
}
