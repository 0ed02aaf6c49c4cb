//! Told: what does not flow in by itself. Differences by a changed plan or another engine, and rows that a complete export no
//! longer has, are posted only by whoever repeats the cause, the number and the net amount; nor does the first close pass by
//! what belongs before it. Deals, quotas and people need no telling.

use super::acks;
use super::book::Ledger;
use super::close::{OpenRun, Request};
use super::rows::{EntryRow, FactRow, currency, major, too_large};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, fixed, sub};
use crate::project::Refused;
use crate::run::earn::Kind;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

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
}

/// What a close would post by a cause that must be told: cause, number of entries, net amount by currency; with the lines.
fn to_tell(
    ledger: &Ledger,
    OpenRun { computed, changes, elsewhere, .. }: &OpenRun<'_>,
) -> Result<BTreeMap<String, Vec<String>>, Box<Diagnostic>> {
    let mut found: BTreeMap<String, Telling> = BTreeMap::new();
    let (open, _) = computed.asked;
    for entry in computed.outcome.entries.iter().filter(|entry| entry.payout == open && entry.kind == Kind::TrueUp) {
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
    if !changes.vanished.is_empty() {
        let telling = found.entry("withdrawn".to_owned()).or_default();
        telling.count = changes.vanished.len();
        telling.lines.extend(changes.vanished.iter().map(|row| format!("`{}` of `{}`", row.id, row.kind)));
        // What they are worth: what closed periods hold for their deals.
        let gone: BTreeSet<&str> =
            changes.vanished.iter().filter(|row| row.kind == "deals").map(|row| &*row.id).collect();
        let of_gone = |row: &&EntryRow| row.deal.as_deref().is_some_and(|deal| gone.contains(deal));
        for row in ledger.in_force().flat_map(|close| ledger.entries_of(close.seq)).filter(of_gone) {
            let pays = currency(&row.pay_currency)?;
            telling.put(pays, major(row.pay.saturating_neg(), pays))?;
        }
        // Of events: what closed periods would have to give back, or be given, without them.
        let touched: BTreeSet<String> = changes.vanished.iter().filter_map(|row| deal_of_event(row)).collect();
        for entry in computed.outcome.entries.iter().filter(|entry| entry.payout == open && entry.kind == Kind::TrueUp)
        {
            let deal = entry.deal.as_ref().map_or("", |(_, id)| id);
            if touched.contains(deal) && !gone.contains(deal) {
                telling.put(entry.currency, entry.amount)?;
            }
        }
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
    let worded = found.into_iter().map(|(cause, telling)| {
        let net =
            telling.net.into_iter().map(|(currency, sum)| format!(" {} {currency}", fixed(sum, currency.places())));
        (format!("{cause} {}{}", telling.count, net.collect::<String>()), telling.lines)
    });
    Ok(worded.collect())
}

/// The deal of a registered event.
fn deal_of_event(row: &FactRow) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(row.body.as_deref()?).ok()?;
    (row.kind == "events").then(|| Some(body.get("deal")?.as_str()?.to_owned()))?
}

/// Refuses what must be told and is not, and what is told and is not so.
///
/// # Errors
/// All of it at once.
pub fn check(ledger: &Ledger, open: &OpenRun<'_>, request: &Request) -> Result<(), Refused> {
    let needed = to_tell(ledger, open).map_err(Refused::from)?;
    let (changes, told) = (&open.changes, &request.told);
    let mut findings = Vec::new();
    if let Some(first) = changes.missing.first() {
        let (count, id, kind) = (changes.missing.len(), &first.id, &first.kind);
        let message =
            format!("{count} rows of an export of changes are in no file any more, the first `{id}` of `{kind}`");
        let finding = Diagnostic::error(Code::RowsVanished, message)
            .why("they still hold, and what they paid would be taken back");
        findings.push(finding.help("keep the earlier files beside the new one, and list all of them as `file`"));
    }
    // Closes of before this was asked for did not tell it, and are worked again as they were.
    let settled = |text: &str| request.again && text.starts_with(ELSEWHERE);
    for (text, lines) in needed.iter().filter(|(text, _)| !told.contains(text) && !settled(text)) {
        let (code, message, why) = if text.starts_with("withdrawn") {
            let message = "rows that the last close knew are not in the files any more".to_owned();
            (Code::RowsVanished, message, "a file that was cut off must not take back a quarter")
        } else if text.starts_with("paid-outside") {
            let message = "payments of a voided close were made all the same".to_owned();
            (Code::NotTold, message, "they are set off against what is paid now")
        } else if text.starts_with(ELSEWHERE) {
            let label = &open.period.label;
            let message = format!("`{label}` is the first close: what belongs before it would count as paid elsewhere");
            (Code::NotTold, message, "this ledger never pays it")
        } else {
            let what = if text.starts_with("engine") { "another engine" } else { "a changed plan" };
            let message = format!("{what} would post differences to closed periods: {text}");
            (Code::NotTold, message, "what was paid was right by what held then")
        };
        let mut finding = Diagnostic::error(code, message).why(why);
        finding.notes.extend(lines.iter().take(LINES).cloned());
        let more = lines.len().saturating_sub(LINES);
        if more > 0 {
            finding.notes.push(format!("and {more} more"));
        }
        let first = open.elsewhere.from.as_ref().filter(|_| text.starts_with(ELSEWHERE));
        let first = first.map_or_else(String::new, |label| format!("; else close `{label}` first"));
        findings.push(finding.help(format!("where this is meant, repeat it: `--told \"{text}\"`{first}")));
    }
    for text in told.iter().filter(|text| !needed.contains_key(*text)) {
        let message = format!("`{text}` is told, and this close would not post it");
        findings
            .push(Diagnostic::error(Code::NotTold, message).help("leave it out, or look at what has changed since"));
    }
    if findings.is_empty() { Ok(()) } else { Err(Refused { findings, ..Refused::default() }) }
}

/// The word of what the first close takes as paid elsewhere.
const ELSEWHERE: &str = "elsewhere";

/// How many lines of a cause are shown.
const LINES: usize = 20;
