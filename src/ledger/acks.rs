//! Acknowledgements: what payroll says of payments, once for each. What was rejected is due again in the next close; what
//! was paid for a close that had been voided counts as paid outside there.
//!
//! In:   the file of an acknowledgement (CSV: `payment`, `status`, and `amount`, `currency`, `date`, `reference`, `reason` where it
//!       has them), the ledger.
//! Out:  rows to add, or all that is wrong with the file at once.

use super::book::Ledger;
use super::chain::Added;
use super::close::{Prepared, Request};
use super::files::{Payment, payments};
use super::rows::{AckRow, LogRow};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Cell, Code, Diagnostic, Place, nearest};
use crate::domain::exact::{add, fixed};
use crate::domain::sha::digest;
use crate::project::Refused;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The columns that an acknowledgement may have; the first two it must have.
pub const COLUMNS: [&str; 7] = ["payment", "status", "amount", "currency", "date", "reference", "reason"];

/// What comes of an acknowledgement.
#[derive(Debug)]
pub enum Acknowledged {
    /// All of it is known already.
    Already,
    /// Rows to add, and how many of them say what.
    Ready(Box<Prepared>, Counts),
}

/// How many payments are said to be what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Paid.
    pub paid: usize,
    /// Rejected.
    pub rejected: usize,
    /// Of those, the ones of void closes: what they were to pay is paid by another close, if at all.
    pub void: usize,
}

/// Where something stands in the file.
struct Line<'f> {
    file: &'f Arc<str>,
    row: u64,
}

impl Line<'_> {
    fn finding(&self, code: Code, (column, value): (&str, &str), message: impl Into<String>) -> Diagnostic {
        let mut finding = Diagnostic::error(code, message);
        let value = value.chars().take(80).collect();
        finding.place =
            Place::Cell(Cell { file: Arc::clone(self.file), row: self.row, column: column.to_owned(), value });
        finding
    }
}

/// Reads an acknowledgement against a ledger.
///
/// # Errors
/// All that is wrong with it.
pub fn read(ledger: &Ledger, (name, bytes): (&str, &[u8]), request: &Request) -> Result<Acknowledged, Refused> {
    let file: Arc<str> = Arc::from(name);
    let mut known: BTreeMap<String, Payment> = BTreeMap::new();
    let mut void: BTreeSet<String> = BTreeSet::new();
    for close in &ledger.closes {
        let is_void = ledger.is_void(close);
        for payment in payments(ledger, close).map_err(Refused::from)? {
            void.extend(is_void.then(|| payment.id.clone()));
            known.insert(payment.id.clone(), payment);
        }
    }
    let said: BTreeMap<&str, &AckRow> = ledger.acks.iter().map(|ack| (&*ack.payment, ack)).collect();
    let mut findings = Vec::new();
    let rows = rows(&file, bytes, &mut findings);
    let mut found: BTreeMap<String, AckRow> = BTreeMap::new();
    for (row, cells) in rows {
        let line = Line { file: &file, row };
        let Some(ack) = ack(&line, &cells, &known, &mut findings) else { continue };
        let before = said.get(&*ack.payment).copied().or_else(|| found.get(&ack.payment));
        match before {
            // A file of all payments so far says the old ones again, and perhaps in other words.
            Some(before) if before.status == ack.status => {}
            Some(before) => {
                let message = format!("`{}` is acknowledged already, as {}", ack.payment, before.status);
                let finding = line.finding(Code::DuplicateId, ("payment", &ack.payment), message);
                let bounced = (before.status.as_str(), ack.status.as_str()) == ("paid", "rejected");
                findings.push(finding.help(if bounced {
                    "a payment is acknowledged once; what came back later is paid again by an adjustment of kind \
                     `opening` with balance `due`, dated in the open period"
                } else {
                    "a payment is acknowledged once; what happened later is a decision: an adjustment"
                }));
            }
            None => {
                found.insert(ack.payment.clone(), ack);
            }
        }
    }
    if !findings.is_empty() {
        return Err(Refused { findings, ..Refused::default() });
    }
    if found.is_empty() {
        return Ok(Acknowledged::Already);
    }
    let mut added = Added::after(ledger);
    let seq = added.next();
    let acks: Vec<AckRow> = found.into_values().map(|ack| AckRow { seq, ..ack }).collect();
    let rejected = || acks.iter().filter(|ack| ack.status == "rejected");
    let void = rejected().filter(|ack| void.contains(&ack.payment)).count();
    let rejected = rejected().count();
    let paid = acks.len().saturating_sub(rejected);
    let row = LogRow {
        kind: "ack".to_owned(),
        subject: format!("{paid} paid, {rejected} rejected"),
        digest: digest(acks.iter().map(AckRow::canonical)),
        ..request.row()
    };
    added.append(row);
    let rows = Ledger { log: added.rows, acks, ..Ledger::default() };
    Ok(Acknowledged::Ready(
        Box::new(Prepared { head: ledger.head().to_owned(), rows, ..Prepared::default() }),
        Counts { paid, rejected, void },
    ))
}

type Cells = BTreeMap<&'static str, String>;

