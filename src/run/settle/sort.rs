//! What the entries of a payout period bring and what they take: the second step of a settlement.
//!
//! Within a component and measurement period pay is netted, for a return is less earned and no debt. What a limit takes
//! belongs to what it limits: a yearly cap that is reached in the second quarter lowers that quarter's pay, it is not owed.

use super::super::adjust::Entry;
use super::super::earn::{Kind, Part};
use super::super::facts::Book;
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction, add, negate, sub};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a period's entries bring and take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// What is above nothing.
    pub gain: Decimal,
    /// What is below it.
    pub debt: Decimal,
    /// What of it limits take of pay that is not here, but in another currency of the payee.
    pub limited: Decimal,
    /// What the entries earned, at the currency of pay.
    pub earned: Decimal,
}

/// A payee, period and currency.
type PayKey<'e> = (&'e str, usize, Currency);

/// What is netted: a component and measurement period; of what a clawback touches, deal and part too; limits by themselves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'e> {
    order: (usize, usize),
    measured: (NaiveDate, NaiveDate),
    deal: Option<(&'e (NaiveDate, Arc<str>), Part)>,
    limit: bool,
}

/// Gain and debt: an amount that an event took back from is netted for itself, so that what is earned and taken back in one
/// payout leaves nothing; everything else within a component and measurement period; then what limits take and give, within
/// what they limit.
///
/// # Errors
/// Overflow.
pub fn sort<'e>(book: &Book<'_>, entries: &'e [Entry]) -> Exact<BTreeMap<PayKey<'e>, Sorted>> {
    let own = |entry: &'e Entry| {
        (&*entry.payee, entry.payout, entry.currency, entry.order, &entry.measured, &entry.deal, entry.part)
    };
    let touched: BTreeSet<_> = entries.iter().filter(|entry| entry.kind == Kind::Clawback).map(own).collect();
    let mut net: BTreeMap<PayKey<'_>, BTreeMap<Group<'_>, Decimal>> = BTreeMap::new();
    let mut sums: BTreeMap<PayKey<'_>, Sorted> = BTreeMap::new();
    // Pay of all true-ups is netted: one correction may move an amount from one key to another.
    let mut corrected: BTreeMap<PayKey<'_>, Decimal> = BTreeMap::new();
    for entry in entries {
        let key: PayKey<'_> = (&entry.payee, entry.payout, entry.currency);
        if entry.kind == Kind::TrueUp {
            let sum = corrected.entry(key).or_default();
            *sum = add(*sum, entry.amount)?;
            let sorted = sums.entry(key).or_default();
            sorted.earned = add(sorted.earned, earned(book, entry)?)?;
            continue;
        }
        let apart = entry.kind != Kind::Manual && !touched.is_empty() && touched.contains(&own(entry));
        let group = Group {
            order: one_of_versions(book, entry.order),
            measured: (entry.measured.from, entry.measured.to),
            deal: entry.deal.as_ref().filter(|_| apart).map(|deal| (deal, entry.part)),
            limit: matches!(entry.part, Part::Cap(_) | Part::Floor(_)),
        };
        let sum = net.entry(key).or_default().entry(group).or_default();
        *sum = add(*sum, entry.amount)?;
        let sorted = sums.entry(key).or_default();
        sorted.earned = add(sorted.earned, earned(book, entry)?)?;
    }
    for (key, mut groups) in net {
        set_off(book, &mut groups)?;
        let sorted = sums.entry(key).or_default();
        for (group, amount) in groups {
            sorted.take(amount)?;
            if group.limit && amount.is_sign_negative() {
                sorted.limited = sub(sorted.limited, amount)?;
            }
        }
    }
    for (key, amount) in corrected {
        sums.entry(key).or_default().take(amount)?;
    }
    Ok(sums)
}

impl Sorted {
    /// Of what is earned and payable at once.
    #[must_use]
    pub fn net(amount: Decimal) -> Self {
        let (gain, debt) =
            if amount.is_sign_negative() { (Decimal::ZERO, negate(amount)) } else { (amount, Decimal::ZERO) };
        Self { gain, debt, limited: Decimal::ZERO, earned: amount }
    }

    fn take(&mut self, amount: Decimal) -> Exact<()> {
        if amount.is_sign_negative() {
            self.debt = sub(self.debt, amount)?;
        } else {
            self.gain = add(self.gain, amount)?;
        }
        Ok(())
    }
}

