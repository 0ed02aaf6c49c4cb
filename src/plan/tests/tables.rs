//! Tables of every kind, sums and amounts: what they give, and what is said of those that are wrong.

use super::{HEAD, loaded_over, said_over};
use crate::domain::exact::ArithmeticError;
use crate::domain::facts::{Schema, TableShape};
use crate::domain::value::{Column, ColumnType, Columns};
use crate::plan::formula::{EvalError, Expr, Failure, Figure, PeriodField, Read, Scene, Seen};
use crate::plan::model::{CreditRule, Levels, Over, Price, SumOf};
use rust_decimal::Decimal;
use std::sync::Arc;

fn schema() -> Schema {
    let mut schema = Schema::standard();
    let listed = |columns: &mut Columns, name: &str, values: &[&str]| {
        let place = columns.position(name).unwrap();
        columns.0[place].values = values.iter().map(|value| Arc::from(*value)).collect();
    };
    listed(&mut schema.deals, "kind", &["new", "renewal", "upsell"]);
    listed(&mut schema.deals, "channel", &["direct", "partner"]);
    let field = |name: &str, kind: ColumnType, optional: bool| Column {
        declared: true,
        optional,
        ..Column::standard(name, kind)
    };
    schema.payees.0.push(field("top_rate", ColumnType::Percent, false));
    schema.payees.0.push(field("ote", ColumnType::Money, true));
    schema.payees.0.push(field("level", ColumnType::Text, false));
    schema.tables.push(TableShape {
        name: Arc::from("channel rates"),
        keys: vec![(Arc::from("level"), ColumnType::Text), (Arc::from("size"), ColumnType::Money)],
        value: ColumnType::Percent,
    });
    schema
}

/// What is said of the body of a plan that is otherwise sound.
fn said_of(body: &str) -> Vec<String> {
    said_over(&schema(), &format!("{HEAD}{body}"))
}

/// What is said of a formula of a deal that gives a text or a figure.
fn said_of_formula(before: &str, formula: &str) -> Vec<String> {
    said_of(&format!("{before}\nlet m = measure(\"m\", #{{ period: \"month\", credit: |deal, payee| {formula} }});"))
}

struct OnADay(&'static str);

impl Scene for OnADay {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        Ok(Some(match *read {
            Read::Day => Seen::Date(self.0.parse().unwrap()),
            Read::Deal(5) => Seen::Decimal(Decimal::from(1_000)),
            Read::Deal(8) => Seen::Decimal(Decimal::from(7)),
            Read::Deal(13) => Seen::Text("North"),
            Read::Deal(10) => Seen::Text("renewal"),
            Read::Payee(11) => Seen::Decimal("0.3".parse().unwrap()),
            _ => return Ok(None),
        }))
    }

    fn look_up(&self, table: usize, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        assert_eq!((table, keys.len()), (0, 2));
        Ok(Seen::Decimal("0.07".parse().unwrap()))
    }
}

fn formula_of(before: &str, formula: &str) -> Expr {
    let text =
        format!("{HEAD}{before}\nlet m = measure(\"m\", #{{ period: \"month\", credit: |deal, payee| {formula} }});");
    let loaded = loaded_over(&schema(), &[("p.rhai", &text)]);
    assert!(loaded.findings.is_empty(), "{:#?}", loaded.findings);
    match &loaded.plans[0].measures[0].credit {
        CreditRule::Formula(formula) => formula.clone(),
        other => panic!("{other:?}"),
    }
}

/// The value of a formula of a deal of 1,000 on a day.
fn value(before: &str, formula: &str, day: &'static str) -> String {
    match formula_of(before, formula).decimal(&OnADay(day)) {
        Ok(figure) => figure.normalize().to_string(),
        Err(EvalError { failure, .. }) => format!("{failure:?}"),
    }
}

const MAY: &str = "2026-05-01";

