//! One table in every format gives the same rows, findings and digests as the same table in CSV.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of tests are small")]

use crate::files::{Cell, Table, gzip, zip};
use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::{Folder, Project};
use proptest::prelude::*;
use std::collections::BTreeMap;

const COLUMNS: &str = "columns = { id = \"id\", closed = \"closed\", amount = \"amount\", quantity = \"units\", account = \"account\", payee = \"rep\" }\n";
const PLAN: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\nlet m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, rate: 5.pct });\n";

/// What came of a folder: the digests, or what stands against it.
#[derive(Debug, PartialEq)]
enum Came {
    Digests { data: String, people: String, result: String, sums: String },
    Findings(Vec<(String, u64, String, String, String)>),
}

fn finding(finding: &Diagnostic) -> (String, u64, String, String, String) {
    let Place::Cell(cell) = &finding.place else { panic!("{finding:?}") };
    let code = finding.code.word().to_owned();
    (code, cell.row, cell.column.clone(), cell.value.clone(), finding.message.clone())
}

fn came(source: &str, path: &str, bytes: Vec<u8>) -> Came {
    let mut folder = Folder::new("formats", BTreeMap::new());
    let optional = "[columns.deals]\naccount = { type = \"text\", optional = true }\n";
    folder
        .put("earnmark.toml", format!("format = 1\ncompany.currency = \"USD\"\n{optional}[deals]\n{source}{COLUMNS}"));
    folder.put("rules/p.rhai", PLAN);
    folder.put(format!("data/{path}"), bytes);
    match Project::open(&folder) {
        Ok(project) => {
            let digests = project.compute_all().unwrap().digests;
            let sums = format!("{:?}", project.sources[0].sums);
            Came::Digests { data: digests.data, people: digests.people, result: digests.result, sums }
        }
        Err(refused) => Came::Findings(refused.findings.iter().map(finding).collect()),
    }
}

/// The table in each format, with the source that reads it.
fn every_format(table: &Table) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    vec![
        ("file = \"d.csv.gz\"\n", "d.csv.gz", gzip(&table.csv())),
        ("file = \"d.csv.zip\"\n", "d.csv.zip", zip(&[("d.csv", &table.csv())])),
        ("file = \"d.zip/in/d.csv\"\n", "d.zip", zip(&[("a.txt", b"x"), ("in/d.csv", &table.csv())])),
        ("file = \"d.json\"\n", "d.json", table.json()),
        ("file = \"d.json.gz\"\n", "d.json.gz", gzip(&table.json())),
        ("file = \"d.zip\"\n", "d.zip", zip(&[("d.xlsx", &table.xlsx())])),
        ("file = \"d.xlsx\"\n", "d.xlsx", table.xlsx()),
        ("file = \"d.parquet\"\n", "d.parquet", table.parquet()),
        ("file = \"d.parquet.gz\"\n", "d.parquet.gz", gzip(&table.parquet())),
        ("file = \"d.feather\"\n", "d.feather", table.arrow()),
        ("file = \"d.arrow\"\n", "d.arrow", table.arrow_stream()),
        ("file = \"sqlite:d.db\"\nsql = \"SELECT * FROM deals ORDER BY rowid\"\n", "d.db", table.sqlite()),
    ]
}

fn cell(kind: usize, bad: bool) -> BoxedStrategy<Cell> {
    let text = "[ a-zA-Z=+@'\"<&;,äжع0-9-]{0,12}"
        .prop_map(|text| if text.trim().is_empty() { Cell::Blank } else { Cell::Text(text) });
    let number = (0_i64..10_000_000_000, 0_u32..4)
        .prop_map(|(whole, places)| Cell::Number(rust_decimal::Decimal::new(whole - 1_000_000, places).to_string()));
    let day = (0_u32..365).prop_map(|day| {
        let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        Cell::Day((first + chrono::Days::new(u64::from(day))).to_string())
    });
    let good = match kind {
        1 => day.boxed(),
        2 | 3 => number.boxed(),
        4 => text.clone().boxed(),
        _ => "[a-z][ a-z0-9.]{0,7}[a-z]".prop_map(Cell::Text).boxed(),
    };
    if bad && matches!(kind, 1..=3) {
        prop_oneof![12 => good, 1 => text, 1 => Just(Cell::Text("2026-02-30".to_owned()))].boxed()
    } else {
        good
    }
}

