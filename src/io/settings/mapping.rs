//! Mappings in `earnmark.toml`: a column's name, or a table that says more.

use super::nodes::{Entry, Node, What};
use super::section::{Notes, Said, Section, text_of, texts_of};
use super::source::date_formats;
use crate::domain::diagnostic::Code;
use crate::domain::value::Duration;
use crate::io::mapping::{Join, Mapping, Pick, Plus, Reading};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a mapping fills, as far as its settings depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fills {
    /// Texts, ids, currencies.
    Text,
    /// The id of a deal, which may be its row's number.
    DealId,
    /// Money.
    Money,
    /// A number.
    Number,
    /// A percent.
    Percent,
    /// A date.
    Date,
    /// The day on which an opportunity is expected to close.
    Expected,
    /// Yes or no.
    YesNo,
    /// A period by its label.
    Period,
    /// A value whose type another column says.
    Any,
}

impl Fills {
    fn is_numeric(self) -> bool {
        matches!(self, Self::Money | Self::Number | Self::Percent | Self::Any)
    }

    fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::Expected | Self::Period | Self::Any)
    }
}

/// The mapping of an entry.
pub(super) fn read(notes: &mut Notes, entry: &Entry, fills: Fills) -> Option<Mapping> {
    read_node(notes, &entry.node, &entry.key, fills)
}

/// The mapping of a value; `name` is what it fills.
pub(super) fn read_node(notes: &mut Notes, node: &Node, name: &str, fills: Fills) -> Option<Mapping> {
    if let What::Text(column) = &node.what {
        let said = Said { value: column.clone(), at: node.at.clone() };
        return Some(plain(Pick::Column(said), node.at.clone()));
    }
    if !matches!(node.what, What::Table(_)) {
        let message = format!("`{name}` is mapped by a column's name or a table, not {}", node.what.word());
        notes.error(Code::BadSetting, &node.at, message);
        return None;
    }
    let mut section = Section::open(notes, node, format!("the mapping of `{name}`"))?;
    let pick = pick(&mut section, notes, fills);
    let mut mapping =
        plain(pick.unwrap_or_else(|| Pick::Fixed(Said { value: String::new(), at: 0..0 })), node.at.clone());
    values(&mut section, notes, &mut mapping);
    if let Some(entry) = section.entry("date") {
        allowed(notes, entry, fills.is_date(), "dates");
        mapping.dates = Some(date_formats(notes, &entry.node)).filter(|formats| !formats.is_empty());
    }
    mapping.decimal = sign(&mut section, notes, "decimal", fills);
    mapping.thousands = sign(&mut section, notes, "thousands", fills);
    if section.entry("blank").is_some() {
        let blank = section.texts(notes, "blank");
        mapping.blank = blank.map(|list| list.into_iter().map(|said| said.value).collect());
    }
    if let Some(entry) = section.entry("plus") {
        allowed(notes, entry, fills.is_date(), "dates");
        mapping.plus = plus(notes, &entry.node, fills);
    }
    mapping.reading = reading(&mut section, notes, fills);
    if let Some(entry) = section.entry("cycle") {
        allowed(notes, entry, fills == Fills::Period, "periods");
        mapping.cycle = section.text(notes, "cycle");
    }
    section.close(notes);
    pick_was_read(mapping)
}

/// A mapping whose pick was wrong is none: what is wrong has been reported.
fn pick_was_read(mapping: Mapping) -> Option<Mapping> {
    let wrong = matches!(&mapping.pick, Pick::Fixed(said) if said.at == (0..0));
    (!wrong).then_some(mapping)
}

/// The mapping of a column of the same name.
pub(super) fn of_column(name: &Said<String>) -> Mapping {
    plain(Pick::Column(name.clone()), name.at.clone())
}

/// A mapping with nothing but its pick.
fn plain(pick: Pick, at: Range<usize>) -> Mapping {
    Mapping {
        at,
        pick,
        values: BTreeMap::new(),
        only_values: false,
        dates: None,
        decimal: None,
        thousands: None,
        blank: None,
        plus: None,
        reading: None,
        cycle: None,
    }
}

/// The names of what picks, of which a mapping has one.
pub(super) const PICKS: [&str; 8] = ["column", "fixed", "row", "text", "first", "sum", "product", "join"];

