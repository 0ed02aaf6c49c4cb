//! How far forward in time it reaches what happens to a deal: which later periods a component is worked again for.

use crate::domain::calendar::{Calendar, PeriodKind};
use crate::plan::formula::Read;
use crate::plan::load::component_reads;
use crate::plan::model::{Accumulate, Component, ComponentKind, Measure, On, Plan, SumOf};
use chrono::NaiveDate;

/// Up to which day what happens to a deal that counts on one can change what a component pays for later periods; `None` where it
/// cannot: it pays instalments, counts deals or money over all of them, its measure runs on, it follows what a limit over periods
/// leaves, or its formulas read what other periods hold. Of a measure that is read, or runs on, the period ends it that holds
/// the day: what comes after it knows nothing of the deal.
pub(in crate::run) fn until(
    plan: &Plan,
    component: &Component,
    calendar: &Calendar,
    (day, until): (NaiveDate, NaiveDate),
) -> Option<NaiveDate> {
    let counts = matches!(
        component.kind,
        ComponentKind::Spiff { first: Some(_), .. }
            | ComponentKind::Spiff { budget: Some(_), .. }
            | ComponentKind::Residual { .. }
    );
    let end = |kind: &PeriodKind| calendar.period_of(kind, day).map_or(until, |period| period.to);
    let runs_on = |measure: &Measure| match &measure.accumulate {
        Some(Accumulate::Within(kind)) => Some(end(kind)),
        Some(Accumulate::Trailing(_)) => Some(until),
        None => None,
    };
    let own = match component.on {
        On::Measure(place) => plan.measures.get(place),
        On::Sum(_) | On::Component(_) | On::Periods(_) => None,
    };
    let whole = |limited: bool| limited.then_some(until);
    let followed = match component.on {
        On::Measure(_) => own.and_then(runs_on),
        On::Sum(place) => plan.sums.get(place).and_then(|sum| match &sum.of {
            SumOf::Measure(place) => plan.measures.get(*place).and_then(runs_on),
            // Of another plan, whose measure may run on.
            SumOf::Named(_) => Some(until),
            SumOf::Component(place) => whole(limited(plan, *place)),
        }),
        On::Component(place) => whole(limited(plan, place)),
        On::Periods(_) => None,
    };
    let mut last = whole(counts).max(followed);
    let of_measure = |place: usize| plan.measures.get(place).map(|other| runs_on(other).unwrap_or(end(&other.period)));
    component_reads(component, &mut |read, _| match read {
        // Of its own periods, each of which may have its own deals.
        Read::Earned(place) => {
            let other = plan.components.get(place).map(|other| &other.on);
            last = last.max(match other {
                _ if limited(plan, place) => Some(until),
                Some(on) if *on == component.on => None,
                Some(On::Measure(place)) => of_measure(*place),
                Some(On::Sum(place)) => match plan.sums.get(*place).map(|sum| &sum.of) {
                    Some(SumOf::Measure(place)) => of_measure(*place),
                    _ => Some(until),
                },
                Some(On::Periods(kind)) => Some(end(kind)),
                Some(On::Component(_)) | None => Some(until),
            });
        }
        Read::Measure(place, _) => {
            let another =
                |other: &&Measure| other.accumulate.is_some() || own.is_none_or(|own| own.period != other.period);
            last = last.max(plan.measures.get(place).filter(another).and_then(|_| of_measure(place)));
        }
        _ => {}
    });
    last
}

/// Whether a component has a limit over more than its period: room in one is another's.
fn limited(plan: &Plan, component: usize) -> bool {
    plan.components.get(component).is_some_and(|rules| {
        [&rules.floor, &rules.cap].iter().any(|limits| limits.year.is_some() || limits.plan.is_some())
    })
}
