//! The pipeline: what open deals would pay, worked by hand, and that no result knows of them.

use earnmark::domain::facts::{Opportunity, OpportunityState, deal_column};
use earnmark::report::answers::WhatIfDeal;
use earnmark::report::pipeline::OpenDeal;
use earnmark::session::Opening;
use earnmark::{Folder, Project, Session, sample};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SETTINGS: &str = r#"
format = 1
company = { name = "Test", currency = "USD" }
columns.deals.kind = { type = "text", values = ["new", "renewal"] }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", kind = "kind", payee = "rep" } }
"#;
const PIPELINE: &str = r#"
[pipeline]
file = "open.csv"
columns = { id = "id", state = { fixed = "open" }, stage = "stage", expected = "due", amount = "amount", kind = "kind", payee = "rep" }
"#;
const CRM: &str = r#"
[pipeline]
file = "sales_pipeline.csv"
columns.id = "opportunity_id"
columns.state = { column = "deal_stage", values = { Prospecting = "open", Engaging = "open", Won = "won", Lost = "lost" }, else = "refuse" }
columns.payee = "sales_agent"
columns.product = { column = "product", values = { GTXPro = "GTX Pro" } }
columns.created = "engage_date"
columns.closed = "close_date"
columns.expected = { column = "engage_date", plus = "median cycle" }
columns.amount = { join = "products", on = "product", key = "product", column = "sales_price" }
[files.products]
file = "products.csv"
"#;
const PLAN: &str = r#"// allow W05: the project is the test
plan("Tiers", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31", payout: "month" });
let sales = measure("sales", #{ period: "quarter", which: |deal| deal.kind == "new", quota: 1_000 });
commission("Sales", #{ on: sales, rate: marginal([[0.pct, 5.pct], [100.pct, 10.pct]]) });
"#;
const DEALS: &str = "id,day,amount,kind,rep\nD1,2026-01-15,800,new,Ann\nD2,2026-01-15,100,new,Bob\n";
const OPEN: &str = "id,stage,due,amount,kind,rep\n\
    O1,Offer,2026-02-10,500,new,Ann\n\
    O2,Call,2026-02-12,100,new,Ann\n\
    O3,Call,2026-02-03,900,renewal,Ann\n\
    O4,Call,,300,new,Ann\n\
    O5,Call,2026-02-05,,new,Ann\n\
    O6,Call,2026-05-01,400,new,Ann\n\
    O7,Call,2027-05-01,400,new,Ann\n\
    D2,Call,2026-02-20,100,new,Ann\n\
    O8,Call,2026-02-10,10,new,Bob\n\
    O9,Call,2026-02-10,10,new,\n";

fn files(settings: &str, open: &str) -> Vec<(String, Vec<u8>)> {
    let files =
        [("earnmark.toml", settings), ("rules/tiers.rhai", PLAN), ("data/deals.csv", DEALS), ("data/open.csv", open)];
    files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec()
}

fn opened() -> Session {
    let mut session = Session::new();
    let opened = session.open_files(files(&format!("{SETTINGS}{PIPELINE}"), OPEN));
    assert!(opened.ok, "{:?}", opened.findings);
    session
}

fn told(deal: &OpenDeal) -> (&str, Option<&str>, Option<&str>) {
    (&deal.id, deal.would_pay.as_deref(), deal.findings.first().map(|finding| finding.message.as_str()))
}

/// Ann stands at 800 of a quota of 1,000 for the quarter, all of it paid in January.
#[test]
fn each_open_deal_says_what_it_would_pay_by_itself() {
    let found = opened().pipeline("Ann", "2026-02").unwrap();
    let expected = [
        ("O3", Some("0.00"), None),              // no renewal counts
        ("O5", None, Some("`amount` is blank")), // nothing to work with
        ("O1", Some("40.00"), None),             // 200 at 5 % are 10, 300 above quota at 10 % are 30
        ("O2", Some("5.00"), None),              // 100 at 5 %: by itself it stays below quota
        ("D2", None, Some("`D2` is a deal already")),
        ("O4", Some("20.00"), None), // on 28 February: 10 and 100 at 10 %
    ];
    assert_eq!(found.deals.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(found.deals[2].stage.as_deref(), Some("Offer"));
    assert_eq!(found.deals[2].amount.as_deref(), Some("500.00"));
    assert_eq!(found.deals[2].pay_currency, Some("USD"));
    let elsewhere: Vec<(&str, usize)> =
        found.elsewhere.iter().map(|other| (other.period.as_str(), other.deals)).collect();
    assert_eq!(elsewhere, [("2026-05", 1), ("", 1)], "O6 in May, O7 after the plan's end");
}

/// A plan in euros that counts by the day of booking, in a company of dollars, without a rate between them: what is typed without
/// a day and a currency is of the period's last day and in euros. 1,000 x 5 %.
#[test]
fn what_is_typed_is_in_the_plans_currency_and_of_the_period() {
    let settings = "format = 1\ncompany = { name = \"Test\", currency = \"USD\" }\ndeals = { file = \"deals.csv\", columns = { id = \"id\", booked = \"day\", amount = \"amount\", currency = \"cur\", payee = \"rep\" } }\n";
    let plan = "plan(\"Field\", #{ currency: \"EUR\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\", when: \"booked\" });\ncommission(\"Sales\", #{ on: sales, rate: 5.pct });\n";
    let deals = "id,day,amount,cur,rep\nD1,2026-01-15,800,EUR,Ann\n";
    let files = [("earnmark.toml", settings), ("rules/field.rhai", plan), ("data/deals.csv", deals)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec();
    let mut session = Session::new();
    assert!(session.open_with(files, &Opening::default()).ok);
    let cells = BTreeMap::from([("amount".to_owned(), "1000".to_owned())]);
    let tried = WhatIfDeal { id: "T1".to_owned(), cells, open: false };
    let answer = session.what_if(("Ann", None), "2026-01", &[tried]).unwrap();
    assert_eq!((&*answer.change, &*answer.total), ("50.00", "90.00"));
}

#[test]
fn two_of_them_together_are_a_what_if() {
    let open = |id: &str| WhatIfDeal { id: id.to_owned(), cells: BTreeMap::new(), open: true };
    let answer = opened().what_if(("Ann", None), "2026-02", &[open("O1"), open("O2")]).unwrap();
    let adds: Vec<&str> = answer.deals.iter().map(|deal| deal.adds.as_str()).collect();
    assert_eq!(adds, ["40.00", "10.00"], "above quota the second is paid at 10 %");
    assert_eq!((answer.change.as_str(), answer.total.as_str()), ("50.00", "50.00"));
    assert!(opened().what_if(("Ann", None), "2026-02", &[open("O99")]).is_err());
}

#[test]
fn no_result_and_no_digest_knows_of_it() {
    let digests = |settings: &str, open: &str, leave_out: bool| {
        let mut session = Session::new();
        let opened = session.open_with(files(settings, open), &Opening { leave_out, ..Opening::default() });
        (opened.ok, opened.digests, opened.left_out, session)
    };
    let whole = format!("{SETTINGS}{PIPELINE}");
    let (_, without, ..) = digests(SETTINGS, "", false);
    assert_eq!(digests(&whole, OPEN, false).1, without);
    let wrong = OPEN.replace("2026-02-10,500", "10.02.2026,500");
    assert!(!digests(&whole, &wrong, false).0, "a wrong row is refused like any other");
    let (ok, left, rows, session) = digests(&whole, &wrong, true);
    assert_eq!((ok, left, rows), (true, without, 1), "and left out without making pay incomplete");
    assert_eq!(session.pay("Ann", "2026-01").unwrap()[0].statement.incomplete, 0);
}

/// Each figure of the sample is what the payout would change by if the row stood among the deals.
#[test]
fn the_samples_open_deals_would_pay_what_a_run_with_them_pays() {
    let mut session = Session::new();
    session.open_sample();
    let project = Project::open(&sample::folder()).unwrap();
    let payout = |project: &Project, payee: &str| {
        let outcome = project.compute("2026-12").unwrap().outcome;
        let place = outcome.periods.iter().position(|period| &*period.label == "2026-12").unwrap();
        outcome.payouts_of(payee, place).next().unwrap().payout
    };
    let found = session.pipeline("mara.lindholm", "2026-12").unwrap();
    assert_eq!(found.deals.iter().map(|deal| deal.id.as_str()).collect::<Vec<_>>(), ["OP-26601", "OP-26602"]);
    let before = payout(&project, "mara.lindholm");
    for (deal, row) in found.deals.iter().zip([
        "OP-26601,Saltmarsh Bakery Supply,Closed Won,12/30/2026,\"25,000.00\",USD,Floor scale,Expansion,4,,mara.lindholm,,,East\n",
        "OP-26602,Larkspur Seed Co-op,Closed Won,12/31/2026,\"12,000.00\",USD,Service plan,New Business,6,36,mara.lindholm,,,East\n",
    ]) {
        let mut folder = sample::folder();
        let file = "data/crm-opportunities.csv";
        let mut text = String::from_utf8(folder.get(file).unwrap().to_vec()).unwrap();
        text.push_str(row);
        folder.put(file, text);
        let after = payout(&Project::open(&folder).unwrap(), "mara.lindholm");
        assert_eq!(deal.would_pay.as_deref(), Some((after - before).to_string().as_str()), "{}", deal.id);
    }
}

/// The figures of the public CRM export: 2,089 open rows, whose products' list prices total 4,966,215; 4,238 won ones, whose
/// median time to close is 57 days.
#[test]
fn the_crm_exports_open_rows_are_read_at_list_price() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/crm-sales-opportunities");
    if !data.is_dir() {
        eprintln!("skipped: the export is not at {}", data.display());
        return;
    }
    let mut folder = Folder::new("crm", BTreeMap::new());
    for name in ["sales_pipeline.csv", "sales_teams.csv", "products.csv"] {
        folder.put(format!("data/{name}"), fs::read(data.join(name)).unwrap());
    }
    let settings = include_str!("../examples/crm/earnmark.toml");
    folder.put("earnmark.toml", format!("{settings}{CRM}"));
    folder.put("rules/tiers.rhai", PLAN.replace("deal.kind == \"new\"", "deal.amount > 0"));
    let facts = Project::open(&folder).unwrap().facts;
    let open: Vec<_> = facts.pipeline.iter().filter(|row| row.state == OpportunityState::Open).collect();
    let price = |row: &&Opportunity| row.cells[deal_column::AMOUNT].as_ref().unwrap().decimal().unwrap();
    assert_eq!(open.len(), 2_089);
    assert_eq!(open.iter().map(price).sum::<Decimal>(), Decimal::from(4_966_215));
    let days = |row: &&Opportunity| Some(row.expected?.signed_duration_since(row.created?).num_days());
    assert!(open.iter().filter_map(days).all(|days| days == 57));
    assert_eq!(facts.deals.len(), 4_238, "the deals are those without it");
}

#[test]
fn the_terminal_lists_them() {
    let run = |arguments: &[&str]| {
        let root = env!("CARGO_MANIFEST_DIR");
        let ran = Command::new(env!("CARGO_BIN_EXE_earnmark"))
            .args(arguments)
            .args(["--project", "examples/sample"])
            .current_dir(root)
            .output()
            .unwrap();
        (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    let (csv, told) = run(&["pipeline", "Mara Lindholm", "--period", "2026-Q4", "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[1].starts_with("mara.lindholm,OP-26601,2026-12,Proposal,2026-12-30,25000.00,USD,"), "{csv}");
    assert!(told.contains("1 open deal expected in other periods: outside the plans (1)"), "{told}");
    let (table, _) = run(&["pipeline", "--period", "2026-12"]);
    assert_eq!(table.lines().count(), 12, "{table}");
}

/// Ann is paid by two plans, in euros and in dollars: 600 x 5 % and 1,000 x 5 %. A deal of 2,000 dollars adds 100.00 to the payout in
/// dollars, and nothing to the one in euros.
#[test]
fn of_two_payouts_the_one_that_is_asked_for_moves() {
    let settings = "format = 1\ncompany = { name = \"Test\", currency = \"USD\" }\ndeals = { file = \"deals.csv\", columns = { id = \"id\", closed = \"day\", amount = \"amount\", currency = \"cur\", payee = \"rep\" } }\n";
    let plan = |name: &str, code: &str| {
        format!(
            "plan(\"{name}\", #{{ currency: \"{code}\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" }});\nlet m = measure(\"{name} sales\", #{{ period: \"month\", which: |deal| deal.currency == \"{code}\" }});\ncommission(\"{name} pay\", #{{ on: m, rate: 5.pct }});\n"
        )
    };
    let deals = "id,day,amount,cur,rep\nD1,2026-01-15,600,EUR,Ann\nD2,2026-01-16,1000,USD,Ann\n";
    let (euros, dollars) = (plan("Euros", "EUR"), plan("Dollars", "USD"));
    let files = [
        ("earnmark.toml", settings),
        ("rules/euros.rhai", &*euros),
        ("rules/dollars.rhai", &*dollars),
        ("data/deals.csv", deals),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec();
    let mut session = Session::new();
    let opened = session.open_with(files, &Opening::default());
    assert!(opened.ok, "{:?}", opened.findings);
    let cells = [("amount", "2000"), ("currency", "USD"), ("closed", "2026-01-20")];
    let cells = cells.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let tried = [WhatIfDeal { id: "T1".to_owned(), cells, open: false }];
    let answer = |currency| session.what_if(("Ann", Some(currency)), "2026-01", &tried);
    let (euros, dollars) = (answer("EUR").unwrap(), answer("USD").unwrap());
    assert_eq!((&*dollars.change, &*dollars.total), ("100.00", "150.00"));
    assert_eq!((&*euros.change, &*euros.total), ("0.00", "30.00"));
    assert_eq!(euros.deals[0].credit, None, "its credit is in dollars");
    assert!(answer("GBP").is_err());
}
