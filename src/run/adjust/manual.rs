//! Entries that somebody decided, with a reason.

use super::{Entry, Kind, on_average};
use crate::domain::calendar::Period;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::{Adjustment, AdjustmentKind};
use crate::plan::model::Plan;
use crate::run::earn::Part;
use crate::run::explain::{Step, StepKind};
use crate::run::facts::{Book, RateOn};
use std::sync::Arc;

/// The manual entries of all periods.
pub fn decided(book: &Book<'_>) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let manual = book.facts.adjustments.iter().filter(|row| row.kind == AdjustmentKind::Manual);
    let mut found = Vec::new();
    let mut findings = Vec::new();
    for row in manual {
        if let Some(first) = book.chain.first().filter(|first| row.date < first.from) {
            findings.push(too_early(row, first));
            continue;
        }
        // What is decided for after the last worked period is not there yet.
        let Some(payout) = book.chain.iter().position(|period| period.contains(row.date)) else { continue };
        match entry(book, row, payout) {
            Ok(entry) => found.push(entry),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(found) } else { Err(findings) }
}

/// No period would post it, and none could say so.
fn too_early(row: &Adjustment, first: &Period) -> Diagnostic {
    let message = format!("{} lies before the first payout period, which begins on {}", row.date, first.from);
    let help = format!("leave out what was paid before; what is to be paid gets a day from {} on", first.from);
    let cell = row.place.cell("date", &row.date.to_string());
    Diagnostic::error(Code::OutsideCalendar, message).in_cell(cell).help(help)
}

/// The plan that a decision belongs to: the one it names, else the one the payee is on that day.
fn plan_of(book: &Book<'_>, row: &Adjustment, payee: usize) -> Option<usize> {
    let plans = || book.plans.iter().enumerate();
    let named = |name: &Arc<str>| {
        let fits = plans().filter(|(_, plan)| plan.name == *name);
        fits.clone().find(|(_, plan)| plan.holds_on(row.date)).or_else(|| fits.clone().next_back())
    };
    let has = |plan: &Plan| {
        let own = |name: &Arc<str>| plan.components.iter().any(|component| component.name == *name);
        row.component.as_ref().is_none_or(own)
    };
    let found = match &row.plan {
        Some(name) => named(name),
        // Of several plans the one that has the component.
        None => plans()
            .find(|(place, plan)| book.is_on(*place, payee, row.date) && has(plan))
            .or_else(|| plans().find(|(place, _)| book.is_on(*place, payee, row.date)))
            .or_else(|| plans().rfind(|(place, _)| !book.tenure(*place, payee).is_empty())),
    };
    found.map(|(place, _)| place)
}

fn entry(book: &Book<'_>, row: &Adjustment, payout: usize) -> Result<Entry, Box<Diagnostic>> {
    let cell = |column: &str, value: &str| row.place.cell(column, value);
    let unknown = || {
        let finding = Diagnostic::error(Code::UnknownPayee, "nobody of this id is on a plan");
        Box::new(finding.in_cell(cell("payee", &row.payee)))
    };
    let payee = book.payee(&row.payee).ok_or_else(unknown)?;
    let place = plan_of(book, row, payee).ok_or_else(unknown)?;
    let plan = book.plans.get(place).ok_or_else(unknown)?;
    let currency = row.currency.unwrap_or_else(|| book.pay_currency(payee, plan, row.date));
    let pay_currency = book.pay_currency(payee, plan, row.date);
    let converted = |to: crate::domain::currency::Currency| {
        let factor = book.rates.factor(&plan.convert.rates, currency, to, RateOn::Day(row.date));
        let value = factor
            .ok()
            .and_then(|factor| factor.times(row.amount).and_then(crate::domain::exact::Fraction::value).ok());
        value.map(|value| plan.rounding.round(value, to.places())).ok_or_else(|| {
            let message = format!("there is no rate of exchange from {currency} to {to} on {}", row.date);
            Box::new(Diagnostic::error(Code::MissingRate, message).in_cell(cell("currency", currency.code())))
        })
    };
    let (own, pay) = (converted(plan.currency)?, converted(pay_currency)?);
    let component: Arc<str> = row.component.clone().unwrap_or_else(|| Arc::from("Adjustment"));
    let place_of = plan.components.iter().position(|known| known.name == component);
    let last = plan.components.len().saturating_add(plan.caps.len()).saturating_add(plan.guarantees.len());
    // What is decided for a component is settled with the component's pay of that period.
    let outside = || {
        Box::new(
            Diagnostic::error(Code::OutsideCalendar, "no period holds this day")
                .in_cell(cell("date", &row.date.to_string())),
        )
    };
    let measured = book.measured(place, &plan.payout, payee, row.date).map_err(|_| outside())?;
    let deal = row.deal.as_ref().map(|id| (row.date, Arc::clone(id)));
    let step = Step { name: Some(Arc::clone(&row.reason)), ..Step::of(StepKind::Manual, own) };
    Ok(Entry {
        payee: Arc::clone(&row.payee),
        payout,
        plan: Arc::clone(&plan.name),
        component,
        order: (place, place_of.unwrap_or(last)),
        measured,
        deal,
        part: Part::Whole,
        kind: Kind::Manual,
        cause: Some(Arc::clone(&row.id)),
        set_off: None,
        earned: own,
        payable: own,
        amount: pay,
        plan_currency: plan.currency,
        currency: pay_currency,
        steps: vec![step],
        credit: None,
        converted: (pay_currency != plan.currency && !own.is_zero())
            .then(|| on_average(plan, pay_currency, (own, pay), Some(row.date))),
        measure: None,
        span: Span { file: Arc::clone(&row.place.file), start: 0, end: 0 },
    })
}
