//! What payroll takes: a row for each payment, in the layout that the close kept. Nobody is paid twice who is paid by the id.
//!
//! In:   payments of a close, the settings and people that it knew.
//! Out:  one file, or one for each currency or group of payees; bytes in the encoding that was asked for.
//! Here: own and shipped layouts, fixed widths. A value that does not fit is refused: a close then writes nothing.

use super::files::{File, Payment};
use super::people::People;
use super::rows::CloseRow;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::fixed;
use crate::io::settings::outputs::{PayColumn, Payroll};
use std::collections::{BTreeMap, BTreeSet};

/// The files for payroll, by name. Where all payments are of one group it is `payroll.csv` alone.
///
/// # Errors
/// A value that is too long for its width, or not to be said in the encoding; an amount of payees without the field.
pub fn files(
    close: &CloseRow,
    settings: &Payroll,
    payments: &[Payment],
    people: &People,
) -> Result<Vec<File>, Box<Diagnostic>> {
    let groups = groups(settings, payments, people);
    let end = if settings.delimiter.is_empty() { "txt" } else { "csv" };
    if groups.len() <= 1 {
        let all: Vec<&Payment> = payments.iter().collect();
        return Ok(vec![File::new(format!("payroll.{end}"), file(close, settings, &all, people)?)]);
    }
    let name = |group: &str| {
        let safe: String = group.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        format!("payroll-{}.{end}", if safe.is_empty() { "none".to_owned() } else { safe })
    };
    let mut found: Vec<File> = Vec::new();
    for (group, payments) in groups {
        let own = name(&group);
        let taken = found.iter().filter(|file| file.name == own).count();
        let name = if taken == 0 { own } else { own.replace("payroll-", &format!("payroll-{}-", found.len())) };
        found.push(File::new(name, file(close, settings, &payments, people)?));
    }
    Ok(found)
}

/// The payments of each file.
fn groups<'p>(settings: &Payroll, payments: &'p [Payment], people: &People) -> BTreeMap<String, Vec<&'p Payment>> {
    let mut groups: BTreeMap<String, Vec<&Payment>> = BTreeMap::new();
    for payment in payments {
        let group = match settings.file_per.as_str() {
            "all" => String::new(),
            "currency" => payment.currency.code().to_owned(),
            field => people.field(&payment.payee, field).unwrap_or_default().to_owned(),
        };
        groups.entry(group).or_default().push(payment);
    }
    groups
}

/// Whether payroll can tell from the files who is paid how much: a close is refused where two people are one to it, somebody is
/// nobody, or amounts of several currencies stand below each other without a word. What was closed before is not asked.
///
/// # Errors
/// The payees, and what their rows have in common.
pub fn told_apart(
    close: &CloseRow,
    settings: &Payroll,
    payments: &[Payment],
    people: &People,
) -> Result<(), Box<Diagnostic>> {
    let columns = columns(settings);
    // The number is what payroll goes by, where it is there.
    let numbered = columns.iter().any(|column| column.value == "payee.payroll_id");
    let names_payee = |column: &&PayColumn| match numbered {
        true => column.value == "payee.payroll_id",
        false => matches!(&*column.value, "payee" | "payment_id") || column.value.starts_with("payee."),
    };
    let refuse = |message: String, help: String| {
        let finding = Diagnostic::error(Code::BadValue, message).help(help);
        Err(Box::new(finding.why("nothing was closed: the file for payroll would pay somebody else, or nobody")))
    };
    for payments in groups(settings, payments, people).into_values() {
        let mut known: BTreeMap<Vec<String>, &str> = BTreeMap::new();
        let mut names: Vec<&str> = columns.iter().filter(names_payee).map(|column| &*column.name).collect();
        names.dedup();
        let by = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        for payment in &payments {
            let said: Vec<String> = columns
                .iter()
                .filter(names_payee)
                .map(|column| cell(column, payment, close, settings, people))
                .collect();
            if said.is_empty() {
                break; // a layout of one's own that names nobody
            }
            if said.iter().all(|text| text.trim().is_empty()) {
                let message = format!("nothing says to payroll who `{}` is: {by} would be blank", payment.payee);
                return refuse(
                    message,
                    "fill these fields of the payee, or name another column by `layout = \"own\"`".to_owned(),
                );
            }
            match known.insert(said.clone(), &payment.payee) {
                Some(other) if other != payment.payee => {
                    let message = format!(
                        "`{other}` and `{}` are one to payroll: both have {} in {by}",
                        payment.payee,
                        said.join(" ")
                    );
                    let help = "give each a `payroll_id` of their own; without one their id stands for it";
                    return refuse(message, help.to_owned());
                }
                _ => {}
            }
        }
        let currencies: BTreeSet<&str> = payments.iter().map(|payment| payment.currency.code()).collect();
        let says_currency = columns.iter().any(|column| column.value == "currency");
        if currencies.len() > 1 && !says_currency {
            let all = currencies.into_iter().collect::<Vec<_>>().join(" and ");
            let message = format!("amounts in {all} would stand in one file, and no column says in which");
            return refuse(message, "write a file for each: `payroll.file_per = \"currency\"`".to_owned());
        }
    }
    Ok(())
}

