//! Rows on their way in: every table in the order of its keys.

use crate::domain::sha::Sum;
use crate::ledger::book::Ledger;
use crate::ledger::rows::{AckRow, CloseRow, EntryRow, FactRow, FileRow, LogRow, SettleRow};
use chrono::NaiveDate;
use rusqlite::{Connection, Row};
use std::sync::Arc;

fn all<T>(
    from: &Connection,
    text: &str,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    from.prepare_cached(text)?.query_map([], |row| read(row))?.collect()
}

/// The same of a table of many rows, with room for all of them: counting them is quicker than to move them as they grow.
fn many<T>(
    from: &Connection,
    (table, order): (&str, &str),
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let count = from.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))?;
    let mut found = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut statement = from.prepare_cached(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The texts of a column that many rows have in common, the last ones: each is kept once.
#[derive(Default)]
struct Shared(Vec<Arc<str>>);

/// How many of them are known at once.
const KNOWN: usize = 48;

impl Shared {
    fn text(&mut self, row: &Row<'_>, place: usize) -> rusqlite::Result<Arc<str>> {
        let text = row.get_ref(place)?.as_str()?;
        if let Some(known) = self.0.iter().rev().find(|known| &***known == text) {
            return Ok(Arc::clone(known));
        }
        if self.0.len() >= KNOWN {
            self.0.clear();
        }
        let text: Arc<str> = Arc::from(text);
        self.0.push(Arc::clone(&text));
        Ok(text)
    }
}

fn day(row: &Row<'_>, place: usize) -> rusqlite::Result<NaiveDate> {
    let text = row.get_ref(place)?.as_str()?;
    // A day that is none is a changed row: no day is so early, and the chain says which row it is.
    Ok(text.parse().unwrap_or(NaiveDate::MIN))
}

fn sum(row: &Row<'_>, place: usize) -> rusqlite::Result<Sum> {
    // One that is none is a changed row: no fact has this one, and the chain says which row it is.
    Ok(Sum::parse(row.get_ref(place)?.as_str()?).unwrap_or_else(|| Sum::of(&[])))
}

pub(super) fn log(from: &Connection) -> rusqlite::Result<Vec<LogRow>> {
    all(from, "SELECT * FROM log ORDER BY seq", |row| {
        Ok(LogRow {
            seq: row.get(0)?,
            kind: row.get(1)?,
            period: row.get(2)?,
            revision: row.get(3)?,
            subject: row.get(4)?,
            digest: row.get(5)?,
            actor: row.get(6)?,
            at: row.get(7)?,
            note: row.get(8)?,
            prev: row.get(9)?,
            hash: row.get(10)?,
        })
    })
}

/// All rows but entries.
pub(super) fn others(from: &Connection) -> rusqlite::Result<Ledger> {
    let closes = all(from, "SELECT * FROM close ORDER BY seq", |row| {
        Ok(CloseRow {
            seq: row.get(0)?,
            period: row.get(1)?,
            until: day(row, 2)?,
            revision: row.get(3)?,
            as_of: day(row, 4)?,
            engine: row.get(5)?,
            format: row.get(6)?,
            data: row.get(7)?,
            people: row.get(8)?,
            plan: row.get(9)?,
            entries: row.get(10)?,
            settlement: row.get(11)?,
            digest: row.get(12)?,
            files: row.get(13)?,
        })
    })?;
    let mut kinds = Shared::default();
    let facts = many(from, ("fact", "kind, id, close"), |row| {
        let (kind, id, digest) = (kinds.text(row, 0)?, row.get(1)?, sum(row, 2)?);
        Ok(FactRow { kind, id, digest, recorded: day(row, 3)?, close: row.get(4)?, body: row.get(5)? })
    })?;
    let mut shared: [Shared; 3] = Default::default();
    let settle = many(from, ("settle", "close, payee, currency, line"), |row| {
        let [payees, currencies, lines] = &mut shared;
        let (payee, currency, line) = (payees.text(row, 1)?, currencies.text(row, 2)?, lines.text(row, 3)?);
        Ok(SettleRow { close: row.get(0)?, payee, currency, line, amount: row.get(4)? })
    })?;
    let files = all(from, "SELECT * FROM file ORDER BY close, name", |row| {
        let (close, name, format) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(FileRow { close, name, format, size: row.get(3)?, digest: row.get(4)? })
    })?;
    let acks = all(from, "SELECT * FROM ack ORDER BY payment", |row| {
        let (seq, payment, status) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(AckRow { seq, payment, status, date: row.get(3)?, reference: row.get(4)?, reason: row.get(5)? })
    })?;
    Ok(Ledger { log: log(from)?, closes, facts, entries: Vec::new(), settle, files, acks })
}

/// The entries from a close on, of whose measurement period, by its label, something is true.
pub(super) fn entries(
    from: &Connection,
    close: i64,
    wanted: &mut dyn FnMut(&str) -> bool,
) -> rusqlite::Result<Vec<EntryRow>> {
    let mut shared: [Shared; 7] = Default::default();
    let mut statement = from.prepare_cached("SELECT * FROM entry WHERE close >= ? ORDER BY close, number")?;
    let mut rows = statement.query([close])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if !wanted(row.get_ref(6)?.as_str()?) {
            continue;
        }
        let [payees, plans, components, periods, kinds, currencies, pay_currencies] = &mut shared;
        found.push(EntryRow {
            close: row.get(0)?,
            number: row.get(1)?,
            payee: payees.text(row, 2)?,
            plan: plans.text(row, 3)?,
            component: components.text(row, 4)?,
            deal: row.get(5)?,
            measured: periods.text(row, 6)?,
            kind: kinds.text(row, 7)?,
            cause: row.get(8)?,
            refs: row.get(9)?,
            currency: currencies.text(row, 10)?,
            earned: row.get(11)?,
            payable: row.get(12)?,
            pay_currency: pay_currencies.text(row, 13)?,
            pay: row.get(14)?,
            trace: row.get(15)?,
        });
    }
    Ok(found)
}
