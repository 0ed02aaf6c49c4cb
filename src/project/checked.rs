//! What can be said of a project before anybody is paid by it: its findings, with the run that found them.

use super::scripts::tests_of;
use super::{Project, Refused};
use crate::check::reached::untested;
use crate::io::Folder;
use crate::run::Outcome;

impl Project {
    /// What can be said of a folder's settings and scripts, and of its data where they are sound.
    #[must_use]
    pub fn check(folder: &Folder) -> Refused {
        Self::checked(folder).0
    }

    /// The same, with the project and its run over all days where nothing stands against it.
    #[must_use]
    pub fn checked(folder: &Folder) -> (Refused, Option<(Self, Outcome)>) {
        let project = match Self::open(folder) {
            Err(refused) => return (refused, None),
            Ok(project) => project,
        };
        let mut findings = project.warnings.clone();
        let tested = tests_of(&project.plans, &project.settings, &project.texts);
        let untested = untested(&project.plans, &tested, &project.texts);
        findings.extend(untested.into_iter().filter_map(|finding| project.settings.check.judged(finding)));
        let outcome = match project.run_until(project.last_day()) {
            Ok(outcome) => {
                findings.extend(project.odd(&outcome));
                Some(outcome)
            }
            Err(found) => {
                findings.extend(found);
                None
            }
        };
        let refused = Refused { findings, texts: project.texts.clone(), ..Refused::default() };
        (refused, outcome.map(|outcome| (project, outcome)))
    }
}
