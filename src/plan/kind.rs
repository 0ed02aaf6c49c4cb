//! The kinds of values in a plan, and what each operation makes of them (the tables of the language's section on types).
//!
//! Kinds exist while a plan is loaded; at run time a formula that was typed needs none.

use super::syntax::BinaryOp;
use crate::domain::value::ColumnType;
use std::fmt;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An amount in the plan's currency.
    Money,
    /// A number or a count of units.
    Number,
    /// A part of something.
    Percent,
    /// A figure without a unit, also one times a number: it takes the kind of what it meets, but is never a percent.
    Bare,
    /// A figure times a percent: what it meets decides, a percent included.
    Loose,
    /// A day.
    Date,
    /// A length of time.
    Duration,
    /// Text.
    Text,
    /// Yes or no.
    YesNo,
    /// Already reported as wrong: nothing more is said of it.
    Wrong,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Money => "money",
            Self::Number => "a number",
            Self::Percent => "a percent",
            Self::Bare => "a bare figure",
            Self::Loose => "a percent of a bare figure",
            Self::Date => "a date",
            Self::Duration => "a duration",
            Self::Text => "a text",
            Self::YesNo => "yes or no",
            Self::Wrong => "something wrong",
        })
    }
}

impl From<ColumnType> for Kind {
    fn from(column: ColumnType) -> Self {
        match column {
            ColumnType::Money => Self::Money,
            ColumnType::Number => Self::Number,
            ColumnType::Percent => Self::Percent,
            ColumnType::Date => Self::Date,
            ColumnType::Text => Self::Text,
            ColumnType::YesNo => Self::YesNo,
        }
    }
}

/// The kind of two values side by side: of a sum, a comparison, the branches of an `if`.
#[must_use]
pub fn together(a: Kind, b: Kind) -> Option<Kind> {
    use Kind::{Bare, Loose, Money, Number, Percent, Wrong};
    Some(match (a, b) {
        (Wrong, _) | (_, Wrong) => Wrong,
        (a, b) if a == b => a,
        (Bare | Loose, Money) | (Money, Bare | Loose) => Money,
        (Bare, Number) | (Number, Bare) => Number,
        (Loose, Percent) | (Percent, Loose) => Percent,
        (Bare, Loose) | (Loose, Bare) => Bare,
        _ => return None,
    })
}

/// The kind that an operation gives, or `None` where it makes no sense.
#[must_use]
pub fn result(op: BinaryOp, a: Kind, b: Kind) -> Option<Kind> {
    use Kind::{Date, Duration, Number, Wrong, YesNo};
    if a == Wrong || b == Wrong {
        return Some(Wrong);
    }
    match op {
        BinaryOp::Add => match (a, b) {
            (Date, Duration) => Some(Date),
            _ => together(a, b).filter(|kind| is_figure(*kind)),
        },
        BinaryOp::Sub => match (a, b) {
            (Date, Duration) => Some(Date),
            (Date, Date) => Some(Number),
            _ => together(a, b).filter(|kind| is_figure(*kind)),
        },
        BinaryOp::Mul => product(a, b),
        BinaryOp::Div => quotient(a, b),
        BinaryOp::Equal | BinaryOp::NotEqual => together(a, b).map(|_| YesNo),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            together(a, b).filter(|kind| is_figure(*kind) || *kind == Date).map(|_| YesNo)
        }
    }
}

/// Whether a kind is a figure that can be added up.
#[must_use]
pub fn is_figure(kind: Kind) -> bool {
    matches!(kind, Kind::Money | Kind::Number | Kind::Percent | Kind::Bare | Kind::Loose)
}

fn product(a: Kind, b: Kind) -> Option<Kind> {
    use Kind::{Bare, Loose, Money, Number, Percent};
    Some(match (a, b) {
        (Money, Number | Percent | Bare | Loose) | (Number | Percent | Bare | Loose, Money) => Money,
        (Percent, Percent | Number) | (Number, Percent) => Percent,
        (Percent, Bare | Loose) | (Bare | Loose, Percent) | (Loose, Number) | (Number, Loose) => Loose,
        (Number, Number) => Number,
        // So much for each: `deal.quantity * 10` is ten of anything, an amount included.
        (Number, Bare) | (Bare, Number | Bare) => Bare,
        (Bare | Loose, Bare | Loose) => Loose,
        _ => return None,
    })
}

