//! Floors and caps over a period, a year and the plan; of one component, then across components.
//!
//! They are worked on lines less what clawbacks took, so that a cap's entry falls as room appears. What a limit takes or
//! adds is an amount of its own. What is over a cap comes off the latest lines, with the part of each that may be paid: a
//! deal too many takes nothing from those before it. Later limits are worked on what earlier ones left of each line. A cap
//! whose excess is carried leaves what is earned, and holds it back until a later period has room.

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
use crate::plan::model::{AmountRule, Limits, Plan, PlanCap};
use crate::run::explain::{Step as Explained, StepKind};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What limits left of a line so far.
struct Left {
    key: Key,
    earned: Decimal,
    payable: Decimal,
}

impl Left {
    /// Its place in time: the day of its deal, else the end of its period.
    fn late(&self) -> (NaiveDate, &Key) {
        (self.key.day.filter(|_| self.key.deal.is_some()).unwrap_or(self.key.measured.to), &self.key)
    }
}

/// The keys of a scope: which of them, over which period, for which deal.
type Scope = (Period, Option<(NaiveDate, usize)>);

/// For each scope the places of its lines.
type Scopes = BTreeMap<Scope, Vec<usize>>;

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
        let mut rules = self.plan.components.iter();
        if self.plan.caps.is_empty() && rules.all(|rules| !rules.floor.of_a_span() && !rules.cap.of_a_span()) {
            return;
        }
        let mut lines = self.lines(payee);
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
                if let Err(error) = self.bound(work, cut, payee, &limits, &mut lines, failures) {
                    failures.formula(self.book, &error, About::Payee(payee));
                }
            }
        }
        for (place, rules) in self.caps() {
            let of = self.of(rules);
            for reach in [Reach::Deal, Reach::Period, Reach::Year, Reach::Plan] {
                let Some(cap) = of_reach(&rules.limits, reach) else { continue };
                let at = self.plan.components.len().saturating_add(place);
                let cause = cause(of.first());
                let limits =
                    Bounds { floor: None, cap: Some(cap), carries: rules.limits.carries, reach, of: &of, at, cause };
                if let Err(error) = self.bound(work, cut, payee, &limits, &mut lines, failures) {
                    failures.formula(self.book, &error, About::Payee(payee));
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
    fn of(&self, rules: &PlanCap) -> Vec<usize> {
        if rules.of.is_empty() { (0..self.plan.components.len()).collect() } else { rules.of.clone() }
    }

    /// All lines of a payee's components, in the order of time.
    fn lines(&self, payee: usize) -> Vec<Left> {
        let mut lines: Vec<Left> = (0..self.plan.components.len())
            .flat_map(|component| self.tally.of(self.place, payee, component))
            .filter(|(key, _)| !matches!(key.part, Part::Cap(_) | Part::Floor(_)))
            .map(|(key, state)| Left { key: key.clone(), earned: state.earned, payable: state.payable })
            .collect();
        lines.sort_by(|a, b| a.late().cmp(&b.late()));
        lines
    }

    /// Works one floor and cap over all scopes in which there are amounts.
    fn bound(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        payee: usize,
        limits: &Bounds<'_>,
        lines: &mut [Left],
        failures: &mut Failures,
    ) -> Result<(), EvalError> {
        let own = (self.place, self.plan);
        let amount = |rule: &AmountRule, scope: &Period| amount_of(work, own, limits.at, payee, rule, scope);
        let mut carried = Decimal::ZERO;
        for ((scope, deal), places) in self.with_room(work, payee, limits, self.scopes(lines, limits)?)? {
            let floor = limits.floor.map(|rule| amount(rule, &scope)).transpose()?;
            let cap = limits.cap.map(|rule| amount(rule, &scope)).transpose()?;
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
            let before = self.before(cut, payee, limits, &scope)?;
            if limits.floor.is_some() {
                let earned = self.plus(self.total(lines, &places, |line| line.earned)?, before.earned)?;
                let earned = self.plus(earned, negate(before.floor))?;
                let added = match floor {
                    Some(floor) if earned < floor => self.plus(floor, negate(earned))?,
                    _ => Decimal::ZERO,
                };
                // What an earlier version added is there already, be it too much by now.
                let added = self.plus(added, negate(before.floor))?;
                if let Some(last) = places.last().and_then(|place| lines.get_mut(*place)) {
                    last.earned = self.plus(last.earned, added)?;
                    last.payable = self.plus(last.payable, added)?;
                }
                self.put_limit(work, cut, floor_key, (added, added), (Kind::Floor, floor, &limits.cause), failures);
            }
            let Some(limit) = cap else { continue };
            let cap = match before.earned.max(before.payable) {
                earlier if earlier <= Decimal::ZERO => limit,
                _ => {
                    let paid = if limits.carries { before.payable } else { before.earned };
                    self.plus(limit, negate(paid))?.max(Decimal::ZERO)
                }
            };
            let taken = if limits.carries {
                // Earned all the same: what is over the cap waits, and comes when a later period has room.
                let payable = self.total(lines, &places, |line| line.payable)?;
                let open = self.plus(payable, carried)?;
                let paid = open.min(cap.max(Decimal::ZERO));
                carried = self.plus(open, negate(paid))?.max(Decimal::ZERO);
                let over = self.plus(payable, negate(paid))?;
                self.hold(lines, &places, over.max(Decimal::ZERO))?;
                (Decimal::ZERO, over)
            } else {
                let over = self.plus(self.total(lines, &places, |line| line.earned)?, negate(cap))?.max(Decimal::ZERO);
                (over, self.take(lines, &places, over)?)
            };
            let amounts = (negate(taken.0), negate(taken.1));
            self.put_limit(work, cut, cap_key, amounts, (Kind::Cap, Some(limit), &limits.cause), failures);
        }
        Ok(())
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
            let payable = if line.payable == line.earned {
                rest
            } else {
                let kept = Fraction::new(line.payable, line.earned).and_then(|kept| kept.times(rest));
                let kept = kept.and_then(Fraction::value).map_err(|error| self.bad(Failure::Arithmetic(error)))?;
                self.plan.rounding.round(kept, self.plan.currency.places())
            };
            lost = self.plus(lost, self.plus(line.payable, negate(payable))?)?;
            over = self.plus(over, negate(part))?;
            (line.earned, line.payable) = (rest, payable);
        }
        Ok(lost)
    }

    /// Holds back what may be paid of the latest lines.
    fn hold(&self, lines: &mut [Left], places: &[usize], over: Decimal) -> Result<(), EvalError> {
        let mut over = over;
        for place in places.iter().rev() {
            let Some(line) = lines.get_mut(*place) else { continue };
            let part = over.min(line.payable).max(Decimal::ZERO);
            line.payable = self.plus(line.payable, negate(part))?;
            over = self.plus(over, negate(part))?;
        }
        Ok(())
    }

    /// The scopes of a cap whose excess is carried, with those in which nothing is earned and there is room all the same.
    fn with_room(
        &self,
        work: &Work<'a, 'c>,
        payee: usize,
        limits: &Bounds<'_>,
        mut scopes: Scopes,
    ) -> Result<Scopes, EvalError> {
        let kind = match limits.reach {
            Reach::Year => Some(&PeriodKind::Year),
            Reach::Period => {
                let first = limits.of.first().and_then(|place| self.plan.components.get(*place));
                first.and_then(|rules| kind_of(work, self.place, rules))
            }
            Reach::Deal | Reach::Plan => None,
        };
        let first = scopes.keys().map(|(scope, _)| scope.from).min();
        let (Some(kind), Some(from), true) = (kind, first, limits.carries) else { return Ok(scopes) };
        let days = Days { from, to: work.moment.until };
        let periods = self.book.periods(self.place, kind, payee, days).map_err(|_| self.bad(Failure::Date))?;
        for period in periods {
            scopes.entry((period, None)).or_default();
        }
        Ok(scopes)
    }

    fn plus(&self, a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
        add(a, b).map_err(|error| self.bad(Failure::Arithmetic(error)))
    }

    fn bad(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.plan.span.clone() }
    }

    /// The places of the lines that a limit is worked on, scope by scope, in the order of time.
    fn scopes(&self, lines: &[Left], limits: &Bounds<'_>) -> Result<Scopes, EvalError> {
        let mut scopes = Scopes::new();
        for (place, line) in lines.iter().enumerate() {
            let key = &line.key;
            if limits.of.contains(&key.component) && (limits.reach != Reach::Deal || key.deal.is_some()) {
                scopes.entry(self.scope(key, limits.reach)?).or_default().push(place);
            }
        }
        Ok(scopes)
    }

    fn scope(&self, key: &Key, reach: Reach) -> Result<Scope, EvalError> {
        let year = || {
            // An instalment belongs to the year in which it falls due, wherever its deal was measured.
            // What was measured before the plan began is of its first year.
            let day = key.day.unwrap_or(key.measured.from).max(self.plan.from);
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
pub(super) struct Bounds<'l> {
    floor: Option<&'l AmountRule>,
    cap: Option<&'l AmountRule>,
    carries: bool,
    /// Over what.
    pub reach: Reach,
    /// The components whose amounts they limit.
    pub of: &'l [usize],
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
