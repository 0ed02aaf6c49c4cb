//! Input too large or too strange to stand in a case: what is said of it, and that it is said at once.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::{Folder, Project};
use std::collections::BTreeMap;

const SETTINGS: &str = "format = 1\ncompany.currency = \"USD\"\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\" }\n";
const HEAD: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\n";
const DEALS: &[u8] = b"id,closed,amount,rep\nD1,2026-01-05,100,kim\n";

fn folder(script: &str, deals: &[u8]) -> Folder {
    let mut folder = Folder::new("bad", BTreeMap::new());
    folder.put("earnmark.toml", SETTINGS);
    folder.put("rules/plan.rhai", script);
    folder.put("data/deals.csv", deals);
    folder
}

/// What stands against a folder.
fn told(folder: &Folder) -> Vec<Diagnostic> {
    match Project::open(folder) {
        Err(refused) => refused.findings,
        Ok(_) => panic!("it opens"),
    }
}

/// The one finding, by code and row.
fn one(findings: &[Diagnostic]) -> (&'static str, u64) {
    match findings {
        [Diagnostic { code, place: Place::Cell(cell), .. }] => (code.word(), cell.row),
        [Diagnostic { code, .. }] => (code.word(), 0),
        other => panic!("{} findings, the first {:?}", other.len(), other.first()),
    }
}

#[test]
fn a_line_of_ten_megabytes() {
    let mut deals = DEALS.to_vec();
    deals.extend(b"D2,2026-01-05,1,");
    deals.extend(std::iter::repeat_n(b'x', 10_000_001));
    deals.extend(b"\nD3,2026-01-05,1,kim\n");
    let findings = told(&folder(HEAD, &deals));
    assert_eq!(one(&findings), ("too-long", 3));
    assert!(findings.iter().all(|finding| finding.message.len() < 500), "the line itself is not repeated");
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..50_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    assert_eq!(one(&told(&folder(HEAD, &bytes))), ("not-text", 0));
    assert_eq!(one(&told(&folder(HEAD, b"PK\x03\x04a workbook"))), ("not-text", 0));
}

#[test]
fn a_script_that_is_no_text() {
    let mut folder = folder(HEAD, DEALS);
    folder.put("rules/plan.rhai", b"plan(\"\xff\xfe\");".to_vec());
    assert_eq!(told(&folder)[0].code.word(), "bad-encoding");
}

#[test]
fn a_huge_string() {
    let script = format!("{HEAD}let a = \"{}\";", "x".repeat(10_001));
    let findings = told(&folder(&script, DEALS));
    assert_eq!(one(&findings).0, "too-complex");
    assert!(findings[0].help.is_some());
}

#[test]
fn a_huge_script() {
    let script = format!("{HEAD}{}", "let a = 1;\n".repeat(100_000));
    assert_eq!(one(&told(&folder(&script, DEALS))).0, "too-complex");
}

#[test]
fn a_formula_that_nests_a_thousand_deep() {
    let script = format!("{HEAD}let a = {}1{};", "(1 + ".repeat(1_000), ")".repeat(1_000));
    let findings = told(&folder(&script, DEALS));
    assert_eq!(one(&findings).0, "too-complex");
    assert!(findings[0].help.is_some());
}

#[test]
fn functions_that_double_forty_times() {
    let mut script = String::from("fn f0(x) { x }\n");
    for n in 1..40 {
        script.push_str(&format!("fn f{n}(x) {{ f{p}(x) + f{p}(x) }}\n", p = n - 1));
    }
    script
        .push_str(&format!("{HEAD}let m = measure(\"m\", #{{ period: \"month\", credit: |deal| f39(deal.amount) }});"));
    let findings = told(&folder(&script, DEALS));
    assert!(findings.iter().all(|finding| finding.code.word() == "too-complex"), "{findings:?}");
}

#[test]
fn a_hundred_thousand_bad_rows() {
    let mut deals = "id,closed,amount,rep\n".to_owned();
    for n in 0..100_000 {
        deals.push_str(&format!("D{n},2026-02-30,abc,kim\n"));
    }
    let findings = told(&folder(HEAD, deals.as_bytes()));
    assert!(findings.len() < 100, "{} findings", findings.len());
    assert!(
        findings.iter().any(|finding| finding.notes.iter().any(|note| note.contains("99980 more"))),
        "and the rest is counted"
    );
}
