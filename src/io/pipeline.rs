//! The pipeline: what may become deals. Nothing of it is credited, and what is wrong with it makes no result incomplete.

use super::adjustments::word;
use super::convert::{Cells, Texts};
use super::findings::{Findings, Problem};
use super::mapping::{Bound, Pick, Plus};
use super::named::Named;
use super::payees::Read;
use super::periodic::Once;
use super::rows::{RowReader, Table, read_sources};
use super::settings::{Kind, Source};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::{Opportunity, OpportunityState, deal_column};
use crate::domain::value::{Value, WrittenIn};
use chrono::Days;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns of an opportunity in one file.
struct Columns<'s> {
    named: Named<'s>,
    id: Bound<'s>,
    currency: Option<Bound<'s>>,
    /// Those of a deal, by their places.
    others: Vec<(usize, Bound<'s>)>,
    /// What a row has before its cells are read: the defaults.
    blank: Vec<Option<Value>>,
    /// The columns that are worked out or looked up.
    estimated: Vec<Arc<str>>,
}

impl<'s> Columns<'s> {
    fn bind(env: &'s Env<'s>, sheet: &Sheet<'s>) -> Option<Self> {
        let source: &'s Source = sheet.source;
        let schema = &env.settings.schema.deals;
        let mut others = Vec::new();
        for (place, column) in schema.0.iter().enumerate() {
            if !matches!(place, deal_column::ID | deal_column::CURRENCY) && source.column(&column.name).is_some() {
                others.push((place, sheet.bind_column(env, &column.name)?));
            }
        }
        let estimated = source.columns.iter().filter(|(_, mapping)| {
            mapping.plus.is_some() || matches!(mapping.pick, Pick::Join(_)) // not what the row itself says
        });
        Some(Self {
            named: Named::bind(env, sheet, Kind::Pipeline)?,
            id: sheet.bind_column(env, "id")?,
            currency: sheet.bind_column(env, "currency"),
            others,
            blank: schema.0.iter().map(|column| column.default.clone().filter(|_| column.mapped)).collect(),
            estimated: estimated.map(|(name, _)| Arc::from(name.value.as_str())).collect(),
        })
    }

    fn labels(&self) -> BTreeMap<&'static str, String> {
        let mut labels = self.named.labels();
        labels.insert("id", self.id.label.clone());
        labels
    }

    fn read(&self, row: &mut RowReader<'_, '_>, env: &Env<'_>, texts: &mut Texts) -> Option<Opportunity> {
        let named = &self.named;
        let id = row.need_id(("id", Some(&self.id)), |id| Arc::from(id));
        let state = row.need(named.column("state"), |cells, row| word(cells, row, &OpportunityState::WORDS));
        let stage =
            row.take(named.column("stage"), |cells, row| Ok(cells.bound.text(row)?.map(|text| texts.share(&text))));
        let payee = row.id(named.column("payee"), |id| texts.share(id));
        let created = row.take(named.column("created"), |cells, row| cells.date(row));
        let expected = row.take(named.column("expected"), |cells, row| cells.date(row));
        let probability = row.take(named.column("probability"), |cells, row| cells.percent(row));
        let mut cells = self.blank.clone();
        let currency = row.take(("currency", self.currency.as_ref()), |cells, row| cells.currency(row));
        let currency = currency.unwrap_or(env.settings.company.currency);
        if self.currency.is_some() {
            put(&mut cells, deal_column::CURRENCY, Value::Text(texts.share(currency.code())));
        }
        for (place, bound) in &self.others {
            if let Some(value) = value(env, (*place, bound), currency, row, texts) {
                put(&mut cells, *place, value);
            }
        }
        let id = id?;
        put(&mut cells, deal_column::ID, Value::Text(Arc::clone(&id)));
        let found = Opportunity {
            id,
            state: state?,
            stage,
            payee,
            created,
            expected,
            probability,
            cells,
            estimated: self.estimated.clone(),
            place: row.place.clone(),
        };
        self.dates(&found, row);
        Some(found)
    }

    /// Refuses an opportunity that closes before it is made: it would make the median wrong.
    fn dates(&self, found: &Opportunity, row: &mut RowReader<'_, '_>) {
        let closed = found.cells.get(deal_column::CLOSED).and_then(Option::as_ref).and_then(Value::date);
        let (Some(created), Some(closed)) = (found.created, closed) else { return };
        let bound = self.others.iter().find(|(place, _)| *place == deal_column::CLOSED);
        if let Some((_, bound)) = bound.filter(|_| closed < created) {
            let message = format!("`closed` comes before `created`, {created}");
            row.problem(Cells { name: "closed", bound }, Problem::new(Code::BadValue, message));
        }
    }
}

