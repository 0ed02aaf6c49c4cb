//! What a close adds to the ledger, but its files: the rows of its facts, entries and settlement, and those of the log.

use super::{OpenRun, Request};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::Facts;
use crate::domain::sha::{digest, sha256};
use crate::ledger::book::Ledger;
use crate::ledger::chain::Added;
use crate::ledger::posting;
use crate::ledger::reach::{self, Reach};
use crate::ledger::register::{self, Changes};
use crate::ledger::rows::{CloseRow, EntryRow, FactRow, LogRow, SettleRow};
use crate::project::Project;
use crate::report::nobody;
use crate::report::sources::Source;
use crate::run::earn::Kind;
use crate::run::posted::{PostKey, Sums};
use crate::run::statement::{ClosedRun, Digests, Kept};
use crate::run::{ENGINE, Outcome};
use chrono::NaiveDate;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a close adds but its files.
pub(super) fn rows(
    ledger: &Ledger,
    open: &OpenRun<'_>,
    request: &Request,
) -> Result<(Ledger, Vec<String>), Box<Diagnostic>> {
    let kept = kept(open)?;
    let OpenRun { period, as_of, project, computed, known, changes, elsewhere, .. } = open;
    let as_of = *as_of;
    let revision = ledger.next_revision(&period.label);
    let mut log = Added::after(ledger);
    let base = LogRow { period: period.label.to_string(), revision, note: Arc::default(), ..request.row() };
    log.begin(request, (&open.project.settings.company.name, &computed.digests.run));
    for text in &request.told {
        log.append(LogRow { kind: "told".to_owned(), subject: text.clone(), ..base.clone() });
    }
    let beside = [(KEPT, Some(kept)), (SOURCES, sources(project))];
    for (kind, note) in beside.into_iter().filter_map(|(kind, note)| Some((kind, note?))) {
        log.append(LogRow {
            kind: kind.to_owned(),
            digest: sha256(note.as_bytes()),
            note: note.into(),
            ..base.clone()
        });
    }
    let seq = log.next();
    let (open, _) = computed.asked;
    let references = references(&project.facts, (&computed.outcome, open), &elsewhere.sums);
    // Most closes post nothing for closed periods, and nothing is asked.
    let reach = LazyCell::new(|| Reach::of(project, known, changes));
    let behind = |key: &PostKey, kind: Kind, cause: Option<&str>| {
        let of_deal = key.deal.as_ref().and_then(|deal| references.get(&**deal)).cloned().unwrap_or_default();
        let changed = match cause.filter(|_| kind == Kind::TrueUp) {
            Some(cause) => reach.behind(&key.payee, &key.measured, cause),
            None => Vec::new(),
        };
        let more: Vec<String> = changed.into_iter().filter(|name| !of_deal.contains(name)).collect();
        [of_deal, more].concat()
    };
    let entries = posting::entry_rows(&computed.outcome, (seq, open), &elsewhere.sums, &behind)?;
    let settle = posting::settle_rows(&computed.outcome, (seq, open))?;
    let (registered, mut notes) = registered(ledger, changes, (seq, as_of));
    let late = as_of.signed_duration_since(period.to).num_days();
    if as_of < period.to {
        let to = period.to;
        notes.push(format!(
            "{as_of} lies before the last day of the period, {to}: what becomes known later comes as a true-up"
        ));
    }
    if late > LATE {
        notes.push(format!(
            "{as_of} is {late} days after the period; no later close can be as of an earlier day, so void this one if that is a slip"
        ));
    }
    let told = |finding: &Diagnostic| [std::slice::from_ref(&finding.message), &finding.notes].concat().join("; ");
    notes.extend(computed.warnings.iter().map(told));
    notes.extend(nobody::told(&nobody::nobody(project, &computed.outcome, Some(computed.asked))));
    let mut close = CloseRow {
        seq,
        period: period.label.to_string(),
        until: period.to,
        revision,
        as_of,
        engine: ENGINE.to_owned(),
        format: crate::ledger::FORMAT,
        data: String::new(),
        people: String::new(),
        plan: String::new(),
        entries: digest(entries.iter().map(EntryRow::canonical)),
        settlement: digest(settle.iter().map(SettleRow::canonical)),
        digest: String::new(),
        files: String::new(),
    };
    let mut knows = known.clone();
    knows.let_in(&registered);
    [close.data, close.people, close.plan] = register::class_digests(&knows);
    close.digest = close.digested(log.head());
    let note = request.note.as_str().into();
    log.append(LogRow { kind: "close".to_owned(), digest: close.digest.clone(), note, ..base });
    let added = Ledger { log: log.rows, closes: vec![close], facts: registered, entries, settle, ..Ledger::default() };
    Ok((added, notes))
}

