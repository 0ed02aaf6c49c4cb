//! Guarantees: entries that top up what a payee's other entries of a period come to.

use super::{Entry, Kind};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{add, sub};
use crate::plan::model::{Guarantee, Plan};
use crate::run::earn::{Cut, Part, cuts};
use crate::run::explain::{Step, StepKind};
use crate::run::facts::{Book, Days};
use crate::run::measure::Measured;
use crate::run::terms::{Terms, Window};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The top-ups of all guarantees, in the order of their plans and scripts.
pub fn top_ups(book: &Book<'_>, measured: &Measured<'_>, entries: &[Entry]) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut findings = Vec::new();
    for (place, plan) in book.plans.iter().enumerate() {
        for (number, rule) in plan.guarantees.iter().enumerate() {
            for payee in (0..book.payees.len()).filter(|payee| !book.tenure(place, *payee).is_empty()) {
                let mut before = plan.from.pred_opt().unwrap_or(plan.from);
                for cut in cuts(book, plan) {
                    match top_up((book, measured), (place, plan), (number, rule), payee, (before, cut), entries) {
                        Ok(entry) => found.extend(entry),
                        Err(finding) => findings.push(*finding),
                    }
                    before = cut.until;
                }
            }
        }
    }
    if findings.is_empty() { Ok(found) } else { Err(findings) }
}

/// The periods for which a guarantee is given, that end in a payout period.
fn periods(
    book: &Book<'_>,
    (place, plan): (usize, &Plan),
    rule: &Guarantee,
    payee: usize,
    (before, cut): (NaiveDate, Cut),
) -> Vec<Period> {
    let kind = rule.per.as_ref().unwrap_or(&plan.payout);
    let first = before.succ_opt().unwrap_or(before);
    let days = Days { from: first, to: cut.until };
    let found = book.periods(place, kind, payee, days).unwrap_or_default();
    found.into_iter().filter(|period| period.to > before && period.to <= cut.until).collect()
}

fn top_up(
    (book, measured): (&Book<'_>, &Measured<'_>),
    (place, plan): (usize, &Plan),
    (number, rule): (usize, &Guarantee),
    payee: usize,
    (before, cut): (NaiveDate, Cut),
    entries: &[Entry],
) -> Result<Option<Entry>, Box<Diagnostic>> {
    let Some(id) = book.payees.get(payee).map(|payee| &payee.id) else { return Ok(None) };
    let periods = periods(book, (place, plan), rule, payee, (before, cut));
    let (Some(first), Some(period)) = (periods.first().map(|period| period.from), periods.last()) else {
        return Ok(None);
    };
    let days = Days { from: first, to: period.to };
    let others = handed_over((book, measured), (place, plan, rule), payee, (days, period));
    // The plan that the payee is on last gives it, for the days of all of them.
    let last =
        |place: usize| book.tenure(place, payee).iter().filter_map(|held| held.shared(days)).map(|held| held.to).max();
    if others.iter().any(|(other, ..)| last(*other) > last(place)) {
        return Ok(None);
    }
    let terms = Terms { measured, book, place, plan, payee, period, known: cut.until };
    let mut amount: Option<Decimal> = None;
    for period in &periods {
        let earlier = others.iter().filter(|(.., theirs)| rule.prorate && theirs.prorate).copied();
        for (place, plan, rule) in std::iter::once((place, plan, rule)).chain(earlier) {
            let theirs = Terms { measured, book, place, plan, payee, period, known: cut.until };
            if let Some(given) = theirs.given(&rule.amount, window(rule), &rule.span)? {
                let given = terms.brought(given, plan.currency)?;
                let sum = add(amount.unwrap_or(Decimal::ZERO), given).map_err(|error| terms.too_large(error))?;
                amount = Some(sum);
            }
        }
    }
    let Some(amount) = amount else { return Ok(None) };
    let guaranteed = plan.rounding.round(amount, plan.currency.places());
    // All versions of a plan are one plan, whether they give it or not.
    let plans = std::iter::once(place).chain(others.iter().map(|(other, ..)| *other));
    let mut counted: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for other in plans.flat_map(|plan| book.versions(plan)) {
        if let Some(plan) = book.plans.get(other) {
            counted.entry(&plan.name).or_default().insert(other);
        }
    }
    let all = rule.of.is_empty() || others.iter().any(|(.., rule)| rule.of.is_empty());
    let named = names(plan, rule).chain(others.iter().flat_map(|(_, plan, rule)| names(plan, rule)));
    let names = named.filter(|_| !all).collect();
    let mut own = Decimal::ZERO;
    for versions in counted.values() {
        let paid = own_pay(book, (versions, rule.counts_earned, &names), id, (first, cut.payout), entries);
        let paid = paid.map_err(|error| terms.too_large(error))?;
        let theirs = versions.iter().find_map(|version| book.plans.get(*version));
        let paid = terms.brought(paid, theirs.map_or(plan.currency, |theirs| theirs.currency))?;
        own = add(own, paid).map_err(|error| terms.too_large(error))?;
    }
    let missing = sub(guaranteed, own).map_err(|error| terms.too_large(error))?;
    if missing <= Decimal::ZERO {
        return Ok(None);
    }
    let step = Step { at: Some(guaranteed), base: Some(own), ..Step::of(StepKind::Guarantee, missing) };
    Ok(Some(Entry {
        payee: Arc::clone(id),
        payout: cut.payout,
        plan: Arc::clone(&plan.name),
        component: Arc::clone(&rule.name),
        order: (place, plan.components.len().saturating_add(plan.caps.len()).saturating_add(number)),
        measured: period.clone(),
        deal: None,
        part: Part::Whole,
        kind: Kind::Guarantee,
        cause: None,
        set_off: None,
        earned: missing,
        payable: missing,
        amount: terms.in_pay(missing)?,
        plan_currency: plan.currency,
        currency: terms.currency(),
        steps: vec![step],
        credit: None,
        converted: terms.converted()?,
        measure: None,
        span: rule.span.clone(),
    }))
}

