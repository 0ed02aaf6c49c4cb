//! Whether the rows of a table say something for every listed text that its keys can have.

use crate::domain::diagnostic::{Code, Diagnostic, Place, Span};
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::Scalar;
use crate::plan::kind::Kind;
use crate::plan::scope::{Term, Typed};
use crate::plan::table::{Body, Edge, Key, Table};
use std::sync::Arc;

/// How many combinations are looked at; a table that needs more is left to the run.
const MAX_STEPS: u32 = 100_000;

/// A row's keys of the columns whose values are listed; `None`: any.
type Row<'t> = Vec<Option<&'t Scalar>>;

/// The values that a key can have, where they are known.
fn domain(key: &Typed) -> Option<Vec<Scalar>> {
    match key.kind {
        Kind::Text if !key.values.is_empty() => {
            Some(key.values.iter().map(|text| Scalar::Text(Arc::clone(text))).collect())
        }
        Kind::YesNo if key.known().is_none() => Some(vec![Scalar::YesNo(true), Scalar::YesNo(false)]),
        _ => None,
    }
}

fn shown(value: &Scalar) -> &str {
    match value {
        Scalar::Text(text) => text,
        Scalar::YesNo(true) => "true",
        _ => "false",
    }
}

impl Elaborator<'_> {
    /// A declaration that may filter deals: a table without a row for a value that the filter decides on is left to the run,
    /// for such a deal may never come to it.
    pub(in crate::plan) fn with_filters(&mut self, declare: impl FnOnce(&mut Self) -> Term) -> Term {
        self.uncovered = Some(Vec::new());
        self.filtered.clear();
        let term = declare(self);
        for (reads, finding) in self.uncovered.take().unwrap_or_default() {
            let filtered = reads.iter().any(|read| self.filtered.contains(read));
            if let (Place::Text(span), false) = (finding.place.clone(), filtered)
                && self.is_new(&span, &finding)
            {
                self.findings.push(finding);
            }
        }
        term
    }

    /// Reports listed values for which a table has no row, and rows for texts that are not listed.
    pub(super) fn covers(&mut self, table: &Table, keys: &[Typed], span: &Span) {
        let domains: Vec<Option<Vec<Scalar>>> = keys.iter().map(domain).collect();
        if domains.iter().all(Option::is_none) {
            return;
        }
        let columns = match &table.body {
            Body::Tiers(_) => return,
            Body::Lookup(rows) => {
                let row = |keys: &[Key]| -> Vec<Key> { keys.to_vec() };
                vec![(rows.iter().map(|(keys, _)| row(keys)).collect::<Vec<_>>(), domains.clone())]
            }
            Body::Grid(grid) => [&grid.rows, &grid.columns]
                .into_iter()
                .zip(&domains)
                .map(|(edges, domain)| {
                    (edges.iter().filter_map(|edge| Some(vec![key_of(edge)?])).collect(), vec![domain.clone()])
                })
                .collect(),
        };
        for (key, domain) in keys.iter().zip(&domains) {
            if let Some(text) = domain.as_ref().and_then(|domain| unlisted(table, keys, key, domain)) {
                let finding = Diagnostic::error(
                    Code::UnknownValue,
                    format!("the table has a row for `{text}`, which is not a listed value"),
                )
                .at(&key.at)
                .also(&table.span, "this table")
                .help(format!("the listed values are {}", list_of(key.values.iter().map(|value| &**value))));
                self.report(finding);
                return;
            }
        }
        for (rows, domains) in columns {
            let rows: Vec<Row<'_>> = rows
                .iter()
                .map(|row| {
                    let listed = row.iter().zip(&domains).filter(|(_, domain)| domain.is_some());
                    listed.map(|(key, _)| if let Key::Is(value) = key { Some(value) } else { None }).collect()
                })
                .collect();
            let domains: Vec<&[Scalar]> = domains.iter().flatten().map(Vec::as_slice).collect();
            if domains.is_empty() {
                continue;
            }
            if let Some(missing) = uncovered(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>(), &domains, &mut 0) {
                let missing = list_of(missing.into_iter().map(shown));
                let finding = Diagnostic::error(Code::TableShape, format!("the table has no row for {missing}"))
                    .at(span)
                    .also(&table.span, "this table")
                    .why("the first deal of that kind would stop the run");
                let finding = finding.help("add a row for it, or one with `any` for all others");
                let Some(uncovered) = &mut self.uncovered else {
                    self.report(finding);
                    continue;
                };
                let mut reads = Vec::new();
                keys.iter().for_each(|key| key.expr.reads(&mut |read, _| reads.push(read)));
                uncovered.push((reads, finding));
            }
        }
    }
}

fn key_of(edge: &Edge) -> Option<Key> {
    match edge {
        Edge::Any => Some(Key::Any),
        Edge::Is(value) => Some(Key::Is(value.clone())),
        Edge::From(..) => None,
    }
}

/// A text in the column of a key that the key never is.
fn unlisted(table: &Table, keys: &[Typed], key: &Typed, domain: &[Scalar]) -> Option<Arc<str>> {
    let place = keys.iter().position(|other| std::ptr::eq(other, key))?;
    let texts: Vec<&Scalar> = match &table.body {
        Body::Tiers(_) => Vec::new(),
        Body::Lookup(rows) => rows
            .iter()
            .filter_map(|(row, _)| match row.get(place)? {
                Key::Is(value) => Some(value),
                Key::Any => None,
            })
            .collect(),
        Body::Grid(grid) => if place == 0 { &grid.rows } else { &grid.columns }
            .iter()
            .filter_map(|edge| match edge {
                Edge::Is(value) => Some(value),
                Edge::Any | Edge::From(..) => None,
            })
            .collect(),
    };
    texts.into_iter().find(|text| !domain.contains(text)).and_then(|text| match text {
        Scalar::Text(text) => Some(Arc::clone(text)),
        _ => None,
    })
}

/// A combination of listed values that no row fits.
fn uncovered<'d>(rows: &[&[Option<&Scalar>]], domains: &[&'d [Scalar]], steps: &mut u32) -> Option<Vec<&'d Scalar>> {
    *steps = steps.saturating_add(1);
    let Some((domain, others)) = domains.split_first() else {
        return rows.is_empty().then(Vec::new);
    };
    if *steps > MAX_STEPS {
        return None;
    }
    for value in *domain {
        let fitting: Vec<&[Option<&Scalar>]> = rows
            .iter()
            .filter_map(|row| {
                let (first, rest) = row.split_first()?;
                first.is_none_or(|key| key == value).then_some(rest)
            })
            .collect();
        if let Some(mut missing) = uncovered(&fitting, others, steps) {
            missing.insert(0, value);
            return Some(missing);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<Scalar> {
        list.iter().map(|text| Scalar::Text(Arc::from(*text))).collect()
    }

    #[test]
    fn what_no_row_fits_is_found() {
        let (levels, kinds) = (texts(&["gold", "silver"]), texts(&["new", "renewal", "upsell"]));
        let rows: [&[Option<&Scalar>]; 4] =
            [&[Some(&levels[0]), None], &[None, Some(&kinds[0])], &[Some(&levels[1]), Some(&kinds[2])], &[None, None]];
        let domains: [&[Scalar]; 2] = [&levels, &kinds];
        assert_eq!(uncovered(&rows, &domains, &mut 0), None);
        assert_eq!(uncovered(&rows[..3], &domains, &mut 0), Some(vec![&levels[1], &kinds[1]]));
        assert_eq!(uncovered(&[], &domains, &mut 0), Some(vec![&levels[0], &kinds[0]]));
    }
}
