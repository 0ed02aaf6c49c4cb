//! W04: gates and filters that are always or never true. W06: deals that no component pays on, or two commissions do.

use super::conditions::{Domain, MOST, Sample, are_plain, samples};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::Schema;
use crate::plan::formula::{Expr, Read};
use crate::plan::load::reads;
use crate::plan::model::{Component, ComponentKind, CreditRule, Measure, On, Plan, SumOf, Who, filters};

/// Conditions that decide nothing.
pub(super) fn constant(plan: &Plan, schema: &Schema, found: &mut Vec<Diagnostic>) {
    for measure in &plan.measures {
        let domain = domain_of(plan, measure, schema);
        if let Some(which) = &measure.which {
            told(which, &[], domain, ("the filter", "of the deals"), found);
        }
        if let Who::Formula(who) = &measure.who {
            told(who, &[], domain, ("the condition", "of the payees"), found);
        }
    }
    let any = Domain { schema, dated: None };
    for component in &plan.components {
        if let Some(which) = &component.which {
            let premises = premises(plan, component);
            let domain = own_measure(plan, component).map_or(any, |measure| domain_of(plan, measure, schema));
            told(which, &premises, domain, ("the filter", "of the deals that are credited"), found);
        }
        component.who.iter().for_each(|who| told(who, &[], any, ("the condition", "of the payees"), found));
        component.only_if.iter().for_each(|gate| told(gate, &[], any, ("the gate", "of the periods"), found));
    }
    let draws = plan.draws.iter().flat_map(|draw| [&draw.only_if, &draw.recover_if]);
    let guarantees = plan.guarantees.iter().map(|guarantee| &guarantee.only_if);
    for condition in draws.chain(guarantees).flatten() {
        told(condition, &[], any, ("the condition", "of the periods"), found);
    }
}

fn told(
    condition: &Expr,
    premises: &[&Expr],
    domain: Domain<'_>,
    (what, of): (&str, &str),
    found: &mut Vec<Diagnostic>,
) {
    let all: Vec<&Expr> = premises.iter().copied().chain([condition]).collect();
    let Some(samples) = samples(&all, domain, MOST) else { return };
    let holds = |sample: &&Sample| premises.iter().all(|premise| sample.is_true(premise) == Some(true));
    let values: Option<Vec<bool>> = samples.iter().filter(holds).map(|sample| sample.is_true(condition)).collect();
    // A premise that nothing satisfies is told where it stands.
    let Some(values) = values.filter(|values| !values.is_empty()) else { return };
    let (word, help) = match (values.contains(&true), values.contains(&false)) {
        (true, false) => ("always", "leave it out, or correct what it compares"),
        (false, true) => ("never", "correct what it compares: as it stands, nothing is paid or credited by it"),
        _ => return,
    };
    let finding = Diagnostic::warning(Code::ConstantCondition, format!("{what} is {word} true {of}"));
    found.push(finding.at(&condition.span).help(help));
}

/// The days by which a measure counts lie in the plan's.
fn domain_of<'a>(plan: &Plan, measure: &Measure, schema: &'a Schema) -> Domain<'a> {
    Domain { schema, dated: measure.when.column().map(|column| (column, plan.from, plan.to)) }
}

fn own_measure<'a>(plan: &'a Plan, component: &Component) -> Option<&'a Measure> {
    match component.on {
        On::Measure(place) => plan.measures.get(place),
        On::Sum(_) | On::Component(_) | On::Periods(_) => None,
    }
}

/// The filters that a deal passed before a component looks at it.
fn premises<'a>(plan: &'a Plan, component: &Component) -> Vec<&'a Expr> {
    let first = match component.on {
        On::Measure(place) => Some(place),
        On::Sum(_) | On::Component(_) | On::Periods(_) => None,
    };
    filters(&plan.measures, first)
}

