//! Which credits a measure or a sum gathers, and for whom: a measure its own, or those of another measure or of a sum.

use super::super::credit::{Credit, Exchanged};
use super::super::facts::Book;
use super::super::failures::{About, Failures};
use super::super::scene::View;
use super::{Followed, followed, periods_of};
use crate::plan::formula::{EvalError, Expr, Failure, Scalar};
use crate::plan::model::{CreditRule, Sum, SumOf, Unit};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Credits, each with the payee on whose path it stands.
pub type Gathered<'c> = Vec<(usize, &'c Credit)>;

/// How many sums may rest on one another.
const DEEPEST: usize = 16;

/// What was gathered so far.
pub struct Gather<'a, 'c> {
    book: &'a Book<'a>,
    credits: &'c [Credit],
    exchanged: &'c Exchanged,
    /// The places of credits, where some are exchanged.
    places: BTreeMap<*const Credit, usize>,
    own: BTreeMap<(Option<usize>, usize), Vec<&'c Credit>>,
    known: BTreeMap<(usize, Followed), Rc<Gathered<'c>>>,
    depth: usize,
    /// What could not be worked.
    pub failures: Failures,
}

impl<'a, 'c> Gather<'a, 'c> {
    /// Nothing gathered yet.
    pub fn new(book: &'a Book<'a>, (credits, exchanged): (&'c [Credit], &'c Exchanged)) -> Self {
        let mut own: BTreeMap<(Option<usize>, usize), Vec<&Credit>> = BTreeMap::new();
        for credit in credits {
            own.entry((credit.plan, credit.measure)).or_default().push(credit);
        }
        let all = credits.iter().enumerate().filter(|_| !exchanged.is_empty());
        // Looked up and never gone through: where credits lie decides nothing.
        let places = all.map(|(place, credit)| (std::ptr::from_ref(credit), place)).collect();
        Self { book, credits, exchanged, places, own, known: BTreeMap::new(), depth: 0, failures: Failures::default() }
    }

