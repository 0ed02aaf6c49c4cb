//! Declarations: from named settings to the plan's measures, components and rules.
//!
//! Every setting is looked up in the registry, typed and checked; a declaration with a fault gives none, and the
//! names that refer to it are not reported a second time.
//!
//! | module | holds |
//! | --- | --- |
//! | [`take`] | settings one by one: words, periods, days, amounts, formulas, maps |
//! | [`plan`], [`measure`] | what a plan says of itself; what is credited |
//! | [`component`], [`kinds`], [`price`], [`limits`] | what is paid: what all kinds share, what each adds |
//! | [`apart`] | what is paid on the deals of each value of a column apart |
//! | [`settlement`], [`clawback`] | what follows once pay is earned |
//! | [`finish`] | what only the whole plan can show |

mod apart;
mod clawback;
mod component;
mod finish;
mod kinds;
mod limits;
mod measure;
mod plan;
mod price;
mod settlement;
mod take;
mod test;

pub use test::{TEST_WORDS, TestWord};

use super::elaborate::{Elaborator, list_of};
use super::formula::Scalar;
use super::kind::{Kind, Wanted};
use super::model::Unit;
use super::scope::{Here, Param, Term};
use super::settings::{Declaration, Setting, declaration};
use super::syntax::{Name, Node, NodeKind};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::texts::is_unseen;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What declarations remember of one another while a script is read.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Names that stand on statements, and where they were first declared.
    names: Vec<(Arc<str>, Span)>,
    /// Settings that have an effect only where something reads a measure's quota: the measure's place, the setting.
    pub(super) of_quota: Vec<(usize, &'static str, Span)>,
    /// What names in quotes stand for, as far as the plans read so far show.
    pub(super) elsewhere: BTreeMap<Arc<str>, Elsewhere>,
}

impl Declared {
    /// All names that stand on statements.
    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names.iter().map(|(name, _)| name)
    }
}

/// What a name in quotes stands for, of whatever plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// What a measure credits.
    Credits(Unit),
    /// What a component earns.
    Earnings,
}

/// Settings by name.
type Settings = BTreeMap<Arc<str>, (Name, Node)>;

/// The settings of one declaration, by name.
struct Given {
    spec: &'static Declaration,
    /// The name in quotes that stands first.
    name: Arc<str>,
    name_span: Span,
    settings: Settings,
    /// Settings that a misspelt one most likely means: that they are missing is not told a second time.
    misspelt: BTreeSet<&'static str>,
    span: Span,
}

impl Given {
    fn get(&self, name: &str) -> Option<&Node> {
        self.settings.get(name).map(|(_, node)| node)
    }

    /// Where a setting is given, else where the declaration stands.
    fn at(&self, name: &str) -> &Span {
        self.get(name).map_or(&self.name_span, |node| &node.span)
    }
}

/// A formula of a deal, before anybody is credited.
fn of_deal(params: &'static [Param], when: Option<usize>) -> Here {
    // A measure's formula lists an event only where it counts invoices or payments.
    Here { params, when, figures: false, per_deal: true, deals_apart: false, unit: Kind::Money, event_amount: true }
}

/// A formula of a payee and a period.
fn of_period() -> Here {
    let params = &[Param::Payee, Param::Period];
    Here {
        params,
        when: None,
        figures: true,
        per_deal: false,
        deals_apart: false,
        unit: Kind::Money,
        event_amount: false,
    }
}

/// A formula of a payee alone.
fn of_payee() -> Here {
    Here {
        params: &[Param::Payee],
        when: None,
        figures: false,
        per_deal: false,
        deals_apart: false,
        unit: Kind::Money,
        event_amount: false,
    }
}

/// The kind of a figure that counts in this.
fn kind_of(unit: Unit) -> Kind {
    match unit {
        Unit::Money => Kind::Money,
        Unit::Number => Kind::Number,
    }
}

