//! Elaboration: from syntax to meaning. Every expression gets its kind; what makes no sense is reported, all of it.
//!
//! One function serves the top level of a script and its formulas: a top-level expression is a formula that reads
//! nothing, so its value is known when the plan loads. Functions of a script are expanded where they are called.

use super::formula::{
    Builtin, EvalError, Expr, Failure, Figure, Nowhere, Op, PeriodField, Read, Scalar,
};
use super::kind::{self, Kind, Wanted};
use super::load::Surroundings;
use super::model::{Component, Measure, Plan, Sum, Unit, When};
use super::scope::{Closure, Here, Module, Names, Param, Term, Typed};
use super::syntax::{Arm, BinaryOp, Function, Name, Node, NodeKind, Statement};
use crate::domain::calendar::Calendar;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::exact::ArithmeticError;
use crate::domain::facts::{Schema, deal_column, payee_field};
use crate::domain::value::{Column, Duration};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// How many pieces the formulas of one script may have after its functions are expanded.
const MAX_PIECES: usize = 50_000;
/// How deep functions may call one another.
const MAX_CALLS: usize = 24;
/// A percent's divisor.
const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// The state of loading one plan.
pub struct Elaborator<'a> {
    /// The columns that formulas may read.
    pub schema: &'a Schema,
    /// The periods there are.
    pub(super) calendar: &'a Calendar,
    /// The roles that a deal may name; empty: any.
    pub(super) roles: &'a [Arc<str>],
    /// The plan, once it is declared.
    pub plan: Option<Plan>,
    /// Whether the plan's declaration is known to be wrong or missing, so that it is not told again.
    pub plan_failed: bool,
    /// Components declared so far.
    pub components: Vec<Component>,
    /// The currency of the plan, once it is declared.
    pub currency: Option<Currency>,
    /// Names of the script, or of the module that is being read.
    pub names: Names,
    /// Functions of the script.
    pub functions: Vec<Function>,
    /// Measures declared so far.
    pub measures: Vec<Measure>,
    /// Sums used so far.
    pub sums: Vec<Sum>,
    /// All that was found wrong.
    pub findings: Vec<Diagnostic>,
    /// The module whose code is being read, if it is one.
    pub module: Option<Rc<Module>>,
    /// Names bound inside the formula, innermost last.
    pub(super) locals: Vec<(Arc<str>, Term)>,
    /// How many of the script's names are visible.
    pub(super) visible: usize,
    /// Where the formula stands; `None` at the top level.
    pub(super) here: Option<Here>,
    pub(super) slots: usize,
    /// Whether a function's body is being expanded: it sees its parameters and nothing else.
    in_function: bool,
    pieces: usize,
    calls: Vec<Arc<str>>,
}

impl<'a> Elaborator<'a> {
    /// An empty script over these columns.
    #[must_use]
    pub fn new(around: Surroundings<'a>, functions: Vec<Function>) -> Self {
        Self {
            schema: around.schema,
            calendar: around.calendar,
            roles: around.roles,
            plan: None,
            plan_failed: false,
            components: Vec::new(),
            currency: None,
            names: Names::default(),
            functions,
            measures: Vec::new(),
            sums: Vec::new(),
            findings: Vec::new(),
            module: None,
            locals: Vec::new(),
            visible: usize::MAX,
            here: None,
            slots: 0,
            in_function: false,
            pieces: 0,
            calls: Vec::new(),
        }
    }

    /// Reads a module: its functions are its own, and it declares nothing.
    pub fn in_module(&mut self, file: &Arc<str>, functions: Vec<Function>) {
        self.module = Some(Rc::new(Module {
            file: Arc::clone(file),
            names: Names::default(),
            exports: BTreeSet::new(),
            functions,
        }));
    }

    /// Binds a name of the script; a name that is bound already is reported.
    pub fn bind_name(&mut self, name: &Name, term: Term) {
        let Some(first) = self.names.bind(name, term).map(|first| first.span.clone()) else {
            return;
        };
        let finding = Diagnostic::error(
            Code::DuplicateName,
            format!("`{}` is bound twice", name.text),
        )
        .at(&name.span)
        .also(&first, "the first")
        .help("a name is bound once and keeps its value: take another one");
        self.report(finding);
    }

    pub(super) fn report(&mut self, finding: Diagnostic) -> Typed {
        let span = match &finding.place {
            crate::domain::diagnostic::Place::Text(span) => span.clone(),
            _ => Span {
                file: Arc::from(""),
                start: 0,
                end: 0,
            },
        };
        self.findings.push(finding);
        Typed::wrong(&span)
    }