    /// The credits of a measure or sum of a plan.
    pub fn of(&mut self, plan: usize, of: Followed) -> Rc<Gathered<'c>> {
        if let Some(known) = self.known.get(&(plan, of)) {
            return Rc::clone(known);
        }
        if self.depth >= DEEPEST {
            return Rc::default();
        }
        self.depth = self.depth.saturating_add(1);
        let found = Rc::new(match of {
            Followed::Measure(place) => self.measure(plan, place),
            Followed::Sum(place) => match self.book.plans.get(plan).and_then(|plan| plan.sums.get(place)) {
                Some(sum) => self.sum(plan, (place, sum)),
                None => Vec::new(),
            },
        });
        self.depth = self.depth.saturating_sub(1);
        self.known.insert((plan, of), Rc::clone(&found));
        found
    }

    fn measure(&mut self, plan: usize, place: usize) -> Gathered<'c> {
        let Some(measure) = self.book.plans.get(plan).and_then(|plan| plan.measures.get(place)) else {
            return Vec::new();
        };
        let gathered = match &measure.credit {
            CreditRule::Formula(_) | CreditRule::Given => {
                let own = self.own.get(&(Some(plan), place)).map_or(&[][..], Vec::as_slice);
                return own.iter().map(|credit| (credit.payee, *credit)).collect();
            }
            CreditRule::Measure(other) => self.of(plan, Followed::Measure(*other)),
            CreditRule::Sum(sum) => {
                let all = self.of(plan, Followed::Sum(*sum));
                // As the quota is, for the payee's own days.
                let own = |(owner, credit): &&(usize, &Credit)| {
                    !measure.prorate || self.book.is_on_any(plan, *owner, credit.day)
                };
                Rc::new(all.iter().filter(own).copied().collect())
            }
        };
        let Some(which) = &measure.which else { return gathered.to_vec() };
        let mut kept = Vec::new();
        for (owner, credit) in gathered.iter() {
            match view(self.book, plan, *owner, credit, which).and_then(|view| which.yes(&view)) {
                Ok(true) => kept.push((*owner, *credit)),
                Ok(false) => {}
                Err(error) => self.failures.formula(self.book, &error, about(*owner, credit)),
            }
        }
        kept
    }

    fn sum(&mut self, plan: usize, (place, sum): (usize, &Sum)) -> Gathered<'c> {
        let by_name = matches!(sum.of, SumOf::Named(_));
        let sources: Vec<Rc<Gathered<'c>>> = match &sum.of {
            SumOf::Measure(place) => vec![self.of(plan, Followed::Measure(*place))],
            SumOf::Component(_) => Vec::new(),
            SumOf::Named(name) => self.named(name),
        };
        let mut gathered = Vec::new();
        let last = self.book.chain.last().map(|period| period.to);
        for (member, credit) in sources.iter().flat_map(|source| source.iter()) {
            // A name is the same in each version of the plan that sums: each credit is of the one in force.
            // What counts after the last payout needs no rate yet.
            if last.is_none_or(|last| credit.day > last) || by_name && self.book.version_on(plan, credit.day) != plan {
                continue;
            }
            let owners = self.owners(plan, (place, sum), *member, credit.day);
            if owners.is_empty() {
                continue;
            }
            let Some(credit) = self.in_currency(plan, sum, credit) else { continue };
            gathered.extend(owners.into_iter().map(|owner| (owner, credit)));
        }
        gathered
    }

    /// Everybody on the plan whose sum goes over a member on a day. Whoever comes late or leaves early follows the same whole
    /// of everyone or of a group as all others do.
    fn owners(&self, plan: usize, (place, sum): (usize, &Sum), member: usize, day: NaiveDate) -> Vec<usize> {
        let on = |owner: &usize| self.book.is_on(plan, *owner, day);
        let there = |owner: &usize| self.is_there((plan, place), *owner, day);
        let over = |owner: &usize| self.book.sums_over(sum.over, plan, *owner, member, day);
        match sum.over {
            crate::plan::model::Over::Team(_) => {
                let mut above: Vec<usize> = self.book.above(member, day).map(|(manager, _)| manager).collect();
                above.sort_unstable();
                above.dedup();
                above.into_iter().filter(on).filter(over).collect()
            }
            _ => (0..self.book.payees.len()).filter(there).filter(over).collect(),
        }
    }

    /// Whether a payee is on the plan on any day of the measurement period that holds a day.
    fn is_there(&self, (plan, sum): (usize, usize), owner: usize, day: NaiveDate) -> bool {
        if self.book.is_on_any(plan, owner, day) {
            return true;
        }
        let mut held = self.book.versions(plan).flat_map(|version| self.book.tenure(version, owner)).peekable();
        let Some((kind, _)) = held.peek().and_then(|_| periods_of(self.book, plan, Followed::Sum(sum))) else {
            return false;
        };
        // Where the measure runs on there are paths for what it holds, and for nothing else.
        if followed(self.book, plan, Followed::Sum(sum)).is_some_and(|(_, measure)| measure.accumulate.is_some()) {
            return true;
        }
        let period = self.book.measured(plan, kind, owner, day);
        period.is_ok_and(|period| held.any(|days| days.from <= period.to && period.from <= days.to))
    }

    fn named(&mut self, name: &Arc<str>) -> Vec<Rc<Gathered<'c>>> {
        let mut found = Vec::new();
        for (plan, rules) in self.book.plans.iter().enumerate() {
            for (place, _) in rules.measures.iter().enumerate().filter(|(_, measure)| measure.name == *name) {
                found.push(self.of(plan, Followed::Measure(place)));
            }
        }
        let loose = self.credits.iter().filter(|credit| credit.plan.is_none() && credit.name == *name);
        found.push(Rc::new(loose.map(|credit| (credit.payee, credit)).collect()));
        found
    }

    /// A credit in the currency of the plan that sums it; `None` where there is no rate for it, which is told.
    fn in_currency(&mut self, plan: usize, sum: &Sum, credit: &'c Credit) -> Option<&'c Credit> {
        let Some((lender, rules)) =
            credit.plan.and_then(|lender| self.book.plans.get(lender)).zip(self.book.plans.get(plan))
        else {
            return Some(credit);
        };
        let money = lender.measures.get(credit.measure).is_some_and(|measure| measure.unit == Unit::Money);
        let from = credit.exchange.map_or(lender.currency, |exchange| exchange.into);
        if !money || from == rules.currency {
            return Some(credit);
        }
        let place = self.places.get(&std::ptr::from_ref(credit));
        let exchanged = place.and_then(|place| self.exchanged.get(&(plan, *place)));
        if exchanged.is_none() {
            let (name, into, set) = (&rules.name, rules.currency, &rules.convert.rates);
            let message = match credit.exchange {
                // Exchanged once, it cannot be exchanged again.
                Some(_) => format!("it was brought into {from}, and the plan `{name}` sums in {into}"),
                None => format!(
                    "it is credited in {from}, the plan `{name}` sums in {into}, and `{set}` has no rate for {}",
                    credit.day
                ),
            };
            let help = "add the rate, or sum people of plans in one currency";
            self.failures.missing_rate(&sum.span, message, help, about(credit.payee, credit));
        }
        exchanged
    }
}

fn about(owner: usize, credit: &Credit) -> About {
    credit.deal.map_or(About::Payee(owner), About::Deal)
}

fn view<'a>(
    book: &'a Book<'a>,
    plan: usize,
    owner: usize,
    credit: &Credit,
    formula: &Expr,
) -> Result<View<'a>, EvalError> {
    let view = View::of(book, plan, owner, credit.day).map_err(|failure| formula.fail(failure))?;
    // What the deal says comes in at the day by which it was credited.
    let rate_on = credit.rate_on(book, view.plan);
    Ok(View { deal: credit.deal.and_then(|deal| book.deals.get(deal)).copied(), rate_on, ..view })
}

/// The key by which a credit takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKey {
    /// The measure says none.
    None,
    /// A figure.
    Figure(Decimal),
    /// A day.
    Day(NaiveDate),
    /// A text.
    Text(Arc<str>),
    /// Yes or no.
    YesNo(bool),
}

/// The key of a credit by a measure's `order`.
pub fn order_key(book: &Book<'_>, plan: usize, formula: &Expr, credit: &Credit, failures: &mut Failures) -> OrderKey {
    let value = view(book, plan, credit.payee, credit, formula).and_then(|view| formula.evaluate(&view));
    match value {
        Ok(Some(Scalar::Decimal(figure))) => OrderKey::Figure(figure),
        Ok(Some(Scalar::Date(day))) => OrderKey::Day(day),
        Ok(Some(Scalar::Text(text))) => OrderKey::Text(text),
        Ok(Some(Scalar::YesNo(yes))) => OrderKey::YesNo(yes),
        Ok(_) => {
            failures.formula(book, &formula.fail(Failure::Internal), about(credit.payee, credit));
            OrderKey::None
        }
        Err(error) => {
            failures.formula(book, &error, about(credit.payee, credit));
            OrderKey::None
        }
    }
}
