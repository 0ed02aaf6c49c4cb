//! Adjustments: changes that somebody decided, each with a reason and a name.

use super::convert::{Cells, Texts, blank};
use super::deals::Deals;
use super::findings::{Findings, Problem, shortened};
use super::mapping::Row;
use super::named::Named;
use super::payees::{Read, label_of};
use super::periodic::{Once, bind};
use super::rows::{RowReader, State, read_sources};
use super::settings::Kind;
use super::sheet::{Env, Reports};
use crate::domain::diagnostic::{Code, nearest};
use crate::domain::exact;
use crate::domain::facts::{Adjustment, AdjustmentKind, Balance};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads adjustments.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Adjustment> {
    let labels = RefCell::default();
    let company = env.settings.company.currency;
    let table = read_sources(
        env,
        &env.settings.sources.adjustments,
        (findings, reports),
        bind(env, Kind::Adjustments, &labels),
        |named, row| {
            let id = row.need_id(named.column("id"), |id| Arc::from(id));
            let kind = row.need(named.column("kind"), |cells, row| word(cells, row, &AdjustmentKind::WORDS));
            let payee = row.need_id(named.column("payee"), |id| texts.share(id));
            let date = row.need(named.column("date"), |cells, row| cells.date(row));
            let currency = row.take(named.column("currency"), |cells, row| cells.currency(row));
            let amount = row.need(named.column("amount"), |cells, row| cells.money(row, currency.unwrap_or(company)));
            let plan = row.id(named.column("plan"), |id| texts.share(id));
            let component = row.id(named.column("component"), |id| texts.share(id));
            let deal = row.id(named.column("deal"), |id| texts.share(id));
            let wrong_before = std::mem::replace(&mut row.bad, false);
            let balance = row.take(named.column("balance"), |cells, row| word(cells, row, &Balance::WORDS));
            let wrong_balance = row.bad;
            row.bad |= wrong_before;
            let mut text = |name| {
                row.need(named.column(name), |cells, row| Ok(cells.bound.text(row)?.map(|text| texts.share(&text))))
            };
            let (reason, actor) = (text("reason"), text("actor"));
            let recorded = row.take(named.column("recorded"), |cells, row| cells.date(row));
            let found = Adjustment {
                id: id?,
                kind: kind?,
                payee: payee?,
                date: date?,
                amount: amount?,
                currency,
                plan,
                component,
                deal,
                balance,
                reason: reason?,
                actor: actor?,
                recorded,
                place: row.place.clone(),
            };
            complete(&found, wrong_balance, named, row);
            Some(found)
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// One of some words, and what it stands for.
pub(crate) fn word<T: Copy>(
    cells: Cells<'_, '_>,
    row: &Row<'_>,
    words: &[(&'static str, T)],
) -> Result<Option<T>, Problem> {
    let Some(text) = cells.bound.text(row)? else { return Ok(None) };
    if let Some((_, meaning)) = words.iter().find(|(word, _)| **word == *text) {
        return Ok(Some(*meaning));
    }
    let problem = Problem::new(Code::BadValue, format!("`{}` cannot be `{}`", cells.name, shortened(&text)));
    Err(match nearest(&text, words.iter().map(|(word, _)| *word)) {
        Some(near) => problem.near(Some(near)),
        None => {
            let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            problem.help(format!("one of {}", all.join(", ")))
        }
    })
}

/// What an adjustment of its kind must say, and must not.
fn complete(found: &Adjustment, wrong_balance: bool, named: &Named<'_>, row: &mut RowReader<'_, '_>) {
    let mut tell = |name: &'static str, problem: Problem| {
        let (label, bound) = named.column(name);
        // A column that nothing maps is told of at the kind, which asks for it.
        if let Some(bound) = bound.or(named.column("kind").1) {
            row.problem(Cells { name: label, bound }, problem);
        }
    };
    match (found.kind, found.balance) {
        _ if wrong_balance => {} // told already, and what it would mean is not known
        (AdjustmentKind::Opening, None) if found.component.is_none() => {
            let help = "an opening adjustment takes over a balance: `owed`, `draw`, `carry` or `due`";
            tell("balance", blank("balance").help(help));
        }
        (AdjustmentKind::Opening, None) => {
            let message = "what a component had earned elsewhere is not taken over by an adjustment";
            let help = "what lies before the first close is worked from the deals of then; a `balance` is taken over";
            tell("component", Problem::new(Code::BadValue, message).help(help));
        }
        (AdjustmentKind::Forgive, Some(Balance::Carry | Balance::Due)) => {
            let problem = Problem::new(Code::BadValue, "only a debt is forgiven: `owed` or `draw`");
            tell("balance", problem);
        }
        (AdjustmentKind::Manual | AdjustmentKind::PaidOutside, Some(_)) => {
            let problem = Problem::new(Code::BadValue, "`balance` belongs to `opening` and `forgive`");
            tell("balance", problem.help("leave it blank"));
        }
        _ => {}
    }
    let is_sum = match found.kind {
        AdjustmentKind::Forgive | AdjustmentKind::PaidOutside => true,
        AdjustmentKind::Opening => found.balance.is_some(),
        AdjustmentKind::Manual => false,
    };
    if is_sum && found.amount <= Decimal::ZERO {
        let message = format!("this amount is above 0, and not {}", exact::shortest(found.amount));
        let problem = Problem::new(Code::BadValue, message);
        tell("amount", problem.help("which way it goes is said by the kind and the balance"));
    }
}

/// Settles adjustments among themselves, and reports those of deals that are not there.
pub(crate) fn settle(found: &mut Read<Adjustment>, deals: &Deals, findings: &mut Findings) {
    let Read { table, labels } = found;
    if table.rows.iter().any(|row| row.value.deal.is_some()) && deals.table.complete {
        let known: BTreeSet<&str> = deals.table.rows.iter().map(|row| &*row.value.id).collect();
        for row in table.rows.iter_mut().filter(|row| row.state == State::Good) {
            let Some(id) = row.value.deal.as_ref().filter(|id| !known.contains(&***id) && !deals.left.contains(*id))
            else {
                continue;
            };
            let label = label_of(labels, row.report, "deal");
            findings.cell(&row.value.place, Code::UnknownDeal, &label, || {
                let near = nearest(id, known.iter().copied());
                (Problem::new(Code::UnknownDeal, format!("there is no deal `{id}`")).near(near), id.to_string())
            });
            row.state = State::Bad;
        }
    }
    let words = Once {
        column: "id",
        labels,
        about: |row: &Adjustment| format!("adjustment `{}`", row.id),
        value: |row: &Adjustment| row.id.to_string(),
        recorded: |row: &Adjustment| row.recorded,
        place: |row: &Adjustment| &row.place,
    };
    let equal = |a: &Adjustment, b: &Adjustment| Adjustment { place: b.place.clone(), ..a.clone() } == *b;
    words.settle(&mut table.rows, |row| Arc::clone(&row.id), equal, findings);
}
