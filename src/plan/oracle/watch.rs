//! The worked cases, interpreted: whatever formula their runs work, Rhai works too, from the text of the script.
//!
//! The loader tells each formula with the names that it knew; whoever evaluates one tells what it read and what came of it.
//! Rhai's evaluator is then given the same text and only what was read: reading anything else is a difference. Names of
//! constants and tables mean what the loader says; that those are right is what the generated formulas are for.

use super::interpreter::{self, Length, Worked, fails, figure};
use super::word_of;
use crate::domain::diagnostic::Span;
use crate::domain::facts::{Schema, deal_column};
use crate::domain::value::Duration;
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::{EvalError, EventField, Expr, Failure, Figure, Op, PeriodField, Read, Scalar, Scene, Seen};
use crate::plan::scope::{Closure, Names, Param, Term};
use chrono::NaiveDate;
use rhai::{AST, Dynamic, Engine, EvalAltResult, EvalContext, ImmutableString, Module, Scope};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;
use std::sync::Arc;

type Gave = Result<Option<Scalar>, EvalError>;

/// A formula as it was written, with what its names mean.
#[derive(Clone)]
struct Source {
    file: Arc<str>,
    body: (usize, usize),
    params: Vec<Param>,
    names: Names,
    visible: usize,
    schema: Schema,
}

/// What a formula read, and what it got.
#[derive(Clone, Debug, Default)]
struct Readings {
    values: Vec<(Read, Result<Option<Scalar>, Failure>)>,
    rows: Vec<(usize, Vec<Scalar>, Result<Scalar, Failure>)>,
}

impl Scene for Readings {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        self.values.iter().find(|(known, _)| known == read).map_or(Err(Failure::Internal), |(_, value)| match value {
            Ok(value) => Ok(value.as_ref().map(Seen::from)),
            Err(failure) => Err(failure.clone()),
        })
    }

    fn look_up(&self, table: usize, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        let same =
            |row: &&(usize, Vec<Scalar>, _)| row.0 == table && row.1.iter().map(Seen::from).eq(keys.iter().copied());
        self.rows
            .iter()
            .find(same)
            .map_or(Err(Failure::Internal), |(_, _, value)| value.as_ref().map(Seen::from).map_err(Clone::clone))
    }
}

/// What is seen of the runs on this thread.
#[derive(Default)]
struct Watch {
    texts: BTreeMap<Arc<str>, String>,
    formulas: BTreeMap<String, Rc<Source>>,
    seen: BTreeSet<String>,
    compared: usize,
    unknown: BTreeSet<String>,
    differences: Vec<String>,
}

/// A formula that is being interpreted.
#[derive(Clone)]
struct Now {
    source: Rc<Source>,
    readings: Rc<Readings>,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    static NOW: RefCell<Vec<Now>> = const { RefCell::new(Vec::new()) };
}

/// Tells a formula: what was written, and what the loader made of it.
pub fn formula(elaborator: &Elaborator<'_>, closure: &Closure, params: &[Param], made: &Expr) {
    WATCH.with_borrow_mut(|watch| {
        let Some(watch) = watch else { return };
        let span = &closure.body.span;
        let source = Source {
            file: Arc::clone(&span.file),
            body: (span.start, span.end),
            params: params.to_vec(),
            names: elaborator.names.clone(),
            visible: closure.visible,
            schema: elaborator.schema.clone(),
        };
        watch.formulas.insert(format!("{made:?}"), Rc::new(source));
    });
}

/// Whether what is worked on this thread is watched.
pub fn is_on() -> bool {
    WATCH.with_borrow(Option::is_some)
}

/// A scene that remembers what was read of it.
pub struct Watched<'s> {
    scene: &'s dyn Scene,
    readings: RefCell<Readings>,
}

impl<'s> Watched<'s> {
    /// The same scene.
    pub fn over(scene: &'s dyn Scene) -> Self {
        Self { scene, readings: RefCell::default() }
    }

    /// Lets Rhai work the same formula from what was read.
    pub fn told(self, formula: &Expr, gave: &Gave) {
        compare(formula, self.readings.into_inner(), gave);
    }
}

impl Scene for Watched<'_> {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        let value = self.scene.read(read);
        self.readings.borrow_mut().values.push((*read, value.clone().map(|value| value.map(Scalar::from))));
        value
    }

    fn look_up(&self, table: usize, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        let value = self.scene.look_up(table, keys);
        let keys = keys.iter().copied().map(Scalar::from).collect();
        self.readings.borrow_mut().rows.push((table, keys, value.clone().map(Scalar::from)));
        value
    }
}

