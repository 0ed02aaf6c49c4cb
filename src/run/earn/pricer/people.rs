//! Who brought what a team's sum holds: a manager sees whose credits a part is paid on.

use super::super::super::explain::{Bounds, Step, StepKind};
use super::Pricer;
use crate::domain::exact::add;
use crate::plan::formula::EvalError;
use crate::plan::model::{SumOf, Unit};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many people are named; what the others bring is added up.
const NAMED: usize = 12;

impl Pricer<'_, '_, '_> {
    /// Steps that add nothing: what the paid credits of a team come to, then those of each of its people, the largest first. None
    /// over fewer other people than the settings ask for, where a sum tells too much of each, and over anything but a team.
    pub(super) fn who_brought_it(&self) -> Result<Vec<Step>, EvalError> {
        let Some(sum) = self.summed().filter(|sum| sum.over.is_team() && self.work.book.reasons) else {
            return Ok(Vec::new());
        };
        let mut people: BTreeMap<usize, Decimal> = BTreeMap::new();
        let mut total = Decimal::ZERO;
        for on in self.paid_credits()? {
            let own = people.entry(on.credit.payee).or_default();
            *own = self.exact(add(*own, on.credit.amount))?;
            total = self.exact(add(total, on.credit.amount))?;
        }
        people.remove(&self.payee);
        let others = u64::try_from(people.len()).unwrap_or(u64::MAX);
        if people.is_empty() || others < self.work.book.others {
            return Ok(Vec::new());
        }
        let named = |name: String, at: Decimal| {
            let bounds = if self.unit() == Unit::Money { Bounds::Money } else { Bounds::Units };
            Step {
                name: Some(Arc::from(name)),
                at: Some(at),
                bounds: Some(bounds),
                ..Step::of(StepKind::Read, Decimal::ZERO)
            }
        };
        let mut people: Vec<(Decimal, &str)> = people
            .into_iter()
            .map(|(payee, own)| (own, self.work.book.payees.get(payee).map_or("", |payee| &*payee.id)))
            .collect();
        people.sort_by_key(|(own, id)| (Reverse(*own), *id));
        let rest = people.split_off(NAMED.min(people.len()));
        let name = match &sum.of {
            SumOf::Measure(measure) => self.plan.measures.get(*measure).map(|measure| &measure.name),
            SumOf::Component(component) => self.plan.components.get(*component).map(|component| &component.name),
            SumOf::Named(name) => Some(name),
        };
        let name = format!("team({})", name.map_or("", |name| &**name));
        let mut steps = vec![named(name, total)];
        steps.extend(people.into_iter().map(|(own, id)| named(id.to_owned(), own)));
        if !rest.is_empty() {
            let sum = rest.iter().try_fold(Decimal::ZERO, |sum, (own, _)| add(sum, *own));
            steps.push(named(format!("{} others", rest.len()), self.exact(sum)?));
        }
        Ok(steps)
    }
}
