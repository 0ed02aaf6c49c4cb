//! Guessing what the columns of an export mean, so that a lone CSV file opens without an `earnmark.toml`.
//!
//! In:   one or more exports, as bytes.
//! Out:  [`Guess`]: an `earnmark.toml` that reads them, with a remark beside every guess, and what was taken for what.
//! Here: headers by their words (`words`), values by their shape (`shape`), what stands around a table (`around`), the text of the
//! settings (`write`), why nothing is found (`why`).
//!
//! A guess is shown and can be changed; it is never used without being said.

mod around;
mod known;
mod shape;
#[cfg(test)]
mod tests;
mod why;
mod words;
mod write;

use crate::domain::currency::Currency;
use chrono::{Datelike, NaiveDate};
use shape::{Dates, Numbers, Table, currency_in, dates, dates_of, numbers, numbers_of, tables};
use std::collections::{BTreeMap, BTreeSet};
pub use why::{lacking, unreadable, why_none};
use words::{Field, asks_won, means_won, says_deleted, yes_or_no};

/// What an export most likely means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The settings that read it.
    pub toml: String,
    /// The system whose export was recognised: `HubSpot deals`.
    pub system: Option<&'static str>,
    /// The file of the deals.
    pub file: String,
    /// Which column was taken for what.
    pub columns: Vec<GuessedColumn>,
    /// Columns of that file which were not used.
    pub unused: Vec<String>,
    /// Files that were not used.
    pub left: Vec<String>,
    /// The first day of the year of the first deal, as `2026-01-01`.
    pub first_day: String,
    /// The last day of the year of the last deal.
    pub last_day: String,
    /// The currency of the company.
    pub currency: String,
    /// Whether the file says it; otherwise it is taken for granted, or chosen.
    pub currency_is_said: bool,
}

/// A column that was taken for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessedColumn {
    /// What it was taken for: `amount`.
    pub field: String,
    /// Its header.
    pub column: String,
    /// Its first values.
    pub samples: Vec<String>,
}

/// The file of the deals, understood.
struct Deals<'t> {
    table: &'t Table,
    /// The column of each field.
    columns: BTreeMap<Field, usize>,
    /// Which rows are won deals; empty: all are taken.
    taken: Vec<bool>,
    /// The stages that mean won; none: all deals are taken.
    won: Vec<&'t str>,
    /// A column that says which rows were deleted, and its texts that say that one was not.
    kept: Option<Won<'t>>,
    /// Where all deals are taken, a column of stages of which none is known to mean won.
    unknown: Option<usize>,
    dates: Dates,
    amounts: Numbers,
    quantities: Option<Numbers>,
    currency: &'static str,
    /// Whether the file says a currency at all.
    currency_is_said: bool,
}

/// Who reports to whom, in a file of its own.
struct Team<'t> {
    table: &'t Table,
    payee: usize,
    manager: usize,
}

/// What somebody said of a file's columns: the column for what it means, by the word of the guess; an empty column: none. Under
/// [`CURRENCY`] the currency of amounts where the file names none.
pub type Choices = BTreeMap<String, String>;

/// The word under which [`Choices`] have a currency in place of a column.
pub const CURRENCY: &str = "currency code";

/// A table that was opened alone: its columns, whatever they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The file.
    pub file: String,
    /// Its columns with their first values.
    pub columns: Vec<(String, Vec<String>)>,
}

/// What a column can be taken for, with whether it is needed, in the order in which people are asked.
pub fn fields() -> impl Iterator<Item = (&'static str, bool)> {
    let needed = |field: Field| matches!(field, Field::Closed | Field::Amount | Field::Payee);
    Field::OF_DEALS.into_iter().map(move |field| (field.word(), needed(field)))
}

/// The table with the most columns among exports, or the one of a name.
#[must_use]
pub fn look(files: &[(String, Vec<u8>)], named: Option<&str>) -> Option<Look> {
    let tables = all(files);
    let of_name = tables.iter().find(|table| Some(table.file.as_str()) == named);
    let chosen = of_name.or_else(|| tables.iter().max_by_key(|table| (table.header.len(), table.rows.len())))?;
    let columns = chosen.header.iter().enumerate().map(|(place, name)| (name.clone(), chosen.samples(place, &[])));
    Some(Look { file: chosen.file.clone(), columns: columns.collect() })
}

