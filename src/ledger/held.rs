//! What is earned and not payable yet, by key: it grows with each close that a reader goes through, so that all closes
//! together cost one pass. The accrual report, the journal and the statements are views of it.
//!
//! In:   the entries of a close, and what its statements said of what they wait for.
//! Out:  for each key what waits after it. A key of which nothing waits is gone.

use super::rows::{CloseRow, EntryRow, currency, too_large};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::add;
use crate::run::statement::{Hold, Kept};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What an amount that waits belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key<'l> {
    /// The payee's id.
    pub payee: &'l str,
    /// The payee's currency.
    pub pay_currency: &'l str,
    /// The plan.
    pub plan: &'l str,
    /// The component.
    pub component: &'l str,
    /// The deal's id.
    pub deal: Option<&'l str>,
    /// The label of the measurement period.
    pub measured: &'l str,
    /// The plan's currency.
    pub currency: Currency,
}

/// An amount that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Earned less payable, in the plan's currency.
    pub amount: Decimal,
    /// What it waits for, as the last statement that said so; empty where none did.
    pub until: String,
    /// Whether some of it has become payable.
    begun: bool,
}

/// All that waits after a close.
#[derive(Debug, Default)]
pub struct Held<'l>(BTreeMap<Key<'l>, Waiting>);

impl<'l> Held<'l> {
    /// Lets a close in: its entries, and what its statements kept.
    ///
    /// # Errors
    /// Rows that cannot be as they were written; a sum with too many digits.
    pub fn let_in(
        &mut self,
        close: &CloseRow,
        entries: &'l [EntryRow],
        kept: Option<&Kept>,
    ) -> Result<(), Box<Diagnostic>> {
        let holds = holds(kept);
        for row in entries {
            let key = key(row)?;
            if row.earned == row.payable && !self.0.contains_key(&key) {
                continue;
            }
            let waits = row.waits(key.currency)?;
            let waiting = self.0.entry(key).or_default();
            waiting.amount = add(waiting.amount, waits).map_err(too_large)?;
            waiting.begun |= row.payable != 0;
            let said = (key.payee, key.pay_currency, key.plan, key.component, key.deal, key.measured);
            if let Some(until) = holds.get(&said) {
                waiting.until = (*until).to_owned();
            }
        }
        self.0.retain(|_, waiting| !waiting.amount.is_zero());
        for waiting in self.0.values_mut().filter(|waiting| !waiting.until.is_empty()) {
            waiting.until = still(&waiting.until, waiting.begun, close.until);
        }
        Ok(())
    }

    /// What waits, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key<'l>, &Waiting)> {
        self.0.iter()
    }
}

fn key(row: &EntryRow) -> Result<Key<'_>, Box<Diagnostic>> {
    Ok(Key {
        payee: &row.payee,
        pay_currency: &row.pay_currency,
        plan: &row.plan,
        component: &row.component,
        deal: row.deal.as_deref(),
        measured: &row.measured,
        currency: currency(&row.currency)?,
    })
}

/// What statements said of what is waited for: payee, currency, plan, component, deal, measurement period.
type Said<'k> = BTreeMap<(&'k str, &'k str, &'k str, &'k str, Option<&'k str>, &'k str), &'k str>;

fn holds(kept: Option<&Kept>) -> Said<'_> {
    let all = kept.map(Kept::all).unwrap_or_default().iter();
    let said = all.flat_map(|shown| shown.holds.iter().map(move |hold| (shown, hold)));
    said.map(|(shown, hold)| {
        let Hold { plan, component, deal, measured, until } = hold;
        ((&*shown.payee, &*shown.currency, &**plan, &**component, deal.as_deref(), &**measured), &**until)
    })
    .collect()
}

/// What is still waited for: a day that has come is not, nor, once some of it is payable, what a deal says of itself.
fn still(until: &str, begun: bool, today: NaiveDate) -> String {
    let waits = |word: &&str| match word.parse::<NaiveDate>() {
        Ok(day) => day > today,
        Err(_) => !(begun && matches!(*word, "closed" | "booked")),
    };
    until.split(", ").filter(waits).collect::<Vec<_>>().join(", ")
}
