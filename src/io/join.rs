//! Files that are only joined: kept whole, and found row by row under a key.

use super::dialect::Dialect;
use crate::domain::diagnostic::nearest;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file that mappings take values from.
pub(crate) struct Joined<'s> {
    /// Its path.
    pub file: Arc<str>,
    /// Its columns.
    pub header: Vec<String>,
    /// Its rows, each with its line; cells are trimmed where the source says so.
    pub rows: Vec<(u64, Vec<Cow<'static, str>>)>,
    /// How it is written.
    pub dialect: &'s Dialect,
}

/// The rows of a joined file by the cells of one column.
pub(crate) struct Index<'s> {
    joined: &'s Joined<'s>,
    rows: BTreeMap<&'s str, Kept>,
}

/// The places of the rows with one key.
struct Kept {
    first: usize,
    /// Another one that differs from the first.
    other: Option<usize>,
}

impl<'s> Joined<'s> {
    /// The rows by the cells of a column; rows with a blank key are nobody's partner.
    pub fn index(&'s self, key: usize) -> Index<'s> {
        let mut rows: BTreeMap<&'s str, Kept> = BTreeMap::new();
        for (place, (_, cells)) in self.rows.iter().enumerate() {
            let Some(text) = cells.get(key).filter(|text| !text.is_empty()) else { continue };
            let kept = rows.entry(text).or_insert(Kept { first: place, other: None });
            let differs = self.rows.get(kept.first).is_none_or(|(_, first)| first != cells);
            if differs && kept.other.is_none() {
                kept.other = Some(place);
            }
        }
        Index { joined: self, rows }
    }
}

impl<'s> Index<'s> {
    /// The one row with that key, if there is one.
    ///
    /// # Errors
    /// The lines of two rows that have it.
    pub fn find(&self, key: &str) -> Result<Option<&'s [Cow<'static, str>]>, (u64, u64)> {
        let Some(kept) = self.rows.get(key) else { return Ok(None) };
        let row = |place: usize| self.joined.rows.get(place);
        let line = |place: usize| row(place).map_or(0, |(line, _)| *line);
        match kept.other {
            Some(other) => Err((line(kept.first), line(other))),
            None => Ok(row(kept.first).map(|(_, cells)| cells.as_slice())),
        }
    }

    /// The path of the file.
    pub fn file(&self) -> &str {
        &self.joined.file
    }

    /// The nearest key.
    pub fn near(&self, wrong: &str) -> Option<&str> {
        nearest(wrong, self.rows.keys().copied())
    }
}
