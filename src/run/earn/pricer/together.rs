//! What several deals or payees share: a budget that is used up in order, the first deals of a payee, what members attain.

use super::super::super::explain::{Step, StepKind};
use super::super::line::{Line, merged, rounded};
use super::super::track::{Track, TrackCredit};
use super::super::work::Work;
use super::{Failed, Pricer};
use crate::domain::exact::{Fraction, add, sub};
use crate::plan::formula::Failure;
use crate::plan::model::{ComponentKind, On};
use crate::run::failures::About;
use crate::run::measure::Followed;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// A deal and its event.
pub type DealKey = (Option<usize>, Option<usize>);
/// Some deals, with their events.
pub type Deals = BTreeSet<DealKey>;
/// What a budget leaves of each line: by payee, deal and day.
pub type Budgeted = BTreeMap<(usize, Option<usize>, Option<NaiveDate>), Decimal>;

/// What a line asks of a budget: day, deal's id, place among those named on it, payee, deal, amount, in the order in which
/// it is used up.
type Claim<'b> = (Option<NaiveDate>, Option<&'b Arc<str>>, u32, usize, Option<usize>, Decimal);

impl<'w, 'a, 'c> Pricer<'w, 'a, 'c> {
    /// The pricers of a payee for all periods of the plan up to the moment.
    fn all_periods(&self, payee: usize) -> Result<Vec<Self>, Failed> {
        let Some(followed) = Followed::of(&self.rules.on) else { return Ok(Vec::new()) };
        let Some(kind) = self.work.period_kind(self.place, &self.rules.on) else { return Ok(Vec::new()) };
        let days =
            super::super::super::facts::Days { from: self.plan.from, to: self.plan.to.min(self.work.moment.until) };
        if days.from > days.to {
            return Ok(Vec::new());
        }
        let periods =
            self.work.book.periods(self.place, kind, payee, days).map_err(|_| (self.failed(Failure::Date), None))?;
        let mut found = Vec::new();
        for period in periods {
            if self.work.measured.path(self.work.book, (self.place, followed), payee, period.from).is_none() {
                continue;
            }
            found.extend(Pricer::new(
                self.work,
                (self.place, self.plan),
                (self.component, self.rules),
                payee,
                &period,
            )?);
        }
        Ok(found)
    }

    /// The same component in the version of the plan before this one.
    fn earlier_version(&self) -> Option<Self> {
        let namesakes = self.work.book.namesakes(self.place, self.component);
        let (place, component) = namesakes.into_iter().rfind(|(version, _)| *version < self.place)?;
        let plan = self.work.plan(place)?;
        let rules = plan.components.get(component)?;
        Some(Self { place, plan, component, rules, ..self.over(Rc::clone(&self.track)) })
    }

    /// The first so many deals of the payee on which the component pays, with those of earlier versions; `None`: all.
    pub(super) fn first_deals(&self) -> Result<Option<Rc<Deals>>, Failed> {
        let ComponentKind::Spiff { first: Some(most), .. } = &self.rules.kind else { return Ok(None) };
        let of = (self.place, self.component, self.payee);
        if let Some(known) = self.work.known_first(of) {
            return Ok(Some(known));
        }
        let most = usize::try_from(*most).unwrap_or(usize::MAX);
        let earlier = self.earlier_version().map(|earlier| earlier.first_deals()).transpose()?;
        let mut deals = earlier.flatten().map(|deals| (*deals).clone()).unwrap_or_default();
        for pricer in self.all_periods(self.payee)? {
            for on in pricer.track.credits() {
                let fits = pricer.is_own(&on.credit) && pricer.may_have_a_line(&on.credit);
                let pays = |error| (error, on.credit.deal.map(About::Deal));
                if deals.len() < most && fits && pricer.pays_on(on).map_err(pays)? {
                    deals.insert((on.credit.deal, on.credit.event));
                }
            }
        }
        let deals = Rc::new(deals);
        self.work.know_first(of, Rc::clone(&deals));
        Ok(Some(deals))
    }

    /// Cuts lines to what the budget leaves them.
    pub(super) fn within_budget(&self, lines: &mut [Line]) -> Result<(), Failed> {
        let Some(left) = self.left_by_budget()? else { return Ok(()) };
        for line in lines.iter_mut().filter(|line| !line.left_out) {
            let Some(amount) = left.get(&(self.payee, line.deal, line.day)) else { continue };
            let cut = sub(*amount, line.amount).map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
            if !cut.is_zero() {
                let step = std::iter::once(Step::of(StepKind::Budget, cut));
                line.steps = line.steps.iter().cloned().chain(step).collect();
                line.amount = *amount;
            }
        }
        Ok(())
    }

