//! Two versions of a plan over the same data: totals, whom it moves, and where they first part.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use earnmark::project::{Version, VersionScript};
use earnmark::report::compare::Comparison;
use earnmark::session::Session;

const SETTINGS: &str = r#"
format = 1
company = { name = "Test", currency = "USD" }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", product = "product", payee = "rep" } }
"#;

const DEALS: &str = "id,day,amount,product,rep
D1,2026-01-15,1000,lab,Ann
D2,2026-02-03,500,lab,Ann
D3,2026-01-20,200,lab,=1+1
D4,2026-02-20,300,hw,Cid
D5,2026-02-21,0,lab,Dee
";

fn plan(commission: &str) -> String {
    format!(
        "// allow W05: the comparison is the test\nplan(\"Flat\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-03-31\" }});\n\
         let sales = measure(\"sales\", #{{ period: \"month\" }});\n{commission}\n"
    )
}

const BEFORE: &str = r#"commission("Sales", #{ on: sales, rate: 5.pct });"#;
const AFTER: &str = r#"commission("Sales", #{ on: sales, which: |deal| deal.product != "hw", rate: 6.pct });"#;

fn session() -> Session {
    let files = [("earnmark.toml", SETTINGS), ("rules/flat.rhai", &plan(BEFORE)), ("data/deals.csv", DEALS)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec();
    let mut session = Session::new();
    let opened = session.open_files(files);
    assert!(opened.ok, "{:?}", opened.findings);
    session
}

fn version(file: &str, text: String) -> Option<Version> {
    Some(Version { scripts: vec![VersionScript { file: file.to_owned(), text }], whole: false })
}

fn compared(period: &str) -> Comparison {
    session().compare(None, version("flat.rhai", plan(AFTER)), period).unwrap()
}

#[test]
fn totals_and_whom_it_moves() {
    // Before, 5 %: Ann 50 + 25 = 75, =1+1 10, Cid 15, Dee 0: 100. After, 6 % but for hw: 90, 12, 0, 0: 102.
    let found = compared("");
    assert!(found.ran, "{:?}", found.findings_b);
    let total = &found.totals[0];
    assert_eq!((&*total.a, &*total.b, &*total.change), ("100.00", "102.00", "2.00"));
    assert_eq!((total.up, total.down, total.same), (2, 1, 1));
    let rows: Vec<_> = found.rows.iter().map(|row| (&*row.payee, &*row.a, &*row.b, &*row.change)).collect();
    let wanted = [
        ("Ann", "75.00", "90.00", "15.00"),
        ("Cid", "15.00", "0.00", "-15.00"),
        ("=1+1", "10.00", "12.00", "2.00"),
        ("Dee", "0.00", "0.00", "0.00"),
    ];
    assert_eq!(rows, wanted);
    assert_eq!(found.rows[0].part.as_deref(), Some("0.2"), "15 of 75");
    // 6 × 5 reaches 15, 6 × 2 does not.
    let bins: Vec<_> = total.bins.iter().map(|bin| (&*bin.from, &*bin.to, bin.count)).collect();
    assert_eq!(
        bins,
        [("-15", "-10", 1), ("-10", "-5", 0), ("-5", "0", 0), ("0", "5", 1), ("5", "10", 0), ("10", "15", 1)]
    );
}

#[test]
fn one_period_alone() {
    // January: Ann 50 becomes 60, =1+1 10 becomes 12; Cid and Dee have nothing.
    let found = compared("2026-01");
    assert_eq!((&*found.totals[0].a, &*found.totals[0].b), ("60.00", "72.00"));
    assert!(session().compare(None, None, "2027-01").is_err(), "there is no such period");
}

#[test]
fn the_first_step_that_differs_has_its_component_and_line() {
    let found = compared("");
    let why = found.rows[0].why.as_ref().unwrap();
    assert_eq!(
        (why.kind, &*why.period, &*why.component, why.deal.as_deref()),
        ("entry", "2026-01", "Sales", Some("D1"))
    );
    let (a, b) = (why.a.as_ref().unwrap(), why.b.as_ref().unwrap());
    assert_eq!((&*a.amount, &*b.amount), ("50.00", "60.00"));
    let rate = |side: &earnmark::report::compare::WhySide| side.step.as_ref().unwrap().rate.clone().unwrap();
    assert_eq!((rate(a), rate(b)), ("0.05".to_owned(), "0.06".to_owned()));
    let source = b.source.as_ref().unwrap();
    assert_eq!((&*source.file, source.line), ("rules/flat.rhai", 4));
    // What is not paid any more is on one side alone.
    let gone = found.rows[1].why.as_ref().unwrap();
    assert_eq!((gone.deal.as_deref(), gone.b.is_none()), (Some("D4"), true));
    assert!(found.rows[3].why.is_none());
    assert_eq!(found.scripts.len(), 1);
    assert_eq!(found.scripts[0].file, "rules/flat.rhai");
}

#[test]
fn a_version_is_the_same_as_itself() {
    let found = session().compare(None, version("x/flat.rhai", plan(BEFORE)), "").unwrap();
    assert_eq!(found.totals[0].change, "0.00");
    assert!(found.rows.iter().all(|row| row.why.is_none() && row.components.is_empty()));
    assert!(found.scripts.is_empty() && found.totals[0].bins.is_empty());
}

#[test]
fn a_version_that_is_wrong_says_why_and_gives_no_figures() {
    let found = session().compare(None, version("flat.rhai", "let x = ;".to_owned()), "").unwrap();
    assert!(!found.ran && found.rows.is_empty() && found.findings_a.is_empty());
    assert!(found.findings_b.iter().any(|finding| finding.severity == "error" && finding.place.is_some()));
}

#[test]
fn a_file_for_spreadsheets_runs_nothing() {
    let text = session().compare_csv(None, version("flat.rhai", plan(AFTER)), "").unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "payee,name,currency,a,b,change,part,component,period,deal,line");
    assert_eq!(lines[1], "Ann,Ann,USD,75.00,90.00,15.00,0.2,Sales,2026-01,D1,rules/flat.rhai:4");
    assert_eq!(lines[2], "Cid,Cid,USD,15.00,0.00,-15.00,-1,Sales,2026-02,D4,rules/flat.rhai:4");
    assert!(lines[3].starts_with("'=1+1,'=1+1,USD,10.00,12.00,2.00,0.2,"), "{}", lines[3]);
}

