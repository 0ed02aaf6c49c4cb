//! What holds for a payee in one payout period: the settings of the plan the payee is on, the draws given, decisions.

use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::exact::{Exact, Fraction, add, sub};
use crate::plan::model::{Draw, Negative, Plan};
use crate::run::earn::cut_in;
use crate::run::facts::{Book, Days};
use crate::run::measure::Measured;
use crate::run::settle::Payout;
use crate::run::terms::{Terms, Window};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A draw as it stands in a period, in the payee's currency.
#[derive(Clone, Debug)]
pub struct DrawTerms {
    /// What is given; `None`: it is not given in this period.
    pub given: Option<Decimal>,
    /// Whether it is advanced whatever is earned.
    pub ahead: bool,
    /// The part of what is above the floor that repays it.
    pub recover: Decimal,
    /// Whether it is repaid in this period.
    pub repaid: bool,
    /// What is left of a payout.
    pub floor: Decimal,
    /// Never more is owed than this.
    pub limit: Option<Decimal>,
    /// What earlier payouts paid of a period of the draw that is longer than a payout: it counts with this one.
    pub paid: Decimal,
    /// Whether the period of the draw goes on: what is missing, or above it, is known when it ends.
    pub waits: bool,
    /// Whether what is still owed after this payout is forgiven.
    pub forgiven_now: bool,
    /// Whether what is owed is forgiven when the payee leaves.
    pub forgiven_at_leaving: bool,
}

impl DrawTerms {
    /// Of who is on no plan with a draw: what an earlier one advanced, or a balance that was taken over, is repaid from all pay.
    fn ended() -> Self {
        Self {
            given: None,
            ahead: false,
            recover: Decimal::ONE,
            repaid: true,
            floor: Decimal::ZERO,
            limit: None,
            paid: Decimal::ZERO,
            waits: false,
            forgiven_now: false,
            forgiven_at_leaving: false,
        }
    }

    /// Whether it is given in this period, or will be when its own ends.
    fn gives(&self) -> bool {
        self.given.is_some() || self.waits
    }
}

/// What holds for a payee in a payout period, amounts in the payee's currency.
#[derive(Clone, Debug)]
pub struct PayTerms<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Minor-unit places of the payee's currency.
    pub places: u32,
    /// What one payout may pay.
    pub cap: Option<Decimal>,
    /// What a recovery must leave of a payout.
    pub floor: Decimal,
    /// A payout below it waits.
    pub minimum: Decimal,
    /// The draw.
    pub draw: Option<DrawTerms>,
    /// Whether the payee has left by the end of the period.
    pub left: bool,
}

impl<'a> PayTerms<'a> {
    /// Of a plan that says nothing more.
    fn plain(plan: &'a Plan, currency: Currency, left: bool) -> Self {
        let places = currency.places();
        Self { plan, places, cap: None, floor: Decimal::ZERO, minimum: Decimal::ZERO, draw: None, left }
    }

    /// Whether a payout below zero goes to payroll.
    #[must_use]
    pub fn charges(&self) -> bool {
        self.plan.negative == Negative::Charge
    }
}

/// What was decided for a period, in the payee's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Balances taken over.
    pub opening: super::Balances,
    /// To be forgiven of what is owed.
    pub forgive_owed: Decimal,
    /// To be forgiven of draws.
    pub forgive_draw: Decimal,
    /// Paid outside.
    pub outside: Decimal,
    /// Payments that were rejected, below zero what was charged in vain.
    pub returned: Decimal,
}

impl Decisions {
    /// The net of balances taken over.
    ///
    /// # Errors
    /// Overflow.
    pub fn opening_net(&self) -> Exact<Decimal> {
        self.opening.net()
    }

    /// What was forgiven in a payout.
    #[must_use]
    pub fn forgiven_by(&self, payout: &Payout) -> Decimal {
        payout.lines.iter().find(|(code, _)| *code == "forgiven").map_or(Decimal::ZERO, |(_, amount)| *amount)
    }
}

/// What an earlier payout paid, with what of it waits to be transferred.
#[derive(Clone, Copy, Debug)]
pub struct Paid {
    days: Days,
    amount: Decimal,
}

impl Paid {
    /// Of a payout.
    ///
    /// # Errors
    /// Overflow.
    pub fn of(payout: &Payout, days: &Period) -> Exact<Self> {
        let waits = sub(payout.after.due, payout.before.due)?;
        let amount = add(payout.payout, waits)?.max(Decimal::ZERO);
        Ok(Self { days: Days { from: days.from, to: days.to }, amount })
    }
}

