//! Deals that are credited and pay nothing, and why.

use super::super::credit::{Credit, NotCounted, Reason};
use super::super::explain::StepKind;
use super::super::facts::{Book, Moment};
use super::super::measure::{Followed, Measured, Path, PathKey};
use super::cuts::cuts;
use super::pricer::Pricer;
use super::{Key, ToDate, Work, Worked};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::Span;
use crate::plan::formula::Read;
use crate::plan::load::component_reads;
use crate::plan::model::{Component, ComponentKind, CreditRule, On, Plan, SumOf};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether the payee is paid by more than commissions and SPIFFs on a measure: another component follows it or reads it,
/// alone or in a sum that the payee is part of, or another measure credits what it does.
fn counts_otherwise(plan: &Plan, measure: usize) -> bool {
    let otherwise = |component: &&Component| !is_by_deal(component);
    let sums: Vec<usize> = plan
        .sums
        .iter()
        .enumerate()
        .filter(|(_, sum)| sum.of == SumOf::Measure(measure) && !sum.over.is_team())
        .map(|(place, _)| place)
        .collect();
    let followed = plan.components.iter().filter(otherwise).any(|component| match component.on {
        On::Measure(place) => place == measure,
        On::Sum(place) => sums.contains(&place),
        On::Component(_) | On::Periods(_) => false,
    });
    let credited = plan.measures.iter().any(|other| match other.credit {
        CreditRule::Measure(place) => place == measure,
        CreditRule::Sum(place) => sums.contains(&place),
        CreditRule::Formula(_) | CreditRule::Given => false,
    });
    let mut read = false;
    for component in plan.components.iter().filter(otherwise) {
        component_reads(component, &mut |seen, _| {
            read |= match seen {
                Read::Measure(place, _) => place == measure,
                Read::Sum(place, _) => sums.contains(&place),
                _ => false,
            };
        });
    }
    followed || credited || read
}

/// Why a line is nothing: its gate, its budget, or its price.
fn pays_nothing(component: &Component, last: Option<&ToDate>) -> (Reason, Option<Span>) {
    let has = |kind: StepKind| last.is_some_and(|last| last.steps.iter().any(|step| step.kind == kind));
    let gate = component.only_if.as_ref().filter(|_| has(StepKind::Gate));
    let (setting, span) = match gate {
        Some(gate) => (Some("only_if"), &gate.span),
        None if has(StepKind::Budget) => (Some("budget"), &component.span),
        None => (None, &component.price_span),
    };
    (Reason::PaysNothing { component: Arc::clone(&component.name), setting }, Some(span.clone()))
}

/// Whether a component is a commission or a SPIFF.
fn is_by_deal(component: &Component) -> bool {
    matches!(component.kind, ComponentKind::Commission | ComponentKind::Spiff { .. })
}

/// Whether a commission or a SPIFF follows a measure.
fn by_deal_on(component: &Component, measure: usize) -> bool {
    component.on == On::Measure(measure) && is_by_deal(component)
}

/// Why there is no line: the setting by which the components that follow the measure leave the credit out, in the version of
/// the plan in which it counts.
fn no_component(work: &Work<'_, '_>, period: &Period, credit: &Credit) -> (Reason, Option<Span>) {
    let by = || {
        let place = credit.plan?;
        let plan = work.plan(place)?;
        plan.components.iter().enumerate().filter(|(_, rules)| by_deal_on(rules, credit.measure)).find_map(
            |(at, rules)| {
                let (setting, span) = Pricer::why_not(work, (place, plan), (at, rules), (period, credit))?;
                Some((Arc::clone(&rules.name), setting, span.clone()))
            },
        )
    };
    match by() {
        Some((name, setting, span)) => (Reason::NoComponent { component: Some((name, setting)) }, Some(span)),
        None => (Reason::NoComponent { component: None }, None),
    }
}

/// The component that follows a credit's measure and is worked later: at the end of the measurement period, or with the
/// plan's next payout.
fn not_yet(
    book: &Book<'_>,
    worked: Option<NaiveDate>,
    (key, path): (&PathKey, &Path<'_>),
    day: NaiveDate,
) -> Option<Reason> {
    let plan = book.plans.get(key.plan)?;
    let waits = |end: NaiveDate| worked.is_none_or(|worked| worked < end);
    let payout = book.measured(key.plan, &plan.payout, key.payee, day).ok().filter(|payout| waits(payout.to));
    let follows = |component: &&Component| match component.on {
        On::Measure(place) => key.of == Followed::Measure(place),
        _ => false,
    };
    plan.components.iter().filter(follows).find_map(|component| {
        let at_end = Some(&path.period).filter(|period| component.at_end && waits(period.to));
        let period = Arc::clone(&at_end.or(payout.as_ref())?.label);
        Some(Reason::NotYet { component: Arc::clone(&component.name), period })
    })
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
    let last_cuts: Vec<Option<NaiveDate>> =
        book.plans.iter().map(|plan| cuts(book, plan).last().map(|cut| cut.until)).collect();
    let own = |key: &PathKey| match key.of {
        Followed::Measure(measure) => book.plans.get(key.plan).map(|plan| (plan, measure)),
        Followed::Sum(_) => None,
    };
    for (key, path) in &measured.paths {
        let alone = |(plan, measure): (&Plan, usize)| {
            counts_otherwise(plan, measure) && !plan.components.iter().any(|rules| by_deal_on(rules, measure))
        };
        if own(key).is_some_and(alone) {
            paid.extend(path.credits.iter().filter_map(|credit| Some(((key.payee, credit.deal?), true))));
        }
    }
    let until = book.chain.last().map_or(NaiveDate::MIN, |period| period.to);
    let work = Work::new(book, measured, Moment { until, known: book.happenings.len() });
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
            let (reason, span) = match (line, component) {
                (Some(key), Some(component)) => {
                    pays_nothing(component, worked.to_date.get(key).and_then(|all| all.last()))
                }
                _ => match not_yet(book, last_cuts.get(key.plan).copied().flatten(), (key, path), credit.day) {
                    Some(reason) => (reason, None),
                    None => no_component(&work, &path.period, credit),
                },
            };
            found.push(NotCounted {
                payee: Some(Arc::clone(&payee.id)),
                day: Some(credit.day),
                deal: Arc::clone(&deal.id),
                reason,
                plan: Some(Arc::clone(&plan.name)),
                span,
            });
        }
    }
    found.sort();
    // A deal that counts on several days is told once, on the first.
    let mut told: BTreeSet<(Option<Arc<str>>, Arc<str>)> = BTreeSet::new();
    found.retain(|line| told.insert((line.payee.clone(), Arc::clone(&line.deal))));
    found
}
