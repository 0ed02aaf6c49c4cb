//! Earn: from attainment to amounts. The fourth of seven stages, between `measure` and `adjust`.
//!
//! In:   each payee's paths (credits by day, then deal id), components, quotas.
//! Out:  for each key the amount earned *to date* at each payout period, rounded once, with the steps that explain it.
//! Here: which payouts a measurement period falls into; slicing, restating, curves, overrides (`price`).
//! Not here: what was already posted (`adjust`), balances and recoveries (`settle`).
//!
//! Invariant: before rounding, the lines of a marginal component total F(total), however the deals are ordered.
//! Tested by `properties::slices_sum_to_the_curve`.

mod price;

use super::credit::{NotCounted, Reason};
use super::explain::Step;
use super::facts::Book;
use super::failures::{About, Failures};
use super::measure::{Followed, Measured, PathCredit, PathKey};
use crate::domain::calendar::{Period, PeriodKind};
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{Component, ComponentKind, On, Plan};
use chrono::NaiveDate;
use price::Pricer;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an amount belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The payee, by place.
    pub payee: usize,
    /// The plan, by place.
    pub plan: usize,
    /// Its component, by place.
    pub component: usize,
    /// The measurement period.
    pub measured: Period,
    /// The deal's day, for the order of lines.
    pub day: Option<NaiveDate>,
    /// The deal, by place; `None` for an amount of the whole period.
    pub deal: Option<usize>,
}

/// Why the deal counted for as much as it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credited {
    /// The measure, by place in the plan.
    pub measure: usize,
    /// The whole deal's credit.
    pub base: Decimal,
    /// The payee's share.
    pub share: Decimal,
    /// The role.
    pub role: Option<Arc<str>>,
    /// The payee's credit.
    pub amount: Decimal,
}

/// What a key has earned by the end of a payout period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDate {
    /// The payout period in which it is settled, by its place in the chain.
    pub payout: usize,
    /// Earned to date, at the minor unit of the plan's currency.
    pub earned: Decimal,
    /// The steps that add up to it.
    pub steps: Vec<Step>,
    /// The deal's credit, of a line with a deal.
    pub credit: Option<Credited>,
}

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Worked {
    /// For each key its amounts to date, where they changed, in the order of payouts.
    pub to_date: BTreeMap<Key, Vec<ToDate>>,
    /// Deals that are credited and pay nothing.
    pub not_paid: Vec<NotCounted>,
    /// What could not be worked.
    pub failures: Failures,
}

/// A line at one payout: rounded, with its steps.
pub(super) struct Line {
    /// The deal, by place.
    pub deal: Option<usize>,
    /// The deal's day.
    pub day: Option<NaiveDate>,
    /// The amount at the minor unit.
    pub amount: Decimal,
    /// The steps that add up to it.
    pub steps: Vec<Step>,
    /// The deal's credit.
    pub credit: Option<Credited>,
    /// Whether the component does not pay on the deal as known now. What it paid before is then taken back.
    pub left_out: bool,
}

/// A payout of a plan: the day up to which facts count, and where it is settled.
#[derive(Clone, Copy, Debug)]
struct Cut {
    payout: usize,
    until: NaiveDate,
}

/// Works all components of all payees.
#[must_use]
pub fn earn(book: &Book<'_>, measured: &Measured<'_>) -> Worked {
    let mut worked = Worked::default();
    for (place, plan) in book.plans.iter().enumerate() {
        let cuts = cuts(book, plan);
        let first = PathKey { plan: place, payee: 0, of: Followed::Measure(0), from: NaiveDate::MIN };
        let last = PathKey { plan: place, payee: usize::MAX, of: Followed::Sum(usize::MAX), from: NaiveDate::MAX };
        for (key, path) in measured.paths.range(first..=last) {
            for (component, rules) in plan.components.iter().enumerate().filter(|(_, rules)| follows(rules) == key.of) {
                let pricer = Pricer { book, measured, plan, rules, key: *key, path };
                earn_component(&pricer, component, &cuts, &mut worked);
            }
        }
    }
    worked.not_paid = not_paid(book, measured, &worked);
    worked
}

fn follows(component: &Component) -> Followed {
    match component.on {
        On::Measure(place) => Followed::Measure(place),
        On::Sum(place) => Followed::Sum(place),
        On::Component(_) | On::Periods(_) => Followed::Sum(usize::MAX),
    }
}

