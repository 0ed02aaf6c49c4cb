//! Ranges of days: what holds from a day to a day, both included, with open ends.

use super::findings::{Findings, Problem};
use super::rows::{Loaded, State, line_of, set, settle_same};
use crate::domain::diagnostic::Code;
use crate::domain::facts::RowPlace;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::hash::Hash;

/// Days from the first to the last, both included; `None`: open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Days {
    /// All days.
    pub const ALWAYS: Self = Self { from: None, to: None };

    /// The first day, as far as days go.
    pub fn first(self) -> NaiveDate {
        self.from.unwrap_or(NaiveDate::MIN)
    }

    /// The last day, as far as days go.
    pub fn last(self) -> NaiveDate {
        self.to.unwrap_or(NaiveDate::MAX)
    }

    /// Whether a day is among them.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.first() <= day && day <= self.last()
    }

    /// Whether they share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.first() <= other.last() && other.first() <= self.last()
    }

    /// The days that are in none of the others, in order.
    pub fn without(self, others: &[Self]) -> Vec<Self> {
        let mut pieces = vec![self];
        for other in others {
            pieces = pieces.into_iter().flat_map(|piece| piece.minus(*other)).collect();
        }
        pieces.sort_by_key(|piece| piece.first());
        pieces
    }

    /// What is left of the days on both sides of others.
    fn minus(self, other: Self) -> Vec<Self> {
        if !self.overlaps(other) {
            return vec![self];
        }
        let before = other.from.and_then(|day| day.pred_opt()).filter(|day| self.first() <= *day);
        let after = other.to.and_then(|day| day.succ_opt()).filter(|day| *day <= self.last());
        let before = before.map(|to| Self { from: self.from, to: Some(to) });
        let after = after.map(|from| Self { from: Some(from), to: self.to });
        before.into_iter().chain(after).collect()
    }

    /// The days cut at every first day of the others and after every last one, in order.
    pub fn cut_at(self, others: &[Self]) -> Vec<Self> {
        let mut starts: Vec<NaiveDate> = others
            .iter()
            .flat_map(|other| [other.from, other.to.and_then(|day| day.succ_opt())])
            .flatten()
            .filter(|day| self.first() < *day && *day <= self.last())
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let mut pieces = Vec::new();
        let mut from = self.from;
        for start in starts {
            pieces.push(Self { from, to: start.pred_opt() });
            from = Some(start);
        }
        pieces.push(Self { from, to: self.to });
        pieces
    }
}

/// A row that holds on some days.
pub(crate) trait Ranged {
    /// The days.
    fn days(&self) -> Days;
    /// When it became known, if the file says so.
    fn recorded(&self) -> Option<NaiveDate>;
    /// Where it stands.
    fn place(&self) -> &RowPlace;
}

/// How findings speak of rows that hold on some days.
pub(crate) struct Words<'a, T> {
    /// What the row is about: `` the manager of `kim` ``.
    pub about: &'a dyn Fn(&T) -> String,
    /// Header of the column to point at, by report.
    pub column: &'a dyn Fn(usize) -> String,
    /// The cell's value.
    pub value: &'a dyn Fn(&T) -> String,
}

/// Leaves out rows that stand there twice, and reports those that contradict each other: two of one key that begin
/// on one day, or that share days.
pub(crate) fn settle_ranges<T: Ranged, K: Hash + Ord + Clone>(
    rows: &mut [Loaded<T>],
    key: impl Fn(&T) -> K,
    equal: impl Fn(&T, &T) -> bool,
    words: &Words<'_, T>,
    findings: &mut Findings,
) {
    let mut report = |code: Code, first: &Loaded<T>, second: &Loaded<T>| {
        let place = second.value.place();
        findings.cell(place, code, &(words.column)(second.report), || {
            let (about, where_first) = ((words.about)(&second.value), line_of(first.value.place(), place));
            let message = match code {
                Code::DuplicateId => format!("{about} is said twice, first {where_first}"),
                _ => format!("{about} is said for days that another row has, {where_first}"),
            };
            (Problem::new(code, message), (words.value)(&second.value))
        });
    };
    if are_apart(rows, &key) {
        return;
    }
    let same_to = |a: &T, b: &T| a.days() == b.days() && equal(a, b);
    settle_same(
        rows,
        |row| (key(row), row.days().from),
        Ranged::recorded,
        same_to,
        |first, second| {
            report(Code::DuplicateId, first, second);
        },
    );
    for (first, second) in overlapping(rows, &key) {
        if let (Some(a), Some(b)) = (rows.get(first), rows.get(second)) {
            let (a, b) = if a.value.place() <= b.value.place() { (a, b) } else { (b, a) };
            report(Code::OverlappingRange, a, b);
        }
        set(rows, first, State::Bad);
        set(rows, second, State::Bad);
    }
}

