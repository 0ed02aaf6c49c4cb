//! Exports of changes: files that have only what is new since the last close. What an earlier file said still holds, and what
//! is new may be about it.

use super::super::{small, succeeded};
use super::{Clerk, read};
use std::collections::BTreeMap;

const PLAN: &str = "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\noverride(\"Team\", #{ on: team(sales), rate: 1.pct });\nclawback(\"Churn\", #{ on: [\"cancelled\", \"refunded\"], within: 180.days, method: \"restate\" });\n";

/// `payee,component,deal,kind,payable` of what a month posts, in order.
fn posted(clerk: &Clerk, period: &str) -> Vec<String> {
    let text = succeeded(&clerk.run(&["run", "--period", period, "--format", "csv"]));
    let said = |row: &BTreeMap<String, String>| {
        ["payee", "component", "deal", "kind", "payable"].map(|name| row[name].as_str()).join(",")
    };
    read(&text).iter().map(said).collect()
}

fn refused(clerk: &Clerk, arguments: &[&str]) -> String {
    let output = clerk.run(arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// March: D1 of 12,000, 60 % ann's and 40 % bob's, D2 of 9,801 bob's: 720.00, 480.00 and 980.10.
/// April's files have D3 of 5,000, the other shares of D2, a refund of 3,000 of D1 and 50.00 more for D2: D1 is worked on
/// 9,000, so ann's 720.00 are 540.00 and bob's 480.00 are 360.00; half of D2 is 490.05 each.
/// In May 9,000 of D1 are left to be given back, and not 9,500.
#[test]
fn shares_events_and_adjustments_may_be_of_deals_of_earlier_files() {
    let clerk = small("standing");
    clerk.write("rules/plan.rhai", PLAN);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\nexport = \"changes\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\" }\n[shares]\nfile = \"shares.csv\"\nexport = \"changes\"\ncolumns = { deal = \"deal\", payee = \"payee\", share = \"share\" }\n[events]\nfile = \"events.csv\"\nexport = \"changes\"\ncolumns = { deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\" }\n[adjustments]\nfile = \"adjustments.csv\"\nexport = \"changes\"\ncolumns = { id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", deal = \"deal\", component = \"component\", reason = \"reason\", actor = \"actor\" }\n",
    );
    let files = |deals: &str, shares: &str, events: &str, adjustments: &str| {
        clerk.write("data/deals.csv", &format!("id,closed,amount\n{deals}"));
        clerk.write("data/shares.csv", &format!("deal,payee,share\n{shares}"));
        clerk.write("data/events.csv", &format!("deal,kind,date,amount\n{events}"));
        let header = "id,kind,payee,date,amount,deal,component,reason,actor\n";
        clerk.write("data/adjustments.csv", &format!("{header}{adjustments}"));
    };
    files("D1,2026-03-03,12000\nD2,2026-03-04,9801\n", "D1,ann,60%\nD1,bob,40%\nD2,bob,100%\n", "", "");
    clerk.close("2026-03", &[]);
    files(
        "D3,2026-04-05,5000\n",
        "D3,bob,100%\nD2,ann,50%\nD2,bob,50%\n",
        "D1,refunded,2026-04-10,3000\n",
        "M1,manual,ann,2026-04-20,50,D2,Commission,helped,mia\n",
    );
    let april = [
        "ann,Commission,D1,clawback,-180.00",
        "ann,Commission,D2,true-up,490.05",
        "ann,Commission,D2,manual,50.00",
        "bob,Commission,D1,clawback,-120.00",
        "bob,Commission,D2,true-up,-490.05",
        "bob,Commission,D3,earn,500.00",
    ];
    assert_eq!(posted(&clerk, "2026-04"), april);
    clerk.close("2026-04", &[]);
    // What March would hold now is what April has posted for it: refunds of April are April's own.
    let now = succeeded(&clerk.run(&["run", "--period", "2026-03", "--recompute", "--format", "csv"]));
    let since: Vec<&str> = now.lines().filter(|line| line.contains(",true-up,")).collect();
    assert!(since.len() == 2 && since[0].starts_with("ann,2026-04,Commission,D2,490.05,USD"), "{now}");
    let same = succeeded(&clerk.run(&["run", "--period", "2026-04", "--recompute"]));
    assert!(same.contains("as known now: the same"), "{same}");
    let open = refused(&clerk, &["run", "--period", "2026-05", "--recompute"]);
    assert!(open.contains("`2026-05` is not closed: `2026-04` is the last that is"), "{open}");
    files("", "", "D1,refunded,2026-05-10,9500\nD4,refunded,2026-05-10,5\n", "");
    let told = refused(&clerk, &["run", "--period", "2026-05"]);
    assert!(told.contains("9500 are given back, and of deal `D1` 9000 are left"), "{told}");
    assert!(told.contains("there is no deal `D4`"), "{told}");
    // A row of the deal alone keeps its shares, and the refund of April: 15,000 less 3,000 less 9,500 are 2,500.
    files("D1,2026-03-03,15000\n", "", "D1,refunded,2026-05-10,9500\n", "");
    let (first, second) = (posted(&clerk, "2026-05"), ["ann", "bob"]);
    let sums = second.map(|payee| {
        let of = first.iter().filter(|row| row.starts_with(payee));
        of.map(|row| row.rsplit(',').next().unwrap().parse::<rust_decimal::Decimal>().unwrap())
            .sum::<rust_decimal::Decimal>()
    });
    // 60 % and 40 % of 250.00, less 540.00 and 360.00.
    assert_eq!(sums.map(|sum| sum.to_string()), ["-390.00", "-260.00"]);
    clerk.close("2026-05", &[]);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// People who changed alone are in the file: bob has moved to noor's team in April, and who is new sells; ann, mia and noor
/// stand. Team: 1 % of 10,000 of bob's is mia's in March; of 20,000 noor's in April; of 5,000 of dan's mia's.
#[test]
fn payees_and_their_managers_may_come_as_changes() {
    let clerk = small("standing-people");
    clerk.write("rules/plan.rhai", PLAN);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\nexport = \"changes\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[payees]\nfile = \"payees.csv\"\nexport = \"changes\"\ncolumns = { id = \"id\", name = \"name\", manager = \"manager\", from = \"from\", to = \"to\" }\n",
    );
    let people = |rows: &str| clerk.write("data/payees.csv", &format!("id,name,manager,from,to\n{rows}"));
    let deals = |rows: &str| clerk.write("data/deals.csv", &format!("id,closed,amount,payee\n{rows}"));
    people("ann,Ann,mia,,\nbob,Bob,mia,,\nmia,Mia,,,\nnoor,Noor,,,\n");
    deals("A,2026-03-03,10000,bob\n");
    assert_eq!(posted(&clerk, "2026-03"), ["bob,Commission,A,earn,1000.00", "mia,Team,,earn,100.00"]);
    clerk.close("2026-03", &[]);
    people("bob,Bob,mia,,2026-03-31\nbob,Bob,noor,2026-04-01,\ndan,Dan,mia,,\n");
    deals("B,2026-04-03,20000,bob\nC,2026-04-04,5000,dan\n");
    let april = [
        "bob,Commission,B,earn,2000.00",
        "dan,Commission,C,earn,500.00",
        "mia,Team,,earn,50.00",
        "noor,Team,,earn,200.00",
    ];
    assert_eq!(posted(&clerk, "2026-04"), april);
    clerk.close("2026-04", &[]);
    // Whoever stands has the name that was registered, and whoever is new and misspelt is told.
    people("");
    deals("D,2026-05-05,1000,ann\nE,2026-05-06,1000,bop\n");
    let told = refused(&clerk, &["run", "--period", "2026-05"]);
    assert!(told.contains("there is no payee `bop`") && told.contains("did you mean `bob`?"), "{told}");
    deals("D,2026-05-05,1000,ann\n");
    assert_eq!(posted(&clerk, "2026-05"), ["ann,Commission,D,earn,100.00", "mia,Team,,earn,10.00"]);
    let explained = succeeded(&clerk.run(&["explain", "ann", "--period", "2026-05"]));
    assert!(explained.contains("Ann"), "{explained}");
    clerk.close("2026-05", &[]);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// A deal that comes again as lost is none any more: it is withdrawn, which has to be told, and its 1,250.00 are taken back.
#[test]
fn a_deal_that_the_filter_leaves_out_now_is_withdrawn() {
    let clerk = small("set-aside");
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\nexport = \"changes\"\nfilter = { stage = \"Won\" }\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n",
    );
    let deals = |rows: &str| clerk.write("data/deals.csv", &format!("id,closed,amount,payee,stage\n{rows}"));
    deals("A,2026-03-03,12500,ann,Won\nB,2026-03-04,9801,bob,Won\n");
    clerk.close("2026-03", &[]);
    deals("A,2026-03-03,12500,ann,Lost\nC,2026-04-05,5000,bob,Won\n");
    assert_eq!(posted(&clerk, "2026-04"), ["ann,Commission,A,true-up,-1250.00", "bob,Commission,C,earn,500.00"]);
    let told = clerk.refused("2026-04", &[]);
    let needed = "withdrawn 2 -1250.00 USD";
    assert!(told.contains("rows-vanished") && told.contains(needed), "{told}");
    clerk.close("2026-04", &["--told", needed]);
    deals("B,2026-03-04,9801,bob,Won\n");
    assert_eq!(posted(&clerk, "2026-05"), Vec::<String>::new());
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}
