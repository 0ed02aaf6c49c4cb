//! Plain cells to whole numbers: figures at a scale, counted days. Anything else is left to the ordinary reader.

use crate::domain::columns::{BLANK, NO_DAY, Unfit, count_of};
use chrono::{Datelike, NaiveDate};

/// The cells of a column, row by row.
pub fn of_column<'t>(text: &'t [u8], ends: &[u32], column: usize, width: usize) -> impl Iterator<Item = &'t [u8]> {
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    ranges(ends, column, width).map(move |(from, to)| text.get(place(from)..place(to)).unwrap_or_default())
}

/// Where the cells of a column begin and end.
pub fn ranges(ends: &[u32], column: usize, width: usize) -> impl Iterator<Item = (u32, u32)> {
    let from = ends.get(column..).unwrap_or_default().iter().step_by(width);
    let to = ends.get(column.saturating_add(1)..).unwrap_or_default().iter().step_by(width);
    from.zip(to).map(|(before, end)| (before.wrapping_add(1), *end))
}

/// A number of at most 15 figures as a whole number at a scale; [`BLANK`] where there is none.
///
/// # Errors
/// Anything but a sign, figures and one point; more decimals than the scale has, with how many there are.
#[inline]
pub fn figure(cell: &[u8], scale: u32) -> Result<i64, Unfit> {
    if cell.is_empty() {
        return Ok(BLANK);
    }
    if let Some(value) = short_figure(cell, scale) {
        return Ok(value);
    }
    let (negative, figures) = match cell.strip_prefix(b"-") {
        Some(figures) => (true, figures),
        None => (false, cell),
    };
    if figures.len() > 16 {
        return Err(Unfit::Unusual);
    }
    let (mut value, mut count, mut point) = (0_i64, 0_usize, None);
    for byte in figures {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            // At most 16 figures: no overflow.
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            count = count.wrapping_add(1);
        } else if *byte == b'.' && point.is_none() && count > 0 {
            point = Some(count);
        } else {
            return Err(Unfit::Unusual);
        }
    }
    let decimals = match point {
        Some(before) if before == count => return Err(Unfit::Unusual),
        Some(before) => u32::try_from(count.wrapping_sub(before)).unwrap_or(u32::MAX),
        None => 0,
    };
    if count == 0 || count > 15 {
        return Err(Unfit::Unusual);
    }
    let missing = scale.checked_sub(decimals).ok_or(Unfit::Decimals(decimals))?;
    let value = match missing {
        0 => value,
        _ => 10_i64.checked_pow(missing).and_then(|factor| value.checked_mul(factor)).ok_or(Unfit::Unusual)?,
    };
    Ok(if negative { value.wrapping_neg() } else { value })
}

/// A number of four to eight bytes without a sign that has as many decimals as the scale, all its bytes looked at together;
/// `None`: they are looked at one by one.
#[inline]
fn short_figure(cell: &[u8], scale: u32) -> Option<i64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let missing = u32::try_from(8_usize.checked_sub(cell.len())?).ok()?.wrapping_mul(8);
    // The last byte on top, figures of nought below the first; two looks that overlap see every byte.
    let noughts = (1_u64 << (missing & 63)).wrapping_sub(1) & ONES.wrapping_mul(u64::from(b'0'));
    let (first, last) = (half(cell.first_chunk()?), half(cell.last_chunk()?));
    let word = (first << missing) | (last << 32) | noughts;
    let point = 56_u32.checked_sub(scale.checked_mul(8)?).filter(|point| scale > 0 && *point > missing)?;
    if (word >> point) & 0xff != u64::from(b'.') {
        return None;
    }
    let before = (1_u64 << point).wrapping_sub(1);
    let word = (word & !before & !(0xff << point)) | ((word & before) << 8) | u64::from(b'0');
    let figures = word ^ ONES.wrapping_mul(u64::from(b'0'));
    if (figures.wrapping_add(ONES.wrapping_mul(0x76)) | figures) & (ONES << 7) != 0 {
        return None;
    }
    // Two, then four, then eight figures to a lane.
    let two = figures.wrapping_mul(10).wrapping_add(figures >> 8) & 0x00ff_00ff_00ff_00ff;
    let four = two.wrapping_mul(100).wrapping_add(two >> 16) & 0x0000_ffff_0000_ffff;
    Some(i64::from(u32::try_from(four.wrapping_mul(10_000).wrapping_add(four >> 32) & 0xffff_ffff).ok()?))
}

