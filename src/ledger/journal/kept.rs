//! What a journal has booked stays where it was booked: an account of balances is not given another name, and what is
//! capitalised keeps its rule, for as long as something stands there.
//!
//! Asked of a new close alone: what was closed is made again as it was.

use super::amortise::rule_of;
use super::{Desk, Whole};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::fixed;
use crate::io::settings::SETTINGS_FILE;
use crate::io::settings::outputs::Journal;
use crate::ledger::people::People;
use std::collections::BTreeMap;

/// Roles whose accounts hold what later closes move on. What the others hold is moved on by others, or is no balance.
pub(super) const HOLDING: [&str; 6] = ["accrued", "payable", "receivable", "draws", "contract_asset", "burden_asset"];

/// The accounts of balances that a journal names, each with its role.
pub(super) fn named(journal: &Journal) -> BTreeMap<String, &'static str> {
    let all = std::iter::once(&journal.accounts).chain(journal.rules.iter().map(|rule| &rule.accounts));
    let of = |accounts: &BTreeMap<String, String>| {
        HOLDING.into_iter().filter_map(|role| Some((accounts.get(role)?.clone(), role))).collect::<Vec<_>>()
    };
    all.flat_map(of).collect()
}

impl Whole {
    /// Nothing stands in an account or under a rule that the settings do not name any more.
    ///
    /// # Errors
    /// The first that they miss.
    pub fn keeps(&self, journal: &Journal, people: &People) -> Result<(), Box<Diagnostic>> {
        for (account, role) in &self.dropped {
            let own = self.accounts.iter().find(|((name, _), amount)| name == account && !amount.is_zero());
            let Some(((_, currency), amount)) = own else { continue };
            let amount = fixed(*amount, currency.places());
            let message = format!(
                "closed periods have booked {amount} {currency} in `{account}`, which was the account of `{role}`"
            );
            let finding = Diagnostic::error(Code::MissingAccount, message).in_file(SETTINGS_FILE);
            let help = format!(
                "nothing was written; name `{account}` for it again: an account gets another name in the books, \
                 not here"
            );
            return Err(Box::new(finding.why("balances go on where they were booked").help(help)));
        }
        let desk = Desk::new(journal, people, super::Stands::new());
        for ((payee, about, currency), left) in self.assets.open()? {
            if rule_of(&desk, about).is_some() {
                continue;
            }
            let (left, component) = (fixed(left, currency.places()), &about.component);
            let message = format!(
                "`{component}` of `{payee}` has {left} {currency} capitalised, and no `capitalise` is of it any more"
            );
            let finding = Diagnostic::error(Code::MissingAccount, message).in_file(SETTINGS_FILE);
            let help =
                format!("nothing was written; keep the `[[capitalise]]` of `{component}` until it is written off");
            return Err(Box::new(finding.why("what is left of it would never be written off").help(help)));
        }
        Ok(())
    }
}
