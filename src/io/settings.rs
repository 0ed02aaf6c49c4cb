//! The settings of a project: `earnmark.toml`, read, checked and with every default filled in.
//!
//! In:   the file's text.
//! Out:  [`Settings`], and all that is wrong with the file at once, each with its place.
//! Here: company, calendar, plans, roles, declared columns, sources and their mappings, checks. One file each below.
//! Not here: the data files themselves (`read`), what plans say.
//!
//! Invariant: no setting is silently ignored. What nobody knows is `unknown-setting`; what a later version reads is
//! refused by name. Tested by `tests::what_is_not_read_is_refused`.

mod canonical;
mod columns;
mod general;
mod mapping;
mod nodes;
pub mod outputs;
mod section;
mod source;
#[cfg(test)]
mod tests;

use super::folder::Folder;
use crate::domain::calendar::{Calendar, CalendarSettings, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Severity, Span};
use crate::domain::facts::Schema;
pub use section::Said;
use section::{Notes, Section};
pub use source::{
    Condition, EventColumns, Export, Kind, Matching, Origin, RateSource, Slot, Source, TableSource, Test, tells_changes,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Path of the settings in a project folder.
pub const SETTINGS_FILE: &str = "earnmark.toml";

/// The format of `earnmark.toml` that this version reads.
pub const FORMAT: u64 = 1;

/// The settings of a project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Path of the file.
    pub path: Arc<str>,
    /// Its text, over which spans are rendered.
    pub text: Arc<str>,
    /// Whose project it is.
    pub company: Company,
    /// Periods.
    pub calendar: Calendar,
    /// What the calendar was made of.
    pub calendar_settings: CalendarSettings,
    /// The period of a close; `None`: the shortest `payout` of the plans.
    pub ledger_period: Option<PeriodKind>,
    /// Where the plans are, and who is on them.
    pub plans: Plans,
    /// Roles that deals may name.
    pub roles: Roles,
    /// The columns that plans can name.
    pub schema: Schema,
    /// The data.
    pub sources: Sources,
    /// What is an error, a warning, or nothing.
    pub check: Check,
    /// What is written for payroll and finance.
    pub outputs: outputs::Outputs,
    /// How many different people approve a close before it is made.
    pub approvals: u64,
    /// Sums over fewer other people are not itemised in a payee's statement.
    pub statement_others: u64,
}

/// Whose project it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// The name on statements.
    pub name: String,
    /// The currency of money without a currency column, and of totals over all.
    pub currency: Currency,
}

/// Where the plans are, and who is on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plans {
    /// The folder, relative to the project; `.` for the project folder itself.
    pub folder: String,
    /// The scripts in force, relative to the folder; `None`: all that declare a plan.
    pub files: Option<Vec<Said<String>>>,
    /// The plans that everybody is on where nothing assigns; `None`: all.
    pub everyone: Option<Vec<Said<String>>>,
}

/// Roles that deals may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The roles; `None`: any.
    pub list: Option<Vec<String>>,
    /// Those whose shares stand outside the 100 %.
    pub overlay: Vec<String>,
    /// Whether shares may total less than 100 %.
    pub undivided: bool,
}

/// Some warnings, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// All of them.
    All,
    /// Those of these numbers or words.
    Listed(Vec<Said<String>>),
}

impl Warnings {
    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        match self {
            Self::All => true,
            Self::Listed(list) => {
                list.iter().any(|name| code.word() == name.value || code.number() == Some(name.value.as_str()))
            }
        }
    }
}

impl Check {
    /// Whether a warning is an error.
    #[must_use]
    pub fn refuses(&self, code: Code) -> bool {
        self.errors.has(code) || self.clawbacks && code == Code::NoClawbackRule
    }

    /// A finding as the project wants it: a warning may be an error, or nothing.
    #[must_use]
    pub fn judged(&self, finding: Diagnostic) -> Option<Diagnostic> {
        if finding.severity == Severity::Error || !finding.code.is_warning() {
            return Some(finding);
        }
        let silent = finding.code.is_off_by_itself() && !self.on.has(finding.code) && !self.errors.has(finding.code);
        if silent || self.off.has(finding.code) {
            return None;
        }
        let severity = if self.refuses(finding.code) { Severity::Error } else { finding.severity };
        Some(Diagnostic { severity, ..finding })
    }
}

