//! A ledger of many months, made anew from nothing but numbers, and what commands take on it:
//!
//!     cargo bench --bench ledger -- FOLDER [months payees deals]
//!
//! writes the project, its ledger and the files of all closes into a new folder, as closing month by month would have: all
//! periods are worked once, and since nothing in it comes late, what a period posts is what its close would have posted.
//! `verify --recompute` is the proof. Then it runs the command and prints seconds and peak memory of each. Without a folder it
//! does nothing, so that `cargo bench` measures the engine alone.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a measurement fails by panicking"
)]

use chrono::{Datelike as _, Months, NaiveDate};
use earnmark::domain::sha::{digest, of_sorted, sha256};
use earnmark::ledger::book::Ledger;
use earnmark::ledger::close::{KEPT, Prepared};
use earnmark::ledger::posting::{entry_rows, settle_rows};
use earnmark::ledger::register::{Class, Fact, class};
use earnmark::ledger::rows::{CloseRow, EntryRow, FactRow, LogRow, SettleRow};
use earnmark::ledger::store::Store;
use earnmark::ledger::walk::Walk;
use earnmark::ledger::{FORMAT, files};
use earnmark::run::ENGINE;
use earnmark::run::earn::Kind;
use earnmark::run::posted::{PostKey, Sums};
use earnmark::run::statement::{ClosedRun, Kept};
use earnmark::{Computed, Folder, Project};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SETTINGS: &str = "format = 1
company = { name = \"Many months\", currency = \"USD\" }
[deals]
file = \"deals.csv\"
columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }
[events]
file = \"events.csv\"
columns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\" }
";

/// Half is paid when it is earned, half when the customer has paid, a month later: two entries a deal, and a bonus.
const PLAN: &str = "let bookings = measure(\"bookings\", #{ period: \"quarter\", quota: 60_000 });
commission(\"Commission\", #{ on: bookings, rate: marginal([[0.pct, 5.pct], [100.pct, 8.pct]]), payable: [[50.pct, \"earned\"], [50.pct, \"paid\"]] });
bonus(\"Quota bonus\", #{ on: bookings, pay: steps([[0.pct, 0], [100.pct, 500]]) });
";

/// The first month.
fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 1, 1).unwrap()
}

fn month(number: u32) -> NaiveDate {
    start() + Months::new(number)
}

fn label_of(month: NaiveDate) -> String {
    format!("{}-{:02}", month.year(), month.month())
}

fn label(number: u32) -> String {
    label_of(month(number))
}

fn last_day(number: u32) -> NaiveDate {
    month(number + 1).pred_opt().unwrap()
}

/// The project: of every payee as many deals each month, paid by their customers in the next. There is one month more than
/// is closed.
fn write(root: &Path, months: u32, payees: u64, deals: u64) {
    let each = deals / (payees * u64::from(months));
    let mut rows = "id,closed,amount,payee\n".to_owned();
    let mut events = "id,deal,kind,date,amount\n".to_owned();
    for number in 0..=months {
        for payee in 0..payees {
            for nth in 0..each {
                let id = format!("D{number:03}-{payee:04}-{nth}");
                // 3,500.07 to 17,498.14, about one quota a quarter where two are sold each month.
                let amount = 350_007 + (payee * 7_919 + nth * 104_729 + u64::from(number) * 1_299_709) % 1_399_808;
                let (closed, paid) = (month(number), month(number + 1));
                let day = 1 + (payee + nth * 11) % 28;
                let (whole, cents) = (amount / 100, amount % 100);
                let _ = writeln!(rows, "{id},{}-{day:02},{whole}.{cents:02},p{payee:04}", label_of(closed));
                let _ = writeln!(events, "E{id},{id},paid,{}-{day:02},{whole}.{cents:02}", label_of(paid));
            }
        }
    }
    let head = format!(
        "plan(\"AE\", #{{ currency: \"USD\", from: \"{}\", to: \"{}\", payout: \"month\" }});\n",
        start(),
        last_day(months + 11)
    );
    for folder in ["rules", "data"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(root.join("earnmark.toml"), SETTINGS).unwrap();
    fs::write(root.join("rules/ae.rhai"), format!("{head}{PLAN}")).unwrap();
    fs::write(root.join("data/deals.csv"), rows).unwrap();
    fs::write(root.join("data/events.csv"), events).unwrap();
}

/// When a fact becomes known, and to which close: those without a day of their own to the first.
fn recorded(fact: &Fact) -> NaiveDate {
    fact.recorded.unwrap_or_else(|| last_day(0))
}

/// The versions of facts by the deal they are about.
fn references(facts: &[Fact]) -> BTreeMap<&str, Vec<&Fact>> {
    let mut found: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| matches!(fact.kind, "deals" | "events")) {
        found.entry(fact.id.trim_start_matches('E')).or_default().push(fact);
    }
    found
}

