//! Formulas as the engine keeps them: typed when the plan was loaded, evaluated per deal or per period.
//!
//! A formula ends, reads only what its scene holds, and gives a value or an error with its place. There is no
//! second way to run one: what could not be typed was refused when the plan was loaded.

mod evaluate;
mod work;

use super::kind::Kind;
use super::model::Unit;
pub use super::syntax::BinaryOp;
use super::table::Table;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use crate::domain::exact::ArithmeticError;
use crate::domain::value::{Duration, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;
pub use work::shift;

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

/// A value where it stands: what formulas are worked with. Texts are those of the facts and the plan, not copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Money, a number, or a percent as a fraction.
    Decimal(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A length of time.
    Duration(Duration),
    /// Text.
    Text(&'a str),
    /// Yes or no.
    YesNo(bool),
}

impl<'a> Seen<'a> {
    /// The figure, of one.
    #[inline(always)]
    #[must_use]
    pub fn figure(self) -> Option<Decimal> {
        if let Self::Decimal(figure) = self { Some(figure) } else { None }
    }

    /// The text, of one.
    #[inline(always)]
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Yes or no, where it is one of them.
    #[inline(always)]
    #[must_use]
    pub fn yes(self) -> Option<bool> {
        if let Self::YesNo(yes) = self { Some(yes) } else { None }
    }
}

impl<'a> From<&'a Value> for Seen<'a> {
    #[inline(always)]
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Money(n) | Value::Number(n) | Value::Percent(n) => Self::Decimal(*n),
            Value::Date(date) => Self::Date(*date),
            Value::Duration(duration) => Self::Duration(*duration),
            Value::Text(text) => Self::Text(text),
            Value::YesNo(yes) => Self::YesNo(*yes),
        }
    }
}

impl<'a> From<&'a Scalar> for Seen<'a> {
    #[inline(always)]
    fn from(value: &'a Scalar) -> Self {
        match value {
            Scalar::Decimal(n) => Self::Decimal(*n),
            Scalar::Date(date) => Self::Date(*date),
            Scalar::Duration(duration) => Self::Duration(*duration),
            Scalar::Text(text) => Self::Text(text),
            Scalar::YesNo(yes) => Self::YesNo(*yes),
        }
    }
}

impl From<Seen<'_>> for Scalar {
    fn from(seen: Seen<'_>) -> Self {
        match seen {
            Seen::Decimal(n) => Self::Decimal(n),
            Seen::Date(date) => Self::Date(date),
            Seen::Duration(duration) => Self::Duration(duration),
            Seen::Text(text) => Self::Text(Arc::from(text)),
            Seen::YesNo(yes) => Self::YesNo(yes),
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
    /// The payee's place among those with the same value of a payee field, by its place in the schema.
    RankIn(usize),
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

    /// The names by which formulas read those of a sum; `members_at(…)` besides.
    pub const OF_SUMS: [(&'static str, Self); 7] = [
        ("total", Self::Total),
        ("quota", Self::Quota),
        ("attainment", Self::Attainment),
        ("total_before", Self::TotalBefore),
        ("attainment_before", Self::AttainmentBefore),
        ("rank", Self::Rank),
        ("members", Self::Members),
    ];

    /// Whether it needs a quota.
    #[must_use]
    pub fn reads_quota(self) -> bool {
        !matches!(self, Self::Total | Self::TotalBefore | Self::Rank | Self::RankIn(_) | Self::Members)
    }

    /// Whether it is only known where a deal is.
    #[must_use]
    pub fn is_before(self) -> bool {
        matches!(self, Self::TotalBefore | Self::AttainmentBefore)
    }

    /// What it is, of a measure that counts in this unit.
    pub(super) fn kind(self, unit: Unit) -> Kind {
        match (self, unit) {
            (Self::Total | Self::TotalBefore | Self::Quota, Unit::Money) => Kind::Money,
            (Self::Total | Self::TotalBefore | Self::Quota, Unit::Number) => Kind::Number,
            (Self::Attainment | Self::AttainmentBefore | Self::Ramp, _) => Kind::Percent,
            (Self::Rank | Self::RankIn(_) | Self::Members | Self::MembersAt(_), _) => Kind::Number,
        }
    }
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
    /// Decimal places that are not a whole number from 0 to 28.
    Places,
    /// No row of a lookup fits.
    NoRow,
    /// A figure below zero where none may be.
    BelowZero,
    /// A part that is not one of 0 to 100 %.
    NoPart,
    /// A figure that cannot be had: there is no quota.
    Figure,
    /// An attainment of a quota of zero.
    ZeroQuota {
        /// The measure.
        measure: Arc<str>,
        /// The label of the measurement period.
        period: Arc<str>,
        /// How it came to be zero.
        why: ZeroQuota,
    },
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

/// How a quota came to be zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroQuota {
    /// Nothing more was said.
    Said,
    /// It is prorated, and no day of the period is at work.
    Leave,
    /// The ramp gives nothing of it.
    Ramp,
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
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure>;

    /// The value of a table file for these keys, on the day on which things are read.
    ///
    /// # Errors
    /// [`Failure::NoRow`] where no row fits.
    fn look_up(&self, table: usize, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure>;
}

/// A scene with nothing in it: for constants.
pub struct Nowhere;

impl Scene for Nowhere {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        Err(Failure::Missing(*read))
    }

    fn look_up(&self, _: usize, _: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        Err(Failure::Internal)
    }
}
