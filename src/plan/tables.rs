//! Tables as a script writes them: rows are read, typed and checked, and what is wrong with them is underlined.
//!
//! | module | holds |
//! | --- | --- |
//! | [`tiers`], [`lookup`], [`grid`], [`dated`] | the kinds of tables |
//! | [`read`], [`cover`] | `table.at(…)`: whether it is read with what its rows say, and whether they say all |
//! | [`sums`] | sums over people, and what is read of them |

mod cover;
mod dated;
mod grid;
mod lookup;
mod read;
mod sums;
mod tiers;

use super::elaborate::Elaborator;
use super::kind::Kind;
use super::scope::{Term, Typed};
use super::syntax::{Name, Node, NodeKind};
use super::table::{Mode, Values};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::shortest;
use rust_decimal::Decimal;

/// Functions of a script that make tables, boundaries and sums.
pub const WORDS: [&str; 11] = [
    "marginal",
    "retroactive",
    "steps",
    "interpolated",
    "grid",
    "lookup",
    "dated",
    "above",
    "team",
    "everyone",
    "group",
];

impl Elaborator<'_> {
    /// A call that makes a table, a boundary or a sum; `None` for any other.
    pub(super) fn table_call(&mut self, name: &Name, args: &[Node], span: &Span) -> Option<Term> {
        Some(match &*name.text {
            "marginal" => self.tier_table(Mode::Marginal, args, span),
            "retroactive" => self.tier_table(Mode::Retroactive, args, span),
            "steps" => self.tier_table(Mode::Steps, args, span),
            "interpolated" => self.tier_table(Mode::Interpolated, args, span),
            "grid" => self.grid(args, span),
            "lookup" => self.lookup(args, span),
            "dated" => self.dated(args, span),
            "above" => self.above(args, span),
            "team" => self.team(args, span),
            "everyone" => self.everyone(args, span),
            "group" => self.group(args, span),
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

    /// Whether a cell's value is of one kind with those before it. What was found wrong is not.
    fn values_of(&mut self, cell: &Typed, values: &mut Option<(Values, Span)>) -> bool {
        let found = match cell.kind {
            Kind::Percent => Values::Percents,
            Kind::Bare | Kind::Money | Kind::Number => Values::Figures,
            // `10.pct * 2` is what the other rows are; alone it is the percent that it is written with.
            Kind::Loose => values.as_ref().map_or(Values::Percents, |(known, _)| *known),
            Kind::Text => Values::Texts,
            Kind::Wrong => return false,
            other => {
                let message = format!("a value of a table is a percent, an amount, a factor or a text, not {other}");
                self.report(Diagnostic::error(Code::WrongType, message).at(&cell.at).help("write `4.pct`, or `500`"));
                return false;
            }
        };
        match values {
            Some((first, at)) if *first != found => {
                let finding = Diagnostic::error(Code::WrongType, "the values of a table are all of one kind")
                    .at(&cell.at)
                    .also(&at.clone(), "the first row says otherwise")
                    .help("write them all as percents, `4.pct`, or all as figures: amounts or, in a multiplier, factors as `0.5`");
                self.report(finding);
                false
            }
            _ => {
                values.get_or_insert_with(|| (found, cell.at.clone()));
                true
            }
        }
    }

    /// A cell whose value must be known when the plan is loaded.
    fn known_cell(&mut self, cell: &Typed) -> bool {
        if cell.known().is_some() || cell.kind == Kind::Wrong {
            return cell.kind != Kind::Wrong;
        }
        let finding = Diagnostic::error(Code::WrongType, "this cell is not known when the plan is loaded")
            .at(&cell.at)
            .why("a table is the same for every deal")
            .help(
                "write the value itself; a tier may have a formula of the payee: `[100.pct, |payee| payee.top_rate]`",
            );
        self.report(finding);
        false
    }

    fn above(&mut self, args: &[Node], span: &Span) -> Term {
        match args {
            [only] => Term::Above(Box::new(self.needed(only))),
            _ => self.wrong_table(Code::WrongType, "`above` takes one boundary", span, "write `above(10_000)`"),
        }
    }
}

/// A fraction as a percent, for messages and traces: `12 %`.
#[must_use]
pub fn percent(fraction: Decimal) -> String {
    fraction.checked_mul(Decimal::ONE_HUNDRED).map_or_else(|| fraction.to_string(), |n| format!("{} %", shortest(n)))
}
