//! A project with other scripts: what an editor asks while somebody types. Settings and data stay as they were read.

use super::{Project, load_scripts, tests_of};
use crate::check::reached::untested;
use crate::check::tests::Tested;
use crate::domain::diagnostic::{Diagnostic, Severity};
use crate::domain::texts::Texts;
use crate::plan::model::Plan;
use crate::run::Outcome;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Scripts in place of those of a project, loaded.
#[derive(Debug)]
pub struct Edited {
    /// The plans that are sound.
    pub plans: Vec<Plan>,
    /// The tests of the plans, worked; empty where something stands against the scripts.
    pub tested: Vec<Tested>,
    /// All that is wrong with the scripts or worth a look, what no test reaches among it.
    pub findings: Vec<Diagnostic>,
    /// Scripts and settings, for places in them.
    pub texts: Texts,
}

impl Edited {
    /// Whether nothing stands against a run.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }
}

impl Project {
    /// The scripts of the project, by path: plans and what they import.
    pub fn scripts(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.texts.0.iter().filter(|(path, _)| **path != self.settings.path)
    }

    /// Loads scripts in place of the project's own; their tests are not worked.
    #[must_use]
    pub fn loaded(&self, scripts: &BTreeMap<Arc<str>, String>) -> Edited {
        let mut texts = Texts::default();
        texts.0.insert(Arc::clone(&self.settings.path), Arc::clone(&self.settings.text));
        texts.0.extend(scripts.iter().map(|(file, text)| (Arc::clone(file), Arc::from(text.as_str()))));
        let loaded = load_scripts(&self.settings, scripts, Vec::new());
        Edited { plans: loaded.plans, tested: Vec::new(), findings: loaded.findings, texts }
    }

    /// Loads scripts in place of the project's own, and works their tests.
    #[must_use]
    pub fn edited(&self, scripts: BTreeMap<Arc<str>, String>) -> Edited {
        let mut edited = self.loaded(&scripts);
        if edited.is_sound() {
            edited.tested = tests_of(&edited.plans, &self.settings, &edited.texts);
            let untested = untested(&edited.plans, &edited.tested, &edited.texts);
            edited.findings.extend(untested.into_iter().filter_map(|finding| self.settings.check.judged(finding)));
        }
        edited
    }

    /// Works all payout periods of edited scripts over the project's data, without reasons.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn run_edited(&self, edited: &Edited) -> Result<Outcome, Vec<Diagnostic>> {
        let until = self.end_of(&edited.plans);
        self.paid(&edited.plans, &self.facts, until)
    }
}
