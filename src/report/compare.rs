//! Compare: what two versions of the plans pay over the same data, payee by payee, and where they first part.
//!
//! In:   two outcomes over the same facts, and the payout periods asked for by their days.
//! Out:  [`Comparison`]: totals and a histogram for each currency, a row for each payee and currency, the largest change first.
//! Here: adding up payouts. How versions are worked is in `asked`, where they part for a payee in `parting`. Terminal and page
//!       show the same rows.
//!
//! A comparison says what a change costs and whom it moves, never which version is to be preferred.

mod asked;
mod parting;

use super::answers::{Finding, part};
use super::tables::harmless;
use crate::domain::currency::Currency;
use crate::domain::exact::{Exact, add, fixed, mul, shortest, sub};
use crate::domain::texts::Texts;
use crate::project::Project;
use crate::run::Outcome;
use crate::run::adjust::{Entry, posts};
use crate::run::settle::Payout;
use crate::run::statement::{Source, StepLine};
pub use asked::Asked;
use chrono::NaiveDate;
use parting::Own;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Columns of a histogram on each side of zero.
const BINS: i64 = 6;

/// One version: what it gave, and the scripts that its places refer to.
#[derive(Clone, Copy, Debug)]
struct Side<'a> {
    /// What the run gave.
    outcome: &'a Outcome,
    /// Scripts.
    texts: &'a Texts,
}

/// What two versions pay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Whether both could be worked; the figures are empty where not.
    pub ran: bool,
    /// What is wrong with the first version, or worth a look.
    pub findings_a: Vec<Finding>,
    /// What is wrong with the second version, or worth a look.
    pub findings_b: Vec<Finding>,
    /// Totals, by currency.
    pub totals: Vec<ComparedTotal>,
    /// A row for each payee and currency, the largest change first.
    pub rows: Vec<ComparedRow>,
    /// The scripts that differ, by path.
    pub scripts: Vec<ChangedScript>,
}

/// What is paid in all in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedTotal {
    /// The currency.
    pub currency: &'static str,
    /// By the first version.
    pub a: String,
    /// By the second.
    pub b: String,
    /// The second less the first.
    pub change: String,
    /// How many payees are paid more by the second.
    pub up: usize,
    /// How many are paid the same.
    pub same: usize,
    /// How many are paid less.
    pub down: usize,
    /// The columns of the histogram of changes, from the lowest, without those who are paid the same.
    pub bins: Vec<Bin>,
}

/// A column of a histogram: changes between two amounts. Of losses `to`, of gains `from` is left out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// The lower end.
    pub from: String,
    /// The upper end.
    pub to: String,
    /// How many payees.
    pub count: usize,
}

/// A payee in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedRow {
    /// The id.
    pub payee: String,
    /// The name, else the id.
    pub name: String,
    /// The currency.
    pub currency: &'static str,
    /// Paid by the first version.
    pub a: String,
    /// Paid by the second.
    pub b: String,
    /// The second less the first.
    pub change: String,
    /// The change by what the first pays, a fraction; nothing where that is zero.
    pub part: Option<String>,
    /// The change by component, as became payable in this currency; those that move alone.
    pub components: Vec<ComponentChange>,
    /// Where the two first part; nothing where all is the same.
    pub why: Option<Why>,
}

/// What a component became payable for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentChange {
    /// The plan.
    pub plan: String,
    /// The component.
    pub component: String,
    /// By the first version.
    pub a: String,
    /// By the second.
    pub b: String,
    /// The second less the first.
    pub change: String,
}

/// The first entry, in the order of payout periods and scripts, that differs; or else the first line of the settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// `entry` or `settle`.
    pub kind: &'static str,
    /// The payout period.
    pub period: String,
    /// The component; of a settlement the code of its line.
    pub component: String,
    /// The deal.
    pub deal: Option<String>,
    /// By the first version.
    pub a: Option<WhySide>,
    /// By the second.
    pub b: Option<WhySide>,
}

