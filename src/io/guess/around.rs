//! What stands around the table of an export: a line that says the delimiter, titles above the header, remarks below the last row.
//!
//! Not here: totals below a column. Such a line has several cells, as a row has, and nothing tells it from one.

use crate::io::dialect::{CANDIDATES, Dialect};
use crate::io::formats::GridRow;
use crate::io::mapping::trimmed;
use crate::io::table::{Cut, Rows, without_last};

/// How many lines tell how wide the table is.
const LOOK: usize = 30;
/// The last line that may hold a title, and the most lines of remarks.
const MOST: u64 = 40;
/// From so many columns on a row with one cell is none: in a narrow table it may be somebody without anything else.
const WIDE: usize = 4;
/// The fewest columns that deals can have: a day, an amount and a name.
const FEWEST: usize = 3;

/// What stands around a table, as the settings say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// The delimiter that the first line says.
    pub delimiter: Option<String>,
    /// Lines before the header.
    pub skip: u64,
    /// The first of those that is no delimiter and not blank.
    pub above: Option<String>,
    /// Lines at the end that are no rows.
    pub skip_end: u64,
    /// The first and the last of them.
    pub below: Option<(String, String)>,
}

/// A line, as far as its place decides.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Its number.
    number: u64,
    /// Where it stands in the text.
    at: (usize, usize),
    /// How many cells it has, blank ones among them.
    cells: usize,
    /// How many of them are not blank.
    filled: usize,
}

impl Around {
    /// How the text is written, as far as that is known.
    pub fn dialect(&self) -> Dialect {
        let Self { delimiter, skip, skip_end, .. } = self;
        Dialect { delimiter: delimiter.clone(), skip: *skip, skip_end: *skip_end, ..Dialect::default() }
    }

    /// What stands around the table of a text.
    pub fn of_text(text: &str) -> Self {
        let said = separator(text);
        let plain = Self { skip: u64::from(said.is_some()), delimiter: said, ..Self::default() };
        let (cut, guessed) = plain.dialect().cut(text, None);
        let (found, width) = plain.with(text, &cut);
        if !guessed || (found.skip == 0 && width >= FEWEST) {
            return found;
        }
        // A title hides what stands between the cells below it.
        for candidate in CANDIDATES {
            let cut = Cut { delimiter: candidate.to_owned(), ..cut.clone() };
            let (found, width) = plain.with(text, &cut);
            let read = without_last(text, found.skip_end, None);
            if found.skip > 0 && width >= FEWEST && found.dialect().cut(read, None).0.delimiter == candidate {
                return found;
            }
        }
        if found.skip == 0 { found } else { plain }
    }

    /// The same where it is known what stands between the cells; and how many cells of the header are filled.
    fn with(&self, text: &str, cut: &Cut) -> (Self, usize) {
        let (mut rows, mut cells, mut lines) = (Rows::new(text, cut), Vec::new(), Vec::new());
        rows.skip(self.skip);
        while let Some((at, result)) = rows.read(&mut cells) {
            let filled = cells.iter().filter(|cell| !trimmed(cell).is_empty()).count();
            // What is badly cut is neither a title nor a remark.
            let filled = if result.is_ok() { filled } else { filled.max(2) };
            lines.push(Line { number: at.line, at: (at.start, at.end), cells: cells.len(), filled });
        }
        let (header, end) = table_of(&lines);
        let shown = |line: &Line| {
            let (from, to) = line.at;
            let marks = |sign: char| sign.is_whitespace() || sign == '"' || cut.delimiter.contains(sign);
            text.get(from..to).unwrap_or_default().trim_matches(marks).to_owned()
        };
        let mut found = self.above_and_below(&lines, (header, end), shown);
        if let Some(first) = lines.get(end..).and_then(<[Line]>::first) {
            let fits = |lines: &u64| without_last(text, *lines, None).len() <= first.at.0;
            found.skip_end = (1..=MOST).find(fits).unwrap_or(0);
            if found.skip_end == 0 {
                found.below = None;
            }
        }
        (found, lines.get(header).map_or(0, |line| line.filled))
    }

