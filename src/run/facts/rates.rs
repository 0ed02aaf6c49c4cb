//! Rates of exchange as the run asks for them: one fraction from one currency to another on a day.

use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction};
use crate::domain::facts::{Rate, RateSet};
use crate::plan::formula::Failure;
use crate::plan::model::Amount;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When a rate is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateOn {
    /// On a day.
    Day(NaiveDate),
    /// The plain average of the rates dated from one day to another, both included.
    Average(NaiveDate, NaiveDate),
}

impl RateOn {
    /// The day whose rate it is; an average has none.
    #[must_use]
    pub const fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Day(day) => Some(day),
            Self::Average(..) => None,
        }
    }
}

/// All sets, by name; of each the rates of a pair, by date.
#[derive(Debug, Default)]
pub struct Rates<'a>(BTreeMap<&'a str, Set<'a>>);

#[derive(Debug)]
struct Set<'a> {
    base: Option<Currency>,
    age: u32,
    pairs: BTreeMap<(Currency, Currency), Vec<&'a Rate>>,
}

impl<'a> Rates<'a> {
    /// Sorts the sets.
    #[must_use]
    pub fn sort(sets: &'a [RateSet]) -> Self {
        let sorted = sets.iter().map(|set| {
            let mut pairs: BTreeMap<(Currency, Currency), Vec<&Rate>> = BTreeMap::new();
            for rate in &set.rates {
                pairs.entry((rate.from, rate.to)).or_default().push(rate);
            }
            pairs.values_mut().for_each(|rates| rates.sort_by_key(|rate| rate.date));
            (&*set.name, Set { base: set.base, age: set.rate_age, pairs })
        });
        Self(sorted.collect())
    }

    /// What one unit of `from` is in `to`, as a fraction: the amount is multiplied first and divided once.
    ///
    /// # Errors
    /// [`Failure::Rate`] where the set has no rate in force; overflow.
    pub fn factor(&self, set: &Arc<str>, from: Currency, to: Currency, on: RateOn) -> Result<Fraction, Failure> {
        if from == to {
            return Ok(Fraction::ONE);
        }
        let missing = || {
            let (RateOn::Day(day) | RateOn::Average(_, day)) = on;
            Failure::Rate { set: Arc::clone(set), from, to, day }
        };
        let found = self.0.get(&**set).ok_or_else(missing)?;
        found.factor(from, to, on).map_err(Failure::Arithmetic)?.ok_or_else(missing)
    }

    /// An amount as a setting of a plan writes it, in the plan's currency, by the rate of a day.
    ///
    /// # Errors
    /// As [`Rates::factor`].
    pub fn amount(&self, amount: &Amount, set: &Arc<str>, into: Currency, on: NaiveDate) -> Result<Decimal, Failure> {
        let Some(from) = amount.currency.filter(|currency| *currency != into) else { return Ok(amount.figure) };
        let factor = self.factor(set, from, into, RateOn::Day(on))?;
        factor.times(amount.figure).and_then(Fraction::value).map_err(Failure::Arithmetic)
    }
}

