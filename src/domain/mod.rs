//! Words and arithmetic: what every other ring of the house speaks in. No Rhai, no I/O, no clock.
//!
//! | module | holds |
//! | --- | --- |
//! | [`exact`] | checked decimal arithmetic, fractions, rounding |
//! | [`currency`] | ISO 4217 codes and their minor units |
//! | [`calendar`] | periods, their labels, fiscal and 4-4-5 calendars |
//! | [`value`] | typed values of columns and formulas |
//! | [`facts`] | deals, payees, reporting lines, assignments, quotas |
//! | [`texts`] | texts of a project, and places in them |
//! | [`sha`] | SHA-256 as text |
//! | [`diagnostic`] | a problem, where it is, what was expected |
#![deny(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

pub mod calendar;
pub mod columns;
pub mod currency;
pub mod diagnostic;
pub mod exact;
pub mod facts;
pub mod sha;
pub mod texts;
pub mod value;
