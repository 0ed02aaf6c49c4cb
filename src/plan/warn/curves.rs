//! W01: spans where one more sale lowers pay. W02: boundaries at which pay jumps.
//!
//! What a component pays for a whole period is followed over what the payee sells in it, for the prices whose boundaries
//! decide all of it: retroactive tables, step tables of a rate or a factor, and gates on one figure of the measure that
//! it follows. An amount in a step table is the jump itself and stands in the script in plain words: it is told only
//! where it falls.

use super::conditions::{at, of_one_figure};
use super::worth::{Curve, Worth};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{Fraction, grouped, negate};
use crate::plan::formula::{Expr, Figure, Read};
use crate::plan::model::{Component, On, Pays, Plan, Price, Unit};
use crate::plan::percent;
use crate::plan::table::{Axis, Mode, Tiers};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// What becomes of pay at one boundary.
struct Jump {
    /// The boundary, on its axis.
    at: Decimal,
    /// Whether exactly the boundary still belongs to what is below.
    above: bool,
    /// Pay just below, and from there on.
    below: Fraction,
    reached: Fraction,
    /// Where pay is again what it was just below; `None`: nowhere.
    again: Option<Fraction>,
}

/// Tables and gates of all components of a plan.
pub(super) fn jumps(plan: &Plan, found: &mut Vec<Diagnostic>) {
    for component in &plan.components {
        let Some(worth) = Worth::of(plan, component) else { continue };
        for (_, tiers) in prices(&component.price) {
            table(&worth, component, tiers, None, found);
        }
        for (span, tiers) in component.multiplier.iter().flat_map(prices) {
            table(&worth, component, tiers, Some(span), found);
        }
        if let Some(gate) = &component.only_if {
            shut(&worth, component, gate, found);
        }
    }
}

/// The tier tables of a price, and where they are written.
fn prices(price: &Price) -> Vec<(&Span, &Tiers)> {
    match price {
        Price::Table(table) => table.tiers().into_iter().map(|tiers| (&table.span, tiers)).collect(),
        Price::Dated(rows) => rows.iter().flat_map(|(_, price)| prices(price)).collect(),
        Price::Constant(_) | Price::Formula(_) => Vec::new(),
    }
}

fn table(worth: &Worth<'_>, component: &Component, tiers: &Tiers, factor: Option<&Span>, found: &mut Vec<Diagnostic>) {
    if tiers.has_formulas() || matches!(tiers.axis, Axis::Days | Axis::Months) {
        return;
    }
    let restates =
        tiers.mode == Mode::Retroactive || (tiers.mode == Mode::Steps && (factor.is_some() || !worth.by_credit()));
    if !restates {
        return;
    }
    let curve = if factor.is_some() { worth.multiplied(tiers) } else { worth.tabled(tiers) };
    let Some(curve) = curve else { return };
    let Some(jumps) = found_in(&curve, tiers) else { return };
    let (falls, rises): (Vec<Jump>, Vec<Jump>) =
        jumps.into_iter().partition(|jump| jump.reached.compare(jump.below) == Ok(Ordering::Less));
    let scene = Told {
        worth,
        component,
        axis: tiers.axis,
        per_deal: curve.per_deal,
        instead: "use `marginal([…])` or `interpolated([…])`",
    };
    let at = factor.unwrap_or(&component.price_span);
    found.extend(scene.falls(&falls).map(|finding| finding.at(at)));
    // The amount of a step table is the jump, and is written there.
    let plain = component.pays == Pays::Amount && tiers.mode == Mode::Steps && factor.is_none();
    found.extend(scene.rises(&rises).filter(|_| !plain).map(|finding| finding.at(at)));
}

/// Pay on both sides of each boundary above zero.
fn found_in(curve: &Curve<'_>, tiers: &Tiers) -> Option<Vec<Jump>> {
    let mut jumps = Vec::new();
    for (place, pair) in tiers.rows.windows(2).enumerate() {
        let [low, high] = pair else { continue };
        if high.from <= Decimal::ZERO {
            continue;
        }
        let below = curve.at(low.value, Fraction::from(high.from)).ok()?;
        let reached = curve.at(high.value, Fraction::from(high.from)).ok()?;
        let again = curve.again(tiers, place.saturating_add(1), below).ok()?;
        if below.compare(reached).ok()? != Ordering::Equal {
            jumps.push(Jump { at: high.from, above: high.above, below, reached, again });
        }
    }
    Some(jumps)
}

