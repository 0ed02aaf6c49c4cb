//! Opening the files of a source: found, decoded, cut, the header read and compared with what the mappings name.

use super::{Body, Env, Sheet, SheetRows, settings_file};
use crate::domain::diagnostic::{Cell, Code, Diagnostic, nearest};
use crate::domain::sha::sha256;
use crate::io::dates::read_date;
use crate::io::dialect::{Dialect, Found};
use crate::io::findings::Findings;
use crate::io::formats::{self, Format, Unpacked, named, unpack};
use crate::io::join::Joined;
use crate::io::mapping::{Mapping, Pick, trimmed};
use crate::io::numbers::read_number;
use crate::io::settings::{Origin, Said, Source};
use crate::io::table::{Cut, Rows, without_last};
use crate::io::text::{Decoded, decode};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

impl<'s> Env<'s> {
    /// Opens the files of a source. What keeps a file from being read is reported, and the file left out; the second
    /// part of the result says whether all could be opened.
    pub fn open(&self, source: &'s Source, findings: &mut Findings) -> (Vec<Sheet<'s>>, bool) {
        let names = match &source.origin {
            Origin::Files(names) => names,
            Origin::Rows(rows) => {
                let sheet = inline(source, rows);
                let complete = self.compare(&sheet, 0, findings);
                return (if complete { vec![sheet] } else { Vec::new() }, complete);
            }
        };
        let mut sheets = Vec::new();
        for name in names {
            sheets.extend(self.file(source, name, findings));
        }
        let complete = sheets.len() == names.len();
        (sheets, complete)
    }

