//! Days that rows of quotas leave out between them.
//!
//! Rows with days of their own give each day the part of the row that holds it, and a day that none holds has no quota. Before the
//! first row and after the last that is how somebody says when quotas begin and end; between two it is most often a mistake, and
//! lets more be paid.

use super::quotas::{is_of, shared};
use super::{Book, Days};
use crate::domain::calendar::Period;
use crate::domain::facts::QuotaDays;
use crate::plan::formula::Read;
use crate::plan::model::{Measure, QuotaRule};

/// How many runs of days are named.
const NAMED: usize = 3;

impl Book<'_> {
    /// The days of a period on which a payee is on this version of a plan, and not on leave, and which the rows of quotas leave out
    /// between two of them, in words. `None` where there are none, or all that is closed.
    #[must_use]
    pub fn days_without_quota(
        &self,
        (plan, measure): (usize, &Measure),
        payee: usize,
        period: &Period,
    ) -> Option<String> {
        let is_read = match &measure.quota {
            QuotaRule::Table => true,
            QuotaRule::Amount(_) => false,
            QuotaRule::Formula(formula) => {
                let mut found = false;
                formula.reads(&mut |read, _| found |= read == Read::Quota);
                found
            }
        };
        if !is_read || !self.is_open(period.to) {
            return None;
        }
        let whole = Days { from: period.from, to: period.to };
        for rows in self.quota_rows(self.plans.get(plan)?, &measure.name, payee) {
            if rows.iter().any(|row| is_of(row, period)) {
                return None;
            }
            // Only rows that have a day of the period decide over it.
            if !rows.iter().any(|row| shared(row, whole).is_some()) {
                continue;
            }
            let held: Vec<Days> = rows
                .iter()
                .filter_map(|row| match row.days {
                    QuotaDays::Range(from, to) => Some(Days { from, to }),
                    QuotaDays::Period(_) => None,
                })
                .collect();
            let (from, to) = (held.iter().map(|days| days.from).min()?, held.iter().map(|days| days.to).max()?);
            let between = Days { from, to }.shared(whole)?;
            let on = self.tenure(plan, payee).iter().filter_map(|days| days.shared(between)).collect();
            let out = without(without(on, &held), self.leave_of(payee));
            return (!out.is_empty()).then(|| words(&out));
        }
        None
    }
}

/// Runs of days without those of others.
fn without(mut runs: Vec<Days>, others: &[Days]) -> Vec<Days> {
    for other in others {
        let cut = |run: Days| {
            let before = other.from.pred_opt().map(|to| Days { to: to.min(run.to), ..run });
            let after = other.to.succ_opt().map(|from| Days { from: from.max(run.from), ..run });
            [before, after].into_iter().flatten().filter(|part| part.from <= part.to)
        };
        runs = runs.into_iter().flat_map(cut).collect();
    }
    runs.sort();
    runs
}

/// Runs of days as a person reads them.
fn words(runs: &[Days]) -> String {
    let one = |run: &Days| match run.from == run.to {
        true => run.from.to_string(),
        false => format!("{} to {}", run.from, run.to),
    };
    let named: Vec<String> = runs.iter().take(NAMED).map(one).collect();
    match runs.len().saturating_sub(named.len()) {
        0 => named.join(", "),
        1 => format!("{} and 1 more run of days", named.join(", ")),
        more => format!("{} and {more} more runs of days", named.join(", ")),
    }
}
