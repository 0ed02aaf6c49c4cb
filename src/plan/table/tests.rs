//! Tables in figures that a person can check.

use super::*;
use crate::domain::exact::Fraction;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn tiers(mode: Mode, rows: &[(&str, bool, &str)]) -> Tiers {
    let span = Span { file: Arc::from("t.rhai"), start: 0, end: 0 };
    let rows = rows.iter().map(|(from, above, value)| Tier {
        from: d(from),
        above: *above,
        value: d(value),
        text: None,
        formula: None,
        span: span.clone(),
    });
    Tiers { mode, axis: Axis::Attainment, rows: rows.collect() }
}

fn reference() -> Tiers {
    let rows = [("0", false, "0.04"), ("0.5", false, "0.08"), ("1", false, "0.12"), ("1.25", false, "0.15")];
    tiers(Mode::Marginal, &rows)
}

fn paid(slices: &[Slice<'_>]) -> Decimal {
    slices.iter().map(|s| s.base.times(s.tier.value).unwrap().value().unwrap()).sum()
}

#[test]
fn a_straddling_deal_is_sliced() {
    // Quota 10,000: from 8,000 to 14,000 is 2,000 at 8 %, 2,500 at 12 %, 1,500 at 15 % = 160 + 300 + 225 = 685.
    let table = reference();
    let slices = table.slices(d("8000").into(), d("14000").into(), d("10000").into()).unwrap();
    assert_eq!(slices.len(), 3);
    assert_eq!(paid(&slices), d("685"));
}

#[test]
fn a_return_steps_back_down() {
    let table = reference();
    let up = table.slices(d("8000").into(), d("14000").into(), d("10000").into()).unwrap();
    let down = table.slices(d("14000").into(), d("8000").into(), d("10000").into()).unwrap();
    assert_eq!(paid(&down), -paid(&up));
    // 1,000 below zero are taken at the first tier's rate: −1,000 × 4 %.
    let below = table.slices(Fraction::ZERO, d("-1000").into(), d("10000").into()).unwrap();
    assert_eq!(paid(&below), d("-40"));
}

#[test]
fn the_boundary_belongs_to_the_upper_tier_unless_it_says_above() {
    let from = tiers(Mode::Retroactive, &[("0", false, "0.01"), ("1", false, "0.02")]);
    assert_eq!(from.reached(Fraction::ONE).unwrap().unwrap().value, d("0.02"));
    let above = tiers(Mode::Retroactive, &[("0", false, "0.01"), ("1", true, "0.02")]);
    assert_eq!(above.reached(Fraction::ONE).unwrap().unwrap().value, d("0.01"));
    assert_eq!(above.reached(d("1.01").into()).unwrap().unwrap().value, d("0.02"));
}

#[test]
fn a_curve_is_flat_outside_and_straight_inside() {
    // 0 % at 80 %, 2 % at 120 %: at 90 % a quarter of the way, 0.5 %.
    let curve = tiers(Mode::Interpolated, &[("0.8", false, "0"), ("1.2", false, "0.02")]);
    for (x, value) in [("0.5", "0"), ("0.8", "0"), ("0.9", "0.005"), ("1.2", "0.02"), ("3", "0.02")] {
        assert_eq!(curve.interpolate(d(x).into()).unwrap().value().unwrap(), d(value), "{x}");
    }
}

#[test]
fn at_a_jump_the_later_row_owns_the_point() {
    let curve =
        tiers(Mode::Interpolated, &[("0", false, "0"), ("1", false, "1"), ("1", false, "2"), ("2", false, "3")]);
    assert_eq!(curve.interpolate(Fraction::ONE).unwrap().value().unwrap(), d("2"));
    assert_eq!(curve.interpolate(d("0.5").into()).unwrap().value().unwrap(), d("0.5"));
    assert_eq!(curve.interpolate(d("1.5").into()).unwrap().value().unwrap(), d("2.5"));
}
