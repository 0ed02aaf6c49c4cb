//! Rest: closed days of which nothing can have moved since the last close, so that a run need not work them again.
//!
//! In:   the plans, the calendar, the days of which something has become known or falls due.
//! Out:  the days at rest, as spans of which each holds whole measurement periods.
//! Not here: what has changed (`ledger`), which facts the rest of the days need (`project`).
//!
//! What a period earns follows from the facts of its own days alone where plans have nothing that goes from one period to
//! another. [`spans`] knows what does and gives nothing then: all is worked. A span ends where a period of *every* length that any
//! plan goes by ends, so no period lies across its edge.
//!
//! Invariant: a run with days at rest posts, pays and shows what a run of all days does. Tested by `tests/clerk/rest.rs` and
//! `tests/clerk/laws.rs`, which close histories both ways, and by `verify --recompute`, which works all days.

use super::earn::forward;
use super::facts::Days;
use crate::domain::calendar::{Calendar, Period, PeriodKind};
use crate::domain::facts::{Deal, Event, deal_column};
use crate::plan::formula::shift;
use crate::plan::model::{Accumulate, Component, Condition, HeldAtLeaving, Limits, Measure, On, Plan, When};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Days at rest: spans in order, of which no two touch the same day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest(Vec<Days>);

impl Rest {
    /// Whether a day is at rest.
    #[must_use]
    pub fn has(&self, day: NaiveDate) -> bool {
        holds(&self.0, day)
    }

    /// Whether all of some days are at rest.
    #[must_use]
    pub fn has_all(&self, from: NaiveDate, to: NaiveDate) -> bool {
        let place = self.0.partition_point(|span| span.to < from);
        self.0.get(place).is_some_and(|span| span.contains(from) && to <= span.to)
    }

    /// The last of the days that are at rest from a first day on; `None`: that one is not.
    #[must_use]
    pub fn from_the_first(&self, first: NaiveDate) -> Option<NaiveDate> {
        self.0.first().filter(|span| span.contains(first)).map(|span| span.to)
    }

    /// Whether a period is at rest: whole, or not at all; `None` where it lies across the edge.
    #[must_use]
    pub fn has_period(&self, period: &Period) -> Option<bool> {
        let whole = self.has_all(period.from, period.to);
        let period = Days { from: period.from, to: period.to };
        (whole || self.0.iter().all(|span| span.shared(period).is_none())).then_some(whole)
    }
}

/// By which days deals count in some plans.
#[derive(Clone, Debug)]
pub struct Counting {
    booked: bool,
    /// The kinds of events by which they count.
    cash: BTreeSet<&'static str>,
}

impl Counting {
    /// As the measures of plans have it.
    #[must_use]
    pub fn of(plans: &[Plan]) -> Self {
        let whens = || plans.iter().flat_map(|plan| &plan.measures).map(|measure| &measure.when);
        Self {
            booked: whens().any(|when| matches!(when, When::Booked)),
            cash: whens().filter_map(When::event).collect(),
        }
    }

    /// The days of a deal itself: the one that stands for it, and the one it was booked where that counts.
    pub fn days(&self, deal: &Deal) -> impl Iterator<Item = NaiveDate> {
        let booked = deal.date(deal_column::BOOKED).filter(|_| self.booked);
        deal.day().into_iter().chain(booked)
    }

    /// Whether a deal counts on the day of an event.
    #[must_use]
    pub fn counts(&self, event: &Event) -> bool {
        self.cash.contains(&*event.kind)
    }
}

/// Days side by side or over one another as one, in order.
#[must_use]
pub fn merged(mut days: Vec<Days>) -> Vec<Days> {
    days.sort_unstable();
    let mut found: Vec<Days> = Vec::new();
    for span in days {
        match found.last_mut().filter(|last| last.to.succ_opt().is_none_or(|next| span.from <= next)) {
            Some(last) => last.to = last.to.max(span.to),
            None => found.push(span),
        }
    }
    found
}

