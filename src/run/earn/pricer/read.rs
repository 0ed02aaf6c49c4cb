//! What a formula read: the figures by which a gate is shut, and those that made the price or the factor of a period, named as
//! the script reads them.

use super::super::track::TrackCredit;
use super::Pricer;
use crate::domain::exact::shortest;
use crate::domain::value::{ColumnType, Columns};
use crate::plan::formula::{EvalError, Expr, Figure, PeriodField, Read, Scene as _, Seen};
use crate::plan::model::{On, Over, Price, SumOf, Unit};
use crate::plan::table::Axis;
use crate::run::explain::{Bounds, Step, StepKind};
use crate::run::scene::View;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most figures that are told of one formula: who wants to know more reads the script.
const FIGURES: usize = 6;

impl Pricer<'_, '_, '_> {
    /// A step for each figure that a formula reads, in the order in which they stand there, each once, and no more than a line
    /// can hold.
    pub(super) fn figures_read(&self, formula: &Expr, view: &View<'_>) -> Vec<Step> {
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        formula.reads(&mut |read, _| {
            if found.len() < FIGURES && told.insert(read) {
                found.extend(self.figure_read(read, view));
            }
        });
        found
    }

    /// Lets a step say what its price or factor was worked from, where reasons are kept.
    pub(super) fn say_what_was_read(&self, price: &Price, step: Option<&mut Step>) -> Result<(), EvalError> {
        let Some(step) = step.filter(|_| self.work.book.reasons) else { return Ok(()) };
        let read = match Self::price_on(price, self.known_end()) {
            Price::Formula(formula) => self.of_period(|view| Ok(self.figures_read(formula, view)))?,
            Price::Table(table) if table.tiers().is_some_and(|tiers| tiers.axis == Axis::Attainment) => {
                let read = match self.rules.on {
                    On::Measure(place) => Some(Read::Measure(place, Figure::Attainment)),
                    On::Sum(place) => Some(Read::Sum(place, Figure::Attainment)),
                    On::Component(_) | On::Periods(_) => None,
                };
                self.of_period(|view| Ok(read.and_then(|read| self.figure_read(read, view)).into_iter().collect()))?
            }
            Price::Constant(_) | Price::Table(_) | Price::Dated(_) => Vec::new(),
        };
        step.of = Some(read.into()).filter(|read: &Arc<[Step]>| !read.is_empty());
        Ok(())
    }

    /// The same for the price or factor of a deal, which a formula made of what it read there.
    pub(super) fn say_what_was_read_on(
        &self,
        on: &TrackCredit<'_>,
        formula: &Expr,
        step: Option<&mut Step>,
    ) -> Result<(), EvalError> {
        let Some(step) = step.filter(|_| self.work.book.reasons) else { return Ok(()) };
        let read = self.of_deal(on, |view| Ok(self.figures_read(formula, view)))?;
        step.of = Some(read.into()).filter(|read: &Arc<[Step]>| !read.is_empty());
        Ok(())
    }

    fn figure_read(&self, read: Read, view: &View<'_>) -> Option<Step> {
        let (name, bounds) = self.name_of(read)?;
        let step = |name: &str, at: Option<Decimal>| {
            let name = Some(Arc::from(name));
            Step { name, at, bounds, ..Step::of(StepKind::Read, Decimal::ZERO) }
        };
        Some(match view.read(&read).ok()? {
            Some(Seen::Decimal(figure)) => step(&name, Some(figure)),
            Some(Seen::Text(text)) => step(&format!("{name} \"{text}\""), None),
            Some(Seen::Date(day)) => step(&format!("{name} {day}"), None),
            Some(Seen::YesNo(yes)) => step(&format!("{name} {yes}"), None),
            Some(Seen::Duration(_)) | None => return None,
        })
    }

    /// How the script calls what it reads, and what it counts in.
    fn name_of(&self, read: Read) -> Option<(String, Option<Bounds>)> {
        let column = |columns: &'_ Columns, place: usize| {
            let column = columns.get(place)?;
            let bounds = match column.kind {
                ColumnType::Money => Some(Bounds::Money),
                ColumnType::Percent => Some(Bounds::Score),
                _ => Some(Bounds::Units),
            };
            Some((Arc::clone(&column.name), bounds))
        };
        let schema = &self.work.book.facts.schema;
        let payee = |place: usize| column(&schema.payees, place);
        Some(match read {
            Read::Measure(place, figure) => {
                let measure = self.plan.measures.get(place)?;
                (format!("{}.{}", measure.name, self.word(figure)), Some(counts_in(figure, measure.unit)))
            }
            Read::Sum(place, figure) => {
                let sum = self.plan.sums.get(place)?;
                let (of, unit) = match &sum.of {
                    SumOf::Measure(measure) => {
                        self.plan.measures.get(*measure).map(|measure| (&measure.name, measure.unit))?
                    }
                    SumOf::Component(component) => (&self.plan.components.get(*component)?.name, Unit::Money),
                    SumOf::Named(name) => (name, Unit::Money),
                };
                let over = match sum.over {
                    Over::Team(_) => "team",
                    Over::Everyone => "everyone",
                    Over::Group(_) => "group",
                };
                (format!("{over}({of}).{}", self.word(figure)), Some(counts_in(figure, unit)))
            }
            Read::Earned(place) => (format!("{}.earned", self.plan.components.get(place)?.name), Some(Bounds::Money)),
            Read::Payee(place) => payee(place).map(|(name, bounds)| (format!("payee.{name}"), bounds))?,
            Read::PayeeByDays(place) => {
                payee(place).map(|(name, bounds)| (format!("by_days(payee.{name})"), bounds))?
            }
            Read::Period(field) => {
                let (word, _) = PeriodField::WORDS.into_iter().find(|(_, known)| *known == field)?;
                let bounds = if field == PeriodField::ActiveShare { Bounds::Score } else { Bounds::Units };
                (format!("period.{word}"), Some(bounds))
            }
            Read::Deal(place) => column(&schema.deals, place).map(|(name, bounds)| (format!("deal.{name}"), bounds))?,
            Read::Credit => ("credit".to_owned(), Some(Bounds::Money)),
            Read::Event(_) | Read::Quota | Read::Day => return None,
        })
    }

    fn word(&self, figure: Figure) -> String {
        match figure {
            Figure::MembersAt(at) => format!("members_at({})", shortest(at)),
            Figure::RankIn(field) => {
                let column = self.work.book.facts.schema.payees.get(field);
                format!("rank_in(\"{}\")", column.map_or("", |column| &column.name))
            }
            _ => {
                let mut words = Figure::WORDS.into_iter().chain(Figure::OF_SUMS);
                words.find(|(_, known)| *known == figure).map_or_else(String::new, |(word, _)| word.to_owned())
            }
        }
    }
}

fn counts_in(figure: Figure, unit: Unit) -> Bounds {
    match (figure, unit) {
        (Figure::Attainment | Figure::AttainmentBefore, _) => Bounds::Attainment,
        (Figure::Ramp, _) => Bounds::Score,
        (Figure::Total | Figure::TotalBefore | Figure::Quota, Unit::Money) => Bounds::Money,
        _ => Bounds::Units,
    }
}
