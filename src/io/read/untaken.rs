//! Sources that give nothing though nothing is wrong with them: a `filter` that takes no row, a `file` that names no file.
//!
//! Not here: a file that has no rows. Many are so until something happens: leave, adjustments, the deals of a new year.

use crate::domain::diagnostic::{Code, Diagnostic, nearest};
use crate::io::findings::{Findings, shortened};
use crate::io::mapping::trimmed;
use crate::io::settings::{Condition, Origin, Source, Test};
use crate::io::sheet::{Env, Reports, Sheet};
use std::collections::BTreeSet;

/// How many texts of a column are looked at, and how many are shown.
const TEXTS: (usize, usize) = (1000, 6);

/// A warning for each, as the project wants it.
pub(super) fn untaken(env: &Env<'_>, reports: &Reports<'_>) -> Vec<Diagnostic> {
    let settings = env.settings;
    let found = settings.sources.all().filter_map(|source| one(env, source, reports));
    found.filter_map(|found| settings.check.judged(found)).collect()
}

/// The warning for a source.
fn one<'s>(env: &Env<'s>, source: &'s Source, reports: &Reports<'_>) -> Option<Diagnostic> {
    let settings = env.settings;
    let kind = source.kind.word();
    if matches!(&source.origin, Origin::Files(names) if names.is_empty()) {
        let message = format!("`file` names no file, so nothing is read into `{kind}`");
        let diagnostic = Diagnostic::warning(Code::NoRows, message).at(&settings.span(&source.at));
        return Some(diagnostic.help("name the files of the source, or take the source away"));
    }
    let first = source.filter.first()?;
    let own = reports.list.iter().zip(&reports.sources).filter(|(_, of)| of.at == source.at).map(|(report, _)| report);
    let (rows, filtered) = own.fold((0_u64, 0_u64), |(rows, filtered), report| {
        (rows.saturating_add(report.rows), filtered.saturating_add(report.filtered))
    });
    if rows == 0 || filtered != rows {
        return None;
    }
    let (sheets, complete) = env.open(source, &mut Findings::default());
    // What was left out with a deal passed the filter of its own source.
    if !complete || sheets.iter().any(takes_one) {
        return None;
    }
    let never = source.filter.iter().find_map(|condition| Some((condition, met_never(condition, &sheets)?)));
    let (condition, help) = match never {
        Some((condition, help)) => (condition, help),
        None => (first, "no row meets all of its conditions".to_owned()),
    };
    let rows = if rows == 1 { "the one row".to_owned() } else { format!("any of the {rows} rows") };
    let message = format!("the `filter` of `{kind}` does not take {rows}: nothing is read");
    Some(Diagnostic::warning(Code::NoRows, message).at(&settings.span(&condition.column.at)).help(help))
}

/// Whether the filter takes a row of a file.
fn takes_one(sheet: &Sheet<'_>) -> bool {
    let (mut rows, mut unused) = (sheet.rows(), Findings::default());
    while let Some(taken) = rows.next(&mut unused) {
        if taken.passes {
            return true;
        }
    }
    false
}

/// Of a condition whose texts no row has: what the rows have in their place.
fn met_never(condition: &Condition, sheets: &[Sheet<'_>]) -> Option<String> {
    let Test::AnyOf(wanted) = &condition.test else { return None };
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for sheet in sheets {
        let place = sheet.header.iter().position(|column| *column == condition.column.value)?;
        let (mut rows, mut unused) = (sheet.rows(), Findings::default());
        while let Some(taken) = rows.next(&mut unused) {
            let cell = taken.row.cells.get(place).map_or("", |cell| &**cell);
            let cell = if sheet.source.dialect.trim { trimmed(cell) } else { cell };
            if wanted.iter().any(|text| text == cell) {
                return None;
            }
            if texts.len() < TEXTS.0 && !cell.is_empty() && !texts.contains(cell) {
                texts.insert(cell.to_owned());
            }
        }
    }
    let column = &condition.column.value;
    let near = wanted.iter().find_map(|text| Some((text, nearest(text, texts.iter().map(String::as_str))?)));
    if let Some((text, near)) = near {
        return Some(format!("`{column}` is nowhere `{text}`; did you mean `{}`?", shortened(near)));
    }
    let shown = texts.iter().take(TEXTS.1).map(|text| format!("`{}`", shortened(text))).collect::<Vec<_>>();
    if shown.is_empty() {
        return Some(format!("`{column}` is blank in every row"));
    }
    let more = if texts.len() > TEXTS.1 { ", …" } else { "" };
    Some(format!("`{column}` is {}{more}", shown.join(", ")))
}
