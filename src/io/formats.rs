//! What kind of file holds rows, told by its name: text, JSON, a workbook, Parquet, Arrow, a database, each also packed.
//!
//! In:   a name as the settings say it (`deals.csv`, `export.zip/deals.json`, `sqlite:crm.db`) and the file's bytes.
//! Out:  for text its bytes, unpacked; for everything else a [`Grid`]: the names of its columns and its rows, each with
//!       its line, their cells as texts. Numbers, days and yes or no that the file itself knows as such are written as
//!       the source says numbers and days are written, so that all formats are read by the same code.
//! Here: names, the grid. Each format is a file below. Not here: what a column means.
//!
//! Invariant: one table gives the same rows, findings and digests in every format. Tested by `tests/formats.rs`.

mod addresses;
#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
mod arrow;
#[cfg(not(target_arch = "wasm32"))]
mod database;
mod json;
mod packed;
mod workbook;

#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
pub(crate) use arrow::{damaged_meanwhile, plainly};
pub(crate) use packed::{Unpacked, unpack};

use super::dates::DateFormat;
use super::findings::Problem;
use super::mapping::{Mapping, Reading};
use super::numbers::NumberStyle;
use super::settings::Source;
use crate::domain::diagnostic::{Code, Diagnostic, nearest};
use crate::domain::exact;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Most bytes of a file once it is unpacked, and of the cells of a file that is no text.
pub(crate) const UNPACKED_LIMIT: u64 = 500_000_000;
/// Most columns of a file that is no text: as many as a workbook can have.
const COLUMN_LIMIT: usize = 16_384;
/// How deep objects of JSON, and structures of a file of columns, may lie in each other.
const DEPTH: usize = 8;
/// Most cells of such a file.
const CELL_COUNT_LIMIT: usize = 50_000_000;

/// What holds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines with delimiters.
    Text,
    /// A list of objects.
    Json,
    /// An object a line.
    JsonLines,
    /// `.xlsx`.
    Workbook,
    /// `.parquet`.
    Parquet,
    /// An Arrow file, `.arrow` or `.feather`.
    Arrow,
    /// An SQLite database.
    Database,
}

impl Format {
    /// The format of a file by the end of its name; what is not known is text.
    pub fn of(name: &str) -> Self {
        let lower = name.to_lowercase();
        let known = [
            (".json", Self::Json),
            (".jsonl", Self::JsonLines),
            (".ndjson", Self::JsonLines),
            (".xlsx", Self::Workbook),
            (".xlsm", Self::Workbook),
            (".parquet", Self::Parquet),
            (".arrow", Self::Arrow),
            (".arrows", Self::Arrow),
            (".feather", Self::Arrow),
        ];
        known.iter().find(|(ending, _)| lower.ends_with(ending)).map_or(Self::Text, |(_, format)| *format)
    }
}

/// Why files of a format are not read here, and what to do; nothing for those that are.
pub(crate) fn unread(format: Format) -> Option<(&'static str, &'static str)> {
    let on_page = cfg!(target_arch = "wasm32");
    match format {
        Format::Database if on_page => Some((
            "databases are not read here: the page reads files",
            "export the query's rows as CSV, or run the command",
        )),
        Format::Parquet | Format::Arrow if on_page => {
            Some(("Parquet and Arrow are not read by the page", "export the rows as CSV, or run the command"))
        }
        Format::Parquet | Format::Arrow if cfg!(not(feature = "parquet")) => Some((
            "this command was built without Parquet and Arrow",
            "build it with the feature `parquet`, or export CSV",
        )),
        _ => None,
    }
}

/// A data file as the settings name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<'n> {
    /// Its path below the data folder.
    pub path: &'n str,
    /// The file inside it, where it is an archive and one is named.
    pub member: Option<&'n str>,
    /// What holds the rows, as far as the name tells: of `export.zip` its one file tells.
    pub format: Format,
}

/// What a name of the settings stands for.
pub(crate) fn named(name: &str) -> Named<'_> {
    if let Some(path) = name.strip_prefix("sqlite:") {
        return Named { path, member: None, format: Format::Database };
    }
    let lower = name.to_ascii_lowercase();
    if let Some((at, _)) = lower.match_indices(".zip/").next() {
        let end = at.saturating_add(".zip".len());
        let member = name.get(end.saturating_add(1)..).filter(|member| !member.is_empty());
        return Named { path: name.get(..end).unwrap_or(name), member, format: Format::of(name) };
    }
    let inner = [".gz", ".zip"].iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    Named { path: name, member: None, format: Format::of(inner) }
}

/// A value that the file itself knows the type of.
pub(crate) enum Value {
    Nothing,
    Text(String),
    /// Written with a point, without exponent.
    Number(String),
    /// A number that the file shows as a percent: the fraction that it holds, written likewise.
    Percent(String),
    Day(NaiveDate),
    YesNo(bool),
    /// Something that cannot be read: what to show, and what is wrong.
    Wrong(String, Problem),
}

