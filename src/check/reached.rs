//! W05: what of a plan no test reaches.
//!
//! In:   plans, and what their tests gave ([`super::tests`]).
//! Out:  warnings: a plan without a test; a component that pays nothing in any of them, a tier in which nothing falls, a
//!       gate that is never seen shut, a clawback rule that never takes anything.

use super::tests::Tested;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::texts::Texts;
use crate::plan::model::{Component, Plan, Price};
use crate::plan::table::{Axis, Mode, Tiers};
use crate::plan::{answered, percent};
use crate::run::adjust::Entry;
use crate::run::explain::StepKind;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the entries of a test touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Components that pay something.
    components: BTreeSet<Arc<str>>,
    /// Tiers in which something falls, by component and boundary.
    tiers: BTreeSet<(Arc<str>, Decimal)>,
    /// Components whose gate is shut.
    shut: BTreeSet<Arc<str>>,
    /// Clawback rules that take something.
    rules: BTreeSet<Arc<str>>,
}

impl Reached {
    /// Adds what an entry touches.
    pub fn add(&mut self, entry: &Entry) {
        if !entry.earned.is_zero() {
            self.components.insert(Arc::clone(&entry.component));
            self.rules.extend(entry.set_off.iter().map(|cause| Arc::clone(&cause.rule)));
        }
        for step in &entry.steps {
            let by_tier = matches!(step.kind, StepKind::Tier | StepKind::Whole | StepKind::Curve);
            if let Some(from) = step.from.filter(|_| by_tier) {
                self.tiers.insert((Arc::clone(&entry.component), from.normalize()));
            }
            if step.kind == StepKind::Gate {
                self.shut.insert(Arc::clone(&entry.component));
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.components.extend(other.components.iter().cloned());
        self.tiers.extend(other.tiers.iter().cloned());
        self.shut.extend(other.shut.iter().cloned());
        self.rules.extend(other.rules.iter().cloned());
    }
}

/// What no test of some plans reaches, less what the scripts allow.
#[must_use]
pub fn untested(plans: &[Plan], tested: &[Tested], texts: &Texts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for plan in plans {
        if plan.tests.is_empty() {
            let finding = Diagnostic::warning(Code::Untested, format!("`{}` has no test", plan.name)).at(&plan.span);
            found.push(
                finding.help("write one: `test(\"what it shows\", |t| { t.deal(#{ … }); t.expect(\"…\", …); });`"),
            );
            continue;
        }
        let mut reached = Reached::default();
        // Versions of one plan have tests of their own.
        let own = tested.iter().filter(|tested| plan.tests.iter().any(|test| test.span == tested.span));
        own.for_each(|tested| reached.join(&tested.reached));
        plan.components.iter().for_each(|component| of_component(component, &reached, &mut found));
        for rule in plan.clawbacks.iter().filter(|rule| !reached.rules.contains(&rule.name)) {
            let message = format!("no test sees `{}` take anything back", rule.name);
            let finding = Diagnostic::warning(Code::Untested, message).at(&rule.span);
            found.push(
                finding
                    .help("add the event to a test: `t.event(\"deal\", \"…\", \"2026-…\");`, and expect what is left"),
            );
        }
    }
    answered(found, plans, &|file| texts.get(file), &|code| code == Code::Untested)
}

fn of_component(component: &Component, reached: &Reached, found: &mut Vec<Diagnostic>) {
    let name = &component.name;
    if !reached.components.contains(name) {
        let finding = Diagnostic::warning(Code::Untested, format!("`{name}` pays nothing in any test"));
        found.push(
            finding.at(&component.span).help(format!("add a deal that it pays on, and `t.expect(\"{name}\", …)`")),
        );
        return;
    }
    // What a pool or an instalment pays is not told by its tier.
    let by_tier = reached.tiers.iter().any(|(of, _)| of == name);
    let missed: Vec<String> = tables(&component.price)
        .into_iter()
        .flat_map(|tiers| tiers.rows.iter().map(move |row| (tiers.axis, row)))
        .filter(|(_, row)| !reached.tiers.contains(&(Arc::clone(name), row.from.normalize())))
        .map(|(axis, row)| if axis == Axis::Attainment { percent(row.from) } else { row.from.normalize().to_string() })
        .collect();
    if by_tier && !missed.is_empty() {
        let message = format!("no test reaches these tiers of `{name}`: from {}", missed.join(", "));
        let finding = Diagnostic::warning(Code::Untested, message).at(&component.price_span);
        found.push(finding.help("add a deal that falls in them, and expect what it pays"));
    }
    if let Some(gate) = component.only_if.as_ref().filter(|_| !reached.shut.contains(name)) {
        let finding = Diagnostic::warning(Code::Untested, format!("no test sees the gate of `{name}` shut"));
        found
            .push(finding.at(&gate.span).help(format!("add a test in which it is not met, `t.expect(\"{name}\", 0)`")));
    }
}

/// The tier tables of a price. A curve has points and no tiers.
fn tables(price: &Price) -> Vec<&Tiers> {
    match price {
        Price::Table(table) => table.tiers().into_iter().filter(|tiers| tiers.mode != Mode::Interpolated).collect(),
        Price::Dated(rows) => rows.iter().flat_map(|(_, price)| tables(price)).collect(),
        Price::Constant(_) | Price::Formula(_) => Vec::new(),
    }
}
