//! The files that were read, for control records: how many rows, what they sum to, the digest of their bytes.

use crate::domain::exact::shortest;
use crate::io::SourceReport;
use serde::Serialize;
use std::collections::BTreeMap;

/// A file that was read.
#[derive(Debug, Serialize)]
pub struct Source<'a> {
    kind: &'a str,
    file: &'a str,
    sha256: &'a str,
    rows: u64,
    filtered: u64,
    taken: u64,
    bad: u64,
    duplicates: u64,
    /// By money column and currency.
    sums: BTreeMap<&'a str, BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellations: Option<Cancellations>,
}

/// What became of the cancelling rows of a file.
#[derive(Debug, Serialize)]
struct Cancellations {
    matched: u64,
    unmatched: u64,
    /// Of those that were matched, by currency.
    sums: BTreeMap<&'static str, String>,
}

impl<'a> Source<'a> {
    /// What a report of a file says.
    #[must_use]
    pub fn of(report: &'a SourceReport) -> Self {
        let mut sums: BTreeMap<&str, BTreeMap<&'static str, String>> = BTreeMap::new();
        for ((column, currency), sum) in &report.sums {
            sums.entry(column).or_default().insert(currency.code(), shortest(*sum));
        }
        let cancellations = report.cancellations.as_ref().map(|own| Cancellations {
            matched: own.matched,
            unmatched: own.unmatched,
            sums: own.sums.iter().filter_map(|(currency, sum)| Some((currency.code(), shortest((*sum)?)))).collect(),
        });
        Self {
            kind: report.kind.word(),
            file: &report.file,
            sha256: &report.sha256,
            rows: report.rows,
            filtered: report.filtered,
            taken: report.taken,
            bad: report.bad,
            duplicates: report.duplicates,
            sums,
            cancellations,
        }
    }
}
