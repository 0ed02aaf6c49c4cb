//! Floors and caps over a period, a year and the plan; of one component, then across components.
//!
//! They are worked on lines less what clawbacks took, so that a cap's entry falls as room appears. What a limit takes or
//! adds is an amount of its own. What is over a cap comes off the latest lines, with the part of each that may be paid: a
//! deal too many takes nothing from those before it. Later limits are worked on what earlier ones left of each line. A cap
//! whose excess is carried leaves what is earned, and holds it back until a later period has room: for the other limits it
//! moves there.

mod carry;

use super::super::facts::{Days, RateOn};
use super::super::failures::{About, Failures};
use super::super::scene::{PeriodView, View};
use super::Earner;
use super::cuts::Cut;
use super::line::{Part, Reach};
use super::pricer::Pricer;
use super::state::{Key, Kind, SetOff, State, Step};
use super::work::Work;
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::exact::{Exact, Fraction, add, negate};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{AmountRule, Limits, Plan, PlanCap};
use crate::run::explain::{Step as Explained, StepKind};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What limits left of a line so far, of this version or an earlier one; or what a cap held back of it before, in the scope
/// in which that comes free.
pub(super) struct Left {
    pub key: Key,
    pub earned: Decimal,
    pub payable: Decimal,
    /// Whether no floor lifts it: see [`State::is_shut`].
    pub shut: bool,
    /// For what came free: the day from which it does, and the measurement period that it comes free in.
    pub free: Option<(NaiveDate, Period)>,
}

impl Left {
    /// Its day: that of its deal, else the end of its period. What comes free is the first of its scope.
    fn late(&self) -> NaiveDate {
        let own = || self.key.day.filter(|_| self.key.deal.is_some()).unwrap_or(self.key.measured.to);
        self.free.as_ref().map_or_else(own, |(day, _)| *day)
    }
}

/// The keys of a scope: which of them, over which period, for which deal.
type Scope = (Period, Option<(NaiveDate, usize)>);

/// For each scope the places of its lines.
type Scopes = BTreeMap<Scope, Vec<usize>>;

/// What a floor or a cap comes to.
struct Effect {
    key: Key,
    earned: Decimal,
    payable: Decimal,
    kind: Kind,
    limit: Option<Decimal>,
    cause: Option<SetOff>,
}

/// What all limits of a payee come to, in the order in which they were first met.
#[derive(Default)]
struct Effects {
    all: Vec<Effect>,
    places: BTreeMap<Key, usize>,
}

impl Effects {
    /// Adds an effect to what is known of its key.
    fn add(&mut self, effect: Effect) -> Exact<()> {
        match self.places.get(&effect.key).and_then(|place| self.all.get_mut(*place)) {
            Some(known) => {
                known.earned = add(known.earned, effect.earned)?;
                known.payable = add(known.payable, effect.payable)?;
            }
            None => {
                self.places.insert(effect.key.clone(), self.all.len());
                self.all.push(effect);
            }
        }
        Ok(())
    }
}

impl<'a, 'c> Earner<'a, 'c> {
    /// Works all limits of a payee anew. What comes free under one of them is seen by all the others: they are worked again
    /// until nothing more comes free. That ends, as each time it is in a later scope.
    pub(super) fn limit(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        payee: usize,
        causes: &[Step],
        failures: &mut Failures,
    ) {
        let bounds = self.bounds(causes);
        if bounds.is_empty() {
            return;
        }
        let (made, limited) = self.made_before((work, cut), payee, &bounds);
        let (mut lines, mut effects) = (self.lines(payee, made), Effects::default());
        let (mut again, mut first, mut failed) = (true, true, false);
        while again && !failed {
            again = false;
            for limits in &bounds {
                match self.bound(work, payee, (limits, first), &mut lines, &mut effects) {
                    Ok(free) => again |= free && bounds.len() > 1,
                    Err(error) => {
                        failures.formula(self.book, &error, About::Payee(payee));
                        failed = true;
                    }
                }
            }
            first = false;
        }
        for (limits, Left { key, earned, payable, .. }) in limited {
            let kind = if matches!(key.part, Part::Floor(_)) { Kind::Floor } else { Kind::Cap };
            let (earned, payable, cause) = (negate(earned), negate(payable), limits.cause.clone());
            if let Err(error) = effects.add(Effect { key, earned, payable, kind, limit: None, cause }) {
                failures.arithmetic(error, &self.plan.span, About::Payee(payee));
                failed = true;
            }
        }
        if !failed {
            self.forget(payee, &bounds, &mut effects);
        }
        for effect in effects.all {
            self.put_limit(work, cut, effect, failures);
        }
    }

