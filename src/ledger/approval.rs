//! Approval: a run of the open period is submitted by the digest of its result, and as many different people approve exactly
//! that digest as the project asks for. When a number moves the digest is another one, and the approval void.

use super::book::Ledger;
use super::chain::Added;
use super::close::{Found, OpenRun, Prepared, Request, find, refuse};
use super::recall::Origin;
use super::rows::LogRow;
use super::states::{Submission, person, submission};
use crate::domain::diagnostic::Code;
use crate::io::Folder;
use crate::project::Refused;

/// What is done about a period before it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its result is submitted.
    Submit,
    /// What was submitted is approved.
    Approve,
    /// What was submitted is rejected.
    Reject,
}

/// What comes of a step.
#[derive(Debug)]
pub struct Stepped {
    /// The row to add.
    pub prepared: Prepared,
    /// The digest of the result that it is about.
    pub digest: String,
    /// How many have approved it then.
    pub approved: usize,
    /// How many are asked for.
    pub asked: u64,
    /// The day up to which facts are known.
    pub as_of: String,
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Prepares a step. `told` is the digest as whoever approves or rejects has it before their eyes.
///
/// # Errors
/// Whatever stands against the run; nothing is submitted; it is told by another digest; the numbers have moved.
pub fn step(
    (folder, ledger): (&Folder, &Ledger),
    what: Step,
    request: &Request,
    told: &str,
) -> Result<Stepped, Refused> {
    let request = &Request { as_of: request.as_of.filter(|_| what == Step::Submit), ..request.clone() };
    let open = match find(&Origin::files(folder), ledger, request)? {
        Found::Closed(close) => {
            let message = format!("{} is closed as {}", close.period, close.name());
            return Err(refuse(Code::AlreadyClosed, message, "only the open period is submitted and approved"));
        }
        Found::Open(open) => open,
    };
    let label = &*open.period.label;
    let (digest, asked) = (open.computed.digests.result.clone(), open.project.settings.approvals);
    let found = submission(ledger, label);
    let (kind, approved) = match what {
        Step::Submit => ("submit", 0),
        Step::Approve => {
            let found = standing(found.as_ref(), label, told)?;
            moved(found, &digest, label)?;
            let who = person(&request.actor);
            if person(&found.row.actor) == who || found.approved.contains(&who) {
                let message = format!("`{}` submitted or approved `{label}` already", request.actor);
                return Err(refuse(Code::NotTold, message, "somebody else approves it"));
            }
            ("approve", found.approved.len().saturating_add(1))
        }
        Step::Reject => {
            standing(found.as_ref(), label, told)?;
            ("reject", 0)
        }
    };
    let digest = match (what, &found) {
        (Step::Reject, Some(found)) => found.row.digest.clone(),
        _ => digest,
    };
    let mut added = Added::after(ledger);
    added.begin(request, (&open.project.settings.company.name, &open.computed.digests.run));
    let row = LogRow {
        kind: kind.to_owned(),
        period: label.to_owned(),
        revision: ledger.next_revision(label),
        subject: open.as_of.to_string(),
        digest: digest.clone(),
        ..request.row()
    };
    added.append(row);
    let rows = Ledger { log: added.rows, ..Ledger::default() };
    let prepared = Prepared { head: ledger.head().to_owned(), rows, ..Prepared::default() };
    Ok(Stepped { prepared, digest, approved, asked, as_of: open.as_of.to_string() })
}

fn standing<'f, 'l>(found: Option<&'f Submission<'l>>, label: &str, told: &str) -> Result<&'f Submission<'l>, Refused> {
    let Some(found) = found.filter(|found| found.rejected.is_none()) else {
        let message = format!("nothing is submitted for `{label}`");
        return Err(refuse(Code::NotTold, message, format!("`earnmark submit {label} --by NAME` submits it")));
    };
    if told.len() < 8 || !found.row.digest.starts_with(told) {
        let message = format!("what was submitted for `{label}` is not told by its digest");
        let help = format!("where this is meant: `--told {}`; nothing was written", short(&found.row.digest));
        return Err(refuse(Code::NotTold, message, help));
    }
    Ok(found)
}

fn moved(found: &Submission<'_>, digest: &str, label: &str) -> Result<(), Refused> {
    if found.row.digest == digest {
        return Ok(());
    }
    let message = format!(
        "the numbers of `{label}` have moved since they were submitted: {} then, {} now",
        short(&found.row.digest),
        short(digest)
    );
    Err(refuse(Code::NotTold, message, format!("look at them again, and submit: `earnmark submit {label}`")))
}

/// Refuses a close that was not approved as the project asks for.
///
/// # Errors
/// What is missing.
pub fn check(ledger: &Ledger, open: &OpenRun<'_>) -> Result<(), Refused> {
    let asked = open.project.settings.approvals;
    if asked == 0 {
        return Ok(());
    }
    let label = &*open.period.label;
    let Some(found) = submission(ledger, label) else {
        let message = format!("`{label}` is not submitted, and `settle.approvals` asks for {asked} to approve it");
        return Err(refuse(Code::NotTold, message, format!("`earnmark submit {label} --by NAME` submits it")));
    };
    if let Some(rejected) = found.rejected {
        let message = format!("`{label}` was rejected by {}: {}", rejected.actor, rejected.note);
        return Err(refuse(Code::NotTold, message, "mend it and submit it again"));
    }
    moved(&found, &open.computed.digests.result, label)?;
    if !found.stands(asked) {
        let so_far = found.approved.len();
        let message = format!("`{label}` is approved by {so_far} of {asked}");
        let told = short(&found.row.digest);
        let help = format!("somebody else approves it: `earnmark approve {label} --told {told} --by NAME`");
        return Err(refuse(Code::NotTold, message, help));
    }
    Ok(())
}
