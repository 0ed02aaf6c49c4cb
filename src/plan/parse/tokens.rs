//! Tokens that would be read as others than they are: figures that are not written in tens, and those with more digits
//! than fit, which Rhai cuts without a word. And names that no message could repeat.

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::text::Text;
use rust_decimal::Decimal;

/// The longest name, in bytes.
const MAX_NAME: usize = 200;

/// What is wrong with the figures and names of a script.
pub fn misread(text: &Text<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let (mut end, mut before) = (0_usize, ' ');
    text.scan(0, |at, c| {
        let part = |c: char| c == '_' || c.is_alphanumeric();
        if at >= end && part(c) && !part(before) {
            let rest = text.whole.get(at..).unwrap_or_default();
            let (length, finding) = if c.is_ascii_digit() {
                let figure = figure(rest);
                (figure.len(), misread_figure(figure))
            } else {
                let length = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
                (length, (length > MAX_NAME).then(|| long_name(length)))
            };
            end = at.saturating_add(length);
            findings.extend(finding.map(|finding| finding.at(&text.span(at, end))));
        }
        before = c;
        None::<()>
    });
    findings
}

/// The figure that begins a text: digits with `_`, a point before digits, and the letters of other notations.
fn figure(text: &str) -> &str {
    let part = |text: &str| text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let whole = part(text);
    let rest = text.get(whole..).unwrap_or_default();
    let fraction = rest.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let length = fraction.map_or(whole, |rest| whole.saturating_add(1).saturating_add(part(rest)));
    text.get(..length).unwrap_or(text)
}

fn misread_figure(figure: &str) -> Option<Diagnostic> {
    let plain = figure.replace('_', "");
    let other = ["0x", "0X", "0o", "0O", "0b", "0B"].iter().any(|mark| plain.starts_with(mark));
    if other {
        let finding = Diagnostic::error(Code::Syntax, format!("`{figure}` is not written in tens"));
        return Some(finding.label("here").help("write the figure as it would stand in a contract"));
    }
    let tens = plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    if tens && plain.contains('.') && Decimal::from_str_exact(&plain).is_err() {
        let finding = Diagnostic::error(Code::Overflow, "a figure with more than 28 digits");
        let why = "what does not fit would be cut, and nobody would be told";
        return Some(finding.label("here").why(why).help("write fewer digits behind the point"));
    }
    None
}

fn long_name(length: usize) -> Diagnostic {
    let message = format!("a name of {length} bytes, more than {MAX_NAME}");
    Diagnostic::error(Code::TooComplex, message).help("give it a name that can be read aloud")
}
