//! The settlement as a statement has it: rows that add up from what was earned to what is paid, then what moved a balance and no
//! payout. A settlement tells each step by its own size; here each has the sign by which it moves the payout.

use super::{Moves, SettleLine, TermLine};
use crate::domain::exact::{Exact, add, fixed, grouped, negate, shortest, sub};
use crate::run::adjust::Entry;
use crate::run::explain::short_percent;
use crate::run::settle::{Payout, Term};
use rust_decimal::Decimal;
use std::borrow::Cow;

type Row = (&'static str, Decimal, Moves);

/// Steps that take from the payout; a settlement tells them without a sign.
const TAKEN: [&str; 2] = ["recovered", "draw_repaid"];
/// Further steps that move the payout.
const MOVED: [&str; 6] = ["moved_pay", "over_cap", "due", "paid_outside", "draw_advanced", "below_minimum"];

/// The rows of a payout; but for what was earned and paid none is zero. None at all where their sum exceeds the largest decimal,
/// for which a settlement is refused before.
#[must_use]
pub fn settled(payout: &Payout) -> Vec<SettleLine> {
    told(payout, None)
}

/// The same with what is held apart from what is no longer held, as the entries say it: one customer pays and another does not yet.
/// Together where the two cannot be had in the currency of pay.
#[must_use]
pub(super) fn settled_of(payout: &Payout, entries: &[&Entry]) -> Vec<SettleLine> {
    let one = entries.iter().all(|entry| entry.plan_currency == payout.currency);
    let apart = || -> Exact<(Decimal, Decimal)> {
        let (mut held, mut released) = (Decimal::ZERO, Decimal::ZERO);
        for entry in entries {
            let moves = sub(entry.payable, entry.earned)?;
            let sum = if moves.is_sign_negative() { &mut held } else { &mut released };
            *sum = add(*sum, moves)?;
        }
        Ok((held, released))
    };
    told(payout, one.then(|| apart().ok()).flatten())
}

fn told(payout: &Payout, apart: Option<(Decimal, Decimal)>) -> Vec<SettleLine> {
    let line = |(step, amount, moves): Row| SettleLine {
        step,
        amount: fixed(amount, payout.currency.places()),
        text: text(step),
        moves,
        terms: payout.terms.iter().filter(|(of, _)| *of == step).map(|(_, term)| term_line(term, payout)).collect(),
    };
    rows(payout, apart).unwrap_or_default().into_iter().map(line).collect()
}

fn rows(payout: &Payout, apart: Option<(Decimal, Decimal)>) -> Exact<Vec<Row>> {
    let mut moved: Vec<Row> = Vec::new();
    let mut rest = sub(payout.payout, payout.earned)?;
    let mut push = |step: &'static str, amount: Decimal, moved: &mut Vec<Row>| -> Exact<()> {
        rest = sub(rest, amount)?;
        match moved.iter_mut().find(|row| row.0 == step) {
            Some(row) => row.1 = add(row.1, amount)?,
            None => moved.push((step, amount, Moves::Payout)),
        }
        Ok(())
    };
    let waits = sub(payout.payable, payout.earned)?;
    match apart {
        Some((held, released)) if add(held, released)? == waits => {
            push("released", released, &mut moved)?;
            push("held", held, &mut moved)?;
        }
        _ => push(if waits.is_sign_negative() { "held" } else { "released" }, waits, &mut moved)?,
    }
    for (step, amount) in &payout.lines {
        match *step {
            step if TAKEN.contains(&step) => push(step, negate(*amount), &mut moved)?,
            // What waited for the minimum and is paid now is due from before.
            "below_minimum" if amount.is_sign_positive() => push("due", *amount, &mut moved)?,
            step if MOVED.contains(&step) => push(step, *amount, &mut moved)?,
            _ => {}
        }
    }
    // What is taken back is owed first; as far as the same payout repays it, it needs no two rows.
    if let Some(recovered) = moved.iter_mut().find(|row| row.0 == "recovered" && !rest.is_sign_negative()) {
        let both = add(recovered.1, rest)?;
        (recovered.1, rest) = if both.is_sign_negative() { (both, Decimal::ZERO) } else { (Decimal::ZERO, both) };
    }
    moved.push((if rest.is_sign_negative() { "charged" } else { "to_balances" }, rest, Moves::Payout));

    let only_balances =
        payout.lines.iter().filter(|(step, _)| *step != "earned" && !TAKEN.contains(step) && !MOVED.contains(step));
    let mut rows = vec![("earned", payout.earned, Moves::Payout)];
    rows.extend(moved);
    rows.push(("payout", payout.payout, Moves::Payout));
    rows.push(("brought_forward", payout.before.net()?, Moves::Balance));
    rows.extend(only_balances.map(|(step, amount)| (*step, *amount, Moves::Balance)));
    rows.push(("carried_forward", payout.carry(), Moves::Balance));
    rows.retain(|(step, amount, _)| matches!(*step, "earned" | "payout") || !amount.is_zero());
    Ok(rows)
}

