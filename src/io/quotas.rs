//! Quotas: what a payee is to reach in a period, or from a day to a day.

use super::convert::{Cells, Texts};
use super::findings::{Findings, Problem, shortened};
use super::mapping::{Bound, Row};
use super::payees::{Read, label_of};
use super::ranges::{Days, Ranged, Words, settle_ranges};
use super::rows::{RowReader, read_sources};
use super::sheet::{Env, Reports, Sheet};
use crate::domain::calendar::{Calendar, LabelProblem};
use crate::domain::diagnostic::Code;
use crate::domain::exact;
use crate::domain::facts::{Quota, QuotaDays, RowPlace};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Ranged for Quota {
    fn days(&self) -> Days {
        match self.days {
            QuotaDays::Period(_) => Days::ALWAYS,
            QuotaDays::Range(from, to) => Days { from: Some(from), to: Some(to) },
        }
    }
    fn recorded(&self) -> Option<NaiveDate> {
        self.recorded
    }
    fn place(&self) -> &RowPlace {
        &self.place
    }
}

/// The columns of quotas in one file.
struct QuotaColumns<'s> {
    measure: Bound<'s>,
    payee: Option<Bound<'s>>,
    plan: Option<Bound<'s>>,
    period: Option<Bound<'s>>,
    from: Option<Bound<'s>>,
    to: Option<Bound<'s>>,
    amount: Bound<'s>,
    currency: Option<Bound<'s>>,
    recorded: Option<Bound<'s>>,
}

/// Reads quotas.
pub(crate) fn read<'s>(
    env: &'s Env<'s>,
    findings: &mut Findings,
    reports: &mut Reports<'s>,
    texts: &mut Texts,
) -> Read<Quota> {
    let labels = RefCell::new(BTreeMap::new());
    let bind = |sheet: &Sheet<'s>, report: usize| {
        let column = |name: &str| sheet.bind_column(env, name);
        let label = |name: &'static str| column(name).map(|bound| (name, bound.label));
        labels
            .borrow_mut()
            .insert(report, ["payee", "period", "from", "amount"].into_iter().filter_map(label).collect());
        Some(QuotaColumns {
            measure: column("measure")?,
            payee: column("payee"),
            plan: column("plan"),
            period: column("period"),
            from: column("from"),
            to: column("to"),
            amount: column("amount")?,
            currency: column("currency"),
            recorded: column("recorded"),
        })
    };
    let settings = env.settings;
    let mut known = BTreeMap::new();
    let table = read_sources(
        env,
        &settings.sources.quotas,
        (findings, reports),
        bind,
        |columns, row| {
            let measure = row.need_id(("measure", Some(&columns.measure)), |id| texts.share(id));
            let payee = row.id(("payee", columns.payee.as_ref()), |id| texts.share(id));
            let plan = row.id(("plan", columns.plan.as_ref()), |id| texts.share(id));
            let days = quota_days(columns, row, &settings.calendar, &mut known);
            let currency = row.take(("currency", columns.currency.as_ref()), |cells, row| cells.currency(row));
            let of_amount = currency.unwrap_or(settings.company.currency);
            let amount = row.need(("amount", Some(&columns.amount)), |cells, row| {
                let amount = cells.money(row, of_amount)?;
                match amount.filter(|amount| *amount < Decimal::ZERO) {
                    Some(negative) => {
                        let message = format!("a quota is not negative, and this one is {}", exact::shortest(negative));
                        Err(Problem::new(Code::BadValue, message))
                    }
                    // `$400` is no 400 of whatever the plan counts in.
                    None => Ok(amount.map(|amount| {
                        let said = currency.is_none() && cells.is_said_in(row, of_amount);
                        (amount, if said { Some(of_amount) } else { currency })
                    })),
                }
            });
            let recorded = row.take(("recorded", columns.recorded.as_ref()), |cells, row| cells.date(row));
            let (measure, days, (amount, currency), place) = (measure?, days?, amount?, row.place.clone());
            Some(Quota { measure, payee, plan, days, amount, currency, recorded, place })
        },
        |_, _| {},
    );
    Read { table, labels: labels.into_inner() }
}

