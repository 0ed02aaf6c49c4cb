//! All facts of a project: every source read, compared with the others, and reported on.
//!
//! In:   settings and the files of the folder.
//! Out:  [`Reading`]: the facts without the rows that are wrong, what was read from each file, and everything that is
//!       wrong, all at once.
//!
//! Here: the order of the work. Who is a payee, and who only said to be one, is in `people`; what stands though no file says it
//! any more in `standing`; sources that give nothing are in `untaken`.
//!
//! Invariant: every data row is counted once, as taken, filtered, bad or a duplicate. Tested by
//! `tests::every_row_is_counted_once`.

mod alike;
mod known;
mod people;
mod standing;
mod untaken;

use super::adjustments;
use super::convert::Texts;
use super::deals::{self, Deals};
use super::events;
use super::findings::Findings;
use super::folder::Folder;
use super::lines;
use super::long_shares::{self, LongShares};
use super::payees::{self, BaseRow, FieldRow, Known, Read, label_of};
use super::periodic;
use super::pipeline;
use super::quotas;
use super::ranges::latest;
use super::rates::{self, Sets};
use super::rows::Loaded;
use super::settings::{Kind, Settings, tells_changes};
use super::sheet::{Env, Reports, SourceReport};
use super::tables::{self, Tables};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Diagnostic, Place, Severity};
use crate::domain::exact;
use crate::domain::facts::{
    Adjustment, Assignment, Event, Facts, Leave, Line, Metric, Opportunity, Quota, Score, deal_column,
};
use crate::domain::value::{ColumnType, Value};
use crate::parallel;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use standing::Standing;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was read from the files of a project.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The facts, without the rows that are wrong.
    pub facts: Facts,
    /// What was read from each file.
    pub sources: Vec<SourceReport>,
    /// Everything that is wrong.
    pub findings: Vec<Diagnostic>,
    /// Whether something is wrong that cannot be left out row by row: a missing file or column, a circle of managers.
    pub blocked: bool,
    /// Ids of deals whose rows the filter left out, where some source of deals tells changes alone.
    pub set_aside: BTreeSet<Arc<str>>,
    /// The rows that are wrong, as `[kind, file, row, cell, …]`: what a result that is worked without them must name.
    pub wrong_rows: Vec<Vec<String>>,
}

impl Reading {
    /// How many rows are wrong and left out, of what pay is worked from.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.bad(|kind| kind != Kind::Pipeline)
    }

    /// How many rows of the pipeline are wrong and left out: no result depends on them.
    #[must_use]
    pub fn left_aside(&self) -> u64 {
        self.bad(|kind| kind == Kind::Pipeline)
    }

    fn bad(&self, of: impl Fn(Kind) -> bool) -> u64 {
        let sources = self.sources.iter().filter(|source| of(source.kind));
        sources.fold(0, |sum, source| sum.saturating_add(source.bad))
    }
}

/// The rows that something is wrong with, as they stand in their files; of a row that cannot be cut its place alone.
fn wrong_rows(env: &Env<'_>, wrong: &BTreeSet<(Arc<str>, u64)>) -> Vec<Vec<String>> {
    let mut rows: BTreeMap<(&str, Arc<str>, u64), Vec<String>> = BTreeMap::new();
    let files: BTreeSet<&str> = wrong.iter().map(|(file, _)| &**file).collect();
    let mut unused = Findings::default();
    for source in env.settings.sources.all().filter(|source| source.kind != Kind::Pipeline) {
        let (sheets, _) = env.open(source, &mut unused);
        for sheet in sheets.iter().filter(|sheet| files.contains(&*sheet.file)) {
            let of_file = wrong.iter().filter(|(file, _)| *file == sheet.file);
            rows.extend(of_file.map(|(file, line)| ((source.kind.word(), Arc::clone(file), *line), Vec::new())));
            let mut read = sheet.rows();
            while let Some(taken) = read.next(&mut unused) {
                if let Some(cells) = rows.get_mut(&(source.kind.word(), Arc::clone(&sheet.file), taken.place.line)) {
                    *cells = taken.row.cells.iter().map(ToString::to_string).collect();
                }
            }
        }
    }
    let row = |((kind, file, line), cells): ((&str, Arc<str>, u64), Vec<String>)| {
        let mut row = vec![kind.to_owned(), file.to_string(), line.to_string()];
        row.extend(cells);
        row
    };
    rows.into_iter().map(row).collect()
}

