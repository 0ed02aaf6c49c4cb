//! Versions of facts: of rows of one identity, the one that became known last.

use super::{Event, Facts, Payee, PayeeRow, RateSet, RowPlace, deal_column, payee_field};
use crate::domain::value::Value;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Facts {
    /// The newest version of every row: of rows of one identity, the one recorded last. `None` where no row has two.
    #[must_use]
    pub fn newest(&self) -> Option<Self> {
        self.last_recorded()?; // two rows of one identity differ in when they became known
        let recorded = |cell: Option<&Value>| cell.and_then(Value::date);
        let cell = |row: &PayeeRow| recorded(row.cells.get(payee_field::RECORDED).and_then(Option::as_ref));
        let payees = self
            .payees
            .iter()
            .map(|payee| Payee { id: Arc::clone(&payee.id), rows: latest(&payee.rows, |row| row.from, cell) });
        let deals = latest(&self.deals, |deal| Arc::clone(&deal.id), |deal| deal.date(deal_column::RECORDED));
        // Events in columns of a deal's row are as new as the row, so an older row's are withdrawn with it.
        let mut older: BTreeSet<&RowPlace> = BTreeSet::new();
        if deals.len() < self.deals.len() {
            older.extend(self.deals.iter().map(|deal| &deal.place));
            for deal in &deals {
                older.remove(&deal.place);
            }
        }
        let events: Vec<Event> = self.events.iter().filter(|event| !older.contains(&event.place)).cloned().collect();
        let newest = Self {
            schema: self.schema.clone(),
            deals,
            payees: payees.collect(),
            lines: latest(&self.lines, |line| (Arc::clone(&line.payee), line.from), |line| line.recorded),
            assignments: self.assignments.as_ref().map(|rows| {
                latest(rows, |row| (Arc::clone(&row.payee), Arc::clone(&row.plan), row.from), |row| row.recorded)
            }),
            quotas: latest(
                &self.quotas,
                |row| (Arc::clone(&row.measure), row.payee.clone(), row.plan.clone(), row.days.clone()),
                |row| row.recorded,
            ),
            events: latest(&events, |event| Arc::clone(&event.id), |event| event.recorded),
            leave: latest(&self.leave, |row| (Arc::clone(&row.payee), row.from), |row| row.recorded),
            scores: latest(
                &self.scores,
                |row| (Arc::clone(&row.payee), Arc::clone(&row.objective), Arc::clone(&row.period), row.plan.clone()),
                |row| row.recorded,
            ),
            metrics: latest(
                &self.metrics,
                |row| (Arc::clone(&row.measure), Arc::clone(&row.period), row.payee.clone()),
                |row| row.recorded,
            ),
            adjustments: latest(&self.adjustments, |row| Arc::clone(&row.id), |row| row.recorded),
            rates: self
                .rates
                .iter()
                .map(|set| RateSet {
                    rates: latest(&set.rates, |rate| (rate.from, rate.to, rate.date), |rate| rate.recorded),
                    ..set.clone()
                })
                .collect(),
            tables: self.tables.clone(),
            pipeline: self.pipeline.clone(),
        };
        let rows = |facts: &Self| {
            let payees: usize = facts.payees.iter().map(|payee| payee.rows.len()).sum();
            let assignments = facts.assignments.as_ref().map_or(0, Vec::len);
            let rates: usize = facts.rates.iter().map(|set| set.rates.len()).sum();
            [
                facts.deals.len(),
                payees,
                facts.lines.len(),
                assignments,
                facts.quotas.len(),
                facts.events.len(),
                facts.leave.len(),
                facts.scores.len(),
                facts.metrics.len(),
                facts.adjustments.len(),
                rates,
            ]
        };
        (rows(&newest) != rows(self)).then_some(newest)
    }

    /// Adds other rows. Tables and the pipeline are whole in themselves, and stay.
    pub fn add(&mut self, more: &Self) {
        self.deals.extend_from_slice(&more.deals);
        self.payees.extend_from_slice(&more.payees);
        self.lines.extend_from_slice(&more.lines);
        if let Some(rows) = &more.assignments {
            self.assignments.get_or_insert_default().extend_from_slice(rows);
        }
        self.quotas.extend_from_slice(&more.quotas);
        self.events.extend_from_slice(&more.events);
        self.leave.extend_from_slice(&more.leave);
        self.scores.extend_from_slice(&more.scores);
        self.metrics.extend_from_slice(&more.metrics);
        self.adjustments.extend_from_slice(&more.adjustments);
        for set in &mut self.rates {
            let own = more.rates.iter().filter(|other| other.name == set.name);
            set.rates.extend(own.flat_map(|other| other.rates.iter().cloned()));
        }
    }

    /// The latest day on which a row became known, of the rows that say one.
    #[must_use]
    pub fn last_recorded(&self) -> Option<NaiveDate> {
        let deals = self.deals.iter().filter_map(|deal| deal.date(deal_column::RECORDED));
        let payees = self.payees.iter().flat_map(|payee| &payee.rows);
        let payees = payees.filter_map(|row| row.cells.get(payee_field::RECORDED)?.as_ref().and_then(Value::date));
        let lines = self.lines.iter().filter_map(|row| row.recorded);
        let assignments = self.assignments.iter().flatten().filter_map(|row| row.recorded);
        let quotas = self.quotas.iter().filter_map(|row| row.recorded);
        let events = self.events.iter().filter_map(|row| row.recorded);
        let leave = self.leave.iter().filter_map(|row| row.recorded);
        let scores = self.scores.iter().filter_map(|row| row.recorded);
        let metrics = self.metrics.iter().filter_map(|row| row.recorded);
        let adjustments = self.adjustments.iter().filter_map(|row| row.recorded);
        let rates = self.rates.iter().flat_map(|set| &set.rates).filter_map(|row| row.recorded);
        let people = deals.chain(payees).chain(lines).chain(assignments).chain(quotas).chain(leave);
        people.chain(events).chain(scores).chain(metrics).chain(adjustments).chain(rates).max()
    }
}

/// Of rows of one identity the one recorded last, in the order of the first of each.
fn latest<T: Clone, K: Ord>(
    rows: &[T],
    identity: impl Fn(&T) -> K,
    recorded: impl Fn(&T) -> Option<NaiveDate>,
) -> Vec<T> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut kept: Vec<&T> = Vec::with_capacity(rows.len());
    for row in rows {
        let place = *places.entry(identity(row)).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(known) if recorded(known) < recorded(row) => *known = row,
            Some(_) => {}
            None => kept.push(row),
        }
    }
    kept.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{Quota, QuotaDays, Schema};
    use rust_decimal::Decimal;

    #[test]
    fn the_version_recorded_last_holds_whatever_the_order() {
        let place = RowPlace { file: Arc::from("quotas.csv"), line: 1 };
        let quota = |amount: i64, recorded: Option<&str>| Quota {
            measure: Arc::from("bookings"),
            payee: None,
            plan: None,
            days: QuotaDays::Period(Arc::from("2026-Q1")),
            amount: Decimal::from(amount),
            currency: None,
            recorded: recorded.map(|day| day.parse().unwrap()),
            place: place.clone(),
        };
        let first = quota(100, None);
        let second = quota(80, Some("2026-04-20"));
        for quotas in [vec![first.clone(), second.clone()], vec![second.clone(), first.clone()]] {
            let facts = Facts { quotas, ..Facts::empty(Schema::standard()) };
            assert_eq!(facts.newest().unwrap().quotas, std::slice::from_ref(&second));
        }
        assert!(Facts { quotas: vec![first], ..Facts::empty(Schema::standard()) }.newest().is_none());
    }
}
