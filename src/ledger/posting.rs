//! Posting: from rows to what the next run takes, and from a run to the rows of a close.
//!
//! Invariant: what a close adds to a key brings what is posted to the key's amount to date; what it settles goes on from
//! what the last one carried. Tested by `tests/ledger.rs` over whole histories.

use super::acks;
use super::book::{BALANCES, Ledger, of_close};
use super::known::Known;
use super::recall;
use super::rows::{CloseRow, EntryRow, SettleRow, currency, damaged, major, minor, too_large};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{Exact, add, fixed, grouped, negate, sub, sum};
use crate::parallel;
use crate::run::Outcome;
use crate::run::adjust::Entry;
use crate::run::earn::Kind;
use crate::run::posted::{Amounts, Carried, Closed, PostKey, Posted, Sums, summed};
use crate::run::settle::{Balances, LINES, Payout};
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The payouts of a close, and what each did to what is owed.
struct Settled {
    payouts: Vec<Payout>,
    owed: Vec<Owed>,
}

/// What a payout did to what is owed.
struct Owed {
    /// What came to be owed: it is no line of its own, but what the balance moved by and what left it.
    arisen: Decimal,
    /// What was recovered of it, what was forgiven, and what a payout charged or forgave below zero.
    repaid: [Decimal; 3],
}

/// The settlements of closes in force, in their order.
pub struct Settlements(Vec<Settled>);

/// The settlements of all closes in force. They need no entries: these may be read meanwhile.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn settlements(ledger: &Ledger) -> Result<Settlements, Box<Diagnostic>> {
    let closes: Vec<&CloseRow> = ledger.in_force().collect();
    let of_closes = parallel::each(&closes, |close| -> Result<Settled, Box<Diagnostic>> {
        let count = ledger.payouts_of_close(close.seq).count();
        let mut of_close = Settled { payouts: Vec::with_capacity(count), owed: Vec::with_capacity(count) };
        for (first, lines) in ledger.payouts_of(close.seq) {
            let payout = payout(&first.payee, currency(&first.currency)?, &lines);
            of_close.owed.push(owed(&payout, &lines).map_err(too_large)?);
            of_close.payouts.push(payout);
        }
        Ok(of_close)
    });
    of_closes.into_iter().collect::<Result<_, _>>().map(Settlements)
}

fn owed(payout: &Payout, lines: &BTreeMap<&str, i64>) -> Exact<Owed> {
    let line = |wanted: &str| major(lines.get(wanted).copied().unwrap_or(0), payout.currency);
    let forgiven = sub(line("forgiven"), line("forgiven.draw"))?;
    let left = sum([line("recovered"), forgiven, line("charged"), line("forgiven_below_zero")])?;
    let arisen = add(sub(payout.after.owed, payout.before.owed)?, left)?;
    let dropped = add(line("charged"), line("forgiven_below_zero"))?;
    Ok(Owed { arisen, repaid: [line("recovered"), forgiven, dropped] })
}

/// What closed periods hold of these entries; `None` while nothing is closed. `known` is what the last close knew.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn posted(
    ledger: &Ledger,
    settlements: Settlements,
    entries: &[&EntryRow],
    known: &Known<'_>,
) -> Result<Option<Posted>, Box<Diagnostic>> {
    let Some(last) = ledger.last() else { return Ok(None) };
    let closes: Vec<(&CloseRow, Arc<str>)> =
        ledger.in_force().map(|close| (close, Arc::from(close.period.as_str()))).collect();
    let of_closes = parallel::each(&closes, |(close, period)| {
        let entries = of_close(entries, close.seq, |row| row.close).iter().map(|row| closed(row, period));
        entries.collect::<Result<Vec<Closed>, Box<Diagnostic>>>()
    });
    let mut found = Posted::beginning(last.until, Sums::new());
    let mut sums = Vec::new();
    for entries in of_closes {
        let entries = entries?;
        sums.extend(entries.iter().map(|closed| (closed.key.clone(), closed.amounts)));
        // What was posted elsewhere is no line of the period in which the ledger begins.
        found.entries.extend(entries.into_iter().filter(|closed| closed.kind != Kind::Opening));
    }
    for (settled, (_, period)) in settlements.0.into_iter().zip(&closes) {
        for (payout, owed) in settled.payouts.iter().zip(settled.owed) {
            let carried = found.carried.entry((Arc::clone(&payout.payee), payout.currency)).or_default();
            carry(carried, payout, &owed);
        }
        found.payouts.push((Arc::clone(period), settled.payouts));
    }
    found.sums = summed(sums).map_err(too_large)?;
    // What had its day by then was settled with what the closes knew of it, the last one by the difference.
    found.settled = recall::adjustments(known);
    found.settled.retain(|row| row.date <= last.until);
    acknowledged(&mut found, ledger)?;
    Ok(Some(found))
}

