//! Told: what does not flow in by itself. Differences by a changed plan or another engine, and rows that a complete export no
//! longer has, are posted only by whoever repeats the cause, the number and the net amount; nor does the first close pass by
//! what belongs before it. Deals, quotas and people need no telling.

use super::acks;
use super::book::Ledger;
use super::close::{OpenRun, Request};
use super::known::Known;
use super::recall;
use super::register::{Changes, Fact};
use super::renamed::{Renamed, renamed};
use super::rows::{FactRow, too_large};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, fixed, sub};
use crate::domain::facts::Facts;
use crate::project::{Computed, Project, Refused};
use crate::run::adjust::Entry;
use crate::run::earn::Kind;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What is to be told of one cause.
#[derive(Debug, Default)]
struct Telling {
    count: usize,
    net: BTreeMap<Currency, Decimal>,
    lines: Vec<String>,
}

impl Telling {
    fn put(&mut self, currency: Currency, amount: Decimal) -> Result<(), Box<Diagnostic>> {
        let net = self.net.entry(currency).or_default();
        *net = add(*net, amount).map_err(too_large)?;
        Ok(())
    }

    /// As it is told: cause, number, net amounts.
    fn text(&self, cause: &str) -> String {
        let net = self.net.iter().map(|(currency, sum)| format!(" {} {currency}", fixed(*sum, currency.places())));
        format!("{cause} {}{}", self.count, net.collect::<String>())
    }
}

/// What a close would post by a cause that must be told: cause, number of entries, net amount by currency; with the lines.
fn to_tell(ledger: &Ledger, open: &OpenRun<'_>) -> Result<BTreeMap<String, Vec<String>>, Box<Diagnostic>> {
    let OpenRun { computed, changes, elsewhere, .. } = open;
    let (place, _) = computed.asked;
    let mut found = by_rules(computed, place..=place)?;
    if !changes.vanished.is_empty() {
        let telling = found.entry("withdrawn".to_owned()).or_default();
        telling.count = changes.vanished.len();
        telling.lines.extend(changes.vanished.iter().map(|row| format!("`{}` of `{}`", row.id, row.kind)));
        telling.net = worth(ledger, open)?;
    }
    let renamed = renamed(&open.project, &open.known, changes);
    if !renamed.is_empty() {
        let telling = found.entry(OTHERS.to_owned()).or_default();
        telling.count = renamed.len();
        telling.lines.extend(renamed.iter().map(Renamed::text));
    }
    let since = acks::since(ledger)?;
    if !since.outside_ids.is_empty() {
        let telling = found.entry("paid-outside".to_owned()).or_default();
        telling.count = since.outside_ids.len();
        telling.lines.extend(since.outside_ids.iter().map(|id| format!("`{id}` was paid, and its close is void")));
        for ((_, currency), amount) in &since.outside {
            telling.put(*currency, sub(Decimal::ZERO, *amount).map_err(too_large)?)?;
        }
    }
    let unpaid = elsewhere.sums.iter().filter(|(_, amounts)| !amounts.pay.is_zero());
    for (key, amounts) in unpaid {
        let telling = found.entry(ELSEWHERE.to_owned()).or_default();
        telling.count = telling.count.saturating_add(1);
        telling.put(key.currency, amounts.pay)?;
        let deal = key.deal.as_ref().map_or_else(String::new, |id| format!(", `{id}`"));
        let amount = fixed(amounts.pay, key.currency.places());
        telling.lines.push(format!("`{}`, `{}`{deal}: {amount} {}", key.payee, key.component, key.currency));
    }
    Ok(found.into_iter().map(|(cause, telling)| (telling.text(&cause), telling.lines)).collect())
}

