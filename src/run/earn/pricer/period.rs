//! Lines for payee and period: bonuses, overrides, objectives.

use super::super::super::explain::{Bounds, Step, StepKind};
use super::super::line::{Part, Raw};
use super::super::track::{Track, TrackCredit};
use super::Pricer;
use crate::domain::exact::{Fraction, add, mul, sub};
use crate::domain::value::Value;
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Base, ComponentKind, Pays, Per, Price, Unit};
use crate::plan::table::{Axis, Mode, Table, Tiers};
use crate::run::credit::Credit;
use crate::run::failures::About;
use rust_decimal::Decimal;
use std::rc::Rc;
use std::sync::Arc;

impl<'c> Pricer<'_, '_, 'c> {
    /// The one line of a period.
    pub(super) fn period_line(&self) -> Result<Vec<Raw>, EvalError> {
        if self.track.active_days == 0 && self.track.credits().is_empty() {
            return Ok(Vec::new());
        }
        let mut raw = match self.rules.per {
            Per::Column(column) => self.period_by(column)?,
            Per::Period | Per::Deal => self.period_price()?,
        };
        raw.parts.extend(self.who_brought_it()?.into_iter().map(|step| (Fraction::ZERO, step)));
        if let Some(multiplier) = &self.rules.multiplier {
            let factor = self.factor(multiplier)?;
            self.multiply(&mut raw, factor)?;
            let last = raw.parts.last_mut().map(|(_, step)| step);
            self.say_what_was_read(multiplier, last.filter(|step| step.kind == StepKind::Multiplier))?;
        }
        Ok(vec![raw])
    }

    /// What the period pays, before multiplier and limits.
    pub(super) fn period_price(&self) -> Result<Raw, EvalError> {
        let end = self.known_end();
        match Self::price_on(&self.rules.price, end) {
            Price::Constant(price) if self.pays_units() => {
                let (price, units) = (self.amount(price, end)?, self.paid_total()?);
                let amount = self.exact(mul(units, price))?;
                Ok(Raw::one(amount.into(), self.step(StepKind::Amount, units, price)))
            }
            Price::Constant(price) => {
                let price = self.amount(price, end)?;
                self.period_plain(price)
            }
            Price::Formula(formula) => {
                let price = self.of_period(|view| formula.decimal(view))?;
                let mut raw = self.period_plain(price)?;
                self.say_what_was_read(&self.rules.price, raw.parts.first_mut().map(|(_, step)| step))?;
                Ok(raw)
            }
            Price::Table(table) => self.period_tabled(table),
            Price::Dated(_) => Err(self.failed(Failure::Internal)),
        }
    }

    /// What the period's deals of each value of a column pay apart from the others, in the order of their first deals.
    fn period_by(&self, column: usize) -> Result<Raw, EvalError> {
        let book = self.work.book;
        let cell = |credit: &Credit| credit.deal.and_then(|deal| book.deals.get(deal)?.cell(column));
        let mut groups: Vec<(Option<&Value>, Track<'_, '_>)> = Vec::new();
        for on in self.paid_credits()? {
            let own = cell(&on.credit);
            let place = match groups.iter().position(|(value, _)| *value == own) {
                Some(place) => place,
                None => {
                    let start = self.carried_alike(&|credit| cell(credit) == own)?;
                    let Track { period, active_days, quota, .. } = &*self.track;
                    groups.push((own, Track::empty(period.clone(), *active_days, *quota, start)));
                    groups.len().saturating_sub(1)
                }
            };
            if let Some((_, track)) = groups.get_mut(place) {
                self.exact(track.push(on.credit.clone()))?;
            }
        }
        let mut raw = Raw::default();
        for (_, track) in groups {
            raw.parts.extend(self.over(Rc::new(track)).period_price()?.parts);
        }
        Ok(self.or_nothing(raw))
    }

    /// Parts, or one that says that nothing is paid.
    fn or_nothing(&self, raw: Raw) -> Raw {
        if raw.parts.is_empty() {
            return Raw::one(Fraction::ZERO, self.step(StepKind::Amount, Decimal::ONE, Decimal::ZERO));
        }
        raw
    }

