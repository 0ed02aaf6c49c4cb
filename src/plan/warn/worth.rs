//! What a component pays for a whole period, as a function of what is sold in it: what jumps are measured with.

use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, Fraction};
use crate::plan::model::{
    Base, Component, ComponentKind, CreditRule, Measure, On, Pays, Per, Plan, Price, QuotaRule, TestAction, Unit,
};
use crate::plan::table::{Axis, Mode, Tiers};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// The quota where neither the plan nor its tests have one: a round figure to show a jump with.
const ROUND: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);

/// A component, with the quota that stands for a typical one.
pub(super) struct Worth<'a> {
    plan: &'a Plan,
    component: &'a Component,
    quota: Decimal,
    unit: Unit,
}

/// What a table pays: its value, by what is sold or by the quota or alone.
pub(super) struct Curve<'a> {
    worth: &'a Worth<'a>,
    /// Units of the measure at 1 on the axis.
    scale: Decimal,
    kind: CurveKind,
    /// Whether it runs over each deal alone.
    pub per_deal: bool,
}

enum CurveKind {
    /// The value times what is sold.
    Sold,
    /// The value times the quota.
    Quota,
    /// The value.
    Alone,
    /// The value times what the component pays for that much.
    Factor,
}

impl<'a> Worth<'a> {
    /// Of a component that follows a measure or sum of this plan; objectives and instalments have no such curve.
    pub fn of(plan: &'a Plan, component: &'a Component) -> Option<Self> {
        let measure = match component.on {
            On::Measure(place) => plan.measures.get(place),
            On::Sum(_) | On::Component(_) | On::Periods(_) => None,
        }?;
        let curved = !matches!(component.kind, ComponentKind::Residual { .. } | ComponentKind::Objectives { .. });
        curved.then(|| Self { plan, component, quota: typical_quota(plan, measure), unit: measure.unit })
    }

    /// What the measure counts in.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The plan's currency.
    pub fn currency(&self) -> Currency {
        self.plan.currency
    }

    /// The quota that stands for a typical one.
    pub fn quota(&self) -> Decimal {
        self.quota
    }

    /// Whether it pays by credits, each as it comes.
    pub fn by_credit(&self) -> bool {
        matches!(self.component.kind, ComponentKind::Commission | ComponentKind::Spiff { .. })
    }

    /// Whether what it pays depends on the quota.
    pub fn by_quota(&self) -> bool {
        let by_attainment = match &self.component.price {
            Price::Table(table) => table.tiers().is_some_and(|tiers| tiers.axis == Axis::Attainment),
            Price::Constant(_) | Price::Dated(_) | Price::Formula(_) => false,
        };
        by_attainment || matches!(self.component.of, Base::Quota)
    }

