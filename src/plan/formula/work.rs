//! The work behind operators and functions: arithmetic, dates, texts. Every failure is a value.

use super::{Builtin, Failure, Seen};
use crate::domain::exact;
use crate::domain::value::Duration;
use crate::plan::syntax::BinaryOp;
use chrono::{Datelike, Months, NaiveDate};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// How two values of one kind compare.
#[must_use]
#[inline]
pub fn compare(a: &Seen<'_>, b: &Seen<'_>) -> Option<Ordering> {
    match (a, b) {
        (Seen::Decimal(a), Seen::Decimal(b)) => Some(a.cmp(b)),
        (Seen::Date(a), Seen::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whether a comparison holds.
///
/// # Errors
/// Values that are not ordered.
#[inline]
pub(super) fn holds(op: BinaryOp, a: &Seen<'_>, b: &Seen<'_>) -> Result<bool, Failure> {
    match op {
        BinaryOp::Equal => Ok(a == b),
        BinaryOp::NotEqual => Ok(a != b),
        _ => compare(a, b).ok_or(Failure::Internal).and_then(|order| ordered(op, order)),
    }
}

/// Whether a comparison holds of two values in this order.
///
/// # Errors
/// An operator that compares nothing.
#[inline]
pub(super) fn ordered(op: BinaryOp, order: Ordering) -> Result<bool, Failure> {
    match op {
        BinaryOp::Equal => Ok(order.is_eq()),
        BinaryOp::NotEqual => Ok(order.is_ne()),
        BinaryOp::Less => Ok(order.is_lt()),
        BinaryOp::LessEqual => Ok(order.is_le()),
        BinaryOp::Greater => Ok(order.is_gt()),
        BinaryOp::GreaterEqual => Ok(order.is_ge()),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => Err(Failure::Internal),
    }
}

/// What arithmetic gives on figures, in place of the first.
///
/// # Errors
/// No result.
#[inline]
pub(super) fn arithmetic(op: BinaryOp, to: &mut Decimal, by: &Decimal) -> Result<(), Failure> {
    let result = match op {
        BinaryOp::Add => exact::add(*to, *by),
        BinaryOp::Sub => exact::sub(*to, *by),
        BinaryOp::Mul => exact::mul(*to, *by),
        BinaryOp::Div => exact::div(*to, *by),
        _ => return Err(Failure::Internal),
    };
    *to = result.map_err(Failure::Arithmetic)?;
    Ok(())
}

/// What arithmetic gives, on days too.
///
/// # Errors
/// No result, or one that is not in the calendar.
pub(super) fn worked<'v>(op: BinaryOp, a: Seen<'v>, b: Seen<'v>) -> Result<Seen<'v>, Failure> {
    match (op, a, b) {
        (_, Seen::Decimal(mut a), Seen::Decimal(b)) => arithmetic(op, &mut a, &b).map(|()| Seen::Decimal(a)),
        (BinaryOp::Add, Seen::Date(day), Seen::Duration(length)) => {
            shift(day, length, false).map(Seen::Date).ok_or(Failure::Date)
        }
        (BinaryOp::Sub, Seen::Date(day), Seen::Duration(length)) => {
            shift(day, length, true).map(Seen::Date).ok_or(Failure::Date)
        }
        (BinaryOp::Sub, Seen::Date(a), Seen::Date(b)) => Ok(Seen::Decimal(days_between(b, a))),
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

pub(super) fn call<'v>(builtin: Builtin, args: &[Seen<'v>]) -> Result<Seen<'v>, Failure> {
    let decimal = |n: Decimal| Ok(Seen::Decimal(n));
    let yes = |yes: bool| Ok(Seen::YesNo(yes));
    match (builtin, args) {
        (Builtin::Min | Builtin::Max, _) => {
            let numbers = args.iter().map(|arg| match arg {
                Seen::Decimal(n) => Ok(*n),
                _ => Err(Failure::Internal),
            });
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            let found = if builtin == Builtin::Min { numbers.into_iter().min() } else { numbers.into_iter().max() };
            found.map(Seen::Decimal).ok_or(Failure::Internal)
        }
        (Builtin::Abs, [Seen::Decimal(n)]) => decimal(n.abs()),
        (Builtin::Floor, [Seen::Decimal(n)]) => decimal(n.floor()),
        (Builtin::Ceil, [Seen::Decimal(n)]) => decimal(n.ceil()),
        (Builtin::Round, [Seen::Decimal(n), Seen::Decimal(places)]) => {
            let whole = places.fract().is_zero() && (Decimal::ZERO..=Decimal::from(28)).contains(places);
            // There is a negative zero.
            let places = Some(places.abs()).filter(|_| whole).and_then(|places| u32::try_from(places).ok());
            decimal(exact::RoundingMode::HalfEven.round(*n, places.ok_or(Failure::Places)?))
        }
        (Builtin::DaysBetween, [Seen::Date(a), Seen::Date(b)]) => decimal(days_between(*a, *b)),
        (Builtin::MonthsBetween, [Seen::Date(a), Seen::Date(b)]) => decimal(Decimal::from(months_between(*a, *b))),
        (Builtin::YearsBetween, [Seen::Date(a), Seen::Date(b)]) => {
            decimal(Decimal::from(months_between(*a, *b).checked_div(12).unwrap_or(0)))
        }
        (Builtin::Within, [Seen::Date(day), Seen::Date(from), Seen::Date(to)]) => yes(from <= day && day <= to),
        (Builtin::StartsWith, [Seen::Text(text), Seen::Text(part)]) => yes(text.starts_with(part)),
        (Builtin::EndsWith, [Seen::Text(text), Seen::Text(part)]) => yes(text.ends_with(part)),
        (Builtin::Contains, [Seen::Text(text), Seen::Text(part)]) => yes(text.contains(part)),
        (Builtin::Year, [Seen::Date(day)]) => decimal(Decimal::from(day.year())),
        (Builtin::Month, [Seen::Date(day)]) => decimal(Decimal::from(day.month())),
        (Builtin::Day, [Seen::Date(day)]) => decimal(Decimal::from(day.day())),
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
