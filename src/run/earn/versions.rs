//! Versions of one plan: which of them prices what, and what a later one takes over from those before it.
//!
//! A credit is priced by the version in force on its day. An amount of a whole period has no day: it is priced over all
//! credits of the period by the version in force when it ends, and until then by the one in force so far. What that one
//! made is taken over by the next, so that amounts to date go on and nothing is paid twice.

use super::super::facts::Days;
use super::limits::Bounds;
use super::line::{Part, Reach};
use super::state::Key;
use super::work::Work;
use super::{Cut, Earner, cuts, kind_of};
use crate::domain::calendar::Period;
use crate::domain::exact::add;
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{Component, ComponentKind, Per, PlanCap};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Whether a component makes an amount for a whole period, not a line for each credit.
fn is_of_a_period(rules: &Component) -> bool {
    match rules.kind {
        ComponentKind::Commission | ComponentKind::Spiff { .. } | ComponentKind::Residual { .. } => false,
        ComponentKind::Override | ComponentKind::Pool { .. } => rules.per != Per::Deal,
        ComponentKind::Bonus | ComponentKind::Objectives { .. } => true,
    }
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
            let same = |other: &Component| other.name == rules.name && is_of_a_period(other);
            let has = self.plan(version)?.components.iter().any(same);
            if is_paid_on_credits(rules) && !has {
                return None;
            }
            let held = self.book.tenure(version, payee).iter().filter_map(|days| days.shared(known));
            held.map(|days| (days.to, version)).max()
        };
        self.book.versions(plan).filter_map(last).max().is_none_or(|(_, newest)| newest == plan)
    }
}

/// What earlier versions of a plan made of what a limit is over, in one of its scopes.
#[derive(Default)]
pub(super) struct Before {
    /// Earned, after their own limits.
    pub earned: Decimal,
    /// What of it may be paid.
    pub payable: Decimal,
    /// What the same floor added to it.
    pub floor: Decimal,
}

impl Earner<'_, '_> {
    /// What earlier versions made by a payout, within a period or a year, of the components of the same names.
    pub(super) fn before(
        &self,
        cut: Cut,
        payee: usize,
        limits: &Bounds<'_>,
        scope: &Period,
    ) -> Result<Before, EvalError> {
        let mut before = Before::default();
        if !matches!(limits.reach, Reach::Period | Reach::Year) {
            return Ok(before);
        }
        let names: Vec<&str> =
            limits.of.iter().filter_map(|place| self.plan.components.get(*place)).map(|own| &*own.name).collect();
        let fail = |failure| EvalError { failure, span: self.plan.span.clone() };
        for version in self.book.versions(self.place).take_while(|version| *version < self.place) {
            let Some(plan) = self.book.plans.get(version) else { continue };
            let counts = |component: usize| match plan.components.get(component) {
                Some(rules) => names.contains(&&*rules.name),
                None => {
                    let cap = plan.caps.get(component.saturating_sub(plan.components.len()));
                    let within = |cap: &PlanCap| {
                        let own: Vec<usize> =
                            if cap.of.is_empty() { (0..plan.components.len()).collect() } else { cap.of.clone() };
                        own.iter()
                            .filter_map(|place| plan.components.get(*place))
                            .all(|rules| names.contains(&&*rules.name))
                    };
                    cap.is_some_and(within)
                }
            };
            for (key, to_date) in self.earlier.made(version, payee) {
                let within = match limits.reach {
                    Reach::Period => key.measured == *scope,
                    _ => scope.contains(key.day.unwrap_or(key.measured.from).max(plan.from)),
                };
                let Some(now) = to_date.iter().rfind(|made| made.payout <= cut.payout) else { continue };
                if !within || !counts(key.component) {
                    continue;
                }
                let plus = |sum: Decimal, amount| add(sum, amount).map_err(|error| fail(Failure::Arithmetic(error)));
                before.earned = plus(before.earned, now.earned)?;
                before.payable = plus(before.payable, now.payable)?;
                if key.part == Part::Floor(limits.reach) {
                    before.floor = plus(before.floor, now.earned)?;
                }
            }
        }
        Ok(before)
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
        let before = self.book.plans.get(key.plan)?.components.get(key.component)?;
        let same = |other: &Component| other.name == before.name && is_of_a_period(other);
        let component = self.plan.components.iter().position(same).filter(|_| is_of_a_period(before))?;
        let known = Days { from: key.measured.from, to: key.measured.to.min(until) };
        self.book.tenure(self.place, key.payee).iter().find_map(|days| days.shared(known))?;
        let work = Work::new(self.book, self.measured, super::Moment { until, known: 0 });
        let kind = kind_of(&work, self.place, self.plan.components.get(component)?)?;
        (*kind == key.measured.kind).then(|| Key { plan: self.place, component, ..key.clone() })
    }
}
