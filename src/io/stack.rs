//! Cancellations that name no deal: matched with the latest deal of the same key and the quantity they take back.
//!
//! In:   the rows of deals in file order, with what each says for the match.
//! Out:  for each cancelling row that found its deal, an event `cancelled` on its own day; the others stay deals of
//!       negative amount.
//!
//! In file order a row of positive quantity with a full key goes on the stack of its key and quantity; a cancelling row
//! takes the latest of its own quantity negated.

use super::convert::bad_number;
use super::dialect::Dialect;
use super::events::early;
use super::findings::Findings;
use super::mapping::trimmed;
use super::numbers::read_number;
use super::rows::{Loaded, RowReader, State, set};
use super::settings::Said;
use super::sheet::{Cancellations, Reports, Sheet};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::Code;
use crate::domain::exact::{self, negate};
use crate::domain::facts::{Deal, Event, RowPlace, deal_column};
use crate::domain::value::Value;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an event of a matched cancellation is.
pub(crate) const KIND: &str = "cancelled";

/// The columns that a match looks at, in one file.
pub(crate) struct StackColumns<'s> {
    /// The source, told from others by its place in the settings.
    source: usize,
    key: Vec<usize>,
    quantity: (usize, &'s str),
    cancels: (usize, &'s str),
    dialect: &'s Dialect,
}

/// What a row says for the match.
pub(crate) struct Stacked {
    place: RowPlace,
    /// The source and its key; none where a cell of it is blank.
    key: Option<(usize, String)>,
    quantity: Decimal,
    cancels: bool,
}

/// A cancelling row that found its deal.
pub(crate) struct Matched {
    /// The place of the row among all deals.
    pub row: usize,
    /// That of its deal.
    pub deal: usize,
    /// What it says.
    pub event: Event,
}

impl<'s> StackColumns<'s> {
    /// The columns over a file's header.
    pub fn bind(sheet: &Sheet<'s>) -> Option<Self> {
        let matching = sheet.source.matching.as_ref()?;
        let place = |name: &Said<String>| sheet.header.iter().position(|column| *column == name.value);
        Some(Self {
            source: sheet.source.at.start,
            key: matching.key.iter().map(place).collect::<Option<_>>()?,
            quantity: (place(&matching.quantity)?, &matching.quantity.value),
            cancels: (place(&matching.column)?, &matching.prefix),
            dialect: &sheet.source.dialect,
        })
    }

    /// The header of the quantity, for findings.
    pub fn label(&self) -> String {
        self.quantity.1.to_owned()
    }

    /// What a row says.
    pub fn read(&self, row: &mut RowReader<'_, '_>) -> Option<Stacked> {
        let cells = row.row.cells;
        let cell = |place: usize| {
            let cell = cells.get(place).map_or("", |cell| &**cell);
            let cell = if self.dialect.trim { trimmed(cell) } else { cell };
            if self.dialect.blank.iter().any(|blank| blank == cell) { "" } else { cell }
        };
        let text = cell(self.quantity.0);
        let quantity = match read_number(text, self.dialect.style) {
            _ if text.is_empty() => Decimal::ZERO,
            Ok(quantity) => quantity,
            Err(problem) => {
                let problem = bad_number("quantity", (text, self.dialect.style), problem);
                row.bad = true;
                row.findings.cell(row.place, problem.code, self.quantity.1, || (problem, text.to_owned()));
                return None;
            }
        };
        let parts: Vec<&str> = self.key.iter().map(|place| cell(*place)).collect();
        let key = parts.iter().all(|part| !part.is_empty()).then(|| (self.source, parts.join("\u{1f}")));
        Some(Stacked {
            place: row.place.clone(),
            key,
            quantity,
            cancels: cell(self.cancels.0).starts_with(self.cancels.1),
        })
    }
}

/// Matches the cancelling rows with their deals. Both are in file order, `said` without rows that are wrong.
pub(crate) fn matched(
    rows: &mut [Loaded<Deal>],
    said: &[Stacked],
    blank: &[Option<Value>],
    company: Currency,
    (findings, reports): (&mut Findings, &mut Reports<'_>),
) -> Vec<Matched> {
    let mut stacks: BTreeMap<(&(usize, String), Decimal), Vec<usize>> = BTreeMap::new();
    let (mut found, mut counts) = (Vec::new(), BTreeMap::<usize, Cancellations>::new());
    let mut said = said.iter().peekable();
    let kind: Arc<str> = Arc::from(KIND);
    for place in 0..rows.len() {
        let Some(row) = rows.get(place) else { break };
        // A row that says nothing for the match, or was wrong, is not in both.
        while said.peek().is_some_and(|stacked| is_before(&stacked.place, &row.value.place)) {
            said.next();
        }
        let Some(stacked) = said.next_if(|stacked| stacked.place == row.value.place) else { continue };
        let count = counts.entry(row.report).or_default();
        let Some(key) = &stacked.key else {
            count.unmatched = count.unmatched.saturating_add(u64::from(stacked.cancels));
            continue;
        };
        if !stacked.cancels {
            if stacked.quantity > Decimal::ZERO {
                stacks.entry((key, stacked.quantity.normalize())).or_default().push(place);
            }
            continue;
        }
        let latest = stacks.get_mut(&(key, negate(stacked.quantity).normalize())).and_then(Vec::pop);
        let Some((deal, other)) = latest.and_then(|deal| Some((deal, &rows.get(deal)?.value))) else {
            count.unmatched = count.unmatched.saturating_add(1);
            continue;
        };
        let Some(day) = row.value.day() else { continue };
        if let Some(problem) = other.day().and_then(|first| early(KIND, day, &other.id, first)) {
            findings.cell(&row.value.place, Code::EarlyEvent, "", || (problem, day.to_string()));
            set(rows, place, State::Bad);
            continue;
        }
        count.matched = count.matched.saturating_add(1);
        if let Some(Value::Money(amount)) = row.value.cell(deal_column::AMOUNT) {
            let sum = count.sums.entry(row.value.currency().unwrap_or(company)).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| exact::add(sum, *amount).ok());
        }
        // It was read, and became known, with the row that cancels.
        let event = Event {
            cells: blank.to_vec(),
            recorded: row.value.date(deal_column::RECORDED),
            place: row.value.place.clone(),
            ..Event::of_deal(other, &kind, day)
        };
        found.push(Matched { row: place, deal, event });
        set(rows, place, State::Event);
    }
    for (report, count) in counts {
        if let Some(report) = reports.list.get_mut(report) {
            report.cancellations = Some(count);
        }
    }
    found
}

/// Whether a row stands before another one of the same file.
fn is_before(one: &RowPlace, other: &RowPlace) -> bool {
    one.file == other.file && one.line < other.line
}
