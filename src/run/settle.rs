//! Settle: from entries to payouts and balances. The sixth of seven stages, between `adjust` and `statement`.
//!
//! In:   the entries of each payout period; the balances brought forward from the one before; decisions to forgive, to
//!       count as paid outside, to take a balance over.
//! Out:  for each payee, period and currency the payout and what is carried, line by line.
//! Here: what entries bring and take (`sort`), whose decisions are (`decided`), the order of a settlement (`one`), the terms
//! of the payee's plan (`rules`), a payee's payouts one after another (`chain`), what is kept of them (`kept`).
//! Not here: what was earned and why (`earn`).
//!
//! Invariants, checked at the end of every run: balance before + entries + what was forgiven and taken over − what was paid
//! outside = payout + balance after, for each payee and period; no balance is negative. They hold in release builds too.

mod chain;
mod decided;
mod kept;
mod one;
mod rules;
mod sort;

use super::adjust::{self, Entry};
use super::facts::Book;
use super::measure::Measured;
use super::posted::Posted;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{Exact, add, sub};
use crate::parallel;
use chain::{Chain, Settling};
use decided::Decided;
pub use kept::{Kept, PayoutRow};
use one::{Debt, Input};
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

    /// Each of them with that of another.
    fn plus(&self, other: &Self) -> Exact<Self> {
        Ok(Self {
            owed: add(self.owed, other.owed)?,
            draw: add(self.draw, other.draw)?,
            over_cap: add(self.over_cap, other.over_cap)?,
            due: add(self.due, other.due)?,
        })
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
    /// What made lines as large as they are, by their codes; nothing of payouts that closes have settled.
    pub terms: Vec<(&'static str, Term)>,
}

/// What the plan, or whoever decided it, says of a line of the settlement, with its figure in the currency of pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// One payout pays no more than this.
    Most(Decimal),
    /// No more than this part of what is available, as a fraction.
    Part(Decimal),
    /// So much is left of the payout.
    Leaves(Decimal),
    /// So much is not available for it.
    Apart(Decimal),
    /// A debt is repaid in so many payouts.
    Instalments(u32),
    /// The draw gives so much.
    Gives(Decimal),
    /// Never more than this is advanced in all.
    Advanced(Decimal),
    /// A payout below this waits.
    Minimum(Decimal),
    /// It is the last pay of somebody who has left.
    Leaving,
    /// Somebody decided it, for this reason.
    Said(Arc<str>),
}

impl Payout {
    /// The net position carried forward: a debt is negative.
    #[must_use]
    pub fn carry(&self) -> Decimal {
        self.after.net().unwrap_or(Decimal::ZERO)
    }
}

/// The codes of the lines of a settlement.
pub const LINES: [&str; 16] = [
    "returned",
    "opening",
    "moved",
    "moved_pay",
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

/// The payouts of all periods of the chain, for everybody who has been on a plan by the end of a period, or has an entry or
/// a decision. Closed periods are as they were settled; the open ones go on from their balances.
///
/// # Errors
/// Overflow, or an identity that does not hold, as a finding.
pub fn settle(
    book: &Book<'_>,
    measured: &Measured<'_>,
    entries: &[Entry],
    posted: Option<&Posted>,
) -> Result<Vec<Payout>, Vec<Diagnostic>> {
    let sorted = sort::sort(book, entries).map_err(|_| vec![*too_large()])?;
    let own = |whose: &Whom<'_>, period: usize| sorted.get(&(&*whose.id, period, whose.currency)).copied();
    let mut entered = Entered::new();
    for (payee, period, currency) in sorted.keys() {
        let periods = entered.entry(payee).or_default().entry(*currency).or_insert((*period, *period));
        *periods = (periods.0.min(*period), periods.1.max(*period));
    }
    let payouts = settle_sorted((book, measured), (&own, &entered), posted)?;
    let open = posted.map_or(0, |posted| posted.open(&book.chain));
    every_entry_is_settled(book, entries, &payouts, open).map_err(|finding| vec![*finding])?;
    Ok(payouts)
}

/// How many payees are settled together on one core.
const PAYEES: usize = 256;

/// What the entries of a payee and currency bring and take in a period; `None`: there are none.
pub type Brings<'s> = dyn Fn(&Whom<'_>, usize) -> Option<Sorted> + Sync + 's;

/// A payee by place and id, a currency, and the first period that it has.
type Own<'i> = (usize, &'i Arc<str>, Currency, usize);

/// By payee and currency the first and the last period with an entry.
pub type Entered<'e> = BTreeMap<&'e str, BTreeMap<Currency, (usize, usize)>>;

