//! What is earned, to date, by key, while there is a journal; and of what is capitalised the part that is written off
//! (ASC 340-40, IFRS 15).
//!
//! Amortised to date = the cost as known now × elapsed / life, rounded once and posted as the change: corrections catch up
//! by themselves and no cent is left at the end. When the contract ends, the month is written off first, then what is
//! taken back goes against the asset, and the rest is an impairment. What the employer paid on top is not given back. A contract
//! that is reinstated, or whose end was a mistake, goes on: the impairment is taken back, and what is written off catches up.

use super::{About, Desk, about};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{Exact, Fraction, add, fixed, mul, sub};
use crate::io::settings::outputs::Capitalise;
use crate::ledger::rows::{CloseRow, EntryRow, currency, major, too_large};
use chrono::{Datelike as _, Months, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A key as the journal knows it: payee, and what an amount is about.
pub(super) type Key = (Arc<str>, About, Currency);

/// The amounts of a key, to date.
#[derive(Clone, Copy, Debug, Default)]
struct Asset {
    earned: Decimal,
    /// The cost on which the employer's is borne: what is earned, but that the end of a contract takes nothing off it.
    borne: Decimal,
    burden: Decimal,
    amortised: Decimal,
    burden_amortised: Decimal,
    impaired: Decimal,
    burden_impaired: Decimal,
    capitalised: bool,
    ended: bool,
}

/// What one close moved of an asset, for the roll-forward.
#[derive(Clone, Copy, Debug, Default)]
struct Move {
    before: Decimal,
    added: Decimal,
    amortised: Decimal,
    impaired: Decimal,
    after: Decimal,
}

/// All keys, to date.
#[derive(Debug, Default)]
pub struct Assets {
    keys: BTreeMap<Key, Asset>,
    moves: BTreeMap<Key, Move>,
    /// Keys that were earned while there was no journal: their costs were booked elsewhere, and are not capitalised here.
    elsewhere: BTreeSet<Key>,
    /// What closes without a journal have changed of capitalised costs.
    missed: BTreeMap<Key, Decimal>,
}

impl Assets {
    /// Lets in the entries of a close without a journal.
    ///
    /// # Errors
    /// Rows that cannot be as they were written; a sum with too many digits.
    pub fn miss(&mut self, entries: &[EntryRow]) -> Result<(), Box<Diagnostic>> {
        for row in entries {
            let key = (row.payee.clone(), about(row), currency(&row.currency)?);
            if self.keys.get(&key).is_some_and(|asset| asset.capitalised) {
                let earned = major(row.earned, key.2);
                let sum = self.missed.entry(key).or_default();
                *sum = add(*sum, earned).map_err(too_large)?;
            } else {
                self.elsewhere.insert(key);
            }
        }
        Ok(())
    }

    /// Lets a close in: its entries, then what time does to assets.
    ///
    /// # Errors
    /// An account that is not named; a sum with too many digits.
    pub fn spread(
        &mut self,
        desk: &mut Desk<'_>,
        close: &CloseRow,
        entries: &[EntryRow],
    ) -> Result<(), Box<Diagnostic>> {
        self.moves.clear();
        let before: BTreeMap<Key, Asset> =
            self.keys.iter().filter(|(_, asset)| asset.capitalised).map(|(key, asset)| (key.clone(), *asset)).collect();
        let mut taken: BTreeMap<Key, Decimal> = BTreeMap::new();
        for (key, cost) in std::mem::take(&mut self.missed) {
            desk.transfer("opening", ("contract_asset", "opening"), (cost, key.2), (&key.0, &key.1))?;
            if let Some(asset) = self.keys.get_mut(&key) {
                asset.earned = add(asset.earned, cost).map_err(too_large)?;
            }
        }
        for row in entries {
            let key = (row.payee.clone(), about(row), currency(&row.currency)?);
            // Posted elsewhere, cost and burden too: what it holds is opened, and nothing else.
            if &*row.kind == "opening" {
                desk.entry(row, "expense")?;
                self.elsewhere.insert(key);
                continue;
            }
            // What was an expense when it was first earned stays one.
            let capitalised = rule(desk, row).is_some() && !self.elsewhere.contains(&key);
            let asset = self.keys.entry(key.clone()).or_insert(Asset { capitalised, ..Asset::default() });
            let earned = major(row.earned, key.2);
            asset.earned = add(asset.earned, earned).map_err(too_large)?;
            // An end that is known late takes back by a true-up.
            if &*row.kind == "clawback" || &*row.kind == "true-up" && earned.is_sign_negative() {
                let sum = taken.entry(key).or_default();
                *sum = add(*sum, earned).map_err(too_large)?;
            }
            desk.entry(row, if asset.capitalised { "contract_asset" } else { "expense" })?;
        }
        let touched: BTreeSet<Key> = entries
            .iter()
            .filter_map(|row| Some((row.payee.clone(), about(row), currency(&row.currency).ok()?)))
            .chain(before.keys().cloned())
            .collect();
        for key in touched {
            let Some(asset) = self.keys.get_mut(&key) else { continue };
            let was = before.get(&key).copied().unwrap_or_default();
            let taken = taken.get(&key).copied().unwrap_or_default();
            let moved = one(desk, close, (&key, asset), (was, taken))?;
            if let Some(moved) = moved {
                self.moves.insert(key, moved);
            }
        }
        Ok(())
    }

    /// What stands in the accounts of what is capitalised, by key: of the cost, of the employer's on top.
    ///
    /// # Errors
    /// A sum with too many digits.
    pub fn standing(&self) -> Result<Vec<(&Key, [Decimal; 2])>, Box<Diagnostic>> {
        let left = |all: Decimal, amortised: Decimal, impaired: Decimal| {
            sub(all, amortised).and_then(|left| sub(left, impaired)).map_err(too_large)
        };
        let own = self.keys.iter().filter(|(_, asset)| asset.capitalised);
        own.map(|(key, asset)| {
            let cost = left(asset.earned, asset.amortised, asset.impaired)?;
            Ok((key, [cost, left(asset.burden, asset.burden_amortised, asset.burden_impaired)?]))
        })
        .collect()
    }

    /// What is capitalised and not written off, by key.
    ///
    /// # Errors
    /// A sum with too many digits.
    pub fn open(&self) -> Result<Vec<(&Key, Decimal)>, Box<Diagnostic>> {
        let mut found = Vec::new();
        for (key, [cost, burden]) in self.standing()? {
            let left = add(cost, burden).map_err(too_large)?;
            found.extend((!left.is_zero()).then_some((key, left)));
        }
        Ok(found)
    }

    /// The roll-forward of the assets as CSV; `None` where nothing is capitalised.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn schedule(&self) -> Result<Option<String>, Box<Diagnostic>> {
        if self.moves.is_empty() {
            return Ok(None);
        }
        let header = [
            "payee",
            "plan",
            "component",
            "deal",
            "measured",
            "currency",
            "before",
            "added",
            "amortised",
            "impaired",
            "after",
        ];
        let rows: Vec<[String; 11]> = self
            .moves
            .iter()
            .map(|((payee, about, currency), moved)| {
                let money = |amount: Decimal| fixed(amount, currency.places());
                let names = [&**payee, &about.plan, &about.component, &about.deal, &about.measured].map(str::to_owned);
                let [payee, plan, component, deal, measured] = names;
                let [before, added, amortised, impaired, after] =
                    [moved.before, moved.added, moved.amortised, moved.impaired, moved.after].map(money);
                let code = currency.code().to_owned();
                [payee, plan, component, deal, measured, code, before, added, amortised, impaired, after]
            })
            .collect();
        let made = crate::report::tables::csv(&header, &rows, &[6, 7, 8, 9, 10]);
        made.map(Some)
            .map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))
    }
}

