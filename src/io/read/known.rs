//! What was known on a day: rows that were recorded later are left out, before anything is made of the others.
//!
//! What happened on a day (a deal, an event, a rate, a decision) and says no date of recording counts from its day; what
//! holds over days (a quota, a line, an assignment) and says none is known as soon as the file is. Here and not among the
//! finished facts, because there a reporting line has already cut the rows of its payee.

use super::All;
use crate::domain::facts::{Deal, deal_column, payee_field};
use crate::domain::value::Value;
use crate::io::ranges::Ranged;
use crate::io::rows::{State, Table};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether what became known on a day, if it says one, was not known on another.
pub(super) fn later(known: Option<NaiveDate>, day: NaiveDate) -> bool {
    known.is_some_and(|known| known > day)
}

/// The day from which a deal is known.
pub(super) fn known_day(deal: &Deal) -> Option<NaiveDate> {
    deal.date(deal_column::RECORDED).or_else(|| deal.day())
}

impl All {
    /// Leaves out what became known after a day.
    pub(super) fn hide_after(&mut self, day: NaiveDate) {
        let later = |known: Option<NaiveDate>| self::later(known, day);
        hide(&mut self.deals.table, |deal| later(known_day(deal)));
        let known: BTreeSet<Arc<str>> = self.deals.table.good().map(|row| Arc::clone(&row.value.id)).collect();
        let unknown = |deal: &Option<Arc<str>>| deal.as_ref().is_some_and(|deal| !known.contains(deal));
        hide(&mut self.events.table, |row| later(row.recorded.or(Some(row.date))) || unknown(&row.deal));
        self.in_columns.retain(|row| !later(row.recorded.or(Some(row.date))) && !unknown(&row.deal));
        let cell = |row: &[Option<Value>]| row.get(payee_field::RECORDED)?.as_ref().and_then(Value::date);
        hide(&mut self.base.table, |row| later(cell(&row.cells)));
        hide(&mut self.fields.table, |row| later(row.recorded()));
        hide(&mut self.lines.table, |row| later(row.recorded));
        hide(&mut self.assignments.table, |row| later(row.recorded));
        hide(&mut self.leave.table, |row| later(row.recorded));
        hide(&mut self.quotas.table, |row| later(row.recorded));
        hide(&mut self.scores.table, |row| later(row.recorded));
        hide(&mut self.metrics.table, |row| later(row.recorded));
        hide(&mut self.adjustments.table, |row| later(row.recorded.or(Some(row.date))));
        self.rates.hide_after(day);
    }
}

/// Leaves out rows: they are counted with those that a filter leaves out.
fn hide<T>(table: &mut Table<T>, hidden: impl Fn(&T) -> bool) {
    for row in &mut table.rows {
        if row.state == State::Good && hidden(&row.value) {
            row.state = State::Left;
        }
    }
}
