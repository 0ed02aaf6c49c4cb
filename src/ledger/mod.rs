//! The ledger: what closed periods hold, in one file beside the project, `ledger.sqlite`. Facts alone say what belongs to
//! each payout period; the ledger only says what was posted.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | the rows of the seven tables, and their canonical form |
//! | [`book`] | all rows together: which closes are in force, the register of facts, balances |
//! | [`chain`] | one chain of hashes over everything, and what breaks it |
//! | [`register`] | facts as rows: what a close knew, and what has changed since |
//! | [`knew`] | the digests of what each close knew |
//! | [`recall`] | the facts of a close, back from the register |
//! | [`posting`] | from rows to what the next run takes, and from a run to rows |
//! | [`causes`] | a difference told apart: engine, plan, people, data |
//! | [`reach`] | which changed facts stand behind a true-up |
//! | [`prices`] | what each changed fact does to the true-ups of a payee |
//! | [`told`] | what a close does not post by itself |
//! | [`renamed`] | people who have another id in the files than in the ledger |
//! | [`rest`] | which closed days are not worked again |
//! | [`acks`] | what payroll says of payments |
//! | [`states`] | draft, approved, closed, paid, void: read off the log |
//! | [`approval`] | submitted, approved, rejected |
//! | [`disputes`] | what a payee objects to, and what became of it |
//! | [`close`] | a close, prepared whole before anything is written |
//! | [`order`] | one chain of payout periods, closed one after the other |
//! | [`back`] | a close taken back, or worked again |
//! | [`since`] | what closed periods would hold as known now |
//! | [`files`] | what payroll takes, made of rows alone |
//! | [`held`] | what is earned and not payable yet, by key, after each close |
//! | [`accrual`] | what is earned and not paid at the end of a closed period |
//! | [`payroll`], [`journal`] | two of these: what is paid, what is booked |
//! | [`statements`] | a statement for each payee, of rows alone |
//! | [`walk`] | the ledger read close by close: what is known and booked grows with each |
//! | [`people`] | people and deals as a close knew them, for these files |
//! | [`store`] | (native) SQLite: rows only ever added, a close in one transaction |
//! | [`outbox`] | (native) a closed period always has its files |
//!
//! Everything but the last two is a pure function of rows and facts.

pub mod accrual;
pub mod acks;
pub mod approval;
pub mod back;
pub mod book;
pub mod causes;
pub mod chain;
pub mod close;
pub mod disputes;
mod document;
pub mod files;
pub mod held;
pub mod journal;
pub mod knew;
pub mod known;
pub mod order;
pub mod payroll;
pub mod people;
pub mod posting;
pub mod prices;
pub mod reach;
pub mod recall;
pub mod register;
pub mod renamed;
pub mod rest;
pub mod rows;
pub mod since;
pub mod statements;
pub mod states;
pub mod told;
pub mod walk;

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
