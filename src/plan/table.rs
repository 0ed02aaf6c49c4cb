//! Rate tables: marginal, retroactive, steps, interpolated and lookup, checked when the plan was loaded.
//!
//! A tier table is a function of a position on its axis: attainment, or money or units. Positions, bases and rates
//! stay fractions; nothing here rounds. Which row owns a boundary is said row by row ([`Tier::above`]).

use super::formula::{Expr, Failure, Scalar};
use crate::domain::diagnostic::Span;
use crate::domain::exact::{self, Exact, Fraction};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::sync::Arc;

/// What a tier table makes of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every slice of the base at the rate of its own tier.
    Marginal,
    /// The whole base at the rate reached.
    Retroactive,
    /// The value at the point reached.
    Steps,
    /// Straight lines between the points, flat outside them.
    Interpolated,
}

impl Mode {
    /// The function that makes such a table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Marginal => "marginal",
            Self::Retroactive => "retroactive",
            Self::Steps => "steps",
            Self::Interpolated => "interpolated",
        }
    }
}

/// What the boundaries of a tier table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Fractions of the quota.
    Attainment,
    /// Money or units, as the measure; or a count of instalments.
    Figure,
    /// An age in days.
    Days,
    /// An age in months: whole ones, and the part of the month begun.
    Months,
}

/// What the values of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Percents.
    Percents,
    /// Figures: amounts or factors.
    Figures,
    /// Texts.
    Texts,
}

/// One row of a tier table.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Where it begins, on the table's axis.
    pub from: Decimal,
    /// Whether the boundary itself still belongs to the row below.
    pub above: bool,
    /// Its rate, amount or factor; nothing where a formula gives it.
    pub value: Decimal,
    /// A formula of the payee that gives it.
    pub formula: Option<Expr>,
    /// The row in the script.
    pub span: Span,
}

/// A table whose rows follow one axis; never empty.
#[derive(Clone, Debug)]
pub struct Tiers {
    /// What it makes of its rows.
    pub mode: Mode,
    /// What its boundaries are.
    pub axis: Axis,
    /// The rows, by `from`.
    pub rows: Vec<Tier>,
}

/// One key of a lookup row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Fits everything.
    Any,
    /// Fits this value.
    Is(Scalar),
}

/// A boundary, a text or `any` at the edge of a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Everything below the first boundary; of texts, everything else.
    Any,
    /// This text, or this yes or no.
    Is(Scalar),
    /// From this figure on; with `true` from above it.
    From(Decimal, bool),
}

/// Two axes and the cells between them.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The first column: which row.
    pub rows: Vec<Edge>,
    /// The first row: which column.
    pub columns: Vec<Edge>,
    /// The cells, row by row.
    pub cells: Vec<Vec<Scalar>>,
}

impl Grid {
    /// The place on an axis that a value belongs to.
    fn place(axis: &[Edge], value: &Scalar) -> Option<usize> {
        match value {
            Scalar::Decimal(x) => {
                let reached = |edge: &Edge| match edge {
                    Edge::From(from, above) => {
                        if *above {
                            x > from
                        } else {
                            x >= from
                        }
                    }
                    Edge::Any => true,
                    Edge::Is(_) => false,
                };
                axis.iter().rposition(reached).or_else(|| axis.iter().position(|edge| matches!(edge, Edge::From(..))))
            }
            _ => axis
                .iter()
                .position(|edge| matches!(edge, Edge::Is(is) if is == value))
                .or_else(|| axis.iter().position(|edge| *edge == Edge::Any)),
        }
    }
}

/// What a table is made of.
#[derive(Clone, Debug)]
pub enum Body {
    /// Rows along one axis.
    Tiers(Tiers),
    /// Rows of keys: the first that fits.
    Lookup(Vec<(Vec<Key>, Scalar)>),
    /// A rectangle.
    Grid(Grid),
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its rows.
    pub body: Body,
    /// What its values are.
    pub values: Values,
    /// How many keys it is read with.
    pub keys: usize,
    /// Where it is written.
    pub span: Span,
}

/// A part of a base that lies in one tier.
#[derive(Clone, Debug)]
pub struct Slice<'t> {
    /// The tier.
    pub tier: &'t Tier,
    /// Where the next tier begins; `None`: open.
    pub to: Option<Decimal>,
    /// How much of the base lies in it; negative on the way down.
    pub base: Fraction,
}

impl Table {
    /// The tiers, of a table with one axis.
    #[must_use]
    pub fn tiers(&self) -> Option<&Tiers> {
        match &self.body {
            Body::Tiers(tiers) => Some(tiers),
            Body::Lookup(_) | Body::Grid(_) => None,
        }
    }

