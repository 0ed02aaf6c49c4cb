//! Two versions of the plans, asked what they pay: everybody with reasons, amounts alone, or some payees alone.

use super::{Both, ComparedRow, Comparison, Side, changed_scripts};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::texts::Texts;
use crate::plan::model::Plan;
use crate::project::{Edited, Project, Version, narrowed};
use crate::report::answers::Finding;
use crate::run::Outcome;
use chrono::NaiveDate;

/// Two versions of a project's scripts over its data.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its run, as it is.
    pub opened: &'a Outcome,
    /// The versions; nothing in place of one is the project as it is.
    pub versions: [Option<&'a Version>; 2],
    /// The payout periods that end in these days, both included.
    pub days: (NaiveDate, NaiveDate),
}

impl Asked<'_> {
    /// What the two pay, what moves and why.
    #[must_use]
    pub fn compare(self) -> Comparison {
        self.compared(true)
    }

    /// Amounts alone, in a fraction of the time: no row says what moves and why. See [`Self::rows`].
    #[must_use]
    pub fn amounts(self) -> Comparison {
        self.compared(false)
    }

    /// The rows of [`Self::compare`] for some payees, in their order: each worked from the facts that count for the payee alone.
    /// None where a version cannot be worked.
    #[must_use]
    pub fn rows(self, payees: &[String]) -> Vec<ComparedRow> {
        let Self { project, opened, versions, days } = self;
        let edited = versions.map(|version| version.map(|version| project.loaded(&project.placed(version))));
        if edited.iter().flatten().any(|version| !version.is_sound() || version.plans.is_empty()) {
            return Vec::new();
        }
        let plans = |edited: &Option<Edited>| edited.as_ref().map_or(project.plans.clone(), |own| own.plans.clone());
        let both: Vec<Plan> = edited.iter().flat_map(plans).collect();
        // Where a version looks further than a payee, everything is worked once.
        let mut of_all: [Option<Outcome>; 2] = [None, None];
        let mut rows = Vec::new();
        for payee in payees {
            let own = narrowed(&both, &project.facts, payee);
            let facts = own.as_ref().unwrap_or(&project.facts);
            let mut outcomes: [Option<Outcome>; 2] = [None, None];
            for ((edited, narrow), all) in edited.iter().zip(&mut outcomes).zip(&mut of_all) {
                let Some(edited) = edited else { continue };
                let place = if own.is_some() { narrow } else { all };
                if place.is_none() {
                    *place = project.run_version(edited, facts, true).ok();
                }
            }
            let worked = if own.is_some() { &outcomes } else { &of_all };
            let side = |place: usize| match edited.get(place)? {
                Some(edited) => worked.get(place)?.as_ref().map(|outcome| Side { outcome, texts: &edited.texts }),
                None => Some(Side { outcome: opened, texts: &project.texts }),
            };
            let (Some(a), Some(b)) = (side(0), side(1)) else { continue };
            let both = Both::of([a, b], days, Some(payee), true);
            rows.extend(both.and_then(|both| both.rows(project)).unwrap_or_default());
        }
        rows
    }

    fn compared(self, reasons: bool) -> Comparison {
        let Self { project, opened, versions, days } = self;
        let [a, b] = versions.map(|version| version.map(|version| Worked::of(project, version, reasons)));
        let [findings_a, mut findings_b] =
            [&a, &b].map(|worked| worked.as_ref().map(|own| own.findings.clone()).unwrap_or_default());
        let [(of_a, texts_a), (of_b, texts_b)] = [&a, &b].map(|worked| match worked {
            Some(own) => (own.outcome.as_ref(), &own.texts),
            None => (Some(opened), &project.texts),
        });
        let mut figures = Comparison::default();
        if let (Some(of_a), Some(of_b)) = (of_a, of_b) {
            let sides = [Side { outcome: of_a, texts: texts_a }, Side { outcome: of_b, texts: texts_b }];
            figures = Comparison::of(sides, days, project, reasons).unwrap_or_else(|_| {
                let finding = Diagnostic::error(Code::Overflow, "a sum of payouts has more than 28 digits");
                findings_b.push(Finding::of(&finding, &project.texts));
                Comparison::default()
            });
        }
        Comparison { findings_a, findings_b, scripts: changed_scripts(texts_a, texts_b), ..figures }
    }
}

/// A version, worked.
struct Worked {
    outcome: Option<Outcome>,
    texts: Texts,
    findings: Vec<Finding>,
}

impl Worked {
    fn of(project: &Project, version: &Version, reasons: bool) -> Self {
        let edited = project.edited(project.placed(version));
        let told = |list: &[Diagnostic]| list.iter().map(|found| Finding::of(found, &edited.texts)).collect::<Vec<_>>();
        let mut findings = told(&edited.findings);
        let mut outcome = None;
        if edited.plans.is_empty() && edited.is_sound() {
            findings.extend(told(&[Diagnostic::error(Code::NotFound, "no script of this version declares a plan")]));
        } else if edited.is_sound() {
            match project.run_version(&edited, &project.facts, reasons) {
                Ok(worked) => outcome = Some(worked),
                Err(against) => findings.extend(told(&against)),
            }
        }
        Self { outcome, texts: edited.texts, findings }
    }
}
