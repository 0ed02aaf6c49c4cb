//! What components earn, as others read it: the track of a component that follows earnings, and `earned` in a formula.

use super::limits::amount_of;
use super::line::{Line, Part, Reach};
use super::track::Track;
use super::work::Work;
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::exact::{Exact, add, negate, sub};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::AmountRule;
use crate::run::credit::{Credit, Exchange};
use crate::run::facts::Days;
use crate::run::scene::deal_rate_on;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::BTreeMap;

impl<'a, 'c> Work<'a, 'c> {
    /// A track of what a component of the payee's own earns.
    pub(super) fn earned_alone(
        &self,
        plan: usize,
        component: usize,
        payee: usize,
        period: &Period,
    ) -> Result<Option<Track<'a, 'c>>, EvalError> {
        let Some(mut track) = self.nothing(plan, payee, period) else { return Ok(None) };
        for (version, component) in self.book.namesakes(plan, component) {
            let lines = self.lines(version, component, payee, period);
            self.append(plan, &mut track, payee, &lines)?;
            self.bound((version, component), &mut track, payee, (period, &lines, false), &|_| true)?;
        }
        Ok(Some(track))
    }

    /// A track of what the people of a sum earn.
    pub(super) fn earned_by_team(
        &self,
        plan: usize,
        sum: usize,
        sources: &[(usize, usize)],
        payee: usize,
        period: &Period,
    ) -> Result<Option<Track<'a, 'c>>, EvalError> {
        let Some(mut track) = self.nothing(plan, payee, period) else { return Ok(None) };
        let Some(over) = self.plan(plan).and_then(|plan| plan.sums.get(sum)).map(|sum| sum.over) else {
            return Ok(None);
        };
        // What is earned for a period that the plan does not see the end of is of the plan's last day.
        let ends = self.book.versions(plan).filter_map(|version| Some(self.plan(version)?.to)).max();
        let until = ends.map_or(self.moment.until, |end| end.min(self.moment.until));
        for member in 0..self.book.payees.len() {
            for (lender, component) in sources {
                for theirs in &self.periods_of((*lender, *component), member, period)? {
                    let lines = self.lines(*lender, *component, member, theirs);
                    let takes = |line: &Line| {
                        let day = line.day.unwrap_or(theirs.to.min(until));
                        (theirs == period || period.contains(day))
                            && self.book.versions(plan).any(|version| self.book.is_on(version, payee, day))
                            && self.book.sums_over(over, plan, payee, member, day)
                    };
                    let taken: Vec<Line> = lines.iter().filter(|line| takes(line)).cloned().collect();
                    // In the lender's currency first: so are its limits.
                    let Some(mut own) = self.nothing(plan, payee, period) else { continue };
                    self.append(plan, &mut own, member, &taken)?;
                    if paid(&taken) > 0 {
                        let apart =
                            self.plan(*lender).map(|own| own.currency) != self.plan(plan).map(|own| own.currency);
                        let bounded = (theirs, lines.as_slice(), apart);
                        self.bound((*lender, *component), &mut own, member, bounded, &takes)?;
                    }
                    self.take_over(plan, &mut track, *lender, own)?;
                }
            }
        }
        Ok(Some(track))
    }

    /// Puts what was earned in a plan's currency on a track of another's: converted, as what its deals say is.
    fn take_over(
        &self,
        plan: usize,
        track: &mut Track<'a, 'c>,
        lender: usize,
        own: Track<'a, 'c>,
    ) -> Result<(), EvalError> {
        let Some((rules, theirs)) = self.plan(plan).zip(self.plan(lender)) else { return Ok(()) };
        for credit in own.credits() {
            let credit = &*credit.credit;
            let exchanged = if theirs.currency == rules.currency || credit.amount.is_zero() {
                credit.clone()
            } else {
                // What is worked to date is of the day by which it is worked.
                let on = deal_rate_on(rules, credit.day.min(self.moment.until), Some(&track.period));
                let factor = self.book.rates.factor(&rules.convert.rates, theirs.currency, rules.currency, on);
                let factor = factor.map_err(|failure| EvalError { failure, span: self.span(plan) })?;
                self.exact(plan, credit.exchanged(Exchange { factor, into: rules.currency }))?
            };
            self.exact(plan, track.push(Cow::Owned(exchanged)))?;
        }
        Ok(())
    }

