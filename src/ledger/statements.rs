//! Statements of a closed period, made of ledger rows alone: what was posted with its steps, how it was paid, balances, what
//! is held, and what the close kept of measures and of deals that are not counted. A closed statement never needs the engine
//! that made it.
//!
//! They lie in one archive, `statements.zip`, a page and a JSON for each payee and currency, stored as they are, so that the
//! same bytes come of the same rows whatever packs them.

use super::document::{self, Waiting};
use super::files::form_of;
use super::rows::{CloseRow, EntryRow, currency, damaged, major, too_large};
use super::walk::Walk;
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::{add, fixed};
use crate::parallel::each;
use crate::report::sheet::{Item, Label, Named, Sheet, Step, Waits, file_name, html};
use crate::run::explain::StepKind;
use crate::run::statement::{BeforeAfter, PayeeName, Totals, balances_of, settled, with_terms};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The name of the archive.
pub const ARCHIVE: &str = "statements.zip";

/// What the statements of a close are made of, beside the settlement of each.
struct Material<'w> {
    walk: &'w Walk<'w>,
    close: &'w CloseRow,
    entries: Own<'w>,
    held: Held<'w>,
    form: i64,
    digests: Vec<Named>,
}

impl<'w> Material<'w> {
    fn of(walk: &'w Walk<'w>, close: &'w CloseRow) -> Result<Self, Box<Diagnostic>> {
        let mut entries: Own<'_> = BTreeMap::new();
        for row in walk.ledger.entries_of(close.seq).iter().filter(|row| &*row.kind != "opening") {
            entries.entry((&row.payee, &row.pay_currency)).or_default().push(row);
        }
        let digests = [
            ("plan", &close.plan),
            ("data", &close.data),
            ("people", &close.people),
            ("entries", &close.entries),
            ("settlement", &close.settlement),
            ("close", &close.digest),
        ];
        let digests = digests.map(|(name, digest)| Named { name: name.to_owned(), digest: digest.clone() });
        let held = held(walk, &entries)?;
        Ok(Self { walk, close, entries, held, form: form_of(walk.ledger, close.seq), digests: digests.to_vec() })
    }

    /// The statement of a payee and currency.
    fn sheet(&self, (payee, code): (&str, &str), lines: &BTreeMap<&str, i64>) -> Result<Sheet, Box<Diagnostic>> {
        let currency = currency(code)?;
        let payout = super::posting::payout(&payee.into(), currency, lines);
        let money = |amount: Decimal| fixed(amount, currency.places());
        let own = self.entries.get(&(payee, code)).map_or(&[][..], Vec::as_slice);
        let shown = self.walk.kept().map(|kept| kept.of(payee, code)).unwrap_or_default();
        let close = self.close;
        Ok(Sheet {
            format: 1,
            engine: close.engine.clone(),
            state: "closed".to_owned(),
            incomplete: 0,
            company: self.walk.outputs().company.clone(),
            payee: PayeeName { id: payee.to_owned(), name: self.walk.people().name(payee).to_owned() },
            period: Label { label: close.period.clone(), to: close.until.to_string() },
            as_of: close.as_of.to_string(),
            currency: code.to_owned(),
            totals: Totals {
                earned: money(payout.earned),
                payable: money(payout.payable),
                payout: money(payout.payout),
            },
            balances: BeforeAfter {
                before: balances_of(&payout.before, currency),
                after: balances_of(&payout.after, currency),
            },
            settle: with_terms(settled(&payout), &shown.terms),
            measures: shown.measures,
            entries: own.iter().map(|row| item(row, close)).collect::<Result<Vec<_>, _>>()?,
            held: self.waiting(payee, code).iter().map(waits).collect(),
            not_counted: shown.not_counted,
            digests: self.digests.clone(),
        })
    }
}

impl Material<'_> {
    fn waiting<'m>(&'m self, payee: &'m str, code: &'m str) -> &'m [Waiting] {
        self.held.get(&(payee, code)).map_or(&[], Vec::as_slice)
    }

    /// A statement as JSON, in the form of its close.
    fn json(&self, (payee, code): (&str, &str), sheet: &Sheet) -> serde_json::Result<String> {
        if self.form == 1 {
            return serde_json::to_string_pretty(sheet);
        }
        document::text(sheet, self.waiting(payee, code), self.walk.kept())
    }
}