/// The tables of all files.
fn all(files: &[(String, Vec<u8>)]) -> Vec<Table> {
    files.iter().flat_map(|(path, bytes)| tables(path, bytes)).filter_map(Result::ok).collect()
}

/// What the exports mean; `None` where none of them has one row a deal with a date, an amount and a payee.
#[must_use]
pub fn guess_project(files: &[(String, Vec<u8>)]) -> Option<Guess> {
    guess_with(files, &Choices::new())
}

/// What the exports mean where somebody said something of it; `None` where the values of a chosen column are not of its
/// kind, or nothing is found for what is needed.
#[must_use]
pub fn guess_with(files: &[(String, Vec<u8>)], choices: &Choices) -> Option<Guess> {
    let tables = all(files);
    let mut deals: Option<Deals<'_>> = None;
    for found in tables.iter().filter_map(|table| Deals::of(table, choices)) {
        let better = deals.as_ref().is_none_or(|best| found.rank() > best.rank());
        if better {
            deals = Some(found);
        }
    }
    let deals = deals?;
    let more = deals.more(&tables);
    let others = tables.iter().filter(|table| table.file != deals.table.file && !more.contains(&&*table.file));
    let team = others.filter_map(|table| Team::of(table, &deals)).next();
    let read = |file: &str| {
        file == deals.table.file || more.contains(&file) || team.as_ref().is_some_and(|team| file == team.table.file)
    };
    let left: Vec<String> = files.iter().map(|(file, _)| file.clone()).filter(|file| !read(file)).collect();
    Some(Guess {
        toml: write::settings(&deals, team.as_ref(), (&more, &left)),
        left,
        system: known::system(deals.table).map(|system| system.name),
        file: deals.table.file.clone(),
        columns: deals.guessed(),
        unused: deals.unused(),
        first_day: NaiveDate::from_ymd_opt(deals.dates.first.year(), 1, 1)?.to_string(),
        last_day: NaiveDate::from_ymd_opt(deals.dates.last.year(), 12, 31)?.to_string(),
        currency: deals.currency.to_owned(),
        currency_is_said: deals.currency_is_said,
    })
}

