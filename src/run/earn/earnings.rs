//! What components earn, as others read it: the track of a component that follows earnings, and `earned` in a formula.

use super::line::{Line, Part, Reach};
use super::pricer::Pricer;
use super::track::Track;
use super::work::Work;
use crate::domain::calendar::Period;
use crate::domain::exact::sub;
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::AmountRule;
use crate::run::credit::Credit;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;

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
        let lines = self.lines(plan, component, payee, period);
        self.append(plan, &mut track, payee, &lines)?;
        self.bound((plan, component), &mut track, payee, &lines)?;
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
        for member in 0..self.book.payees.len() {
            for (lender, component) in sources {
                let lines = self.lines(*lender, *component, member, period);
                let taken: Vec<Line> = lines
                    .iter()
                    .filter(|line| {
                        let day = line.day.unwrap_or(period.to.min(self.moment.until));
                        self.book.is_on(plan, payee, day) && self.book.sums_over(over, plan, payee, member, day)
                    })
                    .cloned()
                    .collect();
                self.append(plan, &mut track, member, &taken)?;
                if taken.len() == lines.len() {
                    self.bound((*lender, *component), &mut track, member, &lines)?;
                }
            }
        }
        Ok(Some(track))
    }

    /// Earnings as credits.
    fn append(&self, plan: usize, track: &mut Track<'a, 'c>, member: usize, lines: &[Line]) -> Result<(), EvalError> {
        for line in lines {
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
            };
            self.exact(plan, track.push(Cow::Owned(credit)))?;
        }
        Ok(())
    }

    /// What the component's own limits of the period take from earnings, or add to them.
    fn bound(
        &self,
        (plan, component): (usize, usize),
        track: &mut Track<'a, 'c>,
        member: usize,
        lines: &[Line],
    ) -> Result<(), EvalError> {
        if lines.is_empty() {
            return Ok(());
        }
        let total = self.exact(plan, crate::domain::exact::sum(lines.iter().map(|line| line.amount)))?;
        let fail = |failure| EvalError { failure, span: self.span(plan) };
        let limited = self.limited((plan, component), member, &track.period, total).map_err(fail)?;
        if limited == total {
            return Ok(());
        }
        let amount = self.exact(plan, sub(limited, total))?;
        let line = Line {
            part: Part::Cap(Reach::Period),
            deal: None,
            day: None,
            amount,
            steps: std::sync::Arc::default(),
            credit: None,
            left_out: false,
        };
        self.append(plan, track, member, std::slice::from_ref(&line))
    }

    /// What a component earned for a payee in the period that holds a day.
    ///
    /// # Errors
    /// Overflow.
    pub fn earned(&self, plan: usize, component: usize, payee: usize, day: NaiveDate) -> Result<Decimal, Failure> {
        let rules = self.plan(plan).and_then(|plan| plan.components.get(component)).ok_or(Failure::Internal)?;
        let period = self.period_of(plan, &rules.on, payee, day)?;
        let lines = self.lines(plan, component, payee, &period);
        let total = crate::domain::exact::sum(lines.iter().map(|line| line.amount)).map_err(Failure::Arithmetic)?;
        // A floor lifts what there is: without a line there is nothing to lift.
        if lines.is_empty() { Ok(total) } else { self.limited((plan, component), payee, &period, total) }
    }

    /// What a component earns in a period, within its own floor and cap of the period.
    fn limited(
        &self,
        (plan, component): (usize, usize),
        payee: usize,
        period: &Period,
        total: Decimal,
    ) -> Result<Decimal, Failure> {
        let own = self.plan(plan).and_then(|own| Some((own, own.components.get(component)?)));
        let (own, rules) = own.ok_or(Failure::Internal)?;
        let cap = rules.cap.period.as_ref().filter(|_| !rules.cap.carries);
        if rules.floor.period.is_none() && cap.is_none() {
            return Ok(total);
        }
        let pricer = Pricer::new(self, (plan, own), (component, rules), payee, period);
        let Some(pricer) = pricer.map_err(|(error, _)| error.failure)? else { return Ok(total) };
        let amount = |rule: &AmountRule| match rule {
            AmountRule::Fixed(amount) => pricer.amount(amount, period.to.min(self.moment.until)),
            AmountRule::Formula(formula) => pricer.of_period(|view| formula.decimal(view)),
        };
        let floor = rules.floor.period.as_ref().map(amount).transpose().map_err(|error| error.failure)?;
        let cap = cap.map(amount).transpose().map_err(|error| error.failure)?;
        let total = floor.map_or(total, |floor| total.max(floor));
        Ok(cap.map_or(total, |cap| total.min(cap)))
    }
}
