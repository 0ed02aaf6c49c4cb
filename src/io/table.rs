//! Rows of cells: a text cut at delimiters and row ends, with quotation marks and the number of each line.
//!
//! In:   a text and how its cells stand apart ([`Cut`]).
//! Out:  one row at a time; cells borrow from the text wherever they can.
//! Here: delimiters and row ends of any length, doubled quotation marks, any line end, the limits of a cell and a row.
//! Not here: what the cells mean, how many there should be.
//!
//! A row that is badly quoted is one fault; reading goes on with the next line.

use super::mapping::trimmed;
use std::borrow::Cow;

/// Most bytes of a cell.
pub(crate) const CELL_LIMIT: usize = 1_000_000;
/// Most bytes of a row.
pub(crate) const ROW_LIMIT: usize = 10_000_000;

/// How cells stand apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Between cells; never empty.
    pub delimiter: String,
    /// Between rows; `None`: any line end.
    pub row_end: Option<String>,
    /// Around cells; `None`: nothing.
    pub quote: Option<char>,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowAt {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A quotation mark is opened and never closed.
    Unclosed,
    /// Text follows a closing quotation mark.
    AfterQuote,
    /// The cell of that place, from 0, is too long.
    LongCell(usize),
    /// The row is too long.
    LongRow,
}

/// The rows of a text.
pub(crate) struct Rows<'t> {
    text: &'t str,
    rest: &'t str,
    line: u64,
    cut: &'t Cut,
    /// Where the next row end of the settings stands, so that it is looked for once a row.
    next_end: Option<usize>,
    /// Whether a quotation mark was never closed: the second time, reading ends.
    unclosed: bool,
}

/// What ended a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Delimiter,
    Row,
    Text,
}

impl<'t> Rows<'t> {
    /// The rows of a text from its first line.
    pub fn new(text: &'t str, cut: &'t Cut) -> Self {
        Self::from(text, cut, (0, 1))
    }

    /// The rows of a text from some byte on, which begins the given line.
    pub fn from(text: &'t str, cut: &'t Cut, (start, line): (usize, u64)) -> Self {
        Self { text, rest: text.get(start..).unwrap_or_default(), line, cut, next_end: None, unclosed: false }
    }

    /// Passes lines without looking at what they hold.
    pub fn skip(&mut self, lines: u64) {
        for _ in 0..lines {
            let start = self.place();
            self.skip_line();
            self.count_lines(start, self.place());
        }
    }

    /// The byte that is read next, and its line.
    pub fn here(&self) -> (usize, u64) {
        (self.place(), self.line)
    }

    /// Reads the next row into `cells`; `None` at the end.
    pub fn read(&mut self, cells: &mut Vec<Cow<'t, str>>) -> Option<(RowAt, Result<(), Fault>)> {
        cells.clear();
        if self.rest.is_empty() {
            return None;
        }
        let (start, line, before) = (self.place(), self.line, self.rest);
        let mut result = Ok(());
        loop {
            match self.cell() {
                Ok((cell, stop)) => {
                    if cell.len() > CELL_LIMIT && result.is_ok() {
                        result = Err(Fault::LongCell(cells.len()));
                    }
                    cells.push(cell);
                    if stop != Stop::Delimiter {
                        break;
                    }
                }
                Err(fault) => {
                    self.recover(before, &fault);
                    result = Err(fault);
                    break;
                }
            }
        }
        let end = self.place();
        if end.saturating_sub(start) > ROW_LIMIT && !matches!(result, Err(Fault::Unclosed | Fault::AfterQuote)) {
            result = Err(Fault::LongRow);
        }
        self.count_lines(start, end);
        Some((RowAt { line, start, end }, result))
    }

