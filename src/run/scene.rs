//! What a formula sees when it is evaluated: one deal, one payee on one day, one period, the figures of measures.

use crate::domain::calendar::{Calendar, Period};
use crate::domain::exact;
use crate::domain::facts::{Deal, Payee, payee_field};
use crate::plan::formula::{Failure, Figure, PeriodField, Read, Scalar, Scene};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Reads a figure of a measure of the plan.
pub type Figures<'a> = dyn Fn(usize, Figure) -> Result<Decimal, Failure> + 'a;

/// A period with what the payee has of it.
#[derive(Clone, Copy)]
pub struct PeriodView<'a> {
    /// The period.
    pub period: &'a Period,
    /// The calendar that numbers it.
    pub calendar: &'a Calendar,
    /// Days of it on which the payee is on the plan.
    pub active_days: u32,
}

/// One place to stand for a formula. What is not given is not listed by any formula that is evaluated here.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The deal.
    pub deal: Option<&'a Deal>,
    /// The payee.
    pub payee: &'a Payee,
    /// The day on which the payee's fields are read.
    pub on: NaiveDate,
    /// What the payee was credited for the deal.
    pub credit: Option<Decimal>,
    /// The period.
    pub period: Option<PeriodView<'a>>,
    /// Figures of measures.
    pub figures: Option<&'a Figures<'a>>,
}

impl Scene for View<'_> {
    fn read(&self, read: Read) -> Result<Option<Scalar>, Failure> {
        match read {
            Read::Deal(column) => Ok(self.deal.and_then(|deal| deal.cell(column)).map(Scalar::from)),
            Read::Payee(payee_field::ID) => Ok(Some(Scalar::Text(self.payee.id.clone()))),
            Read::Payee(field) => Ok(self.payee.field(field, self.on).map(Scalar::from)),
            Read::Credit => Ok(self.credit.map(Scalar::Decimal)),
            Read::Period(field) => match self.period {
                Some(view) => view.read(field).map(Some),
                None => Err(Failure::Internal),
            },
            Read::Measure(measure, figure) => match self.figures {
                Some(figures) => figures(measure, figure).map(|number| Some(Scalar::Decimal(number))),
                None => Err(Failure::Internal),
            },
            Read::Sum(..) | Read::Earned(_) | Read::PayeeByDays(_) | Read::Event(_) | Read::Quota | Read::Day => {
                Err(Failure::Internal)
            }
        }
    }

    fn look_up(&self, _: usize, _: &[Scalar]) -> Result<Scalar, Failure> {
        Err(Failure::Internal)
    }
}

impl PeriodView<'_> {
    fn read(&self, field: PeriodField) -> Result<Scalar, Failure> {
        let days = Decimal::from(self.period.days());
        let active = Decimal::from(self.active_days);
        Ok(match field {
            PeriodField::Name => Scalar::Text(self.period.label.clone()),
            PeriodField::Start => Scalar::Date(self.period.from),
            PeriodField::End => Scalar::Date(self.period.to),
            PeriodField::Number => {
                let number = self.calendar.number(self.period).map_err(|_| Failure::Date)?;
                Scalar::Decimal(Decimal::from(number))
            }
            PeriodField::Days => Scalar::Decimal(days),
            PeriodField::ActiveDays => Scalar::Decimal(active),
            PeriodField::ServiceMonth => return Err(Failure::Internal),
            PeriodField::ActiveShare => Scalar::Decimal(exact::div(active, days).map_err(Failure::Arithmetic)?),
        })
    }
}
