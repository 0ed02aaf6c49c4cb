//! Measure: where each payee stands. The third of seven stages, between `credit` and `earn`.
//!
//! In:   credits; measurement periods; quotas.
//! Out:  for each payee, measure and period its [`Path`]: credits in order, the quota, the active days; and the same
//!       for sums over people.
//! Here: which credits a measure gathers, attainment, the reporting line of each credit's day.
//! Not here: rates, tiers and components (`earn`).

mod gather;
mod quota;
mod standing;
mod summed;

pub use quota::{QuotaPart, why_zero};
pub use standing::Standing;
pub use summed::{changes_within, quota_of_everyone, quota_of_group};

use super::credit::{Credit, Exchanged};
use super::facts::{Book, Days};
use super::failures::{About, Failures};
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::diagnostic::Span;
use crate::domain::exact::{Exact, Fraction, add, sum};
use crate::plan::model::{CreditRule, Measure, On, Plan, Sum, SumOf};
use gather::Gather;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A payee's way through one measure (or sum) and period.
#[derive(Clone, Debug)]
pub struct Path<'c> {
    /// The measurement period.
    pub period: Period,
    /// Days of it on which the payee is on the plan and not on leave.
    pub active_days: u32,
    /// The quota, ramped and prorated; `None`: nobody gave one.
    pub quota: Option<Fraction>,
    /// The credits, by the measure's order, else by day, then deal.
    pub credits: Vec<&'c Credit>,
    /// What is known of all of them together; `None` where sums of them may have no room.
    pub known: Option<Known>,
}

/// What is known of all credits of a path together.
#[derive(Clone, Debug)]
pub struct Known {
    /// What they add up to.
    pub total: Decimal,
    /// The last day of any.
    pub last: chrono::NaiveDate,
    /// The places of those to whose deal something happened.
    pub touched: Vec<usize>,
}

/// Sums of amounts that add up to less than this in any order and with any sign have room.
const ROOM: Decimal = Decimal::from_parts(0, 0, 1 << 24, false, 0);

impl Known {
    /// Of credits in their order.
    fn of(book: &Book<'_>, credits: &[&Credit]) -> Option<Self> {
        let all = sum(credits.iter().map(|credit| credit.amount.abs())).ok()?;
        if all >= ROOM {
            return None;
        }
        let happened = |credit: &Credit| credit.deal.is_some_and(|deal| !book.happened(deal).is_empty());
        Some(Self {
            total: sum(credits.iter().map(|credit| credit.amount)).ok()?,
            last: credits.iter().map(|credit| credit.day).max().unwrap_or(chrono::NaiveDate::MIN),
            touched: (0_usize..).zip(credits).filter(|(_, credit)| happened(credit)).map(|(place, _)| place).collect(),
        })
    }
}

impl Path<'_> {
    /// Total by quota: zero where there is neither, `None` where there is credit and no quota, or a quota of zero.
    ///
    /// # Errors
    /// Overflow.
    pub fn attainment(&self, total: Decimal) -> Exact<Option<Fraction>> {
        match self.quota {
            Some(quota) if !quota.is_zero() => {
                Fraction::from(total).by(Fraction::new(quota.den(), quota.num())?).map(Some)
            }
            _ if total.is_zero() => Ok(Some(Fraction::ZERO)),
            _ => Ok(None),
        }
    }
}

/// Which path: plan, payee, what is followed, first day of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathKey {
    /// The plan, by place; of a measure the first version of it.
    pub plan: usize,
    /// The payee, by place.
    pub payee: usize,
    /// The measure or the sum.
    pub of: Followed,
    /// First day of the period.
    pub from: chrono::NaiveDate,
}

/// What a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Followed {
    /// A measure of the plan, by place.
    Measure(usize),
    /// A sum of the plan, by place.
    Sum(usize),
}

impl Followed {
    /// What a component is on, where that is credits.
    #[must_use]
    pub fn of(on: &On) -> Option<Self> {
        match on {
            On::Measure(place) => Some(Self::Measure(*place)),
            On::Sum(place) => Some(Self::Sum(*place)),
            On::Component(_) | On::Periods(_) => None,
        }
    }
}

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Measured<'c> {
    /// The paths: one for each payee on a plan, measure or sum of it, and period.
    pub paths: BTreeMap<PathKey, Path<'c>>,
    /// The same of measures, for statements.
    pub standings: Vec<Standing>,
    /// What could not be worked.
    pub failures: Failures,
    /// Paths whose quota could not be worked: that it is missing is not told a second time.
    untold: std::collections::BTreeSet<PathKey>,
}

