//! Credit: who is credited for which deal, and how much. The second of seven stages, between `facts` and `measure`.
//!
//! In:   deals with their shares and events; the crediting rules of the plans in force on each deal's day.
//! Out:  credits, and the deals (or payees' parts in them) that nobody is credited for, with the reason.
//! Here: `which`, `when`, `who`, `credit`, `share` of measures; totals that are given.
//! Not here: what is paid on a credit (`earn`), quotas and periods (`measure`), what is taken back later (`earn`
//!       asks [`Creditor::again`] for what is left of a credit).
//!
//! Invariant: shares of a deal are exact, so the credits of a measure with `share: "split"` total the deal's credit.
//! Tested by `properties::splits_total_the_whole`.

mod exchange;
mod reason;
mod share;

pub use exchange::{Exchange, Exchanged};
pub use reason::{NotCounted, Reason};

use super::facts::{Book, Days, RateOn};
use super::failures::{About, Failures};
use super::scene::View;
use crate::domain::exact::{self, Fraction};
use crate::domain::facts::{Deal, Event, Share};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{CreditRule, Measure, Plan, When, Who};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a payee is credited for a deal, or for a period where the total is given.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The plan, by place; `None` for a given total of a measure that only a sum names.
    pub plan: Option<usize>,
    /// Its measure, by place.
    pub measure: usize,
    /// The measure's name.
    pub name: Arc<str>,
    /// The payee, by place.
    pub payee: usize,
    /// The deal, by place; `None` where the total is given.
    pub deal: Option<usize>,
    /// The invoice or payment that counts, by its place among the deal's events.
    pub event: Option<usize>,
    /// The day that decides quota, period and tier.
    pub day: NaiveDate,
    /// The whole deal's credit, before the share.
    pub base: Decimal,
    /// The payee's share, a fraction.
    pub share: Decimal,
    /// The place of the payee's share on the deal; `None` for one whom a rule credits.
    pub slot: Option<usize>,
    /// The role in which the payee is credited.
    pub role: Option<Arc<str>>,
    /// `base × share`, in the measure's unit.
    pub amount: Decimal,
    /// How it came into the currency of another plan that sums it; `None`: it is in its own plan's.
    pub exchange: Option<Exchange>,
}

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Credited {
    /// The credits, in the order of deals.
    pub credits: Vec<Credit>,
    /// What nobody was credited for.
    pub not_counted: Vec<NotCounted>,
    /// Credits in the currencies of other plans that sum them.
    pub exchanged: Exchanged,
    /// How many parts of deals count after the last payout, at a rate of exchange that is not known yet.
    later: usize,
    /// What could not be worked.
    pub failures: Failures,
}

/// Works the credits of all deals.
#[must_use]
pub fn credit(book: &Book<'_>) -> Credited {
    let mut credited = Credited::default();
    for (place, deal) in book.deals.iter().enumerate() {
        credit_deal(book, place, deal, &mut credited);
    }
    given(book, &mut credited);
    credited.exchanged = exchange::exchange(book, &credited.credits);
    credited
}

fn not_counted(deal: &Deal, payee: Option<&Arc<str>>, reason: Reason) -> NotCounted {
    NotCounted {
        payee: payee.map(Arc::clone),
        day: deal.day(),
        deal: Arc::clone(&deal.id),
        reason,
        plan: None,
        span: None,
    }
}

/// A payee's part of a deal before the rules of one measure.
#[derive(Clone, Copy)]
struct Part<'a> {
    place: usize,
    deal: &'a Deal,
    /// The share and its place on the deal; `None` for one whom a rule may credit.
    share: Option<(usize, &'a Share)>,
    payee: usize,
    plan: usize,
    rules: &'a Plan,
    measure: usize,
    of: &'a Measure,
}

fn credit_deal(book: &Book<'_>, place: usize, deal: &Deal, credited: &mut Credited) {
    let start = credited.credits.len();
    let mut missed: Vec<(&Share, BTreeSet<NotCounted>)> = Vec::new();
    for (slot, share) in deal.shares.iter().enumerate() {
        let before = (credited.credits.len(), credited.later);
        let mut reasons = BTreeSet::new();
        if let Some(payee) = book.payee(&share.payee) {
            for (plan, rules) in book.plans.iter().enumerate() {
                for (measure, of) in
                    rules.measures.iter().enumerate().filter(|(_, of)| !matches!(of.who, Who::Formula(_)))
                {
                    let part = Part { place, deal, share: Some((slot, share)), payee, plan, rules, measure, of };
                    credit_part(book, part, credited, &mut reasons);
                }
            }
        }
        if (credited.credits.len(), credited.later) == before {
            missed.push((share, reasons));
        }
    }
    let named = credited.credits.len();
    let by_rule = credit_by_rule(book, place, deal, credited);
    for (share, mut reasons) in missed {
        let payee = book.payee(&share.payee);
        let fits = |credit: &Credit| Some(credit.payee) == payee;
        if credited.credits.get(named..).is_some_and(|by_rule| by_rule.iter().any(fits)) {
            continue;
        }
        reasons.extend(by_rule.iter().filter(|told| told.payee.as_ref() == Some(&share.payee)).cloned());
        let told = why_missed(book, deal, share, reasons.into_iter().next_back());
        // Somebody who is named twice is told once.
        if credited.not_counted.last() != Some(&told) {
            credited.not_counted.push(told);
        }
    }
    if deal.shares.is_empty() && credited.credits.len() == start {
        credited.not_counted.push(not_counted(deal, None, Reason::NobodyNamed));
    }
}

