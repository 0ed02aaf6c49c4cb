//! Who is a payee, and the rows that name somebody who is none.

use super::{All, Reader};
use crate::domain::facts::RowPlace;
use crate::io::deals::Deals;
use crate::io::findings::Findings;
use crate::io::long_shares::LongShares;
use crate::io::payees::{Known, Read, label_of};
use crate::io::rows::{STANDING, State};
use crate::io::settings::Kind;
use std::sync::Arc;

impl Reader<'_> {
    /// Whether a column of the source of a report names payees.
    fn names_payees(&self, report: usize, column: &str) -> bool {
        let Some(source) = self.reports.sources.get(report) else { return false };
        match &source.payees_from {
            Some(list) => list.iter().any(|said| said.value == column),
            None => {
                let without = self.env.settings.sources.payees.is_empty();
                without && matches!(source.kind, Kind::Deals | Kind::Shares | Kind::Lines)
            }
        }
    }

    /// Who is a payee: the ids of `payees`, and those that other columns name where the settings say so.
    ///
    /// Where the payees could not be read, everybody who is named is one, so that not every row is reported.
    pub(super) fn collect_payees(&self, all: &mut All) {
        let everybody = !all.base.table.complete;
        let names = |report: usize, column: &str| everybody || self.names_payees(report, column);
        let known = &mut all.known;
        for row in all.base.table.good() {
            known.add(&row.value.id);
            if let Some(manager) = row.value.manager().filter(|_| names(row.report, "manager")) {
                known.add(manager);
            }
        }
        for row in all.deals.table.good().filter(|row| names(row.report, "payee")) {
            row.value.shares.iter().for_each(|share| known.add(&share.payee));
        }
        for row in all.shares.table.good().filter(|row| names(row.report, "payee")) {
            known.add(&row.value.share.payee);
        }
        for row in all.lines.table.good() {
            for (column, id) in [("payee", &row.value.payee), ("manager", &row.value.manager)] {
                if names(row.report, column) {
                    known.add(id);
                }
            }
        }
        let named: [Vec<(usize, &Arc<str>)>; 9] = [
            payees_in(&all.events, |row| row.payee.as_ref()),
            payees_in(&all.fields, |row| Some(&row.payee)),
            payees_in(&all.assignments, |row| Some(&row.payee)),
            payees_in(&all.leave, |row| Some(&row.payee)),
            payees_in(&all.quotas, |row| row.payee.as_ref()),
            payees_in(&all.scores, |row| Some(&row.payee)),
            payees_in(&all.metrics, |row| row.payee.as_ref()),
            payees_in(&all.adjustments, |row| Some(&row.payee)),
            payees_in(&all.pipeline, |row| row.payee.as_ref()),
        ];
        for (report, id) in named.into_iter().flatten() {
            if names(report, "payee") {
                known.add(id);
            }
        }
    }

    /// Reports every row that names somebody who is no payee.
    pub(super) fn check_payees(&mut self, all: &mut All) {
        let known = &all.known;
        let findings = &mut self.findings;
        of_deals(&mut all.deals, known, findings);
        of_shares(&mut all.shares, known, findings);
        let payee = "payee";
        check(&mut all.events, known, findings, |row| &row.place, |row| [(payee, row.payee.as_ref()), NOBODY]);
        check(&mut all.base, known, findings, |row| &row.place, |row| [("manager", row.manager()), NOBODY]);
        check(&mut all.fields, known, findings, |row| &row.place, |row| [(payee, Some(&row.payee)), NOBODY]);
        check(
            &mut all.lines,
            known,
            findings,
            |row| &row.place,
            |row| [(payee, Some(&row.payee)), ("manager", Some(&row.manager))],
        );
        check(&mut all.assignments, known, findings, |row| &row.place, |row| [(payee, Some(&row.payee)), NOBODY]);
        check(&mut all.leave, known, findings, |row| &row.place, |row| [(payee, Some(&row.payee)), NOBODY]);
        check(&mut all.quotas, known, findings, |row| &row.place, |row| [(payee, row.payee.as_ref()), NOBODY]);
        check(&mut all.scores, known, findings, |row| &row.place, |row| [(payee, Some(&row.payee)), NOBODY]);
        check(&mut all.metrics, known, findings, |row| &row.place, |row| [(payee, row.payee.as_ref()), NOBODY]);
        check(&mut all.adjustments, known, findings, |row| &row.place, |row| [(payee, Some(&row.payee)), NOBODY]);
        let aside = &mut self.aside;
        check(&mut all.pipeline, known, aside, |row| &row.place, |row| [(payee, row.payee.as_ref()), NOBODY]);
    }
}

/// A column and the payee it names, if it names one.
type Named<'r> = (&'static str, Option<&'r Arc<str>>);

/// No further payee.
const NOBODY: Named<'static> = ("", None);

/// The payees that rows of a kind name, each with its report.
fn payees_in<T>(read: &Read<T>, payee: impl Fn(&T) -> Option<&Arc<str>>) -> Vec<(usize, &Arc<str>)> {
    read.table.good().filter_map(|row| Some((row.report, payee(&row.value)?))).collect()
}

/// Reports the rows of a kind that name somebody who is no payee.
fn check<T>(
    read: &mut Read<T>,
    known: &Known,
    findings: &mut Findings,
    place: impl Fn(&T) -> &RowPlace,
    named: impl Fn(&T) -> [Named<'_>; 2],
) {
    let Read { table, labels } = read;
    known.check(&mut table.rows, findings, place, |row, tell| {
        for (column, id) in named(&row.value) {
            if let Some(id) = id {
                tell(id, &|| label_of(labels, row.report, column));
            }
        }
    });
}

/// Reports deals on whose row somebody stands who is no payee.
fn of_deals(deals: &mut Deals, known: &Known, findings: &mut Findings) {
    let labels = &deals.labels;
    known.check(
        &mut deals.table.rows,
        findings,
        |deal| &deal.place,
        |row, tell| {
            // Who has left the files since is told as a row that has vanished.
            let shares = if row.report == STANDING { &[] } else { row.value.shares.as_slice() };
            for (place, share) in shares.iter().enumerate() {
                // A blank place is no share, so places are told by their position.
                let position = share.position.and_then(|position| usize::try_from(position).ok()?.checked_sub(1));
                let label = || {
                    let payees = labels.get(&row.report).map(|labels| &labels.payees);
                    payees.and_then(|payees| payees.get(position.unwrap_or(place))).cloned().unwrap_or_default()
                };
                tell(&share.payee, &label);
            }
        },
    );
}

/// Reports shares of somebody who is no payee; their deals are broken.
fn of_shares(shares: &mut LongShares, known: &Known, findings: &mut Findings) {
    let labels = &shares.labels;
    known.check(
        &mut shares.table.rows,
        findings,
        |row| &row.share.place,
        |row, tell| {
            let label = || labels.get(&row.report).map(|labels| labels.payee.clone()).unwrap_or_default();
            tell(&row.value.share.payee, &label);
        },
    );
    let wrong = shares.table.rows.iter().filter(|row| row.state == State::Bad);
    shares.broken.extend(wrong.map(|row| Arc::clone(&row.value.deal)));
}
