//! What each command does, in the order in which `--help` lists them.

use super::out::{Written, write_folder};
use super::progress::Progress;
use super::{
    Arguments, Command, Everywhere, Failure, Format, Known, Period, demo, diff, explain, init, ledger, out, pipeline,
    print, render, serve, show, templates, test, usage_of, verbs,
};
use crate::domain::diagnostic::{Diagnostic, Severity, nearest};
use crate::io::Folder;
use crate::ledger::prices::Price;
use crate::plan::model::Plan;
use crate::project::{Computed, Project, Refused, deals_by_columns, quick_payouts};
use crate::report::answers::{PayView, pay};
use crate::report::nobody::{self, Nobody};
use crate::report::sheet;
use crate::report::tables::{ENTRY_COLUMNS, ENTRY_FIGURES, PAYOUT_COLUMNS, csv, entry_rows, payout_rows, payouts_csv};
use crate::run::columns::{WhyNot, why_not};
use crate::run::statement::Statement;
use serde::Serialize;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// Runs the command of the arguments.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let everywhere = &arguments.everywhere;
    let writes =
        matches!(arguments.command, Command::Run { .. } | Command::Payouts(_) | Command::Export(_) | Command::Diff(_));
    if everywhere.out.is_some() && !writes {
        let help =
            "`run`, `payouts`, `export` and `diff` write where `--out` says; of the others `>` keeps what they print";
        return Err(usage_of("`--out` is given, and this command writes nothing there", help));
    }
    match &arguments.command {
        Command::Demo => demo::demo(),
        Command::Init { list: true, .. } => templates::list(everywhere),
        Command::Init { dir, from, template, .. } => {
            init::init(dir.as_deref(), from, template.as_deref(), everywhere.quiet)
        }
        Command::Check { verbose } => check(everywhere, *verbose),
        Command::Test { files } => test::test(everywhere, files),
        Command::Run { period, recompute } => entries(everywhere, period, *recompute),
        Command::Payouts(period) => payouts(everywhere, period),
        Command::Explain { payee, deal, period, known } => {
            explain(everywhere, payee, deal.as_deref(), period.as_deref(), *known)
        }
        Command::Pipeline { payee, period } => pipeline::show(everywhere, payee.as_deref(), period),
        Command::Close(arguments) => ledger::close(everywhere, arguments),
        Command::Void(arguments) => ledger::void(everywhere, arguments),
        Command::Submit(arguments) => verbs::submit(everywhere, arguments),
        Command::Approve(arguments) => verbs::judge(everywhere, arguments, true),
        Command::Reject(arguments) => verbs::judge(everywhere, arguments, false),
        Command::Ack(arguments) => verbs::ack(everywhere, arguments),
        Command::Dispute { what } => verbs::dispute(everywhere, what),
        Command::Export(arguments) => verbs::export(everywhere, arguments),
        Command::Backup { file } => verbs::backup(everywhere, file),
        Command::Log => ledger::log(everywhere),
        Command::Verify(arguments) => ledger::verify(everywhere, arguments),
        Command::Diff(arguments) => diff::diff(everywhere, arguments),
        Command::Serve(arguments) => serve::serve(everywhere, arguments),
    }
}

/// The nearest folder upwards with settings in it, if there is one.
pub fn nearest_project() -> Result<Option<PathBuf>, Failure> {
    let here = std::env::current_dir()?;
    Ok(here.ancestors().find(|folder| folder.join("earnmark.toml").is_file()).map(Path::to_path_buf))
}

/// The project folder: the one named, else the nearest upwards.
pub fn folder_of(everywhere: &Everywhere) -> Result<PathBuf, Failure> {
    if let Some(named) = &everywhere.project {
        return Ok(named.clone());
    }
    nearest_project()?.ok_or_else(|| {
        usage_of(
            "there is no `earnmark.toml` here or in a folder above",
            "name one with `--project DIR`, or make one with `earnmark init DIR`",
        )
    })
}

pub fn read(everywhere: &Everywhere) -> Result<Folder, Failure> {
    let dir = folder_of(everywhere)?;
    let _progress = Progress::of("reading", everywhere.quiet);
    Folder::read(&dir, everywhere.data.as_deref()).map_err(refused)
}

