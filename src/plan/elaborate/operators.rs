//! Operators, branches and conditions of a formula: their kinds, and values that are known at once.

use super::Elaborator;
use super::{HUNDRED, list_of};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::exact::ArithmeticError;
use crate::plan::formula::{EvalError, Expr, Failure, Figure, Nowhere, Op, Read, Scalar};
use crate::plan::kind::{self, Kind, Wanted};
use crate::plan::scope::Typed;
use crate::plan::syntax::{Arm, BinaryOp, Node, NodeKind};
use rust_decimal::Decimal;
use std::sync::Arc;

impl Elaborator<'_> {
    pub(super) fn operation(&mut self, node: &Node) -> Typed {
        let span = &node.span;
        match &node.kind {
            NodeKind::Negate(of) => {
                let of = self.needed(of);
                if of.kind != Kind::Wrong && !kind::is_figure(of.kind) {
                    let message = format!("{} has no negative", of.kind);
                    let finding = Diagnostic::error(Code::MixedKinds, message).at(span);
                    return self.report(finding.help("only money, numbers and percents have one"));
                }
                let kind = of.kind;
                self.fold(Op::Negate(Box::new(of.expr)), kind, span)
            }
            NodeKind::Not(of) => {
                let of = self.condition(of);
                self.fold(Op::Not(Box::new(of.expr)), Kind::YesNo, span)
            }
            NodeKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            NodeKind::And(list) => self.all_or_any(list, span, Op::And),
            NodeKind::Or(list) => self.all_or_any(list, span, Op::Or),
            NodeKind::Coalesce(list) => self.coalesce(list, span),
            NodeKind::In(item, list) => self.membership(item, list, span),
            NodeKind::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                let then = self.typed(then);
                let Some(otherwise) = otherwise else {
                    let finding = Diagnostic::error(Code::MissingElse, "this `if` has no `else`")
                        .at(span)
                        .why("without it there is no value where the condition does not hold")
                        .help("say what holds otherwise: `else { 0 }`");
                    return self.report(finding);
                };
                let otherwise = self.typed(otherwise);
                let (kind, maybe, values) = self.branches(&[&then, &otherwise]);
                let op = Op::If(Box::new(condition.expr), Box::new(then.expr), Box::new(otherwise.expr));
                Typed { maybe, values, ..self.fold(op, kind, span) }
            }
            NodeKind::Switch(on, arms) => self.switch(on, arms, span),
            _ => Typed::wrong(span),
        }
    }

    /// The kind of branches side by side, whether one may be missing, and the texts they can have.
    pub(in crate::plan) fn branches(&mut self, branches: &[&Typed]) -> (Kind, bool, Vec<Arc<str>>) {
        let maybe = branches.iter().any(|branch| branch.maybe);
        let mut kind = branches.first().map_or(Kind::Wrong, |first| first.kind);
        for branch in branches.iter().skip(1) {
            match kind::together(kind, branch.kind) {
                Some(both) => kind = both,
                None => {
                    let message = format!("the branches have different kinds: {kind} and {}", branch.kind);
                    let finding = Diagnostic::error(Code::MixedKinds, message)
                        .at(&branch.at)
                        .label(branch.kind.to_string())
                        .help("let all of them be of one kind");
                    let finding = match branches.first() {
                        Some(first) => finding.also(&first.at, kind.to_string()),
                        None => finding,
                    };
                    self.report(finding);
                    return (Kind::Wrong, maybe, Vec::new());
                }
            }
        }
        (kind, maybe, texts_of(branches))
    }

    /// A value that is known at once is worked at once.
    pub(in crate::plan) fn fold(&mut self, op: Op, kind: Kind, span: &Span) -> Typed {
        let typed = Typed::new(op, kind, span);
        if kind == Kind::Wrong || !typed.expr.is_of_constants() {
            return typed;
        }
        match typed.expr.evaluate(&Nowhere) {
            Ok(Some(value)) => Typed::constant(value, kind, span),
            Ok(None) => typed,
            Err(error) => self.bad_constant(&error),
        }
    }

    pub(super) fn bad_constant(&mut self, error: &EvalError) -> Typed {
        let message = match &error.failure {
            Failure::Arithmetic(ArithmeticError::DivisionByZero) => "this divides by zero".to_owned(),
            Failure::Arithmetic(ArithmeticError::Overflow) => "this result has more than 28 digits".to_owned(),
            Failure::Date => "this day is outside the calendar".to_owned(),
            Failure::Places => "decimal places are a whole number from 0 to 28".to_owned(),
            Failure::NoRow => "no row of the table fits".to_owned(),
            _ => "this cannot be computed".to_owned(),
        };
        let help = match &error.failure {
            Failure::Arithmetic(ArithmeticError::DivisionByZero) => "divide by something that is not zero",
            Failure::Arithmetic(ArithmeticError::Overflow) => "look at the figures: one of them is far too large",
            _ => "look at the values that it is made of",
        };
        self.report(Diagnostic::error(Code::BadConstant, message).at(&error.span).help(help))
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node, span: &Span) -> Typed {
        let (left, right) = (self.needed(left), self.needed(right));
        let Some(kind) = kind::result(op, left.kind, right.kind) else {
            return self.mixed(op, &left, &right, span);
        };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            self.listed(&left, &right);
            self.listed(&right, &left);
        }
        let counts = kind == Kind::Percent && counts(op, &left, &right);
        Typed { counts, ..self.fold(Op::Binary(op, Box::new(left.expr), Box::new(right.expr)), kind, span) }
    }

    pub(super) fn mixed(&mut self, op: BinaryOp, left: &Typed, right: &Typed, span: &Span) -> Typed {
        let message = match op {
            BinaryOp::Add => format!("{} and {} cannot be added", left.kind, right.kind),
            BinaryOp::Sub => format!("{} cannot be taken from {}", right.kind, left.kind),
            BinaryOp::Mul => format!("{} and {} cannot be multiplied", left.kind, right.kind),
            BinaryOp::Div => format!("{} cannot be divided by {}", left.kind, right.kind),
            _ => format!("{} and {} cannot be compared", left.kind, right.kind),
        };
        let mut finding = Diagnostic::error(Code::MixedKinds, message)
            .at(span)
            .also(&left.at, left.kind.to_string())
            .also(&right.at, right.kind.to_string());
        let with = |kind: Kind| left.kind == kind || right.kind == kind;
        let bare = [left, right].into_iter().find(|side| side.kind == Kind::Bare);
        let percent = match bare.and_then(Typed::known) {
            // An attainment beside 1.2 is 120 %, beside 80 it is 80 %.
            Some(Scalar::Decimal(figure)) if with(Kind::Percent) => as_percent(*figure, Decimal::from(3)),
            _ => None,
        };
        if let Some(percent) = percent {
            let help = format!("a bare figure is never a percent: write `{percent}.pct`");
            return self.report(finding.help(help));
        }
        finding = finding.help(if with(Kind::Text) && with(Kind::Bare) {
            "a text stands in quotes, and texts are only compared: `== \"4\"`"
        } else if with(Kind::Text) && with(Kind::Date) {
            "a day in a formula is written `date(\"2026-03-31\")`"
        } else {
            match op {
                BinaryOp::Mul => "one of them must be a number or a percent",
                BinaryOp::Div => "divide by the same kind, by a number or by a percent",
                _ => "both sides must be of one kind: an amount, a number, a percent, a date, a text",
            }
        });
        self.report(finding)
    }

    /// A text that is compared with a column of listed values must be one of them.
    pub(super) fn listed(&mut self, column: &Typed, text: &Typed) {
        let Some(Scalar::Text(wanted)) = text.known() else {
            return;
        };
        if column.values.is_empty() || column.values.contains(wanted) {
            return;
        }
        let values = column.values.iter().map(|value| &**value);
        let mut finding = Diagnostic::error(Code::UnknownValue, format!("`{wanted}` is not a listed value"))
            .at(&text.at)
            .why("the comparison would never hold");
        finding = match nearest(wanted, values.clone()) {
            Some(value) => finding.help(format!("did you mean `\"{value}\"`?")),
            None => finding.help(format!("the listed values are {}", list_of(values))),
        };
        self.report(finding);
    }

    /// A value that is yes or no.
    pub(in crate::plan) fn condition(&mut self, node: &Node) -> Typed {
        let typed = self.needed(node);
        if Wanted::YesNo.takes(typed.kind) {
            return typed;
        }
        let message = format!("a condition is yes or no, not {}", typed.kind);
        self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help("compare it: `… > 0`"))
    }

    pub(super) fn all_or_any(&mut self, list: &[Node], span: &Span, op: fn(Vec<Expr>) -> Op) -> Typed {
        let conditions: Vec<Expr> = list.iter().map(|node| self.condition(node).expr).collect();
        self.fold(op(conditions), Kind::YesNo, span)
    }

    pub(super) fn coalesce(&mut self, list: &[Node], span: &Span) -> Typed {
        let values: Vec<Typed> = list.iter().map(|node| self.typed(node)).collect();
        let (kind, _, texts) = self.branches(&values.iter().collect::<Vec<_>>());
        let maybe = values.last().is_some_and(|last| last.maybe);
        let exprs = values.into_iter().map(|value| value.expr).collect();
        Typed { maybe, values: texts, ..self.fold(Op::Coalesce(exprs), kind, span) }
    }

    pub(super) fn membership(&mut self, item: &Node, list: &Node, span: &Span) -> Typed {
        let item = self.needed(item);
        match &list.kind {
            NodeKind::Range(from, to, inclusive) => {
                let test = self.between(&item, from, to, *inclusive);
                self.fold(test, Kind::YesNo, span)
            }
            NodeKind::List(nodes) => {
                let values = nodes.iter().map(|node| self.equal_to(&item, node)).collect();
                self.fold(Op::OneOf(Box::new(item.expr), values), Kind::YesNo, span)
            }
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "after `in` stands a list or a range")
                    .at(&list.span)
                    .help("`x in [\"a\", \"b\"]`, or `n in 2..=6`");
                self.report(finding)
            }
        }
    }

    pub(super) fn between(&mut self, item: &Typed, from: &Node, to: &Node, inclusive: bool) -> Op {
        let (from, to) = (self.equal_to(item, from), self.equal_to(item, to));
        Op::Between(Box::new(item.expr.clone()), Box::new(from), Box::new(to), inclusive)
    }

    /// A value that is compared with `item`.
    pub(super) fn equal_to(&mut self, item: &Typed, node: &Node) -> Expr {
        let value = self.needed(node);
        if kind::together(item.kind, value.kind).is_none() {
            let message = format!("{} and {} cannot be compared", item.kind, value.kind);
            let finding = Diagnostic::error(Code::MixedKinds, message).at(&node.span);
            return self.report(finding.help("let it be of the kind that it is compared with")).expr;
        }
        self.listed(item, &value);
        value.expr
    }

    pub(super) fn switch(&mut self, on: &Node, arms: &[Arm], span: &Span) -> Typed {
        let on = self.needed(on);
        let slot = self.slots;
        self.slots = self.slots.saturating_add(1);
        let item = Typed { expr: Expr { op: Op::Slot(slot), span: on.expr.span.clone() }, ..on.clone() };
        let mut tests = Vec::with_capacity(arms.len());
        let mut bodies = Vec::with_capacity(arms.len());
        let mut otherwise = None;
        for arm in arms {
            let body = self.typed(&arm.body);
            if arm.cases.is_empty() && arm.condition.is_none() {
                otherwise = Some(body);
                continue;
            }
            tests.push(self.arm_test(&item, arm));
            bodies.push(body);
        }
        self.slots = slot;
        let Some(otherwise) = otherwise else {
            let finding = Diagnostic::error(Code::MissingElse, "this `switch` has no `_`")
                .at(span)
                .why("without it there is no value for anything else")
                .help("say what holds otherwise: `_ => 0`");
            return self.report(finding);
        };
        let all: Vec<&Typed> = bodies.iter().chain([&otherwise]).collect();
        let (kind, maybe, values) = self.branches(&all);
        let mut chain = otherwise.expr;
        for (test, body) in tests.into_iter().zip(bodies).rev() {
            let at = body.expr.span.clone();
            chain = Expr { op: Op::If(Box::new(test), Box::new(body.expr), Box::new(chain)), span: at };
        }
        Typed { maybe, values, ..self.fold(Op::Let(slot, Box::new(on.expr), Box::new(chain)), kind, span) }
    }

    pub(super) fn arm_test(&mut self, item: &Typed, arm: &Arm) -> Expr {
        let span = item.expr.span.clone();
        let mut any = Vec::with_capacity(arm.cases.len());
        for case in &arm.cases {
            let op = match &case.kind {
                NodeKind::Range(from, to, inclusive) => self.between(item, from, to, *inclusive),
                _ => Op::OneOf(Box::new(item.expr.clone()), vec![self.equal_to(item, case)]),
            };
            any.push(Expr { op, span: case.span.clone() });
        }
        let mut all = Vec::new();
        if !any.is_empty() {
            all.push(Expr { op: Op::Or(any), span: span.clone() });
        }
        if let Some(condition) = &arm.condition {
            all.push(self.condition(condition).expr);
        }
        Expr { op: Op::And(all), span }
    }
}

