//! Facts: what is known before anything is computed. Read by `io`, taken by the first stage of the run.
//!
//! Rows are held as they were read (mapped, typed, defaults filled in), each with its place in its file, in no
//! particular order: no result depends on it. Texts such as ids are opaque and compared bytewise.

mod events;
mod opportunity;
mod service;
mod versions;

pub use events::{Adjustment, AdjustmentKind, Balance, Event, Leave, Metric, Rate, RateSet, Score, TableRow};
pub use opportunity::{Opportunity, OpportunityState};
pub use service::Stint;

use super::currency::Currency;
use super::diagnostic::Cell;
use super::value::{Column, ColumnType, Columns, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where a row was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    /// Path of the data file.
    pub file: Arc<str>,
    /// Line in the file, from 1.
    pub line: u64,
}

impl RowPlace {
    /// A cell of the row, for a finding.
    #[must_use]
    pub fn cell(&self, column: &str, value: &str) -> Cell {
        Cell { file: Arc::clone(&self.file), row: self.line, column: column.to_owned(), value: value.to_owned() }
    }
}

/// Places of the standard columns of a deal in [`Deal::cells`].
pub mod deal_column {
    /// `id`, text.
    pub const ID: usize = 0;
    /// `closed`, date.
    pub const CLOSED: usize = 1;
    /// `booked`, date.
    pub const BOOKED: usize = 2;
    /// `starts`, date.
    pub const STARTS: usize = 3;
    /// `ends`, date.
    pub const ENDS: usize = 4;
    /// `amount`, money in the row's currency.
    pub const AMOUNT: usize = 5;
    /// `cost`, money in the row's currency.
    pub const COST: usize = 6;
    /// `currency`, a code as text.
    pub const CURRENCY: usize = 7;
    /// `quantity`, number.
    pub const QUANTITY: usize = 8;
    /// `term`, number of months.
    pub const TERM: usize = 9;
    /// `kind`, text.
    pub const KIND: usize = 10;
    /// `product`, text.
    pub const PRODUCT: usize = 11;
    /// `account`, text.
    pub const ACCOUNT: usize = 12;
    /// `region`, text.
    pub const REGION: usize = 13;
    /// `channel`, text.
    pub const CHANNEL: usize = 14;
    /// `parent`, a deal's id as text.
    pub const PARENT: usize = 15;
    /// `recorded`, date: when the row became known.
    pub const RECORDED: usize = 16;
}

/// Places of the standard fields of a payee in [`PayeeRow::cells`].
pub mod payee_field {
    /// `id`, text.
    pub const ID: usize = 0;
    /// `name`, text.
    pub const NAME: usize = 1;
    /// `role`, text.
    pub const ROLE: usize = 2;
    /// `team`, text.
    pub const TEAM: usize = 3;
    /// `region`, text.
    pub const REGION: usize = 4;
    /// `manager`, a payee's id as text.
    pub const MANAGER: usize = 5;
    /// `currency`, a code as text.
    pub const CURRENCY: usize = 6;
    /// `start`, date.
    pub const START: usize = 7;
    /// `end`, date.
    pub const END: usize = 8;
    /// `payroll_id`, text.
    pub const PAYROLL_ID: usize = 9;
    /// `recorded`, date: when the row became known.
    pub const RECORDED: usize = 10;
}

/// The columns that plans of this project can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Of deals: standard ones at the places of [`deal_column`], then declared ones.
    pub deals: Columns,
    /// Of payees: standard ones at the places of [`payee_field`], then declared ones.
    pub payees: Columns,
    /// Of events: the declared ones alone; the standard ones are fields of [`Event`].
    pub events: Columns,
    /// Kinds of events beside the standard ones.
    pub event_kinds: Vec<Arc<str>>,
    /// The kinds of events that some source can give, standard ones too; `None`: all, for there are rows of events.
    pub given_kinds: Option<BTreeSet<Arc<str>>>,
    /// Table files that plans look up by name.
    pub tables: Vec<TableShape>,
    /// The names of the sets of exchange rates.
    pub rate_sets: Vec<Arc<str>>,
}

