//! Why an export is not understood: it cannot be read, it is no table, or what deals need is not in it.

use super::shape::{dates, numbers, tables};
use super::words::Field;
use super::{all, best, only, won_rows};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::formats::{Format, named, read, unpack};
use crate::io::settings::Source;
use crate::io::text::decode;
use std::collections::BTreeMap;

/// What keeps an export from being read as a table, where that can be said.
#[must_use]
pub fn why_none(files: &[(String, Vec<u8>)]) -> Option<String> {
    files.iter().flat_map(|(path, bytes)| tables(path, bytes)).find_map(|table| table.err().flatten())
}

/// What keeps a file from being read at all: nothing in it, or something that its name does not tell; a header alone. Nothing
/// is said of what can be read and is no table of deals.
#[must_use]
pub fn unreadable(file: &str, bytes: &[u8]) -> Option<Diagnostic> {
    let error = |code, message: String| Some(Diagnostic::error(code, message).in_file(file));
    let nothing = |text: &[u8]| text.trim_ascii().is_empty();
    if nothing(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        return error(Code::EmptyFile, format!("`{file}` is empty"));
    }
    let unpacked = match unpack(&named(file), file, bytes) {
        Ok(unpacked) => unpacked,
        Err(finding) => return Some(*finding),
    };
    if unpacked.format != Format::Text {
        return read(unpacked.format, file, &unpacked.bytes, &Source::of_file(file)).err().map(|finding| *finding);
    }
    match decode(file, &unpacked.bytes, None) {
        Err(finding) => Some(*finding),
        Ok(decoded) if decoded.text.lines().filter(|line| !line.trim().is_empty()).nth(1).is_none() => {
            error(Code::NoRows, format!("`{file}` has one line, and no rows below it"))
        }
        Ok(_) => None,
    }
}

/// What the widest table among exports has no column for, of what deals need: the file, its columns and the words for what is missing.
#[must_use]
pub fn lacking(files: &[(String, Vec<u8>)]) -> Option<(String, Vec<String>, Vec<&'static str>)> {
    let tables = all(files);
    let table = tables.iter().max_by_key(|table| (table.header.len(), table.rows.len()))?;
    let (_, taken) = won_rows(table, None);
    let values = |column: usize| table.values(column, &taken).collect::<Vec<_>>();
    let is_date = |column: usize| dates(values(column).into_iter()).is_some();
    let is_number = |column: usize| numbers(values(column).into_iter()).is_some() && !is_date(column);
    let is_name = |column: usize| !values(column).is_empty() && !is_date(column);
    let none = BTreeMap::new();
    let found = [
        ("a day, `closed`", best(table, Field::Closed, &none, is_date).or_else(|| only(table, &none, is_date))),
        ("an amount", best(table, Field::Amount, &none, is_number)),
        ("a name, `payee`", best(table, Field::Payee, &none, is_name)),
    ];
    let missing = found.into_iter().filter(|(_, column)| column.is_none()).map(|(word, _)| word);
    Some((table.file.clone(), table.header.clone(), missing.collect()))
}