/// What payroll has said since the last close: it is settled with the next one.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn acknowledged(posted: &mut Posted, ledger: &Ledger) -> Result<(), Box<Diagnostic>> {
    let since = acks::since(ledger)?;
    (posted.rejected, posted.outside) = (since.rejected, since.outside);
    Ok(())
}

fn closed(row: &EntryRow, period: &Arc<str>) -> Result<Closed, Box<Diagnostic>> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.code() == &*row.kind);
    let kind = kind.ok_or_else(|| damaged(format!("`{}` is no kind of entry", row.kind)))?;
    let (plan_currency, pay_currency) = (currency(&row.currency)?, currency(&row.pay_currency)?);
    let key = PostKey {
        payee: Arc::clone(&row.payee),
        plan: Arc::clone(&row.plan),
        component: Arc::clone(&row.component),
        deal: row.deal.as_deref().map(Arc::from),
        measured: Arc::clone(&row.measured),
        plan_currency,
        currency: pay_currency,
    };
    let amounts = Amounts {
        earned: major(row.earned, plan_currency),
        payable: major(row.payable, plan_currency),
        pay: major(row.pay, pay_currency),
    };
    Ok(Closed {
        period: Arc::clone(period),
        key,
        kind,
        cause: row.cause.as_deref().map(Arc::from),
        amounts,
        trace: row.trace.as_str().into(),
    })
}

/// A payout as its lines say it.
pub fn payout(payee: &Arc<str>, currency: Currency, lines: &BTreeMap<&str, i64>) -> Payout {
    let amount = |line: &str| major(lines.get(line).copied().unwrap_or(0), currency);
    let balances = |owed, draw, over_cap, due| Balances {
        owed: amount(owed),
        draw: amount(draw),
        over_cap: amount(over_cap),
        due: amount(due),
    };
    // Of very many payouts most have one line or two.
    let mut own = Vec::with_capacity(LINES.iter().filter(|line| lines.contains_key(*line)).count());
    own.extend(LINES.into_iter().filter(|line| lines.contains_key(line)).map(|line| (line, amount(line))));
    Payout {
        payee: Arc::clone(payee),
        period: 0,
        currency,
        earned: amount("total_earned"),
        payable: amount("payable"),
        debt: amount("debt"),
        payout: amount("payout"),
        before: balances("brought.owed", "brought.draw", "brought.over_cap", "brought.due"),
        after: balances("carried.owed", "carried.draw", "carried.over_cap", "carried.due"),
        lines: own,
        details: Vec::new(),
        terms: Vec::new(),
    }
}

/// Goes on from one close to the next: balances, and the debts that instalments count.
fn carry(carried: &mut Carried, payout: &Payout, owed: &Owed) {
    carried.balances = payout.after;
    if owed.arisen.is_sign_negative() && payout.lines.iter().any(|(line, _)| *line == "moved") {
        // All of it left for another currency.
        carried.debts.clear();
    } else if !owed.arisen.is_zero() {
        carried.debts.push((owed.arisen, 0));
    }
    for (_, seen) in &mut carried.debts {
        *seen = seen.saturating_add(1);
    }
    for repaid in owed.repaid.into_iter().filter(|amount| !amount.is_zero()) {
        if !carried.debts.is_empty() {
            carried.debts.push((negate(repaid), u32::MAX));
        }
    }
}

/// The rows of an entry's key, kind and cause, before they are numbered.
#[derive(Debug, Default)]
struct Line {
    amounts: Amounts,
    steps: Vec<serde_json::Value>,
}

/// The versions of facts behind an entry, by its key, kind and cause.
pub type Behind<'f> = dyn Fn(&PostKey, Kind, Option<&str>) -> Vec<String> + 'f;

