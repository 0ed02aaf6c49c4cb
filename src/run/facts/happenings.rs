//! What happens to deals after they counted: money that comes, and events that take back or give back.
//!
//! What takes back is let in one event at a time, so that each is priced by the difference it makes. For one deal and
//! one component it says what is left of the deal ([`Left`]): a restatement takes the deal out or makes it smaller; a
//! reversal leaves it and takes a share of what it paid.

use super::super::scene::View;
use super::{Book, CASH, Happening};
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Deal, Event, deal_column};
use crate::domain::value::{Duration, Value};
use crate::plan::formula::{EvalError, Failure, shift};
use crate::plan::model::{Clawback, Method, Plan, Since, Take};
use crate::plan::table::{Axis, Table};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::cmp::Ordering;

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
    /// Takes the deals that something happened to, each with what did, in place of those of the facts. Gives their places.
    pub fn take_deals(&mut self, deals: &'a [(Deal, Vec<Event>)]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..deals.len()).collect();
        let key = |own: &usize| deals.get(*own).map(|(deal, _)| (deal.day(), &deal.id));
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        self.deals = order.iter().filter_map(|own| Some(&deals.get(*own)?.0)).collect();
        let mut places = vec![0; deals.len()];
        let mut events = Vec::new();
        for (place, own) in order.into_iter().enumerate() {
            if let Some(slot) = places.get_mut(own) {
                *slot = place;
            }
            events.extend(deals.get(own).into_iter().flat_map(|(_, events)| events).map(|event| (event, Some(place))));
        }
        self.keep_events(events);
        places
    }

    /// Sorts the events.
    pub(super) fn sort_events(&mut self) {
        let places: std::collections::BTreeMap<&str, usize> =
            self.deals.iter().enumerate().map(|(place, deal)| (&*deal.id, place)).collect();
        let place = |event: &Event| event.deal.as_ref().and_then(|id| places.get(&**id)).copied();
        let events = self.facts.events.iter().map(|event| (event, place(event))).collect();
        self.keep_events(events);
    }

    /// Keeps events, each with the place of its deal.
    fn keep_events(&mut self, mut events: Vec<(&'a Event, Option<usize>)>) {
        events.sort_by(|(a, _), (b, _)| (a.date, &a.id).cmp(&(b.date, &b.id)));
        self.cash = vec![Vec::new(); self.deals.len()];
        self.happened = vec![Vec::new(); self.deals.len()];
        for (event, deal) in events {
            if matches!(&*event.kind, "held" | "released") {
                self.holds.push(event);
            }
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
        plan.clawbacks.iter().find(|rule| {
            let touches = rule.of.is_empty() || component.is_some_and(|component| rule.of.contains(&component));
            touches
                && rule.on.contains(&happening.event.kind)
                && self
                    .since(rule, happening.deal, counted)
                    .is_some_and(|since| in_window(rule, since, happening.event.date))
        })
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
        let mut left = Left::ALL;
        let mut refunded = Fraction::ZERO;
        for place in happened.iter().filter(|place| **place < moment.known) {
            let Some(happening) = self.happenings.get(*place) else { continue };
            if &*happening.event.kind == "reinstated" {
                (left, refunded) = (Left::ALL, Fraction::ZERO);
                continue;
            }
            let rule = self.rule(rules, component, happening, counted);
            let takes_back = rule.is_some() || matches!(&*happening.event.kind, "cancelled" | "refunded");
            if !takes_back {
                continue;
            }
            let failed = |error| EvalError {
                failure: Failure::Arithmetic(error),
                span: rule.map_or_else(|| rules.span.clone(), |rule| rule.span.clone()),
            };
            let rest = less(Fraction::ONE, refunded).map_err(failed)?;
            let (part, all) = self.part(happening, rest).map_err(failed)?;
            refunded = refunded.plus(part).map_err(failed)?;
            let Some(rule) = rule else { continue };
            match &rule.method {
                Method::Restate if all => left.removed = true,
                Method::Restate => left.left = less(left.left, part).map_err(failed)?,
                Method::Reverse { take, of_first } => {
                    let taken = self.take((plan, take, rule), happening, counted, payee)?;
                    let share = part.by(taken).map_err(failed)?;
                    let sum = if *of_first { &mut left.first } else { &mut left.held };
                    *sum = sum.plus(share).map_err(failed)?;
                }
            }
        }
        if !left.held.is_zero() && !left.is_whole() && !left.left.is_zero() {
            let inverse = Fraction::new(left.left.den(), left.left.num());
            left.held = inverse
                .and_then(|inverse| left.held.by(inverse))
                .map_err(|error| EvalError { failure: Failure::Arithmetic(error), span: rules.span.clone() })?;
        }
        let failed = |error| EvalError { failure: Failure::Arithmetic(error), span: rules.span.clone() };
        left.held = at_most(left.held, Fraction::ONE).map_err(failed)?;
        left.first = at_most(left.first, Fraction::ONE).map_err(failed)?;
        Ok(left)
    }

    /// The part of the deal that an event gives back, and whether that is all of it: without an amount, all that is left.
    fn part(&self, happening: &Happening<'_>, rest: Fraction) -> Exact<(Fraction, bool)> {
        let amount = happening.event.amount.filter(|_| &*happening.event.kind != "cancelled");
        let (Some(refund), Some(whole)) = (amount, self.amount(happening.deal).filter(|amount| !amount.is_zero()))
        else {
            return Ok((rest, true));
        };
        Ok((at_most(Fraction::new(refund, whole)?, rest)?, false))
    }

    fn take(
        &self,
        (plan, take, rule): (usize, &Take, &Clawback),
        happening: &Happening<'_>,
        counted: NaiveDate,
        payee: usize,
    ) -> Result<Fraction, EvalError> {
        let fail = |failure: Failure| EvalError { failure, span: rule.span.clone() };
        match take {
            Take::Share(share) => Ok(Fraction::from(*share)),
            Take::Table(table) => {
                let since = self.since(rule, happening.deal, counted).unwrap_or(counted);
                at_age(table, since, happening.event.date).map_err(fail)
            }
            Take::Formula(formula) => {
                let view = View {
                    deal: self.deals.get(happening.deal).copied(),
                    event: Some(happening.event),
                    ..View::of(self, plan, payee, happening.event.date).map_err(fail)?
                };
                formula.decimal(&view).map(Fraction::from)
            }
        }
    }
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
