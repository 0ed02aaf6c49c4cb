//! Settle: from entries to payouts and balances. The sixth of seven stages, between `adjust` and `statement`.
//!
//! In:   the entries of each payout period; the balance brought forward from the one before.
//! Out:  for each payee, period and currency the payout and what is carried. A payout is never below zero: what is
//!       owed is carried and recovered from later pay.
//! Not here: what was earned and why (`earn`).
//!
//! Invariants, checked at the end of every run: balance before + entries = payout + balance after, for each payee and
//! period; no balance is negative. They hold in release builds too.

use super::adjust::Entry;
use super::facts::Book;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{ArithmeticError, Exact, add, negate, sub};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a payee is paid in one period and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The payout period, by its place in the chain.
    pub period: usize,
    /// The currency.
    pub currency: Currency,
    /// The entries posted in the period.
    pub earned: Decimal,
    /// What was owed by the payee before.
    pub owed_before: Decimal,
    /// What of it was recovered from this period's pay.
    pub recovered: Decimal,
    /// What this period's entries below zero added to it.
    pub debt: Decimal,
    /// What is paid.
    pub payout: Decimal,
    /// What is owed by the payee afterwards.
    pub owed: Decimal,
}

impl Payout {
    /// The net position carried forward: a debt is negative.
    #[must_use]
    pub fn carry(&self) -> Decimal {
        negate(self.owed)
    }
}

/// Gain and debt of one period.
#[derive(Clone, Copy, Debug, Default)]
struct Sorted {
    gain: Decimal,
    debt: Decimal,
}

/// The payouts of all periods of the chain, for everybody who has been on a plan by the end of a period.
///
/// # Errors
/// Overflow, or an identity that does not hold, as a finding.
pub fn settle(book: &Book<'_>, entries: &[Entry]) -> Result<Vec<Payout>, Box<Diagnostic>> {
    let too_large =
        |_: ArithmeticError| Box::new(Diagnostic::error(Code::Overflow, "a payout has more than 28 digits"));
    let sorted = sort(entries).map_err(too_large)?;
    let mut payouts = Vec::new();
    for (payee, found) in book.payees.iter().enumerate() {
        for (currency, first) in paid_in(book, payee) {
            let mut owed = Decimal::ZERO;
            for (period, _) in book.chain.iter().enumerate().skip(first) {
                let own = sorted.get(&(&*found.id, period, currency)).copied().unwrap_or_default();
                let payout = settle_one((Arc::clone(&found.id), period, currency), own, owed).map_err(too_large)?;
                check(&payout, own)?;
                owed = payout.owed;
                payouts.push(payout);
            }
        }
    }
    payouts.sort_by(|a, b| (&a.payee, a.period, a.currency).cmp(&(&b.payee, b.period, b.currency)));
    Ok(payouts)
}

/// The currencies a payee is paid in, each with the first period by whose end the payee has been on a plan.
fn paid_in(book: &Book<'_>, payee: usize) -> BTreeMap<Currency, usize> {
    let mut first: BTreeMap<Currency, BTreeSet<usize>> = BTreeMap::new();
    for (place, plan) in book.plans.iter().enumerate() {
        let Some(days) = book.tenure(place, payee).first() else { continue };
        if let Some(period) = book.chain.iter().position(|period| period.to >= days.from) {
            first.entry(book.pay_currency(payee, plan)).or_default().insert(period);
        }
    }
    first.into_iter().filter_map(|(currency, periods)| Some((currency, *periods.first()?))).collect()
}

/// A payee, period, currency, component and measurement period: what returns are netted within.
type NetKey<'e> = (&'e str, usize, Currency, (usize, usize), NaiveDate);
type Sums<'e> = BTreeMap<(&'e str, usize, Currency), Sorted>;

/// What lowers pay is netted within a component and measurement period first: a return is less earned, not a debt.
fn sort(entries: &[Entry]) -> Exact<Sums<'_>> {
    let mut net: BTreeMap<NetKey<'_>, Decimal> = BTreeMap::new();
    for entry in entries {
        let sum =
            net.entry((&entry.payee, entry.payout, entry.currency, entry.order, entry.measured.from)).or_default();
        *sum = add(*sum, entry.amount)?;
    }
    let mut sums: Sums<'_> = BTreeMap::new();
    for ((payee, payout, currency, ..), amount) in net {
        let sorted = sums.entry((payee, payout, currency)).or_default();
        if amount.is_sign_negative() {
            sorted.debt = sub(sorted.debt, amount)?;
        } else {
            sorted.gain = add(sorted.gain, amount)?;
        }
    }
    Ok(sums)
}

/// One period: the debt grows by what is below zero, then is recovered from what there is to pay.
fn settle_one(
    (payee, period, currency): (Arc<str>, usize, Currency),
    own: Sorted,
    owed_before: Decimal,
) -> Exact<Payout> {
    let due = add(owed_before, own.debt)?;
    let recovered = due.min(own.gain);
    Ok(Payout {
        payee,
        period,
        currency,
        earned: sub(own.gain, own.debt)?,
        owed_before,
        recovered,
        debt: own.debt,
        payout: sub(own.gain, recovered)?,
        owed: sub(due, recovered)?,
    })
}

/// The identity of a payee and period.
fn check(payout: &Payout, own: Sorted) -> Result<(), Box<Diagnostic>> {
    let before = sub(own.gain, own.debt).and_then(|net| sub(net, payout.owed_before));
    let after = sub(payout.payout, payout.owed);
    let negative = |amount: Decimal| amount.is_sign_negative() && !amount.is_zero();
    if before == after && !negative(payout.payout) && !negative(payout.owed) {
        return Ok(());
    }
    let message = format!("the payout of `{}` does not tie: {before:?} before, {after:?} after", payout.payee);
    Err(Box::new(Diagnostic::error(Code::Internal, message).help("nothing was written; please report this")))
}

/// The settle lines of a payout: name and amount.
#[must_use]
pub fn settle_lines(payout: &Payout) -> Vec<(&'static str, Decimal)> {
    let lines = [
        ("brought_forward", negate(payout.owed_before)),
        ("earned", payout.earned),
        ("recovered", payout.recovered),
        ("payout", payout.payout),
        ("carried_forward", payout.carry()),
    ];
    lines.into_iter().filter(|(name, amount)| matches!(*name, "earned" | "payout") || !amount.is_zero()).collect()
}
