//! A test made from a payee of the project: the deals, quotas and events behind a payout, and what they earned, as script.
//!
//! In:   a plan, the facts, what the run earned for a payee in a payout period.
//! Out:  the text of a `test(…)`, to stand at the end of the plan's script.
//! Here: what of the world of the payee is written down. What the payee earned through others is not in it: the caller
//!       works the test, and [`Sketch::text`] leaves out what does not hold.

use crate::domain::calendar::Period;
use crate::domain::exact::grouped;
use crate::domain::facts::{Deal, Facts, Payee, Quota, QuotaDays, deal_column, payee_field};
use crate::domain::value::{Columns, Value};
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::Plan;
use crate::run::Outcome;
use crate::run::adjust::Entry;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// A test to be.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// What it shows, unique among the tests of its plan.
    pub name: String,
    /// The world: payees, quotas, rates, deals and events, a line each.
    lines: Vec<String>,
    /// What was earned, by component.
    expected: Vec<(Arc<str>, Decimal)>,
    /// The payout period.
    period: Arc<str>,
}

/// What a test is made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The facts.
    pub facts: &'a Facts,
    /// What the run gave.
    pub outcome: &'a Outcome,
    /// The payee.
    pub payee: &'a Payee,
    /// The plan's payout period.
    pub period: &'a Period,
}

/// Lines that say quotas, by measure and period, with whether they are the payee's own.
type Quotas<'a> = BTreeMap<(&'a Arc<str>, &'a Arc<str>), (bool, String)>;

impl Sketch {
    /// A test of what the payee earned in the period; `None` where nothing of the plan was posted then.
    #[must_use]
    pub fn of(source: Source<'_>) -> Option<Self> {
        let mut expected: Vec<(Arc<str>, Decimal)> = Vec::new();
        for entry in source.entries().filter(|entry| source.posted_then(entry)) {
            if !source.plan.components.iter().any(|component| component.name == entry.component) {
                continue;
            }
            match expected.iter_mut().find(|(name, _)| *name == entry.component) {
                Some((_, sum)) => *sum = sum.checked_add(entry.earned)?,
                None => expected.push((Arc::clone(&entry.component), entry.earned)),
            }
        }
        if expected.is_empty() {
            return None;
        }
        // The period first: behind a name in Arabic its digits would be read from the right.
        let wanted = format!("{}, {}", source.period.label, source.payee.name());
        let taken = |name: &str| source.plan.tests.iter().any(|test| &*test.name == name);
        let name = (1_u32..)
            .map(|n| if n == 1 { wanted.clone() } else { format!("{wanted} ({n})") })
            .find(|name| !taken(name))?;
        Some(Self { name, lines: source.lines(), expected, period: Arc::clone(&source.period.label) })
    }

    /// The script of the test. Components of `left_out` are told in a comment in place of an expectation.
    #[must_use]
    pub fn text(&self, left_out: &BTreeSet<Arc<str>>) -> String {
        let mut text = format!("test({}, |t| {{\n", quoted(&self.name));
        for line in &self.lines {
            let _ = writeln!(text, "    {line}");
        }
        for (component, amount) in &self.expected {
            if left_out.contains(component) {
                let _ = writeln!(
                    text,
                    "    // {}: {} in {} also comes from what others did, or from before: not in this test",
                    one_line(component),
                    figure(*amount),
                    self.period
                );
            } else {
                let _ = writeln!(
                    text,
                    "    t.expect({}, {}, {});",
                    quoted(component),
                    quoted(&self.period),
                    figure(*amount)
                );
            }
        }
        text.push_str("});\n");
        text
    }

    /// The components whose earnings it expects.
    pub fn components(&self) -> impl Iterator<Item = &Arc<str>> {
        self.expected.iter().map(|(component, _)| component)
    }
}

