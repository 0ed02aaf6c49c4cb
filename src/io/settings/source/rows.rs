//! What the row of a deal may say beside the deal itself: who takes part, and what happened to it.

use super::super::mapping::{self, Fills};
use super::super::nodes::{Entry, Node, What};
use super::super::section::{Notes, Said, Section};
use super::{EventColumns, Matching, Reader, Slot};
use crate::domain::diagnostic::{Code, Diagnostic, nearest};
use crate::domain::facts::EVENT_KINDS;

/// Kinds of events that say more than a day and an amount, and so need rows of their own.
const NEED_ROWS: [&str; 3] = ["reassigned", "held", "released"];

/// How rows that cancel deals find them.
pub(super) fn matching(section: &mut Section<'_>, notes: &mut Notes) -> Option<Matching> {
    let named = section.word(notes, "match", &[("cancellation-stack", ())]);
    let keys = ["key", "quantity", "cancels"].map(|key| section.entry(key));
    if section.entry("match").is_none() {
        if let Some(entry) = keys.into_iter().flatten().next() {
            let message = format!("`{}` belongs to `match = \"cancellation-stack\"`", entry.key);
            notes.error(Code::ConflictingSettings, &entry.at, message);
        }
        return None;
    }
    for (key, entry) in ["key", "quantity", "cancels"].iter().zip(keys) {
        if entry.is_none() {
            section.missing(notes, key);
        }
    }
    let key = section.texts(notes, "key");
    let quantity = section.text(notes, "quantity");
    let mut cancels = section.table(notes, "cancels")?;
    let column = cancels.required_text(notes, "column");
    let prefix = cancels.required_text(notes, "prefix");
    cancels.close(notes);
    if let (Some([]), Some(entry)) = (key.as_deref(), section.entry("key")) {
        notes.error(Code::BadSetting, &entry.at, "`key` names no column");
    }
    named?;
    Some(Matching { key: key?, quantity: quantity?, column: column?, prefix: prefix?.value })
}

impl Reader<'_> {
    /// The places for payees on the row of a deal.
    pub(super) fn slots(&self, section: &mut Section<'_>, notes: &mut Notes) -> Vec<Slot> {
        let Some(entry) = section.entry("shares") else { return Vec::new() };
        let What::List(nodes) = &entry.node.what else {
            let message = format!("`shares` is a list, `[{{ payee = \"rep\" }}]`, not {}", entry.node.what.word());
            notes.error(Code::BadSetting, &entry.node.at, message);
            return Vec::new();
        };
        let slots: Vec<Slot> = nodes.iter().filter_map(|node| self.slot(notes, node)).collect();
        let sellers = slots.iter().filter(|slot| !self.is_overlay(slot.role.as_deref()));
        if let Some(second) = sellers.filter(|slot| slot.share.is_none()).nth(1) {
            let message = "two places without `share`: only one can have what the others leave";
            notes.error(Code::ConflictingSettings, &second.at, message);
        }
        slots
    }

    /// Whether shares of a role stand outside the 100 %.
    fn is_overlay(&self, role: Option<&str>) -> bool {
        role.is_some_and(|role| self.roles.overlay.iter().any(|overlay| overlay == role))
    }

    /// A place for a payee.
    fn slot(&self, notes: &mut Notes, node: &Node) -> Option<Slot> {
        let mut section = Section::open(notes, node, "a share")?;
        if section.entry("payee").is_none() {
            section.missing(notes, "payee");
        }
        let payee = section.entry("payee").and_then(|entry| mapping::read(notes, entry, Fills::Text));
        let share_entry = section.entry("share");
        let share = share_entry.map(|entry| mapping::read(notes, entry, Fills::Percent));
        let role = section.text(notes, "role");
        section.close(notes);
        if let (Some(role), Some(list)) = (&role, &self.roles.list)
            && !list.contains(&role.value)
        {
            let message = format!("the role `{}` is not in `roles.list`", role.value);
            notes.unknown(Code::BadSetting, &role.at, message, (&role.value, list.iter().map(String::as_str)));
        }
        let role = role.map(|said| said.value);
        if self.is_overlay(role.as_deref()) && share_entry.is_none() {
            notes.error(
                Code::MissingSetting,
                &node.at,
                "an overlay role stands outside the 100 % and needs its `share`",
            );
        }
        let share = match share {
            None => None,
            Some(mapping) => Some(mapping?),
        };
        Some(Slot { at: node.at.clone(), payee: payee?, share, role })
    }

    /// Events in columns: `events.cancelled = "cancelled_on"`, or `{ date, amount }`.
    pub(super) fn event_columns(&self, section: &mut Section<'_>, notes: &mut Notes) -> Vec<EventColumns> {
        let Some(entry) = section.entry("events") else { return Vec::new() };
        let What::Table(entries) = &entry.node.what else {
            let message =
                format!("`events` is a table, `{{ cancelled = \"cancelled_on\" }}`, not {}", entry.node.what.word());
            notes.error(Code::BadSetting, &entry.node.at, message);
            return Vec::new();
        };
        entries.iter().filter_map(|entry| self.event_column(notes, entry)).collect()
    }

    /// The events of one kind.
    fn event_column(&self, notes: &mut Notes, entry: &Entry) -> Option<EventColumns> {
        let kind = Said { value: entry.key.clone(), at: entry.at.clone() };
        let mut known = EVENT_KINDS.into_iter().chain(self.schema.event_kinds.iter().map(|kind| &**kind));
        if NEED_ROWS.contains(&entry.key.as_str()) {
            let message = format!("`{}` says more than a day and an amount", entry.key);
            notes.error_help(Code::BadSetting, &entry.at, message, "give such events rows of their own: `[events]`");
            return None;
        }
        if !known.clone().any(|known| known == entry.key) {
            let message = format!("there is no kind of events `{}`", entry.key);
            let found = Diagnostic::error(Code::BadSetting, message);
            let declare =
                format!("declare it: `columns.events.kind = {{ type = \"text\", values = [\"{}\"] }}`", entry.key);
            let found = match nearest(&entry.key, known.by_ref()) {
                Some(near) => found.label(format!("did you mean `{near}`?")),
                None => found.help(declare),
            };
            notes.note(found, &entry.at);
            return None;
        }
        let has = |key: &str| match &entry.node.what {
            What::Table(entries) => entries.iter().any(|entry| entry.key == key),
            _ => false,
        };
        let is_pair = has("amount") || (has("date") && !mapping::PICKS.iter().any(|pick| has(pick)));
        if !is_pair {
            return Some(EventColumns { kind, date: mapping::read(notes, entry, Fills::Date)?, amount: None });
        }
        let mut section = Section::open(notes, &entry.node, format!("`events.{}`", entry.key))?;
        if section.entry("date").is_none() {
            section.missing(notes, "date");
        }
        let date = section.entry("date").and_then(|entry| mapping::read(notes, entry, Fills::Date));
        let amount = section.entry("amount").map(|entry| mapping::read(notes, entry, Fills::Money));
        section.close(notes);
        let amount = match amount {
            None => None,
            Some(mapping) => Some(mapping?),
        };
        Some(EventColumns { kind, date: date?, amount })
    }
}
