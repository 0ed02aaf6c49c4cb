//! The plan's own examples: what a test sets up, and what it expects.

use super::Amount;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A value that a test sets: a field or a column by its name.
pub type Given = (Arc<str>, TestValue);

/// A value as a test writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestValue {
    /// A figure: money, a number, or a percent as a fraction; with a currency if one was written.
    Figure(Amount),
    /// Text, or a date.
    Text(Arc<str>),
    /// Yes or no.
    YesNo(bool),
    /// A payee of the test, by place.
    Payee(usize),
    /// Shares by payee: place and fraction.
    Shares(Vec<(usize, Decimal)>),
}

/// What one line of a test does. Payees are named by their places: 0 is the payee the test is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestAction {
    /// Fields of a payee.
    Set(Vec<Given>),
    /// A further payee: its name; the place is the next one.
    Payee(Arc<str>, Vec<Given>),
    /// Measure, period (every one without), amount.
    Quota(Arc<str>, Option<Arc<str>>, Amount),
    /// A deal, so many times alike.
    Deal(u32, Vec<Given>),
    /// Deal, kind, day, amount.
    Event(Arc<str>, Arc<str>, NaiveDate, Option<Amount>),
    /// Measure, period, total.
    Metric(Arc<str>, Arc<str>, Decimal),
    /// Objective, period, score as a fraction.
    Score(Arc<str>, Arc<str>, Decimal),
    /// From, to, day, rate.
    Rate(Currency, Currency, NaiveDate, Decimal),
    /// Component, period (all without), what it earns.
    Expect(Arc<str>, Option<Arc<str>>, Decimal),
    /// Period, everything posted.
    ExpectEarned(Arc<str>, Decimal),
    /// Period, what is paid.
    ExpectPaid(Arc<str>, Decimal),
    /// Period, what is carried after it.
    ExpectBalance(Arc<str>, Decimal),
    /// Measure, period, attainment as a fraction.
    ExpectAttainment(Arc<str>, Arc<str>, Decimal),
}

/// One line of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep {
    /// Whose it is, by place.
    pub payee: usize,
    /// What it does.
    pub action: TestAction,
    /// Where it stands.
    pub span: Span,
}

/// An example of the plan, with what it must give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTest {
    /// What it shows.
    pub name: Arc<str>,
    /// Its lines, in order.
    pub steps: Vec<TestStep>,
    /// The declaration.
    pub span: Span,
}
