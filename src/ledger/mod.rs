//! The ledger: what closed periods hold, in one file beside the project, `ledger.sqlite`. Facts alone say what belongs to
//! each payout period; the ledger only says what was posted.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | the rows of the seven tables, and their canonical form |
//! | [`book`] | all rows together: which closes are in force, the register of facts, balances |
//! | [`chain`] | one chain of hashes over everything, and what breaks it |
//! | [`register`] | facts as rows: what a close knew, and what has changed since |
//! | [`posting`] | from rows to what the next run takes, and from a run to rows |
//! | [`causes`] | a difference told apart: engine, plan, people, data |
//! | [`told`] | what a close does not post by itself |
//! | [`close`] | a close, prepared whole before anything is written |
//! | [`files`] | what payroll takes, made of rows alone |
//! | [`store`] | (native) SQLite: rows only ever added, a close in one transaction |
//! | [`outbox`] | (native) a closed period always has its files |
//!
//! Everything but the last two is a pure function of rows and facts.

pub mod book;
pub mod causes;
pub mod chain;
pub mod close;
pub mod files;
pub mod posting;
pub mod register;
pub mod rows;
pub mod told;

#[cfg(not(target_arch = "wasm32"))]
pub mod outbox;
#[cfg(not(target_arch = "wasm32"))]
pub mod store;

/// The name of the file in the project folder.
pub const LEDGER_FILE: &str = "ledger.sqlite";

/// The folder of what was written for closed periods, in the project folder.
pub const CLOSED_FOLDER: &str = "closed";

/// The version of the ledger's form. A newer one is refused.
pub const FORMAT: i64 = 1;
