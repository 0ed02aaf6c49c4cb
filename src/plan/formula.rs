//! Formulas as the engine keeps them: typed when the plan was loaded, evaluated per deal or per period.
//!
//! A formula ends, reads only what its scene holds, and gives a value or an error with its place. There is no
//! second way to run one: what could not be typed was refused when the plan was loaded.

mod work;

use super::syntax::BinaryOp;
use super::table::Table;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::exact::{self, ArithmeticError};
use crate::domain::value::{Duration, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;
pub use work::shift;
use work::{binary, call, compare};

/// A value at run time. Its kind was checked when the plan was loaded: money, numbers and percents are all decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Money, a number, or a percent as a fraction.
    Decimal(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A length of time.
    Duration(Duration),
    /// Text.
    Text(Arc<str>),
    /// Yes or no.
    YesNo(bool),
}

impl From<&Value> for Scalar {
    fn from(value: &Value) -> Self {
        match value {
            Value::Money(n) | Value::Number(n) | Value::Percent(n) => Self::Decimal(*n),
            Value::Date(date) => Self::Date(*date),
            Value::Duration(duration) => Self::Duration(*duration),
            Value::Text(text) => Self::Text(Arc::clone(text)),
            Value::YesNo(yes) => Self::YesNo(*yes),
        }
    }
}

/// What a formula reads of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Credit of the period so far.
    Total,
    /// The quota of the period.
    Quota,
    /// Total by quota.
    Attainment,
    /// Credit of the period before this deal.
    TotalBefore,
    /// Attainment before this deal.
    AttainmentBefore,
    /// The part of the quota that the ramp gives, a fraction.
    Ramp,
    /// The payee's place among all on the plan, 1 for the most; ties share it.
    Rank,
    /// Of a sum: how many people it goes over.
    Members,
    /// Of a sum: how many of them have at least this attainment.
    MembersAt(Decimal),
}

impl Figure {
    /// The names by which a formula reads them.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("total", Self::Total),
        ("quota", Self::Quota),
        ("attainment", Self::Attainment),
        ("total_before", Self::TotalBefore),
        ("attainment_before", Self::AttainmentBefore),
        ("ramp", Self::Ramp),
        ("rank", Self::Rank),
    ];
}

/// What a formula reads of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodField {
    /// Its label.
    Name,
    /// Its first day.
    Start,
    /// Its last day.
    End,
    /// Its number in the fiscal year, from 1.
    Number,
    /// Its days.
    Days,
    /// The days of it on which the payee is on the plan.
    ActiveDays,
    /// Active days by days.
    ActiveShare,
    /// The month of service in which it ends: 1 in the month the payee starts.
    ServiceMonth,
}

impl PeriodField {
    /// The names by which a formula reads them.
    pub const WORDS: [(&'static str, Self); 8] = [
        ("name", Self::Name),
        ("start", Self::Start),
        ("end", Self::End),
        ("number", Self::Number),
        ("days", Self::Days),
        ("active_days", Self::ActiveDays),
        ("active_share", Self::ActiveShare),
        ("service_month", Self::ServiceMonth),
    ];
}

/// What a formula reads of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventField {
    /// Its kind.
    Kind,
    /// Its day.
    Date,
    /// Its amount, in the plan's currency; may be missing.
    Amount,
    /// Its number, a text; may be missing.
    Number,
    /// A declared column, by its place in the schema.
    Column(usize),
}

impl EventField {
    /// The names by which a formula reads the standard ones.
    pub const WORDS: [(&'static str, Self); 4] =
        [("kind", Self::Kind), ("date", Self::Date), ("amount", Self::Amount), ("number", Self::Number)];
}

/// Something outside a formula that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// A column of the deal, by its place in the schema.
    Deal(usize),
    /// A field of the payee, by its place in the schema.
    Payee(usize),
    /// Something of the period.
    Period(PeriodField),
    /// What the payee was credited for the deal.
    Credit,
    /// A figure of a measure of the plan, by the measure's place.
    Measure(usize, Figure),
    /// A figure of a sum of the plan, by the sum's place.
    Sum(usize, Figure),
    /// What a component of the plan earned in the period, by the component's place.
    Earned(usize),
    /// The day-weighted value of a field of the payee over the period, by the field's place.
    PayeeByDays(usize),
    /// Something of the event.
    Event(EventField),
    /// In the formula of a quota: what the quota file says, before proration and ramp.
    Quota,
    /// The day on which things are read: the deal's, else the last of the period.
    Day,
}

/// Functions that a formula may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// The least of all.
    Min,
    /// The greatest of all.
    Max,
    /// Without its sign.
    Abs,
    /// To a number of places, half-even.
    Round,
    /// Down to a whole number.
    Floor,
    /// Up to a whole number.
    Ceil,
    /// Days from the first day to the second.
    DaysBetween,
    /// Whole months from the first day to the second.
    MonthsBetween,
    /// Whole years from the first day to the second.
    YearsBetween,
    /// Whether a day lies from the second to the third, both included.
    Within,
    /// Whether a text starts with another.
    StartsWith,
    /// Whether a text ends with another.
    EndsWith,
    /// Whether a text holds another.
    Contains,
    /// The year of a day.
    Year,
    /// The month of a day, 1 to 12.
    Month,
    /// The day of the month.
    Day,
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub op: Op,
    /// Where it stands.
    pub span: Span,
}

