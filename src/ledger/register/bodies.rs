//! The bodies of deals, events and payees as the register holds them: they are many, and written at once as JSON.
//!
//! Invariant: the same facts have the same bodies in every version, or each close would take all of them for new.

use super::Fact;
use crate::domain::exact::shortest;
use crate::domain::facts::{Deal, Event, Payee, Schema, deal_column, payee_field};
use crate::domain::value::{Columns, Value};
use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use std::io;

/// The columns of a kind by name, each with its place: the order in which a body has its cells.
pub(super) fn by_name(columns: &Columns) -> Vec<(&str, usize)> {
    let mut named: Vec<(&str, usize)> = columns.0.iter().map(|column| &*column.name).zip(0..).collect();
    named.sort_unstable();
    named
}

/// The cells of a row by the names of their columns, but for some that are no part of it.
struct Named<'f> {
    columns: &'f [(&'f str, usize)],
    cells: &'f [Option<Value>],
    but: &'f [usize],
}

/// The columns of deals and of events.
pub(super) fn columns(schema: &Schema) -> [Vec<(&str, usize)>; 2] {
    [by_name(&schema.deals), by_name(&schema.events)]
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, place) in self.columns.iter().filter(|(_, place)| !self.but.contains(place)) {
            if let Some(cell) = self.cells.get(*place).and_then(Option::as_ref) {
                map.serialize_entry(name, &cell.as_canonical())?;
            }
        }
        map.end()
    }
}

/// A share as a body has it: position, payee, role, share.
type ShareBody<'f> = (Option<u32>, &'f str, Option<&'f str>, String);

/// The body of a deal. Of this and of an event's, fields stand in the order of the alphabet.
#[derive(serde::Serialize)]
pub(super) struct DealBody<'f> {
    cells: Named<'f>,
    shares: Vec<ShareBody<'f>>,
}

#[derive(serde::Serialize)]
pub(super) struct EventBody<'f> {
    actor: Option<&'f str>,
    amount: Option<String>,
    cells: Named<'f>,
    component: Option<&'f str>,
    date: NaiveDate,
    deal: Option<&'f str>,
    kind: &'f str,
    number: Option<&'f str>,
    payee: Option<&'f str>,
    reason: Option<&'f str>,
}

/// Text that is written from texts and numbers alone cannot fail.
fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// Whether a text is that of a body: compared as it is written, and nothing is kept.
pub(super) fn is_written(body: &impl Serialize, text: &str) -> bool {
    let mut left = Left(text.as_bytes());
    serde_json::to_writer(&mut left, body).is_ok() && left.0.is_empty()
}

/// What of a text has not been written yet.
struct Left<'t>(&'t [u8]);

impl io::Write for Left<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(piece).ok_or(io::ErrorKind::InvalidData)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn body_of_deal<'f>(columns: &'f [(&'f str, usize)], deal: &'f Deal) -> DealBody<'f> {
    let mut shares: Vec<ShareBody<'_>> = deal
        .shares
        .iter()
        .map(|share| (share.position, &*share.payee, share.role.as_deref(), shortest(share.share)))
        .collect();
    shares.sort_unstable();
    DealBody { cells: Named { columns, cells: &deal.cells, but: &[deal_column::RECORDED] }, shares }
}

pub(super) fn of_deal(columns: &[(&str, usize)], deal: &Deal) -> Fact {
    let recorded = deal.date(deal_column::RECORDED).or_else(|| deal.day());
    Fact::of("deals", deal.id.to_string(), written(&body_of_deal(columns, deal)), recorded)
}

pub(super) fn body_of_event<'f>(columns: &'f [(&'f str, usize)], event: &'f Event) -> EventBody<'f> {
    EventBody {
        actor: event.actor.as_deref(),
        amount: event.amount.map(shortest),
        cells: Named { columns, cells: &event.cells, but: &[] },
        component: event.component.as_deref(),
        date: event.date,
        deal: event.deal.as_deref(),
        kind: &event.kind,
        number: event.number.as_deref(),
        payee: event.payee.as_deref(),
        reason: event.reason.as_deref(),
    }
}

