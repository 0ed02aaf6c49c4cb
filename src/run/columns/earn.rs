//! What the components of a plan earn for a payee: at each payout what is earned to date, and of it what the payout before did not
//! have. The same as `earn` of rows, where no reason is asked for.

use super::back::{Index, Rules, Taken, Touched, happened};
use super::credit::Credit;
use super::days::{Measured, Payout};
use super::price::{Lines, Made, NoRoom, Pricing, Whole};
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
    /// What those rules take, of the first.
    pub back: Option<Rules<'a>>,
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
    /// What all credits come to.
    whole: Whole,
}

/// The lines of a path with so many of its credits known and some of them out.
struct Walk {
    known: usize,
    /// The credits that are out, by place.
    out: Vec<usize>,
    /// What the lines add up to.
    total: i64,
    /// The lines of credits that something happened to, by place.
    own: Vec<(usize, i64)>,
}

impl Walk {
    fn line(&self, place: usize) -> i64 {
        let found = self.own.binary_search_by_key(&place, |(own, _)| *own).ok().and_then(|at| self.own.get(at));
        found.map_or(0, |(_, line)| *line)
    }
}

/// What some credits come to.
fn whole(credits: &[Credit]) -> Result<Whole, NoRoom> {
    let mut whole = Whole::default();
    for credit in credits {
        let amount = credit.amount.checked_abs().ok_or(NoRoom)?;
        whole.sum = whole.sum.wrapping_add(credit.amount);
        // No sum is further from zero than this one, which has room.
        whole.most = whole.most.checked_add(amount).ok_or(NoRoom)?;
        whole.largest = whole.largest.max(amount);
    }
    Ok(whole)
}

