//! Earn: from attainment to amounts. The fourth of seven stages, between `measure` and `adjust`.
//!
//! In:   each payee's paths, components, limits, clawback rules, events.
//! Out:  for each key the amounts earned and payable *to date* at each payout period, rounded once, with the steps that
//!       explain them. Within a payout period first what deals and payments make, then each event that takes back, one
//!       after the other, each priced by the difference it makes.
//! Here: which payouts a measurement period falls into (`cuts`), what a component pays (`pricer`), what is known when
//!       (`work`), limits over a period, a year, the plan (`limits`), when it may be paid (`payable`).
//! Not here: what was already posted (`adjust`), balances and recoveries (`settle`).
//!
//! Invariant: before rounding, the lines of a marginal component total F(total), however the deals are ordered.
//! Tested by `properties::slices_sum_to_the_curve`.

mod cuts;
mod earnings;
pub(super) mod forward;
mod limits;
mod line;
mod nothing;
mod payable;
mod pricer;
mod reversed;
pub mod scaled;
mod state;
mod track;
mod versions;
mod work;

pub use cuts::{Cut, cut_in, cuts};
pub use line::{Credited, Part, Reach};
pub use state::{Key, Kind, SetOff, ToDate};

use super::credit::NotCounted;
use super::facts::{Book, Moment};
use super::failures::Failures;
use super::measure::Measured;
use crate::domain::calendar::{Period, PeriodKind};
use crate::parallel;
use crate::plan::model::{Component, ComponentKind, On, Over, Plan, SumOf};

pub use pricer::Sight;
use state::{Step, Tally};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
pub use work::Work;

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Worked {
    /// For each key its amounts to date, where they changed, in the order of payouts and of what changed them.
    pub to_date: BTreeMap<Key, Vec<ToDate>>,
    /// Deals that are credited and pay nothing.
    pub not_paid: Vec<NotCounted>,
    /// What could not be worked.
    pub failures: Failures,
}

/// The least payees of a part, and the most parts. One is worked on one core; they follow from the payees and not from the number
/// of cores.
const PART: usize = 64;
const PARTS: usize = 64;

/// Works all components of all payees: part by part, where nobody's earnings follow another's.
#[must_use]
pub fn earn(book: &Book<'_>, measured: &Measured<'_>) -> Worked {
    let all = book.payees.len();
    let plans: Vec<bool> = book.plans.iter().map(shares).collect();
    let size = if plans.contains(&true) { all.max(1) } else { all.div_ceil(PARTS).max(PART) };
    let parts: Vec<Range<usize>> =
        (0..all).step_by(size).map(|from| from..from.saturating_add(size).min(all)).collect();
    let (mut to_date, mut failures) = (Vec::new(), Failures::default());
    let plans: Vec<(bool, Touched)> = plans
        .into_iter()
        .enumerate()
        .map(|(place, shares)| (shares, touched(book, measured, (place, shares))))
        .collect();
    for part in parallel::each(&parts, |payees| earn_of((book, measured), &plans, payees)) {
        to_date.push(part.to_date);
        failures.absorb(part.failures);
    }
    let to_date = to_date.into_iter().flatten().collect();
    let mut worked = Worked { to_date, failures, ..Worked::default() };
    if book.reasons {
        worked.not_paid = nothing::not_paid(book, measured, &worked);
    }
    worked
}

/// Works all components of some payees; of each plan is known whether what happens to one's deal changes what others earn, and
/// to whose deals something happened.
fn earn_of((book, measured): (&Book<'_>, &Measured<'_>), plans: &[(bool, Touched)], payees: &Range<usize>) -> Worked {
    let mut worked = Worked::default();
    let mut earlier = Tally::default();
    for (place, (plan, (shares, touched))) in book.plans.iter().zip(plans).enumerate() {
        if book.first_version(place) == place {
            earlier = Tally::default();
        }
        let tally = Tally::default();
        let (payees, shares) = (payees.clone(), *shares);
        let (lines_stay, bare) = (reversed::lines_stay(book, (place, plan), shares), RefCell::new(None));
        let mut earner =
            Earner { book, measured, payees, place, plan, shares, lines_stay, touched, tally, earlier, bare };
        earner.take_over();
        earner.all(&mut worked.failures);
        earlier = earner.earlier;
        if book.versions(place).all(|version| version <= place) {
            worked.to_date.append(&mut earlier.to_date);
            worked.to_date.append(&mut earner.tally.to_date);
        } else {
            earlier.states.append(&mut earner.tally.states);
            earlier.to_date.append(&mut earner.tally.to_date);
        }
    }
    worked
}

