//! Who brought what a team's sum holds: a manager sees whose credits a part is paid on.

use super::super::super::explain::{Bounds, Step, StepKind};
use super::Pricer;
use crate::domain::exact::add;
use crate::plan::formula::EvalError;
use crate::plan::model::{SumOf, Unit};
use rust_decimal::Decimal;
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
        let payees = &self.work.book.payees;
        let mut brought: Vec<Option<Decimal>> = vec![None; payees.len()];
        let mut total = Decimal::ZERO;
        for on in self.paid_credits()? {
            total = self.exact(add(total, on.credit.amount))?;
            if let Some(own) = brought.get_mut(on.credit.payee) {
                *own = Some(self.exact(add(own.unwrap_or_default(), on.credit.amount))?);
            }
        }
        let mut first: Vec<(Decimal, &str)> = Vec::with_capacity(NAMED.saturating_add(1));
        let (mut people, mut rest) = (0_u64, Decimal::ZERO);
        // Payees stand in the order of their ids, so that of two who brought as much the first stays before the second.
        for (place, (payee, own)) in payees.iter().zip(brought).enumerate() {
            let Some(own) = own.filter(|_| place != self.payee) else { continue };
            people = people.saturating_add(1);
            let before = first.iter().take_while(|(other, _)| *other >= own).count();
            first.insert(before, (own, &payee.id));
            if let Some((least, _)) = first.get(NAMED) {
                rest = self.exact(add(rest, *least))?;
                first.truncate(NAMED);
            }
        }
        if people == 0 || people < self.work.book.others {
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
        let name = match &sum.of {
            SumOf::Measure(measure) => self.plan.measures.get(*measure).map(|measure| &measure.name),
            SumOf::Component(component) => self.plan.components.get(*component).map(|component| &component.name),
            SumOf::Named(name) => Some(name),
        };
        let name = format!("team({})", name.map_or("", |name| &**name));
        let mut steps = vec![named(name, total)];
        steps.extend(first.iter().map(|(own, id)| named((*id).to_owned(), *own)));
        let others = people.saturating_sub(u64::try_from(NAMED).unwrap_or(u64::MAX));
        if others > 0 {
            steps.push(named(format!("{others} others"), rest));
        }
        Ok(steps)
    }
}
