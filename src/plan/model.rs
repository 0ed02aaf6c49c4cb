//! A plan as the run takes it: what is credited, what is paid on it. Made by the loader, never changed afterwards.

use super::formula::Expr;
use super::table::Table;
use crate::domain::calendar::PeriodKind;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::exact::RoundingMode;
use crate::domain::facts::deal_column;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

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
    pub rounding: RoundingMode,
    /// What is credited, in the order of the script.
    pub measures: Vec<Measure>,
    /// Sums of measures over teams, in the order in which they were first used.
    pub sums: Vec<Sum>,
    /// What is paid, in the order of the script.
    pub components: Vec<Component>,
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

/// Which date of a deal decides quota, period and tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The day it closed.
    Closed,
    /// The day it was booked.
    Booked,
}

impl When {
    /// The words of a script.
    pub const WORDS: [(&'static str, Self); 2] = [("closed", Self::Closed), ("booked", Self::Booked)];

    /// The column of a deal that holds it.
    #[must_use]
    pub fn column(self) -> usize {
        match self {
            Self::Closed => deal_column::CLOSED,
            Self::Booked => deal_column::BOOKED,
        }
    }

    /// The word of a script.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Booked => "booked",
        }
    }
}

/// Whom a measure credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The payees named on the deal, in any role that is not an overlay.
    Named,
    /// The payees named on the deal in this role.
    Role(Arc<str>),
}

/// Which part of a deal's credit a payee gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareRule {
    /// The payee's share of the deal.
    Split,
    /// The same percent for everybody, outside the split's total: a fraction.
    Fixed(Decimal),
}

/// Where a quota comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaRule {
    /// The quota file.
    Table,
    /// One amount for each period, in the plan's currency or in units.
    Amount(Decimal),
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
    /// What is credited for a deal, before the share.
    pub credit: Expr,
    /// What it counts in.
    pub unit: Unit,
    /// The payee's part.
    pub share: ShareRule,
    /// The quota.
    pub quota: QuotaRule,
    /// Whether the quota is scaled to the active days of the period.
    pub prorate: bool,
    /// Whether anything reads the quota; only then is a missing one an error.
    pub quota_read: bool,
    /// The declaration.
    pub span: Span,
}

/// Whose credits a sum takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels {
    /// Those exactly so many levels below: 1 is the direct reports.
    Exactly(u32),
    /// All levels below.
    All,
}

/// Which measure a sum takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SumOf {
    /// One of the same plan, by its place.
    Own(usize),
    /// The measure of this name, of whatever plan the people are on.
    Named(Arc<str>),
}

/// The credits of a team, along the reporting lines of each credit's date.
#[derive(Clone, Debug)]
pub struct Sum {
    /// What it sums.
    pub of: SumOf,
    /// Over whom.
    pub levels: Levels,
    /// Where it was first used.
    pub span: Span,
}

/// What a component follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A measure of the plan, by its place.
    Measure(usize),
    /// A sum of the plan, by its place.
    Sum(usize),
}

/// The kinds of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// An entry for each credit of the payee's own.
    Commission,
    /// An entry for payee and period.
    Bonus,
    /// An entry for payee and period, on what a team was credited.
    Override,
}

impl ComponentKind {
    /// The declaration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Commission => "commission",
            Self::Bonus => "bonus",
            Self::Override => "override",
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

/// How the rate or the amount is found.
#[derive(Clone, Debug)]
pub enum Price {
    /// The same always.
    Constant(Decimal),
    /// By the position in a tier table.
    Table(Arc<Table>),
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
    /// Deals it pays on, narrower than the measure.
    pub which: Option<Expr>,
    /// Whether it pays only once its measurement period is over.
    pub at_end: bool,
    /// The declaration.
    pub span: Span,
    /// The setting that says the rate or amount.
    pub price_span: Span,
}

impl Plan {
    /// Whether deals of this day count.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}
