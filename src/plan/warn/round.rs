//! W07: figures that are rounded before an entry is made, and percents that are rounded as the fractions that they are.

use super::walk::{children, mentions, value_of};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Rounded;
use crate::plan::formula::Builtin;
use crate::plan::settings::TEST;
use crate::plan::syntax::{Node, NodeKind, Script, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Every percent that is brought to whole hundreds or tens of one, in quotas too.
pub(super) fn percents(rounded: &BTreeMap<Span, Rounded>, found: &mut Vec<Diagnostic>) {
    for (span, builtin) in rounded.iter().filter_map(|(span, rounded)| Some((span, rounded.coarse?))) {
        let (word, at) = match builtin {
            Builtin::Floor => ("floor", "0 % at 97 %"),
            Builtin::Ceil => ("ceil", "100 % at 7 %"),
            _ => ("round", "100 % at 97 %"),
        };
        let finding = Diagnostic::warning(Code::EarlyRound, "this rounds a percent to hundreds or tens of percents")
            .at(span)
            .why(format!("a percent is a fraction, 97 % is 0.97: this gives {at}"));
        let whole = match builtin {
            Builtin::Floor | Builtin::Ceil => format!("`{word}(a / 1.pct) * 1.pct`"),
            _ => "`round(a, 2)`, to hundredths of one `round(a, 4)`".to_owned(),
        };
        found.push(finding.help(format!("to whole percents write {whole}")));
    }
}

/// Every `round` that no quota formula reaches.
pub(super) fn outside_quotas(script: &Script, rounded: &BTreeMap<Span, Rounded>, found: &mut Vec<Diagnostic>) {
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
    plain.chain(unread).for_each(|node| rounds(node, rounded, found));
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

fn rounds(node: &Node, rounded: &BTreeMap<Span, Rounded>, found: &mut Vec<Diagnostic>) {
    if is_call(node, TEST) {
        return;
    }
    if is_call(node, "measure") {
        settings(node, &mut |name, value| {
            if name != QUOTA {
                rounds(value, rounded, found);
            }
        });
        return;
    }
    if is_call(node, "round") {
        let of = rounded.get(&node.span).copied().unwrap_or_default();
        let finding = Diagnostic::warning(Code::EarlyRound, "`round` outside a quota").at(&node.span);
        match (of.percent, of.coarse) {
            // That it is coarse is told besides.
            (true, Some(_)) => {}
            (true, None) => found.push(
                finding
                    .why("what follows is worked with the rounded percent")
                    .help("leave it out, but where the contract rounds this percent: say so, `// allow W07: …`"),
            ),
            (false, _) => found.push(
                finding
                    .why("an amount is rounded once, when its entry is made; rounded before, cents are lost on the way")
                    .help("leave it out; how entries are rounded is the plan's `rounding:`"),
            ),
        }
    }
    children(node, &mut |child| rounds(child, rounded, found));
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
