//! W07: figures that are rounded before an entry is made.

use super::walk::{children, mentions, value_of};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::settings::TEST;
use crate::plan::syntax::{Node, NodeKind, Script, Statement};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Every `round` that no quota formula reaches.
pub(super) fn outside_quotas(script: &Script, found: &mut Vec<Diagnostic>) {
    let mut names = BTreeSet::new();
    script.statements.iter().filter_map(value_of).for_each(|node| of_quotas(node, &mut names));
    let named = || {
        let values = script.statements.iter().filter_map(|statement| match statement {
            Statement::Let(name, node, _) => Some((&name.text, node)),
            Statement::Import(..) | Statement::Expr(_) => None,
        });
        values.chain(script.functions.iter().map(|function| (&function.name.text, &function.body)))
    };
    // What a quota reads may read something else in turn.
    loop {
        let before = names.len();
        for (name, node) in named() {
            if names.contains(name) {
                mentions(node, &mut names);
            }
        }
        if names.len() == before {
            break;
        }
    }
    let plain = script.statements.iter().filter_map(|statement| match statement {
        Statement::Expr(node) => Some(node),
        Statement::Let(..) | Statement::Import(..) => None,
    });
    let unread = named().filter(|(name, _)| !names.contains(*name)).map(|(_, node)| node);
    plain.chain(unread).for_each(|node| rounds(node, found));
}

/// Adds the names that quota settings mention.
fn of_quotas(node: &Node, names: &mut BTreeSet<Arc<str>>) {
    if is_call(node, "measure") {
        settings(node, &mut |name, value| {
            if name == QUOTA {
                mentions(value, names);
            }
        });
    }
    children(node, &mut |child| of_quotas(child, names));
}

fn rounds(node: &Node, found: &mut Vec<Diagnostic>) {
    if is_call(node, TEST) {
        return;
    }
    if is_call(node, "measure") {
        settings(node, &mut |name, value| {
            if name != QUOTA {
                rounds(value, found);
            }
        });
        return;
    }
    if is_call(node, "round") {
        let finding = Diagnostic::warning(Code::EarlyRound, "`round` outside a quota")
            .at(&node.span)
            .why("an amount is rounded once, when its entry is made; rounded before, cents are lost on the way");
        found.push(finding.help("leave it out; how entries are rounded is the plan's `rounding:`"));
    }
    children(node, &mut |child| rounds(child, found));
}

const QUOTA: &str = "quota";

fn is_call(node: &Node, wanted: &str) -> bool {
    matches!(&node.kind, NodeKind::Call(None, name, _) if *name.text == *wanted)
}

/// Calls `seen` with the settings of a declaration.
fn settings<'a>(node: &'a Node, seen: &mut dyn FnMut(&'a str, &'a Node)) {
    children(node, &mut |child| {
        if let NodeKind::Map(entries) = &child.kind {
            entries.iter().for_each(|(name, value)| seen(&name.text, value));
        }
    });
}
