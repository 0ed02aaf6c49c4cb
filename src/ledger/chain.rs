//! The chain: each row of the log holds the hash of the one before, and that of a close the digests of all it wrote. So a
//! changed byte anywhere in the ledger breaks it, and it says where.

use super::book::Ledger;
use super::close::Request;
use super::rows::{CloseRow, FactRow, LogRow, damaged};
use super::walk::Walk;
use super::{files, knew};
use crate::domain::diagnostic::Diagnostic;
use crate::domain::sha::digest;
use crate::parallel;
use std::collections::{BTreeMap, BTreeSet};

/// The hash before the first row.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl LogRow {
    /// The row as it follows another.
    #[must_use]
    pub fn after(self, prev: &str) -> Self {
        let row = Self { prev: prev.to_owned(), ..self };
        Self { hash: row.hashed(), ..row }
    }
}

/// Rows that a step adds to the log of a ledger.
#[derive(Debug)]
pub(super) struct Added<'l> {
    ledger: &'l Ledger,
    /// The rows, in their order.
    pub rows: Vec<LogRow>,
}

impl<'l> Added<'l> {
    /// None yet.
    pub fn after(ledger: &'l Ledger) -> Self {
        Self { ledger, rows: Vec::new() }
    }

    /// The number of the next row of the log.
    pub fn next(&self) -> i64 {
        let count = self.ledger.log.len().saturating_add(self.rows.len());
        i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The hash of the last row.
    pub fn head(&self) -> &str {
        self.rows.last().map_or_else(|| self.ledger.head(), |row| row.hash.as_str())
    }

    /// Adds a row.
    pub fn append(&mut self, row: LogRow) {
        let row = LogRow { seq: self.next(), ..row }.after(self.head());
        self.rows.push(row);
    }

    /// The first row of a log that has none: whose ledger it is, and the digest of the run that it begins with. So payments
    /// have ids of their own where two projects of one company, or one begun anew, differ in a plan, a setting or a fact.
    pub fn begin(&mut self, request: &Request, (company, run): (&str, &str)) {
        if self.next() == 1 {
            let row = LogRow { kind: "begin".to_owned(), subject: format!("ledger of {company}"), ..request.row() };
            self.append(LogRow { digest: run.to_owned(), note: "".into(), ..row });
        }
    }
}

/// Everything that does not fit: an empty list for a ledger as it was written.
#[must_use]
pub fn verify(ledger: &Ledger) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |message: String| found.push(*damaged(message));
    let mut prev = BEGINNING.to_owned();
    for (row, seq) in ledger.log.iter().zip(1_i64..) {
        if row.seq != seq {
            tell(format!("row {seq} of the log is missing"));
            break;
        }
        if row.prev != prev || row.hash != row.hashed() {
            tell(format!("row {seq} of the log was changed: `{}` of `{}`", row.kind, row.period));
        }
        prev.clone_from(&row.hash);
    }
    let (told, knew) = parallel::both(|| of_closes(ledger), || knew::digests(ledger));
    for ((close, told), is) in ledger.closes.iter().zip(told).zip(knew) {
        told.into_iter().for_each(&mut tell);
        let should =
            [("facts of deals and events", &close.data), ("facts of people", &close.people), ("plans", &close.plan)];
        for ((what, should), is) in should.into_iter().zip(is) {
            if is != *should {
                tell(format!("the {what} of {} were changed", close.name()));
            }
        }
    }
    let is_changed = |fact: &FactRow| fact.digest != FactRow::digest_of(&fact.kind, &fact.id, fact.body.as_deref());
    for (fact, _) in ledger.facts.iter().zip(parallel::each(&ledger.facts, is_changed)).filter(|(_, changed)| *changed)
    {
        tell(format!("the fact `{}` of `{}` was changed", fact.id, fact.kind));
    }
    let mut acks: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for ack in &ledger.acks {
        acks.entry(ack.seq).or_default().push(ack.canonical());
    }
    for log in ledger.log.iter().filter(|row| row.kind == "ack") {
        if log.digest != digest(acks.remove(&log.seq).unwrap_or_default().into_iter()) {
            tell(format!("the acknowledgements of row {} of the log were changed", log.seq));
        }
    }
    if !acks.is_empty() {
        tell("there are acknowledgements that the log does not know".to_owned());
    }
    let known: BTreeSet<i64> = ledger.closes.iter().map(|row| row.seq).collect();
    let strays = ledger.entries.iter().map(|row| row.close).chain(ledger.settle.iter().map(|row| row.close));
    let strays = strays.chain(ledger.files.iter().map(|row| row.close)).chain(ledger.facts.iter().map(|row| row.close));
    if strays.into_iter().any(|close| !known.contains(&close)) {
        tell("there are rows of a close that the log does not know".to_owned());
    }
    found.extend(ledger.balances_tie().err().map(|finding| *finding));
    found
}

/// What does not fit of each close, in their order: of all but the facts that it knew.
fn of_closes(ledger: &Ledger) -> Vec<Vec<String>> {
    let mut walk = Walk::new(ledger);
    ledger.closes.iter().map(|close| of_close(&mut walk, close)).collect()
}

fn of_close(walk: &mut Walk<'_>, close: &CloseRow) -> Vec<String> {
    let (ledger, name) = (walk.ledger, close.name());
    if let Err(finding) = walk.go(close) {
        return vec![format!("{}: {name}", finding.message)];
    }
    let mut told = Vec::new();
    let log = ledger.log.binary_search_by_key(&close.seq, |row| row.seq).ok().and_then(|at| ledger.log.get(at));
    let before = log.map_or("", |row| row.prev.as_str());
    if close.digest != close.digested(before) || log.is_none_or(|row| row.digest != close.digest) {
        told.push(format!("the close of {name} was changed"));
    }
    for (what, is, should) in parts(ledger, close) {
        if is != *should {
            told.push(format!("the {what} of {name} were changed"));
        }
    }
    match files::render_at(walk, close) {
        Ok(rendered) => {
            for (file, row) in rendered.iter().zip(ledger.files_of(close.seq)) {
                if file.row(close.seq, row.format) != *row {
                    told.push(format!("the file `{}` of {name} is not what the ledger makes of it", row.name));
                }
            }
        }
        Err(finding) => told.push(format!("{}: {name}", finding.message)),
    }
    told
}

/// What a close digests of its own rows: name, as it is, as it should be.
fn parts<'l>(ledger: &Ledger, close: &'l CloseRow) -> [(&'static str, String, &'l String); 3] {
    let entries = ledger.entries_of(close.seq).iter().map(|row| row.canonical());
    let settle = ledger.settle_of(close.seq).iter().map(|row| row.canonical());
    let files = ledger.files_of(close.seq).iter().map(|row| row.canonical());
    [
        ("entries", digest(entries), &close.entries),
        ("settlement lines", digest(settle), &close.settlement),
        ("files", digest(files), &close.files),
    ]
}