impl<'a> Source<'a> {
    fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let (plan, payee) = (&self.plan.name, &self.payee.id);
        self.outcome.entries.iter().filter(move |entry| entry.payee == *payee && entry.plan == *plan)
    }

    fn posted_then(&self, entry: &Entry) -> bool {
        self.outcome.periods.get(entry.payout).is_some_and(|period| self.period.contains(period.to))
    }

    /// The lines that make the world.
    fn lines(&self) -> Vec<String> {
        let (mut of_deals, mut of_payees) = (BTreeSet::new(), BTreeSet::new());
        reads(self.plan, &mut |found, _| match found {
            Read::Deal(place) => _ = of_deals.insert(place),
            Read::Payee(place) | Read::PayeeByDays(place) => _ = of_payees.insert(place),
            _ => {}
        });
        let deals = self.deals();
        let others: Vec<&Arc<str>> = others(&deals, &self.payee.id);
        let mut lines = Vec::new();
        let fields = self.fields(&of_payees, &[payee_field::START, payee_field::END, payee_field::CURRENCY]);
        lines.extend(fields.map(|fields| format!("t.set({fields});")));
        // Who shares a deal has what the plan asks of everybody; how much of it plays no part.
        let fields = self.fields(&of_payees, &[]).map_or_else(String::new, |fields| format!(", {fields}"));
        let quotas = self.quotas();
        let measures: BTreeSet<&Arc<str>> = quotas.keys().map(|(measure, _)| *measure).collect();
        for place in 0..others.len() {
            lines.push(format!("let {0} = t.payee({1}{fields});", other(place), quoted(&other(place))));
            lines.extend(measures.iter().map(|name| format!("{}.quota({}, 100_000);", other(place), quoted(name))));
        }
        lines.extend(quotas.into_values().map(|(_, line)| line));
        lines.extend(self.rates());
        lines.extend(self.scores());
        for measure in &self.plan.measures {
            of_deals.extend(measure.when.column());
        }
        of_deals.extend([deal_column::CLOSED, deal_column::BOOKED]);
        for deal in &deals {
            lines.push(self.deal(deal, &of_deals, &others));
        }
        lines.extend(self.events(&deals));
        lines
    }

    /// The deals of the payee that the plan may have counted by the end of the period, by day and id.
    fn deals(&self) -> Vec<&'a Deal> {
        let named = |deal: &Deal| deal.shares.iter().any(|share| share.payee == self.payee.id);
        let paid: BTreeSet<&Arc<str>> =
            self.entries().filter_map(|entry| entry.deal.as_ref().map(|(_, id)| id)).collect();
        let days = [deal_column::CLOSED, deal_column::BOOKED, deal_column::STARTS];
        let within = |deal: &Deal| {
            let own: Vec<_> = days.iter().filter_map(|column| deal.date(*column)).collect();
            own.iter().any(|day| *day <= self.period.to) && own.iter().any(|day| *day >= self.plan.from)
        };
        let mut deals: Vec<&Deal> =
            self.facts.deals.iter().filter(|deal| (named(deal) || paid.contains(&deal.id)) && within(deal)).collect();
        deals.sort_by_key(|deal| (deal.day(), &deal.id));
        deals
    }

    /// The fields that the plan reads and those of `also`, as of the end of the period.
    fn fields(&self, read: &BTreeSet<usize>, also: &[usize]) -> Option<String> {
        let columns = &self.facts.schema.payees;
        let hidden = [payee_field::ID, payee_field::NAME, payee_field::MANAGER, payee_field::RECORDED];
        let places: BTreeSet<&usize> = read.iter().chain(also).filter(|place| !hidden.contains(place)).collect();
        let value = |place: usize| self.payee.field(place, self.period.to).or_else(|| self.payee.constant(place));
        let plan = self.plan.currency.code();
        let cells = places.into_iter().filter_map(|place| {
            let value = value(*place)?;
            let own = *place == payee_field::CURRENCY && value.text().is_some_and(|code| &**code == plan);
            (!own).then(|| cell(columns, *place, value)).flatten()
        });
        let cells: Vec<String> = cells.collect();
        (!cells.is_empty()).then(|| format!("#{{ {} }}", cells.join(", ")))
    }

    /// The quotas of the payee.
    fn quotas(&self) -> Quotas<'a> {
        let applies = |quota: &&Quota| {
            quota.payee.as_ref().is_none_or(|payee| *payee == self.payee.id)
                && quota.plan.as_ref().is_none_or(|plan| *plan == self.plan.name)
                && self.plan.measures.iter().any(|measure| measure.name == quota.measure)
        };
        let mut lines = Quotas::new();
        for quota in self.facts.quotas.iter().filter(applies) {
            let QuotaDays::Period(label) = &quota.days else { continue };
            let unit = quota.currency.filter(|currency| *currency != self.plan.currency);
            let amount = unit.map_or_else(|| figure(quota.amount), |unit| format!("{}.{unit}", figure(quota.amount)));
            let line = format!("t.quota({}, {}, {amount});", quoted(&quota.measure), quoted(label));
            // The payee's own stands before that of everybody.
            let own = quota.payee.is_some();
            let held = lines.entry((&quota.measure, label)).or_insert_with(|| (own, line.clone()));
            if own && !held.0 {
                *held = (own, line);
            }
        }
        lines
    }

    /// The rates at which something of the payee was converted.
    fn rates(&self) -> Vec<String> {
        let credits = self.entries().filter_map(|entry| entry.credit.as_ref()?.converted.as_ref());
        let pay = self.entries().filter_map(|entry| entry.converted.as_ref());
        let lines = credits.chain(pay).filter_map(|converted| {
            let day = converted.day?;
            Some((
                day,
                format!("t.rate(\"{}\", \"{}\", \"{day}\", {});", converted.from, converted.to, number(converted.rate)),
            ))
        });
        let lines: BTreeSet<_> = lines.collect();
        lines.into_iter().map(|(_, line)| line).collect()
    }

    /// Scores and totals that are given.
    fn scores(&self) -> Vec<String> {
        let own = |payee: &Arc<str>| *payee == self.payee.id;
        let scores = self.facts.scores.iter().filter(|score| own(&score.payee));
        let scores = scores.map(|score| {
            format!("t.score({}, {}, {});", quoted(&score.objective), quoted(&score.period), percent(score.score))
        });
        let of_plan = |name: &Arc<str>| self.plan.measures.iter().any(|measure| measure.name == *name);
        let given = self.facts.metrics.iter().filter(|row| row.payee.as_ref().is_none_or(own) && of_plan(&row.measure));
        let given = given
            .map(|row| format!("t.given({}, {}, {});", quoted(&row.measure), quoted(&row.period), figure(row.value)));
        let lines: BTreeSet<String> = scores.chain(given).collect();
        lines.into_iter().collect()
    }

    fn deal(&self, deal: &Deal, read: &BTreeSet<usize>, others: &[&Arc<str>]) -> String {
        let columns = &self.facts.schema.deals;
        let mut cells = vec![format!("id: {}", quoted(&deal.id))];
        if let Some(currency) = deal.currency().filter(|currency| *currency != self.plan.currency) {
            cells.push(format!("currency: \"{currency}\""));
        }
        let hidden = [deal_column::ID, deal_column::CURRENCY, deal_column::RECORDED];
        let places = read.iter().filter(|place| !hidden.contains(place));
        cells.extend(places.filter_map(|place| cell(columns, *place, deal.cell(*place)?)));
        let whole = matches!(deal.shares.as_slice(), [only] if only.payee == self.payee.id && only.share == Decimal::ONE && only.role.is_none());
        if !whole && !deal.shares.is_empty() {
            let shares = deal.shares.iter().map(|share| {
                let who = others.iter().position(|other| **other == share.payee).map_or("t".to_owned(), other);
                match &share.role {
                    Some(role) => format!("{who}: #{{ share: {}, role: {} }}", percent(share.share), quoted(role)),
                    None => format!("{who}: {}", percent(share.share)),
                }
            });
            cells.push(format!("shares: #{{ {} }}", shares.collect::<Vec<_>>().join(", ")));
        }
        format!("t.deal(#{{ {} }});", cells.join(", "))
    }

    fn events(&self, deals: &[&Deal]) -> Vec<String> {
        let known: BTreeSet<&Arc<str>> = deals.iter().map(|deal| &deal.id).collect();
        let mut events: Vec<_> = self
            .facts
            .events
            .iter()
            .filter_map(|event| {
                let deal = event.deal.as_ref().filter(|deal| known.contains(deal))?;
                let own = event.payee.as_ref().is_none_or(|payee| *payee == self.payee.id);
                (own && event.date <= self.period.to).then_some((event.date, deal, event))
            })
            .collect();
        events.sort_by_key(|(date, deal, event)| (*date, *deal, &event.id));
        let line = |(date, deal, event): (_, &Arc<str>, &crate::domain::facts::Event)| {
            let amount = event.amount.map_or_else(String::new, |amount| format!(", {}", figure(amount)));
            format!("t.event({}, {}, \"{date}\"{amount});", quoted(deal), quoted(&event.kind))
        };
        events.into_iter().map(line).collect()
    }
}

