//! Numbers as data files write them: decimal and thousands signs, minus signs, accountants' brackets.
//!
//! Everything is exact: digits go into a decimal as they stand. What could be read in two ways is refused with the
//! setting that would decide it.

use super::dates::plain_digits;
use rust_decimal::Decimal;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberStyle {
    /// The decimal sign.
    pub decimal: char,
    /// The sign between groups of three digits, if there is one.
    pub thousands: Option<char>,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self { decimal: '.', thousands: None }
    }
}

impl NumberStyle {
    /// A number as this style writes it, to be shown to somebody who wrote another one.
    pub(crate) fn example(self) -> String {
        let mark = self.thousands.map_or_else(String::new, String::from);
        format!("1{mark}234{}56", self.decimal)
    }
}

/// Why a text is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoNumber {
    /// It is something else.
    Form,
    /// It is written in another style: what to set.
    Style(String),
    /// It is written with an exponent.
    Exponent,
    /// It has more digits than a number can hold.
    Digits,
}

/// Most digits before the point of an amount.
pub(crate) const WHOLE_DIGITS: usize = 15;
/// Most digits after the point of an amount.
pub(crate) const DECIMAL_DIGITS: u32 = 10;

/// The number of a text.
///
/// # Errors
/// Why it is none.
pub(crate) fn read_number(text: &str, style: NumberStyle) -> Result<Decimal, NoNumber> {
    quick(text, style).map_or_else(|| careful(text, style), Ok)
}

/// Numbers of at most 18 plain digits, which are nearly all.
fn quick(text: &str, style: NumberStyle) -> Option<Decimal> {
    let (negative, figures) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mut value, mut decimals, mut pointed, mut after, mut before) = (0_i64, 0_u32, false, 0_u32, 0_u32);
    if figures.len() > 18 {
        return None;
    }
    for c in figures.chars() {
        if let Some(digit) = c.to_digit(10) {
            value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
            if pointed {
                decimals = decimals.saturating_add(1);
                after = after.saturating_add(1);
            } else {
                before = before.saturating_add(1);
            }
        } else if c == style.decimal && !pointed {
            pointed = true;
        } else {
            return None;
        }
    }
    if before == 0 || (pointed && after == 0) {
        return None;
    }
    let signed = if negative { value.checked_neg()? } else { value };
    Some(Decimal::new(signed, decimals))
}

/// All other ways to write a number.
fn careful(text: &str, style: NumberStyle) -> Result<Decimal, NoNumber> {
    let plain = plain_digits(text);
    let (negative, figures) = sign(plain.trim());
    let (whole, decimals) = match figures.split_once(style.decimal) {
        Some((whole, decimals)) => (whole, decimals),
        None => (figures, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let grouped = ungrouped(whole, style.thousands);
    let (Some(whole), true) = (grouped.filter(|whole| is_digits(whole)), is_digits(decimals)) else {
        return Err(other_style(figures));
    };
    if whole.is_empty() && decimals.is_empty() {
        return Err(NoNumber::Form);
    }
    let whole = whole.trim_start_matches('0');
    let decimals = decimals.trim_end_matches('0');
    let digits = whole.len().saturating_add(decimals.len());
    let scale = u32::try_from(decimals.len()).map_err(|_| NoNumber::Digits)?;
    if digits > 28 || scale > 28 {
        return Err(NoNumber::Digits);
    }
    let joined = format!("0{whole}{decimals}");
    let value: i128 = joined.parse().map_err(|_| NoNumber::Digits)?;
    let signed = if negative { value.saturating_neg() } else { value };
    Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| NoNumber::Digits)
}

/// The sign and what stands behind it: `-5`, `5-`, `(5)`, `+5`, and the typographer's minus.
fn sign(text: &str) -> (bool, &str) {
    const MINUS: [char; 2] = ['-', '\u{2212}'];
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (true, inner.trim());
    }
    if let Some(rest) = text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS)) {
        return (true, rest.trim());
    }
    (false, text.strip_prefix('+').unwrap_or(text).trim_start())
}

