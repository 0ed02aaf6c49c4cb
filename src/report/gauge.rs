//! Gauges: a payee's position on each tiered component, how far it is to the next tier, and the exact payout curve.
//!
//! The curve has the corners that the table has, not samples: at a jump two points stand at one place.

use crate::domain::calendar::Period;
use crate::domain::exact::{Exact, Fraction, RoundingMode, fixed, shortest};
use crate::plan::model::{Base, Component, ComponentKind, On, Pays, Per, Plan, Price, Unit};
use crate::plan::table::{Axis, Mode, Tiers};
use crate::run::explain::reached;
use crate::run::measure::Standing;
use crate::run::statement::unit_word;
use rust_decimal::Decimal;
use serde::Serialize;

/// A rate table over one measure: what gauge and curve draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gauge {
    /// The plan.
    pub plan: String,
    /// The component.
    pub component: String,
    /// The measure.
    pub measure: String,
    /// The measurement period.
    pub period: String,
    /// `money` or `number`.
    pub unit: &'static str,
    /// The plan's currency.
    pub currency: &'static str,
    /// The total to date.
    pub total: String,
    /// The quota.
    pub quota: Option<String>,
    /// Total by quota, a fraction.
    pub attainment: Option<String>,
    /// How the table works.
    pub mode: &'static str,
    /// Its rows.
    pub tiers: Vec<GaugeTier>,
    /// The next row above the position.
    pub next: Option<GaugeNext>,
    /// Corner points of what the component pays.
    pub curve: Vec<Point>,
    /// The payee's position.
    pub here: Point,
}

/// A row of a gauge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GaugeTier {
    /// Where it begins.
    pub from: String,
    /// `attainment`, `money` or `units`.
    pub bounds: &'static str,
    /// Its rate, a fraction.
    pub rate: Option<String>,
    /// Its amount.
    pub pay: Option<String>,
}

/// The next row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GaugeNext {
    /// Where it begins.
    pub at: String,
    /// What is missing, rounded up.
    pub missing: String,
    /// Its rate.
    pub rate: Option<String>,
    /// Its amount.
    pub pay: Option<String>,
}

/// A point of the curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Attainment as a fraction, or money or units.
    pub x: String,
    /// What the component pays there for the whole measurement period; for all that it runs on over, where it does.
    pub amount: String,
}

/// The gauges of a standing at the end of a payout period: one for each component with a tier table over its measure.
#[must_use]
pub fn gauges(standing: &Standing, plan: &Plan, period: &Period) -> Vec<Gauge> {
    let Some(measure) = plan.measures.iter().position(|measure| measure.name == standing.measure) else {
        return Vec::new();
    };
    let over = |component: &&Component| component.on == On::Measure(measure) && component.per == Per::Period;
    let components = plan.components.iter().filter(over);
    components
        .filter_map(|component| match &component.price {
            Price::Table(table) => {
                let view = View { standing, plan, component, tiers: table.tiers()? };
                view.gauge(standing.total(period.to)).ok().flatten()
            }
            _ => None,
        })
        .collect()
}

struct View<'a> {
    standing: &'a Standing,
    plan: &'a Plan,
    component: &'a Component,
    tiers: &'a Tiers,
}

