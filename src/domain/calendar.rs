//! Calendars: from a day to the period that holds it, and from a label to its days.
//!
//! In:   the calendar settings of the project: first month of the fiscal year, or a 4-4-5 pattern with the first
//!       days of its years; pay cycles with their own days.
//! Out:  [`Period`]s, which every later stage counts and pays by.
//! Here: fiscal years, halves and quarters, calendar months, ISO weeks, weeks and months of a 4-4-5 year, cycles,
//!       years from a payee's start. `period` holds the words, `label` reads
//!       what is written, `build` checks the settings.
//! Not here: which payout periods a plan has, proration, leave (the measure stage).
//!
//! Invariant: every day that a calendar covers lies in exactly one period of each kind, and a period's label reads
//! as that period. Tested by `tests::properties::every_day_lies_in_one_period_and_its_label_reads_back`.

mod build;
mod error;
mod label;
mod period;
#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, Months, NaiveDate};
pub use error::{CalendarError, LabelError, LabelProblem};
pub use period::{Period, PeriodKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which calendar year names a fiscal year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelYear {
    /// The one it ends in: July 2025 to June 2026 is 2026.
    #[default]
    Ends,
    /// The one it begins in: July 2025 to June 2026 is 2025.
    Begins,
}

impl LabelYear {
    /// The settings as `earnmark.toml` writes them.
    pub const WORDS: [(&'static str, Self); 2] = [("ends", Self::Ends), ("begins", Self::Begins)];
}

/// How many weeks the three months of a quarter have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Four, four, five.
    FourFourFive,
    /// Four, five, four.
    FourFiveFour,
    /// Five, four, four.
    FiveFourFour,
}

impl Pattern {
    /// The settings as `earnmark.toml` writes them.
    pub const WORDS: [(&'static str, Self); 3] =
        [("4-4-5", Self::FourFourFive), ("4-5-4", Self::FourFiveFour), ("5-4-4", Self::FiveFourFour)];

    /// Weeks of the first, second and third month of a quarter.
    fn weeks(self) -> [u32; 3] {
        match self {
            Self::FourFourFive => [4, 4, 5],
            Self::FourFiveFour => [4, 5, 4],
            Self::FiveFourFour => [5, 4, 4],
        }
    }
}

/// Days of a pay cycle: from each start to the day before the next, the last to `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// First days, in order.
    pub starts: Vec<NaiveDate>,
    /// Last day of the last period.
    pub end: NaiveDate,
}

/// The calendar settings of a project. The default is the calendar year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarSettings {
    /// Month, 1 to 12, on whose first day the fiscal year begins. Not used where there is a pattern.
    pub fiscal_start_month: u32,
    /// Which calendar year names a fiscal year.
    pub label_year: LabelYear,
    /// Months are weeks.
    pub pattern: Option<Pattern>,
    /// With a pattern: first day of each fiscal year, and of the one after the last.
    pub year_starts: Vec<NaiveDate>,
    /// Pay cycles by name.
    pub cycles: BTreeMap<Arc<str>, Cycle>,
}

impl Default for CalendarSettings {
    fn default() -> Self {
        Self {
            fiscal_start_month: 1,
            label_year: LabelYear::default(),
            pattern: None,
            year_starts: Vec::new(),
            cycles: BTreeMap::new(),
        }
    }
}

/// Years that a label can name with its four digits.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// A period of a list, with its number in its year (of a cycle: in the list).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    period: Period,
    number: u32,
}

/// Which day belongs to which period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    fiscal_start_month: u32,
    label_year: LabelYear,
    has_pattern: bool,
    /// The kinds whose periods are listed day by day: all of a pattern, and the cycles. In order, without overlap.
    listed: BTreeMap<PeriodKind, Vec<Listed>>,
    /// The listed periods by label.
    labels: BTreeMap<Arc<str>, Period>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            fiscal_start_month: 1,
            label_year: LabelYear::default(),
            has_pattern: false,
            listed: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }
}

