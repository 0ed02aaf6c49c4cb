//! Explanation: the steps of a line as codes and figures, and the sentences that terminal and files make of them.
//!
//! Beside the stages: `earn` makes the steps, every view renders them. Steps of a line add up to the line; where
//! slices rounded one by one do not, the remainder is a step of its own.

use super::adjust::Entry;
use crate::domain::currency::Currency;
use crate::domain::exact::{RoundingMode, grouped, shortest};
use crate::plan::percent;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A part of the base that lies in one tier, at that tier's rate.
    Tier,
    /// The whole base at one rate.
    Flat,
    /// An amount.
    Amount,
    /// The whole base at the rate of the tier reached.
    Whole,
    /// The base at the value of a curve or step table.
    Curve,
    /// What was earned for the same line in earlier payouts of the measurement period.
    Before,
    /// What rounding the parts one by one leaves over.
    Rounding,
    /// Nothing is paid.
    NotPaid,
    /// What a multiplier adds or takes.
    Multiplier,
    /// What a floor adds.
    Floor,
    /// What a cap takes.
    Cap,
    /// The gate is shut.
    Gate,
    /// What is left of a budget does not cover it.
    Budget,
    /// An objective at its score.
    Objective,
    /// A part of a pool.
    Pool,
    /// What an event took back.
    TakenBack,
    /// On money that will never come.
    Lapse,
    /// Was still held when the payee left a plan that forfeits it.
    Forfeit,
    /// A top-up to a guarantee.
    Guarantee,
    /// What somebody decided.
    Manual,
    /// What closed periods should have held, as known now.
    Known,
    /// What closed periods hold.
    Posted,
    /// A figure that a condition read.
    Read,
}

impl StepKind {
    /// The code for views.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Flat => "flat",
            Self::Amount => "amount",
            Self::Whole => "whole",
            Self::Curve => "curve",
            Self::Before => "before",
            Self::Rounding => "rounding",
            Self::NotPaid => "not_paid",
            Self::Multiplier => "multiplier",
            Self::Floor => "floor",
            Self::Cap => "cap",
            Self::Gate => "gate",
            Self::Budget => "budget",
            Self::Objective => "objective",
            Self::Pool => "pool",
            Self::TakenBack => "taken_back",
            Self::Lapse => "lapse",
            Self::Forfeit => "forfeit",
            Self::Guarantee => "guarantee",
            Self::Manual => "manual",
            Self::Known => "known",
            Self::Posted => "posted",
            Self::Read => "read",
        }
    }
}

/// What the boundaries of a step are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Fractions of the quota.
    Attainment,
    /// Money in the plan's currency.
    Money,
    /// Units.
    Units,
    /// Instalments, from 1.
    Instalments,
    /// Scores, as fractions.
    Score,
}

impl Bounds {
    /// The code for views.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Attainment => "attainment",
            Self::Money => "money",
            Self::Units => "units",
            Self::Instalments => "instalments",
            Self::Score => "score",
        }
    }
}

/// A conversion between currencies, as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The currency it was in.
    pub from: Currency,
    /// The currency it is in now.
    pub to: Currency,
    /// Units of `to` for one of `from`; of several conversions together their average, to six decimals.
    pub rate: Decimal,
    /// The day on which the rate was read; `None`: an average of days.
    pub day: Option<NaiveDate>,
    /// The set of rates.
    pub set: Arc<str>,
}

impl Converted {
    /// `at 1.2 EUR for 1 GBP of 2026-02-10, market`
    #[must_use]
    pub fn text(&self) -> String {
        let day = self.day.map_or_else(|| "on average".to_owned(), |day| format!("of {day}"));
        format!("at {} {} for 1 {} {day}, {}", shortest(self.rate), self.to, self.from, self.set)
    }
}

/// One step of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// What the rate is applied to, in money or units.
    pub base: Option<Decimal>,
    /// The rate as a fraction, or the amount for each unit.
    pub rate: Option<Decimal>,
    /// Whether `rate` is an amount.
    pub is_amount: bool,
    /// What it adds to the line, at the minor unit.
    pub amount: Decimal,
    /// Where the tier begins.
    pub from: Option<Decimal>,
    /// Where it ends; `None`: open.
    pub to: Option<Decimal>,
    /// What the boundaries are.
    pub bounds: Option<Bounds>,
    /// The position on the table's axis that decided, for `Whole` and `Curve`; the limit, for `Floor` and `Cap`; what reaches
    /// nobody, for `Pool`; the figure, for `Read`.
    pub at: Option<Decimal>,
    /// What it is called, of an objective or a decision; how the script calls what is read.
    pub name: Option<Arc<str>>,
    /// How the base came about, of a pool, or what is known now, of a true-up: the steps that add up to it. Of a shut gate, a
    /// factor, the price of a period and that of a deal by a formula what they were worked from.
    pub of: Option<Arc<[Self]>>,
}

