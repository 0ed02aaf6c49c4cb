//! `cap`, `draw`, `guarantee`: what follows once pay is earned.

use super::{Given, of_period};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::elaborate::Elaborator;
use crate::plan::model::{AmountRule, Draw, Guarantee, Limits, PlanCap};
use crate::plan::scope::{Here, Param, Term};
use rust_decimal::Decimal;
use std::sync::Arc;

impl Elaborator<'_> {
    /// An amount that is not negative; the outer nothing is a fault.
    fn limit_of(&mut self, given: &Given, name: &str) -> Option<Option<AmountRule>> {
        match given.get(name).cloned() {
            None => Some(None),
            Some(node) => self.limit(name, &node, of_period()).map(Some),
        }
    }

    /// A limit across components.
    pub(super) fn cap(&mut self, given: &Given) -> Term {
        let of = self.components_of(given);
        let limited = ["deal", "period", "payout", "year", "plan"].into_iter().any(|key| given.get(key).is_some());
        if !limited {
            self.no_limit(&given.name_span, "cap");
        }
        let when = None;
        let deal = Here { params: &[Param::Deal, Param::Payee, Param::Period], when, per_deal: true, ..of_period() };
        let limits = self.limit_keys(&given.settings, deal);
        let payout = self.limit_of(given, "payout");
        let (Some(of), Some(limits), Some(payout), true) = (of, limits, payout, limited) else {
            return Term::Wrong;
        };
        let cap = PlanCap {
            name: Arc::clone(&given.name),
            of,
            limits: Limits { ..limits },
            payout,
            span: given.name_span.clone(),
        };
        if let Some(plan) = &mut self.plan {
            plan.caps.push(cap);
        }
        Term::Nothing
    }

    pub(super) fn draw(&mut self, given: &Given) -> Term {
        let here = of_period();
        let amount = self.limit_of(given, "amount");
        let per = self.period_or_none(given, "per");
        let ahead = self.word(given, "pays", &[("shortfall", false), ("ahead", true)]).unwrap_or(false);
        let only_if = self.condition_of(given, "only_if", here);
        let (from, to) = self.window(given);
        let prorate = self.word(given, "prorate", &[("days", true), ("none", false)]).unwrap_or(true);
        let recover = given.get("recover").cloned().map(|node| self.part("recover", &node));
        let recover_if = self.condition_of(given, "recover_if", here);
        let floor = self.limit_of(given, "floor");
        let limit = self.limit_of(given, "limit");
        let forgiven_each = self.period_or_none(given, "forgive");
        let forgiven = self.word(given, "leaver", &[("keep", false), ("forgive", true)]).unwrap_or(false);
        if let (Some(Some(AmountRule::Fixed(amount))), Some(Some(AmountRule::Fixed(floor)))) = (&amount, &floor)
            && amount.currency == floor.currency
            && amount.figure < floor.figure
        {
            let finding = Diagnostic::error(Code::BadLimit, "the floor of this draw is above its amount")
                .at(given.at("floor"))
                .also(given.at("amount"), "the amount")
                .why("what is advanced would never be repaid while the draw is given")
                .help("let the floor be the lower of them");
            self.report(finding);
        }
        let (Some(Some(amount)), Some(per), Some(only_if), Some(recover_if), Some(floor), Some(limit)) =
            (amount, per, only_if, recover_if, floor, limit)
        else {
            return Term::Wrong;
        };
        let Some(forgiven_each) = forgiven_each else { return Term::Wrong };
        if matches!(recover, Some(None)) {
            return Term::Wrong;
        }
        let draw = Draw {
            name: Arc::clone(&given.name),
            amount,
            per,
            ahead,
            only_if: only_if.map(|typed| typed.expr),
            from,
            to,
            prorate,
            recover: recover.flatten().unwrap_or(Decimal::ONE),
            recover_if: recover_if.map(|typed| typed.expr),
            floor,
            limit,
            forgiven_each,
            forgiven_at_leaving: forgiven,
            span: given.name_span.clone(),
        };
        if let Some(plan) = &mut self.plan {
            plan.draws.push(draw);
        }
        Term::Nothing
    }

    pub(super) fn guarantee(&mut self, given: &Given) -> Term {
        let amount = self.limit_of(given, "amount");
        let per = self.period_or_none(given, "per");
        let only_if = self.condition_of(given, "only_if", of_period());
        let (from, to) = self.window(given);
        let prorate = self.word(given, "prorate", &[("days", true), ("none", false)]).unwrap_or(true);
        let of = self.components_of(given);
        let counts_earned = self.word(given, "counts", &[("payable", false), ("earned", true)]).unwrap_or(false);
        let (Some(Some(amount)), Some(per), Some(only_if), Some(of)) = (amount, per, only_if, of) else {
            return Term::Wrong;
        };
        let guarantee = Guarantee {
            name: Arc::clone(&given.name),
            amount,
            per,
            only_if: only_if.map(|typed| typed.expr),
            from,
            to,
            prorate,
            of,
            counts_earned,
            span: given.name_span.clone(),
        };
        if let Some(plan) = &mut self.plan {
            plan.guarantees.push(guarantee);
        }
        Term::Nothing
    }

    /// A period that may be left out. The outer nothing is a fault.
    fn period_or_none(&mut self, given: &Given, key: &str) -> Option<Option<PeriodKind>> {
        match given.get(key) {
            None => Some(None),
            Some(_) => self.common_period(given, key).map(Some),
        }
    }
}
