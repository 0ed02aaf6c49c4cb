//! The register of facts: each fact as a row of kind, id and body, so that a close can say what it knew and the next run
//! what has changed. It holds raw input, never results.
//!
//! Here: which class a kind is of, the body of each kind, what has changed since a close. Those of deals, events and payees are in
//! `bodies`. What a file says beyond mapped columns is not in a body; when a row became known stands beside it, for it makes no
//! new version.

mod bodies;

use super::known::Known;
use super::rows::FactRow;
use crate::domain::exact::shortest;
use crate::domain::facts::{AdjustmentKind, Balance, Deal, Event, Facts, QuotaDays};
use crate::domain::sha::{Sum, digest};
use crate::domain::texts::Texts;
use crate::domain::value::Value;
use crate::io::settings::{Settings, Source, tells_changes};
use crate::parallel;
use bodies::{body_of_deal, body_of_event, by_name, columns, is_written, of_deal, of_event, of_payee};
use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a change of a fact is a change of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Scripts, settings, tables that plans look up.
    Plan,
    /// Payees and what holds for them.
    People,
    /// Deals, events, rates, decisions.
    Data,
}

impl Class {
    /// All of them, in the order in which a close holds their digests.
    pub const ALL: [Self; 3] = [Self::Data, Self::People, Self::Plan];

    /// The word by which a true-up names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::People => "people",
            Self::Data => "data",
        }
    }
}

/// The kind of what files look like: it is kept with a close, and no amount depends on it.
pub const LAYOUT: &str = "layout";

/// The class of a kind.
#[must_use]
pub fn class(kind: &str) -> Class {
    match kind {
        "plan" | "setting" | "table" | "layout" => Class::Plan,
        "payees" | "lines" | "assignments" | "leave" | "quotas" => Class::People,
        _ => Class::Data,
    }
}

/// A fact as it is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its kind.
    pub kind: &'static str,
    /// What there is one of.
    pub id: String,
    /// What it says.
    pub body: String,
    /// When it became known, if it says so or has a day of its own.
    pub recorded: Option<NaiveDate>,
}

impl Fact {
    fn new(kind: &'static str, id: &[&str], body: Json, recorded: Option<NaiveDate>) -> Self {
        Self::of(kind, id.join(" "), body.to_string(), recorded)
    }

    fn of(kind: &'static str, id: String, body: String, recorded: Option<NaiveDate>) -> Self {
        Self { kind, id, body, recorded }
    }

    /// The row of this version that a close saw first, known since a day.
    #[must_use]
    pub fn row(&self, (close, recorded): (i64, NaiveDate)) -> FactRow {
        FactRow {
            kind: Arc::from(self.kind),
            id: self.id.clone(),
            digest: self.digest(),
            recorded,
            close,
            body: Some(self.body.clone()),
        }
    }

    /// The day from which it counts as known, for whoever has closed as of the day before `after`: what a close did not see was not
    /// known.
    #[must_use]
    pub fn known_from(&self, after: NaiveDate) -> NaiveDate {
        self.recorded.map_or(after, |said| said.max(after))
    }

    /// The digest of this version.
    #[must_use]
    pub fn digest(&self) -> Sum {
        FactRow::digest_of(self.kind, &self.id, Some(&self.body))
    }

    /// Whether a row of the register is this very version.
    #[must_use]
    pub fn is(&self, row: &FactRow) -> bool {
        (&*row.kind, &*row.id, row.body.as_deref()) == (self.kind, &*self.id, Some(&*self.body))
    }
}

/// What has changed since a close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'l> {
    /// Facts that are new, or say something else.
    pub new: Vec<Fact>,
    /// Rows that a complete export no longer has.
    pub vanished: Vec<&'l FactRow>,
    /// Rows of an export of changes that no file has any more: they still hold, and cannot be worked without.
    pub missing: Vec<&'l FactRow>,
}

