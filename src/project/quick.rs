//! The payouts of a folder by columns, where all that it says can be worked so.
//!
//! Everything but the deals is read as always; the deals by columns. Where something is in the way (a construct, a spelling, a
//! mistake) nothing is given, and whoever asked opens the project and works the rows.

use super::{Extent, Project, Scripts, has_errors, read_scripts};
use crate::domain::calendar::Period;
use crate::domain::columns::Unfit;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::Facts;
use crate::io::columns::Layout;
use crate::io::folder::Left;
use crate::io::{Folder, read_facts};
use crate::parallel;
use crate::plan::model::Plan;
use crate::run::settle::PayoutRow;
use crate::run::statement::LedgerState;
use crate::run::{Outcome, columns};
use chrono::NaiveDate;

/// Payouts that were worked by columns.
#[derive(Debug)]
pub struct Quick {
    /// The payout periods.
    pub periods: Vec<Period>,
    /// The payouts, by payee, period and currency.
    pub payouts: Vec<PayoutRow>,
    /// The first and the last period asked for, by their places.
    pub asked: (usize, usize),
    /// How many warnings `check` shows.
    pub warnings: usize,
}

/// The payouts of a label or range, or of all the plans' days, as [`Project::payouts`] of a project without a ledger gives them;
/// `None` where rows must be worked, or something is wrong. `left` is the file of deals that is not in the folder but on disk.
#[must_use]
pub fn quick_payouts(folder: &Folder, left: Option<&Left>, span: Option<&str>) -> Option<Quick> {
    let Scripts { settings, loaded, texts } = read_scripts(folder).ok()?;
    let (plans, mut warnings) = (loaded.plans, loaded.findings);
    // Columns do not see what looks odd to a run.
    let refused = |code: &&Code| code.is_of_a_run() && settings.check.refuses(**code);
    if has_errors(&warnings) || !columns::why_not(&plans).is_empty() || Code::ALL.iter().any(|code| refused(&code)) {
        return None;
    }
    // Before anything else is read: most of what stands in the way stands in the file of deals.
    let read = columns::columns_read(&plans);
    let mut layout = Layout::of(&settings, (folder, left), &|column| read.contains(&column)).ok()?;
    let mut others = settings.clone();
    others.sources.deals.clear();
    // A large file is read while people and quotas are.
    let ahead = left.is_some() && columns::can_read_ahead(&plans, &layout);
    let people = || read_facts(&others, folder);
    let (reading, ahead) = match ahead {
        true => parallel::both(people, || Some(columns::credits(&settings.schema, &plans, &layout))),
        false => (people(), None),
    };
    let ahead = match ahead {
        None => None,
        Some(Ok(read)) => Some(read),
        Some(Err(Unfit::Spelling)) => {
            layout = layout.plainly().ok()?;
            None
        }
        Some(Err(_)) => return None,
    };
    warnings.extend(reading.findings);
    if has_errors(&warnings) || reading.facts.newest().is_some() {
        return None;
    }
    let project = Project {
        settings: settings.clone(),
        plans,
        facts: reading.facts,
        history: None,
        set_aside: std::collections::BTreeSet::new(),
        sources: reading.sources,
        texts,
        warnings,
        known_by: None,
        posted: None,
        resting: None,
        ledger: LedgerState::default(),
        left_out: None,
        left_aside: 0,
    };
    let (from, to) = match span {
        Some(span) => project.span(span).map(|(first, last)| (first.from, last.to)).ok()?,
        None => (NaiveDate::MIN, project.last_period_end()),
    };
    let work = |layout: &Layout<'_>, ahead: Option<columns::Credits>| {
        let work = |inputs: crate::run::Inputs<'_>| columns::payouts(inputs, layout, ahead);
        project.with_inputs(&project.plans, &project.facts, project.amounts(to), work)
    };
    let (periods, payouts) = match work(&layout, ahead) {
        Err(Unfit::Spelling) => {
            layout = layout.plainly().ok()?;
            work(&layout, None).ok()?
        }
        paid => paid.ok()?,
    };
    let asked = project.asked(&periods, from, to).ok()?;
    Some(Quick { periods, payouts, asked, warnings: project.warnings.len() })
}

/// Whether a project's deals stand in a file that can be read by columns, as far as its settings and its header tell.
#[must_use]
pub fn deals_by_columns(folder: &Folder, project: &Project) -> bool {
    let read = columns::columns_read(&project.plans);
    Layout::of(&project.settings, (folder, None), &|column| read.contains(&column)).is_ok()
}

impl Project {
    /// Payouts alone: nobody looks at an entry.
    fn amounts(&self, until: NaiveDate) -> Extent<'_> {
        Extent { from: until, reasons: false, ..self.whole(until) }
    }

    /// Works the payouts of some plans and facts alone: by columns where they can be, else by rows. The amounts are the same.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub(super) fn paid(&self, plans: &[Plan], facts: &Facts, until: NaiveDate) -> Result<Outcome, Vec<Diagnostic>> {
        let able = self.posted.is_none()
            && self.settings.calendar_settings.pattern.is_none()
            && columns::why_not(plans).is_empty();
        let by_columns = able.then(|| {
            let rows = columns::Rows::of(facts, &columns::columns_read(plans))?;
            self.with_inputs(plans, facts, self.amounts(until), |inputs| columns::payouts(inputs, &rows, None))
        });
        match by_columns {
            Some(Ok((periods, payouts))) => Ok(Outcome { periods, payouts, ..Outcome::default() }),
            _ => self.run_plans(plans, facts, self.amounts(until)),
        }
    }
}
