//! Which closed days are at rest: what the register says has changed since the last close, and what comes due after it, each
//! with the days it is about.
//!
//! In:   the project as it is known now, what the last close knew, what has changed since.
//! Out:  the days that need not be worked again, or nothing where all must be.
//! Not here: which days belong together (`run::rest`).
//!
//! A last close whose facts, scripts and engine are those of now posted what its days come to. So a day moves only where a fact
//! about it is new or another one, or where something that was known takes effect after that close.

use super::book::Ledger;
use super::known::Known;
use super::recall;
use super::register::{Changes, Fact, LAYOUT};
use super::rows::{CloseRow, EntryRow, FactRow};
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::facts::{Event, Facts, Payee, deal_column, payee_field};
use crate::domain::value::Value;
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::Plan;
use crate::project::Project;
use crate::run::ENGINE;
use crate::run::facts::Days;
use crate::run::rest::{self, Counting, Rest};
use chrono::NaiveDate;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Where the entries of a ledger come from: those of days at rest are not needed, and there may be very many.
pub enum Entries<'e> {
    /// They stand with the other rows.
    Read,
    /// They are read now: those of whose measurement period, by its label, it is true.
    Unread(&'e mut Reads<'e>),
}

/// Reads entries from a close on, in the order of the ledger.
pub type Reads<'e> = dyn FnMut(i64, &mut dyn FnMut(&str) -> bool) -> Result<Vec<EntryRow>, Box<Diagnostic>> + Send + 'e;

impl Entries<'_> {
    /// The entries that were not measured over days at rest; with all days worked, where the label of one is no period of the
    /// calendar, or of one that is at rest in part. Those that are only read now are kept in `own`.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn moving<'l>(
        self,
        (ledger, own): (&'l Ledger, &'l mut Vec<EntryRow>),
        project: &Project,
        rest: Option<Rest>,
    ) -> Result<(Vec<&'l EntryRow>, Option<Rest>), Box<Diagnostic>> {
        let mut sieve = Sieve { calendar: &project.settings.calendar, rest, known: BTreeMap::new(), first: None };
        let Self::Unread(read) = self else {
            let mut found: Vec<&EntryRow> = ledger.entries.iter().filter(|row| sieve.moves(&row.measured)).collect();
            if sieve.is_torn() {
                found = ledger.entries.iter().collect();
            }
            return Ok((found, sieve.whole()));
        };
        // What is measured over later days is posted by a close of those days or a later one.
        let first = project.plans.iter().map(|plan| plan.from).min();
        let begun = first.and_then(|first| sieve.rest.as_ref()?.from_the_first(first)?.succ_opt());
        let from = begun.and_then(|begun| ledger.closes.iter().find(|close| close.until >= begun));
        *own = read(from.map_or(0, |close| close.seq), &mut |label| sieve.moves(label))?;
        if sieve.first.zip(begun).is_some_and(|(first, begun)| first < begun) {
            *own = read(0, &mut |label| sieve.moves(label))?;
        }
        if sieve.is_torn() {
            *own = read(0, &mut |_| true)?;
        }
        Ok((own.iter().collect(), sieve.whole()))
    }
}

/// Tells which labels of measurement periods are of days at rest.
struct Sieve<'a> {
    calendar: &'a Calendar,
    rest: Option<Rest>,
    /// Whether what was measured over a period of a label is at rest; `None`: in part, or it is no period.
    known: BTreeMap<String, Option<bool>>,
    /// The first day of those over which something was measured that is not at rest.
    first: Option<NaiveDate>,
}

impl Sieve<'_> {
    fn moves(&mut self, label: &str) -> bool {
        let Some(rest) = &self.rest else { return true };
        let known = self.known.get(label).copied().unwrap_or_else(|| {
            let period = self.calendar.parse(label).ok();
            let at_rest = period.as_ref().and_then(|period| rest.has_period(period));
            if let Some(period) = period.filter(|_| at_rest != Some(true)) {
                self.first = Some(self.first.map_or(period.from, |first| first.min(period.from)));
            }
            self.known.insert(label.to_owned(), at_rest);
            at_rest
        });
        known != Some(true)
    }

    fn is_torn(&self) -> bool {
        self.known.values().any(Option::is_none)
    }

    /// The days at rest, where no label lies across their edge.
    fn whole(self) -> Option<Rest> {
        if self.is_torn() { None } else { self.rest }
    }
}