/// Why nobody was credited for a share: what a measure says, else what the plans of the deal's day say.
fn why_missed(book: &Book<'_>, deal: &Deal, share: &Share, told: Option<NotCounted>) -> NotCounted {
    let day = deal.day();
    let is_on = |payee: usize| (0..book.plans.len()).any(|plan| day.is_some_and(|day| book.is_on(plan, payee, day)));
    let on_a_plan = || book.payee(&share.payee).is_some_and(is_on);
    let holds = || day.is_some_and(|day| book.plans.iter().any(|plan| plan.holds_on(day)));
    let of = |reason| not_counted(deal, Some(&share.payee), reason);
    match told {
        Some(told) if told.reason != Reason::PayeeOnNoPlan => told,
        _ if on_a_plan() => of(Reason::NoMeasure),
        Some(told) => told,
        None if holds() => of(Reason::PayeeOnNoPlan),
        None => of(Reason::NoPlanThatDay),
    }
}

/// Measures whose `who` is a formula credit whoever fits; why they do not credit others.
fn credit_by_rule(book: &Book<'_>, place: usize, deal: &Deal, credited: &mut Credited) -> BTreeSet<NotCounted> {
    let mut reasons = BTreeSet::new();
    for (plan, rules) in book.plans.iter().enumerate() {
        for (measure, of) in rules.measures.iter().enumerate().filter(|(_, of)| matches!(of.who, Who::Formula(_))) {
            for payee in 0..book.payees.len() {
                let id = book.payees.get(payee).map(|payee| &payee.id);
                let share = deal.shares.iter().enumerate().find(|(_, share)| Some(&share.payee) == id);
                let part = Part { place, deal, share, payee, plan, rules, measure, of };
                credit_part(book, part, credited, &mut reasons);
            }
        }
    }
    reasons
}

/// The days on which a deal counts towards a measure: of each event that counts, its place too.
fn days(book: &Book<'_>, part: Part<'_>) -> Result<Vec<(NaiveDate, Option<usize>)>, EvalError> {
    if let Some(kind) = part.of.when.event() {
        let events = book.events(part.place).iter().enumerate().filter(|(_, event)| &*event.kind == kind);
        return Ok(events.map(|(at, event)| (event.date, Some(at))).collect());
    }
    if let When::Formula(formula) = &part.of.when {
        let fail = |failure| EvalError { failure, span: formula.span.clone() };
        let on = part.deal.day().unwrap_or(part.rules.from);
        let view = View { deal: Some(part.deal), ..View::of(book, part.plan, part.payee, on).map_err(fail)? };
        return match formula.evaluate(&view)? {
            Some(crate::plan::formula::Scalar::Date(day)) => Ok(vec![(day, None)]),
            None => Ok(Vec::new()),
            Some(_) => Err(fail(Failure::Date)),
        };
    }
    let day = part.of.when.column().and_then(|column| part.deal.date(column));
    Ok(day.into_iter().map(|day| (day, None)).collect())
}

