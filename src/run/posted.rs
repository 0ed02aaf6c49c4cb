//! Posted: what closed periods hold, and what that leaves for the open one. Beside the stages `adjust` and `settle`, the
//! only two that look at it.
//!
//! In:   sums of posted entries, balances of the last close, the entries that the facts as known now make of all periods.
//! Out:  the entries as they stand: those of closed periods as they were posted, then what belongs to the open period,
//!       its own and the true-ups: for each key what closed periods should have held, less what they hold.
//! Not here: where the rows come from (`ledger`), what is paid (`settle`).
//!
//! Invariant: posted + own + true-ups of a key = its amount to date at the end of the open period. It holds by
//! construction: entries are differences of rounded totals, and the sum telescopes.

use super::adjust::{self, Entry};
use super::earn::{Credited, Kind, Part};
use super::explain::{Step, StepKind};
use super::facts::Book;
use super::settle::{Balances, Payout};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::exact::{Exact, add, negate, sub};
use crate::domain::facts::Adjustment;
use crate::parallel;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// What an amount in the ledger belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostKey {
    /// The payee's id.
    pub payee: Arc<str>,
    /// The plan's name.
    pub plan: Arc<str>,
    /// The component's name; of a limit, guarantee or decision its own.
    pub component: Arc<str>,
    /// The deal's id, of an amount of one deal.
    pub deal: Option<Arc<str>>,
    /// The label of the measurement period.
    pub measured: Arc<str>,
    /// The plan's currency.
    pub plan_currency: Currency,
    /// The payee's currency.
    pub currency: Currency,
}

/// Amounts of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Earned, in the plan's currency.
    pub earned: Decimal,
    /// Payable, in the plan's currency.
    pub payable: Decimal,
    /// Payable, in the payee's currency.
    pub pay: Decimal,
}

/// Amounts by key; a key that is not there has none.
pub type Sums = BTreeMap<PostKey, Amounts>;

/// What somebody is owed or owes after the last close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The balances.
    pub balances: Balances,
    /// Debts and what was recovered of them, each with the number of closes it has seen: instalments ask for it.
    pub debts: Vec<(Decimal, u32)>,
}

/// An entry as a closed period holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The label of the payout period.
    pub period: Arc<str>,
    /// What it belongs to.
    pub key: PostKey,
    /// What made it.
    pub kind: Kind,
    /// The rule or the cause.
    pub cause: Option<Arc<str>>,
    /// How much.
    pub amounts: Amounts,
    /// The steps that explained it then, as the ledger holds them: they are read where somebody asks for the entry.
    pub trace: Box<str>,
}

/// What closed periods hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The last day of the last closed period.
    pub until: NaiveDate,
    /// What is posted, by key.
    pub sums: Sums,
    /// What closed periods should have held as causes are let in one after the other: each cause with the sums after it.
    pub stages: Vec<(Arc<str>, Sums)>,
    /// The last cause: of what is left of the difference. `None`: nothing has changed, so there is none.
    pub cause: Option<Arc<str>>,
    /// Balances after the last close, by payee and currency.
    pub carried: BTreeMap<(Arc<str>, Currency), Carried>,
    /// Decisions that closed periods have settled, as the last close knew them.
    pub settled: Vec<Adjustment>,
    /// Payments that were rejected since the last close: due again, below zero owed again.
    pub rejected: BTreeMap<(Arc<str>, Currency), Decimal>,
    /// Payments of voided closes that were made all the same since then: paid outside.
    pub outside: BTreeMap<(Arc<str>, Currency), Decimal>,
    /// The entries of closed periods.
    pub entries: Vec<Closed>,
    /// The payouts of each closed period, with the label of the period.
    pub payouts: Vec<(Arc<str>, Vec<Payout>)>,
}

impl Amounts {
    /// The sum of two.
    ///
    /// # Errors
    /// Overflow.
    pub fn plus(self, other: Self) -> Exact<Self> {
        Ok(Self {
            earned: add(self.earned, other.earned)?,
            payable: add(self.payable, other.payable)?,
            pay: add(self.pay, other.pay)?,
        })
    }

