//! The other verbs of the ledger: `submit`, `approve`, `reject`, `ack`, `dispute`, `export`, `backup`.

use super::ledger::{Label, Who, published, read, refused, write};
use super::out::{Written, write_folder};
use super::progress::Progress;
use super::show::{figure, heading, plain_table, text};
use super::{Everywhere, Failure, Format, accrual, commands, out, print, usage_of, workbook};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::ledger::acks::{self, Acknowledged, Counts};
use crate::ledger::approval::{Step, step};
use crate::ledger::book::Ledger;
use crate::ledger::close::Prepared;
use crate::ledger::disputes::{self, About, Dispute, Move};
use crate::ledger::files::{self, File};
use crate::ledger::rows::damaged;
use crate::ledger::statements;
use crate::ledger::store::Store;
use crate::ledger::walk::Walk;
use crate::ledger::{chain, outbox};
use crate::project::Project;
use chrono::NaiveDate;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What `submit` takes.
#[derive(Debug, Args)]
pub struct SubmitArguments {
    #[command(flatten)]
    period: Label,
    /// The day up to which facts are known; without it as `close` has it
    #[arg(long, value_name = "DATE", value_parser = super::day_of)]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    who: Who,
}

/// What `approve` and `reject` take.
#[derive(Debug, Args)]
pub struct JudgeArguments {
    #[command(flatten)]
    period: Label,
    /// The digest of what was submitted
    #[arg(long, value_name = "DIGEST", default_value = "")]
    told: String,
    #[command(flatten)]
    who: Who,
}

/// What `ack` takes.
#[derive(Debug, Args)]
pub struct AckArguments {
    /// CSV with the columns payment and status (paid, rejected), and amount, currency, date, reference, reason
    file: PathBuf,
    #[command(flatten)]
    who: Who,
}

/// What is done about a dispute.
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// A payee objects to something in a closed period
    Open {
        /// The payee's id
        payee: String,
        /// The closed period
        #[arg(long)]
        period: String,
        /// The entry, by its number in `entries.csv`
        #[arg(long)]
        entry: Option<i64>,
        /// The deal
        #[arg(long)]
        deal: Option<String>,
        /// What the payee expected, with a decimal point
        #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount)]
        expected: Option<Decimal>,
        #[command(flatten)]
        who: Who,
    },
    /// Answer it
    Answer {
        /// The number of the dispute
        number: i64,
        #[command(flatten)]
        who: Who,
    },
    /// Settle it, by a fact that mends it or as computed
    #[command(group(ArgGroup::new("how").required(true).args(["fact", "as_computed"])))]
    Settle {
        /// The number of the dispute
        number: i64,
        /// The fact that mends it, by kind and id: "adjustments A-7"
        #[arg(long, value_name = "KIND ID")]
        fact: Option<String>,
        /// It stands as it was computed
        #[arg(long)]
        as_computed: bool,
        #[command(flatten)]
        who: Who,
    },
    /// The payee withdraws it
    Withdraw {
        /// The number of the dispute
        number: i64,
        #[command(flatten)]
        who: Who,
    },
    /// Show all disputes and how they stand
    List,
}

/// What is written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The files for payroll
    Payroll,
    /// The journal
    Journal,
    /// The statements
    Statements,
    /// A workbook for finance: payouts, entries, balances
    Workbook,
    /// What is earned and not paid yet, by payee, component, currency and account
    Accrual,
    /// Everything that the close wrote
    All,
}

/// What `export` takes.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write
    #[arg(value_enum)]
    part: Part,
    /// The closed period
    #[arg(long)]
    period: String,
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Submits the open period.
pub fn submit(everywhere: &Everywhere, arguments: &SubmitArguments) -> Result<(), Failure> {
    let mut request = arguments.who.asks(arguments.period.text())?;
    request.as_of = arguments.as_of;
    stepped(everywhere, Step::Submit, &request, "")
}

