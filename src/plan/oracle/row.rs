//! One deal, payee and period, as both sides read them.

use super::generator::Rng;
use crate::domain::facts::Schema;
use crate::domain::value::{Column, ColumnType};
use crate::plan::formula::{Failure, Figure, PeriodField, Read, Scene, Seen};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The values of a row.
#[derive(Clone, Debug)]
pub struct Row {
    pub closed: NaiveDate,
    pub starts: Option<NaiveDate>,
    pub amount: Decimal,
    pub cost: Decimal,
    pub huge: Decimal,
    pub freight: Option<Decimal>,
    pub quantity: Decimal,
    pub discount: Decimal,
    pub product: &'static str,
    pub flag: bool,
    pub start: Option<NaiveDate>,
    pub team: Option<&'static str>,
    pub level: Option<Decimal>,
    pub bonus: Decimal,
    pub credit: Decimal,
    pub number: Decimal,
    pub active_share: Decimal,
    pub total: Decimal,
    pub total_before: Decimal,
    /// `None`: nobody gave one.
    pub quota: Option<Decimal>,
}

/// Texts of the product column.
pub const PRODUCTS: [&str; 4] = ["atlas", "ember", "at", ""];
/// Names of teams.
pub const TEAMS: [&str; 3] = ["east", "west", "Ost"];

/// The standard columns, and some of every other type.
pub fn schema() -> Schema {
    let mut schema = Schema::standard();
    let declared = |name: &str, kind: ColumnType, optional: bool| Column {
        optional,
        declared: true,
        mapped: true,
        ..Column::standard(name, kind)
    };
    schema.deals.0.extend([
        declared("huge", ColumnType::Money, false),
        declared("freight", ColumnType::Money, true),
        declared("discount", ColumnType::Percent, false),
        declared("flag", ColumnType::YesNo, false),
    ]);
    schema
        .payees
        .0
        .extend([declared("level", ColumnType::Number, true), declared("bonus", ColumnType::Percent, false)]);
    schema
}

/// A day of some years.
fn day(rng: &mut Rng) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2023, 12, 20).unwrap();
    first.checked_add_days(chrono::Days::new(u64::try_from(rng.below(1_000)).unwrap())).unwrap()
}

fn maybe<T>(rng: &mut Rng, value: T) -> Option<T> {
    (rng.below(3) > 0).then_some(value)
}

impl Row {
    /// A row at random, with blanks, zeros, losses and figures on the edges of tables.
    pub fn any(rng: &mut Rng) -> Self {
        let money = |rng: &mut Rng| match rng.below(5) {
            0 => Decimal::ZERO,
            1 => Decimal::from(rng.below(30) * 1_000),
            2 => -Decimal::new(i64::try_from(rng.below(1_000_000)).unwrap(), 2),
            _ => Decimal::new(i64::try_from(rng.below(10_000_000)).unwrap(), 2),
        };
        let percent = |rng: &mut Rng| Decimal::new(i64::try_from(rng.below(2_000)).unwrap(), 3);
        let small = |rng: &mut Rng| Decimal::from(rng.below(12));
        Self {
            closed: day(rng),
            starts: {
                let day = day(rng);
                maybe(rng, day)
            },
            amount: money(rng),
            cost: money(rng),
            huge: Decimal::from_i128_with_scale(7_000_000_000_000_000_000_000_000_000, 0),
            freight: {
                let freight = money(rng);
                maybe(rng, freight)
            },
            quantity: small(rng),
            discount: percent(rng),
            product: PRODUCTS[rng.below(PRODUCTS.len())],
            flag: rng.below(2) == 0,
            start: {
                let day = day(rng);
                maybe(rng, day)
            },
            team: {
                let team = TEAMS[rng.below(TEAMS.len())];
                maybe(rng, team)
            },
            level: {
                let level = small(rng);
                maybe(rng, level)
            },
            bonus: percent(rng),
            credit: money(rng),
            number: small(rng),
            active_share: percent(rng),
            total: money(rng),
            total_before: money(rng),
            quota: match rng.below(4) {
                0 => None,
                1 => Some(Decimal::ZERO),
                _ => Some(money(rng)),
            },
        }
    }

    /// What a formula of the plan reads.
    pub fn scene<'a>(&'a self, schema: &'a Schema) -> RowScene<'a> {
        RowScene { row: self, schema }
    }

    /// Total by quota, where there is a quota.
    pub fn attainment(&self, total: Decimal) -> Option<Decimal> {
        self.quota.filter(|quota| !quota.is_zero()).and_then(|quota| total.checked_div(quota))
    }
}

/// A row as the plan's formulas read it.
pub struct RowScene<'a> {
    row: &'a Row,
    schema: &'a Schema,
}

impl Scene for RowScene<'_> {
    fn read(&self, read: &Read) -> Result<Option<Seen<'_>>, Failure> {
        let row = self.row;
        let figure = |figure: Decimal| Ok(Some(Seen::Decimal(figure)));
        let text = |text| Ok(Some(Seen::Text(text)));
        let quota = || row.quota.ok_or(Failure::Figure);
        match *read {
            Read::Deal(place) => match &*self.schema.deals.get(place).unwrap().name {
                "closed" => Ok(Some(Seen::Date(row.closed))),
                "starts" => Ok(row.starts.map(Seen::Date)),
                "amount" => figure(row.amount),
                "cost" => figure(row.cost),
                "huge" => figure(row.huge),
                "freight" => Ok(row.freight.map(Seen::Decimal)),
                "quantity" => figure(row.quantity),
                "discount" => figure(row.discount),
                "product" => text(row.product),
                "flag" => Ok(Some(Seen::YesNo(row.flag))),
                _ => Err(Failure::Internal),
            },
            Read::Payee(place) => match &*self.schema.payees.get(place).unwrap().name {
                "start" => Ok(row.start.map(Seen::Date)),
                "team" => Ok(row.team.map(Seen::Text)),
                "level" => Ok(row.level.map(Seen::Decimal)),
                "bonus" => figure(row.bonus),
                _ => Err(Failure::Internal),
            },
            Read::Credit => figure(row.credit),
            Read::Period(PeriodField::Number) => figure(row.number),
            Read::Period(PeriodField::ActiveShare) => figure(row.active_share),
            Read::Measure(_, Figure::Total) => figure(row.total),
            Read::Measure(_, Figure::TotalBefore) => figure(row.total_before),
            Read::Measure(_, Figure::Quota) => quota().and_then(figure),
            Read::Measure(_, Figure::Attainment) => row.attainment(row.total).ok_or(Failure::Figure).and_then(figure),
            Read::Measure(_, Figure::AttainmentBefore) => {
                row.attainment(row.total_before).ok_or(Failure::Figure).and_then(figure)
            }
            _ => Err(Failure::Internal),
        }
    }

    fn look_up(&self, _: usize, _: &[Seen<'_>]) -> Result<Seen<'_>, Failure> {
        Err(Failure::Internal)
    }
}
