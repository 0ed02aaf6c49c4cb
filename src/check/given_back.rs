//! Deals that are given back under plans that take nothing back.
//!
//! In:   plans, facts, what a run earned.
//! Out:  a warning for each plan without a clawback rule that has paid for a deal which was cancelled or refunded since, with
//!       what stays earned on such deals; the same for rules whose age counts from a day that the deal does not have. A
//!       project may want errors: `settle.clawback = "required"`.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, grouped};
use crate::domain::facts::{Deal, Event, Facts, deal_column};
use crate::plan::model::{Clawback, Plan, Since};
use crate::run::Outcome;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// By deal the last event that gives it back.
type Back<'f> = BTreeMap<&'f str, &'f Event>;

/// The warnings, in the order of plans.
pub fn given_back(plans: &[Plan], facts: &Facts, outcome: &Outcome) -> Vec<Diagnostic> {
    let Some(last) = outcome.periods.last().map(|period| period.to) else { return Vec::new() };
    let counts_otherwise = |plan: &Plan| plan.clawbacks.iter().any(|rule| rule.since != Since::Closed);
    if plans.iter().all(|plan| !plan.clawbacks.is_empty() && !counts_otherwise(plan)) {
        return Vec::new();
    }
    let takes = |event: &&Event| matches!(&*event.kind, "cancelled" | "refunded" | "reinstated") && event.date <= last;
    let mut back = Back::new();
    for event in facts.events.iter().filter(takes) {
        let Some(deal) = event.deal.as_deref() else { continue };
        let known = back.entry(deal).or_insert(event);
        if (known.date, &known.id) < (event.date, &event.id) {
            *known = event;
        }
    }
    back.retain(|_, event| &*event.kind != "reinstated");
    if back.is_empty() {
        return Vec::new();
    }
    let days = if plans.iter().any(counts_otherwise) { Days::of(&back, facts) } else { Days::default() };
    let mut found = Vec::new();
    for (place, plan) in plans.iter().enumerate() {
        found.extend(without_rule(plans, (place, plan), &back, outcome));
        found.extend(without_day(plan, &back, &days, outcome));
    }
    found
}

/// Of deals that were given back: which were invoiced, which were paid, which have a start.
#[derive(Default)]
struct Days<'f> {
    invoiced: BTreeSet<&'f str>,
    paid: BTreeSet<&'f str>,
    started: BTreeSet<&'f str>,
}

impl<'f> Days<'f> {
    fn of(back: &Back<'f>, facts: &'f Facts) -> Self {
        let mut days = Self::default();
        for event in &facts.events {
            let Some(deal) = event.deal.as_deref().filter(|deal| back.contains_key(deal)) else { continue };
            match &*event.kind {
                "invoiced" => days.invoiced.insert(deal),
                "paid" => days.paid.insert(deal),
                _ => false,
            };
        }
        let has_start = |deal: &&Deal| deal.date(deal_column::STARTS).is_some() && back.contains_key(&*deal.id);
        days.started.extend(facts.deals.iter().filter(has_start).map(|deal| &*deal.id));
        days
    }

    /// Whether a deal has the day from which a rule counts.
    fn has(&self, rule: &Clawback, deal: &str) -> bool {
        match rule.since {
            Since::Closed => true,
            Since::Invoiced => self.invoiced.contains(deal),
            Since::Paid => self.paid.contains(deal),
            Since::Starts => self.started.contains(deal),
        }
    }
}

/// A plan that takes nothing back. Of several versions the last speaks for all, and any of them may have a rule.
fn without_rule(
    plans: &[Plan],
    (place, plan): (usize, &Plan),
    back: &Back<'_>,
    outcome: &Outcome,
) -> Option<Diagnostic> {
    let versions = || plans.iter().filter(|version| version.name == plan.name);
    let later = plans.iter().skip(place.saturating_add(1)).any(|later| later.name == plan.name);
    if later || versions().any(|version| !version.clawbacks.is_empty()) {
        return None;
    }
    let (stays, first) = stays((plan, &[]), back, outcome)?;
    let message = format!("`{}` has no clawback rule: {stays} given back since", plan.name);
    let help = "add one: `clawback(\"…\", #{ on: \"cancelled\", within: 90.days, method: \"reverse\" })`, or say why none is meant: \
                `// allow W21: …` above the plan";
    Some(Diagnostic::warning(Code::NoClawbackRule, message).at(&plan.span).why(first).help(help))
}

/// Rules whose age counts from a day that a deal does not have: they never take it back.
fn without_day(plan: &Plan, back: &Back<'_>, days: &Days<'_>, outcome: &Outcome) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in &plan.clawbacks {
        let (day, help) = match rule.since {
            Since::Closed => continue,
            Since::Starts => ("the deal's `starts`, which is blank", "fill it, or count from the day the deal closed"),
            Since::Invoiced => {
                ("the first invoice, which never came", "let another rule take back what was never invoiced")
            }
            Since::Paid => ("the first payment, which never came", "let another rule take back what was never paid"),
        };
        let mut lacks = back.clone();
        lacks.retain(|deal, event| rule.on.contains(&event.kind) && !days.has(rule, deal));
        let Some((stays, first)) = stays((plan, &rule.of), &lacks, outcome) else { continue };
        let message = format!("`{}` counts from {day}: {stays} given back since", rule.name);
        let help = format!("{help}, or say why that is meant: `// allow W21: …` above the rule");
        found.push(Diagnostic::warning(Code::NoClawbackRule, message).at(&rule.span).why(first).help(help));
    }
    found
}

/// What some components of a plan, or all, have earned of deals that were given back, in words, and which is the first of them.
fn stays((plan, of): (&Plan, &[usize]), back: &Back<'_>, outcome: &Outcome) -> Option<(String, String)> {
    let named = |name: &str| of.iter().any(|place| plan.components.get(*place).is_some_and(|one| *one.name == *name));
    let mut worth: BTreeMap<&str, Decimal> = BTreeMap::new();
    for entry in outcome.entries.iter().filter(|entry| entry.plan == plan.name) {
        if !of.is_empty() && !named(&entry.component) {
            continue;
        }
        let Some((_, deal)) = entry.deal.as_ref().filter(|(_, deal)| back.contains_key(&**deal)) else { continue };
        let sum = worth.entry(deal).or_default();
        *sum = add(*sum, entry.earned).unwrap_or(*sum);
    }
    worth.retain(|_, earned| *earned > Decimal::ZERO);
    let first = worth.keys().next().and_then(|deal| back.get(deal))?;
    let sum = worth.values().try_fold(Decimal::ZERO, |sum, earned| add(sum, *earned)).unwrap_or_default();
    let many = if worth.len() == 1 { "1 deal".to_owned() } else { format!("{} deals", worth.len()) };
    let (sum, currency) = (grouped(sum, plan.currency.places()), plan.currency);
    let deal = first.deal.as_deref().unwrap_or_default();
    Some((
        format!("{sum} {currency} stay earned on {many}"),
        format!("the first is `{deal}`, {} on {}", first.kind, first.date),
    ))
}
