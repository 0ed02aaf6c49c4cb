//! What a formula sees when it is evaluated: one deal, one payee on one day, one period, one event, the figures of
//! measures and components. Money of other currencies is converted on the way in.

use super::facts::{Book, Days, RateOn};
use super::measure::Followed;
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::exact::{self, Fraction};
use crate::domain::facts::{Deal, Event, Stint, deal_column, payee_field};
use crate::domain::value::{Column, Value, WrittenIn};
use crate::plan::formula::{EventField, Failure, Figure, PeriodField, Read, Scene, Seen};
use crate::plan::model::{Plan, RateDay};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What is known of measures, sums and components where a formula stands.
pub trait Figures {
    /// A figure of a measure or a sum of the plan.
    ///
    /// # Errors
    /// A figure that cannot be had.
    fn figure(&self, of: Followed, figure: Figure) -> Result<Decimal, Failure>;

    /// What a component earned in the period.
    ///
    /// # Errors
    /// Whatever it fails on.
    fn earned(&self, component: usize) -> Result<Decimal, Failure>;
}

/// A period with what the payee has of it.
#[derive(Clone, Copy)]
pub struct PeriodView<'a> {
    /// The period.
    pub period: &'a Period,
    /// Days of it on which the payee is on the plan and not on leave.
    pub active_days: u32,
}

/// One place to stand for a formula. What is not given is not listed by any formula that is evaluated here.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The facts.
    pub book: &'a Book<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// The payee, by place.
    pub payee: usize,
    /// The day on which fields and dated tables are read.
    pub on: NaiveDate,
    /// The deal.
    pub deal: Option<&'a Deal>,
    /// What part refunds left of the deal's money.
    pub left: Option<Fraction>,
    /// The event.
    pub event: Option<&'a Event>,
    /// What the payee was credited for the deal.
    pub credit: Option<Decimal>,
    /// The period.
    pub period: Option<PeriodView<'a>>,
    /// What the quota file says.
    pub quota: Option<Decimal>,
    /// The set of exchange rates.
    pub rates: &'a Arc<str>,
    /// When they are read.
    pub rate_on: RateOn,
    /// Figures of measures and components.
    pub figures: Option<&'a dyn Figures>,
}

/// When a plan reads the rates for what deals say.
#[must_use]
pub fn deal_rate_on(plan: &Plan, counted: NaiveDate, measured: Option<&Period>) -> RateOn {
    match (plan.convert.deals, measured) {
        (RateDay::PeriodEnd | RateDay::Payout, Some(period)) => RateOn::Day(period.to),
        (RateDay::PeriodAverage, Some(period)) => RateOn::Average(period.from, period.to),
        (RateDay::PlanStart, _) => RateOn::Day(plan.from),
        _ => RateOn::Day(counted),
    }
}

impl<'a> View<'a> {
    /// A payee on a day, and nothing else.
    ///
    /// # Errors
    /// A plan that is not there.
    pub fn of(book: &'a Book<'a>, plan: usize, payee: usize, on: NaiveDate) -> Result<Self, Failure> {
        let plan = book.plans.get(plan).ok_or(Failure::Internal)?;
        Ok(Self {
            book,
            plan,
            payee,
            on,
            deal: None,
            left: None,
            event: None,
            credit: None,
            period: None,
            quota: None,
            rates: &plan.convert.rates,
            rate_on: RateOn::Day(on),
            figures: None,
        })
    }

    fn converted(&self, amount: Decimal, from: Currency) -> Result<Decimal, Failure> {
        if from == self.plan.currency {
            return Ok(amount);
        }
        let factor = self.book.rates.factor(self.rates, from, self.plan.currency, self.rate_on)?;
        factor.times(amount).and_then(Fraction::value).map_err(Failure::Arithmetic)
    }

