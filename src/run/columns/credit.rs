//! Credits of a block of deals: who is credited how much, measure by measure. The same rules as the stage of rows.

use super::back::Happening;
use super::factor::Factors;
use super::formula::{Kinds, Program, Shape};
use crate::domain::columns::{Block, Cells, NO_DAY, Names, SHARE_SCALE, Unfit, count_of, spread, whole_of};
use crate::domain::facts::Schema;
use crate::domain::value::WrittenIn;
use crate::plan::model::{Measure, Plan, ShareRule};
use crate::run::facts::Book;
use rust_decimal::Decimal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a payee is credited for a deal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credit {
    /// The credit, at the scale of its measure.
    pub amount: i64,
    /// The deal, by its place in the order of ids.
    pub deal: u32,
    /// The payee, by place among the people of the core that read the piece; once in order, in the payee's run.
    pub payee: u32,
    /// The share, at [`SHARE_SCALE`].
    pub share: u32,
    /// The day, from the plan's first on.
    pub day: u16,
    /// Whether something happened to the deal.
    pub touched: bool,
}

/// How many runs of payees there are: each is worked on one core. A payee's run follows from the id, so that credits are put
/// together before it is known who is a payee.
pub const RUNS: usize = 256;

/// A measure of a plan whose deals are credited.
#[derive(Debug)]
pub struct Credited<'a> {
    /// The plan, by place.
    pub plan: usize,
    /// The measure, by place.
    pub measure: usize,
    /// The plan.
    pub rules: &'a Plan,
    /// The measure.
    pub of: &'a Measure,
    /// How amounts come into the plan's currency, where deals say theirs.
    pub factors: Option<Factors<'a>>,
}

/// The days of payees on the plans of a book, counted from the first of each plan.
pub struct Tenures<'a> {
    payees: &'a Names,
    /// By plan, then payee.
    days: Vec<Vec<(u16, u16)>>,
}

/// The days of somebody whose days are not known yet.
const ANY: (u16, u16) = (0, u16::MAX);
/// The days of somebody who is not on a plan.
const NONE: (u16, u16) = (1, 0);

impl<'a> Tenures<'a> {
    /// Of all payees; `None` where somebody comes back to a plan. Nothing counts after the last day of the chain.
    pub fn of(book: &'a Book<'_>) -> Option<Self> {
        let end = count_of(book.chain.last()?.to);
        let of_plan = |(plan, rules): (usize, &Plan)| {
            let first = count_of(rules.from);
            let place = |day: i32| u16::try_from(day.checked_sub(first)?).ok();
            let days = (0..book.payees.len()).map(|payee| match book.tenure(plan, payee) {
                [] => Some(NONE),
                [days] if count_of(days.from) > end => Some(NONE),
                [days] => Some((place(count_of(days.from))?, place(count_of(days.to).min(end))?)),
                _ => None,
            });
            days.collect::<Option<Vec<_>>>()
        };
        let days = book.plans.iter().enumerate().map(of_plan).collect::<Option<Vec<_>>>()?;
        Some(Self { payees: &book.places, days })
    }

    /// The place of a payee; `None` for somebody who is none.
    pub fn payee(&self, id: &str) -> Option<usize> {
        usize::try_from(self.payees.find(id.as_bytes()).checked_sub(1)?).ok()
    }

    /// The days of a payee on a plan.
    pub fn days(&self, plan: usize, payee: usize) -> (u16, u16) {
        self.days.get(plan).and_then(|plan| plan.get(payee)).copied().unwrap_or(NONE)
    }
}

/// What the credits of a measure are worked with, by one piece.
struct Work<'a> {
    credit: Program<'a>,
    which: Option<Program<'a>>,
    /// The credits' decimal places.
    scale: u32,
    /// The share that everybody has, where all have the same: as a factor of four decimal places, and at [`SHARE_SCALE`].
    fixed: Option<(i64, u32)>,
}

