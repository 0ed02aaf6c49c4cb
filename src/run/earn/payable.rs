//! When what is earned may be paid: at once, on a day, with an event, or in proportion to the customer's money; and what
//! that is in the payee's currency.

use super::super::credit::Credit;
use super::super::explain::Converted;
use super::super::facts::RateOn;
use super::super::failures::{About, Failures};
use super::super::measure::Followed;
use super::super::scene::deal_rate_on;
use super::Earner;
use super::cuts::Cut;
use super::line::Part;
use super::state::{Key, Kind, State};
use super::work::Work;
use crate::domain::exact::{Exact, Fraction, add, sub};
use crate::plan::formula::{EvalError, Failure, shift};
use crate::plan::model::{Base, Collected, Condition, HeldAtLeaving, RateDay, WriteOff};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::Arc;

impl Earner<'_, '_> {
    fn broken(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.plan.span.clone() }
    }

    fn sound<T>(&self, result: Exact<T>) -> Result<T, EvalError> {
        result.map_err(|error| self.broken(Failure::Arithmetic(error)))
    }

    /// The conditions of a key: those of its component; limits across components follow what they limit.
    fn conditions(&self, key: &Key) -> &[(Decimal, Condition)] {
        self.plan.components.get(key.component).map_or(&[], |rules| &rules.payable)
    }

    fn at_once(&self, key: &Key) -> bool {
        self.conditions(key).iter().all(|(_, condition)| *condition == Condition::Earned)
    }

    /// Works again what may be paid of every key that waits for something. What waits for nothing any more is looked at only where
    /// something happened to its deal since a day: a month is worked by what moves in it, not by all that ever was.
    pub(super) fn pay_all(&mut self, work: &Work<'_, '_>, cut: Cut, since: NaiveDate, failures: &mut Failures) {
        let held = !self.book.holds.is_empty();
        let leaving = self.plan.leaver != HeldAtLeaving::Keep;
        let is_quiet = |key: &Key, state: &State| {
            let dated = |day: NaiveDate| day > since && day <= cut.until;
            let stirred = |deal: usize| self.book.events(deal).iter().any(|event| dated(event.date));
            // What is taken over from an earlier version has not been looked at by the conditions of this one.
            let known = state.all_paid && since > NaiveDate::MIN;
            known && !held && !leaving && key.deal.is_some_and(|deal| !stirred(deal))
        };
        let waiting: Vec<Key> = self
            .tally
            .states
            .iter()
            .filter(|(key, state)| !is_quiet(key, state))
            .filter(|(key, _)| !self.at_once(key) || held || leaving && self.has_left(key.payee, cut.until))
            .filter(|(key, _)| !self.is_handed_over(work, key))
            .map(|(key, _)| key.clone())
            .collect();
        for key in waiting {
            let Some(mut state) = self.tally.states.get(&key).cloned() else { continue };
            let lapsed = self.lapse(work, &key, &mut state);
            let earned = sub(state.line, state.taken).and_then(|rest| sub(rest, state.lapsed));
            let about = key.deal.map_or(About::Payee(key.payee), About::Deal);
            match (lapsed, self.sound(earned)) {
                (Ok(()), Ok(earned)) if !matches!(key.part, Part::Cap(_) | Part::Floor(_)) => state.earned = earned,
                (Err(error), _) | (_, Err(error)) => {
                    failures.formula(self.book, &error, about);
                    continue;
                }
                _ => {}
            }
            self.keep(work, cut, key, state, (Kind::Earn, None), failures);
        }
    }

    fn has_left(&self, payee: usize, by: NaiveDate) -> bool {
        self.book.end(payee).is_some_and(|end| end <= by)
    }

    /// The part of a line on money that will never come: it is earned no longer, unless the plan pays it as if it came. Of an amount
    /// of a whole period the money of its deals together.
    pub(super) fn lapse(&self, work: &Work<'_, '_>, key: &Key, state: &mut State) -> Result<(), EvalError> {
        (state.lapsed, state.exactly.1) = (Decimal::ZERO, Fraction::ZERO);
        let cash = |(_, condition): &(_, Condition)| matches!(condition, Condition::Money(..));
        let by_cash = self.conditions(key).iter().any(cash) && !matches!(key.part, Part::Cap(_) | Part::Floor(_));
        if !by_cash || self.plan.write_off == WriteOff::Release {
            return Ok(());
        }
        let (written, whole) = self.together(work, (key, state.counted(key)), |deal| {
            self.book.received(deal, "written_off", work.moment.until)
        })?;
        if written.is_zero() || whole.is_zero() {
            return Ok(());
        }
        let share = self.sound(Fraction::new(whole.den(), whole.num()).and_then(|inverse| inverse.by(written)))?;
        // What was taken back cannot be lost once more.
        let mut open = Fraction::ONE;
        if let (Some(deal), Some(day)) = (key.deal, state.counted(key)) {
            let left = self.book.left((self.place, Some(key.component)), deal, day, key.payee, work.moment)?;
            for gone in [left.held, left.first] {
                open = self.sound(gone.times(Decimal::NEGATIVE_ONE).and_then(|gone| open.plus(gone)))?;
            }
        }
        let share = self.least(share, open)?;
        // More taken out of a write-off than was put in is no more pay.
        let negative = self.sound(share.compare(Fraction::ZERO))? == Ordering::Less;
        let share = if negative { Fraction::ZERO } else { share };
        state.exactly.1 = self.sound(share.times(state.line))?;
        let gone = self.to_minor_units(self.sound(state.exactly.0.plus(state.exactly.1))?)?;
        state.lapsed = self.sound(sub(gone, state.taken))?;
        Ok(())
    }

    /// The smaller of two.
    fn least(&self, a: Fraction, b: Fraction) -> Result<Fraction, EvalError> {
        Ok(if self.sound(a.compare(b))? == Ordering::Greater { b } else { a })
    }

    /// What may be paid of a key's state, and what that is in the payee's currency.
    pub(super) fn pay(
        &self,
        work: &Work<'_, '_>,
        cut: Cut,
        key: &Key,
        before: Option<&State>,
        state: &mut State,
    ) -> Result<(), EvalError> {
        // Several changes in one payout are converted together.
        let old = match before {
            Some(known) if known.before.0 == cut.payout => (known.before.1, known.before.2),
            Some(known) => (known.payable, known.pay),
            None => (Decimal::ZERO, Decimal::ZERO),
        };
        state.before = (cut.payout, old.0, old.1);
        if !matches!(key.part, Part::Cap(_) | Part::Floor(_)) {
            (state.payable, state.all_paid) = self.payable(work, key, state)?;
        }
        if self.is_kept_back(key, cut.until) {
            // Held by hand: it may fall, and does not rise. A cap gives back for what falls under it alone, and takes for what
            // rises; what it let go of in a later period falls as a line does.
            state.payable = match key.part {
                Part::Cap(_) if state.payable.min(old.0) < Decimal::ZERO => {
                    let (fallen, risen) = self.moved(cut, key)?;
                    let most = self.sound(add(old.0, fallen))?;
                    let least = self.sound(sub(old.0.min(Decimal::ZERO), risen))?;
                    state.payable.min(most).max(least)
                }
                _ if state.payable.abs() > old.0.abs() => old.0,
                _ => state.payable,
            };
        }
        (state.pay, state.converted) = self.in_pay_currency(cut, key, old, state.payable)?;
        Ok(())
    }

    /// Whether somebody's hold keeps a key back on a day. At leaving the plan says what becomes of it: released, it holds no more,
    /// and forfeited, no later release reaches what it held. Whoever holds the pay of somebody who has left does so in any case.
    fn is_kept_back(&self, key: &Key, on: NaiveDate) -> bool {
        let hold = |on| self.book.hold(key.payee, self.name(key), key.deal, on).filter(|event| &*event.kind == "held");
        match (self.book.end(key.payee).filter(|end| *end <= on), self.plan.leaver) {
            (Some(end), HeldAtLeaving::Release) => hold(on).is_some_and(|event| event.date > end),
            (Some(end), HeldAtLeaving::Forfeit) => hold(end).or_else(|| hold(on)).is_some(),
            _ => hold(on).is_some(),
        }
    }

    /// By how much less, and by how much more, may be paid since the last payout of what a cap is over.
    fn moved(&self, cut: Cut, cap: &Key) -> Result<(Decimal, Decimal), EvalError> {
        let across = cap.component.checked_sub(self.plan.components.len()).and_then(|place| self.plan.caps.get(place));
        let of = across.map_or_else(|| vec![cap.component], |rules| self.of(rules));
        let all = of.into_iter().flat_map(|component| self.tally.of(self.place, cap.payee, component));
        // Years of service lie across the years of a cap.
        let inside = |key: &Key| key.measured.from <= cap.measured.to && cap.measured.from <= key.measured.to;
        let (mut fallen, mut risen) = (Decimal::ZERO, Decimal::ZERO);
        for (_, state) in all.filter(|(key, _)| *key != cap && inside(key)) {
            if state.before.0 == cut.payout {
                let more = self.sound(sub(state.payable, state.before.1))?;
                let sum = if more.is_sign_negative() { &mut fallen } else { &mut risen };
                *sum = self.sound(add(*sum, more.abs()))?;
            }
        }
        Ok((fallen, risen))
    }

    /// The name that stands on statements.
    pub(super) fn name(&self, key: &Key) -> &str {
        match self.plan.components.get(key.component) {
            Some(component) => &component.name,
            None => {
                self.plan.caps.get(key.component.saturating_sub(self.plan.components.len())).map_or("", |cap| &cap.name)
            }
        }
    }

    /// What may be paid of a key's state, and whether all that it waits for has come.
    fn payable(&self, work: &Work<'_, '_>, key: &Key, state: &State) -> Result<(Decimal, bool), EvalError> {
        if self.at_once(key) {
            return Ok((state.earned, true));
        }
        let until = work.moment.until;
        let left = self.book.end(key.payee).filter(|end| *end <= until);
        let share_by = |until: NaiveDate| -> Result<Fraction, EvalError> {
            let mut share = Fraction::ZERO;
            for (part, condition) in self.conditions(key) {
                let met = self.met(work, (key, state.counted(key)), condition, until)?;
                share = self.sound(met.times(*part).and_then(|met| share.plus(met)))?;
            }
            Ok(share)
        };
        let share = match (left, self.plan.leaver) {
            (Some(_), HeldAtLeaving::Release) => return Ok((state.earned, true)),
            // What was held then is never paid; what was paid and goes back is taken back as of anybody.
            (Some(end), HeldAtLeaving::Forfeit) => self.least(share_by(end)?, share_by(until)?)?,
            _ => share_by(until)?,
        };
        let open = self.sound(share.times(state.line))?;
        // Compared before anything is rounded: what came and what never will are the whole, whatever a cent of either is.
        let gone = self.sound(state.exactly.0.plus(state.exactly.1))?;
        let order = self.sound(open.plus(gone).and_then(|all| all.compare(Fraction::from(state.line))))?;
        let short = if state.line.is_sign_negative() { Ordering::Greater } else { Ordering::Less };
        if order == short { Ok((self.to_minor_units(open)?, false)) } else { Ok((state.earned, true)) }
    }

    /// How far a condition is met, from 0 to 1, of a key whose deal counted on a day.
    fn met(
        &self,
        work: &Work<'_, '_>,
        (key, deal_day): (&Key, Option<NaiveDate>),
        condition: &Condition,
        until: NaiveDate,
    ) -> Result<Fraction, EvalError> {
        let counted = key.day.unwrap_or(key.measured.to);
        let yes = |met: bool| Ok(if met { Fraction::ONE } else { Fraction::ZERO });
        let by = |day: Option<NaiveDate>| yes(day.is_some_and(|day| day <= until));
        let deal = key.deal.and_then(|deal| self.book.deals.get(deal));
        let dated = |column: usize| match deal {
            Some(deal) => by(deal.date(column)),
            // Of a whole period: its deals are those that are there.
            None => yes(true),
        };
        match condition {
            Condition::Earned => yes(true),
            Condition::Closed => dated(crate::domain::facts::deal_column::CLOSED),
            Condition::Booked => dated(crate::domain::facts::deal_column::BOOKED),
            Condition::Money(received, collected) => {
                let came = self.money(work, (key, deal_day), received.word(), until)?;
                match collected {
                    Collected::InProportion => Ok(came),
                    Collected::Once(part) => yes(self.sound(came.compare(Fraction::from(*part)))? != Ordering::Less),
                }
            }
            Condition::Event(kind) => match key.deal {
                Some(deal) => by(self.book.first_event(deal, kind)),
                None => {
                    let deals = self.deals_of(work, key)?;
                    yes(deals.iter().all(|deal| self.book.first_event(*deal, kind).is_some_and(|day| day <= until)))
                }
            },
            Condition::After(length) => by(shift(counted, *length, false)),
            Condition::EndOf(kind) => {
                let period = self.book.measured(self.place, kind, key.payee, counted);
                by(Some(period.map_err(|_| self.broken(Failure::Date))?.to))
            }
            Condition::Released => {
                let last = self.book.hold(key.payee, self.name(key), key.deal, until);
                yes(last.is_some_and(|event| &*event.kind == "released"))
            }
        }
    }

    /// The deals behind an amount of a whole period.
    fn deals_of(&self, work: &Work<'_, '_>, key: &Key) -> Result<Vec<usize>, EvalError> {
        if let Some(deal) = key.deal {
            return Ok(vec![deal]);
        }
        let Some(rules) = self.plan.components.get(key.component) else { return Ok(Vec::new()) };
        let track = work.track(self.place, Some(key.component), &rules.on, key.payee, &key.measured)?;
        let mut deals: Vec<usize> =
            track.iter().flat_map(|track| track.credits()).filter_map(|on| on.credit.deal).collect();
        // Whatever follows the total follows what an accumulating measure brought into it.
        if !matches!(rules.of, Base::Credit) {
            let carried = RefCell::new(Vec::new());
            let seen = |credit: &Credit| {
                carried.borrow_mut().extend(credit.deal);
                false
            };
            if let Some(followed) = Followed::of(&rules.on) {
                work.carried((self.place, Some(key.component)), followed, key.payee, &key.measured, &seen)?;
            }
            deals.append(&mut carried.into_inner());
        }
        deals.sort_unstable();
        deals.dedup();
        Ok(deals)
    }

    /// What came of a deal's money, as a part of what is left of its amount; of all deals of a period together.
    fn money(
        &self,
        work: &Work<'_, '_>,
        of: (&Key, Option<NaiveDate>),
        kind: &str,
        until: NaiveDate,
    ) -> Result<Fraction, EvalError> {
        let (came, whole) = self.together(work, of, |deal| {
            let received = self.book.received(deal, kind, until)?;
            match self.plan.write_off {
                WriteOff::Release => add(received, self.book.received(deal, "written_off", until)?),
                WriteOff::Lapse => Ok(received),
            }
        })?;
        // Where there is nothing to collect, as of a credit memo, all of it may be paid.
        if self.sound(whole.compare(Fraction::ZERO))? != Ordering::Greater {
            return Ok(Fraction::ONE);
        }
        let share = self.sound(Fraction::new(whole.den(), whole.num()).and_then(|inverse| inverse.by(came)))?;
        if self.sound(share.compare(Fraction::ZERO))? == Ordering::Less {
            return Ok(Fraction::ZERO);
        }
        self.least(share, Fraction::ONE)
    }

    /// The money of the deals behind a key, and what is left of their amounts; of several currencies in the plan's.
    fn together(
        &self,
        work: &Work<'_, '_>,
        (key, deal_day): (&Key, Option<NaiveDate>),
        money: impl Fn(usize) -> Exact<Decimal>,
    ) -> Result<(Fraction, Fraction), EvalError> {
        let (mut came, mut whole) = (Fraction::ZERO, Fraction::ZERO);
        let deals = self.deals_of(work, key)?;
        let currency = |deal: usize| self.book.deals.get(deal).and_then(|deal| deal.currency());
        let alike = deals.windows(2).all(|pair| matches!(pair, [a, b] if currency(*a) == currency(*b)));
        for deal in deals {
            let own = self.sound(money(deal))?;
            let amount = self.book.amount(deal).unwrap_or(Decimal::ZERO);
            let day = deal_day.or_else(|| self.book.deals.get(deal)?.day()).unwrap_or(work.moment.until);
            let left = self.book.left((self.place, Some(key.component)), deal, day, key.payee, work.moment)?;
            let left = if left.removed { Fraction::ZERO } else { self.sound(left.left.times(amount))? };
            let factor = match currency(deal).filter(|_| !alike) {
                Some(from) => {
                    let on = deal_rate_on(self.plan, day, Some(&key.measured));
                    let factor = self.book.rates.factor(&self.plan.convert.rates, from, self.plan.currency, on);
                    factor.map_err(|failure| EvalError { failure, span: self.plan.span.clone() })?
                }
                None => Fraction::ONE,
            };
            came = self.sound(factor.times(own).and_then(|own| came.plus(own)))?;
            whole = self.sound(left.by(factor).and_then(|left| whole.plus(left)))?;
        }
        Ok((came, whole))
    }

    /// Payable to date in the payee's currency: an increase at the rate of its payout, a decrease at the average rate at
    /// which it came in; through zero, to zero first.
    fn in_pay_currency(
        &self,
        cut: Cut,
        key: &Key,
        (old, old_pay): (Decimal, Decimal),
        new: Decimal,
    ) -> Result<(Decimal, Option<Box<Converted>>), EvalError> {
        let currency = self.book.pay_currency(key.payee, self.plan, key.paid_by());
        if currency == self.plan.currency || new == old {
            return Ok((if currency == self.plan.currency { new } else { old_pay }, None));
        }
        let opposite = old.is_sign_negative() != new.is_sign_negative();
        let crosses = opposite && !old.is_zero() && !new.is_zero();
        let round = |amount: Decimal| self.plan.rounding.round(amount, currency.places());
        let (old, old_pay) = if crosses { (Decimal::ZERO, Decimal::ZERO) } else { (old, old_pay) };
        if new.abs() < old.abs() {
            let part = self.sound(Fraction::new(new, old).and_then(|part| part.times(old_pay)))?;
            return Ok((round(self.sound(part.value())?), None));
        }
        let on = match self.plan.convert.pay {
            RateDay::PlanStart => self.plan.from,
            RateDay::PeriodEnd => key.measured.to,
            // What belongs to no day, as a cap does, counts on the last day worked of what it is measured over.
            RateDay::Counted => key.day.unwrap_or(key.measured.to.min(cut.until)),
            RateDay::Payout | RateDay::PeriodAverage => cut.until,
        };
        let rules = self.plan.components.get(key.component);
        let set = rules.and_then(|rules| rules.rates.as_ref()).unwrap_or(&self.plan.convert.rates);
        let factor = self.book.rates.factor(set, self.plan.currency, currency, RateOn::Day(on));
        let factor = factor.map_err(|failure| self.broken(failure))?;
        let more = self.sound(sub(new, old).and_then(|more| factor.times(more)).and_then(Fraction::value))?;
        let converted = factor.value().ok().map(|rate| {
            Box::new(Converted { from: self.plan.currency, to: currency, rate, day: Some(on), set: Arc::clone(set) })
        });
        Ok((self.sound(add(old_pay, round(more)))?, converted))
    }
}
