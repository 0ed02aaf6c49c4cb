//! The journal of a close: transfers, each with a debit, a credit and an amount above zero, so that it balances by
//! construction. Accounts by role are the project's.
//!
//! In:   entries and settlement lines of all closes up to one, the settings that each of them kept.
//! Out:  the transfers of that close, and the balances of accounts after it.
//! Here: what each line of a settlement and each entry moves. Costs that are spread over time: `amortise`; closes without a
//! journal: `missed`; what may not be renamed: `kept`.
//! Not here: texts (`text`).
//!
//! Invariant: payable = over the cap + due, receivable = owed, draws = draw, accrued = held, what is capitalised = the end of
//! the roll-forward, after every close; `hledger` and `beancount` check it again.

mod amortise;
mod kept;
mod missed;
mod text;

use super::book::Ledger;
use super::files::File;
use super::held::{Held, Key};
use super::people::People;
use super::rows::{CloseRow, EntryRow, currency, major, too_large};
use super::walk::Walk;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, negate, sub};
use crate::io::settings::outputs::{Journal, Outputs};
use amortise::Assets;
use missed::Missed;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What it is: `earned`, `payout`.
    pub cause: &'static str,
    /// The account that is debited.
    pub debit: String,
    /// The account that is credited.
    pub credit: String,
    /// Above zero.
    pub amount: Decimal,
    /// In this currency.
    pub currency: Currency,
    /// Whom it is about.
    pub payee: String,
    /// The entry that it comes from, with its number; `None`: a line of the settlement.
    pub about: About,
}

/// What a transfer is about beyond the payee.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// The plan.
    pub plan: Arc<str>,
    /// The component.
    pub component: Arc<str>,
    /// The deal.
    pub deal: String,
    /// The measurement period.
    pub measured: Arc<str>,
}

/// Balances by account and currency; debits are above zero.
pub type Accounts = BTreeMap<(String, Currency), Decimal>;

/// What stands in the accounts of roles that later closes move on: by role, payee, what it is about, and currency. What is owed
/// to a payee or by one is about nothing. What comes to nothing is not in it.
type Stands = BTreeMap<(&'static str, String, About, Currency), Decimal>;

/// The transfers of one close under way.
struct Desk<'a> {
    journal: &'a Journal,
    people: &'a People,
    transfers: Vec<Transfer>,
    stands: Stands,
}

/// The account of a role for a payee and what an amount is about; `None` where none is named.
#[must_use]
pub fn account_of((journal, people): (&Journal, &People), role: &str, payee: &str, about: &About) -> Option<String> {
    named_account(journal, people.field(payee, "role"), role, about)
}

/// The same for the payee's own role.
fn named_account(journal: &Journal, own: Option<&str>, role: &str, about: &About) -> Option<String> {
    let fits = |said: &Option<String>, is: Option<&str>| said.as_deref().is_none_or(|said| Some(said) == is);
    let rules = journal.rules.iter().filter(|rule| {
        rule.accounts.contains_key(role)
            && fits(&rule.role, own)
            && fits(&rule.plan, Some(&about.plan))
            && fits(&rule.component, Some(&about.component))
    });
    let given = |rule: &&crate::io::settings::outputs::AccountRule| {
        [&rule.role, &rule.plan, &rule.component].into_iter().flatten().count()
    };
    // The most given wins, then the later.
    let special = rules.max_by_key(given).and_then(|rule| rule.accounts.get(role));
    let general = journal.accounts.get(role);
    let opening = (role == "opening").then(|| journal.accounts.get("clearing")).flatten();
    special.or(general).or(opening).cloned()
}

impl<'a> Desk<'a> {
    fn new(journal: &'a Journal, people: &'a People, stands: Stands) -> Self {
        Self { journal, people, transfers: Vec::new(), stands }
    }

    /// The account of a role, for an entry or for a payee as a whole.
    fn account(&self, role: &str, payee: &str, about: &About) -> Result<String, Box<Diagnostic>> {
        account_of((self.journal, self.people), role, payee, about).ok_or_else(|| {
            let message = format!("a posting needs the account of `{role}`, and `journal.accounts` has none");
            Box::new(Diagnostic::error(Code::MissingAccount, message).help("nothing was written; name the account"))
        })
    }

