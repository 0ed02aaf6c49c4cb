//! Facts: the first of seven stages. Rows are sorted and joined to the plans they name.
//!
//! In:   facts as they were read, plans, calendar.
//! Out:  the [`Book`]: payees by id, deals by day and id, who is on which plan when, who reports to whom, quotas,
//!       the chain of payout periods.
//! Here: names of plans and measures in the data, columns that plans read and nothing fills, quotas of a wrong length.
//! Not here: anything of a single file, which was checked when it was read.

mod checks;
mod gaps;
mod happenings;
mod people;
mod quotas;
mod rates;

pub use checks::check_names;
pub use happenings::{Left, Moment, What, left_of};
pub use people::{holds, last_hold};
pub use rates::{RateOn, Rates};

use super::Inputs;
use super::rest::Rest;
use crate::domain::calendar::{Calendar, CalendarError, Period, PeriodKind};
use crate::domain::columns::Names;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::facts::{Deal, Event, Facts, Metric, Payee, Quota, Score, payee_field};
use crate::domain::value::Value;
use crate::plan::model::Plan;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Days {
    /// The days that both have.
    #[must_use]
    pub fn shared(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from <= both.to).then_some(both)
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> u32 {
        let days = self.to.signed_duration_since(self.from).num_days().saturating_add(1);
        u32::try_from(days).unwrap_or(0)
    }

    /// Whether a day is one of them.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Sorted facts, and what every later stage asks of them. Payees, plans and deals are named by their places in it.
pub struct Book<'a> {
    /// The plans, by name and first day.
    pub plans: &'a [Plan],
    /// Payees, by id.
    pub payees: Vec<&'a Payee>,
    /// Deals, by the day that stands for them, then id.
    pub deals: Vec<&'a Deal>,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The chain of payout periods from the first plan's start to the end of what is asked.
    pub chain: Vec<Period>,
    /// The columns of the facts.
    pub facts: &'a Facts,
    /// Roles outside the 100 %.
    pub overlay: &'a [Arc<str>],
    /// Whether reasons are kept.
    pub reasons: bool,
    /// The fewest other people over whom a sum is told person by person.
    pub others: u64,
    /// The last day of the last closed period; `None`: nothing is closed.
    pub closed: Option<NaiveDate>,
    /// Days that are not worked.
    pub rest: Option<&'a Rest>,
    pub(in crate::run) places: Names,
    /// For each plan, for each payee: the days on it, in order.
    tenures: Vec<Vec<Vec<Days>>>,
    /// For each payee: who they report to, on which days.
    pub(in crate::run) managers: Vec<Vec<(Days, usize)>>,
    /// By measure.
    quotas: BTreeMap<&'a str, QuotaRows<'a>>,
    /// Rates of exchange.
    pub rates: Rates<'a>,
    /// Events that are not clawbacks, reinstatements or hand-overs, by deal, then (date, id).
    cash: Vec<Vec<&'a Event>>,
    /// Events that take back or give back, of all deals, by (date, id): a run lets them in one by one.
    pub happenings: Vec<Happening<'a>>,
    /// For each deal its places in `happenings`.
    happened: Vec<Vec<usize>>,
    /// Holds and releases by hand.
    pub holds: Vec<&'a Event>,
    /// For each payee the days of leave.
    leave: Vec<Vec<Days>>,
    /// Given totals, by measure.
    pub metrics: BTreeMap<&'a str, Vec<&'a Metric>>,
    /// Scores, by payee and objective.
    scores: BTreeMap<(&'a str, &'a str), Vec<&'a Score>>,
    /// Labels of the periods of which something is scored.
    scored: BTreeSet<&'a str>,
    /// By payee the currencies of pay, each with its first day.
    paid_in: Vec<Vec<(NaiveDate, Currency)>>,
}

/// An event that takes back or gives back what a deal paid.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its deal, by place.
    pub deal: usize,
}

/// Kinds of events that only say how much money came, or that something was done: they take nothing back.
pub const CASH: [&str; 3] = ["invoiced", "paid", "written_off"];

/// The rows of a measure's quotas.
#[derive(Debug, Default)]
struct QuotaRows<'a> {
    /// By payee, by place.
    own: Vec<Vec<&'a Quota>>,
    /// Those of everyone.
    everyone: Vec<&'a Quota>,
}

/// The place of a payee by id.
fn place_of(places: &Names, id: &str) -> Option<usize> {
    usize::try_from(places.find(id.as_bytes()).checked_sub(1)?).ok()
}

