//! A run beside what its case says, and beside other runs of the same case.

use super::case::{Case, Expect, NotCounted, Pays};
use earnmark::domain::diagnostic::Code;
use earnmark::domain::exact::{fixed, sum};
use earnmark::domain::facts::{Facts, payee_field};
use earnmark::project::{narrowed, quick_payouts};
use earnmark::run::Outcome;
use earnmark::run::adjust::Entry;
use earnmark::run::settle::Payout;
use earnmark::{Computed, Folder, Project};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A project and its run.
#[derive(Debug)]
pub struct Run {
    /// The project.
    pub project: Project,
    /// What was computed.
    pub computed: Computed,
}

impl Run {
    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.computed.outcome.entries
    }

    /// The label of a payout period.
    pub fn label(&self, period: usize) -> &str {
        &self.computed.outcome.periods[period].label
    }

    /// What differs from what the case says.
    pub fn differences(&self, case: &Case) -> Vec<String> {
        let mut told = Vec::new();
        // Cliffs are what many of the cases are about.
        let told_of = self.project.warnings.iter().filter(|found| found.code != Code::Cliff);
        let warned = told_of.map(|found| format!("it warns: {}", found.message));
        told.extend(warned);
        told.extend(case.expect.iter().filter_map(|expect| self.sum_differs(expect)));
        told.extend(case.payouts.iter().filter_map(|pays| self.payout_differs(pays)));
        told.extend(case.measures.iter().filter_map(|said| self.standing_differs(said)));
        told.extend(case.steps.iter().filter_map(|said| self.steps_differ(said)));
        told.extend(case.effective.iter().filter_map(|said| self.effective_differs(said)));
        let mut wanted = case.not_counted.clone();
        let found = self.computed.outcome.not_counted.iter().map(|found| NotCounted {
            deal: found.deal.to_string(),
            payee: found.payee.as_ref().map(ToString::to_string),
            code: found.reason.code().to_owned(),
            setting: found.reason.setting().map(str::to_owned),
        });
        let mut found: Vec<NotCounted> = found.collect();
        wanted.sort();
        found.sort();
        for (found, _) in found.iter_mut().zip(&wanted).filter(|(_, wanted)| wanted.setting.is_none()) {
            found.setting = None;
        }
        if wanted != found {
            told.push(format!("not counted: expected {wanted:?}, got {found:?}"));
        }
        told.extend(self.unsaid(case));
        told
    }

    /// Whether the amounts of payouts worked alone, without reasons, are other than those of the whole run.
    pub fn payouts_alone_differ(&self, case: &Case) -> Option<String> {
        let whole = &self.computed.outcome;
        let until = whole.periods.last()?.to;
        match self.project.compute_bare(&self.project.facts, until) {
            Ok(rows) if rows.payouts == whole.payouts => {}
            Ok(rows) => return Some(format!("payouts of rows alone: {:?}", rows.payouts)),
            Err(findings) => return Some(format!("payouts of rows alone are refused: {findings:?}")),
        }
        match self.project.payouts(case.period.as_deref()) {
            Ok((alone, asked)) => self.amounts_differ(&alone, asked).map(|differs| format!("alone {differs}")),
            Err(refused) => Some(format!("payouts alone are refused: {:?}", refused.findings)),
        }
    }

    /// Whether payouts worked by columns are other than those of the whole run; nothing where only rows can work them.
    pub fn columns_differ(&self, folder: &Folder, case: &Case) -> Option<String> {
        let quick = quick_payouts(folder, None, case.period.as_deref())?;
        let whole = &self.computed.outcome;
        let (rows, asked) = (whole.payout_rows(), self.computed.asked);
        if rows == quick.payouts && asked == quick.asked && whole.periods == quick.periods {
            return None;
        }
        let differs = rows.iter().zip(&quick.payouts).find(|(a, b)| a != b);
        Some(format!("by columns {} payouts of {}: {differs:?}", quick.payouts.len(), rows.len()))
    }

    /// What a payee is paid otherwise when only the facts are worked that count for them, if anything is.
    pub fn narrowed_differ(&self) -> Option<String> {
        let facts = &self.project.facts;
        let until = self.computed.outcome.periods.last()?.to;
        let alone = |id: &Arc<str>| {
            let own = narrowed(&self.project.plans, facts, id)?;
            let outcome = match self.project.compute_with(&own, until) {
                Ok(outcome) => outcome,
                Err(findings) => return Some(format!("{id} alone is refused: {findings:?}")),
            };
            let whole = &self.computed.outcome;
            let entries = |outcome: &Outcome| {
                outcome.entries.iter().filter(|entry| entry.payee == *id).cloned().collect::<Vec<_>>()
            };
            let payouts = |outcome: &Outcome| {
                outcome.payouts.iter().filter(|paid| paid.payee == *id).cloned().collect::<Vec<_>>()
            };
            let same = entries(&outcome) == entries(whole) && payouts(&outcome) == payouts(whole);
            (!same).then(|| format!("{id} alone: {:?} and not {:?}", payouts(&outcome), payouts(whole)))
        };
        facts.payees.iter().find_map(|payee| alone(&payee.id))
    }

    fn amounts_differ(&self, outcome: &Outcome, asked: (usize, usize)) -> Option<String> {
        let figures = |payouts: &[Payout]| -> Vec<String> {
            let figures = payouts.iter().map(|paid| {
                let Payout { payee, period, currency, earned, payout, before, after, .. } = paid;
                let figures =
                    [*earned, *payout, before.owed, before.draw, before.due, after.owed, after.draw, after.due];
                format!("{payee} {period} {currency}: {:?}", figures.map(|figure| figure.normalize()))
            });
            figures.collect()
        };
        let (whole, own) = (figures(&self.computed.outcome.payouts), figures(&outcome.payouts));
        if whole == own && asked == self.computed.asked && outcome.periods == self.computed.outcome.periods {
            return None;
        }
        let differs = whole.iter().zip(&own).find(|(a, b)| a != b);
        Some(format!("{} payouts of {}: {differs:?}", own.len(), whole.len()))
    }

    fn sum_differs(&self, expect: &Expect) -> Option<String> {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let own = self.entries().iter().filter(|entry| {
            let deal = entry.deal.as_ref().map_or("", |(_, id)| id);
            is(&expect.payee, &entry.payee)
                && is(&expect.component, &entry.component)
                && is(&expect.deal, deal)
                && is(&expect.period, self.label(entry.payout))
                && is(&expect.measured, &entry.measured.label)
                && is(&expect.kind, entry.kind.code())
                && expect
                    .objective
                    .as_ref()
                    .is_none_or(|name| entry.steps.iter().any(|step| step.name.as_deref() == Some(name)))
        });
        let own: Vec<&Entry> = own.collect();
        let places = own.first().map_or(2, |entry| entry.plan_currency.places());
        let total = sum(own.iter().map(|entry| entry.earned)).unwrap();
        let found = fixed(total, places);
        let none = own.is_empty() && total.is_zero() && expect.amount.parse() == Ok(total);
        (found != expect.amount && !none).then(|| {
            let Expect { payee, component, deal, period, measured, kind, objective, amount, work } = expect;
            let which: Vec<&str> = [payee, component, deal, period, measured, kind, objective]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            format!("{}: expected {amount} ({work}), got {found}", which.join(" "))
        })
    }

    fn payout_differs(&self, pays: &Pays) -> Option<String> {
        let Pays { payee, period, .. } = pays;
        let Some(place) = self.computed.period(period) else { return Some(format!("there is no period {period}")) };
        let Some(found) = self.computed.outcome.payouts_of(payee, place).next() else {
            return Some(format!("{payee} has no payout in {period}"));
        };
        let money = |amount| fixed(amount, found.currency.places());
        let is = |wanted: &Option<String>, amount| wanted.as_ref().is_none_or(|wanted| *wanted == money(amount));
        let line = |code: &str| {
            let own = found.lines.iter().filter(|(known, _)| *known == code);
            money(sum(own.map(|(_, amount)| *amount)).unwrap())
        };
        let same = is(&pays.earned, found.earned)
            && pays.payout == money(found.payout)
            && is(&pays.carry, found.carry())
            && pays.settle.iter().all(|(code, amount)| line(code) == *amount);
        (!same).then(|| {
            let (earned, payout, carry) = (money(found.earned), money(found.payout), money(found.carry()));
            format!(
                "{payee} in {period}: expected {pays:?}, got earned {earned}, payout {payout}, carry {carry}, {:?}",
                found.lines
            )
        })
    }

    /// What was earned and the case does not speak of.
    fn unsaid(&self, case: &Case) -> Vec<String> {
        let said = |entry: &Entry| {
            case.expect.iter().any(|expect| {
                expect.payee.as_ref().is_some_and(|payee| *entry.payee == **payee)
                    && expect.component.as_ref().is_none_or(|component| **component == *entry.component)
            })
        };
        let unsaid = self.entries().iter().filter(|entry| !entry.earned.is_zero() && !said(entry));
        let names: BTreeSet<String> = unsaid
            .map(|entry| {
                format!(
                    "{} earns {} by `{}`, and no line of the case says so",
                    entry.payee, entry.earned, entry.component
                )
            })
            .collect();
        names.into_iter().collect()
    }

    /// The statements of a payee, as JSON.
    pub fn statements(&self, payee: &str, period: usize) -> String {
        serde_json::to_string_pretty(&self.project.statements(&self.computed, payee, period)).unwrap()
    }

    /// All statements of those who stand in a run, and the digests.
    fn all(&self, payees: &BTreeSet<Arc<str>>) -> Vec<String> {
        let periods = 0..self.computed.outcome.periods.len();
        let all = payees.iter().flat_map(|payee| periods.clone().map(move |period| self.statements(payee, period)));
        let mut all: Vec<String> = all.collect();
        all.push(format!("{:?}", self.computed.digests));
        all
    }

    fn payees(&self) -> BTreeSet<Arc<str>> {
        self.computed.outcome.payouts.iter().map(|payout| Arc::clone(&payout.payee)).collect()
    }

    /// The first statement or digest in which another run differs.
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        let payees = self.payees();
        let (ours, theirs) = (self.all(&payees), other.all(&payees));
        let pair = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        pair.map(|(ours, theirs)| format!("{ours}\nis now\n{theirs}"))
    }

    /// The first statement that changes where somebody else sells the same things.
    pub fn with_a_stranger(&self) -> Option<String> {
        let facts = with_a_stranger(&self.project.facts)?;
        let until = self.computed.outcome.periods.last().map(|period| period.to)?;
        let outcome = match self.project.compute_with(&facts, until) {
            Ok(outcome) => outcome,
            Err(found) => return Some(format!("{found:?}")),
        };
        let Computed { asked, digests, as_of, .. } = &self.computed;
        let computed =
            Computed { outcome, asked: *asked, digests: digests.clone(), as_of: *as_of, warnings: Vec::new() };
        let all = |computed: &Computed| -> Vec<String> {
            let periods = 0..computed.outcome.periods.len();
            let own = self.payees();
            let own = own.iter().flat_map(|payee| periods.clone().map(move |period| (Arc::clone(payee), period)));
            let statements = own.map(|(payee, period)| self.project.statements(computed, &payee, period));
            statements.map(|statements| serde_json::to_string(&statements).unwrap()).collect()
        };
        let (before, after) = (all(&self.computed), all(&computed));
        let pair = before.iter().zip(&after).find(|(before, after)| before != after);
        pair.map(|(before, after)| format!("{before}\nis now\n{after}"))
    }
}

