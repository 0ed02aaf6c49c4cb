//! The language as an editor gets it: every word with how it is written and what it means, and the columns of the project.
//!
//! In:   the registry that the loader reads, and the reference beside it; the project's schema.
//! Out:  [`Language`], for completion, for what is shown at a word, and for its colours.

use crate::domain::facts::{EVENT_KINDS, Schema};
use crate::domain::value::Columns;
use crate::plan::reference::{
    FUNCTIONS, KEYWORDS, OF_EVENTS, OF_MEASURES, OF_OTHERS, OF_PERIODS, SUMS, TABLES, TEST_WORDS, UNITS, Word,
};
use crate::plan::settings::{REGISTRY, Setting, TEST};
use serde::Serialize;

/// All words of the language, and what of a project stands behind its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Language {
    /// Words of the script itself: `let`, `if`.
    pub keywords: Vec<&'static str>,
    /// Declarations, the test among them.
    pub declarations: Vec<DeclarationWord>,
    /// Tables.
    pub tables: Vec<WordLine>,
    /// Sums over people.
    pub sums: Vec<WordLine>,
    /// Functions of formulas.
    pub functions: Vec<WordLine>,
    /// Units behind a figure.
    pub units: Vec<WordLine>,
    /// The lines of a test.
    pub tests: Vec<WordLine>,
    /// What stands behind `deal.`
    pub deal: Vec<FieldWord>,
    /// What stands behind `payee.`
    pub payee: Vec<FieldWord>,
    /// The declared columns of events, behind `event.`
    pub event: Vec<FieldWord>,
    /// What stands behind `event.` in every project.
    pub of_event: Vec<WordLine>,
    /// What stands behind `period.`
    pub of_period: Vec<WordLine>,
    /// What stands behind a measure or a sum.
    pub of_measure: Vec<WordLine>,
    /// What stands behind a component, a sum, a day, a table.
    pub of_other: Vec<WordLine>,
    /// The kinds of events.
    pub event_kinds: Vec<String>,
}

/// A word that takes no settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WordLine {
    /// The word.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeclarationWord {
    /// Its name.
    pub name: &'static str,
    /// What it declares.
    pub doc: &'static str,
    /// Its settings.
    pub settings: Vec<SettingWord>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingWord {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub takes: &'static str,
    /// What holds without it; empty for a required one.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// What may stand in its `#{ … }`.
    pub keys: Vec<SettingWord>,
}

/// A column of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldWord {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The listed texts; empty: any.
    pub values: Vec<String>,
    /// Whether it may be blank, so that a formula gives it a default.
    pub optional: bool,
    /// Whether the project fills it.
    pub filled: bool,
}

impl Language {
    /// The language over the columns of a project.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let test = DeclarationWord {
            name: TEST,
            doc: "An example of the plan, with what must come out.",
            settings: Vec::new(),
        };
        let declared = REGISTRY.iter().map(|one| DeclarationWord {
            name: one.name,
            doc: one.doc,
            settings: settings(one.settings),
        });
        let tests = TEST_WORDS.iter().map(|word| WordLine { name: word.name, form: word.form, doc: word.doc });
        let own_kinds = schema.event_kinds.iter().map(ToString::to_string);
        Self {
            keywords: KEYWORDS.to_vec(),
            declarations: declared.chain([test]).collect(),
            tables: words(&TABLES),
            sums: words(&SUMS),
            functions: words(&FUNCTIONS),
            units: words(&UNITS),
            tests: tests.collect(),
            deal: fields(&schema.deals),
            payee: fields(&schema.payees),
            event: fields(&schema.events),
            of_event: words(&OF_EVENTS),
            of_period: words(&OF_PERIODS),
            of_measure: words(&OF_MEASURES),
            of_other: words(&OF_OTHERS),
            event_kinds: EVENT_KINDS.iter().map(|kind| (*kind).to_owned()).chain(own_kinds).collect(),
        }
    }
}

fn words(list: &[Word]) -> Vec<WordLine> {
    list.iter().map(|word| WordLine { name: word.name, form: word.form, doc: word.doc }).collect()
}

fn settings(list: &[Setting]) -> Vec<SettingWord> {
    let word = |setting: &Setting| SettingWord {
        name: setting.name,
        takes: setting.takes,
        default: setting.default,
        doc: setting.doc,
        keys: settings(setting.keys),
    };
    list.iter().map(word).collect()
}

fn fields(columns: &Columns) -> Vec<FieldWord> {
    let word = |column: &crate::domain::value::Column| FieldWord {
        name: column.name.to_string(),
        kind: column.kind.word(),
        values: column.values.iter().map(ToString::to_string).collect(),
        optional: column.optional && column.default.is_none(),
        filled: column.mapped || column.default.is_some(),
    };
    columns.0.iter().map(word).collect()
}