#[test]
fn a_grid_is_read_by_row_and_column() {
    let grid = "let g = grid([[\"months / billing\", \"yearly\", \"upfront\"], [0, 1.00, 1.05], [24, 1.15, 1.25]]);";
    for (read, expected) in [
        ("g.at(12, \"upfront\")", "1.05"),
        ("g.at(24, \"yearly\")", "1.15"),
        ("g.at(-3, \"yearly\")", "1"),
        ("g.at(deal.amount, \"upfront\")", "1.25"),
        ("g.at(3, deal.region)", "NoRow"),
    ] {
        let found = value(grid, &format!("deal.amount * 0 + deal.amount / 1_000 * {read} * 1"), MAY);
        assert_eq!(found, expected, "{read}");
    }
    let growth = "let g = grid([[\"volume / growth\", any, 5.pct, above(20.pct)], [0, 1, 2, 3], [250, 4, 5, 6]]);";
    for (read, expected) in [
        ("g.at(249.99, -10.pct)", "1"),
        ("g.at(0, 5.pct)", "2"),
        ("g.at(250, 20.pct)", "5"),
        ("g.at(250, 20.1.pct)", "6"),
    ] {
        assert_eq!(value(growth, read, MAY), expected, "{read}");
    }
}

#[test]
fn a_grid_is_whole() {
    let of = |grid: &str| said_of(&format!("let g = grid({grid});"));
    assert_eq!(of("[[\"a\", 0, 5], [0, 1, 2], [3, 1]]"), ["table-shape \"[3, 1]\""]);
    assert_eq!(of("[[\"a\", 0, 5]]"), ["table-shape \"[\\\"a\\\", 0, 5]\""]);
    assert_eq!(of("[[\"a\", 1, 5], [0, 1, 2]]"), ["tier-start \"1\""]);
    assert_eq!(of("[[\"a\", 0, 5, 4], [0, 1, 2, 3]]"), ["tier-order \"4\""]);
    assert_eq!(of("[[\"a\", 0, 5], [0, 1, 2], [0, 1, 2]]"), ["tier-order \"0\""]);
    assert_eq!(of("[[\"a\", 0, any], [0, 1, 2]]"), ["tier-order \"any\""]);
    assert_eq!(of("[[\"a\", 0, 50.pct], [0, 1, 2]]"), ["tier-kind \"50.pct\""]);
    assert_eq!(of("[[\"a\", \"x\", \"y\", \"x\"], [0, 1, 2, 3]]"), ["table-shape \"\\\"x\\\"\""]);
    assert_eq!(of("[[\"a\", \"x\", \"y\"], [0, 1, 2.pct]]"), ["wrong-type \"2.pct\""]);
    assert_eq!(of("[[0, \"x\", \"y\"], [0, 1, 2]]"), ["wrong-type \"0\""]);
    assert_eq!(of("[[\"a\", \"x\", any], [any, 1, 2]]"), Vec::<String>::new());
}

#[test]
fn listed_values_are_all_there() {
    let lookup = "let t = lookup([[\"kind\", \"rate\"], [\"new\", 2], [\"renewal\", 1]]);";
    assert_eq!(said_of_formula(lookup, "t.at(deal.kind)"), ["table-shape \"t.at(deal.kind)\""]);
    assert_eq!(said_of_formula(lookup, "t.at(deal.product)"), Vec::<String>::new());
    let any = "let t = lookup([[\"kind\", \"rate\"], [\"new\", 2], [any, 1]]);";
    assert_eq!(said_of_formula(any, "t.at(deal.kind)"), Vec::<String>::new());
    let other = "let t = lookup([[\"kind\", \"rate\"], [\"new\", 2], [\"renewl\", 1], [any, 0]]);";
    assert_eq!(said_of_formula(other, "t.at(deal.kind)"), ["unknown-value \"deal.kind\""]);
    let two = "let t = lookup([[\"kind\", \"channel\", \"rate\"], [\"new\", any, 2], [any, \"direct\", 1]]);";
    assert_eq!(
        said_of_formula(two, "t.at(deal.kind, deal.channel)"),
        ["table-shape \"t.at(deal.kind, deal.channel)\""]
    );
    let grid = "let t = grid([[\"a\", \"new\", \"upsell\"], [0, 1, 2]]);";
    assert_eq!(
        said_of_formula(grid, "t.at(deal.quantity, deal.kind)"),
        ["table-shape \"t.at(deal.quantity, deal.kind)\""]
    );
}

