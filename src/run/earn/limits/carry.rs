//! Caps whose excess is carried: what they hold back, where there is room for it later, and what they let go of there.

use super::{Bounds, Left, Scopes};
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::exact::negate;
use crate::plan::formula::{EvalError, Failure};
use crate::run::earn::line::Reach;
use crate::run::earn::state::Key;
use crate::run::earn::work::Work;
use crate::run::earn::{Earner, kind_of};
use crate::run::facts::Days;
use rust_decimal::Decimal;
use std::collections::VecDeque;

impl<'a, 'c> Earner<'a, 'c> {
    /// The measurement period in which what a cap held back of a line comes free: the scope, or the first of a longer one.
    pub(super) fn free_in(
        &self,
        work: &Work<'a, 'c>,
        payee: usize,
        reach: Reach,
        scope: &Period,
        key: &Key,
    ) -> Result<Period, EvalError> {
        let rules = self.plan.components.get(key.component).filter(|_| reach != Reach::Period);
        match rules.and_then(|rules| kind_of(work, self.place, rules)) {
            Some(kind) => self.book.measured(self.place, kind, payee, scope.from).map_err(|_| self.bad(Failure::Date)),
            None => Ok(scope.clone()),
        }
    }

    /// Holds back what may be paid of the latest lines: in their scope it is as if it were not earned yet.
    pub(super) fn hold(
        &self,
        lines: &mut [Left],
        places: &[usize],
        over: Decimal,
        waiting: &mut VecDeque<(Key, Decimal)>,
    ) -> Result<(), EvalError> {
        let (mut over, mut held) = (over, Vec::new());
        for place in places.iter().rev() {
            let Some(line) = lines.get_mut(*place) else { continue };
            let part = over.min(line.payable).max(Decimal::ZERO);
            if part.is_zero() {
                continue;
            }
            line.earned = self.plus(line.earned, negate(part))?;
            line.payable = self.plus(line.payable, negate(part))?;
            over = self.plus(over, negate(part))?;
            held.push((line.key.clone(), part));
        }
        waiting.extend(held.into_iter().rev());
        Ok(())
    }

    /// Lets go of so much of what waits, the first that came to wait first.
    pub(super) fn release(
        &self,
        waiting: &mut VecDeque<(Key, Decimal)>,
        room: Decimal,
    ) -> Result<Vec<(Key, Decimal)>, EvalError> {
        let (mut room, mut freed) = (room, Vec::new());
        while let Some((key, held)) = waiting.pop_front() {
            let part = held.min(room).max(Decimal::ZERO);
            let rest = self.plus(held, negate(part))?;
            room = self.plus(room, negate(part))?;
            if !rest.is_zero() {
                waiting.push_front((key.clone(), rest));
            }
            if !part.is_zero() {
                freed.push((key, part));
            }
            if !rest.is_zero() {
                break;
            }
        }
        Ok(freed)
    }

    /// The scopes of a cap whose excess is carried, with those in which nothing is earned and there is room all the same.
    pub(super) fn with_room(
        &self,
        work: &Work<'a, 'c>,
        payee: usize,
        limits: &Bounds,
        mut scopes: Scopes,
    ) -> Result<Scopes, EvalError> {
        let kind = match limits.reach {
            Reach::Year => Some(&PeriodKind::Year),
            Reach::Period => {
                let first = limits.of.first().and_then(|place| self.plan.components.get(*place));
                first.and_then(|rules| kind_of(work, self.place, rules))
            }
            Reach::Deal | Reach::Plan => None,
        };
        let first = scopes.keys().map(|(scope, _)| scope.from).min();
        let (Some(kind), Some(from), true) = (kind, first, limits.carries) else { return Ok(scopes) };
        let days = Days { from, to: work.moment.until };
        let periods = self.book.periods(self.place, kind, payee, days).map_err(|_| self.bad(Failure::Date))?;
        for period in periods {
            scopes.entry((period, None)).or_default();
        }
        Ok(scopes)
    }
}
