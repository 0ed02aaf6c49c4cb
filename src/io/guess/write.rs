//! The text of a guessed `earnmark.toml`, with a remark beside every guess.

use super::around::Around;
use super::shape::Table;
use super::words::{DOUBTFUL, Field, WHOLE, says_cents};
use super::{Deals, Team};
use crate::io::findings::shortened;
use crate::io::formats::{Format, named};
use crate::io::numbers::NumberStyle;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How many stages a proposed filter lists, the most frequent first.
const STAGES: usize = 12;

/// The settings that read the deals, and the team if there is one.
pub(super) fn settings(deals: &Deals<'_>, team: Option<&Team<'_>>, (more, left): (&[&str], &[String])) -> String {
    let mut toml = String::new();
    let file = &deals.table.file;
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    line(&mut toml, &format!("# Guessed from {}: look the remarks over, and change what is wrong.", quoted(file)), "");
    if let Some(system) = super::known::system(deals.table) {
        line(&mut toml, &format!("# Its columns are those of {}.", system.name), "");
    }
    line(&mut toml, "format = 1", "");
    let remark = match (deals.columns.get(&Field::Currency), deals.currency_is_said) {
        (Some(_), _) => "the most frequent currency; totals over all are in it",
        (None, true) => "by the sign beside the amounts",
        (None, false) => "the file says no currency: write yours",
    };
    let unread = deals.table.header.iter().find(|name| Field::Currency.fit(name) > 0);
    let remark = match unread.filter(|_| !deals.currency_is_said && !deals.columns.contains_key(&Field::Currency)) {
        Some(column) => format!("{} says no code such as EUR, so it could be another: write yours", quoted(column)),
        None => remark.to_owned(),
    };
    line(
        &mut toml,
        &format!("company = {{ name = {}, currency = {} }}", quoted(name), quoted(deals.currency)),
        &remark,
    );
    optional_columns(&mut toml, deals);
    line(&mut toml, "\n[deals]", "");
    if more.is_empty() {
        line(&mut toml, &format!("file = {}", quoted(file)), "");
    } else {
        let all = std::iter::once(&**file).chain(more.iter().copied()).map(quoted).collect::<Vec<_>>().join(", ");
        line(&mut toml, &format!("file = [{all}]"), "one header, and no id twice");
    }
    if let Some(sheet) = &deals.table.sheet {
        let is_json = named(file).format == Format::Json;
        let why = if is_json { "the list in the file" } else { "its first sheet holds no deals" };
        line(&mut toml, &format!("sheet = {}", quoted(sheet)), why);
    }
    dialect(&mut toml, deals);
    columns(&mut toml, deals);
    if let Some(team) = team {
        lines(&mut toml, team);
    }
    let unused = deals.unused();
    if !unused.is_empty() {
        line(&mut toml, &format!("\n# Not used: {}", unused.join(", ").replace(['\n', '\r'], " ")), "");
    }
    if !left.is_empty() {
        line(&mut toml, &format!("\n# Not read: {}", left.join(", ").replace(['\n', '\r'], " ")), "");
    }
    toml
}

/// A line with a remark behind it.
fn line(toml: &mut String, text: &str, remark: &str) {
    if remark.is_empty() {
        let _ = writeln!(toml, "{text}");
    } else {
        let _ = writeln!(toml, "{text}    # {}", remark.replace(['\n', '\r'], " "));
    }
}

/// Columns that are blank in some rows, which a plan must know.
fn optional_columns(toml: &mut String, deals: &Deals<'_>) {
    let fields = [Field::Product, Field::Kind, Field::Account, Field::Region, Field::Channel, Field::Quantity];
    let all = deals.table.count(&deals.taken);
    let mut first = true;
    for field in fields {
        let Some(column) = deals.columns.get(&field) else { continue };
        let filled = deals.table.values(*column, &deals.taken).count();
        if filled == all {
            continue;
        }
        if first {
            line(toml, "\n[columns.deals]", "");
            first = false;
        }
        let kind = if field == Field::Quantity { "number" } else { "text" };
        let remark = format!("blank in {} rows", grouped(all.saturating_sub(filled)));
        line(toml, &format!("{} = {{ type = \"{kind}\", optional = true }}", field.word()), &remark);
    }
}

