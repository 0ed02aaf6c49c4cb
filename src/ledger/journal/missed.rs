//! What closes without a journal have moved: a journal may begin, or go on, after closes whose settings named no accounts.
//!
//! Balances and what is held have changed there, and were booked elsewhere. The first close that has a journal again opens
//! them against the account of `opening`, so that its balances are those of the settlement from then on.

use super::{About, Desk, about};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{add, sub};
use crate::ledger::book::BALANCES;
use crate::ledger::rows::{EntryRow, currency, major, too_large};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was moved since the last close with a journal.
#[derive(Debug, Default)]
pub struct Missed {
    /// By payee, balance and currency.
    balances: BTreeMap<(String, &'static str, Currency), Decimal>,
    /// Earned less payable, by payee, what it is about and currency.
    held: BTreeMap<(Arc<str>, About, Currency), Decimal>,
}

impl Missed {
    /// Lets in a close without a journal.
    ///
    /// # Errors
    /// Rows that cannot be as they were written; a sum with too many digits.
    pub fn let_in(
        &mut self,
        entries: &[EntryRow],
        settled: &BTreeMap<(&str, &str), BTreeMap<&str, i64>>,
    ) -> Result<(), Box<Diagnostic>> {
        for row in entries.iter().filter(|row| row.earned != row.payable) {
            let own = currency(&row.currency)?;
            let waits = row.waits(own)?;
            let sum = self.held.entry((row.payee.clone(), about(row), own)).or_default();
            *sum = add(*sum, waits).map_err(too_large)?;
        }
        for ((payee, code), lines) in settled {
            let currency = currency(code)?;
            let line = |name: String| major(lines.get(&*name).copied().unwrap_or(0), currency);
            for balance in BALANCES {
                let moved = sub(line(format!("carried.{balance}")), line(format!("brought.{balance}")));
                let sum = self.balances.entry(((*payee).to_owned(), balance, currency)).or_default();
                *sum = add(*sum, moved.map_err(too_large)?).map_err(too_large)?;
            }
        }
        Ok(())
    }

    /// Opens it.
    ///
    /// # Errors
    /// An account that is not named.
    pub fn open(self, desk: &mut Desk<'_>) -> Result<(), Box<Diagnostic>> {
        for ((payee, about, currency), held) in self.held {
            desk.transfer("opening", ("opening", "accrued"), (held, currency), (&payee, &about))?;
        }
        let nothing = About::default();
        for ((payee, balance, currency), amount) in self.balances {
            let accounts = match balance {
                "owed" => ("receivable", "opening"),
                "draw" => ("draws", "opening"),
                _ => ("opening", "payable"),
            };
            desk.transfer("opening", accounts, (amount, currency), (&payee, &nothing))?;
        }
        Ok(())
    }
}
