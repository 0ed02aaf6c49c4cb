//! What a statement rests on: versions of plans, and how quotas came about, worked by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use earnmark::Session;
use earnmark::report::answers::PayView;
use earnmark::report::basis::{QuotaMade, QuotaPartLine};

const SETTINGS: &str = r#"
format = 1
company = { name = "Test", currency = "USD" }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", payee = "rep" } }
payees = { file = "people.csv", columns = { id = "rep", start = "start" } }
quotas = { file = "quotas.csv", columns = { measure = { fixed = "sales" }, period = "period", amount = "quota" } }
"#;
const PLAN: &str = r#"// allow W05: the project is the test
plan("Sales", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31", payout: "month" });
let sales = measure("sales", #{ period: "quarter", ramp: #{ months: [50.pct] } });
let so_far = measure("so far", #{ period: "month", accumulate: "year", quota: 10_000 });
commission("Sales", #{ on: sales, rate: marginal([[0.pct, 5.pct], [100.pct, 10.pct]]) });
commission("So far", #{ on: so_far, rate: marginal([[0.pct, 1.pct], [100.pct, 2.pct]]) });
"#;

fn view(payee: &str) -> PayView {
    let files = [
        ("earnmark.toml", SETTINGS),
        ("rules/sales.rhai", PLAN),
        ("data/deals.csv", "id,day,amount,rep\nD1,2026-03-02,100,Ann\nD2,2026-03-02,100,Bob\n"),
        ("data/people.csv", "rep,start\nAnn,2026-02-15\nBob,2020-01-01\n"),
        ("data/quotas.csv", "period,quota\n2026-Q1,90000\n"),
    ];
    let mut session = Session::new();
    let opened = session.open_files(files.map(|(path, text)| (path.to_owned(), text.into())).into());
    assert!(opened.ok, "{:?}", opened.findings);
    session.pay(payee, "2026-03").unwrap().remove(0)
}

type Part<'q> = (&'q str, i64, u32, &'q str, &'q str, &'q str);

fn part(of: &QuotaPartLine) -> Part<'_> {
    (&of.period.label, of.days, of.active_days, &of.said, &of.at_work, &of.quota)
}

fn parts(of: &QuotaMade) -> Vec<Part<'_>> {
    of.parts.iter().map(part).collect()
}

/// Ann starts on 15 February: 14 of its days and the 31 of March, 45 of 90.
/// By months 90,000 / 3 = 30,000: of February 14 / 28 at 50 % are 7,500, of March all 30,000.
#[test]
fn a_quota_says_what_days_and_ramp_make_of_it() {
    let view = view("Ann");
    let sales = view.quotas.iter().find(|quota| quota.measure == "sales").unwrap();
    assert_eq!(parts(sales), [("2026-Q1", 90, 45, "90000.00", "45000.00", "37500.00")]);
    assert_eq!((sales.rule, sales.ramp, sales.quota.as_str()), ("table", true, "37500.00"));
    assert_eq!((sales.source.file.as_str(), sales.source.line), ("rules/sales.rhai", 3));
    let plan = &view.plans[0];
    assert_eq!((plan.name.as_str(), plan.file.as_str()), ("Sales", "rules/sales.rhai"));
    assert_eq!((plan.from.to_string(), plan.to.to_string()), ("2026-01-01".to_owned(), "2026-12-31".to_owned()));
}

/// Of a quota that runs on over the year each month at work is a part: of Ann's February 14 of 28 days.
#[test]
fn a_quota_that_runs_on_says_its_parts() {
    let ann = view("Ann");
    let so_far = ann.quotas.iter().find(|quota| quota.measure == "so far").unwrap();
    let expected = [
        ("2026-02", 28, 14, "10000.00", "5000.00", "5000.00"),
        ("2026-03", 31, 31, "10000.00", "10000.00", "10000.00"),
    ];
    assert_eq!(parts(so_far), expected);
    assert_eq!((so_far.rule, so_far.quota.as_str()), ("amount", "15000.00"));
    let bob = view("Bob");
    let so_far = bob.quotas.iter().find(|quota| quota.measure == "so far").unwrap();
    assert_eq!(so_far.parts.len(), 3);
    assert_eq!(so_far.quota, "30000.00");
}

/// January pays 5 % of 20,000 = 1,000. The return of February takes 1,000 back, which is owed. March earns 900: half of it, 450, repays,
/// for more than 400 is left; 1,000 − 450 = 550 is owed. April earns 30: none of it is above 400, and 30 is less than 50.
#[test]
fn a_line_of_the_settlement_says_what_the_plan_says_of_it() {
    let settings = SETTINGS.lines().take(4).collect::<Vec<_>>().join("\n");
    let plan = r#"plan("Sales", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31", payout: "month",
        recover: #{ share: 50.pct, floor: 400 }, minimum: 50 });
let sales = measure("sales", #{ period: "month" });
commission("Sales", #{ on: sales, rate: 5.pct });
"#;
    let deals = "id,day,amount,rep\nD1,2026-01-02,20000,Ann\nD2,2026-02-02,-20000,Ann\nD3,2026-03-02,18000,Ann\nD4,2026-04-02,600,Ann\n";
    let files = [("earnmark.toml", &*settings), ("rules/sales.rhai", plan), ("data/deals.csv", deals)];
    let mut session = Session::new();
    let opened = session.open_files(files.map(|(path, text)| (path.to_owned(), text.into())).into());
    assert!(opened.ok, "{:?}", opened.findings);
    let lines = |period: &str| -> Vec<(String, String)> {
        let statement = session.pay("Ann", period).unwrap().remove(0).statement;
        statement.settle.iter().map(|line| (line.told(), line.amount.clone())).collect()
    };
    let says = |lines: &[(String, String)], text: &str, amount: &str| {
        assert!(lines.contains(&(text.to_owned(), amount.to_owned())), "{text} {amount}: {lines:?}");
    };
    let march = lines("2026-03");
    let recovered = "recovered of what was owed: at most 50 % of what is available, 400.00 is left of the payout";
    says(&march, recovered, "-450.00");
    says(&march, "payout", "450.00");
    let april = lines("2026-04");
    says(&april, "below the minimum, waits: less than 50.00 is not paid", "-30.00");
    says(&april, "payout", "0.00");
}