/// Those who share deals with a payee, each once, in the order of the deals.
fn others<'a>(deals: &[&'a Deal], payee: &str) -> Vec<&'a Arc<str>> {
    let mut others: Vec<&Arc<str>> = Vec::new();
    for share in deals.iter().flat_map(|deal| &deal.shares).filter(|share| &*share.payee != payee) {
        if !others.contains(&&share.payee) {
            others.push(&share.payee);
        }
    }
    others
}

/// The name in the script of one who shares a deal: who it is plays no part.
fn other(place: usize) -> String {
    format!("other_{}", place.saturating_add(1))
}

/// `name: value`; nothing for what a script cannot write.
fn cell(columns: &Columns, place: usize, value: &Value) -> Option<String> {
    let name = &columns.get(place)?.name;
    let text = match value {
        Value::Money(amount) | Value::Number(amount) => figure(*amount),
        Value::Percent(part) => percent(*part),
        Value::Date(day) => format!("\"{day}\""),
        Value::Text(text) => quoted(text),
        Value::YesNo(yes) => yes.to_string(),
        Value::Duration(_) => return None,
    };
    Some(format!("{name}: {text}"))
}

/// A figure as scripts write it: `1_250_000`, `2_800.5`.
fn figure(amount: Decimal) -> String {
    let amount = amount.normalize();
    grouped(amount, amount.scale()).replace(',', "_").replace('\u{2212}', "-")
}

/// A figure without groups.
fn number(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// A fraction as a percent: `60.pct`.
fn percent(part: Decimal) -> String {
    part.checked_mul(Decimal::ONE_HUNDRED).map_or_else(|| number(part), |part| format!("{}.pct", number(part)))
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text as a comment may hold it.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
