//! What a close knew: of each fact the newest version that it, or a close in force before it, saw first. It is what the next
//! run is compared with.

use super::rows::FactRow;
use crate::parallel;

/// Versions of facts in the order of kind and id, one of each fact. Of a ledger of many years there are millions: they stand
/// as they lie in the register, and nothing is copied.
#[derive(Clone, Debug, Default)]
pub struct Known<'l>(Vec<&'l FactRow>);

/// What there is one of.
fn key(row: &FactRow) -> (&str, &str) {
    (&row.kind, &row.id)
}

impl<'l> Known<'l> {
    /// Of each fact the version of the latest close; withdrawn ones are out.
    #[must_use]
    pub fn newest(rows: impl IntoIterator<Item = &'l FactRow>) -> Self {
        let mut known = Self::default();
        known.let_in(rows);
        known
    }

    /// Lets in the versions that later closes saw first, withdrawn ones too.
    pub fn let_in(&mut self, later: impl IntoIterator<Item = &'l FactRow>) {
        let mut later: Vec<&FactRow> = later.into_iter().collect();
        // As they are read, but for those that a close of now adds.
        parallel::sort_by(&mut later, |a, b| (key(a), a.close).cmp(&(key(b), b.close)));
        later.dedup_by(|next, kept| {
            let same = key(next) == key(kept);
            if same {
                *kept = next;
            }
            same
        });
        let old = std::mem::take(&mut self.0);
        let mut left = old.as_slice();
        self.0.reserve_exact(old.len().saturating_add(later.len()));
        for row in later {
            let (before, after) = left.split_at(left.partition_point(|own| key(own) < key(row)));
            self.0.extend_from_slice(before);
            let replaced = after.first().is_some_and(|own| key(own) == key(row));
            left = after.get(usize::from(replaced)..).unwrap_or_default();
            self.0.extend(Some(row).filter(|row| row.body.is_some()));
        }
        self.0.extend_from_slice(left);
    }

    /// The version of a fact.
    #[must_use]
    pub fn get(&self, kind: &str, id: &str) -> Option<&'l FactRow> {
        let place = self.0.binary_search_by(|row| key(row).cmp(&(kind, id))).ok()?;
        self.0.get(place).copied()
    }

    /// All of them.
    #[must_use]
    pub fn rows(&self) -> &[&'l FactRow] {
        &self.0
    }

    /// Those of a kind, in the order of their ids.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> &[&'l FactRow] {
        let start = self.0.partition_point(|row| &*row.kind < kind);
        let end = self.0.partition_point(|row| &*row.kind <= kind);
        self.0.get(start..end).unwrap_or_default()
    }

    /// Those of which something is true.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&FactRow) -> bool) -> Self {
        Self(self.0.iter().filter(|row| keep(row)).copied().collect())
    }
}