/// Whether a percent is a figure of its own: how often one goes into another alike, but for what the quota divides, which is an
/// attainment; or a number by its weight.
fn counts(op: BinaryOp, left: &Typed, right: &Typed) -> bool {
    let by_quota = || {
        let mut found = false;
        right.expr.reads(&mut |read, _| {
            found |= matches!(read, Read::Measure(_, Figure::Quota) | Read::Sum(_, Figure::Quota) | Read::Quota);
        });
        found
    };
    match op {
        BinaryOp::Div if matches!(right.kind, Kind::Money | Kind::Percent) => !by_quota(),
        BinaryOp::Div => left.counts,
        BinaryOp::Mul => left.kind == Kind::Number || right.kind == Kind::Number,
        BinaryOp::Add | BinaryOp::Sub => left.counts || right.counts,
        _ => false,
    }
}

/// The texts that branches can have, where those that are read are listed; what is written stands for itself.
fn texts_of(branches: &[&Typed]) -> Vec<Arc<str>> {
    let mut texts = Vec::new();
    let mut listed = false;
    for branch in branches {
        match branch.known() {
            Some(Scalar::Text(text)) => texts.push(Arc::clone(text)),
            _ if branch.values.is_empty() => return Vec::new(),
            _ => {
                listed = true;
                texts.extend(branch.values.iter().cloned());
            }
        }
    }
    if listed { texts } else { Vec::new() }
}

/// What somebody means by a bare figure where a percent belongs: below `whole` the part of one, `0.05` for 5 %, else
/// the percent itself; nothing of one with too many digits.
pub(super) fn as_percent(figure: Decimal, whole: Decimal) -> Option<Decimal> {
    let percent = if figure.abs() < whole { figure.checked_mul(HUNDRED)? } else { figure };
    Some(percent.normalize())
}
