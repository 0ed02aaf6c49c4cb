//! Events beside their deals and beside each other: deals that are not there, ids, what is left to give back.

use super::early;
use super::idle::Idle;
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::exact::{self, ArithmeticError};
use crate::domain::facts::{Deal, Event, RowPlace, deal_column};
use crate::domain::value::Value;
use crate::io::deals::Deals;
use crate::io::findings::{Findings, Problem};
use crate::io::payees::{Read, label_of};
use crate::io::rows::{Loaded, STANDING, State, line_of, set, settle_same};
use crate::parallel;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Settles events: those of rows of their own, those that stand though no file says them any more, and those in columns of
/// deals, which are taken out of the deals. Gives the latter two, of the deals that are facts.
pub(crate) fn settle(
    rows: &mut Read<Event>,
    deals: &mut Deals,
    (standing, as_of): (Vec<Event>, Option<NaiveDate>),
    findings: &mut Findings,
) -> Vec<Event> {
    let own = rows.table.rows.len();
    let in_columns = std::mem::take(&mut deals.events);
    let cancelled = std::mem::take(&mut deals.cancelled);
    if own == 0 && in_columns.is_empty() && cancelled.is_empty() && standing.is_empty() {
        return Vec::new();
    }
    let places = deals.table.rows.iter().enumerate().map(|(place, row)| (row.value.place.clone(), place));
    let of_place: Listed<RowPlace, usize> =
        Listed::of(if in_columns.is_empty() && cancelled.is_empty() { Vec::new() } else { places.collect() });
    let in_columns = in_columns.into_iter().filter_map(|event| {
        let row = deals.table.rows.get(of_place.get(&event.place)?)?;
        Some(Loaded { report: row.report, state: row.state, value: event })
    });
    let mut in_columns: Vec<Loaded<Event>> = in_columns.collect();
    // A deal that is left out takes along the row that cancels it.
    in_columns.extend(cancelled.iter().filter_map(|matched| {
        let (row, deal) = (deals.table.rows.get(matched.row)?, deals.table.rows.get(matched.deal)?);
        // A deal that stands twice is one deal, and what cancels the one cancels the other.
        let stands = matches!(deal.state, State::Good | State::Twice);
        let state = if stands { State::Good } else { State::Left };
        Some(Loaded { report: row.report, state, value: matched.event.clone() })
    }));
    let mut all = std::mem::take(&mut rows.table.rows);
    let newest = newest(&deals.table.rows);
    find_deals(&mut all, &rows.labels, (deals, &newest), findings);
    name_unnamed(&mut all);
    let known = |event: &Event| as_of.is_none_or(|day| event.recorded.unwrap_or(event.date) <= day);
    let said = all.iter().chain(&in_columns).map(|row| &row.value).filter(|_| !standing.is_empty());
    let again: BTreeSet<Arc<str>> = said.filter(|event| known(event)).map(|event| Arc::clone(&event.id)).collect();
    let of_deal = |event: &Event| event.deal.as_ref().is_none_or(|deal| newest.get(&&**deal).is_some());
    let standing = standing.into_iter().filter(|event| !again.contains(&event.id) && of_deal(event));
    all.extend(standing.map(|value| Loaded { value, report: STANDING, state: State::Good }));
    all.extend(in_columns);
    let labels = &rows.labels;
    let label = |row: &Loaded<Event>, name: &str| -> String {
        let in_column = deals.labels.get(&row.report).and_then(|labels| labels.events.get(&row.value.kind));
        in_column.cloned().unwrap_or_else(|| label_of(labels, row.report, name))
    };
    once(&mut all, label, findings);
    let mut bad = amounts(&mut all, &newest, label, findings);
    bad.retain(|place| *place >= own);
    let mut broken = BTreeSet::new();
    for place in bad {
        // The cell is on the deal's row, so the deal is left out, and all its events with it.
        let Some(row) = all.get(place) else { continue };
        if let Some(place) = of_place.get(&row.value.place) {
            set(&mut deals.table.rows, place, State::Bad);
        }
        broken.extend(row.value.deal.clone());
    }
    for row in all.iter_mut().filter(|row| row.state == State::Good) {
        if row.value.deal.as_ref().is_some_and(|deal| broken.contains(deal)) {
            row.state = State::Left;
        }
    }
    let in_columns = all.split_off(own);
    for row in in_columns.iter().rev().take(cancelled.len()).filter(|row| row.state != State::Good) {
        if let Some(place) = of_place.get(&row.value.place)
            && deals.table.rows.get(place).is_some_and(|row| row.state == State::Event)
        {
            set(&mut deals.table.rows, place, State::Left);
        }
    }
    rows.table.rows = all;
    in_columns.into_iter().filter(|row| row.state == State::Good).map(|row| row.value).collect()
}