/// Compares what is known now with what a close knew. A script, setting or table row that is gone is a change; a row of a
/// source that only tells changes still holds, unless `is_gone` says otherwise.
#[must_use]
pub fn changes<'l>(
    facts: &Facts,
    settings: &Settings,
    scripts: &[(&str, &str)],
    known: &Known<'l>,
    is_gone: impl Fn(&FactRow) -> bool,
) -> Changes<'l> {
    let (deals, events) = (known.of_kind("deals"), known.of_kind("events"));
    let others: Vec<&FactRow> =
        known.rows().iter().filter(|row| !matches!(&*row.kind, "deals" | "events")).copied().collect();
    let [deal_columns, event_columns] = columns(&facts.schema);
    let compared = [
        compared(deals, &facts.deals, &deal_columns),
        compared(events, &facts.events, &event_columns),
        compared(&others, &self::others(facts, settings, scripts), &[]),
    ];
    let mut found = Changes::default();
    for (new, gone) in compared {
        found.new.extend(new);
        for row in gone {
            match is_complete(&row.kind, settings) || is_gone(row) {
                true => found.vanished.push(row),
                false => found.missing.push(row),
            }
        }
    }
    found.new.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    for rows in [&mut found.vanished, &mut found.missing] {
        rows.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    }
    found
}

/// How many facts are compared together on one core.
const PIECE: usize = 4096;

/// What the register holds, as it is compared with it: most are what they were, and of those no fact is made.
trait Registered: Sync {
    /// Its kind, and what there is one of.
    fn key(&self) -> (&str, &str);

    /// Whether a body is its own, its cells by the names of some columns.
    fn says(&self, columns: &[(&str, usize)], body: &str) -> bool;

    /// The fact.
    fn fact(&self, columns: &[(&str, usize)]) -> Fact;
}

impl Registered for Deal {
    fn key(&self) -> (&str, &str) {
        ("deals", &self.id)
    }

    fn says(&self, columns: &[(&str, usize)], body: &str) -> bool {
        is_written(&body_of_deal(columns, self), body)
    }

    fn fact(&self, columns: &[(&str, usize)]) -> Fact {
        of_deal(columns, self)
    }
}

impl Registered for Event {
    fn key(&self) -> (&str, &str) {
        ("events", &self.id)
    }

    fn says(&self, columns: &[(&str, usize)], body: &str) -> bool {
        is_written(&body_of_event(columns, self), body)
    }

    fn fact(&self, columns: &[(&str, usize)]) -> Fact {
        of_event(columns, self)
    }
}

impl Registered for Fact {
    fn key(&self) -> (&str, &str) {
        (self.kind, &self.id)
    }

    fn says(&self, _: &[(&str, usize)], body: &str) -> bool {
        self.body == body
    }

    fn fact(&self, _: &[(&str, usize)]) -> Fact {
        self.clone()
    }
}

/// The facts of some rows that the register has not, and the rows of the register, in order, that no fact has.
fn compared<'l, T: Registered>(
    known: &[&'l FactRow],
    rows: &[T],
    columns: &[(&str, usize)],
) -> (Vec<Fact>, Vec<&'l FactRow>) {
    let pieces: Vec<&[T]> = rows.chunks(PIECE).collect();
    let found = parallel::each(&pieces, |rows| {
        let (mut new, mut seen) = (Vec::new(), Vec::with_capacity(rows.len()));
        // Files mostly stand in the order of ids.
        let mut next = 0_usize;
        for row in *rows {
            let of = |known: &&FactRow| (&*known.kind, &*known.id).cmp(&row.key());
            let place = match known.get(next).is_some_and(|row| of(row).is_eq()) {
                true => Some(next),
                false => known.binary_search_by(of).ok(),
            };
            let body = place.and_then(|place| known.get(place)?.body.as_deref());
            let same = body.is_some_and(|body| row.says(columns, body));
            if let Some(place) = place {
                seen.push(place);
                next = place.saturating_add(1);
            }
            if !same {
                new.push(row.fact(columns));
            }
        }
        (new, seen)
    });
    let mut here = vec![false; known.len()];
    let mut new = Vec::new();
    for (more, seen) in found {
        new.extend(more);
        for place in seen {
            here.get_mut(place).into_iter().for_each(|here| *here = true);
        }
    }
    let gone = known.iter().zip(here).filter(|(_, here)| !here).map(|(row, _)| *row);
    (new, gone.collect())
}

