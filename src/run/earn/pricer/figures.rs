//! What a component's formulas read of measures, sums and other components.

use super::super::super::measure::Followed;
use super::super::super::scene::Figures;
use super::super::track::{Track, TrackCredit};
use super::super::work::Work;
use crate::domain::exact::Fraction;
use crate::plan::formula::{Failure, Figure};
use crate::plan::model::On;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::rc::Rc;

/// Where a formula of a component stands.
pub struct Sight<'p, 'a, 'c> {
    /// What is worked.
    pub work: &'p Work<'a, 'c>,
    /// The plan, by place.
    pub place: usize,
    /// The component, where one asks.
    pub component: Option<usize>,
    /// The payee, by place.
    pub payee: usize,
    /// The day by which periods are found.
    pub day: NaiveDate,
    /// The day on which people are counted.
    pub counted: NaiveDate,
    /// The deal, where there is one.
    pub on: Option<&'p TrackCredit<'p>>,
}

impl<'a, 'c> Sight<'_, 'a, 'c> {
    fn track(&self, on: &On, payee: usize) -> Result<Option<Rc<Track<'a, 'c>>>, Failure> {
        let period = self.work.period_of(self.place, on, payee, self.day)?;
        self.work.track(self.place, self.component, on, payee, &period).map_err(|error| error.failure)
    }

    /// What a track held before the deal: before its own credit there, else before its place in the order.
    fn before(&self, track: &Track<'_, '_>) -> Decimal {
        let Some(on) = self.on else { return track.total };
        let book = self.work.book;
        let id = |deal: Option<usize>| deal.and_then(|deal| book.deals.get(deal)).map(|deal| &deal.id);
        let same = |other: &&TrackCredit<'_>| {
            let (a, b) = (&other.credit, &on.credit);
            a.deal == b.deal && a.event == b.event && a.payee == b.payee && a.slot == b.slot && a.day == b.day
        };
        if let Some(own) = track.credits().iter().find(same) {
            return own.before;
        }
        let place = (on.credit.day, id(on.credit.deal), on.credit.event);
        let later =
            track.credits().iter().find(|other| (other.credit.day, id(other.credit.deal), other.credit.event) >= place);
        later.map_or(track.total, |later| later.before)
    }

    fn members(&self, sum: usize) -> Result<Vec<usize>, Failure> {
        let rules = self.work.plan(self.place).and_then(|plan| plan.sums.get(sum)).ok_or(Failure::Internal)?;
        let book = self.work.book;
        let day = self.counted;
        Ok((0..book.payees.len())
            .filter(|member| book.sums_over(rules.over, self.place, self.payee, *member, day))
            .collect())
    }

    /// How many of the people of a sum have at least an attainment.
    fn members_at(&self, sum: usize, wanted: Decimal) -> Result<Decimal, Failure> {
        let rules = self.work.plan(self.place).and_then(|plan| plan.sums.get(sum)).ok_or(Failure::Internal)?;
        let mut count = Decimal::ZERO;
        for member in self.members(sum)? {
            let attainment = self.work.attainment_of(self.place, &rules.of, member, self.day)?;
            if attainment.compare(Fraction::from(wanted)).map_err(Failure::Arithmetic)?.is_ge() {
                count = crate::domain::exact::add(count, Decimal::ONE).map_err(Failure::Arithmetic)?;
            }
        }
        Ok(count)
    }

    /// The payee's place among all on the plan.
    fn rank(&self, on: &On) -> Result<Decimal, Failure> {
        let own = self.track(on, self.payee)?.map_or(Decimal::ZERO, |track| track.total);
        let mut rank = Decimal::ONE;
        for other in (0..self.work.book.payees.len()).filter(|other| *other != self.payee) {
            if self.track(on, other)?.is_some_and(|track| track.total > own) {
                rank = crate::domain::exact::add(rank, Decimal::ONE).map_err(Failure::Arithmetic)?;
            }
        }
        Ok(rank)
    }
}

impl Figures for Sight<'_, '_, '_> {
    fn figure(&self, of: Followed, figure: Figure) -> Result<Decimal, Failure> {
        let on = match of {
            Followed::Measure(place) => On::Measure(place),
            Followed::Sum(place) => On::Sum(place),
        };
        match (figure, of) {
            (Figure::Members, Followed::Sum(sum)) => return Ok(Decimal::from(self.members(sum)?.len())),
            (Figure::MembersAt(wanted), Followed::Sum(sum)) => return self.members_at(sum, wanted),
            (Figure::Rank, _) => return self.rank(&on),
            (Figure::Ramp, Followed::Measure(place)) => {
                let ramp = self
                    .work
                    .plan(self.place)
                    .and_then(|plan| plan.measures.get(place))
                    .and_then(|measure| measure.ramp.as_ref());
                let Some(ramp) = ramp else { return Ok(Decimal::ONE) };
                let period = self.work.period_of(self.place, &on, self.payee, self.day)?;
                return Ok(self.work.book.ramp(self.payee, period.to, ramp));
            }
            _ => {}
        }
        let Some(track) = self.track(&on, self.payee)? else { return Ok(Decimal::ZERO) };
        let total = match figure {
            Figure::TotalBefore | Figure::AttainmentBefore => self.before(&track),
            _ => track.total,
        };
        match figure {
            Figure::Total | Figure::TotalBefore => Ok(total),
            // Nobody is asked for a quota that no credit meets.
            Figure::Quota => match track.quota {
                Some(quota) => quota.value().map_err(Failure::Arithmetic),
                None if track.credits().is_empty() => Ok(Decimal::ZERO),
                None => Err(Failure::Figure),
            },
            Figure::Attainment | Figure::AttainmentBefore => {
                let attainment = track.attainment(total).map_err(Failure::Arithmetic)?.ok_or(Failure::Figure)?;
                attainment.value().map_err(Failure::Arithmetic)
            }
            _ => Err(Failure::Internal),
        }
    }

    fn earned(&self, component: usize) -> Result<Decimal, Failure> {
        self.work.earned(self.place, component, self.payee, self.day)
    }
}