/// The days at rest after the last close; `None`: all days are worked.
#[must_use]
pub fn resting(project: &Project, (last, known): (&CloseRow, &Known<'_>), changes: &Changes<'_>) -> Option<Rest> {
    if last.engine != ENGINE || !changes.vanished.is_empty() || !changes.missing.is_empty() {
        return None;
    }
    let (settings, facts) = (&project.settings, &project.facts);
    // Where nobody is assigned everybody is, and the first row changes that on all days.
    let was_assigned = !known.of_kind("assignments").is_empty();
    if facts.assignments.is_some() != was_assigned {
        return None;
    }
    let mut stirred = Stirred {
        project,
        known,
        closed: last.until,
        read: Everlasting::of(&project.plans),
        deals: HashSet::default(),
        days: Vec::new(),
    };
    let of_deal = |fact: &&Fact| matches!(fact.kind, "deals" | "events");
    for fact in changes.new.iter().filter(|fact| !of_deal(fact)) {
        stirred.by(fact)?;
    }
    stirred.by_decisions(&changes.new);
    stirred.by_events(facts);
    for fact in changes.new.iter().filter(of_deal) {
        stirred.by(fact)?;
    }
    stirred.still_to_come(facts)?;
    stirred.of_deals(facts);
    let plans = (project.plans.as_slice(), &settings.calendar, settings.ledger_period.as_ref());
    rest::after(plans, last.until, stirred.days)
}

/// Days of which something has changed, or comes due.
struct Stirred<'a> {
    project: &'a Project,
    known: &'a Known<'a>,
    /// The last closed day.
    closed: NaiveDate,
    read: Everlasting,
    /// Deals to which something happened, by id: looked up and never gone through.
    deals: HashSet<String, BuildHasherDefault<DefaultHasher>>,
    days: Vec<Days>,
}

impl Stirred<'_> {
    fn on(&mut self, day: NaiveDate) {
        self.days.push(Days { from: day, to: day });
    }

    fn from(&mut self, day: NaiveDate) {
        self.days.push(Days { from: day, to: NaiveDate::MAX });
    }

    /// The days that a new version of a fact is about, and its last one; `None`: any day.
    fn by(&mut self, fact: &Fact) -> Option<()> {
        let old = self.known.get(fact.kind, &fact.id);
        if fact.kind == LAYOUT {
            return Some(());
        }
        let bodies = [Some(fact.body.as_str()), old.and_then(|row| row.body.as_deref())];
        let bodies: Vec<Json> =
            bodies.into_iter().flatten().map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
        match fact.kind {
            "deals" => {
                self.deals.insert(fact.id.clone());
                for body in &bodies {
                    let cells = body.get("cells")?;
                    for column in [deal_column::CLOSED, deal_column::BOOKED] {
                        let name = &self.project.settings.schema.deals.get(column)?.name;
                        if let Some(day) = day(cells, name) {
                            self.on(day);
                        }
                    }
                }
            }
            "events" => {
                for body in &bodies {
                    // A hold of all that somebody has is of no day.
                    self.deals.insert(body.get("deal")?.as_str()?.to_owned());
                    self.on(day(body, "date")?);
                }
            }
            "payees" => {
                let was = match old {
                    Some(row) => Some(self.payee(row)?),
                    None => None,
                };
                let is = self.payee(&fact.row((0, NaiveDate::MIN)))?;
                self.from(first_difference(was.as_ref(), &is, &self.read));
            }
            "lines" => self.rows(&bodies, "manager")?,
            "assignments" => self.rows(&bodies, "plan")?,
            "leave" => self.rows(&bodies, "payee")?,
            "quotas" => {
                for body in &bodies {
                    let from = body.get("days")?.as_str()?;
                    match day(body, "to") {
                        Some(to) => self.days.push(Days { from: from.parse().ok()?, to }),
                        None => self.period(from)?,
                    }
                }
            }
            "scores" | "metrics" => {
                for body in &bodies {
                    self.period(body.get("period")?.as_str()?)?;
                }
            }
            "adjustments" => {
                for body in &bodies {
                    self.on(day(body, "date")?);
                }
            }
            // What was measured long ago may have been exchanged when it was paid.
            "rates" if bodies.iter().all(|body| day(body, "date").is_some_and(|day| day > self.closed)) => {}
            _ => return None,
        }
        Some(())
    }

    /// Rows with a first and a last day: two that say the same `what` differ from the earlier end on.
    fn rows(&mut self, bodies: &[Json], what: &str) -> Option<()> {
        let first = |body: &Json| day(body, "from").unwrap_or_else(|| self.start(body));
        let from = match bodies {
            [new, old] if new.get(what) == old.get(what) && first(new) == first(old) => {
                let end = |body: &Json| day(body, "to").unwrap_or(NaiveDate::MAX);
                end(new).min(end(old))
            }
            all => all.iter().map(first).min()?,
        };
        self.from(from);
        Some(())
    }

    /// The first day of service of the payee of a row without a first day, where the payee is new; a line of others may lead
    /// through somebody who is not there yet.
    fn start(&self, body: &Json) -> NaiveDate {
        let id = body.get("payee").and_then(Json::as_str).unwrap_or_default();
        if self.known.get("payees", id).is_some() {
            return NaiveDate::MIN;
        }
        let payee = self.project.facts.payees.iter().find(|payee| &*payee.id == id);
        payee.and_then(|payee| payee.service().first().map(|stint| stint.from)).unwrap_or(NaiveDate::MIN)
    }

    fn period(&mut self, label: &str) -> Option<()> {
        let period = self.project.settings.calendar.parse(label).ok()?;
        self.days.push(Days { from: period.from, to: period.to });
        Some(())
    }

    fn payee(&self, row: &FactRow) -> Option<Payee> {
        recall::rows(&self.project.settings, &[row])?.payees.into_iter().next()
    }

    /// Which plan a decision without one belongs to may follow from where its payee is later.
    fn by_decisions(&mut self, new: &[Fact]) {
        if new.iter().any(|fact| matches!(fact.kind, "payees" | "assignments")) {
            let days = self.project.facts.adjustments.iter().map(|row| Days { from: row.date, to: row.date });
            self.days.extend(days);
        }
    }

    /// Deals of which something happened on a day of which something else has changed: an event is worked by what holds on its
    /// own day.
    fn by_events(&mut self, facts: &Facts) {
        self.days = rest::merged(std::mem::take(&mut self.days));
        let moved = facts.events.iter().filter(|event| rest::holds(&self.days, event.date));
        self.deals.extend(moved.filter_map(|event| event.deal.as_ref().map(ToString::to_string)));
    }

    /// What the last close knew, or may have known, of days after it: it takes effect now.
    fn still_to_come(&mut self, facts: &Facts) -> Option<()> {
        let closed = self.closed;
        for event in facts.events.iter().filter(|event| event.date > closed) {
            self.deals.insert(event.deal.as_ref()?.to_string());
        }
        for deal in &facts.deals {
            let later = |column| deal.date(column).is_some_and(|day| day > closed);
            if later(deal_column::CLOSED) || later(deal_column::BOOKED) {
                self.deals.insert(deal.id.to_string());
            }
        }
        Some(())
    }

    /// The days on which deals count to which something happened.
    fn of_deals(&mut self, facts: &Facts) {
        let counting = Counting::of(&self.project.plans);
        let mut days = Vec::new();
        for deal in facts.deals.iter().filter(|deal| self.deals.contains(&*deal.id)) {
            days.extend(counting.days(deal));
        }
        let counts = |event: &&Event| counting.counts(event);
        let moved = |event: &&Event| event.deal.as_ref().is_some_and(|deal| self.deals.contains(&**deal));
        days.extend(facts.events.iter().filter(counts).filter(moved).map(|event| event.date));
        days.into_iter().for_each(|day| self.on(day));
    }
}