fn term_line(term: &Term, payout: &Payout) -> TermLine {
    let places = payout.currency.places();
    let money = |amount: &Decimal| (fixed(*amount, places), grouped(*amount, places));
    let (code, (value, shown)) = match term {
        Term::Most(amount) => ("most", money(amount)),
        Term::Part(part) => ("part", (shortest(*part), short_percent(*part))),
        Term::Leaves(amount) => ("leaves", money(amount)),
        Term::Apart(amount) => ("apart", money(amount)),
        Term::Instalments(count) => ("instalments", (count.to_string(), count.to_string())),
        Term::Gives(amount) => ("gives", money(amount)),
        Term::Advanced(amount) => ("advanced", money(amount)),
        Term::Minimum(amount) => ("minimum", money(amount)),
        Term::Leaving => ("leaving", Default::default()),
        Term::Said(reason) => ("said", (reason.to_string(), reason.to_string())),
    };
    let text = match term {
        Term::Most(_) => format!("one payout pays at most {shown}"),
        Term::Part(_) => format!("at most {shown} of what is available"),
        Term::Leaves(_) => format!("{shown} is left of the payout"),
        Term::Apart(_) => format!("{shown} is set apart first"),
        Term::Instalments(1) => "in one payout".to_owned(),
        Term::Instalments(_) => format!("in {shown} payouts"),
        Term::Gives(_) => format!("the draw gives {shown}"),
        Term::Advanced(_) => format!("never more than {shown} in all"),
        Term::Minimum(_) => format!("less than {shown} is not paid"),
        Term::Leaving => "at leaving".to_owned(),
        Term::Said(_) => format!("“{shown}”"),
    };
    TermLine { code: Cow::Borrowed(code), value, text }
}

