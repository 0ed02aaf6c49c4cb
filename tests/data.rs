//! `docs/data.md` keeps its word: the rows of its examples are read as they stand there, under settings that map each
//! column by its own name, and it names every refusal.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use earnmark::domain::diagnostic::Code;
use earnmark::{Folder, Project};
use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

const DOC: &str = include_str!("../docs/data.md");

/// The sections of kinds of rows, with what their examples need beside themselves: settings of the source, other files.
const KINDS: &[(&str, &str, &[Other])] = &[
    ("deals", "", &[]),
    ("shares", "", &[("deals", "id,closed,amount", &["D-17,2026-02-12,100.00"])]),
    ("events", "", &[("deals", "id,closed,amount,payee", &["OP-26066,2026-02-12,60000.00,kim"])]),
    ("payees", "", &[]),
    ("fields", "", &[("payees", "id", &["hala.bastaki"])]),
    ("lines", "", &[]),
    ("assignments", "", &[]),
    ("leave", "", &[]),
    ("quotas", "", &[]),
    ("scores", "", &[]),
    ("metrics", "", &[]),
    ("adjustments", "", &[]),
    ("pipeline", "", &[]),
    ("rates.budget", "rate_age = 366\n", &[]),
    (
        "tables.partner_rates",
        "keys = { level = \"text\", product = \"text\" }\nvalue = { column = \"rate\", type = \"percent\" }\n",
        &[],
    ),
];

/// A file of another kind: its header and rows.
type Other = (&'static str, &'static str, &'static [&'static str]);

