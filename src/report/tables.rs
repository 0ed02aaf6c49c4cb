//! Payouts and entries as CSV: UTF-8, comma, line feeds, quotes only where needed, ISO dates, amounts at the minor unit.
//!
//! A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return)
//! is preceded by `'`.

use crate::domain::calendar::Period;
use crate::domain::exact::fixed;
use crate::parallel;
use crate::run::Outcome;
use crate::run::adjust::{Entry, posts};
use crate::run::explain::reason;
use crate::run::settle::PayoutRow;
use std::borrow::Cow;

/// The header of the payouts.
pub const PAYOUT_COLUMNS: [&str; 6] = ["payee", "period", "earned", "payout", "carry", "currency"];

/// The header of the entries.
pub const ENTRY_COLUMNS: [&str; 14] = [
    "payee",
    "period",
    "component",
    "deal",
    "amount",
    "currency",
    "plan",
    "measured",
    "kind",
    "cause",
    "earned",
    "payable",
    "reason",
    "plan_currency",
];

/// The payouts of the periods from `first` to `last`, by payee, period, currency: cells in the order of the header.
#[must_use]
pub fn payout_rows(periods: &[Period], payouts: &[PayoutRow], (first, last): (usize, usize)) -> Vec<[String; 6]> {
    let asked = payouts.iter().filter(|payout| (first..=last).contains(&payout.period));
    asked.map(|payout| payout_row(periods, payout).map(Cow::into_owned)).collect()
}

fn payout_row<'r>(periods: &'r [Period], payout: &'r PayoutRow) -> [Cow<'r, str>; 6] {
    let money = |amount| Cow::Owned(fixed(amount, payout.currency.places()));
    [
        Cow::Borrowed(&*payout.payee),
        Cow::Borrowed(label(periods, payout.period)),
        money(payout.earned),
        money(payout.payout),
        money(payout.carry),
        Cow::Borrowed(payout.currency.code()),
    ]
}

/// The same as CSV under its header, written on all cores.
///
/// # Errors
/// As [`csv()`].
pub fn payouts_csv(
    periods: &[Period],
    payouts: &[PayoutRow],
    (first, last): (usize, usize),
) -> Result<String, csv::Error> {
    let pieces: Vec<&[PayoutRow]> = payouts.chunks(PAYOUTS).collect();
    let body = |some: &&[PayoutRow]| {
        let asked = some.iter().filter(|payout| (first..=last).contains(&payout.period));
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::with_capacity(some.len().saturating_mul(64)));
        for payout in asked {
            write_row(&mut writer, &payout_row(periods, payout), &PAYOUT_FIGURES)?;
        }
        text_of(writer)
    };
    let head = csv(&PAYOUT_COLUMNS, &[], &PAYOUT_FIGURES);
    let bodies = parallel::each(&pieces, body).into_iter();
    let parts = std::iter::once(head).chain(bodies).collect::<Result<Vec<String>, csv::Error>>()?;
    Ok(parts.concat())
}

/// How many payouts are written together on one core.
const PAYOUTS: usize = 1024;

/// The entries of the periods from `first` to `last` that post something: cells in the order of the header.
#[must_use]
pub fn entry_rows(outcome: &Outcome, (first, last): (usize, usize)) -> Vec<[String; 14]> {
    let asked = outcome.entries.iter().filter(|entry| (first..=last).contains(&entry.payout) && posts(entry));
    asked.map(|entry| entry_row(outcome, entry)).collect()
}

fn entry_row(outcome: &Outcome, entry: &Entry) -> [String; 14] {
    let plan_money = |amount| fixed(amount, entry.plan_currency.places());
    [
        entry.payee.to_string(),
        label(&outcome.periods, entry.payout).to_owned(),
        entry.component.to_string(),
        entry.deal.as_ref().map_or_else(String::new, |(_, id)| id.to_string()),
        fixed(entry.amount, entry.currency.places()),
        entry.currency.code().to_owned(),
        entry.plan.to_string(),
        entry.measured.label.to_string(),
        entry.kind.code().to_owned(),
        entry.because().to_owned(),
        plan_money(entry.earned),
        plan_money(entry.payable),
        reason(entry),
        entry.plan_currency.code().to_owned(),
    ]
}

fn label(periods: &[Period], period: usize) -> &str {
    periods.get(period).map_or("", |period| &period.label)
}

/// Rows under a header, as CSV. Texts that a spreadsheet would run are made harmless; figures stay as they are.
///
/// # Errors
/// None in practice: the text is made in memory.
pub fn csv<const N: usize>(header: &[&str; N], rows: &[[String; N]], figures: &[usize]) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        write_row(&mut writer, row, figures)?;
    }
    text_of(writer)
}

fn write_row<const N: usize>(
    writer: &mut csv::Writer<Vec<u8>>,
    row: &[impl AsRef<str>; N],
    figures: &[usize],
) -> Result<(), csv::Error> {
    for (place, cell) in row.iter().map(AsRef::as_ref).enumerate() {
        if figures.contains(&place) || !runs(cell) {
            writer.write_field(cell)?;
        } else {
            writer.write_field(harmless(cell))?;
        }
    }
    writer.write_record(None::<&[u8]>)
}

fn text_of(writer: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The places of figures in the payouts.
pub const PAYOUT_FIGURES: [usize; 3] = [2, 3, 4];

/// The places of figures in the entries.
pub const ENTRY_FIGURES: [usize; 3] = [4, 10, 11];

/// Whether a spreadsheet would run a text.
pub(super) fn runs(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text as a cell that no spreadsheet runs.
pub(super) fn harmless(cell: &str) -> String {
    if runs(cell) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless_and_figures_stay() {
        let rows = [["=1+1".to_owned(), "-2.50".to_owned()], ["Ann, \"A\"".to_owned(), "3.00".to_owned()]];
        let text = csv(&["payee", "amount"], &rows, &[1]).unwrap();
        assert_eq!(text, "payee,amount\n'=1+1,-2.50\n\"Ann, \"\"A\"\"\",3.00\n");
    }
}