/// What is looked up by a key: sorted once, for rows mostly stand in its order, and few of them are looked for.
struct Listed<K, V>(Vec<(K, V)>);

impl<K: Ord + Send, V: Copy + Send> Listed<K, V> {
    /// Of equal keys the first stays before the others.
    fn of(mut all: Vec<(K, V)>) -> Self {
        parallel::sort_by(&mut all, |a, b| a.0.cmp(&b.0));
        Self(all)
    }

    /// Of equal keys the one that became known last; of those that became known together the first.
    fn newest(all: Vec<(K, V)>, recorded: impl Fn(V) -> Option<NaiveDate>) -> Self {
        let mut all = Self::of(all);
        // Kept is the first of a run of equal keys, and moved into it the newest of them.
        all.0.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same && recorded(first.1) < recorded(later.1) {
                first.1 = later.1;
            }
            same
        });
        all
    }

    fn get(&self, key: &K) -> Option<V> {
        self.near(key, &mut 0)
    }

    /// The same for keys that mostly stand in order: looked for from where the one before was found.
    fn near(&self, key: &K, from: &mut usize) -> Option<V> {
        let not_after = |place: usize| self.0.get(place).is_some_and(|(own, _)| own <= key);
        let (mut low, mut high) = (0, *from);
        if not_after(*from) {
            let mut step = 1_usize;
            (low, high) = (*from, from.saturating_add(1));
            while not_after(high) {
                (low, high) = (high, high.saturating_add(step));
                step = step.saturating_mul(2);
            }
        }
        let between = self.0.get(low..high.min(self.0.len()))?;
        let at = between.binary_search_by(|(own, _)| own.cmp(key)).ok()?;
        *from = low.saturating_add(at);
        between.get(at).map(|(_, value)| *value)
    }

    fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }
}

/// The newest version of every deal that is a fact, by id.
type Newest<'d> = Listed<&'d str, &'d Deal>;

fn newest(rows: &[Loaded<Deal>]) -> Newest<'_> {
    let good = rows.iter().filter(|row| row.state == State::Good).map(|row| (&*row.value.id, &row.value));
    Listed::newest(good.collect(), |deal| deal.date(deal_column::RECORDED))
}