/// The digests of data, people and plans that a close knew.
#[must_use]
pub fn class_digests(known: &Known<'_>) -> [String; 3] {
    Class::ALL.map(|wanted| {
        digest(known.rows().iter().filter(|fact| class(&fact.kind) == wanted).map(|fact| fact.canonical()))
    })
}

/// Whether rows of a kind may stand though no file says them any more. A deal stands for its shares too, and payees who have
/// no file of their own stand with whoever names them.
#[must_use]
pub fn may_stand(kind: &str, settings: &Settings) -> bool {
    let sources = &settings.sources;
    match kind {
        "deals" => tells_changes(sources.deals.iter().chain(&sources.shares)),
        "payees" => tells_changes(&sources.payees),
        "rates" => false, // no row of another kind names them
        _ => !is_complete(kind, settings),
    }
}

/// Whether what is missing from the files of a kind is gone.
fn is_complete(kind: &str, settings: &Settings) -> bool {
    let sources = &settings.sources;
    let all = |list: &[Source]| !tells_changes(list);
    match kind {
        "deals" => all(&sources.deals),
        "events" => all(&sources.events) && all(&sources.deals),
        "payees" => all(&sources.payees) && all(&sources.fields),
        "lines" if sources.lines.is_empty() => all(&sources.payees),
        "lines" => all(&sources.lines),
        "assignments" => all(&sources.assignments),
        "leave" => all(&sources.leave),
        "quotas" => all(&sources.quotas),
        "scores" => all(&sources.scores),
        "metrics" => all(&sources.metrics),
        "adjustments" => all(&sources.adjustments),
        "rates" => sources.rates.iter().all(|set| all(&set.sources)),
        _ => true,
    }
}

/// All facts of a project: of each the version that holds.
#[must_use]
pub fn facts(facts: &Facts, settings: &Settings, scripts: &[(&str, &str)]) -> Vec<Fact> {
    let [deals, events] = columns(&facts.schema);
    let mut found = parallel::each(&facts.deals, |deal| of_deal(&deals, deal));
    found.extend(parallel::each(&facts.events, |event| of_event(&events, event)));
    found.extend(others(facts, settings, scripts));
    found.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    found
}

/// The facts about some deals, by the deal: itself, then its events by id.
#[must_use]
pub fn about(facts: &Facts, deals: &BTreeSet<&str>) -> BTreeMap<String, Vec<Fact>> {
    let [deal_columns, event_columns] = columns(&facts.schema);
    let mut found: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    for deal in facts.deals.iter().filter(|deal| deals.contains(&*deal.id)) {
        found.entry(deal.id.to_string()).or_default().push(of_deal(&deal_columns, deal));
    }
    let mut events: Vec<(&str, Fact)> = Vec::new();
    for event in &facts.events {
        if let Some(deal) = event.deal.as_deref().filter(|deal| deals.contains(deal)) {
            events.push((deal, of_event(&event_columns, event)));
        }
    }
    events.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    for (deal, event) in events {
        found.entry(deal.to_owned()).or_default().push(event);
    }
    found
}

