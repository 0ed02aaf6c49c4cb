//! SQLite databases: the rows of a query over a copy of the file in memory.
//!
//! The query reads and does nothing else: the copy is read-only, no other file can be attached, what differs from run to
//! run (`random()`, the clock) is refused, and a query that never ends is stopped after a number of steps.

use super::workbook::figure;
use super::{Filling, Grid, Value, damaged};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::findings::Problem;
use crate::io::settings::Source;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use std::borrow::Cow;

/// Steps of the database's machine between two looks at how many there were.
const STEPS: i32 = 1_000_000;
/// How often that may be.
const LOOKS: u32 = 500;
/// Functions whose result differs from run to run.
const UNSTEADY: [&str; 5] = ["random", "randomblob", "current_date", "current_time", "current_timestamp"];
/// Functions that take the clock where they are told `now`, or nothing.
const CLOCKS: [&str; 7] = ["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"];

/// The rows of the source's query.
pub(super) fn read(file: &str, bytes: &[u8], source: &Source) -> Result<Grid, Box<Diagnostic>> {
    let query = source.sql.as_ref().map_or("", |sql| sql.value.as_str());
    let broken = |error: rusqlite::Error| damaged(file, format!("is no SQLite database, or is damaged: {error}"));
    let refused = |error: rusqlite::Error| {
        let message = format!("the query over `{file}` is refused: {error}");
        Box::new(Diagnostic::error(Code::BadSetting, message).in_file(file))
    };
    whole(file, bytes)?;
    let mut base = Connection::open_in_memory().map_err(broken)?;
    let bytes = without_log(bytes);
    base.deserialize_read_exact(MAIN_DB, &*bytes, bytes.len(), true).map_err(broken)?;
    base.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).map_err(broken)?;
    let has_clock = query.to_ascii_lowercase().contains("now");
    base.authorizer(Some(move |asked: AuthContext<'_>| allowed(&asked, has_clock))).map_err(broken)?;
    let mut looks = 0_u32;
    let watch = move || {
        looks = looks.saturating_add(1);
        looks > LOOKS
    };
    base.progress_handler(STEPS, Some(watch)).map_err(broken)?;
    base.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(broken)?;
    let mut statement = base.prepare(query).map_err(refused)?;
    if !statement.readonly() {
        return Err(damaged(file, "is only read: `sql` is a SELECT"));
    }
    let mut filling = Filling::new(file, source);
    for name in statement.column_names() {
        filling.column(name)?;
    }
    let columns = statement.column_count();
    let mut rows = statement.query([]).map_err(refused)?;
    let mut number = 1_u64; // the names are the first
    while let Some(row) = rows.next().map_err(refused)? {
        number = number.saturating_add(1);
        let values = (0..columns).map(|place| (place, row.get_ref(place).map_or(Value::Nothing, value)));
        filling.row(number, values)?;
    }
    Ok(filling.finish(1, "SQLite".to_owned()))
}

/// Refuses a file that was cut: where the header says how many pages there are, what lacks would be read as no rows.
/// The places are those of the file format that the makers of SQLite publish.
fn whole(file: &str, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let number = |from: usize, to: usize| {
        let bytes = bytes.get(from..to).unwrap_or_default();
        bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_shl(8) | usize::from(*byte))
    };
    let page = match number(16, 18) {
        1 => 65_536,
        size => size,
    };
    // The number of pages holds where whoever wrote last also wrote it.
    let pages = if number(24, 28) == number(92, 96) { number(28, 32) } else { 0 };
    let over = bytes.len().checked_rem(page).unwrap_or(1);
    if bytes.len() < 100 || over != 0 || bytes.len() < page.saturating_mul(pages) {
        let finding = damaged(file, "is no SQLite database, or only a part of one");
        return Err(Box::new(finding.help("copy it again, while no program writes it")));
    }
    Ok(())
}

/// Whether the query may do what it asks for.
fn allowed(asked: &AuthContext<'_>, has_clock: bool) -> Authorization {
    match &asked.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } => {
            let name = function_name.to_ascii_lowercase();
            let unsteady = UNSTEADY.contains(&&*name) || (has_clock && CLOCKS.contains(&&*name));
            if unsteady || name == "load_extension" { Authorization::Deny } else { Authorization::Allow }
        }
        _ => Authorization::Deny,
    }
}

/// The database as one without a log beside it. Its header says that there may be one; whether there is, was looked at
/// where the file was read.
fn without_log(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.get(18..20) != Some(&[2, 2]) {
        return Cow::Borrowed(bytes);
    }
    let mut copy = bytes.to_vec();
    if let Some(versions) = copy.get_mut(18..20) {
        versions.copy_from_slice(&[1, 1]);
    }
    Cow::Owned(copy)
}

/// A value as the database knows it.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Nothing,
        ValueRef::Integer(number) => Value::Number(number.to_string()),
        ValueRef::Real(number) => figure(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => {
                let shown = String::from_utf8_lossy(bytes).into_owned();
                Value::Wrong(shown, Problem::new(Code::BadEncoding, "bytes of this text are not utf-8"))
            }
        },
        ValueRef::Blob(bytes) => {
            let message = format!("this is no text, but {} bytes", bytes.len());
            Value::Wrong(String::new(), Problem::new(Code::BadValue, message))
        }
    }
}
