//! What tests say of deals and events is held to what is asked of data files: a plan that holds under facts that no file may
//! have proves nothing.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{add, shortest, sub};
use crate::domain::facts::deal_column;
use crate::domain::value::Value;
use crate::plan::elaborate::Elaborator;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A deal of a test, as its events see it.
#[derive(Clone, Debug)]
pub(super) struct Dealt {
    /// Where it is given.
    pub at: Span,
    /// The day on which it was closed, or booked.
    day: Option<NaiveDate>,
    /// Its amount, and what was given back of it.
    amount: Option<Decimal>,
    back: Decimal,
}

impl Dealt {
    /// A deal of such cells.
    pub fn of(at: &Span, cells: &[(usize, Value)]) -> Self {
        let cell = |column: usize| cells.iter().find(|(place, _)| *place == column).map(|(_, value)| value);
        let date = |column: usize| cell(column).and_then(Value::date);
        Self {
            at: at.clone(),
            day: date(deal_column::CLOSED).or_else(|| date(deal_column::BOOKED)),
            amount: cell(deal_column::AMOUNT).and_then(Value::decimal),
            back: Decimal::ZERO,
        }
    }
}

impl Elaborator<'_> {
    /// A deal without a day is credited to no period.
    pub(super) fn has_day(&mut self, deal: &Dealt) {
        if deal.day.is_none() {
            let finding = Diagnostic::error(Code::Blank, "this deal has no day: neither `closed` nor `booked`");
            self.report(finding.at(&deal.at).help("give it one: `closed: \"2026-01-20\"`"));
        }
    }

    /// Whether an event fits its deal: not before its day, and giving back no more than is left.
    pub(super) fn event_fits(
        &mut self,
        (id, deal): (&Arc<str>, &mut Dealt),
        kind: (&str, NaiveDate, &Span),
        amount: Option<(Decimal, &Span)>,
    ) {
        let (kind, day, at) = kind;
        if let Some(first) = deal.day.filter(|first| day < *first) {
            let message = format!("`{kind}` on {day} comes before its deal `{id}`, which is of {first}");
            let finding = Diagnostic::error(Code::EarlyEvent, message).at(at).also(&deal.at, "the deal");
            self.report(finding.help("give it the day of the deal, or a later one"));
        }
        if kind == "reinstated" {
            deal.back = Decimal::ZERO;
        }
        let (true, Some((said, at))) = (matches!(kind, "refunded" | "cancelled"), amount) else { return };
        if said <= Decimal::ZERO {
            let message = format!("the amount of `{kind}` is what was given back, above 0");
            let finding = Diagnostic::error(Code::BadValue, message).at(at);
            self.report(finding.help("write it without a minus; what undoes it is `reinstated`"));
            return;
        }
        let Some(left) = deal.amount.and_then(|amount| sub(amount, deal.back).ok()) else { return };
        if said > left {
            let message = format!("{} are given back, and of deal `{id}` {} are left", shortest(said), shortest(left));
            let finding = Diagnostic::error(Code::BadValue, message).at(at).also(&deal.at, "the deal");
            self.report(finding.help("give back no more than is left"));
        }
        deal.back = add(deal.back, said).unwrap_or(deal.back);
    }
}
