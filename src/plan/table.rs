//! Tables: marginal, retroactive, steps and interpolated ones, lookups and grids, checked when the plan was loaded.
//!
//! A tier table is a function of a position on its axis: attainment, money or units, instalments, or an age. Its
//! arithmetic is in [`tiers`]. Which row owns a boundary is said row by row ([`Tier::above`]).

mod tiers;

use super::formula::{EvalError, Expr, Failure, Scalar, Scene, Seen};
use crate::domain::diagnostic::Span;
use crate::domain::exact::Fraction;
use crate::domain::value::Duration;
use rust_decimal::Decimal;
use std::borrow::Cow;
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

/// What a table is read with, key by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// All its rows say `any`.
    Anything,
    /// A percent.
    Percent,
    /// Money, or a number.
    Figure,
    /// A length of time in days, or a number of days.
    Days,
    /// A length of time in months, or a number of months.
    Months,
    /// A day.
    Date,
    /// A text.
    Text,
    /// Yes or no.
    YesNo,
}

impl From<Axis> for KeyKind {
    fn from(axis: Axis) -> Self {
        match axis {
            Axis::Attainment => Self::Percent,
            Axis::Figure => Self::Figure,
            Axis::Days => Self::Days,
            Axis::Months => Self::Months,
        }
    }
}

impl KeyKind {
    /// The value as the rows hold it: of a length of time its days or months.
    fn key(self, value: Seen<'_>) -> Option<Seen<'_>> {
        match (self, value) {
            (Self::Days, Seen::Duration(Duration::Days(count)))
            | (Self::Months, Seen::Duration(Duration::Months(count))) => Some(Seen::Decimal(Decimal::from(count))),
            (Self::Days | Self::Months, Seen::Duration(_)) => None,
            _ => Some(value),
        }
    }
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
    /// Its rate, amount or factor; zero where a formula or a text stands instead.
    pub value: Decimal,
    /// Its text, in a table of texts.
    pub text: Option<Arc<str>>,
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
    fn place(axis: &[Edge], value: Seen<'_>) -> Option<usize> {
        match value {
            Seen::Decimal(x) => {
                let reached = |edge: &Edge| match edge {
                    Edge::From(from, above) => {
                        if *above {
                            x > *from
                        } else {
                            x >= *from
                        }
                    }
                    Edge::Any => true,
                    Edge::Is(_) => false,
                };
                axis.iter().rposition(reached).or_else(|| axis.iter().position(|edge| matches!(edge, Edge::From(..))))
            }
            _ => axis
                .iter()
                .position(|edge| matches!(edge, Edge::Is(is) if Seen::from(is) == value))
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
    /// What it is read with: one for each key.
    pub keys: Vec<KeyKind>,
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

    /// Whether formulas of the payee give some of its values.
    #[must_use]
    pub fn has_formulas(&self) -> bool {
        self.tiers().is_some_and(Tiers::has_formulas)
    }

    /// The formulas among its values.
    pub fn formulas(&self) -> impl Iterator<Item = &Expr> {
        self.tiers().into_iter().flat_map(|tiers| &tiers.rows).filter_map(|tier| tier.formula.as_ref())
    }

    /// The table with the values that formulas of the payee give in this scene.
    ///
    /// # Errors
    /// A formula that has no value.
    pub fn resolved(&self, scene: &dyn Scene) -> Result<Cow<'_, Self>, EvalError> {
        match &self.body {
            Body::Tiers(tiers) if tiers.has_formulas() => {
                let tiers = tiers.resolved(|formula| formula.decimal(scene))?.into_owned();
                Ok(Cow::Owned(Self { body: Body::Tiers(tiers), ..self.clone() }))
            }
            _ => Ok(Cow::Borrowed(self)),
        }
    }

    /// The value for these keys: `table.at(…)`. A marginal table gives the sum over its slices up to the point. Values
    /// that are formulas count as zero: see [`Tiers::resolved`].
    ///
    /// # Errors
    /// [`Failure::NoRow`] where no row fits, or steps that begin below zero are read below that; overflow.
    pub fn at(&self, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        let fits = |(key, (kind, wanted)): (&Key, (&KeyKind, &Seen<'_>))| match key {
            Key::Any => true,
            Key::Is(value) => kind.key(*wanted) == Some(Seen::from(value)),
        };
        let key = |place: usize| {
            let (kind, wanted) = self.keys.get(place).zip(keys.get(place)).ok_or(Failure::Internal)?;
            kind.key(*wanted).ok_or(Failure::NoRow)
        };
        match &self.body {
            Body::Tiers(tiers) => match key(0)? {
                Seen::Decimal(x) => tiers.read_at(x),
                _ => Err(Failure::Internal),
            },
            Body::Lookup(rows) => rows
                .iter()
                .find(|(row, _)| row.iter().zip(self.keys.iter().zip(keys)).all(fits))
                .map(|(_, value)| Seen::from(value))
                .ok_or(Failure::NoRow),
            Body::Grid(grid) => Grid::place(&grid.rows, key(0)?)
                .zip(Grid::place(&grid.columns, key(1)?))
                .and_then(|(row, column)| grid.cells.get(row)?.get(column).map(Seen::from))
                .ok_or(Failure::NoRow),
        }
    }
}

/// A table handle that formulas and components share.
pub type Shared = Arc<Table>;

#[cfg(test)]
mod tests;
