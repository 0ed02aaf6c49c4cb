//! What is found wrong in data files: collected in order, and kept readable where the same thing is wrong in many rows.
//!
//! The first [`SHOWN`] rows with one cause (code and column of a file) are shown each; the rest are counted in a note
//! on the last of them.

use crate::domain::diagnostic::{Cell, Code, Diagnostic};
use crate::domain::facts::RowPlace;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many rows with the same cause are shown one by one.
pub(crate) const SHOWN: u64 = 20;
/// Longest text of a value in a finding, in characters.
const VALUE_LENGTH: usize = 80;

/// The same cause, in the same column of the same file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    file: Arc<str>,
    code: Code,
    column: String,
}

/// Findings with one cause.
#[derive(Clone, Copy, Debug)]
struct Count {
    rows: u64,
    /// Place of the last one shown.
    last_shown: usize,
    last_line: u64,
}

/// What is wrong with a cell, without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    /// The column and the value, where they are not those of the mapping that was read.
    pub cell: Option<(String, String)>,
}

impl Problem {
    /// A problem of some kind.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, cell: None }
    }

    /// With what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the nearest right name, if there is one.
    pub fn near(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// In a cell of its own.
    pub fn in_cell(mut self, column: &str, value: &str) -> Self {
        self.cell = Some((column.to_owned(), value.to_owned()));
        self
    }
}

/// All findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Diagnostic>,
    counts: BTreeMap<Cause, Count>,
    /// The rows that something is wrong with: file and line, those that are not shown among them.
    pub rows: BTreeSet<(Arc<str>, u64)>,
    /// What is odd about rows that are taken all the same.
    pub odd: Vec<Diagnostic>,
    /// Whether something was found that cannot be left out row by row.
    pub blocking: bool,
}

impl Findings {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a finding about a file as a whole, or about the settings: nothing can be read without it.
    pub fn block(&mut self, diagnostic: Diagnostic) {
        self.blocking = true;
        self.list.push(diagnostic);
    }

    /// Adds a finding about a cell, which is only made if it is shown.
    pub fn cell(&mut self, place: &RowPlace, code: Code, column: &str, problem: impl FnOnce() -> (Problem, String)) {
        self.rows.insert((Arc::clone(&place.file), place.line));
        let cause = Cause { file: Arc::clone(&place.file), code, column: column.to_owned() };
        if let Some(count) = self.counts.get_mut(&cause)
            && count.rows >= SHOWN
        {
            count.rows = count.rows.saturating_add(1);
            count.last_line = place.line;
            return;
        }
        let (problem, value) = problem();
        let (own_column, value) = problem.cell.unwrap_or_else(|| (column.to_owned(), value));
        let cell =
            Cell { file: Arc::clone(&place.file), row: place.line, column: own_column, value: shortened(&value) };
        let mut diagnostic = Diagnostic::error(problem.code, problem.message).in_cell(cell);
        diagnostic.help = problem.help;
        let shown = self.list.len();
        self.list.push(diagnostic);
        let count = self.counts.entry(cause).or_insert(Count { rows: 0, last_shown: shown, last_line: place.line });
        count.rows = count.rows.saturating_add(1);
        count.last_shown = shown;
        count.last_line = place.line;
    }

    /// All findings; in the order in which they were added.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for count in self.counts.values() {
            let more = count.rows.saturating_sub(SHOWN);
            if let Some(last) = self.list.get_mut(count.last_shown).filter(|_| more > 0) {
                let rows = if more == 1 { "1 more row".to_owned() } else { format!("{more} more rows") };
                last.notes
                    .push(format!("{rows} of this file with the same problem, the last in line {}", count.last_line));
            }
        }
        self.list
    }
}

/// A value as findings show it: at most 80 characters.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(VALUE_LENGTH) {
        None => value.to_owned(),
        Some((at, _)) => format!("{}…", value.get(..at).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_with_one_cause_are_counted() {
        let mut findings = Findings::default();
        for line in 2..=100 {
            let place = RowPlace { file: Arc::from("data/deals.csv"), line };
            let problem = || (Problem::new(Code::BadDate, "no"), "x".repeat(100));
            findings.cell(&place, Code::BadDate, "closed", problem);
            if line % 50 == 0 {
                findings
                    .cell(&place, Code::BadNumber, "amount", || (Problem::new(Code::BadNumber, "no"), String::new()));
            }
        }
        let list = findings.finish();
        assert_eq!(list.len(), 22);
        let notes: Vec<_> = list.iter().flat_map(|d| &d.notes).collect();
        assert_eq!(notes, ["79 more rows of this file with the same problem, the last in line 100"]);
        let crate::domain::diagnostic::Place::Cell(cell) = &list[0].place else { panic!() };
        assert_eq!(cell.value.chars().count(), 81);
    }
}
