//! The ledger as a clerk uses it: files and the command, month by month. The worked examples that stand beside the
//! repository, where they are there; a close that dies at each named step; a byte changed in each column of each table.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use earnmark::ledger::store::{STEPS, Store};
use earnmark::ledger::{LEDGER_FILE, chain};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[path = "clerk/mod.rs"]
mod clerk;

use clerk::{Clerk, examples};

/// A quarter of two deals and a cancellation, in two currencies of nothing special.
fn small(name: &str) -> Clerk {
    let clerk = Clerk::new(name);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n",
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\n",
    );
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,9801,bob\nC,2026-04-05,5000,bob\n",
    );
    clerk
}

#[test]
fn the_worked_examples() {
    let Some(cases) = examples() else {
        eprintln!("skipped: the worked examples do not lie beside the repository");
        return;
    };
    let mut told = Vec::new();
    for case in cases.iter().filter(|case| case["shape"] == "ledger") {
        let name = case["id"].as_str().unwrap();
        if let Err(found) = clerk::work(case) {
            told.push(format!("{name}:\n  {}", found.join("\n  ")));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn closing_again_changes_nothing() {
    let clerk = small("again");
    let first = clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    assert!(first.contains("2 payments, 2,230.10 USD"), "{first}");
    let (ledger, files) = (clerk.log(), clerk.files());
    assert!(files["closed/2026-03-r1/payroll.csv"].contains("-2026-03-r1-ann-USD,ann,2026-03,1250.00,USD"));
    assert!(clerk.close("2026-03", &["--as-of", "2026-03-31"]).contains("already closed"));
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,8901,bob\nC,2026-04-05,5000,bob\n",
    );
    let refused = clerk.refused("2026-03", &["--as-of", "2026-03-31"]);
    assert!(refused.contains("already-closed"), "{refused}");
    assert_eq!((clerk.log(), clerk.files()), (ledger, files));
}

#[test]
fn what_was_closed_wrongly_is_voided_until_it_is_paid() {
    let clerk = small("void");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let wrong = clerk.run(&["void", "2026-03", "--by", "mia", "--note", "bob's deal is wrong", "--told", "00000000"]);
    assert_eq!(wrong.status.code(), Some(3));
    let text = String::from_utf8(wrong.stderr).unwrap();
    let digest = text.split("--told ").nth(1).unwrap().get(..12).unwrap().to_owned();
    let void = clerk.run(&["void", "2026-03", "--by", "mia", "--note", "bob's deal is wrong", "--told", &digest]);
    assert!(void.status.success());
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,8901,bob\nC,2026-04-05,5000,bob\n",
    );
    let again = clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    assert!(again.contains("2026-03-r2") && again.contains("2,140.10 USD"), "{again}");
    let files = clerk.files();
    assert!(files["closed/2026-03-r2/payroll.csv"].contains("-2026-03-r2-bob-USD,bob,2026-03,890.10,USD"));
    assert!(
        files.contains_key("closed/2026-03-r1-void/payroll.csv")
            && !files.contains_key("closed/2026-03-r1/payroll.csv")
    );
    assert!(clerk.close("2026-04", &["--as-of", "2026-04-30"]).contains("500.00 USD"));
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
    // What the voided close wrote is evidence too; whoever does not want it takes it away as a whole.
    clerk.write("closed/2026-03-r1-void/payroll.csv", "id,payee\n");
    let changed = clerk.run(&["verify"]);
    let text = String::from_utf8(changed.stderr).unwrap();
    assert!(!changed.status.success() && text.contains("closed/2026-03-r1-void/payroll.csv"), "{text}");
    fs::remove_dir_all(clerk.root.join("closed/2026-03-r1-void")).unwrap();
    assert!(clerk.run(&["verify"]).status.success());
}

#[test]
fn only_the_open_period_and_only_forward() {
    let clerk = small("order");
    clerk.close("2026-03", &["--as-of", "2026-04-02"]);
    assert!(clerk.refused("2026-05", &[]).contains("the open period is `2026-04`"));
    assert!(clerk.refused("2026-02", &[]).contains("not-open"));
    assert!(clerk.refused("2026-Q2", &[]).contains("not-open"));
    assert!(clerk.refused("2026-04", &["--as-of", "2026-04-01"]).contains("as-of-earlier"));
    clerk.write("data/deals.csv", "id,closed,amount,payee\nA,2026-03-03,12500,ann\nC,2026-04-05,5000,bob\n");
    let cut = clerk.refused("2026-04", &[]);
    assert!(cut.contains("rows-vanished") && cut.contains("--told \"withdrawn 1 -980.10 USD\""), "{cut}");
    assert!(clerk.close("2026-04", &["--told", "withdrawn 1 -980.10 USD"]).contains("1 of them for closed periods"));
}

#[test]
fn a_run_goes_on_from_what_was_closed() {
    let clerk = small("on");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    // bob's deal of March is found to be 900 less: March stands, April takes 90.00 back.
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,8901,bob\nC,2026-04-05,5000,bob\n",
    );
    let payouts = succeeded(&clerk.run(&["payouts", "--period", "2026-03..2026-05", "--format", "csv"]));
    let bob: Vec<&str> = payouts.lines().filter(|line| line.starts_with("bob")).collect();
    assert_eq!(
        bob,
        ["bob,2026-03,980.10,980.10,0.00,USD", "bob,2026-04,410.00,410.00,0.00,USD", "bob,2026-05,0.00,0.00,0.00,USD"]
    );
    let run = succeeded(&clerk.run(&["run", "--period", "2026-04", "--format", "csv"]));
    assert!(run.contains("bob,2026-04,Commission,B,-90.00,USD,AE,2026-03,true-up,data,-90.00,-90.00"), "{run}");
    let closed = succeeded(&clerk.run(&["explain", "bob", "--period", "2026-03"]));
    assert!(closed.contains("9,801.00 × 10 %"), "{closed}");
    let open = succeeded(&clerk.run(&["explain", "bob", "--period", "2026-04"]));
    assert!(open.contains("as known now") && open.contains("as posted in closed periods"), "{open}");
    assert!(clerk.close("2026-04", &[]).contains("1 payment, 410.00 USD"));
    // As known before the first close there is no close, and the files are all there is.
    let before = succeeded(&clerk.run(&["payouts", "--period", "2026-03", "--as-of", "2026-03-30", "--format", "csv"]));
    assert!(before.contains("bob,2026-03,890.10,890.10,0.00,USD"), "{before}");
}