    /// What stands around the table of a sheet, of which each row is given with its number.
    pub fn of_sheet(rows: &[GridRow]) -> Self {
        let cells = |row: &GridRow| row.cells.as_ref().map_or(2, Vec::len);
        let width = rows.iter().map(cells).max().unwrap_or(0);
        let filled = |row: &GridRow| match &row.cells {
            Ok(cells) => cells.iter().filter(|cell| !trimmed(cell).is_empty()).count(),
            Err(_) => 2,
        };
        // The cells of a sheet have no end.
        let line = |(place, row): (usize, &GridRow)| Line {
            number: row.line,
            at: (place, place),
            cells: width,
            filled: filled(row),
        };
        let lines: Vec<Line> = rows.iter().enumerate().map(line).collect();
        let (header, end) = table_of(&lines);
        let shown = |line: &Line| {
            let cells = rows.get(line.at.0).and_then(|row| row.cells.as_ref().ok());
            let first = cells.into_iter().flatten().find(|cell| !trimmed(cell).is_empty());
            first.map(|cell| trimmed(cell).to_owned()).unwrap_or_default()
        };
        let mut found = Self::default().above_and_below(&lines, (header, end), shown);
        if let (Some(first), Some(last)) = (lines.get(end), lines.last()) {
            found.skip_end = last.number.saturating_sub(first.number).saturating_add(1);
        }
        found
    }

    /// With the lines before the header, and what those before and behind the table say.
    fn above_and_below(&self, lines: &[Line], (header, end): (usize, usize), shown: impl Fn(&Line) -> String) -> Self {
        let mut found = self.clone();
        let mut titles = lines.iter().take(header).filter(|line| line.filled > 0);
        if let (Some(title), Some(header)) = (titles.next(), lines.get(header)) {
            found.skip = header.number.saturating_sub(1);
            found.above = Some(shown(title));
        }
        let last = lines.iter().skip(end).rfind(|line| line.filled > 0);
        found.below = lines.get(end).zip(last).map(|(first, last)| (shown(first), shown(last)));
        found
    }
}

/// The places of the header, and of the first remark behind the last row; of no remark how many lines there are.
fn table_of(lines: &[Line]) -> (usize, usize) {
    let widest = lines.iter().take(LOOK).map(|line| line.filled).max().unwrap_or(0);
    let is_row = |line: &Line| line.filled > 1 || (line.filled == 1 && line.cells > 1 && widest < WIDE) || widest < 2;
    let rows = lines.iter().rposition(is_row).map_or(lines.len(), |last| last.saturating_add(1));
    let header = header_of(lines.get(..rows).unwrap_or_default(), widest);
    let remark = lines.iter().skip(rows).position(|line| line.filled > 0).map(|place| place.saturating_add(rows));
    // Without a row between nothing tells a remark from a row.
    let end = remark.filter(|_| rows > header.saturating_add(1)).unwrap_or(lines.len());
    (header, end)
}

/// The place of the header: behind first lines that have at most half as many cells as the widest one.
fn header_of(lines: &[Line], widest: usize) -> usize {
    let titles = lines.iter().take_while(|line| line.filled.saturating_mul(2) <= widest).count();
    let Some(header) = lines.get(titles).filter(|header| header.number <= MOST) else { return 0 };
    let below = || lines.iter().skip(titles).skip(1).take(LOOK).filter(|line| line.filled > 0);
    let most = header.cells.saturating_add(1);
    let alike = below().filter(|line| line.filled > 1 && line.cells <= most).count();
    let is_table = alike.saturating_mul(2) > below().count();
    if is_table && lines.iter().take(titles).any(|line| line.filled > 0) { titles } else { 0 }
}

/// The delimiter that the first line says to a spreadsheet, `sep=;`.
fn separator(text: &str) -> Option<String> {
    let line = trimmed(text.lines().next()?);
    let (word, sign) = line.split_at_checked(4)?;
    let mut signs = sign.chars();
    let sign = if sign.is_empty() && text.trim_start_matches('\u{feff}').get(4..5) == Some("\t") {
        '\t' // it went with the blanks at the end
    } else {
        signs.next()?
    };
    let is_one = signs.next().is_none() && sign != '"';
    (word.eq_ignore_ascii_case("sep=") && is_one).then(|| sign.to_string())
}
