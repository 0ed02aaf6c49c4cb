//! Ids that people take for one and that are two: `kim` and `Kim`, `OP-1` and `op-1`.
//!
//! In:   facts that were read.
//! Out:  a warning for payees and one for deals, at the row of the second. Two payees each climb tiers of their own; a deal
//!       that stands under two ids is paid twice.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::{Facts, RowPlace};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// The warnings.
pub(super) fn alike(facts: &Facts) -> Vec<Diagnostic> {
    let payees = facts.payees.iter().map(|payee| &*payee.id);
    let deals = facts.deals.iter().map(|deal| &*deal.id);
    let mut found = Vec::new();
    if let Some((first, second, more)) = pair(payees) {
        let own = facts.payees.iter().find(|payee| &*payee.id == second);
        let row = own.and_then(|payee| payee.rows.iter().find_map(|row| row.place.as_ref()));
        let named = || facts.deals.iter().find(|deal| deal.shares.iter().any(|share| &*share.payee == second));
        let place = row.map(|place| (place, "id")).or_else(|| named().map(|deal| (&deal.place, "payee")));
        found.push(finding(("payees", "each has a quota and tiers of their own"), (first, second, more), place));
    }
    if let Some((first, second, more)) = pair(deals) {
        let place = facts.deals.iter().find(|deal| &*deal.id == second).map(|deal| (&deal.place, "id"));
        found.push(finding(("deals", "each is paid"), (first, second, more), place));
    }
    found
}

fn finding(
    (what, so): (&str, &str),
    (first, second, more): (&str, &str, usize),
    place: Option<(&RowPlace, &str)>,
) -> Diagnostic {
    let message =
        format!("`{first}` and `{second}` are two {what}, and differ by case, blanks or unseen marks alone: {so}");
    let mut finding = Diagnostic::warning(Code::AlikeIds, message);
    if let Some((place, column)) = place {
        finding = finding.in_cell(place.cell(column, second));
    }
    if more > 0 {
        finding = finding.why(format!("{more} more ids of {what} are like another"));
    }
    finding.help("write one id everywhere, or silence it where both are meant: `check.off = [\"W26\"]`")
}

/// The first id that is like one before it, that one, and how many more there are.
fn pair<'f>(ids: impl Iterator<Item = &'f str> + Clone) -> Option<(&'f str, &'f str, usize)> {
    if !ids.clone().any(may_be_like_another) {
        return None;
    }
    let mut seen: HashMap<String, &str, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    let (mut first, mut more) = (None, 0_usize);
    for id in ids {
        let known = *seen.entry(folded(id)).or_insert(id);
        if known == id {
            continue;
        }
        match first {
            None => first = Some((known, id)),
            Some(_) => more = more.saturating_add(1),
        }
    }
    first.map(|(known, id)| (known, id, more))
}

/// Whether another id could be read as this one: it has blanks, or letters alone. An id with digits is a system's, and many
/// systems tell `a1B` from `a1b`.
fn may_be_like_another(id: &str) -> bool {
    !counts_case(id) || id.chars().any(|letter| !is_seen(letter))
}

fn counts_case(id: &str) -> bool {
    id.chars().any(char::is_numeric)
}

fn is_seen(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// The letters of an id without what people see past: blanks of any width, and case where it does not count.
fn folded(id: &str) -> String {
    let seen = id.chars().filter(|letter| is_seen(*letter));
    if counts_case(id) { seen.collect() } else { seen.flat_map(char::to_lowercase).collect() }
}
