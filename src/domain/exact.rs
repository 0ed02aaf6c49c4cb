//! Exact decimal arithmetic: every operation is checked, rounding happens only where it is asked for.
//!
//! Results keep 28 significant digits (half-even beyond them); what does not fit in 96 bits is an error, never a
//! wrap, a saturation or a panic. Shares, prorations and tables multiply first and divide last: [`Fraction`].

use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use std::fmt;

/// Why a calculation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithmeticError {
    /// The result has more than 28 digits before the point.
    Overflow,
    /// The divisor is zero.
    DivisionByZero,
}

impl fmt::Display for ArithmeticError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the result is too large",
            Self::DivisionByZero => "divided by zero",
        })
    }
}

impl std::error::Error for ArithmeticError {}

/// The result of a calculation.
pub type Exact<T> = Result<T, ArithmeticError>;

/// `a + b`.
///
/// # Errors
/// [`ArithmeticError::Overflow`].
#[inline]
pub fn add(a: Decimal, b: Decimal) -> Exact<Decimal> {
    a.checked_add(b).ok_or(ArithmeticError::Overflow)
}

/// `a − b`.
///
/// # Errors
/// [`ArithmeticError::Overflow`].
#[inline]
pub fn sub(a: Decimal, b: Decimal) -> Exact<Decimal> {
    a.checked_sub(b).ok_or(ArithmeticError::Overflow)
}

/// `a × b`.
///
/// # Errors
/// [`ArithmeticError::Overflow`].
#[inline]
pub fn mul(a: Decimal, b: Decimal) -> Exact<Decimal> {
    a.checked_mul(b).ok_or(ArithmeticError::Overflow)
}

/// `a ÷ b`, to 28 significant digits, half-even.
///
/// # Errors
/// [`ArithmeticError::DivisionByZero`], [`ArithmeticError::Overflow`].
#[inline]
pub fn div(a: Decimal, b: Decimal) -> Exact<Decimal> {
    if b.is_zero() {
        return Err(ArithmeticError::DivisionByZero);
    }
    a.checked_div(b).ok_or(ArithmeticError::Overflow)
}

/// The sum of all `amounts`, in their order.
///
/// # Errors
/// [`ArithmeticError::Overflow`].
pub fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Exact<Decimal> {
    amounts.into_iter().try_fold(Decimal::ZERO, add)
}

/// A number as numerator and denominator, so that what is prorated or shared is divided once, at the end.
///
/// The denominator is positive. Two fractions are equal when their values are. Where an operation on numerators and
/// denominators has no room in 28 digits, it is done on the values, which have 28 significant ones.
#[derive(Clone, Copy, Debug)]
pub struct Fraction {
    num: Decimal,
    den: Decimal,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self { num: Decimal::ZERO, den: Decimal::ONE };
    /// The whole.
    pub const ONE: Self = Self { num: Decimal::ONE, den: Decimal::ONE };

    /// `num / den`.
    ///
    /// # Errors
    /// [`ArithmeticError::DivisionByZero`] where `den` is zero.
    pub fn new(num: Decimal, den: Decimal) -> Exact<Self> {
        match den.cmp(&Decimal::ZERO) {
            Ordering::Equal => Err(ArithmeticError::DivisionByZero),
            Ordering::Greater => Ok(Self { num, den }),
            Ordering::Less => Ok(Self { num: negate(num), den: negate(den) }),
        }
    }

    /// The numerator.
    #[must_use]
    pub fn num(self) -> Decimal {
        self.num
    }

    /// The denominator, positive.
    #[must_use]
    pub fn den(self) -> Decimal {
        self.den
    }

