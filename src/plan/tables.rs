//! Tables as a script writes them: rows are read, typed and checked, and what is wrong with them is underlined.

use super::elaborate::Elaborator;
use super::formula::{Op, Scalar};
use super::kind::{Kind, Wanted, result};
use super::model::{Levels, Over, Sum, SumOf};
use super::scope::{Term, Typed};
use super::syntax::{BinaryOp, Name, Node, NodeKind};
use super::table::{Axis, Body, Key, Mode, Shared, Table, Tier, Tiers, Values};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::shortest;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Functions of a script that make tables, boundaries and sums.
pub const WORDS: [&str; 7] = ["marginal", "retroactive", "steps", "interpolated", "lookup", "above", "team"];

impl Elaborator<'_> {
    /// A call that makes a table, a boundary or a sum; `None` for any other.
    pub(super) fn table_call(&mut self, name: &Name, args: &[Node], span: &Span) -> Option<Term> {
        Some(match &*name.text {
            "marginal" => self.tier_table(Mode::Marginal, args, span),
            "retroactive" => self.tier_table(Mode::Retroactive, args, span),
            "steps" => self.tier_table(Mode::Steps, args, span),
            "interpolated" => self.tier_table(Mode::Interpolated, args, span),
            "lookup" => self.lookup(args, span),
            "above" => self.above(args, span),
            "team" => self.team(args, span),
            _ => return None,
        })
    }

    fn wrong_table(&mut self, code: Code, message: &str, span: &Span, help: &str) -> Term {
        self.report(Diagnostic::error(code, message).at(span).help(help));
        Term::Wrong
    }

    /// The rows of a table's only argument, each with its cells.
    fn rows(&mut self, args: &[Node], span: &Span, example: &str) -> Option<Vec<(Vec<Node>, Span)>> {
        let list = match args {
            [only] => self.term(only),
            _ => Term::Nothing,
        };
        let rows = match list {
            Term::List(items) if !items.is_empty() => items,
            Term::Wrong => return None,
            _ => {
                self.wrong_table(Code::WrongType, "a table takes a list of rows", span, example);
                return None;
            }
        };
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            match row.kind {
                NodeKind::List(cells) => found.push((cells, row.span)),
                _ => {
                    self.wrong_table(Code::WrongType, "a row of a table is a list", &row.span, example);
                    return None;
                }
            }
        }
        Some(found)
    }

    fn tier_table(&mut self, mode: Mode, args: &[Node], span: &Span) -> Term {
        let example = format!("write `{}([[0.pct, 4.pct], [100.pct, 8.pct]])`", mode.word());
        let Some(rows) = self.rows(args, span, &example) else {
            return Term::Wrong;
        };
        let mut tiers: Vec<Tier> = Vec::with_capacity(rows.len());
        let mut axis: Option<(Axis, Span)> = None;
        let mut values: Option<(Values, Span)> = None;
        let mut sound = true;
        for (cells, row) in rows {
            let [from, value] = cells.as_slice() else {
                self.wrong_table(
                    Code::TableShape,
                    "a row of this table has two cells: where it begins, and its value",
                    &row,
                    &example,
                );
                sound = false;
                continue;
            };
            let (boundary, above) = self.boundary(from);
            let cell = self.needed(value);
            let kinds = (self.axis_of(&boundary, &mut axis), self.values_of(&cell, &mut values));
            match (boundary.known(), cell.known(), kinds) {
                (Some(Scalar::Decimal(from)), Some(Scalar::Decimal(value)), (true, true)) => {
                    tiers.push(Tier { from: *from, above, value: *value, formula: None, span: row });
                }
                _ => sound = false,
            }
        }
        if !sound || !self.tiers_in_order(mode, &tiers) {
            return Term::Wrong;
        }
        let (Some((axis, _)), Some((values, _))) = (axis, values) else {
            return Term::Wrong;
        };
        let body = Body::Tiers(Tiers { mode, axis, rows: tiers });
        Term::Table(Arc::new(Table { body, values, keys: 1, span: span.clone() }))
    }

    fn boundary(&mut self, node: &Node) -> (Typed, bool) {
        match self.term(node) {
            Term::Above(typed) => (*typed, true),
            Term::Typed(typed) => (typed, false),
            Term::Wrong => (Typed::wrong(&node.span), false),
            other => {
                let message =
                    format!("a boundary is a percent of quota, an amount or a count, not {}", other.describe());
                (
                    self.report(
                        Diagnostic::error(Code::WrongType, message).at(&node.span).help("write `50.pct`, or `1_000`"),
                    ),
                    false,
                )
            }
        }
    }

    fn axis_of(&mut self, boundary: &Typed, axis: &mut Option<(Axis, Span)>) -> bool {
        let found = match boundary.kind {
            Kind::Percent => Axis::Attainment,
            Kind::Bare | Kind::Money | Kind::Number | Kind::Loose => Axis::Figure,
            Kind::Wrong => return false,
            other => {
                let message = format!("a boundary is a percent of quota, an amount or a count, not {other}");
                self.report(
                    Diagnostic::error(Code::WrongType, message)
                        .at(&boundary.expr.span)
                        .help("write `50.pct`, or `1_000`"),
                );
                return false;
            }
        };
        match axis {
            Some((first, at)) if *first != found => {
                let finding =
                    Diagnostic::error(Code::TierKind, "the boundaries of a table are all attainment, or all amounts")
                        .at(&boundary.expr.span)
                        .also(&at.clone(), "the first row says otherwise")
                        .help("attainment is written `50.pct`, an amount or a count `1_000`");
                self.report(finding);
                false
            }
            _ => {
                axis.get_or_insert_with(|| (found, boundary.expr.span.clone()));
                boundary.known().is_some()
            }
        }
    }

    fn values_of(&mut self, cell: &Typed, values: &mut Option<(Values, Span)>) -> bool {
        let found = match cell.kind {
            Kind::Percent => Values::Percents,
            Kind::Bare | Kind::Money | Kind::Number | Kind::Loose => Values::Figures,
            Kind::Text => Values::Texts,
            Kind::Wrong => return false,
            other => {
                let message = format!("a value of a table is a percent, an amount or a factor, not {other}");
                self.report(
                    Diagnostic::error(Code::WrongType, message).at(&cell.expr.span).help("write `4.pct`, or `500`"),
                );
                return false;
            }
        };
        match values {
            Some((first, at)) if *first != found => {
                let finding = Diagnostic::error(Code::WrongType, "the values of a table are all of one kind")
                    .at(&cell.expr.span)
                    .also(&at.clone(), "the first row says otherwise")
                    .help("write them all as percents, `4.pct`, or all as amounts");
                self.report(finding);
                false
            }
            _ => {
                values.get_or_insert_with(|| (found, cell.expr.span.clone()));
                cell.known().is_some()
            }
        }
    }

    /// Tiers begin at zero and rise; a curve may begin anywhere and may jump once at a point.
    fn tiers_in_order(&mut self, mode: Mode, tiers: &[Tier]) -> bool {
        let mut sound = true;
        if let Some(first) =
            tiers.first().filter(|first| mode != Mode::Interpolated && (first.above || !first.from.is_zero()))
        {
            let finding =
                Diagnostic::error(Code::TierStart, "nothing is said about what lies below the first boundary")
                    .at(&first.span)
                    .label("the lowest tier begins here")
                    .why("a deal in that range would be paid nothing, and nobody would be told")
                    .help("begin at zero: `[0.pct, 4.pct]`, or `[0.pct, 0.pct]` if nothing is meant");
            self.report(finding);
            sound = false;
        }
        for (lower, upper) in tiers.iter().zip(tiers.iter().skip(1)) {
            let jump = mode == Mode::Interpolated && lower.from == upper.from;
            if lower.from < upper.from || jump {
                continue;
            }
            let message =
                if lower.from == upper.from { "this boundary stands twice" } else { "the boundaries do not rise" };
            let finding = Diagnostic::error(Code::TierOrder, message)
                .at(&upper.span)
                .also(&lower.span, "the row before")
                .help("each tier begins above the one before it");
            self.report(finding);
            sound = false;
        }
        sound
    }

    fn above(&mut self, args: &[Node], span: &Span) -> Term {
        match args {
            [only] => Term::Above(Box::new(self.needed(only))),
            _ => self.wrong_table(Code::WrongType, "`above` takes one boundary", span, "write `above(10_000)`"),
        }
    }

    fn lookup(&mut self, args: &[Node], span: &Span) -> Term {
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
        let mut found: Vec<(Vec<Key>, Scalar, Span)> = Vec::with_capacity(body.len());
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
            let keys: Option<Vec<Key>> = keys.iter().map(|cell| self.key(cell)).collect();
            let value = self.needed(value);
            let fits = self.values_of(&value, &mut values);
            match (keys, value.known()) {
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
        Term::Table(Arc::new(Table {
            body: Body::Lookup(rows),
            values,
            keys: width.saturating_sub(1),
            span: span.clone(),
        }))
    }

    fn key(&mut self, cell: &Node) -> Option<Key> {
        match self.term(cell) {
            Term::Any => Some(Key::Any),
            Term::Typed(typed) => match typed.known() {
                Some(value) => Some(Key::Is(value.clone())),
                None => {
                    if typed.kind != Kind::Wrong {
                        let finding = Diagnostic::error(Code::WrongType, "a key is a text, a figure or `any`");
                        self.report(finding.at(&cell.span).help("write the value itself: it cannot be computed"));
                    }
                    None
                }
            },
            Term::Wrong => None,
            other => {
                let message = format!("a key is a text, a figure or `any`, not {}", other.describe());
                self.report(
                    Diagnostic::error(Code::WrongType, message)
                        .at(&cell.span)
                        .help("write `any` where every value fits"),
                );
                None
            }
        }
    }

    /// A row must not be hidden by one above it.
    fn key_is_new(&mut self, earlier: &[(Vec<Key>, Scalar, Span)], keys: &[Key], row: &Span) -> bool {
        let covers =
            |(above, _, _): &&(Vec<Key>, Scalar, Span)| above.iter().zip(keys).all(|(a, b)| *a == Key::Any || a == b);
        let Some((_, _, hiding)) = earlier.iter().find(covers) else {
            return true;
        };
        let finding = Diagnostic::error(Code::TableShape, "this row can never be reached")
            .at(row)
            .also(hiding, "this row fits first")
            .help("the first row that fits is taken: put the narrower one above");
        self.report(finding);
        false
    }

    /// `table.at(…)`
    pub(super) fn read_table(&mut self, table: &Shared, args: &[Node], span: &Span) -> Typed {
        if args.len() != table.keys {
            let message = format!("this table is read with {} values, not {}", table.keys, args.len());
            let finding = Diagnostic::error(Code::WrongType, message).at(span).also(&table.span, "the table");
            return self.report(finding.help("give it one value for each key"));
        }
        let keys: Vec<Typed> = args.iter().enumerate().map(|(place, arg)| self.table_key(table, place, arg)).collect();
        let kind = match (table.values, table.tiers(), keys.first()) {
            // The sum over slices: a part of what it is read with.
            (Values::Percents, Some(tiers), Some(key)) if tiers.mode == Mode::Marginal => {
                result(BinaryOp::Mul, key.kind, Kind::Percent).unwrap_or(Kind::Percent)
            }
            (Values::Percents, ..) => Kind::Percent,
            (Values::Figures, ..) => Kind::Bare,
            (Values::Texts, ..) => Kind::Text,
        };
        let kind = if keys.iter().any(|key| key.kind == Kind::Wrong) { Kind::Wrong } else { kind };
        let keys = keys.into_iter().map(|key| key.expr).collect();
        self.fold(Op::At(Arc::clone(table), keys), kind, span)
    }

    fn table_key(&mut self, table: &Shared, place: usize, arg: &Node) -> Typed {
        let key = self.needed(arg);
        let fits = match &table.body {
            Body::Tiers(tiers) => match tiers.axis {
                Axis::Attainment => Wanted::Percent.takes(key.kind),
                Axis::Days | Axis::Months => key.kind == Kind::Duration,
                Axis::Figure => Wanted::Money.takes(key.kind) || Wanted::Number.takes(key.kind),
            },
            Body::Grid(_) => true,
            Body::Lookup(rows) => rows.iter().filter_map(|(keys, _)| keys.get(place)).all(|known| match known {
                Key::Any => true,
                Key::Is(Scalar::Text(_)) => Wanted::Text.takes(key.kind),
                Key::Is(Scalar::YesNo(_)) => Wanted::YesNo.takes(key.kind),
                Key::Is(Scalar::Date(_)) => Wanted::Date.takes(key.kind),
                Key::Is(_) => Wanted::Factor.takes(key.kind) || Wanted::Money.takes(key.kind),
            }),
        };
        if fits {
            return key;
        }
        let message = format!("this table is not read with {}", key.kind);
        let finding = Diagnostic::error(Code::MixedKinds, message).at(&arg.span).also(&table.span, "the table");
        self.report(finding.help("read it with what its rows are written in"))
    }

    /// `team(bookings)`, `team("bookings", 2)`, `team(bookings, "all")`
    fn team(&mut self, args: &[Node], span: &Span) -> Term {
        let example = "write `team(bookings)`, `team(\"bookings\", 2)` or `team(bookings, \"all\")`";
        let (of, levels) = match args {
            [of] => (of, None),
            [of, levels] => (of, Some(levels)),
            _ => {
                return self.wrong_table(
                    Code::WrongType,
                    "`team` takes a measure, and how many levels below",
                    span,
                    example,
                );
            }
        };
        let of = match self.term(of) {
            Term::Measure(place) => SumOf::Measure(place),
            Term::Typed(typed) => match typed.known() {
                Some(Scalar::Text(name)) => SumOf::Named(Arc::clone(name)),
                _ if typed.kind == Kind::Wrong => return Term::Wrong,
                _ => {
                    return self.wrong_table(
                        Code::WrongType,
                        "a sum takes a measure, or its name in quotes",
                        &of.span,
                        example,
                    );
                }
            },
            Term::Wrong => return Term::Wrong,
            _ => {
                return self.wrong_table(
                    Code::WrongType,
                    "a sum takes a measure, or its name in quotes",
                    &of.span,
                    example,
                );
            }
        };
        let Some(levels) = levels.map_or(Some(Levels::Exactly(1)), |node| self.levels(node, example)) else {
            return Term::Wrong;
        };
        let same = self.sums.iter().position(|sum| sum.of == of && sum.over == Over::Team(levels));
        Term::Sum(same.unwrap_or_else(|| {
            self.sums.push(Sum { of, over: Over::Team(levels), span: span.clone() });
            self.sums.len().saturating_sub(1)
        }))
    }

    fn levels(&mut self, node: &Node, example: &str) -> Option<Levels> {
        let typed = self.needed(node);
        match typed.known() {
            Some(Scalar::Text(word)) if &**word == "all" => return Some(Levels::All),
            Some(Scalar::Decimal(level)) if level.fract().is_zero() && *level >= Decimal::ONE => {
                if let Ok(level) = u32::try_from(*level) {
                    return Some(Levels::Exactly(level));
                }
            }
            _ if typed.kind == Kind::Wrong => return None,
            _ => {}
        }
        self.wrong_table(Code::WrongType, "levels are counted from 1, or `\"all\"`", &node.span, example);
        None
    }
}

/// A fraction as a percent, for messages and traces: `12 %`.
#[must_use]
pub fn percent(fraction: Decimal) -> String {
    fraction.checked_mul(Decimal::ONE_HUNDRED).map_or_else(|| fraction.to_string(), |n| format!("{} %", shortest(n)))
}