/// What an expression does.
#[derive(Clone, Debug)]
pub enum Op {
    /// A value that was known when the plan was loaded.
    Constant(Scalar),
    /// A value from outside.
    Read(Read),
    /// The value of a `let` inside the formula.
    Slot(usize),
    /// Bind a slot, then go on.
    Let(usize, Box<Expr>, Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `!x`
    Not(Box<Expr>),
    /// Arithmetic and comparison.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// All of them, from the left, as far as needed.
    And(Vec<Expr>),
    /// Any of them, from the left, as far as needed.
    Or(Vec<Expr>),
    /// The first that is there.
    Coalesce(Vec<Expr>),
    /// Condition, then, else.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Whether the first equals one of the list.
    OneOf(Box<Expr>, Vec<Expr>),
    /// Whether the first lies from the second to the third; with `true` the third is included.
    Between(Box<Expr>, Box<Expr>, Box<Expr>, bool),
    /// A function.
    Call(Builtin, Vec<Expr>),
    /// `table.at(…)`
    At(Arc<Table>, Vec<Expr>),
    /// `table.at(…)` of a table file, by its place in the schema.
    AtFile(usize, Vec<Expr>),
}

/// Why a formula has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The arithmetic has no result.
    Arithmetic(ArithmeticError),
    /// A day outside the calendar.
    Date,
    /// A deal column or payee field that is blank where the plan needs it.
    Missing(Read),
    /// No row of a lookup fits.
    NoRow,
    /// A figure that cannot be had: no quota, or a quota of zero.
    Figure,
    /// No rate of exchange.
    Rate {
        /// The set that has none.
        set: Arc<str>,
        /// From.
        from: Currency,
        /// To.
        to: Currency,
        /// The day.
        day: NaiveDate,
    },
    /// A kind that the loader should have refused: a fault of the engine.
    Internal,
}

/// An error of a formula, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// Why.
    pub failure: Failure,
    /// Where in the script.
    pub span: Span,
}

/// What a formula can see.
pub trait Scene {
    /// The value of something outside; `None` where it is blank.
    ///
    /// # Errors
    /// A figure that cannot be had.
    fn read(&self, read: Read) -> Result<Option<Scalar>, Failure>;

    /// The value of a table file for these keys, on the day on which things are read.
    ///
    /// # Errors
    /// [`Failure::NoRow`] where no row fits.
    fn look_up(&self, table: usize, keys: &[Scalar]) -> Result<Scalar, Failure>;
}

/// A scene with nothing in it: for constants.
pub struct Nowhere;

impl Scene for Nowhere {
    fn read(&self, read: Read) -> Result<Option<Scalar>, Failure> {
        Err(Failure::Missing(read))
    }

    fn look_up(&self, _: usize, _: &[Scalar]) -> Result<Scalar, Failure> {
        Err(Failure::Internal)
    }
}

type Evaluated = Result<Option<Scalar>, EvalError>;

