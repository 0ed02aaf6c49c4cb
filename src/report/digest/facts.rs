//! The canonical rows of facts: kind, standard columns, the date of recording, declared columns by name.

use super::{Cell, made, row, text_of, write_row};
use crate::domain::exact::shortest;
use crate::domain::facts::{
    Adjustment, AdjustmentKind, Balance, Deal, Event, Facts, QuotaDays, Rate, Share, deal_column, payee_field,
};
use crate::domain::sha::Rows;
use crate::domain::value::{Columns, Value};
use crate::parallel;
use chrono::NaiveDate;
use std::sync::Arc;

/// The places of a row's cells in the order of the digest: standard columns, the date of recording, declared columns by name.
fn order(columns: &Columns, recorded: Option<usize>) -> Vec<usize> {
    let standard = recorded.map_or(0, |recorded| recorded.saturating_add(1));
    let mut named: Vec<(&str, usize)> = columns.0.iter().map(|column| &*column.name).zip(0..).skip(standard).collect();
    named.sort_unstable();
    (0..standard).chain(named.into_iter().map(|(_, place)| place)).collect()
}

/// The cells of a row in that order.
fn cells<'f>(order: &[usize], cells: &'f [Option<Value>]) -> impl Iterator<Item = Cell<'f>> {
    order.iter().map(|place| cells.get(*place).and_then(Option::as_ref).map(Value::as_canonical))
}

fn day(day: Option<NaiveDate>) -> Cell<'static> {
    day.and_then(|day| made(day.to_string()))
}

fn text(text: &Option<Arc<str>>) -> Cell<'_> {
    text.as_ref().and_then(|text| text_of(text))
}

/// How many rows are written one after another on a core.
const PIECE: usize = 4096;

/// The rows of what was sold and what happened, as far as it was known on a day: recorded by then, or without a date
/// of recording, happened by then.
pub(super) fn data(facts: &Facts, as_of: NaiveDate) -> Vec<Rows> {
    let knows = |recorded: Option<NaiveDate>, happened: Option<NaiveDate>| {
        recorded.or(happened).is_none_or(|known| known <= as_of)
    };
    let deals = facts.deals.iter().filter(|deal| knows(deal.date(deal_column::RECORDED), deal.day()));
    let deals: Vec<&Deal> = deals.collect();
    let events = facts.events.iter().filter(|event| knows(event.recorded, Some(event.date)));
    let events: Vec<&Event> = events.collect();
    let deals: Vec<&[&Deal]> = deals.chunks(PIECE).collect();
    let events: Vec<&[&Event]> = events.chunks(PIECE).collect();
    let columns = order(&facts.schema.deals, Some(deal_column::RECORDED));
    let mut rows = parallel::each(&deals, |deals| {
        let mut rows = Rows::default();
        for deal in *deals {
            rows.add(|text| write_row(text, std::iter::once(text_of("deals")).chain(cells(&columns, &deal.cells))));
        }
        rows
    });
    rows.extend(parallel::each(&deals, |deals| {
        let mut rows = Rows::default();
        for (deal, share) in deals.iter().flat_map(|deal| deal.shares.iter().map(move |share| (deal, share))) {
            rows.add(|text| write_row(text, share_row(deal, share)));
        }
        rows
    }));
    let columns = order(&facts.schema.events, None);
    rows.extend(parallel::each(&events, |events| {
        let mut rows = Rows::default();
        for event in *events {
            rows.add(|text| write_row(text, event_row(event).into_iter().chain(cells(&columns, &event.cells))));
        }
        rows
    }));
    let mut others = Rows::default();
    for row in less(facts, &knows) {
        others.add(|text| text.push_str(&row));
    }
    rows.push(others);
    rows
}

/// The rows of that which are few.
fn less(facts: &Facts, knows: &dyn Fn(Option<NaiveDate>, Option<NaiveDate>) -> bool) -> Vec<String> {
    let mut rows = Vec::new();
    for set in &facts.rates {
        let rates = set.rates.iter().filter(|rate| knows(rate.recorded, Some(rate.date)));
        rows.extend(rates.map(|rate| rate_row(&set.name, rate)));
    }
    for found in facts.scores.iter().filter(|found| knows(found.recorded, None)) {
        rows.push(row(&[
            text_of("scores"),
            text_of(&found.payee),
            text_of(&found.objective),
            text_of(&found.period),
            made(shortest(found.score)),
            text(&found.plan),
            day(found.recorded),
        ]));
    }
    for found in facts.metrics.iter().filter(|found| knows(found.recorded, None)) {
        rows.push(row(&[
            text_of("metrics"),
            text_of(&found.measure),
            text_of(&found.period),
            text(&found.payee),
            made(shortest(found.value)),
            day(found.recorded),
        ]));
    }
    let adjustments = facts.adjustments.iter().filter(|found| knows(found.recorded, Some(found.date)));
    rows.extend(adjustments.map(adjustment_row));
    rows
}

