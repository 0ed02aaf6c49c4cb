//! The command line: arguments in, tables or CSV or JSON out, an exit code.
//!
//! Results go to stdout, talk to stderr. Exit codes: 0 done, 1 the plan or the data has errors, 2 wrong usage,
//! 3 the ledger refuses (closed, locked, changed, not told).

mod accrual;
mod commands;
mod compiled;
mod demo;
mod diff;
mod explain;
mod init;
mod ledger;
mod out;
mod pipeline;
mod progress;
mod render;
mod serve;
mod show;
mod templates;
mod test;
mod verbs;
mod workbook;

use crate::domain::diagnostic::{Code, Diagnostic};
use crate::project::Refused;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Commissions from comp plans written as Rhai scripts, exact to the cent, with a reason for every line.
#[derive(Debug, Parser)]
#[command(name = "earnmark", version, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Everywhere {
    /// The project folder; without it the nearest one upwards with an earnmark.toml
    #[arg(long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
    /// The folder of the data files, in place of the project's data folder
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Where results are written: a file for one table, a folder for many
    #[arg(long, global = true, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Results only, no talk
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// For programs
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the sample company after two closes: payouts, one statement explained, what to try next
    Demo,
    /// Write a project folder to start from
    Init {
        /// The folder to make; behind exports it may stand last
        dir: Option<PathBuf>,
        /// Exports to guess the mapping from; they are copied into the data folder
        #[arg(long, value_name = "FILE", num_args = 1..)]
        from: Vec<PathBuf>,
        /// The plan to start from, with sample data that fits it
        #[arg(long, value_name = "NAME", conflicts_with = "from")]
        template: Option<String>,
        /// List the plans to start from
        #[arg(long, conflicts_with_all = ["dir", "from", "template"])]
        list: bool,
    },
    /// Say all that can be known before it pays
    Check {
        /// Say of each plan whether its payouts are worked by columns and what sends them to rows, and print the compiled form of its
        /// formulas
        #[arg(long, short)]
        verbose: bool,
    },
    /// Work the plans' own tests, or those of some scripts; no data is read
    Test {
        /// Scripts, each with the project folder it lies in
        files: Vec<PathBuf>,
    },
    /// Compute payouts with their entries; with --out DIR also the statements
    Run {
        #[command(flatten)]
        period: Period,
        /// Of closed periods also what they would hold as known now, less what they held when they were closed
        #[arg(long)]
        recompute: bool,
    },
    /// Compute payouts alone: payee,period,earned,payout,carry,currency
    Payouts(Period),
    /// Say why a payee is paid what they are paid
    Explain {
        /// The payee's id or name
        payee: String,
        /// One deal alone
        deal: Option<String>,
        /// The payout period; without it the last in which the payee earned something
        #[arg(long)]
        period: Option<String>,
        #[command(flatten)]
        known: Known,
    },
    /// Say of each open deal of the pipeline what it would pay if it closed as expected
    Pipeline {
        /// The payee's id or name; without one everybody
        payee: Option<String>,
        #[command(flatten)]
        period: Period,
    },
    /// Post a payout period to the ledger and write what payroll takes
    Close(ledger::CloseArguments),
    /// Take the last close back, as long as nobody was paid by it
    Void(ledger::VoidArguments),
    /// Show the open period's result to those who approve it
    Submit(verbs::SubmitArguments),
    /// Approve what was submitted
    Approve(verbs::JudgeArguments),
    /// Reject what was submitted
    Reject(verbs::JudgeArguments),
    /// Take what payroll says of payments: paid, rejected
    Ack(verbs::AckArguments),
    /// What a payee objects to: open, answer, settle, withdraw, list
    Dispute {
        #[command(subcommand)]
        what: verbs::DisputeCommand,
    },
    /// Write again what a close wrote, byte for byte
    Export(verbs::ExportArguments),
    /// Copy the ledger, also while another process writes to it
    Backup {
        /// The file to write; it must not be there
        file: PathBuf,
    },
    /// Show what was done to the ledger
    Log,
    /// Check the ledger: its chain, its digests, its files
    Verify(ledger::VerifyArguments),
    /// Say what a change of plan costs, and whom it moves by what
    Diff(diff::DiffArguments),
    /// Serve the page with this project in it, for this machine's browser
    Serve(serve::ServeArguments),
}

/// Which payout periods.
#[derive(Debug, Args)]
struct Period {
    /// A period (2026-Q1), a longer one (2026) or a range (2026-Q1..2027-Q2)
    #[arg(long)]
    period: String,
    #[command(flatten)]
    known: Known,
}

/// What is known.
#[derive(Debug, Clone, Copy, Args)]
struct Known {
    /// Facts that were recorded after this day are invisible
    #[arg(long, value_name = "DATE", value_parser = day_of)]
    as_of: Option<NaiveDate>,
}

/// A day as `2026-03-31`.
fn day_of(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "a day is written as 2026-03-31".to_owned())
}

/// Why a command failed.
#[derive(Debug)]
enum Failure {
    /// The plan or the data has errors.
    Refused(Box<Refused>),
    /// Something is wrong, and the result says what.
    Told,
    /// Something outside: a file that cannot be written, a port that is taken.
    Outside(String),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Outside(error.to_string())
    }
}

/// Something that was asked for and is not there.
fn usage_of(message: impl Into<String>, help: &str) -> Failure {
    let finding = Diagnostic::error(Code::NotFound, message).help(help);
    Refused { findings: vec![finding], ..Refused::default() }.into()
}

/// Where a file is so damaged that its reader panics, says that and ends: the command cannot go on after a panic. Nothing has been
/// written by then, for files are read first.
#[cfg(feature = "parquet")]
fn tell_of_damaged_files(as_json: bool) {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let Some(finding) = crate::io::damaged_meanwhile() else { return told(info) };
        if cfg!(panic = "abort") {
            render::tell(&Refused { findings: vec![*finding], ..Refused::default() }, as_json);
            std::process::exit(1);
        }
    }));
}

/// Runs the command of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    #[cfg(feature = "parquet")]
    tell_of_damaged_files(arguments.everywhere.format == Format::Json);
    match commands::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(refused)) => {
            render::tell(&refused, arguments.everywhere.format == Format::Json);
            ExitCode::from(if refused.findings.iter().any(|finding| ledger::refuses(finding.code)) { 3 } else { 1 })
        }
        Err(Failure::Told) => ExitCode::from(1),
        Err(Failure::Outside(message)) => {
            anstream::eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}

/// Writes a result to stdout; a reader that stops early is no error.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
