//! Parquet and Arrow: tables that are stored column by column, with the type of each.
//!
//! Only columns that the source names are read. Decimals and whole numbers keep their digits; binary numbers are read as of a
//! workbook (`workbook`). A time counts on the day that its file writes: in UTC where it is an instant of UTC, as in a text
//! with a `Z`. Fields of a structure are columns, joined with a point as in JSON: `owner.name`.

use super::workbook::{figure, figure32};
use super::{DEPTH, Filling, Format, Grid, Style, UNPACKED_LIMIT, Value, damaged};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::findings::Problem;
use crate::io::numbers::NumberStyle;
use crate::io::settings::{Kind, Source};
use crate::parallel;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowTemporalType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Fields, TimeUnit};
use bytes::Bytes;
use chrono::{FixedOffset, NaiveDate, NaiveDateTime};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;

/// Rows that are decoded at once.
const ROWS: usize = 1024;
/// The mark at the end of a stream.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
/// What is said of a file that a reader panics on.
const MISFIT: &str = "its parts do not fit";

/// The rows of a Parquet or Arrow file.
pub(super) fn read(format: Format, file: &str, bytes: &[u8], source: &Source) -> Result<Grid, Box<Diagnostic>> {
    let what = if format == Format::Parquet { "Parquet" } else { "Arrow" };
    let broken = |error: &str| damaged(file, format!("is no {what} file, or is damaged: {error}"));
    let (stored, fields) = unshaken(file, || File::open(format, bytes)).map_err(|error| broken(&error))?;
    let table = Table::new(source, &fields);
    let mut filling = Filling::new(file, source);
    table.names.iter().try_for_each(|name| filling.column(name))?;
    let (mut line, mut full) = (1_u64, Ok(()));
    for part in 0..stored.parts() {
        let mut take = |batch: &RecordBatch| {
            full = table.rows(batch).try_for_each(|row| {
                line = line.saturating_add(1);
                filling.row(line, row)
            });
            full.is_ok()
        };
        unshaken(file, || stored.each(part, &table.roots, &mut take)).map_err(|error| broken(&error))?;
        std::mem::replace(&mut full, Ok(()))?;
    }
    Ok(filling.finish(1, what.to_owned()))
}

/// The names of a file's columns and its rows as plain text, those that the source does not name left blank. `None` where a cell
/// cannot be written so, or the file not be read.
pub(crate) fn plainly(
    format: Format,
    (file, bytes): (&str, &[u8]),
    source: &Source,
    delimiter: u8,
) -> Option<(Vec<String>, Vec<u8>)> {
    let (stored, fields) = unshaken(file, || File::open(format, bytes)).ok()?;
    let table = Table::new(source, &fields);
    let style = Style { date: None, numbers: NumberStyle::default(), percents: false };
    let parts: Vec<usize> = (0..stored.parts()).collect();
    let written = parallel::each(&parts, |part| {
        let mut text = Vec::new();
        let mut fits = true;
        let mut take = |batch: &RecordBatch| {
            fits = table.rows(batch).all(|row| {
                let full = u64::try_from(text.len()).is_ok_and(|length| length > UNPACKED_LIMIT);
                !full && add(&mut text, row, table.names.len(), &style, delimiter)
            });
            fits
        };
        unshaken(file, || stored.each(*part, &table.roots, &mut take)).ok()?;
        fits.then_some(text)
    });
    let written: Option<Vec<Vec<u8>>> = written.into_iter().collect();
    Some((table.names, written?.concat()))
}

/// Adds a row to a plain text; whether it can be written so.
fn add(
    text: &mut Vec<u8>,
    row: impl Iterator<Item = (usize, Value)>,
    width: usize,
    style: &Style<'_>,
    delimiter: u8,
) -> bool {
    let mut at = 0;
    for (place, value) in row {
        let Ok(cell) = style.write(value) else { return false };
        if cell.bytes().any(|byte| byte < b' ') {
            return false;
        }
        text.extend(std::iter::repeat_n(delimiter, place.saturating_sub(at)));
        text.extend_from_slice(cell.as_bytes());
        at = place;
    }
    text.extend(std::iter::repeat_n(delimiter, width.saturating_sub(1).saturating_sub(at)));
    text.push(b'\n');
    true
}