    /// What its own table pays.
    pub fn tabled(&'a self, tiers: &Tiers) -> Option<Curve<'a>> {
        let kind = match (self.component.pays, &self.component.of) {
            (Pays::Amount, _) if self.by_credit() && self.unit == Unit::Number => CurveKind::Sold,
            (Pays::Amount, _) if self.by_credit() => return None,
            (Pays::Amount, _) => CurveKind::Alone,
            (Pays::Rate, Base::Credit | Base::Total) => CurveKind::Sold,
            (Pays::Rate, Base::Quota) => CurveKind::Quota,
            (Pays::Rate, Base::Formula(_)) => return None,
        };
        let per_deal = match self.component.per {
            Per::Period => false,
            Per::Deal => true,
            Per::Column(_) => return None,
        };
        Some(Curve { worth: self, scale: self.scale(tiers.axis), kind, per_deal })
    }

    /// What a factor over the attainment makes of what is paid.
    pub fn multiplied(&'a self, tiers: &Tiers) -> Option<Curve<'a>> {
        self.pays_at(tiers.axis, Decimal::ONE)?;
        Some(Curve { worth: self, scale: self.scale(tiers.axis), kind: CurveKind::Factor, per_deal: false })
    }

    fn scale(&self, axis: Axis) -> Decimal {
        if axis == Axis::Attainment { self.quota } else { Decimal::ONE }
    }

    /// What is paid, without gate and multiplier, on so much of a period; `None` where it cannot be said.
    pub fn pays_at(&self, axis: Axis, at: Decimal) -> Option<Fraction> {
        let sold = Fraction::from(at).times(self.scale(axis)).ok()?;
        self.pays(sold)
    }

    fn pays(&self, sold: Fraction) -> Option<Fraction> {
        let base = match &self.component.of {
            Base::Credit | Base::Total => sold,
            Base::Quota => Fraction::from(self.quota),
            Base::Formula(_) => return None,
        };
        if self.component.pays == Pays::Amount || !matches!(self.component.per, Per::Period) {
            return None;
        }
        match &self.component.price {
            Price::Constant(rate) => base.times(rate.figure).ok(),
            Price::Table(table) => {
                let tiers = table.tiers().filter(|tiers| !tiers.has_formulas())?;
                let unit = self.scale(tiers.axis);
                match tiers.mode {
                    Mode::Marginal if !matches!(self.component.of, Base::Quota) => {
                        tiers.marginal_sum(sold, Fraction::from(unit)).ok()
                    }
                    Mode::Marginal => None,
                    Mode::Steps if self.by_credit() => None,
                    Mode::Retroactive | Mode::Steps | Mode::Interpolated => {
                        let x = sold.by(Fraction::new(Decimal::ONE, unit).ok()?).ok()?;
                        base.by(tiers.value_at(x).ok()?).ok()
                    }
                }
            }
            Price::Dated(_) | Price::Formula(_) => None,
        }
    }
}

impl Curve<'_> {
    /// What a value pays at a point of the axis.
    ///
    /// # Errors
    /// Overflow.
    pub fn at(&self, value: Decimal, x: Fraction) -> Exact<Fraction> {
        match self.kind {
            CurveKind::Sold => x.times(self.scale)?.times(value),
            CurveKind::Quota => Fraction::from(self.worth.quota).times(value),
            CurveKind::Alone => Ok(Fraction::from(value)),
            CurveKind::Factor => match self.worth.pays(x.times(self.scale)?) {
                Some(pay) => pay.times(value),
                None => Ok(Fraction::ZERO),
            },
        }
    }

    /// Where pay is `wanted` again, from the row at `place` on; `None`: nowhere that can be said.
    ///
    /// # Errors
    /// Overflow.
    pub fn again(&self, tiers: &Tiers, place: usize, wanted: Fraction) -> Exact<Option<Fraction>> {
        for (at, row) in tiers.rows.iter().enumerate().skip(place) {
            let start = Fraction::from(row.from);
            if self.at(row.value, start)?.compare(wanted)? != Ordering::Less {
                return Ok(Some(start));
            }
            if !matches!(self.kind, CurveKind::Sold) || row.value <= Decimal::ZERO {
                continue;
            }
            // value × scale × x = wanted
            let x = wanted.by(Fraction::new(Decimal::ONE, row.value)?)?.by(Fraction::new(Decimal::ONE, self.scale)?)?;
            let end = tiers.rows.get(at.saturating_add(1)).map(|next| Fraction::from(next.from));
            if end.map_or(Ok(true), |end| x.compare(end).map(|order| order == Ordering::Less))? {
                return Ok(Some(x));
            }
        }
        Ok(None)
    }
}

/// The quota of the plan; else the middle one of its tests; else a round figure.
fn typical_quota(plan: &Plan, measure: &Measure) -> Decimal {
    if let QuotaRule::Amount(amount) = &measure.quota {
        return amount.figure;
    }
    let of_tests = plan.tests.iter().flat_map(|test| &test.steps).filter_map(|step| match &step.action {
        TestAction::Quota { measure: name, amount, .. } if *name == measure.name => Some(amount.figure),
        _ => None,
    });
    let mut quotas: Vec<Decimal> = of_tests.filter(|quota| *quota > Decimal::ZERO).collect();
    quotas.sort();
    let middle = quotas.len().checked_div(2).and_then(|middle| quotas.get(middle)).copied();
    let units = matches!((measure.unit, &measure.credit), (Unit::Number, CreditRule::Formula(_) | CreditRule::Given));
    middle.unwrap_or(if units { Decimal::ONE_HUNDRED } else { ROUND })
}
