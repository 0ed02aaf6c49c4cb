//! Workbooks, `.xlsx`: the cells of a sheet as the workbook knows them.
//!
//! A workbook keeps every number as a binary one of 15 to 17 digits. What is read is the shortest text that stands for
//! it, with at most 15 digits as Excel itself shows: `0.1 + 0.2` is 0.3. Days are cells that are formatted as days.

use super::addresses::{COLUMNS, ROWS};
use super::packed::{beyond, weigh};
use super::{Filling, Grid, Value, damaged, no_sheet};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::findings::Problem;
use crate::io::mapping::trimmed;
use crate::io::settings::Source;
use calamine::{DataRef, ExcelDateTime, Reader as _, Style, Xlsx};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::io::Cursor;

/// The rows of the sheet that the source names, or of the first.
pub(super) fn read(file: &str, bytes: &[u8], source: &Source) -> Result<Option<Grid>, Box<Diagnostic>> {
    weigh(file, bytes)?;
    let broken = |error: calamine::XlsxError| damaged(file, format!("is no workbook, or is damaged: {error}"));
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = workbook.sheet_names();
    let name = match &source.sheet {
        Some(wanted) if sheets.contains(&wanted.value) => wanted.value.clone(),
        Some(wanted) => return Err(no_sheet(file, "sheet", &wanted.value, sheets.iter().map(String::as_str))),
        None => sheets.first().cloned().ok_or_else(|| damaged(file, "has no sheet"))?,
    };
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(broken)?;
    let mut sheet = Sheet { filling: Filling::new(file, source), header: None, skip: source.dialect.skip };
    if !source.dialect.header {
        sheet.headed(0, source.names.clone().unwrap_or_default())?;
    }
    let percents: Vec<bool> = cells.styles().iter().map(is_percent).collect();
    let mut row: (u32, Vec<(usize, Value)>) = (0, Vec::new());
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (line, column) = cell.get_position();
        if column >= COLUMNS || line >= ROWS {
            return Err(beyond(file));
        }
        if line != row.0 {
            let read = std::mem::replace(&mut row, (line, Vec::new()));
            sheet.take(read)?;
        }
        let value = match value(cell.get_value()) {
            Value::Number(fraction) if percents.get(style) == Some(&true) => Value::Percent(fraction),
            value => value,
        };
        row.1.push((usize::try_from(column).unwrap_or(usize::MAX), value));
    }
    sheet.take(row)?;
    let Some(line) = sheet.header.filter(|line| sheet.ends(*line)) else { return Ok(None) };
    Ok(Some(sheet.filling.finish(line, format!("workbook, sheet {name}"))))
}

/// The names of the sheets, in order; none of what is no workbook.
pub(super) fn sheets(file: &str, bytes: &[u8]) -> Vec<String> {
    let sound = weigh(file, bytes).is_ok();
    let workbook = sound.then(|| Xlsx::new(Cursor::new(bytes)).ok()).flatten();
    workbook.map(|workbook| workbook.sheet_names()).unwrap_or_default()
}

/// A sheet whose rows are being read.
struct Sheet<'s> {
    filling: Filling<'s>,
    /// The line of the header, once it has been read.
    header: Option<u64>,
    /// Lines before it.
    skip: u64,
}

