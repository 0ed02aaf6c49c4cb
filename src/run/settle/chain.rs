//! The payouts of one payee, period by period: in each currency a chain of balances. Where the data says that a payee is paid in
//! another currency from a day on, the chain of the old one pays nothing any more: whatever it has leaves for the new one at the
//! rate of the period's last day, a pair of lines.

use super::decided::Decided;
use super::one::{Debt, Input, Moved, Settled, Way, settle_one};
use super::rules::{self, Paid};
use super::{Balances, Brings, Payout, Whom, brought, check, not_too_much_forgiven, paid_before, too_large};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{ArithmeticError, Fraction, add, sub};
use crate::run::facts::{Book, RateOn};
use crate::run::measure::Measured;
use crate::run::posted::Posted;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A currency of a payee.
pub(super) struct Chain<'a> {
    whose: Whom<'a>,
    /// The first period that it has, by place.
    first: usize,
    carried: Balances,
    debts: Vec<Debt>,
    paid: Vec<Paid>,
}

impl<'a> Chain<'a> {
    /// A chain that goes on from the last close.
    pub fn new(
        book: &Book<'_>,
        whose: Whom<'a>,
        first: usize,
        posted: Option<&Posted>,
    ) -> Result<Self, Box<Diagnostic>> {
        let (carried, debts) = brought(posted, &whose.id, whose.currency);
        let paid = paid_before(book, whose.before).map_err(|_: ArithmeticError| too_large())?;
        Ok(Self { whose, first, carried, debts, paid })
    }
}

/// What settlements are worked from.
pub(super) struct Settling<'s, 'a> {
    pub book: &'a Book<'a>,
    pub measured: &'a Measured<'a>,
    pub sorted: &'s Brings<'s>,
    pub decided: &'s Decided<'a>,
    pub posted: Option<&'s Posted>,
}

impl Settling<'_, '_> {
    /// The payouts of a payee's chains, each given away as soon as it is settled.
    pub fn all(&self, mut chains: Vec<Chain<'_>>, keep: &mut dyn FnMut(Payout)) -> Result<(), Box<Diagnostic>> {
        let Some(first) = chains.iter().map(|chain| chain.first).min() else { return Ok(()) };
        let payee = chains.first().map_or(usize::MAX, |chain| chain.whose.payee);
        // Most people keep their currency. Of somebody who is on no plan any more nothing takes over what is left.
        let own = Some(self.book.own_currencies(payee)).filter(|own| own.len() > 1).unwrap_or_default();
        let has = |currency: &Currency| chains.iter().any(|chain| chain.whose.currency == *currency);
        let takes: Vec<Currency> = own.iter().map(|(_, currency)| *currency).filter(has).collect();
        for (period, days) in self.book.chain.iter().enumerate().skip(first) {
            let now = if takes.is_empty() { None } else { self.book.own_currency(payee, days.to) };
            let now = now.filter(|now| takes.contains(now));
            let mut moved: Vec<(Currency, Moved)> = Vec::new();
            let is_old = |chain: &Chain<'_>| now.is_some_and(|now| now != chain.whose.currency);
            for chain in chains.iter_mut().filter(|chain| chain.first <= period && is_old(chain)) {
                let left = self.step(chain, period, Way::Leaves, keep)?;
                if left != Moved::default() {
                    moved.push((chain.whose.currency, left));
                }
            }
            for chain in chains.iter_mut().filter(|chain| !is_old(chain)) {
                let mut way = Way::Paid;
                for (from, left) in &moved {
                    let came = self.exchanged(*left, (*from, chain.whose.currency), payee, period)?;
                    way = Way::With(both(came, way).map_err(|_| too_large())?);
                }
                if chain.first <= period || way != Way::Paid {
                    self.step(chain, period, way, keep)?;
                }
            }
        }
        Ok(())
    }