impl Watch {
    /// Where a formula was written. A condition of several parts is asked part by part: each is a piece of a formula.
    fn source(&self, key: &str, span: &Span) -> Option<Rc<Source>> {
        if let Some(source) = self.formulas.get(key) {
            return Some(Rc::clone(source));
        }
        let around =
            |source: &&Rc<Source>| source.file == span.file && source.body.0 <= span.start && span.end <= source.body.1;
        let whole = self.formulas.values().find(around)?;
        Some(Rc::new(Source { body: (span.start, span.end), ..Source::clone(whole) }))
    }
}

fn compare(formula: &Expr, readings: Readings, gave: &Gave) {
    let key = format!("{formula:?}");
    let found = WATCH.with_borrow_mut(|watch| {
        let watch = watch.as_mut()?;
        let Some(source) = watch.source(&key, &formula.span) else {
            // What a measure credits where its plan does not say, and constants worked while the plan is read.
            if !matches!(formula.op, Op::Read(Read::Deal(deal_column::AMOUNT))) && !formula.is_of_constants() {
                watch.unknown.insert(key);
            }
            return None;
        };
        if !watch.seen.insert(format!("{key} {readings:?}")) {
            return None;
        }
        let text = watch.texts.get(&source.file)?.clone();
        watch.compared += 1;
        Some((source, text))
    });
    let Some((source, text)) = found else { return };
    let body = text[source.body.0..source.body.1].to_owned();
    NOW.with_borrow_mut(|now| now.push(Now { source: Rc::clone(&source), readings: Rc::new(readings.clone()) }));
    let theirs = interpret(&source, &text, &body);
    NOW.with_borrow_mut(Vec::pop);
    let ours = match gave {
        Ok(value) => Ok(value.clone()),
        Err(error) => Err(match error.failure {
            Failure::Missing(_) => "missing",
            Failure::Rate { .. } => "rate",
            ref other => word_of(other),
        }),
    };
    let same = match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => ours == theirs,
        // A blank where a value must be is a word of ours; Rhai has no function for it.
        (Err("missing"), Err(_)) => true,
        (Err(ours), Err(theirs)) => ours == theirs,
        _ => false,
    };
    if !same {
        let told = format!("{}: `{body}`\n  ours {ours:?}, theirs {theirs:?}\n  {readings:?}", source.file);
        WATCH.with_borrow_mut(|watch| watch.as_mut().unwrap().differences.push(told));
    }
}

fn interpret(source: &Rc<Source>, text: &str, body: &str) -> Result<Option<Scalar>, String> {
    let engine = engine(source);
    // A field weighed by days is another reading than the field.
    let text = text.replace("by_days(payee.", "by_days(by_days_of_payee.");
    let body = body.replace("by_days(payee.", "by_days(by_days_of_payee.");
    let functions: AST = engine.compile(&text).unwrap().clone_functions_only();
    let tree = functions.merge(&engine.compile(&body).unwrap());
    match engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), &tree) {
        Ok(value) => Ok(scalar(&value)),
        Err(error) => Err(word(&error)),
    }
}

fn word(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => word(inner),
        EvalAltResult::ErrorRuntime(word, _) => word.to_string(),
        other => format!("{other:?}"),
    }
}

fn scalar(value: &Dynamic) -> Option<Scalar> {
    if value.is_unit() {
        return None;
    }
    match value.clone().try_cast::<Length>() {
        Some(Length::Days(count)) => Some(Scalar::Duration(Duration::Days(count))),
        Some(Length::Months(count)) => Some(Scalar::Duration(Duration::Months(count))),
        None => Some(interpreter::scalar(value)),
    }
}

/// A value as Rhai has it: a whole number is Rhai's own, so that `switch` meets the cases that are written.
fn dynamic(value: &Scalar) -> Dynamic {
    match value {
        Scalar::Decimal(figure) if figure.fract().is_zero() => {
            i64::try_from(*figure).map_or_else(|_| Dynamic::from_decimal(*figure), Dynamic::from)
        }
        Scalar::Decimal(figure) => Dynamic::from_decimal(*figure),
        Scalar::Date(day) => Dynamic::from(*day),
        Scalar::Duration(Duration::Days(count)) => Dynamic::from(Length::Days(*count)),
        Scalar::Duration(Duration::Months(count)) => Dynamic::from(Length::Months(*count)),
        Scalar::Text(text) => Dynamic::from(ImmutableString::from(&**text)),
        Scalar::YesNo(yes) => Dynamic::from(*yes),
    }
}

/// What a name stands for that is no value: a row, a measure, a table.
#[derive(Clone)]
enum Handle {
    Row(Param),
    ByDays,
    Term(Term),
}

fn now() -> Now {
    NOW.with_borrow(|now| now.last().unwrap().clone())
}

