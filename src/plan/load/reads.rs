//! Every formula of a plan, and everything that they read.

use crate::domain::diagnostic::Span;
use crate::domain::facts::deal_column;
use crate::plan::formula::{Expr, Read};
use crate::plan::model::{
    AmountRule, Base, Component, ComponentKind, CreditRule, Ends, Limits, Measure, Method, Over, Per, Plan, PoolShare,
    Price, QuotaRule, ShareRule, Since, Take, When, Who,
};

/// What a plan is found to hold.
#[derive(Clone, Copy, Debug)]
enum Found<'a> {
    /// A formula.
    Formula(&'a Expr),
    /// Something that is read without one, and where.
    Read(Read, &'a Span),
}

/// Calls `seen` with every column, field and figure that a plan reads, and where.
pub fn reads(plan: &Plan, seen: &mut dyn FnMut(Read, &Span)) {
    each(plan, &mut |found| told(found, seen));
}

/// The same of one component.
pub fn component_reads(component: &Component, seen: &mut dyn FnMut(Read, &Span)) {
    of_component(component, &mut |found| told(found, seen));
}

/// Calls `seen` with every formula of a plan, those among the values of its tables included.
pub fn formulas_of(plan: &Plan, seen: &mut dyn FnMut(&Expr)) {
    each(plan, &mut |found| {
        if let Found::Formula(formula) = found {
            seen(formula);
        }
    });
}

fn told(found: Found<'_>, seen: &mut dyn FnMut(Read, &Span)) {
    match found {
        Found::Formula(formula) => formula.reads(seen),
        Found::Read(read, span) => seen(read, span),
    }
}

fn each(plan: &Plan, seen: &mut dyn FnMut(Found<'_>)) {
    for measure in &plan.measures {
        of_measure(measure, seen);
    }
    for sum in &plan.sums {
        if let Over::Group(field) = sum.over {
            seen(Found::Read(Read::Payee(field), &sum.span));
        }
    }
    for component in &plan.components {
        of_component(component, seen);
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
            seen(Found::Formula(take));
        }
        if rule.since == Since::Starts {
            seen(Found::Read(Read::Deal(deal_column::STARTS), &rule.span));
        }
    }
}

fn of_measure(measure: &Measure, seen: &mut dyn FnMut(Found<'_>)) {
    if let CreditRule::Formula(credit) = &measure.credit {
        seen(Found::Formula(credit));
    }
    if let When::Formula(day) = &measure.when {
        seen(Found::Formula(day));
    }
    if let Who::Formula(who) = &measure.who {
        seen(Found::Formula(who));
    }
    if let ShareRule::Formula(share) = &measure.share {
        seen(Found::Formula(share));
    }
    if let QuotaRule::Formula(quota) = &measure.quota {
        seen(Found::Formula(quota));
    }
    formulas([&measure.which, &measure.order], seen);
}

fn of_component(component: &Component, seen: &mut dyn FnMut(Found<'_>)) {
    formulas([&component.which, &component.who, &component.only_if], seen);
    if let Base::Formula(of) = &component.of {
        seen(Found::Formula(of));
    }
    price(&component.price, seen);
    component.multiplier.iter().for_each(|multiplier| price(multiplier, seen));
    limits(&component.floor, seen);
    limits(&component.cap, seen);
    if let Per::Column(column) = component.per {
        seen(Found::Read(Read::Deal(column), &component.span));
    }
    match &component.kind {
        ComponentKind::Pool { share: PoolShare::Weights(weight) } => seen(Found::Formula(weight)),
        ComponentKind::Residual { ends: Ends::Term, .. } => {
            seen(Found::Read(Read::Deal(deal_column::TERM), &component.span))
        }
        _ => {}
    }
}

fn formulas<const N: usize>(list: [&Option<Expr>; N], seen: &mut dyn FnMut(Found<'_>)) {
    list.into_iter().flatten().for_each(|formula| seen(Found::Formula(formula)));
}

fn price(price_of: &Price, seen: &mut dyn FnMut(Found<'_>)) {
    match price_of {
        Price::Constant(_) => {}
        Price::Table(table) => table.formulas().for_each(|formula| seen(Found::Formula(formula))),
        Price::Dated(rows) => rows.iter().for_each(|(_, row)| price(row, seen)),
        Price::Formula(formula) => seen(Found::Formula(formula)),
    }
}

fn limits(of: &Limits, seen: &mut dyn FnMut(Found<'_>)) {
    for rule in [&of.deal, &of.period, &of.year, &of.plan] {
        amounts(rule, seen);
    }
}

fn amounts(rule: &Option<AmountRule>, seen: &mut dyn FnMut(Found<'_>)) {
    rule.iter().for_each(|rule| amount(rule, seen));
}

fn amount(rule: &AmountRule, seen: &mut dyn FnMut(Found<'_>)) {
    if let AmountRule::Formula(formula) = rule {
        seen(Found::Formula(formula));
    }
}
