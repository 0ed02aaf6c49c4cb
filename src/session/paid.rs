//! Payouts alone, of files that nobody looks into further: what a portal or a script asks for.

use super::{Session, refuse, rooted, unpacked};
use crate::domain::diagnostic::Diagnostic;
use crate::io::folder::Folder;
use crate::project::{Project, Refused, quick_payouts};
use crate::report::answers::{Finding, findings};
use crate::report::tables;

impl Session {
    /// The payouts of a project folder in a payout period or a range of them, as `earnmark payouts` writes them: by columns where
    /// that can be, and without opening anything.
    ///
    /// # Errors
    /// Whatever stands against the files or the run.
    pub fn payouts_csv(files: Vec<(String, Vec<u8>)>, period: &str) -> Result<String, Vec<Finding>> {
        let alone = |finding: Box<Diagnostic>| findings(&Refused { findings: vec![*finding], ..Refused::default() });
        let files = rooted(unpacked(files).map_err(alone)?);
        let folder = Folder::new("project", files.into_iter().collect());
        let (periods, payouts, asked) = match quick_payouts(&folder, None, Some(period)) {
            Some(quick) => (quick.periods, quick.payouts, quick.asked),
            None => {
                let project = Project::open(&folder).map_err(|refused| findings(&refused))?;
                let (outcome, asked) = project.payouts(Some(period)).map_err(|refused| findings(&refused))?;
                let payouts = outcome.payout_rows();
                (outcome.periods, payouts, asked)
            }
        };
        tables::payouts_csv(&periods, &payouts, asked).map_err(|error| refuse(&error.to_string()))
    }
}
