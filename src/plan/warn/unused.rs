//! W03: what a plan declares and nothing reads.

use super::walk::{mentions, value_of};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{CreditRule, On, Plan, SumOf};
use crate::plan::settings::DECLARATIONS;
use crate::plan::syntax::{NodeKind, Script, Statement};
use std::collections::BTreeSet;

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

/// Values, functions and modules that a plan's script names and never mentions again. What is bound to a declaration
/// is declared all the same, so its name need not be used.
pub(super) fn names(script: &Script, found: &mut Vec<Diagnostic>) {
    let mut mentioned = BTreeSet::new();
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
        let finding = Diagnostic::warning(Code::Unused, format!("nothing reads the {what} `{}`", name.text));
        found.push(finding.at(&name.span).help("use it, or remove it"));
    }
}

fn is_declaration(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Call(None, name, _) if DECLARATIONS.contains(&&*name.text))
}