    /// A transfer; an amount below zero goes the other way, one of nothing is none.
    fn transfer(
        &mut self,
        cause: &'static str,
        (debit, credit): (&'static str, &'static str),
        (amount, currency): (Decimal, Currency),
        (payee, about): (&str, &About),
    ) -> Result<(), Box<Diagnostic>> {
        if amount.is_zero() {
            return Ok(());
        }
        self.stand(debit, (amount, currency), (payee, about))?;
        self.stand(credit, (negate(amount), currency), (payee, about))?;
        let (debit, credit) = (self.account(debit, payee, about)?, self.account(credit, payee, about)?);
        let (debit, credit) = if amount.is_sign_negative() { (credit, debit) } else { (debit, credit) };
        let (payee, about) = (payee.to_owned(), about.clone());
        self.transfers.push(Transfer { cause, debit, credit, amount: amount.abs(), currency, payee, about });
        Ok(())
    }

    /// What an account of a role stands at after a transfer.
    fn stand(
        &mut self,
        role: &'static str,
        (amount, currency): (Decimal, Currency),
        (payee, about): (&str, &About),
    ) -> Result<(), Box<Diagnostic>> {
        let about = match role {
            "accrued" | "contract_asset" | "burden_asset" => about.clone(),
            "payable" | "receivable" | "draws" => About::default(),
            _ => return Ok(()),
        };
        let key = (role, payee.to_owned(), about, currency);
        let sum = self.stands.get(&key).copied().unwrap_or_default();
        let sum = add(sum, amount).map_err(too_large)?;
        if sum.is_zero() {
            self.stands.remove(&key);
        } else {
            self.stands.insert(key, sum);
        }
        Ok(())
    }

    /// What an entry moves: what is earned is accrued, what becomes payable is owed to the payee.
    fn entry(&mut self, row: &EntryRow, cost: &'static str) -> Result<(), Box<Diagnostic>> {
        let (plan, pay) = (currency(&row.currency)?, currency(&row.pay_currency)?);
        let (earned, payable) = (major(row.earned, plan), major(row.payable, plan));
        let about = about(row);
        let who = (&*row.payee, &about);
        if &*row.kind == "opening" {
            let held = sub(earned, payable).map_err(too_large)?;
            return self.transfer("opening", ("opening", "accrued"), (held, plan), who);
        }
        self.transfer("earned", (cost, "accrued"), (earned, plan), who)?;
        if plan == pay {
            return self.transfer("payable", ("accrued", "payable"), (payable, plan), who);
        }
        self.transfer("payable", ("accrued", "conversion"), (payable, plan), who)?;
        self.transfer("payable", ("conversion", "payable"), (major(row.pay, pay), pay), who)
    }

    /// What a settlement moves.
    fn settlement(
        &mut self,
        payee: &str,
        currency: Currency,
        lines: &BTreeMap<&str, i64>,
    ) -> Result<(), Box<Diagnostic>> {
        let line = |name: &str| major(lines.get(name).copied().unwrap_or(0), currency);
        let nothing = About::default();
        let who = (payee, &nothing);
        let less = |a: Decimal, b: Decimal| sub(a, b).map_err(too_large);
        let returned = line("returned");
        let outside = negate(line("paid_outside"));
        let moves = [
            ("debt", ("receivable", "payable"), line("debt")),
            ("rejected", ("clearing", "payable"), returned.max(Decimal::ZERO)),
            ("rejected", ("receivable", "clearing"), negate(returned.min(Decimal::ZERO))),
            ("opening", ("receivable", "opening"), line("opening.owed")),
            ("opening", ("draws", "opening"), line("opening.draw")),
            ("opening", ("opening", "payable"), line("opening.over_cap")),
            ("opening", ("opening", "payable"), line("opening.due")),
            ("opening", ("opening", "payable"), line("opening.returned")),
            ("moved", ("receivable", "conversion"), line("moved.owed")),
            ("moved", ("draws", "conversion"), line("moved.draw")),
            ("moved", ("conversion", "payable"), line("moved.over_cap")),
            ("moved", ("conversion", "payable"), line("moved.due")),
            ("moved", ("conversion", "payable"), line("moved_pay")),
            ("paid outside", ("receivable", "clearing"), outside),
            ("paid outside", ("payable", "receivable"), less(outside, line("paid_outside.owed"))?),
            ("forgiven", ("expense", "receivable"), less(line("forgiven"), line("forgiven.draw"))?),
            ("forgiven", ("expense", "draws"), line("forgiven.draw")),
            ("forgiven", ("expense", "draws"), line("draw_forgiven")),
            ("forgiven", ("expense", "draws"), line("forgiven_at_leaving")),
            ("forgiven", ("expense", "receivable"), line("forgiven_below_zero")),
            ("recovered", ("payable", "receivable"), line("recovered")),
            ("draw", ("draws", "payable"), line("draw_advanced")),
            ("draw repaid", ("payable", "draws"), line("draw_repaid")),
            ("charged", ("payable", "receivable"), line("charged")),
            ("payout", ("payable", "clearing"), line("payout")),
        ];
        for (cause, accounts, amount) in moves {
            self.transfer(cause, accounts, (amount, currency), who)?;
        }
        Ok(())
    }
}

