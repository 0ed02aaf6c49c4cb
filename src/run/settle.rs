//! Settle: from entries to payouts and balances. The sixth of seven stages, between `adjust` and `statement`.
//!
//! In:   the entries of each payout period; the balances brought forward from the one before; decisions to forgive, to
//!       count as paid outside, to take a balance over.
//! Out:  for each payee, period and currency the payout and what is carried, line by line.
//! Here: what entries bring and take (`sort`), the order of a settlement (`one`), the terms of the payee's plan (`rules`).
//! Not here: what was earned and why (`earn`).
//!
//! Invariants, checked at the end of every run: balance before + entries + what was forgiven and taken over − what was paid
//! outside = payout + balance after, for each payee and period; no balance is negative. They hold in release builds too.

mod one;
mod rules;
mod sort;

use super::adjust::Entry;
use super::facts::Book;
use super::measure::Measured;
use super::posted::Posted;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{ArithmeticError, Exact, add, sub};
use crate::domain::facts::Adjustment;
use one::{Debt, Input, settle_one};
use rules::Paid;
use rust_decimal::Decimal;
pub use sort::Sorted;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The balances of a payee, none of them negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// Owed by the payee.
    pub owed: Decimal,
    /// Draw outstanding.
    pub draw: Decimal,
    /// Carried over a cap on payout.
    pub over_cap: Decimal,
    /// Settled and not yet paid.
    pub due: Decimal,
}

impl Balances {
    /// The net position: a debt is negative.
    ///
    /// # Errors
    /// Overflow.
    pub fn net(&self) -> Exact<Decimal> {
        sub(add(self.over_cap, self.due)?, add(self.owed, self.draw)?)
    }
}

