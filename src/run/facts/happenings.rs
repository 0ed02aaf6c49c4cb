//! What happens to deals after they counted: money that comes, and events that take back or give back.
//!
//! What takes back is let in one event at a time, so that each is priced by the difference it makes. For one deal and
//! one component it says what is left of the deal ([`Left`]): a restatement takes the deal out or makes it smaller; a
//! reversal leaves it and takes a share of what it paid.

use super::super::scene::View;
use super::{Book, CASH, Happening, holds};
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Event, deal_column};
use crate::domain::value::{Duration, Value};
use crate::plan::formula::{EvalError, Expr, Failure, shift};
use crate::plan::model::{Clawback, Method, Plan, Since, Take};
use crate::plan::table::{Axis, Table};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::sync::Arc;

/// What is known: facts up to a day, and of the events that take back so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The last day whose deals and payments count.
    pub until: NaiveDate,
    /// How many of [`Book::happenings`] are let in.
    pub known: usize,
}

/// What is left of a deal, for one component.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// Whether it is out altogether.
    pub removed: bool,
    /// Of its amount after restatements, a fraction.
    pub left: Fraction,
    /// What reversals take of what it holds, a fraction.
    pub held: Fraction,
    /// What reversals take of what it first paid, a fraction.
    pub first: Fraction,
}

impl Left {
    /// All of it.
    pub const ALL: Self = Self { removed: false, left: Fraction::ONE, held: Fraction::ZERO, first: Fraction::ZERO };

    /// Whether nothing was restated.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.removed && self.left.num() == self.left.den()
    }
}

fn less(a: Fraction, b: Fraction) -> Exact<Fraction> {
    a.plus(b.times(Decimal::NEGATIVE_ONE)?)
}

fn at_most(a: Fraction, b: Fraction) -> Exact<Fraction> {
    Ok(if a.compare(b)? == Ordering::Greater { b } else { a })
}

impl<'a> Book<'a> {
    /// Sorts the events.
    pub(super) fn sort_events(&mut self) {
        let places: std::collections::BTreeMap<&str, usize> =
            self.deals.iter().enumerate().map(|(place, deal)| (&*deal.id, place)).collect();
        let place = |event: &Event| event.deal.as_ref().and_then(|id| places.get(&**id)).copied();
        let mut events: Vec<_> = self.facts.events.iter().map(|event| (event, place(event))).collect();
        events.sort_by(|(a, _), (b, _)| (a.date, &a.id).cmp(&(b.date, &b.id)));
        self.holds = holds(&self.facts.events);
        self.cash = vec![Vec::new(); self.deals.len()];
        self.happened = vec![Vec::new(); self.deals.len()];
        for (event, deal) in events {
            let Some(deal) = deal else { continue };
            if let Some(list) = self.cash.get_mut(deal) {
                list.push(event);
            }
            if !CASH.contains(&&*event.kind) {
                if let Some(list) = self.happened.get_mut(deal) {
                    list.push(self.happenings.len());
                }
                self.happenings.push(Happening { event, deal });
            }
        }
    }

    /// The events of a deal, by (date, id).
    #[must_use]
    pub fn events(&self, deal: usize) -> &[&'a Event] {
        self.cash.get(deal).map_or(&[], Vec::as_slice)
    }

    /// The places in [`Book::happenings`] of the events that take back from a deal.
    #[must_use]
    pub fn happened(&self, deal: usize) -> &[usize] {
        self.happened.get(deal).map_or(&[], Vec::as_slice)
    }

    /// How many of the happenings are dated up to a day.
    #[must_use]
    pub fn happened_by(&self, day: NaiveDate) -> usize {
        self.happenings.partition_point(|happening| happening.event.date <= day)
    }

    /// The amounts of a deal's events of one kind up to a day, in the deal's currency.
    ///
    /// # Errors
    /// Overflow.
    pub fn received(&self, deal: usize, kind: &str, until: NaiveDate) -> Exact<Decimal> {
        let events = self.events(deal).iter().filter(|event| &*event.kind == kind && event.date <= until);
        crate::domain::exact::sum(events.filter_map(|event| event.amount))
    }

    /// The day of the first event of a kind.
    #[must_use]
    pub fn first_event(&self, deal: usize, kind: &str) -> Option<NaiveDate> {
        self.events(deal).iter().find(|event| &*event.kind == kind).map(|event| event.date)
    }

    /// Who has the account of a deal on a day, where it was handed over by then: credits from that day on are theirs.
    #[must_use]
    pub fn handed(&self, deal: usize, day: NaiveDate) -> Option<usize> {
        let events = self.events(deal).iter().rev();
        let mut handed = events.filter(|event| &*event.kind == "reassigned" && event.date <= day);
        self.payee(handed.next()?.payee.as_ref()?)
    }

