//! What a component's formulas read of measures, sums and other components.

use super::super::super::facts::Days;
use super::super::super::measure::{Followed, followed};
use super::super::super::scene::Figures;
use super::super::track::{Track, TrackCredit, attainment};
use super::super::work::Work;
use crate::domain::calendar::Period;
use crate::domain::exact::{Fraction, add, sub};
use crate::plan::formula::{Failure, Figure};
use crate::plan::model::{On, Over};
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
    /// The first day of what is worked, where no deal is in sight: of a measure or component with shorter periods all of
    /// them from there on are read.
    pub since: Option<NaiveDate>,
    /// The last day on which people are counted.
    pub counted: NaiveDate,
    /// The deal, where there is one.
    pub on: Option<&'p TrackCredit<'p>>,
}

impl<'a, 'c> Sight<'_, 'a, 'c> {
    fn track(&self, on: &On, payee: usize) -> Result<Option<Rc<Track<'a, 'c>>>, Failure> {
        let period = self.work.period_of(self.place, on, payee, self.day)?;
        self.work.track(self.place, self.component, on, payee, &period).map_err(|error| error.failure)
    }

    /// The periods that are read of what has shorter ones; `None` where one period is read.
    fn shorter(&self, on: &On) -> Result<Option<Vec<Period>>, Failure> {
        let Some(since) = self.since else { return Ok(None) };
        let last = self.work.period_of(self.place, on, self.payee, self.day)?;
        if last.from <= since {
            return Ok(None);
        }
        let kind = self.work.period_kind(self.place, on).ok_or(Failure::Internal)?;
        let days = Days { from: since, to: self.day };
        self.work.book.periods_begun(self.place, kind, self.payee, days).map(Some).map_err(|_| Failure::Date)
    }

    /// Total and quota over shorter periods together; the quota is missing where one with credits has none.
    fn together(&self, on: &On, periods: &[Period]) -> Result<(Decimal, Option<Fraction>), Failure> {
        let (mut total, mut quota, mut lacks) = (Decimal::ZERO, Fraction::ZERO, false);
        for period in periods {
            let track = self.work.track(self.place, self.component, on, self.payee, period);
            let Some(track) = track.map_err(|error| error.failure)? else { continue };
            total = add(total, track.total).map_err(Failure::Arithmetic)?;
            match track.quota {
                Some(own) => quota = quota.plus(own).map_err(Failure::Arithmetic)?,
                None => lacks |= !track.credits().is_empty(),
            }
        }
        Ok((total, (!lacks).then_some(quota)))
    }

    /// Whether what is read runs on by itself, and so stands in its last period as it does over all of them.
    fn runs_on(&self, of: Followed) -> bool {
        followed(self.work.book, self.place, of).is_some_and(|(_, measure)| measure.accumulate.is_some())
    }

    /// What a track holds of the period so far: for a period without a deal in sight, of a longer one up to its own end, whenever it is
    /// worked.
    fn so_far(&self, track: &Track<'_, '_>) -> Result<Decimal, Failure> {
        if self.on.is_some() || track.period.to <= self.counted {
            return Ok(track.total);
        }
        let later = track.credits().iter().filter(|other| other.credit.day > self.counted);
        later.map(|other| other.credit.amount).try_fold(track.total, sub).map_err(Failure::Arithmetic)
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
        let period = self.work.period_of(self.place, &On::Sum(sum), self.payee, self.day)?;
        let days = Days { from: period.from, to: period.to.min(self.counted) };
        let is_member = |member: &usize| book.is_member(rules.over, self.place, self.payee, *member, days);
        Ok((0..book.payees.len()).filter(is_member).collect())
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

    /// The payee's place among all on the plan, or among those with the same value of a field.
    fn rank(&self, on: &On, field: Option<usize>) -> Result<Decimal, Failure> {
        let period = self.work.period_of(self.place, on, self.payee, self.day)?;
        let days = Days { from: period.from, to: period.to.min(self.counted) };
        let is_among = |other: usize| {
            let of_field = |field| self.work.book.is_member(Over::Group(field), self.place, self.payee, other, days);
            field.is_none_or(of_field)
        };
        let own = self.track(on, self.payee)?.map_or(Decimal::ZERO, |track| track.total);
        let mut rank = Decimal::ONE;
        for other in (0..self.work.book.payees.len()).filter(|other| *other != self.payee && is_among(*other)) {
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
            (Figure::Rank, _) => return self.rank(&on, None),
            (Figure::RankIn(field), _) => return self.rank(&on, Some(field)),
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
        if let Some(periods) = self.shorter(&on)?.filter(|_| !self.runs_on(of)) {
            let (total, quota) = self.together(&on, &periods)?;
            return match figure {
                Figure::Total | Figure::TotalBefore => Ok(total),
                Figure::Quota => quota.ok_or(Failure::Figure)?.value().map_err(Failure::Arithmetic),
                _ => {
                    let known = attainment(quota, total).map_err(Failure::Arithmetic)?;
                    let last = periods.last().ok_or(Failure::Internal)?;
                    let none = || self.work.no_attainment(self.place, of, self.payee, (quota, last));
                    known.ok_or_else(none)?.value().map_err(Failure::Arithmetic)
                }
            };
        }
        let Some(track) = self.track(&on, self.payee)? else { return Ok(Decimal::ZERO) };
        let total = match figure {
            Figure::TotalBefore | Figure::AttainmentBefore => self.before(&track),
            _ => self.so_far(&track)?,
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
                let known = track.attainment(total).map_err(Failure::Arithmetic)?;
                let none = || self.work.no_attainment(self.place, of, self.payee, (track.quota, &track.period));
                known.ok_or_else(none)?.value().map_err(Failure::Arithmetic)
            }
            _ => Err(Failure::Internal),
        }
    }

    fn earned(&self, component: usize) -> Result<Decimal, Failure> {
        let Some(periods) = self.shorter(&On::Component(component))? else {
            return self.work.earned(self.place, component, self.payee, self.day);
        };
        periods.iter().try_fold(Decimal::ZERO, |total, period| {
            let earned = self.work.earned(self.place, component, self.payee, period.from)?;
            add(total, earned).map_err(Failure::Arithmetic)
        })
    }
}
