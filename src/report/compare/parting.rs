//! Where two versions part: what moves for one payee in one currency, and the first entry, and of it the first step, that
//! differs; where all entries are the same, the first line of the settlement.

use super::{ComponentChange, Side, Why, WhySide, in_days};
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, add, fixed, sub, sum};
use crate::run::adjust::Entry;
use crate::run::settle::{Payout, settle_lines};
use crate::run::statement::{Source, step_line};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What an entry is of, whichever version made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Of<'a> {
    ends: NaiveDate,
    plan: &'a str,
    component: &'a str,
    measured: NaiveDate,
    deal: Option<(NaiveDate, &'a str)>,
    kind: &'static str,
    rule: Option<&'a str>,
}

/// What a payee has in a currency, by both versions.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub sides: [Side<'a>; 2],
    pub entries: [(&'a [&'a Entry], &'a [&'a Payout]); 2],
    pub currency: Currency,
    pub days: (NaiveDate, NaiveDate),
}

/// Entries of one key, several where a component pays a deal in parts.
type Entries<'a> = [Vec<&'a Entry>; 2];

impl<'a> Own<'a> {
    /// The components that move, and where the two versions first part.
    pub fn parting(&self, payee: &str) -> Exact<(Vec<ComponentChange>, Option<Why>)> {
        let mut keyed: BTreeMap<Of<'a>, Entries<'a>> = BTreeMap::new();
        for (place, (side, (entries, _))) in self.sides.iter().zip(&self.entries).enumerate() {
            for entry in entries.iter().copied().filter(|entry| entry.currency == self.currency) {
                let Some(period) = side.outcome.periods.get(entry.payout) else { continue };
                if self.days.0 <= period.to && period.to <= self.days.1 {
                    let both = keyed.entry(of(entry, period.to)).or_default();
                    if let Some(own) = both.get_mut(place) {
                        own.push(entry);
                    }
                }
            }
        }
        let mut components: BTreeMap<(&str, &str), (Decimal, Decimal)> = BTreeMap::new();
        let mut parted: Vec<(_, &Of<'a>, &Entries<'a>)> = Vec::new();
        for (key, both) in &keyed {
            let [before, after] = both;
            let (a, b) = (total(before)?, total(after)?);
            let sums = components.entry((key.plan, key.component)).or_default();
            *sums = (add(sums.0, a)?, add(sums.1, b)?);
            if a != b {
                // By payout period, then as the script has it, then by deal.
                let order = before.first().or(after.first()).map(|entry| entry.order);
                parted.push(((key.ends, order, key.measured, key.deal), key, both));
            }
        }
        parted.sort_by(|one, other| one.0.cmp(&other.0));
        let why = match parted.first() {
            Some((_, key, both)) => Some(self.why(key, both)),
            None => self.settlement(payee)?,
        };
        let money = |amount| fixed(amount, self.currency.places());
        let moved = components.into_iter().filter(|(_, (a, b))| a != b).map(|((plan, component), (a, b))| {
            Ok(ComponentChange {
                plan: plan.to_owned(),
                component: component.to_owned(),
                a: money(a),
                b: money(b),
                change: money(sub(b, a)?),
            })
        });
        Ok((moved.collect::<Exact<_>>()?, why))
    }

    fn why(&self, key: &Of<'_>, both: &Entries<'_>) -> Why {
        let [before, after] = both;
        let side = |place: usize, own: &[&Entry], other: &[&Entry]| -> Option<WhySide> {
            let first = own.first()?;
            let texts = self.sides.get(place)?.texts;
            let steps = own.iter().flat_map(|entry| &entry.steps);
            let mut others = other.iter().flat_map(|entry| &entry.steps);
            let step = steps.into_iter().find(|step| others.next() != Some(*step));
            Some(WhySide {
                amount: fixed(total(own).unwrap_or_default(), self.currency.places()),
                step: step.map(|step| step_line(step, first.plan_currency)),
                step_currency: first.plan_currency.code(),
                source: Some(Source { file: first.span.file.to_string(), line: texts.line(&first.span) }),
            })
        };
        let labelled = self.sides.iter().find_map(|side| {
            side.outcome.periods.iter().find(|period| period.to == key.ends).map(|period| period.label.to_string())
        });
        Why {
            kind: "entry",
            period: labelled.unwrap_or_default(),
            component: key.component.to_owned(),
            deal: key.deal.map(|(_, id)| id.to_owned()),
            a: side(0, before, after),
            b: side(1, after, before),
        }
    }

    /// The first line of a settlement that differs, where all entries are the same.
    fn settlement(&self, payee: &str) -> Exact<Option<Why>> {
        type Line = (usize, [Option<Decimal>; 2]);
        let mut lines: BTreeMap<(NaiveDate, &'static str), Line> = BTreeMap::new();
        for (place, (side, (_, payouts))) in self.sides.iter().zip(&self.entries).enumerate() {
            for payout in payouts.iter().filter(|payout| &*payout.payee == payee && payout.currency == self.currency) {
                let Some(period) = side.outcome.periods.get(payout.period) else { continue };
                if !in_days(side.outcome, payout.period, self.days) {
                    continue;
                }
                for (n, (step, amount)) in settle_lines(payout).into_iter().enumerate() {
                    let (first, pair) = lines.entry((period.to, step)).or_insert((n, [None, None]));
                    *first = n.min(*first);
                    if let Some(own) = pair.get_mut(place) {
                        *own = Some(amount);
                    }
                }
            }
        }
        let parted = lines.into_iter().filter(|(_, (_, [a, b]))| a != b);
        let first = parted.min_by_key(|((ends, step), (n, _))| (*ends, *n, *step));
        let Some(((ends, step), (_, [a, b]))) = first else { return Ok(None) };
        let label = self.sides.iter().find_map(|side| {
            side.outcome.periods.iter().find(|period| period.to == ends).map(|period| period.label.to_string())
        });
        let side = |amount: Option<Decimal>| {
            amount.map(|amount| WhySide {
                amount: fixed(amount, self.currency.places()),
                step: None,
                step_currency: self.currency.code(),
                source: None,
            })
        };
        Ok(Some(Why {
            kind: "settle",
            period: label.unwrap_or_default(),
            component: step.to_owned(),
            deal: None,
            a: side(a),
            b: side(b),
        }))
    }
}

fn of(entry: &Entry, ends: NaiveDate) -> Of<'_> {
    Of {
        ends,
        plan: &entry.plan,
        component: &entry.component,
        measured: entry.measured.from,
        deal: entry.deal.as_ref().map(|(day, id)| (*day, &**id)),
        kind: entry.kind.code(),
        rule: entry.set_off.as_ref().map(|cause| &*cause.rule),
    }
}

fn total(entries: &[&Entry]) -> Exact<Decimal> {
    sum(entries.iter().map(|entry| entry.amount))
}
