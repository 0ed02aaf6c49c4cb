//! Recall: the facts that a close knew, back from the register. It holds what every row said, so that a difference can be
//! told apart and a close worked again although the files have been overwritten since.
//!
//! In:   the register as a close knew it, the columns and plans of the project as it is now.
//! Out:  facts, or nothing where they cannot be said in the columns of now.
//!
//! Invariant: facts that come back are registered as the very same rows. It is checked each time.

use super::book::Ledger;
use super::known::Known;
use super::register::{self, Class, class};
use super::rows::{CloseRow, FactRow};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::{
    Adjustment, AdjustmentKind, Assignment, Balance, Deal, Event, Facts, Leave, Line, Metric, Payee, PayeeRow, Quota,
    QuotaDays, Rate, RateSet, RowPlace, Score, Share, TableRow, deal_column, payee_field,
};
use crate::domain::value::{ColumnType, Columns, Value};
use crate::io::Folder;
use crate::io::settings::{RateSource, Settings, read_settings, tells_changes};
use crate::project::{Project, Refused};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::sync::Arc;

/// Where a project comes from: its files as they are now, or the register as a close knew it.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    folder: &'a Folder,
    knew: Option<(Known<'a>, &'a CloseRow)>,
    all: bool,
}

impl<'a> Origin<'a> {
    /// The files.
    #[must_use]
    pub fn files(folder: &'a Folder) -> Self {
        Self { folder, knew: None, all: false }
    }

    /// The same, all closed days worked again whether or not anything of them has moved.
    #[must_use]
    pub fn worked_whole(self) -> Self {
        Self { all: true, ..self }
    }

    /// The facts and scripts that a close knew, under the settings of now.
    #[must_use]
    pub fn register(folder: &'a Folder, ledger: &'a Ledger, close: &'a CloseRow) -> Self {
        Self { folder, knew: Some((ledger.register(close.seq), close)), all: true }
    }

    /// Whether all closed days are worked again, as whoever checks a ledger wants it.
    #[must_use]
    pub fn works_all(&self) -> bool {
        self.all
    }

    /// Whether it is the register: what was known is then the same on every day.
    #[must_use]
    pub fn is_register(&self) -> bool {
        self.knew.is_some()
    }

    /// The same folder as a close knew it.
    #[must_use]
    pub fn before<'b>(&self, ledger: &'b Ledger, close: &'b CloseRow) -> Origin<'b>
    where
        'a: 'b,
    {
        Origin::register(self.folder, ledger, close)
    }

    /// The project as it was known on a day.
    ///
    /// # Errors
    /// Whatever stands against it.
    pub fn open(&self, as_of: Option<NaiveDate>) -> Result<Project, Refused> {
        let Some((known, close)) = &self.knew else { return Project::open_as_of(self.folder, as_of) };
        let mut folder = self.folder.clone();
        folder.forget_scripts();
        for row in known.of_kind("plan") {
            let text = row.body.as_deref().and_then(|body| serde_json::from_str::<String>(body).ok());
            folder.put(&*row.id, text.unwrap_or_default().into_bytes());
        }
        Project::recalled(&folder, Some(close.as_of), |settings| facts(settings, known).ok_or_else(unsaid))
    }

    /// The same with the rows of exports of changes that stand since a close knew them, though no file says them any more.
    ///
    /// # Errors
    /// As [`Self::open`]; rows that cannot be said in the columns of now.
    pub fn open_standing(&self, as_of: Option<NaiveDate>, known: &Known<'_>) -> Result<Project, Refused> {
        if self.is_register() || known.rows().is_empty() {
            return self.open(as_of);
        }
        Project::open_standing(self.folder, as_of, |settings| {
            let standing = |row: &&FactRow| register::may_stand(&row.kind, settings);
            let standing: Vec<&FactRow> = known.rows().iter().copied().filter(standing).collect();
            if standing.is_empty() {
                return Ok(None);
            }
            rows(settings, &standing).ok_or_else(unsaid).map(Some)
        })
    }

    /// Whether some source of the files tells changes alone.
    #[must_use]
    pub fn tells_changes(&self) -> bool {
        let settings = if self.is_register() { None } else { read_settings(self.folder).0 };
        settings.is_some_and(|settings| tells_changes(settings.sources.all()))
    }
}

