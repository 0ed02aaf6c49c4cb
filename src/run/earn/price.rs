//! What one component pays on one credit, or for one period: tables, formulas, constants.
//!
//! Amounts stay fractions until the line is made; then it is rounded once, by the plan's mode.

use super::super::explain::{Bounds, Step, StepKind};
use super::super::facts::Book;
use super::super::measure::{Followed, Measured, Path, PathCredit, PathKey};
use super::super::scene::{PeriodView, View};
use super::{Credited, Line};
use crate::domain::diagnostic::Span;
use crate::domain::exact::{ArithmeticError, Exact, Fraction, add, mul, sub};
use crate::plan::formula::{EvalError, Expr, Failure, Figure};
use crate::plan::model::{Base, Component, On, Pays, Per, Plan, Price, Unit};
use crate::plan::table::{Axis, Mode, Tiers};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A component of a plan over one path.
pub struct Pricer<'a, 'c> {
    /// The facts.
    pub book: &'a Book<'a>,
    /// All paths, for the figures that formulas read.
    pub measured: &'a Measured<'c>,
    /// The plan.
    pub plan: &'a Plan,
    /// The component.
    pub rules: &'a Component,
    /// Which path.
    pub key: PathKey,
    /// The path.
    pub path: &'a Path<'c>,
}

/// What a line is before it is rounded: its parts, whose sum is the line.
struct Parts(Vec<(Fraction, Step)>);

impl Parts {
    fn one(amount: Fraction, step: Step) -> Self {
        Self(vec![(amount, step)])
    }
}

impl Pricer<'_, '_> {
    fn places(&self) -> u32 {
        self.plan.currency.places()
    }

    fn failed(&self, error: ArithmeticError) -> EvalError {
        let span: Span = self.rules.price_span.clone();
        EvalError { failure: Failure::Arithmetic(error), span }
    }

    fn exact<T>(&self, result: Exact<T>) -> Result<T, EvalError> {
        result.map_err(|error| self.failed(error))
    }

    /// What the component's measure counts in; a sum's is that of the measure it sums.
    fn unit(&self) -> Unit {
        match self.rules.on {
            On::Measure(place) => self.plan.measures.get(place).map_or(Unit::Money, |measure| measure.unit),
            On::Sum(_) | On::Component(_) | On::Periods(_) => Unit::Money,
        }
    }

    fn bounds(&self, axis: Axis) -> Bounds {
        match (axis, self.unit()) {
            (Axis::Attainment, _) => Bounds::Attainment,
            (Axis::Figure, Unit::Money) => Bounds::Money,
            (Axis::Days | Axis::Months, _) | (Axis::Figure, Unit::Number) => Bounds::Units,
        }
    }

