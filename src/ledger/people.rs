//! People and deals as a close knew them, for what is written of it: names, fields, days.

use super::rows::{CloseRow, FactRow};
use chrono::NaiveDate;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a row of a payee says from a day on; without one always.
type Dated = (Option<NaiveDate>, BTreeMap<String, String>);

/// What a close knew of people and deals.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// By payee: rows in the order of their first days, each with what it says.
    fields: BTreeMap<String, Vec<Dated>>,
    days: BTreeMap<String, (Option<NaiveDate>, Option<NaiveDate>)>,
    /// By deal: what ends it and what brings it back, by the id of the event.
    ends: BTreeMap<String, BTreeMap<String, (bool, NaiveDate)>>,
    /// By the id of such an event: its deal.
    events: BTreeMap<String, String>,
    until: NaiveDate,
}

impl People {
    /// Lets in the versions of facts that a close saw first, withdrawn ones too.
    pub fn let_in<'r>(&mut self, close: &CloseRow, rows: impl Iterator<Item = &'r FactRow>) {
        self.until = close.until;
        for row in rows.filter(|row| matches!(&*row.kind, "payees" | "deals" | "events")) {
            let body = row.body.as_deref().and_then(|body| serde_json::from_str::<Json>(body).ok());
            match &*row.kind {
                "payees" => self.payee(&row.id, body.as_ref()),
                "deals" => self.deal(&row.id, body.as_ref()),
                _ => self.event(&row.id, body.as_ref()),
            }
        }
    }

    fn payee(&mut self, id: &str, body: Option<&Json>) {
        self.fields.remove(id);
        let Some(body) = body else { return };
        let rows = body.as_array().into_iter().flatten().filter_map(|row| {
            let from = row.get(0).and_then(Json::as_str).and_then(|day| day.parse().ok());
            let cells = row.get(2)?.as_object()?.iter();
            Some((from, cells.filter_map(|(name, cell)| Some((name.clone(), cell.as_str()?.to_owned()))).collect()))
        });
        self.fields.insert(id.to_owned(), rows.collect());
    }

    fn deal(&mut self, id: &str, body: Option<&Json>) {
        let day = |name: &str| body?.get("cells")?.get(name)?.as_str()?.parse::<NaiveDate>().ok();
        match body {
            Some(_) => self.days.insert(id.to_owned(), (day("closed").or_else(|| day("booked")), day("starts"))),
            None => self.days.remove(id),
        };
    }

    fn event(&mut self, id: &str, body: Option<&Json>) {
        if let Some(deal) = self.events.remove(id)
            && let Some(own) = self.ends.get_mut(&deal)
        {
            own.remove(id);
        }
        let text = |name: &str| body?.get(name)?.as_str();
        let ends = match text("kind") {
            Some("cancelled") => true,
            Some("reinstated") => false,
            _ => return,
        };
        let day = text("date").and_then(|date| date.parse::<NaiveDate>().ok());
        if let (Some(deal), Some(day)) = (text("deal"), day) {
            self.events.insert(id.to_owned(), deal.to_owned());
            self.ends.entry(deal.to_owned()).or_default().insert(id.to_owned(), (ends, day));
        }
    }

    /// A field of a payee: of dated rows what the last says that has begun by the end of the closed period; of somebody who
    /// begins later, what the first says.
    #[must_use]
    pub fn field(&self, payee: &str, field: &str) -> Option<&str> {
        let rows = self.fields.get(payee)?;
        let begun = rows.iter().rev().filter(|(from, _)| from.is_none_or(|from| from <= self.until));
        begun.chain(rows).find_map(|(_, cells)| cells.get(field)).map(String::as_str)
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
        let last = |wanted: bool| {
            let own = self.ends.get(deal).into_iter().flat_map(BTreeMap::values);
            own.filter(|(ends, day)| *ends == wanted && *day <= self.until).map(|(_, day)| *day).max()
        };
        last(true).is_some_and(|gone| last(false).is_none_or(|back| back < gone))
    }
}
