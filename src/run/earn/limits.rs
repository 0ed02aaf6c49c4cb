//! Floors and caps over a period, a year and the plan; of one component, then across components.
//!
//! They are worked on lines less what clawbacks took, so that a cap's entry falls as room appears. What a limit takes or
//! adds is an amount of its own. A cap whose excess is carried leaves what is earned, and holds it back until a later
//! period has room.

use super::super::facts::Days;
use super::super::failures::{About, Failures};
use super::super::scene::{PeriodView, View};
use super::cuts::Cut;
use super::line::{Part, Reach};
use super::pricer::Pricer;
use super::state::{Key, Kind, SetOff, State, Step};
use super::work::Work;
use super::{Earner, kind_of};
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::exact::{Fraction, add, negate};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{AmountRule, Limits, Plan};
use crate::run::explain::{Step as Explained, StepKind};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a limit is worked on.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    earned: Decimal,
    payable: Decimal,
}

/// The keys of a scope: which of them, over which period, for which deal.
type Scope = (Period, Option<(chrono::NaiveDate, usize)>);

impl<'a, 'c> Earner<'a, 'c> {
    /// Works all limits of a payee anew.
    pub(super) fn limit(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        payee: usize,
        causes: &[Step],
        failures: &mut Failures,
    ) {
        let cause = |component: Option<&usize>| match component.and_then(|place| causes.get(*place)) {
            Some(Step::TakenBack { cause, .. }) => Some(cause.clone()),
            Some(Step::Own) | None => None,
        };
        for (component, rules) in self.plan.components.iter().enumerate() {
            for reach in [Reach::Period, Reach::Year, Reach::Plan] {
                let (floor, cap) = (of_reach(&rules.floor, reach), of_reach(&rules.cap, reach));
                if floor.is_none() && cap.is_none() {
                    continue;
                }
                let of = &[component];
                let cause = cause(of.first());
                let limits = Bounds { floor, cap, carries: rules.cap.carries, reach, of, at: component, cause };
                if let Err(error) = self.bound(work, cut, payee, &limits, failures) {
                    failures.formula(self.book, &error, About::Payee(payee));
                }
            }
        }
        for (place, rules) in self.plan.caps.iter().enumerate() {
            let all: Vec<usize> = (0..self.plan.components.len()).collect();
            let of = if rules.of.is_empty() { &all } else { &rules.of };
            for reach in [Reach::Deal, Reach::Period, Reach::Year, Reach::Plan] {
                let Some(cap) = of_reach(&rules.limits, reach) else { continue };
                let at = self.plan.components.len().saturating_add(place);
                let cause = cause(of.first());
                let limits =
                    Bounds { floor: None, cap: Some(cap), carries: rules.limits.carries, reach, of, at, cause };
                if let Err(error) = self.bound(work, cut, payee, &limits, failures) {
                    failures.formula(self.book, &error, About::Payee(payee));
                }
            }
        }
    }

    /// Works one floor and cap over all scopes in which there are amounts.
    fn bound(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        payee: usize,
        limits: &Bounds<'_>,
        failures: &mut Failures,
    ) -> Result<(), EvalError> {
        let own = (self.place, self.plan);
        let amount = |rule: &AmountRule, scope: &Period| amount_of(work, own, limits.at, payee, rule, scope);
        let mut carried = Decimal::ZERO;
        for ((scope, deal), sum) in self.with_room(work, payee, limits, self.sums(payee, limits)?)? {
            let floor = limits.floor.map(|rule| amount(rule, &scope)).transpose()?;
            let cap = limits.cap.map(|rule| amount(rule, &scope)).transpose()?;
            let added = match floor {
                Some(floor) if sum.earned < floor => self.plus(floor, negate(sum.earned))?,
                _ => Decimal::ZERO,
            };
            let key = |part: Part| Key {
                plan: self.place,
                payee,
                component: limits.at,
                measured: scope.clone(),
                day: deal.map(|(day, _)| day),
                deal: deal.map(|(_, deal)| deal),
                part,
            };
            let (floor_key, cap_key) = (key(Part::Floor(limits.reach)), key(Part::Cap(limits.reach)));
            if limits.floor.is_some() {
                self.put_limit(work, cut, floor_key, (added, added), (Kind::Floor, floor, &limits.cause), failures);
            }
            let Some(cap) = cap else { continue };
            let earned = self.plus(sum.earned, added)?;
            if limits.carries {
                // Earned all the same: what is over the cap waits, and comes when a later period has room.
                let open = self.plus(earned, carried)?;
                let paid = open.min(cap.max(Decimal::ZERO));
                carried = self.plus(open, negate(paid))?.max(Decimal::ZERO);
                let moved = self.plus(paid, negate(earned))?;
                self.put_limit(
                    work,
                    cut,
                    cap_key,
                    (Decimal::ZERO, moved),
                    (Kind::Cap, Some(cap), &limits.cause),
                    failures,
                );
                continue;
            }
            let over = self.plus(earned, negate(cap))?.max(Decimal::ZERO);
            // What the limit takes follows the pay of what it is taken from.
            let payable = if sum.earned.is_zero() || sum.payable == sum.earned {
                negate(over)
            } else {
                let part = Fraction::new(sum.payable, sum.earned).and_then(|part| part.times(negate(over)));
                let value = part.and_then(Fraction::value).map_err(|error| self.bad(Failure::Arithmetic(error)))?;
                self.plan.rounding.round(value, self.plan.currency.places())
            };
            self.put_limit(
                work,
                cut,
                cap_key,
                (negate(over), payable),
                (Kind::Cap, Some(cap), &limits.cause),
                failures,
            );
        }
        Ok(())
    }