#[test]
fn amounts_alone_and_the_rows_of_payees_are_those_of_the_comparison() {
    let mut session = Session::new();
    assert!(session.open_sample().ok);
    let payees: Vec<String> = session.open_sample().payees.into_iter().map(|payee| payee.id).collect();
    let mut moved = 0_usize;
    // Every script of the sample with another figure: commissions, overrides, a currency, a draw.
    for script in session.scripts().unwrap() {
        for (old, new) in [("2.pct", "3.pct"), ("_000", "_500")] {
            let version = Some(Version {
                scripts: vec![VersionScript { file: script.file.clone(), text: script.text.replace(old, new) }],
                whole: false,
            });
            for period in ["", "2026-02"] {
                let full = session.compare(None, version.clone(), period).unwrap();
                let mut bare = full.clone();
                for row in &mut bare.rows {
                    moved += usize::from(row.why.is_some());
                    (row.components, row.why) = (Vec::new(), None);
                }
                let what = format!("{}: {old} in {period}", script.file);
                assert_eq!(session.compare_amounts(None, version.clone(), period).unwrap(), bare, "{what}");
                let mut rows = session.compare_rows(None, version.clone(), period, &payees).unwrap();
                let place = |payee: &str, currency| {
                    full.rows.iter().position(|row| row.payee == payee && row.currency == currency)
                };
                rows.sort_by_key(|row| place(&row.payee, row.currency));
                assert_eq!(rows, full.rows, "{what}");
            }
        }
    }
    assert!(moved > 20, "{moved} rows move");
    let wrong = version("account-executive.rhai", "let x = ;".to_owned());
    assert!(session.compare_rows(None, wrong, "", &payees).unwrap().is_empty());
}