    /// One file.
    fn file(&self, source: &'s Source, name: &Said<String>, findings: &mut Findings) -> Option<Sheet<'s>> {
        let named = named(&name.value);
        let Some((path, bytes)) = self.folder.find_data(named.path) else {
            findings.block(self.no_file(name));
            return None;
        };
        let said = self.settings.span(&name.at);
        let sheet = unpack(&named, path, bytes).and_then(|unpacked| match unpacked.format {
            Format::Text => self.lines(source, (path, bytes), unpacked),
            _ => grid(source, (path, bytes), unpacked),
        });
        match sheet {
            Ok((sheet, line)) => self.compare(&sheet, line, findings).then_some(sheet),
            Err(diagnostic) => {
                findings.block(diagnostic.also(&said, "named here"));
                None
            }
        }
    }

    /// A file of lines, and the line of its header.
    fn lines(
        &self,
        source: &'s Source,
        (path, packed): (&str, &[u8]),
        Unpacked { bytes, words, .. }: Unpacked<'s>,
    ) -> Result<(Sheet<'s>, u64), Box<Diagnostic>> {
        let Decoded { text, encoding, misfits } = match bytes {
            Cow::Borrowed(bytes) => decode(path, bytes, source.dialect.encoding)?,
            Cow::Owned(bytes) => decode(path, &bytes, source.dialect.encoding)?.owned(),
        };
        let text = shortened(text, &source.dialect);
        let (cut, guessed) = source.dialect.cut(&text, source.names.as_ref().map(Vec::len));
        let (header, line, start) = header_of(source, &text, &cut);
        let encoding = encoding.name().to_lowercase();
        if misfits.first().is_some_and(|at| *at < start.0) {
            let message = format!("the header of `{path}` has bytes that are not {encoding}");
            return Err(Box::new(Diagnostic::error(Code::BadEncoding, message).in_file(path)));
        }
        let Some(header) = header else { return Err(no_header(path, source, Code::EmptyFile)) };
        let found = Found { delimiter: cut.delimiter.clone(), guessed, encoding, form: words, is_text: true };
        let body = Body::Text { text, cut, start, misfits };
        Ok((Sheet { source, file: Arc::from(path), header, sha256: sha256(packed), found, body }, line))
    }

    /// A file that is not there.
    fn no_file(&self, name: &Said<String>) -> Diagnostic {
        let message = format!("there is no data file `{}`", name.value);
        let diagnostic = Diagnostic::error(Code::NoFile, message).at(&self.settings.span(&name.at));
        match nearest(&name.value, self.folder.data_names()) {
            Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
            None => diagnostic.help("data files are looked for in `data/`, or in the folder that `--data` names"),
        }
    }

    /// Compares the header with what the mappings and the filter name; reports what is missing.
    fn compare(&self, sheet: &Sheet<'_>, line: u64, findings: &mut Findings) -> bool {
        let mut wanted: BTreeMap<&str, &Said<String>> = BTreeMap::new();
        for name in sheet.source.named_columns() {
            wanted.entry(&name.value).or_insert(name);
        }
        let missing: Vec<&Said<String>> =
            wanted.values().copied().filter(|name| !sheet.header.contains(&name.value)).collect();
        let by_names = sheet.source.names.is_some();
        if !by_names && !missing.is_empty() && missing.len() == wanted.len() && looks_like_data(sheet) {
            let message = format!("the first line of `{}` holds data, not the names of columns", sheet.file);
            let value = super::super::findings::shortened(&sheet.header.join(&sheet.found.delimiter));
            let cell = Cell { file: Arc::clone(&sheet.file), row: line, column: String::new(), value };
            let help = "write `header = false` and `names = […]` in its source, or add the line with the names";
            findings.block(Diagnostic::error(Code::NoHeader, message).in_cell(cell).help(help));
            return false;
        }
        let mut complete = missing.is_empty();
        for name in missing {
            findings.block(self.missing_column(sheet, line, name));
        }
        for name in wanted.into_values() {
            if sheet.header.iter().filter(|column| **column == name.value).count() > 1 {
                complete = false;
                findings.block(self.column_twice(sheet, line, name));
            }
        }
        for mapping in sheet.source.mappings() {
            complete &= self.compare_join(mapping, findings);
        }
        complete
    }

    /// A column that the mapping names and the file lacks.
    fn missing_column(&self, sheet: &Sheet<'_>, line: u64, name: &Said<String>) -> Diagnostic {
        let said = self.settings.span(&name.at);
        let near = nearest(&name.value, sheet.header.iter().map(String::as_str));
        if sheet.source.names.is_some() {
            let message = format!("`names` has no column `{}`", name.value);
            let diagnostic = Diagnostic::error(Code::MissingColumn, message).at(&said);
            return match near {
                Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
                None => diagnostic,
            };
        }
        let message = format!("`{}` has no column `{}`", sheet.file, name.value);
        let diagnostic = Diagnostic::error(Code::MissingColumn, message);
        let diagnostic = diagnostic.in_cell(header_cell(sheet, line, name)).also(&said, "named here");
        if let Some(near) = near {
            return diagnostic.help(format!("did you mean `{near}`?"));
        }
        let columns = sheet.header.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = if sheet.header.len() > 12 { ", …" } else { "" };
        diagnostic.help(format!("its columns are {columns}{more}"))
    }

    /// A column that the mapping names and the header has twice.
    fn column_twice(&self, sheet: &Sheet<'_>, line: u64, name: &Said<String>) -> Diagnostic {
        let message = format!("`{}` has two columns `{}`", sheet.file, name.value);
        let help = "give all columns names of your own: `names = […]` in its source";
        let diagnostic = Diagnostic::error(Code::MissingColumn, message).in_cell(header_cell(sheet, line, name));
        diagnostic.help(help).also(&self.settings.span(&name.at), "named here")
    }

    /// Compares the names of a join with the header of the joined file.
    fn compare_join(&self, mapping: &Mapping, findings: &mut Findings) -> bool {
        let Pick::Join(join) = &mapping.pick else { return true };
        // A joined file that could not be read has been reported.
        let Some(joined) = self.joined.get(&join.file.value) else { return false };
        let mut complete = true;
        for name in std::iter::once(&join.key).chain(join.pick.columns()) {
            if joined.header.contains(&name.value) {
                continue;
            }
            complete = false;
            let message = format!("`{}` has no column `{}`", joined.file, name.value);
            let diagnostic = Diagnostic::error(Code::MissingColumn, message).at(&self.settings.span(&name.at));
            findings.block(match nearest(&name.value, joined.header.iter().map(String::as_str)) {
                Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        complete
    }

    /// Reads the files that are only joined.
    pub fn read_joined(&mut self, findings: &mut Findings) {
        let settings = self.settings;
        for (name, source) in &settings.sources.files {
            let (sheets, complete) = self.open(source, findings);
            if let Some(joined) = join_sheets(&sheets, findings).filter(|_| complete) {
                self.joined.insert(name.clone(), joined);
            }
        }
    }
}

/// A file that is no text, and the line of its header.
fn grid<'s>(
    source: &'s Source,
    (path, packed): (&str, &[u8]),
    Unpacked { bytes, format, words }: Unpacked<'_>,
) -> Result<(Sheet<'s>, u64), Box<Diagnostic>> {
    let Some(grid) = formats::read(format, path, &bytes, source)? else {
        return Err(no_header(path, source, Code::NoHeader));
    };
    let form = if words.is_empty() { grid.words } else { format!("{}, {words}", grid.words) };
    let (delimiter, encoding) = (",".to_owned(), "utf-8".to_owned());
    let found = Found { delimiter, guessed: false, encoding, form, is_text: false };
    let sha256 = sha256(packed);
    let sheet =
        Sheet { source, file: Arc::from(path), header: grid.header, sha256, found, body: Body::Grid(grid.rows) };
    Ok((sheet, grid.line))
}

/// A file without anything in it, said as `empty`, or nothing that the settings do not pass over. A workbook may have other
/// sheets.
fn no_header(path: &str, source: &Source, empty: Code) -> Box<Diagnostic> {
    let Dialect { skip, skip_end, .. } = source.dialect;
    let message = match (skip, skip_end) {
        (0, 0) => {
            return Box::new(Diagnostic::error(empty, format!("`{path}` is empty: it has no header")).in_file(path));
        }
        (_, 0) => format!("`{path}` has no header behind the lines that `skip` passes over"),
        (0, _) => format!("`{path}` has no header before the lines that `skip_end` passes over"),
        _ => format!("`{path}` has no header between the lines that `skip` and `skip_end` pass over"),
    };
    Box::new(Diagnostic::error(Code::NoHeader, message).in_file(path))
}

/// A text without the lines at its end that are no rows.
fn shortened<'t>(text: Cow<'t, str>, dialect: &Dialect) -> Cow<'t, str> {
    let end = without_last(&text, dialect.skip_end, dialect.row_end.as_deref()).len();
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// Rows that stand in the settings.
fn inline<'s>(source: &'s Source, rows: &'s [(u64, Vec<String>)]) -> Sheet<'s> {
    let bytes: String = rows.iter().map(|(_, cells)| format!("{}\n", cells.join("\u{1f}"))).collect();
    Sheet {
        source,
        file: settings_file(),
        header: source.names.clone().unwrap_or_default(),
        sha256: sha256(bytes.as_bytes()),
        found: Found {
            delimiter: ",".to_owned(),
            guessed: false,
            encoding: "utf-8".to_owned(),
            form: String::new(),
            is_text: true,
        },
        body: Body::Rows(rows),
    }
}

/// The cell of a header.
fn header_cell(sheet: &Sheet<'_>, line: u64, name: &Said<String>) -> Cell {
    Cell { file: Arc::clone(&sheet.file), row: line, column: name.value.clone(), value: String::new() }
}

/// All rows of the sheets, under the header of the first.
fn join_sheets<'s>(sheets: &[Sheet<'s>], findings: &mut Findings) -> Option<Joined<'s>> {
    let first = sheets.first()?;
    let mut joined = Joined {
        file: Arc::clone(&first.file),
        header: first.header.clone(),
        rows: Vec::new(),
        dialect: &first.source.dialect,
    };
    for sheet in sheets {
        let places: Vec<Option<usize>> =
            joined.header.iter().map(|name| sheet.header.iter().position(|column| column == name)).collect();
        let mut rows: SheetRows<'_> = sheet.rows();
        while let Some(taken) = rows.next(findings) {
            if !taken.passes {
                continue;
            }
            let cell = |place: &Option<usize>| {
                let cell = place.and_then(|place| taken.row.cells.get(place)).map_or("", |cell| &**cell);
                Cow::Owned(if joined.dialect.trim { trimmed(cell) } else { cell }.to_owned())
            };
            joined.rows.push((taken.row.line, places.iter().map(cell).collect()));
        }
    }
    Some(joined)
}

