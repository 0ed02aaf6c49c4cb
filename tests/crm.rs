//! The example projects beside second computations of them in another language, byte for byte.
//!
//! What needs python3 or an export that lies beside the repository is skipped where that is not there, and says so.
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

/// A folder with copies of all data files of some data sets, where they lie beside the repository.
fn gathered(name: &str, sets: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for set in sets {
        let data = root().join("../shared/data").join(set);
        if !data.is_dir() {
            eprintln!("skipped: the data set is not at {}", data.display());
            return None;
        }
        for file in fs::read_dir(data).unwrap().map(|file| file.unwrap()) {
            let copy = folder.join(file.file_name());
            let _ = fs::remove_file(&copy);
            fs::write(copy, fs::read(file.path()).unwrap()).unwrap();
        }
    }
    Some(folder)
}

#[test]
fn adventureworks_pays_what_a_second_computation_pays() {
    let Some(data) = gathered("adventureworks", &["adventureworks-oltp", "ecb-reference-rates"]) else { return };
    let Some(expected) = second("adventureworks.py", &data) else { return };
    let project = root().join("examples/adventureworks");
    let folder = data.display().to_string();
    let periods = "quota-2011-05-31..quota-2014-03-01";
    let paid = ["payouts", "--project", "examples/adventureworks", "--data", &folder, "--period", periods];
    assert_eq!(earnmark(&[&paid[..], &["--format", "csv"]].concat()), expected);
    let dollars = expected.lines().filter(|row| row.ends_with(",USD"));
    let earned = dollars.map(|row| row.split(',').nth(2).unwrap().parse::<rust_decimal::Decimal>().unwrap());
    // The flat commission that is told of the data set, and 1,000 for each of the eight quotas that were reached.
    assert_eq!(earned.sum::<rust_decimal::Decimal>().to_string(), "1109643.35");
    let read = earnmark::Project::open(&earnmark::Folder::read(&project, Some(&data)).unwrap()).unwrap();
    let sums: Vec<String> = read.sources[0].sums.values().map(ToString::to_string).collect();
    assert_eq!((read.sources[0].taken, sums), (3_806, vec!["80487704.1832".to_owned()]));
    // Names are joined from the UTF-16 file; Jillian has no middle name there.
    let names = read.facts.payees.iter().map(|payee| {
        let name = payee.rows[0].cells[earnmark::domain::facts::payee_field::NAME].as_ref();
        name.map_or(String::new(), |name| name.text().unwrap().to_string())
    });
    let names: Vec<String> = names.collect();
    assert_eq!(names[3..6], ["Linda C Mitchell", "Jillian Carson", "Garrett R Vargas"]);
    assert!(names.contains(&"José Edvaldo Saraiva".to_owned()), "{names:?}");
}

/// A folder with the first lines of a packed file.
fn first_lines(file: &Path, lines: usize) -> PathBuf {
    use std::io::{BufRead as _, BufReader, Write as _};
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-lines");
    fs::create_dir_all(&folder).unwrap();
    let whole = BufReader::new(flate2::read::GzDecoder::new(fs::File::open(file).unwrap()));
    let part = fs::File::create(folder.join(file.file_name().unwrap())).unwrap();
    let mut part = flate2::write::GzEncoder::new(part, flate2::Compression::fast());
    for line in whole.lines().take(lines) {
        writeln!(part, "{}", line.unwrap()).unwrap();
    }
    part.finish().unwrap();
    folder
}

#[test]
fn the_wholesaler_pays_what_a_second_computation_pays() {
    let data = root().join("../shared/data/uci-online-retail");
    if !data.is_dir() {
        eprintln!("skipped: the data set is not at {}", data.display());
        return;
    }
    // Without optimisation half a million deals take minutes: there the first 20,000 lines stand for all.
    let part = cfg!(debug_assertions);
    let data = if part { first_lines(&data.join("online-retail.csv.gz"), 20_001) } else { data };
    let Some(expected) = second("online_retail.py", &data) else { return };
    let folder = data.display().to_string();
    let project = ["--project", "examples/online-retail", "--data", &folder, "--period", "2010-12..2011-12"];
    let paid = earnmark(&[&["payouts"], &project[..], &["--format", "csv"]].concat());
    assert_eq!(paid, expected);
    if part {
        eprintln!("skipped: the totals of all lines, which want `cargo test --release --test all crm`");
        return;
    }
    // What is told of the data set: 541,909 lines worth 9,747,747.934, of which 2,787 cancel others, worth 402,926.65.
    let read = earnmark::Folder::read(&root().join("examples/online-retail"), Some(&data)).unwrap();
    let read = &earnmark::Project::open(&read).unwrap().sources[0];
    assert_eq!((read.rows, read.taken, read.bad, read.duplicates), (541_909, 541_909, 0, 0));
    let matched = read.cancellations.as_ref().unwrap();
    assert_eq!((matched.matched, matched.unmatched), (2_787, 9_288 - 2_787));
    let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
    let sum = |sums: Vec<&rust_decimal::Decimal>| sums.into_iter().copied().sum::<rust_decimal::Decimal>();
    let (kept, taken) = (sum(read.sums.values().collect()), sum(matched.sums.values().flatten().collect()));
    assert_eq!(taken, decimal("-402926.65"));
    assert_eq!(kept + taken, decimal("9747747.934"));
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
