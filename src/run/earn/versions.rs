//! Versions of one plan: which of them prices what, and what a later one takes over from those before it.
//!
//! A credit is priced by the version in force on its day. An amount of a whole period has no day: it is priced over all
//! credits of the period by the version in force when it ends, and until then by the one in force so far. What that one
//! made is taken over by the next, so that amounts to date go on and nothing is paid twice.

use super::super::facts::Days;
use super::limits::{Bounds, Left, of_reach};
use super::line::{Part, Reach};
use super::state::{Key, SetOff, ToDate};
use super::work::Work;
use super::{Cut, Earner, cuts, kind_of};
use crate::domain::calendar::Period;
use crate::plan::model::{AmountRule, Component, ComponentKind, Per, Plan};
use chrono::NaiveDate;

/// Whether a component makes an amount for a whole period, not a line for each credit.
pub(super) fn is_of_a_period(rules: &Component) -> bool {
    match rules.kind {
        ComponentKind::Commission | ComponentKind::Spiff { .. } | ComponentKind::Residual { .. } => false,
        ComponentKind::Override | ComponentKind::Pool { .. } => rules.per != Per::Deal,
        ComponentKind::Bonus | ComponentKind::Objectives { .. } => true,
    }
}

/// The component of a plan that makes the same amounts of periods as one of another version.
fn same_of_periods(plan: &Plan, rules: &Component) -> Option<usize> {
    plan.components.iter().position(|other| other.name == rules.name && is_of_a_period(other))
}

/// Whether a component is paid on the credits of a period: on those of the days alone on which the plan has it.
fn is_paid_on_credits(rules: &Component) -> bool {
    is_of_a_period(rules) && matches!(rules.kind, ComponentKind::Override | ComponentKind::Pool { .. })
}

impl<'a> Work<'a, '_> {
    /// The days on which the versions of a plan have a component that is paid on the credits of a period; `None`: on all.
    pub(super) fn days_with(&self, (plan, component): (usize, usize), rules: &Component) -> Option<Vec<Days>> {
        if !is_paid_on_credits(rules) || self.book.versions(plan).nth(1).is_none() {
            return None;
        }
        let with = self.book.namesakes(plan, component);
        let days =
            |(version, _): &(usize, usize)| self.plan(*version).map(|rules| Days { from: rules.from, to: rules.to });
        (with.len() < self.book.versions(plan).count()).then(|| with.iter().filter_map(days).collect())
    }

    /// Whether a version is the one whose component makes the amount of a period: the one that the payee was on last, as far
    /// as is known; of what is paid on credits the last of those that have it.
    pub(super) fn is_in_force(&self, (plan, rules): (usize, &Component), payee: usize, period: &Period) -> bool {
        if !is_of_a_period(rules) {
            return true;
        }
        let known = Days { from: period.from, to: period.to.min(self.moment.until) };
        let last = |version: usize| -> Option<(NaiveDate, usize)> {
            if is_paid_on_credits(rules) && same_of_periods(self.plan(version)?, rules).is_none() {
                return None;
            }
            let held = self.book.tenure(version, payee).iter().filter_map(|days| days.shared(known));
            held.map(|days| (days.to, version)).max()
        };
        self.book.versions(plan).filter_map(last).max().is_none_or(|(_, newest)| newest == plan)
    }
}

/// A limit as a version says it: the version, where what it takes is kept, and what it says, which may be nothing.
pub(super) struct Ruled<'a> {
    /// The version, by place, and its rules.
    pub of: (usize, &'a Plan),
    /// The component or the cap, by place.
    pub at: usize,
    /// The least.
    pub floor: Option<&'a AmountRule>,
    /// The most.
    pub cap: Option<&'a AmountRule>,
    /// Whether what is over the most is carried.
    pub carries: bool,
}

