//! The days of a plan counted from its first: its payouts, and the measurement periods of what it credits.

use crate::domain::calendar::Period;
use crate::domain::columns::count_of;
use crate::plan::model::Plan;
use crate::run::earn::cuts;
use crate::run::facts::{Book, Days};

/// A payout of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Payout {
    /// The period of the chain in which it is settled, by place.
    pub place: usize,
    /// Its last day, counted.
    pub until: i32,
}

/// The payouts of a plan, in order.
pub fn payouts(book: &Book<'_>, plan: &Plan) -> Vec<Payout> {
    let first = count_of(plan.from);
    cuts(book, plan)
        .into_iter()
        .map(|cut| Payout { place: cut.payout, until: count_of(cut.until).wrapping_sub(first) })
        .collect()
}

/// A measurement period.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The period.
    pub period: Period,
    /// Its first and last day, counted from the plan's first.
    pub days: (i32, i32),
    /// The first and the last payout that share days with it, by place among the plan's.
    pub open: (usize, usize),
}

impl Measured {
    /// Whether a day lies in it.
    pub fn holds(&self, day: u16) -> bool {
        (self.days.0..=self.days.1).contains(&i32::from(day))
    }
}

/// The measurement periods of a plan that a payout knows of; `None` where the calendar has none of the kind for all payees.
pub fn periods(
    book: &Book<'_>,
    place: usize,
    plan: &Plan,
    kind: &crate::domain::calendar::PeriodKind,
    payouts: &[Payout],
) -> Option<Vec<Measured>> {
    use crate::domain::calendar::PeriodKind;
    if matches!(kind, PeriodKind::Plan | PeriodKind::Anniversary) {
        return None;
    }
    let last = book.chain.last()?.to.min(plan.to);
    if last < plan.from {
        return Some(Vec::new());
    }
    let first = count_of(plan.from);
    let found = book.periods(place, kind, 0, Days { from: plan.from, to: last }).ok()?;
    let measured = found.into_iter().filter_map(|period| {
        let days = (count_of(period.from).wrapping_sub(first), count_of(period.to).wrapping_sub(first));
        // A payout shares days with a period that ends after the payout before it and begins by its end.
        let opens = payouts.iter().position(|payout| payout.until >= days.0)?;
        let closes =
            payouts.iter().position(|payout| payout.until >= days.1).unwrap_or(payouts.len().saturating_sub(1));
        Some(Measured { period, days, open: (opens, closes) })
    });
    Some(measured.collect())
}
