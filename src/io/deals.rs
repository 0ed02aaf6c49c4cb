//! Deals: from rows to [`Deal`]s with their shares.
//!
//! In:   the sources of deals and of shares in long form.
//! Out:  deals whose cells have the types of the schema, each with the shares that were said, and the events in columns
//!       of theirs; rows that are wrong are reported and left out with all their shares and events.
//! Here: what a row of a deal must be by itself, shares, ids that stand twice. Not here: whether payees are known
//!       (`people`).

use super::convert::{Cells, Texts, blank};
use super::events::{OnDeals, defaults};
use super::findings::{Findings, Problem};
use super::mapping::Bound;
use super::rows::{Loaded, RowReader, Table, line_of, read_sources, settle_same};
use super::settings::{Settings, Source, tells_changes};
use super::shares::{RawShare, divide};
use super::sheet::{Env, Reports, Sheet};
use super::stack::{self, Matched, StackColumns, Stacked};
use crate::domain::calendar::{CalendarError, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::facts::{Deal, Event, Share, deal_column};
use crate::domain::value::{Column, Value, WrittenIn};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The deals that were read.
pub(crate) struct Deals {
    /// The deals.
    pub table: Table<Deal>,
    /// Events in columns of the rows, also of those that turn out to be wrong.
    pub events: Vec<Event>,
    /// Cancelling rows that were matched with a deal.
    pub cancelled: Vec<Matched>,
    /// Ids of rows that the filter left out or that are wrong, where rows of other files may name them or earlier files had them.
    pub left: BTreeSet<Arc<str>>,
    /// For each report the headers of the columns that findings name.
    pub labels: BTreeMap<usize, Labels>,
}

/// Headers of the columns of a file of deals.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// Of the id.
    pub id: String,
    /// Of the payees, in the order of their places.
    pub payees: Vec<String>,
    /// Of events in columns, by kind.
    pub events: BTreeMap<Arc<str>, String>,
}

/// The columns of a deal in one file.
pub(crate) struct DealColumns<'s> {
    /// Of the ids.
    pub id: Bound<'s>,
    /// Of the currencies.
    pub currency: Option<Bound<'s>>,
    /// All others by their place in the schema.
    pub others: Vec<(usize, Bound<'s>)>,
    /// Of the payee who has all of a deal.
    pub payee: Option<Bound<'s>>,
    /// Of the payees who have parts.
    pub slots: Vec<Slot<'s>>,
    /// Of events.
    pub events: OnDeals<'s>,
    /// Of what cancels deals that it does not name.
    pub stack: Option<StackColumns<'s>>,
    /// What a row has before its cells are read: the defaults.
    pub blank: Vec<Option<Value>>,
}

/// A place for a payee.
pub(crate) struct Slot<'s> {
    /// The payee.
    pub payee: Bound<'s>,
    /// The share.
    pub share: Option<Bound<'s>>,
    /// The role.
    pub role: Option<Arc<str>>,
}

/// Reads all deals. Ids of rows that are left out are kept only where something asks for them.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Deals {
    let settings = env.settings;
    let sources = &settings.sources;
    let named = [&sources.shares, &sources.events, &sources.adjustments].iter().any(|list| !list.is_empty());
    let keep_left = named || tells_changes(&sources.deals);
    let left = std::cell::RefCell::new(BTreeSet::new());
    let labels = std::cell::RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let columns = DealColumns::bind(env, sheet)?;
        labels.borrow_mut().insert(report, columns.labels());
        Some(columns)
    };
    let mut reader = DealReader { settings, texts, events: Vec::new(), stacked: Vec::new() };
    let keep = |id: Option<Arc<str>>| {
        if let Some(id) = id.filter(|_| keep_left) {
            left.borrow_mut().insert(id);
        }
    };
    let mut table = read_sources(
        env,
        &sources.deals,
        (&mut *findings, &mut *reports),
        bind,
        |columns, row| {
            let (id, deal) = reader.read(columns, row);
            if row.bad || deal.is_none() {
                keep(id);
            }
            deal
        },
        |columns, taken| {
            if keep_left {
                let cells = Cells { name: "id", bound: &columns.id };
                keep(cells.id(&taken.row).ok().flatten().map(|id| Arc::from(&*id)));
            }
        },
    );
    let DealReader { events, stacked, .. } = reader;
    let (blank, company) = (defaults(settings), settings.company.currency);
    let cancelled = stack::matched(&mut table.rows, &stacked, &blank, company, (findings, reports));
    Deals { table, events, cancelled, left: left.into_inner(), labels: labels.into_inner() }
}

