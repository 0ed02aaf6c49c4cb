//! Deals that are given back under plans that take nothing back.
//!
//! In:   plans, facts, what a run earned.
//! Out:  a warning for each plan without a clawback rule that has paid for a deal which was cancelled or refunded since, with
//!       what stays earned on such deals. A project may want an error: `settle.clawback = "required"`.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, grouped};
use crate::domain::facts::{Event, Facts};
use crate::plan::model::Plan;
use crate::run::Outcome;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The warnings, in the order of plans.
pub fn given_back(plans: &[Plan], facts: &Facts, outcome: &Outcome) -> Vec<Diagnostic> {
    let Some(last) = outcome.periods.last().map(|period| period.to) else { return Vec::new() };
    if plans.iter().all(|plan| !plan.clawbacks.is_empty()) {
        return Vec::new();
    }
    let takes = |event: &&Event| matches!(&*event.kind, "cancelled" | "refunded" | "reinstated") && event.date <= last;
    // By deal the last of its events, by place.
    let mut back: BTreeMap<&str, usize> = BTreeMap::new();
    let of = |place: usize| facts.events.get(place);
    for (place, event) in facts.events.iter().enumerate().filter(|(_, event)| takes(event)) {
        let Some(deal) = event.deal.as_deref() else { continue };
        let known = back.entry(deal).or_insert(place);
        if of(*known).is_some_and(|known| (known.date, &known.id) < (event.date, &event.id)) {
            *known = place;
        }
    }
    back.retain(|_, place| of(*place).is_some_and(|event| &*event.kind != "reinstated"));
    let mut found = Vec::new();
    for (place, plan) in plans.iter().enumerate().filter(|_| !back.is_empty()) {
        // Of several versions the last speaks for all, and any of them may have a rule.
        let versions = || plans.iter().filter(|version| version.name == plan.name);
        let later = plans.iter().skip(place.saturating_add(1)).any(|later| later.name == plan.name);
        if later || versions().any(|version| !version.clawbacks.is_empty()) {
            continue;
        }
        let mut worth: BTreeMap<&str, Decimal> = BTreeMap::new();
        for entry in outcome.entries.iter().filter(|entry| entry.plan == plan.name) {
            let Some((_, deal)) = entry.deal.as_ref().filter(|(_, deal)| back.contains_key(&**deal)) else { continue };
            let sum = worth.entry(deal).or_default();
            *sum = add(*sum, entry.earned).unwrap_or(*sum);
        }
        worth.retain(|_, earned| *earned > Decimal::ZERO);
        let first = worth.keys().next().and_then(|deal| of(*back.get(deal)?));
        let Some(first) = first else { continue };
        let sum = worth.values().try_fold(Decimal::ZERO, |sum, earned| add(sum, *earned)).unwrap_or_default();
        let many = if worth.len() == 1 { "1 deal".to_owned() } else { format!("{} deals", worth.len()) };
        let (sum, currency) = (grouped(sum, plan.currency.places()), plan.currency);
        let message =
            format!("`{}` has no clawback rule: {sum} {currency} stay earned on {many} given back since", plan.name);
        let why =
            format!("the first is `{}`, {} on {}", first.deal.as_deref().unwrap_or_default(), first.kind, first.date);
        let help = "add one: `clawback(\"…\", #{ on: \"cancelled\", within: 90.days, method: \"reverse\" })`, or say why none is meant: \
                    `// allow W21: …` above the plan";
        found.push(Diagnostic::warning(Code::NoClawbackRule, message).at(&plan.span).why(why).help(help));
    }
    found
}