impl Expr {
    /// The value in a scene; `None` only where an optional value is blank and nothing replaces it.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn evaluate(&self, scene: &dyn Scene) -> Evaluated {
        self.eval(scene, &mut Vec::new())
    }

    /// The value of a formula that gives a decimal.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn decimal(&self, scene: &dyn Scene) -> Result<Decimal, EvalError> {
        match self.evaluate(scene)? {
            Some(Scalar::Decimal(number)) => Ok(number),
            _ => Err(self.fail(Failure::Internal)),
        }
    }

    /// The value of a formula that gives yes or no.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn yes(&self, scene: &dyn Scene) -> Result<bool, EvalError> {
        match self.evaluate(scene)? {
            Some(Scalar::YesNo(yes)) => Ok(yes),
            _ => Err(self.fail(Failure::Internal)),
        }
    }

    /// An error at this place.
    #[must_use]
    pub fn fail(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.span.clone() }
    }

    fn eval(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Evaluated {
        match &self.op {
            Op::Constant(value) => Ok(Some(value.clone())),
            Op::Read(read) => scene.read(*read).map_err(|failure| self.fail(failure)),
            Op::Slot(slot) => Ok(slots.get(*slot).cloned().flatten()),
            Op::Let(slot, value, body) => {
                let value = value.eval(scene, slots)?;
                slots.truncate(*slot);
                slots.resize(*slot, None);
                slots.push(value);
                body.eval(scene, slots)
            }
            Op::If(condition, then, otherwise) => {
                let branch = if condition.truth(scene, slots)? { then } else { otherwise };
                branch.eval(scene, slots)
            }
            Op::Coalesce(list) => {
                for expr in list {
                    if let Some(value) = expr.eval(scene, slots)? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            _ => self.strict(scene, slots).map(Some),
        }
    }

    /// The operations that need all their parts to be there.
    fn strict(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Scalar, EvalError> {
        Ok(match &self.op {
            Op::Negate(of) => Scalar::Decimal(exact::negate(of.figure(scene, slots)?)),
            Op::Not(of) => Scalar::YesNo(!of.truth(scene, slots)?),
            Op::Binary(op, left, right) => {
                let (a, b) = (left.present(scene, slots)?, right.present(scene, slots)?);
                binary(*op, &a, &b).map_err(|failure| self.fail(failure))?
            }
            Op::And(list) => {
                for expr in list {
                    if !expr.truth(scene, slots)? {
                        return Ok(Scalar::YesNo(false));
                    }
                }
                Scalar::YesNo(true)
            }
            Op::Or(list) => {
                for expr in list {
                    if expr.truth(scene, slots)? {
                        return Ok(Scalar::YesNo(true));
                    }
                }
                Scalar::YesNo(false)
            }
            Op::OneOf(item, list) => {
                let item = item.present(scene, slots)?;
                let mut found = false;
                for expr in list {
                    found = found || expr.present(scene, slots)? == item;
                }
                Scalar::YesNo(found)
            }
            Op::Between(item, from, to, inclusive) => {
                let item = item.present(scene, slots)?;
                let above = compare(&from.present(scene, slots)?, &item).is_some_and(std::cmp::Ordering::is_le);
                let order = compare(&item, &to.present(scene, slots)?);
                let below = order.is_some_and(|order| if *inclusive { order.is_le() } else { order.is_lt() });
                Scalar::YesNo(above && below)
            }
            Op::Call(builtin, args) => {
                let values = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                call(*builtin, &values).map_err(|failure| self.fail(failure))?
            }
            Op::At(table, args) => {
                let keys = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                table.at(&keys).map_err(|failure| self.fail(failure))?
            }
            Op::AtFile(table, args) => {
                let keys = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                scene.look_up(*table, &keys).map_err(|failure| self.fail(failure))?
            }
            _ => return Err(self.fail(Failure::Internal)),
        })
    }

    fn present(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Scalar, EvalError> {
        let missing = || match &self.op {
            Op::Read(read) => Failure::Missing(*read),
            _ => Failure::Internal,
        };
        self.eval(scene, slots)?.ok_or_else(|| self.fail(missing()))
    }

    fn figure(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Decimal, EvalError> {
        match self.present(scene, slots)? {
            Scalar::Decimal(number) => Ok(number),
            _ => Err(self.fail(Failure::Internal)),
        }
    }

    fn truth(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<bool, EvalError> {
        match self.present(scene, slots)? {
            Scalar::YesNo(yes) => Ok(yes),
            _ => Err(self.fail(Failure::Internal)),
        }
    }

    /// Calls `seen` with everything outside that the expression reads.
    pub fn reads(&self, seen: &mut dyn FnMut(Read, &Span)) {
        if let Op::Read(read) = &self.op {
            seen(*read, &self.span);
        }
        for part in self.parts() {
            part.reads(seen);
        }
    }

    /// Whether all its parts are known: its value then is too. Parts that could be worked have been, so that only the
    /// nearest ones are looked at.
    #[must_use]
    pub fn is_of_constants(&self) -> bool {
        let reads = matches!(self.op, Op::Read(_) | Op::Slot(_) | Op::Let(..) | Op::AtFile(..));
        !reads && self.parts().into_iter().all(|part| matches!(part.op, Op::Constant(_)))
    }

    fn parts(&self) -> Vec<&Self> {
        match &self.op {
            Op::Constant(_) | Op::Read(_) | Op::Slot(_) => Vec::new(),
            Op::Negate(of) | Op::Not(of) => vec![of],
            Op::Let(_, a, b) | Op::Binary(_, a, b) => vec![a, b],
            Op::If(a, b, c) | Op::Between(a, b, c, _) => vec![a, b, c],
            Op::OneOf(item, list) => std::iter::once(&**item).chain(list).collect(),
            Op::And(list)
            | Op::Or(list)
            | Op::Coalesce(list)
            | Op::Call(_, list)
            | Op::At(_, list)
            | Op::AtFile(_, list) => list.iter().collect(),
        }
    }
}
