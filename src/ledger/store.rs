//! The file of the ledger: SQLite, rows only ever added, a close in one transaction.
//!
//! The rollback journal with `synchronous = EXTRA` is used: after a commit the close is there, whatever happens; before it
//! there is nothing of it. Triggers refuse every update and delete, so that no slip of a program changes the past.

#[cfg(debug_assertions)]
mod fault;
mod read;

use super::book::Ledger;
use super::close::Prepared;
use super::rows::{AckRow, CloseRow, EntryRow, FactRow, FileRow, LogRow, SettleRow, damaged};
use super::{FORMAT, LEDGER_FILE};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::parallel;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Params, TransactionBehavior, params};
use std::path::Path;
use std::time::Duration;

/// The steps of a close at which a test lets the process die, in order.
pub const STEPS: [&str; 9] = [
    "before staging",
    "file written",
    "files staged",
    "transaction begun",
    "rows added",
    "before commit",
    "after commit",
    "before publishing",
    "published",
];

#[cfg(debug_assertions)]
pub use fault::Fault;

/// Where the process dies, in builds for tests: `EARNMARK_DIE_AT` names a step.
pub fn step(name: &str) {
    #[cfg(debug_assertions)]
    if std::env::var("EARNMARK_DIE_AT").is_ok_and(|step| step == name) {
        std::process::abort();
    }
    let _ = name;
}

/// How many pages a backup copies before it lets others write.
const PAGES: i32 = 256;

/// The number that marks the file as a ledger.
const APPLICATION: i64 = 0x4541_524e;

const SCHEMA: &str = "
CREATE TABLE log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, period TEXT NOT NULL, revision INTEGER NOT NULL, subject TEXT NOT NULL,
  digest TEXT NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE close (seq INTEGER PRIMARY KEY REFERENCES log (seq), period TEXT NOT NULL, until TEXT NOT NULL, revision INTEGER NOT NULL,
  as_of TEXT NOT NULL, engine TEXT NOT NULL, format INTEGER NOT NULL, data TEXT NOT NULL, people TEXT NOT NULL, plan TEXT NOT NULL,
  entries TEXT NOT NULL, settlement TEXT NOT NULL, digest TEXT NOT NULL, files TEXT NOT NULL, UNIQUE (period, revision)) STRICT;
CREATE TABLE fact (kind TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, recorded TEXT NOT NULL,
  close INTEGER NOT NULL REFERENCES close (seq), body TEXT, PRIMARY KEY (kind, id, close)) STRICT, WITHOUT ROWID;
CREATE TABLE entry (close INTEGER NOT NULL REFERENCES close (seq), number INTEGER NOT NULL, payee TEXT NOT NULL, plan TEXT NOT NULL,
  component TEXT NOT NULL, deal TEXT, measured TEXT NOT NULL, kind TEXT NOT NULL, cause TEXT, refs TEXT NOT NULL, currency TEXT NOT NULL,
  earned INTEGER NOT NULL, payable INTEGER NOT NULL, pay_currency TEXT NOT NULL, pay INTEGER NOT NULL, trace TEXT NOT NULL,
  PRIMARY KEY (close, number)) STRICT, WITHOUT ROWID;
CREATE TABLE settle (close INTEGER NOT NULL REFERENCES close (seq), payee TEXT NOT NULL, currency TEXT NOT NULL, line TEXT NOT NULL,
  amount INTEGER NOT NULL, PRIMARY KEY (close, payee, currency, line)) STRICT, WITHOUT ROWID;
CREATE TABLE file (close INTEGER NOT NULL REFERENCES close (seq), name TEXT NOT NULL, format INTEGER NOT NULL, size INTEGER NOT NULL,
  digest TEXT NOT NULL, PRIMARY KEY (close, name)) STRICT, WITHOUT ROWID;
CREATE TABLE ack (seq INTEGER NOT NULL REFERENCES log (seq), payment TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL,
  date TEXT NOT NULL, reference TEXT NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

const TABLES: [&str; 7] = ["log", "close", "fact", "entry", "settle", "file", "ack"];

/// An open ledger.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

/// What became of a commit.
#[derive(Debug, PartialEq, Eq)]
pub enum Commit {
    /// The rows are in.
    Done,
    /// Somebody else was faster: nothing was written, and all is to be prepared anew.
    Moved,
}

fn told(error: &rusqlite::Error) -> Box<Diagnostic> {
    let (message, help) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another process holds the ledger".to_owned(), "nothing was written; try again when it is done")
        }
        Some(ErrorCode::DiskFull) => ("the disk is full".to_owned(), "nothing was written; make room and close again"),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            "the ledger cannot be written".to_owned(),
            "nothing was written; look at the rights of the file and its folder",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            return damaged(format!("`{LEDGER_FILE}` is damaged"));
        }
        _ => (format!("the ledger fails: {error}"), "nothing was written"),
    };
    Box::new(Diagnostic::error(Code::LedgerLocked, message).in_file(LEDGER_FILE).help(help))
}

