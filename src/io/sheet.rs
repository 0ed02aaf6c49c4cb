//! A data file that has been opened: decoded, cut, its header found, ready to give its rows.
//!
//! In:   a source of the settings and the files of the folder.
//! Out:  [`Sheet`]s, whose rows come one after another with their line; rows that are blank are passed over, rows
//!       that are cut badly are reported and counted.
//! Not here: what a row means for its kind (`deals`, `people`, `quotas`).

mod open;

pub(crate) use open::head_of;

use super::dates::read_date;
use super::dialect::Found;
use super::failed::{failed, is_failed};
use super::findings::{Findings, Problem};
use super::folder::Folder;
use super::formats::GridRow;
use super::join::Joined;
use super::mapping::{Bound, Mapping, Pick, Row, trimmed};
use super::settings::{Kind, SETTINGS_FILE, Settings, Source, Test};
use super::table::{CELL_LIMIT, Cut, Fault, ROW_LIMIT, Rows};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::RowPlace;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceReport {
    /// What it holds.
    pub kind: Kind,
    /// Its path in the folder; that of the settings for rows which stand there.
    pub file: Arc<str>,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Rows that the filter left out.
    pub filtered: u64,
    /// Rows that became facts.
    pub taken: u64,
    /// Rows that are wrong, and left out.
    pub bad: u64,
    /// Rows that stand there once more, equal in every mapped column.
    pub duplicates: u64,
    /// Totals of the money columns of what was taken, by column and currency.
    pub sums: BTreeMap<(String, Currency), Decimal>,
    /// Of a source that matches cancellations: how many were.
    pub cancellations: Option<Cancellations>,
    /// How it was read.
    pub dialect: Found,
}

impl SourceReport {
    /// Whether results depend on the file; on the pipeline none does.
    #[must_use]
    pub fn pays(&self) -> bool {
        self.kind != Kind::Pipeline
    }
}

/// What became of the cancelling rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cancellations {
    /// Rows that found their deal.
    pub matched: u64,
    /// Rows that stay deals of their own.
    pub unmatched: u64,
    /// Totals of the amounts of those that found their deal, by currency; `None`: of more than 28 digits.
    pub sums: BTreeMap<Currency, Option<Decimal>>,
}

/// The reports of all files, each with the source it belongs to.
#[derive(Default)]
pub(crate) struct Reports<'s> {
    /// The reports.
    pub list: Vec<SourceReport>,
    /// The source of each.
    pub sources: Vec<&'s Source>,
}

impl<'s> Reports<'s> {
    /// Adds reports that were made beside these; by how much their places move.
    pub fn append(&mut self, mut more: Self) -> usize {
        let before = self.list.len();
        self.list.append(&mut more.list);
        self.sources.append(&mut more.sources);
        before
    }
}

/// What all sources are read with.
pub(crate) struct Env<'s> {
    /// The settings.
    pub settings: &'s Settings,
    /// The files.
    pub folder: &'s Folder,
    /// The files that are only joined, by name.
    pub joined: BTreeMap<String, Joined<'s>>,
}

/// A data file that has been opened.
pub(crate) struct Sheet<'s> {
    /// The source it belongs to.
    pub source: &'s Source,
    /// Its path.
    pub file: Arc<str>,
    /// Its columns.
    pub header: Vec<String>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How it was read.
    pub found: Found,
    body: Body<'s>,
}

/// Where the rows of a sheet are.
enum Body<'s> {
    /// In a text, from a byte and a line on.
    Text { text: Cow<'s, str>, cut: Cut, start: (usize, u64), misfits: Vec<usize> },
    /// In the settings.
    Rows(&'s [(u64, Vec<String>)]),
    /// In a file that is no text.
    Grid(Vec<GridRow>),
}

/// A row, and whether the filter takes it.
pub(crate) struct Taken<'r> {
    /// The row.
    pub row: Row<'r>,
    /// Where it stands.
    pub place: RowPlace,
    /// Whether it is taken.
    pub passes: bool,
}

