//! Events of deals: what happened to them, from rows of their own and from columns on the row of the deal.
//!
//! In:   the sources of events, and the columns of deals that hold events.
//! Out:  [`Event`]s, each right by itself: of a known kind, with the payee, reason and actor that its kind needs.
//! Not here: whether its deal is there, ids, refunds beside each other (`settle`).

mod idle;
mod settle;

pub(crate) use settle::settle;

use super::convert::{Cells, Last, Texts, blank, listed};
use super::findings::{Findings, Problem};
use super::mapping::Bound;
use super::named::{Named, Own};
use super::payees::Read;
use super::rows::{RowReader, read_sources};
use super::settings::{Kind, Settings, Source};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::{Deal, EVENT_KINDS, Event};
use crate::domain::value::{Value, WrittenIn};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns of events in one file.
struct EventColumns<'s> {
    id: Own<'s>,
    deal: Own<'s>,
    kind: Own<'s>,
    date: Own<'s>,
    amount: Own<'s>,
    number: Own<'s>,
    payee: Own<'s>,
    component: Own<'s>,
    reason: Own<'s>,
    actor: Own<'s>,
    recorded: Own<'s>,
    /// Declared columns, by their place in the schema.
    declared: Vec<(usize, Bound<'s>)>,
    /// What an event has before its cells are read: the defaults.
    blank: Vec<Option<Value>>,
}

/// All kinds of events of a project.
fn kinds(settings: &Settings) -> Vec<Arc<str>> {
    let standard = EVENT_KINDS.into_iter().map(Arc::from);
    standard.chain(settings.schema.event_kinds.iter().cloned()).collect()
}

/// What the declared columns of an event hold where nothing fills them.
pub(crate) fn defaults(settings: &Settings) -> Vec<Option<Value>> {
    let columns = settings.schema.events.0.iter();
    columns.map(|column| column.default.clone().filter(|_| column.mapped)).collect()
}

/// Reads events in rows of their own. `of_deal` is the currency of a deal's row, as far as deals were read.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
    of_deal: &BTreeMap<Arc<str>, Currency>,
) -> Read<Event> {
    let settings = env.settings;
    let schema = &settings.schema.events;
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let mut named = Named::bind(env, sheet, Kind::Events)?;
        labels.borrow_mut().insert(report, named.labels());
        let declared = schema.0.iter().enumerate().filter(|(_, column)| sheet.source.column(&column.name).is_some());
        let declared = declared.map(|(place, column)| Some((place, sheet.bind_column(env, &column.name)?)));
        Some(EventColumns {
            id: named.take("id"),
            deal: named.take("deal"),
            kind: named.take("kind"),
            date: named.take("date"),
            amount: named.take("amount"),
            number: named.take("number"),
            payee: named.take("payee"),
            component: named.take("component"),
            reason: named.take("reason"),
            actor: named.take("actor"),
            recorded: named.take("recorded"),
            declared: declared.collect::<Option<_>>()?,
            blank: defaults(settings),
        })
    };
    let kinds = kinds(settings);
    let mut deals = Last::default();
    let table = read_sources(
        env,
        &settings.sources.events,
        (findings, reports),
        bind,
        |columns, row| {
            let id = row.id(columns.id.column(), |id| Arc::from(id));
            let deal = row.id(columns.deal.column(), |id| deals.share(id));
            let kind = row.need(columns.kind.column(), |cells, row| {
                let Some(kind) = cells.bound.text(row)? else { return Ok(None) };
                listed("kind", &kind, &kinds)?;
                Ok(Some(texts.share(&kind)))
            });
            let date = row.need(columns.date.column(), |cells, row| cells.date(row));
            let currency = deal.as_ref().and_then(|deal| of_deal.get(deal)).copied();
            let currency = currency.unwrap_or(settings.company.currency);
            let amount = row.take(columns.amount.column(), |cells, row| cells.money(row, currency));
            let number = row.id(columns.number.column(), |id| texts.share(id));
            let payee = row.id(columns.payee.column(), |id| texts.share(id));
            let component = row.id(columns.component.column(), |id| texts.share(id));
            let mut text = |own: &Own<'_>| {
                row.take(own.column(), |cells, row| Ok(cells.bound.text(row)?.map(|text| texts.share(&text))))
            };
            let (reason, actor) = (text(&columns.reason), text(&columns.actor));
            let recorded = row.take(columns.recorded.column(), |cells, row| cells.date(row));
            let mut cells = columns.blank.clone();
            for (place, bound) in &columns.declared {
                let Some(column) = schema.get(*place) else { continue };
                let of_column = match column.written_in {
                    WrittenIn::Code(code) => code,
                    _ => currency,
                };
                let source = (&*column.name, Some(bound));
                let value = if column.optional || column.default.is_some() {
                    row.take(source, |cells, row| cells.value(row, column, of_column, texts))
                } else {
                    row.need(source, |cells, row| cells.value(row, column, of_column, texts))
                };
                if let (Some(cell), Some(value)) = (cells.get_mut(*place), value) {
                    *cell = Some(value);
                }
            }
            let event = Event {
                id: id.unwrap_or_default(),
                deal,
                kind: kind?,
                date: date?,
                amount,
                number,
                payee,
                component,
                reason,
                actor,
                cells,
                recorded,
                place: row.place.clone(),
            };
            complete(&event, columns, row);
            Some(event)
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// What an event of its kind must say.
fn complete(event: &Event, columns: &EventColumns<'_>, row: &mut RowReader<'_, '_>) {
    let by_hand = matches!(&*event.kind, "held" | "released");
    let kind = &event.kind;
    let mut need = |own: &Own<'_>, problem: Problem| {
        // A column that nothing maps is told of at the kind, which asks for it.
        let (label, bound) = own.column();
        let bound = bound.or(columns.kind.column().1);
        if let Some(bound) = bound {
            row.problem(Cells { name: label, bound }, problem);
        }
    };
    if event.deal.is_none() && !by_hand {
        need(&columns.deal, blank("deal"));
    }
    if event.deal.is_none() && by_hand && event.payee.is_none() && event.component.is_none() {
        let message = format!("`{kind}` names a deal, a payee or a component, and this row names none");
        need(&columns.deal, Problem::new(Code::Blank, message));
    }
    if event.payee.is_none() && &**kind == "reassigned" {
        need(&columns.payee, Problem::new(Code::Blank, "`reassigned` names the new `payee`, and it is blank"));
    }
    for (own, said) in [(&columns.reason, &event.reason), (&columns.actor, &event.actor)] {
        if by_hand && said.is_none() {
            let (name, _) = own.column();
            need(own, Problem::new(Code::Blank, format!("`{kind}` is somebody's decision and needs `{name}`")));
        }
    }
    if let Some(amount) = event.amount
        && let Some(problem) = wrong_amount(kind, amount)
    {
        need(&columns.amount, problem);
    }
}