thread_local! {
    /// The file that this thread reads, which may be damaged.
    static READING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What is wrong where this thread panics: the file that it reads is damaged. `None`: it reads none.
pub(crate) fn damaged_meanwhile() -> Option<Box<Diagnostic>> {
    READING.with_borrow(|file| file.as_ref().map(|file| damaged(file, format!("is damaged: {MISFIT}"))))
}

/// Runs what may panic: the readers do so on some damaged files, and nothing of that reaches a user. A program that
/// ends by a panic tells [`damaged_meanwhile`].
fn unshaken<T>(file: &str, read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    if cfg!(panic = "unwind") {
        QUIET.call_once(|| {
            let told = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if READING.with_borrow(Option::is_none) {
                    told(info);
                }
            }));
        });
    }
    READING.set(Some(file.to_owned()));
    let read = panic::catch_unwind(AssertUnwindSafe(read));
    READING.set(None);
    read.unwrap_or_else(|_| Err(MISFIT.to_owned()))
}

/// A file whose columns are known.
enum File<'b> {
    /// With what its end tells of its parts.
    Parquet(Bytes, ArrowReaderMetadata),
    /// With the list of its parts at the end, or without one as a stream.
    Arrow { bytes: &'b [u8], is_stream: bool },
}

impl<'b> File<'b> {
    fn open(format: Format, bytes: &'b [u8]) -> Result<(Self, Fields), String> {
        if format == Format::Parquet {
            let bytes = Bytes::copy_from_slice(bytes);
            let told =
                ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::default()).map_err(|error| error.to_string())?;
            let fields = told.schema().fields().clone();
            return Ok((Self::Parquet(bytes, told), fields));
        }
        if bytes.starts_with(b"FEA1") {
            return Err("it is Feather of the first version; write it anew as version 2, or as Parquet".to_owned());
        }
        let is_stream = !bytes.starts_with(b"ARROW1");
        // A stream may end anywhere, says its format; one that was cut would be read as fewer rows.
        if is_stream && !bytes.ends_with(&END) {
            return Err("the stream has no mark of its end, and may have been cut".to_owned());
        }
        let schema = match is_stream {
            true => StreamReader::try_new(Cursor::new(bytes), None).map(|reader| reader.schema()),
            false => FileReader::try_new(Cursor::new(bytes), None).map(|reader| reader.schema()),
        };
        let fields = schema.map_err(|error| error.to_string())?.fields().clone();
        Ok((Self::Arrow { bytes, is_stream }, fields))
    }

    /// How many parts can be read apart from one another.
    fn parts(&self) -> usize {
        match self {
            Self::Parquet(_, told) => told.metadata().num_row_groups(),
            Self::Arrow { .. } => 1,
        }
    }

    /// Gives the rows of a part, batch by batch, as long as they are taken: of the outermost columns at some places.
    fn each(
        &self,
        part: usize,
        roots: &BTreeSet<usize>,
        take: &mut dyn FnMut(&RecordBatch) -> bool,
    ) -> Result<(), String> {
        let roots = roots.iter().copied();
        let batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>> = match self {
            Self::Parquet(bytes, told) => {
                let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), told.clone());
                let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
                let reader = builder.with_projection(mask).with_row_groups(vec![part]).with_batch_size(ROWS).build();
                Box::new(reader.map_err(|error| error.to_string())?)
            }
            Self::Arrow { bytes, is_stream: true } => {
                let reader = StreamReader::try_new(Cursor::new(*bytes), Some(roots.collect()));
                Box::new(reader.map_err(|error| error.to_string())?)
            }
            Self::Arrow { bytes, is_stream: false } => {
                let reader = FileReader::try_new(Cursor::new(*bytes), Some(roots.collect()));
                Box::new(reader.map_err(|error| error.to_string())?)
            }
        };
        for batch in batches {
            if !take(&batch.map_err(|error| error.to_string())?) {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The columns of a file.
struct Table {
    /// Their names.
    names: Vec<String>,
    /// Those that are read.
    columns: Vec<Column>,
    /// The places of the outermost columns that are read, among those of the file.
    roots: BTreeSet<usize>,
}

/// A column that is read.
struct Column {
    /// Its place among the names.
    place: usize,
    /// The places that lead to it: of its outermost column among those of the file, of the fields inside.
    path: Vec<usize>,
}

impl Table {
    /// All columns have names; those that the source names are read.
    fn new(source: &Source, fields: &Fields) -> Self {
        let mut leaves = Vec::new();
        flat(fields, &mut String::new(), &mut Vec::new(), &mut leaves);
        let named: BTreeSet<&str> = source.named_columns().map(|name| name.value.as_str()).collect();
        let mut table = Self { names: Vec::new(), columns: Vec::new(), roots: BTreeSet::new() };
        for (place, (name, path)) in leaves.into_iter().enumerate() {
            // What is only joined has no mapping of its own: what others want of it is known there.
            if source.kind == Kind::File || named.contains(name.as_str()) {
                table.roots.extend(path.first().copied());
                table.columns.push(Column { place, path });
            }
            table.names.push(name);
        }
        table
    }

    /// The rows of a batch, which has the outermost columns that are read and no others.
    fn rows(&self, batch: &RecordBatch) -> impl Iterator<Item = impl Iterator<Item = (usize, Value)>> {
        let own: Rc<[(usize, Cells<'_>)]> =
            self.columns.iter().filter_map(|column| Some((column.place, self.cells(column, batch)?))).collect();
        (0..batch.num_rows()).map(move |row| {
            let own = Rc::clone(&own);
            (0..own.len()).filter_map(move |column| own.get(column).map(|(place, cells)| (*place, cells.value(row))))
        })
    }

    /// The cells of a column.
    fn cells<'b>(&self, column: &Column, batch: &'b RecordBatch) -> Option<Cells<'b>> {
        let (root, inside) = column.path.split_first()?;
        let mut own = batch.columns().get(self.roots.iter().position(|place| place == root)?)?;
        let mut around = Vec::new();
        for place in inside {
            around.push(own);
            own = own.as_struct_opt()?.columns().get(*place)?;
        }
        let keys = own.as_any_dictionary_opt().map(|listed| listed.normalized_keys());
        Some(Cells { around, own, keys })
    }
}

/// The cells of a column in a batch.
struct Cells<'b> {
    /// The structures around it.
    around: Vec<&'b ArrayRef>,
    own: &'b ArrayRef,
    /// Where its values are listed once each: the place of each row's.
    keys: Option<Vec<usize>>,
}

impl Cells<'_> {
    fn value(&self, row: usize) -> Value {
        if self.around.iter().any(|array| array.is_null(row)) || self.own.is_null(row) {
            return Value::Nothing;
        }
        match (&self.keys, self.own.as_any_dictionary_opt()) {
            (Some(keys), Some(listed)) => match keys.get(row) {
                Some(place) if *place < listed.values().len() => value(listed.values(), *place),
                _ => Value::Nothing,
            },
            _ => value(self.own, row),
        }
    }
}

