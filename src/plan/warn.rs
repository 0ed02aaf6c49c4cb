//! Warnings: a plan that can be paid as written, but most likely is not what was meant.
//!
//! Worked once every plan is sound. A warning is answered in the script, `// allow W03: reason`, see `allow`; what
//! a project makes of the others (an error, nothing) is in its settings. `unused`: what nothing reads.
//! `settle`: what is settled twice. `round`: figures rounded on the way.

mod allow;
mod round;
mod settle;
mod unused;
mod walk;

use super::model::Plan;
use super::syntax::Script;
use crate::domain::diagnostic::Diagnostic;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The scripts that were read, by path; `None` where one could not be.
pub(super) type Scripts = BTreeMap<Arc<str>, Option<Rc<Script>>>;

/// Every warning of sound plans that their scripts do not allow, and every allowance that allows nothing.
pub(super) fn warnings(plans: &[Plan], scripts: &Scripts, texts: &BTreeMap<Arc<str>, String>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    unused::measures(plans, &mut found);
    for plan in plans {
        settle::draws_and_guarantees(plan, &mut found);
        if let Some(Some(script)) = scripts.get(&plan.span.file) {
            unused::names(script, &mut found);
            round::outside_quotas(script, &mut found);
        }
    }
    for file in plans.iter().flat_map(|plan| &plan.files).collect::<std::collections::BTreeSet<_>>() {
        if let Some(text) = texts.get(file) {
            allow::apply(file, text, &mut found);
        }
    }
    found
}
