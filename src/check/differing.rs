//! Plans of one payee that settle otherwise. Debts, draws and payouts are a payee's and not a plan's: what the plan assigned last
//! says of them holds for all.
//!
//! In:   plans, facts, who is on every plan where nobody is assigned.
//! Out:  a warning for each two plans that somebody is on at once and that say different things of settlement.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::{Facts, Payee, payee_field};
use crate::domain::value::Value;
use crate::plan::model::{Amount, Plan};
use crate::run::facts::Days;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The warnings, in the order of plans. `everyone` are the plans that all payees are on where no assignments are read; `None`: all.
pub fn differing(plans: &[Plan], facts: &Facts, everyone: Option<&[&str]>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // Versions of two plans mostly differ in the same, and it is said once.
    let mut told: BTreeSet<[&str; 2]> = BTreeSet::new();
    let mut spans: BTreeMap<usize, BTreeMap<Arc<str>, Vec<Days>>> = BTreeMap::new();
    for (place, later) in plans.iter().enumerate() {
        for (other, earlier) in plans.iter().enumerate().take(place) {
            let settings = settings(earlier, later);
            if earlier.name == later.name || settings.is_empty() || days(earlier).shared(days(later)).is_none() {
                continue;
            }
            for (place, plan) in [(place, later), (other, earlier)] {
                spans.entry(place).or_insert_with(|| on(plan, facts, everyone));
            }
            let (Some(own), Some(others)) = (spans.get(&place), spans.get(&other)) else { continue };
            let both = facts.payees.iter().filter(|payee| {
                let (own, others) = (own.get(&payee.id), others.get(&payee.id));
                let pairs =
                    own.into_iter().flatten().flat_map(|a| others.into_iter().flatten().filter_map(|b| a.shared(*b)));
                pairs.into_iter().any(|both| currency(payee, earlier, both.from) == currency(payee, later, both.from))
            });
            let both: Vec<&Payee> = both.collect();
            let Some(first) = both.first().filter(|_| told.insert([&*earlier.name, &*later.name])) else { continue };
            let more = both.len().saturating_sub(1);
            let who = if more == 0 {
                format!("`{}` is on both", first.id)
            } else {
                format!("`{}` and {more} more are on both", first.id)
            };
            let message =
                format!("`{}` and `{}` differ in {}, and {who}", earlier.name, later.name, settings.join(" and "));
            let why =
                "what somebody is owed and owes is settled once, and what the plan assigned last says of it holds";
            let help = "say the same in both plans, or say that it is meant: `// allow W22: …` above the plan";
            found.push(Diagnostic::warning(Code::PlansDiffer, message).at(&later.span).why(why).help(help));
        }
    }
    found
}

/// What settles a payee and two plans say differently.
fn settings(a: &Plan, b: &Plan) -> Vec<&'static str> {
    let amount = |plan: &Plan, amount: Option<Amount>| {
        amount.map(|amount| (amount.figure, amount.currency.unwrap_or(plan.currency)))
    };
    let recover = |plan: &Plan| (plan.recover.share, amount(plan, plan.recover.floor), plan.recover.instalments);
    let draws = |plan: &Plan| plan.draws.iter().map(|draw| (draw.ahead, draw.per.clone())).collect::<Vec<_>>();
    let differ = [
        ("`negative`", a.negative != b.negative),
        ("`recover`", recover(a) != recover(b)),
        ("`recover_order`", a.draws_first != b.draws_first && !(a.draws.is_empty() && b.draws.is_empty())),
        ("`minimum`", amount(a, a.minimum) != amount(b, b.minimum)),
        ("how a draw is given", !a.draws.is_empty() && !b.draws.is_empty() && draws(a) != draws(b)),
    ];
    differ.into_iter().filter(|(_, differ)| *differ).map(|(name, _)| name).collect()
}

/// The days of a plan.
fn days(plan: &Plan) -> Days {
    Days { from: plan.from, to: plan.to }
}

/// The days on which each payee is on a plan.
fn on(plan: &Plan, facts: &Facts, everyone: Option<&[&str]>) -> BTreeMap<Arc<str>, Vec<Days>> {
    let whole = days(plan);
    let mut found: BTreeMap<Arc<str>, Vec<Days>> = BTreeMap::new();
    match &facts.assignments {
        Some(rows) => {
            for row in rows.iter().filter(|row| row.plan == plan.name) {
                let days = Days { from: row.from.unwrap_or(NaiveDate::MIN), to: row.to.unwrap_or(NaiveDate::MAX) };
                found.entry(Arc::clone(&row.payee)).or_default().extend(days.shared(whole));
            }
        }
        None if everyone.is_none_or(|names| names.contains(&&*plan.name)) => {
            found.extend(facts.payees.iter().map(|payee| (Arc::clone(&payee.id), vec![whole])));
        }
        None => {}
    }
    found
}

/// The currency in which somebody is paid by a plan on a day.
fn currency<'a>(payee: &'a Payee, plan: &'a Plan, day: NaiveDate) -> &'a str {
    payee.field(payee_field::CURRENCY, day).and_then(Value::text).map_or(plan.currency.code(), |code| code)
}