fn append(ledger: &mut Ledger, row: LogRow) -> i64 {
    let seq = i64::try_from(ledger.log.len()).unwrap() + 1;
    let row = LogRow { seq, ..row }.after(ledger.head());
    ledger.log.push(row);
    seq
}

/// The ledger, without its files.
fn ledger(project: &Project, computed: &Computed, months: u32) -> Ledger {
    let facts = project.registered();
    let about = references(&facts);
    let mut by_month: BTreeMap<NaiveDate, Vec<&Fact>> = BTreeMap::new();
    for fact in &facts {
        let day = recorded(fact);
        by_month.entry(day.with_day(1).unwrap()).or_default().push(fact);
    }
    let material = project.material(computed);
    let mut ledger = Ledger::default();
    append(
        &mut ledger,
        LogRow { kind: "begin".to_owned(), subject: "ledger of Many months".to_owned(), ..LogRow::default() },
    );
    let mut known: [BTreeSet<String>; 3] = Default::default();
    for number in 0..months {
        let (period, until) = (label(number), last_day(number));
        let place = computed.period(&period).unwrap();
        let base = LogRow { period: period.clone(), revision: 1, actor: "bench".to_owned(), ..LogRow::default() };
        let payouts = computed.outcome.payouts.iter().filter(|payout| payout.period == place);
        let shown = payouts.map(|payout| material.shown(payout, &computed.outcome.periods[place])).collect();
        let run = ClosedRun { from: computed.outcome.periods[place].from, digests: computed.digests.clone() };
        let kept = Kept::text(run, shown).unwrap();
        append(
            &mut ledger,
            LogRow { kind: KEPT.to_owned(), digest: sha256(kept.as_bytes()), note: kept.into(), ..base.clone() },
        );
        let seq = i64::try_from(ledger.log.len()).unwrap() + 1;
        let refs = |key: &PostKey, _: Kind, _: Option<&str>| -> Vec<String> {
            let own = key.deal.as_ref().and_then(|deal| about.get(&**deal)).map_or(&[][..], Vec::as_slice);
            let own = own.iter().filter(|fact| recorded(fact) <= until);
            own.map(|fact| format!("{} {} {}", fact.kind, fact.id, &fact.digest().to_string()[..12])).collect()
        };
        let entries = entry_rows(&computed.outcome, (seq, place), &Sums::new(), &refs).unwrap();
        let settle = settle_rows(&computed.outcome, (seq, place)).unwrap();
        for fact in by_month.get(&month(number)).into_iter().flatten() {
            let row = FactRow {
                kind: Arc::from(fact.kind),
                id: fact.id.clone(),
                digest: fact.digest().to_owned(),
                recorded: recorded(fact),
                close: seq,
                body: Some(fact.body.clone()),
            };
            let class = match class(fact.kind) {
                Class::Data => 0,
                Class::People => 1,
                Class::Plan => 2,
            };
            known[class].insert(row.canonical());
            ledger.facts.push(row);
        }
        let of = |class: usize| of_sorted(known[class].iter().map(String::as_str));
        let mut close = CloseRow {
            seq,
            period,
            until,
            revision: 1,
            as_of: until,
            engine: ENGINE.to_owned(),
            format: FORMAT,
            data: of(0),
            people: of(1),
            plan: of(2),
            entries: digest(entries.iter().map(EntryRow::canonical)),
            settlement: digest(settle.iter().map(SettleRow::canonical)),
            digest: String::new(),
            files: String::new(),
        };
        close.digest = close.digested(ledger.head());
        append(&mut ledger, LogRow { kind: "close".to_owned(), digest: close.digest.clone(), ..base });
        ledger.closes.push(close);
        ledger.entries.extend(entries);
        ledger.settle.extend(settle);
    }
    ledger.facts.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    ledger
}

