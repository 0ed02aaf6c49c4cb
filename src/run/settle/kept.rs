//! What is kept of a payout: all of it, or no more than a list of payouts shows.

use super::Payout;
use crate::domain::currency::Currency;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a list of payouts shows of one. A run that pays very many people and tells nothing more keeps no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutRow {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The payout period, by its place in the chain.
    pub period: usize,
    /// The currency.
    pub currency: Currency,
    /// What was earned in the entries of the period.
    pub earned: Decimal,
    /// What is paid.
    pub payout: Decimal,
    /// The net position carried forward: a debt is negative.
    pub carry: Decimal,
}

impl From<&Payout> for PayoutRow {
    fn from(of: &Payout) -> Self {
        Self {
            payee: Arc::clone(&of.payee),
            period: of.period,
            currency: of.currency,
            earned: of.earned,
            payout: of.payout,
            carry: of.carry(),
        }
    }
}

/// What is kept of each payout.
pub trait Kept: Send {
    /// Of a payout that was settled.
    fn of(payout: Payout) -> Self;
    /// Payee, period and currency, by which payouts are sorted.
    fn key(&self) -> (&Arc<str>, usize, Currency);
}

impl Kept for Payout {
    fn of(payout: Payout) -> Self {
        payout
    }

    fn key(&self) -> (&Arc<str>, usize, Currency) {
        (&self.payee, self.period, self.currency)
    }
}

impl Kept for PayoutRow {
    fn of(payout: Payout) -> Self {
        Self::from(&payout)
    }

    fn key(&self) -> (&Arc<str>, usize, Currency) {
        (&self.payee, self.period, self.currency)
    }
}
