//! Answers: what the page and `--format json` get. Amounts are strings, sentences have a code beside them.

use super::basis::{PlanVersion, QuotaMade, quota, versions};
use super::gauge::{Gauge, gauges};
use super::later::{Later, later};
use crate::domain::diagnostic::{Diagnostic, Place as Where, Severity, Span};
use crate::domain::texts::Texts;
use crate::domain::value::ColumnType;
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::project::{Computed, Project, Refused};
use crate::run::ENGINE;
use crate::run::statement::{Digests, Material, PeriodRef, Statement};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A place in a text, 1-based; columns count UTF-16 units, `end_column` is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path of the file.
    pub file: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last.
    pub end_column: usize,
}

impl Place {
    /// The place of a span.
    #[must_use]
    pub fn of(span: &Span, texts: &Texts) -> Self {
        let (start, end) = (texts.place(&span.file, span.start), texts.place(&span.file, span.end));
        Self {
            file: span.file.to_string(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

/// A cell of a data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellPlace {
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub row: u64,
    /// Column.
    pub column: String,
    /// The value as it stands there.
    pub value: String,
}

/// A further place with what to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its stable word.
    pub code: &'static str,
    /// Its number, of the codes of plans.
    pub number: Option<&'static str>,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The problem in one line.
    pub message: String,
    /// Where, in a text.
    pub place: Option<Place>,
    /// Where, in a data file.
    pub cell: Option<CellPlace>,
    /// What to say at the place.
    pub label: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
    /// What would happen otherwise.
    pub why: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Further remarks.
    pub notes: Vec<String>,
}

impl Finding {
    /// A diagnostic with its places in lines and columns.
    #[must_use]
    pub fn of(found: &Diagnostic, texts: &Texts) -> Self {
        let whole = |file: &Arc<str>| Place { file: file.to_string(), line: 1, column: 1, end_line: 1, end_column: 1 };
        let (place, cell) = match &found.place {
            Where::Text(span) => (Some(Place::of(span, texts)), None),
            Where::File(file) => (Some(whole(file)), None),
            Where::Cell(cell) => {
                let cell = CellPlace {
                    file: cell.file.to_string(),
                    row: cell.row,
                    column: cell.column.clone(),
                    value: cell.value.clone(),
                };
                (None, Some(cell))
            }
            Where::None => (None, None),
        };
        let label = |label: &crate::domain::diagnostic::Label| Label {
            place: Place::of(&label.span, texts),
            text: label.text.clone(),
        };
        Self {
            code: found.code.word(),
            number: found.code.number(),
            severity: if found.severity == Severity::Error { "error" } else { "warning" },
            message: found.message.clone(),
            place,
            cell,
            label: found.label.clone(),
            labels: found.labels.iter().map(label).collect(),
            why: found.why.clone(),
            help: found.help.clone(),
            notes: found.notes.clone(),
        }
    }
}

/// The findings of something that was refused.
#[must_use]
pub fn findings(refused: &Refused) -> Vec<Finding> {
    refused.findings.iter().map(|found| Finding::of(found, &refused.texts)).collect()
}

/// A payee with the plans of its project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayeeRef {
    /// The id.
    pub id: String,
    /// The name, else the id.
    pub name: String,
    /// The plans the payee is or was on.
    pub plans: Vec<String>,
}

/// A column that a deal to try may fill, because a plan reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DealField {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The listed texts, or those that the deals have; empty: any.
    pub values: Vec<String>,
    /// Whether it must be filled.
    pub needed: bool,
    /// The plans that read it.
    pub plans: Vec<String>,
}

/// A plan's script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanRef {
    /// The plan's name.
    pub name: String,
    /// Path of its script.
    pub file: String,
    /// Its currency.
    pub currency: &'static str,
    /// The script.
    pub text: String,
}

/// How much was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Deals.
    pub deals: usize,
    /// Payees.
    pub payees: usize,
    /// Plans.
    pub plans: usize,
    /// Rows that filters left out.
    pub filtered: u64,
}

/// How a lone file was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guessed {
    /// The file.
    pub file: String,
    /// All its columns with their first values.
    pub header: Vec<HeaderColumn>,
    /// What its columns can be taken for, what is needed first.
    pub fields: Vec<GuessField>,
    /// Which column was taken for what.
    pub columns: Vec<GuessedColumn>,
    /// Columns that were not used.
    pub unused: Vec<String>,
    /// The currency that its amounts are taken in, where the file names none.
    pub assumed_currency: Option<String>,
}

