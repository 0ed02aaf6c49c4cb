//! Rows that files no longer have, and deals that nobody is credited for: what is said of them.

use super::super::succeeded;
use super::Clerk;
use serde_json::Value;

const PLAN: &str = "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\", quota: \"table\" });\ncommission(\"Commission\", #{ on: sales, rate: marginal([[0.pct, 10.pct], [100.pct, 20.pct]]) });\n";
const QUOTAS: &str = "[quotas]\nfile = \"quotas.csv\"\ncolumns = { payee = \"payee\", measure = { fixed = \"sales\" }, period = \"period\", amount = \"quota\" }\n";
const DEALS: &str = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n";

fn company(name: &str, more: &str) -> Clerk {
    let clerk = Clerk::new(name);
    let company = "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n";
    clerk.write("earnmark.toml", &format!("{company}{DEALS}{more}{QUOTAS}"));
    clerk.write("rules/plan.rhai", PLAN);
    quotas(&clerk, "ann,2026-01,10000\n");
    deals(&clerk, "D1,2026-01-10,10000,ann\nD2,2026-01-11,10000,ann\n");
    clerk.close("2026-01", &[]);
    clerk
}

fn quotas(clerk: &Clerk, rows: &str) {
    clerk.write("data/quotas.csv", &format!("payee,period,quota\n{rows},2026-01,20000\n,2026-02,20000\n"));
}

fn deals(clerk: &Clerk, rows: &str) {
    clerk.write("data/deals.csv", &format!("id,closed,amount,payee\n{rows}"));
}

/// 10,000 x 10 % and 10,000 x 20 % are paid. Without D1 it is 10,000 x 10 % in all: D1 is worth 1,000.00, and D2 falls by as
/// much.
#[test]
fn a_vanished_deal_is_told_with_what_it_does_to_others() {
    let clerk = company("withdrawn-deal", "");
    deals(&clerk, "D2,2026-01-11,10000,ann\n");
    let told = clerk.refused("2026-02", &[]);
    assert!(told.contains("--told \"withdrawn 1 -2000.00 USD\""), "{told}");
    let run = clerk.command(&["run", "--period", "2026-02"]).arg("--format=csv").output().unwrap();
    assert!(String::from_utf8_lossy(&run.stdout).contains("-1000.00"));
    clerk.close("2026-02", &["--told", "withdrawn 1 -2000.00 USD"]);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// Without ann's own quota everyone's of 20,000 holds: 20,000 x 10 % in place of 3,000.00.
#[test]
fn a_vanished_quota_is_told_with_its_worth() {
    let clerk = company("withdrawn-quota", "");
    quotas(&clerk, "");
    let told = clerk.refused("2026-02", &[]);
    assert!(told.contains("--told \"withdrawn 1 -1000.00 USD\""), "{told}");
}

#[test]
fn an_open_run_says_what_it_takes_for_withdrawn() {
    let complete = company("withdrawn-said", "");
    deals(&complete, "D2,2026-01-11,10000,ann\n");
    let root = complete.root.to_str().unwrap();
    let mut loud = super::super::program();
    let said = loud.args(["--project", root, "payouts", "--period", "2026-02"]).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("`D1` of `deals`") && said.contains("worked as withdrawn"), "{said}");
}

