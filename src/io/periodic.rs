//! Leave, scores, given totals: facts of a payee in a period or on some days, one a row.

use super::convert::Texts;
use super::findings::{Findings, Problem};
use super::named::Named;
use super::payees::{Read, days, label_of};
use super::quotas::period_label;
use super::ranges::{Days, Ranged, Words, settle_ranges};
use super::rows::{Loaded, read_sources, settle_same};
use super::settings::Kind;
use super::shares::percent;
use super::sheet::{Env, Reports, Sheet};
use crate::domain::diagnostic::Code;
use crate::domain::exact;
use crate::domain::facts::{Leave, Metric, RowPlace, Score};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

impl Ranged for Leave {
    fn days(&self) -> Days {
        Days { from: Some(self.from), to: self.to }
    }
    fn recorded(&self) -> Option<NaiveDate> {
        self.recorded
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

/// Headers by report, by our name.
type Labels = BTreeMap<usize, BTreeMap<&'static str, String>>;

/// Finds the columns of a kind in a file, and keeps their headers.
pub(crate) fn bind<'s>(
    env: &'s Env<'s>,
    kind: Kind,
    labels: &RefCell<Labels>,
) -> impl Fn(&Sheet<'s>, usize) -> Option<Named<'s>> {
    move |sheet, report| {
        let named = Named::bind(env, sheet, kind)?;
        labels.borrow_mut().insert(report, named.labels());
        Some(named)
    }
}

/// Reads leave.
pub(crate) fn read_leave<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Leave> {
    let labels = RefCell::default();
    let table = read_sources(
        env,
        &env.settings.sources.leave,
        (findings, reports),
        bind(env, Kind::Leave, &labels),
        |named, row| {
            let payee = row.need_id(named.column("payee"), |id| texts.share(id));
            let from = row.need(named.column("from"), |cells, row| cells.date(row));
            let to = days(row, from.and(named.column("from").1), named.column("to").1).to;
            let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
            Some(Leave { payee: payee?, from: from?, to, recorded, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// Reads scores of objectives.
pub(crate) fn read_scores<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Score> {
    let labels = RefCell::default();
    let calendar = &env.settings.calendar;
    let table = read_sources(
        env,
        &env.settings.sources.scores,
        (findings, reports),
        bind(env, Kind::Scores, &labels),
        |named, row| {
            let payee = row.need_id(named.column("payee"), |id| texts.share(id));
            let objective = row.need_id(named.column("objective"), |id| texts.share(id));
            let period = row.need(named.column("period"), |cells, row| period_label(cells, row, calendar));
            let score = row.need(named.column("score"), |cells, row| {
                let score = cells.percent(row)?;
                match score.filter(|score| *score < Decimal::ZERO) {
                    Some(negative) => {
                        let message = format!("a score is not negative, and this one is {}", percent(negative));
                        Err(Problem::new(Code::BadValue, message))
                    }
                    None => Ok(score),
                }
            });
            let plan = row.id(named.column("plan"), |id| texts.share(id));
            let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
            let (payee, objective, period, score) = (payee?, objective?, period?, score?);
            Some(Score { payee, objective, period, score, plan, recorded, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// Reads given totals.
pub(crate) fn read_metrics<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Metric> {
    let labels = RefCell::default();
    let settings = env.settings;
    let table = read_sources(
        env,
        &settings.sources.metrics,
        (findings, reports),
        bind(env, Kind::Metrics, &labels),
        |named, row| {
            let measure = row.need_id(named.column("measure"), |id| texts.share(id));
            let period = row.need(named.column("period"), |cells, row| period_label(cells, row, &settings.calendar));
            let payee = row.id(named.column("payee"), |id| texts.share(id));
            let value = row.need(named.column("value"), |cells, row| cells.money(row, settings.company.currency));
            let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
            let (measure, period, value) = (measure?, period?, value?);
            Some(Metric { measure, period, payee, value, recorded, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// Settles each kind among its own rows.
pub(crate) fn settle(
    leave: &mut Read<Leave>,
    scores: &mut Read<Score>,
    metrics: &mut Read<Metric>,
    findings: &mut Findings,
) {
    let Read { table, labels } = leave;
    let words = Words {
        about: &|row: &Leave| format!("leave of `{}`", row.payee),
        column: &|report| label_of(labels, report, "from"),
        value: &|row| row.from.to_string(),
    };
    settle_ranges(&mut table.rows, |row| Arc::clone(&row.payee), |_, _| true, &words, findings);
    let Read { table, labels } = scores;
    let identity =
        |row: &Score| (Arc::clone(&row.payee), Arc::clone(&row.objective), Arc::clone(&row.period), row.plan.clone());
    let words = Once {
        column: "score",
        labels,
        about: |row: &Score| format!("the score of `{}` on `{}` in {}", row.payee, row.objective, row.period),
        value: |row: &Score| percent(row.score),
        recorded: |row: &Score| row.recorded,
        place: |row: &Score| &row.place,
    };
    words.settle(&mut table.rows, identity, |a, b| a.score == b.score, findings);
    let Read { table, labels } = metrics;
    let identity = |row: &Metric| (Arc::clone(&row.measure), Arc::clone(&row.period), row.payee.clone());
    let words = Once {
        column: "value",
        labels,
        about: |row: &Metric| {
            let whose = row.payee.as_ref().map_or_else(|| "everyone".to_owned(), |payee| format!("`{payee}`"));
            format!("`{}` of {whose} in {}", row.measure, row.period)
        },
        value: |row: &Metric| exact::shortest(row.value),
        recorded: |row: &Metric| row.recorded,
        place: |row: &Metric| &row.place,
    };
    words.settle(&mut table.rows, identity, |a, b| a.value == b.value, findings);
}

/// How findings speak of rows of which one identity may stand once.
pub(crate) struct Once<'l, T> {
    /// Our name of the column to point at.
    pub column: &'static str,
    /// Headers by report.
    pub labels: &'l Labels,
    /// What the row is about.
    pub about: fn(&T) -> String,
    /// The cell's value.
    pub value: fn(&T) -> String,
    /// When it became known.
    pub recorded: fn(&T) -> Option<NaiveDate>,
    /// Where it stands.
    pub place: fn(&T) -> &RowPlace,
}

impl<T> Once<'_, T> {
    /// Leaves out rows that stand there twice, and reports those that contradict each other.
    pub fn settle<K: Hash + Eq>(
        &self,
        rows: &mut [Loaded<T>],
        identity: impl Fn(&T) -> K,
        equal: impl Fn(&T, &T) -> bool,
        findings: &mut Findings,
    ) {
        settle_same(
            rows,
            identity,
            |row| (self.recorded)(row),
            equal,
            |first, second| {
                let label = label_of(self.labels, second.report, self.column);
                let (first, second) = (&first.value, &second.value);
                let place = (self.place)(second);
                findings.cell(place, Code::DuplicateId, &label, || {
                    let where_first = super::rows::line_of((self.place)(first), place);
                    let message =
                        format!("{} is said twice with different values, first {where_first}", (self.about)(second));
                    let help = "leave one of them out, or map `recorded` if these are versions of one row";
                    (Problem::new(Code::DuplicateId, message).help(help), (self.value)(second))
                });
            },
        );
    }
}
