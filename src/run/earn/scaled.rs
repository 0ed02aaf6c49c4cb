//! Tiers in whole numbers: what a line is where everything fits. The same arithmetic as `pricer::tiers`, which keeps fractions and
//! tells its steps; that both pay the same is tried on whole plans, in `tests/columns.rs`.

use crate::domain::exact::RoundingMode;

/// What a marginal table gives on the first so much of a base, at one quota: `F`.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// The rate of the first tier.
    pub first: i64,
    /// Where each further tier begins, and by how much its rate is above the one below.
    pub rises: Vec<(i64, i64)>,
}

impl Curve {
    /// `F(x)`. Below zero the first tier applies.
    #[inline]
    #[must_use]
    pub fn to(&self, x: i64) -> i64 {
        let rises = self.rises.iter().map(|(from, rise)| x.wrapping_sub(*from).max(0).wrapping_mul(*rise));
        rises.fold(x.wrapping_mul(self.first), i64::wrapping_add)
    }

    /// `F(b + c) − F(b)`: `to_date` is `F(b)`, and `F(b + c)` afterwards.
    #[inline]
    #[must_use]
    pub fn slice(&self, to_date: &mut i64, b_plus_c: i64) -> i64 {
        let before = std::mem::replace(to_date, self.to(b_plus_c));
        to_date.wrapping_sub(before)
    }

    /// Whether slices no wider than `widest` have room, of a base that stays within `most` of nothing. `F` itself may need more: what
    /// it loses there is the same on both sides of a difference.
    #[must_use]
    pub fn has_room(&self, most: i64, widest: i64) -> bool {
        let all = self
            .rises
            .iter()
            .try_fold(self.first.unsigned_abs(), |sum, (_, rise)| sum.checked_add(rise.unsigned_abs()));
        let far = self.rises.iter().map(|(from, _)| from.unsigned_abs()).max().unwrap_or(0);
        let within = most.unsigned_abs().checked_add(far).is_some_and(|most| most < 1 << 62);
        within && all.and_then(|all| all.checked_mul(widest.unsigned_abs())).is_some_and(|widest| widest < 1 << 61)
    }
}

/// A whole number of `1 / unit` to whole ones.
#[inline]
#[must_use]
pub fn round(mode: RoundingMode, value: i64, unit: i64) -> i64 {
    if unit <= 1 {
        return value;
    }
    let (whole, rest) = (value.checked_div(unit).unwrap_or(0), value.checked_rem(unit).unwrap_or(0));
    let twice = rest.unsigned_abs().wrapping_mul(2).cmp(&unit.unsigned_abs());
    let away = match mode {
        RoundingMode::HalfEven => twice.is_gt() || (twice.is_eq() && whole & 1 != 0),
        RoundingMode::HalfUp => twice.is_ge(),
        RoundingMode::HalfDown => twice.is_gt(),
        RoundingMode::Up => rest != 0,
        RoundingMode::Down => false,
    };
    whole.wrapping_add(if away { value.signum() } else { 0 })
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "in wider numbers, and a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Slices are what wider numbers give, wherever the base stands.
        #[test]
        fn slices_are_exact_where_there_is_room(
            first in -2_000_i64..2_000,
            rises in prop::collection::vec((-4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000, -2_000_i64..2_000), 0..5),
            at in -4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000,
            by in -300_000_000_000_000_i64..300_000_000_000_000,
        ) {
            let curve = Curve { first, rises };
            let end = at + by;
            prop_assume!(curve.has_room(at.abs().max(end.abs()), by));
            let wide = |x: i64| {
                let rises = curve.rises.iter().map(|(from, rise)| (i128::from(x) - i128::from(*from)).max(0) * i128::from(*rise));
                i128::from(x) * i128::from(curve.first) + rises.sum::<i128>()
            };
            let mut to_date = curve.to(at);
            prop_assert_eq!(i128::from(curve.slice(&mut to_date, end)), wide(end) - wide(at));
        }
    }
}
