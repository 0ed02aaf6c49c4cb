//! From a script to a plan: the sandbox, the names a script may use, tables, formulas, and what is wrong with them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`text`], [`parse`], [`syntax`] | Rhai's parser, and the small tree that everything else works on |
//! | [`scope`], [`kind`] | names and what they mean; the kinds of values and what operations make of them |
//! | [`elaborate`], [`tables`], [`declare`] | from syntax to meaning: formulas, tables, declarations |
//! | [`settings`], [`mod@reference`] | the registry of declarations, and the page that tells it |
//! | [`load`] | scripts of a folder, their modules, the checks across plans |
//! | [`warn`] | what is most likely not meant; allowances |
//! | [`model`], [`table`], [`formula`] | what the run takes: plans, tables, formulas |
//!
//! A script is never run. Rhai reads it, and its declarations are worked out from the tree: so it can neither loop,
//! nor reach a file, a clock or the network, and everything that is wrong with it is told at once.
#![deny(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

mod declare;
mod elaborate;
pub mod formula;
mod kind;
pub mod load;
pub mod model;
#[cfg(test)]
pub(crate) mod oracle;
mod parse;
pub mod reference;
mod scope;
pub mod settings;
mod syntax;
pub mod table;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod warn;

pub use declare::{TEST_WORDS, TestWord};
pub use tables::percent;
pub(crate) use warn::answered;
