//! W13: texts that a plan compares with and the data write otherwise.
//!
//! In:   plans and facts that fit.
//! Out:  warnings, at the text in the script: `atlas` where deals say `Atlas`, `Renewl` where they say `Renewal`. A rule
//!       that compares so pays nothing and says nothing.
//!
//! Columns with listed values are not looked at: there a script or a cell that says anything else is refused.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::Facts;
use crate::plan::formula::{BinaryOp, Expr, Op, Read, Scalar};
use crate::plan::load::formulas_of;
use crate::plan::model::{Plan, Who};
use crate::plan::table::{Body, Edge, Key, Table};
use std::collections::BTreeMap;
use std::sync::Arc;

/// For each column the texts that plans compare it with, each with the first place that does.
type Compared = BTreeMap<Read, BTreeMap<Arc<str>, Span>>;

/// What plans compare with and the data write otherwise, by column and text.
#[must_use]
pub fn near_values(plans: &[Plan], facts: &Facts) -> Vec<Diagnostic> {
    let mut compared = Compared::new();
    for plan in plans {
        formulas_of(plan, &mut |formula| formula.walk(&mut |part| comparisons(part, None, &mut compared)));
    }
    let mut found = roles(plans, facts);
    for (read, texts) in &compared {
        let (column, rows, them) = match *read {
            Read::Deal(place) => (facts.schema.deals.get(place), written(facts, place), ["deal writes", "deals write"]),
            Read::Payee(place) => (
                facts.schema.payees.get(place),
                of_payees(facts, place),
                ["row of payees writes", "rows of payees write"],
            ),
            _ => continue,
        };
        let Some(column) = column.filter(|column| column.values.is_empty()) else { continue };
        for (text, span) in texts {
            found.extend(judged(&column.name, (text, span), &rows, &|other| texts.contains_key(other), them));
        }
    }
    found
}

/// The roles that measures credit and the shares of deals write otherwise.
fn roles(plans: &[Plan], facts: &Facts) -> Vec<Diagnostic> {
    let mut named: BTreeMap<&Arc<str>, &Span> = BTreeMap::new();
    for measure in plans.iter().flat_map(|plan| &plan.measures) {
        if let Who::Role(role) = &measure.who {
            named.entry(role).or_insert(&measure.span);
        }
    }
    if named.is_empty() {
        return Vec::new();
    }
    let shares = facts.deals.iter().flat_map(|deal| &deal.shares);
    let rows = counted(shares.filter_map(|share| share.role.as_ref()));
    let them = ["share writes", "shares write"];
    let is_meant = |other: &str| named.keys().any(|role| ***role == *other);
    named.iter().filter_map(|(role, span)| judged("role", (role, span), &rows, &is_meant, them)).collect()
}

/// What stands against one text: rows that write it in another way, or that write what it is a slip of.
fn judged(
    column: &str,
    (text, span): (&Arc<str>, &Span),
    rows: &BTreeMap<&str, usize>,
    is_meant: &dyn Fn(&str) -> bool,
    [one, many]: [&str; 2],
) -> Option<Diagnostic> {
    let (own, is_there) = (folded(text), rows.contains_key(&**text));
    let others = || rows.iter().filter(|(other, _)| !is_meant(other));
    let same = others().find(|(other, _)| folded(other) == own);
    let near = || others().filter(|_| !is_there).find(|(other, _)| is_slip(&own, &folded(other)));
    let (other, count) = same.or_else(near)?;
    let them = if *count == 1 { one } else { many };
    let message = format!("`{column}` is `{text}` here, and {count} {them} `{other}`");
    let finding = Diagnostic::warning(Code::NearValue, message).at(span);
    Some(finding.help(format!("write `{other}`, name both, or correct the data: texts are equal letter by letter")))
}