/// What one version says at the place where the two part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhySide {
    /// The amount of the entry or the line.
    pub amount: String,
    /// The first step that the other version has not; steps are in the plan's currency.
    pub step: Option<StepLine>,
    /// The currency of the step.
    pub step_currency: &'static str,
    /// The declaration in the script.
    pub source: Option<Source>,
}

/// A script that is not the same in both versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedScript {
    /// Its path.
    pub file: String,
    /// The text of the first version; nothing where it has none.
    pub a: Option<String>,
    /// The text of the second.
    pub b: Option<String>,
}

impl Comparison {
    /// Compares the payouts whose periods end in some days, both included; with `reasons` each row says what moves and why.
    fn of(sides: [Side<'_>; 2], days: (NaiveDate, NaiveDate), project: &Project, reasons: bool) -> Exact<Self> {
        let both = Both::of(sides, days, None, reasons)?;
        let mut changes: BTreeMap<Currency, Changes> = BTreeMap::new();
        for ((_, currency), (before, after)) in &both.paid {
            changes.entry(*currency).or_default().add(*before, *after, sub(*after, *before)?)?;
        }
        let totals = changes.iter().map(|(currency, changes)| changes.total(*currency)).collect::<Exact<_>>()?;
        Ok(Self { ran: true, totals, rows: both.rows(project)?, ..Self::default() })
    }

    /// The rows as CSV: those of one currency, or all. Texts that a spreadsheet would run are made harmless.
    ///
    /// # Errors
    /// None in practice: the text is made in memory.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for row in &self.rows {
            let why = row.why.as_ref();
            let line = why.and_then(|why| why.b.as_ref().or(why.a.as_ref())).and_then(|side| side.source.as_ref());
            let texts = [&row.payee, &row.name].map(|text| harmless(text));
            let [payee, name] = texts;
            writer.write_record([
                payee,
                name,
                row.currency.to_owned(),
                row.a.clone(),
                row.b.clone(),
                row.change.clone(),
                row.part.clone().unwrap_or_default(),
                why.map_or_else(String::new, |why| harmless(&why.component)),
                why.map_or_else(String::new, |why| harmless(&why.period)),
                why.and_then(|why| why.deal.as_deref()).map_or_else(String::new, harmless),
                line.map_or_else(String::new, |source| harmless(&format!("{}:{}", source.file, source.line))),
            ])?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The header of a comparison as CSV.
const COLUMNS: [&str; 11] =
    ["payee", "name", "currency", "a", "b", "change", "part", "component", "period", "deal", "line"];

fn in_days(outcome: &Outcome, period: usize, (from, to): (NaiveDate, NaiveDate)) -> bool {
    outcome.periods.get(period).is_some_and(|period| from <= period.to && period.to <= to)
}

/// What two versions pay.
struct Both<'a> {
    sides: [Side<'a>; 2],
    days: (NaiveDate, NaiveDate),
    paid: Pairs,
    /// Why, where that is asked.
    reasons: Option<[BTreeMap<&'a str, OfPayee<'a>>; 2]>,
}

/// What is paid to a payee in a currency, by each version.
type Pairs = BTreeMap<(Arc<str>, Currency), (Decimal, Decimal)>;

/// The entries and payouts of a payee.
type OfPayee<'a> = (Vec<&'a Entry>, Vec<&'a Payout>);

impl<'a> Both<'a> {
    /// All payees, or one.
    fn of(sides: [Side<'a>; 2], days: (NaiveDate, NaiveDate), only: Option<&str>, reasons: bool) -> Exact<Self> {
        let wanted = |payee: &str| only.is_none_or(|only| only == payee);
        let [a, b] = sides;
        let mut paid = Pairs::new();
        let mut collect = |outcome: &Outcome, side: fn(&mut (Decimal, Decimal)) -> &mut Decimal| -> Exact<()> {
            let in_days = |payout: &&Payout| in_days(outcome, payout.period, days);
            for payout in outcome.payouts.iter().filter(|payout| wanted(&payout.payee)).filter(in_days) {
                let sum = side(paid.entry((Arc::clone(&payout.payee), payout.currency)).or_default());
                *sum = add(*sum, payout.payout)?;
            }
            Ok(())
        };
        collect(a.outcome, |pair| &mut pair.0)?;
        collect(b.outcome, |pair| &mut pair.1)?;
        let reasons = reasons.then(|| sides.map(|side| by_payee(side.outcome, &wanted)));
        Ok(Self { sides, days, paid, reasons })
    }

    /// A row for each payee and currency, the largest change first. The size of a change says something within a currency;
    /// between them it orders, no more.
    fn rows(&self, project: &Project) -> Exact<Vec<ComparedRow>> {
        let mut rows = Vec::with_capacity(self.paid.len());
        for ((payee, currency), (before, after)) in &self.paid {
            let change = sub(*after, *before)?;
            let (components, why) = match &self.reasons {
                Some([a, b]) => {
                    let entries = [get(a, payee), get(b, payee)];
                    let own = Own { sides: self.sides, entries, currency: *currency, days: self.days };
                    own.parting(payee)?
                }
                None => (Vec::new(), None),
            };
            let money = |amount| fixed(amount, currency.places());
            let row = ComparedRow {
                payee: payee.to_string(),
                name: project.name(payee).to_owned(),
                currency: currency.code(),
                a: money(*before),
                b: money(*after),
                change: money(change),
                part: part(change, *before),
                components,
                why,
            };
            rows.push((change.abs(), row));
        }
        rows.sort_by(|(x, one), (y, other)| {
            y.cmp(x).then_with(|| (&one.payee, one.currency).cmp(&(&other.payee, other.currency)))
        });
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

fn by_payee<'a>(outcome: &'a Outcome, wanted: &impl Fn(&str) -> bool) -> BTreeMap<&'a str, OfPayee<'a>> {
    let mut found: BTreeMap<&str, OfPayee<'_>> = BTreeMap::new();
    for entry in outcome.entries.iter().filter(|entry| wanted(&entry.payee) && posts(entry)) {
        found.entry(&entry.payee).or_default().0.push(entry);
    }
    for payout in outcome.payouts.iter().filter(|payout| wanted(&payout.payee)) {
        found.entry(&payout.payee).or_default().1.push(payout);
    }
    found
}

fn get<'m, 'a>(map: &'m BTreeMap<&str, OfPayee<'a>>, payee: &str) -> (&'m [&'a Entry], &'m [&'a Payout]) {
    map.get(payee).map_or((&[], &[]), |(entries, payouts)| (entries.as_slice(), payouts.as_slice()))
}

/// All changes in a currency.
#[derive(Debug, Default)]
struct Changes {
    a: Decimal,
    b: Decimal,
    moved: Vec<Decimal>,
    same: usize,
}

impl Changes {
    fn add(&mut self, a: Decimal, b: Decimal, change: Decimal) -> Exact<()> {
        (self.a, self.b) = (add(self.a, a)?, add(self.b, b)?);
        if change.is_zero() {
            self.same = self.same.saturating_add(1);
        } else {
            self.moved.push(change);
        }
        Ok(())
    }

    fn total(&self, currency: Currency) -> Exact<ComparedTotal> {
        let money = |amount| fixed(amount, currency.places());
        let down = self.moved.iter().filter(|change| change.is_sign_negative()).count();
        Ok(ComparedTotal {
            currency: currency.code(),
            a: money(self.a),
            b: money(self.b),
            change: money(sub(self.b, self.a)?),
            up: self.moved.len().saturating_sub(down),
            same: self.same,
            down,
            bins: bins(&self.moved)?,
        })
    }
}

/// The columns of a histogram: as wide as 1, 2 or 5 times a power of ten, as few on each side as reach the largest.
fn bins(moved: &[Decimal]) -> Exact<Vec<Bin>> {
    let largest = moved.iter().map(Decimal::abs).max().unwrap_or_default();
    if largest.is_zero() {
        return Ok(Vec::new());
    }
    let mut width = Decimal::new(1, 2);
    for factor in [Decimal::TWO, Decimal::new(25, 1), Decimal::TWO].into_iter().cycle() {
        if mul(width, Decimal::from(BINS))? >= largest {
            break;
        }
        width = mul(width, factor)?;
    }
    // A gain of exactly one width is in the first column of gains, a loss of it in the first of losses.
    let place = |change: &Decimal| {
        let widths = change.abs().checked_div(width).map_or(Decimal::ONE, |count| count.ceil());
        (1..=BINS).find(|n| Decimal::from(*n) >= widths).unwrap_or(BINS)
    };
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for change in moved {
        let n = place(change);
        let signed = if change.is_sign_negative() { n.saturating_neg() } else { n };
        let count = counts.entry(signed).or_default();
        *count = count.saturating_add(1);
    }
    let ends = (counts.keys().next().copied().unwrap_or(1).min(0), counts.keys().last().copied().unwrap_or(1).max(0));
    let all = (ends.0..=ends.1).filter(|n| *n != 0);
    let bins = all.map(|n| {
        let inner = if n < 0 { n.saturating_add(1) } else { n.saturating_sub(1) };
        let (from, to) = (n.min(inner), n.max(inner));
        Ok(Bin {
            from: shortest(mul(width, Decimal::from(from))?),
            to: shortest(mul(width, Decimal::from(to))?),
            count: counts.get(&n).copied().unwrap_or(0),
        })
    });
    bins.collect()
}

/// The scripts that one version has otherwise than the other, or alone.
fn changed_scripts(a: &Texts, b: &Texts) -> Vec<ChangedScript> {
    let files: BTreeSet<&Arc<str>> = a.0.keys().chain(b.0.keys()).filter(|file| file.ends_with(".rhai")).collect();
    let texts = files.into_iter().map(|file| (file, a.get(file), b.get(file)));
    let changed = texts.filter(|(_, a, b)| a != b).map(|(file, a, b)| ChangedScript {
        file: file.to_string(),
        a: a.map(str::to_owned),
        b: b.map(str::to_owned),
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_amounts(amounts: &[&str]) -> Vec<(String, String, usize)> {
        let moved: Vec<Decimal> = amounts.iter().map(|amount| amount.parse().unwrap()).collect();
        bins(&moved).unwrap().into_iter().map(|bin| (bin.from, bin.to, bin.count)).collect()
    }

    fn bin(from: &str, to: &str, count: usize) -> (String, String, usize) {
        (from.to_owned(), to.to_owned(), count)
    }

    #[test]
    fn a_histogram_has_round_widths_and_reaches_the_largest() {
        // 6 × 100 reaches 512.30, 6 × 50 does not; 100 itself is in the first column of gains.
        let found = of_amounts(&["100", "100.01", "-40", "512.30"]);
        let gains = [("0", "100", 1), ("100", "200", 1), ("200", "300", 0), ("300", "400", 0), ("400", "500", 0)];
        let mut wanted = vec![bin("-100", "0", 1)];
        wanted.extend(gains.map(|(from, to, count)| bin(from, to, count)));
        wanted.push(bin("500", "600", 1));
        assert_eq!(found, wanted);
        assert_eq!(of_amounts(&[]), []);
        assert_eq!(of_amounts(&["-0.01"]), [bin("-0.01", "0", 1)]);
    }

    #[test]
    fn every_change_is_in_one_column() {
        let amounts = ["-7777.77", "-0.01", "0.01", "0.02", "13", "999.99", "12000", "123456.78"];
        let found = of_amounts(&amounts);
        assert_eq!(found.iter().map(|(_, _, count)| count).sum::<usize>(), amounts.len());
    }
}
