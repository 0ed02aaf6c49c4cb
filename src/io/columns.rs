//! Deals by columns, of a file that is plainly written: for runs that only pay.
//!
//! In:   the settings, the folder.
//! Out:  one [`Block`] of rows after another, piece by piece on all cores. Every cell was checked as the ordinary reader
//!       checks it.
//! Here: a file written plainly (`plain`), where cells end (`cut`), what they are (`cells`), which column fills which of ours
//!       (`layout`).
//! Not here: what is wrong with a row, and everything unusual: a line end in a cell, a blank where none may be, two
//!       deals of one id. It is [`Unfit`], and the ordinary reader reads all from the start, so that every finding
//!       comes from one place.

mod cells;
mod cut;
mod layout;
mod plain;
mod text;

pub use layout::Layout;

use crate::domain::columns::{
    BLANK, Block, Blocks, Cells, Happened, Ids, NO_DAY, Names, Part, SHARE_SCALE, Unfit, WHOLE, at_decimals, whole_of,
};
use crate::domain::currency::Currency;
use crate::domain::facts::deal_column;
use crate::domain::value::Value;
use crate::parallel;
use cells::{Months, figure, of_column, ranges};
use layout::{Filled, How};
use std::sync::Arc;

/// Rows of a block: few enough to stay near, many enough to be worth it.
const ROWS: usize = 1024;
/// Most different texts that are remembered from piece to piece.
const MOST_TEXTS: usize = 1 << 16;
/// Longest id, in bytes.
const ID_LIMIT: usize = 200;

impl Blocks for Layout<'_> {
    fn kinds(&self) -> Vec<Arc<str>> {
        self.events.iter().map(|(kind, _)| Arc::clone(kind)).collect()
    }

    fn currency(&self) -> Option<Arc<str>> {
        let is_read = self.filled.iter().any(|column| column.place == deal_column::CURRENCY);
        let still = self.still.get(deal_column::CURRENCY).filter(|_| !is_read)?;
        still.as_ref().and_then(Value::text).cloned()
    }

    fn read<W, R: Send>(
        &self,
        start: impl Fn(u32) -> W + Sync + Send,
        take: impl Fn(&mut W, &Block<'_>) -> Result<(), Unfit> + Sync + Send,
        end: impl Fn(&mut W, &Names) -> R + Sync + Send,
    ) -> Result<Vec<R>, Unfit> {
        let months = Months::new();
        let pieces = self.text.pieces(self.start);
        at_decimals(|decimals| {
            let with = || (start(decimals), Reader::new(self, &months, decimals), Vec::new());
            let read = parallel::each_with(&pieces, with, |(worked, reader, buffer), piece| {
                if reader.texts.len() > MOST_TEXTS {
                    // Nearly every row has a text of its own, and what was found by texts is of no more use.
                    (*worked, *reader) = (start(decimals), Reader::new(self, &months, decimals));
                }
                let text = self.text.piece(self.start, *piece, buffer)?;
                let mut at = 0;
                while at < text.len() {
                    at = reader.next(text, at)?;
                    take(worked, &reader.block(text))?;
                }
                Ok(end(worked, &reader.people))
            });
            read.into_iter().collect()
        })
    }

    fn ids(&self) -> Result<Ids, Unfit> {
        let of_piece = |(buffer, ends): &mut (Vec<u8>, Vec<u32>), piece: &usize| {
            let (mut at, mut ids) = (0, Ids::default());
            let text = self.text.piece(self.start, *piece, buffer)?;
            while at < text.len() {
                at = cut::cut(text, at, (self.delimiter, self.width), ROWS, ends)?;
                of_column(text, ends, self.id, self.width).for_each(|id| ids.push(id));
            }
            Ok(ids)
        };
        let pieces = self.text.pieces(self.start);
        let found: Result<Vec<Ids>, Unfit> =
            parallel::each_with(&pieces, Default::default, of_piece).into_iter().collect();
        let mut all = Ids::default();
        found?.iter().for_each(|ids| all.append(ids));
        Ok(all)
    }
}

