//! Where each payee stands in each measure, day by day: for statements and gauges.

use super::super::credit::Creditor;
use super::super::facts::{Book, Days, Moment};
use super::super::failures::{About, Failures};
use super::{Followed, Path, PathKey, QuotaPart};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::exact::{Fraction, add, sub};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Plan, Unit};
use crate::run::credit::Credit;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a payee stands in a measure and period.
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
    /// The currencies that the payee is paid in by the plan, on the days of the period.
    pub paid: Vec<Currency>,
    /// The quota, ramped and prorated; `None`: nobody gave one.
    pub quota: Option<Fraction>,
    /// The parts that add up to the quota, where reasons are kept.
    pub quota_parts: Vec<QuotaPart>,
    /// The total to date, by day: what each day ended with. With what was carried in, where it runs on over a longer
    /// period, as the quota does.
    pub totals: Vec<(NaiveDate, Decimal)>,
}

/// The standings of all paths of measures, by payee.
pub fn standings(book: &Book<'_>, paths: &BTreeMap<PathKey, Path<'_>>, failures: &mut Failures) -> Vec<Standing> {
    let mut standings = Vec::new();
    for (key, path) in paths {
        let Followed::Measure(place) = key.of else { continue };
        let (Some(plan), Some(payee)) = (book.plans.get(key.plan), book.payees.get(key.payee)) else { continue };
        let Some(measure) = plan.measures.get(place) else { continue };
        let last = book.chain.last().map_or(path.period.to, |period| period.to);
        if !book.has_begun(key.plan, key.payee, &path.period, last) {
            continue;
        }
        let mut changes: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
        for credit in carried(book, paths, key, path).into_iter().chain(path.credits.iter().copied()) {
            if let Err(error) = change(book, (key.plan, &measure.span), credit, &mut changes) {
                failures.formula(book, &error, credit.deal.map_or(About::Payee(key.payee), About::Deal));
            }
        }
        let mut total = Decimal::ZERO;
        let mut totals = Vec::with_capacity(changes.len());
        for (day, change) in changes {
            match add(total, change) {
                Ok(sum) => total = sum,
                Err(error) => {
                    failures.arithmetic(error, &measure.span, About::Payee(key.payee));
                    break;
                }
            }
            totals.push((day, total));
        }
        standings.push(Standing {
            payee: Arc::clone(&payee.id),
            plan: Arc::clone(&plan.name),
            measure: Arc::clone(&measure.name),
            period: path.period.clone(),
            unit: measure.unit,
            paid: paid_in(book, key.payee, plan, &path.period),
            quota: path.quota,
            quota_parts: match path.quota {
                Some(quota) if book.reasons => {
                    super::quota::parts(book, (key.plan, &measure.name), key.payee, &path.period, quota)
                }
                _ => Vec::new(),
            },
            totals,
        });
    }
    // By payee, and of one payee in the order of plans: whoever writes many statements finds each by search.
    standings.sort_by(|a, b| a.payee.cmp(&b.payee));
    standings
}

/// The currencies in which a payee is paid on the days of a period: one, but where it changes in it.
fn paid_in(book: &Book<'_>, payee: usize, plan: &Plan, period: &Period) -> Vec<Currency> {
    let later = book.own_currencies(payee).iter().filter(|(from, _)| period.from < *from && *from <= period.to);
    let mut found = vec![book.pay_currency(payee, plan, period.from)];
    found.extend(later.map(|(_, currency)| *currency));
    found.dedup();
    found
}

/// The credits of the periods over which a measure has run on when a period begins, as a component carries them in.
fn carried<'c>(
    book: &Book<'_>,
    paths: &BTreeMap<PathKey, Path<'c>>,
    key: &PathKey,
    path: &Path<'c>,
) -> Vec<&'c Credit> {
    let days = || {
        // The version that is in force when the period ends says how far it runs on.
        let same = |version: usize| {
            let rules = book.plans.get(version).filter(|rules| rules.from <= path.period.to)?;
            let Followed::Measure(home) = key.of else { return None };
            let name = &book.plans.get(key.plan)?.measures.get(home)?.name;
            let named = |place: &usize| rules.measures.get(*place).is_some_and(|measure| measure.name == *name);
            let own = if version == key.plan { home } else { (0..rules.measures.len()).find(named)? };
            (book.home(version, own) == (key.plan, home)).then_some(())?;
            Some((version, rules.measures.get(own)?))
        };
        let (plan, measure) = book.versions(key.plan).filter_map(same).last()?;
        // Outside the calendar: told where components carry it in.
        let from = book.runs_on_from(plan, measure, key.payee, &path.period).ok()??;
        let to = path.period.from.pred_opt().filter(|last| *last >= from)?;
        book.periods_begun(plan, &measure.period, key.payee, Days { from, to }).ok()
    };
    let earlier = days().unwrap_or_default().into_iter();
    let earlier = earlier.filter_map(|period| paths.get(&PathKey { from: period.from, ..*key }));
    earlier.flat_map(|path| path.credits.iter().copied()).filter(|credit| credit.day < path.period.from).collect()
}

/// What a credit adds on its day, and what each event that restates its deal changes on its own.
fn change(
    book: &Book<'_>,
    (plan, span): (usize, &Span),
    credit: &Credit,
    changes: &mut BTreeMap<NaiveDate, Decimal>,
) -> Result<(), EvalError> {
    let too_large = |error| EvalError { failure: Failure::Arithmetic(error), span: span.clone() };
    let mut put = |day: NaiveDate, amount: Decimal| {
        let sum = changes.entry(day).or_default();
        *sum = add(*sum, amount)?;
        Ok(())
    };
    put(credit.day, credit.amount).map_err(too_large)?;
    let Some(deal) = credit.deal else { return Ok(()) };
    let mut stands = credit.amount;
    for place in book.happened(deal) {
        let Some(happening) = book.happenings.get(*place) else { continue };
        let moment = Moment { until: happening.event.date, known: place.saturating_add(1) };
        let left = book.left((plan, None), deal, credit.day, credit.payee, moment)?;
        let now = if left.removed {
            Decimal::ZERO
        } else if left.is_whole() {
            credit.amount
        } else {
            match credit.lender(book) {
                Some((lender, measure)) => {
                    Creditor { book, plan: lender, measure }.again(credit, Some(left.left), None)?.amount
                }
                None => credit.amount,
            }
        };
        if now != stands {
            let change = sub(now, stands).and_then(|change| put(happening.event.date.max(credit.day), change));
            change.map_err(too_large)?;
            stands = now;
        }
    }
    Ok(())
}
