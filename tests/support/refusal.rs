//! Findings beside what a case says of them.
//!
//! A line of a script says what is found on it: `raet: 4, //~ unknown-setting "raet" help "rate"`. The text in quotes
//! is what must be underlined, to the letter; an `…` at its end stands for the rest. `says "…"` before `help` is a part
//! of the message. A second `//~` says a second finding of the line.

use super::case::{Case, Refusal};
use earnmark::Refused;
use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::domain::texts::Texts;

/// A finding in one line, for messages.
pub fn told(finding: &Diagnostic, texts: &Texts) -> String {
    let found = found(finding, texts);
    let place = match &finding.place {
        Place::None => String::new(),
        Place::File(file) => file.to_string(),
        Place::Text(_) => {
            format!("{}:{} {:?}", found.file.unwrap(), found.row.unwrap(), found.underlined.unwrap_or_default())
        }
        Place::Cell(cell) => format!("{}:{} {} {:?}", cell.file, cell.row, cell.column, cell.value),
    };
    format!("{} {place}: {} (help: {:?})", finding.code, finding.message, help(finding))
}

/// What a finding says to do: its help, or the nearest right name at the place itself.
fn help(finding: &Diagnostic) -> Option<&str> {
    let near = finding.label.as_deref().filter(|label| label.starts_with("did you mean"));
    finding.help.as_deref().or(near)
}

/// A finding in the form of a case.
fn found(finding: &Diagnostic, texts: &Texts) -> Refusal {
    let mut found = Refusal {
        code: finding.code.word().to_owned(),
        help: help(finding).map(str::to_owned),
        message: Some(finding.message.clone()),
        ..Refusal::default()
    };
    match &finding.place {
        Place::None => {}
        Place::File(file) => found.file = Some(file.to_string()),
        Place::Text(span) => {
            let text = texts.get(&span.file).unwrap_or_default();
            found.file = Some(span.file.to_string());
            found.row = u64::try_from(texts.line(span)).ok();
            found.underlined = text.get(span.start..span.end).map(str::to_owned);
        }
        Place::Cell(cell) => {
            found.file = Some(cell.file.to_string());
            found.row = Some(cell.row);
            found.column = Some(cell.column.clone());
            found.value = Some(cell.value.clone());
        }
    }
    found
}

/// Whether a finding is what a case wants.
fn fits(wanted: &Refusal, found: &Refusal) -> bool {
    let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    let part = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
        (Some(wanted), Some(found)) => found.contains(wanted.as_str()),
        (wanted, _) => wanted.is_none(),
    };
    let underlined = match (&wanted.underlined, &found.underlined) {
        (Some(wanted), Some(found)) => match wanted.strip_suffix('…') {
            Some(start) => found.starts_with(start),
            None => wanted == found,
        },
        (wanted, _) => wanted.is_none(),
    };
    wanted.code == found.code
        && same(&wanted.file, &found.file)
        && (wanted.row.is_none() || wanted.row == found.row)
        && same(&wanted.column, &found.column)
        && same(&wanted.value, &found.value)
        && underlined
        && part(&wanted.help, &found.help)
        && part(&wanted.message, &found.message)
}

/// What differs: findings that are not there, that nobody expects, or, in a text, that say no way out. (A cell says what
/// it should have been.) In another order of rows a finding may stand in another row; its code stays.
pub fn differences(case: &Case, refused: &Refused, as_written: bool) -> Vec<String> {
    let mut wanted = case.refused.clone();
    wanted.extend(case.scripts().flat_map(|(path, text)| expected(&path, text)));
    let mut found: Vec<(Refusal, &Diagnostic)> =
        refused.findings.iter().map(|finding| (found(finding, &refused.texts), finding)).collect();
    if !as_written {
        let codes = |list: Vec<&str>| {
            let mut list = list;
            list.sort_unstable();
            list.join(" ")
        };
        let (ours, theirs) = (
            codes(wanted.iter().map(|wanted| wanted.code.as_str()).collect()),
            codes(found.iter().map(|(found, _)| found.code.as_str()).collect()),
        );
        return if ours == theirs { Vec::new() } else { vec![format!("expected {ours}, got {theirs}")] };
    }
    let mut told_of = Vec::new();
    for wanted in wanted {
        match found.iter().position(|(found, _)| fits(&wanted, found)) {
            Some(place) => {
                let (_, finding) = found.remove(place);
                if matches!(finding.place, Place::Text(_)) && help(finding).is_none() {
                    told_of.push(format!("says no way out: {}", told(finding, &refused.texts)));
                }
            }
            None => told_of.push(format!("not found: {wanted:?}")),
        }
    }
    told_of.extend(found.iter().map(|(_, finding)| format!("found besides: {}", told(finding, &refused.texts))));
    told_of
}

/// What the lines of a script expect.
fn expected(path: &str, text: &str) -> Vec<Refusal> {
    let mut list = Vec::new();
    for (line, content) in (1_u64..).zip(text.lines()) {
        for said in content.split("//~ ").skip(1) {
            let (code, rest) = said.trim().split_once(' ').unwrap_or((said.trim(), ""));
            let (underlined, rest) = quoted(rest);
            let (message, rest) = rest.trim_start().strip_prefix("says ").map_or((None, rest), quoted);
            let help = rest.trim_start().strip_prefix("help ").and_then(|rest| quoted(rest).0);
            list.push(Refusal {
                code: code.to_owned(),
                file: Some(path.to_owned()),
                row: Some(line),
                underlined,
                message,
                help,
                ..Refusal::default()
            });
        }
    }
    list
}

/// The text in quotes at the start, `\"` and `\\` undone, and what follows it.
fn quoted(text: &str) -> (Option<String>, &str) {
    let Some(rest) = text.trim_start().strip_prefix('"') else { return (None, text) };
    let mut found = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (Some(found), rest.get(at + 1..).unwrap_or_default()),
            '\\' => found.extend(chars.next().map(|(_, c)| c)),
            c => found.push(c),
        }
    }
    (None, text)
}
