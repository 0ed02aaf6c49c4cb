//! Credit: who is credited for which deal, and how much. The second of seven stages, between `facts` and `measure`.
//!
//! In:   deals with their shares; the crediting rules of the plans in force on each deal's day.
//! Out:  credits, and the deals (or payees' parts in them) that nobody is credited for, with the reason.
//! Here: `which`, `when`, `who`, `credit`, `share` of measures.
//! Not here: what is paid on a credit (`earn`), quotas and periods (`measure`).
//!
//! Invariant: shares of a deal are exact, so the credits of a measure with `share: "split"` total the deal's credit.
//! Tested by `properties::splits_total_the_whole`.

use super::facts::Book;
use super::failures::{About, Failures};
use super::scene::View;
use crate::domain::diagnostic::Span;
use crate::domain::exact;
use crate::domain::facts::{Deal, Share};
use crate::plan::formula::Scene;
use crate::plan::model::{Measure, Plan, ShareRule, Unit, When, Who};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a payee is credited for a deal.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The plan, by place.
    pub plan: usize,
    /// Its measure, by place.
    pub measure: usize,
    /// The payee, by place.
    pub payee: usize,
    /// The deal, by place.
    pub deal: usize,
    /// The day that decides quota, period and tier.
    pub day: NaiveDate,
    /// The whole deal's credit, before the share.
    pub base: Decimal,
    /// The payee's share, a fraction.
    pub share: Decimal,
    /// The role in which the payee is credited.
    pub role: Option<Arc<str>>,
    /// `base × share`, in the measure's unit.
    pub amount: Decimal,
}

/// Why a deal, or a payee's part in it, pays nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It names nobody.
    NobodyNamed,
    /// No plan holds on its day.
    NoPlanThatDay,
    /// The payee is on no plan that day.
    PayeeOnNoPlan,
    /// No measure of the payee's plans takes the payee's role on the deal.
    RoleNotCredited(Arc<str>),
    /// Its `which` left it out of a measure.
    LeftOut {
        /// The measure.
        measure: Arc<str>,
    },
    /// It is credited, and every component's `which` leaves it out.
    NoComponent,
    /// It is credited, and what is paid on it is nothing.
    PaysNothing {
        /// The component.
        component: Arc<str>,
    },
}

impl Reason {
    /// The code of the reason, for views in other languages.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NobodyNamed => "nobody-named",
            Self::NoPlanThatDay => "no-plan-that-day",
            Self::PayeeOnNoPlan => "payee-on-no-plan",
            Self::RoleNotCredited(_) => "role-not-credited",
            Self::LeftOut { .. } => "left-out",
            Self::NoComponent => "no-component",
            Self::PaysNothing { .. } => "pays-nothing",
        }
    }
}

/// A deal, or a payee's part in it, that pays nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotCounted {
    /// The payee; `None` where the deal names nobody.
    pub payee: Option<Arc<str>>,
    /// The deal's day.
    pub day: Option<NaiveDate>,
    /// The deal.
    pub deal: Arc<str>,
    /// Why.
    pub reason: Reason,
    /// The plan that left it out, if one did.
    pub plan: Option<Arc<str>>,
    /// The setting that left it out.
    pub span: Option<Span>,
}

/// What this stage gives.
#[derive(Debug, Default)]
pub struct Credited {
    /// The credits, in the order of deals.
    pub credits: Vec<Credit>,
    /// What nobody was credited for.
    pub not_counted: Vec<NotCounted>,
    /// What could not be worked.
    pub failures: Failures,
}

/// Works the credits of all deals.
#[must_use]
pub fn credit(book: &Book<'_>) -> Credited {
    let mut credited = Credited::default();
    for (place, deal) in book.deals.iter().enumerate() {
        credit_deal(book, place, deal, &mut credited);
    }
    credited
}

fn not_counted(deal: &Deal, payee: Option<&Share>, reason: Reason) -> NotCounted {
    NotCounted {
        payee: payee.map(|share| Arc::clone(&share.payee)),
        day: deal.day(),
        deal: Arc::clone(&deal.id),
        reason,
        plan: None,
        span: None,
    }
}

fn credit_deal(book: &Book<'_>, place: usize, deal: &Deal, credited: &mut Credited) {
    if deal.shares.is_empty() {
        credited.not_counted.push(not_counted(deal, None, Reason::NobodyNamed));
        return;
    }
    for share in &deal.shares {
        let before = credited.credits.len();
        let mut reasons = BTreeSet::new();
        for (plan, rules) in book.plans.iter().enumerate() {
            credit_share(book, Part { place, deal, share, plan, rules }, credited, &mut reasons);
        }
        let told = reasons.into_iter().next_back();
        if credited.credits.len() == before {
            credited.not_counted.push(told.unwrap_or_else(|| not_counted(deal, Some(share), Reason::NoPlanThatDay)));
        }
    }
}

