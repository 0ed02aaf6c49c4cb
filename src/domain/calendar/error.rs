//! What can be wrong with calendar settings, a day, or a period's label, said in words.

use super::PeriodKind;
use crate::domain::diagnostic::Code;
use chrono::NaiveDate;
use std::fmt;
use std::sync::Arc;

/// Why there is no such calendar, or no such period in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarError {
    /// The fiscal year begins in no month.
    FiscalStart(u32),
    /// A pattern without the first days of its years: at least one year needs two.
    NeedsYearStarts,
    /// First days of years without a pattern.
    NeedsPattern,
    /// A year that does not have 52 or 53 weeks.
    YearLength {
        /// Its first day.
        start: NaiveDate,
        /// The first day of the year after it.
        next: NaiveDate,
    },
    /// A year whose name is not a number of four digits.
    YearName {
        /// Its first day.
        start: NaiveDate,
    },
    /// Two years that would have one name.
    SameYear {
        /// The name.
        year: i32,
        /// First day of the one.
        first: NaiveDate,
        /// First day of the other.
        second: NaiveDate,
    },
    /// A cycle whose name could not be told from something else.
    CycleName {
        /// The name.
        name: Arc<str>,
        /// Why it cannot be one.
        why: &'static str,
    },
    /// A cycle without a period.
    CycleEmpty(Arc<str>),
    /// Two days of a cycle that are not in order.
    CycleOrder {
        /// The cycle.
        name: Arc<str>,
        /// A first day.
        start: NaiveDate,
        /// What should come after it: the next first day, or the end.
        next: NaiveDate,
    },
    /// A day for which the calendar has no period of a kind.
    Outside {
        /// The kind.
        kind: PeriodKind,
        /// The day.
        on: NaiveDate,
    },
    /// A kind whose days the calendar does not know: those of a payee's years or of a plan.
    NotOfCalendar(PeriodKind),
    /// A cycle that the calendar does not have.
    UnknownCycle(Arc<str>),
}

impl CalendarError {
    /// The code under which it is reported.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Outside { .. } | Self::NotOfCalendar(_) | Self::UnknownCycle(_) => Code::OutsideCalendar,
            _ => Code::BadCalendar,
        }
    }
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FiscalStart(month) => write!(f, "the fiscal year cannot begin in month {month}: there are 12"),
            Self::NeedsYearStarts => f.write_str(
                "a pattern needs `year_starts`: the first day of each fiscal year and of the one after the last",
            ),
            Self::NeedsPattern => f.write_str("`year_starts` are those of a `pattern`, and there is none"),
            Self::YearLength { start, next } => {
                let days = next.signed_duration_since(*start).num_days();
                write!(f, "the fiscal year from {start} to the next start {next} has {days} days, not 52 or 53 weeks")
            }
            Self::YearName { start } => write!(f, "the fiscal year from {start} has no name of four digits"),
            Self::SameYear { year, first, second } => {
                write!(f, "the fiscal years from {first} and from {second} would both be named {year:04}")
            }
            Self::CycleName { name, why } => write!(f, "a cycle cannot be named `{name}`: {why}"),
            Self::CycleEmpty(name) => write!(f, "the cycle `{name}` has no starts"),
            Self::CycleOrder { name, start, next } => {
                write!(f, "the days of the cycle `{name}` are out of order: {next} comes after {start}")
            }
            Self::Outside { kind, on } => write!(f, "{on} lies in no {kind} of the calendar"),
            Self::NotOfCalendar(kind) => write!(f, "the calendar alone does not say which days a period `{kind}` has"),
            Self::UnknownCycle(name) => write!(f, "the calendar has no cycle `{name}`"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// A text that names no period, or no range of periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelError {
    /// The text.
    pub label: String,
    /// What is wrong with it.
    pub problem: LabelProblem,
    /// How periods are written in this calendar: `2026, 2026-H1, …`.
    pub forms: String,
}

/// What is wrong with a period's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelProblem {
    /// It is written in no known form.
    Form,
    /// It is written well, and there is no such period: why.
    NoSuch(String),
    /// A range whose end comes before its start.
    Backwards,
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, problem, forms } = self;
        match problem {
            LabelProblem::Form => write!(f, "`{label}` is no period: periods are written {forms}"),
            LabelProblem::NoSuch(why) => write!(f, "`{label}` is no period: {why}"),
            LabelProblem::Backwards => write!(f, "the range `{label}` ends before it begins"),
        }
    }
}

impl std::error::Error for LabelError {}