impl<'c> Measured<'c> {
    /// Whether something is told of quotas already.
    #[must_use]
    pub fn quotas_are_told(&self) -> bool {
        !self.untold.is_empty() || self.failures.tell_of_quotas()
    }

    /// The path of a payee of a plan in what it follows, in the period that begins on a day.
    #[must_use]
    pub fn path(
        &self,
        book: &Book<'_>,
        (plan, of): (usize, Followed),
        payee: usize,
        from: chrono::NaiveDate,
    ) -> Option<&Path<'c>> {
        self.paths.get(&key_of(book, (plan, of), payee, from))
    }

    /// All paths of what a plan follows in the periods that begin on a day.
    pub fn paths_of<'s>(
        &'s self,
        book: &'s Book<'_>,
        (plan, of): (usize, Followed),
        from: chrono::NaiveDate,
    ) -> impl Iterator<Item = (usize, &'s Path<'c>)> {
        (0..book.payees.len()).filter_map(move |payee| Some((payee, self.path(book, (plan, of), payee, from)?)))
    }
}

/// The key of a path: measures, and sums of the same, are kept with the first version of their plan.
fn key_of(book: &Book<'_>, (plan, of): (usize, Followed), payee: usize, from: chrono::NaiveDate) -> PathKey {
    let (plan, of) = match of {
        Followed::Measure(measure) => {
            let (plan, measure) = book.home(plan, measure);
            (plan, Followed::Measure(measure))
        }
        Followed::Sum(sum) => {
            let (plan, sum) = home_of_sum(book, plan, sum);
            (plan, Followed::Sum(sum))
        }
    };
    PathKey { plan, payee, of, from }
}

/// Where the credits of a sum are gathered: the sum of the same over the same people in the first version of the plan.
fn home_of_sum(book: &Book<'_>, plan: usize, sum: usize) -> (usize, usize) {
    let here = (plan, sum);
    let Some(rules) = book.plans.get(plan).and_then(|found| found.sums.get(sum)) else { return here };
    if periods_of(book, plan, Followed::Sum(sum)).is_none_or(|(kind, _)| *kind == PeriodKind::Plan) {
        return here;
    }
    let same = |version: usize, other: &Sum| {
        other.over == rules.over
            && match (&other.of, &rules.of) {
                (SumOf::Measure(a), SumOf::Measure(b)) => book.home(version, *a) == book.home(plan, *b),
                (SumOf::Named(a), SumOf::Named(b)) => a == b,
                _ => false,
            }
    };
    let first = |version: usize| {
        let sums = &book.plans.get(version)?.sums;
        Some((version, sums.iter().position(|other| same(version, other))?))
    };
    book.versions(plan).take_while(|version| *version <= plan).find_map(first).unwrap_or(here)
}

/// Sorts the credits into paths; those that a plan of another currency sums are there in its currency too.
#[must_use]
pub fn measure<'c>(book: &Book<'_>, (credits, exchanged): (&'c [Credit], &'c Exchanged)) -> Measured<'c> {
    let mut measured = Measured::default();
    let Some(last) = book.chain.last().map(|period| period.to) else { return measured };
    for (plan, rules) in book.plans.iter().enumerate() {
        for payee in 0..book.payees.len() {
            open_paths(book, (plan, rules), payee, last, &mut measured);
        }
    }
    let mut gather = Gather::new(book, (credits, exchanged));
    for (plan, rules) in book.plans.iter().enumerate() {
        let measures = (0..rules.measures.len()).map(Followed::Measure);
        for of in measures.chain((0..rules.sums.len()).map(Followed::Sum)) {
            let (Some((kind, span)), gathered) = (periods_of(book, plan, of), gather.of(plan, of)) else { continue };
            for (owner, credit) in gathered.iter().filter(|(_, credit)| credit.day <= last) {
                match book.measured(plan, kind, *owner, credit.day) {
                    Ok(period) => {
                        let key = key_of(book, (plan, of), *owner, period.from);
                        if let Some(path) = measured.paths.get_mut(&key) {
                            path.credits.push(credit);
                        }
                    }
                    Err(error) => {
                        let about = credit.deal.map_or(About::Payee(*owner), About::Deal);
                        measured.failures.outside_calendar(span, error.to_string(), about);
                    }
                }
            }
        }
    }
    measured.failures.absorb(gather.failures);
    order(book, &mut measured);
    summed::quotas(book, &mut measured);
    check_quotas(book, &mut measured);
    check_totals(book, &mut measured);
    measured.standings = standing::standings(book, &measured.paths, &mut measured.failures);
    measured
}

