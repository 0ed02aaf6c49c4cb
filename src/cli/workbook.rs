//! The workbook of a closed period for finance: payouts, entries, balances; figures as figures, totals as formulas that tie.
//!
//! It is made on demand and no part of what a close digests: its bytes are those of the library that packs it.

use super::Failure;
use crate::domain::diagnostic::Diagnostic;
use crate::ledger::book::Ledger;
use crate::ledger::files::{Payment, payments};
use crate::ledger::people::People;
use crate::ledger::rows::{CloseRow, currency, major};
use crate::ledger::walk::Walk;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;

fn outside(error: XlsxError) -> Failure {
    Failure::Outside(format!("the workbook cannot be made: {error}"))
}

/// The lines of a settlement that move the net position besides pay and payout.
const MOVES: [(&str, &str); 7] = [
    ("returned", "returned"),
    ("opening", "opening"),
    ("forgiven", "forgiven"),
    ("draw_forgiven", "draw forgiven"),
    ("forgiven_at_leaving", "forgiven at leaving"),
    ("forgiven_below_zero", "forgiven below zero"),
    ("paid_outside", "paid outside"),
];

/// The places on the sheet of balances of the last move, the payout, what is carried (owed, draw, over the cap, due, all of it)
/// and the check.
const AROUND_PAYOUT: [u16; 8] = {
    // Payee, currency, brought forward and pay go before the moves.
    let last = 3 + MOVES.len() as u16;
    [last, last + 1, last + 2, last + 3, last + 4, last + 5, last + 6, CHECK]
};
const CHECK: u16 = 3 + MOVES.len() as u16 + 7;

/// The bytes of the workbook.
pub fn workbook(ledger: &Ledger, close: &CloseRow) -> Result<Vec<u8>, Failure> {
    let refused = |finding: Box<Diagnostic>| super::ledger::refused(finding);
    let walk = Walk::at(ledger, close).map_err(refused)?;
    let people = walk.people();
    let mut book = Workbook::new();
    // No clock in a file: the day is that of the close.
    let day = ExcelDateTime::parse_from_str(&close.as_of.to_string()).map_err(outside)?;
    book.set_properties(&DocProperties::new().set_title(close.name()).set_creation_datetime(&day));
    let paid = payments(ledger, close).map_err(refused)?;
    payouts(book.add_worksheet(), &paid, close, people).map_err(outside)?;
    let entries = entry_lines(ledger, close).map_err(refused)?;
    entry_sheet(book.add_worksheet(), &entries).map_err(outside)?;
    let balances = balance_lines(ledger, close).map_err(refused)?;
    balance_sheet(book.add_worksheet(), &balances, entries.len()).map_err(outside)?;
    book.save_to_buffer().map_err(outside)
}

fn bold() -> Format {
    Format::new().set_bold()
}

/// A format for amounts with so many places.
fn money(places: u32) -> Format {
    let zeros = "0".repeat(usize::try_from(places).unwrap_or(2));
    let point = if places == 0 { "" } else { "." };
    Format::new().set_num_format(format!("#,##0{point}{zeros};[Red]-#,##0{point}{zeros}"))
}

/// A figure of a cell: exact up to fifteen digits, as every spreadsheet has it.
fn figure(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

fn header(sheet: &mut Worksheet, name: &str, columns: &[&str]) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (place, column) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, place, *column, &bold())?;
    }
    Ok(())
}

/// The letter of a column below the 27th.
fn letter(place: u16) -> char {
    u8::try_from(place).ok().and_then(|place| b'A'.checked_add(place)).map_or('A', char::from)
}

fn payouts(sheet: &mut Worksheet, paid: &[Payment], close: &CloseRow, people: &People) -> Result<(), XlsxError> {
    header(sheet, "Payouts", &["payment", "payee", "name", "period", "currency", "amount"])?;
    let mut sums: BTreeMap<&str, (Decimal, u32)> = BTreeMap::new();
    let mut row = 0_u32;
    for payment in paid {
        row = row.saturating_add(1);
        let (code, places) = (payment.currency.code(), payment.currency.places());
        sheet.write_string(row, 0, &payment.id)?;
        sheet.write_string(row, 1, &payment.payee)?;
        sheet.write_string(row, 2, people.name(&payment.payee))?;
        sheet.write_string(row, 3, &close.period)?;
        sheet.write_string(row, 4, code)?;
        sheet.write_number_with_format(row, 5, figure(payment.amount), &money(places))?;
        let sum = sums.entry(code).or_insert((Decimal::ZERO, places));
        sum.0 = crate::domain::exact::add(sum.0, payment.amount).unwrap_or(sum.0);
    }
    let last = row.saturating_add(1);
    row = row.saturating_add(1);
    for (code, (sum, places)) in sums {
        row = row.saturating_add(1);
        sheet.write_string_with_format(row, 3, "total", &bold())?;
        sheet.write_string_with_format(row, 4, code, &bold())?;
        let formula = Formula::new(format!("=SUMIFS(F2:F{last},E2:E{last},\"{code}\")")).set_result(sum.to_string());
        sheet.write_formula_with_format(row, 5, formula, &money(places).set_bold())?;
    }
    sheet.autofit();
    Ok(())
}

/// An entry as cells: texts, then amounts each with its places.
struct EntryLine {
    texts: [String; 9],
    amounts: [(Decimal, u32); 3],
}