/// Reports events of deals that are not there, and those before their deal. Events of deals that are left out are
/// left out with them.
fn find_deals(
    rows: &mut [Loaded<Event>],
    labels: &BTreeMap<usize, BTreeMap<&'static str, String>>,
    (deals, newest): (&Deals, &Newest<'_>),
    findings: &mut Findings,
) {
    if rows.is_empty() {
        return;
    }
    let read = LazyCell::new(|| Listed::of(deals.table.rows.iter().map(|row| (&*row.value.id, ())).collect()));
    let mut last = 0;
    for row in rows.iter_mut().filter(|row| row.state == State::Good) {
        let event = &row.value;
        let Some(id) = &event.deal else { continue };
        let Some(deal) = newest.near(&&**id, &mut last) else {
            if read.get(&&**id).is_some() || deals.left.contains(id) || !deals.table.complete {
                row.state = State::Left;
                continue;
            }
            findings.cell(&event.place, Code::UnknownDeal, &label_of(labels, row.report, "deal"), || {
                let near = nearest(id, newest.keys().copied());
                (Problem::new(Code::UnknownDeal, format!("there is no deal `{id}`")).near(near), id.to_string())
            });
            row.state = State::Bad;
            continue;
        };
        if let Some(problem) = deal.day().and_then(|first| early(&event.kind, event.date, id, first)) {
            let label = label_of(labels, row.report, "date");
            findings.cell(&event.place, Code::EarlyEvent, &label, || (problem, event.date.to_string()));
            row.state = State::Bad;
        }
    }
}

/// What an event says, as texts that can be ordered; without its id and its place.
fn said(event: &Event) -> Vec<Option<String>> {
    let text = |text: &Option<Arc<str>>| text.as_ref().map(ToString::to_string);
    let mut said = vec![
        event.recorded.map(|day| day.to_string()),
        event.amount.map(exact::shortest),
        text(&event.number),
        text(&event.payee),
        text(&event.component),
        text(&event.reason),
        text(&event.actor),
    ];
    said.extend(event.cells.iter().map(|cell| cell.as_ref().map(Value::canonical)));
    said
}

/// Gives ids to events without: deal, kind and day, and from the second of those on the position among them, in the
/// order of what they say. Equal rows have one id.
fn name_unnamed(rows: &mut [Loaded<Event>]) {
    type Key = (Option<Arc<str>>, Arc<str>, NaiveDate);
    let mut groups: BTreeMap<Key, BTreeMap<Vec<Option<String>>, Vec<usize>>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let event = &row.value;
        if row.state == State::Good && event.id.is_empty() {
            let key = (event.deal.clone(), Arc::clone(&event.kind), event.date);
            groups.entry(key).or_default().entry(said(event)).or_default().push(place);
        }
    }
    for ((deal, kind, day), equals) in groups {
        let deal = deal.unwrap_or_default();
        for (position, places) in (1_u64..).zip(equals.into_values()) {
            let id = match position {
                1 => format!("{deal}#{kind}#{day}"),
                _ => format!("{deal}#{kind}#{day}#{position}"),
            };
            let id: Arc<str> = Arc::from(id);
            for place in places {
                if let Some(row) = rows.get_mut(place) {
                    row.value.id = Arc::clone(&id);
                }
            }
        }
    }
}

/// Leaves out events that stand there twice, and those that contradict each other.
fn once(rows: &mut [Loaded<Event>], label: impl Fn(&Loaded<Event>, &str) -> String, findings: &mut Findings) {
    let equal = |a: &Event, b: &Event| (&a.deal, &a.kind, a.date) == (&b.deal, &b.kind, b.date) && said(a) == said(b);
    settle_same(
        rows,
        |event| Arc::clone(&event.id),
        |event| event.recorded,
        equal,
        |first, second| {
            let column = label(second, "id");
            let (first, second) = (&first.value, &second.value);
            findings.cell(&second.place, Code::DuplicateId, &column, || {
                let where_first = line_of(&first.place, &second.place);
                let message = format!("event `{}` stands twice with different values, first {where_first}", second.id);
                let help = "give each event an id of its own, or map `recorded` if these are versions of one event";
                (Problem::new(Code::DuplicateId, message).help(help), second.id.to_string())
            });
        },
    );
}

/// What has happened to a deal so far, in its currency.
#[derive(Clone, Copy)]
pub(super) struct SoFar<'e> {
    /// Its amount.
    pub whole: Decimal,
    /// What of it was not given back.
    pub left: Decimal,
    invoiced: Decimal,
    pub paid: Decimal,
    pub written_off: Decimal,
    /// The last payment.
    pub payment: Option<&'e Event>,
    /// The last write-off.
    pub write_off: Option<&'e Event>,
}

impl SoFar<'_> {
    fn new(whole: Decimal) -> Self {
        let (invoiced, paid, written_off) = Default::default();
        Self { whole, left: whole, invoiced, paid, written_off, payment: None, write_off: None }
    }

    /// Takes an event in; gives its amount, where one without an amount stands for all that is left.
    fn take(&mut self, kind: &str, amount: Option<Decimal>) -> Result<Option<Decimal>, ArithmeticError> {
        let (so_far, left) = match kind {
            "reinstated" => {
                self.left = self.whole;
                return Ok(amount);
            }
            "cancelled" | "refunded" => {
                let back = amount.unwrap_or(self.left);
                self.left = exact::sub(self.left, back)?;
                return Ok(amount);
            }
            "invoiced" => (&mut self.invoiced, self.left),
            "paid" => (&mut self.paid, self.left),
            "written_off" => (&mut self.written_off, exact::sub(self.left, self.paid)?),
            _ => return Ok(amount),
        };
        let amount = match amount {
            Some(amount) => amount,
            None => exact::sub(left, *so_far)?,
        };
        *so_far = exact::add(*so_far, amount)?;
        Ok(Some(amount))
    }
}

