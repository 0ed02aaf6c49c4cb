//! What stands against a run before it begins: columns that nothing fills, names that no script declares, quotas of a
//! wrong length.

use super::Book;
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::{Facts, Quota, QuotaDays, RowPlace, deal_column, payee_field};
use crate::domain::value::Column;
use crate::plan::formula::{Figure, Read};
use crate::plan::load::reads;
use crate::plan::model::{
    Component, ComponentKind, Condition, CreditRule, Measure, On, Over, Plan, QuotaRule, Since, SumOf,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whatever does not fit.
pub fn check(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    check_names(book.plans, book.facts, findings);
    check_metrics(book, findings);
    check_said_quotas(book, findings);
    check_lengths(book, findings);
}

/// Names that plans and data do not share: columns that plans read and nothing fills; plans, measures and objectives that data
/// names and no script declares. It asks for no sorted facts, so that it is told together with rows that are wrong.
pub fn check_names(plans: &[Plan], facts: &Facts, findings: &mut Vec<Diagnostic>) {
    check_columns(plans, facts, findings);
    check_happenings(plans, facts, findings);
    check_declared(plans, facts, findings);
}

/// Columns that plans need and no source fills, each told once.
struct Unfilled<'f> {
    seen: BTreeSet<(&'static str, Arc<str>)>,
    findings: &'f mut Vec<Diagnostic>,
}

impl Unfilled<'_> {
    /// Tells of a column that nothing fills, in the words that say what it is needed for; `more` follows what to do.
    fn tell(&mut self, (what, column): (&'static str, &Column), span: &Span, need: String, more: &str) {
        if column.mapped || column.default.is_some() || !self.seen.insert((what, Arc::clone(&column.name))) {
            return;
        }
        let message = format!("{need}, which no source fills");
        let help = format!("map it in `earnmark.toml`: `columns.{} = \"…\"` under `[{what}]`{more}", column.name);
        self.findings.push(Diagnostic::error(Code::UnmappedColumn, message).at(span).help(help));
    }
}

/// A column that a plan reads must be filled by a source.
fn check_columns(plans: &[Plan], facts: &Facts, findings: &mut Vec<Diagnostic>) {
    let schema = &facts.schema;
    let mut unfilled = Unfilled { seen: BTreeSet::new(), findings };
    for plan in plans {
        reads(plan, &mut |read, span| {
            let (what, column) = match read {
                Read::Deal(place) => ("deals", schema.deals.get(place)),
                Read::Payee(place) => ("payees", schema.payees.get(place)),
                _ => return,
            };
            if let Some(column) = column.filter(|column| !column.optional && column.name.as_ref() != "id") {
                let need = format!("the plan reads the column `{}` of {what}", column.name);
                unfilled.tell((what, column), span, need, "");
            }
        });
    }
    // Where nobody has the field by which people are grouped, each is alone.
    let mut grouped = |field: usize, span: &Span| {
        if let Some(column) = schema.payees.get(field) {
            let need = format!("the plan groups payees by `{}`", column.name);
            unfilled.tell(("payees", column), span, need, "");
        }
    };
    for plan in plans {
        for sum in &plan.sums {
            if let Over::Group(field) = sum.over {
                grouped(field, &sum.span);
            }
        }
        reads(plan, &mut |read, span| {
            if let Read::Measure(_, Figure::RankIn(field)) | Read::Sum(_, Figure::RankIn(field)) = read {
                grouped(field, span);
            }
        });
    }
    // A day that a rule or a condition counts from may be blank in some rows; where nothing fills it at all, a clawback
    // would take nothing, and pay would wait for ever.
    let ramped = plans.iter().flat_map(|plan| &plan.measures).find(|measure| measure.ramp.is_some());
    if let (Some(measure), Some(column)) = (ramped, schema.payees.get(payee_field::START)) {
        let need = format!("the ramp of `{}` counts from the day `start` of a payee", measure.name);
        unfilled.tell(("payees", column), &measure.span, need, "; who has none is over the ramp");
    }
    let needed = plans.iter().flat_map(|plan| {
        let since = plan.clawbacks.iter().filter(|rule| rule.since == Since::Starts);
        let booked = |one: &&Component| one.payable.iter().any(|(_, until)| matches!(until, Condition::Booked));
        let since = since.map(|rule| (deal_column::STARTS, &rule.span));
        since.chain(plan.components.iter().filter(booked).map(|one| (deal_column::BOOKED, &one.span)))
    });
    for (place, span) in needed {
        if let Some(column) = schema.deals.get(place) {
            let need = format!("the plan counts from the day `{}` of a deal", column.name);
            unfilled.tell(("deals", column), span, need, "");
        }
    }
}

/// What waits for something to happen to a deal, which no source tells, would never be paid.
fn check_happenings(plans: &[Plan], facts: &Facts, findings: &mut Vec<Diagnostic>) {
    let Some(given) = &facts.schema.given_kinds else { return };
    let mut seen = BTreeSet::new();
    for component in plans.iter().flat_map(|plan| &plan.components) {
        for (_, until) in &component.payable {
            let kind = match until {
                Condition::Money(received, _) => received.word(),
                Condition::Event(kind) => &**kind,
                _ => continue,
            };
            if given.contains(kind) || !seen.insert(kind.to_owned()) {
                continue;
            }
            let message = format!("`{}` waits until a deal is `{kind}`, which no source tells", component.name);
            let help = format!(
                "give the events in `earnmark.toml`: files under `[events]`, or a column of deals, `events.{kind} = \"…\"` under `[deals]`"
            );
            findings.push(Diagnostic::warning(Code::NoRows, message).at(&component.span).help(help));
        }
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

/// A quota that the plan says itself is read from no file.
fn check_said_quotas(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let measures = || book.plans.iter().flat_map(|plan| plan.measures.iter().map(move |measure| (plan, measure)));
    let is_said = |measure: &Measure| matches!(measure.quota, QuotaRule::Amount(_));
    let is_of = |row: &Quota, plan: &Plan, measure: &Measure| {
        row.measure == measure.name && row.plan.as_ref().is_none_or(|own| *own == plan.name)
    };
    let mut told = BTreeSet::new();
    for (plan, measure) in measures().filter(|(_, measure)| is_said(measure)) {
        let of_others = |row: &Quota| measures().any(|(plan, other)| !is_said(other) && is_of(row, plan, other));
        let unread = book.facts.quotas.iter().find(|row| is_of(row, plan, measure) && !of_others(row));
        if let Some(row) = unread.filter(|_| told.insert((&plan.name, &measure.name))) {
            let (file, line) = (&row.place.file, row.place.line);
            let message =
                format!("the plan says the quota of `{}` itself, and rows of the quotas are not read", measure.name);
            let finding = Diagnostic::warning(Code::UnreadQuota, message).at(&measure.span);
            let help = "take `quota` out of the measure, or the rows out of the file";
            findings.push(finding.why(format!("the first is in `{file}`, line {line}")).help(help));
        }
    }
}

/// Plans and measures that the data names must be declared.
fn check_declared(own: &[Plan], facts: &Facts, findings: &mut Vec<Diagnostic>) {
    let plans: BTreeSet<&str> = own.iter().map(|plan| &*plan.name).collect();
    let mut measures: BTreeSet<&str> =
        own.iter().flat_map(|plan| &plan.measures).map(|measure| &*measure.name).collect();
    // What only a sum names may still be given: totals and quotas of people on other plans.
    measures.extend(own.iter().flat_map(|plan| &plan.sums).filter_map(|sum| match &sum.of {
        SumOf::Named(name) => Some(&**name),
        _ => None,
    }));
    let objectives: BTreeSet<&str> = own
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
    for row in facts.assignments.iter().flatten().filter(|row| !plans.contains(&*row.plan)) {
        tell(Code::UnknownPlan, "plan", &row.plan, &plans, &row.place);
    }
    for row in &facts.metrics {
        if !measures.contains(&*row.measure) {
            tell(Code::UnknownMeasure, "measure", &row.measure, &measures, &row.place);
        }
    }
    for row in facts.scores.iter().filter(|row| !objectives.contains(&*row.objective)) {
        tell(Code::UnknownObjective, "objective", &row.objective, &objectives, &row.place);
    }
    for row in &facts.quotas {
        if !measures.contains(&*row.measure) {
            tell(Code::UnknownMeasure, "measure", &row.measure, &measures, &row.place);
        }
        if let Some(name) = row.plan.as_ref().filter(|name| !plans.contains(&***name)) {
            tell(Code::UnknownPlan, "plan", name, &plans, &row.place);
        }
    }
}

/// A quota, a given total and a score are for a period of the length by which they are looked up.
fn check_lengths(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let of_measure = |name: &str| {
        let measures = book.plans.iter().flat_map(|plan| &plan.measures).filter(|measure| &*measure.name == name);
        measures.flat_map(|measure| std::iter::once(&measure.period).chain(measure.longer())).collect::<BTreeSet<_>>()
    };
    let of_objective = |name: &str| {
        let mut kinds = BTreeSet::new();
        for plan in book.plans {
            let own = plan.components.iter().filter(|component| match &component.kind {
                ComponentKind::Objectives { weights } => weights.iter().any(|(objective, _)| &**objective == name),
                _ => false,
            });
            kinds.extend(own.filter_map(|component| match &component.on {
                On::Periods(kind) => Some(kind),
                On::Measure(place) => plan.measures.get(*place).map(|measure| &measure.period),
                On::Sum(_) | On::Component(_) => None,
            }));
        }
        kinds
    };
    // Most rows say one of a few periods.
    let mut right: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    let mut check = |(what, of): (&'static str, &'static str), name: &'_ str, label: &str, place: &RowPlace| {
        let kinds = if what == "score" { of_objective(name) } else { of_measure(name) };
        let anniversary = kinds.contains(&PeriodKind::Anniversary) && label.ends_with("+1y");
        if kinds.is_empty() || label == "plan" || anniversary {
            return true;
        }
        let wanted: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let cell = place.cell("period", label);
        let finding = match book.calendar.parse(label) {
            Ok(period) if kinds.contains(&period.kind) => return true,
            Ok(period) => {
                let wanted = wanted.join(" or ");
                let message = format!("the {what} is for a {}, the {of} `{name}` counts by {wanted}", period.kind);
                let code = if what == "quota" { Code::QuotaPeriod } else { Code::BadValue };
                let finding = Diagnostic::error(code, message).in_cell(cell);
                match kinds.first().and_then(|kind| book.calendar.period_of(kind, period.from).ok()) {
                    Some(right) => finding.help(format!("give the {what} of `{}`, the whole of it", right.label)),
                    None => finding,
                }
            }
            Err(error) => Diagnostic::error(Code::BadValue, error.to_string()).in_cell(cell),
        };
        findings.push(finding);
        false
    };
    let facts = book.facts;
    let quotas = facts.quotas.iter().filter_map(|row| match &row.days {
        QuotaDays::Period(label) => Some((("quota", "measure"), &row.measure, label, &row.place)),
        QuotaDays::Range(..) => None,
    });
    let metrics = facts.metrics.iter().map(|row| (("total", "measure"), &row.measure, &row.period, &row.place));
    let scores = facts.scores.iter().map(|row| (("score", "objective"), &row.objective, &row.period, &row.place));
    for ((what, of), name, label, place) in quotas.chain(metrics).chain(scores) {
        if !right.contains(&(what, &**name, &**label)) && check((what, of), name, label, place) {
            right.insert((what, name, label));
        }
    }
}
