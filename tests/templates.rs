//! `init`: from every plan of the library a project that checks clean, whose tests hold and which pays somebody; why an export starts none.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn earnmark(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earnmark")).args(words).current_dir(folder).output().unwrap()
}

fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The names of a folder's files, or of its folders, without their endings.
fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().map_or("", |own| own.to_str().unwrap()) == ending);
    files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_plan_of_the_library_is_a_project_to_start_from() {
    let (folder, library) = (fresh("templates"), Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    let list = said(earnmark(&folder, &["init", "--list"]));
    let listed: BTreeSet<String> =
        list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(listed, names(&library, "rhai"), "the list and the folder `rules`");
    for name in &listed {
        said(earnmark(&folder, &["init", name, "--template", name]));
        let made = folder.join(name);
        assert_eq!(names(&made.join("data"), "csv"), names(&library.join("data").join(name), "csv"), "{name}");
        let script = format!("rules/{name}.rhai");
        let shipped = fs::read_to_string(library.join(format!("{name}.rhai"))).unwrap();
        assert_eq!(fs::read_to_string(made.join(script)).unwrap(), shipped);
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
        let description = line.split_once(' ').unwrap().1.trim();
        assert!(shipped.lines().next().unwrap().ends_with(description), "{line}");
        let checked = earnmark(&made, &["check"]);
        assert_eq!(String::from_utf8_lossy(&checked.stderr), "", "{name} has findings");
        said(checked);
        assert!(said(earnmark(&made, &["test"])).ends_with(" ok, 0 failed\n"), "{name}");
        let payouts = said(earnmark(&made, &["payouts", "--period", "2026", "--format", "csv"]));
        let paid = payouts.lines().skip(1).filter(|row| row.split(',').nth(3) != Some("0.00")).count();
        assert!(paid > 0, "{name}: {payouts}");
    }
}

#[test]
fn a_template_that_is_not_there_is_told_with_the_nearest() {
    let folder = fresh("templates-unknown");
    let output = earnmark(&folder, &["init", "p", "--template", "sofware-sale"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("did you mean `software-sales`?") && told.contains("team-pool"), "{told}");
    assert!(!folder.join("p").exists());
}

/// Why an export is not understood is said of each file that cannot be read, else which column deals need and lack.
#[test]
fn an_export_that_is_not_understood_says_why() {
    let folder = fresh("not-understood");
    fs::write(folder.join("empty.csv"), "").unwrap();
    fs::write(folder.join("offer.pdf"), "%PDF-1.4\n%offer").unwrap();
    fs::write(folder.join("soon.csv"), "Opportunity,Close Date,Amount,Owner\nx,soon,5,Ann\ny,later,7,Bo\n").unwrap();
    let told = |exports: &[&str]| {
        let output = earnmark(&folder, &[&["init", "new", "--from"], exports].concat());
        assert!(!output.status.success() && !folder.join("new").exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let both = told(&["empty.csv", "offer.pdf"]);
    assert!(both.contains("`empty.csv` is empty") && both.contains("`offer.pdf` is a PDF, not text"), "{both}");
    let lacks = told(&["soon.csv"]);
    assert!(lacks.contains("`soon.csv` has no column of a day, `closed`, for its header or its values"), "{lacks}");
}