/// Goes through the events of every deal by day and id: reports refunds of more than is left, and says the amounts of
/// invoices, payments and write-offs that are for all that is left. Gives the places of the events that are wrong.
fn amounts(
    rows: &mut [Loaded<Event>],
    deals: &Newest<'_>,
    label: impl Fn(&Loaded<Event>, &str) -> String,
    findings: &mut Findings,
) -> Vec<usize> {
    let good = rows.iter().enumerate().filter(|(_, row)| row.state == State::Good);
    let newest = Listed::newest(good.map(|(place, row)| (&row.value.id, place)).collect(), |place: usize| {
        rows.get(place).and_then(|row| row.value.recorded)
    });
    let of_deal = |(id, place): (_, usize)| {
        let event = &rows.get(place)?.value;
        Some((event.deal.as_ref()?, event.date, id, place))
    };
    let mut order: Vec<(&Arc<str>, NaiveDate, &Arc<str>, usize)> = newest.0.into_iter().filter_map(of_deal).collect();
    parallel::sort_by(&mut order, Ord::cmp);
    let mut last = 0;
    let mut bad = Vec::new();
    let mut said: Vec<(usize, Decimal)> = Vec::new();
    let mut so_far: Option<(&Arc<str>, SoFar<'_>)> = None;
    let mut idle = Idle::default();
    for (id, _, _, place) in order {
        let (Some(row), Some(deal)) = (rows.get(place), deals.near(&&**id, &mut last)) else { continue };
        let (kind, amount) = (&*row.value.kind, row.value.amount);
        let mut tell = |problem: Problem, value: Option<Decimal>| {
            let column = label(row, "amount");
            let value = value.map(exact::shortest).unwrap_or_default();
            findings.cell(&row.value.place, problem.code, &column, || (problem, value));
            bad.push(place);
        };
        let Some(whole) = deal.cell(deal_column::AMOUNT).and_then(Value::decimal) else {
            if amount.is_none() && matches!(kind, "invoiced" | "paid" | "written_off") {
                let message = format!("`{kind}` has no amount, and neither has deal `{id}`");
                tell(Problem::new(Code::Blank, message), None);
            }
            continue;
        };
        let mut known = match so_far {
            Some((of, known)) if of == id => known,
            before => {
                before.iter().for_each(|(_, before)| idle.ended(before));
                SoFar::new(whole)
            }
        };
        let gives_back = matches!(kind, "cancelled" | "refunded");
        if let Some(problem) = amount.filter(|_| gives_back).and_then(|amount| too_much(kind, id, amount, known.left)) {
            tell(problem, amount);
            continue;
        }
        match kind {
            "paid" => known.payment = Some(&row.value),
            "written_off" => known.write_off = Some(&row.value),
            "reinstated" => idle.reinstated(&row.value, &known),
            _ => {}
        }
        match known.take(kind, amount) {
            Ok(Some(worked)) if amount.is_none() => said.push((place, worked)),
            Ok(_) => {}
            Err(_) => tell(
                Problem::new(Code::Overflow, format!("the amounts of deal `{id}` have more than 28 digits")),
                amount,
            ),
        }
        so_far = Some((id, known));
    }
    so_far.iter().for_each(|(_, last)| idle.ended(last));
    findings.odd.extend(idle.told());
    for (place, amount) in said {
        if let Some(row) = rows.get_mut(place) {
            row.value.amount = Some(amount);
        }
    }
    bad.iter().for_each(|place| set(rows, *place, State::Bad));
    bad
}

/// What is wrong with what an event gives back of what is left.
fn too_much(kind: &str, deal: &str, amount: Decimal, rest: Decimal) -> Option<Problem> {
    let (said, rest_said) = (exact::shortest(amount), exact::shortest(rest));
    if amount > rest {
        let message = format!("{said} are given back, and of deal `{deal}` {rest_said} are left");
        return Some(Problem::new(Code::BadValue, message));
    }
    (kind == "cancelled" && amount != rest).then(|| {
        let message = format!("a cancellation gives back all that is left of deal `{deal}`, {rest_said}, not {said}");
        Problem::new(Code::BadValue, message).help("what gives back a part is `refunded`")
    })
}