impl<'t> Deals<'t> {
    /// The deals of a table, if it has some.
    fn of(table: &'t Table, choices: &Choices) -> Option<Self> {
        let stage = choices.get(Field::Stage.word());
        let (won, mut taken) =
            if stage.is_some_and(String::is_empty) { (None, Vec::new()) } else { won_rows(table, stage) };
        let kept = not_deleted(table);
        if let Some((column, texts)) = &kept {
            taken.resize(table.rows.len(), true);
            for (row, taken) in table.rows.iter().zip(&mut taken) {
                *taken &= row.get(*column).is_some_and(|cell| texts.contains(&cell.as_str()));
            }
        }
        let values = |column: usize| table.values(column, &taken).collect::<Vec<_>>();
        let said = |field: Field| choices.get(field.word());
        let place = |name: &String| table.header.iter().position(|column| column == name);
        let chosen = Field::OF_DEALS.into_iter().filter(|field| *field != Field::Stage);
        let mut columns: BTreeMap<Field, usize> =
            chosen.filter_map(|field| Some((field, said(field).and_then(place)?))).collect();
        let open = |field: Field| {
            said(field).and_then(|name| if name.is_empty() { Some(()) } else { place(name).map(drop) }).is_none()
        };
        if let Some((column, _)) = &won {
            columns.insert(Field::Stage, *column);
        }
        let is_date = |column: usize| dates(values(column).into_iter()).is_some();
        let is_number = |column: usize| numbers(values(column).into_iter()).is_some() && !is_date(column);
        if open(Field::Closed) {
            let found = best(table, Field::Closed, &columns, is_date).or_else(|| only(table, &columns, is_date))?;
            columns.insert(Field::Closed, found);
        }
        let closed = columns.get(&Field::Closed).copied()?;
        if open(Field::Amount) {
            let found = best(table, Field::Amount, &columns, is_number)?;
            columns.insert(Field::Amount, found);
        }
        let amount = columns.get(&Field::Amount).copied()?;
        let people = |column: usize| {
            let found: BTreeSet<&str> = values(column).into_iter().collect();
            !found.is_empty() && !is_date(column)
        };
        if open(Field::Payee) {
            let found = best(table, Field::Payee, &columns, people)?;
            columns.insert(Field::Payee, found);
        }
        columns.get(&Field::Payee)?;
        // A sign or a word among codes is told where it stands; a column left out would make all of them one currency.
        let codes = |column: usize| {
            let own = values(column);
            let codes = own.iter().filter(|code| Currency::from_code(&code.to_uppercase()).is_some()).count();
            codes > 0 && codes.saturating_mul(2) >= own.len()
        };
        let texts = |column: usize| !values(column).is_empty() && !is_date(column);
        let find = |field: Field, columns: &mut BTreeMap<Field, usize>, fits: &dyn Fn(usize) -> bool| {
            if let Some(column) = best(table, field, columns, fits).filter(|_| open(field)) {
                columns.insert(field, column);
            }
        };
        find(Field::Id, &mut columns, &|column| is_unique(table, column, &taken));
        if open(Field::SecondPayee) && open(Field::SecondShare) {
            second_payee(table, &mut columns, &taken);
        } else if !(columns.contains_key(&Field::SecondPayee) && columns.contains_key(&Field::SecondShare)) {
            columns.retain(|field, _| !matches!(field, Field::SecondPayee | Field::SecondShare));
        }
        find(Field::Currency, &mut columns, &codes);
        // `Amount in company currency` is no company.
        let texts = |column: usize| {
            let is_amount = table.header.get(column).is_some_and(|name| Field::Amount.fit(name) > 0);
            texts(column) && !(is_amount && is_number(column))
        };
        for field in [Field::Account, Field::Product, Field::Kind, Field::Region, Field::Channel] {
            find(field, &mut columns, &texts);
        }
        find(Field::Quantity, &mut columns, &is_number);
        // Rows that are left out were written by the same hand, and may settle what the others leave open.
        let every = |column: usize| table.values(column, &[]).collect::<Vec<_>>();
        let dates = dates_of(values(closed).into_iter(), said(Field::Closed).is_some())?
            .settled(&values(closed), &every(closed));
        let amounts = numbers_of(values(amount).into_iter(), said(Field::Amount).is_some())?
            .settled(&values(amount), &every(amount));
        let quantities = columns.get(&Field::Quantity).and_then(|column| numbers(values(*column).into_iter()));
        let of_column = columns.get(&Field::Currency).map(|column| table.frequent(*column, &taken)).unwrap_or_default();
        let mut codes = of_column.into_iter().filter_map(|(code, _)| Currency::from_code(&code.to_uppercase()));
        let of_column = codes.next().map(Currency::code);
        let said =
            of_column.or(amounts.currency).or_else(|| table.header.get(amount).and_then(|name| currency_in(name)));
        let chosen = choices.get(CURRENCY).and_then(|code| Currency::from_code(code)).map(Currency::code);
        let (currency, currency_is_said) = (said.or(chosen).unwrap_or("USD"), said.is_some());
        let unknown = match stage {
            _ if won.is_some() => None,
            Some(name) => place(name).filter(|_| !name.is_empty()),
            None => best(table, Field::Stage, &columns, |column| {
                // `6 - Proposal` is no number.
                texts(column) && values(column).iter().any(|value| value.contains(char::is_alphabetic))
            }),
        };
        let won = won.map(|(_, stages)| stages).unwrap_or_default();
        Some(Self { table, columns, taken, won, kept, unknown, dates, amounts, quantities, currency, currency_is_said })
    }

