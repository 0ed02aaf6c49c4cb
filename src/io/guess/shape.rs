//! What the values of a column look like: dates of some format, numbers in some style, how many different ones.

use super::super::convert::beside::{Beside, beside, likely};
use super::super::dates::DateFormat;
use super::super::formats::{Format, Grid, Unpacked, lists, named, read, sheets, unpack};
use super::super::mapping::trimmed;
use super::super::numbers::{NumberStyle, read_number};
use super::super::settings::{Said, Source};
use super::super::table::{Rows, without_last};
use super::super::text::decode;
use super::around::Around;
use crate::domain::currency::Currency;
use chrono::NaiveDate;
use encoding_rs::WINDOWS_1252;
use std::collections::{BTreeMap, BTreeSet};

/// A file that was looked at.
pub(super) struct Table {
    /// Its path.
    pub file: String,
    /// The sheet of a workbook, where it is not the first; the list inside a JSON file.
    pub sheet: Option<String>,
    /// The encoding that must be said, if it is not one that the file itself tells.
    pub encoding: Option<&'static str>,
    /// The columns' names.
    pub header: Vec<String>,
    /// The rows, all as long as the header.
    pub rows: Vec<Vec<String>>,
    /// What stands around them.
    pub around: Around,
}

/// Texts that stand for nothing in many exports.
const NOTHING: [&str; 13] = ["-", "–", "—", "?", "TBD", "tbd", "TBC", "N/A", "n/a", "NULL", "null", "None", "#N/A"];

/// Date formats, those of which the day is sure before those that could be read in two ways.
const DATES: [&str; 15] = [
    "YYYY-MM-DD",
    "DD.MM.YYYY",
    "D.M.YYYY",
    "YYYY/MM/DD",
    "YYYYMMDD",
    "D-MMM-YYYY",
    "D MMM YYYY",
    "MMM D, YYYY",
    "D-MMM-YY",
    "DD.MM.YY",
    "M/D/YYYY",
    "D/M/YYYY",
    "M/D/YY",
    "D/M/YY",
    "D-M-YYYY",
];

/// Number styles, the plain one first.
const STYLES: [NumberStyle; 9] = [
    NumberStyle { decimal: '.', thousands: None },
    NumberStyle { decimal: '.', thousands: Some(',') },
    NumberStyle { decimal: ',', thousands: None },
    NumberStyle { decimal: ',', thousands: Some('.') },
    NumberStyle { decimal: ',', thousands: Some(' ') },
    NumberStyle { decimal: '.', thousands: Some(' ') },
    NumberStyle { decimal: '.', thousands: Some('\'') },
    NumberStyle { decimal: '.', thousands: Some('\u{2019}') },
    NumberStyle { decimal: '٫', thousands: Some('٬') },
];

/// The tables of a file, in any format that is read: of a workbook one for each of its sheets.
pub(super) fn tables(file: &str, bytes: &[u8]) -> Vec<Result<Table, Option<String>>> {
    let Ok(unpacked) = unpack(&named(file), file, bytes) else { return vec![Err(None)] };
    if unpacked.format == Format::Json {
        let lists = lists(&unpacked.bytes);
        if !lists.is_empty() {
            return lists.iter().map(|name| table(file, &unpacked, Some(name))).collect();
        }
    }
    if unpacked.format != Format::Workbook {
        return vec![table(file, &unpacked, None)];
    }
    let names = sheets(file, &unpacked.bytes);
    let of_sheet = |(place, name): (usize, &String)| table(file, &unpacked, Some(name).filter(|_| place > 0));
    names.iter().enumerate().map(of_sheet).collect()
}

