//! What a source holds, and which columns a source of each kind may and must map.

use super::super::mapping::Fills;
use crate::domain::facts::Schema;
use crate::domain::value::{ColumnType, Columns};

/// What a source holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Deals.
    Deals,
    /// Shares of deals, one a row.
    Shares,
    /// Events of deals, one a row.
    Events,
    /// Payees.
    Payees,
    /// Dated fields of payees, one a row.
    Fields,
    /// Reporting lines.
    Lines,
    /// Assignments to plans.
    Assignments,
    /// Days of leave.
    Leave,
    /// Quotas.
    Quotas,
    /// Scores of objectives.
    Scores,
    /// Totals that are given.
    Metrics,
    /// Adjustments.
    Adjustments,
    /// Opportunities that may become deals.
    Pipeline,
    /// A set of exchange rates.
    Rates,
    /// A table that plans look up.
    Table,
    /// A file that is only joined.
    File,
}

impl Kind {
    /// The kinds that have a table of their own.
    pub const ALL: [Self; 13] = [
        Self::Deals,
        Self::Shares,
        Self::Events,
        Self::Payees,
        Self::Fields,
        Self::Lines,
        Self::Assignments,
        Self::Leave,
        Self::Quotas,
        Self::Scores,
        Self::Metrics,
        Self::Adjustments,
        Self::Pipeline,
    ];

    /// The word of the settings: `deals`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deals => "deals",
            Self::Shares => "shares",
            Self::Events => "events",
            Self::Payees => "payees",
            Self::Fields => "fields",
            Self::Lines => "lines",
            Self::Assignments => "assignments",
            Self::Leave => "leave",
            Self::Quotas => "quotas",
            Self::Scores => "scores",
            Self::Metrics => "metrics",
            Self::Adjustments => "adjustments",
            Self::Pipeline => "pipeline",
            Self::Rates => "rates",
            Self::Table => "tables",
            Self::File => "files",
        }
    }

    /// The columns whose values are payees.
    pub(crate) fn payee_columns(self) -> &'static [&'static str] {
        match self {
            Self::Payees => &["manager"],
            Self::Lines => &["payee", "manager"],
            Self::Rates | Self::Table | Self::File => &[],
            _ => &["payee"],
        }
    }

    /// The columns that a source must map.
    pub(super) fn required(self) -> &'static [&'static str] {
        match self {
            Self::Deals | Self::Payees => &["id"],
            Self::Shares => &["deal", "payee"],
            Self::Events => &["deal", "kind", "date"],
            Self::Fields => &["payee", "field", "from", "value"],
            Self::Lines => &["payee", "manager"],
            Self::Assignments => &["payee", "plan"],
            Self::Leave => &["payee", "from"],
            Self::Quotas => &["measure", "amount"],
            Self::Scores => &["payee", "objective", "period", "score"],
            Self::Metrics => &["measure", "period", "value"],
            Self::Adjustments => &["id", "kind", "payee", "date", "amount", "reason", "actor"],
            Self::Pipeline => &["id", "state"],
            Self::Rates => &["from", "to", "date", "rate"],
            Self::Table | Self::File => &[],
        }
    }

    /// Whether plans can name columns of it that `[columns]` declares.
    pub(super) fn is_declarable(self) -> bool {
        matches!(self, Self::Deals | Self::Payees | Self::Events)
    }

    /// The columns that are standard and not part of a schema.
    pub(crate) fn own_columns(self) -> &'static [(&'static str, Fills)] {
        use Fills::{Any, Date, Expected, Money, Number, Percent, Period, Text};
        match self {
            Self::Deals => &[("payee", Text)],
            Self::Payees => &[("from", Date), ("to", Date)],
            Self::Shares => {
                &[("deal", Text), ("payee", Text), ("role", Text), ("share", Percent), ("position", Number)]
            }
            Self::Events => &[
                ("id", Text),
                ("deal", Text),
                ("kind", Text),
                ("date", Date),
                ("amount", Money),
                ("number", Text),
                ("payee", Text),
                ("component", Text),
                ("reason", Text),
                ("actor", Text),
                ("recorded", Date),
            ],
            Self::Fields => &[("payee", Text), ("field", Text), ("from", Date), ("to", Date), ("value", Any)],
            Self::Lines => &[("payee", Text), ("manager", Text), ("from", Date), ("to", Date), ("recorded", Date)],
            Self::Assignments => &[("payee", Text), ("plan", Text), ("from", Date), ("to", Date), ("recorded", Date)],
            Self::Leave => &[("payee", Text), ("from", Date), ("to", Date), ("recorded", Date)],
            Self::Quotas => &[
                ("measure", Text),
                ("payee", Text),
                ("plan", Text),
                ("period", Period),
                ("from", Date),
                ("to", Date),
                ("amount", Money),
                ("currency", Text),
                ("recorded", Date),
            ],
            Self::Scores => &[
                ("payee", Text),
                ("objective", Text),
                ("period", Period),
                ("score", Percent),
                ("plan", Text),
                ("recorded", Date),
            ],
            Self::Metrics => {
                &[("measure", Text), ("period", Period), ("payee", Text), ("value", Money), ("recorded", Date)]
            }
            Self::Adjustments => &[
                ("id", Text),
                ("kind", Text),
                ("payee", Text),
                ("date", Date),
                ("amount", Money),
                ("currency", Text),
                ("plan", Text),
                ("component", Text),
                ("deal", Text),
                ("balance", Text),
                ("reason", Text),
                ("actor", Text),
                ("recorded", Date),
            ],
            Self::Pipeline => &[
                ("state", Text),
                ("stage", Text),
                ("payee", Text),
                ("created", Date),
                ("expected", Expected),
                ("probability", Percent),
            ],
            Self::Rates => {
                &[("from", Text), ("to", Text), ("date", Date), ("rate", Number), ("until", Date), ("recorded", Date)]
            }
            Self::Table | Self::File => &[],
        }
    }

    /// The columns of the kind that plans can name.
    pub(super) fn columns(self, schema: &Schema) -> Option<&Columns> {
        match self {
            Self::Deals | Self::Pipeline => Some(&schema.deals),
            Self::Payees => Some(&schema.payees),
            Self::Events => Some(&schema.events),
            _ => None,
        }
    }

    /// The columns that a source may map, and what they hold.
    pub(super) fn known_columns(self, schema: &Schema) -> Vec<(String, Fills)> {
        let typed = self.columns(schema).into_iter().flat_map(|columns| &columns.0);
        // Versions of an opportunity would be a forecast of their own.
        let typed = typed.filter(|column| self != Self::Pipeline || &*column.name != "recorded");
        let mut known: Vec<(String, Fills)> =
            typed.map(|column| (column.name.to_string(), fills_of(column.kind))).collect();
        if let Some(id) = known.first_mut().filter(|_| self == Self::Deals) {
            id.1 = Fills::DealId;
        }
        known.extend(self.own_columns().iter().map(|(name, fills)| ((*name).to_owned(), *fills)));
        known
    }
}

/// What a column of a type is filled with.
pub(super) fn fills_of(kind: ColumnType) -> Fills {
    match kind {
        ColumnType::Money => Fills::Money,
        ColumnType::Number => Fills::Number,
        ColumnType::Percent => Fills::Percent,
        ColumnType::Date => Fills::Date,
        ColumnType::Text => Fills::Text,
        ColumnType::YesNo => Fills::YesNo,
    }
}
