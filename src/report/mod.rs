//! Reports: what a run gave, as text or bytes. Values in, nothing written: the terminal and the page do that.
//!
//! | module | holds |
//! | --- | --- |
//! | [`digest`] | SHA-256 over plans, data, people, project and result |
//! | [`tables`] | payouts and entries as CSV |
//! | [`sources`] | the files that were read, for control records |
//! | [`sheet`] | a statement as a page that prints |
//! | [`gauge`] | attainment, tiers and the exact payout curve |
//! | [`answers`] | what the page gets: findings, statements, gauges |
//! | [`basis`] | what a statement rests on: versions of plans, how quotas came about |
//! | [`compare`] | what two versions of the plans pay, and where they part |
//! | [`language`] | the words of the plan language, for an editor |
//! | [`later`] | what is worked once a longer period is over |
//! | [`nobody`] | what is credited to nobody, and stands on no statement |
//! | [`pipeline`] | open deals, and what each would pay |
//! | [`scripts`] | what the screens of plans and tests get |
#![deny(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

pub mod answers;
pub mod basis;
pub mod compare;
pub mod digest;
pub mod gauge;
pub mod language;
pub mod later;
pub mod nobody;
pub mod pipeline;
pub mod scripts;
pub mod sheet;
pub mod sources;
pub mod tables;
pub mod tally;
