//! A session: one open project and the questions that the page asks of it. Serde in, serde out; `wasm` only converts.
//!
//! [`edit`] has the questions about scripts that somebody changes.

mod archive;
mod compare;
mod edit;
mod export;
mod paid;

use archive::unpacked;

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{ArithmeticError, fixed, sub};
use crate::domain::facts::{Deal, Facts, RowPlace, Share, deal_column};
use crate::domain::value::{Column, ColumnType, Value};
use crate::io::folder::Folder;
use crate::io::guess::{Choices, fields, guess_with, look};
use crate::plan::model::Plan;
use crate::project::{Computed, Project, Refused, narrowed};
use crate::report::answers::{
    Finding, GuessField, Guessed, GuessedColumn, HeaderColumn, Opened, PayView, WhatIf, WhatIfDeal, WhatIfLine,
    findings, part, pay,
};
use crate::report::gauge::gauges;
use crate::report::pipeline::{Pipeline, pipeline};
use crate::run::Outcome;
use crate::run::settle::Payout;
use crate::run::statement::Material;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The project that is open, with its run over all payout periods.
#[derive(Debug, Default)]
pub struct Session {
    open: Option<(Project, Computed)>,
}

/// What somebody said about files that are opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    /// Whether rows that are wrong are left out; everything says then that it is incomplete.
    pub leave_out: bool,
    /// Of exports alone: the column for what it means. What is not said is guessed.
    pub columns: Choices,
}

/// Of how many open deals it is worked at once what they would pay: each is a run of its own.
const MOST_OPEN_DEALS: usize = 100;

/// The plan that a lone export of deals is tried with, until its owner writes one.
const STARTER_PLAN: &str = include_str!("../rules/starter.rhai");

impl Session {
    /// Nothing open yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the sample company.
    pub fn open_sample(&mut self) -> Opened {
        let opened = self.open_folder(&crate::sample::folder(), false);
        Opened { sample: true, ..opened }
    }

    /// Opens a project folder: the files by their paths, `earnmark.toml` among them, or in one archive; or exports alone,
    /// whose columns are then guessed. What was open before stays open where the new one is refused.
    pub fn open_files(&mut self, files: Vec<(String, Vec<u8>)>) -> Opened {
        self.open_with(files, &Opening::default())
    }

    /// Opens files as [`Self::open_files`], with what somebody said about them.
    pub fn open_with(&mut self, files: Vec<(String, Vec<u8>)>, opening: &Opening) -> Opened {
        let files = match unpacked(files) {
            Ok(files) => rooted(files),
            Err(finding) => return Opened::refused(&Refused { findings: vec![*finding], ..Refused::default() }),
        };
        if files.iter().any(|(path, _)| path == "earnmark.toml") {
            return self.open_folder(&Folder::new("project", files.into_iter().collect()), opening.leave_out);
        }
        let refused = |findings| Opened::refused(&Refused { findings, ..Refused::default() });
        if let Some(finding) = export::no_currency(&opening.columns) {
            return Opened { guess: guessed(&files, None), ..refused(vec![finding]) };
        }
        let Some(guess) = guess_with(&files, &opening.columns) else {
            let findings = export::no_deals(&files, &opening.columns);
            return Opened { guess: guessed(&files, None), ..refused(findings) };
        };
        let columns = guess.columns.into_iter().map(|column| GuessedColumn {
            field: column.field,
            column: column.column,
            samples: column.samples,
        });
        let understood = guessed(&files, Some(&guess.file)).map(|found| Guessed {
            columns: columns.collect(),
            unused: guess.unused,
            assumed_currency: Some(guess.currency.clone()).filter(|_| !guess.currency_is_said),
            ..found
        });
        let unread = guess.left.iter().map(|file| {
            let message = format!("`{file}` is not used: its columns are not those of `{}`", guess.file);
            let help = "open it alone, or as part of a project folder, which says what each file is";
            Diagnostic::warning(Code::NoRows, message).in_file(file).help(help)
        });
        let unread = Refused { findings: unread.collect(), ..Refused::default() };
        let mut folder = Folder::new("export", BTreeMap::new());
        for (path, bytes) in files {
            folder.put(format!("data/{path}"), bytes);
        }
        folder.put("earnmark.toml", guess.toml.clone());
        folder.put("rules/starter.rhai", starter_plan(&guess.first_day, &guess.last_day, &guess.currency));
        let mut opened = self.open_folder(&folder, opening.leave_out);
        export::advise(&mut opened.findings);
        opened.findings.extend(findings(&unread));
        Opened { guess: understood, ..opened }
    }

