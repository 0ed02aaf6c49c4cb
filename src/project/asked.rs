//! Which payout periods are asked for, and as of which day: from labels and days to places in a run.

use super::Project;
use crate::domain::calendar::Period;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::plan::model::Plan;
use chrono::NaiveDate;

impl Project {
    /// The place of the first period that is not closed, in a chain.
    #[must_use]
    pub fn first_open(&self, chain: &[Period]) -> usize {
        self.posted.as_ref().map_or(0, |posted| posted.open(chain))
    }

    /// The last day of the payout period that holds the plans' last day.
    pub(super) fn last_period_end(&self) -> NaiveDate {
        self.end_of(&self.plans)
    }

    pub(super) fn end_of(&self, plans: &[Plan]) -> NaiveDate {
        let end =
            |plan: &Plan| self.settings.calendar.period_of(&plan.payout, plan.to).map_or(plan.to, |period| period.to);
        plans.iter().map(end).max().unwrap_or(NaiveDate::MIN)
    }

    pub(super) fn span(&self, text: &str) -> Result<(Period, Period), Box<Diagnostic>> {
        self.settings
            .calendar
            .parse_span(text)
            .map_err(|error| Box::new(Diagnostic::error(Code::NotFound, error.to_string())))
    }

    /// The first and the last payout period that ends in some days, by their places.
    pub(super) fn asked(
        &self,
        periods: &[Period],
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<(usize, usize), Vec<Diagnostic>> {
        let closed = self.posted.as_ref().filter(|_| self.resting.is_some()).map(|posted| posted.until);
        if closed.is_some_and(|closed| from <= closed) {
            let message = "a closed period is asked for, and closed days were not worked";
            return Err(vec![Diagnostic::error(Code::Internal, message).help("please report this")]);
        }
        let asked = |period: &Period| period.to >= from && period.to <= to;
        let first = periods.iter().position(asked);
        let last = periods.iter().rposition(asked);
        let (Some(first), Some(last)) = (first, last) else {
            let message =
                match (self.plans.iter().map(|plan| plan.from).min(), self.plans.iter().map(|plan| plan.to).max()) {
                    (Some(start), Some(end)) => {
                        format!("no payout period ends there; the plans run from {start} to {end}")
                    }
                    _ => "no payout period ends there".to_owned(),
                };
            let finding = Diagnostic::error(Code::NotFound, message);
            let calendar = &self.settings.calendar;
            let kinds = self.plans.iter().map(|plan| &plan.payout);
            let shortest = kinds.reduce(|a, b| if calendar.is_longer(a, b) { b } else { a });
            let holds =
                self.settings.ledger_period.as_ref().or(shortest).and_then(|kind| calendar.period_of(kind, from).ok());
            return Err(vec![match holds {
                Some(period) => finding.help(format!("the payout period that holds {from} is `{}`", period.label)),
                None => finding,
            }]);
        };
        Ok((first, last))
    }

    /// The day that was asked for, else the last day of the last period, or the latest date of recording if that is later.
    pub(super) fn as_of(&self, last: NaiveDate) -> NaiveDate {
        if let Some(day) = self.known_by {
            return day;
        }
        self.history().last_recorded().map_or(last, |recorded| recorded.max(last))
    }
}
