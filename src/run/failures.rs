//! What failed while the stages worked, and what was paid as written and looks odd: gathered by cause, told once for each
//! cause with how many more there are.

use super::facts::Book;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::ArithmeticError;
use crate::domain::facts::{Deal, payee_field};
use crate::plan::formula::{EvalError, Failure, Read, ZeroQuota};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A deal, by its place.
    Deal(usize),
    /// A payee, by the place.
    Payee(usize),
    /// A payee's measurement period, by its first and its last day.
    Period(usize, NaiveDate, NaiveDate),
    /// No one deal or payee.
    Nobody,
}

/// A cause: what it is, where in the script, in which words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    code: Code,
    span: Span,
    message: String,
    help: &'static str,
}

/// All that failed, and all that is warned of.
#[derive(Clone, Debug, Default)]
pub struct Failures(BTreeMap<Cause, Vec<About>>);

impl Failures {
    fn add(&mut self, code: Code, span: &Span, message: String, help: &'static str, about: About) {
        let list = self.0.entry(Cause { code, span: span.clone(), message, help }).or_default();
        if list.last() != Some(&about) {
            list.push(about);
        }
    }

    /// A formula that gave no value.
    pub fn formula(&mut self, book: &Book<'_>, error: &EvalError, about: About) {
        let schema = &book.facts.schema;
        let name = |columns: &crate::domain::value::Columns, place: usize| {
            columns.get(place).map_or_else(String::new, |column| column.name.to_string())
        };
        let (code, message, help) = match &error.failure {
            Failure::Arithmetic(ArithmeticError::DivisionByZero) => (
                Code::DivisionByZero,
                "divided by zero".to_owned(),
                "give zero its own case: `if … == 0 { … } else { … }`",
            ),
            Failure::Arithmetic(ArithmeticError::Overflow) => (
                Code::Overflow,
                "the result has more than 28 digits".to_owned(),
                "look at the amounts: one of them is far too large",
            ),
            Failure::Missing(Read::Deal(place)) => (
                Code::Blank,
                format!("the deal's `{}` is blank", name(&schema.deals, *place)),
                "fill it, or let it be optional and read it with `??`",
            ),
            Failure::Missing(Read::Payee(place)) => (
                Code::MissingField,
                format!("the payee's `{}` is not given", name(&schema.payees, *place)),
                "fill it, or let it be optional and read it with `??`",
            ),
            Failure::NoRow => {
                (Code::TableShape, "no row of the table fits".to_owned(), "add a row for it, or one of `any`")
            }
            Failure::Places => (
                Code::BadNumber,
                "decimal places are a whole number from 0 to 28".to_owned(),
                "write it as a figure: `round(…, 2)`",
            ),
            Failure::BelowZero => (
                Code::BadNumber,
                "this falls below zero, where nothing may".to_owned(),
                "write `max(…, 0)` where it may fall below",
            ),
            Failure::NoPart => (
                Code::BadNumber,
                "this is no part of 0 to 100 %".to_owned(),
                "write `min(max(…, 0.pct), 100.pct)` where it may be more or less",
            ),
            Failure::Date => (Code::OutsideCalendar, "the day is outside the calendar".to_owned(), "look at the dates"),
            Failure::Figure => {
                (Code::MissingQuota, "the quota that this reads is not given".to_owned(), "add it to the quotas")
            }
            Failure::ZeroQuota { measure, period, why } => {
                let (why, help) = match why {
                    ZeroQuota::Said => ("", "an attainment of nothing is not defined: correct the quota"),
                    ZeroQuota::Leave => (
                        ": it is prorated, and there is no day at work",
                        "say `prorate: \"none\"`, or pay what is sold on leave by a rate without tiers",
                    ),
                    ZeroQuota::Ramp => (
                        ": the ramp gives nothing of it",
                        "let the ramp begin above 0 %, or pay its first months by a rate without tiers",
                    ),
                };
                let message = format!("there is credit of `{measure}` in {period}, and its quota is zero{why}");
                (Code::ZeroQuota, message, help)
            }
            Failure::Rate { set, from, to, day } => (
                Code::MissingRate,
                format!("the rates `{set}` have none from {from} to {to} on {day}"),
                "add a row `from,to,date,rate` to them, in the file that `[rates.NAME]` in earnmark.toml names",
            ),
            Failure::Missing(_) | Failure::Internal => {
                (Code::Internal, "the formula has no value".to_owned(), "please report this")
            }
        };
        self.add(code, &error.span, message, help, about);
    }

    /// A calculation of the engine itself that has no result.
    pub fn arithmetic(&mut self, error: ArithmeticError, span: &Span, about: About) {
        let error = EvalError { failure: Failure::Arithmetic(error), span: span.clone() };
        let message = "the result has more than 28 digits".to_owned();
        self.add(Code::Overflow, &error.span, message, "look at the amounts: one of them is far too large", about);
    }

    /// A date that a measure counts by and a deal lacks.
    pub fn missing_date(&mut self, span: &Span, column: &str, about: About) {
        let message = format!("the measure counts by `{column}`, which is blank");
        self.add(Code::MissingDate, span, message, "fill the date, or leave the deal out with a filter", about);
    }

    /// A deal in another currency than its plan.
    pub fn missing_rate(&mut self, span: &Span, message: String, help: &'static str, about: About) {
        self.add(Code::MissingRate, span, message, help, about);
    }

