//! Sources with names of their own: sets of exchange rates, `[rates.NAME]`, and tables, `[tables.NAME]`.

use super::super::mapping::{self, Fills};
use super::super::nodes::{Entry, Node, What};
use super::super::section::{Notes, Said, Section};
use super::kind::fills_of;
use super::{Kind, RateSource, Reader, Source, TableSource, check};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::TableShape;
use crate::domain::value::ColumnType;
use crate::io::dialect::Dialect;
use crate::io::mapping::Mapping;
use crate::io::settings::general::bad_currency;
use std::sync::Arc;

/// How the value of a table is said.
const VALUE_HELP: &str = "say its column and its type: `value = { column = \"rate\", type = \"percent\" }`";

/// How many days a rate holds after its date where the set does not say.
const RATE_AGE: u32 = 7;

/// The entries of a table of named tables.
fn named<'a>(root: &mut Section<'a>, notes: &mut Notes, key: &'static str) -> &'a [Entry] {
    let Some(entry) = root.entry(key) else { return &[] };
    let What::Table(entries) = &entry.node.what else {
        let message = format!("`{key}` is a table of tables by name: `[{key}.NAME]`");
        notes.error(Code::BadSetting, &entry.node.at, message);
        return &[];
    };
    if let Some(setting) = entries.iter().find(|entry| matches!(entry.key.as_str(), "file" | "columns" | "rows")) {
        let message = format!("`{key}` have names, and `{}` stands outside one", setting.key);
        notes.error_help(Code::BadSetting, &entry.at, message, format!("write `[{key}.NAME]`"));
        return &[];
    }
    entries
}

impl Reader<'_> {
    /// The sets of exchange rates.
    pub(super) fn rate_sets(&self, root: &mut Section<'_>, notes: &mut Notes, defaults: &Dialect) -> Vec<RateSource> {
        named(root, notes, "rates").iter().map(|entry| self.rate_set(notes, entry, defaults)).collect()
    }

    /// A set of exchange rates: one source, or several that say the same of it.
    fn rate_set(&self, notes: &mut Notes, entry: &Entry, defaults: &Dialect) -> RateSource {
        let nodes = match &entry.node.what {
            What::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(&entry.node),
        };
        let mut set: Option<RateSource> = None;
        for node in nodes {
            let Some((said, sources)) = self.rate_source(notes, entry, node, defaults) else { continue };
            match &mut set {
                None => {
                    let name = Arc::from(entry.key.as_str());
                    set = Some(RateSource { name, base: said.0, rate_age: said.1, sources });
                }
                Some(set) => {
                    if (set.base, set.rate_age) != said {
                        let message = format!("the sources of `rates.{}` say another `base` or `rate_age`", entry.key);
                        notes.error_help(Code::ConflictingSettings, &node.at, message, "say the same in each of them");
                    }
                    set.sources.extend(sources);
                }
            }
        }
        let none =
            || RateSource { name: Arc::from(entry.key.as_str()), base: None, rate_age: RATE_AGE, sources: Vec::new() };
        set.unwrap_or_else(none)
    }

    /// One source of a set, and what it says of the set: base and age.
    #[expect(clippy::type_complexity, reason = "a pair of pairs that is taken apart at once")]
    fn rate_source(
        &self,
        notes: &mut Notes,
        entry: &Entry,
        node: &Node,
        defaults: &Dialect,
    ) -> Option<((Option<Currency>, u32), Vec<Source>)> {
        let mut section = Section::open(notes, node, format!("`rates.{}`", entry.key))?;
        section.at = entry.at.clone();
        let base = section.text(notes, "base").and_then(|said| {
            let currency = Currency::from_code(&said.value);
            if currency.is_none() {
                bad_currency(notes, "base", &said);
            }
            currency
        });
        let age = section.count(notes, "rate_age").map_or(RATE_AGE, |age| u32::try_from(age.value).unwrap_or(u32::MAX));
        let wide = section.word(notes, "layout", &[("long", false), ("wide", true)]).unwrap_or(false);
        if wide && section.entry("base").is_none() {
            section.missing(notes, "base");
        }
        let known: Vec<(String, Fills)> = match wide {
            true => [("date", Fills::Date), ("until", Fills::Date), ("recorded", Fills::Date)]
                .map(|(name, fills)| (name.to_owned(), fills))
                .to_vec(),
            false => Kind::Rates.known_columns(self.schema),
        };
        let required = if wide { &["date"] } else { Kind::Rates.required() };
        let what = (Kind::Rates, entry.key.as_str());
        let source = self.parts(&mut section, notes, what, defaults, |section, notes, dialect| {
            self.columns(section, notes, (Kind::Rates, known, required), dialect)
        });
        section.close(notes);
        Some(((base, age), source.map(|source| Source { wide, ..source }).into_iter().collect()))
    }

    /// The tables that plans look up.
    pub(super) fn tables(&self, root: &mut Section<'_>, notes: &mut Notes, defaults: &Dialect) -> Vec<TableSource> {
        named(root, notes, "tables").iter().filter_map(|entry| self.table(notes, entry, defaults)).collect()
    }

    /// A table.
    fn table(&self, notes: &mut Notes, entry: &Entry, defaults: &Dialect) -> Option<TableSource> {
        let mut section = Section::open(notes, &entry.node, format!("`tables.{}`", entry.key))?;
        section.at = entry.at.clone();
        let keys = keys(&mut section, notes);
        let value = value(&mut section, notes);
        let any = section.text(notes, "any").map_or_else(|| "*".to_owned(), |said| said.value);
        let mut days = Vec::new();
        for name in ["from", "to"] {
            if let Some(mapping) = section.entry(name).and_then(|entry| mapping::read(notes, entry, Fills::Date)) {
                days.push((Said { value: name.to_owned(), at: mapping.at.clone() }, mapping));
            }
        }
        let known: Vec<(String, Fills)> =
            keys.iter().map(|(name, kind)| (name.value.clone(), fills_of(*kind))).collect();
        let mut mapped = Vec::new();
        let what = (Kind::Table, entry.key.as_str());
        let source = self.parts(&mut section, notes, what, defaults, |section, notes, dialect| {
            if section.entry("columns").is_some() {
                mapped = self.columns(section, notes, (Kind::Table, known, &[]), dialect);
            }
            Vec::new()
        });
        section.close(notes);
        let (kind, mapping) = value?;
        let mut source = source?;
        source.columns = days;
        source.columns.push((Said { value: "value".to_owned(), at: mapping.at.clone() }, mapping));
        let of_key = |name: &Said<String>| {
            let own = mapped.iter().find(|(key, _)| key.value == name.value).map(|(_, mapping)| mapping.clone());
            own.unwrap_or_else(|| mapping::of_column(name))
        };
        let mappings: Vec<Mapping> = keys.iter().map(|(name, _)| of_key(name)).collect();
        // The keys are columns of the source too, so that its header is compared with them.
        let columns = keys.iter().zip(&mappings);
        source.columns.extend(columns.map(|((name, _), mapping)| {
            (Said { value: format!("keys.{}", name.value), at: name.at.clone() }, mapping.clone())
        }));
        check::periods(&source, self.calendar, notes);
        let shape = TableShape {
            name: Arc::from(entry.key.as_str()),
            keys: keys.iter().map(|(name, kind)| (Arc::from(name.value.as_str()), *kind)).collect(),
            value: kind,
        };
        (!shape.keys.is_empty()).then_some(TableSource { shape, any, keys: mappings, source })
    }
}

