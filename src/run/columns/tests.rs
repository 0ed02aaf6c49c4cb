//! Formulas at random, over columns and in a scene: where columns give a value it is the same.

use super::{Kinds, Program, Shape};
use crate::domain::columns::{BLANK, Block, Cells, NO_DAY, Names, count_of, whole_of};
use crate::domain::facts::Schema;
use crate::domain::value::ColumnType;
use crate::plan::formula::Scalar;
use crate::plan::oracle::{self, Rng, Row};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Decimal places of amounts in columns.
const DECIMALS: u32 = 3;
/// Formulas that are written, of which a part reads deals alone; rows that each is tried on.
const FORMULAS: usize = 20_000;
const ROWS: usize = 8;

/// A row as a block of one.
fn cells(row: &Row, schema: &Schema, texts: &mut Names) -> Option<Vec<Cells>> {
    let figure = |figure: Option<Decimal>, kind: ColumnType| {
        let scale = DECIMALS.saturating_add(if kind == ColumnType::Percent { 2 } else { 0 });
        let value = figure.map_or(Some(BLANK), |figure| whole_of(figure, scale))?;
        Some(Cells::Figures { values: vec![value], scale, kind })
    };
    let day = |day: Option<chrono::NaiveDate>| Some(Cells::Days(vec![day.map_or(NO_DAY, count_of)]));
    let columns = schema.deals.0.iter().map(|column| match &*column.name {
        "closed" => day(Some(row.closed)),
        "starts" => day(row.starts),
        "amount" => figure(Some(row.amount), column.kind),
        "cost" => figure(Some(row.cost), column.kind),
        "freight" => figure(row.freight, column.kind),
        "quantity" => figure(Some(row.quantity), column.kind),
        "discount" => figure(Some(row.discount), column.kind),
        "product" => {
            let place = match row.product {
                "" => 0,
                text => texts.add(text.as_bytes(), || Arc::from(text)),
            };
            Some(Cells::Texts(vec![place]))
        }
        _ => Some(Cells::Unread),
    });
    columns.collect()
}

#[test]
fn formulas_over_columns_give_what_they_give_in_a_scene() {
    let seed = oracle::seed();
    println!("formulas are written from the seed {seed}: EARNMARK_SEED={seed} repeats it");
    let schema = oracle::schema();
    // The day before the first of a plan's, by which days are looked up.
    let base = chrono::NaiveDate::from_ymd_opt(2022, 1, 1).map_or(0, count_of);
    let (mut programs, mut values) = (0_usize, 0_usize);
    for number in 0..oracle::count(FORMULAS) {
        let mut rng = Rng::of(seed, number);
        let Some((text, formula)) = oracle::sound(&mut rng, &schema) else { continue };
        let kinds = Kinds { schema: &schema, decimals: DECIMALS, factors: None };
        let Some(mut program) = Program::of(&formula, &kinds) else { continue };
        programs += 1;
        let (mut texts, people, mut found) = (Names::default(), Names::default(), Vec::new());
        for _ in 0..ROWS {
            let row = Row::any(&mut rng);
            // An empty text is a blank cell in columns, and what a blank is nothing for is not read there.
            let Some(cells) = cells(&row, &schema, &mut texts).filter(|_| !row.product.is_empty()) else { continue };
            let (ids, parts, happened) = (Vec::new(), Vec::new(), Vec::new());
            let block = Block {
                text: &[],
                rows: 1,
                ids: &ids,
                cells: &cells,
                parts: &parts,
                happened: &happened,
                texts: &texts,
                people: &people,
            };
            if program.work(&block, base, &mut found).is_err() {
                continue; // rows are worked, and tell what is wrong if something is
            }
            values += 1;
            let wanted = formula.evaluate(&row.scene(&schema));
            let is = match (program.shape, found.as_slice()) {
                (Shape::Figure(scale), [value]) => Scalar::Decimal(Decimal::new(*value, scale)),
                (Shape::Flag, [flag]) => Scalar::YesNo(*flag != 0),
                other => panic!("formula {number} gives {other:?}\n{text}"),
            };
            assert_eq!(Ok(Some(is)), wanted, "columns, then a scene: formula {number}\n{text}\n{row:?}");
        }
    }
    println!("{programs} formulas over columns, {values} values");
    // Were nearly none worked by columns, little would be compared.
    assert!(values > oracle::count(FORMULAS) / 4, "{programs} formulas, {values} values");
}