/// A payee's part of a deal before the rules of one plan.
#[derive(Clone, Copy)]
struct Part<'a> {
    place: usize,
    deal: &'a Deal,
    share: &'a Share,
    plan: usize,
    rules: &'a Plan,
}

fn credit_share(book: &Book<'_>, part: Part<'_>, credited: &mut Credited, reasons: &mut BTreeSet<NotCounted>) {
    let Some(payee) = book.payee(&part.share.payee) else { return };
    for (measure, rules) in part.rules.measures.iter().enumerate() {
        let Some(day) = rules.when.column().and_then(|column| part.deal.date(column)) else {
            if part.deal.day().is_some_and(|day| book.is_on(part.plan, payee, day))
                && takes_role(book, rules, part.share)
            {
                credited.failures.missing_date(
                    &rules.span,
                    if matches!(rules.when, When::Booked) { "booked" } else { "closed" },
                    About::Deal(part.place),
                );
            }
            continue;
        };
        if !part.rules.holds_on(day) {
            continue;
        }
        let told = |reason| NotCounted {
            plan: Some(Arc::clone(&part.rules.name)),
            ..not_counted(part.deal, Some(part.share), reason)
        };
        if !book.is_on(part.plan, payee, day) {
            reasons.insert(not_counted(part.deal, Some(part.share), Reason::PayeeOnNoPlan));
            continue;
        }
        if !takes_role(book, rules, part.share) {
            let role = part.share.role.clone().unwrap_or_else(|| Arc::from(""));
            reasons.insert(told(Reason::RoleNotCredited(role)));
            continue;
        }
        match credit_one(book, part, payee, (measure, rules), day, &mut credited.failures) {
            Some(Some(credit)) => credited.credits.push(credit),
            Some(None) => {
                let reason = told(Reason::LeftOut { measure: Arc::clone(&rules.name) });
                reasons.insert(NotCounted { span: rules.which.as_ref().map(|which| which.span.clone()), ..reason });
            }
            None => {}
        }
    }
}

/// Whether a measure credits the role that a share has.
fn takes_role(book: &Book<'_>, rules: &Measure, share: &Share) -> bool {
    match &rules.who {
        Who::Named => share.role.as_ref().is_none_or(|role| !book.overlay.contains(role)),
        Who::Formula(_) => false,
        Who::Role(role) => share.role.as_ref() == Some(role),
    }
}

/// The credit of one part towards one measure: `Some(None)` where `which` leaves it out, `None` where it failed.
fn credit_one(
    book: &Book<'_>,
    part: Part<'_>,
    payee: usize,
    (measure, rules): (usize, &Measure),
    day: NaiveDate,
    failures: &mut Failures,
) -> Option<Option<Credit>> {
    let about = About::Deal(part.place);
    let scene = View {
        deal: Some(part.deal),
        payee: book.payees.get(payee)?,
        on: day,
        credit: None,
        period: None,
        figures: None,
    };
    if let Some(which) = &rules.which {
        match which.yes(&scene) {
            Ok(true) => {}
            Ok(false) => return Some(None),
            Err(error) => {
                failures.formula(book, &error, about);
                return None;
            }
        }
    }
    if let Some(currency) =
        part.deal.currency().filter(|currency| *currency != part.rules.currency && rules.unit == Unit::Money)
    {
        let message =
            format!("it is in {currency}, the plan in {}, and there are no rates of exchange", part.rules.currency);
        failures.missing_rate(&rules.span, message, about);
        return None;
    }
    let formula = rules.credit.formula()?;
    let base = formula.decimal(&scene as &dyn Scene).map_err(|error| failures.formula(book, &error, about)).ok()?;
    let share = match rules.share {
        ShareRule::Split | ShareRule::Cents | ShareRule::Formula(_) => part.share.share,
        ShareRule::Fixed(percent) => percent,
    };
    let amount = exact::mul(base, share).map_err(|error| failures.arithmetic(error, &formula.span, about)).ok()?;
    Some(Some(Credit {
        plan: part.plan,
        measure,
        payee,
        deal: part.place,
        day,
        base,
        share,
        role: part.share.role.clone(),
        amount,
    }))
}