fn event_row(event: &Event) -> [Cell<'_>; 12] {
    [
        text_of("events"),
        text_of(&event.id),
        text(&event.deal),
        text_of(&event.kind),
        day(Some(event.date)),
        event.amount.map(shortest).and_then(made),
        text(&event.number),
        text(&event.payee),
        text(&event.component),
        text(&event.reason),
        text(&event.actor),
        day(event.recorded),
    ]
}

fn rate_row(set: &str, rate: &Rate) -> String {
    row(&[
        text_of("rates"),
        text_of(set),
        text_of(rate.from.code()),
        text_of(rate.to.code()),
        day(Some(rate.date)),
        made(shortest(rate.rate)),
        day(rate.until),
        day(rate.recorded),
    ])
}

fn adjustment_row(found: &Adjustment) -> String {
    let kind = AdjustmentKind::WORDS.iter().find(|(_, kind)| *kind == found.kind).map_or("", |(word, _)| word);
    let balance = Balance::WORDS.iter().find(|(_, balance)| Some(*balance) == found.balance);
    row(&[
        text_of("adjustments"),
        text_of(&found.id),
        text_of(kind),
        text_of(&found.payee),
        day(Some(found.date)),
        made(shortest(found.amount)),
        found.currency.and_then(|currency| text_of(currency.code())),
        text(&found.plan),
        text(&found.component),
        text(&found.deal),
        balance.and_then(|(word, _)| text_of(word)),
        text_of(&found.reason),
        text_of(&found.actor),
        day(found.recorded),
    ])
}

/// The rows of table files, each with its position, on which it depends which row fits first.
pub(super) fn tables(facts: &Facts) -> Vec<String> {
    let mut rows = Vec::new();
    for (shape, table) in facts.schema.tables.iter().zip(&facts.tables) {
        for (position, found) in (1_u64..).zip(table) {
            let keys = found.keys.iter().map(|key| key.as_ref().map(Value::as_canonical));
            let mut cells = vec![text_of("table"), text_of(&shape.name)];
            cells.push(made(position.to_string()));
            cells.extend(keys);
            cells.extend([Some(found.value.as_canonical()), day(found.from), day(found.to)]);
            rows.push(row(&cells));
        }
    }
    rows
}

fn share_row<'f>(deal: &'f Deal, share: &'f Share) -> [Cell<'f>; 7] {
    [
        text_of("shares"),
        text_of(&deal.id),
        text_of(&share.payee),
        text(&share.role),
        made(shortest(share.share)),
        share.position.and_then(|position| made(position.to_string())),
        None,
    ]
}

/// The rows of who is paid, by what, and where they stand.
pub(super) fn people(facts: &Facts) -> Vec<String> {
    let mut rows = Vec::new();
    let columns = order(&facts.schema.payees, Some(payee_field::RECORDED));
    for payee in &facts.payees {
        for dated in &payee.rows {
            let mut own = vec![text_of("payees")];
            own.extend(cells(&columns, &dated.cells));
            own.extend([day(dated.from), day(dated.to)]);
            rows.push(row(&own));
        }
    }
    for line in &facts.lines {
        rows.push(row(&[
            text_of("lines"),
            text_of(&line.payee),
            text_of(&line.manager),
            day(line.from),
            day(line.to),
            day(line.recorded),
        ]));
    }
    for found in facts.assignments.iter().flatten() {
        let cells = [
            text_of("assignments"),
            text_of(&found.payee),
            text_of(&found.plan),
            day(found.from),
            day(found.to),
            day(found.recorded),
        ];
        rows.push(row(&cells));
    }
    for found in &facts.leave {
        let cells =
            [text_of("leave"), text_of(&found.payee), day(Some(found.from)), day(found.to), day(found.recorded)];
        rows.push(row(&cells));
    }
    for quota in &facts.quotas {
        let (period, from, to) = match &quota.days {
            QuotaDays::Period(label) => (text_of(label), None, None),
            QuotaDays::Range(from, to) => (None, day(Some(*from)), day(Some(*to))),
        };
        rows.push(row(&[
            text_of("quotas"),
            text_of(&quota.measure),
            text(&quota.payee),
            text(&quota.plan),
            period,
            from,
            to,
            made(shortest(quota.amount)),
            quota.currency.and_then(|currency| text_of(currency.code())),
            day(quota.recorded),
        ]));
    }
    rows
}
