//! Credits in the order of their paths: by payee, day and deal.

use super::credit::{Credit, Found, RUNS, Tenures};
use super::price::NoRoom;
use crate::domain::columns::spread;
use crate::run::facts::Book;

/// The payees of a run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its place.
    pub place: usize,
    /// Its payees, by place in the book.
    pub payees: Vec<usize>,
}

/// Who the people of the pieces are, and in which run.
pub struct People {
    /// The runs.
    pub runs: Vec<Run>,
    /// By reader, of each of its people the place in the run.
    known: Vec<Vec<u32>>,
}

impl People {
    /// Of what was read.
    ///
    /// # Errors
    /// Somebody is no payee.
    pub fn of(book: &Book<'_>, tenures: &Tenures<'_>, read: &[Found]) -> Result<Self, NoRoom> {
        let mut runs: Vec<Run> = (0..RUNS).map(|place| Run { place, payees: Vec::new() }).collect();
        let mut places = Vec::with_capacity(book.payees.len());
        for (place, payee) in book.payees.iter().enumerate() {
            let run = runs.get_mut(usize::from(spread(payee.id.as_bytes()))).ok_or(NoRoom)?;
            places.push(u32::try_from(run.payees.len()).map_err(|_| NoRoom)?);
            run.payees.push(place);
        }
        let readers = read.iter().map(|found| found.reader.saturating_add(1)).max().unwrap_or(0);
        let mut known: Vec<Vec<u32>> = vec![Vec::new(); readers];
        for found in read {
            let known = known.get_mut(found.reader).ok_or(NoRoom)?;
            for id in &found.people {
                let payee = tenures.payee(id).ok_or(NoRoom)?;
                known.push(places.get(payee).copied().ok_or(NoRoom)?);
            }
        }
        runs.retain(|run| !run.payees.is_empty());
        Ok(Self { runs, known })
    }
}

/// The credits of a run of payees in a measure, in their order. Its memory is used again for the next run.
#[derive(Debug, Default)]
pub struct Ordered {
    credits: Vec<Credit>,
    /// For each payee of the run where the payee's credits end.
    ends: Vec<usize>,
    /// For each payee and day where the next credit goes.
    next: Vec<u32>,
    /// For each payee of the run the days on the plan.
    held: Vec<(u16, u16)>,
    /// Of each credit, in the order of the file, the bin of payee and day.
    found: Vec<u32>,
}

/// The bin of a credit of somebody who is not on the plan on its day.
const NOT_HELD: u32 = u32::MAX;

/// Where each deal of the pieces stands in the order of ids.
pub struct Places {
    /// How many deals come before each piece.
    pub before: Vec<u32>,
    /// Of each deal in the order of the file, its place in the order of ids; `None`: they are the same.
    pub ranks: Option<Vec<u32>>,
}

impl Places {
    /// The place of a deal of a piece.
    #[inline]
    pub fn of(&self, piece: usize, deal: u32) -> u32 {
        let own = self.before.get(piece).copied().unwrap_or(0).wrapping_add(deal);
        match &self.ranks {
            Some(ranks) => usize::try_from(own).ok().and_then(|own| ranks.get(own)).copied().unwrap_or(0),
            None => own,
        }
    }
}

impl Ordered {
    /// Puts the credits of a measure of a plan and run in their order. `days` is how many days the plan has.
    pub fn fill(
        &mut self,
        (pieces, places, people): (&[Found], &Places, &People),
        (measure, run): (usize, &Run),
        (tenures, plan, days): (&Tenures<'_>, usize, usize),
    ) {
        let Self { credits, ends, next, held, found } = self;
        let payees = run.payees.len();
        held.clear();
        held.extend(run.payees.iter().map(|payee| tenures.days(plan, *payee)));
        let lists = || {
            pieces.iter().enumerate().filter_map(|(place, piece)| {
                let list = piece.credits.get(measure)?.run(run.place);
                Some((place, people.known.get(piece.reader)?.as_slice(), list))
            })
        };
        // The payee's place in the run, where the payee is on the plan on that day.
        let own = |known: &[u32], credit: &Credit| {
            let place = usize::try_from(credit.payee).ok().and_then(|person| known.get(person)).copied()?;
            let (from, to) = usize::try_from(place).ok().and_then(|place| held.get(place))?;
            (*from <= credit.day && credit.day <= *to).then_some(place)
        };
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        let count: usize = lists().map(|(.., list)| list.len()).sum();
        let bins = payees.saturating_mul(days);
        credits.clear();
        if places.ranks.is_none() && bins <= count.saturating_mul(8) {
            // The file is in the order of ids: credits are dealt out by payee and day.
            next.clear();
            next.resize(bins.saturating_add(1), 0);
            found.clear();
            let width = u32::try_from(days).unwrap_or(u32::MAX);
            for (_, known, list) in lists() {
                for credit in list {
                    let bin = own(known, credit);
                    let bin = bin.map_or(NOT_HELD, |own| own.wrapping_mul(width).wrapping_add(u32::from(credit.day)));
                    found.push(bin);
                    if let Some(count) = next.get_mut(place(bin.saturating_add(1))).filter(|_| bin != NOT_HELD) {
                        *count = count.wrapping_add(1);
                    }
                }
            }
            let mut sum = 0_u32;
            for count in next.iter_mut() {
                sum = sum.wrapping_add(*count);
                *count = sum;
            }
            credits.resize(place(sum), Credit::default());
            let mut bins = found.iter();
            for (piece, _, list) in lists() {
                for (credit, bin) in list.iter().zip(&mut bins) {
                    let Some(at) = next.get_mut(place(*bin)) else { continue };
                    if let Some(slot) = credits.get_mut(place(*at)) {
                        let payee = bin.checked_div(width).unwrap_or(0);
                        *slot = Credit { payee, deal: places.of(piece, credit.deal), ..*credit };
                    }
                    *at = at.wrapping_add(1);
                }
            }
        } else {
            for (piece, known, list) in lists() {
                let placed = |credit: &Credit| {
                    Some(Credit { payee: own(known, credit)?, deal: places.of(piece, credit.deal), ..*credit })
                };
                credits.extend(list.iter().filter_map(placed));
            }
            credits.sort_unstable_by_key(|credit| (credit.payee, credit.day, credit.deal));
        }
        ends.clear();
        ends.resize(payees, 0);
        for (place, credit) in (1_usize..).zip(credits.iter()) {
            if let Some(end) = usize::try_from(credit.payee).ok().and_then(|own| ends.get_mut(own)) {
                *end = place;
            }
        }
        let mut before = 0;
        for end in ends.iter_mut() {
            *end = before.max(*end);
            before = *end;
        }
    }

    /// The credits of a payee, by place in the run.
    pub fn of_payee(&self, own: usize) -> &[Credit] {
        let end = self.ends.get(own).copied().unwrap_or(0);
        let start = own.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.credits.get(start..end).unwrap_or_default()
    }
}
