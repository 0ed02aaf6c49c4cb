//! W25: factors that turn pay over, or make it many times what it is: `110` where `110.pct` was meant.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::shortest;
use crate::plan::model::{Component, Plan, Price};
use rust_decimal::Decimal;

/// From here on a factor is rather a percent without its sign.
const MANY: Decimal = Decimal::TEN;

/// Factors that stand in the script as figures.
pub(super) fn odd(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for component in &plan.components {
        let Some(multiplier) = &component.multiplier else { continue };
        let Some((factor, span)) = odd_factor(component, multiplier) else { continue };
        let message = format!("`{}` multiplies what it earns by {}", component.name, shortest(factor));
        let help = if factor < Decimal::ZERO {
            "what is earned is owed by it: write a factor from 0 on".to_owned()
        } else {
            format!("a factor of 1 changes nothing: write `{}.pct` for a percent", shortest(factor))
        };
        found.push(Diagnostic::warning(Code::OddFactor, message).at(span).help(help));
    }
}

fn odd_factor<'a>(component: &'a Component, price: &'a Price) -> Option<(Decimal, &'a Span)> {
    let is_odd = |factor: Decimal| factor < Decimal::ZERO || factor >= MANY;
    match price {
        Price::Constant(amount) => Some((amount.figure, &component.span)).filter(|(factor, _)| is_odd(*factor)),
        Price::Table(table) => {
            let rows = table.tiers()?.rows.iter().filter(|row| row.formula.is_none());
            rows.map(|row| (row.value, &row.span)).find(|(factor, _)| is_odd(*factor))
        }
        Price::Dated(rows) => rows.iter().find_map(|(_, price)| odd_factor(component, price)),
        Price::Formula(_) => None,
    }
}
