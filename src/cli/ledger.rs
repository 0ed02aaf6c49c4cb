//! The verbs of the ledger: `close`, `void`, `log`, `verify`; and how every other command goes on from it.

use super::progress::Progress;
use super::show::{figure, heading, plain_table, text};
use super::{Everywhere, Failure, Format, Known, commands, print};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::grouped;
use crate::domain::texts::is_unseen;
use crate::io::Folder;
use crate::ledger::back::{recompute, void as void_row};
use crate::ledger::book::Ledger;
use crate::ledger::close::{Closing, KEPT, Prepared, Request, SOURCES, go_on, prepare};
use crate::ledger::prices::{Price, is_changed, of_statement};
use crate::ledger::recall::Origin;
use crate::ledger::rest::Entries;
use crate::ledger::rows::CloseRow;
use crate::ledger::store::{Commit, Store};
use crate::ledger::{CLOSED_FOLDER, chain, files, outbox};
use crate::parallel;
use crate::project::{Project, Refused};
use crate::run::Outcome;
use crate::run::statement::Statement;
use chrono::NaiveDate;
use clap::Args;
use std::path::Path;

/// What `close` takes.
#[derive(Debug, Args)]
pub struct CloseArguments {
    #[command(flatten)]
    period: Label,
    /// The day up to which facts are known; without it the period's last, or the latest that a file records
    #[arg(long, value_name = "DATE", value_parser = super::day_of)]
    as_of: Option<NaiveDate>,
    /// What must be told, as the refusal words it
    #[arg(long, value_name = "TEXT")]
    told: Vec<String>,
    #[command(flatten)]
    who: Who,
}

/// What `void` takes.
#[derive(Debug, Args)]
pub struct VoidArguments {
    #[command(flatten)]
    period: Label,
    /// The digest of its close
    #[arg(long, value_name = "DIGEST", default_value = "")]
    told: String,
    #[command(flatten)]
    who: Who,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Work the closed periods again from what they knew
    #[arg(long)]
    recompute: bool,
    /// A close digest kept elsewhere: it must be one of this ledger's
    #[arg(long, value_name = "DIGEST")]
    head: Option<String>,
}

/// A payout period by its label, with or without `--period` before it.
#[derive(Debug, Args)]
pub struct Label {
    /// The payout period, as `2026-03` or `2026-Q1`
    #[arg(id = "label", value_name = "PERIOD", required_unless_present = "period", conflicts_with = "period")]
    label: Option<String>,
    /// The same
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
}

impl Label {
    pub fn text(&self) -> String {
        self.label.clone().or_else(|| self.period.clone()).unwrap_or_default()
    }
}

