//! Statement: all of it as one document a payee, period and currency. The last of seven stages.
//!
//! In:   entries, payouts, standings, deals that were not counted.
//! Out:  [`Statement`], format 1: amounts as decimal strings, fields in a fixed order.
//! Here: what belongs on it, and how far it is to the next tier.
//! Not here: CSV (`report::tables`), what the page shows beside it (`report::answers`).
//!
//! Invariant: the steps of an entry add up to it, the entries to what was earned, at the currency's minor unit.
//! Tested by `properties::statements_add_up`.

use super::Outcome;
use super::adjust::Entry;
use super::credit::{NotCounted, Reason};
use super::earn::SetOff;
use super::explain::{Converted, Step, StepKind, price_places, reached, reason};
use super::measure::Standing;
use super::settle::Payout;
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::exact::{Fraction, RoundingMode, fixed, shortest};
use crate::domain::facts::Event;
use crate::domain::texts::Texts;
use crate::plan::model::{Clawback, On, Plan, Price, Unit};
use crate::plan::table::Axis;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;

mod document;
mod held;
mod kept;
mod state;
mod way;

pub use document::{
    Balances, BeforeAfter, ConvertedLine, CreditWhy, Digests, EntryLine, EventWhy, HeldLine, MeasureLine, Moves, Next,
    NotCountedLine, PayeeName, PeriodRef, SettleLine, Source, Statement, StepLine, TermLine, Totals,
};
use held::held;
pub use kept::{By, ClosedRun, Hold, Kept, Shown, with_terms};
pub use state::{ClosedPeriod, LedgerState};
pub use way::settled;
use way::settled_of;

/// What statements are made from.
#[derive(Clone, Debug)]
pub struct Material<'a> {
    /// The company's name.
    pub company: &'a str,
    /// What the run gave.
    pub outcome: &'a Outcome,
    /// The plans.
    pub plans: &'a [Plan],
    /// Holds and releases by hand, in their order.
    pub holds: Vec<&'a Event>,
    /// The scripts.
    pub texts: &'a Texts,
    /// The digests of the run.
    pub digests: &'a Digests,
    /// The day up to which facts were known.
    pub as_of: NaiveDate,
    /// What the ledger says of the periods.
    pub ledger: &'a LedgerState,
    /// How many rows were left out because they are wrong.
    pub incomplete: u64,
}

