//! Where the rows of a source are, how its files are written, and which rows are taken.

use super::super::general::date;
use super::super::mapping::one_sign;
use super::super::nodes::{Entry, Node, What};
use super::super::section::{Notes, Said, Section, texts_of};
use super::{Condition, Origin, Test};
use crate::domain::diagnostic::Code;
use crate::io::dates::DateFormat;
use crate::io::dialect::Dialect;
use crate::io::formats::{Format, named, unread};
use encoding_rs::{Encoding, REPLACEMENT};

/// Endings of files that are not read, and what to do with them.
const OTHERS: [(&str, &str); 8] = [
    (".xls", "save it as `.xlsx`, or as CSV"),
    (".xlsb", "save it as `.xlsx`, or as CSV"),
    (".ods", "save it as `.xlsx`, or as CSV"),
    (".pdf", "export it as CSV"),
    (".db", "name it `sqlite:…`, with a query, `sql = \"SELECT …\"`"),
    (".sqlite", "name it `sqlite:…`, with a query, `sql = \"SELECT …\"`"),
    (".sqlite3", "name it `sqlite:…`, with a query, `sql = \"SELECT …\"`"),
    (".7z", "pack it as `.zip` or `.gz`"),
];

/// How a database is told from a file.
const DATABASE: &str = "sqlite:";

/// How the files are written: what the section says, else the defaults.
pub(super) fn dialect(section: &mut Section<'_>, notes: &mut Notes, defaults: &Dialect) -> Dialect {
    let mut dialect = defaults.clone();
    if let Some(said) = section.text(notes, "delimiter") {
        if said.value.is_empty() || said.value.contains(['"', '\n', '\r']) {
            notes.error(Code::BadSetting, &said.at, "`delimiter` is a text without line ends and quotation marks");
        } else {
            dialect.delimiter = Some(said.value);
        }
    }
    if let Some(said) = section.text(notes, "row_end") {
        if said.value.is_empty() {
            notes.error_help(Code::BadSetting, &said.at, "`row_end` is blank", "leave it out: any line end is read");
        } else {
            dialect.row_end = Some(said.value).filter(|end| !matches!(end.as_str(), "\n" | "\r\n" | "\r"));
        }
    }
    if let Some(said) = section.text(notes, "quote") {
        let mut chars = said.value.chars();
        match (chars.next(), chars.next()) {
            (None, _) => dialect.quote = None,
            (Some(quote), None) if !quote.is_alphanumeric() && !quote.is_whitespace() => dialect.quote = Some(quote),
            _ => notes.error(Code::BadSetting, &said.at, "`quote` is one sign such as `\"`, or `\"\"` for none"),
        }
    }
    if let Some(said) = section.text(notes, "encoding") {
        match Encoding::for_label(said.value.as_bytes()).filter(|encoding| *encoding != REPLACEMENT) {
            Some(encoding) => dialect.encoding = Some(encoding),
            None => {
                let message = format!("there is no encoding `{}`", said.value);
                let common =
                    ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "windows-1256", "shift_jis"];
                notes.unknown(Code::BadSetting, &said.at, message, (&said.value, common));
            }
        }
    }
    dialect.header = section.yes_no(notes, "header").unwrap_or(dialect.header);
    dialect.skip = section.count(notes, "skip").map_or(dialect.skip, |skip| skip.value);
    dialect.skip_end = section.count(notes, "skip_end").map_or(dialect.skip_end, |skip| skip.value);
    if let Some(entry) = section.entry("decimal") {
        dialect.style.decimal = one_sign(notes, &entry.node, "decimal").unwrap_or(dialect.style.decimal);
    }
    if let Some(entry) = section.entry("thousands") {
        dialect.style.thousands = match &entry.node.what {
            What::Text(none) if none.is_empty() => None,
            _ => one_sign(notes, &entry.node, "thousands"),
        };
        if dialect.style.thousands == Some(dialect.style.decimal) {
            let message = "`thousands` and `decimal` are the same sign";
            notes.error(Code::ConflictingSettings, &entry.at, message);
            dialect.style.thousands = None;
        }
    }
    if let Some(entry) = section.entry("date") {
        let formats = date_formats(notes, &entry.node);
        if !formats.is_empty() {
            dialect.dates = formats;
        }
    }
    if let Some(blank) = section.texts(notes, "blank") {
        dialect.blank = blank.into_iter().map(|said| said.value).collect();
    }
    dialect.trim = section.yes_no(notes, "trim").unwrap_or(dialect.trim);
    dialect
}