fn credit_part(book: &Book<'_>, part: Part<'_>, credited: &mut Credited, reasons: &mut BTreeSet<NotCounted>) {
    if part.of.credit.formula().is_none() {
        return;
    }
    let about = About::Deal(part.place);
    let days = match days(book, part) {
        Ok(days) => days,
        Err(error) => {
            credited.failures.formula(book, &error, about);
            return;
        }
    };
    let takes = part.share.is_none_or(|(_, share)| share::takes_role(book, part.of, share));
    let missing = days.is_empty() && part.of.when.column().is_some();
    if missing && takes && part.deal.day().is_some_and(|day| book.is_on(part.plan, part.payee, day)) {
        let column = if matches!(part.of.when, When::Booked) { "booked" } else { "closed" };
        credited.failures.missing_date(&part.of.span, column, about);
    }
    let on = part.deal.day().unwrap_or(part.rules.from);
    if days.is_empty() && matches!(part.of.when, When::Formula(_)) && takes && book.is_on(part.plan, part.payee, on) {
        let plan = Some(Arc::clone(&part.rules.name));
        let reason = Reason::NoDayYet { measure: Arc::clone(&part.of.name) };
        let id = book.payees.get(part.payee).map(|payee| &payee.id);
        reasons.insert(NotCounted { plan, ..not_counted(part.deal, id, reason) });
    }
    for (day, event) in days {
        if !part.rules.holds_on(day) {
            continue;
        }
        // A rule credits whoever fits on the day; what is named on the deal goes over with the account.
        let named = !matches!(part.of.who, Who::Formula(_));
        let handed = if named { book.handed(part.place, day) } else { None };
        let part = Part { payee: handed.unwrap_or(part.payee), ..part };
        let id = book.payees.get(part.payee).map(|payee| &payee.id);
        let told =
            |reason| NotCounted { plan: Some(Arc::clone(&part.rules.name)), ..not_counted(part.deal, id, reason) };
        if !book.is_on(part.plan, part.payee, day) {
            reasons.insert(not_counted(part.deal, id, Reason::PayeeOnNoPlan));
            continue;
        }
        if !takes {
            let role = part.share.and_then(|(_, share)| share.role.clone()).unwrap_or_else(|| Arc::from(""));
            reasons.insert(told(Reason::RoleNotCredited(role)));
            continue;
        }
        match credit_one(book, part, day, event) {
            Ok(Ok(credit)) => credited.credits.push(credit),
            Ok(Err((setting, by))) => {
                let reason = told(Reason::LeftOut { measure: Arc::clone(&part.of.name), setting });
                reasons.insert(NotCounted { span: Some(by.clone()), ..reason });
            }
            // What counts after the last payout is worth what the rate of then says: nobody needs it yet.
            Err(EvalError { failure: Failure::Rate { .. }, .. })
                if book.chain.last().is_some_and(|last| last.to < day) =>
            {
                credited.later = credited.later.saturating_add(1);
            }
            Err(error) => credited.failures.formula(book, &error, about),
        }
    }
}

type LeftOutBy<'a> = (&'static str, &'a crate::domain::diagnostic::Span);

/// The credit of one part on one day; the setting that leaves it out where one does.
fn credit_one<'a>(
    book: &Book<'_>,
    part: Part<'a>,
    day: NaiveDate,
    event: Option<usize>,
) -> Result<Result<Credit, LeftOutBy<'a>>, EvalError> {
    let creditor = Creditor { book, plan: part.plan, measure: part.of };
    let mut credit = Credit {
        plan: Some(part.plan),
        measure: part.measure,
        name: Arc::clone(&part.of.name),
        payee: part.payee,
        deal: Some(part.place),
        event,
        day,
        base: Decimal::ZERO,
        share: Decimal::ZERO,
        slot: part.share.map(|(slot, _)| slot),
        role: part.share.and_then(|(_, share)| share.role.clone()),
        amount: Decimal::ZERO,
        exchange: None,
    };
    let view = creditor.view(&credit, None, None)?;
    if let Who::Formula(who) = &part.of.who
        && !who.yes(&view)?
    {
        return Ok(Err(("who", &who.span)));
    }
    if let Some(which) = &part.of.which
        && !which.yes(&view)?
    {
        return Ok(Err(("which", &which.span)));
    }
    (credit.base, credit.share, credit.amount) = creditor.work(&credit, None, None)?;
    Ok(Ok(credit))
}

/// Works what a measure credits, as first known or of what is left of the deal.
pub struct Creditor<'a> {
    /// The facts.
    pub book: &'a Book<'a>,
    /// The plan, by place.
    pub plan: usize,
    /// The measure.
    pub measure: &'a Measure,
}

