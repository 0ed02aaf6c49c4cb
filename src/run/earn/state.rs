//! The running state of each key: what its line is, what was taken of it, what may be paid.

use super::super::explain::{Converted, Step as Explained, StepKind};
use super::super::facts::Moment;
use super::super::failures::{About, Failures};
use super::Earner;
use super::cuts::Cut;
use super::line::{Credited, Line, Part};
use super::work::Work;
use crate::domain::calendar::Period;
use crate::domain::exact::{Exact, Fraction, negate, shortest, sub, sum};
use crate::plan::formula::{EvalError, Failure};
use crate::plan::model::Method;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an amount belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The plan, by place.
    pub plan: usize,
    /// The payee, by place.
    pub payee: usize,
    /// Its component, by place; after the components come the limits across them.
    pub component: usize,
    /// The measurement period.
    pub measured: Period,
    /// The deal's day, for the order of lines.
    pub day: Option<NaiveDate>,
    /// The deal, by place; `None` for an amount of the whole period.
    pub deal: Option<usize>,
    /// Which of several.
    pub part: Part,
}

impl Key {
    /// The day by whose currency it is paid, whenever it is: that of its deal, or the first of its period. So whatever becomes
    /// known later, and whatever a payee is paid in by then, an amount has one currency.
    #[must_use]
    pub fn paid_by(&self) -> NaiveDate {
        self.day.unwrap_or(self.measured.from)
    }
}

/// What makes an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is earned.
    Earn,
    /// It may be paid now; nothing is earned by it.
    Release,
    /// A limit takes or gives back.
    Cap,
    /// A floor adds.
    Floor,
    /// An event takes back.
    Clawback,
    /// Money will never come.
    Lapse,
    /// A top-up that is not owed.
    Guarantee,
    /// Decided by somebody, with a reason.
    Manual,
    /// What closed periods should have held, as known now.
    TrueUp,
    /// Posted elsewhere before.
    Opening,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Earn,
        Self::Release,
        Self::Cap,
        Self::Floor,
        Self::Clawback,
        Self::Lapse,
        Self::Guarantee,
        Self::Manual,
        Self::TrueUp,
        Self::Opening,
    ];

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Earn => "earn",
            Self::Release => "release",
            Self::Cap => "cap",
            Self::Floor => "floor",
            Self::Clawback => "clawback",
            Self::Lapse => "lapse",
            Self::Guarantee => "guarantee",
            Self::Manual => "manual",
            Self::TrueUp => "true-up",
            Self::Opening => "opening",
        }
    }
}

/// What a key has earned, and may be paid, by a point in a payout period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDate {
    /// The payout period in which it is settled, by its place in the chain.
    pub payout: usize,
    /// What changed it.
    pub kind: Kind,
    /// The rule that an event set off.
    pub cause: Option<SetOff>,
    /// Earned to date, at the minor unit of the plan's currency.
    pub earned: Decimal,
    /// Payable to date, in the plan's currency.
    pub payable: Decimal,
    /// Payable to date, in the payee's currency.
    pub pay: Decimal,
    /// The steps that add up to what is earned to date.
    pub steps: Arc<[Explained]>,
    /// Whether no floor lifts it: see [`State::is_shut`].
    pub shut: bool,
    /// The steps that add up to the change alone, where they are known for themselves.
    pub change: Option<Vec<Explained>>,
    /// The deal's credit, of a line with a deal.
    pub credit: Option<Arc<Credited>>,
    /// The last conversion into the payee's currency.
    pub converted: Option<Box<Converted>>,
}

/// An event, and what it sets off.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetOff {
    /// The event's day.
    pub day: NaiveDate,
    /// The event's id.
    pub event: Arc<str>,
    /// The kind of the event.
    pub kind: Arc<str>,
    /// What of the deal's amount it is about, in the deal's currency; `None`: all.
    pub amount: Option<Decimal>,
    /// The name of the clawback rule; where there is none, the kind of the event.
    pub rule: Arc<str>,
}

impl SetOff {
    /// Whether the data give the event an id: else it is called by its deal, kind and day, which are told anyhow.
    #[must_use]
    pub fn has_id(&self) -> bool {
        !self.event.contains(&format!("#{}#{}", self.kind, self.day))
    }

