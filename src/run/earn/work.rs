//! The working of one moment: tracks (credits as they stand), and the lines that components make of them.
//!
//! Everything is worked on demand and kept for the moment: a bonus that reads a measure, an override that takes what a
//! team earned, a multiplier that reads another component find what they need, lowest level first.

use super::super::credit::{Credit, Creditor};
use super::super::facts::{Book, Moment};
use super::super::failures::{About, Failures};
use super::super::measure::{Followed, Measured, Path, followed, why_zero};
use super::line::Line;
use super::pricer::{Budgeted, Deals, Pricer};
use super::track::Track;
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::diagnostic::Span;
use crate::domain::exact::{Exact, Fraction, add};
use crate::plan::formula::{EvalError, Failure, ZeroQuota};
use crate::plan::model::{Component, Method, On, Plan, SumOf};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How deep components may rest on one another's earnings.
const DEEPEST: u32 = 24;

type TrackKey = (usize, Option<usize>, On, usize, NaiveDate);
type LinesKey = (usize, usize, usize, NaiveDate);

/// What is worked at one moment.
pub struct Work<'a, 'c> {
    /// The facts.
    pub book: &'a Book<'a>,
    /// The paths.
    pub measured: &'a Measured<'c>,
    /// What is known.
    pub moment: Moment,
    /// What could not be worked.
    pub failures: RefCell<Failures>,
    tracks: RefCell<BTreeMap<TrackKey, Rc<Track<'a, 'c>>>>,
    lines: RefCell<BTreeMap<LinesKey, Rc<Vec<Line>>>>,
    budgets: RefCell<BTreeMap<(usize, usize), Rc<Budgeted>>>,
    firsts: RefCell<BTreeMap<(usize, usize, usize), Rc<Deals>>>,
    depth: Cell<u32>,
}

impl<'a, 'c> Work<'a, 'c> {
    /// Nothing worked yet.
    #[must_use]
    pub fn new(book: &'a Book<'a>, measured: &'a Measured<'c>, moment: Moment) -> Self {
        Self {
            book,
            measured,
            moment,
            failures: RefCell::default(),
            tracks: RefCell::default(),
            lines: RefCell::default(),
            budgets: RefCell::default(),
            firsts: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// The same at another moment, between which and this one no line changes.
    #[must_use]
    pub fn at(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// The first deals of a payee on which a component pays, where they were found.
    #[must_use]
    pub fn known_first(&self, of: (usize, usize, usize)) -> Option<Rc<Deals>> {
        self.firsts.borrow().get(&of).cloned()
    }

    /// Keeps the first deals of a payee on which a component pays.
    pub fn know_first(&self, of: (usize, usize, usize), deals: Rc<Deals>) {
        self.firsts.borrow_mut().insert(of, deals);
    }

    /// What a component's budget leaves each line, where it was worked.
    #[must_use]
    pub fn budgeted(&self, plan: usize, component: usize) -> Option<Rc<Budgeted>> {
        self.budgets.borrow().get(&(plan, component)).cloned()
    }

    /// Keeps what a component's budget leaves.
    pub fn budget(&self, plan: usize, component: usize, left: Rc<Budgeted>) {
        self.budgets.borrow_mut().insert((plan, component), left);
    }

    /// The plan at a place.
    #[must_use]
    pub fn plan(&self, plan: usize) -> Option<&'a Plan> {
        self.book.plans.get(plan)
    }

    /// The length of the measurement periods of what a component follows.
    #[must_use]
    pub fn period_kind(&self, plan: usize, on: &On) -> Option<&'a PeriodKind> {
        period_kind(self.book, plan, on, 0)
    }

    /// The measurement period of what a component follows that holds a day.
    ///
    /// # Errors
    /// A day outside the calendar.
    pub fn period_of(&self, plan: usize, on: &On, payee: usize, day: NaiveDate) -> Result<Period, Failure> {
        let kind = self.period_kind(plan, on).ok_or(Failure::Internal)?;
        self.book.measured(plan, kind, payee, day).map_err(|_| Failure::Date)
    }

    /// The track of a payee; `None` where the payee is not on the plan in the period.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn track(
        &self,
        plan: usize,
        component: Option<usize>,
        on: &On,
        payee: usize,
        period: &Period,
    ) -> Result<Option<Rc<Track<'a, 'c>>>, EvalError> {
        // Restatements that name components leave the others as they are; without such rules all share one track.
        let apart = self.plan(plan).is_some_and(|plan| {
            plan.clawbacks.iter().any(|rule| matches!(rule.method, Method::Restate) && !rule.of.is_empty())
        });
        let key: TrackKey = (plan, component.filter(|_| apart), on.clone(), payee, period.from);
        if let Some(known) = self.tracks.borrow().get(&key) {
            return Ok(Some(Rc::clone(known)));
        }
        let track = match on {
            On::Measure(place) => self.followed(plan, component, Followed::Measure(*place), payee, period)?,
            On::Sum(place) => {
                let sum = self.plan(plan).and_then(|plan| plan.sums.get(*place));
                match sum.and_then(|sum| self.earnings_of(plan, &sum.of)) {
                    Some(sources) => self.earned_by_team(plan, *place, &sources, payee, period)?,
                    None => self.followed(plan, component, Followed::Sum(*place), payee, period)?,
                }
            }
            On::Component(place) => self.earned_alone(plan, *place, payee, period)?,
            On::Periods(_) => self.nothing(plan, payee, period),
        };
        let Some(track) = track.map(Rc::new) else { return Ok(None) };
        self.tracks.borrow_mut().insert(key, Rc::clone(&track));
        Ok(Some(track))
    }

