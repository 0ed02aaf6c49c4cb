//! A ledger read close by close: what is known, and the journal, grow with each, so that all closes together cost one pass
//! and not one for each.
//!
//! In:   all rows.
//! Out:  at a close: the facts that it knew, people and deals, what its statements showed, what waits, the settings of what
//!       it writes, the journal.
//! Used by everything that is made of a close's rows, `files` first; by `chain`, which makes the files of all of them.

use super::book::Ledger;
use super::close::KEPT;
use super::held::Held;
use super::journal::Whole;
use super::known::Known;
use super::people::People;
use super::register::LAYOUT;
use super::rows::{CloseRow, FactRow};
use crate::domain::diagnostic::Diagnostic;
use crate::io::settings::outputs::Outputs;
use crate::run::statement::Kept;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A reader that stands at a close.
#[derive(Debug)]
pub struct Walk<'l> {
    /// What is read.
    pub ledger: &'l Ledger,
    first_seen: BTreeMap<i64, Vec<&'l FactRow>>,
    seen: Vec<i64>,
    at: State<'l>,
}

/// What has grown up to a close.
#[derive(Debug, Default)]
struct State<'l> {
    known: Known<'l>,
    people: People,
    outputs: Outputs,
    held: Held<'l>,
    kept: Option<Kept>,
    journal: Whole,
}

impl<'l> Walk<'l> {
    /// A reader before the first close.
    #[must_use]
    pub fn new(ledger: &'l Ledger) -> Self {
        let mut first_seen: BTreeMap<i64, Vec<&FactRow>> = BTreeMap::new();
        for fact in &ledger.facts {
            first_seen.entry(fact.close).or_default().push(fact);
        }
        Self { ledger, first_seen, seen: Vec::new(), at: State::default() }
    }

    /// A reader at a close.
    ///
    /// # Errors
    /// As [`Walk::go`].
    pub fn at(ledger: &'l Ledger, close: &CloseRow) -> Result<Self, Box<Diagnostic>> {
        let mut walk = Self::new(ledger);
        walk.go(close)?;
        Ok(walk)
    }

    /// Goes to a close: from where the reader stands, where that lies on the way, else from the beginning.
    ///
    /// # Errors
    /// An account that is needed and not named; rows that cannot be as they were written.
    pub fn go(&mut self, close: &CloseRow) -> Result<(), Box<Diagnostic>> {
        let ledger = self.ledger;
        let way: Vec<&CloseRow> = ledger.closes_up_to(close).collect();
        let on_the_way = self.seen.len() <= way.len() && self.seen.iter().zip(&way).all(|(seq, step)| *seq == step.seq);
        if !on_the_way {
            self.seen.clear();
            self.at = State::default();
        }
        for step in way.into_iter().skip(self.seen.len()) {
            if let Err(finding) = self.step(step) {
                // What is half let in is no place to go on from.
                self.seen.clear();
                self.at = State::default();
                return Err(finding);
            }
            self.seen.push(step.seq);
        }
        Ok(())
    }

    fn step(&mut self, close: &CloseRow) -> Result<(), Box<Diagnostic>> {
        let rows = self.first_seen.get(&close.seq).map_or(&[][..], Vec::as_slice);
        self.at.known.let_in(rows.iter().copied());
        self.at.people.let_in(close, rows.iter().copied());
        let layout = self.at.known.get(LAYOUT, "outputs").and_then(|row| row.body.as_deref());
        self.at.outputs = layout.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        self.at.kept = self.ledger.beside(close, KEPT).map(|row| Kept::of_text(Arc::clone(&row.note)));
        self.at.held.let_in(close, self.ledger.entries_of(close.seq), self.at.kept.as_ref())?;
        let known = (&self.at.people, &self.at.held);
        self.at.journal.let_in(self.ledger, close, &self.at.outputs, known)
    }

    /// How many facts of each kind the close knew.
    pub fn counts(&self) -> impl Iterator<Item = (&'l str, usize)> + '_ {
        let of_kinds = self.at.known.rows().chunk_by(|a, b| a.kind == b.kind);
        of_kinds.filter_map(|rows| rows.first().map(|first| (&*first.kind, rows.len())))
    }

    /// People and deals as the close knew them.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.at.people
    }

    /// What the close was to write, as its settings said then.
    #[must_use]
    pub fn outputs(&self) -> &Outputs {
        &self.at.outputs
    }

    /// What is earned and not payable after the close.
    #[must_use]
    pub fn held(&self) -> &Held<'l> {
        &self.at.held
    }

    /// What the statements of the close showed beside amounts; `None`: it is of before that was kept.
    #[must_use]
    pub fn kept(&self) -> Option<&Kept> {
        self.at.kept.as_ref()
    }

    /// The journal of the close; `None` where its settings name no accounts.
    #[must_use]
    pub fn journal(&self) -> Option<&Whole> {
        self.at.outputs.journal.is_some().then_some(&self.at.journal)
    }
}
