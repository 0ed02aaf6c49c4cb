//! Which column of a plain file fills which of ours, and what must be true of its cells.

use super::super::deals::DealColumns;
use super::super::dialect::Dialect;
use super::super::failed::may_fail;
use super::super::folder::{Folder, Left};
use super::super::formats::{self, Format, Named, named, unpack};
use super::super::mapping::{Bound, Reading};
use super::super::numbers::NumberStyle;
use super::super::settings::{Origin, Settings, Source};
use super::super::sheet::{Env, Sheet, head_of};
use super::super::table::Cut;
use super::plain::{DELIMITER, plainly};
use super::text::Text;
use crate::domain::columns::Unfit;
use crate::domain::facts::{Schema, deal_column};
use crate::domain::value::{ColumnType, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much of a file tells how it is written: more than a guess of the delimiter looks at.
const HEAD: usize = 70_000;

/// What a column of ours is read from, and how.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The place in [`Schema::deals`].
    pub place: usize,
    /// The column of the file.
    pub from: usize,
    /// How its cells are read.
    pub how: How,
    /// Whether a cell may be blank.
    pub may_be_blank: bool,
    /// What a blank cell means.
    pub default: Option<Value>,
}

/// How cells are read.
#[derive(Clone, Debug)]
pub enum How {
    /// As a number.
    Figures {
        /// What it is.
        kind: ColumnType,
        /// By how many places it is moved: 20 % is 0.20.
        moved: u32,
    },
    /// As a day.
    Days,
    /// As a text: one of those listed, or with none listed any; other words for some.
    Texts {
        /// The listed texts.
        listed: Vec<Arc<str>>,
        /// Other words.
        words: BTreeMap<String, String>,
        /// Whether a text without another word is refused.
        only_words: bool,
        /// Whether it is a code of a currency.
        currency: bool,
    },
    /// As a text that nobody reads.
    Unread,
}

/// A place for a payee: the file's columns of payee and share.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The payee.
    pub payee: usize,
    /// The share, and the places by which it is moved to a fraction.
    pub share: Option<(usize, u32)>,
}

/// A file of deals that is plainly written, as its settings map it.
pub struct Layout<'s> {
    /// The file.
    pub text: Text<'s>,
    /// Whether it was written plainly in memory, for it was not so itself.
    pub is_plain: bool,
    /// How its cells stand apart.
    cut: Cut,
    /// The byte at which the rows begin.
    pub start: usize,
    /// Between cells.
    pub delimiter: u8,
    /// How many cells a row has.
    pub width: usize,
    /// The column of the ids.
    pub id: usize,
    /// Our columns that the file fills.
    pub filled: Vec<Filled>,
    /// Our columns that stand still: what they hold in every row.
    pub still: Vec<Option<Value>>,
    /// Who takes part.
    pub places: Vec<Place>,
    /// Whether the shares may leave something to nobody.
    pub undivided: bool,
    /// Kinds of events in columns, each with its column.
    pub events: Vec<(Arc<str>, usize)>,
    /// Whether blanks at the ends of cells are dropped: then none may stand there.
    pub trim: bool,
}

impl<'s> Layout<'s> {
    /// The layout of a project's deals, where one file holds them and says all that there is to say of them.
    ///
    /// # Errors
    /// Anything else.
    pub fn of(
        settings: &'s Settings,
        (folder, left): (&'s Folder, Option<&'s Left>),
        read: &dyn Fn(usize) -> bool,
    ) -> Result<Self, Unfit> {
        let sources = &settings.sources;
        let others = [&sources.shares, &sources.events, &sources.adjustments];
        let [source] = sources.deals.as_slice() else { return Err(Unfit::Unusual) };
        let Origin::Files(names) = &source.origin else { return Err(Unfit::Unusual) };
        let [name] = names.as_slice() else { return Err(Unfit::Unusual) };
        let names_payees =
            source.payees_from.as_ref().is_some_and(|list| !list.is_empty()) || sources.payees.is_empty();
        let by_calendar = settings.calendar_settings.pattern.is_some();
        // Pieces of a file do not know where its last lines are.
        let plain = others.iter().all(|list| list.is_empty())
            && source.filter.is_empty()
            && source.dialect.skip_end == 0
            && !names_payees
            && !by_calendar;
        if !plain {
            return Err(Unfit::Unusual);
        }
        let file = match left.filter(|left| left.is(&name.value)) {
            Some(left) => Text::Left(left),
            None => Text::Here(Cow::Borrowed(folder.find_data(named(&name.value).path).ok_or(Unfit::Unusual)?.1)),
        };
        let Opened { text, is_plain, cut, header, start } = Opened::of(source, &name.value, file)?;
        let ([delimiter], None) = (cut.delimiter.as_bytes(), &cut.row_end) else { return Err(Unfit::Unusual) };
        let width = header.len();
        let env = Env { settings, folder, joined: BTreeMap::new() };
        let sheet = Sheet::head(source, header);
        let columns =
            DealColumns::bind(&env, &sheet).filter(|columns| columns.stack.is_none()).ok_or(Unfit::Unusual)?;
        let mut layout = Self {
            text,
            is_plain,
            start,
            delimiter: *delimiter,
            cut: cut.clone(),
            width,
            id: columns
                .id
                .plain()
                .ok()
                .flatten()
                .filter(|_| columns.id.mapping.values.is_empty())
                .ok_or(Unfit::Unusual)?,
            filled: Vec::new(),
            still: columns.blank.clone(),
            places: Vec::new(),
            undivided: settings.roles.undivided,
            events: Vec::new(),
            trim: source.dialect.trim,
        };
        layout.columns(&settings.schema, &columns, read)?;
        layout.people(&columns)?;
        for (kind, date, amount) in columns.events.columns() {
            // What somebody decides holds for more than the deal, and a new payee changes who is credited.
            let decided = matches!(&**kind, "held" | "released" | "reassigned");
            let place = day_column(date)?.filter(|_| amount.is_none() && !decided).ok_or(Unfit::Unusual)?;
            layout.events.push((Arc::clone(kind), place));
        }
        Ok(layout)
    }