fn window(rule: &Guarantee) -> Window<'_> {
    Window { from: rule.from, to: rule.to, only_if: rule.only_if.as_ref(), prorate: rule.prorate }
}

/// The names of the components that count; none: all.
fn names<'a>(plan: &'a Plan, rule: &'a Guarantee) -> impl Iterator<Item = &'a str> {
    rule.of.iter().filter_map(|place| plan.components.get(*place)).map(|component| &*component.name)
}

/// The same guarantee in other plans, or versions of this one, that the payee was on in the period on other days: together
/// they are one, the sum by days, in the currency of the last.
fn handed_over<'a>(
    (book, measured): (&Book<'a>, &Measured<'_>),
    (place, plan, rule): (usize, &Plan, &Guarantee),
    payee: usize,
    (days, period): (Days, &Period),
) -> Vec<(usize, &'a Plan, &'a Guarantee)> {
    let kind = |plan: &Plan, rule: &Guarantee| rule.per.clone().unwrap_or_else(|| plan.payout.clone());
    let holds = |place: usize, plan: &'_ Plan, rule: &Guarantee| {
        let terms = Terms { measured, book, place, plan, payee, period, known: period.to };
        terms.first_day(window(rule)).is_some()
    };
    if !holds(place, plan, rule) {
        return Vec::new();
    }
    let held = |place: usize| book.tenure(place, payee).iter().filter_map(|held| held.shared(days));
    let mut found = Vec::new();
    for (other, theirs) in book.plans.iter().enumerate().filter(|(other, _)| *other != place) {
        let apart = held(other).all(|held_there| held(place).all(|held| held.shared(held_there).is_none()));
        if !apart || held(other).next().is_none() {
            continue;
        }
        let same = |other: &&Guarantee| {
            let alike = other.name == rule.name || (other.of.is_empty() && rule.of.is_empty());
            alike && kind(theirs, other) == kind(plan, rule) && other.counts_earned == rule.counts_earned
        };
        let named = theirs.guarantees.iter().filter(same).find(|other| other.name == rule.name);
        let found_there = named.or_else(|| theirs.guarantees.iter().find(same));
        found.extend(found_there.filter(|rule| holds(other, theirs, rule)).map(|rule| (other, theirs, rule)));
    }
    found
}

/// Own pay in the versions of a plan other than clawbacks: of each component and measurement period what is above nothing.
fn own_pay(
    book: &Book<'_>,
    (versions, counts_earned, names): (&BTreeSet<usize>, bool, &BTreeSet<&str>),
    payee: &Arc<str>,
    (first, last): (NaiveDate, usize),
    entries: &[Entry],
) -> crate::domain::exact::Exact<Decimal> {
    let mut groups: BTreeMap<(&str, NaiveDate, NaiveDate), Decimal> = BTreeMap::new();
    let mut limits: BTreeMap<&str, Decimal> = BTreeMap::new();
    let mut across = Decimal::ZERO;
    for entry in entries {
        let ends = book.chain.get(entry.payout).map(|period| period.to);
        let inside = entry.payout <= last && ends.is_some_and(|ends| ends >= first);
        // Room that a clawback makes under a cap belongs to the clawback.
        let limit = matches!(entry.kind, Kind::Cap | Kind::Floor);
        let taken_back = entry.kind == Kind::Clawback || (limit && entry.set_off.is_some());
        let (place, order) = entry.order;
        let counts = entry.payee == *payee && versions.contains(&place) && !taken_back && inside;
        if !counts || !(names.is_empty() || names.contains(&*entry.component)) {
            continue;
        }
        let amount = if counts_earned { entry.earned } else { entry.payable };
        let of_component = book.plans.get(place).is_some_and(|plan| order < plan.components.len());
        let sum = match (limit, of_component) {
            (true, true) => limits.entry(&entry.component).or_default(),
            (true, false) => &mut across,
            (false, _) => groups.entry((&entry.component, entry.measured.from, entry.measured.to)).or_default(),
        };
        *sum = add(*sum, amount)?;
    }
    let mut own: BTreeMap<&str, Decimal> = BTreeMap::new();
    for ((component, ..), amount) in groups {
        let sum = own.entry(component).or_default();
        *sum = add(*sum, amount.max(Decimal::ZERO))?;
    }
    // What a limit takes or adds belongs to what it limits, over whatever days it reaches.
    for (component, amount) in limits {
        let sum = own.entry(component).or_default();
        *sum = add(*sum, amount)?.max(Decimal::ZERO);
    }
    let total = own.into_values().try_fold(Decimal::ZERO, add)?;
    Ok(add(total, across)?.max(Decimal::ZERO))
}
