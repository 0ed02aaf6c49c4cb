//! The digests of the facts that each close knew, of all closes at once.
//!
//! In:   all closes and all versions of facts.
//! Out:  for each close the digests of data, people and plans.
//!
//! A digest covers every fact that was known, so each close has most of what the one before had to be hashed once more. The versions are
//! sorted once, all closes pick from them, and the closes are worked on all cores.

use super::book::Ledger;
use super::register::{Class, class};
use super::rows::{CloseRow, FactRow};
use crate::domain::sha::of_sorted;
use crate::parallel;
use std::collections::{BTreeMap, BTreeSet};

/// The digests that each close should hold, in the order of closes: of data, people, plans.
#[must_use]
pub fn digests(ledger: &Ledger) -> Vec<[String; 3]> {
    let ways: Vec<Vec<i64>> = ledger.closes.iter().map(|close| way(ledger, close)).collect();
    let [data, people, plans] = Class::ALL.map(|wanted| of_class(ledger, wanted, &ways));
    data.into_iter().zip(people).zip(plans).map(|((data, people), plans)| [data, people, plans]).collect()
}

/// The closes whose versions one knew, by number: its own and those in force before it.
fn way(ledger: &Ledger, close: &CloseRow) -> Vec<i64> {
    let mut way: Vec<i64> = ledger.closes_up_to(close).map(|row| row.seq).collect();
    way.sort_unstable();
    way
}

/// A version of a fact as a digest has it.
struct Version<'l> {
    canonical: String,
    /// The close that saw it first.
    close: i64,
    /// The later ones of the fact.
    later: &'l [&'l FactRow],
}

/// The digests of a class, close by close.
fn of_class(ledger: &Ledger, wanted: Class, ways: &[Vec<i64>]) -> Vec<String> {
    let mut versions: Vec<Version<'_>> = Vec::new();
    let mut moved: BTreeSet<i64> = BTreeSet::new();
    let mut rows: Vec<&FactRow> = ledger.facts.iter().filter(|row| class(&row.kind) == wanted).collect();
    rows.sort_by(|a, b| (&a.kind, &a.id, a.close).cmp(&(&b.kind, &b.id, b.close)));
    for fact in rows.chunk_by(|a, b| a.kind == b.kind && a.id == b.id) {
        for (place, row) in fact.iter().enumerate() {
            moved.insert(row.close);
            if row.body.is_some() {
                let later = fact.get(place.saturating_add(1)..).unwrap_or_default();
                versions.push(Version { canonical: row.canonical(), close: row.close, later });
            }
        }
    }
    versions.sort_unstable_by(|a, b| a.canonical.cmp(&b.canonical));
    // A close that saw nothing new of the class knew what the close before it on its way knew.
    let knew = |way: &Vec<i64>| way.iter().copied().filter(|seq| moved.contains(seq)).collect::<Vec<i64>>();
    let known: Vec<Vec<i64>> = ways.iter().map(knew).collect();
    let different: BTreeSet<&Vec<i64>> = known.iter().collect();
    let different: Vec<&Vec<i64>> = different.into_iter().collect();
    let digests = parallel::each(&different, |way| {
        let saw = |close: i64| way.binary_search(&close).is_ok();
        let held = versions.iter().filter(|own| saw(own.close) && !own.later.iter().any(|row| saw(row.close)));
        of_sorted(held.map(|own| own.canonical.as_str()))
    });
    let of: BTreeMap<&Vec<i64>, String> = different.into_iter().zip(digests).collect();
    known.iter().map(|way| of.get(way).cloned().unwrap_or_default()).collect()
}
