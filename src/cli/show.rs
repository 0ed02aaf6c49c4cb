//! Tables for people: payouts with totals for each currency, and the digest that two people compare.

use super::render::clean;
use crate::domain::currency::Currency;
use crate::domain::exact::add;
use crate::domain::exact::grouped;
use crate::project::{Computed, Project};
use crate::run::Outcome;
use crate::run::adjust::{Entry, posts};
use crate::run::settle::Payout;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A table without frames, as wide as it needs to be.
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// A cell of text from a file.
pub fn text(content: &str) -> Cell {
    Cell::new(clean(content))
}

/// A cell of a figure.
pub fn figure(content: impl Into<String>) -> Cell {
    Cell::new(content.into()).set_alignment(CellAlignment::Right)
}

/// A cell of a heading.
pub fn heading(content: &str, right: bool) -> Cell {
    let cell = Cell::new(content).add_attribute(Attribute::Bold);
    if right { cell.set_alignment(CellAlignment::Right) } else { cell }
}

/// The payouts of the periods asked for, with the totals of each currency.
pub fn payouts(project: &Project, computed: &Computed) -> String {
    let (first, last) = computed.asked;
    let mut table = plain_table();
    table.set_header(vec![
        heading("payee", false),
        heading("name", false),
        heading("period", false),
        heading("earned", true),
        heading("payout", true),
        heading("carry", true),
        heading("", false),
    ]);
    let mut totals: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
    for payout in computed.outcome.payouts.iter().filter(|payout| (first..=last).contains(&payout.period)) {
        table.add_row(row(project, computed, payout));
        let total = totals.entry(payout.currency).or_default();
        let sums = (add(total.0, payout.earned), add(total.1, payout.payout));
        if let (Ok(earned), Ok(paid)) = sums {
            *total = (earned, paid);
        }
    }
    for (currency, (earned, paid)) in totals {
        let places = currency.places();
        table.add_row(vec![
            heading("total", false),
            text(""),
            text(""),
            figure(grouped(earned, places)).add_attribute(Attribute::Bold),
            figure(grouped(paid, places)).add_attribute(Attribute::Bold),
            text(""),
            text(currency.code()),
        ]);
    }
    format!("{}\n", trimmed(&table))
}

fn row(project: &Project, computed: &Computed, payout: &Payout) -> Vec<Cell> {
    let places = payout.currency.places();
    let label = computed.outcome.periods.get(payout.period).map_or("", |period| &*period.label);
    vec![
        text(&payout.payee),
        text(project.name(&payout.payee)),
        text(label),
        figure(grouped(payout.earned, places)),
        figure(grouped(payout.payout, places)),
        figure(grouped(payout.carry(), places)),
        text(payout.currency.code()),
    ]
}

/// What closed periods would hold as known now, less what they held: a line for each difference, and the total of each currency.
pub fn since(project: &Project, outcome: &Outcome) -> String {
    let entries: Vec<&Entry> = outcome.entries.iter().filter(|entry| posts(entry)).collect();
    if entries.is_empty() {
        return "as known now: the same\n\n".to_owned();
    }
    let mut table = plain_table();
    let names = [("payee", false), ("component", false), ("deal", false), ("measured", false), ("cause", false)];
    let names = names.into_iter().chain([("earned", true), ("payable", true), ("", false)]);
    table.set_header(names.map(|(name, right)| heading(name, right)).collect::<Vec<_>>());
    let mut totals: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for entry in entries {
        table.add_row(vec![
            text(project.name(&entry.payee)),
            text(&entry.component),
            text(entry.deal.as_ref().map_or("", |(_, id)| id)),
            text(&entry.measured.label),
            text(entry.because()),
            figure(grouped(entry.earned, entry.plan_currency.places())),
            figure(grouped(entry.amount, entry.currency.places())),
            text(entry.currency.code()),
        ]);
        let total = totals.entry(entry.currency).or_default();
        *total = add(*total, entry.amount).unwrap_or(*total);
    }
    let total = |(currency, amount): (&Currency, &Decimal)| {
        format!("{} {}", grouped(*amount, currency.places()), currency.code())
    };
    let totals: Vec<String> = totals.iter().map(total).collect();
    format!("as known now, less what was closed: {}\n{}\n\n", totals.join(", "), trimmed(&table))
}

/// A table as text, without blanks at the ends of lines.
pub fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The digests in their short form, on one line.
pub fn digests(computed: &Computed) -> String {
    let digests = &computed.digests;
    let parts = [
        ("run", &digests.run),
        ("plan", &digests.plan),
        ("data", &digests.data),
        ("people", &digests.people),
        ("project", &digests.project),
        ("result", &digests.result),
    ];
    let short = |hex: &str| hex.chars().take(12).collect::<String>();
    let parts: Vec<String> = parts.into_iter().map(|(name, hex)| format!("{name} {}", short(hex))).collect();
    format!("earnmark {} · {}", crate::run::ENGINE, parts.join(" · "))
}