    /// Whether the value is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.num.is_zero()
    }

    /// The sum of two fractions; equal denominators are kept.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(self, other: Self) -> Exact<Self> {
        if self.den == other.den {
            return Ok(Self { num: add(self.num, other.num)?, den: self.den });
        }
        let exact = || {
            let num = add(mul(self.num, other.den)?, mul(other.num, self.den)?)?;
            Ok(Self { num, den: mul(self.den, other.den)? })
        };
        exact().or_else(|_: ArithmeticError| add(self.value()?, other.value()?).map(Self::from))
    }

    /// The product of two fractions.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn by(self, other: Self) -> Exact<Self> {
        let exact = || Ok(Self { num: mul(self.num, other.num)?, den: mul(self.den, other.den)? });
        exact().or_else(|_: ArithmeticError| mul(self.value()?, other.value()?).map(Self::from))
    }

    /// The fraction multiplied by a number.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn times(self, factor: Decimal) -> Exact<Self> {
        let exact = mul(self.num, factor).map(|num| Self { num, den: self.den });
        exact.or_else(|_| mul(self.value()?, factor).map(Self::from))
    }

    /// How the values compare, without a division.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn compare(self, other: Self) -> Exact<Ordering> {
        if self.den == other.den {
            return Ok(self.num.cmp(&other.num));
        }
        let exact = || Ok(mul(self.num, other.den)?.cmp(&mul(other.num, self.den)?));
        exact().or_else(|_: ArithmeticError| Ok(self.value()?.cmp(&other.value()?)))
    }

    /// The value: the one division.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn value(self) -> Exact<Decimal> {
        if self.den == Decimal::ONE { Ok(self.num) } else { div(self.num, self.den) }
    }
}

impl Default for Fraction {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<Decimal> for Fraction {
    fn from(num: Decimal) -> Self {
        Self { num, den: Decimal::ONE }
    }
}

/// `−a`; zero has no sign.
#[must_use]
pub fn negate(a: Decimal) -> Decimal {
    if a.is_zero() {
        return Decimal::ZERO;
    }
    let mut negated = a;
    negated.set_sign_negative(a.is_sign_positive());
    negated
}

/// How an amount is brought to its currency's minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RoundingMode {
    /// Half to the even neighbour (the default).
    #[default]
    HalfEven,
    /// Half away from zero.
    HalfUp,
    /// Half towards zero.
    HalfDown,
    /// Always away from zero.
    Up,
    /// Always towards zero.
    Down,
}

impl RoundingMode {
    /// The modes as a plan writes them.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("half_even", Self::HalfEven),
        ("half_up", Self::HalfUp),
        ("half_down", Self::HalfDown),
        ("up", Self::Up),
        ("down", Self::Down),
    ];

    /// The mode as a plan writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::HalfEven => "half_even",
            Self::HalfUp => "half_up",
            Self::HalfDown => "half_down",
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// `amount` to `places` decimal places; zero has no sign.
    #[must_use]
    pub fn round(self, amount: Decimal, places: u32) -> Decimal {
        let strategy = match self {
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfDown => RoundingStrategy::MidpointTowardZero,
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
        };
        let rounded = amount.round_dp_with_strategy(places, strategy);
        if rounded.is_zero() { Decimal::ZERO } else { rounded }
    }
}

/// `amount` written with exactly `places` decimals, no thousands, never `-0.00`.
#[must_use]
pub fn fixed(amount: Decimal, places: u32) -> String {
    let rounded = RoundingMode::HalfEven.round(amount, places);
    let width = usize::try_from(places).unwrap_or(0);
    // Most amounts have few figures, and there are many of them.
    let figures = u64::try_from(rounded.mantissa().unsigned_abs()).ok();
    let missing = places.checked_sub(rounded.scale()).and_then(|missing| 10_u64.checked_pow(missing));
    let figures = figures.zip(missing).and_then(|(figures, missing)| figures.checked_mul(missing));
    let (Some(figures), Some(unit)) = (figures, 10_u64.checked_pow(places)) else {
        // The library has no room for zeros behind 29 figures.
        let text = rounded.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        return if width == 0 { text } else { format!("{whole}.{part:0<width$}") };
    };
    let sign = if rounded.is_sign_negative() { "-" } else { "" };
    let (whole, part) = (figures.checked_div(unit).unwrap_or(0), figures.checked_rem(unit).unwrap_or(0));
    if width == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0width$}") }
}

/// The shortest text of a number: `0.1`, `-12.5`, `3`, `0`; no exponent, no plus.
#[must_use]
pub fn shortest(number: Decimal) -> String {
    let sign = if number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
    // Amounts of a file have few figures, and there are many of them.
    let (figures, scale) = (u64::try_from(number.mantissa().unsigned_abs()), number.scale());
    let (Ok(mut figures), 0..=18) = (figures, scale) else {
        return number.normalize().to_string();
    };
    let mut places = usize::try_from(scale).unwrap_or(0);
    while places > 0 && figures.is_multiple_of(10) {
        (figures, places) = (figures.wrapping_div(10), places.saturating_sub(1));
    }
    let unit = 10_u64.pow(u32::try_from(places).unwrap_or(0));
    let (whole, part) = (figures.checked_div(unit).unwrap_or(0), figures.checked_rem(unit).unwrap_or(0));
    match places {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part:0places$}"),
    }
}

