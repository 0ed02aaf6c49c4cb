//! The check: what can be known about a plan before it pays.
//!
//! | module | holds |
//! | --- | --- |
//! | [`tests`] | the plan's own examples, worked and compared |
//! | [`lone`] | a script without a project, over the standard columns |
//! | `world` | the facts of an example: an empty world but for what it says |
//! | [`reached`] | what no example reaches |
//! | [`near`] | what a plan compares with and the data write otherwise |
//! | [`differing`] | plans of one payee that settle otherwise |
//! | [`given_back`] | deals that are given back under plans that take nothing back |
//! | [`sketch`] | a test made from a payee of the project |
//! | [`view`] | the results as the page and `--format json` get them |
//!
//! A pure function of plans: no file, no clock, the same natively and in the page.
#![deny(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

pub mod differing;
#[cfg(test)]
mod examples;
pub mod given_back;
pub mod lone;
pub mod near;
pub mod reached;
pub mod sketch;
pub mod tests;
pub mod view;
mod world;