/// Who does something, as they say: neither is read from an account or a clock.
#[derive(Debug, Args)]
pub struct Who {
    /// Who does it
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
    /// When
    #[arg(long, value_name = "TEXT", default_value = "")]
    at: String,
    /// Why, or what else is to be remembered
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl Who {
    /// What they ask for a period; nobody does anything without a name.
    pub fn asks(&self, period: String) -> Result<Request, Failure> {
        if self.by.trim().is_empty() {
            return Err(super::usage_of("nobody is named who does it", "say who: `--by NAME`"));
        }
        // Two names that look the same are one person to whoever reads the log, and would approve twice.
        if self.by.chars().any(is_unseen) {
            let message = "the name after `--by` has characters that cannot be seen";
            return Err(super::usage_of(message, "type it anew: `--by NAME`"));
        }
        let (actor, at, note) = (self.by.clone(), self.at.clone(), self.note.clone());
        Ok(Request { period, actor, at, note, ..Request::default() })
    }
}

/// Whether a finding is a refusal of the ledger, which has an exit code of its own.
pub fn refuses(code: Code) -> bool {
    matches!(
        code,
        Code::AlreadyClosed
            | Code::NotOpen
            | Code::ChainTooLong
            | Code::AsOfEarlier
            | Code::RowsVanished
            | Code::NotTold
            | Code::LedgerLocked
            | Code::LedgerDamaged
    )
}

pub fn refused(finding: Box<Diagnostic>) -> Failure {
    Refused::from(finding).into()
}

/// The ledger of a project folder, its files in place; an empty one where nothing was closed.
pub fn read(dir: &Path) -> Result<Ledger, Failure> {
    let Some(ledger) = Store::read_project(dir).map_err(refused)? else { return Ok(Ledger::default()) };
    outbox::tidy(dir, &ledger).map_err(refused)?;
    Ok(ledger)
}

/// The ledger of a project folder without its entries; `None` where there is none, or files are to be put in their place first.
fn read_others(dir: &Path) -> Result<Option<(Ledger, Store)>, Failure> {
    let Some(mut store) = Store::open(dir).map_err(refused)? else { return Ok(None) };
    let ledger = store.read_others().map_err(refused)?;
    Ok((!outbox::is_untidy(&dir.join(CLOSED_FOLDER), &ledger)).then_some((ledger, store)))
}

/// The same for whoever has the turn to write.
pub fn published(dir: &Path) -> Result<Ledger, Failure> {
    let Some(ledger) = Store::read_project(dir).map_err(refused)? else {
        outbox::known(dir, &Ledger::default()).map_err(refused)?;
        return Ok(Ledger::default());
    };
    outbox::known(dir, &ledger).map_err(refused)?;
    outbox::publish(dir, &ledger).map_err(refused)?;
    Ok(ledger)
}

/// Whether the project has a ledger.
pub fn is_begun(everywhere: &Everywhere) -> Result<bool, Failure> {
    Ok(Store::open(&commands::folder_of(everywhere)?).map_err(refused)?.is_some())
}

/// A project that goes on from its ledger.
pub fn continued(
    everywhere: &Everywhere,
    folder: &Folder,
    known: Known,
    asked: Option<&str>,
) -> Result<Project, Failure> {
    let (dir, origin) = (commands::folder_of(everywhere)?, Origin::files(folder));
    let beside = !origin.tells_changes();
    let (ledger, opened) = parallel::both(|| read_others(&dir), || beside.then(|| origin.open(known.as_of)));
    let opened = (opened, known.as_of);
    let Some((ledger, store)) = ledger? else { return Ok(go_on(&origin, opened, &read(&dir)?, asked, Entries::Read)?) };
    let mut reads = move |close: i64, wanted: &mut dyn FnMut(&str) -> bool| store.read_entries(close, wanted);
    Ok(go_on(&origin, opened, &ledger, asked, Entries::Unread(&mut reads))?)
}

/// What closed periods would hold as known now, less what they held.
pub fn true_ups(
    everywhere: &Everywhere,
    folder: &Folder,
    period: &super::Period,
) -> Result<(Project, Outcome), Failure> {
    let ledger = read(&commands::folder_of(everywhere)?)?;
    let asked = (period.period.as_str(), period.known.as_of);
    Ok(crate::ledger::since::true_ups(&Origin::files(folder), &ledger, asked)?)
}

/// The facts that made the true-ups of each statement, with what they change.
pub fn prices<'s>(
    everywhere: &Everywhere,
    (folder, project): (&Folder, &Project),
    statements: impl Iterator<Item = &'s Statement> + Clone,
) -> Result<Vec<Vec<Price>>, Failure> {
    // Most statements have none, and need no ledger.
    if !statements.clone().any(is_changed) {
        return Ok(statements.map(|_| Vec::new()).collect());
    }
    let ledger = read(&commands::folder_of(everywhere)?)?;
    let priced = statements.map(|statement| of_statement((folder, project), &ledger, statement));
    Ok(priced.collect::<Result<_, _>>()?)
}

