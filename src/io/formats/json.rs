//! JSON: a list of objects, or an object a line.
//!
//! Columns are the names of all objects, in the order in which they first appear; those of objects inside are joined with
//! a point, `owner.name`. Numbers keep the digits they are written with: no binary one stands between.

use super::{DEPTH, Filling, Grid, Value, damaged, no_sheet};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::findings::{Problem, shortened};
use crate::io::settings::Source;
use rust_decimal::Decimal;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The names of an object and what they hold, in order.
struct Object<'a>(Vec<(String, &'a RawValue)>);

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object, `{ \"name\": value }`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
            members.push(member);
        }
        Ok(Object(members))
    }
}

fn object(text: &str) -> Result<Object<'_>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let object = reader.deserialize_map(Members)?;
    reader.end()?;
    Ok(object)
}

/// The names of the lists that a file holds where it is an object, in order; none of one that is a list itself.
pub(super) fn lists(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).unwrap_or_default();
    let Object(members) = object(text.trim()).unwrap_or(Object(Vec::new()));
    members.into_iter().filter(|(_, value)| value.get().starts_with('[')).map(|(name, _)| name).collect()
}

/// The rows of a file that is one list of objects, or an object that holds such a list under the name of `sheet`.
pub(super) fn read(file: &str, bytes: &[u8], source: &Source) -> Result<Grid, Box<Diagnostic>> {
    let text = text_of(file, bytes)?;
    let broken = |error: serde_json::Error| damaged(file, format!("is no JSON: {error}"));
    let whole: &RawValue = serde_json::from_str(text).map_err(broken)?;
    let list = match (&source.sheet, whole.get().starts_with('{')) {
        (None, false) => whole,
        (Some(_), false) => {
            return Err(Box::new(damaged(file, "is a list, and its source names a `sheet`").help("leave `sheet` out")));
        }
        (wanted, true) => {
            let Object(members) = object(whole.get()).map_err(broken)?;
            let lists = || members.iter().filter(|(_, value)| value.get().starts_with('['));
            match wanted {
                Some(wanted) => lists()
                    .find(|(name, _)| *name == wanted.value)
                    .map(|(_, list)| *list)
                    .ok_or_else(|| no_sheet(file, "list", &wanted.value, lists().map(|(name, _)| name.as_str())))?,
                None => {
                    let diagnostic = damaged(file, "is an object, not a list of rows");
                    return Err(Box::new(match lists().next() {
                        Some((name, _)) => {
                            diagnostic.help(format!("if its rows are in `{name}` write `sheet = \"{name}\"`"))
                        }
                        None => {
                            diagnostic.help("a list of objects is read, or with the ending `.jsonl` an object a line")
                        }
                    }));
                }
            }
        }
    };
    let rows: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(broken)?;
    let mut filling = Filling::new(file, source);
    let mut lines = Lines { text, at: 0, line: 1 };
    for row in rows {
        let line = lines.of(row.get());
        add(&mut filling, line, row.get())?;
    }
    Ok(filling.finish_objects("JSON"))
}

/// The rows of a file with an object a line.
pub(super) fn read_lines(file: &str, bytes: &[u8], source: &Source) -> Result<Grid, Box<Diagnostic>> {
    let text = text_of(file, bytes)?;
    let mut filling = Filling::new(file, source);
    for (line, row) in (1..).zip(text.lines()) {
        if !row.trim().is_empty() {
            add(&mut filling, line, row)?;
        }
    }
    Ok(filling.finish_objects("JSON lines"))
}

/// The text of a file; JSON is UTF-8 always.
fn text_of<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let message = format!("`{file}` is not UTF-8, which JSON is: the first other byte is in line {line}");
        Box::new(Diagnostic::error(Code::BadEncoding, message).in_file(file))
    })
}

/// The lines in which parts of a text begin, asked for in their order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u64 {
        // Both are addresses in one text.
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.at..start).unwrap_or_default();
        let feeds = between.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(feeds).unwrap_or(0));
        self.at = start.max(self.at);
        self.line
    }
}

/// Adds the row of an object.
fn add(filling: &mut Filling<'_>, line: u64, text: &str) -> Result<(), Box<Diagnostic>> {
    let mut values = Vec::new();
    match flat(filling, text, &mut String::new(), &mut values, 0)? {
        Ok(()) => filling.row(line, values),
        Err(error) => {
            let problem = Problem::new(Code::BadValue, format!("this row is no JSON object: {error}"));
            filling.bad_row(line, shortened(text), problem);
            Ok(())
        }
    }
}

/// The values of an object and of those inside it. The inner result is what is wrong with the row alone.
fn flat(
    filling: &mut Filling<'_>,
    text: &str,
    path: &mut String,
    values: &mut Vec<(usize, Value)>,
    depth: usize,
) -> Result<Result<(), String>, Box<Diagnostic>> {
    let Object(members) = match object(text) {
        Ok(object) => object,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let before = path.len();
    let mut wrong = None; // the other members still name their columns
    for (name, value) in members {
        path.push_str(&name);
        if value.get().starts_with('{') && depth < DEPTH {
            path.push('.');
            if let Err(error) = flat(filling, value.get(), path, values, depth.saturating_add(1))? {
                wrong.get_or_insert(error);
            }
        } else {
            let place = filling.place(path)?;
            if values.iter().any(|(known, _)| *known == place) {
                wrong.get_or_insert_with(|| format!("`{path}` stands in it twice"));
            }
            values.push((place, value_of(value.get())));
        }
        path.truncate(before);
    }
    Ok(wrong.map_or(Ok(()), Err))
}

/// A value as JSON knows it. A list is none.
fn value_of(text: &str) -> Value {
    match text.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(text) => Value::Text(text),
            Err(_) => {
                let message = "this text holds half of a character: a lone surrogate";
                Value::Wrong(text.to_owned(), Problem::new(Code::BadEncoding, message))
            }
        },
        Some(b'n') => Value::Nothing,
        Some(b't') => Value::YesNo(true),
        Some(b'f') => Value::YesNo(false),
        Some(b'-' | b'0'..=b'9') => Value::Number(plain(text)),
        Some(b'[') => {
            let problem = Problem::new(Code::BadValue, "this is a list, and a cell holds one value");
            Value::Wrong(shortened(text), problem)
        }
        _ => Value::Text(text.to_owned()),
    }
}

/// A number without exponent, all its digits kept.
fn plain(text: &str) -> String {
    if !text.contains(['e', 'E']) {
        return text.to_owned();
    }
    Decimal::from_scientific(&text.replace("e+", "e").replace("E+", "e"))
        .map_or_else(|_| text.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(plain("1234567890123456.78"), "1234567890123456.78");
        assert_eq!(plain("1.5e3"), "1500");
        assert_eq!(plain("1E-7"), "0.0000001");
        assert_eq!(plain("-2.50"), "-2.50");
    }
}
