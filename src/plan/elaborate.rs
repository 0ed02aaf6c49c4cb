//! Elaboration: from syntax to meaning. Every expression gets its kind; what makes no sense is reported, all of it.
//!
//! One function serves the top level of a script and its formulas: a top-level expression is a formula that reads
//! nothing, so its value is known when the plan loads. Functions of a script are expanded where they are called.

mod fields;
mod functions;
mod missing;
mod operators;

#[cfg(test)]
pub use functions::function_words;

use super::declare::Declared;
use super::formula::{Builtin, Expr, Op, Read, Scalar};
use super::kind::Kind;
use super::load::Surroundings;
use super::model::{Component, Measure, Plan, PlanTest, Sum};
use super::scope::{Closure, Here, Module, Names, Param, Term, Typed};
use super::syntax::{Function, Name, Node, NodeKind, Statement};
use crate::domain::calendar::Calendar;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::Schema;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How many pieces the formulas of one script may have after its functions are expanded.
const MAX_PIECES: usize = 50_000;
/// How deep functions may call one another.
const MAX_CALLS: usize = 24;
/// A percent's divisor.
const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// What is rounded at one place: a function of the script may round figures of several kinds there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rounded {
    /// Whether that is always a percent.
    pub percent: bool,
    /// Whether a percent is brought to less than hundredths of one, which are whole percents: by this function.
    pub coarse: Option<Builtin>,
}

