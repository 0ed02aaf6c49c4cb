//! A line: what a component pays for one credit, or for one period. Its parts are added up exactly and rounded once.

use super::super::explain::{Converted, Step, StepKind};
use crate::domain::exact::{Exact, Fraction, add, sub};
use crate::plan::model::Rounding;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which of several amounts of one component, deal and period it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The only one.
    #[default]
    Whole,
    /// That of an objective, by its place.
    Objective(usize),
    /// That of an instalment, from 1.
    Instalment(u32),
    /// What a floor adds over a period, a year, the plan.
    Floor(Reach),
    /// What a cap takes over a period, a year, the plan.
    Cap(Reach),
}

/// Over what a limit reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// One deal.
    Deal,
    /// The measurement period.
    Period,
    /// The fiscal year.
    Year,
    /// The plan.
    Plan,
}

/// Why the deal counted for as much as it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credited {
    /// The plan that credits, by place.
    pub plan: usize,
    /// The measure, by place in the plan.
    pub measure: usize,
    /// The whole deal's credit.
    pub base: Decimal,
    /// The payee's share.
    pub share: Decimal,
    /// The role.
    pub role: Option<Arc<str>>,
    /// Whom it is credited to, where that is somebody else: a report, a member.
    pub of: Option<Arc<str>>,
    /// The payee's credit.
    pub amount: Decimal,
    /// The day on which the deal counts.
    pub day: NaiveDate,
    /// The attainment of the period before it and with it, fractions; without a quota there is none.
    pub attainment: Option<(Decimal, Decimal)>,
    /// The conversion of what the deal says, where it is in another currency than the plan.
    pub converted: Option<Box<Converted>>,
}

/// A line at one moment: rounded, with its steps.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which of several.
    pub part: Part,
    /// The deal, by place.
    pub deal: Option<usize>,
    /// The day it counts, of a line with a deal.
    pub day: Option<NaiveDate>,
    /// The amount at the minor unit.
    pub amount: Decimal,
    /// The steps that add up to it.
    pub steps: Arc<[Step]>,
    /// The deal's credit.
    pub credit: Option<Arc<Credited>>,
    /// Whether the component does not pay on the deal as known now. What it paid before is then taken back.
    pub left_out: bool,
    /// Whether the gate is shut: no floor lifts it.
    pub shut: bool,
}

impl Line {
    /// Whether no floor lifts it: the component does not pay on its deal, or the gate is shut.
    pub fn is_out(&self) -> bool {
        self.left_out || self.shut
    }
}

/// What a line is before it is rounded: its parts, whose sum is the line.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Which of several.
    pub part: Part,
    /// The deal, by place.
    pub deal: Option<usize>,
    /// The day it counts, of a line with a deal.
    pub day: Option<NaiveDate>,
    /// Amounts with their steps.
    pub parts: Vec<(Fraction, Step)>,
    /// The deal's credit.
    pub credit: Option<Credited>,
    /// Whether the component does not pay on the deal.
    pub left_out: bool,
    /// Whether the gate is shut.
    pub shut: bool,
}

impl Raw {
    /// Of one part.
    #[must_use]
    pub fn one(amount: Fraction, step: Step) -> Self {
        Self { parts: vec![(amount, step)], ..Self::default() }
    }

    /// What the parts add up to.
    ///
    /// # Errors
    /// Overflow.
    pub fn total(&self) -> Exact<Fraction> {
        self.parts.iter().try_fold(Fraction::ZERO, |total, (amount, _)| total.plus(*amount))
    }

    /// Brings the total to `amount` by a step of its own.
    ///
    /// # Errors
    /// Overflow.
    pub fn bring_to(&mut self, amount: Fraction, step: Step) -> Exact<()> {
        let more = amount.plus(self.total()?.times(Decimal::NEGATIVE_ONE)?)?;
        self.parts.push((more, step));
        Ok(())
    }
}

