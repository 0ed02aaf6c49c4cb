//! All rows of a ledger, and what is read off them: which closes are in force, what the last one knew, balances.

use super::chain::BEGINNING;
use super::close::{KEPT, SOURCES};
use super::known::Known;
use super::rows::{AckRow, CloseRow, EntryRow, FactRow, FileRow, LogRow, SettleRow, damaged};
use crate::domain::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// All rows, each table in the order of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The log.
    pub log: Vec<LogRow>,
    /// The closes.
    pub closes: Vec<CloseRow>,
    /// The register of facts.
    pub facts: Vec<FactRow>,
    /// The entries.
    pub entries: Vec<EntryRow>,
    /// The settlements.
    pub settle: Vec<SettleRow>,
    /// The files.
    pub files: Vec<FileRow>,
    /// What payroll says of payments.
    pub acks: Vec<AckRow>,
}

impl Ledger {
    /// The hash of the last row of the log.
    #[must_use]
    pub fn head(&self) -> &str {
        self.log.last().map_or(BEGINNING, |row| row.hash.as_str())
    }

    /// Takes in what a close, or another step, adds.
    pub fn extend(&mut self, rows: Self) {
        self.log.extend(rows.log);
        self.closes.extend(rows.closes);
        self.facts.extend(rows.facts);
        self.entries.extend(rows.entries);
        self.settle.extend(rows.settle);
        self.files.extend(rows.files);
        self.acks.extend(rows.acks);
    }

    /// Lets in what a close adds for as long as something is made of it, and gives it back.
    pub fn with<T>(&mut self, added: &mut Self, work: impl FnOnce(&Self) -> T) -> T {
        let (log, closes, facts) = (self.log.len(), self.closes.len(), self.facts.len());
        let (entries, settle, files, acks) = (self.entries.len(), self.settle.len(), self.files.len(), self.acks.len());
        self.extend(std::mem::take(added));
        let made = work(self);
        *added = Self {
            log: self.log.split_off(log),
            closes: self.closes.split_off(closes),
            facts: self.facts.split_off(facts),
            entries: self.entries.split_off(entries),
            settle: self.settle.split_off(settle),
            files: self.files.split_off(files),
            acks: self.acks.split_off(acks),
        };
        made
    }

    /// What tells this ledger from others: the beginning of its first hash.
    #[must_use]
    pub fn id(&self) -> &str {
        self.log.first().and_then(|row| row.hash.get(..8)).unwrap_or_default()
    }

    /// Whether a close was voided.
    #[must_use]
    pub fn is_void(&self, close: &CloseRow) -> bool {
        self.log.iter().any(|row| row.kind == "void" && row.digest == close.digest)
    }

    /// The closes that are not void, in order.
    pub fn in_force(&self) -> impl DoubleEndedIterator<Item = &CloseRow> {
        self.closes.iter().filter(|close| !self.is_void(close))
    }

    /// The last close in force.
    #[must_use]
    pub fn last(&self) -> Option<&CloseRow> {
        self.in_force().next_back()
    }

    /// The close in force of a period.
    #[must_use]
    pub fn close_of(&self, period: &str) -> Option<&CloseRow> {
        self.in_force().find(|close| close.period == period)
    }

    /// The revision that a close of a period would have.
    #[must_use]
    pub fn next_revision(&self, period: &str) -> i64 {
        let known = self.closes.iter().filter(|close| close.period == period).map(|close| close.revision);
        known.max().unwrap_or(0).saturating_add(1)
    }

    /// What stands right before a close and belongs to it: what was told with it, what was read for it, what it keeps.
    fn all_beside(&self, close: &CloseRow) -> &[LogRow] {
        let kind = |row: &LogRow| row.kind == "told" || row.kind == SOURCES || row.kind == KEPT;
        let own = |row: &&LogRow| kind(row) && row.period == close.period && row.revision == close.revision;
        let end = self.log.partition_point(|row| row.seq < close.seq);
        let before = self.log.get(..end).unwrap_or_default();
        let count = before.iter().rev().take_while(own).count();
        before.get(end.saturating_sub(count)..).unwrap_or_default()
    }

    /// The row of a kind that belongs to a close.
    #[must_use]
    pub fn beside(&self, close: &CloseRow, kind: &str) -> Option<&LogRow> {
        self.all_beside(close).iter().find(|row| row.kind == kind)
    }

    /// The number of the last row of the log that does not belong to a close.
    #[must_use]
    pub fn last_before(&self, close: &CloseRow) -> i64 {
        let own = self.all_beside(close).len();
        close.seq.saturating_sub(1).saturating_sub(i64::try_from(own).unwrap_or(0))
    }

