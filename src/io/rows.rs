//! Rows on their way to facts: read column by column, with every problem of a row noted, and kept with what became of
//! them so that a report can count them at the end.

use super::convert::{Cells, Fnv, blank};
use super::findings::{Findings, Problem};
use super::mapping::{Bound, Row};
use super::settings::Source;
use super::sheet::{Env, Reports, Sheet, Taken};
use crate::domain::facts::RowPlace;
use crate::parallel;
use std::hash::{BuildHasher, BuildHasherDefault, Hash};
use std::sync::Arc;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is a fact.
    Good,
    /// It is wrong and left out.
    Bad,
    /// It stands there once more, and is left out.
    Twice,
    /// It belongs to a row that the filter leaves out, and is left out with it.
    Left,
    /// It is an event of another row's deal.
    Event,
}

/// The report of rows that no file says any more and that still hold: none, and nothing counts them.
pub(crate) const STANDING: usize = usize::MAX;

/// A row that was read.
#[derive(Clone, Debug)]
pub(crate) struct Loaded<T> {
    /// What it says.
    pub value: T,
    /// Place of its file's report, or [`STANDING`].
    pub report: usize,
    /// What became of it.
    pub state: State,
}

/// The rows of a kind.
pub(crate) struct Table<T> {
    /// The rows, in the order of the files.
    pub rows: Vec<Loaded<T>>,
    /// Whether all files of the kind could be opened.
    pub complete: bool,
}

impl<T> Table<T> {
    /// The rows that are facts so far.
    pub fn good(&self) -> impl Iterator<Item = &Loaded<T>> {
        self.rows.iter().filter(|row| row.state == State::Good)
    }

    /// The facts; the others are counted in the reports of their files.
    pub fn finish(self, reports: &mut Reports<'_>) -> Vec<T> {
        // Rows become facts where they lie.
        let fact = |row: Loaded<T>| {
            if let Some(report) = reports.list.get_mut(row.report) {
                let count = match row.state {
                    State::Good | State::Event => &mut report.taken,
                    State::Bad => &mut report.bad,
                    State::Twice => &mut report.duplicates,
                    State::Left => &mut report.filtered,
                };
                *count = count.saturating_add(1);
            }
            (row.state == State::Good).then_some(row.value)
        };
        self.rows.into_iter().filter_map(fact).collect()
    }
}