impl Elaborator<'_> {
    /// A declaration of the script.
    pub(super) fn declare(&mut self, name: &Name, args: &[Node], span: &Span) -> Term {
        let Some(spec) = declaration(&name.text) else {
            return Term::Wrong;
        };
        if self.here.is_some() || self.module.is_some() || !self.locals.is_empty() {
            let finding =
                Diagnostic::error(Code::PlanFirst, format!("{} stands at the top of a plan's script", spec.one()))
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
        let new = spec.name == "plan" || self.name_is_new(&given);
        let term = match spec.name {
            "plan" => self.plan(&given),
            "measure" => self.with_filters(|this| this.measure(&given)),
            "cap" => self.cap(&given),
            "draw" => self.draw(&given),
            "guarantee" => self.guarantee(&given),
            "clawback" => self.clawback(&given),
            _ => self.with_filters(|this| this.component(&given)),
        };
        if new && !matches!(term, Term::Wrong) {
            return term;
        }
        self.failed.insert(given.name);
        Term::Wrong
    }

    fn given(&mut self, spec: &'static Declaration, args: &[Node], span: &Span) -> Option<Given> {
        let example = format!("write `{}(\"Name\", #{{ … }})`", spec.name);
        let [name, map] = args else {
            let message = format!("`{}` takes a name and settings", spec.name);
            self.report(Diagnostic::error(Code::WrongType, message).at(span).help(example));
            return None;
        };
        let typed = self.wanted(name, Wanted::Text);
        let Some(Scalar::Text(text)) = typed.known().cloned() else {
            return None;
        };
        if !self.can_be_read(&text, &name.span) {
            return None;
        }
        let (settings, misspelt) = match self.term(map) {
            Term::Map(entries) => self.known_settings(entries, spec.settings, &spec.one(), spec.has(), &name.span),
            Term::Wrong => return None,
            _ => {
                let message = format!("the settings of {} stand in `#{{ … }}`", spec.one());
                self.report(Diagnostic::error(Code::WrongType, message).at(&map.span).help(example));
                return None;
            }
        };
        for known in spec
            .settings
            .iter()
            .filter(|known| known.required() && !settings.contains_key(known.name) && !misspelt.contains(known.name))
        {
            let message = format!("{} {} no `{}`", spec.this(), spec.has(), known.name);
            let finding = Diagnostic::error(Code::MissingSetting, message)
                .at(&name.span)
                .help(format!("add `{}:` {}", known.name, known.takes));
            self.report(finding);
        }
        Some(Given { spec, name: text, name_span: name.span.clone(), settings, misspelt, span: span.clone() })
    }

    /// Whether a name shows on a statement as it is written.
    fn can_be_read(&mut self, name: &str, span: &Span) -> bool {
        let message = if name.trim().is_empty() {
            "a name is not blank"
        } else if name.chars().any(is_unseen) {
            "a name has a character in it that does not show, or that turns what follows it"
        } else {
            return true;
        };
        let finding = Diagnostic::error(Code::WrongType, message).at(span);
        self.report(finding.help("write what is to stand on statements: no control characters, and something to see"));
        false
    }

    /// The settings that are known; the others are reported with the nearest name, which is returned too.
    fn known_settings(
        &mut self,
        entries: Vec<(Name, Node)>,
        known: &'static [Setting],
        what: &str,
        has: &str,
        of: &Span,
    ) -> (Settings, BTreeSet<&'static str>) {
        let mut settings = BTreeMap::new();
        let mut misspelt = BTreeSet::new();
        for (setting, node) in entries {
            if known.iter().any(|known| known.name == &*setting.text) {
                settings.insert(Arc::clone(&setting.text), (setting, node));
                continue;
            }
            let message = format!("{what} {has} no setting `{}`", setting.text);
            let mut finding =
                Diagnostic::error(Code::UnknownSetting, message).at(&setting.span).also(of, "it is given here");
            finding = match nearest(&setting.text, known.iter().map(|known| known.name)) {
                Some(near) => {
                    misspelt.insert(near);
                    finding.label(format!("did you mean `{near}`?"))
                }
                None => finding.help(format!("there are {}", list_of(known.iter().map(|known| known.name)))),
            };
            self.report(finding);
        }
        (settings, misspelt)
    }

    /// A name that stands on statements is used once.
    fn name_is_new(&mut self, given: &Given) -> bool {
        let first = self.declared.names.iter().find(|(name, _)| *name == given.name).map(|(_, span)| span.clone());
        let Some(first) = first else {
            self.declared.names.push((Arc::clone(&given.name), given.name_span.clone()));
            return true;
        };
        let finding = Diagnostic::error(Code::DuplicateName, format!("`{}` is declared twice", given.name))
            .at(&given.name_span)
            .also(&first, "the first")
            .help("names are unique in a plan: they stand on statements");
        self.report(finding);
        false
    }
}