    /// A value of a closure, in the place where its setting puts it.
    pub fn formula(&mut self, closure: &Closure, here: Here) -> Typed {
        let mut locals = Vec::with_capacity(closure.params.len());
        for param in &closure.params {
            let known = Param::WORDS
                .into_iter()
                .find(|(word, _)| *word == &*param.text);
            match known {
                Some((word, found)) if here.params.contains(&found) => {
                    locals.push((Arc::from(word), Term::Param(found)))
                }
                Some((word, _)) => {
                    let allowed = list_of(here.params.iter().filter_map(|p| word_of(*p)));
                    let finding = Diagnostic::error(
                        Code::NotHere,
                        format!("`{word}` is not known in this formula"),
                    )
                    .at(&param.span)
                    .help(if allowed.is_empty() {
                        "it lists nothing: `||`".to_owned()
                    } else {
                        format!("it may list {allowed}")
                    });
                    self.report(finding);
                    locals.push((Arc::from(word), Term::Wrong));
                }
                None => {
                    let words = Param::WORDS.map(|(word, _)| word);
                    let mut finding = Diagnostic::error(
                        Code::UnknownName,
                        format!("a formula cannot list `{}`", param.text),
                    )
                    .at(&param.span);
                    finding = match nearest(&param.text, words) {
                        Some(word) => finding.help(format!("did you mean `{word}`?")),
                        None => finding.help(format!("it may list {}", list_of(words.into_iter()))),
                    };
                    self.report(finding);
                    locals.push((Arc::clone(&param.text), Term::Wrong));
                }
            }
        }
        let outer = (
            std::mem::replace(&mut self.locals, locals),
            std::mem::replace(&mut self.visible, closure.visible),
            self.here.replace(here),
            self.module.take(),
            std::mem::take(&mut self.slots),
        );
        let value = self.typed(&closure.body);
        (
            self.locals,
            self.visible,
            self.here,
            self.module,
            self.slots,
        ) = outer;
        value
    }

    /// The value of an expression; anything else is reported.
    pub fn typed(&mut self, node: &Node) -> Typed {
        match self.term(node) {
            Term::Typed(mut typed) => {
                typed.expr.span = node.span.clone();
                typed
            }
            Term::Param(Param::Credit) => self.credit(node),
            Term::Wrong => Typed::wrong(&node.span),
            other => {
                let message = format!("a value is needed here, not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span))
            }
        }
    }

    /// What the payee was credited: money, or a number of units. Its kind is that of the measure in `on`, so it is
    /// only known to the component; here it takes the kind of what it meets.
    fn credit(&self, node: &Node) -> Typed {
        Typed::new(Op::Read(Read::Credit), Kind::Money, &node.span)
    }

    /// A value that is there: an optional one is reported.
    pub(super) fn needed(&mut self, node: &Node) -> Typed {
        let typed = self.typed(node);
        self.must_be_there(typed)
    }

    pub(super) fn must_be_there(&mut self, typed: Typed) -> Typed {
        if !typed.maybe {
            return typed;
        }
        let finding = Diagnostic::error(Code::MaybeMissing, "this value may be missing")
            .at(&typed.expr.span)
            .why("a blank cell would have to be guessed")
            .help("give it a default: `… ?? 0`, or a text, date or yes/no of its own");
        self.report(finding)
    }

    /// What an expression means.
    pub fn term(&mut self, node: &Node) -> Term {
        self.pieces = self.pieces.saturating_add(1);
        if self.pieces > MAX_PIECES {
            if self.pieces == MAX_PIECES.saturating_add(1) {
                let finding = Diagnostic::error(
                    Code::TooComplex,
                    format!("the formulas have more than {MAX_PIECES} parts"),
                )
                .at(&node.span)
                .help("functions are expanded where they are called: let them call less");
                self.report(finding);
            }
            return Term::Wrong;
        }
        let span = &node.span;
        let constant = |value: Scalar, kind: Kind| Term::Typed(Typed::constant(value, kind, span));
        match &node.kind {
            NodeKind::Number(number) => constant(Scalar::Decimal(*number), Kind::Bare),
            NodeKind::Text(text) => constant(Scalar::Text(Arc::clone(text)), Kind::Text),
            NodeKind::YesNo(yes) => constant(Scalar::YesNo(*yes), Kind::YesNo),
            NodeKind::Name(name) => self.name(name, span),
            NodeKind::Path(module, name) => self.path(module, name),
            NodeKind::Field(of, name) => self.field(of, name, span),
            NodeKind::Call(module, name, args) => self.call(module.as_ref(), name, args, span),
            NodeKind::Method(of, name, args) => self.method(of, name, args, span),
            NodeKind::List(items) => Term::List(items.clone()),
            NodeKind::Map(entries) => Term::Map(entries.clone()),
            NodeKind::Closure(..) if self.module.is_some() => {
                let finding = Diagnostic::error(
                    Code::Forbidden,
                    "a module has values, tables and functions, no formulas",
                )
                .at(span)
                .help("write a function: `fn part(deal) { … }`");
                Term::Typed(self.report(finding))
            }
            NodeKind::Closure(params, body) => Term::Closure(Rc::new(Closure {
                params: params.clone(),
                body: (**body).clone(),
                visible: self.names.len(),
            })),
            NodeKind::Block(statements) => self.block(statements, span),
            NodeKind::Refused => Term::Wrong,
            NodeKind::Range(..) => {
                let finding = Diagnostic::error(
                    Code::WrongType,
                    "a range stands only after `in`, or in a `switch`",
                )
                .at(span);
                Term::Typed(self.report(finding))
            }
            _ => Term::Typed(self.operation(node)),
        }
    }

    fn operation(&mut self, node: &Node) -> Typed {
        let span = &node.span;
        match &node.kind {
            NodeKind::Negate(of) => {
                let of = self.needed(of);
                if of.kind != Kind::Wrong && !kind::is_figure(of.kind) {
                    let message = format!("{} has no negative", of.kind);
                    return self.report(Diagnostic::error(Code::MixedKinds, message).at(span));
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
                let op = Op::If(
                    Box::new(condition.expr),
                    Box::new(then.expr),
                    Box::new(otherwise.expr),
                );
                Typed {
                    maybe,
                    values,
                    ..self.fold(op, kind, span)
                }
            }
            NodeKind::Switch(on, arms) => self.switch(on, arms, span),
            _ => Typed::wrong(span),
        }
    }

    /// The kind of branches side by side, whether one may be missing, and the texts they can have.
    fn branches(&mut self, branches: &[&Typed]) -> (Kind, bool, Vec<Arc<str>>) {
        let maybe = branches.iter().any(|branch| branch.maybe);
        let mut kind = branches.first().map_or(Kind::Wrong, |first| first.kind);
        for branch in branches.iter().skip(1) {
            match kind::together(kind, branch.kind) {
                Some(both) => kind = both,
                None => {
                    let message = format!(
                        "the branches have different kinds: {kind} and {}",
                        branch.kind
                    );
                    let finding = Diagnostic::error(Code::MixedKinds, message)
                        .at(&branch.expr.span)
                        .label(branch.kind.to_string());
                    let finding = match branches.first() {
                        Some(first) => finding.also(&first.expr.span, kind.to_string()),
                        None => finding,
                    };
                    self.report(finding);
                    return (Kind::Wrong, maybe, Vec::new());
                }
            }
        }
        let listed = branches.iter().all(|branch| !branch.values.is_empty());
        let values = if listed {
            branches
                .iter()
                .flat_map(|branch| branch.values.clone())
                .collect()
        } else {
            Vec::new()
        };
        (kind, maybe, values)
    }

    /// A value that is known at once is worked at once.
    pub(super) fn fold(&mut self, op: Op, kind: Kind, span: &Span) -> Typed {
        let typed = Typed::new(op, kind, span);
        if kind == Kind::Wrong || !is_closed(&typed.expr) {
            return typed;
        }
        match typed.expr.evaluate(&Nowhere) {
            Ok(Some(value)) => Typed::constant(value, kind, span),
            Ok(None) => typed,
            Err(error) => self.bad_constant(&error),
        }
    }

    fn bad_constant(&mut self, error: &EvalError) -> Typed {
        let message = match &error.failure {
            Failure::Arithmetic(ArithmeticError::DivisionByZero) => {
                "this divides by zero".to_owned()
            }
            Failure::Arithmetic(ArithmeticError::Overflow) => {
                "this result has more than 28 digits".to_owned()
            }
            Failure::Date => "this day is outside the calendar".to_owned(),
            Failure::NoRow => "no row of the table fits".to_owned(),
            _ => "this cannot be computed".to_owned(),
        };
        self.report(Diagnostic::error(Code::BadConstant, message).at(&error.span))
    }

    fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node, span: &Span) -> Typed {
        let (left, right) = (self.needed(left), self.needed(right));
        let Some(kind) = kind::result(op, left.kind, right.kind) else {
            return self.mixed(op, &left, &right, span);
        };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            self.listed(&left, &right);
            self.listed(&right, &left);
        }
        self.fold(
            Op::Binary(op, Box::new(left.expr), Box::new(right.expr)),
            kind,
            span,
        )
    }

