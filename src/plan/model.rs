//! A plan as the run takes it: what is credited, what is paid on it. Made by the loader, never changed afterwards.
//!
//! Here: the plan, its measures and sums. [`component`]: what is paid. [`settlement`]: limits, draws, guarantees,
//! clawbacks, recovery. [`mod@test`]: the plan's own examples.

mod component;
mod settlement;
mod test;

pub use component::{
    Base, Collected, Component, ComponentKind, Condition, Ends, Limits, On, Pays, Per, PoolShare, Price, Received,
};
pub use settlement::{
    Clawback, Draw, Guarantee, HeldAtLeaving, Method, Negative, PlanCap, Recover, Since, Take, WriteOff,
};
pub use test::{Expect, Filled, PlanTest, TestAction, TestDeal, TestShare, TestStep};

use super::formula::Expr;
use crate::domain::calendar::PeriodKind;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::exact::RoundingMode;
use crate::domain::facts::deal_column;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// An amount as a setting writes it: `500`, `500.EUR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The figure: money, units, or a percent as a fraction.
    pub figure: Decimal,
    /// The currency that is written with it; `None`: the plan's.
    pub currency: Option<Currency>,
}

impl Amount {
    /// A figure in the plan's own currency, or without one.
    #[must_use]
    pub fn plain(figure: Decimal) -> Self {
        Self { figure, currency: None }
    }
}

/// An amount that stands in a setting, or is worked out.
#[derive(Clone, Debug)]
pub enum AmountRule {
    /// As written.
    Fixed(Amount),
    /// By a formula, in the plan's currency.
    Formula(Expr),
}

/// How amounts are brought to the minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rounding {
    /// The mode.
    pub mode: RoundingMode,
    /// Whether the running total of a component's period is rounded, so that its lines add up to it; else each entry.
    pub per_period: bool,
}

impl Rounding {
    /// Rounds to so many decimal places.
    #[must_use]
    pub fn round(&self, amount: Decimal, places: u32) -> Decimal {
        self.mode.round(amount, places)
    }
}

/// On which day the rate of exchange is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDay {
    /// The day a deal counts, or an amount is earned.
    Counted,
    /// The last day of the payout period.
    Payout,
    /// The last day of the measurement period.
    PeriodEnd,
    /// The plain average of all rates in the measurement period.
    PeriodAverage,
    /// The plan's first day.
    PlanStart,
}

/// How money of other currencies is converted.
#[derive(Clone, Debug)]
pub struct Convert {
    /// For what deals say.
    pub deals: RateDay,
    /// For pay, into the payee's currency.
    pub pay: RateDay,
    /// The set of rates.
    pub rates: Arc<str>,
}

impl Default for Convert {
    fn default() -> Self {
        Self { deals: RateDay::Counted, pay: RateDay::Payout, rates: Arc::from("market") }
    }
}

/// A comp plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name, unique in the project for its days.
    pub name: Arc<str>,
    /// The currency of every bare amount and of the calculation.
    pub currency: Currency,
    /// First day whose deals count.
    pub from: NaiveDate,
    /// Last day whose deals count, included.
    pub to: NaiveDate,
    /// How often it is paid.
    pub payout: PeriodKind,
    /// How an entry is brought to the minor unit.
    pub rounding: Rounding,
    /// What becomes of a payout below zero.
    pub negative: Negative,
    /// How later pay repays a debt.
    pub recover: Recover,
    /// Whether draws are repaid before debts from clawbacks.
    pub draws_first: bool,
    /// A payout below it waits for the next one.
    pub minimum: Option<Amount>,
    /// Rates of exchange.
    pub convert: Convert,
    /// What becomes of pay on money that never comes.
    pub write_off: WriteOff,
    /// What becomes of held pay when a payee leaves.
    pub leaver: HeldAtLeaving,
    /// Whether attainment starts again where this version takes over from an earlier one of the same name.
    pub restarts: bool,
    /// What is credited, in the order of the script.
    pub measures: Vec<Measure>,
    /// Sums of measures or components over people, in the order in which they were first used.
    pub sums: Vec<Sum>,
    /// What is paid, in the order of the script.
    pub components: Vec<Component>,
    /// Limits across components.
    pub caps: Vec<PlanCap>,
    /// Recoverable draws.
    pub draws: Vec<Draw>,
    /// Guarantees: top-ups that are not owed.
    pub guarantees: Vec<Guarantee>,
    /// Clawback rules.
    pub clawbacks: Vec<Clawback>,
    /// The plan's own examples.
    pub tests: Vec<PlanTest>,
    /// The declaration.
    pub span: Span,
    /// Paths of the script and of all it imports, sorted.
    pub files: Vec<Arc<str>>,
}

/// What a measure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Money in the plan's currency.
    Money,
    /// Numbers of units.
    Number,
}

/// Which date decides quota, period and tier.
#[derive(Clone, Debug)]
pub enum When {
    /// The day the deal closed.
    Closed,
    /// The day it was booked.
    Booked,
    /// The day of each invoice, for its share of the deal's amount.
    Invoiced,
    /// The day of each payment, for its share of the deal's amount.
    Paid,
    /// A day worked out from the deal.
    Formula(Expr),
}

impl When {
    /// The column of a deal that holds it, of a date that stands on the deal.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Closed => Some(deal_column::CLOSED),
            Self::Booked => Some(deal_column::BOOKED),
            Self::Invoiced | Self::Paid | Self::Formula(_) => None,
        }
    }

    /// The kind of events that it counts by.
    #[must_use]
    pub fn event(&self) -> Option<&'static str> {
        match self {
            Self::Invoiced => Some("invoiced"),
            Self::Paid => Some("paid"),
            Self::Closed | Self::Booked | Self::Formula(_) => None,
        }
    }
}

