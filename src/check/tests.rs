//! Tests of plans: every example is worked in a world of its own, and what comes out is compared with what it expects.
//!
//! In:   plans with their tests; calendar and columns of the project.
//! Out:  for each test what was expected, what came out and what that is made of; or what stands against working it.
//! Here: "an expectation sees what was said above it": one run for each group of expectations that follow one another.
//!
//! Invariant: the same figures as a run of the project over the same facts, for it is the same run.

use super::reached::Reached;
use super::world::{World, difference};
use crate::domain::calendar::{Calendar, Period};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Place, Severity, Span};
use crate::domain::exact::{add, fixed, grouped, shortest};
use crate::domain::facts::{Facts, Schema, payee_field};
use crate::domain::texts::Texts;
use crate::domain::value::Value;
use crate::plan::model::{Expect, Plan, PlanTest, TestAction, TestStep};
use crate::plan::percent;
use crate::run::adjust::Entry;
use crate::run::explain::reason;
use crate::run::{Inputs, Outcome, run};
use rust_decimal::Decimal;
use std::sync::Arc;

/// How many lines of what came out are shown of a figure that is not as expected.
const MOST_LINES: usize = 20;
/// Decimals to which an attainment is compared at least: those of a percent with two decimals.
const ATTAINMENT_PLACES: u32 = 4;

/// What the plans of a project stand in.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Roles whose shares stand outside the 100 %.
    pub overlay: &'a [Arc<str>],
    /// The scripts, for the lines on which things stand.
    pub texts: &'a Texts,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The plan's name.
    pub plan: Arc<str>,
    /// What the test shows.
    pub name: Arc<str>,
    /// Its declaration.
    pub span: Span,
    /// Its figures, in order; those behind an error are not there.
    pub figures: Vec<Compared>,
    /// What stands against working it.
    pub errors: Vec<Diagnostic>,
    /// What of the plan it reaches.
    pub reached: Reached,
}

impl Tested {
    /// Whether all came out as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.figures.iter().all(Compared::holds)
    }

    /// What is wrong, for people: one finding for each figure that is not as expected, and what stands against it.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let note = format!("in the test `{}` of `{}`", self.name, self.plan);
        let wrong = self.figures.iter().filter(|figure| !figure.holds()).map(Compared::finding);
        wrong.chain(self.errors.iter().cloned()).map(|finding| finding.note(note.clone())).collect()
    }
}

/// What a figure is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Money.
    Money(Currency),
    /// A fraction, shown as a percent.
    Percent,
}

impl Written {
    /// A figure for people: `1,325.00`, `110 %`.
    #[must_use]
    pub fn shown(self, figure: Decimal) -> String {
        match self {
            Self::Money(currency) => grouped(figure, currency.places().max(figure.normalize().scale())),
            Self::Percent => percent(figure),
        }
    }

    /// A figure for programs: `1325.00`, `1.1`.
    #[must_use]
    pub fn plain(self, figure: Decimal) -> String {
        match self {
            Self::Money(currency) => fixed(figure, currency.places().max(figure.normalize().scale())),
            Self::Percent => shortest(figure),
        }
    }
}

/// One line of what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The payout period; empty for a figure that has none.
    pub period: Arc<str>,
    /// The component, or what of a payout it is.
    pub what: String,
    /// The deal.
    pub deal: Option<Arc<str>>,
    /// The figure.
    pub amount: Decimal,
    /// How it came about.
    pub reason: String,
}

/// A figure beside what was expected of it.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The line of the test.
    pub span: Span,
    /// The payee.
    pub payee: Arc<str>,
    /// What was asked.
    pub expect: Expect,
    /// What was expected.
    pub expected: Decimal,
    /// What came out; `None`: there is no such figure.
    pub got: Option<Decimal>,
    /// What both are written in.
    pub written: Written,
    /// What a figure that is not as expected is made of, in order.
    pub lines: Vec<Line>,
    /// How many more lines there are.
    pub more: usize,
}