impl Sheet<'_> {
    /// Takes a row: the header, or one below it.
    fn take(&mut self, (row, values): (u32, Vec<(usize, Value)>)) -> Result<(), Box<Diagnostic>> {
        let line = u64::from(row).saturating_add(1);
        let is_blank = |value: &Value| match value {
            Value::Nothing => true,
            Value::Text(text) => trimmed(text).is_empty(),
            _ => false,
        };
        if line <= self.skip || values.iter().all(|(_, value)| is_blank(value)) {
            return Ok(());
        }
        if self.header.is_some() {
            return self.filling.row(line, values);
        }
        let mut header: Vec<String> = Vec::new();
        for (place, value) in values {
            let name = match value {
                Value::Text(text) | Value::Number(text) | Value::Percent(text) => trimmed(&text).to_owned(),
                Value::Day(day) => day.to_string(),
                Value::YesNo(yes) => yes.to_string(),
                Value::Nothing | Value::Wrong(..) => String::new(),
            };
            if header.len() <= place {
                header.resize(place.saturating_add(1), String::new());
            }
            if let Some(cell) = header.get_mut(place) {
                *cell = name;
            }
        }
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        self.headed(line, header)
    }

    /// Leaves out the last rows that the settings pass over, counted from the last one that is not blank; whether the header is
    /// none of them.
    fn ends(&mut self, header: u64) -> bool {
        let last = self.filling.rows.last().map_or(header, |row| row.line);
        let end = last.saturating_sub(self.filling.source.dialect.skip_end);
        while self.filling.rows.last().is_some_and(|row| row.line > end) {
            self.filling.rows.pop();
        }
        header <= end
    }

    /// Sets the names of the columns.
    fn headed(&mut self, line: u64, header: Vec<String>) -> Result<(), Box<Diagnostic>> {
        self.header = Some(line);
        header.iter().try_for_each(|name| self.filling.column(name))
    }
}

/// Whether cells of a style show a number as a percent, a hundred times what they hold.
fn is_percent(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| has_percent(&format.format_code))
}

/// Whether a sign `%` of a number format is one that counts, and no text: in quotation marks, behind a sign that makes the next one a
/// text or fills with it, or in brackets.
fn has_percent(code: &str) -> bool {
    let (mut signs, mut quoted, mut bracketed) = (code.chars(), false, false);
    while let Some(sign) = signs.next() {
        match sign {
            '"' if !bracketed => quoted = !quoted,
            _ if quoted => {}
            '[' => bracketed = true,
            ']' => bracketed = false,
            '\\' | '_' | '*' => drop(signs.next()),
            '%' if !bracketed => return true,
            _ => {}
        }
    }
    false
}

