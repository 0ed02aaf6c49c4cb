//! What the payouts of a period leave for later: components that are worked once their measurement period is over.

use crate::domain::calendar::Period;
use crate::run::settle::Payout;
use crate::run::statement::Material;
use serde::Serialize;
use std::collections::BTreeSet;

/// A component that measures a longer period than the one that is paid, and is worked when that ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Later {
    /// The last day of its measurement period, as `2026-03-31`.
    pub day: String,
    /// The plan.
    pub plan: String,
    /// The component.
    pub component: String,
}

/// The components by which a payee earns something later for a time that the payout period lies in, the nearest first.
#[must_use]
pub fn later(material: &Material<'_>, payout: &Payout, period: &Period) -> Vec<Later> {
    let entries = &material.outcome.entries;
    // They stand in the order of payees and payout periods.
    let start = entries.partition_point(|entry| (&entry.payee, entry.payout) <= (&payout.payee, payout.period));
    let own = entries.iter().skip(start).take_while(|entry| entry.payee == payout.payee);
    let at_end = |plan: &str, name: &str| {
        let versions = material.plans.iter().filter(|version| &*version.name == plan);
        versions.flat_map(|version| &version.components).any(|one| &*one.name == name && one.at_end)
    };
    let found: BTreeSet<Later> = own
        .filter(|entry| entry.currency == payout.currency)
        .filter(|entry| entry.measured.from <= period.to && entry.measured.to > period.to)
        .filter(|entry| at_end(&entry.plan, &entry.component))
        .map(|entry| Later {
            day: entry.measured.to.to_string(),
            plan: entry.plan.to_string(),
            component: entry.component.to_string(),
        })
        .collect();
    found.into_iter().collect()
}
