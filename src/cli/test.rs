//! `earnmark test`: the plans' own tests, with what came out where it is not what they expect. No data is read.

use super::{Everywhere, Failure, Format, commands, print, render, usage_of};
use crate::check::lone::test_script;
use crate::check::tests::Tested;
use crate::check::view::TestView;
use crate::domain::texts::Texts;
use crate::io::Folder;
use crate::project::{Refused, Trials, test_folder};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The columns of `--format csv`.
const COLUMNS: [&str; 8] = ["plan", "test", "payee", "asked", "expected", "got", "difference", "ok"];

/// Works the tests of the project, or of some scripts with the projects they lie in.
pub fn test(everywhere: &Everywhere, files: &[PathBuf]) -> Result<(), Failure> {
    let mut all = Vec::new();
    if files.is_empty() {
        all.push(of_project(&commands::folder_of(everywhere)?, &[])?);
    }
    for (root, files) in by_project(everywhere, files)? {
        match root {
            Some(root) => all.push(of_project(&root, &files)?),
            None => {
                for file in files {
                    all.push(of_script(&file)?);
                }
            }
        }
    }
    if !everywhere.quiet {
        for trials in &all {
            for warning in &trials.warnings {
                anstream::eprintln!("{}\n", render::rendered(warning, &trials.texts));
            }
        }
    }
    let views = all.iter().flat_map(|trials| trials.tested.iter().map(|tested| TestView::of(tested, &trials.texts)));
    match everywhere.format {
        Format::Json => print(&commands::json(&views.collect::<Vec<_>>())?)?,
        Format::Csv => print(&csv_of(&views.collect::<Vec<_>>())?)?,
        Format::Table => print(&all.iter().map(told).collect::<Vec<_>>().join("\n"))?,
    }
    if all.iter().flat_map(|trials| &trials.tested).all(Tested::passed) { Ok(()) } else { Err(Failure::Told) }
}

fn of_project(root: &Path, files: &[String]) -> Result<Trials, Failure> {
    let folder = Folder::read_scripts(root).map_err(|findings| Refused { findings, ..Refused::default() })?;
    Ok(test_folder(&folder, files)?)
}

/// A script without a project: the scripts beside it are the modules that it may import.
fn of_script(file: &str) -> Result<Trials, Failure> {
    let path = Path::new(file);
    let name: Arc<str> = Arc::from(path.file_name().map_or_else(|| file.into(), |name| name.to_string_lossy()));
    let mut scripts = BTreeMap::new();
    let beside = fs::read_dir(path.parent().unwrap_or(Path::new(".")))?;
    for found in beside.filter_map(Result::ok).map(|entry| entry.path()) {
        let own = found.file_name().is_some_and(|own| *own.to_string_lossy() == *name);
        let text = fs::read_to_string(&found);
        match (text, found.extension().is_some_and(|ending| ending == "rhai")) {
            (Ok(text), true) => {
                let own = found.file_name().map(|own| own.to_string_lossy().into_owned()).unwrap_or_default();
                scripts.insert(Arc::from(own), text);
            }
            (Ok(text), false) if own => {
                scripts.insert(Arc::clone(&name), text);
            }
            (Err(error), _) if own => return Err(error.into()),
            _ => {}
        }
    }
    let texts = scripts.iter().map(|(file, text)| (Arc::clone(file), Arc::from(text.as_str()))).collect();
    let texts = Texts(texts);
    match test_script(&name, &scripts, &texts) {
        Ok((plans, tested)) => {
            let plans = plans.into_iter().map(|plan| plan.name).collect();
            Ok(Trials { tested, plans, texts, warnings: Vec::new() })
        }
        Err(findings) => Err(Refused { findings, texts, ..Refused::default() }.into()),
    }
}

/// The scripts by the project they lie in: paths within it, and whole paths of those that lie in none.
fn by_project(everywhere: &Everywhere, files: &[PathBuf]) -> Result<BTreeMap<Option<PathBuf>, Vec<String>>, Failure> {
    let mut sorted: BTreeMap<Option<PathBuf>, Vec<String>> = BTreeMap::new();
    for file in files {
        let whole = fs::canonicalize(file).map_err(|error| {
            usage_of(format!("`{}` cannot be read: {error}", file.display()), "name a script, as `rules/ae.rhai`")
        })?;
        let named = everywhere.project.as_ref().map(fs::canonicalize).transpose()?;
        let above = || whole.ancestors().find(|folder| folder.join("earnmark.toml").is_file()).map(Path::to_path_buf);
        let root = named.or_else(above);
        let inside = root.as_ref().and_then(|root| whole.strip_prefix(root).ok());
        let path = inside.unwrap_or(&whole).to_string_lossy().replace('\\', "/");
        if let Some(root) = root.as_ref().filter(|_| inside.is_none()) {
            let message = format!("`{}` does not lie in the project `{}`", file.display(), root.display());
            return Err(usage_of(message, "leave out `--project`, or name a script of it"));
        }
        sorted.entry(root).or_default().push(path);
    }
    Ok(sorted)
}

/// The tests of a project for people: a line for each, what is not as expected, the count.
fn told(trials: &Trials) -> String {
    let mut text = String::new();
    for plan in &trials.plans {
        let own: Vec<&Tested> = trials.tested.iter().filter(|tested| tested.plan == *plan).collect();
        text.push_str(&format!("{}\n", render::clean(plan)));
        if own.is_empty() {
            text.push_str("  no tests\n");
        }
        for tested in own {
            let word = if tested.passed() { "ok    " } else { "failed" };
            let count = commands::counted(tested.figures.len(), "figure");
            text.push_str(&format!("  {word}  {} ({count})\n", render::clean(&tested.name)));
        }
    }
    for finding in trials.tested.iter().flat_map(Tested::findings) {
        text.push_str(&format!("\n{}\n", render::rendered(&finding, &trials.texts)));
    }
    let failed = trials.tested.iter().filter(|tested| !tested.passed()).count();
    let passed = trials.tested.len().saturating_sub(failed);
    text.push_str(&format!("\n{}: {passed} ok, {failed} failed\n", commands::counted(trials.tested.len(), "test")));
    text
}

/// A row for each figure; a test that could not be worked has one without figures.
fn csv_of(views: &[TestView]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::Outside(error.to_string());
    writer.write_record(COLUMNS).map_err(failed)?;
    for test in views {
        for figure in &test.figures {
            let (got, difference) = (figure.got.as_deref(), figure.difference.as_deref());
            let ok = if figure.ok { "yes" } else { "no" };
            let (got, difference) = (got.unwrap_or_default(), difference.unwrap_or_default());
            let row = [&*test.plan, &test.name, &figure.payee, &figure.asked, &figure.expected, got, difference, ok];
            writer.write_record(row).map_err(failed)?;
        }
        if !test.findings.is_empty() {
            writer.write_record([&*test.plan, &*test.name, "", "", "", "", "", "no"]).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Failure::Outside(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Outside(error.to_string()))
}
