//! Deals by columns: a block of rows, each column an array of whole numbers. What a run that only pays works on, beside the
//! rows of [`super::facts`] that a run which explains works on.
//!
//! Amounts are whole numbers at the scale of their column, days are counted, texts and payees are places in a list.

use super::value::{ColumnType, Value};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A figure that is not there.
pub const BLANK: i64 = i64::MIN;
/// A day that is not there.
pub const NO_DAY: i32 = i32::MIN;
/// Decimal places of shares.
pub const SHARE_SCALE: u32 = 8;
/// The whole of a deal, at [`SHARE_SCALE`].
pub const WHOLE: i64 = 100_000_000;

/// Why something cannot be worked by columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Only rows know how, or something is wrong.
    Unusual,
    /// The file has quotation marks, line ends of two bytes or blank lines: it may be written plainly first.
    Spelling,
    /// A figure has so many decimal places, more than its column was given.
    Decimals(u32),
}

/// Decimal places of a figure where none has more, and the most.
const DECIMALS: (u32, u32) = (2, 6);

/// What reads figures at so many decimal places, with as many as they turn out to want.
///
/// # Errors
/// As reading, and more places than there is room for.
pub fn at_decimals<R>(read: impl Fn(u32) -> Result<R, Unfit>) -> Result<R, Unfit> {
    let mut decimals = DECIMALS.0;
    loop {
        match read(decimals) {
            Err(Unfit::Decimals(wanted)) if wanted > decimals && wanted <= DECIMALS.1 => decimals = wanted,
            other => return other,
        }
    }
}

/// Deals that come in blocks.
pub trait Blocks {
    /// The kinds of events in columns of theirs.
    fn kinds(&self) -> Vec<Arc<str>>;

    /// The code of the currency that all deals are in, where they are in one.
    fn currency(&self) -> Option<Arc<str>>;

    /// Reads all deals, piece by piece on all cores; who takes part is told by places in [`Block::people`]. `start` makes what
    /// pieces are worked with on a core, and is told the decimal places of amounts; `take` takes one block after another; `end`
    /// gives what a piece came to, with the people met so far. The results stand in the order of the file.
    ///
    /// # Errors
    /// Anything that is not plain, or that `take` cannot do.
    fn read<W, R: Send>(
        &self,
        start: impl Fn(u32) -> W + Sync + Send,
        take: impl Fn(&mut W, &Block<'_>) -> Result<(), Unfit> + Sync + Send,
        end: impl Fn(&mut W, &Names) -> R + Sync + Send,
    ) -> Result<Vec<R>, Unfit>;

    /// The ids of all deals, in the order of the file.
    ///
    /// # Errors
    /// Rows that are not plain.
    fn ids(&self) -> Result<Ids, Unfit>;
}

/// Ids one after another: what a list of texts holds, without a text of its own for each.
#[derive(Debug, Default)]
pub struct Ids {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Ids {
    /// Adds an id.
    pub fn push(&mut self, id: &[u8]) {
        self.bytes.extend_from_slice(id);
        self.ends.push(self.bytes.len());
    }

    /// Adds those of another list.
    pub fn append(&mut self, other: &Self) {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| end.saturating_add(before)));
    }

    /// The ids in their order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(*start..*end).unwrap_or_default())
    }
}

/// A decimal as a whole number at a scale, where it is one.
#[must_use]
pub fn whole_of(figure: Decimal, scale: u32) -> Option<i64> {
    let plain = figure.normalize();
    let missing = scale.checked_sub(plain.scale())?;
    let factor = 10_i128.checked_pow(missing)?;
    i64::try_from(plain.mantissa().checked_mul(factor)?).ok().filter(|whole| *whole != BLANK)
}

/// The cells of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cells {
    /// The same in every row; `None`: blank.
    Same(Option<Value>),
    /// Money, numbers or percents as fractions: whole numbers of `10^-scale`; [`BLANK`] where there is none.
    Figures {
        /// The numbers.
        values: Vec<i64>,
        /// Their decimal places.
        scale: u32,
        /// What they are.
        kind: ColumnType,
    },
    /// Days since the first of January of the year 1; [`NO_DAY`] where there is none.
    Days(Vec<i32>),
    /// Places in the block's [`Block::texts`]; 0 is blank.
    Texts(Vec<u32>),
    /// Checked, and read by nobody.
    Unread,
}