fn refused(findings: Vec<crate::domain::diagnostic::Diagnostic>) -> Failure {
    Refused { findings, ..Refused::default() }.into()
}

/// The project, of which anything can be asked.
pub fn open(everywhere: &Everywhere, known: Known) -> Result<Project, Failure> {
    open_folder(everywhere, &read(everywhere)?, known, None)
}

fn open_folder(
    everywhere: &Everywhere,
    folder: &Folder,
    known: Known,
    asked: Option<&str>,
) -> Result<Project, Failure> {
    let _progress = Progress::of("reading", everywhere.quiet);
    let project = ledger::continued(everywhere, folder, known, asked)?;
    tell_warnings(everywhere, project.warnings.len());
    if let Some(told) = project.ledger.withdrawn.as_ref().filter(|_| !everywhere.quiet) {
        anstream::eprintln!("{}\n", render::clean(told));
    }
    Ok(project)
}

/// Who is paid looks at figures, who writes plans at the check.
fn tell_warnings(everywhere: &Everywhere, warnings: usize) {
    if !everywhere.quiet && warnings > 0 {
        let them = if warnings == 1 { "it" } else { "them" };
        anstream::eprintln!("{}: `earnmark check` shows {them}\n", counted(warnings, "warning"));
    }
}

pub fn compute(project: &Project, period: &str, everywhere: &Everywhere) -> Result<Computed, Failure> {
    let _progress = Progress::of("computing", everywhere.quiet);
    Ok(project.compute(period)?)
}

/// Who pays sees what is odd about the pay itself.
fn tell_odd(everywhere: &Everywhere, project: &Project, findings: &[Diagnostic]) {
    for finding in findings.iter().filter(|_| !everywhere.quiet) {
        anstream::eprintln!("{}\n", render::rendered(finding, &project.texts));
    }
}

fn check(everywhere: &Everywhere, verbose: bool) -> Result<(), Failure> {
    let folder = read(everywhere)?;
    let (refused, run) = Project::checked(&folder);
    let errors = refused.findings.iter().any(|finding| finding.severity == Severity::Error);
    let Some((project, outcome)) = run.filter(|_| !errors) else { return Err(refused.into()) };
    if everywhere.format == Format::Json {
        return print(&json(&crate::report::answers::findings(&refused))?);
    }
    for finding in &refused.findings {
        anstream::eprintln!("{}\n", render::rendered(finding, &refused.texts));
    }
    let mut text = String::new();
    let by_rows = if verbose { why_not(&project.plans) } else { Vec::new() };
    for plan in &project.plans {
        let counts = [
            counted(plan.measures.len(), "measure"),
            counted(plan.components.len(), "component"),
            counted(plan.tests.len(), "test"),
        ]
        .join(", ");
        text.push_str(&format!("{}: {}, {} to {}, {counts}\n", plan.name, plan.currency, plan.from, plan.to));
        if verbose {
            text.push_str(&by_columns(&project, plan, &by_rows));
            text.push_str(&super::compiled::forms(&project, plan));
        }
    }
    if verbose && !deals_by_columns(&folder, &project) {
        text.push_str("deals: the file is read row by row, and so payouts are worked\n");
    }
    for source in &project.sources {
        let rows = if source.rows == 1 { "1 row".to_owned() } else { format!("{} rows", source.rows) };
        let mut counts = format!("{rows}, {} taken, {} filtered", source.taken, source.filtered);
        if let Some(own) = &source.cancellations {
            counts.push_str(&format!(", {} cancellations matched, {} not", own.matched, own.unmatched));
        }
        text.push_str(&format!("{} {}: {counts}\n", source.kind.word(), render::clean(&source.file)));
    }
    if let Some(told) = nobody::told(&nobody::nobody(&project, &outcome, None)) {
        text.push_str(&format!("{}\n", render::clean(&told)));
    }
    text.push_str("no errors\n");
    print(&text)
}

/// Whether the payouts of a plan can be worked by columns, and if not for what, each with its line.
fn by_columns(project: &Project, plan: &Plan, by_rows: &[WhyNot]) -> String {
    let own: Vec<String> = by_rows
        .iter()
        .filter(|found| found.plan == plan.name)
        .map(|found| {
            let place = format!("{}:{}", found.span.file, project.texts.line(&found.span));
            let of = found.of.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
            format!("  worked by rows for {}{of}, {}\n", found.what, render::clean(&place))
        })
        .collect();
    if own.is_empty() { "  payouts can be worked by columns\n".to_owned() } else { own.concat() }
}

