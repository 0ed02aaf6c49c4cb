//! Warnings: a plan that can be paid as written, but most likely is not what was meant.
//!
//! Worked once every plan is sound. A warning is answered in the script, `// allow W03: reason`, see `allow`; what
//! a project makes of the others (an error, nothing) is in its settings.
//!
//! | module | warns of |
//! | --- | --- |
//! | `curves`, `worth` | W01, W02: pay that falls or jumps as more is sold |
//! | `unused` | W03: what nothing reads |
//! | `conditions`, `filters`, `branches` | W04, W06: conditions that decide nothing, branches that nothing reaches; deals between filters, or under two of them |
//! | `round` | W07: figures rounded on the way |
//! | `limits` | W08: pay without an upper limit |
//! | `windows` | W09: days that no clawback rule holds |
//! | `restates` | W10: formulas that pay earlier deals again |
//! | `settle` | W11: what is settled twice |
//! | `payments` | W12: what is said for a deal and happens with each payment |
//! | `factors` | W25: factors that turn pay over, or make it many times what it is |
//!
//! W05, what no test reaches, needs the tests worked: it is the check's.

mod allow;
mod branches;
mod conditions;
mod curves;
mod factors;
mod filters;
mod limits;
mod payments;
mod restates;
mod round;
mod settle;
mod unused;
mod walk;
mod windows;
mod worth;

use super::elaborate::Rounded;
use super::model::Plan;
use super::syntax::Script;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::Schema;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The scripts that were read, by path; `None` where one could not be.
pub(super) type Scripts = BTreeMap<Arc<str>, Option<Rc<Script>>>;

/// What was read to make the plans.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    /// The scripts.
    pub scripts: &'a Scripts,
    /// Their texts.
    pub texts: &'a BTreeMap<Arc<str>, String>,
    /// What is rounded in them.
    pub rounded: &'a BTreeMap<Span, Rounded>,
}

/// Every warning of sound plans that their scripts do not allow, and every allowance that allows nothing.
pub(super) fn warnings(plans: &[Plan], schema: &Schema, read: &Read<'_>) -> Vec<Diagnostic> {
    let Read { scripts, texts, rounded } = *read;
    let mut found = Vec::new();
    round::percents(rounded, &mut found);
    unused::measures(plans, &mut found);
    unused::modules(plans, scripts, &mut found);
    for plan in plans {
        curves::jumps(plan, &mut found);
        unused::components(plan, &mut found);
        filters::constant(plan, schema, &mut found);
        branches::never_taken(plan, schema, &mut found);
        filters::gaps_and_overlaps(plan, schema, &mut found);
        limits::open(plan, &mut found);
        windows::of_clawbacks(plan, &mut found);
        restates::by_formulas(plan, &mut found);
        settle::draws_and_guarantees(plan, &mut found);
        payments::each(plan, &mut found);
        factors::odd(plan, &mut found);
        if let Some(Some(script)) = scripts.get(&plan.span.file) {
            unused::names(script, &mut found);
            unused::locals(script, &mut found);
            round::outside_quotas(script, rounded, &mut found);
        }
    }
    let text_of = |file: &str| texts.get(file).map(String::as_str);
    answered(found, plans, &text_of, &|code| code != Code::Untested && !code.is_of_a_run())
}

/// What is warned of, less what the scripts allow of it; with every allowance that allows nothing, of codes that are `judged`.
/// One of what a run finds may do so today, and not with the facts of tomorrow.
pub(crate) fn answered<'a>(
    mut found: Vec<Diagnostic>,
    plans: &[Plan],
    text_of: &dyn Fn(&str) -> Option<&'a str>,
    judged: &dyn Fn(Code) -> bool,
) -> Vec<Diagnostic> {
    for file in plans.iter().flat_map(|plan| &plan.files).collect::<std::collections::BTreeSet<_>>() {
        if let Some(text) = text_of(file) {
            allow::apply(file, text, judged, &mut found);
        }
    }
    found
}