/// The kinds of events that every project has.
pub const EVENT_KINDS: [&str; 9] =
    ["invoiced", "paid", "cancelled", "refunded", "reinstated", "written_off", "reassigned", "held", "released"];

/// What a table file is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// The name by which plans look it up.
    pub name: Arc<str>,
    /// Its key columns, in order.
    pub keys: Vec<(Arc<str>, ColumnType)>,
    /// What its values are.
    pub value: ColumnType,
}

impl Schema {
    /// The standard columns alone, none of them mapped.
    #[must_use]
    pub fn standard() -> Self {
        use ColumnType::{Date, Money, Number, Text};
        let columns = |list: &[(&str, ColumnType)]| {
            Columns(list.iter().map(|(name, kind)| Column::standard(name, *kind)).collect())
        };
        let deals = columns(&[
            ("id", Text),
            ("closed", Date),
            ("booked", Date),
            ("starts", Date),
            ("ends", Date),
            ("amount", Money),
            ("cost", Money),
            ("currency", Text),
            ("quantity", Number),
            ("term", Number),
            ("kind", Text),
            ("product", Text),
            ("account", Text),
            ("region", Text),
            ("channel", Text),
            ("parent", Text),
            ("recorded", Date),
        ]);
        let payees = columns(&[
            ("id", Text),
            ("name", Text),
            ("role", Text),
            ("team", Text),
            ("region", Text),
            ("manager", Text),
            ("currency", Text),
            ("start", Date),
            ("end", Date),
            ("payroll_id", Text),
            ("recorded", Date),
        ]);
        Self {
            deals,
            payees,
            events: Columns::default(),
            event_kinds: Vec::new(),
            given_kinds: None,
            tables: Vec::new(),
            rate_sets: Vec::new(),
        }
    }
}

/// A payee's part of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The role on the deal, if the data says one.
    pub role: Option<Arc<str>>,
    /// The part as a fraction, above 0: 60 % is `0.6`. What a blank share leaves is filled in.
    pub share: Decimal,
    /// Order in which odd cents are given out, from 1; without one the order is that of payee ids.
    pub position: Option<u32>,
    /// Where it was read.
    pub place: RowPlace,
}

/// A deal: one row, its cells typed, its shares beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// The id, unique among deals.
    pub id: Arc<str>,
    /// The cells, at the places of [`Schema::deals`]; `None`: blank and optional, or not mapped.
    pub cells: Vec<Option<Value>>,
    /// Who takes part; may be empty.
    pub shares: Vec<Share>,
    /// Where it was read.
    pub place: RowPlace,
    /// The currency that the cells say: kept, because each amount is read in it.
    currency: Option<Currency>,
}

impl Deal {
    /// A deal of its cells and shares.
    #[must_use]
    pub fn new(id: Arc<str>, mut cells: Vec<Option<Value>>, shares: Vec<Share>, place: RowPlace) -> Self {
        // Of many deals blank cells at the end are a good part of the memory.
        let filled = cells.iter().rposition(Option::is_some).map_or(0, |last| last.saturating_add(1));
        cells.truncate(filled);
        cells.shrink_to_fit();
        let code = cells.get(deal_column::CURRENCY).and_then(Option::as_ref).and_then(Value::text);
        let currency = code.and_then(|code| Currency::from_code(code));
        Self { id, cells, shares, place, currency }
    }

    /// The cell at a place of [`Schema::deals`].
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&Value> {
        self.cells.get(column).and_then(Option::as_ref)
    }

    /// A date column.
    #[must_use]
    pub fn date(&self, column: usize) -> Option<NaiveDate> {
        self.cell(column).and_then(Value::date)
    }

    /// The day in the deal's life that stands for it where no measure says which: closed, else booked.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        self.date(deal_column::CLOSED).or_else(|| self.date(deal_column::BOOKED))
    }

    /// The deal's own currency, if the data says one.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