    /// The scopes of a cap whose excess is carried, with those in which nothing is earned and there is room all the same.
    fn with_room(
        &self,
        work: &Work<'a, 'c>,
        payee: usize,
        limits: &Bounds<'_>,
        mut sums: BTreeMap<Scope, Sum>,
    ) -> Result<BTreeMap<Scope, Sum>, EvalError> {
        let kind = match limits.reach {
            Reach::Year => Some(&PeriodKind::Year),
            Reach::Period => {
                let first = limits.of.first().and_then(|place| self.plan.components.get(*place));
                first.and_then(|rules| kind_of(work, self.place, rules))
            }
            Reach::Deal | Reach::Plan => None,
        };
        let first = sums.keys().map(|(scope, _)| scope.from).min();
        let (Some(kind), Some(from), true) = (kind, first, limits.carries) else { return Ok(sums) };
        let days = Days { from, to: work.moment.until };
        let periods = self.book.periods(self.place, kind, payee, days).map_err(|_| self.bad(Failure::Date))?;
        for period in periods {
            sums.entry((period, None)).or_default();
        }
        Ok(sums)
    }

    fn plus(&self, a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
        add(a, b).map_err(|error| self.bad(Failure::Arithmetic(error)))
    }

    fn bad(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.plan.span.clone() }
    }

    /// What a limit is worked on, scope by scope: lines, and what narrower limits took or added.
    fn sums(&self, payee: usize, limits: &Bounds<'_>) -> Result<BTreeMap<Scope, Sum>, EvalError> {
        let mut sums: BTreeMap<Scope, Sum> = BTreeMap::new();
        for component in limits.of {
            for (key, state) in self.tally.of(self.place, payee, *component) {
                let narrower = match key.part {
                    Part::Cap(reach) | Part::Floor(reach) => reach < limits.reach || limits.at != *component,
                    _ => true,
                };
                if !narrower || (limits.reach == Reach::Deal && key.deal.is_none()) {
                    continue;
                }
                let scope = self.scope(key, limits.reach)?;
                let sum = sums.entry(scope).or_default();
                sum.earned = self.plus(sum.earned, state.earned)?;
                sum.payable = self.plus(sum.payable, state.payable)?;
            }
        }
        if limits.at >= self.plan.components.len() {
            for (key, state) in self.tally.of(self.place, payee, limits.at) {
                let narrower = matches!(key.part, Part::Cap(reach) if reach < limits.reach);
                if narrower {
                    let sum = sums.entry(self.scope(key, limits.reach)?).or_default();
                    sum.earned = self.plus(sum.earned, state.earned)?;
                    sum.payable = self.plus(sum.payable, state.payable)?;
                }
            }
        }
        Ok(sums)
    }

    fn scope(&self, key: &Key, reach: Reach) -> Result<Scope, EvalError> {
        let year = || {
            // An instalment belongs to the year in which it falls due, wherever its deal was measured.
            let day = key.day.unwrap_or(key.measured.from);
            self.book.calendar.period_of(&PeriodKind::Year, day).map_err(|_| self.bad(Failure::Date))
        };
        Ok(match reach {
            Reach::Deal => (key.measured.clone(), key.day.zip(key.deal)),
            Reach::Period => (key.measured.clone(), None),
            Reach::Year => (year()?, None),
            Reach::Plan => (Period::of_plan(self.plan.from, self.plan.to), None),
        })
    }

    fn put_limit(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        key: Key,
        (earned, payable): (Decimal, Decimal),
        (kind, limit, cause): (Kind, Option<Decimal>, &Option<SetOff>),
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
        self.keep(work, cut, key, state, (kind, cause.clone()), failures);
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
                    let period = Some(PeriodView { period, active_days });
                    formula.decimal(&View { period, ..View::of(book, place, payee, on).map_err(bad)? })?
                }
            }
        }
    };
    Ok(plan.rounding.round(exact, plan.currency.places()))
}

/// A floor and a cap of one reach.
struct Bounds<'l> {
    floor: Option<&'l AmountRule>,
    cap: Option<&'l AmountRule>,
    carries: bool,
    reach: Reach,
    /// The components whose amounts they limit.
    of: &'l [usize],
    /// Where what they take or add is kept.
    at: usize,
    /// The clawback rule that makes the room, if one does.
    cause: Option<SetOff>,
}

fn of_reach(limits: &Limits, reach: Reach) -> Option<&AmountRule> {
    match reach {
        Reach::Deal => limits.deal.as_ref(),
        Reach::Period => limits.period.as_ref(),
        Reach::Year => limits.year.as_ref(),
        Reach::Plan => limits.plan.as_ref(),
    }
}
