//! Credits of a block of deals: who is credited how much, measure by measure. The same rules as the stage of rows.

use super::back::Happening;
use super::factor::Factors;
use super::formula::{Kinds, Program, Shape};
use crate::domain::columns::{Block, Cells, NO_DAY, SHARE_SCALE, count_of};
use crate::domain::columns::{Unfit, whole_of};
use crate::domain::facts::Schema;
use crate::domain::value::WrittenIn;
use crate::plan::model::{Measure, Plan, ShareRule};
use crate::run::facts::Book;
use std::sync::Arc;

/// What a payee is credited for a deal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credit {
    /// The credit, at the scale of its measure.
    pub amount: i64,
    /// The deal, by its place in the order of ids.
    pub deal: u32,
    /// The payee, by place.
    pub payee: u32,
    /// The share, at [`SHARE_SCALE`].
    pub share: u32,
    /// The day, from the plan's first on.
    pub day: u16,
    /// Whether something happened to the deal.
    pub touched: bool,
}

/// How payees are put together: each run of payees is worked on one core.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// A payee's run is the payee's place moved by so many bits.
    pub bits: u32,
    /// How many there are.
    pub count: usize,
}

impl Runs {
    /// Of so many payees: at least 32 to a run, at most 256 runs.
    pub fn of(payees: usize) -> Self {
        let mut bits = 5;
        while payees >> bits > 255 {
            bits = u32::saturating_add(bits, 1);
        }
        Self { bits, count: (payees >> bits).saturating_add(1) }
    }

    /// The run of a payee.
    pub fn place(self, payee: u32) -> usize {
        usize::try_from(payee >> self.bits).unwrap_or(usize::MAX)
    }
}

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
    /// The days of each payee on the plan.
    pub tenures: Arc<Tenures>,
}

/// The days of payees on a plan, counted from its first; nobody is on it in two spells.
#[derive(Debug)]
pub struct Tenures(pub Vec<(u16, u16)>);

impl Tenures {
    /// Of all payees; `None` where somebody comes back.
    pub fn of(book: &Book<'_>, plan: usize) -> Option<Self> {
        let first = count_of(book.plans.get(plan)?.from);
        let days = (0..book.payees.len()).map(|payee| match book.tenure(plan, payee) {
            [] => Some((1, 0)),
            [days] => {
                let place = |day| u16::try_from(count_of(day).checked_sub(first)?).ok();
                Some((place(days.from)?, place(days.to)?))
            }
            _ => None,
        });
        days.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether a payee is on the plan on a day.
    #[inline]
    pub fn holds(&self, payee: u32, day: u16) -> bool {
        let days = usize::try_from(payee).ok().and_then(|payee| self.0.get(payee));
        days.is_some_and(|(from, to)| *from <= day && day <= *to)
    }
}

/// What the credits of a measure are worked with, by one piece.
struct Work<'a> {
    credit: Program<'a>,
    which: Option<Program<'a>>,
    /// The credits' decimal places.
    scale: u32,
    /// The share that everybody has, where all have the same.
    fixed: Option<i64>,
}

/// The credits of a measure, run after run of payees.
#[derive(Debug, Default)]
pub struct ByRun {
    credits: Vec<Credit>,
    /// Where the credits of each run end.
    ends: Vec<usize>,
}

impl ByRun {
    /// Puts credits in the order of their runs; of one run they keep their order.
    fn of(credits: &[Credit], runs: Runs) -> Self {
        let mut ends = vec![0_usize; runs.count];
        for credit in credits {
            if let Some(count) = ends.get_mut(runs.place(credit.payee)) {
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
            let Some(next) = ends.get_mut(runs.place(credit.payee)) else { continue };
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
}

/// A piece that is being credited.
pub struct Piece<'a> {
    decimals: u32,
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
    /// How payees are put together.
    pub runs: Runs,
    /// Of each kind of events in columns its place in the order of their names.
    pub kinds: &'a [usize],
    /// The last day that counts.
    pub last: i32,
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
            ShareRule::Fixed(share) => (Some(whole_of(*share, 4)?), 4),
            ShareRule::Cents | ShareRule::Formula(_) => return None,
        };
        Some(Work { credit, which, scale: own.checked_add(share)?, fixed })
    }

    /// Nothing credited yet.
    pub fn start(&self, decimals: u32) -> Piece<'a>
    where
        Self: 'a,
    {
        let works = self.measures.iter().map(|credited| self.work(credited, decimals)).collect();
        Piece {
            decimals,
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
    pub fn found(&self, piece: &mut Piece<'a>) -> Found {
        let credits = piece.credits.iter().map(|credits| ByRun::of(credits, self.runs)).collect();
        piece.credits.iter_mut().for_each(Vec::clear);
        Found {
            decimals: piece.decimals,
            credits,
            happened: std::mem::take(&mut piece.happened),
            rows: std::mem::take(&mut piece.rows),
            rising: std::mem::replace(&mut piece.rising, true),
            ends: piece.ends.take(),
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
        let touched = self.keep_happened(crediting, block)?;
        for (place, credited) in crediting.measures.iter().enumerate() {
            self.measure(crediting, (place, credited), block, &touched)?;
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
        crediting: &Crediting<'_>,
        (place, credited): (usize, &Credited<'_>),
        block: &Block<'_>,
        touched: &[bool],
    ) -> Result<(), Unfit> {
        let work = self.works.get_mut(place).and_then(Option::as_mut).ok_or(Unfit::Unusual)?;
        let into = self.credits.get_mut(place).ok_or(Unfit::Unusual)?;
        let days = match credited.of.when.column().and_then(|column| block.cells.get(column)) {
            Some(Cells::Days(days)) if !days.contains(&NO_DAY) => days,
            _ => return Err(Unfit::Unusual),
        };
        let (from, to) = (count_of(credited.rules.from), count_of(credited.rules.to).min(crediting.last));
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
            if !credited.tenures.holds(part.payee, day) {
                continue;
            }
            let share = match work.fixed {
                Some(share) => share,
                None if part.share.is_multiple_of(SHARE_STEP) => i64::from(part.share / SHARE_STEP),
                None => return Err(Unfit::Unusual),
            };
            let credit = Credit {
                amount: amount.checked_mul(share).ok_or(Unfit::Unusual)?,
                deal: self.rows.saturating_add(part.row),
                payee: part.payee,
                share: match work.fixed {
                    Some(share) => fixed_share(share).ok_or(Unfit::Unusual)?,
                    None => part.share,
                },
                day,
                touched: touched.get(row).copied().unwrap_or(false),
            };
            into.push(credit);
        }
        Ok(())
    }
}

/// A share of four decimal places at [`SHARE_SCALE`].
fn fixed_share(share: i64) -> Option<u32> {
    u32::try_from(share.checked_mul(10_i64.checked_pow(SHARE_SCALE.checked_sub(4)?)?)?).ok()
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
