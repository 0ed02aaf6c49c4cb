//! The run: from facts and plans to payouts, in seven stages and one direction.
//!
//! | stage | takes | gives |
//! | --- | --- | --- |
//! | [`facts`] | rows of files, plans | people, tenures, lines, deals and quotas, sorted; what does not fit |
//! | [`credit`] | deals, splits, crediting rules | credits; deals nobody was credited for, with the reason |
//! | [`measure`] | credits, periods, quotas | the path of each payee, measure and period |
//! | [`earn`] | paths, components | amounts earned to date at each payout, each with its trace |
//! | [`adjust`] | amounts to date | entries of each payout period |
//! | [`settle`] | entries, balances | payouts and balances carried forward |
//! | [`statement`] | all of it | one document a payee, period and currency |
//!
//! Every run recomputes from facts. No stage reads a clock, a file or the order of its input.
#![deny(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

pub mod adjust;
pub mod columns;
pub mod credit;
pub mod earn;
pub mod explain;
pub mod facts;
mod failures;
pub mod measure;
pub mod posted;
pub mod rest;
mod scene;
pub mod settle;
pub mod statement;
mod terms;

use crate::domain::calendar::{Calendar, Period, PeriodKind};
use crate::domain::diagnostic::{Diagnostic, Severity};
use crate::domain::facts::Facts;
use crate::plan::model::{ComponentKind, Plan};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The version of the engine.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// What a run is worked from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The plans, by name and first day.
    pub plans: &'a [Plan],
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The plans that everybody is on where nothing assigns; `None`: all.
    pub everyone: Option<&'a [Arc<str>]>,
    /// Roles whose shares stand outside the 100 %.
    pub overlay: &'a [Arc<str>],
    /// The chain of payout periods; `None`: the shortest payout of the plans.
    pub chain: Option<&'a PeriodKind>,
    /// First day of what is asked: entries of payout periods that are closed and end before it are not listed.
    pub from: NaiveDate,
    /// Last day up to which payout periods are worked.
    pub until: NaiveDate,
    /// Whether entries carry their reasons, and deals that pay nothing are told. Amounts are the same without.
    pub reasons: bool,
    /// The fewest other people over whom a sum is told person by person.
    pub others: u64,
    /// What closed periods hold; `None`: nothing is closed.
    pub posted: Option<&'a posted::Posted>,
    /// Days that need not be worked; `None`: all are. What closed periods hold is then without what was measured over them.
    pub rest: Option<&'a rest::Rest>,
}

/// What a run gives.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The payout periods worked, in order.
    pub periods: Vec<Period>,
    /// The entries, by payee, payout period, plan, component, measured period, deal.
    pub entries: Vec<adjust::Entry>,
    /// The payouts, by payee, payout period, currency.
    pub payouts: Vec<settle::Payout>,
    /// Deals, or payees' parts in them, that pay nothing, with the reason: by payee, day, deal.
    pub not_counted: Vec<credit::NotCounted>,
    /// Where each payee stands in each measure and period, by payee.
    pub standings: Vec<measure::Standing>,
    /// What is paid as written and looks odd, by code and place: before what a script allows or a project makes of it.
    pub warnings: Vec<Diagnostic>,
}

impl Outcome {
    /// The payouts as a list of them shows them.
    #[must_use]
    pub fn payout_rows(&self) -> Vec<settle::PayoutRow> {
        self.payouts.iter().map(settle::PayoutRow::from).collect()
    }

    /// The payouts of a payee in a period of the chain, by currency.
    pub fn payouts_of<'a>(&'a self, payee: &'a str, period: usize) -> impl Iterator<Item = &'a settle::Payout> {
        self.payouts.iter().filter(move |payout| &*payout.payee == payee && payout.period == period)
    }
}

/// Works all payout periods that end on or before `inputs.until`.
///
/// # Errors
/// All findings that stand against it: nothing is computed half.
pub fn run(inputs: Inputs<'_>) -> Result<Outcome, Vec<Diagnostic>> {
    let (book, mut findings) = facts::sort(inputs);
    stop_at_errors(&mut findings)?;
    let credited = credit::credit(&book);
    let measured = measure::measure(&book, (&credited.credits, &credited.exchanged));
    let worked = earn::earn(&book, &measured);
    let mut found: Vec<Diagnostic> = findings;
    let failed = if measured.quotas_are_told() { worked.failures.without_quotas() } else { worked.failures };
    for failures in [credited.failures, measured.failures.clone(), failed] {
        found.extend(failures.told(&book));
    }
    stop_at_errors(&mut found)?;
    let warnings = found;
    let mut entries = adjust::adjust(&book, &measured, &worked.to_date)?;
    if let Some(rest) = inputs.rest {
        // A decision has no path that could be left out.
        entries.retain(|entry| rest.has_period(&entry.measured) != Some(true));
    }
    if let Some(posted) = inputs.posted {
        entries = posted.stand(&book, inputs.from, entries).map_err(|finding| vec![*finding])?;
    }
    let payouts = settle::settle(&book, &measured, &entries, inputs.posted)?;
    let periods = book.chain.clone();
    if !book.reasons {
        return Ok(Outcome {
            periods,
            entries,
            payouts,
            standings: measured.standings,
            not_counted: Vec::new(),
            warnings,
        });
    }
    // Who is not credited may still be paid: a pool shares by roles.
    let mut not_counted = credited.not_counted;
    if book.plans.iter().flat_map(|plan| &plan.components).any(|rules| matches!(rules.kind, ComponentKind::Pool { .. }))
    {
        let earns = entries.iter().filter(|entry| !entry.earned.is_zero());
        let paid: BTreeSet<(&str, &str)> =
            earns.filter_map(|entry| Some((&*entry.payee, &*entry.deal.as_ref()?.1))).collect();
        not_counted.retain(|line| line.payee.as_ref().is_none_or(|payee| !paid.contains(&(&**payee, &*line.deal))));
    }
    not_counted.extend(worked.not_paid);
    not_counted.sort();
    Ok(Outcome { periods, entries, payouts, not_counted, standings: measured.standings, warnings })
}

fn stop_at_errors(findings: &mut Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(std::mem::take(findings));
    }
    Ok(())
}