/// Reads all facts.
#[must_use]
pub fn read_facts(settings: &Settings, folder: &Folder) -> Reading {
    read_facts_known(settings, folder, None, |_| Ok(None))
}

/// Reads the facts that were known on a day: as if the files had only the rows that were recorded by then. Whether rows
/// contradict each other is judged over all of them, with those that stand though no file says them any more: `standing` gives
/// them, or says why they cannot be had. Who has none leaves out what works them.
#[must_use]
pub fn read_facts_known(
    settings: &Settings,
    folder: &Folder,
    as_of: Option<NaiveDate>,
    standing: impl FnOnce(&Settings) -> Result<Option<Facts>, Box<Diagnostic>>,
) -> Reading {
    let mut findings = Findings::default();
    let mut env = Env { settings, folder, joined: BTreeMap::new() };
    env.read_joined(&mut findings);
    let (reports, texts) = (Reports::default(), Texts::default());
    let mut reader = Reader { env: &env, findings, aside: Findings::default(), reports, texts };
    let mut all = reader.rows();
    match standing(settings) {
        Ok(Some(facts)) => all.let_stand(facts, &Standing { as_of, settings }),
        Ok(None) => {}
        Err(finding) => reader.findings.block(*finding),
    }
    reader.collect_payees(&mut all);
    reader.check_payees(&mut all);
    reader.settle(&mut all);
    if let Some(day) = as_of {
        all.hide_after(day);
    }
    let changes = tells_changes(&settings.sources.deals);
    let set_aside = if changes { std::mem::take(&mut all.deals.left) } else { BTreeSet::new() };
    let facts = reader.facts(all);
    let Reader { mut findings, aside, reports, .. } = reader;
    let mut warnings = untaken::untaken(&env, &reports);
    warnings.extend(alike::alike(&facts).into_iter().filter_map(|found| settings.check.judged(found)));
    warnings.extend(std::mem::take(&mut findings.odd).into_iter().filter_map(|found| settings.check.judged(found)));
    // A project may make a warning an error: no row can be left out to mend it.
    let refused = warnings.iter().any(|found| found.severity == Severity::Error);
    let blocked = findings.blocking || aside.blocking || refused;
    let wrong_rows = if findings.rows.is_empty() { Vec::new() } else { wrong_rows(&env, &findings.rows) };
    let mut findings = findings.finish();
    findings.extend(aside.finish());
    findings.extend(warnings);
    in_file_order(&mut findings, &reports.list);
    Reading { facts, sources: reports.list, findings, blocked, set_aside, wrong_rows }
}

/// Orders findings by file, as the sources are read, then by line; those about the settings stand first.
fn in_file_order(findings: &mut [Diagnostic], reports: &[SourceReport]) {
    let mut order: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, report) in reports.iter().enumerate() {
        order.entry(&report.file).or_insert(place);
    }
    let key = |finding: &Diagnostic| {
        let of_file = |file: &str| order.get(file).copied().map_or(usize::MAX, |place| place.saturating_add(1));
        match &finding.place {
            Place::None => (0, 0),
            Place::Text(span) => (0, u64::try_from(span.start).unwrap_or(0)),
            Place::File(file) => (of_file(file), 0),
            Place::Cell(cell) => (of_file(&cell.file), cell.row),
        }
    };
    findings.sort_by_key(key);
}

/// Everything while it is being read.
struct Reader<'s> {
    env: &'s Env<'s>,
    findings: Findings,
    /// What is wrong with the pipeline, on which no result depends.
    aside: Findings,
    reports: Reports<'s>,
    texts: Texts,
}