    /// A formula's value with a deal in sight.
    fn of_deal<T>(
        &self,
        on: &PathCredit<'_>,
        until: NaiveDate,
        value: impl Fn(&View<'_>) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        let figures = |measure: usize, figure: Figure| self.figure(measure, figure, on.credit.day, until, Some(on));
        self.view(on.credit.day, &figures, Some(on), value)
    }

    /// A formula's value with a period in sight.
    fn of_period<T>(
        &self,
        until: NaiveDate,
        value: impl Fn(&View<'_>) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        let day = self.path.period.to;
        let figures = |measure: usize, figure: Figure| self.figure(measure, figure, day, until, None);
        self.view(day.min(until), &figures, None, value)
    }

    fn view<T>(
        &self,
        day: NaiveDate,
        figures: &dyn Fn(usize, Figure) -> Result<Decimal, Failure>,
        on: Option<&PathCredit<'_>>,
        value: impl Fn(&View<'_>) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        let internal = || EvalError { failure: Failure::Internal, span: self.rules.span.clone() };
        let payee = self.book.payees.get(self.key.payee).ok_or_else(internal)?;
        let period =
            PeriodView { period: &self.path.period, calendar: self.book.calendar, active_days: self.path.active_days };
        value(&View {
            deal: on.and_then(|on| self.book.deals.get(on.credit.deal)).copied(),
            payee,
            on: day,
            credit: on.map(|on| on.credit.amount),
            period: Some(period),
            figures: Some(figures),
        })
    }

    /// A figure of a measure of the plan for this payee, in the period of that measure which holds a day.
    fn figure(
        &self,
        measure: usize,
        figure: Figure,
        day: NaiveDate,
        until: NaiveDate,
        on: Option<&PathCredit<'_>>,
    ) -> Result<Decimal, Failure> {
        let rules = self.plan.measures.get(measure).ok_or(Failure::Internal)?;
        let period = self.book.measured(self.plan, &rules.period, day).map_err(|_| Failure::Date)?;
        let key =
            PathKey { plan: self.key.plan, payee: self.key.payee, of: Followed::Measure(measure), from: period.from };
        let Some(path) = self.measured.paths.get(&key) else { return Ok(Decimal::ZERO) };
        let total = match (figure, on) {
            (Figure::TotalBefore | Figure::AttainmentBefore, Some(on)) => self.before(path, on),
            _ => path.total(until),
        };
        match figure {
            Figure::Total | Figure::TotalBefore => Ok(total),
            Figure::Ramp | Figure::Rank | Figure::Members | Figure::MembersAt(_) => Err(Failure::Internal),
            Figure::Quota => {
                let quota = path.quota.ok_or(Failure::Figure)?;
                quota.value().map_err(Failure::Arithmetic)
            }
            Figure::Attainment | Figure::AttainmentBefore => {
                let attainment = path.attainment(total).map_err(Failure::Arithmetic)?.ok_or(Failure::Figure)?;
                attainment.value().map_err(Failure::Arithmetic)
            }
        }
    }

    /// What a path held before a deal: before its own credit there, else before its place in the order.
    fn before(&self, path: &Path<'_>, on: &PathCredit<'_>) -> Decimal {
        let id = |deal: usize| self.book.deals.get(deal).map(|deal| &deal.id);
        let place = (on.credit.day, id(on.credit.deal));
        let earlier = path.credits.iter().rev().find(|other| (other.credit.day, id(other.credit.deal)) < place);
        earlier.and_then(|other| add(other.before, other.credit.amount).ok()).unwrap_or(Decimal::ZERO)
    }

    /// Whether the component pays on a deal: its own `which`.
    pub fn pays_on(&self, on: &PathCredit<'_>, until: NaiveDate) -> Result<bool, EvalError> {
        match &self.rules.which {
            Some(which) => self.of_deal(on, until, |view| which.yes(view)),
            None => Ok(true),
        }
    }

    /// The line of a credit that the component leaves out.
    pub fn left_out(&self, on: &PathCredit<'_>) -> Line {
        Line {
            deal: Some(on.credit.deal),
            day: Some(on.credit.day),
            amount: Decimal::ZERO,
            steps: vec![Step::of(StepKind::NotPaid, Decimal::ZERO)],
            credit: Some(credited(on)),
            left_out: true,
        }
    }

    /// The line of a credit, with what is known by the end of a payout.
    pub fn deal_line(&self, on: &PathCredit<'_>, until: NaiveDate) -> Result<Line, EvalError> {
        let credit = on.credit;
        let parts = match &self.rules.price {
            Price::Constant(price) => self.plain(on, until, price.figure)?,
            Price::Formula(formula) => {
                let price = self.of_deal(on, until, |view| formula.decimal(view))?;
                self.plain(on, until, price)?
            }
            Price::Table(table) => match table.tiers() {
                Some(tiers) => self.tiered(on, until, tiers)?,
                None => Parts(Vec::new()),
            },
            Price::Dated(_) => Parts(Vec::new()),
        };
        let line = self.rounded(parts)?;
        Ok(Line { deal: Some(credit.deal), day: Some(credit.day), credit: Some(credited(on)), ..line })
    }

    /// What the rate is paid on, for a deal: the credit, or what `of` says.
    fn base_of(&self, on: &PathCredit<'_>, until: NaiveDate) -> Result<Decimal, EvalError> {
        match &self.rules.of {
            Base::Formula(formula) => {
                let of = self.of_deal(on, until, |view| formula.decimal(view))?;
                self.exact(mul(of, on.credit.share))
            }
            _ => Ok(on.credit.amount),
        }
    }

    /// What an amount is paid for: the payee's share of a deal, or each unit.
    fn count_of(&self, on: &PathCredit<'_>) -> Decimal {
        match self.unit() {
            Unit::Money => on.credit.share,
            Unit::Number => on.credit.amount,
        }
    }

    /// One rate or amount on the whole deal.
    fn plain(&self, on: &PathCredit<'_>, until: NaiveDate, price: Decimal) -> Result<Parts, EvalError> {
        let (base, kind) = match self.rules.pays {
            Pays::Rate => (self.base_of(on, until)?, StepKind::Flat),
            Pays::Amount => (self.count_of(on), StepKind::Amount),
        };
        let amount = Fraction::from(self.exact(mul(base, price))?);
        Ok(Parts::one(amount, self.step(kind, base, price)))
    }

    fn step(&self, kind: StepKind, base: Decimal, price: Decimal) -> Step {
        let is_amount = self.rules.pays == Pays::Amount;
        let whole_amount = is_amount && base == Decimal::ONE;
        Step { base: (!whole_amount).then_some(base), rate: Some(price), is_amount, ..Step::of(kind, Decimal::ZERO) }
    }

    /// The measure's amount at 1 on a table's axis: the quota where boundaries are attainment, else 1.
    fn axis_unit(&self, tiers: &Tiers) -> Result<Fraction, EvalError> {
        match tiers.axis {
            Axis::Figure | Axis::Days | Axis::Months => Ok(Fraction::ONE),
            Axis::Attainment => {
                let missing = || EvalError { failure: Failure::Figure, span: self.rules.price_span.clone() };
                self.path.quota.filter(|quota| !quota.is_zero()).ok_or_else(missing)
            }
        }
    }

    fn position(&self, total: Decimal, unit: Fraction) -> Result<Fraction, EvalError> {
        self.exact(Fraction::new(unit.den(), unit.num()).and_then(|inverse| Fraction::from(total).by(inverse)))
    }

    /// A deal through a tier table.
    fn tiered(&self, on: &PathCredit<'_>, until: NaiveDate, tiers: &Tiers) -> Result<Parts, EvalError> {
        let credit = on.credit.amount;
        let unit = self.axis_unit(tiers)?;
        let start = if self.rules.per == Per::Deal { Decimal::ZERO } else { on.before };
        let end = self.exact(add(start, credit))?;
        if tiers.mode == Mode::Marginal {
            let of = match self.rules.of {
                Base::Formula(_) => Some(self.base_of(on, until)?),
                _ => None,
            };
            return self.sliced(tiers, (start.into(), end.into()), unit, of.map(|of| (of, credit)));
        }
        let total = if self.rules.per == Per::Deal { credit } else { self.path.total(until) };
        let x = self.position(total, unit)?;
        let price = self.exact(tiers.value_at(x))?;
        let base = match self.rules.pays {
            Pays::Rate => self.base_of(on, until)?,
            Pays::Amount => self.count_of(on),
        };
        self.whole(tiers, x, price, base.into())
    }

    /// `F(b + c) − F(b)`: each slice of the base at the rate of its own tier. With `of`, what is paid on is sliced in
    /// the proportion in which the credit is.
    fn sliced(
        &self,
        tiers: &Tiers,
        (b, b_plus_c): (Fraction, Fraction),
        unit: Fraction,
        of: Option<(Decimal, Decimal)>,
    ) -> Result<Parts, EvalError> {
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
        Ok(Parts(parts))
    }

    /// The whole base at the value of one point.
    fn whole(&self, tiers: &Tiers, x: Fraction, price: Fraction, base: Fraction) -> Result<Parts, EvalError> {
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
        Ok(Parts::one(amount, step))
    }

    /// The line of a whole period, with what is known by the end of a payout.
    pub fn period_line(&self, until: NaiveDate) -> Result<Line, EvalError> {
        let total = self.path.total(until);
        let parts = match &self.rules.price {
            Price::Constant(price) => self.period_plain(until, total, price.figure)?,
            Price::Formula(formula) => {
                let price = self.of_period(until, |view| formula.decimal(view))?;
                self.period_plain(until, total, price)?
            }
            Price::Table(table) => match table.tiers() {
                Some(tiers) => self.period_tiered(until, total, tiers)?,
                None => Parts(Vec::new()),
            },
            Price::Dated(_) => Parts(Vec::new()),
        };
        self.rounded(parts)
    }

    fn period_base(&self, until: NaiveDate, total: Decimal) -> Result<Fraction, EvalError> {
        match &self.rules.of {
            Base::Formula(formula) => self.formula_base(until, formula),
            Base::Quota => Ok(self.path.quota.unwrap_or(Fraction::ZERO)),
            Base::Credit | Base::Total => Ok(total.into()),
        }
    }

    fn formula_base(&self, until: NaiveDate, formula: &Expr) -> Result<Fraction, EvalError> {
        self.of_period(until, |view| formula.decimal(view)).map(Fraction::from)
    }

    fn period_plain(&self, until: NaiveDate, total: Decimal, price: Decimal) -> Result<Parts, EvalError> {
        match self.rules.pays {
            Pays::Rate => {
                let base = self.period_base(until, total)?;
                let amount = self.exact(base.times(price))?;
                Ok(Parts::one(amount, self.step(StepKind::Flat, self.exact(base.value())?, price)))
            }
            Pays::Amount => Ok(Parts::one(price.into(), self.step(StepKind::Amount, Decimal::ONE, price))),
        }
    }

    fn period_tiered(&self, until: NaiveDate, total: Decimal, tiers: &Tiers) -> Result<Parts, EvalError> {
        // Without credit and without quota the attainment is nothing: the first tier, or the start of the curve.
        let unit = match self.axis_unit(tiers) {
            Err(_) if total.is_zero() => Fraction::ONE,
            other => other?,
        };
        let base = match self.rules.pays {
            Pays::Rate => self.period_base(until, total)?,
            Pays::Amount => Fraction::ONE,
        };
        if tiers.mode == Mode::Marginal {
            // Sliced by the credit; a base of quota slices alike, for a slice of attainment is credit by quota.
            let of = match &self.rules.of {
                Base::Formula(_) if !total.is_zero() => Some((self.exact(base.value())?, total)),
                _ => None,
            };
            return self.sliced(tiers, (Fraction::ZERO, total.into()), unit, of);
        }
        let x = self.position(total, unit)?;
        let price = self.exact(tiers.value_at(x))?;
        self.whole(tiers, x, price, base)
    }

    /// The line: its parts summed exactly and rounded once; each step rounded for itself, with the rest as its own step.
    fn rounded(&self, parts: Parts) -> Result<Line, EvalError> {
        let places = self.places();
        let round = |amount: Decimal| self.plan.rounding.round(amount, places);
        let mut total = Fraction::ZERO;
        let mut shown = Decimal::ZERO;
        let mut steps = Vec::with_capacity(parts.0.len());
        for (amount, step) in parts.0 {
            total = self.exact(total.plus(amount))?;
            let rounded = round(self.exact(amount.value())?);
            shown = self.exact(add(shown, rounded))?;
            steps.push(Step { amount: rounded, ..step });
        }
        let line = round(self.exact(total.value())?);
        let rest = self.exact(sub(line, shown))?;
        if !rest.is_zero() {
            steps.push(Step::of(StepKind::Rounding, rest));
        }
        if steps.is_empty() {
            steps.push(Step::of(StepKind::NotPaid, Decimal::ZERO));
        }
        Ok(Line { deal: None, day: None, amount: line, steps, credit: None, left_out: false })
    }
}

/// Why a deal counted for as much as it did.
fn credited(on: &PathCredit<'_>) -> Credited {
    let credit = on.credit;
    Credited {
        measure: credit.measure,
        base: credit.base,
        share: credit.share,
        role: credit.role.clone(),
        amount: credit.amount,
    }
}
