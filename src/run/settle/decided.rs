//! Decisions about balances: to forgive, to count as paid outside, to take a balance over. Whose each is, in which currency,
//! and what of it belongs to a period.
//!
//! A decision belongs to the payout period that holds its day; one of before the first period to the first. The open period
//! of a ledger takes what all decisions up to its end come to, less what closed periods have settled: a decision that was
//! corrected, withdrawn or given another day after its close is settled by the difference.

use super::Term;
use super::rules::Decisions;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{Exact, add, shortest, sub};
use crate::domain::facts::{Adjustment, AdjustmentKind, Balance};
use crate::run::facts::Book;
use crate::run::posted::Posted;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A decision by its payee and currency.
#[derive(Debug, Default)]
pub struct Decided<'a> {
    now: Rows<'a>,
    settled: Rows<'a>,
}

/// By payee, then currency.
type Rows<'a> = BTreeMap<usize, BTreeMap<Currency, Vec<&'a Adjustment>>>;

impl<'a> Decided<'a> {
    /// Finds whose the decisions are. `known` has the currencies in which a payee has pay, entries or a balance.
    ///
    /// # Errors
    /// All decisions that nobody can settle, each at its cell.
    pub fn new(
        book: &'a Book<'_>,
        known: impl Fn(usize) -> BTreeSet<Currency>,
        posted: Option<&'a Posted>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut found = Self::default();
        let mut findings = Vec::new();
        let last = book.chain.last().map(|period| period.to);
        let is_worked = |row: &&Adjustment| last.is_some_and(|last| row.date <= last);
        for row in book.facts.adjustments.iter().filter(|row| decides(row)).filter(is_worked) {
            match one(book, row, &known) {
                Ok((payee, currency)) => enter(&mut found.now, payee, currency, row),
                Err(finding) => findings.push(*finding),
            }
        }
        for row in posted.iter().flat_map(|posted| &posted.settled) {
            let Some(payee) = book.payee(&row.payee) else { continue };
            // One without a currency once counted in each that the payee had.
            let currencies = match (one(book, row, &known), row.currency) {
                (Ok((_, currency)), _) => BTreeSet::from([currency]),
                (Err(_), None) => known(payee),
                (Err(_), Some(_)) => BTreeSet::new(),
            };
            for currency in currencies {
                enter(&mut found.settled, payee, currency, row);
            }
        }
        if findings.is_empty() { Ok(found) } else { Err(findings) }
    }

    /// The currencies in which something was decided for a payee, each with the first period that it belongs to.
    pub fn first(&self, book: &Book<'_>, payee: usize) -> BTreeMap<Currency, usize> {
        let mut found = BTreeMap::new();
        let rows = self.now.get(&payee).into_iter().chain(self.settled.get(&payee)).flatten();
        for (currency, date) in rows.flat_map(|(currency, rows)| rows.iter().map(|row| (*currency, row.date))) {
            if let Some(period) = book.chain.iter().position(|period| date <= period.to) {
                let first = found.entry(currency).or_insert(period);
                *first = period.min(*first);
            }
        }
        found
    }

    /// What belongs to a period of a payee; `open` says that it is the first after the closed ones of a ledger.
    ///
    /// # Errors
    /// Overflow.
    pub fn of(&self, book: &Book<'_>, whose: (usize, Currency), period: usize, open: bool) -> Exact<Decisions> {
        let mut found = Decisions::default();
        for row in self.belonging(book, whose, period, open) {
            put(&mut found, row, add)?;
        }
        for row in of_whom(&self.settled, whose).iter().filter(|_| open) {
            put(&mut found, row, sub)?;
        }
        Ok(found)
    }

    /// Why, of what [`Self::of`] gives: by the line of the settlement. What a closed period has settled said it there.
    pub fn reasons(
        &self,
        book: &Book<'_>,
        whose: (usize, Currency),
        period: usize,
        open: bool,
    ) -> Vec<(&'static str, Term)> {
        let settled = of_whom(&self.settled, whose);
        let is_new = |row: &&Adjustment| !settled.iter().any(|was| was.id == row.id && was.amount == row.amount);
        let rows = self.belonging(book, whose, period, open).filter(|row| !open || is_new(row));
        rows.filter_map(|row| Some((line(row.kind)?, Term::Said(Arc::clone(&row.reason))))).collect()
    }

    /// The decisions that belong to a period: those of its days, and to the first one, and the open one, all earlier ones too.
    fn belonging(
        &self,
        book: &Book<'_>,
        whose: (usize, Currency),
        period: usize,
        open: bool,
    ) -> impl Iterator<Item = &'a Adjustment> {
        let (days, early) = (book.chain.get(period).cloned(), open || period == 0);
        let belongs = move |row: &&Adjustment| {
            days.as_ref().is_some_and(|days| days.contains(row.date) || early && row.date < days.from)
        };
        of_whom(&self.now, whose).iter().copied().filter(belongs)
    }
}