    /// The limits in the order in which they are worked.
    fn bounds(&self, causes: &[Step]) -> Vec<Bounds> {
        let cause = |component: Option<&usize>| match component.and_then(|place| causes.get(*place)) {
            Some(Step::TakenBack { cause, .. }) => Some(cause.clone()),
            Some(Step::Own) | None => None,
        };
        let mut found = Vec::new();
        for (at, rules) in self.plan.components.iter().enumerate() {
            for reach in [Reach::Period, Reach::Year, Reach::Plan] {
                let (floor, cap) = (of_reach(&rules.floor, reach), of_reach(&rules.cap, reach));
                // A version without a limit of the one before ends it.
                let before = self.limited_before(&rules.name, reach).filter(|_| reach != Reach::Plan);
                if floor.is_some() || cap.is_some() || before.is_some() {
                    let (carries, cause) = (rules.cap.carries || before == Some(true), cause(Some(&at)));
                    found.push(Bounds { carries, reach, of: vec![at], at, cause });
                }
            }
        }
        for (place, rules) in self.caps() {
            for reach in [Reach::Deal, Reach::Period, Reach::Year, Reach::Plan] {
                let cap = of_reach(&rules.limits, reach);
                if cap.is_some() {
                    let (of, at) = (self.of(rules), self.plan.components.len().saturating_add(place));
                    let (carries, cause) = (rules.limits.carries && reach != Reach::Deal, cause(of.first()));
                    found.push(Bounds { carries, reach, of, at, cause });
                }
            }
        }
        found
    }

    /// Of limits that no longer have a scope, as what came free there does not any more, nothing is left.
    fn forget(&self, payee: usize, bounds: &[Bounds], effects: &mut Effects) {
        for limits in bounds {
            for (key, state) in self.tally.of(self.place, payee, limits.at) {
                let kind = match key.part {
                    Part::Cap(reach) if reach == limits.reach => Kind::Cap,
                    Part::Floor(reach) if reach == limits.reach => Kind::Floor,
                    _ => continue,
                };
                let stands = !state.earned.is_zero() || !state.payable.is_zero();
                if stands && !effects.places.contains_key(key) {
                    let (key, cause) = (key.clone(), limits.cause.clone());
                    let zero = Decimal::ZERO;
                    effects.all.push(Effect { key, earned: zero, payable: zero, kind, limit: None, cause });
                }
            }
        }
    }

    /// The caps across components, those of fewer components first: a wider one sees what a narrower one took.
    fn caps(&self) -> Vec<(usize, &'a PlanCap)> {
        let mut caps: Vec<_> = self.plan.caps.iter().enumerate().collect();
        caps.sort_by_key(|(_, rules)| rules.width(self.plan.components.len()));
        caps
    }

    /// The components that a cap is across.
    pub(super) fn of(&self, rules: &PlanCap) -> Vec<usize> {
        if rules.of.is_empty() { (0..self.plan.components.len()).collect() } else { rules.of.clone() }
    }

    /// Which of two lines comes first: by day, component, period and the id of the deal.
    fn in_time(&self, a: &Left, b: &Left) -> Ordering {
        let id = |key: &Key| key.deal.and_then(|deal| self.book.deals.get(deal)).map(|deal| &deal.id);
        let (own, other) = (&a.key, &b.key);
        let place = (a.late(), own.plan, own.component, &own.measured, own.day, id(own), own.part);
        place.cmp(&(b.late(), other.plan, other.component, &other.measured, other.day, id(other), other.part))
    }

