//! Files that are damaged, disguised, endless or merely strange: each is one clear answer, and none is a panic.
#![expect(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of tests are small")]

use crate::files::{Cell, Table, gzip, workbook, zip};
use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::{Folder, Project};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const COLUMNS: &str = "columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\" }\n";
const PLAN: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\nlet m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, rate: 5.pct });\n";
const CSV: &[u8] = b"id,closed,amount,rep\nD1,2026-01-05,100,kim\n";

fn folder(source: &str, path: &str, bytes: &[u8]) -> Folder {
    let mut folder = Folder::new("bad", BTreeMap::new());
    folder.put("earnmark.toml", format!("format = 1\ncompany.currency = \"USD\"\n[deals]\n{source}\n{COLUMNS}"));
    folder.put("rules/p.rhai", PLAN);
    folder.put(format!("data/{path}"), bytes);
    folder
}

/// The file of that name, or what stands against it: code and row.
fn opened(source: &str, path: &str, bytes: &[u8]) -> Result<Project, Vec<Diagnostic>> {
    Project::open(&folder(source, path, bytes)).map_err(|refused| refused.findings)
}

fn file(path: &str, bytes: &[u8]) -> Result<Project, Vec<Diagnostic>> {
    opened(&format!("file = \"{path}\""), path, bytes)
}

/// The findings, as `code row column`; the help of the first.
fn told(opened: Result<Project, Vec<Diagnostic>>) -> (Vec<String>, String) {
    let Err(findings) = opened else { panic!("it opens") };
    let help = findings[0].help.clone().unwrap_or_default();
    let place = |finding: &Diagnostic| match &finding.place {
        Place::Cell(cell) => format!("{} {} {}", finding.code, cell.row, cell.column),
        _ => finding.code.to_string(),
    };
    (findings.iter().map(place).collect(), help)
}

fn codes(opened: Result<Project, Vec<Diagnostic>>) -> Vec<String> {
    told(opened).0
}

/// The ids of the deals.
fn ids(opened: Result<Project, Vec<Diagnostic>>) -> Vec<String> {
    let project = opened.unwrap_or_else(|findings| panic!("{findings:?}"));
    project.facts.deals.iter().map(|deal| deal.id.to_string()).collect()
}

#[test]
fn damaged_and_disguised_files_are_named_as_what_they_are() {
    assert_eq!(codes(file("d.csv.gz", b"not packed")), ["bad-file"]);
    let packed = gzip(CSV);
    assert_eq!(codes(file("d.csv.gz", &packed[..packed.len() - 5])), ["bad-file"]);
    assert_eq!(codes(file("d.zip", b"PK\x03\x04")), ["bad-file"]);
    assert_eq!(codes(file("d.xlsx", b"id,closed\n")), ["bad-file"]);
    assert_eq!(codes(file("d.xlsx", &zip(&[("hello.txt", b"x")]))), ["bad-file"]);
    assert_eq!(codes(file("d.json", b"{ not json")), ["bad-file"]);
    assert_eq!(codes(file("d.json", b"[\"\xff\"]")), ["bad-encoding"]);
    let database = "file = \"sqlite:d.db\"\nsql = \"SELECT * FROM deals\"";
    assert_eq!(codes(opened(database, "d.db", b"id,closed\n")), ["bad-file"]);
    for (bytes, help) in [
        (gzip(CSV), "name it `.csv.gz`"),
        (zip(&[("d.csv", CSV)]), "name it `.xlsx` or `.zip`, whichever it is, or export it as CSV"),
        (b"SQLite format 3\0rest".to_vec(), "name it `sqlite:…`, with a query, `sql = \"SELECT …\"`"),
    ] {
        assert_eq!(told(file("d.csv", &bytes)), (vec!["not-text".to_owned()], help.to_owned()));
    }
}

