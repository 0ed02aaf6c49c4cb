//! Why a closed period would be another now: the facts that a true-up names, and what each of them changes.

use super::super::{small, succeeded};
use super::Clerk;
use serde_json::Value;

const PLAN: &str = "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"quarter\" });\nlet sales = measure(\"sales\", #{ period: \"quarter\" });\ncommission(\"Commission\", #{ on: sales, rate: marginal([[0.pct, 5.pct], [100.pct, 10.pct]]) });\noverride(\"Team\", #{ on: team(sales), rate: 1.pct });\n";

/// Q1 as it is closed: ann has D1 of 60,000 and D2 of 50,000 on a quota of 100,000, 3,000.00 + 3,000.00; bob has B1 of 1,000;
/// mia, who is above both, 1 % of 111,000.
fn closed(name: &str) -> Clerk {
    let clerk = small(name);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", manager = \"manager\" }\n[quotas]\nfile = \"quotas.csv\"\ncolumns = { measure = \"measure\", payee = \"payee\", period = \"period\", amount = \"amount\" }\n",
    );
    clerk.write("rules/plan.rhai", PLAN);
    clerk.write("data/payees.csv", "id,manager\nann,mia\nbob,mia\nmia,\n");
    quotas(&clerk, "100000");
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nD1,2026-01-20,60000,ann\nD2,2026-03-05,50000,ann\nB1,2026-01-20,1000,bob\n",
    );
    clerk.close("2026-Q1", &[]);
    clerk
}

fn quotas(clerk: &Clerk, ann: &str) {
    clerk.write(
        "data/quotas.csv",
        &format!("measure,payee,period,amount\nsales,ann,2026-Q1,{ann}\nsales,bob,2026-Q1,100000\nsales,mia,2026-Q1,100000\nsales,ann,2026-Q2,100000\nsales,bob,2026-Q2,100000\nsales,mia,2026-Q2,100000\n"),
    );
}

/// `deal cause: kind id what earned, …` of each true-up, as `explain` prices it.
fn prices(clerk: &Clerk, payee: &str) -> Vec<String> {
    let text = succeeded(&clerk.run(&["explain", payee, "--period", "2026-Q2", "--format", "json"]));
    let statement = serde_json::from_str::<Value>(&text).unwrap()[0].clone();
    let said = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let fact = |fact: &Value| ["kind", "id", "what", "earned"].map(|name| said(&fact[name])).join(" ");
    let price = |price: &Value| {
        let facts: Vec<String> = price["facts"].as_array().unwrap().iter().map(fact).collect();
        format!("{} {}: {}", said(&price["deal"]), said(&price["cause"]), facts.join(", "))
    };
    statement["prices"].as_array().into_iter().flatten().map(price).collect()
}

/// Before Q2 closes ann's quota is found to be 80,000, B1 to be 2,000, D3 of 30,000 (10 February) and D5 of 10,000 (30 March)
/// come late; D4 is of Q2.
///
/// The quota first, on 110,000: D1 is 3,000.00 still, D2 20,000 × 5 % + 30,000 × 10 % = 4,000.00: +1,000.00. Then D3: it takes
/// 20,000 × 5 % + 10,000 × 10 % = 2,000.00, and D2 is 50,000 × 10 % = 5,000.00: +1,000.00. D5 is 10,000 × 10 % = 1,000.00.
/// Of mia's 1 % B1 brings 10.00, D3 300.00, D5 100.00.
#[test]
fn each_fact_has_its_price() {
    let clerk = closed("priced");
    quotas(&clerk, "80000");
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nD1,2026-01-20,60000,ann\nD2,2026-03-05,50000,ann\nB1,2026-01-20,2000,bob\nD3,2026-02-10,30000,ann\nD4,2026-05-10,40000,ann\nD5,2026-03-30,10000,ann\n",
    );
    let of_ann = [
        "D2 people: quotas sales ann - 2026-Q1 changed 1000.00",
        "D2 data: deals D3 new 1000.00",
        "D3 data: deals D3 new 2000.00",
        "D5 data: deals D5 new 1000.00",
    ];
    let of_mia = ["- data: deals B1 changed 10.00, deals D3 new 300.00, deals D5 new 100.00"];
    assert_eq!(prices(&clerk, "ann"), of_ann);
    assert_eq!(prices(&clerk, "mia"), of_mia);
    let shown = succeeded(&clerk.run(&["explain", "mia", "--period", "2026-Q2"]));
    assert!(shown.contains("changed in deals: B1, known on 2026-04-01"), "{shown}");
    clerk.close("2026-Q2", &[]);
    // What the files say later changes nothing of why it was closed as it was.
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-20,60000,ann\n");
    assert_eq!(prices(&clerk, "ann"), of_ann);
    assert_eq!(prices(&clerk, "mia"), of_mia);
    let rows = rusqlite::Connection::open(clerk.root.join("ledger.sqlite")).unwrap();
    let refs = |payee: &str, deal: &str, cause: &str| -> Vec<String> {
        let asked = "SELECT refs FROM entry WHERE payee = ? AND ifnull(deal, '-') = ? AND cause = ?";
        let text: String = rows.query_row(asked, (payee, deal, cause), |row| row.get(0)).unwrap();
        let names: Vec<String> = serde_json::from_str(&text).unwrap();
        names.iter().map(|name| name.rsplit_once(' ').unwrap().0.to_owned()).collect()
    };
    // Bob's deal reaches mia and not ann; what is of Q2 reaches nobody's Q1.
    assert_eq!(refs("mia", "-", "data"), ["deals B1", "deals D3", "deals D5"]);
    assert_eq!(refs("ann", "D2", "data"), ["deals D2", "deals D3", "deals D5"]);
    assert_eq!(refs("ann", "D2", "people"), ["deals D2", "quotas sales ann - 2026-Q1"]);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// A withdrawn deal has its price too: without D2 mia's 1 % is 500.00 less; ann loses 3,000.00.
#[test]
fn a_withdrawn_fact_has_its_price() {
    let clerk = closed("priced-gone");
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-20,60000,ann\nB1,2026-01-20,1000,bob\n");
    assert_eq!(prices(&clerk, "ann"), ["D2 data: deals D2 withdrawn -3000.00"]);
    assert_eq!(prices(&clerk, "mia"), ["- data: deals D2 withdrawn -500.00"]);
    assert_eq!(prices(&clerk, "bob"), Vec::<String>::new());
}