    /// A quota that something reads and nobody gave.
    pub fn missing_quota(&mut self, span: &Span, measure: &str, period: &str, about: About) {
        let message = format!("no quota of `{measure}` for {period}");
        self.add(
            Code::MissingQuota,
            span,
            message,
            "add a row to the quotas, for the payee or with a blank payee for everyone",
            about,
        );
    }

    /// A day that the calendar does not cover.
    pub fn outside_calendar(&mut self, span: &Span, message: String, about: About) {
        self.add(Code::OutsideCalendar, span, message, "extend the calendar in `earnmark.toml`", about);
    }

    /// An objective that a period is over for, and that nobody scored.
    pub fn missing_score(&mut self, span: &Span, objective: &str, period: &str, about: About) {
        let message = format!("no score of `{objective}` for {period}: it pays nothing");
        self.add(Code::MissingScore, span, message, "add a row to the scores, of 0 % if it was missed", about);
    }

    /// A total that is given, of a period that is over, and that nobody gave.
    pub fn missing_total(&mut self, span: &Span, measure: &str, period: &str) {
        let message = format!("no total of `{measure}` for {period}: it counts as 0");
        self.add(
            Code::MissingTotal,
            span,
            message,
            "add a row to the metrics, of 0 if there was nothing",
            About::Nobody,
        );
    }

    /// A pool of which a part, or all, is paid to nobody.
    pub fn reaches_nobody(&mut self, span: &Span, message: String, help: &'static str, about: About) {
        self.add(Code::ReachesNobody, span, message, help, about);
    }

    /// A fixed amount on a return.
    pub fn paid_return(&mut self, span: &Span, component: &str, about: About) {
        let message = format!("`{component}` pays an amount for a credit below zero");
        let help = "leave returns out, `which: |deal| deal.amount > 0`, or make what it pays follow the credit";
        self.add(Code::PaidReturn, span, message, help, about);
    }

    /// Days at work that no row of quotas holds, though rows before and after them do.
    pub fn quota_gap(&mut self, span: &Span, measure: &str, days: &str, about: About) {
        let message = format!("no row of the quotas of `{measure}` holds {days}: these days have no quota");
        let help = "let the row before them end later, or add one; an amount of 0 says that there is nothing to reach";
        self.add(Code::QuotaGap, span, message, help, about);
    }

    /// Years of service that nobody says the first day of.
    pub fn missing_start(&mut self, span: &Span, about: About) {
        let message = "no `start` is given: the years are counted from the first day on the plan".to_owned();
        self.add(Code::MissingStart, span, message, "give the day in the column `start` of payees", about);
    }

    /// Takes over what failed elsewhere.
    pub fn absorb(&mut self, other: Self) {
        for (cause, list) in other.0 {
            let known = self.0.entry(cause).or_default();
            for about in list {
                if !known.contains(&about) {
                    known.push(about);
                }
            }
        }
    }

    /// Whether a quota is missing.
    #[must_use]
    pub fn tell_of_quotas(&self) -> bool {
        self.0.keys().any(|cause| cause.code == Code::MissingQuota)
    }

    /// Without what follows from quotas that are missing, which is told already.
    #[must_use]
    pub fn without_quotas(mut self) -> Self {
        self.0.retain(|cause, _| cause.code != Code::MissingQuota);
        self
    }

    /// The diagnostics: one for each cause.
    #[must_use]
    pub fn told(self, book: &Book<'_>) -> Vec<Diagnostic> {
        self.0.into_iter().map(|(cause, list)| tell(book, cause, &list)).collect()
    }
}

fn tell(book: &Book<'_>, cause: Cause, list: &[About]) -> Diagnostic {
    let payee_words = |place: usize| {
        book.payees.get(place).map(|payee| {
            let name =
                payee.constant(payee_field::NAME).map_or_else(String::new, |name| format!(" ({})", name.canonical()));
            format!("payee `{}`{name}", payee.id)
        })
    };
    let named = |about: &About| match about {
        About::Deal(place) => book.deals.get(*place).map(|deal| deal_words(deal)),
        About::Payee(place) => payee_words(*place),
        About::Period(place, from, to) => payee_words(*place).map(|payee| format!("{payee}, {from} to {to}")),
        About::Nobody => None,
    };
    let mut names = list.iter().filter_map(named);
    let first = names.next().unwrap_or_default();
    let message = if first.is_empty() { cause.message } else { format!("{first}: {}", cause.message) };
    let (finding, how) = match cause.code.is_warning() {
        true => (Diagnostic::warning(cause.code, message), "are"),
        false => (Diagnostic::error(cause.code, message), "fail"),
    };
    let mut finding = finding.at(&cause.span).help(cause.help);
    let more: Vec<String> = names.collect();
    if !more.is_empty() {
        let shown: Vec<&str> = more.iter().take(5).map(String::as_str).collect();
        let rest = if more.len() > shown.len() { ", …" } else { "" };
        finding = finding.note(format!("{} more {how} in the same way: {}{rest}", more.len(), shown.join(", ")));
    }
    finding
}

fn deal_words(deal: &Deal) -> String {
    format!("deal `{}` ({}, line {})", deal.id, deal.place.file, deal.place.line)
}