/// A text without what people see past: case, and how many spaces there are.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a word is a slip of another, both folded: a letter or two of many. Codes and short words differ by as much when both are meant.
fn is_slip(text: &str, other: &str) -> bool {
    let letters = text.chars().count();
    let limit = if letters < 9 { 1 } else { 2 };
    letters > 4
        && !text.chars().chain(other.chars()).any(char::is_numeric)
        && strsim::damerau_levenshtein(text, other) <= limit
}

fn written(facts: &Facts, place: usize) -> BTreeMap<&str, usize> {
    counted(facts.deals.iter().filter_map(|deal| deal.cell(place)?.text()))
}

fn of_payees(facts: &Facts, place: usize) -> BTreeMap<&str, usize> {
    let rows = facts.payees.iter().flat_map(|payee| &payee.rows);
    counted(rows.filter_map(|row| row.cells.get(place)?.as_ref()?.text()))
}

/// How often each text stands there.
fn counted<'a>(texts: impl Iterator<Item = &'a Arc<str>>) -> BTreeMap<&'a str, usize> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        let count = found.entry(text).or_default();
        *count = count.saturating_add(1);
    }
    found
}

/// Adds the texts with which a part of a formula compares a column or field, or what a `switch` bound it to.
fn comparisons(part: &Expr, bound: Option<(usize, Read)>, compared: &mut Compared) {
    let read_of = |part: &Expr| match (&part.op, bound) {
        (Op::Slot(slot), Some((of, read))) if *slot == of => Some(read),
        (_, None) => read_of(part),
        _ => None,
    };
    let mut add = |read: Read, text: &Arc<str>, span: &Span| {
        compared.entry(read).or_default().entry(Arc::clone(text)).or_insert_with(|| span.clone());
    };
    match &part.op {
        Op::Binary(BinaryOp::Equal | BinaryOp::NotEqual, left, right) => {
            for (read, value) in [(left, right), (right, left)] {
                if let (Some(read), Some(text)) = (read_of(read), text_of(value)) {
                    add(read, text, &value.span);
                }
            }
        }
        Op::OneOf(item, list) => {
            let texts = || list.iter().filter_map(|value| Some((text_of(value)?, &value.span)));
            read_of(item).into_iter().for_each(|read| texts().for_each(|(text, span)| add(read, text, span)));
        }
        Op::At(table, keys) => {
            for (place, read) in keys.iter().enumerate().filter_map(|(place, key)| Some((place, read_of(key)?))) {
                texts_at(table, place).into_iter().for_each(|text| add(read, text, &table.span));
            }
        }
        // The arms of a `switch` ask for what was bound before them.
        Op::Let(slot, value, body) if bound.is_none() => {
            if let Some(read) = read_of(value) {
                body.walk(&mut |inner| comparisons(inner, Some((*slot, read)), compared));
            }
        }
        _ => {}
    }
}

/// The texts that a table has for one of its keys.
fn texts_at(table: &Table, place: usize) -> Vec<&Arc<str>> {
    let mut texts = Vec::new();
    match &table.body {
        Body::Lookup(rows) => {
            for (row, _) in rows {
                if let Some(Key::Is(Scalar::Text(text))) = row.get(place) {
                    texts.push(text);
                }
            }
        }
        Body::Grid(grid) => {
            for edge in if place == 0 { &grid.rows } else { &grid.columns } {
                if let Edge::Is(Scalar::Text(text)) = edge {
                    texts.push(text);
                }
            }
        }
        Body::Tiers(_) => {}
    }
    texts
}

/// The column or field that a part of a formula reads, also with something for where it is blank.
fn read_of(part: &Expr) -> Option<Read> {
    match &part.op {
        Op::Read(read @ (Read::Deal(_) | Read::Payee(_))) => Some(*read),
        Op::Coalesce(list) => read_of(list.first()?),
        _ => None,
    }
}

fn text_of(part: &Expr) -> Option<&Arc<str>> {
    match &part.op {
        Op::Constant(Scalar::Text(text)) => Some(text),
        _ => None,
    }
}