/// How many rows of a sheet there were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub rows: u64,
    pub filtered: u64,
    pub bad: u64,
}

impl<'s> Sheet<'s> {
    /// The columns of a source's file alone, to find mappings in; it has no rows.
    pub fn head(source: &'s Source, header: Vec<String>) -> Self {
        let found = Found {
            delimiter: String::new(),
            guessed: false,
            encoding: String::new(),
            form: String::new(),
            is_text: true,
        };
        Self { source, file: settings_file(), header, sha256: String::new(), found, body: Body::Rows(&[]) }
    }

    /// About how many rows it has: a text has one a line, or fewer.
    pub fn about(&self) -> usize {
        match &self.body {
            Body::Text { text, .. } => text.bytes().filter(|byte| *byte == b'\n').count(),
            Body::Rows(rows) => rows.len(),
            Body::Grid(rows) => rows.len(),
        }
    }

    /// The rows, from the first.
    pub fn rows(&self) -> SheetRows<'_> {
        let (rows, misfits) = match &self.body {
            Body::Text { text, cut, start, misfits } => {
                (Lines::Text(Rows::from(text, cut, *start)), misfits.as_slice())
            }
            Body::Rows(rows) => (Lines::Rows(rows.iter()), [].as_slice()),
            Body::Grid(rows) => (Lines::Grid(rows.iter()), [].as_slice()),
        };
        let conditions = self.source.filter.iter().filter_map(|condition| {
            let place = self.header.iter().position(|column| *column == condition.column.value)?;
            Some((place, condition.column.value.as_str(), &condition.test))
        });
        SheetRows {
            sheet: self,
            rows,
            misfits,
            conditions: conditions.collect(),
            cells: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// A mapping over this file's header; `None` where something is missing, which `open` has reported.
    pub fn bind(&self, env: &'s Env<'s>, mapping: &'s Mapping) -> Option<Bound<'s>> {
        let joined = match &mapping.pick {
            Pick::Join(join) => Some(env.joined.get(&join.file.value)?),
            _ => None,
        };
        let others: Vec<&Mapping> = self.source.mappings().collect();
        Bound::new(mapping, &self.header, &self.source.dialect, joined, &others)
    }

    /// The mapping of one of our columns over this file's header.
    pub fn bind_column(&self, env: &'s Env<'s>, name: &str) -> Option<Bound<'s>> {
        self.bind(env, self.source.column(name)?)
    }

    /// A report with the counts so far; what was taken is counted when everything has been checked.
    pub fn report(&self, counts: Counts) -> SourceReport {
        SourceReport {
            kind: self.source.kind,
            file: Arc::clone(&self.file),
            sha256: self.sha256.clone(),
            rows: counts.rows,
            filtered: counts.filtered,
            taken: 0,
            bad: counts.bad,
            duplicates: 0,
            sums: BTreeMap::new(),
            cancellations: None,
            dialect: self.found.clone(),
        }
    }
}

/// What gives the rows.
enum Lines<'r> {
    Text(Rows<'r>),
    Rows(std::slice::Iter<'r, (u64, Vec<String>)>),
    Grid(std::slice::Iter<'r, GridRow>),
}

/// The rows of a sheet, one after another.
pub(crate) struct SheetRows<'r> {
    sheet: &'r Sheet<'r>,
    rows: Lines<'r>,
    misfits: &'r [usize],
    conditions: Vec<(usize, &'r str, &'r Test)>,
    cells: Vec<Cow<'r, str>>,
    /// How many there were so far.
    pub counts: Counts,
}

impl<'r> SheetRows<'r> {
    /// The next row that is cut as it should be; `None` at the end.
    pub fn next(&mut self, findings: &mut Findings) -> Option<Taken<'_>> {
        loop {
            let place = self.read(findings)?;
            let Some(place) = place else { continue };
            let passes = match self.passes() {
                Ok(passes) => passes,
                Err((column, problem)) => {
                    self.counts.bad = self.counts.bad.saturating_add(1);
                    findings.cell(&place, problem.code, column, || (problem, String::new()));
                    continue;
                }
            };
            if !passes {
                self.counts.filtered = self.counts.filtered.saturating_add(1);
            }
            let row = Row { line: place.line, number: self.counts.rows, cells: &self.cells };
            return Some(Taken { row, place, passes });
        }
    }

    /// Reads one row into the cells: its place, or nothing where it is blank or badly cut.
    fn read(&mut self, findings: &mut Findings) -> Option<Option<RowPlace>> {
        let (line, range, result) = match &mut self.rows {
            Lines::Text(rows) => {
                let (at, result) = rows.read(&mut self.cells)?;
                (at.line, at.start..at.end, result)
            }
            Lines::Rows(rows) => {
                let (line, cells) = rows.next()?;
                self.cells = cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
                (*line, 0..0, Ok(()))
            }
            Lines::Grid(rows) => {
                let row = rows.next()?;
                return Some(self.of_grid(row, findings));
            }
        };
        let place = RowPlace { file: Arc::clone(&self.sheet.file), line };
        let misfit = self.has_misfit(range.end);
        if result.is_ok() && self.cells.iter().all(|cell| trimmed(cell).is_empty()) {
            return Some(None);
        }
        self.counts.rows = self.counts.rows.saturating_add(1);
        let problem = match result {
            Err(fault) => Some(self.fault(&fault)),
            Ok(()) if misfit => Some(self.misfit()),
            Ok(()) => self.wrong_length(),
        };
        let Some((column, value, problem)) = problem else { return Some(Some(place)) };
        self.counts.bad = self.counts.bad.saturating_add(1);
        findings.cell(&place, problem.code, &column, || (problem, value));
        Some(None)
    }

    /// A row of a grid: its cells are as many as the header has.
    fn of_grid(&mut self, row: &'r GridRow, findings: &mut Findings) -> Option<RowPlace> {
        let place = RowPlace { file: Arc::clone(&self.sheet.file), line: row.line };
        let problem = match &row.cells {
            Ok(cells) if cells.iter().all(|cell| trimmed(cell).is_empty()) => return None,
            Ok(cells) => {
                self.cells.clear();
                self.cells.extend(cells.iter().map(|cell| Cow::Borrowed(cell.as_str())));
                if self.cells.len() < self.sheet.header.len() {
                    self.cells.resize(self.sheet.header.len(), Cow::Borrowed(""));
                }
                self.wrong_length()
            }
            Err(wrong) => Some((**wrong).clone()),
        };
        self.counts.rows = self.counts.rows.saturating_add(1);
        let Some((column, value, problem)) = problem else { return Some(place) };
        self.counts.bad = self.counts.bad.saturating_add(1);
        findings.cell(&place, problem.code, &column, || (problem, value));
        None
    }

    /// Whether bytes that do not fit the encoding stand before a place and were not told yet.
    fn has_misfit(&mut self, end: usize) -> bool {
        let here = self.misfits.iter().take_while(|at| **at < end).count();
        self.misfits = self.misfits.get(here..).unwrap_or_default();
        here > 0
    }

    /// The header of a column.
    fn column(&self, place: usize) -> String {
        self.sheet.header.get(place).cloned().unwrap_or_default()
    }

    /// What is wrong with a row that is badly cut: column, value, problem.
    fn fault(&self, fault: &Fault) -> (String, String, Problem) {
        let place = self.cells.len();
        match fault {
            Fault::Unclosed => {
                let problem = Problem::new(Code::RowLength, "a quotation mark that is opened here is never closed");
                (
                    self.column(place),
                    String::new(),
                    problem.help("if the file does not quote its cells write `quote = \"\"` in its source"),
                )
            }
            Fault::AfterQuote => {
                let problem = Problem::new(Code::RowLength, "text follows a closing quotation mark");
                let help = "inside quotation marks they are doubled; if the file does not quote its cells write `quote = \"\"` in its source";
                (self.column(place), String::new(), problem.help(help))
            }
            Fault::LongCell(place) => {
                let value = self.cells.get(*place).map(|cell| super::findings::shortened(cell)).unwrap_or_default();
                let message = format!("a cell has at most {CELL_LIMIT} bytes");
                (self.column(*place), value, Problem::new(Code::TooLong, message))
            }
            Fault::LongRow => {
                let value = self.cells.first().map(|cell| super::findings::shortened(cell)).unwrap_or_default();
                let message = format!("a row has at most {ROW_LIMIT} bytes");
                (
                    String::new(),
                    value,
                    Problem::new(Code::TooLong, message).help("look for a missing line end or quotation mark"),
                )
            }
        }
    }

    /// The cell that holds bytes which do not fit.
    fn misfit(&self) -> (String, String, Problem) {
        let place = self.cells.iter().position(|cell| cell.contains('\u{fffd}')).unwrap_or(0);
        let value = self.cells.get(place).map(|cell| cell.to_string()).unwrap_or_default();
        let encoding = &self.sheet.found.encoding;
        let problem = Problem::new(Code::BadEncoding, format!("bytes of this cell are not {encoding}"));
        let problem = match encoding.as_str() {
            "utf-8" => problem.help("exports of older programs are often `encoding = \"windows-1252\"`"),
            _ => problem,
        };
        (self.column(place), value, problem)
    }

    /// What is wrong with a row of another length than the header. An empty last field is dropped.
    fn wrong_length(&mut self) -> Option<(String, String, Problem)> {
        let columns = self.sheet.header.len();
        if self.cells.len() == columns.saturating_add(1)
            && self.cells.last().is_some_and(|cell| trimmed(cell).is_empty())
        {
            self.cells.pop();
        }
        let found = self.cells.len();
        if found == columns {
            return None;
        }
        let value = self.cells.iter().map(|cell| &**cell).collect::<Vec<_>>().join(&self.sheet.found.delimiter);
        let of = if self.sheet.source.names.is_some() { "`names` has" } else { "the header has" };
        Some((
            String::new(),
            value,
            Problem::new(
                Code::RowLength,
                format!("this row has {found} {}, {of} {columns}", if found == 1 { "field" } else { "fields" }),
            ),
        ))
    }

    /// Whether the filter takes the row.
    fn passes(&self) -> Result<bool, (&'r str, Problem)> {
        let dialect = &self.sheet.source.dialect;
        for (place, column, test) in &self.conditions {
            let cell = self.cells.get(*place).map_or("", |cell| &**cell);
            let cell = if dialect.trim { trimmed(cell) } else { cell };
            let blank = cell.is_empty() || dialect.blank.iter().any(|blank| blank == cell);
            let named =
                || matches!(test, Test::AnyOf(texts) | Test::NoneOf(texts) if texts.iter().any(|text| text == cell));
            if is_failed(cell) && !blank && !named() {
                return Err((*column, failed(cell).in_cell(column, cell)));
            }
            let holds = match test {
                Test::AnyOf(texts) => texts.iter().any(|text| text == cell),
                Test::NoneOf(texts) => !texts.iter().any(|text| text == cell),
                Test::Blank(wanted) => blank == *wanted,
                Test::Days(..) if blank => false,
                Test::Days(from, to) => {
                    let day = read_date(&dialect.dates, cell).map_err(|_| {
                        let formats =
                            dialect.dates.iter().map(|format| format!("`{}`", format.text)).collect::<Vec<_>>();
                        let message = format!("the filter needs a date {} here", formats.join(" or "));
                        (*column, Problem::new(Code::BadDate, message).in_cell(column, cell))
                    })?;
                    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The path that stands for rows in the settings.
pub(crate) fn settings_file() -> Arc<str> {
    Arc::from(SETTINGS_FILE)
}
