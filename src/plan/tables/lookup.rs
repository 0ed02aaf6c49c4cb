//! `lookup`: rows of keys in a script, or a table file of the project.

use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::scope::Term;
use crate::plan::syntax::{Node, NodeKind};
use crate::plan::table::{Body, Key, KeyKind, Table};
use std::sync::Arc;

/// Rows that were read: keys, value, place.
type Rows = Vec<(Vec<Key>, Scalar, Span)>;
/// What the keys of a column are, by the first of them that is not `any`.
pub(super) type Column = Option<(KeyKind, Span)>;

impl Elaborator<'_> {
    pub(super) fn lookup(&mut self, args: &[Node], span: &Span) -> Term {
        if let [Node { kind: NodeKind::Text(name), span: at }] = args {
            return self.table_file(name, at);
        }
        let example =
            "write a header, then rows: `lookup([[\"product\", \"weight\"], [\"atlas\", 1.00], [any, 0.50]])`";
        let Some(rows) = self.rows(args, span, example) else {
            return Term::Wrong;
        };
        let Some(((header, header_span), body)) = rows.split_first().map(|((h, s), body)| ((h, s), body)) else {
            return Term::Wrong;
        };
        let width = header.len();
        if width < 2 || body.is_empty() {
            return self.wrong_table(
                Code::TableShape,
                "a lookup has key columns, a value column, and rows",
                header_span,
                example,
            );
        }
        for cell in header {
            self.wanted(cell, Wanted::Text);
        }
        let mut values = None;
        let mut kinds: Vec<Column> = vec![None; width.saturating_sub(1)];
        let mut found: Rows = Vec::with_capacity(body.len());
        let mut sound = true;
        for (cells, row) in body {
            if cells.len() != width {
                let message = format!("this row has {} cells, the header {width}", cells.len());
                let finding = Diagnostic::error(Code::TableShape, message).at(row).also(header_span, "the header");
                self.report(finding.help("give it a cell for each column: `any` where every value fits"));
                sound = false;
                continue;
            }
            let Some((value, keys)) = cells.split_last() else {
                continue;
            };
            let keys: Vec<Option<Key>> = keys.iter().zip(&mut kinds).map(|(cell, kind)| self.key(cell, kind)).collect();
            let value = self.needed(value);
            let fits = self.values_of(&value, &mut values) && self.known_cell(&value);
            match (keys.into_iter().collect::<Option<Vec<Key>>>(), value.known()) {
                (Some(keys), Some(value)) if fits => {
                    sound &= self.key_is_new(&found, &keys, row);
                    found.push((keys, value.clone(), row.clone()));
                }
                _ => sound = false,
            }
        }
        let Some((values, _)) = values.filter(|_| sound) else {
            return Term::Wrong;
        };
        let rows = found.into_iter().map(|(keys, value, _)| (keys, value)).collect();
        let keys = kinds.into_iter().map(|kind| kind.map_or(KeyKind::Anything, |(kind, _)| kind)).collect();
        Term::Table(Arc::new(Table { body: Body::Lookup(rows), values, keys, span: span.clone() }))
    }

    /// `lookup("channel rates")`
    fn table_file(&mut self, name: &Arc<str>, at: &Span) -> Term {
        let tables = &self.schema.tables;
        if let Some(place) = tables.iter().position(|table| table.name == *name) {
            return Term::TableFile(place);
        }
        let known = tables.iter().map(|table| &*table.name);
        let mut finding = Diagnostic::error(Code::UnknownName, format!("the project has no table `{name}`")).at(at);
        finding = match nearest(name, known.clone()) {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None if tables.is_empty() => finding.help(format!("name its file in `earnmark.toml`: `[tables.{name}]`")),
            None => finding.help(format!("the tables are {}", list_of(known))),
        };
        self.report(finding);
        Term::Wrong
    }

    /// A key of a row, of one kind with those above it.
    fn key(&mut self, cell: &Node, column: &mut Column) -> Option<Key> {
        let typed = match self.term(cell) {
            Term::Any => return Some(Key::Any),
            Term::Typed(typed) => self.in_plan_currency(typed),
            Term::Wrong => return None,
            other => {
                let message =
                    format!("a key is a text, a figure, a date, yes or no, or `any`, not {}", other.describe());
                let finding = Diagnostic::error(Code::WrongType, message).at(&cell.span);
                self.report(finding.help("write `any` where every value fits"));
                return None;
            }
        };
        if !self.known_cell(&typed) {
            return None;
        }
        let kind = match typed.kind {
            Kind::Percent => KeyKind::Percent,
            Kind::Bare | Kind::Loose | Kind::Money | Kind::Number => KeyKind::Figure,
            Kind::Text => KeyKind::Text,
            Kind::YesNo => KeyKind::YesNo,
            Kind::Date => KeyKind::Date,
            Kind::Duration | Kind::Wrong => {
                let finding = Diagnostic::error(Code::WrongType, "a key is no duration").at(&cell.span);
                self.report(finding.help("over an age say `steps([[0.days, …], [90.days, …]])`"));
                return None;
            }
        };
        if !self.of_one_kind(kind, &cell.span, column) {
            return None;
        }
        typed.known().cloned().map(Key::Is)
    }

    /// The keys of a column are all of the kind of the first.
    pub(super) fn of_one_kind(&mut self, kind: KeyKind, span: &Span, column: &mut Column) -> bool {
        let (first, at) = column.get_or_insert_with(|| (kind, span.clone()));
        if *first == kind {
            return true;
        }
        let finding = Diagnostic::error(Code::TierKind, "the keys of a column are all of one kind")
            .at(span)
            .also(&at.clone(), "the first one says otherwise")
            .help("write them all as texts, or all as figures; `any` fits everything");
        self.report(finding);
        false
    }

    /// A row must not be hidden by one above it.
    fn key_is_new(&mut self, earlier: &Rows, keys: &[Key], row: &Span) -> bool {
        let covers =
            |(above, _, _): &&(Vec<Key>, Scalar, Span)| above.iter().zip(keys).all(|(a, b)| *a == Key::Any || a == b);
        let Some((above, _, hiding)) = earlier.iter().find(covers) else {
            return true;
        };
        let equal = above == keys;
        let message = if equal { "two rows have the same keys" } else { "this row can never be reached" };
        let finding = Diagnostic::error(Code::TableShape, message).at(row).also(hiding, "this row fits first");
        self.report(finding.help(if equal {
            "the first row that fits is taken: keep one of them"
        } else {
            "the first row that fits is taken: put the narrower one above"
        }));
        false
    }
}
