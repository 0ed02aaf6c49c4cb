//! Why a deal, or a payee's part in it, pays nothing.

use crate::domain::diagnostic::Span;
use chrono::NaiveDate;
use std::sync::Arc;

/// Why a deal, or a payee's part in it, pays nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It names nobody.
    NobodyNamed,
    /// No plan holds on its day.
    NoPlanThatDay,
    /// The payee is on no plan that day.
    PayeeOnNoPlan,
    /// The payee is on a plan that day, and no measure of it counts such deals.
    NoMeasure,
    /// What a measure's `when` says of its day is blank.
    NoDayYet {
        /// The measure.
        measure: Arc<str>,
    },
    /// No measure of the payee's plans of that day takes the payee's role on the deal.
    RoleNotCredited(Arc<str>),
    /// A filter left it out of a measure.
    LeftOut {
        /// The measure.
        measure: Arc<str>,
        /// The setting: `which`, or `who` for the payee.
        setting: &'static str,
    },
    /// It is credited, and no component pays on it.
    NoComponent {
        /// The component that leaves it out, if one follows what it is credited to, and the setting by which: `who`, `from`,
        /// `to`, `which`, `first`.
        component: Option<(Arc<str>, &'static str)>,
    },
    /// It is credited, and what pays on it is not worked yet.
    NotYet {
        /// The component.
        component: Arc<str>,
        /// The period with whose end it is worked.
        period: Arc<str>,
    },
    /// It is credited, and what is paid on it is nothing.
    PaysNothing {
        /// The component.
        component: Arc<str>,
        /// The setting that pays nothing: `only_if`, `budget`; `None`: its rate or amount.
        setting: Option<&'static str>,
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
            Self::NoMeasure => "no-measure",
            Self::NoDayYet { .. } => "no-day-yet",
            Self::RoleNotCredited(_) => "role-not-credited",
            Self::LeftOut { .. } => "left-out",
            Self::NoComponent { .. } => "no-component",
            Self::NotYet { .. } => "not-yet",
            Self::PaysNothing { .. } => "pays-nothing",
        }
    }

    /// The setting of the plan that decided, where one did.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        match self {
            Self::NobodyNamed | Self::NoPlanThatDay | Self::PayeeOnNoPlan | Self::NoMeasure | Self::NotYet { .. } => {
                None
            }
            Self::NoDayYet { .. } => Some("when"),
            Self::RoleNotCredited(_) => Some("who"),
            Self::LeftOut { setting, .. } => Some(setting),
            Self::NoComponent { component } => component.as_ref().map(|(_, setting)| *setting),
            Self::PaysNothing { setting, .. } => *setting,
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
