//! One table in every format gives the same rows, findings and digests as the same table in CSV.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of tests are small")]

use crate::files::{Cell, Table, gzip, workbook, zip};
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

/// The ids of the deals of a file under some more lines of its source, or what stands against it.
fn deals(path: &str, bytes: Vec<u8>, more: &str) -> Result<Vec<String>, Vec<String>> {
    let mut folder = Folder::new("ended", BTreeMap::new());
    let columns = "[columns.deals]\naccount = { type = \"text\", optional = true }\n";
    let mapped = COLUMNS.replace(", quantity = \"units\"", "");
    let settings =
        format!("format = 1\ncompany.currency = \"USD\"\n{columns}[deals]\nfile = \"{path}\"\n{more}{mapped}");
    folder.put("earnmark.toml", settings);
    folder.put("rules/p.rhai", PLAN);
    folder.put(format!("data/{path}"), bytes);
    Project::open(&folder)
        .map(|project| project.facts.deals.iter().map(|deal| deal.id.to_string()).collect())
        .map_err(|refused| refused.findings.iter().map(|found| found.message.clone()).collect())
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

/// Lines at the end of a file that are no rows: the blank one between counts, those behind the last one do not.
#[test]
fn lines_at_the_end_are_passed_over_in_text_and_in_sheets() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |id: &str, amount: &str| {
        let (day, amount) = (Cell::Day("2026-01-31".to_owned()), Cell::Number(amount.to_owned()));
        vec![text(id), day, amount, Cell::Blank, Cell::Blank, text("kim")]
    };
    let alone = |cell: Cell| [vec![cell], vec![Cell::Blank; 5]].concat();
    let header = vec!["id", "closed", "amount", "units", "account", "rep"];
    let plain = Table { header: header.clone(), rows: vec![row("D1", "100"), row("D2", "50")] };
    let mut rows = plain.rows.clone();
    rows.extend([Cell::Blank, text("2 deals"), text("By Kim")].map(alone));
    let ended = Table { header, rows };
    let behind = [ended.csv(), b" \n\n".to_vec()].concat();
    for (path, bytes) in [("d.csv", ended.csv()), ("d.csv.gz", gzip(&behind)), ("d.xlsx", ended.xlsx())] {
        let read = |lines: &str| deals(path, bytes.clone(), lines);
        assert_eq!(read("skip_end = 3\n").unwrap(), ["D1", "D2"], "{path}");
        assert_eq!(read("skip_end = 2\n").unwrap(), ["D1", "D2"], "{path}");
        assert_eq!(read("skip_end = 4\n").unwrap(), ["D1"], "{path}");
        assert!(read("skip_end = 1\n").unwrap_err()[0].contains("is blank"), "{path}");
        let none = format!("`data/{path}` has no header before the lines that `skip_end` passes over");
        assert_eq!(read("skip_end = 6\n").unwrap_err(), [none], "{path}");
    }
    let refused = deals("d.json", plain.json(), "skip_end = 1\n").unwrap_err();
    assert_eq!(refused, ["`skip_end` belongs to text files and workbooks, and no file of this source is one"]);
}

/// A cell that a sheet shows as 30 % holds 0.3: as a percent it is what is shown, as it is in CSV.
#[test]
fn percents_of_a_sheet_are_what_it_shows() {
    let head: String = ["id", "closed", "amount", "rep", "margin"]
        .iter()
        .zip("ABCDE".chars())
        .map(|(name, column)| format!("<c r=\"{column}1\" t=\"inlineStr\"><is><t>{name}</t></is></c>"))
        .collect();
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let cells = [
        "<c r=\"E2\" s=\"2\"><v>0.3</v></c>",   // 30%
        "<c r=\"E3\" s=\"3\"><v>0.285</v></c>", // 28.50%
        "<c r=\"E4\" s=\"4\"><v>30</v></c>",    // 30.0 %, of which the sign is a text
        "<c r=\"E5\"><v>30</v></c>",
        "<c r=\"E6\" s=\"2\"><v>1</v></c>",
    ];
    let rows: String = (2..)
        .zip(cells)
        .map(|(row, cell)| {
            let id = text(&format!("A{row}"), &format!("D{row}"));
            let rep = text(&format!("D{row}"), "kim");
            format!("<row r=\"{row}\">{id}<c r=\"B{row}\" s=\"1\"><v>46023</v></c><c r=\"C{row}\"><v>1</v></c>{rep}{cell}</row>")
        })
        .collect();
    let sheet = format!("<row r=\"1\">{head}</row>{rows}");
    let margins = |kind: &str, settings: &str| -> Vec<String> {
        let mut folder = Folder::new("percents", BTreeMap::new());
        let head = format!("format = 1\ncompany.currency = \"USD\"\ncolumns.deals.margin = \"{kind}\"\n");
        folder.put("earnmark.toml", format!("{head}{settings}"));
        folder.put("rules/p.rhai", PLAN);
        folder.put("data/d.xlsx", workbook(&[("Deals", &sheet)]));
        let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
        let place = project.facts.schema.deals.0.iter().position(|column| &*column.name == "margin").unwrap();
        project.facts.deals.iter().map(|deal| deal.cell(place).unwrap().canonical()).collect()
    };
    let direct = |mapping: &str| {
        format!(
            "[deals]\nfile = \"d.xlsx\"\n{mapping}columns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\", margin = "
        )
    };
    let percent = direct("") + "{ column = \"margin\", as = \"percent\" } }\n";
    assert_eq!(margins("percent", &percent), ["0.3", "0.285", "0.3", "0.3", "1"]);
    let comma = direct("decimal = \",\"\n") + "{ column = \"margin\", as = \"percent\" } }\n";
    assert_eq!(margins("percent", &comma), ["0.3", "0.285", "0.3", "0.3", "1"]);
    let fraction = direct("") + "{ column = \"margin\", as = \"fraction\" } }\n";
    assert_eq!(margins("percent", &fraction), ["0.3", "0.285", "30", "30", "1"]);
    assert_eq!(margins("number", &(direct("") + "\"margin\" }\n")), ["0.3", "0.285", "30", "30", "1"]);
    let join = "{ join = \"other\", on = \"id\", key = \"id\", column = \"margin\", as = \"percent\" } }\n";
    let joined = direct("") + join + "[files.other]\nfile = \"d.xlsx\"\n";
    assert_eq!(margins("percent", &joined), ["0.3", "0.285", "0.3", "0.3", "1"]);
}