/// Whom a measure credits.
#[derive(Clone, Debug)]
pub enum Who {
    /// The payees named on the deal, in any role that is not an overlay.
    Named,
    /// The payees named on the deal in this role.
    Role(Arc<str>),
    /// Every payee on the plan of whom this is true.
    Formula(Expr),
}

/// What is credited.
#[derive(Clone, Debug)]
pub enum CreditRule {
    /// For each deal, before the share.
    Formula(Expr),
    /// What another measure of the plan credits, by its place; the share is in it.
    Measure(usize),
    /// What a sum of the plan holds, by its place.
    Sum(usize),
    /// Totals come from the metrics.
    Given,
}

/// Which part of a deal's credit a payee gets.
#[derive(Clone, Debug)]
pub enum ShareRule {
    /// The payee's share of the deal, exact.
    Split,
    /// The payee's share in whole minor units, by largest remainder.
    Cents,
    /// The same percent for everybody, outside the split's total: a fraction.
    Fixed(Decimal),
    /// A percent worked out from deal and payee.
    Formula(Expr),
}

/// Where a quota comes from.
#[derive(Clone, Debug)]
pub enum QuotaRule {
    /// The quota file.
    Table,
    /// One amount for each period, in the plan's currency or in units.
    Amount(Amount),
    /// A formula of payee, period and what the quota file says.
    Formula(Expr),
}

/// The part of the quota in the first months or quarters of service; afterwards all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// Whether a step is a quarter, which is three months; else a month.
    pub quarters: bool,
    /// The fractions, in order.
    pub steps: Vec<Decimal>,
}

/// What is credited, and towards what.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its name, unique in the plan.
    pub name: Arc<str>,
    /// Measurement period: attainment starts again with each.
    pub period: PeriodKind,
    /// Whom it credits.
    pub who: Who,
    /// Which deals count.
    pub which: Option<Expr>,
    /// The day that decides.
    pub when: When,
    /// What is credited.
    pub credit: CreditRule,
    /// Whether that is made of an invoice's or a payment's own figures, and so is no part of the deal's.
    pub of_event: bool,
    /// What it counts in.
    pub unit: Unit,
    /// The payee's part.
    pub share: ShareRule,
    /// The quota.
    pub quota: QuotaRule,
    /// Whether the quota is scaled to the active days of the period.
    pub prorate: bool,
    /// How the quota grows with service.
    pub ramp: Option<Ramp>,
    /// Over what total and quota run on; `None`: the measurement period.
    pub accumulate: Option<Accumulate>,
    /// The key by which credits take their place in the tiers; `None`: the date.
    pub order: Option<Expr>,
    /// Whether anything reads the quota; only then is a missing one an error.
    pub quota_read: bool,
    /// The declaration.
    pub span: Span,
}

/// Over what total and quota of a measure run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accumulate {
    /// Over a longer period: they start again with each.
    Within(PeriodKind),
    /// Over so many measurement periods, the one that is worked the last of them: what is older drops out.
    Trailing(u32),
}

impl Measure {
    /// The longer period of the calendar over which it runs on, where there is one.
    #[must_use]
    pub fn longer(&self) -> Option<&PeriodKind> {
        match self.accumulate.as_ref()? {
            Accumulate::Within(kind) => Some(kind),
            Accumulate::Trailing(_) => None,
        }
    }
}

/// Whose credits a sum takes, along the reporting line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels {
    /// Those exactly so many levels below: 1 is the direct reports.
    Exactly(u32),
    /// All levels below.
    All,
}

/// Over whom a sum goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The people below, by the reporting lines of each credit's date.
    Team(Levels),
    /// All payees on the plan.
    Everyone,
    /// Those with the same payee field, by its place; the payee included.
    Group(usize),
}

impl Over {
    /// Whether it goes by reporting lines.
    #[must_use]
    pub fn is_team(self) -> bool {
        matches!(self, Self::Team(_))
    }
}

/// What a sum takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SumOf {
    /// A measure of the same plan, by its place.
    Measure(usize),
    /// A component of the same plan, by its place: what it earns.
    Component(usize),
    /// The measure or component of this name, of whatever plan the people are on.
    Named(Arc<str>),
}

/// The credits or earnings of several people.
#[derive(Clone, Debug)]
pub struct Sum {
    /// What it sums.
    pub of: SumOf,
    /// Over whom.
    pub over: Over,
    /// Where it was first used.
    pub span: Span,
}

/// The filters of a measure and of those whose credit it takes, its own first.
#[must_use]
pub fn filters(measures: &[Measure], first: Option<usize>) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut next = first;
    while let Some(measure) = next.and_then(|place| measures.get(place)) {
        found.extend(&measure.which);
        next = match measure.credit {
            CreditRule::Measure(place) => Some(place),
            CreditRule::Formula(_) | CreditRule::Sum(_) | CreditRule::Given => None,
        };
    }
    found
}

/// The sum that a measure is credited with, itself or through others; `None` of one that credits deals.
#[must_use]
pub fn sum_below(measures: &[Measure], measure: usize) -> Option<usize> {
    let mut place = measure;
    loop {
        match measures.get(place)?.credit {
            CreditRule::Measure(base) if base < place => place = base,
            CreditRule::Sum(sum) => return Some(sum),
            _ => return None,
        }
    }
}

impl CreditRule {
    /// The formula, of what is credited deal by deal.
    #[must_use]
    pub fn formula(&self) -> Option<&Expr> {
        match self {
            Self::Formula(formula) => Some(formula),
            Self::Measure(_) | Self::Sum(_) | Self::Given => None,
        }
    }
}

impl Plan {
    /// Whether deals of this day count.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}
