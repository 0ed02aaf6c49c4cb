//! Parquet and Arrow: every type a column may have there, what is no value, and files that are damaged.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of tests are small")]

use crate::files::{Cell, Table, parquet};
use arrow_array::types::{ArrowPrimitiveType, Decimal256Type, Float16Type, Int8Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array,
    DictionaryArray, FixedSizeBinaryArray, Float16Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array,
    Int64Array, LargeBinaryArray, LargeStringArray, ListArray, NullArray, PrimitiveArray, RecordBatch, StringArray,
    StringViewArray, StructArray, Time32SecondArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::{DataType, Field};
use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::{Folder, Project};
use std::collections::BTreeMap;
use std::sync::Arc;

const PLAN: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\nlet m = measure(\"m\", #{ period: \"month\" });\ncommission(\"C\", #{ on: m, rate: 5.pct });\n";
const COLUMNS: &str = "id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\"";

fn opened(path: &str, bytes: &[u8], settings: &str, columns: &str) -> Result<Project, Vec<Diagnostic>> {
    let mut folder = Folder::new("arrow", BTreeMap::new());
    let head = format!("format = 1\ncompany.currency = \"USD\"\n{settings}[deals]\nfile = \"{path}\"\n");
    folder.put("earnmark.toml", format!("{head}columns = {{ {columns} }}\n"));
    folder.put("rules/p.rhai", PLAN);
    folder.put(format!("data/{path}"), bytes);
    Project::open(&folder).map_err(|refused| refused.findings)
}

fn array<T: arrow_array::Array + 'static>(array: T) -> ArrayRef {
    Arc::new(array)
}

fn texts(list: &[&str]) -> ArrayRef {
    array(StringArray::from(list.to_vec()))
}

/// A deal in each row, with one more column of its own.
fn with(own: ArrayRef) -> RecordBatch {
    let rows = own.len();
    let ids: Vec<String> = (1..=rows).map(|row| format!("D{row}")).collect();
    let columns = [
        ("id", array(StringArray::from(ids))),
        ("closed", array(Date32Array::from(vec![20_459; rows]))), // 2026-01-06
        ("amount", array(Decimal128Array::from(vec![100_i128; rows]).with_precision_and_scale(9, 2).unwrap())),
        ("rep", texts(&vec!["kim"; rows])),
        ("own", own),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

/// What a column is read as by its kind, each row as the digest has it; or what stands against a row.
fn read(own: ArrayRef, kind: &str) -> Vec<String> {
    let settings = format!("[columns.deals]\nown = {{ type = \"{kind}\", optional = true }}\n");
    let columns = format!("{COLUMNS}, own = \"own\"");
    let project = match opened("d.parquet", &parquet(&with(own)), &settings, &columns) {
        Ok(project) => project,
        Err(findings) => return findings.iter().map(told).collect(),
    };
    let place = project.facts.schema.deals.0.len() - 1;
    let shown =
        |deal: &earnmark::domain::facts::Deal| deal.cell(place).map_or(String::new(), |value| value.canonical());
    project.facts.deals.iter().map(shown).collect()
}

fn told(finding: &Diagnostic) -> String {
    match &finding.place {
        Place::Cell(cell) => {
            format!("{}: {} {} `{}`: {}", finding.code, cell.row, cell.column, cell.value, finding.message)
        }
        _ => format!("{}: {}", finding.code, finding.message),
    }
}

#[test]
fn numbers_of_every_width_keep_their_digits() {
    for own in [
        array(Int8Array::from(vec![Some(-7), None])),
        array(Int16Array::from(vec![Some(-7), None])),
        array(Int32Array::from(vec![Some(-7), None])),
        array(Int64Array::from(vec![Some(-7), None])),
        array(Float16Array::from(vec![Some(<Float16Type as ArrowPrimitiveType>::Native::from_f32(-7.0)), None])),
        array(Float32Array::from(vec![Some(-7.0), None])),
        array(Float64Array::from(vec![Some(-7.0), None])),
        array(Decimal32Array::from(vec![Some(-700), None]).with_precision_and_scale(9, 2).unwrap()),
        array(Decimal64Array::from(vec![Some(-700), None]).with_precision_and_scale(18, 2).unwrap()),
        array(Decimal128Array::from(vec![Some(-700), None]).with_precision_and_scale(38, 2).unwrap()),
        array(
            PrimitiveArray::<Decimal256Type>::from(vec![
                Some(<Decimal256Type as ArrowPrimitiveType>::Native::from_i128(-700)),
                None,
            ])
            .with_precision_and_scale(76, 2)
            .unwrap(),
        ),
    ] {
        assert_eq!(read(Arc::clone(&own), "number"), ["-7", ""], "{}", own.data_type());
    }
    for own in [
        array(UInt8Array::from(vec![200])),
        array(UInt16Array::from(vec![200])),
        array(UInt32Array::from(vec![200])),
        array(UInt64Array::from(vec![200])),
    ] {
        assert_eq!(read(Arc::clone(&own), "number"), ["200"], "{}", own.data_type());
    }
    let large = array(
        Decimal128Array::from(vec![12_345_678_901_234_567_890_123_i128]).with_precision_and_scale(38, 2).unwrap(),
    );
    assert_eq!(read(large, "number"), ["123456789012345678901.23"]);
}

#[test]
fn binary_numbers_are_the_shortest_that_stand_for_them() {
    assert_eq!(read(array(Float64Array::from(vec![0.1 + 0.2, 1234.56])), "number"), ["0.3", "1234.56"]);
    assert_eq!(read(array(Float32Array::from(vec![0.1, 1234.56])), "number"), ["0.1", "1234.56"]);
    let lost = read(array(Float32Array::from(vec![33_554_432.0])), "number");
    assert!(lost[0].starts_with("bad-number: 2 own `33554432`"), "{lost:?}");
    let lost = read(array(Float64Array::from(vec![1e17])), "number");
    assert!(lost[0].starts_with("bad-number: 2 own"), "{lost:?}");
    let none = read(array(Float64Array::from(vec![f64::NAN])), "number");
    assert!(none[0].starts_with("bad-number: 2 own `NaN`"), "{none:?}");
}

#[test]
fn texts_days_and_yes_or_no_are_read_in_each_form() {
    for own in [
        texts(&["Zoë", "سارة"]),
        array(LargeStringArray::from(vec!["Zoë", "سارة"])),
        array(StringViewArray::from(vec!["Zoë", "سارة"])),
        array(BinaryArray::from(vec!["Zoë".as_bytes(), "سارة".as_bytes()])),
        array(LargeBinaryArray::from(vec!["Zoë".as_bytes(), "سارة".as_bytes()])),
        array(["Zoë", "سارة"].into_iter().collect::<DictionaryArray<Int8Type>>()),
    ] {
        assert_eq!(read(Arc::clone(&own), "text"), ["Zoë", "سارة"], "{}", own.data_type());
    }
    assert_eq!(
        read(array(FixedSizeBinaryArray::try_from_iter([b"abc", b"def"].into_iter()).unwrap()), "text"),
        ["abc", "def"]
    );
    assert_eq!(read(array(BooleanArray::from(vec![Some(true), Some(false), None])), "yes/no"), ["true", "false", ""]);
    assert_eq!(read(array(NullArray::new(2)), "text"), ["", ""]);
    // 2024-02-29 is day 19,782 of 1970.
    const DAY: i64 = 19_782;
    let noon = (DAY * 24 + 12) * 3600;
    for own in [
        array(Date32Array::from(vec![i32::try_from(DAY).unwrap()])),
        array(Date64Array::from(vec![DAY * 86_400_000])),
        array(TimestampSecondArray::from(vec![noon])),
        array(TimestampMillisecondArray::from(vec![noon * 1_000])),
        array(TimestampMicrosecondArray::from(vec![noon * 1_000_000])),
        array(TimestampNanosecondArray::from(vec![noon * 1_000_000_000])),
    ] {
        assert_eq!(read(Arc::clone(&own), "date"), ["2024-02-29"], "{}", own.data_type());
    }
    // Before 1970 too.
    assert_eq!(read(array(TimestampSecondArray::from(vec![-1])), "date"), ["1969-12-31"]);
    assert_eq!(read(array(Time32SecondArray::from(vec![34_200])), "text"), ["09:30:00"]);
}

#[test]
fn an_instant_counts_on_the_day_of_its_offset_and_a_named_zone_is_refused() {
    // 2026-01-31 23:30 in UTC: in Amman, three hours ahead, it is February.
    let late = 1_769_902_200;
    let of = |zone: &str| read(array(TimestampSecondArray::from(vec![late]).with_timezone(zone)), "date");
    assert_eq!(of("UTC"), ["2026-01-31"]);
    assert_eq!(of("+00:00"), ["2026-01-31"]);
    assert_eq!(of("+03:00"), ["2026-02-01"]);
    assert_eq!(of("-05:00"), ["2026-01-31"]);
    let named = of("Asia/Amman");
    assert!(named[0].starts_with("bad-value: 2 own `2026-01-31 23:30:00`"), "{named:?}");
    assert!(named[0].contains("Asia/Amman"), "{named:?}");
}

#[test]
fn what_is_no_value_is_told_and_only_where_it_is_asked_for() {
    let list = array(ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some([Some(1), Some(2)])]));
    let found = read(Arc::clone(&list), "text");
    assert!(found[0].starts_with("bad-value: 2 own ``: this is of the type List("), "{found:?}");
    let bytes = read(array(BinaryArray::from(vec![&[0xff_u8, 0xfe][..]])), "text");
    assert_eq!(bytes, ["bad-value: 2 own ``: this is no text, but 2 bytes"]);
    // A column that nobody names is not looked at.
    assert!(opened("d.parquet", &parquet(&with(list)), "", COLUMNS).is_ok());
    let misnamed = opened("d.parquet", &parquet(&with(texts(&["a"]))), "", &COLUMNS.replace("\"rep\"", "\"own_\""));
    assert_eq!(misnamed.err().unwrap()[0].help.as_deref(), Some("did you mean `own`?"));
}

#[test]
fn fields_of_a_structure_are_columns() {
    let name = Arc::new(Field::new("name", DataType::Utf8, true));
    let owners =
        StructArray::new(vec![name].into(), vec![texts(&["kim", "lost", "bo"])], Some(vec![true, false, true].into()));
    let columns = "id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\", owner = \"own.name\"";
    let settings = "[columns.deals]\nowner = { type = \"text\", optional = true }\n";
    let project = opened("d.parquet", &parquet(&with(array(owners))), settings, columns)
        .unwrap_or_else(|found| panic!("{found:?}"));
    let place = project.facts.schema.deals.0.len() - 1;
    let owners: Vec<String> = project
        .facts
        .deals
        .iter()
        .map(|deal| deal.cell(place).map_or(String::new(), |value| value.canonical()))
        .collect();
    // In the second row there is no structure, whatever lies in its field.
    assert_eq!(owners, ["kim", "", "bo"]);
}

/// Some rows of each kind, more than are decoded at once.
fn table() -> Table {
    let row = |number: usize| {
        vec![
            Cell::Text(format!("D{number}")),
            Cell::Day(format!("2026-01-{:02}", 1 + number % 28)),
            Cell::Number(format!("{}.{:02}", number * 7, number % 100)),
            Cell::Text(["kim", "bo", "سارة"][number % 3].to_owned()),
        ]
    };
    Table { header: vec!["id", "closed", "amount", "rep"], rows: (0..2_500).map(row).collect() }
}

#[test]
fn many_rows_are_all_read() {
    for (path, bytes) in
        [("d.parquet", table().parquet()), ("d.arrow", table().arrow()), ("d.feather", table().arrow_stream())]
    {
        let project = opened(path, &bytes, "", COLUMNS).unwrap_or_else(|found| panic!("{found:?}"));
        assert_eq!(project.facts.deals.len(), 2_500, "{path}");
    }
}

/// Whatever is done to a file, it is read or refused, and nothing panics, though its readers do.
#[test]
fn damaged_files_are_refused() {
    let small = Table { rows: table().rows[..3].to_vec(), ..table() };
    for (path, bytes) in
        [("d.parquet", small.parquet()), ("d.arrow", small.arrow()), ("d.feather", small.arrow_stream())]
    {
        for length in (0..bytes.len()).step_by(5) {
            let cut = opened(path, &bytes[..length], "", COLUMNS);
            assert!(cut.is_err(), "{path}, cut at {length}");
        }
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= [0x01, 0x80, 0xff][at % 3];
            let _ = opened(path, &other, "", COLUMNS);
        }
    }
    let found = opened("d.feather", b"FEA1....", "", COLUMNS).err().unwrap();
    assert!(found[0].message.contains("first version"), "{found:?}");
    let found = opened("d.parquet", b"", "", COLUMNS).err().unwrap();
    assert_eq!(found[0].code.word(), "bad-file", "{found:?}");
}