fn read(read: Read) -> Worked<Dynamic> {
    let Now { readings, .. } = now();
    match readings.values.iter().find(|(known, _)| *known == read) {
        Some((_, Ok(value))) => Ok(value.as_ref().map_or(Dynamic::UNIT, dynamic)),
        Some((_, Err(Failure::Rate { .. }))) => fails("rate"),
        Some((_, Err(failure))) => fails(word_of(failure)),
        None => fails(&format!("{read:?} was not read")),
    }
}

/// What stands behind a dot.
fn field(handle: &Handle, name: &str) -> Worked<Dynamic> {
    let Now { source, .. } = now();
    let schema = &source.schema;
    let place = |found: Option<usize>| found.unwrap_or_else(|| panic!("nothing is named `{name}`"));
    let figure = |words: &[(&str, Figure)]| words.iter().find(|(word, _)| *word == name).unwrap().1;
    match handle {
        Handle::Row(Param::Deal) => read(Read::Deal(place(schema.deals.position(name)))),
        Handle::Row(Param::Payee) => read(Read::Payee(place(schema.payees.position(name)))),
        Handle::ByDays => read(Read::PayeeByDays(place(schema.payees.position(name)))),
        Handle::Row(Param::Period) => {
            read(Read::Period(PeriodField::WORDS.iter().find(|(word, _)| *word == name).unwrap().1))
        }
        Handle::Row(Param::Event) => match EventField::WORDS.iter().find(|(word, _)| *word == name) {
            Some((_, field)) => read(Read::Event(*field)),
            None => read(Read::Event(EventField::Column(place(schema.events.position(name))))),
        },
        Handle::Term(Term::Measure(measure)) => read(Read::Measure(*measure, figure(&Figure::WORDS))),
        Handle::Term(Term::Sum(sum)) => read(Read::Sum(*sum, figure(&Figure::OF_SUMS))),
        Handle::Term(Term::Component(component)) => read(Read::Earned(*component)),
        _ => panic!("`{name}` stands behind something that has no fields"),
    }
}

/// The one in force on the day on which things are read.
fn in_force(dated: &[(NaiveDate, Term)]) -> Worked<Term> {
    let day = read(Read::Day)?.try_cast::<NaiveDate>().unwrap();
    let found = dated.iter().rev().find(|(from, _)| *from <= day).or_else(|| dated.first());
    Ok(found.unwrap().1.clone())
}

fn at(handle: &Handle, keys: &[Dynamic]) -> Worked<Dynamic> {
    let keys: Vec<Scalar> = keys.iter().filter_map(scalar).collect();
    let keys: Vec<Seen<'_>> = keys.iter().map(Seen::from).collect();
    let Now { readings, .. } = now();
    let term = match handle {
        Handle::Term(Term::Dated(dated)) => in_force(dated)?,
        Handle::Term(term) => term.clone(),
        _ => panic!("only a table is read with `at`"),
    };
    let gave = match &term {
        Term::Table(table) => match table.resolved(&*readings) {
            Ok(table) => table.at(&keys).map(Scalar::from),
            Err(error) => Err(error.failure),
        },
        Term::TableFile(table) => readings.look_up(*table, &keys).map(Scalar::from),
        _ => panic!("only a table is read with `at`"),
    };
    gave.map_or_else(|failure| fails(word_of(&failure)), |value| Ok(dynamic(&value)))
}

fn members_at(handle: &Handle, least: &Dynamic) -> Worked<Dynamic> {
    let Handle::Term(Term::Sum(sum)) = handle else { panic!("only a sum has members") };
    read(Read::Sum(*sum, Figure::MembersAt(figure(least).unwrap())))
}

fn rank_in(handle: &Handle, field: &str) -> Worked<Dynamic> {
    let figure = Figure::RankIn(now().source.schema.payees.position(field).unwrap());
    match handle {
        Handle::Term(Term::Measure(measure)) => read(Read::Measure(*measure, figure)),
        Handle::Term(Term::Sum(sum)) => read(Read::Sum(*sum, figure)),
        _ => panic!("only a measure or a sum has a rank"),
    }
}

/// What a name of the script means.
fn named(name: &str, context: &EvalContext<'_, '_, '_, '_, '_, '_>) -> Worked<Option<Dynamic>> {
    if context.scope().contains(name) {
        return Ok(None);
    }
    let Now { source, .. } = now();
    if name == "by_days_of_payee" {
        return Ok(Some(Dynamic::from(Handle::ByDays)));
    }
    let listed = Param::WORDS.iter().find(|(word, param)| *word == name && source.params.contains(param));
    if let Some((_, param)) = listed {
        return Ok(Some(match param {
            Param::Credit => read(Read::Credit)?,
            Param::Quota => read(Read::Quota)?,
            row => Dynamic::from(Handle::Row(*row)),
        }));
    }
    let Some(binding) = source.names.get(name, source.visible) else { return Ok(None) };
    meant(&binding.term, context.engine()).map(Some)
}

