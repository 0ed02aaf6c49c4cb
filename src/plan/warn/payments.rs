//! W12: what is said for a deal and happens with each of its invoices or payments.

use super::restates::of_price;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::formula::{Expr, Read};
use crate::plan::model::{Base, Component, ComponentKind, CreditRule, Measure, On, Pays, Per, Plan, Price, Unit, When};

/// Of measures that count invoices or payments, and of components that follow one.
pub(super) fn each(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for measure in &plan.measures {
        let Some(word) = word(measure) else { continue };
        if let CreditRule::Formula(credit) = &measure.credit
            && measure.unit == Unit::Number
            && !measure.of_event
        {
            let message = format!("each {word} counts in `{}` for its share of the deal", measure.name);
            let finding = Diagnostic::warning(Code::EachPayment, message).at(&credit.span);
            found.push(
                finding
                    .why(format!("a deal in four {word}s counts a quarter with each"))
                    .help("to count them, read the event: `if (event.amount ?? 0) > 0 { 1 } else { 0 }`"),
            );
        }
    }
    for component in &plan.components {
        let On::Measure(place) = component.on else { continue };
        let Some(measure) = plan.measures.get(place) else { continue };
        let (Some(word), Some((what, span))) = (word(measure), of_a_deal(component)) else { continue };
        let message = format!("{what} of `{}` holds for each {word}, not once for each deal", component.name);
        let finding = Diagnostic::warning(Code::EachPayment, message).at(span);
        found.push(
            finding
                .why(format!("the measure `{}` counts each {word} of a deal by itself", measure.name))
                .help("follow a measure with `when: \"closed\"` and say `payable: \"paid\"`; or read `event.amount`"),
        );
    }
}

fn word(measure: &Measure) -> Option<&'static str> {
    match measure.when {
        When::Invoiced => Some("invoice"),
        When::Paid => Some("payment"),
        When::Closed | When::Booked | When::Formula(_) => None,
    }
}

/// What a component says for a deal, and where.
fn of_a_deal(component: &Component) -> Option<(&'static str, &Span)> {
    match component.kind {
        // The first deals are counted as deals.
        ComponentKind::Commission | ComponentKind::Spiff { first: None, .. } => {}
        _ => return None,
    }
    if component.pays == Pays::Amount && !price_reads_event(&component.price) {
        return Some(("`pay`", &component.price_span));
    }
    if let Base::Formula(of) = &component.of
        && !reads_event(of)
    {
        return Some(("`of`", &of.span));
    }
    if component.cap.deal.is_some() {
        return Some(("`cap.deal`", &component.span));
    }
    if component.floor.deal.is_some() {
        return Some(("`floor.deal`", &component.span));
    }
    (component.per == Per::Deal).then_some(("`per: \"deal\"`", &component.span))
}

fn price_reads_event(price: &Price) -> bool {
    let mut formulas = Vec::new();
    of_price(price, &mut formulas);
    formulas.into_iter().any(reads_event)
}

fn reads_event(formula: &Expr) -> bool {
    let mut found = false;
    formula.reads(&mut |read, _| found |= matches!(read, Read::Event(_)));
    found
}
