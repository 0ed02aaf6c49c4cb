//! The other side: Rhai's own evaluator, with the operators, functions and tables of formulas written a second time.

use super::Gave;
use super::generator::{Rows, Written};
use super::row::Row;
use crate::plan::formula::Scalar;
use chrono::{Datelike, Months, NaiveDate};
use rhai::{AST, Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, Position, Scope};
use rust_decimal::{Decimal, RoundingStrategy};
use std::rc::Rc;
use std::sync::Arc;

pub type Worked<T> = Result<T, Box<EvalAltResult>>;

pub fn fails<T>(word: &str) -> Worked<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(word.into(), Position::NONE)))
}

/// A length of time.
#[derive(Clone, Copy)]
pub enum Length {
    Days(i64),
    Months(i64),
}

/// `a..b`
#[derive(Clone)]
struct Between(Dynamic, Dynamic, bool);

/// What a measure holds.
#[derive(Clone)]
struct Standing(Rc<Row>);

/// A script as Rhai runs it.
pub struct Interpreter<'w> {
    engine: Engine,
    tree: AST,
    written: &'w Written,
}

impl<'w> Interpreter<'w> {
    /// The functions and the formula's body, each at its own place; all else is blank.
    pub fn of(written: &'w Written) -> Self {
        let engine = engine();
        let end = written.text.trim_end().len() - 1;
        let run = |at: usize| written.functions.contains(&at) || (written.body..end).contains(&at);
        let keep = |(at, letter): (usize, char)| if run(at) || letter == '\n' { letter } else { ' ' };
        let text: String = written.text.char_indices().map(keep).collect();
        let tree = engine.compile(&text).unwrap_or_else(|error| panic!("{error}\n{}", written.text));
        Self { engine, tree, written }
    }

    /// What the formula gives.
    pub fn gave(&self, row: &Row) -> Gave {
        let mut scope = self.scope(Some(row));
        match self.engine.eval_ast_with_scope::<Dynamic>(&mut scope, &self.tree) {
            Ok(value) => Gave::Value(scalar(&value)),
            Err(error) => {
                let (word, position) = innermost(&error);
                let text = &self.written.text;
                let line: usize = text.split_inclusive('\n').take(position.line().unwrap() - 1).map(str::len).sum();
                Gave::Error(word, line + position.position().unwrap() - 1)
            }
        }
    }

    /// Whether a piece of the script that reads nothing fails.
    pub fn constant_fails(&self, text: &str) -> bool {
        let functions = &self.written.text[self.written.functions.clone()];
        let mut scope = self.scope(None);
        self.engine.eval_with_scope::<Dynamic>(&mut scope, &format!("{functions}\n{text}")).is_err()
    }

    fn scope(&self, row: Option<&Row>) -> Scope<'static> {
        let mut scope = Scope::new();
        for (name, rows) in &self.written.tables {
            scope.push(*name, rows.clone());
        }
        let Some(row) = row else { return scope };
        let text = |text: &str| Dynamic::from(ImmutableString::from(text));
        let maybe = |value: Option<Dynamic>| value.unwrap_or(Dynamic::UNIT);
        // A whole number arrives as Rhai's own, so that `switch` meets the cases that are written.
        let whole = |number: Decimal| Dynamic::from(i64::try_from(number).unwrap());
        let figure = Dynamic::from_decimal;
        let deal = [
            ("closed", Dynamic::from(row.closed)),
            ("starts", maybe(row.starts.map(Dynamic::from))),
            ("amount", figure(row.amount)),
            ("cost", figure(row.cost)),
            ("huge", figure(row.huge)),
            ("freight", maybe(row.freight.map(figure))),
            ("quantity", whole(row.quantity)),
            ("discount", figure(row.discount)),
            ("product", text(row.product)),
            ("flag", Dynamic::from(row.flag)),
        ];
        let payee = [
            ("start", maybe(row.start.map(Dynamic::from))),
            ("team", maybe(row.team.map(text))),
            ("level", maybe(row.level.map(whole))),
            ("bonus", figure(row.bonus)),
        ];
        let period = [("number", whole(row.number)), ("active_share", figure(row.active_share))];
        let map = |list: &[(&str, Dynamic)]| {
            list.iter().map(|(name, value)| ((*name).into(), value.clone())).collect::<Map>()
        };
        scope.push("deal", map(&deal));
        scope.push("payee", map(&payee));
        scope.push("period", map(&period));
        scope.push("credit", row.credit);
        scope.push("m", Standing(Rc::new(row.clone())));
        scope
    }
}

