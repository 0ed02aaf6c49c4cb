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
use super::explain::{Step, reason};
use super::measure::Standing;
use super::settle::{Payout, settle_lines};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::exact::{Fraction, RoundingMode, fixed, negate, shortest};
use crate::domain::texts::Texts;
use crate::plan::model::{On, Plan, Price, Unit};
use crate::plan::table::Axis;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

/// A payee's statement of one payout period, format 1. Amounts are decimal strings at the currency's minor unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The version of this form: 1.
    pub format: u32,
    /// The version of the engine.
    pub engine: &'static str,
    /// `draft`: nothing was closed.
    pub state: &'static str,
    /// How many rows were left out: 0 for a complete one.
    pub incomplete: usize,
    /// The company.
    pub company: String,
    /// The payee.
    pub payee: PayeeName,
    /// The payout period.
    pub period: PeriodRef,
    /// The day up to which facts were known.
    pub as_of: NaiveDate,
    /// The currency of all totals.
    pub currency: &'static str,
    /// Totals of the period.
    pub totals: Totals,
    /// Balances before and after.
    pub balances: BeforeAfter,
    /// How the payout comes from the entries.
    pub settle: Vec<SettleLine>,
    /// Where the payee stands.
    pub measures: Vec<MeasureLine>,
    /// What was posted, line by line, lines of nothing included.
    pub entries: Vec<EntryLine>,
    /// What is earned and waits.
    pub held: Vec<String>,
    /// Deals that pay nothing, with the reason.
    pub not_counted: Vec<NotCountedLine>,
    /// The digests of the run.
    pub digests: Digests,
}

/// The digests of a run, in lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// The scripts and all they import.
    pub plan: String,
    /// Deals, shares.
    pub data: String,
    /// Payees, lines, assignments, quotas.
    pub people: String,
    /// The settings.
    pub project: String,
    /// Entries and settle lines.
    pub result: String,
    /// All of these, with engine, periods and as-of date.
    pub run: String,
}

/// A payee by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayeeName {
    /// The id.
    pub id: String,
    /// The name, else the id.
    pub name: String,
}

/// A period by its label and days, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodRef {
    /// The label.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl From<&Period> for PeriodRef {
    fn from(period: &Period) -> Self {
        Self { label: period.label.to_string(), from: period.from, to: period.to }
    }
}

/// Totals of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The entries of the period.
    pub earned: String,
    /// What of it became payable.
    pub payable: String,
    /// What is paid.
    pub payout: String,
}

/// Balances of a payee, none of them negative but the net.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balances {
    /// Owed by the payee.
    pub owed: String,
    /// Draw outstanding.
    pub draw: String,
    /// Carried over a cap.
    pub over_cap: String,
    /// Settled and not yet paid.
    pub due: String,
    /// All of them together: a debt is negative.
    pub net: String,
}

/// Balances before and after a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BeforeAfter {
    /// Brought forward.
    pub before: Balances,
    /// Carried forward.
    pub after: Balances,
}

/// A line of the settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettleLine {
    /// Its code.
    pub step: &'static str,
    /// The amount.
    pub amount: String,
    /// The same in English.
    pub text: &'static str,
}

/// Where a payee stands in a measure at the end of the payout period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureLine {
    /// The plan.
    pub plan: String,
    /// The measure.
    pub name: String,
    /// The measurement period.
    pub period: String,
    /// The total, in the plan's currency or in units.
    pub total: String,
    /// The quota.
    pub quota: Option<String>,
    /// Total by quota, a fraction.
    pub attainment: Option<String>,
    /// The next tier of the tables over this measure.
    pub next: Option<Next>,
    /// `money` or `number`.
    pub unit: &'static str,
}

/// How far it is to the next tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Where it begins: attainment as a fraction.
    pub at: String,
    /// What is missing, rounded up to the minor unit.
    pub missing: String,
}