#[test]
fn keys_are_of_the_kind_of_the_rows() {
    let lookup = "let t = lookup([[\"part\", \"rate\"], [50.pct, 2], [any, 1]]);";
    assert_eq!(said_of_formula(lookup, "t.at(4)"), ["mixed-kinds \"4\""]);
    let keys = "let t = lookup([[\"a\", \"rate\"], [\"x\", 2], [3, 1]]);";
    assert_eq!(said_of(keys), ["tier-kind \"3\""]);
    assert_eq!(
        said_of("let t = lookup([[\"a\", \"rate\"], [\"x\", 2], [\"x\", 1]]);"),
        ["table-shape \"[\\\"x\\\", 1]\""]
    );
    let steps = "let t = steps([[0.pct, 1], [50.pct, 2]]);";
    assert_eq!(said_of_formula(steps, "t.at(deal.amount)"), ["mixed-kinds \"deal.amount\""]);
    assert_eq!(said_of_formula(steps, "t.at(1.pct, 2.pct)"), ["wrong-type \"t.at(1.pct, 2.pct)\""]);
}

#[test]
fn ages_are_boundaries() {
    let days = "let t = steps([[0.days, 3], [above(90.days), 2]]);";
    assert_eq!(value(days, "t.at(90.days)", MAY), "3");
    assert_eq!(value(days, "1 * t.at(date(\"2026-04-10\") - date(\"2026-01-01\"))", MAY), "2");
    assert_eq!(said_of_formula(days, "t.at(3.months)"), ["mixed-kinds \"3.months\""]);
    let curve = "let t = interpolated([[90.days, 100.pct], [180.days, 0.pct]]);";
    assert_eq!(value(curve, "deal.amount * t.at(135.days)", MAY), "500");
    assert_eq!(said_of("let t = steps([[0.days, 1], [3.months, 2]]);"), ["tier-kind \"3.months\""]);
    assert_eq!(said_of("let t = marginal([[0.days, 1]]);"), ["tier-kind \"marginal([[0.days, 1]])\""]);
}

#[test]
fn values_may_be_texts_and_formulas_of_the_payee() {
    let texts = "let t = steps([[0, \"bronze\"], [500, \"gold\"]]);";
    assert_eq!(value(texts, "if t.at(deal.amount) == \"gold\" { 1 } else { 0 }", MAY), "1");
    let texts = said_of("let t = retroactive([[0, \"bronze\"], [500, \"gold\"]]);");
    assert_eq!(texts, ["wrong-type \"\\\"bronze\\\"\"", "wrong-type \"\\\"gold\\\"\""]);
    let own = "let t = marginal([[0, 10.pct], [400, |payee| payee.top_rate]]);";
    assert_eq!(value(own, "t.at(deal.amount)", MAY), "220");
    assert_eq!(said_of("let t = steps([[0, |payee| payee.ote]]);"), ["maybe-missing \"payee.ote\""]);
    assert_eq!(said_of("let t = steps([[0, |deal| deal.amount]]);"), ["not-here \"deal\""]);
    let not_known = format!("{own}\nlet x = t.at(500);");
    assert_eq!(said_of(&not_known), ["not-here \"t.at(500)\""]);
    let mut reads = Vec::new();
    formula_of(own, "t.at(deal.amount)").reads(&mut |read, _| reads.push(read));
    assert!(reads.contains(&Read::Payee(11)), "{reads:?}");
}

#[test]
fn tables_of_instalments_begin_at_one() {
    let steps = "let t = steps([[1, 0.pct], [2, 6.pct]]);";
    assert_eq!(said_of(steps), Vec::<String>::new());
    assert_eq!(said_of_formula(steps, "deal.amount * t.at(1)"), ["tier-start \"[1, 0.pct]\""]);
    let paid =
        "let m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, per: \"deal\", rate: t });";
    assert_eq!(said_of(&format!("{steps}\n{paid}")), ["tier-start \"[1, 0.pct]\""]);
    assert_eq!(said_of("let t = steps([[2, 0.pct]]);"), ["tier-start \"[2, 0.pct]\""]);
    assert_eq!(said_of("let t = steps([[above(1), 0.pct]]);"), ["tier-start \"[above(1), 0.pct]\""]);
}

#[test]
fn curves_jump_once_and_know_no_sides() {
    let three = "let t = interpolated([[0, 1], [1, 1], [1, 2], [1, 3]]);";
    assert_eq!(said_of(three), ["tier-order \"[1, 3]\""]);
    assert_eq!(said_of("let t = interpolated([[0, 1], [above(1), 2]]);"), ["wrong-type \"1\""]);
}

