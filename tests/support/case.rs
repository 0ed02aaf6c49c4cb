//! A case as it is written, and the project folder that it stands for.

use super::Order;
use super::figures::{Effective, Line, Stands};
use earnmark::Folder;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// A worked case. Tables are lists of rows; a row's keys are canonical columns, its values texts or whole numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub what: String,
    /// Where the rule comes from: `worked by hand`, or a document.
    pub source: String,
    /// The script, `rules/plan.rhai`.
    #[serde(default)]
    pub plan: String,
    /// Further scripts by name, plans or modules: `rules/NAME.rhai`.
    #[serde(default)]
    pub modules: BTreeMap<String, String>,
    /// Currency of the company; US dollars without it.
    pub currency: Option<String>,
    /// More of `earnmark.toml`, to the letter.
    #[serde(default)]
    pub settings: String,
    /// Declared columns, as `[columns]` in `earnmark.toml`.
    #[serde(default)]
    pub columns: Table,
    /// Roles, as `[roles]` in `earnmark.toml`.
    #[serde(default)]
    pub roles: Table,
    /// Deals: `payee`, or `shares` with a row for each payee, and `events` with a row for each of the deal.
    #[serde(default)]
    pub deals: Vec<Table>,
    /// Events of deals.
    #[serde(default)]
    pub events: Vec<Table>,
    /// Payees.
    #[serde(default)]
    pub payees: Vec<Table>,
    /// Dated fields of payees.
    #[serde(default)]
    pub fields: Vec<Table>,
    /// Reporting lines.
    #[serde(default)]
    pub lines: Vec<Table>,
    /// Assignments.
    #[serde(default)]
    pub assignments: Vec<Table>,
    /// Days of leave.
    #[serde(default)]
    pub leave: Vec<Table>,
    /// Quotas.
    #[serde(default)]
    pub quotas: Vec<Table>,
    /// Scores of objectives.
    #[serde(default)]
    pub scores: Vec<Table>,
    /// Totals that are given.
    #[serde(default)]
    pub metrics: Vec<Table>,
    /// Adjustments.
    #[serde(default)]
    pub adjustments: Vec<Table>,
    /// Exchange rates, `from to date rate`: of the set `market`, or of the one that a row names as `set`.
    #[serde(default)]
    pub rates: Vec<Table>,
    /// What else is said of a set of exchange rates, by its name: `base`, `rate_age`.
    #[serde(default)]
    pub rate_sets: BTreeMap<String, Table>,
    /// Data files as they are exported; `settings` says how they are read.
    #[serde(default)]
    pub files: Vec<Raw>,
    /// The span asked for; without it all periods of the plans.
    pub period: Option<String>,
    /// The day up to which facts are known; without it all of them are.
    pub as_of: Option<String>,
    /// What somebody worked out: sums of entries.
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// Payouts and what is carried.
    #[serde(default)]
    pub payouts: Vec<Pays>,
    /// Where payees stand.
    #[serde(default)]
    pub measures: Vec<Stands>,
    /// The steps of lines.
    #[serde(default)]
    pub steps: Vec<Line>,
    /// What lines come to, in percent of what they are paid on.
    #[serde(default)]
    pub effective: Vec<Effective>,
    /// Whether what somebody gets depends on who else is there, as with a shared quota or a pool: then a stranger is
    /// no stranger.
    #[serde(default)]
    pub shared: bool,
    /// Every deal, or part of one, that pays nothing.
    #[serde(default)]
    pub not_counted: Vec<NotCounted>,
    /// Findings that have no line of a script to stand on.
    #[serde(default)]
    pub refused: Vec<Refusal>,
    /// Statements that are recorded whole, beside the case.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "statements are recorded natively"))]
    pub statements: Vec<Recorded>,
}

/// A data file as it is exported.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Path below the folder.
    pub path: String,
    /// Lines before the rows: report titles, the header.
    #[serde(default)]
    pub head: Vec<String>,
    /// The rows, in any order.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Between lines; a line feed without it.
    pub row_end: Option<String>,
    /// `utf-8` without it, else `utf-16le`, `utf-16be`, `windows-1252`.
    pub encoding: Option<String>,
    /// Whether a byte order mark stands first.
    #[serde(default)]
    pub bom: bool,
}

