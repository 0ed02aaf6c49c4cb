//! What is known beside deals, people and quotas: events, leave, scores, given totals, adjustments, rates of exchange,
//! rows of table files.

use super::{Deal, RowPlace, deal_column};
use crate::domain::currency::Currency;
use crate::domain::value::Value;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Something that happened to a deal: an invoice, a payment, a cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id: as the file says it, else of deal, kind, day and position.
    pub id: Arc<str>,
    /// The deal; only `held` and `released` may name none.
    pub deal: Option<Arc<str>>,
    /// What happened: one of [`EVENT_KINDS`](super::EVENT_KINDS), or a kind of the project's own.
    pub kind: Arc<str>,
    /// The day.
    pub date: NaiveDate,
    /// Money in the deal's currency: of a refund what was given back; without one, all that is left.
    pub amount: Option<Decimal>,
    /// A number such as that of an invoice.
    pub number: Option<Arc<str>>,
    /// Of `reassigned` the new payee; of `held` and `released` whose pay.
    pub payee: Option<Arc<str>>,
    /// Of `held` and `released`: the component's name.
    pub component: Option<Arc<str>>,
    /// Why, of what somebody decides.
    pub reason: Option<Arc<str>>,
    /// Who decided.
    pub actor: Option<Arc<str>>,
    /// Declared columns, at the places of [`Schema::events`](super::Schema::events).
    pub cells: Vec<Option<Value>>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

impl Event {
    /// What the row of a deal tells of it: the event `deal#kind`, of all that is left, known when the deal is.
    #[must_use]
    pub fn of_deal(deal: &Deal, kind: &Arc<str>, date: NaiveDate) -> Self {
        Self {
            id: Arc::from(format!("{}#{kind}", deal.id)),
            deal: Some(Arc::clone(&deal.id)),
            kind: Arc::clone(kind),
            date,
            amount: None,
            number: None,
            payee: None,
            component: None,
            reason: None,
            actor: None,
            cells: Vec::new(),
            recorded: deal.date(deal_column::RECORDED),
            place: deal.place.clone(),
        }
    }
}

/// Days on which a payee is on leave: they are not active days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// The payee.
    pub payee: Arc<str>,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included; `None`: open.
    pub to: Option<NaiveDate>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// How well an objective was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The payee.
    pub payee: Arc<str>,
    /// The objective, by the name in `weights`.
    pub objective: Arc<str>,
    /// The period's label.
    pub period: Arc<str>,
    /// The score, a fraction, not negative.
    pub score: Decimal,
    /// The plan; `None`: every plan that has the objective.
    pub plan: Option<Arc<str>>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// A total that is given and not added up from deals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The measure's name.
    pub measure: Arc<str>,
    /// The period's label.
    pub period: Arc<str>,
    /// The payee; `None`: everyone.
    pub payee: Option<Arc<str>>,
    /// The total: money in the plan's currency, or a number.
    pub value: Decimal,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// What an adjustment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdjustmentKind {
    /// Adds to, or takes from, what is earned and payable.
    Manual,
    /// Forgives a debt.
    Forgive,
    /// Was paid outside.
    PaidOutside,
    /// A balance or an entry taken over from elsewhere.
    Opening,
}

impl AdjustmentKind {
    /// All of them with their words.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("manual", Self::Manual),
        ("forgive", Self::Forgive),
        ("paid_outside", Self::PaidOutside),
        ("opening", Self::Opening),
    ];
}

/// The four balances of a payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Balance {
    /// Owed by the payee.
    Owed,
    /// Draw outstanding.
    Draw,
    /// Carried over a cap.
    Carry,
    /// Settled and not yet paid.
    Due,
}

impl Balance {
    /// All of them with their words.
    pub const WORDS: [(&'static str, Self); 4] =
        [("owed", Self::Owed), ("draw", Self::Draw), ("carry", Self::Carry), ("due", Self::Due)];
}

/// A change that somebody decided, with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// The id, unique.
    pub id: Arc<str>,
    /// What it does.
    pub kind: AdjustmentKind,
    /// The payee.
    pub payee: Arc<str>,
    /// The day: it belongs to the payout period that holds it.
    pub date: NaiveDate,
    /// The amount, in `currency`.
    pub amount: Decimal,
    /// The currency; `None`: the payee's.
    pub currency: Option<Currency>,
    /// The plan it belongs to.
    pub plan: Option<Arc<str>>,
    /// The component it belongs to.
    pub component: Option<Arc<str>>,
    /// The deal it belongs to.
    pub deal: Option<Arc<str>>,
    /// Which balance, of `forgive` and `opening`.
    pub balance: Option<Balance>,
    /// Why.
    pub reason: Arc<str>,
    /// Who decided.
    pub actor: Arc<str>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// A rate of exchange: units of `to` for one of `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From.
    pub from: Currency,
    /// To.
    pub to: Currency,
    /// The day.
    pub date: NaiveDate,
    /// The rate, above 0.
    pub rate: Decimal,
    /// The last day on which it holds; `None`: by the set's age.
    pub until: Option<NaiveDate>,
    /// When it became known, if the file says so.
    pub recorded: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}

/// A set of exchange rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSet {
    /// Its name.
    pub name: Arc<str>,
    /// The currency for 1 of which others are quoted; `None`: it converts its own pairs and their inverse only.
    pub base: Option<Currency>,
    /// How many days a rate holds after its date.
    pub rate_age: u32,
    /// The rates.
    pub rates: Vec<Rate>,
}

/// A row of a table file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// The keys, in the order of [`TableShape::keys`](super::TableShape::keys); `None`: any.
    pub keys: Vec<Option<Value>>,
    /// The value.
    pub value: Value,
    /// First day, `None`: always.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: open.
    pub to: Option<NaiveDate>,
    /// Where it was read.
    pub place: RowPlace,
}
