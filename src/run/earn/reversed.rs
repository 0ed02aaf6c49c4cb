//! Events under plans that only reverse: the deal goes on counting, so no line changes, and of an event only the lines of its own
//! deal are looked at again. What was worked of a payout period serves for all its events: a payee with a hundred thousand deals and
//! a thousand cancellations is worked once and not a thousand times.
//!
//! Invariant: what is kept is what working every line again would keep. Tested by every case, and by companies without number that
//! a second calculation works.

use super::super::facts::Book;
use super::super::failures::Failures;
use super::Earner;
use super::cuts::Cut;
use super::line::Line;
use super::state::{Key, Step};
use super::work::Work;
use crate::domain::calendar::Period;
use crate::plan::model::{ComponentKind, Method, Plan, SumOf};

/// Whether lines are the same after an event as before it. A restatement changes them, so does what rests on the earnings of others
/// (`shares`) or goes on from an earlier version; an instalment ends with its deal.
pub(super) fn lines_stay(book: &Book<'_>, (place, plan): (usize, &Plan), shares: bool) -> bool {
    let residual = plan.components.iter().any(|rules| matches!(rules.kind, ComponentKind::Residual { .. }));
    let lent = plan.sums.iter().any(|sum| matches!(sum.of, SumOf::Named(_)));
    let restated = plan.clawbacks.iter().any(|rule| matches!(rule.method, Method::Restate));
    !(shares || residual || lent || restated) && book.versions(place).nth(1).is_none()
}

impl<'a, 'c> Earner<'a, 'c> {
    /// What an event takes of the lines of its deal, and of those that are of no deal alone.
    pub(super) fn reverse(
        &mut self,
        work: &Work<'a, 'c>,
        cut: Cut,
        (payee, component, period): (usize, usize, &Period),
        (deal, step): (usize, &Step),
        failures: &mut Failures,
    ) {
        let lines = work.lines(self.place, component, payee, period);
        let key = |line: &Line| self.key((payee, component, period), (line.day, line.deal, line.part));
        let own = lines.iter().filter(|line| line.deal.is_none_or(|own| own == deal));
        let mut own: Vec<(Key, &Line)> = own.map(|line| (key(line), line)).collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, line) in own {
            if !line.left_out || self.tally.states.contains_key(&key) {
                self.put(work, cut, key, line, step, failures);
            }
        }
    }
}