#[test]
fn archives_give_the_one_file_that_is_meant() {
    let several = zip(&[("a/deals.csv", CSV), ("other.csv", CSV), ("__MACOSX/._x", b"x"), ("a/", b"")]);
    assert_eq!(ids(opened("file = \"all.zip/a/deals.csv\"", "all.zip", &several)), ["D1"]);
    let (codes_of_none, help) = told(file("all.zip", &several));
    assert_eq!((codes_of_none, help.as_str()), (vec!["no-file".to_owned()], "name one of them: `all.zip/a/deals.csv`"));
    let (_, help) = told(opened("file = \"all.zip/a/deal.csv\"", "all.zip", &several));
    assert_eq!(help, "did you mean `a/deals.csv`?");
    assert_eq!(ids(file("one.zip", &zip(&[("d.csv", CSV), ("__MACOSX/._d.csv", b"x")]))), ["D1"]);
    assert_eq!(codes(file("none.zip", &zip(&[]))), ["bad-file"]);
    // Nothing is ever unpacked onto the disk; a path that would leave the folder is refused all the same.
    assert_eq!(codes(file("d.zip", &zip(&[("../../etc/d.csv", CSV)]))), ["path-outside"]);
    let outside = "file = \"all.zip/../d.csv\"";
    assert_eq!(codes(opened(outside, "all.zip", &several)), ["path-outside"]);
}

#[test]
fn what_unpacks_without_end_is_stopped() {
    // A gzip file is as many packed pieces as one likes: 51 of 10 MB are more than the limit, and here less than 10 MB.
    let piece = gzip(&vec![b'0'; 10_000_000]);
    let bomb: Vec<u8> = std::iter::repeat_n(piece, 51).flatten().collect();
    assert!(bomb.len() < 10_000_000, "{}", bomb.len());
    assert_eq!(codes(file("d.csv.gz", &bomb)), ["too-long"]);
}

