//! People on their days: who is on which plan, who reports to whom, in which periods they are measured.

use super::{Book, Days};
use crate::domain::calendar::{CalendarError, Period, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::facts::{Event, Metric, Payee, PayeeRow, payee_field};
use crate::domain::value::Value;
use crate::plan::model::{Accumulate, Measure, Over, Plan};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

impl<'a> Book<'a> {
    /// The place of a payee.
    #[must_use]
    pub fn payee(&self, id: &str) -> Option<usize> {
        super::place_of(&self.places, id)
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

    /// Whether a payee is on a plan on a day, in any version of it.
    #[must_use]
    pub fn is_on_any(&self, plan: usize, payee: usize, day: NaiveDate) -> bool {
        self.versions(plan).any(|version| self.is_on(version, payee, day))
    }

    /// The last of some days on which a payee is on a plan, in any version of it; of one who is on it on none of them, the last.
    #[must_use]
    pub fn last_day(&self, plan: usize, payee: usize, days: Days) -> NaiveDate {
        let held = self.versions(plan).flat_map(|version| self.tenure(version, payee));
        held.filter_map(|held| held.shared(days)).map(|held| held.to).max().unwrap_or(days.to)
    }

    /// The days of a period on which a payee is on a plan, in any version of it, and not on leave.
    #[must_use]
    pub fn active_days(&self, plan: usize, payee: usize, period: &Period) -> u32 {
        self.days_on(plan, payee, Days { from: period.from, to: period.to })
    }

    /// The same of any days.
    pub(super) fn days_on(&self, plan: usize, payee: usize, within: Days) -> u32 {
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
        let leave = self.leave_of(payee);
        let mut total = 0_u32;
        for days in self.tenure(plan, payee).iter().filter_map(|days| days.shared(within)) {
            let away = leave.iter().filter_map(|leave| leave.shared(days)).map(Days::count).sum::<u32>();
            total = total.saturating_add(days.count().saturating_sub(away));
        }
        total
    }

    /// The days of leave of a payee.
    pub(super) fn leave_of(&self, payee: usize) -> &[Days] {
        self.leave.get(payee).map_or(&[], Vec::as_slice)
    }

    /// The versions of a plan over which its measures run on: those of the same name, up to one that restarts.
    pub fn versions(&self, plan: usize) -> impl Iterator<Item = usize> {
        let home = self.first_version(plan);
        self.of_one_name(plan).filter(move |place| self.first_version(*place) == home)
    }

    /// The plans of one name, whatever restarts among them: they stand side by side, by first day.
    fn of_one_name(&self, plan: usize) -> impl Iterator<Item = usize> + Clone {
        let name = self.plans.get(plan).map(|found| &found.name);
        let same = move |place: &usize| self.plans.get(*place).map(|other| &other.name) == name;
        let first = (0..plan).rev().take_while(same).last().unwrap_or(plan);
        (first..self.plans.len()).take_while(same)
    }

    /// The version of a plan to which a day belongs: the one in force, on a day that none covers the one before it, before
    /// all of them the first.
    #[must_use]
    pub fn version_on(&self, plan: usize, day: NaiveDate) -> usize {
        let begun = |place: &usize| self.plans.get(*place).is_some_and(|version| version.from <= day);
        let mut all = self.of_one_name(plan);
        all.clone().filter(begun).last().or_else(|| all.next()).unwrap_or(plan)
    }

    /// The day since which a payee has been on a plan without a break, over its versions, of one on which they are.
    #[must_use]
    pub fn assigned_from(&self, plan: usize, payee: usize, on: NaiveDate) -> NaiveDate {
        let mut from = on;
        let held = |day: NaiveDate| {
            let mut days = self.of_one_name(plan).flat_map(|version| self.tenure(version, payee));
            days.find(|days| days.contains(day)).copied()
        };
        while let Some(days) = held(from) {
            from = days.from;
            match from.pred_opt() {
                Some(before) if held(before).is_some() => from = before,
                _ => break,
            }
        }
        from
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

    /// The components of one name in all versions of a plan, each with the place of its version, in the order of time.
    #[must_use]
    pub fn namesakes(&self, plan: usize, component: usize) -> Vec<(usize, usize)> {
        let name = self.plans.get(plan).and_then(|rules| rules.components.get(component)).map(|rules| &rules.name);
        let of = |version: usize| {
            let components = &self.plans.get(version)?.components;
            Some((version, components.iter().position(|other| Some(&other.name) == name)?))
        };
        self.versions(plan).filter_map(of).collect()
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
            Over::Everyone => self.is_on_any(plan, member, day),
            Over::Group(field) => {
                let value = |payee: usize| self.payees.get(payee).and_then(|payee| payee.field(field, day));
                owner == member || (value(owner).is_some() && value(owner) == value(member))
            }
        }
    }

    /// Whether a payee is one of the people of a sum in a period: on a plan in it (of everyone: on the sum's), and under its
    /// owner on the last such day. Of a group, owner and member each count with their last day.
    #[must_use]
    pub fn is_member(&self, over: Over, plan: usize, owner: usize, member: usize, days: Days) -> bool {
        let last = |payee: usize| {
            let held = self.tenures.iter().filter_map(|plan| plan.get(payee)).flatten();
            held.filter_map(|held| held.shared(days)).map(|held| held.to).max()
        };
        let Some(day) = last(member) else { return false };
        match over {
            Over::Everyone => {
                let mut held = self.versions(plan).flat_map(|version| self.tenure(version, member));
                held.any(|held| held.shared(days).is_some())
            }
            Over::Team(_) => self.sums_over(over, plan, owner, member, day),
            Over::Group(field) => {
                let value =
                    |payee: usize, day: NaiveDate| self.payees.get(payee).and_then(|payee| payee.field(field, day));
                let own = value(owner, last(owner).unwrap_or(days.to));
                owner == member || (own.is_some() && own == value(member, day))
            }
        }
    }

    /// The currency a payee is paid in on a day, of what a plan earns.
    #[must_use]
    pub fn pay_currency(&self, payee: usize, plan: &Plan, on: NaiveDate) -> Currency {
        self.own_currency(payee, on).unwrap_or(plan.currency)
    }

    /// The currency that the data says a payee is paid in on a day, whatever the plan's. Days of which it says nothing are paid
    /// as those before them, and the first ones as those behind them.
    #[must_use]
    pub fn own_currency(&self, payee: usize, on: NaiveDate) -> Option<Currency> {
        let own = self.own_currencies(payee);
        let last = own.iter().rfind(|(from, _)| *from <= on).or_else(|| own.first());
        last.map(|(_, currency)| *currency)
    }

    /// All of them, each with the first day from which it holds; of the first no day is before it.
    #[must_use]
    pub fn own_currencies(&self, payee: usize) -> &[(NaiveDate, Currency)] {
        self.paid_in.get(payee).map_or(&[], Vec::as_slice)
    }

    /// Reads the currencies of pay. Most people have one, and keep it.
    pub(super) fn sort_currencies(&mut self) {
        let of_row = |row: &PayeeRow| {
            let code = row.cells.get(payee_field::CURRENCY).and_then(Option::as_ref).and_then(Value::text);
            Some((row.from.unwrap_or(NaiveDate::MIN), code.and_then(|code| Currency::from_code(code))?))
        };
        let of = |payee: &&Payee| {
            let mut own: Vec<(NaiveDate, Currency)> = Vec::new();
            for row in payee.rows.iter().filter_map(of_row) {
                own.insert(own.partition_point(|(from, _)| *from <= row.0), row);
            }
            own.dedup_by_key(|(_, currency)| *currency);
            own
        };
        self.paid_in = self.payees.iter().map(of).collect();
    }

    /// The first day of a payee's service, if the data says one: of the last stint.
    #[must_use]
    pub fn start(&self, payee: usize) -> Option<NaiveDate> {
        self.payees.get(payee)?.service().last()?.start()
    }

    /// The last day of a payee's service, if the data says one: of the last stint.
    #[must_use]
    pub fn end(&self, payee: usize) -> Option<NaiveDate> {
        self.payees.get(payee)?.service().last()?.end()
    }

    /// The month of service that holds a day: 1 in the calendar month in which the payee starts; who comes back begins anew.
    #[must_use]
    pub fn service_month(&self, payee: usize, on: NaiveDate) -> Option<i64> {
        let start = self.payees.get(payee)?.stint_on(on)?.start()?;
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

    /// The same, but for one that begins before the first day: a week that lies across the end of a month is of the month in which
    /// it begins.
    ///
    /// # Errors
    /// As [`periods`](Self::periods).
    pub fn periods_begun(
        &self,
        plan: usize,
        kind: &PeriodKind,
        payee: usize,
        days: Days,
    ) -> Result<Vec<Period>, CalendarError> {
        let mut found = self.periods(plan, kind, payee, days)?;
        found.retain(|period| period.from >= days.from);
        Ok(found)
    }

    /// The places of payout periods in the chain, by label.
    #[must_use]
    pub fn payouts_by_label(&self) -> BTreeMap<&str, usize> {
        self.chain.iter().enumerate().map(|(place, period)| (&*period.label, place)).collect()
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

    /// Whether a day is after all that is closed: what is odd before was told when it was closed.
    #[must_use]
    pub fn is_open(&self, day: NaiveDate) -> bool {
        self.closed.is_none_or(|closed| day > closed)
    }

    /// Whether a period is of closed days that are not worked.
    #[must_use]
    pub fn is_at_rest(&self, period: &Period) -> bool {
        self.rest.is_some_and(|rest| rest.has_period(period) == Some(true))
    }

    /// Whether the facts reach to the end of a period: there are deals of later days, or scores of it; or to the middle of it,
    /// where a run ends with it.
    #[must_use]
    pub fn is_known(&self, period: &Period) -> bool {
        let last = self.deals.last().and_then(|deal| deal.day());
        let reaches = |day: NaiveDate| last.is_some_and(|last| last >= day);
        let ends = self.chain.last().is_some_and(|payout| payout.from <= period.to && period.to <= payout.to);
        self.scored.contains(&*period.label) || reaches(period.to) || (ends && reaches(period.from))
    }

    /// The last hold or release by hand of the pay of a payee, component and deal by a day.
    #[must_use]
    pub fn hold(&self, payee: usize, component: &str, deal: Option<usize>, on: NaiveDate) -> Option<&Event> {
        let id = self.payees.get(payee).map(|payee| &*payee.id);
        let deal = deal.and_then(|place| self.deals.get(place)).map(|deal| &*deal.id);
        last_hold(&self.holds, (id, component, deal), on)
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
            self.scored.insert(&row.period);
        }
    }
}

/// The last of holds and releases that is about a payee, component and deal by a day; they stand in their order.
#[must_use]
pub fn last_hold<'e>(
    holds: &[&'e Event],
    (payee, component, deal): (Option<&str>, &str, Option<&str>),
    on: NaiveDate,
) -> Option<&'e Event> {
    let fits = |event: &&&Event| {
        event.date <= on
            && event.payee.as_deref().is_none_or(|named| Some(named) == payee)
            && event.component.as_deref().is_none_or(|named| named == component)
            && event.deal.as_deref().is_none_or(|named| Some(named) == deal)
    };
    holds.iter().rev().find(fits).copied()
}

/// The holds and releases among events, in their order.
#[must_use]
pub fn holds(events: &[Event]) -> Vec<&Event> {
    let mut found: Vec<&Event> = events.iter().filter(|event| matches!(&*event.kind, "held" | "released")).collect();
    found.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
    found
}