    /// The value for these keys: `table.at(…)`. A marginal table gives the sum over its slices up to the point.
    ///
    /// # Errors
    /// [`Failure::NoRow`] where no row of a lookup fits; overflow.
    pub fn at(&self, keys: &[Scalar]) -> Result<Scalar, Failure> {
        match (&self.body, keys) {
            (Body::Tiers(tiers), [Scalar::Decimal(x)]) => {
                tiers.read_at(*x).map(Scalar::Decimal).map_err(Failure::Arithmetic)
            }
            (Body::Lookup(rows), keys) => rows
                .iter()
                .find(|(row, _)| {
                    row.iter().zip(keys).all(|(key, wanted)| match key {
                        Key::Any => true,
                        Key::Is(value) => value == wanted,
                    })
                })
                .map(|(_, value)| value.clone())
                .ok_or(Failure::NoRow),
            (Body::Grid(grid), [row, column]) => Grid::place(&grid.rows, row)
                .zip(Grid::place(&grid.columns, column))
                .and_then(|(row, column)| grid.cells.get(row)?.get(column).cloned())
                .ok_or(Failure::NoRow),
            _ => Err(Failure::Internal),
        }
    }
}

impl Tiers {
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
    fn read_at(&self, x: Decimal) -> Exact<Decimal> {
        match self.mode {
            Mode::Marginal => self.marginal_sum(Fraction::from(x), Fraction::ONE)?.value(),
            _ => self.value_at(Fraction::from(x))?.value(),
        }
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

/// A table handle that formulas and components share.
pub type Shared = Arc<Table>;

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn tiers(mode: Mode, rows: &[(&str, bool, &str)]) -> Tiers {
        let span = Span { file: Arc::from("t.rhai"), start: 0, end: 0 };
        let rows = rows.iter().map(|(from, above, value)| Tier {
            from: d(from),
            above: *above,
            value: d(value),
            formula: None,
            span: span.clone(),
        });
        Tiers { mode, axis: Axis::Attainment, rows: rows.collect() }
    }

    fn reference() -> Tiers {
        let rows = [("0", false, "0.04"), ("0.5", false, "0.08"), ("1", false, "0.12"), ("1.25", false, "0.15")];
        tiers(Mode::Marginal, &rows)
    }

    fn paid(slices: &[Slice<'_>]) -> Decimal {
        slices.iter().map(|s| s.base.times(s.tier.value).unwrap().value().unwrap()).sum()
    }

    #[test]
    fn a_straddling_deal_is_sliced() {
        // Quota 10,000: from 8,000 to 14,000 is 2,000 at 8 %, 2,500 at 12 %, 1,500 at 15 % = 160 + 300 + 225 = 685.
        let table = reference();
        let slices = table.slices(d("8000").into(), d("14000").into(), d("10000").into()).unwrap();
        assert_eq!(slices.len(), 3);
        assert_eq!(paid(&slices), d("685"));
    }

    #[test]
    fn a_return_steps_back_down() {
        let table = reference();
        let up = table.slices(d("8000").into(), d("14000").into(), d("10000").into()).unwrap();
        let down = table.slices(d("14000").into(), d("8000").into(), d("10000").into()).unwrap();
        assert_eq!(paid(&down), -paid(&up));
        // 1,000 below zero are taken at the first tier's rate: −1,000 × 4 %.
        let below = table.slices(Fraction::ZERO, d("-1000").into(), d("10000").into()).unwrap();
        assert_eq!(paid(&below), d("-40"));
    }

    #[test]
    fn the_boundary_belongs_to_the_upper_tier_unless_it_says_above() {
        let from = tiers(Mode::Retroactive, &[("0", false, "0.01"), ("1", false, "0.02")]);
        assert_eq!(from.reached(Fraction::ONE).unwrap().unwrap().value, d("0.02"));
        let above = tiers(Mode::Retroactive, &[("0", false, "0.01"), ("1", true, "0.02")]);
        assert_eq!(above.reached(Fraction::ONE).unwrap().unwrap().value, d("0.01"));
        assert_eq!(above.reached(d("1.01").into()).unwrap().unwrap().value, d("0.02"));
    }

    #[test]
    fn a_curve_is_flat_outside_and_straight_inside() {
        // 0 % at 80 %, 2 % at 120 %: at 90 % a quarter of the way, 0.5 %.
        let curve = tiers(Mode::Interpolated, &[("0.8", false, "0"), ("1.2", false, "0.02")]);
        for (x, value) in [("0.5", "0"), ("0.8", "0"), ("0.9", "0.005"), ("1.2", "0.02"), ("3", "0.02")] {
            assert_eq!(curve.interpolate(d(x).into()).unwrap().value().unwrap(), d(value), "{x}");
        }
    }

    #[test]
    fn at_a_jump_the_later_row_owns_the_point() {
        let curve =
            tiers(Mode::Interpolated, &[("0", false, "0"), ("1", false, "1"), ("1", false, "2"), ("2", false, "3")]);
        assert_eq!(curve.interpolate(Fraction::ONE).unwrap().value().unwrap(), d("2"));
        assert_eq!(curve.interpolate(d("0.5").into()).unwrap().value().unwrap(), d("0.5"));
        assert_eq!(curve.interpolate(d("1.5").into()).unwrap().value().unwrap(), d("2.5"));
    }
}