/// Reads pieces, block by block.
struct Reader<'r> {
    layout: &'r Layout<'r>,
    months: &'r Months,
    decimals: u32,
    ends: Vec<u32>,
    /// For each column of [`Layout::filled`] the places of the texts it lists.
    listed: Vec<Vec<u32>>,
    /// What [`Block`] is made of.
    rows: usize,
    ids: Vec<(u32, u32)>,
    cells: Vec<Cells>,
    parts: Vec<Part>,
    happened: Vec<Happened>,
    texts: Names,
    people: Names,
    /// Of each of [`Layout::places`] who is named, by place from 1 on; 0: nobody.
    named: Vec<Vec<u32>>,
}

impl<'r> Reader<'r> {
    fn new(layout: &'r Layout<'r>, months: &'r Months, decimals: u32) -> Self {
        let mut texts = Names::default();
        let mut listed = Vec::with_capacity(layout.filled.len());
        for column in &layout.filled {
            let How::Texts { listed: list, .. } = &column.how else {
                listed.push(Vec::new());
                continue;
            };
            listed.push(list.iter().map(|text| texts.add(text.as_bytes(), || Arc::clone(text))).collect());
        }
        Self {
            layout,
            months,
            decimals,
            ends: Vec::new(),
            listed,
            rows: 0,
            ids: Vec::new(),
            cells: layout.still.iter().map(|value| Cells::Same(value.clone())).collect(),
            parts: Vec::new(),
            happened: Vec::new(),
            texts,
            people: Names::default(),
            named: Vec::new(),
        }
    }

    /// The rows that were read last.
    fn block<'b>(&'b self, text: &'b [u8]) -> Block<'b> {
        let Self { rows, ids, cells, parts, happened, texts, people, .. } = self;
        Block { text, rows: *rows, ids, cells, parts, happened, texts, people }
    }

    /// Reads the block that begins at a byte; gives the byte where the next one begins.
    fn next(&mut self, text: &[u8], from: usize) -> Result<usize, Unfit> {
        let layout = self.layout;
        let next = cut::cut(text, from, (layout.delimiter, layout.width), ROWS, &mut self.ends).map_err(|unfit| {
            // A row of another width may be a blank line, or have a delimiter in quotation marks.
            if layout.is_plain { unfit } else { Unfit::Spelling }
        })?;
        layout.is_text(text.get(from..next).unwrap_or_default())?;
        self.rows = self.ends.len().saturating_sub(1).checked_div(layout.width).unwrap_or(0);
        self.ids(text)?;
        for (column, listed) in layout.filled.iter().zip(&self.listed) {
            let cells = self.cells.get_mut(column.place).ok_or(Unfit::Unusual)?;
            let own = of_column(text, &self.ends, column.from, layout.width);
            let (from, filled) = (std::mem::replace(cells, Cells::Unread), (layout.trim, self.decimals));
            *cells = read_cells(column, own, from, (listed, &mut self.texts, self.months), filled)?;
        }
        self.days()?;
        self.parts(text)?;
        self.happened(text)?;
        Ok(next)
    }

    fn ids(&mut self, text: &[u8]) -> Result<(), Unfit> {
        self.ids.clear();
        for (from, to) in ranges(&self.ends, self.layout.id, self.layout.width) {
            let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
            let id = text.get(place(from)..place(to)).unwrap_or_default();
            if id.is_empty() || id.len() > ID_LIMIT || !is_trimmed(id, self.layout.trim) {
                return Err(Unfit::Unusual);
            }
            self.ids.push((from, to));
        }
        Ok(())
    }

    /// What the days of a deal must be together.
    fn days(&self) -> Result<(), Unfit> {
        let days = |place: usize| match self.cells.get(place) {
            Some(Cells::Days(days)) => Some(days),
            _ => None,
        };
        if let (Some(starts), Some(ends)) = (days(deal_column::STARTS), days(deal_column::ENDS))
            && starts.iter().zip(ends).any(|(starts, ends)| *ends != NO_DAY && ends < starts)
        {
            return Err(Unfit::Unusual);
        }
        let blank = |day: &i32| *day == NO_DAY;
        let none = match (days(deal_column::CLOSED), days(deal_column::BOOKED)) {
            (Some(closed), Some(booked)) => {
                closed.iter().zip(booked).any(|(closed, booked)| blank(closed) && blank(booked))
            }
            (Some(days), None) | (None, Some(days)) => days.iter().any(blank),
            (None, None) => true,
        };
        if none { Err(Unfit::Unusual) } else { Ok(()) }
    }

