//! A close, prepared whole before anything is written: which period, as known on which day, what it posts, what must be told.
//!
//! In:   the project folder, all rows of the ledger, what was asked.
//! Out:  [`Closing`]: the rows to add with the files made of them, or that the period is closed already.
//! Here: the day of knowledge, where a ledger begins.
//! Not here: its rows (`adds`), the order of closes (`order`), what must be told (`told`), writing (`store`, `outbox`).
//!
//! Invariant: nothing is written of a close that was not prepared whole. Tested by `tests/ledger.rs` at every named step.

mod adds;

use super::book::Ledger;
use super::files::{self, File};
use super::known::Known;
use super::posting;
use super::recall::{self, Origin};
use super::register::{self, Changes, Fact};
use super::rest::{self, Entries};
use super::rows::{CloseRow, FactRow, LogRow};
use super::told;
use super::{acks, approval, causes, order, states};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::parallel;
use crate::project::{Computed, Project, Refused};
use crate::run::posted::{Posted, Sums, sums};
use crate::run::statement::LedgerState;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use adds::{KEPT, SOURCES};

/// What is asked of a close.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The payout period, by its label.
    pub period: String,
    /// The day up to which facts are known.
    pub as_of: Option<NaiveDate>,
    /// What the caller repeats of what must be told.
    pub told: Vec<String>,
    /// Who closes.
    pub actor: String,
    /// When, as they say.
    pub at: String,
    /// A remark.
    pub note: String,
    /// Whether a close is only worked again: it was approved then.
    pub again: bool,
}

/// What comes of it.
#[derive(Debug)]
pub enum Closing {
    /// It is closed, and nothing has changed.
    Already(Box<CloseRow>),
    /// It can be written.
    Ready(Box<Prepared>),
}

/// A close before it is written.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The hash of the log that it follows.
    pub head: String,
    /// The rows to add, in the tables of a ledger.
    pub rows: Ledger,
    /// The files.
    pub files: Vec<File>,
    /// What whoever closes should read.
    pub notes: Vec<String>,
}

impl Prepared {
    /// The close itself.
    #[must_use]
    pub fn close(&self) -> Option<&CloseRow> {
        self.rows.closes.first()
    }
}

pub(super) fn refuse(code: Code, message: impl Into<String>, help: impl Into<String>) -> Refused {
    Refused { findings: vec![Diagnostic::error(code, message).help(help)], ..Refused::default() }
}

impl Request {
    /// A row of the log by whoever asks.
    #[must_use]
    pub fn row(&self) -> LogRow {
        LogRow {
            period: self.period.clone(),
            actor: self.actor.clone(),
            at: self.at.clone(),
            note: self.note.as_str().into(),
            ..LogRow::default()
        }
    }
}

impl From<Box<Diagnostic>> for Refused {
    fn from(finding: Box<Diagnostic>) -> Self {
        Self { findings: vec![*finding], ..Self::default() }
    }
}

/// A project that goes on from its ledger, as known on a day.
///
/// # Errors
/// Whatever stands against project or ledger.
pub fn continued(origin: &Origin<'_>, ledger: &Ledger, as_of: Option<NaiveDate>) -> Result<Project, Refused> {
    go_on(origin, (None, as_of), ledger, None, Entries::Read)
}

/// The same with the project of the origin as known on the day, where it was opened beside the ledger: one whose files tell changes
/// waits for what the ledger knows. Where the periods are told that will be asked of it, and they are open ones, closed days of which nothing has moved are not worked again.
///
/// # Errors
/// As [`continued`].
pub fn go_on(
    origin: &Origin<'_>,
    (opened, as_of): (Option<Result<Project, Refused>>, Option<NaiveDate>),
    ledger: &Ledger,
    asked: Option<&str>,
    entries: Entries<'_>,
) -> Result<Project, Refused> {
    // On an earlier day the later closes were not there yet.
    let later = as_of.and_then(|day| ledger.in_force().find(|close| close.as_of > day));
    if let Some(close) = later {
        return go_on(origin, (opened, as_of), &ledger.before(close), asked, entries);
    }
    let project = match opened {
        Some(opened) => opened?,
        None => origin.open_standing(as_of, &known_last(ledger))?,
    };
    go_on_opened(origin, (project, as_of), ledger, asked, entries)
}