/// What stands against facts of the register that have no columns any more.
fn unsaid() -> Box<Diagnostic> {
    let message = "the facts that the close knew cannot be said in the columns that the project has now";
    let finding = Diagnostic::error(Code::UnmappedColumn, message);
    Box::new(finding.help("take the `earnmark.toml` of the time of the close"))
}

/// Rows of the register that still hold though the files do not say them, as facts; `None` where one of them cannot be said in the
/// columns of now.
#[must_use]
pub fn rows(settings: &Settings, rows: &[&FactRow]) -> Option<Facts> {
    let mut found = empty(settings);
    for row in rows {
        put(&mut found, settings, (&row.kind, &row.id, row))?;
    }
    Some(found)
}

/// All rows of the register that are neither scripts nor settings, as facts; `None` where one of them cannot be said in the columns
/// of now.
#[must_use]
pub fn whole(settings: &Settings, rows: &[&FactRow]) -> Option<Facts> {
    let mut found = self::rows(settings, rows)?;
    managers(&mut found);
    Some(found)
}

/// What the facts of a close were; `None` where they cannot be had in the columns of now.
#[must_use]
pub fn facts(settings: &Settings, known: &Known<'_>) -> Option<Facts> {
    let found = whole(settings, known.rows())?;
    is_the_same(&found, settings, known).then_some(found)
}

/// No facts, in the tables and sets of rates that the settings name.
fn empty(settings: &Settings) -> Facts {
    let mut found = Facts::empty(settings.schema.clone());
    let set = |set: &RateSource| RateSet {
        name: Arc::clone(&set.name),
        base: set.base,
        rate_age: set.rate_age,
        rates: Vec::new(),
    };
    found.rates = settings.sources.rates.iter().map(set).collect();
    found.tables = found.schema.tables.iter().map(|_| Vec::new()).collect();
    found
}

/// Puts a row of the register among facts; `None` where it cannot be said in the columns of now.
fn put(found: &mut Facts, settings: &Settings, (kind, id, row): (&str, &str, &FactRow)) -> Option<()> {
    let body: Json = serde_json::from_str(row.body.as_deref()?).ok()?;
    let body = Body { json: &body, recorded: row.recorded };
    match kind {
        "deals" => found.deals.push(body.deal(id, &settings.schema.deals)?),
        "events" => found.events.push(body.event(id, &settings.schema.events)?),
        "payees" => found.payees.push(body.payee(id, &settings.schema.payees)?),
        "lines" => found.lines.push(body.line()?),
        "assignments" => found.assignments.get_or_insert_default().push(body.assignment()?),
        "leave" => found.leave.push(body.leave()?),
        "quotas" => found.quotas.push(body.quota()?),
        "scores" => found.scores.push(body.score()?),
        "metrics" => found.metrics.push(body.metric()?),
        "adjustments" => found.adjustments.push(body.adjustment(id)?),
        "rates" => {
            let (set, rate) = body.rate()?;
            found.rates.iter_mut().find(|known| known.name == set)?.rates.push(rate);
        }
        "table" => {
            let place = found.schema.tables.iter().position(|shape| &*shape.name == id)?;
            let shape = found.schema.tables.get(place)?;
            let keys: Vec<ColumnType> = shape.keys.iter().map(|(_, kind)| *kind).collect();
            let rows = body.json.as_array()?.iter().map(|row| table_row(row, &keys, shape.value));
            *found.tables.get_mut(place)? = rows.collect::<Option<Vec<_>>>()?;
        }
        _ => {}
    }
    Some(())
}

/// Whether facts are registered as the very rows they came from.
fn is_the_same(found: &Facts, settings: &Settings, known: &Known<'_>) -> bool {
    let again = register::facts(found, settings, &[]);
    let facts = |kind: &str| class(kind) != Class::Plan;
    let again: Vec<_> = again.iter().filter(|fact| facts(fact.kind)).collect();
    again.len() == known.rows().iter().filter(|row| facts(&row.kind)).count()
        && again.iter().all(|fact| known.get(fact.kind, &fact.id).is_some_and(|row| fact.is(row)))
}

