//! Opening files as the page does: without the rows that are wrong, with columns that somebody said, from an archive.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use earnmark::Session;
use earnmark::io::guess::CURRENCY;
use earnmark::report::answers::Opened;
use earnmark::session::Opening;
use std::io::Write as _;

const SETTINGS: &str = r#"
format = 1
company = { name = "Test", currency = "USD" }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", payee = "rep" } }
"#;
const PLAN: &str = r#"// allow W05: the project is the test
plan("Flat", #{ currency: "USD", from: "2026-01-01", to: "2026-03-31" });
let sales = measure("sales", #{ period: "month" });
commission("Sales", #{ on: sales, rate: 5.pct });
"#;
const DEALS: &str =
    "id,day,amount,rep\nD1,2026-01-15,1000,Ann\nD2,31.02.2026,500,Ann\nD3,2026-01-20,x,Bob\nD4,2026-01-21,40,Bob\n";

fn project(deals: &str) -> Vec<(String, Vec<u8>)> {
    let files = [("earnmark.toml", SETTINGS), ("rules/flat.rhai", PLAN), ("data/deals.csv", deals)];
    files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec()
}

fn leaving_out() -> Opening {
    Opening { leave_out: true, ..Opening::default() }
}

fn payout(session: &Session, payee: &str) -> (String, u64) {
    let view = session.pay(payee, "2026-01").unwrap().remove(0);
    (view.statement.totals.payout, view.statement.incomplete)
}

#[test]
fn wrong_rows_are_refused_and_can_be_left_out() {
    let mut session = Session::new();
    let refused = session.open_files(project(DEALS));
    assert!(!refused.ok);
    assert_eq!(refused.left_out, 2, "D2 has no such day, D3 no amount");
    let opened = session.open_with(project(DEALS), &leaving_out());
    assert!(opened.ok && opened.left_out == 2);
    assert_eq!(opened.findings.iter().filter(|finding| finding.severity == "error").count(), 2, "they are still told");
    assert_eq!(payout(&session, "Ann"), ("50.00".to_owned(), 2), "5 % of 1,000 alone");
    assert_eq!(payout(&session, "Bob"), ("2.00".to_owned(), 2), "5 % of 40 alone");
}

#[test]
fn a_digest_says_what_was_left_out() {
    let run = |deals: &str, opening: &Opening| {
        let opened = Session::new().open_with(project(deals), opening);
        assert!(opened.ok, "{:?}", opened.findings);
        opened.digests.unwrap()
    };
    let good: String = DEALS
        .lines()
        .filter(|line| !line.starts_with("D2") && !line.starts_with("D3"))
        .fold(String::new(), |text, line| text + line + "\n");
    let incomplete = run(DEALS, &leaving_out());
    let complete = run(&good, &leaving_out());
    assert_eq!(incomplete.data, complete.data, "the same rows are taken");
    assert_eq!(incomplete.result, complete.result);
    assert_ne!(incomplete.run, complete.run, "one of them is incomplete");
    assert_eq!(complete.run, run(&good, &Opening::default()).run, "where nothing is wrong nothing is left out");
    let other = DEALS.replace("31.02.2026", "32.02.2026");
    assert_ne!(incomplete.run, run(&other, &leaving_out()).run, "other rows were left out");
}

#[test]
fn what_is_no_row_cannot_be_left_out() {
    let mut session = Session::new();
    let mut files = project(DEALS);
    files[2].1 = b"id,day,rep\nD1,2026-01-15,Ann\n".to_vec();
    let refused = session.open_with(files, &leaving_out());
    assert!(!refused.ok && refused.left_out == 0, "the column of amounts is missing");
    let mut files = project(DEALS);
    files[1].1 = b"let x = ;".to_vec();
    let refused = session.open_with(files, &leaving_out());
    assert!(!refused.ok && refused.left_out == 0, "a script that is wrong is no row");
}

const EXPORT: &str = "nr,when,list,net,who,helper\n1,2026-01-15,1200,1000,Ann,Zed\n2,2026-01-20,500,400,Bob,Zed\n";

fn export(columns: &[(&str, &str)]) -> (Session, Opened) {
    let mut session = Session::new();
    let columns = columns.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect();
    let files = vec![("export.csv".to_owned(), EXPORT.as_bytes().to_vec())];
    let opened = session.open_with(files, &Opening { columns, ..Opening::default() });
    (session, opened)
}

#[test]
fn columns_that_are_not_recognised_can_be_said() {
    let (_, refused) = export(&[]);
    assert!(!refused.ok);
    let guess = refused.guess.unwrap();
    assert!(guess.columns.is_empty());
    assert_eq!(guess.header[3].column, "net");
    assert_eq!(guess.header[3].samples, ["1000", "400"]);
    let needed: Vec<_> = guess.fields.iter().filter(|field| field.needed).map(|field| field.field).collect();
    assert_eq!(needed, ["closed", "amount", "payee"]);

    let (_, opened) = export(&[("closed", "when"), ("amount", "net"), ("payee", "who"), ("id", "nr")]);
    assert!(opened.ok, "{:?}", opened.findings);
    let taken = |field: &str| {
        opened.guess.as_ref().unwrap().columns.iter().find(|one| one.field == field).unwrap().column.clone()
    };
    assert_eq!((taken("amount"), taken("payee"), taken("id")), ("net".to_owned(), "who".to_owned(), "nr".to_owned()));
    let names: Vec<_> = opened.payees.iter().map(|payee| payee.id.as_str()).collect();
    assert_eq!(names, ["Ann", "Bob"]);
}

#[test]
fn a_column_of_another_kind_is_refused_with_what_is_wanted() {
    let (_, refused) = export(&[("closed", "who"), ("amount", "net"), ("payee", "who")]);
    assert!(!refused.ok && refused.guess.is_some());
    assert!(refused.findings[0].help.as_ref().unwrap().contains("dates"), "{:?}", refused.findings);
}

/// The codes, messages and advice of a file that is opened alone.
fn said_of(name: &str, bytes: &[u8]) -> Vec<(&'static str, String, String)> {
    let opened = Session::new().open_files(vec![(name.to_owned(), bytes.to_vec())]);
    let all = opened.findings.into_iter();
    all.map(|finding| (finding.code, finding.message, finding.help.unwrap_or_default())).collect()
}

#[test]
fn a_lone_file_that_cannot_be_read_is_told_why_and_what_to_open() {
    let wide: Vec<u8> = EXPORT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, code, message) in [
        ("a.csv", &b""[..], "empty-file", "`a.csv` is empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n\n", "empty-file", "`a.csv` is empty"),
        ("a.csv", b"id,amount\n1,\0\0\n", "not-text", "`a.csv` is not text: it holds zero bytes"),
        ("a.csv", &wide, "not-text", "`a.csv` is not text: it holds zero bytes"),
        ("a.csv", b"%PDF-1.4", "not-text", "`a.csv` is a PDF, not text"),
        ("a.csv", b"id,close date,amount,rep\n", "no-rows", "`a.csv` has one line, and no rows below it"),
        ("a.csv", b"hello\nworld\n", "no-deals", "no table of deals was recognised"),
    ] {
        let said = said_of(name, bytes);
        assert_eq!((said.len(), said[0].0, said[0].1.as_str()), (1, code, message));
        assert!(said[0].2.contains("export with one row a deal") && !said[0].2.contains('`'), "{}", said[0].2);
    }
    assert_eq!(said_of("a.json", b"{ no")[0].0, "bad-file");
}

#[test]
fn advice_for_a_lone_file_names_no_settings() {
    let rows: String = (11..16).map(|day| format!("A-{day},2026-01-{day},{day}00,Ann\n")).collect();
    let head = format!("deal_id,close_date,amount,rep\n{rows}");
    for wrong in ["A-2,02/03/2026,250,Ann", "A-2,2026-02-01,,Ann", "A-2,,5,Ann", "A-2,2026-02-01,5,\"Ann"] {
        let said = said_of("deals.csv", format!("{head}{wrong}\n").as_bytes());
        assert!(said[0].2.contains("open without the row") && !said[0].2.contains('`'), "{wrong}: {said:?}");
    }
    let two = "deal_id,close_date,amount,currency,rep\nA-1,2026-01-11,1,USD,Ann\nA-2,2026-01-12,1,EUR,Ann\n";
    let said = said_of("deals.csv", two.as_bytes());
    assert!(said[0].0 == "missing-rate" && said[0].2.contains("one currency"), "{said:?}");
}

#[test]
fn the_currency_of_a_file_that_names_none_is_assumed_until_it_is_chosen() {
    let open = |deals: &str, currency: Option<&str>| {
        let columns = currency.map(|code| (CURRENCY.to_owned(), code.to_owned())).into_iter().collect();
        let files = vec![("deals.csv".to_owned(), deals.as_bytes().to_vec())];
        Session::new().open_with(files, &Opening { columns, ..Opening::default() })
    };
    let assumed = |opened: &Opened| opened.guess.as_ref().and_then(|guess| guess.assumed_currency.clone());
    let plain = "deal_id,close_date,amount,rep\nA-1,2026-01-11,100,Ann\nA-2,2026-01-12,100,Ann\n";
    let opened = open(plain, None);
    assert_eq!((opened.currency.as_str(), assumed(&opened).as_deref()), ("USD", Some("USD")));
    let opened = open(plain, Some("JOD"));
    assert_eq!((opened.currency.as_str(), assumed(&opened).as_deref()), ("JOD", Some("JOD")));
    assert_eq!(opened.plans[0].currency, "JOD", "the starter plan pays in it");
    let refused = open(plain, Some("XQX"));
    assert!(!refused.ok && refused.findings[0].code == "bad-currency");
    let said = open("deal_id,close_date,amount,rep\nA-1,2026-01-11,€100,Ann\nA-2,2026-01-12,€100,Ann\n", Some("JOD"));
    assert_eq!((said.currency.as_str(), assumed(&said)), ("EUR", None), "what the file says holds");
}

#[test]
fn a_month_says_when_what_the_quarter_pays_is_worked() {
    let plan = r#"// allow W05: the project is the test
plan("Flat", #{ currency: "USD", from: "2026-01-01", to: "2026-06-30", payout: "month" });
let sales = measure("sales", #{ period: "quarter" });
commission("Sales", #{ on: sales, rate: 5.pct, paid: "at end" });
"#;
    let mut files = project("id,day,amount,rep\nD1,2026-01-15,1000,Ann\nD2,2026-04-15,1000,Bob\n");
    files[1].1 = plan.as_bytes().to_vec();
    let mut session = Session::new();
    assert!(session.open_files(files).ok);
    let later = |payee: &str, period: &str| {
        let views = session.pay(payee, period).unwrap();
        views
            .iter()
            .flat_map(|view| &view.later)
            .map(|one| (one.component.clone(), one.day.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(later("Ann", "2026-01"), [("Sales".to_owned(), "2026-03-31".to_owned())]);
    assert_eq!(later("Ann", "2026-02"), later("Ann", "2026-01"));
    assert_eq!(later("Ann", "2026-03"), [], "it is paid with this month");
    assert_eq!(later("Ann", "2026-04"), [], "nothing is earned for the second quarter");
}

#[test]
fn a_zipped_project_is_the_project() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let good = "id,day,amount,rep\nD1,2026-01-15,1000,Ann\n";
    for (path, bytes) in project(good) {
        archive.start_file(format!("my-project/{path}"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let mut session = Session::new();
    let zipped = session.open_files(vec![("my-project.zip".to_owned(), bytes)]);
    assert!(zipped.ok, "{:?}", zipped.findings);
    let plain = Session::new().open_files(project(good));
    assert_eq!(zipped.digests, plain.digests);
    let broken = session.open_files(vec![("x.zip".to_owned(), b"PK no archive".to_vec())]);
    assert!(!broken.ok && broken.findings[0].message.contains("x.zip"));
}

/// A quarter of the days of a column is wrong, so it is not recognised by itself. Somebody names it: the wrong row is told by row and
/// cell, and can be left out. 5 % is what the starter plan pays: of 100 + 200 + 300.
#[test]
fn a_column_that_was_named_is_read_whatever_is_wrong_in_it() {
    let file = "deal_id,close_date,amount,rep\nA-1,2026-01-01,100,Ann\nA-2,2026-01-02,200,Ann\nA-3,2026-01-03,300,Ann\nA-9,31.02.2026,250,Ann\n";
    let open = |leave_out: bool| {
        let columns = [("closed", "close_date"), ("amount", "amount"), ("payee", "rep"), ("id", "deal_id")];
        let columns = columns.map(|(field, column)| (field.to_owned(), column.to_owned())).into();
        let mut session = Session::new();
        let files = vec![("lone.csv".to_owned(), file.as_bytes().to_vec())];
        let opened = session.open_with(files, &Opening { columns, leave_out });
        (session, opened)
    };
    let (_, refused) = open(false);
    let wrong: Vec<(&str, Option<u64>)> =
        refused.findings.iter().map(|found| (found.code, found.cell.as_ref().map(|cell| cell.row))).collect();
    assert_eq!((refused.ok, refused.left_out, wrong), (false, 1, vec![("bad-date", Some(5))]));
    let (session, opened) = open(true);
    assert!(opened.ok && opened.left_out == 1, "{:?}", opened.findings);
    let earned = session.pay("Ann", &opened.latest).unwrap().remove(0).statement.totals.earned;
    assert_eq!(earned, "30.00");
}
