//! What the components of a plan earn for a payee: at each payout what is earned to date, and of it what the payout before did not
//! have. The same as `earn` of rows, where no reason is asked for.

use super::back::{Index, Touched, happened, touched};
use super::credit::Credit;
use super::days::{Measured, Payout};
use super::price::{Lines, Made, NoRoom, Pricing};
use crate::domain::columns::whole_of;
use crate::domain::exact::Fraction;
use crate::plan::model::{Levels, Plan};
use crate::run::facts::Book;
use rust_decimal::Decimal;

/// A measure of a plan.
pub struct MeasureWork {
    /// Its place among the measures that are credited.
    pub credited: usize,
    /// Its place in the plan.
    pub place: usize,
    /// Its periods.
    pub periods: Vec<Measured>,
    /// The decimal places of its credits.
    pub scale: u32,
}

/// A component of a plan.
pub struct ComponentWork<'a> {
    /// What it pays.
    pub pricing: Pricing<'a>,
    /// The measure, by place in [`PlanWork::measures`].
    pub measure: usize,
    /// Whose credits it takes, where they are those of several.
    pub of: Whose,
    /// The first component that is touched by the same clawback rules, by place in the plan.
    pub alike: usize,
}

/// Whose credits a component takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The payee's own.
    Own,
    /// Those of the payee's team.
    Team(Levels),
    /// Those of everybody on the plan, in a pool that is shared; equally, or with `true` by credit.
    Everyone(bool),
}

/// A plan.
pub struct PlanWork<'a> {
    /// Its place.
    pub place: usize,
    /// The plan.
    pub plan: &'a Plan,
    /// Its payouts.
    pub payouts: Vec<Payout>,
    /// Its measures.
    pub measures: Vec<MeasureWork>,
    /// Its components.
    pub components: Vec<ComponentWork<'a>>,
}

/// What a team's total grows by at a payout.
#[derive(Clone, Copy, Debug)]
pub struct TeamChange {
    /// The component, by place in [`PlanWork::components`].
    pub component: usize,
    /// The payee whose team it is.
    pub owner: usize,
    /// The period.
    pub period: usize,
    /// The payout.
    pub payout: usize,
    /// By how much, at the scale of the measure.
    pub by: i64,
}

/// What payees of a run earned.
#[derive(Debug, Default)]
pub struct Earned {
    /// In minor units: payee after payee, for each the periods of the chain.
    pub amounts: Vec<i64>,
    /// What the teams' totals grow by.
    pub team: Vec<TeamChange>,
}

/// Credits of one path, and what is asked of them.
struct Path<'p> {
    credits: &'p [Credit],
    /// The days up to which payouts know.
    payouts: &'p [Payout],
    touched: &'p [Touched],
    quota: Option<Fraction>,
}

impl Path<'_> {
    /// The credits that a payout knows.
    fn known(&self, payout: usize) -> &[Credit] {
        let until = self.payouts.get(payout).map_or(i32::MIN, |payout| payout.until);
        let count = match self.credits.last() {
            Some(last) if i32::from(last.day) <= until => self.credits.len(),
            _ => self.credits.partition_point(|credit| i32::from(credit.day) <= until),
        };
        self.credits.get(..count).unwrap_or_default()
    }

    /// What the credits that a payout knows add up to, without those that are out; with `first` with all.
    fn total(&self, payout: usize, first: bool) -> Result<i64, NoRoom> {
        let known = self.known(payout);
        let mut total = known.iter().map(|credit| credit.amount).try_fold(0_i64, i64::checked_add).ok_or(NoRoom)?;
        for touched in self.touched.iter().filter(|_| !first) {
            let out = touched.at(payout).is_some_and(|back| back.removed);
            if let Some(credit) = known.get(touched.place).filter(|_| out) {
                total = total.checked_sub(credit.amount).ok_or(NoRoom)?;
            }
        }
        Ok(total)
    }

    /// The payouts at which something may have changed: those that share days with the period, and those with events.
    fn changing(&self, (opens, closes): (usize, usize)) -> Vec<usize> {
        let mut payouts: Vec<usize> = (opens..=closes).collect();
        let later = self.touched.iter().flat_map(|touched| &touched.backs).map(|back| back.from);
        payouts.extend(later.filter(|from| *from > closes));
        payouts.sort_unstable();
        payouts.dedup();
        payouts
    }
}