    /// `refunded 3000 on 2026-02-10, by Churn, event R-1`
    #[must_use]
    pub fn text(&self) -> String {
        let amount = self.amount.map_or_else(String::new, |amount| format!(" {}", shortest(amount)));
        let rule = if self.rule == self.kind { String::new() } else { format!(", by {}", self.rule) };
        let id = if self.has_id() { format!(", event {}", self.event) } else { String::new() };
        format!("{}{amount} on {}{rule}{id}", self.kind, self.day)
    }
}

/// What lets a change in.
#[derive(Clone, Debug)]
pub enum Step {
    /// Deals and payments.
    Own,
    /// An event of a deal, by the rule that it sets off.
    TakenBack {
        /// The event, and the rule that it sets off.
        cause: SetOff,
        /// The deal, by place.
        deal: usize,
    },
}

/// A key's amounts now.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The line as worked.
    pub line: Decimal,
    /// What reversals took.
    pub taken: Decimal,
    /// What will never be collected: with what reversals took, rounded once.
    pub lapsed: Decimal,
    /// The same two before they were rounded.
    pub exactly: (Fraction, Fraction),
    /// `line − taken − lapsed`, or what a limit adds.
    pub earned: Decimal,
    /// What may be paid, in the plan's currency.
    pub payable: Decimal,
    /// What may be paid, in the payee's currency.
    pub pay: Decimal,
    /// Whether nothing of it waits any more.
    pub all_paid: bool,
    /// The payout in which it changed last, and what might be paid before it, in both currencies.
    pub before: (usize, Decimal, Decimal),
    /// The steps of the line.
    pub steps: Arc<[Explained]>,
    /// Whether the gate of the line is shut, or its deal is out.
    pub shut: bool,
    /// The deal's credit.
    pub credit: Option<Arc<Credited>>,
    /// The last conversion into the payee's currency.
    pub converted: Option<Box<Converted>>,
}

impl State {
    /// Whether no floor lifts the line: its gate is shut, its deal is out, or all of it has been taken back.
    pub fn is_shut(&self) -> bool {
        self.shut || (self.earned.is_zero() && !self.line.is_zero())
    }

    /// The day on which the deal of a key counts: of an instalment not the day on which it falls due.
    pub fn counted(&self, key: &Key) -> Option<NaiveDate> {
        match (key.part, &self.credit) {
            (Part::Instalment(_), Some(credit)) => Some(credit.day),
            _ => key.day,
        }
    }
}

/// All keys of a plan.
#[derive(Debug, Default)]
pub struct Tally {
    /// The states.
    pub states: BTreeMap<Key, State>,
    /// What was made of them.
    pub to_date: BTreeMap<Key, Vec<ToDate>>,
}

impl Tally {
    /// The keys of a payee and component, from the first period to the last.
    pub fn of(&self, plan: usize, payee: usize, component: usize) -> impl Iterator<Item = (&Key, &State)> {
        let first = bound(plan, payee, component, NaiveDate::MIN);
        self.states
            .range(first..)
            .take_while(move |(key, _)| key.plan == plan && key.payee == payee && key.component == component)
    }

    /// What was made of all keys of a payee and plan.
    pub fn made(&self, plan: usize, payee: usize) -> impl Iterator<Item = (&Key, &Vec<ToDate>)> {
        let first = bound(plan, payee, 0, NaiveDate::MIN);
        self.to_date.range(first..).take_while(move |(key, _)| key.plan == plan && key.payee == payee)
    }
}

fn bound(plan: usize, payee: usize, component: usize, from: NaiveDate) -> Key {
    Key {
        plan,
        payee,
        component,
        measured: Period::of_plan(from, NaiveDate::MIN),
        day: None,
        deal: None,
        part: Part::Whole,
    }
}

impl Earner<'_, '_> {
    /// The key of a line of a component, by its day, deal and part.
    pub(super) fn key(
        &self,
        (payee, component, period): (usize, usize, &Period),
        (day, deal, part): (Option<NaiveDate>, Option<usize>, Part),
    ) -> Key {
        Key { plan: self.place, payee, component, measured: period.clone(), day, deal, part }
    }

