//! What closed periods would hold as known now, beside what they held when they were closed: asked for by whoever wants to
//! know how far off a close was, not by any close.
//!
//! In:   the project's files, the ledger, the last of the periods.
//! Out:  the true-ups that the period after it would post, had nothing been closed since.

use super::book::Ledger;
use super::close::{go_on_opened, known_last, refuse};
use super::recall::Origin;
use super::rest::Entries;
use crate::domain::diagnostic::Code;
use crate::project::{Project, Refused};
use crate::run::Outcome;
use crate::run::earn::Kind;
use chrono::NaiveDate;

/// The true-ups of the periods up to a closed one, as known now or on a day: the outcome holds them alone, in the payout period
/// that follows.
///
/// # Errors
/// A period that is not closed, or that no payout period of the plans follows; whatever stands against the project.
pub fn true_ups(
    origin: &Origin<'_>,
    ledger: &Ledger,
    (span, as_of): (&str, Option<NaiveDate>),
) -> Result<(Project, Outcome), Refused> {
    let opened = origin.open_standing(as_of, &known_last(ledger))?;
    let calendar = &opened.settings.calendar;
    let (_, last) =
        calendar.parse_span(span).map_err(|error| refuse(Code::NotFound, error.to_string(), "name a closed period"))?;
    let Some(close) = ledger.in_force().find(|close| close.until == last.to) else {
        let closed = ledger.last().map_or_else(|| "nothing".to_owned(), |close| format!("`{}`", close.period));
        let message = format!("`{}` is not closed: {closed} is the last that is", last.label);
        return Err(refuse(Code::NotFound, message, "what is open is worked anew each time: leave `--recompute` away"));
    };
    let next = close.until.succ_opt().zip(calendar.parse(&close.period).ok());
    let next = next.and_then(|(day, closed)| calendar.period_of(&closed.kind, day).ok());
    let Some(next) = next else {
        let message = format!("no period comes after `{}`, in which a difference would be posted", close.period);
        return Err(refuse(Code::NotFound, message, "what has changed is posted by no close"));
    };
    let before = ledger.in_force().find(|other| other.seq > close.seq).map(|next| ledger.before(next));
    let project = go_on_opened(origin, (opened, as_of), before.as_ref().unwrap_or(ledger), None, Entries::Read)?;
    let computed = project.compute(&next.label)?;
    let (first, last) = computed.asked;
    let mut outcome = computed.outcome;
    outcome.entries.retain(|entry| entry.kind == Kind::TrueUp && (first..=last).contains(&entry.payout));
    Ok((project, outcome))
}
