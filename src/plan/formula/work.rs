//! The work behind operators and functions: arithmetic, dates, texts. Every failure is a value.

use super::{Builtin, Failure, Scalar};
use crate::domain::exact;
use crate::domain::value::Duration;
use crate::plan::syntax::BinaryOp;
use chrono::{Datelike, Months, NaiveDate};
use rust_decimal::Decimal;

/// How two values of one kind compare.
#[must_use]
pub fn compare(a: &Scalar, b: &Scalar) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Scalar::Decimal(a), Scalar::Decimal(b)) => Some(a.cmp(b)),
        (Scalar::Date(a), Scalar::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

pub(super) fn binary(op: BinaryOp, a: &Scalar, b: &Scalar) -> Result<Scalar, Failure> {
    let ordered = |wanted: fn(std::cmp::Ordering) -> bool| {
        compare(a, b).map(|order| Scalar::YesNo(wanted(order))).ok_or(Failure::Internal)
    };
    match (op, a, b) {
        (BinaryOp::Equal, ..) => Ok(Scalar::YesNo(a == b)),
        (BinaryOp::NotEqual, ..) => Ok(Scalar::YesNo(a != b)),
        (BinaryOp::Less, ..) => ordered(std::cmp::Ordering::is_lt),
        (BinaryOp::LessEqual, ..) => ordered(std::cmp::Ordering::is_le),
        (BinaryOp::Greater, ..) => ordered(std::cmp::Ordering::is_gt),
        (BinaryOp::GreaterEqual, ..) => ordered(std::cmp::Ordering::is_ge),
        (_, Scalar::Decimal(a), Scalar::Decimal(b)) => match op {
            BinaryOp::Add => exact::add(*a, *b),
            BinaryOp::Sub => exact::sub(*a, *b),
            BinaryOp::Mul => exact::mul(*a, *b),
            _ => exact::div(*a, *b),
        }
        .map(Scalar::Decimal)
        .map_err(Failure::Arithmetic),
        (BinaryOp::Add, Scalar::Date(day), Scalar::Duration(length)) => {
            shift(*day, *length, false).map(Scalar::Date).ok_or(Failure::Date)
        }
        (BinaryOp::Sub, Scalar::Date(day), Scalar::Duration(length)) => {
            shift(*day, *length, true).map(Scalar::Date).ok_or(Failure::Date)
        }
        (BinaryOp::Sub, Scalar::Date(a), Scalar::Date(b)) => Ok(Scalar::Decimal(days_between(*b, *a))),
        _ => Err(Failure::Internal),
    }
}

fn days_between(from: NaiveDate, to: NaiveDate) -> Decimal {
    Decimal::from(to.signed_duration_since(from).num_days())
}

/// A day moved by a duration; a month ends on the same day number, or on the last day of a shorter month.
#[must_use]
pub fn shift(day: NaiveDate, length: Duration, back: bool) -> Option<NaiveDate> {
    let (count, months) = match length {
        Duration::Days(days) => (days, false),
        Duration::Months(months) => (months, true),
    };
    let count = if back { count.checked_neg()? } else { count };
    if months {
        let size = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
        if count < 0 { day.checked_sub_months(size) } else { day.checked_add_months(size) }
    } else {
        day.checked_add_signed(chrono::Duration::try_days(count)?)
    }
}

/// Whole months from one day to another: a month is full on the same day number, or on the last day of a shorter
/// month. Negative where the second day is the earlier one.
fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from {
        return months_between(to, from).saturating_neg();
    }
    let years = i64::from(to.year()).saturating_sub(i64::from(from.year()));
    let guess = years.saturating_mul(12).saturating_add(i64::from(to.month())).saturating_sub(i64::from(from.month()));
    match shift(from, Duration::Months(guess), false) {
        Some(full) if full <= to => guess,
        _ => guess.saturating_sub(1),
    }
}

pub(super) fn call(builtin: Builtin, args: &[Scalar]) -> Result<Scalar, Failure> {
    let decimal = |n: Decimal| Ok(Scalar::Decimal(n));
    let yes = |yes: bool| Ok(Scalar::YesNo(yes));
    match (builtin, args) {
        (Builtin::Min | Builtin::Max, _) => {
            let numbers = args.iter().map(|arg| match arg {
                Scalar::Decimal(n) => Ok(*n),
                _ => Err(Failure::Internal),
            });
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            let found = if builtin == Builtin::Min { numbers.into_iter().min() } else { numbers.into_iter().max() };
            found.map(Scalar::Decimal).ok_or(Failure::Internal)
        }
        (Builtin::Abs, [Scalar::Decimal(n)]) => decimal(n.abs()),
        (Builtin::Floor, [Scalar::Decimal(n)]) => decimal(n.floor()),
        (Builtin::Ceil, [Scalar::Decimal(n)]) => decimal(n.ceil()),
        (Builtin::Round, [Scalar::Decimal(n), Scalar::Decimal(places)]) => {
            let whole = places.fract().is_zero() && (Decimal::ZERO..=Decimal::from(28)).contains(places);
            // There is a negative zero.
            let places = Some(places.abs()).filter(|_| whole).and_then(|places| u32::try_from(places).ok());
            decimal(exact::RoundingMode::HalfEven.round(*n, places.ok_or(Failure::Places)?))
        }
        (Builtin::DaysBetween, [Scalar::Date(a), Scalar::Date(b)]) => decimal(days_between(*a, *b)),
        (Builtin::MonthsBetween, [Scalar::Date(a), Scalar::Date(b)]) => decimal(Decimal::from(months_between(*a, *b))),
        (Builtin::YearsBetween, [Scalar::Date(a), Scalar::Date(b)]) => {
            decimal(Decimal::from(months_between(*a, *b).checked_div(12).unwrap_or(0)))
        }
        (Builtin::Within, [Scalar::Date(day), Scalar::Date(from), Scalar::Date(to)]) => yes(from <= day && day <= to),
        (Builtin::StartsWith, [Scalar::Text(text), Scalar::Text(part)]) => yes(text.starts_with(&**part)),
        (Builtin::EndsWith, [Scalar::Text(text), Scalar::Text(part)]) => yes(text.ends_with(&**part)),
        (Builtin::Contains, [Scalar::Text(text), Scalar::Text(part)]) => yes(text.contains(&**part)),
        (Builtin::Year, [Scalar::Date(day)]) => decimal(Decimal::from(day.year())),
        (Builtin::Month, [Scalar::Date(day)]) => decimal(Decimal::from(day.month())),
        (Builtin::Day, [Scalar::Date(day)]) => decimal(Decimal::from(day.day())),
        _ => Err(Failure::Internal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_on_the_last_day_of_a_shorter_month() {
        assert_eq!(shift(day("2026-01-31"), Duration::Months(1), false), Some(day("2026-02-28")));
        assert_eq!(shift(day("2024-01-31"), Duration::Months(1), false), Some(day("2024-02-29")));
        assert_eq!(shift(day("2026-03-31"), Duration::Months(1), true), Some(day("2026-02-28")));
        assert_eq!(shift(NaiveDate::MAX, Duration::Days(1), false), None);
    }

    #[test]
    fn whole_months_between_days() {
        for (from, to, months) in [
            ("2026-01-10", "2026-05-10", 4),
            ("2026-01-10", "2026-05-09", 3),
            ("2026-01-31", "2026-02-28", 1),
            ("2026-02-28", "2026-01-31", -1),
            ("2024-02-29", "2025-02-28", 12),
        ] {
            assert_eq!(months_between(day(from), day(to)), months, "{from} {to}");
        }
    }
}