/// The manager of a payee's row is said by the reporting lines.
fn managers(found: &mut Facts) {
    for payee in &mut found.payees {
        for row in &mut payee.rows {
            let holds = |line: &&Line| {
                line.payee == payee.id
                    && line.from.is_none_or(|from| row.from.is_some_and(|day| from <= day))
                    && line.to.is_none_or(|to| row.from.is_none_or(|day| day <= to))
            };
            let manager = found.lines.iter().find(holds).map(|line| Value::Text(Arc::clone(&line.manager)));
            if let Some(cell) = row.cells.get_mut(payee_field::MANAGER) {
                *cell = manager;
            }
        }
    }
}

/// A row of the register.
struct Body<'r> {
    json: &'r Json,
    recorded: NaiveDate,
}

fn place() -> RowPlace {
    RowPlace { file: Arc::from(super::LEDGER_FILE), line: 0 }
}

fn value(kind: ColumnType, text: &str) -> Option<Value> {
    Some(match kind {
        ColumnType::Money => Value::Money(text.parse().ok()?),
        ColumnType::Number => Value::Number(text.parse().ok()?),
        ColumnType::Percent => Value::Percent(text.parse().ok()?),
        ColumnType::Date => Value::Date(text.parse().ok()?),
        ColumnType::Text => Value::Text(Arc::from(text)),
        ColumnType::YesNo => Value::YesNo(text.parse().ok()?),
    })
}

/// Cells at the places of their columns; a name that no column has any more is nothing that can be said.
fn cells(columns: &Columns, json: &Json) -> Option<Vec<Option<Value>>> {
    let mut found: Vec<Option<Value>> = columns.0.iter().map(|_| None).collect();
    for (name, text) in json.as_object()? {
        let place = columns.position(name)?;
        *found.get_mut(place)? = Some(value(columns.get(place)?.kind, text.as_str()?)?);
    }
    Some(found)
}

fn table_row(json: &Json, kinds: &[ColumnType], of: ColumnType) -> Option<TableRow> {
    let [keys, result, from, to] = json.as_array()?.as_slice() else { return None };
    let key = |(json, kind): (&Json, &ColumnType)| match json.as_str() {
        Some(text) => value(*kind, text).map(Some),
        None => Some(None),
    };
    let day = |json: &Json| json.as_str().and_then(|text| text.parse().ok());
    let keys = keys.as_array()?.iter().zip(kinds).map(key).collect::<Option<Vec<_>>>()?;
    Some(TableRow { keys, value: value(of, result.as_str()?)?, from: day(from), to: day(to), place: place() })
}

/// The adjustments that a close knew.
#[must_use]
pub fn adjustments(known: &Known<'_>) -> Vec<Adjustment> {
    let found = known.of_kind("adjustments").iter().filter_map(|row| {
        let json: Json = serde_json::from_str(row.body.as_deref()?).ok()?;
        Body { json: &json, recorded: row.recorded }.adjustment(&row.id)
    });
    found.collect()
}

