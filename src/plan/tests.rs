//! Scripts good and bad, and what is said of them.

mod declarations;
mod tables;

use super::load::{Loaded, Surroundings, load};
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::Place;
use crate::domain::facts::Schema;
use std::collections::BTreeMap;
use std::sync::Arc;

const HEAD: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\n";

fn loaded(scripts: &[(&str, &str)]) -> Loaded {
    loaded_over(&Schema::standard(), scripts)
}

fn loaded_over(schema: &Schema, scripts: &[(&str, &str)]) -> Loaded {
    let scripts: BTreeMap<Arc<str>, String> =
        scripts.iter().map(|(file, text)| (Arc::from(*file), (*text).to_owned())).collect();
    let around = Surroundings { schema, calendar: &Calendar::default(), roles: &[] };
    let mut loaded = load(&scripts, None, around);
    // What is merely warned of is tried by the worked cases.
    loaded.findings.retain(|finding| finding.severity == crate::domain::diagnostic::Severity::Error);
    loaded
}

/// Every finding as `code "underlined"`.
fn said(text: &str) -> Vec<String> {
    said_over(&Schema::standard(), text)
}

fn said_over(schema: &Schema, text: &str) -> Vec<String> {
    let found = loaded_over(schema, &[("p.rhai", text)]);
    found
        .findings
        .iter()
        .map(|finding| match &finding.place {
            Place::Text(span) => format!("{} {:?}", finding.code, text.get(span.start..span.end).unwrap()),
            other => format!("{} {other:?}", finding.code),
        })
        .collect()
}

/// What is said of the body of a plan that is otherwise sound.
fn said_of(body: &str) -> Vec<String> {
    said(&format!("{HEAD}{body}"))
}