    /// Who takes part: shares above zero that total the whole, what a blank one leaves filled in.
    fn parts(&mut self, text: &[u8]) -> Result<(), Unfit> {
        let Self { layout, ends, rows, parts, people, named, .. } = self;
        let column = |column: usize| of_column(text, ends, column, layout.width);
        // Looked up column by column: nothing waits for the one before.
        named.resize(layout.places.len(), Vec::new());
        let id = |cell: &[u8]| std::str::from_utf8(cell).map_or_else(|_| Arc::from(""), Arc::from);
        for (place, found) in layout.places.iter().zip(named.iter_mut()) {
            found.clear();
            found.extend(column(place.payee).map(|cell| match cell {
                [] => 0,
                cell => people.add(cell, || id(cell)),
            }));
        }
        parts.clear();
        let whole = u32::try_from(WHOLE).unwrap_or(u32::MAX);
        let none = |payee: &u32| *payee == 0;
        if let ([only], [found]) = (layout.places.as_slice(), named.as_slice())
            && only.share.is_none()
        {
            let own = (0_u32..).zip(found).filter(|(_, payee)| !none(payee));
            parts.extend(own.map(|(row, payee)| Part { row, payee: payee.wrapping_sub(1), share: whole }));
            return Ok(());
        }
        let mut shares: Vec<_> =
            layout.places.iter().map(|place| place.share.map(|(from, moved)| (column(from), moved))).collect();
        for (place, row) in (0_u32..).take(*rows).enumerate() {
            let from = parts.len();
            let (mut said, mut open) = (0_i64, None);
            for (found, share) in named.iter().zip(&mut shares) {
                let payee = found.get(place).copied().unwrap_or(0);
                let share = match share {
                    Some((cells, moved)) => share_of(cells.next().unwrap_or_default(), *moved)?,
                    None => None,
                };
                match (none(&payee), share) {
                    (true, None) => continue,
                    (true, Some(_)) => return Err(Unfit::Unusual),
                    (false, Some(share)) => said = said.saturating_add(share),
                    (false, None) if open.is_some() => return Err(Unfit::Unusual),
                    (false, None) => open = Some(parts.len()),
                }
                let payee = payee.wrapping_sub(1);
                if parts.get(from..).is_some_and(|own| own.iter().any(|other| other.payee == payee)) {
                    return Err(Unfit::Unusual);
                }
                parts.push(Part { row, payee, share: u32::try_from(share.unwrap_or(0)).unwrap_or(0) });
            }
            let left = WHOLE.saturating_sub(said);
            let complete = parts.len() == from || open.is_some() || left == 0 || layout.undivided;
            if left < 0 || !complete || (open.is_some() && left == 0) {
                return Err(Unfit::Unusual);
            }
            if let Some(part) = open.and_then(|place| parts.get_mut(place)) {
                part.share = u32::try_from(left).unwrap_or(0);
            }
        }
        Ok(())
    }

    /// What happened to the deals: never before them.
    fn happened(&mut self, text: &[u8]) -> Result<(), Unfit> {
        self.happened.clear();
        let days = |place: usize| match self.cells.get(place) {
            Some(Cells::Days(days)) => days.as_slice(),
            _ => &[],
        };
        let (closed, booked) = (days(deal_column::CLOSED), days(deal_column::BOOKED));
        for (kind, (_, column)) in self.layout.events.iter().enumerate() {
            let cells = of_column(text, &self.ends, *column, self.layout.width);
            for (row, cell) in cells.enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let day = self.months.day(cell)?;
                let first = [closed, booked].iter().filter_map(|days| days.get(row)).find(|day| **day != NO_DAY);
                if first.is_none_or(|first| day < *first) {
                    return Err(Unfit::Unusual);
                }
                self.happened.push(Happened { row: u32::try_from(row).unwrap_or(u32::MAX), kind, day });
            }
        }
        if self.layout.events.len() > 1 {
            self.happened.sort_by_key(|happened| happened.row);
        }
        Ok(())
    }
}

/// A share as it was said, above zero; `None`: none was said.
fn share_of(cell: &[u8], moved: u32) -> Result<Option<i64>, Unfit> {
    if cell == b"%" {
        return Err(Unfit::Unusual);
    }
    // A percent that carries its sign says for itself what it is.
    let (cell, moved) = cell.strip_suffix(b"%").map_or((cell, moved), |figures| (figures, 2));
    let at = SHARE_SCALE.saturating_sub(moved);
    match figure(cell, at.min(4)).map_err(|_| Unfit::Unusual)? {
        BLANK => Ok(None),
        share if share > 0 => {
            let more = 10_i64.checked_pow(at.saturating_sub(at.min(4))).ok_or(Unfit::Unusual)?;
            share.checked_mul(more).filter(|share| *share <= WHOLE).map(Some).ok_or(Unfit::Unusual)
        }
        _ => Err(Unfit::Unusual),
    }
}