/// The value of a deal's column, which may always be blank: it is not a deal yet.
fn value(
    env: &Env<'_>,
    (place, bound): (usize, &Bound<'_>),
    currency: Currency,
    row: &mut RowReader<'_, '_>,
    texts: &mut Texts,
) -> Option<Value> {
    let column = env.settings.schema.deals.get(place)?;
    let source = (&*column.name, Some(bound));
    if place == deal_column::PARENT {
        return row.id(source, |id| texts.share(id)).map(Value::Text);
    }
    let currency = match column.written_in {
        WrittenIn::Code(code) => code,
        WrittenIn::Row | WrittenIn::Plan => currency,
    };
    row.take(source, |cells, row| cells.value(row, column, currency, texts))
}

fn put(cells: &mut [Option<Value>], place: usize, value: Value) {
    if let Some(cell) = cells.get_mut(place) {
        *cell = Some(value);
    }
}

/// Reads the pipeline.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Opportunity> {
    let labels: RefCell<BTreeMap<usize, BTreeMap<&'static str, String>>> = RefCell::default();
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let columns = Columns::bind(env, sheet)?;
        labels.borrow_mut().insert(report, columns.labels());
        Some(columns)
    };
    let mut table = read_sources(
        env,
        &env.settings.sources.pipeline,
        (findings, reports),
        bind,
        |columns, row| columns.read(row, env, texts),
        |_, _| {},
    );
    add_medians(&mut table, reports);
    Read { table, labels: labels.into_inner() }
}

/// Adds the median cycle to the expected days of the sources that ask for it; without a won row there is none, and the
/// day is blank.
fn add_medians(table: &mut Table<Opportunity>, reports: &Reports<'_>) {
    let source_of = |report: usize| reports.sources.get(report).copied();
    let asks =
        |source: &Source| source.column("expected").is_some_and(|mapping| mapping.plus == Some(Plus::MedianCycle));
    let mut cycles: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for row in &table.rows {
        let found = &row.value;
        let closed = found.cells.get(deal_column::CLOSED).and_then(Option::as_ref).and_then(Value::date);
        let won = found.state == OpportunityState::Won;
        if let (Some(source), Some(created), Some(closed), true) = (source_of(row.report), found.created, closed, won) {
            cycles.entry(source.at.start).or_default().push(closed.signed_duration_since(created).num_days());
        }
    }
    let medians: BTreeMap<usize, u64> =
        cycles.into_iter().filter_map(|(source, days)| Some((source, median(days)?))).collect();
    for row in &mut table.rows {
        let Some(source) = source_of(row.report).filter(|source| asks(source)) else { continue };
        let days = medians.get(&source.at.start);
        let later = |day: chrono::NaiveDate| day.checked_add_days(Days::new(*days?));
        row.value.expected = row.value.expected.and_then(later);
    }
}

/// The middle of some numbers of days; of an even count the mean of the middle two, half up.
fn median(mut days: Vec<i64>) -> Option<u64> {
    days.sort_unstable();
    let upper = days.len().checked_div(2)?;
    let lower = if days.len().is_multiple_of(2) { upper.checked_sub(1)? } else { upper };
    let (lower, upper) = (u64::try_from(*days.get(lower)?).ok()?, u64::try_from(*days.get(upper)?).ok()?);
    lower.checked_add(upper)?.checked_add(1)?.checked_div(2)
}

/// Settles opportunities among themselves.
pub(crate) fn settle(found: &mut Read<Opportunity>, findings: &mut Findings) {
    let Read { table, labels } = found;
    let words = Once {
        column: "id",
        labels,
        about: |row: &Opportunity| format!("opportunity `{}`", row.id),
        value: |row: &Opportunity| row.id.to_string(),
        recorded: |_| None,
        place: |row: &Opportunity| &row.place,
    };
    let equal = |a: &Opportunity, b: &Opportunity| Opportunity { place: b.place.clone(), ..a.clone() } == *b;
    words.settle(&mut table.rows, |row| Arc::clone(&row.id), equal, findings);
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_and_half_days_go_up() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![40, 7, 12]), Some(12));
        assert_eq!(median(vec![12, 7, 40, 13]), Some(13), "12 and 13: 12.5");
        assert_eq!(median(vec![10, 20]), Some(15));
    }
}
