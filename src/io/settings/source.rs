//! Sources: which files there are of each kind, how they are written, and what their columns mean.

use super::mapping::{self, Fills};
use super::nodes::{Entry, Node, What};
use super::section::{Notes, Said, Section};
use super::{Roles, Sources};
use crate::domain::calendar::Calendar;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::{Schema, TableShape};
use crate::io::dialect::Dialect;
use crate::io::mapping::Mapping;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

mod check;
mod kind;
mod origin;
mod rows;
mod sets;
pub use kind::Kind;
pub(super) use origin::{date_formats, inside, outside};

/// Where the rows of a source are.
#[derive(Clone, Debug)]
pub enum Origin {
    /// In these files, all of them together.
    Files(Vec<Said<String>>),
    /// In the settings themselves, each with its line.
    Rows(Vec<(u64, Vec<String>)>),
}

/// What a missing row means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// The files are the whole table.
    #[default]
    Complete,
    /// Absence says nothing.
    Changes,
}

/// Whether some source of a list tells changes alone: what is missing from its files is then not gone.
#[must_use]
pub fn tells_changes<'s>(sources: impl IntoIterator<Item = &'s Source>) -> bool {
    sources.into_iter().any(|source| source.export == Export::Changes)
}

/// What a row must be to be taken.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The column of the file.
    pub column: Said<String>,
    /// What its cell must be.
    pub test: Test,
}

/// What a cell must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// One of these texts.
    AnyOf(Vec<String>),
    /// None of these texts.
    NoneOf(Vec<String>),
    /// Blank, or not blank.
    Blank(bool),
    /// A date from a day to a day, both included.
    Days(Option<NaiveDate>, Option<NaiveDate>),
}

/// A place for a payee on the row of a deal.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its bytes in the settings.
    pub at: Range<usize>,
    /// The payee.
    pub payee: Mapping,
    /// The part; `None`: what the others leave.
    pub share: Option<Mapping>,
    /// The role.
    pub role: Option<String>,
}

/// Events that stand in columns on the row of a deal.
#[derive(Clone, Debug)]
pub struct EventColumns {
    /// The kind of the events.
    pub kind: Said<String>,
    /// The day; a row without one has no such event.
    pub date: Mapping,
    /// The amount.
    pub amount: Option<Mapping>,
}

/// How rows that cancel deals find them: by their key, and the quantity that they take back.
#[derive(Clone, Debug)]
pub struct Matching {
    /// The columns that are equal on both.
    pub key: Vec<Said<String>>,
    /// The column of the quantity, negative on rows that cancel.
    pub quantity: Said<String>,
    /// The column that tells that a row cancels.
    pub column: Said<String>,
    /// How its text begins where it does.
    pub prefix: String,
}

/// A set of exchange rates.
#[derive(Clone, Debug)]
pub struct RateSource {
    /// Its name.
    pub name: Arc<str>,
    /// The currency for 1 of which others are quoted.
    pub base: Option<Currency>,
    /// How many days a rate holds after its date.
    pub rate_age: u32,
    /// Where its rates are.
    pub sources: Vec<Source>,
}

/// A table that plans look up.
#[derive(Clone, Debug)]
pub struct TableSource {
    /// What it is made of.
    pub shape: TableShape,
    /// The text that fits every key.
    pub any: String,
    /// Where its keys come from, in their order.
    pub keys: Vec<Mapping>,
    /// Where its rows are; its columns are `value`, `from`, `to`.
    pub source: Source,
}

