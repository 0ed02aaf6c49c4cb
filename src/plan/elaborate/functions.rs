//! Calls: functions of the language, and functions of the script, which are expanded where they are called.

use super::operators::as_percent;
use super::{Elaborator, MAX_CALLS, Rounded, list_of};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::plan::formula::{Builtin, Expr, Op, Read, Scalar};
use crate::plan::kind::{self, Kind, Wanted};
use crate::plan::scope::{Module, Param, Term, Typed};
use crate::plan::syntax::{Function, Name, Node};
use crate::plan::{settings, tables};
use rust_decimal::Decimal;
use std::rc::Rc;
use std::sync::Arc;

impl Elaborator<'_> {
    pub(in crate::plan) fn call(&mut self, module: Option<&Name>, name: &Name, args: &[Node], span: &Span) -> Term {
        if module.is_none() {
            if &*name.text == settings::TEST {
                return self.test(name, args, span);
            }
            if settings::DECLARATIONS.contains(&&*name.text) {
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
            if &*name.text == "by_days" {
                return Term::Typed(self.by_days(args, span));
            }
        }
        self.function(module, name, args, span)
    }

    /// A function of the script or of a module, expanded here.
    pub(super) fn function(&mut self, module: Option<&Name>, name: &Name, args: &[Node], span: &Span) -> Term {
        let home = match module {
            Some(module) => match self.module_of(module) {
                Some(found) => Some(found),
                None => return Term::Wrong,
            },
            None => self.module.clone(),
        };
        let functions = home.as_ref().map_or(&self.functions, |module| &module.functions);
        let Some(function) =
            functions.iter().find(|f| f.name.text == name.text && f.params.len() == args.len()).cloned()
        else {
            let sizes: Vec<usize> =
                functions.iter().filter(|f| f.name.text == name.text).map(|f| f.params.len()).collect();
            let known: Vec<String> = functions.iter().map(|f| f.name.text.to_string()).collect();
            self.unknown_function(name, args.len(), &sizes, &known);
            return Term::Wrong;
        };
        let key: Arc<str> = Arc::from(format!("{}::{}", home.as_ref().map_or("", |m| &*m.file), function.name.text));
        if self.calls.contains(&key) {
            let finding = Diagnostic::error(Code::Forbidden, format!("`{}` calls itself", name.text))
                .at(span)
                .also(&function.name.span, "defined here")
                .help(
                    "a formula ends: walking people is what a sum is for, walking instalments what a residual is for",
                );
            return Term::Typed(self.report(finding));
        }
        if self.calls.len() >= MAX_CALLS {
            let message = format!("functions call one another more than {MAX_CALLS} deep");
            let finding = Diagnostic::error(Code::TooComplex, message).at(span).help("let them call less");
            return Term::Typed(self.report(finding));
        }
        self.expand(&function, home, key, args, span)
    }

    pub(super) fn expand(
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
                    let local = Typed { expr: Expr { op: Op::Slot(slot), span: arg.span.clone() }, ..typed.clone() };
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
        let value = self.last_term(&function.body);
        self.locals = outer_locals;
        self.module = outer_module;
        self.in_function = outer_function;
        self.calls.pop();
        self.slots = first_slot;
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

    pub(super) fn unknown_function(&mut self, name: &Name, given: usize, sizes: &[usize], known: &[String]) {
        if let Some(size) = sizes.first() {
            let message = format!("`{}` takes {size} values, not {given}", name.text);
            let help = "give it a value for each name in its head";
            self.report(Diagnostic::error(Code::UnknownFunction, message).at(&name.span).help(help));
            return;
        }
        let words = BUILTINS.iter().map(|(word, ..)| *word).chain(["date", "by_days"]);
        let words = words.chain(tables::WORDS).chain(settings::DECLARATIONS);
        let near = nearest(&name.text, words.chain(known.iter().map(String::as_str)));
        let mut finding =
            Diagnostic::error(Code::UnknownFunction, format!("there is no function `{}`", name.text)).at(&name.span);
        finding = match near {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None if self.here.is_some() => finding.help(format!(
                "formulas have {}, tables are read with `t.at(…)`; a function of your own begins with `fn`",
                list_of(BUILTINS.iter().map(|(word, ..)| *word).chain(["date", "by_days"]))
            )),
            None => finding.help(format!(
                "the declarations are {}; tables and sums are {}; a function of your own begins with `fn`",
                list_of(settings::DECLARATIONS.into_iter()),
                list_of(tables::WORDS.into_iter())
            )),
        };
        self.report(finding);
    }

    pub(super) fn method(&mut self, of: &Node, name: &Name, args: &[Node], span: &Span) -> Term {
        let base = self.term(of);
        Term::Typed(match base {
            Term::Table(_) | Term::TableFile(_) | Term::Dated(_) if &*name.text == "at" => {
                self.read_tables(&base, args, span)
            }
            Term::Sum(place) if &*name.text == "members_at" => self.members_at(place, args, span),
            Term::Measure(_) | Term::Sum(_) if &*name.text == "rank_in" => self.rank_in(&base, args, span),
            Term::Typed(typed) if typed.kind == Kind::Text => {
                let found = TEXT_METHODS.iter().find(|(word, _)| *word == &*name.text);
                let Some((_, builtin)) = found else {
                    return Term::Typed(self.unknown_field("a text", name, &TEXT_METHODS.map(|(word, _)| word)));
                };
                let typed = self.must_be_there(typed);
                let values: Vec<Expr> = std::iter::once(typed.expr)
                    .chain(args.iter().map(|arg| self.wanted(arg, Wanted::Text).expr))
                    .collect();
                if values.len() != 2 {
                    let message = format!("`{}` takes one text", name.text);
                    let finding = Diagnostic::error(Code::WrongType, message).at(span);
                    return Term::Typed(self.report(finding.help(format!("write `….{}(\"x\")`", name.text))));
                }
                self.fold(Op::Call(*builtin, values), Kind::YesNo, span)
            }
            Term::Wrong => return Term::Wrong,
            other => {
                let message = format!("{} has no `{}(…)`", other.describe(), name.text);
                let help = "a table is read with `t.at(…)`, a text asked with `contains`, `starts_with`, `ends_with`";
                self.report(Diagnostic::error(Code::UnknownFunction, message).at(&name.span).help(help))
            }
        })
    }

    /// A value of a wanted kind; another is reported.
    pub(in crate::plan) fn wanted(&mut self, node: &Node, wanted: Wanted) -> Typed {
        let typed = self.needed(node);
        self.fits(typed, wanted)
    }

    /// A value that must have a wanted kind.
    pub(in crate::plan) fn fits(&mut self, typed: Typed, wanted: Wanted) -> Typed {
        let typed = self.in_plan_currency(typed);
        if wanted.takes(typed.kind) {
            return typed;
        }
        let mut finding =
            Diagnostic::error(Code::WrongType, format!("{wanted} is wanted here, not {}", typed.kind)).at(&typed.at);
        if wanted == Wanted::Percent
            && let Some(Scalar::Decimal(figure)) = typed.known()
        {
            finding = finding.help(match as_percent(*figure, Decimal::ONE) {
                Some(percent) => format!("write `{percent}.pct` for {percent} %"),
                None => wanted.example().to_owned(),
            });
        } else if typed.kind == Kind::Percent && matches!(wanted, Wanted::Money | Wanted::Credit) {
            finding = finding.help("a percent of something is an amount, as `deal.amount * 4.pct`, or is a `rate`");
        } else {
            finding = finding.help(wanted.example());
        }
        self.report(finding)
    }

    pub(super) fn builtin(&mut self, builtin: Builtin, name: &Name, args: &[Node], span: &Span) -> Typed {
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
            let help = format!("give it {}, with commas between them", shape.words());
            return self.report(Diagnostic::error(Code::UnknownFunction, message).at(span).help(help));
        }
        match shape {
            Shape::Figures | Shape::Figure => {
                let values: Vec<Typed> = args.iter().map(|arg| self.figure_value(arg)).collect();
                if let (Builtin::Floor | Builtin::Ceil, [value]) = (builtin, values.as_slice()) {
                    self.rounds(builtin, value, Some(Decimal::ZERO), span);
                }
                let (kind, ..) = self.branches(&values.iter().collect::<Vec<_>>());
                let counts = values.iter().any(|value| value.counts);
                let values = values.into_iter().map(|value| value.expr).collect();
                Typed { counts, ..self.fold(Op::Call(builtin, values), kind, span) }
            }
            Shape::FigureAndPlaces => {
                let value = args.first().map_or_else(|| Typed::wrong(span), |arg| self.figure_value(arg));
                let places = args.get(1).map_or_else(|| Typed::wrong(span), |arg| self.wanted(arg, Wanted::Number));
                let (kind, counts) = (value.kind, value.counts);
                let known = match places.known() {
                    Some(Scalar::Decimal(places)) => Some(*places),
                    _ => None,
                };
                self.rounds(builtin, &value, known, span);
                Typed { counts, ..self.fold(Op::Call(builtin, vec![value.expr, places.expr]), kind, span) }
            }
            Shape::TwoDates | Shape::ThreeDates => {
                let values: Vec<Expr> = args.iter().map(|arg| self.wanted(arg, Wanted::Date).expr).collect();
                let kind = if *shape == Shape::TwoDates { Kind::Number } else { Kind::YesNo };
                self.fold(Op::Call(builtin, values), kind, span)
            }
        }
    }

    /// Remembers what is rounded, for the warnings: a percent is a fraction, so that its second place is the whole percent.
    fn rounds(&mut self, builtin: Builtin, value: &Typed, places: Option<Decimal>, span: &Span) {
        let percent = value.kind == Kind::Percent;
        let coarse = percent && !value.counts && places.is_some_and(|places| places < Decimal::TWO);
        let rounded = Rounded { percent, coarse: coarse.then_some(builtin) };
        self.rounded.entry(span.clone()).or_insert(rounded).join(rounded);
    }

    pub(super) fn figure_value(&mut self, node: &Node) -> Typed {
        let typed = self.needed(node);
        if typed.kind == Kind::Wrong || kind::is_figure(typed.kind) {
            return typed;
        }
        let message = format!("a figure is wanted here, not {}", typed.kind);
        let finding = Diagnostic::error(Code::WrongType, message).at(&node.span);
        self.report(finding.help("a figure is money, a number or a percent"))
    }

    /// `by_days(payee.target_bonus)`
    fn by_days(&mut self, args: &[Node], span: &Span) -> Typed {
        let example = "write `by_days(payee.ote)`";
        let [of] = args else {
            let finding = Diagnostic::error(Code::UnknownFunction, "`by_days` takes a field of the payee").at(span);
            return self.report(finding.help(example));
        };
        let typed = self.typed(of);
        if typed.kind == Kind::Wrong {
            return typed;
        }
        let Op::Read(Read::Payee(field)) = typed.expr.op else {
            let finding = Diagnostic::error(Code::WrongType, "`by_days` takes a field of the payee").at(&of.span);
            return self.report(finding.help(example));
        };
        if !matches!(typed.kind, Kind::Money | Kind::Number | Kind::Percent) {
            let message = format!("{} cannot be weighed by days", typed.kind);
            let finding = Diagnostic::error(Code::WrongType, message).at(&of.span);
            return self.report(finding.help("a field of money, numbers or percents can"));
        }
        if !self.here.is_some_and(|here| here.params.contains(&Param::Period)) {
            let finding = Diagnostic::error(Code::NotHere, "a value weighed by days belongs to a period").at(span);
            return self.report(finding.help("no period is known in this formula: read the field itself"));
        }
        Typed { maybe: typed.maybe, ..Typed::new(Op::Read(Read::PayeeByDays(field)), typed.kind, span) }
    }

    /// `date("2026-03-31")`
    pub(super) fn date(&mut self, args: &[Node], span: &Span) -> Typed {
        let text = args.first().map_or_else(|| Typed::wrong(span), |arg| self.wanted(arg, Wanted::Text));
        match text.known() {
            Some(Scalar::Text(written)) => match written.parse() {
                Ok(day) => Typed::constant(Scalar::Date(day), Kind::Date, span),
                Err(_) => {
                    let finding = Diagnostic::error(Code::WrongType, format!("`{written}` is no day"))
                        .at(&text.at)
                        .help("write year, month and day: `\"2026-03-31\"`");
                    self.report(finding)
                }
            },
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "`date` takes a day in quotes").at(span);
                self.report(finding.help("write year, month and day: `date(\"2026-03-31\")`"))
            }
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

const TEXT_METHODS: [(&str, Builtin); 3] =
    [("starts_with", Builtin::StartsWith), ("ends_with", Builtin::EndsWith), ("contains", Builtin::Contains)];

/// The names of all functions of formulas.
#[cfg(test)]
pub fn function_words() -> impl Iterator<Item = &'static str> {
    let text = TEXT_METHODS.iter().map(|(word, _)| *word);
    BUILTINS.iter().map(|(word, ..)| *word).chain(text).chain(["date", "by_days"])
}

fn builtin_of(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|(word, ..)| *word == name).map(|(_, builtin, _)| *builtin)
}
