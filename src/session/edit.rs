//! What the screens of plans and tests ask: of scripts as they stand in an editor, over the data that is open.

use super::{Session, refuse};
use crate::check::sketch::{Sketch, Source};
use crate::check::view::TestView;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::Schema;
use crate::plan::model::{Expect, Plan};
use crate::project::{Computed, Edited, Project};
use crate::report::answers::Finding;
use crate::report::language::Language;
use crate::report::scripts::{MadeTest, Script, ScriptView, TemplateView, Tests, Tried};
use crate::templates::TEMPLATES;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Session {
    /// The words of the language, with the columns of the open project, or the standard ones.
    #[must_use]
    pub fn describe(&self) -> Language {
        match &self.open {
            Some((project, _)) => Language::of(&project.facts.schema),
            None => Language::of(&Schema::standard()),
        }
    }

    /// The plans of the library, to start from.
    #[must_use]
    pub fn templates(&self) -> Vec<TemplateView> {
        TEMPLATES.iter().map(TemplateView::of).collect()
    }

    /// The scripts of the project as opened: plans and what they import.
    ///
    /// # Errors
    /// Nothing is open.
    pub fn scripts(&self) -> Result<Vec<ScriptView>, Vec<Finding>> {
        let (project, _) = self.project()?;
        let plans_of = |file: &Arc<str>| {
            project.plans.iter().filter(|plan| plan.span.file == *file).map(|plan| plan.name.to_string()).collect()
        };
        let views = project.scripts().map(|(file, text)| ScriptView {
            file: file.to_string(),
            text: text.to_string(),
            plans: plans_of(file),
        });
        Ok(views.collect())
    }

    /// All that is wrong with scripts, or worth a look: they stand in place of the project's own.
    ///
    /// # Errors
    /// Nothing is open.
    pub fn check(&self, scripts: Vec<Script>) -> Result<Vec<Finding>, Vec<Finding>> {
        let (project, _) = self.project()?;
        Ok(told(&project.edited(by_file(scripts))))
    }

    /// The tests of scripts that stand in place of the project's own, worked.
    ///
    /// # Errors
    /// Nothing is open.
    pub fn tests(&self, scripts: Vec<Script>) -> Result<Tests, Vec<Finding>> {
        let (project, _) = self.project()?;
        let edited = project.edited(by_file(scripts));
        let tests = edited.tested.iter().map(|tested| TestView::of(tested, &edited.texts)).collect();
        Ok(Tests { ran: edited.is_sound(), tests, findings: told(&edited) })
    }

    /// What scripts in place of the project's own would pay, in a payout period or, without one, in all of them.
    ///
    /// # Errors
    /// Nothing is open, or there is no such period.
    pub fn try_scripts(&self, scripts: Vec<Script>, period: &str) -> Result<Tried, Vec<Finding>> {
        let (project, computed) = self.project()?;
        let days = days_of(computed, period)?;
        let edited = project.edited(by_file(scripts));
        let mut findings = told(&edited);
        if !edited.is_sound() {
            return Ok(Tried { findings, ..Tried::default() });
        }
        let tried = project.run_edited(&edited).and_then(|after| {
            Tried::of(&computed.outcome, &after, days, |payee| project.name(payee).to_owned())
                .map_err(|_| vec![Diagnostic::error(Code::Overflow, "a sum of payouts has more than 28 digits")])
        });
        Ok(match tried {
            Ok(tried) => Tried { findings, ..tried },
            Err(against) => {
                findings.extend(against.iter().map(|found| Finding::of(found, &edited.texts)));
                Tried { findings, ..Tried::default() }
            }
        })
    }

    /// Tests made from what a payee earned in a payout period: one for each plan that posted something.
    ///
    /// # Errors
    /// Nothing is open, there is no such payee or period.
    pub fn make_test(&self, payee: &str, period: &str) -> Result<Vec<MadeTest>, Vec<Finding>> {
        let (project, computed, place) = self.at(period)?;
        let outcome = &computed.outcome;
        let found = project.facts.payees.iter().find(|found| *found.id == *payee).zip(outcome.periods.get(place));
        let Some((payee, period)) = found else { return Err(refuse(&format!("there is no payee `{payee}`"))) };
        let of_plan = |plan: &Plan| {
            // A plan that pays less often than the company closes posts in periods of its own.
            let period = &project.settings.calendar.period_of(&plan.payout, period.to).ok()?;
            let source = Source { plan, facts: &project.facts, outcome, payee, period };
            Some(made(project, plan, Sketch::of(source)?))
        };
        Ok(project.plans.iter().filter_map(of_plan).collect())
    }

    fn project(&self) -> Result<(&Project, &Computed), Vec<Finding>> {
        match &self.open {
            Some((project, computed)) => Ok((project, computed)),
            None => Err(refuse("no project is open")),
        }
    }
}

/// Works a test where it would stand, and leaves out of it what does not hold there.
fn made(project: &Project, plan: &Plan, sketch: Sketch) -> MadeTest {
    let file = &plan.span.file;
    let work = |left_out: &BTreeSet<Arc<str>>| {
        let text = sketch.text(left_out);
        let mut scripts: BTreeMap<Arc<str>, String> =
            project.scripts().map(|(file, text)| (Arc::clone(file), text.to_string())).collect();
        if let Some(script) = scripts.get_mut(file) {
            script.push('\n');
            script.push_str(&text);
        }
        let edited = project.edited(scripts);
        let tested = edited.tested.iter().find(|one| one.plan == plan.name && *one.name == *sketch.name).cloned();
        (text, edited, tested)
    };
    let (mut text, mut edited, mut tested) = work(&BTreeSet::new());
    let failed = tested.iter().flat_map(|tested| &tested.figures).filter(|figure| !figure.holds());
    let left_out: BTreeSet<Arc<str>> = failed
        .filter_map(|figure| match &figure.expect {
            Expect::Component(component, _) => Some(Arc::clone(component)),
            _ => None,
        })
        .collect();
    if !left_out.is_empty() {
        (text, edited, tested) = work(&left_out);
    }
    let against = match &tested {
        Some(tested) => tested.errors.iter().map(|error| Finding::of(error, &edited.texts)).collect(),
        None => told(&edited).into_iter().filter(|finding| finding.severity == "error").collect(),
    };
    MadeTest {
        plan: plan.name.to_string(),
        file: file.to_string(),
        name: sketch.name.clone(),
        text,
        findings: against,
        holds: tested.is_some_and(|tested| tested.passed()),
        left_out: left_out.iter().map(ToString::to_string).collect(),
    }
}

fn by_file(scripts: Vec<Script>) -> BTreeMap<Arc<str>, String> {
    scripts.into_iter().map(|script| (Arc::from(script.file), script.text)).collect()
}

fn told(edited: &Edited) -> Vec<Finding> {
    edited.findings.iter().map(|found| Finding::of(found, &edited.texts)).collect()
}

/// The days of a payout period, or all days.
fn days_of(computed: &Computed, period: &str) -> Result<(NaiveDate, NaiveDate), Vec<Finding>> {
    if period.is_empty() {
        return Ok((NaiveDate::MIN, NaiveDate::MAX));
    }
    let found = computed.outcome.periods.iter().find(|found| &*found.label == period);
    found.map(|found| (found.from, found.to)).ok_or_else(|| refuse(&format!("there is no payout period `{period}`")))
}
