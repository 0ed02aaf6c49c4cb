//! Formulas over columns: a block of rows at a time, in whole numbers at a scale that is known before.
//!
//! What reads only texts and days has few different values: it is worked once for each by the evaluator of rows and looked up
//! after that, whatever it does. What reads amounts is worked on arrays. Whole numbers that fit are what decimals of 28 digits
//! give, to the last digit; anything else (no room, a division, a blank that is needed) is [`Unfit`], and rows are worked.

mod keys;
mod shown;

use super::factor::Factors;
use crate::domain::columns::{BLANK, Block, Cells};
use crate::domain::columns::{Unfit, whole_of};
use crate::domain::facts::Schema;
use crate::domain::value::{ColumnType, Value};
use crate::plan::formula::{BinaryOp, Builtin, Expr, Failure, Nowhere, Op, Read, Scalar, Scene, Seen};
use crate::plan::table::{Body, Mode, Table};
use keys::{Key, Memo, UNKNOWN, looked_up};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// What the columns of a block are.
pub struct Kinds<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The decimal places of amounts.
    pub decimals: u32,
    /// How amounts come into the plan's currency; `None`: they are in it.
    pub factors: Option<&'a Factors<'a>>,
}

/// What a formula gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Whole numbers with so many decimal places.
    Figure(u32),
    /// Yes or no.
    Flag,
    /// A text, a day: only ever a part of something else.
    Other,
}

/// A formula over columns.
#[derive(Debug)]
pub struct Program<'a> {
    node: Node<'a>,
    /// What it gives.
    pub shape: Shape,
}