impl Material<'_> {
    /// The statement of a payout; `None` where its period was not worked.
    #[must_use]
    pub fn statement(&self, payout: &Payout, name: &str) -> Option<Statement> {
        let period = self.outcome.periods.get(payout.period)?;
        let money = |amount: Decimal| fixed(amount, payout.currency.places());
        let own = self.entries(payout);
        let (state, close) = self.ledger.of(&period.label, &self.digests.result);
        let kept = close.map(|closed| closed.kept.as_ref());
        let settle = settled_of(payout, &own);
        let (measures, not_counted, settle) = match kept {
            None => (self.measures(payout, period), self.not_counted(&payout.payee, period), settle),
            Some(kept) => {
                let shown = kept.map(|kept| kept.of(&payout.payee, payout.currency.code())).unwrap_or_default();
                // The first closes kept none: they kept only what was paid in the plan's.
                let known = |line: MeasureLine| match line.currency.is_empty() {
                    true => MeasureLine { currency: payout.currency.code().to_owned(), ..line },
                    false => line,
                };
                let measures = shown.measures.into_iter().map(known).collect();
                (measures, shown.not_counted, with_terms(settle, &shown.terms))
            }
        };
        Some(Statement {
            format: 1,
            engine: super::ENGINE,
            state,
            incomplete: self.incomplete,
            company: self.company.to_owned(),
            payee: PayeeName { id: payout.payee.to_string(), name: name.to_owned() },
            period: period.into(),
            as_of: self.as_of,
            currency: payout.currency.code(),
            totals: Totals {
                earned: money(payout.earned),
                payable: money(payout.payable),
                payout: money(payout.payout),
            },
            balances: BeforeAfter {
                before: balances_of(&payout.before, payout.currency),
                after: balances_of(&payout.after, payout.currency),
            },
            settle,
            measures,
            entries: own.iter().map(|entry| self.entry(entry, period)).collect(),
            held: own
                .iter()
                .copied()
                .enumerate()
                .filter_map(|at| held((self.plans, &self.holds), at, period))
                .collect(),
            not_counted,
            not_kept: kept == Some(None),
            digests: Digests { close: close.map(|closed| closed.digest.clone()), ..self.digests.clone() },
        })
    }

    /// The entries of a payout: entries stand in the order of payee and period.
    fn entries(&self, payout: &Payout) -> Vec<&Entry> {
        let of = |entry: &Entry| entry.payee.cmp(&payout.payee).then(entry.payout.cmp(&payout.period));
        run_of(&self.outcome.entries, of).iter().filter(|entry| entry.currency == payout.currency).collect()
    }

    /// What a payout's statement shows beside amounts, for a close to keep: none of it can be had from what is posted.
    #[must_use]
    pub fn shown(&self, payout: &Payout, period: &Period) -> Shown {
        let hold = |(place, entry): (usize, &Entry)| {
            let line = held((self.plans, &self.holds), (place, entry), period)?;
            Some(Hold {
                plan: entry.plan.to_string(),
                component: entry.component.to_string(),
                deal: entry.deal.as_ref().map(|(_, id)| id.to_string()),
                measured: entry.measured.label.to_string(),
                until: line.until,
            })
        };
        Shown {
            payee: payout.payee.to_string(),
            currency: payout.currency.code().to_owned(),
            measures: self.measures(payout, period),
            holds: self.entries(payout).into_iter().enumerate().filter_map(hold).collect(),
            not_counted: self.not_counted(&payout.payee, period),
            terms: self.terms(payout),
        }
    }

    /// The standings of a payee in the measurement periods that a payout period reaches into, in plans paid in its currency;
    /// each with the version of its plan that is in force when the period ends.
    pub fn standings(&self, payout: &Payout, period: &Period) -> impl Iterator<Item = (&Standing, &Plan)> {
        let (currency, from, to) = (payout.currency, period.from, period.to);
        let reaches = move |standing: &&Standing| standing.period.from <= to && standing.period.to >= from;
        let own = run_of(&self.outcome.standings, |standing| standing.payee.cmp(&payout.payee));
        own.iter().filter(reaches).filter(move |standing| standing.paid.contains(&currency)).filter_map(
            move |standing| {
                let mut versions = self.plans.iter().filter(|plan| plan.name == standing.plan);
                let in_force = versions.clone().rfind(|plan| plan.from <= to);
                Some((standing, in_force.or_else(|| versions.next())?))
            },
        )
    }

    fn terms(&self, payout: &Payout) -> Vec<By> {
        let lines = settled_of(payout, &self.entries(payout)).into_iter();
        lines.flat_map(|line| line.terms.into_iter().map(move |term| By { step: line.step.to_owned(), term })).collect()
    }

    fn measures(&self, payout: &Payout, period: &Period) -> Vec<MeasureLine> {
        let lines = self.standings(payout, period).map(|(standing, plan)| {
            let total = standing.total(period.to);
            let figure = |amount: Decimal| standing.figure(amount, plan.currency);
            MeasureLine {
                plan: plan.name.to_string(),
                name: standing.measure.to_string(),
                period: standing.period.label.to_string(),
                total: figure(total),
                quota: standing.quota.and_then(|quota| quota.value().ok()).map(figure),
                attainment: standing.attainment(total).map(|attainment| shortest(reached(attainment, 6))),
                next: next_tier(standing, plan, total),
                unit: Cow::Borrowed(unit_word(standing.unit)),
                currency: plan.currency.code().to_owned(),
            }
        });
        lines.collect()
    }

    /// An entry as a statement shows it.
    fn entry(&self, entry: &Entry, period: &Period) -> EntryLine {
        let plan_money = |amount: Decimal| fixed(amount, entry.plan_currency.places());
        EntryLine {
            payee: entry.payee.to_string(),
            period: period.label.to_string(),
            component: entry.component.to_string(),
            deal: entry.deal.as_ref().map(|(_, id)| id.to_string()),
            amount: fixed(entry.amount, entry.currency.places()),
            currency: entry.currency.code(),
            plan: entry.plan.to_string(),
            measured: entry.measured.label.to_string(),
            kind: entry.kind.code(),
            cause: entry.because().to_owned(),
            earned: plan_money(entry.earned),
            payable: plan_money(entry.payable),
            reason: reason(entry),
            plan_currency: entry.plan_currency.code(),
            steps: entry.steps.iter().map(|step| step_line(step, entry.plan_currency)).collect(),
            deal_date: entry.deal.as_ref().map(|(day, _)| *day),
            credit: self.credit(entry),
            event: entry.set_off.as_deref().map(|cause| self.event(entry, cause)),
            converted: entry.converted.as_deref().map(converted_line),
            source: Source { file: entry.span.file.to_string(), line: self.texts.line(&entry.span) },
        }
    }

    /// The event that an entry follows from, and the rule by which.
    fn event(&self, entry: &Entry, cause: &SetOff) -> EventWhy {
        let rules = self.plans.get(entry.order.0).map_or(&[][..], |plan| &plan.clawbacks);
        let rule = rules.iter().find(|rule| rule.name == cause.rule);
        let source = |rule: &Clawback| Source { file: rule.span.file.to_string(), line: self.texts.line(&rule.span) };
        EventWhy {
            id: cause.has_id().then(|| cause.event.to_string()),
            kind: cause.kind.to_string(),
            day: cause.day,
            amount: cause.amount.map(shortest),
            rule: rule.map(|rule| rule.name.to_string()),
            source: rule.map(source),
        }
    }

    fn credit(&self, entry: &Entry) -> Option<CreditWhy> {
        let credit = entry.credit.as_ref()?;
        let measure = self.plans.get(entry.order.0)?.measures.get(credit.measure)?;
        let figure = |amount: Decimal| match measure.unit {
            Unit::Money => fixed(amount, entry.plan_currency.places()),
            Unit::Number => shortest(amount),
        };
        Some(CreditWhy {
            base: figure(credit.base),
            currency: entry.plan_currency.code(),
            share: shortest(credit.share),
            of: credit.of.as_ref().map(ToString::to_string),
            role: credit.role.as_ref().map(ToString::to_string),
            amount: figure(credit.amount),
            before: credit.attainment.map(|(before, _)| shortest(reached(before, 6))),
            after: credit.attainment.map(|(_, after)| shortest(reached(after, 6))),
            converted: credit.converted.as_deref().map(converted_line),
            measure: measure.name.to_string(),
            unit: unit_word(measure.unit),
            file: measure.span.file.to_string(),
            line: self.texts.line(&measure.span),
        })
    }

    fn not_counted(&self, payee: &str, period: &Period) -> Vec<NotCountedLine> {
        // They stand in the order of payees.
        let own = run_of(&self.outcome.not_counted, |line| line.payee.as_deref().cmp(&Some(payee)));
        let falls = |line: &&NotCounted| line.day.is_some_and(|day| period.contains(day));
        own.iter().filter(falls).map(|line| self.not_counted_line(line)).collect()
    }

    /// A deal that pays nothing, as a statement shows it.
    #[must_use]
    pub fn not_counted_line(&self, line: &NotCounted) -> NotCountedLine {
        NotCountedLine {
            deal: line.deal.to_string(),
            reason: reason_text(line),
            plan: line.plan.as_ref().map(ToString::to_string),
            line: line.span.as_ref().map(|span| self.texts.line(span)),
            file: line.span.as_ref().map(|span| span.file.to_string()),
            code: Cow::Borrowed(line.reason.code()),
            name: match &line.reason {
                Reason::RoleNotCredited(role) => Some(role.to_string()),
                Reason::LeftOut { measure, .. } | Reason::NoDayYet { measure } => Some(measure.to_string()),
                Reason::NoComponent { component } => component.as_ref().map(|(name, _)| name.to_string()),
                Reason::NotYet { component, .. } | Reason::PaysNothing { component, .. } => Some(component.to_string()),
                Reason::NobodyNamed | Reason::NoPlanThatDay | Reason::PayeeOnNoPlan | Reason::NoMeasure => None,
            },
            setting: line.reason.setting().map(Cow::Borrowed),
        }
    }
}

