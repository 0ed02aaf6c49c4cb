//! `init`: a project folder to start from, or one around an export whose mapping is guessed and shown.

use super::out::{Written, write_folder};
use super::{Failure, print, usage_of};
use crate::io::guess::{Guess, guess_project};
use crate::session::starter_plan;
use std::path::{Path, PathBuf};

const SETTINGS: &str = "# What this company's files are called and which of their columns mean what. `earnmark check` says what is wrong with it.
format = 1

[company]
name = \"My company\"
currency = \"USD\"

[deals]
file = \"deals.csv\"                     # in the folder data/
columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }

[lines]
file = \"team.csv\"
columns = { payee = \"payee\", manager = \"manager\" }
";
const DEALS: &str =
    "id,closed,amount,payee\nD1,2026-01-20,60000.00,Ann\nD2,2026-02-10,110000.00,Ann\nD3,2026-02-17,45000.00,Omar\n";
const TEAM: &str = "payee,manager\nAnn,Maya\nOmar,Maya\n";

/// Writes the folder and says what to do next.
pub fn init(dir: &Path, from: &[PathBuf], quiet: bool) -> Result<(), Failure> {
    let (files, talk) = if from.is_empty() { starter() } else { guessed(from)? };
    write_folder(dir, &files)?;
    if quiet {
        return Ok(());
    }
    let names: Vec<String> = files.iter().map(|file| format!("  {}", file.name)).collect();
    print(&format!("{}\n{}\n{talk}", dir.display(), names.join("\n")))
}

fn starter() -> (Vec<Written>, String) {
    let files = vec![
        Written::new("earnmark.toml", SETTINGS.to_owned()),
        Written::new("rules/starter.rhai", starter_plan("2026-01-01", "2026-12-31", "USD")),
        Written::new("data/deals.csv", DEALS.to_owned()),
        Written::new("data/team.csv", TEAM.to_owned()),
    ];
    (files, "\nTry it: earnmark payouts --period 2026-Q1, then change rules/starter.rhai.\n".to_owned())
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
        "\nGuessed from {}:\n{}\n{unused}\nLook it over in earnmark.toml, then: earnmark check\n",
        guess.file,
        rows.join("\n")
    )
}