/// Nets each limit with the pay that it limits, as far as their signs differ, and with what narrower limits let go of: that
/// of fewer components and days first, for a wider one finds other pay.
fn set_off(book: &Book<'_>, groups: &mut BTreeMap<Group<'_>, Decimal>) -> Exact<()> {
    let mut limits: Vec<Group<'_>> = groups.keys().filter(|group| group.limit).cloned().collect();
    let days = |(from, to): (NaiveDate, NaiveDate)| to.signed_duration_since(from);
    limits.sort_by_key(|limit| (width(book, limit), days(limit.measured)));
    for (place, limit) in limits.iter().enumerate() {
        let mut left = groups.get(limit).copied().unwrap_or_default();
        let narrower = limits.get(..place).unwrap_or_default();
        let pays = |group: &Group<'_>| !group.limit || narrower.contains(group);
        let limited = groups.iter_mut().filter(|(group, _)| pays(group) && covers(book, limit, group));
        for (_, amount) in limited {
            let opposite = left.is_sign_negative() != amount.is_sign_negative();
            if opposite && !left.is_zero() {
                let moved = if left.abs() < amount.abs() { left } else { negate(*amount) };
                *amount = add(*amount, moved)?;
                left = sub(left, moved)?;
            }
        }
        groups.insert(limit.clone(), left);
    }
    Ok(())
}

/// The component, or the cap across components, by which it is netted: of several versions of its plan the last that has it.
fn one_of_versions(book: &Book<'_>, (place, number): (usize, usize)) -> (usize, usize) {
    let plan = book.plans.get(place);
    let cap = plan.and_then(|plan| plan.caps.get(number.checked_sub(plan.components.len())?));
    let name = cap.map(|cap| &cap.name);
    let named = |version: usize| {
        let plan = book.plans.get(version)?;
        let across = plan.caps.iter().position(|cap| Some(&cap.name) == name)?;
        Some((version, plan.components.len().saturating_add(across)))
    };
    let own = book.namesakes(place, number).last().copied();
    own.or_else(|| book.versions(place).filter_map(named).last()).unwrap_or((place, number))
}

/// The name of a component by its place; none of what belongs to no component.
fn component<'a>(book: &Book<'a>, (place, number): (usize, usize)) -> Option<&'a Arc<str>> {
    book.plans.get(place).and_then(|plan| plan.components.get(number)).map(|component| &component.name)
}

/// How many components a limit is across.
fn width(book: &Book<'_>, limit: &Group<'_>) -> usize {
    let (place, number) = limit.order;
    let Some(plan) = book.plans.get(place) else { return 0 };
    match number.checked_sub(plan.components.len()).and_then(|across| plan.caps.get(across)) {
        None => 1,
        Some(cap) => cap.width(plan.components.len()),
    }
}

/// Whether a limit is one of the amount's component, or of several with it among them, over days that they share.
fn covers(book: &Book<'_>, limit: &Group<'_>, pay: &Group<'_>) -> bool {
    let (place, number) = limit.order;
    let Some(plan) = book.plans.get(place) else { return false };
    // Of the pay the component is that of another version, maybe.
    let own = match component(book, pay.order) {
        None => Some(pay.order.1).filter(|_| place == pay.order.0),
        Some(name) if book.plans.get(pay.order.0).is_some_and(|other| other.name == plan.name) => {
            plan.components.iter().position(|other| other.name == *name)
        }
        Some(_) => None,
    };
    let Some(own) = own else { return false };
    let shared = limit.measured.0 <= pay.measured.1 && pay.measured.0 <= limit.measured.1;
    let of = match number.checked_sub(plan.components.len()) {
        None => number == own,
        Some(across) => plan.caps.get(across).is_some_and(|cap| cap.covers(own)),
    };
    shared && of
}

/// What an entry earned, in the currency of pay: at the rate at which its pay was converted, else as it is. It is rounded as
/// the plan says.
fn earned(book: &Book<'_>, entry: &Entry) -> Exact<Decimal> {
    if entry.currency == entry.plan_currency {
        return Ok(entry.earned);
    }
    if entry.payable.is_zero() || entry.earned == entry.payable {
        return Ok(entry.amount);
    }
    let part = Fraction::new(entry.earned, entry.payable)?;
    let value = part.times(entry.amount)?.value()?;
    let rounding = book.plans.get(entry.order.0).map(|plan| plan.rounding).unwrap_or_default();
    Ok(rounding.round(value, entry.currency.places()))
}