/// A payee's part of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The row in the block.
    pub row: u32,
    /// Who, by place in [`Block::people`].
    pub payee: u32,
    /// The part of the whole, at [`SHARE_SCALE`].
    pub share: u32,
}

/// Something that happened to a deal, without an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The row in the block.
    pub row: u32,
    /// Which of the source's kinds of events, by place.
    pub kind: usize,
    /// The day.
    pub day: i32,
}

/// Some rows of deals, by columns.
#[derive(Clone, Copy, Debug)]
pub struct Block<'t> {
    /// The bytes that the rows stand in: those of whole texts.
    pub text: &'t [u8],
    /// How many rows.
    pub rows: usize,
    /// Where the id of each row stands in the text.
    pub ids: &'t [(u32, u32)],
    /// The columns, at the places of [`super::facts::Schema::deals`].
    pub cells: &'t [Cells],
    /// Who takes part, by row.
    pub parts: &'t [Part],
    /// What happened, by row.
    pub happened: &'t [Happened],
    /// The texts that cells name by place: places stay what they are from block to block on a core.
    pub texts: &'t Names,
    /// The ids of who takes part, whether they are payees or not; as long as the texts, places stay what they are.
    pub people: &'t Names,
}

impl Block<'_> {
    /// The id of a row's deal.
    #[must_use]
    pub fn id(&self, row: usize) -> &[u8] {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        self.ids.get(row).and_then(|(from, to)| self.text.get(place(*from)..place(*to))).unwrap_or_default()
    }

    /// The value of a cell, as the rows hold it.
    #[must_use]
    pub fn value(&self, column: usize, row: usize) -> Option<Value> {
        match self.cells.get(column)? {
            Cells::Same(value) => value.clone(),
            Cells::Figures { values, scale, kind } => {
                let figure = values.get(row).filter(|figure| **figure != BLANK)?;
                let figure = Decimal::new(*figure, *scale);
                Some(match kind {
                    ColumnType::Money => Value::Money(figure),
                    ColumnType::Percent => Value::Percent(figure),
                    _ => Value::Number(figure),
                })
            }
            Cells::Days(days) => days.get(row).and_then(|day| day_of(*day)).map(Value::Date),
            Cells::Texts(places) => self.texts.text(*places.get(row)?).map(|text| Value::Text(Arc::clone(text))),
            Cells::Unread => None,
        }
    }
}

/// The day of a count.
#[must_use]
pub fn day_of(count: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(count).filter(|_| count != NO_DAY)
}

/// The count of a day.
#[must_use]
pub fn count_of(day: NaiveDate) -> i32 {
    day.num_days_from_ce()
}

/// Texts by place and places by text: found by a table that is asked once a cell. The place 0 is that of no text.
#[derive(Clone, Debug)]
pub struct Names {
    texts: Vec<Arc<str>>,
    /// Key and place of each text, at its home or behind it; place 0 is free.
    slots: Vec<(u64, u32)>,
}

/// Set in the place of a text that is longer than its key.
const LONG: u32 = 1 << 31;

impl Default for Names {
    fn default() -> Self {
        Self { texts: Vec::new(), slots: vec![(0, 0); 64] }
    }
}

/// The text itself where it has at most eight bytes and no zero at the end; else a hash.
#[inline]
fn key(text: &[u8]) -> (u64, u32) {
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let half = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)));
    // A zero at the end would not be seen in a key.
    let length = if text.last() == Some(&0) { usize::MAX } else { text.len() };
    match length {
        // Two looks that overlap see every byte: no loop.
        length @ 4..=8 => {
            let moved = u32::try_from(length.wrapping_sub(4)).unwrap_or(0).wrapping_mul(8);
            (half(text.first_chunk()) | half(text.last_chunk()) << moved, 0)
        }
        0..4 => (text.iter().rev().fold(0, |key, byte| key << 8 | u64::from(*byte)), 0),
        length @ 9..=16 => {
            let mixed = word(text.first_chunk()) ^ u64::try_from(length).unwrap_or(0);
            (mixed.wrapping_mul(MIX).rotate_left(29) ^ word(text.last_chunk()).wrapping_mul(MIX), LONG)
        }
        _ => (
            text.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(MIX)
            }),
            LONG,
        ),
    }
}