/// The sum of some entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Whose; everybody's without it.
    pub payee: Option<String>,
    /// Of one component.
    pub component: Option<String>,
    /// Of one deal.
    pub deal: Option<String>,
    /// Posted in one payout period.
    pub period: Option<String>,
    /// Of one measurement period.
    pub measured: Option<String>,
    /// Of one kind: `earn`, `cap`, `clawback`.
    pub kind: Option<String>,
    /// Of one objective.
    pub objective: Option<String>,
    /// What they total, at the minor unit.
    pub amount: String,
    /// How a person worked it out.
    pub work: String,
}

/// A payout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pays {
    /// Whose.
    pub payee: String,
    /// The payout period.
    pub period: String,
    /// What was earned in it.
    pub earned: Option<String>,
    /// What is paid.
    pub payout: String,
    /// What is carried forward: a debt is negative.
    pub carry: Option<String>,
    /// Lines of the settlement by their codes; one that is not there is of nothing.
    #[serde(default)]
    pub settle: BTreeMap<String, String>,
}

/// A deal that pays nothing.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct NotCounted {
    /// The deal.
    pub deal: String,
    /// Whom it would have paid.
    pub payee: Option<String>,
    /// Why.
    pub code: String,
    /// By which setting, where the case says so.
    pub setting: Option<String>,
}

/// A finding.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Its code.
    pub code: String,
    /// The file.
    pub file: Option<String>,
    /// The row of a data file, or the line of a text.
    pub row: Option<u64>,
    /// The column of a data file.
    pub column: Option<String>,
    /// The value of a data file.
    pub value: Option<String>,
    /// What is underlined in a text; an `…` at its end stands for the rest.
    pub underlined: Option<String>,
    /// A part of the help.
    pub help: Option<String>,
    /// A part of the message.
    pub message: Option<String>,
}

/// A statement to record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Whose.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "statements are recorded natively"))]
    pub payee: String,
    /// The payout period.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "statements are recorded natively"))]
    pub period: String,
}

impl Case {
    /// Reads a case.
    pub fn read(text: &str) -> Result<Self, String> {
        let case: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let said = !case.what.is_empty() && !case.source.is_empty();
        if said { Ok(case) } else { Err("`what` and `source` are said".to_owned()) }
    }

    /// The scripts by path.
    pub fn scripts(&self) -> impl Iterator<Item = (String, &str)> {
        let plan = (!self.plan.is_empty()).then(|| ("rules/plan.rhai".to_owned(), self.plan.as_str()));
        let modules = self.modules.iter().map(|(name, text)| (format!("rules/{name}.rhai"), text.as_str()));
        plan.into_iter().chain(modules)
    }

    /// Whether it is to be refused.
    pub fn is_refused(&self) -> bool {
        !self.refused.is_empty() || self.scripts().any(|(_, text)| text.contains("//~ "))
    }

    /// The project folder, its rows in some order.
    pub fn folder(&self, order: Order) -> Folder {
        let mut folder = Folder::new("case", BTreeMap::new());
        for (path, text) in self.scripts() {
            folder.put(path, text);
        }
        let currency = self.currency.as_deref().unwrap_or("USD");
        let mut settings = format!("format = 1\ncompany = {{ name = \"Case\", currency = \"{currency}\" }}\n");
        settings.push_str(&self.settings);
        for (name, table) in [("columns", &self.columns), ("roles", &self.roles)] {
            if !table.is_empty() {
                let tables = Table::from_iter([(name.to_owned(), Value::Table(table.clone()))]);
                settings.push_str(&format!("\n{}", toml::to_string(&tables).unwrap()));
            }
        }
        let (deals, shares) = self.deals_and_shares();
        let (deals, events) = with_events(deals, &self.events);
        let tables = [
            ("deals", deals),
            ("shares", shares),
            ("events", events),
            ("payees", self.payees.clone()),
            ("fields", self.fields.clone()),
            ("lines", self.lines.clone()),
            ("assignments", self.assignments.clone()),
            ("leave", self.leave.clone()),
            ("quotas", self.quotas.clone()),
            ("scores", self.scores.clone()),
            ("metrics", self.metrics.clone()),
            ("adjustments", self.adjustments.clone()),
        ];
        let sets = self.sets_of_rates();
        let sets = sets.iter().map(|(name, rows)| (format!("rates.{name}"), rows, self.rate_sets.get(name)));
        let tables = tables.iter().map(|(kind, rows)| ((*kind).to_owned(), rows, None)).chain(sets);
        for (kind, rows, besides) in tables.filter(|(_, rows, _)| !rows.is_empty()) {
            let columns: BTreeSet<&str> = rows.iter().flat_map(Table::keys).map(String::as_str).collect();
            let mapped: Vec<String> = columns.iter().map(|name| format!("{name} = \"{name}\"")).collect();
            settings.push_str(&format!("\n[{kind}]\nfile = \"{kind}.csv\"\ncolumns = {{ {} }}\n", mapped.join(", ")));
            if let Some(besides) = besides {
                settings.push_str(&toml::to_string(besides).unwrap());
            }
            folder.put(format!("data/{kind}.csv"), csv(&columns, &order.of(rows)));
        }
        folder.put("earnmark.toml", settings);
        for raw in &self.files {
            folder.put(raw.path.clone(), raw.bytes(order));
        }
        folder
    }

