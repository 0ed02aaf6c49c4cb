//! Residuals: a line for each instalment of a deal, from the day it counts, for as long as it runs.

use super::super::super::credit::Credit;
use super::super::super::explain::{Bounds, Step, StepKind};
use super::super::line::{Part, Raw};
use super::super::track::TrackCredit;
use super::{Failed, Pricer};
use crate::domain::calendar::PeriodKind;
use crate::domain::exact::Fraction;
use crate::domain::facts::deal_column;
use crate::domain::value::{Duration, Value};
use crate::plan::formula::{EvalError, Failure, shift};
use crate::plan::model::{Ends, On, Pays, Price, sum_below};
use crate::run::failures::About;
use crate::run::measure::Followed;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// No deal has more instalments: a hundred years of weeks.
const MOST: u32 = 5_300;

impl<'c> Pricer<'_, '_, 'c> {
    /// The instalments of all deals that fall into the period.
    pub(super) fn instalments(&self, every: &PeriodKind, ends: Ends) -> Result<Vec<Raw>, Failed> {
        // The period of a plan is not over for instalments when the plan is.
        let last = match self.track.period.kind {
            PeriodKind::Plan => self.work.moment.until,
            _ => self.known_end(),
        };
        let mut lines = Vec::new();
        for credit in self.credits() {
            let about = |error: EvalError| (error, credit.deal.map(About::Deal));
            let Some(deal) = credit.deal else { continue };
            let stands = self.work.stands(self.place, Some(self.component), credit).map_err(about)?;
            let Some(stands) = stands else { continue };
            let on = TrackCredit { credit: stands, before: Decimal::ZERO };
            if !self.may_have_a_line(&on.credit) || !self.pays_on(&on).map_err(about)? {
                continue;
            }
            for instalment in 1..=MOST {
                let Some(day) = instalment_day(credit.day, every, instalment) else { break };
                if day > last || !self.runs(deal, credit, ends, day) {
                    break;
                }
                if day < self.track.period.from || !self.holds(deal, credit, day) {
                    continue;
                }
                lines.push(self.instalment(&on, instalment, day).map_err(about)?);
            }
        }
        // As they fall due: where their running total is rounded, a later instalment moves no cent of an earlier one.
        lines.sort_by_key(|line| (line.day, line.credit.as_ref().map(|credit| credit.day), line.deal));
        Ok(lines)
    }

