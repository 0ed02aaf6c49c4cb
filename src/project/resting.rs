//! The facts that a run needs where closed days are at rest: the deals that count, or are paid for, on some other day, and
//! whatever is not a deal.
//!
//! Invariant: who is credited for what on a day that is worked is the same as with all facts. What the files hold stays in
//! `facts`: it is what digests cover and what the register is compared with.

use super::Project;
use crate::domain::facts::{Deal, Event, Facts};
use crate::run::rest::{Counting, Rest};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Days that are not worked, with what the others need.
#[derive(Debug)]
pub(super) struct Resting {
    pub(super) rest: Rest,
    facts: Facts,
}

impl Project {
    /// The same project with closed days that are not worked again. Nothing of them can be asked of it any more.
    #[must_use]
    pub fn resting(mut self, rest: Option<Rest>) -> Self {
        let counting = Counting::of(&self.plans);
        self.resting = rest.map(|rest| Resting { facts: needed(&self.facts, &counting, &rest), rest });
        self
    }

    /// Whether a span of periods begins after a day; of one that is no span nothing is known.
    #[must_use]
    pub fn begins_after(&self, span: &str, day: NaiveDate) -> bool {
        self.span(span).is_ok_and(|(first, _)| first.from > day)
    }

    /// The facts that a run works: all of them, but for those of days at rest.
    #[must_use]
    pub fn worked(&self) -> &Facts {
        self.resting.as_ref().map_or(&self.facts, |resting| &resting.facts)
    }
}

/// What days that are not at rest need.
fn needed(facts: &Facts, counting: &Counting, rest: &Rest) -> Facts {
    let cash = facts.events.iter().filter(|event| counting.counts(event));
    let moved: BTreeSet<&Arc<str>> =
        cash.filter(|event| !rest.has(event.date)).filter_map(|event| event.deal.as_ref()).collect();
    // A decision names its deal, and how far facts reach is told by the last one.
    let named: BTreeSet<&Arc<str>> = facts.adjustments.iter().filter_map(|row| row.deal.as_ref()).collect();
    let last = facts.deals.iter().filter_map(Deal::day).max();
    let counts = |deal: &&Deal| {
        counting.days(deal).any(|day| !rest.has(day))
            || deal.day().is_none_or(|day| Some(day) == last)
            || moved.contains(&deal.id)
            || named.contains(&deal.id)
    };
    // An event has its deal among the facts, or it would not be one.
    let deals: Vec<Deal> = facts.deals.iter().filter(counts).cloned().collect();
    let ids: BTreeSet<&Arc<str>> = deals.iter().map(|deal| &deal.id).collect();
    let stays = |event: &&Event| event.deal.as_ref().is_none_or(|deal| ids.contains(deal));
    Facts {
        schema: facts.schema.clone(),
        payees: facts.payees.clone(),
        lines: facts.lines.clone(),
        assignments: facts.assignments.clone(),
        leave: facts.leave.clone(),
        quotas: facts.quotas.clone(),
        scores: facts.scores.clone(),
        metrics: facts.metrics.clone(),
        adjustments: facts.adjustments.clone(),
        pipeline: Vec::new(),
        rates: facts.rates.clone(),
        tables: facts.tables.clone(),
        events: facts.events.iter().filter(stays).cloned().collect(),
        deals,
    }
}
