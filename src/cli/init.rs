//! `init`: a project folder around a plan of the library, or one around an export whose mapping is guessed and shown.

use super::out::{Written, write_folder};
use super::templates::Starting;
use super::{Failure, print, usage_of};
use crate::io::guess::{Guess, guess_project};
use crate::session::starter_plan;
use std::path::{Path, PathBuf};

/// Writes the folder and says what to do next.
pub fn init(dir: Option<&Path>, from: &[PathBuf], name: Option<&str>, quiet: bool) -> Result<(), Failure> {
    let (dir, from) = match (dir, from.split_last()) {
        (Some(dir), _) => (dir, from),
        // `init --from a.csv b.csv new`: what is no file is the folder.
        (None, Some((last, exports))) if !exports.is_empty() && !last.is_file() => (last.as_path(), exports),
        _ => {
            return Err(usage_of(
                "which folder shall be made?".to_owned(),
                "write `earnmark init NEW`, or `earnmark init NEW --from export.csv`",
            ));
        }
    };
    let (files, talk) = if from.is_empty() { template(name.unwrap_or("starter"))? } else { guessed(from)? };
    write_folder(dir, &files)?;
    if quiet {
        return Ok(());
    }
    let names: Vec<String> = files.iter().map(|file| format!("  {}", file.name)).collect();
    print(&format!("{}\n{}\n{talk}", dir.display(), names.join("\n")))
}

fn template(name: &str) -> Result<(Vec<Written>, String), Failure> {
    let files = Starting::named(name)?.files();
    let talk = format!("\nTry it: earnmark payouts --period 2026, then change rules/{name}.rhai.\n");
    Ok((files, talk))
}

fn guessed(from: &[PathBuf]) -> Result<(Vec<Written>, String), Failure> {
    let mut exports = Vec::with_capacity(from.len());
    for path in from {
        let name = path.file_name().and_then(std::ffi::OsStr::to_str);
        let Some(name) = name else {
            return Err(usage_of(format!("`{}` is no file name", path.display()), "name a CSV file"));
        };
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::Outside(format!("`{}` cannot be read: {error}", path.display())))?;
        exports.push((name.to_owned(), bytes));
    }
    let Some(guess) = guess_project(&exports) else {
        return Err(usage_of(
            "no table of deals was recognised".to_owned(),
            "an export has one row a deal, with an id, a close date, an amount and a name",
        ));
    };
    let mut files = vec![
        Written::new("earnmark.toml", guess.toml.clone()),
        Written::new("rules/starter.rhai", starter_plan(&guess.first_day, &guess.last_day, &guess.currency)),
    ];
    for (name, bytes) in exports {
        // Copied byte for byte: an export is read as it is.
        files.push(Written::bytes(format!("data/{name}"), bytes));
    }
    Ok((files, told(&guess)))
}

/// What was guessed, for a person to look over.
fn told(guess: &Guess) -> String {
    let rows = guess
        .columns
        .iter()
        .map(|column| format!("  {:<10} ← {}   ({})", column.field, column.column, column.samples.join(", ")));
    let rows: Vec<String> = rows.collect();
    let unused =
        if guess.unused.is_empty() { String::new() } else { format!("\nNot used: {}\n", guess.unused.join(", ")) };
    format!(
        "\nGuessed from {}{}:\n{}\n{unused}\nLook it over in earnmark.toml, then: earnmark check\n",
        guess.file,
        guess.system.map_or_else(String::new, |system| format!(", {system}")),
        rows.join("\n")
    )
}
