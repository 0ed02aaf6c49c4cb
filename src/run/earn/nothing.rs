//! Deals that are credited and pay nothing, and why.

use super::super::credit::{NotCounted, Reason};
use super::super::facts::Book;
use super::super::measure::{Followed, Measured, PathKey};
use super::{Key, Worked};
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{ComponentKind, CreditRule, On, Plan};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether more than commissions depends on a measure: a bonus follows it, or a formula reads its figures.
fn counts_otherwise(plan: &Plan, measure: usize) -> bool {
    let followed = plan
        .components
        .iter()
        .any(|component| component.on == On::Measure(measure) && !matches!(component.kind, ComponentKind::Commission));
    let followed = followed
        || plan.measures.iter().any(|other| matches!(other.credit, CreditRule::Measure(place) if place == measure))
        || plan.components.iter().any(|component| {
            matches!(component.kind, ComponentKind::Residual { .. }) && component.on == On::Measure(measure)
        });
    let mut read = false;
    reads(plan, &mut |seen, _| read |= matches!(seen, Read::Measure(place, _) if place == measure));
    followed || read
}

/// Deals of a payee that are credited towards something that only commissions pay on, and on which none pays.
pub fn not_paid(book: &Book<'_>, measured: &Measured<'_>, worked: &Worked) -> Vec<NotCounted> {
    let mut lines: BTreeMap<(usize, usize), Vec<&Key>> = BTreeMap::new();
    let mut paid: BTreeMap<(usize, usize), bool> = BTreeMap::new();
    for (key, to_date) in &worked.to_date {
        let Some(deal) = key.deal else { continue };
        lines.entry((key.payee, deal)).or_default().push(key);
        let pays = to_date.iter().any(|amount| !amount.earned.is_zero());
        *paid.entry((key.payee, deal)).or_default() |= pays;
    }
    let own = |key: &PathKey| match key.of {
        Followed::Measure(measure) => book.plans.get(key.plan).map(|plan| (plan, measure)),
        Followed::Sum(_) => None,
    };
    for (key, path) in &measured.paths {
        if own(key).is_some_and(|(plan, measure)| counts_otherwise(plan, measure)) {
            paid.extend(path.credits.iter().filter_map(|credit| Some(((key.payee, credit.deal?), true))));
        }
    }
    let mut found = Vec::new();
    for (key, path) in &measured.paths {
        let Some((plan, _)) = own(key) else { continue };
        for credit in path.credits.iter().filter(|credit| credit.payee == key.payee) {
            let Some(at) = credit.deal.map(|deal| (key.payee, deal)) else { continue };
            if paid.get(&at).copied().unwrap_or(false) {
                continue;
            }
            let (Some(payee), Some(deal)) = (book.payees.get(at.0), book.deals.get(at.1)) else { continue };
            let line = lines.get(&at).and_then(|keys| keys.first());
            let component = line.and_then(|key| book.plans.get(key.plan)?.components.get(key.component));
            let reason = component.map_or(Reason::NoComponent, |component| Reason::PaysNothing {
                component: Arc::clone(&component.name),
            });
            found.push(NotCounted {
                payee: Some(Arc::clone(&payee.id)),
                day: Some(credit.day),
                deal: Arc::clone(&deal.id),
                reason,
                plan: Some(Arc::clone(&plan.name)),
                span: component.map(|component| component.price_span.clone()),
            });
        }
    }
    found.sort();
    found.dedup_by(|a, b| a.payee == b.payee && a.deal == b.deal);
    found
}
