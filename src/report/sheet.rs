//! A statement as a page that prints: one file without scripts, the same for a run and for a closed period.
//!
//! In:   [`Sheet`]: what stands on it, amounts as text.
//! Out:  HTML. Names keep their own direction, so that Arabic and Latin stand side by side.
//! Not here: what a statement says (`run::statement`, `ledger::statements`).

use crate::run::explain::reached_percent_of as percent;
use crate::run::statement::{
    Balances, BeforeAfter, MeasureLine, NotCountedLine, PayeeName, SettleLine, Statement, Totals,
};
use serde::Serialize;

/// A statement, in the order of its fields. Written as JSON it is a closed period's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// The version of this form: 1.
    pub format: u32,
    /// The version of the engine.
    pub engine: String,
    /// `draft`, `approved`, `closed`, `paid`.
    pub state: String,
    /// How many rows were left out.
    pub incomplete: u64,
    /// The company.
    pub company: String,
    /// The payee.
    pub payee: PayeeName,
    /// The payout period.
    pub period: Label,
    /// The day up to which facts were known.
    pub as_of: String,
    /// The currency of all totals.
    pub currency: String,
    /// Totals of the period.
    pub totals: Totals,
    /// Balances before and after.
    pub balances: BeforeAfter,
    /// How the payout comes from the entries.
    pub settle: Vec<SettleLine>,
    /// Where the payee stands.
    pub measures: Vec<MeasureLine>,
    /// What was posted.
    pub entries: Vec<Item>,
    /// What is earned and waits.
    pub held: Vec<Waits>,
    /// Deals that pay nothing, with the reason.
    pub not_counted: Vec<NotCountedLine>,
    /// Digests by name.
    pub digests: Vec<Named>,
}

/// A period by its label and last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The label.
    pub label: String,
    /// The last day.
    pub to: String,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its number in the close; of a run there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The plan.
    pub plan: String,
    /// The component.
    pub component: String,
    /// The measurement period.
    pub measured: String,
    /// The deal's id.
    pub deal: Option<String>,
    /// What made it.
    pub kind: String,
    /// The event, or the cause of a true-up.
    pub cause: Option<String>,
    /// Earned, in the plan's currency.
    pub earned: String,
    /// Payable, in the plan's currency.
    pub payable: String,
    /// The plan's currency.
    pub plan_currency: String,
    /// Payable, in the payee's currency.
    pub amount: String,
    /// The steps that add up to what is earned.
    pub steps: Vec<Step>,
}

/// A step of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// In words.
    pub text: String,
    /// What it adds.
    pub amount: String,
    /// Whether it only tells what something was made of.
    #[serde(skip)]
    pub is_read: bool,
}

/// What is earned and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// Of what.
    pub what: String,
    /// How much, with the currency.
    pub amount: String,
    /// For what, where that is known.
    pub until: String,
}

/// A digest by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Of what.
    pub name: String,
    /// SHA-256.
    pub digest: String,
}

