//! The rows of the ledger's seven tables. Rows are only ever added; amounts are whole minor units.
//!
//! Invariant: a row's canonical form says all of it, so that its digest does. Tested by
//! `tests/ledger.rs`, which changes each column of each table and has it found.

use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{ArithmeticError, Exact, mul, sub};
use crate::domain::sha::{Sum, sha256};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::sync::Arc;

/// A row of the log: one chain over everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRow {
    /// Its number, from 1.
    pub seq: i64,
    /// `begin`, `told`, `statements`, `sources`, `close`, `void`, `ack`, `submit`, `approve`, `reject`, or what became of a dispute.
    pub kind: String,
    /// The period it is about.
    pub period: String,
    /// The revision of the period.
    pub revision: i64,
    /// What it is about beyond that.
    pub subject: String,
    /// The digest it stands for: of a close its own, of a void that of the close.
    pub digest: String,
    /// Who did it, as they say.
    pub actor: String,
    /// When, as they say.
    pub at: String,
    /// Why; of what a close keeps, all of it, which may be long.
    pub note: Arc<str>,
    /// The hash of the row before.
    pub prev: String,
    /// The hash of this row and the one before.
    pub hash: String,
}

/// A close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseRow {
    /// Its row in the log.
    pub seq: i64,
    /// The payout period.
    pub period: String,
    /// The last day of the period.
    pub until: NaiveDate,
    /// From 1; a period that was voided is closed again with the next.
    pub revision: i64,
    /// The day up to which facts were known.
    pub as_of: NaiveDate,
    /// The version of the engine.
    pub engine: String,
    /// The version of the ledger's form.
    pub format: i64,
    /// Of the facts of deals, events, rates, decisions.
    pub data: String,
    /// Of the facts of payees and what holds for them.
    pub people: String,
    /// Of scripts, settings, tables.
    pub plan: String,
    /// Of the entries.
    pub entries: String,
    /// Of the settlement.
    pub settlement: String,
    /// Of all these and the hash of the log before.
    pub digest: String,
    /// Of the files.
    pub files: String,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// The close.
    pub close: i64,
    /// Its number, from 1.
    pub number: i64,
    /// The payee's id.
    pub payee: Arc<str>,
    /// The plan's name.
    pub plan: Arc<str>,
    /// The component's name.
    pub component: Arc<str>,
    /// The deal's id.
    pub deal: Option<String>,
    /// The label of the measurement period.
    pub measured: Arc<str>,
    /// What made it.
    pub kind: Arc<str>,
    /// The rule, or the cause of a true-up.
    pub cause: Option<String>,
    /// The fact versions behind it.
    pub refs: String,
    /// The plan's currency.
    pub currency: Arc<str>,
    /// Earned.
    pub earned: i64,
    /// Payable.
    pub payable: i64,
    /// The payee's currency.
    pub pay_currency: Arc<str>,
    /// Payable in it.
    pub pay: i64,
    /// The steps that explain it.
    pub trace: String,
}

/// A line of a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleRow {
    /// The close.
    pub close: i64,
    /// The payee's id.
    pub payee: Arc<str>,
    /// The payee's currency.
    pub currency: Arc<str>,
    /// Which line.
    pub line: Arc<str>,
    /// How much.
    pub amount: i64,
}

/// A version of a fact, as a close saw it first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// `deals`, `quotas`, `plan`.
    pub kind: Arc<str>,
    /// What there is one of.
    pub id: String,
    /// Of kind, id and body.
    pub digest: Sum,
    /// When it became known.
    pub recorded: NaiveDate,
    /// The close that saw this version first.
    pub close: i64,
    /// What it says; `None`: withdrawn.
    pub body: Option<String>,
}

/// A file that a close wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The close.
    pub close: i64,
    /// Its name.
    pub name: String,
    /// The version of its form.
    pub format: i64,
    /// Its bytes.
    pub size: i64,
    /// Of its bytes.
    pub digest: String,
}

/// What payroll says of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckRow {
    /// The row of the log that imported it.
    pub seq: i64,
    /// The payment's id.
    pub payment: String,
    /// `paid` or `rejected`.
    pub status: String,
    /// The day on which that was, as payroll says it.
    pub date: String,
    /// Payroll's own reference.
    pub reference: String,
    /// Why it was rejected.
    pub reason: String,
}

/// A row as text: a JSON array on one line.
#[must_use]
pub fn row(cells: &[Option<&str>]) -> String {
    // Texts are always JSON: nothing here can fail.
    serde_json::to_string(cells).unwrap_or_default()
}

impl LogRow {
    /// The hash over it and the row before.
    #[must_use]
    pub fn hashed(&self) -> String {
        let (seq, revision) = (self.seq.to_string(), self.revision.to_string());
        let cells = [&seq, &self.kind, &self.period, &revision, &self.subject, &self.digest, &self.actor, &self.at];
        let mut cells: Vec<Option<&str>> = cells.into_iter().map(|cell| Some(cell.as_str())).collect();
        cells.push(Some(&self.note));
        sha256(format!("{}\n{}\n", self.prev, row(&cells)).as_bytes())
    }
}