impl Compared {
    /// Whether it came out as expected. An attainment is compared to the decimals that the test writes, two of the
    /// percent at least.
    #[must_use]
    pub fn holds(&self) -> bool {
        match (self.written, self.got) {
            (Written::Money(_), Some(got)) => got == self.expected,
            (Written::Percent, Some(got)) => {
                got.round_dp(self.expected.normalize().scale().max(ATTAINMENT_PLACES)) == self.expected
            }
            (_, None) => false,
        }
    }

    /// How much more came out than was expected.
    #[must_use]
    pub fn difference(&self) -> Option<Decimal> {
        difference(self.got?, self.expected)
    }

    /// What was asked, in words: `` `New business` in 2026-Q1 ``.
    #[must_use]
    pub fn asked(&self) -> String {
        match &self.expect {
            Expect::Component(component, None) => format!("`{component}` in all"),
            Expect::Component(component, Some(period)) => format!("`{component}` in {period}"),
            Expect::Earned(period) => format!("what is earned in {period}"),
            Expect::Paid(period) => format!("what is paid in {period}"),
            Expect::Balance(period) => format!("the balance after {period}"),
            Expect::Attainment(measure, period) => format!("the attainment of `{measure}` in {period}"),
        }
    }

    fn finding(&self) -> Diagnostic {
        let expected = self.written.shown(self.expected);
        let message = match self.got {
            Some(got) => format!("{} is {}, not {expected}", self.asked(), self.written.shown(got)),
            None => format!("{} is not there, {expected} was expected", self.asked()),
        };
        let mut finding = Diagnostic::error(Code::TestFailed, message).at(&self.span);
        if let Some(difference) = self.difference() {
            let word = if difference.is_sign_negative() { "too little" } else { "too much" };
            finding = finding.label(format!("{} {word}", self.written.shown(difference.abs())));
        }
        for line in &self.lines {
            finding = finding.note(self.told(line));
        }
        if self.more > 0 {
            finding = finding.note(format!("and {} more", self.more));
        }
        if self.lines.is_empty() && !matches!(self.expect, Expect::Attainment(..)) {
            finding = finding.note("nothing was posted");
        }
        finding
    }

    /// A line for people: `2026-01, D1: 13,500.00 = 150,000.00 × 9 %`.
    fn told(&self, line: &Line) -> String {
        let deal = line.deal.as_ref().map_or_else(String::new, |deal| format!(", {deal}"));
        let head =
            if line.period.is_empty() { line.what.clone() } else { format!("{}, {}{deal}", line.period, line.what) };
        let why = if line.reason.is_empty() { String::new() } else { format!(" = {}", line.reason) };
        format!("{head}: {}{why}", self.written.shown(line.amount))
    }
}

/// Works all tests of plans, in the order of the plans and their scripts.
#[must_use]
pub fn test_plans(plans: &[Plan], around: Around<'_>) -> Vec<Tested> {
    plans.iter().flat_map(|plan| plan.tests.iter().map(|test| test_one(plan, test, around))).collect()
}

/// Works one test.
#[must_use]
pub fn test_one(plan: &Plan, test: &PlanTest, around: Around<'_>) -> Tested {
    let world = World { plan, test, around };
    let mut tested = Tested {
        plan: Arc::clone(&plan.name),
        name: Arc::clone(&test.name),
        span: test.span.clone(),
        figures: Vec::new(),
        errors: Vec::new(),
        reached: Reached::default(),
    };
    let expects = |step: &TestStep| matches!(step.action, TestAction::Expect(..));
    let mut steps = test.steps.iter().enumerate().peekable();
    while let Some((place, step)) = steps.next() {
        if !expects(step) {
            continue;
        }
        let mut group = vec![step];
        while let Some((_, next)) = steps.next_if(|(_, next)| expects(next)) {
            group.push(next);
        }
        if let Err(errors) = work(&world, place, &group, &mut tested) {
            tested.errors = errors;
            break;
        }
    }
    tested
}