    /// The deal's amount in its own currency.
    #[must_use]
    pub fn amount(&self, deal: usize) -> Option<Decimal> {
        self.deals.get(deal)?.cell(deal_column::AMOUNT).and_then(Value::decimal)
    }

    /// The rule of a plan that an event of a deal sets off for a component.
    #[must_use]
    pub fn rule<'p>(
        &self,
        plan: &'p Plan,
        component: Option<usize>,
        happening: &Happening<'_>,
        counted: NaiveDate,
    ) -> Option<&'p Clawback> {
        let since = |rule: &Clawback| self.since(rule, happening.deal, counted);
        rule_of(plan, component, (&happening.event.kind, happening.event.date), since)
    }

    fn since(&self, rule: &Clawback, deal: usize, counted: NaiveDate) -> Option<NaiveDate> {
        match rule.since {
            Since::Closed => Some(counted),
            Since::Invoiced => self.first_event(deal, "invoiced"),
            Since::Paid => self.first_event(deal, "paid"),
            Since::Starts => self.deals.get(deal)?.date(deal_column::STARTS),
        }
    }

    /// What is left of a deal for a component (`None`: for what no component touches) at a moment.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn left(
        &self,
        (plan, component): (usize, Option<usize>),
        deal: usize,
        counted: NaiveDate,
        payee: usize,
        moment: Moment,
    ) -> Result<Left, EvalError> {
        let happened = self.happened(deal);
        let Some(rules) = self.plans.get(plan).filter(|rules| !happened.is_empty() && !rules.clawbacks.is_empty())
        else {
            return Ok(Left::ALL);
        };
        let known = happened.iter().filter(|place| **place < moment.known);
        let events = known.filter_map(|place| self.happenings.get(*place).map(|happening| happening.event));
        let events = events.map(|event| What { kind: &event.kind, on: event.date, amount: event.amount });
        let since = |rule: &Clawback| self.since(rule, deal, counted);
        let formula = |rule: &Clawback, formula: &Expr, on: NaiveDate, nth: usize| {
            let fail = |failure: Failure| EvalError { failure, span: rule.span.clone() };
            let event =
                happened.get(nth).and_then(|place| self.happenings.get(*place)).map(|happening| happening.event);
            let view =
                View { deal: self.deals.get(deal).copied(), event, ..View::of(self, plan, payee, on).map_err(fail)? };
            formula.decimal(&view).map(Fraction::from)
        };
        left_of((rules, component), (events, self.amount(deal)), counted, since, formula)
    }
}

/// Something that happened to a deal.
#[derive(Clone, Copy, Debug)]
pub struct What<'e> {
    /// Its kind.
    pub kind: &'e Arc<str>,
    /// The day.
    pub on: NaiveDate,
    /// What was given back; `None`: all that is left.
    pub amount: Option<Decimal>,
}

/// The rule of a plan that an event sets off for a component; `since` tells the day 0 of a rule.
fn rule_of<'p>(
    plan: &'p Plan,
    component: Option<usize>,
    (kind, on): (&Arc<str>, NaiveDate),
    since: impl Fn(&Clawback) -> Option<NaiveDate>,
) -> Option<&'p Clawback> {
    plan.clawbacks.iter().find(|rule| {
        let touches = rule.of.is_empty() || component.is_some_and(|component| rule.of.contains(&component));
        touches && rule.on.contains(kind) && since(rule).is_some_and(|since| in_window(rule, since, on))
    })
}