impl<'a> PlanWork<'a> {
    /// Works one payee; `credits` gives the payee's credits in a measure.
    pub fn payee<'c>(
        &self,
        (book, index): (&Book<'_>, &Index),
        payee: usize,
        credits: impl Fn(usize) -> &'c [Credit],
        owners: impl Fn(usize, &Levels) -> Result<Vec<usize>, NoRoom>,
        (amounts, team): (&mut [i64], &mut Vec<TeamChange>),
    ) -> Result<(), NoRoom> {
        let [held] = book.tenure(self.place, payee) else {
            return if book.tenure(self.place, payee).is_empty() { Ok(()) } else { Err(NoRoom) };
        };
        let start = crate::domain::columns::count_of(self.plan.from);
        let held = [held.from, held.to].map(|day| crate::domain::columns::count_of(day).wrapping_sub(start));
        for (number, measure) in self.measures.iter().enumerate() {
            let mut rest = credits(measure.credited);
            let rules = self.plan.measures.get(measure.place).ok_or(NoRoom)?;
            for (period_place, period) in measure.periods.iter().enumerate() {
                let count = rest.iter().take_while(|credit| period.holds(credit.day)).count();
                let (own, others) = rest.split_at_checked(count).ok_or(NoRoom)?;
                rest = others;
                // Nobody has a path in a period without a day on the plan.
                if held[0] > period.days.1 || held[1] < period.days.0 {
                    continue;
                }
                let quota = book.quota(self.place, rules, payee, &period.period).map_err(|_| NoRoom)?;
                if rules.quota_read && !own.is_empty() && quota.is_none_or(Fraction::is_zero) {
                    return Err(NoRoom);
                }
                // Somebody away all the period has no line for it, unless there are credits that stand.
                let active = book.active_days(self.place, payee, &period.period) > 0;
                if !active && !own.is_empty() {
                    return Err(NoRoom);
                }
                let happened = happened(index, self.plan, own)?;
                let mut stands: Vec<(usize, Vec<Touched>)> = Vec::new();
                for (component_place, component) in
                    self.components.iter().enumerate().filter(|(_, work)| work.measure == number)
                {
                    if !stands.iter().any(|(alike, _)| *alike == component.alike) {
                        let of = (self.place, self.plan, component.alike);
                        stands.push((component.alike, touched(book, of, &happened, &self.payouts)?));
                    }
                    let touched = stands.iter().find(|(alike, _)| *alike == component.alike);
                    let touched = touched.map_or(&[][..], |(_, touched)| touched);
                    let path = Path { credits: own, payouts: &self.payouts, touched, quota };
                    let change = |owner: usize, (payout, by): (usize, i64)| TeamChange {
                        component: component_place,
                        owner,
                        period: period_place,
                        payout,
                        by,
                    };
                    match &component.of {
                        Whose::Team(levels) => {
                            for growth in self.growth(&path, period)? {
                                team.extend(owners(payee, levels)?.into_iter().map(|owner| change(owner, growth)));
                            }
                        }
                        Whose::Everyone(_) => {
                            team.extend(self.growth(&path, period)?.into_iter().map(|growth| change(payee, growth)));
                        }
                        Whose::Own if active || component.pricing.by_deal() => {
                            self.component(&component.pricing, &path, period, amounts)?;
                        }
                        Whose::Own => {}
                    }
                }
            }
            if !rest.is_empty() {
                return Err(NoRoom);
            }
        }
        Ok(())
    }

    /// By how much a path's total grows, payout by payout.
    fn growth(&self, path: &Path<'_>, period: &Measured) -> Result<Vec<(usize, i64)>, NoRoom> {
        let (mut before, mut found) = (0, Vec::new());
        if path.credits.is_empty() {
            return Ok(found);
        }
        for payout in path.changing(period.open) {
            let total = path.total(payout, false)?;
            if total != before {
                found.push((payout, total.checked_sub(before).ok_or(NoRoom)?));
            }
            before = total;
        }
        Ok(found)
    }

