//! Digests: SHA-256 over canonical rows of what a run was worked from and of what it gave.
//!
//! A row is a JSON array on one line; a digest is that of its rows sorted bytewise, each ended by a line feed. So file
//! names, order, batching, column order, unmapped columns and the platform do not enter, and two people with equal
//! digests have the same plans, data and payouts.

mod facts;

use crate::domain::currency::Currency;
use crate::domain::exact::fixed;
use crate::domain::facts::Facts;
use crate::domain::sha::{Rows, digest, of_rows, sha256};
use crate::parallel;
use crate::run::adjust::{Entry, posts};
use crate::run::settle::{Payout, settle_lines};
use crate::run::statement::Digests;
use crate::run::{ENGINE, Outcome};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// The version of the form of a result: a change of it is a change of every run digest.
pub const RESULT_FORMAT: u32 = 2;

/// What is digested.
#[derive(Clone, Copy, Debug)]
pub struct Digested<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The digest of what was sold and what happened, of [`data`], where it is known.
    pub data: Option<&'a str>,
    /// The scripts of the plans: path and text.
    pub scripts: &'a [(&'a str, &'a str)],
    /// The settings with their defaults.
    pub settings: &'a [(String, String)],
    /// What the run gave.
    pub outcome: &'a Outcome,
    /// The payout periods asked for, by their places in the outcome.
    pub periods: (usize, usize),
    /// The date up to which facts were known.
    pub as_of: NaiveDate,
    /// The hash of the last row of the ledger, if there is one.
    pub ledger: Option<&'a str>,
    /// What was left out because it was wrong; nothing where all was read.
    pub left_out: Option<&'a LeftOut>,
}

/// Rows that a result was worked without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// How many.
    pub rows: u64,
    digest: String,
}

impl LeftOut {
    /// Rows as `[kind, file, row, cell, …]`; nothing where there are none.
    #[must_use]
    pub fn of(count: u64, rows: &[Vec<String>]) -> Option<Self> {
        let cells = |cells: &Vec<String>| row(&cells.iter().map(|cell| text_of(cell)).collect::<Vec<_>>());
        (count > 0).then(|| Self { rows: count, digest: digest(rows.iter().map(cells)) })
    }

    /// As a run digest has it.
    fn line(&self) -> String {
        format!("incomplete {} {}", self.rows, self.digest)
    }
}

/// The digest of what was sold and what happened, as far as it was known on a day.
#[must_use]
pub fn data(facts: &Facts, as_of: NaiveDate) -> String {
    of_rows(facts::data(facts, as_of).iter().flat_map(Rows::iter))
}

impl Digested<'_> {
    fn asked(&self) -> RangeInclusive<usize> {
        self.periods.0..=self.periods.1
    }

    /// Works all digests.
    #[must_use]
    pub fn digests(&self) -> Digests {
        let plan =
            digest(self.scripts.iter().map(|(path, text)| row(&[text_of("plan"), text_of(path), made(plain(text))])));
        let people = digest(facts::people(self.facts).into_iter());
        let settings =
            self.settings.iter().map(|(key, value)| row(&[text_of("project"), text_of(key), text_of(value)]));
        let project = digest(settings.chain(facts::tables(self.facts)));
        let (data, result) = parallel::both(
            || self.data.map_or_else(|| data(self.facts, self.as_of), str::to_owned),
            || digest(self.result_rows().into_iter()),
        );
        let run = self.run(&[("data", &data), ("people", &people), ("plan", &plan), ("project", &project)], &result);
        Digests { plan, data, people, project, result, run, close: None }
    }

    fn run(&self, parts: &[(&str, &String)], result: &str) -> String {
        let label = |place: usize| self.outcome.periods.get(place).map_or("", |period| &*period.label);
        let mut lines = format!("earnmark {ENGINE} {RESULT_FORMAT}\n");
        for (name, digest) in parts {
            lines.push_str(&format!("{name} {digest}\n"));
        }
        let (first, last) = self.periods;
        lines.push_str(&format!(
            "ledger {}\nperiod {}..{}\nas-of {}\n{}\nresult {result}\n",
            self.ledger.unwrap_or("none"),
            label(first),
            label(last),
            self.as_of,
            self.left_out.map_or_else(|| "complete".to_owned(), LeftOut::line)
        ));
        sha256(lines.as_bytes())
    }

    fn result_rows(&self) -> Vec<String> {
        let asked = self.asked();
        let label = |place: usize| self.outcome.periods.get(place).map_or("", |period| &*period.label);
        let entries = self.outcome.entries.iter().filter(|entry| asked.contains(&entry.payout) && posts(entry));
        let mut rows: Vec<String> = entries.map(|entry| entry_row(entry, label(entry.payout))).collect();
        for payout in self.outcome.payouts.iter().filter(|payout| asked.contains(&payout.period)) {
            rows.extend(settle_rows(payout, label(payout.period)));
        }
        rows
    }
}