    /// All lines of a payee's components, also those that earlier versions made, in the order of time.
    fn lines(&self, payee: usize, made: Vec<Left>) -> Vec<Left> {
        let own = (0..self.plan.components.len())
            .flat_map(|component| self.tally.of(self.place, payee, component))
            .filter(|(key, _)| !matches!(key.part, Part::Cap(_) | Part::Floor(_)))
            .map(|(key, state)| {
                let State { earned, payable, .. } = *state;
                Left { key: key.clone(), earned, payable, shut: state.is_shut(), free: None }
            });
        let mut lines: Vec<Left> = made.into_iter().chain(own).collect();
        lines.sort_by(|a, b| self.in_time(a, b));
        lines
    }

    /// Works one floor and cap over all scopes in which there are amounts. Returns whether something came free that was held.
    fn bound(
        &self,
        work: &Work<'a, 'c>,
        payee: usize,
        (limits, first): (&Bounds, bool),
        lines: &mut Vec<Left>,
        effects: &mut Effects,
    ) -> Result<bool, EvalError> {
        let (mut waiting, mut freed) = (VecDeque::new(), Vec::new());
        for ((scope, deal), places) in self.with_room(work, payee, limits, self.scopes(lines, limits)?)? {
            let Some(ruled) = self.ruled(limits, payee, &scope) else { continue };
            let amount = |rule: &'a AmountRule| amount_of(work, ruled.of, ruled.at, payee, rule, &scope);
            let mut put = |part: Part, (earned, payable): (Decimal, Decimal), kind: Kind, limit: Option<Decimal>| {
                let key = Key {
                    plan: self.place,
                    payee,
                    component: limits.at,
                    measured: scope.clone(),
                    day: deal.map(|(day, _)| day),
                    deal: deal.map(|(_, deal)| deal),
                    part,
                };
                let effect = Effect { key, earned, payable, kind, limit, cause: limits.cause.clone() };
                effects.add(effect).map_err(|error| self.bad(Failure::Arithmetic(error)))
            };
            if let Some(rule) = ruled.floor.filter(|_| first && self.lifts(payee, &scope, lines, &places)) {
                let floor = amount(rule)?;
                let earned = self.total(lines, &places, |line| line.earned)?;
                let added = self.plus(floor, negate(earned))?.max(Decimal::ZERO);
                let open = self.open_part(added, earned, self.total(lines, &places, |line| line.payable)?)?;
                if let Some(last) = places.last().and_then(|place| lines.get_mut(*place)) {
                    last.earned = self.plus(last.earned, added)?;
                    last.payable = self.plus(last.payable, open)?;
                }
                put(Part::Floor(limits.reach), (added, open), Kind::Floor, Some(floor))?;
            }
            let cap = ruled.cap.map(amount).transpose()?;
            if cap.is_none() && waiting.is_empty() {
                continue;
            }
            let most = cap.map(|cap| cap.max(Decimal::ZERO));
            let waits = waiting.iter().try_fold(Decimal::ZERO, |sum, (_, held)| self.plus(sum, *held))?;
            let (earned, mut payable, room) = match most.filter(|_| ruled.carries) {
                // Earned all the same: what is over the cap waits, and comes when a later period has room.
                Some(most) => {
                    let payable = self.total(lines, &places, |line| line.payable)?;
                    let over = self.plus(payable, negate(self.plus(payable, waits)?.min(most)))?;
                    self.hold(lines, &places, over.max(Decimal::ZERO), &mut waiting)?;
                    (Decimal::ZERO, over.max(Decimal::ZERO), negate(over))
                }
                // What an earlier version carried comes in what this one leaves.
                None => {
                    let total = self.total(lines, &places, |line| line.earned)?;
                    let room = most.map_or(Ok(waits), |most| self.plus(most, negate(total)))?;
                    let over = negate(room).max(Decimal::ZERO);
                    (over, self.take(lines, &places, over)?, room)
                }
            };
            for (key, part) in self.release(&mut waiting, room.max(Decimal::ZERO))? {
                payable = self.plus(payable, negate(part))?;
                let free = Some((scope.from, self.free_in(work, payee, limits.reach, &scope, &key)?));
                freed.push(Left { key, earned: part, payable: part, shut: false, free });
            }
            put(Part::Cap(limits.reach), (negate(earned), negate(payable)), Kind::Cap, cap)?;
        }
        let free = !freed.is_empty();
        if free {
            lines.extend(freed);
            lines.sort_by(|a, b| self.in_time(a, b));
        }
        Ok(free)
    }