    /// What a component earns on a path: at each payout more than at the one before.
    fn component(
        &self,
        pricing: &Pricing<'_>,
        path: &Path<'_>,
        period: &Measured,
        amounts: &mut [i64],
    ) -> Result<(), NoRoom> {
        let mut before = 0_i64;
        let most = path
            .credits
            .iter()
            .try_fold(0_i64, |sum, credit| sum.checked_add(credit.amount.checked_abs()?))
            .ok_or(NoRoom)?;
        let mut known: Option<(i64, i64)> = None;
        let made = match pricing.by_deal() && pricing.runs_on() && !path.credits.is_empty() {
            true => Some(pricing.made(path.quota, most, most)?),
            false => None,
        };
        for payout in path.changing(period.open) {
            let until = self.payouts.get(payout).ok_or(NoRoom)?;
            if pricing.rules.at_end && period.days.1 > until.until {
                continue;
            }
            let now = if pricing.by_deal() {
                self.lines((pricing, made.as_ref()), path, payout, most)?
            } else {
                let total = path.total(payout, false)?;
                match known.filter(|(worked, _)| *worked == total) {
                    Some((_, earned)) => earned,
                    None => {
                        let earned = pricing.of_period(path.quota, total)?;
                        known = Some((total, earned));
                        earned
                    }
                }
            };
            let slot = amounts.get_mut(until.place).ok_or(NoRoom)?;
            *slot = now.checked_sub(before).and_then(|more| slot.checked_add(more)).ok_or(NoRoom)?;
            before = now;
        }
        Ok(())
    }

    /// The lines of a path at a payout, less what reversals take of them.
    fn lines(
        &self,
        (pricing, made): (&Pricing<'_>, Option<&Made>),
        path: &Path<'_>,
        payout: usize,
        most: i64,
    ) -> Result<i64, NoRoom> {
        let credits = path.known(payout);
        if credits.is_empty() {
            return Ok(0);
        }
        // Where later credits leave earlier lines as they are, all payouts price alike.
        let own_price = match made {
            Some(_) => None,
            None => Some(self.made(pricing, path, payout, most, false)?),
        };
        let made = made.or(own_price.as_ref()).ok_or(NoRoom)?;
        let taken: Vec<(usize, &super::back::Back)> = path
            .touched
            .iter()
            .filter_map(|touched| Some((touched.place, touched.at(payout)?)))
            .filter(|(place, back)| *place < credits.len() && !(back.held.is_zero() && back.first.is_zero()))
            .collect();
        let stands = |place: usize, _: &Credit| {
            let found = path.touched.binary_search_by_key(&place, |touched| touched.place).ok();
            !found.and_then(|at| path.touched.get(at)?.at(payout)).is_some_and(|back| back.removed)
        };
        let mut total = 0_i64;
        let mut own: Vec<(usize, i64)> = Vec::new();
        made.lines(
            self.plan,
            credits,
            |place, line| {
                total = total.wrapping_add(line);
                if credits.get(place).is_some_and(|credit| credit.touched) {
                    own.push((place, line));
                }
            },
            stands,
        )?;
        if taken.is_empty() {
            return Ok(total);
        }
        let mut first: Vec<(usize, i64)> = Vec::new();
        if taken.iter().any(|(_, back)| !back.first.is_zero()) {
            self.first(pricing, path, payout, most)?.as_ref().unwrap_or(made).lines(
                self.plan,
                credits,
                |place, line| {
                    if credits.get(place).is_some_and(|credit| credit.touched) {
                        first.push((place, line));
                    }
                },
                |_, _| true,
            )?;
        }
        let places = self.plan.currency.places();
        let line_of = |lines: &[(usize, i64)], place: usize| {
            let found = lines.binary_search_by_key(&place, |(own, _)| *own).ok().and_then(|at| lines.get(at));
            Decimal::new(found.map_or(0, |(_, line)| *line), places)
        };
        for (place, back) in taken {
            let held = back.held.times(line_of(&own, place)).map_err(|_| NoRoom)?;
            let taken = match back.first.is_zero() {
                true => held,
                false => {
                    back.first.times(line_of(&first, place)).and_then(|first| held.plus(first)).map_err(|_| NoRoom)?
                }
            };
            let taken = self.plan.rounding.round(taken.value().map_err(|_| NoRoom)?, places);
            total = whole_of(taken, places).and_then(|taken| total.checked_sub(taken)).ok_or(NoRoom)?;
        }
        Ok(total)
    }

    /// How lines were made before any event, where that differs.
    fn first(&self, pricing: &Pricing<'_>, path: &Path<'_>, payout: usize, most: i64) -> Result<Option<Made>, NoRoom> {
        let differs = !pricing.runs_on();
        differs.then(|| self.made(pricing, path, payout, most, true)).transpose()
    }

    fn made(
        &self,
        pricing: &Pricing<'_>,
        path: &Path<'_>,
        payout: usize,
        most: i64,
        first: bool,
    ) -> Result<Made, NoRoom> {
        let made = pricing.made(path.quota, path.total(payout, first)?, most)?;
        // A price that no whole number says has no running total that is rounded once.
        if matches!(made.lines, Lines::Fraction(_)) && self.plan.rounding.per_period {
            return Err(NoRoom);
        }
        Ok(made)
    }
}
