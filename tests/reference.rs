//! The reference plan (`examples/reference`): four deals by hand, and thousands by the checksums that other programs reach.
//!
//! The thousands are made by the benchmark that lies beside the repository. Where it is not there, its test is skipped and says so.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sizes at which the checksums are compared. Without optimisation the larger takes minutes.
const SIZES: &[&str] = if cfg!(debug_assertions) { &["10000"] } else { &["10000", "100000"] };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `earnmark payouts` prints of the reference plan.
fn payouts(period: &str, data: Option<&Path>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_earnmark"));
    command.current_dir(root()).args(["payouts", "--project", "examples/reference", "--format", "csv"]);
    command.args(["--period", period]);
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn four_deals_pay_what_was_worked_by_hand() {
    let expected = fs::read_to_string(root().join("examples/reference/payouts.csv")).unwrap();
    assert_eq!(payouts("2026-Q1..2026-Q3", None), expected);
}

/// SHA-256 of the sorted lines, each ended.
fn checksum(mut lines: Vec<String>) -> String {
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn thousands_of_deals_pay_to_the_checksums_of_other_programs() {
    let bench: PathBuf = root().join("../shared/bench");
    if !bench.is_dir() {
        eprintln!("skipped: the benchmark is not at {}", bench.display());
        return;
    }
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference");
    for size in SIZES {
        let data = work.join(size);
        let made = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--release", "--bin", "gen", "--manifest-path"])
            .arg(bench.join("rust/core/Cargo.toml"))
            .env("CARGO_TARGET_DIR", work.join("target"))
            .args(["--", size])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let text = payouts("2026-Q1..2027-Q2", Some(&data));
        let (paid, full) = lines(&text);
        let published = fs::read_to_string(bench.join("oracle/checksums.txt")).unwrap();
        let expected = published.lines().find(|line| line.split(' ').next() == Some(size)).unwrap();
        assert_eq!(format!("{size} {} {}", checksum(paid), checksum(full)), expected);
        if *size == SIZES[0] {
            let closed = closed_one_by_one(&work.join("closed"), &data);
            let (paid, full) = lines(&closed);
            assert_eq!(format!("{size} {} {}", checksum(paid), checksum(full)), expected, "closed quarter by quarter");
        }
    }
}

/// The lines of payouts as the benchmark has them: what is paid, and all of it.
fn lines(text: &str) -> (Vec<String>, Vec<String>) {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let (mut paid, mut full) = (Vec::new(), Vec::new());
    for row in rows.deserialize() {
        // The benchmark writes quarters as 2026Q1.
        let (payee, period, earned, payout, carry, _): (String, String, String, String, String, String) = row.unwrap();
        let quarter = period.replace('-', "");
        paid.push(format!("{payee},{quarter},{payout}"));
        full.push(format!("{payee},{quarter},{earned},{payout},{carry}"));
    }
    (paid, full)
}

/// The payouts of the ledger after six quarters were closed one by one, each as known on its last day.
fn closed_one_by_one(project: &Path, data: &Path) -> String {
    let _ = fs::remove_dir_all(project);
    for folder in ["", "rules"] {
        fs::create_dir_all(project.join(folder)).unwrap();
        for entry in fs::read_dir(root().join("examples/reference").join(folder)).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                fs::copy(entry.path(), project.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earnmark"));
        let ran = command.arg("--project").arg(project).arg("--data").arg(data).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    for period in ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2"] {
        run(&["close", period, "--by", "mia"]);
    }
    run(&["verify"]);
    run(&["payouts", "--period", "2026-Q1..2027-Q2", "--format", "csv"])
}
