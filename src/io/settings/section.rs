//! Reading a table of `earnmark.toml`: asking for settings by name and type, and refusing what nobody asked for.
//!
//! Every finding has the bytes of the name or value it is about. Nothing stops at the first one: a setting that is
//! wrong is reported and then treated as not given.

use super::nodes::{Entry, Node, What, on_characters};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use std::ops::Range;
use std::sync::Arc;

/// A value with the bytes where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Its bytes in `earnmark.toml`.
    pub at: Range<usize>,
}

/// What was found wrong in the file so far.
pub(crate) struct Notes {
    /// Path of the file.
    pub file: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    /// The findings.
    pub findings: Vec<Diagnostic>,
}

impl Notes {
    /// The span of some bytes.
    pub fn span(&self, at: &Range<usize>) -> Span {
        on_characters(&self.file, &self.text, at)
    }

    /// Notes an error.
    pub fn error(&mut self, code: Code, at: &Range<usize>, message: impl Into<String>) {
        self.note(Diagnostic::error(code, message), at);
    }

    /// Notes an error with what to do.
    pub fn error_help(&mut self, code: Code, at: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.note(Diagnostic::error(code, message).help(help), at);
    }

    /// Notes a name that is not in a list, with the nearest that is.
    pub fn unknown<'a>(
        &mut self,
        code: Code,
        at: &Range<usize>,
        message: impl Into<String>,
        (wrong, right): (&str, impl IntoIterator<Item = &'a str>),
    ) {
        // A name may be known under several heads.
        let mut right: Vec<&str> = right.into_iter().collect();
        right.dedup();
        let mut diagnostic = Diagnostic::error(code, message);
        if let Some(near) = nearest(wrong, right.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        } else if !right.is_empty() && right.len() <= 16 {
            diagnostic = diagnostic.help(format!("one of {}", quoted_list(right)));
        }
        self.note(diagnostic, at);
    }

    /// Notes a finding at its place.
    pub fn note(&mut self, diagnostic: Diagnostic, at: &Range<usize>) {
        let span = self.span(at);
        self.findings.push(diagnostic.at(&span));
    }

    /// Notes a setting that another version of this program reads.
    pub fn later(&mut self, name: &str, at: &Range<usize>) {
        self.error(Code::BadSetting, at, format!("`{name}` is not read by this version"));
    }
}

/// `` `a`, `b`, `c` ``.
pub(crate) fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A table that is being read.
pub(crate) struct Section<'a> {
    /// How messages name it: `` `company` ``, `a mapping`.
    what: String,
    /// Its bytes, or those of its name.
    pub at: Range<usize>,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The table of a node; another value is reported.
    pub fn open(notes: &mut Notes, node: &'a Node, what: impl Into<String>) -> Option<Self> {
        let what = what.into();
        if let What::Table(entries) = &node.what {
            return Some(Self::of(entries, node.at.clone(), what));
        }
        notes.error(Code::BadSetting, &node.at, format!("{what} is a table of settings, not {}", node.what.word()));
        None
    }

    /// A table of these entries.
    pub fn of(entries: &'a [Entry], at: Range<usize>, what: impl Into<String>) -> Self {
        Self { what: what.into(), at, entries, known: Vec::new() }
    }

    /// The entry of a name, if it is there.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The sub-table of a name.
    pub fn table(&mut self, notes: &mut Notes, key: &'static str) -> Option<Self> {
        let entry = self.entry(key)?;
        Section::open(notes, &entry.node, format!("`{key}`"))
    }

    /// A text.
    pub fn text(&mut self, notes: &mut Notes, key: &'static str) -> Option<Said<String>> {
        let node = &self.entry(key)?.node;
        text_of(notes, node, key)
    }

    /// A text that must be there.
    pub fn required_text(&mut self, notes: &mut Notes, key: &'static str) -> Option<Said<String>> {
        if self.entry(key).is_none() {
            self.missing(notes, key);
        }
        self.text(notes, key)
    }

    /// Reports a required setting that is not there.
    pub fn missing(&self, notes: &mut Notes, key: &str) {
        notes.error(Code::MissingSetting, &self.at, format!("{} needs `{key}`", self.what));
    }

    /// Yes or no.
    pub fn yes_no(&mut self, notes: &mut Notes, key: &'static str) -> Option<bool> {
        let node = &self.entry(key)?.node;
        match &node.what {
            What::YesNo(yes) => Some(*yes),
            other => {
                let message = format!("`{key}` is `true` or `false`, not {}", other.word());
                notes.error(Code::BadSetting, &node.at, message);
                None
            }
        }
    }

    /// A number without sign or decimals.
    pub fn count(&mut self, notes: &mut Notes, key: &'static str) -> Option<Said<u64>> {
        let node = &self.entry(key)?.node;
        let number = match &node.what {
            What::Number(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            notes.error(Code::BadSetting, &node.at, format!("`{key}` is a whole number, 0 or more"));
        }
        number.map(|value| Said { value, at: node.at.clone() })
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, notes: &mut Notes, key: &'static str) -> Option<Vec<Said<String>>> {
        let node = &self.entry(key)?.node;
        texts_of(notes, node, key)
    }

    /// One of some words, and what it stands for.
    pub fn word<T: Copy>(&mut self, notes: &mut Notes, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let said = self.text(notes, key)?;
        let found = words.iter().find(|(word, _)| *word == said.value).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let message = format!("`{key}` cannot be `{}`", said.value);
            let right = words.iter().map(|(word, _)| *word);
            notes.unknown(Code::BadSetting, &said.at, message, (&said.value, right));
        }
        found
    }

    /// Refuses settings that another version reads.
    pub fn later(&mut self, notes: &mut Notes, keys: &[&'static str]) {
        for key in keys {
            if let Some(entry) = self.entry(key) {
                notes.later(key, &entry.at);
            }
        }
    }

    /// Refuses every entry that nobody asked for.
    pub fn close(self, notes: &mut Notes) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let message = format!("{} has no setting `{}`", self.what, entry.key);
            notes.unknown(Code::UnknownSetting, &entry.at, message, (&entry.key, self.known.iter().copied()));
        }
    }
}

/// The text of a node.
pub(crate) fn text_of(notes: &mut Notes, node: &Node, key: &str) -> Option<Said<String>> {
    if let What::Text(text) = &node.what {
        return Some(Said { value: text.clone(), at: node.at.clone() });
    }
    notes.error(Code::BadSetting, &node.at, format!("`{key}` is a text, not {}", node.what.word()));
    None
}

/// The texts of a node; a single text is a list of one.
pub(crate) fn texts_of(notes: &mut Notes, node: &Node, key: &str) -> Option<Vec<Said<String>>> {
    match &node.what {
        What::List(list) => list.iter().map(|node| text_of(notes, node, key)).collect(),
        What::Text(text) => Some(vec![Said { value: text.clone(), at: node.at.clone() }]),
        other => {
            notes.error(Code::BadSetting, &node.at, format!("`{key}` is a list of texts, not {}", other.word()));
            None
        }
    }
}
