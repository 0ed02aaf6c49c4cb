//! Formulas against the interpreter: what a plan's formula gives, Rhai gives too, value or error and its place.
//!
//! `generator` writes formulas of every kind at random, with tables, functions and names of their own, or with one
//! mistake in them. `interpreter` runs the same text with Rhai's own evaluator, over functions and tables that are
//! written a second time. Here they are compared, over rows in which optional cells are blank, quotas are missing and
//! amounts are far too large.
//!
//! `EARNMARK_SEED=N` repeats a run, `EARNMARK_FORMULAS=N` makes it longer.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and takes a new seed each time"
)]

mod generator;
mod interpreter;
mod row;
pub mod watch;

use super::elaborate::Elaborator;
use super::formula::{Expr, Failure, Scalar};
use super::load::Surroundings;
use super::parse::parse_script;
use super::scope::{Here, Param, Term};
use super::syntax::Statement;
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::{Code, Diagnostic, Place};
use crate::domain::exact::ArithmeticError;
use crate::domain::facts::{Schema, deal_column};
use crate::plan::kind::Kind;
pub use generator::Rng;
use generator::Written;
use interpreter::Interpreter;
pub use row::{Row, schema};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Rows that each formula is tried on.
const ROWS: usize = 5;
/// Formulas of a run: with the rows, more than 100,000 comparisons.
const FORMULAS: usize = 20_500;

const HERE: Here = Here {
    params: &[Param::Deal, Param::Payee, Param::Credit, Param::Period],
    when: Some(deal_column::CLOSED),
    figures: true,
    per_deal: true,
    deals_apart: false,
    unit: Kind::Money,
    event_amount: false,
};

/// What a formula gave: a value, or the word of an error with its place in the text.
#[derive(Debug, PartialEq)]
enum Gave {
    Value(Scalar),
    Error(&'static str, usize),
}

/// What the loader makes of a script.
struct Made {
    formula: Option<Expr>,
    findings: Vec<Diagnostic>,
}

fn made(text: &str, schema: &Schema) -> Made {
    let file: Arc<str> = Arc::from("p.rhai");
    let (script, mut findings) = parse_script(&file, text);
    let Some(script) = script else { return Made { formula: None, findings } };
    let calendar = Calendar::default();
    let around = Surroundings { schema, calendar: &calendar, roles: &[] };
    let mut elaborator = Elaborator::new(around, script.functions.clone());
    let mut formula = None;
    for statement in &script.statements {
        match statement {
            Statement::Let(name, node, _) => match elaborator.term(node) {
                Term::Closure(closure) if &*name.text == "formula" => {
                    formula = Some(elaborator.formula(&closure, HERE).expr);
                }
                term => elaborator.bind_name(name, term),
            },
            Statement::Expr(node) => drop(elaborator.term(node)),
            Statement::Import(..) => {}
        }
    }
    findings.append(&mut elaborator.findings);
    Made { formula, findings }
}

fn word_of(failure: &Failure) -> &'static str {
    match failure {
        Failure::Arithmetic(ArithmeticError::DivisionByZero) => "zero",
        Failure::Arithmetic(ArithmeticError::Overflow) => "overflow",
        Failure::Date => "date",
        Failure::NoRow => "row",
        Failure::Figure | Failure::ZeroQuota { .. } => "figure",
        Failure::Places => "places",
        Failure::Missing(_) | Failure::Rate { .. } | Failure::BelowZero | Failure::NoPart | Failure::Internal => {
            "internal"
        }
    }
}

/// A formula in which nothing is wrong, with its text; `None` where a constant of it has no value.
pub fn sound(rng: &mut Rng, schema: &Schema) -> Option<(String, Expr)> {
    let written = generator::formula(rng, None);
    let Made { formula, findings } = made(&written.text, schema);
    formula.filter(|_| findings.is_empty()).map(|formula| (written.text, formula))
}

