//! A file as if it were plainly written: quotation marks resolved, lines ended by one byte, blank lines left out.
//!
//! Spreadsheets end lines with two bytes, and exports put names in quotation marks. Such a file is written once more in memory,
//! its cells as the ordinary reader cuts them, and goes on by columns. Places in it are not those of the file: what is wrong
//! with a row is found by the ordinary reader, in the file itself.

use super::super::mapping::trimmed;
use super::super::table::{Cut, Rows};
use crate::domain::columns::Unfit;
use std::borrow::Cow;

/// Between cells of what is written here: no export has it within a cell.
pub const DELIMITER: u8 = 0x1f;

/// The rows of a text from a byte on, plainly written.
///
/// # Errors
/// A row is badly cut or of another width, or a cell holds what cannot be written plainly.
pub fn plainly(text: &str, start: usize, cut: &Cut, width: usize) -> Result<String, Unfit> {
    let rest = text.get(start..).unwrap_or_default();
    let mut plain = String::with_capacity(rest.len());
    let (mut rows, mut cells) = (Rows::from(text, cut, (start, 1)), Vec::new());
    while let Some((_, read)) = rows.read(&mut cells) {
        let fits = |cell: &Cow<'_, str>| cell.bytes().all(|byte| byte >= b' ' || byte == b'\t');
        if read.is_err() || !cells.iter().all(fits) {
            return Err(Unfit::Unusual);
        }
        if cells.iter().all(|cell| trimmed(cell).is_empty()) {
            continue;
        }
        if cells.len() != width {
            return Err(Unfit::Unusual);
        }
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                plain.push(char::from(DELIMITER));
            }
            plain.push_str(cell);
        }
        plain.push('\n');
    }
    Ok(plain)
}
