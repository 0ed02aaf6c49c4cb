//! What events take back of the credits of a path: for each credit that something happened to, how it stands from which payout on.

use super::credit::Credit;
use super::days::Payout;
use super::price::NoRoom;
use crate::domain::columns::{count_of, day_of};
use crate::domain::exact::Fraction;
use crate::plan::model::Plan;
use crate::run::facts::{Book, Moment};

/// How a credit stands from a payout on.
#[derive(Clone, Copy, Debug)]
pub struct Back {
    /// The payout, by place among the plan's.
    pub from: usize,
    /// Whether its deal is out.
    pub removed: bool,
    /// What reversals take of what it holds.
    pub held: Fraction,
    /// What reversals take of what it first paid.
    pub first: Fraction,
}

/// A credit that something happened to, by place in its path.
#[derive(Debug)]
pub struct Touched {
    /// The place.
    pub place: usize,
    /// How it stands, payout after payout; before the first it is whole.
    pub backs: Vec<Back>,
}

impl Touched {
    /// How it stands at a payout.
    pub fn at(&self, payout: usize) -> Option<&Back> {
        self.backs.iter().rev().find(|back| back.from <= payout)
    }
}

/// Where the deals that something happened to are: by place in the order of ids, then in the book.
pub struct Index(pub Vec<(u32, usize)>);

impl Index {
    fn find(&self, deal: u32) -> Option<usize> {
        let at = self.0.binary_search_by_key(&deal, |(own, _)| *own).ok()?;
        self.0.get(at).map(|(_, place)| *place)
    }
}

/// A credit of a path to whose deal something happened.
#[derive(Clone, Copy, Debug)]
pub struct Happened {
    /// The place.
    place: usize,
    /// The deal, by place in the book.
    deal: usize,
    /// The day on which it counts.
    day: chrono::NaiveDate,
    /// The payee, by place.
    payee: usize,
}

/// The credits of a path to whose deals something happened.
pub fn happened(index: &Index, plan: &Plan, credits: &[Credit]) -> Result<Vec<Happened>, NoRoom> {
    if plan.clawbacks.is_empty() {
        return Ok(Vec::new());
    }
    let start = count_of(plan.from);
    let of = |(place, credit): (usize, &Credit)| {
        Some(Happened {
            place,
            deal: index.find(credit.deal)?,
            day: day_of(start.wrapping_add(i32::from(credit.day)))?,
            payee: usize::try_from(credit.payee).ok()?,
        })
    };
    let found = credits.iter().enumerate().filter(|(_, credit)| credit.touched);
    found.map(|found| of(found).ok_or(NoRoom)).collect()
}

/// How those credits stand, as a component of a plan sees them.
pub fn touched(
    book: &Book<'_>,
    (place, plan, component): (usize, &Plan, usize),
    happened: &[Happened],
    payouts: &[Payout],
) -> Result<Vec<Touched>, NoRoom> {
    let mut found = Vec::with_capacity(happened.len());
    let start = count_of(plan.from);
    for credit in happened {
        let mut backs: Vec<Back> = Vec::new();
        for happening in book.happened(credit.deal) {
            let date = book.happenings.get(*happening).ok_or(NoRoom)?.event.date;
            let own = count_of(date).wrapping_sub(start);
            let Some(from) = payouts.iter().position(|payout| own <= payout.until) else { break };
            let moment = Moment { until: date, known: happening.saturating_add(1) };
            let left = book.left((place, Some(component)), credit.deal, credit.day, credit.payee, moment);
            let left = left.map_err(|_| NoRoom)?;
            if !left.removed && !left.is_whole() {
                return Err(NoRoom);
            }
            let back = Back { from, removed: left.removed, held: left.held, first: left.first };
            let plain = !back.removed && back.held.is_zero() && back.first.is_zero();
            if !(plain && backs.is_empty()) {
                backs.push(back);
            }
        }
        if !backs.is_empty() {
            found.push(Touched { place: credit.place, backs });
        }
    }
    Ok(found)
}