impl Body<'_> {
    fn said(&self, name: &str) -> Option<&str> {
        self.json.get(name)?.as_str()
    }

    fn text(&self, name: &str) -> Option<Arc<str>> {
        self.said(name).map(Arc::from)
    }

    fn day(&self, name: &str) -> Option<NaiveDate> {
        self.said(name)?.parse().ok()
    }

    fn number(&self, name: &str) -> Option<Decimal> {
        self.said(name)?.parse().ok()
    }

    fn currency(&self, name: &str) -> Option<Currency> {
        Currency::from_code(self.said(name)?)
    }

    fn deal(&self, id: &str, columns: &Columns) -> Option<Deal> {
        let mut cells = cells(columns, self.json.get("cells")?)?;
        if let Some(cell) = cells.get_mut(deal_column::RECORDED) {
            *cell = Some(Value::Date(self.recorded));
        }
        let share = |json: &Json| {
            let [position, payee, role, share] = json.as_array()?.as_slice() else { return None };
            Some(Share {
                payee: Arc::from(payee.as_str()?),
                role: role.as_str().map(Arc::from),
                share: share.as_str()?.parse().ok()?,
                position: position.as_u64().and_then(|position| u32::try_from(position).ok()),
                place: place(),
            })
        };
        let shares = self.json.get("shares")?.as_array()?.iter().map(share).collect::<Option<Vec<_>>>()?;
        Some(Deal::new(Arc::from(id), cells, shares, place()))
    }

    fn event(&self, id: &str, columns: &Columns) -> Option<Event> {
        Some(Event {
            id: Arc::from(id),
            deal: self.text("deal"),
            kind: self.text("kind")?,
            date: self.day("date")?,
            amount: self.number("amount"),
            number: self.text("number"),
            payee: self.text("payee"),
            component: self.text("component"),
            reason: self.text("reason"),
            actor: self.text("actor"),
            cells: cells(columns, self.json.get("cells")?)?,
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn payee(&self, id: &str, columns: &Columns) -> Option<Payee> {
        let row = |json: &Json| {
            let [from, to, own] = json.as_array()?.as_slice() else { return None };
            let day = |json: &Json| json.as_str().and_then(|text| text.parse().ok());
            let mut cells = cells(columns, own)?;
            if let Some(cell) = cells.get_mut(payee_field::RECORDED) {
                *cell = Some(Value::Date(self.recorded));
            }
            Some(PayeeRow { from: day(from), to: day(to), cells, place: Some(place()) })
        };
        let rows = self.json.as_array()?.iter().map(row).collect::<Option<Vec<_>>>()?;
        Some(Payee { id: Arc::from(id), rows })
    }

    fn line(&self) -> Option<Line> {
        Some(Line {
            payee: self.text("payee")?,
            manager: self.text("manager")?,
            from: self.day("from"),
            to: self.day("to"),
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn assignment(&self) -> Option<Assignment> {
        Some(Assignment {
            payee: self.text("payee")?,
            plan: self.text("plan")?,
            from: self.day("from"),
            to: self.day("to"),
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn leave(&self) -> Option<Leave> {
        Some(Leave {
            payee: self.text("payee")?,
            from: self.day("from")?,
            to: self.day("to"),
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn quota(&self) -> Option<Quota> {
        let days = match self.day("to") {
            Some(to) => QuotaDays::Range(self.day("days")?, to),
            None => QuotaDays::Period(self.text("days")?),
        };
        Some(Quota {
            measure: self.text("measure")?,
            payee: self.text("payee"),
            plan: self.text("plan"),
            days,
            amount: self.number("amount")?,
            currency: self.currency("currency"),
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn score(&self) -> Option<Score> {
        Some(Score {
            payee: self.text("payee")?,
            objective: self.text("objective")?,
            period: self.text("period")?,
            score: self.number("score")?,
            plan: self.text("plan"),
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn metric(&self) -> Option<Metric> {
        Some(Metric {
            measure: self.text("measure")?,
            period: self.text("period")?,
            payee: self.text("payee"),
            value: self.number("value")?,
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn adjustment(&self, id: &str) -> Option<Adjustment> {
        let kind = self.said("kind")?;
        let balance = self.said("balance");
        Some(Adjustment {
            id: Arc::from(id),
            kind: AdjustmentKind::WORDS.into_iter().find(|(word, _)| *word == kind).map(|(_, kind)| kind)?,
            payee: self.text("payee")?,
            date: self.day("date")?,
            amount: self.number("amount")?,
            currency: self.currency("currency"),
            plan: self.text("plan"),
            component: self.text("component"),
            deal: self.text("deal"),
            balance: Balance::WORDS.into_iter().find(|(word, _)| Some(*word) == balance).map(|(_, balance)| balance),
            reason: self.text("reason")?,
            actor: self.text("actor")?,
            recorded: Some(self.recorded),
            place: place(),
        })
    }

    fn rate(&self) -> Option<(Arc<str>, Rate)> {
        let rate = Rate {
            from: self.currency("from")?,
            to: self.currency("to")?,
            date: self.day("date")?,
            rate: self.number("rate")?,
            until: self.day("until"),
            recorded: Some(self.recorded),
            place: place(),
        };
        Some((self.text("set")?, rate))
    }
}