/// The rows of all kinds.
struct All {
    deals: Deals,
    shares: LongShares,
    events: Read<Event>,
    /// Events in columns of deals, once they are settled.
    in_columns: Vec<Event>,
    /// Events that no file says any more and that still hold, and the day by which a file must say one to replace it; they go
    /// where those in columns go.
    standing_events: (Vec<Event>, Option<NaiveDate>),
    base: Read<BaseRow>,
    fields: Read<FieldRow>,
    lines: Read<Line>,
    assignments: Read<Assignment>,
    leave: Read<Leave>,
    quotas: Read<Quota>,
    scores: Read<Score>,
    metrics: Read<Metric>,
    adjustments: Read<Adjustment>,
    pipeline: Read<Opportunity>,
    rates: Sets,
    tables: Tables,
    known: Known,
}

impl<'s> Reader<'s> {
    /// Every row, each checked by itself.
    fn rows(&mut self) -> All {
        let Self { env, findings, aside, reports, texts } = self;
        // Most often nothing is wrong with events, and deals have the company's currency: then the two are read beside one another.
        let aside_of_deals = || {
            if !parallel::OTHERS {
                return None;
            }
            let (mut findings, mut reports, mut texts) = <(Findings, Reports<'_>, Texts)>::default();
            let events = events::read(env, &mut findings, &mut reports, &mut texts, &BTreeMap::new());
            findings.is_empty().then_some((events, reports))
        };
        let (beside, deals) = parallel::both(aside_of_deals, || deals::read(env, findings, reports, texts));
        let shares = long_shares::read(env, findings, reports, texts);
        let company = env.settings.company.currency;
        let of_deals = if env.settings.sources.events.is_empty() { BTreeMap::new() } else { deals.currencies(company) };
        let events = match beside.filter(|_| of_deals.is_empty()) {
            Some((events, own)) => events.after(reports.append(own)),
            None => events::read(env, findings, reports, texts, &of_deals),
        };
        let (base, broken) = payees::read(env, findings, reports, texts);
        let fields = payees::read_fields(env, findings, reports, texts);
        let lines = lines::read(env, findings, reports, texts);
        let assignments = lines::read_assignments(env, findings, reports, texts);
        let leave = periodic::read_leave(env, findings, reports, texts);
        let quotas = quotas::read(env, findings, reports, texts);
        let scores = periodic::read_scores(env, findings, reports, texts);
        let metrics = periodic::read_metrics(env, findings, reports, texts);
        let adjustments = adjustments::read(env, findings, reports, texts);
        let pipeline = pipeline::read(env, aside, reports, texts);
        let rates = rates::read(env, findings, reports);
        let tables = tables::read(env, findings, reports, texts);
        All {
            deals,
            shares,
            events,
            in_columns: Vec::new(),
            standing_events: (Vec::new(), None),
            base,
            fields,
            lines,
            assignments,
            leave,
            quotas,
            scores,
            metrics,
            adjustments,
            pipeline,
            rates,
            tables,
            known: Known::with_broken(broken),
        }
    }

    /// Compares rows with each other: what stands twice, what overlaps.
    fn settle(&mut self, all: &mut All) {
        let settings = self.env.settings;
        let findings = &mut self.findings;
        long_shares::attach(&mut all.deals, &mut all.shares, settings, findings);
        deals::settle_ids(&mut all.deals.table.rows, &all.deals.labels, findings);
        let standing = std::mem::take(&mut all.standing_events);
        all.in_columns = events::settle(&mut all.events, &mut all.deals, standing, findings);
        payees::settle(&mut all.base, &mut all.fields, &settings.schema.payees, findings);
        lines::settle(&mut all.lines, &mut all.assignments, findings);
        quotas::settle(&mut all.quotas, findings);
        periodic::settle(&mut all.leave, &mut all.scores, &mut all.metrics, findings);
        adjustments::settle(&mut all.adjustments, &all.deals, findings);
        pipeline::settle(&mut all.pipeline, &mut self.aside);
        all.rates.settle(findings);
        all.tables.settle(&settings.sources.tables, findings);
    }

    /// The facts, and the counts of what was taken.
    fn facts(&mut self, mut all: All) -> Facts {
        let settings = self.env.settings;
        let findings = &mut self.findings;
        let own = lines::of_payees(&mut all.base, &all.lines.table.rows, findings);
        let both: Vec<Loaded<Line>> = all.lines.table.good().cloned().chain(own.iter().cloned()).collect();
        let (of_lines, of_base) = (&all.lines.labels, &all.base.labels);
        let label = |report: usize| {
            let labels = if of_lines.contains_key(&report) { of_lines } else { of_base };
            label_of(labels, report, "manager")
        };
        lines::circles(&both, label, findings);
        let latest_lines = latest(&both, |line| Arc::clone(&line.payee)).into_values().flatten();
        let in_force: Vec<&Line> = latest_lines.filter_map(|place| Some(&both.get(place)?.value)).collect();
        let schema = &settings.schema.payees;
        let payees = payees::build(&all.known, &all.base, &mut all.fields, &in_force, schema, findings);
        self.sums(&all);
        let reports = &mut self.reports;
        let assigns = !settings.sources.assignments.is_empty();
        let assignments: Vec<Assignment> = all.assignments.table.finish(reports);
        all.shares.table.finish(reports);
        all.base.table.finish(reports);
        all.fields.table.finish(reports);
        let mut lines = all.lines.table.finish(reports);
        lines.extend(own.into_iter().map(|line| line.value));
        let mut events = all.events.table.finish(reports);
        events.extend(all.in_columns);
        Facts {
            events,
            leave: all.leave.table.finish(reports),
            scores: all.scores.table.finish(reports),
            metrics: all.metrics.table.finish(reports),
            adjustments: all.adjustments.table.finish(reports),
            pipeline: all.pipeline.table.finish(reports),
            rates: all.rates.finish(&settings.sources.rates, reports),
            tables: all.tables.finish(reports),
            schema: settings.schema.clone(),
            deals: all.deals.table.finish(reports),
            payees,
            lines,
            assignments: assigns.then_some(assignments),
            quotas: all.quotas.table.finish(reports),
        }
    }

    /// Adds up the money columns of what was taken.
    fn sums(&mut self, all: &All) {
        let settings: &'s Settings = self.env.settings;
        let company = settings.company.currency;
        let mut sums: BTreeMap<(usize, &str, Currency), Option<Decimal>> = BTreeMap::new();
        let mut add = |report: usize, column: &'s str, currency: Currency, amount: Decimal| {
            let sum = sums.entry((report, column, currency)).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| exact::add(sum, amount).ok());
        };
        let money: Vec<(usize, &str)> = (0..)
            .zip(&settings.schema.deals.0)
            .filter(|(_, column)| column.kind == ColumnType::Money && column.mapped)
            .map(|(place, column)| (place, &*column.name))
            .collect();
        let mut last = (company.code().to_owned(), company); // most rows have the currency of the one before
        for row in all.deals.table.good() {
            if let Some(code) = row.value.cell(deal_column::CURRENCY).and_then(Value::text)
                && **code != *last.0
            {
                last = (code.to_string(), row.value.currency().unwrap_or(company));
            }
            let currency = last.1;
            for (place, name) in &money {
                if let Some(Value::Money(amount)) = row.value.cell(*place) {
                    add(row.report, name, currency, *amount);
                }
            }
        }
        let of_deals = if all.events.table.rows.is_empty() { BTreeMap::new() } else { all.deals.currencies(company) };
        for row in all.events.table.good() {
            let currency = row.value.deal.as_ref().and_then(|deal| of_deals.get(deal)).copied().unwrap_or(company);
            if let Some(amount) = row.value.amount {
                add(row.report, "amount", currency, amount);
            }
        }
        for row in all.quotas.table.good() {
            add(row.report, "amount", row.value.currency.unwrap_or(company), row.value.amount);
        }
        for row in all.adjustments.table.good() {
            add(row.report, "amount", row.value.currency.unwrap_or(company), row.value.amount);
        }
        for ((report, column, currency), sum) in sums {
            if let (Some(report), Some(sum)) = (self.reports.list.get_mut(report), sum) {
                report.sums.insert((column.to_owned(), currency), sum.normalize());
            }
        }
    }
}

#[cfg(test)]
mod tests;
