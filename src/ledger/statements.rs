//! Statements of a closed period, made of ledger rows alone: what was posted with its steps, how it was paid, balances, what
//! is held, digests. A closed statement never needs the engine that made it.
//!
//! They lie in one archive, `statements.zip`, a page and a JSON for each payee and currency, stored as they are, so that the
//! same bytes come of the same rows whatever packs them.

use super::book::Ledger;
use super::rows::{CloseRow, EntryRow, currency, damaged, major, too_large};
use super::walk::Walk;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, fixed, sub};
use crate::report::sheet::{Item, Label, Named, Sheet, Step, Waits, file_name, html};
use crate::run::settle::{Payout, settle_lines};
use crate::run::statement::{BeforeAfter, PayeeName, SettleLine, Totals, balances_of, settle_text};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The name of the archive.
pub const ARCHIVE: &str = "statements.zip";

/// The statements of a close, by payee and currency.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn sheets(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<Sheet>, Box<Diagnostic>> {
    let (ledger, people) = (walk.ledger, walk.people());
    let company = walk.outputs().company.clone();
    let mut entries: BTreeMap<(&str, &str), Vec<&EntryRow>> = BTreeMap::new();
    for row in ledger.entries_of(close.seq).iter().filter(|row| row.kind != "opening") {
        entries.entry((&row.payee, &row.pay_currency)).or_default().push(row);
    }
    let held = held(ledger, close)?;
    let digests: Vec<Named> = [
        ("plan", &close.plan),
        ("data", &close.data),
        ("people", &close.people),
        ("entries", &close.entries),
        ("settlement", &close.settlement),
        ("close", &close.digest),
    ]
    .into_iter()
    .map(|(name, digest)| Named { name: name.to_owned(), digest: digest.clone() })
    .collect();
    let mut found = Vec::new();
    for ((payee, code), lines) in ledger.settled(close.seq) {
        let currency = currency(code)?;
        let payout = super::posting::payout(&payee.into(), currency, &lines);
        let money = |amount: Decimal| fixed(amount, currency.places());
        let own = entries.get(&(payee, code)).map_or(&[][..], Vec::as_slice);
        found.push(Sheet {
            format: 1,
            engine: close.engine.clone(),
            state: "closed".to_owned(),
            incomplete: 0,
            company: company.clone(),
            payee: PayeeName { id: payee.to_owned(), name: people.name(payee).to_owned() },
            period: Label { label: close.period.clone(), to: close.until.to_string() },
            as_of: close.as_of.to_string(),
            currency: code.to_owned(),
            totals: Totals {
                earned: money(payout.earned),
                payable: money(payout.payable),
                payout: money(payout.payout),
            },
            balances: BeforeAfter {
                before: balances_of(&payout.before, currency),
                after: balances_of(&payout.after, currency),
            },
            settle: settled(&payout),
            measures: Vec::new(),
            entries: own.iter().map(|row| item(row, close)).collect::<Result<Vec<_>, _>>()?,
            held: held.get(&(payee, code)).cloned().unwrap_or_default(),
            not_counted: Vec::new(),
            digests: digests.clone(),
        });
    }
    Ok(found)
}

fn settled(payout: &Payout) -> Vec<SettleLine> {
    let line = |(step, amount): (&'static str, Decimal)| SettleLine {
        step,
        amount: fixed(amount, payout.currency.places()),
        text: settle_text(step),
    };
    settle_lines(payout).into_iter().map(line).collect()
}

fn item(row: &EntryRow, close: &CloseRow) -> Result<Item, Box<Diagnostic>> {
    let (plan, pay) = (currency(&row.currency)?, currency(&row.pay_currency)?);
    let money = |amount: i64, of: Currency| fixed(major(amount, of), of.places());
    let steps = serde_json::from_str::<Vec<(String, String, String)>>(&row.trace)
        .map_err(|_| damaged(format!("the steps of entry {} of {} cannot be read", row.number, close.name())))?;
    Ok(Item {
        number: Some(row.number),
        plan: row.plan.clone(),
        component: row.component.clone(),
        measured: row.measured.clone(),
        deal: row.deal.clone(),
        kind: row.kind.clone(),
        cause: row.cause.clone(),
        earned: money(row.earned, plan),
        payable: money(row.payable, plan),
        plan_currency: row.currency.clone(),
        amount: money(row.pay, pay),
        steps: steps.into_iter().map(|(_, text, amount)| Step { text, amount }).collect(),
    })
}

/// What waits, by payee and currency of pay.
type Held<'l> = BTreeMap<(&'l str, &'l str), Vec<Waits>>;

/// What is earned and not payable yet, by payee and currency of pay.
fn held<'l>(ledger: &'l Ledger, close: &CloseRow) -> Result<Held<'l>, Box<Diagnostic>> {
    let closes: std::collections::BTreeSet<i64> = ledger.closes_up_to(close).map(|close| close.seq).collect();
    let mut sums: BTreeMap<(&str, &str, &str, &str, &str), Decimal> = BTreeMap::new();
    for row in ledger.entries.iter().filter(|row| row.earned != row.payable && closes.contains(&row.close)) {
        let plan = currency(&row.currency)?;
        let what = row.deal.as_deref().unwrap_or(&row.component);
        let key = (&*row.payee, &*row.pay_currency, what, &*row.component, &*row.currency);
        let waits = sub(major(row.earned, plan), major(row.payable, plan)).map_err(too_large)?;
        let sum = sums.entry(key).or_default();
        *sum = add(*sum, waits).map_err(too_large)?;
    }
    let mut found: BTreeMap<(&str, &str), Vec<Waits>> = BTreeMap::new();
    for ((payee, pay, what, component, code), sum) in sums.into_iter().filter(|(_, sum)| !sum.is_zero()) {
        let what = if what == component { what.to_owned() } else { format!("{what} · {component}") };
        let amount = format!("{} {code}", fixed(sum, currency(code)?.places()));
        found.entry((payee, pay)).or_default().push(Waits { what, amount, until: String::new() });
    }
    Ok(found)
}

/// The texts of the statements by name: a page and a JSON each.
///
/// # Errors
/// As [`sheets`].
pub fn texts(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
    let mut found = Vec::new();
    for sheet in sheets(walk, close)? {
        let name = file_name(&[&sheet.payee.id, &sheet.period.label, &sheet.currency]);
        found.push((format!("{name}.html"), html(&sheet)));
        let json = serde_json::to_string_pretty(&sheet)
            .map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))?;
        found.push((format!("{name}.json"), format!("{json}\n")));
    }
    Ok(found)
}

/// The archive.
///
/// # Errors
/// As [`sheets`]; more than an archive holds.
#[cfg(not(target_arch = "wasm32"))]
pub fn archive(texts: &[(String, String)]) -> Result<Vec<u8>, Box<Diagnostic>> {
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;
    let pack = || -> zip::result::ZipResult<Vec<u8>> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644);
        for (name, text) in texts {
            archive.start_file(name.as_str(), options)?;
            archive.write_all(text.as_bytes())?;
        }
        Ok(archive.finish()?.into_inner())
    };
    pack().map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))
}