/// The rows that hold as known last: of those that begin on one day only the one that became known last.
pub(crate) fn latest<T: Ranged, K: Ord>(rows: &[Loaded<T>], key: impl Fn(&T) -> K) -> BTreeMap<K, Vec<usize>> {
    let mut of_key: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (key, place) in latest_in_order(rows, key) {
        of_key.entry(key).or_default().push(place);
    }
    of_key
}

/// The same in the order of key and first day. Files mostly have their rows in that order, so nothing is looked up.
fn latest_in_order<T: Ranged, K: Ord>(rows: &[Loaded<T>], key: impl Fn(&T) -> K) -> Vec<(K, usize)> {
    let mut all = in_order(rows, key);
    let recorded = |place: usize| rows.get(place).map(|row| row.value.recorded());
    all.dedup_by(|later, kept| {
        let same = (&kept.0, kept.1) == (&later.0, later.1);
        if same && recorded(kept.2) <= recorded(later.2) {
            kept.2 = later.2;
        }
        same
    });
    all.into_iter().map(|(key, _, place)| (key, place)).collect()
}

/// All rows that hold, in the order of key and first day.
fn in_order<T: Ranged, K: Ord>(rows: &[Loaded<T>], key: impl Fn(&T) -> K) -> Vec<(K, NaiveDate, usize)> {
    let good = rows.iter().enumerate().filter(|(_, row)| row.state == State::Good);
    let mut all: Vec<_> = good.map(|(place, row)| (key(&row.value), row.value.days().first(), place)).collect();
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all
}

/// Whether no two rows of one key share a day: then none stands there twice, and nothing is to be settled.
fn are_apart<T: Ranged, K: Ord>(rows: &[Loaded<T>], key: impl Fn(&T) -> K) -> bool {
    // Rows that stand in order are each beside the ones that they might share days with.
    let good = rows.iter().filter(|row| row.state == State::Good).map(|row| &row.value);
    let spans = good.map(|row| (key(row), row.days().first(), row.days().last()));
    if spans.is_sorted_by(|a, b| a.0 < b.0 || a.0 == b.0 && a.2 < b.1) {
        return true;
    }
    let all = in_order(rows, key);
    let last = |place: usize| rows.get(place).map_or(NaiveDate::MAX, |row| row.value.days().last());
    all.iter().zip(all.iter().skip(1)).all(|(a, b)| a.0 != b.0 || last(a.2) < b.1)
}

/// Pairs of rows of one key that share a day.
fn overlapping<T: Ranged, K: Ord>(rows: &[Loaded<T>], key: impl Fn(&T) -> K) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for of_key in latest_in_order(rows, key).chunk_by(|a, b| a.0 == b.0) {
        let mut longest: Option<(usize, NaiveDate)> = None;
        for (_, place) in of_key {
            let Some(row) = rows.get(*place) else { continue };
            let days = row.value.days();
            if let Some((other, _)) = longest.filter(|(_, last)| days.first() <= *last) {
                pairs.push((other, *place));
            }
            if longest.is_none_or(|(_, last)| last < days.last()) {
                longest = Some((*place, days.last()));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> Days {
        Days { from: from.parse().ok(), to: to.parse().ok() }
    }

    #[test]
    fn days_are_taken_out_and_cut() {
        let year = days("2026-01-01", "2026-12-31");
        assert_eq!(
            year.without(&[days("2026-03-01", "2026-03-31"), days("2026-12-01", "")]),
            [days("2026-01-01", "2026-02-28"), days("2026-04-01", "2026-11-30")]
        );
        assert_eq!(Days::ALWAYS.without(&[year]), [days("", "2025-12-31"), days("2027-01-01", "")]);
        assert_eq!(year.without(&[Days::ALWAYS]), []);
        assert_eq!(
            Days::ALWAYS.cut_at(&[year, days("", "2026-06-30")]),
            [
                days("", "2025-12-31"),
                days("2026-01-01", "2026-06-30"),
                days("2026-07-01", "2026-12-31"),
                days("2027-01-01", "")
            ]
        );
        assert!(year.overlaps(days("2026-12-31", "")) && !year.overlaps(days("2027-01-01", "")));
    }
}