/// The names of all columns that are no structures, and the places that lead to them.
fn flat(fields: &Fields, name: &mut String, path: &mut Vec<usize>, leaves: &mut Vec<(String, Vec<usize>)>) {
    for (place, field) in fields.iter().enumerate() {
        let before = name.len();
        name.push_str(field.name());
        path.push(place);
        match field.data_type() {
            DataType::Struct(inner) if path.len() <= DEPTH => {
                name.push('.');
                flat(inner, name, path, leaves);
            }
            _ => leaves.push((name.clone(), path.clone())),
        }
        path.pop();
        name.truncate(before);
    }
}

/// A value as its file knows it.
fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Nothing;
    }
    match array.data_type() {
        DataType::Null => Value::Nothing,
        DataType::Boolean => Value::YesNo(array.as_boolean().value(row)),
        DataType::Int8 => whole::<Int8Type>(array, row),
        DataType::Int16 => whole::<Int16Type>(array, row),
        DataType::Int32 => whole::<Int32Type>(array, row),
        DataType::Int64 => whole::<Int64Type>(array, row),
        DataType::UInt8 => whole::<UInt8Type>(array, row),
        DataType::UInt16 => whole::<UInt16Type>(array, row),
        DataType::UInt32 => whole::<UInt32Type>(array, row),
        DataType::UInt64 => whole::<UInt64Type>(array, row),
        DataType::Decimal32(..) => Value::Number(array.as_primitive::<Decimal32Type>().value_as_string(row)),
        DataType::Decimal64(..) => Value::Number(array.as_primitive::<Decimal64Type>().value_as_string(row)),
        DataType::Decimal128(..) => Value::Number(array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Decimal256(..) => Value::Number(array.as_primitive::<Decimal256Type>().value_as_string(row)),
        DataType::Float16 => figure32(array.as_primitive::<Float16Type>().value(row).to_f32()),
        DataType::Float32 => figure32(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => figure(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Value::Text(array.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Value::Text(array.as_string_view().value(row).to_owned()),
        DataType::Binary => text(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => text(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => text(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => text(array.as_fixed_size_binary().value(row)),
        DataType::Date32 => day(array.as_primitive::<Date32Type>().value_as_date(row)),
        DataType::Date64 => day(array.as_primitive::<Date64Type>().value_as_date(row)),
        DataType::Timestamp(unit, zone) => {
            let time = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value_as_datetime(row),
                TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value_as_datetime(row),
                TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row),
                TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value_as_datetime(row),
            };
            day_of(time, zone.as_deref())
        }
        DataType::Time32(TimeUnit::Second) => clock::<Time32SecondType>(array, row),
        DataType::Time32(_) => clock::<Time32MillisecondType>(array, row),
        DataType::Time64(TimeUnit::Microsecond) => clock::<Time64MicrosecondType>(array, row),
        DataType::Time64(_) => clock::<Time64NanosecondType>(array, row),
        other => wrong(String::new(), format!("this is of the type {other}, and a cell holds one value")),
    }
}

/// A whole number.
fn whole<T: ArrowPrimitiveType<Native: ToString>>(array: &ArrayRef, row: usize) -> Value {
    Value::Number(array.as_primitive::<T>().value(row).to_string())
}

/// Bytes that may be a text: older programs do not say so of theirs.
fn text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::Text(text.to_owned()),
        Err(_) => wrong(String::new(), format!("this is no text, but {} bytes", bytes.len())),
    }
}

fn day(day: Option<NaiveDate>) -> Value {
    day.map_or_else(|| wrong(String::new(), "this day is beyond all calendars".to_owned()), Value::Day)
}

/// The day of a time that is told in UTC, as its zone writes it.
fn day_of(time: Option<NaiveDateTime>, zone: Option<&str>) -> Value {
    let (Some(time), Some(zone)) = (time, zone) else { return day(time.map(|time| time.date())) };
    if matches!(zone, "UTC" | "Etc/UTC" | "Z" | "GMT") {
        return Value::Day(time.date());
    }
    match zone.parse::<FixedOffset>() {
        Ok(offset) => day(time.checked_add_offset(offset).map(|time| time.date())),
        Err(_) => wrong(
            time.to_string(),
            format!("which day this is depends on the zone {zone}; store days, or times in UTC"),
        ),
    }
}

/// A time of day.
fn clock<T>(array: &ArrayRef, row: usize) -> Value
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    let time = array.as_primitive::<T>().value_as_time(row);
    time.map_or(Value::Nothing, |time| Value::Text(time.to_string()))
}

fn wrong(shown: String, message: String) -> Value {
    Value::Wrong(shown, Problem::new(Code::BadValue, message))
}