/// Approves or rejects what was submitted.
pub fn judge(everywhere: &Everywhere, arguments: &JudgeArguments, approved: bool) -> Result<(), Failure> {
    let request = arguments.who.asks(arguments.period.text())?;
    if !approved && request.note.is_empty() {
        return Err(usage_of("no reason is given", "say why: `--note TEXT`"));
    }
    stepped(everywhere, if approved { Step::Approve } else { Step::Reject }, &request, &arguments.told)
}

fn stepped(
    everywhere: &Everywhere,
    what: Step,
    request: &crate::ledger::close::Request,
    told: &str,
) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let folder = commands::read(everywhere)?;
    let _turn = outbox::Turn::wait(&dir).map_err(refused)?;
    let ledger = published(&dir)?;
    let done = {
        let _progress = Progress::of("computing", everywhere.quiet);
        step((&folder, &ledger), what, request, told)?
    };
    write(&dir, &done.prepared)?;
    let (label, short) = (&request.period, short(&done.digest));
    print(&match what {
        Step::Submit => format!("{label} is submitted as of {}\nresult {}\n", done.as_of, done.digest),
        Step::Approve if done.asked > 0 => {
            format!("{label} is approved by {} of {}, result {short}\n", done.approved, done.asked)
        }
        Step::Approve => format!("{label} is approved by {}, result {short}\n", done.approved),
        Step::Reject => format!("{label} is rejected, result {short}: mend it and submit it again\n"),
    })
}

/// Takes an acknowledgement.
pub fn ack(everywhere: &Everywhere, arguments: &AckArguments) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let request = arguments.who.asks(String::new())?;
    let name = arguments.file.display().to_string();
    let bytes = fs::read(&arguments.file).map_err(|error| {
        let finding = Diagnostic::error(Code::NoFile, format!("`{name}` cannot be read: {error}"));
        refused(Box::new(finding.help("name the file that payroll sent back")))
    })?;
    let _turn = outbox::Turn::wait(&dir).map_err(refused)?;
    let ledger = published(&dir)?;
    match acks::read(&ledger, (&name, &bytes), &request)? {
        Acknowledged::Already => print("all of it is known already\n"),
        Acknowledged::Ready(prepared, Counts { paid, rejected, void }) => {
            write(&dir, &prepared)?;
            let due = match (rejected.saturating_sub(void), void) {
                (0, 0) => String::new(),
                (_, 0) => ": due again in the next close".to_owned(),
                (0, _) => ": of a void close, so nothing is due again".to_owned(),
                (due, void) => format!(": {due} due again in the next close, {void} of a void close"),
            };
            print(&format!("{} paid, {rejected} rejected{due}\n", commands::counted(paid, "payment")))
        }
    }
}

/// Moves a dispute on, or shows all of them.
pub fn dispute(everywhere: &Everywhere, what: &DisputeCommand) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let (who, period, act, said) = match what {
        DisputeCommand::List => return list(everywhere, &read(&dir)?),
        DisputeCommand::Open { payee, period, entry, deal, expected, who } => {
            let (payee, deal, expected) = (payee.clone(), deal.clone(), expected.map(|amount| amount.to_string()));
            (who, period.clone(), Move::Open(About { payee, entry: *entry, deal, expected }), "open")
        }
        DisputeCommand::Answer { number, who } => (who, String::new(), Move::Answer(*number), "answered"),
        DisputeCommand::Settle { number, fact, who, .. } => {
            let by = match fact {
                Some(fact) => known_fact(everywhere, fact)?,
                None => "as computed".to_owned(),
            };
            (who, String::new(), Move::Settle(*number, by), "settled")
        }
        DisputeCommand::Withdraw { number, who } => (who, String::new(), Move::Withdraw(*number), "withdrawn"),
    };
    let request = who.asks(period)?;
    let _turn = outbox::Turn::wait(&dir).map_err(refused)?;
    let ledger = published(&dir)?;
    let (log, number) = disputes::act(&ledger, &request, &act)?;
    let note = disputes::unknown_deal(&ledger, &act).map_or_else(String::new, |note| format!("note: {note}\n"));
    let rows = Ledger { log, ..Ledger::default() };
    write(&dir, &Prepared { head: ledger.head().to_owned(), rows, ..Prepared::default() })?;
    print(&format!("dispute {number} is {said}\n{note}"))
}