/// Works the expectations of one group, which see the same world.
fn work(world: &World<'_>, steps: usize, group: &[&TestStep], tested: &mut Tested) -> Result<(), Vec<Diagnostic>> {
    let facts = world.facts(steps);
    let asked = group.iter().filter_map(|step| match &step.action {
        TestAction::Expect(expect, _) => Some(expect),
        _ => None,
    });
    let asked: Vec<&Expect> = asked.collect();
    let outcome = run(Inputs {
        posted: None,
        rest: None,
        facts: &facts,
        plans: std::slice::from_ref(world.plan),
        calendar: world.around.calendar,
        everyone: None,
        overlay: world.around.overlay,
        chain: None,
        from: chrono::NaiveDate::MIN,
        until: world.until(steps, &asked),
        reasons: true,
        others: 3,
    });
    let outcome = outcome.map_err(|mut findings| {
        findings.retain(|finding| finding.severity == Severity::Error);
        findings.into_iter().map(|finding| at_the_deal(finding, &world.test.steps)).collect::<Vec<_>>()
    })?;
    outcome.entries.iter().for_each(|entry| tested.reached.add(entry));
    for step in group {
        let TestAction::Expect(expect, expected) = &step.action else { continue };
        let seen = Seen { world, facts: &facts, outcome: &outcome, payee: world.id(step.payee) };
        let too_large = |_| {
            let finding = Diagnostic::error(Code::Overflow, "the sum has more than 28 digits").at(&step.span);
            vec![finding.help("look at the amounts: one of them is far too large")]
        };
        let (got, written) = seen.figure(expect).map_err(too_large)?;
        let mut compared = Compared {
            span: step.span.clone(),
            payee: Arc::clone(&seen.payee),
            expect: expect.clone(),
            expected: *expected,
            got,
            written,
            lines: Vec::new(),
            more: 0,
        };
        if !compared.holds() {
            compared.lines = seen.lines(expect);
            compared.more = compared.lines.len().saturating_sub(MOST_LINES);
            compared.lines.truncate(MOST_LINES);
        }
        tested.figures.push(compared);
    }
    Ok(())
}

/// A column that a deal of the test leaves blank: the deal is to be mended, not the formula that reads it.
fn at_the_deal(mut finding: Diagnostic, steps: &[TestStep]) -> Diagnostic {
    let of = |step: &&TestStep| match &step.action {
        TestAction::Deal(deal) => deal.ids.iter().any(|id| finding.message.starts_with(&format!("deal `{id}` ("))),
        _ => false,
    };
    let Some(deal) = steps.iter().find(of).filter(|_| finding.code == Code::Blank) else { return finding };
    if let Place::Text(formula) = std::mem::replace(&mut finding.place, Place::Text(deal.span.clone())) {
        finding = finding.also(&formula, "read here");
    }
    finding
}

/// What a payee of the test sees of the outcome.
struct Seen<'a> {
    world: &'a World<'a>,
    facts: &'a Facts,
    outcome: &'a Outcome,
    payee: Arc<str>,
}

