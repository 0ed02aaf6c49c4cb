//! Most of what is tried from outside, as one program: it is linked once, and its parts run beside one another.
//!
//! Each file says what it tries. Apart stand `cases` (a test for each file of `tests/cases`), `wasm` (the same in a browser), and
//! what counts allocations or looks at the clock.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(feature = "parquet")]
mod arrow;
mod bad_files;
mod bad_input;
mod basis;
mod columns;
mod compare;
mod crm;
mod data;
mod editor;
#[expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]
mod files;
mod formats;
mod language;
mod ledger;
mod library;
mod opening;
mod pipeline;
mod plans;
mod properties;
mod readme;
mod reference;
mod templates;
mod types;
