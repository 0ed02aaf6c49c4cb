//! What the engine takes, as ratios of one run: to a plain loop over the same deals, and to another revision.
#![expect(clippy::float_arithmetic, reason = "times are measured, not paid")]

use crate::wasm::Way;
use crate::{bindgen, shell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Medians = BTreeMap<String, f64>;

/// Runs the benches; with `--against REVISION` those of that revision too.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let against = match arguments {
        [] => None,
        [flag, revision] if flag == "--against" => Some(revision.as_str()),
        _ => return Err("usage: cargo xtask bench [--against REVISION]".to_owned()),
    };
    let root = shell::root();
    let old = against.map(|revision| measured_at(&root, revision)).transpose()?;
    let new = measured(&root)?;
    for (name, median) in &new {
        // Formulas have a plain function of their own, plans are seen beside the reference plan.
        let plain = match name.split_once('/') {
            Some(("formulas", _)) => "formulas/0 plain function",
            Some(("plans", _)) => "plans/examples/reference",
            _ => "deals/0 plain loop",
        };
        let to_plain = new.get(plain).map_or_else(String::new, |plain| format!("{:>9.1} x", median / plain));
        let to_old =
            old.as_ref().and_then(|old| old.get(name)).map(|before| format!("{:>9.2} x before", median / before));
        println!("{name:<42}{:>12.3} ms{to_plain}{}", median / 1e6, to_old.unwrap_or_default());
    }
    let before = if old.is_some() { "; x before: new by old" } else { "" };
    println!("x: times the plain loop, the plain function, the reference plan{before}");
    in_wasm()
}

/// The formulas in wasm, in Node: the runner prints what each takes.
fn in_wasm() -> Result<(), String> {
    let way = Way::ensure()?;
    bindgen::ensure()?;
    let mut bench = way.cargo("bench");
    bench.args(["--bench", "formulas"]).env(crate::test::runner_variable(), bindgen::test_runner());
    shell::run(&mut bench)
}

/// The medians at another revision, in a checkout of its own that is removed again.
fn measured_at(root: &Path, revision: &str) -> Result<Medians, String> {
    let tree = root.join("target/bench-against");
    let path = tree.to_string_lossy().into_owned();
    let git = |words: &[&str]| shell::run(shell::program("git").args(words));
    if tree.exists() {
        git(&["worktree", "remove", "--force", &path])?;
    }
    git(&["worktree", "add", "--detach", &path, revision])?;
    let measured = measured(&tree);
    git(&["worktree", "remove", "--force", &path])?;
    measured
}

fn measured(root: &Path) -> Result<Medians, String> {
    let target = root.join("target/bench");
    let _ = fs::remove_dir_all(target.join("criterion"));
    let folder = target.to_string_lossy().into_owned();
    let mut bench = shell::cargo();
    bench.current_dir(root).env("CRITERION_HOME", target.join("criterion"));
    bench.args(["bench", "--bench", "engine", "--target-dir", &folder]);
    if root.join("benches/formulas.rs").exists() {
        bench.args(["--bench", "formulas"]);
    }
    shell::run(&mut bench)?;
    let mut medians = Medians::new();
    collect(&target.join("criterion"), &mut medians)?;
    Ok(medians)
}

/// The medians that stand in `GROUP/NAME/new`, in nanoseconds.
fn collect(folder: &Path, medians: &mut Medians) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path: PathBuf = entry.map_err(failed)?.path();
        if path.ends_with("new") {
            let text = fs::read_to_string(path.join("estimates.json")).map_err(failed)?;
            let name = fs::read_to_string(path.join("benchmark.json")).map_err(failed)?;
            if let (Some(name), Some(median)) = (after(&name, "\"full_id\":\"", '"'), median(&text)) {
                medians.insert(name.to_owned(), median);
            }
        } else if path.is_dir() {
            collect(&path, medians)?;
        }
    }
    Ok(())
}

fn median(text: &str) -> Option<f64> {
    let own = text.split("\"median\":").nth(1)?;
    after(own, "\"point_estimate\":", ',')?.parse().ok()
}

fn after<'t>(text: &'t str, start: &str, end: char) -> Option<&'t str> {
    text.split(start).nth(1)?.split(end).next()
}