impl Calendar {
    /// The kind of a word: `quarter`, or the name of a cycle.
    #[must_use]
    pub fn kind(&self, word: &str) -> Option<PeriodKind> {
        PeriodKind::standard(word).or_else(|| self.cycles().find(|kind| kind.word() == word).cloned())
    }

    /// All words that [`Self::kind`] knows, to name the nearest.
    #[must_use]
    pub fn kind_words(&self) -> Vec<String> {
        PeriodKind::STANDARD.iter().chain(self.cycles()).map(|kind| kind.word().to_owned()).collect()
    }

    /// The kinds of the cycles.
    fn cycles(&self) -> impl Iterator<Item = &PeriodKind> {
        self.listed.keys().filter(|kind| matches!(kind, PeriodKind::Cycle(_)))
    }

    /// The period of a kind that holds the day `on`.
    ///
    /// # Errors
    /// [`CalendarError::Outside`] where the calendar has no such period for that day, [`CalendarError::NotOfCalendar`]
    /// for the kinds that a payee or a plan has ([`Period::anniversary`], [`Period::of_plan`]),
    /// [`CalendarError::UnknownCycle`].
    pub fn period_of(&self, kind: &PeriodKind, on: NaiveDate) -> Result<Period, CalendarError> {
        Ok(self.numbered(kind, on)?.period)
    }

    /// The period that follows.
    ///
    /// # Errors
    /// As [`Self::period_of`].
    pub fn next(&self, period: &Period) -> Result<Period, CalendarError> {
        let outside = || CalendarError::Outside { kind: period.kind.clone(), on: period.to };
        self.period_of(&period.kind, period.to.succ_opt().ok_or_else(outside)?)
    }

