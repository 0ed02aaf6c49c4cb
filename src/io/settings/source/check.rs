//! What sources must be as a whole: required columns, joins that lead somewhere, fixed values that can be read.

use super::super::mapping::Fills;
use super::super::nodes::Entry;
use super::super::section::Notes;
use super::{Kind, Origin, Reader, Source, Sources};
use crate::domain::calendar::{Calendar, PeriodKind};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::{Schema, deal_column, payee_field};
use crate::domain::value::{Column, ColumnType, Columns};
use crate::io::convert::{Cells, Texts};
use crate::io::dialect::Dialect;
use crate::io::findings::Problem;
use crate::io::mapping::{Bound, Mapping, Pick, Reading, Row};
use crate::io::quotas::period_label;
use std::ops::Range;
use std::sync::Arc;

/// Reports the columns that a source of a kind must map and does not.
pub(super) fn required(notes: &mut Notes, kind: Kind, all: &[&str], at: &Range<usize>, written: impl Fn(&str) -> bool) {
    for name in all.iter().filter(|name| !written(name)) {
        notes.error(Code::MissingSetting, at, format!("the columns of `{}` need `{name}`", kind.word()));
    }
    if kind == Kind::Deals && !written("closed") && !written("booked") {
        notes.error(Code::MissingSetting, at, "the columns of `deals` need a date, `closed` or `booked`");
    }
    if kind == Kind::Quotas && !written("period") && !(written("from") && written("to")) {
        notes.error(Code::MissingSetting, at, "the columns of `quotas` need `period`, or `from` and `to`");
    }
}

/// Checks that a value which is the same for every row can be read.
pub(super) fn fixed(
    notes: &mut Notes,
    entry: &Entry,
    mapping: &Mapping,
    reader: &Reader<'_>,
    (kind, fills): (Kind, Fills),
    dialect: &Dialect,
) {
    if !matches!(mapping.pick, Pick::Fixed(_)) {
        return;
    }
    let Some(bound) = Bound::new(mapping, &[], dialect, None, &[]) else { return };
    let cells = Cells { name: &entry.key, bound: &bound };
    let row = Row { line: 0, number: 0, cells: &[] };
    let typed = |kind: ColumnType| Column::standard(&entry.key, kind);
    let own = kind.columns(reader.schema).and_then(|columns| columns.get(columns.position(&entry.key)?));
    let read = |column: &Column| cells.value(&row, column, reader.currency, &mut Texts::default()).map(|_| ());
    let result = match (fills, entry.key.as_str(), own) {
        (Fills::Text, "currency" | "from" | "to", _) => cells.currency(&row).map(|_| ()),
        (_, _, Some(column)) => read(column),
        (Fills::Money, ..) => read(&typed(ColumnType::Money)),
        (Fills::Number, ..) => read(&typed(ColumnType::Number)),
        (Fills::Percent, ..) => read(&typed(ColumnType::Percent)),
        (Fills::Date | Fills::Expected, ..) => read(&typed(ColumnType::Date)),
        (Fills::Period, ..) => period_label(cells, &row, reader.calendar).map(|_| ()),
        _ => Ok(()),
    };
    if let Err(Problem { code, message, help, .. }) = result {
        let mut diagnostic = Diagnostic::error(code, message);
        diagnostic.help = help;
        notes.note(diagnostic, &entry.node.at);
    }
}

/// Checks that ids by row number come from one file: no other source of the kind may say the same ids.
pub(super) fn row_numbers(sources: &Sources, notes: &mut Notes) {
    for list in sources.kinds() {
        let several = list.len() > 1;
        for source in list {
            let several = several || matches!(&source.origin, Origin::Files(files) if files.len() > 1);
            let by_row = source.column("id").filter(|mapping| several && matches!(mapping.pick, Pick::RowLine));
            if let Some(mapping) = by_row {
                let message = "rows of several files would have the same numbers as ids";
                let help = "map a column of ids: row numbers are ids only where one file has all rows of the kind";
                notes.error_help(Code::ConflictingSettings, &mapping.at, message, help);
            }
        }
    }
}

/// Checks that periods by their first day are those of a cycle.
pub(super) fn periods(source: &Source, calendar: &Calendar, notes: &mut Notes) {
    for (_, mapping) in &source.columns {
        let Some(cycle) = &mapping.cycle else { continue };
        if !matches!(calendar.kind(&cycle.value), Some(PeriodKind::Cycle(_))) {
            let message = format!("the calendar has no cycle `{}`", cycle.value);
            let words = calendar.kind_words();
            let cycles = words.iter().map(String::as_str);
            let cycles = cycles.filter(|word| matches!(calendar.kind(word), Some(PeriodKind::Cycle(_))));
            notes.unknown(Code::BadSetting, &cycle.at, message, (&cycle.value, cycles));
        }
    }
}

/// Checks that every join names a file under `[files]`.
pub(super) fn joins(sources: &Sources, notes: &mut Notes) {
    for source in sources.all() {
        for mapping in source.mappings() {
            let Pick::Join(join) = &mapping.pick else { continue };
            if !sources.files.contains_key(&join.file.value) {
                let message = format!("there is no `[files.{}]`", join.file.value);
                let names = sources.files.keys().map(String::as_str);
                notes.unknown(Code::BadSetting, &join.file.at, message, (&join.file.value, names));
            }
        }
    }
}

