//! Which credits a component pays on: its window, its version of the plan, `who`, `which`, and why not on another.

use super::super::super::credit::Credit;
use super::super::track::TrackCredit;
use super::super::versions::is_of_a_period;
use super::super::work::Work;
use super::{Failed, Pricer};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::Span;
use crate::plan::formula::EvalError;
use crate::plan::model::{Component, ComponentKind, On, Plan};
use crate::run::facts::Days;

impl<'w, 'a, 'c> Pricer<'w, 'a, 'c> {
    /// Whether a deal lies in the component's window.
    pub(super) fn in_window(&self, credit: &Credit) -> bool {
        let holds = |days: &Vec<Days>| days.iter().any(|days| days.contains(credit.day));
        self.rules.from.is_none_or(|from| from <= credit.day)
            && self.rules.to.is_none_or(|to| credit.day <= to)
            && self.days_with().as_ref().is_none_or(holds)
            && (!self.follows_others() || self.is_of_own_days(credit))
    }

    /// Whether a credit may have a line of its own: it lies in the window and belongs to this version of the plan.
    pub(super) fn may_have_a_line(&self, credit: &Credit) -> bool {
        self.in_window(credit) && self.is_of_this_version(credit)
    }

    /// Whether a credit with a line of its own belongs to this version of the plan: it was counted in it, or elsewhere on a
    /// day on which the payee is on it.
    fn is_of_this_version(&self, credit: &Credit) -> bool {
        let book = self.work.book;
        let several = || book.versions(self.place).nth(1).is_some();
        match credit.plan.and_then(|plan| self.work.plan(plan)) {
            Some(other) if other.name == self.plan.name => credit.plan == Some(self.place),
            // Instalments may be of what was handed over.
            _ if matches!(self.rules.kind, ComponentKind::Residual { .. }) => true,
            _ => !several() || book.is_on(self.place, self.payee, credit.day.min(self.known_end())),
        }
    }

    /// Whether a credit is one that the component makes a line for: on a sum that a commission follows, the payee's own.
    pub(super) fn is_own(&self, credit: &Credit) -> bool {
        match (&self.rules.kind, &self.rules.on) {
            (ComponentKind::Commission | ComponentKind::Spiff { .. }, On::Sum(_)) => credit.payee == self.payee,
            _ => true,
        }
    }

    /// Whether it pays deal by deal to whoever follows them: not an amount of a period, nor one that is divided.
    pub(super) fn pays_by_deal(&self) -> bool {
        !is_of_a_period(self.rules) && !matches!(self.rules.kind, ComponentKind::Pool { .. })
    }

    /// Whether the component pays the payee on the day of a deal: its own `who`.
    pub(super) fn pays_whom(&self, on: &TrackCredit<'_>) -> Result<bool, EvalError> {
        match self.rules.who.as_ref().filter(|_| self.pays_by_deal()) {
            Some(who) => self.of_deal(on, |view| who.yes(view)),
            None => Ok(true),
        }
    }

    /// Whether the component pays on a deal: its own `who` and `which`.
    pub(super) fn pays_on(&self, on: &TrackCredit<'_>) -> Result<bool, EvalError> {
        if !self.pays_whom(on)? {
            return Ok(false);
        }
        match &self.rules.which {
            Some(which) => self.of_deal(on, |view| which.yes(view)),
            None => Ok(true),
        }
    }

    /// The setting by which the component pays nothing on a credit of its track, if one does.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub(super) fn left_out_by(&self, credit: &Credit) -> Result<Option<(&'static str, &'a Span)>, Failed> {
        let span = &self.rules.span;
        if self.rules.from.is_some_and(|from| credit.day < from) {
            return Ok(Some(("from", span)));
        }
        if self.rules.to.is_some_and(|to| credit.day > to) {
            return Ok(Some(("to", span)));
        }
        let same = |on: &&TrackCredit<'_>| {
            (on.credit.deal, on.credit.event, on.credit.payee) == (credit.deal, credit.event, credit.payee)
        };
        let Some(on) = self.track.credits().iter().find(same) else { return Ok(None) };
        if let Some(who) = &self.rules.who
            && !self.pays_whom(on).map_err(|error| (error, None))?
        {
            return Ok(Some(("who", &who.span)));
        }
        if let Some(which) = &self.rules.which
            && !self.pays_on(on).map_err(|error| (error, None))?
        {
            return Ok(Some(("which", &which.span)));
        }
        let first = self.first_deals()?;
        let beyond = first.is_some_and(|first| !first.contains(&(credit.deal, credit.event)));
        Ok(beyond.then_some(("first", span)))
    }

    /// The setting by which a component that follows a measure pays nothing on a credit of it, and where it stands.
    #[must_use]
    pub fn why_not(
        work: &'w Work<'a, 'c>,
        (place, plan): (usize, &'a Plan),
        (component, rules): (usize, &'a Component),
        (period, credit): (&Period, &Credit),
    ) -> Option<(&'static str, &'a Span)> {
        match Self::new(work, (place, plan), (component, rules), credit.payee, period).ok()? {
            Some(pricer) => pricer.left_out_by(credit).ok()?,
            None => rules.who.as_ref().map(|who| ("who", &who.span)),
        }
    }
}