#[test]
fn an_export_of_changes_takes_nothing_back_by_silence() {
    let clerk = small("changes");
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\nexport = \"changes\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n",
    );
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    // April's file has C alone: A and B still hold, and nothing of March is taken back.
    clerk.write("data/deals.csv", "id,closed,amount,payee\nC,2026-04-05,5000,bob\n");
    let payouts = succeeded(&clerk.run(&["payouts", "--period", "2026-03..2026-04", "--format", "csv"]));
    assert!(payouts.contains("bob,2026-04,500.00,500.00") && payouts.contains("ann,2026-04,0.00,0.00"), "{payouts}");
    let closed = clerk.close("2026-04", &[]);
    assert!(closed.contains("1 entry posted, none of them for closed periods"), "{closed}");
    // B comes again with more, in the next file, and only what is more is posted.
    clerk.write("data/deals.csv", "id,closed,amount,payee\nB,2026-03-04,18801,bob\n");
    clerk.close("2026-05", &[]);
    let entries = &clerk.files()["closed/2026-05-r1/entries.csv"];
    assert!(entries.contains("true-up,data,900.00,900.00"), "{entries}");
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// The sample company in a folder of its own.
fn sample(name: &str) -> Clerk {
    let clerk = Clerk::new(name);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample");
    for folder in ["", "rules", "data"] {
        for entry in
            fs::read_dir(sample.join(folder)).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file())
        {
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            clerk.write(&path, &fs::read_to_string(entry.path()).unwrap());
        }
    }
    clerk
}

/// The payout periods of a span.
fn payout_periods(clerk: &Clerk, span: &str) -> Vec<String> {
    let payouts = succeeded(&clerk.run(&["payouts", "--period", span, "--format", "csv"]));
    let mut periods: Vec<String> =
        payouts.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect();
    periods.sort_unstable();
    periods.dedup();
    periods
}

#[test]
fn closed_month_by_month_is_the_same_as_one_run() {
    let clerk = sample("months");
    let whole = succeeded(&clerk.run(&["payouts", "--period", "2026", "--format", "csv"]));
    let periods = payout_periods(&clerk, "2026");
    for period in &periods {
        clerk.close(period, &[]);
    }
    let after = succeeded(&clerk.run(&["payouts", "--period", "2026", "--format", "csv"]));
    assert_eq!(after, whole);
    assert!(periods.len() > 2 && clerk.run(&["verify", "--recompute"]).status.success());
}