/// The columns of the files.
fn columns(settings: &Payroll) -> Vec<PayColumn> {
    if settings.columns.is_empty() { generic() } else { settings.columns.clone() }
}

/// The columns where no layout is said.
fn generic() -> Vec<PayColumn> {
    let column = |(name, value): (&str, &str)| PayColumn {
        name: name.to_owned(),
        value: value.to_owned(),
        width: None,
        right: false,
    };
    let all = [
        ("payment", "payment_id"),
        ("payee", "payee"),
        ("period", "period"),
        ("amount", "amount"),
        ("currency", "currency"),
    ];
    all.map(column).to_vec()
}

fn file(
    close: &CloseRow,
    settings: &Payroll,
    payments: &[&Payment],
    people: &People,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    let columns = columns(settings);
    let mut text = String::new();
    if settings.header {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        line(&mut text, settings, &columns, &names)?;
    }
    for payment in payments {
        let cells: Vec<String> = columns.iter().map(|column| cell(column, payment, close, settings, people)).collect();
        line(&mut text, settings, &columns, &cells)?;
    }
    encoded(&text, &settings.encoding)
}

fn cell(column: &PayColumn, payment: &Payment, close: &CloseRow, settings: &Payroll, people: &People) -> String {
    match column.value.as_str() {
        "payment_id" => payment.id.clone(),
        "payee" => payment.payee.clone(),
        "period" => close.period.clone(),
        "currency" => payment.currency.code().to_owned(),
        "amount" => fixed(payment.amount, payment.currency.places()).replace('.', &settings.decimal),
        other => match (other.strip_prefix("payee."), other.strip_prefix("fixed:")) {
            // Without a number of their own payees are known to payroll by their id.
            (Some("payroll_id"), _) => people.field(&payment.payee, "payroll_id").unwrap_or(&payment.payee).to_owned(),
            (Some(field), _) => people.field(&payment.payee, field).unwrap_or_default().to_owned(),
            (None, Some(text)) => text.to_owned(),
            (None, None) => String::new(),
        },
    }
}

fn line(text: &mut String, settings: &Payroll, columns: &[PayColumn], cells: &[String]) -> Result<(), Box<Diagnostic>> {
    for (place, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if settings.delimiter.is_empty() {
            padded(text, column, cell)?;
            continue;
        }
        if place > 0 {
            text.push_str(&settings.delimiter);
        }
        let quoted = cell.contains(&settings.delimiter) || cell.contains(['"', '\n', '\r']);
        // Whoever opens the file in a spreadsheet has no formula in it; amounts are figures.
        let guarded = if column.value != "amount" && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{cell}")
        } else {
            cell.clone()
        };
        if quoted || guarded.len() > cell.len() {
            text.push_str(&format!("\"{}\"", guarded.replace('"', "\"\"")));
        } else {
            text.push_str(cell);
        }
    }
    text.push_str(&settings.row_end);
    Ok(())
}

/// A cell at its width.
fn padded(text: &mut String, column: &PayColumn, cell: &str) -> Result<(), Box<Diagnostic>> {
    let width = column.width.and_then(|width| usize::try_from(width).ok()).unwrap_or(0);
    let cell: String = cell.chars().filter(|c| !c.is_control()).collect();
    let length = cell.chars().count();
    let Some(blanks) = width.checked_sub(length) else {
        let message =
            format!("`{cell}` has {length} characters, and `{}` of the payroll file takes {width}", column.name);
        let help = "nothing was written; give the column a greater `width`";
        return Err(Box::new(Diagnostic::error(Code::TooLong, message).help(help)));
    };
    let blanks = " ".repeat(blanks);
    let (before, after) = if column.right { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
    text.push_str(&format!("{before}{cell}{after}"));
    Ok(())
}

fn encoded(text: &str, encoding: &str) -> Result<Vec<u8>, Box<Diagnostic>> {
    match encoding {
        "utf-8" => return Ok(text.as_bytes().to_vec()),
        "utf-16le" => return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        _ => {}
    }
    let known = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let (bytes, _, lost) = known.encode(text);
    if lost {
        let first = text.chars().find(|c| known.encode(&c.to_string()).2).map_or(String::new(), String::from);
        let message = format!("`{first}` of the payroll file cannot be said in `{encoding}`");
        let help = "nothing was written; take `encoding = \"utf-8\"`, or another name for the payee";
        return Err(Box::new(Diagnostic::error(Code::BadEncoding, message).help(help)));
    }
    Ok(bytes.into_owned())
}