impl From<&Statement> for Sheet {
    fn from(of: &Statement) -> Self {
        let item = |entry: &crate::run::statement::EntryLine| Item {
            number: None,
            plan: entry.plan.clone(),
            component: entry.component.clone(),
            measured: entry.measured.clone(),
            deal: entry.deal.clone(),
            kind: entry.kind.to_owned(),
            cause: Some(entry.cause.clone()).filter(|cause| cause != "own" && !cause.is_empty()),
            earned: entry.earned.clone(),
            payable: entry.payable.clone(),
            plan_currency: entry.plan_currency.to_owned(),
            amount: entry.amount.clone(),
            steps: entry
                .steps
                .iter()
                .map(|step| Step { text: step.text.clone(), amount: step.amount.clone(), is_read: step.kind == "read" })
                .collect(),
        };
        let held = of.held.iter().filter_map(|line| {
            let entry = of.entries.get(line.entry)?;
            let what = entry.deal.clone().unwrap_or_else(|| entry.component.clone());
            Some(Waits { what, amount: format!("{} {}", line.amount, entry.plan_currency), until: line.until.clone() })
        });
        let digests = &of.digests;
        let named = [
            ("plan", Some(&digests.plan)),
            ("data", Some(&digests.data)),
            ("people", Some(&digests.people)),
            ("project", Some(&digests.project)),
            ("result", Some(&digests.result)),
            ("run", Some(&digests.run)),
            ("close", digests.close.as_ref()),
        ];
        Self {
            format: of.format,
            engine: of.engine.to_owned(),
            state: of.state.to_owned(),
            incomplete: of.incomplete,
            company: of.company.clone(),
            payee: of.payee.clone(),
            period: Label { label: of.period.label.clone(), to: of.period.to.to_string() },
            as_of: of.as_of.to_string(),
            currency: of.currency.to_owned(),
            totals: of.totals.clone(),
            balances: of.balances.clone(),
            settle: of.settle.clone(),
            measures: of.measures.clone(),
            entries: of.entries.iter().map(item).collect(),
            held: held.collect(),
            not_counted: of.not_counted.clone(),
            digests: named
                .into_iter()
                .filter_map(|(name, digest)| Some(Named { name: name.to_owned(), digest: digest?.clone() }))
                .collect(),
        }
    }
}

/// A name for a file from parts that may hold anything: what a file system does not take is written as `%` and its code.
#[must_use]
pub fn file_name(parts: &[&str]) -> String {
    let safe = |part: &&str| -> String {
        part.chars()
            .map(|c| {
                if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@') {
                    c.to_string()
                } else {
                    format!("%{:02x}", u32::from(c))
                }
            })
            .collect()
    };
    let name = parts.iter().map(safe).collect::<Vec<_>>().join("_");
    if name.starts_with('.') { format!("_{name}") } else { name }
}

const STYLE: &str = "body{font:11pt/1.4 system-ui,sans-serif;color:#111;max-width:180mm;margin:12mm auto;padding:0 6mm}\
h1{font-size:17pt;margin:0}h2{font-size:12pt;margin:7mm 0 2mm}p{margin:1mm 0}table{width:100%;border-collapse:collapse}\
td,th{padding:1mm 0;text-align:start;vertical-align:top;border-top:.2mm solid #ccc}td.n,th.n{text-align:end;white-space:nowrap;\
font-variant-numeric:tabular-nums;padding-inline-start:4mm}tr.s td{border:0;color:#444;font-size:10pt;padding-inline-start:6mm}\
tr.t td{font-weight:600;border-top:.4mm solid #111}tr{break-inside:avoid}h2{break-after:avoid}\
footer{margin-top:8mm;font:8pt/1.5 ui-monospace,monospace;color:#444;overflow-wrap:anywhere}\
@page{margin:16mm}@media print{body{margin:0;max-width:none;padding:0}}";

/// Text in HTML.
fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // What turns the direction of what follows has no place in a name.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// A name in its own direction.
fn name(raw: &str) -> String {
    format!("<bdi>{}</bdi>", text(raw))
}

fn row(class: &str, label: &str, amount: &str) -> String {
    format!("<tr class=\"{class}\"><td>{label}</td><td class=\"n\">{}</td></tr>\n", text(amount))
}

