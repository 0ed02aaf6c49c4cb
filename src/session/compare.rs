//! What the screen of comparisons asks: two versions of the plans over the data that is open.

use super::{Session, refuse};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::project::{Refused, Version};
use crate::report::answers::{Finding, findings};
use crate::report::compare::{Asked, ComparedRow, Comparison};
use chrono::NaiveDate;

impl Session {
    /// What two versions pay; nothing in place of a version is the project as it was opened. `period` is a payout period, or
    /// empty for all of them.
    ///
    /// # Errors
    /// Nothing is open, or there is no such period.
    pub fn compare(&self, a: Option<Version>, b: Option<Version>, period: &str) -> Result<Comparison, Vec<Finding>> {
        Ok(self.asked([a.as_ref(), b.as_ref()], period)?.compare())
    }

    /// What two versions pay, as [`Self::compare`], in a fraction of the time: no row says what moves and why.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_amounts(
        &self,
        a: Option<Version>,
        b: Option<Version>,
        period: &str,
    ) -> Result<Comparison, Vec<Finding>> {
        Ok(self.asked([a.as_ref(), b.as_ref()], period)?.amounts())
    }

    /// The rows of a comparison for some payees, with what moves and why.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_rows(
        &self,
        a: Option<Version>,
        b: Option<Version>,
        period: &str,
        payees: &[String],
    ) -> Result<Vec<ComparedRow>, Vec<Finding>> {
        Ok(self.asked([a.as_ref(), b.as_ref()], period)?.rows(payees))
    }

    fn asked<'a>(&'a self, versions: [Option<&'a Version>; 2], period: &str) -> Result<Asked<'a>, Vec<Finding>> {
        let Some((project, computed)) = &self.open else { return Err(refuse("no project is open")) };
        let days = if period.is_empty() {
            (NaiveDate::MIN, NaiveDate::MAX)
        } else {
            let (_, computed, place) = self.at(period)?;
            let days = computed.outcome.periods.get(place).map(|period| (period.to, period.to));
            days.unwrap_or((NaiveDate::MIN, NaiveDate::MAX))
        };
        Ok(Asked { project, opened: &computed.outcome, versions, days })
    }

    /// The rows of a comparison as CSV, with `'` before what a spreadsheet would run.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_csv(&self, a: Option<Version>, b: Option<Version>, period: &str) -> Result<String, Vec<Finding>> {
        self.compare(a, b, period)?.csv().map_err(|error| {
            let findings_of = vec![Diagnostic::error(Code::Internal, error.to_string())];
            findings(&Refused { findings: findings_of, ..Refused::default() })
        })
    }
}
