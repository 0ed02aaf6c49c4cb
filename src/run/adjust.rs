//! Adjust: what each payout period posts. The fifth of seven stages, between `earn` and `settle`.
//!
//! In:   amounts to date at each payout period; adjustments that somebody decided.
//! Out:  entries: for each key, period and cause the difference to what was there before. What closed periods hold already
//!       is taken off by `posted`, beside this stage.
//! Here: the difference, its steps ("earned for this line before"); guarantees, which look at a period's other entries;
//!       manual entries.
//! Not here: balances and payouts (`settle`).
//!
//! Invariant: the entries of a key total its last amount to date. Tested by `properties::entries_telescope`.

mod guarantee;
mod leaving;
mod manual;

use super::earn::{Credited, Key, Kind, Part, SetOff, ToDate};
use super::explain::{Converted, Step, StepKind};
use super::facts::Book;
use super::measure::Measured;
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{add, div, mul, negate, sub};
use crate::parallel;
use crate::plan::model::Plan;
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
    /// The component's name; of a limit, guarantee or decision its own.
    pub component: Arc<str>,
    /// The plan's place, and the component's in it: the order of the script.
    pub order: (usize, usize),
    /// The measurement period.
    pub measured: Period,
    /// The deal's day and id, of an entry with a deal.
    pub deal: Option<(NaiveDate, Arc<str>)>,
    /// Which of several amounts of one component, period and deal.
    pub part: Part,
    /// What made it.
    pub kind: Kind,
    /// Of a clawback the event's id, of a true-up what has changed.
    pub cause: Option<Arc<str>>,
    /// Of a clawback the event, and the rule that it set off.
    pub set_off: Option<Box<SetOff>>,
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
    pub credit: Option<Arc<Credited>>,
    /// How it was brought into the payee's currency, where that is another than the plan's.
    pub converted: Option<Box<Converted>>,
    /// The name of the credited measure.
    pub measure: Option<Arc<str>>,
    /// The declaration; of a decision its file.
    pub span: Span,
}

impl Entry {
    /// What made it, as a column and a statement say it: the id of the event or of the decision, of a true-up what has changed;
    /// `own` where it is the pay of the period itself.
    #[must_use]
    pub fn because(&self) -> &str {
        self.cause.as_deref().unwrap_or("own")
    }
}

/// How many keys are worked together on one core.
const KEYS: usize = 4096;

/// The entries of all periods, in the order of payee, period, plan, component, measured period, deal, kind.
///
/// # Errors
/// Overflow, a formula without a value, as findings.
pub fn adjust(
    book: &Book<'_>,
    measured: &Measured<'_>,
    to_date: &BTreeMap<Key, Vec<ToDate>>,
) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let keys: Vec<(&Key, &Vec<ToDate>)> = to_date.iter().collect();
    let pieces: Vec<&[(&Key, &Vec<ToDate>)]> = keys.chunks(KEYS).collect();
    let made = parallel::each(&pieces, |keys| {
        let mut entries = Vec::with_capacity(keys.len());
        for (key, amounts) in *keys {
            entries.extend(entries_of(book, key, amounts)?);
        }
        Ok(entries)
    });
    let mut entries = Vec::with_capacity(keys.len());
    for made in made {
        entries.append(&mut made.map_err(|finding: Box<Diagnostic>| vec![*finding])?);
    }
    entries.extend(guarantee::top_ups(book, measured, &entries)?);
    entries.extend(manual::decided(book)?);
    sort(&mut entries);
    Ok(entries)
}

/// Puts entries in the order of payee, period, plan, component, measured period, deal, kind.
pub(super) fn sort(entries: &mut [Entry]) {
    parallel::sort_by(entries, |a, b| {
        let key = |e: &Entry| (e.payout, e.order, e.measured.from, e.measured.to);
        let what = |e: &Entry| (e.kind, e.part);
        // Events in the order in which they are let in.
        (&a.payee, key(a), &a.deal, what(a), &a.set_off, &a.cause).cmp(&(
            &b.payee,
            key(b),
            &b.deal,
            what(b),
            &b.set_off,
            &b.cause,
        ))
    });
}

/// What one key posts in one payout period by one cause.
#[derive(Debug, Default)]
struct Change {
    earned: Decimal,
    payable: Decimal,
    pay: Decimal,
    steps: Vec<Step>,
    credit: Option<Arc<Credited>>,
    converted: Option<Box<Converted>>,
}