#[derive(Debug)]
enum Node<'a> {
    /// The same in every row.
    Known(i64),
    /// A column of figures.
    Column(usize),
    /// A column of money, with what brings it into the plan's currency.
    Converted(usize, &'a Factors<'a>, Memo),
    /// Of few different values: looked up by texts and days.
    Small(&'a Expr, [Option<usize>; 2], u32, Memo),
    /// Moved by a power of ten to the scale of its neighbour.
    Scaled(Box<Node<'a>>, i64),
    Add(Box<Node<'a>>, Box<Node<'a>>),
    Sub(Box<Node<'a>>, Box<Node<'a>>),
    Mul(Box<Node<'a>>, Box<Node<'a>>),
    Compare(BinaryOp, Box<Node<'a>>, Box<Node<'a>>),
    Least(Box<Node<'a>>, Box<Node<'a>>),
    Most(Box<Node<'a>>, Box<Node<'a>>),
    If(Box<Node<'a>>, Box<Node<'a>>, Box<Node<'a>>),
    And(Vec<Node<'a>>),
    Or(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    /// The column where it is there, else the other.
    Coalesce(usize, Box<Node<'a>>),
}

/// The cells of one or two columns in a row of a block, as a scene.
struct Row([Option<(usize, Option<Value>)>; 2]);

impl Row {
    fn of(block: &Block<'_>, columns: [Option<usize>; 2], row: usize) -> Self {
        Self(columns.map(|column| column.map(|column| (column, block.value(column, row)))))
    }
}

impl Scene for Row {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        let Read::Deal(wanted) = *read else { return Err(Failure::Internal) };
        let cell = self.0.iter().flatten().find(|(column, _)| *column == wanted);
        cell.map(|(_, value)| value.as_ref().map(Seen::from)).ok_or(Failure::Internal)
    }

    fn look_up(&self, _: usize, _: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        Err(Failure::Internal)
    }
}

/// Whether a column has few different values.
fn is_small(kinds: &Kinds<'_>, column: usize) -> bool {
    kinds.schema.deals.get(column).is_some_and(|column| matches!(column.kind, ColumnType::Text | ColumnType::Date))
}

/// The deal columns that a formula reads; `None` where it reads something else, or what only a row knows.
fn columns(expr: &Expr) -> Option<BTreeSet<usize>> {
    let (mut found, mut sound) = (BTreeSet::new(), expr.needs_no_facts());
    expr.reads(&mut |read, _| match read {
        Read::Deal(column) => {
            found.insert(column);
        }
        _ => sound = false,
    });
    sound.then_some(found)
}

impl<'a> Program<'a> {
    /// The formula over columns, where it can be worked so.
    #[must_use]
    pub fn of(expr: &'a Expr, kinds: &Kinds<'a>) -> Option<Self> {
        let shape = shape(expr, kinds)?;
        Some(Self { node: node(expr, kinds)?.0, shape })
    }

    /// The values of all rows of a block.
    ///
    /// # Errors
    /// What only rows can do.
    pub fn work(&mut self, block: &Block<'_>, base: i32, into: &mut Vec<i64>) -> Result<(), Unfit> {
        *into = values(&mut self.node, block, base)?;
        Ok(())
    }
}

/// What a formula gives.
fn shape(expr: &Expr, kinds: &Kinds<'_>) -> Option<Shape> {
    use Shape::{Figure, Flag, Other};
    let join = |a: Shape, b: Shape| match (a, b) {
        (Figure(a), Figure(b)) => Some(Figure(a.max(b))),
        (a, b) => (a == b).then_some(a),
    };
    let all = |list: &[Expr]| {
        let mut shapes = list.iter().map(|expr| shape(expr, kinds));
        let first = shapes.next()??;
        shapes.try_fold(first, |so_far, next| join(so_far, next?))
    };
    Some(match &expr.op {
        Op::Constant(value) => of_scalar(value),
        Op::Read(Read::Deal(column)) => {
            let column_of = kinds.schema.deals.get(*column)?;
            match column_of.kind {
                ColumnType::Money => {
                    Figure(kinds.decimals.checked_add(kinds.factors.map_or(0, |factors| factors.scale))?)
                }
                ColumnType::Number => Figure(kinds.decimals),
                ColumnType::Percent => Figure(kinds.decimals.checked_add(2)?),
                ColumnType::Text | ColumnType::Date => Other,
                ColumnType::YesNo => return None,
            }
        }
        Op::Read(_) | Op::Slot(_) | Op::Let(..) | Op::AtFile(..) => return None,
        Op::Negate(of) => shape(of, kinds)?,
        Op::Not(_) | Op::And(_) | Op::Or(_) | Op::OneOf(..) | Op::Between(..) => Flag,
        Op::Binary(op, a, b) => match (op, shape(a, kinds)?, shape(b, kinds)?) {
            (BinaryOp::Add | BinaryOp::Sub, Figure(a), Figure(b)) => Figure(a.max(b)),
            // More decimals than a number may have: rows round them.
            (BinaryOp::Mul, Figure(a), Figure(b)) => {
                Figure(a.checked_add(b).filter(|scale| *scale <= Decimal::MAX_SCALE)?)
            }
            (BinaryOp::Sub, Other, Other) => Figure(0),
            (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, ..) => return None,
            _ => Flag,
        },
        Op::If(_, then, otherwise) => join(shape(then, kinds)?, shape(otherwise, kinds)?)?,
        Op::Coalesce(list) => all(list)?,
        Op::Call(builtin, list) => match builtin {
            Builtin::Min | Builtin::Max | Builtin::Abs => all(list)?,
            Builtin::Floor | Builtin::Ceil | Builtin::DaysBetween | Builtin::MonthsBetween | Builtin::YearsBetween => {
                Figure(0)
            }
            Builtin::Year | Builtin::Month | Builtin::Day => Figure(0),
            Builtin::Round => return None,
            Builtin::Within | Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains => Flag,
        },
        Op::At(table, _) => of_table(table)?,
    })
}

fn of_scalar(value: &Scalar) -> Shape {
    match value {
        Scalar::Decimal(figure) => Shape::Figure(figure.normalize().scale()),
        Scalar::YesNo(_) => Shape::Flag,
        _ => Shape::Other,
    }
}

/// What a table gives: the widest of its values.
fn of_table(table: &Table) -> Option<Shape> {
    let widest = |shapes: &mut dyn Iterator<Item = Shape>| {
        shapes.reduce(|a, b| match (a, b) {
            (Shape::Figure(a), Shape::Figure(b)) => Shape::Figure(a.max(b)),
            _ => Shape::Other,
        })
    };
    match &table.body {
        Body::Lookup(rows) => widest(&mut rows.iter().map(|(_, value)| of_scalar(value))),
        Body::Grid(grid) => widest(&mut grid.cells.iter().flatten().map(of_scalar)),
        Body::Tiers(tiers) => {
            let plain = !tiers.has_formulas() && matches!(tiers.mode, Mode::Steps | Mode::Retroactive);
            let texts = tiers.rows.iter().any(|tier| tier.text.is_some());
            let figures = tiers.rows.iter().map(|tier| tier.value.normalize().scale()).max()?;
            plain.then_some(if texts { Shape::Other } else { Shape::Figure(figures) })
        }
    }
}

/// A formula as a node, with its scale.
fn node<'a>(expr: &'a Expr, kinds: &Kinds<'a>) -> Option<(Node<'a>, u32)> {
    let read = columns(expr)?;
    let shape = shape(expr, kinds)?;
    let scale = match shape {
        Shape::Figure(scale) => scale,
        Shape::Flag => 0,
        Shape::Other => return None,
    };
    if read.is_empty() {
        let value = expr.evaluate(&Nowhere).ok()??;
        return Some((Node::Known(whole(&value, scale)?), scale));
    }
    if read.len() <= 2 && read.iter().all(|column| is_small(kinds, *column)) {
        let mut keys = read.into_iter();
        return Some((Node::Small(expr, [keys.next(), keys.next()], scale, Memo::new()), scale));
    }
    let boxed = |expr: &'a Expr, to: u32| at_scale(node(expr, kinds)?, to).map(Box::new);
    let pair = |a: &'a Expr, b: &'a Expr| -> Option<(Box<Node<'a>>, Box<Node<'a>>)> {
        let (a, b) = (node(a, kinds)?, node(b, kinds)?);
        let scale = a.1.max(b.1);
        Some((Box::new(at_scale(a, scale)?), Box::new(at_scale(b, scale)?)))
    };
    let flags = |list: &'a [Expr]| list.iter().map(|expr| Some(node(expr, kinds)?.0)).collect::<Option<Vec<_>>>();
    let made = match &expr.op {
        Op::Read(Read::Deal(column)) => {
            let money = kinds.schema.deals.get(*column)?.kind == ColumnType::Money;
            match kinds.factors.filter(|_| money) {
                Some(factors) => Node::Converted(*column, factors, Memo::new()),
                None => Node::Column(*column),
            }
        }
        Op::Negate(of) => Node::Sub(Box::new(Node::Known(0)), boxed(of, scale)?),
        Op::Not(of) => Node::Not(boxed(of, 0)?),
        Op::And(list) => Node::And(flags(list)?),
        Op::Or(list) => Node::Or(flags(list)?),
        Op::If(condition, then, otherwise) => {
            Node::If(boxed(condition, 0)?, boxed(then, scale)?, boxed(otherwise, scale)?)
        }
        Op::Binary(BinaryOp::Add, a, b) => Node::Add(boxed(a, scale)?, boxed(b, scale)?),
        Op::Binary(BinaryOp::Sub, a, b) => Node::Sub(boxed(a, scale)?, boxed(b, scale)?),
        Op::Binary(BinaryOp::Mul, a, b) => Node::Mul(Box::new(node(a, kinds)?.0), Box::new(node(b, kinds)?.0)),
        Op::Binary(BinaryOp::Div, ..) => return None,
        Op::Binary(op, a, b) => {
            let (a, b) = pair(a, b)?;
            Node::Compare(*op, a, b)
        }
        Op::Between(item, from, to, inclusive) => {
            let (low, above) = pair(from, item)?;
            let (below, high) = pair(item, to)?;
            let order = if *inclusive { BinaryOp::LessEqual } else { BinaryOp::Less };
            Node::And(vec![Node::Compare(BinaryOp::LessEqual, low, above), Node::Compare(order, below, high)])
        }
        Op::Coalesce(list) => match list.as_slice() {
            [Expr { op: Op::Read(Read::Deal(column)), .. }, other] if kinds.factors.is_none() => {
                let own = self::shape(list.first()?, kinds)?;
                if own != Shape::Figure(scale) {
                    return None;
                }
                Node::Coalesce(*column, boxed(other, scale)?)
            }
            _ => return None,
        },
        Op::Call(builtin @ (Builtin::Min | Builtin::Max), list) => {
            let mut nodes = list.iter().map(|expr| boxed(expr, scale));
            let first = *nodes.next()??;
            nodes.try_fold(first, |so_far, next| {
                let next = next?;
                Some(if *builtin == Builtin::Min {
                    Node::Least(Box::new(so_far), next)
                } else {
                    Node::Most(Box::new(so_far), next)
                })
            })?
        }
        _ => return None,
    };
    Some((made, scale))
}

/// A node at a wider scale.
fn at_scale((node, scale): (Node<'_>, u32), to: u32) -> Option<Node<'_>> {
    match to.checked_sub(scale)? {
        0 => Some(node),
        more => {
            let factor = 10_i64.checked_pow(more)?;
            Some(match node {
                Node::Known(value) => Node::Known(value.checked_mul(factor)?),
                node => Node::Scaled(Box::new(node), factor),
            })
        }
    }
}

/// A value as a whole number.
fn whole(value: &Scalar, scale: u32) -> Option<i64> {
    match value {
        Scalar::Decimal(figure) => whole_of(*figure, scale).filter(|whole| *whole != UNKNOWN),
        Scalar::YesNo(yes) => Some(i64::from(*yes)),
        _ => None,
    }
}

/// The figures of a column, none of them blank.
fn column<'b>(block: &'b Block<'_>, column: usize) -> Result<&'b [i64], Unfit> {
    match block.cells.get(column) {
        Some(Cells::Figures { values, .. }) if !values.contains(&BLANK) => Ok(values),
        _ => Err(Unfit::Unusual),
    }
}

/// Two arrays into the first, row by row.
fn both(
    (a, b): (&mut Node<'_>, &mut Node<'_>),
    block: &Block<'_>,
    base: i32,
    work: impl Fn(i64, i64) -> Option<i64>,
) -> Result<Vec<i64>, Unfit> {
    let mut first = values(a, block, base)?;
    // What stands still needs no array.
    if let Node::Known(second) = b {
        for own in &mut first {
            *own = work(*own, *second).ok_or(Unfit::Unusual)?;
        }
        return Ok(first);
    }
    let second = values(b, block, base)?;
    for (own, other) in first.iter_mut().zip(&second) {
        *own = work(*own, *other).ok_or(Unfit::Unusual)?;
    }
    Ok(first)
}

fn values(node: &mut Node<'_>, block: &Block<'_>, base: i32) -> Result<Vec<i64>, Unfit> {
    let rows = block.rows;
    Ok(match node {
        Node::Known(value) => vec![*value; rows],
        Node::Column(place) => column(block, *place)?.to_vec(),
        Node::Converted(place, factors, memo) => {
            let keys = factors.columns();
            let keys = (Key::of(block, keys.0, base)?, Key::of(block, keys.1, base)?);
            let found = looked_up((keys, rows), memo, |row| factors.of(block, row))?;
            let amounts = column(block, *place)?;
            let product = |(amount, factor): (&i64, i64)| amount.checked_mul(factor).ok_or(Unfit::Unusual);
            amounts.iter().zip(found).map(product).collect::<Result<Vec<_>, _>>()?
        }
        Node::Small(expr, [first, second], scale, memo) => {
            let keys = (Key::of(block, *first, base)?, Key::of(block, *second, base)?);
            let scene = |row| Row::of(block, [*first, *second], row);
            looked_up((keys, rows), memo, |row| whole(&expr.evaluate(&scene(row)).ok()??, *scale))?
        }
        Node::Scaled(of, factor) => {
            let mut own = values(of, block, base)?;
            for value in &mut own {
                *value = value.checked_mul(*factor).ok_or(Unfit::Unusual)?;
            }
            own
        }
        Node::Add(a, b) => both((a, b), block, base, i64::checked_add)?,
        Node::Sub(a, b) => both((a, b), block, base, i64::checked_sub)?,
        Node::Mul(a, b) => both((a, b), block, base, i64::checked_mul)?,
        Node::Least(a, b) => both((a, b), block, base, |a, b| Some(a.min(b)))?,
        Node::Most(a, b) => both((a, b), block, base, |a, b| Some(a.max(b)))?,
        Node::Compare(op, a, b) => {
            let holds: fn(i64, i64) -> bool = match op {
                BinaryOp::Equal => |a, b| a == b,
                BinaryOp::NotEqual => |a, b| a != b,
                BinaryOp::Less => |a, b| a < b,
                BinaryOp::LessEqual => |a, b| a <= b,
                BinaryOp::Greater => |a, b| a > b,
                _ => |a, b| a >= b,
            };
            both((a, b), block, base, |a, b| Some(i64::from(holds(a, b))))?
        }
        Node::If(condition, then, otherwise) => {
            let chosen = values(condition, block, base)?;
            let mut found = values(then, block, base)?;
            for ((own, chosen), other) in found.iter_mut().zip(chosen).zip(values(otherwise, block, base)?) {
                *own = if chosen != 0 { *own } else { other };
            }
            found
        }
        Node::And(list) => every(list, block, base, |a, b| a & b)?,
        Node::Or(list) => every(list, block, base, |a, b| a | b)?,
        Node::Not(of) => values(of, block, base)?.into_iter().map(|flag| 1 ^ flag).collect(),
        Node::Coalesce(place, other) => {
            let other = values(other, block, base)?;
            match block.cells.get(*place) {
                Some(Cells::Figures { values, .. }) => {
                    values.iter().zip(other).map(|(own, other)| if *own == BLANK { other } else { *own }).collect()
                }
                Some(Cells::Same(None)) => other,
                _ => return Err(Unfit::Unusual),
            }
        }
    })
}

fn every(list: &mut [Node<'_>], block: &Block<'_>, base: i32, join: fn(i64, i64) -> i64) -> Result<Vec<i64>, Unfit> {
    let (first, others) = list.split_first_mut().ok_or(Unfit::Unusual)?;
    let mut found = values(first, block, base)?;
    for other in others {
        for (own, other) in found.iter_mut().zip(values(other, block, base)?) {
            *own = join(*own, other);
        }
    }
    Ok(found)
}