    /// What is left of it.
    ///
    /// # Errors
    /// Overflow.
    pub fn minus(self, other: Self) -> Exact<Self> {
        Ok(Self {
            earned: sub(self.earned, other.earned)?,
            payable: sub(self.payable, other.payable)?,
            pay: sub(self.pay, other.pay)?,
        })
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self.earned.is_zero() && self.payable.is_zero() && self.pay.is_zero()
    }
}

impl Closed {
    /// The steps: a closed statement never needs the engine that made it.
    fn steps(&self) -> Result<Vec<Step>, Box<Diagnostic>> {
        let read = serde_json::from_str::<Vec<(String, String, String)>>(&self.trace).map_err(|_| {
            let (of, period) = (&self.key.payee, &self.period);
            let message = format!("the steps of an entry of `{of}` in {period} cannot be read");
            let help = "`earnmark verify` says where the ledger was changed";
            Box::new(Diagnostic::error(Code::LedgerDamaged, message).help(help))
        })?;
        let step = |(code, text, amount): (String, String, String)| {
            let kind = if code == StepKind::Read.code() { StepKind::Read } else { StepKind::Posted };
            Step { name: Some(Arc::from(text)), ..Step::of(kind, amount.parse().unwrap_or_default()) }
        };
        Ok(read.into_iter().map(step).collect())
    }
}

impl PostKey {
    /// What an entry belongs to.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self {
            payee: Arc::clone(&entry.payee),
            plan: Arc::clone(&entry.plan),
            component: Arc::clone(&entry.component),
            deal: entry.deal.as_ref().map(|(_, id)| Arc::clone(id)),
            measured: Arc::clone(&entry.measured.label),
            plan_currency: entry.plan_currency,
            currency: entry.currency,
        }
    }
}

/// What entries of the periods before one come to, by key.
///
/// # Errors
/// Overflow, as a finding.
pub fn sums<'e>(entries: impl Iterator<Item = &'e Entry>, before: usize) -> Result<Sums, Box<Diagnostic>> {
    let of = |entry: &'e Entry| {
        let amounts = Amounts { earned: entry.earned, payable: entry.payable, pay: entry.amount };
        (PostKey::of(entry), amounts)
    };
    summed(entries.filter(|entry| entry.payout < before).map(of).collect()).map_err(|_| too_large())
}

/// Amounts as sums. Sorted first: of a million that is several times as fast as to look for the place of each.
///
/// # Errors
/// Overflow.
pub fn summed(mut amounts: Vec<(PostKey, Amounts)>) -> Exact<Sums> {
    parallel::sort_by(&mut amounts, |a, b| a.0.cmp(&b.0));
    let mut sums: Vec<(PostKey, Amounts)> = Vec::with_capacity(amounts.len());
    for (key, amounts) in amounts {
        match sums.last_mut().filter(|(last, _)| *last == key) {
            Some((_, sum)) => *sum = sum.plus(amounts)?,
            None => sums.push((key, amounts)),
        }
    }
    Ok(sums.into_iter().collect())
}

fn too_large() -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::Overflow, "the sum of what is posted has more than 28 digits"))
}

impl Posted {
    /// A ledger that begins after a day and holds nothing but what was posted elsewhere until then.
    #[must_use]
    pub fn beginning(until: NaiveDate, sums: Sums) -> Self {
        Self {
            until,
            sums,
            stages: Vec::new(),
            cause: None,
            carried: BTreeMap::new(),
            settled: Vec::new(),
            rejected: BTreeMap::new(),
            outside: BTreeMap::new(),
            entries: Vec::new(),
            payouts: Vec::new(),
        }
    }

    /// The place of the open period in a chain; its length where the chain ends before.
    #[must_use]
    pub fn open(&self, chain: &[Period]) -> usize {
        chain.iter().position(|period| period.to > self.until).unwrap_or(chain.len())
    }

