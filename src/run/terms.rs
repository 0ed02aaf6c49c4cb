//! Terms of a payout period: what a draw, a guarantee or a cap on payout comes to for one payee, by the days on which it
//! holds. Beside the stages: `adjust` asks for guarantees, `settle` for the rest.

use super::earn::{Sight, Work};
use super::explain::Converted;
use super::facts::{Book, Days, Moment, RateOn};
use super::measure::Measured;
use super::scene::{PeriodView, View};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{ArithmeticError, Fraction};
use crate::plan::formula::{EvalError, Expr, Failure};
use crate::plan::model::{Amount, AmountRule, Plan, RateDay};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A payee on a plan in a payout period.
#[derive(Clone, Copy)]
pub struct Terms<'a, 'c> {
    /// Where everybody stands.
    pub measured: &'a Measured<'c>,
    /// The facts.
    pub book: &'a Book<'a>,
    /// The plan, by place.
    pub place: usize,
    /// The plan.
    pub plan: &'a Plan,
    /// The payee, by place.
    pub payee: usize,
    /// The period.
    pub period: &'a Period,
    /// The last day that is known.
    pub known: NaiveDate,
}

/// Which days, and of whom.
#[derive(Clone, Copy)]
pub struct Window<'a> {
    /// First day; `None`: the plan's.
    pub from: Option<NaiveDate>,
    /// Last day, included; `None`: the plan's.
    pub to: Option<NaiveDate>,
    /// Only in periods of which this is true.
    pub only_if: Option<&'a Expr>,
    /// Whether an amount follows the days on which it holds.
    pub prorate: bool,
}

type Worked<T> = Result<T, Box<Diagnostic>>;

impl Terms<'_, '_> {
    /// A finding for what could not be worked.
    pub fn told(&self, error: &EvalError) -> Box<Diagnostic> {
        let mut failures = super::failures::Failures::default();
        failures.formula(self.book, error, super::failures::About::Payee(self.payee));
        let finding = failures.told(self.book).into_iter().next();
        Box::new(finding.unwrap_or_else(|| Diagnostic::error(Code::Internal, "a term has no value").at(&error.span)))
    }

    fn fail(&self, failure: Failure, span: &Span) -> Box<Diagnostic> {
        self.told(&EvalError { failure, span: span.clone() })
    }

    /// A finding for arithmetic without a result.
    pub fn too_large(&self, error: ArithmeticError) -> Box<Diagnostic> {
        self.fail(Failure::Arithmetic(error), &self.plan.span)
    }