impl Store {
    /// Opens the ledger of a project folder; `None` where there is none.
    ///
    /// # Errors
    /// It is no ledger, of a newer form, or cannot be read.
    pub fn open(project: &Path) -> Result<Option<Self>, Box<Diagnostic>> {
        let path = project.join(LEDGER_FILE);
        if !path.is_file() {
            return Ok(None);
        }
        let store = Self::connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let number = |name: &str| store.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (application, version) = (number("application_id"), number("user_version"));
        match (application.map_err(|error| told(&error))?, version.map_err(|error| told(&error))?) {
            // A process that died while it made the file leaves one without a table: it holds nothing yet.
            (0, 0) if store.is_empty()? => Ok(Some(store)),
            (APPLICATION, version) if version > FORMAT => {
                let message = format!("the ledger is of form {version}, and this program knows forms up to {FORMAT}");
                let finding = Diagnostic::error(Code::NewerFormat, message).in_file(LEDGER_FILE);
                Err(Box::new(finding.help("take the newer program that wrote it")))
            }
            (APPLICATION, FORMAT) => Ok(Some(store)),
            _ => Err(damaged(format!("`{LEDGER_FILE}` is no ledger"))),
        }
    }

    /// Opens the ledger of a project folder, or begins one.
    ///
    /// # Errors
    /// As [`open`](Self::open); the folder cannot be written.
    pub fn open_or_begin(project: &Path) -> Result<Self, Box<Diagnostic>> {
        match Self::open(project)? {
            Some(store) => Ok(store),
            None => Self::connect(
                &project.join(LEDGER_FILE),
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            ),
        }
    }

    /// Reads a copy of a ledger, wherever it lies.
    ///
    /// # Errors
    /// It is damaged, or no ledger.
    pub fn check_copy(path: &Path) -> Result<Ledger, Box<Diagnostic>> {
        let mut copy = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let sound = copy.connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        if sound.map_err(|error| told(&error))? != "ok" {
            return Err(damaged("the copy is damaged"));
        }
        copy.read()
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Box<Diagnostic>> {
        let connect = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(Duration::from_secs(20))?;
            connection.pragma_update(None, "journal_mode", "DELETE")?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            Ok(connection)
        };
        connect().map(|connection| Self { connection }).map_err(|error| told(&error))
    }