fn item(row: &EntryRow, close: &CloseRow) -> Result<Item, Box<Diagnostic>> {
    let (plan, pay) = (currency(&row.currency)?, currency(&row.pay_currency)?);
    let money = |amount: i64, of: Currency| fixed(major(amount, of), of.places());
    let steps = serde_json::from_str::<Vec<(String, String, String)>>(&row.trace)
        .map_err(|_| damaged(format!("the steps of entry {} of {} cannot be read", row.number, close.name())))?;
    Ok(Item {
        number: Some(row.number),
        plan: row.plan.to_string(),
        component: row.component.to_string(),
        measured: row.measured.to_string(),
        deal: row.deal.clone(),
        kind: row.kind.to_string(),
        cause: row.cause.clone(),
        earned: money(row.earned, plan),
        payable: money(row.payable, plan),
        plan_currency: row.currency.to_string(),
        amount: money(row.pay, pay),
        steps: steps
            .into_iter()
            .map(|(kind, text, amount)| Step { text, amount, is_read: kind == StepKind::Read.code() })
            .collect(),
    })
}

/// A line of what waits: payee, currency of pay, of what (a deal or a component), component, deal, currency of the plan.
type Line<'l> = (&'l str, &'l str, &'l str, &'l str, Option<&'l str>, Currency);

/// Entries, by payee and currency of pay.
type Own<'l> = BTreeMap<(&'l str, &'l str), Vec<&'l EntryRow>>;

/// What waits, by payee and currency of pay.
type Held<'l> = BTreeMap<(&'l str, &'l str), Vec<Waiting>>;

/// What is earned and not payable yet, by payee and currency of pay: of a deal and component all measurement periods
/// together.
fn held<'w>(walk: &'w Walk<'w>, entries: &Own<'w>) -> Result<Held<'w>, Box<Diagnostic>> {
    let mut sums: BTreeMap<Line<'_>, (Decimal, Vec<&str>)> = BTreeMap::new();
    for (key, waiting) in walk.held().iter() {
        let what = key.deal.unwrap_or(key.component);
        let own = (key.payee, key.pay_currency, what, key.component, key.deal, key.currency);
        let (sum, until) = sums.entry(own).or_default();
        *sum = add(*sum, waiting.amount).map_err(too_large)?;
        if !waiting.until.is_empty() && !until.contains(&&*waiting.until) {
            until.push(&waiting.until);
        }
    }
    let mut found: Held<'_> = BTreeMap::new();
    for ((payee, pay, _, component, deal, currency), (sum, until)) in sums {
        if sum.is_zero() {
            continue;
        }
        let is_of = |row: &&EntryRow| &*row.component == component && row.deal.as_deref() == deal;
        found.entry((payee, pay)).or_default().push(Waiting {
            entry: entries.get(&(payee, pay)).and_then(|own| own.iter().position(is_of)),
            component: component.to_owned(),
            deal: deal.map(str::to_owned),
            amount: fixed(sum, currency.places()),
            plan_currency: currency.code(),
            until: until.join(", "),
        });
    }
    Ok(found)
}

/// The same as a page shows it.
fn waits(of: &Waiting) -> Waits {
    let what = match &of.deal {
        Some(deal) => format!("{deal} · {}", of.component),
        None => of.component.clone(),
    };
    Waits { what, amount: format!("{} {}", of.amount, of.plan_currency), until: of.until.clone() }
}

/// A statement as page and as JSON, each by its name.
type Texts = [(String, String); 2];

/// The texts of the statements by name, in the order of payee and currency: a page and a JSON each.
///
/// # Errors
/// Rows that cannot be as they were written.
pub fn texts(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
    let material = Material::of(walk, close)?;
    let settled: Vec<_> = walk.ledger.settled(close.seq).into_iter().collect();
    let made: Vec<Result<Texts, Box<Diagnostic>>> = each(&settled, |(whose, lines)| {
        let sheet = material.sheet(*whose, lines)?;
        let name = file_name(&[&sheet.payee.id, &sheet.period.label, &sheet.currency]);
        let json = material
            .json(*whose, &sheet)
            .map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))?;
        Ok([(format!("{name}.html"), html(&sheet)), (format!("{name}.json"), format!("{json}\n"))])
    });
    Ok(made.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// What an archive holds of a file beside its text and its name, at most, in bytes.
#[cfg(not(target_arch = "wasm32"))]
const AROUND: usize = 160;

/// The archive.
///
/// # Errors
/// More than an archive holds.
#[cfg(not(target_arch = "wasm32"))]
pub fn archive(texts: &[(String, String)]) -> Result<Vec<u8>, Box<Diagnostic>> {
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;
    let pack = || -> zip::result::ZipResult<Vec<u8>> {
        // A text and its name, which is told twice, with what says where it lies.
        let size = texts.iter().map(|(name, text)| text.len().saturating_add(name.len().saturating_mul(2)));
        let size = size.fold(0_usize, |sum, one| sum.saturating_add(one).saturating_add(AROUND));
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::with_capacity(size)));
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644);
        for (name, text) in texts {
            archive.start_file(name.as_str(), options)?;
            archive.write_all(text.as_bytes())?;
        }
        Ok(archive.finish()?.into_inner())
    };
    pack().map_err(|error| Box::new(Diagnostic::error(Code::Internal, format!("a file cannot be made: {error}"))))
}
