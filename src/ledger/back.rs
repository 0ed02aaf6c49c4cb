//! Looking back: a close taken back, and a close worked again.
//!
//! Here: void of the last close, as long as payroll has said nothing of it; the same figures from the facts that it knew.
//! Not here: closing (`close`).

use super::book::Ledger;
use super::close::{Closing, KEPT, Request, append, prepare, refuse};
use super::files;
use super::recall::Origin;
use super::rows::{CloseRow, LogRow};
use crate::domain::diagnostic::Code;
use crate::io::Folder;
use crate::project::Refused;

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
    if let Some(ack) = payments.iter().find_map(|payment| ledger.ack(&payment.id)) {
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
    let mut after = ledger.clone();
    append(
        &mut after,
        LogRow {
            kind: "void".to_owned(),
            period: last.period.clone(),
            revision: last.revision,
            subject: last.name(),
            digest: last.digest.clone(),
            actor: request.actor.clone(),
            at: request.at.clone(),
            note: request.note.clone(),
            ..LogRow::default()
        },
    );
    after.log.pop().ok_or_else(|| refuse(Code::Internal, "the log is empty", "please report this"))
}

/// Works a close again from the facts and scripts that it knew, under the settings of now.
///
/// # Errors
/// What stands against it, or what differs.
pub fn recompute(folder: &Folder, ledger: &Ledger, close: &CloseRow) -> Result<(), Refused> {
    let before = ledger.before(close);
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
    let Closing::Ready(ready) = prepare(&Origin::register(folder, ledger, close), &before, &request)? else {
        return Ok(());
    };
    let Some(now) = ready.close() else { return Ok(()) };
    let kept = |ledger: &Ledger, close: &CloseRow| ledger.beside(close, KEPT).map(|row| row.digest.clone());
    let (shown, again) = (kept(ledger, close), kept(&ready.rows, now));
    let same = (&now.entries, &now.settlement) == (&close.entries, &close.settlement);
    // A close of before it was kept what statements show says nothing of it.
    if same && (shown.is_none() || shown == again) {
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