#[test]
fn strange_bytes_in_text() {
    assert_eq!(codes(file("d.csv", b"id,closed,amount,rep\nD1,2026-01-05,1\x0000,kim\n")), ["not-text"]);
    // The mark of UTF-8 before the header, and once more before a cell.
    let marked = b"\xef\xbb\xbfid,closed,amount,rep\n\xef\xbb\xbfD1,2026-01-05,100,kim\n";
    assert_eq!(ids(file("d.csv", marked)), ["D1"]);
    // Line ends of three kinds in one file.
    let mixed = b"id,closed,amount,rep\r\nD1,2026-01-05,1,kim\rD2,2026-01-05,1,kim\nD3,2026-01-05,1,kim\r\n";
    assert_eq!(ids(file("d.csv", mixed)), ["D1", "D2", "D3"]);
    // Half of a character of two halves, in UTF-16 and in JSON.
    let wide: Vec<u8> = "\u{feff}id,closed,amount,rep\nD1,2026-01-05,100,k"
        .encode_utf16()
        .chain([0xd83d])
        .chain("m\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(codes(file("d.csv", &wide)), ["bad-encoding 2 rep"]);
    let half = b"[{\"id\": \"D1\", \"closed\": \"2026-01-05\", \"amount\": 1, \"rep\": \"k\\ud83dm\"}]";
    assert_eq!(codes(file("d.json", half)), ["bad-encoding 1 rep"]);
}

#[test]
fn headers_that_nobody_wrote_by_hand() {
    let names: String = (0..1_000_000).map(|n| format!("c{n},")).collect();
    assert_eq!(codes(file("d.csv", format!("{names}id,closed,amount\n").as_bytes())), ["missing-column 1 rep"]);
    let members: String = (0..20_000).map(|n| format!("\"c{n}\": 1, ")).collect();
    let object = format!("[{{{members}\"id\": \"D1\"}}]");
    assert_eq!(codes(file("d.json", object.as_bytes())), ["too-long"]);
    // A name that stands twice is wrong only where it is asked for.
    let twice = b"id,closed,amount,amount,rep,note,note\nD1,2026-01-05,1,2,kim,a,b\n";
    assert_eq!(codes(file("d.csv", twice)), ["missing-column 1 amount"]);
    let unused = b"id,closed,amount,rep,note,note\nD1,2026-01-05,1,kim,a,b\n";
    assert_eq!(ids(file("d.csv", unused)), ["D1"]);
    let member = b"[{\"id\": \"D1\", \"closed\": \"2026-01-05\", \"amount\": 1, \"amount\": 2, \"rep\": \"kim\"}]";
    assert_eq!(codes(file("d.json", member)), ["bad-value 1 "]);
}

#[test]
fn fifty_megabytes_are_read() {
    let note = "x".repeat(100_000);
    let rows: String = (0..500).map(|n| format!("D{n},2026-01-05,1,kim,{note}\n")).collect();
    let text = format!("id,closed,amount,rep,note\n{rows}");
    assert!(text.len() > 50_000_000);
    assert_eq!(ids(file("d.csv", text.as_bytes())).len(), 500);
}

#[test]
fn json_in_its_shapes() {
    let row =
        "{\"id\": \"D1\", \"closed\": \"2026-01-05T10:00:00Z\", \"amount\": 1.5e2, \"owner\": {\"name\": \"kim\"}}";
    let columns = "columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"owner.name\" }\n";
    let open = |source: &str, text: &str| {
        let mut own = folder("file = \"d.json\"", "d.json", text.as_bytes());
        own.put(
            "earnmark.toml",
            format!("format = 1\ncompany.currency = \"USD\"\n[deals]\nfile = \"d.json\"\n{source}{columns}"),
        );
        Project::open(&own).map_err(|refused| refused.findings)
    };
    let project = open("", &format!("[{row}]")).unwrap();
    assert_eq!(project.sources[0].sums.values().next().unwrap().to_string(), "150");
    assert_eq!(&*project.facts.deals[0].shares[0].payee, "kim");
    let wrapped = format!("{{\"paging\": {{}}, \"results\": [{row}]}}");
    assert_eq!(ids(open("sheet = \"results\"\n", &wrapped)), ["D1"]);
    assert_eq!(told(open("", &wrapped)).1, "if its rows are in `results` write `sheet = \"results\"`");
    assert_eq!(told(open("sheet = \"result\"\n", &wrapped)).1, "did you mean `results`?");
    assert_eq!(
        codes(open("", "[1, 2]")),
        ["missing-column 1 amount", "missing-column 1 closed", "missing-column 1 id", "missing-column 1 owner.name"]
    );
    assert_eq!(codes(open("", &"[".repeat(100_000))), ["bad-file"]);
    // Two names are no name.
    let two = row.replace("\"kim\"", "[\"kim\", \"bo\"]");
    assert_eq!(codes(open("", &format!("[{two}]"))), ["bad-value 1 owner.name"]);
    // A line of its own that is no object does not take the others along.
    let lines = "{\"id\": \"D1\", \"closed\": \"2026-01-05\", \"amount\": 1, \"rep\": \"kim\"}\noops\n";
    assert_eq!(codes(file("d.jsonl", lines.as_bytes())), ["bad-value 2 "]);
}

#[test]
fn workbooks_in_their_shapes() {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let header: String = ["A1", "B1", "C1", "D1"]
        .iter()
        .zip(["id", "closed", "amount", "rep"])
        .map(|(at, name)| text(at, name))
        .collect();
    let sheet = |closed: &str, more: &str| {
        format!(
            "<row r=\"1\">{header}</row><row r=\"2\">{}{closed}<c r=\"C2\"><v>0.1</v></c>{}</row>{more}",
            text("A2", "D1"),
            text("D2", "kim")
        )
    };
    // 46027 is 2026-01-05; 46027.75 the same day at six in the evening.
    let day = "<c r=\"B2\" s=\"1\"><v>46027.75</v></c>";
    let good = workbook(&[("Notes", ""), ("Deals", &sheet(day, ""))]);
    let project = opened("file = \"d.xlsx\"\nsheet = \"Deals\"", "d.xlsx", &good).unwrap();
    assert_eq!(project.facts.deals[0].day().unwrap().to_string(), "2026-01-05");
    assert_eq!(project.sources[0].dialect.words(), "workbook, sheet Deals");
    assert_eq!(codes(file("d.xlsx", &good)), ["no-header"]);
    let (found, help) = told(opened("file = \"d.xlsx\"\nsheet = \"deals\"", "d.xlsx", &good));
    assert_eq!((found, help.as_str()), (vec!["no-file".to_owned()], "did you mean `Deals`?"));
    // A day that the workbook knows only as a number is no day.
    let number = "<c r=\"B2\"><v>46027</v></c>";
    let (found, help) = told(file("d.xlsx", &workbook(&[("Deals", &sheet(number, ""))])));
    assert_eq!(found, ["bad-date 2 closed"]);
    assert!(help.contains("format"), "{help}");
    // What the workbook shows as an error is no name, and a whole number of 17 digits is not the one that was written.
    let wrong = |id: &str, rep: &str| {
        let row = format!("<row r=\"3\">{id}<c r=\"B3\" s=\"1\"><v>46027</v></c><c r=\"C3\"><v>1</v></c>{rep}</row>");
        codes(file("d.xlsx", &workbook(&[("Deals", &sheet(day, &row))])))
    };
    let error = "<c r=\"D3\" t=\"e\"><v>#N/A</v></c>";
    assert_eq!(wrong(&text("A3", "D2"), error), ["bad-value 3 rep"]);
    assert_eq!(wrong("<c r=\"A3\"><v>12345678901234567</v></c>", &text("D3", "kim")), ["bad-number 3 id"]);
    // One cell at the far end of the sheet costs nothing.
    let far = format!("<row r=\"1048576\">{}</row>", text("XFD1048576", "x"));
    assert_eq!(codes(file("d.xlsx", &workbook(&[("Deals", &sheet(day, &far))]))), ["row-length 1048576 "]);
}

#[test]
fn queries_only_read() {
    let table = Table {
        header: vec!["id", "closed", "amount", "rep"],
        rows: vec![vec![
            Cell::Text("D1".into()),
            Cell::Day("2026-01-05".into()),
            Cell::Number("1.1".into()),
            Cell::Text("kim".into()),
        ]],
    };
    let bytes = table.sqlite();
    let query = |sql: &str| opened(&format!("file = \"sqlite:d.db\"\nsql = \"\"\"{sql}\"\"\""), "d.db", &bytes);
    assert_eq!(ids(query("SELECT * FROM deals")), ["D1"]);
    assert_eq!(ids(query("SELECT id || '-' || rep AS id, date(closed) AS closed, amount, rep FROM deals")), ["D1-kim"]);
    for sql in [
        "DELETE FROM deals",
        "DROP TABLE deals",
        "ATTACH '/etc/passwd' AS x",
        "PRAGMA writable_schema = 1",
        "SELECT *, random() FROM deals",
        "SELECT id, date('now') AS closed, amount, rep FROM deals",
        "SELECT load_extension('x')",
        "SELECT * FROM none",
        "nonsense",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    ] {
        let (found, _) = told(query(sql));
        assert!(matches!(found[0].as_str(), "bad-setting" | "bad-file"), "{sql}: {found:?}");
    }
    let blob = "SELECT id, closed, amount, x'00ff' AS rep FROM deals";
    assert_eq!(codes(query(blob)), ["bad-value 2 rep"]);
    // A number with the size of two to the 53rd has a neighbour that is written the same.
    let large = "SELECT 9007199254740993.0 AS id, closed, amount, rep FROM deals";
    assert_eq!(codes(query(large)), ["bad-number 2 id"]);
    // What a copy lacks would be read as no rows.
    for end in [1, 99, bytes.len() - 1, bytes.len() / 2] {
        let cut = opened("file = \"sqlite:d.db\"\nsql = \"SELECT * FROM deals\"", "d.db", &bytes[..end]);
        assert_eq!(told(cut).0, ["bad-file"], "{end}");
    }
    assert_eq!(codes(opened("file = \"sqlite:d.db\"", "d.db", &bytes))[0], "missing-setting");
    assert_eq!(codes(opened("file = \"sqlite:../d.db\"\nsql = \"SELECT 1\"", "d.db", &bytes)), ["path-outside"]);
}

#[test]
fn texts_that_a_spreadsheet_or_a_terminal_would_act_on() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("acting-texts");
    let _ = fs::remove_dir_all(&project);
    let deals = "id,closed,amount,rep\nD1,2026-01-05,100,=1+2\nD2,2026-01-05,100,@x\nD3,2026-01-05,100,ki\u{202e}m\n";
    let folder = folder("file = \"d.csv\"", "d.csv", deals.as_bytes());
    for path in folder.paths() {
        let target = project.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, folder.get(path).unwrap()).unwrap();
    }
    let earnmark = |words: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_earnmark")).args(words).current_dir(&project).output().unwrap();
        String::from_utf8(ran.stdout).unwrap()
    };
    let csv = earnmark(&["payouts", "--period", "2026-01", "--format", "csv"]);
    let payees: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(payees, ["'=1+2", "'@x", "ki\u{202e}m"], "{csv}");
    let table = earnmark(&["run", "--period", "2026-01"]);
    assert!(table.contains("=1+2") && !table.contains('\u{202e}'), "{table}");
}

