//! The currency that an amount names beside its figures: `€ 5`, `5 EUR`, `(5.00 USD)`, `-$5`.

use crate::domain::currency::Currency;

/// What an amount names beside its figures.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::io) enum Beside {
    /// No currency that we know.
    Nothing,
    /// The row's own; what is left without it.
    Own(String),
    /// Another one.
    Other(String),
}

/// Signs that name a country before the sign that many of them share.
const LONG: [(&str, &str); 11] = [
    ("US$", "USD"),
    ("AU$", "AUD"),
    ("CA$", "CAD"),
    ("HK$", "HKD"),
    ("NZ$", "NZD"),
    ("MX$", "MXN"),
    ("NT$", "TWD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("R$", "BRL"),
    ("S$", "SGD"),
];

/// Signs alone, and what they most often mean.
const SIGNS: [(char, &str); 12] = [
    ('€', "EUR"),
    ('$', "USD"),
    ('£', "GBP"),
    ('¥', "JPY"),
    ('₹', "INR"),
    ('₺', "TRY"),
    ('₪', "ILS"),
    ('₩', "KRW"),
    ('₽', "RUB"),
    ('₱', "PHP"),
    ('฿', "THB"),
    ('₫', "VND"),
];

/// The currency that a sign or a code in a text most often means; `None` where it names none.
pub(in crate::io) fn likely(text: &str) -> Option<&'static str> {
    let long = || LONG.iter().find(|(sign, _)| text.contains(sign)).map(|(_, code)| *code);
    let short = || SIGNS.iter().find(|(sign, _)| text.contains(*sign)).map(|(_, code)| *code);
    let code = || Currency::from_code(text.trim_matches(|c: char| !c.is_ascii_uppercase())).map(Currency::code);
    long().or_else(short).or_else(code)
}

/// The figures without the sign or code of the row's currency.
pub(in crate::io) fn beside(text: &str, currency: Currency) -> Beside {
    let code = currency.code();
    let sign = iso_currency::Currency::from_code(code).map(|c| c.symbol().symbol).unwrap_or_default();
    let long = LONG.iter().filter(|(_, of)| *of == code).map(|(sign, _)| *sign);
    // Longer ones first: of `US$5` the shorter sign would leave letters.
    let own: Vec<&str> = std::iter::once(code).chain(long).chain([sign.as_str()]).collect();
    let (before, inner, after) = signed(text);
    for mark in own.iter().copied().filter(|mark| !mark.is_empty()) {
        let without = |text: &str| {
            let rest = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)).map(str::trim)?;
            // With a letter at its end it is a part of another mark.
            let letter = |c: char| c.is_alphabetic();
            (!rest.starts_with(letter) && !rest.ends_with(letter)).then(|| rest.to_owned())
        };
        if let Some(rest) = without(text) {
            return Beside::Own(rest);
        }
        if let Some(rest) = without(inner) {
            return Beside::Own(format!("{before}{rest}{after}"));
        }
    }
    let word = text.trim_matches(|c: char| !c.is_alphabetic());
    if Currency::from_code(word).is_some() {
        return if word == code { Beside::Nothing } else { Beside::Other(word.to_owned()) };
    }
    if let Some((sign, _)) = LONG.iter().find(|(sign, of)| *of != code && text.contains(sign)) {
        return Beside::Other((*sign).to_owned());
    }
    let found = text.chars().find(|c| SIGNS.iter().any(|(sign, _)| sign == c)).map(String::from);
    // An own sign that could not be taken away stands in what is no number.
    found.filter(|found| !own.iter().any(|mark| mark.contains(found))).map_or(Beside::Nothing, Beside::Other)
}

/// The sign before an amount, or the brackets around it, and what stands within: `(5 USD)`, `-$5`, `5 €-`.
fn signed(text: &str) -> (&str, &str, &str) {
    const SIGNS: [&str; 3] = ["-", "\u{2212}", "+"];
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return ("(", inner.trim(), ")");
    }
    for sign in SIGNS {
        if let Some(inner) = text.strip_prefix(sign) {
            return (sign, inner.trim_start(), "");
        }
    }
    for sign in ["-", "\u{2212}"] {
        if let Some(inner) = text.strip_suffix(sign) {
            return ("", inner.trim_end(), sign);
        }
    }
    ("", text, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::numbers::{NumberStyle, read_number};

    /// What an amount is read as under some signs, in a row of some currency.
    fn read(text: &str, code: &str, (decimal, thousands): (char, char)) -> String {
        match beside(text, Currency::from_code(code).unwrap()) {
            Beside::Nothing => "nothing".to_owned(),
            Beside::Other(other) => format!("in {other}"),
            Beside::Own(rest) => {
                let number = read_number(&rest, NumberStyle { decimal, thousands: Some(thousands) });
                number.map_or_else(|_| format!("no number: {rest}"), |number| number.normalize().to_string())
            }
        }
    }

    #[test]
    fn the_own_currency_is_taken_away_wherever_it_stands() {
        let points = [
            ("$5", "USD", "5"),
            ("$ 1,234.50", "USD", "1234.5"),
            ("5.00 USD", "USD", "5"),
            ("(1,234.50 USD)", "USD", "-1234.5"),
            ("(USD 1,234.50)", "USD", "-1234.5"),
            ("($5.00)", "USD", "-5"),
            ("-$5.00", "USD", "-5"),
            ("\u{2212}$5.00", "USD", "-5"),
            ("\u{2212} 5.00 $", "USD", "-5"),
            ("+$5.00", "USD", "5"),
            ("$-5.00", "USD", "-5"),
            ("$+5.00", "USD", "5"),
            ("$(5.00)", "USD", "-5"),
            ("5.00-$", "USD", "-5"),
            ("5.00 $-", "USD", "-5"),
            ("US$5.00", "USD", "5"),
            ("-US$ 5.00", "USD", "-5"),
            ("(5.00 US$)", "USD", "-5"),
            ("A$5.00", "AUD", "5"),
            ("$5.00", "AUD", "5"),
            ("£5", "GBP", "5"),
        ];
        for (text, code, number) in points {
            assert_eq!(read(text, code, ('.', ',')), number, "{text}");
        }
        assert_eq!(read("(1.234,50 $)", "USD", (',', '.')), "-1234.5");
        assert_eq!(read("1.234,50 €", "EUR", (',', '.')), "1234.5");
    }

    #[test]
    fn another_currency_is_named_and_the_own_one_never_called_another() {
        let cases = [
            ("€5", "USD", "in €"),
            ("(5 EUR)", "USD", "in EUR"),
            ("US$5", "CAD", "in US$"),
            ("5 US$", "CAD", "in US$"),
            ("C$5", "USD", "in C$"),
            ("5 US", "USD", "nothing"),
            ("(-$5)", "USD", "nothing"),
            ("--$5", "USD", "nothing"),
            ("$-$5", "USD", "no number: -$5"),
            ("USD", "USD", "no number: "),
            ("twelve", "USD", "nothing"),
        ];
        for (text, code, wanted) in cases {
            assert_eq!(read(text, code, ('.', ',')), wanted, "{text} in {code}");
        }
    }
}
