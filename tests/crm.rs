//! The example projects beside second computations of them in another language, byte for byte.
//!
//! What needs python3 or an export that lies beside the repository is skipped where that is not there, and says so.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the command prints.
fn earnmark(arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_earnmark")).args(arguments).current_dir(root()).output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// What a second computation prints; nothing without python3.
fn second(script: &str, data: &Path) -> Option<String> {
    let ran = Command::new("python3").arg(root().join("tests/oracle").join(script)).arg(data).output();
    let Ok(ran) = ran else {
        eprintln!("skipped: there is no python3 to run tests/oracle/{script}");
        return None;
    };
    assert!(ran.status.success(), "{script}: {}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8(ran.stdout).unwrap())
}

#[test]
fn the_crm_export_pays_what_a_second_computation_pays() {
    let data: PathBuf = root().join("../shared/data/crm-sales-opportunities");
    if !data.is_dir() {
        eprintln!("skipped: the export is not at {}", data.display());
        return;
    }
    let Some(expected) = second("crm.py", &data) else { return };
    let data = data.display().to_string();
    let paid =
        earnmark(&["payouts", "--project", "examples/crm", "--data", &data, "--period", "2017", "--format", "csv"]);
    assert_eq!(paid, expected);
}

#[test]
fn the_german_export_pays_what_was_worked_by_hand() {
    let expected = fs::read_to_string(root().join("examples/crm-de/payouts-2017.csv")).unwrap();
    let paid = earnmark(&["payouts", "--project", "examples/crm-de", "--period", "2017", "--format", "csv"]);
    assert_eq!(paid, expected);
}

#[test]
fn the_sample_company_earns_what_a_second_computation_earns() {
    let Some(expected) = second("sample.py", &root().join("examples/sample/data")) else { return };
    let run = earnmark(&["run", "--project", "examples/sample", "--period", "2026", "--format", "csv"]);
    let mut sums: BTreeMap<String, rust_decimal::Decimal> = BTreeMap::new();
    let mut rows = csv::Reader::from_reader(run.as_bytes());
    let columns = rows.headers().unwrap().clone();
    for row in rows.records() {
        let row = row.unwrap();
        let cell = |name: &str| {
            let place = columns.iter().position(|column| column == name).unwrap();
            row.get(place).unwrap().to_owned()
        };
        let key = ["payee", "plan", "component", "measured"].map(cell).join(",");
        *sums.entry(key).or_default() += cell("earned").parse::<rust_decimal::Decimal>().unwrap();
    }
    let mut earned = "payee,plan,component,measured,earned\n".to_owned();
    for (key, sum) in sums.into_iter().filter(|(_, sum)| !sum.is_zero()) {
        earned.push_str(&format!("{key},{sum:.2}\n"));
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (earned, expected) = (lines(&earned), lines(&expected));
    let differ = earned.iter().zip(&expected).find(|(a, b)| a != b);
    assert!(
        differ.is_none() && earned.len() == expected.len(),
        "{differ:?}, {} and {} rows",
        earned.len(),
        expected.len()
    );
}
