//! Causes: a difference to what is posted told apart. Changes are let in one after the other, engine, plan, people, data,
//! the rest held back as the last close knew it; what each step changes is its own. An interaction falls to the later one.
//!
//! Where only one class has changed its name is the cause and nothing is worked twice. The facts of the last close come back
//! from the register. Where they cannot be said in the columns of now, or a step cannot be worked, steps are joined:
//! `people+data`.

use super::book::Ledger;
use super::known::Known;
use super::recall::{self, Origin};
use super::register::{Changes, Class, LAYOUT, class};
use super::rows::CloseRow;
use crate::domain::diagnostic::Diagnostic;
use crate::domain::facts::Facts;
use crate::project::Project;
use crate::run::ENGINE;
use crate::run::posted::{Posted, sums};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The classes that have changed since a close, in the order in which they are let in; the engine first.
#[must_use]
pub fn changed(changes: &Changes<'_>, close: &CloseRow) -> Vec<Option<Class>> {
    let new = changes.new.iter().map(|fact| fact.kind);
    let gone = changes.vanished.iter().chain(&changes.missing).map(|row| &*row.kind);
    let touched: BTreeSet<Class> = new.chain(gone).filter(|kind| *kind != LAYOUT).map(class).collect();
    let engine = (close.engine != ENGINE).then_some(None);
    engine.into_iter().chain(touched.into_iter().map(Some)).collect()
}

fn word(class: Option<Class>) -> &'static str {
    class.map_or("engine", Class::word)
}

/// Fills in what makes the differences to a ledger.
///
/// # Errors
/// A sum with too many digits.
pub fn explain(
    posted: &mut Posted,
    changed: &[Option<Class>],
    (origin, project): (&Origin<'_>, &Project),
    (ledger, close, known): (&Ledger, &CloseRow, &Known<'_>),
) -> Result<(), Box<Diagnostic>> {
    let all = || changed.iter().map(|class| word(*class)).collect::<Vec<_>>().join("+");
    let Some((_, others)) = changed.split_last().filter(|(_, others)| !others.is_empty()) else {
        posted.cause = changed.first().map(|class| Arc::from(word(*class)));
        return Ok(());
    };
    let now = project.worked();
    let resting = project.facts.deals.len() > now.deals.len();
    let known = if resting { Cow::Owned(of_worked(known, now)) } else { Cow::Borrowed(known) };
    let Some(old) = recall::facts(&project.settings, &known) else {
        posted.cause = Some(Arc::from(all().as_str()));
        return Ok(());
    };
    let mut joined: Vec<&str> = Vec::new();
    let mut people = false;
    for class in others {
        joined.push(word(*class));
        people |= *class == Some(Class::People);
        // Only the engine is new: the old scripts are worked again, on the old facts.
        if class.is_none() && changed.contains(&Some(Class::Plan)) {
            let Ok(before) = origin.before(ledger, close).open(None) else { continue };
            let Ok(outcome) = before.compute_bare(&before.facts, posted.until) else { continue };
            let sums = sums(outcome.entries.iter(), outcome.periods.len())?;
            posted.stages.push((Arc::from(joined.join("+").as_str()), sums));
            joined.clear();
            continue;
        }
        let facts = if people { mixed(now, &old) } else { old.clone() };
        let facts = Facts { tables: now.tables.clone(), ..facts };
        let Ok(outcome) = project.compute_bare(&facts, posted.until) else { continue };
        let sums = sums(outcome.entries.iter(), outcome.periods.len())?;
        posted.stages.push((Arc::from(joined.join("+").as_str()), sums));
        joined.clear();
    }
    joined.extend(changed.last().map(|class| word(*class)));
    posted.cause = Some(Arc::from(joined.join("+").as_str()));
    Ok(())
}

/// What a close knew, without the deals of days at rest and what happened to them: nothing of it is worked, and it is what it was.
fn of_worked<'l>(known: &Known<'l>, worked: &Facts) -> Known<'l> {
    let deals: BTreeSet<&str> = worked.deals.iter().map(|deal| &*deal.id).collect();
    let events: BTreeSet<&str> = worked.events.iter().map(|event| &*event.id).collect();
    known.only(|row| match &*row.kind {
        "deals" => deals.contains(&*row.id),
        "events" => events.contains(&*row.id),
        _ => true,
    })
}

/// New people with old data.
fn mixed(new: &Facts, old: &Facts) -> Facts {
    Facts {
        payees: new.payees.clone(),
        lines: new.lines.clone(),
        assignments: new.assignments.clone(),
        leave: new.leave.clone(),
        quotas: new.quotas.clone(),
        ..old.clone()
    }
}
