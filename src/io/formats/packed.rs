//! Files in `.gz` and `.zip`: unpacked up to a limit, so that no small file becomes an endless one.

use super::addresses::Addresses;
use super::{Format, Named, UNPACKED_LIMIT, damaged, no_sheet, too_large};
use crate::domain::diagnostic::{Code, Diagnostic};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A file without its packing.
pub(crate) struct Unpacked<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// What holds its rows.
    pub format: Format,
    /// How it was packed, for a person: `gzip`, `zip: deals.csv`; empty where it was not.
    pub words: String,
}

/// Unpacks a file that its name calls packed.
///
/// # Errors
/// It is damaged, too large, or does not hold the file that is asked for.
pub(crate) fn unpack<'a>(named: &Named<'_>, file: &str, bytes: &'a [u8]) -> Result<Unpacked<'a>, Box<Diagnostic>> {
    let lower = named.path.to_ascii_lowercase();
    if named.format == Format::Database {
        return Ok(Unpacked { bytes: Cow::Borrowed(bytes), format: named.format, words: String::new() });
    }
    if lower.ends_with(".gz") {
        let unpacked = limited(file, MultiGzDecoder::new(bytes))?;
        return Ok(Unpacked { bytes: Cow::Owned(unpacked), format: named.format, words: "gzip".to_owned() });
    }
    if lower.ends_with(".zip") {
        return member(named, file, bytes);
    }
    Ok(Unpacked { bytes: Cow::Borrowed(bytes), format: named.format, words: String::new() })
}

/// All that a reader gives, up to the limit.
fn limited(file: &str, reader: impl Read) -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut unpacked = Vec::new();
    let read = reader.take(UNPACKED_LIMIT.saturating_add(1)).read_to_end(&mut unpacked);
    read.map_err(|error| damaged(file, format!("is damaged: {error}")))?;
    if u64::try_from(unpacked.len()).unwrap_or(u64::MAX) > UNPACKED_LIMIT {
        return Err(too_large(file, &format!("has more than {} MB once it is unpacked", UNPACKED_LIMIT / 1_000_000)));
    }
    Ok(unpacked)
}

/// The file that is named in an archive, or the only one.
fn member<'a>(named: &Named<'_>, file: &str, bytes: &[u8]) -> Result<Unpacked<'a>, Box<Diagnostic>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| damaged(file, format!("is no ZIP archive, or is damaged: {error}")))?;
    let is_file = |name: &str| !name.ends_with('/') && !name.starts_with("__MACOSX/") && !name.ends_with(".DS_Store");
    let names = archive.file_names().filter_map(Result::ok).filter(|name| is_file(name));
    let names: Vec<String> = names.map(std::borrow::Cow::into_owned).collect();
    let wanted = match (named.member, names.as_slice()) {
        (Some(member), names) if names.iter().any(|name| name == member) => member.to_owned(),
        (Some(member), names) => return Err(no_sheet(file, "file", member, names.iter().map(String::as_str))),
        (None, [only]) => only.clone(),
        (None, []) => return Err(damaged(file, "holds no file")),
        (None, [first, ..]) => {
            let diagnostic = Diagnostic::error(Code::NoFile, format!("`{file}` holds {} files", names.len()));
            let help = format!("name one of them: `{}/{first}`", named.path);
            return Err(Box::new(diagnostic.in_file(file).help(help)));
        }
    };
    let unreadable = |error| damaged(file, format!("is damaged at `{wanted}`: {error}"));
    let found = archive.by_name(&wanted).map_err(unreadable)?;
    if found.enclosed_name().is_none() {
        let message = format!("`{file}` holds a path that leaves its folder: `{wanted}`");
        return Err(Box::new(Diagnostic::error(Code::PathOutside, message).in_file(file)));
    }
    let unpacked = limited(file, found)?;
    Ok(Unpacked { bytes: Cow::Owned(unpacked), format: Format::of(&wanted), words: format!("zip: {wanted}") })
}

/// Adds up what the files of an archive unpack to; what it says of itself is not believed. What looks like a sheet is looked
/// at on the way.
///
/// # Errors
/// It is no archive, or more than the limit, or has cells where no sheet has any.
pub(super) fn weigh(file: &str, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| damaged(file, format!("is no workbook, or is damaged: {error}")))?;
    let mut left = UNPACKED_LIMIT;
    for place in 0..archive.len() {
        let found = archive.by_index(place).map_err(|error| damaged(file, format!("is damaged: {error}")))?;
        let mut addresses = found.name().is_ok_and(|name| name.contains("sheet")).then(Addresses::default);
        let mut found = found.take(left.saturating_add(1));
        let read = match &mut addresses {
            Some(addresses) => std::io::copy(&mut found, addresses),
            None => std::io::copy(&mut found, &mut std::io::sink()),
        };
        if addresses.is_some_and(|addresses| addresses.beyond) {
            return Err(beyond(file));
        }
        let read = read.map_err(|error| damaged(file, format!("is damaged: {error}")))?;
        left = left.checked_sub(read).ok_or_else(|| {
            too_large(file, &format!("has more than {} MB once it is unpacked", UNPACKED_LIMIT / 1_000_000))
        })?;
    }
    Ok(())
}

/// A cell that no sheet has.
pub(super) fn beyond(file: &str) -> Box<Diagnostic> {
    damaged(file, "is damaged: it has a cell beyond column XFD or row 1048576, where no sheet has any")
}