    /// Works a component's lines for a payee and period, and keeps what changed.
    pub(super) fn record(
        &mut self,
        work: &Work<'_, '_>,
        cut: Cut,
        (payee, component, period): (usize, usize, &Period),
        step: &Step,
        failures: &mut Failures,
    ) {
        let lines = work.lines(self.place, component, payee, period);
        let key = |of| self.key((payee, component, period), of);
        let mut keyed: Vec<(Key, &Line)> =
            lines.iter().map(|line| (key((line.day, line.deal, line.part)), line)).collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        let known = self.tally.states.range(key((None, None, Part::Whole))..);
        let known = known.take_while(|(known, _)| {
            (known.plan, known.payee, known.component) == (self.place, payee, component) && known.measured == *period
        });
        let gone: Vec<Key> = known
            .filter(|(key, state)| {
                let stays = matches!(key.part, Part::Cap(_) | Part::Floor(_)) || (state.line.is_zero() && state.shut);
                !stays && keyed.binary_search_by(|(own, _)| own.cmp(key)).is_err()
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            let line = Line {
                part: key.part,
                deal: key.deal,
                day: key.day,
                amount: Decimal::ZERO,
                steps: Arc::from([Explained::of(StepKind::NotPaid, Decimal::ZERO)]),
                credit: None,
                left_out: false,
                shut: true,
            };
            self.put(work, cut, key, &line, step, failures);
        }
        for (key, line) in keyed {
            let state = self.tally.states.get_mut(&key);
            if line.left_out && state.is_none() {
                continue;
            }
            // Of another deal than the one that something happened to, and worth what it was.
            if let (Step::TakenBack { deal, .. }, Some(state)) = (step, state)
                && line.deal != Some(*deal)
                && line.deal.is_some()
                && line.amount == state.line
            {
                state.steps = Arc::clone(&line.steps);
                state.shut = line.is_out();
                state.credit = line.credit.clone().or(state.credit.take());
                continue;
            }
            self.put(work, cut, key, line, step, failures);
        }
    }

    pub(super) fn put(
        &mut self,
        work: &Work<'_, '_>,
        cut: Cut,
        key: Key,
        line: &Line,
        step: &Step,
        failures: &mut Failures,
    ) {
        let about = key.deal.map_or(About::Payee(key.payee), About::Deal);
        match self.changed(work, &key, line) {
            Ok(state) => {
                let (kind, cause) = match step {
                    Step::Own => (Kind::Earn, None),
                    Step::TakenBack { cause, .. } => (Kind::Clawback, Some(cause.clone())),
                };
                self.keep(work, cut, key, state, (kind, cause), failures);
            }
            Err(error) => failures.formula(self.book, &error, about),
        }
    }

    /// The state of a key with a new line: what reversals take of it is worked anew.
    fn changed(&self, work: &Work<'_, '_>, key: &Key, line: &Line) -> Result<State, EvalError> {
        let before = self.tally.states.get(key).cloned().unwrap_or_default();
        let mut state = State {
            line: line.amount,
            shut: line.is_out(),
            steps: Arc::clone(&line.steps),
            credit: line.credit.clone().or(before.credit),
            ..before
        };
        state.exactly.0 = self.taken(work, key, &state)?;
        state.taken = self.to_minor_units(state.exactly.0)?;
        self.lapse(work, key, &mut state)?;
        let fail = |error| EvalError { failure: Failure::Arithmetic(error), span: self.plan.span.clone() };
        state.earned = sub(state.line, state.taken).and_then(|rest| sub(rest, state.lapsed)).map_err(fail)?;
        Ok(state)
    }

    /// An exact amount as an entry has it.
    pub(super) fn to_minor_units(&self, exact: Fraction) -> Result<Decimal, EvalError> {
        let fail = |error| EvalError { failure: Failure::Arithmetic(error), span: self.plan.span.clone() };
        Ok(self.plan.rounding.round(exact.value().map_err(fail)?, self.plan.currency.places()))
    }

    /// What reversals take of a line, before it is rounded.
    fn taken(&self, work: &Work<'_, '_>, key: &Key, state: &State) -> Result<Fraction, EvalError> {
        let reverses = self.plan.clawbacks.iter().any(|rule| matches!(rule.method, Method::Reverse { .. }));
        let (Some(deal), Some(day)) = (key.deal.filter(|_| reverses), state.counted(key)) else {
            return Ok(Fraction::ZERO);
        };
        let left = self.book.left((self.place, Some(key.component)), deal, day, key.payee, work.moment)?;
        let fail = |error| EvalError { failure: Failure::Arithmetic(error), span: self.plan.span.clone() };
        let mut taken = left.held.times(state.line).map_err(fail)?;
        if !left.first.is_zero() {
            let line = self.first(work, key, state.line).map_err(fail)?;
            let first = left.first.times(line).map_err(fail)?;
            taken = taken.plus(first).map_err(fail)?;
        }
        Ok(taken)
    }

    /// The line of a key as worked with every deal and before any clawback.
    fn first(&self, work: &Work<'_, '_>, key: &Key, line: Decimal) -> Exact<Decimal> {
        // An instalment that an event ended was never there.
        if matches!(key.part, Part::Instalment(_)) && line.is_zero() {
            return Ok(line);
        }
        let until = work.moment.until;
        let mut bare = self.bare.borrow_mut();
        let known = bare.take().filter(|known| known.moment.until == until);
        let bare =
            bare.insert(known.unwrap_or_else(|| Work::new(self.book, self.measured, Moment { until, known: 0 })));
        let lines = bare.lines(self.place, key.component, key.payee, &key.measured);
        let same = lines.iter().filter(|line| line.deal == key.deal && line.part == key.part && line.day == key.day);
        sum(same.map(|line| line.amount))
    }

    /// Keeps a state, and what became of the key by it, where it differs.
    pub(super) fn keep(
        &mut self,
        work: &Work<'_, '_>,
        cut: Cut,
        key: Key,
        mut state: State,
        (kind, cause): (Kind, Option<SetOff>),
        failures: &mut Failures,
    ) {
        let before = self.tally.states.get(&key).cloned();
        let about = key.deal.map_or(About::Payee(key.payee), About::Deal);
        if let Err(error) = self.pay(work, cut, &key, before.as_ref(), &mut state) {
            failures.formula(self.book, &error, about);
            return;
        }
        let old = before.clone().unwrap_or_default();
        let same = old.earned == state.earned && old.payable == state.payable && old.pay == state.pay;
        let first = before.is_none() && kind == Kind::Earn;
        if same && !first {
            self.tally.states.insert(key, state);
            return;
        }
        let kind = match kind {
            Kind::Earn if before.is_some() && old.earned == state.earned => Kind::Release,
            // Nothing moved but what will never come.
            Kind::Earn if before.is_some() && (old.line, old.taken) == (state.line, state.taken) => Kind::Lapse,
            kind => kind,
        };
        match to_date(cut, &old, &state, before.is_some(), (kind, cause)) {
            Ok(to_date) => self.tally.to_date.entry(key.clone()).or_default().push(to_date),
            Err(error) => failures.arithmetic(error, &self.plan.span, about),
        }
        self.tally.states.insert(key, state);
    }
}

/// What a key has by now, with its steps.
fn to_date(cut: Cut, old: &State, state: &State, known: bool, (kind, cause): (Kind, Option<SetOff>)) -> Exact<ToDate> {
    let mut less = Vec::new();
    if !state.taken.is_zero() {
        less.push(taken_step(state, Fraction::ZERO, negate(state.taken)));
    }
    if !state.lapsed.is_zero() {
        less.push(Explained::of(StepKind::Lapse, negate(state.lapsed)));
    }
    let steps =
        if less.is_empty() { Arc::clone(&state.steps) } else { state.steps.iter().cloned().chain(less).collect() };
    let change = if known && old.line == state.line {
        let mut change = Vec::new();
        if old.taken != state.taken {
            change.push(taken_step(state, old.exactly.0, sub(old.taken, state.taken)?));
        }
        if old.lapsed != state.lapsed {
            change.push(Explained::of(StepKind::Lapse, sub(old.lapsed, state.lapsed)?));
        }
        // What a carried cap holds or lets go of adds nothing to what is earned: the step says under which limit.
        if change.is_empty() {
            let limits = state.steps.iter().filter(|step| step.kind == StepKind::Cap);
            change.extend(limits.map(|step| Explained { amount: Decimal::ZERO, ..step.clone() }));
        }
        Some(change)
    } else {
        None
    };
    Ok(ToDate {
        payout: cut.payout,
        kind,
        cause,
        earned: state.earned,
        payable: state.payable,
        pay: state.pay,
        steps,
        shut: state.is_shut(),
        change,
        credit: state.credit.clone(),
        converted: state.converted.clone(),
    })
}

/// What reversals took since they had taken so much, as a part of the line: below zero where they gave back.
fn taken_step(state: &State, before: Fraction, amount: Decimal) -> Explained {
    let part = |line: Fraction| {
        let more = state.exactly.0.plus(before.times(Decimal::NEGATIVE_ONE)?)?;
        more.by(Fraction::new(line.den(), line.num())?)?.value()
    };
    let rate = part(Fraction::from(state.line)).ok();
    Explained { base: Some(state.line), rate, ..Explained::of(StepKind::TakenBack, amount) }
}
