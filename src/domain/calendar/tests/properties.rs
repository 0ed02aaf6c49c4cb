//! What holds in every calendar, on every day, for every text.

use super::*;
use proptest::prelude::*;

/// Any calendar, and a day that it covers.
fn any_calendar() -> impl Strategy<Value = (Calendar, NaiveDate)> {
    let label = prop_oneof![Just(LabelYear::Ends), Just(LabelYear::Begins)];
    let plain =
        (1_u32..=12, label.clone(), 2_i32..=9990, 1_u32..=366).prop_map(|(month, label_year, year, ordinal)| {
            let on = NaiveDate::from_yo_opt(year, ordinal).or_else(|| NaiveDate::from_yo_opt(year, 365)).unwrap();
            (fiscal(month, label_year), on)
        });
    let patterns = Pattern::WORDS.map(|(_, pattern)| pattern);
    let first = (1900_i32..2100, 1_u32..=366);
    let long = proptest::collection::vec(prop::bool::weighted(0.18), 1..12);
    let of_weeks = (0_usize..3, label, first, long, 0_u64..10_000).prop_filter_map(
        "two years of one name",
        move |(pattern, label_year, (year, ordinal), long, pick)| {
            let mut year_starts = vec![NaiveDate::from_yo_opt(year, ordinal)?];
            for is_long in long {
                let days = if is_long { 371 } else { 364 };
                year_starts.push(year_starts.last()?.checked_add_days(Days::new(days))?);
            }
            let days = year_starts.last()?.signed_duration_since(year_starts[0]).num_days();
            let on = year_starts[0].checked_add_days(Days::new(pick.checked_rem(u64::try_from(days).ok()?)?))?;
            let settings = CalendarSettings {
                pattern: Some(patterns[pattern]),
                label_year,
                cycles: BTreeMap::from([(
                    Arc::from("run"),
                    Cycle { starts: year_starts.clone(), end: *year_starts.last()? },
                )]),
                year_starts,
                ..CalendarSettings::default()
            };
            Some((Calendar::new(settings).ok()?, on))
        },
    );
    prop_oneof![plain, of_weeks]
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let edge = prop_oneof![Just(NaiveDate::MIN), Just(NaiveDate::MAX)];
    let days = NaiveDate::MIN.num_days_from_ce()..=NaiveDate::MAX.num_days_from_ce();
    prop_oneof![1 => edge, 9 => days.prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap())]
}

proptest! {
    #[test]
    fn every_day_lies_in_one_period_and_its_label_reads_back((calendar, on) in any_calendar()) {
        let kinds: Vec<_> = calendar.kind_words().iter().map(|word| calendar.kind(word).unwrap()).collect();
        for kind in kinds.iter().filter(|kind| !matches!(kind, PeriodKind::Anniversary | PeriodKind::Plan)) {
            let period = calendar.period_of(kind, on).unwrap();
            prop_assert!(period.contains(on) && period.from <= period.to);
            // One period and no other: it begins and ends where it says, and its neighbours touch it.
            prop_assert_eq!(&calendar.period_of(kind, period.from).unwrap(), &period);
            prop_assert_eq!(&calendar.period_of(kind, period.to).unwrap(), &period);
            prop_assert_eq!(&calendar.periods(kind, on, on).unwrap(), &vec![period.clone()]);
            if let Ok(next) = calendar.next(&period) {
                prop_assert_eq!(period.to.succ_opt(), Some(next.from));
                prop_assert!(next > period && next.label != period.label);
            }
            prop_assert_eq!(&calendar.parse(&period.label).unwrap(), &period);
            prop_assert!(calendar.number(&period).unwrap() >= 1);
        }
    }

    #[test]
    fn longer_periods_are_made_of_whole_shorter_ones((calendar, on) in any_calendar()) {
        let year = calendar.period_of(&PeriodKind::Year, on).unwrap();
        for (kind, count) in [(PeriodKind::Month, 12), (PeriodKind::Quarter, 4), (PeriodKind::Half, 2)] {
            let parts = calendar.periods(&kind, year.from, year.to).unwrap();
            prop_assert_eq!(parts.len(), count);
            prop_assert_eq!(parts.iter().map(Period::days).sum::<i64>(), year.days());
            for (number, part) in (1..).zip(&parts) {
                prop_assert_eq!(calendar.number(part).unwrap(), number);
                prop_assert_eq!(&calendar.year_of(part).unwrap(), &year);
            }
        }
    }

    #[test]
    fn no_day_and_no_text_makes_it_panic((calendar, _) in any_calendar(), on in any_day(), start in any_day(), text in ".{0,16}") {
        for kind in calendar.kind_words().iter().map(|word| calendar.kind(word).unwrap()) {
            if let Ok(period) = calendar.period_of(&kind, on) {
                let _ = (calendar.next(&period), calendar.number(&period), calendar.year_of(&period), period.days());
            }
            let _ = calendar.periods(&kind, on, on);
        }
        let _ = (calendar.parse(&text), calendar.parse_span(&text));
        if let Ok(period) = Period::anniversary(start, on) {
            prop_assert!(period.contains(on));
            let next = Period::anniversary(start, period.to.succ_opt().unwrap());
            prop_assert!(next.is_err() || next.is_ok_and(|next| next.from > period.to));
        }
    }

    #[test]
    fn years_from_a_start_follow_each_other(start in -3650_i64..3650, on in -3650_i64..3650) {
        let base = day("2024-02-29");
        let at = |days: i64| base.checked_add_signed(chrono::TimeDelta::days(days)).unwrap();
        for start in [at(start), base] {
            let period = Period::anniversary(start, at(on)).unwrap();
            prop_assert!(period.contains(at(on)) && (365..=366).contains(&period.days()));
            let next = Period::anniversary(start, period.to.succ_opt().unwrap()).unwrap();
            prop_assert_eq!(Some(next.from), period.to.succ_opt());
        }
    }
}
