//! Exports of three systems, recognised by their headers, and which of their columns mean what.
//!
//! The names are those of the systems' public documentation (`docs/data.md` names the pages); no live export was at hand. What
//! is recognised takes its columns from here before words and shapes are asked.

use super::shape::Table;
use super::words::{Field, means_won};

/// A system whose exports are recognised.
pub(super) struct System {
    /// What a person calls the export.
    pub name: &'static str,
    /// Headers that must all be there.
    signature: &'static [&'static str],
    /// The headers of each field, the better ones first.
    columns: &'static [(Field, &'static [&'static str])],
    /// Columns that say whether a deal is won, with the texts that mean it; the surer ones first.
    won: &'static [(&'static str, &'static [&'static str])],
}

/// The systems, those first whose headers are harder to mistake.
const SYSTEMS: [System; 4] = [
    System {
        name: "Pipedrive deals",
        signature: &["Deal - Title", "Deal - Value", "Deal - Status"],
        columns: &[
            (Field::Id, &["Deal - ID"]),
            (Field::Closed, &["Deal - Won time", "Deal - Deal closed on", "Deal - Closed on", "Deal - Close time"]),
            (Field::Amount, &["Deal - Value"]),
            (Field::Payee, &["Deal - Owner"]),
            (Field::Currency, &["Deal - Currency of Value", "Deal - Currency"]),
            (Field::Account, &["Deal - Organization", "Deal - Contact person"]),
            (Field::Product, &["Deal - Product name"]),
            (Field::Quantity, &["Deal - Product quantity"]),
            (Field::Channel, &["Deal - Source channel"]),
        ],
        won: &[("Deal - Status", &["Won", "won"])],
    },
    System {
        name: "HubSpot deals",
        signature: &["Record ID", "Deal Name", "Deal Stage", "Close Date"],
        columns: &[
            (Field::Id, &["Record ID"]),
            (Field::Closed, &["Close Date"]),
            (Field::Amount, &["Amount"]),
            (Field::Payee, &["Deal owner", "Deal Owner"]),
            (Field::Currency, &["Currency"]),
            (Field::Account, &["Associated Company", "Associated Company (Primary)"]),
            (Field::Kind, &["Deal Type"]),
        ],
        won: &[("Is Closed Won", &["true", "TRUE", "Yes"]), ("Deal Stage", &["Closed Won", "Closed won", "closedwon"])],
    },
    System {
        name: "Salesforce opportunities",
        signature: &["Id", "StageName", "CloseDate", "Amount", "OwnerId"],
        columns: &[
            (Field::Id, &["Id"]),
            (Field::Closed, &["CloseDate"]),
            (Field::Amount, &["Amount"]),
            (Field::Payee, &["Owner.Name", "OwnerId"]),
            (Field::Currency, &["CurrencyIsoCode"]),
            (Field::Account, &["Account.Name", "AccountId"]),
            (Field::Kind, &["Type"]),
            (Field::Quantity, &["TotalOpportunityQuantity"]),
        ],
        won: &[("IsWon", &["true", "TRUE", "1"]), ("StageName", &["Closed Won"])],
    },
    System {
        name: "Salesforce opportunities",
        signature: &["Opportunity Name", "Opportunity Owner", "Close Date", "Amount", "Stage"],
        columns: &[
            (Field::Id, &["Opportunity ID"]),
            (Field::Closed, &["Close Date"]),
            (Field::Amount, &["Amount"]),
            (Field::Payee, &["Opportunity Owner"]),
            (Field::Currency, &["Amount Currency", "Opportunity Currency"]),
            (Field::Account, &["Account Name"]),
            (Field::Kind, &["Type"]),
        ],
        won: &[("Won", &["1", "true", "TRUE"]), ("Stage", &["Closed Won"])],
    },
];

/// The system whose export a table is.
pub(super) fn system(table: &Table) -> Option<&'static System> {
    let has = |name: &&str| table.header.iter().any(|header| header == name);
    SYSTEMS.iter().find(|system| system.signature.iter().all(has))
}

impl System {
    /// The column of a field, if its values fit.
    pub fn column(&self, table: &Table, field: Field, fits: &impl Fn(usize) -> bool) -> Option<usize> {
        let (_, names) = self.columns.iter().find(|(own, _)| *own == field)?;
        names.iter().filter_map(|name| table.header.iter().position(|header| header == name)).find(|place| fits(*place))
    }

    /// The column that says which deals are won, and its texts that mean it.
    pub fn won<'t>(&self, table: &'t Table) -> Option<(usize, Vec<&'t str>)> {
        self.won.iter().find_map(|(name, texts)| {
            let column = table.header.iter().position(|header| header == name)?;
            let won = table.frequent(column, &[]).into_iter().map(|(value, _)| value);
            let won: Vec<&str> = won.filter(|value| texts.contains(value) || means_won(value)).collect();
            (!won.is_empty()).then_some((column, won))
        })
    }
}
