//! The order of closes: one chain of payout periods, each closed after the one before it.
//!
//! In:   the project, the last close in force, the period that is asked for.
//! Out:  nothing, or why not.
//!
//! Invariant: the first close fixes of which kind the periods are. With another kind a day would belong to two closed
//! periods, and a draw or a cap of it be settled twice. Tested by `tests/clerk/slips.rs`.

use super::book::Ledger;
use super::close::refuse;
use super::rows::CloseRow;
use crate::domain::calendar::Period;
use crate::domain::diagnostic::Code;
use crate::project::{Computed, Project, Refused};

/// Only the open period can be closed, and it is one of the chain.
///
/// # Errors
/// It is none of the chain, or not the open one.
pub(super) fn in_order(computed: &Computed, period: &Period, ledger: &Ledger) -> Result<(), Refused> {
    let (first, last) = computed.asked;
    let periods = &computed.outcome.periods;
    if first != last || periods.get(last).is_none_or(|found| found.label != period.label) {
        let kind = periods.get(last).map_or("", |period| period.kind.word());
        let message = format!("`{}` is no payout period of the ledger: it is closed by the {kind}", period.label);
        let one = periods.get(first).map_or("2026-01", |period| &*period.label);
        return Err(refuse(Code::NotOpen, message, format!("name one payout period, as `{one}`")));
    }
    let Some(closed) = ledger.last() else { return Ok(()) };
    let open = periods.iter().find(|period| period.to > closed.until);
    match open {
        Some(open) if open.label == period.label => Ok(()),
        Some(open) => {
            let message = format!("`{}` cannot be closed: the open period is `{}`", period.label, open.label);
            Err(refuse(Code::NotOpen, message, format!("close `{}` first", open.label)))
        }
        None => {
            let message = format!("`{}` lies before the end of the ledger, {}", period.label, closed.name());
            Err(refuse(Code::NotOpen, message, "what belongs to it is posted in the open period"))
        }
    }
}

/// The periods go on as they were closed so far.
///
/// # Errors
/// A plan that is paid more often than the ledger is closed; another kind of period.
pub(super) fn goes_on(project: &Project, last: &CloseRow) -> Result<(), Refused> {
    let calendar = &project.settings.calendar;
    // A period without a label of the calendar's is that of a whole plan.
    let Ok(closed) = calendar.parse(&last.period).map(|period| period.kind) else { return Ok(()) };
    let word = closed.word();
    let message =
        |plan: &str, kind: &str| format!("{plan} is paid by the {kind}, and the ledger is closed by the {word}");
    if let Some(plan) = project.plans.iter().find(|plan| calendar.is_longer(&closed, &plan.payout)) {
        let message = message(&format!("the plan `{}`", plan.name), plan.payout.word());
        let help = format!(
            "pay it by the {word}, `payout: \"{word}\"`; for shorter periods begin a new ledger after {}: move this one and \
             `{}` away, and take balances over as `opening`",
            last.name(),
            super::CLOSED_FOLDER
        );
        return Err(refuse(Code::ChainTooLong, message, help));
    }
    let shortest = project.plans.iter().map(|plan| &plan.payout);
    let shortest = shortest.reduce(|a, b| if calendar.is_longer(a, b) { b } else { a });
    match project.settings.ledger_period.as_ref().or(shortest) {
        Some(kind) if *kind != closed => {
            let message = message("what is open now", kind.word());
            let help = format!("go on by the {word}: `ledger.period = \"{word}\"` in `earnmark.toml`");
            Err(refuse(Code::ChainTooLong, message, help))
        }
        _ => Ok(()),
    }
}
