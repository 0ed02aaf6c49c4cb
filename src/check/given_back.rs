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
    let mut back: BTreeMap<&str, &Event> = BTreeMap::new();
    for event in facts.events.iter().filter(takes) {
        let Some(deal) = event.deal.as_deref() else { continue };
        let known = back.entry(deal).or_insert(event);
        if (event.date, &event.id) > (known.date, &known.id) {
            *known = event;
        }
    }
    back.retain(|_, event| &*event.kind != "reinstated");
    if back.is_empty() {
        return Vec::new();
    }
    // By plan what its deals of this kind have earned, by deal.
    let mut worth: BTreeMap<&str, BTreeMap<&str, Decimal>> = BTreeMap::new();
    for entry in &outcome.entries {
        let Some((_, deal)) = entry.deal.as_ref().filter(|(_, deal)| back.contains_key(&**deal)) else { continue };
        let sum = worth.entry(&entry.plan).or_default().entry(deal).or_default();
        *sum = add(*sum, entry.earned).unwrap_or(*sum);
    }
    let bare = |name: &str| plans.iter().filter(|plan| *plan.name == *name).all(|plan| plan.clawbacks.is_empty());
    let mut found = Vec::new();
    for (name, mut deals) in worth.into_iter().filter(|(name, _)| bare(name)) {
        deals.retain(|_, earned| *earned > Decimal::ZERO);
        let plan = plans.iter().rfind(|plan| *plan.name == *name);
        let first = deals.keys().next().and_then(|deal| back.get(deal));
        let (Some(plan), Some(first)) = (plan, first) else { continue };
        let sum = deals.values().try_fold(Decimal::ZERO, |sum, earned| add(sum, *earned)).unwrap_or_default();
        let many = if deals.len() == 1 { "1 deal".to_owned() } else { format!("{} deals", deals.len()) };
        let message = format!(
            "`{name}` has no clawback rule: {} {} stay earned on {many} given back since",
            grouped(sum, plan.currency.places()),
            plan.currency
        );
        let why =
            format!("the first is `{}`, {} on {}", first.deal.as_deref().unwrap_or_default(), first.kind, first.date);
        let help = "add one: `clawback(\"…\", #{ on: \"cancelled\", within: 90.days, method: \"reverse\" })`, or say why none is meant: \\
                    `// allow W21: …` above the plan";
        found.push(Diagnostic::warning(Code::NoClawbackRule, message).at(&plan.span).why(why).help(help));
    }
    found
}