fn about(row: &EntryRow) -> About {
    About {
        plan: row.plan.clone(),
        component: row.component.clone(),
        deal: row.deal.clone().unwrap_or_default(),
        measured: row.measured.clone(),
    }
}

fn about_key(key: &Key<'_>) -> About {
    About {
        plan: Arc::from(key.plan),
        component: Arc::from(key.component),
        deal: key.deal.unwrap_or_default().to_owned(),
        measured: Arc::from(key.measured),
    }
}

/// The journal of a close with everything before it.
#[derive(Debug, Default)]
pub struct Whole {
    /// The transfers of the close.
    pub transfers: Vec<Transfer>,
    /// Balances after it.
    pub accounts: Accounts,
    /// What balances are to be, by the settlement, the entries and the roll-forward: of the accounts of payable, receivable,
    /// draws, accrued, and of what is capitalised.
    pub expected: Accounts,
    /// Accounts that no earlier close has used.
    pub opened: BTreeSet<String>,
    /// The role under which each account was first named.
    pub roles: BTreeMap<String, &'static str>,
    /// Accounts of balances that the last journal names, each with its role.
    named: BTreeMap<String, &'static str>,
    /// Those that the one before named, and the last does not, or for another role.
    dropped: BTreeMap<String, &'static str>,
    /// What is capitalised, by deal and payee.
    assets: Assets,
    /// What closes without a journal have moved since the last one with.
    missed: Missed,
    stands: Stands,
    /// The last settings, and the roles of those about whom something stood then, where accounts go by them.
    last: Option<(Journal, BTreeMap<String, String>)>,
}

impl Whole {
    /// Lets a close in. One whose settings name no accounts moves nothing; the next that has some opens what it missed.
    ///
    /// # Errors
    /// An account that is needed and not named; a sum with too many digits.
    pub fn let_in(
        &mut self,
        ledger: &Ledger,
        close: &CloseRow,
        settings: &Outputs,
        (people, held): (&People, &Held<'_>),
    ) -> Result<(), Box<Diagnostic>> {
        let settled = ledger.settled(close.seq);
        let Some(journal) = &settings.journal else {
            self.assets.miss(ledger.entries_of(close.seq))?;
            return self.missed.let_in(ledger.entries_of(close.seq), &settled);
        };
        self.dropped = std::mem::replace(&mut self.named, kept::named(journal));
        self.dropped.retain(|account, role| self.named.get(account) != Some(role));
        let mut desk = Desk::new(journal, people, std::mem::take(&mut self.stands));
        self.moved(&mut desk);
        std::mem::take(&mut self.missed).open(&mut desk)?;
        self.assets.spread(&mut desk, close, ledger.entries_of(close.seq))?;
        for ((payee, code), lines) in &settled {
            desk.settlement(payee, currency(code)?, lines)?;
        }
        self.opened.clear();
        for transfer in &desk.transfers {
            for (account, amount) in [(&transfer.debit, transfer.amount), (&transfer.credit, negate(transfer.amount))] {
                if !self.roles.contains_key(account) {
                    self.opened.insert(account.clone());
                    self.roles.insert(account.clone(), role_of(journal, account));
                }
                let balance = self.accounts.entry((account.clone(), transfer.currency)).or_default();
                *balance = add(*balance, amount).map_err(too_large)?;
            }
        }
        self.expected = expected(&desk, self, held, &settled)?;
        (self.transfers, self.stands) = (desk.transfers, desk.stands);
        let by_role = journal.rules.iter().any(|rule| rule.role.is_some());
        let payees = self.stands.keys().filter(|_| by_role).map(|(_, payee, ..)| payee);
        let roles = payees.filter_map(|payee| Some((payee.clone(), people.field(payee, "role")?.to_owned())));
        self.last = Some((journal.clone(), roles.collect()));
        Ok(())
    }

    /// What stands in an account that is another's now, by a new role of the payee or a new rule, is moved there first. An account
    /// that has no name any more is left as it is: that is refused.
    fn moved(&self, desk: &mut Desk<'_>) {
        let Some((was, roles)) = &self.last else { return };
        if was == desk.journal && was.rules.iter().all(|rule| rule.role.is_none()) {
            return;
        }
        for ((role, payee, about, currency), amount) in &desk.stands {
            let own = desk.people.field(payee, "role");
            let before = roles.get(payee).map(String::as_str);
            if own == before && was == desk.journal {
                continue;
            }
            let from = named_account(was, before, role, about);
            let (Some(from), Some(to)) = (from, named_account(desk.journal, own, role, about)) else { continue };
            if from == to || self.dropped.contains_key(&from) {
                continue;
            }
            let (debit, credit) = if amount.is_sign_negative() { (from, to) } else { (to, from) };
            let (payee, about, amount) = (payee.clone(), about.clone(), amount.abs());
            let currency = *currency;
            desk.transfers.push(Transfer { cause: "moved", debit, credit, amount, currency, payee, about });
        }
    }

    /// Balances are those of the settlement and the entries.
    ///
    /// # Errors
    /// The first that does not tie.
    pub fn tie(&self) -> Result<(), Box<Diagnostic>> {
        for (key, amount) in &self.expected {
            let is = self.accounts.get(key).copied().unwrap_or_default();
            if is != *amount {
                let message =
                    format!("the journal does not tie: `{}` is {is} {}, and should be {amount}", key.0, key.1);
                return Err(Box::new(
                    Diagnostic::error(Code::Internal, message).help("nothing was written; please report this"),
                ));
            }
        }
        Ok(())
    }
}

/// The role under which an account is first named.
fn role_of(journal: &Journal, account: &str) -> &'static str {
    let all = || std::iter::once(&journal.accounts).chain(journal.rules.iter().map(|rule| &rule.accounts));
    let named = |role: &str| all().any(|accounts| accounts.get(role).is_some_and(|own| own == account));
    crate::io::settings::outputs::ROLES.into_iter().find(|role| named(role)).unwrap_or("clearing")
}