impl View<'_> {
    fn gauge(&self, total: Decimal) -> Exact<Option<Gauge>> {
        // Without a quota there is no place on an axis of attainment.
        let unit = match (self.tiers.axis, self.standing.quota) {
            (Axis::Figure, _) => Fraction::ONE,
            (Axis::Attainment, Some(quota)) if !quota.is_zero() => quota,
            _ => return Ok(None),
        };
        let x = Fraction::from(total).by(Fraction::new(unit.den(), unit.num())?)?;
        let figure = |amount: Decimal| self.standing.figure(amount, self.plan.currency);
        // Positions are attainment exactly where the gauge names a quota.
        let by_quota = self.tiers.axis == Axis::Attainment;
        Ok(Some(Gauge {
            plan: self.plan.name.to_string(),
            component: self.component.name.to_string(),
            measure: self.standing.measure.to_string(),
            period: self.standing.period.label.to_string(),
            unit: unit_word(self.standing.unit),
            currency: self.plan.currency.code(),
            total: figure(total),
            quota: self.standing.quota.filter(|_| by_quota).and_then(|quota| quota.value().ok()).map(figure),
            attainment: self
                .standing
                .attainment(total)
                .filter(|_| by_quota)
                .map(|attainment| shortest(reached(attainment, 6))),
            mode: self.tiers.mode.word(),
            tiers: self.rows(),
            next: self.next(x, total, unit)?,
            curve: self.curve(x, unit)?,
            here: self.point(x.value()?, x, unit, false)?,
        }))
    }

    fn bounds(&self) -> &'static str {
        match (self.tiers.axis, self.standing.unit) {
            (Axis::Attainment, _) => "attainment",
            (Axis::Figure, Unit::Money) => "money",
            (Axis::Days | Axis::Months, _) | (Axis::Figure, Unit::Number) => "units",
        }
    }

    fn price(&self, value: Decimal) -> (Option<String>, Option<String>) {
        match self.component.pays {
            Pays::Rate => (Some(shortest(value)), None),
            Pays::Amount => (None, Some(fixed(value, self.plan.currency.places()))),
        }
    }

    fn rows(&self) -> Vec<GaugeTier> {
        let rows = self.tiers.rows.iter().map(|row| {
            let (rate, pay) = self.price(row.value);
            GaugeTier { from: shortest(row.from), bounds: self.bounds(), rate, pay }
        });
        rows.collect()
    }

    fn next(&self, x: Fraction, total: Decimal, unit: Fraction) -> Exact<Option<GaugeNext>> {
        // A rate of nothing is none that anybody reaches for.
        for row in self.tiers.rows.iter().filter(|row| !row.value.is_zero()) {
            if Fraction::from(row.from).compare(x)?.is_gt() {
                let places = if self.standing.unit == Unit::Money { self.plan.currency.places() } else { 0 };
                let missing = crate::domain::exact::sub(unit.times(row.from)?.value()?, total)?;
                let (rate, pay) = self.price(row.value);
                let missing = fixed(RoundingMode::Up.round(missing, places), places);
                return Ok(Some(GaugeNext { at: shortest(row.from), missing, rate, pay }));
            }
        }
        Ok(None)
    }

    /// The corners: the start, each boundary (twice where the amount jumps there), and a point beyond the last.
    fn curve(&self, x: Fraction, unit: Fraction) -> Exact<Vec<Point>> {
        let last = self.tiers.rows.last().map_or(Decimal::ONE, |row| row.from);
        let beyond = crate::domain::exact::mul(last.max(x.value()?).max(Decimal::ONE), Decimal::new(125, 2))?;
        let mut points = vec![self.point(Decimal::ZERO, Fraction::ZERO, unit, false)?];
        for row in self.tiers.rows.iter().filter(|row| !row.from.is_zero()) {
            let before = self.point(row.from, row.from.into(), unit, true)?;
            let at = self.point(row.from, row.from.into(), unit, false)?;
            if points.last() != Some(&before) {
                points.push(before.clone());
            }
            if before != at {
                points.push(at);
            }
        }
        points.push(self.point(beyond, beyond.into(), unit, false)?);
        Ok(points)
    }

    /// What is paid at a position; with `below`, just before it.
    fn point(&self, shown: Decimal, x: Fraction, unit: Fraction, below: bool) -> Exact<Point> {
        let total = x.by(unit)?;
        let amount = if self.tiers.mode == Mode::Marginal {
            self.tiers.marginal_sum(total, unit)?
        } else {
            let value = if below && self.tiers.mode != Mode::Interpolated {
                self.value_below(x)?
            } else {
                self.tiers.value_at(x)?
            };
            self.base(total)?.by(value)?
        };
        let amount =
            fixed(self.plan.rounding.round(amount.value()?, self.plan.currency.places()), self.plan.currency.places());
        Ok(Point { x: shortest(shown.round_dp(6)), amount })
    }

    /// The value of the row below a boundary.
    fn value_below(&self, x: Fraction) -> Exact<Fraction> {
        let mut value = self.tiers.rows.first().map_or(Decimal::ZERO, |row| row.value);
        for row in &self.tiers.rows {
            if Fraction::from(row.from).compare(x)?.is_lt() {
                value = row.value;
            }
        }
        Ok(Fraction::from(value))
    }

    fn base(&self, total: Fraction) -> Exact<Fraction> {
        let is_deal_amount =
            matches!(self.component.kind, ComponentKind::Commission) && self.standing.unit == Unit::Number;
        Ok(match (self.component.pays, &self.component.of) {
            (Pays::Amount, _) if is_deal_amount => total,
            (Pays::Amount, _) => Fraction::ONE,
            (Pays::Rate, Base::Quota) => self.standing.quota.unwrap_or(Fraction::ZERO),
            (Pays::Rate, _) => total,
        })
    }
}
