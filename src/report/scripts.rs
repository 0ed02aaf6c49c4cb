//! What the screens of plans and tests get: scripts, templates, tests, and what edited scripts would pay, the whole company
//! over its own data, beside what it is paid as the project was opened.

use super::answers::Finding;
use crate::check::view::TestView;
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, add, fixed, sub};
use crate::run::Outcome;
use crate::templates::Template;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many of those who move most are told.
const MOST: usize = 10;

/// A script as it stands in an editor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Script {
    /// Its path in the project.
    pub file: String,
    /// The text.
    pub text: String,
}

/// A script of the project as opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScriptView {
    /// Its path in the project.
    pub file: String,
    /// The text.
    pub text: String,
    /// The plans that it declares; none in a module that plans import.
    pub plans: Vec<String>,
}

/// A plan of the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemplateView {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it is for, in one line.
    pub description: &'static str,
    /// When to use it.
    pub when: String,
    /// What to change first.
    pub change_first: String,
    /// The script.
    pub text: &'static str,
}

impl TemplateView {
    /// The view of a plan.
    #[must_use]
    pub fn of(template: &Template) -> Self {
        Self {
            name: template.name,
            title: template.title(),
            description: template.description(),
            when: template.when(),
            change_first: template.change_first(),
            text: template.plan,
        }
    }
}

/// The tests of scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tests {
    /// Whether the scripts are sound; without that no test is worked.
    pub ran: bool,
    /// The tests, in the order of the plans and their scripts.
    pub tests: Vec<TestView>,
    /// All that is wrong with the scripts or worth a look, what no test reaches among it.
    pub findings: Vec<Finding>,
}

/// A test made from what a payee earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeTest {
    /// The plan.
    pub plan: String,
    /// The script at whose end it would stand.
    pub file: String,
    /// What it is called.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether it holds there.
    pub holds: bool,
    /// What stands against it where it does not.
    pub findings: Vec<Finding>,
    /// Components that it does not expect, because what they earned also comes from elsewhere.
    pub left_out: Vec<String>,
}

/// What edited scripts would pay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Whether they could be worked; the figures are empty where not.
    pub ran: bool,
    /// All that is wrong with them or worth a look.
    pub findings: Vec<Finding>,
    /// What is paid in all, by currency.
    pub totals: Vec<TriedTotal>,
    /// Those whose payout moves most, by the size of the move.
    pub movers: Vec<Mover>,
    /// How many are paid more than as opened.
    pub up: usize,
    /// How many are paid less.
    pub down: usize,
    /// How many are paid the same.
    pub same: usize,
}

/// What is paid in all in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TriedTotal {
    /// The currency.
    pub currency: &'static str,
    /// As the project was opened.
    pub before: String,
    /// With the edited scripts.
    pub after: String,
    /// The difference.
    pub change: String,
}

/// A payee whose payout moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mover {
    /// The id.
    pub payee: String,
    /// The name, else the id.
    pub name: String,
    /// The currency.
    pub currency: &'static str,
    /// As the project was opened.
    pub before: String,
    /// With the edited scripts.
    pub after: String,
    /// The difference.
    pub change: String,
}

/// What each payee is paid in each currency: as opened, and with the edited scripts.
type Pairs = BTreeMap<(Arc<str>, Currency), (Decimal, Decimal)>;

impl Tried {
    /// Compares the payouts whose periods end in some days.
    ///
    /// # Errors
    /// A sum has more than 28 digits.
    pub fn of(
        before: &Outcome,
        after: &Outcome,
        days: (NaiveDate, NaiveDate),
        name: impl Fn(&str) -> String,
    ) -> Exact<Self> {
        let mut pairs = Pairs::new();
        collect(before, days, &mut pairs, |pair| &mut pair.0)?;
        collect(after, days, &mut pairs, |pair| &mut pair.1)?;
        let mut tried = Self { ran: true, ..Self::default() };
        let mut totals: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
        let mut moved = Vec::new();
        for ((payee, currency), (old, new)) in &pairs {
            let total = totals.entry(*currency).or_default();
            *total = (add(total.0, *old)?, add(total.1, *new)?);
            let change = sub(*new, *old)?;
            let count = match change {
                zero if zero.is_zero() => &mut tried.same,
                loss if loss.is_sign_negative() => &mut tried.down,
                _ => &mut tried.up,
            };
            *count = count.saturating_add(1);
            if !change.is_zero() {
                moved.push((change, payee, *currency, *old, *new));
            }
        }
        // The size of a move says something within a currency; between them it orders, no more.
        moved.sort_by(|a, b| (b.0.abs(), a.1, a.2.code()).cmp(&(a.0.abs(), b.1, b.2.code())));
        for (change, payee, currency, old, new) in moved.into_iter().take(MOST) {
            let money = |amount| fixed(amount, currency.places());
            tried.movers.push(Mover {
                payee: payee.to_string(),
                name: name(payee),
                currency: currency.code(),
                before: money(old),
                after: money(new),
                change: money(change),
            });
        }
        for (currency, (old, new)) in totals {
            let money = |amount| fixed(amount, currency.places());
            tried.totals.push(TriedTotal {
                currency: currency.code(),
                before: money(old),
                after: money(new),
                change: money(sub(new, old)?),
            });
        }
        Ok(tried)
    }
}

fn collect(
    outcome: &Outcome,
    (from, to): (NaiveDate, NaiveDate),
    pairs: &mut Pairs,
    side: impl Fn(&mut (Decimal, Decimal)) -> &mut Decimal,
) -> Exact<()> {
    for payout in &outcome.payouts {
        let ends = outcome.periods.get(payout.period).map(|period| period.to);
        if ends.is_some_and(|day| from <= day && day <= to) {
            let sum = side(pairs.entry((Arc::clone(&payout.payee), payout.currency)).or_default());
            *sum = add(*sum, payout.payout)?;
        }
    }
    Ok(())
}