    fn seen<T>(&self, span: &Span, value: impl Fn(&View<'_>) -> Result<T, EvalError>) -> Worked<T> {
        let day = self.period.to.min(self.known);
        let last = self.book.last_day(self.place, self.payee, Days { from: self.period.from, to: day });
        let view = View::of(self.book, self.place, self.payee, last);
        let view = view.map_err(|failure| self.fail(failure, span))?;
        let active_days = self.book.active_days(self.place, self.payee, self.period);
        let (place, payee) = (self.place, self.payee);
        let moment = Moment { until: day, known: self.book.happened_by(day) };
        let work = Work::new(self.book, self.measured, moment);
        let since = Some(self.period.from);
        let sight = Sight { work: &work, place, component: None, payee, day, since, counted: day, on: None };
        let period = Some(PeriodView { period: self.period, active_days });
        value(&View { period, rate_on: RateOn::Day(day), figures: Some(&sight), ..view })
            .map_err(|error| self.told(&error))
    }

    /// Whether a condition holds in the period; without one it does.
    pub fn holds(&self, condition: Option<&Expr>) -> Worked<bool> {
        let Some(condition) = condition else { return Ok(true) };
        self.seen(&condition.span, |view| condition.yes(view))
    }

    /// An amount as a rule says it, in the plan's currency.
    pub fn amount(&self, rule: &AmountRule, span: &Span) -> Worked<Decimal> {
        match rule {
            AmountRule::Formula(formula) => self.seen(&formula.span, |view| formula.not_negative(view)),
            AmountRule::Fixed(amount) => self.fixed(amount, span),
        }
    }

    /// An amount as written, in the plan's currency.
    pub fn fixed(&self, amount: &Amount, span: &Span) -> Worked<Decimal> {
        let from = amount.currency.unwrap_or(self.plan.currency);
        let set = &self.plan.convert.rates;
        let factor = self.book.rates.factor(set, from, self.plan.currency, RateOn::Day(self.period.to));
        let factor = factor.map_err(|failure| self.fail(failure, span))?;
        factor.times(amount.figure).and_then(Fraction::value).map_err(|error| self.too_large(error))
    }

    /// An amount of another plan in the currency of this one, at the rate of the period's last day. Nothing asks for no rate.
    pub fn brought(&self, amount: Decimal, from: Currency) -> Worked<Decimal> {
        if from == self.plan.currency || amount.is_zero() {
            return Ok(amount);
        }
        self.fixed(&Amount { figure: amount, currency: Some(from) }, &self.plan.span)
    }

    /// The days of the period on which something holds.
    fn held(&self, window: Window<'_>) -> Option<Days> {
        let whole = Days { from: self.period.from, to: self.period.to };
        let from = window.from.unwrap_or(self.plan.from);
        let to = window.to.unwrap_or(self.plan.to);
        (from <= to).then_some(Days { from, to })?.shared(whole)
    }

    /// The first of them on which the payee is on the plan.
    pub fn first_day(&self, window: Window<'_>) -> Option<NaiveDate> {
        let held = self.held(window)?;
        let tenure = self.book.tenure(self.place, self.payee).iter();
        tenure.filter_map(|days| days.shared(held)).map(|days| days.from).min()
    }

    /// The amount of something that holds on some days: by those of them at work, or whole. `None` where it
    /// holds on none.
    pub fn given(&self, rule: &AmountRule, window: Window<'_>, span: &Span) -> Worked<Option<Decimal>> {
        let whole = Days { from: self.period.from, to: self.period.to };
        let Some(held) = self.held(window) else { return Ok(None) };
        let tenure = self.book.tenure(self.place, self.payee);
        let days: u32 = tenure.iter().filter_map(|days| days.shared(held)).map(Days::count).sum();
        if days == 0 || !self.holds(window.only_if)? {
            return Ok(None);
        }
        let amount = self.amount(rule, span)?;
        // Days on leave count for none, as they do for a quota.
        let days = self.book.days_at_work(self.place, self.payee, held);
        if !window.prorate || days == whole.count() {
            return Ok(Some(amount));
        }
        let part = Fraction::new(Decimal::from(days), Decimal::from(whole.count()));
        let part = part.and_then(|part| part.times(amount)).and_then(Fraction::value);
        part.map(Some).map_err(|error| self.too_large(error))
    }

    /// The currency the payee is paid in.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.book.pay_currency(self.payee, self.plan, self.period.to)
    }

    /// An amount of the plan's currency in the payee's, rounded once. Nothing asks for no rate.
    pub fn in_pay(&self, amount: Decimal) -> Worked<Decimal> {
        if amount.is_zero() {
            return Ok(Decimal::ZERO);
        }
        let value = self.in_pay_exactly(amount.into())?.value().map_err(|error| self.too_large(error))?;
        Ok(self.plan.rounding.round(value, self.currency().places()))
    }

    /// The same before it is rounded.
    pub fn in_pay_exactly(&self, amount: Fraction) -> Worked<Fraction> {
        if amount.is_zero() {
            return Ok(amount);
        }
        let (factor, _) = self.rate()?;
        factor.by(amount).map_err(|error| self.too_large(error))
    }

    /// The rate at which an amount of the plan's currency is brought into the payee's, and its day.
    fn rate(&self) -> Worked<(Fraction, NaiveDate)> {
        let on = if self.plan.convert.pay == RateDay::PlanStart { self.plan.from } else { self.period.to };
        let set = &self.plan.convert.rates;
        let factor = self.book.rates.factor(set, self.plan.currency, self.currency(), RateOn::Day(on));
        Ok((factor.map_err(|failure| self.fail(failure, &self.plan.span))?, on))
    }

    /// How an amount is brought into the payee's currency, where that is another than the plan's.
    pub fn converted(&self) -> Worked<Option<Box<Converted>>> {
        let (from, to) = (self.plan.currency, self.currency());
        if from == to {
            return Ok(None);
        }
        let (factor, on) = self.rate()?;
        let rate = factor.value().map_err(|error| self.too_large(error))?;
        Ok(Some(Box::new(Converted { from, to, rate, day: Some(on), set: Arc::clone(&self.plan.convert.rates) })))
    }
}
