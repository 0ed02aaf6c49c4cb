//! Quotas over people: what those of a sum add up to.
//!
//! As the credits of a sum do, a quota belongs to it by days: a member's for those days on the plan on which the sum goes
//! over them. So a team has the part of a quota that goes with the part of the deals that it has.

use super::super::facts::{Book, Days, RateOn};
use super::super::failures::About;
use super::{Followed, Measured, PathKey, followed, key_of, quota};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction};
use crate::domain::value::Value;
use crate::plan::model::{Measure, Over, Sum, SumOf, Unit};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A quota that a sum may take: the payee's, on which days the payee is on the plan that gives it, and the days on which it
/// may change whether a sum goes over the payee.
struct Member {
    payee: usize,
    quota: Fraction,
    /// The currency it is in, where it is another than that of the plan that sums and there is no rate.
    missing: Option<Currency>,
    held: Vec<Days>,
    changes: Vec<NaiveDate>,
}

/// Gives each path of a sum its quota.
pub(super) fn quotas(book: &Book<'_>, measured: &mut Measured<'_>) {
    let mut totals: BTreeMap<PathKey, Fraction> = BTreeMap::new();
    let (mut too_large, mut unlike) = (Vec::new(), Vec::new());
    let mut known: BTreeMap<(usize, usize, Days), Vec<Member>> = BTreeMap::new();
    let lines = changes_of_lines(book);
    for (key, path) in &measured.paths {
        let Followed::Sum(place) = key.of else { continue };
        let Some(sum) = book.plans.get(key.plan).and_then(|plan| plan.sums.get(place)) else { continue };
        let days = Days { from: path.period.from, to: path.period.to };
        let members =
            known.entry((key.plan, place, days)).or_insert_with(|| members(book, key.plan, &path.period, sum));
        let changes: Vec<NaiveDate> = match sum.over {
            Over::Team(_) => edges(book, key.plan, key.payee).chain(lines.iter().copied()).collect(),
            Over::Everyone => Vec::new(),
            Over::Group(_) => changes_of_fields(book, key.payee).collect(),
        };
        let mut total: Option<Fraction> = None;
        for member in members.iter() {
            let over = |day: NaiveDate| {
                // A team is its manager's on the manager's own days on the plan, as its credits are.
                let there = !sum.over.is_team() || book.is_on_any(key.plan, key.payee, day);
                there && book.sums_over(sum.over, key.plan, key.payee, member.payee, day)
            };
            let part = part_of(member, &changes, over);
            if let (Some(from), Ok(Some(_)), Some(rules)) = (member.missing, &part, book.plans.get(key.plan)) {
                let (name, set, day) = (&rules.name, &rules.convert.rates, path.period.from);
                let message = format!(
                    "the quota is in {from}, the plan `{name}` sums in {}, and `{set}` has no rate for {day}",
                    rules.currency
                );
                unlike.push((sum.span.clone(), message, About::Payee(member.payee)));
                continue;
            }
            match part.and_then(|part| part.map(|part| total.unwrap_or(Fraction::ZERO).plus(part)).transpose()) {
                Ok(Some(sum)) => total = Some(sum),
                Ok(None) => {}
                Err(error) => too_large.push((*key, error, sum.span.clone())),
            }
        }
        if let Some(total) = total {
            totals.insert(*key, total);
        }
    }
    for (span, message, about) in unlike {
        measured.failures.missing_rate(&span, message, "add the rate, or sum people of plans in one currency", about);
    }
    for (key, error, span) in too_large {
        measured.failures.arithmetic(error, &span, About::Payee(key.payee));
        measured.untold.insert(key);
    }
    for (key, total) in totals {
        if let Some(path) = measured.paths.get_mut(&key) {
            path.quota = Some(total);
        }
    }
}

/// The quota of a group in a period: of each payee whose field has this value the days on which it has it.
///
/// # Errors
/// Overflow.
pub fn quota_of_group(
    book: &Book<'_>,
    (plan, place): (usize, usize),
    period: &Period,
    (field, group): (usize, &Value),
) -> Exact<Option<Fraction>> {
    let Some(sum) = book.plans.get(plan).and_then(|plan| plan.sums.get(place)) else { return Ok(None) };
    let is_of = |payee: usize, day: NaiveDate| {
        book.payees.get(payee).and_then(|payee| payee.field(field, day)).is_some_and(|value| value == group)
    };
    total_of(members(book, plan, period, sum), is_of)
}

/// The quotas of members, each for the days on which they count.
fn total_of(members: Vec<Member>, counts: impl Fn(usize, NaiveDate) -> bool) -> Exact<Option<Fraction>> {
    let mut total: Option<Fraction> = None;
    for member in members {
        if let Some(part) = part_of(&member, &[], |day| counts(member.payee, day))? {
            total = Some(total.unwrap_or(Fraction::ZERO).plus(part)?);
        }
    }
    Ok(total)
}

/// The quota of all people on a plan in a period of a measure that each follows alone.
///
/// # Errors
/// Overflow.
pub fn quota_of_everyone(book: &Book<'_>, (plan, measure): (usize, usize), period: &Period) -> Exact<Option<Fraction>> {
    let Some(rules) = book.plans.get(plan).and_then(|plan| plan.measures.get(measure)) else { return Ok(None) };
    let sum = Sum { of: SumOf::Measure(measure), over: Over::Everyone, span: rules.span.clone() };
    total_of(members(book, plan, period, &sum), |payee, day| book.is_on_any(plan, payee, day))
}

/// Whether a field of a payee may change on one of some days after the first.
#[must_use]
pub fn changes_within(book: &Book<'_>, payee: usize, days: Days) -> bool {
    changes_of_fields(book, payee).any(|day| days.from < day && day <= days.to)
}

