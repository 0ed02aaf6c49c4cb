//! `clawback`: what an event takes back, of what, at which age.

use super::Given;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::value::Duration;
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{Clawback, Component, ComponentKind, Method, Per, Since, Take};
use crate::plan::scope::{Here, Param, Term};
use crate::plan::table::{Axis, Mode, Table, Values};
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What sets a rule off that names nothing.
const ENDINGS: [&str; 2] = ["cancelled", "refunded"];

impl Elaborator<'_> {
    pub(super) fn clawback(&mut self, given: &Given) -> Term {
        let on = self.events(given);
        let of = self.components_of(given);
        let after = self.age(given, "after");
        let within = self.age(given, "within");
        let since = [
            ("closed", Since::Closed),
            ("invoiced", Since::Invoiced),
            ("paid", Since::Paid),
            ("starts", Since::Starts),
        ];
        let since = self.word(given, "since", &since).unwrap_or(Since::Closed);
        let reverses = self.word(given, "method", &[("reverse", true), ("restate", false)]);
        let take = self.take(given, of.as_deref().unwrap_or_default());
        let base = self.word(given, "base", &[("held", false), ("first", true)]).unwrap_or(false);
        let empty = matches!((after, within), (Some(Some(after)), Some(Some(within))) if ends_by(within, after));
        if empty {
            let finding = Diagnostic::error(Code::BadLimit, "no age lies in this window")
                .at(given.at("within"))
                .also(given.at("after"), "it begins after this age")
                .help("let `within` be the longer of them");
            self.report(finding);
        }
        let method = match reverses {
            Some(true) => take.map(|take| Method::Reverse { take, of_first: base }),
            Some(false) => {
                self.without(given, &["take", "base"], "`restate` works the period again, whatever that gives");
                Some(Method::Restate)
            }
            None => None,
        };
        let (Some(on), Some(of), Some(method), Some(after), Some(within), false) =
            (on, of, method, after, within, empty)
        else {
            return Term::Wrong;
        };
        if reverses == Some(true) && !self.reverse_finds(given, &of) {
            return Term::Wrong;
        }
        let rule = Clawback {
            name: Arc::clone(&given.name),
            on,
            of,
            after,
            within,
            since,
            method,
            span: given.name_span.clone(),
        };
        if let Some(plan) = &mut self.plan {
            plan.clawbacks.push(rule);
        }
        Term::Nothing
    }

    fn events(&mut self, given: &Given) -> Option<Vec<Arc<str>>> {
        let Some(node) = given.get("on").cloned() else {
            return Some(ENDINGS.map(Arc::from).to_vec());
        };
        let help = "write `\"cancelled\"`, or `[\"cancelled\", \"refunded\"]`";
        let items = match self.term(&node) {
            Term::List(items) if items.is_empty() => {
                self.report(Diagnostic::error(Code::WrongType, "nothing sets this off").at(&node.span).help(help));
                return None;
            }
            Term::List(items) => items,
            Term::Wrong => return None,
            _ => vec![node],
        };
        let kinds = self.event_kinds();
        let mut found: Vec<Arc<str>> = Vec::with_capacity(items.len());
        let mut sound = true;
        for item in &items {
            match self.text(item) {
                Some(kind) if self.known_event(&kind, &kinds, &item.span) => {
                    if !found.contains(&kind) {
                        found.push(kind);
                    }
                }
                _ => sound = false,
            }
        }
        sound.then_some(found)
    }

    /// A length of time; the outer nothing is a fault.
    fn age(&mut self, given: &Given, name: &str) -> Option<Option<Duration>> {
        let Some(node) = given.get(name).cloned() else {
            return Some(None);
        };
        let typed = self.needed(&node);
        let (message, help) = match typed.known() {
            Some(Scalar::Duration(length @ (Duration::Days(count) | Duration::Months(count)))) if *count >= 0 => {
                return Some(Some(*length));
            }
            _ if typed.kind == Kind::Wrong => return None,
            Some(Scalar::Duration(_)) => (format!("`{name}` is below zero"), "count from day 0: `90.days`".to_owned()),
            Some(Scalar::Decimal(figure)) => {
                (format!("`{name}` is a length of time"), format!("write `{figure}.days` or `{figure}.months`"))
            }
            _ => (format!("`{name}` is a length of time"), "write `90.days` or `6.months`".to_owned()),
        };
        let code = if typed.kind == Kind::Duration { Code::BadLimit } else { Code::WrongType };
        self.report(Diagnostic::error(code, message).at(&node.span).help(help));
        None
    }

    /// The date that no deal lacks which feeds these components, or any where none is named.
    fn counted_day(&self, of: &[usize]) -> Option<usize> {
        let touched = self.components.iter().enumerate().filter(|(place, _)| of.is_empty() || of.contains(place));
        let mut days = touched.map(|(_, component)| {
            let measure = self.measure_followed(&component.on).and_then(|place| self.measures.get(place));
            measure.and_then(|measure| measure.when.column())
        });
        let first = days.next()?;
        first.filter(|_| days.all(|day| day == first))
    }

    fn take(&mut self, given: &Given, of: &[usize]) -> Option<Take> {
        let Some(node) = given.get("take").cloned() else {
            return Some(Take::Share(Decimal::ONE));
        };
        match self.term(&node) {
            Term::Wrong => None,
            Term::Table(table) => self.take_table(&table, &node.span).then_some(Take::Table(table)),
            term @ (Term::Closure(_) | Term::Dated(_)) => {
                let here = Here {
                    params: &[Param::Deal, Param::Payee, Param::Event],
                    when: self.counted_day(of),
                    figures: false,
                    per_deal: true,
                    deals_apart: false,
                    unit: Kind::Money,
                    event_amount: false,
                };
                self.value_from(term, &node, here, Wanted::Factor).map(|typed| Take::Formula(typed.expr))
            }
            _ => self.part("take", &node).map(Take::Share),
        }
    }

    fn take_table(&mut self, table: &Table, span: &Span) -> bool {
        let ages = table.tiers().filter(|tiers| matches!(tiers.axis, Axis::Days | Axis::Months));
        let reached = ages.filter(|tiers| matches!(tiers.mode, Mode::Steps | Mode::Interpolated));
        let parts = reached.filter(|_| table.values == Values::Percents);
        if let Some(tiers) = parts {
            let part = Decimal::ZERO..=Decimal::ONE;
            let wrong = tiers.rows.iter().filter(|row| row.formula.is_none() && !part.contains(&row.value));
            let mut sound = true;
            for row in wrong {
                let finding = Diagnostic::error(Code::BadLimit, "`take` is a part: 0 to 100 %").at(&row.span);
                self.report(finding.help("nothing is taken at `0.pct`, all of it at `100.pct`"));
                sound = false;
            }
            return sound;
        }
        let (code, message) = if ages.is_none() {
            (Code::TierKind, "a table in `take` runs over the age")
        } else if reached.is_none() {
            (Code::WrongRate, "a table in `take` says how much at an age")
        } else {
            (Code::WrongType, "a table in `take` gives percents")
        };
        let finding = Diagnostic::error(code, message).at(span).also(&table.span, "this table");
        self.report(
            finding.help("write `interpolated([[90.days, 100.pct], [180.days, 0.pct]])`, or `steps` from `0.days`"),
        );
        false
    }

    /// `reverse` takes entries of deals; where all that it names makes others, it would take nothing.
    fn reverse_finds(&mut self, given: &Given, of: &[usize]) -> bool {
        let without: Vec<Arc<str>> = of
            .iter()
            .filter_map(|place| self.components.get(*place))
            .filter(|component| !pays_deals(component))
            .map(|component| Arc::clone(&component.name))
            .collect();
        let Some(name) = without.first() else {
            return true;
        };
        let finding = Diagnostic::error(Code::BadLimit, format!("`{name}` makes no entries for deals"))
            .at(given.at("of"))
            .why("`reverse` takes entries of the deal, and would find none")
            .help("leave it out, or say `method: \"restate\"`");
        self.report(finding);
        false
    }
}