/// What a mapping picks.
fn pick(section: &mut Section<'_>, notes: &mut Notes, fills: Fills) -> Option<Pick> {
    if section.entry("join").is_some() {
        return join(section, notes);
    }
    for key in ["on", "key", "missing"] {
        if let Some(entry) = section.entry(key) {
            let message = format!("`{key}` belongs to a `join`, and there is none");
            notes.error(Code::ConflictingSettings, &entry.at, message);
        }
    }
    let given: Vec<&Entry> = PICKS.iter().filter_map(|key| section.entry(key)).collect();
    let [only] = given.as_slice() else {
        match given.get(1) {
            None => section.missing(notes, "column"),
            Some(second) => {
                let message = format!("`{}` and `{}` both say what is picked", first_key(&given), second.key);
                notes.error(Code::ConflictingSettings, &second.at, message);
            }
        }
        section.entry("with");
        return None;
    };
    if only.key != "text"
        && let Some(with) = section.entry("with")
    {
        notes.error(Code::ConflictingSettings, &with.at, "`with` belongs to `text`, and there is none");
    }
    let pick = match only.key.as_str() {
        "fixed" => fixed(notes, &only.node)?,
        "row" => row(notes, &only.node, fills)?,
        "sum" | "product" => {
            allowed(notes, only, fills.is_numeric(), "money and numbers");
            let names = names(notes, only)?;
            if only.key == "sum" { Pick::Sum(names) } else { Pick::Product(names) }
        }
        _ => cells(section, notes, only)?,
    };
    Some(pick)
}

/// The name of the first entry.
fn first_key<'e>(given: &[&'e Entry]) -> &'e str {
    given.first().map_or("", |entry| entry.key.as_str())
}

/// A pick of cells: one column, several joined, the first of several.
fn cells(section: &mut Section<'_>, notes: &mut Notes, entry: &Entry) -> Option<Pick> {
    Some(match entry.key.as_str() {
        "column" => Pick::Column(text_of(notes, &entry.node, "column")?),
        "first" => Pick::First(names(notes, entry)?),
        _ => {
            let with = section.text(notes, "with").map_or_else(|| " ".to_owned(), |said| said.value);
            Pick::Text(names(notes, entry)?, with)
        }
    })
}

/// The names of columns; at least one.
fn names(notes: &mut Notes, entry: &Entry) -> Option<Vec<Said<String>>> {
    let names = texts_of(notes, &entry.node, &entry.key)?;
    if names.is_empty() {
        notes.error(Code::BadSetting, &entry.node.at, format!("`{}` names no column", entry.key));
        return None;
    }
    Some(names)
}

/// The same value for every row.
fn fixed(notes: &mut Notes, node: &Node) -> Option<Pick> {
    let value = node.scalar();
    if value.is_none() {
        notes.error(Code::BadSetting, &node.at, format!("`fixed` is a single value, not {}", node.what.word()));
    }
    value.map(|value| Pick::Fixed(Said { value, at: node.at.clone() }))
}

/// The number of the row as an id.
fn row(notes: &mut Notes, node: &Node, fills: Fills) -> Option<Pick> {
    let said = text_of(notes, node, "row")?;
    if said.value != "line" {
        notes.error_help(
            Code::BadSetting,
            &said.at,
            format!("`row` cannot be `{}`", said.value),
            "write `row = \"line\"`",
        );
        return None;
    }
    if fills != Fills::DealId {
        notes.error(Code::BadSetting, &said.at, "only the `id` of a deal may be the number of its row");
        return None;
    }
    Some(Pick::RowLine)
}

/// A pick from another file.
fn join(section: &mut Section<'_>, notes: &mut Notes) -> Option<Pick> {
    let file = section.text(notes, "join");
    let on = section.required_text(notes, "on");
    let key = section.required_text(notes, "key");
    let missing_blank = section.text(notes, "missing").is_some_and(|said| {
        if said.value != "blank" {
            let message = format!("`missing` cannot be `{}`", said.value);
            notes.error_help(Code::BadSetting, &said.at, message, "write `missing = \"blank\"`, or leave it out");
        }
        said.value == "blank"
    });
    let given: Vec<&Entry> = ["column", "text", "first"].iter().filter_map(|key| section.entry(key)).collect();
    let pick = match given.as_slice() {
        [only] => cells(section, notes, only),
        [] => {
            section.missing(notes, "column");
            None
        }
        [_, second, ..] => {
            let message = format!("`{}` and `{}` both say what is picked", first_key(&given), second.key);
            notes.error(Code::ConflictingSettings, &second.at, message);
            None
        }
    };
    section.entry("with");
    Some(Pick::Join(Box::new(Join { file: file?, on: on?, key: key?, pick: pick?, missing_blank })))
}

