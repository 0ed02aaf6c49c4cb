//! Everything that the formulas of a plan read.

use crate::domain::diagnostic::Span;
use crate::domain::facts::deal_column;
use crate::plan::formula::{Expr, Read};
use crate::plan::model::{
    AmountRule, Base, Component, ComponentKind, CreditRule, Ends, Limits, Measure, Method, Over, Per, Plan, PoolShare,
    Price, QuotaRule, ShareRule, Since, Take, When, Who,
};

/// Calls `seen` with every column, field and figure that a plan reads, and where.
pub fn reads(plan: &Plan, seen: &mut dyn FnMut(Read, &Span)) {
    for measure in &plan.measures {
        of_measure(measure, seen);
    }
    for sum in &plan.sums {
        if let Over::Group(field) = sum.over {
            seen(Read::Payee(field), &sum.span);
        }
    }
    for component in &plan.components {
        component_reads(component, seen);
    }
    for cap in &plan.caps {
        limits(&cap.limits, seen);
        amounts(&cap.payout, seen);
    }
    for draw in &plan.draws {
        amount(&draw.amount, seen);
        formulas([&draw.only_if, &draw.recover_if], seen);
        amounts(&draw.floor, seen);
        amounts(&draw.limit, seen);
    }
    for guarantee in &plan.guarantees {
        amount(&guarantee.amount, seen);
        formulas([&guarantee.only_if], seen);
    }
    for rule in &plan.clawbacks {
        if let Method::Reverse { take: Take::Formula(take), .. } = &rule.method {
            take.reads(seen);
        }
        if rule.since == Since::Starts {
            seen(Read::Deal(deal_column::STARTS), &rule.span);
        }
    }
}

fn of_measure(measure: &Measure, seen: &mut dyn FnMut(Read, &Span)) {
    if let CreditRule::Formula(credit) = &measure.credit {
        credit.reads(seen);
    }
    if let When::Formula(day) = &measure.when {
        day.reads(seen);
    }
    if let Who::Formula(who) = &measure.who {
        who.reads(seen);
    }
    if let ShareRule::Formula(share) = &measure.share {
        share.reads(seen);
    }
    if let QuotaRule::Formula(quota) = &measure.quota {
        quota.reads(seen);
    }
    formulas([&measure.which, &measure.order], seen);
}

/// The same of one component.
pub fn component_reads(component: &Component, seen: &mut dyn FnMut(Read, &Span)) {
    formulas([&component.which, &component.who, &component.only_if], seen);
    if let Base::Formula(of) = &component.of {
        of.reads(seen);
    }
    price(&component.price, seen);
    component.multiplier.iter().for_each(|multiplier| price(multiplier, seen));
    limits(&component.floor, seen);
    limits(&component.cap, seen);
    if let Per::Column(column) = component.per {
        seen(Read::Deal(column), &component.span);
    }
    match &component.kind {
        ComponentKind::Pool { share: PoolShare::Weights(weight) } => weight.reads(seen),
        ComponentKind::Residual { ends: Ends::Term, .. } => seen(Read::Deal(deal_column::TERM), &component.span),
        _ => {}
    }
}

fn formulas<const N: usize>(list: [&Option<Expr>; N], seen: &mut dyn FnMut(Read, &Span)) {
    list.into_iter().flatten().for_each(|formula| formula.reads(seen));
}

fn price(price_of: &Price, seen: &mut dyn FnMut(Read, &Span)) {
    match price_of {
        Price::Constant(_) => {}
        Price::Table(table) => table.reads(seen),
        Price::Dated(rows) => rows.iter().for_each(|(_, row)| price(row, seen)),
        Price::Formula(formula) => formula.reads(seen),
    }
}

fn limits(of: &Limits, seen: &mut dyn FnMut(Read, &Span)) {
    for rule in [&of.deal, &of.period, &of.year, &of.plan] {
        amounts(rule, seen);
    }
}

fn amounts(rule: &Option<AmountRule>, seen: &mut dyn FnMut(Read, &Span)) {
    rule.iter().for_each(|rule| amount(rule, seen));
}

fn amount(rule: &AmountRule, seen: &mut dyn FnMut(Read, &Span)) {
    if let AmountRule::Formula(formula) = rule {
        formula.reads(seen);
    }
}