    /// The ledger as it was before a close, for working that close again.
    #[must_use]
    pub fn before(&self, close: &CloseRow) -> Self {
        let upto = self.last_before(close);
        let known = |seq: i64| seq <= upto;
        Self {
            log: self.log.iter().filter(|row| known(row.seq)).cloned().collect(),
            closes: self.closes.iter().filter(|row| known(row.seq)).cloned().collect(),
            facts: self.facts.iter().filter(|row| known(row.close)).cloned().collect(),
            entries: self.entries.iter().filter(|row| known(row.close)).cloned().collect(),
            settle: self.settle.iter().filter(|row| known(row.close)).cloned().collect(),
            files: self.files.iter().filter(|row| known(row.close)).cloned().collect(),
            acks: self.acks.iter().filter(|row| known(row.seq)).cloned().collect(),
        }
    }

    /// The closes that a close goes on from, and itself: what was voided before it is out.
    pub fn closes_up_to<'l>(&'l self, close: &CloseRow) -> impl Iterator<Item = &'l CloseRow> {
        let seq = close.seq;
        let voided: BTreeSet<&str> =
            self.log.iter().filter(|row| row.kind == "void" && row.seq < seq).map(|row| row.digest.as_str()).collect();
        self.closes.iter().filter(move |row| row.seq <= seq && !voided.contains(row.digest.as_str()))
    }

    /// What a close knew: of each fact the newest version that it or a close in force before it saw; withdrawn ones are out.
    #[must_use]
    pub fn register(&self, close: i64) -> Known<'_> {
        let newest = self.closes.iter().filter(|row| row.seq <= close).max_by_key(|row| row.seq);
        let seen: BTreeSet<i64> =
            newest.into_iter().flat_map(|row| self.closes_up_to(row)).map(|row| row.seq).collect();
        let all = seen.len() == self.closes.len();
        Known::newest(self.facts.iter().filter(|fact| all || seen.contains(&fact.close)))
    }

    /// The entries of a close.
    #[must_use]
    pub fn entries_of(&self, close: i64) -> &[EntryRow] {
        of_close(&self.entries, close, |row| row.close)
    }

    /// The lines of settlement of a close.
    #[must_use]
    pub fn settle_of(&self, close: i64) -> &[SettleRow] {
        of_close(&self.settle, close, |row| row.close)
    }

    /// The files of a close.
    #[must_use]
    pub fn files_of(&self, close: i64) -> &[FileRow] {
        of_close(&self.files, close, |row| row.close)
    }

    /// The settlement of a close: for each payee and currency its lines.
    #[must_use]
    pub fn settled(&self, close: i64) -> BTreeMap<(&str, &str), BTreeMap<&str, i64>> {
        self.payouts_of(close).map(|(first, lines)| ((&*first.payee, &*first.currency), lines)).collect()
    }

    /// The rows of each payout of a close.
    pub fn payouts_of_close(&self, close: i64) -> impl Iterator<Item = &[SettleRow]> {
        self.settle_of(close).chunk_by(|a, b| (&a.payee, &a.currency) == (&b.payee, &b.currency))
    }

    /// The payouts of a close in order, each by its first row and its lines: the rows of one stand together.
    pub fn payouts_of(&self, close: i64) -> impl Iterator<Item = (&SettleRow, BTreeMap<&str, i64>)> {
        self.payouts_of_close(close).filter_map(|rows| {
            let lines = rows.iter().map(|row| (&*row.line, row.amount)).collect();
            rows.first().map(|first| (first, lines))
        })
    }

    /// What is brought forward into each close is what the one before carried, and no balance is negative.
    ///
    /// # Errors
    /// The payee and close of the first that does not tie.
    pub fn balances_tie(&self) -> Result<(), Box<Diagnostic>> {
        let mut carried: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
        for close in self.in_force() {
            for ((payee, currency), lines) in self.settled(close.seq) {
                for balance in BALANCES {
                    let brought = lines.get(&*format!("brought.{balance}")).copied().unwrap_or(0);
                    let after = lines.get(&*format!("carried.{balance}")).copied().unwrap_or(0);
                    let before = carried.insert((payee, currency, balance), after).unwrap_or(0);
                    if brought != before || after < 0 {
                        let message = format!("the balance `{balance}` of `{payee}` in {} does not tie", close.name());
                        return Err(damaged(message));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The rows of a close, in a table that is in the order of closes.
pub(super) fn of_close<T>(rows: &[T], close: i64, key: impl Fn(&T) -> i64) -> &[T] {
    let start = rows.partition_point(|row| key(row) < close);
    let end = rows.partition_point(|row| key(row) <= close);
    rows.get(start..end).unwrap_or_default()
}

/// The four balances by their names in the ledger.
pub const BALANCES: [&str; 4] = ["owed", "draw", "over_cap", "due"];
