//! What brings amounts of a deal into a plan's currency: one factor for each currency and day.

use crate::domain::columns::whole_of;
use crate::domain::columns::{Block, day_of};
use crate::domain::currency::Currency;
use crate::domain::facts::deal_column;
use crate::domain::value::Value;
use crate::plan::model::{Measure, Plan};
use crate::run::facts::Book;
use crate::run::scene::deal_rate_on;
use rust_decimal::Decimal;

/// The factors of a measure's deals.
pub struct Factors<'a> {
    book: &'a Book<'a>,
    plan: &'a Plan,
    measure: &'a Measure,
    /// The decimal places of the factors.
    pub scale: u32,
}

impl std::fmt::Debug for Factors<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Factors")
    }
}

impl<'a> Factors<'a> {
    /// Of a measure: wide enough for every rate of the plan's set.
    pub fn new(book: &'a Book<'a>, plan: &'a Plan, measure: &'a Measure) -> Self {
        let rates = book.facts.rates.iter().filter(|set| set.name == plan.convert.rates).flat_map(|set| &set.rates);
        let scale = rates.map(|rate| rate.rate.normalize().scale()).max().unwrap_or(0);
        Self { book, plan, measure, scale }
    }

    /// The columns that decide: currency and day.
    pub fn columns(&self) -> (Option<usize>, Option<usize>) {
        (Some(deal_column::CURRENCY), self.measure.when.column())
    }

    /// The factor of a row, where it is a number of at most so many places: what divides is worked by rows.
    pub fn of(&self, block: &Block<'_>, row: usize) -> Option<i64> {
        let code = block.value(deal_column::CURRENCY, row);
        let from = match code.as_ref().and_then(Value::text) {
            Some(code) => Currency::from_code(code)?,
            None => self.plan.currency,
        };
        if from == self.plan.currency {
            return whole_of(Decimal::ONE, self.scale);
        }
        let crate::domain::columns::Cells::Days(days) = block.cells.get(self.measure.when.column()?)? else {
            return None;
        };
        let day = day_of(*days.get(row)?)?;
        let measured = self.book.calendar.period_of(&self.measure.period, day).ok()?;
        let on = deal_rate_on(self.plan, day, Some(&measured));
        let factor = self.book.rates.factor(&self.plan.convert.rates, from, self.plan.currency, on).ok()?;
        if factor.den() != Decimal::ONE {
            return None;
        }
        whole_of(factor.num(), self.scale)
    }
}