/// A column of a file that was opened alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderColumn {
    /// Its header.
    pub column: String,
    /// Its first values.
    pub samples: Vec<String>,
}

/// Something that a column can be taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuessField {
    /// Its name: `amount`.
    pub field: &'static str,
    /// Whether a file cannot be read without it.
    pub needed: bool,
}

/// A column that was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuessedColumn {
    /// What it was taken for.
    pub field: String,
    /// The column.
    pub column: String,
    /// The first values.
    pub samples: Vec<String>,
}

/// What opening a project or a file gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// Whether something is open now; otherwise the findings say why not.
    pub ok: bool,
    /// Errors or warnings.
    pub findings: Vec<Finding>,
    /// The version of the engine.
    pub engine: &'static str,
    /// The company.
    pub company: String,
    /// Whether it is the sample company.
    pub sample: bool,
    /// The company's currency.
    pub currency: String,
    /// Everybody who can be paid, by name.
    pub payees: Vec<PayeeRef>,
    /// The payout periods, in order.
    pub periods: Vec<PeriodRef>,
    /// The payout period shown first: the last in which something was earned.
    pub latest: String,
    /// The payee shown first.
    pub first_payee: Option<String>,
    /// The plans.
    pub plans: Vec<PlanRef>,
    /// How much was read.
    pub counts: Counts,
    /// Columns that a deal to try may fill.
    pub deal_fields: Vec<DealField>,
    /// How a lone file was understood.
    pub guess: Option<Guessed>,
    /// How many wrong rows were left out of what is open; of what was refused, how many could be.
    pub left_out: u64,
    /// The digests of a run over all payout periods.
    pub digests: Option<Digests>,
}

impl Opened {
    /// Nothing is open, and why.
    #[must_use]
    pub fn refused(refused: &Refused) -> Self {
        Self { findings: findings(refused), engine: ENGINE, left_out: refused.wrong_rows, ..Self::default() }
    }

    /// A project with its run over all payout periods.
    #[must_use]
    pub fn of(project: &Project, computed: &Computed) -> Self {
        let outcome = &computed.outcome;
        let earned = outcome.payouts.iter().filter(|payout| !payout.earned.is_zero());
        let latest = earned.clone().map(|payout| payout.period).max().unwrap_or(0);
        let first = earned.filter(|payout| payout.period == latest).max_by_key(|payout| payout.payout);
        let warnings =
            project.warnings.iter().chain(&computed.warnings).map(|found| Finding::of(found, &project.texts));
        Self {
            ok: true,
            findings: warnings.collect(),
            engine: ENGINE,
            company: project.settings.company.name.clone(),
            sample: false,
            currency: project.settings.company.currency.code().to_owned(),
            payees: payees(project),
            periods: outcome.periods.iter().map(PeriodRef::from).collect(),
            latest: outcome.periods.get(latest).map_or_else(String::new, |period| period.label.to_string()),
            first_payee: first.map(|payout| payout.payee.to_string()),
            plans: plans(project),
            counts: Counts {
                deals: project.facts.deals.len(),
                payees: project.facts.payees.len(),
                plans: project.plans.len(),
                filtered: project.sources.iter().map(|source| source.filtered).sum(),
            },
            deal_fields: deal_fields(project),
            guess: None,
            left_out: project.left_out.as_ref().map_or(0, |left| left.rows).saturating_add(project.left_aside),
            digests: Some(computed.digests.clone()),
        }
    }
}

fn payees(project: &Project) -> Vec<PayeeRef> {
    let on: BTreeMap<&str, Vec<String>> =
        project.facts.assignments.iter().flatten().fold(BTreeMap::new(), |mut on, row| {
            let plans: &mut Vec<String> = on.entry(&*row.payee).or_default();
            if !plans.contains(&row.plan.to_string()) {
                plans.push(row.plan.to_string());
            }
            on
        });
    let all: Vec<String> = project.plans.iter().map(|plan| plan.name.to_string()).collect();
    let plans = |id: &str| {
        if project.facts.assignments.is_some() { on.get(id).cloned().unwrap_or_default() } else { all.clone() }
    };
    let refs = project.facts.payees.iter().map(|payee| PayeeRef {
        id: payee.id.to_string(),
        name: payee.name().to_owned(),
        plans: plans(&payee.id),
    });
    let mut refs: Vec<PayeeRef> = refs.collect();
    refs.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    refs
}