/// The entries of a key: one for each payout period, kind and cause.
fn entries_of(book: &Book<'_>, key: &Key, amounts: &[ToDate]) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let (Some(payee), Some(plan)) = (book.payees.get(key.payee), book.plans.get(key.plan)) else {
        return Ok(Vec::new());
    };
    let after = key.component.checked_sub(plan.components.len());
    let named = match (plan.components.get(key.component), after.and_then(|place| plan.caps.get(place))) {
        (Some(component), _) => Some((&component.name, &component.span)),
        (None, Some(cap)) => Some((&cap.name, &cap.span)),
        (None, None) => None,
    };
    let Some((component, span)) = named else { return Ok(Vec::new()) };
    let too_large = |_| {
        let message = format!("the entry of `{}` in `{component}` is too large", payee.id);
        Box::new(Diagnostic::error(Code::Overflow, message).at(span))
    };
    let amounts = leaving::forfeited(book, plan, key, component, amounts).map_err(too_large)?;
    let mut changes: BTreeMap<(usize, Kind, Option<SetOff>), Change> = BTreeMap::new();
    let (mut earned, mut payable, mut pay) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for amount in amounts.iter() {
        let change = changes.entry((amount.payout, amount.kind, amount.cause.clone())).or_default();
        let own = sub(amount.earned, earned).map_err(too_large)?;
        change.earned = add(change.earned, own).map_err(too_large)?;
        let due = sub(amount.payable, payable).map_err(too_large)?;
        change.payable = add(change.payable, due).map_err(too_large)?;
        change.pay = sub(amount.pay, pay).and_then(|more| add(change.pay, more)).map_err(too_large)?;
        match &amount.change {
            Some(steps) => change.steps.extend(steps.iter().cloned()),
            None => {
                change.steps.extend(amount.steps.iter().cloned());
                if !earned.is_zero() {
                    change.steps.push(Step::of(StepKind::Before, negate(earned)));
                }
            }
        }
        change.credit = amount.credit.clone();
        if amount.converted.is_some() {
            change.converted.clone_from(&amount.converted);
        }
        (earned, payable, pay) = (amount.earned, amount.payable, amount.pay);
    }
    let deal = key.deal.and_then(|place| Some((key.day?, Arc::clone(&book.deals.get(place)?.id))));
    let entry = |((payout, kind, cause), change): ((usize, Kind, Option<SetOff>), Change)| {
        let measure = change.credit.as_ref().and_then(|credit| {
            book.plans.get(credit.plan)?.measures.get(credit.measure).map(|measure| Arc::clone(&measure.name))
        });
        let converted = converted(book, key, plan, &change);
        Entry {
            payee: Arc::clone(&payee.id),
            payout,
            plan: Arc::clone(&plan.name),
            component: Arc::clone(component),
            order: (key.plan, key.component),
            measured: key.measured.clone(),
            deal: deal.clone(),
            part: key.part,
            kind,
            cause: cause.as_ref().map(|cause| Arc::clone(&cause.event)),
            set_off: cause.map(Box::new),
            earned: change.earned,
            payable: change.payable,
            amount: change.pay,
            plan_currency: plan.currency,
            currency: book.pay_currency(key.payee, plan, key.paid_by()),
            steps: change.steps,
            converted,
            credit: change.credit,
            measure,
            span: span.clone(),
        }
    };
    Ok(changes.into_iter().map(entry).collect())
}

/// How an entry was brought into the payee's currency: at one rate, or on the average of those at which it came in.
fn converted(book: &Book<'_>, key: &Key, plan: &Plan, change: &Change) -> Option<Box<Converted>> {
    let to = book.pay_currency(key.payee, plan, key.paid_by());
    if to == plan.currency || change.payable.is_zero() {
        return None;
    }
    let known = change.converted.as_deref().filter(|found| {
        let pay = mul(found.rate, change.payable).map(|pay| plan.rounding.round(pay, to.places()));
        pay == Ok(change.pay)
    });
    let average = || on_average(plan, to, (change.payable, change.pay), None);
    Some(known.map_or_else(average, |known| Box::new(known.clone())))
}

/// How what is worth so much in the plan's currency compares with what is paid of it.
fn on_average(plan: &Plan, to: Currency, (own, pay): (Decimal, Decimal), day: Option<NaiveDate>) -> Box<Converted> {
    let rate = div(pay, own).unwrap_or_default().round_dp(6);
    Box::new(Converted { from: plan.currency, to, rate, day, set: Arc::clone(&plan.convert.rates) })
}

/// Whether an entry posts anything: lines of nothing are shown, not posted.
#[must_use]
pub fn posts(entry: &Entry) -> bool {
    !(entry.earned.is_zero() && entry.amount.is_zero() && entry.payable.is_zero())
}
