//! When somebody is in service, by the `start` and `end` of their dated rows: once, or again after having left.

use super::{Payee, PayeeRow, payee_field};
use crate::domain::value::Value;
use chrono::NaiveDate;

/// Days of service without a gap, both ends included; [`NaiveDate::MIN`] and [`NaiveDate::MAX`] where the data say none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stint {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Payee {
    /// The stints of service, by first day. Each dated row says them of its own days, the first one of the days before it too,
    /// each of the days up to the next one. A row without a start has that of a later row which is in its days; one without an
    /// end has that of an earlier row which lies in its days: both are then said of the person.
    #[must_use]
    pub fn service(&self) -> Vec<Stint> {
        let date = |row: &PayeeRow, field: usize| row.cells.get(field)?.as_ref().and_then(Value::date);
        let mut found: Vec<Stint> = Vec::new();
        let mut ended: Option<NaiveDate> = None;
        for (place, row) in self.rows.iter().enumerate() {
            let first = row.from.filter(|_| place > 0).unwrap_or(NaiveDate::MIN);
            let later = self.rows.get(place.saturating_add(1)..).unwrap_or_default();
            let last = later.first().and_then(|next| next.from?.pred_opt()).unwrap_or(NaiveDate::MAX);
            let said = || later.iter().find_map(|row| date(row, payee_field::START)).filter(|start| *start <= last);
            let start = date(row, payee_field::START).or_else(said).unwrap_or(NaiveDate::MIN);
            ended = date(row, payee_field::END).or(ended);
            let end = ended.filter(|end| *end >= first || date(row, payee_field::END).is_some());
            let (from, to) = (start.max(first), end.unwrap_or(NaiveDate::MAX).min(last));
            if from > to {
                continue;
            }
            match found.last_mut().filter(|stint| stint.to.succ_opt().is_none_or(|next| next >= from)) {
                Some(stint) => stint.to = to,
                None => found.push(Stint { from, to }),
            }
        }
        found
    }

    /// The stint that holds a day, else the last one before it, else the first.
    #[must_use]
    pub fn stint_on(&self, day: NaiveDate) -> Option<Stint> {
        let stints = self.service();
        stints.iter().rev().find(|stint| stint.from <= day).or(stints.first()).copied()
    }
}

impl Stint {
    /// The first day, where the data say one.
    #[must_use]
    pub fn start(self) -> Option<NaiveDate> {
        Some(self.from).filter(|day| *day != NaiveDate::MIN)
    }

    /// The last day, where the data say one.
    #[must_use]
    pub fn end(self) -> Option<NaiveDate> {
        Some(self.to).filter(|day| *day != NaiveDate::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Rows of from, start, end; each but the last ends before the next.
    fn payee(rows: &[[&str; 3]]) -> Payee {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let row = |[from, start, end]: &[&str; 3]| {
            let mut cells = vec![None; payee_field::END + 1];
            cells[payee_field::START] = day(start).map(Value::Date);
            cells[payee_field::END] = day(end).map(Value::Date);
            PayeeRow { from: day(from), to: None, cells, place: None }
        };
        Payee { id: Arc::from("ann"), rows: rows.iter().map(row).collect() }
    }

    fn told(rows: &[[&str; 3]]) -> Vec<String> {
        let stint = |stint: Stint| {
            let day =
                |day: Option<NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| day.format("%m-%d").to_string());
            format!("{} to {}", day(stint.start()), day(stint.end()))
        };
        payee(rows).service().into_iter().map(stint).collect()
    }

    #[test]
    fn service_is_what_the_rows_say_together() {
        // One row; a new job without a day between; a new role alone.
        assert_eq!(told(&[["", "2026-01-05", "2026-03-31"]]), ["01-05 to 03-31"]);
        assert_eq!(
            told(&[["2026-01-01", "2026-01-05", "2026-02-10"], ["2026-02-11", "2026-02-11", ""]]),
            ["01-05 to …"]
        );
        assert_eq!(told(&[["2026-01-01", "2026-01-05", ""], ["2026-02-11", "", ""]]), ["01-05 to …"]);
        // Back after having left, with and without a last day.
        let left = ["2026-01-01", "2026-01-05", "2026-02-10"];
        assert_eq!(told(&[left, ["2026-02-25", "2026-02-25", ""]]), ["01-05 to 02-10", "02-25 to …"]);
        assert_eq!(told(&[left, ["2026-02-25", "2026-02-25", "2026-04-30"]]), ["01-05 to 02-10", "02-25 to 04-30"]);
        // Said once, of the person: the start in the newer row, the end in the older one.
        assert_eq!(told(&[["2026-01-01", "", ""], ["2026-02-11", "2026-01-05", ""]]), ["01-05 to …"]);
        assert_eq!(told(&[["2026-01-01", "", "2026-03-31"], ["2026-02-11", "", ""]]), ["… to 03-31"]);
        // An end within the older row's days is of that row.
        assert_eq!(told(&[["2026-01-01", "", "2026-02-10"], ["2026-02-11", "", ""]]), ["… to …"]);
    }

    #[test]
    fn a_day_is_of_the_stint_that_holds_it_or_went_before() {
        let back = payee(&[["2026-01-01", "2026-01-05", "2026-02-10"], ["2026-02-25", "2026-02-25", ""]]);
        let start = |day: &str| back.stint_on(day.parse().unwrap()).and_then(Stint::start).unwrap().to_string();
        assert_eq!(
            ["2026-01-01", "2026-02-10", "2026-02-20", "2026-02-25"].map(start),
            ["2026-01-05", "2026-01-05", "2026-01-05", "2026-02-25"]
        );
    }
}
