//! Kept: what a statement shows beside amounts: where the payee stands, what is waited for, which deals pay nothing and why.
//! None of it can be had from what is posted, so a close keeps it.

use super::document::{Digests, MeasureLine, NotCountedLine, SettleLine, TermLine};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// What the statement of a payee and currency shows beside amounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The payee's id.
    pub payee: String,
    /// The payee's currency.
    pub currency: String,
    /// Where the payee stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureLine>,
    /// What entries of the period wait for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Deals that pay nothing, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_counted: Vec<NotCountedLine>,
    /// What lines of the settlement are by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<By>,
}

/// By what a line of the settlement is as large as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The code of the line.
    pub step: String,
    /// What is said of it.
    pub term: TermLine,
}

/// Lines of a settlement with what a close kept of them.
pub fn with_terms(lines: Vec<SettleLine>, kept: &[By]) -> Vec<SettleLine> {
    let of = |step: &str| kept.iter().filter(|by| by.step == step).map(|by| by.term.clone()).collect();
    lines.into_iter().map(|line| SettleLine { terms: of(line.step), ..line }).collect()
}

/// What an entry waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The plan.
    pub plan: String,
    /// The component.
    pub component: String,
    /// The deal's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<String>,
    /// The label of the measurement period.
    pub measured: String,
    /// What it waits for, as on the statement.
    pub until: String,
}

impl Shown {
    fn is_nothing(&self) -> bool {
        self.measures.is_empty() && self.holds.is_empty() && self.not_counted.is_empty() && self.terms.is_empty()
    }
}

/// What the statements of a close showed beside amounts: kept as text, read when somebody asks for it.
#[derive(Clone, Debug)]
pub struct Kept {
    text: Arc<str>,
    read: OnceLock<Whole>,
}

/// The run that a close is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedRun {
    /// The first day of its period.
    pub from: NaiveDate,
    /// Its digests, without that of the close.
    pub digests: Digests,
}

/// What the text says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Whole {
    /// The first closes kept a list of statements alone.
    run: Option<ClosedRun>,
    statements: Vec<Shown>,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Kept {}

impl Kept {
    /// As a close has it.
    #[must_use]
    pub fn of_text(text: Arc<str>) -> Self {
        Self { text, read: OnceLock::new() }
    }

    /// The text of what statements show, in the order of payee and currency; who is shown nothing is left out.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn text(run: ClosedRun, mut all: Vec<Shown>) -> Result<String, serde_json::Error> {
        all.retain(|shown| !shown.is_nothing());
        all.sort_by(|a, b| (&a.payee, &a.currency).cmp(&(&b.payee, &b.currency)));
        serde_json::to_string(&Whole { run: Some(run), statements: all })
    }

    fn whole(&self) -> &Whole {
        self.read.get_or_init(|| {
            if self.text.starts_with('[') {
                let statements = serde_json::from_str(&self.text).unwrap_or_default();
                return Whole { run: None, statements };
            }
            serde_json::from_str(&self.text).unwrap_or_default()
        })
    }

    /// The run that was closed; `None`: it was not kept yet.
    #[must_use]
    pub fn run(&self) -> Option<&ClosedRun> {
        self.whole().run.as_ref()
    }

    /// All of it, by payee and currency. A text that was changed says nothing: the chain tells of it.
    #[must_use]
    pub fn all(&self) -> &[Shown] {
        &self.whole().statements
    }

    /// Whether it is what is worked again. The first closes kept nothing of the lines of a settlement.
    #[must_use]
    pub fn is_kept_in(&self, again: &Self) -> bool {
        let bare = self.run().is_none();
        let again =
            again.all().iter().cloned().map(|shown| if bare { Shown { terms: Vec::new(), ..shown } } else { shown });
        let again: Vec<Shown> = again.filter(|shown| !shown.is_nothing()).collect();
        self.all() == again
    }

    /// That of a payee and currency.
    #[must_use]
    pub fn of(&self, payee: &str, currency: &str) -> Shown {
        let all = self.all();
        let place = all.binary_search_by(|shown| (&*shown.payee, &*shown.currency).cmp(&(payee, currency)));
        place.ok().and_then(|place| all.get(place)).cloned().unwrap_or_default()
    }
}
