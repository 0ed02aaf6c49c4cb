//! `table.at(…)`: how a formula reads a table.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::value::Duration;
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::{Op, Read, Scalar};
use crate::plan::kind::{self, Kind, Wanted, result};
use crate::plan::scope::{Term, Typed};
use crate::plan::syntax::{BinaryOp, Node};
use crate::plan::table::{KeyKind, Mode, Shared, Table, Values};
use std::sync::Arc;

impl Elaborator<'_> {
    /// `table.at(…)`, of a table, a table file, or the table in force.
    pub(in crate::plan) fn read_tables(&mut self, of: &Term, args: &[Node], span: &Span) -> Typed {
        let keys: Vec<Typed> = args.iter().map(|arg| self.needed(arg)).collect();
        match of {
            Term::Table(table) => self.read_table(table, &keys, span),
            Term::TableFile(place) => self.read_file(*place, &keys, span),
            Term::Dated(dated) => {
                let values = dated.iter().map(|(day, table)| match table {
                    Term::Table(table) => (*day, self.read_table(table, &keys, span)),
                    Term::TableFile(place) => (*day, self.read_file(*place, &keys, span)),
                    other => {
                        let message = format!("{} is not read with `.at(…)`", other.describe());
                        let finding = Diagnostic::error(Code::WrongType, message).at(span);
                        (*day, self.report(finding.help("write its name alone: it is the value in force")))
                    }
                });
                let values = values.collect();
                self.in_force(values, span)
            }
            _ => Typed::wrong(span),
        }
    }

    fn key_count(&mut self, wanted: usize, keys: &[Typed], table: Option<&Span>, span: &Span) -> bool {
        if keys.len() == wanted {
            return true;
        }
        let message = format!("this table is read with {wanted} values, not {}", keys.len());
        let mut finding = Diagnostic::error(Code::WrongType, message).at(span);
        if let Some(table) = table {
            finding = finding.also(table, "the table");
        }
        self.report(finding.help("give it one value for each key"));
        false
    }

    fn read_table(&mut self, table: &Shared, keys: &[Typed], span: &Span) -> Typed {
        if !self.key_count(table.keys.len(), keys, Some(&table.span), span) || !self.says_from_zero(table) {
            return Typed::wrong(span);
        }
        let mut fits = true;
        for (kind, key) in table.keys.iter().zip(keys) {
            fits &= self.key_fits(table, *kind, key);
        }
        if !fits {
            return Typed::wrong(span);
        }
        self.covers(table, keys, span);
        if table.has_formulas() && !self.known_later(span) {
            return Typed::wrong(span);
        }
        let key = keys.first().map_or(Kind::Wrong, |key| key.kind);
        let keys = keys.iter().map(|key| key.expr.clone()).collect();
        self.fold(Op::At(Arc::clone(table), keys), value_kind(table, key), span)
    }

    fn read_file(&mut self, place: usize, keys: &[Typed], span: &Span) -> Typed {
        let schema = self.schema;
        let Some(shape) = schema.tables.get(place) else {
            return Typed::wrong(span);
        };
        if !self.key_count(shape.keys.len(), keys, None, span) {
            return Typed::wrong(span);
        }
        let mut fits = true;
        for ((name, column), key) in shape.keys.iter().zip(keys) {
            let wanted = Kind::from(*column);
            if kind::together(wanted, key.kind).is_none() {
                let message = format!("the key `{name}` of the table `{}` is {wanted}, not {}", shape.name, key.kind);
                let finding = Diagnostic::error(Code::MixedKinds, message).at(&key.at);
                self.report(finding.help("read it with what its column holds"));
                fits = false;
            }
        }
        if !fits || keys.iter().any(|key| key.kind == Kind::Wrong) || !self.known_later(span) {
            return Typed::wrong(span);
        }
        let keys = keys.iter().map(|key| key.expr.clone()).collect();
        Typed::new(Op::AtFile(place, keys), shape.value.into(), span)
    }

    /// What the run alone knows is read in a formula.
    pub(super) fn known_later(&mut self, span: &Span) -> bool {
        if self.here.is_some() {
            return true;
        }
        let finding = Diagnostic::error(Code::NotHere, "this is not known when the plan is loaded")
            .at(span)
            .why("it depends on the day or on the payee");
        self.report(finding.help("read it in a formula: `|deal| …`"));
        false
    }

    /// Whether a key is what the rows of the table are written in.
    fn key_fits(&mut self, table: &Table, wanted: KeyKind, key: &Typed) -> bool {
        if key.kind == Kind::Wrong {
            return false;
        }
        let number = Wanted::Number.takes(key.kind);
        let age = |days: bool| match key.known() {
            Some(Scalar::Duration(Duration::Days(_))) => days,
            Some(Scalar::Duration(Duration::Months(_))) => !days,
            _ => number || key.kind == Kind::Duration,
        };
        let fits = match wanted {
            KeyKind::Anything => true,
            KeyKind::Percent => Wanted::Percent.takes(key.kind),
            KeyKind::Figure => Wanted::Money.takes(key.kind) || number,
            KeyKind::Days => age(true),
            KeyKind::Months => age(false),
            KeyKind::Date => Wanted::Date.takes(key.kind),
            KeyKind::Text => Wanted::Text.takes(key.kind),
            KeyKind::YesNo => Wanted::YesNo.takes(key.kind),
        };
        if fits {
            return true;
        }
        let message = format!("this table is read with {}, not with {}", words(wanted), key.kind);
        let finding = Diagnostic::error(Code::MixedKinds, message).at(&key.at).also(&table.span, "the table");
        self.report(finding.help(match (wanted, key.kind, &key.expr.op) {
            (KeyKind::Figure, Kind::Percent, Op::Read(Read::Measure(..) | Read::Sum(..))) => {
                "read it with an amount, as `m.total_before`, or write its boundaries as percents: `50.pct`"
            }
            (KeyKind::Figure, Kind::Percent, _) => {
                "write its boundaries as percents, as `150.pct`; a number times a percent is a percent too: write a weight as `0.4`, \
                 not as `40.pct`"
            }
            _ => "read it with what its rows are written in",
        }));
        false
    }
}

fn words(key: KeyKind) -> &'static str {
    match key {
        KeyKind::Anything => "anything",
        KeyKind::Percent => "a percent",
        KeyKind::Figure => "money or a number",
        KeyKind::Days => "days",
        KeyKind::Months => "months",
        KeyKind::Date => "a date",
        KeyKind::Text => "a text",
        KeyKind::YesNo => "yes or no",
    }
}

/// What a table gives, read with a key of this kind.
fn value_kind(table: &Table, key: Kind) -> Kind {
    // The sum over slices: a part of what it is read with, or so much for each of it.
    let sliced = table.tiers().is_some_and(|tiers| tiers.mode == Mode::Marginal);
    match table.values {
        Values::Texts => Kind::Text,
        Values::Percents if sliced => result(BinaryOp::Mul, key, Kind::Percent).unwrap_or(Kind::Percent),
        Values::Percents => Kind::Percent,
        Values::Figures if sliced && matches!(key, Kind::Money | Kind::Percent | Kind::Loose) => {
            result(BinaryOp::Mul, key, Kind::Bare).unwrap_or(Kind::Bare)
        }
        Values::Figures => Kind::Bare,
    }
}
