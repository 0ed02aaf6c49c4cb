//! The journal as text: CSV for every system of accounts; hledger and beancount with assertions of balances, so that an
//! independent program checks the tie. The journals of all closes belong together, in their order.

use super::{Transfer, Whole};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::fixed;
use crate::ledger::rows::CloseRow;
use std::collections::BTreeMap;

/// One row a transfer.
///
/// # Errors
/// It cannot be written.
pub fn csv(close: &CloseRow, whole: &Whole) -> Result<String, Box<Diagnostic>> {
    let header = [
        "date",
        "period",
        "number",
        "cause",
        "debit",
        "credit",
        "amount",
        "currency",
        "payee",
        "plan",
        "component",
        "deal",
        "measured",
    ];
    let row = |(place, transfer): (usize, &Transfer)| {
        let about = &transfer.about;
        [
            close.until.to_string(),
            close.period.clone(),
            place.saturating_add(1).to_string(),
            transfer.cause.to_owned(),
            transfer.debit.clone(),
            transfer.credit.clone(),
            fixed(transfer.amount, transfer.currency.places()),
            transfer.currency.code().to_owned(),
            transfer.payee.clone(),
            about.plan.to_string(),
            about.component.to_string(),
            about.deal.clone(),
            about.measured.to_string(),
        ]
    };
    let rows: Vec<[String; 13]> = whole.transfers.iter().enumerate().map(row).collect();
    crate::report::tables::csv(&header, &rows, &[2, 6])
        .map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))
}

/// What a transfer is about, in a line.
fn told(transfer: &Transfer) -> String {
    let about = &transfer.about;
    let parts: [&str; 5] = [&transfer.payee, &about.plan, &about.component, &about.deal, &about.measured];
    let words = parts.into_iter().filter(|part| !part.is_empty()).map(plain);
    words.collect::<Vec<_>>().join(", ")
}

/// A text without what ends a line or begins a remark.
fn plain(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() || matches!(c, ';' | '|' | '"' | '\\') { ' ' } else { c });
    clean.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// For hledger.
pub fn hledger(close: &CloseRow, whole: &Whole) -> String {
    let mut text = format!("; {}, close {}\n", close.name(), close.digest);
    for transfer in &whole.transfers {
        let amount = fixed(transfer.amount, transfer.currency.places());
        let code = transfer.currency.code();
        text.push_str(&format!(
            "\n{} {} | {}\n    {}  {amount} {code}\n    {}  -{amount} {code}\n",
            close.until,
            transfer.cause,
            told(transfer),
            plain(&transfer.debit),
            plain(&transfer.credit)
        ));
    }
    if !whole.expected.is_empty() {
        text.push_str(&format!("\n{} balances\n", close.until));
        for ((account, currency), amount) in &whole.expected {
            let (amount, code) = (fixed(*amount, currency.places()), currency.code());
            let nothing = fixed(rust_decimal::Decimal::ZERO, currency.places());
            text.push_str(&format!("    {}  {nothing} {code} = {amount} {code}\n", plain(account)));
        }
    }
    text
}

/// The name of an account as beancount takes it: five roots, parts that begin with a capital letter or a figure.
fn counted(account: &str, role: &str) -> String {
    let roots = ["Assets", "Liabilities", "Equity", "Income", "Expenses"];
    let part = |part: &str| {
        let mut clean: String = part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        if !clean.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()) {
            let mut letters = clean.chars();
            let first = letters.next().filter(char::is_ascii_lowercase).map(|c| c.to_ascii_uppercase());
            clean = format!("{}{}", first.map_or_else(|| "X-".to_owned(), String::from), letters.as_str());
        }
        clean
    };
    let parts: Vec<String> = account.split(':').map(part).collect();
    let rooted = parts.len() > 1 && parts.first().is_some_and(|first| roots.contains(&first.as_str()));
    if rooted {
        return parts.join(":");
    }
    let root = match role {
        "expense" | "amortisation" | "impairment" => "Expenses",
        "contract_asset" | "receivable" | "draws" | "clearing" | "burden_asset" => "Assets",
        "conversion" | "opening" => "Equity",
        _ => "Liabilities",
    };
    format!("{root}:{}", parts.join(":"))
}

/// For beancount: accounts are opened by the close that first uses them, balances hold on the morning after.
pub fn beancount(close: &CloseRow, whole: &Whole) -> String {
    let mut text = format!("; {}, close {}\n", close.name(), close.digest);
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for account in whole.accounts.keys().map(|(account, _)| account.as_str()) {
        names
            .entry(account)
            .or_insert_with(|| counted(account, whole.roles.get(account).copied().unwrap_or("clearing")));
    }
    let name = |account: &str| names.get(account).cloned().unwrap_or_default();
    let mut opened: Vec<String> = whole.opened.iter().map(|account| name(account)).collect();
    opened.sort();
    opened.dedup();
    for account in opened {
        text.push_str(&format!("{} open {account}\n", close.until));
    }
    for transfer in &whole.transfers {
        let (amount, code) = (fixed(transfer.amount, transfer.currency.places()), transfer.currency.code());
        text.push_str(&format!(
            "\n{} * \"{}\" \"{}\"\n  {}  {amount} {code}\n  {}  -{amount} {code}\n",
            close.until,
            transfer.cause,
            told(transfer),
            name(&transfer.debit),
            name(&transfer.credit)
        ));
    }
    let Some(after) = close.until.succ_opt() else { return text };
    text.push('\n');
    for ((account, currency), amount) in &whole.expected {
        // An account that was never moved is not open either.
        if whole.accounts.contains_key(&(account.clone(), *currency)) {
            let amount = fixed(*amount, currency.places());
            text.push_str(&format!("{after} balance {}  {amount} {}\n", name(account), currency.code()));
        }
    }
    text
}
