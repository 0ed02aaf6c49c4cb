//! `earnmark diff OLD [NEW]`: what a change of plan costs, payee by payee, over the project's data.

use super::show::{figure, heading, plain_table, text, trimmed};
use super::{Everywhere, Failure, Format, Known, commands, out, print, render, usage_of};
use crate::domain::exact::grouped;
use crate::io::Folder;
use crate::project::{Project, Refused, Version, VersionScript};
use crate::report::answers::Finding;
use crate::report::compare::{Asked, ComparedRow, ComparedTotal, Comparison, Why};
use rust_decimal::Decimal;
use std::fs;
use std::path::{Path, PathBuf};

/// How many rows a table in a terminal has.
const SHOWN: usize = 40;
/// How deep below a folder scripts are looked for.
const DEPTH: usize = 8;

/// What is compared.
#[derive(Debug, clap::Args)]
pub struct DiffArguments {
    /// The version before: a project folder, a folder of scripts, or one script that takes the place of the one of its name
    old: PathBuf,
    /// The version after; without it the project's own scripts
    new: Option<PathBuf>,
    /// A period (2026-Q1), a longer one (2026) or a range; without it all payout periods of the plans
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    known: Known,
}

/// Compares two versions of the plans.
pub fn diff(everywhere: &Everywhere, arguments: &DiffArguments) -> Result<(), Failure> {
    let project = commands::open(everywhere, arguments.known)?;
    let computed = match &arguments.period {
        Some(period) => commands::compute(&project, period, everywhere)?,
        None => project.compute_all()?,
    };
    let periods = &computed.outcome.periods;
    let (first, last) = computed.asked;
    let (Some(first), Some(last)) = (periods.get(first), periods.get(last)) else { return Ok(()) };
    let old = version(&arguments.old)?;
    let new = arguments.new.as_deref().map(version).transpose()?;
    let versions = [Some(&old), new.as_ref()];
    let days = (first.to, last.to);
    let compared = Asked { project: &project, opened: &computed.outcome, versions, days }.compare();
    for (name, findings) in [("OLD", &compared.findings_a), ("NEW", &compared.findings_b)] {
        told(name, findings, everywhere.quiet || compared.ran);
    }
    if !compared.ran {
        return Err(Failure::Told);
    }
    let written = match everywhere.format {
        Format::Json => commands::json(&compared)?,
        Format::Csv => compared.csv().map_err(|error| Failure::Outside(error.to_string()))?,
        Format::Table => table(&project, &compared),
    };
    match &everywhere.out {
        Some(file) => out::write_file(file, &written),
        None => print(&written),
    }
}

/// The findings of a version; `errors`: those alone that stand against it.
fn told(name: &str, findings: &[Finding], errors: bool) {
    for finding in findings.iter().filter(|finding| finding.severity == "error" || !errors) {
        let place =
            finding.place.as_ref().map_or_else(String::new, |at| format!("{}:{}:{}: ", at.file, at.line, at.column));
        let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        anstream::eprintln!(
            "{name}: {}: {}",
            finding.severity,
            render::clean(&format!("{place}{}{help}", finding.message))
        );
    }
}

/// The scripts of a version on disk.
fn version(path: &Path) -> Result<Version, Failure> {
    let outside = |error: std::io::Error| Failure::Outside(format!("{}: {error}", path.display()));
    if path.is_file() {
        let text = fs::read_to_string(path).map_err(outside)?;
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !file.ends_with(".rhai") {
            return Err(usage_of(
                format!("`{}` is no script", path.display()),
                "name a .rhai file or a folder of them",
            ));
        }
        return Ok(Version { scripts: vec![VersionScript { file, text }], whole: false });
    }
    let mut scripts = Vec::new();
    if path.join("earnmark.toml").is_file() {
        let folder = Folder::read_scripts(path).map_err(|findings| Refused { findings, ..Refused::default() })?;
        for file in folder.paths().filter(|file| file.ends_with(".rhai")) {
            let text = String::from_utf8_lossy(folder.get(file).unwrap_or_default()).into_owned();
            scripts.push(VersionScript { file: file.to_owned(), text });
        }
    } else {
        walk(path, "", DEPTH, &mut scripts).map_err(outside)?;
    }
    if scripts.is_empty() {
        return Err(usage_of(format!("no script is in `{}`", path.display()), "name a folder that holds .rhai files"));
    }
    Ok(Version { scripts, whole: true })
}

fn walk(folder: &Path, below: &str, depth: usize, into: &mut Vec<VersionScript>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = format!("{below}{name}");
        if path.is_dir() {
            if let Some(depth) = depth.checked_sub(1) {
                walk(&path, &format!("{file}/"), depth, into)?;
            }
        } else if name.ends_with(".rhai") {
            into.push(VersionScript { file, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

/// The comparison for people: what it costs, then who is moved and by what.
fn table(project: &Project, compared: &Comparison) -> String {
    let mut text_out = String::new();
    for total in &compared.totals {
        text_out.push_str(&format!("{}\n", sentence(total)));
    }
    let moved: Vec<&ComparedRow> = compared.rows.iter().filter(|row| row.why.is_some() || row.a != row.b).collect();
    if moved.is_empty() {
        text_out.push_str("\nNobody is paid otherwise.\n");
        return text_out;
    }
    let mut table = plain_table();
    table.set_header(vec![
        heading("payee", false),
        heading("name", false),
        heading("old", true),
        heading("new", true),
        heading("change", true),
        heading("", false),
        heading("first difference", false),
    ]);
    for row in moved.iter().take(SHOWN) {
        table.add_row(vec![
            text(&row.payee),
            text(project.name(&row.payee)),
            figure(amount(&row.a)),
            figure(amount(&row.b)),
            figure(signed(&row.change)),
            text(row.currency),
            text(&row.why.as_ref().map_or_else(String::new, first_difference)),
        ]);
    }
    text_out.push_str(&format!("\n{}\n", trimmed(&table)));
    let more = moved.len().saturating_sub(SHOWN);
    if more > 0 {
        text_out.push_str(&format!("and {more} more: `--format csv` has them all\n"));
    }
    text_out
}

/// What it costs and whom it moves: no word of which is to be preferred.
fn sentence(total: &ComparedTotal) -> String {
    let change: Decimal = total.change.parse().unwrap_or_default();
    let places = change.scale();
    let cost = match change {
        zero if zero.is_zero() => "costs the same".to_owned(),
        less if less.is_sign_negative() => format!("costs {} {} less", grouped(less.abs(), places), total.currency),
        more => format!("costs {} {} more", grouped(more, places), total.currency),
    };
    format!(
        "{} {} becomes {}: {cost}; {} gain, {} lose, {} stay the same",
        total.currency,
        amount(&total.a),
        amount(&total.b),
        total.up,
        total.down,
        total.same
    )
}

fn first_difference(why: &Why) -> String {
    let side = why.b.as_ref().or(why.a.as_ref());
    let line =
        side.and_then(|side| side.source.as_ref()).map_or_else(String::new, |at| format!(", {}:{}", at.file, at.line));
    let deal = why.deal.as_ref().map_or_else(String::new, |deal| format!(", {deal}"));
    format!("{}, {}{deal}{line}", why.component, why.period)
}

fn amount(text: &str) -> String {
    text.parse::<Decimal>().map_or_else(|_| text.to_owned(), |amount| grouped(amount, amount.scale()))
}

fn signed(text: &str) -> String {
    let plus = if text.starts_with('-') || text.trim_start_matches(['0', '.']).is_empty() { "" } else { "+" };
    format!("{plus}{}", amount(text))
}