/// The rows that an order calls equal, of rows that stand in it.
fn run_of<T>(rows: &[T], order: impl Fn(&T) -> Ordering) -> &[T] {
    let start = rows.partition_point(|row| order(row) == Ordering::Less);
    let end = rows.partition_point(|row| order(row) != Ordering::Greater);
    rows.get(start..end).unwrap_or_default()
}

impl Standing {
    /// The total at the end of a day.
    #[must_use]
    pub fn total(&self, day: NaiveDate) -> Decimal {
        self.totals.iter().rev().find(|(on, _)| *on <= day).map_or(Decimal::ZERO, |(_, total)| *total)
    }

    /// Total by quota; `None` without a quota.
    #[must_use]
    pub fn attainment(&self, total: Decimal) -> Option<Decimal> {
        let quota = self.quota.filter(|quota| !quota.is_zero())?;
        Fraction::new(quota.den(), quota.num())
            .and_then(|inverse| Fraction::from(total).by(inverse))
            .and_then(Fraction::value)
            .ok()
    }

    /// A figure of the measure as text: money at the minor unit, units in their shortest form.
    #[must_use]
    pub fn figure(&self, amount: Decimal, currency: Currency) -> String {
        match self.unit {
            Unit::Money => fixed(amount, currency.places()),
            Unit::Number => shortest(amount),
        }
    }
}