/// The date formats of a node; those that are wrong are reported and left out.
pub(in crate::io::settings) fn date_formats(notes: &mut Notes, node: &Node) -> Vec<DateFormat> {
    let mut formats = Vec::new();
    for said in texts_of(notes, node, "date").unwrap_or_default() {
        match DateFormat::new(&said.value) {
            Ok(format) => formats.push(format),
            Err(why) => {
                let help = "parts are `YYYY YY MM M MMM DD D hh mm ss`, as in `DD.MM.YYYY`";
                notes.error_help(Code::BadSetting, &said.at, why, help);
            }
        }
    }
    formats
}

/// Where the rows are.
pub(super) fn origin(section: &mut Section<'_>, notes: &mut Notes, names: Option<&[String]>) -> Option<Origin> {
    let rows = section.entry("rows");
    let file = section.entry("file");
    match (file, rows) {
        (None, None) => {
            section.missing(notes, "file");
            None
        }
        (Some(_), Some(rows)) => {
            notes.error(Code::ConflictingSettings, &rows.at, "`file` and `rows` both say where the rows are");
            None
        }
        (None, Some(rows)) => inline_rows(section, notes, rows, names),
        (Some(_), None) => {
            let files = section.texts(notes, "file")?;
            let before = notes.findings.len();
            let files: Vec<_> = files.into_iter().filter_map(|said| data_file(notes, said)).collect();
            (notes.findings.len() == before).then_some(Origin::Files(files))
        }
    }
}

/// A data file that this version reads, inside the data folder.
fn data_file(notes: &mut Notes, said: Said<String>) -> Option<Said<String>> {
    let (scheme, path) = match said.value.strip_prefix(DATABASE) {
        Some(path) => (DATABASE, path),
        None => ("", said.value.as_str()),
    };
    let Some(path) = inside(path) else {
        outside(notes, &said);
        return None;
    };
    let lower = path.to_lowercase();
    let other = OTHERS.iter().find(|(ending, _)| lower.ends_with(ending)).filter(|_| scheme.is_empty());
    if let Some((ending, help)) = other {
        notes.error_help(Code::BadSetting, &said.at, format!("`{ending}` is not read"), *help);
        return None;
    }
    let path = format!("{scheme}{path}");
    if let Some((message, help)) = unread(named(&path).format) {
        notes.error_help(Code::BadSetting, &said.at, message, help);
        return None;
    }
    Some(Said { value: path, at: said.at })
}

/// Whether the files of a source are lines with a header, as far as their names tell.
pub(super) fn has_lines(origin: Option<&Origin>) -> bool {
    match origin {
        Some(Origin::Files(files)) => {
            files.iter().any(|file| matches!(named(&file.value).format, Format::Text | Format::Workbook))
        }
        _ => true,
    }
}

/// The place inside the files, and what belongs to other formats than theirs.
pub(super) fn inside_files(
    section: &mut Section<'_>,
    notes: &mut Notes,
    origin: Option<&Origin>,
) -> (Option<Said<String>>, Option<Said<String>>) {
    let (sheet, sql) = (section.text(notes, "sheet"), section.text(notes, "sql"));
    let Some(Origin::Files(files)) = origin else { return (sheet, sql) };
    let archive = |file: &Said<String>| file.value.to_lowercase().ends_with(".zip");
    let is =
        |formats: &[Format]| files.iter().any(|file| archive(file) || formats.contains(&named(&file.value).format));
    let mut only = |keys: &[&'static str], formats: &[Format], what: &str| {
        for key in keys.iter().filter(|_| !is(formats)) {
            if let Some(entry) = section.entry(key) {
                let message = format!("`{key}` belongs to {what}, and no file of this source is one");
                notes.error(Code::ConflictingSettings, &entry.at, message);
            }
        }
    };
    only(&["delimiter", "row_end", "quote", "encoding"], &[Format::Text], "text files");
    only(&["header", "skip", "skip_end", "names"], &[Format::Text, Format::Workbook], "text files and workbooks");
    only(&["sheet"], &[Format::Workbook, Format::Json], "workbooks and JSON");
    only(&["sql"], &[Format::Database], "databases, `sqlite:NAME`");
    if sql.is_none() && files.iter().any(|file| named(&file.value).format == Format::Database) {
        section.missing(notes, "sql");
    }
    (sheet, sql)
}

