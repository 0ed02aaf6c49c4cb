//! Settings one by one: what stands there, in the type that is wanted; else a finding, and nothing.

use super::{Given, Settings};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::EVENT_KINDS;
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted, is_figure};
use crate::plan::model::{Amount, AmountRule};
use crate::plan::scope::{Here, Term, Typed};
use crate::plan::settings::Setting;
use crate::plan::syntax::Node;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The set of exchange rates that every project can have.
const MARKET: &str = "market";

/// How a project says that it has a kind of event of its own.
pub(super) fn own_event(kind: &str) -> String {
    format!(
        "an event of the project's own is declared in earnmark.toml: \
         `columns.events.kind = {{ type = \"text\", values = [\"{kind}\"] }}`"
    )
}

impl Elaborator<'_> {
    /// The value of a setting that is a word: one of `words`, else reported.
    pub(super) fn word<T: Clone>(&mut self, given: &Given, name: &str, words: &[(&str, T)]) -> Option<T> {
        let node = given.get(name)?.clone();
        self.word_at(name, &node, words)
    }

    pub(super) fn word_at<T: Clone>(&mut self, name: &str, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let typed = self.wanted(node, Wanted::Text);
        match typed.known() {
            Some(Scalar::Text(text)) => {
                let text = Arc::clone(text);
                self.one_of(name, &text, &node.span, words)
            }
            _ => None,
        }
    }

    /// What a text means where only these words are taken.
    pub(super) fn one_of<T: Clone>(&mut self, name: &str, text: &str, span: &Span, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let mut finding = Diagnostic::error(Code::WrongType, format!("`{name}` cannot be `{text}`")).at(span);
        finding = match nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => finding.help(format!("it is one of {}", list_of(words.iter().map(|(word, _)| *word)))),
        };
        self.report(finding);
        None
    }

    /// A text of the project's own making: one of `known`, else reported with the nearest.
    pub(super) fn known_text(&mut self, what: &str, text: &Arc<str>, known: &[Arc<str>], span: &Span) -> bool {
        if known.contains(text) {
            return true;
        }
        let words = || known.iter().map(|word| &**word);
        let mut finding = Diagnostic::error(Code::UnknownValue, format!("the project has no {what} `{text}`")).at(span);
        finding = match nearest(text, words()) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => finding.help(format!("it has {}", list_of(words()))),
        };
        self.report(finding);
        false
    }

    /// A kind of event of the project.
    pub(super) fn known_event(&mut self, text: &Arc<str>, known: &[Arc<str>], span: &Span) -> bool {
        if known.contains(text) {
            return true;
        }
        let words = || known.iter().map(|word| &**word);
        let finding = Diagnostic::error(Code::UnknownValue, format!("the project has no kind of event `{text}`"));
        let finding = match nearest(text, words()) {
            Some(near) => finding.at(span).label(format!("did you mean `\"{near}\"`?")),
            None => finding.at(span).help(format!("it has {}; {}", list_of(words()), own_event(text))),
        };
        self.report(finding);
        false
    }

    /// The kinds of events that there are: the standard ones and the project's own.
    pub(in crate::plan) fn event_kinds(&self) -> Vec<Arc<str>> {
        let own = self.schema.event_kinds.iter().map(Arc::clone);
        EVENT_KINDS.iter().map(|kind| Arc::from(*kind)).chain(own).collect()
    }

    /// The name of a set of exchange rates.
    pub(super) fn rate_set(&mut self, node: &Node) -> Option<Arc<str>> {
        let term = self.term(node);
        self.rate_set_from(term, node)
    }

    fn rate_set_from(&mut self, term: Term, node: &Node) -> Option<Arc<str>> {
        let text = self.text_from(term, node)?;
        let known: Vec<Arc<str>> = std::iter::once(Arc::from(MARKET)).chain(self.schema.rate_sets.clone()).collect();
        self.known_text("set of exchange rates", &text, &known, &node.span).then_some(text)
    }

    /// The set of exchange rates that a component names; and whether its price stands there instead, which is told.
    pub(super) fn rates(&mut self, given: &Given) -> (Option<Option<Arc<str>>>, bool) {
        let Some(node) = given.get("rates").cloned() else {
            return (None, false);
        };
        let term = self.term(&node);
        let is_price = match &term {
            Term::Table(_) | Term::TableFile(_) | Term::Dated(_) | Term::Closure(_) => true,
            Term::Typed(typed) => is_figure(typed.kind),
            _ => false,
        };
        if !is_price {
            return (Some(self.rate_set_from(term, &node)), false);
        }
        let finding = Diagnostic::error(Code::WrongType, "`rates` names a set of exchange rates")
            .at(&node.span)
            .label("did you mean `rate`?");
        self.report(finding.help("what is paid is a `rate`, as `rate: 5.pct`, or a `pay`"));
        (Some(None), given.get("rate").is_none() && given.get("pay").is_none())
    }

    /// The name of a role.
    pub(super) fn role(&mut self, text: &Arc<str>, span: &Span) -> bool {
        let roles = self.roles;
        roles.is_empty() || self.known_text("role", text, roles, span)
    }

    /// A text that is known.
    pub(super) fn text(&mut self, node: &Node) -> Option<Arc<str>> {
        let term = self.term(node);
        self.text_from(term, node)
    }

    fn text_from(&mut self, term: Term, node: &Node) -> Option<Arc<str>> {
        let typed = self.value_of(term, node);
        let typed = self.must_be_there(typed);
        let typed = self.fits(typed, Wanted::Text);
        match typed.known() {
            Some(Scalar::Text(text)) => Some(Arc::clone(text)),
            _ => None,
        }
    }

    pub(super) fn period(&mut self, given: &Given, name: &str) -> Option<PeriodKind> {
        let node = given.get(name)?.clone();
        let text = self.text(&node)?;
        self.period_word(&text, &node.span)
    }

    /// The kind of period that a word means.
    pub(super) fn period_word(&mut self, text: &str, span: &Span) -> Option<PeriodKind> {
        if let Some(kind) = self.calendar.kind(text) {
            return Some(kind);
        }
        let words = self.calendar.kind_words();
        let words = || words.iter().map(String::as_str);
        let mut finding = Diagnostic::error(Code::BadLimit, format!("there is no period `{text}`")).at(span);
        finding = match nearest(text, words()) {
            Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
            None => finding.help(format!("the periods are {}", list_of(words()))),
        };
        self.report(finding);
        None
    }

    pub(super) fn day(&mut self, given: &Given, name: &str) -> Option<NaiveDate> {
        let node = given.get(name)?.clone();
        let typed = self.needed(&node);
        if typed.kind == Kind::Wrong || typed.day().is_some() {
            return typed.day();
        }
        let finding = Diagnostic::error(Code::WrongType, format!("`{name}` is not a day"))
            .at(&node.span)
            .help(typed.help_for_a_day());
        self.report(finding);
        None
    }

    /// `from` and `to` of a window inside the plan; without an error where a day is missing.
    pub(super) fn window(&mut self, given: &Given) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let (from, to) = (self.day(given, "from"), self.day(given, "to"));
        let Some((first, last, plan)) = self.plan.as_ref().map(|plan| (plan.from, plan.to, plan.span.clone())) else {
            return (from, to);
        };
        for (name, day) in [("from", from), ("to", to)] {
            if let Some(day) = day.filter(|day| *day < first || last < *day) {
                let message = format!("{day} is outside the plan, which holds from {first} to {last}");
                let finding = Diagnostic::error(Code::BadLimit, message).at(given.at(name)).also(&plan, "the plan");
                self.report(finding.help("a window lies inside the plan's days"));
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.ends_early(given, from, to);
        }
        (from, to)
    }

    /// Tells of an end before its beginning.
    pub(super) fn ends_early(&mut self, given: &Given, from: NaiveDate, to: NaiveDate) {
        let message = format!("{} ends on {to}, before it begins on {from}", given.spec.this());
        let finding = Diagnostic::error(Code::BadLimit, message).at(given.at("to"));
        self.report(finding.help("let `to` be the day of `from` or a later one"));
    }

    /// A formula or a value, of a wanted kind.
    pub(super) fn value(&mut self, node: &Node, here: Here, wanted: Wanted) -> Option<Typed> {
        let term = self.term(node);
        self.value_from(term, node, here, wanted)
    }

    pub(super) fn value_from(&mut self, term: Term, node: &Node, here: Here, wanted: Wanted) -> Option<Typed> {
        let typed = self.any_value(term, node, here, &|| (wanted.to_string(), wanted.example()))?;
        let typed = self.in_plan_currency(typed);
        let typed = self.fits(typed, wanted);
        (typed.kind != Kind::Wrong).then_some(typed)
    }

    /// The same where a blank means something.
    pub(super) fn blank_or_value(&mut self, term: Term, node: &Node, here: Here, wanted: Wanted) -> Option<Typed> {
        let typed = self.stated(term, node, here, &|| (wanted.to_string(), wanted.example()))?;
        let typed = self.fits(typed, wanted);
        (typed.kind != Kind::Wrong).then_some(typed)
    }

    /// A formula or a value, of any kind. An amount may be in another currency than the plan's.
    pub(super) fn any_value(
        &mut self,
        term: Term,
        node: &Node,
        here: Here,
        wanted: &dyn Fn() -> (String, &'static str),
    ) -> Option<Typed> {
        let typed = self.stated(term, node, here, wanted)?;
        let typed = self.must_be_there(typed);
        (typed.kind != Kind::Wrong).then_some(typed)
    }

    /// What a setting says, which may be missing.
    fn stated(
        &mut self,
        term: Term,
        node: &Node,
        here: Here,
        wanted: &dyn Fn() -> (String, &'static str),
    ) -> Option<Typed> {
        Some(match term {
            Term::Closure(closure) => self.formula(&closure, here),
            Term::Dated(dated) => self.dated_formula(&dated, here, &node.span),
            Term::Typed(mut typed) => {
                typed.at = node.span.clone();
                typed.expr.span = node.span.clone();
                typed
            }
            Term::Wrong => return None,
            other => {
                let (what, example) = wanted();
                let message = format!("{what} is wanted here, not {}", other.describe());
                let help = match other {
                    Term::List(_) => {
                        "say how rows are read: `marginal([…])`, `retroactive([…])`, `steps([…])`, `interpolated([…])`"
                    }
                    _ => example,
                };
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                return None;
            }
        })
    }

    /// A setting that is a condition; the outer nothing is a fault.
    pub(super) fn condition_of(&mut self, given: &Given, name: &str, here: Here) -> Option<Option<Typed>> {
        match given.get(name).cloned() {
            None => Some(None),
            Some(node) => self.value(&node, here, Wanted::YesNo).map(Some),
        }
    }

    /// An amount that stands in a setting, or is worked out.
    pub(super) fn amount_rule(&mut self, node: &Node, here: Here) -> Option<AmountRule> {
        let term = self.term(node);
        let wanted = || (Wanted::Money.to_string(), Wanted::Money.example());
        let typed = self.any_value(term, node, here, &wanted)?;
        let typed = self.fits_setting(typed, Wanted::Money);
        if typed.kind == Kind::Wrong {
            return None;
        }
        Some(match typed.known() {
            Some(Scalar::Decimal(figure)) => AmountRule::Fixed(Amount { figure: *figure, currency: typed.currency }),
            _ => AmountRule::Formula(typed.expr),
        })
    }

    /// An amount that is written as such.
    pub(super) fn fixed_amount(&mut self, name: &str, node: &Node) -> Option<Amount> {
        let typed = self.amount(node);
        let typed = self.must_be_there(typed);
        let typed = self.fits_setting(typed, Wanted::Money);
        let Some(Scalar::Decimal(figure)) = typed.known() else {
            return None;
        };
        let amount = Amount { figure: *figure, currency: typed.currency };
        self.not_negative(name, amount.figure, &node.span).then_some(amount)
    }

    /// A value of a wanted kind; where an amount is wanted, it may be in another currency than the plan's.
    pub(super) fn fits_setting(&mut self, typed: Typed, wanted: Wanted) -> Typed {
        if typed.currency.is_some() && wanted == Wanted::Money { typed } else { self.fits(typed, wanted) }
    }

    /// Reports a figure below zero.
    pub(super) fn not_negative(&mut self, name: &str, figure: Decimal, span: &Span) -> bool {
        if !figure.is_sign_negative() || figure.is_zero() {
            return true;
        }
        let finding = Diagnostic::error(Code::BadLimit, format!("`{name}` is below zero")).at(span);
        self.report(finding.help("write an amount of zero or more"));
        false
    }

    /// A percent that is known, from 0 to 100 %.
    pub(super) fn part(&mut self, name: &str, node: &Node) -> Option<Decimal> {
        let part = self.percent_of(node)?;
        if (Decimal::ZERO..=Decimal::ONE).contains(&part) {
            return Some(part);
        }
        let finding = Diagnostic::error(Code::BadLimit, format!("`{name}` is a part: 0 to 100 %")).at(&node.span);
        self.report(finding.help("write `100.pct` for all of it"));
        None
    }

    /// A percent that is known.
    pub(super) fn percent_of(&mut self, node: &Node) -> Option<Decimal> {
        let typed = self.wanted(node, Wanted::Percent);
        match typed.known() {
            Some(Scalar::Decimal(percent)) => Some(*percent),
            _ => None,
        }
    }

    /// A whole number from 1.
    pub(super) fn count(&mut self, name: &str, node: &Node) -> Option<u32> {
        let typed = self.wanted(node, Wanted::Number);
        let Some(Scalar::Decimal(figure)) = typed.known() else {
            return None;
        };
        let count = Some(*figure).filter(|n| n.fract().is_zero() && *n >= Decimal::ONE);
        if let Some(count) = count.and_then(|n| u32::try_from(n).ok()) {
            return Some(count);
        }
        let finding = Diagnostic::error(Code::BadLimit, format!("`{name}` is a whole number from 1")).at(&node.span);
        self.report(finding.help("write how many, as `1`"));
        None
    }

    /// The keys of a setting's `#{ … }`; `None` where something else stands there.
    pub(super) fn keys_of(&mut self, setting: &'static Setting, term: &Term, span: &Span) -> Option<Settings> {
        let Term::Map(entries) = term else {
            return None;
        };
        let what = format!("`{}`", setting.name);
        Some(self.known_settings(entries.clone(), setting.keys, &what, "has", span).0)
    }

    /// A setting that only takes `#{ … }`.
    pub(super) fn map(&mut self, given: &Given, name: &str) -> Option<Settings> {
        let node = given.get(name)?.clone();
        let setting = given.spec.setting(name)?;
        let term = self.term(&node);
        if matches!(term, Term::Wrong) {
            return None;
        }
        let keys = self.keys_of(setting, &term, &node.span);
        if keys.is_none() {
            let message = format!("`{name}` is not {}", term.describe());
            let finding = Diagnostic::error(Code::WrongType, message).at(&node.span);
            self.report(finding.help(match name {
                "cap" | "floor" => format!("write {}, each with what it says: `#{{ period: 1_000 }}`", setting.takes),
                _ => format!("write {}", setting.takes),
            }));
        }
        keys
    }

    /// The rows of a list.
    pub(super) fn list(&mut self, node: &Node, help: &str) -> Option<Vec<Node>> {
        match self.term(node) {
            Term::List(items) => Some(items),
            Term::Wrong => None,
            other => {
                let message = format!("a list is wanted here, not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                None
            }
        }
    }

    /// The components that a rule names, by place; without the setting none, which means all.
    pub(super) fn components_of(&mut self, given: &Given) -> Option<Vec<usize>> {
        let Some(node) = given.get("of").cloned() else {
            return Some(Vec::new());
        };
        let help = "keep a component in a `let` and list it: `of: [new_business]`";
        let items = self.list(&node, help)?;
        if items.is_empty() {
            let finding = Diagnostic::error(Code::WrongType, "this list names no component").at(&node.span);
            self.report(finding.help("leave `of` out where all of them are meant"));
            return None;
        }
        let mut places = Vec::with_capacity(items.len());
        let mut sound = true;
        for item in &items {
            match self.term(item) {
                Term::Component(place) => {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                Term::Wrong => sound = false,
                other => {
                    let message = format!("a component is wanted here, not {}", other.describe());
                    self.report(Diagnostic::error(Code::WrongType, message).at(&item.span).help(help));
                    sound = false;
                }
            }
        }
        sound.then_some(places)
    }
}