    /// The same with the file plainly written in memory.
    ///
    /// # Errors
    /// What cannot be written so.
    pub fn plainly(mut self) -> Result<Self, Unfit> {
        let mut buffer = Vec::new();
        let text = std::str::from_utf8(self.text.head(usize::MAX, &mut buffer)?).map_err(|_| Unfit::Unusual)?;
        let plain = plainly(text, self.start, &self.cut, self.width)?;
        (self.text, self.start, self.delimiter) = (Text::Here(Cow::Owned(plain.into_bytes())), 0, DELIMITER);
        self.is_plain = true;
        Ok(self)
    }

    /// Whether some whole rows are text, plainly written.
    ///
    /// # Errors
    /// They are not.
    pub fn is_text(&self, rows: &[u8]) -> Result<(), Unfit> {
        // What is written plainly here has neither quotation marks nor two bytes at the end of a line that mean anything.
        let quote = self.cut.quote.and_then(|quote| u8::try_from(quote).ok()).filter(|_| !self.is_plain);
        let quote = quote.unwrap_or(0);
        // Many bytes together, so that no byte asks for a jump.
        let odd = |found: bool, byte: &u8| found | (*byte == quote) | (*byte == b'\r') | (*byte == 0);
        if rows.chunks(256).any(|bytes| bytes.iter().fold(false, odd)) {
            return Err(if self.is_plain || rows.contains(&0) { Unfit::Unusual } else { Unfit::Spelling });
        }
        if rows.contains(&b'#') && may_fail(rows, self.delimiter) {
            return Err(Unfit::Unusual);
        }
        let text = std::str::from_utf8(rows).map_err(|_| Unfit::Unusual)?;
        if !rows.is_ascii() && text.contains('\u{feff}') {
            return Err(Unfit::Unusual);
        }
        Ok(())
    }

    fn columns(
        &mut self,
        schema: &Schema,
        columns: &DealColumns<'_>,
        read: &dyn Fn(usize) -> bool,
    ) -> Result<(), Unfit> {
        let currency = columns.currency.as_ref().map(|bound| (deal_column::CURRENCY, bound));
        for (place, bound) in columns.others.iter().map(|(place, bound)| (*place, bound)).chain(currency) {
            let column = schema.deals.get(place).ok_or(Unfit::Unusual)?;
            let is_currency = place == deal_column::CURRENCY;
            let from = bound.plain().map_err(|()| Unfit::Unusual)?;
            let Some(from) = from else {
                // The same in every row: of texts alone, which need no reading.
                let text = bound.fixed().filter(|text| column.values.is_empty() && !text.is_empty() && !is_currency);
                let text = text.filter(|_| column.kind == ColumnType::Text && bound.mapping.values.is_empty());
                put(&mut self.still, place, text.map(|text| Value::Text(Arc::from(text))).ok_or(Unfit::Unusual)?);
                continue;
            };
            if matches!(place, deal_column::PARENT | deal_column::RECORDED) {
                return Err(Unfit::Unusual);
            }
            let how = match column.kind {
                kind @ (ColumnType::Money | ColumnType::Number) => How::Figures { kind, moved: plain_number(bound)? },
                kind @ ColumnType::Percent => How::Figures { kind, moved: percent_places(bound)? },
                ColumnType::Date => day_column(bound)?.map(|_| How::Days).ok_or(Unfit::Unusual)?,
                ColumnType::YesNo => return Err(Unfit::Unusual),
                ColumnType::Text
                    if read(place) || is_currency || !column.values.is_empty() || !bound.mapping.values.is_empty() =>
                {
                    How::Texts {
                        listed: column.values.clone(),
                        words: bound.mapping.values.clone(),
                        only_words: bound.mapping.only_values,
                        currency: is_currency,
                    }
                }
                ColumnType::Text => How::Unread,
            };
            let may_be_blank = column.optional || column.default.is_some() || is_currency;
            self.filled.push(Filled { place, from, how, may_be_blank, default: column.default.clone() });
        }
        Ok(())
    }

