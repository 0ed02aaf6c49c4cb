//! The canonical rows of facts: kind, standard columns, the date of recording, declared columns by name.

use super::{Cell, made, row, text_of};
use crate::domain::exact::shortest;
use crate::domain::facts::{
    Adjustment, AdjustmentKind, Balance, Deal, Event, Facts, QuotaDays, Rate, Share, deal_column, payee_field,
};
use crate::domain::value::{Columns, Value};
use crate::parallel;
use chrono::NaiveDate;
use std::sync::Arc;

/// The cells of a row in the order of the digest: standard columns, the date of recording, declared columns by name.
fn cells<'f>(columns: &'f Columns, cells: &'f [Option<Value>], recorded: usize) -> Vec<Cell<'f>> {
    let value = |place: usize| cells.get(place).and_then(Option::as_ref).map(Value::as_canonical);
    let mut row: Vec<Cell<'f>> = (0..=recorded).map(value).collect();
    row.extend(by_name(columns, cells, recorded.saturating_add(1)).into_iter().map(|(_, value)| value));
    row
}

/// The cells from a place on, by the names of their columns.
fn by_name<'f>(columns: &'f Columns, cells: &'f [Option<Value>], from: usize) -> Vec<(&'f str, Cell<'f>)> {
    let value = |place: usize| cells.get(place).and_then(Option::as_ref).map(Value::as_canonical);
    let all = columns.0.iter().zip(0_usize..).skip(from);
    let mut named: Vec<_> = all.map(|(column, place)| (&*column.name, value(place))).collect();
    named.sort_unstable();
    named
}

fn day(day: Option<NaiveDate>) -> Cell<'static> {
    day.and_then(|day| made(day.to_string()))
}

fn text(text: &Option<Arc<str>>) -> Cell<'_> {
    text.as_ref().and_then(|text| text_of(text))
}

/// The rows of what was sold and what happened, as far as it was known on a day: recorded by then, or without a date
/// of recording, happened by then.
pub(super) fn data(facts: &Facts, as_of: NaiveDate) -> Vec<String> {
    let knows = |recorded: Option<NaiveDate>, happened: Option<NaiveDate>| {
        recorded.or(happened).is_none_or(|known| known <= as_of)
    };
    let deals = facts.deals.iter().filter(|deal| knows(deal.date(deal_column::RECORDED), deal.day()));
    let deals: Vec<&Deal> = deals.collect();
    let of_deal = |deal: &&Deal| {
        let mut own = vec![text_of("deals")];
        own.extend(cells(&facts.schema.deals, &deal.cells, deal_column::RECORDED));
        row(&own)
    };
    let shares = |deal: &&Deal| deal.shares.iter().map(|share| share_row(deal, share)).collect::<Vec<_>>();
    let mut rows = parallel::each(&deals, of_deal);
    rows.extend(parallel::each(&deals, shares).into_iter().flatten());
    let events = facts.events.iter().filter(|event| knows(event.recorded, Some(event.date)));
    let events: Vec<&Event> = events.collect();
    rows.extend(parallel::each(&events, |event| event_row(&facts.schema.events, event)));
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

fn event_row(columns: &Columns, event: &Event) -> String {
    let mut cells = vec![
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
    ];
    cells.extend(by_name(columns, &event.cells, 0).into_iter().map(|(_, value)| value));
    row(&cells)
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

fn share_row(deal: &Deal, share: &Share) -> String {
    row(&[
        text_of("shares"),
        text_of(&deal.id),
        text_of(&share.payee),
        text(&share.role),
        made(shortest(share.share)),
        share.position.and_then(|position| made(position.to_string())),
        None,
    ])
}

/// The rows of who is paid, by what, and where they stand.
pub(super) fn people(facts: &Facts) -> Vec<String> {
    let mut rows = Vec::new();
    for payee in &facts.payees {
        for dated in &payee.rows {
            let mut own = vec![text_of("payees")];
            own.extend(cells(&facts.schema.payees, &dated.cells, payee_field::RECORDED));
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
