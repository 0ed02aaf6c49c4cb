//! Cells to values: the text that a mapping picks becomes money, a number, a percent, a date, a text, yes or no.
//!
//! In:   a bound mapping, a row, the type of the column.
//! Out:  the value, `None` for a blank cell, or what is wrong with the cell and what would be right.

pub(super) mod beside;

use super::dates::{NoDate, read_date, without_marks};
use super::findings::{Problem, shortened};
use super::mapping::{Bound, Picked, Plus, Reading, Row};
use super::numbers::{DECIMAL_DIGITS, NoNumber, NumberStyle, WHOLE_DIGITS, is_too_long, read_number};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::exact;
use crate::domain::value::{Column, ColumnType, Duration, Value};
use beside::{Beside, beside};
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Longest id, in bytes.
pub(crate) const ID_LIMIT: usize = 200;

/// Texts that stand in many rows, each kept once.
#[derive(Default)]
pub(crate) struct Texts(HashSet<Arc<str>, BuildHasherDefault<Fnv>>);

impl Texts {
    /// The shared text.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&shared));
        shared
    }
}

/// The text of the row before, kept where most texts stand alone, or in rows that follow one another.
#[derive(Default)]
pub(crate) struct Last(Arc<str>);

impl Last {
    /// The shared text.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if *self.0 != *text {
            self.0 = Arc::from(text);
        }
        Arc::clone(&self.0)
    }
}