/// What a changed plan and another engine post to closed periods, in some payout periods.
fn by_rules(computed: &Computed, periods: RangeInclusive<usize>) -> Result<BTreeMap<String, Telling>, Box<Diagnostic>> {
    let mut found: BTreeMap<String, Telling> = BTreeMap::new();
    let late = |entry: &&Entry| periods.contains(&entry.payout) && entry.kind == Kind::TrueUp;
    for entry in computed.outcome.entries.iter().filter(late) {
        let cause = entry.cause.as_deref().unwrap_or_default();
        if !(cause.contains("plan") || cause.contains("engine")) {
            continue;
        }
        let telling = found.entry(cause.to_owned()).or_default();
        telling.count = telling.count.saturating_add(1);
        telling.put(entry.currency, entry.amount)?;
        let deal = entry.deal.as_ref().map_or_else(String::new, |(_, id)| format!(", `{id}`"));
        let amount = fixed(entry.amount, entry.currency.places());
        telling.lines.push(format!("`{}`, `{}`{deal}: {amount} {}", entry.payee, entry.component, entry.currency));
    }
    Ok(found)
}

/// What a close of the open periods that were run will ask for: the differences that a changed plan or another engine makes in closed
/// periods, each with its key and amount.
///
/// # Errors
/// A sum with too many digits.
pub fn ahead(project: &Project, computed: &Computed) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
    let (first, last) = computed.asked;
    let open = project.first_open(&computed.outcome.periods);
    let found = by_rules(computed, first.max(open)..=last)?;
    let told = found.into_iter().map(|(cause, telling)| {
        let text = telling.text(&cause);
        let mut finding = Diagnostic::warning(Code::NotTold, format!("{}: {text}", differs(&text)));
        finding.notes.extend(few(&telling.lines));
        finding.help("nothing is posted by a run; a close asks for it to be told")
    });
    Ok(told.collect())
}

/// What posts differences to closed periods, of a text to tell.
fn differs(text: &str) -> String {
    let what = if text.starts_with("engine") { "another engine" } else { "a changed plan" };
    format!("{what} would post differences to closed periods")
}

/// The first of many lines, and how many more there are.
fn few(lines: &[String]) -> impl Iterator<Item = String> {
    let more = lines.len().saturating_sub(LINES);
    lines.iter().take(LINES).cloned().chain((more > 0).then(|| format!("and {more} more")))
}

/// What rows that are withdrawn are worth: what closed periods come to with all that is known now, less what they would with
/// those rows too. A deal moves others in their tiers, and a quota or an assignment all pay that follows it. Nothing where the
/// two cannot be worked.
fn worth(ledger: &Ledger, open: &OpenRun<'_>) -> Result<BTreeMap<Currency, Decimal>, Box<Diagnostic>> {
    let Some(last) = ledger.last() else { return Ok(BTreeMap::new()) };
    let row = |fact: &Fact| fact.row((last.seq, fact.recorded.unwrap_or(open.as_of)));
    let rows: Vec<FactRow> = open.project.registered().iter().map(row).collect();
    let all = rows.iter().chain(open.changes.vanished.iter().copied());
    let known = Known::newest(all);
    let project = &open.project;
    let Some(with) = recall::facts(&project.settings, &known) else { return Ok(BTreeMap::new()) };
    let paid = |facts: &Facts| -> Option<BTreeMap<Currency, Decimal>> {
        let outcome = project.compute_bare(facts, last.until).ok()?;
        let mut paid: BTreeMap<Currency, Decimal> = BTreeMap::new();
        for entry in &outcome.entries {
            let sum = paid.entry(entry.currency).or_default();
            *sum = add(*sum, entry.amount).ok()?;
        }
        Some(paid)
    };
    let (Some(mut now), Some(with)) = (paid(&project.facts), paid(&with)) else { return Ok(BTreeMap::new()) };
    for (currency, amount) in with {
        let sum = now.entry(currency).or_default();
        *sum = sub(*sum, amount).map_err(too_large)?;
    }
    now.retain(|_, amount| !amount.is_zero());
    Ok(now)
}

/// What files do not have any more and the last close knew, in a sentence.
#[must_use]
pub fn withdrawn(project: &Project, known: &Known<'_>, changes: &Changes<'_>) -> Option<String> {
    let first = changes.vanished.first()?;
    let (count, id, kind) = (changes.vanished.len(), &first.id, &first.kind);
    let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows, the first") };
    let mut said = format!(
        "{rows} `{id}` of `{kind}`, that the last close knew and no file has any more: worked as withdrawn, and what was paid on it \
         as taken back; a close asks for it to be told"
    );
    let renamed = renamed(project, known, changes);
    if let Some(first) = renamed.first() {
        let more = renamed.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        said.push_str(&format!(". {}{more}: as two people, they are paid twice", first.text()));
    }
    Some(said)
}

