//! Typed values: what a cell of a data file and a formula of a plan can hold, and the columns that type them.

use super::currency::Currency;
use super::exact;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The type of a column, as `earnmark.toml` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnType {
    /// An amount of money; its currency is that of its row or plan.
    Money,
    /// An exact number: counts, units, months.
    Number,
    /// A percent, held as a fraction.
    Percent,
    /// A day.
    Date,
    /// Opaque text, case-sensitive.
    Text,
    /// True or false.
    YesNo,
}

impl ColumnType {
    /// All types with their words.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("money", Self::Money),
        ("number", Self::Number),
        ("percent", Self::Percent),
        ("date", Self::Date),
        ("text", Self::Text),
        ("yes/no", Self::YesNo),
    ];

    /// The type of a word: `money`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, kind)| kind)
    }

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Number => "number",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Text => "text",
            Self::YesNo => "yes/no",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A length of time: `90.days`, `6.months`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// Calendar days.
    Days(i64),
    /// Months: to the same day number, or the last day of a shorter month.
    Months(i64),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Money, in the currency of where it stands.
    Money(Decimal),
    /// A number.
    Number(Decimal),
    /// A percent as a fraction: 4 % is `0.04`.
    Percent(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A length of time.
    Duration(Duration),
    /// Text.
    Text(Arc<str>),
    /// Yes or no.
    YesNo(bool),
}

impl Value {
    /// The number behind money, a number or a percent.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Money(n) | Self::Number(n) | Self::Percent(n) => Some(*n),
            _ => None,
        }
    }

    /// The text, of a text.
    #[must_use]
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The day, of a date.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The canonical text that digests are made of: shortest numbers, percents as fractions, ISO dates.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.as_canonical().into_owned()
    }

    /// The same, a text where it stands.
    #[must_use]
    pub fn as_canonical(&self) -> Cow<'_, str> {
        Cow::Owned(match self {
            Self::Text(text) => return Cow::Borrowed(text),
            Self::Money(n) | Self::Number(n) | Self::Percent(n) => exact::shortest(*n),
            Self::Date(date) => date.to_string(),
            Self::Duration(Duration::Days(n)) => format!("{n} days"),
            Self::Duration(Duration::Months(n)) => format!("{n} months"),
            Self::YesNo(yes) => yes.to_string(),
        })
    }
}

/// The currency in which a money column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenIn {
    /// That of its row: of deals, the row's `currency`.
    Row,
    /// That of the plan that reads it.
    Plan,
    /// This one.
    Code(Currency),
}

impl WrittenIn {
    /// The currency of an amount of the column: `row` is that of its row, `plan` that of the plan that reads it.
    #[must_use]
    pub const fn currency(self, row: Currency, plan: Currency) -> Currency {
        match self {
            Self::Row => row,
            Self::Plan => plan,
            Self::Code(code) => code,
        }
    }
}

/// A column of deals or a field of payees: standard, or declared in `earnmark.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name that plans use.
    pub name: Arc<str>,
    /// Its type.
    pub kind: ColumnType,
    /// Whether a cell may be blank; a plan must then read it with `??`.
    pub optional: bool,
    /// What a blank cell means; the column is then never missing.
    pub default: Option<Value>,
    /// The listed texts; empty: any.
    pub values: Vec<Arc<str>>,
    /// Whether a source fills it. A run whose plans read an unmapped column is refused.
    pub mapped: bool,
    /// Whether `earnmark.toml` declares it; otherwise it is a standard column.
    pub declared: bool,
    /// The currency, of money.
    pub written_in: WrittenIn,
}

impl Column {
    /// A standard column: not optional, any value, not mapped yet.
    #[must_use]
    pub fn standard(name: &str, kind: ColumnType) -> Self {
        Self {
            name: Arc::from(name),
            kind,
            optional: false,
            default: None,
            values: Vec::new(),
            mapped: false,
            declared: false,
            written_in: WrittenIn::Row,
        }
    }
}

/// The columns of deals, or the fields of payees: the standard ones first, at fixed places, then the declared ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<Column>);

impl Columns {
    /// The place of a name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| &*column.name == name)
    }

    /// The column at a place.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&Column> {
        self.0.get(position)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|column| &*column.name)
    }
}
