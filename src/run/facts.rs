//! Facts: the first of seven stages. Rows are sorted and joined to the plans they name.
//!
//! In:   facts as they were read, plans, calendar.
//! Out:  the [`Book`]: payees by id, deals by day and id, who is on which plan when, who reports to whom, quotas,
//!       the chain of payout periods.
//! Here: names of plans and measures in the data, columns that plans read and nothing fills, quotas of a wrong length.
//! Not here: anything of a single file, which was checked when it was read.

use super::Inputs;
use crate::domain::calendar::{Calendar, CalendarError, Period, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Cell, Code, Diagnostic, nearest};
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Deal, Facts, Payee, Quota, QuotaDays, RowPlace, payee_field};
use crate::domain::value::Value;
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{Measure, Plan, QuotaRule};
use chrono::NaiveDate;
use rust_decimal::Decimal;
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
    places: BTreeMap<&'a str, usize>,
    /// For each plan, for each payee: the days on it, in order.
    tenures: Vec<Vec<Vec<Days>>>,
    /// For each payee: who they report to, on which days.
    managers: Vec<Vec<(Days, usize)>>,
    quotas: BTreeMap<&'a str, Vec<&'a Quota>>,
}

/// Sorts the facts. The findings hold errors where they do not fit the plans; the book is then not to be used.
#[must_use]
pub fn sort(inputs: Inputs<'_>) -> (Book<'_>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut payees: Vec<&Payee> = inputs.facts.payees.iter().collect();
    payees.sort_by(|a, b| a.id.cmp(&b.id));
    let mut deals: Vec<&Deal> = inputs.facts.deals.iter().collect();
    deals.sort_by(|a, b| (a.day(), &a.id).cmp(&(b.day(), &b.id)));
    let places: BTreeMap<&str, usize> = payees.iter().enumerate().map(|(place, payee)| (&*payee.id, place)).collect();
    let chain = chain(&inputs).unwrap_or_else(|error| {
        findings.push(Diagnostic::error(error.code(), error.to_string()));
        Vec::new()
    });
    let mut quotas: BTreeMap<&str, Vec<&Quota>> = BTreeMap::new();
    for quota in &inputs.facts.quotas {
        quotas.entry(&quota.measure).or_default().push(quota);
    }
    let tenures = inputs.plans.iter().map(|plan| payees.iter().map(|payee| tenure(&inputs, plan, payee)).collect());
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
        places,
        quotas,
    };
    book.managers = managers(&book);
    check_columns(&book, &mut findings);
    check_names(&book, &mut findings);
    check_quotas(&book, &mut findings);
    check_currencies(&book, &mut findings);
    (book, findings)
}