    /// The credits whose instalments the payee may have: those of the payee's path, and those of deals handed over to the payee.
    fn credits(&self) -> Vec<&'c Credit> {
        let On::Measure(measure) = self.rules.on else { return Vec::new() };
        let (plan, place) = self.work.book.home(self.place, measure);
        let id = self.work.book.payees.get(self.payee).map(|payee| &payee.id);
        let handed = |credit: &Credit| {
            credit.deal.is_some_and(|deal| {
                let events = self.work.book.events(deal).iter();
                events.filter(|event| &*event.kind == "reassigned").any(|event| event.payee.as_ref() == id)
            })
        };
        let gathered = self.is_gathered();
        let mut found = Vec::new();
        for (key, path) in &self.work.measured.paths {
            if key.plan != plan || key.of != Followed::Measure(place) {
                continue;
            }
            // What is gathered of others stays with whom it was gathered for, whoever has the account.
            let of_path = |credit: &Credit| key.payee == self.payee || !gathered && handed(credit);
            found.extend(path.credits.iter().filter(|credit| of_path(credit)));
        }
        found
    }

    /// Whether the measure gathers what others are credited.
    fn is_gathered(&self) -> bool {
        matches!(self.rules.on, On::Measure(place) if sum_below(&self.plan.measures, place).is_some())
    }

    /// Whether the payee has the account on a day: the one to whom it was last handed over, else the one credited.
    fn holds(&self, deal: usize, credit: &Credit, day: NaiveDate) -> bool {
        self.is_gathered() || self.work.book.handed(deal, day).unwrap_or(credit.payee) == self.payee
    }

    /// Whether instalments still run on a day: within the term, and not ended by an event.
    fn runs(&self, deal: usize, credit: &Credit, ends: Ends, day: NaiveDate) -> bool {
        let book = self.work.book;
        let row = book.deals.get(deal);
        if ends == Ends::Term {
            let term = row.and_then(|row| row.cell(deal_column::TERM)).and_then(Value::decimal);
            let months = term.and_then(|term| i64::try_from(term).ok());
            let by_term = months.and_then(|months| shift(credit.day, Duration::Months(months), false));
            let last = row.and_then(|row| row.date(deal_column::ENDS));
            if last.is_some_and(|last| day > last) || last.is_none() && by_term.is_some_and(|end| day >= end) {
                return false;
            }
        }
        let ending = |kind: &str| {
            kind == "cancelled" || self.plan.clawbacks.iter().any(|rule| rule.on.iter().any(|on| &**on == kind))
        };
        // Reinstated, it runs on as if it had never ended.
        let mut ended: Option<NaiveDate> = None;
        for place in book.happened(deal).iter().filter(|place| **place < self.work.moment.known) {
            let Some(happening) = book.happenings.get(*place) else { continue };
            let kind = &*happening.event.kind;
            let whole = happening.event.amount.is_none() || kind == "cancelled";
            if kind == "reinstated" {
                ended = None;
            } else if ending(kind) && whole && ended.is_none() {
                ended = Some(happening.event.date);
            }
        }
        ended.is_none_or(|end| day < end)
    }

    fn instalment(&self, on: &TrackCredit<'_>, instalment: u32, day: NaiveDate) -> Result<Raw, EvalError> {
        let number = Decimal::from(instalment);
        let price = match Self::price_on(&self.rules.price, day) {
            Price::Constant(price) => self.amount(price, day)?,
            Price::Formula(formula) => self.of_deal(on, |view| formula.decimal(view))?,
            Price::Table(table) => {
                let Some(tiers) = table.tiers() else { return Err(self.failed(Failure::Internal)) };
                let tiers = self.known(tiers, |formula| self.of_deal(on, |view| formula.decimal(view)))?;
                self.exact(tiers.value_at(Fraction::from(number)).and_then(Fraction::value))?
            }
            Price::Dated(_) => return Err(self.failed(Failure::Internal)),
        };
        let (base, kind) = match self.rules.pays {
            Pays::Rate => (self.base_of(on)?, StepKind::Flat),
            Pays::Amount => (self.count_of(on), StepKind::Amount),
        };
        let amount = self.exact(crate::domain::exact::mul(base, price))?;
        let step = Step { at: Some(number), bounds: Some(Bounds::Instalments), ..self.step(kind, base, price) };
        let mut raw = Raw {
            part: Part::Instalment(instalment),
            day: Some(day),
            parts: vec![(Fraction::from(amount), step)],
            ..self.about_deal(on)
        };
        if let Some(multiplier) = &self.rules.multiplier {
            let factor = match Self::price_on(multiplier, day) {
                Price::Formula(formula) => Fraction::from(self.of_deal(on, |view| formula.decimal(view))?),
                other => self.factor(other)?,
            };
            self.multiply(&mut raw, factor)?;
        }
        Ok(raw)
    }
}

/// The day of an instalment: the first on the deal's own day.
fn instalment_day(first: NaiveDate, every: &PeriodKind, instalment: u32) -> Option<NaiveDate> {
    let steps = i64::from(instalment).checked_sub(1)?;
    let length = match every {
        PeriodKind::Week => Duration::Days(steps.checked_mul(7)?),
        PeriodKind::Quarter => Duration::Months(steps.checked_mul(3)?),
        PeriodKind::Half => Duration::Months(steps.checked_mul(6)?),
        PeriodKind::Year | PeriodKind::Anniversary => Duration::Months(steps.checked_mul(12)?),
        _ => Duration::Months(steps),
    };
    shift(first, length, false)
}
