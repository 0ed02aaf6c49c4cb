//! The payee's part of a deal's credit: exact, in whole minor units, fixed, or by a formula.

use super::Credit;
use crate::domain::exact::{self, Exact, RoundingMode};
use crate::domain::facts::Share;
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Measure, ShareRule, Unit, Who};
use crate::run::facts::Book;
use crate::run::scene::View;
use rust_decimal::Decimal;
use std::cmp::Reverse;

/// Whether a measure credits the role that a share has.
pub fn takes_role(book: &Book<'_>, measure: &Measure, share: &Share) -> bool {
    match &measure.who {
        Who::Named => share.role.as_ref().is_none_or(|role| !book.overlay.contains(role)),
        Who::Role(role) => share.role.as_ref() == Some(role),
        Who::Formula(_) => true,
    }
}

/// Share and amount of a credit whose deal counts for `base`.
pub fn of(
    book: &Book<'_>,
    measure: &Measure,
    credit: &Credit,
    base: Decimal,
    view: &View<'_>,
) -> Result<(Decimal, Decimal), EvalError> {
    let deal = credit.deal.and_then(|deal| book.deals.get(deal));
    let own = credit.slot.and_then(|slot| deal?.shares.get(slot));
    let failed = |error| EvalError { failure: Failure::Arithmetic(error), span: measure.span.clone() };
    let split = own.map_or(Decimal::ONE, |share| share.share);
    let share = match &measure.share {
        ShareRule::Split | ShareRule::Cents => split,
        ShareRule::Fixed(percent) => *percent,
        ShareRule::Formula(formula) => formula.not_negative(view)?,
    };
    if let (ShareRule::Cents, Some(deal), Some(slot)) = (&measure.share, deal, credit.slot) {
        let places = if measure.unit == Unit::Money { view.plan.currency.places() } else { 0 };
        let shares = deal.shares.iter().enumerate().filter(|(_, share)| takes_role(book, measure, share));
        let amounts = whole_cents(base, shares, places, view.plan.rounding.mode).map_err(failed)?;
        let amount = amounts.into_iter().find(|(place, _)| *place == slot).map(|(_, amount)| amount);
        return Ok((share, amount.unwrap_or(Decimal::ZERO)));
    }
    Ok((share, exact::mul(base, share).map_err(failed)?))
}

/// Amounts in whole minor units that total what all shares together are of the base, rounded in the plan's mode: each is
/// cut down, and what is left over goes, unit by unit, to the largest remainders; equal ones in the order in which the
/// payees are named.
fn whole_cents<'s>(
    base: Decimal,
    shares: impl Iterator<Item = (usize, &'s Share)>,
    places: u32,
    mode: RoundingMode,
) -> Exact<Vec<(usize, Decimal)>> {
    let unit = Decimal::new(1, places);
    let mut parts = Vec::new();
    let mut exact_total = Decimal::ZERO;
    let mut total = Decimal::ZERO;
    for (slot, share) in shares {
        let part = exact::mul(base, share.share)?;
        let cut = RoundingMode::Down.round(part, places);
        exact_total = exact::add(exact_total, part)?;
        total = exact::add(total, cut)?;
        let rest = exact::sub(part, cut)?.abs();
        parts.push((Reverse(rest), share.position.unwrap_or(u32::MAX), &share.payee, slot, cut));
    }
    let whole = mode.round(exact_total, places);
    let mut over = exact::sub(whole, total)?;
    parts.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    let step = if over.is_sign_negative() { exact::negate(unit) } else { unit };
    let mut amounts = Vec::with_capacity(parts.len());
    for (_, _, _, slot, cut) in parts {
        let extra = if over.is_zero() { Decimal::ZERO } else { step };
        over = exact::sub(over, extra)?;
        amounts.push((slot, exact::add(cut, extra)?));
    }
    Ok(amounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::RowPlace;
    use std::sync::Arc;

    #[test]
    fn odd_cents_go_to_the_largest_remainder_then_to_the_one_named_first() {
        let share = |payee: &str, share: &str, position: u32| Share {
            payee: Arc::from(payee),
            role: None,
            share: share.parse().unwrap(),
            position: Some(position),
            place: RowPlace { file: Arc::from("deals.csv"), line: 1 },
        };
        // 100.00 in three thirds of 0.333, 0.333, 0.334: 33.30, 33.30, 33.40.
        // 0.05 in halves: 0.025 each; the odd cent goes to the one named first.
        let halves = [share("bo", "0.5", 1), share("al", "0.5", 2)];
        let amounts =
            whole_cents("0.05".parse().unwrap(), halves.iter().enumerate(), 2, RoundingMode::HalfEven).unwrap();
        assert_eq!(amounts, [(0, "0.03".parse().unwrap()), (1, "0.02".parse().unwrap())]);
        // 10.01 x 60 % = 6.006, x 40 % = 4.004: the larger remainder is the first one's.
        let sixty = [share("bo", "0.6", 1), share("al", "0.4", 2)];
        let amounts =
            whole_cents("10.01".parse().unwrap(), sixty.iter().enumerate(), 2, RoundingMode::HalfEven).unwrap();
        assert_eq!(amounts, [(0, "6.01".parse().unwrap()), (1, "4.00".parse().unwrap())]);
    }
}
