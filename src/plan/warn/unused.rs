//! W03: what a plan declares and nothing reads.

use super::Scripts;
use super::walk::{children, mentions, value_of};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::formula::Read;
use crate::plan::load::{component_reads, module_path, reads};
use crate::plan::model::{Base, Component, ComponentKind, CreditRule, On, Pays, Per, Plan, Price, SumOf, Unit};
use crate::plan::settings::DECLARATIONS;
use crate::plan::syntax::{Name, Node, NodeKind, Script, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Measures that no component, sum, measure or formula reads, here or by name in another plan.
pub(super) fn measures(plans: &[Plan], found: &mut Vec<Diagnostic>) {
    let sums = || plans.iter().flat_map(|plan| &plan.sums);
    for plan in plans {
        let mut read: BTreeSet<usize> = BTreeSet::new();
        reads(plan, &mut |what, _| {
            if let Read::Measure(place, _) = what {
                read.insert(place);
            }
        });
        read.extend(plan.components.iter().filter_map(|component| match component.on {
            On::Measure(place) => Some(place),
            On::Sum(_) | On::Component(_) | On::Periods(_) => None,
        }));
        read.extend(plan.sums.iter().filter_map(|sum| match sum.of {
            SumOf::Measure(place) => Some(place),
            SumOf::Component(_) | SumOf::Named(_) => None,
        }));
        read.extend(plan.measures.iter().filter_map(|measure| match measure.credit {
            CreditRule::Measure(place) => Some(place),
            CreditRule::Formula(_) | CreditRule::Sum(_) | CreditRule::Given => None,
        }));
        for (_, measure) in plan.measures.iter().enumerate().filter(|(place, _)| !read.contains(place)) {
            if sums().any(|sum| sum.of == SumOf::Named(measure.name.clone())) {
                continue;
            }
            let finding = Diagnostic::warning(Code::Unused, format!("nothing reads the measure `{}`", measure.name))
                .at(&measure.span)
                .why("its deals are credited, and nothing is paid on them");
            found.push(finding.help("let a component follow it, `on:`, or remove it"));
        }
    }
}

/// Bonuses that pay the same whatever is sold: a fixed amount without a gate, a fixed part of the quota, or what only the payee
/// decides.
pub(super) fn components(plan: &Plan, found: &mut Vec<Diagnostic>) {
    let by_period = |one: &&Component| match one.kind {
        ComponentKind::Bonus => true,
        ComponentKind::Override => one.per == Per::Period && !of_units(plan, one),
        _ => false,
    };
    for component in plan.components.iter().filter(by_period) {
        let of_sold = matches!(component.of, Base::Credit | Base::Total);
        let mut figures = component.pays == Pays::Rate && of_sold;
        figures |= std::iter::once(&component.price).chain(&component.multiplier).any(has_table);
        component_reads(component, &mut |read, _| {
            figures |= matches!(read, Read::Measure(..) | Read::Sum(..) | Read::Earned(_));
        });
        if !figures {
            let message = format!("`{}` pays the same whatever is sold", component.name);
            let finding = Diagnostic::warning(Code::Unused, message)
                .at(&component.span)
                .why("neither its amount nor a gate reads the measure that it follows");
            found.push(
                finding.help("let `pay` or `only_if` read the measure; pay without a condition is a `guarantee`"),
            );
        }
    }
}

/// Whether a component follows units, or what only another plan knows.
fn of_units(plan: &Plan, component: &Component) -> bool {
    let units = |place: usize| plan.measures.get(place).is_some_and(|measure| measure.unit == Unit::Number);
    match component.on {
        On::Measure(place) => units(place),
        On::Sum(place) => plan.sums.get(place).is_some_and(|sum| match sum.of {
            SumOf::Measure(place) => units(place),
            SumOf::Component(_) => false,
            SumOf::Named(_) => true,
        }),
        On::Component(_) | On::Periods(_) => false,
    }
}

fn has_table(price: &Price) -> bool {
    match price {
        Price::Table(_) => true,
        Price::Dated(rows) => rows.iter().any(|(_, price)| has_table(price)),
        Price::Constant(_) | Price::Formula(_) => false,
    }
}

/// Names of blocks that nothing after them reads.
pub(super) fn locals(script: &Script, found: &mut Vec<Diagnostic>) {
    script.statements.iter().filter_map(value_of).for_each(|node| of_blocks(node, found));
    script.functions.iter().for_each(|function| of_blocks(&function.body, found));
}

fn of_blocks(node: &Node, found: &mut Vec<Diagnostic>) {
    if let NodeKind::Block(statements) = &node.kind {
        for (place, statement) in statements.iter().enumerate() {
            let Statement::Let(name, ..) = statement else { continue };
            let mut mentioned = BTreeSet::new();
            let later = statements.iter().skip(place.saturating_add(1)).filter_map(value_of);
            later.for_each(|node| mentions(node, &mut mentioned));
            if !mentioned.contains(&name.text) {
                found.push(nothing_reads("value", name));
            }
        }
    }
    children(node, &mut |child| of_blocks(child, found));
}

/// What modules hold that no script reads: neither the module itself nor one that imports it.
pub(super) fn modules(plans: &[Plan], scripts: &Scripts, found: &mut Vec<Diagnostic>) {
    let own: BTreeSet<&Arc<str>> = plans.iter().map(|plan| &plan.span.file).collect();
    let parsed = || scripts.values().flatten();
    let mut read: BTreeSet<(String, Arc<str>)> = BTreeSet::new();
    for script in parsed() {
        let mut paths = BTreeMap::new();
        for statement in &script.statements {
            if let Statement::Import(module, alias) = statement {
                paths.insert(Arc::clone(&alias.text), module_path(&script.file, &module.text));
            }
        }
        let mut seen = |module: &Name, name: &Name| {
            read.extend(paths.get(&module.text).map(|path| (path.clone(), Arc::clone(&name.text))));
        };
        script.statements.iter().filter_map(value_of).for_each(|node| of_modules(node, &mut seen));
        script.functions.iter().for_each(|function| of_modules(&function.body, &mut seen));
    }
    let imported: BTreeSet<&Arc<str>> = plans.iter().flat_map(|plan| &plan.files).collect();
    for script in parsed().filter(|script| imported.contains(&script.file) && !own.contains(&script.file)) {
        locals(script, found);
        let outside = read.iter().filter(|(path, _)| **path == *script.file).map(|(_, name)| Arc::clone(name));
        unread(script, outside.collect(), found);
    }
}

fn of_modules(node: &Node, seen: &mut dyn FnMut(&Name, &Name)) {
    match &node.kind {
        NodeKind::Path(module, name) | NodeKind::Call(Some(module), name, _) => seen(module, name),
        _ => {}
    }
    children(node, &mut |child| of_modules(child, seen));
}

/// Values, functions and modules that a plan's script names and never mentions again. What is bound to a declaration
/// is declared all the same, so its name need not be used.
pub(super) fn names(script: &Script, found: &mut Vec<Diagnostic>) {
    unread(script, BTreeSet::new(), found);
}

/// The same, where some names are read from outside.
fn unread(script: &Script, mut mentioned: BTreeSet<Arc<str>>, found: &mut Vec<Diagnostic>) {
    script.statements.iter().filter_map(value_of).for_each(|node| mentions(node, &mut mentioned));
    script.functions.iter().for_each(|function| mentions(&function.body, &mut mentioned));
    let statements = script.statements.iter().filter_map(|statement| match statement {
        Statement::Let(_, node, _) if is_declaration(&node.kind) => None,
        Statement::Let(name, ..) => Some(("value", name)),
        Statement::Import(_, alias) => Some(("module", alias)),
        Statement::Expr(_) => None,
    });
    let functions = script.functions.iter().map(|function| ("function", &function.name));
    for (what, name) in statements.chain(functions).filter(|(_, name)| !mentioned.contains(&name.text)) {
        found.push(nothing_reads(what, name));
    }
}

fn nothing_reads(what: &str, name: &Name) -> Diagnostic {
    let finding = Diagnostic::warning(Code::Unused, format!("nothing reads the {what} `{}`", name.text));
    finding.at(&name.span).help("use it, or remove it")
}

fn is_declaration(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Call(None, name, _) if DECLARATIONS.contains(&&*name.text))
}