/// How the file is written, and which rows are taken.
fn dialect(toml: &mut String, deals: &Deals<'_>) {
    let table = deals.table;
    if let Some(encoding) = table.encoding {
        let remark = "some bytes are not UTF-8, and it could be another one: look whether names are right";
        line(toml, &format!("encoding = \"{encoding}\""), remark);
    }
    around(toml, table);
    let NumberStyle { decimal, thousands } = deals.amounts.style;
    let points = decimal == '.' && thousands.is_none() && deals.amounts.unsure;
    if decimal != '.' || points {
        let remark = if points { "it could be the thousands sign too" } else { "" };
        line(toml, &format!("decimal = \"{decimal}\""), remark);
    }
    if let Some(mark) = thousands {
        let remark = if deals.amounts.unsure { "it could be the decimal sign too" } else { "" };
        line(toml, &format!("thousands = \"{mark}\""), remark);
    }
    if deals.dates.format != "YYYY-MM-DD" {
        let remark = deals.dates.or.map_or_else(String::new, |or| format!("every date could be {or} too"));
        line(toml, &format!("date = \"{}\"", deals.dates.format), &remark);
    }
    let read = [
        Field::Closed,
        Field::Amount,
        Field::Currency,
        Field::Payee,
        Field::SecondPayee,
        Field::SecondShare,
        Field::Quantity,
    ];
    let columns = read.iter().filter_map(|field| deals.columns.get(field));
    let blanks: BTreeSet<&str> = columns.flat_map(|column| table.blanks(*column)).collect();
    if !blanks.is_empty() {
        let list = blanks.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
        line(toml, &format!("blank = [\"\", {list}]"), "");
    }
    if let ([first, more @ ..], Some(column)) = (&*deals.won, deals.columns.get(&Field::Stage)) {
        let (taken, all) = (grouped(table.count(&deals.taken)), grouped(table.rows.len()));
        let remark = format!("{taken} of {all} rows");
        let all = deals.won.iter().map(|won| quoted(won)).collect::<Vec<_>>().join(", ");
        let won = if more.is_empty() { quoted(first) } else { format!("[{all}]") };
        let kept = deals.kept.as_ref().map_or_else(String::new, |kept| format!(", {}", keeps(deals, kept)));
        line(toml, &format!("filter = {{ {} = {won}{kept} }}", quoted(deals.name(*column))), &remark);
    } else if let Some(kept) = &deals.kept {
        line(toml, &format!("filter = {{ {} }}", keeps(deals, kept)), "without the rows that were deleted");
    }
    if let Some(column) = deals.unknown {
        unknown_stages(toml, deals, column);
    }
}

/// The condition that leaves out what was deleted.
fn keeps(deals: &Deals<'_>, (column, texts): &super::Won<'_>) -> String {
    let texts = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>();
    let all = if let [only] = texts.as_slice() { only.clone() } else { format!("[{}]", texts.join(", ")) };
    format!("{} = {all}", quoted(deals.name(*column)))
}

/// The lines before and behind the table.
fn around(toml: &mut String, table: &Table) {
    let Around { delimiter, skip, above, skip_end, below } = &table.around;
    if let Some(delimiter) = delimiter {
        line(toml, &format!("delimiter = {}", quoted(delimiter)), "by the first line of the file");
    }
    if *skip > 0 {
        let remark = above.as_ref().map_or_else(
            || "the first line says the delimiter".to_owned(),
            |title| format!("lines above the header, such as {}", quoted(&shortened(title))),
        );
        line(toml, &format!("skip = {skip}"), &remark);
    }
    if let Some((first, last)) = below.as_ref().filter(|_| *skip_end > 0) {
        let remark = match first == last {
            true => format!("no row at the end: {}", quoted(&shortened(first))),
            false => format!("no rows at the end: {} to {}", quoted(&shortened(first)), quoted(&shortened(last))),
        };
        line(toml, &format!("skip_end = {skip_end}"), &remark);
    }
}

/// A filter that is only proposed: nothing tells which stages mean that a deal was won.
fn unknown_stages(toml: &mut String, deals: &Deals<'_>, column: usize) {
    let stages = deals.table.frequent(column, &deals.taken);
    if stages.is_empty() {
        return;
    }
    let shown = stages.iter().take(STAGES).map(|(stage, _)| quoted(stage)).collect::<Vec<_>>().join(", ");
    let more = match stages.len().saturating_sub(STAGES) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    };
    let rows = grouped(deals.table.count(&deals.taken));
    let remark = format!(
        "none of these{more} is known to mean won, so all {rows} rows are taken, and some could be lost: keep those that mean \
         won, and remove the first #"
    );
    line(toml, &format!("# filter = {{ {} = [{shown}] }}", quoted(deals.name(column))), &remark);
}

