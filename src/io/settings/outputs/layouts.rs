//! Layouts that are shipped, each after the public documentation of a payroll system. None was tried against the system
//! itself: the columns are those that the page names, and a first import belongs into a test company.

use super::PayColumn;
use std::collections::BTreeMap;

/// A layout: its columns by name and value; `code:NAME` is what `payroll.codes` says.
struct Layout {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const LAYOUTS: [Layout; 3] = [
    // https://apps.adp.com/en-US/apps/372723/automated-paydata-integration-for-adp-workforce-now/features: Co Code, Batch ID
    // and File # in the first three places, further earnings as code and amount.
    Layout {
        name: "adp-workforce-now",
        columns: &[
            ("Co Code", "code:company"),
            ("Batch ID", "code:batch"),
            ("File #", "payee.payroll_id"),
            ("Earnings 3 Code", "code:earning"),
            ("Earnings 3 Amount", "amount"),
        ],
    },
    // https://support.gusto.com/article/999914471000000/Run-payroll-with-CSV-upload, read 2026-11-29: `first_name` and
    // `last_name` are required, Commission is an optional field, columns in any order, those that are not needed left out.
    // The number `gusto_employee_id` is optional and no number of ours: without it two of one name need `ssn`.
    Layout {
        name: "gusto",
        columns: &[("first_name", "payee.first_name"), ("last_name", "payee.last_name"), ("commission", "amount")],
    },
    // https://staffology.co.uk/userguides/importexport/import-payment-amounts: payroll code and amount at least, a pay code
    // recommended; columns are assigned at the import.
    Layout {
        name: "staffology",
        columns: &[("Payroll Code", "payee.payroll_id"), ("Pay Code", "code:earning"), ("Amount", "amount")],
    },
];

/// The names of all of them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LAYOUTS.iter().map(|layout| layout.name)
}

/// The columns of a layout; the code that is missing; `None` where there is no such layout.
pub(super) fn of(name: &str, codes: &BTreeMap<String, String>) -> Option<Result<Vec<PayColumn>, &'static str>> {
    let layout = LAYOUTS.iter().find(|layout| layout.name == name)?;
    let column = |(name, value): &(&'static str, &'static str)| {
        let value = match value.strip_prefix("code:") {
            Some(code) => format!("fixed:{}", codes.get(code).ok_or(code)?),
            None => (*value).to_owned(),
        };
        Ok(PayColumn { name: (*name).to_owned(), value, width: None, right: false })
    };
    Some(layout.columns.iter().map(column).collect())
}