/// A table of a file, or of the sheet of a name in it.
///
/// # Errors
/// It is none: no header, one column. What is wrong with it, where that can be said.
fn table(file: &str, unpacked: &Unpacked<'_>, sheet: Option<&String>) -> Result<Table, Option<String>> {
    let said = || sheet.map(|name| Said { value: name.clone(), at: 0..0 });
    let of_grid = |format, source: &Source, around| {
        let grid = read(format, file, &unpacked.bytes, source).ok().flatten();
        grid.map(|grid| Table { sheet: sheet.cloned(), ..of_grid(file, grid, around) })
    };
    let mut source = Source { sheet: said(), ..Source::of_file(file) };
    match unpacked.format {
        Format::Text => {
            let around = |text: &str| Around::of_text(text);
            let framed = sound(of_text(file, &unpacked.bytes, around));
            framed.or_else(|why| sound(of_text(file, &unpacked.bytes, |_| Around::default())).map_err(|_| why))
        }
        Format::Database => Err(None),
        Format::Workbook => {
            source.dialect.header = false;
            let rows = read(Format::Workbook, file, &unpacked.bytes, &source).ok().flatten().ok_or(None)?.rows;
            let around = Around::of_sheet(&rows);
            source.dialect = around.dialect();
            let framed = sound(of_grid(Format::Workbook, &source, around));
            let plain =
                || of_grid(Format::Workbook, &Source { sheet: said(), ..Source::of_file(file) }, Around::default());
            framed.or_else(|why| sound(plain()).map_err(|_| why))
        }
        format => sound(of_grid(format, &source, Around::default())),
    }
}

/// A table with rows, each of whose columns has a name of its own.
fn sound(table: Option<Table>) -> Result<Table, Option<String>> {
    let table = table.filter(|table| table.header.len() > 1 && !table.rows.is_empty()).ok_or(None)?;
    let is_data =
        |cell: &String| read_number(cell, NumberStyle::default()).is_ok() || DateFormat::iso().read(cell).is_ok();
    if table.header.iter().any(is_data) {
        return Err(None);
    }
    let mut places: BTreeMap<&String, usize> = BTreeMap::new();
    let twice = |(place, name)| places.insert(name, place).map(|first| (first, place, name));
    let found = table.header.iter().enumerate().find_map(twice);
    let Some((first, second, name)) = found else { return Ok(table) };
    let file = &table.file;
    if name.is_empty() {
        let (first, second) = (first.saturating_add(1), second.saturating_add(1));
        return Err(Some(format!("the columns {first} and {second} of `{file}` have no name")));
    }
    Err(Some(format!("`{file}` has two columns `{name}`")))
}

/// Rows whose values the file itself knows the types of; those that hold what is no value are left out.
fn of_grid(file: &str, grid: Grid, around: Around) -> Table {
    let width = grid.header.len();
    let padded = |mut cells: Vec<String>| {
        cells.resize(width, String::new());
        cells.iter().map(|cell| trimmed(cell).to_owned()).collect::<Vec<_>>()
    };
    let rows = grid.rows.into_iter().filter_map(|row| row.cells.ok()).map(padded);
    let rows = rows.filter(|row| !row.iter().all(String::is_empty)).collect();
    Table { file: file.to_owned(), sheet: None, encoding: None, header: grid.header, rows, around }
}

/// Lines of text.
fn of_text(file: &str, bytes: &[u8], around: impl Fn(&str) -> Around) -> Option<Table> {
    let (mut decoded, mut encoding) = (decode(file, bytes, None).ok()?, None);
    if !decoded.misfits.is_empty() {
        decoded = decode(file, bytes, Some(WINDOWS_1252)).ok()?;
        encoding = Some("windows-1252");
    }
    let around = around(&decoded.text);
    let text = without_last(&decoded.text, around.skip_end, None);
    let (cut, _) = around.dialect().cut(text, None);
    let (mut rows, mut cells) = (Rows::new(text, &cut), Vec::new());
    rows.skip(around.skip);
    let (file, header) = (file.to_owned(), Vec::new());
    let mut table = Table { file, sheet: None, encoding, header, rows: Vec::new(), around };
    while let Some((_, result)) = rows.read(&mut cells) {
        let mut row: Vec<String> = cells.iter().map(|cell| trimmed(cell).to_owned()).collect();
        if result.is_err() || row.iter().all(String::is_empty) {
            continue;
        }
        if table.header.is_empty() {
            if row.last().is_some_and(String::is_empty) {
                row.pop();
            }
            table.header = row;
            continue;
        }
        if row.len() > table.header.len() && row.last().is_some_and(String::is_empty) {
            row.pop();
        }
        if row.len() == table.header.len() {
            table.rows.push(row);
        }
    }
    Some(table)
}

