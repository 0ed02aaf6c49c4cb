//! `rate`, `pay` and `multiplier`: how they are found, and whether they fit what a component follows.

use super::Given;
use super::component::{Frame, Paying};
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{Amount, Base, On, Pays, Per, Price, Unit};
use crate::plan::scope::Term;
use crate::plan::syntax::Node;
use crate::plan::table::{Axis, Body, KeyKind, Mode, Table, Tier, Tiers, Values};
use rust_decimal::Decimal;
use std::sync::Arc;

impl Elaborator<'_> {
    /// `rate` or `pay`, one of them; objectives without either are paid by their score.
    pub(super) fn price(&mut self, given: &Given, frame: Frame) -> Option<(Pays, Price, Span)> {
        let (pays, node) = match (given.get("rate").cloned(), given.get("pay").cloned()) {
            (Some(rate), None) => (Pays::Rate, rate),
            (None, Some(pay)) => (Pays::Amount, pay),
            (Some(_), Some(pay)) => {
                let message = format!("{} {} both `rate` and `pay`", given.spec.this(), given.spec.has());
                self.report(
                    Diagnostic::error(Code::ConflictingSettings, message)
                        .at(&pay.span)
                        .help("a percent is a `rate`, an amount is a `pay`"),
                );
                return None;
            }
            (None, None) if given.misspelt.contains("rate") || given.misspelt.contains("pay") => return None,
            (None, None) if given.spec.name == "objectives" => {
                self.has_target(given)?;
                let span = given.name_span.clone();
                return Some((Pays::Rate, Price::Table(the_score(&span)), span));
            }
            (None, None) => {
                let message = format!("{} says nothing of what it pays", given.spec.this());
                self.report(
                    Diagnostic::error(Code::MissingSetting, message)
                        .at(&given.name_span)
                        .help("add `rate:` with a percent or `pay:` with an amount"),
                );
                return None;
            }
        };
        if given.spec.name == "objectives" && pays == Pays::Rate {
            self.has_target(given)?;
        }
        let wanted = if pays == Pays::Rate { Wanted::Percent } else { Wanted::Money };
        let term = self.term(&node);
        let price = self.price_from(term, &node, frame, wanted)?;
        Some((pays, price, node.span))
    }

    /// Objectives follow nothing, so that a rate needs `of`.
    fn has_target(&mut self, given: &Given) -> Option<()> {
        if given.get("of").is_some() || given.misspelt.contains("of") {
            return Some(());
        }
        let finding =
            Diagnostic::error(Code::MissingSetting, "these objectives have a rate, and nothing to take it of")
                .at(&given.name_span)
                .help("add `of:` with an amount, as `|payee| payee.target_bonus`");
        self.report(finding);
        None
    }

    fn price_from(&mut self, term: Term, node: &Node, frame: Frame, wanted: Wanted) -> Option<Price> {
        match term {
            Term::Table(table) => Some(Price::Table(table)),
            Term::TableFile(_) => {
                self.needs_keys(&node.span);
                None
            }
            Term::Dated(dated) => {
                let mut rows = Vec::with_capacity(dated.len());
                for (day, term) in dated.iter() {
                    rows.push(self.price_from(term.clone(), node, frame, wanted).map(|price| (*day, price)));
                }
                rows.into_iter().collect::<Option<Vec<_>>>().map(Price::Dated)
            }
            Term::Wrong => None,
            term => {
                let what = || (wanted.to_string(), wanted.example());
                let typed = self.any_value(term, node, frame.own, &what)?;
                let typed = self.fits_setting(typed, wanted);
                if typed.kind == Kind::Wrong {
                    return None;
                }
                Some(match typed.known() {
                    Some(Scalar::Decimal(figure)) => {
                        Price::Constant(Amount { figure: *figure, currency: typed.currency })
                    }
                    _ => Price::Formula(typed.expr),
                })
            }
        }
    }

    fn needs_keys(&mut self, span: &Span) {
        let finding = Diagnostic::error(Code::WrongRate, "a lookup is read with keys")
            .at(span)
            .help("read it in a formula: `|deal| rates.at(deal.product)`");
        self.report(finding);
    }

    /// What multiplies; the outer nothing is a fault.
    pub(super) fn multiplier(&mut self, given: &Given, frame: Frame) -> Option<Option<Price>> {
        let Some(node) = given.get("multiplier").cloned() else {
            return Some(None);
        };
        let term = self.term(&node);
        self.price_from(term, &node, frame, Wanted::Factor).map(Some)
    }

    /// A multiplier's table gives a factor for the attainment of `on`.
    pub(super) fn multiplier_fits(&mut self, on: &On, price: &Price, span: &Span) -> bool {
        let table = match price {
            Price::Table(table) => table,
            Price::Dated(rows) => return rows.iter().all(|(_, price)| self.multiplier_fits(on, price, span)),
            Price::Constant(_) | Price::Formula(_) => return true,
        };
        let Some(tiers) = table.tiers() else {
            self.needs_keys(span);
            return false;
        };
        if table.values == Values::Texts {
            self.wrong_values("multiplier", "factors", table, span, "write `1.5`, or `150.pct`");
            return false;
        }
        if tiers.axis != Axis::Attainment || !self.has_quota(on) || matches!(on, On::Periods(_)) {
            let finding = Diagnostic::error(Code::TierKind, "a table in `multiplier` reads the attainment of `on`")
                .at(&table.span)
                .help("write its boundaries as percents of a quota, or read it in a formula: `|deal| t.at(deal.term)`");
            self.report(finding);
            return false;
        }
        if tiers.mode == Mode::Marginal {
            let finding = Diagnostic::error(Code::WrongRate, "a factor has no slices").at(span);
            self.report(finding.help("say `steps` for the factor at the point reached, or `interpolated`"));
            return false;
        }
        self.reads_quota(on);
        self.begins_not_below(table)
    }

    pub(super) fn price_fits(&mut self, given: &Given, paying: &Paying<'_>, price: &Price, span: &Span) -> bool {
        let unit = self.unit_of(paying.on);
        let of_units = unit == Unit::Number && !matches!(paying.of, Base::Formula(_));
        if paying.pays == Pays::Rate && of_units {
            let finding = Diagnostic::error(Code::WrongRate, "a percent of units is no money").at(span).help(
                "say `pay:` with an amount for each unit, or of which money it is a percent: `of: |deal| deal.amount`",
            );
            self.report(finding);
            return false;
        }
        match price {
            Price::Table(table) => self.table_fits(given, paying, table, span),
            Price::Dated(rows) => rows.iter().all(|(_, price)| self.price_fits(given, paying, price, span)),
            Price::Constant(_) | Price::Formula(_) => true,
        }
    }

    /// The values of a table are percents in `rate`, amounts in `pay`; its boundaries are of what the component follows.
    fn table_fits(&mut self, given: &Given, paying: &Paying<'_>, table: &Table, span: &Span) -> bool {
        let instalments = given.spec.name == "residual";
        let wanted = if paying.pays == Pays::Rate { Values::Percents } else { Values::Figures };
        if table.values != wanted {
            match paying.pays {
                Pays::Rate => self.wrong_values("rate", "percents", table, span, "write `4.pct`, or say `pay:`"),
                Pays::Amount => self.wrong_values("pay", "amounts", table, span, "write amounts, or say `rate:`"),
            }
            return false;
        }
        let Some(tiers) = table.tiers() else {
            if instalments && table.keys.len() == 1 {
                return true;
            }
            self.needs_keys(span);
            return false;
        };
        if instalments {
            return self.reads_instalments(tiers, table, span);
        }
        if !self.begins_at_zero(table) || !self.boundaries_fit(given, paying, tiers, table) {
            return false;
        }
        let of_money = self.unit_of(paying.on) == Unit::Money && !matches!(paying.of, Base::Formula(_));
        if paying.pays == Pays::Amount && tiers.mode == Mode::Marginal && of_money {
            let finding =
                Diagnostic::error(Code::WrongRate, "an amount for each unit of money is no slice of pay").at(span);
            self.report(finding.also(&table.span, "this table").help(
                "say `rate:` with percents for a part of the money, `retroactive` or `steps` for an amount at the point reached, or count deals:                  `credit: |deal| 1` in the measure",
            ));
            return false;
        }
        let jumps = matches!(tiers.mode, Mode::Steps | Mode::Interpolated);
        if matches!(given.spec.name, "commission" | "spiff") && paying.per != Per::Deal && jumps {
            let message = format!("`{}` does not say what becomes of earlier deals of the period", tiers.mode.word());
            let read = match (tiers.axis, paying.per) {
                (_, Per::Column(_)) => "",
                (Axis::Attainment, _) => {
                    ", or read the table in a formula: `|credit| t.at((m.total_before + credit) / m.quota)` for the tier that the deal \
                     reaches, `|deal| t.at(m.attainment_before)` for the one before it"
                }
                _ => {
                    ", or read the table in a formula: `|credit| t.at(m.total_before + credit)` for the tier that the deal reaches, \
                     `|deal| t.at(m.total_before)` for the one before it"
                }
            };
            let finding = Diagnostic::error(Code::WrongRate, message).at(span);
            self.report(finding.help(format!("say `retroactive` to restate them{read}")));
            return false;
        }
        true
    }

    fn boundaries_fit(&mut self, given: &Given, paying: &Paying<'_>, tiers: &Tiers, table: &Table) -> bool {
        let (message, help) = match (tiers.axis, paying.on) {
            (Axis::Days | Axis::Months, _) => {
                ("what a component pays has no age", "write boundaries as percents of a quota, or as amounts")
            }
            (Axis::Figure, On::Periods(_)) => {
                ("a score is a percent", "write the boundaries as percents: `[50.pct, 0.pct]`")
            }
            (Axis::Attainment, _) if paying.per == Per::Deal => {
                ("a deal alone has no attainment", "give the boundaries as amounts, or run the table over the period")
            }
            (Axis::Attainment, _) if paying.per != Per::Period => (
                "a part of the period's deals has no attainment",
                "give the boundaries as amounts, or run the table over the period",
            ),
            (Axis::Attainment, on) if !self.has_quota(on) => {
                ("what is earned has no quota", "give the boundaries as amounts")
            }
            (Axis::Attainment, on) => {
                self.reads_quota(on);
                return true;
            }
            (Axis::Figure, _) => return true,
        };
        let finding = Diagnostic::error(Code::TierKind, message)
            .at(&table.span)
            .also(&given.name_span, format!("in {}", given.spec.this()))
            .help(help);
        self.report(finding);
        false
    }

    /// A residual's tables are read with the number of the instalment.
    fn reads_instalments(&mut self, tiers: &Tiers, table: &Table, span: &Span) -> bool {
        if tiers.axis != Axis::Figure {
            let finding = Diagnostic::error(Code::TierKind, "a table of a residual reads the instalment: 1, 2, 3 …")
                .at(&table.span)
                .help("write its boundaries as numbers: `steps([[1, 0.pct], [2, 6.pct]])`");
            self.report(finding);
            return false;
        }
        if matches!(tiers.mode, Mode::Marginal | Mode::Retroactive) {
            let finding = Diagnostic::error(Code::WrongRate, "an instalment has no slices").at(span);
            self.report(finding.help("say `steps` for the value at the instalment reached"));
            return false;
        }
        self.begins_not_below(table)
    }

    fn wrong_values(&mut self, setting: &str, what: &str, table: &Table, span: &Span, help: &str) {
        let message = format!("the values of a table in `{setting}` are {what}");
        let finding = Diagnostic::error(Code::WrongType, message).at(span).also(&table.span, "this table");
        self.report(finding.help(help));
    }
}

/// The score itself: all of it at 100 %, sliced as a bonus slices attainment.
fn the_score(span: &Span) -> Arc<Table> {
    let row =
        Tier { from: Decimal::ZERO, above: false, value: Decimal::ONE, text: None, formula: None, span: span.clone() };
    let tiers = Tiers { mode: Mode::Marginal, axis: Axis::Attainment, rows: vec![row] };
    Arc::new(Table {
        keys: vec![KeyKind::from(Axis::Attainment)],
        body: Body::Tiers(tiers),
        values: Values::Percents,
        span: span.clone(),
    })
}