    /// The rows of each set of exchange rates.
    fn sets_of_rates(&self) -> BTreeMap<String, Vec<Table>> {
        let mut sets: BTreeMap<String, Vec<Table>> = BTreeMap::new();
        for row in &self.rates {
            let mut row = row.clone();
            let set = row.remove("set").map_or_else(|| "market".to_owned(), |set| cell(&set));
            sets.entry(set).or_default().push(row);
        }
        sets
    }

    /// Deals as a file has them, and their shares as rows of another where a deal has several.
    fn deals_and_shares(&self) -> (Vec<Table>, Vec<Table>) {
        if !self.deals.iter().any(|deal| deal.contains_key("shares")) {
            return (self.deals.clone(), Vec::new());
        }
        let mut shares = Vec::new();
        let deals = self.deals.iter().map(|deal| {
            let mut deal = deal.clone();
            let mut own = match deal.remove("shares") {
                Some(Value::Array(own)) => own,
                _ => Vec::new(),
            };
            if let Some(payee) = deal.remove("payee") {
                let whole = Value::String("100 %".to_owned());
                own.push(Value::Table(Table::from_iter([("payee".to_owned(), payee), ("share".to_owned(), whole)])));
            }
            for share in own {
                let Value::Table(mut share) = share else { continue };
                share.insert("deal".to_owned(), deal.get("id").cloned().unwrap());
                shares.push(share);
            }
            deal
        });
        (deals.collect(), shares)
    }
}

/// Deals without the events that stand on them, and all events.
fn with_events(deals: Vec<Table>, events: &[Table]) -> (Vec<Table>, Vec<Table>) {
    let mut all = events.to_vec();
    let deals = deals.into_iter().map(|mut deal| {
        if let Some(Value::Array(own)) = deal.remove("events") {
            for event in own {
                let Value::Table(mut event) = event else { panic!("an event is a table") };
                event.insert("deal".to_owned(), deal.get("id").cloned().unwrap());
                all.push(event);
            }
        }
        deal
    });
    (deals.collect(), all)
}

impl Raw {
    /// The bytes of the file, its rows in some order.
    fn bytes(&self, order: Order) -> Vec<u8> {
        let end = self.row_end.as_deref().unwrap_or("\n");
        let lines = self.head.iter().cloned().chain(order.of(&self.rows));
        let mut text = if self.bom { "\u{feff}".to_owned() } else { String::new() };
        for line in lines {
            text.push_str(&line);
            text.push_str(end);
        }
        match self.encoding.as_deref() {
            Some("utf-16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Some("utf-16be") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Some("windows-1252") => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            _ => text.into_bytes(),
        }
    }
}

/// Rows as CSV, with every column of any of them.
fn csv(columns: &BTreeSet<&str>, rows: &[Table]) -> String {
    let mut text = columns.iter().copied().collect::<Vec<_>>().join(",");
    text.push('\n');
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|column| row.get(*column).map_or_else(String::new, cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// A value as a file has it. A number with a fraction is written as text, so that nothing passes through a float.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        other => panic!("write {other} in quotes"),
    };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
