//! What follows from a deal that is taken back: every amount that read it, at whatever distance, and no other.

use super::rest::MONTHLY;
use earnmark::Folder;

/// What is paid of each month of 2026 where a deal of January is cancelled later, against the same without the deal: the months
/// that follow from it in whatever way come to the same.
#[test]
fn a_cancellation_works_every_month_that_follows_from_its_deal() {
    let longer = "let q = measure(\"q\", #{ period: \"quarter\", credit: m });\nlet h = measure(\"h\", #{ period: \"half\", credit: m });\n";
    let large = "let big = measure(\"big\", #{ period: \"month\", which: |deal| deal.amount > 500 });\n";
    for rules in [
        // A component that reads a longer measure than its own, read by another; and the same at second hand on one measure.
        "let y = bonus(\"Y\", #{ on: q, paid: \"to date\", pay: || if h.total > 1_000 { 100 } else { 0 } });\nbonus(\"X\", #{ on: m, pay: || if y.earned > 0 { 50 } else { 10 } });\n",
        "let y = bonus(\"Y\", #{ on: m, pay: || if q.total > 1_000 { 100 } else { 0 } });\nbonus(\"X\", #{ on: m, pay: || if y.earned > 0 { 50 } else { 10 } });\n",
        // What counts deals over all periods, or pays instalments.
        "let s = spiff(\"S\", #{ on: big, first: 1, pay: 100 });\nbonus(\"X\", #{ on: m, pay: || if s.earned > 0 { 50 } else { 10 } });\n",
        "let t = residual(\"T\", #{ on: big, every: \"month\", rate: 1.pct, ends: \"never\" });\nbonus(\"X\", #{ on: m, pay: || if t.earned > 0 { 50 } else { 10 } });\n",
        // Sums of what others sell, and what is paid on another component.
        "let e = everyone(q);\nbonus(\"X\", #{ on: m, pay: || if e.total > 1_000 { 50 } else { 10 } });\n",
        "let y = bonus(\"Y\", #{ on: m, pay: || if q.total > 1_000 { 100 } else { 0 } });\nbonus(\"X\", #{ on: y, rate: 50.pct });\n",
        "let z = commission(\"Z\", #{ on: m, rate: 10.pct, cap: #{ period: || q.total * 3.pct } });\nbonus(\"X\", #{ on: m, pay: || z.earned * 50.pct });\n",
    ] {
        let mut paid = Vec::new();
        for with in [true, false] {
            let mut folder = Folder::default();
            folder.put("earnmark.toml", "format = 1\ncompany = { name = \"C\", currency = \"USD\" }\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[events]\nfile = \"e.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\" }\n");
            folder.put(
                "rules/p.rhai",
                format!("{MONTHLY}{longer}{large}{rules}clawback(\"Churn\", #{{ on: \"cancelled\", method: \"restate\" }});\n"),
            );
            let (deal, event) =
                if with { ("D1,2026-01-10,2000,ann\n", "E1,D1,cancelled,2026-05-20\n") } else { ("", "") };
            folder.put(
                "data/d.csv",
                format!("id,closed,amount,payee\n{deal}D2,2026-03-10,600,ann\nD3,2026-02-10,300,ann\n"),
            );
            folder.put("data/e.csv", format!("id,deal,kind,date\n{event}"));
            let project = earnmark::Project::open(&folder).unwrap();
            let outcome = project.compute("2026-01..2026-06").unwrap().outcome;
            let mut sums = std::collections::BTreeMap::new();
            for entry in outcome.entries.iter().filter(|entry| entry.deal.is_none()) {
                let key = (entry.component.to_string(), entry.measured.label.to_string());
                *sums.entry(key).or_insert(rust_decimal::Decimal::ZERO) += entry.earned;
            }
            paid.push(sums.into_iter().filter(|(_, sum)| !sum.is_zero()).collect::<Vec<_>>());
        }
        assert_eq!(paid[0], paid[1], "{rules}");
    }
}

/// Of two deals of 1,000 ann earns 100.00 each, her manager, by another plan without a rule of its own, 10 % of that. A refund of 500
/// leaves 1,500: 150.00 and 15.00.
#[test]
fn an_override_on_earnings_follows_the_rules_of_their_plan() {
    let mut folder = Folder::default();
    folder.put("earnmark.toml", "format = 1\ncompany = { name = \"O\", currency = \"USD\" }\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[events]\nfile = \"e.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\" }\n[payees]\nfile = \"p.csv\"\ncolumns = { id = \"id\" }\n[lines]\nfile = \"l.csv\"\ncolumns = { payee = \"payee\", manager = \"manager\" }\n[assignments]\nfile = \"a.csv\"\ncolumns = { payee = \"payee\", plan = \"plan\", from = \"from\" }\n");
    folder.put(
        "rules/p.rhai",
        format!("{MONTHLY}commission(\"Y\", #{{ on: m, rate: 10.pct }});\nclawback(\"Back\", #{{ on: [\"cancelled\", \"refunded\"], method: \"restate\" }});\n"),
    );
    folder.put("rules/b.rhai", "plan(\"B\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\noverride(\"O\", #{ on: team(\"Y\"), rate: 10.pct });\n");
    folder.put("data/d.csv", "id,closed,amount,payee\nD1,2026-01-10,1000,ann\nD2,2026-01-12,1000,ann\n");
    folder.put("data/e.csv", "id,deal,kind,date,amount\nE1,D1,refunded,2026-02-20,500\n");
    folder.put("data/p.csv", "id\nann\nboss\n");
    folder.put("data/l.csv", "payee,manager\nann,boss\n");
    folder.put("data/a.csv", "payee,plan,from\nann,P,2026-01-01\nboss,B,2026-01-01\n");
    let project = earnmark::Project::open(&folder).unwrap();
    let outcome = project.compute("2026-01..2026-03").unwrap().outcome;
    let earned = |payee: &str| -> rust_decimal::Decimal {
        outcome.entries.iter().filter(|entry| &*entry.payee == payee).map(|entry| entry.earned).sum()
    };
    assert_eq!((earned("ann").to_string(), earned("boss").to_string()), ("150.00".to_owned(), "15.00".to_owned()));
}
