//! States: draft, approved, closed, paid, void. They are read off the log: a submission stands until a close, a rejection or
//! another submission; an approval holds for the digest that was submitted and for no other.

use super::book::Ledger;
use super::close::KEPT;
use super::rows::{CloseRow, LogRow};
use crate::parallel;
use crate::run::statement::{ClosedPeriod, Kept, LedgerState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was submitted for a period that is not closed yet.
#[derive(Clone, Debug)]
pub struct Submission<'l> {
    /// Its row in the log.
    pub row: &'l LogRow,
    /// Who approved it, as [`person`] has them.
    pub approved: BTreeSet<String>,
    /// The rejection, if it was rejected.
    pub rejected: Option<&'l LogRow>,
}

/// A name as it is compared: `mia` and `Mia ` are one person.
#[must_use]
pub fn person(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The last submission of a period in its coming revision.
#[must_use]
pub fn submission<'l>(ledger: &'l Ledger, period: &str) -> Option<Submission<'l>> {
    let revision = ledger.next_revision(period);
    let own = |row: &&LogRow| row.period == period && row.revision == revision;
    let row = ledger.log.iter().rev().filter(own).find(|row| row.kind == "submit")?;
    let later: Vec<&LogRow> = ledger.log.iter().filter(own).filter(|later| later.seq > row.seq).collect();
    let approved = later.iter().filter(|later| later.kind == "approve" && later.digest == row.digest);
    Some(Submission {
        row,
        approved: approved.map(|row| person(&row.actor)).collect(),
        rejected: later.iter().find(|later| later.kind == "reject").copied(),
    })
}

impl Submission<'_> {
    /// Whether as many people have approved it as a project asks for, and nobody rejected it.
    #[must_use]
    pub fn stands(&self, approvals: u64) -> bool {
        self.rejected.is_none() && u64::try_from(self.approved.len()).is_ok_and(|count| count >= approvals.max(1))
    }
}

/// The state of a close: `closed`, `paid` once every payment is acknowledged, or `void`.
///
/// A close that pays nobody stays closed.
#[must_use]
pub fn of_close(ledger: &Ledger, close: &CloseRow) -> &'static str {
    of_close_said(ledger, close, &said(ledger))
}

/// The payments of which payroll has said something.
fn said(ledger: &Ledger) -> BTreeSet<&str> {
    ledger.acks.iter().map(|ack| ack.payment.as_str()).collect()
}

fn of_close_said(ledger: &Ledger, close: &CloseRow, said: &BTreeSet<&str>) -> &'static str {
    if ledger.is_void(close) {
        return "void";
    }
    if said.is_empty() {
        return "closed";
    }
    let payments = super::files::payments(ledger, close).unwrap_or_default();
    let acknowledged = !payments.is_empty() && payments.iter().all(|payment| said.contains(&*payment.id));
    if acknowledged { "paid" } else { "closed" }
}

/// What the ledger says of all periods, for a project that asks for some approvals.
#[must_use]
pub fn of_ledger(ledger: &Ledger, approvals: u64) -> LedgerState {
    let said = said(ledger);
    let closes: Vec<&CloseRow> = ledger.in_force().collect();
    let closed = parallel::each(&closes, |close| {
        let kept = ledger.beside(close, KEPT).map(|row| Kept::of_text(Arc::clone(&row.note)));
        let closed = ClosedPeriod { state: of_close_said(ledger, close, &said), digest: close.digest.clone(), kept };
        (close.period.clone(), closed)
    });
    let closed = closed.into_iter().collect();
    let last = ledger.log.iter().rev().find(|row| row.kind == "submit").map(|row| row.period.as_str());
    let approved = last.filter(|period| ledger.close_of(period).is_none()).and_then(|period| {
        let submission = submission(ledger, period)?;
        submission.stands(approvals).then(|| (period.to_owned(), submission.row.digest.clone()))
    });
    let head = ledger.log.last().map(|row| row.hash.clone());
    LedgerState { head, closed, approved, withdrawn: None }
}
