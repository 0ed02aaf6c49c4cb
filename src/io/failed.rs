//! Errors that a spreadsheet shows in a cell, `#REF!`, `#N/A`, as they come into its exports: no value of anything.
//!
//! In a workbook they are cells of their own kind, which its reader refuses. Saved as text they look like any other text, and
//! would make a payee named `#REF!`, or leave a deal out whose stage was not found.

use super::findings::Problem;
use crate::domain::diagnostic::Code;

/// Those that do not end with a mark: not available, in the languages in which they are written otherwise.
const PLAIN: [&str; 5] = ["#N/A", "#N/D", "#NV", "#N/B", "#GETTING_DATA"];
/// The longest, in bytes.
const LONGEST: usize = 24;

/// Whether a cell is an error of a spreadsheet: `#REF!`, `#NAME?`, `#BEZUG!`, `#¿NOMBRE?`, `#DIV/0!`.
pub(crate) fn is_failed(cell: &str) -> bool {
    let Some(word) = cell.strip_prefix('#').filter(|word| word.len() <= LONGEST) else { return false };
    let Some(name) = word.strip_suffix(['!', '?']) else { return PLAIN.contains(&cell) };
    let name = name.trim_start_matches(['¡', '¿']);
    name.chars().count() > 2
        && name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || !letter.is_ascii() || matches!(letter, '/' | '0' | '_'))
}

/// What is wrong with such a cell.
pub(crate) fn failed(cell: &str) -> Problem {
    Problem::new(Code::BadValue, format!("a spreadsheet shows the error {cell} here"))
        .help(format!("mend it there; or say that it means nothing: `blank = [\"\", \"{cell}\"]`"))
}

/// Whether a cell of some rows may be one. Ids such as `#1001` are none.
pub(crate) fn may_fail(rows: &[u8], delimiter: u8) -> bool {
    let ends = |byte: &u8| *byte == delimiter || *byte == b'\n';
    let mut cells = rows.split(ends).filter(|cell| cell.contains(&b'#'));
    cells.any(|cell| std::str::from_utf8(cell).is_ok_and(|cell| is_failed(cell.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_spreadsheets_in_some_languages_are_known() {
        for cell in [
            "#REF!",
            "#N/A",
            "#VALUE!",
            "#DIV/0!",
            "#NAME?",
            "#NUM!",
            "#NULL!",
            "#SPILL!",
            "#BEZUG!",
            "#NV",
            "#VALEUR!",
            "#¿NOMBRE?",
            "#¡REF!",
            "#ССЫЛКА!",
        ] {
            assert!(is_failed(cell), "{cell}");
        }
        for cell in ["#1001", "#", "##", "#1!", "#A!", "#refund!", "REF!", "N/A", "# REF!", "#Wow!", "#REF! and more"] {
            assert!(!is_failed(cell), "{cell}");
        }
    }

    #[test]
    fn they_are_found_among_cells() {
        assert!(may_fail(b"A,2026-01-05, #REF! ,ann\n", b','));
        assert!(may_fail(b"A;#N/A", b';'));
        assert!(!may_fail(b"#1001,2026-01-05,The #REF! deal,ann\n", b','));
    }
}