fn innermost(error: &EvalAltResult) -> (&'static str, Position) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        EvalAltResult::ErrorRuntime(word, position) => {
            let words = ["zero", "overflow", "date", "row", "figure", "places"];
            let word = word.clone().into_immutable_string().unwrap();
            (words.into_iter().find(|known| *known == word.as_str()).unwrap(), *position)
        }
        other => panic!("{other:?}"),
    }
}

pub fn scalar(value: &Dynamic) -> Scalar {
    if let Some(figure) = figure(value) {
        return Scalar::Decimal(figure);
    }
    if let Ok(yes) = value.as_bool() {
        return Scalar::YesNo(yes);
    }
    match value.clone().try_cast::<NaiveDate>() {
        Some(day) => Scalar::Date(day),
        None => Scalar::Text(Arc::from(value.clone().into_immutable_string().unwrap().as_str())),
    }
}

pub fn figure(value: &Dynamic) -> Option<Decimal> {
    value.as_decimal().ok().or_else(|| value.as_int().ok().map(Decimal::from))
}

fn same(a: &Dynamic, b: &Dynamic) -> bool {
    scalar(a) == scalar(b)
}

pub fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_fast_operators(false);
    engine.set_max_expr_depths(0, 0);
    arithmetic(&mut engine);
    functions(&mut engine);
    dates(&mut engine);
    engine.register_get("quota", |m: &mut Standing| m.0.quota.map_or_else(|| fails("figure"), Ok));
    engine.register_get("total", |m: &mut Standing| m.0.total);
    engine.register_get("total_before", |m: &mut Standing| m.0.total_before);
    let part = |row: &Row, total: Decimal| row.attainment(total).map_or_else(|| fails("figure"), Ok);
    engine.register_get("attainment", move |m: &mut Standing| part(&m.0, m.0.total));
    engine.register_get("attainment_before", move |m: &mut Standing| part(&m.0, m.0.total_before));
    engine.register_fn("at", |table: &mut Rows, key: Dynamic| read(table, &key));
    engine
}

/// Whole numbers are figures like all others: `10 / 4` is 2.5.
fn arithmetic(engine: &mut Engine) {
    fn add(a: Decimal, b: Decimal) -> Worked<Decimal> {
        a.checked_add(b).map_or_else(|| fails("overflow"), Ok)
    }
    fn sub(a: Decimal, b: Decimal) -> Worked<Decimal> {
        a.checked_sub(b).map_or_else(|| fails("overflow"), Ok)
    }
    fn mul(a: Decimal, b: Decimal) -> Worked<Decimal> {
        a.checked_mul(b).map_or_else(|| fails("overflow"), Ok)
    }
    fn div(a: Decimal, b: Decimal) -> Worked<Decimal> {
        if b.is_zero() { fails("zero") } else { a.checked_div(b).map_or_else(|| fails("overflow"), Ok) }
    }
    macro_rules! over_figures {
        ($($sign:literal $work:expr),*) => { $(
            engine.register_fn($sign, |a: Decimal, b: Decimal| ($work)(a, b));
            engine.register_fn($sign, |a: i64, b: Decimal| ($work)(Decimal::from(a), b));
            engine.register_fn($sign, |a: Decimal, b: i64| ($work)(a, Decimal::from(b)));
            engine.register_fn($sign, |a: i64, b: i64| ($work)(Decimal::from(a), Decimal::from(b)));
        )* };
    }
    over_figures!("+" add, "-" sub, "*" mul, "/" div);
    over_figures!("<" | a, b | a < b, "<=" | a, b | a <= b, ">" | a, b | a > b, ">=" | a, b | a >= b);
    over_figures!("==" | a, b | a == b, "!=" | a, b | a != b);
    macro_rules! ranges {
        ($($kind:ty, $other:ty);*) => { $(
            engine.register_fn("..", |a: $kind, b: $other| Between(Dynamic::from(a), Dynamic::from(b), false));
            engine.register_fn("..=", |a: $kind, b: $other| Between(Dynamic::from(a), Dynamic::from(b), true));
        )* };
    }
    ranges!(Decimal, Decimal; i64, Decimal; Decimal, i64; i64, i64; NaiveDate, NaiveDate);
    engine.register_fn("contains", |list: Array, item: Dynamic| list.iter().any(|own| same(own, &item)));
    engine.register_fn("contains", |range: Between, item: Dynamic| {
        let below = |a: &Dynamic, b: &Dynamic, equal: bool| match (scalar(a), scalar(b)) {
            (Scalar::Decimal(a), Scalar::Decimal(b)) => a < b || (equal && a == b),
            (Scalar::Date(a), Scalar::Date(b)) => a < b || (equal && a == b),
            other => panic!("{other:?}"),
        };
        below(&range.0, &item, true) && below(&item, &range.1, range.2)
    });
    engine.register_fn("-", |a: Decimal| -a);
    engine.register_fn("-", |a: i64| -a);
    engine.register_fn("!", |a: bool| !a);
}