impl Deals {
    /// The currency of each deal that has another than the company, of several rows of one the last.
    pub fn currencies(&self, company: Currency) -> BTreeMap<Arc<str>, Currency> {
        let mut found = BTreeMap::new();
        for deal in self.table.good().map(|row| &row.value) {
            match deal.currency() {
                Some(own) if own != company => {
                    found.insert(Arc::clone(&deal.id), own);
                }
                Some(_) => {
                    found.remove(&deal.id);
                }
                None => {}
            }
        }
        found
    }
}

impl<'s> DealColumns<'s> {
    /// The columns over a file's header.
    pub fn bind(env: &'s Env<'s>, sheet: &Sheet<'s>) -> Option<Self> {
        let source: &'s Source = sheet.source;
        let schema = &env.settings.schema.deals;
        let mut others = Vec::new();
        for (place, column) in schema.0.iter().enumerate() {
            if !matches!(place, deal_column::ID | deal_column::CURRENCY) && source.column(&column.name).is_some() {
                others.push((place, sheet.bind_column(env, &column.name)?));
            }
        }
        let slots = source.shares.iter().map(|slot| {
            let share = match &slot.share {
                Some(mapping) => Some(sheet.bind(env, mapping)?),
                None => None,
            };
            Some(Slot { payee: sheet.bind(env, &slot.payee)?, share, role: slot.role.as_deref().map(Arc::from) })
        });
        let currency = sheet.bind_column(env, "currency");
        let mut blank: Vec<_> =
            schema.0.iter().map(|column| column.default.clone().filter(|_| column.mapped)).collect();
        // What nothing fills takes no room in any deal.
        let of_currency = currency.is_some().then_some(deal_column::CURRENCY);
        let filled =
            others.iter().map(|(place, _)| *place).chain(of_currency).chain(blank.iter().rposition(Option::is_some));
        blank.truncate(filled.max().unwrap_or(deal_column::ID).saturating_add(1));
        Some(Self {
            id: sheet.bind_column(env, "id")?,
            currency,
            others,
            payee: sheet.bind_column(env, "payee"),
            slots: slots.collect::<Option<_>>()?,
            events: OnDeals::bind(env, sheet)?,
            stack: StackColumns::bind(sheet),
            blank,
        })
    }

    /// Headers of the columns that findings name.
    fn labels(&self) -> Labels {
        let slots = self.slots.iter().map(|slot| slot.payee.label.clone());
        let payees = self.payee.iter().map(|payee| payee.label.clone()).chain(slots).collect();
        let mut events = self.events.labels();
        events.extend(self.stack.as_ref().map(|stack| (Arc::from(stack::KIND), stack.label())));
        Labels { id: self.id.label.clone(), payees, events }
    }
}

/// Reads one deal after another.
struct DealReader<'a> {
    settings: &'a Settings,
    texts: &'a mut Texts,
    /// The events of the rows so far.
    events: Vec<Event>,
    /// What the rows say for the match of cancellations.
    stacked: Vec<Stacked>,
}