    /// The byte that is read next.
    fn place(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    /// Adds the lines of what was read.
    fn count_lines(&mut self, start: usize, end: usize) {
        let row = self.text.get(start..end).unwrap_or_default();
        let feeds = row.bytes().filter(|b| *b == b'\n').count();
        let by_record = self.cut.row_end.as_ref().is_some_and(|end| !end.contains('\n')) || feeds == 0;
        let lines = if by_record { 1 } else { u64::try_from(feeds).unwrap_or(1) };
        self.line = self.line.saturating_add(lines);
    }

    /// Reads a cell and what ends it.
    fn cell(&mut self) -> Result<(Cow<'t, str>, Stop), Fault> {
        // Most cells begin with neither, and a look at one byte tells.
        let may_be_quoted = |quote: char| self.rest.starts_with([quote, ' ']);
        if let Some(quote) = self.cut.quote.filter(|quote| may_be_quoted(*quote)) {
            let padded = self.rest.trim_start_matches(' ');
            if let Some(after) = padded.strip_prefix(quote)
                && !self.rest.starts_with(self.cut.delimiter.as_str())
            {
                return self.quoted(after, quote);
            }
        }
        Ok(self.plain())
    }

    /// Reads a cell without quotation marks.
    fn plain(&mut self) -> (Cow<'t, str>, Stop) {
        let rest = self.rest;
        let (cell, stop) = match (&self.cut.row_end, single_byte(&self.cut.delimiter)) {
            (None, Some(delimiter)) => {
                let found = rest.bytes().position(|b| b == delimiter || b == b'\n' || b == b'\r');
                match found.and_then(|at| rest.split_at_checked(at)) {
                    None => (rest, Stop::Text),
                    Some((cell, after)) if after.as_bytes().first() == Some(&delimiter) => (cell, Stop::Delimiter),
                    Some((cell, _)) => (cell, Stop::Row),
                }
            }
            _ => {
                let (row, stop) = self.rest_of_row();
                match row.find(self.cut.delimiter.as_str()).and_then(|at| row.get(..at)) {
                    Some(cell) => (cell, Stop::Delimiter),
                    None => (row, stop),
                }
            }
        };
        self.rest = rest.get(cell.len()..).unwrap_or_default();
        self.pass(stop);
        (Cow::Borrowed(cell), stop)
    }

    /// What is left of the row, and what ends it.
    fn rest_of_row(&mut self) -> (&'t str, Stop) {
        let (rest, place) = (self.rest, self.place());
        let end = self.next_end.filter(|end| *end >= place).unwrap_or_else(|| {
            let found = match &self.cut.row_end {
                Some(end) => rest.find(end.as_str()),
                None => rest.find(['\n', '\r']),
            };
            found.map_or(self.text.len(), |at| place.saturating_add(at))
        });
        self.next_end = Some(end);
        let stop = if end == self.text.len() { Stop::Text } else { Stop::Row };
        (rest.get(..end.saturating_sub(place)).unwrap_or(rest), stop)
    }

    /// Reads a cell from behind its opening quotation mark.
    fn quoted(&mut self, after: &'t str, quote: char) -> Result<(Cow<'t, str>, Stop), Fault> {
        let mut cell = Cow::Borrowed("");
        let mut rest = after;
        loop {
            let Some((part, behind)) = rest.split_once(quote) else { return Err(Fault::Unclosed) };
            if cell.is_empty() {
                cell = Cow::Borrowed(part);
            } else {
                cell.to_mut().push_str(part);
            }
            rest = behind;
            let Some(doubled) = rest.strip_prefix(quote) else { break };
            cell.to_mut().push(quote);
            rest = doubled;
        }
        self.rest = rest;
        if !self.at_delimiter() && !self.at_row_end() {
            self.rest = rest.trim_start_matches(' ');
        }
        let stop = match (self.at_delimiter(), self.at_row_end()) {
            (true, _) => Stop::Delimiter,
            (false, true) => Stop::Row,
            (false, false) if self.rest.is_empty() => Stop::Text,
            (false, false) => return Err(Fault::AfterQuote),
        };
        self.pass(stop);
        Ok((cell, stop))
    }

    /// Whether a delimiter comes next.
    fn at_delimiter(&self) -> bool {
        self.rest.starts_with(self.cut.delimiter.as_str())
    }

    /// Whether a row end comes next.
    fn at_row_end(&self) -> bool {
        match &self.cut.row_end {
            Some(end) => self.rest.starts_with(end.as_str()),
            None => self.rest.starts_with(['\n', '\r']),
        }
    }

    /// Passes what ended a cell.
    fn pass(&mut self, stop: Stop) {
        let rest = self.rest;
        self.rest = match (stop, &self.cut.row_end) {
            (Stop::Text, _) => "",
            (Stop::Delimiter, _) => rest.get(self.cut.delimiter.len()..).unwrap_or_default(),
            (Stop::Row, Some(end)) => rest.get(end.len()..).unwrap_or_default(),
            (Stop::Row, None) => {
                rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or_default()
            }
        };
    }

    /// Goes on behind a badly quoted row: with the next line, or not at all.
    fn recover(&mut self, row: &'t str, fault: &Fault) {
        if *fault == Fault::Unclosed {
            if self.unclosed {
                self.rest = "";
                return;
            }
            self.unclosed = true;
            self.rest = row; // what follows was inside the quotation marks only by mistake
        }
        self.skip_line();
    }

    /// Passes what is left of the line.
    fn skip_line(&mut self) {
        let end = match &self.cut.row_end {
            Some(end) => self.rest.find(end.as_str()),
            None => self.rest.find(['\n', '\r']),
        };
        self.rest = end.and_then(|at| self.rest.get(at..)).unwrap_or_default();
        self.pass(Stop::Row);
    }
}

/// A text without so many of its last lines, counted from the last one that is not blank.
pub(crate) fn without_last<'t>(text: &'t str, lines: u64, row_end: Option<&str>) -> &'t str {
    let (mut rest, mut left) = (text, lines);
    while left > 0 && !rest.is_empty() {
        let (line, start) = match row_end {
            Some(end) => {
                let line = rest.strip_suffix(end).unwrap_or(rest);
                (line, line.rfind(end).map_or(0, |at| at.saturating_add(end.len())))
            }
            None => {
                let line = rest.strip_suffix("\r\n").or_else(|| rest.strip_suffix(['\n', '\r'])).unwrap_or(rest);
                (line, line.rfind(['\n', '\r']).map_or(0, |at| at.saturating_add(1)))
            }
        };
        // A blank line at the very end is no line, as below the last cell of a sheet there is nothing.
        if left < lines || line.get(start..).is_some_and(|line| !trimmed(line).is_empty()) {
            left = left.saturating_sub(1);
        }
        rest = rest.get(..start).unwrap_or_default();
    }
    rest
}

