//! A project: a folder read whole (settings, plans, facts) and what can be asked of it.
//!
//! Terminal and page open the same [`Folder`] through the same code, so their results have the same digests.

mod asked;
mod checked;
mod edited;
mod narrow;
mod quick;
mod resting;
mod scripts;
mod version;

pub use edited::Edited;
pub use narrow::{looks_around, narrowed};
pub use quick::{Quick, deals_by_columns, quick_payouts};
pub use scripts::{Trials, test_folder};
pub use version::{Version, VersionScript};

use crate::check::differing::differing;
use crate::check::given_back::given_back;
use crate::check::near::near_values;
use crate::check::tests::Tested;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::facts::Facts;
use crate::domain::texts::Texts;
use crate::io::folder::Folder;
use crate::io::settings::Settings;
use crate::io::{SourceReport, read_facts_known};
use crate::parallel;
use crate::plan::answered;
use crate::plan::load::Loaded;
use crate::plan::model::Plan;
use crate::report::digest::{self, Digested, LeftOut};
use crate::run::facts::{check_names, holds};
use crate::run::posted::Posted;
use crate::run::statement::{Digests, LedgerState, Material, Statement};
use crate::run::{Inputs, Outcome, run};
use chrono::NaiveDate;
use resting::Resting;
use scripts::{Scripts, has_errors, load_scripts, read_scripts, tests_of};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands against something, and the texts that its places refer to.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// The findings, errors among them.
    pub findings: Vec<Diagnostic>,
    /// Scripts and settings.
    pub texts: Texts,
    /// How many rows are wrong, where nothing but wrong rows stands against it: it can be opened without them.
    pub wrong_rows: u64,
}

/// A project that is sound as far as its files say.
#[derive(Debug)]
pub struct Project {
    /// The settings.
    pub settings: Settings,
    /// The plans, by name and first day.
    pub plans: Vec<Plan>,
    /// The facts: of every row the version recorded last.
    pub facts: Facts,
    /// All versions of all rows, where some row has more than one.
    history: Option<Facts>,
    /// Ids of deals that a file of changes has and its filter leaves out: they stand no longer.
    set_aside: BTreeSet<Arc<str>>,
    /// What was read of which file.
    pub sources: Vec<SourceReport>,
    /// Scripts and settings, for places in them.
    pub texts: Texts,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
    /// The day up to which facts are known, where one was asked for.
    known_by: Option<NaiveDate>,
    /// What closed periods hold, where there is a ledger.
    posted: Option<Posted>,
    /// Closed days that are not worked again, where only open ones are asked for.
    resting: Option<Resting>,
    /// What the ledger says of the periods.
    pub ledger: LedgerState,
    /// Rows that are wrong and were left out, where that was asked for.
    pub left_out: Option<LeftOut>,
    /// Rows of the pipeline that are wrong and were left out: no result is incomplete for them.
    pub left_aside: u64,
}

/// A run of a project over the payout periods asked for.
#[derive(Debug)]
pub struct Computed {
    /// What the run gave; periods before the first asked are in it, for the balances.
    pub outcome: Outcome,
    /// The first and the last period asked for, by their places in the outcome.
    pub asked: (usize, usize),
    /// The digests.
    pub digests: Digests,
    /// The day up to which facts were known.
    pub as_of: NaiveDate,
    /// What is paid as written and looks odd, less what scripts allow and the project silences.
    pub warnings: Vec<Diagnostic>,
}

impl Project {
    /// Works the tests of the project's plans.
    #[must_use]
    pub fn tests(&self) -> Vec<Tested> {
        tests_of(&self.plans, &self.settings, &self.texts)
    }

    /// Opens a folder: all that is wrong with settings, scripts and data, at once.
    ///
    /// # Errors
    /// [`Refused`] with every finding.
    pub fn open(folder: &Folder) -> Result<Self, Refused> {
        Self::open_as_of(folder, None)
    }

    /// Opens a folder as it was known on a day: what was recorded later is invisible.
    ///
    /// # Errors
    /// [`Refused`] with every finding, also in rows that were recorded later.
    pub fn open_as_of(folder: &Folder, as_of: Option<NaiveDate>) -> Result<Self, Refused> {
        Self::open_with(folder, as_of, false, |_| Ok(None))
    }

