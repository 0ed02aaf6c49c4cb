//! What conditions can be: filters and gates tried on every combination of values that makes a difference to them.
//!
//! A condition is cut into its comparisons. One that compares a column, field or figure with constants depends on it
//! through those constants alone, so values at, between and beside them stand for all others. A comparison of any other
//! shape may come out either way whatever the rest does: what is said of a condition then still holds for every deal.

use crate::domain::diagnostic::Span;
use crate::domain::exact::{add, div, sub};
use crate::domain::facts::Schema;
use crate::domain::value::{Column, ColumnType};
use crate::plan::formula::{Builtin, Expr, Failure, Op, Read, Scalar, Scene, Seen};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More combinations than this are not tried: then nothing is said.
pub(super) const MOST: usize = 20_000;

/// What conditions are tried on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Domain<'a> {
    /// The columns and fields there are.
    pub schema: &'a Schema,
    /// A date column whose days lie from the first to the second: that by which a measure counts.
    pub dated: Option<(usize, NaiveDate, NaiveDate)>,
}

/// One combination of values.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    reads: BTreeMap<Read, Option<Scalar>>,
    /// Comparisons of other shapes, by place.
    open: BTreeMap<(Arc<str>, usize, usize), bool>,
}

impl Scene for Sample {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        self.reads.get(read).map(|value| value.as_ref().map(Seen::from)).ok_or(Failure::Internal)
    }

    fn look_up(&self, _: usize, _: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        Err(Failure::Internal)
    }
}

impl Sample {
    /// Whether a condition is true here. `None`: it has no value.
    pub fn is_true(&self, condition: &Expr) -> Option<bool> {
        self.works(condition, &|part| part.yes(self).ok())
    }

    /// The same of a condition within a formula, with what its names stand for put in their place.
    pub fn would_be_true(&self, condition: &Expr) -> Option<bool> {
        self.works(condition, &|part| part.would_be(self).ok())
    }

    fn works(&self, condition: &Expr, plainly: &dyn Fn(&Expr) -> Option<bool>) -> Option<bool> {
        let works = |part: &Expr| self.works(part, plainly);
        match &condition.op {
            Op::And(list) => list.iter().try_fold(true, |all, part| Some(all && works(part)?)),
            Op::Or(list) => list.iter().try_fold(false, |any, part| Some(any || works(part)?)),
            Op::Not(of) => works(of).map(|yes| !yes),
            Op::If(test, then, otherwise) => works(if works(test)? { then } else { otherwise }),
            _ => match shape(condition) {
                Shape::Open => self.open.get(&place(&condition.span)).copied(),
                Shape::Constant | Shape::Of(..) => plainly(condition),
            },
        }
    }

