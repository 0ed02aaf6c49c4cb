//! Reporting lines and assignments: who reports to whom, who is on which plan, on which days.
//!
//! In:   the sources of lines and assignments, the managers that payees' own rows name.
//! Out:  [`Line`]s and [`Assignment`]s without overlap and without circles.

use super::convert::{Texts, blank};
use super::findings::{Findings, Problem};
use super::payees::{BaseRow, Read, days, label_of};
use super::ranges::{Days, Ranged, Words, latest, settle_ranges};
use super::rows::{Loaded, State, line_of, read_sources, set};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::{Assignment, Line, RowPlace};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Ranged for Line {
    fn days(&self) -> Days {
        Days { from: self.from, to: self.to }
    }
    fn recorded(&self) -> Option<NaiveDate> {
        self.recorded
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

impl Ranged for Assignment {
    fn days(&self) -> Days {
        Days { from: self.from, to: self.to }
    }
    fn recorded(&self) -> Option<NaiveDate> {
        self.recorded
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

/// Reads reporting lines.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Line> {
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let column = |name: &str| sheet.bind_column(env, name);
        let (payee, manager) = (column("payee")?, column("manager")?);
        let named = [("payee", payee.label.clone()), ("manager", manager.label.clone())];
        labels.borrow_mut().insert(report, BTreeMap::from(named));
        Some((payee, manager, column("from"), column("to"), column("recorded")))
    };
    let sources = &env.settings.sources.lines;
    let table = read_sources(
        env,
        sources,
        (findings, reports),
        bind,
        |(payee, manager, from, to, recorded), row| {
            let payee = row.need_id(("payee", Some(payee)), |id| texts.share(id));
            let manager = row.need(("manager", Some(manager)), |cells, row| {
                let help =
                    || format!("leave such rows out: `filter = {{ \"{}\" = {{ blank = false }} }}`", cells.bound.label);
                let id = cells.id(row)?.ok_or_else(|| blank("manager").help(help()))?;
                Ok(Some(texts.share(&id)))
            });
            let Days { from, to } = days(row, from.as_ref(), to.as_ref());
            let recorded = row.take(("recorded", recorded.as_ref()), |cells, row| cells.date(row));
            Some(Line { payee: payee?, manager: manager?, from, to, recorded, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// Reads assignments to plans.
pub(crate) fn read_assignments<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Assignment> {
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let column = |name: &str| sheet.bind_column(env, name);
        let (payee, plan) = (column("payee")?, column("plan")?);
        let named = [("payee", payee.label.clone()), ("plan", plan.label.clone())];
        labels.borrow_mut().insert(report, BTreeMap::from(named));
        Some((payee, plan, column("from"), column("to"), column("recorded")))
    };
    let sources = &env.settings.sources.assignments;
    let table = read_sources(
        env,
        sources,
        (findings, reports),
        bind,
        |(payee, plan, from, to, recorded), row| {
            let payee = row.need_id(("payee", Some(payee)), |id| texts.share(id));
            let plan = row.need_id(("plan", Some(plan)), |id| texts.share(id));
            let Days { from, to } = days(row, from.as_ref(), to.as_ref());
            let recorded = row.take(("recorded", recorded.as_ref()), |cells, row| cells.date(row));
            Some(Assignment { payee: payee?, plan: plan?, from, to, recorded, place: row.place.clone() })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// Settles lines among themselves, and assignments.
pub(crate) fn settle(lines: &mut Read<Line>, assignments: &mut Read<Assignment>, findings: &mut Findings) {
    let Read { table, labels } = lines;
    let words = Words {
        about: &|line: &Line| format!("the manager of `{}`", line.payee),
        column: &|report| label_of(labels, report, "manager"),
        value: &|line| line.manager.to_string(),
    };
    let key = |line: &Line| Arc::clone(&line.payee);
    settle_ranges(&mut table.rows, key, |a, b| a.manager == b.manager, &words, findings);
    let Read { table, labels } = assignments;
    let words = Words {
        about: &|row: &Assignment| format!("`{}` on plan `{}`", row.payee, row.plan),
        column: &|report| label_of(labels, report, "plan"),
        value: &|row| row.plan.to_string(),
    };
    let key = |row: &Assignment| (Arc::clone(&row.payee), Arc::clone(&row.plan));
    settle_ranges(&mut table.rows, key, |_, _| true, &words, findings);
}

/// The lines that payees' own rows say, for the days on which no line of a file does. One that names another manager
/// than a file for the same day is reported, and the payee's row with it.
pub(crate) fn of_payees(
    base: &mut Read<BaseRow>,
    lines: &[Loaded<Line>],
    findings: &mut Findings,
) -> Vec<Loaded<Line>> {
    let of_payee = latest(lines, |line| Arc::clone(&line.payee));
    let mut said = Vec::new();
    let mut bad = Vec::new();
    for (place, row) in base.table.rows.iter().enumerate().filter(|(_, row)| row.state == State::Good) {
        let Some(manager) = row.value.manager() else { continue };
        let others: Vec<&Line> = of_payee
            .get(&row.value.id)
            .into_iter()
            .flatten()
            .filter_map(|place| Some(&lines.get(*place)?.value))
            .filter(|line| line.days().overlaps(row.value.days))
            .collect();
        if let Some(other) = others.iter().find(|line| line.manager != *manager) {
            let label = base.label(row.report, "manager");
            findings.cell(&row.value.place, Code::OverlappingRange, &label, || {
                let where_other = line_of(&other.place, &row.value.place);
                let message =
                    format!("the manager of `{}` is `{}` in another file, {where_other}", row.value.id, other.manager);
                (Problem::new(Code::OverlappingRange, message), manager.to_string())
            });
            bad.push(place);
            continue;
        }
        let days: Vec<Days> = others.iter().map(|line| line.days()).collect();
        said.extend(row.value.days.without(&days).into_iter().map(|days| {
            let value = Line {
                payee: Arc::clone(&row.value.id),
                manager: Arc::clone(manager),
                from: days.from,
                to: days.to,
                recorded: row.value.recorded(),
                place: row.value.place.clone(),
            };
            Loaded { value, report: row.report, state: State::Good }
        }));
    }
    bad.into_iter().for_each(|place| set(&mut base.table.rows, place, State::Bad));
    said
}

/// Reports circles of managers, on any day, and people who are their own manager. Nothing can be rolled up over a
/// circle, so it keeps everything from being read.
pub(crate) fn circles(lines: &[Loaded<Line>], column: impl Fn(usize) -> String, findings: &mut Findings) {
    let of_payee = latest(lines, |line| Arc::clone(&line.payee));
    let manager_on = |payee: &Arc<str>, day: NaiveDate| {
        let places = of_payee.get(payee)?;
        let mut in_force = places.iter().filter_map(|place| Some(&lines.get(*place)?.value));
        in_force.find(|line| line.days().contains(day)).map(|line| &line.manager)
    };
    let mut told: BTreeSet<Vec<&Arc<str>>> = BTreeSet::new();
    // A circle begins on the day on which the last of its lines begins, so only first days need to be looked at.
    for row in lines.iter().filter(|row| row.state == State::Good) {
        let day = row.value.days().first();
        let mut chain = vec![&row.value.payee];
        let mut seen: BTreeSet<&Arc<str>> = chain.iter().copied().collect();
        let mut next = Some(&row.value.manager);
        while let Some(manager) = next.filter(|manager| **manager != row.value.payee) {
            if !seen.insert(manager) {
                break; // a circle that this payee is not part of; its own lines tell it
            }
            chain.push(manager);
            next = manager_on(manager, day);
        }
        if next != Some(&row.value.payee) {
            continue;
        }
        let mut members = chain.clone();
        members.sort_unstable();
        if told.insert(members) {
            findings.block(circle(&row.value, &chain, column(row.report)));
        }
    }
}

/// The finding for a circle.
fn circle(line: &Line, chain: &[&Arc<str>], column: String) -> Diagnostic {
    let message = match chain {
        [_] => format!("`{}` is their own manager", line.payee),
        _ => {
            let names = chain.iter().skip(1).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", who reports to ");
            format!("`{}` reports to {names}, who reports to `{}`", line.payee, line.payee)
        }
    };
    let diagnostic = Diagnostic::error(Code::ManagerCircle, message).in_cell(line.place.cell(&column, &line.manager));
    match line.from {
        Some(day) => diagnostic.note(format!("from {day} on")),
        None => diagnostic,
    }
}
