//! `dated`: the value in force on a day, from each day to the next.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::{Expr, Op, Read, Scalar};
use crate::plan::kind::Kind;
use crate::plan::scope::{Here, Term, Typed};
use crate::plan::syntax::{BinaryOp, Node};
use chrono::NaiveDate;
use std::rc::Rc;

const EXAMPLE: &str = "write `dated([[\"2026-01-01\", 4.pct], [\"2026-07-01\", 5.pct]])`";

impl Elaborator<'_> {
    pub(super) fn dated(&mut self, args: &[Node], span: &Span) -> Term {
        let Some(rows) = self.rows(args, span, EXAMPLE) else {
            return Term::Wrong;
        };
        let mut found: Vec<(NaiveDate, Term, Span)> = Vec::with_capacity(rows.len());
        let mut sound = true;
        for (cells, row) in rows {
            let [day, value] = cells.as_slice() else {
                let message = "a row of `dated` has two cells: a day, and what holds from it on";
                self.wrong_table(Code::TableShape, message, &row, EXAMPLE);
                sound = false;
                continue;
            };
            let day = self.first_day(day);
            let term = self.term_in_force(value);
            match (day, term) {
                (Some(day), Some(term)) => found.push((day, term, row)),
                _ => sound = false,
            }
        }
        sound &= self.days_rise(&found) && self.alike(&found);
        if !sound {
            return Term::Wrong;
        }
        Term::Dated(found.into_iter().map(|(day, term, _)| (day, term)).collect::<Vec<_>>().into())
    }

    fn first_day(&mut self, node: &Node) -> Option<NaiveDate> {
        let typed = self.needed(node);
        if typed.kind == Kind::Wrong || typed.day().is_some() {
            return typed.day();
        }
        let finding = Diagnostic::error(Code::WrongType, "this is not a day").at(&node.span);
        self.report(finding.help(typed.help_for_a_day()));
        None
    }

    fn term_in_force(&mut self, node: &Node) -> Option<Term> {
        match self.term(node) {
            Term::Typed(typed) if typed.kind == Kind::Wrong => None,
            Term::Typed(mut typed) => {
                typed.at = node.span.clone();
                typed.expr.span = node.span.clone();
                Some(Term::Typed(typed))
            }
            term @ (Term::Table(_) | Term::TableFile(_) | Term::Closure(_)) => Some(term),
            Term::Wrong => None,
            other => {
                let message = format!("{} cannot be in force from a day on", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(EXAMPLE));
                None
            }
        }
    }

    fn days_rise(&mut self, rows: &[(NaiveDate, Term, Span)]) -> bool {
        let mut sound = true;
        for ((before, _, first), (day, _, row)) in rows.iter().zip(rows.iter().skip(1)) {
            if before < day {
                continue;
            }
            let message = if before == day { "this day stands twice" } else { "the days do not rise" };
            let finding = Diagnostic::error(Code::TierOrder, message).at(row).also(first, "the row before");
            self.report(finding.help("each row holds from its day until the day before the next one"));
            sound = false;
        }
        sound
    }

    /// All tables, or all values.
    fn alike(&mut self, rows: &[(NaiveDate, Term, Span)]) -> bool {
        let is_table = |term: &Term| matches!(term, Term::Table(_) | Term::TableFile(_));
        let Some((_, first, at)) = rows.first() else {
            return false;
        };
        let Some((_, other, row)) = rows.iter().find(|(_, term, _)| is_table(term) != is_table(first)) else {
            return true;
        };
        let message = format!("{} follows {}", other.describe(), first.describe());
        let finding = Diagnostic::error(Code::WrongType, message).at(row).also(at, "the first row");
        self.report(finding.help("let all of them be tables, or all of them values"));
        false
    }

    /// The value in force, in a formula.
    pub(in crate::plan) fn dated_value(&mut self, dated: &Rc<[(NaiveDate, Term)]>, span: &Span) -> Typed {
        if !self.known_later(span) {
            return Typed::wrong(span);
        }
        let here = self.here;
        let mut values = Vec::with_capacity(dated.len());
        for (day, term) in dated.iter() {
            let value = match (term, here) {
                (Term::Typed(typed), _) => self.in_plan_currency(typed.clone()),
                (Term::Closure(closure), Some(here)) => self.formula(closure, here),
                (other, _) => {
                    let message = format!("a value is needed here, not {}", other.describe());
                    let finding = Diagnostic::error(Code::WrongType, message).at(span);
                    self.report(finding.help("read the table in force: `t.at(…)`"))
                }
            };
            values.push((*day, value));
        }
        self.in_force(values, span)
    }

    /// The value in force, as the formula of a setting.
    pub(in crate::plan) fn dated_formula(&mut self, dated: &Rc<[(NaiveDate, Term)]>, here: Here, span: &Span) -> Typed {
        let outer = self.here.replace(here);
        let value = self.dated_value(dated, span);
        self.here = outer;
        value
    }

    /// The one of several values that holds on the day on which things are read.
    pub(super) fn in_force(&mut self, values: Vec<(NaiveDate, Typed)>, span: &Span) -> Typed {
        if !self.known_later(span) {
            return Typed::wrong(span);
        }
        let (kind, maybe, texts) = self.branches(&values.iter().map(|(_, value)| value).collect::<Vec<_>>());
        let at = |op: Op| Expr { op, span: span.clone() };
        let mut chain: Option<Expr> = None;
        for (day, value) in values {
            chain = Some(match chain {
                None => value.expr,
                Some(before) => {
                    let day = at(Op::Constant(Scalar::Date(day)));
                    let today = at(Op::Read(Read::Day));
                    let reached = at(Op::Binary(BinaryOp::GreaterEqual, Box::new(today), Box::new(day)));
                    at(Op::If(Box::new(reached), Box::new(value.expr), Box::new(before)))
                }
            });
        }
        match chain {
            Some(expr) => Typed { maybe, values: texts, ..Typed::new(expr.op, kind, span) },
            None => Typed::wrong(span),
        }
    }
}
