//! Payouts by columns: the same amounts as the seven stages of rows give, for a run that asks for nothing else.
//!
//! In:   facts, deals in blocks (of a file that is plainly written, or of rows), plans of which every construct is known here (`able`).
//! Out:  the payouts, or nothing: then the rows are worked from the start, and tell what is wrong if something is.
//!
//! | file | holds |
//! | --- | --- |
//! | `able` | which constructs can be worked by columns |
//! | `formula`, `factor` | formulas over a block of rows, in whole numbers |
//! | `credit` | blocks to credits |
//! | `paths`, `days` | credits in the order of payee, day and deal; payouts and periods |
//! | `rows` | deals that are there as rows, put in columns |
//! | `back` | what events take back |
//! | `price`, `earn` | what components pay to date at each payout |
//! | `together` | overrides on a team, pools |
//!
//! Invariant: what is given here is what `run` of rows gives, payout by payout. Tested by `tests/columns.rs` on the plans that are
//! measured, by `tests/cases.rs` on every case and by the random companies of `tests/model`.

mod able;
mod back;
mod credit;
mod days;
mod earn;
mod factor;
mod formula;
mod paths;
mod price;
mod rows;
#[cfg(test)]
mod tests;
mod together;

pub use self::formula::{Kinds, Program, Shape};
pub use able::{WhyNot, why_not};
pub use rows::Rows;

use super::Inputs;
use super::facts::{self, Book};
use super::measure::Measured;
use super::settle::{Entered, Kept, Sorted, Whom, settle_sorted};
use crate::domain::calendar::Period;
use crate::domain::columns::{Blocks, Unfit, count_of};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Severity;
use crate::domain::facts::{Schema, deal_column};
use crate::parallel;
use crate::plan::formula::Read;
use crate::plan::load::reads;
use crate::plan::model::{ComponentKind, Levels, On, Over, Plan, PoolShare};
use back::{Happening, Index, Rules};
use credit::{Credited, Crediting, Found, Tenures};
use earn::{ComponentWork, Earned, MeasureWork, PlanWork, Whose};
use factor::Factors;
use paths::{Ordered, People, Places, Run};
use price::{NoRoom, Pricing, followed};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

impl From<NoRoom> for Unfit {
    fn from(_: NoRoom) -> Self {
        Self::Unusual
    }
}

/// Deals that were read and credited.
pub struct Credits {
    pieces: Vec<Found>,
    places: Places,
    /// The kinds of events in the order of their names.
    kinds: Vec<Arc<str>>,
    /// Plan, measure and the decimal places of its credits.
    measures: Vec<(usize, usize, u32)>,
}

/// Whether deals can be read before anything else is: who is on which plan is then looked at behind it.
#[must_use]
pub fn can_read_ahead(plans: &[Plan], deals_by: &impl Blocks) -> bool {
    // With many plans nearly all that is credited ahead would be credited in vain; without rates nothing is exchanged.
    matches!(plans, [plan] if is_in(plan, deals_by))
}

/// Whether all deals are in the currency of a plan.
fn is_in(plan: &Plan, deals_by: &impl Blocks) -> bool {
    deals_by.currency().is_some_and(|code| *code == *plan.currency.code())
}

/// Reads deals and credits them.
///
/// # Errors
/// [`Unfit`] where rows must be worked.
pub fn credits(schema: &Schema, plans: &[Plan], deals_by: &impl Blocks) -> Result<Credits, Unfit> {
    read_with(schema, (plans, None), deals_by)
}

fn read_with(
    schema: &Schema,
    (plans, known): (&[Plan], Option<(&Book<'_>, &Tenures<'_>)>),
    deals_by: &impl Blocks,
) -> Result<Credits, Unfit> {
    let measures = credited(schema, plans, known.map(|(book, _)| book), deals_by)?;
    let names = deals_by.kinds();
    let mut kinds = names.clone();
    kinds.sort();
    let ranks: Vec<usize> = names.iter().map(|name| kinds.binary_search(name).unwrap_or(0)).collect();
    let tenures = known.map(|(_, tenures)| tenures);
    let crediting = Crediting { schema, measures: &measures, kinds: &ranks, tenures, readers: AtomicUsize::new(0) };
    let pieces = deals_by.read(
        |decimals| crediting.start(decimals),
        |piece, block| piece.take(&crediting, block),
        |piece, people| crediting.found(piece, people),
    )?;
    let places = in_order(deals_by, &pieces)?;
    let decimals = pieces.first().map_or(2, |read| read.decimals);
    let mut found = Vec::with_capacity(measures.len());
    for credited in &measures {
        let scale = crediting.scale(credited, decimals).ok_or(Unfit::Unusual)?;
        found.push((credited.plan, credited.measure, scale));
    }
    Ok(Credits { pieces, places, kinds, measures: found })
}

