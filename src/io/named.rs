//! The columns of a file by our names, for kinds whose columns are all standard.

use super::mapping::Bound;
use super::settings::Kind;
use super::sheet::{Env, Sheet};
use std::collections::BTreeMap;

/// Columns of a file by our names.
pub(crate) struct Named<'s>(BTreeMap<&'static str, Bound<'s>>);

impl<'s> Named<'s> {
    /// The standard columns of a kind that the file's source maps; `None` where one is missing, which was reported.
    pub fn bind(env: &'s Env<'s>, sheet: &Sheet<'s>, kind: Kind) -> Option<Self> {
        let mapped = kind.own_columns().iter().filter(|(name, _)| sheet.source.column(name).is_some());
        mapped.map(|(name, _)| Some((*name, sheet.bind_column(env, name)?))).collect::<Option<_>>().map(Self)
    }

    /// A column with its name, to be read.
    pub fn column(&self, name: &'static str) -> (&'static str, Option<&Bound<'s>>) {
        (name, self.0.get(name))
    }

    /// A column with its name, taken out: where there are many rows, looking it up for each is a good part of reading them.
    pub fn take(&mut self, name: &'static str) -> Own<'s> {
        Own { name, bound: self.0.remove(name) }
    }

    /// The headers of the columns.
    pub fn labels(&self) -> BTreeMap<&'static str, String> {
        self.0.iter().map(|(name, bound)| (*name, bound.label.clone())).collect()
    }
}

/// A column by our name, where the file has it.
pub(crate) struct Own<'s> {
    name: &'static str,
    bound: Option<Bound<'s>>,
}

impl<'s> Own<'s> {
    /// The column with its name, to be read.
    pub fn column(&self) -> (&'static str, Option<&Bound<'s>>) {
        (self.name, self.bound.as_ref())
    }
}
