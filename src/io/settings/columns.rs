//! Declared columns: the columns of deals and the fields of payees that plans can name, with their types.

use super::nodes::{Entry, Node, What};
use super::section::{Notes, Said, Section};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::{Schema, deal_column, payee_field};
use crate::domain::value::{Column, ColumnType, Columns, Value, WrittenIn};
use crate::io::dates::DateFormat;
use crate::io::numbers::{NumberStyle, read_number};
use std::sync::Arc;

/// The columns of a kind, and what cannot be declared for it.
struct Target<'a> {
    /// `deals`, `payees` or `events`.
    kind: &'static str,
    columns: &'a mut Columns,
    /// Names that mean something else in a source of that kind.
    reserved: &'static [&'static str],
    /// What `in` means when it is left out: its word, and what stands for it.
    home: (&'static str, WrittenIn),
}

/// The standard columns of events, which are no part of the schema. `kind` may list kinds of one's own.
const OF_EVENTS: [(&str, ColumnType); 11] = [
    ("id", ColumnType::Text),
    ("deal", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("date", ColumnType::Date),
    ("amount", ColumnType::Money),
    ("number", ColumnType::Text),
    ("payee", ColumnType::Text),
    ("component", ColumnType::Text),
    ("reason", ColumnType::Text),
    ("actor", ColumnType::Text),
    ("recorded", ColumnType::Date),
];

/// The standard columns and those that the file declares.
pub(super) fn read(root: &mut Section<'_>, notes: &mut Notes, currency: Currency) -> Schema {
    let mut schema = Schema::standard();
    by_rule(&mut schema, currency);
    let Some(mut section) = root.table(notes, "columns") else { return schema };
    let deals = Target {
        kind: "deals",
        columns: &mut schema.deals,
        reserved: &["payee", "share", "role", "shares", "events"],
        home: ("row", WrittenIn::Row),
    };
    if let Some(entry) = section.entry("deals") {
        declare(notes, entry, deals);
    }
    let payees = Target {
        kind: "payees",
        columns: &mut schema.payees,
        reserved: &["from", "to"],
        home: ("plan", WrittenIn::Plan),
    };
    if let Some(entry) = section.entry("payees") {
        declare(notes, entry, payees);
    }
    if let Some(entry) = section.entry("events") {
        let own = of_events(notes, entry, &mut schema);
        let events =
            Target { kind: "events", columns: &mut schema.events, reserved: &[], home: ("row", WrittenIn::Row) };
        declare_all(notes, own.iter().copied(), events);
    }
    section.close(notes);
    schema
}

/// What holds of standard columns without being said: which of them may be blank, and the currency of a deal whose
/// row does not say one.
fn by_rule(schema: &mut Schema, currency: Currency) {
    use deal_column::{CURRENCY, ENDS, PARENT, RECORDED, STARTS};
    for (place, column) in schema.deals.0.iter_mut().enumerate() {
        column.optional = [STARTS, ENDS, PARENT, RECORDED].contains(&place);
        if place == CURRENCY {
            column.default = Some(Value::Text(Arc::from(currency.code())));
        }
    }
    for (place, column) in schema.payees.0.iter_mut().enumerate() {
        column.optional = place != payee_field::ID;
    }
}

/// Adds the declared columns of a kind.
fn declare(notes: &mut Notes, entry: &Entry, target: Target<'_>) {
    let What::Table(entries) = &entry.node.what else {
        let message = format!("`columns.{}` is a table of columns, not {}", target.kind, entry.node.what.word());
        notes.error(Code::BadSetting, &entry.node.at, message);
        return;
    };
    declare_all(notes, entries.iter(), target);
}

/// What is declared of events, but for what is said of standard columns: kinds of one's own go into the schema.
fn of_events<'e>(notes: &mut Notes, entry: &'e Entry, schema: &mut Schema) -> Vec<&'e Entry> {
    let What::Table(entries) = &entry.node.what else {
        let message = format!("`columns.events` is a table of columns, not {}", entry.node.what.word());
        notes.error(Code::BadSetting, &entry.node.at, message);
        return Vec::new();
    };
    let mut own = Vec::new();
    for entry in entries {
        let Some((name, kind)) = OF_EVENTS.into_iter().find(|(name, _)| *name == entry.key) else {
            own.push(entry);
            continue;
        };
        let mut unread = Schema::standard().events;
        let target = Target { kind: "events", columns: &mut unread, reserved: &[], home: ("row", WrittenIn::Row) };
        let Some(column) = column(notes, entry, &target) else { continue };
        if column.kind != kind {
            let message = format!("`{name}` is a standard column of type `{kind}`");
            notes.error_help(Code::BadSetting, &entry.node.at, message, format!("write `{kind}`"));
        } else if name == "kind" {
            schema.event_kinds = column.values;
        } else if matches!(entry.node.what, What::Table(_)) {
            let message = format!("`{name}` is a standard column of events and needs no declaration");
            notes.error_help(
                Code::BadSetting,
                &entry.at,
                message,
                "only `kind` can be narrowed: its `values` are kinds of your own",
            );
        }
    }
    own
}

/// Adds declared columns.
fn declare_all<'e>(notes: &mut Notes, entries: impl Iterator<Item = &'e Entry>, target: Target<'_>) {
    for entry in entries {
        if !is_name(&entry.key) {
            let message = format!("a column cannot be named `{}`", entry.key);
            let help = "letters, digits and `_`, not beginning with a digit, so that plans can write it";
            notes.error_help(Code::BadSetting, &entry.at, message, help);
        } else if target.reserved.contains(&entry.key.as_str()) {
            let message = format!("`{}` cannot be declared: it has a meaning of its own in {}", entry.key, target.kind);
            notes.error(Code::BadSetting, &entry.at, message);
        } else if let Some(column) = column(notes, entry, &target) {
            match target.columns.position(&entry.key).and_then(|place| target.columns.0.get_mut(place)) {
                None => target.columns.0.push(column),
                Some(standard) => narrow(notes, entry, standard, column),
            }
        }
    }
}