/// Works the payouts of deals, or of those that were read ahead: the periods of the chain, and of each payout what is kept.
///
/// # Errors
/// [`Unfit`] where rows must be worked.
pub fn payouts<K: Kept>(
    inputs: Inputs<'_>,
    deals_by: &impl Blocks,
    ahead: Option<Credits>,
) -> Result<(Vec<Period>, Vec<K>), Unfit> {
    if !why_not(inputs.plans).is_empty() {
        return Err(Unfit::Unusual);
    }
    let (book, findings) = facts::sort(inputs);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Unfit::Unusual);
    }
    let tenures = Tenures::of(&book).ok_or(Unfit::Unusual)?;
    let read = match ahead {
        Some(read) => read,
        None => read_with(&book.facts.schema, (book.plans, Some((&book, &tenures))), deals_by)?,
    };
    let Credits { mut pieces, places, kinds, measures } = read;
    let people = People::of(&book, &tenures, &pieces)?;
    let happened = pieces.iter_mut().map(|piece| std::mem::take(&mut piece.happened)).collect();
    let index = in_one(happened, &places);
    let works = works(&book, &measures, &kinds)?;
    let amounts = earned(&book, (&index, &tenures), &works, (&pieces, &places, &people))?;
    // What is not asked for any more makes room.
    drop(pieces);
    let net = net(&book, &works, &amounts)?;
    let nothing = Measured::default();
    let sorted = |whose: &Whom<'_>, period: usize| {
        let currency = whose.currency;
        let amounts = net.get(&currency);
        let place = whose.payee.saturating_mul(book.chain.len()).saturating_add(period);
        let amount = amounts.and_then(|amounts| amounts.get(place)).copied().unwrap_or(0);
        let amount = Decimal::new(amount, currency.places());
        Some(Sorted::net(amount))
    };
    let payouts = settle_sorted((&book, &nothing), (&sorted, &Entered::new()), None).map_err(|_| Unfit::Unusual)?;
    Ok((book.chain.clone(), payouts))
}

/// The columns of deals that are read where some plans are worked.
#[must_use]
pub fn columns_read(plans: &[Plan]) -> BTreeSet<usize> {
    let mut read = BTreeSet::from([deal_column::CURRENCY]);
    for plan in plans {
        read.extend(plan.measures.iter().filter_map(|measure| measure.when.column()));
        reads(plan, &mut |found, _| {
            if let Read::Deal(column) = found {
                read.insert(column);
            }
        });
    }
    read
}

/// The measures whose deals are credited; with a book where deals are exchanged.
fn credited<'a>(
    schema: &Schema,
    plans: &'a [Plan],
    book: Option<&'a Book<'a>>,
    deals_by: &impl Blocks,
) -> Result<Vec<Credited<'a>>, Unfit> {
    let says_currency = schema.deals.get(deal_column::CURRENCY).is_some_and(|column| column.mapped);
    let mut found = Vec::new();
    for (plan, rules) in plans.iter().enumerate() {
        if !credit::in_one_currency(schema, rules) {
            return Err(Unfit::Unusual);
        }
        let exchanged = says_currency && !is_in(rules, deals_by);
        for (measure, of) in rules.measures.iter().enumerate() {
            let factors = match (exchanged, book) {
                (false, _) => None,
                (true, Some(book)) => Some(Factors::new(book, rules, of)),
                (true, None) => return Err(Unfit::Unusual),
            };
            found.push(Credited { plan, measure, rules, of, factors });
        }
    }
    Ok(found)
}

/// Where the deals of each piece stand in the order of ids; no id stands twice.
fn in_order(deals: &impl Blocks, read: &[Found]) -> Result<Places, Unfit> {
    let mut before = Vec::with_capacity(read.len());
    let (mut sum, mut rising, mut last) = (0_u32, true, &[][..]);
    for piece in read {
        before.push(sum);
        sum = sum.checked_add(piece.rows).ok_or(Unfit::Unusual)?;
        if let Some((first, end)) = &piece.ends {
            rising &= piece.rising && last < first.as_slice();
            last = end;
        }
    }
    if rising {
        return Ok(Places { before, ranks: None });
    }
    let ids = deals.ids()?;
    let mut order: Vec<(&[u8], u32)> = ids.iter().zip(0..).collect();
    order.sort_unstable();
    let twice = order.iter().zip(order.iter().skip(1)).any(|((a, _), (b, _))| a == b);
    if twice {
        return Err(Unfit::Unusual);
    }
    let mut ranks = vec![0_u32; order.len()];
    for (rank, (_, deal)) in (0_u32..).zip(order) {
        if let Some(slot) = usize::try_from(deal).ok().and_then(|deal| ranks.get_mut(deal)) {
            *slot = rank;
        }
    }
    Ok(Places { before, ranks: Some(ranks) })
}

