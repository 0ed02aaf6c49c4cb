//! What a run asks of the memory, counted: unlike time it does not depend on the machine, so a change that makes every deal
//! dearer fails here.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

#[path = "../benches/support/mod.rs"]
mod support;

use earnmark::Project;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DEALS: u64 = 2_000;

/// Allocations a deal that payouts may make, and those that reading a deal may. Lower them with what makes them lower.
const PAYOUTS: usize = 50;
const READING: usize = 8;

#[test]
fn a_deal_asks_for_so_much_memory_and_no_more() {
    let folder = support::company(DEALS, 100);
    let region = Region::new(MEMORY);
    let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:#?}", refused.findings));
    let reading = region.change().allocations / usize::try_from(DEALS).unwrap_or(1);
    let region = Region::new(MEMORY);
    let paid = project.payouts(Some("2026-Q1..2027-Q4"));
    let payouts = region.change().allocations / usize::try_from(DEALS).unwrap_or(1);
    assert!(paid.is_ok(), "the company is paid");
    println!("allocations a deal: {reading} to read it, {payouts} to pay it");
    assert!(reading <= READING, "{reading} allocations to read a deal, more than {READING}");
    assert!(payouts <= PAYOUTS, "{payouts} allocations to pay a deal, more than {PAYOUTS}");
}