fn functions(engine: &mut Engine) {
    let of = |value: Dynamic| figure(&value).unwrap();
    engine.register_fn("abs", move |a: Dynamic| of(a).abs());
    engine.register_fn("floor", move |a: Dynamic| of(a).floor());
    engine.register_fn("ceil", move |a: Dynamic| of(a).ceil());
    engine.register_fn("min", move |a: Dynamic, b: Dynamic| of(a).min(of(b)));
    engine.register_fn("max", move |a: Dynamic, b: Dynamic| of(a).max(of(b)));
    engine.register_fn("min", move |a: Dynamic, b: Dynamic, c: Dynamic| of(a).min(of(b)).min(of(c)));
    engine.register_fn("max", move |a: Dynamic, b: Dynamic, c: Dynamic| of(a).max(of(b)).max(of(c)));
    engine.register_fn("round", move |a: Dynamic, places: Dynamic| -> Worked<Decimal> {
        let places = of(places);
        if !places.fract().is_zero() || places < Decimal::ZERO || places > Decimal::from(28) {
            return fails("places");
        }
        let places = u32::try_from(places.abs()).unwrap();
        Ok(of(a).round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven))
    });
    engine.register_get("pct", |a: &mut i64| Decimal::from(*a) / Decimal::ONE_HUNDRED);
    engine.register_get("pct", |a: &mut Decimal| *a / Decimal::ONE_HUNDRED);
    // The currency of the plans that are compared: what is computed with is the plan's own.
    engine.register_get("USD", |a: &mut i64| Decimal::from(*a));
    engine.register_get("USD", |a: &mut Decimal| *a);
    let starts = |a: ImmutableString, b: ImmutableString| a.as_str().starts_with(b.as_str());
    let ends = |a: ImmutableString, b: ImmutableString| a.as_str().ends_with(b.as_str());
    let holds = |a: ImmutableString, b: ImmutableString| a.as_str().contains(b.as_str());
    engine.register_fn("starts_with", starts).register_fn("ends_with", ends).register_fn("contains", holds);
}

