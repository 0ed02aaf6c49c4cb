//! Earnmark: a commission and incentive engine. Comp plans are Rhai scripts, closed deals go in, statements come out in
//! which every cent has a named cause. The same inputs give the same bytes natively and in WebAssembly.
//!
//! The flow has one direction and seven stages: [`facts`](run::facts) → [`credit`](run::credit) →
//! [`measure`](run::measure) → [`earn`](run::earn) → [`adjust`](run::adjust) → [`settle`](run::settle) →
//! [`statement`](run::statement). Around it stand the rings of the house: [`domain`] (words and arithmetic), [`plan`]
//! (from a script to a plan), [`run`], [`report`], [`check`] (what is known of a plan before it pays), [`io`], and outermost the command line and the page.
//!
//! ```
//! use earnmark::{Project, sample};
//!
//! let project = Project::open(&sample::folder()).map_err(|refused| format!("{:?}", refused.findings))?;
//! let computed = project.compute("2026-Q1").map_err(|refused| format!("{:?}", refused.findings))?;
//! assert!(computed.outcome.payouts.iter().any(|payout| payout.payout > 0.into()));
//! # Ok::<(), String>(())
//! ```

// The support of the cases names the crate as its users do.
#[cfg(test)]
extern crate self as earnmark;

pub mod check;
pub mod domain;
pub mod io;
pub mod ledger;
mod parallel;
pub mod plan;
pub mod project;
pub mod report;
pub mod run;
pub mod sample;
pub mod session;
pub mod templates;

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use io::folder::Folder;
pub use project::{Computed, Project, Refused};
pub use session::Session;