impl Path<'_> {
    /// How many credits a payout knows.
    fn known(&self, payout: usize) -> usize {
        let until = self.payouts.get(payout).map_or(i32::MIN, |payout| payout.until);
        match self.credits.last() {
            Some(last) if i32::from(last.day) <= until => self.credits.len(),
            _ => self.credits.partition_point(|credit| i32::from(credit.day) <= until),
        }
    }

    /// The credits of so many that are out at a payout, by place.
    fn out(&self, payout: usize, known: usize) -> Vec<usize> {
        let out = self.touched.iter().filter(|touched| touched.at(payout).is_some_and(|back| back.removed));
        out.map(|touched| touched.place).filter(|place| *place < known).collect()
    }

    /// What so many credits add up to without those that are out.
    fn total(&self, known: usize, out: &[usize]) -> Result<i64, NoRoom> {
        let mut total = match known == self.credits.len() {
            true => self.whole.sum,
            false => whole(self.credits.get(..known).unwrap_or_default())?.sum,
        };
        for credit in out.iter().filter_map(|place| self.credits.get(*place)) {
            total = total.checked_sub(credit.amount).ok_or(NoRoom)?;
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
                let happened = happened(index, self.plan, own);
                let whole = whole(own)?;
                let mut stands: Vec<(usize, Vec<Touched>)> = Vec::new();
                for (component_place, component) in
                    self.components.iter().enumerate().filter(|(_, work)| work.measure == number)
                {
                    if !stands.iter().any(|(alike, _)| *alike == component.alike) {
                        let rules = self.components.get(component.alike).and_then(|first| first.back.as_ref());
                        stands.push((component.alike, rules.ok_or(NoRoom)?.touched(&happened, &self.payouts)?));
                    }
                    let touched = stands.iter().find(|(alike, _)| *alike == component.alike);
                    let touched = touched.map_or(&[][..], |(_, touched)| touched);
                    let path = Path { credits: own, payouts: &self.payouts, touched, quota, whole };
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
            let known = path.known(payout);
            let total = path.total(known, &path.out(payout, known))?;
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
        let mut known: Option<(i64, i64)> = None;
        let made = match pricing.by_deal() && pricing.runs_on() && !path.credits.is_empty() {
            true => Some(pricing.made(path.quota, path.whole.most, path.whole)?),
            false => None,
        };
        let mut walks: Vec<Walk> = Vec::new();
        for payout in path.changing(period.open) {
            let until = self.payouts.get(payout).ok_or(NoRoom)?;
            if pricing.rules.at_end && period.days.1 > until.until {
                continue;
            }
            let now = if pricing.by_deal() {
                self.lines((pricing, made.as_ref()), path, payout, &mut walks)?
            } else {
                let credits = path.known(payout);
                let total = path.total(credits, &path.out(payout, credits))?;
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
        with: (&Pricing<'_>, Option<&Made>),
        path: &Path<'_>,
        payout: usize,
        walks: &mut Vec<Walk>,
    ) -> Result<i64, NoRoom> {
        let known = path.known(payout);
        if known == 0 {
            return Ok(0);
        }
        let taken: Vec<(usize, &Taken)> = path
            .touched
            .iter()
            .filter_map(|touched| Some((touched.place, touched.at(payout)?)))
            .filter(|(place, back)| *place < known && !(back.held.is_zero() && back.first.is_zero()))
            .collect();
        let now = self.walk(with, path, (known, path.out(payout, known)), walks)?;
        // Of what lines first were, before any event, only some reversals take.
        let first = match taken.iter().any(|(_, back)| !back.first.is_zero()) {
            true => self.walk(with, path, (known, Vec::new()), walks)?,
            false => now,
        };
        let (now, first) = walks.get(now).zip(walks.get(first)).ok_or(NoRoom)?;
        let (mut total, places) = (now.total, self.plan.currency.places());
        for (place, back) in taken {
            let part = |of: Fraction, walk: &Walk| of.times(Decimal::new(walk.line(place), places));
            let taken = match back.first.is_zero() {
                true => part(back.held, now),
                false => part(back.held, now).and_then(|held| held.plus(part(back.first, first)?)),
            };
            let taken = taken.and_then(Fraction::value).map_err(|_| NoRoom)?;
            let taken = self.plan.rounding.round(taken, places);
            total = whole_of(taken, places).and_then(|taken| total.checked_sub(taken)).ok_or(NoRoom)?;
        }
        Ok(total)
    }

    /// The lines of a path with so many credits known and some of them out, by place among those that were walked: a payout at
    /// which neither changes has the lines of the one before.
    fn walk(
        &self,
        (pricing, made): (&Pricing<'_>, Option<&Made>),
        path: &Path<'_>,
        (known, out): (usize, Vec<usize>),
        walks: &mut Vec<Walk>,
    ) -> Result<usize, NoRoom> {
        if let Some(walked) = walks.iter().position(|walk| walk.known == known && walk.out == out) {
            return Ok(walked);
        }
        // Where later credits change what earlier ones are paid, each total has a price of its own.
        let own_price = match made {
            Some(_) => None,
            None => Some(self.made(pricing, path, path.total(known, &out)?)?),
        };
        let made = made.or(own_price.as_ref()).ok_or(NoRoom)?;
        let credits = path.credits.get(..known).ok_or(NoRoom)?;
        let (mut total, mut own) = (0_i64, Vec::new());
        let line = |place: usize, line: i64| {
            total = total.wrapping_add(line);
            if credits.get(place).is_some_and(|credit| credit.touched) {
                own.push((place, line));
            }
        };
        made.lines(self.plan, credits, line, |place| out.binary_search(&place).is_err())?;
        walks.push(Walk { known, out, total, own });
        Ok(walks.len().saturating_sub(1))
    }

    fn made(&self, pricing: &Pricing<'_>, path: &Path<'_>, total: i64) -> Result<Made, NoRoom> {
        let made = pricing.made(path.quota, total, path.whole)?;
        // A price that no whole number says has no running total that is rounded once.
        if matches!(made.lines, Lines::Fraction(_)) && self.plan.rounding.per_period {
            return Err(NoRoom);
        }
        Ok(made)
    }
}
