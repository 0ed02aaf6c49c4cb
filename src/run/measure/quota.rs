//! Quotas over time: those that run on with an accumulating measure, and of what parts a quota is made.

use super::super::facts::{Book, Days};
use crate::domain::calendar::Period;
use crate::domain::exact::Fraction;
use crate::plan::formula::{EvalError, Failure, ZeroQuota};
use crate::plan::model::{Measure, QuotaRule};

/// What a quota is made of: the quota of one period, from what was said for it to what counts.
#[derive(Clone, Debug)]
pub struct QuotaPart {
    /// The period.
    pub period: Period,
    /// Days of it on which the payee is on the plan and not on leave.
    pub active_days: u32,
    /// What was said for all days of the period.
    pub said: Fraction,
    /// What of it falls on the days at work; the same where the measure does not prorate.
    pub at_work: Fraction,
    /// What counts: that, as far as the ramp goes.
    pub quota: Fraction,
}

/// The quota of a period, or of an accumulating measure the one that runs on.
pub(super) fn accumulated(
    book: &Book<'_>,
    (plan, measure): (usize, &Measure),
    payee: usize,
    period: &Period,
) -> Result<Option<Fraction>, EvalError> {
    let Some(periods) = quota_periods(book, (plan, measure), payee, period)? else {
        return book.quota(plan, measure, payee, period);
    };
    let mut total: Option<Fraction> = None;
    for part in &periods {
        if let Some(quota) = book.quota(plan, measure, payee, part)? {
            let sum = total.unwrap_or(Fraction::ZERO).plus(quota);
            total = Some(sum.map_err(|error| failed(measure, Failure::Arithmetic(error)))?);
        }
    }
    Ok(total)
}

/// The periods whose quotas add up to the one that runs on in a period: the longer period where something is said for it,
/// else the measurement periods so far. `None`: nothing runs on, and the period's own quota is all.
pub(super) fn quota_periods(
    book: &Book<'_>,
    (plan, measure): (usize, &Measure),
    payee: usize,
    period: &Period,
) -> Result<Option<Vec<Period>>, EvalError> {
    let no_day = |_| failed(measure, Failure::Date);
    let Some(from) = book.runs_on_from(plan, measure, payee, period).map_err(no_day)? else { return Ok(None) };
    // A row for the longer period is its quota; rows with days are of the measure's own periods, which add up.
    if let Some(longer) = measure.longer()
        && let whole = book.measured(plan, longer, payee, period.from).map_err(no_day)?
        && matches!(measure.quota, QuotaRule::Table)
        && book.has_quota_of(plan, &measure.name, payee, &whole)
    {
        return Ok(Some(vec![whole]));
    }
    let days = Days { from, to: period.to };
    let mut periods = book.periods_begun(plan, &measure.period, payee, days).map_err(no_day)?;
    periods.retain(|part| part.to <= period.to && book.active_days(plan, payee, part) > 0);
    Ok(Some(periods))
}

fn failed(measure: &Measure, failure: Failure) -> EvalError {
    EvalError { failure, span: measure.span.clone() }
}

/// The parts that add up to a quota that has been worked, in the version of the plan that it is of.
pub(super) fn parts(
    book: &Book<'_>,
    (plan, name): (usize, &str),
    payee: usize,
    period: &Period,
    quota: Fraction,
) -> Vec<QuotaPart> {
    let of = |version: usize| {
        let measure = book.plans.get(version)?.measures.iter().find(|measure| *measure.name == *name)?;
        let parts = parts_of(book, (version, measure), payee, period)?;
        let sum = parts.iter().try_fold(Fraction::ZERO, |sum, part| sum.plus(part.quota)).ok()?;
        (sum.value() == quota.value()).then_some(parts)
    };
    book.versions(plan).find_map(of).unwrap_or_default()
}

/// How the quota of a period came to be zero.
#[must_use]
pub fn why_zero(book: &Book<'_>, (plan, name): (usize, &str), payee: usize, period: &Period) -> ZeroQuota {
    let parts = parts(book, (plan, name), payee, period, Fraction::ZERO);
    let all_zero = |of: fn(&QuotaPart) -> Fraction| parts.iter().all(|part| of(part).is_zero());
    match (all_zero(|part| part.said), all_zero(|part| part.at_work)) {
        (true, _) => ZeroQuota::Said,
        (false, true) => ZeroQuota::Leave,
        (false, false) => ZeroQuota::Ramp,
    }
}

fn parts_of(
    book: &Book<'_>,
    (plan, measure): (usize, &Measure),
    payee: usize,
    period: &Period,
) -> Option<Vec<QuotaPart>> {
    let periods = quota_periods(book, (plan, measure), payee, period).ok()?.unwrap_or_else(|| vec![period.clone()]);
    let ramp = measure.ramp.as_ref();
    let part = |period: Period| {
        let quota = |prorate, ramp| book.quota_as(plan, measure, payee, &period, (prorate, ramp)).ok().flatten();
        Some(QuotaPart {
            active_days: book.active_days(plan, payee, &period),
            said: quota(false, None)?,
            at_work: quota(measure.prorate, None)?,
            quota: quota(measure.prorate, ramp)?,
            period,
        })
    };
    Some(periods.into_iter().filter_map(part).collect())
}
