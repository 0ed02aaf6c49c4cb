//! Reach: which changed facts stand behind a true-up. A changed fact reaches the payees that it names, whoever is above them, and the
//! measurement periods that hold one of its days; where a plan looks at everybody, it reaches everybody.
//!
//! In:   what has changed since the last close, the facts of now, what the last close knew.
//! Out:  for a payee, a measurement period and a cause the versions, each as kind, id and the beginning of its digest.
//! Not here: what each changes (`prices`): a close names them, and whoever asks has them priced.

use super::known::Known;
use super::register::{Changes, Fact, class};
use crate::domain::calendar::Calendar;
use crate::domain::sha::digest;
use crate::domain::value::Value;
use crate::project::{Project, looks_around};
use chrono::NaiveDate;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many versions an entry names; of the others it has the number and the beginning of one digest over their names.
const NAMED: usize = 12;

/// A changed fact.
struct Changed {
    /// Kind, id, beginning of the digest.
    name: String,
    /// `people` or `data`.
    cause: &'static str,
    /// The days on which it counts; `None`: any.
    days: Option<Vec<NaiveDate>>,
}

/// The changed facts by whom they reach.
pub struct Reach<'p> {
    calendar: &'p Calendar,
    facts: Vec<Changed>,
    of_payee: BTreeMap<Arc<str>, Vec<usize>>,
    of_all: Vec<usize>,
}

impl<'p> Reach<'p> {
    /// Finds whom each changed fact reaches.
    #[must_use]
    pub fn of(project: &'p Project, known: &Known<'_>, changes: &Changes<'_>) -> Self {
        let mut found = Self {
            calendar: &project.settings.calendar,
            facts: Vec::new(),
            of_payee: BTreeMap::new(),
            of_all: Vec::new(),
        };
        let around = project.plans.iter().any(looks_around);
        let above = Above::of(project, known);
        let deals = Deals::of(project, known, changes);
        let new = changes.new.iter().map(|fact| {
            let old = known.get(fact.kind, &fact.id).and_then(|row| row.body.as_deref());
            (fact.kind, name(fact), [Some(fact.body.as_str()), old], &fact.id)
        });
        let gone = changes.vanished.iter().map(|row| {
            (&*row.kind, format!("{} {} withdrawn", row.kind, row.id), [row.body.as_deref(), None], &row.id)
        });
        for (kind, name, bodies, id) in new.chain(gone) {
            let cause = class(kind).word();
            if cause == "plan" {
                continue;
            }
            let said = Said::of(kind, id, bodies, &deals);
            let place = found.facts.len();
            found.facts.push(Changed { name, cause, days: said.days });
            match said.payees.filter(|_| !around) {
                None => found.of_all.push(place),
                Some(named) => {
                    for payee in above.and_above(named) {
                        found.of_payee.entry(payee).or_default().push(place);
                    }
                }
            }
        }
        found
    }

    /// The changed facts behind a true-up of a payee, by its measurement period and cause.
    #[must_use]
    pub fn behind(&self, payee: &str, measured: &str, cause: &str) -> Vec<String> {
        let days = self.calendar.parse(measured).ok();
        let own = self.of_payee.get(payee).into_iter().flatten().chain(&self.of_all);
        let counts = |fact: &&Changed| {
            let in_period =
                |day: &NaiveDate| days.as_ref().is_none_or(|period| period.from <= *day && *day <= period.to);
            cause.split('+').any(|word| word == fact.cause)
                && fact.days.as_ref().is_none_or(|days| days.iter().any(in_period))
        };
        let mut names: Vec<String> =
            own.filter_map(|place| self.facts.get(*place)).filter(counts).map(|fact| fact.name.clone()).collect();
        names.sort();
        if names.len() > NAMED {
            let more = names.split_off(NAMED);
            let count = more.len();
            let digest: String = digest(more.into_iter()).chars().take(12).collect();
            names.push(format!("and {count} more {digest}"));
        }
        names
    }
}

/// Kind, id, beginning of the digest.
#[must_use]
pub fn name(fact: &Fact) -> String {
    format!("{} {} {}", fact.kind, fact.id, fact.digest().to_string().get(..12).unwrap_or_default())
}

/// The body of a row of the register.
pub(super) fn json(body: Option<&str>) -> Option<Json> {
    body.and_then(|body| serde_json::from_str(body).ok())
}