/// All quotas that a sum may take in a period, and in those before it over which its measure runs on.
fn members(book: &Book<'_>, of: usize, around: &Period, sum: &Sum) -> Vec<Member> {
    let home = |plan: usize, place: usize| key_of(book, (plan, Followed::Measure(place)), 0, around.from);
    let mut homes: Vec<PathKey> = match &sum.of {
        SumOf::Measure(place) => vec![home(of, *place)],
        SumOf::Component(_) => Vec::new(),
        SumOf::Named(name) => {
            let of = |lender: usize| {
                (0..book.plans.get(lender).map_or(0, |plan| plan.measures.len())).map(move |place| (lender, place))
            };
            let all = (0..book.plans.len()).flat_map(of);
            let named = |(lender, place): &(usize, usize)| {
                followed(book, *lender, Followed::Measure(*place)).is_some_and(|(_, measure)| measure.name == *name)
            };
            all.filter(named).map(|(lender, place)| home(lender, place)).collect()
        }
    };
    homes.sort();
    homes.dedup();
    let mut found = Vec::new();
    for payee in 0..book.payees.len() {
        for home in &homes {
            let Some((_, measure)) = followed(book, home.plan, home.of) else { continue };
            let periods = quota::quota_periods(book, (home.plan, measure), payee, around).ok().flatten();
            for period in periods.unwrap_or_else(|| vec![around.clone()]) {
                let days = Days { from: period.from, to: period.to };
                let tenure =
                    |version: usize| book.tenure(version, payee).iter().filter_map(move |held| held.shared(days));
                // The version that the payee is on last says the quota.
                let named = |version: usize| {
                    tenure(version).next()?;
                    let plan = book.plans.get(version)?;
                    Some((version, plan.measures.iter().find(|other| other.name == measure.name)?))
                };
                let Some(last) = book.versions(home.plan).filter_map(named).last() else { continue };
                // A quota that cannot be had is told where it is the payee's own.
                if let Ok(Some(quota)) = book.quota(last.0, last.1, payee, &period) {
                    let (quota, missing) = in_currency(book, of, last, &period, quota);
                    // What nobody reads needs no rate.
                    if missing.is_some() && !last.1.quota_read {
                        continue;
                    }
                    let changes = match sum.over {
                        Over::Team(_) => Vec::new(),
                        Over::Everyone => edges(book, of, payee).collect(),
                        Over::Group(_) => changes_of_fields(book, payee).collect(),
                    };
                    found.push(Member {
                        payee,
                        quota,
                        missing,
                        held: book.versions(home.plan).flat_map(tenure).collect(),
                        changes,
                    });
                }
            }
        }
    }
    found
}

/// A quota in the currency of the plan that sums it, at the first day of its period as every quota is; else the currency that has
/// no rate.
fn in_currency(
    book: &Book<'_>,
    of: usize,
    (lender, measure): (usize, &Measure),
    period: &Period,
    quota: Fraction,
) -> (Fraction, Option<Currency>) {
    let Some((rules, theirs)) = book.plans.get(of).zip(book.plans.get(lender)) else { return (quota, None) };
    if measure.unit != Unit::Money || theirs.currency == rules.currency {
        return (quota, None);
    }
    let on = RateOn::Day(period.from);
    let factor = book.rates.factor(&rules.convert.rates, theirs.currency, rules.currency, on);
    let exchanged = factor.ok().and_then(|factor| quota.by(factor).ok());
    exchanged.map_or((quota, Some(theirs.currency)), |quota| (quota, None))
}

/// What of a member's quota a sum takes: by the days on which it goes over them. Nothing: on none.
fn part_of(member: &Member, changes: &[NaiveDate], over: impl Fn(NaiveDate) -> bool) -> Exact<Option<Fraction>> {
    let (mut counted, mut all) = (0_u32, 0_u32);
    for held in &member.held {
        all = all.saturating_add(held.count());
        let mut from = held.from;
        let within = |day: &NaiveDate| held.from < *day && *day <= held.to;
        let changes: BTreeSet<NaiveDate> = changes.iter().chain(&member.changes).copied().filter(within).collect();
        for next in changes.into_iter().chain(held.to.succ_opt()) {
            let to = next.pred_opt().unwrap_or(held.to);
            if over(from) {
                counted = counted.saturating_add(Days { from, to }.count());
            }
            from = next;
        }
    }
    if counted == 0 || counted == all {
        return Ok((counted > 0).then_some(member.quota));
    }
    let part = Fraction::new(Decimal::from(counted), Decimal::from(all))?;
    member.quota.by(part).map(Some)
}

/// The days on which a payee comes on a plan and leaves it.
fn edges<'b>(book: &'b Book<'_>, plan: usize, payee: usize) -> impl Iterator<Item = NaiveDate> + 'b {
    book.versions(plan).flat_map(move |version| book.tenure(version, payee)).flat_map(|days| begins(*days))
}

/// The days on which something that holds on some days changes.
fn begins(days: Days) -> impl Iterator<Item = NaiveDate> {
    [Some(days.from), days.to.succ_opt()].into_iter().flatten()
}

fn changes_of_lines(book: &Book<'_>) -> BTreeSet<NaiveDate> {
    book.managers.iter().flatten().flat_map(|(days, _)| begins(*days)).collect()
}

fn changes_of_fields<'b>(book: &'b Book<'_>, payee: usize) -> impl Iterator<Item = NaiveDate> + 'b {
    let rows = book.payees.get(payee).map_or(&[][..], |payee| &payee.rows);
    rows.iter().flat_map(|row| row.from.into_iter().chain(row.to.and_then(|to| to.succ_opt())))
}