/// A limit of a plan by its place: its name, with what it says.
fn limit_at(place: usize, plan: &Plan, at: usize, reach: Reach) -> Option<(&str, Ruled<'_>)> {
    let of = (place, plan);
    if let Some(rules) = plan.components.get(at) {
        let (floor, cap) = (of_reach(&rules.floor, reach), of_reach(&rules.cap, reach));
        return Some((&rules.name, Ruled { of, at, floor, cap, carries: rules.cap.carries }));
    }
    let rules = plan.caps.get(at.checked_sub(plan.components.len())?)?;
    let cap = of_reach(&rules.limits, reach);
    Some((&rules.name, Ruled { of, at, floor: None, cap, carries: rules.limits.carries }))
}

impl<'a> Earner<'a, '_> {
    /// What earlier versions made of a payee's components by now, each under the component of its name here; and apart from
    /// that, with its limit, what limits took that go on in this version: they are worked anew over all versions together.
    pub(super) fn made_before<'b>(
        &self,
        (work, cut): (&Work<'a, '_>, Cut),
        payee: usize,
        bounds: &'b [Bounds],
    ) -> (Vec<Left>, Vec<(&'b Bounds, Left)>) {
        let (mut lines, mut limits) = (Vec::new(), Vec::new());
        for (version, plan) in self.earlier_versions() {
            for (key, to_date) in self.earlier.made(version, payee) {
                let Some(now) = to_date.iter().rfind(|made| self.is_made(work, cut, made)) else { continue };
                let left = |key| Left { key, earned: now.earned, payable: now.payable, shut: now.shut, free: None };
                if let Some(goes_on) = bounds.iter().find(|bounds| self.goes_on((version, plan), key, bounds)) {
                    limits.push((goes_on, left(Key { plan: self.place, component: goes_on.at, ..key.clone() })));
                } else if let Some(component) = self.namesake(plan, key.component) {
                    lines.push(left(Key { component, ..key.clone() }));
                }
            }
        }
        (lines, limits)
    }

    /// The versions before this one. Pay in another currency is limited for itself.
    fn earlier_versions(&self) -> impl Iterator<Item = (usize, &'a Plan)> {
        let earlier = self.book.versions(self.place).take_while(|version| *version < self.place);
        let plan = |version: usize| Some((version, self.book.plans.get(version)?));
        earlier.filter_map(plan).filter(|(_, plan)| plan.currency == self.plan.currency)
    }

    /// Whether a component of an earlier version has a limit of a reach under a name; and whether what is over it is carried.
    pub(super) fn limited_before(&self, name: &str, reach: Reach) -> Option<bool> {
        let limit = |(version, plan): (usize, &'a Plan)| {
            let at = plan.components.iter().position(|rules| &*rules.name == name)?;
            let (_, ruled) = limit_at(version, plan, at, reach)?;
            (ruled.floor.is_some() || ruled.cap.is_some()).then_some(ruled.carries)
        };
        let found: Vec<bool> = self.earlier_versions().filter_map(limit).collect();
        (!found.is_empty()).then(|| found.contains(&true))
    }

    /// Whether an earlier version had made something by now: by an event of this payout only if that has been let in.
    fn is_made(&self, work: &Work<'a, '_>, cut: Cut, made: &ToDate) -> bool {
        let known = || self.book.happenings.get(..work.moment.known).unwrap_or_default().iter();
        let let_in = |cause: &SetOff| known().rev().any(|happening| happening.event.id == cause.event);
        made.payout < cut.payout || (made.payout == cut.payout && made.cause.as_ref().is_none_or(let_in))
    }

    /// Whether what a limit of an earlier version took is worked anew under a limit of this one.
    fn goes_on(&self, (version, plan): (usize, &Plan), key: &Key, bounds: &Bounds) -> bool {
        let (Part::Cap(reach) | Part::Floor(reach)) = key.part else { return false };
        let before = limit_at(version, plan, key.component, reach);
        let now = limit_at(self.place, self.plan, bounds.at, bounds.reach);
        reach == bounds.reach
            && matches!(reach, Reach::Period | Reach::Year)
            && before.zip(now).is_some_and(|(before, now)| before.0 == now.0)
    }

    /// The component here of the same name as an earlier version's; of a cap across components as the first of those.
    fn namesake(&self, plan: &Plan, component: usize) -> Option<usize> {
        let of_cap = || {
            let cap = plan.caps.get(component.checked_sub(plan.components.len())?)?;
            plan.components.get(cap.of.first().copied().unwrap_or_default())
        };
        let before = plan.components.get(component).or_else(of_cap)?;
        self.plan.components.iter().position(|own| own.name == before.name)
    }

    /// A limit as the version says it that is in force when a scope ends, or on the payee's last day in it. `None`: that
    /// version has no such component or cap.
    pub(super) fn ruled(&self, bounds: &Bounds, payee: usize, scope: &Period) -> Option<Ruled<'a>> {
        let (name, own) = limit_at(self.place, self.plan, bounds.at, bounds.reach)?;
        if self.earlier_versions().next().is_none() {
            return Some(own);
        }
        let ends = self.book.last_day(self.place, payee, Days { from: scope.from, to: scope.to });
        if self.plan.from <= ends {
            return Some(own);
        }
        let (version, plan) = self.earlier_versions().filter(|(_, plan)| plan.from <= ends).last()?;
        let all = 0..plan.components.len().saturating_add(plan.caps.len());
        let mut all = all.filter_map(|at| limit_at(version, plan, at, bounds.reach));
        let found = all.find(|(theirs, _)| *theirs == name);
        found.map(|(_, ruled)| ruled)
    }

    /// Whether a later version goes on with an amount of a period by now: it alone says what may be paid of it.
    pub(super) fn is_handed_over(&self, work: &Work<'_, '_>, key: &Key) -> bool {
        let Some(rules) = self.plan.components.get(key.component).filter(|rules| is_of_a_period(rules)) else {
            return false;
        };
        let later = self.book.versions(self.place).filter(|version| *version > self.place);
        let mut plans = later.filter_map(|version| self.book.plans.get(version));
        plans.any(|plan| same_of_periods(plan, rules).is_some())
            && !work.is_in_force((self.place, rules), key.payee, &key.measured)
    }

    /// Takes over the amounts of periods that an earlier version began and this one ends.
    pub(super) fn take_over(&mut self) {
        let Some(until) = cuts(self.book, self.plan).last().map(|cut| cut.until) else { return };
        let taken: Vec<(Key, Key)> =
            self.earlier.states.keys().filter_map(|key| Some((key.clone(), self.taken_over(key, until)?))).collect();
        for (old, new) in taken {
            if let Some(state) = self.earlier.states.remove(&old) {
                self.tally.states.insert(new.clone(), state);
            }
            if let Some(to_date) = self.earlier.to_date.remove(&old) {
                self.tally.to_date.insert(new, to_date);
            }
        }
    }

    /// The key under which this version goes on with an amount of a period.
    fn taken_over(&self, key: &Key, until: NaiveDate) -> Option<Key> {
        let version = self.book.plans.get(key.plan)?;
        let before = version.components.get(key.component)?;
        // What a limit lets go of in a period that begins later is worked anew, with what goes on of it.
        (key.measured.from <= version.to).then_some(())?;
        let component = same_of_periods(self.plan, before).filter(|_| is_of_a_period(before))?;
        let known = Days { from: key.measured.from, to: key.measured.to.min(until) };
        self.book.tenure(self.place, key.payee).iter().find_map(|days| days.shared(known))?;
        let work = Work::new(self.book, self.measured, super::Moment { until, known: 0 });
        let kind = kind_of(&work, self.place, self.plan.components.get(component)?)?;
        (*kind == key.measured.kind).then(|| Key { plan: self.place, component, ..key.clone() })
    }
}