/// The page.
#[must_use]
pub fn html(sheet: &Sheet) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{} · {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{} · {} · {}</p>\n\
         <p>payout <strong>{} {}</strong> · as known on {}</p>\n",
        text(&sheet.payee.name),
        text(&sheet.period.label),
        name(&sheet.payee.name),
        name(&sheet.company),
        text(&sheet.period.label),
        text(&sheet.state),
        text(&sheet.totals.payout),
        text(&sheet.currency),
        text(&sheet.as_of)
    );
    if sheet.incomplete > 0 {
        page.push_str(&format!("<p><strong>incomplete: {} rows were left out</strong></p>\n", sheet.incomplete));
    }
    for measure in &sheet.measures {
        page.push_str(&format!("<p>{}</p>\n", text(&standing(measure, &sheet.currency))));
    }
    page.push_str("<h2>Earned</h2>\n<table>\n");
    for entry in &sheet.entries {
        page.push_str(&item(entry));
    }
    page.push_str("</table>\n<h2>Paid</h2>\n<table>\n");
    for line in &sheet.settle {
        page.push_str(&row(if line.step == "payout" { "t" } else { "" }, &text(&line.told()), &line.amount));
    }
    page.push_str("</table>\n");
    page.push_str(&balances(&sheet.balances));
    if !sheet.held.is_empty() {
        page.push_str("<h2>Earned and not yet due</h2>\n<table>\n");
        for line in &sheet.held {
            let until = if line.until.is_empty() { String::new() } else { format!(", until {}", text(&line.until)) };
            page.push_str(&row("", &format!("{}{until}", name(&line.what)), &line.amount));
        }
        page.push_str("</table>\n");
    }
    if !sheet.not_counted.is_empty() {
        page.push_str("<h2>Not counted</h2>\n<table>\n");
        for line in &sheet.not_counted {
            page.push_str(&format!("<tr><td>{}</td><td>{}</td></tr>\n", name(&line.deal), text(&line.reason)));
        }
        page.push_str("</table>\n");
    }
    page.push_str(&format!("<footer>\n<p>earnmark {}</p>\n", text(&sheet.engine)));
    for named in &sheet.digests {
        page.push_str(&format!("<p>{} {}</p>\n", text(&named.name), text(&named.digest)));
    }
    page.push_str("</footer>\n</body>\n</html>\n");
    page
}

/// `bookings, 2026-Q1: 212400.00 of 200000.00, 106.2 % of quota; 37600.00 more to 125 %`
fn standing(of: &MeasureLine, currency: &str) -> String {
    let other = if of.unit == "money" && of.currency != currency { format!(" {}", of.currency) } else { String::new() };
    let mut line = format!("{}, {}: {}{other}", of.name, of.period, of.total);
    if let Some(quota) = &of.quota {
        line.push_str(&format!(" of {quota}"));
    }
    if let Some(attainment) = &of.attainment {
        line.push_str(&format!(", {} of quota", percent(attainment)));
    }
    if let Some(next) = &of.next {
        line.push_str(&format!("; {} more to {}", next.missing, percent(&next.at)));
    }
    line
}

fn item(entry: &Item) -> String {
    let mut parts = vec![name(&entry.component)];
    parts.extend(entry.deal.as_deref().map(name));
    parts.push(text(&entry.measured));
    if entry.kind != "earn" {
        parts.push(text(&entry.kind));
    }
    parts.extend(entry.cause.as_deref().map(name));
    let mut rows = row("", &parts.join(" · "), &format!("{} {}", entry.earned, entry.plan_currency));
    for step in &entry.steps {
        rows.push_str(&row("s", &text(&step.text), if step.is_read { "" } else { &step.amount }));
    }
    if entry.payable != entry.earned || entry.amount != entry.payable {
        rows.push_str(&row("s", "payable now", &entry.amount));
    }
    rows
}

fn balances(of: &BeforeAfter) -> String {
    let lines = |of: &Balances| [of.owed.clone(), of.draw.clone(), of.over_cap.clone(), of.due.clone()];
    let names = ["owed by the payee", "draw outstanding", "over the cap on payout", "due, not paid yet"];
    let mut table =
        "<h2>Balances</h2>\n<table>\n<tr><th></th><th class=\"n\">before</th><th class=\"n\">after</th></tr>\n"
            .to_owned();
    for ((name, before), after) in names.into_iter().zip(lines(&of.before)).zip(lines(&of.after)) {
        table.push_str(&format!(
            "<tr><td>{name}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            text(&before),
            text(&after)
        ));
    }
    table.push_str("</table>\n");
    table
}