/// For each deal to which something happened, the payees whose paths of a plan hold it, with the days on which it counts:
/// of any plan, where the plan reads what others hold.
type Touched = BTreeMap<usize, BTreeMap<usize, BTreeSet<chrono::NaiveDate>>>;

fn touched(book: &Book<'_>, measured: &Measured<'_>, (plan, any): (usize, bool)) -> Touched {
    let mut touched = Touched::new();
    if book.happenings.is_empty() {
        return touched;
    }
    let own: BTreeSet<usize> = book.versions(plan).collect();
    for (key, path) in measured.paths.iter().filter(|(key, _)| any || own.contains(&key.plan)) {
        for (deal, day) in path.credits.iter().filter_map(|credit| Some((credit.deal?, credit.day))) {
            if !book.happened(deal).is_empty() {
                touched.entry(deal).or_default().entry(key.payee).or_default().insert(day);
            }
        }
    }
    touched
}

/// The earnings of one plan.
struct Earner<'a, 'c> {
    book: &'a Book<'a>,
    measured: &'a Measured<'c>,
    /// Whose.
    payees: Range<usize>,
    place: usize,
    plan: &'a Plan,
    /// Whether what happens to one payee's deal can change what others earn.
    shares: bool,
    /// Whether lines are the same after an event as before it.
    lines_stay: bool,
    touched: &'a Touched,
    tally: Tally,
    /// What earlier versions of the plan made.
    earlier: Tally,
    /// What was worked last as if nothing had happened to any deal.
    bare: RefCell<Option<Work<'a, 'c>>>,
}

impl<'a, 'c> Earner<'a, 'c> {
    fn all(&mut self, failures: &mut Failures) {
        let mut before = self.first_day().pred_opt().unwrap_or(self.plan.from);
        let mut looked_at = chrono::NaiveDate::MIN;
        for cut in cuts(self.book, self.plan) {
            let first = self.book.happened_by(before);
            let last = self.book.happened_by(cut.until);
            let mut known = self.own(cut, (looked_at, before), first, failures);
            for place in first..last {
                self.happening(cut, before, place, &mut known, failures);
            }
            (looked_at, before) = (before, cut.until);
        }
    }

    /// The first day of the first payout: where an earlier version goes before this one, what happens from there on is no
    /// more known at its start for the one than for the other.
    fn first_day(&self) -> chrono::NaiveDate {
        let payout = || self.book.calendar.period_of(&self.plan.payout, self.plan.from).ok();
        let later = self.book.first_version(self.place) != self.place;
        payout().filter(|_| later).map_or(self.plan.from, |period| period.from.min(self.plan.from))
    }

    /// What deals and payments make of a payout period: what takes back is known as it stood at its start, `before`; what was
    /// known at the start of the period before it, `looked_at`, has been worked twice. Gives what was worked, where it is still so
    /// after an event.
    fn own(
        &mut self,
        cut: Cut,
        (looked_at, before): (chrono::NaiveDate, chrono::NaiveDate),
        known: usize,
        failures: &mut Failures,
    ) -> Option<Work<'a, 'c>> {
        let work = Work::new(self.book, self.measured, Moment { until: cut.until, known });
        for payee in self.payees.clone() {
            let days = super::facts::Days { from: before.succ_opt().unwrap_or(before), to: cut.until };
            for component in 0..self.plan.components.len() {
                let from = if self.crosses_periods(&work, component) { self.plan.from } else { days.from };
                let days = super::facts::Days { from, to: days.to };
                for period in self.open_periods(&work, component, payee, days) {
                    self.record(&work, cut, (payee, component, &period), &Step::Own, failures);
                }
            }
        }
        // Limits see what may be paid by now.
        self.pay_all(&work, cut, looked_at, failures);
        for payee in self.payees.clone() {
            self.limit(&work, cut, payee, &[], failures);
        }
        failures.absorb(work.failures.take());
        Some(work).filter(|_| self.lines_stay)
    }

