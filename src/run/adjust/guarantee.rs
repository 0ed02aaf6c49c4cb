//! Guarantees: entries that top up what a payee's other entries of a period come to.

use super::{Entry, Kind};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{add, sub};
use crate::plan::model::{Guarantee, Plan};
use crate::run::earn::{Cut, Part, cuts};
use crate::run::explain::{Step, StepKind};
use crate::run::facts::Book;
use crate::run::measure::Measured;
use crate::run::terms::{Terms, Window};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
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
    let days = crate::run::facts::Days { from: first, to: cut.until };
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
    let mut amount: Option<Decimal> = None;
    let mut first = cut.until;
    let mut last: Option<Period> = None;
    for period in periods(book, (place, plan), rule, payee, (before, cut)) {
        let terms = Terms { measured, book, place, plan, payee, period: &period, known: cut.until };
        let window = Window { from: rule.from, to: rule.to, only_if: rule.only_if.as_ref(), prorate: rule.prorate };
        if let Some(given) = terms.given(&rule.amount, window, &rule.span)? {
            let sum = add(amount.unwrap_or(Decimal::ZERO), given).map_err(|error| terms.too_large(error))?;
            amount = Some(sum);
        }
        first = first.min(period.from);
        last = Some(period);
    }
    let (Some(amount), Some(period)) = (amount, last) else { return Ok(None) };
    let terms = Terms { measured, book, place, plan, payee, period: &period, known: cut.until };
    let guaranteed = plan.rounding.round(amount, plan.currency.places());
    let own = own_pay(book, place, rule, id, (first, cut.payout), entries).map_err(|error| terms.too_large(error))?;
    let missing = sub(guaranteed, own).map_err(|error| terms.too_large(error))?;
    if missing <= Decimal::ZERO {
        return Ok(None);
    }
    let step = Step { at: Some(guaranteed), ..Step::of(StepKind::Guarantee, missing) };
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
        rule: None,
        earned: missing,
        payable: missing,
        amount: terms.in_pay(missing)?,
        plan_currency: plan.currency,
        currency: terms.currency(),
        steps: vec![step],
        credit: None,
        converted: None,
        measure: None,
        span: rule.span.clone(),
    }))
}

/// Own pay other than clawbacks, of each component and measurement period what is above nothing.
fn own_pay(
    book: &Book<'_>,
    place: usize,
    rule: &Guarantee,
    payee: &Arc<str>,
    (first, last): (NaiveDate, usize),
    entries: &[Entry],
) -> crate::domain::exact::Exact<Decimal> {
    let mut groups: BTreeMap<(usize, NaiveDate, NaiveDate), Decimal> = BTreeMap::new();
    let mut limits: BTreeMap<usize, Decimal> = BTreeMap::new();
    for entry in entries {
        let ends = book.chain.get(entry.payout).map(|period| period.to);
        let inside = entry.payout <= last && ends.is_some_and(|ends| ends >= first);
        // Room that a clawback makes under a cap belongs to the clawback.
        let limit = matches!(entry.kind, Kind::Cap | Kind::Floor);
        let taken_back = entry.kind == Kind::Clawback || (limit && entry.rule.is_some());
        let counts = entry.payee == *payee && entry.order.0 == place && !taken_back && inside;
        if !counts || !(rule.of.is_empty() || rule.of.contains(&entry.order.1)) {
            continue;
        }
        let amount = if rule.counts_earned { entry.earned } else { entry.payable };
        let sum = if limit {
            limits.entry(entry.order.1).or_default()
        } else {
            groups.entry((entry.order.1, entry.measured.from, entry.measured.to)).or_default()
        };
        *sum = add(*sum, amount)?;
    }
    // What a limit takes or adds belongs to what it limits, over whatever days it reaches.
    let mut own: BTreeMap<usize, Decimal> = BTreeMap::new();
    for ((component, ..), amount) in groups {
        let sum = own.entry(component).or_default();
        *sum = add(*sum, amount.max(Decimal::ZERO))?;
    }
    let plan = book.plans.get(place);
    let mut total = Decimal::ZERO;
    let mut across = Decimal::ZERO;
    for (order, amount) in limits {
        if plan.is_some_and(|plan| order < plan.components.len()) {
            let sum = own.entry(order).or_default();
            *sum = add(*sum, amount)?.max(Decimal::ZERO);
        } else {
            across = add(across, amount)?;
        }
    }
    for amount in own.into_values() {
        total = add(total, amount)?;
    }
    Ok(add(total, across)?.max(Decimal::ZERO))
}
