//! Allowances: `// allow W07: as the contract of 2026 says`, on the line above what it answers or at that line's end.

use crate::domain::diagnostic::{Code, Diagnostic, Place, Span, nearest};
use std::sync::Arc;

/// An allowance in a script.
struct Allowance<'a> {
    /// The number or the word.
    what: &'a str,
    /// Why, as somebody said it.
    reason: &'a str,
    /// From the slashes to the end of the line.
    start: usize,
    end: usize,
    /// The bytes of the line that it answers.
    line: (usize, usize),
}

/// Takes out what the script allows, and tells of allowances that allow nothing. `judged`: the warnings that `found` can
/// hold; allowances of others are left alone.
pub(super) fn apply(file: &Arc<str>, text: &str, judged: &dyn Fn(Code) -> bool, found: &mut Vec<Diagnostic>) {
    for allowance in allowances(text) {
        let span = Span { file: Arc::clone(file), start: allowance.start, end: allowance.end };
        if let Some(finding) = slip(&allowance) {
            // Once, where scripts are read: what a test or a run finds is answered later.
            found.extend(judged(Code::NoEffect).then(|| finding.at(&span)));
            continue;
        }
        let answers = |finding: &Diagnostic| {
            let here = matches!(&finding.place, Place::Text(span)
                if span.file == *file && (allowance.line.0..=allowance.line.1).contains(&span.start));
            here && names(allowance.what, finding.code)
        };
        let before = found.len();
        found.retain(|finding| !answers(finding));
        if found.len() == before && Code::ALL.iter().any(|code| judged(*code) && names(allowance.what, *code)) {
            let message = format!("nothing here is warned of as `{}`", allowance.what);
            let finding = Diagnostic::warning(Code::NoEffect, message).at(&span);
            found.push(finding.help("remove it, or put it on the line above what it allows"));
        }
    }
}

/// What was meant as an allowance and allows nothing: a warning that there is not, or no reason. Other remarks may begin with
/// this word too.
fn slip(of: &Allowance<'_>) -> Option<Diagnostic> {
    let warnings = || Code::ALL.iter().filter(|code| code.is_warning());
    if warnings().any(|code| names(of.what, *code)) {
        let message = format!("`{}` is allowed without a reason, and still warned of", of.what);
        let help = format!("say why: `// allow {}: as the contract says`", of.what);
        return of.reason.is_empty().then(|| Diagnostic::warning(Code::NoEffect, message).help(help));
    }
    let known: Vec<&str> = warnings().flat_map(|code| code.number().into_iter().chain([code.word()])).collect();
    let numbered = of.what.strip_prefix(['W', 'w']).is_some_and(|rest| rest.parse::<u32>().is_ok());
    let near = nearest(of.what, known.iter().copied()).filter(|_| numbered || of.what.contains('-'));
    if near.is_none() && !numbered {
        return None;
    }
    let finding = Diagnostic::warning(Code::NoEffect, format!("there is no warning `{}`", of.what));
    Some(finding.help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the number and the word stand before each warning, as in `W07`".to_owned(),
    }))
}

/// Whether a number or word means this warning.
fn names(what: &str, code: Code) -> bool {
    code.is_warning() && (code.number() == Some(what) || code.word() == what)
}

fn allowances(text: &str) -> Vec<Allowance<'_>> {
    let mut list = Vec::new();
    for start in comments(text) {
        let rest = text.get(start..).unwrap_or_default();
        let comment = rest.lines().next().unwrap_or_default().trim_end();
        let said = comment.trim_start_matches('/').trim_start();
        let Some(said) = said.strip_prefix("allow ") else { continue };
        let (what, reason) = said.split_once(':').unwrap_or((said, ""));
        let begin = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at.saturating_add(1));
        let alone = text.get(begin..start).is_some_and(|before| before.trim().is_empty());
        let line = if alone { after_comments(text, start) } else { (begin, start) };
        list.push(Allowance {
            what: what.trim(),
            reason: reason.trim(),
            start,
            end: start.saturating_add(comment.len()),
            line,
        });
    }
    list
}

/// The bytes of the first line after `start` that is no comment.
fn after_comments(text: &str, start: usize) -> (usize, usize) {
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let end = at.saturating_add(line.len());
        if !line.trim_start().starts_with("//") {
            return (at, end.saturating_sub(1));
        }
        at = end;
    }
    (at, at)
}

/// Where comments to the end of a line start, outside texts and other comments.
fn comments(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        match (letter, next) {
            ('/', Some('/')) => {
                starts.push(at);
                letters.by_ref().find(|(_, c)| *c == '\n');
            }
            ('/', Some('*')) => {
                let mut last = ' ';
                letters.next();
                letters.by_ref().find(|(_, c)| {
                    let ends = last == '*' && *c == '/';
                    last = *c;
                    ends
                });
            }
            ('"' | '`' | '\'', _) => {
                let mut escaped = false;
                letters.by_ref().find(|(_, c)| {
                    let ends = *c == letter && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
            }
            _ => {}
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a line of a script.
    fn said(line: &str) -> Vec<String> {
        let mut found = Vec::new();
        apply(&Arc::from("a.rhai"), &format!("{line}\nlet a = 1;\n"), &|_| true, &mut found);
        found.iter().map(|finding| format!("{}; {}", finding.message, finding.help.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn what_is_meant_as_an_allowance_and_is_none_is_said() {
        assert_eq!(said("// allow erly-round: why"), ["there is no warning `erly-round`; did you mean `early-round`?"]);
        assert_eq!(said("// allow w07: why"), ["there is no warning `w07`; did you mean `W07`?"]);
        let bare =
            "`W07` is allowed without a reason, and still warned of; say why: `// allow W07: as the contract says`";
        assert_eq!(said("// allow W07"), [bare]);
        assert_eq!(said("// allow W07:"), [bare]);
        for remark in ["// allow late-comers: they are welcome", "// allow for 5 % more", "// allow", "// allow: all"] {
            assert!(said(remark).is_empty(), "{remark}");
        }
    }
}