/// One source of rows.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it holds.
    pub kind: Kind,
    /// Its name, of a file that is only joined.
    pub name: String,
    /// The bytes of its name in the settings.
    pub at: Range<usize>,
    /// Where the rows are.
    pub origin: Origin,
    /// The sheet of a workbook, the list in a JSON object; `None`: the first, the whole.
    pub sheet: Option<Said<String>>,
    /// The query over a database.
    pub sql: Option<Said<String>>,
    /// How the files are written.
    pub dialect: Dialect,
    /// The columns, in order, in place of a header.
    pub names: Option<Vec<String>>,
    /// The rows to take.
    pub filter: Vec<Condition>,
    /// What a missing row means.
    pub export: Export,
    /// Our columns and where they come from.
    pub columns: Vec<(Said<String>, Mapping)>,
    /// Of deals: who takes part.
    pub shares: Vec<Slot>,
    /// Of deals: events in columns of their own.
    pub events: Vec<EventColumns>,
    /// Of deals: how rows that cancel others find them.
    pub matching: Option<Matching>,
    /// Of exchange rates: whether a row is a day, with a column for each currency.
    pub wide: bool,
    /// Our columns whose values also name payees; `None`: by rule.
    pub payees_from: Option<Vec<Said<String>>>,
    /// Of a file that is only joined: its columns that joins read as percents.
    pub percents: Vec<String>,
}

impl Source {
    /// A file alone, of which nothing is said.
    pub(crate) fn of_file(name: &str) -> Self {
        Self {
            kind: Kind::File,
            name: name.to_owned(),
            at: 0..0,
            origin: Origin::Files(Vec::new()),
            sheet: None,
            sql: None,
            dialect: Dialect::default(),
            names: None,
            filter: Vec::new(),
            export: Export::default(),
            columns: Vec::new(),
            shares: Vec::new(),
            events: Vec::new(),
            matching: None,
            wide: false,
            payees_from: None,
            percents: Vec::new(),
        }
    }

    /// The mapping of one of our columns.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Mapping> {
        self.columns.iter().find(|(column, _)| column.value == name).map(|(_, mapping)| mapping)
    }

    /// All mappings: of columns, of the places for payees, of events in columns.
    pub(crate) fn mappings(&self) -> impl Iterator<Item = &Mapping> {
        let of_slots = self.shares.iter().flat_map(|slot| std::iter::once(&slot.payee).chain(&slot.share));
        let of_events = self.events.iter().flat_map(|event| std::iter::once(&event.date).chain(&event.amount));
        self.columns.iter().map(|(_, mapping)| mapping).chain(of_slots).chain(of_events)
    }

    /// The columns of its files that it names.
    pub(crate) fn named_columns(&self) -> impl Iterator<Item = &Said<String>> {
        let filtered = self.filter.iter().map(|condition| &condition.column);
        let matched = self.matching.iter().flat_map(|own| own.key.iter().chain([&own.quantity, &own.column]));
        self.mappings().flat_map(|mapping| mapping.pick.columns()).chain(filtered).chain(matched)
    }

    /// Whether a header has each column that it names, and has it once.
    pub(crate) fn is_met_by(&self, header: &[String]) -> bool {
        let once = |name: &Said<String>| header.iter().filter(|column| **column == name.value).count() == 1;
        self.named_columns().all(once)
    }
}

/// What the sources of a project are read with.
pub(super) struct Reader<'a> {
    /// The columns that plans can name.
    pub schema: &'a Schema,
    /// Periods.
    pub calendar: &'a Calendar,
    /// Roles that deals may name.
    pub roles: &'a Roles,
    /// The company's currency.
    pub currency: Currency,
}