impl<'a> Book<'a> {
    /// The place of a payee.
    #[must_use]
    pub fn payee(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The days of a payee on a plan, in order.
    #[must_use]
    pub fn tenure(&self, plan: usize, payee: usize) -> &[Days] {
        self.tenures.get(plan).and_then(|plan| plan.get(payee)).map_or(&[], Vec::as_slice)
    }

    /// Whether a payee is on a plan on a day.
    #[must_use]
    pub fn is_on(&self, plan: usize, payee: usize, day: NaiveDate) -> bool {
        self.tenure(plan, payee).iter().any(|days| days.contains(day))
    }

    /// The days of a period on which a payee is on a plan.
    #[must_use]
    pub fn active_days(&self, plan: usize, payee: usize, period: &Period) -> u32 {
        let period = Days { from: period.from, to: period.to };
        self.tenure(plan, payee)
            .iter()
            .filter_map(|days| days.shared(period))
            .fold(0_u32, |total, days| total.saturating_add(days.count()))
    }

    /// Who a payee reports to on a day.
    #[must_use]
    pub fn manager(&self, payee: usize, day: NaiveDate) -> Option<usize> {
        let lines = self.managers.get(payee)?;
        lines.iter().find(|(days, _)| days.contains(day)).map(|(_, manager)| *manager)
    }

    /// The currency a payee is paid in, of what a plan earns.
    #[must_use]
    pub fn pay_currency(&self, payee: usize, plan: &Plan) -> Currency {
        let code = self.payees.get(payee).and_then(|payee| payee.constant(payee_field::CURRENCY));
        code.and_then(Value::text).and_then(|code| Currency::from_code(code)).unwrap_or(plan.currency)
    }

    /// The measurement period of a measure that holds a day.
    ///
    /// # Errors
    /// A day that the calendar does not cover.
    pub fn measured(&self, plan: &Plan, kind: &PeriodKind, day: NaiveDate) -> Result<Period, CalendarError> {
        match kind {
            PeriodKind::Plan => Ok(Period::of_plan(plan.from, plan.to)),
            _ => self.calendar.period_of(kind, day),
        }
    }

    /// The quota of a payee for a whole period, before proration; `None`: nothing says one.
    ///
    /// # Errors
    /// Overflow.
    pub fn quota(&self, plan: &Plan, measure: &Measure, payee: usize, period: &Period) -> Exact<Option<Fraction>> {
        if let QuotaRule::Amount(amount) = measure.quota {
            return Ok(Some(Fraction::from(amount.figure)));
        }
        let id = self.payees.get(payee).map(|payee| &payee.id);
        let rows = self.quotas.get(&*measure.name).map_or(&[][..], Vec::as_slice);
        let named = |quota: &&&Quota| quota.plan.as_ref().is_none_or(|name| *name == plan.name);
        for wanted in [id, None] {
            let own: Vec<&Quota> = rows.iter().filter(named).filter(|q| q.payee.as_ref() == wanted).copied().collect();
            if let Some(quota) = quota_of(&own, period)? {
                return Ok(Some(quota));
            }
        }
        Ok(None)
    }
}

/// The quota that rows give to a period: a row for the period itself, else ranges by their days in it.
fn quota_of(rows: &[&Quota], period: &Period) -> Exact<Option<Fraction>> {
    let exact = rows.iter().find(|row| matches!(&row.days, QuotaDays::Period(label) if *label == period.label));
    if let Some(row) = exact {
        return Ok(Some(Fraction::from(row.amount)));
    }
    let whole = Days { from: period.from, to: period.to };
    let mut total: Option<Fraction> = None;
    for row in rows {
        let QuotaDays::Range(from, to) = row.days else { continue };
        let Some(days) = whole.shared(Days { from, to }) else { continue };
        let part = Fraction::new(Decimal::from(days.count()), Decimal::from(whole.count()))?.times(row.amount)?;
        total = Some(total.unwrap_or(Fraction::ZERO).plus(part)?);
    }
    Ok(total)
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

/// The days of a payee on a plan: as assigned, within the plan's days and the payee's start and end.
fn tenure(inputs: &Inputs<'_>, plan: &Plan, payee: &Payee) -> Vec<Days> {
    let start = payee.constant(payee_field::START).and_then(Value::date).unwrap_or(NaiveDate::MIN);
    let end = payee.constant(payee_field::END).and_then(Value::date).unwrap_or(NaiveDate::MAX);
    let holds = Days { from: plan.from, to: plan.to };
    let Some(held) = (start <= end).then_some(Days { from: start, to: end }).and_then(|days| days.shared(holds)) else {
        return Vec::new();
    };
    let assigned: Vec<Days> = match &inputs.facts.assignments {
        Some(assignments) => assignments
            .iter()
            .filter(|row| row.payee == payee.id && row.plan == plan.name)
            .map(|row| Days { from: row.from.unwrap_or(NaiveDate::MIN), to: row.to.unwrap_or(NaiveDate::MAX) })
            .collect(),
        None if inputs.everyone.is_none_or(|names| names.contains(&plan.name)) => vec![holds],
        None => Vec::new(),
    };
    let mut days: Vec<Days> = assigned.into_iter().filter_map(|days| days.shared(held)).collect();
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

/// A column that a plan reads must be filled by a source.
fn check_columns(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let schema = &book.facts.schema;
    let mut seen = BTreeSet::new();
    for plan in book.plans {
        reads(plan, &mut |read, span| {
            let (what, column) = match read {
                Read::Deal(place) => ("deals", schema.deals.get(place)),
                Read::Payee(place) => ("payees", schema.payees.get(place)),
                _ => return,
            };
            let Some(column) = column.filter(|column| !column.mapped && column.default.is_none() && !column.optional)
            else {
                return;
            };
            if column.name.as_ref() == "id" || !seen.insert((what, Arc::clone(&column.name))) {
                return;
            }
            let message = format!("the plan reads the column `{}` of {what}, which no source fills", column.name);
            let help = format!("map it in `earnmark.toml`: `columns.{} = \"…\"` under `[{what}]`", column.name);
            findings.push(Diagnostic::error(Code::UnmappedColumn, message).at(span).help(help));
        });
    }
}

fn in_row(place: &RowPlace, column: &str, value: &str) -> Cell {
    Cell { file: Arc::clone(&place.file), row: place.line, column: column.to_owned(), value: value.to_owned() }
}

/// Plans and measures that the data names must be declared.
fn check_names(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    let plans: BTreeSet<&str> = book.plans.iter().map(|plan| &*plan.name).collect();
    let measures: BTreeSet<&str> =
        book.plans.iter().flat_map(|plan| &plan.measures).map(|measure| &*measure.name).collect();
    let mut tell = |code: Code, what: &str, name: &str, known: &BTreeSet<&str>, place: &RowPlace| {
        let mut finding = Diagnostic::error(code, format!("no script declares the {what} `{name}`"))
            .in_cell(in_row(place, what, name));
        if let Some(near) = nearest(name, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        findings.push(finding);
    };
    for row in book.facts.assignments.iter().flatten().filter(|row| !plans.contains(&*row.plan)) {
        tell(Code::UnknownPlan, "plan", &row.plan, &plans, &row.place);
    }
    for row in &book.facts.quotas {
        if !measures.contains(&*row.measure) {
            tell(Code::UnknownMeasure, "measure", &row.measure, &measures, &row.place);
        }
        if let Some(name) = row.plan.as_ref().filter(|name| !plans.contains(&***name)) {
            tell(Code::UnknownPlan, "plan", name, &plans, &row.place);
        }
    }
}

/// A quota is for a period of its measure's length.
fn check_quotas(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    for quota in &book.facts.quotas {
        let QuotaDays::Period(label) = &quota.days else { continue };
        let mut measures =
            book.plans.iter().flat_map(|plan| &plan.measures).filter(|m| m.name == quota.measure).peekable();
        if measures.peek().is_none() || &**label == "plan" {
            continue;
        }
        let kinds: BTreeSet<&PeriodKind> = measures.map(|measure| &measure.period).collect();
        match book.calendar.parse(label) {
            Ok(period) if kinds.contains(&period.kind) => {}
            Ok(period) => {
                let wanted: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                let message = format!(
                    "the quota is for a {}, the measure `{}` counts by {}",
                    period.kind,
                    quota.measure,
                    wanted.join(" or ")
                );
                let mut finding =
                    Diagnostic::error(Code::QuotaPeriod, message).in_cell(in_row(&quota.place, "period", label));
                let right = kinds.first().and_then(|kind| book.calendar.period_of(kind, period.from).ok());
                if let Some(right) = right {
                    finding = finding.help(format!("give the quota of `{}`, the whole of it", right.label));
                }
                findings.push(finding);
            }
            Err(error) => {
                findings.push(Diagnostic::error(Code::BadValue, error.to_string()).in_cell(in_row(
                    &quota.place,
                    "period",
                    label,
                )));
            }
        }
    }
}

/// Without rates of exchange, what is earned, paid and asked for is in the plan's currency.
fn check_currencies(book: &Book<'_>, findings: &mut Vec<Diagnostic>) {
    for (place, plan) in book.plans.iter().enumerate() {
        for (payee, found) in book.payees.iter().enumerate().filter(|(payee, _)| !book.tenure(place, *payee).is_empty())
        {
            let currency = book.pay_currency(payee, plan);
            if currency != plan.currency {
                let message = format!(
                    "`{}` is paid in {currency}, the plan `{}` is in {}, and there are no rates of exchange",
                    found.id, plan.name, plan.currency
                );
                let help = format!("leave the payee's currency blank, or put them on a plan in {currency}");
                findings.push(Diagnostic::error(Code::MissingRate, message).at(&plan.span).help(help));
            }
        }
        let names: Vec<&str> = plan.measures.iter().map(|measure| &*measure.name).collect();
        for quota in &book.facts.quotas {
            let named = quota.plan.as_ref().is_none_or(|name| *name == plan.name);
            let here = match &quota.payee {
                Some(id) => book.payee(id).is_some_and(|payee| !book.tenure(place, payee).is_empty()),
                None => true,
            };
            let concerns = named && here && names.contains(&&*quota.measure);
            if let Some(currency) = quota.currency.filter(|currency| concerns && *currency != plan.currency) {
                let message = format!(
                    "this quota is in {currency}, the plan `{}` is in {}, and there are no rates of exchange",
                    plan.name, plan.currency
                );
                let cell = in_row(&quota.place, "currency", currency.code());
                let help = format!("give the quota in {}", plan.currency);
                findings.push(Diagnostic::error(Code::MissingRate, message).in_cell(cell).help(help));
            }
        }
    }
}