/// What the formula gives. The place of an error is that of the operator, function or name that fails, as Rhai tells it.
fn ours(formula: &Expr, written: &Written, row: &Row, schema: &Schema) -> Gave {
    let gave = formula.evaluate(&row.scene(schema));
    // Asked for a figure or a yes, it is worked by other ways.
    match &gave {
        Ok(Some(Scalar::Decimal(figure))) => assert_eq!(formula.decimal(&row.scene(schema)), Ok(*figure)),
        Ok(Some(Scalar::YesNo(yes))) => assert_eq!(formula.yes(&row.scene(schema)), Ok(*yes)),
        Ok(_) => {}
        Err(error) => {
            let figure = formula.decimal(&row.scene(schema)).err();
            // A day or a text is no figure and no yes.
            for other in [figure, formula.yes(&row.scene(schema)).err()].into_iter().flatten() {
                assert!(
                    other == *error || other.failure == Failure::Internal,
                    "{other:?}, {error:?}: {}",
                    written.text
                );
            }
        }
    }
    match gave {
        Ok(Some(value)) => Gave::Value(value),
        Ok(None) => Gave::Error("nothing", 0),
        Err(error) => {
            let at = (error.span.start, error.span.end);
            let place = written.places.iter().find(|place| place.is_at(at)).map(|place| place.sign);
            if place.is_none() {
                println!("no place that can fail: `{}`", &written.text[at.0..at.1]);
            }
            Gave::Error(word_of(&error.failure), place.unwrap_or(usize::MAX))
        }
    }
}

/// Findings with the text that they underline.
fn told(findings: &[&Diagnostic], text: &str) -> String {
    let line = |finding: &&Diagnostic| match &finding.place {
        Place::Text(span) => format!("{}: {} `{}`\n", finding.code, finding.message, &text[span.start..span.end]),
        other => format!("{}: {} {other:?}\n", finding.code, finding.message),
    };
    findings.iter().map(line).collect()
}

/// The seed of a run.
pub fn seed() -> u64 {
    let given = std::env::var("EARNMARK_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| RandomState::new().hash_one(std::process::id()))
}

/// How many formulas a run writes.
pub fn count(usual: usize) -> usize {
    std::env::var("EARNMARK_FORMULAS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn formulas_give_what_the_interpreter_gives() {
    let seed = seed();
    println!("formulas are written from the seed {seed}: EARNMARK_SEED={seed} repeats it");
    let schema = row::schema();
    let (mut values, mut errors, mut constants) = (0_usize, 0_usize, 0_usize);
    for number in 0..count(FORMULAS) {
        let mut rng = Rng::of(seed, number);
        let written = generator::formula(&mut rng, None);
        let Made { formula, findings } = made(&written.text, &schema);
        let others: Vec<&Diagnostic> = findings.iter().filter(|finding| finding.code != Code::BadConstant).collect();
        assert!(others.is_empty(), "formula {number}\n{}\n{}", written.text, told(&others, &written.text));
        let interpreter = Interpreter::of(&written);
        if let Some(finding) = findings.first() {
            // Refused at once: what it says of the constants must be so.
            let Place::Text(span) = &finding.place else { continue };
            let text = &written.text[span.start..span.end];
            assert!(interpreter.constant_fails(text), "formula {number}\n{}\n{text} has a value", written.text);
            constants += 1;
            continue;
        }
        let formula = formula.unwrap();
        for _ in 0..ROWS {
            let row = Row::any(&mut rng);
            let (ours, theirs) = (ours(&formula, &written, &row, &schema), interpreter.gave(&row));
            assert_eq!(ours, theirs, "ours, then theirs: formula {number}\n{}\n{row:?}", written.text);
            *(if matches!(ours, Gave::Value(_)) { &mut values } else { &mut errors }) += 1;
        }
    }
    println!("{values} values, {errors} errors, {constants} constants without a value");
    // Were everything an error, or nothing, little would be compared.
    assert!(values > errors && errors > 100, "{values} values, {errors} errors");
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    let seed = seed();
    println!("formulas are written from the seed {seed}: EARNMARK_SEED={seed} repeats it");
    let schema = row::schema();
    let mut spoiled = 0_usize;
    for number in 0..count(FORMULAS / 5) {
        let mut rng = Rng::of(seed, number);
        let at = rng.below(6);
        let written = generator::formula(&mut rng, Some(at));
        let Some(bad) = &written.bad else { continue };
        spoiled += 1;
        let Made { findings, .. } = made(&written.text, &schema);
        let told: Vec<&Diagnostic> = findings.iter().collect();
        let inside = |finding: &&&Diagnostic| match &finding.place {
            Place::Text(span) => bad.start <= span.start && span.end <= bad.end,
            _ => false,
        };
        let text = &written.text[bad.clone()];
        // What stands around the mistake may not go with what is left of it.
        assert!(
            told.iter().any(|finding| inside(&finding)),
            "formula {number}: {text}\n{}\n{}",
            written.text,
            self::told(&told, &written.text)
        );
    }
    assert!(spoiled > 0);
}