    fn is_empty(&self) -> Result<bool, Box<Diagnostic>> {
        let count = self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(|error| told(&error))? == 0)
    }

    /// All rows, as they stood at one moment.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&mut self) -> Result<Ledger, Box<Diagnostic>> {
        self.at_once(|from| Ok(Ledger { entries: read::entries(from, 0, &mut |_| true)?, ..read::others(from)? }))
    }

    /// All rows but entries, as they stood at one moment.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_others(&mut self) -> Result<Ledger, Box<Diagnostic>> {
        self.at_once(read::others)
    }

    /// All rows of the ledger of a project folder; `None` where there is none. Entries are as many as all else, and are read
    /// beside it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read_project(project: &Path) -> Result<Option<Ledger>, Box<Diagnostic>> {
        let (Some(mut store), Some(mut second)) = (Self::open(project)?, Self::open(project)?) else { return Ok(None) };
        let entries = |from: &Connection| Ok((read::log(from)?, read::entries(from, 0, &mut |_| true)?));
        let (others, entries) = parallel::both(|| store.read_others(), || second.at_once(entries));
        let (others, (log, entries)) = (others?, entries?);
        if others.log == log {
            return Ok(Some(Ledger { entries, ..others }));
        }
        // Somebody wrote in between.
        store.read().map(Some)
    }

    /// What is read within one transaction; nothing of a ledger that has no table yet.
    fn at_once<T: Default>(
        &mut self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Box<Diagnostic>> {
        if self.is_empty()? {
            return Ok(T::default());
        }
        let transaction = self.connection.transaction().map_err(|error| told(&error))?;
        read(&transaction).map_err(|error| told(&error))
    }

    /// The entries from a close on, of whose measurement period, by its label, something is true. Those of a close never change,
    /// so it does not matter that others may have been added since the other rows were read.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn read_entries(
        &self,
        close: i64,
        wanted: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Vec<EntryRow>, Box<Diagnostic>> {
        if self.is_empty()? {
            return Ok(Vec::new());
        }
        read::entries(&self.connection, close, wanted).map_err(|error| told(&error))
    }

    /// Adds the rows of a close.
    ///
    /// # Errors
    /// Nothing was written then.
    pub fn add(&mut self, prepared: &Prepared) -> Result<Commit, Box<Diagnostic>> {
        self.commit(&prepared.head, &prepared.rows).map_err(|error| told(&error))
    }

    /// Copies the ledger as it stands at one moment, safely while another process writes to it.
    ///
    /// # Errors
    /// The copy cannot be written; nothing of it is left then.
    pub fn back_up(&self, to: &Path) -> Result<(), Box<Diagnostic>> {
        let copy = || -> rusqlite::Result<()> {
            let mut target = Connection::open(to)?;
            let backup = rusqlite::backup::Backup::new(&self.connection, &mut target)?;
            backup.run_to_completion(PAGES, Duration::from_millis(5), None)
        };
        let copied = copy();
        if copied.is_err() {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(to);
        }
        copied.map_err(|error| told(&error))
    }

    fn commit(&mut self, head: &str, rows: &Ledger) -> rusqlite::Result<Commit> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step("transaction begun");
        let begun = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))? > 0;
        if !begun {
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
            transaction.execute_batch(SCHEMA)?;
            for table in TABLES {
                for what in ["UPDATE", "DELETE"] {
                    transaction.execute_batch(&format!(
                        "CREATE TRIGGER {table}_{what} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;"
                    ))?;
                }
            }
        }
        let last = "SELECT hash FROM log ORDER BY seq DESC LIMIT 1";
        let last = transaction.query_row(last, [], |row| row.get::<_, String>(0)).optional()?;
        if last.as_deref().unwrap_or(super::chain::BEGINNING) != head {
            return Ok(Commit::Moved);
        }
        add(&transaction, rows)?;
        step("before commit");
        transaction.commit()?;
        step("after commit");
        Ok(Commit::Done)
    }
}

fn add(to: &Connection, rows: &Ledger) -> rusqlite::Result<()> {
    for row in &rows.log {
        let LogRow { seq, kind, period, revision, subject, digest, actor, at, note, prev, hash } = row;
        put(to, "log", 11, params![seq, kind, period, revision, subject, digest, actor, at, note, prev, hash])?;
    }
    for row in &rows.closes {
        let CloseRow {
            seq,
            period,
            until,
            revision,
            as_of,
            engine,
            format,
            data,
            people,
            plan,
            entries,
            settlement,
            digest,
            files,
        } = row;
        let (until, as_of) = (until.to_string(), as_of.to_string());
        let values = params![
            seq, period, until, revision, as_of, engine, format, data, people, plan, entries, settlement, digest, files
        ];
        put(to, "close", 14, values)?;
    }
    for row in &rows.facts {
        let FactRow { kind, id, digest, recorded, close, body } = row;
        put(to, "fact", 6, params![kind, id, digest.to_string(), recorded.to_string(), close, body])?;
    }
    for row in &rows.entries {
        let EntryRow { close, number, payee, plan, component, deal, measured, kind, cause, refs, currency, .. } = row;
        let EntryRow { earned, payable, pay_currency, pay, trace, .. } = row;
        let values = params![
            close,
            number,
            payee,
            plan,
            component,
            deal,
            measured,
            kind,
            cause,
            refs,
            currency,
            earned,
            payable,
            pay_currency,
            pay,
            trace
        ];
        put(to, "entry", 16, values)?;
    }
    step("rows added");
    for SettleRow { close, payee, currency, line, amount } in &rows.settle {
        put(to, "settle", 5, params![close, payee, currency, line, amount])?;
    }
    for FileRow { close, name, format, size, digest } in &rows.files {
        put(to, "file", 5, params![close, name, format, size, digest])?;
    }
    for AckRow { seq, payment, status, date, reference, reason } in &rows.acks {
        put(to, "ack", 6, params![seq, payment, status, date, reference, reason])?;
    }
    Ok(())
}

fn put(to: &Connection, table: &str, columns: usize, values: impl Params) -> rusqlite::Result<()> {
    let marks = vec!["?"; columns].join(",");
    to.prepare_cached(&format!("INSERT INTO {table} VALUES ({marks})"))?.execute(values)?;
    Ok(())
}