/// Closes a period.
pub fn close(everywhere: &Everywhere, arguments: &CloseArguments) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let folder = commands::read(everywhere)?;
    let request = Request {
        as_of: arguments.as_of,
        told: arguments.told.clone(),
        ..arguments.who.asks(arguments.period.text())?
    };
    let _turn = outbox::Turn::wait(&dir).map_err(refused)?;
    loop {
        let mut ledger = published(&dir)?;
        let closing = {
            let _progress = Progress::of("computing", everywhere.quiet);
            prepare(&Origin::files(&folder), &mut ledger, &request)?
        };
        let prepared = match closing {
            Closing::Already(close) => {
                return print(&format!("{} is already closed as of {}\n", close.name(), close.as_of));
            }
            Closing::Ready(prepared) => prepared,
        };
        let Some(closed) = prepared.close() else { return Ok(()) };
        let staged = outbox::stage(&dir, &closed.name(), &prepared.files).map_err(refused)?;
        let added = Store::open_or_begin(&dir).and_then(|mut store| store.add(&prepared));
        if !matches!(added, Ok(Commit::Done)) {
            outbox::drop_staged(&staged);
        }
        match added.map_err(refused)? {
            Commit::Done => {
                outbox::put(&staged, &dir.join(CLOSED_FOLDER).join(closed.name())).map_err(refused)?;
                ledger.extend(prepared.rows.clone());
                return tell(everywhere, &ledger, &prepared, closed);
            }
            // Somebody else closed in between: what was prepared is worked again on what is there now.
            Commit::Moved => {}
        }
    }
}

fn tell(everywhere: &Everywhere, ledger: &Ledger, prepared: &Prepared, close: &CloseRow) -> Result<(), Failure> {
    if everywhere.format == Format::Json {
        let control = prepared.files.iter().find(|file| file.name == "control.json");
        let control = control.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
        return print(&control.unwrap_or_default());
    }
    let mut out = format!("{} is closed as {}, as of {}\n", close.period, close.name(), close.as_of);
    let trued = prepared.rows.entries.iter().filter(|row| &*row.kind == "true-up").count();
    let entries = match prepared.rows.entries.len() {
        1 => "1 entry".to_owned(),
        number => format!("{number} entries"),
    };
    out.push_str(&format!(
        "{entries} posted, {} of them for closed periods\n",
        if trued == 0 { "none".to_owned() } else { trued.to_string() }
    ));
    let mut sums = std::collections::BTreeMap::new();
    for payment in files::payments(ledger, close).map_err(refused)? {
        let sum: &mut (usize, rust_decimal::Decimal) = sums.entry(payment.currency).or_default();
        sum.0 = sum.0.saturating_add(1);
        sum.1 = crate::domain::exact::add(sum.1, payment.amount).unwrap_or(sum.1);
    }
    for (currency, (count, total)) in sums {
        let count = commands::counted(count, "payment");
        out.push_str(&format!("{count}, {} {currency}\n", grouped(total, currency.places())));
    }
    for note in &prepared.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    out.push_str(&format!("files in {CLOSED_FOLDER}/{}\nclose {}\n", close.name(), close.digest));
    print(&out)
}

/// Voids the last close.
pub fn void(everywhere: &Everywhere, arguments: &VoidArguments) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let _turn = outbox::Turn::wait(&dir).map_err(refused)?;
    let ledger = published(&dir)?;
    let request = arguments.who.asks(arguments.period.text())?;
    if request.note.is_empty() {
        return Err(super::usage_of("no reason is given", "say why: `--note TEXT`"));
    }
    let row = void_row(&ledger, &request, &arguments.told)?;
    let name = row.subject.clone();
    let rows = Ledger { log: vec![row], ..Ledger::default() };
    write(&dir, &Prepared { head: ledger.head().to_owned(), rows, ..Prepared::default() })?;
    published(&dir)?;
    print(&format!("{name} is void; its files are in {CLOSED_FOLDER}/{name}-void, and the period is open again\n"))
}

/// Adds what was prepared by whoever has the turn.
pub fn write(dir: &Path, prepared: &Prepared) -> Result<(), Failure> {
    let mut store = Store::open_or_begin(dir).map_err(refused)?;
    match store.add(prepared).map_err(refused)? {
        Commit::Done => Ok(()),
        Commit::Moved => {
            let finding = Diagnostic::error(Code::LedgerLocked, "the ledger has moved on in between");
            Err(refused(Box::new(finding.help("nothing was written; look at `earnmark log` and try again"))))
        }
    }
}

