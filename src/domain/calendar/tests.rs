//! Calendars worked by hand; `properties` has what holds in all of them.

mod properties;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar(settings: CalendarSettings) -> Calendar {
    Calendar::new(settings).unwrap()
}

fn fiscal(month: u32, label_year: LabelYear) -> Calendar {
    calendar(CalendarSettings { fiscal_start_month: month, label_year, ..CalendarSettings::default() })
}

fn weeks(pattern: Pattern, label_year: LabelYear, starts: &[&str]) -> Result<Calendar, CalendarError> {
    let year_starts = starts.iter().map(|start| day(start)).collect();
    Calendar::new(CalendarSettings { pattern: Some(pattern), label_year, year_starts, ..CalendarSettings::default() })
}

fn cycle(name: &str, starts: &[&str], end: &str) -> CalendarSettings {
    let cycle = Cycle { starts: starts.iter().map(|start| day(start)).collect(), end: day(end) };
    CalendarSettings { cycles: BTreeMap::from([(Arc::from(name), cycle)]), ..CalendarSettings::default() }
}

/// `label from..to number` of the period that holds a day.
fn shown(calendar: &Calendar, kind: &str, on: &str) -> String {
    let period = calendar.period_of(&calendar.kind(kind).unwrap(), day(on)).unwrap();
    let number = calendar.number(&period).unwrap();
    assert_eq!(calendar.parse(&period.label).unwrap(), period);
    format!("{period} {}..{} {number}", period.from, period.to)
}

#[test]
fn the_calendar_year() {
    let plain = Calendar::default();
    assert_eq!(plain, calendar(CalendarSettings::default()));
    for (kind, on, expected) in [
        ("year", "2026-12-31", "2026 2026-01-01..2026-12-31 1"),
        ("half", "2026-06-30", "2026-H1 2026-01-01..2026-06-30 1"),
        ("half", "2026-07-01", "2026-H2 2026-07-01..2026-12-31 2"),
        ("quarter", "2026-03-31", "2026-Q1 2026-01-01..2026-03-31 1"),
        ("quarter", "2026-11-05", "2026-Q4 2026-10-01..2026-12-31 4"),
        ("month", "2028-02-29", "2028-02 2028-02-01..2028-02-29 2"),
        ("month", "2026-02-01", "2026-02 2026-02-01..2026-02-28 2"),
    ] {
        assert_eq!(shown(&plain, kind, on), expected);
    }
}

#[test]
fn a_fiscal_year_is_named_by_the_year_it_ends_or_begins_in() {
    let ends = fiscal(7, LabelYear::Ends);
    for (kind, on, expected) in [
        ("year", "2025-07-01", "2026 2025-07-01..2026-06-30 1"),
        ("year", "2026-06-30", "2026 2025-07-01..2026-06-30 1"),
        ("half", "2026-01-01", "2026-H2 2026-01-01..2026-06-30 2"),
        ("quarter", "2025-11-30", "2026-Q2 2025-10-01..2025-12-31 2"),
        ("month", "2025-11-30", "2025-11 2025-11-01..2025-11-30 5"), // the fifth from July, labelled as the calendar does
        ("month", "2026-06-01", "2026-06 2026-06-01..2026-06-30 12"),
    ] {
        assert_eq!(shown(&ends, kind, on), expected);
    }
    let begins = fiscal(7, LabelYear::Begins);
    assert_eq!(shown(&begins, "quarter", "2025-11-30"), "2025-Q2 2025-10-01..2025-12-31 2");
    assert_eq!(shown(&fiscal(2, LabelYear::Ends), "quarter", "2027-01-31"), "2027-Q4 2026-11-01..2027-01-31 4");
    assert_eq!(shown(&fiscal(12, LabelYear::Ends), "quarter", "2027-12-01"), "2028-Q1 2027-12-01..2028-02-29 1");
    // A year that is the calendar year begins and ends in the same one.
    assert_eq!(shown(&fiscal(1, LabelYear::Begins), "year", "2026-05-05"), "2026 2026-01-01..2026-12-31 1");
}

