//! Measure: where each payee stands. The third of seven stages, between `credit` and `earn`.
//!
//! In:   credits; measurement periods; quotas.
//! Out:  for each payee, measure and period its [`Path`]: credits in the order (day, deal id) with the total before
//!       each, the quota, the active days; and the same for sums over teams.
//! Here: proration of quotas by days, attainment, the reporting line of each credit's day.
//! Not here: rates, tiers and components (`earn`).

use super::credit::Credit;
use super::facts::{Book, Days};
use super::failures::{About, Failures};
use crate::domain::calendar::Period;
use crate::domain::exact::{Exact, Fraction, add};
use crate::plan::model::{Levels, Measure, Over, Plan, Sum, SumOf, Unit};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A credit on a path.
#[derive(Clone, Copy, Debug)]
pub struct PathCredit<'c> {
    /// The credit.
    pub credit: &'c Credit,
    /// What the period held before it.
    pub before: Decimal,
}

/// A payee's way through one measure (or sum) and period.
#[derive(Clone, Debug)]
pub struct Path<'c> {
    /// The measurement period.
    pub period: Period,
    /// Days of it on which the payee is on the plan.
    pub active_days: u32,
    /// The quota, prorated; `None`: nobody gave one.
    pub quota: Option<Fraction>,
    /// The credits, by day, then deal.
    pub credits: Vec<PathCredit<'c>>,
}

impl Path<'_> {
    /// The total of the credits up to a day, included.
    #[must_use]
    pub fn total(&self, until: NaiveDate) -> Decimal {
        let last = self.credits.iter().rev().find(|on| on.credit.day <= until);
        last.and_then(|on| add(on.before, on.credit.amount).ok()).unwrap_or(Decimal::ZERO)
    }

    /// Total by quota: zero where there is neither, `None` where there is credit and no quota, or a quota of zero.
    ///
    /// # Errors
    /// Overflow.
    pub fn attainment(&self, total: Decimal) -> Exact<Option<Fraction>> {
        match self.quota {
            Some(quota) if !quota.is_zero() => {
                Fraction::from(total).by(Fraction::new(quota.den(), quota.num())?).map(Some)
            }
            _ if total.is_zero() => Ok(Some(Fraction::ZERO)),
            _ => Ok(None),
        }
    }
}

/// Which path: plan, payee, what is followed, first day of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathKey {
    /// The plan, by place.
    pub plan: usize,
    /// The payee, by place.
    pub payee: usize,
    /// The measure or the sum.
    pub of: Followed,
    /// First day of the period.
    pub from: NaiveDate,
}

/// What a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Followed {
    /// A measure of the plan, by place.
    Measure(usize),
    /// A sum of the plan, by place.
    Sum(usize),
}

/// Where a payee stands in a measure at the end of what was worked.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The plan.
    pub plan: Arc<str>,
    /// The measure.
    pub measure: Arc<str>,
    /// The measurement period.
    pub period: Period,
    /// What it counts in.
    pub unit: Unit,
    /// The quota, prorated; `None`: nobody gave one.
    pub quota: Option<Fraction>,
    /// The credits to date, by day: what each day ended with.
    pub totals: Vec<(NaiveDate, Decimal)>,
}

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Measured<'c> {
    /// The paths: one for each payee on a plan, measure or sum of it, and period.
    pub paths: BTreeMap<PathKey, Path<'c>>,
    /// The same of measures, for statements.
    pub standings: Vec<Standing>,
    /// What could not be worked.
    pub failures: Failures,
}

/// Sorts the credits into paths.
#[must_use]
pub fn measure<'c>(book: &Book<'_>, credits: &'c [Credit]) -> Measured<'c> {
    let mut measured = Measured::default();
    let Some(last) = book.chain.last().map(|period| period.to) else { return measured };
    for (plan, rules) in book.plans.iter().enumerate() {
        for payee in 0..book.payees.len() {
            open_paths(book, (plan, rules), payee, last, &mut measured);
        }
    }
    for credit in credits.iter().filter(|credit| credit.day <= last) {
        place(book, credit, &mut measured);
    }
    for (key, path) in &mut measured.paths {
        let deals = |on: &PathCredit<'_>| book.deals.get(on.credit.deal).map(|deal| &deal.id);
        path.credits
            .sort_by(|a, b| (a.credit.day, deals(a), a.credit.payee).cmp(&(b.credit.day, deals(b), b.credit.payee)));
        let mut total = Decimal::ZERO;
        for on in &mut path.credits {
            on.before = total;
            match add(total, on.credit.amount) {
                Ok(sum) => total = sum,
                Err(error) => {
                    let span = book.plans.get(key.plan).map(|plan| &plan.span);
                    span.into_iter()
                        .for_each(|span| measured.failures.arithmetic(error, span, About::Payee(key.payee)));
                }
            }
        }
    }
    sum_quotas(book, &mut measured);
    check_quotas(book, &mut measured);
    measured.standings = standings(book, &measured.paths);
    measured
}

