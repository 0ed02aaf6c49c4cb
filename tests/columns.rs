//! Payouts by columns beside payouts by rows: the same plans on the same deals, to the last digit. The worked cases of
//! `tests/cases` and the random companies of `tests/model` are compared in the same way.
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "of the company that is made here")]

#[path = "../benches/support/mod.rs"]
mod support;

use earnmark::project::quick_payouts;
use earnmark::run::settle::PayoutRow;
use earnmark::{Folder, Project};
use std::fs;

/// A company on one of the plans that are measured: of so many payees that rows are worked in several parts.
fn company(plan: &str) -> Folder {
    support::company_on(plan, 3_000, 300)
}

fn told(payouts: &[PayoutRow]) -> Vec<String> {
    let told = payouts.iter().map(|paid| {
        let figures = [paid.earned, paid.payout, paid.carry];
        format!("{} {} {} {:?}", paid.payee, paid.period, paid.currency, figures.map(|figure| figure.normalize()))
    });
    told.collect()
}

/// What columns and rows give, which must be the same.
fn both(name: &str, folder: &Folder) -> Vec<String> {
    let quick = quick_payouts(folder, None, None).unwrap_or_else(|| panic!("{name} is worked by rows"));
    let project = Project::open(folder).unwrap_or_else(|refused| panic!("{name}: {:?}", refused.findings));
    let (rows, asked) = project.payouts(None).unwrap_or_else(|refused| panic!("{name}: {:?}", refused.findings));
    assert_eq!((quick.asked, &quick.periods), (asked, &rows.periods), "{name}");
    let (quick, rows) = (told(&quick.payouts), told(&rows.payout_rows()));
    for (quick, rows) in quick.iter().zip(&rows) {
        assert_eq!(quick, rows, "{name}");
    }
    assert_eq!(quick.len(), rows.len(), "{name}");
    quick
}

#[test]
fn every_measured_plan_pays_by_columns_what_it_pays_by_rows() {
    for name in support::PLANS {
        let paid = both(name, &company(name));
        assert!(paid.iter().any(|line| !line.contains("[0, 0,")), "{name} pays somebody");
    }
}

#[test]
fn the_order_of_the_file_does_not_matter() {
    let mut folder = company(support::PLANS[0]);
    let in_order = both("in order", &folder);
    let deals = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let (header, rows) = deals.split_once('\n').unwrap();
    let reversed: Vec<&str> = rows.lines().rev().collect();
    folder.put("data/deals.csv", format!("{header}\n{}\n", reversed.join("\n")));
    assert_eq!(both("reversed", &folder), in_order);
}

/// A file that has columns itself: in several parts, with a name that is Arabic and a day that is blank.
#[cfg(feature = "parquet")]
#[test]
fn files_of_columns_are_paid_like_text() {
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use std::sync::Arc;
    let folder = company(support::PLANS[0]);
    let in_text = both("text", &folder);
    let deals = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let rows: Vec<Vec<&str>> = deals.lines().map(|line| line.split(',').collect()).collect();
    let settings = String::from_utf8(folder.get("earnmark.toml").unwrap().to_vec()).unwrap();
    let written = |rows: &[Vec<&str>]| {
        let column = |place: usize| -> ArrayRef {
            let cells = rows.iter().skip(1).map(|row| Some(row[place]).filter(|cell| !cell.is_empty()));
            Arc::new(cells.collect::<StringArray>())
        };
        let columns = rows[0].iter().enumerate().map(|(place, name)| (*name, column(place), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let parts = parquet::file::properties::WriterProperties::builder().set_max_row_group_row_count(Some(700));
        let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), Some(parts.build())).unwrap();
        writer.write(&batch).unwrap();
        let mut other = folder.clone();
        other.put("earnmark.toml", settings.replace("deals.csv", "deals.parquet"));
        other.put("data/deals.parquet", writer.into_inner().unwrap());
        other
    };
    assert_eq!(both("Parquet", &written(&rows)), in_text);
    // What cannot be written plainly leaves all to the rows, and never the rest out.
    let mut odd = rows.clone();
    odd[1_500][0] = "D\n1";
    assert!(quick_payouts(&written(&odd), None, None).is_none());
}

/// As spreadsheets and exports write: two bytes at the end of a line, a mark at the start of the file, blank lines,
/// quotation marks with the delimiter or doubled marks within.
#[test]
fn a_file_as_spreadsheets_write_it_is_worked_by_columns() {
    let mut folder = company(support::PLANS[0]);
    let plain = both("plain", &folder);
    let deals = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let last = deals.lines().next().unwrap().split(',').count() - 1;
    let quoted = deals.lines().map(|line| {
        let cells: Vec<String> = line.split(',').map(|cell| format!("\"{cell}\"")).collect();
        format!("{},\"Smith, \"\"Sons\"\"\"\r\n", cells.join(","))
    });
    let ways = [
        deals.replace('\n', "\r\n"),
        format!("\u{feff}{deals}"),
        format!("\u{feff}{}", quoted.collect::<String>()),
        deals.replacen('\n', &format!("\n\n{}\n", ",".repeat(last)), 3),
    ];
    for (way, text) in ways.into_iter().enumerate() {
        folder.put("data/deals.csv", text);
        let quick = quick_payouts(&folder, None, None).unwrap_or_else(|| panic!("way {way} is worked by rows"));
        assert_eq!(told(&quick.payouts), plain, "way {way}");
    }
}