/// The digits without the sign between groups; `None` where the groups are not of three, or where nought stands before the
/// first sign: nobody groups `0.925`, and read so it would be 925.
fn ungrouped(whole: &str, thousands: Option<char>) -> Option<String> {
    let Some(mark) = thousands else { return Some(whole.to_owned()) };
    // A blank between groups is often one that does not break the line, an apostrophe the typographer's.
    let alike = |c: char| match mark {
        ' ' => matches!(c, ' ' | '\u{a0}' | '\u{202f}'),
        '\'' | '\u{2019}' => matches!(c, '\'' | '\u{2019}'),
        mark => c == mark,
    };
    let mut groups = whole.split(alike);
    let first = groups.next()?;
    let mut joined = first.to_owned();
    let mut several = false;
    for group in groups {
        several = true;
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    (!several || is_first_group(first)).then_some(joined)
}

/// Whether digits may stand before the first sign between groups.
fn is_first_group(digits: &str) -> bool {
    (1..=3).contains(&digits.len()) && !digits.starts_with('0')
}

/// What kind of number it would be under other settings.
fn other_style(figures: &str) -> NoNumber {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if let Some((mantissa, exponent)) = figures.split_once(['e', 'E']) {
        let mantissa = mantissa.replacen('.', "", 1).replacen(',', "", 1);
        if is_digits(&mantissa) && is_digits(exponent.trim_start_matches(['+', '-'])) {
            return NoNumber::Exponent;
        }
    }
    for mark in [',', '.'] {
        let one_group = |(before, after): (&str, &str)| {
            is_digits(before) && is_first_group(before) && is_digits(after) && after.len() == 3
        };
        if figures.split_once(mark).is_some_and(one_group) {
            return NoNumber::Style(format!(
                "if `{mark}` stands between thousands write `thousands = \"{mark}\"` in its source, \
                 if it stands before decimals `decimal = \"{mark}\"`"
            ));
        }
    }
    for (decimal, mark) in [(',', '.'), ('.', ','), (',', ' '), ('.', ' '), ('.', '\''), ('.', '\u{2019}'), ('٫', '٬')]
    {
        let grouped = NumberStyle { decimal, thousands: Some(mark) };
        if !fits(figures, grouped) {
            continue;
        }
        let has_mark = figures.contains(|c: char| c == mark || (mark == ' ' && matches!(c, '\u{a0}' | '\u{202f}')));
        let has_decimal = figures.contains(decimal);
        return NoNumber::Style(match (has_mark, has_decimal) {
            (true, true) => format!("write `decimal = \"{decimal}\"` and `thousands = \"{mark}\"` in its source"),
            (true, false) => format!("write `thousands = \"{mark}\"` in its source"),
            _ => format!("write `decimal = \"{decimal}\"` in its source"),
        });
    }
    if is_by_lakhs(figures) {
        return NoNumber::Style("digits are grouped by three: export the column without signs between them".to_owned());
    }
    NoNumber::Form
}

/// Whether digits are grouped as in India, by two before the last three: `12,34,567.89`.
fn is_by_lakhs(figures: &str) -> bool {
    let whole = figures.split_once('.').map_or(figures, |(whole, _)| whole);
    let groups: Vec<&str> = whole.split(',').collect();
    let [first, middle @ .., last] = groups.as_slice() else { return false };
    let digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let by_two = !middle.is_empty() && middle.iter().all(|group| group.len() == 2);
    digits && by_two && (1..=2).contains(&first.len()) && last.len() == 3
}

/// Whether the figures are a number of that style.
fn fits(figures: &str, style: NumberStyle) -> bool {
    let (whole, decimals) = figures.split_once(style.decimal).unwrap_or((figures, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(decimals) && ungrouped(whole, style.thousands).is_some_and(|whole| digits(&whole))
}

/// Whether a number has more digits than an amount may have: 15 before the point, 10 after it.
pub(crate) fn is_too_long(number: Decimal) -> bool {
    const LIMIT: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0); // 10^15
    number.abs() >= LIMIT || (number.scale() > DECIMAL_DIGITS && number.normalize().scale() > DECIMAL_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exact::shortest;

    fn read(text: &str, decimal: char, thousands: Option<char>) -> Result<String, NoNumber> {
        read_number(text, NumberStyle { decimal, thousands }).map(shortest)
    }

    #[test]
    fn numbers_are_exact_in_every_style() {
        let cases = [
            ("1234.50", '.', None, "1234.5"),
            ("-0.00", '.', None, "0"),
            ("1.234,56", ',', Some('.'), "1234.56"),
            ("1 234 567,8", ',', Some(' '), "1234567.8"),
            ("1\u{202f}234,8", ',', Some(' '), "1234.8"),
            ("1,234,567.89", '.', Some(','), "1234567.89"),
            ("(1,234.50)", '.', Some(','), "-1234.5"),
            ("1\u{2019}234.5", '.', Some('\''), "1234.5"),
            ("1'234.5", '.', Some('\u{2019}'), "1234.5"),
            ("12.5-", '.', None, "-12.5"),
            ("+7", '.', None, "7"),
            (".5", '.', None, "0.5"),
            ("5.", '.', None, "5"),
            ("\u{2212}3", '.', None, "-3"),
            ("١٬٢٣٤٫٥", '٫', Some('٬'), "1234.5"),
            ("\u{200f}-١٬٢٣٤٫٥", '٫', Some('٬'), "-1234.5"),
            ("\u{61c}-1,234.5\u{200e}", '.', Some(','), "-1234.5"),
            ("\u{202a}(12.5) \u{202c}", '.', None, "-12.5"),
            ("100,000", '.', Some(','), "100000"),
            ("0,925", ',', Some('.'), "0.925"),
            ("007", '.', Some(','), "7"),
            ("0.1234567890123456789012345678", '.', None, "0.1234567890123456789012345678"),
            ("1.00000000000000000000000000000000000", '.', None, "1"),
        ];
        for (text, decimal, thousands, number) in cases {
            assert_eq!(read(text, decimal, thousands).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn another_style_is_named_and_never_guessed() {
        let help = |text: &str| match read(text, '.', None) {
            Err(NoNumber::Style(help)) => help,
            other => panic!("{text}: {other:?}"),
        };
        assert!(help("1.234,56").starts_with("write `decimal = \",\"` and `thousands = \".\"`"));
        assert!(help("1,234.56").starts_with("write `decimal = \".\"` and `thousands = \",\"`"));
        assert!(help("12,5").starts_with("write `decimal = \",\"`"));
        assert!(help("1,234").starts_with("if `,` stands between thousands"));
        assert!(help("1.234.567").starts_with("write `thousands = \".\"`"));
        for text in ["1,23,456", "12,34,567.89"] {
            assert!(help(text).starts_with("digits are grouped by three"), "{text}");
        }
        assert!(help("0,500").starts_with("write `decimal = \",\"`"), "nobody groups it");
    }

    #[test]
    fn nought_stands_before_no_thousands_sign() {
        for (text, decimal, thousands) in
            [("0.925", ',', '.'), ("0,500", '.', ','), ("00,500", '.', ','), ("-0.925", ',', '.')]
        {
            let found = read(text, decimal, Some(thousands));
            assert_eq!(
                found,
                Err(NoNumber::Style(format!("write `decimal = \"{thousands}\"` in its source"))),
                "{text}"
            );
        }
        assert_eq!(read("0,500,000", '.', Some(',')), Err(NoNumber::Form));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "abc", "1.2.3", "12 EUR", "1-2", "--1", "0x10", "NaN", "\u{200f}", "1\u{200b}2"] {
            assert!(matches!(read(text, '.', None), Err(NoNumber::Form)), "{text}: {:?}", read(text, '.', None));
        }
        assert_eq!(read("1,2,456", '.', Some(',')), Err(NoNumber::Form));
        assert!(matches!(read("1234,567", '.', Some(',')), Err(NoNumber::Style(_))));
        assert_eq!(read("1.5E+05", '.', None), Err(NoNumber::Exponent));
        assert_eq!(read("12345678901234567890123456789", '.', None), Err(NoNumber::Digits));
    }

    #[test]
    fn the_limit_of_an_amount_is_15_and_10_digits() {
        let long = |text: &str| is_too_long(read_number(text, NumberStyle::default()).unwrap());
        assert!(!long("999999999999999.9999999999") && !long("-999999999999999"));
        assert!(long("1000000000000000") && long("0.00000000001"));
        assert!(!long("0.100000000000000"));
    }
}