#[test]
fn table_files_are_named() {
    let file = "let t = lookup(\"channel rates\");";
    assert_eq!(value(file, "deal.amount * t.at(deal.kind, deal.amount)", MAY), "70");
    assert_eq!(said_of("let t = lookup(\"chanel rates\");"), ["unknown-name \"\\\"chanel rates\\\"\""]);
    assert_eq!(said_of_formula(file, "deal.amount * t.at(payee.level)"), ["wrong-type \"t.at(payee.level)\""]);
    assert_eq!(said_of_formula(file, "deal.amount * t.at(payee.level, 3.pct)"), ["mixed-kinds \"3.pct\""]);
    assert_eq!(said_of(&format!("{file}\nlet x = t.at(\"a\", 3);")), ["not-here \"t.at(\\\"a\\\", 3)\""]);
}

#[test]
fn dated_values_are_those_in_force() {
    let rate = "let r = dated([[\"2026-01-01\", 4.pct], [\"2026-07-01\", 5.pct]]);";
    for (day, expected) in [("2025-12-31", "40"), ("2026-06-30", "40"), ("2026-07-01", "50")] {
        assert_eq!(value(rate, "deal.amount * r", day), expected, "{day}");
    }
    let tables =
        "let t = dated([[date(\"2026-01-01\"), steps([[0, 1]])], [\"2026-07-01\", steps([[0, 2], [500, 3]])]]);";
    assert_eq!(value(tables, "t.at(deal.amount)", "2026-06-30"), "1");
    assert_eq!(value(tables, "t.at(deal.amount)", "2026-12-31"), "3");
    assert_eq!(said_of_formula(tables, "deal.amount * t"), ["wrong-type \"t\"", "wrong-type \"t\""]);
    assert_eq!(said_of_formula(rate, "deal.amount * r.at(3)"), ["wrong-type \"r.at(3)\"", "wrong-type \"r.at(3)\""]);
    let of = |rows: &str| said_of(&format!("let t = dated([{rows}]);"));
    assert_eq!(of("[\"2026-07-01\", 1], [\"2026-01-01\", 2]"), ["tier-order \"[\\\"2026-01-01\\\", 2]\""]);
    assert_eq!(of("[\"July\", 1]"), ["wrong-type \"\\\"July\\\"\""]);
    assert_eq!(of("[\"2026-07-01\"]"), ["table-shape \"[\\\"2026-07-01\\\"]\""]);
    assert_eq!(of("[\"2026-01-01\", 1], [\"2026-07-01\", steps([[0, 1]])]").len(), 1);
    assert_eq!(said_of(&format!("{rate}\nlet x = r * 2;")), ["not-here \"r\""]);
}

#[test]
fn sums_go_over_teams_groups_and_everyone() {
    let body = "let m = measure(\"m\", #{ period: \"month\" });\n\
        let c = commission(\"C\", #{ on: m, rate: 1.pct });\n\
        let reps = team(\"bookings\", 2);\n\
        let mine = group(m, \"region\");\n\
        let pays = everyone(c);\n\
        bonus(\"O\", #{ on: team(m, \"all\"), pay: || if reps.members > 0 && reps.members_at(80.pct) == reps.members \
            { mine.total * 1.pct + pays.total * 1.pct } else { mine.quota * mine.attainment } });\n\
        let b = measure(\"bookings\", #{ period: \"month\" });";
    let text = format!("{HEAD}{body}");
    let loaded = loaded_over(&schema(), &[("p.rhai", &text)]);
    assert!(loaded.findings.is_empty(), "{:#?}", loaded.findings);
    let plan = &loaded.plans[0];
    let sums: Vec<_> = plan.sums.iter().map(|sum| (sum.of.clone(), sum.over)).collect();
    let expected = [
        (SumOf::Named(Arc::from("bookings")), Over::Team(Levels::Exactly(2))),
        (SumOf::Measure(0), Over::Group(4)),
        (SumOf::Component(0), Over::Everyone),
        (SumOf::Measure(0), Over::Team(Levels::All)),
    ];
    assert_eq!(sums, expected);
    assert!(plan.measures[0].quota_read);
    let mut reads = Vec::new();
    let Price::Formula(price) = &plan.components[1].price else { panic!() };
    price.reads(&mut |read, _| reads.push(read));
    let at = Figure::MembersAt("0.8".parse().unwrap());
    assert!(reads.contains(&Read::Sum(0, at)) && reads.contains(&Read::Sum(2, Figure::Total)), "{reads:?}");
}

