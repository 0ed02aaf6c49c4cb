//! What a run asks of the memory, counted: unlike time it does not depend on the machine, so a change that makes every deal
//! dearer fails here.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

#[path = "../benches/support/mod.rs"]
mod support;

use earnmark::Project;
use earnmark::run::columns::{Kinds, Program};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DEALS: u64 = 2_000;

/// Allocations a deal that reading it may make, that paying it alone may, and that paying it with reasons may. Lower them with what
/// makes them lower.
const READING: usize = 8;
const PAYOUTS: usize = 4;
const REASONS: usize = 160;
/// How many times the credit of the reference plan goes over the rows of a block.
const PASSES: usize = 5;

#[test]
fn a_deal_asks_for_so_much_memory_and_no_more() {
    let folder = support::company_on(support::PLANS[0], DEALS, 100);
    let deals = usize::try_from(DEALS).unwrap_or(1);
    let region = Region::new(MEMORY);
    let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:#?}", refused.findings));
    let reading = region.change().allocations / deals;
    let span = "2026-Q1..2027-Q4";
    let region = Region::new(MEMORY);
    assert!(project.payouts(Some(span)).is_ok(), "the company is paid");
    let payouts = region.change().allocations / deals;
    let region = Region::new(MEMORY);
    assert!(project.compute(span).is_ok(), "the company is paid");
    let reasons = region.change().allocations / deals;
    println!("allocations a deal: {reading} to read it, {payouts} to pay it, {reasons} with reasons");
    assert!(reading <= READING, "{reading} allocations to read a deal, more than {READING}");
    assert!(payouts <= PAYOUTS, "{payouts} allocations to pay a deal, more than {PAYOUTS}");
    assert!(reasons <= REASONS, "{reasons} allocations to pay a deal with reasons, more than {REASONS}");
    let kinds = Kinds { schema: &project.facts.schema, decimals: 2, factors: None };
    let credit = project.plans.first().and_then(|plan| plan.measures.first()?.credit.formula());
    let passes = credit.and_then(|credit| Program::of(credit, &kinds)).map(|program| program.passes());
    assert!(passes.is_some_and(|passes| passes <= PASSES), "{passes:?} passes over a block, more than {PASSES}");
}