fn quotient(a: Kind, b: Kind) -> Option<Kind> {
    use Kind::{Bare, Loose, Money, Number, Percent};
    Some(match (a, b) {
        (Money, Number | Percent | Bare | Loose) => Money,
        (Money, Money) | (Bare | Loose, Money) => Percent,
        (Percent, Percent | Number | Bare | Loose) => Percent,
        (Number, Number | Percent | Bare | Loose) => Number,
        (Bare, Bare | Percent | Loose) => Bare,
        (Bare, Number) => Number,
        (Loose, Number | Bare | Percent | Loose) => Loose,
        _ => return None,
    })
}

/// What a setting or an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An amount.
    Money,
    /// A number.
    Number,
    /// A percent.
    Percent,
    /// A number or a percent: `1.5` and `150.pct` are the same.
    Factor,
    /// Money, or a number of units.
    Credit,
    /// Yes or no.
    YesNo,
    /// A day.
    Date,
    /// A text.
    Text,
}

impl Wanted {
    /// Whether a value of this kind fits.
    #[must_use]
    pub fn takes(self, kind: Kind) -> bool {
        use Kind::{Bare, Loose, Money, Number, Percent};
        matches!(
            (self, kind),
            (_, Kind::Wrong)
                | (Self::Money, Money | Bare | Loose)
                | (Self::Number, Number | Bare)
                | (Self::Percent, Percent | Loose)
                | (Self::Factor, Number | Percent | Bare | Loose)
                | (Self::Credit, Money | Number | Bare)
                | (Self::YesNo, Kind::YesNo)
                | (Self::Date, Kind::Date)
                | (Self::Text, Kind::Text)
        )
    }
}

impl Wanted {
    /// What to write for it, for the help of an error.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Money => {
                "write an amount, as `500`, a percent of one, as `deal.amount * 4.pct`, or so much for each, as \
                 `deal.quantity * 5`"
            }
            Self::Number => "write a figure, as `12`",
            Self::Percent => "write a figure with its unit, as `4.pct`; an amount is a `pay`",
            Self::Factor => "write a figure, as `1.5`, or a percent, as `150.pct`",
            Self::Credit => "write money, as `|deal| deal.amount`, or units, as `|deal| deal.quantity`",
            Self::YesNo => "write a comparison, as `|deal| deal.amount > 500`",
            Self::Date => "write a date, as `date(\"2026-03-31\")`",
            Self::Text => "write a text in double quotes",
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Money => "an amount",
            Self::Number => "a number",
            Self::Percent => "a percent",
            Self::Factor => "a factor (a number or a percent)",
            Self::Credit => "money or a number of units",
            Self::YesNo => "yes or no",
            Self::Date => "a date",
            Self::Text => "a text",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_operations() {
        use BinaryOp::{Add, Div, Less, Mul, Sub};
        use Kind::{Bare, Date, Duration, Loose, Money, Number, Percent, Text, YesNo};
        let rows = [
            (Money, Add, Money, Some(Money)),
            (Money, Sub, Bare, Some(Money)),
            (Money, Mul, Percent, Some(Money)),
            (Money, Mul, Money, None),
            (Money, Add, Percent, None),
            (Money, Div, Money, Some(Percent)),
            (Money, Div, Number, Some(Money)),
            (Percent, Mul, Percent, Some(Percent)),
            (Percent, Mul, Number, Some(Percent)),
            (Percent, Div, Percent, Some(Percent)),
            (Percent, Less, Bare, None),
            (Number, Div, Percent, Some(Number)),
            (Bare, Div, Percent, Some(Bare)),
            (Bare, Mul, Percent, Some(Loose)),
            (Loose, Add, Money, Some(Money)),
            (Loose, Add, Percent, Some(Percent)),
            (Date, Add, Duration, Some(Date)),
            (Date, Sub, Date, Some(Number)),
            (Text, Less, Text, None),
            (Text, BinaryOp::Equal, Text, Some(YesNo)),
            (Text, BinaryOp::Equal, Number, None),
        ];
        for (a, op, b, expected) in rows {
            assert_eq!(result(op, a, b), expected, "{a} {} {b}", op.sign());
        }
    }
}