impl Rounded {
    /// Both, at one place.
    pub fn join(&mut self, other: Self) {
        self.percent &= other.percent;
        self.coarse = self.coarse.or(other.coarse);
    }
}

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
    /// All names that the script binds, those below among them.
    pub bound_in_script: BTreeSet<Arc<str>>,
    /// Functions of the script.
    pub functions: Vec<Function>,
    /// Measures declared so far.
    pub measures: Vec<Measure>,
    /// Sums used so far.
    pub sums: Vec<Sum>,
    /// Tests declared so far.
    pub tests: Vec<PlanTest>,
    /// The names of declarations with a fault: what refers to them is not told a second time.
    pub(super) failed: BTreeSet<Arc<str>>,
    /// All that was found wrong.
    pub findings: Vec<Diagnostic>,
    /// Figures that are rounded to so many places, by where that stands.
    pub(super) rounded: BTreeMap<Span, Rounded>,
    /// Where and what was reported in functions so far.
    told: BTreeSet<(Span, String)>,
    /// What the declarations read so far must remember of one another.
    pub(super) declared: Declared,
    /// What the filters of the measure or component decide on that is being declared.
    pub(super) filtered: Vec<Read>,
    /// Tables without a row for some value, with what they are read by; nothing outside such a declaration.
    pub(super) uncovered: Option<Vec<(Vec<Read>, Diagnostic)>>,
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
            bound_in_script: BTreeSet::new(),
            functions,
            measures: Vec::new(),
            sums: Vec::new(),
            tests: Vec::new(),
            failed: BTreeSet::new(),
            findings: Vec::new(),
            rounded: BTreeMap::new(),
            told: BTreeSet::new(),
            declared: Declared::default(),
            module: None,
            locals: Vec::new(),
            visible: usize::MAX,
            filtered: Vec::new(),
            uncovered: None,
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

    /// Whether a module is being read, not a function of one expanded.
    pub(super) fn reads_module(&self) -> bool {
        self.module.is_some() && !self.in_function
    }

    /// Binds a name of the script; a name that is bound already is reported.
    pub fn bind_name(&mut self, name: &Name, term: Term) {
        let Some(first) = self.names.bind(name, term).map(|first| first.span.clone()) else {
            return;
        };
        let finding = Diagnostic::error(Code::DuplicateName, format!("`{}` is bound twice", name.text))
            .at(&name.span)
            .also(&first, "the first")
            .help("a name is bound once and keeps its value: take another one");
        self.report(finding);
    }

    pub(super) fn report(&mut self, finding: Diagnostic) -> Typed {
        let span = match &finding.place {
            crate::domain::diagnostic::Place::Text(span) => span.clone(),
            _ => Span { file: Arc::from(""), start: 0, end: 0 },
        };
        if !self.in_function || self.is_new(&span, &finding) {
            self.findings.push(finding);
        }
        Typed::wrong(&span)
    }

    /// A function is read wherever it is called: what is wrong in it is told once.
    pub(super) fn is_new(&mut self, span: &Span, finding: &Diagnostic) -> bool {
        self.told.insert((span.clone(), finding.message.clone()))
    }

    /// A value of a closure, in the place where its setting puts it.
    pub fn formula(&mut self, closure: &Closure, here: Here) -> Typed {
        let mut locals = Vec::with_capacity(closure.params.len());
        for param in &closure.params {
            let known = Param::WORDS.into_iter().find(|(word, _)| *word == &*param.text);
            match known {
                Some((word, found)) if here.params.contains(&found) => {
                    locals.push((Arc::from(word), Term::Param(found)))
                }
                Some((word, listed)) => {
                    let allowed = list_of(here.params.iter().filter_map(|p| word_of(*p)));
                    let finding = Diagnostic::error(Code::NotHere, format!("`{word}` is not known in this formula"))
                        .at(&param.span)
                        .help(if here.deals_apart && matches!(listed, Param::Deal | Param::Credit) {
                            format!("with `per: \"deal\"` it is paid for each deal, and may list `{word}`; without, {allowed}")
                        } else if allowed.is_empty() {
                            "it lists nothing: `||`".to_owned()
                        } else {
                            format!("it may list {allowed}")
                        });
                    self.report(finding);
                    locals.push((Arc::from(word), Term::Wrong));
                }
                None => {
                    let words = Param::WORDS.map(|(word, _)| word);
                    let mut finding =
                        Diagnostic::error(Code::UnknownName, format!("a formula cannot list `{}`", param.text))
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
        #[cfg(test)]
        super::oracle::watch::formula(self, closure, here.params, &value.expr);
        (self.locals, self.visible, self.here, self.module, self.slots) = outer;
        value
    }

    /// The value of an expression; anything else is reported.
    pub fn typed(&mut self, node: &Node) -> Typed {
        let amount = self.amount(node);
        self.in_plan_currency(amount)
    }

    /// The value of an expression; an amount may be written in another currency than the plan's.
    pub fn amount(&mut self, node: &Node) -> Typed {
        let term = self.term(node);
        self.value_of(term, node)
    }

    /// The value that a term stands for; anything else is reported.
    pub(super) fn value_of(&mut self, term: Term, node: &Node) -> Typed {
        match term {
            Term::Typed(mut typed) => {
                typed.at = node.span.clone();
                if typed.known().is_some() || matches!(node.kind, NodeKind::Name(_) | NodeKind::Path(..)) {
                    typed.expr.span = node.span.clone();
                }
                typed
            }
            Term::Param(Param::Credit) => self.listed_figure(Read::Credit, node),
            Term::Param(Param::Quota) => self.listed_figure(Read::Quota, node),
            Term::Dated(dated) => self.dated_value(&dated, &node.span),
            Term::Wrong => Typed::wrong(&node.span),
            other => {
                let message = format!("a value is needed here, not {}", other.describe());
                let help = "a value is money, a number, a percent, a date, a text, yes or no";
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help))
            }
        }
    }

    /// What the payee was credited, or what the quota file says: money or a number of units, as the measure counts.
    fn listed_figure(&self, read: Read, node: &Node) -> Typed {
        Typed::new(Op::Read(read), self.here.map_or(Kind::Money, |here| here.unit), &node.span)
    }

    /// A value that is computed with: an amount in another currency is reported.
    pub(super) fn in_plan_currency(&mut self, typed: Typed) -> Typed {
        let Some(currency) = typed.currency else {
            return typed;
        };
        let message = format!("an amount in {} stands only where a setting takes an amount", currency.code());
        let finding = Diagnostic::error(Code::NotHere, message)
            .at(&typed.at)
            .why("it is converted when an entry is made, and what is computed with it would not be");
        self.report(finding.help("write the amount in the plan's currency, without a unit"))
    }

    /// What an expression means.
    pub fn term(&mut self, node: &Node) -> Term {
        self.pieces = self.pieces.saturating_add(1);
        if self.pieces > MAX_PIECES {
            if self.pieces == MAX_PIECES.saturating_add(1) {
                let finding =
                    Diagnostic::error(Code::TooComplex, format!("the formulas have more than {MAX_PIECES} parts"))
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
                let finding =
                    Diagnostic::error(Code::Forbidden, "a module has values, tables and functions, no formulas")
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
                let finding =
                    Diagnostic::error(Code::WrongType, "a range stands only after `in`, or in a `switch`").at(span);
                Term::Typed(self.report(finding.help("write `n in 2..=6`")))
            }
            _ => Term::Typed(self.operation(node)),
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
                Statement::Expr(node) => value = self.last_term(node),
                Statement::Import(path, _) => {
                    self.report(
                        Diagnostic::error(Code::Forbidden, "imports stand at the head of the script")
                            .at(&path.span)
                            .help("move it up"),
                    );
                }
            }
        }
        self.locals.truncate(depth);
        self.slots = slots;
        match value {
            Term::Typed(mut typed) => {
                for (slot, expr) in bound.into_iter().rev() {
                    typed.expr = Expr { op: Op::Let(slot, Box::new(expr), Box::new(typed.expr)), span: span.clone() };
                }
                Term::Typed(typed)
            }
            other => other,
        }
    }

    /// The term that a block or a function ends with; a listed figure as the value that it is, so that what was bound
    /// before it is worked too.
    pub(super) fn last_term(&mut self, node: &Node) -> Term {
        match self.term(node) {
            figure @ Term::Param(Param::Credit | Param::Quota) => Term::Typed(self.value_of(figure, node)),
            other => other,
        }
    }

    /// Binds a name inside a formula: what is known keeps its value, what is computed gets a slot.
    fn bind_local(&mut self, name: &Name, node: &Node, bound: &mut Vec<(usize, Expr)>) {
        if self.locals.iter().any(|(known, _)| *known == name.text)
            || self.names.get(&name.text, self.visible).is_some()
        {
            let finding = Diagnostic::error(Code::Forbidden, format!("`{}` is bound already", name.text))
                .at(&name.span)
                .help("a name is bound once: take another one");
            self.report(finding);
            return;
        }
        let term = match self.term(node) {
            Term::Typed(typed) if typed.known().is_none() && typed.kind != Kind::Wrong => {
                let slot = self.slots;
                self.slots = self.slots.saturating_add(1);
                let local = Typed { expr: Expr { op: Op::Slot(slot), span: node.span.clone() }, ..typed.clone() };
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
        if let Some(binding) = self.names.get(name, self.visible).filter(|_| !self.in_function) {
            return binding.term.clone();
        }
        if &**name == "any" {
            return Term::Any;
        }
        if self.bound_in_script.contains(name) && !self.in_function {
            let finding = Diagnostic::error(Code::UnknownName, format!("`{name}` is not declared yet")).at(span);
            self.report(finding.help("declare it before it is used; what is being declared does not read itself"));
            return Term::Wrong;
        }
        let locals = self.locals.iter().map(|(known, _)| &**known);
        let near = nearest(name, locals.chain(self.names.words())).map(str::to_owned);
        let mut finding = Diagnostic::error(Code::UnknownName, format!("nothing is named `{name}` here")).at(span);
        if let Some((word, _)) = Param::WORDS.into_iter().find(|(word, _)| *word == &**name) {
            finding = finding.help(if self.here.is_some() {
                format!("list it: `|{word}| …`")
            } else {
                format!("write a formula that lists it: `|{word}| …`")
            });
        } else if let Some(near) = near {
            finding = finding.help(format!("did you mean `{near}`?"));
        } else if self.in_function {
            finding = finding.help("a function sees only what is passed to it: give it another value");
        } else {
            finding = finding.help(format!("declare it before it is used: `let {name} = …;`"));
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
                let help = "a module is imported: `import \"tables\" as tables;`";
                self.report(Diagnostic::error(Code::WrongType, message).at(&module.span).help(help));
                None
            }
        }
    }

    fn path(&mut self, module: &Name, name: &Name) -> Term {
        let Some(found) = self.module_of(module) else {
            return Term::Wrong;
        };
        if let Some(binding) = found.names.get(&name.text, usize::MAX).filter(|_| found.exports.contains(&name.text)) {
            return binding.term.clone();
        }
        let mut finding =
            Diagnostic::error(Code::UnknownName, format!("the module `{}` has no `{}`", module.text, name.text))
                .at(&name.span);
        if found.names.get(&name.text, usize::MAX).is_some() {
            finding = finding.help(format!("let the module export it: `export const {} = …;`", name.text));
        } else if let Some(near) = nearest(&name.text, found.exports.iter().map(|name| &**name)) {
            finding = finding.help(format!("did you mean `{near}`?"));
        } else {
            finding = finding.help(format!("it exports {}", list_of(found.exports.iter().map(|name| &**name))));
        }
        self.report(finding);
        Term::Wrong
    }
}

fn word_of(param: Param) -> Option<&'static str> {
    Param::WORDS.into_iter().find(|(_, known)| *known == param).map(|(word, _)| word)
}

/// Names as a message lists them.
pub(super) fn list_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