    /// What may be paid of what a floor adds: the part that may be paid of what it lifts.
    fn open_part(&self, added: Decimal, earned: Decimal, payable: Decimal) -> Result<Decimal, EvalError> {
        if payable == earned || earned.is_zero() {
            return Ok(added);
        }
        Ok(self.in_proportion(added, payable, earned)?.max(Decimal::ZERO).min(added))
    }

    /// So much of an amount as may be paid of what is earned.
    fn in_proportion(&self, of: Decimal, payable: Decimal, earned: Decimal) -> Result<Decimal, EvalError> {
        let part = Fraction::new(payable, earned).and_then(|part| part.times(of)).and_then(Fraction::value);
        let part = part.map_err(|error| self.bad(Failure::Arithmetic(error)))?;
        Ok(self.plan.rounding.round(part, self.plan.currency.places()))
    }

    /// Whether a floor holds in a scope: the payee is on the plan in it, and it has a line of its own that a floor lifts.
    fn lifts(&self, payee: usize, scope: &Period, lines: &[Left], places: &[usize]) -> bool {
        let mut tenure = self.book.versions(self.place).flat_map(|version| self.book.tenure(version, payee));
        tenure.any(|days| days.from <= scope.to && scope.from <= days.to)
            && places.iter().any(|place| lines.get(*place).is_some_and(|line| line.free.is_none() && !line.shut))
    }

    fn total(&self, lines: &[Left], places: &[usize], of: fn(&Left) -> Decimal) -> Result<Decimal, EvalError> {
        let amounts = places.iter().filter_map(|place| lines.get(*place)).map(of);
        amounts.into_iter().try_fold(Decimal::ZERO, |sum, amount| self.plus(sum, amount))
    }

    /// Takes what is earned off the latest lines, with the part of each that may be paid. Returns what of it might have been.
    fn take(&self, lines: &mut [Left], places: &[usize], over: Decimal) -> Result<Decimal, EvalError> {
        let (mut over, mut lost) = (over, Decimal::ZERO);
        for place in places.iter().rev() {
            let Some(line) = lines.get_mut(*place) else { continue };
            let part = over.min(line.earned).max(Decimal::ZERO);
            if part.is_zero() {
                continue;
            }
            let rest = self.plus(line.earned, negate(part))?;
            let payable =
                if line.payable == line.earned { rest } else { self.in_proportion(rest, line.payable, line.earned)? };
            lost = self.plus(lost, self.plus(line.payable, negate(payable))?)?;
            over = self.plus(over, negate(part))?;
            (line.earned, line.payable) = (rest, payable);
        }
        Ok(lost)
    }

    fn plus(&self, a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
        add(a, b).map_err(|error| self.bad(Failure::Arithmetic(error)))
    }

