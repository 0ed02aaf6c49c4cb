//! What a statement rests on: the versions of the plans that are in force, and how each quota came about.

use crate::plan::model::{Measure, Plan, QuotaRule};
use crate::run::measure::{QuotaPart, Standing};
use crate::run::statement::{Material, PeriodRef, Source, Statement, unit_word};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

/// A version of a plan: its name, the days that it holds for, and its script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanVersion {
    /// The plan.
    pub name: String,
    /// First day whose deals count.
    pub from: NaiveDate,
    /// Last day whose deals count.
    pub to: NaiveDate,
    /// The script.
    pub file: String,
}

/// How a quota came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotaMade {
    /// The plan.
    pub plan: String,
    /// The measure.
    pub measure: String,
    /// The measurement period.
    pub period: String,
    /// `money` or `number`.
    pub unit: &'static str,
    /// The currency of its amounts.
    pub currency: &'static str,
    /// The quota.
    pub quota: String,
    /// What said it: `table`, `amount` or `formula`.
    pub rule: &'static str,
    /// Whether a ramp scales it.
    pub ramp: bool,
    /// The measure's declaration.
    pub source: Source,
    /// The parts that add up to it: one, or of a quota that runs on one for each period.
    pub parts: Vec<QuotaPartLine>,
}

/// The quota of one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotaPartLine {
    /// The period.
    pub period: PeriodRef,
    /// Its days.
    pub days: i64,
    /// Days on the plan and not on leave.
    pub active_days: u32,
    /// What was said for all its days.
    pub said: String,
    /// What of it falls on the days at work.
    pub at_work: String,
    /// What counts: that, as far as the ramp goes.
    pub quota: String,
}

/// The versions of plans that a statement is worked by: those of its entries and measures whose days meet the period.
#[must_use]
pub fn versions(material: &Material<'_>, statement: &Statement) -> Vec<PlanVersion> {
    let (from, to) = (statement.period.from, statement.period.to);
    let on = |plan: &&Plan| {
        let name = &*plan.name;
        plan.from <= to
            && plan.to >= from
            && (statement.entries.iter().any(|entry| entry.plan == name)
                || statement.measures.iter().any(|measure| measure.plan == name))
    };
    let version = |plan: &Plan| PlanVersion {
        name: plan.name.to_string(),
        from: plan.from,
        to: plan.to,
        file: plan.span.file.to_string(),
    };
    material.plans.iter().filter(on).map(version).collect()
}

/// How the quota of a standing came about; `None` without a quota.
#[must_use]
pub fn quota(material: &Material<'_>, standing: &Standing, plan: &Plan) -> Option<QuotaMade> {
    let quota = standing.quota?.value().ok()?;
    // Of several versions of the plan, the one that holds when the period ends.
    let holds = |plan: &&Plan| plan.name == standing.plan && plan.from <= standing.period.to;
    let plan = material.plans.iter().filter(holds).max_by_key(|plan| plan.from).unwrap_or(plan);
    let measure: &Measure = plan.measures.iter().find(|measure| measure.name == standing.measure)?;
    let figure = |amount: Decimal| standing.figure(amount, plan.currency);
    let line = |part: &QuotaPart| {
        Some(QuotaPartLine {
            period: (&part.period).into(),
            days: part.period.days(),
            active_days: part.active_days,
            said: figure(part.said.value().ok()?),
            at_work: figure(part.at_work.value().ok()?),
            quota: figure(part.quota.value().ok()?),
        })
    };
    Some(QuotaMade {
        plan: standing.plan.to_string(),
        measure: standing.measure.to_string(),
        period: standing.period.label.to_string(),
        unit: unit_word(standing.unit),
        currency: plan.currency.code(),
        quota: figure(quota),
        rule: match measure.quota {
            QuotaRule::Table => "table",
            QuotaRule::Amount(_) => "amount",
            QuotaRule::Formula(_) => "formula",
        },
        ramp: measure.ramp.is_some(),
        source: Source { file: measure.span.file.to_string(), line: material.texts.line(&measure.span) },
        parts: standing.quota_parts.iter().filter_map(line).collect(),
    })
}