impl<'a> Creditor<'a> {
    fn fail(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.measure.span.clone() }
    }

    fn view(
        &self,
        credit: &Credit,
        left: Option<Fraction>,
        rates: Option<&'a Arc<str>>,
    ) -> Result<View<'a>, EvalError> {
        let book = self.book;
        let view = View::of(book, self.plan, credit.payee, credit.day).map_err(|failure| self.fail(failure))?;
        let deal = credit.deal.and_then(|deal| book.deals.get(deal)).copied();
        let foreign = deal.and_then(Deal::currency).is_some_and(|currency| currency != view.plan.currency);
        let rate_on = if foreign { credit.rate_on(book, view.plan) } else { RateOn::Day(credit.day) };
        Ok(View { deal, left, event: self.event(credit), rates: rates.unwrap_or(view.rates), rate_on, ..view })
    }

    fn event(&self, credit: &Credit) -> Option<&'a Event> {
        self.book.events(credit.deal?).get(credit.event?).copied()
    }

    /// Base, share and amount of a credit, of what part refunds left of its deal.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    fn work(
        &self,
        credit: &Credit,
        left: Option<Fraction>,
        rates: Option<&'a Arc<str>>,
    ) -> Result<(Decimal, Decimal, Decimal), EvalError> {
        let CreditRule::Formula(formula) = &self.measure.credit else {
            return Ok((credit.base, credit.share, credit.amount));
        };
        let view = self.view(credit, left, rates)?;
        let whole = formula.decimal(&view)?;
        let exact = |result: exact::Exact<Decimal>| result.map_err(|error| formula.fail(Failure::Arithmetic(error)));
        let base = match self.event(credit) {
            // What the event itself says, of which a refund of the deal leaves its part.
            Some(_) if self.measure.of_event => match left {
                Some(left) => exact(left.times(whole).and_then(Fraction::value))?,
                None => whole,
            },
            Some(event) => {
                // The event's share of the deal's amount; both are in the deal's currency.
                let amount = credit.deal.and_then(|deal| self.book.amount(deal)).unwrap_or(Decimal::ZERO);
                let part = event.amount.unwrap_or(amount);
                exact(Fraction::new(part, amount).and_then(|part| part.times(whole)).and_then(Fraction::value))?
            }
            None => whole,
        };
        let (share, amount) = share::of(self.book, self.measure, credit, base, &view)?;
        Ok((base, share, amount))
    }

    /// The same credit for what part refunds left of the deal, or at the rates of another set.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn again(
        &self,
        credit: &Credit,
        left: Option<Fraction>,
        rates: Option<&'a Arc<str>>,
    ) -> Result<Credit, EvalError> {
        let (base, share, amount) = self.work(credit, left, rates)?;
        let own = Credit { base, share, amount, ..credit.clone() };
        match credit.exchange {
            Some(exchange) => own
                .exchanged(exchange)
                .map_err(|error| EvalError { failure: Failure::Arithmetic(error), span: self.measure.span.clone() }),
            None => Ok(own),
        }
    }
}

/// Totals that are given: one credit for each payee, measure and period, on the period's last day, in the version of the plan
/// that the payee is on then.
fn given(book: &Book<'_>, credited: &mut Credited) {
    let Some(last) = book.chain.last().map(|period| period.to) else { return };
    let mut totals = BTreeMap::new();
    for (plan, rules) in book.plans.iter().enumerate() {
        for (measure, of) in rules.measures.iter().enumerate().filter(|(_, of)| matches!(of.credit, CreditRule::Given))
        {
            for payee in 0..book.payees.len() {
                for held in book.tenure(plan, payee) {
                    let days = Days { from: held.from, to: held.to.min(last) };
                    let periods = book.periods(plan, &of.period, payee, days).unwrap_or_default();
                    for period in periods {
                        let Some(metric) = book.metric(&of.name, payee, &period.label) else { continue };
                        let day = period.to.min(held.to);
                        let total = total(Some((plan, measure)), &of.name, payee, day, metric.value);
                        totals.insert((book.home(plan, measure), payee, period.from), total);
                    }
                }
            }
        }
    }
    credited.credits.extend(totals.into_values());
    loose(book, credited);
}

fn total(of: Option<(usize, usize)>, name: &Arc<str>, payee: usize, day: NaiveDate, amount: Decimal) -> Credit {
    Credit {
        plan: of.map(|(plan, _)| plan),
        measure: of.map_or(usize::MAX, |(_, measure)| measure),
        name: Arc::clone(name),
        payee,
        deal: None,
        event: None,
        day,
        base: amount,
        share: Decimal::ONE,
        slot: None,
        role: None,
        amount,
        exchange: None,
    }
}

/// Given totals of measures that no plan declares: sums by name take them.
fn loose(book: &Book<'_>, credited: &mut Credited) {
    let declared: BTreeSet<&str> =
        book.plans.iter().flat_map(|plan| &plan.measures).map(|measure| &*measure.name).collect();
    for (name, rows) in book.metrics.iter().filter(|(name, _)| !declared.contains(*name)) {
        for row in rows {
            let payees: Vec<usize> = match &row.payee {
                Some(id) => book.payee(id).into_iter().collect(),
                None => (0..book.payees.len()).collect(),
            };
            let Ok(period) = book.calendar.parse(&row.period) else { continue };
            for payee in payees {
                credited.credits.push(total(None, &Arc::from(*name), payee, period.to, row.value));
            }
        }
    }
}
