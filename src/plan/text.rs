//! Places in a script's text: from Rhai's lines and columns to bytes, and from the start of a piece of syntax to its end.

use crate::domain::diagnostic::Span;
use std::sync::Arc;

/// A script's text, or a piece of it that starts at a byte of the whole.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Path in the project folder.
    pub file: Arc<str>,
    /// The whole text of the file.
    pub whole: &'a str,
    /// Where the piece starts that positions are counted from.
    base: usize,
    /// Where each line of the piece starts, in letters from the start of the piece.
    lines: Vec<usize>,
    /// Letters of more than one byte: the place of each, in letters, and how many bytes more than letters there are up
    /// to its end.
    wide: Vec<(usize, usize)>,
}

impl<'a> Text<'a> {
    /// The text from `base` to `end`.
    #[must_use]
    pub fn piece(file: &Arc<str>, whole: &'a str, base: usize, end: usize) -> Self {
        let text = whole.get(base..end).unwrap_or_default();
        let (mut lines, mut wide, mut extra) = (vec![0], Vec::new(), 0_usize);
        for (place, c) in text.chars().enumerate() {
            if c == '\n' {
                lines.push(place.saturating_add(1));
            } else if c.len_utf8() > 1 {
                extra = extra.saturating_add(c.len_utf8()).saturating_sub(1);
                wide.push((place, extra));
            }
        }
        Self { file: Arc::clone(file), whole, base, lines, wide }
    }

    /// The byte of a line and a column, both from 1, the column in characters. Found without walking the line, for a
    /// script may be one long line.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = line.checked_sub(1).and_then(|n| self.lines.get(n)).copied().unwrap_or(0);
        let letters = start.saturating_add(column.saturating_sub(1));
        let before = self.wide.partition_point(|(place, _)| *place < letters);
        let extra = before.checked_sub(1).and_then(|last| self.wide.get(last)).map_or(0, |(_, extra)| *extra);
        self.base.saturating_add(letters).saturating_add(extra).min(self.whole.len())
    }

    /// The byte at which the token at `start` ends: a name, a number, a string, or a bracket with all that it holds.
    #[must_use]
    pub fn token_end(&self, start: usize) -> usize {
        let rest = self.whole.get(start..).unwrap_or_default();
        let Some(first) = rest.chars().next() else {
            return start;
        };
        let length = match first {
            '(' | '[' | '{' => bracket_length(rest),
            '#' => 1_usize.saturating_add(bracket_length(rest.get(1..).unwrap_or_default())),
            '"' | '`' | '\'' => string_length(rest, first),
            c if c.is_ascii_digit() => number_length(rest),
            // A figure that is negated while it is read, in parentheses or not: `-5`, `-(5)`.
            '-' => {
                let figure = rest.trim_start_matches(|c: char| c == '-' || c.is_whitespace());
                let before = rest.len().saturating_sub(figure.len());
                match if figure.starts_with('(') { bracket_length(figure) } else { number_length(figure) } {
                    0 => 1,
                    length => before.saturating_add(length),
                }
            }
            c if is_name(c) => rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        start.saturating_add(length)
    }

    /// The byte of the first `wanted` character at or after `start` that stands outside comments.
    #[must_use]
    pub fn find(&self, start: usize, wanted: char) -> Option<usize> {
        self.scan(start, |at, c| (c == wanted).then_some(at))
    }

    /// Walks the text from `start` outside comments and strings, until `stop` gives something.
    pub fn scan<T>(&self, start: usize, mut stop: impl FnMut(usize, char) -> Option<T>) -> Option<T> {
        let mut at = start;
        loop {
            at = skip_comment(self.whole, at);
            let rest = self.whole.get(at..)?;
            let c = rest.chars().next()?;
            if let Some(found) = stop(at, c) {
                return Some(found);
            }
            let length = if c == '"' || c == '`' { string_length(rest, c) } else { c.len_utf8() };
            at = at.saturating_add(length);
        }
    }

    /// Where a comment begins that nothing ends: all behind it is lost.
    #[must_use]
    pub fn open_comment(&self) -> Option<usize> {
        let mut read = 0;
        self.scan(0, |at, c| {
            read = at.saturating_add(c.len_utf8());
            None::<()>
        });
        // What is behind the last thing read is blank, comments to the end of a line, and that one.
        let mut at = read;
        loop {
            let rest = self.whole.get(at..)?;
            let next = rest.find("/")?;
            at = at.saturating_add(next);
            let rest = self.whole.get(at..)?;
            if rest.starts_with("/*") && comment_length(rest).is_none() {
                return Some(at);
            }
            at = skip_comment(self.whole, at).max(at.saturating_add(1));
        }
    }

    /// The span from `start` to `end`.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span { file: Arc::clone(&self.file), start, end: end.max(start).min(self.whole.len()) }
    }

    /// The span from `start` to `end`, widened to the partners of the parentheses that are cut apart in it: Rhai places
    /// an operand that stands in parentheses inside them.
    #[must_use]
    pub fn balanced(&self, start: usize, end: usize) -> Span {
        let (mut open, mut opened_before) = (0_usize, 0_usize);
        self.scan(start, |at, c| {
            match c {
                _ if at >= end => return Some(()),
                '(' => open = open.saturating_add(1),
                ')' if open == 0 => opened_before = opened_before.saturating_add(1),
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
            None
        });
        let (mut from, mut to) = (start, end);
        while opened_before > 0 {
            let before = self.whole.get(..from).unwrap_or_default().trim_end();
            let Some(rest) = before.strip_suffix('(') else { break };
            from = rest.len();
            opened_before = opened_before.saturating_sub(1);
        }
        while open > 0 {
            let Some((at, ')')) = self.scan(to, |at, c| (!c.is_whitespace()).then_some((at, c))) else { break };
            to = at.saturating_add(1);
            open = open.saturating_sub(1);
        }
        self.span(from, to)
    }

    /// The span of the token at `start`.
    #[must_use]
    pub fn token(&self, start: usize) -> Span {
        self.span(start, self.token_end(start))
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Past a comment that starts at `at`, else `at`.
fn skip_comment(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with("//") {
        return at.saturating_add(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return comment_length(rest).map_or(text.len(), |length| at.saturating_add(length));
    }
    at
}

/// Length of the comment between marks that begins a text, with the comments inside it; `None`: it has no end.
fn comment_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.char_indices().peekable();
    while let Some((offset, c)) = bytes.next() {
        match (c, bytes.peek().map(|(_, next)| *next)) {
            ('/', Some('*')) => {
                depth = depth.saturating_add(1);
                bytes.next();
            }
            ('*', Some('/')) => {
                depth = depth.saturating_sub(1);
                bytes.next();
                if depth == 0 {
                    return Some(offset.saturating_add(2));
                }
            }
            _ => {}
        }
    }
    None
}

/// Length of a string with its quotes; `quote` is its first character.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return at.saturating_add(1);
        }
    }
    text.len()
}