#[test]
fn a_plan_of_every_construct_loads() {
    let tables = "export const weights = lookup([[\"product\", \"weight\"], [\"atlas\", 1.25], [any, 1]]);\n\
                  fn part(deal) { if deal.kind == \"renewal\" { 0.25 } else { 1 } }";
    let plan = format!(
        "import \"tables\" as tables;\n{HEAD}
        let cap = 18_000 / 30.pct;
        let bookings = measure(\"bookings\", #{{
            period: \"quarter\",
            which: |deal| deal.kind in [\"new\", \"renewal\"] && deal.amount > 0,
            credit: |deal| deal.amount * tables::weights.at(deal.product) * tables::part(deal),
        }});
        let units = measure(\"units\", #{{ period: \"month\", credit: |deal| switch deal.kind {{ \"new\" | \"upsell\" => 2, _ => 1 }} }});
        commission(\"New\", #{{ on: bookings, rate: marginal([[0.pct, 4.pct], [above(100.pct), 8.pct]]) }});
        commission(\"Big\", #{{ on: bookings, which: |deal| deal.amount >= cap, pay: |deal, credit| min(credit * 1.pct, 500) }});
        commission(\"Heat\", #{{ on: bookings, rate: |deal| if bookings.attainment_before > 100.pct {{ 2.pct }} else {{ 1.pct }} }});
        commission(\"Units\", #{{ on: units, pay: retroactive([[0, 3], [20, 4]]) }});
        bonus(\"Club\", #{{ on: bookings, of: \"quota\", rate: interpolated([[80.pct, 0.pct], [120.pct, 2.pct]]) }});
        override(\"Team\", #{{ on: team(bookings), rate: 1.pct }});
        override(\"Second\", #{{ on: team(\"bookings\", 2), rate: 0.25.pct }});"
    );
    let found = loaded(&[("rules/p.rhai", &plan), ("rules/tables.rhai", tables)]);
    assert!(found.findings.is_empty(), "{:#?}", found.findings);
    let plan = &found.plans[0];
    assert_eq!((plan.measures.len(), plan.sums.len(), plan.components.len()), (2, 2, 7));
    assert!(plan.measures[0].quota_read && !plan.measures[1].quota_read);
}

#[test]
fn names_are_checked_with_the_nearest_right_one() {
    let found = loaded(&[(
        "p.rhai",
        &format!("{HEAD}let m = measure(\"m\", #{{ period: \"month\", credit: |deal| deal.amout }});"),
    )]);
    let finding = &found.findings[0];
    assert_eq!((finding.code.word(), finding.label.as_deref()), ("unknown-field", Some("did you mean `amount`?")));
    assert_eq!(said_of("let m = measure(\"m\", #{ perod: \"month\" });"), ["unknown-setting \"perod\""]);
    assert_eq!(said_of("let m = measure(\"m\", #{});"), ["missing-setting \"\\\"m\\\"\""]);
    assert_eq!(said_of("mesure(\"m\", #{});"), ["unknown-function \"mesure\""]);
    assert_eq!(said_of("let a = b;"), ["unknown-name \"b\""]);
    assert_eq!(said_of("import \"tabels\" as t;"), ["unknown-module \"\\\"tabels\\\"\""]);
}

#[test]
fn all_findings_are_told_at_once() {
    let body = "let m = measure(\"m\", #{ period: \"fortnight\", credit: |deal| deal.amount * deal.cost });\n\
                let n = measure(\"n\", #{ period: \"month\", which: |deal| deal.amount > 4.pct });\n\
                commission(\"C\", #{ on: n, rate: marginal([[50.pct, 8.pct], [100.pct, 12.pct]]) });\n\
                commission(\"D\", #{ on: n, rate: 4 });";
    assert_eq!(
        said_of(body),
        [
            "bad-limit \"\\\"fortnight\\\"\"",
            "mixed-kinds \"deal.amount * deal.cost\"",
            "mixed-kinds \"deal.amount > 4.pct\"",
            "tier-start \"[50.pct, 8.pct]\"",
            "wrong-type \"4\"",
        ]
    );
}

#[test]
fn tables_are_checked_row_by_row() {
    let on = "let m = measure(\"m\", #{ period: \"month\" });\n";
    let of = |table: &str| said_of(&format!("{on}commission(\"C\", #{{ on: m, rate: {table} }});"));
    assert_eq!(of("marginal([[50.pct, 8.pct], [100.pct, 12.pct]])"), ["tier-start \"[50.pct, 8.pct]\""]);
    assert_eq!(of("marginal([[0.pct, 8.pct], [50.pct, 9.pct], [40.pct, 1.pct]])"), ["tier-order \"[40.pct, 1.pct]\""]);
    assert_eq!(of("marginal([[0.pct, 8.pct], [1_000, 9.pct]])"), ["tier-kind \"1_000\""]);
    assert_eq!(of("marginal([[0, 8], [1_000, 9]])"), ["wrong-type \"marginal([[0, 8], [1_000, 9]])\""]);
    assert_eq!(of("steps([[0.pct, 8.pct]])"), ["wrong-rate \"steps([[0.pct, 8.pct]])\""]);
    assert_eq!(of("lookup([[\"a\", \"b\"], [any, 1.pct], [\"x\", 2.pct]])"), ["table-shape \"[\\\"x\\\", 2.pct]\""]);
}

#[test]
fn what_plans_do_not_have_is_refused_in_place() {
    assert_eq!(said_of("loop { let x = 1; }"), ["forbidden \"loop\""]);
    assert_eq!(said_of("let a = 1; a = 2;"), ["forbidden \"a\""]);
    assert_eq!(said_of("fn f(x) { f(x) }\nlet a = f(1);"), ["forbidden \"f(x)\""]);
    assert_eq!(said_of("let a = 4; let a = 5;"), ["duplicate-name \"a\""]);
    assert_eq!(said_of("let a = 1 / 0;"), ["bad-constant \"1 / 0\""]);
    assert_eq!(said_of("let a = if true { 1 };"), ["missing-else \"if true { 1 }\""]);
    assert_eq!(said_of("let a = \"x\" + 1;"), ["mixed-kinds \"\\\"x\\\" + 1\""]);
    assert_eq!(said_of("let a = (;").len(), 1);
}

#[test]
fn alike_closures_keep_their_own_places() {
    let found = loaded(&[(
        "p.rhai",
        &format!(
            "{HEAD}let a = measure(\"a\", #{{ period: \"month\", credit: |deal| deal.amout }});\nlet b = measure(\"b\", #{{ period: \"month\", credit: |deal| deal.amout }});"
        ),
    )]);
    let starts: Vec<usize> = found
        .findings
        .iter()
        .map(|f| match &f.place {
            Place::Text(span) => span.start,
            _ => 0,
        })
        .collect();
    assert!(starts[0] < starts[1], "{starts:?}");
}

#[test]
fn formulas_grow_no_larger_than_allowed() {
    let mut text = String::from("fn f0(x) { x }\n");
    for n in 1..40 {
        text.push_str(&format!("fn f{n}(x) {{ f{p}(x) + f{p}(x) }}\n", p = n - 1));
    }
    text.push_str("let a = measure(\"a\", #{ period: \"month\", credit: |deal| f20(deal.amount) });");
    let codes = said_of(&text);
    assert!(codes.iter().all(|code| code.starts_with("too-complex")), "{codes:?}");
    assert_eq!(codes.len(), 1);
}