/// What happened to the deals of all pieces, by place in the order of ids.
fn in_one(pieces: Vec<Vec<Happening>>, places: &Places) -> Index {
    let mut found = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    for (piece, own) in pieces.into_iter().enumerate() {
        found.extend(own.into_iter().map(|what| Happening { deal: places.of(piece, what.deal), ..what }));
    }
    Index::of(found)
}

/// What there is to work of each plan.
fn works<'a>(
    book: &Book<'a>,
    measures: &[(usize, usize, u32)],
    kinds: &'a [Arc<str>],
) -> Result<Vec<PlanWork<'a>>, Unfit> {
    let mut works = Vec::new();
    for (place, plan) in book.plans.iter().enumerate() {
        let payouts = days::payouts(book, plan);
        let mut own = Vec::new();
        for (credited, (_, measure, scale)) in measures.iter().enumerate().filter(|(_, (plan, ..))| *plan == place) {
            let of = plan.measures.get(*measure).ok_or(Unfit::Unusual)?;
            let periods = days::periods(book, place, plan, &of.period, &payouts).ok_or(Unfit::Unusual)?;
            own.push(MeasureWork { credited, place: *measure, periods, scale: *scale });
        }
        let mut components = Vec::new();
        for (number, rules) in plan.components.iter().enumerate() {
            let measure = followed(plan, &rules.on).ok_or(Unfit::Unusual)?;
            let at = own.iter().position(|work| work.place == measure).ok_or(Unfit::Unusual)?;
            let (work, measured) = own.get(at).zip(plan.measures.get(measure)).ok_or(Unfit::Unusual)?;
            let over = match rules.on {
                On::Sum(sum) => plan.sums.get(sum).map(|sum| sum.over),
                _ => None,
            };
            let of = match (&rules.kind, over) {
                (ComponentKind::Override, Some(Over::Team(levels))) => Whose::Team(levels),
                (ComponentKind::Pool { share }, Some(Over::Everyone)) => {
                    Whose::Everyone(matches!(share, PoolShare::Credit))
                }
                (ComponentKind::Override | ComponentKind::Pool { .. }, _) => return Err(Unfit::Unusual),
                _ => Whose::Own,
            };
            let pricing = Pricing { plan, rules, scale: work.scale, unit: measured.unit };
            let touches = |component: usize| {
                plan.clawbacks.iter().map(move |rule| rule.of.is_empty() || rule.of.contains(&component))
            };
            let alike = (0..number).find(|other| touches(*other).eq(touches(number))).unwrap_or(number);
            let back = (alike == number).then(|| Rules::of(plan, number, kinds));
            components.push(ComponentWork { pricing, measure: at, of, alike, back });
        }
        works.push(PlanWork { place, plan, payouts, measures: own, components });
    }
    Ok(works)
}

/// Whose teams a payee's credits are in, by reporting lines that never change.
fn owners(book: &Book<'_>, plan: usize, payee: usize, levels: &Levels) -> Result<Vec<usize>, NoRoom> {
    let rules = book.plans.get(plan).ok_or(NoRoom)?;
    let last = book.chain.last().map_or(rules.to, |period| period.to.min(rules.to));
    let (mut found, mut next, mut level) = (Vec::new(), book.always_reports_to(payee).ok_or(NoRoom)?, 1_u32);
    while let Some(owner) = next {
        let wanted = match levels {
            Levels::All => true,
            Levels::Exactly(wanted) => *wanted == level,
        };
        if wanted && !found.contains(&owner) {
            match book.tenure(plan, owner) {
                [] => {}
                [days] if days.from <= rules.from && last <= days.to => found.push(owner),
                _ => return Err(NoRoom),
            }
        }
        level = level.saturating_add(1);
        if level > 64 {
            return Err(NoRoom);
        }
        next = book.always_reports_to(owner).ok_or(NoRoom)?;
    }
    Ok(found)
}

/// About how many payees are worked together on one core at least.
const PAYEES: usize = 32;

