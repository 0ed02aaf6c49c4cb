//! `floor`, `cap` and `payable`: how little, how much, and when.

use super::component::Frame;
use super::take::own_event;
use super::{Given, Settings, of_payee};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::value::Duration;
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::Scalar;
use crate::plan::kind::Kind;
use crate::plan::model::{AmountRule, Collected, Condition, Limits, Received};
use crate::plan::scope::{Here, Term};
use crate::plan::syntax::{Node, NodeKind};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What `payable` says of a period's end: before the name of the period.
const END_OF: &str = "end of ";

impl Elaborator<'_> {
    /// `floor` or `cap` of a component.
    pub(super) fn limits(&mut self, given: &Given, name: &str, frame: Frame) -> Option<Limits> {
        if given.get(name).is_none() {
            return Some(Limits::default());
        }
        let keys = self.map(given, name)?;
        if let Some((setting, _)) = keys.get("deal").filter(|_| !frame.by_deal) {
            let message = format!("{} makes no entries for deals", given.spec.one());
            let finding = Diagnostic::error(Code::BadLimit, message).at(&setting.span);
            self.report(finding.help("limit its `period`, a `year` or the whole `plan`"));
        }
        if keys.keys().all(|key| &**key == "excess") {
            self.no_limit(given.at(name), name);
            return None;
        }
        self.limit_keys(&keys, frame.deal)
    }

    pub(super) fn no_limit(&mut self, span: &Span, name: &str) {
        let finding = Diagnostic::error(Code::MissingSetting, format!("this {name} says no limit")).at(span);
        self.report(finding.help("say for what it holds: `period: 20_000`, `year: …`, `plan: …` or `deal: …`"));
    }

    /// The limits among settings, and what becomes of the excess.
    pub(super) fn limit_keys(&mut self, keys: &Settings, deal: Here) -> Option<Limits> {
        let period = super::of_period();
        let places = [("deal", deal), ("period", period), ("year", of_payee()), ("plan", of_payee())];
        let rules = places.map(|(key, here)| match keys.get(key) {
            None => Some(None),
            Some((_, node)) => self.limit(key, node, here).map(Some),
        });
        let carries = match keys.get("excess") {
            None => Some(false),
            Some((_, node)) => self.word_at("excess", node, &[("lost", false), ("carry", true)]),
        };
        if let (Some(true), Some((setting, _))) = (carries, keys.get("excess"))
            && !["period", "year", "plan", "payout"].into_iter().any(|key| keys.contains_key(key))
        {
            let message = "what is above the cap of a deal is lost: nothing makes room for it later";
            let finding = Diagnostic::error(Code::ConflictingSettings, message).at(&setting.span);
            self.report(finding.help("carry the excess of a `period`, a `year` or the `plan`"));
        }
        if let (Some(false), Some((setting, _))) = (carries, keys.get("excess"))
            && keys.contains_key("payout")
            && !["deal", "period", "year", "plan"].into_iter().any(|key| keys.contains_key(key))
        {
            let message = "what one payout may not pay waits for the next: nothing is lost";
            let finding = Diagnostic::error(Code::ConflictingSettings, message).at(&setting.span);
            self.report(finding.help("leave `excess` out"));
        }
        let [Some(deal), Some(period), Some(year), Some(plan)] = rules else {
            return None;
        };
        Some(Limits { deal, period, year, plan, carries: carries? })
    }

    /// An amount that is not below zero, as far as it is known.
    pub(super) fn limit(&mut self, name: &str, node: &Node, here: Here) -> Option<AmountRule> {
        let rule = self.amount_rule(node, here)?;
        match &rule {
            AmountRule::Fixed(amount) => {
                let figure = amount.figure;
                self.not_negative(name, figure, &node.span).then_some(rule)
            }
            AmountRule::Formula(_) => Some(rule),
        }
    }

    /// A floor lies below the cap of the same thing.
    pub(super) fn floor_below_cap(&mut self, floor: &Limits, cap: &Limits, given: &Given) {
        let pairs = [
            ("deal", &floor.deal, &cap.deal),
            ("period", &floor.period, &cap.period),
            ("year", &floor.year, &cap.year),
            ("plan", &floor.plan, &cap.plan),
        ];
        for (name, floor, cap) in pairs {
            if let (Some(AmountRule::Fixed(floor)), Some(AmountRule::Fixed(cap))) = (floor, cap)
                && floor.currency == cap.currency
                && cap.figure < floor.figure
            {
                let message = format!("the floor of a {name} is above its cap");
                let finding = Diagnostic::error(Code::BadLimit, message)
                    .at(given.at("floor"))
                    .also(given.at("cap"), "the cap")
                    .help("let the floor be the lower of them");
                self.report(finding);
            }
        }
    }

    /// When it may be paid: fractions that total 1, each with its condition.
    pub(super) fn payable(&mut self, given: &Given) -> Option<Vec<(Decimal, Condition)>> {
        let Some(node) = given.get("payable").cloned() else {
            return Some(vec![(Decimal::ONE, Condition::Earned)]);
        };
        let items = match self.term(&node) {
            Term::List(items) => items,
            term => return self.condition_when(given, term, &node).map(|condition| vec![(Decimal::ONE, condition)]),
        };
        let help = "write `[[60.pct, \"booked\"], [40.pct, \"paid\"]]`";
        let mut parts = Vec::with_capacity(items.len());
        for item in &items {
            let cells = match &item.kind {
                NodeKind::List(cells) => cells.as_slice(),
                _ => &[],
            };
            let (part, when, once) = match cells {
                [part, when] => (part, when, None),
                [part, when, once] => (part, when, Some(once)),
                _ => {
                    self.report(
                        Diagnostic::error(Code::WrongType, "a part is a percent and when").at(&item.span).help(help),
                    );
                    parts.push(None);
                    continue;
                }
            };
            let part = self.part("payable", part);
            let term = self.term(when);
            let condition = self.condition_when(given, term, when);
            let condition = match (condition, once) {
                (Some(condition), Some(once)) => self.once(condition, once),
                (condition, _) => condition,
            };
            parts.push(part.zip(condition));
        }
        let mut parts: Vec<_> = parts.into_iter().collect::<Option<_>>()?;
        self.total("payable", parts.iter_mut().map(|(part, _)| part), &node.span, help).then_some(parts)
    }

    /// `[100.pct, "paid", 75.pct]`: not before so much of the deal's money has come, then whole.
    fn once(&mut self, condition: Condition, node: &Node) -> Option<Condition> {
        let part = self.part("payable", node)?;
        let problem = match condition {
            Condition::Money(..) if part.is_zero() => "nothing is waited for",
            Condition::Money(received, Collected::InProportion) => {
                return Some(Condition::Money(received, Collected::Once(part)));
            }
            _ => "only `\"invoiced\"` and `\"paid\"` come in parts",
        };
        let help = "write `[100.pct, \"paid\", 75.pct]`: whole, once 75 % is paid";
        self.report(Diagnostic::error(Code::WrongType, problem).at(&node.span).help(help));
        None
    }

    fn condition_when(&mut self, given: &Given, term: Term, node: &Node) -> Option<Condition> {
        let typed = self.value_of(term, node);
        match typed.known() {
            Some(Scalar::Duration(Duration::Days(count) | Duration::Months(count))) if *count < 0 => {
                self.report(
                    Diagnostic::error(Code::BadLimit, "this time is below zero").at(&node.span).help("write `30.days`"),
                );
                None
            }
            Some(Scalar::Duration(length)) => Some(Condition::After(*length)),
            Some(Scalar::Text(text)) => {
                let text = Arc::clone(text);
                let condition = self.condition_word(&text, &node.span)?;
                let of_deals = !matches!(
                    condition,
                    Condition::Earned | Condition::EndOf(_) | Condition::Released | Condition::After(_)
                );
                if of_deals && given.spec.name == "objectives" {
                    let finding = Diagnostic::error(Code::WrongType, "objectives have no deals to wait for")
                        .at(&node.span)
                        .help("write `\"earned\"`, `\"end of quarter\"`, `\"released\"` or a time, as `30.days`");
                    self.report(finding);
                    return None;
                }
                Some(condition)
            }
            _ => {
                if typed.kind != Kind::Wrong {
                    let message = format!("`payable` is a condition or a length of time, not {}", typed.kind);
                    let help = "write `\"paid\"`, `30.days`, or parts: `[[60.pct, \"booked\"], [40.pct, \"paid\"]]`";
                    self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                }
                None
            }
        }
    }

    fn condition_word(&mut self, text: &Arc<str>, span: &Span) -> Option<Condition> {
        match &**text {
            "earned" => return Some(Condition::Earned),
            "closed" => return Some(Condition::Closed),
            "booked" => return Some(Condition::Booked),
            "invoiced" => return Some(Condition::Money(Received::Invoiced, Collected::InProportion)),
            "paid" => return Some(Condition::Money(Received::Paid, Collected::InProportion)),
            "invoiced in full" => return Some(Condition::Money(Received::Invoiced, Collected::Once(Decimal::ONE))),
            "paid in full" => return Some(Condition::Money(Received::Paid, Collected::Once(Decimal::ONE))),
            "released" => return Some(Condition::Released),
            _ => {}
        }
        if let Some(period) = text.strip_prefix(END_OF) {
            return self.period_word(period, span).map(Condition::EndOf);
        }
        let kinds = self.event_kinds();
        if kinds.contains(text) {
            return Some(Condition::Event(Arc::clone(text)));
        }
        let words = ["earned", "closed", "booked", "invoiced in full", "paid in full", "released"];
        let words = words.into_iter().chain(["end of month", "end of quarter", "end of year"]);
        let words = || words.clone().chain(kinds.iter().map(|kind| &**kind));
        let mut finding = Diagnostic::error(Code::UnknownValue, format!("nothing is payable on `{text}`")).at(span);
        finding = match nearest(text, words()) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => {
                finding.help(format!("it is one of {}, or a time, as `30.days`; {}", list_of(words()), own_event(text)))
            }
        };
        self.report(finding);
        None
    }
}