/// The facts that are neither deals nor events, in the order of kind and id.
fn others(facts: &Facts, settings: &Settings, scripts: &[(&str, &str)]) -> Vec<Fact> {
    let mut found = Vec::new();
    for (path, text) in scripts {
        found.push(Fact::new("plan", &[path], json!(text), None));
    }
    for (key, value) in settings.canonical() {
        found.push(Fact::new("setting", &[&key], json!(value), None));
    }
    let outputs = serde_json::to_value(&settings.outputs).unwrap_or_default();
    found.push(Fact::new(LAYOUT, &["outputs"], outputs, None));
    for (shape, table) in facts.schema.tables.iter().zip(&facts.tables) {
        let rows = table.iter().map(|row| {
            let keys: Vec<Option<String>> = row.keys.iter().map(|key| key.as_ref().map(Value::canonical)).collect();
            json!([keys, row.value.canonical(), row.from, row.to])
        });
        found.push(Fact::new("table", &[&shape.name], Json::Array(rows.collect()), None));
    }
    let payees = by_name(&facts.schema.payees);
    found.extend(facts.payees.iter().map(|payee| of_payee(&payees, payee)));
    people(facts, &mut found);
    for row in &facts.scores {
        let id = [&*row.payee, &row.objective, &row.period, row.plan.as_deref().unwrap_or("-")];
        let body = json!({
            "payee": &*row.payee, "objective": &*row.objective, "period": &*row.period, "plan": row.plan.as_deref(),
            "score": shortest(row.score),
        });
        found.push(Fact::new("scores", &id, body, row.recorded));
    }
    for row in &facts.metrics {
        let id = [&*row.measure, &row.period, row.payee.as_deref().unwrap_or("-")];
        let body = json!({
            "measure": &*row.measure, "period": &*row.period, "payee": row.payee.as_deref(), "value": shortest(row.value),
        });
        found.push(Fact::new("metrics", &id, body, row.recorded));
    }
    for row in &facts.adjustments {
        let kind = AdjustmentKind::WORDS.iter().find(|(_, kind)| *kind == row.kind).map_or("", |(word, _)| word);
        let balance = Balance::WORDS.iter().find(|(_, known)| Some(*known) == row.balance).map(|(word, _)| word);
        let body = json!({
            "kind": kind, "payee": &*row.payee, "date": row.date, "amount": shortest(row.amount),
            "currency": row.currency.map(|currency| currency.code()), "plan": row.plan.as_deref(),
            "component": row.component.as_deref(), "deal": row.deal.as_deref(), "balance": balance,
            "reason": &*row.reason, "actor": &*row.actor,
        });
        found.push(Fact::new("adjustments", &[&row.id], body, row.recorded.or(Some(row.date))));
    }
    for set in &facts.rates {
        for rate in &set.rates {
            let date = rate.date.to_string();
            let body = json!({
                "set": &*set.name, "from": rate.from.code(), "to": rate.to.code(), "date": rate.date,
                "rate": shortest(rate.rate), "until": rate.until,
            });
            let id = [&*set.name, rate.from.code(), rate.to.code(), &date];
            found.push(Fact::new("rates", &id, body, rate.recorded.or(Some(rate.date))));
        }
    }
    found.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    found
}

fn people(facts: &Facts, found: &mut Vec<Fact>) {
    let day = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    for row in &facts.lines {
        let body = json!({ "payee": &*row.payee, "manager": &*row.manager, "from": row.from, "to": row.to });
        found.push(Fact::new("lines", &[&row.payee, &day(row.from)], body, row.recorded));
    }
    for row in facts.assignments.iter().flatten() {
        let body = json!({ "payee": &*row.payee, "plan": &*row.plan, "from": row.from, "to": row.to });
        found.push(Fact::new("assignments", &[&row.payee, &row.plan, &day(row.from)], body, row.recorded));
    }
    for row in &facts.leave {
        let body = json!({ "payee": &*row.payee, "from": row.from, "to": row.to });
        found.push(Fact::new("leave", &[&row.payee, &row.from.to_string()], body, row.recorded));
    }
    for row in &facts.quotas {
        let (days, to) = match &row.days {
            QuotaDays::Period(label) => (label.to_string(), None),
            QuotaDays::Range(from, to) => (from.to_string(), Some(*to)),
        };
        let id = [&*row.measure, row.payee.as_deref().unwrap_or("-"), row.plan.as_deref().unwrap_or("-"), &days];
        let body = json!({
            "measure": &*row.measure, "payee": row.payee.as_deref(), "plan": row.plan.as_deref(), "days": days, "to": to,
            "amount": shortest(row.amount), "currency": row.currency.map(|currency| currency.code()),
        });
        found.push(Fact::new("quotas", &id, body, row.recorded));
    }
}

/// The scripts of plans in order: path and text.
#[must_use]
pub fn scripts<'p>(plans: &'p [crate::plan::model::Plan], texts: &'p Texts) -> Vec<(&'p str, &'p str)> {
    let mut files: Vec<&str> = plans.iter().flat_map(|plan| plan.files.iter().map(|file| &**file)).collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter().filter_map(|file| Some((file, texts.get(file)?))).collect()
}