/// Several credits of one deal (roles, members of a team, invoices of a day) are one line of it, rounded once.
#[must_use]
pub fn merged(raw: Vec<Raw>) -> Vec<Raw> {
    let mut places: BTreeMap<(Option<usize>, Option<NaiveDate>, Part), usize> = BTreeMap::new();
    let mut lines: Vec<Raw> = Vec::with_capacity(raw.len());
    for more in raw {
        match places.get(&(more.deal, more.day, more.part)).and_then(|place| lines.get_mut(*place)) {
            // What a filter leaves out adds nothing to what another credit of the deal is paid.
            Some(known) if known.left_out => *known = more,
            Some(known) if !more.left_out => {
                known.parts.extend(more.parts);
                // In an order that no file decides.
                known.parts.sort_by_key(|(_, step)| std::cmp::Reverse((step.base, step.rate, step.from)));
                known.credit = together(known.credit.take(), more.credit);
            }
            Some(_) => {}
            None => {
                places.insert((more.deal, more.day, more.part), lines.len());
                lines.push(more);
            }
        }
    }
    lines
}

/// The credits of one line as one: what they add up to, in all the roles that they have.
fn together(first: Option<Credited>, second: Option<Credited>) -> Option<Credited> {
    let (Some(a), Some(b)) = (first.clone(), second.clone()) else { return first.or(second) };
    let (Ok(amount), Ok(base), Ok(share)) = (add(a.amount, b.amount), add(a.base, b.base), add(a.share, b.share))
    else {
        return first;
    };
    // Parts of one amount add their shares; several amounts in the same part add up themselves.
    let parts = a.base == b.base && share <= Decimal::ONE;
    let (base, share) = if parts { (a.base, share) } else { (base, a.share.max(b.share)) };
    let mut roles: Vec<Arc<str>> = a.role.iter().chain(&b.role).cloned().collect();
    roles.sort();
    roles.dedup();
    let role = (!roles.is_empty()).then(|| Arc::from(roles.join(", ")));
    let attainment = a.attainment.zip(b.attainment).map(|((a, b), (c, d))| (a.min(c), b.max(d)));
    // Of several measures the line names the first; an exchange is told where it is that of all of them.
    let converted = if a.converted == b.converted { a.converted } else { None };
    let of = if a.of == b.of { a.of } else { None };
    Some(Credited { base, share, amount, of, role, attainment, converted, ..a })
}

/// Rounds lines to the minor unit: each for itself, or so that their running total is rounded once. Each step is rounded
/// for itself; what that leaves over is a step of its own. Without reasons there are no steps.
///
/// # Errors
/// Overflow.
pub fn rounded(raw: Vec<Raw>, rounding: Rounding, places: u32, reasons: bool) -> Exact<Vec<Line>> {
    let mut lines = Vec::with_capacity(raw.len());
    let mut running = Fraction::ZERO;
    let mut posted = Decimal::ZERO;
    for raw in raw {
        let total = raw.total()?;
        let amount = if rounding.per_period {
            running = running.plus(total)?;
            let whole = rounding.round(running.value()?, places);
            let own = sub(whole, posted)?;
            posted = whole;
            own
        } else {
            rounding.round(total.value()?, places)
        };
        let steps = if reasons { steps(raw.parts, amount, (rounding, places))? } else { Vec::new() };
        lines.push(Line {
            part: raw.part,
            deal: raw.deal,
            day: raw.day,
            amount,
            steps: Arc::from(steps),
            credit: raw.credit.map(Arc::new),
            left_out: raw.left_out,
            shut: raw.shut,
        });
    }
    Ok(lines)
}

/// The steps of a line, each rounded, and what that leaves over.
///
/// # Errors
/// Overflow.
pub fn steps(parts: Vec<(Fraction, Step)>, amount: Decimal, (rounding, places): (Rounding, u32)) -> Exact<Vec<Step>> {
    let mut shown = Decimal::ZERO;
    let mut steps = Vec::with_capacity(parts.len());
    for (part, step) in parts {
        let own = rounding.round(part.value()?, places);
        shown = add(shown, own)?;
        steps.push(Step { amount: own, ..step });
    }
    let rest = sub(amount, shown)?;
    if !rest.is_zero() {
        steps.push(Step::of(StepKind::Rounding, rest));
    }
    if steps.is_empty() {
        steps.push(Step::of(StepKind::NotPaid, Decimal::ZERO));
    }
    Ok(steps)
}