    /// Opens a folder beside rows that stand though its files do not say them any more. `standing` gives them for the settings.
    ///
    /// # Errors
    /// [`Refused`] with every finding, that of `standing` among them.
    pub fn open_standing(
        folder: &Folder,
        as_of: Option<NaiveDate>,
        standing: impl FnOnce(&Settings) -> Result<Option<Facts>, Box<Diagnostic>>,
    ) -> Result<Self, Refused> {
        Self::open_with(folder, as_of, false, standing)
    }

    /// Opens a folder without the rows that are wrong; results say that they are incomplete. What cannot be left out row by
    /// row (a missing file or column, a circle of managers) stands against it all the same.
    ///
    /// # Errors
    /// [`Refused`] with every finding.
    pub fn open_leaving_out(folder: &Folder) -> Result<Self, Refused> {
        Self::open_with(folder, None, true, |_| Ok(None))
    }

    fn open_with(
        folder: &Folder,
        as_of: Option<NaiveDate>,
        leave_out: bool,
        standing: impl FnOnce(&Settings) -> Result<Option<Facts>, Box<Diagnostic>>,
    ) -> Result<Self, Refused> {
        let Scripts { settings, loaded, texts } = read_scripts(folder)?;
        let mut findings = loaded.findings;
        let reading = read_facts_known(&settings, folder, as_of, standing);
        let sound = !has_errors(&findings);
        let may = |rows: u64| if sound && !reading.blocked { rows } else { 0 };
        let (rows, left_aside) = (may(reading.left_out()), may(reading.left_aside()));
        let all = rows.saturating_add(left_aside);
        let left_out = LeftOut::of(rows, &reading.wrong_rows).filter(|_| leave_out);
        findings.extend(reading.findings);
        let plans = loaded.plans;
        if has_errors(&findings) && !(leave_out && all > 0) {
            if sound {
                check_names(&plans, &reading.facts, &mut findings);
            }
            return Err(Refused { findings, texts, wrong_rows: all });
        }
        let (facts, history) = match reading.facts.newest() {
            Some(newest) => (newest, Some(reading.facts)),
            None => (reading.facts, None),
        };
        Ok(Self {
            settings,
            plans,
            facts,
            history,
            set_aside: reading.set_aside,
            sources: reading.sources,
            texts,
            warnings: findings,
            known_by: as_of,
            posted: None,
            resting: None,
            ledger: LedgerState::default(),
            left_out,
            left_aside,
        })
    }

    /// Settings and scripts of a folder with facts from elsewhere: those that a close knew.
    ///
    /// # Errors
    /// [`Refused`] with what is wrong with settings and scripts; facts that cannot be said in their columns.
    pub fn recalled(
        folder: &Folder,
        as_of: Option<NaiveDate>,
        facts: impl FnOnce(&Settings) -> Result<Facts, Box<Diagnostic>>,
    ) -> Result<Self, Refused> {
        let Scripts { settings, loaded, texts } = read_scripts(folder)?;
        let Loaded { plans, mut findings, .. } = loaded;
        let facts = facts(&settings).map_err(|finding| findings.push(*finding)).ok();
        let Some(facts) = facts.filter(|_| !has_errors(&findings)) else {
            return Err(Refused { findings, texts, ..Refused::default() });
        };
        Ok(Self {
            settings,
            plans,
            facts,
            history: None,
            set_aside: BTreeSet::new(),
            sources: Vec::new(),
            texts,
            warnings: findings,
            known_by: as_of,
            posted: None,
            resting: None,
            ledger: LedgerState::default(),
            left_out: None,
            left_aside: 0,
        })
    }

    /// The same project after periods were closed.
    #[must_use]
    pub fn after(self, posted: Option<Posted>) -> Self {
        Self { posted, ..self }
    }

    /// The same project with facts that hold though its files do not say them.
    #[must_use]
    pub fn holding(mut self, more: &Facts) -> Self {
        self.facts.add(more);
        if let Some(history) = &mut self.history {
            history.add(more);
        }
        self
    }

    /// Whether the files say that a deal is none any more, which an earlier one had.
    #[must_use]
    pub fn sets_aside(&self, deal: &str) -> bool {
        self.set_aside.contains(deal)
    }

    /// The same project with what its ledger says of the periods.
    #[must_use]
    pub fn in_state(self, ledger: LedgerState) -> Self {
        Self { ledger, ..self }
    }

    /// The rows of all facts that are known, older versions among them.
    #[must_use]
    pub fn history(&self) -> &Facts {
        self.history.as_ref().unwrap_or(&self.facts)
    }

