//! Worked cases: how a file of `tests/cases` is read, made into a project and compared with what came out.
//!
//! In:   a case's text. Keys are listed at [`Case`]; an unknown one is refused.
//! Out:  [`check`]: the run digest, or what differs from what the case says, in sentences.
//! Here: nothing that touches a file or a clock, so that the same checks run in Node and in a browser.
//!
//! Every case goes through all modes, without exception: rows in the order of the file, reversed, shuffled by a seed
//! that is printed; and once with a stranger who has a twin of every deal of the first payee. No mode may change a
//! statement; the first three may not change a digest.
#![expect(clippy::arithmetic_side_effects, reason = "places in short lists and texts")]

mod case;
mod compare;
mod figures;
mod refusal;

pub use case::Case;

use compare::Run;
use earnmark::domain::diagnostic::Severity;
use earnmark::project::test_folder;
use earnmark::{Folder, Project, Refused};

/// Digests of all cases, as the native run recorded them: `path digest` by line.
pub const DIGESTS: &str = include_str!("../cases/digests.txt");

/// The digest recorded for a case.
pub fn recorded(path: &str) -> Option<&'static str> {
    DIGESTS.lines().find_map(|line| line.strip_prefix(path)?.strip_prefix(' '))
}

/// In which order the rows of a case's tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the case has them.
    AsWritten,
    /// The last first.
    Reversed,
    /// By a seed.
    Shuffled(u64),
}

impl Order {
    /// The rows in this order.
    pub fn of<T: Clone>(self, rows: &[T]) -> Vec<T> {
        let mut rows = rows.to_vec();
        match self {
            Self::AsWritten => {}
            Self::Reversed => rows.reverse(),
            Self::Shuffled(seed) => shuffle(&mut rows, seed),
        }
        rows
    }
}

/// Fisher and Yates by a small generator (splitmix64), the same on every platform.
fn shuffle<T>(rows: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..rows.len()).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let other = (mixed ^ (mixed >> 31)) % u64::try_from(last + 1).unwrap();
        rows.swap(last, usize::try_from(other).unwrap());
    }
}

/// Opens and works a folder.
pub fn work(case: &Case, folder: &Folder) -> Result<Run, Refused> {
    let as_of = case.as_of.as_ref().map(|day| day.parse().unwrap());
    let mut project = Project::open_as_of(folder, as_of)?;
    // What no test reaches is known once the tests are worked; only a case that is about it has any.
    if case.scripts().any(|(_, text)| text.contains("//~ untested")) {
        project.warnings = test_folder(folder, &[])?.warnings;
    }
    let computed = match &case.period {
        Some(span) => project.compute(span)?,
        None => project.compute_all()?,
    };
    project.warnings.extend(computed.warnings.iter().cloned());
    Ok(Run { project, computed })
}

/// Takes a case through all modes: its run digest, `None` for one that is refused as it should be.
///
/// # Errors
/// Everything that differs from what the case says.
pub fn check(text: &str, seed: u64) -> Result<Option<String>, String> {
    let case = Case::read(text)?;
    let orders = [Order::AsWritten, Order::Reversed, Order::Shuffled(seed)];
    let mut runs = Vec::new();
    for order in orders {
        let folder = case.folder(order);
        let worked = work(&case, &folder);
        let told = match worked {
            Ok(run) if !case.is_refused() => {
                runs.push(run);
                Vec::new()
            }
            Ok(run) if run.project.warnings.is_empty() => {
                vec!["it is computed, and should be refused or warned of".to_owned()]
            }
            // A case may say what is warned of in the same way as what is refused.
            Ok(Run { project: Project { warnings: findings, texts, .. }, .. }) => refusal::differences(
                &case,
                &Refused { findings, texts, ..Refused::default() },
                order == Order::AsWritten,
            ),
            Err(refused) if case.is_refused() => {
                // What is refused is said whole; what the same scripts are warned of besides is another case's.
                let Refused { mut findings, texts, .. } = refused;
                findings.retain(|finding| finding.severity == Severity::Error);
                refusal::differences(
                    &case,
                    &Refused { findings, texts, ..Refused::default() },
                    order == Order::AsWritten,
                )
            }
            Err(refused) => refused.findings.iter().map(|finding| refusal::told(finding, &refused.texts)).collect(),
        };
        if !told.is_empty() {
            return Err(format!("{order:?}:\n  {}", told.join("\n  ")));
        }
    }
    let Some((first, others)) = runs.split_first() else { return Ok(None) };
    let mut told = first.differences(&case);
    if case.as_of.is_none() {
        let by_columns = orders.map(|order| first.columns_differ(&case.folder(order), &case));
        told.extend(by_columns.into_iter().flatten());
    }
    told.extend(first.payouts_alone_differ(&case));
    told.extend(first.narrowed_differ());
    for (other, order) in others.iter().zip(orders.into_iter().skip(1)) {
        told.extend(first.differs_from(other).map(|text| format!("{order:?}: {text}")));
    }
    let stranger = if case.shared { None } else { first.with_a_stranger() };
    told.extend(stranger.map(|text| format!("with a stranger: {text}")));
    if told.is_empty() { Ok(Some(first.computed.digests.run.clone())) } else { Err(told.join("\n  ")) }
}