/// An amount with thousands: `20,000.00`.
#[must_use]
pub fn grouped(amount: Decimal, places: u32) -> String {
    let text = fixed(amount, places);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, rest) =
        digits.split_once('.').map_or((digits, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn d(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap()
    }

    #[test]
    fn dividing_first_would_move_the_cent() {
        // 100.00 x 1/8 x 0.2 / 5 = 0.5 exactly, divided once.
        let share = Fraction::new(d("1"), d("3")).unwrap();
        assert_eq!(share.times(d("0.015")).unwrap().value().unwrap(), d("0.005"));
    }

    #[test]
    fn fractions_compare_without_dividing() {
        let third = Fraction::new(d("1"), d("3")).unwrap();
        let same = Fraction::new(d("-2"), d("-6")).unwrap();
        assert_eq!(third.compare(same).unwrap(), Ordering::Equal);
        assert_eq!(third.compare(Fraction::from(d("0.3333333333333333333333333333"))).unwrap(), Ordering::Greater);
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(mul(Decimal::MAX, d("2")), Err(ArithmeticError::Overflow));
        assert_eq!(add(Decimal::MAX, d("1")), Err(ArithmeticError::Overflow));
        assert_eq!(div(d("1"), d("0")), Err(ArithmeticError::DivisionByZero));
    }

    #[test]
    fn every_mode_at_half_a_cent() {
        let cases = [
            ("2.345", ["2.34", "2.35", "2.34", "2.35", "2.34"]),
            ("2.355", ["2.36", "2.36", "2.35", "2.36", "2.35"]),
            ("-2.345", ["-2.34", "-2.35", "-2.34", "-2.35", "-2.34"]),
            ("-0.004", ["0.00", "0.00", "0.00", "-0.01", "0.00"]),
        ];
        for (amount, expected) in cases {
            for ((_, mode), want) in RoundingMode::WORDS.into_iter().zip(expected) {
                assert_eq!(fixed(mode.round(d(amount), 2), 2), want, "{amount} {mode:?}");
            }
        }
    }

    #[test]
    fn shortest_has_no_trailing_zeros_and_no_negative_zero() {
        assert_eq!(shortest(d("100.500")), "100.5");
        assert_eq!(shortest(d("-0.00")), "0");
        assert_eq!(shortest(d("1000")), "1000");
    }

    #[test]
    fn the_largest_numbers_are_written() {
        assert_eq!(fixed(Decimal::MAX, 2), "79228162514264337593543950335.00");
        assert_eq!(fixed(Decimal::MIN, 0), "-79228162514264337593543950335");
        assert_eq!(fixed(d("-0.001"), 2), "0.00");
    }

    proptest::proptest! {
        /// What few figures are written by, and the library that writes all others, write the same.
        #[test]
        fn shortest_is_what_the_library_writes(figures: i128, zeros in 0_u32..20, scale in 0_u32..=28) {
            for figures in [figures % (1 << 96), figures % 1_000_000, i128::from(u64::MAX), 1 << 64] {
                let padded = figures.checked_mul(10_i128.pow(zeros));
                for figures in [Some(figures), padded].into_iter().flatten() {
                    let Ok(number) = Decimal::try_from_i128_with_scale(figures, scale) else { continue };
                    let expected = if number.is_zero() { "0".to_owned() } else { number.normalize().to_string() };
                    proptest::prop_assert_eq!(shortest(number), expected);
                }
            }
        }

        #[test]
        fn fixed_is_what_the_library_writes(figures: i128, scale in 0_u32..=28, places in 0_u32..=4) {
            for figures in [figures % (1 << 80), figures % 1_000_000, i128::from(u64::MAX), 1 << 64, -4, 5] {
                let Ok(number) = Decimal::try_from_i128_with_scale(figures, scale) else { continue };
                let rounded = RoundingMode::HalfEven.round(number, places);
                let width = usize::try_from(places).unwrap();
                proptest::prop_assert_eq!(fixed(number, places), format!("{rounded:.width$}"));
            }
        }
    }
}
