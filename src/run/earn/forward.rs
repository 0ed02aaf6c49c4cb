//! How far forward in time it reaches what happens to a deal: which later periods a component is worked again for.

use crate::domain::calendar::{Calendar, PeriodKind};
use crate::plan::formula::Read;
use crate::plan::load::component_reads;
use crate::plan::model::{Accumulate, Component, ComponentKind, On, Plan, SumOf};
use chrono::NaiveDate;

/// Up to which day what happens to a deal that counts on one can change what a component pays: to the end of the component's own
/// period, and of all that it follows or reads, which may follow and read in its turn. To `until` where it pays instalments,
/// counts deals or money over all periods, or follows what a limit over periods leaves.
pub(in crate::run) fn until(
    plan: &Plan,
    component: &Component,
    calendar: &Calendar,
    (day, until): (NaiveDate, NaiveDate),
) -> NaiveDate {
    Reach { plan, calendar, day, until }.of(component, 0)
}

/// How deep one component may rest on another.
const DEEPEST: usize = 16;

struct Reach<'p> {
    plan: &'p Plan,
    calendar: &'p Calendar,
    day: NaiveDate,
    until: NaiveDate,
}

impl Reach<'_> {
    fn of(&self, component: &Component, depth: usize) -> NaiveDate {
        let counts = matches!(
            component.kind,
            ComponentKind::Spiff { first: Some(_), .. }
                | ComponentKind::Spiff { budget: Some(_), .. }
                | ComponentKind::Residual { .. }
        );
        if counts || depth > DEEPEST {
            return self.until;
        }
        let mut last = match &component.on {
            On::Measure(place) => self.of_measure(*place),
            On::Sum(place) => self.of_sum(*place, depth),
            On::Component(place) => self.of_other(*place, depth),
            On::Periods(kind) => self.end(kind, self.day),
        };
        component_reads(component, &mut |read, _| {
            last = last.max(match read {
                Read::Measure(place, _) => self.of_measure(place),
                Read::Sum(place, _) => self.of_sum(place, depth),
                Read::Earned(place) => self.of_other(place, depth),
                _ => last,
            });
        });
        last
    }

    /// Of a component that another follows or reads: where a limit goes over several of its periods, room in one is another's.
    fn of_other(&self, place: usize, depth: usize) -> NaiveDate {
        let Some(other) = self.plan.components.get(place) else { return self.until };
        let limited = [&other.floor, &other.cap].iter().any(|limits| limits.year.is_some() || limits.plan.is_some());
        if limited { self.until } else { self.of(other, depth.saturating_add(1)) }
    }

    fn of_sum(&self, place: usize, depth: usize) -> NaiveDate {
        match self.plan.sums.get(place).map(|sum| &sum.of) {
            Some(SumOf::Measure(place)) => self.of_measure(*place),
            Some(SumOf::Component(place)) => self.of_other(*place, depth),
            // Of whatever plan the people are on.
            Some(SumOf::Named(_)) | None => self.until,
        }
    }

    fn of_measure(&self, place: usize) -> NaiveDate {
        let Some(measure) = self.plan.measures.get(place) else { return self.until };
        match &measure.accumulate {
            None => self.end(&measure.period, self.day),
            // What belongs together is found by the first day of a period.
            Some(Accumulate::Within(longer)) => {
                let own = self.calendar.period_of(&measure.period, self.day);
                own.map_or(self.until, |own| self.end(longer, own.from).max(own.to))
            }
            Some(Accumulate::Trailing(_)) => self.until,
        }
    }

    fn end(&self, kind: &PeriodKind, day: NaiveDate) -> NaiveDate {
        self.calendar.period_of(kind, day).map_or(self.until, |period| period.to)
    }
}