/// An entry on a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryLine {
    /// The payee's id.
    pub payee: String,
    /// The payout period.
    pub period: String,
    /// The component.
    pub component: String,
    /// The deal's id.
    pub deal: Option<String>,
    /// What became payable, in `currency`.
    pub amount: String,
    /// The payee's currency.
    pub currency: &'static str,
    /// The plan.
    pub plan: String,
    /// The measurement period.
    pub measured: String,
    /// `earn`.
    pub kind: &'static str,
    /// `own`.
    pub cause: &'static str,
    /// What was earned, in `plan_currency`.
    pub earned: String,
    /// What became payable, in `plan_currency`.
    pub payable: String,
    /// One line of English.
    pub reason: String,
    /// The plan's currency.
    pub plan_currency: &'static str,
    /// The steps that add up to it.
    pub steps: Vec<StepLine>,
    /// The deal's day.
    pub deal_date: Option<NaiveDate>,
    /// Why the deal counted for as much as it did.
    pub credit: Option<CreditWhy>,
    /// The declaration that made it.
    pub source: Source,
}

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Path of the script.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// A step of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepLine {
    /// Its code.
    pub kind: &'static str,
    /// One line of English; the other fields say the same in figures.
    pub text: String,
    /// What the rate is applied to; with `pay` a count.
    pub base: Option<String>,
    /// The rate, a fraction.
    pub rate: Option<String>,
    /// The amount for each unit or deal, where no rate applies.
    pub pay: Option<String>,
    /// What it adds.
    pub amount: String,
    /// Where the tier begins.
    pub from: Option<String>,
    /// Where it ends; open without one.
    pub to: Option<String>,
    /// `attainment`, `money` or `units`: what the boundaries are.
    pub bounds: Option<&'static str>,
    /// The position on the axis that decided.
    pub at: Option<String>,
}

/// Why a deal counted for as much as it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreditWhy {
    /// The whole deal's credit.
    pub base: String,
    /// The currency of `base` and `amount`, of a measure of money.
    pub currency: &'static str,
    /// The payee's share, a fraction.
    pub share: String,
    /// The role on the deal.
    pub role: Option<String>,
    /// The payee's credit.
    pub amount: String,
    /// The measure.
    pub measure: String,
    /// `money` or `number`.
    pub unit: &'static str,
    /// The measure's declaration.
    pub file: String,
    /// Its line.
    pub line: usize,
}

/// A deal that pays nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCountedLine {
    /// The deal.
    pub deal: String,
    /// Why, in English.
    pub reason: String,
    /// The plan that left it out.
    pub plan: Option<String>,
    /// The setting's line.
    pub line: Option<usize>,
    /// The setting's script.
    pub file: Option<String>,
    /// Why, as a code.
    pub code: &'static str,
    /// What the reason speaks of: the measure, the component or the role.
    pub name: Option<String>,
}

/// What statements are made from.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The company's name.
    pub company: &'a str,
    /// What the run gave.
    pub outcome: &'a Outcome,
    /// The plans.
    pub plans: &'a [Plan],
    /// The scripts.
    pub texts: &'a Texts,
    /// The digests of the run.
    pub digests: &'a Digests,
    /// The day up to which facts were known.
    pub as_of: NaiveDate,
}