/// The payouts of a plan, each in the period of the chain that holds its last day.
fn cuts(book: &Book<'_>, plan: &Plan) -> Vec<Cut> {
    let (Some(first), Some(last)) = (book.chain.first(), book.chain.last()) else { return Vec::new() };
    let periods = match plan.payout {
        PeriodKind::Plan => vec![Period::of_plan(plan.from, plan.to)],
        _ => book.calendar.periods(&plan.payout, plan.from.max(first.from), last.to).unwrap_or_default(),
    };
    let place = |day: NaiveDate| book.chain.iter().position(|period| period.contains(day));
    periods.into_iter().filter_map(|period| place(period.to).map(|payout| Cut { payout, until: period.to })).collect()
}

/// The payouts that a measurement period falls into: those during it and the first at or after its end.
fn cuts_of<'c>(cuts: &'c [Cut], period: &'c Period, at_end: bool) -> impl Iterator<Item = Cut> + 'c {
    let last = cuts.iter().position(|cut| cut.until >= period.to).map_or(cuts.len(), |at| at.saturating_add(1));
    cuts.iter().take(last).filter(move |cut| cut.until >= period.from && (!at_end || cut.until >= period.to)).copied()
}

fn earn_component(pricer: &Pricer<'_, '_>, component: usize, cuts: &[Cut], worked: &mut Worked) {
    let PathKey { plan, payee, .. } = pricer.key;
    for cut in cuts_of(cuts, &pricer.path.period, pricer.rules.at_end) {
        let lines = match pricer.rules.kind {
            ComponentKind::Commission => deal_lines(pricer, cut.until, &mut worked.failures),
            _ => period_line(pricer, cut.until, &mut worked.failures),
        };
        for line in lines {
            let key =
                Key { payee, plan, component, measured: pricer.path.period.clone(), day: line.day, deal: line.deal };
            if line.left_out && !worked.to_date.contains_key(&key) {
                continue;
            }
            let to_date = worked.to_date.entry(key).or_default();
            if to_date.last().is_none_or(|last| last.earned != line.amount) {
                let Line { amount, steps, credit, .. } = line;
                to_date.push(ToDate { payout: cut.payout, earned: amount, steps, credit });
            }
        }
    }
}

/// A line for each credit up to a day; of nothing for one that the component leaves out.
fn deal_lines(pricer: &Pricer<'_, '_>, until: NaiveDate, failures: &mut Failures) -> Vec<Line> {
    let known = |on: &&PathCredit<'_>| on.credit.day <= until;
    let mut lines = Vec::new();
    for on in pricer.path.credits.iter().filter(known) {
        let about = About::Deal(on.credit.deal);
        match pricer.pays_on(on, until) {
            Ok(true) => {}
            Ok(false) => {
                lines.push(pricer.left_out(on));
                continue;
            }
            Err(error) => {
                failures.formula(pricer.book, &error, about);
                continue;
            }
        }
        match pricer.deal_line(on, until) {
            Ok(line) => lines.push(line),
            Err(error) => failures.formula(pricer.book, &error, about),
        }
    }
    lines
}

/// The one line of a period.
fn period_line(pricer: &Pricer<'_, '_>, until: NaiveDate, failures: &mut Failures) -> Vec<Line> {
    match pricer.period_line(until) {
        Ok(line) => vec![line],
        Err(error) => {
            failures.formula(pricer.book, &error, About::Payee(pricer.key.payee));
            Vec::new()
        }
    }
}

/// Whether more than commissions depends on a measure: a bonus follows it, or a formula reads its figures.
fn counts_otherwise(plan: &Plan, measure: usize) -> bool {
    let followed = plan
        .components
        .iter()
        .any(|component| component.on == On::Measure(measure) && !matches!(component.kind, ComponentKind::Commission));
    let mut read = false;
    reads(plan, &mut |seen, _| read |= matches!(seen, Read::Measure(place, _) if place == measure));
    followed || read
}

/// Deals of a payee that are credited towards something that only commissions pay on, and on which none pays.
fn not_paid(book: &Book<'_>, measured: &Measured<'_>, worked: &Worked) -> Vec<NotCounted> {
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
            paid.extend(path.credits.iter().map(|on| ((key.payee, on.credit.deal), true)));
        }
    }
    let mut found = Vec::new();
    for (key, path) in &measured.paths {
        let Some((plan, _)) = own(key) else { continue };
        for on in &path.credits {
            let at = (key.payee, on.credit.deal);
            if paid.get(&at).copied().unwrap_or(false) {
                continue;
            }
            let (Some(payee), Some(deal)) = (book.payees.get(key.payee), book.deals.get(on.credit.deal)) else {
                continue;
            };
            let line = lines.get(&at).and_then(|keys| keys.first());
            let component = line.and_then(|key| book.plans.get(key.plan)?.components.get(key.component));
            let reason = component.map_or(Reason::NoComponent, |component| Reason::PaysNothing {
                component: Arc::clone(&component.name),
            });
            found.push(NotCounted {
                payee: Some(Arc::clone(&payee.id)),
                day: Some(on.credit.day),
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
