//! State: what the ledger says of a period. It is read off the log and never stored.

use super::kept::Kept;
use std::collections::BTreeMap;

/// What the ledger says of the periods of a run; without a ledger nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// The hash of the last row of the log; `None` without a ledger.
    pub head: Option<String>,
    /// Closed periods by their labels.
    pub closed: BTreeMap<String, ClosedPeriod>,
    /// The period that was approved, and the digest of the result that was.
    pub approved: Option<(String, String)>,
    /// What files no longer have and the last close knew, in a sentence: it is worked as withdrawn, and a close asks for it.
    pub withdrawn: Option<String>,
}

/// What the ledger says of a closed period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// `closed` or `paid`.
    pub state: &'static str,
    /// The digest of the close.
    pub digest: String,
    /// What its statements showed beside amounts; `None`: the close is of before that was kept.
    pub kept: Option<Kept>,
}

impl LedgerState {
    /// The state of a period whose result has a digest, and what else is known of it if it is closed.
    #[must_use]
    pub fn of(&self, period: &str, result: &str) -> (&'static str, Option<&ClosedPeriod>) {
        if let Some(closed) = self.closed.get(period) {
            return (closed.state, Some(closed));
        }
        let approved = self.approved.as_ref().is_some_and(|(own, digest)| own == period && digest == result);
        (if approved { "approved" } else { "draft" }, None)
    }
}