/// What a payee is paid in one period and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The payout period, by its place in the chain.
    pub period: usize,
    /// The currency.
    pub currency: Currency,
    /// What was earned in the entries of the period, in this currency.
    pub earned: Decimal,
    /// What of the entries became payable.
    pub payable: Decimal,
    /// What of it is below zero and owed.
    pub debt: Decimal,
    /// What is paid; below zero only where the plan charges it.
    pub payout: Decimal,
    /// Brought forward.
    pub before: Balances,
    /// Carried forward.
    pub after: Balances,
    /// How the payout came about: code and amount, in order, none of them zero but what was earned and paid.
    pub lines: Vec<(&'static str, Decimal)>,
    /// Which balance a line moved, where a line may move several: for a journal.
    pub details: Vec<(&'static str, Decimal)>,
}

impl Payout {
    /// The net position carried forward: a debt is negative.
    #[must_use]
    pub fn carry(&self) -> Decimal {
        self.after.net().unwrap_or(Decimal::ZERO)
    }
}

/// The codes of the lines of a settlement.
pub const LINES: [&str; 14] = [
    "returned",
    "opening",
    "earned",
    "over_cap",
    "due",
    "paid_outside",
    "forgiven",
    "recovered",
    "draw_advanced",
    "draw_repaid",
    "draw_forgiven",
    "forgiven_at_leaving",
    "below_minimum",
    "forgiven_below_zero",
];

/// The payouts of all periods of the chain, for everybody who has been on a plan by the end of a period. Closed periods
/// are as they were settled; the open ones go on from their balances.
///
/// # Errors
/// Overflow, or an identity that does not hold, as a finding.
pub fn settle(
    book: &Book<'_>,
    measured: &Measured<'_>,
    entries: &[Entry],
    posted: Option<&Posted>,
) -> Result<Vec<Payout>, Box<Diagnostic>> {
    let too_large =
        |_: ArithmeticError| Box::new(Diagnostic::error(Code::Overflow, "a payout has more than 28 digits"));
    let sorted = sort::sort(book, entries).map_err(too_large)?;
    let own = |payee: usize, period: usize, currency: Currency| {
        let id = book.payees.get(payee).map_or("", |payee| &*payee.id);
        sorted.get(&(id, period, currency)).copied().unwrap_or_default()
    };
    settle_sorted((book, measured), own, posted)
}

/// The same, of what each payee, period and currency brings and takes.
///
/// # Errors
/// As [`settle`].
pub fn settle_sorted(
    (book, measured): (&Book<'_>, &Measured<'_>),
    sorted: impl Fn(usize, usize, Currency) -> Sorted,
    posted: Option<&Posted>,
) -> Result<Vec<Payout>, Box<Diagnostic>> {
    let too_large =
        |_: ArithmeticError| Box::new(Diagnostic::error(Code::Overflow, "a payout has more than 28 digits"));
    let mut payouts = Vec::new();
    let open = posted.map_or(0, |posted| posted.open(&book.chain));
    let closed = closed(book, posted);
    let mut decided: BTreeMap<&str, Vec<&Adjustment>> = BTreeMap::new();
    for row in &book.facts.adjustments {
        decided.entry(&row.payee).or_default().push(row);
    }
    for (payee, found) in book.payees.iter().enumerate() {
        for (currency, first) in paid_in(book, payee, posted) {
            let (mut carried, mut debts) = brought(posted, &found.id, currency);
            let before = closed.get(&(&*found.id, currency)).map_or(&[][..], Vec::as_slice);
            let mut paid = paid_before(book, before).map_err(too_large)?;
            let rows = decided.get(&*found.id).map_or(&[][..], Vec::as_slice);
            for (period, days) in book.chain.iter().enumerate().skip(first.max(open)) {
                let own = sorted(payee, period, currency);
                let terms = rules::terms((book, measured), payee, currency, period, &paid)?;
                let late = posted.filter(|_| period == open).map(|posted| &posted.settled);
                let mut decisions = rules::decisions(rows, currency, days, late).map_err(too_large)?;
                if let Some(posted) = posted.filter(|_| period == open) {
                    let key = (Arc::clone(&found.id), currency);
                    let said = |sums: &BTreeMap<_, Decimal>| sums.get(&key).copied().unwrap_or_default();
                    decisions.returned = said(&posted.rejected);
                    decisions.outside = add(decisions.outside, said(&posted.outside)).map_err(too_large)?;
                }
                let input = Input { own, decisions, terms };
                let settled = settle_one(&input, carried, &mut debts).map_err(too_large)?;
                let payout = Payout {
                    payee: Arc::clone(&found.id),
                    period,
                    currency,
                    earned: own.earned,
                    payable: sub(own.gain, own.debt).map_err(too_large)?,
                    debt: own.debt,
                    payout: settled.payout,
                    before: carried,
                    after: settled.after,
                    lines: settled.lines,
                    details: settled.details,
                };
                not_too_much_forgiven(&payout, &input, days)?;
                check(&payout, &input)?;
                carried = payout.after;
                paid.push(Paid::of(&payout, days).map_err(too_large)?);
                payouts.push(payout);
            }
        }
    }
    for (period, payout) in closed.into_values().flatten() {
        payouts.push(Payout { period, ..payout.clone() });
    }
    nobody_is_dropped(&payouts, posted, open, &book.chain)?;
    payouts.sort_by(|a, b| (&a.payee, a.period, a.currency).cmp(&(&b.payee, b.period, b.currency)));
    Ok(payouts)
}

/// What a payee brings forward from the last close.
fn brought(posted: Option<&Posted>, payee: &Arc<str>, currency: Currency) -> (Balances, Vec<Debt>) {
    let carried = posted.and_then(|posted| posted.carried.get(&(Arc::clone(payee), currency)));
    let debts = carried.map(|carried| {
        carried.debts.iter().map(|(amount, payouts)| Debt { amount: *amount, payouts: *payouts }).collect()
    });
    (carried.map(|carried| carried.balances).unwrap_or_default(), debts.unwrap_or_default())
}

/// The payouts of closed periods by payee and currency, each with the place of its period.
type ClosedPayouts<'p> = BTreeMap<(&'p str, Currency), Vec<(usize, &'p Payout)>>;

fn closed<'p>(book: &Book<'_>, posted: Option<&'p Posted>) -> ClosedPayouts<'p> {
    let places = book.payouts_by_label();
    let mut found = ClosedPayouts::new();
    for (label, payout) in posted.iter().flat_map(|posted| &posted.payouts) {
        if let Some(place) = places.get(&**label) {
            found.entry((&payout.payee, payout.currency)).or_default().push((*place, payout));
        }
    }
    found
}

/// What closed periods paid somebody.
fn paid_before(book: &Book<'_>, closed: &[(usize, &Payout)]) -> Exact<Vec<Paid>> {
    let days = closed.iter().filter_map(|(place, payout)| Some((payout, book.chain.get(*place)?)));
    days.map(|(payout, days)| Paid::of(payout, days)).collect()
}

/// A balance never gets lost: whoever has one is settled, on a plan or not.
fn nobody_is_dropped(
    payouts: &[Payout],
    posted: Option<&Posted>,
    open: usize,
    chain: &[crate::domain::calendar::Period],
) -> Result<(), Box<Diagnostic>> {
    let Some(posted) = posted.filter(|_| open < chain.len()) else { return Ok(()) };
    let settled: BTreeSet<(&str, Currency)> =
        payouts.iter().filter(|payout| payout.period == open).map(|payout| (&*payout.payee, payout.currency)).collect();
    let carried = posted.carried.iter().filter(|(_, carried)| carried.balances != Balances::default());
    let said = posted.rejected.keys().chain(posted.outside.keys());
    let mut all = carried.map(|(key, _)| key).chain(said);
    match all.find(|(payee, currency)| !settled.contains(&(&**payee, *currency))) {
        None => Ok(()),
        Some((payee, currency)) => {
            let message = format!("`{payee}` has a balance in {currency} in the ledger and is no payee any more");
            Err(Box::new(Diagnostic::error(Code::UnknownPayee, message).help("keep the row of the payee")))
        }
    }
}

/// The currencies a payee is paid in or has a balance in, each with the first period by whose end the payee has been on a plan.
fn paid_in(book: &Book<'_>, payee: usize, posted: Option<&Posted>) -> BTreeMap<Currency, usize> {
    let mut first: BTreeMap<Currency, BTreeSet<usize>> = BTreeMap::new();
    for (place, plan) in book.plans.iter().enumerate() {
        let Some(days) = book.tenure(place, payee).first() else { continue };
        if let Some(period) = book.chain.iter().position(|period| period.to >= days.from) {
            first.entry(book.pay_currency(payee, plan)).or_default().insert(period);
        }
    }
    let id = book.payees.get(payee).map(|payee| &payee.id);
    if let (Some(posted), Some(id)) = (posted, id) {
        let said = posted.rejected.keys().chain(posted.outside.keys());
        for (_, currency) in posted.carried.keys().chain(said).filter(|(payee, _)| payee == id) {
            first.entry(*currency).or_default().insert(0);
        }
    }
    first.into_iter().filter_map(|(currency, periods)| Some((currency, *periods.first()?))).collect()
}

/// Nobody is forgiven more than is owed: it would be somebody else's debt, or a figure mistyped.
fn not_too_much_forgiven(
    payout: &Payout,
    input: &Input<'_>,
    period: &crate::domain::calendar::Period,
) -> Result<(), Box<Diagnostic>> {
    let asked = add(input.decisions.forgive_owed, input.decisions.forgive_draw);
    let forgiven = input.decisions.forgiven_by(payout);
    if asked.as_ref().is_ok_and(|asked| *asked == forgiven) {
        return Ok(());
    }
    let asked = asked.map(|asked| asked.to_string()).unwrap_or_default();
    let (payee, label) = (&payout.payee, &period.label);
    let message = format!("`{payee}` is forgiven {asked} {} in {label} and owes {forgiven}", payout.currency);
    Err(Box::new(Diagnostic::error(Code::BadValue, message).help("forgive no more than is owed by then")))
}

/// The identity of a payee and period.
fn check(payout: &Payout, input: &Input<'_>) -> Result<(), Box<Diagnostic>> {
    let sides = || -> Exact<(Decimal, Decimal)> {
        let own = sub(input.own.gain, input.own.debt)?;
        let decided =
            sub(add(input.decisions.forgiven_by(payout), input.decisions.opening_net()?)?, input.decisions.outside)?;
        let decided = add(decided, input.decisions.returned)?;
        let dropped = payout
            .lines
            .iter()
            .filter(|(code, _)| matches!(*code, "draw_forgiven" | "forgiven_at_leaving" | "forgiven_below_zero"));
        let dropped = crate::domain::exact::sum(dropped.map(|(_, amount)| *amount))?;
        let left = add(add(add(payout.before.net()?, own)?, decided)?, dropped)?;
        Ok((left, add(payout.payout, payout.after.net()?)?))
    };
    let negative = |amount: Decimal| amount.is_sign_negative() && !amount.is_zero();
    let after = &payout.after;
    let sound = ![after.owed, after.draw, after.over_cap, after.due].into_iter().any(negative);
    let charged = input.terms.as_ref().is_some_and(|terms| terms.charges());
    match sides() {
        Ok((left, right)) if left == right && sound && (charged || !negative(payout.payout)) => Ok(()),
        other => {
            let message = format!("the payout of `{}` does not tie: {other:?}, {after:?}", payout.payee);
            Err(Box::new(Diagnostic::error(Code::Internal, message).help("nothing was written; please report this")))
        }
    }
}

/// The settle lines of a payout: name and amount.
#[must_use]
pub fn settle_lines(payout: &Payout) -> Vec<(&'static str, Decimal)> {
    let mut lines = vec![("brought_forward", payout.before.net().unwrap_or(Decimal::ZERO))];
    lines.extend(payout.lines.iter().copied());
    lines.push(("payout", payout.payout));
    lines.push(("carried_forward", payout.carry()));
    lines.into_iter().filter(|(name, amount)| matches!(*name, "earned" | "payout") || !amount.is_zero()).collect()
}
