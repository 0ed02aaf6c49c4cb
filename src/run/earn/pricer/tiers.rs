//! Deals and periods through tier tables: slices, the whole base at one value, positions on an axis.

use super::super::super::credit::Credit;
use super::super::super::explain::{Bounds, Step, StepKind};
use super::super::super::measure::Followed;
use super::super::line::Raw;
use super::super::track::{Track, TrackCredit};
use super::Pricer;
use crate::domain::exact::{Fraction, add};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Base, ComponentKind, Pays, Per, Price, Unit};
use crate::plan::table::{Axis, Mode, Table, Tier, Tiers};
use rust_decimal::Decimal;
use std::borrow::Cow;

impl Pricer<'_, '_, '_> {
    pub(super) fn bounds(&self, axis: Axis) -> Bounds {
        match (axis, self.unit(), &self.rules.kind) {
            (Axis::Attainment, ..) => Bounds::Attainment,
            (Axis::Figure, _, ComponentKind::Residual { .. }) => Bounds::Instalments,
            (Axis::Figure, Unit::Money, _) => Bounds::Money,
            _ => Bounds::Units,
        }
    }

    /// A table whose cells are all known: formulas of the payee are worked.
    pub(super) fn known<'t>(
        &self,
        tiers: &'t Tiers,
        value: impl Fn(&crate::plan::formula::Expr) -> Result<Decimal, EvalError>,
    ) -> Result<Cow<'t, Tiers>, EvalError> {
        if tiers.rows.iter().all(|row| row.formula.is_none()) {
            return Ok(Cow::Borrowed(tiers));
        }
        let mut rows = Vec::with_capacity(tiers.rows.len());
        for row in &tiers.rows {
            let found = match &row.formula {
                Some(formula) => value(formula)?,
                None => row.value,
            };
            rows.push(Tier { value: found, formula: None, ..row.clone() });
        }
        Ok(Cow::Owned(Tiers { mode: tiers.mode, axis: tiers.axis, rows }))
    }

    /// The measure's amount at 1 on a table's axis: the quota where boundaries are attainment, else 1.
    pub(super) fn axis_unit(&self, tiers: &Tiers) -> Result<Fraction, EvalError> {
        match tiers.axis {
            Axis::Attainment => {
                let Track { quota, period, .. } = &*self.track;
                let of = Followed::of(&self.rules.on);
                quota.filter(|quota| !quota.is_zero()).ok_or_else(|| {
                    let none = |of| self.work.no_attainment(self.place, of, self.payee, (*quota, period));
                    self.failed(of.map_or(Failure::Figure, none))
                })
            }
            _ => Ok(Fraction::ONE),
        }
    }

    pub(super) fn position(&self, total: Decimal, unit: Fraction) -> Result<Fraction, EvalError> {
        self.exact(Fraction::new(unit.den(), unit.num()).and_then(|inverse| Fraction::from(total).by(inverse)))
    }

    /// A deal through a table.
    pub(super) fn tabled(&self, on: &TrackCredit<'_>, table: &Table) -> Result<Raw, EvalError> {
        let Some(tiers) = table.tiers() else { return Err(self.failed(Failure::Internal)) };
        let tiers = self.known(tiers, |formula| self.of_deal(on, |view| formula.decimal(view)))?;
        let credit = on.credit.amount;
        let unit = self.axis_unit(&tiers)?;
        let (start, total) = match self.rules.per {
            Per::Period => (on.before, self.track.total),
            Per::Deal => (Decimal::ZERO, credit),
            Per::Column(column) => self.group(on, column)?,
        };
        let end = self.exact(add(start, credit))?;
        if tiers.mode == Mode::Marginal {
            let of = match (&self.rules.of, self.other_rates(on)?) {
                (Base::Formula(_), _) => Some(self.base_of(on)?),
                (_, other) => other,
            };
            return self.sliced(&tiers, (start.into(), end.into()), unit, of.map(|of| (of, credit)));
        }
        let x = self.position(total, unit)?;
        let price = self.exact(tiers.value_at(x))?;
        let base = match self.rules.pays {
            Pays::Rate => self.base_of(on)?,
            Pays::Amount => self.count_of(on),
        };
        self.whole(&tiers, x, price, base.into())
    }

    /// What the deals of the same column value held before a deal, and hold in all.
    fn group(&self, on: &TrackCredit<'_>, column: usize) -> Result<(Decimal, Decimal), EvalError> {
        let cell = |deal: Option<usize>| deal.and_then(|deal| self.work.book.deals.get(deal)?.cell(column));
        let own = cell(on.credit.deal);
        let earlier = self.carried_alike(&|credit| cell(credit.deal) == own)?;
        let (mut before, mut total, mut found) = (earlier, earlier, false);
        for other in self.track.credits().iter().filter(|other| cell(other.credit.deal) == own) {
            found |= other.before == on.before
                && other.credit.deal == on.credit.deal
                && other.credit.event == on.credit.event
                && other.credit.slot == on.credit.slot;
            if !found {
                before = self.exact(add(before, other.credit.amount))?;
            }
            total = self.exact(add(total, other.credit.amount))?;
        }
        Ok((before, total))
    }

    /// What an accumulating measure brought into the period of the credits that are wanted.
    pub(super) fn carried_alike(&self, alike: &dyn Fn(&Credit) -> bool) -> Result<Decimal, EvalError> {
        let Some(of) = Followed::of(&self.rules.on) else { return Ok(Decimal::ZERO) };
        self.work.carried((self.place, Some(self.component)), of, self.payee, &self.track.period, alike)
    }

    /// `F(b + c) − F(b)`: each slice of the base at the rate of its own tier. With `of`, what is paid on is sliced in
    /// the proportion in which the credit is.
    pub(super) fn sliced(
        &self,
        tiers: &Tiers,
        (b, b_plus_c): (Fraction, Fraction),
        unit: Fraction,
        of: Option<(Decimal, Decimal)>,
    ) -> Result<Raw, EvalError> {
        let mut parts = Vec::new();
        for slice in self.exact(tiers.slices(b, b_plus_c, unit))? {
            let base = match of {
                Some((of, credit)) => self.exact(Fraction::new(of, credit).and_then(|ratio| slice.base.by(ratio)))?,
                None => slice.base,
            };
            let amount = self.exact(base.times(slice.tier.value))?;
            let step = Step {
                from: Some(slice.tier.from),
                to: slice.to,
                bounds: Some(self.bounds(tiers.axis)),
                ..self.step(StepKind::Tier, self.exact(base.value())?, slice.tier.value)
            };
            parts.push((amount, step));
        }
        Ok(Raw { parts, ..Raw::default() })
    }

    /// The whole base at the value of one point.
    pub(super) fn whole(&self, tiers: &Tiers, x: Fraction, price: Fraction, base: Fraction) -> Result<Raw, EvalError> {
        let reached = self.exact(tiers.reached(x))?.filter(|_| tiers.mode != Mode::Interpolated);
        let amount = self.exact(base.by(price))?;
        let kind = if tiers.mode == Mode::Retroactive { StepKind::Whole } else { StepKind::Curve };
        let step = Step {
            from: reached.map(|tier| tier.from),
            to: reached.and_then(|tier| tiers.end_of(tier)),
            bounds: Some(self.bounds(tiers.axis)),
            at: Some(self.exact(x.value())?),
            ..self.step(kind, self.exact(base.value())?, self.exact(price.value())?)
        };
        Ok(Raw::one(amount, step))
    }

    /// The factor of a multiplier that no deal decides: a constant, a table over the attainment, a formula of the period.
    pub(super) fn factor(&self, price: &Price) -> Result<Fraction, EvalError> {
        match price {
            Price::Constant(amount) => Ok(Fraction::from(amount.figure)),
            Price::Formula(formula) => self.of_period(|view| formula.decimal(view)).map(Fraction::from),
            Price::Table(table) => {
                let Some(tiers) = table.tiers() else { return Err(self.failed(Failure::Internal)) };
                let tiers = self.known(tiers, |formula| self.of_period(|view| formula.decimal(view)))?;
                let unit = match self.axis_unit(&tiers) {
                    Err(_) if self.track.total.is_zero() => Fraction::ONE,
                    other => other?,
                };
                let x = self.position(self.track.total, unit)?;
                self.exact(tiers.value_at(x))
            }
            Price::Dated(_) => self.factor(Self::price_on(price, self.known_end())),
        }
    }
}
