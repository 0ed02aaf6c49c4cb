//! Formulas of few different values: looked up by the texts and days of a row, and worked once for each.

use crate::domain::columns::{Block, Cells, NO_DAY, Unfit};
use crate::domain::value::Value;

/// Values by the places of up to two keys.
pub type Memo = Vec<Vec<i64>>;
/// A value that was not looked up yet.
pub const UNKNOWN: i64 = i64::MIN + 1;
/// The most different days that are looked up.
const DAYS: i32 = 8_000;

/// The keys of a small column: places of texts, days from a first one on.
pub enum Key<'b> {
    /// Places of texts.
    Texts(&'b [u32]),
    /// Days, and the one before the first.
    Days(&'b [i32], i32),
    /// The same in every row.
    Same,
}

impl<'b> Key<'b> {
    /// Of a column; days are counted from a first one on.
    pub fn of(block: &'b Block<'_>, column: Option<usize>, base: i32) -> Result<Self, Unfit> {
        let Some(column) = column else { return Ok(Self::Same) };
        match block.cells.get(column) {
            Some(Cells::Texts(places)) => Ok(Self::Texts(places)),
            Some(Cells::Days(days)) => Ok(Self::Days(days, base)),
            Some(Cells::Same(Some(Value::Text(_)) | None)) => Ok(Self::Same),
            _ => Err(Unfit::Unusual),
        }
    }

    #[inline]
    fn at(&self, row: usize) -> Result<usize, Unfit> {
        let place = match self {
            Self::Texts(places) => places.get(row).map(|place| i64::from(*place)),
            Self::Days(days, base) => match days.get(row) {
                Some(&NO_DAY) => Some(0),
                Some(day) => {
                    let place = day.wrapping_sub(*base);
                    (1..DAYS).contains(&place).then_some(i64::from(place))
                }
                None => None,
            },
            Self::Same => Some(0),
        };
        place.and_then(|place| usize::try_from(place).ok()).ok_or(Unfit::Unusual)
    }
}

/// Looks values up by the keys of each row, and has new ones worked.
pub fn looked_up(
    (keys, rows): ((Key<'_>, Key<'_>), usize),
    memo: &mut Memo,
    work: impl Fn(usize) -> Option<i64>,
) -> Result<Vec<i64>, Unfit> {
    match keys {
        // Most formulas ask for one text: nothing is decided row by row.
        (Key::Texts(places), Key::Same) => {
            let place = |row: usize| places.get(row).and_then(|place| usize::try_from(*place).ok());
            found(rows, |row| Ok((place(row).ok_or(Unfit::Unusual)?, 0)), memo, work)
        }
        (first, second) => found(rows, |row| Ok((first.at(row)?, second.at(row)?)), memo, work),
    }
}

#[inline]
fn found(
    rows: usize,
    keys: impl Fn(usize) -> Result<(usize, usize), Unfit>,
    memo: &mut Memo,
    work: impl Fn(usize) -> Option<i64>,
) -> Result<Vec<i64>, Unfit> {
    let mut found = Vec::with_capacity(rows);
    for row in 0..rows {
        let (first, second) = keys(row)?;
        let known = memo.get(first).and_then(|known| known.get(second)).copied().unwrap_or(UNKNOWN);
        if known != UNKNOWN {
            found.push(known);
            continue;
        }
        let value = work(row).ok_or(Unfit::Unusual)?;
        if memo.len() <= first {
            memo.resize(first.saturating_add(1), Vec::new());
        }
        let Some(own) = memo.get_mut(first) else { return Err(Unfit::Unusual) };
        if own.len() <= second {
            own.resize(second.saturating_add(1), UNKNOWN);
        }
        if let Some(slot) = own.get_mut(second) {
            *slot = value;
        }
        found.push(value);
    }
    Ok(found)
}
