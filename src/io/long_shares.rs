//! Shares in a file of their own: read, and given to their deals.
//!
//! In:   the sources of shares, and the deals that were read.
//! Out:  deals with their shares. A share of a deal that the filter left out is left out with it; a wrong share takes
//!       its whole deal with it, since what is left would not total 100 %.

use super::convert::{Texts, listed};
use super::deals::Deals;
use super::findings::{Findings, Problem};
use super::rows::{State, Table, line_of, read_sources, same, set};
use super::settings::Settings;
use super::shares::{RawShare, divide, percent};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::diagnostic::{Code, nearest};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A share in a file of its own.
pub(crate) struct LongShare {
    /// The deal's id.
    pub deal: Arc<str>,
    /// The share.
    pub share: RawShare,
}

/// Headers of the columns of a file of shares, for findings.
pub(crate) struct Labels {
    /// Of the deal.
    pub deal: String,
    /// Of the payee.
    pub payee: String,
    /// Of the share.
    pub share: String,
}

/// The shares that were read.
pub(crate) struct LongShares {
    /// The shares.
    pub table: Table<LongShare>,
    /// For each report the headers of its columns.
    pub labels: BTreeMap<usize, Labels>,
    /// Deals of which a row of shares is wrong.
    pub broken: BTreeSet<Arc<str>>,
}

/// Reads shares in long form.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> LongShares {
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let column = |name: &str| sheet.bind_column(env, name);
        let label = |name: &str| column(name).map(|bound| bound.label).unwrap_or_default();
        let names = Labels { deal: label("deal"), payee: label("payee"), share: label("share") };
        labels.borrow_mut().insert(report, names);
        Some((column("deal")?, column("payee")?, column("role"), column("share"), column("position")))
    };
    let roles: Option<Vec<Arc<str>>> =
        env.settings.roles.list.as_ref().map(|list| list.iter().map(|role| Arc::from(role.as_str())).collect());
    let mut broken = BTreeSet::new();
    let sources = &env.settings.sources.shares;
    let table = read_sources(
        env,
        sources,
        (findings, reports),
        bind,
        |(deal, payee, role, share, position), row| {
            let deal = row.need_id(("deal", Some(deal)), |id| texts.share(id));
            let payee = row.need_id(("payee", Some(payee)), |id| texts.share(id));
            let role = row.take(("role", role.as_ref()), |cells, row| {
                let role = cells.id(row)?;
                if let Some(role) = &role {
                    listed("role", role, roles.as_deref().unwrap_or_default())?;
                }
                Ok(role.map(|role| texts.share(&role)))
            });
            let share = row.take(("share", share.as_ref()), |cells, row| cells.percent(row));
            let position = row.take(("position", position.as_ref()), |cells, row| {
                let whole = |n: Decimal| if n.is_integer() { n.to_u32() } else { None };
                let wrong = || Problem::new(Code::BadNumber, "`position` is a whole number, 1 or more");
                cells.number(row)?.map(|n| whole(n).filter(|n| *n > 0).ok_or_else(wrong)).transpose()
            });
            if row.bad {
                broken.extend(deal);
                return None;
            }
            let place = row.place.clone();
            Some(LongShare { deal: deal?, share: RawShare { payee: payee?, role, share, position, place } })
        },
        |_, _| {},
    );
    LongShares { table, labels: labels.into_inner(), broken }
}

/// Gives the deals the shares of a file of their own.
pub(crate) fn attach(deals: &mut Deals, shares: &mut LongShares, settings: &Settings, findings: &mut Findings) {
    if shares.table.rows.is_empty() && shares.broken.is_empty() {
        return;
    }
    let mut places: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (place, row) in deals.table.rows.iter().enumerate() {
        places.entry(Arc::clone(&row.value.id)).or_default().push(place);
    }
    leave_out_twins(shares);
    for (deal, rows) in by_deal(deals, shares, &places, findings) {
        let of_deal = places.get(&deal).map(Vec::as_slice).unwrap_or_default();
        let raw: Vec<RawShare> =
            rows.iter().filter_map(|place| Some(shares.table.rows.get(*place)?.value.share.clone())).collect();
        let wide = of_deal.iter().filter_map(|place| deals.table.rows.get(*place)?.value.shares.first()).next();
        let divided = match (wide, raw.last()) {
            _ if shares.broken.contains(&deal) => Err(None),
            (Some(share), Some(last)) => {
                let where_wide = line_of(&share.place, &last.place);
                let message = format!("deal `{deal}` has payees on its own row too, {where_wide}");
                Err(Some(Problem::new(Code::SharesTotal, message)))
            }
            _ => divide(&deal, raw.clone(), &settings.roles).map_err(Some),
        };
        match divided {
            Ok(divided) => {
                for place in of_deal {
                    if let Some(row) = deals.table.rows.get_mut(*place) {
                        row.value.shares.clone_from(&divided);
                    }
                }
            }
            Err(problem) => {
                let report = rows.last().and_then(|place| shares.table.rows.get(*place)).map_or(0, |row| row.report);
                let label = shares.labels.get(&report).map_or("share", |labels| labels.share.as_str());
                if let (Some(problem), Some(last)) = (problem, raw.last()) {
                    let value = last.share.map(percent).unwrap_or_default();
                    findings.cell(&last.place, problem.code, label, || (problem, value));
                }
                of_deal.iter().for_each(|place| set(&mut deals.table.rows, *place, State::Bad));
                rows.iter().for_each(|place| set(&mut shares.table.rows, *place, State::Bad));
            }
        }
    }
    for deal in &shares.broken {
        for place in places.get(deal).into_iter().flatten() {
            set(&mut deals.table.rows, *place, State::Bad);
        }
    }
}

/// Leaves out shares that stand there twice. Two that differ are left to `divide`, which names the deal.
fn leave_out_twins(shares: &mut LongShares) {
    let identity = |row: &LongShare| (Arc::clone(&row.deal), Arc::clone(&row.share.payee), row.share.role.clone());
    let rows = &mut shares.table.rows;
    for group in same(rows, identity) {
        let Some((first, others)) = group.split_first() else { continue };
        for other in others {
            let equal = rows.get(*first).zip(rows.get(*other)).is_some_and(|(a, b)| {
                let (a, b) = (&a.value.share, &b.value.share);
                a.share == b.share && a.position == b.position
            });
            if equal {
                set(rows, *other, State::Twice);
            }
        }
    }
}

/// The shares of each deal that was read; those of no deal are reported.
fn by_deal(
    deals: &Deals,
    shares: &mut LongShares,
    places: &BTreeMap<Arc<str>, Vec<usize>>,
    findings: &mut Findings,
) -> BTreeMap<Arc<str>, Vec<usize>> {
    let mut of_deal: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (place, row) in shares.table.rows.iter_mut().enumerate().filter(|(_, row)| row.state == State::Good) {
        if places.contains_key(&row.value.deal) {
            of_deal.entry(Arc::clone(&row.value.deal)).or_default().push(place);
            continue;
        }
        if deals.left.contains(&row.value.deal) || !deals.table.complete {
            row.state = State::Left; // with its deal
            continue;
        }
        row.state = State::Bad;
        let label = shares.labels.get(&row.report).map_or("deal", |labels| labels.deal.as_str());
        findings.cell(&row.value.share.place, Code::UnknownDeal, label, || {
            let near = nearest(&row.value.deal, places.keys().map(|id| &**id));
            let message = format!("there is no deal `{}`", row.value.deal);
            (Problem::new(Code::UnknownDeal, message).near(near), row.value.deal.to_string())
        });
    }
    of_deal
}
