//! `init`: a project folder around a plan of the library, or one around an export whose mapping is guessed and shown.

use super::out::{Written, write_folder};
use super::templates::Starting;
use super::{Failure, print, usage_of};
use crate::io::guess::{Guess, guess_project, lacking, unreadable, why_none};
use crate::project::Refused;
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
            return Err(usage_of(format!("`{}` is no file name", path.display()), "name an export"));
        };
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::Outside(format!("`{}` cannot be read: {error}", path.display())))?;
        if let Some(before) = from.iter().take(exports.len()).find(|before| before.file_name() == path.file_name()) {
            let message = format!("`{}` and `{}` are both called `{name}`", before.display(), path.display());
            return Err(usage_of(message, "they come into one folder: rename one of them"));
        }
        exports.push((name.to_owned(), bytes));
    }
    let Some(guess) = guess_project(&exports) else {
        if let Some(why) = why_none(&exports) {
            let message = format!("no table of deals was recognised: {why}");
            return Err(usage_of(message, "columns are known by their names: give each one of its own in the file"));
        }
        let wrong: Vec<_> = exports.iter().filter_map(|(name, bytes)| unreadable(name, bytes)).collect();
        if !wrong.is_empty() {
            return Err(Refused { findings: wrong, ..Refused::default() }.into());
        }
        let help = "an export has one row a deal, with an id, a close date, an amount and a name";
        let message = match lacking(&exports).filter(|(.., missing)| !missing.is_empty()) {
            Some((file, columns, missing)) => format!(
                "no table of deals was recognised: `{file}` has no column of {}, for its header or its values; its columns are {}",
                missing.join(", nor of "),
                columns.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            None => "no table of deals was recognised".to_owned(),
        };
        return Err(usage_of(message, help));
    };
    let mut files = vec![
        Written::new("earnmark.toml", guess.toml.clone()),
        Written::new("rules/starter.rhai", starter_plan(&guess.first_day, &guess.last_day, &guess.currency)),
    ];
    // What the settings do not name is copied and not read; a second month looks like the first.
    let names = exports.iter().map(|(name, _)| name);
    let unread: Vec<String> = names.filter(|name| !guess.toml.contains(&format!("\"{name}\""))).cloned().collect();
    for (name, bytes) in exports {
        // Copied byte for byte: an export is read as it is.
        files.push(Written::bytes(format!("data/{name}"), bytes));
    }
    Ok((files, told(&guess, &unread)))
}

/// What was guessed, for a person to look over, and the files that the settings do not read.
fn told(guess: &Guess, unread: &[String]) -> String {
    let rows = guess
        .columns
        .iter()
        .map(|column| format!("  {:<10} ← {}   ({})", column.field, column.column, column.samples.join(", ")));
    let rows: Vec<String> = rows.collect();
    let unused =
        if guess.unused.is_empty() { String::new() } else { format!("\nNot used: {}\n", guess.unused.join(", ")) };
    let remark = |line: &&str| line.split_once(" # ").is_some_and(|(_, remark)| remark.contains("could be"));
    let unsure: String = guess.toml.lines().filter(remark).map(|line| format!("\nNot sure: {}", line.trim())).collect();
    let unsure = if unsure.is_empty() { unsure } else { format!("{unsure}\n") };
    let unread = if unread.is_empty() {
        String::new()
    } else {
        let all = unread.join(", ");
        format!(
            "\nNot read: {all}; where it holds more of the same, write `file = [\"{}\", …]` in earnmark.toml\n",
            guess.file
        )
    };
    format!(
        "\nGuessed from {}{}:\n{}\n{unused}{unsure}{unread}\nLook it over in earnmark.toml, then: earnmark check\n",
        guess.file,
        guess.system.map_or_else(String::new, |system| format!(", {system}")),
        rows.join("\n")
    )
}
