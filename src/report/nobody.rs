//! What is credited to nobody, and would otherwise stand on no statement: deals that name nobody, payees who are on no plan
//! that day, days that no payout period holds, parts that nobody has a share of.

use crate::domain::calendar::Period;
use crate::domain::exact::{negate, shortest, sum};
use crate::domain::facts::Deal;
use crate::project::Project;
use crate::run::Outcome;
use crate::run::credit::NotCounted;
use crate::run::statement::reason_text;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A deal, or a part of one, that is on no statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Nobody {
    /// Why.
    pub reason: String,
    /// The day that stands for the deal, if it has one.
    pub day: Option<String>,
    /// The deal's id.
    pub deal: String,
    /// Whom it names; nothing where it names nobody, or of a part.
    pub payee: Option<String>,
    /// The part of the deal, in percent; nothing for all of it.
    pub percent: Option<String>,
}

/// How many deals of one reason are named in a text.
const NAMED: usize = 3;

/// What is credited to nobody of some payout periods, by their places, and what has no day in any; of a whole run with all days.
/// It stands in the order of reason, day, deal, payee.
#[must_use]
pub fn nobody(project: &Project, outcome: &Outcome, asked: Option<(usize, usize)>) -> Vec<Nobody> {
    // Most often there is nothing to look for.
    if outcome.not_counted.is_empty() && !project.settings.roles.undivided {
        return Vec::new();
    }
    let places = asked.unwrap_or((0, outcome.periods.len().saturating_sub(1)));
    let period = |place: usize| outcome.periods.get(place);
    let (from, to) = (period(places.0).map(|period| period.from), period(places.1).map(|period| period.to));
    let asks = |deal: &Deal| match deal.day() {
        Some(day) if asked.is_some() => from.is_some_and(|from| from <= day) && to.is_some_and(|to| day <= to),
        _ => true,
    };
    let deals: BTreeMap<&str, &Deal> = project.facts.deals.iter().map(|deal| (&*deal.id, deal)).collect();
    let paid: BTreeSet<(&str, usize)> = outcome.payouts.iter().map(|payout| (&*payout.payee, payout.period)).collect();
    let shown = |line: &NotCounted| {
        let holds = |period: &Period| line.day.is_some_and(|day| period.contains(day));
        let place = outcome.periods.iter().position(holds);
        line.payee.as_deref().zip(place).is_some_and(|key| paid.contains(&key))
    };
    let day = |deal: &Deal| deal.day().map(|day| day.to_string());
    let lines = outcome.not_counted.iter().filter(|line| !shown(line));
    let mut found: Vec<Nobody> = lines
        .filter_map(|line| {
            let deal = deals.get(&*line.deal).filter(|deal| asks(deal))?;
            let (deal, day) = (line.deal.to_string(), day(deal));
            let payee = line.payee.as_ref().map(ToString::to_string);
            Some(Nobody { deal, day, payee, reason: reason_text(line), percent: None })
        })
        .collect();
    if project.settings.roles.undivided {
        found.extend(deals.values().filter(|deal| asks(deal)).filter_map(|deal| {
            let reason = "nobody has a share of this part".to_owned();
            Some(Nobody {
                deal: deal.id.to_string(),
                day: day(deal),
                payee: None,
                reason,
                percent: rest(project, deal),
            })
            .filter(|line| line.percent.is_some())
        }));
    }
    found.sort();
    found
}

/// The part of a deal that no seller has, in percent.
fn rest(project: &Project, deal: &Deal) -> Option<String> {
    let overlay =
        |role: Option<&str>| role.is_some_and(|role| project.settings.roles.overlay.iter().any(|o| o == role));
    let sellers = deal.shares.iter().filter(|share| !overlay(share.role.as_deref())).map(|share| negate(share.share));
    let left = sum(sellers.chain([Decimal::ONE])).ok()?;
    let percent = crate::domain::exact::mul(left, Decimal::ONE_HUNDRED).ok()?;
    (!deal.shares.is_empty() && percent > Decimal::ZERO).then(|| shortest(percent))
}

/// The same as text: how many, and for each reason the first of them; `None` where there are none.
#[must_use]
pub fn told(lines: &[Nobody]) -> Option<String> {
    let deals: BTreeSet<&str> = lines.iter().map(|line| &*line.deal).collect();
    let (what, stand) = match deals.len() {
        0 => return None,
        1 => ("1 deal is".to_owned(), "it stands on no statement"),
        count => (format!("{count} deals are"), "they stand on no statement"),
    };
    let mut by_reason: BTreeMap<&str, Vec<&Nobody>> = BTreeMap::new();
    for line in lines {
        by_reason.entry(&line.reason).or_default().push(line);
    }
    let mut text = format!("{what} credited to nobody, all or in part, and so {stand}");
    for (reason, own) in by_reason {
        let name = |line: &&Nobody| match (&line.payee, &line.percent) {
            (Some(payee), _) => format!("`{}` of `{payee}`", line.deal),
            (None, Some(percent)) => format!("{percent} % of `{}`", line.deal),
            (None, None) => format!("`{}`", line.deal),
        };
        let named: Vec<String> = own.iter().take(NAMED).map(name).collect();
        let more = own.len().saturating_sub(named.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        text.push_str(&format!("\n  {reason}: {}{more}", named.join(", ")));
    }
    Some(text)
}
