//! State: what the ledger says of a period. It is read off the log and never stored.

use std::collections::BTreeMap;

/// What the ledger says of the periods of a run; without a ledger nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// The hash of the last row of the log; `None` without a ledger.
    pub head: Option<String>,
    /// Closed periods by their labels: `closed` or `paid`, and the digest of the close.
    pub closed: BTreeMap<String, (&'static str, String)>,
    /// The period that was approved, and the digest of the result that was.
    pub approved: Option<(String, String)>,
}

impl LedgerState {
    /// The state of a period whose result has a digest, and the digest of its close if it is closed.
    #[must_use]
    pub fn of(&self, period: &str, result: &str) -> (&'static str, Option<&str>) {
        if let Some((state, digest)) = self.closed.get(period) {
            return (state, Some(digest));
        }
        let approved = self.approved.as_ref().is_some_and(|(own, digest)| own == period && digest == result);
        (if approved { "approved" } else { "draft" }, None)
    }
}