/// A relative path in plain form; `None` where it leaves its folder.
pub(in crate::io::settings) fn inside(path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.trim().is_empty() || path.starts_with(['/', '\\']) || drive || path.contains('\0') {
        return None;
    }
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return None;
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Reports a path that leaves its folder.
pub(in crate::io::settings) fn outside(notes: &mut Notes, said: &Said<String>) {
    let message = format!("`{}` leaves the project's folder", said.value);
    notes.error_help(
        Code::PathOutside,
        &said.at,
        message,
        "paths are relative, without `..`; `--data` names another folder",
    );
}

/// Rows that stand in the settings.
fn inline_rows(section: &Section<'_>, notes: &mut Notes, entry: &Entry, names: Option<&[String]>) -> Option<Origin> {
    let Some(names) = names else {
        section.missing(notes, "names");
        return None;
    };
    let What::List(rows) = &entry.node.what else {
        notes.error(Code::BadSetting, &entry.node.at, "`rows` is a list of rows, each a list of cells");
        return None;
    };
    let mut read = Vec::new();
    for row in rows {
        let cells = match &row.what {
            What::List(cells) => cells.iter().map(Node::scalar).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        match cells {
            Some(cells) if cells.len() == names.len() => read.push((line_of(notes, row.at.start), cells)),
            Some(cells) => {
                let message = format!("this row has {} cells, `names` has {}", cells.len(), names.len());
                notes.error(Code::RowLength, &row.at, message);
            }
            None => notes.error(Code::BadSetting, &row.at, "a row is a list of texts and numbers"),
        }
    }
    Some(Origin::Rows(read))
}

/// The line of a byte of the settings, from 1.
fn line_of(notes: &Notes, at: usize) -> u64 {
    let before = notes.text.as_bytes().get(..at).unwrap_or_default();
    let feeds = before.iter().filter(|b| **b == b'\n').count();
    u64::try_from(feeds).unwrap_or(0).saturating_add(1)
}

/// The rows to take.
pub(super) fn filter(notes: &mut Notes, node: &Node) -> Vec<Condition> {
    let What::Table(entries) = &node.what else {
        let message = format!("`filter` is a table, `{{ stage = \"Won\" }}`, not {}", node.what.word());
        notes.error(Code::BadSetting, &node.at, message);
        return Vec::new();
    };
    entries.iter().flat_map(|entry| conditions(notes, entry)).collect()
}

/// The conditions on one column.
fn conditions(notes: &mut Notes, entry: &Entry) -> Vec<Condition> {
    let column = Said { value: entry.key.clone(), at: entry.at.clone() };
    let tests = match &entry.node.what {
        What::Table(_) => table_tests(notes, entry),
        _ => words(notes, &entry.node).map(Test::AnyOf).into_iter().collect(),
    };
    tests.into_iter().map(|test| Condition { column: column.clone(), test }).collect()
}

/// One text, or a list of them.
fn words(notes: &mut Notes, node: &Node) -> Option<Vec<String>> {
    let words = match &node.what {
        What::List(nodes) => nodes.iter().map(Node::scalar).collect(),
        _ => node.scalar().map(|word| vec![word]),
    };
    if words.is_none() {
        notes.error(Code::BadSetting, &node.at, "a filter names a text, a list of texts, or a table");
    }
    words
}

/// The tests of `{ not = […], blank = false, from = …, to = … }`.
fn table_tests(notes: &mut Notes, entry: &Entry) -> Vec<Test> {
    let mut tests = Vec::new();
    let Some(mut section) = Section::open(notes, &entry.node, format!("the filter of `{}`", entry.key)) else {
        return tests;
    };
    if let Some(not) = section.entry("not") {
        tests.extend(words(notes, &not.node).map(Test::NoneOf));
    }
    tests.extend(section.yes_no(notes, "blank").map(Test::Blank));
    let from = section.entry("from").and_then(|entry| date(notes, &entry.node, "from"));
    let to = section.entry("to").and_then(|entry| date(notes, &entry.node, "to"));
    if from.is_some() || to.is_some() {
        tests.push(Test::Days(from, to));
    }
    if let (Some(from), Some(to), Some(last)) = (from, to, section.entry("to"))
        && to < from
    {
        notes.error(Code::BadSetting, &last.node.at, format!("`to` comes before `from`, {from}"));
    }
    section.close(notes);
    tests
}