fn text(step: &str) -> &'static str {
    match step {
        "earned" => "earned in this period",
        "held" => "held for later",
        "released" => "no longer held",
        "over_cap" => "held over the cap on payout, or released under it",
        "due" => "due from before",
        "paid_outside" => "paid outside",
        "recovered" => "recovered of what was owed",
        "draw_advanced" => "advanced as a draw",
        "draw_repaid" => "repaid of the draw",
        "below_minimum" => "below the minimum, waits",
        "to_balances" => "carried to the balances",
        "charged" => "charged of what was owed",
        "payout" => "payout",
        "brought_forward" => "balance brought forward",
        "returned" => "payments that were rejected, due again",
        "opening" => "taken over from before",
        "moved" => "balance of another currency of pay",
        "moved_pay" => "pay of another currency of pay",
        "forgiven" => "forgiven",
        "draw_forgiven" => "rest of the draw forgiven",
        "forgiven_at_leaving" => "draw forgiven at leaving",
        "forgiven_below_zero" => "below zero, forgiven",
        _ => "balance carried forward",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::currency::Currency;
    use crate::run::settle::Balances;
    use std::sync::Arc;

    /// What a statement says of a payout of so much earned, payable and paid, each row as "step amount".
    fn said(earned: &str, payable: &str, paid: &str, lines: &[(&'static str, &str)]) -> (Vec<String>, Vec<String>) {
        let of = |text: &str| text.parse::<Decimal>().unwrap();
        let payout = Payout {
            payee: Arc::from("kim"),
            period: 0,
            currency: Currency::from_code("USD").unwrap(),
            earned: of(earned),
            payable: of(payable),
            debt: Decimal::ZERO,
            payout: of(paid),
            before: Balances::default(),
            after: Balances::default(),
            lines: lines.iter().map(|(step, amount)| (*step, of(amount))).collect(),
            details: Vec::new(),
            terms: Vec::new(),
        };
        let rows = settled(&payout);
        let moving = |moves| rows.iter().filter(move |row| row.moves == moves);
        let total: Decimal = moving(Moves::Payout).filter(|row| row.step != "payout").map(|row| of(&row.amount)).sum();
        assert_eq!(total, of(paid), "{rows:?}");
        let shown = |moves| {
            let inner = moving(moves).filter(|row| !matches!(row.step, "earned" | "payout"));
            inner.map(|row| format!("{} {}", row.step, row.amount)).collect::<Vec<_>>()
        };
        (shown(Moves::Payout), shown(Moves::Balance))
    }

    fn way(earned: &str, payable: &str, paid: &str, lines: &[(&'static str, &str)]) -> Vec<String> {
        said(earned, payable, paid, lines).0
    }

    #[test]
    fn what_was_held_and_is_paid_now_is_released() {
        // Earned 4,000.00 a month ago, paid by the customer now: 0 + 4,000.00 - 2,000.00 = 2,000.00.
        let rows = way("0", "4000", "2000", &[("earned", "4000"), ("draw_repaid", "2000")]);
        assert_eq!(rows, ["released 4000.00", "draw_repaid -2000.00"]);
    }

    #[test]
    fn what_is_taken_back_and_repaid_at_once_needs_no_two_rows() {
        // 5,400.00 earned after 600.00 taken back, 1,500.00 held. The 600.00 come to be owed and are repaid at once:
        // 5,400.00 - 1,500.00 - 700.00 of the draw = 3,200.00.
        let rows = way("5400", "3900", "3200", &[("earned", "3900"), ("recovered", "600"), ("draw_repaid", "700")]);
        assert_eq!(rows, ["held -1500.00", "draw_repaid -700.00"]);
        // 1,000.00 earned, nothing taken back, 300.00 of an old debt repaid: 700.00.
        assert_eq!(way("1000", "1000", "700", &[("recovered", "300")]), ["recovered -300.00"]);
        // 100.00 earned and 500.00 taken back: 100.00 repay it, 400.00 stay owed, nothing is paid: -400.00 + 400.00 = 0.
        assert_eq!(way("-400", "-400", "0", &[("recovered", "100")]), ["to_balances 400.00"]);
        // 100.00 were owed, nothing is earned, and the plan charges: 0 - 100.00.
        assert_eq!(way("0", "0", "-100", &[]), ["charged -100.00"]);
    }

    #[test]
    fn what_waits_for_the_minimum_is_told_apart_from_what_waited() {
        // 20.00 are below the minimum of 50.00 and wait; next month 40.00 more: 40.00 + 20.00 = 60.00 are paid.
        assert_eq!(way("20", "20", "0", &[("below_minimum", "-20")]), ["below_minimum -20.00"]);
        assert_eq!(way("40", "40", "60", &[("below_minimum", "20")]), ["due 20.00"]);
    }

    #[test]
    fn what_moves_no_payout_stands_with_the_balances() {
        let (moved, balances) = said("100", "100", "100", &[("opening", "-50"), ("forgiven", "50")]);
        assert!(moved.is_empty());
        assert_eq!(balances, ["opening -50.00", "forgiven 50.00"]);
    }
}
