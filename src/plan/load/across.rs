//! What only all plans of a project together can show: versions, names across plans, circles, quotas that are read.

use super::reads::{component_reads, reads};
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::plan::formula::Read;
use crate::plan::model::{Base, CreditRule, On, Plan, Price, SumOf, Unit};
use crate::plan::table::Axis;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A setting that has an effect only where something reads a measure's quota: the measure's place, the setting.
pub(super) type OfQuota = (usize, &'static str, Span);

/// Two versions of one plan hold on different days.
pub(super) fn versions(plans: &[Plan], findings: &mut Vec<Diagnostic>) {
    for (earlier, later) in plans.iter().zip(plans.iter().skip(1)) {
        if earlier.name == later.name && later.from <= earlier.to {
            let (name, file) = (&later.name, &earlier.span.file);
            let message = format!("two versions of `{name}` hold on {}: the other is in {file}", later.from);
            let finding =
                Diagnostic::error(Code::PlanOverlap, message).at(&later.span).also(&earlier.span, "the other");
            findings.push(finding.help("let the earlier one end on the day before"));
        }
        one_currency(earlier, later, findings);
    }
}

/// What one version counts does not run on in another currency, nor do a guarantee and a draw that are one over both.
fn one_currency(earlier: &Plan, later: &Plan, findings: &mut Vec<Diagnostic>) {
    if earlier.name != later.name || earlier.currency == later.currency {
        return;
    }
    let of = |plan: &Plan| -> BTreeSet<Arc<str>> {
        let draws = plan.draws.iter().map(|draw| Arc::clone(&draw.name));
        draws.chain(plan.guarantees.iter().map(|guarantee| Arc::clone(&guarantee.name))).collect()
    };
    if later.restarts && of(earlier).is_disjoint(&of(later)) {
        return;
    }
    let (name, before, after) = (&later.name, earlier.currency, later.currency);
    let message =
        format!("versions of `{name}` are in {before} and in {after}, and what is counted or guaranteed runs on");
    let finding = Diagnostic::error(Code::BadCurrency, message).at(&later.span).also(&earlier.span, "the other");
    let help = "give the later one another name; or let its attainment begin anew with `attainment: \"restart\"`, and its draws and guarantees have names of their own";
    findings.push(finding.help(help));
}

/// A sum by name needs a plan that has the measure or component. `declared` are all names of all scripts; where one could not be
/// read the name may be its, and nothing is said.
pub(super) fn sums(plans: &[Plan], (declared, all_read): (&BTreeSet<Arc<str>>, bool), findings: &mut Vec<Diagnostic>) {
    for sum in plans.iter().flat_map(|plan| &plan.sums) {
        let SumOf::Named(name) = &sum.of else {
            continue;
        };
        if declared.contains(name) {
            one_unit(plans, name, &sum.span, findings);
            continue;
        }
        if !all_read {
            continue;
        }
        let message = format!("no plan has a measure or a component `{name}`");
        let mut finding = Diagnostic::error(Code::UnknownMeasure, message).at(&sum.span);
        finding = match nearest(name, declared.iter().map(|known| &**known)) {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None => finding.help("write the name of a measure or component as its plan declares it"),
        };
        findings.push(finding);
    }
}

/// Measures that are summed by one name count in one unit.
fn one_unit(plans: &[Plan], name: &str, span: &Span, findings: &mut Vec<Diagnostic>) {
    let measures = || plans.iter().flat_map(|plan| &plan.measures).filter(|measure| *measure.name == *name);
    let money = measures().find(|measure| measure.unit == Unit::Money);
    let units = measures().find(|measure| measure.unit == Unit::Number);
    if let (Some(money), Some(units)) = (money, units) {
        let message = format!("`{name}` counts money in one plan and units in another");
        let finding = Diagnostic::error(Code::MixedKinds, message)
            .at(span)
            .also(&money.span, "money")
            .also(&units.span, "units")
            .help("give one of the measures another name");
        findings.push(finding);
    }
}

/// Marks the quotas that are read, also from other plans, and tells of settings of a quota that nothing reads.
pub(super) fn quotas(plans: &mut [Plan], settings: &[Vec<OfQuota>], findings: &mut Vec<Diagnostic>) {
    let mut named = BTreeSet::new();
    for plan in plans.iter_mut() {
        let read = quotas_read(plan, &mut named);
        for place in read {
            if let Some(measure) = plan.measures.get_mut(place) {
                measure.quota_read = true;
            }
        }
    }
    for measure in plans.iter_mut().flat_map(|plan| &mut plan.measures) {
        measure.quota_read |= named.contains(&measure.name);
    }
    for (plan, settings) in plans.iter().zip(settings) {
        for (place, name, span) in settings {
            let Some(measure) = plan.measures.get(*place).filter(|measure| !measure.quota_read) else {
                continue;
            };
            let message = format!("`{name}` has no effect: nothing reads the quota of `{}`", measure.name);
            let finding = Diagnostic::error(Code::ConflictingSettings, message).at(span).also(&measure.span, "here");
            findings.push(finding.help("leave it out, or read the attainment: `marginal([[0.pct, 4.pct], …])`"));
        }
    }
}

/// The measures of a plan whose quotas it reads; those that it reads by name are put in `named`.
fn quotas_read(plan: &Plan, named: &mut BTreeSet<Arc<str>>) -> BTreeSet<usize> {
    let mut own = BTreeSet::new();
    let mut on: Vec<On> = Vec::new();
    reads(plan, &mut |read, _| match read {
        Read::Measure(place, figure) if figure.reads_quota() => on.push(On::Measure(place)),
        Read::Sum(place, figure) if figure.reads_quota() => on.push(On::Sum(place)),
        _ => {}
    });
    for component in &plan.components {
        let prices = std::iter::once(&component.price).chain(&component.multiplier);
        if matches!(component.of, Base::Quota) || prices.into_iter().any(by_attainment) {
            on.push(component.on.clone());
        }
    }
    for on in on {
        match on {
            On::Measure(place) => {
                own.insert(place);
            }
            On::Sum(place) => match plan.sums.get(place).map(|sum| &sum.of) {
                Some(SumOf::Measure(place)) => {
                    own.insert(*place);
                }
                Some(SumOf::Named(name)) => {
                    named.insert(Arc::clone(name));
                }
                Some(SumOf::Component(_)) | None => {}
            },
            On::Component(_) | On::Periods(_) => {}
        }
    }
    own
}

fn by_attainment(price: &Price) -> bool {
    match price {
        Price::Table(table) => table.tiers().is_some_and(|tiers| tiers.axis == Axis::Attainment),
        Price::Dated(rows) => rows.iter().any(|(_, price)| by_attainment(price)),
        Price::Constant(_) | Price::Formula(_) => false,
    }
}

/// Something of a plan that is worked: a measure, or a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Measure(usize, usize),
    Component(usize, usize),
}

