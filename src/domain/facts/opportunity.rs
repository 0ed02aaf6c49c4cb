//! Opportunities: what may become a deal. Asked about, never credited.

use super::{Deal, RowPlace, Share, deal_column};
use crate::domain::value::Value;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// How an opportunity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpportunityState {
    /// It may still become a deal.
    Open,
    /// It became one.
    Won,
    /// It came to nothing.
    Lost,
}

impl OpportunityState {
    /// All states with their words.
    pub const WORDS: [(&'static str, Self); 3] = [("open", Self::Open), ("won", Self::Won), ("lost", Self::Lost)];
}

/// A row of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opportunity {
    /// The id, unique in the pipeline; that of the deal once it is one.
    pub id: Arc<str>,
    /// How it stands.
    pub state: OpportunityState,
    /// The stage, in the words of its source.
    pub stage: Option<Arc<str>>,
    /// Whose it is.
    pub payee: Option<Arc<str>>,
    /// When it was made.
    pub created: Option<NaiveDate>,
    /// When it is expected to close.
    pub expected: Option<NaiveDate>,
    /// How likely it closes, as a fraction.
    pub probability: Option<Decimal>,
    /// What a deal would have, at the places of [`Schema::deals`](super::Schema::deals).
    pub cells: Vec<Option<Value>>,
    /// Names of the columns that are worked out (`plus`) or looked up (`join`), and so estimated.
    pub estimated: Vec<Arc<str>>,
    /// Where it was read.
    pub place: RowPlace,
}

impl Opportunity {
    /// The deal that it is on the day it closes: all of it its payee's.
    #[must_use]
    pub fn closed_on(&self, day: NaiveDate) -> Deal {
        let mut cells = self.cells.clone();
        for place in [deal_column::CLOSED, deal_column::BOOKED] {
            if let Some(cell) = cells.get_mut(place) {
                *cell = Some(Value::Date(day));
            }
        }
        let whole = |payee: &Arc<str>| Share {
            payee: Arc::clone(payee),
            role: None,
            share: Decimal::ONE,
            position: None,
            place: self.place.clone(),
        };
        Deal::new(Arc::clone(&self.id), cells, self.payee.iter().map(whole).collect(), self.place.clone())
    }
}