    /// All periods of a kind that share a day with `from` to `to`, in order. Of a pattern or a cycle: those it has.
    ///
    /// # Errors
    /// As [`Self::period_of`], for the days of a calendar without a pattern.
    pub fn periods(&self, kind: &PeriodKind, from: NaiveDate, to: NaiveDate) -> Result<Vec<Period>, CalendarError> {
        if let Some(list) = self.listed.get(kind) {
            let overlap = list.iter().filter(|listed| listed.period.from <= to && from <= listed.period.to);
            return Ok(overlap.map(|listed| listed.period.clone()).collect());
        }
        let mut periods = Vec::new();
        let mut day = from;
        while day <= to {
            let period = self.period_of(kind, day)?;
            let last = period.to;
            periods.push(period);
            match last.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        Ok(periods)
    }

    /// The number of a period in its fiscal year, from 1: of a quarter 1 to 4, of a month 1 to 12. A week has its
    /// number in its label, a period of a cycle its place in the cycle; a year, an anniversary and a plan are 1.
    ///
    /// # Errors
    /// As [`Self::period_of`], for a period that is not of this calendar.
    pub fn number(&self, period: &Period) -> Result<u32, CalendarError> {
        match period.kind {
            PeriodKind::Anniversary | PeriodKind::Plan => Ok(1),
            _ => Ok(self.numbered(&period.kind, period.from)?.number),
        }
    }

    /// The fiscal year that a period counts to: the one that holds its last day.
    ///
    /// # Errors
    /// As [`Self::period_of`].
    pub fn year_of(&self, period: &Period) -> Result<Period, CalendarError> {
        self.period_of(&PeriodKind::Year, period.to)
    }

    /// Whether periods of kind `a` are longer than those of kind `b`, by the longest of each. A plan is longer than
    /// all others.
    #[must_use]
    pub fn is_longer(&self, a: &PeriodKind, b: &PeriodKind) -> bool {
        self.longest_days(a) > self.longest_days(b)
    }

    /// Days of the longest period of a kind.
    fn longest_days(&self, kind: &PeriodKind) -> i64 {
        if let Some(list) = self.listed.get(kind) {
            return list.iter().map(|listed| listed.period.days()).max().unwrap_or(0);
        }
        match kind {
            PeriodKind::Week => 7,
            PeriodKind::Month => 31,
            PeriodKind::Quarter => 92,
            PeriodKind::Half => 184,
            PeriodKind::Year | PeriodKind::Anniversary => 366,
            PeriodKind::Plan => i64::MAX,
            PeriodKind::Cycle(_) => 0,
        }
    }

    /// The period of a kind that holds a day, with its number.
    fn numbered(&self, kind: &PeriodKind, on: NaiveDate) -> Result<Listed, CalendarError> {
        let outside = || CalendarError::Outside { kind: kind.clone(), on };
        if let Some(list) = self.listed.get(kind) {
            let after = list.partition_point(|listed| listed.period.from <= on);
            let holds = after.checked_sub(1).and_then(|place| list.get(place)).filter(|l| l.period.contains(on));
            return holds.cloned().ok_or_else(outside);
        }
        if !YEARS.contains(&on.year()) {
            return Err(outside());
        }
        let found = match kind {
            PeriodKind::Week => week(on),
            PeriodKind::Month => self.months(kind, 1, on),
            PeriodKind::Quarter => self.months(kind, 3, on),
            PeriodKind::Half => self.months(kind, 6, on),
            PeriodKind::Year => self.months(kind, 12, on),
            PeriodKind::Anniversary | PeriodKind::Plan => {
                return Err(CalendarError::NotOfCalendar(kind.clone()));
            }
            PeriodKind::Cycle(name) => return Err(CalendarError::UnknownCycle(Arc::clone(name))),
        };
        found.ok_or_else(outside)
    }

    /// The period of `length` months, counted from the first of the fiscal year, that holds a day.
    /// The year is 1 to 9999, so that none of the sums below can leave its type.
    fn months(&self, kind: &PeriodKind, length: u32, on: NaiveDate) -> Option<Listed> {
        let passed = on.month().saturating_add(12).saturating_sub(self.fiscal_start_month) % 12; // of the fiscal year
        let place = passed.checked_div(length)?;
        let month_start = on.with_day(1)?;
        let year_start = month_start.checked_sub_months(Months::new(passed))?;
        let from = year_start.checked_add_months(Months::new(place.checked_mul(length)?))?;
        let to = from.checked_add_months(Months::new(length))?.pred_opt()?;
        let year = self.named_year(year_start);
        let number = place.saturating_add(1);
        let label = match kind {
            PeriodKind::Month => format!("{:04}-{:02}", from.year(), from.month()),
            PeriodKind::Quarter => format!("{year:04}-Q{number}"),
            PeriodKind::Half => format!("{year:04}-H{number}"),
            _ => format!("{year:04}"),
        };
        let named = if *kind == PeriodKind::Month { from.year() } else { year };
        let period = Period { kind: kind.clone(), label: Arc::from(label), from, to };
        YEARS.contains(&named).then_some(Listed { period, number })
    }

    /// The number that names the fiscal year which begins on a day, where there is no pattern.
    fn named_year(&self, year_start: NaiveDate) -> i32 {
        let ends_later = self.fiscal_start_month != 1 && self.label_year == LabelYear::Ends;
        year_start.year().saturating_add(i32::from(ends_later))
    }
}

/// The ISO week that holds a day.
fn week(on: NaiveDate) -> Option<Listed> {
    let from = on.checked_sub_days(Days::new(on.weekday().num_days_from_monday().into()))?;
    let to = from.checked_add_days(Days::new(6))?;
    let number = on.iso_week().week();
    let year = on.iso_week().year();
    let label = Arc::from(format!("{year:04}-W{number:02}"));
    YEARS.contains(&year).then_some(Listed { period: Period { kind: PeriodKind::Week, label, from, to }, number })
}
