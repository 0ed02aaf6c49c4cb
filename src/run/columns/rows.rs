//! Deals that are there as rows, by columns: what a file that is not plainly written, a workbook or a page holds.
//!
//! Rows were read, checked and compared by the ordinary reader. Here they are only put in columns, block by block, which is a small
//! part of what it takes to work them one by one.

use crate::domain::columns::{BLANK, Block, Blocks, Cells, Happened, Ids, NO_DAY, Names, Part, Unfit, WHOLE};
use crate::domain::columns::{SHARE_SCALE, at_decimals, count_of, whole_of};
use crate::domain::facts::{Deal, Event, Facts, deal_column};
use crate::domain::value::{ColumnType, Value};
use crate::parallel;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of a block.
const ROWS: usize = 1024;
/// Rows of a piece: one is worked on one core.
const PIECE: usize = 8 * ROWS;

/// The deals of some facts.
pub struct Rows<'f> {
    facts: &'f Facts,
    /// The columns that are read, with what they are.
    columns: Vec<(usize, ColumnType)>,
    kinds: Vec<Arc<str>>,
    events: BTreeMap<&'f str, Vec<&'f Event>>,
}

impl<'f> Rows<'f> {
    /// Of facts, with the columns at some places.
    ///
    /// # Errors
    /// What only rows know how to work: adjustments, events with amounts or that somebody decided.
    pub fn of(facts: &'f Facts, read: &BTreeSet<usize>) -> Result<Self, Unfit> {
        let mut events: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &facts.events {
            let deal = event.deal.as_ref().filter(|_| is_plain(event)).ok_or(Unfit::Unusual)?;
            let own = events.entry(deal).or_default();
            // What goes first on one day is decided by ids.
            if own.iter().any(|other| other.date == event.date) {
                return Err(Unfit::Unusual);
            }
            own.push(event);
        }
        if !facts.adjustments.is_empty() {
            return Err(Unfit::Unusual);
        }
        let kinds: BTreeSet<&Arc<str>> = facts.events.iter().map(|event| &event.kind).collect();
        let kind = |place: &usize| facts.schema.deals.get(*place).map(|column| (*place, column.kind));
        Ok(Self {
            facts,
            columns: read.iter().filter_map(kind).collect(),
            kinds: kinds.into_iter().cloned().collect(),
            events,
        })
    }
}

/// Whether an event says no more than that something happened to all of a deal.
fn is_plain(event: &Event) -> bool {
    let decided = matches!(&*event.kind, "held" | "released" | "reassigned");
    !decided && event.amount.is_none() && event.payee.is_none() && event.component.is_none()
}

/// A block that is being filled; its memory is used again.
#[derive(Default)]
struct Filled {
    text: Vec<u8>,
    ids: Vec<(u32, u32)>,
    cells: Vec<Cells>,
    parts: Vec<Part>,
    happened: Vec<Happened>,
    texts: Names,
    people: Names,
}

impl Blocks for Rows<'_> {
    fn kinds(&self) -> Vec<Arc<str>> {
        self.kinds.clone()
    }

    fn currency(&self) -> Option<Arc<str>> {
        let mut codes = self.facts.deals.iter().map(|deal| deal.cell(deal_column::CURRENCY).and_then(Value::text));
        let first = codes.next()??;
        codes.all(|code| code == Some(first)).then(|| Arc::clone(first))
    }

    fn read<W, R: Send>(
        &self,
        start: impl Fn(u32) -> W + Sync + Send,
        take: impl Fn(&mut W, &Block<'_>) -> Result<(), Unfit> + Sync + Send,
        end: impl Fn(&mut W, &Names) -> R + Sync + Send,
    ) -> Result<Vec<R>, Unfit> {
        let pieces: Vec<&[Deal]> = self.facts.deals.chunks(PIECE).collect();
        at_decimals(|decimals| {
            let with = || (start(decimals), Filled::default());
            let read = parallel::each_with(&pieces, with, |(worked, filled), piece| {
                for deals in piece.chunks(ROWS) {
                    filled.fill(self, deals, decimals)?;
                    let Filled { text, ids, cells, parts, happened, texts, people } = &*filled;
                    take(worked, &Block { text, rows: deals.len(), ids, cells, parts, happened, texts, people })?;
                }
                Ok(end(worked, &filled.people))
            });
            read.into_iter().collect()
        })
    }

    fn ids(&self) -> Result<Ids, Unfit> {
        let mut ids = Ids::default();
        self.facts.deals.iter().for_each(|deal| ids.push(deal.id.as_bytes()));
        Ok(ids)
    }
}