/// What events leave of a deal of an amount that counted on a day, for a component: in the order of the events. `since` tells
/// the day 0 of a rule, `formula` what one takes by its formula, on the day of an event that is told by place.
///
/// # Errors
/// A formula without a value, overflow.
pub fn left_of<'e>(
    (rules, component): (&Plan, Option<usize>),
    (events, whole): (impl Iterator<Item = What<'e>>, Option<Decimal>),
    counted: NaiveDate,
    since: impl Fn(&Clawback) -> Option<NaiveDate>,
    formula: impl Fn(&Clawback, &Expr, NaiveDate, usize) -> Result<Fraction, EvalError>,
) -> Result<Left, EvalError> {
    let mut left = Left::ALL;
    let mut refunded = Fraction::ZERO;
    for (nth, event) in events.enumerate() {
        if &**event.kind == "reinstated" {
            (left, refunded) = (Left::ALL, Fraction::ZERO);
            continue;
        }
        let rule = rule_of(rules, component, (event.kind, event.on), &since);
        let takes_back = rule.is_some() || matches!(&**event.kind, "cancelled" | "refunded");
        if !takes_back {
            continue;
        }
        let failed = |error| EvalError {
            failure: Failure::Arithmetic(error),
            span: rule.map_or_else(|| rules.span.clone(), |rule| rule.span.clone()),
        };
        let rest = less(Fraction::ONE, refunded).map_err(failed)?;
        let (part, all) = part(event, whole, rest).map_err(failed)?;
        refunded = refunded.plus(part).map_err(failed)?;
        let Some(rule) = rule else { continue };
        match &rule.method {
            Method::Restate if all => left.removed = true,
            Method::Restate => left.left = less(left.left, part).map_err(failed)?,
            Method::Reverse { take, of_first } => {
                let taken = match take {
                    Take::Share(share) => Fraction::from(*share),
                    Take::Table(table) => at_age(table, since(rule).unwrap_or(counted), event.on)
                        .map_err(|failure| EvalError { failure, span: rule.span.clone() })?,
                    Take::Formula(own) => formula(rule, own, event.on, nth)?,
                };
                is_part(taken, rule)?;
                let share = part.by(taken).map_err(failed)?;
                let sum = if *of_first { &mut left.first } else { &mut left.held };
                *sum = sum.plus(share).map_err(failed)?;
            }
        }
    }
    let failed = |error| EvalError { failure: Failure::Arithmetic(error), span: rules.span.clone() };
    // Of a deal that is taken out altogether nothing is left to take.
    if left.removed {
        (left.held, left.first) = (Fraction::ZERO, Fraction::ZERO);
    }
    if !left.held.is_zero() && !left.is_whole() && !left.left.is_zero() {
        let inverse = Fraction::new(left.left.den(), left.left.num());
        left.held = inverse.and_then(|inverse| left.held.by(inverse)).map_err(failed)?;
    }
    left.held = at_most(left.held, Fraction::ONE).map_err(failed)?;
    left.first = at_most(left.first, Fraction::ONE).map_err(failed)?;
    Ok(left)
}

/// Refuses to take less than nothing, and more than all.
fn is_part(taken: Fraction, rule: &Clawback) -> Result<(), EvalError> {
    let failed = |failure| EvalError { failure, span: rule.span.clone() };
    let over = taken.compare(Fraction::ONE).map_err(|error| failed(Failure::Arithmetic(error)))?.is_gt();
    let under = taken.compare(Fraction::ZERO).map_err(|error| failed(Failure::Arithmetic(error)))?.is_lt();
    if over || under { Err(failed(Failure::NoPart)) } else { Ok(()) }
}

/// The part of the deal that an event gives back, and whether that is all of it: without an amount, all that is left.
fn part(event: What<'_>, whole: Option<Decimal>, rest: Fraction) -> Exact<(Fraction, bool)> {
    let amount = event.amount.filter(|_| &**event.kind != "cancelled");
    let (Some(refund), Some(whole)) = (amount, whole.filter(|amount| !amount.is_zero())) else {
        return Ok((rest, true));
    };
    Ok((at_most(Fraction::new(refund, whole)?, rest)?, false))
}

/// Whether a day lies in the window of a rule: `after` leaves its day out, `within` has it.
fn in_window(rule: &Clawback, since: NaiveDate, on: NaiveDate) -> bool {
    let end = |length: Duration| shift(since, length, false).unwrap_or(NaiveDate::MAX);
    rule.after.is_none_or(|after| on > end(after)) && rule.within.is_none_or(|within| on <= end(within))
}

/// The value of a table at an age.
fn at_age(table: &Table, since: NaiveDate, on: NaiveDate) -> Result<Fraction, Failure> {
    let Some(tiers) = table.tiers() else { return Err(Failure::Internal) };
    let days = Decimal::from(on.signed_duration_since(since).num_days());
    let age = match tiers.axis {
        Axis::Months => months(since, on).map_err(Failure::Arithmetic)?,
        _ => Fraction::from(days),
    };
    tiers.value_at(age).map_err(Failure::Arithmetic)
}

/// An age in months: whole ones, and of the month begun the part that its days have run.
fn months(since: NaiveDate, on: NaiveDate) -> Exact<Fraction> {
    let years = i64::from(on.year()).saturating_sub(i64::from(since.year()));
    let mut whole =
        years.saturating_mul(12).saturating_add(i64::from(on.month())).saturating_sub(i64::from(since.month()));
    let day = |months: i64| shift(since, Duration::Months(months), false).unwrap_or(on);
    if day(whole) > on {
        whole = whole.saturating_sub(1);
    }
    let (begun, ends) = (day(whole), day(whole.saturating_add(1)));
    let run = Decimal::from(on.signed_duration_since(begun).num_days());
    let size = Decimal::from(ends.signed_duration_since(begun).num_days().max(1));
    Fraction::new(run, size)?.plus(Fraction::from(Decimal::from(whole)))
}