    pub(super) fn span(&self, plan: usize) -> Span {
        let nowhere = || Span { file: std::sync::Arc::from(""), start: 0, end: 0 };
        self.plan(plan).map_or_else(nowhere, |plan| plan.span.clone())
    }

    pub(super) fn exact<T>(&self, plan: usize, result: Exact<T>) -> Result<T, EvalError> {
        result.map_err(|error| EvalError { failure: Failure::Arithmetic(error), span: self.span(plan) })
    }

    /// The credits of a path as they stand.
    fn followed(
        &self,
        plan: usize,
        component: Option<usize>,
        of: Followed,
        payee: usize,
        period: &Period,
    ) -> Result<Option<Track<'a, 'c>>, EvalError> {
        let path = self.measured.path(self.book, (plan, of), payee, period.from);
        let begun = |path: &&'a Path<'c>| self.book.has_begun(plan, payee, &path.period, self.moment.until);
        let Some(path) = path.filter(begun) else { return Ok(None) };
        let start = self.carried((plan, component), of, payee, period, &|_| true)?;
        if let Some(known) = path.known.as_ref().filter(|known| known.last <= self.moment.until) {
            let mut changed = Vec::new();
            for place in &known.touched {
                let Some(credit) = path.credits.get(*place) else { continue };
                match self.stands(plan, component, credit)? {
                    Some(Cow::Borrowed(_)) => {}
                    now => changed.push((*place, now)),
                }
            }
            if let Some(track) = self.exact(plan, Track::whole(path, start, changed))? {
                return Ok(Some(track));
            }
        }
        let mut track = Track::empty(path.period.clone(), path.active_days, path.quota, start);
        for credit in path.credits.iter().filter(|credit| credit.day <= self.moment.until) {
            if let Some(credit) = self.stands(plan, component, credit)? {
                self.exact(plan, track.push(credit))?;
            }
        }
        Ok(Some(track))
    }

