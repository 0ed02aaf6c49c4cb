//! W10: formulas that look at the period as it stands, so that each deal changes what earlier ones pay.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::formula::{Expr, Figure, Read};
use crate::plan::model::{Base, Component, ComponentKind, CreditRule, Per, Plan, Price};

/// Of components that pay deal by deal.
pub(super) fn by_formulas(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for component in plan.components.iter().filter(|component| pays_by_deal(component)) {
        let mut formulas: Vec<&Expr> = Vec::new();
        [Some(&component.price), component.multiplier.as_ref()].into_iter().flatten().for_each(|price| {
            of_price(price, &mut formulas);
        });
        if let Base::Formula(of) = &component.of {
            formulas.push(of);
        }
        for formula in formulas {
            let mut seen = None;
            formula.reads(&mut |read, span| {
                let (Read::Measure(_, figure) | Read::Sum(_, figure)) = read else { return };
                // No deal changes a total that is given.
                if let Read::Measure(place, _) = read
                    && plan.measures.get(place).is_some_and(|measure| matches!(measure.credit, CreditRule::Given))
                {
                    return;
                }
                let before = match figure {
                    Figure::Attainment => "attainment_before",
                    Figure::Total => "total_before",
                    _ => return,
                };
                if seen.is_none() {
                    seen = Some((span.clone(), before));
                }
            });
            let Some((span, before)) = seen else { continue };
            let message = format!("each new deal changes what `{}` pays for the earlier ones", component.name);
            let finding = Diagnostic::warning(Code::Restates, message)
                .at(&span)
                .why("it reads the period as it stands now, not as it stood when the deal came");
            found.push(finding.help(format!("read `{before}`, or use `retroactive([…])` if all are to be paid again")));
        }
    }
}

fn pays_by_deal(component: &Component) -> bool {
    match component.kind {
        ComponentKind::Commission | ComponentKind::Spiff { .. } => true,
        ComponentKind::Override | ComponentKind::Pool { .. } => component.per == Per::Deal,
        // A bonus and objectives are of the period; the instalments of a residual are worked when they fall due.
        ComponentKind::Bonus | ComponentKind::Objectives { .. } | ComponentKind::Residual { .. } => false,
    }
}

/// The formulas of a price.
pub(super) fn of_price<'a>(price: &'a Price, found: &mut Vec<&'a Expr>) {
    match price {
        Price::Formula(formula) => found.push(formula),
        Price::Dated(rows) => rows.iter().for_each(|(_, price)| of_price(price, found)),
        Price::Constant(_) | Price::Table(_) => {}
    }
}