/// What everybody earned, plan by plan: payee after payee, for each the periods of the chain, in minor units.
fn earned(
    book: &Book<'_>,
    (index, tenures): (&Index, &Tenures<'_>),
    works: &[PlanWork<'_>],
    read: (&[Found], &Places, &People),
) -> Result<Vec<Vec<i64>>, Unfit> {
    let chain = book.chain.len();
    let one = |ordered: &mut Vec<Ordered>, run: &Run| -> Result<Vec<Earned>, NoRoom> {
        let mut found = Vec::with_capacity(works.len());
        for work in works {
            let days = i32::saturating_add(count_of(work.plan.to).wrapping_sub(count_of(work.plan.from)), 1);
            let days = usize::try_from(days).map_err(|_| NoRoom)?;
            for measure in &work.measures {
                let at = measure.credited;
                if ordered.len() <= at {
                    ordered.resize_with(at.saturating_add(1), Ordered::default);
                }
                let Some(ordered) = ordered.get_mut(at) else { continue };
                ordered.fill(read, (at, run), (tenures, work.place, days));
            }
            let mut earned = Earned { amounts: vec![0; run.payees.len().saturating_mul(chain)], team: Vec::new() };
            let payees = run.payees.iter().copied().enumerate();
            for ((own, payee), amounts) in payees.zip(earned.amounts.chunks_mut(chain)) {
                let credits = |credited: usize| ordered.get(credited).map_or(&[][..], |ordered| ordered.of_payee(own));
                let owners = |payee: usize, levels: &Levels| owners(book, work.place, payee, levels);
                work.payee((book, index), payee, credits, owners, (amounts, &mut earned.team))?;
            }
            found.push(earned);
        }
        Ok(found)
    };
    let (.., people) = read;
    let some = |ordered: &mut Vec<Ordered>, runs: &&[Run]| -> Result<Vec<Vec<Earned>>, NoRoom> {
        runs.iter().map(|run| one(ordered, run)).collect()
    };
    // Few payees are not worth many cores.
    let together = people.runs.len().saturating_mul(PAYEES).checked_div(book.payees.len()).unwrap_or(1).max(1);
    let pieces: Vec<&[Run]> = people.runs.chunks(together).collect();
    let worked = parallel::each_with(&pieces, Vec::new, some);
    let worked: Vec<Vec<Vec<Earned>>> = worked.into_iter().collect::<Result<Vec<_>, NoRoom>>()?;
    let mut amounts: Vec<Vec<i64>> = works.iter().map(|_| vec![0; book.payees.len().saturating_mul(chain)]).collect();
    let mut team: Vec<Vec<earn::TeamChange>> = works.iter().map(|_| Vec::new()).collect();
    for (run, worked) in people.runs.iter().zip(worked.into_iter().flatten()) {
        for ((earned, amounts), team) in worked.into_iter().zip(&mut amounts).zip(&mut team) {
            for (payee, own) in run.payees.iter().zip(earned.amounts.chunks(chain)) {
                let from = payee.saturating_mul(chain);
                let into = amounts.get_mut(from..from.saturating_add(chain)).ok_or(Unfit::Unusual)?;
                into.copy_from_slice(own);
            }
            team.extend(earned.team);
        }
    }
    for ((work, amounts), team) in works.iter().zip(&mut amounts).zip(&team) {
        let mut add = |owner: usize, period: usize, by: i64| {
            let slot = amounts.get_mut(owner.checked_mul(chain)?.checked_add(period)?)?;
            *slot = slot.checked_add(by)?;
            Some(())
        };
        work.together(book, team, &mut add)?;
    }
    Ok(amounts)
}

/// The same by currency; everybody is paid in the currency of the plan.
fn net(book: &Book<'_>, works: &[PlanWork<'_>], amounts: &[Vec<i64>]) -> Result<BTreeMap<Currency, Vec<i64>>, Unfit> {
    let mut net: BTreeMap<Currency, Vec<i64>> = BTreeMap::new();
    for (work, amounts) in works.iter().zip(amounts) {
        let currency = work.plan.currency;
        let on = |payee: &usize| !book.tenure(work.place, *payee).is_empty();
        if (0..book.payees.len())
            .filter(on)
            .any(|payee| book.own_currencies(payee).iter().any(|(_, own)| *own != currency))
        {
            return Err(Unfit::Unusual);
        }
        let all = net.entry(currency).or_insert_with(|| vec![0; amounts.len()]);
        for (sum, own) in all.iter_mut().zip(amounts) {
            *sum = sum.checked_add(*own).ok_or(Unfit::Unusual)?;
        }
    }
    Ok(net)
}
