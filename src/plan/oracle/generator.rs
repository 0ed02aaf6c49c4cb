//! Formulas at random, each of a kind that is known: what the kinds of the language allow is written here a second time.

mod parts;

use super::row::PRODUCTS;
use crate::plan::kind::Kind;
use rust_decimal::Decimal;
use std::ops::Range;

/// splitmix64: the same on every platform.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The generator of one formula.
    pub fn of(seed: u64, number: usize) -> Self {
        Self(seed ^ u64::try_from(number).unwrap().wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }
}

/// Something that can fail: its text, with and without the parentheses around it, and the sign that Rhai points at.
#[derive(Clone, Debug)]
pub struct FailingPlace {
    pub outer: Range<usize>,
    pub inner: Range<usize>,
    pub sign: usize,
}

impl FailingPlace {
    /// Whether a span is this one, with or without parentheses.
    pub fn is_at(&self, (start, end): (usize, usize)) -> bool {
        (self.outer.start..=self.inner.start).contains(&start) && (self.inner.end..=self.outer.end).contains(&end)
    }
}

/// A table of the script: rows of position and value, or of text and value.
#[derive(Clone, Debug)]
pub enum Rows {
    /// The value at the point reached.
    Steps(Vec<(Decimal, Decimal)>),
    /// The sum over the slices.
    Marginal(Vec<(Decimal, Decimal)>),
    /// Straight lines.
    Interpolated(Vec<(Decimal, Decimal)>),
    /// The first text that fits; `None`: any.
    Lookup(Vec<(Option<&'static str>, Decimal)>),
}

/// A script with a formula.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The script.
    pub text: String,
    /// Where the formula's body begins.
    pub body: usize,
    /// What of the script Rhai runs besides the body: its functions.
    pub functions: Range<usize>,
    /// The tables by name.
    pub tables: Vec<(&'static str, Rows)>,
    /// What can fail.
    pub places: Vec<FailingPlace>,
    /// The mistake, if one was asked for.
    pub bad: Option<Range<usize>>,
}

struct Writer<'r> {
    rng: &'r mut Rng,
    out: Written,
    locals: Vec<(String, Kind)>,
    named: usize,
    /// How many more parts are written before a mistake is.
    spoil: Option<usize>,
}

/// A script with a formula; with `spoil` a mistake takes the place of its part of that number.
pub fn formula(rng: &mut Rng, spoil: Option<usize>) -> Written {
    let mut writer = Writer { rng, out: Written::default(), locals: Vec::new(), named: 0, spoil: None };
    writer.head();
    writer.spoil = spoil;
    let kinds = [Kind::Money, Kind::Number, Kind::Percent, Kind::Bare, Kind::Date, Kind::Text, Kind::YesNo];
    let kind = kinds[writer.rng.below(kinds.len())];
    let depth = 1 + writer.rng.below(4);
    writer.out.body = writer.out.text.len();
    writer.value(kind, depth);
    writer.put(";\n");
    writer.out
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.text.push_str(text);
    }

    fn at(&self) -> usize {
        self.out.text.len()
    }

    fn any<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.rng.below(list.len())]
    }

    fn head(&mut self) {
        for (head, right) in [("fn half(x) { ", "2"), ("fn more(x) { ", "1000")] {
            self.put(head);
            let start = self.at();
            self.put("x ");
            let sign = self.at();
            self.put(if right == "2" { "/ " } else { "+ " });
            self.put(right);
            let own = start..self.at();
            self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign });
            self.put(" }\n");
        }
        self.put("fn ratio(x, y) { if y == 0 { 1.pct } else { ");
        let start = self.at();
        self.put("x ");
        let sign = self.at();
        self.put("/ y");
        let own = start..self.at();
        self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign });
        self.put(" } }\nfn most(x, y) { if x > y { x } else { y } }\n");
        self.out.functions = 0..self.at();
        self.put("plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\n");
        self.put("let m = measure(\"m\", #{ period: \"quarter\" });\n");
        let mut table = |name: &'static str, word: &str, percents: bool, money: bool| {
            let mut rows = Vec::new();
            let mut from = Decimal::ZERO;
            for _ in 0..=self.rng.below(4) {
                let value = Decimal::new(i64::try_from(self.rng.below(400)).unwrap(), 1);
                rows.push((from, value));
                from += Decimal::from((1 + self.rng.below(5)) * if money { 1_000 } else { 1 });
            }
            let unit = if percents { ".pct" } else { "" };
            let cells: Vec<String> = rows.iter().map(|(from, value)| format!("[{from}, {value}{unit}]")).collect();
            self.out.text.push_str(&format!("let {name} = {word}([{}]);\n", cells.join(", ")));
            let value = |value: Decimal| if percents { value / Decimal::ONE_HUNDRED } else { value };
            rows.into_iter().map(|(from, own)| (from, value(own))).collect::<Vec<_>>()
        };
        let steps = table("steps_of", "steps", false, false);
        let slices = table("slices", "marginal", true, true);
        let line = table("line", "interpolated", true, true);
        let mut lookup: Vec<(Option<&'static str>, Decimal)> = Vec::new();
        for product in PRODUCTS {
            if self.rng.below(3) > 0 {
                lookup.push((Some(product), Decimal::from(self.rng.below(9))));
            }
        }
        if lookup.is_empty() || self.rng.below(2) == 0 {
            lookup.push((None, Decimal::new(15, 1)));
        }
        let cells = lookup.iter().map(|(key, value)| match key {
            Some(key) => format!(", [\"{key}\", {value}]"),
            None => format!(", [any, {value}]"),
        });
        let cells: String = cells.collect();
        self.put(&format!("let by_product = lookup([[\"product\", \"factor\"]{cells}]);\n"));
        self.put("let formula = |deal, payee, credit, period| ");
        self.out.tables = vec![
            ("steps_of", Rows::Steps(steps)),
            ("slices", Rows::Marginal(slices)),
            ("line", Rows::Interpolated(line)),
            ("by_product", Rows::Lookup(lookup)),
        ];
    }
}
