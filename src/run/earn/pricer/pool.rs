//! A pool: an amount that is worked once, over what all its members follow or for each deal, and divided to the cent.

use super::super::super::explain::{Step, StepKind};
use super::super::line::{Raw, steps};
use super::super::track::{Track, TrackCredit};
use super::{Failed, Pricer};
use crate::domain::exact::{Fraction, RoundingMode, add, negate, sub};
use crate::domain::facts::payee_field;
use crate::plan::formula::EvalError;
use crate::plan::model::{CreditRule, On, Over, Per, PoolShare};
use crate::run::credit::Credit;
use crate::run::facts::Days;
use crate::run::failures::About;
use crate::run::measure::{changes_within, quota_of_everyone, quota_of_group};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What tells one credit from another: day, deal and event; payee and place among the shares; plan and measure.
type CreditKey = (NaiveDate, (Option<usize>, Option<usize>), (usize, Option<usize>), (Option<usize>, usize));

fn credit_key(credit: &Credit) -> CreditKey {
    (credit.day, (credit.deal, credit.event), (credit.payee, credit.slot), (credit.plan, credit.measure))
}

impl<'a, 'c> Pricer<'_, 'a, 'c> {
    /// The payee's part of a pool: of its one amount, or of the amount of each deal.
    pub(super) fn pool(&self, share: &PoolShare) -> Result<Vec<Raw>, Failed> {
        let plain = |error: EvalError| (error, None);
        if self.rules.per != Per::Deal {
            let pooled = self.pooled().map_err(plain)?;
            let Some(whole) = pooled.period_line().map_err(plain)?.pop() else { return Ok(Vec::new()) };
            let part = pooled.part_of(share, &whole, None).map_err(plain)?;
            return Ok(part.into_iter().collect());
        }
        // A sum has the deals of all its people already, those of a group by the days that each was of it.
        let pooled = if self.is_over_own() { self.pooled().map_err(plain)? } else { self.over(Rc::clone(&self.track)) };
        let mut lines = Vec::new();
        for on in &pooled.whole_deals()? {
            let about = |error: EvalError| (error, on.credit.deal.map(About::Deal));
            let whole = pooled.deal_line(on).map_err(about)?;
            if let Some(part) = pooled.part_of(share, &whole, Some(on)).map_err(about)? {
                lines.push(Raw { parts: part.parts, ..pooled.about_deal(on) });
            }
        }
        Ok(lines)
    }

    /// The deals on which the pool pays, each as one: its amount is worked once, whoever has a share of it.
    fn whole_deals(&self) -> Result<Vec<TrackCredit<'c>>, Failed> {
        let mut deals: Vec<TrackCredit<'c>> = Vec::new();
        let mut places: BTreeMap<(NaiveDate, usize, Option<usize>), usize> = BTreeMap::new();
        for on in self.track.credits() {
            let about = |error: EvalError| (error, on.credit.deal.map(About::Deal));
            if !self.may_have_a_line(&on.credit) || !self.pays_on(on).map_err(about)? {
                continue;
            }
            let key = on.credit.deal.map(|deal| (on.credit.day, deal, on.credit.event));
            let known = key.and_then(|key| places.get(&key)).and_then(|place| deals.get_mut(*place));
            let Some(known) = known else {
                places.extend(key.map(|key| (key, deals.len())));
                deals.push(on.clone());
                continue;
            };
            let sum = |a, b| self.exact(add(a, b)).map_err(about);
            let (amount, share) =
                (sum(known.credit.amount, on.credit.amount)?, sum(known.credit.share, on.credit.share)?);
            known.credit = Cow::Owned(Credit { amount, share, ..known.credit.clone().into_owned() });
        }
        Ok(deals)
    }

    /// The pricer over all that the members of the pool follow: who came late or left early has a part of the same whole.
    fn pooled(&self) -> Result<Self, EvalError> {
        let mut known: BTreeSet<CreditKey> = BTreeSet::new();
        let mut all: Vec<Cow<'c, Credit>> = Vec::new();
        let mut put = |track: &Track<'a, 'c>| {
            let theirs = track.credits().iter().map(|on| &on.credit).filter(|credit| self.is_of_group(credit));
            all.extend(theirs.filter(|credit| known.insert(self.pooled_key(credit))).cloned());
            all.len()
        };
        let own = put(&self.track);
        let mut carried = Decimal::ZERO;
        for member in self.members(None)? {
            put(&member.track);
            carried = self.exact(add(carried, member.track.start))?;
        }
        let each_own = self.is_over_own() && !self.is_given_to_all();
        let quota = if each_own { self.quota_of_all()? } else { self.quota_of_group()? };
        if all.len() == own && own == self.track.credits().len() && quota.is_none() {
            return Ok(self.over(Rc::clone(&self.track)));
        }
        // Members whose days differ know different parts; a period's amount asks for their total alone.
        all.sort_by_key(|credit| credit_key(credit));
        // What an accumulating measure carried in stays before the first: that of all where each has their own total.
        let Track { period, active_days, start, .. } = &*self.track;
        let start = if each_own { carried } else { *start };
        let mut track = Track::empty(period.clone(), *active_days, quota.unwrap_or(self.track.quota), start);
        for credit in all {
            self.exact(track.push(credit))?;
        }
        Ok(self.over(Rc::new(track)))
    }

    /// Whether the pool is on given totals or on a component, of which each member may follow their own.
    fn is_over_own(&self) -> bool {
        !matches!(self.rules.on, On::Periods(_)) && self.summed().is_none()
    }

    /// Whether some total of the measure is given for everyone at once: then quota and what was carried are everyone's too.
    fn is_given_to_all(&self) -> bool {
        let On::Measure(mut place) = self.rules.on else { return false };
        let measure = |place: usize| self.plan.measures.get(place);
        while let Some(CreditRule::Measure(base)) = measure(place).map(|measure| &measure.credit)
            && *base < place
        {
            place = *base;
        }
        let rows = measure(place).and_then(|measure| self.work.book.metrics.get(&*measure.name));
        rows.is_some_and(|rows| rows.iter().any(|row| row.payee.is_none()))
    }

    /// The quota of a pool on totals that are given for each: that of all on the plan.
    fn quota_of_all(&self) -> Result<Option<Option<Fraction>>, EvalError> {
        let On::Measure(place) = self.rules.on else { return Ok(None) };
        self.exact(quota_of_everyone(self.work.book, (self.place, place), &self.track.period)).map(Some)
    }

    /// The quota of a group's pool for whoever came to the group in the period: that of its people on their days in it, as the
    /// others have it. `None`: as the payee follows it.
    fn quota_of_group(&self) -> Result<Option<Option<Fraction>>, EvalError> {
        let (Some(Over::Group(field)), On::Sum(place)) = (self.pooled_over(), &self.rules.on) else { return Ok(None) };
        let book = self.work.book;
        let days = Days { from: self.track.period.from, to: self.track.period.to };
        let group = book.payees.get(self.payee).and_then(|payee| payee.field(field, self.last_day()));
        let Some(group) = group.filter(|_| changes_within(book, self.payee, days)) else { return Ok(None) };
        self.exact(quota_of_group(book, (self.place, *place), &self.track.period, (field, group))).map(Some)
    }

    /// Whether a credit belongs to the group whose pool this is: by the field of whoever is credited, on its day.
    fn is_of_group(&self, credit: &Credit) -> bool {
        let Some(Over::Group(field)) = self.pooled_over() else { return true };
        let value =
            |payee: usize, day: NaiveDate| self.work.book.payees.get(payee).and_then(|payee| payee.field(field, day));
        let own = value(self.payee, self.last_day());
        own.is_none() || own == value(credit.payee, credit.day)
    }

    /// Over whom the pool goes, where it is on a sum.
    fn pooled_over(&self) -> Option<Over> {
        match self.rules.on {
            On::Sum(place) => self.plan.sums.get(place).map(|sum| sum.over),
            _ => None,
        }
    }

    /// What tells the credits of a pool apart: a total that is given for everyone is one total, whoever follows it.
    fn pooled_key(&self, credit: &Credit) -> CreditKey {
        let (day, deal, whose, of) = credit_key(credit);
        if self.is_of_everyone(credit) {
            (NaiveDate::MIN, deal, (usize::MAX, None), of)
        } else {
            (day, deal, whose, of)
        }
    }

    /// Whether a credit is a total that is given for everyone.
    fn is_of_everyone(&self, credit: &Credit) -> bool {
        let metric = || self.work.book.metric(&credit.name, credit.payee, &self.track.period.label);
        credit.deal.is_none() && metric().is_some_and(|metric| metric.payee.is_none())
    }

    /// The payee's part of an amount: cut to the minor unit, what is left over by largest remainder, then by payee.
    fn part_of(&self, share: &PoolShare, whole: &Raw, on: Option<&TrackCredit<'_>>) -> Result<Option<Raw>, EvalError> {
        let places = self.places();
        let total = self.exact(whole.total().and_then(Fraction::value))?;
        let total = self.plan.rounding.round(total, places);
        let mut parts: Vec<(Fraction, usize, Decimal, Decimal)> = Vec::new();
        let (mut cut_total, mut held) = (Decimal::ZERO, Fraction::ZERO);
        for (member, part) in self.fractions(share, on)? {
            let amount = self.exact(part.times(total))?;
            let value = self.exact(amount.value())?;
            let cut = RoundingMode::Down.round(value, places);
            cut_total = self.exact(add(cut_total, cut))?;
            held = self.exact(held.plus(part))?;
            // Not from the quotient: equal remainders of unequal amounts are cut after digits of unequal worth.
            let rest = self.exact(amount.plus(Fraction::from(negate(cut))))?;
            let rest = if value.is_sign_negative() { self.exact(rest.times(Decimal::NEGATIVE_ONE))? } else { rest };
            parts.push((rest, member, cut, self.exact(part.value())?));
        }
        // Not from the parts where all is held: with long weights their sum misses the whole in its last digit.
        let all_held = held.num() == held.den();
        let paid = if all_held { total } else { self.exact(held.times(total).and_then(Fraction::value))? };
        let paid = self.plan.rounding.round(paid, places);
        let undivided = self.exact(sub(total, paid))?;
        let day = on.map_or(self.track.period.to, |on| on.credit.day);
        if !undivided.is_zero() && self.work.book.is_open(day) {
            self.see_undivided(share, on);
        }
        let mut over = self.exact(sub(paid, cut_total))?;
        parts.sort_by(|a, b| b.0.compare(a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1)));
        let unit = Decimal::new(1, places);
        let unit = if over.is_sign_negative() { negate(unit) } else { unit };
        let mut found = None;
        for (_, member, cut, part) in parts {
            let extra = if over.is_zero() { Decimal::ZERO } else { unit };
            over = self.exact(sub(over, extra))?;
            if member == self.payee {
                found = Some((self.exact(add(cut, extra))?, part));
            }
        }
        let of = match &found {
            Some(_) if self.work.book.reasons => {
                let steps = steps(whole.parts.clone(), total, (self.plan.rounding, places));
                Some(Arc::from(self.exact(steps)?))
            }
            _ => None,
        };
        Ok(found.map(|(amount, part)| {
            // The share of a role that nobody holds is told to all who have a part.
            let at = Some(undivided).filter(|rest| !rest.is_zero());
            let step = Step { base: Some(total), rate: Some(part), at, of, ..Step::of(StepKind::Pool, Decimal::ZERO) };
            Raw::one(Fraction::from(amount), step)
        }))
    }

    /// Tells of a pool of which a part, or all, has nobody to go to.
    fn see_undivided(&self, share: &PoolShare, on: Option<&TrackCredit<'_>>) {
        let (name, label) = (&self.rules.name, &self.track.period.label);
        let about = on.and_then(|on| on.credit.deal).map_or(About::Nobody, About::Deal);
        let (what, help) = match share {
            PoolShare::Roles(_) => (
                "a part is paid to nobody: it is of a role that nobody holds",
                "give somebody the role, or take it out of the pool",
            ),
            PoolShare::Weights(_) => {
                ("nothing is paid to anybody: all weights are 0", "look at what the weights are worked from")
            }
            PoolShare::Equal | PoolShare::Credit => {
                ("nothing is paid to anybody: nobody has a credit", "divide it by something that its members have")
            }
        };
        let message = format!("`{name}` of {label}: {what}");
        self.work.failures.borrow_mut().reaches_nobody(&self.rules.span, message, help, about);
    }

    /// The fraction of the pool that each member has: of a deal's amount, each who is on the plan on its day.
    fn fractions(&self, share: &PoolShare, on: Option<&TrackCredit<'_>>) -> Result<Vec<(usize, Fraction)>, EvalError> {
        let mut members = self.members(on.map(|on| on.credit.day))?;
        if let Some(on) = on {
            members.retain(|member| self.work.book.is_on(self.place, member.payee, on.credit.day));
        }
        let deal = on.and_then(|on| on.credit.deal);
        if let PoolShare::Roles(roles) = share {
            return self.by_role(&members, roles, deal);
        }
        let mut weights = Vec::with_capacity(members.len());
        let mut total = Decimal::ZERO;
        for member in &members {
            let weight = match share {
                PoolShare::Weights(formula) => member.of_period(|view| formula.not_negative(view))?,
                PoolShare::Credit => {
                    let own = self.track.credits().iter().filter(|other| {
                        other.credit.payee == member.payee && (on.is_none() || other.credit.deal == deal)
                    });
                    self.exact(crate::domain::exact::sum(own.map(|on| on.credit.amount)))?
                }
                PoolShare::Equal | PoolShare::Roles(_) => Decimal::ONE,
            };
            total = self.exact(add(total, weight))?;
            weights.push((member.payee, weight));
        }
        // Who gave back more than was sold has no part in what the others share.
        if matches!(share, PoolShare::Credit) && weights.iter().any(|(_, weight)| *weight > Decimal::ZERO) {
            weights.retain(|(_, weight)| *weight > Decimal::ZERO);
            total = self.exact(crate::domain::exact::sum(weights.iter().map(|(_, weight)| *weight)))?;
        }
        if total.is_zero() {
            return Ok(Vec::new());
        }
        let mut found = Vec::with_capacity(weights.len());
        for (member, weight) in weights {
            found.push((member, self.exact(Fraction::new(weight, total))?));
        }
        Ok(found)
    }

    fn by_role(
        &self,
        members: &[Self],
        roles: &[(Arc<str>, Decimal)],
        deal: Option<usize>,
    ) -> Result<Vec<(usize, Fraction)>, EvalError> {
        let book = self.work.book;
        // The roles of the deal are those its shares name; of a period, those of the people.
        let deal = deal.and_then(|deal| book.deals.get(deal));
        let has = |member: &Self, name: &Arc<str>| {
            let payee = book.payees.get(member.payee);
            match deal {
                Some(deal) => deal.shares.iter().any(|share| {
                    Some(&share.payee) == payee.map(|payee| &payee.id) && share.role.as_ref() == Some(name)
                }),
                None => payee.and_then(|payee| payee.field(payee_field::ROLE, member.last_day())?.text()) == Some(name),
            }
        };
        let mut found = Vec::new();
        for (name, part) in roles {
            let holders: Vec<usize> =
                members.iter().filter(|member| has(member, name)).map(|member| member.payee).collect();
            let count = Decimal::from(holders.len());
            for holder in holders {
                found.push((holder, self.exact(Fraction::new(*part, count))?));
            }
        }
        Ok(found)
    }

    /// Those who share the pool: everybody on the plan in the period whom the component pays; of a group, its members, of a
    /// deal those of its day.
    fn members(&self, day: Option<NaiveDate>) -> Result<Vec<Self>, EvalError> {
        let book = self.work.book;
        let group = self.pooled_over().filter(|over| matches!(over, Over::Group(_)));
        let days = Days { from: self.track.period.from, to: self.known_end() };
        let mut found = Vec::new();
        for member in 0..book.payees.len() {
            let among = group.is_none_or(|over| match day {
                Some(day) => book.sums_over(over, self.place, self.payee, member, day),
                None => book.is_member(over, self.place, self.payee, member, days),
            });
            if !among || book.active_days(self.place, member, &self.track.period) == 0 {
                continue;
            }
            let period = &self.track.period;
            let pricer = Pricer::new(self.work, (self.place, self.plan), (self.component, self.rules), member, period);
            found.extend(pricer.map_err(|(error, _)| error)?);
        }
        Ok(found)
    }
}