/// The rule by which a key is capitalised: only what has a deal, and the later one of two.
fn rule<'d>(desk: &Desk<'d>, row: &EntryRow) -> Option<&'d Capitalise> {
    row.deal.as_ref()?;
    let fits = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|said| said == is);
    let own = |rule: &&Capitalise| fits(&rule.plan, &row.plan) && fits(&rule.component, &row.component);
    let found = desk.journal.capitalise.iter().rev().find(own)?;
    (!(found.expedient && found.months <= 12)).then_some(found)
}

pub(super) fn rule_of<'d>(desk: &Desk<'d>, about: &About) -> Option<&'d Capitalise> {
    let fits = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|said| said == is);
    desk.journal
        .capitalise
        .iter()
        .rev()
        .find(|rule| fits(&rule.plan, &about.plan) && fits(&rule.component, &about.component))
}

/// What one close does to one key beyond its entries: the employer's cost, the month, the end.
fn one(
    desk: &mut Desk<'_>,
    close: &CloseRow,
    ((payee, about, currency), asset): (&Key, &mut Asset),
    (was, taken): (Asset, Decimal),
) -> Result<Option<Move>, Box<Diagnostic>> {
    let places = currency.places();
    let mode = desk.journal.mode();
    let round = |amount: Decimal| mode.round(amount, places);
    let burden: Decimal = desk.journal.burden.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default();
    let is_over = asset.capitalised && desk.people.is_ended(&about.deal);
    // Of a contract that goes on again the asset is what it would be had it never ended.
    if asset.ended && !is_over {
        (asset.ended, asset.impaired, asset.burden_impaired) = (false, Decimal::ZERO, Decimal::ZERO);
    }
    let ends = is_over && !asset.ended;
    let ended = asset.ended || ends;
    let before = asset.burden;
    asset.borne = if asset.capitalised && ended {
        let more = sub(asset.earned, was.earned).map_err(too_large)?;
        add(asset.borne, more.max(Decimal::ZERO)).map_err(too_large)?
    } else {
        asset.earned
    };
    asset.burden = round(mul(asset.borne, burden).map_err(too_large)?);
    let who = (&**payee, about);
    let onto = if asset.capitalised { "burden_asset" } else { "expense" };
    let change = sub(asset.burden, before).map_err(too_large)?;
    desk.transfer("burden", (onto, "burden"), (change, *currency), who)?;
    let Some(rule) = rule_of(desk, about).filter(|_| asset.capitalised) else { return Ok(None) };
    if !asset.ended {
        // What is taken back at the end goes against what the month leaves of the asset.
        let cost = if ends { sub(asset.earned, taken).map_err(too_large)? } else { asset.earned };
        let part = elapsed(desk, rule, &about.deal, close.until).map_err(too_large)?;
        let to_date = |cost: Decimal| part.times(cost).and_then(Fraction::value).map(round).map_err(too_large);
        asset.amortised = to_date(cost)?;
        asset.burden_amortised = to_date(asset.burden)?;
    }
    if ended {
        asset.ended = true;
        asset.impaired = sub(asset.earned, asset.amortised).map_err(too_large)?;
        asset.burden_impaired = sub(asset.burden, asset.burden_amortised).map_err(too_large)?;
    }
    let change = |now: Decimal, then: Decimal| sub(now, then).map_err(too_large);
    let steps = [
        ("amortisation", ("amortisation", "contract_asset"), change(asset.amortised, was.amortised)?),
        ("amortisation", ("amortisation", "burden_asset"), change(asset.burden_amortised, was.burden_amortised)?),
        ("impairment", ("impairment", "contract_asset"), change(asset.impaired, was.impaired)?),
        ("impairment", ("impairment", "burden_asset"), change(asset.burden_impaired, was.burden_impaired)?),
    ];
    for (cause, accounts, amount) in steps {
        desk.transfer(cause, accounts, (amount, *currency), who)?;
    }
    rolled(was, asset).map(Some).map_err(too_large)
}