/// What is an error, a warning, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Warnings made errors.
    pub errors: Warnings,
    /// Warnings switched on that are off by themselves.
    pub on: Warnings,
    /// Warnings switched off.
    pub off: Warnings,
    /// Whether a plan without a clawback rule that meets a cancellation is an error: `settle.clawback = "required"`.
    pub clawbacks: bool,
}

/// The data files and how they are read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Deals.
    pub deals: Vec<Source>,
    /// Shares in long form.
    pub shares: Vec<Source>,
    /// Events of deals.
    pub events: Vec<Source>,
    /// Payees.
    pub payees: Vec<Source>,
    /// Dated fields of payees.
    pub fields: Vec<Source>,
    /// Reporting lines.
    pub lines: Vec<Source>,
    /// Assignments to plans.
    pub assignments: Vec<Source>,
    /// Days of leave.
    pub leave: Vec<Source>,
    /// Quotas.
    pub quotas: Vec<Source>,
    /// Scores of objectives.
    pub scores: Vec<Source>,
    /// Totals that are given.
    pub metrics: Vec<Source>,
    /// Adjustments.
    pub adjustments: Vec<Source>,
    /// The pipeline.
    pub pipeline: Vec<Source>,
    /// Sets of exchange rates.
    pub rates: Vec<RateSource>,
    /// Tables that plans look up.
    pub tables: Vec<TableSource>,
    /// Files that are only joined, by name.
    pub files: BTreeMap<String, Source>,
}

impl Sources {
    /// The sources of each kind that may have several.
    #[must_use]
    pub fn kinds(&self) -> [&[Source]; 13] {
        [
            &self.deals,
            &self.shares,
            &self.events,
            &self.payees,
            &self.fields,
            &self.lines,
            &self.assignments,
            &self.leave,
            &self.quotas,
            &self.scores,
            &self.metrics,
            &self.adjustments,
            &self.pipeline,
        ]
    }

    /// All sources, the joined files last.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        let rates = self.rates.iter().flat_map(|set| &set.sources);
        let tables = self.tables.iter().map(|table| &table.source);
        self.kinds().into_iter().flatten().chain(rates).chain(tables).chain(self.files.values())
    }
}

impl Settings {
    /// The span of some bytes of the file.
    #[must_use]
    pub fn span(&self, at: &Range<usize>) -> Span {
        nodes::on_characters(&self.path, &self.text, at)
    }

    /// The rows of the project digest: every setting with its default filled in, but the sources, whose rows speak
    /// for themselves, and what no result depends on. Ordered by name.
    #[must_use]
    pub fn canonical(&self) -> Vec<(String, String)> {
        canonical::rows(self)
    }
}

/// The settings of a project folder, and all that is wrong with them. Settings are there as soon as the file is TOML
/// of a format that this version reads, with defaults in place of what is wrong.
#[must_use]
pub fn read_settings(folder: &Folder) -> (Option<Settings>, Vec<Diagnostic>) {
    let path: Arc<str> = Arc::from(SETTINGS_FILE);
    let Some(bytes) = folder.get(SETTINGS_FILE) else {
        let missing = Diagnostic::error(Code::NoFile, format!("there is no `{SETTINGS_FILE}` in this folder"));
        return (None, vec![missing.in_file(SETTINGS_FILE).help("`earnmark init` writes one to start from")]);
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text: Arc<str> = match std::str::from_utf8(bytes) {
        Ok(text) => Arc::from(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').count().saturating_add(1);
            let message = format!("`{SETTINGS_FILE}` is not UTF-8: the first other byte is in line {line}");
            return (None, vec![Diagnostic::error(Code::BadEncoding, message).in_file(SETTINGS_FILE)]);
        }
    };
    let entries = match nodes::parse(&path, &text) {
        Ok(entries) => entries,
        Err(diagnostic) => return (None, vec![*diagnostic]),
    };
    let mut notes = Notes { file: path, text: Arc::clone(&text), findings: Vec::new() };
    let root = Section::of(&entries, 0..0, format!("`{SETTINGS_FILE}`"));
    let settings = general::read(root, &mut notes, folder);
    let mut findings = notes.findings;
    findings.sort_by_key(|finding| match &finding.place {
        crate::domain::diagnostic::Place::Text(span) => span.start,
        _ => 0,
    });
    (settings, findings)
}
