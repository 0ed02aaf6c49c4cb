//! The world of a test: empty but for what its lines say, up to one of them; and the day on which nothing more falls due.

use super::tests::Around;
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::diagnostic::Span;
use crate::domain::facts::{
    Deal, Event, Facts, Metric, Payee, PayeeRow, Quota, QuotaDays, Rate, RateSet, RowPlace, Schema, Score, Share,
    deal_column,
};
use crate::domain::value::{Columns, Duration, Value};
use crate::plan::model::{Component, ComponentKind, Condition, Ends, Expect, Filled, Plan, PlanTest, TestAction};
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a rate of a test holds, in days, where no later one is said: longer than any plan.
const RATE_AGE: u32 = 36_500;
/// How many months beyond the plan's end a test is worked at most.
const MOST_MONTHS: u32 = 480;

/// A test with the plan it belongs to.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The test.
    pub test: &'a PlanTest,
    /// What the plan stands in.
    pub around: Around<'a>,
}

impl World<'_> {
    /// The facts that the first `steps` lines say.
    pub fn facts(&self, steps: usize) -> Facts {
        let mut facts = Facts::empty(all_filled(self.around.schema));
        facts.tables = vec![Vec::new(); facts.schema.tables.len()];
        let mut payees = BTreeMap::from([(0, (self.blank(&facts.schema.payees), self.place(&self.test.span)))]);
        let mut rates = Vec::new();
        for step in self.test.steps.iter().take(steps) {
            let place = self.place(&step.span);
            match &step.action {
                TestAction::Payee(fields) => {
                    let mut cells = self.blank(&facts.schema.payees);
                    fill(&mut cells, fields);
                    payees.insert(step.payee, (cells, place));
                }
                TestAction::Set(fields) => {
                    if let Some((cells, _)) = payees.get_mut(&step.payee) {
                        fill(cells, fields);
                    }
                }
                TestAction::Rate { from, to, date, rate } => rates.push(Rate {
                    from: *from,
                    to: *to,
                    date: *date,
                    rate: *rate,
                    until: None,
                    recorded: None,
                    place,
                }),
                _ => {}
            }
        }
        for (payee, (cells, place)) in payees {
            facts.payees.push(Payee {
                id: self.id(payee),
                rows: vec![PayeeRow { from: None, to: None, cells, place: Some(place) }],
            });
        }
        facts.rates = self.rate_sets(&rates);
        for step in self.test.steps.iter().take(steps) {
            self.add(step.payee, &step.action, &self.place(&step.span), &mut facts);
        }
        facts
    }

    fn add(&self, payee: usize, action: &TestAction, place: &RowPlace, facts: &mut Facts) {
        match action {
            TestAction::Deal(deal) => {
                for id in &deal.ids {
                    let mut cells = self.blank(&facts.schema.deals);
                    // A deal whose currency nobody writes is in the plan's, whatever the company counts in.
                    fill(&mut cells, &[(deal_column::CURRENCY, Value::Text(Arc::from(self.plan.currency.code())))]);
                    fill(&mut cells, &deal.cells);
                    fill(&mut cells, &[(deal_column::ID, Value::Text(Arc::clone(id)))]);
                    let shares = (1..).zip(&deal.shares).map(|(position, share)| Share {
                        payee: self.id(share.payee),
                        role: share.role.clone(),
                        share: share.share,
                        position: Some(position),
                        place: place.clone(),
                    });
                    let shares = shares.collect();
                    facts.deals.push(Deal::new(Arc::clone(id), cells, shares, place.clone()));
                }
            }
            TestAction::Quota { measure, period, amount } => {
                let labels = match period {
                    Some(period) => vec![Arc::clone(&period.label)],
                    None => self.periods_of(payee, measure, facts),
                };
                for label in labels {
                    // A quota that is said again is another amount, not another quota.
                    let id = Some(self.id(payee));
                    let days = QuotaDays::Period(label);
                    facts.quotas.retain(|q| !(q.measure == *measure && q.payee == id && q.days == days));
                    facts.quotas.push(Quota {
                        measure: Arc::clone(measure),
                        payee: id,
                        plan: None,
                        days,
                        amount: amount.figure,
                        currency: amount.currency,
                        recorded: None,
                        place: place.clone(),
                    });
                }
            }
            TestAction::Event { deal, kind, date, amount } => {
                // The payee of a line is the one who takes a deal over, or whose pay is held.
                let of_payee = matches!(&**kind, "reassigned" | "held" | "released");
                facts.events.push(Event {
                    id: Arc::from(format!("event-{:04}", facts.events.len().saturating_add(1))),
                    deal: Some(Arc::clone(deal)),
                    kind: Arc::clone(kind),
                    date: *date,
                    amount: *amount,
                    number: None,
                    payee: of_payee.then(|| self.id(payee)),
                    component: None,
                    reason: None,
                    actor: None,
                    cells: self.blank(&facts.schema.events),
                    recorded: None,
                    place: place.clone(),
                });
            }
            TestAction::Given { measure, period, total } => {
                let id = Some(self.id(payee));
                facts.metrics.retain(|m| !(m.measure == *measure && m.payee == id && m.period == period.label));
                facts.metrics.push(Metric {
                    measure: Arc::clone(measure),
                    period: Arc::clone(&period.label),
                    payee: id,
                    value: *total,
                    recorded: None,
                    place: place.clone(),
                });
            }
            TestAction::Score { objective, period, score } => {
                let id = self.id(payee);
                facts.scores.retain(|s| !(s.objective == *objective && s.payee == id && s.period == period.label));
                facts.scores.push(Score {
                    payee: id,
                    objective: Arc::clone(objective),
                    period: Arc::clone(&period.label),
                    score: *score,
                    plan: Some(Arc::clone(&self.plan.name)),
                    recorded: None,
                    place: place.clone(),
                });
            }
            TestAction::Set(_) | TestAction::Payee(_) | TestAction::Rate { .. } | TestAction::Expect(..) => {}
        }
    }

    /// The id of a payee by place.
    pub fn id(&self, payee: usize) -> Arc<str> {
        self.test.payees.get(payee).map_or_else(|| Arc::from(""), Arc::clone)
    }

    fn place(&self, span: &Span) -> RowPlace {
        let line = u64::try_from(self.around.texts.line(span)).unwrap_or(1);
        RowPlace { file: Arc::clone(&span.file), line }
    }

    /// Cells with nothing but the defaults of their columns.
    fn blank(&self, columns: &Columns) -> Vec<Option<Value>> {
        columns.0.iter().map(|column| column.default.clone()).collect()
    }

    /// The rates of a test stand in every set that the plan reads.
    fn rate_sets(&self, rates: &[Rate]) -> Vec<RateSet> {
        if rates.is_empty() {
            return Vec::new();
        }
        let own = self.plan.components.iter().filter_map(|component| component.rates.as_ref());
        let names: BTreeSet<&Arc<str>> = own.chain([&self.plan.convert.rates]).collect();
        let set =
            |name: &Arc<str>| RateSet { name: Arc::clone(name), base: None, rate_age: RATE_AGE, rates: rates.to_vec() };
        names.into_iter().map(set).collect()
    }

    /// The labels of every period of a measure: of this plan by its own period, of another by those that the test
    /// names with it, else by the payout period.
    fn periods_of(&self, payee: usize, measure: &Arc<str>, facts: &Facts) -> Vec<Arc<str>> {
        let own = self.plan.measures.iter().find(|found| found.name == *measure).map(|found| found.period.clone());
        let said = || {
            self.test.steps.iter().find_map(|step| match &step.action {
                TestAction::Given { measure: name, period, .. } if name == measure => Some(period.kind.clone()),
                TestAction::Quota { measure: name, period: Some(period), .. } if name == measure => {
                    Some(period.kind.clone())
                }
                _ => None,
            })
        };
        let kind = own.or_else(said).unwrap_or_else(|| self.plan.payout.clone());
        let (from, to) = (self.plan.from, self.plan.to);
        match kind {
            PeriodKind::Plan => vec![Period::of_plan(from, to).label],
            PeriodKind::Anniversary => {
                let id = self.id(payee);
                let found = facts.payees.iter().find(|found| found.id == id);
                let start = found.and_then(|payee| payee.service().last()?.start());
                let mut labels = Vec::new();
                let mut day = from;
                while let Ok(year) = Period::anniversary(start.unwrap_or(from), day) {
                    labels.push(year.label);
                    match year.to.succ_opt() {
                        Some(next) if next <= to => day = next,
                        _ => break,
                    }
                }
                labels
            }
            kind => {
                let periods = self.around.calendar.periods(&kind, from, to).unwrap_or_default();
                periods.into_iter().map(|period| period.label).collect()
            }
        }
    }

    /// The last day up to which payouts are worked for an expectation of the first `steps` lines: the plan's end, all
    /// that the lines name, and on until nothing more falls due. Instalments without an end are worked so far.
    pub fn until(&self, steps: usize, expects: &[&Expect]) -> NaiveDate {
        let mut last = self.plan.to;
        let mut term = 0_u32;
        for step in self.test.steps.iter().take(steps) {
            match &step.action {
                TestAction::Event { date, .. } => last = last.max(*date),
                TestAction::Given { period, .. } | TestAction::Score { period, .. } => last = last.max(period.to),
                TestAction::Deal(deal) => {
                    let months = deal.cells.iter().find(|(place, _)| *place == deal_column::TERM);
                    let months = months.and_then(|(_, value)| value.decimal()).map(|months| months.ceil());
                    term = term.max(months.and_then(|months| u32::try_from(months).ok()).unwrap_or(0));
                }
                _ => {}
            }
        }
        for measure in &self.plan.measures {
            let end = match &measure.period {
                PeriodKind::Anniversary => last.checked_add_months(Months::new(12)),
                kind => self.around.calendar.period_of(kind, self.plan.to).ok().map(|period| period.to),
            };
            last = last.max(end.unwrap_or(last));
        }
        let due = self.plan.components.iter().map(|component| self.due(component, last, term)).max();
        last = last.max(due.unwrap_or(last));
        for expect in expects {
            last = last.max(match expect {
                Expect::Component(_, None) => last,
                Expect::Component(_, Some(period))
                | Expect::Earned(period)
                | Expect::Paid(period)
                | Expect::Balance(period)
                | Expect::Attainment(_, period) => period.to,
            });
        }
        let most = self.plan.to.checked_add_months(Months::new(MOST_MONTHS)).unwrap_or(self.plan.to);
        last = last.min(most);
        self.around.calendar.period_of(&self.plan.payout, last).map_or(last, |period| period.to)
    }

    /// The day on which the last of what a component earned by `last` falls due.
    fn due(&self, component: &Component, last: NaiveDate, term: u32) -> NaiveDate {
        let mut due = last;
        for (_, condition) in &component.payable {
            let day = match condition {
                Condition::After(Duration::Days(days)) => {
                    u64::try_from(*days).ok().and_then(|days| last.checked_add_days(Days::new(days)))
                }
                Condition::After(Duration::Months(months)) => {
                    u32::try_from(*months).ok().and_then(|months| last.checked_add_months(Months::new(months)))
                }
                Condition::EndOf(kind) => self.around.calendar.period_of(kind, last).ok().map(|period| period.to),
                _ => None,
            };
            due = due.max(day.unwrap_or(last));
        }
        if matches!(component.kind, ComponentKind::Residual { ends: Ends::Term, .. }) {
            let term = Months::new(term.min(MOST_MONTHS));
            due = due.max(last.checked_add_months(term).unwrap_or(last));
        }
        due
    }
}

/// The columns as a world has them in which every one of them is filled by hand.
fn all_filled(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for column in schema.deals.0.iter_mut().chain(&mut schema.payees.0).chain(&mut schema.events.0) {
        column.mapped = true;
    }
    schema.given_kinds = None;
    schema
}

fn fill(cells: &mut [Option<Value>], filled: &[Filled]) {
    for (place, value) in filled {
        if let Some(cell) = cells.get_mut(*place) {
            *cell = Some(value.clone());
        }
    }
}

/// What of a figure is left over: the difference of what came out and what was expected.
pub fn difference(got: Decimal, expected: Decimal) -> Option<Decimal> {
    got.checked_sub(expected)
}
