//! Exchange rates: sets of them, a rate a row, or a day a row with a column for each currency.
//!
//! In:   the sources of each set.
//! Out:  [`RateSet`]s, their rates above 0 and, where the set has a base, each with the base on one side.
//! Not here: which rate a conversion takes, and what is missing for it (the run).

use super::convert::{Cells, bad_number};
use super::findings::{Findings, Problem};
use super::mapping::trimmed;
use super::named::Named;
use super::numbers::read_number;
use super::payees::{Read, label_of};
use super::rows::{Loaded, RowReader, State, Table, line_of, read_sources, set};
use super::settings::{Kind, RateSource, Source};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Cell, Code, Diagnostic};
use crate::domain::facts::{Rate, RateSet};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The rates of a row: one, or one for each currency that has a column.
type Row = Vec<Rate>;

/// The columns of rates in one file.
struct RateColumns<'s> {
    source: &'s Source,
    named: Named<'s>,
    /// Of the wide form: the places of the currencies.
    wide: Vec<(usize, Currency)>,
}

/// The sets that were read.
pub(crate) struct Sets {
    sets: Vec<Read<Row>>,
}

/// Reads all sets.
pub(crate) fn read<'s>(env: &'s Env<'s>, findings: &mut Findings, reports: &mut Reports<'s>) -> Sets {
    let sets = env.settings.sources.rates.iter().map(|set| read_set(env, set, findings, reports));
    Sets { sets: sets.collect() }
}

/// Reads one set.
fn read_set<'s>(
    env: &'s Env<'s>,
    set: &'s RateSource,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
) -> Read<Row> {
    let labels = RefCell::new(BTreeMap::new());
    let headers = RefCell::new(Vec::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let named = Named::bind(env, sheet, Kind::Rates)?;
        labels.borrow_mut().insert(report, named.labels());
        let wide = match sheet.source.wide {
            true => currencies(sheet, &mut headers.borrow_mut()),
            false => Vec::new(),
        };
        Some(RateColumns { source: sheet.source, named, wide })
    };
    let table = read_sources(
        env,
        &set.sources,
        (findings, reports),
        bind,
        |columns, row| match set.base.filter(|_| columns.source.wide) {
            Some(base) => read_wide(columns, base, row),
            None => read_long(columns, set, row),
        },
        |_, _| {},
    );
    headers.into_inner().into_iter().for_each(|header| findings.block(header));
    Read { table, labels: labels.into_inner() }
}

/// The currencies that columns of a file stand for, by their places; what is none is reported, and the cells of the others are
/// read all the same.
fn currencies(sheet: &Sheet<'_>, wrong: &mut Vec<Diagnostic>) -> Vec<(usize, Currency)> {
    let source = sheet.source;
    let used: Vec<&str> = source
        .mappings()
        .flat_map(|mapping| mapping.pick.columns())
        .chain(source.filter.iter().map(|condition| &condition.column))
        .map(|name| name.value.as_str())
        .collect();
    let mut found: Vec<(usize, Currency)> = Vec::new();
    for (place, name) in sheet.header.iter().enumerate().filter(|(_, name)| !used.contains(&name.as_str())) {
        let is_code = name.len() == 3 && name.bytes().all(|b| b.is_ascii_uppercase());
        let message = match Currency::from_code(name) {
            Some(currency) if found.iter().all(|(_, known)| *known != currency) => {
                found.push((place, currency));
                continue;
            }
            Some(_) => format!("`{}` has two columns `{name}`", sheet.file),
            None if is_code => continue, // a currency that is no more, and that nothing can name
            None => format!("`{name}` is no currency, and every column of a wide set but the date is one"),
        };
        let cell = Cell { file: sheet.file.clone(), row: 1, column: name.clone(), value: name.clone() };
        let help = "leave it out of the file, or map the set long: `from`, `to`, `date`, `rate`";
        wrong.push(Diagnostic::error(Code::BadCurrency, message).in_cell(cell).help(help));
    }
    found
}

/// The rates of a day.
fn read_wide(columns: &RateColumns<'_>, base: Currency, row: &mut RowReader<'_, '_>) -> Option<Row> {
    let named = &columns.named;
    let date = row.need(named.column("date"), |cells, row| cells.date(row));
    let until = last_day(named, row, date);
    let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
    let dialect = &columns.source.dialect;
    let mut rates = Vec::with_capacity(columns.wide.len());
    for (place, to) in &columns.wide {
        let cell = row.row.cells.get(*place).map_or("", |cell| &**cell);
        let text = if dialect.trim { trimmed(cell) } else { cell };
        if text.is_empty() || dialect.blank.iter().any(|blank| blank == text) {
            continue;
        }
        let style = dialect.style;
        let rate = read_number(text, style).map_err(|problem| bad_number(to.code(), (text, style), problem));
        match rate.and_then(|rate| usable(base, *to, rate)) {
            Ok(rate) => {
                let (from, to, place) = (base, *to, row.place.clone());
                rates.extend(date.map(|date| Rate { from, to, date, rate, until, recorded, place }));
            }
            Err(problem) => {
                row.bad = true;
                row.findings.cell(row.place, problem.code, to.code(), || (problem, text.to_owned()));
            }
        }
    }
    (!row.bad).then_some(rates)
}