    fn mixed(&mut self, op: BinaryOp, left: &Typed, right: &Typed, span: &Span) -> Typed {
        let message = match op {
            BinaryOp::Add => format!("{} and {} cannot be added", left.kind, right.kind),
            BinaryOp::Sub => format!("{} cannot be taken from {}", right.kind, left.kind),
            BinaryOp::Mul => format!("{} and {} cannot be multiplied", left.kind, right.kind),
            BinaryOp::Div => format!("{} cannot be divided by {}", left.kind, right.kind),
            _ => format!("{} and {} cannot be compared", left.kind, right.kind),
        };
        let mut finding = Diagnostic::error(Code::MixedKinds, message)
            .at(span)
            .also(&left.expr.span, left.kind.to_string())
            .also(&right.expr.span, right.kind.to_string());
        let bare = |typed: &Typed| matches!(typed.kind, Kind::Bare);
        if (left.kind == Kind::Percent && bare(right))
            || (right.kind == Kind::Percent && bare(left))
        {
            finding = finding.help("a bare figure is never a percent: write `100.pct`");
        }
        self.report(finding)
    }

    /// A text that is compared with a column of listed values must be one of them.
    fn listed(&mut self, column: &Typed, text: &Typed) {
        let Some(Scalar::Text(wanted)) = text.known() else {
            return;
        };
        if column.values.is_empty() || column.values.contains(wanted) {
            return;
        }
        let values = column.values.iter().map(|value| &**value);
        let mut finding = Diagnostic::error(
            Code::UnknownValue,
            format!("`{wanted}` is not a listed value"),
        )
        .at(&text.expr.span)
        .why("the comparison would never hold");
        finding = match nearest(wanted, values.clone()) {
            Some(value) => finding.help(format!("did you mean `\"{value}\"`?")),
            None => finding.help(format!("the listed values are {}", list_of(values))),
        };
        self.report(finding);
    }

    /// A value that is yes or no.
    pub(super) fn condition(&mut self, node: &Node) -> Typed {
        let typed = self.needed(node);
        if Wanted::YesNo.takes(typed.kind) {
            return typed;
        }
        let message = format!("a condition is yes or no, not {}", typed.kind);
        self.report(Diagnostic::error(Code::WrongType, message).at(&node.span))
    }

    fn all_or_any(&mut self, list: &[Node], span: &Span, op: fn(Vec<Expr>) -> Op) -> Typed {
        let conditions: Vec<Expr> = list.iter().map(|node| self.condition(node).expr).collect();
        self.fold(op(conditions), Kind::YesNo, span)
    }

