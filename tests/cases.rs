//! The worked cases of `tests/cases`, natively: one test a file, named by its path. `cargo test --test cases tiers/` runs
//! one topic.
//!
//! `EARNMARK_UPDATE=1` records the digests in `tests/cases/digests.txt`, which the wasm tests expect too, and writes
//! `docs/errors.md` from what is said of the scripts in `tests/cases/errors/plan`; it never touches what a case says. `EARNMARK_SEED=N` repeats a shuffle.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "it prints its seed")]

#[path = "support/page.rs"]
mod page;
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::{env, fs, process};
use support::{Case, Order, check, recorded, work};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The cases below a folder: path without `.toml`, and file.
fn cases(folder: &Path, name: &str, found: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let own = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            cases(&path, &format!("{name}{own}/"), found);
        } else if let Some(own) = own.strip_suffix(".toml") {
            found.insert(format!("{name}{own}"), path);
        }
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let seed = env::var("EARNMARK_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(process::id()));
    println!("rows are shuffled by the seed {seed}: EARNMARK_SEED={seed} repeats it");
    let update = env::var_os("EARNMARK_UPDATE").is_some();
    let digests: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let mut found = BTreeMap::new();
    cases(&root(), "", &mut found);
    let trials = found.iter().map(|(name, file)| {
        let (name, file, digests) = (name.clone(), file.clone(), Arc::clone(&digests));
        Trial::test(name.clone(), move || {
            let digest = one(&name, &file, seed, update)?;
            digests.lock().unwrap().extend(digest.map(|digest| (name, digest)));
            Ok(())
        })
    });
    let all = cases_below(&found, "errors/plan/");
    let page = Trial::test("docs/errors.md", move || page::check(&all, update).map_err(Failed::from));
    let conclusion = libtest_mimic::run(&arguments, trials.chain([page]).collect());
    if update {
        record(&digests.lock().unwrap(), &found);
    }
    conclusion.exit();
}

/// The cases of a topic: name and file.
fn cases_below(found: &BTreeMap<String, PathBuf>, topic: &str) -> Vec<(String, PathBuf)> {
    found.iter().filter(|(name, _)| name.starts_with(topic)).map(|(name, file)| (name.clone(), file.clone())).collect()
}

/// One case: its digest, and its statements beside it.
fn one(name: &str, file: &Path, seed: u64, update: bool) -> Result<Option<String>, Failed> {
    let text = fs::read_to_string(file)?;
    let digest = check(&text, seed)?;
    if digest.as_deref() != recorded(name) && !update {
        let was = recorded(name).unwrap_or("none");
        return Err(format!(
            "the run digest was {was} and is {}; EARNMARK_UPDATE=1 records it",
            digest.as_deref().unwrap_or("none")
        )
        .into());
    }
    let case = Case::read(&text)?;
    if !case.statements.is_empty() {
        whole_statements(&case, file).map_err(|told| format!("{told}; INSTA_UPDATE=always records it"))?;
    }
    Ok(digest)
}

/// The statements that a case records whole, without what changes with every version.
fn whole_statements(case: &Case, file: &Path) -> Result<(), String> {
    let run = work(case, &case.folder(Order::AsWritten)).map_err(|refused| format!("{:?}", refused.findings))?;
    let mut whole = Vec::new();
    for recorded in &case.statements {
        let period = run.computed.period(&recorded.period).ok_or("there is no such period")?;
        for statement in run.project.statements(&run.computed, &recorded.payee, period) {
            let mut statement = serde_json::to_value(statement).unwrap();
            let fields = statement.as_object_mut().unwrap();
            fields.remove("digests");
            fields.remove("engine");
            whole.push(serde_json::to_string_pretty(&statement).unwrap());
        }
    }
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(file.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(&case.what);
    settings.bind(|| insta::assert_snapshot!(format!("{name}.statement"), whole.join("\n")));
    Ok(())
}

/// Writes the digests of the cases that ran, keeping those of cases that did not.
fn record(new: &BTreeMap<String, String>, cases: &BTreeMap<String, PathBuf>) {
    let old = support::DIGESTS.lines().filter_map(|line| line.split_once(' '));
    let mut all: BTreeMap<&str, &str> = old.filter(|(name, _)| cases.contains_key(*name)).collect();
    all.extend(new.iter().map(|(name, digest)| (name.as_str(), digest.as_str())));
    let lines: String = all.iter().map(|(name, digest)| format!("{name} {digest}\n")).collect();
    fs::write(root().join("digests.txt"), lines).unwrap();
}