fn table(bad: bool) -> impl Strategy<Value = Table> {
    let row = (cell(1, bad), cell(2, bad), cell(3, bad), cell(4, bad), cell(5, bad));
    prop::collection::vec(row, 1..12).prop_map(|rows| {
        let rows = rows.into_iter().enumerate().map(|(number, (closed, amount, units, account, rep))| {
            vec![Cell::Text(format!("D{number}")), closed, amount, units, account, rep]
        });
        Table { header: vec!["id", "closed", "amount", "units", "account", "rep"], rows: rows.collect() }
    })
}

fn same_everywhere(table: &Table) -> Result<(), TestCaseError> {
    let expected = came("file = \"d.csv\"\n", "d.csv", table.csv());
    for (source, path, bytes) in every_format(table) {
        prop_assert_eq!(&came(source, path, bytes), &expected, "{}", path);
    }
    // Without a header the first row stands in the first line.
    let lines = match came("file = \"d.jsonl\"\n", "d.jsonl", table.json_lines()) {
        Came::Findings(findings) => Came::Findings(
            findings
                .into_iter()
                .map(|(code, row, column, value, message)| (code, row + 1, column, value, message))
                .collect(),
        ),
        digests => digests,
    };
    prop_assert_eq!(lines, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_table_is_the_same_in_every_format(table in table(false)) {
        same_everywhere(&table)?;
    }

    #[test]
    fn what_is_wrong_is_the_same_in_every_format(table in table(true)) {
        same_everywhere(&table)?;
    }
}

/// What an export of any format most likely means is what the same in CSV means, and its settings read it.
#[test]
fn exports_of_every_format_are_recognised() {
    let row = |id: &str, day: &str, amount: &str, owner: &str| {
        let text = |text: &str| Cell::Text(text.to_owned());
        vec![text(id), Cell::Day(day.to_owned()), Cell::Number(amount.to_owned()), text(owner), Cell::Blank]
    };
    let table = Table {
        header: vec!["Deal ID", "Close Date", "Amount", "Owner", "Notes"],
        rows: vec![row("D1", "2026-01-31", "1200.5", "سارة"), row("D2", "2026-02-03", "-900", "Bo")],
    };
    let guess = |path: &str, bytes: &[u8]| earnmark::io::guess::guess_project(&[(path.to_owned(), bytes.to_vec())]);
    let told = |found: &earnmark::io::guess::Guess| {
        found.columns.iter().map(|column| format!("{}={}", column.field, column.column)).collect::<Vec<_>>()
    };
    let in_text = told(&guess("d.csv", &table.csv()).unwrap());
    assert_eq!(in_text, ["id=Deal ID", "closed=Close Date", "amount=Amount", "payee=Owner"]);
    let formats = every_format(&table).into_iter().map(|(_, path, bytes)| (path, bytes));
    // Of several files in an archive, and of a database, somebody must say what is meant.
    let alone = formats.filter(|(path, bytes)| *path != "d.db" && (*path != "d.zip" || bytes.len() > 1_000));
    for (path, bytes) in alone.chain([("d.jsonl", table.json_lines())]) {
        let found = guess(path, &bytes).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(told(&found), in_text, "{path}");
        let mut folder = Folder::new("guessed", BTreeMap::new());
        folder.put("earnmark.toml", found.toml);
        folder.put("rules/p.rhai", PLAN);
        folder.put(format!("data/{path}"), bytes);
        let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{path}: {:?}", refused.findings));
        assert_eq!(project.facts.deals.len(), 2, "{path}");
    }
}
