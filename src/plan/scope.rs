//! Names of a script and what they mean: values, tables, handles of measures and components, closures, modules.

use super::formula::{Expr, Op, Scalar};
use super::kind::Kind;
use super::syntax::{Function, Name, Node};
use super::table::Shared;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Span;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// An expression whose kind is known.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The expression. Its place is that of its own work: what fails in a function, fails there.
    pub expr: Expr,
    /// Where it stands: what is said of its kind is said there.
    pub at: Span,
    /// Its kind.
    pub kind: Kind,
    /// Whether it may be blank: it must then be given a default with `??`.
    pub maybe: bool,
    /// The listed texts that it can have; empty: any.
    pub values: Vec<Arc<str>>,
    /// Of an amount that is written in another currency than the plan's: which. Only a setting takes it.
    pub currency: Option<Currency>,
    /// Of a percent: whether it is a figure of its own, as `a / 1.pct` is or a number by its weight; else a part of something.
    pub counts: bool,
}

impl Typed {
    /// A value that is known.
    #[must_use]
    pub fn constant(value: Scalar, kind: Kind, span: &Span) -> Self {
        Self::new(Op::Constant(value), kind, span)
    }

    /// An expression that is always there.
    #[must_use]
    pub fn new(op: Op, kind: Kind, span: &Span) -> Self {
        let expr = Expr { op, span: span.clone() };
        Self { expr, at: span.clone(), kind, maybe: false, values: Vec::new(), currency: None, counts: false }
    }

    /// What was reported as wrong: it has no value, so that nothing is worked of it and said a second time.
    #[must_use]
    pub fn wrong(span: &Span) -> Self {
        Self::new(Op::Slot(usize::MAX), Kind::Wrong, span)
    }

    /// The value, where it is known.
    #[must_use]
    pub fn known(&self) -> Option<&Scalar> {
        match &self.expr.op {
            Op::Constant(value) if self.kind != Kind::Wrong => Some(value),
            _ => None,
        }
    }

    /// The day that a setting says, as a day or as a text.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        match self.known() {
            Some(Scalar::Date(day)) => Some(*day),
            Some(Scalar::Text(text)) => text.parse().ok(),
            _ => None,
        }
    }

    /// How a day is written, for whoever wrote something else.
    #[must_use]
    pub fn help_for_a_day(&self) -> &'static str {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then_some(part.len());
        match self.known() {
            Some(Scalar::Text(text)) if text.split('-').map(digits).eq([Some(4), Some(2), Some(2)]) => {
                "there is no such day; write one of the calendar: `\"2026-03-31\"`"
            }
            _ => "write year, month and day in quotes: `\"2026-03-31\"`",
        }
    }
}

/// What a formula lists between its bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// The deal.
    Deal,
    /// The payee.
    Payee,
    /// What the payee was credited for the deal.
    Credit,
    /// The period.
    Period,
    /// The event that is being worked: an invoice, a payment, a cancellation.
    Event,
    /// What the quota file says.
    Quota,
}

impl Param {
    /// All of them with their names.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("deal", Self::Deal),
        ("payee", Self::Payee),
        ("credit", Self::Credit),
        ("period", Self::Period),
        ("event", Self::Event),
        ("quota", Self::Quota),
    ];
}

/// A closure with the names that were known where it was written.
#[derive(Clone, Debug)]
pub struct Closure {
    /// What it lists.
    pub params: Vec<Name>,
    /// What it gives.
    pub body: Node,
    /// How many names were bound before it.
    pub visible: usize,
}

/// A module: values, tables and functions.
#[derive(Debug)]
pub struct Module {
    /// Its path.
    pub file: Arc<str>,
    /// Its names.
    pub names: Names,
    /// Those that others may read.
    pub exports: BTreeSet<Arc<str>>,
    /// Its functions.
    pub functions: Vec<Function>,
}

/// What a name means.
#[derive(Clone, Debug)]
pub enum Term {
    /// A value.
    Typed(Typed),
    /// Several values, as written.
    List(Vec<Node>),
    /// Settings, as written.
    Map(Vec<(Name, Node)>),
    /// A table.
    Table(Shared),
    /// A table file, by its place in the schema.
    TableFile(usize),
    /// The one in force on a day: from each day to the next, the first also before it.
    Dated(Rc<[(NaiveDate, Term)]>),
    /// A boundary that belongs to the row below.
    Above(Box<Typed>),
    /// The key that fits everything.
    Any,
    /// A measure of the plan, by its place.
    Measure(usize),
    /// A sum of the plan, by its place.
    Sum(usize),
    /// A component of the plan, by its place.
    Component(usize),
    /// A formula that waits for its setting.
    Closure(Rc<Closure>),
    /// A module.
    Module(Rc<Module>),
    /// What a formula lists.
    Param(Param),
    /// Nothing: a declaration that returns no handle.
    Nothing,
    /// Already reported.
    Wrong,
}

impl Term {
    /// What it is, for a message.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Typed(typed) => typed.kind.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "a set of settings".to_owned(),
            Self::Table(_) | Self::TableFile(_) => "a table".to_owned(),
            Self::Dated(_) => "a value that changes by date".to_owned(),
            Self::Above(_) => "a boundary".to_owned(),
            Self::Any => "`any`".to_owned(),
            Self::Measure(_) => "a measure".to_owned(),
            Self::Sum(_) => "a sum over a team".to_owned(),
            Self::Component(_) => "a component".to_owned(),
            Self::Closure(_) => "a formula".to_owned(),
            Self::Module(_) => "a module".to_owned(),
            Self::Param(_) => "a whole row: read one of its columns".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Wrong => "something wrong".to_owned(),
        }
    }
}

/// A bound name.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: Arc<str>,
    /// Where it was bound.
    pub span: Span,
    /// What it means.
    pub term: Term,
}

/// Bound names, in order. Each is bound once.
#[derive(Clone, Debug, Default)]
pub struct Names {
    list: Vec<Binding>,
    places: BTreeMap<Arc<str>, usize>,
}

impl Names {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Binds a name; the earlier binding, if there is one.
    pub fn bind(&mut self, name: &Name, term: Term) -> Option<&Binding> {
        if let Some(place) = self.places.get(&name.text) {
            return self.list.get(*place);
        }
        self.places.insert(Arc::clone(&name.text), self.list.len());
        self.list.push(Binding { name: Arc::clone(&name.text), span: name.span.clone(), term });
        None
    }

    /// The binding of a name among the first `visible`.
    #[must_use]
    pub fn get(&self, name: &str, visible: usize) -> Option<&Binding> {
        self.places.get(name).filter(|place| **place < visible).and_then(|place| self.list.get(*place))
    }

    /// All names, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|binding| &*binding.name)
    }
}

/// Where a formula stands: what it may list, and by which date its measure counts.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// What it may list.
    pub params: &'static [Param],
    /// The deal column of the date that is never missing.
    pub when: Option<usize>,
    /// Whether it may read what the measures hold so far.
    pub figures: bool,
    /// Whether it runs for each deal: then "before this deal" has a meaning.
    pub per_deal: bool,
    /// What `credit` and `quota` count in: money, or numbers of units.
    pub unit: Kind,
    /// Whether it would run for each deal with `per: "deal"`, and may list the deal then.
    pub deals_apart: bool,
    /// Whether the event that it may list always has an amount, as invoices and payments have.
    pub event_amount: bool,
}