    fn bad(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.plan.span.clone() }
    }

    /// The places of the lines that a limit is worked on, scope by scope, in the order of time.
    fn scopes(&self, lines: &[Left], limits: &Bounds) -> Result<Scopes, EvalError> {
        let mut scopes = Scopes::new();
        for (place, line) in lines.iter().enumerate() {
            let key = &line.key;
            // A deal is priced by one version, and a limit over the plan is of one.
            let fits = match limits.reach {
                Reach::Deal => key.deal.is_some() && key.plan == self.place,
                Reach::Plan => key.plan == self.place,
                Reach::Period | Reach::Year => true,
            };
            if fits && limits.of.contains(&key.component) {
                scopes.entry(self.scope(line, limits.reach)?).or_default().push(place);
            }
        }
        Ok(scopes)
    }

    fn scope(&self, line: &Left, reach: Reach) -> Result<Scope, EvalError> {
        let (key, free) = (&line.key, line.free.as_ref());
        let year = || {
            // An instalment belongs to the year in which it falls due, wherever its deal was measured.
            // What was measured before the plan began is of its first year.
            let own = || key.day.unwrap_or(key.measured.from);
            let first =
                self.book.plans.get(self.book.first_version(self.place)).map_or(self.plan.from, |plan| plan.from);
            let day = free.map_or_else(own, |(day, _)| *day).max(first);
            self.book.calendar.period_of(&PeriodKind::Year, day).map_err(|_| self.bad(Failure::Date))
        };
        Ok(match reach {
            Reach::Deal => (key.measured.clone(), key.day.zip(key.deal)),
            Reach::Period => (free.map_or(&key.measured, |(_, period)| period).clone(), None),
            Reach::Year => (year()?, None),
            Reach::Plan => (Period::of_plan(self.plan.from, self.plan.to), None),
        })
    }

    fn put_limit(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        Effect { key, earned, payable, kind, limit, cause }: Effect,
        failures: &mut Failures,
    ) {
        let known = self.tally.states.contains_key(&key);
        if !known && earned.is_zero() && payable.is_zero() {
            return;
        }
        let step_kind = match kind {
            Kind::Floor => StepKind::Floor,
            _ => StepKind::Cap,
        };
        let step = Explained { at: limit, ..Explained::of(step_kind, earned) };
        let steps = if earned.is_zero() && !payable.is_zero() { [Explained { rate: None, ..step }] } else { [step] };
        let state = State { line: earned, earned, payable, steps: Arc::from(steps), ..State::default() };
        self.keep(work, cut, key, state, (kind, cause), failures);
    }
}

/// A limit in the plan's currency: that of a component over its period, year or plan, or of a cap across components.
/// Rounded once, as what it takes or adds is an entry: a third of 1,000.00 limits to 333.33.
pub(super) fn amount_of<'a>(
    work: &Work<'a, '_>,
    (place, plan): (usize, &'a Plan),
    at: usize,
    payee: usize,
    rule: &AmountRule,
    period: &Period,
) -> Result<Decimal, EvalError> {
    let bad = |failure| EvalError { failure, span: plan.span.clone() };
    let (book, on, rules) = (work.book, period.to.min(work.moment.until), plan.components.get(at));
    let exact = match rule {
        AmountRule::Fixed(amount) => {
            let set = rules.and_then(|rules| rules.rates.as_ref()).unwrap_or(&plan.convert.rates);
            book.rates.amount(amount, set, plan.currency, on).map_err(bad)?
        }
        AmountRule::Formula(formula) => {
            let pricer = match rules {
                Some(rules) => {
                    Pricer::new(work, (place, plan), (at, rules), payee, period).map_err(|(error, _)| error)?
                }
                None => None,
            };
            match pricer {
                Some(pricer) => pricer.of_period(|view| formula.decimal(view))?,
                None => {
                    let active_days = book.active_days(place, payee, period);
                    let last = book.last_day(place, payee, Days { from: period.from, to: on });
                    let period = Some(PeriodView { period, active_days });
                    let view = View::of(book, place, payee, last).map_err(bad)?;
                    formula.decimal(&View { period, rate_on: RateOn::Day(on), ..view })?
                }
            }
        }
    };
    Ok(plan.rounding.round(exact, plan.currency.places()))
}

/// Where a floor and a cap of one reach stand, and what they limit.
pub(super) struct Bounds {
    carries: bool,
    /// Over what.
    pub reach: Reach,
    /// The components whose amounts they limit.
    pub of: Vec<usize>,
    /// Where what they take or add is kept.
    pub at: usize,
    /// The clawback rule that makes the room, if one does.
    cause: Option<SetOff>,
}

pub(super) fn of_reach(limits: &Limits, reach: Reach) -> Option<&AmountRule> {
    match reach {
        Reach::Deal => limits.deal.as_ref(),
        Reach::Period => limits.period.as_ref(),
        Reach::Year => limits.year.as_ref(),
        Reach::Plan => limits.plan.as_ref(),
    }
}
