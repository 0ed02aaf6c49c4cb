//! A track: a payee's way through what a component follows, as it stands at one moment.
//!
//! Most components ask a track for its total alone, and most events touch one of its deals. So the credits stand in a
//! list only where somebody reads them one by one.

use super::super::credit::Credit;
use super::super::measure::Path;
use crate::domain::calendar::Period;
use crate::domain::exact::{Exact, Fraction, add};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cell::OnceCell;

/// A credit as it stands, and what the period held before it.
#[derive(Clone, Debug)]
pub struct TrackCredit<'c> {
    /// The credit; of what is left of its deal.
    pub credit: Cow<'c, Credit>,
    /// What the period held before it.
    pub before: Decimal,
}

/// What became of a credit of a path, by its place: `None` where its deal is out.
pub type Changed<'c> = (usize, Option<Cow<'c, Credit>>);

/// A payee's way through what a component follows, as it stands at the moment.
#[derive(Clone, Debug)]
pub struct Track<'a, 'c> {
    /// The measurement period.
    pub period: Period,
    /// The payee's active days in it.
    pub active_days: u32,
    /// The quota; `None`: nobody gave one.
    pub quota: Option<Fraction>,
    /// What was carried in.
    pub start: Decimal,
    /// The total, with what was carried in.
    pub total: Decimal,
    credits: OnceCell<Vec<TrackCredit<'c>>>,
    whole: Option<(&'a Path<'c>, Vec<Changed<'c>>)>,
}

impl<'a, 'c> Track<'a, 'c> {
    /// Without credits yet.
    #[must_use]
    pub fn empty(period: Period, active_days: u32, quota: Option<Fraction>, start: Decimal) -> Self {
        let credits = OnceCell::from(Vec::new());
        Self { period, active_days, quota, start, total: start, credits, whole: None }
    }

    /// All credits of a path, of which some changed. `None` where the credits must be added up one by one.
    ///
    /// # Errors
    /// Overflow.
    pub fn whole(path: &'a Path<'c>, start: Decimal, changed: Vec<Changed<'c>>) -> Exact<Option<Self>> {
        let Some(known) = &path.known else { return Ok(None) };
        let mut total = add(start, known.total)?;
        for (place, now) in &changed {
            let first = path.credits.get(*place).map_or(Decimal::ZERO, |credit| credit.amount);
            let now = now.as_ref().map_or(Decimal::ZERO, |credit| credit.amount);
            total = add(total, crate::domain::exact::sub(now, first)?)?;
        }
        let (credits, whole) = (OnceCell::new(), Some((path, changed)));
        let period = path.period.clone();
        Ok(Some(Self { period, active_days: path.active_days, quota: path.quota, start, total, credits, whole }))
    }

    /// Adds a credit.
    ///
    /// # Errors
    /// Overflow.
    pub fn push(&mut self, credit: Cow<'c, Credit>) -> Exact<()> {
        let before = self.total;
        self.total = add(before, credit.amount)?;
        let mut credits = self.credits.take().unwrap_or_else(|| self.listed());
        credits.push(TrackCredit { credit, before });
        self.credits = OnceCell::from(credits);
        Ok(())
    }

    /// The credits up to the moment, in order.
    #[must_use]
    pub fn credits(&self) -> &[TrackCredit<'c>] {
        self.credits.get_or_init(|| self.listed())
    }

    /// The credits of the whole path. Their sums have room: see [`Path::known`].
    fn listed(&self) -> Vec<TrackCredit<'c>> {
        let Some((path, changed)) = &self.whole else { return Vec::new() };
        let mut changed = changed.iter().peekable();
        let mut before = self.start;
        let mut credits = Vec::with_capacity(path.credits.len());
        for (place, credit) in path.credits.iter().enumerate() {
            let now = match changed.next_if(|(changed, _)| *changed == place) {
                Some((_, None)) => continue,
                Some((_, Some(now))) => now.clone(),
                None => Cow::Borrowed(*credit),
            };
            let amount = now.amount;
            credits.push(TrackCredit { credit: now, before });
            before = add(before, amount).unwrap_or(before);
        }
        credits
    }

    /// Credit by quota: zero where there is neither, `None` where there is credit and no quota, or a quota of zero.
    ///
    /// # Errors
    /// Overflow.
    pub fn attainment(&self, total: Decimal) -> Exact<Option<Fraction>> {
        attainment(self.quota, total)
    }
}

/// Total by quota; zero of nothing, `None` of something without a quota.
///
/// # Errors
/// Overflow.
pub fn attainment(quota: Option<Fraction>, total: Decimal) -> Exact<Option<Fraction>> {
    match quota {
        Some(quota) if !quota.is_zero() => Fraction::from(total).by(Fraction::new(quota.den(), quota.num())?).map(Some),
        _ if total.is_zero() => Ok(Some(Fraction::ZERO)),
        _ => Ok(None),
    }
}