/// Our columns and where they come from.
fn columns(toml: &mut String, deals: &Deals<'_>) {
    let name = |field: Field| deals.columns.get(&field).map(|column| quoted(deals.name(*column)));
    if let (Some(first), Some(second), Some(share)) =
        (name(Field::Payee), name(Field::SecondPayee), name(Field::SecondShare))
    {
        let mapping = format!("{{ column = {share}, as = \"{}\" }}", share_reading(deals));
        let shares = format!("shares = [{{ payee = {first} }}, {{ payee = {second}, share = {mapping} }}]");
        line(toml, &shares, "the first has what the second leaves");
    }
    line(toml, "\n[deals.columns]", "");
    match name(Field::Id) {
        Some(id) => line(toml, &format!("id = {id}"), "different in every row, or nearly so"),
        None => {
            // What is called an id and stands twice may be one deal in two rows.
            let twice = deals.table.header.iter().find(|name| Field::Id.fit(name) > WHOLE);
            let remark = match twice {
                Some(name) => {
                    format!("{} has values twice, so rows are numbered: they could be the same deals", quoted(name))
                }
                None => "no column is different in every row, so rows are numbered".to_owned(),
            };
            line(toml, "id = { row = \"line\" }", &remark);
        }
    }
    let (first, last) = (deals.dates.first, deals.dates.last);
    if let Some(closed) = name(Field::Closed) {
        let doubt =
            deals.columns.get(&Field::Closed).is_some_and(|column| Field::Closed.fit(deals.name(*column)) <= DOUBTFUL);
        let doubt = if doubt { "; it could be another day than that of the sale" } else { "" };
        line(toml, &format!("closed = {closed}"), &format!("{first} to {last}{doubt}"));
    }
    if let Some(amount) = name(Field::Amount) {
        let whole = deals.columns.get(&Field::Amount).is_some_and(|column| {
            says_cents(deals.name(*column)) && deals.table.values(*column, &deals.taken).all(is_whole)
        });
        let mapping = if whole { format!("{{ column = {amount}, as = \"cents\" }}") } else { amount };
        line(toml, &format!("amount = {mapping}"), &examples(deals, Field::Amount));
    }
    if let (Some(payee), None) = (name(Field::Payee), name(Field::SecondPayee)) {
        line(toml, &format!("payee = {payee}"), &examples(deals, Field::Payee));
    }
    let others = [Field::Currency, Field::Product, Field::Kind, Field::Account, Field::Region, Field::Channel];
    for field in others {
        if let Some(column) = name(field) {
            line(toml, &format!("{} = {column}", field.word()), &examples(deals, field));
        }
    }
    if let (Some(column), Some(numbers)) = (name(Field::Quantity), &deals.quantities) {
        let NumberStyle { decimal, thousands } = numbers.style;
        let plain = numbers.style == deals.amounts.style
            || (numbers.style == NumberStyle::default() && decimal == deals.amounts.style.decimal);
        let own = thousands.map_or_else(String::new, |mark| format!(", thousands = \"{mark}\""));
        let mapping = if plain { column } else { format!("{{ column = {column}, decimal = \"{decimal}\"{own} }}") };
        line(toml, &format!("quantity = {mapping}"), &examples(deals, Field::Quantity));
    }
}

/// Whether a text has no sign that could be a decimal one.
fn is_whole(value: &str) -> bool {
    value.chars().all(|c| c.is_numeric() || c == '-')
}

/// Whether shares are percents or fractions: all of them at most 1 are fractions.
fn share_reading(deals: &Deals<'_>) -> &'static str {
    let Some(column) = deals.columns.get(&Field::SecondShare) else { return "percent" };
    let small = |value: &str| {
        let number = value.trim_end_matches('%').trim_end().replace(',', ".").parse::<rust_decimal::Decimal>();
        number.is_ok_and(|number| number <= rust_decimal::Decimal::ONE) && !value.ends_with('%')
    };
    if deals.table.values(*column, &deals.taken).all(small) { "fraction" } else { "percent" }
}

/// The reporting lines.
fn lines(toml: &mut String, team: &Team<'_>) {
    let name = |column: usize| quoted(team.table.header.get(column).map_or("", String::as_str));
    line(toml, "\n[lines]", "");
    line(toml, &format!("file = {}", quoted(&team.table.file)), "who reports to whom");
    if let Some(encoding) = team.table.encoding {
        line(toml, &format!("encoding = \"{encoding}\""), "some bytes are not UTF-8");
    }
    around(toml, team.table);
    let blank = team.table.rows.iter().any(|row| row.get(team.manager).is_none_or(String::is_empty));
    if blank {
        line(
            toml,
            &format!("filter = {{ {} = {{ blank = false }} }}", name(team.manager)),
            "who has no manager reports to nobody",
        );
    }
    let columns = format!("columns = {{ payee = {}, manager = {} }}", name(team.payee), name(team.manager));
    line(toml, &columns, "");
}

/// The first values of a column.
fn examples(deals: &Deals<'_>, field: Field) -> String {
    let Some(column) = deals.columns.get(&field) else { return String::new() };
    let samples = deals.table.samples(*column, &deals.taken);
    let samples: Vec<String> = samples.iter().map(|sample| sample.chars().take(24).collect()).collect();
    if samples.is_empty() { String::new() } else { format!("such as {}", samples.join(", ")) }
}

/// A count with its thousands apart.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().rev().enumerate() {
        if place > 0 && place.checked_rem(3) == Some(0) {
            text.insert(0, ',');
        }
        text.insert(0, digit);
    }
    text
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