fn too_large() -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::Overflow, "a payout has more than 28 digits"))
}

/// The same, of what each payee, period and currency brings and takes.
///
/// # Errors
/// As [`settle`].
pub fn settle_sorted<K: Kept>(
    (book, measured): (&Book<'_>, &Measured<'_>),
    (sorted, entered): (&Brings<'_>, &Entered<'_>),
    posted: Option<&Posted>,
) -> Result<Vec<K>, Vec<Diagnostic>> {
    let open = posted.map_or(0, |posted| posted.open(&book.chain));
    let changed = changed_currencies(book, posted);
    if !changed.is_empty() {
        return Err(changed);
    }
    let closed = closed(book, posted);
    let all: Vec<_> = (0..book.payees.len()).map(|payee| paid_in(book, payee, entered, posted)).collect();
    let known = |payee: usize| all.get(payee).map(|all| all.keys().copied().collect()).unwrap_or_default();
    let decided = Decided::new(book, known, posted)?;
    let mut whose: Vec<Own<'_>> = Vec::new();
    for (payee, (found, paid_in)) in book.payees.iter().zip(&all).enumerate() {
        let mut first = paid_in.clone();
        for (currency, period) in decided.first(book, payee) {
            let first = first.entry(currency).or_insert(period);
            *first = period.min(*first);
        }
        whose.extend(first.into_iter().map(|(currency, first)| (payee, &found.id, currency, first)));
    }
    let gone = gone(book, entered, posted, open);
    whose.extend(gone.iter().map(|(id, currency)| (usize::MAX, id, *currency, open)));
    let settled = |some: &&[&[Own<'_>]]| {
        let chains: usize = some.iter().map(|one| one.len()).sum();
        let mut payouts: Vec<K> = Vec::with_capacity(chains.saturating_mul(book.chain.len().saturating_sub(open)));
        for one in *some {
            let mut chains = Vec::with_capacity(one.len());
            for (payee, id, currency, first) in *one {
                let before = closed.get(&(&***id, *currency)).map_or(&[][..], Vec::as_slice);
                let whose = Whom { payee: *payee, id: Arc::clone(id), currency: *currency, before };
                let chain = Chain::new(book, whose, (*first).max(open), posted);
                chains.push(chain.map_err(|finding| vec![*finding])?);
            }
            let desk = Settling { book, measured, sorted, decided: &decided, posted };
            desk.all(chains, &mut |payout| payouts.push(K::of(payout))).map_err(|finding| vec![*finding])?;
        }
        Ok(payouts)
    };
    // The first finding in the order of payees is told, on however many cores.
    let groups: Vec<_> = whose.chunk_by(|a, b| a.1 == b.1).collect();
    let pieces: Vec<_> = groups.chunks(PAYEES).collect();
    let settled: Result<Vec<Vec<K>>, Vec<Diagnostic>> = parallel::each(&pieces, settled).into_iter().collect();
    let settled = settled?;
    let mut payouts = Vec::with_capacity(settled.iter().map(Vec::len).sum());
    settled.into_iter().for_each(|mut some| payouts.append(&mut some));
    for (period, payout) in closed.into_values().flatten() {
        payouts.push(K::of(Payout { period, ..payout.clone() }));
    }
    payouts.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(payouts)
}

/// Refuses another currency for all days of somebody whose closed payouts are in one: all of them would be paid again in the
/// new one.
fn changed_currencies(book: &Book<'_>, posted: Option<&Posted>) -> Vec<Diagnostic> {
    let was = posted.into_iter().flat_map(|posted| posted.carried.keys());
    let own = |id: &str| book.payee(id).map_or(&[][..], |payee| book.own_currencies(payee));
    let changed = was.filter_map(|(id, was)| {
        let own = own(id);
        let (_, now) = own.last().filter(|_| own.iter().all(|(_, own)| own != was))?;
        Some((id, was, *now))
    });
    let told = |(id, was, now): (&Arc<str>, &Currency, Currency)| {
        let message = format!("closed payouts of `{id}` are in {was}, and the data says {now}");
        let help = format!(
            "say from which day: two rows of the payee, one with {was} and `to`, one with {now} and `from`, map `from` and `to`"
        );
        Diagnostic::error(Code::BadCurrency, message).help(help)
    };
    changed.map(told).collect()
}

/// A payee and currency, with the payouts of closed periods.
pub struct Whom<'a> {
    /// The payee's place in the book; beyond it for somebody who is in no file any more.
    pub payee: usize,
    id: Arc<str>,
    /// The currency.
    pub currency: Currency,
    before: &'a [(usize, &'a Payout)],
}

