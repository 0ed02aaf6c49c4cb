//! Laws that hold for every project, tried on random small ones: the documentation of `src/run` names these tests.
//!
//! A project is made as its folder (settings, one script, CSV) and goes through the reader like any other. A failing one
//! is printed as the values it was made of.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "small amounts, and an overflow fails the test")]

use chrono::{Days, NaiveDate};
use earnmark::domain::diagnostic::Span;
use earnmark::domain::exact::Fraction;
use earnmark::plan::table::{Axis, Mode, Tier, Tiers};
use earnmark::run::adjust::Entry;
use earnmark::run::explain::StepKind;
use earnmark::{Computed, Folder, Project};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who sells; the first manages the others.
const PEOPLE: [&str; 4] = ["ana", "bo", "cy", "di"];

/// A deal: day of the year, amount in cents, pieces, seller, and whom it is shared with for how many hundredths of a
/// percent.
#[derive(Clone, Debug)]
struct Deal {
    day: u64,
    cents: i64,
    pieces: u32,
    seller: usize,
    with: Option<(usize, u32)>,
}

/// A project in values.
#[derive(Clone, Debug)]
struct Made {
    deals: Vec<Deal>,
    quota_cents: i64,
    period: &'static str,
    payout: &'static str,
    rounding: &'static str,
    currency: &'static str,
    /// Mode of the commission's table, its boundaries in percent and its rates in hundredths of a percent.
    mode: &'static str,
    tiers: Vec<(u32, u32)>,
}

fn deal() -> impl Strategy<Value = Deal> {
    let with = prop::option::weighted(0.4, (0..PEOPLE.len(), 1_u32..10_000));
    (0_u64..365, -9_000_000_i64..20_000_000, 0_u32..30, 0..PEOPLE.len(), with).prop_map(
        |(day, cents, pieces, seller, with)| {
            let with = with.filter(|(other, _)| *other != seller);
            Deal { day, cents, pieces, seller, with }
        },
    )
}

fn tiers() -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::btree_map(1_u32..300, 0_u32..2_000, 0..5).prop_flat_map(|above| {
        (0_u32..2_000).prop_map(move |first| std::iter::once((0, first)).chain(above.clone()).collect())
    })
}

fn made() -> impl Strategy<Value = Made> {
    (
        prop::collection::vec(deal(), 1..12),
        1_i64..50_000_000,
        prop::sample::select(vec!["month", "quarter", "half", "year"]),
        prop::sample::select(vec!["month", "quarter", "year"]),
        prop::sample::select(vec!["half_even", "half_up", "half_down", "up", "down"]),
        prop::sample::select(vec!["USD", "JPY", "KWD"]),
        prop::sample::select(vec!["marginal", "retroactive"]),
        tiers(),
    )
        .prop_map(|(deals, quota_cents, period, payout, rounding, currency, mode, tiers)| Made {
            deals,
            quota_cents,
            period,
            payout,
            rounding,
            currency,
            mode,
            tiers,
        })
}

fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