/// The FNV-1a hash: quick for short texts, the same everywhere. Only ever used to find, never to order.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        // Ids that differ in their last figures differ in few bits: spread them over all.
        (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A column that is being read: its name in our words and where its cells come from.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'b, 's> {
    /// Our name.
    pub name: &'b str,
    /// The mapping.
    pub bound: &'b Bound<'s>,
}

impl Cells<'_, '_> {
    /// The value of a column of some type; the currency is that of the row, for amounts.
    pub fn value(
        self,
        row: &Row<'_>,
        column: &Column,
        currency: Currency,
        texts: &mut Texts,
    ) -> Result<Option<Value>, Problem> {
        let value = match column.kind {
            ColumnType::Money => self.money(row, currency)?.map(Value::Money),
            ColumnType::Number => self.number(row)?.map(Value::Number),
            ColumnType::Percent => self.percent(row)?.map(Value::Percent),
            ColumnType::Date => self.date(row)?.map(Value::Date),
            ColumnType::YesNo => self.yes_no(row)?.map(Value::YesNo),
            ColumnType::Text => {
                let text = self.bound.text(row)?;
                if let Some(text) = &text {
                    listed(self.name, text, &column.values)?;
                }
                text.map(|text| Value::Text(texts.share(&text)))
            }
        };
        Ok(value)
    }

    /// An id: opaque text of at most 200 bytes.
    pub fn id<'r>(&'r self, row: &Row<'r>) -> Result<Option<Cow<'r, str>>, Problem> {
        let text = self.bound.text(row)?;
        match &text {
            Some(id) if id.len() > ID_LIMIT => {
                let message = format!("`{}` has {} bytes, an id has at most {ID_LIMIT}", self.name, id.len());
                Err(Problem::new(Code::TooLong, message))
            }
            _ => Ok(text),
        }
    }

    /// A day.
    pub fn date(self, row: &Row<'_>) -> Result<Option<NaiveDate>, Problem> {
        let Some(text) = self.bound.text(row)? else { return Ok(None) };
        let day = self.day(&text)?;
        // The median is known when all rows are, and added then.
        let Some(Plus::Time(plus)) = self.bound.mapping.plus else { return Ok(Some(day)) };
        let later = match plus {
            Duration::Days(days) => u64::try_from(days).ok().and_then(|days| day.checked_add_days(Days::new(days))),
            Duration::Months(months) => {
                u32::try_from(months).ok().and_then(|months| day.checked_add_months(Months::new(months)))
            }
        };
        later
            .map(Some)
            .ok_or_else(|| Problem::new(Code::BadDate, "the date and what is added to it leave the calendar"))
    }

    /// The day of a text.
    pub fn day(self, text: &str) -> Result<NaiveDate, Problem> {
        read_date(self.bound.dates, text).map_err(|problem| bad_date(self.name, text, self.bound, problem))
    }

    /// A currency by its code.
    pub fn currency(self, row: &Row<'_>) -> Result<Option<Currency>, Problem> {
        let Some(text) = self.bound.text(row)? else { return Ok(None) };
        currency_of(self.name, &text).map(Some)
    }

    /// An amount in a currency.
    pub fn money(self, row: &Row<'_>, currency: Currency) -> Result<Option<Decimal>, Problem> {
        let amount = self.decimal(row, |text| self.amount(text, currency))?;
        let Some(mut amount) = amount else { return Ok(None) };
        if self.bound.mapping.reading == Some(Reading::Cents) {
            let scale = amount.scale().saturating_add(currency.places());
            amount.set_scale(scale).map_err(|_| too_long_amount(self.name))?;
        }
        if is_too_long(amount) { Err(too_long_amount(self.name)) } else { Ok(Some(amount)) }
    }

    /// Whether an amount carries the sign or the code of a currency.
    pub fn is_said_in(self, row: &Row<'_>, currency: Currency) -> bool {
        let text = self.bound.text(row).ok().flatten();
        text.is_some_and(|text| {
            let bare = read_number(&text, self.bound.style).is_ok();
            !bare && matches!(beside(&without_marks(&text), currency), Beside::Own(_))
        })
    }

    /// The number of an amount, which may carry the sign or the code of its currency.
    fn amount(self, text: &str, currency: Currency) -> Result<Decimal, Problem> {
        let style = self.bound.style;
        match read_number(text, style) {
            Ok(number) => Ok(number),
            Err(problem) => match beside(&without_marks(text), currency) {
                Beside::Nothing => Err(bad_number(self.name, (text, style), problem)),
                Beside::Own(rest) => {
                    read_number(&rest, style).map_err(|problem| bad_number(self.name, (text, style), problem))
                }
                Beside::Other(code) => {
                    let message = format!("the amount is in `{code}`, the row's currency is `{currency}`");
                    Err(Problem::new(Code::BadCurrency, message).help("map `currency`, or filter the rows"))
                }
            },
        }
    }

    /// A number.
    pub fn number(self, row: &Row<'_>) -> Result<Option<Decimal>, Problem> {
        let style = self.bound.style;
        self.decimal(row, |text| {
            read_number(text, style).map_err(|problem| bad_number(self.name, (text, style), problem))
        })
    }

    /// A percent as a fraction.
    pub fn percent(self, row: &Row<'_>) -> Result<Option<Decimal>, Problem> {
        self.decimal(row, |text| {
            let (bare, style) = (without_marks(text), self.bound.style);
            let (figures, signed) = match bare.strip_suffix(['%', '٪']) {
                Some(figures) => (figures.trim_end(), true),
                None => (&*bare, false),
            };
            let number = read_number(figures, style).map_err(|p| bad_number(self.name, (text, style), p))?;
            match (signed, self.bound.mapping.reading) {
                (true, _) | (false, Some(Reading::Percent)) => hundredth(number)
                    .ok_or_else(|| Problem::new(Code::BadNumber, format!("`{}` has too many digits", self.name))),
                (false, Some(Reading::Fraction)) => Ok(number),
                _ => {
                    let message =
                        format!("`{}` is a percent, and `{}` could be read in two ways", self.name, shortened(text));
                    let help = "write `as = \"percent\"` in its mapping if 20 is 20 %, `as = \"fraction\"` if 0.2 is";
                    Err(Problem::new(Code::BadNumber, message).help(help))
                }
            }
        })
    }

    /// A number from one cell, or from several that are added or multiplied.
    fn decimal(
        self,
        row: &Row<'_>,
        read: impl Fn(&str) -> Result<Decimal, Problem>,
    ) -> Result<Option<Decimal>, Problem> {
        let (places, adds) = match &self.bound.pick {
            Picked::Sum(places) => (places, true),
            Picked::Product(places) => (places, false),
            _ => return self.bound.text(row)?.map(|text| read(&text)).transpose(),
        };
        let mut result: Option<Decimal> = None;
        for (part, (_, text)) in self.bound.parts(row, places).enumerate() {
            let Some(text) = text else {
                if adds {
                    continue; // nothing to add
                }
                return Ok(None);
            };
            let number = read(text).map_err(|problem| {
                let names = self.bound.mapping.pick.columns();
                let column = names.get(part).map_or("", |name| name.value.as_str());
                problem.in_cell(column, text)
            })?;
            result = Some(match result {
                None => number,
                Some(so_far) => if adds { exact::add(so_far, number) } else { exact::mul(so_far, number) }
                    .map_err(|_| Problem::new(Code::Overflow, format!("`{}` has more than 28 digits", self.name)))?,
            });
        }
        Ok(result)
    }

    /// Yes or no.
    pub fn yes_no(self, row: &Row<'_>) -> Result<Option<bool>, Problem> {
        const WORDS: [(&str, bool); 8] = [
            ("yes", true),
            ("no", false),
            ("true", true),
            ("false", false),
            ("y", true),
            ("n", false),
            ("1", true),
            ("0", false),
        ];
        let Some(text) = self.bound.text(row)? else { return Ok(None) };
        let word = WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
        word.map(|(_, yes)| Some(*yes)).ok_or_else(|| {
            let message = format!("`{}` is yes or no, not `{}`", self.name, shortened(&text));
            Problem::new(Code::BadValue, message)
                .help("read are `yes`, `no`, `true`, `false`, `1`, `0`; map others by `values`")
        })
    }
}

/// Nothing where something is needed.
pub(crate) fn blank(name: &str) -> Problem {
    Problem::new(Code::Blank, format!("`{name}` is blank"))
}

/// Refuses a text that a column's listed values do not have.
pub(crate) fn listed(name: &str, text: &str, values: &[Arc<str>]) -> Result<(), Problem> {
    if values.is_empty() || values.iter().any(|value| **value == *text) {
        return Ok(());
    }
    let near = nearest(text, values.iter().map(|value| &**value));
    let message = format!("`{name}` cannot be `{}`", shortened(text));
    let problem = Problem::new(Code::BadValue, message);
    if near.is_some() || values.len() > 12 {
        return Err(problem.near(near));
    }
    let all = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    Err(problem.help(format!("one of {all}")))
}

/// The currency of a code.
pub(crate) fn currency_of(name: &str, code: &str) -> Result<Currency, Problem> {
    Currency::from_code(code).ok_or_else(|| {
        let upper = code.to_uppercase();
        let problem = Problem::new(
            Code::BadCurrency,
            format!("`{name}` is an ISO code such as `EUR`, not `{}`", shortened(code)),
        );
        problem.near(Currency::from_code(&upper).map(Currency::code))
    })
}

/// One hundredth, exactly.
fn hundredth(number: Decimal) -> Option<Decimal> {
    let mut shifted = number;
    shifted.set_scale(number.scale().checked_add(2)?).ok()?;
    Some(shifted)
}

/// What is wrong with a date.
fn bad_date(name: &str, text: &str, bound: &Bound<'_>, problem: NoDate) -> Problem {
    let formats = bound.dates.iter().map(|format| format!("`{}`", format.text)).collect::<Vec<_>>().join(" or ");
    let message = match problem {
        NoDate::Day => format!("`{}` is no such day, `{name}` is a date {formats}", shortened(text)),
        NoDate::Form => format!("`{name}` is a date {formats}, not `{}`", shortened(text)),
    };
    let others = [
        "YYYY-MM-DD",
        "DD.MM.YYYY",
        "D.M.YYYY",
        "DD/MM/YYYY",
        "MM/DD/YYYY",
        "D/M/YYYY",
        "M/D/YYYY",
        "YYYY/MM/DD",
        "YYYYMMDD",
        "D-MMM-YYYY",
        "D MMM YYYY",
        "DD.MM.YY",
        "D/M/YY",
        "M/D/YY",
        "D-MMM-YY",
    ];
    let fits: Vec<&str> = others
        .into_iter()
        .filter(|format| super::dates::DateFormat::new(format).is_ok_and(|format| format.read(text).is_ok()))
        .collect();
    let found = Problem::new(Code::BadDate, message);
    match (problem, fits.as_slice()) {
        (NoDate::Form, [only]) => found.help(format!("write `date = \"{only}\"` in its source")),
        (NoDate::Form, [first, .., last]) => {
            found.help(format!("write `date = \"{first}\"` or `date = \"{last}\"` in its source, whichever is meant"))
        }
        (NoDate::Form, []) if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) => {
            found.help("workbooks count days like this: format the column as a date there, and export it again")
        }
        (NoDate::Form, []) => found.help("write it as the other days of the column are"),
        (NoDate::Day, _) => found.help("correct the day: the month has none of this number, or there is no such month"),
    }
}

/// What is wrong with a number, of which an example is given in the source's own style.
pub(crate) fn bad_number(name: &str, (text, style): (&str, NumberStyle), problem: NoNumber) -> Problem {
    let example = style.example();
    let message = match problem {
        NoNumber::Digits => format!("`{name}` has more digits than the 28 that a number can hold"),
        NoNumber::Exponent => {
            format!("`{name}` is a number such as `{example}`; `{}` has lost its digits", shortened(text))
        }
        _ => format!("`{name}` is a number such as `{example}`, not `{}`", shortened(text)),
    };
    let found = Problem::new(Code::BadNumber, message);
    match problem {
        NoNumber::Style(help) => found.help(help),
        NoNumber::Exponent => found.help("export the column as a number with all its digits"),
        _ => found,
    }
}

/// An amount with too many digits.
fn too_long_amount(name: &str) -> Problem {
    let message = format!("`{name}` has at most {WHOLE_DIGITS} digits before the point and {DECIMAL_DIGITS} after it");
    Problem::new(Code::BadNumber, message)
}
