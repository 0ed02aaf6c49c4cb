//! The arithmetic of a table along one axis: positions, bases and rates stay fractions; nothing here rounds.

use super::{Axis, Mode, Slice, Tier, Tiers};
use crate::domain::exact::{self, Exact, Fraction};
use crate::plan::formula::{EvalError, Expr, Failure, Seen};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;

impl Tiers {
    /// Whether formulas of the payee give some of its values.
    #[must_use]
    pub fn has_formulas(&self) -> bool {
        self.rows.iter().any(|tier| tier.formula.is_some())
    }

    /// The table with the values that formulas give, as `value` works them out.
    ///
    /// # Errors
    /// What `value` says of a formula that has none.
    pub fn resolved(&self, value: impl Fn(&Expr) -> Result<Decimal, EvalError>) -> Result<Cow<'_, Self>, EvalError> {
        if !self.has_formulas() {
            return Ok(Cow::Borrowed(self));
        }
        let mut table = self.clone();
        for tier in &mut table.rows {
            if let Some(formula) = tier.formula.take() {
                tier.value = value(&formula)?;
            }
        }
        Ok(Cow::Owned(table))
    }

    /// Whether it begins at the first instalment: only a residual reads such a table.
    #[must_use]
    pub fn begins_at_one(&self) -> bool {
        self.rows.first().is_some_and(|first| {
            self.axis == Axis::Figure && self.mode != Mode::Interpolated && !first.above && first.from == Decimal::ONE
        })
    }

    /// Whether it begins below zero, as steps may that a formula reads: what lies below their first boundary has no row.
    #[must_use]
    pub fn begins_below_zero(&self) -> bool {
        self.mode == Mode::Steps
            && !matches!(self.axis, Axis::Days | Axis::Months)
            && self.rows.first().is_some_and(|first| first.from < Decimal::ZERO)
    }

    /// Whether no row says anything of a position.
    fn lies_below(&self, x: Decimal) -> bool {
        self.begins_below_zero()
            && self.rows.first().is_some_and(|first| x < first.from || (first.above && x == first.from))
    }

    /// The row that holds a position; below the first row's start it is the first row.
    ///
    /// # Errors
    /// Overflow.
    pub fn reached(&self, x: Fraction) -> Exact<Option<&Tier>> {
        let mut found = self.rows.first();
        for row in &self.rows {
            let order = Fraction::from(row.from).compare(x)?;
            if order == Ordering::Less || (order == Ordering::Equal && !row.above) {
                found = Some(row);
            }
        }
        Ok(found)
    }

    /// Where the row after `tier` begins.
    #[must_use]
    pub fn end_of(&self, tier: &Tier) -> Option<Decimal> {
        self.rows.iter().map(|row| row.from).find(|from| *from > tier.from)
    }

    /// The parts of a base that runs from `start` to `end` of the measure, one for each tier it touches, lowest first.
    ///
    /// `unit` is the measure's amount at 1 on the axis: the quota where boundaries are attainment, else 1. Where the
    /// base runs down (`end` below `start`) the parts are negative. Below zero the first tier applies.
    ///
    /// # Errors
    /// Overflow.
    pub fn slices(&self, start: Fraction, end: Fraction, unit: Fraction) -> Exact<Vec<Slice<'_>>> {
        let down = end.compare(start)? == Ordering::Less;
        let (low, high) = if down { (end, start) } else { (start, end) };
        let mut slices = Vec::new();
        for (index, tier) in self.rows.iter().enumerate() {
            let to = self.rows.get(index.saturating_add(1)).map(|next| next.from);
            let floor = if index == 0 { low } else { max(low, unit.times(tier.from)?)? };
            let ceiling = match to {
                Some(to) => min(high, unit.times(to)?)?,
                None => high,
            };
            if ceiling.compare(floor)? == Ordering::Greater {
                let size = ceiling.plus(floor.times(Decimal::NEGATIVE_ONE)?)?;
                let base = if down { size.times(Decimal::NEGATIVE_ONE)? } else { size };
                slices.push(Slice { tier, to, base });
            }
        }
        Ok(slices)
    }

    /// What a marginal table gives on the first `x` of the base: the sum of its slices, each at its rate.
    ///
    /// # Errors
    /// Overflow.
    pub fn marginal_sum(&self, x: Fraction, unit: Fraction) -> Exact<Fraction> {
        let mut total = Fraction::ZERO;
        for slice in self.slices(Fraction::ZERO, x, unit)? {
            total = total.plus(slice.base.times(slice.tier.value)?)?;
        }
        Ok(total)
    }

    /// The value on the straight line at `x`: flat outside the points; at a jump the later row owns the point.
    ///
    /// # Errors
    /// Overflow.
    pub fn interpolate(&self, x: Fraction) -> Exact<Fraction> {
        let mut below: Option<&Tier> = None;
        for row in &self.rows {
            match Fraction::from(row.from).compare(x)? {
                Ordering::Less => below = Some(row),
                Ordering::Equal => {
                    let last = self.rows.iter().rev().find(|other| other.from == row.from);
                    return Ok(Fraction::from(last.unwrap_or(row).value));
                }
                Ordering::Greater => {
                    return match below {
                        Some(left) => line(left, row, x),
                        None => Ok(Fraction::from(row.value)),
                    };
                }
            }
        }
        Ok(Fraction::from(below.map_or(Decimal::ZERO, |row| row.value)))
    }

    /// The value at a position of the axis, by the table's mode; marginal and retroactive tables give their rate.
    ///
    /// # Errors
    /// Overflow.
    pub fn value_at(&self, x: Fraction) -> Exact<Fraction> {
        match self.mode {
            Mode::Interpolated => self.interpolate(x),
            _ => Ok(Fraction::from(self.reached(x)?.map_or(Decimal::ZERO, |row| row.value))),
        }
    }

    /// What `table.at(x)` means: a marginal table sums its slices, every other gives the value at the point.
    pub(super) fn read_at(&self, x: Decimal) -> Result<Seen<'_>, Failure> {
        if self.lies_below(x) {
            return Err(Failure::NoRow);
        }
        let x = Fraction::from(x);
        if let Some(text) = self.reached(x).map_err(Failure::Arithmetic)?.and_then(|tier| tier.text.as_ref()) {
            return Ok(Seen::Text(text));
        }
        let value = match self.mode {
            Mode::Marginal => self.marginal_sum(x, Fraction::ONE),
            _ => self.value_at(x),
        };
        value.and_then(|value| value.value()).map(Seen::Decimal).map_err(Failure::Arithmetic)
    }
}

/// The value at `x` on the line through two points: (v0 × (x1 − x0) + (v1 − v0) × (x − x0)) / (x1 − x0).
fn line(left: &Tier, right: &Tier, x: Fraction) -> Exact<Fraction> {
    let width = exact::sub(right.from, left.from)?;
    let rise = exact::sub(right.value, left.value)?;
    let run = x.plus(Fraction::from(exact::negate(left.from)))?;
    let above = run.times(rise)?;
    let base = Fraction::from(exact::mul(left.value, width)?);
    base.plus(above)?.by(Fraction::new(Decimal::ONE, width)?)
}

fn max(a: Fraction, b: Fraction) -> Exact<Fraction> {
    Ok(if a.compare(b)? == Ordering::Less { b } else { a })
}

fn min(a: Fraction, b: Fraction) -> Exact<Fraction> {
    Ok(if a.compare(b)? == Ordering::Greater { b } else { a })
}
