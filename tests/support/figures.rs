//! Figures of a run that are no sums of entries: where a payee stands, the steps of a line, the rate that it comes to.
//!
//! A figure that a case gives with fewer places is compared with what comes out rounded half up to these places.

use super::compare::Run;
use earnmark::domain::exact::{shortest, sum};
use earnmark::run::adjust::Entry;
use earnmark::run::explain::StepKind;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

/// Where a payee stands in a measure and period, as known at the end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stands {
    /// Who.
    pub payee: String,
    /// The measure.
    pub measure: String,
    /// The measurement period.
    pub period: String,
    /// What is credited.
    pub total: Option<String>,
    /// The quota, ramped and prorated.
    pub quota: Option<String>,
    /// Total by quota, in percent.
    pub attainment: Option<String>,
}

/// The steps of a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Whose.
    pub payee: String,
    /// Of which component.
    pub component: Option<String>,
    /// For which deal.
    pub deal: Option<String>,
    /// Posted in which payout period.
    pub period: Option<String>,
    /// What the payee was credited for the deal.
    pub credit: Option<String>,
    /// All of its steps, in order.
    pub steps: Vec<Slice>,
}

/// A step of a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// What is paid on.
    pub base: Option<String>,
    /// The rate, in percent.
    pub percent: Option<String>,
    /// What it adds to the line.
    pub amount: String,
}

/// What lines come to, in percent of what they are paid on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effective {
    /// Whose.
    pub payee: String,
    /// Of which component; all without it.
    pub component: Option<String>,
    /// For which deal; all without it.
    pub deal: Option<String>,
    /// The rate.
    pub percent: String,
}

/// Whether a figure is the one that is said, at the places that are said.
fn same(said: Option<&String>, found: Option<Decimal>) -> bool {
    let Some(said) = said else { return true };
    let wanted: Decimal = said.parse().unwrap();
    let rounded = |found: Decimal| found.round_dp_with_strategy(wanted.scale(), RoundingStrategy::MidpointAwayFromZero);
    found.is_some_and(|found| rounded(found) == wanted)
}

fn percent(fraction: Decimal) -> Decimal {
    fraction * Decimal::ONE_HUNDRED
}

fn is(wanted: Option<&String>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn deal_of(entry: &Entry) -> &str {
    entry.deal.as_ref().map_or("", |(_, id)| id)
}

impl Run {
    /// How a standing differs from what is said.
    pub fn standing_differs(&self, said: &Stands) -> Option<String> {
        let Stands { payee, measure, period, total, quota, attainment } = said;
        let mut own = self.computed.outcome.standings.iter();
        let own = own.find(|own| *own.payee == **payee && *own.measure == **measure && *own.period.label == **period);
        let Some(own) = own else { return Some(format!("{payee} does not stand in `{measure}` of {period}")) };
        let credited = own.totals.last().map_or(Decimal::ZERO, |(_, total)| *total);
        let goal = own.quota.and_then(|quota| quota.value().ok());
        let reached = own.attainment(credited).map(percent);
        let fits =
            same(total.as_ref(), Some(credited)) && same(quota.as_ref(), goal) && same(attainment.as_ref(), reached);
        (!fits).then(|| format!("{said:?}: got total {credited}, quota {goal:?}, attainment {reached:?}"))
    }

    /// How the steps of a line differ from what is said.
    pub fn steps_differ(&self, said: &Line) -> Option<String> {
        let own = |entry: &&Entry| {
            *entry.payee == *said.payee
                && is(said.component.as_ref(), &entry.component)
                && is(said.deal.as_ref(), deal_of(entry))
                && is(said.period.as_ref(), self.label(entry.payout))
        };
        let Some(entry) = self.entries().iter().find(own) else {
            return Some(format!("{said:?}: there is no such line"));
        };
        let fits = same(said.credit.as_ref(), entry.credit.as_ref().map(|credit| credit.amount))
            && entry.steps.len() == said.steps.len()
            && entry.steps.iter().zip(&said.steps).all(|(step, said)| {
                same(said.base.as_ref(), step.base)
                    && same(said.percent.as_ref(), step.rate.map(percent))
                    && same(Some(&said.amount), Some(step.amount))
            });
        let found: Vec<String> = entry.steps.iter().map(|step| format!("{} = {}", step.text(2), step.amount)).collect();
        (!fits).then(|| format!("{said:?}: got {:?}, {}", entry.credit, found.join("; ")))
    }

    /// How what lines come to differs from what is said.
    pub fn effective_differs(&self, said: &Effective) -> Option<String> {
        let own: Vec<&Entry> = self
            .entries()
            .iter()
            .filter(|entry| {
                *entry.payee == *said.payee
                    && is(said.component.as_ref(), &entry.component)
                    && is(said.deal.as_ref(), deal_of(entry))
            })
            .collect();
        let paid_on = |kind| matches!(kind, StepKind::Tier | StepKind::Flat | StepKind::Whole | StepKind::Curve);
        let steps = own.iter().flat_map(|entry| &entry.steps).filter(|step| paid_on(step.kind));
        let base = sum(steps.filter_map(|step| step.base)).unwrap();
        let earned = sum(own.iter().map(|entry| entry.earned)).unwrap();
        let found = earned.checked_div(base).map(percent);
        (!same(Some(&said.percent), found)).then(|| format!("{said:?}: got {} of {}", shortest(earned), shortest(base)))
    }
}