/// Tells files that are only joined which of their columns are read as percents: what reads them stands in other sources.
pub(super) fn joined_percents(sources: &mut Sources) {
    let mut found: Vec<(String, String)> = Vec::new();
    for mapping in sources.all().flat_map(Source::mappings).filter(|own| own.reading == Some(Reading::Percent)) {
        let Pick::Join(join) = &mapping.pick else { continue };
        let columns = join.pick.columns().into_iter();
        found.extend(columns.map(|column| (join.file.value.clone(), column.value.clone())));
    }
    for (file, column) in found {
        sources.files.get_mut(&file).into_iter().for_each(|source| source.percents.push(column.clone()));
    }
}

/// Checks that no source of deals says its payees in two ways.
pub(super) fn one_way_to_say_shares(sources: &Sources, notes: &mut Notes) {
    for source in &sources.deals {
        if let (Some(mapping), Some(_)) = (source.column("payee"), source.shares.first()) {
            let message = "`payee` and `shares` both say who takes part";
            notes.error_help(
                Code::ConflictingSettings,
                &mapping.at,
                message,
                "`payee` is short for one share of 100 %",
            );
        }
    }
}

/// The schema with what the sources map.
///
/// A column that only some sources of a kind map would be missing in the rows of the others: it must be allowed to.
pub(super) fn mapped(schema: &Schema, sources: &Sources, notes: &mut Notes) -> Schema {
    let mut schema = schema.clone();
    mark(&mut schema.deals, &sources.deals, notes);
    mark(&mut schema.payees, &sources.payees, notes);
    mark(&mut schema.events, &sources.events, notes);
    schema.rate_sets = sources.rates.iter().map(|set| Arc::clone(&set.name)).collect();
    schema.tables = sources.tables.iter().map(|table| table.shape.clone()).collect();
    events_in_columns(&schema, sources, notes);
    if sources.events.is_empty() {
        let of_columns = sources.deals.iter().flat_map(|source| &source.events);
        schema.given_kinds = Some(of_columns.map(|event| Arc::from(event.kind.value.as_str())).collect());
    }
    let maps = |source: &Source, name: &str| source.column(name).is_some();
    let sometimes_blank = |name: &str, other: &str| {
        !sources.deals.is_empty() && !sources.deals.iter().all(|source| maps(source, name) && !maps(source, other))
    };
    for (place, name, other) in [(deal_column::CLOSED, "closed", "booked"), (deal_column::BOOKED, "booked", "closed")] {
        if let Some(column) = schema.deals.0.get_mut(place) {
            column.optional |= sometimes_blank(name, other);
        }
    }
    if let Some(currency) = schema.deals.0.get_mut(deal_column::CURRENCY) {
        currency.mapped = !sources.deals.is_empty(); // a row without one has the company's
    }
    if let Some(id) = schema.payees.0.get_mut(payee_field::ID) {
        id.mapped = true;
    }
    if let Some(manager) = schema.payees.0.get_mut(payee_field::MANAGER) {
        manager.mapped |= !sources.lines.is_empty();
    }
    for source in &sources.fields {
        let only = source.column("field").and_then(|mapping| match &mapping.pick {
            Pick::Fixed(name) => Some(name.value.as_str()),
            _ => None,
        });
        for column in schema.payees.0.iter_mut().filter(|column| only.is_none_or(|only| *column.name == *only)) {
            column.mapped = true;
        }
    }
    schema
}

/// Refuses declared columns of events that events in columns of deals would leave blank.
fn events_in_columns(schema: &Schema, sources: &Sources, notes: &mut Notes) {
    let mut in_columns = sources.deals.iter().flat_map(|source| &source.events);
    let Some(first) = in_columns.next() else { return };
    let filled = |column: &Column| column.optional || column.default.is_some() || !column.mapped;
    for column in schema.events.0.iter().filter(|column| !filled(column)) {
        let message = format!("events in columns of deals have no `{}`", column.name);
        let help = format!("declare it optional or with a default: `columns.events.{}`", column.name);
        notes.error_help(Code::ConflictingSettings, &first.kind.at, message, help);
    }
}

/// Marks the columns that sources map, and refuses those that only some of them do.
fn mark(columns: &mut Columns, sources: &[Source], notes: &mut Notes) {
    for column in &mut columns.0 {
        let (with, without): (Vec<&Source>, Vec<&Source>) =
            sources.iter().partition(|source| source.column(&column.name).is_some());
        column.mapped = !with.is_empty();
        let may_be_missing = column.optional || column.default.is_some();
        let is_date_of_deal = matches!(&*column.name, "closed" | "booked" | "id");
        if with.is_empty() || may_be_missing || is_date_of_deal {
            continue;
        }
        for source in without {
            let message = format!("this source does not map `{}`, another of its kind does", column.name);
            let help =
                format!("map it here too, or declare it optional: `columns.{}.{}`", source.kind.word(), column.name);
            notes.error_help(Code::MissingSetting, &source.at, message, help);
        }
    }
}
