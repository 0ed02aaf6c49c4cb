//! W04 in formulas: branches of an `if` that nothing reaches, most often because a wider one stands before them. What is compared
//! through a name, as in a `switch`, is not followed.

use super::conditions::{Domain, samples};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::Schema;
use crate::plan::formula::{Expr, Op};
use crate::plan::load::formulas_of;
use crate::plan::model::Plan;
use std::collections::BTreeMap;

/// A condition on the way to a branch, and how it came out.
type Way<'e> = Vec<(&'e Expr, bool)>;

/// Branches that are never taken, in the order of the script.
pub(super) fn never_taken(plan: &Plan, schema: &Schema, found: &mut Vec<Diagnostic>) {
    // What a function of the script says stands in every formula that calls it: it is reached if one of them reaches it.
    let mut taken: BTreeMap<Span, bool> = BTreeMap::new();
    formulas_of(plan, &mut |formula| look(formula, &mut Vec::new(), Domain { schema, dated: None }, &mut taken));
    for (span, _) in taken.into_iter().filter(|(_, taken)| !taken) {
        let finding = Diagnostic::warning(Code::ConstantCondition, "this branch is never taken").at(&span);
        let why = "the branches before it take whatever fits it, or nothing fits it at all";
        found.push(finding.why(why).help("put the narrower condition first: `> 20_000` before `> 10_000`"));
    }
}

fn look<'e>(expr: &'e Expr, way: &mut Way<'e>, domain: Domain<'_>, taken: &mut BTreeMap<Span, bool>) {
    let Op::If(test, then, otherwise) = &expr.op else {
        return expr.parts().into_iter().for_each(|part| look(part, way, domain, taken));
    };
    if let Some(own) = is_taken(test, way, domain) {
        let known = taken.entry(test.span.clone()).or_default();
        *known |= own;
    }
    look(test, way, domain, taken);
    for (branch, yes) in [(then, true), (otherwise, false)] {
        way.push((test, yes));
        look(branch, way, domain, taken);
        way.pop();
    }
}

/// Whether a condition can be true at the end of a way; `None` where that is not known, or nothing comes as far.
fn is_taken(test: &Expr, way: &Way<'_>, domain: Domain<'_>) -> Option<bool> {
    let mut reads = false;
    test.reads(&mut |_, _| reads = true);
    let conditions: Vec<&Expr> = way.iter().map(|(condition, _)| *condition).chain([test]).collect();
    let samples = samples(&conditions, domain).filter(|_| reads)?;
    let mut here = samples
        .iter()
        .filter(|sample| way.iter().all(|(condition, yes)| sample.is_true(condition) == Some(*yes)))
        .peekable();
    here.peek()?;
    Some(here.any(|sample| sample.is_true(test) != Some(false)))
}