/// Gates that open or shut with a figure of the measure that the component follows.
fn shut(worth: &Worth<'_>, component: &Component, gate: &Expr, found: &mut Vec<Diagnostic>) {
    let Some((read, boundaries)) = of_one_figure(gate) else { return };
    let (Read::Measure(of, figure), On::Measure(own)) = (read, &component.on) else { return };
    let axis = match figure {
        Figure::Attainment => Axis::Attainment,
        Figure::Total => Axis::Figure,
        _ => return,
    };
    if of != *own || component.pays == Pays::Amount {
        return;
    }
    let (mut falls, mut rises) = (Vec::new(), Vec::new());
    for boundary in boundaries.into_iter().filter(|boundary| *boundary > Decimal::ZERO) {
        // A hair is small enough: two boundaries of people are never so near.
        let hair = Decimal::new(1, 12);
        let beside = |by: Decimal| boundary.checked_add(by).and_then(|figure| at(read, figure).is_true(gate));
        let (Some(below), Some(there), Some(beyond)) = (beside(negate(hair)), beside(Decimal::ZERO), beside(hair))
        else {
            return;
        };
        if below == beyond {
            continue;
        }
        let Some(pay) = worth.pays_at(axis, boundary) else { return };
        let jump = Jump {
            at: boundary,
            above: there == below,
            below: if below { pay } else { Fraction::ZERO },
            reached: if below { Fraction::ZERO } else { pay },
            again: None,
        };
        if !pay.is_zero() {
            if below { falls.push(jump) } else { rises.push(jump) }
        }
    }
    let instead = "begin with a tier of nothing, `marginal([[0, 0.pct], [boundary, …]])`";
    let scene = Told { worth, component, axis, per_deal: false, instead };
    found.extend(scene.falls(&falls).map(|finding| finding.at(&gate.span)));
    found.extend(scene.rises(&rises).map(|finding| finding.at(&gate.span)));
}

/// What there is to say of jumps.
struct Told<'a> {
    worth: &'a Worth<'a>,
    component: &'a Component,
    axis: Axis,
    per_deal: bool,
    /// What pays without a jump.
    instead: &'static str,
}

impl Told<'_> {
    fn falls(&self, falls: &[Jump]) -> Option<Diagnostic> {
        let parts: Option<Vec<String>> = falls.iter().map(|jump| self.fall(jump)).collect();
        let parts = parts.filter(|parts| !parts.is_empty())?.join("; ");
        let more = if self.per_deal { "a larger deal" } else { "one more sale" };
        let message = format!("{more} lowers what `{}` pays: {parts}", self.component.name);
        let finding = Diagnostic::warning(Code::PayFalls, message)
            .why("somebody who sells more is paid less, and will hold deals back");
        Some(
            finding.help("let no rate be below the one before it, or use `marginal([…])`: every slice at its own rate"),
        )
    }

    fn rises(&self, rises: &[Jump]) -> Option<Diagnostic> {
        let parts: Option<Vec<String>> = rises.iter().map(|jump| self.rise(jump)).collect();
        let parts = parts.filter(|parts| !parts.is_empty())?.join(", ");
        let message = format!("what `{}` pays jumps: {parts}{}", self.component.name, self.quota());
        let finding = Diagnostic::warning(Code::Cliff, message).why(
            "the deal that reaches a boundary is worth the whole jump: it may be moved, split or given away for it",
        );
        Some(finding.help(format!("{}, or say why it is meant: `// allow W02: …`", self.instead)))
    }

    fn fall(&self, jump: &Jump) -> Option<String> {
        let loss = jump.below.plus(jump.reached.times(Decimal::NEGATIVE_ONE).ok()?).ok()?.value().ok()?;
        let until = match jump.again {
            Some(again) => format!("less until {}", self.boundary(again.value().ok()?.round_dp(4).normalize())),
            None => "never made good".to_owned(),
        };
        let from = if jump.above { "above" } else { "from" };
        Some(format!("{} less {from} {}{}, {until}", self.money(loss), self.boundary(jump.at), self.quota()))
    }

    fn rise(&self, jump: &Jump) -> Option<String> {
        let more = jump.reached.plus(jump.below.times(Decimal::NEGATIVE_ONE).ok()?).ok()?.value().ok()?;
        let from = if jump.above { "above" } else { "at" };
        Some(format!("by {} {from} {}", self.money(more), self.boundary(jump.at)))
    }

    fn money(&self, amount: Decimal) -> String {
        let currency = self.worth.currency();
        format!("{} {currency}", grouped(amount, currency.places()))
    }

    fn boundary(&self, at: Decimal) -> String {
        match (self.axis, self.worth.unit()) {
            (Axis::Attainment, _) => percent(at),
            (_, Unit::Money) => format!("{} {}", figure(at), self.worth.currency()),
            (_, Unit::Number) => figure(at),
        }
    }

    /// The quota that a jump was worked with, where it takes one.
    fn quota(&self) -> String {
        if self.axis == Axis::Attainment || self.worth.by_quota() {
            format!(" at a quota of {}", figure(self.worth.quota()))
        } else {
            String::new()
        }
    }
}

/// A figure with thousands and no more decimals than it has.
fn figure(of: Decimal) -> String {
    grouped(of, of.normalize().scale())
}