impl CloseRow {
    /// Its digest, with the hash of the log row before.
    #[must_use]
    pub fn digested(&self, prev: &str) -> String {
        let (until, revision, as_of) = (self.until.to_string(), self.revision.to_string(), self.as_of.to_string());
        let format = self.format.to_string();
        sha256(
            row(&[
                Some(&self.period),
                Some(&until),
                Some(&revision),
                Some(&as_of),
                Some(&self.engine),
                Some(&format),
                Some(&self.data),
                Some(&self.people),
                Some(&self.plan),
                Some(&self.entries),
                Some(&self.settlement),
                Some(prev),
            ])
            .as_bytes(),
        )
    }

    /// How it is called: `2026-Q1-r1`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-r{}", self.period, self.revision)
    }
}

impl EntryRow {
    /// What is earned and not payable, in the plan's currency.
    ///
    /// # Errors
    /// Too many digits.
    pub fn waits(&self, plan: Currency) -> Result<Decimal, Box<Diagnostic>> {
        sub(major(self.earned, plan), major(self.payable, plan)).map_err(too_large)
    }

    /// Its canonical form; which close it belongs to is said by the digest that covers it.
    #[must_use]
    pub fn canonical(&self) -> String {
        let numbers = [self.number, self.earned, self.payable, self.pay].map(|number| number.to_string());
        let [number, earned, payable, pay] = &numbers;
        row(&[
            Some(number),
            Some(&self.payee),
            Some(&self.plan),
            Some(&self.component),
            self.deal.as_deref(),
            Some(&self.measured),
            Some(&self.kind),
            self.cause.as_deref(),
            Some(&self.refs),
            Some(&self.currency),
            Some(earned),
            Some(payable),
            Some(&self.pay_currency),
            Some(pay),
            Some(&self.trace),
        ])
    }
}

impl SettleRow {
    /// Its canonical form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let amount = self.amount.to_string();
        row(&[Some(&self.payee), Some(&self.currency), Some(&self.line), Some(&amount)])
    }
}

impl FactRow {
    /// The digest of a version.
    #[must_use]
    pub fn digest_of(kind: &str, id: &str, body: Option<&str>) -> Sum {
        Sum::of(row(&[Some(kind), Some(id), body]).as_bytes())
    }

    /// Its canonical form: what stands there and since when.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (digest, recorded) = (self.digest.to_string(), self.recorded.to_string());
        row(&[Some(&self.kind), Some(&self.id), Some(&digest), Some(&recorded)])
    }
}

impl FileRow {
    /// Its canonical form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (format, size) = (self.format.to_string(), self.size.to_string());
        row(&[Some(&self.name), Some(&format), Some(&size), Some(&self.digest)])
    }
}

impl AckRow {
    /// Its canonical form.
    #[must_use]
    pub fn canonical(&self) -> String {
        row(&[Some(&self.payment), Some(&self.status), Some(&self.date), Some(&self.reference), Some(&self.reason)])
    }
}

/// An amount in whole minor units.
///
/// # Errors
/// A part of a minor unit, or more of them than 18 digits hold, as a finding.
pub fn minor(amount: Decimal, currency: Currency) -> Result<i64, Box<Diagnostic>> {
    let scaled = || -> Exact<Decimal> { mul(amount, Decimal::from(10_i64.pow(currency.places()))) };
    let whole = |scaled: Decimal| scaled.to_i64().filter(|_| scaled.fract().is_zero());
    scaled().ok().and_then(whole).ok_or_else(|| {
        let message = format!("{amount} {currency} is no amount that the ledger can hold");
        Box::new(Diagnostic::error(Code::Overflow, message).help("it holds whole minor units of at most 18 digits"))
    })
}

/// Whole minor units as an amount.
#[must_use]
pub fn major(amount: i64, currency: Currency) -> Decimal {
    Decimal::try_new(amount, currency.places()).unwrap_or_default()
}

/// A currency of a row.
///
/// # Errors
/// A code that is none: the row was changed.
pub fn currency(code: &str) -> Result<Currency, Box<Diagnostic>> {
    Currency::from_code(code).ok_or_else(|| damaged(format!("`{code}` is no currency")))
}

/// A finding about a ledger that cannot be as it was written.
#[must_use]
pub fn damaged(message: impl Into<String>) -> Box<Diagnostic> {
    let help = "nothing was written; take the last backup of the ledger, and keep this file for whoever looks into it";
    Box::new(Diagnostic::error(Code::LedgerDamaged, message).in_file(super::LEDGER_FILE).help(help))
}

/// An overflow in sums of rows.
#[must_use]
pub fn too_large(_: ArithmeticError) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::Overflow, "a sum of the ledger has more than 28 digits"))
}