/// A path for each period of each measure and sum in which the payee is on the plan.
fn open_paths(
    book: &Book<'_>,
    (plan, rules): (usize, &Plan),
    payee: usize,
    last: NaiveDate,
    measured: &mut Measured<'_>,
) {
    let tenure = book.tenure(plan, payee);
    let (Some(first), Some(end)) = (tenure.first(), tenure.last()) else { return };
    let held = Days { from: first.from, to: end.to.min(last) };
    let measures = rules.measures.iter().enumerate().map(|(place, measure)| (Followed::Measure(place), measure));
    let sums = rules.sums.iter().enumerate().filter_map(|(place, sum)| {
        let measure = summed(book, rules, &sum.of)?;
        Some((Followed::Sum(place), measure))
    });
    for (of, measure) in measures.chain(sums) {
        let periods = if measure.period == crate::domain::calendar::PeriodKind::Plan {
            Ok(vec![Period::of_plan(rules.from, rules.to)])
        } else {
            book.calendar.periods(&measure.period, held.from, held.to.max(held.from))
        };
        let periods = match periods {
            Ok(periods) => periods,
            Err(error) => {
                measured.failures.outside_calendar(&rules.span, error.to_string(), About::Payee(payee));
                continue;
            }
        };
        for period in periods.into_iter().filter(|period| period.from <= last) {
            let active_days = book.active_days(plan, payee, &period);
            if active_days == 0 {
                continue;
            }
            let quota = match of {
                Followed::Measure(_) => prorated(book, rules, measure, payee, &period, active_days),
                Followed::Sum(_) => Ok(None),
            };
            let quota = quota.unwrap_or_else(|error| {
                measured.failures.arithmetic(error, &measure.span, About::Payee(payee));
                None
            });
            let key = PathKey { plan, payee, of, from: period.from };
            measured.paths.insert(key, Path { period, active_days, quota, credits: Vec::new() });
        }
    }
}

/// The measure that a sum takes; of several plans that have one of the name, the first.
fn summed<'b>(book: &Book<'b>, plan: &'b Plan, of: &SumOf) -> Option<&'b Measure> {
    match of {
        SumOf::Measure(place) => plan.measures.get(*place),
        SumOf::Component(_) => None,
        SumOf::Named(name) => book.plans.iter().flat_map(|plan| &plan.measures).find(|measure| measure.name == *name),
    }
}

/// Quota × active days ÷ days of the period, divided last.
fn prorated(
    book: &Book<'_>,
    plan: &Plan,
    measure: &Measure,
    payee: usize,
    period: &Period,
    active_days: u32,
) -> Exact<Option<Fraction>> {
    let Some(quota) = book.quota(plan, measure, payee, period)? else { return Ok(None) };
    let days = u32::try_from(period.days()).unwrap_or(u32::MAX);
    if !measure.prorate || active_days == days {
        return Ok(Some(quota));
    }
    quota.by(Fraction::new(Decimal::from(active_days), Decimal::from(days))?).map(Some)
}

/// Puts a credit on its payee's path, and on the paths of the managers whose sums take it.
fn place<'c>(book: &Book<'_>, credit: &'c Credit, measured: &mut Measured<'c>) {
    let Some((plan, measure)) =
        book.plans.get(credit.plan).and_then(|plan| Some((plan, plan.measures.get(credit.measure)?)))
    else {
        return;
    };
    let on = PathCredit { credit, before: Decimal::ZERO };
    let about = About::Deal(credit.deal);
    let own = match book.measured(plan, &measure.period, credit.day) {
        Ok(period) => {
            PathKey { plan: credit.plan, payee: credit.payee, of: Followed::Measure(credit.measure), from: period.from }
        }
        Err(error) => {
            measured.failures.outside_calendar(&measure.span, error.to_string(), about);
            return;
        }
    };
    if let Some(path) = measured.paths.get_mut(&own) {
        path.credits.push(on);
    }
    for (manager, level) in above(book, credit.payee, credit.day) {
        place_above(book, on, manager, level, measure, measured);
    }
}

