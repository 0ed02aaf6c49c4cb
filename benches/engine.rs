//! The engine, stage by stage, beside a plain loop over the same deals: `cargo xtask bench` prints what each takes as a
//! multiple of that loop. Only ratios of one run mean anything.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a measurement fails by panicking"
)]

mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use earnmark::project::quick_payouts;
use earnmark::run::{Inputs, adjust, credit, earn, facts, measure, settle};
use earnmark::{Folder, Project};
use std::collections::BTreeMap;
use std::hint::black_box;

const DEALS: u64 = 10_000;
const PAYEES: u64 = 500;
const SPAN: &str = "2026-Q1..2027-Q4";

/// The weighted credit of each deal by payee and quarter, as hand-written code reads and adds it up: cents in integers, no
/// errors, no events, no reasons. It is less than the plan, and so a limit.
fn plain_loop(deals: &str) -> i64 {
    let mut totals: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for line in deals.lines().skip(1) {
        let mut cells = line.split(',');
        let (_, day, amount) = (cells.next(), cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        let weight = match cells.next() {
            Some("atlas") => 100,
            Some("beacon") => 125,
            Some("cirrus") => 80,
            Some("delta") => 150,
            _ => 50,
        };
        let part = if cells.next() == Some("renewal") { 1 } else { 4 };
        let (whole, cents) = amount.split_once('.').unwrap_or((amount, "0"));
        let cents = whole.parse::<i64>().unwrap_or(0) * 100 + cents.parse::<i64>().unwrap_or(0);
        let rep = cells.next().unwrap_or("");
        *totals.entry((rep, day.get(..7).unwrap_or(day))).or_default() += cents * weight * part;
    }
    totals.values().map(|total| total / 400).sum()
}

fn opened(folder: &Folder) -> Project {
    Project::open(folder).unwrap_or_else(|refused| panic!("{:#?}", refused.findings))
}

fn whole(criterion: &mut Criterion) {
    let folder = support::company(DEALS, PAYEES);
    let text = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let project = opened(&folder);
    let mut group = criterion.benchmark_group("deals");
    group.sample_size(10).throughput(Throughput::Elements(DEALS));
    group.bench_function("0 plain loop", |bench| bench.iter(|| plain_loop(black_box(&text))));
    group.bench_function("1 open", |bench| bench.iter(|| opened(black_box(&folder))));
    group
        .bench_function("2 payouts of files", |bench| bench.iter(|| quick_payouts(&folder, None, Some(SPAN)).unwrap()));
    group.bench_function("3 payouts of rows", |bench| bench.iter(|| project.payouts(Some(SPAN)).unwrap()));
    group.bench_function("4 run with reasons and digests", |bench| bench.iter(|| project.compute(SPAN).unwrap()));
    group.finish();
}

/// Other plans on the same deals, beside the reference plan: none has a path of its own.
fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plans");
    group.sample_size(10).throughput(Throughput::Elements(DEALS));
    for (name, folder) in support::PLANS.iter().map(|plan| (plan, support::company_on(plan, DEALS, PAYEES))) {
        group.bench_function(*name, |bench| bench.iter(|| quick_payouts(&folder, None, None).unwrap()));
    }
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let project = opened(&support::company(DEALS, PAYEES));
    let inputs = Inputs {
        posted: None,
        rest: None,
        facts: &project.facts,
        plans: &project.plans,
        calendar: &project.settings.calendar,
        everyone: None,
        overlay: &[],
        chain: None,
        from: chrono::NaiveDate::MIN,
        until: "2027-12-31".parse().unwrap(),
        reasons: false,
        others: 3,
    };
    let (book, _) = facts::sort(inputs);
    let credited = credit::credit(&book);
    let measured = measure::measure(&book, (&credited.credits, &credited.exchanged));
    let earned = earn::earn(&book, &measured);
    let entries = adjust::adjust(&book, &measured, &earned.to_date).unwrap();
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).throughput(Throughput::Elements(DEALS));
    group.bench_function("1 facts", |bench| bench.iter(|| facts::sort(inputs).1.len()));
    group.bench_function("2 credit", |bench| bench.iter(|| credit::credit(&book)));
    group.bench_function("3 measure", |bench| {
        bench.iter(|| measure::measure(&book, (&credited.credits, &credited.exchanged)).standings)
    });
    group.bench_function("4 earn", |bench| bench.iter(|| earn::earn(&book, &measured)));
    group.bench_function("5 adjust", |bench| bench.iter(|| adjust::adjust(&book, &measured, &earned.to_date).unwrap()));
    group.bench_function("6 settle", |bench| bench.iter(|| settle::settle(&book, &measured, &entries, None).unwrap()));
    group.finish();
}

/// A plan of 500 lines over 20 modules, and no deal.
fn large_plan() -> Folder {
    let mut folder = support::company(0, 1);
    let mut plan = String::from("plan(\"Large\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\n");
    for module in 0..20 {
        let mut text = String::new();
        for function in 0..10 {
            text.push_str(&format!("fn part{function}(x) {{ if x > {function} {{ x * 2 }} else {{ x }} }}\n"));
        }
        folder.put(format!("rules/parts{module}.rhai"), text);
        plan.push_str(&format!("import \"parts{module}\" as parts{module};\n"));
    }
    for n in 0..90 {
        plan.push_str(&format!(
            "let m{n} = measure(\"m{n}\", #{{ period: \"quarter\",\n    credit: |deal| parts{}::part{}(deal.amount) }});\n",
            n % 20,
            n % 10
        ));
        plan.push_str(&format!(
            "commission(\"C{n}\", #{{ on: m{n},\n    rate: marginal([[0, 4.pct], [1_000, 8.pct]]) }});\n"
        ));
    }
    folder.put("rules/reference.rhai", plan);
    folder
}

fn loading(criterion: &mut Criterion) {
    let (small, large) = (support::company(0, 1), large_plan());
    let mut group = criterion.benchmark_group("loading");
    group.sample_size(20);
    group.bench_function("the reference plan", |bench| bench.iter(|| Project::open(black_box(&small)).is_ok()));
    group.bench_function("500 lines and 20 modules", |bench| bench.iter(|| Project::open(black_box(&large)).is_ok()));
    group.finish();
}

criterion_group!(benches, whole, plans, stages, loading);
criterion_main!(benches);