#[test]
fn weeks_are_those_of_iso_8601() {
    let plain = Calendar::default();
    for (on, expected) in [
        ("2026-01-01", "2026-W01 2025-12-29..2026-01-04 1"),
        ("2025-12-29", "2026-W01 2025-12-29..2026-01-04 1"),
        ("2021-01-03", "2020-W53 2020-12-28..2021-01-03 53"),
        ("2027-01-01", "2026-W53 2026-12-28..2027-01-03 53"), // 2026 begins on a Thursday
        ("2026-01-31", "2026-W05 2026-01-26..2026-02-01 5"),
    ] {
        assert_eq!(shown(&plain, "week", on), expected);
    }
    let turn = plain.period_of(&PeriodKind::Week, day("2026-01-01")).unwrap();
    assert_eq!(&*plain.year_of(&turn).unwrap().label, "2026"); // its last day is in 2026
}

#[test]
fn a_year_of_weeks_and_its_53rd() {
    // 29 January 2023 to 3 February 2024 are 371 days; the year after it has 364.
    let retail = weeks(Pattern::FourFiveFour, LabelYear::Begins, &["2023-01-29", "2024-02-04", "2025-02-02"]).unwrap();
    for (kind, on, expected) in [
        ("year", "2024-02-03", "2023 2023-01-29..2024-02-03 1"),
        ("half", "2023-07-29", "2023-H1 2023-01-29..2023-07-29 1"), // 26 weeks
        ("half", "2023-07-30", "2023-H2 2023-07-30..2024-02-03 2"), // 27 weeks
        ("quarter", "2023-04-29", "2023-Q1 2023-01-29..2023-04-29 1"),
        ("quarter", "2023-10-29", "2023-Q4 2023-10-29..2024-02-03 4"), // 14 weeks
        ("month", "2023-02-25", "2023-01 2023-01-29..2023-02-25 1"),   // 4 weeks
        ("month", "2023-02-26", "2023-02 2023-02-26..2023-04-01 2"),   // 5
        ("month", "2024-02-03", "2023-12 2023-12-31..2024-02-03 12"),  // 4 and the 53rd
        ("month", "2025-02-01", "2024-12 2025-01-05..2025-02-01 12"),  // 4
        ("week", "2024-02-01", "2023-W53 2024-01-28..2024-02-03 53"),
        ("week", "2024-02-04", "2024-W01 2024-02-04..2024-02-10 1"),
    ] {
        assert_eq!(shown(&retail, kind, on), expected);
    }
    let longest = |pattern| weeks(pattern, LabelYear::Begins, &["2024-02-04", "2025-02-02"]).unwrap();
    let lengths = |pattern| {
        let months = longest(pattern).periods(&PeriodKind::Month, day("2024-02-04"), day("2024-05-04")).unwrap();
        months.iter().map(|month| month.days() / 7).collect::<Vec<_>>()
    };
    assert_eq!(lengths(Pattern::FourFourFive), [4, 4, 5]);
    assert_eq!(lengths(Pattern::FourFiveFour), [4, 5, 4]);
    assert_eq!(lengths(Pattern::FiveFourFour), [5, 4, 4]);
    assert_eq!(
        retail.period_of(&PeriodKind::Month, day("2023-01-28")).unwrap_err().to_string(),
        "2023-01-28 lies in no month of the calendar"
    );
    assert_eq!(retail.parse("2024-W53").unwrap_err().to_string(), "`2024-W53` is no period: 2024 has 52 weeks");
    assert_eq!(
        retail.parse("2025-Q1").unwrap_err().to_string(),
        "`2025-Q1` is no period: the calendar goes from 2023-01-29 to 2025-02-01"
    );
}

#[test]
fn a_year_that_ends_a_day_into_january_keeps_its_number() {
    // The Saturday nearest to the end of December: 2 January 2021, 1 January 2022, 31 December 2022, 30 December 2023.
    let starts = ["2019-12-29", "2021-01-03", "2022-01-02", "2023-01-01", "2023-12-31"];
    for label_year in [LabelYear::Ends, LabelYear::Begins] {
        let nearest = weeks(Pattern::FourFourFive, label_year, &starts).unwrap();
        let years = nearest.periods(&PeriodKind::Year, day("2019-12-29"), day("2023-12-30")).unwrap();
        assert_eq!(years.iter().map(|year| &*year.label).collect::<Vec<_>>(), ["2020", "2021", "2022", "2023"]);
    }
}

