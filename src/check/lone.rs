//! A script without a project: its tests over the standard columns and the calendar year.

use super::tests::{Around, Tested, test_plans};
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::domain::facts::Schema;
use crate::domain::texts::Texts;
use crate::plan::load::{Loaded, Surroundings, load};
use crate::plan::model::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Works the tests of one script; the others are modules that it may import.
///
/// # Errors
/// What is wrong with the script and its modules. What a sum reads of other plans is not known here, and no error.
pub fn test_script(
    file: &Arc<str>,
    scripts: &BTreeMap<Arc<str>, String>,
    texts: &Texts,
) -> Result<(Vec<Plan>, Vec<Tested>), Vec<Diagnostic>> {
    let (schema, calendar) = (Schema::standard(), Calendar::default());
    let around = Surroundings { schema: &schema, calendar: &calendar, roles: &[] };
    let Loaded { plans, mut findings } = load(scripts, Some(std::slice::from_ref(file)), around);
    let of_other_plans = |finding: &Diagnostic| {
        finding.code == Code::UnknownMeasure
            && plans.iter().flat_map(|plan| &plan.sums).any(|sum| finding.place == Place::Text(sum.span.clone()))
    };
    findings.retain(|finding| finding.severity == Severity::Error && !of_other_plans(finding));
    if !findings.is_empty() {
        return Err(findings);
    }
    let tested = test_plans(&plans, Around { schema: &schema, calendar: &calendar, overlay: &[], texts });
    Ok((plans, tested))
}