/// Refuses to work without rows of an export of changes that still hold.
#[must_use]
pub fn missing(changes: &Changes<'_>) -> Option<Diagnostic> {
    let first = changes.missing.first()?;
    let (count, id, kind) = (changes.missing.len(), &first.id, &first.kind);
    let (rows, are) = if count == 1 { ("row", "is") } else { ("rows", "are") };
    let message =
        format!("{count} {rows} of an export of changes {are} in no file any more, the first `{id}` of `{kind}`");
    let finding =
        Diagnostic::error(Code::RowsVanished, message).why("they still hold, and what they paid would be taken back");
    let help = "keep the earlier files beside the new one, and list all of them as `file`; of rows that are exported again say by \
                `recorded` which is newer";
    Some(finding.help(help))
}

/// Refuses what must be told and is not, and what is told and is not so.
///
/// # Errors
/// All of it at once.
pub fn check(ledger: &Ledger, open: &OpenRun<'_>, request: &Request) -> Result<(), Refused> {
    let needed = to_tell(ledger, open).map_err(Refused::from)?;
    let (changes, told) = (&open.changes, &request.told);
    let mut findings = Vec::new();
    findings.extend(missing(changes));
    // Closes of before this was asked for did not tell it, and are worked again as they were.
    let settled = |text: &str| request.again && (text.starts_with(ELSEWHERE) || text.starts_with(OTHERS));
    for (text, lines) in needed.iter().filter(|(text, _)| !told.contains(text) && !settled(text)) {
        let (code, message, why) = if text.starts_with("withdrawn") {
            let message = "rows that the last close knew are not in the files any more".to_owned();
            (Code::RowsVanished, message, "a file that was cut off must not take back a quarter")
        } else if text.starts_with(OTHERS) {
            let message = "payees that are gone look like payees that are new".to_owned();
            (Code::NotTold, message, "under a new id a person is paid a second time what was paid under the old one")
        } else if text.starts_with("paid-outside") {
            let message = "payments of a voided close were made all the same".to_owned();
            (Code::NotTold, message, "they are set off against what is paid now")
        } else if text.starts_with(ELSEWHERE) {
            let label = &open.period.label;
            let message = format!("`{label}` is the first close: what belongs before it would count as paid elsewhere");
            (Code::NotTold, message, "this ledger never pays it")
        } else {
            (Code::NotTold, format!("{}: {text}", differs(text)), "what was paid was right by what held then")
        };
        let mut finding = Diagnostic::error(code, message).why(why);
        finding.notes.extend(few(lines));
        let first = open.elsewhere.from.as_ref().filter(|_| text.starts_with(ELSEWHERE));
        let first = first.map_or_else(String::new, |label| format!("; else close `{label}` first"));
        let meant = if text.starts_with(OTHERS) {
            "where they are the same people, let the files keep the ids that the ledger knows (a list of both, joined: \
             docs/data.md, new ids); where they are other people"
        } else {
            "where this is meant"
        };
        findings.push(finding.help(format!("{meant}, repeat it: `--told \"{text}\"`{first}")));
    }
    for text in told.iter().filter(|text| !needed.contains_key(*text)) {
        let message = format!("`{text}` is told, and this close would not post it");
        findings
            .push(Diagnostic::error(Code::NotTold, message).help("leave it out, or look at what has changed since"));
    }
    if findings.is_empty() { Ok(()) } else { Err(Refused { findings, ..Refused::default() }) }
}

/// The word of new payees that are not those who are gone under another id.
const OTHERS: &str = "other-people";

/// The word of what the first close takes as paid elsewhere.
const ELSEWHERE: &str = "elsewhere";

/// How many lines of a cause are shown.
const LINES: usize = 20;
