//! What a plan pays: components with their prices, bases, limits and conditions.

use super::{Amount, AmountRule};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::Span;
use crate::domain::value::Duration;
use crate::plan::formula::Expr;
use crate::plan::table::Table;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a component follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// A measure of the plan, by its place.
    Measure(usize),
    /// A sum of the plan, by its place.
    Sum(usize),
    /// A component of the plan, by its place: what it earns.
    Component(usize),
    /// Periods alone, of objectives.
    Periods(PeriodKind),
}

/// How a pool is divided.
#[derive(Clone, Debug)]
pub enum PoolShare {
    /// Equally among those on the plan.
    Equal,
    /// By what each was credited.
    Credit,
    /// By weights.
    Weights(Expr),
    /// By roles: the part of each, shared equally by those who have it.
    Roles(Vec<(Arc<str>, Decimal)>),
}

/// When instalments of a residual end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// With the clawback events of the plan alone.
    Never,
    /// After the deal's term.
    Term,
}

/// The kinds of components, each with the settings that no other has.
#[derive(Clone, Debug)]
pub enum ComponentKind {
    /// An entry for each credit of the payee's own.
    Commission,
    /// An entry for each deal.
    Spiff {
        /// Only the first so many deals of a payee.
        first: Option<u32>,
        /// For all payees together, used up in order.
        budget: Option<Amount>,
    },
    /// An entry for payee and period.
    Bonus,
    /// An entry for objective, payee and period.
    Objectives {
        /// The weight of each, a fraction; they total 1.
        weights: Vec<(Arc<str>, Decimal)>,
    },
    /// An entry for payee and period, on what a team was credited or earned; for each credit with `per: "deal"`.
    Override,
    /// An amount worked once and divided.
    Pool {
        /// How.
        share: PoolShare,
    },
    /// An entry for deal and instalment.
    Residual {
        /// The period between instalments.
        every: PeriodKind,
        /// When they end.
        ends: Ends,
    },
}

impl ComponentKind {
    /// The declaration.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Commission => "commission",
            Self::Spiff { .. } => "spiff",
            Self::Bonus => "bonus",
            Self::Objectives { .. } => "objectives",
            Self::Override => "override",
            Self::Pool { .. } => "pool",
            Self::Residual { .. } => "residual",
        }
    }
}

/// Whether a component pays a percent of something or an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pays {
    /// `rate`: a percent of `of`.
    Rate,
    /// `pay`: an amount.
    Amount,
}

/// How the rate, the amount or the factor is found.
#[derive(Clone, Debug)]
pub enum Price {
    /// The same always.
    Constant(Amount),
    /// By the position in a tier table, or by the keys of an instalment.
    Table(Arc<Table>),
    /// The one in force on the deal's day, or on the last day of the period: from each day to the next, the first
    /// also before it.
    Dated(Vec<(NaiveDate, Price)>),
    /// By a formula.
    Formula(Expr),
}

/// What a rate is paid on.
#[derive(Clone, Debug)]
pub enum Base {
    /// The credit.
    Credit,
    /// The period's total.
    Total,
    /// The period's quota.
    Quota,
    /// A formula that gives money.
    Formula(Expr),
}

/// What a table runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// The accumulated period.
    Period,
    /// Each deal alone.
    Deal,
    /// The period's deals of each value of a deal column, by its place.
    Column(usize),
}

/// Limits on what a component earns.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// For each deal.
    pub deal: Option<AmountRule>,
    /// For each measurement period.
    pub period: Option<AmountRule>,
    /// For each fiscal year.
    pub year: Option<AmountRule>,
    /// For the plan.
    pub plan: Option<AmountRule>,
    /// Of a cap: whether the excess is earned and held until there is room; else it is lost.
    pub carries: bool,
}

impl Limits {
    /// Whether something limits what a period, a year or the plan earns.
    #[must_use]
    pub fn of_a_span(&self) -> bool {
        self.period.is_some() || self.year.is_some() || self.plan.is_some()
    }
}

/// Which of a deal's money a part of what is earned waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// What was invoiced.
    Invoiced,
    /// What the customer paid.
    Paid,
}

impl Received {
    /// The kind of the events that tell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Invoiced => "invoiced",
            Self::Paid => "paid",
        }
    }
}

/// How far a part of what is earned follows that money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collected {
    /// In proportion to it.
    InProportion,
    /// Not at all before this much of the deal's amount has come, a fraction above 0 and at most 1; then whole.
    Once(Decimal),
}

/// When a part of what is earned may be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At once.
    Earned,
    /// On the day the deal closed.
    Closed,
    /// On the day it was booked.
    Booked,
    /// With the deal's money.
    Money(Received, Collected),
    /// With the first event of this kind.
    Event(Arc<str>),
    /// So long after the deal's day.
    After(Duration),
    /// On the last day of the period that holds the deal's day.
    EndOf(PeriodKind),
    /// When it is released by hand.
    Released,
}

/// What is paid.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name, unique in the plan: it stands on statements.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: ComponentKind,
    /// What it follows.
    pub on: On,
    /// A percent or an amount.
    pub pays: Pays,
    /// How it is found.
    pub price: Price,
    /// What a rate is paid on.
    pub of: Base,
    /// What a table runs over.
    pub per: Per,
    /// Who is paid; `None`: everyone on the plan.
    pub who: Option<Expr>,
    /// Deals it pays on, narrower than the measure.
    pub which: Option<Expr>,
    /// Nothing for the period unless true of the period as known.
    pub only_if: Option<Expr>,
    /// What it earns is multiplied with it; a table reads the attainment of `on`.
    pub multiplier: Option<Price>,
    /// No less than this.
    pub floor: Limits,
    /// No more than this.
    pub cap: Limits,
    /// When it may be paid: fractions that total 1, each with its condition.
    pub payable: Vec<(Decimal, Condition)>,
    /// Whether it pays only once its measurement period is over.
    pub at_end: bool,
    /// The set of exchange rates; `None`: the plan's.
    pub rates: Option<Arc<str>>,
    /// First day of its window; `None`: the plan's.
    pub from: Option<NaiveDate>,
    /// Last day of its window, included; `None`: the plan's.
    pub to: Option<NaiveDate>,
    /// The declaration.
    pub span: Span,
    /// The setting that says the rate or amount.
    pub price_span: Span,
}
