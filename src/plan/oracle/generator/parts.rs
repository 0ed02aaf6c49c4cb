//! The parts of a formula: each of the kind that is asked for, or a mistake.

use super::super::row::{PRODUCTS, TEAMS};
use super::{FailingPlace, Writer};
use crate::plan::kind::Kind;

impl Writer<'_> {
    /// A value of a kind.
    pub(super) fn value(&mut self, kind: Kind, depth: usize) {
        if self.spoil == Some(0) {
            self.spoil = None;
            self.mistake();
            return;
        }
        self.spoil = self.spoil.map(|left| left - 1);
        if depth == 0 {
            self.leaf(kind);
            return;
        }
        match self.rng.below(12) {
            0 => self.leaf(kind),
            1 => self.branch(kind, depth),
            2 => self.block(kind, depth),
            3 if matches!(kind, Kind::Money | Kind::Number | Kind::Percent) => self.helped(kind, depth),
            4 => self.switch(kind, depth),
            _ => self.operation(kind, depth),
        }
    }

    /// `(a + b)`, where it can fail.
    fn binary(&mut self, left: Kind, sign: &str, right: Kind, depth: usize) {
        let outer = self.at();
        self.put("(");
        let inner = self.at();
        self.value(left, depth - 1);
        self.put(" ");
        let at = self.at();
        self.put(sign);
        self.put(" ");
        self.value(right, depth - 1);
        let inner = inner..self.at();
        self.put(")");
        self.out.places.push(FailingPlace { outer: outer..self.at(), inner, sign: at });
    }

    /// `name(a, b)`
    fn call(&mut self, name: &str, kinds: &[Kind], depth: usize) {
        let start = self.at();
        self.put(name);
        self.put("(");
        for (place, kind) in kinds.iter().enumerate() {
            self.put(if place == 0 { "" } else { ", " });
            self.value(*kind, depth - 1);
        }
        self.put(")");
        let own = start..self.at();
        self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign: start });
    }

    /// `table.at(key)`
    fn read(&mut self, table: &str, key: Kind, depth: usize) {
        let start = self.at();
        self.put(table);
        self.put(".");
        let sign = self.at();
        self.put("at(");
        self.value(key, depth - 1);
        self.put(")");
        let own = start..self.at();
        self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign });
    }

    /// `m.attainment`
    fn figure(&mut self, name: &str) {
        let start = self.at();
        self.put("m.");
        let sign = self.at();
        self.put(name);
        let own = start..self.at();
        self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign });
    }

    fn literal(&mut self) {
        let text = match self.rng.below(6) {
            0 => "0".to_owned(),
            1 => format!("{}", self.rng.below(20)),
            2 => format!("{}.{}", self.rng.below(20), self.rng.below(100)),
            3 => format!("{}_000", 1 + self.rng.below(30)),
            4 => format!("{}", self.rng.below(100_000)),
            _ => format!("0.{:04}", self.rng.below(10_000)),
        };
        self.put(&text);
    }

    fn leaf(&mut self, kind: Kind) {
        let known: Vec<String> =
            self.locals.iter().filter(|(_, own)| *own == kind).map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && self.rng.below(2) == 0 {
            let name = known[self.rng.below(known.len())].clone();
            self.put(&name);
            return;
        }
        match kind {
            Kind::Money => match self.rng.below(10) {
                0 => self.figure("quota"),
                1 => self.figure("total"),
                2 => self.figure("total_before"),
                3 => self.put("(deal.freight ?? 0)"),
                4 => self.put("credit"),
                5 => self.put("deal.cost"),
                6 if self.rng.below(3) == 0 => self.put("deal.huge"),
                _ => self.put("deal.amount"),
            },
            Kind::Number => match self.rng.below(6) {
                0 => self.put("(payee.level ?? 2)"),
                1 => self.put("period.number"),
                2 => self.put("deal.closed.year"),
                3 => self.put("deal.closed.month"),
                _ => self.put("deal.quantity"),
            },
            Kind::Percent => match self.rng.below(7) {
                0 => self.figure("attainment"),
                1 => self.figure("attainment_before"),
                2 => self.put("deal.discount"),
                3 => self.put("payee.bonus"),
                4 => self.put("period.active_share"),
                _ => {
                    self.literal();
                    self.put(".pct");
                }
            },
            Kind::Date => match self.rng.below(5) {
                0 => self.put("(deal.starts ?? deal.closed)"),
                1 => self.put("(payee.start ?? date(\"2024-02-29\"))"),
                2 => {
                    let day = self.any(&["2024-01-31", "2025-12-31", "2026-02-28"]);
                    self.put(&format!("date(\"{day}\")"));
                }
                _ => self.put("deal.closed"),
            },
            Kind::Duration => {
                let text = match self.rng.below(12) {
                    0 => "9000000000.days".to_owned(),
                    1..=6 => format!("{}.days", self.rng.below(200)),
                    _ => format!("{}.months", self.rng.below(30)),
                };
                self.put(&text);
            }
            Kind::Text => match self.rng.below(4) {
                0 => {
                    let text = self.any(&PRODUCTS);
                    self.put(&format!("\"{text}\""));
                }
                1 => {
                    let text = self.any(&TEAMS);
                    self.put(&format!("(payee.team ?? \"{text}\")"));
                }
                _ => self.put("deal.product"),
            },
            Kind::YesNo => {
                let text = self.any(&["deal.flag", "deal.flag", "!deal.flag", "true", "false"]);
                self.put(text);
            }
            Kind::Loose => {
                self.put("(2.5 * ");
                self.literal();
                self.put(".pct)");
            }
            Kind::Bare | Kind::Wrong => self.literal(),
        }
    }

    /// `if … { … } else { … }`
    fn branch(&mut self, kind: Kind, depth: usize) {
        self.put("(if ");
        self.value(Kind::YesNo, depth - 1);
        self.put(" { ");
        self.value(kind, depth - 1);
        self.put(" } else { ");
        // A bare figure beside money or a number is of its kind.
        let bare = matches!(kind, Kind::Money | Kind::Number) && self.rng.below(4) == 0;
        self.value(if bare { Kind::Bare } else { kind }, depth - 1);
        self.put(" })");
    }

    /// `switch … { … }` over a text, a number, or ranges of it.
    fn switch(&mut self, kind: Kind, depth: usize) {
        let texts = self.rng.below(2) == 0;
        self.put(if texts { "(switch deal.product { " } else { "(switch deal.quantity { " });
        let arms: &[&str] = if texts { &["\"atlas\"", "\"ember\" | \"at\""] } else { &["0 | 3", "4..6", "6..=9"] };
        for arm in arms {
            self.put(arm);
            if self.rng.below(4) == 0 {
                self.put(" if ");
                self.value(Kind::YesNo, depth - 1);
            }
            self.put(" => ");
            self.value(kind, depth - 1);
            self.put(", ");
        }
        self.put("_ => ");
        self.value(kind, depth - 1);
        self.put(" })");
    }

    /// `{ let a = …; … }`
    fn block(&mut self, kind: Kind, depth: usize) {
        let own = self.any(&[Kind::Money, Kind::Number, Kind::Percent, Kind::Text, Kind::YesNo, Kind::Date]);
        let name = format!("v{}", self.named);
        self.named += 1;
        self.put("({ let ");
        self.put(&name);
        self.put(" = ");
        self.value(own, depth - 1);
        self.put("; ");
        self.locals.push((name, own));
        self.value(kind, depth - 1);
        self.locals.pop();
        self.put(" })");
    }

    /// A function of the script.
    fn helped(&mut self, kind: Kind, depth: usize) {
        match (kind, self.rng.below(3)) {
            (Kind::Money | Kind::Number, 0) => self.call("more", &[kind], depth),
            (Kind::Percent, 0) => self.call("ratio", &[Kind::Money, Kind::Money], depth),
            (_, 1) => self.call("most", &[kind, kind], depth),
            _ => self.call("half", &[kind], depth),
        }
    }

    fn operation(&mut self, kind: Kind, depth: usize) {
        use Kind::{Bare, Date, Duration, Loose, Money, Number, Percent, Text, YesNo};
        let plus = self.any(&["+", "-"]);
        let some = self.any(&["min", "max"]);
        match kind {
            Money | Number | Percent | Bare => match self.rng.below(11) {
                0 => {
                    let name = self.any(&["abs", "floor", "ceil"]);
                    self.call(name, &[kind], depth);
                    return;
                }
                1 => {
                    let places = if self.rng.below(3) == 0 { Number } else { Bare };
                    let start = self.at();
                    self.put("round(");
                    self.value(kind, depth - 1);
                    self.put(", ");
                    if places == Bare {
                        let places = self.rng.below(5);
                        self.put(&format!("{places}"));
                    } else {
                        self.value(Number, depth - 1);
                    }
                    self.put(")");
                    let own = start..self.at();
                    self.out.places.push(FailingPlace { outer: own.clone(), inner: own, sign: start });
                    return;
                }
                2 => return self.call(some, &[kind, kind, kind], depth),
                3 => {
                    self.put("-");
                    self.put("(");
                    self.value(kind, depth - 1);
                    self.put(")");
                    return;
                }
                4 | 5 => return self.binary(kind, plus, kind, depth),
                _ => {}
            },
            _ => {}
        }
        let (left, sign, right) = match kind {
            Money => self.any(&[
                (Money, "+", Bare),
                (Bare, "-", Money),
                (Money, "-", Loose),
                (Money, "*", Number),
                (Percent, "*", Money),
                (Money, "*", Bare),
                (Loose, "*", Money),
                (Money, "/", Number),
                (Money, "/", Percent),
                (Money, "/", Bare),
            ]),
            Number => match self.rng.below(4) {
                0 => {
                    let name = self.any(&["days_between", "months_between", "years_between"]);
                    return self.call(name, &[Date, Date], depth);
                }
                1 => (Date, "-", Date),
                _ => self.any(&[
                    (Number, "+", Bare),
                    (Number, "*", Number),
                    (Number, "*", Bare),
                    (Number, "/", Number),
                    (Number, "/", Percent),
                    (Bare, "/", Number),
                ]),
            },
            Percent => match self.rng.below(3) {
                0 => return self.read("line", Money, depth),
                _ => self.any(&[
                    (Money, "/", Money),
                    (Bare, "/", Money),
                    (Percent, "*", Percent),
                    (Number, "*", Percent),
                    (Percent, "/", Bare),
                    (Percent, "/", Percent),
                    (Percent, "+", Loose),
                ]),
            },
            Bare => match self.rng.below(3) {
                0 => return self.read("steps_of", Number, depth),
                1 => return self.read("by_product", Text, depth),
                _ => self.any(&[(Bare, "*", Bare), (Bare, "/", Bare), (Bare, "/", Percent)]),
            },
            Loose => self.any(&[(Bare, "*", Percent), (Percent, "*", Bare), (Loose, "/", Bare)]),
            Date => (Date, plus, Duration),
            Duration | Text | Kind::Wrong => return self.leaf(kind),
            YesNo => return self.condition(depth),
        };
        if kind == Money && self.rng.below(6) == 0 {
            return self.read("slices", Money, depth);
        }
        self.binary(left, sign, right, depth);
    }

    fn condition(&mut self, depth: usize) {
        use Kind::{Bare, Date, Money, Number, Percent, Text, YesNo};
        match self.rng.below(9) {
            0 | 1 => {
                let sign = self.any(&["&&", "||"]);
                self.binary(YesNo, sign, YesNo, depth);
            }
            2 => {
                self.put("!(");
                self.value(YesNo, depth - 1);
                self.put(")");
            }
            3 => {
                let kind = self.any(&[Text, YesNo]);
                let sign = self.any(&["==", "!="]);
                self.binary(kind, sign, kind, depth);
            }
            4 => self.listed(depth),
            5 => self.call("within", &[Date, Date, Date], depth),
            6 => {
                let name = self.any(&["starts_with", "ends_with", "contains"]);
                self.put("deal.product.");
                self.put(name);
                self.put("(");
                self.value(Text, depth - 1);
                self.put(")");
            }
            _ => {
                let (left, right) = self.any(&[
                    (Money, Money),
                    (Money, Bare),
                    (Number, Bare),
                    (Percent, Percent),
                    (Date, Date),
                    (Bare, Number),
                ]);
                let sign = self.any(&["<", "<=", ">", ">=", "==", "!="]);
                self.binary(left, sign, right, depth);
            }
        }
    }

    /// `x in […]`, `x !in a..=b`
    fn listed(&mut self, depth: usize) {
        let kind = self.any(&[Kind::Text, Kind::Number, Kind::Money, Kind::Date]);
        self.put("(");
        self.value(kind, depth - 1);
        let sign = self.any(&[" in ", " !in "]);
        self.put(sign);
        if kind == Kind::Text || self.rng.below(2) == 0 {
            self.put("[");
            for place in 0..=self.rng.below(3) {
                self.put(if place == 0 { "" } else { ", " });
                self.value(kind, depth - 1);
            }
            self.put("]");
        } else {
            self.value(kind, depth - 1);
            let sign = self.any(&["..", "..="]);
            self.put(sign);
            self.value(kind, depth - 1);
        }
        self.put(")");
    }

    /// Something whose kinds do not go together.
    fn mistake(&mut self) {
        use Kind::{Bare, Date, Money, Number, Percent, Text, YesNo};
        let start = self.at();
        let wrong = [
            (Money, "*", Money),
            (Money, "+", Percent),
            (Percent, "-", Bare),
            (Number, "+", Money),
            (Percent, "==", Bare),
            (Text, "==", Number),
            (Text, "<", Text),
            (YesNo, "+", YesNo),
            (Date, "+", Date),
            (Date, ">", Money),
            (Number, "/", Money),
            (Text, "&&", YesNo),
        ];
        // Not with a name: a number times a bare figure may be money, as `deal.quantity * 50` is.
        let locals = std::mem::take(&mut self.locals);
        match self.rng.below(4) {
            0 => {
                self.put("-(");
                let kind = self.any(&[Text, YesNo, Date]);
                self.value(kind, 1);
                self.put(")");
            }
            1 => {
                let (name, kinds) = self.any(&[
                    ("min", [Money, Text]),
                    ("max", [Percent, Money]),
                    ("days_between", [Date, Number]),
                    ("round", [Text, Number]),
                ]);
                self.call(name, &kinds, 1);
            }
            2 => {
                self.put("(if ");
                let kind = self.any(&[Money, Text, Number]);
                self.value(kind, 1);
                self.put(" { 1 } else { 2 })");
            }
            _ => {
                let (left, sign, right) = self.any(&wrong);
                self.binary(left, sign, right, 1);
            }
        }
        self.locals = locals;
        self.out.bad = Some(start..self.at());
    }
}
