//! Credits in the order of their paths: by payee, day and deal.

use super::credit::{ByRun, Credit, Runs};

/// The credits of a run of payees in a measure, in their order. Its memory is used again for the next run.
#[derive(Debug, Default)]
pub struct Ordered {
    /// The first payee.
    first: u32,
    credits: Vec<Credit>,
    /// For each payee of the run where the payee's credits end.
    ends: Vec<usize>,
    /// For each payee and day where the next credit goes.
    next: Vec<u32>,
}

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
    /// Puts the credits of a measure and run in their order. `days` is how many days the plan has.
    pub fn fill(
        &mut self,
        pieces: &[Vec<ByRun>],
        places: &Places,
        (measure, run, runs): (usize, usize, Runs),
        days: usize,
    ) {
        let first = u32::try_from(run << runs.bits).unwrap_or(u32::MAX);
        let payees = 1_usize << runs.bits;
        let lists: Vec<(usize, &[Credit])> =
            pieces.iter().enumerate().filter_map(|(piece, own)| Some((piece, own.get(measure)?.run(run)))).collect();
        let count: usize = lists.iter().map(|(_, list)| list.len()).sum();
        let all = lists.iter().flat_map(|(piece, list)| list.iter().map(|credit| (*piece, credit)));
        let placed = |(piece, credit): (usize, &Credit)| Credit { deal: places.of(piece, credit.deal), ..*credit };
        let bins = payees.saturating_mul(days);
        let bin = |credit: &Credit| {
            let own = usize::try_from(credit.payee.wrapping_sub(first)).unwrap_or(0);
            own.wrapping_mul(days).wrapping_add(usize::from(credit.day))
        };
        let Self { credits, ends, next, .. } = self;
        credits.clear();
        if places.ranks.is_none() && bins <= count.saturating_mul(8) {
            // The file is in the order of ids: credits are dealt out by payee and day.
            next.clear();
            next.resize(bins.saturating_add(1), 0);
            for (_, credit) in all.clone() {
                if let Some(count) = next.get_mut(bin(credit).wrapping_add(1)) {
                    *count = count.wrapping_add(1);
                }
            }
            let mut sum = 0_u32;
            for count in next.iter_mut() {
                sum = sum.wrapping_add(*count);
                *count = sum;
            }
            credits.resize(count, Credit::default());
            for (piece, credit) in all {
                let Some(at) = next.get_mut(bin(credit)) else { continue };
                let own = usize::try_from(*at).ok().and_then(|at| credits.get_mut(at));
                if let Some(own) = own {
                    *own = placed((piece, credit));
                }
                *at = at.wrapping_add(1);
            }
        } else {
            credits.extend(all.map(placed));
            credits.sort_unstable_by_key(|credit| (credit.payee, credit.day, credit.deal));
        }
        ends.clear();
        ends.resize(payees, 0);
        for (place, credit) in (1_usize..).zip(credits.iter()) {
            let own = usize::try_from(credit.payee.wrapping_sub(first)).ok().and_then(|own| ends.get_mut(own));
            if let Some(end) = own {
                *end = place;
            }
        }
        let mut before = 0;
        for end in ends.iter_mut() {
            *end = before.max(*end);
            before = *end;
        }
        self.first = first;
    }

    /// The credits of a payee.
    pub fn of_payee(&self, payee: u32) -> &[Credit] {
        let own = usize::try_from(payee.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let end = self.ends.get(own).copied().unwrap_or(0);
        let start = own.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.credits.get(start..end).unwrap_or_default()
    }
}
