//! Components: what they follow, what they pay, and whether the two fit together.

use super::Given;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{
    Amount, Base, Component, ComponentKind, Condition, Limits, On, Pays, Per, Price, SumOf, Unit,
};
use crate::plan::scope::{Here, Param, Term};
use crate::plan::syntax::NodeKind;
use crate::plan::table::{Axis, Mode, Table, Values};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a formula of a credit may list.
const CREDIT_PARAMS: &[Param] = &[Param::Deal, Param::Payee, Param::Credit, Param::Period];
/// What a formula of a period may list.
const PERIOD_PARAMS: &[Param] = &[Param::Payee, Param::Period];

impl Elaborator<'_> {
    pub(super) fn component(&mut self, given: &Given, kind: &ComponentKind) -> Term {
        let new = self.name_is_new(given);
        let on = self.on(given, kind);
        let per = self.word(given, "per", &[("period", Per::Period), ("deal", Per::Deal)]).unwrap_or(Per::Period);
        let at_end = self
            .word(given, "paid", &[("to date", false), ("at end", true)])
            .unwrap_or(matches!(kind, ComponentKind::Bonus));
        let when = match &on {
            Some(On::Measure(place)) => self.measures.get(*place).and_then(|measure| measure.when.column()),
            _ => None,
        };
        let unit = match on.as_ref().map(|on| self.unit_of(on)) {
            Some(Unit::Number) => Kind::Number,
            _ => Kind::Money,
        };
        let here = match kind {
            ComponentKind::Commission => Here { params: CREDIT_PARAMS, when, figures: true, per_deal: true, unit },
            _ => Here { params: PERIOD_PARAMS, when: None, figures: true, per_deal: false, unit },
        };
        let which = given.get("which").cloned().map(|node| self.value(&node, here, Wanted::YesNo));
        let of = self.of(given, kind, here);
        let priced = self.price(given, here);
        let (Some(on), Some(of), Some((pays, price, price_span)), true) = (on, of, priced, new) else {
            return Term::Wrong;
        };
        if which.as_ref().is_some_and(Option::is_none)
            || !self.price_fits(given, kind, &on, per, pays, &price, &price_span)
        {
            return Term::Wrong;
        }
        if matches!(of, Base::Quota) {
            self.reads_quota(&on);
        }
        self.components.push(Component {
            name: Arc::clone(&given.name),
            kind: kind.clone(),
            on,
            pays,
            price,
            of,
            per,
            who: None,
            only_if: None,
            multiplier: None,
            floor: Limits::default(),
            cap: Limits::default(),
            payable: vec![(Decimal::ONE, Condition::Earned)],
            rates: None,
            from: None,
            to: None,
            which: which.flatten().map(|typed| typed.expr),
            at_end,
            span: given.name_span.clone(),
            price_span,
        });
        Term::Component(self.components.len().saturating_sub(1))
    }

    fn on(&mut self, given: &Given, kind: &ComponentKind) -> Option<On> {
        let node = given.get("on")?.clone();
        let help = match kind {
            ComponentKind::Override => "write `on: team(bookings)`",
            _ => "declare a measure and name it: `let bookings = measure(…);`, then `on: bookings`",
        };
        match self.term(&node) {
            Term::Measure(place) if !matches!(kind, ComponentKind::Override) => Some(On::Measure(place)),
            Term::Sum(place) if !matches!(kind, ComponentKind::Commission) => Some(On::Sum(place)),
            Term::Wrong => None,
            other => {
                let message = format!("a {} does not follow {}", kind.word(), other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                None
            }
        }
    }

    fn of(&mut self, given: &Given, kind: &ComponentKind, here: Here) -> Option<Base> {
        let default = if matches!(kind, ComponentKind::Commission) { Base::Credit } else { Base::Total };
        let Some(node) = given.get("of").cloned() else {
            return Some(default);
        };
        if let NodeKind::Closure(..) | NodeKind::Name(_) = node.kind {
            return self.value(&node, here, Wanted::Money).map(|typed| Base::Formula(typed.expr));
        }
        if matches!(kind, ComponentKind::Commission) {
            self.word(given, "of", &[("credit", Base::Credit)])
        } else {
            self.word(given, "of", &[("total", Base::Total), ("quota", Base::Quota)])
        }
    }

    /// `rate` or `pay`, one of them.
    fn price(&mut self, given: &Given, here: Here) -> Option<(Pays, Price, Span)> {
        let (pays, node) = match (given.get("rate").cloned(), given.get("pay").cloned()) {
            (Some(rate), None) => (Pays::Rate, rate),
            (None, Some(pay)) => (Pays::Amount, pay),
            (Some(_), Some(pay)) => {
                let message = format!("this {} has both `rate` and `pay`", given.spec.name);
                self.report(
                    Diagnostic::error(Code::ConflictingSettings, message)
                        .at(&pay.span)
                        .help("a percent is a `rate`, an amount is a `pay`"),
                );
                return None;
            }
            (None, None) if given.misspelt.contains("rate") || given.misspelt.contains("pay") => return None,
            (None, None) => {
                let message = format!("this {} says nothing of what it pays", given.spec.name);
                self.report(
                    Diagnostic::error(Code::MissingSetting, message)
                        .at(&given.name_span)
                        .help("add `rate:` with a percent or `pay:` with an amount"),
                );
                return None;
            }
        };
        let span = node.span.clone();
        let price = match self.term(&node) {
            Term::Table(table) => Price::Table(table),
            Term::Wrong => return None,
            Term::Typed(typed) if typed.kind == Kind::Wrong => return None,
            _ => {
                let wanted = if pays == Pays::Rate { Wanted::Percent } else { Wanted::Money };
                let typed = self.value(&node, here, wanted)?;
                match typed.known() {
                    Some(Scalar::Decimal(constant)) => Price::Constant(Amount::plain(*constant)),
                    _ => Price::Formula(typed.expr),
                }
            }
        };
        Some((pays, price, span))
    }

    fn reads_quota(&mut self, on: &On) {
        let own = match on {
            On::Measure(place) => Some(*place),
            On::Component(_) | On::Periods(_) => None,
            On::Sum(place) => self.sums.get(*place).and_then(|sum| match sum.of {
                SumOf::Measure(place) => Some(place),
                SumOf::Component(_) | SumOf::Named(_) => None,
            }),
        };
        if let Some(measure) = own.and_then(|place| self.measures.get_mut(place)) {
            measure.quota_read = true;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one component, checked against one another")]
    fn price_fits(
        &mut self,
        given: &Given,
        kind: &ComponentKind,
        on: &On,
        per: Per,
        pays: Pays,
        price: &Price,
        span: &Span,
    ) -> bool {
        let unit = self.unit_of(on);
        if pays == Pays::Rate && unit == Unit::Number && given.get("of").is_none() {
            let finding = Diagnostic::error(Code::WrongRate, "a percent of units is no money")
                .at(span)
                .help("on a measure of units say `pay:` with an amount for each unit");
            self.report(finding);
            return false;
        }
        let Price::Table(table) = price else {
            return true;
        };
        if !self.table_fits(table, pays, span) || !self.begins_at_zero(table) {
            return false;
        }
        let Some(tiers) = table.tiers() else {
            return false;
        };
        if tiers.axis == Axis::Attainment {
            if per == Per::Deal {
                let finding = Diagnostic::error(Code::TierKind, "a deal alone has no attainment")
                    .at(&table.span)
                    .help("give the boundaries as amounts, or run the table over the period");
                self.report(finding);
                return false;
            }
            self.reads_quota(on);
        }
        let jumps = matches!(tiers.mode, Mode::Steps | Mode::Interpolated);
        if matches!(kind, ComponentKind::Commission) && per == Per::Period && jumps {
            let message = format!("`{}` does not say what becomes of earlier deals of the period", tiers.mode.word());
            let finding = Diagnostic::error(Code::WrongRate, message).at(span).help(
                "say `retroactive` to restate them, or read the table in a formula: `|deal| t.at(m.attainment_before)`",
            );
            self.report(finding);
            return false;
        }
        true
    }

    /// The values of a table are percents in `rate`, amounts in `pay`; its rows follow one axis.
    fn table_fits(&mut self, table: &Table, pays: Pays, span: &Span) -> bool {
        if table.tiers().is_none() {
            let finding = Diagnostic::error(Code::WrongRate, "a lookup is read with keys")
                .at(span)
                .help("read it in a formula: `|deal| rates.at(deal.product)`");
            self.report(finding);
            return false;
        }
        let wanted = if pays == Pays::Rate { Values::Percents } else { Values::Figures };
        if table.values == wanted {
            return true;
        }
        let (setting, what) = if pays == Pays::Rate { ("rate", "percents") } else { ("pay", "amounts") };
        let finding = Diagnostic::error(Code::WrongType, format!("the values of a table in `{setting}` are {what}"))
            .at(span)
            .also(&table.span, "this table")
            .help(if pays == Pays::Rate { "write `4.pct`, or say `pay:`" } else { "write amounts, or say `rate:`" });
        self.report(finding);
        false
    }

    /// What a component's measure counts in; measures of other plans count money.
    fn unit_of(&self, on: &On) -> Unit {
        let place = match on {
            On::Measure(place) => Some(*place),
            On::Component(_) | On::Periods(_) => None,
            On::Sum(place) => self.sums.get(*place).and_then(|sum| match &sum.of {
                SumOf::Measure(place) => Some(*place),
                SumOf::Component(_) | SumOf::Named(_) => None,
            }),
        };
        place.and_then(|place| self.measures.get(place)).map_or(Unit::Money, |measure| measure.unit)
    }
}
