//! What one component pays a payee for one period: which lines there are, and what is done to each of them.
//!
//! The order is always the same: who and which (`filters`) → rate or pay → multiplier → floor and cap of a deal → gate → rounding.

mod figures;
mod filters;
mod instalments;
mod people;
mod period;
mod pool;
mod read;
mod tiers;
mod together;

use super::super::credit::{Credit, Creditor};
use super::super::explain::{Converted, Step, StepKind};
use super::super::facts::{Days, RateOn};
use super::super::failures::About;
use super::super::measure::{Followed, followed};
use super::super::scene::{PeriodView, View, deal_rate_on};
use super::line::{Credited, Line, Raw, merged, rounded};
use super::track::{Track, TrackCredit};
use super::work::Work;
use crate::domain::calendar::Period;
use crate::domain::exact::{Exact, Fraction, add};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::{
    Amount, AmountRule, Base, Component, ComponentKind, CreditRule, On, Pays, Plan, Price, Sum, Unit,
};
use chrono::NaiveDate;
pub use figures::Sight;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

pub use together::{Budgeted, Deals};

/// What failed, and for which deal where it is one.
pub type Failed = (EvalError, Option<About>);

/// A component of a plan over one payee's track.
pub struct Pricer<'w, 'a, 'c> {
    pub(super) work: &'w Work<'a, 'c>,
    pub(super) place: usize,
    pub(super) plan: &'a Plan,
    pub(super) component: usize,
    pub(super) rules: &'a Component,
    pub(super) payee: usize,
    pub(super) track: Rc<Track<'a, 'c>>,
}

impl<'w, 'a, 'c> Pricer<'w, 'a, 'c> {
    /// The pricer of a payee and period; `None` where the payee has no part in it.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn new(
        work: &'w Work<'a, 'c>,
        (place, plan): (usize, &'a Plan),
        (component, rules): (usize, &'a Component),
        payee: usize,
        period: &Period,
    ) -> Result<Option<Self>, Failed> {
        let track = match &rules.kind {
            // Instalments go on when the payee is no longer on the plan, and when the plan has ended.
            ComponentKind::Residual { .. } => {
                let active_days = work.book.active_days(place, payee, period);
                Some(Rc::new(Track::empty(period.clone(), active_days, None, Decimal::ZERO)))
            }
            _ => work.track(place, Some(component), &rules.on, payee, period).map_err(|error| (error, None))?,
        };
        let Some(track) = track else { return Ok(None) };
        let pricer = Self { work, place, plan, component, rules, payee, track };
        // What is paid deal by deal asks on the day of each.
        let Some(who) = rules.who.as_ref().filter(|_| !pricer.pays_by_deal()) else { return Ok(Some(pricer)) };
        let yes = pricer.of_period(|view| who.yes(view)).map_err(|error| (error, None))?;
        Ok(yes.then_some(pricer))
    }

    /// The lines, rounded.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn lines(&self) -> Result<Vec<Line>, Failed> {
        let mut raw = self.raw_lines()?;
        self.gate(&mut raw)?;
        let lines = rounded(merged(raw), self.plan.rounding, self.places(), self.work.book.reasons);
        let mut lines = lines.map_err(|error| (self.failed(Failure::Arithmetic(error)), None))?;
        self.within_budget(&mut lines)?;
        Ok(lines)
    }

    /// Nothing is paid where the gate is shut.
    fn gate(&self, raw: &mut [Raw]) -> Result<(), Failed> {
        if let Some(gate) = &self.rules.only_if
            && !self.of_period(|view| gate.yes(view)).map_err(|error| (error, None))?
        {
            let mut step = Step::of(StepKind::Gate, Decimal::ZERO);
            if self.work.book.reasons {
                let read = self.of_period(|view| Ok(self.figures_read(gate, view))).map_err(|error| (error, None))?;
                step.of = Some(read.into()).filter(|read: &Arc<[Step]>| !read.is_empty());
            }
            for line in raw.iter_mut().filter(|line| !line.left_out) {
                line.parts = vec![(Fraction::ZERO, step.clone())];
                line.shut = true;
            }
        }
        Ok(())
    }