/// An amount as it is typed.
fn amount(text: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(text)
        .map_err(|_| "an amount is written with figures and a decimal point, as 1200.50".to_owned())
}

/// A fact that the files have, by kind and id.
fn known_fact(everywhere: &Everywhere, named: &str) -> Result<String, Failure> {
    let project = Project::open(&commands::read(everywhere)?)?;
    let facts = project.registered();
    let (kind, id) = named.split_once(' ').unwrap_or((named, ""));
    if facts.iter().any(|fact| fact.kind == kind && fact.id == id) {
        return Ok(named.to_owned());
    }
    let names: Vec<String> = facts.iter().map(|fact| format!("{} {}", fact.kind, fact.id)).collect();
    let help = match crate::domain::diagnostic::nearest(named, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "name it by kind and id, as \"deals D-12\" or \"adjustments A-7\"".to_owned(),
    };
    Err(usage_of(format!("the files have no fact `{named}`"), &help))
}

const DISPUTE_COLUMNS: [&str; 8] = ["number", "state", "period", "payee", "about", "expected", "settled by", "said"];

fn list(everywhere: &Everywhere, ledger: &Ledger) -> Result<(), Failure> {
    let rows: Vec<[String; 8]> = disputes::all(ledger).iter().map(dispute_row).collect();
    match everywhere.format {
        Format::Csv => {
            let made = crate::report::tables::csv(&DISPUTE_COLUMNS, &rows, &[0]);
            print(&made.map_err(|error| Failure::Outside(error.to_string()))?)
        }
        Format::Json => {
            let objects = rows.iter().map(|row| DISPUTE_COLUMNS.iter().copied().zip(row).collect());
            print(&commands::json(&objects.collect::<Vec<BTreeMap<&str, &String>>>())?)
        }
        Format::Table if rows.is_empty() => print("nothing is disputed\n"),
        Format::Table => {
            let mut table = plain_table();
            table.set_header(DISPUTE_COLUMNS.map(|name| heading(name, name == "number")).to_vec());
            for row in &rows {
                let [number, rest @ ..] = row;
                let mut cells = vec![figure(number.clone())];
                cells.extend(rest.iter().map(|word| text(word)));
                table.add_row(cells);
            }
            print(&format!("{table}\n"))
        }
    }
}

fn dispute_row(dispute: &Dispute) -> [String; 8] {
    let about = &dispute.about;
    let entry = about.entry.map(|number| format!("entry {number}"));
    let deal = about.deal.as_ref().map(|id| format!("deal {id}"));
    let what = [entry, deal].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let said: Vec<String> = dispute.said.iter().map(|(actor, note)| format!("{actor}: {note}")).collect();
    [
        dispute.number.to_string(),
        dispute.state.to_owned(),
        dispute.period.clone(),
        about.payee.clone(),
        what,
        about.expected.clone().unwrap_or_default(),
        dispute.settled_by.clone().unwrap_or_default(),
        said.join(" · "),
    ]
}

