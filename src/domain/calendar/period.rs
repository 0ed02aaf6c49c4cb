//! Kinds of periods, and a period: its kind, its label, its days. Those of a payee's years and of a plan are made here,
//! all others by the calendar.

use super::{CalendarError, YEARS};
use chrono::{Datelike, NaiveDate};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// What a period is one of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodKind {
    /// Monday to Sunday, or a week of a 4-4-5 year.
    Week,
    /// A calendar month, or four or five weeks of a 4-4-5 year.
    Month,
    /// A quarter of the fiscal year.
    Quarter,
    /// A half of the fiscal year.
    Half,
    /// A fiscal year.
    Year,
    /// Twelve months from a payee's start, or from the same day of a later year.
    Anniversary,
    /// All days of a plan.
    Plan,
    /// A pay cycle that the project defines, by its name.
    Cycle(Arc<str>),
}

impl PeriodKind {
    /// The kinds that every calendar has, shortest first.
    pub const STANDARD: [Self; 7] =
        [Self::Week, Self::Month, Self::Quarter, Self::Half, Self::Year, Self::Anniversary, Self::Plan];

    /// The word that plans and settings use: `quarter`, or the name of the cycle.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Year => "year",
            Self::Anniversary => "anniversary",
            Self::Plan => "plan",
            Self::Cycle(name) => name,
        }
    }

    /// The kind of a word that every calendar has.
    pub(super) fn standard(word: &str) -> Option<Self> {
        Self::STANDARD.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for PeriodKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Days that belong together: both the first and the last are included. Ordered by first day, last day, label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// What it is one of.
    pub kind: PeriodKind,
    /// How it is written: `2026-Q1`.
    pub label: Arc<str>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// All days of a plan, labelled `plan`.
    #[must_use]
    pub fn of_plan(from: NaiveDate, to: NaiveDate) -> Self {
        Self { kind: PeriodKind::Plan, label: Arc::from("plan"), from, to }
    }

    /// The year from a payee's `start`, or from the same day of another year, that holds the day `on`. A start on
    /// 29 February begins on the 28th in other years. Labelled with its first day: `2026-03-01+1y`.
    ///
    /// # Errors
    /// [`CalendarError::Outside`] where the period leaves the years 1 to 9999.
    pub fn anniversary(start: NaiveDate, on: NaiveDate) -> Result<Self, CalendarError> {
        let outside = || CalendarError::Outside { kind: PeriodKind::Anniversary, on };
        let begins = |year: i32| in_year(start, year).ok_or_else(outside);
        let this = begins(on.year())?;
        let first_year = if this <= on { on.year() } else { on.year().saturating_sub(1) };
        let from = begins(first_year)?;
        let to = begins(first_year.saturating_add(1))?.pred_opt().ok_or_else(outside)?;
        if !YEARS.contains(&from.year()) {
            return Err(outside());
        }
        Ok(Self { kind: PeriodKind::Anniversary, label: Arc::from(format!("{from}+1y")), from, to })
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }

    /// Number of days.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.to.signed_duration_since(self.from).num_days().saturating_add(1)
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |p: &Self| (p.from, p.to);
        key(self).cmp(&key(other)).then_with(|| self.label.cmp(&other.label)).then_with(|| self.kind.cmp(&other.kind))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// The same day of another year; 29 February is the 28th where there is none.
fn in_year(day: NaiveDate, year: i32) -> Option<NaiveDate> {
    let same = NaiveDate::from_ymd_opt(year, day.month(), day.day());
    same.or_else(|| NaiveDate::from_ymd_opt(year, day.month(), 28).filter(|_| day.day() == 29))
}