    /// The values for people, of what can be named: `` `kind` is a, `term` is 24 ``.
    pub fn told(&self, schema: &Schema) -> String {
        let value = |value: &Option<Scalar>, column: &Column| match value {
            None => "blank".to_owned(),
            Some(Scalar::Decimal(figure)) if column.kind == ColumnType::Percent => crate::plan::percent(*figure),
            Some(Scalar::Decimal(figure)) => figure.normalize().to_string(),
            Some(Scalar::Date(day)) => day.to_string(),
            Some(Scalar::Text(text)) if **text == *OTHER => "anything else".to_owned(),
            Some(Scalar::Text(text)) => format!("`{text}`"),
            Some(Scalar::YesNo(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
            Some(Scalar::Duration(length)) => format!("{length:?}"),
        };
        let told = self.reads.iter().filter_map(|(read, found)| {
            if let (Read::Credit, Some(Scalar::Decimal(figure))) = (read, found) {
                return Some(format!("`credit` {}", figure.normalize()));
            }
            let column = column_of(schema, *read)?;
            Some(format!("`{}` {}", column.name, value(found, column)))
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

/// A text that no condition names.
const OTHER: &str = "\u{1}";

/// Every combination that makes a difference to some conditions; `None` where there are more than so many.
pub(super) fn samples(conditions: &[&Expr], domain: Domain<'_>, most: usize) -> Option<Vec<Sample>> {
    let mut met = Met::default();
    conditions.iter().for_each(|condition| met.add(condition));
    let mut all = vec![Sample::default()];
    for (read, constants) in &met.reads {
        let values = constants.values(*read, domain);
        if all.len().checked_mul(values.len())? > most {
            return None;
        }
        let with = |sample: &Sample| {
            let own = values.iter().map(|value| {
                let mut sample = sample.clone();
                sample.reads.insert(*read, value.clone());
                sample
            });
            own.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    for key in &met.open {
        if all.len().checked_mul(2)? > most {
            return None;
        }
        let with = |sample: &Sample, yes: bool| {
            let mut sample = sample.clone();
            sample.open.insert(key.clone(), yes);
            sample
        };
        all = all.iter().flat_map(|sample| [with(sample, true), with(sample, false)]).collect();
    }
    Some(all)
}

/// Whether every comparison of some conditions is with constants: then a sample is a deal that there can be.
pub(super) fn are_plain(conditions: &[&Expr]) -> bool {
    let mut met = Met::default();
    conditions.iter().for_each(|condition| met.add(condition));
    met.open.is_empty()
}

/// The one figure that a condition compares with constants, and those constants; `None` where it reads anything else.
pub(super) fn of_one_figure(condition: &Expr) -> Option<(Read, Vec<Decimal>)> {
    let mut met = Met::default();
    met.add(condition);
    let mut reads = met.reads.into_iter();
    let (Some((read, constants)), None, true) = (reads.next(), reads.next(), met.open.is_empty()) else { return None };
    Some((read, constants.figures.into_iter().collect()))
}

/// A sample of one figure.
pub(super) fn at(read: Read, figure: Decimal) -> Sample {
    Sample { reads: BTreeMap::from([(read, Some(Scalar::Decimal(figure)))]), open: BTreeMap::new() }
}

fn column_of(schema: &Schema, read: Read) -> Option<&Column> {
    match read {
        Read::Deal(place) => schema.deals.get(place),
        Read::Payee(place) | Read::PayeeByDays(place) => schema.payees.get(place),
        _ => None,
    }
}

fn place(span: &Span) -> (Arc<str>, usize, usize) {
    (Arc::clone(&span.file), span.start, span.end)
}

/// What a comparison depends on.
enum Shape<'a> {
    /// Nothing.
    Constant,
    /// This alone, compared with these.
    Of(&'a Expr, Vec<&'a Scalar>),
    /// Something that is not followed.
    Open,
}

fn shape(expr: &Expr) -> Shape<'_> {
    let constants = |list: &[&'_ Expr]| list.iter().all(|part| matches!(part.op, Op::Constant(_)));
    fn values<'a>(list: &[&'a Expr]) -> Vec<&'a Scalar> {
        let of = |part: &&'a Expr| match &part.op {
            Op::Constant(value) => Some(value),
            _ => None,
        };
        list.iter().filter_map(of).collect()
    }
    let of = |item: &'_ Expr, others: &[&'_ Expr]| read_of(item).is_some() && constants(others);
    match &expr.op {
        Op::Constant(_) => Shape::Constant,
        Op::Read(_) | Op::Coalesce(_) if read_of(expr).is_some() => Shape::Of(expr, Vec::new()),
        Op::Binary(op, left, right) if op.compares() => {
            if of(left, &[right]) {
                Shape::Of(left, values(&[right]))
            } else if of(right, &[left]) {
                Shape::Of(right, values(&[left]))
            } else {
                Shape::Open
            }
        }
        Op::OneOf(item, list) if of(item, &list.iter().collect::<Vec<_>>()) => {
            Shape::Of(item, values(&list.iter().collect::<Vec<_>>()))
        }
        Op::Between(item, from, to, _) if of(item, &[from, to]) => Shape::Of(item, values(&[from, to])),
        Op::Call(Builtin::Within, list) => match list.as_slice() {
            [item, from, to] if of(item, &[from, to]) => Shape::Of(item, values(&[from, to])),
            _ => Shape::Open,
        },
        _ => Shape::Open,
    }
}

/// What stands alone, or with a constant where it is blank.
fn read_of(expr: &Expr) -> Option<(Read, Option<&Scalar>)> {
    match &expr.op {
        Op::Read(read) => Some((*read, None)),
        Op::Coalesce(list) => match list.as_slice() {
            [Expr { op: Op::Read(read), .. }, Expr { op: Op::Constant(value), .. }] => Some((*read, Some(value))),
            _ => None,
        },
        _ => None,
    }
}

/// The comparisons of some conditions.
#[derive(Default)]
struct Met {
    reads: BTreeMap<Read, Constants>,
    open: BTreeSet<(Arc<str>, usize, usize)>,
}

impl Met {
    fn add(&mut self, condition: &Expr) {
        match &condition.op {
            Op::And(list) | Op::Or(list) => list.iter().for_each(|part| self.add(part)),
            Op::Not(of) => self.add(of),
            Op::If(test, then, otherwise) => [test, then, otherwise].into_iter().for_each(|part| self.add(part)),
            _ => match shape(condition) {
                Shape::Constant => {}
                Shape::Of(item, constants) => {
                    let Some((read, otherwise)) = read_of(item) else { return };
                    let own = self.reads.entry(read).or_default();
                    own.blank |= otherwise.is_some();
                    constants.into_iter().chain(otherwise).for_each(|constant| own.add(constant));
                }
                Shape::Open => {
                    self.open.insert(place(&condition.span));
                }
            },
        }
    }
}

/// What a column, field or figure is compared with.
#[derive(Default)]
struct Constants {
    figures: BTreeSet<Decimal>,
    days: BTreeSet<NaiveDate>,
    texts: BTreeSet<Arc<str>>,
    others: Vec<Scalar>,
    /// Whether a blank is given a value.
    blank: bool,
}

impl Constants {
    fn add(&mut self, constant: &Scalar) {
        match constant {
            Scalar::Decimal(figure) => {
                self.figures.insert(*figure);
            }
            Scalar::Date(day) => {
                self.days.insert(*day);
            }
            Scalar::Text(text) => {
                self.texts.insert(Arc::clone(text));
            }
            Scalar::Duration(_) => self.others.push(constant.clone()),
            Scalar::YesNo(_) => {}
        }
    }

    fn values(&self, read: Read, domain: Domain<'_>) -> Vec<Option<Scalar>> {
        let column = column_of(domain.schema, read);
        let listed: Vec<Arc<str>> = column.map(|column| column.values.clone()).unwrap_or_default();
        let mut found: Vec<Scalar> = Vec::new();
        if !self.figures.is_empty() {
            let whole = column.is_some_and(|column| column.kind == ColumnType::Number);
            found.extend(figures(&self.figures, whole).into_iter().map(Scalar::Decimal));
        } else if !self.days.is_empty() {
            let span = domain.dated.filter(|(place, ..)| read == Read::Deal(*place));
            found.extend(days(&self.days, span).into_iter().map(Scalar::Date));
        } else if !listed.is_empty() {
            found.extend(listed.into_iter().map(Scalar::Text));
        } else if !self.texts.is_empty() {
            found.extend(self.texts.iter().cloned().chain([Arc::from(OTHER)]).map(Scalar::Text));
        } else if self.others.is_empty() {
            found.extend([true, false].map(Scalar::YesNo));
        } else {
            found.extend(self.others.iter().cloned());
        }
        found.into_iter().map(Some).chain(self.blank.then_some(None)).collect()
    }
}

/// Below, at, between and above some figures. Of `whole` ones nothing lies between two neighbours.
fn figures(at: &BTreeSet<Decimal>, whole: bool) -> Vec<Decimal> {
    let mut found = Vec::new();
    let mut last: Option<Decimal> = None;
    for figure in at {
        match last {
            None => found.extend(sub(*figure, Decimal::ONE)),
            Some(last) => {
                let wholes = whole && last.fract().is_zero() && figure.fract().is_zero();
                let gap = sub(*figure, last).ok().filter(|gap| !wholes || *gap > Decimal::ONE);
                let middle = gap.and_then(|gap| add(last, div(gap, Decimal::TWO).ok()?).ok());
                found.extend(middle.map(|middle| if wholes { middle.floor() } else { middle }));
            }
        }
        found.push(*figure);
        last = Some(*figure);
    }
    found.extend(last.and_then(|last| add(last, Decimal::ONE).ok()));
    found
}

/// The days beside some days, those outside a span left out.
fn days(at: &BTreeSet<NaiveDate>, span: Option<(usize, NaiveDate, NaiveDate)>) -> Vec<NaiveDate> {
    let beside = at.iter().flat_map(|day| [day.pred_opt(), Some(*day), day.succ_opt()]).flatten();
    let (from, to) = span.map_or((NaiveDate::MIN, NaiveDate::MAX), |(_, from, to)| (from, to));
    let ends = span.into_iter().flat_map(|(_, from, to)| [from, to]);
    beside.chain(ends).filter(|day| (from..=to).contains(day)).collect::<BTreeSet<_>>().into_iter().collect()
}
