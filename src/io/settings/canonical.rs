//! The project's part of the digest: every setting by its full name, with its default filled in.

use super::{FORMAT, Settings};
use crate::domain::calendar::{LabelYear, Pattern};
use crate::domain::currency::Currency;
use crate::domain::value::{Column, ColumnType, WrittenIn};

/// The rows, ordered by name. Lists are JSON; those without a meaning of their order are sorted.
pub(super) fn rows(settings: &Settings) -> Vec<(String, String)> {
    let mut rows = vec![
        ("format".to_owned(), FORMAT.to_string()),
        ("company.currency".to_owned(), settings.company.currency.to_string()),
        ("plans.folder".to_owned(), settings.plans.folder.clone()),
        (
            "plans.files".to_owned(),
            names(settings.plans.files.as_ref().map(|list| list.iter().map(|said| said.value.as_str()))),
        ),
        (
            "plans.everyone".to_owned(),
            names(settings.plans.everyone.as_ref().map(|list| list.iter().map(|said| said.value.as_str()))),
        ),
        ("roles.list".to_owned(), names(settings.roles.list.as_ref().map(|list| list.iter().map(String::as_str)))),
        ("roles.overlay".to_owned(), names(Some(settings.roles.overlay.iter().map(String::as_str)))),
        ("roles.undivided".to_owned(), settings.roles.undivided.to_string()),
        ("settle.clawback".to_owned(), if settings.check.clawbacks { "required" } else { "warn" }.to_owned()),
        ("settle.approvals".to_owned(), settings.approvals.to_string()),
    ];
    let period = settings.ledger_period.as_ref().map_or("shortest", |kind| kind.word());
    rows.push(("ledger.period".to_owned(), period.to_owned()));
    calendar(settings, &mut rows);
    if !settings.schema.event_kinds.is_empty() {
        let kinds = settings.schema.event_kinds.iter().map(|kind| &**kind);
        rows.push(("columns.events.kind.values".to_owned(), names(Some(kinds))));
    }
    for set in &settings.sources.rates {
        let base = set.base.map_or("none", Currency::code);
        rows.push((format!("rates.{}.base", set.name), base.to_owned()));
        rows.push((format!("rates.{}.rate_age", set.name), set.rate_age.to_string()));
    }
    let schema = &settings.schema;
    for (kind, columns) in [("deals", &schema.deals), ("payees", &schema.payees), ("events", &schema.events)] {
        for declared in columns.0.iter().filter(|column| column.declared) {
            column(kind, declared, &mut rows);
        }
    }
    if let Some(journal) = &settings.outputs.journal {
        rows.push(("journal".to_owned(), json(journal)));
    }
    rows.sort();
    rows
}

/// The settings of the calendar.
fn calendar(settings: &Settings, rows: &mut Vec<(String, String)>) {
    let calendar = &settings.calendar_settings;
    let word = LabelYear::WORDS.iter().find(|(_, year)| *year == calendar.label_year).map_or("", |(word, _)| word);
    rows.push(("calendar.label_year".to_owned(), word.to_owned()));
    let pattern = calendar.pattern.and_then(|pattern| Pattern::WORDS.into_iter().find(|(_, known)| *known == pattern));
    rows.push(("calendar.pattern".to_owned(), pattern.map_or("none", |(word, _)| word).to_owned()));
    let start = match calendar.pattern {
        Some(_) => "none".to_owned(), // the year's starts say it
        None => format!("{:02}-01", calendar.fiscal_start_month),
    };
    rows.push(("calendar.fiscal_start".to_owned(), start));
    let dates = |list: &[chrono::NaiveDate]| json(&list.iter().map(ToString::to_string).collect::<Vec<_>>());
    rows.push(("calendar.year_starts".to_owned(), dates(&calendar.year_starts)));
    for (name, cycle) in &calendar.cycles {
        rows.push((format!("calendar.cycles.{name}.starts"), dates(&cycle.starts)));
        rows.push((format!("calendar.cycles.{name}.end"), cycle.end.to_string()));
    }
}

/// The settings of a declared column.
fn column(kind: &str, column: &Column, rows: &mut Vec<(String, String)>) {
    let name = |setting: &str| format!("columns.{kind}.{}.{setting}", column.name);
    rows.push((name("type"), column.kind.word().to_owned()));
    rows.push((name("optional"), column.optional.to_string()));
    if column.kind == ColumnType::Money {
        let home = match column.written_in {
            WrittenIn::Row => "row",
            WrittenIn::Plan => "plan",
            WrittenIn::Code(currency) => currency.code(),
        };
        rows.push((name("in"), home.to_owned()));
    }
    rows.push((
        name("default"),
        column.default.as_ref().map_or_else(|| "none".to_owned(), |value| json(&value.canonical())),
    ));
    rows.push((
        name("values"),
        if column.values.is_empty() {
            "any".to_owned()
        } else {
            names(Some(column.values.iter().map(|value| &**value)))
        },
    ));
}

/// A list without an order; `any` where there is none.
fn names<'a>(list: Option<impl Iterator<Item = &'a str>>) -> String {
    let Some(list) = list else { return "any".to_owned() };
    let mut list: Vec<&str> = list.collect();
    list.sort_unstable();
    json(&list)
}

/// A value as JSON on one line.
fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