impl DealReader<'_> {
    /// The deal of a row, and its id even where something else is wrong.
    fn read(&mut self, columns: &DealColumns<'_>, row: &mut RowReader<'_, '_>) -> (Option<Arc<str>>, Option<Deal>) {
        let id = row.need_id(("id", Some(&columns.id)), |id| Arc::from(id));
        let mut cells = columns.blank.clone();
        let currency = row.take(("currency", columns.currency.as_ref()), |cells, row| cells.currency(row));
        let currency = currency.unwrap_or(self.settings.company.currency);
        for (place, bound) in &columns.others {
            let Some(column) = self.settings.schema.deals.get(*place) else { continue };
            if let (Some(cell), Some(value)) = (cells.get_mut(*place), self.cell(column, *place, bound, currency, row))
            {
                *cell = Some(value);
            }
        }
        if columns.currency.is_some() {
            put(&mut cells, deal_column::CURRENCY, Value::Text(self.texts.share(currency.code())));
        }
        let shares = self.shares(columns, row, id.as_deref().unwrap_or_default());
        if let Some(id) = &id {
            put(&mut cells, deal_column::ID, Value::Text(Arc::clone(id)));
        }
        let deal = id.clone().zip(shares).map(|(id, shares)| Deal::new(id, cells, shares, row.place.clone()));
        if let Some(deal) = &deal {
            self.dates(deal, columns, row);
            columns.events.read(deal, currency, row, &mut self.events);
        }
        self.stacked.extend(columns.stack.as_ref().and_then(|stack| stack.read(row)));
        (id, deal)
    }

    /// The value of a column; a blank one has been reported where it may not be blank.
    fn cell(
        &mut self,
        column: &Column,
        place: usize,
        bound: &Bound<'_>,
        currency: Currency,
        row: &mut RowReader<'_, '_>,
    ) -> Option<Value> {
        let source = (&*column.name, Some(bound));
        if place == deal_column::PARENT {
            return row.id(source, |id| self.texts.share(id)).map(Value::Text);
        }
        let currency = match column.written_in {
            WrittenIn::Code(code) => code,
            WrittenIn::Row | WrittenIn::Plan => currency,
        };
        let may_be_blank = column.optional || column.default.is_some();
        if may_be_blank {
            row.take(source, |cells, row| cells.value(row, column, currency, self.texts))
        } else {
            row.take(source, |cells, row| {
                // A deal without any day counts in no period, and a row without one is most often no deal.
                let is_day = matches!(place, deal_column::CLOSED | deal_column::BOOKED);
                let total = "leave the row out by `filter`, or by `skip_end` at the end, if it is a total and no deal, ";
                let total = if is_day { total } else { "" };
                let optional = || {
                    blank(&column.name).help(format!(
                        "fill it, {total}or let it be blank: `columns.deals.{} = {{ type = \"{}\", optional = true }}` in earnmark.toml",
                        column.name, column.kind
                    ))
                };
                cells.value(row, column, currency, self.texts)?.map(Some).ok_or_else(optional)
            })
        }
    }

    /// What the dates of a deal must be together.
    fn dates(&self, deal: &Deal, columns: &DealColumns<'_>, row: &mut RowReader<'_, '_>) {
        let bound = |place: usize| columns.others.iter().find(|(other, _)| *other == place).map(|(_, bound)| bound);
        let starts = deal.date(deal_column::STARTS);
        if let (Some(starts), Some(ends), Some(bound)) =
            (starts, deal.date(deal_column::ENDS), bound(deal_column::ENDS))
            && ends < starts
        {
            let message = format!("`ends` comes before `starts`, {starts}");
            row.problem(Cells { name: "ends", bound }, Problem::new(Code::BadValue, message));
        }
        let first = [("closed", deal_column::CLOSED), ("booked", deal_column::BOOKED)];
        if let (None, false) = (deal.day(), row.bad)
            && let Some((name, bound)) = first.iter().find_map(|(name, place)| Some((*name, bound(*place)?)))
        {
            row.problem(Cells { name, bound }, Problem::new(Code::Blank, "`closed` and `booked` are both blank"));
        }
        if self.settings.calendar_settings.pattern.is_none() {
            return; // every day lies in a year
        }
        for (name, place) in first {
            let (Some(day), Some(bound)) = (deal.date(place), bound(place)) else { continue };
            if let Err(error @ CalendarError::Outside { .. }) = self.settings.calendar.period_of(&PeriodKind::Year, day)
            {
                row.problem(Cells { name, bound }, Problem::new(Code::OutsideCalendar, error.to_string()));
            }
        }
    }

    /// The shares on the row.
    fn shares(&mut self, columns: &DealColumns<'_>, row: &mut RowReader<'_, '_>, deal: &str) -> Option<Vec<Share>> {
        let wrong_before = std::mem::replace(&mut row.bad, false);
        let mut raw = Vec::with_capacity(columns.slots.len().max(1));
        if let Some(bound) = &columns.payee {
            let payee = row.id(("payee", Some(bound)), |id| self.texts.share(id));
            let whole = |payee| RawShare {
                payee,
                role: None,
                share: Some(Decimal::ONE),
                position: Some(1),
                place: row.place.clone(),
            };
            raw.extend(payee.map(whole));
        }
        for (position, slot) in (1_u32..).zip(&columns.slots) {
            let payee = row.id(("payee", Some(&slot.payee)), |id| self.texts.share(id));
            let share = row.take(("share", slot.share.as_ref()), |cells, row| cells.percent(row));
            match (payee, share, &slot.share) {
                (Some(payee), share, _) => {
                    let (role, place) = (slot.role.clone(), row.place.clone());
                    raw.push(RawShare { payee, role, share, position: Some(position), place });
                }
                (None, Some(_), Some(bound)) => {
                    let cells = Cells { name: "payee", bound: &slot.payee };
                    let message = format!("a share of {} and no payee", bound.raw(&row.row));
                    row.problem(cells, Problem::new(Code::Blank, message));
                }
                (None, ..) => {}
            }
        }
        if row.bad {
            return None; // some share may be missing, so their total says nothing
        }
        row.bad = wrong_before;
        match divide(deal, raw, &self.settings.roles) {
            Ok(shares) => Some(shares),
            Err(problem) => {
                let shares = columns.slots.iter().find_map(|slot| slot.share.as_ref());
                let bound =
                    shares.or_else(|| columns.slots.first().map(|slot| &slot.payee)).or(columns.payee.as_ref())?;
                row.problem(Cells { name: "shares", bound }, problem);
                None
            }
        }
    }
}