    fn open_folder(&mut self, folder: &Folder, leave_out: bool) -> Opened {
        let project = if leave_out { Project::open_leaving_out(folder) } else { Project::open(folder) };
        let opened = project.and_then(|project| {
            let computed = project.compute_all()?;
            Ok((project, computed))
        });
        match opened {
            Ok((project, computed)) => {
                let answer = Opened::of(&project, &computed);
                self.open = Some((project, computed));
                answer
            }
            Err(refused) => Opened::refused(&refused),
        }
    }

    /// The views of a payee in a payout period.
    ///
    /// # Errors
    /// Nothing is open, or there is no such period.
    pub fn pay(&self, payee: &str, period: &str) -> Result<Vec<PayView>, Vec<Finding>> {
        let (project, computed, place) = self.at(period)?;
        Ok(pay(&project.material(computed), project.name(payee), payee, place))
    }

    /// The open deals of a payee in a payout period, and what each would pay by itself.
    ///
    /// # Errors
    /// Nothing is open, or there is no such period.
    pub fn pipeline(&self, payee: &str, period: &str) -> Result<Pipeline, Vec<Finding>> {
        let (project, computed, place) = self.at(period)?;
        Ok(pipeline(project, computed, Some(payee), (place, place), MOST_OPEN_DEALS))
    }

    fn at(&self, period: &str) -> Result<(&Project, &Computed, usize), Vec<Finding>> {
        let Some((project, computed)) = &self.open else { return Err(refuse("no project is open")) };
        match computed.period(period) {
            Some(place) => Ok((project, computed, place)),
            None => Err(refuse(&format!("there is no payout period `{period}`"))),
        }
    }

    /// What deals would add to a payee's payout: the whole plan is run again with each of them. Of several payouts in one period it
    /// is that of a currency, by its code; without one the first.
    ///
    /// # Errors
    /// Nothing is open, there is no such period, or the payee is not paid in it, or not in that currency.
    pub fn what_if(
        &self,
        (payee, currency): (&str, Option<&str>),
        period: &str,
        deals: &[WhatIfDeal],
    ) -> Result<WhatIf, Vec<Finding>> {
        let (project, computed, place) = self.at(period)?;
        let asked = |payout: &&Payout| currency.is_none_or(|code| payout.currency.code() == code);
        let Some(before) = computed.outcome.payouts_of(payee, place).find(asked) else {
            let currency = currency.map_or_else(String::new, |code| format!(" in {code}"));
            return Err(refuse(&format!("`{payee}` is paid nothing in {period}{currency}")));
        };
        let attempt = Attempt { project, computed, payee, place };
        attempt.try_all(before, deals).map_err(|found| findings(&project.refused(found)))
    }
}

fn refuse(message: &str) -> Vec<Finding> {
    findings(&Refused { findings: vec![Diagnostic::error(Code::NotFound, message)], ..Refused::default() })
}

/// A lone file with all that its columns can be taken for, and nothing taken yet.
fn guessed(files: &[(String, Vec<u8>)], file: Option<&str>) -> Option<Guessed> {
    let found = look(files, file)?;
    let header = found.columns.into_iter().map(|(column, samples)| HeaderColumn { column, samples }).collect();
    let fields = fields().map(|(field, needed)| GuessField { field, needed }).collect();
    let (columns, unused, assumed_currency) = (Vec::new(), Vec::new(), None);
    Some(Guessed { file: found.file, header, fields, columns, unused, assumed_currency })
}

/// Paths from the folder that holds `earnmark.toml`: a dropped folder brings its own name in front.
fn rooted(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let shortest = files
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| path.ends_with("earnmark.toml"))
        .min_by_key(|path| path.len());
    let Some(root) = shortest.and_then(|path| path.strip_suffix("earnmark.toml")).map(str::to_owned) else {
        return files;
    };
    files
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(&root).map_or(path.clone(), str::to_owned), bytes))
        .collect()
}

/// The starter plan over the days and the currency of an export, without its test, whose days are not those of the export.
#[must_use]
pub fn starter_plan(first: &str, last: &str, currency: &str) -> String {
    let plan = STARTER_PLAN.split_once("\ntest(").map_or(STARTER_PLAN, |(plan, _)| plan);
    let plan = plan.replacen("plan(", "// allow W05: write tests once the figures are your own\nplan(", 1);
    plan.replace("2026-01-01", first).replace("2026-12-31", last).replace("\"USD\"", &format!("\"{currency}\""))
}