/// An address without end in an attribute that stood for something else, and cells where no sheet has any.
#[test]
fn cells_beyond_a_sheet_are_told() {
    let cell = |address: &str| format!(r#"<row r="1"><c r="{address}" t="inlineStr"><is><t>id</t></is></c></row>"#);
    for address in ["AAAAAAAAAAAAA1", "A99999999999", "ZZZZZ1", "A1048577"] {
        let sheet = workbook(&[("Deals", &cell(address))]);
        let Err(findings) = file("d.xlsx", &sheet) else { panic!("it opens") };
        assert!(findings[0].message.contains("beyond column XFD"), "{address}: {findings:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes of good files, changed and cut anywhere: an answer always, a panic never.
    #[test]
    fn no_damage_makes_it_panic(kind in 0_usize..6, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12), end in any::<Option<prop::sample::Index>>()) {
        let row = |n: i64| vec![Cell::Text(format!("D{n}")), Cell::Day("2026-01-05".into()), Cell::Number(format!("{n}.5")), Cell::Text("kim".into())];
        let table = Table { header: vec!["id", "closed", "amount", "rep"], rows: (1..9).map(row).collect() };
        let (source, path, mut bytes) = match kind {
            0 => ("file = \"d.csv.gz\"", "d.csv.gz", gzip(&table.csv())),
            1 => ("file = \"d.zip\"", "d.zip", zip(&[("d.csv", &table.csv())])),
            2 => ("file = \"d.json\"", "d.json", table.json()),
            3 => ("file = \"d.jsonl\"", "d.jsonl", table.json_lines()),
            4 => ("file = \"d.xlsx\"", "d.xlsx", table.xlsx()),
            _ => ("file = \"sqlite:d.db\"\nsql = \"SELECT * FROM deals\"", "d.db", table.sqlite()),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len() + 1));
        }
        let _ = opened(source, path, &bytes);
    }

    /// The parts of a workbook themselves damaged, in an archive that is whole.
    #[test]
    fn no_damaged_sheet_makes_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let row = |n: i64| vec![Cell::Text(format!("D{n}")), Cell::Day("2026-01-05".into()), Cell::Number(format!("{n}.5")), Cell::Text("kim".into())];
        let table = Table { header: vec!["id", "closed", "amount", "rep"], rows: (1..4).map(row).collect() };
        let mut sheet = table.sheet().into_bytes();
        for (at, byte) in changes {
            let at = at.index(sheet.len());
            sheet[at] = byte & 0x7f;
        }
        let sheet = String::from_utf8_lossy(&sheet).into_owned();
        let _ = file("d.xlsx", &workbook(&[("Deals", &sheet)]));
    }
}