/// A row of a grid.
pub(crate) struct GridRow {
    /// Its line in the file, its row in the sheet, its number among the rows of a query.
    pub line: u64,
    /// The cells, blank ones at the end left out; or the column and value that cannot be read, and why.
    pub cells: Result<Vec<String>, Box<(String, String, Problem)>>,
}

/// A table that was read from something other than lines of text.
pub(crate) struct Grid {
    /// The names of its columns.
    pub header: Vec<String>,
    /// Where they stand.
    pub line: u64,
    /// The rows.
    pub rows: Vec<GridRow>,
    /// What was read, for a person: `workbook, sheet Deals`.
    pub words: String,
}

/// Reads a file that is no text. `None` where it is empty.
///
/// # Errors
/// It is damaged, of another format than its name says, too large, or lacks what the settings name.
pub(crate) fn read(format: Format, file: &str, bytes: &[u8], source: &Source) -> Result<Option<Grid>, Box<Diagnostic>> {
    match format {
        Format::Json => json::read(file, bytes, source).map(Some),
        Format::JsonLines => json::read_lines(file, bytes, source).map(Some),
        Format::Workbook => workbook::read(file, bytes, source),
        #[cfg(not(target_arch = "wasm32"))]
        Format::Database => database::read(file, bytes, source).map(Some),
        #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
        Format::Parquet | Format::Arrow => arrow::read(format, file, bytes, source).map(Some),
        Format::Text => Err(damaged(file, "is text")),
        #[cfg(not(all(feature = "parquet", not(target_arch = "wasm32"))))]
        other => {
            let (message, help) = unread(other).unwrap_or(("this format is not read here", "export the rows as CSV"));
            Err(Box::new(damaged(file, format!("is refused: {message}")).help(help)))
        }
    }
}

/// Where files of columns are not read, none is written as text.
#[cfg(not(all(feature = "parquet", not(target_arch = "wasm32"))))]
pub(crate) fn plainly(_: Format, _: (&str, &[u8]), _: &Source, _: u8) -> Option<(Vec<String>, Vec<u8>)> {
    None
}

/// A file that cannot be read.
fn damaged(file: &str, what: impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::BadFile, format!("`{file}` {what}")).in_file(file))
}

/// A file that is too large.
fn too_large(file: &str, what: &str) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error(Code::TooLong, format!("`{file}` {what}")).in_file(file);
    Box::new(diagnostic.help("export fewer rows or columns, or several files"))
}

/// A sheet, or a list in an object, that the settings name and the file lacks.
fn no_sheet<'n>(file: &str, what: &str, wanted: &str, known: impl Iterator<Item = &'n str>) -> Box<Diagnostic> {
    let known: Vec<&str> = known.collect();
    let diagnostic = Diagnostic::error(Code::NoFile, format!("`{file}` has no {what} `{wanted}`")).in_file(file);
    Box::new(match nearest(wanted, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic,
        None => {
            let known: Vec<String> = known.iter().take(12).map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("there are {}", known.join(", ")))
        }
    })
}

/// How the values of a column are written: as its mapping says, else its source.
struct Style<'s> {
    date: Option<&'s DateFormat>,
    numbers: NumberStyle,
    /// Whether they are read as percents: then what is shown as 30 % is written so, as in a file of text.
    percents: bool,
}

impl Style<'_> {
    /// A value as a text of this style.
    fn write(&self, value: Value) -> Result<String, Box<(String, Problem)>> {
        Ok(match value {
            Value::Nothing => String::new(),
            Value::Text(text) => text,
            Value::Percent(fraction) => {
                let percent = hundredfold(&fraction).filter(|_| self.percents);
                return self.write(Value::Number(percent.map_or(fraction, |percent| format!("{percent}%"))));
            }
            Value::Number(number) if self.numbers.decimal == '.' => number,
            Value::Number(number) => number.replace('.', self.numbers.decimal.encode_utf8(&mut [0; 4])),
            Value::Day(day) => self.date.map_or_else(|| day.to_string(), |format| format.write(day)),
            Value::YesNo(yes) => if yes { "true" } else { "false" }.to_owned(),
            Value::Wrong(shown, problem) => return Err(Box::new((shown, problem))),
        })
    }
}

/// A fraction as a percent, exactly; `None` where it has too many digits.
fn hundredfold(fraction: &str) -> Option<Decimal> {
    let fraction: Decimal = fraction.parse().ok()?;
    exact::mul(fraction, Decimal::ONE_HUNDRED).ok().map(|percent| percent.normalize())
}

/// A grid that is being filled, row by row.
struct Filling<'s> {
    file: &'s str,
    source: &'s Source,
    header: Vec<String>,
    places: BTreeMap<String, usize>,
    styles: Vec<Style<'s>>,
    rows: Vec<GridRow>,
    bytes: u64,
    cells: usize,
}

impl<'s> Filling<'s> {
    fn new(file: &'s str, source: &'s Source) -> Self {
        let (header, places, styles, rows) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
        Self { file, source, header, places, styles, rows, bytes: 0, cells: 0 }
    }