    /// Settles a period of a chain; gives what leaves it.
    fn step(
        &self,
        chain: &mut Chain<'_>,
        period: usize,
        way: Way,
        keep: &mut dyn FnMut(Payout),
    ) -> Result<Moved, Box<Diagnostic>> {
        let large = |_: ArithmeticError| too_large();
        let (book, posted) = (self.book, self.posted);
        let Some(days) = book.chain.get(period) else { return Ok(Moved::default()) };
        let whose = &chain.whose;
        let (payee, currency) = (whose.payee, whose.currency);
        let brought = (self.sorted)(whose, period);
        let own = brought.unwrap_or_default();
        let terms = rules::terms((book, self.measured), payee, currency, period, &chain.paid)?;
        let is_open = posted.is_some_and(|posted| posted.open(&book.chain) == period);
        let mut decisions = self.decided.of(book, (payee, currency), period, is_open).map_err(large)?;
        if let Some(posted) = posted.filter(|_| is_open) {
            let key = (Arc::clone(&whose.id), currency);
            let said = |sums: &BTreeMap<_, Decimal>| sums.get(&key).copied().unwrap_or_default();
            decisions.returned = said(&posted.rejected);
            decisions.outside = add(decisions.outside, said(&posted.outside)).map_err(large)?;
        }
        let input = Input { own, decisions, terms, way };
        let Settled { payout, after, lines, details, terms, debt, left } =
            settle_one(&input, chain.carried, &mut chain.debts).map_err(large)?;
        let reasons = self.decided.reasons(book, (payee, currency), period, is_open).into_iter();
        let moved = |code: &str| lines.iter().any(|(line, _)| *line == code);
        let reasons: Vec<_> = reasons.filter(|(code, _)| moved(code)).collect();
        let payout = Payout {
            payee: Arc::clone(&whose.id),
            period,
            currency,
            earned: own.earned,
            payable: sub(own.gain, own.debt).map_err(large)?,
            debt,
            payout,
            before: chain.carried,
            after,
            lines,
            details,
            terms: terms.into_iter().chain(reasons).collect(),
        };
        not_too_much_forgiven(&payout, &input, days)?;
        check(&payout, &input)?;
        chain.carried = payout.after;
        chain.paid.push(Paid::of(&payout, days).map_err(large)?);
        // A currency of which nothing is left is none of the payee's any more; entries that come to nothing are still shown.
        let over = way == Way::Leaves && brought.is_none() && payout.lines.iter().all(|(_, sum)| sum.is_zero());
        if !(over && payout.before == Balances::default()) {
            keep(payout);
        }
        Ok(left)
    }

    /// What leaves one currency, in another, at the rate of a period's last day; each balance rounded once.
    fn exchanged(
        &self,
        left: Moved,
        (from, to): (Currency, Currency),
        payee: usize,
        period: usize,
    ) -> Result<Moved, Box<Diagnostic>> {
        let book = self.book;
        let held = |place: &usize| !book.tenure(*place, payee).is_empty();
        let place = (0..book.plans.len()).rfind(held).unwrap_or(0);
        let (Some(plan), Some(days)) = (book.plans.get(place), book.chain.get(period)) else { return Ok(left) };
        let factor = book.rates.factor(&plan.convert.rates, from, to, RateOn::Day(days.to)).map_err(|_| {
            let id = book.payees.get(payee).map_or("", |payee| &*payee.id);
            let message = format!(
                "`{id}` is paid in {to} now, and there is no rate of exchange from {from} to {to} on {} for what is left",
                days.to
            );
            let help = format!("add it to the rates `{}`", plan.convert.rates);
            Box::new(Diagnostic::error(Code::MissingRate, message).help(help))
        })?;
        let large = |_: ArithmeticError| too_large();
        left.each(|amount| {
            let value = factor.times(amount).and_then(Fraction::value).map_err(large)?;
            Ok(plan.rounding.round(value, to.places()))
        })
    }
}

/// What came, with what came before it.
fn both(came: Moved, before: Way) -> Result<Moved, ArithmeticError> {
    let Way::With(before) = before else { return Ok(came) };
    Ok(Moved { balances: came.balances.plus(&before.balances)?, gain: add(came.gain, before.gain)? })
}
