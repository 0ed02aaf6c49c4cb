//! Renamed: people that have another id in the files than in the ledger. Under the new id they would be paid a second time what
//! was paid under the old one, and the old one would owe it: the sum is nothing, so what withdrawn rows are worth does not show
//! it. Beside `close`, which asks for it to be told, and `run`, which says it.

use super::known::Known;
use super::recall;
use super::register::Changes;
use crate::domain::facts::{Deal, Payee, payee_field};
use crate::domain::value::Value;
use crate::project::Project;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A payee that is gone and one that is new, and look like one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renamed {
    /// The id that the ledger knows.
    pub old: Arc<str>,
    /// The id that the files have.
    pub new: Arc<str>,
    /// What they share.
    pub by: &'static str,
}

impl Renamed {
    /// The two ids and why they look alike.
    #[must_use]
    pub fn text(&self) -> String {
        format!("`{}` is gone and `{}` is new, with the same {}", self.old, self.new, self.by)
    }
}

/// Payees that no file has any more, each with a new one that has its payroll number, its name, or its deals.
#[must_use]
pub fn renamed(project: &Project, known: &Known<'_>, changes: &Changes<'_>) -> Vec<Renamed> {
    let vanished: Vec<_> = changes.vanished.iter().filter(|row| &*row.kind == "payees").copied().collect();
    let Some(gone) = recall::rows(&project.settings, &vanished).filter(|_| !vanished.is_empty()) else {
        return Vec::new();
    };
    let is_new = |payee: &&Payee| known.get("payees", &payee.id).is_none();
    let new: Vec<&Payee> = project.facts.payees.iter().filter(is_new).collect();
    let mut found: BTreeMap<Arc<str>, Renamed> = BTreeMap::new();
    for (field, by) in [(payee_field::PAYROLL_ID, "payroll number"), (payee_field::NAME, "name")] {
        let said = |payee: &Payee| payee.constant(field).and_then(Value::text).map(ToString::to_string);
        let by_text: BTreeMap<String, &Payee> = new.iter().filter_map(|payee| Some((said(payee)?, *payee))).collect();
        for old in &gone.payees {
            if let Some(new) = said(old).and_then(|text| by_text.get(&text)) {
                let pair = Renamed { old: Arc::clone(&old.id), new: Arc::clone(&new.id), by };
                found.entry(Arc::clone(&old.id)).or_insert(pair);
            }
        }
    }
    let new: BTreeSet<&str> = new.iter().map(|payee| &*payee.id).collect();
    for (old, id) in moved(project, known, changes) {
        if new.contains(&*id) && gone.payees.iter().any(|payee| payee.id == old) {
            let pair = Renamed { old: Arc::clone(&old), new: id, by: "deals" };
            found.entry(old).or_insert(pair);
        }
    }
    found.into_values().collect()
}

/// From whom to whom deals went over, where one payee stands for another.
fn moved(project: &Project, known: &Known<'_>, changes: &Changes<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let changed = changes.new.iter().filter(|fact| fact.kind == "deals");
    let before: Vec<_> = changed.filter_map(|fact| known.get("deals", &fact.id)).collect();
    let Some(before) = recall::rows(&project.settings, &before).filter(|_| !before.is_empty()) else {
        return BTreeMap::new();
    };
    let now: BTreeMap<&str, &Deal> = project.facts.deals.iter().map(|deal| (&*deal.id, deal)).collect();
    let people =
        |deal: &Deal| -> BTreeSet<Arc<str>> { deal.shares.iter().map(|share| Arc::clone(&share.payee)).collect() };
    let pair = |deal: &Deal| {
        let (before, now) = (people(deal), people(now.get(&*deal.id)?));
        let mut left = before.difference(&now);
        let mut came = now.difference(&before);
        let pair = (Arc::clone(left.next()?), Arc::clone(came.next()?));
        (left.next().is_none() && came.next().is_none()).then_some(pair)
    };
    before.deals.iter().filter_map(pair).collect()
}