/// Of a source's file, told from its first lines: how its cells stand apart, its columns, and the byte at which its rows begin.
pub(crate) fn head_of(source: &Source, head: &str) -> Option<(Cut, Vec<String>, usize)> {
    let (cut, _) = source.dialect.cut(head, source.names.as_ref().map(Vec::len));
    let (header, _, (start, _)) = header_of(source, head, &cut);
    let header = header?;
    source.is_met_by(&header).then_some((cut, header, start))
}

/// The header, the line it stands in, and where the data begin. Without a header in the file that of the settings.
fn header_of(source: &Source, text: &str, cut: &Cut) -> (Option<Vec<String>>, u64, (usize, u64)) {
    let mut rows = Rows::new(text, cut);
    rows.skip(source.dialect.skip);
    if !source.dialect.header {
        return (source.names.clone(), 0, rows.here());
    }
    let mut cells = Vec::new();
    while let Some((at, _)) = rows.read(&mut cells) {
        let mut header: Vec<String> = cells.iter().map(|cell| trimmed(cell).to_owned()).collect();
        if header.iter().all(String::is_empty) {
            continue;
        }
        if header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        return (Some(source.names.clone().unwrap_or(header)), at.line, rows.here());
    }
    (None, 0, rows.here())
}

/// Whether the header of a file is rather its first row: dates or numbers are in it.
fn looks_like_data(sheet: &Sheet<'_>) -> bool {
    let dialect = &sheet.source.dialect;
    sheet.header.iter().any(|cell| read_number(cell, dialect.style).is_ok() || read_date(&dialect.dates, cell).is_ok())
}