/// Titles above a sheet's header and remarks below its last row are guessed, with their rows in the sheet.
#[test]
fn what_stands_around_a_table_is_found_in_sheets_too() {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |row: u32, cells: &[&str]| {
        let cells: String =
            cells.iter().zip("ABCD".chars()).map(|(cell, column)| text(&format!("{column}{row}"), cell)).collect();
        format!("<row r=\"{row}\">{cells}</row>")
    };
    let rows = [
        row(1, &["Sales, January"]),
        row(2, &["As of", "2026-01-31"]),
        row(4, &["Deal ID", "Owner", "Amount", "Close Date"]),
        row(5, &["D1", "Kim", "100", "2026-01-05"]),
        row(6, &["D2", "Bo", "200", "2026-01-06"]),
        row(8, &["Confidential"]),
        row(10, &["Generated by Kim"]),
    ];
    let (rows, notes) = (rows.concat(), row(1, &["Read me", "first"]));
    let of_second = "sheet = \"Deals\"    # its first sheet holds no deals";
    let books = [(workbook(&[("Deals", &rows)]), ""), (workbook(&[("Notes", &notes), ("Deals", &rows)]), of_second)];
    for (bytes, sheet) in books {
        let found = earnmark::io::guess::guess_project(&[("d.xlsx".to_owned(), bytes.clone())]).unwrap();
        let said = |setting: &str| found.toml.lines().find(|line| line.starts_with(setting)).unwrap_or_default();
        assert_eq!(said("sheet ="), sheet);
        assert_eq!(said("skip ="), "skip = 3    # lines above the header, such as \"Sales, January\"");
        let end = "skip_end = 3    # no rows at the end: \"Confidential\" to \"Generated by Kim\"";
        assert_eq!(said("skip_end ="), end);
        let mut folder = Folder::new("around", BTreeMap::new());
        folder.put("earnmark.toml", found.toml.clone());
        folder.put("rules/p.rhai", PLAN);
        folder.put("data/d.xlsx", bytes);
        let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
        assert_eq!(project.facts.deals.iter().map(|deal| &*deal.id).collect::<Vec<_>>(), ["D1", "D2"]);
    }
}

/// Objects bring their columns with them: an export of a month without deals has none, and says nothing wrong.
#[test]
fn a_list_of_nothing_is_no_deals() {
    let none: Vec<String> = Vec::new();
    let header = b"id,closed,amount,units,account,rep\n".to_vec();
    for (path, bytes) in [("d.csv", header), ("d.json", b"[]".to_vec()), ("d.jsonl", Vec::new())] {
        assert_eq!(deals(path, bytes, "").unwrap(), none, "{path}");
    }
}

/// A list in a member that no setting names hides no deals; one where an amount is wanted is told.
#[test]
fn what_nobody_reads_may_be_anything() {
    let row = |amount: &str, tags: &str| {
        format!(
            "[{{\"id\":\"D1\",\"closed\":\"2026-01-05\",\"amount\":{amount},\"units\":1,\"account\":\"x\",\"rep\":\"ann\",\"tags\":{tags}}}]"
        )
    };
    assert_eq!(deals("d.json", row("5", "[]").into_bytes(), "").unwrap(), ["D1"]);
    assert_eq!(deals("d.json", row("5", "[\"new\", {\"a\": 1}]").into_bytes(), "").unwrap(), ["D1"]);
    assert!(deals("d.json", row("[5]", "[]").into_bytes(), "").unwrap_err()[0].contains("this is a list"));
}
