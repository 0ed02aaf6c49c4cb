//! What each kind of component adds to the common settings: budgets, weights, shares, instalments.

use super::Given;
use super::component::Frame;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::is_figure;
use crate::plan::model::{ComponentKind, Ends, PoolShare};
use crate::plan::scope::Term;
use crate::plan::syntax::{Name, Node};
use crate::plan::tables::percent;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Names with their parts, which total 1.
type Parts = Vec<(Arc<str>, Decimal)>;

/// The most that the divisions of a few parts can leave over: quotients have 28 decimals.
const LEFT_OVER: Decimal = Decimal::from_parts(1, 0, 0, false, 24);

impl Elaborator<'_> {
    pub(super) fn component_kind(&mut self, given: &Given, frame: Frame) -> Option<ComponentKind> {
        Some(match given.spec.name {
            "commission" => ComponentKind::Commission,
            "spiff" => {
                let first = given.get("first").cloned().map(|node| self.count("first", &node));
                let budget = given.get("budget").cloned().map(|node| self.fixed_amount("budget", &node));
                if matches!(first, Some(None)) || matches!(budget, Some(None)) {
                    return None;
                }
                ComponentKind::Spiff { first: first.flatten(), budget: budget.flatten() }
            }
            "bonus" => ComponentKind::Bonus,
            "objectives" => ComponentKind::Objectives { weights: self.weights(given)? },
            "override" => ComponentKind::Override,
            "pool" => ComponentKind::Pool { share: self.pool_share(given, frame)? },
            _ => {
                let ends = self.word(given, "ends", &[("never", Ends::Never), ("term", Ends::Term)]);
                let wrong = ends.is_none() && given.get("ends").is_some();
                let every = self.common_period(given, "every");
                ComponentKind::Residual { every: every.filter(|_| !wrong)?, ends: ends.unwrap_or(Ends::Never) }
            }
        })
    }

    fn weights(&mut self, given: &Given) -> Option<Parts> {
        let node = given.get("weights")?.clone();
        let help = "write `#{ certification: 40.pct, clean_records: 60.pct }`";
        match self.term(&node) {
            Term::Map(entries) => self.parts("weights", &entries, &node.span, help),
            Term::Wrong => None,
            other => {
                let message = format!("`weights` is not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                None
            }
        }
    }

    /// Named parts that total 100 %.
    fn parts(&mut self, name: &str, entries: &[(Name, Node)], span: &Span, help: &str) -> Option<Parts> {
        let mut parts = Vec::with_capacity(entries.len());
        for (of, node) in entries {
            parts.push(self.part(&of.text, node).map(|part| (Arc::clone(&of.text), part)));
        }
        let mut parts: Vec<_> = parts.into_iter().collect::<Option<_>>()?;
        self.total(name, parts.iter_mut().map(|(_, part)| part), span, help).then_some(parts)
    }

    /// Whether parts total 100 %. Three times a third is all of it: what a division leaves over goes to the last part.
    pub(super) fn total<'p>(
        &mut self,
        name: &str,
        parts: impl Iterator<Item = &'p mut Decimal>,
        span: &Span,
        help: &str,
    ) -> bool {
        let mut total = Decimal::ZERO;
        let mut last = None;
        for part in parts {
            total = total.saturating_add(*part);
            last = Some(part);
        }
        let over = Decimal::ONE.saturating_sub(total);
        match last {
            Some(last) if over.abs() <= LEFT_OVER => {
                *last = last.saturating_add(over);
                return true;
            }
            _ => {}
        }
        let message = format!("the parts of `{name}` total {}, not 100 %", percent(total));
        let finding = Diagnostic::error(Code::PartsTotal, message)
            .at(span)
            .why("the rest would be paid to nobody, or the surplus twice")
            .help(help);
        self.report(finding);
        false
    }

    fn pool_share(&mut self, given: &Given, frame: Frame) -> Option<PoolShare> {
        let node = given.get("share")?.clone();
        let help = "write `#{ AE: 60.pct, SE: 40.pct }`";
        match self.term(&node) {
            Term::Wrong => None,
            Term::Map(entries) => {
                let known: Vec<bool> = entries.iter().map(|(role, _)| self.role(&role.text, &role.span)).collect();
                let parts = self.parts("share", &entries, &node.span, help)?;
                known.into_iter().all(|known| known).then_some(PoolShare::Roles(parts))
            }
            Term::Typed(typed) if matches!(typed.known(), Some(Scalar::Text(_))) => {
                let words = [("equal", PoolShare::Equal), ("credit", PoolShare::Credit)];
                self.word_at("share", &node, &words)
            }
            term => {
                let help = "write `\"equal\"`, `\"credit\"`, weights as `|payee| payee.pool_weight`, or parts by role";
                let typed = self.any_value(term, &node, frame.period, &|| ("a weight".to_owned(), help))?;
                let typed = self.in_plan_currency(typed);
                if is_figure(typed.kind) {
                    return Some(PoolShare::Weights(typed.expr));
                }
                let message = format!("a weight is a figure, not {}", typed.kind);
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                None
            }
        }
    }
}
