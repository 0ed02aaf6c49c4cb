//! A close, prepared whole before anything is written: which period, as known on which day, what it posts, what must be told.
//!
//! In:   the project folder, all rows of the ledger, what was asked.
//! Out:  [`Closing`]: the rows to add with the files made of them, or that the period is closed already.
//! Here: the order of closes, the day of knowledge, voids.
//! Not here: what must be told (`told`), writing (`store`, `outbox`).
//!
//! Invariant: nothing is written of a close that was not prepared whole. Tested by `tests/ledger.rs` at every named step.

use super::book::Ledger;
use super::causes;
use super::files::{self, File};
use super::posting;
use super::register::{self, Changes, Fact};
use super::rows::{CloseRow, EntryRow, FactRow, FileRow, LogRow, SettleRow, digest};
use super::told;
use crate::domain::calendar::Period;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::Folder;
use crate::project::{Computed, Project, Refused};
use crate::run::ENGINE;
use crate::run::posted::{PostKey, Posted, Sums, sums};
use chrono::NaiveDate;
use std::collections::BTreeMap;

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

fn refuse(code: Code, message: impl Into<String>, help: impl Into<String>) -> Refused {
    Refused { findings: vec![Diagnostic::error(code, message).help(help)], ..Refused::default() }
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
pub fn continued(folder: &Folder, ledger: &Ledger, as_of: Option<NaiveDate>) -> Result<Project, Refused> {
    // On an earlier day the later closes were not there yet.
    let later = as_of.and_then(|day| ledger.in_force().find(|close| close.as_of > day));
    if let Some(close) = later {
        return continued(folder, &ledger.before(close), as_of);
    }
    let project = Project::open_as_of(folder, as_of)?;
    let (Some(last), Some(mut posted)) = (ledger.last(), posting::posted(ledger).map_err(Refused::from)?) else {
        return Ok(project);
    };
    let changed = causes::changed(&project.registered(), ledger, last);
    causes::explain(&mut posted, &changed, folder, &project, (ledger, last)).map_err(Refused::from)?;
    Ok(project.after(Some(posted)))
}

/// Prepares a close.
///
/// # Errors
/// Whatever stands against it: the project, the ledger, the order of periods, what must be told.
pub fn prepare(folder: &Folder, ledger: &Ledger, request: &Request) -> Result<Closing, Refused> {
    let probe = Project::open(folder)?;
    let period = probe.settings.calendar.parse(&request.period).map_err(|error| {
        refuse(Code::NotFound, error.to_string(), "name one payout period, as `2026-03` or `2026-Q1`")
    })?;
    if let Some(close) = ledger.close_of(&period.label) {
        return again(folder, ledger, close, request);
    }
    let as_of = day(ledger, &probe, &period, request.as_of)?;
    let project = Project::open_as_of(folder, Some(as_of))?;
    let facts = project.registered();
    let nothing = BTreeMap::new();
    let known = ledger.last().map_or(nothing, |last| ledger.register(last.seq));
    let changes = register::changes(facts.clone(), &known, &project.settings);
    if let Some(last) = ledger.last().filter(|last| last.as_of == as_of)
        && !(changes.new.is_empty() && changes.vanished.is_empty())
    {
        let message = format!("facts have changed since {}, which is closed as of the same day {as_of}", last.name());
        return Err(refuse(Code::AsOfEarlier, message, "name a later day with `--as-of`"));
    }
    let project = continued(folder, ledger, Some(as_of))?;
    let (project, opening) = begun(project, &period, ledger.last().is_some())?;
    let computed = project.compute(&period.label)?;
    in_order(&computed, &period, ledger)?;
    told::check(ledger, &computed, &changes, &request.told)?;
    let rows =
        rows(ledger, (&computed, &opening), &changes, (&period, as_of), request, &facts).map_err(Refused::from)?;
    Ok(Closing::Ready(Box::new(rows)))
}

/// A period that is closed: nothing to do where nothing has changed.
fn again(folder: &Folder, ledger: &Ledger, close: &CloseRow, request: &Request) -> Result<Closing, Refused> {
    let project = Project::open_as_of(folder, Some(close.as_of))?;
    let changes = register::changes(project.registered(), &ledger.register(close.seq), &project.settings);
    let same = changes.new.is_empty() && changes.vanished.is_empty();
    if same && request.as_of.is_none_or(|day| day == close.as_of) {
        return Ok(Closing::Already(Box::new(close.clone())));
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
    let recorded = probe.history().last_recorded();
    let latest = recorded.map_or(period.to, |day| day.max(period.to));
    Ok(asked.unwrap_or_else(|| last.map_or(latest, |last| last.as_of.max(latest))))
}

/// A ledger that begins here: what belongs before was posted elsewhere.
fn begun(project: Project, period: &Period, has_ledger: bool) -> Result<(Project, Sums), Refused> {
    let before = period.from.pred_opt().filter(|_| !has_ledger);
    let Some(before) = before else { return Ok((project, Sums::new())) };
    let outcome = project.compute_bare(&project.facts, before);
    let outcome = outcome.map_err(|findings| project.refused(findings))?;
    let opening = sums(outcome.entries.iter(), outcome.periods.len()).map_err(Refused::from)?;
    Ok((project.after(Some(Posted::beginning(before, opening.clone()))), opening))
}

/// Only the open period can be closed, and it is one of the chain.
fn in_order(computed: &Computed, period: &Period, ledger: &Ledger) -> Result<(), Refused> {
    let (first, last) = computed.asked;
    let periods = &computed.outcome.periods;
    if first != last || periods.get(last).is_none_or(|found| found.label != period.label) {
        let kind = periods.get(last).map_or("", |period| period.kind.word());
        let message = format!("`{}` is no payout period of the ledger: it is closed by the {kind}", period.label);
        return Err(refuse(Code::NotOpen, message, "name one payout period"));
    }
    let Some(closed) = ledger.last() else { return Ok(()) };
    let open = periods.iter().find(|period| period.to > closed.until);
    match open {
        Some(open) if open.label == period.label => Ok(()),
        Some(open) => {
            let message = format!("`{}` cannot be closed: the open period is `{}`", period.label, open.label);
            Err(refuse(Code::NotOpen, message, format!("close `{}` first", open.label)))
        }
        None => {
            let message = format!("`{}` lies before the end of the ledger, {}", period.label, closed.name());
            Err(refuse(Code::NotOpen, message, "what belongs to it is posted in the open period"))
        }
    }
}

fn rows(
    ledger: &Ledger,
    (computed, opening): (&Computed, &Sums),
    changes: &Changes<'_>,
    (period, as_of): (&Period, NaiveDate),
    request: &Request,
    facts: &[Fact],
) -> Result<Prepared, Box<Diagnostic>> {
    let revision = ledger.next_revision(&period.label);
    let mut after = ledger.clone();
    let base = LogRow {
        period: period.label.to_string(),
        revision,
        actor: request.actor.clone(),
        at: request.at.clone(),
        ..LogRow::default()
    };
    if after.log.is_empty() {
        let begin = LogRow { kind: "begin".to_owned(), subject: "earnmark ledger".to_owned(), ..base.clone() };
        append(&mut after, begin);
    }
    for text in &request.told {
        append(&mut after, LogRow { kind: "told".to_owned(), subject: text.clone(), ..base.clone() });
    }
    let seq = i64::try_from(after.log.len()).unwrap_or(i64::MAX).saturating_add(1);
    let (open, _) = computed.asked;
    let refs = references(facts);
    let entries = posting::entry_rows(&computed.outcome, (seq, open), opening, &|key| refs_of(&refs, key))?;
    let settle = posting::settle_rows(&computed.outcome, (seq, open))?;
    let (registered, notes) = registered(ledger, changes, (seq, as_of));
    let mut close = CloseRow {
        seq,
        period: period.label.to_string(),
        until: period.to,
        revision,
        as_of,
        engine: ENGINE.to_owned(),
        format: super::FORMAT,
        data: String::new(),
        people: String::new(),
        plan: String::new(),
        entries: digest(entries.iter().map(EntryRow::canonical)),
        settlement: digest(settle.iter().map(SettleRow::canonical)),
        digest: String::new(),
        files: String::new(),
    };
    after.facts.extend(registered.iter().cloned());
    after.closes.push(close.clone());
    [close.data, close.people, close.plan] = after.class_digests(seq);
    close.digest = close.digested(after.head());
    append(
        &mut after,
        LogRow { kind: "close".to_owned(), digest: close.digest.clone(), note: request.note.clone(), ..base },
    );
    after.closes.pop();
    after.closes.push(close.clone());
    after.entries.extend(entries.iter().cloned());
    after.settle.extend(settle.iter().cloned());
    let files = files::render(&after, &close)?;
    close.files = files::files_digest(&files, seq);
    let file_rows: Vec<FileRow> = files.iter().map(|file| file.row(seq)).collect();
    let log = after.log.split_off(ledger.log.len());
    let rows = Ledger { log, closes: vec![close], facts: registered, entries, settle, files: file_rows };
    Ok(Prepared { head: ledger.head().to_owned(), rows, files, notes })
}

fn append(ledger: &mut Ledger, row: LogRow) {
    let seq = i64::try_from(ledger.log.len()).unwrap_or(i64::MAX).saturating_add(1);
    let row = LogRow { seq, ..row }.after(ledger.head());
    ledger.log.push(row);
}

/// The versions that this close sees first. What no close has seen was not known at the last one, whatever it says.
fn registered(ledger: &Ledger, changes: &Changes<'_>, (seq, as_of): (i64, NaiveDate)) -> (Vec<FactRow>, Vec<String>) {
    let after = ledger.last().and_then(|last| last.as_of.succ_opt());
    let mut later = 0_usize;
    let mut rows = Vec::new();
    for fact in &changes.new {
        let said = fact.recorded.or(after).unwrap_or(as_of);
        let recorded = after.map_or(said, |after| after.max(said));
        later = later.saturating_add(usize::from(recorded > said));
        rows.push(FactRow {
            kind: fact.kind.to_owned(),
            id: fact.id.clone(),
            digest: fact.digest(),
            recorded,
            close: seq,
            body: Some(fact.body.clone()),
        });
    }
    for row in &changes.vanished {
        let recorded = after.unwrap_or(as_of);
        let digest = FactRow::digest_of(&row.kind, &row.id, None);
        rows.push(FactRow { digest, recorded, close: seq, body: None, ..(*row).clone() });
    }
    rows.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    let mut notes = Vec::new();
    if let Some(after) = after.filter(|_| later > 0) {
        let rows = if later == 1 { "1 row".to_owned() } else { format!("{later} rows") };
        notes.push(format!("{rows} that no close has seen count as recorded on {after}"));
    }
    (rows, notes)
}

/// The versions of facts by the deal that they are about.
fn references(facts: &[Fact]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fact in facts {
        let deal = match fact.kind {
            "deals" => Some(fact.id.clone()),
            "events" => serde_json::from_str::<serde_json::Value>(&fact.body)
                .ok()
                .and_then(|body| Some(body.get("deal")?.as_str()?.to_owned())),
            _ => None,
        };
        if let Some(deal) = deal {
            let digest = fact.digest();
            found.entry(deal).or_default().push(format!(
                "{} {} {}",
                fact.kind,
                fact.id,
                digest.get(..12).unwrap_or_default()
            ));
        }
    }
    found
}

fn refs_of(refs: &BTreeMap<String, Vec<String>>, key: &PostKey) -> Vec<String> {
    key.deal.as_ref().and_then(|deal| refs.get(&**deal)).cloned().unwrap_or_default()
}

/// Voids the last close: it is told by its digest, and the period is open again.
///
/// # Errors
/// It is not the last, or told by another digest.
pub fn void(ledger: &Ledger, request: &Request, told: &str) -> Result<LogRow, Refused> {
    let Some(last) = ledger.last() else {
        return Err(refuse(
            Code::NotOpen,
            "nothing is closed, so nothing can be voided",
            "`earnmark log` shows the ledger",
        ));
    };
    if last.period != request.period {
        let message = format!("`{}` cannot be voided: only the last close can, {}", request.period, last.name());
        return Err(refuse(
            Code::NotOpen,
            message,
            "what is wrong in it is mended by a fact, and posted in the open period",
        ));
    }
    if told.len() < 8 || !last.digest.starts_with(told) {
        let message = format!("{} is not told by its digest", last.name());
        let short = last.digest.get(..12).unwrap_or_default();
        return Err(refuse(
            Code::NotTold,
            message,
            format!("where this is meant: `--told {short}`; nothing was written"),
        ));
    }
    let mut after = ledger.clone();
    append(
        &mut after,
        LogRow {
            kind: "void".to_owned(),
            period: last.period.clone(),
            revision: last.revision,
            subject: last.name(),
            digest: last.digest.clone(),
            actor: request.actor.clone(),
            at: request.at.clone(),
            note: request.note.clone(),
            ..LogRow::default()
        },
    );
    after.log.pop().ok_or_else(|| refuse(Code::Internal, "the log is empty", "please report this"))
}

/// Works a close again from the files as they are now.
///
/// # Errors
/// What stands against it, or what differs.
pub fn recompute(folder: &Folder, ledger: &Ledger, close: &CloseRow) -> Result<(), Refused> {
    let before = ledger.before(close);
    let told = ledger
        .log
        .iter()
        .filter(|row| row.kind == "told" && row.period == close.period && row.revision == close.revision);
    let request = Request {
        period: close.period.clone(),
        as_of: Some(close.as_of),
        told: told.map(|row| row.subject.clone()).collect(),
        ..Request::default()
    };
    let Closing::Ready(ready) = prepare(folder, &before, &request)? else { return Ok(()) };
    let Some(now) = ready.close() else { return Ok(()) };
    let message = if (&now.data, &now.people, &now.plan) != (&close.data, &close.people, &close.plan) {
        format!("{} cannot be worked again: the files do not have the facts that it knew", close.name())
    } else if (&now.entries, &now.settlement) != (&close.entries, &close.settlement) {
        format!("{} comes to something else when it is worked again", close.name())
    } else {
        return Ok(());
    };
    Err(refuse(
        Code::LedgerDamaged,
        message,
        "rows that are kept as history, with `recorded`, make every close repeatable",
    ))
}

impl Project {
    /// The facts as rows of the register.
    #[must_use]
    pub fn registered(&self) -> Vec<Fact> {
        register::facts(&self.facts, &self.settings, &register::scripts(&self.plans, &self.texts))
    }
}