fn dates(engine: &mut Engine) {
    engine.register_fn("date", |text: ImmutableString| text.as_str().parse::<NaiveDate>().unwrap());
    engine.register_get("days", |a: &mut i64| Length::Days(*a));
    engine.register_get("months", |a: &mut i64| Length::Months(*a));
    engine.register_get("year", |day: &mut NaiveDate| Decimal::from(day.year()));
    engine.register_get("day", |day: &mut NaiveDate| Decimal::from(day.day()));
    engine.register_get("month", |day: &mut NaiveDate| Decimal::from(day.month()));
    engine.register_fn("+", |day: NaiveDate, length: Length| moved(day, length, 1));
    engine.register_fn("-", |day: NaiveDate, length: Length| moved(day, length, -1));
    engine.register_fn("-", |a: NaiveDate, b: NaiveDate| Decimal::from((a - b).num_days()));
    engine.register_fn("==", |a: NaiveDate, b: NaiveDate| a == b);
    engine.register_fn("!=", |a: NaiveDate, b: NaiveDate| a != b);
    engine.register_fn("<", |a: NaiveDate, b: NaiveDate| a < b);
    engine.register_fn("<=", |a: NaiveDate, b: NaiveDate| a <= b);
    engine.register_fn(">", |a: NaiveDate, b: NaiveDate| a > b);
    engine.register_fn(">=", |a: NaiveDate, b: NaiveDate| a >= b);
    engine.register_fn("within", |day: NaiveDate, from: NaiveDate, to: NaiveDate| from <= day && day <= to);
    engine.register_fn("days_between", |a: NaiveDate, b: NaiveDate| Decimal::from((b - a).num_days()));
    engine.register_fn("months_between", |a: NaiveDate, b: NaiveDate| Decimal::from(months(a, b)));
    engine.register_fn("years_between", |a: NaiveDate, b: NaiveDate| Decimal::from(months(a, b) / 12));
}

fn moved(day: NaiveDate, length: Length, way: i64) -> Worked<NaiveDate> {
    let day = match length {
        Length::Days(count) => chrono::Duration::try_days(count * way).and_then(|days| day.checked_add_signed(days)),
        Length::Months(count) => {
            let size = Months::new(u32::try_from(count).unwrap());
            if way > 0 { day.checked_add_months(size) } else { day.checked_sub_months(size) }
        }
    };
    day.map_or_else(|| fails("date"), Ok)
}

/// Whole months from one day to another: the most by which the earlier can be moved without passing the later.
fn months(from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from {
        return -months(to, from);
    }
    let full = |count: &i64| from.checked_add_months(Months::new(u32::try_from(*count).unwrap())).unwrap() <= to;
    (0..).take_while(full).last().unwrap()
}

fn read(table: &Rows, key: &Dynamic) -> Worked<Decimal> {
    let reached = |rows: &[(Decimal, Decimal)], x: Decimal| {
        rows.iter().rev().find(|(from, _)| *from <= x).or(rows.first()).unwrap().1
    };
    match table {
        Rows::Steps(rows) => Ok(reached(rows, figure(key).unwrap())),
        Rows::Lookup(rows) => {
            let text = key.clone().into_immutable_string().unwrap();
            let fits = |(own, _): &&(Option<&str>, Decimal)| own.is_none_or(|own| own == text.as_str());
            rows.iter().find(fits).map_or_else(|| fails("row"), |(_, value)| Ok(*value))
        }
        Rows::Marginal(rows) => {
            let x = figure(key).unwrap();
            let mut sum = Decimal::ZERO;
            for (place, (from, rate)) in rows.iter().enumerate() {
                let low = if place == 0 { x.min(Decimal::ZERO) } else { *from };
                let high = rows.get(place + 1).map_or(x, |(next, _)| x.min(*next));
                let slice = if place == 0 && x < Decimal::ZERO { x } else { (high - low).max(Decimal::ZERO) };
                let part = slice.checked_mul(*rate).map_or_else(|| fails("overflow"), Ok)?;
                sum = sum.checked_add(part).map_or_else(|| fails("overflow"), Ok)?;
            }
            Ok(sum)
        }
        Rows::Interpolated(rows) => {
            let x = figure(key).unwrap();
            for pair in rows.windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                if x0 <= x && x < x1 {
                    // Multiplied first, divided last.
                    let rise = (y1 - y0).checked_mul(x - x0);
                    let whole = rise.and_then(|rise| rise.checked_add(y0 * (x1 - x0)));
                    return whole.and_then(|whole| whole.checked_div(x1 - x0)).map_or_else(|| fails("overflow"), Ok);
                }
            }
            Ok(reached(rows, x))
        }
    }
}