impl Reader<'_> {
    /// All sources, and the schema with what they map.
    pub fn read_all(&self, root: &mut Section<'_>, notes: &mut Notes) -> (Sources, Schema) {
        let defaults = root.table(notes, "sources").map_or_else(Dialect::default, |mut section| {
            let dialect = origin::dialect(&mut section, notes, &Dialect::default());
            section.close(notes);
            dialect
        });
        let mut sources = Sources::default();
        for kind in Kind::ALL {
            let list = self.of_kind(root, notes, kind, &defaults);
            *sources.list(kind) = list;
        }
        sources.rates = self.rate_sets(root, notes, &defaults);
        sources.tables = self.tables(root, notes, &defaults);
        sources.files = self.files(root, notes, &defaults);
        check::joins(&sources, notes);
        check::joined_percents(&mut sources);
        check::row_numbers(&sources, notes);
        check::one_way_to_say_shares(&sources, notes);
        let schema = check::mapped(self.schema, &sources, notes);
        (sources, schema)
    }

    /// The sources of a kind: one table, or several.
    fn of_kind(&self, root: &mut Section<'_>, notes: &mut Notes, kind: Kind, defaults: &Dialect) -> Vec<Source> {
        let Some(entry) = root.entry(kind.word()) else { return Vec::new() };
        let nodes = match &entry.node.what {
            What::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(&entry.node),
        };
        nodes.iter().filter_map(|node| self.source(notes, (kind, "", &entry.at), node, defaults)).collect()
    }

    /// The files that are only joined.
    fn files(&self, root: &mut Section<'_>, notes: &mut Notes, defaults: &Dialect) -> BTreeMap<String, Source> {
        let Some(entry) = root.entry("files") else { return BTreeMap::new() };
        let What::Table(entries) = &entry.node.what else {
            notes.error(Code::BadSetting, &entry.node.at, "`files` is a table of files by name: `[files.NAME]`");
            return BTreeMap::new();
        };
        let read = |entry: &Entry| {
            let source = self.source(notes, (Kind::File, &entry.key, &entry.at), &entry.node, defaults);
            source.map(|source| (entry.key.clone(), source))
        };
        entries.iter().filter_map(read).collect()
    }

    /// One source.
    fn source(
        &self,
        notes: &mut Notes,
        (kind, name, at): (Kind, &str, &Range<usize>),
        node: &Node,
        defaults: &Dialect,
    ) -> Option<Source> {
        let what = if name.is_empty() { format!("`{}`", kind.word()) } else { format!("`files.{name}`") };
        let mut section = Section::open(notes, node, what)?;
        section.at = at.clone();
        let source = self.parts(&mut section, notes, (kind, name), defaults, |section, notes, dialect| match kind {
            Kind::File => Vec::new(),
            _ => self.columns(section, notes, (kind, kind.known_columns(self.schema), kind.required()), dialect),
        });
        section.close(notes);
        let source = source?;
        check::periods(&source, self.calendar, notes);
        Some(source)
    }

    /// What every source has; `columns` reads what its columns mean.
    fn parts(
        &self,
        section: &mut Section<'_>,
        notes: &mut Notes,
        (kind, name): (Kind, &str),
        defaults: &Dialect,
        columns: impl FnOnce(&mut Section<'_>, &mut Notes, &Dialect) -> Vec<(Said<String>, Mapping)>,
    ) -> Option<Source> {
        let dialect = origin::dialect(section, notes, defaults);
        let names =
            section.texts(notes, "names").map(|list| list.into_iter().map(|said| said.value).collect::<Vec<_>>());
        let origin = origin::origin(section, notes, names.as_deref());
        let (sheet, sql) = origin::inside_files(section, notes, origin.as_ref());
        if !dialect.header && names.is_none() && origin::has_lines(origin.as_ref()) {
            section.missing(notes, "names");
        }
        let filter = section.entry("filter").map(|entry| origin::filter(notes, &entry.node)).unwrap_or_default();
        let exports = [("complete", Export::Complete), ("changes", Export::Changes)];
        let export = section.word(notes, "export", &exports).unwrap_or_default();
        if export == Export::Changes && matches!(kind, Kind::Fields | Kind::Pipeline | Kind::Table | Kind::File) {
            let message = format!("`export = \"changes\"`: of `{}` all rows are read each time", kind.word());
            let help = "leave `export` out, and give the files whole";
            notes.error_help(Code::BadSetting, &section.at, message, help);
        }
        let columns = columns(section, notes, &dialect);
        let on_deals = kind == Kind::Deals;
        let shares = if on_deals { self.slots(section, notes) } else { Vec::new() };
        let events = if on_deals { self.event_columns(section, notes) } else { Vec::new() };
        let payees_from = section.texts(notes, "payees_from");
        for said in payees_from.iter().flatten().filter(|said| !kind.payee_columns().contains(&said.value.as_str())) {
            let message = format!("`{}` is no column of payees in `{}`", said.value, kind.word());
            notes.unknown(Code::BadSetting, &said.at, message, (&said.value, kind.payee_columns().iter().copied()));
        }
        let matching = if on_deals { rows::matching(section, notes) } else { None };
        Some(Source {
            kind,
            name: name.to_owned(),
            at: section.at.clone(),
            origin: origin?,
            sheet,
            sql,
            dialect,
            names,
            filter,
            export,
            columns,
            shares,
            events,
            matching,
            wide: false,
            payees_from,
            percents: Vec::new(),
        })
    }

    /// Our columns and where they come from: of those that the kind knows.
    fn columns(
        &self,
        section: &mut Section<'_>,
        notes: &mut Notes,
        (kind, known, required): (Kind, Vec<(String, Fills)>, &[&str]),
        dialect: &Dialect,
    ) -> Vec<(Said<String>, Mapping)> {
        let Some(entry) = section.entry("columns") else {
            section.missing(notes, "columns");
            return Vec::new();
        };
        let What::Table(entries) = &entry.node.what else {
            let message = format!("`columns` is a table, `{{ ours = \"theirs\" }}`, not {}", entry.node.what.word());
            notes.error(Code::BadSetting, &entry.node.at, message);
            return Vec::new();
        };
        let mut columns = Vec::new();
        for entry in entries {
            let Some((_, fills)) = known.iter().find(|(name, _)| *name == entry.key) else {
                self.unknown_column(notes, kind, entry, &known);
                continue;
            };
            if let Some(mapping) = mapping::read(notes, entry, *fills) {
                check::fixed(notes, entry, &mapping, self, (kind, *fills), dialect);
                columns.push((Said { value: entry.key.clone(), at: entry.at.clone() }, mapping));
            }
        }
        let written = |name: &str| entries.iter().any(|entry| entry.key == name);
        check::required(notes, kind, required, &entry.at, written);
        columns
    }

    /// Reports a column that is neither standard nor declared.
    fn unknown_column(&self, notes: &mut Notes, kind: Kind, entry: &Entry, known: &[(String, Fills)]) {
        if entry.key == "recorded" {
            notes.later(&format!("recorded` of `{}", kind.word()), &entry.at);
            return;
        }
        let message = format!("`{}` is no column of {}", entry.key, kind.word());
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let declarable = kind.is_declarable();
        match crate::domain::diagnostic::nearest(&entry.key, names.iter().copied()) {
            None if declarable => {
                let help =
                    format!("declare it: `columns.{}.{} = \"text\"`, or of another type", kind.word(), entry.key);
                notes.error_help(Code::UnknownField, &entry.at, message, help);
            }
            _ => notes.unknown(Code::UnknownField, &entry.at, message, (&entry.key, names)),
        }
    }
}

impl Sources {
    /// The list of a kind that has a table of its own.
    fn list(&mut self, kind: Kind) -> &mut Vec<Source> {
        match kind {
            Kind::Shares => &mut self.shares,
            Kind::Events => &mut self.events,
            Kind::Payees => &mut self.payees,
            Kind::Fields => &mut self.fields,
            Kind::Lines => &mut self.lines,
            Kind::Assignments => &mut self.assignments,
            Kind::Leave => &mut self.leave,
            Kind::Quotas => &mut self.quotas,
            Kind::Scores => &mut self.scores,
            Kind::Metrics => &mut self.metrics,
            Kind::Adjustments => &mut self.adjustments,
            Kind::Pipeline => &mut self.pipeline,
            Kind::Deals | Kind::Rates | Kind::Table | Kind::File => &mut self.deals,
        }
    }
}