/// Puts a credit on the paths of one manager, so many levels above the payee.
fn place_above<'c>(
    book: &Book<'_>,
    on: PathCredit<'c>,
    manager: usize,
    level: u32,
    measure: &Measure,
    measured: &mut Measured<'c>,
) {
    let credit = on.credit;
    for (place, plan) in book.plans.iter().enumerate().filter(|(place, _)| book.is_on(*place, manager, credit.day)) {
        for (sum, rules) in plan.sums.iter().enumerate() {
            if !takes(rules, place, credit.plan, credit.measure, measure, level) {
                continue;
            }
            let lent = book.plans.get(credit.plan).map(|lender| lender.currency);
            if let Some(currency) = lent.filter(|currency| *currency != plan.currency && measure.unit == Unit::Money) {
                let message = format!(
                    "it is credited in {currency}, the plan `{}` sums in {}, and there are no rates of exchange",
                    plan.name, plan.currency
                );
                measured.failures.missing_rate(&rules.span, message, About::Deal(credit.deal));
                continue;
            }
            let Some(period) =
                summed(book, plan, &rules.of).and_then(|m| book.measured(plan, &m.period, credit.day).ok())
            else {
                continue;
            };
            let key = PathKey { plan: place, payee: manager, of: Followed::Sum(sum), from: period.from };
            if let Some(path) = measured.paths.get_mut(&key) {
                path.credits.push(on);
            }
        }
    }
}

/// The quota of a sum is the sum of its members' quotas: of those whose reporting line leads there on the period's last day.
fn sum_quotas(book: &Book<'_>, measured: &mut Measured<'_>) {
    let mut totals: BTreeMap<PathKey, Fraction> = BTreeMap::new();
    for (member, path) in &measured.paths {
        let (Followed::Measure(place), Some(quota)) = (member.of, path.quota) else { continue };
        let Some(measure) = book.plans.get(member.plan).and_then(|plan| plan.measures.get(place)) else { continue };
        for (manager, level) in above(book, member.payee, path.period.to) {
            for (plan, rules) in book.plans.iter().enumerate() {
                for (sum, _) in rules
                    .sums
                    .iter()
                    .enumerate()
                    .filter(|(_, sum)| takes(sum, plan, member.plan, place, measure, level))
                {
                    let key = PathKey { plan, payee: manager, of: Followed::Sum(sum), from: member.from };
                    match totals.get(&key).copied().unwrap_or(Fraction::ZERO).plus(quota) {
                        Ok(total) => {
                            totals.insert(key, total);
                        }
                        Err(error) => measured.failures.arithmetic(error, &measure.span, About::Payee(manager)),
                    }
                }
            }
        }
    }
    for (key, total) in totals {
        if let Some(path) = measured.paths.get_mut(&key) {
            path.quota = Some(total);
        }
    }
}

/// The managers above a payee on a day, nearest first, with their level.
fn above(book: &Book<'_>, payee: usize, day: NaiveDate) -> impl Iterator<Item = (usize, u32)> {
    let most = u32::try_from(book.payees.len()).unwrap_or(u32::MAX);
    let chain = std::iter::successors(book.manager(payee, day), move |manager| book.manager(*manager, day));
    chain.zip(1..=most)
}

/// Whether a sum of the plan at `plan` takes a measure of the plan at `of_plan`, so many levels below.
fn takes(sum: &Sum, plan: usize, of_plan: usize, place: usize, measure: &Measure, level: u32) -> bool {
    let same = match &sum.of {
        SumOf::Measure(own) => plan == of_plan && *own == place,
        SumOf::Component(_) => false,
        SumOf::Named(name) => *name == measure.name,
    };
    same && (sum.over == Over::Team(Levels::All) || sum.over == Over::Team(Levels::Exactly(level)))
}

/// A quota that something reads must be there where credits meet it, and must not be zero.
fn check_quotas(book: &Book<'_>, measured: &mut Measured<'_>) {
    for (key, path) in &measured.paths {
        let Followed::Measure(place) = key.of else { continue };
        let Some(measure) = book.plans.get(key.plan).and_then(|plan| plan.measures.get(place)) else { continue };
        if !measure.quota_read || path.credits.is_empty() {
            continue;
        }
        let about = About::Payee(key.payee);
        match path.quota {
            None => measured.failures.missing_quota(&measure.span, &measure.name, &path.period.label, about),
            Some(quota) if quota.is_zero() => {
                measured.failures.zero_quota(&measure.span, &measure.name, &path.period.label, about)
            }
            Some(_) => {}
        }
    }
}

fn standings(book: &Book<'_>, paths: &BTreeMap<PathKey, Path<'_>>) -> Vec<Standing> {
    let mut standings = Vec::new();
    for (key, path) in paths {
        let Followed::Measure(place) = key.of else { continue };
        let (Some(plan), Some(payee)) = (book.plans.get(key.plan), book.payees.get(key.payee)) else { continue };
        let Some(measure) = plan.measures.get(place) else { continue };
        let mut totals: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
        for on in &path.credits {
            totals.insert(on.credit.day, add(on.before, on.credit.amount).unwrap_or(on.before));
        }
        standings.push(Standing {
            payee: Arc::clone(&payee.id),
            plan: Arc::clone(&plan.name),
            measure: Arc::clone(&measure.name),
            period: path.period.clone(),
            unit: measure.unit,
            quota: path.quota,
            totals: totals.into_iter().collect(),
        });
    }
    standings
}
