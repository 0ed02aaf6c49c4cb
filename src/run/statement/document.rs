//! Document: the form of a statement, format 1, field by field in the order in which it is written.
//!
//! Out:  [`Statement`] and the lines in it; amounts are decimal strings at the currency's minor unit.
//! Not here: how they are filled (the stage itself).

use crate::domain::calendar::Period;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A payee's statement of one payout period, format 1. Amounts are decimal strings at the currency's minor unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The version of this form: 1.
    pub format: u32,
    /// The version of the engine.
    pub engine: &'static str,
    /// `draft`, `approved`, `closed`, `paid`.
    pub state: &'static str,
    /// How many rows were left out: 0 for a complete one.
    pub incomplete: u64,
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
    pub held: Vec<HeldLine>,
    /// Deals that pay nothing, with the reason.
    pub not_counted: Vec<NotCountedLine>,
    /// Whether it is of a close that did not keep `measures` and `not_counted` yet: both are empty then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not_kept: bool,
    /// The digests of the run.
    pub digests: Digests,
}

/// The digests of a run, in lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Of the close, if the period is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<String>,
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

/// A line of the settlement. From what was earned on, those that move the payout add up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettleLine {
    /// Its code.
    pub step: &'static str,
    /// The amount, with the sign by which it moves the payout or the balance.
    pub amount: String,
    /// The same in English.
    pub text: &'static str,
    /// Which of the two it moves.
    pub moves: Moves,
    /// What the plan says of it, and the reason of a decision; a statement that was closed before this was kept has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermLine>,
}

impl SettleLine {
    /// Its text with what the plan says of it: `recovered of what was owed: at most 50 % of what is available`.
    #[must_use]
    pub fn told(&self) -> String {
        let terms: Vec<&str> = self.terms.iter().map(|term| term.text.as_str()).collect();
        if terms.is_empty() { self.text.to_owned() } else { format!("{}: {}", self.text, terms.join(", ")) }
    }
}

/// What the plan, or whoever decided it, says of a line of the settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermLine {
    /// Its code.
    pub code: Cow<'static, str>,
    /// Its figure: an amount in the currency of the statement, a part as a fraction, a number of payouts; of a decision its reason;
    /// empty where it has none.
    pub value: String,
    /// The same in English.
    pub text: String,
}

/// What a line of the settlement moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Moves {
    /// What is paid.
    Payout,
    /// Only what is carried to the next payout.
    Balance,
}

/// Where a payee stands in a measure at the end of the payout period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub unit: Cow<'static, str>,
    /// The plan's currency, that of money in it.
    #[serde(default)]
    pub currency: String,
}

/// How far it is to the next tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What made it: `earn`, `release`, `cap`, `floor`, `clawback`, `lapse`, `guarantee`, `manual`, `true-up`, `opening`.
    pub kind: &'static str,
    /// `own`, the id of the event or decision, or what made a true-up: `data`, `people`, `plan`.
    pub cause: String,
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
    /// Of a clawback, or what one gave back, the event.
    pub event: Option<EventWhy>,
    /// How `payable` was brought into `currency`.
    pub converted: Option<ConvertedLine>,
    /// The declaration that made it.
    pub source: Source,
}

/// The event that took back, or gave back, what an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventWhy {
    /// The event's id, where the data gives one.
    pub id: Option<String>,
    /// Its kind.
    pub kind: String,
    /// Its day.
    pub day: NaiveDate,
    /// What of the deal's amount it is about, in the deal's currency; `None`: all.
    pub amount: Option<String>,
    /// The clawback rule that it set off, if one did.
    pub rule: Option<String>,
    /// Where the rule stands.
    pub source: Option<Source>,
}

/// A conversion between currencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConvertedLine {
    /// The currency it was in.
    pub from: &'static str,
    /// The currency it is in now.
    pub to: &'static str,
    /// Units of `to` for one of `from`.
    pub rate: String,
    /// The day on which the rate was read; without one it is an average.
    pub day: Option<NaiveDate>,
    /// The set of rates.
    pub set: String,
}

/// What of an entry is earned and not yet payable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldLine {
    /// The entry, by its place on the statement, from 0.
    pub entry: usize,
    /// What waits, in the entry's plan currency.
    pub amount: String,
    /// What it waits for, with commas between several: a day, `closed`, `booked`, `invoiced`, `paid`, `released`, `room`
    /// (under a cap), `end of quarter`, a kind of event.
    pub until: String,
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
    /// Of a figure that was read: how the script calls it; `at` is the figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of a pool, and of what is known now, the steps that add up to all of it; of a shut gate, a factor
    /// and the price of a period what they were worked from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Self>,
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
    /// Whom it is credited to, by id, where that is somebody else: a report, a member.
    pub of: Option<String>,
    /// The role on the deal.
    pub role: Option<String>,
    /// The payee's credit.
    pub amount: String,
    /// The attainment of the period before it, a fraction; without a quota there is none.
    pub before: Option<String>,
    /// The attainment with it.
    pub after: Option<String>,
    /// How what the deal says was brought into the plan's currency.
    pub converted: Option<ConvertedLine>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub code: Cow<'static, str>,
    /// What the reason speaks of: the measure, the component or the role.
    pub name: Option<String>,
    /// The setting that decided: `which`, `who`, `only_if`, `budget`.
    pub setting: Option<Cow<'static, str>>,
}
