//! One formula: weight by product, part by kind, rate by attainment. Over columns, row by row, and as a plain function of the
//! same rows: `cargo xtask bench` prints each as a multiple of the plain one, natively and in wasm.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

use earnmark::domain::columns::{Block, Cells, Names};
use earnmark::domain::facts::{Deal, Facts};
use earnmark::domain::value::Value;
use earnmark::plan::formula::{Expr, Failure, Read, Scene, Seen};
use earnmark::run::columns::{Kinds, Program};
use earnmark::{Folder, Project};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

const ROWS: usize = 1024;
const SETTINGS: &str = r#"
format = 1
company.currency = "USD"
[columns.deals]
attainment = { type = "percent" }
[deals]
file = "deals.csv"
columns = { id = "id", closed = "closed", amount = "amount", payee = "payee", product = "product", kind = "kind", attainment = { column = "attainment", as = "percent" } }
[payees]
file = "payees.csv"
columns = { id = "id" }
"#;
const PLAN: &str = r#"
plan("Rates", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let weights = lookup([["product", "weight"], ["atlas", 1.00], ["beacon", 1.25], ["cirrus", 0.80], ["delta", 1.50], ["ember", 0.50]]);
fn part(deal) { if deal.kind == "renewal" { 0.25 } else { 1 } }
fn rate(deal) {
    if deal.attainment < 50.pct { 4.pct }
    else if deal.attainment < 100.pct { 8.pct }
    else if deal.attainment < 125.pct { 12.pct }
    else { 15.pct }
}
let rates = measure("rates", #{ period: "month", credit: |deal| deal.amount * weights.at(deal.product) * part(deal) * rate(deal) });
commission("Rates", #{ on: rates, rate: 1.pct });
"#;

fn project() -> Project {
    let (products, kinds) = (["atlas", "beacon", "cirrus", "delta", "ember"], ["new", "expansion", "renewal"]);
    let mut deals = String::from("id,closed,amount,payee,product,kind,attainment\n");
    for row in 0..ROWS {
        let (product, kind, attainment) = (products[row * 7 % 5], kinds[row * 11 % 3], row * 37 % 200);
        let _ = writeln!(deals, "D{row:05},2026-03-01,{}.50,ann,{product},{kind},{attainment}", row + 1);
    }
    let mut folder = Folder::new("bench", BTreeMap::new());
    folder.put("earnmark.toml", SETTINGS);
    folder.put("rules/rates.rhai", PLAN);
    folder.put("data/deals.csv", deals);
    folder.put("data/payees.csv", "id\nann\n");
    Project::open(&folder).unwrap_or_else(|refused| panic!("{:#?}", refused.findings))
}

/// A row as formulas read it.
struct Row<'a>(&'a Deal);

impl Scene for Row<'_> {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        match *read {
            Read::Deal(column) => match self.0.cell(column) {
                Some(value) => Ok(Some(Seen::from(value))),
                None => Ok(None),
            },
            _ => Err(Failure::Internal),
        }
    }

    fn look_up(&self, _: usize, _: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        Err(Failure::Internal)
    }
}

/// The same rows by columns, as a file of deals is read.
struct Columns {
    cells: Vec<Cells>,
    texts: Names,
    people: Names,
}

impl Columns {
    fn of(facts: &Facts) -> Self {
        let mut texts = Names::default();
        let schema = &facts.schema.deals;
        let mut column = |place: usize| {
            let cells = facts.deals.iter().map(|deal| deal.cell(place));
            match schema.get(place).map(|column| &*column.name) {
                Some("product" | "kind") => Cells::Texts(
                    cells
                        .map(|cell| cell.and_then(Value::text).unwrap())
                        .map(|text| texts.add(text.as_bytes(), || Arc::clone(text)))
                        .collect(),
                ),
                Some(name @ ("attainment" | "amount")) => {
                    let scale = if name == "amount" { 2 } else { 4 };
                    let figure = |cell: Option<&Value>| whole(cell.and_then(Value::decimal).unwrap(), scale);
                    Cells::Figures { values: cells.map(figure).collect(), scale, kind: schema.get(place).unwrap().kind }
                }
                _ => Cells::Unread,
            }
        };
        let cells = (0..schema.0.len()).map(&mut column).collect();
        Self { cells, texts, people: Names::default() }
    }