    fn deal_cell(&self, column: usize) -> Result<Option<Seen<'_>>, Failure> {
        let Some(deal) = self.deal else { return Err(Failure::Internal) };
        let Some(value) = deal.cell(column) else { return Ok(None) };
        let Value::Money(amount) = value else { return Ok(Some(Seen::from(value))) };
        let written = self.book.facts.schema.deals.get(column).map_or(WrittenIn::Row, |column| column.written_in);
        let from = written.currency(deal.currency().unwrap_or(self.plan.currency), self.plan.currency);
        let amount = match self.left {
            Some(left) => left.times(*amount).and_then(Fraction::value).map_err(Failure::Arithmetic)?,
            None => *amount,
        };
        self.converted(amount, from).map(|amount| Some(Seen::Decimal(amount)))
    }

    fn payee_cell(&self, field: usize, on: NaiveDate) -> Result<Option<Seen<'_>>, Failure> {
        let Some(payee) = self.book.payees.get(self.payee) else { return Err(Failure::Internal) };
        if field == payee_field::ID {
            return Ok(Some(Seen::Text(&payee.id)));
        }
        if field == payee_field::MANAGER {
            let manager = self.book.manager(self.payee, on).and_then(|place| self.book.payees.get(place));
            return Ok(manager.map(|manager| Seen::Text(&manager.id)));
        }
        if matches!(field, payee_field::START | payee_field::END) {
            let stint = payee.stint_on(on);
            let day =
                if field == payee_field::START { stint.and_then(Stint::start) } else { stint.and_then(Stint::end) };
            return Ok(day.map(Seen::Date));
        }
        let value = if field == payee_field::NAME { payee.constant(field) } else { payee.field(field, on) };
        match (value, self.book.facts.schema.payees.get(field)) {
            (Some(Value::Money(amount)), Some(Column { written_in: WrittenIn::Code(currency), .. })) => {
                self.converted(*amount, *currency).map(|amount| Some(Seen::Decimal(amount)))
            }
            (value, _) => Ok(value.map(Seen::from)),
        }
    }

    /// The value of a field on each day of the period, weighted by days; a day without one counts nothing.
    fn by_days(&self, field: usize) -> Result<Option<Seen<'_>>, Failure> {
        let (Some(view), Some(payee)) = (self.period, self.book.payees.get(self.payee)) else {
            return Err(Failure::Internal);
        };
        let whole = Days { from: view.period.from, to: view.period.to };
        let mut total = Decimal::ZERO;
        let mut found = false;
        for row in &payee.rows {
            let days = Days { from: row.from.unwrap_or(NaiveDate::MIN), to: row.to.unwrap_or(NaiveDate::MAX) };
            let (Some(days), Some(_)) = (days.shared(whole), row.cells.get(field).and_then(Option::as_ref)) else {
                continue;
            };
            let Some(Seen::Decimal(value)) = self.payee_cell(field, days.from)? else { continue };
            let weighted = exact::mul(value, Decimal::from(days.count())).map_err(Failure::Arithmetic)?;
            total = exact::add(total, weighted).map_err(Failure::Arithmetic)?;
            found = true;
        }
        if !found {
            return Ok(None);
        }
        let value = exact::div(total, Decimal::from(whole.count())).map_err(Failure::Arithmetic)?;
        Ok(Some(Seen::Decimal(value)))
    }

    fn event_field(&self, field: EventField) -> Result<Option<Seen<'_>>, Failure> {
        let Some(event) = self.event else { return Err(Failure::Internal) };
        let currency = self.deal.and_then(Deal::currency).unwrap_or(self.plan.currency);
        Ok(match field {
            EventField::Kind => Some(Seen::Text(&event.kind)),
            EventField::Date => Some(Seen::Date(event.date)),
            EventField::Number => event.number.as_deref().map(Seen::Text),
            EventField::Column(place) => match event.cells.get(place).and_then(Option::as_ref) {
                Some(Value::Money(amount)) => {
                    let column = self.book.facts.schema.events.get(place);
                    let written = column.map_or(WrittenIn::Row, |column| column.written_in);
                    let from = written.currency(currency, self.plan.currency);
                    Some(Seen::Decimal(self.converted(*amount, from)?))
                }
                value => value.map(Seen::from),
            },
            EventField::Amount => match event.amount {
                Some(amount) => Some(Seen::Decimal(self.converted(amount, currency)?)),
                None => None,
            },
        })
    }

    fn period_field(&self, field: PeriodField) -> Result<Option<Seen<'_>>, Failure> {
        let Some(view) = self.period else { return Err(Failure::Internal) };
        let period = view.period;
        let days = Decimal::from(period.days());
        let active = Decimal::from(view.active_days);
        Ok(Some(match field {
            PeriodField::Name => Seen::Text(&period.label),
            PeriodField::Start => Seen::Date(period.from),
            PeriodField::End => Seen::Date(period.to),
            PeriodField::Number => {
                let number = self.book.calendar.number(period).map_err(|_| Failure::Date)?;
                Seen::Decimal(Decimal::from(number))
            }
            PeriodField::Days => Seen::Decimal(days),
            PeriodField::ActiveDays => Seen::Decimal(active),
            PeriodField::ActiveShare => Seen::Decimal(exact::div(active, days).map_err(Failure::Arithmetic)?),
            PeriodField::ServiceMonth => match self.book.service_month(self.payee, period.to) {
                Some(month) => Seen::Decimal(Decimal::from(month)),
                None => return Err(Failure::Missing(Read::Payee(payee_field::START))),
            },
        }))
    }
}

impl Scene for View<'_> {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        let figures = || self.figures.ok_or(Failure::Internal);
        let number = |number: Decimal| Some(Seen::Decimal(number));
        match *read {
            Read::Deal(deal_column::CURRENCY) => {
                Ok(self.deal.and_then(|deal| deal.cell(deal_column::CURRENCY)).map(Seen::from))
            }
            Read::Deal(column) => self.deal_cell(column),
            Read::Payee(field) => self.payee_cell(field, self.on),
            Read::PayeeByDays(field) => self.by_days(field),
            Read::Credit => Ok(self.credit.map(Seen::Decimal)),
            Read::Period(field) => self.period_field(field),
            Read::Event(field) => self.event_field(field),
            Read::Quota => Ok(self.quota.map(Seen::Decimal)),
            Read::Day => Ok(Some(Seen::Date(self.on))),
            Read::Measure(place, figure) => figures()?.figure(Followed::Measure(place), figure).map(number),
            Read::Sum(place, figure) => figures()?.figure(Followed::Sum(place), figure).map(number),
            Read::Earned(component) => figures()?.earned(component).map(number),
        }
    }

    fn look_up(&self, table: usize, keys: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        let rows = self.book.facts.tables.get(table).ok_or(Failure::Internal)?;
        let holds = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
            from.is_none_or(|from| from <= self.on) && to.is_none_or(|to| self.on <= to)
        };
        let fits = |wanted: &[Option<Value>]| {
            wanted.iter().zip(keys).all(|(wanted, key)| wanted.as_ref().is_none_or(|value| Seen::from(value) == *key))
        };
        rows.iter()
            .find(|row| holds(row.from, row.to) && fits(&row.keys))
            .map(|row| Seen::from(&row.value))
            .ok_or(Failure::NoRow)
    }
}