/// A large file stays on disk and is read piece by piece, with lines that end in another piece than they begin in.
#[test]
fn a_large_file_is_worked_where_it_is() {
    let mut whole = company(support::PLANS[0]);
    let large = support::company(40_000, 60);
    whole.put("data/deals.csv", large.get("data/deals.csv").unwrap());
    let dir = std::env::temp_dir().join(format!("earnmark-large-{}", std::process::id()));
    for path in whole.paths() {
        let file = dir.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, whole.get(path).unwrap()).unwrap();
    }
    let (mut folder, left) = Folder::read_but_deals(&dir, None).unwrap();
    let left = left.unwrap();
    assert_eq!(folder.get("data/deals.csv"), None);
    let paid = |folder: &Folder, left| told(&quick_payouts(folder, left, None).unwrap().payouts);
    assert_eq!(paid(&folder, Some(&left)), paid(&whole, None));
    folder.read_left(&left).unwrap();
    assert_eq!(folder.get("data/deals.csv"), whole.get("data/deals.csv"));
    // Cut off while it is worked: nothing is paid from half a file.
    fs::File::options().write(true).open(dir.join("data/deals.csv")).unwrap().set_len(2_000_000).unwrap();
    let (folder, _) = Folder::read_but_deals(&dir, None).unwrap();
    assert!(quick_payouts(&folder, Some(&left), None).is_none());
    fs::remove_dir_all(dir).unwrap();
}

/// What only the ordinary reader knows, or refuses, is left to it.
#[test]
fn what_is_unusual_is_left_to_the_rows() {
    let folder = company(support::PLANS[0]);
    let deals = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let first = deals.lines().nth(1).unwrap();
    let cells: Vec<&str> = first.split(',').collect();
    let with = |place: usize, cell: &str| {
        let mut cells = cells.clone();
        cells[place] = cell;
        cells.join(",")
    };
    let unusual = [
        with(0, "\"D0000\n0000\""),
        with(0, ""),
        with(0, "D00000001"), // twice
        with(1, "2026-02-30"),
        with(1, "01.02.2026"),
        with(2, "1,000.00"),
        with(2, "$ 100"),
        with(2, "100\u{200e}"),
        with(1, "\u{200f}2026-02-01"),
        with(2, ""),
        with(3, "atlantis"),
        with(5, "nobody"),
        with(5, " R000001"),
        with(7, "40"),         // a share of nobody
        with(8, "2025-01-01"), // before the deal
        format!("{first},"),
    ];
    for row in unusual {
        let mut other = folder.clone();
        other.put("data/deals.csv", deals.replacen(first, &row, 1));
        assert!(quick_payouts(&other, None, None).is_none(), "{row}");
    }
    assert!(quick_payouts(&folder, None, Some("2026-Q7")).is_none());
}

/// Marks that turn the direction of reading are passed over by the rows, which the columns leave them to.
#[test]
fn marks_of_direction_are_left_to_the_rows_and_change_no_payout() {
    let mut folder = company(support::PLANS[0]);
    let plain = both("without marks", &folder);
    let deals = String::from_utf8(folder.get("data/deals.csv").unwrap().to_vec()).unwrap();
    let (header, rows) = deals.split_once('\n').unwrap();
    for place in [1, 2] {
        let marked = rows.lines().map(|row| {
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            cells[place] = format!("\u{200f}{}\u{200e}", cells[place]);
            format!("{}\n", cells.join(","))
        });
        folder.put("data/deals.csv", format!("{header}\n{}", marked.collect::<String>()));
        assert!(quick_payouts(&folder, None, None).is_none(), "column {place}");
        let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
        let (rows, _) = project.payouts(None).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
        assert_eq!(told(&rows.payout_rows()), plain, "column {place}");
    }
}

/// Pieces of a file do not know where its last lines are: a source that passes over some is left to the rows.
#[test]
fn lines_at_the_end_are_left_to_the_rows_and_change_no_payout() {
    let mut folder = company(support::PLANS[0]);
    let plain = both("without the last line", &folder);
    let of = |path: &str, folder: &Folder| String::from_utf8(folder.get(path).unwrap().to_vec()).unwrap();
    let (settings, deals) = (of("earnmark.toml", &folder), of("data/deals.csv", &folder));
    // As wide as a row, so that nothing else keeps the columns from it.
    let last = deals.lines().last().unwrap();
    folder.put("data/deals.csv", format!("{deals}X{last}\n"));
    folder.put("earnmark.toml", settings.replace("file = \"deals.csv\"", "file = \"deals.csv\"\nskip_end = 1"));
    assert!(quick_payouts(&folder, None, None).is_none());
    let project = Project::open(&folder).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
    let (rows, _) = project.payouts(None).unwrap_or_else(|refused| panic!("{:?}", refused.findings));
    assert_eq!(told(&rows.payout_rows()), plain);
}
