//! Prices: what each changed fact does to the true-ups of a payee, for whoever asks why. The facts of a cause are let in one at a
//! time, in the order in which they became known, then by kind and id; what each changes is its price, and they add up to the
//! true-up.
//!
//! In:   a project as known now (or as a later close knew it), what the close before knew.
//! Out:  for each true-up the facts that moved it.
//! Not here: the causes themselves (`causes`), what a close posts. Nothing of this is kept: it is worked when somebody asks.

use super::book::Ledger;
use super::causes;
use super::close::changed_since;
use super::known::Known;
use super::reach::{json, text};
use super::recall::{self, Origin};
use super::register::{Changes, Class, class};
use super::rows::{CloseRow, FactRow};
use crate::domain::currency::Currency;
use crate::domain::exact::{fixed, sub};
use crate::domain::facts::Facts;
use crate::io::Folder;
use crate::project::{Project, Refused, narrowed};
use crate::run::earn::Kind;
use crate::run::posted::{PostKey, Sums, amount, sums};
use crate::run::statement::{EntryLine, Statement};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A true-up, and the facts that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The plan's name.
    pub plan: String,
    /// The component's name.
    pub component: String,
    /// The deal's id, of an amount of one deal.
    pub deal: Option<String>,
    /// The label of the measurement period.
    pub measured: String,
    /// The cause: `people`, `data`, or several that were let in together.
    pub cause: String,
    /// The facts in the order in which they were let in.
    pub facts: Vec<PricedFact>,
}

impl Price {
    /// Whether it is of an entry.
    #[must_use]
    pub fn made(&self, entry: &EntryLine) -> bool {
        let own = (&self.plan, &self.component, &self.deal, &self.measured, &self.cause);
        is_true_up(entry) && own == (&entry.plan, &entry.component, &entry.deal, &entry.measured, &entry.cause)
    }
}

/// What one changed fact does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PricedFact {
    /// Its kind, as a source names it: `deals`, `quotas`.
    pub kind: String,
    /// Its id among those of its kind.
    pub id: String,
    /// What became of it.
    pub what: Became,
    /// The day on which it became known.
    pub recorded: NaiveDate,
    /// What it changes of what is earned, in the plan's currency; nothing where it could be worked with a later one alone.
    pub earned: Option<String>,
    /// The same of what is payable.
    pub payable: Option<String>,
}

/// What became of a fact since a close knew it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Became {
    /// No close knew it.
    New,
    /// It says something else.
    Changed,
    /// It is withdrawn.
    Withdrawn,
}

/// How many facts are let in one at a time, where each takes a run of what concerns the payee, and where it takes one of the whole
/// company. Those after them are let in together.
const MANY: (usize, usize) = (60, 12);

/// A changed fact, and the row that it becomes.
struct Change {
    kind: String,
    id: String,
    recorded: NaiveDate,
    became: Became,
    row: Option<FactRow>,
}

fn is_true_up(entry: &EntryLine) -> bool {
    entry.kind == Kind::TrueUp.code()
}

/// Whether a statement has true-ups.
#[must_use]
pub fn is_changed(statement: &Statement) -> bool {
    statement.entries.iter().any(is_true_up)
}