    /// The files that go on with the same table, as an export of each month does: they have its header and its form, and no id
    /// of it twice.
    fn more(&self, tables: &'t [Table]) -> Vec<&'t str> {
        let Some(id) = self.columns.get(&Field::Id).copied() else { return Vec::new() };
        let mut ids: BTreeSet<&str> = self.table.values(id, &[]).collect();
        let mut found = Vec::new();
        for table in tables.iter().filter(|table| table.file != self.table.file) {
            let alike = (&table.header, table.encoding, &table.around)
                == (&self.table.header, self.table.encoding, &self.table.around);
            let own: BTreeSet<&str> = table.values(id, &[]).collect();
            if alike && is_unique(table, id, &[]) && own.is_disjoint(&ids) {
                ids.extend(own);
                found.push(&*table.file);
            }
        }
        found
    }

    /// How sure it is that these are the deals: more fields first, then more rows.
    fn rank(&self) -> (usize, usize) {
        (self.columns.len(), self.table.rows.len())
    }

    /// What was taken for what, in the order of the fields.
    fn guessed(&self) -> Vec<GuessedColumn> {
        let column = |(field, column): (&Field, &usize)| GuessedColumn {
            field: field.word().to_owned(),
            column: self.name(*column).to_owned(),
            samples: self.table.samples(*column, &self.taken),
        };
        self.columns.iter().map(column).collect()
    }

    /// The columns that nothing was found for.
    fn unused(&self) -> Vec<String> {
        let kept = self.kept.iter().map(|(column, _)| *column);
        let used: BTreeSet<usize> = self.columns.values().copied().chain(kept).collect();
        let unused = self.table.header.iter().enumerate().filter(|(place, _)| !used.contains(place));
        unused.map(|(_, name)| name.clone()).collect()
    }

    /// The header of a column.
    fn name(&self, column: usize) -> &str {
        self.table.header.get(column).map_or("", String::as_str)
    }
}

/// A column with its texts that mean won.
type Won<'t> = (usize, Vec<&'t str>);

/// The column that says which rows were deleted, where some were, with its texts that mean no: what was thrown away pays nobody.
fn not_deleted(table: &Table) -> Option<Won<'_>> {
    let column = table.header.iter().position(|header| says_deleted(header))?;
    let answers: Vec<(&str, bool)> = table
        .frequent(column, &[])
        .into_iter()
        .map(|(value, _)| Some((value, yes_or_no(value)?)))
        .collect::<Option<_>>()?;
    let no: Vec<&str> = answers.iter().filter(|(_, yes)| !yes).map(|(value, _)| *value).collect();
    (!no.is_empty() && no.len() < answers.len()).then_some((column, no))
}

/// The column that means won or lost, its texts for won in whatever spelling, and the rows that are won. What asks whether a deal
/// was won is surer than what says how far it is.
fn won_rows<'t>(table: &'t Table, chosen: Option<&String>) -> (Option<Won<'t>>, Vec<bool>) {
    let of_system = || known::system(table).and_then(|system| system.won(table));
    let places = || table.header.iter().enumerate();
    let of_answers = || {
        let fits = |header: &String| chosen.map_or_else(|| asks_won(header), |name| name == header);
        places().filter(|(_, header)| fits(header)).find_map(|(column, _)| {
            let answers = table.frequent(column, &[]).into_iter();
            let answers: Option<Vec<_>> = answers.map(|(value, _)| Some((value, yes_or_no(value)?))).collect();
            let yes: Vec<&str> = answers?.into_iter().filter(|(_, yes)| *yes).map(|(value, _)| value).collect();
            (!yes.is_empty()).then_some((column, yes))
        })
    };
    let of_words = || {
        let fits = |header: &String| chosen.map_or(Field::Stage.fit(header) > 0, |name| name == header);
        places().filter(|(_, header)| fits(header)).find_map(|(column, _)| {
            let won = table.frequent(column, &[]).into_iter().map(|(value, _)| value);
            let won: Vec<&str> = won.filter(|value| means_won(value)).collect();
            (!won.is_empty()).then_some((column, won))
        })
    };
    let Some((column, won)) = chosen.map_or_else(of_system, |_| None).or_else(of_answers).or_else(of_words) else {
        return (None, Vec::new());
    };
    let is_won = |row: &Vec<String>| row.get(column).is_some_and(|cell| won.contains(&cell.as_str()));
    let taken = table.rows.iter().map(is_won).collect();
    (Some((column, won)), taken)
}

/// The column that fits a field best by its header, among those whose values fit and that are not taken yet.
fn best(table: &Table, field: Field, used: &BTreeMap<Field, usize>, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let free = |place: usize| !used.values().any(|taken| *taken == place) && fits(place);
    if let Some(column) = known::system(table).and_then(|system| system.column(table, field, &free)) {
        return Some(column);
    }
    let free = table.header.iter().enumerate().filter(|(place, _)| !used.values().any(|taken| taken == place));
    let mut ranked: Vec<(u32, usize)> =
        free.map(|(place, header)| (field.fit(header), place)).filter(|(fit, _)| *fit > 0).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    ranked.into_iter().map(|(_, place)| place).find(|place| fits(*place))
}