impl Seen<'_> {
    /// The figure that is asked for.
    fn figure(&self, expect: &Expect) -> crate::domain::exact::Exact<(Option<Decimal>, Written)> {
        let plan = Written::Money(self.world.plan.currency);
        let own = self.currency();
        Ok(match expect {
            Expect::Component(..) | Expect::Earned(_) => {
                let total = self.entries(expect).try_fold(Decimal::ZERO, |total, entry| add(total, entry.earned))?;
                (Some(total), plan)
            }
            Expect::Paid(period) => {
                let payouts = self.payouts(own).filter(|payout| self.is_in(payout.period, Some(period)));
                let total = payouts.map(|payout| payout.payout).try_fold(Decimal::ZERO, add)?;
                (Some(total), Written::Money(own))
            }
            Expect::Balance(period) => {
                let ended = |place: usize| self.outcome.periods.get(place).is_some_and(|found| found.to <= period.to);
                let last = self.payouts(own).filter(|payout| ended(payout.period)).max_by_key(|payout| payout.period);
                (Some(last.map_or(Decimal::ZERO, |payout| payout.carry())), Written::Money(own))
            }
            Expect::Attainment(measure, period) => {
                let standing = self.standing(measure, period);
                let got = match standing {
                    Some(standing) => standing.attainment(standing.total(period.to)),
                    None => Some(Decimal::ZERO),
                };
                (got, Written::Percent)
            }
        })
    }

    /// What a figure is made of.
    fn lines(&self, expect: &Expect) -> Vec<Line> {
        match expect {
            Expect::Component(..) | Expect::Earned(_) => self.entries(expect).map(|entry| self.line(entry)).collect(),
            Expect::Paid(period) | Expect::Balance(period) => {
                let own = self.currency();
                let payouts = self.payouts(own).filter(|payout| self.is_in(payout.period, Some(period)));
                payouts
                    .flat_map(|payout| {
                        crate::run::settle::settle_lines(payout).into_iter().map(|(what, amount)| Line {
                            period: self.label(payout.period),
                            what: what.replace('_', " "),
                            deal: None,
                            amount,
                            reason: String::new(),
                        })
                    })
                    .collect()
            }
            Expect::Attainment(..) => Vec::new(),
        }
    }

    fn line(&self, entry: &Entry) -> Line {
        Line {
            period: self.label(entry.payout),
            what: entry.component.to_string(),
            deal: entry.deal.as_ref().map(|(_, id)| Arc::clone(id)),
            amount: entry.earned,
            reason: reason(entry),
        }
    }

    fn label(&self, place: usize) -> Arc<str> {
        self.outcome.periods.get(place).map_or_else(|| Arc::from(""), |period| Arc::clone(&period.label))
    }

    /// The entries of the payee that a figure sums.
    fn entries<'s>(&'s self, expect: &'s Expect) -> impl Iterator<Item = &'s Entry> {
        let (component, period) = match expect {
            Expect::Component(component, period) => (Some(component), period.as_ref()),
            Expect::Earned(period) | Expect::Paid(period) | Expect::Balance(period) => (None, Some(period)),
            Expect::Attainment(_, period) => (None, Some(period)),
        };
        self.outcome.entries.iter().filter(move |entry| {
            entry.payee == self.payee
                && component.is_none_or(|component| entry.component == *component)
                && self.is_in(entry.payout, period)
        })
    }

    /// Whether a payout period lies in a period: by its last day, as everywhere.
    fn is_in(&self, payout: usize, period: Option<&Period>) -> bool {
        period.is_none_or(|period| self.outcome.periods.get(payout).is_some_and(|found| period.contains(found.to)))
    }

    fn payouts(&self, currency: Currency) -> impl Iterator<Item = &crate::run::settle::Payout> {
        let own = move |payout: &&crate::run::settle::Payout| payout.currency == currency;
        self.outcome.payouts.iter().filter(|payout| payout.payee == self.payee).filter(own)
    }

    fn standing(&self, measure: &Arc<str>, period: &Period) -> Option<&crate::run::measure::Standing> {
        self.outcome.standings.iter().find(|standing| {
            standing.payee == self.payee && standing.measure == *measure && standing.period.label == period.label
        })
    }

    /// The currency in which the payee is paid: its own, else the plan's.
    fn currency(&self) -> Currency {
        let payee = self.facts.payees.iter().find(|payee| payee.id == self.payee);
        let code = payee.and_then(|payee| payee.constant(payee_field::CURRENCY)).and_then(Value::text);
        code.and_then(|code| Currency::from_code(code)).unwrap_or(self.world.plan.currency)
    }
}