/// Writes the files of all closes, and their rows.
fn publish(root: &Path, ledger: &mut Ledger) {
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    {
        let mut walk = Walk::new(ledger);
        for close in &ledger.closes {
            walk.go(close).unwrap();
            let made = files::render_at(&walk, close).unwrap();
            let folder = root.join("closed").join(close.name());
            fs::create_dir_all(&folder).unwrap();
            for file in &made {
                fs::write(folder.join(&file.name), &file.bytes).unwrap();
            }
            digests.push(files::files_digest(&made, close.seq));
            rows.extend(made.iter().map(|file| file.row(close.seq, files::FILES_FORMAT)));
        }
    }
    for (close, digest) in ledger.closes.iter_mut().zip(digests) {
        close.files = digest;
    }
    ledger.files = rows;
}

/// Runs a command of the program: seconds and peak memory, as Linux tells it.
fn measured(root: &Path, arguments: &[&str]) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_earnmark"))
        .args(["--project", root.to_str().unwrap(), "--quiet"])
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut peak, status) = (0, format!("/proc/{}/status", child.id()));
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        let told = fs::read_to_string(&status).unwrap_or_default();
        let most = told.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = peak.max(most.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    };
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{seconds:>8.2} s {:>7} MB  {}{}",
        peak / 1024,
        arguments.join(" "),
        if ended.success() { "" } else { "  FAILED" }
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some(root) = words.first() else { return };
    let root = Path::new(root);
    let number = |place: usize, otherwise: u64| words.get(place).map_or(otherwise, |word| word.parse().unwrap());
    let (months, payees, deals) = (u32::try_from(number(1, 120)).unwrap(), number(2, 2_000), number(3, 480_000));
    if !root.exists() {
        let begun = Instant::now();
        write(root, months, payees, deals);
        let project =
            Project::open(&Folder::read(root, None).unwrap()).unwrap_or_else(|found| panic!("{:?}", found.findings));
        let computed = project.compute(&format!("{}..{}", label(0), label(months - 1)));
        let computed = computed.unwrap_or_else(|found| panic!("{:?}", found.findings));
        let mut ledger = ledger(&project, &computed, months);
        publish(root, &mut ledger);
        let head = earnmark::ledger::chain::BEGINNING.to_owned();
        let prepared = Prepared { head, rows: ledger, ..Prepared::default() };
        let mut store = Store::open_or_begin(root).unwrap();
        store.add(&prepared).unwrap();
        let size = fs::metadata(root.join("ledger.sqlite")).unwrap().len();
        println!(
            "{} entries of {payees} payees in {months} closes, {} facts, ledger of {} MB; made in {:.0} s",
            prepared.rows.entries.len(),
            prepared.rows.facts.len(),
            size / 1_000_000,
            begun.elapsed().as_secs_f64()
        );
    }
    let (last, open) = (label(months - 1), label(months));
    measured(root, &["log", "--format", "csv"]);
    measured(root, &["verify"]);
    if months <= 12 {
        // Each close is worked from the start: of a few closes it is the proof, of many it takes hours.
        measured(root, &["verify", "--recompute"]);
    }
    measured(root, &["payouts", "--period", &open, "--format", "csv"]);
    measured(root, &["run", "--period", &open, "--format", "csv"]);
    measured(root, &["run", "--period", &open, "--format", "json"]);
    let out = root.join("out");
    let out = |name: &str| out.join(name).to_str().unwrap().to_owned();
    fs::create_dir_all(root.join("out")).unwrap();
    measured(root, &["export", "all", "--period", &last, "--out", &out("all")]);
    measured(root, &["export", "statements", "--period", &last, "--out", &out("statements")]);
    measured(root, &["export", "accrual", "--period", &last, "--format", "csv"]);
    // A deal of the first month is found to be another amount: what comes after it in its quarter moves with it.
    let deals = fs::read_to_string(root.join("data/deals.csv")).unwrap();
    let first = deals.lines().nth(1).unwrap();
    let mut cells: Vec<&str> = first.split(',').collect();
    cells[2] = "99999.99";
    let late = deals.replacen(first, &cells.join(","), 1);
    fs::write(root.join("data/deals.csv"), late).unwrap();
    measured(root, &["run", "--period", &open, "--format", "csv"]);
    measured(root, &["close", &open, "--by", "bench"]);
    measured(root, &["verify"]);
}