/// The rate of a row.
fn read_long(columns: &RateColumns<'_>, set: &RateSource, row: &mut RowReader<'_, '_>) -> Option<Row> {
    let named = &columns.named;
    let from = row.need(named.column("from"), |cells, row| cells.currency(row));
    let to = row.need(named.column("to"), |cells, row| cells.currency(row));
    let date = row.need(named.column("date"), |cells, row| cells.date(row));
    let rate = row.need(named.column("rate"), |cells, row| cells.number(row));
    let until = last_day(named, row, date);
    let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
    let (from, to, date, rate) = (from?, to?, date?, rate?);
    if let Err(problem) = usable(from, to, rate) {
        tell(named, row, "rate", problem);
    }
    if let Some(base) = set.base.filter(|base| *base != from && *base != to) {
        let message = format!("`{from}` to `{to}`: neither is `{base}`, the base of `rates.{}`", set.name);
        let problem = Problem::new(Code::BadValue, message);
        tell(named, row, "to", problem.help("rates between others belong to a set without a `base`"));
    }
    Some(vec![Rate { from, to, date, rate, until, recorded, place: row.place.clone() }])
}

/// The last day on which a rate holds, if the row says one.
fn last_day(named: &Named<'_>, row: &mut RowReader<'_, '_>, date: Option<NaiveDate>) -> Option<NaiveDate> {
    let until = row.take(named.column("until"), |cells, row| cells.date(row));
    if let (Some(date), Some(last)) = (date, until)
        && last < date
    {
        tell(named, row, "until", Problem::new(Code::BadValue, format!("`until` comes before `date`, {date}")));
    }
    until
}

/// Notes a problem with a column.
fn tell(named: &Named<'_>, row: &mut RowReader<'_, '_>, name: &'static str, problem: Problem) {
    let (name, bound) = named.column(name);
    if let Some(bound) = bound {
        row.problem(Cells { name, bound }, problem);
    }
}

/// The rate, if it can be one.
fn usable(from: Currency, to: Currency, rate: Decimal) -> Result<Decimal, Problem> {
    if rate <= Decimal::ZERO {
        return Err(Problem::new(Code::BadValue, format!("a rate is above 0: units of `{to}` for 1 `{from}`")));
    }
    if from == to && rate != Decimal::ONE {
        return Err(Problem::new(Code::BadValue, format!("1 `{from}` is 1 `{to}`")));
    }
    Ok(rate)
}

impl Sets {
    /// Leaves out rows that stand there twice, and reports those that contradict each other.
    pub fn settle(&mut self, findings: &mut Findings) {
        for Read { table, labels } in &mut self.sets {
            let label = |row: &Loaded<Row>, to: Currency| {
                let of_rate = labels.get(&row.report).is_some_and(|labels| labels.contains_key("rate"));
                if of_rate { label_of(labels, row.report, "rate") } else { to.code().to_owned() }
            };
            settle_set(table, label, findings);
        }
    }

    /// Leaves out rates that became known after a day: without a date of recording, those of later days.
    pub fn hide_after(&mut self, day: NaiveDate) {
        for row in self.sets.iter_mut().flat_map(|set| &mut set.table.rows) {
            row.value.retain(|rate| rate.recorded.unwrap_or(rate.date) <= day);
            if row.state == State::Good && row.value.is_empty() {
                row.state = State::Left;
            }
        }
    }

    /// The sets, and the counts of what was taken.
    pub fn finish(self, sets: &[RateSource], reports: &mut Reports<'_>) -> Vec<RateSet> {
        let finish = |(found, set): (Read<Row>, &RateSource)| {
            let mut rates: Vec<Rate> = found.table.finish(reports).into_iter().flatten().collect();
            // Two rows of a wide set may share some of their cells; each rate counts once.
            rates.sort_by_key(key);
            rates.dedup_by(|a, b| key(a) == key(b));
            RateSet { name: set.name.clone(), base: set.base, rate_age: set.rate_age, rates }
        };
        self.sets.into_iter().zip(sets).map(finish).collect()
    }
}

/// What there is one rate of.
fn key(rate: &Rate) -> (Currency, Currency, NaiveDate, Option<NaiveDate>) {
    (rate.from, rate.to, rate.date, rate.recorded)
}

/// Settles the rows of one set.
fn settle_set(table: &mut Table<Row>, label: impl Fn(&Loaded<Row>, Currency) -> String, findings: &mut Findings) {
    let mut first: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    let mut states: Vec<(usize, State)> = Vec::new();
    for (place, row) in table.rows.iter().enumerate().filter(|(_, row)| row.state == State::Good) {
        let mut news = row.value.is_empty();
        for (cell, rate) in row.value.iter().enumerate() {
            let known = *first.entry(key(rate)).or_insert((place, cell));
            let Some(other) = table.rows.get(known.0).and_then(|row| row.value.get(known.1)) else { continue };
            news |= known.0 == place;
            if (other.rate, other.until) == (rate.rate, rate.until) {
                continue;
            }
            let column = label(row, rate.to);
            findings.cell(&rate.place, Code::DuplicateId, &column, || {
                let where_first = line_of(&other.place, &rate.place);
                let (from, to, date) = (rate.from, rate.to, rate.date);
                let message =
                    format!("`{from}` to `{to}` on {date} is said twice with different values, first {where_first}");
                let help = "leave one of them out, or map `recorded` if these are versions of one rate";
                (Problem::new(Code::DuplicateId, message).help(help), rate.rate.to_string())
            });
            states.extend([(place, State::Bad), (known.0, State::Bad)]);
        }
        if !news {
            states.push((place, State::Twice));
        }
    }
    // What contradicts weighs more than what stands there twice.
    states.sort_by_key(|(_, state)| *state == State::Bad);
    states.into_iter().for_each(|(place, state)| set(&mut table.rows, place, state));
}
