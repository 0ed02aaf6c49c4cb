//! Earnmark: comp plans written as Rhai scripts, evaluated against closed deals.

pub mod domain;
pub mod io;
pub mod plan;