/// No entry is posted that nobody is paid or owes: what the entries of each payee, open period and currency come to is what
/// the settlement has of them.
fn every_entry_is_settled(
    book: &Book<'_>,
    entries: &[Entry],
    payouts: &[Payout],
    open: usize,
) -> Result<(), Box<Diagnostic>> {
    let mut sums: BTreeMap<(&str, usize, Currency), Decimal> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.payout >= open && adjust::posts(entry)) {
        let sum = sums.entry((&entry.payee, entry.payout, entry.currency)).or_default();
        *sum = add(*sum, entry.amount).map_err(|_| too_large())?;
    }
    for payout in payouts.iter().filter(|payout| payout.period >= open) {
        let sum = sums.remove(&(&*payout.payee, payout.period, payout.currency)).unwrap_or_default();
        if sum != payout.payable {
            let message = format!("the entries of `{}` come to {sum} and {} is settled", payout.payee, payout.payable);
            let finding = Diagnostic::error(Code::Internal, message);
            return Err(Box::new(finding.help("nothing was written; please report this")));
        }
    }
    let Some((payee, period, currency)) = sums.keys().next() else { return Ok(()) };
    let label = book.chain.get(*period).map_or("", |period| &*period.label);
    let message = format!("`{payee}` has an entry in {currency} in {label} and is not settled");
    Err(Box::new(Diagnostic::error(Code::Internal, message).help("nothing was written; please report this")))
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
    for (label, payouts) in posted.iter().flat_map(|posted| &posted.payouts) {
        let Some(place) = places.get(&**label) else { continue };
        for payout in payouts {
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

/// Who is in no file any more and has an entry, as of a deal that is withdrawn, or a balance: what they owe, or are owed, does
/// not get lost.
fn gone(
    book: &Book<'_>,
    entered: &Entered<'_>,
    posted: Option<&Posted>,
    open: usize,
) -> BTreeSet<(Arc<str>, Currency)> {
    let is_gone = |id: &str| book.payee(id).is_none();
    let entered = entered.iter().filter(|(id, _)| is_gone(id)).flat_map(|(id, all)| {
        let late = all.iter().filter(|(_, (_, last))| *last >= open);
        late.map(|(currency, _)| (Arc::from(*id), *currency))
    });
    let mut found: BTreeSet<(Arc<str>, Currency)> = entered.collect();
    let Some(posted) = posted else { return found };
    let carried = posted.carried.iter().filter(|(_, carried)| carried.balances != Balances::default());
    let said = posted.rejected.keys().chain(posted.outside.keys());
    found.extend(carried.map(|(key, _)| key).chain(said).filter(|(id, _)| is_gone(id)).cloned());
    found
}

/// The currencies a payee is paid in, has an entry or a balance in, each with the first period by whose end the payee has
/// been on a plan, or of an entry.
fn paid_in(book: &Book<'_>, payee: usize, entered: &Entered<'_>, posted: Option<&Posted>) -> BTreeMap<Currency, usize> {
    let mut first: BTreeMap<Currency, usize> = BTreeMap::new();
    let mut put = |currency: Currency, period: usize| {
        let first = first.entry(currency).or_insert(period);
        *first = period.min(*first);
    };
    for (place, plan) in book.plans.iter().enumerate() {
        let Some(days) = book.tenure(place, payee).first() else { continue };
        // A plan of later on: nothing is settled for it yet.
        let period = book.chain.iter().position(|period| period.to >= days.from).unwrap_or(book.chain.len());
        put(book.pay_currency(payee, plan, days.from), period);
        for (from, currency) in book.own_currencies(payee).iter().filter(|(from, _)| *from > days.from) {
            let since = book.chain.iter().position(|period| period.to >= *from).unwrap_or(book.chain.len());
            put(*currency, since);
        }
    }
    let Some(id) = book.payees.get(payee).map(|payee| &payee.id) else { return first };
    for (currency, (period, _)) in entered.get(&**id).into_iter().flatten() {
        put(*currency, *period);
    }
    if let Some(posted) = posted {
        let said = posted.rejected.keys().chain(posted.outside.keys()).filter(|(payee, _)| payee == id);
        let carried = posted.carried.range((Arc::clone(id), Currency::FIRST)..).map(|(key, _)| key);
        for (_, currency) in carried.take_while(|(payee, _)| payee == id).chain(said) {
            put(*currency, 0);
        }
    }
    first
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
        let dropped = payout.lines.iter().filter(|(code, _)| {
            matches!(*code, "moved" | "moved_pay" | "draw_forgiven" | "forgiven_at_leaving" | "forgiven_below_zero")
        });
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