/// Deals of a measure that fall between the filters of its components, or under two commissions.
pub(super) fn gaps_and_overlaps(plan: &Plan, schema: &Schema, found: &mut Vec<Diagnostic>) {
    for (place, measure) in plan.measures.iter().enumerate() {
        let on: Vec<&Component> = plan.components.iter().filter(|one| one.on == On::Measure(place)).collect();
        let domain = domain_of(plan, measure, schema);
        if !on.is_empty() && !is_read(plan, place) {
            gap(measure, &on, domain, found);
        }
        let commissions: Vec<&Component> =
            on.into_iter().filter(|one| matches!(one.kind, ComponentKind::Commission)).collect();
        for (at, first) in commissions.iter().enumerate() {
            for second in commissions.iter().skip(at.saturating_add(1)) {
                overlap(plan, measure, (first, second), domain, found);
            }
        }
    }
}

/// Whether something other than the components that follow it takes what a measure credits.
fn is_read(plan: &Plan, place: usize) -> bool {
    let mut read = plan.sums.iter().any(|sum| match &sum.of {
        SumOf::Measure(of) => *of == place,
        SumOf::Named(name) => plan.measures.get(place).is_some_and(|measure| measure.name == *name),
        SumOf::Component(_) => false,
    });
    read |= plan.measures.iter().any(|other| matches!(other.credit, CreditRule::Measure(of) if of == place));
    reads(plan, &mut |what, _| read |= matches!(what, Read::Measure(of, _) if of == place));
    read
}

fn gap(measure: &Measure, on: &[&Component], domain: Domain<'_>, found: &mut Vec<Diagnostic>) {
    let filters: Option<Vec<&Expr>> = on.iter().map(|component| component.which.as_ref()).collect();
    let Some(filters) = filters else { return };
    let mut all = filters.clone();
    all.extend(&measure.which);
    let Some(samples) = samples(&all, domain, MOST).filter(|_| are_plain(&all)) else { return };
    let credited = |sample: &&Sample| measure.which.iter().all(|which| sample.is_true(which) == Some(true));
    let unpaid = |sample: &&Sample| filters.iter().all(|filter| sample.is_true(filter) == Some(false));
    let Some(deal) = samples.iter().filter(credited).find(unpaid) else { return };
    let message =
        format!("nothing is paid on some deals that `{}` credits: {}", measure.name, deal.told(domain.schema));
    let mut finding = Diagnostic::warning(Code::FilterGap, message).at(&measure.span);
    for filter in &filters {
        finding = finding.also(&filter.span, "leaves them out");
    }
    found.push(finding.help("let a component pay on them, or narrow the measure's `which`"));
}

fn overlap(
    plan: &Plan,
    measure: &Measure,
    (first, second): (&Component, &Component),
    domain: Domain<'_>,
    found: &mut Vec<Diagnostic>,
) {
    // A commission without a filter is on all deals by its words: beside it, another is a second rate on purpose.
    let (Some(one), Some(other)) = (&first.which, &second.which) else { return };
    let from = first.from.unwrap_or(plan.from).max(second.from.unwrap_or(plan.from));
    let to = first.to.unwrap_or(plan.to).min(second.to.unwrap_or(plan.to));
    let mut all = vec![one, other];
    all.extend(&measure.which);
    all.extend(&first.who);
    all.extend(&second.who);
    let Some(samples) = samples(&all, domain, MOST).filter(|_| from <= to && are_plain(&all)) else { return };
    let both = |sample: &&Sample| all.iter().all(|condition| sample.is_true(condition) == Some(true));
    let Some(deal) = samples.iter().find(both) else { return };
    let message =
        format!("`{}` and `{}` both pay on some deals: {}", first.name, second.name, deal.told(domain.schema));
    let finding = Diagnostic::warning(Code::FilterOverlap, message).at(at(other)).also(at(one), "the other filter");
    found.push(finding.help("let each deal pass one filter alone, or allow it if both are meant to pay"));
}

fn at(condition: &Expr) -> &Span {
    &condition.span
}