/// Before + added − amortised − impaired = after.
fn rolled(was: Asset, now: &Asset) -> Exact<Move> {
    let all = |asset: &Asset| -> Exact<[Decimal; 3]> {
        Ok([
            add(asset.earned, asset.burden)?,
            add(asset.amortised, asset.burden_amortised)?,
            add(asset.impaired, asset.burden_impaired)?,
        ])
    };
    let ([cost, amortised, impaired], [cost_now, amortised_now, impaired_now]) = (all(&was)?, all(now)?);
    Ok(Move {
        before: sub(sub(cost, amortised)?, impaired)?,
        added: sub(cost_now, cost)?,
        amortised: sub(amortised_now, amortised)?,
        impaired: sub(impaired_now, impaired)?,
        after: sub(sub(cost_now, amortised_now)?, impaired_now)?,
    })
}

/// The part of its life that a deal has behind it at the end of a day.
fn elapsed(desk: &Desk<'_>, rule: &Capitalise, deal: &str, until: NaiveDate) -> Exact<Fraction> {
    let Some(start) = desk.people.day(deal, rule.from == "start").filter(|start| *start <= until) else {
        return Ok(Fraction::ZERO);
    };
    let months = i64::try_from(rule.months).unwrap_or(i64::MAX);
    if rule.by == "days" {
        let end = u32::try_from(rule.months).ok().and_then(|months| start.checked_add_months(Months::new(months)));
        let life = end.map_or(1, |end| end.signed_duration_since(start).num_days()).max(1);
        let gone = until.signed_duration_since(start).num_days().saturating_add(1).clamp(0, life);
        return Fraction::new(Decimal::from(gone), Decimal::from(life));
    }
    let place = |day: NaiveDate| i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month0()));
    let halves = place(until).saturating_sub(place(start)).saturating_mul(2);
    let halves = match rule.first.as_str() {
        "half" => halves.saturating_add(1),
        "next" => halves,
        _ => halves.saturating_add(2),
    };
    let life = months.saturating_mul(2);
    Fraction::new(Decimal::from(halves.clamp(0, life)), Decimal::from(life))
}