#[test]
fn a_cycle_has_its_own_days() {
    let every_four_weeks = calendar(cycle("pay run", &["2026-01-05", "2026-02-02", "2026-03-02"], "2026-03-29"));
    assert_eq!(shown(&every_four_weeks, "pay run", "2026-02-01"), "pay run-2026-01-05 2026-01-05..2026-02-01 1");
    assert_eq!(shown(&every_four_weeks, "pay run", "2026-03-29"), "pay run-2026-03-02 2026-03-02..2026-03-29 3");
    let kind = every_four_weeks.kind("pay run").unwrap();
    for outside in ["2026-01-04", "2026-03-30"] {
        let error = every_four_weeks.period_of(&kind, day(outside)).unwrap_err();
        assert_eq!(error, CalendarError::Outside { kind: kind.clone(), on: day(outside) });
    }
    let all = every_four_weeks.periods(&kind, day("2025-01-01"), day("2027-01-01")).unwrap();
    assert_eq!(all.len(), 3);
    assert!(every_four_weeks.next(&all[2]).is_err());
    assert_eq!(every_four_weeks.next(&all[0]).unwrap(), all[1]);
    assert_eq!(every_four_weeks.kind_words().last().unwrap(), "pay run");
    assert!(every_four_weeks.is_longer(&PeriodKind::Month, &kind));
    assert!(every_four_weeks.is_longer(&kind, &PeriodKind::Week));
    let (first, last) = every_four_weeks.parse_span("pay run-2026-01-05..pay run-2026-03-02").unwrap();
    assert_eq!((first, last), (all[0].clone(), all[2].clone()));
    assert_eq!(
        every_four_weeks.parse("pay run-2026-02-03").unwrap_err().to_string(),
        "`pay run-2026-02-03` is no period: no period of the cycle `pay run` begins on that day; \
         did you mean `pay run-2026-02-02`?"
    );
}

#[test]
fn years_from_a_start() {
    for (start, on, expected) in [
        ("2025-03-01", "2026-02-28", "2025-03-01+1y 2025-03-01..2026-02-28"),
        ("2025-03-01", "2026-03-01", "2026-03-01+1y 2026-03-01..2027-02-28"),
        ("2024-02-29", "2024-02-29", "2024-02-29+1y 2024-02-29..2025-02-27"),
        ("2024-02-29", "2025-02-28", "2025-02-28+1y 2025-02-28..2026-02-27"),
        ("2024-02-29", "2028-02-28", "2027-02-28+1y 2027-02-28..2028-02-28"),
        ("2024-02-29", "2028-02-29", "2028-02-29+1y 2028-02-29..2029-02-27"),
        ("2025-03-01", "2024-12-31", "2024-03-01+1y 2024-03-01..2025-02-28"),
        ("2023-12-31", "2024-12-30", "2023-12-31+1y 2023-12-31..2024-12-30"),
    ] {
        let period = Period::anniversary(day(start), day(on)).unwrap();
        assert_eq!(format!("{period} {}..{}", period.from, period.to), expected);
    }
}

