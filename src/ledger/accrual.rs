//! What is earned and not paid yet at the end of a closed period, for finance: by payee, plan, component, currency and account.
//!
//! In:   a reader that stands at the close.
//! Out:  a line for each amount above or below zero; by account and currency what the journal has for the same.
//!
//! Invariant: held = the account of what is accrued, due + over the cap = payable. A close writes nothing where they differ.

use super::journal::{About, account_of};
use super::rows::{CloseRow, currency, major, too_large};
use super::walk::Walk;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{add, fixed, negate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An amount that is earned and not paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose it is.
    pub payee: String,
    /// The plan and the component that earned it; empty for what is settled over all of them.
    pub plan: String,
    /// See `plan`.
    pub component: String,
    /// Why it is not paid: `held`, `due`, `over the cap`, `payout` (settled, on its way through payroll).
    pub what: &'static str,
    /// The account of the journal; empty without one.
    pub account: String,
    /// In major units.
    pub amount: Decimal,
    /// The currency: of the plan for what is held, else of the payee.
    pub currency: Currency,
}

/// An account as the lines and as the journal have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The account.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// The lines together.
    pub lines: Decimal,
    /// The balance of the journal, credits above zero; `None` for an account that is used for other things too.
    pub journal: Option<Decimal>,
}

/// The columns of the lines.
pub const COLUMNS: [&str; 8] = ["period", "payee", "plan", "component", "what", "account", "amount", "currency"];

/// What is earned and not paid after a close.
///
/// # Errors
/// Rows that cannot be as they were written; a sum with too many digits.
pub fn lines(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<Line>, Box<Diagnostic>> {
    let mut found = held(walk)?;
    for ((payee, code), settled) in walk.ledger.settled(close.seq) {
        let currency = currency(code)?;
        for (name, what, role) in [
            ("carried.over_cap", "over the cap", "payable"),
            ("carried.due", "due", "payable"),
            ("payout", "payout", "clearing"),
        ] {
            let amount = major(settled.get(name).copied().unwrap_or(0), currency);
            if !amount.is_zero() {
                let account = account(walk, role, payee, &About::default());
                let (plan, component) = (String::new(), String::new());
                found.push(Line { payee: payee.to_owned(), plan, component, what, account, amount, currency });
            }
        }
    }
    found.sort_by(|a, b| {
        (&a.payee, a.currency, &a.plan, &a.component).cmp(&(&b.payee, b.currency, &b.plan, &b.component))
    });
    Ok(found)
}

fn account(walk: &Walk<'_>, role: &str, payee: &str, about: &About) -> String {
    let journal = walk.outputs().journal.as_ref();
    journal.and_then(|journal| account_of((journal, walk.people()), role, payee, about)).unwrap_or_default()
}

fn held(walk: &Walk<'_>) -> Result<Vec<Line>, Box<Diagnostic>> {
    let mut sums: BTreeMap<(&str, &str, &str, Currency), Decimal> = BTreeMap::new();
    for (key, waiting) in walk.held().iter() {
        let sum = sums.entry((key.payee, key.plan, key.component, key.currency)).or_default();
        *sum = add(*sum, waiting.amount).map_err(too_large)?;
    }
    let line = |((payee, plan, component, currency), amount): ((&str, &str, &str, Currency), Decimal)| {
        let about = About { plan: Arc::from(plan), component: Arc::from(component), ..About::default() };
        let account = account(walk, "accrued", payee, &about);
        let (plan, component) = (plan.to_owned(), component.to_owned());
        Line { payee: payee.to_owned(), plan, component, what: "held", account, amount, currency }
    };
    Ok(sums.into_iter().filter(|(_, sum)| !sum.is_zero()).map(line).collect())
}

/// The accounts of what is held, due and over the cap, beside the journal's balances. A payout is on its way: what has
/// become of `clearing` is said by the bank.
///
/// # Errors
/// A sum with too many digits.
pub fn ties(walk: &Walk<'_>, lines: &[Line]) -> Result<Vec<Tie>, Box<Diagnostic>> {
    let Some(whole) = walk.journal() else { return Ok(Vec::new()) };
    let mut sums: BTreeMap<(String, Currency), Decimal> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.what != "payout") {
        let sum = sums.entry((line.account.clone(), line.currency)).or_default();
        *sum = add(*sum, line.amount).map_err(too_large)?;
    }
    let tie = |((account, currency), lines): ((String, Currency), Decimal)| {
        let key = (account, currency);
        let told = whole.expected.contains_key(&key);
        let journal = told.then(|| negate(whole.accounts.get(&key).copied().unwrap_or_default()));
        Tie { account: key.0, currency, lines, journal }
    };
    Ok(sums.into_iter().map(tie).collect())
}

/// A line as text, in the columns of [`COLUMNS`].
#[must_use]
pub fn row(close: &CloseRow, line: &Line) -> [String; 8] {
    [
        close.period.clone(),
        line.payee.clone(),
        line.plan.clone(),
        line.component.clone(),
        line.what.to_owned(),
        line.account.clone(),
        fixed(line.amount, line.currency.places()),
        line.currency.code().to_owned(),
    ]
}
