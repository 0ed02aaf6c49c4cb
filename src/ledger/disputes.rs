//! Disputes: what a payee objects to, and what became of it. A dispute changes no number and holds no pay: what mends it is a
//! fact, which is named when it is settled.

use super::book::Ledger;
use super::chain::Added;
use super::close::{Request, refuse};
use super::rows::LogRow;
use crate::domain::diagnostic::{Code, nearest};
use crate::project::Refused;
use serde::{Deserialize, Serialize};

/// What is disputed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The payee.
    pub payee: String,
    /// The entry of the close, by its number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entry: Option<i64>,
    /// The deal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deal: Option<String>,
    /// What the payee expected.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<String>,
}

/// A dispute as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Its number: that of the row of the log that opened it.
    pub number: i64,
    /// The period.
    pub period: String,
    /// What is disputed.
    pub about: About,
    /// `open`, `answered`, `settled` or `withdrawn`.
    pub state: &'static str,
    /// What was said, by whom, in order.
    pub said: Vec<(String, String)>,
    /// The fact that mends it, or `as computed`.
    pub settled_by: Option<String>,
}

/// What is done about a dispute.
#[derive(Clone, Debug)]
pub enum Move {
    /// It is opened.
    Open(About),
    /// It is answered.
    Answer(i64),
    /// It is settled by a fact, or as computed.
    Settle(i64, String),
    /// It is withdrawn.
    Withdraw(i64),
}

/// All disputes, in the order in which they were opened.
#[must_use]
pub fn all(ledger: &Ledger) -> Vec<Dispute> {
    let mut found: Vec<Dispute> = Vec::new();
    for row in &ledger.log {
        if row.kind == "dispute" {
            found.push(Dispute {
                number: row.seq,
                period: row.period.clone(),
                about: serde_json::from_str(&row.subject).unwrap_or_default(),
                state: "open",
                said: vec![(row.actor.clone(), row.note.to_string())],
                settled_by: None,
            });
            continue;
        }
        let (number, rest) = row.subject.split_once(' ').unwrap_or((&row.subject, ""));
        let state = match row.kind.as_str() {
            "dispute-answer" => "answered",
            "dispute-settle" => "settled",
            "dispute-withdraw" => "withdrawn",
            _ => continue,
        };
        let number = number.parse().unwrap_or(0_i64);
        if let Some(dispute) = found.iter_mut().find(|dispute| dispute.number == number) {
            dispute.state = state;
            dispute.said.push((row.actor.clone(), row.note.to_string()));
            dispute.settled_by = Some(rest.to_owned()).filter(|rest| !rest.is_empty());
        }
    }
    found
}

/// Prepares the rows of a move, and the number of the dispute.
///
/// # Errors
/// Nobody is paid by that name in that period, no such entry or deal, no such dispute, or one that is over.
pub fn act(ledger: &Ledger, request: &Request, what: &Move) -> Result<(Vec<LogRow>, i64), Refused> {
    if request.note.is_empty() {
        return Err(refuse(Code::Blank, "nothing is said", "say it: `--note TEXT`"));
    }
    let mut added = Added::after(ledger);
    let row = request.row();
    let (row, number) = match what {
        Move::Open(about) => {
            known(ledger, &request.period, about)?;
            let subject = serde_json::to_string(about).unwrap_or_default();
            (LogRow { kind: "dispute".to_owned(), subject, ..row }, added.next())
        }
        Move::Answer(number) => (moved(ledger, *number, "dispute-answer", "", row)?, *number),
        Move::Settle(number, by) => (moved(ledger, *number, "dispute-settle", by, row)?, *number),
        Move::Withdraw(number) => (moved(ledger, *number, "dispute-withdraw", "", row)?, *number),
    };
    added.append(row);
    Ok((added.rows, number))
}

fn moved(ledger: &Ledger, number: i64, kind: &str, by: &str, row: LogRow) -> Result<LogRow, Refused> {
    let disputes = all(ledger);
    let Some(dispute) = disputes.iter().find(|dispute| dispute.number == number) else {
        return Err(refuse(
            Code::NotFound,
            format!("there is no dispute {number}"),
            "`earnmark dispute list` shows them",
        ));
    };
    if matches!(dispute.state, "settled" | "withdrawn") {
        let message = format!("dispute {number} is {}", dispute.state);
        return Err(refuse(Code::NotOpen, message, "open another one"));
    }
    let subject = format!("{number} {by}").trim_end().to_owned();
    Ok(LogRow { kind: kind.to_owned(), period: dispute.period.clone(), subject, ..row })
}

/// That no close knows the deal of a dispute, in a sentence: it may be the very one that is missing, or a slip.
#[must_use]
pub fn unknown_deal(ledger: &Ledger, what: &Move) -> Option<String> {
    let Move::Open(About { deal: Some(deal), .. }) = what else { return None };
    let known = ledger.facts.iter().filter(|fact| &*fact.kind == "deals").map(|fact| fact.id.as_str());
    if known.clone().any(|id| id == deal) {
        return None;
    }
    let near = nearest(deal, known).map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
    Some(format!("no close knows a deal `{deal}`{near}"))
}

/// Whether what is disputed is there.
fn known(ledger: &Ledger, period: &str, about: &About) -> Result<(), Refused> {
    let Some(close) = ledger.close_of(period) else {
        let message = format!("`{period}` is not closed");
        return Err(refuse(Code::NotFound, message, "what is not closed yet is mended by the facts it comes from"));
    };
    if !ledger.settled(close.seq).keys().any(|(payee, _)| *payee == about.payee) {
        let message = format!("{} has no payee `{}`", close.name(), about.payee);
        let payees = ledger.settled(close.seq).into_keys().map(|(payee, _)| payee);
        let help = match nearest(&about.payee, payees) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name the payee by the id".to_owned(),
        };
        return Err(refuse(Code::NotFound, message, help));
    }
    let own = |row: &&super::rows::EntryRow| row.close == close.seq && *row.payee == *about.payee;
    if let Some(number) = about.entry
        && !ledger.entries.iter().filter(own).any(|row| row.number == number)
    {
        let message = format!("`{}` has no entry {number} in {}", about.payee, close.name());
        return Err(refuse(Code::NotFound, message, "the numbers stand in `entries.csv` of the close"));
    }
    Ok(())
}
