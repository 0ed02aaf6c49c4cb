//! The payouts of a plan: the day up to which facts count, and the period of the chain in which it is settled.

use super::super::facts::Book;
use crate::domain::calendar::PeriodKind;
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
    let place = |day: NaiveDate| book.chain.iter().position(|period| period.contains(day));
    let ends = ends(book, plan, (first.from, last.to)).into_iter();
    ends.filter_map(|until| place(until).map(|payout| Cut { payout, until })).collect()
}

/// The payout of a plan that is settled in a period of the chain, one of [`cuts`]; `None` where none ends there.
pub fn cut_in(book: &Book<'_>, plan: &Plan, payout: usize) -> Option<Cut> {
    let days = book.chain.get(payout)?;
    let until = ends(book, plan, (days.from, days.to)).into_iter().find(|until| days.contains(*until))?;
    Some(Cut { payout, until })
}

/// The last days of a plan's payouts that share days with some.
fn ends(book: &Book<'_>, plan: &Plan, (from, to): (NaiveDate, NaiveDate)) -> Vec<NaiveDate> {
    match plan.payout {
        PeriodKind::Plan => vec![plan.to],
        PeriodKind::Anniversary => Vec::new(),
        _ => {
            let periods = book.calendar.periods(&plan.payout, plan.from.max(from), to).unwrap_or_default();
            periods.into_iter().map(|period| period.to).collect()
        }
    }
}
