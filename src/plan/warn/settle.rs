//! W11: pay that is topped up twice.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::model::Plan;

/// A draw and a guarantee for the same days. With a condition on either they may exclude each other: nothing is said.
pub(super) fn draws_and_guarantees(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for draw in plan.draws.iter().filter(|draw| draw.only_if.is_none()) {
        for guarantee in plan.guarantees.iter().filter(|guarantee| guarantee.only_if.is_none()) {
            let from = draw.from.unwrap_or(plan.from).max(guarantee.from.unwrap_or(plan.from));
            let to = draw.to.unwrap_or(plan.to).min(guarantee.to.unwrap_or(plan.to));
            if from > to {
                continue;
            }
            let message = format!(
                "the draw `{}` and the guarantee `{}` both top up pay from {from} to {to}",
                draw.name, guarantee.name
            );
            let finding = Diagnostic::warning(Code::DrawAndGuarantee, message)
                .at(&draw.span)
                .also(&guarantee.span, "the guarantee")
                .why("the guarantee comes first, and the draw advances only what it leaves");
            found.push(finding.help("end one on the day before the other begins"));
        }
    }
}