fn day(body: &Json, name: &str) -> Option<NaiveDate> {
    body.get(name)?.as_str()?.parse().ok()
}

/// What plans read of a payee that is not of a day: the first and last day of service, which stand on each of its days, and the
/// name.
struct Everlasting {
    service: bool,
    name: bool,
}

impl Everlasting {
    fn of(plans: &[Plan]) -> Self {
        let mut found = Self { service: false, name: false };
        for plan in plans {
            reads(plan, &mut |read, _| {
                found.service |= matches!(read, Read::Payee(payee_field::START | payee_field::END));
                found.name |= read == Read::Payee(payee_field::NAME);
            });
        }
        found
    }
}

/// The first day on which a payee is somebody else than before: by service, or by what the rows say. Of a new payee the first of
/// service. The last day that was the same counts as different: what ends on it may be worked by its end.
fn first_difference(was: Option<&Payee>, is: &Payee, read: &Everlasting) -> NaiveDate {
    let Some(was) = was else { return is.service().first().map_or(NaiveDate::MIN, |stint| stint.from) };
    let constant = |field: usize| was.constant(field) != is.constant(field);
    if constant(payee_field::CURRENCY) || read.name && constant(payee_field::NAME) {
        return NaiveDate::MIN;
    }
    let mut edges = BTreeSet::from([NaiveDate::MIN]);
    for payee in [was, is] {
        let stints = payee.service();
        let spans = stints.iter().map(|stint| (Some(stint.from), Some(stint.to)));
        for (from, to) in spans.chain(payee.rows.iter().map(|row| (row.from, row.to))) {
            edges.extend(from);
            edges.extend(to.and_then(|to| to.succ_opt()));
        }
    }
    let differs = |day: &&NaiveDate| said(was, **day, read) != said(is, **day, read);
    edges.iter().find(differs).map_or(NaiveDate::MAX, |day| day.pred_opt().unwrap_or(NaiveDate::MIN))
}

/// What holds of a payee on a day: whether it is one of service and since when, the whole of it where that is read, and the cells
/// of the rows of that day.
type Said<'p> = (Option<NaiveDate>, Option<(NaiveDate, NaiveDate)>, BTreeMap<usize, Vec<&'p Value>>);

fn said<'p>(payee: &'p Payee, on: NaiveDate, read: &Everlasting) -> Said<'p> {
    let begun = payee.service().iter().find(|stint| stint.from <= on && on <= stint.to).map(|stint| stint.from);
    let whole = payee.stint_on(on).filter(|_| read.service).map(|stint| (stint.from, stint.to));
    let mut cells: BTreeMap<usize, Vec<&Value>> = BTreeMap::new();
    let holds = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
        from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
    };
    for row in payee.rows.iter().filter(|row| holds(row.from, row.to)) {
        for (place, cell) in row.cells.iter().enumerate() {
            // Service has been compared, and when a row became known changes no amount.
            let counts = !matches!(place, payee_field::START | payee_field::END | payee_field::RECORDED);
            cells.entry(place).or_default().extend(cell.as_ref().filter(|_| counts));
        }
    }
    (begun, whole, cells)
}
