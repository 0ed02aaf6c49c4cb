//! People and deals as a close knew them, for what is written of it: names, fields, days.

use super::book::Ledger;
use super::register::LAYOUT;
use super::rows::CloseRow;
use crate::io::settings::outputs::Outputs;
use chrono::NaiveDate;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What a close knew of people and deals.
#[derive(Clone, Debug, Default)]
pub struct People {
    fields: BTreeMap<String, BTreeMap<String, String>>,
    days: BTreeMap<String, (Option<NaiveDate>, Option<NaiveDate>)>,
    ended: BTreeSet<String>,
}

impl People {
    /// Reads the register.
    #[must_use]
    pub fn of(ledger: &Ledger, close: &CloseRow) -> Self {
        let mut found = Self::default();
        let mut back: BTreeMap<String, NaiveDate> = BTreeMap::new();
        let mut gone: BTreeMap<String, NaiveDate> = BTreeMap::new();
        for ((kind, id), row) in ledger.register(close.seq) {
            if !matches!(kind, "payees" | "deals" | "events") {
                continue;
            }
            let Some(body) = row.body.as_deref().and_then(|body| serde_json::from_str::<Json>(body).ok()) else {
                continue;
            };
            match kind {
                "payees" => {
                    let fields = found.fields.entry(id.to_owned()).or_default();
                    // Of dated rows the last that says something.
                    for cells in body.as_array().into_iter().flatten().filter_map(|row| row.get(2)?.as_object()) {
                        let own =
                            cells.iter().filter_map(|(name, cell)| Some((name.clone(), cell.as_str()?.to_owned())));
                        fields.extend(own);
                    }
                }
                "deals" => {
                    let day = |name: &str| body.get("cells")?.get(name)?.as_str()?.parse::<NaiveDate>().ok();
                    found.days.insert(id.to_owned(), (day("closed").or_else(|| day("booked")), day("starts")));
                }
                _ => {
                    let text = |name: &str| body.get(name).and_then(Json::as_str);
                    let day = text("date").and_then(|date| date.parse::<NaiveDate>().ok());
                    let (Some(deal), Some(day)) = (text("deal"), day.filter(|day| *day <= close.until)) else {
                        continue;
                    };
                    let last = match text("kind") {
                        Some("cancelled") => &mut gone,
                        Some("reinstated") => &mut back,
                        _ => continue,
                    };
                    let known = last.entry(deal.to_owned()).or_insert(day);
                    *known = day.max(*known);
                }
            }
        }
        found.ended = gone
            .into_iter()
            .filter(|(deal, day)| back.get(deal).is_none_or(|back| back < day))
            .map(|(deal, _)| deal)
            .collect();
        found
    }

    /// A field of a payee.
    #[must_use]
    pub fn field(&self, payee: &str, field: &str) -> Option<&str> {
        self.fields.get(payee)?.get(field).map(String::as_str)
    }

    /// The name of a payee, else the id.
    #[must_use]
    pub fn name<'a>(&'a self, payee: &'a str) -> &'a str {
        self.field(payee, "name").unwrap_or(payee)
    }

    /// The first day of a deal's life: when it counted, or when it starts.
    #[must_use]
    pub fn day(&self, deal: &str, start: bool) -> Option<NaiveDate> {
        let (day, starts) = self.days.get(deal)?;
        starts.filter(|_| start).or(*day)
    }

    /// Whether a deal's contract has ended.
    #[must_use]
    pub fn is_ended(&self, deal: &str) -> bool {
        self.ended.contains(deal)
    }
}

/// What a close was to write, as its settings said then.
#[must_use]
pub fn outputs(ledger: &Ledger, close: &CloseRow) -> Outputs {
    let known = ledger.register(close.seq);
    let row = known.get(&(LAYOUT, "outputs"));
    row.and_then(|row| serde_json::from_str(row.body.as_deref()?).ok()).unwrap_or_default()
}
