//! What a written table comes to: its rows, and the sums of its money by column and currency, for the control record beside it.

use super::tables::runs;
use crate::domain::exact::{add, shortest};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The columns of money that our tables have, each with that of its currency where the table has one, else the payee's.
const MONEY: [(&str, &str); 5] = [
    ("earned", "plan_currency"),
    ("payable", "plan_currency"),
    ("amount", "currency"),
    ("payout", "currency"),
    ("carry", "currency"),
];

/// What a table comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The rows under the header.
    pub rows: usize,
    /// By column of money and currency. A column that another program named is no money that we know.
    pub sums: BTreeMap<String, BTreeMap<String, String>>,
    /// Texts that a spreadsheet would run, and that stand behind an apostrophe therefore.
    #[serde(skip_serializing_if = "is_none")]
    pub quoted: usize,
}

/// Whether nothing is quoted.
fn is_none(quoted: &usize) -> bool {
    *quoted == 0
}

/// What a table in CSV comes to.
#[must_use]
pub fn tally(text: &str) -> Tally {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let place = |name: &str| header.iter().position(|own| own == name);
    let money: Vec<(&str, usize, usize)> = MONEY
        .into_iter()
        .filter_map(|(column, currency)| Some((column, place(column)?, place(currency).or_else(|| place("currency"))?)))
        .collect();
    let mut found = Tally::default();
    let mut sums: BTreeMap<(&str, String), Option<Decimal>> = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        found.rows = found.rows.saturating_add(1);
        let quoted = record.iter().filter(|cell| cell.strip_prefix('\'').is_some_and(runs)).count();
        found.quoted = found.quoted.saturating_add(quoted);
        for (column, amount, currency) in &money {
            let (Some(amount), Some(currency)) = (record.get(*amount), record.get(*currency)) else { continue };
            let sum = sums.entry((column, currency.to_owned())).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| add(sum, amount.parse().ok()?).ok());
        }
    }
    // A sum with more digits than a number has is not told.
    for ((column, currency), sum) in sums.into_iter().filter_map(|(key, sum)| Some((key, sum?))) {
        found.sums.entry(column.to_owned()).or_default().insert(currency, shortest(sum));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_not_lines_and_money_is_summed_by_currency() {
        // 1.50 + 2.25 = 3.75 USD; 4.00 EUR alone; earned is in the plan's currency: 10.00 − 3.00 = 7.00 EUR, and 5.00 USD.
        let text = "payee,amount,currency,earned,plan_currency\n\"Kim\nKhoury\",1.50,USD,10.00,EUR\n'=Bo,2.25,USD,-3.00,EUR\nCy,4.00,EUR,5.00,USD\n";
        assert_eq!(
            serde_json::to_string(&tally(text)).unwrap(),
            r#"{"rows":3,"sums":{"amount":{"EUR":"4","USD":"3.75"},"earned":{"EUR":"7","USD":"5"}},"quoted":1}"#
        );
    }
}
