//! Mappings: how a column of ours is filled from the columns of a file.
//!
//! In:   a [`Mapping`] of the settings and the header of a file, then one row after another.
//! Out:  for each row the text that the mapping picks, other words put in its place, blanks told from texts.
//! Not here: what type the text has (`convert`).

use super::dates::DateFormat;
use super::dialect::Dialect;
use super::failed::{failed, is_failed};
use super::findings::{Problem, shortened};
use super::join::{Index, Joined};
use super::numbers::NumberStyle;
use super::settings::Said;
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::value::Duration;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where the values of a column come from, and how they are written.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Its bytes in `earnmark.toml`.
    pub at: Range<usize>,
    /// What is picked from a row.
    pub pick: Pick,
    /// Other words for what is picked.
    pub values: BTreeMap<String, String>,
    /// Whether a word without another one is refused.
    pub only_values: bool,
    /// The column's own date formats.
    pub dates: Option<Vec<DateFormat>>,
    /// The column's own decimal sign.
    pub decimal: Option<char>,
    /// The column's own sign between thousands.
    pub thousands: Option<char>,
    /// The column's own blanks.
    pub blank: Option<Vec<String>>,
    /// What is added to a date.
    pub plus: Option<Plus>,
    /// How numbers are meant.
    pub reading: Option<Reading>,
    /// For a period: the cell is the first day of a period of this cycle.
    pub cycle: Option<Said<String>>,
}

/// What is added to a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plus {
    /// A time.
    Time(Duration),
    /// The median time from `created` to `closed` of the source's won opportunities.
    MedianCycle,
}

/// What a number without a sign of its own means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// 20 is 20 %.
    Percent,
    /// 0.2 is 20 %.
    Fraction,
    /// Amounts are whole minor units: 1999 is 19.99 of a currency with cents.
    Cents,
}

/// What is picked from a row.
#[derive(Clone, Debug)]
pub enum Pick {
    /// The cell of a column.
    Column(Said<String>),
    /// The same for every row.
    Fixed(Said<String>),
    /// `line-1`, `line-2` … by data row.
    RowLine,
    /// The cells that are not blank, joined.
    Text(Vec<Said<String>>, String),
    /// The first cell that is not blank.
    First(Vec<Said<String>>),
    /// The sum of numbers.
    Sum(Vec<Said<String>>),
    /// The product of numbers.
    Product(Vec<Said<String>>),
    /// Something of a row of another file.
    Join(Box<Join>),
}

/// A row of another file, and what is picked from it.
#[derive(Clone, Debug)]
pub struct Join {
    /// The name under `[files]`.
    pub file: Said<String>,
    /// The column of this file.
    pub on: Said<String>,
    /// The column of the other file that equals it.
    pub key: Said<String>,
    /// What is picked from the other row: a column, a text or the first of some columns.
    pub pick: Pick,
    /// Whether a row without partner is blank, and not bad.
    pub missing_blank: bool,
}

impl Pick {
    /// All columns of the file itself that it names.
    pub(crate) fn columns(&self) -> Vec<&Said<String>> {
        match self {
            Self::Column(name) => vec![name],
            Self::Fixed(_) | Self::RowLine => Vec::new(),
            Self::Text(names, _) | Self::First(names) | Self::Sum(names) | Self::Product(names) => {
                names.iter().collect()
            }
            Self::Join(join) => vec![&join.on],
        }
    }
}

/// A row as it was cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    /// Its line in the file.
    pub line: u64,
    /// Its number among the data rows of the file, from 1.
    pub number: u64,
    /// Its cells.
    pub cells: &'r [Cow<'r, str>],
}

/// A mapping whose names have been found in the header of a file.
pub(crate) struct Bound<'s> {
    /// The mapping.
    pub mapping: &'s Mapping,
    /// Header of the column, for findings.
    pub label: String,
    /// The date formats in force.
    pub dates: &'s [DateFormat],
    /// The number style in force.
    pub style: NumberStyle,
    pub(super) pick: Picked<'s>,
    blank: &'s [String],
    trim: bool,
}