impl Filled {
    fn fill(&mut self, rows: &Rows<'_>, deals: &[Deal], decimals: u32) -> Result<(), Unfit> {
        self.text.clear();
        self.ids.clear();
        self.parts.clear();
        self.happened.clear();
        self.cells.resize(rows.facts.schema.deals.0.len(), Cells::Unread);
        let place = |at: usize| u32::try_from(at).map_err(|_| Unfit::Unusual);
        for (row, deal) in (0_u32..).zip(deals) {
            let from = place(self.text.len())?;
            self.text.extend_from_slice(deal.id.as_bytes());
            self.ids.push((from, place(self.text.len())?));
            self.parts(row, deal)?;
            for event in rows.events.get(&*deal.id).into_iter().flatten() {
                let kind = rows.kinds.binary_search(&event.kind).map_err(|_| Unfit::Unusual)?;
                self.happened.push(Happened { row, kind, day: count_of(event.date) });
            }
        }
        for (column, kind) in &rows.columns {
            let cells = column_of(deals, (*column, *kind), decimals, &mut self.texts)?;
            *self.cells.get_mut(*column).ok_or(Unfit::Unusual)? = cells;
        }
        Ok(())
    }

    fn parts(&mut self, row: u32, deal: &Deal) -> Result<(), Unfit> {
        let mut all = 0_i64;
        for share in &deal.shares {
            let payee = self.people.add(share.payee.as_bytes(), || Arc::clone(&share.payee)).wrapping_sub(1);
            let part = whole_of(share.share, SHARE_SCALE).filter(|part| *part > 0 && share.role.is_none());
            let part = part.ok_or(Unfit::Unusual)?;
            all = all.saturating_add(part);
            self.parts.push(Part { row, payee, share: u32::try_from(part).map_err(|_| Unfit::Unusual)? });
        }
        if all > WHOLE { Err(Unfit::Unusual) } else { Ok(()) }
    }
}

/// The cells of a column of some deals.
fn column_of(
    deals: &[Deal],
    (column, kind): (usize, ColumnType),
    decimals: u32,
    texts: &mut Names,
) -> Result<Cells, Unfit> {
    let cells = deals.iter().map(|deal| deal.cell(column));
    Ok(match kind {
        ColumnType::Money | ColumnType::Number | ColumnType::Percent => {
            let more = if kind == ColumnType::Percent { 2 } else { 0 };
            let scale = decimals.saturating_add(more);
            let figure = |cell: Option<&Value>| {
                let Some(figure) = cell.and_then(Value::decimal) else { return Ok(BLANK) };
                let wanted = figure.normalize().scale();
                if wanted > scale {
                    return Err(Unfit::Decimals(wanted.saturating_sub(more)));
                }
                whole_of(figure, scale).ok_or(Unfit::Unusual)
            };
            Cells::Figures { values: cells.map(figure).collect::<Result<_, _>>()?, scale, kind }
        }
        ColumnType::Date => {
            Cells::Days(cells.map(|cell| cell.and_then(Value::date).map_or(NO_DAY, count_of)).collect())
        }
        ColumnType::Text => {
            let text = |cell: Option<&Value>| {
                cell.and_then(Value::text).map_or(0, |text| texts.add(text.as_bytes(), || Arc::clone(text)))
            };
            Cells::Texts(cells.map(text).collect())
        }
        ColumnType::YesNo => Cells::Unread,
    })
}