fn settle_rows(payout: &Payout, period: &str) -> Vec<String> {
    let money = |amount: Decimal| made(amount_of(amount, payout.currency));
    let lines = settle_lines(payout);
    let rows = lines.into_iter().map(|(step, amount)| {
        row(&[
            text_of("settle"),
            text_of(&payout.payee),
            text_of(period),
            text_of(payout.currency.code()),
            text_of(step),
            money(amount),
        ])
    });
    rows.collect()
}

fn entry_row(entry: &Entry, period: &str) -> String {
    row(&[
        text_of("entry"),
        text_of(&entry.payee),
        text_of(period),
        text_of(&entry.component),
        entry.deal.as_ref().and_then(|(_, id)| text_of(id)),
        made(amount_of(entry.amount, entry.currency)),
        text_of(entry.currency.code()),
        text_of(&entry.plan),
        text_of(&entry.measured.label),
        text_of(entry.kind.code()),
        text_of(entry.because()),
        made(amount_of(entry.earned, entry.plan_currency)),
        made(amount_of(entry.payable, entry.plan_currency)),
        text_of(entry.plan_currency.code()),
    ])
}

fn amount_of(amount: Decimal, currency: Currency) -> String {
    fixed(amount, currency.places())
}

/// A cell of a row; most are texts that stand somewhere.
type Cell<'f> = Option<Cow<'f, str>>;

fn text_of(text: &str) -> Cell<'_> {
    Some(Cow::Borrowed(text))
}

fn made(text: String) -> Cell<'static> {
    Some(Cow::Owned(text))
}

/// A script's text as it is digested: without byte-order mark, line ends as line feeds.
fn plain(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// A row: `["kind","value",null]`, with only `"`, `\` and control characters escaped.
fn row(cells: &[Cell<'_>]) -> String {
    let mut row = String::new();
    write_row(&mut row, cells.iter().cloned());
    row
}

/// The same, written behind a text.
fn write_row<'c>(row: &mut String, cells: impl IntoIterator<Item = Cell<'c>>) {
    row.push('[');
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            row.push(',');
        }
        match cell {
            Some(text) => quoted(row, &text),
            None => row.push_str("null"),
        }
    }
    row.push(']');
}

fn quoted(row: &mut String, text: &str) {
    row.push('"');
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        row.push_str(text);
    } else {
        for c in text.chars() {
            match c {
                '"' => row.push_str("\\\""),
                '\\' => row.push_str("\\\\"),
                c if u32::from(c) < 0x20 => row.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => row.push(c),
            }
        }
    }
    row.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_escape_only_what_they_must() {
        assert_eq!(row(&[text_of("a\"b\\c\nربح"), None]), "[\"a\\\"b\\\\c\\u000aربح\",null]");
    }

    #[test]
    fn a_digest_does_not_depend_on_order() {
        let rows = |list: &[&str]| digest(list.iter().map(|text| (*text).to_owned()));
        assert_eq!(rows(&["b", "a"]), rows(&["a", "b"]));
        // printf 'a\nb\n' | sha256sum
        assert_eq!(rows(&["b", "a"]), "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
    }
}