/// Other words for the cells.
fn values(section: &mut Section<'_>, notes: &mut Notes, mapping: &mut Mapping) {
    if let Some(entry) = section.entry("values") {
        match &entry.node.what {
            What::Table(entries) => {
                for entry in entries {
                    match entry.node.scalar() {
                        Some(word) => {
                            mapping.values.insert(entry.key.clone(), word);
                        }
                        None => {
                            let message =
                                format!("the word for `{}` is a text, not {}", entry.key, entry.node.what.word());
                            notes.error(Code::BadSetting, &entry.node.at, message);
                        }
                    }
                }
            }
            other => {
                let message = format!("`values` is a table of words, `{{ theirs = \"ours\" }}`, not {}", other.word());
                notes.error(Code::BadSetting, &entry.node.at, message);
            }
        }
    }
    let without_values = mapping.values.is_empty();
    let otherwise = section.word(notes, "else", &[("keep", false), ("refuse", true)]);
    mapping.only_values = otherwise.unwrap_or(false);
    if let (true, Some(entry)) = (without_values, section.entry("else")) {
        notes.error(Code::ConflictingSettings, &entry.at, "`else` belongs to `values`, and there are none");
    }
}

/// A decimal or thousands sign.
fn sign(section: &mut Section<'_>, notes: &mut Notes, key: &'static str, fills: Fills) -> Option<char> {
    let entry = section.entry(key)?;
    allowed(notes, entry, fills.is_numeric(), "money and numbers");
    one_sign(notes, &entry.node, key)
}

/// One character that can stand between digits.
pub(super) fn one_sign(notes: &mut Notes, node: &Node, key: &str) -> Option<char> {
    let said = text_of(notes, node, key)?;
    let mut chars = said.value.chars();
    match (chars.next(), chars.next()) {
        (Some(sign), None) if !sign.is_alphanumeric() && !matches!(sign, '-' | '+' | '(' | ')' | '%') => Some(sign),
        _ => {
            notes.error(Code::BadSetting, &said.at, format!("`{key}` is one sign such as `,`"));
            None
        }
    }
}

/// What is added to a date.
fn plus(notes: &mut Notes, node: &Node, fills: Fills) -> Option<Plus> {
    let said = text_of(notes, node, "plus")?;
    if said.value == "median cycle" {
        if fills != Fills::Expected {
            notes.error(Code::BadSetting, &said.at, "`median cycle` is for `expected` of a pipeline alone");
            return None;
        }
        return Some(Plus::MedianCycle);
    }
    let parsed = said.value.split_once(' ').and_then(|(count, unit)| {
        let count: i64 = count.parse().ok().filter(|count| (0..=100_000).contains(count))?;
        match unit.trim() {
            "day" | "days" => Some(Plus::Time(Duration::Days(count))),
            "month" | "months" => Some(Plus::Time(Duration::Months(count))),
            _ => None,
        }
    });
    if parsed.is_none() {
        let message = format!("`plus` is a time such as `30 days` or `2 months`, not `{}`", said.value);
        notes.error(Code::BadSetting, &said.at, message);
    }
    parsed
}

/// How numbers are meant.
fn reading(section: &mut Section<'_>, notes: &mut Notes, fills: Fills) -> Option<Reading> {
    const WORDS: [(&str, Reading); 3] =
        [("percent", Reading::Percent), ("fraction", Reading::Fraction), ("cents", Reading::Cents)];
    let reading = section.word(notes, "as", &WORDS)?;
    let fits = match reading {
        Reading::Percent | Reading::Fraction => matches!(fills, Fills::Percent | Fills::Any),
        Reading::Cents => matches!(fills, Fills::Money | Fills::Any),
    };
    if let Some(entry) = section.entry("as").filter(|_| !fits) {
        let takes = if reading == Reading::Cents { "money" } else { "percents" };
        notes.error(Code::BadSetting, &entry.node.at, format!("this `as` is for {takes}, and the column is not"));
    }
    Some(reading)
}

/// Refuses a setting that means nothing for the type of the column.
fn allowed(notes: &mut Notes, entry: &Entry, fits: bool, takes: &str) {
    if !fits {
        notes.error(Code::BadSetting, &entry.at, format!("`{}` is for {takes}, and the column is not", entry.key));
    }
}