/// D1 has been changed in March: the file has only its newer version, which nobody knew at the end of February. What was known
/// then is what the last close has registered: nothing is withdrawn, and the change is of March. 10,000 x 10 % + 10,000 x 20 %
/// are paid; with 12,000 it is 2,000 x 20 % more.
#[test]
fn a_newer_version_of_a_later_day_withdraws_nothing() {
    let clerk = company("withdrawn-newer", "");
    let settings = std::fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.write(
        "earnmark.toml",
        &settings.replace("payee = \"payee\" }\n[quotas]", "payee = \"payee\", recorded = \"changed\" }\n[quotas]"),
    );
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee,changed\nD1,2026-01-10,12000,ann,2026-03-02\nD2,2026-01-11,10000,ann,2026-01-11\n",
    );
    let open = succeeded(&clerk.run(&["payouts", "--period", "2026-02", "--as-of", "2026-02-28", "--format", "csv"]));
    assert!(open.contains("ann,2026-02,0.00,0.00"), "{open}");
    clerk.close("2026-02", &["--as-of", "2026-02-28"]);
    clerk.close("2026-03", &[]);
    let payouts = succeeded(&clerk.run(&["payouts", "--period", "2026-02..2026-03", "--format", "csv"]));
    assert!(payouts.contains("ann,2026-02,0.00,0.00") && payouts.contains("ann,2026-03,400.00,400.00"), "{payouts}");
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// A deal without a payee, one of somebody who is on no plan, one on a day of no plan: none of them on a statement.
#[test]
fn what_is_credited_to_nobody_is_said() {
    let assignments = "[assignments]\nfile = \"plans.csv\"\ncolumns = { payee = \"payee\", plan = \"plan\" }\n";
    let clerk = Clerk::new("nobody");
    let company = "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n";
    clerk.write("earnmark.toml", &format!("{company}{DEALS}{assignments}{QUOTAS}"));
    clerk.write("rules/plan.rhai", PLAN);
    quotas(&clerk, "");
    clerk.write("data/plans.csv", "payee,plan\nann,AE\n");
    let rows = "D1,2026-01-10,10000,ann\nD2,2026-01-11,500,\nD3,2026-01-12,500,bob\nD4,2206-01-12,500,ann\n";
    deals(&clerk, rows);
    let check = succeeded(&clerk.run(&["check"]));
    let lines = [
        "3 deals are credited to nobody",
        "the deal names nobody: `D2`",
        "the payee was on no plan that day: `D3` of `bob`",
        "no plan holds on its day: `D4` of `ann`",
    ];
    for line in lines {
        assert!(check.contains(line), "{line} is not in {check}");
    }
    let run: Value =
        serde_json::from_str(&succeeded(&clerk.run(&["run", "--period", "2026-01", "--format", "json"]))).unwrap();
    let named: Vec<(&str, Option<&str>)> = run["nobody"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["deal"].as_str().unwrap(), line["payee"].as_str()))
        .collect();
    assert_eq!(named, [("D2", None), ("D3", Some("bob"))]);
    let close = clerk.close("2026-01", &[]);
    assert!(close.contains("note: 2 deals are credited to nobody"), "{close}");
    let told = |arguments: &[&str]| String::from_utf8(clerk.run(arguments).stderr).unwrap();
    let late = told(&["explain", "ann", "D4", "--period", "2026-02"]);
    assert!(late.contains("no plan holds on its day"), "{late}");
    let unknown = told(&["explain", "ann", "D11", "--period", "2026-02"]);
    assert!(unknown.contains("there is no deal `D11`") && unknown.contains("did you mean `D1`?"), "{unknown}");
}

/// The personnel system gives everybody a new id. ann has been paid 3,000.00 for January: as another person she would be paid
/// them again, and her old id would owe them, which comes to nothing. With a list of both ids, joined, nothing is posted for
/// January, and February pays 10 % of 500.
#[test]
fn a_payee_under_a_new_id_is_not_paid_again() {
    let payees = "[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", name = \"name\" }\n";
    let named = company("renamed-by-name", "");
    named.write("data/payees.csv", "id,name\nann,Ann Lee\n");
    let settings = std::fs::read_to_string(named.root.join("earnmark.toml")).unwrap();
    named.write("earnmark.toml", &format!("{settings}{payees}"));
    named.close("2026-02", &[]);
    // The same people, as the personnel system has them from March on.
    named.write("data/payees.csv", "id,name\nE17,Ann Lee\n");
    quotas(&named, "E17,2026-01,10000\n,2026-03,20000\n");
    deals(&named, "D1,2026-01-10,10000,E17\nD2,2026-01-11,10000,E17\nD3,2026-03-02,500,E17\n");
    let told = named.refused("2026-03", &["--told", "withdrawn 2"]);
    assert!(told.contains("`ann` is gone and `E17` is new, with the same name"), "{told}");
    assert!(told.contains("--told \"other-people 1\""), "{told}");
    let joined = |settings: &str| {
        let settings = settings.replace(
            "id = \"id\", name",
            "id = { join = \"ids\", on = \"id\", key = \"new\", column = \"old\" }, name",
        );
        let payee = "payee = { join = \"ids\", on = \"payee\", key = \"new\", column = \"old\" }";
        format!("{}[files.ids]\nfile = \"ids.csv\"\n", settings.replace("payee = \"payee\"", payee))
    };
    let settings = std::fs::read_to_string(named.root.join("earnmark.toml")).unwrap();
    named.write("earnmark.toml", &joined(&settings));
    named.write("data/ids.csv", "new,old\nE17,ann\n");
    let run = succeeded(&named.run(&["payouts", "--period", "2026-03", "--format", "csv"]));
    assert!(run.contains("ann,2026-03,50.00,50.00"), "{run}");
    named.close("2026-03", &[]);
}

/// Nobody has a name: what tells is that all deals of one payee are another's now. Who took them over is told to be so.
#[test]
fn who_takes_over_all_deals_of_a_payee_is_asked_for() {
    let clerk = company("renamed-by-deals", "");
    quotas(&clerk, "bob,2026-01,10000\n");
    deals(&clerk, "D1,2026-01-10,10000,bob\nD2,2026-01-11,10000,bob\n");
    let told = clerk.refused("2026-02", &["--told", "withdrawn 2"]);
    assert!(told.contains("`ann` is gone and `bob` is new, with the same deals"), "{told}");
    clerk.close("2026-02", &["--told", "withdrawn 2", "--told", "other-people 1"]);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}
