//! What a component pays for a path: line by line in whole numbers, or for the whole period.

use super::credit::Credit;
use crate::domain::columns::SHARE_SCALE;
use crate::domain::columns::whole_of;
use crate::domain::exact::Fraction;
use crate::plan::model::{Base, Component, ComponentKind, On, Pays, Per, Plan, Price, Unit};
use crate::plan::table::{Axis, Mode, Tiers};
use crate::run::earn::scaled::{Curve, round};
use rust_decimal::Decimal;

/// What is worked for each deal or for each period, of one component.
#[derive(Debug)]
pub struct Pricing<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The component.
    pub rules: &'a Component,
    /// The decimal places of credits.
    pub scale: u32,
    /// Whether the measure counts money.
    pub unit: Unit,
}

/// What some credits come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Whole {
    /// Added up.
    pub sum: i64,
    /// Added up without their signs: no sum of some of them is further from nothing.
    pub most: i64,
    /// The largest, without its sign.
    pub largest: i64,
}

/// Something that whole numbers have no room for, or that has no value: rows are worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Lines of a path at one moment.
pub enum Lines {
    /// Slices of a curve that runs on from credit to credit.
    Running(Curve),
    /// Slices of a curve that begins anew with each.
    Each(Curve),
    /// One rate on the credit, or one amount for the share.
    Flat(i64),
    /// One rate that is no whole number.
    Fraction(Fraction),
}

/// How lines are made of credits, at one moment.
pub struct Made {
    /// The lines.
    pub lines: Lines,
    /// Whether an amount is paid for the share, not a rate on the credit.
    by_share: bool,
    /// By what credits are multiplied to come to the scale of the boundaries.
    lift: i64,
    /// Units of a line in one minor unit.
    unit: i64,
    /// Decimal places of a credit, or a share.
    scale: u32,
}

fn power(places: u32) -> Result<i64, NoRoom> {
    10_i64.checked_pow(places).ok_or(NoRoom)
}

impl<'a> Pricing<'a> {
    fn tiers(&self) -> Option<&'a Tiers> {
        match &self.rules.price {
            Price::Table(table) => table.tiers(),
            _ => None,
        }
    }

    /// Whether the component pays deal by deal.
    pub fn by_deal(&self) -> bool {
        matches!(self.rules.kind, ComponentKind::Commission | ComponentKind::Spiff { .. })
    }

    /// Whether later credits leave the lines of earlier ones as they are.
    pub fn runs_on(&self) -> bool {
        self.tiers().is_none_or(|tiers| tiers.mode == Mode::Marginal || self.rules.per == Per::Deal)
    }

    fn places(&self) -> u32 {
        self.plan.currency.places()
    }

    /// How lines are made of a path's credits that add up to `total`.
    pub fn made(&self, quota: Option<Fraction>, total: i64, whole: Whole) -> Result<Made, NoRoom> {
        // A running total that is rounded once needs room for all of it, a line for itself.
        let most = whole.most;
        let widest = if self.plan.rounding.per_period { most } else { whole.largest };
        let by_share = self.rules.pays == Pays::Amount && self.unit == Unit::Money;
        let scale = if by_share { SHARE_SCALE } else { self.scale };
        let made = |lines: Lines, lift: i64, line_scale: u32| {
            let unit = power(line_scale.checked_sub(self.places()).ok_or(NoRoom)?)?;
            Ok(Made { lines, by_share, lift, unit, scale })
        };
        // A rate wide enough that lines have at least the places of the currency.
        let wide = |rate: Decimal| rate.normalize().scale().max(self.places().saturating_sub(scale));
        let flat = |rate: Decimal| {
            let places = wide(rate);
            let rate = whole_of(rate, places).ok_or(NoRoom)?;
            let most = if by_share { 1_i64 << 30 } else { widest };
            rate.checked_abs().and_then(|rate| rate.checked_mul(most)).filter(|most| *most < 1 << 61).ok_or(NoRoom)?;
            made(Lines::Flat(rate), 1, scale.checked_add(places).ok_or(NoRoom)?)
        };
        let Some(tiers) = self.tiers() else {
            let Price::Constant(amount) = &self.rules.price else { return Err(NoRoom) };
            return flat(amount.figure);
        };
        let unit = self.axis_unit(tiers, quota, total)?;
        if tiers.mode != Mode::Marginal {
            if self.rules.per != Per::Period {
                return Err(NoRoom);
            }
            let x = position(Decimal::new(total, self.scale), unit)?;
            let price = tiers.value_at(x).map_err(|_| NoRoom)?;
            if price.den() == Decimal::ONE {
                return flat(price.num());
            }
            return made(Lines::Fraction(price), 1, self.places());
        }
        if by_share || unit.den() != Decimal::ONE {
            return Err(NoRoom);
        }
        let (unit, rates) = (unit.num().normalize(), tiers.rows.iter().map(|row| wide(row.value)).max().ok_or(NoRoom)?);
        let boundary =
            tiers.rows.iter().map(|row| row.from.normalize().scale()).max().unwrap_or(0).saturating_add(unit.scale());
        let own = self.scale.max(boundary);
        let mut curve = Curve::default();
        let mut before = 0_i64;
        for (place, row) in tiers.rows.iter().enumerate() {
            let rate = whole_of(row.value, rates).ok_or(NoRoom)?;
            let from =
                crate::domain::exact::mul(unit, row.from).ok().and_then(|from| whole_of(from, own)).ok_or(NoRoom)?;
            if place == 0 {
                curve.first = rate;
            } else {
                curve.rises.push((from, rate.checked_sub(before).ok_or(NoRoom)?));
            }
            before = rate;
        }
        let lift = power(own.saturating_sub(self.scale))?;
        let (most, widest) = (most.checked_mul(lift).ok_or(NoRoom)?, widest.checked_mul(lift).ok_or(NoRoom)?);
        // A curve that begins anew with each deal is worked from nothing to the deal.
        let far = curve.rises.iter().filter_map(|(from, _)| from.checked_abs()).max().unwrap_or(0);
        let widest = if self.rules.per == Per::Deal { widest.checked_add(far).ok_or(NoRoom)? } else { widest };
        if !curve.has_room(most, widest) {
            return Err(NoRoom);
        }
        let lines = if self.rules.per == Per::Deal { Lines::Each(curve) } else { Lines::Running(curve) };
        made(lines, lift, own.checked_add(rates).ok_or(NoRoom)?)
    }

    /// The measure's amount at 1 on a table's axis.
    fn axis_unit(&self, tiers: &Tiers, quota: Option<Fraction>, total: i64) -> Result<Fraction, NoRoom> {
        match (tiers.axis, quota.filter(|quota| !quota.is_zero())) {
            (Axis::Attainment, Some(quota)) => Ok(quota),
            // Without credit and without quota the attainment is nothing.
            (Axis::Attainment, None) if total == 0 => Ok(Fraction::ONE),
            (Axis::Attainment, None) => Err(NoRoom),
            _ => Ok(Fraction::ONE),
        }
    }

    /// What a whole period pays on its total, in minor units.
    pub fn of_period(&self, quota: Option<Fraction>, total: i64) -> Result<i64, NoRoom> {
        let whole = Decimal::new(total, self.scale);
        let base = match (&self.rules.of, self.rules.pays) {
            (_, Pays::Amount) => Fraction::ONE,
            (Base::Credit | Base::Total, _) => Fraction::from(whole),
            (Base::Quota, _) => quota.unwrap_or(Fraction::ZERO),
            (Base::Formula(_), _) => return Err(NoRoom),
        };
        let exact = |result: crate::domain::exact::Exact<Fraction>| result.map_err(|_| NoRoom);
        let amount = match (&self.rules.price, self.tiers()) {
            (Price::Constant(price), _) => exact(base.times(price.figure))?,
            (Price::Table(_), Some(tiers)) => {
                let unit = self.axis_unit(tiers, quota, total)?;
                if tiers.mode == Mode::Marginal {
                    let mut sum = Fraction::ZERO;
                    for slice in tiers.slices(Fraction::ZERO, whole.into(), unit).map_err(|_| NoRoom)? {
                        sum = exact(slice.base.times(slice.tier.value).and_then(|slice| sum.plus(slice)))?;
                    }
                    sum
                } else {
                    let price = tiers.value_at(position(whole, unit)?);
                    exact(price.and_then(|price| base.by(price)))?
                }
            }
            _ => return Err(NoRoom),
        };
        let value = amount.value().map_err(|_| NoRoom)?;
        whole_of(self.plan.rounding.round(value, self.places()), self.places()).ok_or(NoRoom)
    }
}

