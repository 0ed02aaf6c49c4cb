//! `grid`: a rectangle as in a spreadsheet.

use super::lookup::Column;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::value::Duration;
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::scope::{Term, Typed};
use crate::plan::syntax::Node;
use crate::plan::table::{Body, Edge, Grid, KeyKind, Table};
use rust_decimal::Decimal;
use std::sync::Arc;

const EXAMPLE: &str =
    "write `grid([[\"months / billing\", \"yearly\", \"upfront\"], [0, 1.00, 1.05], [24, 1.15, 1.25]])`";

/// An axis that was read: each boundary with its place, and what they are.
struct Side {
    edges: Vec<(Edge, Span)>,
    kind: KeyKind,
}

impl Elaborator<'_> {
    pub(super) fn grid(&mut self, args: &[Node], span: &Span) -> Term {
        let Some(rows) = self.rows(args, span, EXAMPLE) else {
            return Term::Wrong;
        };
        let Some(((head, head_span), body)) = rows.split_first() else {
            return Term::Wrong;
        };
        let Some((corner, columns)) = head.split_first().filter(|(_, columns)| !columns.is_empty() && !body.is_empty())
        else {
            let message = "a grid has a first row of boundaries, and rows below it";
            return self.wrong_table(Code::TableShape, message, head_span, EXAMPLE);
        };
        self.wanted(corner, Wanted::Text);
        let columns = self.side(columns.iter());
        let firsts: Vec<&Node> = body.iter().filter_map(|(cells, _)| cells.first()).collect();
        let sides = self.side(firsts.into_iter());
        let mut values = None;
        let mut sound = true;
        let mut cells = Vec::with_capacity(body.len());
        for (row, at) in body {
            if row.len() != head.len() {
                let message = format!("this row has {} cells, the first one {}", row.len(), head.len());
                let finding = Diagnostic::error(Code::TableShape, message).at(at).also(head_span, "the first row");
                self.report(finding.help("give it a cell for each column"));
                sound = false;
                continue;
            }
            let mut found = Vec::with_capacity(row.len());
            for cell in row.iter().skip(1) {
                let cell = self.needed(cell);
                let fits = self.values_of(&cell, &mut values) && self.known_cell(&cell);
                match cell.known().filter(|_| fits) {
                    Some(value) => found.push(value.clone()),
                    None => sound = false,
                }
            }
            cells.push(found);
        }
        let (Some(rows), Some(columns), Some((values, _)), true) = (sides, columns, values, sound) else {
            return Term::Wrong;
        };
        let keys = vec![rows.kind, columns.kind];
        let edges = |side: Side| side.edges.into_iter().map(|(edge, _)| edge).collect();
        let grid = Grid { rows: edges(rows), columns: edges(columns), cells };
        Term::Table(Arc::new(Table { body: Body::Grid(grid), values, keys, span: span.clone() }))
    }

    /// The boundaries or texts of one side.
    fn side<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) -> Option<Side> {
        let mut column: Column = None;
        let mut sound = true;
        let mut edges = Vec::new();
        for node in nodes {
            match self.edge(node, &mut column) {
                Some(edge) => edges.push((edge, node.span.clone())),
                None => sound = false,
            }
        }
        let side = Side { edges, kind: column.map_or(KeyKind::Anything, |(kind, _)| kind) };
        (sound && self.side_is_whole(&side)).then_some(side)
    }

    fn edge(&mut self, node: &Node, column: &mut Column) -> Option<Edge> {
        let (typed, above) = match self.term(node) {
            Term::Any => return Some(Edge::Any),
            Term::Above(typed) => (*typed, true),
            Term::Typed(typed) => (self.in_plan_currency(typed), false),
            Term::Wrong => return None,
            other => {
                let message = format!("a grid has boundaries, texts or `any` at its edge, not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(EXAMPLE));
                return None;
            }
        };
        if !self.known_cell(&typed) {
            return None;
        }
        let (kind, edge) = self.edge_of(&typed, above, node)?;
        self.of_one_kind(kind, &node.span, column).then_some(edge)
    }

    fn edge_of(&mut self, typed: &Typed, above: bool, node: &Node) -> Option<(KeyKind, Edge)> {
        Some(match (typed.kind, typed.known()?) {
            (Kind::Percent, Scalar::Decimal(from)) => (KeyKind::Percent, Edge::From(*from, above)),
            (_, Scalar::Decimal(from)) => (KeyKind::Figure, Edge::From(*from, above)),
            (_, Scalar::Duration(Duration::Days(days))) => (KeyKind::Days, Edge::From(Decimal::from(*days), above)),
            (_, Scalar::Duration(Duration::Months(months))) => {
                (KeyKind::Months, Edge::From(Decimal::from(*months), above))
            }
            (_, text @ Scalar::Text(_)) if !above => (KeyKind::Text, Edge::Is(text.clone())),
            (_, yes @ Scalar::YesNo(_)) if !above => (KeyKind::YesNo, Edge::Is(yes.clone())),
            _ => {
                let message = format!("{} is no boundary", typed.kind);
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(EXAMPLE));
                return None;
            }
        })
    }

    /// Boundaries rise from 0 or `any`; texts stand once.
    fn side_is_whole(&mut self, side: &Side) -> bool {
        let mut sound = true;
        let mut below: Option<(&Edge, &Span)> = None;
        for (edge, span) in &side.edges {
            let figures = matches!(edge, Edge::From(..))
                || (*edge == Edge::Any && side.edges.iter().any(|(other, _)| matches!(other, Edge::From(..))));
            let finding = match (edge, below) {
                (Edge::From(from, above), None) if *above || !from.is_zero() => Some(
                    Diagnostic::error(Code::TierStart, "nothing is said about what lies below the first boundary")
                        .at(span)
                        .label("the lowest begins here")
                        .help("begin at zero, or with `any` for everything below the next one"),
                ),
                (Edge::From(from, _), Some((Edge::From(before, _), first))) if from <= before => {
                    let message =
                        if from == before { "this boundary stands twice" } else { "the boundaries do not rise" };
                    let finding = Diagnostic::error(Code::TierOrder, message).at(span).also(first, "the one before");
                    Some(finding.help("each boundary lies above the one before it"))
                }
                (Edge::Any, Some((_, first))) if figures => {
                    let message = "among boundaries `any` stands first";
                    let finding = Diagnostic::error(Code::TierOrder, message).at(span).also(first, "the one before");
                    Some(finding.help("it means everything below the first boundary; the last one is open above"))
                }
                _ if !figures => {
                    side.edges.iter().find(|(other, at)| other == edge && at.start < span.start).map(|(_, first)| {
                        Diagnostic::error(Code::TableShape, "this stands twice")
                            .at(span)
                            .also(first, "the first")
                            .help("keep one of them")
                    })
                }
                _ => None,
            };
            if let Some(finding) = finding {
                self.report(finding);
                sound = false;
            }
            below = Some((edge, span));
        }
        sound
    }
}
