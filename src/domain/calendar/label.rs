//! Reads the labels of periods: `2026-Q1`, and ranges of them: `2026-Q1..2027-Q2`.

use super::{Calendar, LabelError, LabelProblem, Period, PeriodKind};
use crate::domain::diagnostic::nearest;
use chrono::{Months, NaiveDate, Weekday};

/// A label taken apart: the year, and what of it.
struct Written {
    kind: PeriodKind,
    year: i32,
    number: u32,
}

impl Calendar {
    /// The period of a label: `2026`, `2026-H1`, `2026-Q1` (or `2026Q1`), `2026-01`, `2026-W05`, and a cycle's name
    /// with the first day, `quota-2011-05-31`. Not those of an anniversary or a plan, whose days the label alone
    /// does not say.
    ///
    /// # Errors
    /// [`LabelError`]: another form, or no such period in this calendar.
    pub fn parse(&self, label: &str) -> Result<Period, LabelError> {
        if let Some(period) = self.labels.get(label) {
            return Ok(period.clone());
        }
        let Some(written) = take_apart(label) else {
            return Err(self.not_written_so(label));
        };
        if self.has_pattern {
            let known = self.labels.get(&*written.label());
            return known.cloned().ok_or_else(|| self.error(label, LabelProblem::NoSuch(self.no_such(&written))));
        }
        let found = self.first_day(&written).and_then(|day| self.period_of(&written.kind, day).ok());
        found
            .filter(|period| *period.label == written.label())
            .ok_or_else(|| self.error(label, LabelProblem::NoSuch(self.no_such(&written))))
    }

    /// The first and the last period of a range, `2026-Q1..2027-Q2`; of one label, the same twice.
    ///
    /// # Errors
    /// [`LabelError`]: of either label, or a range that ends before it begins.
    pub fn parse_span(&self, text: &str) -> Result<(Period, Period), LabelError> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (self.parse(first)?, self.parse(last)?);
        if last.from < first.from || last.to < first.to {
            return Err(self.error(text, LabelProblem::Backwards));
        }
        Ok((first, last))
    }

    fn error(&self, label: &str, problem: LabelProblem) -> LabelError {
        LabelError { label: label.to_owned(), problem, forms: self.forms() }
    }

    /// How periods are written here.
    fn forms(&self) -> String {
        let mut forms = "2026, 2026-H1, 2026-Q1, 2026-01, 2026-W05".to_owned();
        for kind in self.cycles() {
            let first = self.listed.get(kind).and_then(|list| list.first());
            forms.extend(first.map(|listed| format!(", {}", listed.period.label)));
        }
        forms
    }

    /// What is wrong with a label that is in none of the standard forms.
    fn not_written_so(&self, label: &str) -> LabelError {
        let of_cycle = self.cycles().find(|kind| label.strip_prefix(kind.word()).is_some_and(|r| r.starts_with('-')));
        let problem = match (of_cycle, label.ends_with("+1y"), label) {
            (Some(cycle), ..) => {
                let labels = self.listed.get(cycle).into_iter().flatten().map(|listed| &*listed.period.label);
                let meant = nearest(label, labels).map(|label| format!("; did you mean `{label}`?"));
                let meant = meant.unwrap_or_default();
                LabelProblem::NoSuch(format!("no period of the cycle `{cycle}` begins on that day{meant}"))
            }
            (None, true, _) => LabelProblem::NoSuch("a payee's own years follow from the start date".to_owned()),
            (None, false, "plan") => LabelProblem::NoSuch("a plan's days are in its script".to_owned()),
            _ => LabelProblem::Form,
        };
        self.error(label, problem)
    }

    /// Why a well-written label names nothing.
    fn no_such(&self, written: &Written) -> String {
        let limits = |count: u32, kind: &str| format!("a year has {count} {kind}, from 1 to {count}");
        match (&written.kind, written.number) {
            (PeriodKind::Half, n) if !(1..=2).contains(&n) => limits(2, "halves"),
            (PeriodKind::Quarter, n) if !(1..=4).contains(&n) => limits(4, "quarters"),
            (PeriodKind::Month, n) if !(1..=12).contains(&n) => limits(12, "months"),
            (PeriodKind::Week, n) if !(1..=53).contains(&n) => limits(53, "weeks at most"),
            (PeriodKind::Week, 53) if !self.has_pattern || self.has_year(written.year) => {
                format!("{:04} has 52 weeks", written.year)
            }
            _ => match self.listed_days() {
                Some((from, to)) => format!("the calendar goes from {from} to {to}"),
                None => "years go from 0001 to 9999".to_owned(),
            },
        }
    }

    /// Whether the pattern has a year of that number.
    fn has_year(&self, year: i32) -> bool {
        self.labels.contains_key(&*format!("{year:04}"))
    }

    /// First and last day of the pattern's years.
    fn listed_days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let years = self.listed.get(&PeriodKind::Year)?;
        years.first().zip(years.last()).map(|(first, last)| (first.period.from, last.period.to))
    }

    /// The first day of what is written, where there is no pattern.
    fn first_day(&self, written: &Written) -> Option<NaiveDate> {
        let Written { kind, year, number } = written;
        let length = match kind {
            PeriodKind::Week => return NaiveDate::from_isoywd_opt(*year, *number, Weekday::Mon),
            PeriodKind::Month => return NaiveDate::from_ymd_opt(*year, *number, 1),
            PeriodKind::Quarter => 3,
            PeriodKind::Half => 6,
            _ => 12_u32,
        };
        let named_by_year_before =
            self.named_year(NaiveDate::from_ymd_opt(*year, self.fiscal_start_month, 1)?) != *year;
        let starts_in = year.checked_sub(i32::from(named_by_year_before))?;
        let passed = number.checked_sub(1)?.checked_mul(length)?;
        NaiveDate::from_ymd_opt(starts_in, self.fiscal_start_month, 1)?.checked_add_months(Months::new(passed))
    }
}

impl Written {
    /// The label as it is printed.
    fn label(&self) -> String {
        let Self { kind, year, number } = self;
        match kind {
            PeriodKind::Week => format!("{year:04}-W{number:02}"),
            PeriodKind::Month => format!("{year:04}-{number:02}"),
            PeriodKind::Quarter => format!("{year:04}-Q{number}"),
            PeriodKind::Half => format!("{year:04}-H{number}"),
            _ => format!("{year:04}"),
        }
    }
}

/// A standard label taken apart; `None` where it is written otherwise.
fn take_apart(label: &str) -> Option<Written> {
    let (year, rest) = label.split_at_checked(4)?;
    let year = i32::try_from(digits(year, 4)?).ok()?;
    if rest.is_empty() {
        return Some(Written { kind: PeriodKind::Year, year, number: 1 });
    }
    let (dash, part) = rest.strip_prefix('-').map_or((false, rest), |part| (true, part));
    let written = |kind, number: Option<u32>| number.map(|number| Written { kind, year, number });
    if let Some(number) = part.strip_prefix('Q') {
        return written(PeriodKind::Quarter, digits(number, 1));
    }
    if let Some(number) = part.strip_prefix('H') {
        return written(PeriodKind::Half, digits(number, 1));
    }
    if let Some(number) = part.strip_prefix('W') {
        return written(PeriodKind::Week, digits(number, 2));
    }
    if dash { written(PeriodKind::Month, digits(part, 2)) } else { None }
}

/// A number of exactly so many ASCII digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}