fn position(total: Decimal, unit: Fraction) -> Result<Fraction, NoRoom> {
    Fraction::new(unit.den(), unit.num()).and_then(|inverse| Fraction::from(total).by(inverse)).map_err(|_| NoRoom)
}

/// What a component follows, of a measure or of a team's.
pub fn followed(plan: &Plan, on: &On) -> Option<usize> {
    match on {
        On::Measure(place) => Some(*place),
        On::Sum(place) => match plan.sums.get(*place)?.of {
            crate::plan::model::SumOf::Measure(place) => Some(place),
            _ => None,
        },
        On::Component(_) | On::Periods(_) => None,
    }
}

impl Made {
    /// Works the lines of a path's credits; `line` is told each with its place, in minor units.
    #[inline]
    pub fn lines(
        &self,
        plan: &Plan,
        credits: &[Credit],
        mut line: impl FnMut(usize, i64),
        alive: impl Fn(usize) -> bool,
    ) -> Result<(), NoRoom> {
        let mode = plan.rounding.mode;
        let (mut b, mut to_date) = (0_i64, 0_i64);
        let (mut running, mut posted) = (0_i64, 0_i64);
        for (place, credit) in credits.iter().enumerate() {
            if credit.touched && !alive(place) {
                continue;
            }
            let base = if self.by_share { i64::from(credit.share) } else { credit.amount };
            let exact = match &self.lines {
                Lines::Running(curve) => curve.slice(&mut to_date, b.wrapping_add(base.wrapping_mul(self.lift))),
                Lines::Each(curve) => curve.to(base.wrapping_mul(self.lift)),
                Lines::Flat(rate) => base.wrapping_mul(*rate),
                Lines::Fraction(rate) => {
                    if plan.rounding.per_period {
                        return Err(NoRoom);
                    }
                    let value =
                        rate.times(Decimal::new(base, self.scale)).and_then(Fraction::value).map_err(|_| NoRoom)?;
                    let places = plan.currency.places();
                    line(place, whole_of(plan.rounding.round(value, places), places).ok_or(NoRoom)?);
                    continue;
                }
            };
            b = b.wrapping_add(base.wrapping_mul(self.lift));
            if plan.rounding.per_period {
                running = running.wrapping_add(exact);
                let whole = round(mode, running, self.unit);
                line(place, whole.wrapping_sub(posted));
                posted = whole;
            } else {
                line(place, round(mode, exact, self.unit));
            }
        }
        Ok(())
    }
}
