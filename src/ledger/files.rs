//! What a close writes for payroll and finance, made of ledger rows alone: made again, they are the same bytes.
//!
//! | file | holds |
//! | --- | --- |
//! | `payroll.csv`, or one for each group | a row for each payment, with its id |
//! | `entries.csv` | what was posted |
//! | `settlement.csv` | how each payout came about, and the balances |
//! | `journal.csv`, `.hledger`, `.beancount` | the journal, where the project names accounts |
//! | `statements.zip` | for each payee a page that prints, and the same as JSON |
//! | `control.json` | the files that were read and their sums, the other files by digest, count and total of the payments by currency, digests |

use super::book::Ledger;
use super::close::SOURCES;
use super::rows::{CloseRow, FileRow, currency, major, too_large};
#[cfg(not(target_arch = "wasm32"))]
use super::statements;
use super::walk::Walk;
use super::{journal, payroll};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, fixed};
use crate::domain::sha::{digest, sha256};
use crate::io::settings::outputs::Payroll;
use crate::report::tally::{Tally, tally};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the form of these files. In the first a control record did not sum the tables, and statements as JSON had
/// fields of their own; what was closed in it is made again in it.
pub const FILES_FORMAT: i64 = 2;

/// The form in which a close wrote its files; of one that is made now the newest.
#[must_use]
pub fn form_of(ledger: &Ledger, close: i64) -> i64 {
    ledger.files_of(close).first().map_or(FILES_FORMAT, |row| row.format)
}

/// A file of a close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, with `/` where it lies in a folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    digest: String,
}

impl File {
    /// A file of bytes.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let digest = sha256(&bytes);
        Self { name: name.into(), bytes, digest }
    }

    /// A text.
    #[must_use]
    pub fn text(name: impl Into<String>, text: String) -> Self {
        Self::new(name, text.into_bytes())
    }

    /// What a table of ours comes to.
    fn tally(&self) -> Option<Tally> {
        let text = self.name.ends_with(".csv").then(|| std::str::from_utf8(&self.bytes).ok());
        text.flatten().map(tally)
    }

    /// Its row in the ledger, of a close and the form of its files.
    #[must_use]
    pub fn row(&self, close: i64, format: i64) -> FileRow {
        let size = i64::try_from(self.bytes.len()).unwrap_or(i64::MAX);
        FileRow { close, name: self.name.clone(), format, size, digest: self.digest.clone() }
    }
}

/// The digest over the files of a close that is made now.
#[must_use]
pub fn files_digest(files: &[File], close: i64) -> String {
    digest(files.iter().map(|file| file.row(close, FILES_FORMAT).canonical()))
}

/// A payment: nobody is paid twice who is paid by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Ledger, period, revision, payee.
    pub id: String,
    /// The payee's id.
    pub payee: String,
    /// The currency.
    pub currency: Currency,
    /// The amount.
    pub amount: Decimal,
}

/// The payments of a close, by payee and currency.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn payments(ledger: &Ledger, close: &CloseRow) -> Result<Vec<Payment>, Box<Diagnostic>> {
    let mut found = Vec::new();
    // Lines stand in the order of payee and currency, and each settlement has one of this name.
    for row in ledger.settle_of(close.seq).iter().filter(|row| &*row.line == "payout" && row.amount != 0) {
        let currency = currency(&row.currency)?;
        let id = format!("{}-{}-{}-{currency}", ledger.id(), close.name(), row.payee);
        found.push(Payment { id, payee: row.payee.to_string(), currency, amount: major(row.amount, currency) });
    }
    Ok(found)
}

#[derive(Serialize)]
struct Control<'a> {
    format: i64,
    period: &'a str,
    revision: i64,
    state: &'static str,
    as_of: String,
    engine: &'a str,
    /// A close of before this was kept says nothing, and its file stays as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<serde_json::Value>,
    facts: BTreeMap<&'a str, usize>,
    outputs: Vec<Output<'a>>,
    payouts: Vec<Total>,
    entries: usize,
    digests: BTreeMap<&'static str, &'a str>,
    close: &'a str,
}

#[derive(Serialize)]
struct Output<'a> {
    name: &'a str,
    sha256: &'a str,
    bytes: usize,
    /// Of a table; the first closes did not say it.
    #[serde(flatten)]
    tally: Option<Tally>,
}

#[derive(Serialize)]
struct Total {
    currency: &'static str,
    count: usize,
    total: String,
}

/// The files of a close that is made now, in the order of their names.
///
/// # Errors
/// Rows that cannot be as they were written; settings that leave behind what a journal has booked.
pub fn render(ledger: &Ledger, close: &CloseRow) -> Result<Vec<File>, Box<Diagnostic>> {
    let walk = Walk::at(ledger, close)?;
    if let Some((whole, journal)) = walk.journal().zip(walk.outputs().journal.as_ref()) {
        whole.keeps(journal, walk.people())?;
    }
    payroll::told_apart(close, &walk.outputs().payroll, &payments(ledger, close)?, walk.people())?;
    render_at(&walk, close)
}

