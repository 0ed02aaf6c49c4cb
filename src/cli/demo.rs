//! `earnmark demo`: the sample company, two months closed in memory, the third shown. So the first statement that a newcomer
//! sees has what a real one has: a late deal, a clawback, pay that is held, an advance that is repaid.

use super::{Failure, explain, print, show};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::ledger::book::Ledger;
use crate::ledger::close::{Closing, Request, continued, prepare};
use crate::ledger::prices::of_statement;
use crate::ledger::recall::Origin;
use crate::project::Refused;
use crate::sample;

/// The months that are closed, and the one that is shown.
const CLOSED: [&str; 2] = ["2026-01", "2026-02"];
const SHOWN: &str = "2026-03";

/// Whose statement is shown.
const WHO: &str = "noemi.halvard";

/// Shows the sample company.
pub fn demo() -> Result<(), Failure> {
    let ledger = closed()?;
    let folder = sample::folder();
    let project = continued(&Origin::files(&folder), &ledger, None)?;
    let shown = project.compute(SHOWN)?;
    let (_, period) = shown.asked;
    let mut text = format!("{}\n\n{CLOSES}\n{}", project.settings.company.name, show::payouts(&project, &shown));
    for statement in project.statements(&shown, WHO, period) {
        let prices = of_statement((&folder, &project), &ledger, &statement)?;
        let why = explain::statement(&statement, (&[], &prices), None);
        text.push_str(&format!("\nWhy {} is paid that:\n\n{why}", project.name(WHO)));
    }
    text.push_str(&format!("\n{}\n\n{NEXT}", show::digests(&shown)));
    print(&text)
}

/// The ledger after the closes, as the files were then.
fn closed() -> Result<Ledger, Failure> {
    let folder = sample::before_late();
    let mut ledger = Ledger::default();
    for period in CLOSED {
        let request = Request { period: period.to_owned(), actor: "demo".to_owned(), ..Request::default() };
        match prepare(&Origin::files(&folder), &mut ledger, &request)? {
            Closing::Ready(prepared) => ledger.extend(prepared.rows),
            Closing::Already(close) => {
                let finding = Diagnostic::error(Code::Internal, format!("{} is closed already", close.name()));
                return Err(Refused::from(Box::new(finding)).into());
            }
        }
    }
    Ok(ledger)
}

const CLOSES: &str = "January and February are closed, in memory. What came to be known since is in March: a contract of January that was
missing in the files of then (true-up), and one of February that was cancelled (clawback).
";

const NEXT: &str = "What to try next:
  earnmark explain --project examples/sample NAME     why anybody else is paid what they are paid
  earnmark init my-plan                               a project folder to start from
  earnmark init my-plan --from export.csv             the same, from your CRM's export
  earnmark serve                                      the same company in your browser
";