/// A number with its noun.
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A value as JSON, with a last line end.
pub fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Outside(error.to_string()))?;
    Ok(format!("{text}\n"))
}

fn csv_failed(error: csv::Error) -> Failure {
    Failure::Outside(error.to_string())
}

/// All statements of the periods asked for, by payee, period, currency.
fn statements(project: &Project, computed: &Computed) -> Vec<Statement> {
    let (first, last) = computed.asked;
    let material = project.material(computed);
    let asked = computed.outcome.payouts.iter().filter(|payout| (first..=last).contains(&payout.period));
    asked.filter_map(|payout| material.statement(payout, project.name(&payout.payee))).collect()
}

/// What `run --format json` prints.
#[derive(Serialize)]
struct RunJson<'a> {
    digests: &'a crate::run::statement::Digests,
    statements: Vec<Statement>,
    /// What is credited to nobody.
    nobody: Vec<Nobody>,
    /// What closed periods would hold as known now, less what they held when they were closed; where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    recomputed: Option<Vec<Named>>,
}

/// A row of a table, its cells by the names of their columns.
type Named = serde_json::Map<String, serde_json::Value>;

/// The rows of a table as objects.
fn named<const N: usize>(columns: &[&str; N], rows: &[[String; N]]) -> Vec<Named> {
    let named = |row: &[String; N]| {
        columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.clone().into())).collect()
    };
    rows.iter().map(named).collect()
}

fn entries(everywhere: &Everywhere, period: &Period, recompute: bool) -> Result<(), Failure> {
    if recompute && everywhere.out.is_some() {
        let message = "`--recompute` shows what no close has posted, and writes no files";
        return Err(usage_of(message, "leave `--out` away; `--format csv` and `json` have it too"));
    }
    // The process ends with this: nobody needs the memory, and to give back millions of pieces takes its time.
    let folder = read(everywhere)?;
    let project = ManuallyDrop::new(open_folder(everywhere, &folder, period.known, Some(&period.period))?);
    // Files of many deals are large, and mostly nothing more is asked of them.
    let folder = recompute.then_some(folder);
    let computed = ManuallyDrop::new(compute(&project, &period.period, everywhere)?);
    tell_odd(everywhere, &project, &computed.warnings);
    let ahead = crate::ledger::told::ahead(&project, &computed).map_err(ledger::refused)?;
    tell_odd(everywhere, &project, &ahead);
    let credited_to_nobody = nobody::nobody(&project, &computed.outcome, Some(computed.asked));
    if let Some(told) = nobody::told(&credited_to_nobody).filter(|_| !everywhere.quiet) {
        anstream::eprintln!("{}\n", render::clean(&told));
    }
    let since = folder.map(|folder| ledger::true_ups(everywhere, &folder, period)).transpose()?;
    let recomputed = since.as_ref().map(|(_, outcome)| entry_rows(outcome, (0, usize::MAX)));
    let mut rows = entry_rows(&computed.outcome, computed.asked);
    if everywhere.format == Format::Csv {
        rows.extend(recomputed.iter().flatten().cloned());
    }
    let entries = csv(&ENTRY_COLUMNS, &rows, &ENTRY_FIGURES).map_err(csv_failed)?;
    if let Some(dir) = &everywhere.out {
        let payouts = payouts_csv(&computed.outcome.periods, &computed.outcome.payout_rows(), computed.asked)
            .map_err(csv_failed)?;
        let mut files = vec![Written::table("entries.csv", entries), Written::table("payouts.csv", payouts)];
        let mut texts = Vec::new();
        for statement in statements(&project, &computed) {
            let name = sheet::file_name(&[&statement.payee.id, &statement.period.label, statement.currency]);
            texts.push((format!("{name}.html"), sheet::html(&sheet::Sheet::from(&statement))));
            texts.push((format!("{name}.json"), json(&statement)?));
        }
        let archive = crate::ledger::statements::archive(&texts).map_err(ledger::refused)?;
        files.extend(texts.into_iter().map(|(name, text)| Written::new(format!("statements/{name}"), text)));
        files.push(Written::bytes(crate::ledger::statements::ARCHIVE, archive));
        files.push(out::control(&project, &computed, &files)?);
        write_folder(dir, &files)?;
        if !everywhere.quiet {
            anstream::eprintln!("{} files in {}", files.len(), dir.display());
        }
        return Ok(());
    }
    match everywhere.format {
        Format::Csv => print(&entries),
        Format::Json => {
            let statements = statements(&project, &computed);
            let recomputed = recomputed.map(|rows| named(&ENTRY_COLUMNS, &rows));
            print(&json(&RunJson { digests: &computed.digests, statements, nobody: credited_to_nobody, recomputed })?)
        }
        Format::Table => {
            let since = since.map_or_else(String::new, |(project, outcome)| show::since(&project, &outcome));
            print(&format!("{}\n{since}{}\n", show::payouts(&project, &computed), show::digests(&computed)))
        }
    }?;
    if !everywhere.quiet && everywhere.format != Format::Table {
        anstream::eprintln!("{}", show::digests(&computed));
    }
    Ok(())
}

