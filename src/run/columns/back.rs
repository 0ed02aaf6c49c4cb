//! What events take back of the credits of a path: for each credit that something happened to, how it stands from which payout on.
//! By the same rules as rows ([`left_of`]).

use super::credit::Credit;
use super::days::Payout;
use super::price::NoRoom;
use crate::domain::columns::{count_of, day_of};
use crate::domain::exact::Fraction;
use crate::domain::value::Duration;
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Clawback, Method, Plan, Since, Take};
use crate::plan::table::Axis;
use crate::run::facts::{CASH, What, left_of};
use chrono::NaiveDate;
use std::sync::{Arc, OnceLock};

/// How a credit stands from a payout on.
#[derive(Clone, Copy, Debug)]
pub struct Back {
    /// The payout, by place among the plan's.
    pub from: usize,
    /// What was taken back by then.
    pub taken: Taken,
}

/// What events take back of a deal.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Whether the deal is out.
    pub removed: bool,
    /// What reversals take of what it holds.
    pub held: Fraction,
    /// What reversals take of what it first paid.
    pub first: Fraction,
}

impl Taken {
    fn is_nothing(&self) -> bool {
        !self.removed && self.held.is_zero() && self.first.is_zero()
    }
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
    pub fn at(&self, payout: usize) -> Option<&Taken> {
        self.backs.iter().rev().find(|back| back.from <= payout).map(|back| &back.taken)
    }
}

/// Something that happened to a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    /// The deal, by place in the order of ids.
    pub deal: u32,
    /// The day, counted.
    pub day: i32,
    /// The kind of event, by place in the order of their names.
    pub kind: usize,
}

/// What happened to the deals, in the order of deal, day and kind, found without a search.
pub struct Index {
    all: Vec<Happening>,
    /// For each run of deals where theirs begin.
    firsts: Vec<u32>,
}

/// Deals of a run of [`Index`], as a power of two.
const RUN: u32 = 6;

impl Index {
    /// Of what happened, in any order.
    pub fn of(mut all: Vec<Happening>) -> Self {
        all.sort_unstable();
        let run = |deal: u32| usize::try_from(deal >> RUN).unwrap_or(usize::MAX);
        let mut firsts = Vec::with_capacity(all.last().map_or(0, |last| run(last.deal)).saturating_add(1));
        for (place, happening) in (0_u32..).zip(&all) {
            while firsts.len() <= run(happening.deal) {
                firsts.push(place);
            }
        }
        Self { all, firsts }
    }

    fn find(&self, deal: u32) -> &[Happening] {
        let first = usize::try_from(deal >> RUN).ok().and_then(|run| self.firsts.get(run)).copied();
        let from = first.and_then(|first| self.all.get(usize::try_from(first).ok()?..)).unwrap_or_default();
        let before = from.iter().take_while(|happening| happening.deal < deal).count();
        let own = from.get(before..).unwrap_or_default();
        own.get(..own.iter().take_while(|happening| happening.deal == deal).count()).unwrap_or_default()
    }
}

/// A credit of a path to whose deal something happened.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'i> {
    /// The place.
    place: usize,
    /// The day on which it counts, counted.
    day: i32,
    /// What happened.
    what: &'i [Happening],
}

/// The credits of a path to whose deals something happened.
pub fn happened<'i>(index: &'i Index, plan: &Plan, credits: &[Credit]) -> Vec<Happened<'i>> {
    if plan.clawbacks.is_empty() {
        return Vec::new();
    }
    let start = count_of(plan.from);
    let found = credits.iter().enumerate().filter(|(_, credit)| credit.touched);
    found
        .map(|(place, credit)| Happened {
            place,
            day: start.wrapping_add(i32::from(credit.day)),
            what: index.find(credit.deal),
        })
        .collect()
}

/// The most days of age that are remembered.
const AGES: usize = 1_100;

/// What the clawback rules of a plan take, as one of its components sees them.
pub struct Rules<'a> {
    plan: &'a Plan,
    component: usize,
    kinds: &'a [Arc<str>],
    /// Of a deal to which one thing happened what is taken back, by kind and age; empty where more than its age decides.
    by_age: Vec<OnceLock<Option<Taken>>>,
}

