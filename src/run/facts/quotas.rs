//! Quotas: what the file, an amount or a formula gives a payee for a period, by days at work and by the ramp.

use super::super::scene::{PeriodView, View};
use super::{Book, Days, RateOn};
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Quota, QuotaDays};
use crate::plan::formula::{EvalError, Failure, Read};
use crate::plan::model::{Measure, Plan, QuotaRule, Ramp};
use chrono::NaiveDate;
use rust_decimal::Decimal;

impl<'a> Book<'a> {
    /// The quota of a payee for a period: as said, times the ramp, times active days by days where it is prorated.
    ///
    /// # Errors
    /// A formula without a value, a missing rate, overflow.
    pub fn quota(
        &self,
        plan: usize,
        measure: &Measure,
        payee: usize,
        period: &Period,
    ) -> Result<Option<Fraction>, EvalError> {
        self.quota_as(plan, measure, payee, period, (measure.prorate, measure.ramp.as_ref()))
    }

    /// The same with or without proration, and with some ramp or none: how a quota came about.
    ///
    /// # Errors
    /// As [`Self::quota`].
    pub fn quota_as(
        &self,
        plan: usize,
        measure: &Measure,
        payee: usize,
        period: &Period,
        (prorate, ramp): (bool, Option<&Ramp>),
    ) -> Result<Option<Fraction>, EvalError> {
        let Some(rules) = self.plans.get(plan) else { return Ok(None) };
        let fail = |failure: Failure| EvalError { failure, span: measure.span.clone() };
        let exact = |result: Exact<Fraction>| result.map_err(|error| fail(Failure::Arithmetic(error)));
        let whole = Days { from: period.from, to: period.to };
        let active = |days: Days| if prorate { self.days_on(plan, payee, days) } else { days.count() };
        let quota = match &measure.quota {
            QuotaRule::Amount(amount) => {
                let from = amount.currency.unwrap_or(rules.currency);
                let factor = self
                    .rates
                    .factor(&rules.convert.rates, from, rules.currency, RateOn::Day(period.from))
                    .map_err(fail)?;
                exact(factor.times(amount.figure))?
            }
            QuotaRule::Table => {
                // Of rows with days of their own each day at work counts with the row that holds it.
                let part = |days: Days| self.said(rules, &measure.name, payee, (period, days), &active);
                let Some(quota) = part(whole).map_err(fail)? else { return Ok(None) };
                let Some(ramp) = ramp else { return Ok(Some(quota)) };
                let part = |days| part(days).map(Option::unwrap_or_default);
                return self.ramped(payee, period, ramp, part).map_err(fail).map(Some);
            }
            QuotaRule::Formula(formula) => {
                let said = self.said(rules, &measure.name, payee, (period, whole), &Days::count).map_err(fail)?;
                let active_days = self.active_days(plan, payee, period);
                let view = View {
                    period: Some(PeriodView { period, active_days }),
                    quota: said.map(Fraction::value).transpose().map_err(|error| fail(Failure::Arithmetic(error)))?,
                    rate_on: RateOn::Day(period.to),
                    ..View::of(self, plan, payee, self.last_day(plan, payee, whole)).map_err(fail)?
                };
                match formula.not_negative(&view) {
                    Ok(quota) => Fraction::from(quota),
                    // The file says nothing, and the formula says nothing for that with `??`: nobody gave a quota.
                    Err(EvalError { failure: Failure::Missing(Read::Quota), .. }) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        };
        let part = |days: Days| part_of(active(days), days, quota).map_err(Failure::Arithmetic);
        match ramp {
            Some(ramp) => self.ramped(payee, period, ramp, part).map_err(fail).map(Some),
            None => part(whole).map_err(fail).map(Some),
        }
    }

    /// What the ramp leaves of a period's quota: month by month, of each what `quota` is over its days. Where all months are at one
    /// step, as for whoever is past the ramp, that step of the quota as it is without one.
    fn ramped(
        &self,
        payee: usize,
        period: &Period,
        ramp: &Ramp,
        quota: impl Fn(Days) -> Result<Fraction, Failure>,
    ) -> Result<Fraction, Failure> {
        let months = match self.calendar.periods(&PeriodKind::Month, period.from, period.to) {
            Ok(months) if !months.is_empty() && period.days() > 27 => months,
            _ => vec![period.clone()],
        };
        let exact = |result: Exact<Fraction>| result.map_err(Failure::Arithmetic);
        let steps: Vec<Decimal> = months.iter().map(|month| self.ramp(payee, month.to, ramp)).collect();
        if let Some(step) = steps.first().filter(|first| steps.iter().all(|step| step == *first)) {
            return exact(quota(Days { from: period.from, to: period.to })?.times(*step));
        }
        let mut total = Fraction::ZERO;
        for (month, step) in months.iter().zip(steps) {
            let part = quota(Days { from: month.from, to: month.to })?;
            total = exact(part.times(step).and_then(|part| total.plus(part)))?;
        }
        exact(Fraction::new(Decimal::ONE, Decimal::from(months.len())).and_then(|part| total.by(part)))
    }

    /// The step of a ramp on a day: everything for a payee whose start nobody says.
    #[must_use]
    pub fn ramp(&self, payee: usize, on: NaiveDate, ramp: &Ramp) -> Decimal {
        let Some(month) = self.service_month(payee, on) else { return Decimal::ONE };
        let step = month.saturating_sub(1).max(0).checked_div(if ramp.quarters { 3 } else { 1 }).unwrap_or(0);
        usize::try_from(step).ok().and_then(|step| ramp.steps.get(step)).copied().unwrap_or(Decimal::ONE)
    }

    /// The quota of a measure that no plan declares, as the file says it.
    ///
    /// # Errors
    /// A missing rate, overflow.
    pub fn loose_quota(
        &self,
        plan: &Plan,
        measure: &str,
        payee: usize,
        period: &Period,
    ) -> Result<Option<Fraction>, Failure> {
        let whole = Days { from: period.from, to: period.to };
        self.said(plan, measure, payee, (period, whole), &Days::count)
    }

    /// What the quota file says for a period, over some days of it of which `counted` tells how many count; `None`: nothing.
    fn said(
        &self,
        plan: &Plan,
        measure: &str,
        payee: usize,
        span: (&Period, Days),
        counted: &dyn Fn(Days) -> u32,
    ) -> Result<Option<Fraction>, Failure> {
        for own in self.quota_rows(plan, measure, payee) {
            if let Some(quota) = self.quota_of(&own, plan, span, counted)? {
                return Ok(Some(quota));
            }
        }
        Ok(None)
    }

    /// The rows of a measure's quotas: the payee's own, then those of everyone.
    pub(super) fn quota_rows(&self, plan: &Plan, measure: &str, payee: usize) -> impl Iterator<Item = Vec<&'a Quota>> {
        let rows = self.quotas.get(measure);
        let own = rows.and_then(|rows| rows.own.get(payee));
        [own, rows.map(|rows| &rows.everyone)].into_iter().map(move |rows| {
            let named = |row: &&Quota| row.plan.as_ref().is_none_or(|name| *name == plan.name);
            rows.into_iter().flatten().copied().filter(named).collect()
        })
    }

    /// Whether the quota file has a row for the period itself, of the payee or of everyone.
    #[must_use]
    pub fn has_quota_of(&self, plan: usize, measure: &str, payee: usize, period: &Period) -> bool {
        let Some(rules) = self.plans.get(plan) else { return false };
        let whole = Days { from: period.from, to: period.to };
        for own in self.quota_rows(rules, measure, payee) {
            if own.iter().any(|row| is_of(row, period)) {
                return true;
            }
            // Whoever has rows of their own for these days does not have those of everyone.
            if own.iter().any(|row| shared(row, whole).is_some()) {
                return false;
            }
        }
        false
    }

    /// The quota that rows give over some days of a period: a row for the period itself, else ranges by their days in it.
    fn quota_of(
        &self,
        rows: &[&Quota],
        plan: &Plan,
        (period, span): (&Period, Days),
        counted: &dyn Fn(Days) -> u32,
    ) -> Result<Option<Fraction>, Failure> {
        let exact = rows.iter().find(|row| is_of(row, period));
        let over = |row: &Quota, days: Option<Days>| {
            let Some(days) = days else { return Ok(Fraction::ZERO) };
            let from = row.currency.unwrap_or(plan.currency);
            let factor = self.rates.factor(&plan.convert.rates, from, plan.currency, RateOn::Day(period.from))?;
            factor
                .times(row.amount)
                .and_then(|amount| part_of(counted(days), span, amount))
                .map_err(Failure::Arithmetic)
        };
        if let Some(row) = exact {
            return over(row, Some(span)).map(Some);
        }
        let whole = Days { from: period.from, to: period.to };
        let mut total: Option<Fraction> = None;
        for row in rows {
            let Some(days) = shared(row, whole) else { continue };
            let part = over(row, days.shared(span))?;
            total = Some(total.unwrap_or(Fraction::ZERO).plus(part).map_err(Failure::Arithmetic)?);
        }
        Ok(total)
    }
}

/// Whether a row is for the period itself.
pub(super) fn is_of(row: &Quota, period: &Period) -> bool {
    matches!(&row.days, QuotaDays::Period(label) if *label == period.label)
}

/// The days that a row with days of its own shares with others.
pub(super) fn shared(row: &Quota, days: Days) -> Option<Days> {
    match row.days {
        QuotaDays::Range(from, to) => days.shared(Days { from, to }),
        QuotaDays::Period(_) => None,
    }
}

/// What falls on so many of the days, exact.
fn part_of(counted: u32, days: Days, amount: Fraction) -> Exact<Fraction> {
    let whole = days.count();
    if counted == whole {
        return Ok(amount);
    }
    Fraction::new(Decimal::from(counted), Decimal::from(whole)).and_then(|part| amount.by(part))
}
