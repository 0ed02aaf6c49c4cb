//! From the bytes of a project folder to settings and facts, with everything that is wrong with them.
//!
//! In:   a [`Folder`]: `earnmark.toml`, the plans' scripts, data files.
//! Out:  [`Settings`] ([`read_settings`]), and [`Facts`](crate::domain::facts::Facts) with their report
//!       ([`read_facts`]).
//!
//! | module | holds, in the order of the flow |
//! | --- | --- |
//! | [`folder`] | the files of a project; natively read from disk |
//! | [`settings`] | `earnmark.toml`: calendar, roles, declared columns, sources and their mappings |
//! | `formats` | JSON, workbooks, databases to rows of cells; files in `.gz` and `.zip` unpacked |
//! | `text` | bytes to text: byte order marks, encodings |
//! | [`dialect`] | how a file is written; its delimiter guessed |
//! | `table` | text to rows of cells |
//! | [`sheet`] | a file opened: header found, filter, lengths, what was read of it |
//! | [`mapping`], `join` | which cells fill a column of ours |
//! | `failed` | errors of spreadsheets, which are no values |
//! | `convert`, [`dates`], [`numbers`] | cells to values |
//! | `deals`, `shares`, `long_shares`, `events`, `payees`, `lines`, `quotas`, `periodic`, `adjustments`, `rates`, `tables` | rows to facts, kind by kind |
//! | `stack` | cancellations that name no deal, matched with one |
//! | `named`, `ranges`, `rows` | what kinds have in common |
//! | [`read`] | all of it, compared and counted |
//! | [`columns`] | deals that are plainly written, by columns, for runs that only pay |
//! | [`guess`] | what a lone export most likely means |
//! | `findings` | what is wrong with rows, kept readable where there is much of it |
//!
//! Not here: what plans say, anything that is computed. Everything but [`Folder::read`] is a pure function and
//! runs in the browser too.

pub mod columns;
pub mod dates;
pub mod dialect;
pub mod folder;
pub mod guess;
pub mod mapping;
pub mod numbers;
pub mod read;
pub mod settings;
pub mod sheet;

mod adjustments;
mod convert;
mod deals;
mod events;
mod failed;
mod findings;
mod formats;
mod join;
mod lines;
mod long_shares;
mod named;
mod payees;
mod periodic;
mod pipeline;
mod quotas;
mod ranges;
mod rates;
mod rows;
mod shares;
mod stack;
mod table;
mod tables;
mod text;

pub use folder::Folder;
#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
pub(crate) use formats::damaged_meanwhile;
pub use read::{Reading, read_facts, read_facts_known};
pub use settings::{Settings, read_settings};
pub use sheet::{Cancellations, SourceReport};