impl<'a> Rules<'a> {
    /// Of a component, by place. `kinds` are the kinds of events in the order of their names.
    pub fn of(plan: &'a Plan, component: usize, kinds: &'a [Arc<str>]) -> Self {
        let slots = if plan.clawbacks.iter().all(goes_by_days) { kinds.len().saturating_mul(AGES) } else { 0 };
        Self { plan, component, kinds, by_age: (0..slots).map(|_| OnceLock::new()).collect() }
    }

    /// How the credits stand to whose deals something happened.
    pub fn touched(&self, happened: &[Happened<'_>], payouts: &[Payout]) -> Result<Vec<Touched>, NoRoom> {
        let mut found = Vec::with_capacity(happened.len());
        let start = count_of(self.plan.from);
        for credit in happened {
            let mut backs: Vec<Back> = Vec::new();
            for (place, what) in credit.what.iter().enumerate() {
                if self.kinds.get(what.kind).is_none_or(|kind| CASH.contains(&&**kind)) {
                    continue;
                }
                let own = what.day.wrapping_sub(start);
                let Some(from) = payouts.iter().position(|payout| own <= payout.until) else { break };
                let taken = self.taken(credit, place)?;
                if !(taken.is_nothing() && backs.is_empty()) {
                    backs.push(Back { from, taken });
                }
            }
            if !backs.is_empty() {
                found.push(Touched { place: credit.place, backs });
            }
        }
        Ok(found)
    }

    /// What is taken back of a credit by what happened up to a place.
    fn taken(&self, credit: &Happened<'_>, up_to: usize) -> Result<Taken, NoRoom> {
        let remembered = match credit.what {
            [only] => usize::try_from(only.day.wrapping_sub(credit.day))
                .ok()
                .filter(|age| *age < AGES)
                .and_then(|age| self.by_age.get(only.kind.wrapping_mul(AGES).wrapping_add(age))),
            _ => None,
        };
        match remembered {
            Some(slot) => slot.get_or_init(|| self.worked(credit, up_to)).ok_or(NoRoom),
            None => self.worked(credit, up_to).ok_or(NoRoom),
        }
    }

    fn worked(&self, credit: &Happened<'_>, up_to: usize) -> Option<Taken> {
        let counted = day_of(credit.day)?;
        let known = credit.what.get(..=up_to)?;
        let event = |what: &Happening| Some((self.kinds.get(what.kind)?, day_of(what.day)?));
        let events = known.iter().filter_map(event).filter(|(kind, _)| !CASH.contains(&&***kind));
        let events = events.map(|(kind, on)| What { kind, on, amount: None });
        let first = |kind: &str| -> Option<NaiveDate> {
            let own = |what: &&Happening| self.kinds.get(what.kind).is_some_and(|known| **known == *kind);
            day_of(credit.what.iter().find(own)?.day)
        };
        let since = |rule: &Clawback| match rule.since {
            Since::Closed => Some(counted),
            Since::Invoiced => first("invoiced"),
            Since::Paid => first("paid"),
            // Rows are worked: `able`.
            Since::Starts => None,
        };
        let formula =
            |rule: &Clawback, _: &_, _, _| Err(EvalError { failure: Failure::Internal, span: rule.span.clone() });
        let left = left_of((self.plan, Some(self.component)), (events, None), counted, since, formula).ok()?;
        if !left.removed && !left.is_whole() {
            return None;
        }
        Some(Taken { removed: left.removed, held: left.held, first: left.first })
    }
}

/// Whether a rule looks at nothing but kind and age, counted in days.
fn goes_by_days(rule: &Clawback) -> bool {
    let by_days = |length: &Option<Duration>| !matches!(length, Some(Duration::Months(_)));
    let table = match &rule.method {
        Method::Reverse { take: Take::Table(table), .. } => {
            table.tiers().is_some_and(|tiers| tiers.axis != Axis::Months)
        }
        _ => true,
    };
    matches!(rule.since, Since::Closed) && by_days(&rule.after) && by_days(&rule.within) && table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// As looking through all finds them.
        #[test]
        fn what_happened_is_found_by_deal(deals in prop::collection::vec(0_u32..2_000, 0..60), asked in 0_u32..3_000) {
            let all: Vec<Happening> = deals.iter().map(|deal| Happening { deal: *deal, day: 1, kind: 0 }).collect();
            let count = deals.iter().filter(|deal| **deal == asked).count();
            let index = Index::of(all);
            let found = index.find(asked);
            prop_assert_eq!(found.len(), count);
            prop_assert!(found.iter().all(|happening| happening.deal == asked));
        }
    }
}