/// One of 256 numbers for a text, the same for the same text.
#[must_use]
pub fn spread(text: &[u8]) -> u8 {
    let (key, _) = key(text);
    let [.., last] = (key ^ (key >> 32)).wrapping_mul(MIX).to_le_bytes();
    last
}

/// What mixes the bits of keys.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

impl Names {
    /// Of some texts, whose places are 1, 2 … in their order.
    pub fn of<'n>(texts: impl IntoIterator<Item = &'n Arc<str>>) -> Self {
        let mut names = Self::default();
        for text in texts {
            names.add(text.as_bytes(), || Arc::clone(text));
        }
        names
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text of a place.
    #[must_use]
    pub fn text(&self, place: u32) -> Option<&Arc<str>> {
        self.texts.get(usize::try_from(place).ok()?.checked_sub(1)?)
    }

    /// The slot that holds a text, or the free one where it would go, with what is in it.
    #[inline]
    fn slot(&self, (key, long): (u64, u32), text: &[u8]) -> (usize, u32) {
        let mask = self.slots.len().wrapping_sub(1);
        // Of 32 bits, which a place has everywhere: in wasm too.
        let mixed = (key ^ (key >> 32)).wrapping_mul(MIX) >> 32;
        let mut at = usize::try_from(mixed).unwrap_or(0) & mask;
        loop {
            let (known, place) = self.slots.get(at).copied().unwrap_or_default();
            let own = known == key
                && place & LONG == long
                && (long == 0 || self.text(place & !LONG).is_some_and(|other| other.as_bytes() == text));
            if place == 0 || own {
                return (at, place & !LONG);
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    /// All texts, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        self.texts.iter()
    }

    /// The place of a text; 0 where it is none of them.
    #[inline]
    #[must_use]
    pub fn find(&self, text: &[u8]) -> u32 {
        self.slot(key(text), text).1
    }

    /// The place of a text, which is added where it is new.
    pub fn add(&mut self, text: &[u8], new: impl FnOnce() -> Arc<str>) -> u32 {
        let key = key(text);
        let (at, place) = self.slot(key, text);
        if place != 0 {
            return place;
        }
        self.texts.push(new());
        let place = u32::try_from(self.texts.len()).unwrap_or(0) & !LONG;
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = (key.0, place | key.1);
        }
        if self.texts.len().saturating_mul(2) > self.slots.len() {
            self.grow();
        }
        place
    }

    fn grow(&mut self) {
        let more = vec![(0, 0); self.slots.len().saturating_mul(2)];
        let old = std::mem::replace(&mut self.slots, more);
        for (known, place) in old.into_iter().filter(|(_, place)| *place != 0) {
            let text = self.text(place & !LONG).map(Arc::clone).unwrap_or_default();
            let (at, _) = self.slot((known, place & LONG), text.as_bytes());
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = (known, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_told_apart() {
        let texts: Vec<Arc<str>> = (0..5_000).map(|n| Arc::from(format!("{}{n}", "long".repeat(n % 5)))).collect();
        let names = Names::of(&texts);
        for (place, text) in (1_u32..).zip(&texts) {
            assert_eq!(names.find(text.as_bytes()), place);
            assert_eq!(names.text(place), Some(text));
        }
        assert_eq!(names.find(b"another"), 0);
        let ends: Vec<Arc<str>> = ["a", "a\0", "a\0\0"].map(Arc::from).to_vec();
        let names = Names::of(&ends);
        assert_eq!((names.find(b"a"), names.find(b"a\0"), names.find(b"a\0\0")), (1, 2, 3));
        assert_eq!(names.find(b""), 0);
    }
}