/// The type of a word.
fn type_of(notes: &mut Notes, said: &Said<String>) -> Option<ColumnType> {
    crate::io::settings::columns::column_type(notes, said)
}

/// The keys of a table, in order.
fn keys(section: &mut Section<'_>, notes: &mut Notes) -> Vec<(Said<String>, ColumnType)> {
    let Some(entry) = section.entry("keys") else {
        section.missing(notes, "keys");
        return Vec::new();
    };
    let What::Table(entries) = &entry.node.what else {
        let message = format!("`keys` is a table of columns, not {}", entry.node.what.word());
        let help = "name each with its type: `keys = { level = \"text\", product = \"text\" }`";
        notes.error_help(Code::BadSetting, &entry.node.at, message, help);
        return Vec::new();
    };
    if entries.is_empty() {
        notes.error(Code::BadSetting, &entry.node.at, "`keys` names no column, and a lookup has at least one");
    }
    let key = |entry: &Entry| {
        let said = super::super::section::text_of(notes, &entry.node, &entry.key)?;
        let kind = type_of(notes, &said)?;
        Some((Said { value: entry.key.clone(), at: entry.at.clone() }, kind))
    };
    entries.iter().filter_map(key).collect()
}

/// The value of a table: its type, and where it comes from.
fn value(section: &mut Section<'_>, notes: &mut Notes) -> Option<(ColumnType, Mapping)> {
    let Some(entry) = section.entry("value") else {
        section.missing(notes, "value");
        return None;
    };
    let What::Table(entries) = &entry.node.what else {
        let message = format!("`value` is a table, not {}", entry.node.what.word());
        notes.error_help(Code::BadSetting, &entry.node.at, message, VALUE_HELP);
        return None;
    };
    let Some(said) = entries.iter().find(|entry| entry.key == "type") else {
        let message = "the value of a table needs its `type`";
        notes.error_help(Code::MissingSetting, &entry.node.at, message, VALUE_HELP);
        return None;
    };
    let said = super::super::section::text_of(notes, &said.node, "type")?;
    let kind = type_of(notes, &said)?;
    let rest = entries.iter().filter(|entry| entry.key != "type").cloned().collect();
    let node = Node { at: entry.node.at.clone(), what: What::Table(rest) };
    Some((kind, mapping::read_node(notes, &node, "value", fills_of(kind))?))
}