/// Whether a component makes entries for deals.
fn pays_deals(component: &Component) -> bool {
    match component.kind {
        ComponentKind::Commission | ComponentKind::Spiff { .. } | ComponentKind::Residual { .. } => true,
        ComponentKind::Override | ComponentKind::Pool { .. } => component.per == Per::Deal,
        ComponentKind::Bonus | ComponentKind::Objectives { .. } => false,
    }
}

/// Whether a rule touches a component.
fn touches(rule: &Clawback, place: usize, component: &Component) -> bool {
    let named = rule.of.is_empty() || rule.of.contains(&place);
    named && (matches!(rule.method, Method::Restate) || pays_deals(component))
}

/// The fewest or the most days that a length of time has, whenever it begins.
fn days_of(length: Duration, most: bool) -> i64 {
    let months = match length {
        Duration::Days(days) => return days,
        Duration::Months(months) => months,
    };
    let Ok(months) = u32::try_from(months) else {
        return i64::MAX;
    };
    // Every day of four years, among them one of 366 days.
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let lengths = (0..1_461).filter_map(|offset| {
        let from = first.checked_add_days(Days::new(offset))?;
        Some(from.checked_add_months(Months::new(months))?.signed_duration_since(from).num_days())
    });
    if most { lengths.max().unwrap_or(i64::MAX) } else { lengths.min().unwrap_or(0) }
}

/// Whether `end` is never later than `start`.
fn ends_by(end: Duration, start: Duration) -> bool {
    match (end, start) {
        (Duration::Months(end), Duration::Months(start)) => end <= start,
        _ => days_of(end, true) <= days_of(start, false),
    }
}

/// Whether two rules can hold at one age. Ages that are counted from different days cannot be told apart.
fn share_an_age(a: &Clawback, b: &Clawback) -> bool {
    let before = |first: &Clawback, second: &Clawback| match (first.within, second.after) {
        (Some(within), Some(after)) => ends_by(within, after),
        _ => false,
    };
    a.since != b.since || !(before(a, b) || before(b, a))
}

impl Elaborator<'_> {
    /// Two rules for the same event, age and component would both take.
    pub(super) fn rules_apart(&mut self) {
        let rules: Vec<Clawback> = self.plan.iter().flat_map(|plan| plan.clawbacks.clone()).collect();
        for (later, rule) in rules.iter().enumerate() {
            for earlier in rules.iter().take(later) {
                let event = rule.on.iter().find(|kind| earlier.on.contains(kind));
                let both =
                    self.components.iter().enumerate().find(|(place, component)| {
                        touches(rule, *place, component) && touches(earlier, *place, component)
                    });
                let (Some(event), Some((_, component))) = (event, both) else {
                    continue;
                };
                if !share_an_age(earlier, rule) {
                    continue;
                }
                let message = format!(
                    "`{}` and `{}` both hold at one age, for `{event}` and `{}`",
                    earlier.name, rule.name, component.name
                );
                let finding = Diagnostic::error(Code::PartsTotal, message)
                    .at(&rule.span)
                    .also(&earlier.span, "the other rule")
                    .why("one event would take the same pay twice")
                    .help("let one begin where the other ends: `within: 90.days`, then `after: 90.days`");
                self.report(finding);
            }
        }
    }
}