/// A pick with places in place of names.
pub(super) enum Picked<'s> {
    Cell(usize),
    Fixed(&'s str),
    RowLine,
    Text(Vec<usize>, &'s str),
    First(Vec<usize>),
    Sum(Vec<usize>),
    Product(Vec<usize>),
    Join { on: usize, words: Option<&'s Mapping>, index: Index<'s>, pick: Box<Picked<'s>>, missing_blank: bool },
}

impl<'s> Bound<'s> {
    /// The mapping over the header of a file; `None` where a name is missing (which is reported elsewhere).
    ///
    /// `others` are all mappings of the source: the words that a column stands for hold for joins on it too.
    pub fn new(
        mapping: &'s Mapping,
        header: &[String],
        dialect: &'s Dialect,
        joined: Option<&'s Joined>,
        others: &[&'s Mapping],
    ) -> Option<Self> {
        let pick = match (&mapping.pick, joined) {
            (Pick::Join(join), Some(joined)) => {
                let words = others.iter().copied().find(|other| {
                    matches!(&other.pick, Pick::Column(name) if name.value == join.on.value) && !other.values.is_empty()
                });
                Picked::Join {
                    on: place(header, &join.on)?,
                    words,
                    index: joined.index(place(&joined.header, &join.key)?),
                    pick: Box::new(found(&join.pick, &joined.header)?),
                    missing_blank: join.missing_blank,
                }
            }
            (pick, _) => found(pick, header)?,
        };
        let dialect = joined.map_or(dialect, |joined| joined.dialect);
        let label = mapping.pick.columns().iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ");
        Some(Self {
            mapping,
            label,
            dates: mapping.dates.as_deref().unwrap_or(&dialect.dates),
            style: NumberStyle {
                decimal: mapping.decimal.unwrap_or(dialect.style.decimal),
                thousands: mapping.thousands.or(dialect.style.thousands),
            },
            pick,
            blank: mapping.blank.as_deref().unwrap_or(&dialect.blank),
            trim: dialect.trim,
        })
    }

    /// The one column of the file that it takes as it stands; with `None` it takes none and says what it says in every row.
    /// `Err`: something more than that.
    pub fn plain(&self) -> Result<Option<usize>, ()> {
        let more = !self.blank.is_empty() || self.mapping.plus.is_some() || self.mapping.cycle.is_some();
        match &self.pick {
            Picked::Cell(place) if !more => Ok(Some(*place)),
            Picked::Fixed(_) if !more => Ok(None),
            _ => Err(()),
        }
    }

    /// What it says in every row, of a mapping that says the same in all.
    pub fn fixed(&self) -> Option<&'s str> {
        match self.pick {
            Picked::Fixed(text) => Some(text),
            _ => None,
        }
    }

    /// What the row says, before it has a type; `None`: nothing.
    pub fn text<'r>(&'r self, row: &Row<'r>) -> Result<Option<Cow<'r, str>>, Problem> {
        let picked = match &self.pick {
            Picked::Cell(place) => Cow::Borrowed(self.cell(row.cells, *place)),
            Picked::Fixed(text) => Cow::Borrowed(*text),
            Picked::RowLine => Cow::Owned(format!("line-{}", row.number)),
            Picked::Join { on, words, index, pick, missing_blank } => {
                match self.joined(row, (*on, *words), index, *missing_blank)? {
                    Some(cells) => self.several(cells, pick),
                    None => Cow::Borrowed(""),
                }
            }
            several => self.several(row.cells, several),
        };
        let picked = self.in_other_words(picked)?;
        if is_failed(&picked) && !self.is_blank(&picked) {
            return Err(failed(&picked));
        }
        Ok((!self.is_blank(&picked)).then_some(picked))
    }

    /// The cells that a sum or a product is made of, each with its place and `None` for blank ones.
    pub fn parts<'r>(&'r self, row: &Row<'r>, places: &'r [usize]) -> impl Iterator<Item = (usize, Option<&'r str>)> {
        let cells = row.cells;
        places.iter().map(move |place| (*place, Some(self.cell(cells, *place)).filter(|text| !self.is_blank(text))))
    }

    /// The cells as they stand in the file, to be shown in a finding.
    pub fn raw(&self, row: &Row<'_>) -> String {
        let places = match &self.pick {
            Picked::Cell(place) | Picked::Join { on: place, .. } => std::slice::from_ref(place),
            Picked::Text(places, _) | Picked::First(places) | Picked::Sum(places) | Picked::Product(places) => places,
            Picked::Fixed(text) => return (*text).to_owned(),
            Picked::RowLine => return String::new(),
        };
        let cells = places.iter().map(|place| row.cells.get(*place).map_or("", |cell| &**cell));
        cells.collect::<Vec<_>>().join(", ")
    }

    /// Whether a text means nothing.
    fn is_blank(&self, text: &str) -> bool {
        text.is_empty() || self.blank.iter().any(|blank| blank == text)
    }

    /// A cell without the blanks at its ends.
    fn cell<'r>(&self, cells: &'r [Cow<'r, str>], place: usize) -> &'r str {
        let cell = cells.get(place).map_or("", |cell| &**cell);
        if self.trim { trimmed(cell) } else { cell }
    }

    /// A text made of cells.
    fn several<'r>(&self, cells: &'r [Cow<'r, str>], pick: &Picked<'_>) -> Cow<'r, str> {
        let texts = |places: &[usize]| -> Vec<&'r str> {
            places.iter().map(|place| self.cell(cells, *place)).filter(|text| !self.is_blank(text)).collect()
        };
        match pick {
            Picked::Cell(place) => Cow::Borrowed(self.cell(cells, *place)),
            Picked::Text(places, with) => Cow::Owned(texts(places).join(with)),
            Picked::First(places) => Cow::Borrowed(texts(places).first().copied().unwrap_or_default()),
            _ => Cow::Borrowed(""),
        }
    }

    /// The word that stands for another one.
    fn in_other_words<'r>(&'r self, text: Cow<'r, str>) -> Result<Cow<'r, str>, Problem> {
        let values = &self.mapping.values;
        if values.is_empty() {
            return Ok(text);
        }
        if let Some(other) = values.get(&*text) {
            return Ok(Cow::Borrowed(other));
        }
        if self.mapping.only_values && !self.is_blank(&text) {
            let near = nearest(&text, values.keys().map(String::as_str));
            let message = format!("`{}` is not among the `values` of this column", shortened(&text));
            return Err(Problem::new(Code::BadValue, message).near(near));
        }
        Ok(text)
    }

    /// The row of the other file that belongs to this one.
    fn joined<'r>(
        &'r self,
        row: &Row<'r>,
        (on, words): (usize, Option<&Mapping>),
        index: &'r Index<'s>,
        missing_blank: bool,
    ) -> Result<Option<&'r [Cow<'r, str>]>, Problem> {
        let cell = self.cell(row.cells, on);
        let key = words.and_then(|words| words.values.get(cell)).map_or(cell, String::as_str);
        match index.find(key) {
            Ok(Some(cells)) => Ok(Some(cells)),
            Ok(None) if missing_blank || self.is_blank(key) => Ok(None),
            Ok(None) => {
                let message = format!("`{}` is not in `{}`", shortened(key), index.file());
                Err(Problem::new(Code::BadValue, message).near(index.near(key)))
            }
            Err((first, second)) => {
                let message =
                    format!("`{}` stands twice in `{}`: lines {first} and {second}", shortened(key), index.file());
                Err(Problem::new(Code::AmbiguousJoin, message))
            }
        }
    }
}

