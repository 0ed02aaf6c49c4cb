//! Rest: closed days of which nothing can have moved since the last close, so that a run need not work them again.
//!
//! In:   the plans, the calendar, the days of which something has become known or falls due.
//! Out:  the days at rest, as spans of which each holds whole measurement periods.
//! Not here: what has changed (`ledger`), which facts the rest of the days need (`project`).
//!
//! What a period earns follows from the facts of its own days alone where plans have nothing that goes from one period to
//! another. [`spans`] knows what does and gives nothing then: all is worked. A span ends where a period of *every* length that any
//! plan goes by ends, so no period lies across its edge.
//!
//! Invariant: a run with days at rest posts, pays and shows what a run of all days does. Tested by `tests/ledger.rs` and
//! `tests/model` on histories that are closed both ways, and by `verify --recompute`, which works all days.

use super::facts::Days;
use crate::domain::calendar::{Calendar, Period, PeriodKind};
use crate::plan::formula::shift;
use crate::plan::model::{
    Accumulate, Component, ComponentKind, Condition, HeldAtLeaving, Limits, Measure, On, Plan, SumOf, When,
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Days at rest: spans in order, of which no two touch the same day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest(Vec<Days>);

impl Rest {
    /// Whether a day is at rest.
    #[must_use]
    pub fn has(&self, day: NaiveDate) -> bool {
        self.holding(day).is_some()
    }

    /// Whether all of some days are at rest.
    #[must_use]
    pub fn has_all(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.holding(from).is_some_and(|span| to <= span.to)
    }

    /// Whether a period is at rest: whole, or not at all; `None` where it lies across the edge.
    #[must_use]
    pub fn has_period(&self, period: &Period) -> Option<bool> {
        let whole = self.has_all(period.from, period.to);
        let period = Days { from: period.from, to: period.to };
        (whole || self.0.iter().all(|span| span.shared(period).is_none())).then_some(whole)
    }

    fn holding(&self, day: NaiveDate) -> Option<Days> {
        let place = self.0.partition_point(|span| span.to < day);
        self.0.get(place).copied().filter(|span| span.contains(day))
    }

    /// The spans that stay at rest, side by side as one.
    fn of(spans: impl Iterator<Item = Days>) -> Option<Self> {
        let mut found: Vec<Days> = Vec::new();
        for span in spans {
            match found.last_mut().filter(|last| last.to.succ_opt() == Some(span.from)) {
                Some(last) => last.to = span.to,
                None => found.push(span),
            }
        }
        (!found.is_empty()).then_some(Self(found))
    }
}

/// The days at rest after the last closed day: those of whole spans that ended, and fell due, by then, and of which no day is
/// stirred. `None` where there are none.
#[must_use]
pub fn after(
    (plans, calendar, chain): (&[Plan], &Calendar, Option<&PeriodKind>),
    closed: NaiveDate,
    stirred: &[Days],
) -> Option<Rest> {
    // A plan that is paid out less often has not looked yet at what the last closes knew.
    let paid_out = |plan: &Plan| calendar.period_of(&plan.payout, closed).is_ok_and(|payout| payout.to == closed);
    if !plans.iter().filter(|plan| plan.from <= closed).all(paid_out) {
        return None;
    }
    let spans = spans(plans, calendar, chain)?;
    let conditions = || plans.iter().flat_map(|plan| &plan.components).flat_map(|component| &component.payable);
    let due = |day: NaiveDate| {
        conditions().all(|(_, condition)| match condition {
            Condition::After(length) => shift(day, *length, false).is_some_and(|due| due <= closed),
            _ => true,
        })
    };
    let quiet =
        |span: &Days| span.to <= closed && due(span.to) && stirred.iter().all(|days| days.shared(*span).is_none());
    Rest::of(spans.into_iter().filter(quiet))
}

/// All days of the plans in spans that each hold whole periods of every length that a plan goes by; `None` where something in
/// a plan goes from one to another.
fn spans(plans: &[Plan], calendar: &Calendar, chain: Option<&PeriodKind>) -> Option<Vec<Days>> {
    let mut kinds: Vec<&PeriodKind> = chain.into_iter().collect();
    for plan in plans {
        if !stands_alone(plan) {
            return None;
        }
        kinds.push(&plan.payout);
        kinds.extend(plan.measures.iter().flat_map(|measure| std::iter::once(&measure.period).chain(measure.longer())));
        kinds.extend(plan.draws.iter().flat_map(|draw| draw.per.iter().chain(&draw.forgiven_each)));
        for component in &plan.components {
            if let On::Periods(kind) = &component.on {
                kinds.push(kind);
            }
            kinds.extend(component.payable.iter().filter_map(|(_, condition)| match condition {
                Condition::EndOf(kind) => Some(kind),
                _ => None,
            }));
        }
    }
    if kinds.iter().any(|kind| matches!(kind, PeriodKind::Plan | PeriodKind::Anniversary)) {
        return None;
    }
    let from = plans.iter().map(|plan| plan.from).min()?;
    let to = plans.iter().map(|plan| plan.to).max()?;
    let mut edges: Option<BTreeSet<NaiveDate>> = None;
    for kind in kinds {
        let own: BTreeSet<NaiveDate> =
            calendar.periods(kind, from, to).ok()?.into_iter().map(|period| period.from).collect();
        edges = Some(match edges {
            Some(edges) => edges.intersection(&own).copied().collect(),
            None => own,
        });
    }
    let edges: Vec<NaiveDate> = edges?.into_iter().collect();
    let spans = edges.windows(2).filter_map(|pair| match pair {
        [from, next] => Some(Days { from: *from, to: next.pred_opt()? }),
        _ => None,
    });
    Some(spans.collect())
}

/// Whether what a plan pays for a period follows from that period's days alone, once nothing of them changes any more.
fn stands_alone(plan: &Plan) -> bool {
    plan.caps.is_empty()
        && plan.guarantees.is_empty()
        && plan.leaver == HeldAtLeaving::Keep
        && plan.sums.iter().all(|sum| !matches!(sum.of, SumOf::Named(_)))
        && plan.measures.iter().all(counts_alone)
        && plan.components.iter().all(pays_alone)
}

fn counts_alone(measure: &Measure) -> bool {
    !matches!(measure.when, When::Formula(_)) && !matches!(measure.accumulate, Some(Accumulate::Trailing(_)))
}

fn pays_alone(component: &Component) -> bool {
    let counts_on = matches!(
        component.kind,
        ComponentKind::Spiff { first: Some(_), .. }
            | ComponentKind::Spiff { budget: Some(_), .. }
            | ComponentKind::Residual { .. }
    );
    let within = |limits: &Limits| limits.year.is_none() && limits.plan.is_none() && !limits.carries;
    !counts_on && within(&component.floor) && within(&component.cap)
}