/// The decisions of a payee and currency.
fn of_whom<'r, 'a>(rows: &'r Rows<'a>, (payee, currency): (usize, Currency)) -> &'r [&'a Adjustment] {
    rows.get(&payee).and_then(|rows| rows.get(&currency)).map_or(&[], Vec::as_slice)
}

/// The line of the settlement that a decision moves.
fn line(kind: AdjustmentKind) -> Option<&'static str> {
    match kind {
        AdjustmentKind::Manual => None,
        AdjustmentKind::Opening => Some("opening"),
        AdjustmentKind::Forgive => Some("forgiven"),
        AdjustmentKind::PaidOutside => Some("paid_outside"),
    }
}

fn enter<'a>(rows: &mut Rows<'a>, payee: usize, currency: Currency, row: &'a Adjustment) {
    rows.entry(payee).or_default().entry(currency).or_default().push(row);
}

/// Whether it moves a balance; a `manual` makes an entry.
fn decides(row: &Adjustment) -> bool {
    row.kind != AdjustmentKind::Manual && (row.kind != AdjustmentKind::Opening || row.balance.is_some())
}

fn put(
    found: &mut Decisions,
    row: &Adjustment,
    with: fn(rust_decimal::Decimal, rust_decimal::Decimal) -> Exact<rust_decimal::Decimal>,
) -> Exact<()> {
    let sum = match (row.kind, row.balance) {
        (AdjustmentKind::Manual, _) | (AdjustmentKind::Opening, None) => return Ok(()),
        (AdjustmentKind::PaidOutside, _) => &mut found.outside,
        (AdjustmentKind::Forgive, Some(Balance::Draw)) => &mut found.forgive_draw,
        (AdjustmentKind::Forgive, _) => &mut found.forgive_owed,
        (AdjustmentKind::Opening, Some(Balance::Owed)) => &mut found.opening.owed,
        (AdjustmentKind::Opening, Some(Balance::Draw)) => &mut found.opening.draw,
        (AdjustmentKind::Opening, Some(Balance::Carry)) => &mut found.opening.over_cap,
        (AdjustmentKind::Opening, Some(Balance::Due)) => &mut found.opening.due,
    };
    *sum = with(*sum, row.amount)?;
    Ok(())
}

/// Whose a decision is, and in which currency.
fn one(
    book: &Book<'_>,
    row: &Adjustment,
    known: &impl Fn(usize) -> BTreeSet<Currency>,
) -> Result<(usize, Currency), Box<Diagnostic>> {
    let finding = |code: Code, column: &str, value: &str, message: String, help: String| {
        Box::new(Diagnostic::error(code, message).in_cell(row.place.cell(column, value)).help(help))
    };
    let Some(payee) = book.payee(&row.payee) else {
        let message = format!("`{}` is no payee, and a balance would be settled with them", row.payee);
        return Err(finding(Code::UnknownPayee, "payee", &row.payee, message, "add the row of the payee".to_owned()));
    };
    let known = known(payee);
    let currency = match row.currency {
        Some(currency) if known.is_empty() || known.contains(&currency) => currency,
        Some(currency) => {
            let all: Vec<&str> = known.iter().map(|currency| currency.code()).collect();
            let message = format!("`{}` has neither pay nor a balance in {currency}", row.payee);
            let help = format!("say the amount in {}", all.join(" or "));
            return Err(finding(Code::BadCurrency, "currency", currency.code(), message, help));
        }
        None => match of_payee(book, row, payee, &known) {
            Some(currency) => currency,
            None => {
                let all: Vec<&str> = known.iter().map(|currency| currency.code()).collect();
                let message = match all.as_slice() {
                    [] => format!("nothing says in which currency `{}` is paid", row.payee),
                    all => format!("`{}` is paid in {}, and this may be any of them", row.payee, all.join(" and ")),
                };
                return Err(finding(Code::Blank, "currency", "", message, "say the `currency`".to_owned()));
            }
        },
    };
    if row.amount.normalize().scale() > currency.places() {
        let amount = shortest(row.amount);
        let message =
            format!("{amount} {currency} cannot be paid: {currency} has {} decimal places", currency.places());
        let help = "say a whole number of its smallest unit".to_owned();
        return Err(finding(Code::BadNumber, "amount", &amount, message, help));
    }
    Ok((payee, currency))
}

/// The currency of a payee, of which the decision says nothing.
fn of_payee(book: &Book<'_>, row: &Adjustment, payee: usize, known: &BTreeSet<Currency>) -> Option<Currency> {
    let named = || {
        let plan = row.plan.as_ref().and_then(|name| book.plans.iter().find(|plan| plan.name == *name));
        plan.map(|plan| book.pay_currency(payee, plan, row.date))
    };
    let only = || known.first().copied().filter(|_| known.len() == 1);
    let fits = |currency: &Currency| known.is_empty() || known.contains(currency);
    book.own_currency(payee, row.date).filter(fits).or_else(|| named().filter(fits)).or_else(only)
}