    /// What the budget leaves each line of this version; `None`: there is no budget.
    fn left_by_budget(&self) -> Result<Option<Rc<Budgeted>>, Failed> {
        let ComponentKind::Spiff { budget: Some(budget), .. } = &self.rules.kind else { return Ok(None) };
        if let Some(known) = self.work.budgeted(self.place, self.component) {
            return Ok(Some(known));
        }
        let budget = self.amount(budget, self.plan.from).map_err(|error| (error, None))?;
        let budget = self.plan.rounding.round(budget, self.places());
        let mut earlier = self.earlier_version();
        let mut used = Decimal::ZERO;
        while let Some(before) = earlier {
            let theirs = before.left_by_budget()?.unwrap_or_default();
            let sum = crate::domain::exact::sum(theirs.values().copied()).and_then(|theirs| add(used, theirs));
            used = sum.map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
            earlier = before.earlier_version();
        }
        let left = sub(budget, used).map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
        let left = if used.is_zero() { left } else { left.max(Decimal::ZERO) };
        let worked = Rc::new(self.use_up(left)?);
        self.work.budget(self.place, self.component, Rc::clone(&worked));
        Ok(Some(worked))
    }

    /// The budget, used up by all payees together in the order of day and deal; within a deal first by whoever is named
    /// first on it, as odd cents of a split go, and then in the order of payees.
    fn use_up(&self, budget: Decimal) -> Result<Budgeted, Failed> {
        let book = self.work.book;
        let mut all: Vec<Claim<'_>> = Vec::new();
        for payee in 0..book.payees.len() {
            for pricer in self.all_periods(payee)? {
                let mut raw = pricer.raw_lines()?;
                pricer.gate(&mut raw)?;
                let lines = rounded(merged(raw), self.plan.rounding, self.places(), false)
                    .map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
                for line in lines.into_iter().filter(|line| !line.left_out) {
                    let id = line.deal.and_then(|deal| book.deals.get(deal)).map(|deal| &deal.id);
                    all.push((line.day, id, pricer.named(&line), payee, line.deal, line.amount));
                }
            }
        }
        all.sort();
        let mut left = budget;
        let mut budgeted = Budgeted::new();
        for (day, _, _, payee, deal, amount) in all {
            let paid = amount.min(left);
            left = sub(left, paid).map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
            budgeted.insert((payee, deal, day), paid);
        }
        Ok(budgeted)
    }

    /// The place at which the payee is named on the deal of a line; whoever is not named comes last.
    fn named(&self, line: &Line) -> u32 {
        let of_line = |on: &&TrackCredit<'_>| on.credit.deal == line.deal && Some(on.credit.day) == line.day;
        let places = self.track.credits().iter().filter(of_line).filter_map(|on| {
            let deal = self.work.book.deals.get(on.credit.deal?)?;
            deal.shares.get(on.credit.slot?)?.position
        });
        places.min().unwrap_or(u32::MAX)
    }

    pub(super) fn over(&self, track: Rc<Track<'a, 'c>>) -> Self {
        let Self { work, place, plan, component, rules, payee, .. } = *self;
        Self { work, place, plan, component, rules, payee, track }
    }
}

impl Work<'_, '_> {
    /// A member's attainment of what a sum takes, in the period that holds a day; of several plans the first.
    ///
    /// # Errors
    /// A figure that cannot be had.
    pub fn attainment_of(
        &self,
        plan: usize,
        of: &crate::plan::model::SumOf,
        member: usize,
        day: NaiveDate,
    ) -> Result<Fraction, Failure> {
        use crate::plan::model::SumOf;
        let places: Vec<(usize, usize)> = match of {
            SumOf::Measure(place) => vec![(plan, *place)],
            SumOf::Component(_) => Vec::new(),
            SumOf::Named(name) => {
                let plans = self.book.plans.iter().enumerate();
                plans
                    .filter_map(|(at, rules)| {
                        Some((at, rules.measures.iter().position(|measure| measure.name == *name)?))
                    })
                    .collect()
            }
        };
        for (at, place) in places {
            let on = On::Measure(place);
            let period = self.period_of(at, &on, member, day)?;
            let track = self.track(at, None, &on, member, &period).map_err(|error| error.failure)?;
            let Some(track) = track else { continue };
            let known = track.attainment(track.total).map_err(Failure::Arithmetic)?;
            let of = Followed::Measure(place);
            return known.ok_or_else(|| self.no_attainment(at, of, member, (track.quota, &track.period)));
        }
        match of {
            SumOf::Named(name) => self.given_attainment(plan, name, member, day),
            _ => Ok(Fraction::ZERO),
        }
    }

    /// The attainment of a measure that only given totals hold: the total by the quota of the payout period.
    fn given_attainment(&self, plan: usize, name: &str, member: usize, day: NaiveDate) -> Result<Fraction, Failure> {
        let rules = self.plan(plan).ok_or(Failure::Internal)?;
        let period = self.book.measured(plan, &rules.payout, member, day).map_err(|_| Failure::Date)?;
        let Some(metric) = self.book.metric(name, member, &period.label) else { return Ok(Fraction::ZERO) };
        let quota = self.book.loose_quota(rules, name, member, &period)?.filter(|quota| !quota.is_zero());
        let quota = quota.ok_or(Failure::Figure)?;
        Fraction::new(quota.den(), quota.num())
            .and_then(|inverse| inverse.times(metric.value))
            .map_err(Failure::Arithmetic)
    }
}
