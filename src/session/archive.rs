//! A project folder in one archive: unpacked in memory before anything is read.

use crate::domain::diagnostic::{Code, Diagnostic};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// Most bytes that the files of an archive may have together, unpacked.
const LIMIT: u64 = 500 * 1024 * 1024;

/// Files with the archives among them unpacked that hold an `earnmark.toml`; other archives stay, for a source may name one.
pub(super) fn unpacked(files: Vec<(String, Vec<u8>)>) -> Result<Vec<(String, Vec<u8>)>, Box<Diagnostic>> {
    let mut all = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        if bytes.is_empty() || !path.to_ascii_lowercase().ends_with(".zip") {
            all.push((path, bytes));
            continue;
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(|error| unreadable(&path, &error))?;
        let is_settings = |name: &str| name == "earnmark.toml" || name.ends_with("/earnmark.toml");
        if !archive.file_names().flatten().any(|name| is_settings(&name)) {
            all.push((path, bytes));
            continue;
        }
        let mut room = LIMIT;
        for place in 0..archive.len() {
            let file = archive.by_index(place).map_err(|error| unreadable(&path, &error))?;
            // A name that leads out of the archive is no file of the project.
            let Some(name) = file.enclosed_name().filter(|_| file.is_file()) else { continue };
            let name = name.to_string_lossy().replace('\\', "/");
            let mut bytes = Vec::new();
            // What an archive says of its sizes is not believed.
            file.take(room.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(&path, &error))?;
            let Some(left) = room.checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)) else {
                let message = format!("the files of `{path}` have more than {} MB", LIMIT / 1024 / 1024);
                return Err(Box::new(Diagnostic::error(Code::TooLong, message).in_file(&path)));
            };
            room = left;
            all.push((name, bytes));
        }
    }
    Ok(all)
}

fn unreadable(path: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    let finding = Diagnostic::error(Code::BadValue, format!("`{path}` cannot be unpacked: {error}"));
    Box::new(finding.in_file(path).help("pack the folder again as a plain ZIP, or open the folder itself"))
}