/// The credits of a measure, run after run of payees.
#[derive(Debug, Default)]
pub struct ByRun {
    credits: Vec<Credit>,
    /// Where the credits of each run end.
    ends: Vec<usize>,
}

impl ByRun {
    /// Puts credits in the order of their runs, which are told by payee; of one run they keep their order.
    fn of(credits: &[Credit], runs: &[u8]) -> Self {
        let run = |credit: &Credit| {
            let run = usize::try_from(credit.payee).ok().and_then(|place| runs.get(place));
            run.map_or(0, |run| usize::from(*run))
        };
        let mut ends = vec![0_usize; RUNS];
        for credit in credits {
            if let Some(count) = ends.get_mut(run(credit)) {
                *count = count.wrapping_add(1);
            }
        }
        let mut sum = 0_usize;
        for end in &mut ends {
            let own = *end;
            *end = sum;
            sum = sum.wrapping_add(own);
        }
        let mut ordered = vec![Credit::default(); credits.len()];
        for credit in credits {
            let Some(next) = ends.get_mut(run(credit)) else { continue };
            if let Some(slot) = ordered.get_mut(*next) {
                *slot = *credit;
            }
            *next = next.wrapping_add(1);
        }
        Self { credits: ordered, ends }
    }

    /// The credits of a run.
    pub fn run(&self, run: usize) -> &[Credit] {
        let end = self.ends.get(run).copied().unwrap_or(0);
        let start = run.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.credits.get(start..end).unwrap_or_default()
    }
}

/// What a piece came to.
pub struct Found {
    /// The decimal places that amounts were read with.
    pub decimals: u32,
    /// The credits of each measure.
    pub credits: Vec<ByRun>,
    /// What happened to deals, by place in the piece.
    pub happened: Vec<Happening>,
    /// How many deals there were.
    pub rows: u32,
    /// Whether ids rise throughout.
    pub rising: bool,
    /// The first and the last id.
    pub ends: Option<(Vec<u8>, Vec<u8>)>,
    /// Who read it: whose people its credits name.
    pub reader: usize,
    /// The people that this reader had not met before.
    pub people: Vec<Arc<str>>,
}

/// Pieces that are being credited on one core, one after another.
pub struct Piece<'a> {
    reader: usize,
    decimals: u32,
    /// Of each of the people the run.
    runs: Vec<u8>,
    /// By measure, of each of the people the days on its plan.
    days: Vec<Vec<(u16, u16)>>,
    works: Vec<Option<Work<'a>>>,
    /// The credits of each measure.
    credits: Vec<Vec<Credit>>,
    /// What happened to deals, by place in the piece.
    happened: Vec<Happening>,
    /// How many deals so far.
    rows: u32,
    rising: bool,
    ends: Option<(Vec<u8>, Vec<u8>)>,
    amounts: Vec<i64>,
    wanted: Vec<i64>,
}

/// What all pieces are credited by.
pub struct Crediting<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The measures.
    pub measures: &'a [Credited<'a>],
    /// Of each kind of events in columns its place in the order of their names.
    pub kinds: &'a [usize],
    /// Who is on which plan when, where that is known before the deals are read: nobody else is credited.
    pub tenures: Option<&'a Tenures<'a>>,
    /// How many have begun to read.
    pub readers: AtomicUsize,
}

impl<'a> Crediting<'a> {
    /// The decimal places of a measure's credits; `None` where rows must be worked.
    pub fn scale(&self, credited: &'a Credited<'a>, decimals: u32) -> Option<u32> {
        self.work(credited, decimals).map(|work| work.scale)
    }

