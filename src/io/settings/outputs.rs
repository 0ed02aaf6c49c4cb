//! What is written for payroll and finance: `[payroll]`, `[journal]`, `[[capitalise]]`. No amount of pay depends on it.
//!
//! Here: their settings with every default filled in, the layouts that are shipped, what is refused.
//! Not here: the files themselves (`ledger::payroll`, `ledger::journal`). A close keeps these settings, so that it can make
//! its files again.

mod layouts;

use super::nodes::{Node, What};
use super::section::{Notes, Section};
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::exact::RoundingMode;
use crate::domain::value::Columns;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is written, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The company's name.
    pub company: String,
    /// The files for payroll.
    pub payroll: Payroll,
    /// The journal, where accounts are named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub journal: Option<Journal>,
}

/// The files for payroll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payroll {
    /// `generic`, a shipped name, or `own`.
    pub layout: String,
    /// The columns in their order; empty: the generic ones.
    pub columns: Vec<PayColumn>,
    /// Between cells; empty: columns have widths.
    pub delimiter: String,
    /// `utf-8`, `utf-16le`, `windows-1252` or another of one byte a character.
    pub encoding: String,
    /// Between units and their parts.
    pub decimal: String,
    /// At the end of a row.
    pub row_end: String,
    /// Whether the names stand in the first row.
    pub header: bool,
    /// `all`, `currency` or a field of payees.
    pub file_per: String,
}

impl Default for Payroll {
    fn default() -> Self {
        Self {
            layout: "generic".to_owned(),
            columns: Vec::new(),
            delimiter: ",".to_owned(),
            encoding: "utf-8".to_owned(),
            decimal: ".".to_owned(),
            row_end: "\n".to_owned(),
            header: true,
            file_per: "currency".to_owned(),
        }
    }
}

/// A column of a payroll file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayColumn {
    /// Its name.
    pub name: String,
    /// `payment_id`, `payee`, `payee.FIELD`, `period`, `amount`, `currency` or `fixed:TEXT`.
    pub value: String,
    /// In characters, where the file has fixed widths.
    pub width: Option<u64>,
    /// Whether it stands at the right of its width.
    pub right: bool,
}

/// The journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Account by role.
    pub accounts: BTreeMap<String, String>,
    /// Accounts that replace the general ones.
    pub rules: Vec<AccountRule>,
    /// The employer's cost on top: a fraction as text, so that it is kept exactly.
    pub burden: Option<String>,
    /// How burden and amortisation are brought to the minor unit: the word of a mode; `None`: `half_even`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rounding: Option<String>,
    /// What is capitalised.
    pub capitalise: Vec<Capitalise>,
}

impl Journal {
    /// How burden and amortisation are brought to the minor unit.
    #[must_use]
    pub fn mode(&self) -> RoundingMode {
        let known = RoundingMode::WORDS.into_iter().find(|(word, _)| self.rounding.as_deref() == Some(*word));
        known.map(|(_, mode)| mode).unwrap_or_default()
    }
}

/// Accounts for a role of payees, a plan, a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRule {
    /// The role of the payee.
    pub role: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// The component.
    pub component: Option<String>,
    /// Account by role.
    pub accounts: BTreeMap<String, String>,
}

/// A cost that is spread over the life of what it was paid for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capitalise {
    /// The plan.
    pub plan: Option<String>,
    /// The component.
    pub component: Option<String>,
    /// The life.
    pub months: u64,
    /// `deal` or `start`.
    pub from: String,
    /// `full`, `half` or `next`: how the first month counts.
    pub first: String,
    /// `months` or `days`.
    pub by: String,
    /// With a life of at most twelve months it is an expense at once.
    pub expedient: bool,
}

/// The roles of accounts.
pub const ROLES: [&str; 13] = [
    "expense",
    "contract_asset",
    "accrued",
    "payable",
    "conversion",
    "receivable",
    "draws",
    "clearing",
    "burden",
    "burden_asset",
    "amortisation",
    "impairment",
    "opening",
];

/// Those of balances that a payee has over all plans: no rule replaces them.
const WHOLE: [&str; 5] = ["payable", "receivable", "draws", "clearing", "opening"];

/// All of it.
pub(super) fn read(root: &mut Section<'_>, notes: &mut Notes, payees: &Columns, company: &str) -> Outputs {
    let payroll = payroll(root, notes, payees);
    let capitalise = capitalise(root, notes);
    let journal = journal(root, notes, capitalise);
    Outputs { company: company.to_owned(), payroll, journal }
}

