//! What is still held when a payee leaves a plan that forfeits it: from the payout of the last day on nothing more is earned
//! than may be paid.

use super::super::earn::{Key, Kind, Part, ToDate, cuts};
use super::super::explain::{Step, StepKind};
use super::super::facts::Book;
use crate::domain::exact::{Exact, negate, sub};
use crate::plan::model::{HeldAtLeaving, Plan};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::sync::Arc;

/// The amounts to date of a key, less what is forfeited. What a cap carries follows the cap, and pay that somebody holds after
/// the last day waits for its release.
pub(super) fn forfeited<'t>(
    book: &Book<'_>,
    plan: &Plan,
    key: &Key,
    component: &str,
    amounts: &'t [ToDate],
) -> Exact<Cow<'t, [ToDate]>> {
    let as_they_are = Ok(Cow::Borrowed(amounts));
    let Some(end) = book.end(key.payee).filter(|_| plan.leaver == HeldAtLeaving::Forfeit) else { return as_they_are };
    if matches!(key.part, Part::Cap(_)) && carries(plan, key) {
        return as_they_are;
    }
    let held_later = |until| {
        let last = book.hold(key.payee, component, key.deal, until);
        last.is_some_and(|event| event.date > end && &*event.kind == "held")
    };
    let cuts = cuts(book, plan);
    let Some(leaving) = cuts.iter().position(|cut| cut.until >= end) else { return as_they_are };
    let (before, after) = cuts.split_at(leaving);
    let first = before.last().map_or(0, |cut| cut.payout.saturating_add(1));
    let mut amounts = amounts.iter().cloned().peekable();
    let mut found = Vec::new();
    while let Some(amount) = amounts.next_if(|amount| amount.payout < first) {
        found.push(amount);
    }
    let (mut last, mut gone): (Option<ToDate>, Decimal) = (found.last().cloned(), Decimal::ZERO);
    for cut in after {
        let held = held_later(cut.until);
        let lost = |amount: &ToDate| if held { Ok(Decimal::ZERO) } else { sub(amount.earned, amount.payable) };
        while let Some(amount) = amounts.next_if(|amount| amount.payout <= cut.payout) {
            // What comes due is one thing, what is lost another.
            let now = if amount.kind == Kind::Release { gone } else { lost(&amount)? };
            found.push(less(&amount, (gone, now))?);
            (last, gone) = (Some(amount), now);
        }
        let Some(amount) = &last else { continue };
        let now = lost(amount)?;
        if now != gone {
            let alone = ToDate {
                payout: cut.payout,
                kind: Kind::Lapse,
                cause: None,
                change: Some(Vec::new()),
                ..amount.clone()
            };
            found.push(less(&alone, (gone, now))?);
            gone = now;
        }
    }
    Ok(Cow::Owned(found))
}

/// An amount to date without what is lost by now, of which so much was lost before.
fn less(amount: &ToDate, (before, now): (Decimal, Decimal)) -> Exact<ToDate> {
    let with = |steps: &[Step], lost: Decimal| -> Vec<Step> {
        let step = (!lost.is_zero()).then(|| Step::of(StepKind::Forfeit, negate(lost)));
        steps.iter().cloned().chain(step).collect()
    };
    let more = sub(now, before)?;
    Ok(ToDate {
        earned: sub(amount.earned, now)?,
        steps: Arc::from(with(&amount.steps, now)),
        change: amount.change.as_deref().map(|steps| with(steps, more)),
        ..amount.clone()
    })
}

/// Whether a cap's excess waits for room.
fn carries(plan: &Plan, key: &Key) -> bool {
    let own = plan.components.get(key.component).map(|rules| rules.cap.carries);
    let across = || plan.caps.get(key.component.checked_sub(plan.components.len())?).map(|rules| rules.limits.carries);
    own.or_else(across).unwrap_or(false)
}