/// Sorts the facts. The findings hold errors where they do not fit the plans; the book is then not to be used.
#[must_use]
pub fn sort(inputs: Inputs<'_>) -> (Book<'_>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut payees: Vec<&Payee> = inputs.facts.payees.iter().collect();
    payees.sort_by(|a, b| a.id.cmp(&b.id));
    // The day of a deal lies in its cells, so it is looked up once and not at each comparison.
    let mut deals: Vec<_> = inputs.facts.deals.iter().map(|deal| (deal.day(), &*deal.id, deal)).collect();
    deals.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let deals: Vec<&Deal> = deals.into_iter().map(|(_, _, deal)| deal).collect();
    let places = Names::of(payees.iter().map(|payee| &payee.id));
    let chain = chain(&inputs).unwrap_or_else(|error| {
        findings.push(Diagnostic::error(error.code(), error.to_string()));
        Vec::new()
    });
    let mut quotas: BTreeMap<&str, QuotaRows<'_>> = BTreeMap::new();
    for quota in &inputs.facts.quotas {
        let rows = quotas.entry(&quota.measure).or_default();
        match &quota.payee {
            None => rows.everyone.push(quota),
            Some(id) => {
                if let Some(place) = place_of(&places, id) {
                    if rows.own.len() <= place {
                        rows.own.resize(payees.len(), Vec::new());
                    }
                    rows.own.get_mut(place).into_iter().for_each(|own| own.push(quota));
                }
            }
        }
    }
    let mut assigned: BTreeMap<(&str, &str), Vec<Days>> = BTreeMap::new();
    for row in inputs.facts.assignments.iter().flatten() {
        let days = Days { from: row.from.unwrap_or(NaiveDate::MIN), to: row.to.unwrap_or(NaiveDate::MAX) };
        assigned.entry((&row.payee, &row.plan)).or_default().push(days);
    }
    let tenures = inputs.plans.iter().map(|plan| {
        let of = |payee: &&Payee| {
            let own = assigned.get(&(&*payee.id, &*plan.name)).map_or(&[][..], Vec::as_slice);
            tenure(&inputs, plan, payee, own)
        };
        payees.iter().map(of).collect()
    });
    let mut book = Book {
        plans: inputs.plans,
        tenures: tenures.collect(),
        managers: Vec::new(),
        payees,
        deals,
        calendar: inputs.calendar,
        chain,
        facts: inputs.facts,
        overlay: inputs.overlay,
        reasons: inputs.reasons,
        others: inputs.others,
        closed: inputs.posted.map(|posted| posted.until),
        rest: inputs.rest,
        places,
        quotas,
        rates: Rates::sort(&inputs.facts.rates),
        cash: Vec::new(),
        happenings: Vec::new(),
        happened: Vec::new(),
        holds: Vec::new(),
        leave: Vec::new(),
        metrics: BTreeMap::new(),
        scores: BTreeMap::new(),
        scored: BTreeSet::new(),
        paid_in: Vec::new(),
    };
    book.sort_currencies();
    book.managers = managers(&book);
    book.sort_events();
    book.sort_people();
    checks::check(&book, &mut findings);
    (book, findings)
}

/// The chain of payout periods: from the first plan's start to the last that ends by `until`.
fn chain(inputs: &Inputs<'_>) -> Result<Vec<Period>, CalendarError> {
    let Some(first) = inputs.plans.iter().map(|plan| plan.from).min() else { return Ok(Vec::new()) };
    let shortest =
        inputs.plans.iter().map(|plan| &plan.payout).reduce(|a, b| if inputs.calendar.is_longer(a, b) { b } else { a });
    let Some(kind) = inputs.chain.or(shortest) else { return Ok(Vec::new()) };
    if inputs.until < first {
        return Ok(Vec::new());
    }
    if *kind == PeriodKind::Plan {
        let last = inputs.plans.iter().map(|plan| plan.to).max().unwrap_or(first);
        return Ok(vec![Period::of_plan(first, last)].into_iter().filter(|period| period.to <= inputs.until).collect());
    }
    let periods = inputs.calendar.periods(kind, first, inputs.until)?;
    Ok(periods.into_iter().filter(|period| period.to <= inputs.until).collect())
}

/// The days of a payee on a plan: as assigned, within the plan's days and the payee's service.
fn tenure(inputs: &Inputs<'_>, plan: &Plan, payee: &Payee, assigned: &[Days]) -> Vec<Days> {
    let holds = Days { from: plan.from, to: plan.to };
    let assigned = match &inputs.facts.assignments {
        Some(_) => assigned.to_vec(),
        None if inputs.everyone.is_none_or(|names| names.contains(&plan.name)) => vec![holds],
        None => Vec::new(),
    };
    let service = payee.service().into_iter().map(|stint| Days { from: stint.from, to: stint.to });
    let held = service.filter_map(|days| days.shared(holds));
    let mut days: Vec<Days> = held.flat_map(|held| assigned.iter().filter_map(move |days| days.shared(held))).collect();
    days.sort();
    days
}

fn managers(book: &Book<'_>) -> Vec<Vec<(Days, usize)>> {
    let mut managers: Vec<Vec<(Days, usize)>> = vec![Vec::new(); book.payees.len()];
    let mut add = |payee: Option<usize>, manager: Option<usize>, from: Option<NaiveDate>, to: Option<NaiveDate>| {
        if let (Some(payee), Some(manager)) = (payee, manager)
            && let Some(list) = managers.get_mut(payee)
        {
            let days = Days { from: from.unwrap_or(NaiveDate::MIN), to: to.unwrap_or(NaiveDate::MAX) };
            list.push((days, manager));
        }
    };
    for line in &book.facts.lines {
        add(book.payee(&line.payee), book.payee(&line.manager), line.from, line.to);
    }
    for payee in &book.payees {
        for row in &payee.rows {
            let manager = row.cells.get(payee_field::MANAGER).and_then(Option::as_ref).and_then(Value::text);
            add(book.payee(&payee.id), manager.and_then(|id| book.payee(id)), row.from, row.to);
        }
    }
    managers.iter_mut().for_each(|list| list.sort());
    managers
}