fn payouts(everywhere: &Everywhere, period: &Period) -> Result<(), Failure> {
    let table = everywhere.format == Format::Table
        && everywhere.out.is_none()
        && std::io::IsTerminal::is_terminal(&std::io::stdout());
    if table {
        let project = open_folder(everywhere, &read(everywhere)?, period.known, Some(&period.period))?;
        let computed = compute(&project, &period.period, everywhere)?;
        tell_odd(everywhere, &project, &computed.warnings);
        return print(&show::payouts(&project, &computed));
    }
    let by_columns = period.known.as_of.is_none() && !ledger::is_begun(everywhere)?;
    let (mut folder, left) = if by_columns {
        let _progress = Progress::of("reading", everywhere.quiet);
        let read = Folder::read_but_deals(&folder_of(everywhere)?, everywhere.data.as_deref());
        read.map_err(refused)?
    } else {
        (read(everywhere)?, None)
    };
    let quick = by_columns.then(|| {
        let _progress = Progress::of("computing", everywhere.quiet);
        quick_payouts(&folder, left.as_ref(), Some(&period.period))
    });
    let (periods, payouts, asked) = match quick.flatten() {
        Some(quick) => {
            tell_warnings(everywhere, quick.warnings);
            (quick.periods, quick.payouts, quick.asked)
        }
        None => {
            if let Some(left) = &left {
                folder.read_left(left).map_err(refused)?;
            }
            let project = open_folder(everywhere, &folder, period.known, Some(&period.period))?;
            let _progress = Progress::of("computing", everywhere.quiet);
            let (outcome, asked) = project.payouts(Some(&period.period))?;
            let payouts = outcome.payout_rows();
            (outcome.periods, payouts, asked)
        }
    };
    let text = match everywhere.format {
        Format::Json => json(&named(&PAYOUT_COLUMNS, &payout_rows(&periods, &payouts, asked)))?,
        _ => payouts_csv(&periods, &payouts, asked).map_err(csv_failed)?,
    };
    match &everywhere.out {
        Some(file) => out::write_file(file, &text),
        None => print(&text),
    }
}

/// What `explain --format json` prints of a statement.
#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    statement: Statement,
    /// The facts that made its true-ups, where it has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prices: Vec<Price>,
}