/// A text in it.
pub(super) fn text<'j>(body: &'j Json, name: &str) -> Option<&'j str> {
    body.get(name)?.as_str()
}

/// Whom a deal names, and its days.
type OfDeal = (BTreeSet<Arc<str>>, Vec<NaiveDate>);

/// The deals that changed events are about.
struct Deals(BTreeMap<String, OfDeal>);

impl Deals {
    fn of(project: &Project, known: &Known<'_>, changes: &Changes<'_>) -> Self {
        let new = changes.new.iter().filter(|fact| fact.kind == "events").map(|fact| json(Some(&fact.body)));
        let gone = changes.vanished.iter().filter(|row| &*row.kind == "events").map(|row| json(row.body.as_deref()));
        let wanted = new.chain(gone).filter_map(|body| Some(text(body.as_ref()?, "deal")?.to_owned()));
        let mut found: BTreeMap<String, OfDeal> = wanted.map(|deal| (deal, OfDeal::default())).collect();
        for (deal, said) in &mut found {
            if let Some(body) = json(known.get("deals", deal).and_then(|row| row.body.as_deref())) {
                of_deal(&body, said);
            }
        }
        for deal in &project.facts.deals {
            if let Some((payees, days)) = found.get_mut(&*deal.id) {
                payees.extend(deal.shares.iter().map(|share| Arc::clone(&share.payee)));
                days.extend(deal.cells.iter().flatten().filter_map(Value::date));
            }
        }
        Self(found)
    }
}

/// Adds what the body of a deal says.
fn of_deal(body: &Json, (payees, days): &mut OfDeal) {
    let shares = body.get("shares").and_then(Json::as_array).into_iter().flatten();
    payees.extend(shares.filter_map(|share| share.as_array()?.get(1)?.as_str()).map(Arc::from));
    let cells = body.get("cells").and_then(Json::as_object).into_iter().flatten();
    days.extend(cells.filter_map(|(_, cell)| cell.as_str()?.parse::<NaiveDate>().ok()));
}

/// What the versions of a fact say of people and days; `None` of either: all.
struct Said {
    payees: Option<BTreeSet<Arc<str>>>,
    days: Option<Vec<NaiveDate>>,
}

impl Said {
    fn of(kind: &str, id: &str, bodies: [Option<&str>; 2], deals: &Deals) -> Self {
        let bodies: Vec<Json> = bodies.into_iter().filter_map(json).collect();
        let mut said = OfDeal::default();
        for body in &bodies {
            match kind {
                "deals" => of_deal(body, &mut said),
                "payees" => said.0.extend([Arc::from(id)]),
                _ => said.0.extend(["payee", "manager"].into_iter().filter_map(|name| text(body, name)).map(Arc::from)),
            }
            let deal = text(body, "deal").filter(|_| kind == "events").and_then(|deal| deals.0.get(deal));
            if let Some((payees, days)) = deal {
                said.0.extend(payees.iter().cloned());
                said.1.extend(days);
            }
        }
        let (payees, days) = said;
        let days = Some(days).filter(|days| matches!(kind, "deals" | "events") && !days.is_empty());
        Self { payees: Some(payees).filter(|payees| !payees.is_empty()), days }
    }
}

/// Who is above whom, on any day, now or when the last close knew it.
struct Above(BTreeMap<Arc<str>, BTreeSet<Arc<str>>>);

impl Above {
    fn of(project: &Project, known: &Known<'_>) -> Self {
        let now = project.facts.lines.iter().map(|line| (Arc::clone(&line.payee), Arc::clone(&line.manager)));
        let then = known.of_kind("lines").iter().filter_map(|row| {
            let body = json(row.body.as_deref())?;
            Some((Arc::from(text(&body, "payee")?), Arc::from(text(&body, "manager")?)))
        });
        let mut found: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (payee, manager) in now.chain(then) {
            found.entry(payee).or_default().insert(manager);
        }
        Self(found)
    }

    /// Some people and everybody above them.
    fn and_above(&self, people: BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut found = people;
        let mut next: Vec<Arc<str>> = found.iter().cloned().collect();
        while let Some(payee) = next.pop() {
            for manager in self.0.get(&payee).into_iter().flatten() {
                if found.insert(Arc::clone(manager)) {
                    next.push(Arc::clone(manager));
                }
            }
        }
        found
    }
}
