//! `plan`: what a plan says of itself.

use super::Given;
use crate::domain::calendar::PeriodKind;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::RoundingMode;
use crate::plan::elaborate::Elaborator;
use crate::plan::model::{Convert, HeldAtLeaving, Negative, Plan, RateDay, Recover, Rounding, WriteOff};
use crate::plan::scope::Term;
use chrono::Months;
use std::sync::Arc;

/// No plan holds for longer, in months.
const LONGEST: u32 = 1_200;

const DEAL_DAYS: [(&str, RateDay); 4] = [
    ("closed", RateDay::Counted),
    ("period end", RateDay::PeriodEnd),
    ("period average", RateDay::PeriodAverage),
    ("plan start", RateDay::PlanStart),
];

const PAY_DAYS: [(&str, RateDay); 4] = [
    ("payout", RateDay::Payout),
    ("earned", RateDay::Counted),
    ("period end", RateDay::PeriodEnd),
    ("plan start", RateDay::PlanStart),
];

impl Elaborator<'_> {
    pub(super) fn plan(&mut self, given: &Given) -> Term {
        if let Some(first) = &self.plan {
            let finding = Diagnostic::error(Code::PlanFirst, "a script declares one plan")
                .at(&given.span)
                .also(&first.span.clone(), "the first")
                .help("give it a script of its own");
            self.report(finding);
            return Term::Wrong;
        }
        let currency = self.currency_setting(given);
        self.currency = currency;
        let (from, to) = (self.day(given, "from"), self.day(given, "to"));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.ends_early(given, from, to);
        }
        let longest = from.and_then(|from| from.checked_add_months(Months::new(LONGEST)));
        if let (Some(from), Some(to), Some(longest)) = (from, to, longest)
            && longest <= to
        {
            let near = from.checked_add_months(Months::new(120)).and_then(|day| day.pred_opt()).unwrap_or(to);
            let message = "a plan holds for a hundred years at most: every payout of it is worked";
            let finding = Diagnostic::error(Code::BadLimit, message).at(given.at("to"));
            let help = format!("write a nearer day, `to: \"{near}\"`: it can be moved whenever the plan goes on");
            self.report(finding.help(help));
        }
        let payout = self.common_period(given, "payout");
        let rounding = self.rounding(given);
        let negative = [("carry", Negative::Carry), ("charge", Negative::Charge), ("forgive", Negative::Forgive)];
        let negative = self.word(given, "negative", &negative);
        let recover = self.recover(given);
        let draws_first = self.recover_order(given);
        let minimum = given.get("minimum").cloned().and_then(|node| self.fixed_amount("minimum", &node));
        let convert = self.convert(given);
        let write_off = [("lapse", WriteOff::Lapse), ("release", WriteOff::Release)];
        let write_off = self.word(given, "write_off", &write_off);
        let leaver =
            [("keep", HeldAtLeaving::Keep), ("release", HeldAtLeaving::Release), ("forfeit", HeldAtLeaving::Forfeit)];
        let leaver = self.word(given, "leaver", &leaver);
        let restarts = self.word(given, "attainment", &[("continue", false), ("restart", true)]);
        let (Some(currency), Some(from), Some(to)) = (currency, from, to) else {
            self.plan_failed = true;
            return Term::Wrong;
        };
        self.plan = Some(Plan {
            name: Arc::clone(&given.name),
            currency,
            from,
            to,
            payout: payout.unwrap_or(PeriodKind::Month),
            rounding,
            negative: negative.unwrap_or_default(),
            recover,
            draws_first,
            minimum,
            convert,
            write_off: write_off.unwrap_or_default(),
            leaver: leaver.unwrap_or_default(),
            restarts: restarts.unwrap_or(false),
            caps: Vec::new(),
            draws: Vec::new(),
            guarantees: Vec::new(),
            clawbacks: Vec::new(),
            tests: Vec::new(),
            measures: Vec::new(),
            sums: Vec::new(),
            components: Vec::new(),
            span: given.name_span.clone(),
            files: Vec::new(),
        });
        Term::Nothing
    }

    fn currency_setting(&mut self, given: &Given) -> Option<Currency> {
        let node = given.get("currency")?.clone();
        let code = self.text(&node)?;
        if let Some(currency) = Currency::from_code(&code) {
            return Some(currency);
        }
        let finding = Diagnostic::error(Code::WrongType, format!("`{code}` is no currency"))
            .at(&node.span)
            .help("write the three letters of ISO 4217: `\"USD\"`");
        self.report(finding);
        None
    }

    fn rounding(&mut self, given: &Given) -> Rounding {
        let mut rounding = Rounding::default();
        let (Some(node), Some(setting)) = (given.get("rounding").cloned(), given.spec.setting("rounding")) else {
            return rounding;
        };
        let term = self.term(&node);
        match self.keys_of(setting, &term, &node.span) {
            Some(keys) => {
                if let Some((_, node)) = keys.get("mode") {
                    rounding.mode = self.word_at("mode", node, &RoundingMode::WORDS).unwrap_or_default();
                }
                if let Some((_, node)) = keys.get("per") {
                    let words = [("entry", false), ("period", true)];
                    rounding.per_period = self.word_at("per", node, &words).unwrap_or_default();
                }
            }
            None => rounding.mode = self.word_at("rounding", &node, &RoundingMode::WORDS).unwrap_or_default(),
        }
        rounding
    }

    fn recover(&mut self, given: &Given) -> Recover {
        let mut recover = Recover::default();
        let (Some(node), Some(setting)) = (given.get("recover").cloned(), given.spec.setting("recover")) else {
            return recover;
        };
        let term = self.term(&node);
        let Some(keys) = self.keys_of(setting, &term, &node.span) else {
            recover.share = self.part("recover", &node).unwrap_or(recover.share);
            return recover;
        };
        if let Some((_, node)) = keys.get("share") {
            recover.share = self.part("share", node).unwrap_or(recover.share);
        }
        recover.floor = keys.get("floor").and_then(|(_, node)| self.fixed_amount("floor", node));
        recover.instalments = keys.get("instalments").and_then(|(_, node)| self.count("instalments", node));
        recover
    }

    /// Whether draws are repaid before clawbacks.
    fn recover_order(&mut self, given: &Given) -> bool {
        let help = "write `[\"clawback\", \"draw\"]`, or the other way round";
        let Some(node) = given.get("recover_order").cloned() else {
            return false;
        };
        let Some(items) = self.list(&node, help) else {
            return false;
        };
        let words = [("clawback", false), ("draw", true)];
        let order: Vec<Option<bool>> = items.iter().map(|item| self.word_at("recover_order", item, &words)).collect();
        match order.as_slice() {
            [Some(first), Some(second)] if first != second => return *first,
            _ if order.contains(&None) => {}
            _ => {
                let message = "`recover_order` names clawbacks and draws, each once";
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
            }
        }
        false
    }

    fn convert(&mut self, given: &Given) -> Convert {
        let mut convert = Convert::default();
        let Some(keys) = self.map(given, "convert") else {
            return convert;
        };
        if let Some((_, node)) = keys.get("deals") {
            convert.deals = self.word_at("deals", node, &DEAL_DAYS).unwrap_or(convert.deals);
        }
        if let Some((_, node)) = keys.get("pay") {
            convert.pay = self.word_at("pay", node, &PAY_DAYS).unwrap_or(convert.pay);
        }
        if let Some((_, node)) = keys.get("rates") {
            convert.rates = self.rate_set(node).unwrap_or(convert.rates);
        }
        convert
    }
}