    fn coalesce(&mut self, list: &[Node], span: &Span) -> Typed {
        let values: Vec<Typed> = list.iter().map(|node| self.typed(node)).collect();
        let (kind, _, texts) = self.branches(&values.iter().collect::<Vec<_>>());
        let maybe = values.last().is_some_and(|last| last.maybe);
        let exprs = values.into_iter().map(|value| value.expr).collect();
        Typed {
            maybe,
            values: texts,
            ..self.fold(Op::Coalesce(exprs), kind, span)
        }
    }

    fn membership(&mut self, item: &Node, list: &Node, span: &Span) -> Typed {
        let item = self.needed(item);
        match &list.kind {
            NodeKind::Range(from, to, inclusive) => {
                let test = self.between(&item, from, to, *inclusive);
                self.fold(test, Kind::YesNo, span)
            }
            NodeKind::List(nodes) => {
                let values = nodes
                    .iter()
                    .map(|node| self.equal_to(&item, node))
                    .collect();
                self.fold(Op::OneOf(Box::new(item.expr), values), Kind::YesNo, span)
            }
            _ => {
                let finding =
                    Diagnostic::error(Code::WrongType, "after `in` stands a list or a range")
                        .at(&list.span)
                        .help("`x in [\"a\", \"b\"]`, or `n in 2..=6`");
                self.report(finding)
            }
        }
    }

    fn between(&mut self, item: &Typed, from: &Node, to: &Node, inclusive: bool) -> Op {
        let (from, to) = (self.equal_to(item, from), self.equal_to(item, to));
        Op::Between(
            Box::new(item.expr.clone()),
            Box::new(from),
            Box::new(to),
            inclusive,
        )
    }

    /// A value that is compared with `item`.
    fn equal_to(&mut self, item: &Typed, node: &Node) -> Expr {
        let value = self.needed(node);
        if kind::together(item.kind, value.kind).is_none() {
            let message = format!("{} and {} cannot be compared", item.kind, value.kind);
            return self
                .report(Diagnostic::error(Code::MixedKinds, message).at(&node.span))
                .expr;
        }
        self.listed(item, &value);
        value.expr
    }