/// What is wrong with the amount of an event by itself.
fn wrong_amount(kind: &str, amount: Decimal) -> Option<Problem> {
    let gives_back = matches!(kind, "refunded" | "cancelled");
    (gives_back && amount <= Decimal::ZERO).then(|| {
        let message = format!("the amount of `{kind}` is what was given back, above 0");
        let problem = Problem::new(Code::BadValue, message);
        problem.help("write it without a minus; what undoes it is `reinstated`")
    })
}

/// Events in the columns of a deal's row.
pub(crate) struct OnDeals<'s> {
    columns: Vec<(Arc<str>, Bound<'s>, Option<Bound<'s>>)>,
    blank: Vec<Option<Value>>,
}

impl<'s> OnDeals<'s> {
    /// The columns over a file's header.
    pub fn bind(env: &'s Env<'s>, sheet: &Sheet<'s>) -> Option<Self> {
        let source: &'s Source = sheet.source;
        let columns = source.events.iter().map(|event| {
            let amount = match &event.amount {
                Some(mapping) => Some(sheet.bind(env, mapping)?),
                None => None,
            };
            Some((Arc::from(event.kind.value.as_str()), sheet.bind(env, &event.date)?, amount))
        });
        Some(Self { columns: columns.collect::<Option<_>>()?, blank: defaults(env.settings) })
    }

    /// Kind, day and amount of each.
    pub fn columns(&self) -> &[(Arc<str>, Bound<'s>, Option<Bound<'s>>)] {
        &self.columns
    }

    /// Headers of the columns, by kind.
    pub fn labels(&self) -> BTreeMap<Arc<str>, String> {
        let label = |(kind, date, amount): &(Arc<str>, Bound<'_>, Option<Bound<'_>>)| {
            (Arc::clone(kind), amount.as_ref().unwrap_or(date).label.clone())
        };
        self.columns.iter().map(label).collect()
    }

    /// The events of a row: those whose day is filled.
    pub fn read(&self, deal: &Deal, currency: Currency, row: &mut RowReader<'_, '_>, events: &mut Vec<Event>) {
        for (kind, date, amount) in &self.columns {
            let day = row.take((kind, Some(date)), |cells, row| cells.date(row));
            let money = row.take((kind, amount.as_ref()), |cells, row| cells.money(row, currency));
            let Some(day) = day else {
                if money.is_some() && !row.bad {
                    let message = format!("`{kind}` has an amount and no day");
                    row.problem(Cells { name: kind, bound: date }, Problem::new(Code::Blank, message));
                }
                continue;
            };
            if let Some(problem) = deal.day().and_then(|first| early(kind, day, &deal.id, first)) {
                row.problem(Cells { name: kind, bound: date }, problem);
            }
            if let (Some(money), Some(amount)) = (money, amount)
                && let Some(problem) = wrong_amount(kind, money)
            {
                row.problem(Cells { name: kind, bound: amount }, problem);
            }
            let event = Event::of_deal(deal, kind, day);
            events.push(Event { amount: money, cells: self.blank.clone(), ..event });
        }
    }
}

/// What is wrong with an event before the day of its deal.
pub(crate) fn early(kind: &str, day: NaiveDate, deal: &str, first: NaiveDate) -> Option<Problem> {
    (day < first).then(|| {
        let message = format!("`{kind}` on {day} comes before its deal `{deal}`, which is of {first}");
        Problem::new(Code::EarlyEvent, message)
    })
}