impl Table {
    /// The values of a column in some rows that are not nothing.
    pub fn values<'t>(&'t self, column: usize, taken: &'t [bool]) -> impl Iterator<Item = &'t str> {
        let rows = self.rows.iter().enumerate().filter(|(place, _)| taken.get(*place).copied().unwrap_or(true));
        rows.filter_map(move |(_, row)| row.get(column)).map(String::as_str).filter(|value| !is_nothing(value))
    }

    /// How many of some rows there are.
    pub fn count(&self, taken: &[bool]) -> usize {
        if taken.is_empty() { self.rows.len() } else { taken.iter().filter(|taken| **taken).count() }
    }

    /// Texts that stand for nothing in a column.
    pub fn blanks(&self, column: usize) -> BTreeSet<&str> {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.filter(|cell| NOTHING.contains(cell)).collect()
    }

    /// How often each value of a column stands there, the most frequent first.
    pub fn frequent<'t>(&'t self, column: usize, taken: &'t [bool]) -> Vec<(&'t str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in self.values(column, taken) {
            let count = counts.entry(value).or_insert(0);
            *count = count.saturating_add(1);
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counts
    }

    /// The first values of a column.
    pub fn samples(&self, column: usize, taken: &[bool]) -> Vec<String> {
        self.values(column, taken).take(3).map(str::to_owned).collect()
    }
}

/// Whether a text stands for nothing.
fn is_nothing(value: &str) -> bool {
    value.is_empty() || NOTHING.contains(&value)
}

/// Dates of a column: how they are written, the first and the last.
pub(super) struct Dates {
    /// The format.
    pub format: &'static str,
    /// Another one that all of them fit too, with other days.
    pub or: Option<&'static str>,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

/// Whether so many of `all` values speak for a reading: at least four in five, so that a typing mistake hides no column. Of a column
/// that somebody named one is enough: what the others are is told row by row.
fn enough(fitting: usize, all: usize, named: bool) -> bool {
    fitting > 0 && (named || fitting.saturating_mul(5) >= all.saturating_mul(4))
}

impl Dates {
    /// The same, read as all rows of the column ask for, where the own values can be read so too.
    pub fn settled(self, own: &[&str], all: &[&str]) -> Self {
        let Some(whole) = dates(all.iter().copied()) else { return self };
        let Ok(format) = DateFormat::new(whole.format) else { return self };
        let read = own.iter().map(|value| format.read(&super::super::dates::plain_digits(value)).ok());
        let days: Option<Vec<NaiveDate>> = read.collect();
        match days.as_deref().and_then(|days| days.iter().min().zip(days.iter().max())) {
            Some((first, last)) => Self { format: whole.format, or: whole.or, first: *first, last: *last },
            None => self,
        }
    }
}

/// The dates of values; `None` where too many are no dates, or there are none.
pub(super) fn dates<'t>(values: impl Iterator<Item = &'t str> + Clone) -> Option<Dates> {
    dates_of(values, false)
}