/// What holds of a payee on some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeRow {
    /// First day, `None`: always.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: open.
    pub to: Option<NaiveDate>,
    /// The fields, at the places of [`Schema::payees`].
    pub cells: Vec<Option<Value>>,
    /// Where it was read; `None` for a payee that only another file names.
    pub place: Option<RowPlace>,
}

/// Somebody who can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// The id.
    pub id: Arc<str>,
    /// The dated rows, by first day, without overlap; at least one.
    pub rows: Vec<PayeeRow>,
}

impl Payee {
    /// The value of a field on a day.
    #[must_use]
    pub fn field(&self, field: usize, on: NaiveDate) -> Option<&Value> {
        self.rows
            .iter()
            .find(|row| row.from.is_none_or(|from| from <= on) && row.to.is_none_or(|to| on <= to))
            .and_then(|row| row.cells.get(field))
            .and_then(Option::as_ref)
    }

    /// The value of a field that does not change over time, as the name: that of the last row which has one.
    #[must_use]
    pub fn constant(&self, field: usize) -> Option<&Value> {
        self.rows.iter().rev().find_map(|row| row.cells.get(field).and_then(Option::as_ref))
    }

    /// The name, else the id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.constant(payee_field::NAME).and_then(Value::text).map_or(&*self.id, |name| &**name)
    }
}

/// Who reports to whom, on which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who reports.
    pub payee: Arc<str>,
    /// To whom.
    pub manager: Arc<str>,
    /// First day, `None`: always.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: open.
    pub to: Option<NaiveDate>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// Who is on which plan, on which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The payee.
    pub payee: Arc<str>,
    /// The plan's name.
    pub plan: Arc<str>,
    /// First day, `None`: the plan's.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: the plan's.
    pub to: Option<NaiveDate>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// For which days a quota holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaDays {
    /// A period by its label, `2026-Q1`.
    Period(Arc<str>),
    /// From a day to a day, both included.
    Range(NaiveDate, NaiveDate),
}

/// What a payee is to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The measure's name.
    pub measure: Arc<str>,
    /// The payee; `None`: everyone.
    pub payee: Option<Arc<str>>,
    /// The plan's name; `None`: every plan that has the measure.
    pub plan: Option<Arc<str>>,
    /// The days.
    pub days: QuotaDays,
    /// Money in `currency`, or units, as the measure; not negative.
    pub amount: Decimal,
    /// The currency; `None`: the plan's.
    pub currency: Option<Currency>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// All facts of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The columns that the rows below have.
    pub schema: Schema,
    /// Deals.
    pub deals: Vec<Deal>,
    /// Payees: those of the payees file, and those that other files name where the project says so.
    pub payees: Vec<Payee>,
    /// Reporting lines.
    pub lines: Vec<Line>,
    /// Assignments; `None`: the project has no such source and everybody is on every plan of `plans.everyone`.
    pub assignments: Option<Vec<Assignment>>,
    /// Quotas.
    pub quotas: Vec<Quota>,
    /// Events.
    pub events: Vec<Event>,
    /// Leave.
    pub leave: Vec<Leave>,
    /// Scores of objectives.
    pub scores: Vec<Score>,
    /// Totals that are given.
    pub metrics: Vec<Metric>,
    /// Adjustments.
    pub adjustments: Vec<Adjustment>,
    /// Sets of exchange rates.
    pub rates: Vec<RateSet>,
    /// Rows of table files, at the places of [`Schema::tables`], in the order of the file.
    pub tables: Vec<Vec<TableRow>>,
    /// The pipeline: never credited, in no digest.
    pub pipeline: Vec<Opportunity>,
}

impl Facts {
    /// No facts, over the given columns.
    #[must_use]
    pub fn empty(schema: Schema) -> Self {
        Self {
            schema,
            deals: Vec::new(),
            payees: Vec::new(),
            lines: Vec::new(),
            assignments: None,
            quotas: Vec::new(),
            events: Vec::new(),
            leave: Vec::new(),
            scores: Vec::new(),
            metrics: Vec::new(),
            adjustments: Vec::new(),
            rates: Vec::new(),
            tables: Vec::new(),
            pipeline: Vec::new(),
        }
    }
}
