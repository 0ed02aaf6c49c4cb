//! The payouts of a plan: the day up to which facts count, and the period of the chain in which it is settled.

use super::super::facts::Book;
use crate::domain::calendar::{Period, PeriodKind};
use crate::plan::model::Plan;
use chrono::NaiveDate;

/// A payout of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// The period of the chain in which it is settled, by place.
    pub payout: usize,
    /// Its last day.
    pub until: NaiveDate,
}

/// The payouts of a plan, each in the period of the chain that holds its last day. They go on after the plan's last day.
pub fn cuts(book: &Book<'_>, plan: &Plan) -> Vec<Cut> {
    let (Some(first), Some(last)) = (book.chain.first(), book.chain.last()) else { return Vec::new() };
    let periods = match plan.payout {
        PeriodKind::Plan => vec![Period::of_plan(plan.from, plan.to)],
        PeriodKind::Anniversary => return Vec::new(),
        _ => book.calendar.periods(&plan.payout, plan.from.max(first.from), last.to).unwrap_or_default(),
    };
    let place = |day: NaiveDate| book.chain.iter().position(|period| period.contains(day));
    periods.into_iter().filter_map(|period| place(period.to).map(|payout| Cut { payout, until: period.to })).collect()
}

/// The payout of a plan that is settled in a period of the chain, one of [`cuts`]; `None` where none ends there.
pub fn cut_in(book: &Book<'_>, plan: &Plan, place: usize) -> Option<Cut> {
    let (first, days) = (book.chain.first()?, book.chain.get(place)?);
    let ends = |until: &NaiveDate| days.contains(*until);
    let until = match plan.payout {
        PeriodKind::Plan => Some(plan.to).filter(ends),
        PeriodKind::Anniversary => None,
        _ => {
            let from = plan.from.max(first.from).max(days.from);
            let periods = book.calendar.periods(&plan.payout, from, days.to).unwrap_or_default();
            periods.into_iter().map(|period| period.to).find(ends)
        }
    };
    until.map(|until| Cut { payout: place, until })
}