    /// The periods in which a member earns what falls into a period: the same, the member's own years, or those of another
    /// length in which a component of that name is measured in another plan.
    fn periods_of(
        &self,
        (lender, component): (usize, usize),
        member: usize,
        period: &Period,
    ) -> Result<Vec<Period>, EvalError> {
        let rules = self.plan(lender).and_then(|plan| plan.components.get(component));
        let kind = rules.and_then(|rules| self.period_kind(lender, &rules.on)).unwrap_or(&period.kind);
        // A plan's days are its own, as are a payee's years.
        if *kind == period.kind && !matches!(kind, PeriodKind::Anniversary | PeriodKind::Plan) {
            return Ok(vec![period.clone()]);
        }
        let days = Days { from: period.from, to: period.to };
        let periods = self.book.periods(lender, kind, member, days);
        periods.map_err(|_| EvalError { failure: Failure::Date, span: self.span(lender) })
    }

    /// Earnings as credits.
    fn append(&self, plan: usize, track: &mut Track<'a, 'c>, member: usize, lines: &[Line]) -> Result<(), EvalError> {
        // A deal that the component leaves out is none of those behind what it earned.
        for line in lines.iter().filter(|line| !line.left_out) {
            let credit = Credit {
                plan: None,
                measure: usize::MAX,
                name: std::sync::Arc::from(""),
                payee: member,
                deal: line.deal,
                event: None,
                day: line.day.unwrap_or(track.period.to),
                base: line.amount,
                share: Decimal::ONE,
                slot: None,
                role: None,
                amount: line.amount,
                exchange: None,
            };
            self.exact(plan, track.push(Cow::Owned(credit)))?;
        }
        Ok(())
    }

    /// What the component's own limits take from the lines that are taken, or add to them: what is over a cap comes off the
    /// latest lines of the period, and what a floor adds is the last one's. `apart`: line by line, else in one.
    fn bound(
        &self,
        (plan, component): (usize, usize),
        track: &mut Track<'a, 'c>,
        member: usize,
        (period, lines, apart): (&Period, &[Line], bool),
        takes: &dyn Fn(&Line) -> bool,
    ) -> Result<(), EvalError> {
        if paid(lines) == 0 {
            return Ok(());
        }
        let total = self.exact(plan, crate::domain::exact::sum(lines.iter().map(|line| line.amount)))?;
        let fail = |failure| EvalError { failure, span: self.span(plan) };
        let limited = self.limited((plan, component), member, period, total).map_err(fail)?;
        let mut rest = self.exact(plan, sub(limited, total))?;
        let mut parts: Vec<(Option<NaiveDate>, Decimal)> = Vec::new();
        let mut ordered: Vec<&Line> = lines.iter().collect();
        ordered.sort_by_key(|line| line.day.unwrap_or(period.to));
        for (place, line) in ordered.iter().enumerate().rev() {
            let all = place == 0 || rest > Decimal::ZERO;
            let part = if all { rest } else { rest.max(negate(line.amount).min(Decimal::ZERO)) };
            rest = self.exact(plan, sub(rest, part))?;
            if takes(line) {
                // Apart, each is exchanged as the line that it comes off.
                let day = line.day.filter(|_| apart);
                match parts.last_mut().filter(|(known, _)| *known == day) {
                    Some((_, amount)) => *amount = self.exact(plan, add(*amount, part))?,
                    None => parts.push((day, part)),
                }
            }
        }
        let line = |(day, amount): (Option<NaiveDate>, Decimal)| Line {
            part: Part::Cap(Reach::Period),
            deal: None,
            day,
            amount,
            steps: std::sync::Arc::default(),
            credit: None,
            left_out: false,
            shut: false,
        };
        let lines: Vec<Line> = parts.into_iter().filter(|(_, amount)| !amount.is_zero()).map(line).collect();
        self.append(plan, track, member, &lines)
    }

