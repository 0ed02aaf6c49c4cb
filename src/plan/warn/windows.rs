//! W09: clawback rules that leave days out, or are over before anything is payable.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::value::Duration;
use crate::plan::model::{Clawback, Component, Condition, Plan};

/// Rules of a plan against each other and against what they take back.
pub(super) fn of_clawbacks(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for rule in &plan.clawbacks {
        early(plan, rule, found);
        gap(plan, rule, found);
    }
}

/// A rule whose last day comes before the first payable part of everything that it touches.
fn early(plan: &Plan, rule: &Clawback, found: &mut Vec<Diagnostic>) {
    let Some(within) = rule.within else { return };
    let touched: Vec<&Component> =
        plan.components.iter().enumerate().filter(|(at, _)| touches(rule, *at)).map(|(_, one)| one).collect();
    let waits = |component: &&Component| {
        let late = |(_, condition): &(_, Condition)| matches!(condition, Condition::After(after) if days(*after).0 > days(within).1);
        !component.payable.is_empty() && component.payable.iter().all(late)
    };
    let Some(first) = touched.first().filter(|_| touched.iter().all(waits)) else { return };
    let message = format!("`{}` is over before anything is payable", rule.name);
    let finding = Diagnostic::warning(Code::EarlyClawback, message)
        .at(&rule.span)
        .also(&first.span, "is payable later than that")
        .why("it takes back pay that is still held, and never what was paid");
    found.push(finding.help("let `within` reach beyond `payable`, or allow it if that is meant"));
}

/// The days between a rule and the next one for the same events.
fn gap(plan: &Plan, rule: &Clawback, found: &mut Vec<Diagnostic>) {
    let Some(within) = rule.within else { return };
    let alike = |other: &&Clawback| {
        other.since == rule.since
            && other.on.iter().any(|kind| rule.on.contains(kind))
            && (0..plan.components.len()).any(|at| touches(rule, at) && touches(other, at))
    };
    let others: Vec<&Clawback> = plan.clawbacks.iter().filter(alike).collect();
    let start = |other: &Clawback| other.after.map_or((0, 0), days);
    // A rule that goes on where this one ends, or holds over its end, leaves nothing out.
    let goes_on = |other: &&Clawback| {
        start(other).0 <= days(within).1 && other.within.is_none_or(|end| days(end).1 > days(within).0)
    };
    if others.iter().filter(|other| other.name != rule.name).any(goes_on) {
        return;
    }
    let later = others.iter().filter(|other| other.after.is_some() && start(other).0 > days(within).1);
    let Some(next) = later.min_by_key(|other| start(other).0) else { return };
    let from = within_told(within);
    let to = next.after.map(within_told).unwrap_or_default();
    let message = format!("neither `{}` nor `{}` holds after {from} up to {to}", rule.name, next.name);
    let finding = Diagnostic::warning(Code::ClawbackGap, message)
        .at(&next.span)
        .also(&rule.span, "ends here")
        .why("`after` leaves its own day out, so the next rule begins on the day after it");
    found.push(finding.help(format!("say `after: {}`, or allow it if nothing is taken back in between", said(within))));
}

fn touches(rule: &Clawback, component: usize) -> bool {
    rule.of.is_empty() || rule.of.contains(&component)
}

/// The fewest and the most days of a length of time.
fn days(length: Duration) -> (i64, i64) {
    match length {
        Duration::Days(count) => (count, count),
        // February has 28 days; no month has more than 31.
        Duration::Months(count) => (count.saturating_mul(28), count.saturating_mul(31)),
    }
}

fn within_told(length: Duration) -> String {
    match length {
        Duration::Days(1) => "day 1".to_owned(),
        Duration::Days(count) => format!("day {count}"),
        Duration::Months(1) => "1 month".to_owned(),
        Duration::Months(count) => format!("{count} months"),
    }
}

fn said(length: Duration) -> String {
    match length {
        Duration::Days(count) => format!("{count}.days"),
        Duration::Months(count) => format!("{count}.months"),
    }
}