/// A cell as the workbook knows it.
fn value(cell: &DataRef<'_>) -> Value {
    match cell {
        DataRef::Empty => Value::Nothing,
        DataRef::Int(number) => Value::Number(number.to_string()),
        DataRef::Float(number) => figure(*number),
        DataRef::String(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Bool(yes) => Value::YesNo(*yes),
        DataRef::DateTime(time) => day(*time),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => match text.get(..10).map(str::parse) {
            Some(Ok(day)) => Value::Day(day),
            _ => Value::Text(text.clone()),
        },
        DataRef::Error(error) => {
            let problem = Problem::new(Code::BadValue, format!("the workbook shows the error {error} here"));
            Value::Wrong(error.to_string(), problem)
        }
    }
}

/// The day of a cell that is formatted as a day; a time without one stays a number.
fn day(time: ExcelDateTime) -> Value {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let found = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let count = plain(time.as_f64());
    // The library rounds the last half of a thousandth of a second up to midnight; the day stays the one that is written.
    let rounded = (hour, minute, second, milli) == (0, 0, 0, 0) && is_late(&count);
    let found = if rounded { found.and_then(|day| day.pred_opt()) } else { found };
    match found.filter(|_| time.is_datetime() && time.as_f64() >= 1.0) {
        Some(day) => Value::Day(day),
        None => Value::Number(count),
    }
}

/// Whether a count of days ends in the second half of a day.
fn is_late(count: &str) -> bool {
    count.split_once('.').is_some_and(|(_, part)| part >= "5")
}

/// A number that a binary one holds. Of a larger whole number the last digits are lost, in an id as in an amount.
pub(super) fn figure(number: f64) -> Value {
    let text = plain(number);
    if number.abs() < WHOLE {
        return Value::Number(text);
    }
    let problem = Problem::new(
        Code::BadNumber,
        "a whole number of more than 15 digits has lost its last ones here; keep it as text",
    );
    Value::Wrong(text, problem)
}

/// The same of a number in half as many bits.
#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
pub(super) fn figure32(number: f32) -> Value {
    // The shortest text that stands for it; read as a longer number it would have digits that nobody wrote.
    let text = number.to_string();
    if number.abs() < 16_777_216.0 || !number.is_finite() {
        return Value::Number(text);
    }
    let message = "a whole number of more than 7 digits has lost its last ones here; store it as a decimal";
    Value::Wrong(text, Problem::new(Code::BadNumber, message))
}

/// The first whole number that has another one as its neighbour.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// The text of a binary number: the shortest that stands for it, of at most 15 digits where it has decimals. Whole
/// numbers that a binary one cannot hold are written with an exponent, and so refused as having lost their digits.
pub(super) fn plain(number: f64) -> String {
    let text = number.to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let significant = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if !text.contains('.') {
        return if number.abs() <= WHOLE { text } else { format!("{number:e}") };
    }
    if significant <= 15 && digits <= 28 {
        return text;
    }
    match Decimal::from_scientific(&format!("{number:.14e}")) {
        Ok(short) => short.normalize().to_string(),
        Err(_) => format!("{number:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_numbers_are_read_as_excel_shows_them() {
        assert_eq!(plain(0.1 + 0.2), "0.3");
        assert_eq!(plain(1234.56), "1234.56");
        assert_eq!(plain(-0.1), "-0.1");
        assert_eq!(plain(123_456_789_012.345), "123456789012.345");
        assert_eq!(plain(1.0 / 3.0), "0.333333333333333");
        assert_eq!(plain(42.0), "42");
        assert_eq!(plain(9_007_199_254_740_992.0), "9007199254740992");
        assert_eq!(plain(1e22), "1e22");
        assert_eq!(plain(1.5e-7), "0.00000015");
    }

    #[test]
    fn a_sign_of_percent_that_is_a_text_does_not_count() {
        for code in ["0%", "0.00%", "#,##0.0 %;[Red]-#,##0.0 %", "_-* 0%_-", "0.0\" of \"%"] {
            assert!(has_percent(code), "{code}");
        }
        for code in ["General", "0.00", "0.0\" %\"", "0\\%", "0_%", "[$%-409]0", "yyyy-mm-dd"] {
            assert!(!has_percent(code), "{code}");
        }
    }

    /// What a cell holds that is formatted as a day and a time, in a workbook that counts from 1900 or from 1904.
    fn dated(count: f64, from_1904: bool) -> String {
        match day(ExcelDateTime::new(count, calamine::ExcelDateTimeType::DateTime, from_1904)) {
            Value::Day(day) => day.to_string(),
            Value::Number(number) => number,
            _ => "neither".to_owned(),
        }
    }

    #[test]
    fn a_time_just_before_midnight_stays_on_its_day() {
        // 1 January 2026 is day 46023. A day has 86,400 seconds: 23:59:59.9995 is 0.9999999942 of it.
        let cases = [
            (46_023.0, "2026-01-01"),
            (46_023.25, "2026-01-01"),
            (46_023.5, "2026-01-01"),
            (46_023.999_988_425_9, "2026-01-01"), // 23:59:59
            (46_023.999_999_988_4, "2026-01-01"), // 23:59:59.999
            (46_023.999_999_994_2, "2026-01-01"), // 23:59:59.9995
            (46_023.999_999_999_9, "2026-01-01"),
            (46_024.0, "2026-01-02"),
            (46_024.000_000_001, "2026-01-02"),
            (46_081.999_999_998, "2026-02-28"),
        ];
        for (count, day) in cases {
            assert_eq!(dated(count, false), day, "{count}");
            assert_eq!(dated(count - 1462.0, true), day, "{count} from 1904");
        }
        // Sums of parts of a day miss it by less than the 15 digits that a workbook shows.
        assert_eq!(dated(46_023.0 - 7e-12, false), "2026-01-01");
        assert_eq!(dated(0.75, false), "0.75", "a time of no day");
    }
}