    /// The entries as they stand: closed ones of periods that do not end before a day, as posted; own ones of open periods;
    /// true-ups in the first open period.
    ///
    /// # Errors
    /// Overflow; a difference that nothing explains; steps of a closed entry that cannot be read: as a finding.
    pub fn stand(&self, book: &Book<'_>, from: NaiveDate, entries: Vec<Entry>) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let open = self.open(&book.chain);
        let now = sums(entries.iter(), open)?;
        let named = Named { book, entries: &entries, known: OnceCell::new(), days: OnceCell::new() };
        let mut found: Vec<Entry> = Vec::new();
        let asked = book.chain.iter().take(open).position(|period| period.to >= from).unwrap_or(open);
        let places = if asked < open { book.payouts_by_label() } else { BTreeMap::new() };
        for closed in self.entries.iter().filter(|_| asked < open) {
            let Some(payout) = places.get(&*closed.period).copied().filter(|place| *place >= asked) else { continue };
            let mut entry = named.shape(&closed.key, payout).entry(&closed.key, payout, closed.kind, closed.amounts);
            entry.cause.clone_from(&closed.cause);
            entry.steps = closed.steps()?;
            found.push(entry);
        }
        if open < book.chain.len() {
            let made = self.made(&entries, open, &now);
            found.extend(self.true_ups(&named, open, now, &made)?);
        }
        drop(named);
        found.extend(entries.into_iter().filter(|entry| entry.payout >= open));
        adjust::sort(&mut found);
        Ok(found)
    }

    /// How what is posted otherwise came about, as known now: by key.
    fn made(&self, entries: &[Entry], open: usize, now: &Sums) -> BTreeMap<PostKey, Made> {
        let mut made: BTreeMap<PostKey, Made> = BTreeMap::new();
        if *now == self.sums {
            return made;
        }
        for entry in entries.iter().filter(|entry| entry.payout < open) {
            let key = PostKey::of(entry);
            if amount(now, &key) != amount(&self.sums, &key) {
                let of = made.entry(key).or_default();
                of.steps.extend(entry.steps.iter().cloned());
                of.credit = entry.credit.clone().or(of.credit.take());
            }
        }
        made
    }

    fn true_ups(
        &self,
        named: &Named<'_>,
        open: usize,
        now: Sums,
        made: &BTreeMap<PostKey, Made>,
    ) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let last = self.cause.clone().unwrap_or_default();
        let mut stages: Vec<(Arc<str>, &Sums)> =
            self.stages.iter().map(|(cause, sums)| (cause.clone(), sums)).collect();
        stages.push((last, &now));
        let to_now = stages.len();
        let mut found = Vec::new();
        let mut before = &self.sums;
        for (stage, (cause, after)) in (1..).zip(stages) {
            // Most often nothing has changed at all.
            if before == after {
                continue;
            }
            let keys: BTreeSet<&PostKey> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let (was, is) = (amount(before, key), amount(after, key));
                let change = is.minus(was).map_err(|_| too_large())?;
                if change.is_nothing() {
                    continue;
                }
                if cause.is_empty() {
                    let message = format!(
                        "what is posted of `{}` for `{}` differs and nothing has changed",
                        key.component, key.payee
                    );
                    let help = "nothing was written; please report this";
                    return Err(Box::new(Diagnostic::error(Code::Internal, message).help(help)));
                }
                let mut entry = named.shape(key, open).entry(key, open, Kind::TrueUp, change);
                entry.cause = Some(Arc::clone(&cause));
                // In between it is not known for how many reasons it is what it is.
                let made = made.get(key).filter(|_| stage == to_now);
                let of =
                    made.map(|made| Arc::from(made.steps.as_slice())).filter(|steps: &Arc<[Step]>| !steps.is_empty());
                // What stands between two changes was never posted, and is not all that is known now.
                let between = |what: String, is: bool| is.then(|| Arc::from(what.as_str()));
                let name = between(format!("with the changed {cause}"), stage != to_now);
                entry.steps.push(Step { of, name, ..Step::of(StepKind::Known, is.earned) });
                entry.credit = made.and_then(|made| made.credit.clone());
                if !was.earned.is_zero() {
                    let name = between(format!("before the {cause} changed"), stage > 1);
                    entry.steps.push(Step { name, ..Step::of(StepKind::Posted, negate(was.earned)) });
                }
                found.push(entry);
            }
            before = after;
        }
        Ok(found)
    }
}