/// Whether a plan has terms that need working: caps on payout, floors, minimums, draws.
fn has_terms(plan: &Plan) -> bool {
    let floors = plan.recover.floor.is_some() || plan.minimum.is_some();
    floors || !plan.draws.is_empty() || plan.caps.iter().any(|cap| cap.payout.is_some())
}

/// The terms of the plan that the payee was on last by the end of a period. Before the first, what was decided is settled by
/// what the first says of recoveries, minimum and debts; `None` for whoever is never on a plan.
pub fn terms<'a>(
    (book, measured): (&'a Book<'a>, &'a Measured<'_>),
    payee: usize,
    currency: Currency,
    period: usize,
    paid: &[Paid],
) -> Result<Option<PayTerms<'a>>, Box<Diagnostic>> {
    let Some(days) = book.chain.get(period) else { return Ok(None) };
    // Those on which the payee is now go before those that are over.
    let mut latest: Option<(bool, chrono::NaiveDate, usize)> = None;
    for (place, plan) in book.plans.iter().enumerate() {
        let tenure = book.tenure(place, payee).iter().rfind(|held| held.from <= days.to);
        let assigned = tenure.filter(|_| book.pay_currency(payee, plan, days.to) == currency);
        let since = assigned.map(|held| (held.to >= days.from, book.assigned_from(place, payee, held.from)));
        if let Some((now, from)) = since
            && latest.is_none_or(|(of_now, other, _)| (of_now, other) <= (now, from))
        {
            latest = Some((now, from, place));
        }
    }
    let held = latest.map(|(.., place)| place);
    let Some(place) = held.or_else(|| first_plan(book, payee, (currency, days.to))) else { return Ok(None) };
    let Some(plan) = book.plans.get(place) else { return Ok(None) };
    let left = book.end(payee).is_some_and(|end| end <= days.to);
    if !book.plans.iter().any(has_terms) {
        return Ok(Some(PayTerms { draw: Some(DrawTerms::ended()), ..PayTerms::plain(plan, currency, left) }));
    }
    let own = pay_period(book, plan, place, payee, period);
    let whole = own.as_ref().unwrap_or(days);
    let terms = Terms { measured, book, place, plan, payee, period: whole, known: whole.to };
    let mut found = PayTerms::plain(plan, currency, left);
    // For whoever has left none of these holds: they need no rate.
    if !left && held.is_some() {
        found.cap = cap_on_payout((book, measured), payee, currency, whole)?;
    }
    if !left {
        if let Some(floor) = &plan.recover.floor {
            found.floor = terms.in_pay(terms.fixed(floor, &plan.span)?)?;
        }
        if let Some(minimum) = &plan.minimum {
            found.minimum = terms.in_pay(terms.fixed(minimum, &plan.span)?)?;
        }
    }
    if held.is_none() {
        return Ok(Some(found));
    }
    // On plans at once, the one that advances something does so, the one assigned last before the others; and what an earlier
    // plan advanced is still repaid by its terms.
    let own = Days { from: whole.from, to: whole.to };
    let held = |at: usize, on: &dyn Fn(&Days) -> bool| book.tenure(at, payee).iter().any(on);
    let lends = |(at, other): &(usize, &Plan)| {
        let draws = !other.draws.is_empty() && book.pay_currency(payee, other, days.to) == currency;
        *at == place || draws && held(*at, &|held| held.from <= own.to)
    };
    let mut lenders: Vec<(usize, &Plan)> = book.plans.iter().enumerate().filter(lends).collect();
    lenders.sort_by_key(|(at, _)| (*at != place, !held(*at, &|held| held.shared(own).is_some())));
    for (place, plan) in lenders {
        let pays = pay_period(book, plan, place, payee, period);
        let whole = pays.as_ref().unwrap_or(days);
        let terms = Terms { measured, book, place, plan, payee, period: whole, known: whole.to };
        let draw = draw(&terms, (pays.is_some(), left), paid)?;
        let gives = draw.as_ref().is_some_and(DrawTerms::gives);
        if gives || found.draw.is_none() {
            found.draw = draw;
        }
        if gives {
            break;
        }
    }
    found.draw.get_or_insert_with(DrawTerms::ended);
    Ok(Some(found))
}

/// The first plan that a payee will be on with pay in a currency.
fn first_plan(book: &Book<'_>, payee: usize, (currency, on): (Currency, NaiveDate)) -> Option<usize> {
    let plans = book.plans.iter().enumerate().filter(|(_, plan)| book.pay_currency(payee, plan, on) == currency);
    let days = plans.filter_map(|(place, _)| Some((book.tenure(place, payee).first()?.from, place)));
    days.min().map(|(_, place)| place)
}

