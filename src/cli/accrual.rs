//! `earnmark export accrual`: what is earned and not paid after a close, as a table with its accounts, or as CSV or JSON.

use super::ledger::refused;
use super::show::{figure, heading, plain_table, text, trimmed};
use super::{Everywhere, Failure, Format, commands, out, print};
use crate::domain::exact::grouped;
use crate::ledger::accrual::{COLUMNS, Line, Tie, lines, row, ties};
use crate::ledger::rows::CloseRow;
use crate::ledger::walk::Walk;
use std::collections::BTreeMap;

/// Shows it, or writes it as CSV where a file is named.
pub fn show(everywhere: &Everywhere, walk: &Walk<'_>, close: &CloseRow) -> Result<(), Failure> {
    let found = lines(walk, close).map_err(refused)?;
    let rows: Vec<[String; 8]> = found.iter().map(|line| row(close, line)).collect();
    let csv = || {
        let made = crate::report::tables::csv(&COLUMNS, &rows, &[6]);
        made.map_err(|error| Failure::Outside(error.to_string()))
    };
    match (&everywhere.out, everywhere.format) {
        (Some(path), _) => out::write_bytes(path, csv()?.as_bytes()),
        (None, Format::Csv) => print(&csv()?),
        (None, Format::Json) => {
            let objects = rows.iter().map(|row| COLUMNS.iter().copied().zip(row).collect());
            print(&commands::json(&objects.collect::<Vec<BTreeMap<&str, &String>>>())?)
        }
        (None, Format::Table) if rows.is_empty() => print(&format!("after {} nothing waits\n", close.name())),
        (None, Format::Table) => print(&table(&found, &ties(walk, &found).map_err(refused)?)),
    }
}

fn table(lines: &[Line], ties: &[Tie]) -> String {
    let mut table = plain_table();
    let names = ["payee", "plan", "component", "what", "account", "amount", ""];
    table.set_header(names.map(|name| heading(name, name == "amount")).to_vec());
    for line in lines {
        let words = [&*line.payee, &*line.plan, &*line.component, line.what, &*line.account].map(text);
        let mut cells = words.to_vec();
        cells.push(figure(grouped(line.amount, line.currency.places())));
        cells.push(text(line.currency.code()));
        table.add_row(cells);
    }
    let mut shown = format!("{}\n", trimmed(&table));
    for tie in ties {
        let (amount, code) = (grouped(tie.lines, tie.currency.places()), tie.currency.code());
        let said = match tie.journal {
            Some(journal) if journal == tie.lines => "as in the journal".to_owned(),
            Some(journal) => format!("the journal has {}", grouped(journal, tie.currency.places())),
            None => "the account is used for more than that".to_owned(),
        };
        shown.push_str(&format!("{}: {amount} {code}, {said}\n", super::render::clean(&tie.account)));
    }
    shown
}
