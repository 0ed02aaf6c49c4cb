//! What a plan says of pay once it is earned: limits across components, draws, guarantees, clawbacks, recovery.

use super::{Amount, AmountRule, Limits};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::Span;
use crate::domain::value::Duration;
use crate::plan::formula::Expr;
use crate::plan::table::Table;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What becomes of a payout below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Negative {
    /// Pays nothing and carries the debt.
    #[default]
    Carry,
    /// Sends it to payroll.
    Charge,
    /// Drops it, with a line that says so.
    Forgive,
}

/// How later pay repays a debt.
#[derive(Clone, Debug)]
pub struct Recover {
    /// The part of each payout that may be used, a fraction.
    pub share: Decimal,
    /// What must be left of a payout.
    pub floor: Option<Amount>,
    /// In how many payouts a debt is repaid.
    pub instalments: Option<u32>,
}

impl Default for Recover {
    fn default() -> Self {
        Self { share: Decimal::ONE, floor: None, instalments: None }
    }
}

/// What becomes of pay that waits for money which will never be collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteOff {
    /// Its share is taken out of what was earned.
    #[default]
    Lapse,
    /// It is paid as if the money had come.
    Release,
}

/// What becomes of held pay when a payee leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldAtLeaving {
    /// It is paid as it falls due.
    #[default]
    Keep,
    /// It is paid at once.
    Release,
    /// It is not paid.
    Forfeit,
}

/// A limit across components.
#[derive(Clone, Debug)]
pub struct PlanCap {
    /// Its name: it stands on statements.
    pub name: Arc<str>,
    /// The components, by place; empty: all.
    pub of: Vec<usize>,
    /// What they may earn.
    pub limits: Limits,
    /// What one payout may pay; the excess waits.
    pub payout: Option<AmountRule>,
    /// The declaration.
    pub span: Span,
}

impl PlanCap {
    /// Whether it limits the component of a place.
    #[must_use]
    pub fn covers(&self, component: usize) -> bool {
        self.of.is_empty() || self.of.contains(&component)
    }

    /// How many of a plan's components it limits.
    #[must_use]
    pub fn width(&self, components: usize) -> usize {
        if self.of.is_empty() { components } else { self.of.len() }
    }
}

/// A recoverable draw.
#[derive(Clone, Debug)]
pub struct Draw {
    /// Its name: it stands on statements.
    pub name: Arc<str>,
    /// What pay is topped up to, or what is advanced.
    pub amount: AmountRule,
    /// For which period; `None`: the payout period.
    pub per: Option<PeriodKind>,
    /// Whether it is advanced whatever is earned; else it tops up.
    pub ahead: bool,
    /// Given only in periods of which this is true.
    pub only_if: Option<Expr>,
    /// First day; `None`: the plan's.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: the plan's.
    pub to: Option<NaiveDate>,
    /// Whether the amount follows the active days.
    pub prorate: bool,
    /// The part of what is earned above the floor that repays it, a fraction.
    pub recover: Decimal,
    /// Repaid only in periods of which this is true.
    pub recover_if: Option<Expr>,
    /// What is left of a payout; `None`: the amount while the draw is given, and 0 afterwards.
    pub floor: Option<AmountRule>,
    /// Never more is owed than this.
    pub limit: Option<AmountRule>,
    /// What is still owed at the end of each such period is forgiven; `None`: never.
    pub forgiven_each: Option<PeriodKind>,
    /// Whether what is owed is forgiven when the payee leaves.
    pub forgiven_at_leaving: bool,
    /// The declaration.
    pub span: Span,
}

/// A top-up that is not owed.
#[derive(Clone, Debug)]
pub struct Guarantee {
    /// Its name: it stands on statements.
    pub name: Arc<str>,
    /// What pay is topped up to.
    pub amount: AmountRule,
    /// For which period; `None`: the payout period.
    pub per: Option<PeriodKind>,
    /// Given only in periods of which this is true.
    pub only_if: Option<Expr>,
    /// First day; `None`: the plan's.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: the plan's.
    pub to: Option<NaiveDate>,
    /// Whether the amount follows the active days.
    pub prorate: bool,
    /// The components that count, by place; empty: all.
    pub of: Vec<usize>,
    /// Whether what is earned counts; else what is payable.
    pub counts_earned: bool,
    /// The declaration.
    pub span: Span,
}

/// Where the window of a clawback rule starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The day the deal counted.
    Closed,
    /// The first invoice.
    Invoiced,
    /// The first payment.
    Paid,
    /// The deal's start.
    Starts,
}

/// How much of the deal's entries is taken.
#[derive(Clone, Debug)]
pub enum Take {
    /// The same always, a fraction.
    Share(Decimal),
    /// By the age.
    Table(Arc<Table>),
    /// By a formula.
    Formula(Expr),
}

/// What a clawback does.
#[derive(Clone, Debug)]
pub enum Method {
    /// The measurement period is worked again without the deal, or with what is left of it.
    Restate,
    /// A share of the deal's own entries is taken; the deal goes on counting.
    Reverse {
        /// How much.
        take: Take,
        /// Whether of the entries as they were before any clawback; else as they stand after restatements.
        of_first: bool,
    },
}

/// A clawback rule.
#[derive(Clone, Debug)]
pub struct Clawback {
    /// Its name: it is the cause on statements.
    pub name: Arc<str>,
    /// The kinds of events that set it off.
    pub on: Vec<Arc<str>>,
    /// The components that it touches, by place; empty: all that the deal fed.
    pub of: Vec<usize>,
    /// The age beyond which it holds, its day left out.
    pub after: Option<Duration>,
    /// The age up to which it holds, its day included.
    pub within: Option<Duration>,
    /// Day 0.
    pub since: Since,
    /// What it does.
    pub method: Method,
    /// The declaration.
    pub span: Span,
}
