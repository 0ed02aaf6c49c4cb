//! Faults that tests ask for, in builds for tests alone: SQLite stops, fills up, refuses.

use super::Store;
use rusqlite::Connection;

/// What goes wrong in the next transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SQLite is interrupted after so many of its steps.
    Interrupt(u64),
    /// The commit becomes a rollback.
    Rollback,
    /// The database has no more than so many pages.
    Full(u32),
    /// Nothing can be written.
    ReadOnly,
    /// Nobody waits for a lock.
    Hasty,
}

impl Store {
    /// Lets something go wrong.
    ///
    /// # Errors
    /// The fault itself cannot be set up.
    pub fn fail(&mut self, fault: Fault) -> rusqlite::Result<()> {
        set(&mut self.connection, fault)
    }
}

fn set(connection: &mut Connection, fault: Fault) -> rusqlite::Result<()> {
    match fault {
        Fault::Interrupt(most) => {
            let mut done = 0_u64;
            let stop = move || {
                done = done.saturating_add(1);
                done > most
            };
            connection.progress_handler(1, Some(stop))
        }
        Fault::Rollback => connection.commit_hook(Some(|| true)),
        Fault::Full(pages) => connection.pragma_update(None, "max_page_count", pages),
        Fault::ReadOnly => connection.pragma_update(None, "query_only", true),
        Fault::Hasty => connection.busy_timeout(std::time::Duration::ZERO),
    }
}