impl Made {
    fn script(&self) -> String {
        let rows: Vec<String> = self
            .tiers
            .iter()
            .map(|(from, rate)| format!("[{from}.pct, {}.pct]", Decimal::new(i64::from(*rate), 2)))
            .collect();
        let Self { currency, payout, rounding, period, mode, .. } = self;
        format!(
            "plan(\"P\", #{{ currency: \"{currency}\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"{payout}\", rounding: \"{rounding}\" }});
            let m = measure(\"m\", #{{ period: \"{period}\", quota: {quota} }});
            let u = measure(\"u\", #{{ period: \"{period}\", credit: |deal| deal.quantity }});
            commission(\"Tiers\", #{{ on: m, rate: {mode}([{rows}]) }});
            commission(\"Pieces\", #{{ on: u, pay: marginal([[0, 3], [10, 4.5]]) }});
            bonus(\"Curve\", #{{ on: m, of: \"quota\", rate: interpolated([[50.pct, 0.pct], [150.pct, 3.pct]]) }});
            override(\"Team\", #{{ on: team(m), rate: 1.5.pct }});",
            quota = cents(self.quota_cents),
            rows = rows.join(", "),
        )
    }

    /// The folder, its rows in the order given by places.
    fn folder(&self, order: &[usize]) -> Folder {
        let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let (mut deals, mut shares) = ("id,closed,amount,quantity\n".to_owned(), "deal,payee,share\n".to_owned());
        for place in order {
            let deal = &self.deals[*place];
            let day = start.checked_add_days(Days::new(deal.day)).unwrap();
            deals.push_str(&format!("D{place},{day},{},{}\n", cents(deal.cents), deal.pieces));
            let (other, part) = deal.with.map_or(("", 0), |(other, part)| (PEOPLE[other], part));
            let own = Decimal::new(i64::from(10_000 - part), 2);
            shares.push_str(&format!("D{place},{},{own} %\n", PEOPLE[deal.seller]));
            if part > 0 {
                shares.push_str(&format!("D{place},{other},{} %\n", Decimal::new(i64::from(part), 2)));
            }
        }
        let mut people = "id,manager\nana,\n".to_owned();
        for other in &PEOPLE[1..] {
            people.push_str(&format!("{other},ana\n"));
        }
        let settings = format!(
            "format = 1\ncompany.currency = \"{}\"\n\
            [deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", quantity = \"quantity\" }}\n\
            [shares]\nfile = \"shares.csv\"\ncolumns = {{ deal = \"deal\", payee = \"payee\", share = \"share\" }}\n\
            [payees]\nfile = \"people.csv\"\ncolumns = {{ id = \"id\", manager = \"manager\" }}\n",
            self.currency
        );
        let mut folder = Folder::new("made", BTreeMap::new());
        folder.put("earnmark.toml", settings);
        folder.put("rules/plan.rhai", self.script());
        folder.put("data/deals.csv", deals);
        folder.put("data/shares.csv", shares);
        folder.put("data/people.csv", people);
        folder
    }

    fn places(&self) -> Vec<usize> {
        (0..self.deals.len()).collect()
    }

    fn run(&self) -> (Project, Computed) {
        opened(&self.folder(&self.places()))
    }
}

fn opened(folder: &Folder) -> (Project, Computed) {
    let project = Project::open(folder).map_err(|refused| refused.findings).unwrap();
    let computed = project.compute_all().map_err(|refused| refused.findings).unwrap();
    (project, computed)
}

/// What an amount belongs to.
fn key(entry: &Entry) -> (Arc<str>, Arc<str>, Arc<str>, Option<Arc<str>>) {
    let deal = entry.deal.as_ref().map(|(_, id)| Arc::clone(id));
    (Arc::clone(&entry.payee), Arc::clone(&entry.component), Arc::clone(&entry.measured.label), deal)
}

/// What everybody earned over the year.
fn totals(computed: &Computed) -> BTreeMap<Arc<str>, Decimal> {
    let mut totals = BTreeMap::new();
    for entry in &computed.outcome.entries {
        *totals.entry(Arc::clone(&entry.payee)).or_default() += entry.earned;
    }
    totals.retain(|_, total: &mut Decimal| !total.is_zero());
    totals
}

/// Entries and payouts of some payees, in words.
fn of<'c>(computed: &'c Computed, payees: &'c [&str]) -> Vec<String> {
    let entries = computed.outcome.entries.iter().filter(|entry| payees.contains(&&*entry.payee));
    let payouts = computed.outcome.payouts.iter().filter(|payout| payees.contains(&&*payout.payee));
    entries.map(|entry| format!("{entry:?}")).chain(payouts.map(|payout| format!("{payout:?}"))).collect()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn splits_total_the_whole(made in made()) {
        let (_, computed) = made.run();
        let mut credited: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Decimal>> = BTreeMap::new();
        for entry in computed.outcome.entries.iter().filter(|entry| &*entry.component == "Tiers") {
            let (_, deal) = entry.deal.clone().unwrap();
            credited.entry(deal).or_default().insert(Arc::clone(&entry.payee), entry.credit.clone().unwrap().amount);
        }
        for (place, deal) in made.deals.iter().enumerate() {
            let parts = &credited[format!("D{place}").as_str()];
            prop_assert_eq!(parts.values().sum::<Decimal>(), cents(deal.cents), "{:?}", parts);
            prop_assert_eq!(parts.len(), if deal.with.is_some() { 2 } else { 1 });
        }
    }

    #[test]
    fn entries_telescope(made in made()) {
        let (_, computed) = made.run();
        let mut posted = BTreeMap::new();
        for entry in &computed.outcome.entries {
            let total: &mut Decimal = posted.entry(key(entry)).or_default();
            *total += entry.earned;
            let to_date: Decimal =
                entry.steps.iter().filter(|step| step.kind != StepKind::Before).map(|step| step.amount).sum();
            prop_assert_eq!(*total, to_date, "{:?}", entry);
        }
    }

    #[test]
    fn statements_add_up(made in made()) {
        let (project, computed) = made.run();
        for entry in &computed.outcome.entries {
            prop_assert_eq!(entry.steps.iter().map(|step| step.amount).sum::<Decimal>(), entry.earned);
        }
        for payout in &computed.outcome.payouts {
            let statements = project.statements(&computed, &payout.payee, payout.period);
            prop_assert_eq!(statements.len(), 1);
            let amount = |text: &str| text.parse::<Decimal>().unwrap();
            for statement in &statements {
                let lines: Decimal = statement.entries.iter().map(|entry| amount(&entry.amount)).sum();
                prop_assert_eq!(lines, amount(&statement.totals.earned));
                let step = |name: &str| {
                    let found = statement.settle.iter().find(|line| line.step == name);
                    found.map_or(Decimal::ZERO, |line| amount(&line.amount))
                };
                prop_assert_eq!(step("brought_forward") + step("earned"), step("payout") + step("carried_forward"));
                prop_assert!(step("payout") >= Decimal::ZERO && step("carried_forward") <= Decimal::ZERO);
                prop_assert_eq!(amount(&statement.totals.payout), payout.payout);
            }
        }
        // What is carried out of one period is carried into the next.
        for pair in computed.outcome.payouts.windows(2).filter(|pair| pair[0].payee == pair[1].payee) {
            prop_assert_eq!(pair[0].after, pair[1].before);
        }
    }

    #[test]
    fn order_changes_nothing(made in made(), seed in any::<u64>()) {
        let (project, computed) = made.run();
        let mut order = made.places();
        order.sort_by_key(|place| (u64::try_from(*place).unwrap() + 1).wrapping_mul(seed | 1));
        let (other, changed) = opened(&made.folder(&order));
        prop_assert_eq!(&computed.digests, &changed.digests);
        for payout in &computed.outcome.payouts {
            let before = project.statements(&computed, &payout.payee, payout.period);
            prop_assert_eq!(before, other.statements(&changed, &payout.payee, payout.period));
        }
    }

    #[test]
    fn unrelated_payees_change_nothing(made in made(), more in prop::collection::vec(deal(), 1..6)) {
        let mut alone = made.clone();
        alone.deals.retain(|deal| deal.seller != 3 && deal.with.is_none_or(|(other, _)| other != 3));
        prop_assume!(!alone.deals.is_empty());
        let mut crowded = alone.clone();
        crowded.deals.extend(more.into_iter().map(|deal| Deal { seller: 3, with: None, ..deal }));
        let (_, before) = alone.run();
        let (_, after) = crowded.run();
        // Their manager has a part of what they sell, everybody else has not.
        prop_assert_eq!(of(&before, &PEOPLE[1..3]), of(&after, &PEOPLE[1..3]));
    }

    #[test]
    fn paid_monthly_is_measured_yearly(made in made()) {
        let of = |payout: &'static str| totals(&Made { payout, period: "year", ..made.clone() }.run().1);
        let yearly = of("year");
        prop_assert_eq!(&of("month"), &yearly);
        prop_assert_eq!(&of("quarter"), &yearly);
    }

    #[test]
    fn scaling_keeps_attainment(made in made(), factor in 2_i64..50) {
        let mut larger = made.clone();
        larger.quota_cents *= factor;
        larger.deals.iter_mut().for_each(|deal| deal.cents *= factor);
        let (_, before) = made.run();
        let (_, after) = larger.run();
        let pairs = before.outcome.standings.iter().zip(&after.outcome.standings);
        for (before, after) in pairs.filter(|(before, _)| &*before.measure == "m") {
            let last = |totals: &[(NaiveDate, Decimal)]| totals.last().map_or(Decimal::ZERO, |(_, total)| *total);
            let (a, b) = (before.quota.unwrap(), after.quota.unwrap());
            prop_assert_eq!(
                last(&before.totals) * b.num() * a.den(),
                last(&after.totals) * a.num() * b.den(),
            );
        }
    }
}

/// A marginal table over attainment.
fn marginal(rows: &[(u32, u32)]) -> Tiers {
    let span = Span { file: Arc::from("t.rhai"), start: 0, end: 0 };
    let rows = rows.iter().map(|(from, rate)| Tier {
        from: Decimal::new(i64::from(*from), 2),
        above: false,
        value: Decimal::new(i64::from(*rate), 4),
        text: None,
        formula: None,
        span: span.clone(),
    });
    Tiers { mode: Mode::Marginal, axis: Axis::Attainment, rows: rows.collect() }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn slices_sum_to_the_curve(
        rows in tiers(),
        quota in 1_i64..50_000_000,
        deals in prop::collection::vec(-9_000_000_i64..20_000_000, 1..10),
        growth in 0_i64..5_000_000,
    ) {
        let table = marginal(&rows);
        let unit = Fraction::from(cents(quota));
        let (mut before, mut paid) = (Decimal::ZERO, Fraction::ZERO);
        for deal in deals {
            let after = before + cents(deal);
            let mut covered = Fraction::ZERO;
            for slice in table.slices(before.into(), after.into(), unit).unwrap() {
                covered = covered.plus(slice.base).unwrap();
                paid = paid.plus(slice.base.times(slice.tier.value).unwrap()).unwrap();
            }
            // The slices are the deal, no more and no less.
            prop_assert_eq!(covered.value().unwrap(), cents(deal));
            before = after;
        }
        let curve = |x: Decimal| table.marginal_sum(x.into(), unit).unwrap().value().unwrap();
        prop_assert_eq!(paid.value().unwrap(), curve(before));
        // Rates are not negative: who sells more is not paid less.
        prop_assert!(curve(before + cents(growth)) >= curve(before));
    }
}
