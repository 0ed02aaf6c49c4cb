//! Walking a script's syntax.

use crate::plan::syntax::{Node, NodeKind, Statement};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Calls `seen` with what a node holds directly.
pub(super) fn children<'a>(node: &'a Node, seen: &mut dyn FnMut(&'a Node)) {
    match &node.kind {
        NodeKind::Number(_)
        | NodeKind::Text(_)
        | NodeKind::YesNo(_)
        | NodeKind::Name(_)
        | NodeKind::Path(..)
        | NodeKind::Refused => {}
        NodeKind::Field(of, _) | NodeKind::Negate(of) | NodeKind::Not(of) | NodeKind::Closure(_, of) => seen(of),
        NodeKind::Call(_, _, list)
        | NodeKind::And(list)
        | NodeKind::Or(list)
        | NodeKind::Coalesce(list)
        | NodeKind::List(list) => list.iter().for_each(seen),
        NodeKind::Method(of, _, list) => {
            seen(of);
            list.iter().for_each(seen);
        }
        NodeKind::Binary(_, left, right) | NodeKind::In(left, right) | NodeKind::Range(left, right, _) => {
            seen(left);
            seen(right);
        }
        NodeKind::If(condition, then, otherwise) => {
            seen(condition);
            seen(then);
            otherwise.iter().for_each(|node| seen(node));
        }
        NodeKind::Switch(of, arms) => {
            seen(of);
            for arm in arms {
                arm.cases.iter().chain(&arm.condition).for_each(&mut *seen);
                seen(&arm.body);
            }
        }
        NodeKind::Map(entries) => entries.iter().for_each(|(_, node)| seen(node)),
        NodeKind::Block(statements) => statements.iter().filter_map(value_of).for_each(seen),
    }
}

/// What a statement works out.
pub(super) fn value_of(statement: &Statement) -> Option<&Node> {
    match statement {
        Statement::Let(_, node, _) | Statement::Expr(node) => Some(node),
        Statement::Import(..) => None,
    }
}

/// Adds every name that a node mentions: values, functions, modules.
pub(super) fn mentions(node: &Node, names: &mut BTreeSet<Arc<str>>) {
    match &node.kind {
        NodeKind::Name(name) => {
            names.insert(Arc::clone(name));
        }
        NodeKind::Path(module, _) => {
            names.insert(Arc::clone(&module.text));
        }
        NodeKind::Call(module, name, _) => {
            names.insert(Arc::clone(&module.as_ref().unwrap_or(name).text));
        }
        _ => {}
    }
    children(node, &mut |child| mentions(child, names));
}