/// What one payout may pay: of each plan that the payee is on in the period its cap for the days on it, of several at once the
/// sum. A day on no plan with a cap is a day without one.
fn cap_on_payout(
    (book, measured): (&Book<'_>, &Measured<'_>),
    payee: usize,
    currency: Currency,
    whole: &Period,
) -> Result<Option<Decimal>, Box<Diagnostic>> {
    let capped = |plan: &Plan| plan.caps.iter().any(|cap| cap.payout.is_some());
    let own = |plan: &Plan| book.pay_currency(payee, plan, whole.to) == currency;
    if !book.plans.iter().any(|plan| own(plan) && capped(plan)) {
        return Ok(None);
    }
    let days = Days { from: whole.from, to: whole.to };
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for day in days.from.iter_days().take_while(|day| *day <= days.to) {
        let plans = book.plans.iter().enumerate().filter(|(_, plan)| own(plan));
        let held =
            plans.filter(|(place, _)| book.tenure(*place, payee).iter().any(|held| held.from <= day && day <= held.to));
        let held: Vec<_> = held.collect();
        let with_cap = || held.iter().filter(|(_, plan)| capped(plan));
        if !held.is_empty() && with_cap().next().is_none() {
            return Ok(None);
        }
        for (place, _) in with_cap() {
            let count = counts.entry(*place).or_default();
            *count = count.saturating_add(1);
        }
    }
    let mut total = Fraction::ZERO;
    let mut last = None;
    for (place, count) in counts {
        let Some(plan) = book.plans.get(place) else { continue };
        let terms = Terms { measured, book, place, plan, payee, period: whole, known: whole.to };
        let mut least: Option<Decimal> = None;
        for cap in &plan.caps {
            if let Some(rule) = &cap.payout {
                let amount = terms.amount(rule, &cap.span)?;
                least = Some(least.map_or(amount, |known: Decimal| known.min(amount)));
            }
        }
        let Some(amount) = least else { continue };
        let part = Fraction::new(Decimal::from(count), Decimal::from(days.count()));
        let part = part.and_then(|part| part.times(amount)).map_err(|error| terms.too_large(error))?;
        total = total.plus(terms.in_pay_exactly(part)?).map_err(|error| terms.too_large(error))?;
        last = Some(terms);
    }
    // Rounded once, into however many versions the plan is cut.
    let rounded = |terms: Terms<'_, '_>| {
        let value = total.value().map_err(|error| terms.too_large(error))?;
        Ok(terms.plan.rounding.round(value, currency.places()))
    };
    last.map(rounded).transpose()
}

/// The plan's own payout period that is settled in a period of the chain; `None` where none ends there.
fn pay_period(book: &Book<'_>, plan: &Plan, place: usize, payee: usize, period: usize) -> Option<Period> {
    let cut = cut_in(book, plan, period)?;
    book.measured(place, &plan.payout, payee, cut.until).ok()
}

/// The draw of a period: the first that is given, else the one that is repaid.
fn draw(
    terms: &Terms<'_, '_>,
    (pays, left): (bool, bool),
    paid: &[Paid],
) -> Result<Option<DrawTerms>, Box<Diagnostic>> {
    let mut found: Option<DrawTerms> = None;
    for rule in &terms.plan.draws {
        let due = if pays { due(terms, rule, paid)? } else { Due::default() };
        // Whoever has left is advanced nothing, and repays all: no amount is exchanged.
        let in_pay = |amount| if left { Ok(amount) } else { by_days(terms, rule, amount, paid) };
        let given = due.given.map(in_pay).transpose()?;
        let floor = match rule.floor.as_ref().filter(|_| !left) {
            Some(floor) => terms.in_pay(terms.amount(floor, &rule.span)?)?,
            None => given.unwrap_or(Decimal::ZERO),
        };
        let limit = rule.limit.as_ref().filter(|_| !left);
        let limit = limit.map(|limit| terms.in_pay(terms.amount(limit, &rule.span)?)).transpose()?;
        let draw = DrawTerms {
            given,
            ahead: rule.ahead,
            recover: rule.recover,
            repaid: terms.holds(rule.recover_if.as_ref())?,
            floor,
            limit,
            paid: due.paid,
            waits: due.waits && given.is_none(),
            forgiven_now: pays && rule.forgiven_each.as_ref().is_some_and(|kind| ends(terms, kind)),
            forgiven_at_leaving: rule.forgiven_at_leaving,
        };
        if !found.as_ref().is_some_and(DrawTerms::gives) {
            found = Some(draw);
        }
    }
    Ok(found)
}

