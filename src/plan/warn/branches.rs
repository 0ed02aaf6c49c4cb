//! W04 in formulas: branches of an `if` or a `switch` that nothing reaches, most often because a wider one stands before them.

use super::conditions::{Domain, Sample, samples};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::Schema;
use crate::plan::formula::{Expr, Op};
use crate::plan::load::formulas_of;
use crate::plan::model::Plan;
use std::collections::BTreeMap;

/// More combinations than this are not tried for one branch: a long chain has many, and is checked as it is typed.
const MOST: usize = 1_000;

/// What is known on the way to a branch.
#[derive(Default)]
struct Way {
    /// Conditions, and how they came out.
    passed: Vec<(Expr, bool)>,
    /// What stands under a name: a column, field or figure alone, as what a `switch` looks at.
    named: Vec<(usize, Expr)>,
}

/// Branches that are never taken, in the order of the script.
pub(super) fn never_taken(plan: &Plan, schema: &Schema, found: &mut Vec<Diagnostic>) {
    // What a function of the script says stands in every formula that calls it: it is reached if one of them reaches it.
    let mut taken: BTreeMap<Span, bool> = BTreeMap::new();
    formulas_of(plan, &mut |formula| look(formula, &mut Way::default(), Domain { schema, dated: None }, &mut taken));
    for (span, _) in taken.into_iter().filter(|(_, taken)| !taken) {
        let finding = Diagnostic::warning(Code::ConstantCondition, "this branch is never taken").at(&span);
        let why = "the branches before it take whatever fits it, or nothing fits it at all";
        found.push(finding.why(why).help("put the narrower condition first: `> 20_000` before `> 10_000`"));
    }
}

fn look(expr: &Expr, way: &mut Way, domain: Domain<'_>, taken: &mut BTreeMap<Span, bool>) {
    match &expr.op {
        Op::If(test, then, otherwise) => {
            let test = way.with_names(test);
            if let Some(own) = way.takes(&test, domain) {
                let known = taken.entry(place_of(&test).clone()).or_default();
                *known |= own;
            }
            look(&test, way, domain, taken);
            for (branch, yes) in [(then, true), (otherwise, false)] {
                way.passed.push((test.clone(), yes));
                look(branch, way, domain, taken);
                way.passed.pop();
            }
        }
        Op::Let(slot, value, body) if matches!(value.op, Op::Read(_)) => {
            way.named.push((*slot, Expr::clone(value)));
            look(body, way, domain, taken);
            way.named.pop();
        }
        _ => expr.parts().into_iter().for_each(|part| look(part, way, domain, taken)),
    }
}

/// Where a condition stands: of an arm of a `switch`, which has the place of what is looked at, the first value that it names.
fn place_of(test: &Expr) -> &Span {
    let own = &test.span;
    match &test.op {
        Op::And(list) | Op::Or(list) => match list.first() {
            Some(first) if first.span == *own || first.span.start < own.start || own.end < first.span.end => {
                place_of(first)
            }
            _ => own,
        },
        _ => own,
    }
}

impl Way {
    /// Whether a condition can be true at the end of the way; `None` where that is not known, or nothing comes as far.
    fn takes(&self, test: &Expr, domain: Domain<'_>) -> Option<bool> {
        let mut reads = false;
        test.reads(&mut |_, _| reads = true);
        let conditions: Vec<&Expr> = self.passed.iter().map(|(condition, _)| condition).chain([test]).collect();
        let samples = samples(&conditions, domain, MOST).filter(|_| reads)?;
        let comes = |sample: &&Sample| self.passed.iter().all(|(test, yes)| sample.would_be_true(test) == Some(*yes));
        let mut here = samples.iter().filter(comes).peekable();
        here.peek()?;
        Some(here.any(|sample| sample.would_be_true(test) != Some(false)))
    }

    /// A condition that says what its names stand for.
    fn with_names(&self, of: &Expr) -> Expr {
        let one = |part: &Expr| Box::new(self.with_names(part));
        let all = |list: &[Expr]| list.iter().map(|part| self.with_names(part)).collect();
        let op = match &of.op {
            Op::Slot(slot) => match self.named.iter().rfind(|(name, _)| name == slot) {
                Some((_, value)) => value.op.clone(),
                None => Op::Slot(*slot),
            },
            Op::Not(part) => Op::Not(one(part)),
            Op::Binary(sign, left, right) => Op::Binary(*sign, one(left), one(right)),
            Op::And(list) => Op::And(all(list)),
            Op::Or(list) => Op::Or(all(list)),
            Op::OneOf(item, list) => Op::OneOf(one(item), all(list)),
            Op::Between(item, from, to, included) => Op::Between(one(item), one(from), one(to), *included),
            other => other.clone(),
        };
        Expr { op, span: of.span.clone() }
    }
}