/// The one column whose values fit, whatever it is called.
fn only(table: &Table, used: &BTreeMap<Field, usize>, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let mut found = (0..table.header.len()).filter(|place| !used.values().any(|taken| taken == place) && fits(*place));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether every row has a value of its own in a column; of many rows all but a few, which are then told as what they are: rows
/// that stand twice, or have no id.
fn is_unique(table: &Table, column: usize, taken: &[bool]) -> bool {
    let different: BTreeSet<&str> = table.values(column, taken).collect();
    let (rows, different) = (table.count(taken), different.len());
    different > 0 && different >= rows.saturating_sub(rows.checked_div(ODD).unwrap_or(0))
}

/// Of so many rows one may lack an id of its own.
const ODD: usize = 10;

/// A second payee and their share, where both are there.
fn second_payee(table: &Table, columns: &mut BTreeMap<Field, usize>, taken: &[bool]) {
    let values = |column: usize| table.values(column, taken).collect::<Vec<_>>();
    let first: BTreeSet<&str> =
        columns.get(&Field::Payee).map(|column| values(*column).into_iter().collect()).unwrap_or_default();
    let colleague = |column: usize| {
        let found = values(column);
        let known = found.iter().filter(|value| first.contains(**value)).count();
        !found.is_empty() && known.saturating_mul(2) >= found.len()
    };
    let Some(second) = best(table, Field::SecondPayee, columns, colleague) else { return };
    let (own, other) = (columns.get(&Field::Payee).and_then(|own| table.header.get(*own)), table.header.get(second));
    // Whose share it is is said by its name, else by its place behind the second payee; and nobody's has one without them.
    let is_theirs = |column: usize| {
        let name = table.header.get(column).map(|name| name.to_lowercase()).unwrap_or_default();
        let says = |of: Option<&String>| of.is_some_and(|of| name.contains(&of.to_lowercase()));
        let cell = |row: &[String], place: usize| row.get(place).is_some_and(|cell| !cell.trim().is_empty());
        (says(other) || !says(own) && column > second)
            && table.rows.iter().all(|row| cell(row, second) || !cell(row, column))
    };
    let share = |column: usize| {
        if !is_theirs(column) {
            return false;
        }
        let bare: Vec<&str> = values(column).into_iter().map(|value| value.trim_end_matches('%').trim_end()).collect();
        numbers(bare.into_iter()).is_some()
    };
    let mut with = columns.clone();
    with.insert(Field::SecondPayee, second);
    if let Some(share) = best(table, Field::SecondShare, &with, share) {
        with.insert(Field::SecondShare, share);
        *columns = with;
    }
}

impl<'t> Team<'t> {
    /// The reporting lines of a table, if it has a manager for people who have deals, one each.
    fn of(table: &'t Table, deals: &Deals<'_>) -> Option<Self> {
        let of_deals = deals.columns.get(&Field::Payee)?;
        let sellers: BTreeSet<&str> = deals.table.values(*of_deals, &deals.taken).collect();
        let mut used = BTreeMap::new();
        let manager = best(table, Field::Manager, &used, |column| table.values(column, &[]).next().is_some())?;
        used.insert(Field::Manager, manager);
        let same_name = deals.name(*of_deals);
        let is_sellers = |column: usize| table.values(column, &[]).any(|value| sellers.contains(value));
        let by_name = table.header.iter().position(|name| name == same_name).filter(|column| is_sellers(*column));
        let payee =
            by_name.or_else(|| best(table, Field::Payee, &used, is_sellers)).filter(|payee| *payee != manager)?;
        let mut managers: BTreeMap<&str, &str> = BTreeMap::new();
        for row in &table.rows {
            let (Some(payee), Some(manager)) = (row.get(payee), row.get(manager)) else { continue };
            if payee.is_empty() || *managers.entry(payee).or_insert(manager) != manager {
                return None;
            }
        }
        Some(Self { table, payee, manager })
    }
}