    /// The last day on which deals of any plan count.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.plans.iter().map(|plan| plan.to).max().unwrap_or(NaiveDate::MIN)
    }

    /// The texts a place in the settings or scripts refers to, with what stands against something.
    #[must_use]
    pub fn refused(&self, findings: Vec<Diagnostic>) -> Refused {
        Refused { findings, texts: self.texts.clone(), ..Refused::default() }
    }

    fn run_until(&self, until: NaiveDate) -> Result<Outcome, Vec<Diagnostic>> {
        self.run_plans(&self.plans, self.worked(), self.whole(until))
    }

    /// Goes on from the ledger, tells all periods and all reasons.
    fn whole(&self, until: NaiveDate) -> Extent<'_> {
        Extent { from: NaiveDate::MIN, until, posted: self.posted.as_ref(), reasons: true }
    }

    fn run_plans(&self, plans: &[Plan], facts: &Facts, extent: Extent<'_>) -> Result<Outcome, Vec<Diagnostic>> {
        self.with_inputs(plans, facts, extent, run)
    }

    /// Hands what a run is worked from to whoever works it.
    fn with_inputs<T>(
        &self,
        plans: &[Plan],
        facts: &Facts,
        extent: Extent<'_>,
        work: impl FnOnce(Inputs<'_>) -> T,
    ) -> T {
        let names = |list: &[String]| list.iter().map(|name| Arc::from(name.as_str())).collect::<Vec<Arc<str>>>();
        let everyone: Option<Vec<Arc<str>>> = self
            .settings
            .plans
            .everyone
            .as_ref()
            .map(|list| list.iter().map(|name| Arc::from(name.value.as_str())).collect());
        let overlay = names(&self.settings.roles.overlay);
        let Extent { from, until, posted, reasons } = extent;
        work(Inputs {
            facts,
            plans,
            calendar: &self.settings.calendar,
            everyone: everyone.as_deref(),
            overlay: &overlay,
            chain: self.settings.ledger_period.as_ref(),
            from,
            until,
            reasons,
            others: self.settings.statement_others,
            posted,
            rest: self.resting.as_ref().map(|resting| &resting.rest),
        })
    }

    /// Works the payout periods whose last day lies in a label or range such as `2026`, `2026-Q1`, `2026-Q1..2027-Q2`.
    ///
    /// # Errors
    /// A label that is no period, a span without a payout period, whatever stands against the run.
    pub fn compute(&self, span: &str) -> Result<Computed, Refused> {
        let (first, last) = self.span(span).map_err(|finding| self.refused(vec![*finding]))?;
        self.compute_days(first.from, last.to).map_err(|findings| self.refused(findings))
    }

    /// Works all payout periods of the plans' days.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn compute_all(&self) -> Result<Computed, Refused> {
        self.compute_days(NaiveDate::MIN, self.last_period_end()).map_err(|findings| self.refused(findings))
    }

    fn compute_days(&self, from: NaiveDate, to: NaiveDate) -> Result<Computed, Vec<Diagnostic>> {
        // Facts are digested beside the run; on which day they are known is certain only when it is over.
        let known = self.as_of(to);
        let (outcome, data) = parallel::both(
            || self.run_plans(&self.plans, self.worked(), Extent { from, ..self.whole(to) }),
            || digest::data(self.history(), known),
        );
        let outcome = outcome?;
        let warnings = self.odd(&outcome);
        if has_errors(&warnings) {
            return Err(warnings);
        }
        let asked = self.asked(&outcome.periods, from, to)?;
        let as_of = self.as_of(outcome.periods.get(asked.1).map_or(to, |period| period.to));
        let digests = self.digests(&outcome, asked, as_of, Some(&*data).filter(|_| known == as_of));
        Ok(Computed { outcome, asked, digests, as_of, warnings })
    }

    /// What a run pays as written and looks odd, and what plans compare with that the data write otherwise: less what scripts
    /// allow, as the project wants it.
    fn odd(&self, outcome: &Outcome) -> Vec<Diagnostic> {
        let mut found = near_values(&self.plans, &self.facts);
        found.extend(outcome.warnings.iter().cloned());
        found.extend(given_back(&self.plans, &self.facts, outcome));
        let everyone = self.settings.plans.everyone.as_ref();
        let everyone: Option<Vec<&str>> = everyone.map(|list| list.iter().map(|said| said.value.as_str()).collect());
        found.extend(differing(&self.plans, &self.facts, everyone.as_deref()));
        let found = answered(found, &self.plans, &|file| self.texts.get(file), &|_| false);
        found.into_iter().filter_map(|finding| self.settings.check.judged(finding)).collect()
    }

    /// Works the payouts alone, of a label or range or of all the plans' days: without reasons and digests, and so much
    /// faster; the amounts are the same. With them the first and the last period asked for, by their places in the outcome.
    ///
    /// # Errors
    /// A label that is no period, a span without a payout period, whatever stands against the run.
    pub fn payouts(&self, span: Option<&str>) -> Result<(Outcome, (usize, usize)), Refused> {
        let (from, to) = match span {
            Some(span) => {
                let (first, last) = self.span(span).map_err(|finding| self.refused(vec![*finding]))?;
                (first.from, last.to)
            }
            None => (NaiveDate::MIN, self.last_period_end()),
        };
        let outcome = self.paid(&self.plans, self.worked(), to).map_err(|findings| self.refused(findings))?;
        let asked = self.asked(&outcome.periods, from, to).map_err(|findings| self.refused(findings))?;
        Ok((outcome, asked))
    }

    fn digests(&self, outcome: &Outcome, periods: (usize, usize), as_of: NaiveDate, data: Option<&str>) -> Digests {
        let mut files: Vec<&Arc<str>> = self.plans.iter().flat_map(|plan| &plan.files).collect();
        files.sort();
        files.dedup();
        let scripts: Vec<(&str, &str)> =
            files.into_iter().filter_map(|file| Some((&**file, self.texts.get(file)?))).collect();
        let settings = self.settings.canonical();
        let (ledger, left_out) = (self.ledger.head.as_deref(), self.left_out.as_ref());
        Digested {
            facts: self.history(),
            data,
            scripts: &scripts,
            settings: &settings,
            outcome,
            periods,
            as_of,
            ledger,
            left_out,
        }
        .digests()
    }

    /// The statements of a payee in a payout period: one for each currency.
    #[must_use]
    pub fn statements(&self, computed: &Computed, payee: &str, period: usize) -> Vec<Statement> {
        let material = self.material(computed);
        let name = self.name(payee);
        computed.outcome.payouts_of(payee, period).filter_map(|payout| material.statement(payout, name)).collect()
    }

    /// What statements are made from.
    #[must_use]
    pub fn material<'a>(&'a self, computed: &'a Computed) -> Material<'a> {
        Material {
            company: &self.settings.company.name,
            outcome: &computed.outcome,
            plans: &self.plans,
            holds: holds(&self.facts.events),
            texts: &self.texts,
            digests: &computed.digests,
            as_of: computed.as_of,
            ledger: &self.ledger,
            incomplete: self.left_out.as_ref().map_or(0, |left| left.rows),
        }
    }

    /// The name of a payee, else the id.
    #[must_use]
    pub fn name<'a>(&'a self, payee: &'a str) -> &'a str {
        self.facts.payees.iter().find(|found| &*found.id == payee).map_or(payee, |found| found.name())
    }

    /// Works a span with other facts: the project's own and what is added to try.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn compute_with(&self, facts: &Facts, until: NaiveDate) -> Result<Outcome, Vec<Diagnostic>> {
        self.run_plans(&self.plans, facts, self.whole(until))
    }

    /// Works the payouts alone with other facts: without reasons, and so faster; the amounts are the same.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn payouts_with(&self, facts: &Facts, until: NaiveDate) -> Result<Outcome, Vec<Diagnostic>> {
        self.paid(&self.plans, facts, until)
    }

    /// Works facts as if nothing were closed.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn compute_bare(&self, facts: &Facts, until: NaiveDate) -> Result<Outcome, Vec<Diagnostic>> {
        self.run_plans(&self.plans, facts, Extent { posted: None, reasons: false, ..self.whole(until) })
    }
}

/// How far a project is worked, and what is told of it.
#[derive(Clone, Copy, Debug)]
struct Extent<'p> {
    /// As of [`Inputs::from`].
    from: NaiveDate,
    /// As of [`Inputs::until`].
    until: NaiveDate,
    /// What it goes on from.
    posted: Option<&'p Posted>,
    /// Whether reasons are told.
    reasons: bool,
}

impl Computed {
    /// The place of a payout period by its label.
    #[must_use]
    pub fn period(&self, label: &str) -> Option<usize> {
        self.outcome.periods.iter().position(|period| &*period.label == label)
    }
}