    fn work(&self, credited: &'a Credited<'a>, decimals: u32) -> Option<Work<'a>> {
        let kinds = Kinds { schema: self.schema, decimals, factors: credited.factors.as_ref() };
        let credit = Program::of(credited.of.credit.formula()?, &kinds)?;
        let which = match &credited.of.which {
            Some(which) => Some(Program::of(which, &kinds).filter(|program| program.shape == Shape::Flag)?),
            None => None,
        };
        let Shape::Figure(own) = credit.shape else { return None };
        let (fixed, share) = match &credited.of.share {
            ShareRule::Split => (None, 2),
            ShareRule::Fixed(share) => {
                let whole = u32::try_from(whole_of(*share, SHARE_SCALE)?).ok()?;
                (Some((whole_of(*share, 4)?, whole)), 4)
            }
            ShareRule::Cents | ShareRule::Formula(_) => return None,
        };
        Some(Work { credit, which, scale: own.checked_add(share).filter(|scale| *scale <= Decimal::MAX_SCALE)?, fixed })
    }

    /// Nothing credited yet.
    pub fn start(&self, decimals: u32) -> Piece<'a>
    where
        Self: 'a,
    {
        let works = self.measures.iter().map(|credited| self.work(credited, decimals)).collect();
        Piece {
            reader: self.readers.fetch_add(1, Ordering::Relaxed),
            decimals,
            runs: Vec::new(),
            days: vec![Vec::new(); self.measures.len()],
            works,
            credits: vec![Vec::new(); self.measures.len()],
            happened: Vec::new(),
            rows: 0,
            rising: true,
            ends: None,
            amounts: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// What a piece came to; the next one begins anew.
    pub fn found(&self, piece: &mut Piece<'a>, people: &Names) -> Found {
        let new: Vec<Arc<str>> = people.iter().skip(piece.runs.len()).cloned().collect();
        piece.runs.extend(new.iter().map(|id| spread(id.as_bytes())));
        let credits = piece.credits.iter().map(|credits| ByRun::of(credits, &piece.runs)).collect();
        piece.credits.iter_mut().for_each(Vec::clear);
        Found {
            decimals: piece.decimals,
            credits,
            happened: std::mem::take(&mut piece.happened),
            rows: std::mem::take(&mut piece.rows),
            rising: std::mem::replace(&mut piece.rising, true),
            ends: piece.ends.take(),
            reader: piece.reader,
            people: new,
        }
    }
}

impl<'a> Piece<'a> {
    /// Credits the deals of a block.
    ///
    /// # Errors
    /// What only rows can do.
    pub fn take(&mut self, crediting: &Crediting<'a>, block: &Block<'_>) -> Result<(), Unfit> {
        self.look_at_ids(block);
        for (credited, days) in crediting.measures.iter().zip(&mut self.days) {
            for id in block.people.iter().skip(days.len()) {
                let known = |tenures: &Tenures<'_>| Some(tenures.days(credited.plan, tenures.payee(id)?));
                days.push(crediting.tenures.map_or(Some(ANY), known).ok_or(Unfit::Unusual)?);
            }
        }
        let touched = self.keep_happened(crediting, block)?;
        for (place, credited) in crediting.measures.iter().enumerate() {
            self.measure((place, credited), block, &touched)?;
        }
        self.rows = self.rows.saturating_add(u32::try_from(block.rows).unwrap_or(u32::MAX));
        Ok(())
    }

    fn look_at_ids(&mut self, block: &Block<'_>) {
        let mut last = self.ends.take();
        let mut before: &[u8] = last.as_ref().map_or(&[], |(_, last)| last.as_slice());
        for row in 0..block.rows {
            let id = block.id(row);
            self.rising &= is_before(before, id);
            before = id;
        }
        let before = before.to_vec();
        let first = last.take().map_or_else(|| block.id(0).to_vec(), |(first, _)| first);
        self.ends = Some((first, before));
    }

    /// Keeps what happened to the deals; for each row whether something did.
    fn keep_happened(&mut self, crediting: &Crediting<'_>, block: &Block<'_>) -> Result<Vec<bool>, Unfit> {
        if block.happened.is_empty() {
            return Ok(Vec::new());
        }
        let mut touched = vec![false; block.rows];
        for happened in block.happened {
            let row = usize::try_from(happened.row).map_err(|_| Unfit::Unusual)?;
            *touched.get_mut(row).ok_or(Unfit::Unusual)? = true;
            let kind = crediting.kinds.get(happened.kind).copied().ok_or(Unfit::Unusual)?;
            let deal = self.rows.saturating_add(happened.row);
            self.happened.push(Happening { deal, day: happened.day, kind });
        }
        Ok(touched)
    }

    fn measure(
        &mut self,
        (place, credited): (usize, &Credited<'_>),
        block: &Block<'_>,
        touched: &[bool],
    ) -> Result<(), Unfit> {
        let work = self.works.get_mut(place).and_then(Option::as_mut).ok_or(Unfit::Unusual)?;
        let into = self.credits.get_mut(place).ok_or(Unfit::Unusual)?;
        let held = self.days.get(place).ok_or(Unfit::Unusual)?;
        let days = match credited.of.when.column().and_then(|column| block.cells.get(column)) {
            Some(Cells::Days(days)) if !days.contains(&NO_DAY) => days,
            _ => return Err(Unfit::Unusual),
        };
        let (from, to) = (count_of(credited.rules.from), count_of(credited.rules.to));
        let base = from.wrapping_sub(400);
        work.credit.work(block, base, &mut self.amounts)?;
        if let Some(which) = &mut work.which {
            which.work(block, base, &mut self.wanted)?;
        }
        for part in block.parts {
            let row = usize::try_from(part.row).map_err(|_| Unfit::Unusual)?;
            let (Some(day), Some(amount)) = (days.get(row), self.amounts.get(row)) else { return Err(Unfit::Unusual) };
            let wanted = work.which.is_none() || self.wanted.get(row).is_some_and(|wanted| *wanted != 0);
            if *day < from || *day > to || !wanted {
                continue;
            }
            let day = u16::try_from(day.wrapping_sub(from)).map_err(|_| Unfit::Unusual)?;
            let held = usize::try_from(part.payee).ok().and_then(|person| held.get(person));
            if held.is_none_or(|(from, to)| day < *from || day > *to) {
                continue;
            }
            let (factor, share) = match work.fixed {
                Some(fixed) => fixed,
                None if part.share.is_multiple_of(SHARE_STEP) => (i64::from(part.share / SHARE_STEP), part.share),
                None => return Err(Unfit::Unusual),
            };
            let credit = Credit {
                amount: amount.checked_mul(factor).ok_or(Unfit::Unusual)?,
                deal: self.rows.saturating_add(part.row),
                payee: part.payee,
                share,
                day,
                touched: touched.get(row).copied().unwrap_or(false),
            };
            into.push(credit);
        }
        Ok(())
    }
}

/// Whether an id comes before another. Those of one length, from 8 to 16 bytes, are looked at in two words that overlap.
#[inline]
pub fn is_before(a: &[u8], b: &[u8]) -> bool {
    let words = |id: &[u8]| match (id.first_chunk(), id.last_chunk()) {
        (Some(first), Some(last)) if id.len() <= 16 => Some((u64::from_be_bytes(*first), u64::from_be_bytes(*last))),
        _ => None,
    };
    match (words(a), words(b)) {
        (Some(a), Some(b)) if a.0 != b.0 => a.0 < b.0,
        (Some(first), Some(second)) if a.len() == b.len() => first.1 < second.1,
        _ => a < b,
    }
}

/// Shares count in whole percents here: what has more places is worked by rows.
const SHARE_STEP: u32 = 10_u32.pow(SHARE_SCALE - 2);

/// Whether every amount of deals that a plan reads is in its currency, or comes with a code.
pub fn in_one_currency(schema: &Schema, plan: &Plan) -> bool {
    schema.deals.0.iter().all(|column| match column.written_in {
        WrittenIn::Row | WrittenIn::Plan => true,
        WrittenIn::Code(code) => code == plan.currency,
    })
}