pub(super) fn of_event(columns: &[(&str, usize)], event: &Event) -> Fact {
    let body = written(&body_of_event(columns, event));
    Fact::of("events", event.id.to_string(), body, event.recorded.or(Some(event.date)))
}

/// A payee with all dated rows: a row is cut where a field of another file begins, and that makes no row vanish. The manager
/// is left out: it is said by the reporting lines. When a row became known makes no new version.
pub(super) fn of_payee(columns: &[(&str, usize)], payee: &Payee) -> Fact {
    let but = &[payee_field::MANAGER, payee_field::RECORDED];
    let rows = payee.rows.iter().map(|row| (row.from, row.to, Named { columns, cells: &row.cells, but }));
    let rows: Vec<(Option<NaiveDate>, Option<NaiveDate>, Named<'_>)> = rows.collect();
    let recorded = payee.rows.iter().filter_map(|row| row.cells.get(payee_field::RECORDED)?.as_ref()?.date()).max();
    Fact::of("payees", payee.id.to_string(), written(&rows), recorded)
}

#[cfg(test)]
mod tests {
    use crate::io::Folder;
    use crate::project::Project;

    /// The bodies that ledgers hold: fields and cells in the order of the alphabet, blank cells left out, shares with their
    /// positions, texts as JSON. A ledger of before has exactly these.
    #[test]
    fn bodies_are_those_that_ledgers_hold() {
        let mut folder = Folder::default();
        folder.put(
            "earnmark.toml",
            "format = 1\ncompany = { name = \"B\", currency = \"USD\" }\ncolumns.deals.product = { type = \"text\", optional = true }\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\", amount = \"amount\", product = \"what\", payee = \"who\", recorded = \"known\" }\n[events]\nfile = \"e.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"day\", amount = \"amount\", reason = \"why\" }\n[payees]\nfile = \"p.csv\"\ncolumns = { id = \"id\", name = \"name\", role = \"role\", from = \"from\", to = \"to\" }\n",
        );
        folder.put(
            "rules/p.rhai",
            "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\nlet m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, rate: 1.pct });\n",
        );
        folder.put("data/d.csv", "id,day,amount,what,who,known\nD1,2026-01-05,1200.50,\"3\"\" pipe\",ann,2026-01-07\nD2,2026-01-06,-7,,ann,\n");
        folder.put("data/e.csv", "id,deal,kind,day,amount,why\nE1,D1,refunded,2026-01-09,200.10,بلا سبب\n");
        folder.put("data/p.csv", "id,name,role,from,to\nann,Ann,rep,2026-01-01,2026-01-31\nann,Ann,lead,2026-02-01,\n");
        let project = Project::open(&folder).unwrap();
        let bodies: Vec<(&str, String, String)> = project
            .registered()
            .into_iter()
            .filter(|fact| matches!(fact.kind, "deals" | "events" | "payees"))
            .map(|fact| (fact.kind, fact.id, fact.body))
            .collect();
        let row = |kind, id: &str, body: &str| (kind, id.to_owned(), body.to_owned());
        let expected = [
            row(
                "deals",
                "D1",
                r#"{"cells":{"amount":"1200.5","closed":"2026-01-05","currency":"USD","id":"D1","product":"3\" pipe"},"shares":[[1,"ann",null,"1"]]}"#,
            ),
            row(
                "deals",
                "D2",
                r#"{"cells":{"amount":"-7","closed":"2026-01-06","currency":"USD","id":"D2"},"shares":[[1,"ann",null,"1"]]}"#,
            ),
            row(
                "events",
                "E1",
                r#"{"actor":null,"amount":"200.1","cells":{},"component":null,"date":"2026-01-09","deal":"D1","kind":"refunded","number":null,"payee":null,"reason":"بلا سبب"}"#,
            ),
            row(
                "payees",
                "ann",
                r#"[["2026-01-01","2026-01-31",{"id":"ann","name":"Ann","role":"rep"}],["2026-02-01",null,{"id":"ann","name":"Ann","role":"lead"}]]"#,
            ),
        ];
        assert_eq!(bodies, expected);
    }
}
