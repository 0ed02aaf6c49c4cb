//! The register of facts: each fact as a row of kind, id and body, so that a close can say what it knew and the next run
//! what has changed. It holds raw input, never results.
//!
//! Here: which class a kind is of, the body of each kind. What a file says beyond mapped columns is not in it; when a row
//! became known stands beside the body, for it makes no new version.

use super::rows::FactRow;
use crate::domain::exact::shortest;
use crate::domain::facts::{
    AdjustmentKind, Balance, Deal, Event, Facts, Payee, QuotaDays, Schema, deal_column, payee_field,
};
use crate::domain::sha::digest;
use crate::domain::texts::Texts;
use crate::domain::value::{Columns, Value};
use crate::io::settings::{Export, Settings, Source};
use crate::parallel;
use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
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

    /// The digest of this version.
    #[must_use]
    pub fn digest(&self) -> String {
        FactRow::digest_of(self.kind, &self.id, Some(&self.body))
    }

    /// Whether a row of the register is this very version.
    #[must_use]
    pub fn is(&self, row: &FactRow) -> bool {
        (&*row.kind, &*row.id, row.body.as_deref()) == (self.kind, &*self.id, Some(&*self.body))
    }
}

/// What a close knew, by kind and id.
pub type Known<'l> = BTreeMap<(&'l str, &'l str), &'l FactRow>;

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
/// source that only tells changes still holds.
#[must_use]
pub fn changes<'l>(facts: &Facts, settings: &Settings, scripts: &[(&str, &str)], known: &Known<'l>) -> Changes<'l> {
    let (of_deals, others): (Vec<&FactRow>, Vec<&FactRow>) =
        known.values().partition(|row| matches!(&*row.kind, "deals" | "events"));
    let (deals, events) = of_deals.split_at(of_deals.partition_point(|row| &*row.kind == "deals"));
    let [deal_columns, event_columns] = Named::columns(&facts.schema);
    let compared = [
        compared(deals, &facts.deals, |deal| of_deal(&deal_columns, deal)),
        compared(events, &facts.events, |event| of_event(&event_columns, event)),
        compared(&others, &self::others(facts, settings, scripts), Fact::clone),
    ];
    let mut found = Changes::default();
    for (new, gone) in compared {
        found.new.extend(new);
        for row in gone {
            match is_complete(&row.kind, settings) {
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

/// The facts of some rows that the register has not, and the rows of the register, in order, that no fact has. Most are what they were,
/// so none is kept longer than it is compared.
fn compared<'l, T: Sync>(
    known: &[&'l FactRow],
    rows: &[T],
    fact: impl Fn(&T) -> Fact + Sync + Send,
) -> (Vec<Fact>, Vec<&'l FactRow>) {
    let pieces: Vec<&[T]> = rows.chunks(PIECE).collect();
    let found = parallel::each(&pieces, |rows| {
        let (mut new, mut seen) = (Vec::new(), Vec::with_capacity(rows.len()));
        // Files mostly stand in the order of ids.
        let mut next = 0_usize;
        for row in *rows {
            let fact = fact(row);
            let of = |row: &&FactRow| (&*row.kind, &*row.id).cmp(&(fact.kind, &*fact.id));
            let place = match known.get(next).is_some_and(|row| of(row).is_eq()) {
                true => Some(next),
                false => known.binary_search_by(of).ok(),
            };
            let same = place.and_then(|place| known.get(place)).is_some_and(|row| fact.is(row));
            if let Some(place) = place {
                seen.push(place);
                next = place.saturating_add(1);
            }
            if !same {
                new.push(fact);
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

/// Lets in the versions that a close saw first, withdrawn ones too.
pub fn let_in<'l>(known: &mut Known<'l>, rows: &'l [FactRow]) {
    for row in rows {
        let key = (&*row.kind, &*row.id);
        if row.body.is_some() {
            known.insert(key, row);
        } else {
            known.remove(&key);
        }
    }
}

/// The digests of data, people and plans that a close knew.
#[must_use]
pub fn class_digests(known: &Known<'_>) -> [String; 3] {
    Class::ALL
        .map(|wanted| digest(known.values().filter(|fact| class(&fact.kind) == wanted).map(|fact| fact.canonical())))
}

/// Whether what is missing from the files of a kind is gone.
fn is_complete(kind: &str, settings: &Settings) -> bool {
    let sources = &settings.sources;
    let all = |list: &[Source]| list.iter().all(|source| source.export == Export::Complete);
    match kind {
        "deals" => all(&sources.deals),
        "events" => all(&sources.events) && all(&sources.deals),
        "payees" => all(&sources.payees) && all(&sources.fields),
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
    let [deals, events] = Named::columns(&facts.schema);
    let mut found = parallel::each(&facts.deals, |deal| of_deal(&deals, deal));
    found.extend(parallel::each(&facts.events, |event| of_event(&events, event)));
    found.extend(others(facts, settings, scripts));
    found.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    found
}

/// The facts about some deals, by the deal: itself, then its events by id.
#[must_use]
pub fn about(facts: &Facts, deals: &BTreeSet<&str>) -> BTreeMap<String, Vec<Fact>> {
    let [deal_columns, event_columns] = Named::columns(&facts.schema);
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

/// The columns of a kind by name, each with its place: the order in which a body has its cells.
fn by_name(columns: &Columns) -> Vec<(&str, usize)> {
    let mut named: Vec<(&str, usize)> = columns.0.iter().map(|column| &*column.name).zip(0..).collect();
    named.sort_unstable();
    named
}

/// The cells of a row by the names of their columns, but for some that are no part of it.
struct Named<'f> {
    columns: &'f [(&'f str, usize)],
    cells: &'f [Option<Value>],
    but: &'f [usize],
}

impl<'f> Named<'f> {
    /// The columns of deals and of events.
    fn columns(schema: &'f Schema) -> [Vec<(&'f str, usize)>; 2] {
        [by_name(&schema.deals), by_name(&schema.events)]
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, place) in self.columns.iter().filter(|(_, place)| !self.but.contains(place)) {
            match self.cells.get(*place).and_then(Option::as_ref) {
                Some(Value::Text(text)) => map.serialize_entry(name, &**text)?,
                Some(cell) => map.serialize_entry(name, &cell.canonical())?,
                None => {}
            }
        }
        map.end()
    }
}

/// A share as a body has it: position, payee, role, share.
type ShareBody<'f> = (Option<u32>, &'f str, Option<&'f str>, String);

/// The body of a deal. Of this and of an event's, fields stand in the order of the alphabet.
#[derive(serde::Serialize)]
struct DealBody<'f> {
    cells: Named<'f>,
    shares: Vec<ShareBody<'f>>,
}

#[derive(serde::Serialize)]
struct EventBody<'f> {
    actor: Option<&'f str>,
    amount: Option<String>,
    cells: Named<'f>,
    component: Option<&'f str>,
    date: NaiveDate,
    deal: Option<&'f str>,
    kind: &'f str,
    number: Option<&'f str>,
    payee: Option<&'f str>,
    reason: Option<&'f str>,
}

/// Text that is written from texts and numbers alone cannot fail.
fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

fn of_deal(columns: &[(&str, usize)], deal: &Deal) -> Fact {
    let mut shares: Vec<ShareBody<'_>> = deal
        .shares
        .iter()
        .map(|share| (share.position, &*share.payee, share.role.as_deref(), shortest(share.share)))
        .collect();
    shares.sort_unstable();
    let cells = Named { columns, cells: &deal.cells, but: &[deal_column::RECORDED] };
    let recorded = deal.date(deal_column::RECORDED).or_else(|| deal.day());
    Fact::of("deals", deal.id.to_string(), written(&DealBody { cells, shares }), recorded)
}

fn of_event(columns: &[(&str, usize)], event: &Event) -> Fact {
    let body = EventBody {
        actor: event.actor.as_deref(),
        amount: event.amount.map(shortest),
        cells: Named { columns, cells: &event.cells, but: &[] },
        component: event.component.as_deref(),
        date: event.date,
        deal: event.deal.as_deref(),
        kind: &event.kind,
        number: event.number.as_deref(),
        payee: event.payee.as_deref(),
        reason: event.reason.as_deref(),
    };
    Fact::of("events", event.id.to_string(), written(&body), event.recorded.or(Some(event.date)))
}

/// A payee with all dated rows: a row is cut where a field of another file begins, and that makes no row vanish. The manager
/// is left out: it is said by the reporting lines. When a row became known makes no new version.
fn of_payee(columns: &[(&str, usize)], payee: &Payee) -> Fact {
    let but = &[payee_field::MANAGER, payee_field::RECORDED];
    let rows = payee.rows.iter().map(|row| (row.from, row.to, Named { columns, cells: &row.cells, but }));
    let rows: Vec<(Option<NaiveDate>, Option<NaiveDate>, Named<'_>)> = rows.collect();
    let recorded = payee.rows.iter().filter_map(|row| row.cells.get(payee_field::RECORDED)?.as_ref()?.date()).max();
    Fact::of("payees", payee.id.to_string(), written(&rows), recorded)
}

/// The scripts of plans in order: path and text.
#[must_use]
pub fn scripts<'p>(plans: &'p [crate::plan::model::Plan], texts: &'p Texts) -> Vec<(&'p str, &'p str)> {
    let mut files: Vec<&str> = plans.iter().flat_map(|plan| plan.files.iter().map(|file| &**file)).collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter().filter_map(|file| Some((file, texts.get(file)?))).collect()
}

#[cfg(test)]
mod tests {
    use crate::io::Folder;
    use crate::project::Project;

    /// The bodies that ledgers hold: fields and cells in the order of the alphabet, blank cells left out, shares with their
    /// positions, texts as JSON. A ledger of before has exactly these.
    #[test]
    fn bodies_are_those_that_ledgers_hold() {
        let mut folder = Folder::default();
        folder.put(
            "earnmark.toml",
            "format = 1\ncompany = { name = \"B\", currency = \"USD\" }\ncolumns.deals.product = { type = \"text\", optional = true }\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\", amount = \"amount\", product = \"what\", payee = \"who\", recorded = \"known\" }\n[events]\nfile = \"e.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"day\", amount = \"amount\", reason = \"why\" }\n[payees]\nfile = \"p.csv\"\ncolumns = { id = \"id\", name = \"name\", role = \"role\", from = \"from\", to = \"to\" }\n",
        );
        folder.put(
            "rules/p.rhai",
            "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\nlet m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, rate: 1.pct });\n",
        );
        folder.put("data/d.csv", "id,day,amount,what,who,known\nD1,2026-01-05,1200.50,\"3\"\" pipe\",ann,2026-01-07\nD2,2026-01-06,-7,,ann,\n");
        folder.put("data/e.csv", "id,deal,kind,day,amount,why\nE1,D1,refunded,2026-01-09,200.10,بلا سبب\n");
        folder.put("data/p.csv", "id,name,role,from,to\nann,Ann,rep,2026-01-01,2026-01-31\nann,Ann,lead,2026-02-01,\n");
        let project = Project::open(&folder).unwrap();
        let bodies: Vec<(&str, String, String)> = project
            .registered()
            .into_iter()
            .filter(|fact| matches!(fact.kind, "deals" | "events" | "payees"))
            .map(|fact| (fact.kind, fact.id, fact.body))
            .collect();
        let row = |kind, id: &str, body: &str| (kind, id.to_owned(), body.to_owned());
        let expected = [
            row(
                "deals",
                "D1",
                r#"{"cells":{"amount":"1200.5","closed":"2026-01-05","currency":"USD","id":"D1","product":"3\" pipe"},"shares":[[1,"ann",null,"1"]]}"#,
            ),
            row(
                "deals",
                "D2",
                r#"{"cells":{"amount":"-7","closed":"2026-01-06","currency":"USD","id":"D2"},"shares":[[1,"ann",null,"1"]]}"#,
            ),
            row(
                "events",
                "E1",
                r#"{"actor":null,"amount":"200.1","cells":{},"component":null,"date":"2026-01-09","deal":"D1","kind":"refunded","number":null,"payee":null,"reason":"بلا سبب"}"#,
            ),
            row(
                "payees",
                "ann",
                r#"[["2026-01-01","2026-01-31",{"id":"ann","name":"Ann","role":"rep"}],["2026-02-01",null,{"id":"ann","name":"Ann","role":"lead"}]]"#,
            ),
        ];
        assert_eq!(bodies, expected);
    }
}