/// The kind of the row that stands before a close and says what files were read for it.
pub const SOURCES: &str = "sources";

/// The files that were read, as JSON; none where the facts come from the register.
fn sources(project: &Project) -> Option<String> {
    let read: Vec<Source<'_>> = project.sources.iter().filter(|source| source.pays()).map(Source::of).collect();
    serde_json::to_string(&read).ok().filter(|_| !read.is_empty())
}

/// The kind of the row that stands before a close and says what its statements show beside amounts.
pub const KEPT: &str = "statements";

/// What the statements of the open period show beside amounts, as JSON.
fn kept(open: &OpenRun<'_>) -> Result<String, Box<Diagnostic>> {
    let (place, _) = open.computed.asked;
    let material = open.project.material(&open.computed);
    let payouts = open.computed.outcome.payouts.iter().filter(|payout| payout.period == place);
    let shown = payouts.map(|payout| material.shown(payout, &open.period)).collect();
    let run = ClosedRun { from: open.period.from, digests: Digests { close: None, ..open.computed.digests.clone() } };
    Kept::text(run, shown)
        .map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("statements cannot be kept: {error}"))))
}

/// How many days after its period a close is as of, before whoever closes is asked whether that is meant.
const LATE: i64 = 100;

/// The versions that this close sees first. What no close has seen was not known at the last one, whatever it says.
fn registered(ledger: &Ledger, changes: &Changes<'_>, (seq, as_of): (i64, NaiveDate)) -> (Vec<FactRow>, Vec<String>) {
    let after = ledger.last().and_then(|last| last.as_of.succ_opt());
    let mut later = 0_usize;
    let mut rows = Vec::new();
    for fact in &changes.new {
        let recorded = after.map_or_else(|| fact.recorded.unwrap_or(as_of), |after| fact.known_from(after));
        later = later.saturating_add(usize::from(fact.recorded.is_some_and(|said| said < recorded)));
        rows.push(fact.row((seq, recorded)));
    }
    for row in &changes.vanished {
        let recorded = after.unwrap_or(as_of);
        let digest = FactRow::digest_of(&row.kind, &row.id, None);
        rows.push(FactRow { digest, recorded, close: seq, body: None, ..(*row).clone() });
    }
    rows.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    let mut notes = Vec::new();
    if let Some(after) = after.filter(|_| later > 0) {
        let (rows, them) = match later {
            1 => ("1 row counts".to_owned(), "it"),
            _ => (format!("{later} rows count"), "them"),
        };
        notes.push(format!("{rows} as recorded on {after}: no close before this one has seen {them}"));
    }
    (rows, notes)
}

/// The versions of facts behind what is posted, by deal: kind, id and the beginning of the digest of each.
fn references(facts: &Facts, (outcome, open): (&Outcome, usize), elsewhere: &Sums) -> BTreeMap<String, Vec<String>> {
    let posted = outcome.entries.iter().filter(|entry| entry.payout == open);
    let posted = posted.filter_map(|entry| Some(&*entry.deal.as_ref()?.1));
    let deals: BTreeSet<&str> = posted.chain(elsewhere.keys().filter_map(|key| key.deal.as_deref())).collect();
    let found = register::about(facts, &deals).into_iter();
    found.map(|(deal, facts)| (deal, facts.iter().map(reach::name).collect())).collect()
}