impl Material<'_> {
    /// The statement of a payout; `None` where its period was not worked.
    #[must_use]
    pub fn statement(&self, payout: &Payout, name: &str) -> Option<Statement> {
        let period = self.outcome.periods.get(payout.period)?;
        let money = |amount: Decimal| fixed(amount, payout.currency.places());
        let own = |entry: &&Entry| {
            entry.payee == payout.payee && entry.payout == payout.period && entry.currency == payout.currency
        };
        let settle = settle_lines(payout).into_iter().map(|(step, amount)| SettleLine {
            step,
            amount: money(amount),
            text: settle_text(step),
        });
        Some(Statement {
            format: 1,
            engine: super::ENGINE,
            state: "draft",
            incomplete: 0,
            company: self.company.to_owned(),
            payee: PayeeName { id: payout.payee.to_string(), name: name.to_owned() },
            period: period.into(),
            as_of: self.as_of,
            currency: payout.currency.code(),
            totals: Totals {
                earned: money(payout.earned),
                payable: money(payout.earned),
                payout: money(payout.payout),
            },
            balances: BeforeAfter {
                before: balances(payout.owed_before, payout.currency),
                after: balances(payout.owed, payout.currency),
            },
            settle: settle.collect(),
            measures: self.measures(payout, period),
            entries: self.outcome.entries.iter().filter(own).map(|entry| self.entry(entry, period)).collect(),
            held: Vec::new(),
            not_counted: self.not_counted(&payout.payee, period),
            digests: self.digests.clone(),
        })
    }

    /// The standings of a payee in the measurement periods that a payout period reaches into, in plans paid in its currency.
    pub fn standings(&self, payout: &Payout, period: &Period) -> impl Iterator<Item = (&Standing, &Plan)> {
        let payee = payout.payee.clone();
        let (currency, from, to) = (payout.currency, period.from, period.to);
        let reaches = move |standing: &&Standing| {
            standing.payee == payee && standing.period.from <= to && standing.period.to >= from
        };
        let current = move |standing: &Standing| standing.period.to >= to || standing.period.to >= from;
        self.outcome.standings.iter().filter(reaches).filter(move |standing| current(standing)).filter_map(
            move |standing| {
                let plan = self.plans.iter().find(|plan| plan.name == standing.plan && plan.currency == currency)?;
                Some((standing, plan))
            },
        )
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
                attainment: standing.attainment(total).map(|attainment| shortest(attainment.round_dp(6))),
                next: next_tier(standing, plan, total),
                unit: unit_word(standing.unit),
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
            kind: "earn",
            cause: "own",
            earned: plan_money(entry.earned),
            payable: plan_money(entry.payable),
            reason: reason(entry),
            plan_currency: entry.plan_currency.code(),
            steps: entry.steps.iter().map(|step| step_line(step, entry.plan_currency)).collect(),
            deal_date: entry.deal.as_ref().map(|(day, _)| *day),
            credit: self.credit(entry),
            source: Source { file: entry.span.file.to_string(), line: self.texts.line(&entry.span) },
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
            role: credit.role.as_ref().map(ToString::to_string),
            amount: figure(credit.amount),
            measure: measure.name.to_string(),
            unit: unit_word(measure.unit),
            file: measure.span.file.to_string(),
            line: self.texts.line(&measure.span),
        })
    }

    fn not_counted(&self, payee: &str, period: &Period) -> Vec<NotCountedLine> {
        let own = |line: &&NotCounted| {
            line.payee.as_deref() == Some(payee) && line.day.is_some_and(|day| period.contains(day))
        };
        self.outcome.not_counted.iter().filter(own).map(|line| self.not_counted_line(line)).collect()
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
            code: line.reason.code(),
            name: match &line.reason {
                Reason::RoleNotCredited(role) => Some(role.to_string()),
                Reason::LeftOut { measure } => Some(measure.to_string()),
                Reason::PaysNothing { component } => Some(component.to_string()),
                _ => None,
            },
        }
    }
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

fn balances(owed: Decimal, currency: Currency) -> Balances {
    let money = |amount: Decimal| fixed(amount, currency.places());
    let nothing = money(Decimal::ZERO);
    Balances {
        owed: money(owed),
        draw: nothing.clone(),
        over_cap: nothing.clone(),
        due: nothing,
        net: money(negate(owed)),
    }
}

fn settle_text(step: &str) -> &'static str {
    match step {
        "brought_forward" => "balance brought forward",
        "earned" => "earned in this period",
        "recovered" => "recovered of what was owed",
        "payout" => "payout",
        _ => "balance carried forward",
    }
}

fn step_line(step: &Step, currency: Currency) -> StepLine {
    let places = currency.places();
    let bound = |at: Decimal| shortest(at.round_dp(8));
    StepLine {
        kind: step.kind.code(),
        text: step.text(places),
        base: step.base.map(|base| if step.is_amount { shortest(base) } else { fixed(base, places) }),
        rate: step.rate.filter(|_| !step.is_amount).map(shortest),
        pay: step.rate.filter(|_| step.is_amount).map(|amount| fixed(amount, places)),
        amount: fixed(step.amount, places),
        from: step.from.map(shortest),
        to: step.to.map(shortest),
        bounds: step.bounds.map(super::explain::Bounds::code),
        at: step.at.map(bound),
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
        Reason::RoleNotCredited(role) => format!("nothing credits the role `{role}`"),
        Reason::LeftOut { measure } => format!("`which` of the measure `{measure}` leaves it out"),
        Reason::NoComponent => "it counts, and no component pays on it".to_owned(),
        Reason::PaysNothing { component } => format!("it counts, and `{component}` pays nothing on it"),
    }
}