fn payroll(root: &mut Section<'_>, notes: &mut Notes, payees: &Columns) -> Payroll {
    let mut found = Payroll::default();
    let Some(mut section) = root.table(notes, "payroll") else { return found };
    let codes = codes(&mut section, notes);
    if let Some(layout) = section.text(notes, "layout") {
        let names: Vec<&str> = layouts::names().chain(["generic", "own"]).collect();
        if layout.value != "own" && layout.value != "generic" {
            match layouts::of(&layout.value, &codes) {
                Some(Ok(columns)) => found.columns = columns,
                Some(Err(code)) => {
                    let message = format!("the layout `{}` needs `payroll.codes.{code}`", layout.value);
                    notes.error(Code::MissingSetting, &layout.at, message);
                }
                None => {
                    let message = format!("there is no payroll layout `{}`", layout.value);
                    notes.unknown(Code::BadSetting, &layout.at, message, (&layout.value, names));
                }
            }
        }
        found.layout = layout.value;
    }
    let own = found.layout == "own";
    if let Some(entry) = section.entry("columns") {
        let (at, node) = (entry.at.clone(), entry.node.clone());
        if own {
            found.columns = columns(&node, notes);
        } else {
            let help = "write `layout = \"own\"`, or leave the columns out";
            let message = format!("`columns` are those of the layout `{}`", found.layout);
            notes.error_help(Code::ConflictingSettings, &at, message, help);
        }
    } else if own {
        section.missing(notes, "columns");
    }
    let mut text = |section: &mut Section<'_>, key: &'static str, into: &mut String| {
        if let Some(said) = section.text(notes, key) {
            *into = said.value;
        }
    };
    text(&mut section, "delimiter", &mut found.delimiter);
    text(&mut section, "encoding", &mut found.encoding);
    text(&mut section, "decimal", &mut found.decimal);
    text(&mut section, "row_end", &mut found.row_end);
    text(&mut section, "file_per", &mut found.file_per);
    if let Some(header) = section.yes_no(notes, "header") {
        found.header = header;
    }
    check(&section, notes, &found, payees);
    section.close(notes);
    found
}

/// What a layout says of the company: `codes = { company = "ABC" }`.
fn codes(section: &mut Section<'_>, notes: &mut Notes) -> BTreeMap<String, String> {
    let Some(entry) = section.entry("codes") else { return BTreeMap::new() };
    texts_of_table(&entry.node.clone(), notes, "codes")
}

fn texts_of_table(node: &Node, notes: &mut Notes, key: &str) -> BTreeMap<String, String> {
    let What::Table(entries) = &node.what else {
        notes.error(Code::BadSetting, &node.at, format!("`{key}` is a table of texts, not {}", node.what.word()));
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        match entry.node.scalar() {
            Some(text) => {
                found.insert(entry.key.clone(), text);
            }
            None => notes.error(Code::BadSetting, &entry.node.at, format!("`{}` is a text", entry.key)),
        }
    }
    found
}

fn columns(node: &Node, notes: &mut Notes) -> Vec<PayColumn> {
    let What::List(list) = &node.what else {
        notes.error(Code::BadSetting, &node.at, format!("`columns` is a list of columns, not {}", node.what.word()));
        return Vec::new();
    };
    let mut found = Vec::new();
    for node in list {
        let Some(mut section) = Section::open(notes, node, "a column") else { continue };
        let name = section.required_text(notes, "name").map(|said| said.value);
        let value = section.required_text(notes, "value").map(|said| said.value);
        let width = section.count(notes, "width").map(|said| said.value);
        let right = section.word(notes, "align", &[("left", false), ("right", true)]).unwrap_or(false);
        section.close(notes);
        if let (Some(name), Some(value)) = (name, value) {
            found.push(PayColumn { name, value, width, right });
        }
    }
    found
}

/// Whether what is said of a payroll file can be written.
fn check(section: &Section<'_>, notes: &mut Notes, found: &Payroll, payees: &Columns) {
    let at = section.at.clone();
    let fields = || payees.names();
    for column in &found.columns {
        let value = column.value.as_str();
        let field = value.strip_prefix("payee.");
        let plain = matches!(value, "payment_id" | "payee" | "period" | "amount" | "currency");
        if let Some(field) = field.filter(|field| payees.position(field).is_none()) {
            let message = format!("payees have no field `{field}`, and `{}` is to hold it", column.name);
            match nearest(field, fields()) {
                Some(_) => notes.unknown(Code::UnknownField, &at, message, (field, fields())),
                None => {
                    let help = format!("declare it, `columns.payees.{field} = \"text\"`, and map it under `[payees]`");
                    notes.error_help(Code::UnknownField, &at, message, help);
                }
            }
        } else if field.is_none() && !plain && !value.starts_with("fixed:") {
            let message = format!("a column cannot hold `{value}`");
            let right = ["payment_id", "payee", "period", "amount", "currency"];
            notes.unknown(Code::BadSetting, &at, message, (value, right));
        }
        if found.delimiter.is_empty() && column.width.is_none() {
            notes.error(Code::MissingSetting, &at, format!("`{}` needs a `width`: there is no delimiter", column.name));
        }
    }
    if found.delimiter.is_empty() && found.columns.is_empty() {
        let help = "fixed widths need `layout = \"own\"`";
        notes.error_help(Code::ConflictingSettings, &at, "without a delimiter columns need widths", help);
    }
    if !matches!(found.encoding.as_str(), "utf-8" | "utf-16le")
        && encoding_rs::Encoding::for_label(found.encoding.as_bytes()).is_none()
    {
        notes.error(Code::BadSetting, &at, format!("there is no encoding `{}`", found.encoding));
    }
    let per = found.file_per.as_str();
    if !matches!(per, "all" | "currency") && payees.position(per).is_none() {
        let message = format!("`file_per` cannot be `{per}`");
        notes.unknown(Code::BadSetting, &at, message, (per, fields().chain(["all", "currency"])));
    }
}

