//! What components pay on the credits of several payees: overrides on a team, pools. Worked once all payees' own paths are.

use super::earn::{ComponentWork, MeasureWork, PlanWork, TeamChange, Whose};
use super::price::NoRoom;
use crate::domain::columns::whole_of;
use crate::domain::exact::{Fraction, RoundingMode, add, negate, sub};
use crate::run::facts::Book;
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is earned more: payee, period of the chain, minor units.
type Add<'f> = &'f mut dyn FnMut(usize, usize, i64) -> Option<()>;

/// By payee what the payee's credits grow by: period after period, for each payout after payout.
type Growth = BTreeMap<usize, Vec<i64>>;

impl PlanWork<'_> {
    /// Works all components on the credits of several.
    pub fn together(&self, book: &Book<'_>, changes: &[TeamChange], add: Add<'_>) -> Result<(), NoRoom> {
        for (place, component) in self.components.iter().enumerate().filter(|(_, component)| component.of != Whose::Own)
        {
            let measure = self.measures.get(component.measure).ok_or(NoRoom)?;
            let mut growth = Growth::new();
            let size = self.payouts.len().saturating_mul(measure.periods.len());
            for change in changes.iter().filter(|change| change.component == place) {
                let own = growth.entry(change.owner).or_insert_with(|| vec![0; size]);
                let slot = own.get_mut(self.slot(change.period, change.payout)).ok_or(NoRoom)?;
                *slot = slot.checked_add(change.by).ok_or(NoRoom)?;
            }
            match component.of {
                Whose::Everyone(by_credit) => self.pool(book, (component, measure), &growth, by_credit, add)?,
                _ => self.teams(book, (component, measure), &growth, add)?,
            }
        }
        Ok(())
    }

    fn slot(&self, period: usize, payout: usize) -> usize {
        period.saturating_mul(self.payouts.len()).saturating_add(payout)
    }

    /// What teams earn their owners.
    fn teams(
        &self,
        book: &Book<'_>,
        (component, measure): (&ComponentWork<'_>, &MeasureWork),
        growth: &Growth,
        add: Add<'_>,
    ) -> Result<(), NoRoom> {
        let nothing = component.pricing.of_period(None, 0)?;
        for owner in 0..book.payees.len() {
            let own = growth.get(&owner);
            if own.is_none() && nothing == 0 {
                continue;
            }
            for (number, period) in measure.periods.iter().enumerate() {
                let whole = &period.period;
                if !book.tenure(self.place, owner).iter().any(|days| days.from <= whole.to && whole.from <= days.to) {
                    continue;
                }
                if book.active_days(self.place, owner, whole) == 0 {
                    return Err(NoRoom);
                }
                let (mut total, mut before) = (0_i64, 0_i64);
                for (payout, until) in self.payouts.iter().enumerate().skip(period.open.0) {
                    let by = own.and_then(|own| own.get(self.slot(number, payout))).copied().unwrap_or(0);
                    total = total.checked_add(by).ok_or(NoRoom)?;
                    let waits = component.pricing.rules.at_end && period.days.1 > until.until;
                    if waits || (by == 0 && payout > period.open.1) {
                        continue;
                    }
                    let now = if total == 0 { nothing } else { component.pricing.of_period(None, total)? };
                    add(owner, until.place, now.checked_sub(before).ok_or(NoRoom)?).ok_or(NoRoom)?;
                    before = now;
                }
            }
        }
        Ok(())
    }

    /// What a pool pays its members: everybody on the plan, on all its days.
    fn pool(
        &self,
        book: &Book<'_>,
        (component, measure): (&ComponentWork<'_>, &MeasureWork),
        growth: &Growth,
        by_credit: bool,
        add: Add<'_>,
    ) -> Result<(), NoRoom> {
        let members: Vec<usize> =
            (0..book.payees.len()).filter(|payee| !book.tenure(self.place, *payee).is_empty()).collect();
        let last = book.chain.last().map_or(self.plan.to, |period| period.to.min(self.plan.to));
        let whole = |member: &usize| {
            let on =
                matches!(book.tenure(self.place, *member), [days] if days.from <= self.plan.from && last <= days.to);
            on && measure.periods.iter().all(|period| book.active_days(self.place, *member, &period.period) > 0)
        };
        if !members.iter().all(whole) {
            return Err(NoRoom);
        }
        for (number, period) in measure.periods.iter().enumerate() {
            let mut own = vec![0_i64; members.len()];
            let mut before = vec![0_i64; members.len()];
            for (payout, until) in self.payouts.iter().enumerate().skip(period.open.0) {
                let mut changed = false;
                for (member, own) in members.iter().zip(&mut own) {
                    let by =
                        growth.get(member).and_then(|own| own.get(self.slot(number, payout))).copied().unwrap_or(0);
                    *own = own.checked_add(by).ok_or(NoRoom)?;
                    changed |= by != 0;
                }
                let waits = component.pricing.rules.at_end && period.days.1 > until.until;
                if waits || (!changed && payout > period.open.1) {
                    continue;
                }
                let total = own.iter().try_fold(0_i64, |sum, own| sum.checked_add(*own)).ok_or(NoRoom)?;
                let pooled = component.pricing.of_period(None, total)?;
                let now = self.divided(pooled, (&own, component.pricing.scale), by_credit)?;
                for ((member, now), before) in members.iter().zip(&now).zip(&mut before) {
                    add(*member, until.place, now.checked_sub(*before).ok_or(NoRoom)?).ok_or(NoRoom)?;
                    *before = *now;
                }
            }
        }
        Ok(())
    }

    /// An amount in parts: cut to the minor unit, what is left over by largest remainder, then by payee.
    fn divided(&self, pooled: i64, (own, scale): (&[i64], u32), by_credit: bool) -> Result<Vec<i64>, NoRoom> {
        let places = self.plan.currency.places();
        let total = Decimal::new(pooled, places);
        let weight = |own: &i64| if by_credit { Decimal::new(*own, scale) } else { Decimal::ONE };
        let mut weights: Vec<Decimal> = own.iter().map(weight).collect();
        // Who gave back more than was sold has no part in what the others share.
        if by_credit && weights.iter().any(|weight| *weight > Decimal::ZERO) {
            weights.iter_mut().for_each(|weight| *weight = (*weight).max(Decimal::ZERO));
        }
        let all = crate::domain::exact::sum(weights.iter().copied()).map_err(|_| NoRoom)?;
        if all.is_zero() {
            return Ok(vec![0; own.len()]);
        }
        let mut parts = Vec::with_capacity(own.len());
        let (mut cut_total, mut exact_total) = (Decimal::ZERO, Fraction::ZERO);
        for (member, weight) in weights.into_iter().enumerate() {
            let amount = Fraction::new(weight, all).and_then(|part| part.times(total)).map_err(|_| NoRoom)?;
            let value = amount.value().map_err(|_| NoRoom)?;
            let cut = RoundingMode::Down.round(value, places);
            cut_total = add(cut_total, cut).map_err(|_| NoRoom)?;
            exact_total = exact_total.plus(amount).map_err(|_| NoRoom)?;
            parts.push((Reverse(sub(value, cut).map_err(|_| NoRoom)?.abs()), member, cut));
        }
        let paid = self.plan.rounding.round(exact_total.value().map_err(|_| NoRoom)?, places);
        let mut over = sub(paid, cut_total).map_err(|_| NoRoom)?;
        parts.sort();
        let unit = Decimal::new(1, places);
        let unit = if over.is_sign_negative() { negate(unit) } else { unit };
        let mut found = vec![0; own.len()];
        for (_, member, cut) in parts {
            let extra = if over.is_zero() { Decimal::ZERO } else { unit };
            over = sub(over, extra).map_err(|_| NoRoom)?;
            let amount = add(cut, extra).ok().and_then(|amount| whole_of(amount, places)).ok_or(NoRoom)?;
            *found.get_mut(member).ok_or(NoRoom)? = amount;
        }
        Ok(found)
    }
}