    fn switch(&mut self, on: &Node, arms: &[Arm], span: &Span) -> Typed {
        let on = self.needed(on);
        let slot = self.slots;
        self.slots = self.slots.saturating_add(1);
        let item = Typed {
            expr: Expr {
                op: Op::Slot(slot),
                span: on.expr.span.clone(),
            },
            ..on.clone()
        };
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
            chain = Expr {
                op: Op::If(Box::new(test), Box::new(body.expr), Box::new(chain)),
                span: at,
            };
        }
        Typed {
            maybe,
            values,
            ..self.fold(
                Op::Let(slot, Box::new(on.expr), Box::new(chain)),
                kind,
                span,
            )
        }
    }

    fn arm_test(&mut self, item: &Typed, arm: &Arm) -> Expr {
        let span = item.expr.span.clone();
        let mut any = Vec::with_capacity(arm.cases.len());
        for case in &arm.cases {
            let op = match &case.kind {
                NodeKind::Range(from, to, inclusive) => self.between(item, from, to, *inclusive),
                _ => Op::OneOf(Box::new(item.expr.clone()), vec![self.equal_to(item, case)]),
            };
            any.push(Expr {
                op,
                span: case.span.clone(),
            });
        }
        let mut all = Vec::new();
        if !any.is_empty() {
            all.push(Expr {
                op: Op::Or(any),
                span: span.clone(),
            });
        }
        if let Some(condition) = &arm.condition {
            all.push(self.condition(condition).expr);
        }
        Expr {
            op: Op::And(all),
            span,
        }
    }

    fn block(&mut self, statements: &[Statement], span: &Span) -> Term {
        let depth = self.locals.len();
        let slots = self.slots;
        let mut bound = Vec::new();
        let mut value = Term::Nothing;
        for statement in statements {
            match statement {
                Statement::Let(name, node, _) => self.bind_local(name, node, &mut bound),
                Statement::Expr(node) => value = self.term(node),
                Statement::Import(path, _) => {
                    self.report(
                        Diagnostic::error(
                            Code::Forbidden,
                            "imports stand at the head of the script",
                        )
                        .at(&path.span),
                    );
                }
            }
        }
        self.locals.truncate(depth);
        self.slots = slots;
        match value {
            Term::Typed(mut typed) => {
                for (slot, expr) in bound.into_iter().rev() {
                    typed.expr = Expr {
                        op: Op::Let(slot, Box::new(expr), Box::new(typed.expr)),
                        span: span.clone(),
                    };
                }
                Term::Typed(typed)
            }
            other => other,
        }
    }

    /// Binds a name inside a formula: what is known keeps its value, what is computed gets a slot.
    fn bind_local(&mut self, name: &Name, node: &Node, bound: &mut Vec<(usize, Expr)>) {
        if self.locals.iter().any(|(known, _)| *known == name.text)
            || self.names.get(&name.text, self.visible).is_some()
        {
            let finding =
                Diagnostic::error(Code::Forbidden, format!("`{}` is bound already", name.text))
                    .at(&name.span)
                    .help("a name is bound once: take another one");
            self.report(finding);
            return;
        }
        let term = match self.term(node) {
            Term::Typed(typed) if typed.known().is_none() && typed.kind != Kind::Wrong => {
                let slot = self.slots;
                self.slots = self.slots.saturating_add(1);
                let local = Typed {
                    expr: Expr {
                        op: Op::Slot(slot),
                        span: node.span.clone(),
                    },
                    ..typed.clone()
                };
                bound.push((slot, typed.expr));
                Term::Typed(local)
            }
            other => other,
        };
        self.locals.push((Arc::clone(&name.text), term));
    }

    fn name(&mut self, name: &Arc<str>, span: &Span) -> Term {
        if let Some((_, term)) = self.locals.iter().rev().find(|(known, _)| known == name) {
            return term.clone();
        }
        if let Some(binding) = self
            .names
            .get(name, self.visible)
            .filter(|_| !self.in_function)
        {
            return binding.term.clone();
        }
        if &**name == "any" {
            return Term::Any;
        }
        let locals = self.locals.iter().map(|(known, _)| &**known);
        let near = nearest(name, locals.chain(self.names.words())).map(str::to_owned);
        let mut finding =
            Diagnostic::error(Code::UnknownName, format!("nothing is named `{name}` here"))
                .at(span);
        if let Some((word, _)) = Param::WORDS.into_iter().find(|(word, _)| *word == &**name)
            && self.here.is_some()
        {
            finding = finding.help(format!("list it: `|{word}| …`"));
        } else if let Some(near) = near {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        self.report(finding);
        Term::Wrong
    }

    fn module_of(&mut self, module: &Name) -> Option<Rc<Module>> {
        match self.name(&module.text, &module.span) {
            Term::Module(found) => Some(found),
            Term::Wrong => None,
            other => {
                let message = format!("`{}` is {}, not a module", module.text, other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&module.span));
                None
            }
        }
    }

    fn path(&mut self, module: &Name, name: &Name) -> Term {
        let Some(found) = self.module_of(module) else {
            return Term::Wrong;
        };
        if let Some(binding) = found
            .names
            .get(&name.text, usize::MAX)
            .filter(|_| found.exports.contains(&name.text))
        {
            return binding.term.clone();
        }
        let mut finding = Diagnostic::error(
            Code::UnknownName,
            format!("the module `{}` has no `{}`", module.text, name.text),
        )
        .at(&name.span);
        if found.names.get(&name.text, usize::MAX).is_some() {
            finding = finding.help(format!(
                "let the module export it: `export const {} = …;`",
                name.text
            ));
        } else if let Some(near) = nearest(&name.text, found.names.words()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        self.report(finding);
        Term::Wrong
    }

    fn field(&mut self, of: &Node, name: &Name, span: &Span) -> Term {
        let base = self.term(of);
        Term::Typed(match base {
            Term::Param(Param::Deal) => self.deal_column(name, span),
            Term::Param(Param::Payee) => self.payee_field(name, span),
            Term::Param(Param::Period) => self.period_field(name, span),
            Term::Measure(place) => self.figure(place, name, span),
            Term::Typed(typed) if typed.kind == Kind::Date => self.date_part(typed, name, span),
            Term::Typed(typed) => self.unit(&typed, name, span),
            Term::Wrong => return Term::Wrong,
            other => {
                let message = format!("{} has no `{}`", other.describe(), name.text);
                self.report(Diagnostic::error(Code::UnknownField, message).at(&name.span))
            }
        })
    }

    fn unknown_field(&mut self, what: &str, name: &Name, known: &[&str]) -> Typed {
        let mut finding =
            Diagnostic::error(Code::UnknownField, format!("{what} has no `{}`", name.text))
                .at(&name.span);
        finding = match nearest(&name.text, known.iter().copied()) {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None => finding.help(format!("there are {}", list_of(known.iter().copied()))),
        };
        self.report(finding)
    }

    fn column(&mut self, read: Read, column: &Column, maybe: bool, span: &Span) -> Typed {
        let typed = Typed::new(Op::Read(read), column.kind.into(), span);
        Typed {
            maybe,
            values: column.values.clone(),
            ..typed
        }
    }

    fn deal_column(&mut self, name: &Name, span: &Span) -> Typed {
        let schema = self.schema;
        let columns: Vec<&str> = schema
            .deals
            .names()
            .filter(|known| *known != "recorded")
            .collect();
        let found = schema
            .deals
            .position(&name.text)
            .filter(|place| *place != deal_column::RECORDED);
        let Some((place, column)) = found.and_then(|place| Some((place, schema.deals.get(place)?)))
        else {
            return self.unknown_field("a deal", name, &columns);
        };
        let counted = match self.here.and_then(|here| here.when) {
            Some(When::Closed) => Some(deal_column::CLOSED),
            Some(When::Booked) => Some(deal_column::BOOKED),
            None => None,
        };
        let may_be_blank = [
            deal_column::CLOSED,
            deal_column::BOOKED,
            deal_column::STARTS,
            deal_column::ENDS,
            deal_column::CURRENCY,
            deal_column::PARENT,
        ];
        let blank = column.optional || (may_be_blank.contains(&place) && counted != Some(place));
        self.column(
            Read::Deal(place),
            column,
            blank && column.default.is_none(),
            span,
        )
    }

    fn payee_field(&mut self, name: &Name, span: &Span) -> Typed {
        let schema = self.schema;
        let fields: Vec<&str> = schema
            .payees
            .names()
            .filter(|known| *known != "recorded")
            .collect();
        let found = schema
            .payees
            .position(&name.text)
            .filter(|place| *place != payee_field::RECORDED);
        let Some((place, column)) =
            found.and_then(|place| Some((place, schema.payees.get(place)?)))
        else {
            return self.unknown_field("a payee", name, &fields);
        };
        let blank = if column.declared {
            column.optional
        } else {
            place != payee_field::ID
        };
        self.column(
            Read::Payee(place),
            column,
            blank && column.default.is_none(),
            span,
        )
    }

    fn period_field(&mut self, name: &Name, span: &Span) -> Typed {
        let words = PeriodField::WORDS.map(|(word, _)| word);
        let Some((_, field)) = PeriodField::WORDS
            .into_iter()
            .find(|(word, _)| *word == &*name.text)
        else {
            return self.unknown_field("a period", name, &words);
        };
        let kind = match field {
            PeriodField::Name => Kind::Text,
            PeriodField::Start | PeriodField::End => Kind::Date,
            PeriodField::ActiveShare => Kind::Percent,
            PeriodField::Number | PeriodField::Days | PeriodField::ActiveDays => Kind::Number,
        };
        Typed::new(Op::Read(Read::Period(field)), kind, span)
    }

    fn figure(&mut self, place: usize, name: &Name, span: &Span) -> Typed {
        let words = Figure::WORDS.map(|(word, _)| word);
        let Some((word, figure)) = Figure::WORDS
            .into_iter()
            .find(|(word, _)| *word == &*name.text)
        else {
            return self.unknown_field("a measure", name, &words);
        };
        let before = matches!(figure, Figure::TotalBefore | Figure::AttainmentBefore);
        let allowed = self
            .here
            .is_some_and(|here| here.figures && (here.per_deal || !before));
        if !allowed {
            let message = format!("`{word}` of a measure is not known in this formula");
            return self.report(Diagnostic::error(Code::NotHere, message).at(span));
        }
        let Some(measure) = self.measures.get_mut(place) else {
            return Typed::wrong(span);
        };
        if !matches!(figure, Figure::Total | Figure::TotalBefore) {
            measure.quota_read = true;
        }
        let unit = match measure.unit {
            Unit::Money => Kind::Money,
            Unit::Number => Kind::Number,
        };
        let kind = if matches!(figure, Figure::Attainment | Figure::AttainmentBefore) {
            Kind::Percent
        } else {
            unit
        };
        Typed::new(Op::Read(Read::Measure(place, figure)), kind, span)
    }

    fn date_part(&mut self, of: Typed, name: &Name, span: &Span) -> Typed {
        let builtin = match &*name.text {
            "year" => Builtin::Year,
            "month" => Builtin::Month,
            "day" => Builtin::Day,
            _ => return self.unknown_field("a date", name, &["year", "month", "day"]),
        };
        let of = self.must_be_there(of);
        self.fold(Op::Call(builtin, vec![of.expr]), Kind::Number, span)
    }

    /// `4.pct`, `90.days`, `500.EUR`: the unit of a figure.
    fn unit(&mut self, of: &Typed, name: &Name, span: &Span) -> Typed {
        if of.kind == Kind::Wrong {
            return Typed::wrong(span);
        }
        let Some(Scalar::Decimal(figure)) = of
            .known()
            .filter(|_| matches!(of.kind, Kind::Bare | Kind::Loose))
        else {
            return self.unknown_field(&of.kind.to_string(), name, &[]);
        };
        match &*name.text {
            "pct" => match figure.checked_div(HUNDRED) {
                Some(fraction) => Typed::constant(Scalar::Decimal(fraction), Kind::Percent, span),
                None => Typed::wrong(span),
            },
            unit @ ("days" | "months") => {
                let Some(count) = i64::try_from(*figure)
                    .ok()
                    .filter(|_| figure.fract().is_zero())
                else {
                    let message = format!("{unit} are whole: `{figure}` is not");
                    return self.report(Diagnostic::error(Code::WrongType, message).at(span));
                };
                let length = if unit == "days" {
                    Duration::Days(count)
                } else {
                    Duration::Months(count)
                };
                Typed::constant(Scalar::Duration(length), Kind::Duration, span)
            }
            code => match Currency::from_code(code) {
                Some(currency) if Some(currency) == self.currency && self.here.is_none() => {
                    Typed::constant(Scalar::Decimal(*figure), Kind::Money, span)
                }
                Some(_) if self.here.is_some() => {
                    let message =
                        format!("an amount in {code} stands only where a setting takes an amount");
                    self.report(Diagnostic::error(Code::NotHere, message).at(span))
                }
                Some(_) => {
                    let finding = Diagnostic::error(
                        Code::MissingRate,
                        format!("the plan's currency is not {code}"),
                    )
                    .at(span)
                    .help("write the amount in the plan's currency, without a unit");
                    self.report(finding)
                }
                None => self.unknown_field("a figure", name, &["pct", "days", "months"]),
            },
        }
    }

    pub(super) fn call(
        &mut self,
        module: Option<&Name>,
        name: &Name,
        args: &[Node],
        span: &Span,
    ) -> Term {
        if module.is_none() {
            if super::settings::DECLARATIONS.contains(&&*name.text) {
                return self.declare(name, args, span);
            }
            if let Some(term) = self.table_call(name, args, span) {
                return term;
            }
            if let Some(builtin) = builtin_of(&name.text) {
                return Term::Typed(self.builtin(builtin, name, args, span));
            }
            if &*name.text == "date" {
                return Term::Typed(self.date(args, span));
            }
        }
        self.function(module, name, args, span)
    }

    /// A function of the script or of a module, expanded here.
    fn function(&mut self, module: Option<&Name>, name: &Name, args: &[Node], span: &Span) -> Term {
        let home = match module {
            Some(module) => match self.module_of(module) {
                Some(found) => Some(found),
                None => return Term::Wrong,
            },
            None => self.module.clone(),
        };
        let functions = home
            .as_ref()
            .map_or(&self.functions, |module| &module.functions);
        let Some(function) = functions
            .iter()
            .find(|f| f.name.text == name.text && f.params.len() == args.len())
            .cloned()
        else {
            let sizes: Vec<usize> = functions
                .iter()
                .filter(|f| f.name.text == name.text)
                .map(|f| f.params.len())
                .collect();
            let known: Vec<String> = functions.iter().map(|f| f.name.text.to_string()).collect();
            self.unknown_function(name, args.len(), &sizes, &known);
            return Term::Wrong;
        };
        let key: Arc<str> = Arc::from(format!(
            "{}::{}",
            home.as_ref().map_or("", |m| &*m.file),
            function.name.text
        ));
        if self.calls.contains(&key) {
            let finding = Diagnostic::error(Code::Forbidden, format!("`{}` calls itself", name.text))
                .at(span)
                .also(&function.name.span, "defined here")
                .help("a formula ends: walking people is what a sum is for, walking instalments what a residual is for");
            return Term::Typed(self.report(finding));
        }
        if self.calls.len() >= MAX_CALLS {
            let message = format!("functions call one another more than {MAX_CALLS} deep");
            return Term::Typed(self.report(Diagnostic::error(Code::TooComplex, message).at(span)));
        }
        self.expand(&function, home, key, args, span)
    }

    fn expand(
        &mut self,
        function: &Function,
        home: Option<Rc<Module>>,
        key: Arc<str>,
        args: &[Node],
        span: &Span,
    ) -> Term {
        let first_slot = self.slots;
        let mut bound = Vec::new();
        let mut locals = Vec::with_capacity(args.len());
        for (param, arg) in function.params.iter().zip(args) {
            let term = match self.term(arg) {
                Term::Typed(typed) if typed.known().is_none() && typed.kind != Kind::Wrong => {
                    let slot = self.slots;
                    self.slots = self.slots.saturating_add(1);
                    let local = Typed {
                        expr: Expr {
                            op: Op::Slot(slot),
                            span: arg.span.clone(),
                        },
                        ..typed.clone()
                    };
                    bound.push((slot, typed.expr));
                    Term::Typed(local)
                }
                other => other,
            };
            locals.push((Arc::clone(param), term));
        }
        self.calls.push(key);
        let outer_locals = std::mem::replace(&mut self.locals, locals);
        let outer_module = std::mem::replace(&mut self.module, home);
        let outer_function = std::mem::replace(&mut self.in_function, true);
        let value = self.term(&function.body);
        self.locals = outer_locals;
        self.module = outer_module;
        self.in_function = outer_function;
        self.calls.pop();
        self.slots = first_slot;
        match value {
            Term::Typed(mut typed) => {
                for (slot, expr) in bound.into_iter().rev() {
                    typed.expr = Expr {
                        op: Op::Let(slot, Box::new(expr), Box::new(typed.expr)),
                        span: span.clone(),
                    };
                }
                Term::Typed(typed)
            }
            other => other,
        }
    }

    fn unknown_function(&mut self, name: &Name, given: usize, sizes: &[usize], known: &[String]) {
        if let Some(size) = sizes.first() {
            let message = format!("`{}` takes {size} values, not {given}", name.text);
            self.report(Diagnostic::error(Code::UnknownFunction, message).at(&name.span));
            return;
        }
        let words = BUILTINS
            .iter()
            .map(|(word, ..)| *word)
            .chain(super::tables::WORDS)
            .chain(super::settings::DECLARATIONS);
        let near = nearest(&name.text, words.chain(known.iter().map(String::as_str)));
        let mut finding = Diagnostic::error(
            Code::UnknownFunction,
            format!("there is no function `{}`", name.text),
        )
        .at(&name.span);
        if let Some(near) = near {
            finding = finding.label(format!("did you mean `{near}`?"));
        }
        self.report(finding);
    }

    fn method(&mut self, of: &Node, name: &Name, args: &[Node], span: &Span) -> Term {
        let base = self.term(of);
        Term::Typed(match base {
            Term::Table(table) if &*name.text == "at" => self.read_table(&table, args, span),
            Term::Typed(typed) if typed.kind == Kind::Text => {
                let found = TEXT_METHODS.iter().find(|(word, _)| *word == &*name.text);
                let Some((_, builtin)) = found else {
                    return Term::Typed(self.unknown_field(
                        "a text",
                        name,
                        &TEXT_METHODS.map(|(word, _)| word),
                    ));
                };
                let typed = self.must_be_there(typed);
                let values: Vec<Expr> = std::iter::once(typed.expr)
                    .chain(args.iter().map(|arg| self.wanted(arg, Wanted::Text).expr))
                    .collect();
                if values.len() != 2 {
                    let message = format!("`{}` takes one text", name.text);
                    return Term::Typed(
                        self.report(Diagnostic::error(Code::WrongType, message).at(span)),
                    );
                }
                self.fold(Op::Call(*builtin, values), Kind::YesNo, span)
            }
            Term::Wrong => return Term::Wrong,
            other => {
                let message = format!("{} has no `{}(…)`", other.describe(), name.text);
                self.report(Diagnostic::error(Code::UnknownFunction, message).at(&name.span))
            }
        })
    }

    /// A value of a wanted kind; another is reported.
    pub(super) fn wanted(&mut self, node: &Node, wanted: Wanted) -> Typed {
        let typed = self.needed(node);
        self.fits(typed, wanted)
    }

    /// A value that must have a wanted kind.
    pub(super) fn fits(&mut self, typed: Typed, wanted: Wanted) -> Typed {
        if wanted.takes(typed.kind) {
            return typed;
        }
        let mut finding = Diagnostic::error(
            Code::WrongType,
            format!("{wanted} is wanted here, not {}", typed.kind),
        )
        .at(&typed.expr.span);
        if wanted == Wanted::Percent
            && let Some(Scalar::Decimal(figure)) = typed.known()
        {
            finding = finding.help(format!("write `{figure}.pct` for {figure} %"));
        }
        self.report(finding)
    }

    fn builtin(&mut self, builtin: Builtin, name: &Name, args: &[Node], span: &Span) -> Typed {
        let Some((_, _, shape)) = BUILTINS.iter().find(|(word, ..)| *word == &*name.text) else {
            return Typed::wrong(span);
        };
        let size_fits = match shape {
            Shape::Figures => args.len() >= 2,
            Shape::Figure => args.len() == 1,
            Shape::FigureAndPlaces | Shape::TwoDates => args.len() == 2,
            Shape::ThreeDates => args.len() == 3,
        };
        if !size_fits {
            let message = format!("`{}` takes {}", name.text, shape.words());
            return self.report(Diagnostic::error(Code::UnknownFunction, message).at(span));
        }
        match shape {
            Shape::Figures | Shape::Figure => {
                let values: Vec<Typed> = args.iter().map(|arg| self.figure_value(arg)).collect();
                let (kind, ..) = self.branches(&values.iter().collect::<Vec<_>>());
                self.fold(
                    Op::Call(
                        builtin,
                        values.into_iter().map(|value| value.expr).collect(),
                    ),
                    kind,
                    span,
                )
            }
            Shape::FigureAndPlaces => {
                let value = args
                    .first()
                    .map_or_else(|| Typed::wrong(span), |arg| self.figure_value(arg));
                let places = args.get(1).map_or_else(
                    || Typed::wrong(span),
                    |arg| self.wanted(arg, Wanted::Number),
                );
                let kind = value.kind;
                self.fold(Op::Call(builtin, vec![value.expr, places.expr]), kind, span)
            }
            Shape::TwoDates | Shape::ThreeDates => {
                let values: Vec<Expr> = args
                    .iter()
                    .map(|arg| self.wanted(arg, Wanted::Date).expr)
                    .collect();
                let kind = if *shape == Shape::TwoDates {
                    Kind::Number
                } else {
                    Kind::YesNo
                };
                self.fold(Op::Call(builtin, values), kind, span)
            }
        }
    }

    fn figure_value(&mut self, node: &Node) -> Typed {
        let typed = self.needed(node);
        if typed.kind == Kind::Wrong || kind::is_figure(typed.kind) {
            return typed;
        }
        let message = format!("a figure is wanted here, not {}", typed.kind);
        self.report(Diagnostic::error(Code::WrongType, message).at(&node.span))
    }

    /// `date("2026-03-31")`
    fn date(&mut self, args: &[Node], span: &Span) -> Typed {
        let text = args
            .first()
            .map_or_else(|| Typed::wrong(span), |arg| self.wanted(arg, Wanted::Text));
        match text.known() {
            Some(Scalar::Text(written)) => match written.parse() {
                Ok(day) => Typed::constant(Scalar::Date(day), Kind::Date, span),
                Err(_) => {
                    let finding =
                        Diagnostic::error(Code::WrongType, format!("`{written}` is no day"))
                            .at(&text.expr.span)
                            .help("write year, month and day: `\"2026-03-31\"`");
                    self.report(finding)
                }
            },
            _ => self.report(
                Diagnostic::error(Code::WrongType, "`date` takes a day in quotes").at(span),
            ),
        }
    }
}

