//! What of an entry is earned and not yet payable, and what it waits for.

use super::HeldLine;
use crate::domain::calendar::Period;
use crate::domain::exact::{fixed, mul, shortest, sub};
use crate::domain::facts::Event;
use crate::plan::formula::shift;
use crate::plan::model::{Collected, Condition, Plan};
use crate::run::adjust::Entry;
use crate::run::earn::Kind;
use crate::run::facts::last_hold;
use rust_decimal::Decimal;

/// What of an entry waits at the end of its payout period; `holds` are those by hand.
pub(super) fn held(
    (plans, holds): (&[Plan], &[&Event]),
    (place, entry): (usize, &Entry),
    period: &Period,
) -> Option<HeldLine> {
    let waits = sub(entry.earned, entry.payable).ok()?;
    let alike = waits.is_sign_negative() == entry.earned.is_sign_negative();
    if waits.is_zero() || !(alike || entry.kind == Kind::Cap) {
        return None;
    }
    let amount = fixed(waits, entry.plan_currency.places());
    let deal = entry.deal.as_ref().map(|(_, id)| &**id);
    // Whatever its plan waits for: by hand it is held, and by hand it is let go.
    let by_hand = last_hold(holds, (Some(&*entry.payee), &*entry.component, deal), period.to);
    if let Some(hold) = by_hand.filter(|event| &*event.kind == "held") {
        let until = match hold.reason.as_deref() {
            Some(reason) => format!("released, “{reason}”"),
            None => "released".to_owned(),
        };
        return Some(HeldLine { entry: place, amount, until });
    }
    let component = plans.get(entry.order.0)?.components.get(entry.order.1);
    let parts = component.map_or(&[][..], |component| &component.payable).iter();
    let mut until: Vec<String> = parts.filter_map(|(_, condition)| word(entry, condition, period)).collect();
    if until.is_empty() {
        until.push(if entry.kind == Kind::Cap { "room" } else { "released" }.to_owned());
    }
    Some(HeldLine { entry: place, amount, until: until.join(", ") })
}

/// What a part of an entry waits for; nothing where it waits no longer.
fn word(entry: &Entry, condition: &Condition, period: &Period) -> Option<String> {
    let counted = entry.deal.as_ref().map_or(entry.measured.to, |(day, _)| *day);
    // The dates that stand on a deal come before its money: where a part is payable, it was theirs.
    let none_yet = entry.payable.is_zero();
    Some(match condition {
        Condition::Earned => return None,
        Condition::Closed => none_yet.then(|| "closed".to_owned())?,
        Condition::Booked => none_yet.then(|| "booked".to_owned())?,
        Condition::Money(received, Collected::InProportion) => received.word().to_owned(),
        Condition::Money(received, Collected::Once(part)) if *part == Decimal::ONE => {
            format!("{} in full", received.word())
        }
        Condition::Money(received, Collected::Once(part)) => {
            let percent = mul(*part, Decimal::ONE_HUNDRED).map_or_else(|_| String::new(), shortest);
            format!("{percent} % {}", received.word())
        }
        Condition::Event(kind) => kind.to_string(),
        Condition::After(length) => shift(counted, *length, false).filter(|day| *day > period.to)?.to_string(),
        Condition::EndOf(kind) => format!("end of {}", kind.word()),
        Condition::Released => "released".to_owned(),
    })
}