impl Set<'_> {
    fn factor(&self, from: Currency, to: Currency, on: RateOn) -> Exact<Option<Fraction>> {
        let Some(base) = self.base else {
            return self.pair(from, to, on);
        };
        let (Some(of_from), Some(of_to)) = (self.pair(base, from, on)?, self.pair(base, to, on)?) else {
            return Ok(None);
        };
        of_to.by(Fraction::new(of_from.den(), of_from.num())?).map(Some)
    }

    /// Units of `to` for one of `from`: as quoted, or the inverse of the other way round; of both, the newer rate, and of one day
    /// the quoted one.
    fn pair(&self, from: Currency, to: Currency, on: RateOn) -> Exact<Option<Fraction>> {
        if from == to {
            return Ok(Some(Fraction::ONE));
        }
        let (quoted, other) = (self.quoted(from, to, on)?, self.quoted(to, from, on)?);
        match (quoted, other) {
            (Some((day, rate)), other) if other.is_none_or(|(other, _)| other <= day) => Ok(Some(rate)),
            (_, Some((_, rate))) => Fraction::new(rate.den(), rate.num()).map(Some),
            (rate, None) => Ok(rate.map(|(_, rate)| rate)),
        }
    }

    /// The rate that is quoted, with its day; an average with the first day of those it is of.
    fn quoted(&self, from: Currency, to: Currency, on: RateOn) -> Exact<Option<(NaiveDate, Fraction)>> {
        let Some(rates) = self.pairs.get(&(from, to)) else { return Ok(None) };
        match on {
            RateOn::Day(day) => {
                let last = rates.iter().rev().find(|rate| rate.date <= day);
                let last = last.filter(|rate| day <= self.last_day(rate));
                Ok(last.map(|rate| (rate.date, Fraction::from(rate.rate))))
            }
            RateOn::Average(first, last) => {
                let mut total = Decimal::ZERO;
                let mut count = Decimal::ZERO;
                for rate in rates.iter().filter(|rate| first <= rate.date && rate.date <= last) {
                    total = crate::domain::exact::add(total, rate.rate)?;
                    count = crate::domain::exact::add(count, Decimal::ONE)?;
                }
                if count.is_zero() { Ok(None) } else { Ok(Some((first, Fraction::new(total, count)?))) }
            }
        }
    }

    /// The last day on which a rate holds.
    fn last_day(&self, rate: &Rate) -> NaiveDate {
        let age = chrono::Days::new(u64::from(self.age));
        rate.until.unwrap_or_else(|| rate.date.checked_add_days(age).unwrap_or(NaiveDate::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::RowPlace;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn code(text: &str) -> Currency {
        Currency::from_code(text).unwrap()
    }

    fn rate(from: &str, to: &str, date: &str, rate: &str) -> Rate {
        Rate {
            from: code(from),
            to: code(to),
            date: day(date),
            rate: rate.parse().unwrap(),
            until: None,
            recorded: None,
            place: RowPlace { file: Arc::from("rates.csv"), line: 1 },
        }
    }

    #[test]
    fn through_the_base_with_one_division() {
        // 1 EUR = 1.10 USD = 0.80 GBP: 110 USD are 100 EUR are 80 GBP.
        let sets = [RateSet {
            name: Arc::from("market"),
            base: Some(code("EUR")),
            rate_age: 7,
            rates: vec![rate("EUR", "USD", "2026-02-10", "1.10"), rate("GBP", "EUR", "2026-02-10", "1.25")],
        }];
        let rates = Rates::sort(&sets);
        let market = Arc::from("market");
        let factor = |on: &str| rates.factor(&market, code("USD"), code("GBP"), RateOn::Day(day(on)));
        assert_eq!(
            factor("2026-02-17").unwrap().times("110".parse().unwrap()).unwrap().value(),
            Ok("80".parse().unwrap())
        );
        // A rate holds seven days after its date, and not before it.
        assert!(matches!(factor("2026-02-18"), Err(Failure::Rate { .. })));
        assert!(matches!(factor("2026-02-09"), Err(Failure::Rate { .. })));
    }

    #[test]
    fn of_both_ways_round_the_newer_rate_holds() {
        // 1.25 of the 2nd; half a euro a dollar, 2 dollars a euro, of the 3rd; both of the 5th, where the quoted one holds.
        let sets = [RateSet {
            name: Arc::from("market"),
            base: Some(code("EUR")),
            rate_age: 7,
            rates: vec![
                rate("EUR", "USD", "2026-01-02", "1.25"),
                rate("USD", "EUR", "2026-01-03", "0.5"),
                rate("EUR", "USD", "2026-01-05", "1.6"),
                rate("USD", "EUR", "2026-01-05", "0.4"),
            ],
        }];
        let rates = Rates::sort(&sets);
        let market = Arc::from("market");
        let dollars = |on: &str| {
            let factor = rates.factor(&market, code("EUR"), code("USD"), RateOn::Day(day(on))).unwrap();
            factor.times(Decimal::ONE_HUNDRED).and_then(Fraction::value).unwrap().normalize().to_string()
        };
        assert_eq!(["2026-01-02", "2026-01-04", "2026-01-06"].map(dollars), ["125", "200", "160"]);
    }
}
