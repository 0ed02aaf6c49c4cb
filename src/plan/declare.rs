//! Declarations: from named settings to the plan's measures and components.
//!
//! Every setting is looked up in the registry, typed and checked; a declaration with a fault gives none, and the
//! names that refer to it are not reported a second time.

mod component;
mod test;

pub use test::{TEST_WORDS, TestWord};

use super::elaborate::{Elaborator, list_of};
use super::formula::{Op, Read, Scalar};
use super::kind::{Kind, Wanted};
use super::model::{
    Amount, ComponentKind, Convert, CreditRule, HeldAtLeaving, Measure, Negative, Plan, QuotaRule, Recover, Rounding,
    ShareRule, Unit, When, Who, WriteOff,
};
use super::scope::{Here, Param, Term, Typed};
use super::settings::{Declaration, declaration};
use super::syntax::{Name, Node, NodeKind};
use crate::domain::calendar::PeriodKind;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::exact::RoundingMode;
use crate::domain::facts::{EVENT_KINDS, deal_column};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What declarations remember of one another while a script is read.
#[derive(Debug, Default)]
pub(super) struct Declared {}

/// The settings of one declaration, by name.
struct Given {
    spec: &'static Declaration,
    /// The name in quotes that stands first.
    name: Arc<str>,
    name_span: Span,
    settings: BTreeMap<Arc<str>, (Name, Node)>,
    /// Settings that a misspelt one most likely means: that they are missing is not told a second time.
    misspelt: BTreeSet<&'static str>,
    span: Span,
}

impl Given {
    fn get(&self, name: &str) -> Option<&Node> {
        self.settings.get(name).map(|(_, node)| node)
    }
}