#[test]
fn settings_that_are_no_calendar() {
    let message = |result: Result<Calendar, CalendarError>| {
        let error = result.unwrap_err();
        assert_eq!(error.code(), crate::domain::diagnostic::Code::BadCalendar);
        error.to_string()
    };
    let month = |fiscal_start_month| CalendarSettings { fiscal_start_month, ..CalendarSettings::default() };
    assert!(message(Calendar::new(month(13))).contains("month 13"));
    assert!(message(Calendar::new(month(0))).contains("month 0"));
    assert!(message(weeks(Pattern::FourFourFive, LabelYear::Ends, &["2026-01-04"])).contains("needs `year_starts`"));
    assert_eq!(
        message(weeks(Pattern::FourFourFive, LabelYear::Ends, &["2026-01-04", "2027-01-01"])),
        "the fiscal year from 2026-01-04 to the next start 2027-01-01 has 362 days, not 52 or 53 weeks"
    );
    // Years of 52 weeks only drift: sooner or later two of them have one name.
    let drift = ["2025-01-10", "2026-01-09", "2027-01-08"];
    assert_eq!(
        message(weeks(Pattern::FourFourFive, LabelYear::Ends, &drift)),
        "the fiscal years from 2025-01-10 and from 2026-01-09 would both be named 2026"
    );
    let starts = vec![day("2026-01-04"), day("2027-01-03")];
    let no_pattern = CalendarSettings { year_starts: starts, ..CalendarSettings::default() };
    assert!(message(Calendar::new(no_pattern)).contains("`pattern`"));
    assert!(message(Calendar::new(cycle("week", &["2026-01-05"], "2026-01-06"))).contains("named `week`"));
    assert!(message(Calendar::new(cycle(" ", &["2026-01-05"], "2026-01-06"))).contains("blank"));
    assert!(message(Calendar::new(cycle("a..b", &["2026-01-05"], "2026-01-06"))).contains("range"));
    assert!(message(Calendar::new(cycle("run", &[], "2026-01-06"))).contains("no starts"));
    assert_eq!(
        message(Calendar::new(cycle("run", &["2026-02-05", "2026-02-05"], "2026-03-06"))),
        "the days of the cycle `run` are out of order: 2026-02-05 comes after 2026-02-05"
    );
    assert!(message(Calendar::new(cycle("run", &["2026-02-05"], "2026-02-04"))).contains("2026-02-04 comes after"));
}

#[test]
fn labels_as_people_write_them() {
    let plain = Calendar::default();
    assert_eq!(plain.parse("2026Q1").unwrap(), plain.parse("2026-Q1").unwrap());
    assert_eq!(plain.parse_span("2026-Q1").unwrap().0, plain.parse_span("2026-Q1").unwrap().1);
    let (first, last) = plain.parse_span("2026-Q1..2027-Q2").unwrap();
    assert_eq!((&*first.label, last.to), ("2026-Q1", day("2027-06-30")));
    for (text, expected) in [
        ("2026-Q5", "`2026-Q5` is no period: a year has 4 quarters, from 1 to 4"),
        ("2026-H0", "`2026-H0` is no period: a year has 2 halves, from 1 to 2"),
        ("2026-13", "`2026-13` is no period: a year has 12 months, from 1 to 12"),
        ("2025-W53", "`2025-W53` is no period: 2025 has 52 weeks"),
        ("2025-W54", "`2025-W54` is no period: a year has 53 weeks at most, from 1 to 53"),
        ("0000", "`0000` is no period: years go from 0001 to 9999"),
        ("plan", "`plan` is no period: a plan's days are in its script"),
        ("2026-03-01+1y", "`2026-03-01+1y` is no period: a payee's own years follow from the start date"),
        ("2026-1", "`2026-1` is no period: periods are written 2026, 2026-H1, 2026-Q1, 2026-01, 2026-W05"),
        ("2026-Q2..2026-Q1", "the range `2026-Q2..2026-Q1` ends before it begins"),
        ("2026-Q1..", "`` is no period: periods are written 2026, 2026-H1, 2026-Q1, 2026-01, 2026-W05"),
    ] {
        assert_eq!(plain.parse_span(text).unwrap_err().to_string(), expected);
    }
    for text in ["", "26", "2026-", "2026-q1", "2026-Q١", "٢٠٢٦", "20261", "2026-001", "2026-W5", "+026", "2026 Q1"]
    {
        assert_eq!(plain.parse(text).unwrap_err().problem, LabelProblem::Form, "{text}");
    }
}

#[test]
fn lengths_compare() {
    let plain = Calendar::default();
    for pair in PeriodKind::STANDARD.windows(2) {
        let equal = pair == [PeriodKind::Year, PeriodKind::Anniversary];
        assert_eq!(plain.is_longer(&pair[1], &pair[0]), !equal, "{pair:?}");
        assert!(!plain.is_longer(&pair[0], &pair[1]));
    }
}

#[test]
fn periods_are_ordered_by_their_days() {
    let plain = Calendar::default();
    let mut periods: Vec<_> = ["2026-02", "2026", "2026-01", "2026-Q1"].map(|label| plain.parse(label).unwrap()).into();
    periods.sort();
    assert_eq!(periods.iter().map(|p| &*p.label).collect::<Vec<_>>(), ["2026-01", "2026-Q1", "2026", "2026-02"]);
}