/// The same of a column that may have been named.
pub(super) fn dates_of<'t>(values: impl Iterator<Item = &'t str> + Clone, named: bool) -> Option<Dates> {
    let mut found: Option<(Vec<Option<NaiveDate>>, Dates)> = None;
    let all = values.clone().count();
    for text in DATES {
        let Ok(format) = DateFormat::new(text) else { continue };
        let read = values.clone().map(|value| format.read(&super::super::dates::plain_digits(value)).ok());
        let days: Vec<Option<NaiveDate>> = read.collect();
        let fitting = |days: &[Option<NaiveDate>]| days.iter().flatten().count();
        let (Some(first), Some(last)) = (days.iter().flatten().min(), days.iter().flatten().max()) else { continue };
        if !enough(fitting(&days), all, named) {
            continue;
        }
        let dates = Dates { format: text, or: None, first: *first, last: *last };
        match &mut found {
            Some((others, dates)) if fitting(others) == fitting(&days) => {
                // Day by day: the first and the last may be the same in both readings.
                if *others != days {
                    dates.or = dates.or.or(Some(text));
                }
            }
            Some((others, _)) if fitting(others) > fitting(&days) => {}
            _ => found = Some((days, dates)),
        }
    }
    found.map(|(_, dates)| dates)
}

/// Numbers of a column: how they are written, and the sign of a currency beside them.
pub(super) struct Numbers {
    /// The style.
    pub style: NumberStyle,
    /// The currency that a sign or code beside the figures speaks for.
    pub currency: Option<&'static str>,
    /// Whether a number could as well be read in another style, with another value.
    pub unsure: bool,
}

impl Numbers {
    /// The same, read as all rows of the column ask for, where the own values can be read so too.
    pub fn settled(self, own: &[&str], all: &[&str]) -> Self {
        let Some(whole) = numbers(all.iter().copied()) else { return self };
        let fits = own.iter().all(|value| read_number(&bare(value), whole.style).is_ok());
        if fits { Self { style: whole.style, unsure: whole.unsure, ..self } } else { self }
    }
}

/// The currency that the name of a column says: `Amount (EUR)`, `Betrag €`.
pub(super) fn currency_in(name: &str) -> Option<&'static str> {
    // In a name that is written in capitals alone many words look like codes.
    let tells = name.contains('(') || name.chars().any(char::is_lowercase);
    let mut words = name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| tells && word.len() == 3);
    let code = words.find_map(|word| Currency::from_code(word).map(Currency::code));
    code.or_else(|| likely(name).filter(|_| name.contains(|c: char| !c.is_ascii() || c == '$')))
}

/// A number without what stands beside it: `($5)` is `(5)`.
fn bare(value: &str) -> String {
    if let Some(currency) = likely(value).and_then(Currency::from_code)
        && let Beside::Own(rest) = beside(value, currency)
    {
        return rest;
    }
    value.trim_matches(|c: char| !c.is_numeric() && !matches!(c, '-' | '(' | ')' | '.' | ',' | '+')).to_owned()
}

/// The numbers of values; `None` where too many are no numbers, or there are none.
pub(super) fn numbers<'t>(values: impl Iterator<Item = &'t str> + Clone) -> Option<Numbers> {
    numbers_of(values, false)
}

/// The same of a column that may have been named.
pub(super) fn numbers_of<'t>(values: impl Iterator<Item = &'t str> + Clone, named: bool) -> Option<Numbers> {
    values.clone().next()?;
    let mut currency = None;
    let figures: Vec<String> = values
        .map(|value| {
            currency = currency.or_else(|| likely(value));
            bare(value)
        })
        .collect();
    let fitting = |style: &NumberStyle| figures.iter().filter(|value| read_number(value, *style).is_ok()).count();
    let most = STYLES.iter().map(fitting).max().filter(|most| enough(*most, figures.len(), named))?;
    let style = STYLES.into_iter().find(|style| fitting(style) == most)?;
    // `1,234` in every row: thousands where all have groups of three, though decimals are possible. `1.234` wherever there is a
    // point: three decimals, though thousands are possible.
    let swapped = match style {
        NumberStyle { decimal: '.', thousands: None } if figures.iter().any(|value| value.contains('.')) => {
            Some(NumberStyle { decimal: ',', thousands: Some('.') })
        }
        NumberStyle { thousands: Some(mark), .. } => Some(NumberStyle { decimal: mark, thousands: None }),
        NumberStyle { .. } => None,
    };
    Some(Numbers { style, currency, unsure: swapped.is_some_and(|style| fitting(&style) == most) })
}