/// The facts, and one payee more: the first one's twin under another name, who reports to nobody and sells a twin of
/// each of the first one's deals, earlier in the order of ids.
fn with_a_stranger(facts: &Facts) -> Option<Facts> {
    let mut more = facts.clone();
    let seller = facts.deals.iter().flat_map(|deal| &deal.shares).map(|share| &share.payee).min()?;
    let first = facts.payees.iter().find(|payee| payee.id == *seller)?;
    let stranger: Arc<str> = Arc::from(format!("!{seller}"));
    let mut payee = first.clone();
    payee.id = Arc::clone(&stranger);
    for row in &mut payee.rows {
        row.cells[payee_field::MANAGER] = None;
    }
    more.payees.push(payee);
    for deal in facts.deals.iter().filter(|deal| deal.shares.iter().any(|share| share.payee == *seller)) {
        let mut twin = deal.clone();
        twin.id = Arc::from(format!("!{}", deal.id));
        twin.shares.retain(|share| share.payee == *seller);
        for share in &mut twin.shares {
            share.payee = Arc::clone(&stranger);
        }
        for event in facts.events.iter().filter(|event| event.deal.as_ref() == Some(&deal.id)) {
            let (id, deal) = (Arc::from(format!("!{}", event.id)), Some(Arc::clone(&twin.id)));
            let payee = event.payee.as_ref().map(|_| Arc::clone(&stranger));
            more.events.push(earnmark::domain::facts::Event { id, deal, payee, ..event.clone() });
        }
        more.deals.push(twin);
    }
    let leave = facts.leave.iter().filter(|row| row.payee == *seller).cloned();
    more.leave.extend(leave.map(|row| earnmark::domain::facts::Leave { payee: Arc::clone(&stranger), ..row }));
    let scores = facts.scores.iter().filter(|row| row.payee == *seller).cloned();
    more.scores.extend(scores.map(|row| earnmark::domain::facts::Score { payee: Arc::clone(&stranger), ..row }));
    let metrics = facts.metrics.iter().filter(|row| row.payee.as_ref() == Some(seller)).cloned();
    more.metrics
        .extend(metrics.map(|row| earnmark::domain::facts::Metric { payee: Some(Arc::clone(&stranger)), ..row }));
    let assignments = facts.assignments.iter().flatten().filter(|row| row.payee == *seller).cloned();
    if let Some(list) = &mut more.assignments {
        list.extend(assignments.map(|row| earnmark::domain::facts::Assignment { payee: Arc::clone(&stranger), ..row }));
    }
    let quotas = facts.quotas.iter().filter(|row| row.payee.as_ref() == Some(seller)).cloned();
    more.quotas.extend(quotas.map(|row| earnmark::domain::facts::Quota { payee: Some(Arc::clone(&stranger)), ..row }));
    Some(more)
}
