//! Lines of a test that name a measure, an objective or a component: quotas, totals, scores, expectations.

use super::with_nearest;
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::elaborate::Elaborator;
use crate::plan::kind::Wanted;
use crate::plan::model::{Amount, ComponentKind, CreditRule, Expect, On, Sum, SumOf, TestAction};
use crate::plan::syntax::Node;
use std::sync::Arc;

impl Elaborator<'_> {
    pub(super) fn quota_of(
        &mut self,
        measure: &Node,
        period: Option<(&Period, &Node)>,
        amount: &Node,
    ) -> Option<(Arc<str>, Amount)> {
        let found = self.measure_of(measure);
        let own = found.as_ref().and_then(|(_, own)| *own);
        if let (Some((name, Some(place))), Some((period, node))) = (&found, period) {
            self.must_be_of(period, node, name, *place);
        }
        let amount = self.amount_of(amount, own);
        if let Some(finding) =
            amount.as_ref().filter(|(amount, _)| amount.figure.is_sign_negative()).map(|(_, span)| {
                Diagnostic::error(Code::BadLimit, "a quota is not below zero").at(span).help("write 0 or more")
            })
        {
            self.report(finding);
            return None;
        }
        Some((found?.0, amount?.0))
    }

    /// A measure by its name: one of this plan, by its place, or what a sum reads of other plans.
    fn measure_of(&mut self, node: &Node) -> Option<(Arc<str>, Option<usize>)> {
        let name = self.text_of(node)?;
        if let Some(place) = self.measures.iter().position(|measure| measure.name == name) {
            return Some((name, Some(place)));
        }
        let named = |sum: &Sum| match &sum.of {
            SumOf::Named(name) => Some(Arc::clone(name)),
            SumOf::Measure(_) | SumOf::Component(_) => None,
        };
        let foreign: Vec<Arc<str>> = self.sums.iter().filter_map(named).collect();
        if foreign.contains(&name) {
            return Some((name, None));
        }
        if self.failed.contains(&name) {
            return None;
        }
        let known: Vec<&str> =
            self.measures.iter().map(|measure| &*measure.name).chain(foreign.iter().map(|name| &**name)).collect();
        let finding = Diagnostic::error(Code::UnknownMeasure, format!("the plan has no measure `{name}`"));
        let help = "declare it above the test, or let a sum read it: `team(\"…\")`";
        let finding = with_nearest(finding.at(&node.span), &name, &known, help);
        self.report(finding);
        None
    }

    /// A period of the length by which a measure counts.
    fn must_be_of(&mut self, period: &Period, node: &Node, name: &str, place: usize) {
        let Some(measure) = self.measures.get(place) else {
            return;
        };
        if period.kind == measure.period {
            return;
        }
        let message = format!("`{}` is a {}, `{name}` counts by {}", period.label, period.kind, measure.period);
        let right = self.calendar.period_of(&measure.period, period.from).ok();
        let help = match (&measure.period, right) {
            (PeriodKind::Plan, _) => "write `\"plan\"`".to_owned(),
            (_, Some(right)) => format!("write `\"{}\"`", right.label),
            (..) => "write a payee's year with its first day: `\"2026-03-01+1y\"`".to_owned(),
        };
        self.report(Diagnostic::error(Code::QuotaPeriod, message).at(&node.span).help(help));
    }

    pub(super) fn given_of(&mut self, measure: &Node, period: &Node, total: &Node) -> Option<TestAction> {
        let found = self.measure_of(measure);
        let known = self.test_period(period);
        if let (Some((name, Some(place))), Some(known)) = (&found, &known) {
            self.must_be_of(known, period, name, *place);
        }
        let own = found.as_ref().and_then(|(_, own)| *own);
        let total = self.amount_of(total, own);
        let (name, own) = found?;
        let added_up = own
            .and_then(|place| self.measures.get(place))
            .is_some_and(|measure| !matches!(measure.credit, CreditRule::Given));
        if added_up {
            let finding = Diagnostic::error(Code::WrongType, format!("the total of `{name}` is added up, not given"));
            self.report(finding.at(&measure.span).help("give it deals: `t.deal(#{ … })`"));
            return None;
        }
        Some(TestAction::Given { measure: name, period: known?, total: total?.0.figure })
    }

    pub(super) fn score_of(&mut self, objective: &Node, period: &Node, score: &Node) -> Option<TestAction> {
        let name = self.text_of(objective);
        let known = self.test_period(period);
        let score = self.decimal_of(score, Wanted::Percent);
        let name = name?;
        let mut objectives = Vec::new();
        for component in &self.components {
            if let (ComponentKind::Objectives { weights }, On::Periods(kind)) = (&component.kind, &component.on) {
                objectives.extend(weights.iter().map(|(word, _)| (Arc::clone(word), kind.clone())));
            }
        }
        if !objectives.iter().any(|(word, _)| *word == name) {
            if self.failed.is_empty() {
                let words: Vec<&str> = objectives.iter().map(|(word, _)| &**word).collect();
                let finding = Diagnostic::error(Code::UnknownName, format!("the plan has no objective `{name}`"));
                let help = "objectives are named in `weights`: `objectives(\"Goals\", #{ weights: #{ … } })`";
                let finding = with_nearest(finding.at(&objective.span), &name, &words, help);
                self.report(finding);
            }
            return None;
        }
        let known = known?;
        if !objectives.iter().any(|(word, kind)| *word == name && *kind == known.kind) {
            let kinds: Vec<&str> =
                objectives.iter().filter(|(word, _)| *word == name).map(|(_, kind)| kind.word()).collect();
            let message =
                format!("`{}` is a {}, `{name}` is scored by {}", known.label, known.kind, kinds.join(" or "));
            let right = objectives.iter().find(|(word, _)| *word == name);
            let right = right.and_then(|(_, kind)| self.calendar.period_of(kind, known.from).ok());
            let help =
                right.map_or_else(|| "write its period".to_owned(), |right| format!("write `\"{}\"`", right.label));
            self.report(Diagnostic::error(Code::QuotaPeriod, message).at(&period.span).help(help));
            return None;
        }
        Some(TestAction::Score { objective: name, period: known, score: score? })
    }

    pub(super) fn expect_of(&mut self, word: &str, args: &[Node], figure: &Node) -> Option<TestAction> {
        let wanted = if word == "expect_attainment" { Wanted::Percent } else { Wanted::Money };
        let expect = match (word, args) {
            ("expect", [component, _]) => self.component_of(component).map(|name| Expect::Component(name, None)),
            ("expect", [component, period, _]) => {
                let (name, period) = (self.component_of(component), self.paid_period(period));
                name.zip(period).map(|(name, period)| Expect::Component(name, Some(period)))
            }
            ("expect_earned", [period, _]) => self.paid_period(period).map(Expect::Earned),
            ("expect_paid", [period, _]) => self.paid_period(period).map(Expect::Paid),
            ("expect_balance", [period, _]) => self.paid_period(period).map(Expect::Balance),
            (_, [measure, period, _]) => {
                let (found, known) = (self.measure_of(measure), self.test_period(period));
                match (found, known) {
                    (Some((name, Some(place))), Some(known)) => {
                        self.must_be_of(&known, period, &name, place);
                        Some(Expect::Attainment(name, known))
                    }
                    (Some((name, None)), _) => {
                        let finding =
                            Diagnostic::error(Code::UnknownMeasure, format!("`{name}` is a measure of other plans"));
                        self.report(finding.at(&measure.span).help("expect what this plan makes of it"));
                        None
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let figure = self.decimal_of(figure, wanted)?;
        Some(TestAction::Expect(expect?, figure))
    }

    fn component_of(&mut self, node: &Node) -> Option<Arc<str>> {
        let name = self.text_of(node)?;
        if self.components.iter().any(|component| component.name == name) {
            return Some(name);
        }
        if !self.failed.contains(&name) {
            let known: Vec<&str> = self.components.iter().map(|component| &*component.name).collect();
            let finding = Diagnostic::error(Code::UnknownName, format!("the plan has no component `{name}`"));
            let finding = with_nearest(finding.at(&node.span), &name, &known, "declare it above the test");
            self.report(finding);
        }
        None
    }
}