    /// The place of a column, which is added where it is new.
    fn place(&mut self, name: &str) -> Result<usize, Box<Diagnostic>> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        let place = self.header.len();
        self.places.insert(name.to_owned(), place);
        self.column(name)?;
        Ok(place)
    }

    /// Whether a setting names the column of a place. Of a file that is only joined others say what is read.
    fn is_read(&self, place: usize) -> bool {
        let names = self.source.names.as_ref().unwrap_or(&self.header);
        let mut read = self.source.named_columns().peekable();
        read.peek().is_none() || names.get(place).is_none_or(|name| read.any(|own| own.value == *name))
    }

    /// Adds a column.
    fn column(&mut self, name: &str) -> Result<(), Box<Diagnostic>> {
        if self.header.len() >= COLUMN_LIMIT {
            return Err(too_large(self.file, &format!("has more than {COLUMN_LIMIT} columns")));
        }
        let of_column = || {
            let named = |mapping: &&Mapping| mapping.pick.columns().iter().any(|column| column.value == name);
            self.source.mappings().filter(named)
        };
        let own = of_column().find(|mapping| mapping.dates.is_some() || mapping.decimal.is_some());
        let percents = of_column().any(|mapping| mapping.reading == Some(Reading::Percent))
            || self.source.percents.iter().any(|column| column == name);
        let dialect = &self.source.dialect;
        let dates = own.and_then(|mapping| mapping.dates.as_ref()).unwrap_or(&dialect.dates);
        let decimal = own.and_then(|mapping| mapping.decimal).unwrap_or(dialect.style.decimal);
        let numbers = NumberStyle { decimal, ..dialect.style };
        self.styles.push(Style { date: dates.first(), numbers, percents });
        self.header.push(name.to_owned());
        Ok(())
    }

    /// Adds a row of values at their places.
    fn row(&mut self, line: u64, values: impl IntoIterator<Item = (usize, Value)>) -> Result<(), Box<Diagnostic>> {
        let mut cells: Vec<String> = Vec::new();
        let mut wrong = None;
        let plain = Style { date: None, numbers: NumberStyle::default(), percents: false };
        for (place, value) in values {
            match self.styles.get(place).unwrap_or(&plain).write(value) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => {
                    self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
                    if cells.len() <= place {
                        cells.resize(place.saturating_add(1), String::new());
                    }
                    if let Some(cell) = cells.get_mut(place) {
                        *cell = text;
                    }
                }
                // What no setting names is not read: a list of labels, an error of a formula.
                Err(_) if !self.is_read(place) => {}
                Err(found) if wrong.is_none() => {
                    let (shown, problem) = *found;
                    let column = self.header.get(place).cloned().unwrap_or_default();
                    wrong = Some(Box::new((column, shown, problem)));
                }
                Err(_) => {}
            }
        }
        self.cells = self.cells.saturating_add(cells.len());
        if self.cells > CELL_COUNT_LIMIT || self.bytes > UNPACKED_LIMIT {
            return Err(too_large(self.file, "holds more than can be read at once"));
        }
        self.rows.push(GridRow { line, cells: wrong.map_or(Ok(cells), Err) });
        Ok(())
    }

    /// A row that cannot be read at all.
    fn bad_row(&mut self, line: u64, shown: String, problem: Problem) {
        self.rows.push(GridRow { line, cells: Err(Box::new((String::new(), shown, problem))) });
    }

    fn finish(self, line: u64, words: String) -> Grid {
        let header = match &self.source.names {
            Some(names) => names.clone(),
            None => self.header,
        };
        Grid { header, line, rows: self.rows, words }
    }

    /// The same of objects, which bring their columns with them: where there are none, nobody asks for columns.
    fn finish_objects(mut self, words: &str) -> Grid {
        if self.rows.is_empty() {
            self.header = self.source.named_columns().map(|name| name.value.clone()).collect();
            self.header.sort_unstable();
            self.header.dedup();
        }
        self.finish(1, words.to_owned())
    }
}

/// The lists inside a JSON file that is an object, by their names, in order.
pub(crate) fn lists(bytes: &[u8]) -> Vec<String> {
    json::lists(bytes)
}

/// The sheets of a workbook by their names, in order; none of what is no workbook.
pub(crate) fn sheets(file: &str, bytes: &[u8]) -> Vec<String> {
    workbook::sheets(file, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_archive_member_and_format() {
        let of = |name: &'static str| {
            let named = named(name);
            (named.path, named.member, named.format)
        };
        assert_eq!(of("a/deals.csv"), ("a/deals.csv", None, Format::Text));
        assert_eq!(of("deals.JSON.gz"), ("deals.JSON.gz", None, Format::Json));
        assert_eq!(of("all.zip/2026/deals.xlsx"), ("all.zip", Some("2026/deals.xlsx"), Format::Workbook));
        assert_eq!(of("all.ZIP"), ("all.ZIP", None, Format::Text));
        assert_eq!(of("deals.jsonl"), ("deals.jsonl", None, Format::JsonLines));
        assert_eq!(of("2026.Parquet"), ("2026.Parquet", None, Format::Parquet));
        assert_eq!(of("deals.feather.gz"), ("deals.feather.gz", None, Format::Arrow));
        assert_eq!(of("sqlite:crm.db"), ("crm.db", None, Format::Database));
    }
}