/// The entries of a period of an outcome as rows: one for each key, kind and cause. `opening` is what was posted elsewhere
/// before the ledger began.
///
/// # Errors
/// An amount that the ledger cannot hold.
pub fn entry_rows(
    outcome: &Outcome,
    (close, period): (i64, usize),
    opening: &Sums,
    refs: &Behind<'_>,
) -> Result<Vec<EntryRow>, Box<Diagnostic>> {
    let mut lines: BTreeMap<(PostKey, Kind, Option<Arc<str>>), Line> = BTreeMap::new();
    for (key, amounts) in opening {
        let line = lines.entry((key.clone(), Kind::Opening, None)).or_default();
        line.amounts = line.amounts.plus(*amounts).map_err(too_large)?;
    }
    for entry in outcome.entries.iter().filter(|entry| entry.payout == period) {
        let line = lines.entry((PostKey::of(entry), entry.kind, entry.cause.clone())).or_default();
        let own = Amounts { earned: entry.earned, payable: entry.payable, pay: entry.amount };
        line.amounts = line.amounts.plus(own).map_err(too_large)?;
        line.steps.extend(steps(entry));
    }
    let mut rows = Vec::new();
    for ((key, kind, cause), line) in lines.into_iter().filter(|(_, line)| !line.amounts.is_nothing()) {
        let refs = json!(refs(&key, kind, cause.as_deref())).to_string();
        rows.push(EntryRow {
            close,
            number: i64::try_from(rows.len()).unwrap_or(i64::MAX).saturating_add(1),
            payee: key.payee,
            plan: key.plan,
            component: key.component,
            deal: key.deal.as_ref().map(ToString::to_string),
            measured: key.measured,
            kind: Arc::from(kind.code()),
            cause: cause.as_ref().map(ToString::to_string),
            refs,
            currency: Arc::from(key.plan_currency.code()),
            earned: minor(line.amounts.earned, key.plan_currency)?,
            payable: minor(line.amounts.payable, key.plan_currency)?,
            pay_currency: Arc::from(key.currency.code()),
            pay: minor(line.amounts.pay, key.currency)?,
            trace: serde_json::Value::Array(line.steps).to_string(),
        });
    }
    Ok(rows)
}

/// The steps of an entry as a ledger keeps them: code, text, what it adds. What else a statement says of it, the event that it
/// follows from and the exchange into the currency of pay, are steps that add nothing.
fn steps(entry: &Entry) -> Vec<serde_json::Value> {
    let places = entry.plan_currency.places();
    let step = |code: &str, text: String, amount: Decimal| json!([code, text, fixed(amount, places)]);
    let mut steps: Vec<_> = entry.steps.iter().map(|own| step(own.kind.code(), own.text(places), own.amount)).collect();
    steps.extend(entry.set_off.as_ref().map(|event| step("event", event.text(), Decimal::ZERO)));
    steps.extend(entry.converted.as_ref().map(|exchange| {
        let paid = grouped(entry.amount, entry.currency.places());
        step("exchange", format!("payable {paid} {} {}", entry.currency, exchange.text()), Decimal::ZERO)
    }));
    steps
}

/// The settlements of a period of an outcome as rows. A line of nothing is no row, but a payout of nothing is one.
///
/// # Errors
/// An amount that the ledger cannot hold.
pub fn settle_rows(outcome: &Outcome, (close, period): (i64, usize)) -> Result<Vec<SettleRow>, Box<Diagnostic>> {
    let mut rows = Vec::new();
    for payout in outcome.payouts.iter().filter(|payout| payout.period == period) {
        let balances = |of: &Balances| [of.owed, of.draw, of.over_cap, of.due];
        let mut lines: Vec<(String, Decimal)> = Vec::new();
        let named = |of: &'static str, all: [Decimal; 4]| {
            BALANCES.into_iter().zip(all).map(move |(name, amount)| (format!("{of}.{name}"), amount))
        };
        lines.extend(named("brought", balances(&payout.before)));
        lines.push(("total_earned".to_owned(), payout.earned));
        lines.push(("payable".to_owned(), payout.payable));
        lines.push(("debt".to_owned(), payout.debt));
        lines.extend(payout.lines.iter().map(|(line, amount)| ((*line).to_owned(), *amount)));
        lines.extend(payout.details.iter().map(|(line, amount)| ((*line).to_owned(), *amount)));
        lines.push(("payout".to_owned(), payout.payout));
        lines.extend(named("carried", balances(&payout.after)));
        for (line, amount) in lines.into_iter().filter(|(line, amount)| !amount.is_zero() || line == "payout") {
            rows.push(SettleRow {
                close,
                payee: Arc::clone(&payout.payee),
                currency: Arc::from(payout.currency.code()),
                line: Arc::from(line),
                amount: minor(amount, payout.currency)?,
            });
        }
    }
    rows.sort_by(|a, b| (&a.payee, &a.currency, &a.line).cmp(&(&b.payee, &b.currency, &b.line)));
    Ok(rows)
}