/// The place of a name in a header.
fn place(header: &[String], name: &Said<String>) -> Option<usize> {
    header.iter().position(|column| *column == name.value)
}

/// A pick over a header.
fn found<'s>(pick: &'s Pick, header: &[String]) -> Option<Picked<'s>> {
    let places = |names: &[Said<String>]| names.iter().map(|name| place(header, name)).collect::<Option<Vec<_>>>();
    Some(match pick {
        Pick::Column(name) => Picked::Cell(place(header, name)?),
        Pick::Fixed(text) => Picked::Fixed(&text.value),
        Pick::RowLine => Picked::RowLine,
        Pick::Text(names, with) => Picked::Text(places(names)?, with),
        Pick::First(names) => Picked::First(places(names)?),
        Pick::Sum(names) => Picked::Sum(places(names)?),
        Pick::Product(names) => Picked::Product(places(names)?),
        Pick::Join(_) => return None,
    })
}

/// A cell without blanks and byte order marks at its ends.
pub(crate) fn trimmed(cell: &str) -> &str {
    let edge = |c: char| c.is_whitespace() || c == '\u{feff}';
    match (cell.as_bytes().first(), cell.as_bytes().last()) {
        (Some(first), Some(last)) if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        _ => cell.trim_matches(edge),
    }
}
