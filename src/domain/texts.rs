//! Texts of a project: what of them can be seen, and from byte spans to the lines and columns that people and editors count.

use super::diagnostic::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Scripts and settings by their paths.
#[derive(Clone, Debug, Default)]
pub struct Texts(pub BTreeMap<Arc<str>, Arc<str>>);

/// A place in a text. Lines and columns count from 1; columns count UTF-16 units, as editors in browsers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Texts {
    /// The text of a file.
    #[must_use]
    pub fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(|text| &**text)
    }

    /// Line and column of a byte of a file; the start of the file where it is not known.
    #[must_use]
    pub fn place(&self, file: &str, byte: usize) -> LineColumn {
        let before = self.get(file).and_then(|text| text.get(..byte)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let column: usize = before.get(line_start..).unwrap_or_default().chars().map(char::len_utf16).sum();
        LineColumn { line: before.matches('\n').count().saturating_add(1), column: column.saturating_add(1) }
    }

    /// The line on which a span begins.
    #[must_use]
    pub fn line(&self, span: &Span) -> usize {
        self.place(&span.file, span.start).line
    }
}

/// Whether a character is a control, has no width, or turns the direction of text. Joiners are letters of some scripts.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units() {
        let texts = Texts(BTreeMap::from([(Arc::from("a"), Arc::from("one\n𝄞é x"))]));
        assert_eq!(texts.place("a", 4), LineColumn { line: 2, column: 1 });
        assert_eq!(texts.place("a", 11), LineColumn { line: 2, column: 5 });
    }
}
