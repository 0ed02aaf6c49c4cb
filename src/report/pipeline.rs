//! The pipeline: the opportunities that are open, and what each would pay if it closed.
//!
//! Each is worked by itself, with the whole plan, as one more deal on the day it is expected; what two of them pay
//! together is a question for what-if. Nothing of it is credited or digested.

use super::answers::{Finding, findings};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{fixed, shortest, sub};
use crate::domain::facts::{Facts, Opportunity, OpportunityState, deal_column};
use crate::domain::value::Value;
use crate::project::{Computed, Project};
use crate::run::Outcome;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The open deals of some payout periods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pipeline {
    /// Those expected in them, and those without an expected day: by day, payee and id.
    pub deals: Vec<OpenDeal>,
    /// How many more there are than were asked for.
    pub more: usize,
    /// The others, by the payout period in which they are expected.
    pub elsewhere: Vec<Elsewhere>,
}

/// Open deals of another payout period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// Its label; empty: outside the plans' days.
    pub period: String,
    /// How many.
    pub deals: usize,
}

/// A deal that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenDeal {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub payee: Option<String>,
    /// The payout period in which it would count.
    pub period: String,
    /// Its stage, in the words of its source.
    pub stage: Option<String>,
    /// The customer.
    pub account: Option<String>,
    /// Its amount, in `currency`.
    pub amount: Option<String>,
    /// The currency of the amount.
    pub currency: &'static str,
    /// The day on which it is expected to close; without one it is worked on the last day of the period.
    pub expected: Option<NaiveDate>,
    /// How likely it closes, a fraction.
    pub probability: Option<String>,
    /// The columns that are worked out or looked up.
    pub estimated: Vec<String>,
    /// What it would add to its payee's payout.
    pub would_pay: Option<String>,
    /// The currency of that.
    pub pay_currency: Option<&'static str>,
    /// Why that cannot be said.
    pub findings: Vec<Finding>,
}

