//! W08: pay without an upper limit. Told only where a project asks for it: many plans want none.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::model::{Base, Component, ComponentKind, Pays, Plan, Price};
use crate::plan::table::Tiers;
use rust_decimal::Decimal;

/// Tables whose top tier is open and has no cap, and SPIFFs without a budget.
pub(super) fn open(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for (place, component) in plan.components.iter().enumerate() {
        if let ComponentKind::Spiff { budget: None, .. } = component.kind {
            let message = format!("the SPIFF `{}` has no budget", component.name);
            let finding = Diagnostic::warning(Code::NoLimit, message).at(&component.span);
            found.push(finding.help("say what it may cost for all payees together: `budget: 10_000`"));
        }
        let capped = component.cap.of_a_span()
            || plan.caps.iter().any(|cap| cap.covers(place) && (cap.limits.of_a_span() || cap.payout.is_some()));
        if !capped && rises(component) {
            let message = format!("the top tier of `{}` is open, and nothing caps it", component.name);
            let finding = Diagnostic::warning(Code::NoLimit, message).at(&component.price_span);
            found.push(finding.help("add `cap: #{ period: … }`, or a top row of 0"));
        }
    }
}

fn rises(component: &Component) -> bool {
    fn open(price: &Price) -> bool {
        match price {
            Price::Table(table) => table.tiers().is_some_and(is_open),
            Price::Dated(rows) => rows.iter().any(|(_, price)| open(price)),
            Price::Constant(_) | Price::Formula(_) => false,
        }
    }
    let by_period = !matches!(component.kind, ComponentKind::Commission | ComponentKind::Spiff { .. });
    let bounded = match (component.pays, &component.of, &component.kind) {
        // Instalments and scores are not sold: more of them is not more pay without end.
        (_, _, ComponentKind::Residual { .. } | ComponentKind::Objectives { .. }) => true,
        (Pays::Rate, Base::Quota, _) => true,
        (Pays::Amount, ..) => by_period,
        (Pays::Rate, ..) => false,
    };
    !bounded && open(&component.price)
}

fn is_open(tiers: &Tiers) -> bool {
    tiers.rows.len() > 1 && tiers.rows.last().is_some_and(|top| top.formula.is_some() || top.value > Decimal::ZERO)
}