/// Writes again what a close wrote.
pub fn export(everywhere: &Everywhere, arguments: &ExportArguments) -> Result<(), Failure> {
    let ledger = read(&commands::folder_of(everywhere)?)?;
    let Some(close) = ledger.close_of(&arguments.period) else {
        let message = format!("`{}` is not closed", arguments.period);
        let closed: Vec<&str> = ledger.in_force().map(|close| close.period.as_str()).collect();
        let help = if closed.is_empty() {
            "nothing is closed yet".to_owned()
        } else {
            format!("closed are {}", closed.join(", "))
        };
        return Err(usage_of(message, &help));
    };
    if arguments.part == Part::Workbook {
        let Some(path) = &everywhere.out else {
            return Err(usage_of("a workbook is no text", "name a file for it: `--out BOOK.xlsx`"));
        };
        return out::write_bytes(path, &workbook::workbook(&ledger, close)?);
    }
    let walk = Walk::at(&ledger, close).map_err(refused)?;
    if arguments.part == Part::Accrual {
        return accrual::show(everywhere, &walk, close);
    }
    let mut files = files::render_at(&walk, close).map_err(refused)?;
    for file in &files {
        let known = ledger.files.iter().find(|row| row.close == close.seq && row.name == file.name);
        if known.is_none_or(|row| *row != file.row(close.seq, row.format)) {
            return Err(refused(damaged(format!("`{}` of {} is not what the close wrote", file.name, close.name()))));
        }
    }
    let (start, what) = match arguments.part {
        Part::Payroll => ("payroll", "no payroll file"),
        Part::Journal => ("journal", "no journal: `journal.accounts` names the accounts of one"),
        Part::Statements | Part::Workbook | Part::Accrual => ("statements", "no statements"),
        Part::All => ("", "nothing"),
    };
    files.retain(|file| file.name.starts_with(start));
    let archive = everywhere.out.as_ref().is_some_and(|path| path.extension().is_some_and(|end| end == "zip"));
    if arguments.part == Part::Statements && !archive {
        // A folder has them one by one.
        files = statements::texts(&walk, close)
            .map_err(refused)?
            .into_iter()
            .map(|(name, text)| File::text(name, text))
            .collect();
    }
    match (files.as_slice(), &everywhere.out) {
        ([], _) => Err(usage_of(format!("{} has {what}", close.name()), "`earnmark export all` writes what it has")),
        ([File { bytes, .. }], None) => match std::str::from_utf8(bytes) {
            Ok(text) => print(text),
            Err(_) => Err(several(&files)),
        },
        ([file], Some(path)) if path.extension().is_some() => out::write_bytes(path, &file.bytes),
        (files, None) => Err(several(files)),
        (files, Some(dir)) => {
            let written: Vec<Written> =
                files.iter().map(|file| Written::bytes(file.name.clone(), file.bytes.clone())).collect();
            write_folder(dir, &written)
        }
    }
}

fn several(files: &[File]) -> Failure {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).take(6).collect();
    usage_of(format!("there are several files: {}", names.join(", ")), "name a folder for them: `--out DIR`")
}

/// Copies the ledger.
pub fn backup(everywhere: &Everywhere, file: &Path) -> Result<(), Failure> {
    let dir = commands::folder_of(everywhere)?;
    let Some(store) = Store::open(&dir).map_err(refused)? else {
        return Err(usage_of("nothing is closed yet, so there is nothing to copy", "close a period first"));
    };
    if file.exists() {
        return Err(Failure::Outside(format!("`{}` is there already: name a new file", file.display())));
    }
    // The ledger itself may be sound: it is the place that is missing.
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Failure::Outside(format!("there is no folder `{}` for the copy", folder.display())));
    }
    let beside = out::staged(file);
    store.back_up(&beside).map_err(refused)?;
    let copied = Store::check_copy(&beside);
    let ledger = match copied {
        Ok(ledger) if chain::verify(&ledger).is_empty() => ledger,
        Ok(_) => {
            let _ = fs::remove_file(&beside);
            return Err(refused(damaged("the ledger itself is not as it was written: `earnmark verify` says where")));
        }
        Err(finding) => {
            let _ = fs::remove_file(&beside);
            return Err(refused(finding));
        }
    };
    fs::rename(&beside, file).map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failure::Outside(format!("`{}` cannot be written: {error}", file.display()))
    })?;
    let closes = commands::counted(ledger.in_force().count(), "period");
    print(&format!("{closes} closed, copied to {}\nhead {}\n", file.display(), ledger.head()))
}