/// Whether a period of a length ends with or within the payout.
fn ends(terms: &Terms<'_, '_>, kind: &PeriodKind) -> bool {
    let (from, to) = (terms.period.from, terms.period.to);
    let periods = terms.book.periods(terms.place, kind, terms.payee, Days { from, to }).unwrap_or_default();
    periods.iter().any(|period| period.to <= to)
}

/// What a draw comes to in a payout.
#[derive(Default)]
struct Due {
    given: Option<Decimal>,
    paid: Decimal,
    waits: bool,
}

/// What is given in the payee's currency: of a plan, and of all others and versions that the payee is on in the period and that
/// give the same. Of those that hold one after the other it is what falls on their days, of those that hold at once the sum.
/// Rounded once.
fn by_days(terms: &Terms<'_, '_>, rule: &Draw, own: Decimal, paid: &[Paid]) -> Result<Decimal, Box<Diagnostic>> {
    let book = terms.book;
    let kind = |plan: &Plan, rule: &Draw| rule.per.clone().unwrap_or_else(|| plan.payout.clone());
    let longest = terms.book.periods(
        terms.place,
        &kind(terms.plan, rule),
        terms.payee,
        Days { from: terms.period.from, to: terms.period.to },
    );
    let from = longest.unwrap_or_default().first().map_or(terms.period.from, |first| first.from.min(terms.period.from));
    let days = Days { from, to: terms.period.to };
    let held = |place: usize| book.tenure(place, terms.payee).iter().filter_map(|held| held.shared(days));
    let mut total = terms.in_pay_exactly(own.into())?;
    for (place, plan) in book.plans.iter().enumerate().filter(|(place, _)| *place != terms.place) {
        let theirs = Terms { place, plan, ..*terms };
        if theirs.currency() != terms.currency() {
            continue;
        }
        let apart = held(place).all(|theirs| held(terms.place).all(|own| own.shared(theirs).is_none()));
        let same = |other: &&Draw| {
            let alike = other.ahead == rule.ahead && kind(plan, other) == kind(terms.plan, rule);
            alike && (!apart || (rule.prorate && other.prorate))
        };
        let named = plan.draws.iter().filter(same).find(|other| other.name == rule.name);
        let Some(other) = named.or_else(|| plan.draws.iter().find(same)) else { continue };
        let given = due(&theirs, other, paid)?.given.unwrap_or(Decimal::ZERO);
        total = total.plus(theirs.in_pay_exactly(given.into())?).map_err(|error| terms.too_large(error))?;
    }
    let total = total.value().map_err(|error| terms.too_large(error))?;
    Ok(terms.plan.rounding.round(total, terms.currency().places()))
}

/// A draw is given for periods of its own. Shorter than a payout, those that end in it are added up. A longer one is
/// worked in the payout in which it ends, with what was paid since it began; ahead it is paid in the first.
fn due(terms: &Terms<'_, '_>, rule: &Draw, paid: &[Paid]) -> Result<Due, Box<Diagnostic>> {
    let window = Window { from: rule.from, to: rule.to, only_if: rule.only_if.as_ref(), prorate: rule.prorate };
    let mut due = Due::default();
    let kind = match &rule.per {
        Some(kind) if *kind != terms.plan.payout => kind,
        _ => {
            due.given = terms.given(&rule.amount, window, &rule.span)?;
            return Ok(due);
        }
    };
    let (from, to) = (terms.period.from, terms.period.to);
    let periods = terms.book.periods(terms.place, kind, terms.payee, Days { from, to }).unwrap_or_default();
    for period in &periods {
        let own = Terms { period, known: to, ..*terms };
        let Some(first) = own.first_day(window) else { continue };
        let settled_on = if rule.ahead { first } else { period.to };
        if settled_on < from || settled_on > to {
            due.waits |= !rule.ahead && settled_on > to;
            continue;
        }
        if let Some(amount) = own.given(&rule.amount, window, &rule.span)? {
            let sum = add(due.given.unwrap_or(Decimal::ZERO), amount).map_err(|error| terms.too_large(error))?;
            due.given = Some(sum);
        }
        if !rule.ahead {
            let earlier = paid.iter().filter(|paid| period.from <= paid.days.from && paid.days.to < from);
            let earlier = crate::domain::exact::sum(earlier.map(|paid| paid.amount));
            let sum = earlier.and_then(|earlier| add(due.paid, earlier));
            due.paid = sum.map_err(|error| terms.too_large(error))?;
        }
    }
    Ok(due)
}

/// What is above a floor, not below nothing.
pub fn above(amount: Decimal, floor: Decimal) -> Exact<Decimal> {
    Ok(sub(amount, floor)?.max(Decimal::ZERO))
}