/// Puts the credits of each path in their order, and sees that their sums can be had.
fn order(book: &Book<'_>, measured: &mut Measured<'_>) {
    let mut failures = Failures::default();
    for (key, path) in &mut measured.paths {
        let measure = match key.of {
            Followed::Measure(place) => book.plans.get(key.plan).and_then(|plan| plan.measures.get(place)),
            Followed::Sum(_) => None,
        };
        let mut keyed = Vec::with_capacity(path.credits.len());
        for credit in path.credits.drain(..) {
            let first = match measure.and_then(|measure| measure.order.as_ref()) {
                Some(formula) => gather::order_key(book, key.plan, formula, credit, &mut failures),
                None => gather::OrderKey::None,
            };
            let deal = credit.deal.and_then(|deal| book.deals.get(deal)).map(|deal| &deal.id);
            keyed.push(((first, credit.day, deal, credit.event, credit.payee, credit.slot), credit));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        path.credits = keyed.into_iter().map(|(_, credit)| credit).collect();
        path.known = Known::of(book, &path.credits);
        let span = book.plans.get(key.plan).map(|plan| &plan.span);
        if let (Err(error), Some(span)) = (sum(path.credits.iter().map(|credit| credit.amount)), span) {
            failures.arithmetic(error, span, About::Payee(key.payee));
        }
    }
    measured.failures.absorb(failures);
}

/// A path for each period of each measure and sum in which the payee is on the plan.
fn open_paths(
    book: &Book<'_>,
    (plan, rules): (usize, &Plan),
    payee: usize,
    last: chrono::NaiveDate,
    measured: &mut Measured<'_>,
) {
    let measures = (0..rules.measures.len()).map(Followed::Measure);
    for of in measures.chain((0..rules.sums.len()).map(Followed::Sum)) {
        let Some((kind, span)) = periods_of(book, plan, of) else { continue };
        if *kind == PeriodKind::Anniversary && book.start(payee).is_none() && !book.tenure(plan, payee).is_empty() {
            measured.failures.missing_start(span, About::Payee(payee));
        }
        for held in book.tenure(plan, payee) {
            // Who joins later in a period that has begun counts in what its team is to reach, however far is asked for.
            let to = book.measured(plan, kind, payee, last).map_or(last, |period| period.to);
            let days = Days { from: first_day(book, (plan, of), payee, held.from), to: held.to.min(to) };
            if days.from > days.to {
                continue;
            }
            let periods = match book.periods(plan, kind, payee, days) {
                Ok(periods) => periods,
                Err(error) => {
                    measured.failures.outside_calendar(&rules.span, error.to_string(), About::Payee(payee));
                    continue;
                }
            };
            for period in periods.into_iter().filter(|period| period.from <= last && !book.is_at_rest(period)) {
                let key = key_of(book, (plan, of), payee, period.from);
                let active_days = book.active_days(plan, payee, &period);
                let quota = match of {
                    Followed::Measure(place) => rules.measures.get(place).and_then(|measure| {
                        if let Some(days) = book.days_without_quota((plan, measure), payee, &period) {
                            measured.failures.quota_gap(span, &measure.name, &days, About::Payee(payee));
                        }
                        quota::accumulated(book, (plan, measure), payee, &period).unwrap_or_else(|error| {
                            measured.failures.formula(book, &error, About::Period(payee, period.from, period.to));
                            measured.untold.insert(key);
                            None
                        })
                    }),
                    Followed::Sum(_) => None,
                };
                measured.paths.insert(key, Path { period, active_days, quota, credits: Vec::new(), known: None });
            }
        }
    }
}

/// The first day of the paths of a payee who is on a plan from a day on: of everyone and of a group, who joins late has
/// what came before as all others have, where the measure runs on.
fn first_day(
    book: &Book<'_>,
    (plan, of): (usize, Followed),
    payee: usize,
    held: chrono::NaiveDate,
) -> chrono::NaiveDate {
    let wide = |place: usize| {
        let sums = book.plans.get(plan).map_or(&[][..], |plan| &plan.sums);
        sums.get(place).is_some_and(|sum| !sum.over.is_team())
    };
    let runs_on = || {
        let Followed::Sum(place) = of else { return None };
        let (_, measure) = followed(book, plan, of).filter(|_| wide(place))?;
        let period = book.measured(plan, &measure.period, payee, held).ok()?;
        book.runs_on_from(plan, measure, payee, &period).ok()?
    };
    runs_on().map_or(held, |from| from.min(held))
}

/// The measure that a path follows, with the plan that declares it; of several plans with one of a name, the first.
/// A sum of a component or of something given follows nothing here.
#[must_use]
pub fn followed<'b>(book: &Book<'b>, plan: usize, of: Followed) -> Option<(usize, &'b Measure)> {
    let rules = book.plans.get(plan)?;
    match of {
        Followed::Measure(place) => Some((plan, rules.measures.get(place)?)),
        Followed::Sum(place) => match &rules.sums.get(place)?.of {
            SumOf::Measure(place) => Some((plan, rules.measures.get(*place)?)),
            SumOf::Component(_) => None,
            SumOf::Named(name) => {
                let named = |(lender, plan): (usize, &'b Plan)| {
                    Some((lender, plan.measures.iter().find(|measure| measure.name == *name)?))
                };
                book.plans.iter().enumerate().find_map(named)
            }
        },
    }
}

