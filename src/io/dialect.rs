//! How a data file is written: encoding, delimiter, header, number and date styles, and what of it is guessed.
//!
//! Only a delimiter of one character is ever guessed, and only among four; everything else has a default or is said
//! in `earnmark.toml`.

use super::dates::DateFormat;
use super::numbers::NumberStyle;
use super::table::{Cut, Rows};
use encoding_rs::Encoding;

/// How the files of a source are written, as the settings say it.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Between cells; `None`: guessed.
    pub delimiter: Option<String>,
    /// Between rows; `None`: any line end.
    pub row_end: Option<String>,
    /// Around cells; `None`: nothing.
    pub quote: Option<char>,
    /// The encoding; `None`: that of the byte order mark, else UTF-8.
    pub encoding: Option<&'static Encoding>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Lines before the header.
    pub skip: u64,
    /// Lines at the end that are no rows, counted from the last one that is not blank.
    pub skip_end: u64,
    /// How numbers are written.
    pub style: NumberStyle,
    /// How dates are written; tried in order.
    pub dates: Vec<DateFormat>,
    /// Texts that mean nothing, beside the empty one.
    pub blank: Vec<String>,
    /// Whether blanks at the ends of a cell are dropped.
    pub trim: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: None,
            row_end: None,
            quote: Some('"'),
            encoding: None,
            header: true,
            skip: 0,
            skip_end: 0,
            style: NumberStyle::default(),
            dates: vec![DateFormat::iso()],
            blank: Vec::new(),
            trim: true,
        }
    }
}

/// How a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What stood between cells.
    pub delimiter: String,
    /// Whether that was guessed.
    pub guessed: bool,
    /// The encoding, in lower case: `utf-8`.
    pub encoding: String,
    /// What it was, where it was more than text: `gzip`, `workbook, sheet Deals`; else nothing.
    pub form: String,
    /// Whether it was lines of text, packed or not.
    pub is_text: bool,
}

impl Found {
    /// A dialect as a person reads it: `comma, utf-8`.
    #[must_use]
    pub fn words(&self) -> String {
        if !self.is_text {
            return self.form.clone();
        }
        let delimiter = match self.delimiter.as_str() {
            "," => "comma".to_owned(),
            ";" => "semicolon".to_owned(),
            "\t" => "tab".to_owned(),
            "|" => "bar".to_owned(),
            other => format!("{other:?}"),
        };
        let packed = if self.form.is_empty() { String::new() } else { format!(", {}", self.form) };
        format!("{delimiter}{}, {}{packed}", if self.guessed { " (guessed)" } else { "" }, self.encoding)
    }
}

/// What a delimiter is guessed among; of equally good ones the first is taken.
pub(super) const CANDIDATES: [&str; 4] = [",", ";", "\t", "|"];
/// How much of a file a guess looks at.
const LOOK: usize = 65_536;

impl Dialect {
    /// How the cells of a text stand apart, and whether that was guessed. `columns` is how many there should be, if
    /// the settings say it.
    pub(crate) fn cut(&self, text: &str, columns: Option<usize>) -> (Cut, bool) {
        let cut =
            |delimiter: &str| Cut { delimiter: delimiter.to_owned(), row_end: self.row_end.clone(), quote: self.quote };
        if let Some(delimiter) = &self.delimiter {
            return (cut(delimiter), false);
        }
        let head = text.get(..text.floor_char_boundary(LOOK.min(text.len()))).unwrap_or(text);
        let mut best = (Score::default(), CANDIDATES[0]);
        for candidate in CANDIDATES {
            let score = self.score(head, &cut(candidate), columns, head.len() < text.len());
            if score > best.0 {
                best = (score, candidate);
            }
        }
        (cut(best.1), true)
    }

    /// How well a head of a file is cut.
    fn score(&self, head: &str, cut: &Cut, columns: Option<usize>, cut_short: bool) -> Score {
        let (mut rows, mut cells) = (Rows::new(head, cut), Vec::new());
        let (mut lengths, mut line, mut open_end) = (Vec::new(), 0, false);
        while let Some((_, result)) = rows.read(&mut cells) {
            line = u64::saturating_add(line, 1);
            if line > self.skip && result.is_ok() && cells.iter().any(|cell| !cell.trim().is_empty()) {
                // An empty last field of the header is dropped later.
                open_end |= lengths.is_empty() && cells.last().is_some_and(|cell| cell.trim().is_empty());
                lengths.push(cells.len());
            }
        }
        if cut_short {
            lengths.pop(); // its row may end beyond the look
        }
        let Some(width) = lengths.first().copied().filter(|width| *width > 1) else { return Score::default() };
        let alike = lengths.iter().filter(|length| **length == width).count();
        let alike = alike.saturating_mul(1000).checked_div(lengths.len()).unwrap_or(0);
        let as_said = columns == Some(if open_end { width.saturating_sub(1) } else { width });
        Score { as_said, alike, width }
    }
}

/// How well a delimiter fits: the columns that the settings name, then rows of one length, then the wider table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    as_said: bool,
    alike: usize,
    width: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> String {
        Dialect::default().cut(text, None).0.delimiter
    }

    #[test]
    fn delimiters_are_guessed_outside_quotation_marks() {
        assert_eq!(guess("id,amount\n1,2\n2,3\n"), ",");
        assert_eq!(guess("id;betrag\n1;1,50\n2;2,50\n3;7\n"), ";");
        assert_eq!(guess("id\tname\n1\tMüller, Ute\n"), "\t");
        assert_eq!(guess("a|b|c\n1|2|3\n"), "|");
        assert_eq!(guess("a,b\n\"1;2;3\",x\n\"4;5;6\",y\n"), ",");
        assert_eq!(guess("id\n1\n2\n"), ",");
        assert_eq!(guess(""), ",");
    }

    #[test]
    fn the_names_of_the_settings_decide() {
        let dialect = Dialect { header: false, ..Dialect::default() };
        assert_eq!(dialect.cut("1,5;2,5\n2,5;3,5\n", Some(2)).0.delimiter, ";");
        assert_eq!(dialect.cut("1,5;2,5\n2,5;3,5\n", Some(3)).0.delimiter, ",");
    }
}