fn meant(term: &Term, engine: &Engine) -> Worked<Dynamic> {
    Ok(match term {
        Term::Typed(typed) => dynamic(typed.known().unwrap()),
        Term::List(items) => {
            let text = |start: usize, end: usize| {
                let file = &items.first().unwrap().span.file;
                WATCH.with_borrow(|watch| watch.as_ref().unwrap().texts[file][start..end].to_owned())
            };
            let values = items.iter().map(|item| engine.eval::<Dynamic>(&text(item.span.start, item.span.end)));
            Dynamic::from(values.collect::<Worked<Vec<Dynamic>>>()?)
        }
        Term::Dated(dated) => match in_force(dated)? {
            Term::Typed(typed) => dynamic(typed.known().unwrap()),
            _ => Dynamic::from(Handle::Term(term.clone())),
        },
        other => Dynamic::from(Handle::Term(other.clone())),
    })
}

#[expect(deprecated, reason = "Rhai calls the way to resolve names volatile")]
fn engine(source: &Source) -> Engine {
    let mut engine = interpreter::engine();
    engine.on_var(|name, _, context| named(name, &context));
    engine.register_indexer_get(|handle: &mut Handle, name: ImmutableString| field(handle, &name));
    engine.register_fn("at", |of: &mut Handle, a: Dynamic| at(of, &[a]));
    engine.register_fn("at", |of: &mut Handle, a: Dynamic, b: Dynamic| at(of, &[a, b]));
    engine.register_fn("at", |of: &mut Handle, a: Dynamic, b: Dynamic, c: Dynamic| at(of, &[a, b, c]));
    engine.register_fn("members_at", |of: &mut Handle, least: Dynamic| members_at(of, &least));
    engine.register_fn("rank_in", |of: &mut Handle, field: ImmutableString| rank_in(of, &field));
    engine.register_fn("by_days", |value: Dynamic| value);
    // A range of two whole numbers is Rhai's own.
    let whole = |range: (i64, i64), item: Dynamic, last: bool| {
        let (from, to, item) = (Decimal::from(range.0), Decimal::from(range.1), figure(&item).unwrap());
        from <= item && (item < to || (last && item == to))
    };
    engine
        .register_fn("contains", move |range: Range<i64>, item: Dynamic| whole((range.start, range.end), item, false));
    engine.register_fn("contains", move |range: RangeInclusive<i64>, item: Dynamic| {
        whole((*range.start(), *range.end()), item, true)
    });
    for word in source.names.words() {
        let Some(Term::Module(module)) = source.names.get(word, usize::MAX).map(|binding| &binding.term) else {
            continue;
        };
        let text = WATCH.with_borrow(|watch| watch.as_ref().unwrap().texts[&module.file].clone());
        let functions = engine.compile(&text).unwrap().clone_functions_only();
        let mut own = Module::eval_ast_as_new(Scope::new(), &functions, &engine).unwrap();
        for name in &module.exports {
            let term = &module.names.get(name, usize::MAX).unwrap().term;
            own.set_var(&**name, meant(term, &engine).unwrap());
        }
        engine.register_static_module(word, own.into());
    }
    engine
}

/// Watches what is done with these scripts, by path: how many formulas were compared, and what differed.
fn watching(texts: BTreeMap<Arc<str>, String>, work: impl FnOnce()) -> Watch {
    WATCH.with_borrow_mut(|watch| *watch = Some(Watch { texts, ..Watch::default() }));
    work();
    WATCH.with_borrow_mut(Option::take).unwrap()
}

#[expect(dead_code, reason = "the cases are compared with what they say elsewhere")]
#[path = "../../../tests/support/mod.rs"]
mod support;

fn cases(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases(&path, found);
        } else if path.extension().is_some_and(|own| own == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn cases_are_worth_the_same_interpreted() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = Vec::new();
    cases(&root, &mut files);
    let (mut compared, mut told, mut unknown) = (0_usize, Vec::new(), Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let case = support::Case::read(&text).unwrap();
        if case.is_refused() {
            continue;
        }
        let texts = case.scripts().map(|(path, text)| (Arc::from(path), text.to_owned())).collect();
        let watch = watching(texts, || drop(support::work(&case, &case.folder(support::Order::AsWritten))));
        compared += watch.compared;
        told.extend(watch.differences.into_iter().map(|told| format!("{}: {told}", file.display())));
        unknown.extend(watch.unknown.into_iter().map(|key| format!("{}: {key}", file.display())));
    }
    println!("{compared} formulas compared over {} cases", files.len());
    assert!(unknown.is_empty(), "formulas that nobody told of:\n{}", unknown.join("\n"));
    assert!(told.is_empty(), "{}", told.join("\n"));
    // Were the formulas not watched, nothing would differ.
    assert!(compared > 1_500, "{compared}");
}