    /// What an accumulating measure held in the earlier periods over which it runs on, of the credits that are wanted.
    pub(super) fn carried(
        &self,
        (plan, component): (usize, Option<usize>),
        of: Followed,
        payee: usize,
        period: &Period,
        wanted: &dyn Fn(&Credit) -> bool,
    ) -> Result<Decimal, EvalError> {
        let measure = super::super::measure::followed(self.book, plan, of).map(|(_, measure)| measure);
        let Some(measure) = measure else { return Ok(Decimal::ZERO) };
        let failed = || EvalError { failure: Failure::Date, span: measure.span.clone() };
        let Some(from) = self.book.runs_on_from(plan, measure, payee, period).map_err(|_| failed())? else {
            return Ok(Decimal::ZERO);
        };
        let Some(last) = period.from.pred_opt().filter(|last| *last >= from) else { return Ok(Decimal::ZERO) };
        let mut total = Decimal::ZERO;
        let days = super::super::facts::Days { from, to: last };
        for earlier in self.book.periods_begun(plan, &measure.period, payee, days).map_err(|_| failed())? {
            let Some(path) = self.measured.path(self.book, (plan, of), payee, earlier.from) else { continue };
            for credit in
                path.credits.iter().filter(|credit| credit.day <= self.moment.until && credit.day < period.from)
            {
                if let Some(credit) = self.stands(plan, component, credit)?.filter(|credit| wanted(credit)) {
                    total = self.exact(plan, add(total, credit.amount))?;
                }
            }
        }
        Ok(total)
    }

    /// A credit as it stands at the moment; `None` where its deal is out.
    ///
    /// # Errors
    /// A formula without a value, overflow.
    pub fn stands(
        &self,
        plan: usize,
        component: Option<usize>,
        credit: &'c Credit,
    ) -> Result<Option<Cow<'c, Credit>>, EvalError> {
        let Some(deal) = credit.deal.filter(|deal| !self.book.happened(*deal).is_empty()) else {
            return Ok(Some(Cow::Borrowed(credit)));
        };
        let left = self.book.left((plan, component), deal, credit.day, credit.payee, self.moment)?;
        if left.removed {
            return Ok(None);
        }
        if left.is_whole() {
            return Ok(Some(Cow::Borrowed(credit)));
        }
        let Some((lender, measure)) = credit.lender(self.book) else { return Ok(Some(Cow::Borrowed(credit))) };
        let creditor = Creditor { book: self.book, plan: lender, measure };
        creditor.again(credit, Some(left.left), None).map(|credit| Some(Cow::Owned(credit)))
    }

    pub(super) fn nothing(&self, plan: usize, payee: usize, period: &Period) -> Option<Track<'a, 'c>> {
        let active_days = self.book.active_days(plan, payee, period);
        (active_days > 0 && self.book.has_begun(plan, payee, period, self.moment.until))
            .then(|| Track::empty(period.clone(), active_days, None, Decimal::ZERO))
    }

    /// The components whose earnings a sum takes; `None` where it takes credits.
    pub(super) fn earnings_of(&self, plan: usize, of: &SumOf) -> Option<Vec<(usize, usize)>> {
        match of {
            SumOf::Measure(_) => None,
            SumOf::Component(place) => Some(self.book.namesakes(plan, *place)),
            SumOf::Named(name) => {
                let measures = self.book.plans.iter().flat_map(|plan| &plan.measures);
                if measures.into_iter().any(|measure| measure.name == *name) {
                    return None;
                }
                let found: Vec<(usize, usize)> = components_named(self.book, name);
                (!found.is_empty()).then_some(found)
            }
        }
    }

    /// The lines of a component for a payee and period, before limits of a period and before what is reversed.
    /// What fails is told and gives no line.
    #[must_use]
    pub fn lines(&self, plan: usize, component: usize, payee: usize, period: &Period) -> Rc<Vec<Line>> {
        let key = (plan, component, payee, period.from);
        if let Some(known) = self.lines.borrow().get(&key) {
            return Rc::clone(known);
        }
        if self.depth.get() >= DEEPEST {
            return Rc::default();
        }
        self.depth.set(self.depth.get().saturating_add(1));
        let lines = match self.plan(plan).and_then(|rules| Some((rules, rules.components.get(component)?))) {
            Some((rules, component_rules)) => self.work(plan, rules, (component, component_rules), payee, period),
            None => Vec::new(),
        };
        self.depth.set(self.depth.get().saturating_sub(1));
        let lines = Rc::new(lines);
        self.lines.borrow_mut().insert(key, Rc::clone(&lines));
        lines
    }

    /// Why an attainment cannot be had: there is no quota, or it is zero.
    pub(super) fn no_attainment(
        &self,
        plan: usize,
        of: Followed,
        payee: usize,
        (quota, period): (Option<Fraction>, &Period),
    ) -> Failure {
        let Some((lender, measure)) = followed(self.book, plan, of).filter(|_| quota.is_some()) else {
            return Failure::Figure;
        };
        let why = match of {
            Followed::Measure(_) => why_zero(self.book, (lender, &measure.name), payee, period),
            Followed::Sum(_) => ZeroQuota::Said,
        };
        Failure::ZeroQuota { measure: Arc::clone(&measure.name), period: Arc::clone(&period.label), why }
    }

    fn work(
        &self,
        plan: usize,
        rules: &'a Plan,
        (place, component): (usize, &'a Component),
        payee: usize,
        period: &Period,
    ) -> Vec<Line> {
        if component.at_end && period.to > self.moment.until || !self.is_in_force((plan, component), payee, period) {
            return Vec::new();
        }
        let pricer = Pricer::new(self, (plan, rules), (place, component), payee, period);
        match pricer.and_then(|pricer| pricer.map_or(Ok(Vec::new()), |pricer| pricer.lines())) {
            Ok(lines) => lines,
            Err((error, about)) => {
                let whole = About::Period(payee, period.from, period.to);
                let about = match error.failure {
                    Failure::ZeroQuota { .. } => About::Payee(payee),
                    _ => about.unwrap_or(whole),
                };
                self.failures.borrow_mut().formula(self.book, &error, about);
                Vec::new()
            }
        }
    }
}