    /// The lines before the gate and rounding.
    pub(super) fn raw_lines(&self) -> Result<Vec<Raw>, Failed> {
        match &self.rules.kind {
            ComponentKind::Commission | ComponentKind::Spiff { .. } => self.deal_lines(),
            ComponentKind::Override if self.rules.per == crate::plan::model::Per::Deal => self.deal_lines(),
            ComponentKind::Bonus | ComponentKind::Override => self.period_line().map_err(|error| (error, None)),
            ComponentKind::Objectives { weights } => self.objectives(weights).map_err(|error| (error, None)),
            ComponentKind::Pool { share } => self.pool(share),
            ComponentKind::Residual { every, ends } => self.instalments(every, *ends),
        }
    }

    pub(super) fn places(&self) -> u32 {
        self.plan.currency.places()
    }

    pub(super) fn failed(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.rules.price_span.clone() }
    }

    pub(super) fn exact<T>(&self, result: Exact<T>) -> Result<T, EvalError> {
        result.map_err(|error| self.failed(Failure::Arithmetic(error)))
    }

    /// What the component's measure counts in; earnings are money.
    pub(super) fn unit(&self) -> Unit {
        let measure = Followed::of(&self.rules.on).and_then(|of| followed(self.work.book, self.place, of));
        measure.map_or(Unit::Money, |(_, of)| of.unit)
    }

    /// The last day of the period that is known.
    pub(super) fn known_end(&self) -> NaiveDate {
        self.track.period.to.min(self.work.moment.until)
    }

    /// The payee's last day on the plan in the period, as far as it is known: the one on which their fields are read.
    pub(super) fn last_day(&self) -> NaiveDate {
        let known = Days { from: self.track.period.from, to: self.known_end() };
        self.work.book.last_day(self.place, self.payee, known)
    }

    fn sight<'p>(&'p self, day: NaiveDate, on: Option<&'p TrackCredit<'p>>) -> Sight<'p, 'a, 'c> {
        Sight {
            work: self.work,
            place: self.place,
            component: Some(self.component),
            payee: self.payee,
            day,
            since: on.is_none().then_some(self.track.period.from),
            counted: self.known_end(),
            on,
        }
    }

    /// A formula's value with a deal in sight.
    pub(super) fn of_deal<T>(
        &self,
        on: &TrackCredit<'_>,
        value: impl Fn(&View<'_>) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        let credit = &*on.credit;
        let book = self.work.book;
        let sight = self.sight(credit.day, Some(on));
        let rate_on = deal_rate_on(self.plan, credit.day, Some(&self.track.period));
        let left = match credit.deal {
            Some(deal) if !book.happened(deal).is_empty() => {
                let moment = self.work.moment;
                let left = book.left((self.place, Some(self.component)), deal, credit.day, credit.payee, moment)?;
                (!left.is_whole() && !left.removed).then_some(left.left)
            }
            _ => None,
        };
        value(&View {
            deal: credit.deal.and_then(|deal| book.deals.get(deal)).copied(),
            left,
            event: credit.deal.zip(credit.event).and_then(|(deal, event)| book.events(deal).get(event).copied()),
            credit: Some(credit.amount),
            period: Some(PeriodView { period: &self.track.period, active_days: self.track.active_days }),
            rates: self.rules.rates.as_ref().unwrap_or(&self.plan.convert.rates),
            rate_on,
            figures: Some(&sight),
            ..View::of(book, self.place, self.payee, credit.day).map_err(|failure| self.failed(failure))?
        })
    }

    /// A formula's value with a period in sight.
    pub(super) fn of_period<T>(&self, value: impl Fn(&View<'_>) -> Result<T, EvalError>) -> Result<T, EvalError> {
        let day = self.known_end();
        let sight = self.sight(day, None);
        value(&View {
            period: Some(PeriodView { period: &self.track.period, active_days: self.track.active_days }),
            rates: self.rules.rates.as_ref().unwrap_or(&self.plan.convert.rates),
            rate_on: RateOn::Day(day),
            figures: Some(&sight),
            ..View::of(self.work.book, self.place, self.payee, self.last_day())
                .map_err(|failure| self.failed(failure))?
        })
    }

    /// An amount as a setting writes it, in the plan's currency.
    pub(super) fn amount(&self, amount: &Amount, on: NaiveDate) -> Result<Decimal, EvalError> {
        let set = self.rules.rates.as_ref().unwrap_or(&self.plan.convert.rates);
        self.work.book.rates.amount(amount, set, self.plan.currency, on).map_err(|failure| self.failed(failure))
    }

    /// The price in force on a day.
    pub(super) fn price_on(price: &Price, day: NaiveDate) -> &Price {
        match price {
            Price::Dated(dated) => {
                let last = dated.iter().rev().find(|(from, _)| *from <= day).or_else(|| dated.first());
                last.map_or(price, |(_, price)| Self::price_on(price, day))
            }
            other => other,
        }
    }

    /// The sum that is followed, itself or as what a measure credits.
    pub(super) fn summed(&self) -> Option<&'a Sum> {
        fn credited(plan: &Plan, measure: usize) -> Option<usize> {
            match plan.measures.get(measure)?.credit {
                CreditRule::Sum(sum) => Some(sum),
                CreditRule::Measure(other) if other < measure => credited(plan, other),
                _ => None,
            }
        }
        let sum = match self.rules.on {
            On::Sum(sum) => sum,
            On::Measure(measure) => credited(self.plan, measure)?,
            On::Component(_) | On::Periods(_) => return None,
        };
        self.plan.sums.get(sum)
    }

    /// Whether what is followed may hold what others sold while the payee was not on the plan. A pool is divided whole.
    pub(super) fn follows_others(&self) -> bool {
        let wide = self.summed().is_some_and(|sum| !sum.over.is_team());
        wide && !matches!(self.rules.kind, ComponentKind::Pool { .. })
    }

    /// Whether a deal was sold on a day on which the payee is on the plan.
    pub(super) fn is_of_own_days(&self, credit: &Credit) -> bool {
        credit.deal.is_none() || self.work.book.is_on_any(self.place, self.payee, credit.day)
    }

    /// The days on which the plan has the component; `None`: on all.
    fn days_with(&self) -> Option<Vec<Days>> {
        self.work.days_with((self.place, self.component), self.rules)
    }

    /// A line for each credit; of nothing for one that the component leaves out.
    fn deal_lines(&self) -> Result<Vec<Raw>, Failed> {
        let first = self.first_deals()?;
        let mut lines = Vec::new();
        for on in self.track.credits() {
            let credit = &*on.credit;
            if !self.is_own(credit) || !self.may_have_a_line(credit) {
                continue;
            }
            let about = credit.deal.map(About::Deal);
            let fail = |error| (error, about);
            let within = first.as_ref().is_none_or(|first| first.contains(&(credit.deal, credit.event)));
            if !within || !self.pays_on(on).map_err(fail)? {
                lines.push(Raw {
                    parts: vec![(Fraction::ZERO, Step::of(StepKind::NotPaid, Decimal::ZERO))],
                    left_out: true,
                    ..self.about_deal(on)
                });
                continue;
            }
            let line = self.deal_line(on).map_err(fail)?;
            self.see_return(on, &line).map_err(fail)?;
            lines.push(line);
        }
        Ok(lines)
    }

    /// An amount that does not follow the credit pays for a return as for a sale.
    fn see_return(&self, on: &TrackCredit<'_>, line: &Raw) -> Result<(), EvalError> {
        let Some(deal) = on.credit.deal.filter(|_| self.rules.pays == Pays::Amount) else { return Ok(()) };
        let is_return = on.credit.amount < Decimal::ZERO && self.work.book.is_open(on.credit.day);
        if is_return && self.exact(line.total().and_then(Fraction::value))? > Decimal::ZERO {
            let mut failures = self.work.failures.borrow_mut();
            failures.paid_return(&self.rules.price_span, &self.rules.name, About::Deal(deal));
        }
        Ok(())
    }

    /// An empty line for a credit.
    pub(super) fn about_deal(&self, on: &TrackCredit<'_>) -> Raw {
        let credit = &*on.credit;
        // Instalments count from the credit's day; all else of it is only told.
        let wanted = self.work.book.reasons || matches!(self.rules.kind, ComponentKind::Residual { .. });
        let credited = credit.plan.filter(|_| wanted).map(|plan| Credited {
            plan,
            measure: credit.measure,
            base: credit.base,
            share: credit.share,
            role: credit.role.clone(),
            of: self
                .work
                .book
                .payees
                .get(credit.payee)
                .filter(|_| credit.payee != self.payee)
                .map(|of| Arc::clone(&of.id)),
            amount: credit.amount,
            day: credit.day,
            attainment: self.attained(on),
            converted: self.converted(credit).map(Box::new),
        });
        Raw { deal: credit.deal, day: Some(credit.day), credit: credited, ..Raw::default() }
    }

    /// The attainment of the period before a credit and with it.
    fn attained(&self, on: &TrackCredit<'_>) -> Option<(Decimal, Decimal)> {
        let quota = self.track.quota.filter(|quota| !quota.is_zero())?;
        let part = |total: Decimal| Fraction::new(quota.den(), quota.num()).ok()?.times(total).ok()?.value().ok();
        Some((part(on.before)?, part(add(on.before, on.credit.amount).ok()?)?))
    }

    /// How what a deal says was brought into the currency of the plan that credits it.
    fn converted(&self, credit: &Credit) -> Option<Converted> {
        let plan = self.work.plan(credit.plan?)?;
        if let Some(exchange) = credit.exchange {
            let day = deal_rate_on(self.plan, credit.day, Some(&self.track.period)).day();
            let (rate, set) = (exchange.factor.value().ok()?, Arc::clone(&self.plan.convert.rates));
            return Some(Converted { from: plan.currency, to: exchange.into, rate, day, set });
        }
        let from = self.work.book.deals.get(credit.deal?)?.currency().filter(|from| *from != plan.currency)?;
        let on = deal_rate_on(plan, credit.day, Some(&self.track.period));
        let rate = self.work.book.rates.factor(&plan.convert.rates, from, plan.currency, on).ok()?.value().ok()?;
        Some(Converted { from, to: plan.currency, rate, day: on.day(), set: Arc::clone(&plan.convert.rates) })
    }

    /// The line of a credit: its price, multiplied, and kept between the floor and the cap of a deal.
    pub(super) fn deal_line(&self, on: &TrackCredit<'_>) -> Result<Raw, EvalError> {
        let day = on.credit.day;
        let priced = match Self::price_on(&self.rules.price, day) {
            Price::Constant(price) => {
                let price = self.amount(price, day)?;
                self.plain(on, price)?
            }
            Price::Formula(formula) => {
                let price = self.of_deal(on, |view| formula.decimal(view))?;
                let mut priced = self.plain(on, price)?;
                self.say_what_was_read_on(on, formula, priced.parts.first_mut().map(|(_, step)| step))?;
                priced
            }
            Price::Table(table) => self.tabled(on, table)?,
            Price::Dated(_) => return Err(self.failed(Failure::Internal)),
        };
        let mut raw = Raw { parts: priced.parts, ..self.about_deal(on) };
        if let Some(multiplier) = &self.rules.multiplier {
            let factor = match Self::price_on(multiplier, day) {
                Price::Formula(formula) => Fraction::from(self.of_deal(on, |view| formula.decimal(view))?),
                other => self.factor(other)?,
            };
            self.multiply(&mut raw, factor)?;
            if let Price::Formula(formula) = Self::price_on(multiplier, day) {
                let last = raw.parts.last_mut().map(|(_, step)| step);
                self.say_what_was_read_on(on, formula, last.filter(|step| step.kind == StepKind::Multiplier))?;
            }
        }
        let floor = self.rules.floor.deal.as_ref().map(|floor| self.deal_limit(floor, on)).transpose()?;
        let cap = self.rules.cap.deal.as_ref().map(|cap| self.deal_limit(cap, on)).transpose()?;
        self.keep_between(&mut raw, floor, cap)?;
        Ok(raw)
    }

    fn deal_limit(&self, limit: &AmountRule, on: &TrackCredit<'_>) -> Result<Decimal, EvalError> {
        match limit {
            AmountRule::Fixed(amount) => self.amount(amount, on.credit.day),
            AmountRule::Formula(formula) => self.of_deal(on, |view| formula.decimal(view)),
        }
    }

    pub(super) fn multiply(&self, raw: &mut Raw, factor: Fraction) -> Result<(), EvalError> {
        let total = self.exact(raw.total())?;
        let rate = self.exact(factor.value())?;
        if rate == Decimal::ONE {
            return Ok(());
        }
        let step = Step { rate: Some(rate), ..Step::of(StepKind::Multiplier, Decimal::ZERO) };
        let product = self.exact(total.by(factor))?;
        self.exact(raw.bring_to(product, step))
    }

    pub(super) fn keep_between(
        &self,
        raw: &mut Raw,
        floor: Option<Decimal>,
        cap: Option<Decimal>,
    ) -> Result<(), EvalError> {
        for (limit, kind, wrong) in [(floor, StepKind::Floor, Ordering::Less), (cap, StepKind::Cap, Ordering::Greater)]
        {
            let Some(limit) = limit else { continue };
            let total = self.exact(raw.total())?;
            // No cap makes a debt, as none of a period does, and a return is not capped.
            let limit = if kind == StepKind::Cap { limit.max(Decimal::ZERO) } else { limit };
            if self.exact(total.compare(Fraction::from(limit)))? == wrong {
                let step = Step { at: Some(limit), ..Step::of(kind, Decimal::ZERO) };
                self.exact(raw.bring_to(Fraction::from(limit), step))?;
            }
        }
        Ok(())
    }

    /// What the rate is paid on, for a deal: the credit, or what `of` says.
    fn base_of(&self, on: &TrackCredit<'_>) -> Result<Decimal, EvalError> {
        match &self.rules.of {
            Base::Formula(formula) => {
                let of = self.of_deal(on, |view| formula.decimal(view))?;
                self.exact(crate::domain::exact::mul(of, on.credit.share))
            }
            _ => Ok(self.other_rates(on)?.unwrap_or(on.credit.amount)),
        }
    }

    /// The credit at the rates of the component's own set, where it names one.
    fn other_rates(&self, on: &TrackCredit<'_>) -> Result<Option<Decimal>, EvalError> {
        let Some(rates) = self.rules.rates.as_ref().filter(|rates| **rates != self.plan.convert.rates) else {
            return Ok(None);
        };
        let credit = &*on.credit;
        let Some((plan, measure)) = credit.lender(self.work.book) else { return Ok(None) };
        let left = self.of_deal(on, |view| Ok(view.left))?;
        let again = Creditor { book: self.work.book, plan, measure }.again(credit, left, Some(rates))?;
        Ok(Some(again.amount))
    }

    /// What an amount is paid for: the payee's share of a deal, or each unit.
    fn count_of(&self, on: &TrackCredit<'_>) -> Decimal {
        match self.unit() {
            Unit::Money => on.credit.share,
            Unit::Number => on.credit.amount,
        }
    }

    /// One rate or amount on the whole deal.
    fn plain(&self, on: &TrackCredit<'_>, price: Decimal) -> Result<Raw, EvalError> {
        let (base, kind) = match self.rules.pays {
            Pays::Rate => (self.base_of(on)?, StepKind::Flat),
            Pays::Amount => (self.count_of(on), StepKind::Amount),
        };
        let amount = Fraction::from(self.exact(crate::domain::exact::mul(base, price))?);
        Ok(Raw::one(amount, self.step(kind, base, price)))
    }

    pub(super) fn step(&self, kind: StepKind, base: Decimal, price: Decimal) -> Step {
        let is_amount = self.rules.pays == Pays::Amount;
        let whole_amount = is_amount && base == Decimal::ONE;
        Step { base: (!whole_amount).then_some(base), rate: Some(price), is_amount, ..Step::of(kind, Decimal::ZERO) }
    }
}
