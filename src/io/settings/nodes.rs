//! `earnmark.toml` as a tree of values, each with the bytes where it stands.
//!
//! In:   the text of the file.
//! Out:  [`Node`]s: tables, lists and single values; numbers stay the text that was written, so none passes through
//!       a binary float.
//! Not here: what a setting means (the files beside this one).

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use std::ops::Range;
use std::sync::Arc;
use toml_edit::{Document, Item, Table, Value};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The bytes of the value; of a table without a place of its own those of its name.
    pub at: Range<usize>,
    /// The value.
    pub what: What,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// `"text"`.
    Text(String),
    /// `12` or `1.5`, as written, without `_`.
    Number(String),
    /// `true`.
    YesNo(bool),
    /// `2026-01-31`, as written.
    Date(String),
    /// `[…]`, or several `[[tables]]`.
    List(Vec<Node>),
    /// `{…}` or `[table]`, in the order of the file.
    Table(Vec<Entry>),
}

/// A named value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name.
    pub key: String,
    /// The bytes of the name.
    pub at: Range<usize>,
    /// The value.
    pub node: Node,
}

impl What {
    /// How a message names it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::YesNo(_) => "`true` or `false`",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The text of a single value as a data file would have it: texts, numbers, dates, yes and no.
    pub fn scalar(&self) -> Option<String> {
        match &self.what {
            What::Text(text) | What::Number(text) | What::Date(text) => Some(text.clone()),
            What::YesNo(yes) => Some(yes.to_string()),
            What::List(_) | What::Table(_) => None,
        }
    }
}

/// The entries of the file.
///
/// # Errors
/// What keeps the text from being TOML.
pub(crate) fn parse(file: &Arc<str>, text: &str) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let diagnostic = Diagnostic::error(Code::BadSetting, format!("this is not TOML: {message}"));
        Box::new(diagnostic.at(&on_characters(file, text, &at)))
    })?;
    let table = document.as_table();
    Ok(Builder { text }.entries(table.iter(), &|key| table.key(key).and_then(toml_edit::Key::span)))
}

/// The span of some bytes, moved to the characters they belong to.
pub(crate) fn on_characters(file: &Arc<str>, text: &str, at: &Range<usize>) -> Span {
    let start = text.floor_char_boundary(at.start.min(text.len()));
    let end = text.ceil_char_boundary(at.end.min(text.len())).max(start);
    Span { file: Arc::clone(file), start, end }
}

/// Makes nodes of what the parser gives.
struct Builder<'t> {
    text: &'t str,
}

impl Builder<'_> {
    /// The entries of a table.
    fn entries<'a>(
        &self,
        items: impl Iterator<Item = (&'a str, &'a Item)>,
        place: &dyn Fn(&str) -> Option<Range<usize>>,
    ) -> Vec<Entry> {
        items
            .filter_map(|(key, item)| {
                let at = place(key).or_else(|| item.span()).unwrap_or(0..0);
                Some(Entry { key: key.to_owned(), node: self.item(item, &at)?, at })
            })
            .collect()
    }

    /// The entries of a table with keys of its own.
    fn table(&self, table: &Table) -> What {
        What::Table(self.entries(table.iter(), &|key| table.key(key).and_then(toml_edit::Key::span)))
    }

    /// The value of an item; `None` where there is none.
    fn item(&self, item: &Item, name: &Range<usize>) -> Option<Node> {
        Some(match item {
            Item::None => return None,
            Item::Value(value) => self.value(value, name),
            Item::Table(table) => Node { at: name.clone(), what: self.table(table) },
            Item::ArrayOfTables(tables) => {
                let node =
                    |table: &Table| Node { at: table.span().unwrap_or_else(|| name.clone()), what: self.table(table) };
                Node { at: name.clone(), what: What::List(tables.iter().map(node).collect()) }
            }
        })
    }

    /// A value that stands on one side of `=`, or in a list.
    fn value(&self, value: &Value, name: &Range<usize>) -> Node {
        let at = value.span().unwrap_or_else(|| name.clone());
        let what = match value {
            Value::String(text) => What::Text(text.value().clone()),
            Value::Integer(_) | Value::Float(_) => {
                What::Number(self.text.get(at.clone()).unwrap_or_default().replace('_', ""))
            }
            Value::Boolean(yes) => What::YesNo(*yes.value()),
            Value::Datetime(date) => What::Date(date.value().to_string()),
            Value::Array(list) => What::List(list.iter().map(|value| self.value(value, &at)).collect()),
            Value::InlineTable(table) => {
                let key_place = |key: &str| table.key(key).and_then(toml_edit::Key::span);
                let items = table.iter().map(|(key, value)| {
                    let key_at = key_place(key).or_else(|| value.span()).unwrap_or_else(|| at.clone());
                    Entry { key: key.to_owned(), node: self.value(value, &key_at), at: key_at }
                });
                What::Table(items.collect())
            }
        };
        Node { at, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_value_has_its_place() {
        let text = "company = { name = \"Ä\" }\ncolumns.deals.kind = \"text\"\n[deals]\nrows = [[1.50, 2026-01-31]]\n";
        let file = Arc::from("earnmark.toml");
        let entries = parse(&file, text).unwrap();
        let slice = |at: &Range<usize>| text.get(at.clone()).unwrap();
        assert_eq!(slice(&entries[0].at), "company");
        let What::Table(company) = &entries[0].node.what else { panic!() };
        assert_eq!(slice(&company[0].node.at), "\"Ä\"");
        let What::Table(columns) = &entries[1].node.what else { panic!() };
        let What::Table(deals) = &columns[0].node.what else { panic!() };
        assert_eq!((slice(&columns[0].at), slice(&deals[0].at)), ("deals", "kind"));
        let What::Table(source) = &entries[2].node.what else { panic!() };
        let What::List(rows) = &source[0].node.what else { panic!() };
        let What::List(cells) = &rows[0].what else { panic!() };
        assert_eq!(cells[0].what, What::Number("1.50".to_owned()));
        assert_eq!(cells[1].scalar().as_deref(), Some("2026-01-31"));
    }

    #[test]
    fn what_is_not_toml_is_refused_at_its_place() {
        let file = Arc::from("earnmark.toml");
        let error = parse(&file, "format = 1\ncompany = { name = \n").unwrap_err();
        assert_eq!(error.code, Code::BadSetting);
        assert!(error.message.starts_with("this is not TOML: "), "{}", error.message);
    }
}