/// All components of a name, over all plans.
fn components_named(book: &Book<'_>, name: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (plan, rules) in book.plans.iter().enumerate() {
        for (place, _) in rules.components.iter().enumerate().filter(|(_, component)| &*component.name == name) {
            found.push((plan, place));
        }
    }
    found
}

/// The length of the measurement periods of what a component follows.
fn period_kind<'b>(book: &Book<'b>, plan: usize, on: &On, depth: u32) -> Option<&'b PeriodKind> {
    let rules = book.plans.get(plan)?;
    let of_component = |plan: usize, place: usize| {
        let component: &'b Component = book.plans.get(plan)?.components.get(place)?;
        if depth > DEEPEST {
            return None;
        }
        match &component.on {
            On::Periods(kind) => Some(kind),
            on => period_kind(book, plan, on, depth.saturating_add(1)),
        }
    };
    match on {
        On::Measure(place) => rules.measures.get(*place).map(|measure| &measure.period),
        On::Component(place) => of_component(plan, *place),
        On::Periods(_) => rules.components.iter().find_map(|component| match &component.on {
            On::Periods(kind) if component.on == *on => Some(kind),
            _ => None,
        }),
        On::Sum(place) => match super::super::measure::followed(book, plan, Followed::Sum(*place)) {
            Some((_, measure)) => Some(&measure.period),
            None => match &rules.sums.get(*place)?.of {
                SumOf::Component(place) => of_component(plan, *place),
                SumOf::Named(name) => {
                    let first = components_named(book, name).first().copied();
                    // A measure that only given totals hold: it is measured as the plan is paid.
                    first.map_or(Some(&rules.payout), |(plan, place)| of_component(plan, place))
                }
                SumOf::Measure(_) => None,
            },
        },
    }
}