/// Deals tried on top of a project's own.
struct Attempt<'a> {
    project: &'a Project,
    computed: &'a Computed,
    payee: &'a str,
    place: usize,
}

impl Attempt<'_> {
    fn try_all(&self, before: &Payout, deals: &[WhatIfDeal]) -> Result<WhatIf, Vec<Diagnostic>> {
        let too_large =
            |_: ArithmeticError| vec![Diagnostic::error(Code::Overflow, "a payout has more than 28 digits")];
        let until = self.computed.outcome.periods.last().map_or(chrono::NaiveDate::MIN, |period| period.to);
        let places = before.currency.places();
        let own = narrowed(&self.project.plans, &self.project.facts, self.payee);
        let mut facts = own.unwrap_or_else(|| self.project.facts.clone());
        let mut paid = before.payout;
        let mut lines = Vec::with_capacity(deals.len());
        let mut last = None;
        let mut rate = self.rate(&self.computed.outcome, before);
        for deal in deals {
            facts.deals.push(self.deal(deal, &facts)?);
            let outcome = self.project.compute_with(&facts, until)?;
            let after = self.payout(&outcome, before).map_or(Decimal::ZERO, |payout| payout.payout);
            let adds = sub(after, paid).map_err(too_large)?;
            let credit = self.credit(&outcome, &deal.id, before);
            let reached = self.rate(&outcome, before);
            lines.push(WhatIfLine {
                id: deal.id.clone(),
                adds: fixed(adds, places),
                credit: credit.map(|credit| fixed(credit, places)),
                of_credit: credit.and_then(|credit| part(adds, credit)),
                next_rate: reached.clone().filter(|_| reached != rate),
            });
            paid = after;
            rate = reached;
            last = Some(outcome);
        }
        let outcome = last.as_ref().unwrap_or(&self.computed.outcome);
        let change = sub(paid, before.payout).map_err(too_large)?;
        let views = pay(&self.material(outcome), self.project.name(self.payee), self.payee, self.place);
        let view = views.into_iter().find(|view| view.statement.currency == before.currency.code());
        Ok(WhatIf {
            total: fixed(paid, places),
            change: fixed(change, places),
            deals: lines,
            findings: Vec::new(),
            view,
        })
    }

    fn payout<'o>(&self, outcome: &'o Outcome, like: &Payout) -> Option<&'o Payout> {
        outcome.payouts.iter().find(|payout| {
            payout.payee == like.payee && payout.period == like.period && payout.currency == like.currency
        })
    }

    /// What the payee was credited for a deal that this payout pays: the largest of its credits, where several measures count it.
    fn credit(&self, outcome: &Outcome, deal: &str, paid: &Payout) -> Option<Decimal> {
        let own = outcome.entries.iter().filter(|entry| {
            &*entry.payee == self.payee
                && entry.currency == paid.currency
                && entry.deal.as_ref().is_some_and(|(_, id)| &**id == deal)
        });
        own.filter_map(|entry| entry.credit.as_ref().map(|credit| credit.amount)).max()
    }

    /// What views are made from, with another outcome.
    fn material<'o>(&'o self, outcome: &'o Outcome) -> Material<'o> {
        Material { outcome, ..self.project.material(self.computed) }
    }

    /// The rate of the tier in which the payee stands, of the first tiered component.
    fn rate(&self, outcome: &Outcome, like: &Payout) -> Option<String> {
        let payout = self.payout(outcome, like)?;
        let days = outcome.periods.get(payout.period)?;
        let material = self.material(outcome);
        let gauge = material
            .standings(payout, days)
            .find_map(|(standing, plan)| gauges(standing, plan, days).into_iter().next())?;
        let reached = gauge.tiers.iter().rev().find(|tier| {
            let (from, here) = (tier.from.parse::<Decimal>(), gauge.here.x.parse::<Decimal>());
            matches!((from, here), (Ok(from), Ok(here)) if from <= here)
        });
        reached.and_then(|tier| tier.rate.clone())
    }

    /// An open deal of the pipeline, on the day it is expected or, without one, on the last of the period.
    fn open_deal(&self, id: &str) -> Result<Deal, Vec<Diagnostic>> {
        let found = self.project.facts.pipeline.iter().find(|found| &*found.id == id);
        let day = found.and_then(|found| found.expected.or(Some(self.computed.outcome.periods.get(self.place)?.to)));
        found
            .zip(day)
            .map(|(found, day)| found.closed_on(day))
            .ok_or_else(|| vec![Diagnostic::error(Code::NotFound, format!("the pipeline has no open deal `{id}`"))])
    }

    /// The plan that the payee is on, on a day; of several the first.
    fn plan_on(&self, day: NaiveDate) -> Option<&Plan> {
        let standings = &self.computed.outcome.standings;
        let mut own = standings.iter().filter(|own| &*own.payee == self.payee && own.period.contains(day));
        own.find_map(|own| self.project.plans.iter().find(|plan| plan.name == own.plan && plan.holds_on(day)))
    }

    /// A deal to try, typed by the project's columns.
    fn deal(&self, tried: &WhatIfDeal, facts: &Facts) -> Result<Deal, Vec<Diagnostic>> {
        let schema = &self.project.facts.schema.deals;
        let mut findings = Vec::new();
        if facts.deals.iter().chain(&self.project.facts.deals).any(|deal| *deal.id == *tried.id) {
            findings.push(Diagnostic::error(Code::DuplicateId, format!("there is a deal `{}` already", tried.id)));
        }
        if tried.open && findings.is_empty() {
            return self.open_deal(&tried.id);
        }
        let mut cells: Vec<Option<Value>> = schema.0.iter().map(|column| column.default.clone()).collect();
        for (name, text) in &tried.cells {
            let found = schema.position(name).and_then(|place| Some((schema.get(place)?, cells.get_mut(place)?)));
            let Some((column, cell)) = found else {
                findings.push(Diagnostic::error(Code::UnknownField, format!("a deal has no `{name}`")));
                continue;
            };
            match typed(column, text) {
                Ok(value) => *cell = value.or_else(|| cell.take()),
                Err(expected) => {
                    findings.push(Diagnostic::error(Code::BadValue, format!("`{name}` is not {expected}: `{text}`")))
                }
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut set = |place: usize, value: Option<Value>| {
            if let Some(cell) = cells.get_mut(place) {
                *cell = cell.take().or(value);
            }
        };
        set(deal_column::ID, Some(Value::Text(Arc::from(tried.id.as_str()))));
        let place = RowPlace { file: Arc::from("what if"), line: 1 };
        let share = Share {
            payee: Arc::from(self.payee),
            role: None,
            share: Decimal::ONE,
            position: None,
            place: place.clone(),
        };
        let said = [deal_column::CLOSED, deal_column::BOOKED].into_iter();
        let mut said = said.filter_map(|place| cells.get(place)?.as_ref().and_then(Value::date));
        // Without a day it is of the last one of the period, as an open deal without one is.
        let last = self.computed.outcome.periods.get(self.place).map(|period| period.to);
        let Some(day) = said.next().or(last) else {
            let finding =
                Diagnostic::error(Code::Blank, format!("the deal `{}` has no day on which it closes", tried.id));
            return Err(vec![finding]);
        };
        for place in [deal_column::CLOSED, deal_column::BOOKED] {
            if let Some(cell) = cells.get_mut(place) {
                *cell = cell.take().or(Some(Value::Date(day)));
            }
        }
        // Nor is it in another currency than the plan of whoever tries it, where nothing says so.
        if !tried.cells.contains_key("currency")
            && let Some(cell) = cells.get_mut(deal_column::CURRENCY)
        {
            *cell = self.plan_on(day).map(|plan| Value::Text(Arc::from(plan.currency.code()))).or(cell.take());
        }
        Ok(Deal::new(Arc::from(tried.id.as_str()), cells, vec![share], place))
    }
}

/// A cell typed as its column; blank is nothing. Numbers and dates stand as files in the default form have them.
fn typed(column: &Column, text: &str) -> Result<Option<Value>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = |text: &str| text.parse::<Decimal>();
    let value = match column.kind {
        ColumnType::Money => Value::Money(number(text).map_err(|_| "an amount")?),
        ColumnType::Number => Value::Number(number(text).map_err(|_| "a number")?),
        ColumnType::Percent => {
            let percent = number(text.trim_end_matches('%').trim_end()).map_err(|_| "a percent")?;
            Value::Percent(percent.checked_div(Decimal::ONE_HUNDRED).ok_or("a percent")?)
        }
        ColumnType::Date => Value::Date(text.parse().map_err(|_| "a day")?),
        ColumnType::YesNo => match text {
            "yes" | "true" => Value::YesNo(true),
            "no" | "false" => Value::YesNo(false),
            _ => return Err("yes or no"),
        },
        ColumnType::Text if column.values.is_empty() || column.values.iter().any(|value| **value == *text) => {
            Value::Text(Arc::from(text))
        }
        ColumnType::Text => return Err("a listed value"),
    };
    Ok(Some(value))
}