/// Puts what is declared of a standard column in its place.
fn narrow(notes: &mut Notes, entry: &Entry, standard: &mut Column, declared: Column) {
    if standard.kind != declared.kind {
        let message = format!("`{}` is a standard column of type `{}`", entry.key, standard.kind);
        notes.error_help(Code::BadSetting, &entry.node.at, message, format!("write `{}`", standard.kind));
        return;
    }
    standard.optional = declared.optional;
    standard.written_in = declared.written_in;
    standard.values = declared.values;
    standard.declared = true;
    if declared.default.is_some() {
        standard.default = declared.default;
    }
}

/// Whether a plan can write the name.
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// A declared column.
fn column(notes: &mut Notes, entry: &Entry, target: &Target<'_>) -> Option<Column> {
    let standard = Column::standard(&entry.key, ColumnType::Text);
    let mut column = Column { declared: true, written_in: target.home.1, ..standard };
    if let What::Text(word) = &entry.node.what {
        column.kind = column_type(notes, &Said { value: word.clone(), at: entry.node.at.clone() })?;
        return Some(column);
    }
    let mut section = Section::open(notes, &entry.node, format!("the column `{}`", entry.key))?;
    let kind = section.required_text(notes, "type").and_then(|said| column_type(notes, &said));
    column.optional = section.yes_no(notes, "optional").unwrap_or(false);
    if let Some(values) = section.texts(notes, "values") {
        if let (Some(other), Some(listed)) = (kind.filter(|kind| *kind != ColumnType::Text), section.entry("values")) {
            let message = format!("only texts have `values`, and `{}` is of type `{other}`", entry.key);
            notes.error(Code::BadSetting, &listed.at, message);
        } else {
            column.values = values.into_iter().map(|said| Arc::from(said.value)).collect();
        }
    }
    if let Some(said) = section.text(notes, "in") {
        column.written_in = written_in(notes, &said, kind, target);
    }
    let default = section.entry("default");
    section.close(notes);
    column.kind = kind?;
    if let Some(default) = default {
        column.default = default_value(notes, &default.node, &column);
    }
    Some(column)
}

/// The currency in which a column of money is written.
fn written_in(notes: &mut Notes, said: &Said<String>, kind: Option<ColumnType>, target: &Target<'_>) -> WrittenIn {
    let (home, meaning) = target.home;
    if kind.is_some_and(|kind| kind != ColumnType::Money) {
        notes.error(Code::BadSetting, &said.at, "only money is `in` a currency");
    } else if let Some(currency) = Currency::from_code(&said.value) {
        return WrittenIn::Code(currency);
    } else if said.value != home {
        let message = format!(
            "money of {} is `in = \"{home}\"` or in a currency such as `EUR`, not `{}`",
            target.kind, said.value
        );
        notes.unknown(Code::BadSetting, &said.at, message, (&said.value, [home]));
    }
    meaning
}

/// The type of a word.
pub(super) fn column_type(notes: &mut Notes, said: &Said<String>) -> Option<ColumnType> {
    let kind = ColumnType::from_word(&said.value);
    if kind.is_none() {
        let message = format!("there is no column type `{}`", said.value);
        let words = ColumnType::WORDS.iter().map(|(word, _)| *word);
        notes.unknown(Code::BadSetting, &said.at, message, (&said.value, words));
    }
    kind
}

/// What a blank cell of a column means.
fn default_value(notes: &mut Notes, node: &Node, column: &Column) -> Option<Value> {
    let number = |text: &str| read_number(text, NumberStyle::default()).ok();
    let value = match (&node.what, column.kind) {
        (What::Text(text), ColumnType::Text) => Some(Value::Text(Arc::from(text.as_str()))),
        (What::Number(text) | What::Text(text), ColumnType::Money) => number(text).map(Value::Money),
        (What::Number(text) | What::Text(text), ColumnType::Number) => number(text).map(Value::Number),
        (What::Text(text), ColumnType::Percent) => text.strip_suffix('%').and_then(|figures| {
            let mut fraction = number(figures.trim_end())?;
            fraction.set_scale(fraction.scale().checked_add(2)?).ok()?;
            Some(Value::Percent(fraction))
        }),
        (What::Text(text) | What::Date(text), ColumnType::Date) => DateFormat::iso().read(text).ok().map(Value::Date),
        (What::YesNo(yes), ColumnType::YesNo) => Some(Value::YesNo(*yes)),
        _ => None,
    };
    let listed = |text: &str| column.values.is_empty() || column.values.iter().any(|value| **value == *text);
    match &value {
        Some(Value::Text(text)) if !listed(text) => {
            let message = format!("the default `{text}` is not among the `values` of `{}`", column.name);
            notes.unknown(Code::BadSetting, &node.at, message, (text, column.values.iter().map(|value| &**value)));
            None
        }
        Some(_) => value,
        None => {
            let form = match column.kind {
                ColumnType::Percent => "such as `\"8 %\"`",
                ColumnType::Date => "such as `\"2026-01-31\"`",
                ColumnType::YesNo => "`true` or `false`",
                ColumnType::Text => "in quotation marks",
                ColumnType::Money | ColumnType::Number => "such as `1234.56`",
            };
            let message = format!("the default of `{}` is of type `{}`, {form}", column.name, column.kind);
            notes.error(Code::BadSetting, &node.at, message);
            None
        }
    }
}
