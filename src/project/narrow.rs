//! The facts on which the pay of one payee depends: what if one more deal is tried on these, not on a whole company.
//!
//! Somebody's pay follows from the deals that name them and, where a plan sums over teams, from those of the people below. Where a
//! plan looks further (sums over everyone or a group, pools, ranks, budgets, credits for whom a formula names) everything counts,
//! and nothing is narrowed.
//!
//! Invariant: a run of the narrowed facts posts for the payee what a run of all posts. Tested on every payee of every case by
//! `tests/cases.rs`.

use crate::domain::facts::{Deal, Event, Facts, Line, Payee};
use crate::plan::formula::{Figure, Read};
use crate::plan::load::reads;
use crate::plan::model::{ComponentKind, Plan, Who};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The facts that count for a payee; `None`: all of them.
#[must_use]
pub fn narrowed(plans: &[Plan], facts: &Facts, payee: &str) -> Option<Facts> {
    let people = along(facts, BTreeSet::from([Arc::from(payee)]), |line| (&line.manager, &line.payee));
    let named = |plan: &Plan| {
        let mut rows = facts.assignments.iter().flatten();
        facts.assignments.is_none() || rows.any(|row| row.plan == plan.name && people.contains(&row.payee))
    };
    if plans.iter().filter(|plan| named(plan)).any(looks_around) {
        return None;
    }
    let is_theirs = |id: &Option<Arc<str>>| id.as_ref().is_some_and(|id| people.contains(id));
    let handed = facts.events.iter().filter(|event| is_theirs(&event.payee)).filter_map(|event| event.deal.as_ref());
    let handed: BTreeSet<&Arc<str>> = handed.collect();
    let counts =
        |deal: &&Deal| deal.shares.iter().any(|share| people.contains(&share.payee)) || handed.contains(&deal.id);
    let deals: Vec<Deal> = facts.deals.iter().filter(counts).cloned().collect();
    let ids: BTreeSet<&Arc<str>> = deals.iter().map(|deal| &deal.id).collect();
    let events = facts.events.iter().filter(|event: &&Event| event.deal.as_ref().is_none_or(|deal| ids.contains(deal)));
    let events: Vec<Event> = events.cloned().collect();
    // Everybody whom the deals name stays, who took one over, and who is above them: reporting lines end with people.
    let mut known: BTreeSet<Arc<str>> =
        deals.iter().flat_map(|deal| &deal.shares).map(|share| Arc::clone(&share.payee)).collect();
    known.extend(people.iter().cloned());
    known.extend(events.iter().filter_map(|event| event.payee.clone()));
    let known = along(facts, known, |line| (&line.payee, &line.manager));
    let own = |id: &Arc<str>| known.contains(id);
    let open = |id: &Option<Arc<str>>| id.as_ref().is_none_or(own);
    Some(Facts {
        schema: facts.schema.clone(),
        payees: facts.payees.iter().filter(|payee: &&Payee| own(&payee.id)).cloned().collect(),
        lines: facts.lines.iter().filter(|row| own(&row.payee)).cloned().collect(),
        assignments: facts
            .assignments
            .as_ref()
            .map(|rows| rows.iter().filter(|row| own(&row.payee)).cloned().collect()),
        leave: facts.leave.iter().filter(|row| own(&row.payee)).cloned().collect(),
        quotas: facts.quotas.iter().filter(|row| open(&row.payee)).cloned().collect(),
        scores: facts.scores.iter().filter(|row| own(&row.payee)).cloned().collect(),
        metrics: facts.metrics.iter().filter(|row| open(&row.payee)).cloned().collect(),
        adjustments: facts.adjustments.iter().filter(|row| own(&row.payee)).cloned().collect(),
        pipeline: Vec::new(),
        rates: facts.rates.clone(),
        tables: facts.tables.clone(),
        deals,
        events,
    })
}

/// Some people and everybody whom reporting lines of any day lead to, from one end of a line to the other.
fn along(
    facts: &Facts,
    mut people: BTreeSet<Arc<str>>,
    ends: impl Fn(&Line) -> (&Arc<str>, &Arc<str>),
) -> BTreeSet<Arc<str>> {
    loop {
        let more = facts.lines.iter().map(&ends).filter(|(from, to)| people.contains(*from) && !people.contains(*to));
        let more: Vec<Arc<str>> = more.map(|(_, to)| Arc::clone(to)).collect();
        if more.is_empty() {
            return people;
        }
        people.extend(more);
    }
}

/// Whether a plan looks at more than deals that name somebody and the people below.
#[must_use]
pub fn looks_around(plan: &Plan) -> bool {
    let mut ranks = false;
    reads(plan, &mut |read, _| {
        ranks |= matches!(
            read,
            Read::Measure(_, Figure::Rank | Figure::RankIn(_)) | Read::Sum(_, Figure::Rank | Figure::RankIn(_))
        );
    });
    let shared = |kind: &ComponentKind| {
        matches!(kind, ComponentKind::Pool { .. } | ComponentKind::Spiff { budget: Some(_), .. })
    };
    ranks
        || plan.sums.iter().any(|sum| !sum.over.is_team())
        || plan.measures.iter().any(|measure| matches!(measure.who, Who::Formula(_)))
        || plan.components.iter().any(|component| shared(&component.kind))
}