fn entry_lines(ledger: &Ledger, close: &CloseRow) -> Result<Vec<EntryLine>, Box<Diagnostic>> {
    let mut found = Vec::new();
    for row in ledger.entries_of(close.seq).iter().filter(|row| &*row.kind != "opening") {
        let (plan, pay) = (currency(&row.currency)?, currency(&row.pay_currency)?);
        found.push(EntryLine {
            texts: [
                row.payee.to_string(),
                row.pay_currency.to_string(),
                row.plan.to_string(),
                row.component.to_string(),
                row.deal.clone().unwrap_or_default(),
                row.measured.to_string(),
                row.kind.to_string(),
                row.cause.clone().unwrap_or_default(),
                row.currency.to_string(),
            ],
            amounts: [
                (major(row.earned, plan), plan.places()),
                (major(row.payable, plan), plan.places()),
                (major(row.pay, pay), pay.places()),
            ],
        });
    }
    Ok(found)
}

fn entry_sheet(sheet: &mut Worksheet, lines: &[EntryLine]) -> Result<(), XlsxError> {
    let columns = [
        "payee",
        "currency",
        "plan",
        "component",
        "deal",
        "measured",
        "kind",
        "cause",
        "plan currency",
        "earned",
        "payable",
        "pay",
    ];
    header(sheet, "Entries", &columns)?;
    for (row, line) in (1_u32..).zip(lines) {
        for (place, text) in (0_u16..).zip(&line.texts) {
            sheet.write_string(row, place, text)?;
        }
        for (place, (amount, places)) in (9_u16..).zip(&line.amounts) {
            sheet.write_number_with_format(row, place, figure(*amount), &money(*places))?;
        }
    }
    sheet.autofit();
    Ok(())
}

/// A payee and currency: brought forward, pay, other moves, payout, carried forward (owed, draw, over the cap, due).
struct BalanceLine {
    payee: String,
    code: String,
    places: u32,
    brought: Decimal,
    pay: Decimal,
    moves: [Decimal; MOVES.len()],
    payout: Decimal,
    carried: [Decimal; 4],
}

fn balance_lines(ledger: &Ledger, close: &CloseRow) -> Result<Vec<BalanceLine>, Box<Diagnostic>> {
    let mut found = Vec::new();
    for ((payee, code), lines) in ledger.settled(close.seq) {
        let own = currency(code)?;
        let line = |name: &str| major(lines.get(name).copied().unwrap_or(0), own);
        let net = |of: [Decimal; 4]| {
            let [owed, draw, over_cap, due] = of;
            crate::domain::exact::add(over_cap, due)
                .and_then(|plus| crate::domain::exact::sub(plus, crate::domain::exact::add(owed, draw)?))
                .map_err(crate::ledger::rows::too_large)
        };
        let balances = |of: &str| ["owed", "draw", "over_cap", "due"].map(|name| line(&format!("{of}.{name}")));
        found.push(BalanceLine {
            payee: payee.to_owned(),
            code: code.to_owned(),
            places: own.places(),
            brought: net(balances("brought"))?,
            pay: line("payable"),
            moves: MOVES.map(|(code, _)| line(code)),
            payout: line("payout"),
            carried: balances("carried"),
        });
    }
    Ok(found)
}

fn balance_sheet(sheet: &mut Worksheet, lines: &[BalanceLine], entries: usize) -> Result<(), XlsxError> {
    let mut columns = vec!["payee", "currency", "brought forward", "pay of the entries"];
    columns.extend(MOVES.map(|(_, name)| name));
    columns.extend(["payout", "owed", "draw", "over the cap", "due", "carried forward", "check"]);
    header(sheet, "Balances", &columns)?;
    let entries = entries.saturating_add(1);
    // The columns behind the moves, by their letters.
    let [moved, payout, owed, draw, cap, due, carried, check] = AROUND_PAYOUT.map(letter);
    for (row, line) in (1_u32..).zip(lines) {
        let format = money(line.places);
        let number = row.saturating_add(1);
        sheet.write_string(row, 0, &line.payee)?;
        sheet.write_string(row, 1, &line.code)?;
        sheet.write_number_with_format(row, 2, figure(line.brought), &format)?;
        // Compared to the letter, as `SUMIFS` does not: `ann` is not `Ann`, nor `007` the number 7.
        let pay = format!(
            "=SUMPRODUCT(EXACT(Entries!A$2:A${entries},A{number})*EXACT(Entries!B$2:B${entries},B{number}),Entries!L$2:L${entries})"
        );
        sheet.write_formula_with_format(row, 3, Formula::new(pay).set_result(line.pay.to_string()), &format)?;
        let mut place = 4_u16;
        for amount in line.moves.into_iter().chain([line.payout]).chain(line.carried) {
            sheet.write_number_with_format(row, place, figure(amount), &format)?;
            place = place.saturating_add(1);
        }
        // The net position is what is due less what is owed.
        let net = format!("={cap}{number}+{due}{number}-{owed}{number}-{draw}{number}");
        let [o, w, c, m] = line.carried;
        let result =
            crate::domain::exact::sum([c, m, crate::domain::exact::negate(o), crate::domain::exact::negate(w)]);
        let result = result.unwrap_or_default().to_string();
        sheet.write_formula_with_format(row, place, Formula::new(net).set_result(result), &format)?;
        place = place.saturating_add(1);
        // Brought forward, pay and moves less payout and what is carried: nothing is left.
        let left = format!("=ROUND(SUM(C{number}:{moved}{number})-{payout}{number}-{carried}{number},{})", line.places);
        sheet.write_formula_with_format(row, place, Formula::new(left).set_result("0"), &format)?;
    }
    let last = lines.len().saturating_add(1);
    let row = u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1);
    sheet.write_string_with_format(row, 0, "check of all", &bold())?;
    let all = Formula::new(format!("=SUM({check}2:{check}{last})")).set_result("0");
    sheet.write_formula_with_format(row, CHECK, all, &bold())?;
    sheet.autofit();
    Ok(())
}