    /// The measurement periods of a component that days fall into.
    fn open_periods(
        &self,
        work: &Work<'a, 'c>,
        component: usize,
        payee: usize,
        days: super::facts::Days,
    ) -> Vec<Period> {
        let Some(rules) = self.plan.components.get(component) else { return Vec::new() };
        let Some(kind) = kind_of(work, self.place, rules) else { return Vec::new() };
        let runs_on = matches!(rules.kind, ComponentKind::Residual { .. });
        if self.book.rest.is_some_and(|rest| rest.has_all(days.from, days.to)) {
            return Vec::new();
        }
        let tenure = self.book.tenure(self.place, payee);
        let periods = self.book.periods(self.place, kind, payee, days).unwrap_or_default();
        let held = |period: &Period| {
            let period = super::facts::Days { from: period.from, to: period.to };
            tenure.iter().any(|days| days.shared(period).is_some())
        };
        let ends_here = |period: &Period| runs_on || work.is_in_force((self.place, rules), payee, period);
        let worked = |period: &Period| !self.book.is_at_rest(period);
        periods.into_iter().filter(|period| worked(period) && (runs_on || held(period)) && ends_here(period)).collect()
    }

    /// Whether a component follows earnings by the members' own years, or by periods of another length: what a limit of such
    /// a period takes may move between two of the payee's, of which one is over.
    fn crosses_periods(&self, work: &Work<'a, 'c>, component: usize) -> bool {
        let Some(rules) = self.plan.components.get(component) else { return false };
        let On::Sum(place) = rules.on else { return false };
        let Some(own) = kind_of(work, self.place, rules) else { return false };
        let sources = self.plan.sums.get(place).and_then(|sum| work.earnings_of(self.place, &sum.of));
        let theirs = |(lender, component): &(usize, usize)| {
            kind_of(work, *lender, self.book.plans.get(*lender)?.components.get(*component)?)
        };
        let another = |kind: &PeriodKind| kind != own || *kind == PeriodKind::Anniversary;
        sources.is_some_and(|sources| sources.iter().filter_map(theirs).any(another))
    }

