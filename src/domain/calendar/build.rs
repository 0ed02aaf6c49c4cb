//! From the settings to a calendar: checks them, and lists the periods of a 4-4-5 pattern and of the cycles.

use super::{Calendar, CalendarError, CalendarSettings, Cycle, LabelYear, Listed, Pattern, Period, PeriodKind, YEARS};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days of a year of 52 weeks, and of one of 53.
const YEAR_DAYS: [i64; 2] = [364, 371];

impl Calendar {
    /// The calendar of the settings.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use earnmark::domain::calendar::{Calendar, CalendarSettings, PeriodKind};
    ///
    /// let from_july = CalendarSettings { fiscal_start_month: 7, ..CalendarSettings::default() };
    /// let calendar = Calendar::new(from_july)?;
    /// let day = NaiveDate::from_ymd_opt(2025, 11, 30).ok_or("no such day")?;
    /// let quarter = calendar.period_of(&PeriodKind::Quarter, day)?;
    /// assert_eq!(&*quarter.label, "2026-Q2");
    /// assert_eq!(calendar.parse("2026-Q2")?, quarter);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the settings: see [`CalendarError`].
    pub fn new(settings: CalendarSettings) -> Result<Self, CalendarError> {
        let CalendarSettings { fiscal_start_month, label_year, pattern, year_starts, cycles } = settings;
        if !(1..=12).contains(&fiscal_start_month) {
            return Err(CalendarError::FiscalStart(fiscal_start_month));
        }
        let mut listed = match pattern {
            Some(pattern) => years_of_weeks(pattern, label_year, &year_starts)?,
            None if year_starts.is_empty() => BTreeMap::new(),
            None => return Err(CalendarError::NeedsPattern),
        };
        for (name, cycle) in &cycles {
            listed.insert(PeriodKind::Cycle(Arc::clone(name)), cycle_periods(name, cycle)?);
        }
        let by_label = |entry: &Listed| (Arc::clone(&entry.period.label), entry.period.clone());
        let labels = listed.values().flatten().map(by_label).collect();
        Ok(Self { fiscal_start_month, label_year, has_pattern: pattern.is_some(), listed, labels })
    }
}

/// The periods of all years of a pattern, by kind.
fn years_of_weeks(
    pattern: Pattern,
    label_year: LabelYear,
    starts: &[NaiveDate],
) -> Result<BTreeMap<PeriodKind, Vec<Listed>>, CalendarError> {
    if starts.len() < 2 {
        return Err(CalendarError::NeedsYearStarts);
    }
    let mut listed: BTreeMap<PeriodKind, Vec<Listed>> = BTreeMap::new();
    let mut named: BTreeMap<i32, NaiveDate> = BTreeMap::new();
    for (start, next) in starts.iter().copied().zip(starts.iter().copied().skip(1)) {
        let days = next.signed_duration_since(start).num_days();
        if !YEAR_DAYS.contains(&days) {
            return Err(CalendarError::YearLength { start, next });
        }
        let no_name = CalendarError::YearName { start };
        let year = name_of(label_year, start, next).filter(|year| YEARS.contains(year)).ok_or(no_name)?;
        if let Some(first) = named.insert(year, start) {
            return Err(CalendarError::SameYear { year, first, second: start });
        }
        for (kind, number, label, weeks) in parts(pattern, year, days == 371) {
            let days_to = |weeks: u32| Days::new(u64::from(weeks).saturating_mul(7));
            let bounds = start.checked_add_days(days_to(weeks.0)).zip(start.checked_add_days(days_to(weeks.1)));
            let bounds = bounds.and_then(|(from, after)| Some((from, after.pred_opt()?)));
            let (from, to) = bounds.ok_or(CalendarError::YearLength { start, next })?;
            let period = Period { kind: kind.clone(), label: Arc::from(label), from, to };
            listed.entry(kind).or_default().push(Listed { period, number });
        }
    }
    Ok(listed)
}

/// The number that names a year of weeks.
///
/// Such years end on one weekday, so that the last day of a year that belongs to December may fall on 2 January.
/// Hence a week of grace: named is the calendar year that holds the day a week before the last (or after the first).
/// The years that end on 1 January and on 31 December 2022 are 2021 and 2022, not 2022 twice.
fn name_of(label_year: LabelYear, start: NaiveDate, next: NaiveDate) -> Option<i32> {
    let day = match label_year {
        LabelYear::Ends => next.checked_sub_days(Days::new(8)),
        LabelYear::Begins => start.checked_add_days(Days::new(7)),
    };
    day.map(|day| day.year())
}

/// A part of a year of weeks: kind, number, label, and the weeks before it and to its end.
type Part = (PeriodKind, u32, String, (u32, u32));

/// The parts of a year: weeks, months, quarters, halves and the year. A 53rd week joins the last of each.
fn parts(pattern: Pattern, year: i32, long: bool) -> Vec<Part> {
    let extra = u32::from(long);
    let total = 52_u32.saturating_add(extra);
    let mut parts = Vec::new();
    for week in 1..=total {
        parts.push((PeriodKind::Week, week, format!("{year:04}-W{week:02}"), (week.saturating_sub(1), week)));
    }
    let mut before = 0_u32;
    for (number, weeks) in (1_u32..).zip(pattern.weeks().into_iter().cycle().take(12)) {
        let after = if number == 12 { total } else { before.saturating_add(weeks) };
        parts.push((PeriodKind::Month, number, format!("{year:04}-{number:02}"), (before, after)));
        before = after;
    }
    let halves = [(1, 0, 26), (2, 26, total)];
    let quarters = [(1, 0, 13), (2, 13, 26), (3, 26, 39), (4, 39, total)];
    for (number, from, to) in quarters {
        parts.push((PeriodKind::Quarter, number, format!("{year:04}-Q{number}"), (from, to)));
    }
    for (number, from, to) in halves {
        parts.push((PeriodKind::Half, number, format!("{year:04}-H{number}"), (from, to)));
    }
    parts.push((PeriodKind::Year, 1, format!("{year:04}"), (0, total)));
    parts
}

/// The periods of a cycle.
fn cycle_periods(name: &Arc<str>, cycle: &Cycle) -> Result<Vec<Listed>, CalendarError> {
    let bad_name = |why| Err(CalendarError::CycleName { name: Arc::clone(name), why });
    if name.trim().is_empty() {
        return bad_name("it is blank");
    }
    if PeriodKind::standard(name).is_some() {
        return bad_name("every calendar has a period of that name");
    }
    if name.contains("..") {
        return bad_name("two points stand between the ends of a range");
    }
    if cycle.starts.is_empty() {
        return Err(CalendarError::CycleEmpty(Arc::clone(name)));
    }
    let nexts = cycle.starts.iter().skip(1).copied().map(Some).chain([None]);
    let mut periods = Vec::new();
    for ((number, start), next) in (1_u32..).zip(cycle.starts.iter().copied()).zip(nexts) {
        let last = next.map_or(Some(cycle.end), |next| next.pred_opt());
        let to = last.filter(|last| start <= *last).ok_or_else(|| CalendarError::CycleOrder {
            name: Arc::clone(name),
            start,
            next: next.unwrap_or(cycle.end),
        })?;
        let kind = PeriodKind::Cycle(Arc::clone(name));
        let label = Arc::from(format!("{name}-{start}"));
        periods.push(Listed { period: Period { kind, label, from: start, to }, number });
    }
    Ok(periods)
}