/// What the arguments of a function are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Figures,
    Figure,
    FigureAndPlaces,
    TwoDates,
    ThreeDates,
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Self::Figures => "two figures or more",
            Self::Figure => "one figure",
            Self::FigureAndPlaces => "a figure and a number of places",
            Self::TwoDates => "two dates",
            Self::ThreeDates => "three dates",
        }
    }
}

const BUILTINS: [(&str, Builtin, Shape); 10] = [
    ("min", Builtin::Min, Shape::Figures),
    ("max", Builtin::Max, Shape::Figures),
    ("abs", Builtin::Abs, Shape::Figure),
    ("round", Builtin::Round, Shape::FigureAndPlaces),
    ("floor", Builtin::Floor, Shape::Figure),
    ("ceil", Builtin::Ceil, Shape::Figure),
    ("days_between", Builtin::DaysBetween, Shape::TwoDates),
    ("months_between", Builtin::MonthsBetween, Shape::TwoDates),
    ("years_between", Builtin::YearsBetween, Shape::TwoDates),
    ("within", Builtin::Within, Shape::ThreeDates),
];

const TEXT_METHODS: [(&str, Builtin); 3] = [
    ("starts_with", Builtin::StartsWith),
    ("ends_with", Builtin::EndsWith),
    ("contains", Builtin::Contains),
];

fn builtin_of(name: &str) -> Option<Builtin> {
    BUILTINS
        .iter()
        .find(|(word, ..)| *word == name)
        .map(|(_, builtin, _)| *builtin)
}

fn word_of(param: Param) -> Option<&'static str> {
    Param::WORDS
        .into_iter()
        .find(|(_, known)| *known == param)
        .map(|(word, _)| word)
}

/// Names as a message lists them.
pub(super) fn list_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether an expression reads nothing from outside, so that its value is known.
fn is_closed(expr: &Expr) -> bool {
    let mut closed = true;
    expr.reads(&mut |_, _| closed = false);
    closed && !expr.reads_slot()
}
