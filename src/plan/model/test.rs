//! The plan's own examples: what a test sets up, and what it expects.
//!
//! Payees, columns and fields are named by their places: payee 0 is the one the test is about, columns and fields
//! stand at the places of [`crate::domain::facts::Schema`]. Every name and value was checked when the plan was loaded.

use super::Amount;
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::value::Value;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A cell that a test fills: the column or field by its place, and its value.
pub type Filled = (usize, Value);

/// A payee's part in a deal of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestShare {
    /// The payee, by place.
    pub payee: usize,
    /// The role on the deal, if the test says one.
    pub role: Option<Arc<str>>,
    /// The part, a fraction.
    pub share: Decimal,
}

/// A deal of a test, or several alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestDeal {
    /// The ids, one for each deal; unique in the test.
    pub ids: Vec<Arc<str>>,
    /// What is filled, the id left out.
    pub cells: Vec<Filled>,
    /// Who takes part, in the order of the text.
    pub shares: Vec<TestShare>,
}

/// What one line of a test does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestAction {
    /// Fields of the payee.
    Set(Vec<Filled>),
    /// The payee comes into the world, with these fields.
    Payee(Vec<Filled>),
    /// What the payee is to reach.
    Quota {
        /// The measure, of this plan or of another.
        measure: Arc<str>,
        /// The period; `None`: every one.
        period: Option<Period>,
        /// The amount, in money or units as the measure.
        amount: Amount,
    },
    /// Deals.
    Deal(TestDeal),
    /// Something that happens to a deal.
    Event {
        /// The deal's id.
        deal: Arc<str>,
        /// What happens.
        kind: Arc<str>,
        /// The day.
        date: NaiveDate,
        /// Money in the deal's currency.
        amount: Option<Decimal>,
    },
    /// A total that is given: of a measure of this plan, or of what the people of another plan have.
    Given {
        /// The measure.
        measure: Arc<str>,
        /// The period.
        period: Period,
        /// Money in the plan's currency, or units.
        total: Decimal,
    },
    /// How well an objective was met.
    Score {
        /// The objective.
        objective: Arc<str>,
        /// The period.
        period: Period,
        /// A fraction.
        score: Decimal,
    },
    /// A rate of exchange: units of `to` for one of `from`.
    Rate {
        /// From.
        from: Currency,
        /// To.
        to: Currency,
        /// The day from which it holds, until the next one.
        date: NaiveDate,
        /// The rate.
        rate: Decimal,
    },
    /// What must have come out, of all that was said above.
    Expect(Expect, Decimal),
}

/// A figure that a test expects of a payee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// What a component earned: in all, or as posted in a period. In the plan's currency.
    Component(Arc<str>, Option<Period>),
    /// Everything posted in a period, in the plan's currency.
    Earned(Period),
    /// What a period pays, in the payee's currency.
    Paid(Period),
    /// What is carried after a period, in the payee's currency; a debt is negative.
    Balance(Period),
    /// The attainment of a measure in its period, a fraction.
    Attainment(Arc<str>, Period),
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
    /// The payees' ids, by place.
    pub payees: Vec<Arc<str>>,
    /// Its lines, in order.
    pub steps: Vec<TestStep>,
    /// The declaration.
    pub span: Span,
}