/// Shows the log.
pub fn log(everywhere: &Everywhere) -> Result<(), Failure> {
    let ledger = read(&commands::folder_of(everywhere)?)?;
    let columns = ["seq", "what", "period", "revision", "about", "by", "at", "note", "digest"];
    let rows: Vec<[String; 9]> = ledger
        .log
        .iter()
        .map(|row| {
            let revision = row.revision.to_string();
            // What statements showed stands on them; here its digest is enough.
            let note = if row.kind == KEPT { "" } else { &*row.note };
            let words = [&*row.kind, &row.period, &revision, &row.subject, &row.actor, &row.at, note, &row.digest];
            let [kind, period, revision, subject, actor, at, note, digest] = words.map(str::to_owned);
            [row.seq.to_string(), kind, period, revision, subject, actor, at, note, digest]
        })
        .collect();
    match everywhere.format {
        Format::Csv => {
            let made = crate::report::tables::csv(&columns, &rows, &[0, 3]);
            print(&made.map_err(|error| Failure::Outside(error.to_string()))?)
        }
        Format::Json => {
            let objects = rows.iter().map(|row| columns.iter().copied().zip(row).collect());
            print(&commands::json(&objects.collect::<Vec<std::collections::BTreeMap<&str, &String>>>())?)
        }
        Format::Table if rows.is_empty() => print("nothing is closed yet\n"),
        Format::Table => {
            let mut table = plain_table();
            table.set_header(columns.map(|name| heading(name, name == "seq")).to_vec());
            for row in &rows {
                let [seq, kind, period, revision, subject, actor, at, note, digest] = row;
                let short = digest.get(..12).unwrap_or_default();
                // What was read stands in the control record; here its digest is enough.
                let note = if kind == SOURCES { "" } else { note.as_str() };
                let words = [kind.as_str(), period, revision, subject, actor, at, note].map(text);
                let mut cells = vec![figure(seq.clone())];
                cells.extend(words);
                cells.push(text(short));
                table.add_row(cells);
            }
            print(&format!("{table}\n"))
        }
    }
}

/// Checks the ledger.
pub fn verify(everywhere: &Everywhere, arguments: &VerifyArguments) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let Some(ledger) = Store::read_project(&dir).map_err(refused)? else {
        outbox::known(&dir, &Ledger::default()).map_err(refused)?;
        return print("nothing is closed yet\n");
    };
    let mut findings = chain::verify(&ledger);
    findings.extend(outbox::known(&dir, &ledger).err().map(|finding| *finding));
    if findings.is_empty() {
        outbox::tidy(&dir, &ledger).map_err(refused)?;
        findings.extend(outbox::compare(&dir, &ledger));
    }
    // The digest of a close, as its files show it, or a head, as this command shows it.
    let mut known = ledger.closes.iter().map(|close| &close.digest).chain(ledger.log.iter().map(|row| &row.hash));
    if let Some(head) = &arguments.head
        && !known.any(|digest| head.len() >= 8 && digest.starts_with(head.as_str()))
    {
        let message = format!("no close of this ledger has the digest `{head}`, and no row of its log the hash");
        let help = "it is another ledger, an older copy, or one that was written anew";
        findings.push(Diagnostic::error(Code::LedgerDamaged, message).help(help));
    }
    if arguments.recompute && findings.is_empty() {
        let folder = commands::read(everywhere)?;
        findings.extend(recompute(&folder, &ledger));
    }
    if !findings.is_empty() {
        return Err(Refused { findings, ..Refused::default() }.into());
    }
    let closes = commands::counted(ledger.in_force().count(), "period");
    let again = if arguments.recompute { ", worked again with the same result" } else { "" };
    print(&format!(
        "{closes} closed{again}; chain, digests, balances and files are as they were written\nhead {}\n",
        ledger.head()
    ))
}