/// Whether a day is one of some spans, which stand in order.
#[must_use]
pub fn holds(spans: &[Days], day: NaiveDate) -> bool {
    let place = spans.partition_point(|span| span.to < day);
    spans.get(place).is_some_and(|span| span.contains(day))
}

/// The days at rest after the last closed day: those of whole spans that ended, and fell due, by then, and of which no day is
/// stirred. `None` where there are none.
#[must_use]
pub fn after(
    (plans, calendar, chain): (&[Plan], &Calendar, Option<&PeriodKind>),
    closed: NaiveDate,
    stirred: Vec<Days>,
) -> Option<Rest> {
    // A plan that is paid out less often has not looked yet at what the last closes knew.
    let paid_out = |plan: &Plan| calendar.period_of(&plan.payout, closed).is_ok_and(|payout| payout.to == closed);
    if !plans.iter().filter(|plan| plan.from <= closed).all(paid_out) {
        return None;
    }
    let spans = spans(plans, calendar, chain)?;
    let conditions = || plans.iter().flat_map(|plan| &plan.components).flat_map(|component| &component.payable);
    let due = |day: NaiveDate| {
        conditions().all(|(_, condition)| match condition {
            Condition::After(length) => shift(day, *length, false).is_some_and(|due| due <= closed),
            _ => true,
        })
    };
    let stirred = merged(stirred);
    let quiet = |span: &Days| {
        let next = stirred.get(stirred.partition_point(|days| days.to < span.from));
        span.to <= closed && due(span.to) && next.is_none_or(|days| days.shared(*span).is_none())
    };
    let rest = merged(spans.into_iter().filter(quiet).collect());
    (!rest.is_empty()).then_some(Rest(rest))
}

/// All days of the plans in spans that each hold whole periods of every length that a plan goes by; `None` where something in
/// a plan goes from one to another.
fn spans(plans: &[Plan], calendar: &Calendar, chain: Option<&PeriodKind>) -> Option<Vec<Days>> {
    let mut kinds: Vec<&PeriodKind> = chain.into_iter().collect();
    for plan in plans {
        if !stands_alone(plan, calendar) {
            return None;
        }
        kinds.push(&plan.payout);
        kinds.extend(plan.measures.iter().flat_map(|measure| std::iter::once(&measure.period).chain(measure.longer())));
        kinds.extend(plan.draws.iter().flat_map(|draw| draw.per.iter().chain(&draw.forgiven_each)));
        for component in &plan.components {
            if let On::Periods(kind) = &component.on {
                kinds.push(kind);
            }
            kinds.extend(component.payable.iter().filter_map(|(_, condition)| match condition {
                Condition::EndOf(kind) => Some(kind),
                _ => None,
            }));
        }
    }
    if kinds.iter().any(|kind| matches!(kind, PeriodKind::Plan | PeriodKind::Anniversary)) {
        return None;
    }
    let from = plans.iter().map(|plan| plan.from).min()?;
    let to = plans.iter().map(|plan| plan.to).max()?;
    let mut edges: Option<BTreeSet<NaiveDate>> = None;
    for kind in kinds {
        let own: BTreeSet<NaiveDate> =
            calendar.periods(kind, from, to).ok()?.into_iter().map(|period| period.from).collect();
        edges = Some(match edges {
            Some(edges) => edges.intersection(&own).copied().collect(),
            None => own,
        });
    }
    let edges: Vec<NaiveDate> = edges?.into_iter().collect();
    let spans = edges.windows(2).filter_map(|pair| match pair {
        [from, next] => Some(Days { from: *from, to: next.pred_opt()? }),
        _ => None,
    });
    Some(spans.collect())
}

/// Whether what a plan pays for a period follows from that period's days alone, once nothing of them changes any more.
fn stands_alone(plan: &Plan, calendar: &Calendar) -> bool {
    // Instalments, deals counted over all periods and the like: what happens to a deal reaches beyond every length that plans go by.
    let ends = |component| forward::until(plan, component, calendar, (plan.from, NaiveDate::MAX)) < NaiveDate::MAX;
    plan.caps.is_empty()
        && plan.guarantees.is_empty()
        && plan.leaver == HeldAtLeaving::Keep
        && plan.measures.iter().all(counts_alone)
        && plan.components.iter().all(|component| ends(component) && pays_alone(component))
}