#[test]
fn every_named_step_leaves_it_before_or_after() {
    let whole = small("whole");
    whole.close("2026-03", &["--as-of", "2026-03-31"]);
    let (log, files) = (whole.log(), whole.files());
    for (number, step) in STEPS.iter().enumerate() {
        let clerk = small(&format!("step-{number}"));
        let died = clerk
            .command(&["close", "2026-03", "--by", "mia", "--as-of", "2026-03-31"])
            .env("EARNMARK_DIE_AT", step)
            .output();
        assert!(!died.unwrap().status.success(), "`{step}` is reached");
        let verified = clerk.run(&["verify"]);
        assert!(verified.status.success(), "{step}: {}", String::from_utf8_lossy(&verified.stderr));
        let after = clerk.log();
        assert!(after.lines().count() <= 1 || after == log || after.contains("nothing"), "{step}: {after}");
        clerk.close("2026-03", &["--as-of", "2026-03-31"]);
        assert_eq!((clerk.log(), clerk.files()), (log.clone(), files.clone()), "{step}");
    }
}

#[test]
fn two_closes_at_once_close_once() {
    let clerk = small("at-once");
    let arguments = ["close", "2026-03", "--by", "mia", "--as-of", "2026-03-31"];
    let all: Vec<_> =
        (0..4).map(|_| clerk.command(&arguments).stdout(std::process::Stdio::piped()).spawn().unwrap()).collect();
    let told: Vec<String> = all
        .into_iter()
        .map(|one| one.wait_with_output().unwrap())
        .map(|output| {
            assert!(output.status.success());
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    assert_eq!(told.iter().filter(|text| text.contains("is closed as")).count(), 1, "{told:?}");
    assert!(clerk.run(&["verify"]).status.success());
}

#[test]
fn a_changed_byte_is_found_in_every_column() {
    let clerk = small("bytes");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,8901,bob\nC,2026-04-05,5000,bob\n",
    );
    let payroll = clerk.files()["closed/2026-03-r1/payroll.csv"].clone();
    let id = payroll.lines().nth(1).unwrap().split(',').next().unwrap();
    clerk.write("ack.csv", &format!("payment,status\n{id},paid\n"));
    succeeded(&clerk.run(&["ack", clerk.root.join("ack.csv").to_str().unwrap(), "--by", "pat"]));
    clerk.close("2026-04", &[]);
    let path = clerk.root.join(LEDGER_FILE);
    let whole = fs::read(&path).unwrap();
    let mut tried = 0;
    for table in ["log", "close", "fact", "entry", "settle", "file", "ack"] {
        for column in columns(&path, table) {
            fs::write(&path, &whole).unwrap();
            let changed = change(&path, table, &column);
            if changed {
                tried += 1;
                let ledger = Store::open(&clerk.root).unwrap().unwrap().read().unwrap();
                assert!(!chain::verify(&ledger).is_empty(), "`{column}` of `{table}`");
            }
        }
    }
    assert!(tried > 51, "{tried} columns");
    fs::write(&path, &whole).unwrap();
    fs::write(clerk.root.join("closed/2026-03-r1/payroll.csv"), "payment\n").unwrap();
    let verified = clerk.run(&["verify"]);
    assert!(String::from_utf8_lossy(&verified.stderr).contains("closed/2026-03-r1/payroll.csv"));
}

fn columns(path: &Path, table: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut found = connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
    found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Changes a column of one row behind the back of the program.
fn change(path: &Path, table: &str, column: &str) -> bool {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; DROP TRIGGER {table}_UPDATE;")).unwrap();
    let key = connection.query_row(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"), [], |row| {
        row.get::<_, String>(0)
    });
    let (key, text) = (
        key.unwrap(),
        format!("CASE typeof({column}) WHEN 'integer' THEN {column} + 7 ELSE coalesce({column}, '') || 'x' END"),
    );
    let one = format!("SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1");
    let update =
        if matches!(column, "kind" | "id" | "close" | "payee" | "currency" | "line" | "name" | "number" | "payment")
            && table != "entry"
            && table != "log"
        {
            // A part of a key: all rows of it, so that none of them meets another.
            format!("UPDATE {table} SET {column} = {text}")
        } else {
            format!("UPDATE {table} SET {column} = {text} WHERE {key} = ({one})")
        };
    connection.execute(&update, []).unwrap_or_else(|error| panic!("{table}.{column}: {error}")) > 0
}

/// Sums of amounts by whatever tells them apart.
type Sums = BTreeMap<Vec<String>, [Decimal; 3]>;

/// The output of a command that succeeds.
fn succeeded(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The folder of this test's projects.
fn temporary() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("ledger")
}

/// The command that is tested.
fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_earnmark"))
}
