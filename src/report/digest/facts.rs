//! The canonical rows of facts: kind, standard columns, the date of recording, declared columns by name.

use super::{row, text_of};
use crate::domain::exact::shortest;
use crate::domain::facts::{
    Adjustment, AdjustmentKind, Balance, Deal, Event, Facts, QuotaDays, Rate, Share, deal_column, payee_field,
};
use crate::domain::value::{Columns, Value};
use chrono::NaiveDate;
use std::sync::Arc;

/// The cells of a row in the order of the digest: standard columns, the date of recording, declared columns by name.
fn cells(columns: &Columns, cells: &[Option<Value>], recorded: usize) -> Vec<Option<String>> {
    let value = |place: usize| cells.get(place).and_then(Option::as_ref).map(Value::canonical);
    let mut row: Vec<Option<String>> = (0..=recorded).map(value).collect();
    row.extend(by_name(columns, cells, recorded.saturating_add(1)).into_iter().map(|(_, value)| value));
    row
}

/// The cells from a place on, by the names of their columns.
fn by_name<'c>(columns: &'c Columns, cells: &[Option<Value>], from: usize) -> Vec<(&'c str, Option<String>)> {
    let all = columns.0.iter().zip(cells).skip(from);
    let mut named: Vec<_> = all.map(|(column, cell)| (&*column.name, cell.as_ref().map(Value::canonical))).collect();
    named.sort_unstable();
    named
}

fn day(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn text(text: &Option<Arc<str>>) -> Option<String> {
    text.as_ref().map(ToString::to_string)
}

/// The rows of what was sold and what happened, as far as it was known on a day: recorded by then, or without a date
/// of recording, happened by then.
pub(super) fn data(facts: &Facts, as_of: NaiveDate) -> Vec<String> {
    let knows = |recorded: Option<NaiveDate>, happened: Option<NaiveDate>| {
        recorded.or(happened).is_none_or(|known| known <= as_of)
    };
    let mut rows = Vec::new();
    for deal in facts.deals.iter().filter(|deal| knows(deal.date(deal_column::RECORDED), deal.day())) {
        let mut own = vec![text_of("deals")];
        own.extend(cells(&facts.schema.deals, &deal.cells, deal_column::RECORDED));
        rows.push(row(&own));
        rows.extend(deal.shares.iter().map(|share| share_row(deal, share)));
    }
    let events = facts.events.iter().filter(|event| knows(event.recorded, Some(event.date)));
    rows.extend(events.map(|event| event_row(&facts.schema.events, event)));
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
            Some(shortest(found.score)),
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
            Some(shortest(found.value)),
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
        event.amount.map(shortest),
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
        Some(shortest(rate.rate)),
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
        Some(shortest(found.amount)),
        found.currency.map(|currency| currency.code().to_owned()),
        text(&found.plan),
        text(&found.component),
        text(&found.deal),
        balance.map(|(word, _)| (*word).to_owned()),
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
            let keys = found.keys.iter().map(|key| key.as_ref().map(Value::canonical));
            let mut cells = vec![text_of("table"), text_of(&shape.name)];
            cells.push(Some(position.to_string()));
            cells.extend(keys);
            cells.extend([Some(found.value.canonical()), day(found.from), day(found.to)]);
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
        share.role.as_ref().map(ToString::to_string),
        Some(shortest(share.share)),
        share.position.map(|position| position.to_string()),
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
            QuotaDays::Period(label) => (Some(label.to_string()), None, None),
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
            Some(shortest(quota.amount)),
            quota.currency.map(|currency| currency.code().to_owned()),
            day(quota.recorded),
        ]));
    }
    rows
}