impl Step {
    /// A step with an amount alone.
    #[must_use]
    pub fn of(kind: StepKind, amount: Decimal) -> Self {
        Self {
            kind,
            base: None,
            rate: None,
            is_amount: false,
            amount,
            from: None,
            to: None,
            bounds: None,
            at: None,
            name: None,
            of: None,
        }
    }

    /// The step in English: `20,000.00 x 8 %, from 50 % to 100 % of quota`.
    #[must_use]
    pub fn text(&self, places: u32) -> String {
        let base = self.base.map(|base| if self.is_amount { shortest(base) } else { grouped(base, places) });
        let rate = self.rate.map(|rate| if self.is_amount { price(rate, places) } else { percent(rate) });
        let product = match (base, rate) {
            (Some(base), Some(rate)) => format!("{base} × {rate}"),
            (None, Some(rate)) => rate,
            _ => grouped(self.amount, places),
        };
        match self.kind {
            StepKind::Tier | StepKind::Whole | StepKind::Curve => {
                let range = self.range(places);
                let at = self.at.map_or_else(String::new, |at| format!(", at {}", self.bound(at, places)));
                let range = if range.is_empty() { range } else { format!(", {range}") };
                format!("{product}{at}{range}")
            }
            StepKind::Flat | StepKind::Amount => format!("{product}{}", self.made(places)),
            StepKind::Before => "earned for this line before".to_owned(),
            StepKind::Rounding => "rounding of the parts".to_owned(),
            StepKind::NotPaid => "pays nothing".to_owned(),
            StepKind::Multiplier => {
                format!("times {}{}", self.rate.map_or_else(String::new, shortest), self.made(places))
            }
            StepKind::Floor => format!("up to the floor{}", self.limit(places)),
            StepKind::Cap if self.amount.is_zero() => {
                format!("held over the cap{}, or released under it", self.limit(places))
            }
            StepKind::Cap => format!("over the cap{}", self.limit(places)),
            StepKind::Gate => format!("the gate is shut{}", self.made(places)),
            StepKind::Budget => "the budget is used up".to_owned(),
            StepKind::Objective => {
                let at = self.at.map_or_else(String::new, |at| format!(", scored {}", reached_percent(at)));
                format!("{}{product}{at}", self.name.as_ref().map_or_else(String::new, |name| format!("{name}: ")))
            }
            StepKind::Pool => {
                let part = self.rate.map_or_else(String::new, short_percent);
                let pool = self.base.map_or_else(String::new, |base| grouped(base, places));
                let rest = self
                    .at
                    .map_or_else(String::new, |rest| format!(", of which {} reach nobody", grouped(rest, places)));
                format!("{part} of a pool of {pool}{}{rest}", self.made(places))
            }
            StepKind::TakenBack => {
                let part = self.rate.map_or_else(String::new, |rate| short_percent(rate.abs()));
                let line = self.base.map_or_else(String::new, |base| grouped(base, places));
                let gives = self.rate.is_some_and(|rate| rate < Decimal::ZERO);
                format!("{part} of {line} {}", if gives { "given back" } else { "taken back" })
            }
            StepKind::Lapse => "on money that will not come".to_owned(),
            StepKind::Forfeit => {
                if self.amount.is_sign_negative() { "forfeited at leaving" } else { "forfeited no more" }.to_owned()
            }
            StepKind::Guarantee => {
                let own = self.base.map_or_else(String::new, |own| format!(", from {}", grouped(own, places)));
                format!("up to the guarantee{}{own}", self.limit(places))
            }
            StepKind::Read => {
                let name = self.name.as_ref().map_or("", |name| &**name);
                let figure = self.at.map(|at| match self.bounds {
                    Some(Bounds::Attainment | Bounds::Score) => reached_percent(at),
                    Some(Bounds::Money) => grouped(at, places),
                    _ => shortest(at),
                });
                figure.map_or_else(|| name.to_owned(), |figure| format!("{name} {figure}"))
            }
            StepKind::Manual => self.name.as_ref().map_or_else(|| "decided".to_owned(), ToString::to_string),
            StepKind::Known => {
                let what = self.name.as_ref().map_or("as known now", |name| &**name);
                format!("{what}{}", self.made(places))
            }
            StepKind::Posted => {
                self.name.as_ref().map_or_else(|| "as posted in closed periods".to_owned(), ToString::to_string)
            }
        }
    }

    /// How the base came about, in brackets.
    fn made(&self, places: u32) -> String {
        let steps = self.of.iter().flat_map(|steps| steps.iter()).map(|step| step.text(places));
        let steps = steps.collect::<Vec<_>>().join("; ");
        if steps.is_empty() { steps } else { format!(" ({steps})") }
    }