#[test]
fn sums_say_what_they_do_not_have() {
    let on = "let m = measure(\"m\", #{ period: \"month\" });\nlet c = commission(\"C\", #{ on: m, rate: 1.pct });\n";
    let of = |formula: &str| said_of(&format!("{on}bonus(\"B\", #{{ on: m, pay: || {formula} }});"));
    assert_eq!(of("team(m).totl"), ["unknown-field \"totl\""]);
    assert_eq!(of("team(c).quota"), ["unknown-field \"quota\""]);
    assert_eq!(of("team(m).total_before"), ["not-here \"team(m).total_before\""]);
    assert_eq!(of("100 * team(m).members_at(80)"), ["wrong-type \"80\""]);
    assert_eq!(of("group(m, \"regoin\").total"), ["unknown-field \"\\\"regoin\\\"\""]);
    assert_eq!(of("everyone(3).total"), ["wrong-type \"3\""]);
    assert_eq!(of("c.earnd"), ["unknown-field \"earnd\""]);
    assert_eq!(of("c.earned * 10.pct"), Vec::<String>::new());
    assert_eq!(of("by_days(payee.ote)"), ["unknown-name \"payee\""]);
    assert_eq!(
        said_of_formula(on, "c.earned"),
        ["duplicate-name \"m\"", "duplicate-name \"\\\"m\\\"\"", "not-here \"c.earned\""]
    );
}

#[test]
fn a_field_is_weighed_by_the_days_of_a_period() {
    let on = "let m = measure(\"m\", #{ period: \"month\" });\n";
    let of = |formula: &str| said_of(&format!("{on}bonus(\"B\", #{{ on: m, pay: |payee, period| {formula} }});"));
    assert_eq!(of("by_days(payee.ote) ?? 0"), Vec::<String>::new());
    assert_eq!(of("by_days(payee.ote)"), ["maybe-missing \"by_days(payee.ote)\""]);
    assert_eq!(of("by_days(payee.region)"), ["wrong-type \"payee.region\""]);
    assert_eq!(of("by_days(period.days) * 1"), ["wrong-type \"period.days\""]);
    assert_eq!(said_of_formula("", "by_days(payee.ote) ?? 0"), ["not-here \"by_days(payee.ote)\""]);
    let text = format!(
        "{HEAD}{on}bonus(\"B\", #{{ on: m, pay: |payee, period| (by_days(payee.ote) ?? 0) * period.service_month }});"
    );
    let loaded = loaded_over(&schema(), &[("p.rhai", &text)]);
    let Price::Formula(price) = &loaded.plans[0].components[0].price else { panic!() };
    let mut reads = Vec::new();
    price.reads(&mut |read, _| reads.push(read));
    assert_eq!(reads, [Read::PayeeByDays(12), Read::Period(PeriodField::ServiceMonth)]);
}

#[test]
fn amounts_in_another_currency_are_not_computed_with() {
    assert_eq!(said_of("let a = 500.EUR;"), Vec::<String>::new());
    assert_eq!(said_of("let a = 500.EUR * 2;"), ["not-here \"500.EUR\""]);
    assert_eq!(said_of("let a = 500.USD * 2;"), Vec::<String>::new());
    assert_eq!(said_of_formula("let a = 500.EUR;", "deal.amount + a"), ["not-here \"a\""]);
    assert_eq!(said_of_formula("", "deal.amount + 500.EUR"), ["not-here \"500.EUR\""]);
    assert_eq!(said_of_formula("", "deal.amount + 500.USD"), Vec::<String>::new());
    assert_eq!(said_of("let t = steps([[0, 500.EUR]]);"), ["not-here \"500.EUR\""]);
}

#[test]
fn what_fails_has_its_place() {
    let formula = formula_of("", "deal.amount + deal.amount / (deal.quantity - deal.quantity) * 2");
    let error = formula.decimal(&OnADay(MAY)).unwrap_err();
    assert_eq!(error.failure, Failure::Arithmetic(ArithmeticError::DivisionByZero));
    assert!(error.span.end < formula.span.end);
}