    /// Whether an amount is paid for each unit that a team is credited, as a commission pays one for each of one's own.
    fn pays_units(&self) -> bool {
        self.rules.pays == Pays::Amount
            && self.unit() == Unit::Number
            && matches!(self.rules.kind, ComponentKind::Override)
    }

    /// What a rate is paid on: of a component that pays on some deals only, their credits.
    fn period_base(&self) -> Result<Fraction, EvalError> {
        match &self.rules.of {
            Base::Formula(formula) => self.of_period(|view| formula.decimal(view)).map(Fraction::from),
            Base::Quota => Ok(self.track.quota.unwrap_or(Fraction::ZERO)),
            Base::Credit | Base::Total => self.paid_total().map(Fraction::from),
        }
    }

    /// Whether the component pays on whatever its measure counts.
    fn pays_on_all(&self) -> bool {
        let all_own = || self.track.credits().iter().all(|on| self.is_of_own_days(&on.credit));
        (!self.follows_others() || all_own()) && !self.is_narrower()
    }

    /// The credits on which the component pays.
    pub(super) fn paid_credits(&self) -> Result<Vec<&TrackCredit<'c>>, EvalError> {
        let mut found = Vec::new();
        for on in self.track.credits() {
            if self.in_window(&on.credit) && self.pays_on(on)? {
                found.push(on);
            }
        }
        Ok(found)
    }

    /// Slices of the credits alone on which the component pays, each where it lies among all of them.
    fn sliced_apart(&self, tiers: &Tiers, unit: Fraction) -> Result<Raw, EvalError> {
        let mut raw = Raw::default();
        if !self.is_narrower() {
            let from = self.paid_from()?;
            raw.parts.extend(self.sliced(tiers, (from.into(), self.track.start.into()), unit, None)?.parts);
        }
        for on in self.paid_credits()? {
            let end = self.exact(add(on.before, on.credit.amount))?;
            raw.parts.extend(self.sliced(tiers, (on.before.into(), end.into()), unit, None)?.parts);
        }
        Ok(self.or_nothing(raw))
    }

    /// The total of the credits on which the component pays.
    fn paid_total(&self) -> Result<Decimal, EvalError> {
        if self.pays_on_all() {
            let start = self.paid_from()?;
            return self.exact(sub(self.track.total, start));
        }
        let mut total = if self.is_narrower() { Decimal::ZERO } else { self.carried_own()? };
        for on in self.paid_credits()? {
            total = self.exact(add(total, on.credit.amount))?;
        }
        Ok(total)
    }

    /// Where what is paid on begins: behind what an accumulating measure brought into the period and is not paid on.
    fn paid_from(&self) -> Result<Decimal, EvalError> {
        let carried = self.carried_own()?;
        self.exact(sub(self.track.start, carried))
    }

    /// What an accumulating measure brought into the period and is paid on: nothing where the period's own credits alone are,
    /// and of what others sold while the payee was not on the plan none.
    fn carried_own(&self) -> Result<Decimal, EvalError> {
        match self.rules.of {
            Base::Credit => Ok(Decimal::ZERO),
            _ if self.track.start.is_zero() || !self.follows_others() => Ok(self.track.start),
            _ => self.carried_alike(&|credit| self.is_of_own_days(credit)),
        }
    }

    /// Whether the component pays on some deals only.
    fn is_narrower(&self) -> bool {
        let rules = self.rules;
        rules.which.is_some() || rules.from.is_some() || rules.to.is_some() || self.days_with().is_some()
    }

    fn period_plain(&self, price: Decimal) -> Result<Raw, EvalError> {
        match self.rules.pays {
            Pays::Rate => {
                let base = self.period_base()?;
                let amount = self.exact(base.times(price))?;
                Ok(Raw::one(amount, self.step(StepKind::Flat, self.exact(base.value())?, price)))
            }
            Pays::Amount => Ok(Raw::one(price.into(), self.step(StepKind::Amount, Decimal::ONE, price))),
        }
    }

    fn period_tabled(&self, table: &Table) -> Result<Raw, EvalError> {
        let Some(tiers) = table.tiers() else { return Err(self.failed(Failure::Internal)) };
        let tiers = self.known(tiers, |formula| self.of_period(|view| formula.decimal(view)))?;
        let total = self.track.total;
        // Without credit and without quota the attainment is nothing: the first tier, or the start of the curve.
        let unit = match self.axis_unit(&tiers) {
            Err(_) if total.is_zero() => Fraction::ONE,
            other => other?,
        };
        let base = match self.rules.pays {
            Pays::Rate => self.period_base()?,
            Pays::Amount if tiers.mode == Mode::Retroactive && self.pays_units() => self.paid_total()?.into(),
            Pays::Amount => Fraction::ONE,
        };
        if tiers.mode == Mode::Marginal {
            // What is sliced is the attainment: of an amount that a formula gives, each slice takes its part of the quota.
            let of = match (&self.rules.of, tiers.axis) {
                (Base::Formula(_), Axis::Attainment) => Some((self.exact(base.value())?, self.exact(unit.value())?)),
                (Base::Formula(_), _) if !total.is_zero() => Some((self.exact(base.value())?, total)),
                _ => None,
            };
            if of.is_none() && !self.pays_on_all() {
                return self.sliced_apart(&tiers, unit);
            }
            return self.sliced(&tiers, (self.paid_from()?.into(), total.into()), unit, of);
        }
        let x = self.position(total, unit)?;
        let price = self.exact(tiers.value_at(x))?;
        self.whole(&tiers, x, price, base)
    }

    /// A line for each objective: its weight of the target, at its score.
    pub(super) fn objectives(&self, weights: &[(Arc<str>, Decimal)]) -> Result<Vec<Raw>, EvalError> {
        let mut lines = Vec::new();
        for (place, (name, weight)) in weights.iter().enumerate() {
            let book = self.work.book;
            let period = &self.track.period;
            let Some(score) = book.score(name, self.payee, self.plan, &period.label) else {
                if period.to <= self.work.moment.until && book.is_open(period.to) && book.is_known(period) {
                    let mut failures = self.work.failures.borrow_mut();
                    failures.missing_score(&self.rules.span, name, &period.label, About::Payee(self.payee));
                }
                continue;
            };
            let mut raw = self.objective(name, *weight, score)?;
            if let Some(multiplier) = &self.rules.multiplier {
                let factor = self.factor(multiplier)?;
                self.multiply(&mut raw, factor)?;
            }
            lines.push(Raw { part: Part::Objective(place), ..raw });
        }
        Ok(lines)
    }

    fn objective(&self, name: &Arc<str>, weight: Decimal, score: Decimal) -> Result<Raw, EvalError> {
        let end = self.known_end();
        let read = match Self::price_on(&self.rules.price, end) {
            Price::Constant(price) => self.exact(mul(self.amount(price, end)?, score))?.into(),
            Price::Formula(formula) => {
                let price = self.of_period(|view| formula.decimal(view))?;
                Fraction::from(self.exact(mul(price, score))?)
            }
            Price::Table(table) => {
                let Some(tiers) = table.tiers() else { return Err(self.failed(Failure::Internal)) };
                let tiers = self.known(tiers, |formula| self.of_period(|view| formula.decimal(view)))?;
                if tiers.mode == Mode::Marginal {
                    self.exact(tiers.marginal_sum(Fraction::from(score), Fraction::ONE))?
                } else {
                    self.exact(tiers.value_at(Fraction::from(score)))?
                }
            }
            Price::Dated(_) => return Err(self.failed(Failure::Internal)),
        };
        let target = match (&self.rules.of, self.rules.pays) {
            (Base::Formula(formula), _) => self.of_period(|view| formula.decimal(view))?,
            (_, Pays::Amount) => Decimal::ONE,
            (_, Pays::Rate) => Decimal::ZERO,
        };
        let base = self.exact(mul(target, weight))?;
        let amount = self.exact(read.times(base))?;
        let step = Step {
            at: Some(score),
            bounds: Some(Bounds::Score),
            name: Some(Arc::clone(name)),
            ..self.step(StepKind::Objective, base, self.exact(read.value())?)
        };
        Ok(Raw::one(amount, step))
    }
}