/// Puts a value in its place.
fn put(cells: &mut [Option<Value>], place: usize, value: Value) {
    if let Some(cell) = cells.get_mut(place) {
        *cell = Some(value);
    }
}

/// Leaves out deals that stand there twice, and those that contradict each other.
pub(crate) fn settle_ids(rows: &mut [Loaded<Deal>], labels: &BTreeMap<usize, Labels>, findings: &mut Findings) {
    let recorded = |deal: &Deal| deal.date(deal_column::RECORDED);
    let part = |share: &Share| (Arc::clone(&share.payee), share.role.clone(), share.share);
    let equal = |a: &Deal, b: &Deal| a.cells == b.cells && a.shares.iter().map(part).eq(b.shares.iter().map(part));
    settle_same(
        rows,
        |deal| Arc::clone(&deal.id),
        recorded,
        equal,
        |first, second| {
            let label = labels.get(&second.report).map_or("id", |labels| labels.id.as_str());
            let (first, second) = (&first.value, &second.value);
            findings.cell(&second.place, Code::DuplicateId, label, || {
                let where_first = line_of(&first.place, &second.place);
                let message = format!("deal `{}` stands twice with different values, first {where_first}", second.id);
                let help = "export each deal once, or map `recorded` if these are versions of one deal";
                (Problem::new(Code::DuplicateId, message).help(help), second.id.to_string())
            });
        },
    );
}