/// Length of a bracket with all that it holds, up to its partner.
fn bracket_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0_usize;
    while at < text.len() {
        at = skip_comment(text, at);
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        match c {
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '"' | '`' => {
                at = at.saturating_add(string_length(text.get(at..).unwrap_or_default(), c));
                continue;
            }
            _ => {}
        }
        at = at.saturating_add(c.len_utf8());
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of a number: `100_000`, `12.50`; the dot of `4.pct` is not part of it.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| -> usize {
        text.get(from..)
            .and_then(|rest| rest.find(|c: char| !(c.is_ascii_digit() || c == '_')))
            .map_or(text.len(), |n| from.saturating_add(n))
    };
    let whole = digits(0);
    let mut after = text.get(whole..).unwrap_or_default().chars();
    if after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit()) {
        digits(whole.saturating_add(1))
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(text: &str, start: usize) -> &str {
        let file = Arc::from("t.rhai");
        let piece = Text::piece(&file, text, 0, text.len());
        text.get(start..piece.token_end(start)).unwrap()
    }

    #[test]
    fn tokens_end_where_they_end() {
        assert_eq!(end_of("4.pct", 0), "4");
        assert_eq!(end_of("12.5.pct", 0), "12.5");
        assert_eq!(end_of("100_000, 3", 0), "100_000");
        assert_eq!(end_of("[1, [2, \"]\"], // ]\n 3] + 1", 0), "[1, [2, \"]\"], // ]\n 3]");
        assert_eq!(end_of("#{ a: \"}\" }, 1", 0), "#{ a: \"}\" }");
        assert_eq!(end_of("ربع + 1", 0), "ربع");
        assert_eq!(end_of(r#""a\"b" + 1"#, 0), r#""a\"b""#);
    }

    #[test]
    fn parentheses_stay_together() {
        let text = "let a = ((1 + 2) * 3 - (4 /* ) */ - 5 ) );";
        let file = Arc::from("t.rhai");
        let piece = Text::piece(&file, text, 0, text.len());
        let all = |start: &str, end: &str| {
            let span = piece.balanced(text.find(start).unwrap(), text.find(end).unwrap() + end.len());
            text.get(span.start..span.end).unwrap()
        };
        assert_eq!(all("1 +", "3"), "(1 + 2) * 3");
        assert_eq!(all("1 +", "5"), "(1 + 2) * 3 - (4 /* ) */ - 5 )");
        assert_eq!(all("4", "5"), "4 /* ) */ - 5");
    }

    #[test]
    fn columns_count_characters() {
        let text = "let a = \"é\";\nlet β = 1;";
        let file = Arc::from("t.rhai");
        let piece = Text::piece(&file, text, 0, text.len());
        assert_eq!(text.get(piece.offset(2, 5)..piece.offset(2, 6)).unwrap(), "β");
        assert_eq!(text.get(piece.offset(1, 12)..).unwrap(), ";\nlet β = 1;");
    }
}