/// Reads all rows of some sources. `bind` finds the columns in a file, `read` makes a row, or notes what is wrong
/// with it; `left` sees the rows that the filter leaves out.
pub(crate) fn read_sources<'s, C, T>(
    env: &'s Env<'s>,
    sources: &'s [Source],
    (findings, reports): (&mut Findings, &mut Reports<'s>),
    bind: impl Fn(&Sheet<'s>, usize) -> Option<C>,
    mut read: impl FnMut(&C, &mut RowReader<'_, '_>) -> Option<T>,
    mut left: impl FnMut(&C, &Taken<'_>),
) -> Table<T> {
    let mut table = Table { rows: Vec::new(), complete: true };
    for source in sources {
        let (sheets, complete) = env.open(source, findings);
        table.complete &= complete;
        for sheet in &sheets {
            let report = reports.list.len();
            let Some(columns) = bind(sheet, report) else {
                table.complete = false;
                continue;
            };
            table.rows.reserve(sheet.about());
            let mut rows = sheet.rows();
            let mut bad = 0_u64;
            while let Some(taken) = rows.next(findings) {
                if !taken.passes {
                    left(&columns, &taken);
                    continue;
                }
                let mut reader = RowReader { row: taken.row, place: &taken.place, findings, bad: false };
                match read(&columns, &mut reader).filter(|_| !reader.bad) {
                    Some(value) => table.rows.push(Loaded { value, report, state: State::Good }),
                    None => bad = bad.saturating_add(1),
                }
            }
            let mut counts = rows.counts;
            counts.bad = counts.bad.saturating_add(bad);
            reports.list.push(sheet.report(counts));
            reports.sources.push(source);
        }
    }
    table
}

/// A row that is being read.
pub(crate) struct RowReader<'r, 'f> {
    /// Its cells.
    pub row: Row<'r>,
    /// Where it stands.
    pub place: &'r RowPlace,
    /// What was found wrong so far.
    pub findings: &'f mut Findings,
    /// Whether something is wrong with it.
    pub bad: bool,
}

impl<'r> RowReader<'r, '_> {
    /// The value of a column; nothing where it is not mapped, blank or wrong.
    pub fn take<'b, 's, T>(
        &mut self,
        (name, bound): (&'b str, Option<&'b Bound<'s>>),
        read: impl FnOnce(Cells<'b, 's>, &Row<'r>) -> Result<Option<T>, Problem>,
    ) -> Option<T> {
        let cells = Cells { name, bound: bound? };
        match read(cells, &self.row) {
            Ok(value) => value,
            Err(problem) => {
                self.problem(cells, problem);
                None
            }
        }
    }

    /// The value of a column that must not be blank.
    pub fn need<'b, 's, T>(
        &mut self,
        (name, bound): (&'b str, Option<&'b Bound<'s>>),
        read: impl FnOnce(Cells<'b, 's>, &Row<'r>) -> Result<Option<T>, Problem>,
    ) -> Option<T> {
        self.take((name, bound), |cells, row| read(cells, row)?.map(Some).ok_or_else(|| blank(name)))
    }

    /// An id, shared.
    pub fn id(&mut self, column: (&str, Option<&Bound<'_>>), share: impl FnOnce(&str) -> Arc<str>) -> Option<Arc<str>> {
        self.take(column, |cells, row| Ok(cells.id(row)?.map(|id| share(&id))))
    }

    /// An id that must not be blank.
    pub fn need_id(
        &mut self,
        column: (&str, Option<&Bound<'_>>),
        share: impl FnOnce(&str) -> Arc<str>,
    ) -> Option<Arc<str>> {
        self.need(column, |cells, row| Ok(cells.id(row)?.map(|id| share(&id))))
    }

    /// Notes a problem with a column.
    pub fn problem(&mut self, cells: Cells<'_, '_>, problem: Problem) {
        self.bad = true;
        let label = if cells.bound.label.is_empty() { cells.name } else { &cells.bound.label };
        let row = self.row;
        self.findings.cell(self.place, problem.code, label, || (problem, cells.bound.raw(&row)));
    }
}

/// The rows that have one identity, for each identity that more than one row has; in the order of the rows.
pub(crate) fn same<T, K: Hash + Eq>(rows: &[Loaded<T>], identity: impl Fn(&T) -> K) -> Vec<Vec<usize>> {
    // Mostly each stands alone: then no two hashes are equal, and sorted numbers show it in less room than a table of keys.
    let hash = BuildHasherDefault::<Fnv>::default();
    let hashed = |(place, row): (usize, &Loaded<T>)| (hash.hash_one(identity(&row.value)), place);
    let of_good = rows.iter().enumerate().filter(|(_, row)| row.state == State::Good);
    let mut all: Vec<(u64, usize)> = of_good.map(hashed).collect();
    parallel::sort_by(&mut all, Ord::cmp);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for alike in all.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut of_hash: Vec<(K, Vec<usize>)> = Vec::new();
        for (_, place) in alike {
            let Some(row) = rows.get(*place) else { continue };
            let key = identity(&row.value);
            match of_hash.iter_mut().find(|(own, _)| *own == key) {
                Some((_, places)) => places.push(*place),
                None => of_hash.push((key, vec![*place])),
            }
        }
        groups.extend(of_hash.into_iter().map(|(_, places)| places).filter(|places| places.len() > 1));
    }
    groups.sort();
    groups
}

/// Leaves out rows that stand there twice, and those that contradict each other.
///
/// `identity` is what may stand there once, `history` the date from which a row is known: rows of one identity that
/// became known on different days are versions of it, and all are kept. `equal` compares all else. `contradict` notes
/// the problem of a row that contradicts an earlier one.
pub(crate) fn settle_same<T, K: Hash + Eq, H: PartialEq>(
    rows: &mut [Loaded<T>],
    identity: impl Fn(&T) -> K,
    history: impl Fn(&T) -> H,
    equal: impl Fn(&T, &T) -> bool,
    mut contradict: impl FnMut(&Loaded<T>, &Loaded<T>),
) {
    for group in same(rows, identity) {
        let mut settled: Vec<usize> = Vec::new();
        for place in group {
            let Some(row) = rows.get(place) else { continue };
            let known = settled
                .iter()
                .copied()
                .find(|other| rows.get(*other).is_some_and(|other| history(&other.value) == history(&row.value)));
            let Some(other) = known.and_then(|other| rows.get(other)) else {
                settled.push(place);
                continue;
            };
            if equal(&other.value, &row.value) {
                set(rows, place, State::Twice);
            } else {
                contradict(other, row);
                set(rows, place, State::Bad);
                if let Some(known) = known {
                    set(rows, known, State::Bad); // which of the two is right nobody can tell
                }
            }
        }
    }
}

/// Sets what became of a row.
pub(crate) fn set<T>(rows: &mut [Loaded<T>], place: usize, state: State) {
    if let Some(row) = rows.get_mut(place) {
        row.state = state;
    }
}

/// "in line 5", or "in line 5 of `data/deals.csv`" where that is another file.
pub(crate) fn line_of(other: &RowPlace, here: &RowPlace) -> String {
    if other.file == here.file {
        format!("in line {}", other.line)
    } else {
        format!("in line {} of `{}`", other.line, other.file)
    }
}
