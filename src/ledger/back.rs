//! Looking back: a close taken back, and a close worked again.
//!
//! Here: void of the last close, as long as payroll has said nothing of it; the same figures from the facts that it knew.
//! Not here: closing (`close`).

use super::book::Ledger;
use super::chain::Added;
use super::close::{KEPT, Request, Worked, refuse, work};
use super::files;
use super::recall::Origin;
use super::rows::{AckRow, CloseRow, EntryRow, FactRow, LogRow};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::Folder;
use crate::project::Refused;
use crate::run::statement::Kept;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Voids the last close: it is told by its digest, and the period is open again.
///
/// # Errors
/// It is not the last, or told by another digest.
pub fn void(ledger: &Ledger, request: &Request, told: &str) -> Result<LogRow, Refused> {
    let Some(last) = ledger.last() else {
        return Err(refuse(
            Code::NotOpen,
            "nothing is closed, so nothing can be voided",
            "`earnmark log` shows the ledger",
        ));
    };
    if last.period != request.period {
        let message = format!("`{}` cannot be voided: only the last close can, {}", request.period, last.name());
        return Err(refuse(
            Code::NotOpen,
            message,
            "what is wrong in it is mended by a fact, and posted in the open period",
        ));
    }
    let payments = files::payments(ledger, last).map_err(Refused::from)?;
    let paid: BTreeSet<&str> = payments.iter().map(|payment| payment.id.as_str()).collect();
    if let Some(ack) = ledger.acks.iter().find(|ack| paid.contains(&*ack.payment)) {
        let message = format!("{} is final: payroll acknowledged `{}` as {}", last.name(), ack.payment, ack.status);
        let help = "what is wrong in it is mended by a fact, and posted in the open period";
        return Err(refuse(Code::NotOpen, message, help));
    }
    if told.len() < 8 || !last.digest.starts_with(told) {
        let message = format!("{} is not told by its digest", last.name());
        let short = last.digest.get(..12).unwrap_or_default();
        return Err(refuse(
            Code::NotTold,
            message,
            format!("where this is meant: `--told {short}`; nothing was written"),
        ));
    }
    let mut added = Added::after(ledger);
    added.append(LogRow {
        kind: "void".to_owned(),
        period: last.period.clone(),
        revision: last.revision,
        subject: last.name(),
        digest: last.digest.clone(),
        actor: request.actor.clone(),
        at: request.at.clone(),
        note: request.note.as_str().into(),
        ..LogRow::default()
    });
    added.rows.pop().ok_or_else(|| refuse(Code::Internal, "the log is empty", "please report this"))
}

/// Works all closes in force again, each from the facts and scripts that it knew, under the settings of now: what stands
/// against one, or differs. What lies before a close grows from one to the next.
#[must_use]
pub fn recompute(folder: &Folder, ledger: &Ledger) -> Vec<Diagnostic> {
    let mut before = Before::of(ledger);
    let mut found = Vec::new();
    for close in ledger.in_force() {
        before.grow(ledger.last_before(close));
        let origin = Origin::register(folder, ledger, close);
        if let Err(Refused { findings, .. }) = recompute_one(&origin, (&before.rows, ledger), close) {
            found.extend(findings);
        }
    }
    found
}

/// The ledger as it was before a close: rows in the order of closes, without files.
struct Before<'l> {
    ledger: &'l Ledger,
    facts: BTreeMap<i64, Vec<&'l FactRow>>,
    acks: BTreeMap<i64, Vec<&'l AckRow>>,
    upto: i64,
    rows: Ledger,
}

impl<'l> Before<'l> {
    fn of(ledger: &'l Ledger) -> Self {
        let mut found =
            Self { ledger, facts: BTreeMap::new(), acks: BTreeMap::new(), upto: 0, rows: Ledger::default() };
        for fact in &ledger.facts {
            found.facts.entry(fact.close).or_default().push(fact);
        }
        for ack in &ledger.acks {
            found.acks.entry(ack.seq).or_default().push(ack);
        }
        found
    }

    /// Lets in what was added up to a row of the log.
    fn grow(&mut self, upto: i64) {
        for row in self.ledger.log.iter().filter(|row| self.upto < row.seq && row.seq <= upto) {
            self.rows.log.push(row.clone());
            for fact in self.facts.get(&row.seq).into_iter().flatten() {
                self.rows.facts.push((*fact).clone());
            }
            for ack in self.acks.get(&row.seq).into_iter().flatten() {
                self.rows.acks.push((*ack).clone());
            }
            self.rows.closes.extend(self.ledger.closes.iter().filter(|close| close.seq == row.seq).cloned());
            self.rows.entries.extend_from_slice(self.ledger.entries_of(row.seq));
            self.rows.settle.extend_from_slice(self.ledger.settle_of(row.seq));
        }
        self.upto = upto;
    }
}

/// Works a close again on the ledger before it.
fn recompute_one(origin: &Origin<'_>, (before, ledger): (&Ledger, &Ledger), close: &CloseRow) -> Result<(), Refused> {
    let told = ledger
        .log
        .iter()
        .filter(|row| row.kind == "told" && row.period == close.period && row.revision == close.revision);
    let request = Request {
        period: close.period.clone(),
        as_of: Some(close.as_of),
        told: told.map(|row| row.subject.clone()).collect(),
        again: true,
        ..Request::default()
    };
    let Worked::Ready(rows, _) = work(origin, before, &request)? else { return Ok(()) };
    let Some(now) = rows.closes.first() else { return Ok(()) };
    let kept = |ledger: &Ledger, close| ledger.beside(close, KEPT).map(|row| Kept::of_text(Arc::clone(&row.note)));
    let (shown, again) = (kept(ledger, close), kept(&rows, now));
    let alike = shown.is_none_or(|shown| again.is_some_and(|again| shown.is_kept_in(&again)));
    // An earlier build named fewer facts behind a true-up; that nobody has changed a name is seen in the chain.
    let unnamed = |row: &EntryRow| EntryRow { refs: String::new(), ..row.clone() };
    let same = now.settlement == close.settlement
        && (now.entries == close.entries
            || rows.entries.iter().map(unnamed).eq(ledger.entries_of(close.seq).iter().map(unnamed)));
    // A close of before it was kept what statements show says nothing of it.
    if same && alike {
        return Ok(());
    }
    let (message, help) = if now.plan == close.plan {
        (
            format!("{} comes to something else when it is worked again", close.name()),
            format!("it was closed with the engine {}, and this is {}", close.engine, now.engine),
        )
    } else {
        (
            format!("{} cannot be worked again: the settings were others then", close.name()),
            "take the `earnmark.toml` of the time of the close".to_owned(),
        )
    };
    Err(refuse(Code::LedgerDamaged, message, help))
}