/// The measurement periods of what a path follows, and what says so: those of the measure; of something that is only
/// given, and that no plan declares, the payout periods of the plan that sums it.
fn periods_of<'b>(book: &Book<'b>, plan: usize, of: Followed) -> Option<(&'b PeriodKind, &'b Span)> {
    if let Some((_, measure)) = followed(book, plan, of) {
        return Some((&measure.period, &measure.span));
    }
    let rules = book.plans.get(plan)?;
    let Followed::Sum(place) = of else { return None };
    let sum = rules.sums.get(place)?;
    match &sum.of {
        SumOf::Named(name) if book.metrics.contains_key(&**name) => Some((&rules.payout, &sum.span)),
        SumOf::Named(_) | SumOf::Measure(_) | SumOf::Component(_) => None,
    }
}

/// A quota that something reads must be there where credits meet it.
fn check_quotas(book: &Book<'_>, measured: &mut Measured<'_>) {
    for (key, path) in &measured.paths {
        let Followed::Measure(place) = key.of else { continue };
        let Some(measure) = book.plans.get(key.plan).and_then(|plan| plan.measures.get(place)) else { continue };
        if !measure.quota_read || path.credits.is_empty() || measured.untold.contains(key) {
            continue;
        }
        // What reads the attainment of a quota of zero finds out by itself.
        if path.quota.is_none() {
            let about = About::Payee(key.payee);
            measured.failures.missing_quota(&measure.span, &measure.name, &path.period.label, about);
        }
    }
}

/// Of a period that is over somebody has a total that is given, or everybody: where nobody has one it was forgotten. Nothing is
/// said of periods before the first of which there is one.
fn check_totals(book: &Book<'_>, measured: &mut Measured<'_>) {
    let Some(last) = book.chain.last().map(|period| period.to) else { return };
    let mut given: BTreeMap<(usize, usize), BTreeMap<&Period, bool>> = BTreeMap::new();
    for (key, path) in &measured.paths {
        let Followed::Measure(place) = key.of else { continue };
        let measure = book.plans.get(key.plan).and_then(|plan| plan.measures.get(place));
        if measure.is_some_and(|measure| matches!(measure.credit, CreditRule::Given)) {
            let periods = given.entry((key.plan, place)).or_default();
            *periods.entry(&path.period).or_default() |= !path.credits.is_empty();
        }
    }
    let mut failures = Failures::default();
    for ((plan, place), periods) in given {
        let Some(measure) = book.plans.get(plan).and_then(|plan| plan.measures.get(place)) else { continue };
        let is_over = |period: &Period| period.to <= last && book.is_open(period.to) && book.is_known(period);
        if !periods.values().any(|is_given| *is_given) {
            if let Some((period, _)) = periods.iter().rev().find(|(period, _)| is_over(period)) {
                failures.missing_total(&measure.span, &measure.name, &period.label);
            }
            continue;
        }
        for (period, _) in periods.iter().skip_while(|(_, is_given)| !**is_given).filter(|(_, is_given)| !**is_given) {
            if is_over(period) {
                failures.missing_total(&measure.span, &measure.name, &period.label);
            }
        }
    }
    measured.failures.absorb(failures);
}

/// The total of credits.
///
/// # Errors
/// Overflow.
pub fn total<'c>(credits: impl Iterator<Item = &'c Credit>) -> Exact<Decimal> {
    credits.map(|credit| credit.amount).try_fold(Decimal::ZERO, add)
}