    fn block(&self) -> Block<'_> {
        Block {
            text: &[],
            rows: ROWS,
            ids: &[],
            cells: &self.cells,
            parts: &[],
            happened: &[],
            texts: &self.texts,
            people: &self.people,
        }
    }
}

/// A figure as a whole number of so many decimal places.
fn whole(figure: Decimal, places: u32) -> i64 {
    i64::try_from((figure * Decimal::from(10_i64.pow(places))).trunc().mantissa()).unwrap()
}

/// A row as a hand-written function takes it: product, kind, percent of attainment, cents.
type Plain = (String, String, i64, i64);

fn plain_rows(facts: &Facts) -> Vec<Plain> {
    let place = |name: &str| facts.schema.deals.position(name).unwrap();
    let (product, kind, attainment, amount) = (place("product"), place("kind"), place("attainment"), place("amount"));
    let text = |deal: &Deal, place: usize| deal.cell(place).and_then(Value::text).unwrap().to_string();
    let figure = |deal: &Deal, place: usize| whole(deal.cell(place).and_then(Value::decimal).unwrap(), 2);
    facts
        .deals
        .iter()
        .map(|deal| (text(deal, product), text(deal, kind), figure(deal, attainment), figure(deal, amount)))
        .collect()
}

fn plain(rows: &[Plain]) -> i64 {
    let credit = |(product, kind, attainment, cents): &Plain| {
        let weight = match product.as_str() {
            "atlas" => 100,
            "beacon" => 125,
            "cirrus" => 80,
            "delta" => 150,
            _ => 50,
        };
        let part = if kind == "renewal" { 25 } else { 100 };
        let rate = match attainment {
            ..50 => 4,
            50..100 => 8,
            100..125 => 12,
            _ => 15,
        };
        cents * weight * part * rate
    };
    rows.iter().map(credit).sum()
}

fn credit(project: &Project) -> &Expr {
    project.plans.first().and_then(|plan| plan.measures.first()?.credit.formula()).unwrap()
}

/// The three ways of one round over all rows, each handed to whoever measures.
fn measure(mut with: impl FnMut(&str, &mut dyn FnMut())) {
    let project = project();
    let (facts, credit) = (&project.facts, credit(&project));
    let (columns, rows) = (Columns::of(facts), plain_rows(facts));
    let kinds = Kinds { schema: &facts.schema, decimals: 2, factors: None };
    let mut program = Program::of(credit, &kinds).unwrap();
    let mut found = Vec::new();
    program.work(&columns.block(), 0, &mut found).unwrap();
    assert_eq!(found.iter().sum::<i64>(), plain(&rows), "all three give the same");
    with("0 plain function", &mut || {
        black_box(plain(black_box(&rows)));
    });
    with("1 over columns", &mut || {
        program.work(black_box(&columns.block()), 0, &mut found).unwrap();
        black_box(&found);
    });
    with("2 row by row", &mut || {
        for deal in &facts.deals {
            black_box(credit.decimal(&Row(deal)).unwrap());
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use criterion::{Criterion, Throughput};
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("formulas");
    group.sample_size(20).throughput(Throughput::Elements(u64::try_from(ROWS).unwrap()));
    measure(|name, once| {
        group.bench_function(name, |bench| bench.iter(&mut *once));
    });
    group.finish();
    criterion.final_summary();
}

#[cfg(target_arch = "wasm32")]
fn main() {}

// What the attribute below makes of the function names it without a path.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::Criterion;

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_bench]
fn formulas(criterion: &mut Criterion) {
    measure(|name, once| {
        criterion.bench_function(name, |bench| bench.iter(&mut *once));
    });
}
