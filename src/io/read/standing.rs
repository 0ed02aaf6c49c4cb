//! What stands though no file says it any more: rows of exports of changes, as a close has registered them.
//!
//! They are put among the rows of the files before rows are compared with each other, so that an event, an adjustment or
//! the shares of a deal may come in a file of this month when the deal came in one of last month. A row of a file that is
//! known by the day takes the place of the one that stood.
//!
//! Not here: which rows stand (the ledger's register knows), and rates of exchange: no other row names one, and they are added to
//! the facts afterwards.

use super::All;
use super::known::{known_day, later};
use crate::domain::facts::{Deal, Facts, Line, Payee, payee_field};
use crate::io::payees::BaseRow;
use crate::io::ranges::{Days, Ranged};
use crate::io::rows::{Loaded, STANDING, State, Table};
use crate::io::settings::{Settings, Source, tells_changes};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn standing<T>(value: T) -> Loaded<T> {
    Loaded { value, report: STANDING, state: State::Good }
}

/// Beside what rows stand.
pub(super) struct Standing<'s> {
    /// The day by which a row of a file must be known to take the place of one that stands.
    pub as_of: Option<NaiveDate>,
    /// Which sources tell changes.
    pub settings: &'s Settings,
}

impl Standing<'_> {
    /// Puts the rows that stand beside those of files, but for those that a file says again.
    fn put<T, K: Ord>(
        &self,
        (sources, table): (&[Source], &mut Table<T>),
        rows: Vec<T>,
        key: impl Fn(&T) -> K,
        recorded: impl Fn(&T) -> Option<NaiveDate>,
    ) {
        if !tells_changes(sources) {
            return;
        }
        let here: BTreeSet<K> =
            table.good().map(|row| &row.value).filter(|row| self.known(recorded(row))).map(&key).collect();
        table.rows.extend(rows.into_iter().filter(|row| !here.contains(&key(row))).map(standing));
    }

    fn known(&self, recorded: Option<NaiveDate>) -> bool {
        !self.as_of.is_some_and(|day| later(recorded, day))
    }
}

impl All {
    /// Puts what stands among the rows.
    pub(super) fn let_stand(&mut self, facts: Facts, standing: &Standing<'_>) {
        let sources = &standing.settings.sources;
        self.payees_stand(facts.payees, standing);
        self.lines_stand(facts.lines, standing);
        self.deals_stand(facts.deals, standing);
        self.standing_events = (facts.events, standing.as_of);
        standing.put(
            (&sources.assignments, &mut self.assignments.table),
            facts.assignments.unwrap_or_default(),
            |row| (Arc::clone(&row.payee), Arc::clone(&row.plan), row.from),
            |row| row.recorded,
        );
        standing.put(
            (&sources.leave, &mut self.leave.table),
            facts.leave,
            |row| (Arc::clone(&row.payee), row.from),
            |row| row.recorded,
        );
        standing.put(
            (&sources.quotas, &mut self.quotas.table),
            facts.quotas,
            |row| (Arc::clone(&row.measure), row.payee.clone(), row.plan.clone(), row.days.clone()),
            |row| row.recorded,
        );
        standing.put(
            (&sources.scores, &mut self.scores.table),
            facts.scores,
            |row| (Arc::clone(&row.payee), Arc::clone(&row.objective), Arc::clone(&row.period), row.plan.clone()),
            |row| row.recorded,
        );
        standing.put(
            (&sources.metrics, &mut self.metrics.table),
            facts.metrics,
            |row| (Arc::clone(&row.measure), Arc::clone(&row.period), row.payee.clone()),
            |row| row.recorded,
        );
        standing.put(
            (&sources.adjustments, &mut self.adjustments.table),
            facts.adjustments,
            |row| Arc::clone(&row.id),
            |row| row.recorded.or(Some(row.date)),
        );
    }

    /// A deal that comes again and is left out by the filter does not stand: the file says that it is none.
    fn deals_stand(&mut self, mut deals: Vec<Deal>, standing: &Standing<'_>) {
        deals.retain(|deal| !self.deals.left.contains(&deal.id));
        let sources = &standing.settings.sources;
        let shared: BTreeSet<Arc<str>> = self.shares.table.good().map(|row| Arc::clone(&row.value.deal)).collect();
        let of_id: BTreeMap<&Arc<str>, &Deal> = deals.iter().map(|deal| (&deal.id, deal)).collect();
        let changed_shares = tells_changes(&sources.shares);
        let without = |deal: &Deal| deal.shares.is_empty() && !shared.contains(&deal.id);
        for row in self.deals.table.rows.iter_mut().filter(|row| changed_shares && without(&row.value)) {
            if let Some(deal) = of_id.get(&row.value.id) {
                row.value.shares.clone_from(&deal.shares);
            }
        }
        let before = self.deals.table.rows.len();
        standing.put((&sources.deals, &mut self.deals.table), deals, |deal| Arc::clone(&deal.id), known_day);
        // Whom deals name may be a payee by that alone, as where their own rows were read.
        let named = |source: &Source| match &source.payees_from {
            Some(list) => list.iter().any(|said| said.value == "payee"),
            None => sources.payees.is_empty(),
        };
        let are_payees = sources.deals.iter().chain(&sources.shares).any(named);
        for row in self.deals.table.rows.iter_mut().skip(before) {
            if are_payees {
                row.value.shares.iter().for_each(|share| self.known.add(&share.payee));
            }
            if shared.contains(&row.value.id) {
                row.value.shares.clear();
            }
        }
    }

    fn payees_stand(&mut self, payees: Vec<Payee>, standing: &Standing<'_>) {
        let rows = payees.into_iter().flat_map(|payee| {
            let id = payee.id;
            payee.rows.into_iter().filter_map(move |row| {
                let mut cells = row.cells;
                // Whom somebody reports to is said by the lines that stand.
                if let Some(cell) = cells.get_mut(payee_field::MANAGER) {
                    *cell = None;
                }
                let days = Days { from: row.from, to: row.to };
                Some(BaseRow { id: Arc::clone(&id), days, cells, place: row.place? })
            })
        });
        let of_payees = (&*standing.settings.sources.payees, &mut self.base.table);
        standing.put(of_payees, rows.collect(), |row| Arc::clone(&row.id), Ranged::recorded);
    }

    /// A line from a file of lines stands until that file says one from the same day; one from the row of a payee until the
    /// payee has a row again.
    fn lines_stand(&mut self, mut lines: Vec<Line>, standing: &Standing<'_>) {
        let sources = &standing.settings.sources;
        if sources.payees.iter().any(|source| source.column("manager").is_some()) {
            let own = self.base.table.good().filter(|row| row.report != STANDING);
            let again: BTreeSet<&Arc<str>> = own.map(|row| &row.value.id).collect();
            lines.retain(|line| !again.contains(&line.payee));
        }
        if sources.payees.is_empty() {
            for line in &lines {
                self.known.add(&line.payee);
                self.known.add(&line.manager);
            }
        }
        let list = if sources.lines.is_empty() { &sources.payees } else { &sources.lines };
        let key = |line: &Line| (Arc::clone(&line.payee), line.from);
        standing.put((list, &mut self.lines.table), lines, key, |line| line.recorded);
    }
}