/// What the balances of a settlement say of accounts. An account that is also used for something else is not told.
fn expected(
    desk: &Desk<'_>,
    whole: &Whole,
    held: &Held<'_>,
    settled: &BTreeMap<(&str, &str), BTreeMap<&str, i64>>,
) -> Result<Accounts, Box<Diagnostic>> {
    let mut found = Accounts::new();
    let mut put = |role: &str, (payee, about): (&str, &About), currency: Currency, amount: Decimal| {
        let account = desk.account(role, payee, about)?;
        let sum = found.entry((account, currency)).or_default();
        *sum = add(*sum, amount).map_err(too_large)?;
        Ok::<(), Box<Diagnostic>>(())
    };
    let nothing = About::default();
    for ((payee, code), lines) in settled {
        let currency = currency(code)?;
        let line = |name: &str| major(lines.get(name).copied().unwrap_or(0), currency);
        let who = (*payee, &nothing);
        let waits = add(line("carried.over_cap"), line("carried.due")).map_err(too_large)?;
        for (role, amount) in
            [("payable", negate(waits)), ("receivable", line("carried.owed")), ("draws", line("carried.draw"))]
        {
            if !amount.is_zero() || desk.journal.accounts.contains_key(role) {
                put(role, who, currency, amount)?;
            }
        }
    }
    for ((payee, about, currency), [cost, burden]) in whole.assets.standing()? {
        for (role, amount) in [("contract_asset", cost), ("burden_asset", burden)] {
            if !amount.is_zero() {
                put(role, (payee, about), *currency, amount)?;
            }
        }
    }
    for (key, waiting) in held.iter() {
        put("accrued", (key.payee, &about_key(key)), key.currency, negate(waiting.amount))?;
    }
    // An account is told where nothing is held or capitalised any more, too.
    for (account, currency) in whole.accounts.keys() {
        if matches!(whole.roles.get(account), Some(&("accrued" | "contract_asset" | "burden_asset"))) {
            found.entry((account.clone(), *currency)).or_default();
        }
    }
    let shared = |account: &str| {
        let of = |role: &str| desk.journal.accounts.get(role).is_some_and(|own| own == account);
        crate::io::settings::outputs::ROLES.into_iter().filter(|role| !kept::HOLDING.contains(role)).any(of)
    };
    found.retain(|(account, _), _| !shared(account));
    Ok(found)
}

/// The files of a journal; none where the close's settings name no accounts.
///
/// # Errors
/// A balance that does not tie.
pub fn files(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<File>, Box<Diagnostic>> {
    let Some(whole) = walk.journal() else { return Ok(Vec::new()) };
    whole.tie()?;
    let mut files = vec![
        File::text("journal.csv", text::csv(close, whole)?),
        File::text("journal.hledger", text::hledger(close, whole)),
        File::text("journal.beancount", text::beancount(close, whole)),
    ];
    if let Some(schedule) = whole.assets.schedule()? {
        files.push(File::text("journal-assets.csv", schedule));
    }
    Ok(files)
}