/// How what a key has came about.
#[derive(Clone, Debug, Default)]
struct Made {
    steps: Vec<Step>,
    credit: Option<Arc<Credited>>,
}

/// The amounts of a key.
#[must_use]
pub fn amount(sums: &Sums, key: &PostKey) -> Amounts {
    sums.get(key).copied().unwrap_or_default()
}

/// What an entry of a key looks like beyond its amounts.
#[derive(Clone, Debug)]
struct Shape {
    order: (usize, usize),
    measured: Period,
    deal: Option<(NaiveDate, Arc<str>)>,
    measure: Option<Arc<str>>,
    span: Span,
}

impl Shape {
    fn of(entry: &Entry) -> Self {
        Self {
            order: entry.order,
            measured: entry.measured.clone(),
            deal: entry.deal.clone(),
            measure: entry.measure.clone(),
            span: entry.span.clone(),
        }
    }
}

/// The entries that facts make, by what they belong to: looked up and never gone through, so that its order decides nothing.
type Shapes<'e> = HashMap<PostKey, &'e Entry, BuildHasherDefault<DefaultHasher>>;

/// The shapes of keys: as facts make them, else by their names.
struct Named<'b> {
    book: &'b Book<'b>,
    entries: &'b [Entry],
    /// The entries by key, made when the first is asked for: most often nothing has changed, and no closed period is asked for.
    known: OnceCell<Shapes<'b>>,
    /// The days of deals, made when the first is asked for.
    days: OnceCell<BTreeMap<&'b str, Option<NaiveDate>>>,
}

impl Named<'_> {
    fn day(&self, deal: &str) -> Option<NaiveDate> {
        let days = self.days.get_or_init(|| self.book.facts.deals.iter().map(|deal| (&*deal.id, deal.day())).collect());
        days.get(deal).copied().flatten()
    }

    fn shape(&self, key: &PostKey, payout: usize) -> Shape {
        let known = || self.entries.iter().map(|entry| (PostKey::of(entry), entry)).collect();
        self.known.get_or_init(known).get(key).map_or_else(|| self.by_names(key, payout), |entry| Shape::of(entry))
    }

    fn by_names(&self, key: &PostKey, payout: usize) -> Shape {
        let book = self.book;
        let place = book.plans.iter().position(|plan| plan.name == key.plan);
        let plan = place.and_then(|place| book.plans.get(place));
        let component = plan.and_then(|plan| plan.components.iter().position(|known| known.name == key.component));
        let after = plan.map_or(0, |plan| {
            plan.components.len().saturating_add(plan.caps.len()).saturating_add(plan.guarantees.len())
        });
        let around = book.chain.get(payout).cloned().unwrap_or_else(|| Period::of_plan(NaiveDate::MIN, NaiveDate::MIN));
        let measured = book.calendar.parse(&key.measured);
        let measured = measured.unwrap_or_else(|_| Period { label: Arc::clone(&key.measured), ..around });
        let day = key.deal.as_ref().map(|id| (self.day(id).unwrap_or(measured.from), Arc::clone(id)));
        let span = plan.map_or_else(|| Span { file: Arc::from(""), start: 0, end: 0 }, |plan| plan.span.clone());
        Shape { order: (place.unwrap_or(0), component.unwrap_or(after)), measured, deal: day, measure: None, span }
    }
}

impl Shape {
    fn entry(self, key: &PostKey, payout: usize, kind: Kind, amounts: Amounts) -> Entry {
        Entry {
            payee: Arc::clone(&key.payee),
            payout,
            plan: Arc::clone(&key.plan),
            component: Arc::clone(&key.component),
            order: self.order,
            measured: self.measured,
            deal: self.deal,
            part: Part::Whole,
            kind,
            cause: None,
            set_off: None,
            earned: amounts.earned,
            payable: amounts.payable,
            amount: amounts.pay,
            plan_currency: key.plan_currency,
            currency: key.currency,
            steps: Vec::new(),
            credit: None,
            converted: None,
            measure: self.measure,
            span: self.span,
        }
    }
}
