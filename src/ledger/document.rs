//! A closed statement as JSON: the fields of an open one, of what a close kept.
//!
//! In:   a [`Sheet`], what waits.
//! Out:  text. Where an open statement has figures that a close does not keep (what a step was worked from) it says `null`.

use crate::report::sheet::{Item, Sheet};
use crate::run::statement::{BeforeAfter, Digests, Kept, MeasureLine, NotCountedLine, PayeeName, SettleLine, Totals};
use chrono::NaiveDate;
use serde::Serialize;

/// What waits at the end of the period, be it of this statement or of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Waiting {
    /// The entry that it is of, by its place on this statement, from 0; `null`: of an earlier period.
    pub entry: Option<usize>,
    /// The component.
    pub component: String,
    /// The deal's id.
    pub deal: Option<String>,
    /// How much.
    pub amount: String,
    /// The plan's currency.
    pub plan_currency: &'static str,
    /// What it waits for; empty where no close says so.
    pub until: String,
}

#[derive(Serialize)]
struct Closed<'s> {
    format: u32,
    engine: &'s str,
    state: &'s str,
    incomplete: u64,
    company: &'s str,
    payee: &'s PayeeName,
    period: Days<'s>,
    as_of: &'s str,
    currency: &'s str,
    totals: &'s Totals,
    balances: &'s BeforeAfter,
    settle: &'s [SettleLine],
    measures: &'s [MeasureLine],
    entries: Vec<Line<'s>>,
    held: &'s [Waiting],
    not_counted: &'s [NotCountedLine],
    digests: Option<Digests>,
}

#[derive(Serialize)]
struct Days<'s> {
    label: &'s str,
    from: Option<NaiveDate>,
    to: &'s str,
}

/// An entry, in the order of the columns of a run.
#[derive(Serialize)]
struct Line<'s> {
    payee: &'s str,
    period: &'s str,
    component: &'s str,
    deal: Option<&'s str>,
    amount: &'s str,
    currency: &'s str,
    plan: &'s str,
    measured: &'s str,
    kind: &'s str,
    cause: &'s str,
    earned: &'s str,
    payable: &'s str,
    reason: String,
    plan_currency: &'s str,
    steps: Vec<StepOf<'s>>,
    /// By which a dispute names it.
    number: Option<i64>,
}

#[derive(Serialize)]
struct StepOf<'s> {
    text: &'s str,
    base: Option<&'s str>,
    rate: Option<&'s str>,
    amount: &'s str,
}

/// The text of a statement.
///
/// # Errors
/// It cannot be written.
pub(super) fn text(sheet: &Sheet, held: &[Waiting], kept: Option<&Kept>) -> Result<String, serde_json::Error> {
    let run = kept.and_then(Kept::run);
    let close = sheet.digests.iter().find(|named| named.name == "close").map(|named| named.digest.clone());
    let closed = Closed {
        format: sheet.format,
        engine: &sheet.engine,
        state: &sheet.state,
        incomplete: sheet.incomplete,
        company: &sheet.company,
        payee: &sheet.payee,
        period: Days { label: &sheet.period.label, from: run.map(|run| run.from), to: &sheet.period.to },
        as_of: &sheet.as_of,
        currency: &sheet.currency,
        totals: &sheet.totals,
        balances: &sheet.balances,
        settle: &sheet.settle,
        measures: &sheet.measures,
        entries: sheet.entries.iter().map(|item| line(sheet, item)).collect(),
        held,
        not_counted: &sheet.not_counted,
        digests: run.map(|run| Digests { close, ..run.digests.clone() }),
    };
    serde_json::to_string_pretty(&closed)
}

fn line<'s>(sheet: &'s Sheet, item: &'s Item) -> Line<'s> {
    let steps = item.steps.iter();
    Line {
        payee: &sheet.payee.id,
        period: &sheet.period.label,
        component: &item.component,
        deal: item.deal.as_deref(),
        amount: &item.amount,
        currency: &sheet.currency,
        plan: &item.plan,
        measured: &item.measured,
        kind: &item.kind,
        cause: item.cause.as_deref().unwrap_or("own"),
        earned: &item.earned,
        payable: &item.payable,
        reason: steps
            .clone()
            .filter(|step| !step.is_read)
            .map(|step| step.text.as_str())
            .collect::<Vec<_>>()
            .join("; "),
        plan_currency: &item.plan_currency,
        steps: steps.map(|step| StepOf { text: &step.text, base: None, rate: None, amount: &step.amount }).collect(),
        number: item.number,
    }
}