/// The same with a project that has all that stands.
pub(super) fn go_on_opened(
    origin: &Origin<'_>,
    (project, as_of): (Project, Option<NaiveDate>),
    ledger: &Ledger,
    asked: Option<&str>,
    entries: Entries<'_>,
) -> Result<Project, Refused> {
    let known = known_last(ledger);
    if ledger.last().is_none() {
        let project = going_on(origin, project, (ledger, &known), &Changes::default(), asked, entries)?;
        return begun_again(project, ledger);
    }
    let (project, changes) = still_holding(origin, project, &known, as_of);
    if let Some(finding) = told::missing(&changes) {
        return Err(Refused::from(Box::new(finding)));
    }
    going_on(origin, project, (ledger, &known), &changes, asked, entries)
}

/// A project with the rows that still hold though its files do not say them, and what has changed since the last close: absence
/// says nothing in an export of changes, and of a row with a newer version of a later day the one that was registered is the one
/// known on the day.
fn still_holding<'l>(
    origin: &Origin<'_>,
    project: Project,
    known: &Known<'l>,
    as_of: Option<NaiveDate>,
) -> (Project, Changes<'l>) {
    let changes = changed_since(origin, &project, known);
    let mut rows: Vec<&FactRow> = changes.missing.clone();
    if as_of.is_some() && !changes.vanished.is_empty() {
        let all = origin.open_standing(None, known).map(|all| all.registered()).unwrap_or_default();
        let later: BTreeSet<(&str, &str)> = all.iter().map(|fact| (fact.kind, &*fact.id)).collect();
        rows.extend(changes.vanished.iter().filter(|row| later.contains(&(&*row.kind, &*row.id))));
    }
    // A payee goes together with reporting lines: what is missing of them is refused.
    rows.retain(|row| !matches!(&*row.kind, "payees" | "lines"));
    let Some(more) = recall::rows(&project.settings, &rows).filter(|_| !rows.is_empty()) else {
        return (project, changes);
    };
    let project = project.holding(&more);
    let changes = changed_since(origin, &project, known);
    (project, changes)
}

/// A project after what its ledger holds: `known` is what the last close knew, `changes` what has changed since.
fn going_on(
    origin: &Origin<'_>,
    project: Project,
    (ledger, known): (&Ledger, &Known<'_>),
    changes: &Changes<'_>,
    asked: Option<&str>,
    entries: Entries<'_>,
) -> Result<Project, Refused> {
    let state = states::of_ledger(ledger, project.settings.approvals);
    let withdrawn = told::withdrawn(&project, known, changes);
    let project = project.in_state(LedgerState { withdrawn, ..state });
    let Some(last) = ledger.last() else { return Ok(project) };
    let is_open = asked.is_some_and(|span| !origin.works_all() && project.begins_after(span, last.until));
    let mut own = Vec::new();
    let (settlements, moving) = parallel::both(
        || posting::settlements(ledger),
        || {
            let rest = if is_open { rest::resting(&project, (last, known), changes) } else { None };
            entries.moving((ledger, &mut own), &project, rest)
        },
    );
    let (moving, rest) = moving.map_err(Refused::from)?;
    let posted = settlements.and_then(|settlements| posting::posted(ledger, settlements, &moving, known));
    let posted = posted.map_err(Refused::from)?;
    let project = project.resting(rest);
    let Some(mut posted) = posted else { return Ok(project) };
    // What stands is worked again as it was closed.
    if !origin.is_register() {
        order::goes_on(&project, last)?;
    }
    let changed = causes::changed(changes, last);
    causes::explain(&mut posted, &changed, (origin, &project), (ledger, last, known)).map_err(Refused::from)?;
    Ok(project.after(Some(posted)))
}

/// What the last close knew; nothing before the first.
pub(super) fn known_last(ledger: &Ledger) -> Known<'_> {
    ledger.last().map_or_else(Known::default, |last| ledger.register(last.seq))
}

/// The open period, worked as a close would work it.
#[derive(Debug)]
pub struct OpenRun<'l> {
    /// The period.
    pub period: Period,
    /// The day up to which facts are known.
    pub as_of: NaiveDate,
    /// The project, going on from the ledger.
    pub project: Project,
    /// What it comes to.
    pub computed: Computed,
    pub(super) known: Known<'l>,
    pub(super) changes: Changes<'l>,
    pub(super) elsewhere: Elsewhere,
}

