//! Sources that give nothing: a filter that takes no row, no file at all.

use super::*;
use crate::domain::diagnostic::{Code, Severity};

const FILE: &[u8] = b"id,closed,amount,rep,stage\nD1,2026-01-05,100,kim,Won\nD2,2026-01-06,100,kim,Lost\n";

/// The settings with a filter.
fn filtered(filter: &str) -> String {
    DEALS.replace("columns =", &format!("filter = {filter}\ncolumns ="))
}

/// What is warned of: the message and what to do.
fn warned(settings: &str, files: &[(&str, &[u8])]) -> Vec<(String, String)> {
    let reading = read(settings, files);
    assert!(!reading.blocked && reading.left_out() == 0);
    let one = |found: &Diagnostic| {
        assert_eq!((found.code, found.severity), (Code::NoRows, Severity::Warning));
        assert!(matches!(found.place, Place::Text(_)), "{found:?}");
        (found.message.clone(), found.help.clone().unwrap_or_default())
    };
    reading.findings.iter().map(one).collect()
}

#[test]
fn a_filter_that_takes_no_row_is_told_with_what_the_rows_have() {
    let message = "the `filter` of `deals` does not take any of the 2 rows: nothing is read";
    let cases = [
        ("{ stage = \"won\" }", "`stage` is nowhere `won`; did you mean `Won`?"),
        ("{ stage = [\"Signed\", \"Booked\"] }", "`stage` is `Lost`, `Won`"),
        ("{ rep = \"kim\", stage = \"Signed\" }", "`stage` is `Lost`, `Won`"),
        ("{ rep = { blank = true } }", "no row meets all of its conditions"),
        ("{ stage = \"Won\", id = \"D2\" }", "no row meets all of its conditions"),
        ("{ closed = { from = 2027-01-01 } }", "no row meets all of its conditions"),
    ];
    for (filter, help) in cases {
        let expected = [(message.to_owned(), help.to_owned())];
        assert_eq!(warned(&filtered(filter), &[("deals.csv", FILE)]), expected, "{filter}");
    }
    let none: [&str; 2] = ["{ stage = \"Won\" }", "{ stage = { not = [\"Lost\"] } }"];
    for filter in none {
        assert_eq!(warned(&filtered(filter), &[("deals.csv", FILE)]), [], "{filter}");
    }
    let one = b"id,closed,amount,rep,stage\nD1,2026-01-05,100,kim,\n";
    let found = warned(&filtered("{ stage = \"Won\" }"), &[("deals.csv", one)]);
    let message = "the `filter` of `deals` does not take the one row: nothing is read";
    assert_eq!(found, [(message.to_owned(), "`stage` is blank in every row".to_owned())]);
}

#[test]
fn a_source_without_files_is_told_and_a_file_without_rows_is_not() {
    let settings = DEALS.replace("\"deals.csv\"", "[]");
    let found = warned(&settings, &[]);
    let help = "name the files of the source, or take the source away";
    assert_eq!(found, [("`file` names no file, so nothing is read into `deals`".to_owned(), help.to_owned())]);
    // Nothing has happened yet.
    assert_eq!(warned(&filtered("{ stage = \"Won\" }"), &[("deals.csv", b"id,closed,amount,rep,stage\n")]), []);
}

#[test]
fn rows_that_are_left_out_with_their_deals_are_not_told_twice() {
    let settings = format!(
        "{}[shares]\nfile = \"shares.csv\"\nfilter = {{ who = \"kim\" }}\ncolumns = {{ deal = \"deal\", payee = \"who\", share = {{ column = \"part\", as = \"percent\" }} }}\n",
        filtered("{ stage = \"Signed\" }").replace(", payee = \"rep\"", "")
    );
    let shares = b"deal,who,part\nD1,kim,100\nD2,kim,100\n";
    let found = warned(&settings, &[("deals.csv", FILE), ("shares.csv", shares)]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_project_makes_it_an_error_or_silences_it() {
    let with = |check: &str| {
        let settings = format!("check.{check} = [\"no-rows\"]\n{}", filtered("{ stage = \"won\" }"));
        read(&settings, &[("deals.csv", FILE)])
    };
    assert!(with("off").findings.is_empty());
    let refused = with("errors");
    assert_eq!(refused.findings[0].severity, Severity::Error);
    assert!(refused.blocked, "no row can be left out to mend it");
}