fn counts_alone(measure: &Measure) -> bool {
    !matches!(measure.when, When::Formula(_)) && !matches!(measure.accumulate, Some(Accumulate::Trailing(_)))
}

fn pays_alone(component: &Component) -> bool {
    let within = |limits: &Limits| limits.year.is_none() && limits.plan.is_none() && !limits.carries;
    within(&component.floor) && within(&component.cap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Folder;
    use crate::project::Project;

    /// The days at rest of a plan for 2026 and 2027 that is closed to the end of 2026, with what is stirred.
    fn at_rest(declarations: &str, stirred: &[(&str, &str)]) -> Vec<String> {
        let mut folder = Folder::default();
        folder.put("earnmark.toml", "format = 1\ncompany = { name = \"R\", currency = \"USD\" }\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\", amount = \"amount\", payee = \"who\" }\n");
        folder.put("data/d.csv", "id,day,amount,who\n");
        let head =
            "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2027-12-31\", payout: \"month\" });\n";
        folder.put("rules/p.rhai", format!("{head}{declarations}"));
        let project = Project::open(&folder).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let stirred = stirred.iter().map(|(from, to)| Days { from: day(from), to: day(to) }).collect();
        let rest = after((&project.plans, &project.settings.calendar, None), day("2026-12-31"), stirred);
        rest.into_iter().flat_map(|rest| rest.0).map(|days| format!("{} to {}", days.from, days.to)).collect()
    }

    const MONTHS: &str = "let m = measure(\"m\", #{ period: \"month\" });\n";

    #[test]
    fn spans_hold_whole_periods_of_every_length() {
        let pays = "commission(\"C\", #{ on: m, rate: 1.pct });\n";
        let months = format!("{MONTHS}{pays}");
        assert_eq!(at_rest(&months, &[]), ["2026-01-01 to 2026-12-31"]);
        let stirred = [("2026-02-10", "2026-02-10"), ("2026-05-01", "2026-06-30")];
        assert_eq!(
            at_rest(&months, &stirred),
            ["2026-01-01 to 2026-01-31", "2026-03-01 to 2026-04-30", "2026-07-01 to 2026-12-31"]
        );
        // A measure of quarters beside it, and one that runs on over halves.
        let quarters = format!(
            "{months}let q = measure(\"q\", #{{ period: \"quarter\" }});\nbonus(\"B\", #{{ on: q, pay: || 1 }});\n"
        );
        assert_eq!(at_rest(&quarters, &stirred), ["2026-07-01 to 2026-12-31"]);
        let halves = "let m = measure(\"m\", #{ period: \"month\", accumulate: \"half\" });\ncommission(\"C\", #{ on: m, rate: 1.pct });\n";
        assert_eq!(at_rest(halves, &[("2026-02-10", "2026-02-10")]), ["2026-07-01 to 2026-12-31"]);
        // What is due 45 days later: of November by 14 January, of October by 15 December.
        let later = format!("{MONTHS}commission(\"C\", #{{ on: m, rate: 1.pct, payable: 45.days }});\n");
        assert_eq!(at_rest(&later, &[]), ["2026-01-01 to 2026-10-31"]);
    }

    #[test]
    fn what_goes_from_one_period_to_another_leaves_none() {
        for rule in [
            "commission(\"C\", #{ on: m, rate: 1.pct, cap: #{ year: 100 } });\n",
            "commission(\"C\", #{ on: m, rate: 1.pct });\ncap(\"All\", #{ year: 100 });\n",
            "commission(\"C\", #{ on: m, rate: 1.pct });\nguarantee(\"G\", #{ amount: 100 });\n",
            "spiff(\"S\", #{ on: m, pay: 10, budget: 100 });\n",
            "residual(\"R\", #{ on: m, rate: 1.pct, every: \"month\" });\n",
        ] {
            assert!(at_rest(&format!("{MONTHS}{rule}"), &[]).is_empty(), "{rule}");
        }
    }
}