/// The first years and the years after the last whose days are counted here.
const YEARS: (i32, i32) = (1900, 2200);

/// The days before each month, and its length.
pub struct Months(Vec<(i32, u8)>);

impl Months {
    /// Of all years that are counted.
    pub fn new() -> Self {
        let years = YEARS.0..YEARS.1;
        let months = years.flat_map(|year| (1..=12).map(move |month| (year, month)));
        Self(
            months
                .map(|(year, month)| {
                    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
                    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or_default();
                    let length = next.num_days_from_ce().wrapping_sub(first.num_days_from_ce());
                    (count_of(first).wrapping_sub(1), u8::try_from(length).unwrap_or(0))
                })
                .collect(),
        )
    }

    /// The day of `2026-01-31`, counted; [`NO_DAY`] where there is none.
    ///
    /// # Errors
    /// Anything else.
    #[inline]
    pub fn day(&self, cell: &[u8]) -> Result<i32, Unfit> {
        let (10, Some(head), Some([tens, ones])) = (cell.len(), cell.first_chunk::<8>(), cell.last_chunk::<2>()) else {
            return if cell.is_empty() { Ok(NO_DAY) } else { Err(Unfit::Unusual) };
        };
        // What is left of each byte without `0000-00-` is a figure from 0 to 9, or nothing where a line stood.
        let figures = u64::from_le_bytes(*head) ^ u64::from_le_bytes(*b"0000-00-");
        let most = u64::from_le_bytes([0x76, 0x76, 0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f]);
        let (tens, ones) = (tens ^ b'0', ones ^ b'0');
        if (figures.wrapping_add(most) | figures) & 0x8080_8080_8080_8080 != 0 || tens > 9 || ones > 9 {
            return Err(Unfit::Unusual);
        }
        let [a, b, c, d, _, e, f, _] = figures.to_le_bytes().map(u32::from);
        let pair = |tens: u32, ones: u32| tens.wrapping_mul(10).wrapping_add(ones);
        let year = pair(a, b).wrapping_mul(100).wrapping_add(pair(c, d));
        let (month, day) = (pair(e, f), pair(u32::from(tens), u32::from(ones)));
        let place = i64::from(year).wrapping_sub(i64::from(YEARS.0)).wrapping_mul(12).wrapping_add(i64::from(month));
        let place = usize::try_from(place.wrapping_sub(1)).map_err(|_| Unfit::Unusual)?;
        let (before, length) = self.0.get(place).filter(|_| (1..=12).contains(&month)).ok_or(Unfit::Unusual)?;
        if day == 0 || day > u32::from(*length) {
            return Err(Unfit::Unusual);
        }
        Ok(before.wrapping_add_unsigned(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::dates::{DateFormat, read_date};
    use crate::io::numbers::{NumberStyle, read_number};
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    proptest! {
        /// What is read here is what the ordinary reader reads.
        #[test]
        fn figures_are_those_of_the_ordinary_reader(text in "-?[0-9]{0,9}(\\.[0-9]{0,4})?|[-0-9.a ]{0,8}|[0-9/:.]{1,8}", scale in 0_u32..5) {
            if let Ok(found) = figure(text.as_bytes(), scale) {
                let wanted = read_number(&text, NumberStyle::default());
                prop_assert_eq!((found != BLANK).then(|| Decimal::new(found, scale)), wanted.ok());
            }
        }

        #[test]
        fn plain_figures_are_read(text in "(0|[1-9][0-9]{0,8})(\\.[0-9]{1,4})?") {
            prop_assert!(figure(text.as_bytes(), 4).is_ok());
        }

        #[test]
        fn days_are_those_of_the_ordinary_reader(text in "(19|20|21|22)[0-9]{2}-[01][0-9]-[0-3][0-9]|[-0-9]{10}|2026[-.][0-9:]{2}[-/][0-9/]{2}") {
            let found = Months::new().day(text.as_bytes()).ok();
            let wanted = read_date(&[DateFormat::iso()], &text).ok().map(count_of);
            prop_assert!(found.is_none() || found == wanted);
            prop_assert!(found.is_some() || wanted.is_none_or(|day| !(693_596..803_169).contains(&day)));
        }
    }
}