/// The rows of the file, each with its line.
fn rows(file: &Arc<str>, bytes: &[u8], findings: &mut Vec<Diagnostic>) -> Vec<(u64, Cells)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let whole = |finding: Diagnostic| finding.in_file(file);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            findings.push(whole(Diagnostic::error(Code::BadEncoding, format!("the file cannot be read: {error}"))));
            return Vec::new();
        }
    };
    let mut columns = Vec::new();
    for name in &header {
        let known = COLUMNS.into_iter().find(|known| *known == name);
        if known.is_none() {
            let mut finding =
                Diagnostic::error(Code::UnknownField, format!("an acknowledgement has no column `{name}`"));
            finding = match nearest(name, COLUMNS) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("its columns are {}", COLUMNS.join(", "))),
            };
            findings.push(whole(finding));
        }
        columns.push(known);
    }
    for needed in COLUMNS.into_iter().take(2).filter(|needed| !columns.contains(&Some(needed))) {
        let message = format!("an acknowledgement needs the column `{needed}`");
        findings.push(whole(Diagnostic::error(Code::MissingColumn, message)));
    }
    if !findings.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let row = record.position().map_or(0, csv::Position::line);
                let cells = columns.iter().zip(&record).filter_map(|(name, cell)| Some(((*name)?, cell.to_owned())));
                rows.push((row, cells.collect()));
            }
            Err(error) => {
                findings.push(whole(Diagnostic::error(Code::RowLength, format!("a row cannot be read: {error}"))));
            }
        }
    }
    rows
}

/// A row against the payment that it names.
fn ack(
    line: &Line<'_>,
    cells: &Cells,
    known: &BTreeMap<String, Payment>,
    findings: &mut Vec<Diagnostic>,
) -> Option<AckRow> {
    let cell = |name: &str| cells.get(name).map_or("", String::as_str);
    let before = findings.len();
    let id = cell("payment");
    let payment = known.get(id);
    if payment.is_none() {
        let finding = line.finding(Code::NotFound, ("payment", id), format!("no close of this ledger pays `{id}`"));
        findings.push(match nearest(id, known.keys().map(String::as_str)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("the ids stand in the payroll file of a close"),
        });
    }
    let status = cell("status");
    if !matches!(status, "paid" | "rejected") {
        let message = format!("a payment is `paid` or `rejected`, not `{status}`");
        findings.push(line.finding(Code::BadValue, ("status", status), message));
    }
    let amount = cell("amount");
    match (amount.parse::<Decimal>(), payment) {
        (Err(_), _) if !amount.is_empty() => {
            findings.push(line.finding(Code::BadNumber, ("amount", amount), format!("`{amount}` is no number")));
        }
        (Ok(said), Some(payment)) if said != payment.amount => {
            let (is, currency) = (fixed(payment.amount, payment.currency.places()), payment.currency);
            let message = format!("`{id}` is {is} {currency}, and {said} is acknowledged");
            let finding = line.finding(Code::BadValue, ("amount", amount), message);
            findings
                .push(finding.help("nothing was written; what was really paid is to be settled with payroll first"));
        }
        _ => {}
    }
    let code = cell("currency");
    if let Some(payment) = payment.filter(|payment| !code.is_empty() && code != payment.currency.code()) {
        let message = format!("`{id}` is paid in {}, not in `{code}`", payment.currency);
        findings.push(line.finding(Code::BadCurrency, ("currency", code), message));
    }
    let date = cell("date");
    if !date.is_empty() && date.parse::<NaiveDate>().is_err() {
        findings.push(line.finding(Code::BadDate, ("date", date), format!("`{date}` is no day such as 2026-03-31")));
    }
    (findings.len() == before).then(|| AckRow {
        seq: 0,
        payment: id.to_owned(),
        status: status.to_owned(),
        date: date.to_owned(),
        reference: cell("reference").to_owned(),
        reason: cell("reason").to_owned(),
    })
}

/// What acknowledgements since the last close in force mean for the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Payments that were rejected: due again.
    pub rejected: BTreeMap<(Arc<str>, Currency), Decimal>,
    /// Payments of closes that had been voided, made all the same.
    pub outside: BTreeMap<(Arc<str>, Currency), Decimal>,
    /// The ids of those.
    pub outside_ids: Vec<String>,
}

/// Reads what acknowledgements say to the next close.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn since(ledger: &Ledger) -> Result<Since, Box<Diagnostic>> {
    let after = ledger.last().map_or(0, |close| close.seq);
    let mut found = Since::default();
    let fresh: BTreeMap<&str, &AckRow> =
        ledger.acks.iter().filter(|ack| ack.seq > after).map(|ack| (ack.payment.as_str(), ack)).collect();
    if fresh.is_empty() {
        return Ok(found);
    }
    for close in &ledger.closes {
        let void = ledger.is_void(close);
        for payment in payments(ledger, close)? {
            let Some(ack) = fresh.get(payment.id.as_str()) else { continue };
            let sums = match (ack.status.as_str(), void) {
                ("rejected", false) => &mut found.rejected,
                ("paid", true) => {
                    found.outside_ids.push(payment.id.clone());
                    &mut found.outside
                }
                _ => continue,
            };
            let sum = sums.entry((Arc::from(payment.payee.as_str()), payment.currency)).or_default();
            *sum = add(*sum, payment.amount).map_err(super::rows::too_large)?;
        }
    }
    Ok(found)
}