    /// One event that takes back or gives back.
    fn happening(
        &mut self,
        cut: Cut,
        before: chrono::NaiveDate,
        place: usize,
        known: &mut Option<Work<'a, 'c>>,
        failures: &mut Failures,
    ) {
        let Some(happening) = self.book.happenings.get(place).copied() else { return };
        let kind = &happening.event.kind;
        let named = |plan: &Plan| plan.clawbacks.iter().any(|rule| rule.on.contains(kind));
        // What is paid on what others earn follows the rules of their plans.
        let lent = self.plan.sums.iter().any(|sum| matches!(sum.of, SumOf::Named(_)));
        let names = named(self.plan) || lent && self.book.plans.iter().any(named);
        if !names && !matches!(&**kind, "reinstated" | "cancelled" | "reassigned") {
            return;
        }
        let payees: Vec<usize> = if self.shares || &**kind == "reassigned" {
            self.payees.clone().collect()
        } else {
            let touched = self.touched.get(&happening.deal).into_iter().flatten().map(|(payee, _)| *payee);
            touched.filter(|payee| self.payees.contains(payee)).collect()
        };
        if payees.is_empty() {
            return;
        }
        let moment = Moment { until: cut.until, known: place.saturating_add(1) };
        let reversed = known.take().filter(|_| &**kind != "reassigned");
        let is_reversed = reversed.is_some();
        let work = match reversed {
            Some(known) => known.at(moment),
            None => Work::new(self.book, self.measured, moment),
        };
        let cause = |component: usize| {
            let counted =
                self.book.deals.get(happening.deal).and_then(|deal| deal.day()).unwrap_or(happening.event.date);
            let rule = self.book.rule(self.plan, Some(component), &happening, counted);
            let rule = rule.map_or_else(|| Arc::clone(kind), |rule| Arc::clone(&rule.name));
            let event = happening.event;
            SetOff { day: event.date, event: Arc::clone(&event.id), kind: Arc::clone(kind), amount: event.amount, rule }
        };
        let causes: Vec<Step> = (0..self.plan.components.len())
            .map(|component| Step::TakenBack { cause: cause(component), deal: happening.deal })
            .collect();
        let open = super::facts::Days { from: before.succ_opt().unwrap_or(before), to: cut.until };
        // How far it reaches forward follows from the day and not from the payee.
        let reach = |day: &chrono::NaiveDate| {
            let until = |rules: &Component| forward::until(self.plan, rules, self.book.calendar, (*day, cut.until));
            (*day, self.plan.components.iter().map(until).collect())
        };
        let all_days = self.touched.get(&happening.deal).into_iter().flat_map(BTreeMap::values).flatten();
        let reach: BTreeMap<chrono::NaiveDate, Vec<chrono::NaiveDate>> = all_days.map(reach).collect();
        for payee in payees {
            let days = self.counted_days(payee, happening.deal);
            for (component, step) in causes.iter().enumerate() {
                let mut periods: BTreeSet<Period> = BTreeSet::new();
                let rules = self.plan.components.get(component);
                // Who an account is handed to has no day on it yet.
                if rules.is_some_and(|rules| matches!(rules.kind, ComponentKind::Residual { .. })) {
                    periods.extend(self.open_periods(&work, component, payee, open));
                }
                if !days.is_empty() && self.crosses_periods(&work, component) {
                    let all = super::facts::Days { from: self.plan.from, to: cut.until };
                    periods.extend(self.open_periods(&work, component, payee, all));
                }
                for day in &days {
                    let to = reach.get(day).and_then(|all| all.get(component)).map_or(*day, |to| *to.min(&cut.until));
                    let days = super::facts::Days { from: *day, to: to.max(*day) };
                    periods.extend(self.open_periods(&work, component, payee, days));
                }
                for period in periods.iter().filter(|period| period.from <= cut.until) {
                    let place = (payee, component, period);
                    if is_reversed {
                        self.reverse(&work, cut, place, (happening.deal, step), failures);
                    } else {
                        self.record(&work, cut, place, step, failures);
                    }
                }
            }
            self.limit(&work, cut, payee, &causes, failures);
        }
        failures.absorb(work.failures.take());
        *known = Some(work).filter(|_| is_reversed);
    }

    /// The days on which a deal counts on a payee's paths; where others' deals change what a payee earns, on anybody's.
    fn counted_days(&self, payee: usize, deal: usize) -> BTreeSet<chrono::NaiveDate> {
        let Some(payees) = self.touched.get(&deal) else { return BTreeSet::new() };
        if self.shares {
            return payees.values().flatten().copied().collect();
        }
        payees.get(&payee).cloned().unwrap_or_default()
    }
}

/// The length of a component's measurement periods.
fn kind_of<'a>(work: &Work<'a, '_>, plan: usize, component: &'a Component) -> Option<&'a PeriodKind> {
    match &component.on {
        On::Periods(kind) => Some(kind),
        on => work.period_kind(plan, on),
    }
}

/// Whether what happens to one payee's deal can change what others earn, beyond the sums of credits on their paths.
fn shares(plan: &Plan) -> bool {
    let budget = |component: &Component| {
        matches!(component.kind, ComponentKind::Spiff { budget: Some(_), .. } | ComponentKind::Pool { .. })
    };
    let sums = plan.sums.iter().any(|sum| sum.over == Over::Everyone || !matches!(sum.of, SumOf::Measure(_)));
    let mut ranks = false;
    crate::plan::load::reads(plan, &mut |read, _| {
        use crate::plan::formula::{Figure, Read};
        ranks |= matches!(
            read,
            Read::Measure(_, Figure::Rank | Figure::RankIn(_))
                | Read::Sum(_, Figure::Rank | Figure::RankIn(_) | Figure::MembersAt(_))
        );
    });
    ranks || sums || plan.components.iter().any(budget)
}