/// Whether a cell has no blanks at its ends, or keeps them.
fn is_trimmed(cell: &[u8], trim: bool) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    !trim || cell.is_empty() || (edge(cell.first()) && edge(cell.last()))
}

/// The cells of a column; `from` is what it was read into before.
fn read_cells<'c>(
    column: &Filled,
    own: impl Iterator<Item = &'c [u8]>,
    from: Cells,
    (listed, texts, months): (&[u32], &mut Names, &Months),
    (trim, decimals): (bool, u32),
) -> Result<Cells, Unfit> {
    let may_be_blank = column.may_be_blank;
    match &column.how {
        How::Figures { kind, moved } => {
            let (mut values, at) = match from {
                Cells::Figures { values, .. } => (values, decimals),
                _ => (Vec::with_capacity(ROWS), decimals),
            };
            values.clear();
            let scale = at.saturating_add(*moved);
            let blank = match column.default.as_ref().map(|value| value.decimal()) {
                Some(default) => default.and_then(|default| whole_of(default, scale)).ok_or(Unfit::Unusual)?,
                None => BLANK,
            };
            for cell in own {
                let value = figure(cell, at)?;
                if value == BLANK && !may_be_blank {
                    return Err(Unfit::Unusual);
                }
                values.push(if value == BLANK { blank } else { value });
            }
            Ok(Cells::Figures { values, scale, kind: *kind })
        }
        How::Days => {
            let mut days = match from {
                Cells::Days(days) => days,
                _ => Vec::with_capacity(ROWS),
            };
            days.clear();
            if column.default.is_some() {
                return Err(Unfit::Unusual);
            }
            for cell in own {
                let day = months.day(cell)?;
                // A deal has one of two days; which may be blank is looked at together.
                if day == NO_DAY && !may_be_blank {
                    return Err(Unfit::Unusual);
                }
                days.push(day);
            }
            Ok(Cells::Days(days))
        }
        How::Texts { words, only_words, currency, listed: list } => {
            let mut places = match from {
                Cells::Texts(places) => places,
                _ => Vec::with_capacity(ROWS),
            };
            places.clear();
            let blank = match column.default.as_ref() {
                Some(value) => match value.text() {
                    Some(text) => texts.add(text.as_bytes(), || Arc::clone(text)),
                    None => return Err(Unfit::Unusual),
                },
                None => 0,
            };
            for cell in own {
                let text = |cell: &[u8]| std::str::from_utf8(cell).map_or_else(|_| Arc::from(""), Arc::from);
                let place = if words.is_empty() {
                    if !is_trimmed(cell, trim) {
                        return Err(Unfit::Unusual);
                    }
                    if cell.is_empty() { 0 } else { texts.add(cell, || text(cell)) }
                } else {
                    let raw = std::str::from_utf8(cell).map_err(|_| Unfit::Unusual)?;
                    let word = match words.get(raw) {
                        Some(word) => word.as_str(),
                        None if *only_words && !raw.is_empty() => return Err(Unfit::Unusual),
                        None if is_trimmed(cell, trim) => raw,
                        None => return Err(Unfit::Unusual),
                    };
                    if word.is_empty() { 0 } else { texts.add(word.as_bytes(), || Arc::from(word)) }
                };
                let refused = (place == 0 && !may_be_blank)
                    || (place != 0 && !list.is_empty() && !listed.contains(&place))
                    || (*currency && (place == 0 || !is_currency(texts, place)));
                if refused {
                    return Err(Unfit::Unusual);
                }
                places.push(if place == 0 { blank } else { place });
            }
            Ok(Cells::Texts(places))
        }
        How::Unread => {
            for cell in own {
                if !is_trimmed(cell, trim) || (cell.is_empty() && !may_be_blank) {
                    return Err(Unfit::Unusual);
                }
            }
            Ok(Cells::Unread)
        }
    }
}

fn is_currency(texts: &Names, place: u32) -> bool {
    texts.text(place).is_some_and(|code| Currency::from_code(code).is_some())
}