    /// What a component earned for a payee in the period that holds a day, in all versions of the plan.
    ///
    /// # Errors
    /// Overflow.
    pub fn earned(&self, plan: usize, component: usize, payee: usize, day: NaiveDate) -> Result<Decimal, Failure> {
        self.book.namesakes(plan, component).into_iter().try_fold(Decimal::ZERO, |sum, (version, component)| {
            let rules = self.plan(version).and_then(|rules| rules.components.get(component));
            let period = self.period_of(version, &rules.ok_or(Failure::Internal)?.on, payee, day)?;
            let lines = self.lines(version, component, payee, &period);
            let total = crate::domain::exact::sum(lines.iter().map(|line| line.amount)).map_err(Failure::Arithmetic)?;
            // A floor lifts what there is: without a line, or with the gate shut, there is nothing to lift.
            let earned = match paid(&lines) {
                0 => total,
                _ => self.limited((version, component), payee, &period, total)?,
            };
            add(sum, earned).map_err(Failure::Arithmetic)
        })
    }

    /// What a component earns in a period, within its own floor and cap of the period and its own caps of the year and the
    /// plan: of those what the earlier periods left.
    fn limited(
        &self,
        (plan, component): (usize, usize),
        payee: usize,
        period: &Period,
        total: Decimal,
    ) -> Result<Decimal, Failure> {
        let own = self.plan(plan).and_then(|own| Some((own, own.components.get(component)?)));
        let (own, rules) = own.ok_or(Failure::Internal)?;
        let amount = |rule: &AmountRule, scope: &Period| {
            amount_of(self, (plan, own), component, payee, rule, scope).map_err(|error| error.failure)
        };
        let within = |period: &Period, total: Decimal| -> Result<Decimal, Failure> {
            let floor = rules.floor.period.as_ref().map(|rule| amount(rule, period)).transpose()?;
            let cap = rules.cap.period.as_ref().filter(|_| !rules.cap.carries);
            let cap = cap.map(|rule| amount(rule, period)).transpose()?;
            let total = floor.map_or(total, |floor| total.max(floor));
            Ok(cap.map_or(total, |cap| total.min(cap)))
        };
        if rules.cap.carries || (rules.cap.year.is_none() && rules.cap.plan.is_none()) {
            return within(period, total);
        }
        let sound = |sum: Exact<Decimal>| sum.map_err(Failure::Arithmetic);
        let kind = self.period_kind(plan, &rules.on).ok_or(Failure::Internal)?;
        let days = Days { from: own.from, to: period.to };
        let periods = self.book.periods(plan, kind, payee, days).map_err(|_| Failure::Date)?;
        // By fiscal year: what was earned before this period, and with it.
        let mut years: BTreeMap<NaiveDate, (Period, Decimal, Decimal)> = BTreeMap::new();
        let mut put = |day: NaiveDate, before: bool, amount: Decimal| -> Result<(), Failure> {
            // What was measured before the plan began is of its first year.
            let year = self.book.calendar.period_of(&PeriodKind::Year, day.max(own.from)).map_err(|_| Failure::Date)?;
            let (_, earlier, all) = years.entry(year.from).or_insert((year, Decimal::ZERO, Decimal::ZERO));
            *all = sound(add(*all, amount))?;
            if before {
                *earlier = sound(add(*earlier, amount))?;
            }
            Ok(())
        };
        for earlier in periods.iter().filter(|earlier| earlier.from <= period.from) {
            let lines = self.lines(plan, component, payee, earlier);
            if paid(&lines) == 0 {
                continue;
            }
            for line in lines.iter() {
                put(line.day.unwrap_or(earlier.from), earlier.from < period.from, line.amount)?;
            }
            let all = sound(crate::domain::exact::sum(lines.iter().map(|line| line.amount)))?;
            put(earlier.from, earlier.from < period.from, sound(sub(within(earlier, all)?, all))?)?;
        }
        let (mut before, mut with) = (Decimal::ZERO, Decimal::ZERO);
        for (year, earlier, all) in years.values() {
            let cap = rules.cap.year.as_ref().map(|rule| amount(rule, year)).transpose()?;
            let capped = |sum: Decimal| cap.map_or(sum, |cap| sum.min(cap));
            before = sound(add(before, capped(*earlier)))?;
            with = sound(add(with, capped(*all)))?;
        }
        if let Some(rule) = &rules.cap.plan {
            let cap = amount(rule, &Period::of_plan(own.from, own.to))?;
            (before, with) = (before.min(cap), with.min(cap));
        }
        sound(sub(with, before))
    }
}

/// How many lines there are without those of deals that the component leaves out, and those whose gate is shut.
fn paid(lines: &[Line]) -> usize {
    lines.iter().filter(|line| !line.is_out()).count()
}
