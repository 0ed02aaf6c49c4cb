//! The results of tests as the page and `--format json` get them: amounts are strings, every place has a line.

use super::tests::{Compared, Tested, Written};
use crate::domain::texts::Texts;
use crate::plan::model::Expect;
use crate::report::answers::{Finding, Place};
use serde::Serialize;

/// One line of what came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineView {
    /// The payout period.
    pub period: String,
    /// The component, or what of a payout it is.
    pub what: String,
    /// The deal.
    pub deal: Option<String>,
    /// The figure.
    pub amount: String,
    /// How it came about, in English.
    pub reason: String,
}

/// A figure beside what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FigureView {
    /// Whether it came out as expected.
    pub ok: bool,
    /// The line of the test.
    pub place: Place,
    /// The payee.
    pub payee: String,
    /// What was asked, in English.
    pub asked: String,
    /// What was asked, as a code: `component`, `earned`, `paid`, `balance` or `attainment`.
    pub kind: &'static str,
    /// The component, or of an attainment the measure.
    pub of: Option<String>,
    /// The period that was asked for; nothing of a component in all.
    pub period: Option<String>,
    /// The currency of the figures; nothing of an attainment.
    pub currency: Option<&'static str>,
    /// What was expected: money, or of an attainment a fraction.
    pub expected: String,
    /// What came out; nothing where there is no such figure.
    pub got: Option<String>,
    /// How much more came out.
    pub difference: Option<String>,
    /// What a figure that is not as expected is made of.
    pub lines: Vec<LineView>,
    /// How many more lines there are.
    pub more: usize,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestView {
    /// The plan's name.
    pub plan: String,
    /// What the test shows.
    pub name: String,
    /// Whether all came out as expected.
    pub ok: bool,
    /// Its declaration.
    pub place: Place,
    /// Its figures, in order; those behind an error are not there.
    pub figures: Vec<FigureView>,
    /// What stands against working it.
    pub findings: Vec<Finding>,
}

impl TestView {
    /// The view of a test.
    #[must_use]
    pub fn of(tested: &Tested, texts: &Texts) -> Self {
        Self {
            plan: tested.plan.to_string(),
            name: tested.name.to_string(),
            ok: tested.passed(),
            place: Place::of(&tested.span, texts),
            figures: tested.figures.iter().map(|figure| figure_view(figure, texts)).collect(),
            findings: tested.errors.iter().map(|error| Finding::of(error, texts)).collect(),
        }
    }
}

fn figure_view(figure: &Compared, texts: &Texts) -> FigureView {
    let plain = |amount| figure.written.plain(amount);
    let (kind, of, period) = match &figure.expect {
        Expect::Component(component, period) => ("component", Some(component), period.as_ref()),
        Expect::Earned(period) => ("earned", None, Some(period)),
        Expect::Paid(period) => ("paid", None, Some(period)),
        Expect::Balance(period) => ("balance", None, Some(period)),
        Expect::Attainment(measure, period) => ("attainment", Some(measure), Some(period)),
    };
    FigureView {
        ok: figure.holds(),
        place: Place::of(&figure.span, texts),
        payee: figure.payee.to_string(),
        asked: figure.asked(),
        kind,
        of: of.map(ToString::to_string),
        period: period.map(|period| period.label.to_string()),
        currency: match figure.written {
            Written::Money(currency) => Some(currency.code()),
            Written::Percent => None,
        },
        expected: plain(figure.expected),
        got: figure.got.map(plain),
        difference: figure.difference().filter(|_| !figure.holds()).map(plain),
        lines: figure
            .lines
            .iter()
            .map(|line| LineView {
                period: line.period.to_string(),
                what: line.what.clone(),
                deal: line.deal.as_ref().map(ToString::to_string),
                amount: plain(line.amount),
                reason: line.reason.clone(),
            })
            .collect(),
        more: figure.more,
    }
}
