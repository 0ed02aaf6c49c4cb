//! Adjust: what each payout period posts. The fifth of seven stages, between `earn` and `settle`.
//!
//! In:   amounts to date at each payout period.
//! Out:  entries: for each key and period the difference to what earlier periods hold. Without a ledger nothing was
//!       posted before the first period, so every entry is the period's own.
//! Here: the difference, its steps ("earned for this line before").
//! Not here: balances and payouts (`settle`).
//!
//! Invariant: the entries of a key total its last amount to date. Tested by `properties::entries_telescope`.

use super::earn::{Credited, Key, ToDate};
use super::explain::{Step, StepKind};
use super::facts::Book;
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{negate, sub};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An amount posted to a payee in a payout period, with its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The payout period, by its place in the chain.
    pub payout: usize,
    /// The plan's name.
    pub plan: Arc<str>,
    /// The component's name.
    pub component: Arc<str>,
    /// The plan's place, and the component's in it: the order of the script.
    pub order: (usize, usize),
    /// The measurement period.
    pub measured: Period,
    /// The deal's day and id, of an entry with a deal.
    pub deal: Option<(NaiveDate, Arc<str>)>,
    /// What was earned, at the minor unit of `plan_currency`.
    pub earned: Decimal,
    /// What became payable, in `plan_currency`.
    pub payable: Decimal,
    /// What became payable, in `currency`.
    pub amount: Decimal,
    /// The plan's currency.
    pub plan_currency: Currency,
    /// The payee's currency.
    pub currency: Currency,
    /// The steps: they add up to `earned`.
    pub steps: Vec<Step>,
    /// The deal's credit.
    pub credit: Option<Credited>,
    /// The name of the credited measure.
    pub measure: Option<Arc<str>>,
    /// The component's declaration.
    pub span: Span,
}

/// The entries of all periods, in the order of payee, period, plan, component, measured period, deal.
///
/// # Errors
/// Overflow, as a finding.
pub fn adjust(book: &Book<'_>, to_date: &BTreeMap<Key, Vec<ToDate>>) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let mut entries = Vec::new();
    for (key, amounts) in to_date {
        let mut posted = Decimal::ZERO;
        for amount in amounts {
            if let Some(entry) = entry(book, key, amount, posted)? {
                entries.push(entry);
            }
            posted = amount.earned;
        }
    }
    entries.sort_by(|a, b| {
        let key = |e: &Entry| (e.payout, e.order, e.measured.from);
        (&a.payee, key(a), &a.deal).cmp(&(&b.payee, key(b), &b.deal))
    });
    Ok(entries)
}

/// The entry of one period: what is earned to date less what was posted.
fn entry(book: &Book<'_>, key: &Key, amount: &ToDate, posted: Decimal) -> Result<Option<Entry>, Box<Diagnostic>> {
    let (Some(payee), Some(plan)) = (book.payees.get(key.payee), book.plans.get(key.plan)) else { return Ok(None) };
    let Some(component) = plan.components.get(key.component) else { return Ok(None) };
    let own = sub(amount.earned, posted).map_err(|_| {
        let message = format!("the entry of `{}` in `{}` is too large", payee.id, component.name);
        Box::new(Diagnostic::error(Code::Overflow, message).at(&component.span))
    })?;
    let mut steps = amount.steps.clone();
    if !posted.is_zero() {
        steps.push(Step::of(StepKind::Before, negate(posted)));
    }
    let measure = amount.credit.as_ref().and_then(|credit| plan.measures.get(credit.measure));
    Ok(Some(Entry {
        payee: Arc::clone(&payee.id),
        payout: amount.payout,
        plan: Arc::clone(&plan.name),
        component: Arc::clone(&component.name),
        order: (key.plan, key.component),
        measured: key.measured.clone(),
        deal: key.deal.and_then(|place| Some((key.day?, Arc::clone(&book.deals.get(place)?.id)))),
        earned: own,
        payable: own,
        amount: own,
        plan_currency: plan.currency,
        currency: book.pay_currency(key.payee, plan),
        steps,
        credit: amount.credit.clone(),
        measure: measure.map(|measure| Arc::clone(&measure.name)),
        span: component.span.clone(),
    }))
}

/// Whether an entry posts anything: lines of nothing are shown, not posted.
#[must_use]
pub fn posts(entry: &Entry) -> bool {
    !(entry.earned.is_zero() && entry.amount.is_zero())
}