/// The byte of a text of one byte.
fn single_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(delimiter: &str, row_end: Option<&str>, quote: Option<char>) -> Cut {
        Cut { delimiter: delimiter.to_owned(), row_end: row_end.map(str::to_owned), quote }
    }

    /// Every row as its line and either its cells or its fault.
    fn rows(text: &str, cut: &Cut) -> Vec<(u64, Result<Vec<String>, Fault>)> {
        let (mut rows, mut cells, mut all) = (Rows::new(text, cut), Vec::new(), Vec::new());
        while let Some((at, result)) = rows.read(&mut cells) {
            all.push((at.line, result.map(|()| cells.iter().map(|c| c.to_string()).collect())));
        }
        all
    }

    fn cells(text: &[&str]) -> Result<Vec<String>, Fault> {
        Ok(text.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn any_line_end_and_its_number() {
        let comma = cut(",", None, Some('"'));
        let expected = vec![(1, cells(&["a", "b"])), (2, cells(&["1", ""])), (3, cells(&["x"]))];
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(rows(&["a,b", "1,", "x"].join(end), &comma), expected, "{end:?}");
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_lines_and_doubled_marks() {
        let comma = cut(",", None, Some('"'));
        let text = "a,\"b\"\"c\"\n\"x,\ny\", \"z\" ,5\" pipe\n\"\",last";
        let expected =
            vec![(1, cells(&["a", "b\"c"])), (2, cells(&["x,\ny", "z", "5\" pipe"])), (4, cells(&["", "last"]))];
        assert_eq!(rows(text, &comma), expected);
        assert_eq!(rows("\"a\",b", &cut(",", None, None)), vec![(1, cells(&["\"a\"", "b"]))]);
    }

    #[test]
    fn long_delimiters_and_row_ends() {
        let odd = cut("+|", Some("&|\r\n"), None);
        let text = "1+|a\nb+|+|&|\r\n2+|c+|&|\r\n";
        assert_eq!(rows(text, &odd), vec![(1, cells(&["1", "a\nb", "", ""])), (3, cells(&["2", "c", ""]))]);
        assert_eq!(rows("a;;b\r\nc;;d", &cut(";;", None, Some('"'))).len(), 2);
    }

    #[test]
    fn a_bad_quotation_is_one_fault_and_reading_goes_on() {
        let comma = cut(",", None, Some('"'));
        let text = "a,b\n\"Acme\" Ltd,1\nc,2\n\"never,3\nd,4\n";
        let expected = vec![
            (1, cells(&["a", "b"])),
            (2, Err(Fault::AfterQuote)),
            (3, cells(&["c", "2"])),
            (4, Err(Fault::Unclosed)),
            (5, cells(&["d", "4"])),
        ];
        assert_eq!(rows(text, &comma), expected);
    }

    #[test]
    fn last_lines_are_counted_from_the_last_that_is_not_blank() {
        let cases = [
            ("a\nb\n\nTotal\nBy Kim\n", 3, "a\nb\n"), // the blank line between is one of the three
            ("a\nb\n\nTotal\nBy Kim\n", 2, "a\nb\n\n"),
            ("a\r\nb\r\nTotal", 1, "a\r\nb\r\n"),
            ("a\rb\rTotal\r \r\r", 1, "a\rb\r"), // those behind it are none
            ("a\nb", 0, "a\nb"),
            ("a\nb\n\n", 2, ""),
            ("a\nb", 9, ""),
        ];
        for (text, lines, left) in cases {
            assert_eq!(without_last(text, lines, None), left, "{text:?} {lines}");
        }
        assert_eq!(without_last("a\nb;;c\nd;;Total;;", 1, Some(";;")), "a\nb;;c\nd;;");
        assert_eq!(without_last("a;;b", 1, Some(";;")), "a;;");
    }

    #[test]
    fn limits_of_cell_and_row() {
        let comma = cut(",", None, Some('"'));
        let text = format!("a,{}\nb,1\n{}\n", "x".repeat(CELL_LIMIT + 1), "y,".repeat(ROW_LIMIT / 2 + 1));
        let faults: Vec<_> = rows(&text, &comma).into_iter().map(|(line, row)| (line, row.err())).collect();
        assert_eq!(faults, vec![(1, Some(Fault::LongCell(1))), (2, None), (3, Some(Fault::LongRow))]);
    }

    proptest! {
        /// What the csv crate writes is read back, and well-formed text is cut as it cuts it.
        #[test]
        fn cells_survive_being_written(table in prop::collection::vec(prop::collection::vec("[a\", \n\r;]{0,6}", 2..5), 1..6)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            // A blank before a quotation mark is not part of the cell here; the crate keeps it.
            prop_assume!(!text.contains(" \""));
            let read: Vec<Vec<String>> =
                rows(&text, &cut(",", None, Some('"'))).into_iter().map(|(_, row)| row.unwrap()).collect();
            prop_assert_eq!(read, table);
        }
    }
}