/// The open deals of a payee or, without one, of everybody, in the payout periods from `first` to `last`; of at most
/// `most` it is worked what they would pay.
#[must_use]
pub fn pipeline(
    project: &Project,
    computed: &Computed,
    payee: Option<&str>,
    (first, last): (usize, usize),
    most: usize,
) -> Pipeline {
    let periods = &computed.outcome.periods;
    let open = project.facts.pipeline.iter().filter(|found| found.state == OpportunityState::Open);
    let own = open.filter(|found| payee.is_none_or(|payee| found.payee.as_deref() == Some(payee)));
    let mut here: Vec<(usize, NaiveDate, &Opportunity)> = Vec::new();
    let mut elsewhere: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for found in own {
        let place = match found.expected {
            Some(day) => periods.iter().position(|period| period.contains(day)),
            None => Some(last),
        };
        match place.filter(|place| (first..=last).contains(place)).and_then(|place| Some((place, periods.get(place)?)))
        {
            Some((place, period)) => here.push((place, found.expected.unwrap_or(period.to), found)),
            None => {
                let count = elsewhere.entry(place).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    here.sort_by(|(_, a_day, a), (_, b_day, b)| (a_day, &a.payee, &a.id).cmp(&(b_day, &b.payee, &b.id)));
    let more = here.len().saturating_sub(most);
    let mut asking = Asking::new(project, computed);
    let deals = here.into_iter().take(most).map(|(place, day, found)| asking.open_deal(found, place, day)).collect();
    // Those of no period come last.
    let mut elsewhere: Vec<(Option<usize>, usize)> = elsewhere.into_iter().collect();
    elsewhere.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    let label = |place: Option<usize>| place.and_then(|place| periods.get(place));
    let elsewhere = elsewhere.into_iter().map(|(place, deals)| Elsewhere {
        period: label(place).map_or_else(String::new, |period| period.label.to_string()),
        deals,
    });
    Pipeline { deals, more, elsewhere: elsewhere.collect() }
}

/// What runs with one more deal are worked with.
struct Asking<'a> {
    project: &'a Project,
    computed: &'a Computed,
    /// The project's facts, with one more deal while it is asked about.
    facts: Facts,
    known: BTreeSet<&'a str>,
}

impl<'a> Asking<'a> {
    fn new(project: &'a Project, computed: &'a Computed) -> Self {
        let known = project.facts.deals.iter().map(|deal| &*deal.id).collect();
        Self { project, computed, facts: project.facts.clone(), known }
    }

    fn open_deal(&mut self, found: &Opportunity, place: usize, day: NaiveDate) -> OpenDeal {
        let text = |column: usize| found.cells.get(column).and_then(Option::as_ref).and_then(Value::text);
        let currency = text(deal_column::CURRENCY).and_then(|code| Currency::from_code(code));
        let currency = currency.unwrap_or(self.project.settings.company.currency);
        let amount = found.cells.get(deal_column::AMOUNT).and_then(Option::as_ref).and_then(Value::decimal);
        let worked = self.would_pay(found, place, day);
        let against = |found: &Vec<Diagnostic>| findings(&self.project.refused(found.clone()));
        let period = self.computed.outcome.periods.get(place);
        OpenDeal {
            id: found.id.to_string(),
            payee: found.payee.as_ref().map(ToString::to_string),
            period: period.map_or_else(String::new, |period| period.label.to_string()),
            stage: found.stage.as_ref().map(ToString::to_string),
            account: text(deal_column::ACCOUNT).map(ToString::to_string),
            amount: amount.map(|amount| fixed(amount, currency.places())),
            currency: currency.code(),
            expected: found.expected,
            probability: found.probability.map(shortest),
            estimated: found.estimated.iter().map(ToString::to_string).collect(),
            would_pay: worked.as_ref().ok().map(|(adds, currency)| fixed(*adds, currency.places())),
            pay_currency: worked.as_ref().ok().map(|(_, currency)| currency.code()),
            findings: worked.as_ref().err().map(against).unwrap_or_default(),
        }
    }

    /// The columns that a deal must fill and this one does not: where a run fails, they are why.
    fn blanks(&self, found: &Opportunity) -> Option<Diagnostic> {
        let schema = &self.project.facts.schema.deals;
        let needed = schema.0.iter().zip(&found.cells).enumerate().filter(|(place, (column, cell))| {
            let day = matches!(*place, deal_column::CLOSED | deal_column::BOOKED | deal_column::RECORDED);
            column.mapped && !column.optional && column.default.is_none() && cell.is_none() && !day
        });
        let names: Vec<String> = needed.map(|(_, (column, _))| format!("`{}`", column.name)).collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        (!names.is_empty()).then(|| Diagnostic::error(Code::Blank, format!("{} {are} blank", names.join(", "))))
    }

    /// The change to the payee's payout of a period with one more deal: in the currency that changes, else the first.
    fn would_pay(
        &mut self,
        found: &Opportunity,
        place: usize,
        day: NaiveDate,
    ) -> Result<(Decimal, Currency), Vec<Diagnostic>> {
        let against = |code: Code, message: String| vec![Diagnostic::error(code, message)];
        let Some(payee) = found.payee.as_deref() else {
            return Err(against(Code::Blank, "nobody is named".to_owned()));
        };
        if self.known.contains(&*found.id) {
            return Err(against(Code::DuplicateId, format!("`{}` is a deal already", found.id)));
        }
        let until = self.computed.outcome.periods.get(place).map_or(day, |period| period.to);
        self.facts.deals.push(found.closed_on(day));
        let outcome = self.project.payouts_with(&self.facts, until);
        self.facts.deals.pop();
        let after = match outcome {
            Ok(outcome) => paid(&outcome, payee, place),
            Err(found_wrong) => return Err(self.blanks(found).map_or(found_wrong, |blank| vec![blank])),
        };
        let before = paid(&self.computed.outcome, payee, place);
        let mut first = None;
        for (currency, now) in &after {
            let was = before.get(currency).copied().unwrap_or(Decimal::ZERO);
            let adds =
                sub(*now, was).map_err(|_| against(Code::Overflow, "a payout has more than 28 digits".to_owned()))?;
            if !adds.is_zero() {
                return Ok((adds, *currency));
            }
            first = first.or(Some((adds, *currency)));
        }
        first.ok_or_else(|| against(Code::NotFound, format!("`{payee}` is on no plan then")))
    }
}

/// What a payee is paid in a period, by currency.
fn paid(outcome: &Outcome, payee: &str, place: usize) -> BTreeMap<Currency, Decimal> {
    outcome.payouts_of(payee, place).map(|payout| (payout.currency, payout.payout)).collect()
}