fn explain(
    everywhere: &Everywhere,
    payee: &str,
    deal: Option<&str>,
    period: Option<&str>,
    known: Known,
) -> Result<(), Failure> {
    let folder = read(everywhere)?;
    let project = open_folder(everywhere, &folder, known, None)?;
    let id = payee_id(&project, payee)?;
    let computed = match period {
        Some(label) => compute(&project, label, everywhere)?,
        None => project.compute_all()?,
    };
    let (first, last) = computed.asked;
    let own = computed
        .outcome
        .payouts
        .iter()
        .filter(|payout| payout.payee.as_ref() == id && (first..=last).contains(&payout.period));
    let periods: Vec<usize> = match (period, deal) {
        // Of two currencies there are two payouts, and one view has both.
        (Some(_), _) => own.map(|payout| payout.period).collect::<BTreeSet<_>>().into_iter().collect(),
        (None, Some(deal)) => periods_of(&computed, &id, deal),
        (None, None) => {
            own.filter(|payout| !payout.earned.is_zero()).map(|payout| payout.period).max().into_iter().collect()
        }
    };
    let mut views: Vec<PayView> = Vec::new();
    for place in periods {
        views.extend(pay(&project.material(&computed), project.name(&id), &id, place));
    }
    views.dedup();
    if let Some(deal) = deal {
        is_shown(&project, &computed, &views, (&id, deal))?;
    }
    if views.is_empty() {
        return Err(usage_of(format!("nothing is paid: `{id}`"), "name another payee, deal or `--period`"));
    }
    let prices = ledger::prices(everywhere, (&folder, &project), views.iter().map(|view| &view.statement))?;
    if everywhere.format == Format::Json {
        let explained =
            views.into_iter().zip(prices).map(|(view, prices)| Explained { statement: view.statement, prices });
        return print(&json(&explained.collect::<Vec<_>>())?);
    }
    let texts = views
        .iter()
        .zip(&prices)
        .map(|(view, prices)| explain::statement(&view.statement, (&view.quotas, prices), deal));
    let texts: Vec<String> = texts.collect();
    print(&format!("{}\n{}\n", texts.join("\n"), show::digests(&computed)))
}

/// Says of a deal that is on none of the statements why that is.
fn is_shown(
    project: &Project,
    computed: &Computed,
    views: &[PayView],
    (payee, deal): (&str, &str),
) -> Result<(), Failure> {
    let statements = views.iter().map(|view| &view.statement);
    let mut own = statements.flat_map(|statement| {
        let entries = statement.entries.iter().filter_map(|entry| entry.deal.as_deref());
        entries.chain(statement.not_counted.iter().map(|line| &*line.deal))
    });
    if own.any(|shown| shown == deal) {
        return Ok(());
    }
    let deals = || project.facts.deals.iter().map(|deal| &*deal.id);
    if !deals().any(|known| known == deal) {
        let help = nearest(deal, deals()).map_or_else(
            || "ids are compared to the letter, as the files have them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(usage_of(format!("there is no deal `{deal}`"), &help));
    }
    let lines = nobody::nobody(project, &computed.outcome, None);
    let why = lines.iter().find(|line| line.deal == deal && line.payee.as_deref().is_none_or(|named| named == payee));
    let why = why.map_or_else(|| "it is of another payee or period".to_owned(), |line| line.reason.clone());
    let message = format!("the deal `{deal}` is on no statement of `{payee}` there: {why}");
    Err(usage_of(message, "name another payee, deal or `--period`"))
}

/// The payout periods in which a deal is on a payee's statement.
fn periods_of(computed: &Computed, payee: &str, deal: &str) -> Vec<usize> {
    let entries = computed.outcome.entries.iter();
    let entries =
        entries.filter(|entry| &*entry.payee == payee && entry.deal.as_ref().is_some_and(|(_, id)| &**id == deal));
    let left =
        computed.outcome.not_counted.iter().filter(|left| left.payee.as_deref() == Some(payee) && &*left.deal == deal);
    let left = left.filter_map(|left| {
        computed.outcome.periods.iter().position(|period| left.day.is_some_and(|day| period.contains(day)))
    });
    let mut periods: Vec<usize> = entries.map(|entry| entry.payout).chain(left).collect();
    periods.sort_unstable();
    periods.dedup();
    periods
}

/// The payee of an id, or of a name that only one has.
pub fn payee_id(project: &Project, wanted: &str) -> Result<String, Failure> {
    let payees = &project.facts.payees;
    if payees.iter().any(|payee| &*payee.id == wanted) {
        return Ok(wanted.to_owned());
    }
    let named: Vec<&str> = payees.iter().filter(|payee| payee.name() == wanted).map(|payee| &*payee.id).collect();
    if let [only] = named.as_slice() {
        return Ok((*only).to_owned());
    }
    if named.len() > 1 {
        return Err(usage_of(
            format!("{} payees are named `{wanted}`", named.len()),
            &format!("name one by id: {}", named.join(", ")),
        ));
    }
    let near = nearest(wanted, payees.iter().flat_map(|payee| [&*payee.id, payee.name()]));
    let help = near.map_or_else(
        || "`earnmark payouts --period …` lists them all".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(usage_of(format!("there is no payee `{wanted}`"), &help))
}