/// The prices of the true-ups of a statement, of an open period as of a closed one. Nothing where what the close before it knew
/// cannot be said in the columns of now.
///
/// # Errors
/// Whatever stands against the project of a closed period.
pub fn of_statement(
    (folder, project): (&Folder, &Project),
    ledger: &Ledger,
    statement: &Statement,
) -> Result<Vec<Price>, Refused> {
    let closed = ledger.close_of(&statement.period.label);
    let last = match closed {
        Some(close) => ledger.in_force().take_while(|known| known.seq < close.seq).last(),
        None => ledger.last(),
    };
    let Some(last) = last.filter(|_| is_changed(statement)) else { return Ok(Vec::new()) };
    // What a close knew is worked as it knew it.
    let origin = closed.map_or_else(|| Origin::files(folder), |close| Origin::register(folder, ledger, close));
    let then = closed.map(|_| origin.open(None)).transpose()?;
    let (project, known) = (then.as_ref().unwrap_or(project), ledger.register(last.seq));
    let changes = changed_since(&origin, project, &known);
    let Some(mut work) = Work::of(project, (last, &known), &statement.payee.id) else { return Ok(Vec::new()) };
    let facts = all(&changes, &known, last);
    let true_ups = statement.entries.iter().filter(|entry| is_true_up(entry));
    let causes: BTreeSet<&str> = true_ups.map(|entry| entry.cause.as_str()).collect();
    let mut found = Vec::new();
    // In the order in which causes are let in; of one that no true-up of the payee has nothing is asked, and all of it goes in.
    let mut joined: Vec<Class> = Vec::new();
    for wanted in causes::changed(&changes, last).into_iter().flatten() {
        joined.push(wanted);
        let named = causes.iter().find(|cause| cause.split('+').any(|word| word == wanted.word()));
        if named.is_some_and(|cause| cause.split('+').next_back() != Some(wanted.word())) {
            continue;
        }
        let own: Vec<&Change> = facts.iter().filter(|change| joined.contains(&class(&change.kind))).collect();
        joined.clear();
        match named {
            Some(cause) => found.extend(work.priced(cause, own)),
            None => own.into_iter().for_each(|change| work.let_in(change)),
        }
    }
    Ok(found)
}

/// All facts that have changed since a close, in the order in which they are let in.
fn all(changes: &Changes<'_>, known: &Known<'_>, last: &CloseRow) -> Vec<Change> {
    let after = last.as_of.succ_opt().unwrap_or(last.as_of);
    let new = changes.new.iter().map(|fact| {
        let recorded = fact.known_from(after);
        let became = if known.get(fact.kind, &fact.id).is_some() { Became::Changed } else { Became::New };
        let row = Some(fact.row((0, recorded)));
        Change { kind: fact.kind.to_owned(), id: fact.id.clone(), recorded, became, row }
    });
    let gone = changes.vanished.iter().map(|row| Change {
        kind: row.kind.to_string(),
        id: row.id.clone(),
        recorded: after,
        became: Became::Withdrawn,
        row: None,
    });
    let mut all: Vec<Change> = new.chain(gone).collect();
    all.sort_by(|a, b| (a.recorded, &a.kind, &a.id).cmp(&(b.recorded, &b.kind, &b.id)));
    all
}

/// The rows of facts while changes are let in.
struct Work<'p> {
    project: &'p Project,
    payee: &'p str,
    until: NaiveDate,
    rows: BTreeMap<(Arc<str>, String), FactRow>,
    /// The deals, events and people that concern the payee; `None`: everything does.
    near: Option<[BTreeSet<Arc<str>>; 3]>,
    /// What the payee has by the rows as they stand.
    before: Sums,
}

