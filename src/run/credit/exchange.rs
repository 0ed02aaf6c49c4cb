//! Credits of plans in other currencies, as a plan that sums them by name holds them: each in the plan's own currency, by its
//! `convert` at the credit's day, as what a deal says is.

use super::super::facts::{Book, RateOn};
use super::super::scene::deal_rate_on;
use super::Credit;
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction};
use crate::plan::model::{Measure, Plan, SumOf, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// How a credit came into another plan's currency.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// What one unit of its own is in it.
    pub factor: Fraction,
    /// The other plan's currency.
    pub into: Currency,
}

/// Credits in the currency of a plan that sums them, by the plan's place and the place of the credit. One without a rate is not
/// there.
pub type Exchanged = BTreeMap<(usize, usize), Credit>;

/// Exchanges all credits that a plan of another currency may sum by name.
pub(super) fn exchange(book: &Book<'_>, credits: &[Credit]) -> Exchanged {
    let mut found = Exchanged::new();
    for (place, rules) in book.plans.iter().enumerate() {
        let names: BTreeSet<&str> = rules
            .sums
            .iter()
            .filter_map(|sum| match &sum.of {
                SumOf::Named(name) => Some(&**name),
                SumOf::Measure(_) | SumOf::Component(_) => None,
            })
            .collect();
        if names.is_empty() {
            continue;
        }
        for (number, credit) in credits.iter().enumerate() {
            let Some(own) = credit.plan.and_then(|lender| book.plans.get(lender)) else {
                continue;
            };
            if own.measures.get(credit.measure).is_none_or(|measure| measure.unit != Unit::Money) {
                continue;
            }
            if own.currency == rules.currency || !own.measures.iter().any(|measure| names.contains(&*measure.name)) {
                continue;
            }
            let on = credit.rate_on(book, rules);
            let factor = book.rates.factor(&rules.convert.rates, own.currency, rules.currency, on);
            let exchange = factor.ok().map(|factor| Exchange { factor, into: rules.currency });
            let exchanged = exchange.and_then(|exchange| credit.exchanged(exchange).ok());
            found.extend(exchanged.map(|credit| ((place, number), credit)));
        }
    }
    found
}

impl Credit {
    /// The measure that gave the credit, with its plan's place; `None` for a given total of a measure that only a sum names.
    #[must_use]
    pub fn lender<'b>(&self, book: &Book<'b>) -> Option<(usize, &'b Measure)> {
        let plan = self.plan?;
        Some((plan, book.plans.get(plan)?.measures.get(self.measure)?))
    }

    /// When a plan that reads the credit reads the rates for what its deal says: by that plan's `convert`, in the period of the
    /// measure that gave the credit.
    #[must_use]
    pub fn rate_on(&self, book: &Book<'_>, reader: &Plan) -> RateOn {
        let lender = self.lender(book);
        let period = lender.and_then(|(plan, of)| book.measured(plan, &of.period, self.payee, self.day).ok());
        deal_rate_on(reader, self.day, period.as_ref())
    }

    /// The same in another currency.
    ///
    /// # Errors
    /// Overflow.
    pub fn exchanged(&self, exchange: Exchange) -> Exact<Self> {
        let into = |amount| exchange.factor.times(amount).and_then(Fraction::value);
        Ok(Self { base: into(self.base)?, amount: into(self.amount)?, exchange: Some(exchange), ..self.clone() })
    }
}