/// Plans that follow one another by names, in a circle.
pub(super) fn circles(plans: &[Plan], findings: &mut Vec<Diagnostic>) {
    let mut named: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for (at, plan) in plans.iter().enumerate() {
        for (place, measure) in plan.measures.iter().enumerate() {
            named.entry(&measure.name).or_default().push(Item::Measure(at, place));
        }
        for (place, component) in plan.components.iter().enumerate() {
            named.entry(&component.name).or_default().push(Item::Component(at, place));
        }
    }
    let items: Vec<Item> = named.values().flatten().copied().collect();
    let follows = Follows { plans, named };
    let mut done = BTreeSet::new();
    for item in items {
        follows.walk(item, &mut Vec::new(), &mut done, findings);
    }
}

struct Follows<'a> {
    plans: &'a [Plan],
    named: BTreeMap<&'a str, Vec<Item>>,
}

impl<'a> Follows<'a> {
    fn name(&self, item: Item) -> &'a str {
        let name = match item {
            Item::Measure(plan, place) => self.plans.get(plan).and_then(|p| p.measures.get(place)).map(|m| &*m.name),
            Item::Component(plan, place) => {
                self.plans.get(plan).and_then(|p| p.components.get(place)).map(|c| &*c.name)
            }
        };
        name.unwrap_or_default()
    }

    /// What an item is worked from; with the sum, where it is followed by name.
    fn below(&self, item: Item) -> Vec<(Item, Option<&'a Span>)> {
        let mut found = Vec::new();
        let (Item::Measure(at, place) | Item::Component(at, place)) = item;
        let Some(plan) = self.plans.get(at) else {
            return found;
        };
        match item {
            Item::Measure(..) => match plan.measures.get(place).map(|measure| &measure.credit) {
                Some(CreditRule::Measure(base)) => found.push((Item::Measure(at, *base), None)),
                Some(CreditRule::Sum(sum)) => self.summed(plan, at, *sum, &mut found),
                Some(CreditRule::Formula(_) | CreditRule::Given) | None => {}
            },
            Item::Component(..) => {
                let Some(component) = plan.components.get(place) else {
                    return found;
                };
                match component.on {
                    On::Measure(place) => found.push((Item::Measure(at, place), None)),
                    On::Component(place) => found.push((Item::Component(at, place), None)),
                    On::Sum(sum) => self.summed(plan, at, sum, &mut found),
                    On::Periods(_) => {}
                }
                component_reads(component, &mut |read, _| match read {
                    Read::Measure(place, _) => found.push((Item::Measure(at, place), None)),
                    Read::Earned(place) => found.push((Item::Component(at, place), None)),
                    Read::Sum(sum, _) => self.summed(plan, at, sum, &mut found),
                    _ => {}
                });
            }
        }
        found
    }

    fn summed(&self, plan: &'a Plan, at: usize, sum: usize, found: &mut Vec<(Item, Option<&'a Span>)>) {
        let Some(sum) = plan.sums.get(sum) else {
            return;
        };
        match &sum.of {
            SumOf::Measure(place) => found.push((Item::Measure(at, *place), None)),
            SumOf::Component(place) => found.push((Item::Component(at, *place), None)),
            SumOf::Named(name) => {
                let items = self.named.get(&**name).into_iter().flatten();
                found.extend(items.map(|item| (*item, Some(&sum.span))));
            }
        }
    }

    /// Walks down from an item; `path` are those above it, each with the sum by which it is followed.
    fn walk(
        &self,
        item: Item,
        path: &mut Vec<(Item, Option<&'a Span>)>,
        done: &mut BTreeSet<Item>,
        findings: &mut Vec<Diagnostic>,
    ) {
        if !done.insert(item) {
            return;
        }
        for (next, span) in self.below(item) {
            path.push((item, span));
            let circle: Vec<(Item, Option<&Span>)> =
                path.iter().copied().skip_while(|(above, _)| *above != next).collect();
            if circle.is_empty() {
                self.walk(next, path, done, findings);
            } else {
                self.tell(&circle, findings);
            }
            path.pop();
        }
    }

    fn tell(&self, circle: &[(Item, Option<&'a Span>)], findings: &mut Vec<Diagnostic>) {
        let mut spans: Vec<&Span> = circle.iter().filter_map(|(_, span)| *span).collect();
        spans.sort();
        let Some((first, others)) = spans.split_first() else {
            return;
        };
        let name = |item: &Item| format!("`{}`", self.name(*item));
        let names: Vec<String> = circle.iter().map(|(item, _)| name(item)).collect();
        let message = match names.as_slice() {
            [only] => format!("{only} follows itself"),
            names => format!("{} follow one another in a circle", names.join(", ")),
        };
        let mut finding = Diagnostic::error(Code::Circle, message).at(first);
        for other in others {
            finding = finding.also(other, "and back by this name");
        }
        findings.push(
            finding
                .why("none of them could be worked first")
                .help("let one of them follow what deals credit: `team(\"bookings\")`"),
        );
    }
}
