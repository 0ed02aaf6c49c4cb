//! What stands against a run before it begins: columns that nothing fills, names that no script declares, quotas of a
//! wrong length.

use super::Book;
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, nearest};
use crate::domain::facts::{QuotaDays, RowPlace};
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{ComponentKind, CreditRule, SumOf};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whatever does not fit.
pub fn check(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    check_columns(book, findings);
    check_names(book, findings);
    check_metrics(book, findings);
    check_quotas(book, findings);
}

/// A column that a plan reads must be filled by a source.
fn check_columns(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let schema = &book.facts.schema;
    let mut seen = BTreeSet::new();
    for plan in book.plans {
        reads(plan, &mut |read, span| {
            let (what, column) = match read {
                Read::Deal(place) => ("deals", schema.deals.get(place)),
                Read::Payee(place) => ("payees", schema.payees.get(place)),
                _ => return,
            };
            let Some(column) = column.filter(|column| !column.mapped && column.default.is_none() && !column.optional)
            else {
                return;
            };
            if column.name.as_ref() == "id" || !seen.insert((what, Arc::clone(&column.name))) {
                return;
            }
            let message = format!("the plan reads the column `{}` of {what}, which no source fills", column.name);
            let help = format!("map it in `earnmark.toml`: `columns.{} = \"…\"` under `[{what}]`", column.name);
            findings.push(Diagnostic::error(Code::UnmappedColumn, message).at(span).help(help));
        });
    }
}

/// Totals are given only of measures that say so.
fn check_metrics(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let added_up: BTreeSet<&str> = book
        .plans
        .iter()
        .flat_map(|plan| &plan.measures)
        .filter(|measure| !matches!(measure.credit, CreditRule::Given))
        .map(|measure| &*measure.name)
        .collect();
    for row in book.facts.metrics.iter().filter(|row| added_up.contains(&*row.measure)) {
        let message = format!("the measure `{}` adds up credits: its total is not given", row.measure);
        let cell = row.place.cell("measure", &row.measure);
        let help = "say `credit: \"given\"` in the plan, or take the row out";
        findings.push(Diagnostic::error(Code::UnknownMeasure, message).in_cell(cell).help(help));
    }
}

/// Plans and measures that the data names must be declared.
fn check_names(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let plans: BTreeSet<&str> = book.plans.iter().map(|plan| &*plan.name).collect();
    let mut measures: BTreeSet<&str> =
        book.plans.iter().flat_map(|plan| &plan.measures).map(|measure| &*measure.name).collect();
    // What only a sum names may still be given: totals and quotas of people on other plans.
    measures.extend(book.plans.iter().flat_map(|plan| &plan.sums).filter_map(|sum| match &sum.of {
        SumOf::Named(name) => Some(&**name),
        _ => None,
    }));
    let objectives: BTreeSet<&str> = book
        .plans
        .iter()
        .flat_map(|plan| &plan.components)
        .filter_map(|component| match &component.kind {
            ComponentKind::Objectives { weights } => Some(weights),
            _ => None,
        })
        .flatten()
        .map(|(name, _)| &**name)
        .collect();
    let mut tell = |code: Code, what: &str, name: &str, known: &BTreeSet<&str>, place: &RowPlace| {
        let mut finding =
            Diagnostic::error(code, format!("no script declares the {what} `{name}`")).in_cell(place.cell(what, name));
        if let Some(near) = nearest(name, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        findings.push(finding);
    };
    for row in book.facts.assignments.iter().flatten().filter(|row| !plans.contains(&*row.plan)) {
        tell(Code::UnknownPlan, "plan", &row.plan, &plans, &row.place);
    }
    for row in &book.facts.metrics {
        if !measures.contains(&*row.measure) {
            tell(Code::UnknownMeasure, "measure", &row.measure, &measures, &row.place);
        }
    }
    for row in book.facts.scores.iter().filter(|row| !objectives.contains(&*row.objective)) {
        tell(Code::UnknownObjective, "objective", &row.objective, &objectives, &row.place);
    }
    for row in &book.facts.quotas {
        if !measures.contains(&*row.measure) {
            tell(Code::UnknownMeasure, "measure", &row.measure, &measures, &row.place);
        }
        if let Some(name) = row.plan.as_ref().filter(|name| !plans.contains(&***name)) {
            tell(Code::UnknownPlan, "plan", name, &plans, &row.place);
        }
    }
}

/// A quota is for a period of its measure's length.
fn check_quotas(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    // Most rows say one of a few periods.
    let mut right: BTreeSet<(&str, &str)> = BTreeSet::new();
    for quota in &book.facts.quotas {
        let QuotaDays::Period(label) = &quota.days else { continue };
        if right.contains(&(&*quota.measure, &**label)) {
            continue;
        }
        let mut measures =
            book.plans.iter().flat_map(|plan| &plan.measures).filter(|m| m.name == quota.measure).peekable();
        if measures.peek().is_none() || &**label == "plan" {
            continue;
        }
        let kinds: BTreeSet<&PeriodKind> =
            measures.flat_map(|measure| std::iter::once(&measure.period).chain(measure.longer())).collect();
        if kinds.contains(&PeriodKind::Anniversary) && label.ends_with("+1y") {
            continue;
        }
        match book.calendar.parse(label) {
            Ok(period) if kinds.contains(&period.kind) => {
                right.insert((&*quota.measure, &**label));
            }
            Ok(period) => {
                let wanted: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                let message = format!(
                    "the quota is for a {}, the measure `{}` counts by {}",
                    period.kind,
                    quota.measure,
                    wanted.join(" or ")
                );
                let mut finding =
                    Diagnostic::error(Code::QuotaPeriod, message).in_cell(quota.place.cell("period", label));
                let right = kinds.first().and_then(|kind| book.calendar.period_of(kind, period.from).ok());
                if let Some(right) = right {
                    finding = finding.help(format!("give the quota of `{}`, the whole of it", right.label));
                }
                findings.push(finding);
            }
            Err(error) => {
                findings.push(
                    Diagnostic::error(Code::BadValue, error.to_string()).in_cell(quota.place.cell("period", label)),
                );
            }
        }
    }
}