fn capitalise(root: &mut Section<'_>, notes: &mut Notes) -> Vec<Capitalise> {
    let Some(entry) = root.entry("capitalise") else { return Vec::new() };
    let node = entry.node.clone();
    let nodes = match node.what {
        What::List(list) => list,
        _ => vec![node],
    };
    let mut found = Vec::new();
    for node in &nodes {
        let Some(mut section) = Section::open(notes, node, "a capitalised cost") else { continue };
        let mut word = |key: &'static str, words: &[&'static str]| {
            let pairs: Vec<(&str, &'static str)> = words.iter().map(|word| (*word, *word)).collect();
            let first = words.first().copied().unwrap_or_default();
            section.word(notes, key, &pairs).unwrap_or(first).to_owned()
        };
        let (from, first, by) = (
            word("from", &["deal", "start"]),
            word("first", &["full", "half", "next"]),
            word("by", &["months", "days"]),
        );
        let mut rule = Capitalise { from, first, by, expedient: true, ..Capitalise::default() };
        rule.plan = section.text(notes, "plan").map(|said| said.value);
        rule.component = section.text(notes, "component").map(|said| said.value);
        if let Some(expedient) = section.yes_no(notes, "expedient") {
            rule.expedient = expedient;
        }
        match section.count(notes, "months") {
            Some(months) if months.value > 0 => rule.months = months.value,
            Some(months) => notes.error(Code::BadSetting, &months.at, "a life has at least one month"),
            None => section.missing(notes, "months"),
        }
        section.close(notes);
        if rule.months > 0 {
            found.push(rule);
        }
    }
    found
}

fn journal(root: &mut Section<'_>, notes: &mut Notes, capitalise: Vec<Capitalise>) -> Option<Journal> {
    let Some(mut section) = root.table(notes, "journal") else {
        if let (false, Some(entry)) = (capitalise.is_empty(), root.entry("capitalise")) {
            let message = "what is capitalised stands in the journal, and there is none";
            notes.error_help(
                Code::MissingSetting,
                &entry.at.clone(),
                message,
                "name accounts under `[journal.accounts]`",
            );
        }
        return None;
    };
    let mut found = Journal { capitalise, ..Journal::default() };
    match section.entry("accounts") {
        Some(entry) => found.accounts = accounts(&entry.node.clone(), notes, &ROLES),
        None => section.missing(notes, "accounts"),
    }
    let modes = RoundingMode::WORDS.map(|(word, _)| (word, word));
    found.rounding = section.word(notes, "rounding", &modes).map(str::to_owned);
    if let Some(said) = section.text(notes, "burden") {
        let number = said.value.strip_suffix('%').map(str::trim).and_then(|text| text.parse::<Decimal>().ok());
        let fraction = number.and_then(|number| crate::domain::exact::mul(number, Decimal::new(1, 2)).ok());
        let fraction = fraction.filter(|fraction| !fraction.is_sign_negative());
        found.burden = fraction.map(crate::domain::exact::shortest);
        if found.burden.is_none() {
            notes.error(
                Code::BadNumber,
                &said.at,
                format!("`burden` is a percent such as \"21.5%\", not `{}`", said.value),
            );
        }
    }
    if let Some(entry) = section.entry("rules") {
        let node = entry.node.clone();
        let nodes = match node.what {
            What::List(list) => list,
            _ => vec![node],
        };
        for node in &nodes {
            let Some(mut rule) = Section::open(notes, node, "a rule of accounts") else { continue };
            let mut name = |key: &'static str| rule.text(notes, key).map(|said| said.value);
            let (role, plan, component) = (name("role"), name("plan"), name("component"));
            let mut own = AccountRule { role, plan, component, accounts: BTreeMap::new() };
            let known: Vec<&str> = ROLES.into_iter().filter(|role| !WHOLE.contains(role)).collect();
            match rule.entry("accounts") {
                Some(entry) => own.accounts = accounts(&entry.node.clone(), notes, &known),
                None => rule.missing(notes, "accounts"),
            }
            rule.close(notes);
            found.rules.push(own);
        }
    }
    section.close(notes);
    Some(found)
}

/// Accounts by role; a role that nothing posts to is refused.
fn accounts(node: &Node, notes: &mut Notes, known: &[&str]) -> BTreeMap<String, String> {
    let found = texts_of_table(node, notes, "accounts");
    if let What::Table(entries) = &node.what {
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let message = if WHOLE.contains(&entry.key.as_str()) {
                format!("`{}` is one balance of a payee over all plans: no rule replaces it", entry.key)
            } else {
                format!("there is no role `{}` of accounts", entry.key)
            };
            notes.unknown(Code::UnknownSetting, &entry.at, message, (&entry.key, known.iter().copied()));
        }
    }
    found
}