    fn people(&mut self, columns: &DealColumns<'_>) -> Result<(), Unfit> {
        let of = |bound: &Bound<'_>| match bound.plain() {
            Ok(Some(place)) if bound.mapping.values.is_empty() => Ok(place),
            _ => Err(Unfit::Unusual),
        };
        if let Some(payee) = &columns.payee {
            self.places.push(Place { payee: of(payee)?, share: None });
        }
        for slot in &columns.slots {
            let share = match &slot.share {
                Some(share) => Some((of(share)?, percent_places(share)?)),
                None => None,
            };
            if slot.role.is_some() {
                return Err(Unfit::Unusual);
            }
            self.places.push(Place { payee: of(&slot.payee)?, share });
        }
        Ok(())
    }
}

/// A file whose head was read.
struct Opened<'s> {
    text: Text<'s>,
    is_plain: bool,
    cut: Cut,
    header: Vec<String>,
    start: usize,
}

impl<'s> Opened<'s> {
    fn of(source: &Source, name: &str, text: Text<'s>) -> Result<Self, Unfit> {
        let named = named(name);
        if let (Format::Parquet | Format::Arrow, Text::Here(bytes)) = (named.format, &text) {
            return Self::of_columns(source, &named, bytes).ok_or(Unfit::Unusual);
        }
        if named.format != Format::Text {
            return Err(Unfit::Unusual);
        }
        let mut buffer = Vec::new();
        let (mark, head) = head_text(&source.dialect, text.head(HEAD, &mut buffer)?)?;
        let (cut, header, start) = head_of(source, head).ok_or(Unfit::Unusual)?;
        Ok(Self { text, is_plain: false, cut, header, start: start.saturating_add(mark) })
    }

    /// A file that has columns itself is written plainly in memory.
    fn of_columns(source: &Source, named: &Named<'_>, bytes: &[u8]) -> Option<Self> {
        let unpacked = unpack(named, named.path, bytes).ok()?;
        let (header, text) = formats::plainly(named.format, (named.path, &*unpacked.bytes), source, DELIMITER)?;
        if !source.is_met_by(&header) {
            return None;
        }
        let cut = Cut { delimiter: char::from(DELIMITER).to_string(), row_end: None, quote: None };
        Some(Self { text: Text::Here(Cow::Owned(text)), is_plain: true, cut, header, start: 0 })
    }
}

/// The first text of a file that is UTF-8, behind a byte-order mark of so many bytes.
fn head_text<'s>(dialect: &Dialect, bytes: &'s [u8]) -> Result<(usize, &'s str), Unfit> {
    let plain = dialect.encoding.is_none_or(|encoding| encoding == encoding_rs::UTF_8);
    if !plain || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Unfit::Unusual);
    }
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mark = bytes.len().saturating_sub(rest.len());
    match std::str::from_utf8(rest) {
        Ok(text) => Ok((mark, text)),
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => {
            let text = rest.get(..error.valid_up_to()).map(std::str::from_utf8);
            text.and_then(Result::ok).map(|text| (mark, text)).ok_or(Unfit::Unusual)
        }
        Err(_) => Err(Unfit::Unusual),
    }
}

fn put(cells: &mut [Option<Value>], place: usize, value: Value) {
    if let Some(cell) = cells.get_mut(place) {
        *cell = Some(value);
    }
}

/// The places by which a number is moved, of one in the plain style: none.
fn plain_number(bound: &Bound<'_>) -> Result<u32, Unfit> {
    let plain = bound.style == NumberStyle::default() && bound.mapping.values.is_empty();
    if plain && bound.mapping.reading.is_none() { Ok(0) } else { Err(Unfit::Unusual) }
}

/// The places by which a percent that says how it is meant becomes a fraction.
fn percent_places(bound: &Bound<'_>) -> Result<u32, Unfit> {
    let plain = bound.style == NumberStyle::default() && bound.mapping.values.is_empty();
    match bound.mapping.reading {
        Some(Reading::Percent) if plain => Ok(2),
        Some(Reading::Fraction) if plain => Ok(0),
        _ => Err(Unfit::Unusual),
    }
}

/// The column of days that are written `2026-01-31`.
fn day_column(bound: &Bound<'_>) -> Result<Option<usize>, Unfit> {
    let iso = bound.dates.iter().next().is_some_and(|format| *format.text == *"YYYY-MM-DD");
    match bound.plain() {
        Ok(place) if iso && bound.mapping.values.is_empty() => Ok(place),
        _ => Err(Unfit::Unusual),
    }
}
