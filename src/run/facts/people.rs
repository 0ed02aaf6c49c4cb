//! People on their days: who is on which plan, who reports to whom, what they are to reach.

use super::super::scene::{PeriodView, View};
use super::{Book, Days, RateOn};
use crate::domain::calendar::{CalendarError, Period, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Event, Metric, Quota, QuotaDays, payee_field};
use crate::domain::value::Value;
use crate::plan::formula::{EvalError, Failure, Read};
use crate::plan::model::{Accumulate, Measure, Over, Plan, QuotaRule, Ramp};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

impl<'a> Book<'a> {
    /// The place of a payee.
    #[must_use]
    pub fn payee(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The days of a payee on a plan, in order.
    #[must_use]
    pub fn tenure(&self, plan: usize, payee: usize) -> &[Days] {
        self.tenures.get(plan).and_then(|plan| plan.get(payee)).map_or(&[], Vec::as_slice)
    }

    /// Whether a payee is on a plan on a day.
    #[must_use]
    pub fn is_on(&self, plan: usize, payee: usize, day: NaiveDate) -> bool {
        self.tenure(plan, payee).iter().any(|days| days.contains(day))
    }

    /// The days of a period on which a payee is on a plan, in any version of it, and not on leave.
    #[must_use]
    pub fn active_days(&self, plan: usize, payee: usize, period: &Period) -> u32 {
        self.days_on(plan, payee, Days { from: period.from, to: period.to })
    }

    /// The same of any days.
    fn days_on(&self, plan: usize, payee: usize, within: Days) -> u32 {
        self.versions(plan)
            .fold(0, |total: u32, version| total.saturating_add(self.days_at_work(version, payee, within)))
    }

    /// Whether a payee has been on a plan, in any version of it, on a day of a period up to `until`.
    #[must_use]
    pub fn has_begun(&self, plan: usize, payee: usize, period: &Period, until: NaiveDate) -> bool {
        let within = Days { from: period.from, to: period.to.min(until) };
        self.versions(plan).any(|version| self.tenure(version, payee).iter().any(|days| days.shared(within).is_some()))
    }

    /// The days of a range on which a payee is on this version of a plan, and not on leave.
    #[must_use]
    pub fn days_at_work(&self, plan: usize, payee: usize, within: Days) -> u32 {
        let leave = self.leave.get(payee).map_or(&[][..], Vec::as_slice);
        let mut total = 0_u32;
        for days in self.tenure(plan, payee).iter().filter_map(|days| days.shared(within)) {
            let away = leave.iter().filter_map(|leave| leave.shared(days)).map(Days::count).sum::<u32>();
            total = total.saturating_add(days.count().saturating_sub(away));
        }
        total
    }

    /// The versions of a plan over which its measures run on: those of the same name, up to one that restarts.
    pub fn versions(&self, plan: usize) -> impl Iterator<Item = usize> {
        let name = self.plans.get(plan).map(|found| &found.name);
        let home = self.first_version(plan);
        let same = move |place: &usize| {
            self.plans.get(*place).is_some_and(|other| Some(&other.name) == name) && self.first_version(*place) == home
        };
        (home..self.plans.len())
            .take_while(move |place| self.plans.get(*place).is_some_and(|other| Some(&other.name) == name))
            .filter(same)
    }

    /// The version in which the measures of a plan began: plans stand by name and first day.
    #[must_use]
    pub fn first_version(&self, plan: usize) -> usize {
        let mut first = plan;
        while let (Some(this), Some(before)) = (self.plans.get(first), first.checked_sub(1)) {
            let earlier = self.plans.get(before);
            if this.restarts || earlier.is_none_or(|earlier| earlier.name != this.name) {
                break;
            }
            first = before;
        }
        first
    }

    /// Where a measure's credits are gathered: the measure of the same name, period and unit in the first version of the plan.
    #[must_use]
    pub fn home(&self, plan: usize, measure: usize) -> (usize, usize) {
        let Some(rules) = self.plans.get(plan).and_then(|found| found.measures.get(measure)) else {
            return (plan, measure);
        };
        if rules.period == PeriodKind::Plan {
            return (plan, measure);
        }
        let same =
            |other: &Measure| other.name == rules.name && other.period == rules.period && other.unit == rules.unit;
        self.versions(plan)
            .filter(|version| *version <= plan)
            .find_map(|version| Some((version, self.plans.get(version)?.measures.iter().position(same)?)))
            .unwrap_or((plan, measure))
    }

    /// Who a payee reports to on a day.
    #[must_use]
    pub fn manager(&self, payee: usize, day: NaiveDate) -> Option<usize> {
        let lines = self.managers.get(payee)?;
        lines.iter().find(|(days, _)| days.contains(day)).map(|(_, manager)| *manager)
    }

    /// Who a payee reports to on every day, `Some(None)`: nobody ever; `None` where that changes.
    #[must_use]
    pub fn always_reports_to(&self, payee: usize) -> Option<Option<usize>> {
        match self.managers.get(payee).map(Vec::as_slice) {
            None | Some([]) => Some(None),
            Some([(days, manager)]) if days.from == NaiveDate::MIN && days.to == NaiveDate::MAX => Some(Some(*manager)),
            Some(lines) => {
                // A line may be said twice: by a file and by the payee's own row.
                let (days, first) = lines.first()?;
                let same = lines.iter().all(|(own, manager)| own == days && manager == first);
                (same && days.from == NaiveDate::MIN && days.to == NaiveDate::MAX).then_some(Some(*first))
            }
        }
    }

    /// The managers above a payee on a day, nearest first, with their level: 1 for the payee's own.
    pub fn above(&self, payee: usize, day: NaiveDate) -> impl Iterator<Item = (usize, u32)> {
        let most = u32::try_from(self.payees.len()).unwrap_or(u32::MAX);
        let chain = std::iter::successors(self.manager(payee, day), move |manager| self.manager(*manager, day));
        chain.zip(1..=most)
    }

    /// Whether a sum that belongs to `owner`, on the plan at `plan`, goes over `member` on a day.
    #[must_use]
    pub fn sums_over(&self, over: Over, plan: usize, owner: usize, member: usize, day: NaiveDate) -> bool {
        match over {
            Over::Team(levels) => self.above(member, day).any(|(manager, level)| {
                manager == owner
                    && (levels == crate::plan::model::Levels::All
                        || levels == crate::plan::model::Levels::Exactly(level))
            }),
            Over::Everyone => self.versions(plan).any(|version| self.is_on(version, member, day)),
            Over::Group(field) => {
                let value = |payee: usize| self.payees.get(payee).and_then(|payee| payee.field(field, day));
                owner == member || (value(owner).is_some() && value(owner) == value(member))
            }
        }
    }

    /// The currency a payee is paid in, of what a plan earns.
    #[must_use]
    pub fn pay_currency(&self, payee: usize, plan: &Plan) -> Currency {
        let code = self.payees.get(payee).and_then(|payee| payee.constant(payee_field::CURRENCY));
        code.and_then(Value::text).and_then(|code| Currency::from_code(code)).unwrap_or(plan.currency)
    }

    /// The first day of a payee's service, if the data says one.
    #[must_use]
    pub fn start(&self, payee: usize) -> Option<NaiveDate> {
        self.payees.get(payee).and_then(|payee| payee.constant(payee_field::START)).and_then(Value::date)
    }

    /// The last day of a payee's service, if the data says one.
    #[must_use]
    pub fn end(&self, payee: usize) -> Option<NaiveDate> {
        self.payees.get(payee).and_then(|payee| payee.constant(payee_field::END)).and_then(Value::date)
    }

    /// The month of service that holds a day: 1 in the calendar month in which the payee starts.
    #[must_use]
    pub fn service_month(&self, payee: usize, on: NaiveDate) -> Option<i64> {
        let start = self.start(payee)?;
        let months = |day: NaiveDate| i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month()));
        Some(months(on).saturating_sub(months(start)).saturating_add(1))
    }

    /// The measurement period of a payee that holds a day. A payee's year runs from the payee's start, else from the
    /// first day on the plan.
    ///
    /// # Errors
    /// A day that the calendar does not cover.
    pub fn measured(
        &self,
        plan: usize,
        kind: &PeriodKind,
        payee: usize,
        day: NaiveDate,
    ) -> Result<Period, CalendarError> {
        let first = self.plans.get(plan);
        match kind {
            PeriodKind::Plan => {
                Ok(Period::of_plan(first.map_or(day, |plan| plan.from), first.map_or(day, |plan| plan.to)))
            }
            PeriodKind::Anniversary => {
                let tenure = self.versions(plan).find_map(|version| self.tenure(version, payee).first());
                let start = self.start(payee).or_else(|| tenure.map(|days| days.from)).unwrap_or(day);
                Period::anniversary(start, day)
            }
            _ => self.calendar.period_of(kind, day),
        }
    }

    /// The measurement periods of a payee that days from the first to the last fall into.
    ///
    /// # Errors
    /// Days that the calendar does not cover.
    pub fn periods(
        &self,
        plan: usize,
        kind: &PeriodKind,
        payee: usize,
        days: Days,
    ) -> Result<Vec<Period>, CalendarError> {
        match kind {
            PeriodKind::Plan => Ok(vec![self.measured(plan, kind, payee, days.from)?]),
            PeriodKind::Anniversary => {
                let mut found = Vec::new();
                let mut day = days.from;
                while day <= days.to {
                    let period = self.measured(plan, kind, payee, day)?;
                    let Some(next) = period.to.succ_opt() else { break };
                    found.push(period);
                    day = next;
                }
                Ok(found)
            }
            _ => self.calendar.periods(kind, days.from, days.to.max(days.from)),
        }
    }

    /// The first day from which an accumulating measure runs on into a period: of its longer period, or of the first of so
    /// many measurement periods, but of none that ends before the plan begins. `None` where it does not run on.
    ///
    /// # Errors
    /// A day that the calendar does not cover.
    pub fn runs_on_from(
        &self,
        plan: usize,
        measure: &Measure,
        payee: usize,
        period: &Period,
    ) -> Result<Option<NaiveDate>, CalendarError> {
        match &measure.accumulate {
            None => Ok(None),
            Some(Accumulate::Within(longer)) => Ok(Some(self.measured(plan, longer, payee, period.from)?.from)),
            Some(Accumulate::Trailing(count)) => {
                let begins =
                    self.versions(plan).filter_map(|version| self.plans.get(version)).map(|plan| plan.from).min();
                let mut from = period.from;
                for _ in 1..*count {
                    let Some(last) = from.pred_opt().filter(|last| begins.is_some_and(|begins| begins <= *last)) else {
                        break;
                    };
                    from = self.measured(plan, &measure.period, payee, last)?.from;
                }
                Ok(Some(from))
            }
        }
    }

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
        let Some(rules) = self.plans.get(plan) else { return Ok(None) };
        let fail = |failure: Failure| EvalError { failure, span: measure.span.clone() };
        let exact = |result: Exact<Fraction>| result.map_err(|error| fail(Failure::Arithmetic(error)));
        let whole = Days { from: period.from, to: period.to };
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
                let part = |days: Days| {
                    self.said(rules, &measure.name, payee, (period, days), &|days| {
                        if measure.prorate { self.days_on(plan, payee, days) } else { days.count() }
                    })
                };
                return match part(whole).map_err(fail)? {
                    Some(quota) => match &measure.ramp {
                        Some(ramp) => {
                            let part = |days| part(days).map(Option::unwrap_or_default);
                            self.ramped(payee, period, ramp, part).map_err(fail).map(Some)
                        }
                        None => Ok(Some(quota)),
                    },
                    None => Ok(None),
                };
            }
            QuotaRule::Formula(formula) => {
                let said = self.said(rules, &measure.name, payee, (period, whole), &Days::count).map_err(fail)?;
                let active_days = self.active_days(plan, payee, period);
                let view = View {
                    period: Some(PeriodView { period, active_days }),
                    quota: said.map(Fraction::value).transpose().map_err(|error| fail(Failure::Arithmetic(error)))?,
                    ..View::of(self, plan, payee, period.to).map_err(fail)?
                };
                match formula.decimal(&view) {
                    Ok(quota) => Fraction::from(quota),
                    // The file says nothing, and the formula says nothing for that with `??`: nobody gave a quota.
                    Err(EvalError { failure: Failure::Missing(Read::Quota), .. }) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        };
        let part = |days: Days| {
            let active = if measure.prorate { self.days_on(plan, payee, days) } else { days.count() };
            part_of(active, days, quota).map_err(Failure::Arithmetic)
        };
        match &measure.ramp {
            Some(ramp) => self.ramped(payee, period, ramp, part).map_err(fail).map(Some),
            None => part(whole).map_err(fail).map(Some),
        }
    }

    /// What the ramp leaves of a period's quota: month by month, of each what `quota` is over its days.
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
        let mut total = Fraction::ZERO;
        for month in &months {
            let part = quota(Days { from: month.from, to: month.to })?;
            total = exact(part.times(self.ramp(payee, month.to, ramp)).and_then(|part| total.plus(part)))?;
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
        let Some(rows) = self.quotas.get(measure) else { return Ok(None) };
        let id = self.payees.get(payee).map(|payee| &*payee.id);
        let named = |quota: &&&Quota| quota.plan.as_ref().is_none_or(|name| *name == plan.name);
        for wanted in [id, None] {
            let Some(own) = rows.get(&wanted) else { continue };
            let own: Vec<&Quota> = own.iter().filter(named).copied().collect();
            if let Some(quota) = self.quota_of(&own, plan, span, counted)? {
                return Ok(Some(quota));
            }
        }
        Ok(None)
    }

    /// Whether the quota file has a row for the period itself, of the payee or of everyone.
    #[must_use]
    pub fn has_quota_of(&self, plan: usize, measure: &str, payee: usize, period: &Period) -> bool {
        let (Some(rows), Some(rules)) = (self.quotas.get(measure), self.plans.get(plan)) else { return false };
        let id = self.payees.get(payee).map(|payee| &*payee.id);
        let days = Days { from: period.from, to: period.to };
        for wanted in [id, None] {
            let own = rows.get(&wanted).into_iter().flatten();
            let own = own.filter(|row| row.plan.as_ref().is_none_or(|name| *name == rules.name));
            let mut ranges = false;
            for row in own {
                match &row.days {
                    QuotaDays::Period(label) if *label == period.label => return true,
                    QuotaDays::Period(_) => {}
                    QuotaDays::Range(from, to) => ranges |= days.shared(Days { from: *from, to: *to }).is_some(),
                }
            }
            // Whoever has rows of their own for these days does not have those of everyone.
            if ranges {
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
        let exact = rows.iter().find(|row| matches!(&row.days, QuotaDays::Period(label) if *label == period.label));
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
            let QuotaDays::Range(from, to) = row.days else { continue };
            let Some(days) = whole.shared(Days { from, to }) else { continue };
            let part = over(row, days.shared(span))?;
            total = Some(total.unwrap_or(Fraction::ZERO).plus(part).map_err(Failure::Arithmetic)?);
        }
        Ok(total)
    }

    /// The given total of a measure for a payee and period.
    #[must_use]
    pub fn metric(&self, measure: &str, payee: usize, period: &str) -> Option<&'a Metric> {
        let id = self.payees.get(payee).map(|payee| &payee.id);
        let rows = self.metrics.get(measure)?;
        let of = |wanted: Option<&std::sync::Arc<str>>| {
            rows.iter().find(|row| row.payee.as_ref() == wanted && &*row.period == period).copied()
        };
        of(id).or_else(|| of(None))
    }

    /// The score of an objective, for a payee, plan and period.
    #[must_use]
    pub fn score(&self, objective: &str, payee: usize, plan: &Plan, period: &str) -> Option<Decimal> {
        let id: &str = self.payees.get(payee).map(|payee| &*payee.id)?;
        let rows = self.scores.get(&(id, objective))?;
        let fits = rows.iter().filter(|row| &*row.period == period);
        let own = fits.clone().find(|row| row.plan.as_ref() == Some(&plan.name));
        own.or_else(|| fits.clone().find(|row| row.plan.is_none())).map(|row| row.score)
    }

    /// Whether pay of a payee, component and deal is held by hand on a day: the last hold or release that fits says so.
    #[must_use]
    pub fn is_held(&self, payee: usize, component: &str, deal: Option<usize>, on: NaiveDate) -> Option<bool> {
        let id = self.payees.get(payee).map(|payee| &payee.id);
        let deal = deal.and_then(|place| self.deals.get(place)).map(|deal| &deal.id);
        let fits = |event: &&&Event| {
            event.date <= on
                && event.payee.as_ref().is_none_or(|named| Some(named) == id)
                && event.component.as_deref().is_none_or(|named| named == component)
                && event.deal.as_ref().is_none_or(|named| Some(named) == deal)
        };
        self.holds.iter().rev().find(fits).map(|event| &*event.kind == "held")
    }

    /// Leave, given totals and scores, sorted.
    pub(super) fn sort_people(&mut self) {
        let facts = self.facts;
        self.leave = vec![Vec::new(); self.payees.len()];
        for row in &facts.leave {
            let place = self.payee(&row.payee);
            if let Some(days) = place.and_then(|place| self.leave.get_mut(place)) {
                days.push(Days { from: row.from, to: row.to.unwrap_or(NaiveDate::MAX) });
            }
        }
        for row in &facts.metrics {
            self.metrics.entry(&row.measure).or_default().push(row);
        }
        for row in &facts.scores {
            self.scores.entry((&row.payee, &row.objective)).or_default().push(row);
        }
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