impl<'p> Work<'p> {
    fn of(project: &'p Project, (last, known): (&CloseRow, &Known<'_>), payee: &'p str) -> Option<Self> {
        let rows: Vec<&FactRow> = known.rows().iter().copied().filter(|row| class(&row.kind) != Class::Plan).collect();
        let old = recall::whole(&project.settings, &rows)?;
        let near = [&project.facts, &old].map(|facts| narrowed(&project.plans, facts, payee));
        let near = match near {
            [Some(now), Some(old)] => Some([
                now.deals.iter().chain(&old.deals).map(|deal| Arc::clone(&deal.id)).collect(),
                now.events.iter().chain(&old.events).map(|event| Arc::clone(&event.id)).collect(),
                now.payees.iter().chain(&old.payees).map(|payee| Arc::clone(&payee.id)).collect(),
            ]),
            _ => None,
        };
        let mut work = Self { project, payee, until: last.until, rows: BTreeMap::new(), near, before: BTreeMap::new() };
        let own = rows.into_iter().filter(|row| work.concerns(&row.kind, &row.id, row.body.as_deref()));
        work.rows = own.map(|row| ((Arc::clone(&row.kind), row.id.clone()), row.clone())).collect();
        work.before = work.worked().unwrap_or_default();
        Some(work)
    }

    /// Whether a fact may change what the payee has.
    fn concerns(&self, kind: &str, id: &str, body: Option<&str>) -> bool {
        let Some([deals, events, people]) = &self.near else { return true };
        match kind {
            "deals" => deals.contains(id),
            "events" => events.contains(id),
            "payees" => people.contains(id),
            _ => {
                let body = json(body);
                let named = body.as_ref().and_then(|body| text(body, "payee"));
                named.is_none_or(|payee| people.contains(payee))
            }
        }
    }

    fn let_in(&mut self, change: &Change) {
        let key = (Arc::from(change.kind.as_str()), change.id.clone());
        match &change.row {
            Some(row) => self.rows.insert(key, row.clone()),
            None => self.rows.remove(&key),
        };
    }

    /// What the payee has by the rows as they stand; nothing where they cannot be worked.
    fn worked(&self) -> Option<Sums> {
        let rows: Vec<&FactRow> = self.rows.values().collect();
        let facts = recall::whole(&self.project.settings, &rows)?;
        let facts = Facts { tables: self.project.facts.tables.clone(), ..facts };
        let facts = narrowed(&self.project.plans, &facts, self.payee).unwrap_or(facts);
        let outcome = self.project.compute_bare(&facts, self.until).ok()?;
        let own = outcome.entries.iter().filter(|entry| *entry.payee == *self.payee);
        sums(own, outcome.periods.len()).ok()
    }

    /// Lets in the facts of a cause, and tells what each changes of each true-up.
    fn priced(&mut self, cause: &str, changes: Vec<&Change>) -> Vec<Price> {
        let (few, whole) = MANY;
        let many = if self.near.is_some() { few } else { whole };
        let body = |change: &Change| change.row.as_ref().and_then(|row| row.body.clone());
        let (near, far): (Vec<&Change>, Vec<&Change>) = changes
            .into_iter()
            .filter(|change| class(&change.kind) != Class::Plan)
            .partition(|change| self.concerns(&change.kind, &change.id, body(change).as_deref()));
        far.into_iter().for_each(|change| self.let_in(change));
        let mut found: BTreeMap<PostKey, Vec<PricedFact>> = BTreeMap::new();
        let mut waiting: Vec<&Change> = Vec::new();
        let last = near.len().saturating_sub(1);
        for (place, change) in near.into_iter().enumerate() {
            self.let_in(change);
            waiting.push(change);
            // Beyond what is worked one by one all the others wait for the last.
            if place.saturating_add(1) >= many && place != last {
                continue;
            }
            let Some(after) = self.worked() else { continue };
            let keys: BTreeSet<&PostKey> = self.before.keys().chain(after.keys()).collect();
            for key in keys {
                let (was, is) = (amount(&self.before, key), amount(&after, key));
                let (Ok(earned), Ok(payable)) = (sub(is.earned, was.earned), sub(is.payable, was.payable)) else {
                    continue;
                };
                if earned.is_zero() && payable.is_zero() {
                    continue;
                }
                let money = |amount, currency: Currency| Some(fixed(amount, currency.places()));
                let facts = found.entry(key.clone()).or_default();
                facts.extend(waiting.iter().map(|change| PricedFact {
                    kind: change.kind.clone(),
                    id: change.id.clone(),
                    what: change.became,
                    recorded: change.recorded,
                    earned: None,
                    payable: None,
                }));
                if let Some(fact) = facts.last_mut() {
                    fact.earned = money(earned, key.plan_currency);
                    fact.payable = money(payable, key.plan_currency);
                }
            }
            self.before = after;
            waiting.clear();
        }
        let price = |(key, facts): (PostKey, Vec<PricedFact>)| Price {
            plan: key.plan.to_string(),
            component: key.component.to_string(),
            deal: key.deal.as_deref().map(str::to_owned),
            measured: key.measured.to_string(),
            cause: cause.to_owned(),
            facts,
        };
        found.into_iter().map(price).collect()
    }
}