const PLANS: &str = r#"plan("Account Executive", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let bookings = measure("bookings", #{ period: "quarter" });
let retention = measure("net retention", #{ period: "year", credit: "given" });
commission("Commission", #{ on: bookings, rate: 5.pct });
bonus("Retention", #{ on: retention, rate: 1.pct });
objectives("Objectives", #{ period: "quarter", weights: #{ hygiene: 100.pct }, of: 1_000 });
"#;
const MANAGER: &str = r#"plan("Sales Manager", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let own = measure("own", #{ period: "quarter" });
commission("Own", #{ on: own, rate: 5.pct });
"#;

/// The text of a section, from its heading to the next of the same level.
fn section(kind: &str) -> &'static str {
    let heading = kind.split('.').next().unwrap();
    let own = |text: &&str| text.to_lowercase().starts_with(&format!("{heading}\n"));
    DOC.split("\n## ").find(own).unwrap_or_else(|| panic!("no section `{heading}`"))
}

/// The cells of the lines of a Markdown table.
fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = vec![Vec::new()];
    for line in text.lines() {
        match line.strip_prefix("| ") {
            Some(line) if line.starts_with("---") => {}
            Some(line) => {
                let cells = line.trim_end().trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned());
                tables.last_mut().unwrap().push(cells.collect());
            }
            None if tables.last().is_some_and(|table| !table.is_empty()) => tables.push(Vec::new()),
            None => {}
        }
    }
    tables
}

/// The example of a section: the table whose header names columns of the kind and nothing else.
fn example(kind: &str) -> Vec<Vec<String>> {
    let tables = tables(section(kind));
    let of_columns = tables.iter().find(|table| table.first().is_some_and(|header| header[0] == "column"));
    let mut columns: Vec<String> = match of_columns {
        Some(table) => table.iter().skip(1).flat_map(|row| words(&row[0])).collect(),
        None => Vec::new(),
    };
    // Declared columns of the examples, and what a table file is made of.
    columns.extend(["acv", "level", "product", "rate"].map(str::to_owned));
    let fits = |table: &&Vec<Vec<String>>| {
        table.first().is_some_and(|header| header.iter().all(|name| columns.contains(name)))
    };
    tables.iter().find(fits).unwrap_or_else(|| panic!("no example of `{kind}`: {columns:?}")).clone()
}

/// The words in backticks.
fn words(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    let width = rows[0].len();
    let line = |row: &Vec<String>| {
        let mut cells = row.clone();
        cells.resize(width, String::new());
        cells.join(",")
    };
    rows.iter().map(|row| line(row) + "\n").collect()
}

fn source(kind: &str, header: &[String], more: &str) -> String {
    let columns: Vec<String> = header.iter().map(|name| format!("{name} = \"{name}\"")).collect();
    // A table file finds its keys and its value by their own names.
    let columns = match kind.starts_with("tables") {
        true => String::new(),
        false => format!("columns = {{ {} }}\n", columns.join(", ")),
    };
    format!("[{kind}]\nfile = \"{kind}.csv\"\n{columns}{more}")
}

#[test]
fn examples_are_read_as_they_stand() {
    for (kind, more, others) in KINDS {
        let rows = example(kind);
        let mut folder = Folder::new("docs", BTreeMap::new());
        let mut settings = String::from("format = 1\ncompany.currency = \"USD\"\nroles.overlay = [\"SDR\"]\n");
        let mut put = |folder: &mut Folder, kind: &str, header: &[String], text: String, more: &str| {
            settings.push_str(&source(kind, header, more));
            folder.put(format!("data/{kind}.csv"), text);
        };
        put(&mut folder, kind, &rows[0], csv(&rows), more);
        for (other, header, lines) in *others {
            let header_cells: Vec<String> = header.split(',').map(str::to_owned).collect();
            put(&mut folder, other, &header_cells, format!("{header}\n{}\n", lines.join("\n")), "");
        }
        if *kind != "deals" && others.iter().all(|(other, ..)| *other != "deals") {
            let header = ["id", "closed", "amount", "payee"].map(str::to_owned);
            // Somebody for every id that the example names.
            let people = ["mara.lindholm", "rufus.tannahill", "odile.marchetti", "kerstin.aldenhoven", "ana.beltran"];
            let people = people.iter().filter(|_| !matches!(*kind, "payees" | "fields"));
            let deals = (1..).zip(people).map(|(n, id)| format!("D{n},2026-02-12,1.00,{id}\n"));
            let text = format!("id,closed,amount,payee\n{}", deals.collect::<String>());
            put(&mut folder, "deals", &header, text, "");
        }
        if *kind == "deals" {
            settings.push_str("[columns.deals]\nacv = \"money\"\n");
        }
        if *kind == "fields" {
            settings.push_str("[columns.payees]\nlevel = { type = \"text\", optional = true }\n");
        }
        folder.put("earnmark.toml", settings.clone());
        folder.put("rules/ae.rhai", PLANS);
        folder.put("rules/manager.rhai", MANAGER);
        let project = Project::open(&folder).unwrap_or_else(|refused| {
            panic!("{kind}: {:#?}\n{settings}\n{}", refused.findings, csv(&rows));
        });
        let name = kind.split('.').next().unwrap();
        let read = project.sources.iter().find(|read| read.kind.word() == name).unwrap();
        assert_eq!(read.taken, u64::try_from(rows.len() - 1).unwrap(), "{kind}: all rows of the example are taken");
    }
}

/// What is refused of a project's settings or of a run is told where those are described.
const ELSEWHERE: &[Code] =
    &[Code::BadCalendar, Code::NewerFormat, Code::PathOutside, Code::UnknownSetting, Code::UnknownObjective];

/// The rows of a table of the page, by the first cell of its header.
fn rows_of(text: &str, first: &str) -> Vec<Vec<String>> {
    let found = tables(text).into_iter().find(|table| table.first().is_some_and(|header| header[0] == first));
    found.unwrap_or_else(|| panic!("no table of `{first}`")).split_off(1)
}

fn one_deal(settings: &str, files: &[(String, Vec<u8>)]) -> Project {
    let mut folder = Folder::new("docs", BTreeMap::new());
    folder.put("earnmark.toml", format!("format = 1\ncompany.currency = \"USD\"\n{settings}"));
    folder.put("rules/ae.rhai", PLANS);
    for (path, bytes) in files {
        folder.put(format!("data/{path}"), bytes.clone());
    }
    Project::open(&folder).unwrap_or_else(|refused| panic!("{:#?}\n{settings}", refused.findings))
}

#[test]
fn every_form_of_a_mapping_is_read_as_it_stands() {
    let schema = [
        "id", "closed", "booked", "starts", "ends", "amount", "cost", "currency", "quantity", "term", "kind",
        "product", "account",
    ];
    for row in rows_of(section("mappings"), "mapping") {
        let mapping = words(&row[0]).concat();
        let cells: Vec<(String, String)> = row[1]
            .split(" · ")
            .map(|cell| (words(cell)[0].clone(), cell.rsplit('`').next().unwrap().trim().to_owned()))
            .collect();
        let ours = mapping.split(' ').next().unwrap().to_owned();
        let others = [("id", "D1"), ("closed", "2026-02-12"), ("amount", "1"), ("payee", "kim")];
        let fixed: String = others
            .iter()
            .filter(|(name, _)| *name != ours)
            .map(|(name, value)| format!("{name} = {{ fixed = \"{value}\" }}\n"))
            .collect();
        let optional =
            "product = { type = \"text\", optional = true }\nmargin = { type = \"percent\", optional = true }\n";
        let settings = format!(
            "[columns.deals]\n{optional}[files.prices]\nfile = \"prices.csv\"\n[deals]\nfile = \"d.csv\"\ndelimiter = \";\"\n[deals.columns]\n{fixed}{mapping}\n"
        );
        let line = |part: fn(&(String, String)) -> &str| cells.iter().map(part).collect::<Vec<_>>().join(";");
        let csv = format!("{};x\n{};x\n", line(|cell| &cell.0), line(|cell| &cell.1));
        let files =
            [("d.csv".to_owned(), csv.into_bytes()), ("prices.csv".to_owned(), b"sku,price\nA-1,9.50\n".to_vec())];
        let project = one_deal(&settings, &files);
        let place = schema.iter().position(|name| *name == ours).unwrap_or(project.facts.schema.deals.0.len() - 1);
        let value = project.facts.deals[0].cell(place).map_or(String::new(), |value| value.canonical());
        assert_eq!(value, row[2], "{mapping}: {csv:?}", csv = row[1]);
    }
}

#[test]
fn every_format_is_read_as_it_stands() {
    let table = crate::files::Table {
        header: vec!["id", "closed", "amount", "payee"],
        rows: vec![vec![
            crate::files::Cell::Text("D-1".to_owned()),
            crate::files::Cell::Day("2026-02-12".to_owned()),
            crate::files::Cell::Number("60000.00".to_owned()),
            crate::files::Cell::Text("mara.lindholm".to_owned()),
        ]],
    };
    for row in rows_of(section("files"), "settings") {
        let own = row[0].split(" · ").map(|part| words(part).concat() + "\n").collect::<String>();
        let names: Vec<String> = own
            .lines()
            .find(|line| line.starts_with("file"))
            .map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect())
            .unwrap_or_default();
        let packed = |name: &str| match name {
            "deals.csv.gz" => crate::files::gzip(&table.csv()),
            "deals.csv.zip" => crate::files::zip(&[("deals.csv", &table.csv())]),
            "all.zip/2026/deals.csv" => crate::files::zip(&[("readme.txt", b"x"), ("2026/deals.csv", &table.csv())]),
            "deals.json" => table.json(),
            "deals.jsonl" => table.json_lines(),
            "deals.xlsx" => table.xlsx(),
            "deals.parquet" => table.parquet(),
            "deals.arrow" => table.arrow(),
            "sqlite:crm.db" => table.sqlite(),
            name if name.ends_with(".csv") => table.csv(),
            other => panic!("{other}"),
        };
        let on_disk = |name: &str| match name {
            "all.zip/2026/deals.csv" => "all.zip".to_owned(),
            _ => name.trim_start_matches("sqlite:").to_owned(),
        };
        let files: Vec<(String, Vec<u8>)> = names.iter().map(|name| (on_disk(name), packed(name))).collect();
        let columns = "columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n";
        let project = one_deal(&format!("[deals]\n{own}{columns}"), &files);
        assert_eq!(project.facts.deals.len(), 1, "{own}");
        assert_eq!(project.sources[0].sums.values().next().unwrap().normalize().to_string(), "60000", "{own}");
    }
}

#[test]
fn every_refusal_is_named() {
    let named = words(DOC);
    let mut missing = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/io")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for code in Code::ALL.iter().filter(|code| !ELSEWHERE.contains(code)) {
                let used = text.split("Code::").skip(1).any(|rest| {
                    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                    rest[..end] == format!("{code:?}")
                });
                if used && !named.iter().any(|word| word == code.word()) {
                    missing.push((code.word(), path.clone()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in docs/data.md: {missing:#?}");
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    let table: Vec<String> = section("what holds of all of them")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| words(line.split(" | ").next().unwrap()))
        .collect();
    for word in table {
        assert!(codes.contains(&&*word), "docs/data.md tells of `{word}`, which nothing says");
    }
}
