//! What is said of exports that are opened alone. Nobody has written settings for them: advice names what can be done with
//! the file, or where it is opened.

use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::guess::{CURRENCY, Choices, unreadable, why_none};
use crate::report::answers::Finding;

/// What can be opened.
const OPEN: &str = "open an export with one row a deal (id, close date, amount, payee) as CSV, JSON or a workbook (.xlsx), \
                    or a project folder";

/// Why no table of deals is found in the files.
pub(super) fn no_deals(files: &[(String, Vec<u8>)], choices: &Choices) -> Vec<Diagnostic> {
    if !choices.is_empty() {
        let help = "`closed` takes a column of dates, `amount` one of numbers, `payee` one of names or ids";
        return vec![Diagnostic::error(Code::NoDeals, "with these columns no deals can be read").help(help)];
    }
    let said: Vec<Diagnostic> = files.iter().filter_map(|(file, bytes)| unreadable(file, bytes)).collect();
    if !said.is_empty() {
        return said.into_iter().map(|finding| finding.help(OPEN)).collect();
    }
    let why = why_none(files).map_or_else(String::new, |why| format!(": {why}"));
    vec![Diagnostic::error(Code::NoDeals, format!("no table of deals was recognised{why}")).help(OPEN)]
}

/// A currency that somebody chose and that is none.
pub(super) fn no_currency(choices: &Choices) -> Option<Diagnostic> {
    let code = choices.get(CURRENCY).filter(|code| Currency::from_code(code).is_none())?;
    Some(Diagnostic::error(Code::BadCurrency, format!("`{code}` is not a currency code")))
}

/// Puts what can be done with an export in place of advice that names settings.
pub(super) fn advise(findings: &mut [Finding]) {
    for finding in findings {
        // Words of the settings stand in backticks, and so does the nearest right name.
        let names_settings = |help: &String| help.contains('`') && !help.starts_with("did you mean");
        if finding.help.as_ref().is_some_and(names_settings) {
            finding.help = Some(advice(finding.code).to_owned());
        }
    }
}

fn advice(code: &str) -> &'static str {
    match code {
        "blank" => "fill it in the file, or open without the row",
        "bad-date" => "write it as the other days of its column are written, or open without the row",
        "row-length" => "correct the quotation marks in the file, or open without the row",
        "missing-rate" => {
            "export all amounts in one currency, or choose another column for the currency; a project folder can hold \
             exchange rates"
        }
        "bad-limit" => "look for a day with a wrong year among the days of the deals",
        _ => "correct the file, or choose other columns",
    }
}