/// The same for a reader that stands at the close.
///
/// # Errors
/// As [`render`].
pub fn render_at(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<File>, Box<Diagnostic>> {
    let (ledger, settings, people) = (walk.ledger, walk.outputs(), walk.people());
    let mut files = vec![
        File::text("entries.csv", entries(ledger, close)?),
        File::text("settlement.csv", settlement(ledger, close)?),
    ];
    files.extend(payroll::files(close, &settings.payroll, &payments(ledger, close)?, people)?);
    files.extend(journal::files(walk, close)?);
    #[cfg(not(target_arch = "wasm32"))]
    files.push(File::new(statements::ARCHIVE, statements::archive(&statements::texts(walk, close)?)?));
    files.push(File::text("control.json", control(walk, close, &files)?));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn control(walk: &Walk<'_>, close: &CloseRow, files: &[File]) -> Result<String, Box<Diagnostic>> {
    let ledger = walk.ledger;
    let form = form_of(ledger, close.seq);
    // What another program's layout calls its columns says nothing of what is in them.
    let ours = walk.outputs().payroll == Payroll::default();
    let mut sums: BTreeMap<Currency, (usize, Decimal)> = BTreeMap::new();
    for payment in payments(ledger, close)? {
        let sum = sums.entry(payment.currency).or_default();
        *sum = (sum.0.saturating_add(1), add(sum.1, payment.amount).map_err(too_large)?);
    }
    let total = |(currency, (count, total)): (Currency, (usize, Decimal))| Total {
        currency: currency.code(),
        count,
        total: fixed(total, currency.places()),
    };
    let digests = [
        ("data", &close.data),
        ("entries", &close.entries),
        ("people", &close.people),
        ("plan", &close.plan),
        ("settlement", &close.settlement),
    ];
    let control = Control {
        format: form,
        period: &close.period,
        revision: close.revision,
        state: "closed",
        as_of: close.as_of.to_string(),
        engine: &close.engine,
        sources: sources(ledger, close),
        facts: walk.counts().collect(),
        outputs: files
            .iter()
            .map(|file| Output {
                name: &file.name,
                sha256: &file.digest,
                bytes: file.bytes.len(),
                tally: file.tally().filter(|_| form > 1 && (ours || !file.name.starts_with("payroll"))),
            })
            .collect(),
        payouts: sums.into_iter().map(total).collect(),
        entries: ledger.entries_of(close.seq).len(),
        digests: digests.into_iter().map(|(name, digest)| (name, digest.as_str())).collect(),
        close: &close.digest,
    };
    let text = serde_json::to_string_pretty(&control).map_err(|error| failed(&error))?;
    Ok(format!("{text}\n"))
}

/// The files that were read for a close, as it says beside it; `None`: it was not kept yet.
fn sources(ledger: &Ledger, close: &CloseRow) -> Option<serde_json::Value> {
    ledger.beside(close, SOURCES).and_then(|row| serde_json::from_str(&row.note).ok())
}

fn failed(error: &dyn std::error::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}")))
}

fn table<const N: usize>(
    header: [&str; N],
    rows: &[[String; N]],
    figures: &[usize],
) -> Result<String, Box<Diagnostic>> {
    crate::report::tables::csv(&header, rows, figures).map_err(|error| failed(&error))
}

fn entries(ledger: &Ledger, close: &CloseRow) -> Result<String, Box<Diagnostic>> {
    let mut rows = Vec::new();
    for row in ledger.entries_of(close.seq) {
        let (plan, pay) = (currency(&row.currency)?, currency(&row.pay_currency)?);
        let money = |amount: i64, currency: Currency| fixed(major(amount, currency), currency.places());
        rows.push([
            row.number.to_string(),
            row.payee.to_string(),
            row.plan.to_string(),
            row.component.to_string(),
            row.deal.clone().unwrap_or_default(),
            row.measured.to_string(),
            row.kind.to_string(),
            row.cause.clone().unwrap_or_default(),
            money(row.earned, plan),
            money(row.payable, plan),
            row.currency.to_string(),
            money(row.pay, pay),
            row.pay_currency.to_string(),
        ]);
    }
    let header = [
        "number",
        "payee",
        "plan",
        "component",
        "deal",
        "measured",
        "kind",
        "cause",
        "earned",
        "payable",
        "plan_currency",
        "amount",
        "currency",
    ];
    table(header, &rows, &[0, 8, 9, 11])
}

fn settlement(ledger: &Ledger, close: &CloseRow) -> Result<String, Box<Diagnostic>> {
    let mut rows = Vec::new();
    for row in ledger.settle_of(close.seq) {
        let currency = currency(&row.currency)?;
        let amount = fixed(major(row.amount, currency), currency.places());
        rows.push([row.payee.to_string(), row.currency.to_string(), row.line.to_string(), amount]);
    }
    table(["payee", "currency", "line", "amount"], &rows, &[3])
}