    fn limit(&self, places: u32) -> String {
        self.at.map_or_else(String::new, |at| format!(" of {}", grouped(at, places)))
    }

    fn bound(&self, at: Decimal, places: u32) -> String {
        match self.bounds {
            Some(Bounds::Attainment) => format!("{} of quota", reached_percent(at)),
            Some(Bounds::Money) => grouped(at, places),
            _ => shortest(at),
        }
    }

    fn range(&self, places: u32) -> String {
        match (self.from, self.to, self.bounds) {
            (Some(from), Some(to), Some(Bounds::Attainment)) => {
                format!("from {} to {} of quota", percent(from), percent(to))
            }
            (Some(from), Some(to), Some(_)) => {
                format!("from {} to {}", self.bound(from, places), self.bound(to, places))
            }
            (Some(from), None, Some(_)) => format!("from {} up", self.bound(from, places)),
            _ => String::new(),
        }
    }
}

/// One line of English that says how an entry came about.
#[must_use]
pub fn reason(entry: &Entry) -> String {
    let places = entry.plan_currency.places();
    // What is only read adds nothing.
    let steps = entry.steps.iter().filter(|step| !matches!(step.kind, StepKind::Rounding | StepKind::Read));
    let parts: Vec<String> = steps.map(|step| step.text(places)).collect();
    parts.join("; ")
}

/// The most decimals of an amount for one unit.
const PRICE_PLACES: u32 = 8;

/// The decimals with which an amount for one unit is shown: the currency's, or as many as it has.
#[must_use]
pub fn price_places(price: Decimal, places: u32) -> u32 {
    price.round_dp(PRICE_PLACES).normalize().scale().max(places)
}

/// An amount for one unit, in all its decimals: 0.0025 is no 0.00.
fn price(price: Decimal, places: u32) -> String {
    grouped(price, price_places(price, places))
}

/// A fraction as a percent with at most two decimals, for parts that are not written by anybody.
#[must_use]
pub fn short_percent(fraction: Decimal) -> String {
    percent(fraction.round_dp(4))
}

/// An attainment or a score, cut to so many decimals: what is just below a boundary is not shown at it.
#[must_use]
pub fn reached(fraction: Decimal, places: u32) -> Decimal {
    RoundingMode::Down.round(fraction, places)
}

/// The same as a percent with at most two decimals.
fn reached_percent(fraction: Decimal) -> String {
    percent(reached(fraction, 4))
}

/// The same of an attainment as statements write it.
#[must_use]
pub fn reached_percent_of(fraction: &str) -> String {
    fraction.parse::<Decimal>().map_or_else(|_| fraction.to_owned(), reached_percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_for_one_has_all_its_decimals() {
        let step = |rate: &str, places| {
            let (base, rate) = (Some(Decimal::from(100_000)), Some(rate.parse().unwrap()));
            Step { base, rate, is_amount: true, ..Step::of(StepKind::Amount, Decimal::ZERO) }.text(places)
        };
        assert_eq!(step("0.0025", 2), "100000 × 0.0025");
        assert_eq!(step("0.125000", 2), "100000 × 0.125");
        assert_eq!(step("5", 2), "100000 × 5.00");
        assert_eq!(step("37.5", 0), "100000 × 37.5");
        assert_eq!(step("33.333333333333", 2), "100000 × 33.33333333");
    }

    #[test]
    fn what_is_taken_back_may_be_given_back() {
        let step = |rate: &str| {
            let (base, rate) = (Some(Decimal::from(500)), Some(rate.parse().unwrap()));
            Step { base, rate, ..Step::of(StepKind::TakenBack, Decimal::ZERO) }.text(2)
        };
        assert_eq!(step("0.2"), "20 % of 500.00 taken back");
        assert_eq!(step("-0.5"), "50 % of 500.00 given back");
    }

    #[test]
    fn what_is_just_below_a_boundary_is_not_shown_at_it() {
        // 999,999.99 of 1,000,000 are 99.999999 %.
        assert_eq!(reached_percent_of("0.99999999"), "99.99 %");
        assert_eq!(reached_percent_of("1"), "100 %");
        assert_eq!(reached_percent_of("-0.123456"), "-12.34 %");
        let read = |at: &str| {
            let at = Some(at.parse().unwrap());
            Step { at, bounds: Some(Bounds::Attainment), ..Step::of(StepKind::Read, Decimal::ZERO) }.text(2)
        };
        assert_eq!(read("0.499999"), " 49.99 %");
    }

    #[test]
    fn amounts_have_thousands() {
        for (amount, text) in
            [("0", "0.00"), ("999.5", "999.50"), ("1000", "1,000.00"), ("-1234567.891", "-1,234,567.89")]
        {
            assert_eq!(grouped(amount.parse().unwrap(), 2), text);
        }
    }
}