/// The days of a quota: a period, or a first and a last day. `known` has the labels that were read before: most rows say one of
/// a few.
fn quota_days(
    columns: &QuotaColumns<'_>,
    row: &mut RowReader<'_, '_>,
    calendar: &Calendar,
    known: &mut BTreeMap<String, Arc<str>>,
) -> Option<QuotaDays> {
    let period = row.take(("period", columns.period.as_ref()), |cells, row| {
        let said = cells.bound.text(row)?;
        if let Some(label) = said.as_ref().and_then(|said| known.get(&**said)) {
            return Ok(Some(Arc::clone(label)));
        }
        let label = period_label(cells, row, calendar)?;
        known.extend(said.zip(label.clone()).map(|(said, label)| (said.into_owned(), label)));
        Ok(label)
    });
    let Days { from, to } = super::payees::days(row, columns.from.as_ref(), columns.to.as_ref());
    if row.bad {
        return None;
    }
    let (problem, name, bound) = match (period, from, to) {
        (Some(label), None, None) => return Some(QuotaDays::Period(label)),
        (None, Some(from), Some(to)) => return Some(QuotaDays::Range(from, to)),
        (Some(_), ..) => {
            let problem =
                Problem::new(Code::BadValue, "a quota has a period, or `from` and `to`, and this one has both");
            (problem, "period", columns.period.as_ref())
        }
        (None, None, None) => {
            (super::convert::blank("period"), "period", columns.period.as_ref().or(columns.from.as_ref()))
        }
        (None, None, _) => (super::convert::blank("from"), "from", columns.from.as_ref()),
        (None, _, None) => (super::convert::blank("to"), "to", columns.to.as_ref().or(columns.from.as_ref())),
    };
    row.problem(Cells { name, bound: bound? }, problem);
    None
}

/// The label of a period, as the calendar writes it.
pub(crate) fn period_label(
    cells: Cells<'_, '_>,
    row: &Row<'_>,
    calendar: &Calendar,
) -> Result<Option<Arc<str>>, Problem> {
    let Some(text) = cells.bound.text(row)? else { return Ok(None) };
    if let Some(cycle) = &cells.bound.mapping.cycle {
        return of_cycle(cells, &text, &cycle.value, calendar).map(Some);
    }
    if *text == *"plan" || is_anniversary(&text) {
        return Ok(Some(Arc::from(&*text))); // their days are a plan's or a payee's own
    }
    match calendar.parse(&text) {
        Ok(period) => Ok(Some(period.label)),
        Err(error) => {
            let code = match error.problem {
                LabelProblem::NoSuch(_) => Code::OutsideCalendar,
                LabelProblem::Form | LabelProblem::Backwards => Code::BadValue,
            };
            Err(Problem::new(code, error.to_string()))
        }
    }
}

/// Whether a text is the label of a year from a payee's start: `2026-03-01+1y`.
fn is_anniversary(text: &str) -> bool {
    text.strip_suffix("+1y").is_some_and(|day| day.parse::<NaiveDate>().is_ok())
}

/// The period of a cycle by its first day.
fn of_cycle(cells: Cells<'_, '_>, text: &str, cycle: &str, calendar: &Calendar) -> Result<Arc<str>, Problem> {
    let day = cells.day(text)?;
    let outside = |message: String| Problem::new(Code::OutsideCalendar, message);
    let kind = calendar.kind(cycle).ok_or_else(|| outside(format!("the calendar has no cycle `{cycle}`")))?;
    let period = calendar.period_of(&kind, day).map_err(|error| outside(error.to_string()))?;
    if period.from == day {
        return Ok(period.label);
    }
    let message = format!("`{}` is no first day of the cycle `{cycle}`", shortened(text));
    Err(outside(message).help(format!("the period that holds it begins on {}", period.from)))
}

/// Settles quotas among themselves.
pub(crate) fn settle(quotas: &mut Read<Quota>, findings: &mut Findings) {
    let Read { table, labels } = quotas;
    let about = |quota: &Quota| {
        let whose = quota.payee.as_ref().map_or_else(|| "everyone".to_owned(), |payee| format!("`{payee}`"));
        match &quota.days {
            QuotaDays::Period(label) => format!("the quota of {whose} on `{}` in {label}", quota.measure),
            QuotaDays::Range(from, to) => format!("the quota of {whose} on `{}` from {from} to {to}", quota.measure),
        }
    };
    let words = Words {
        about: &about,
        column: &|report| label_of(labels, report, "amount"),
        value: &|quota| exact::shortest(quota.amount),
    };
    let key = |quota: &Quota| {
        let period = match &quota.days {
            QuotaDays::Period(label) => Some(Arc::clone(label)),
            QuotaDays::Range(..) => None,
        };
        (Arc::clone(&quota.measure), quota.payee.clone(), quota.plan.clone(), period)
    };
    let equal = |a: &Quota, b: &Quota| a.amount == b.amount && a.currency == b.currency;
    settle_ranges(&mut table.rows, key, equal, &words, findings);
}