/// What a formula of a deal may list.
const DEAL_PARAMS: &[Param] = &[Param::Deal, Param::Payee];
impl Elaborator<'_> {
    /// A declaration of the script.
    pub(super) fn declare(&mut self, name: &Name, args: &[Node], span: &Span) -> Term {
        let Some(spec) = declaration(&name.text) else {
            return Term::Wrong;
        };
        if self.here.is_some() || self.module.is_some() || !self.locals.is_empty() {
            let finding = Diagnostic::error(
                Code::PlanFirst,
                format!("a {} is declared at the top of a plan's script", spec.name),
            )
            .at(&name.span)
            .help("a module holds values, tables and functions; a formula computes");
            self.report(finding);
            return Term::Wrong;
        }
        if spec.name != "plan" && self.plan.is_none() && !self.plan_failed {
            let finding = Diagnostic::error(Code::PlanFirst, "the plan is declared first")
                .at(&name.span)
                .help("begin with `plan(\"Name\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });`");
            self.report(finding);
            self.plan_failed = true;
        }
        let Some(given) = self.given(spec, args, span) else {
            if let Some(NodeKind::Text(name)) = args.first().map(|name| &name.kind) {
                self.failed.insert(Arc::clone(name));
            }
            self.plan_failed |= spec.name == "plan";
            return Term::Wrong;
        };
        let term = match spec.name {
            "plan" => self.plan(&given),
            "measure" => self.measure(&given),
            "commission" => self.component(&given, &ComponentKind::Commission),
            "bonus" => self.component(&given, &ComponentKind::Bonus),
            _ => self.component(&given, &ComponentKind::Override),
        };
        if matches!(term, Term::Wrong) {
            self.failed.insert(given.name);
        }
        term
    }

    fn given(&mut self, spec: &'static Declaration, args: &[Node], span: &Span) -> Option<Given> {
        let example = format!("write `{}(\"Name\", #{{ … }})`", spec.name);
        let [name, map] = args else {
            let message = format!("a {} takes its name and its settings", spec.name);
            self.report(Diagnostic::error(Code::WrongType, message).at(span).help(example));
            return None;
        };
        let typed = self.wanted(name, Wanted::Text);
        let Some(Scalar::Text(text)) = typed.known().cloned() else {
            return None;
        };
        let Term::Map(entries) = self.term(map) else {
            let message = format!("the settings of a {} stand in `#{{ … }}`", spec.name);
            self.report(Diagnostic::error(Code::WrongType, message).at(&map.span).help(example));
            return None;
        };
        let mut settings = BTreeMap::new();
        let mut misspelt = BTreeSet::new();
        for (setting, node) in entries {
            if spec.settings.iter().any(|known| known.name == &*setting.text) {
                settings.insert(Arc::clone(&setting.text), (setting, node));
                continue;
            }
            let mut finding =
                Diagnostic::error(Code::UnknownSetting, format!("a {} has no setting `{}`", spec.name, setting.text))
                    .at(&setting.span)
                    .also(&name.span, format!("in this {}", spec.name));
            finding = match nearest(&setting.text, spec.settings.iter().map(|known| known.name)) {
                Some(near) => {
                    misspelt.insert(near);
                    finding.label(format!("did you mean `{near}`?"))
                }
                None => finding.help(format!("it has {}", list_of(spec.settings.iter().map(|known| known.name)))),
            };
            self.report(finding);
        }
        for known in spec
            .settings
            .iter()
            .filter(|known| known.required() && !settings.contains_key(known.name) && !misspelt.contains(known.name))
        {
            let finding =
                Diagnostic::error(Code::MissingSetting, format!("this {} has no `{}`", spec.name, known.name))
                    .at(&name.span)
                    .help(format!("add `{}:` {}", known.name, known.takes));
            self.report(finding);
        }
        Some(Given { spec, name: text, name_span: name.span.clone(), settings, misspelt, span: span.clone() })
    }

    /// The value of a setting that is a word: one of `words`, else reported.
    fn word<T: Clone>(&mut self, given: &Given, name: &str, words: &[(&str, T)]) -> Option<T> {
        let node = given.get(name)?;
        let typed = self.wanted(node, Wanted::Text);
        let Some(Scalar::Text(text)) = typed.known() else {
            return None;
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == &**text) {
            return Some(value.clone());
        }
        let mut finding = Diagnostic::error(Code::WrongType, format!("`{name}` cannot be `{text}`")).at(&node.span);
        finding = match nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => finding.help(format!("it is one of {}", list_of(words.iter().map(|(word, _)| *word)))),
        };
        self.report(finding);
        None
    }

    /// The kinds of events that there are: the standard ones and the project's own.
    pub(super) fn event_kinds(&self) -> Vec<Arc<str>> {
        let own = self.schema.event_kinds.iter().map(Arc::clone);
        EVENT_KINDS.iter().map(|kind| Arc::from(*kind)).chain(own).collect()
    }

    fn period(&mut self, given: &Given, name: &str) -> Option<PeriodKind> {
        let node = given.get(name)?.clone();
        let typed = self.wanted(&node, Wanted::Text);
        let Some(Scalar::Text(text)) = typed.known() else {
            return None;
        };
        let kind = self.calendar.kind(text);
        let later = matches!(kind, Some(PeriodKind::Anniversary));
        if let Some(kind) = kind.filter(|_| !later) {
            return Some(kind);
        }
        let words = self.calendar.kind_words();
        let mut finding = Diagnostic::error(Code::BadLimit, format!("there is no period `{text}`")).at(&node.span);
        finding = match nearest(text, words.iter().map(String::as_str)).filter(|_| !later) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => finding.help(format!(
                "the periods are {}",
                list_of(words.iter().map(String::as_str).filter(|w| *w != "anniversary"))
            )),
        };
        self.report(finding);
        None
    }

    fn day(&mut self, given: &Given, name: &str) -> Option<NaiveDate> {
        let node = given.get(name)?.clone();
        let typed = self.needed(&node);
        match (typed.kind, typed.known()) {
            (Kind::Date, Some(Scalar::Date(day))) => return Some(*day),
            (Kind::Text, Some(Scalar::Text(text))) => {
                if let Ok(day) = text.parse() {
                    return Some(day);
                }
            }
            (Kind::Wrong, _) => return None,
            _ => {}
        }
        let finding = Diagnostic::error(Code::WrongType, format!("`{name}` is not a day"))
            .at(&node.span)
            .help("write year, month and day in quotes: `\"2026-03-31\"`");
        self.report(finding);
        None
    }

    fn plan(&mut self, given: &Given) -> Term {
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
        let payout = self.period(given, "payout");
        let rounding = self.word(given, "rounding", &RoundingMode::WORDS);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let span = given.get("to").map_or(&given.span, |node| &node.span);
            self.report(
                Diagnostic::error(Code::BadLimit, format!("the plan ends on {to}, before it begins on {from}"))
                    .at(span)
                    .help("let `to` be the day of `from` or a later one"),
            );
        }
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
            rounding: Rounding { mode: rounding.unwrap_or_default(), per_period: false },
            negative: Negative::Carry,
            recover: Recover::default(),
            draws_first: false,
            minimum: None,
            convert: Convert::default(),
            write_off: WriteOff::Lapse,
            leaver: HeldAtLeaving::Keep,
            restarts: false,
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
        let typed = self.wanted(&node, Wanted::Text);
        let Some(Scalar::Text(code)) = typed.known() else {
            return None;
        };
        if let Some(currency) = Currency::from_code(code) {
            return Some(currency);
        }
        let finding = Diagnostic::error(Code::WrongType, format!("`{code}` is no currency"))
            .at(&node.span)
            .help("write the three letters of ISO 4217: `\"USD\"`");
        self.report(finding);
        None
    }

    /// A name of a measure or component is used once.
    fn name_is_new(&mut self, given: &Given) -> bool {
        let taken =
            self.measures.iter().map(|m| (&m.name, &m.span)).chain(self.components.iter().map(|c| (&c.name, &c.span)));
        let Some(first) = taken.clone().find(|(name, _)| **name == given.name).map(|(_, span)| span.clone()) else {
            return true;
        };
        let finding = Diagnostic::error(Code::DuplicateName, format!("`{}` is declared twice", given.name))
            .at(&given.name_span)
            .also(&first, "the first")
            .help("names are unique in a plan: they stand on statements");
        self.report(finding);
        false
    }

    /// A formula or a constant, of a wanted kind.
    fn value(&mut self, node: &Node, here: Here, wanted: Wanted) -> Option<Typed> {
        let typed = match self.term(node) {
            Term::Closure(closure) => {
                let value = self.formula(&closure, here);
                self.must_be_there(value)
            }
            Term::Typed(typed) => self.must_be_there(typed),
            Term::Wrong => return None,
            other => {
                let message = format!("{wanted} is wanted here, not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(wanted.example()));
                return None;
            }
        };
        let typed = self.fits(typed, wanted);
        (typed.kind != Kind::Wrong).then_some(typed)
    }

    fn measure(&mut self, given: &Given) -> Term {
        let new = self.name_is_new(given);
        let period = self.period(given, "period");
        let when =
            self.word(given, "when", &[("closed", When::Closed), ("booked", When::Booked)]).unwrap_or(When::Closed);
        let here = Here { params: DEAL_PARAMS, when: when.column(), figures: false, per_deal: true, unit: Kind::Money };
        let which = given.get("which").cloned().map(|node| self.value(&node, here, Wanted::YesNo));
        let credit = match given.get("credit").cloned() {
            Some(node) => self.value(&node, here, Wanted::Credit),
            None => Some(Typed::new(Op::Read(Read::Deal(deal_column::AMOUNT)), Kind::Money, &given.span)),
        };
        let share = self.share(given);
        let quota = self.quota(given);
        let prorate = self.word(given, "prorate", &[("days", true), ("none", false)]).unwrap_or(true);
        let who = self.who(given);
        let sound = new && which.as_ref().is_none_or(Option::is_some);
        let (Some(period), Some(credit), true) = (period, credit, sound) else {
            return Term::Wrong;
        };
        let unit = if credit.kind == Kind::Money { Unit::Money } else { Unit::Number };
        self.measures.push(Measure {
            name: Arc::clone(&given.name),
            period,
            who,
            which: which.flatten().map(|typed| typed.expr),
            when,
            credit: CreditRule::Formula(credit.expr),
            unit,
            share,
            quota,
            prorate,
            ramp: None,
            accumulate: None,
            order: None,
            quota_read: false,
            span: given.name_span.clone(),
        });
        Term::Measure(self.measures.len().saturating_sub(1))
    }

    fn who(&mut self, given: &Given) -> Who {
        let Some(node) = given.get("who").cloned() else {
            return Who::Named;
        };
        let typed = self.wanted(&node, Wanted::Text);
        let Some(Scalar::Text(text)) = typed.known().cloned() else {
            return Who::Named;
        };
        if &*text == "named" {
            return Who::Named;
        }
        let roles = self.roles;
        if !roles.is_empty() && !roles.contains(&text) {
            let mut finding =
                Diagnostic::error(Code::UnknownValue, format!("the project has no role `{text}`")).at(&node.span);
            finding = match nearest(&text, roles.iter().map(|role| &**role)) {
                Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
                None => finding.help(format!("the roles are {}", list_of(roles.iter().map(|role| &**role)))),
            };
            self.report(finding);
        }
        Who::Role(text)
    }

    fn share(&mut self, given: &Given) -> ShareRule {
        let Some(node) = given.get("share").cloned() else {
            return ShareRule::Split;
        };
        let typed = self.needed(&node);
        match (typed.kind, typed.known()) {
            (Kind::Percent | Kind::Loose, Some(Scalar::Decimal(percent))) => ShareRule::Fixed(*percent),
            (Kind::Text, Some(Scalar::Text(word))) if &**word == "split" => ShareRule::Split,
            (Kind::Wrong, _) => ShareRule::Split,
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "`share` is `\"split\"` or a percent")
                    .at(&node.span)
                    .help("an overlay outside the split's total is `100.pct`");
                self.report(finding);
                ShareRule::Split
            }
        }
    }

    fn quota(&mut self, given: &Given) -> QuotaRule {
        let Some(node) = given.get("quota").cloned() else {
            return QuotaRule::Table;
        };
        let typed = self.needed(&node);
        match (typed.kind, typed.known()) {
            (Kind::Text, Some(Scalar::Text(word))) if &**word == "table" => QuotaRule::Table,
            (Kind::Bare | Kind::Money | Kind::Number, Some(Scalar::Decimal(amount))) if amount.is_sign_positive() => {
                QuotaRule::Amount(Amount::plain(*amount))
            }
            (Kind::Wrong, _) => QuotaRule::Table,
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "`quota` is `\"table\"` or an amount of zero or more")
                    .at(&node.span)
                    .help("write an amount of zero or more, or `\"table\"` for what the quota file says");
                self.report(finding);
                QuotaRule::Table
            }
        }
    }
}