/// The word for what a measure counts in.
#[must_use]
pub fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Money => "money",
        Unit::Number => "number",
    }
}

/// Balances as a statement shows them.
#[must_use]
pub fn balances_of(of: &super::settle::Balances, currency: Currency) -> Balances {
    let money = |amount: Decimal| fixed(amount, currency.places());
    Balances {
        owed: money(of.owed),
        draw: money(of.draw),
        over_cap: money(of.over_cap),
        due: money(of.due),
        net: money(of.net().unwrap_or(Decimal::ZERO)),
    }
}

fn converted_line(of: &Converted) -> ConvertedLine {
    let rate = shortest(of.rate.round_dp(10));
    ConvertedLine { from: of.from.code(), to: of.to.code(), rate, day: of.day, set: of.set.to_string() }
}

/// A step as statements have it, in the currency of its plan.
#[must_use]
pub fn step_line(step: &Step, currency: Currency) -> StepLine {
    let places = currency.places();
    let bound = |at: Decimal| shortest(at.round_dp(8));
    StepLine {
        kind: step.kind.code(),
        text: step.text(places),
        base: step.base.map(|base| if step.is_amount { shortest(base) } else { fixed(base, places) }),
        rate: step.rate.filter(|_| !step.is_amount).map(shortest),
        pay: step.rate.filter(|_| step.is_amount).map(|amount| fixed(amount, price_places(amount, places))),
        amount: fixed(step.amount, places),
        from: step.from.map(shortest),
        to: step.to.map(shortest),
        bounds: step.bounds.map(super::explain::Bounds::code),
        at: step.at.map(bound),
        name: step.name.as_ref().filter(|_| step.kind == StepKind::Read).map(ToString::to_string),
        of: step.of.iter().flat_map(|steps| steps.iter()).map(|step| step_line(step, currency)).collect(),
    }
}

/// The nearest boundary above a standing, over all tables by attainment that follow its measure.
fn next_tier(standing: &Standing, plan: &Plan, total: Decimal) -> Option<Next> {
    let quota = standing.quota?;
    let measure = plan.measures.iter().position(|measure| measure.name == standing.measure)?;
    let tables =
        plan.components.iter().filter(|component| component.on == On::Measure(measure)).filter_map(|component| {
            match &component.price {
                Price::Table(table) => table.tiers().filter(|tiers| tiers.axis == Axis::Attainment),
                _ => None,
            }
        });
    let boundaries = tables.flat_map(|tiers| tiers.rows.iter().map(|row| row.from));
    let (at, amount) = boundaries
        .filter_map(|from| Some((from, quota.times(from).ok()?.value().ok()?)))
        .filter(|(_, amount)| *amount > total)
        .min()?;
    let missing = amount.checked_sub(total)?;
    let places = if standing.unit == Unit::Money { plan.currency.places() } else { 0 };
    Some(Next { at: shortest(at), missing: fixed(RoundingMode::Up.round(missing, places), places) })
}

/// Why a deal pays nothing, in English.
#[must_use]
pub fn reason_text(line: &NotCounted) -> String {
    match &line.reason {
        Reason::NobodyNamed => "the deal names nobody".to_owned(),
        Reason::NoPlanThatDay => "no plan holds on its day".to_owned(),
        Reason::PayeeOnNoPlan => "the payee was on no plan that day".to_owned(),
        Reason::NoDayYet { measure } => format!("`when` of the measure `{measure}` gives no day so far"),
        Reason::NoMeasure => "no measure of the payee's plans of that day counts it".to_owned(),
        Reason::RoleNotCredited(role) => format!("no `who` of the plans of that day credits the role `{role}`"),
        Reason::LeftOut { measure, setting: "who" } => format!("`who` of the measure `{measure}` leaves the payee out"),
        Reason::LeftOut { measure, setting } => format!("`{setting}` of the measure `{measure}` leaves it out"),
        Reason::NoComponent { component: None } => "it counts, and no component pays on it".to_owned(),
        Reason::NoComponent { component: Some((name, "who")) } => {
            format!("it counts, and `who` of `{name}` leaves the payee out")
        }
        Reason::NoComponent { component: Some((name, setting)) } => {
            format!("it counts, and `{setting}` of `{name}` leaves it out")
        }
        Reason::NotYet { component, period } => format!("it counts, and `{component}` is worked when {period} ends"),
        Reason::PaysNothing { component, setting: None } => format!("it counts, and `{component}` pays nothing on it"),
        Reason::PaysNothing { component, setting: Some(setting) } => {
            format!("it counts, and `{setting}` of `{component}` pays nothing on it")
        }
    }
}