fn plans(project: &Project) -> Vec<PlanRef> {
    let refs = project.plans.iter().map(|plan| PlanRef {
        name: plan.name.to_string(),
        file: plan.span.file.to_string(),
        currency: plan.currency.code(),
        text: project.texts.get(&plan.span.file).unwrap_or_default().to_owned(),
    });
    refs.collect()
}

/// The columns that plans read of deals, the day by which they count among them, in the order of the schema.
fn deal_fields(project: &Project) -> Vec<DealField> {
    let mut read: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for plan in &project.plans {
        let mut add = |place: usize| {
            let plans = read.entry(place).or_default();
            if plans.last().is_none_or(|last| *last != *plan.name) {
                plans.push(plan.name.to_string());
            }
        };
        plan.measures.iter().for_each(|measure| measure.when.column().into_iter().for_each(&mut add));
        reads(plan, &mut |found, _| {
            if let Read::Deal(place) = found {
                add(place);
            }
        });
    }
    let fields = read.into_iter().filter_map(|(place, plans)| {
        let column = project.facts.schema.deals.get(place)?;
        let mut values: Vec<String> = column.values.iter().map(ToString::to_string).collect();
        if values.is_empty() && column.kind == ColumnType::Text && &*column.name != "id" {
            values = texts_of(project, place);
        }
        Some(DealField {
            name: column.name.to_string(),
            kind: column.kind.word(),
            values,
            needed: !column.optional && column.default.is_none(),
            plans,
        })
    });
    fields.collect()
}

/// The texts that deals have in a column, where they are few enough to choose from.
fn texts_of(project: &Project, place: usize) -> Vec<String> {
    let texts = project.facts.deals.iter().filter_map(|deal| deal.cell(place)?.text().map(ToString::to_string));
    let distinct: std::collections::BTreeSet<String> = texts.collect();
    if distinct.len() <= 50 { distinct.into_iter().collect() } else { Vec::new() }
}

/// All that the screen *My payout* shows for one payee, period and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayView {
    /// The statement.
    pub statement: Statement,
    /// The gauges.
    pub gauges: Vec<Gauge>,
    /// The versions of plans that it is worked by.
    pub plans: Vec<PlanVersion>,
    /// How each quota came about.
    pub quotas: Vec<QuotaMade>,
    /// What is worked later for a time that the period lies in.
    pub later: Vec<Later>,
}

/// The views of a payee in a payout period: one for each currency.
#[must_use]
pub fn pay(material: &Material<'_>, name: &str, payee: &str, period: usize) -> Vec<PayView> {
    let Some(days) = material.outcome.periods.get(period) else { return Vec::new() };
    let views = material.outcome.payouts_of(payee, period).filter_map(|payout| {
        let statement = material.statement(payout, name)?;
        let gauges =
            material.standings(payout, days).flat_map(|(standing, plan)| gauges(standing, plan, days)).collect();
        let plans = versions(material, &statement);
        let quotas = material.standings(payout, days).filter_map(|(standing, plan)| quota(material, standing, plan));
        let later = later(material, payout, days);
        Some(PayView { gauges, plans, quotas: quotas.collect(), later, statement })
    });
    views.collect()
}

/// A deal to try: its columns as text, as a data file has them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WhatIfDeal {
    /// Its id.
    pub id: String,
    /// Its cells by canonical name.
    #[serde(default)]
    pub cells: BTreeMap<String, String>,
    /// Whether it is the open deal of the pipeline with that id; it brings its own cells.
    #[serde(default)]
    pub open: bool,
}

/// What deals would pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// The payout with all of them.
    pub total: String,
    /// The change to it.
    pub change: String,
    /// What each adds on top of those before it.
    pub deals: Vec<WhatIfLine>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// The payee's view with all of them.
    pub view: Option<PayView>,
}

/// What one deal adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhatIfLine {
    /// Its id.
    pub id: String,
    /// What it adds to the payout.
    pub adds: String,
    /// What the payee would be credited for it.
    pub credit: Option<String>,
    /// What it adds by its credit, a fraction.
    pub of_credit: Option<String>,
    /// The rate of the tier that the payee then stands in, if it is another one than before.
    pub next_rate: Option<String>,
}

/// A part of something as a fraction with six decimals.
#[must_use]
pub fn part(amount: Decimal, of: Decimal) -> Option<String> {
    let fraction = amount.checked_div(of)?;
    Some(crate::domain::exact::shortest(fraction.round_dp(6)))
}