/// What the first close of a ledger takes as posted elsewhere: all that belongs to payout periods before it.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// By key.
    pub sums: Sums,
    /// The first payout period of which something is to be paid.
    pub from: Option<Arc<str>>,
}

/// A period that is not closed yet, or the close of one that is.
#[derive(Debug)]
pub enum Found<'l> {
    /// It is closed.
    Closed(&'l CloseRow),
    /// It is the open one.
    Open(Box<OpenRun<'l>>),
}

/// Works the period that a request names.
///
/// # Errors
/// Whatever stands against it: the project, the ledger, the order of periods.
pub fn find<'l>(origin: &Origin<'_>, ledger: &'l Ledger, request: &Request) -> Result<Found<'l>, Refused> {
    let known = known_last(ledger);
    let probe = origin.open_standing(None, &known)?;
    let period = probe.settings.calendar.parse(&request.period).map_err(|error| {
        refuse(Code::NotFound, error.to_string(), "name one payout period, as `2026-03` or `2026-Q1`")
    })?;
    if let Some(close) = ledger.close_of(&period.label) {
        return Ok(Found::Closed(close));
    }
    let as_of = day(ledger, &probe, &period, request.as_of)?;
    let project = if origin.is_register() { probe } else { origin.open_standing(Some(as_of), &known)? };
    let (project, changes) = still_holding(origin, project, &known, Some(as_of));
    if let Some(last) = ledger.last().filter(|last| last.as_of == as_of)
        && !(changes.new.is_empty() && changes.vanished.is_empty())
    {
        let message = format!("facts have changed since {}, which is closed as of the same day {as_of}", last.name());
        return Err(refuse(Code::AsOfEarlier, message, "name a later day with `--as-of`"));
    }
    let project = going_on(origin, project, (ledger, &known), &changes, Some(&period.label), Entries::Read)?;
    let (project, elsewhere) = begun(project, &period, ledger)?;
    let computed = project.compute(&period.label)?;
    order::in_order(&computed, &period, ledger)?;
    Ok(Found::Open(Box::new(OpenRun { period, as_of, project, computed, known, changes, elsewhere })))
}

/// Prepares a close. The ledger is as it was afterwards: what the close adds stands in it only while its files are made.
///
/// # Errors
/// Whatever stands against it: the project, the ledger, the order of periods, what must be told, missing approvals.
pub fn prepare(origin: &Origin<'_>, ledger: &mut Ledger, request: &Request) -> Result<Closing, Refused> {
    let head = ledger.head().to_owned();
    let (mut rows, notes) = match work(origin, ledger, request)? {
        Worked::Already(close) => return Ok(Closing::Already(close)),
        Worked::Ready(rows, notes) => (*rows, notes),
    };
    let files = ledger.with(&mut rows, |after| after.last().map(|close| files::render(after, close)));
    let files = files.unwrap_or_else(|| Ok(Vec::new())).map_err(Refused::from)?;
    for close in &mut rows.closes {
        close.files = files::files_digest(&files, close.seq);
        rows.files = files.iter().map(|file| file.row(close.seq, files::FILES_FORMAT)).collect();
    }
    Ok(Closing::Ready(Box::new(Prepared { head, rows, files, notes })))
}

/// A close before its files are made.
#[derive(Debug)]
pub(super) enum Worked {
    /// It is closed, and nothing has changed.
    Already(Box<CloseRow>),
    /// What it adds, and what whoever closes should read.
    Ready(Box<Ledger>, Vec<String>),
}

/// Works a close as far as its rows.
///
/// # Errors
/// As [`prepare`].
pub(super) fn work(origin: &Origin<'_>, ledger: &Ledger, request: &Request) -> Result<Worked, Refused> {
    let open = match find(origin, ledger, request)? {
        Found::Closed(close) => return again(origin, ledger, close, request).map(Worked::Already),
        Found::Open(open) => open,
    };
    if !request.again {
        approval::check(ledger, &open)?;
    }
    told::check(ledger, &open, request)?;
    let (rows, notes) = adds::rows(ledger, &open, request).map_err(Refused::from)?;
    Ok(Worked::Ready(Box::new(rows), notes))
}

/// A period that is closed: nothing to do where nothing has changed.
fn again(origin: &Origin<'_>, ledger: &Ledger, close: &CloseRow, request: &Request) -> Result<Box<CloseRow>, Refused> {
    let known = ledger.register(close.seq);
    let project = origin.open_standing(Some(close.as_of), &known)?;
    let (_, changes) = still_holding(origin, project, &known, Some(close.as_of));
    let same = changes.new.is_empty() && changes.vanished.is_empty();
    if same && request.as_of.is_none_or(|day| day == close.as_of) {
        return Ok(Box::new(close.clone()));
    }
    let message = format!("{} is closed as of {}, and what is asked now is not the same", close.name(), close.as_of);
    let help = "nothing was written: what has changed since is posted when the next period is closed";
    Err(refuse(Code::AlreadyClosed, message, help))
}

/// The day up to which facts are known: the one asked for, else the period's last, or the latest that a file records.
fn day(ledger: &Ledger, probe: &Project, period: &Period, asked: Option<NaiveDate>) -> Result<NaiveDate, Refused> {
    let last = ledger.last();
    if let (Some(day), Some(last)) = (asked, last)
        && day < last.as_of
    {
        let message = format!("{} was closed as of {}, which is after {day}", last.name(), last.as_of);
        return Err(refuse(Code::AsOfEarlier, message, format!("name {} or a later day", last.as_of)));
    }
    // What was submitted is what is closed.
    let submitted = states::submission(ledger, &period.label).and_then(|found| found.row.subject.parse().ok());
    let asked = asked.or(submitted);
    let recorded = probe.history().last_recorded();
    let latest = recorded.map_or(period.to, |day| day.max(period.to));
    Ok(asked.unwrap_or_else(|| last.map_or(latest, |last| last.as_of.max(latest))))
}

/// Where the first close was voided and one of its payments was made all the same, a run settles that as the next close will.
fn begun_again(project: Project, ledger: &Ledger) -> Result<Project, Refused> {
    let made = !acks::since(ledger).map_err(Refused::from)?.outside.is_empty();
    let first = ledger.closes.first().filter(|_| made);
    match first.and_then(|close| project.settings.calendar.parse(&close.period).ok()) {
        Some(period) => Ok(begun(project, &period, ledger)?.0),
        None => Ok(project),
    }
}

/// A ledger that begins here: what belongs before was posted elsewhere.
fn begun(project: Project, period: &Period, ledger: &Ledger) -> Result<(Project, Elsewhere), Refused> {
    let before = period.from.pred_opt().filter(|_| ledger.last().is_none());
    let Some(before) = before else { return Ok((project, Elsewhere::default())) };
    let outcome = project.compute_bare(&project.facts, before);
    let outcome = outcome.map_err(|findings| project.refused(findings))?;
    let opening = sums(outcome.entries.iter(), outcome.periods.len()).map_err(Refused::from)?;
    let paid = outcome.entries.iter().filter(|entry| !entry.amount.is_zero()).map(|entry| entry.payout).min();
    let from = paid.and_then(|place| outcome.periods.get(place)).map(|period| Arc::clone(&period.label));
    let mut posted = Posted::beginning(before, opening.clone());
    posting::acknowledged(&mut posted, ledger).map_err(Refused::from)?;
    Ok((project.after(Some(posted)), Elsewhere { sums: opening, from }))
}

impl Project {
    /// The facts as rows of the register.
    #[must_use]
    pub fn registered(&self) -> Vec<Fact> {
        register::facts(&self.facts, &self.settings, &register::scripts(&self.plans, &self.texts))
    }
}

/// What has changed since a close knew the facts.
#[must_use]
pub fn changed_since<'l>(origin: &Origin<'_>, project: &Project, known: &Known<'l>) -> Changes<'l> {
    let scripts = register::scripts(&project.plans, &project.texts);
    // What a close knew is all that it knew: what it had not was withdrawn.
    let is_gone = |row: &FactRow| origin.is_register() || &*row.kind == "deals" && project.sets_aside(&row.id);
    register::changes(&project.facts, &project.settings, &scripts, known, is_gone)
}
