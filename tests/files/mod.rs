//! One table written in every format that is read, by nothing but the containers themselves.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use std::io::{Cursor, Write as _};
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A cell.
#[derive(Clone, Debug)]
pub enum Cell {
    Blank,
    Text(String),
    /// As written with a point.
    Number(String),
    /// `2026-01-31`.
    Day(String),
}

impl Cell {
    /// As CSV has it.
    pub fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Number(text) | Self::Day(text) => text.clone(),
        }
    }
}

/// Names of columns, and rows.
#[derive(Clone, Debug)]
pub struct Table {
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

/// A ZIP archive.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A Parquet file of some columns.
pub fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The letters of a column of a sheet.
fn letters(mut place: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(place % 26).unwrap()));
        if place < 26 {
            return name;
        }
        place = place / 26 - 1;
    }
}

/// The days since the one before 1900-01-01, as a workbook counts them.
fn serial(day: &str) -> i64 {
    let day: chrono::NaiveDate = day.parse().unwrap();
    (day - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days()
}

/// A workbook of some sheets, each the XML of its rows. Styles: 1 a day, 2 and 3 percents, 4 with a text ` %` behind the number.
pub fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut list = String::new();
    let mut relations = format!("<Relationship Id=\"s\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    let mut files: Vec<(String, String)> = Vec::new();
    for (number, (name, rows)) in (1..).zip(sheets) {
        list.push_str(&format!("<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"r{number}\"/>", escaped(name)));
        let target = format!("worksheets/sheet{number}.xml");
        relations
            .push_str(&format!("<Relationship Id=\"r{number}\" Type=\"{OFFICE}/worksheet\" Target=\"{target}\"/>"));
        let sheet = format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/{target}"), sheet));
    }
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let own = [
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{types}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"w\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels", format!("{HEAD}<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>")),
        (
            "xl/styles.xml",
            format!(
                "{HEAD}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"0.0&quot; %&quot;\"/></numFmts><cellXfs count=\"5\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"9\"/><xf numFmtId=\"10\" applyNumberFormat=\"1\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    files.extend(own.map(|(name, text)| (name.to_owned(), text)));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&files)
}

impl Table {
    pub fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::text)).unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn object(&self, row: &[Cell]) -> String {
        let member = |(name, cell): (&&str, &Cell)| {
            let value = match cell {
                Cell::Blank => "null".to_owned(),
                Cell::Number(number) => number.clone(),
                Cell::Text(text) | Cell::Day(text) => serde_json::to_string(text).unwrap(),
            };
            format!("{}:{value}", serde_json::to_string(name).unwrap())
        };
        let members: Vec<String> = self.header.iter().zip(row).map(member).collect();
        format!("{{{}}}", members.join(","))
    }

    /// The list opens on a line of its own, so that every row stands in the line that it has in CSV.
    pub fn json(&self) -> Vec<u8> {
        let rows: Vec<String> = self.rows.iter().map(|row| self.object(row)).collect();
        format!("[\n{}\n]\n", rows.join(",\n")).into_bytes()
    }

    pub fn json_lines(&self) -> Vec<u8> {
        self.rows.iter().map(|row| self.object(row) + "\n").collect::<String>().into_bytes()
    }

    /// The rows of a sheet: numbers and days as a workbook keeps them.
    pub fn sheet(&self) -> String {
        let text = |at: &str, text: &str| {
            format!("<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
        };
        let mut xml = String::from("<row r=\"1\">");
        for (place, name) in self.header.iter().enumerate() {
            xml.push_str(&text(&format!("{}1", letters(place)), name));
        }
        xml.push_str("</row>");
        for (number, row) in (2..).zip(&self.rows) {
            xml.push_str(&format!("<row r=\"{number}\">"));
            for (place, cell) in row.iter().enumerate() {
                let at = format!("{}{number}", letters(place));
                xml.push_str(&match cell {
                    Cell::Blank => String::new(),
                    Cell::Text(own) => text(&at, own),
                    Cell::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                    Cell::Day(day) => format!("<c r=\"{at}\" s=\"1\"><v>{}</v></c>", serial(day)),
                });
            }
            xml.push_str("</row>");
        }
        xml
    }

    /// The columns as Arrow keeps them: a column of nothing but numbers as decimals, of days as days, else of texts.
    pub fn batch(&self) -> RecordBatch {
        let column = |place: usize| -> ArrayRef {
            let cells = || self.rows.iter().map(|row| row.get(place).unwrap_or(&Cell::Blank));
            if cells().all(|cell| matches!(cell, Cell::Blank | Cell::Number(_))) {
                let scale = |text: &str| text.split_once('.').map_or(0, |(_, places)| places.len());
                let most = cells().map(|cell| scale(&cell.text())).max().unwrap_or(0);
                let scaled = cells().map(|cell| match cell {
                    Cell::Number(text) => {
                        let zeros = "0".repeat(most - scale(text));
                        Some(format!("{}{zeros}", text.replace('.', "")).parse::<i128>().unwrap())
                    }
                    _ => None,
                });
                let scaled: Decimal128Array = scaled.collect();
                return Arc::new(scaled.with_precision_and_scale(38, i8::try_from(most).unwrap()).unwrap());
            }
            if cells().all(|cell| matches!(cell, Cell::Blank | Cell::Day(_))) {
                // A workbook counts from 25,569 days before 1970-01-01.
                let days = cells().map(|cell| match cell {
                    Cell::Day(day) => i32::try_from(serial(day) - 25_569).ok(),
                    _ => None,
                });
                return Arc::new(days.collect::<Date32Array>());
            }
            let texts = cells().map(|cell| if matches!(cell, Cell::Blank) { None } else { Some(cell.text()) });
            Arc::new(texts.collect::<StringArray>())
        };
        let columns = self.header.iter().enumerate().map(|(place, name)| (*name, column(place), true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    pub fn parquet(&self) -> Vec<u8> {
        parquet(&self.batch())
    }

    pub fn arrow(&self) -> Vec<u8> {
        let batch = self.batch();
        let mut writer = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    /// As it goes over a wire: without the list of its parts at the end.
    pub fn arrow_stream(&self) -> Vec<u8> {
        let batch = self.batch();
        let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    pub fn xlsx(&self) -> Vec<u8> {
        workbook(&[("Deals", &self.sheet())])
    }

    /// A database with one table, `deals`.
    pub fn sqlite(&self) -> Vec<u8> {
        let mut base = rusqlite::Connection::open_in_memory().unwrap();
        let names: Vec<String> = self.header.iter().map(|name| format!("\"{name}\"")).collect();
        base.execute_batch(&format!("CREATE TABLE deals ({})", names.join(", "))).unwrap();
        let marks = vec!["?"; self.header.len()].join(", ");
        let mut insert = base.prepare(&format!("INSERT INTO deals VALUES ({marks})")).unwrap();
        for row in &self.rows {
            let values = row.iter().map(|cell| match cell {
                Cell::Blank => rusqlite::types::Value::Null,
                Cell::Number(number) => match number.parse::<i64>() {
                    Ok(whole) => rusqlite::types::Value::Integer(whole),
                    Err(_) => rusqlite::types::Value::Real(number.parse().unwrap()),
                },
                Cell::Text(text) | Cell::Day(text) => rusqlite::types::Value::Text(text.clone()),
            });
            insert.execute(rusqlite::params_from_iter(values)).unwrap();
        }
        drop(insert);
        base.serialize("main").unwrap().to_vec()
    }
}
