//! The clerk: writes a project's files as they are exported month by month, closes, reads what came out. Worked examples of
//! ledgers are turned into such files.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "sums of short lists, days of one year")]

mod assets;
mod begun;
mod changes;
#[cfg(debug_assertions)]
mod crash;
mod decided;
mod finance;
mod follows;
mod laws;
mod moves;
mod rest;
mod shown;
mod slips;
mod verbs;
mod why;
mod withdrawn;

use super::{Sums, program, succeeded, temporary};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Somebody with a project folder.
pub struct Clerk {
    pub root: PathBuf,
}

impl Clerk {
    pub fn new(name: &str) -> Self {
        let root = temporary().join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--project").arg(&self.root).arg("--quiet").args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn close(&self, period: &str, arguments: &[&str]) -> String {
        succeeded(&self.run(&[&["close", period, "--by", "mia"], arguments].concat()))
    }

    pub fn refused(&self, period: &str, arguments: &[&str]) -> String {
        let output = self.run(&[&["close", period, "--by", "mia"], arguments].concat());
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn log(&self) -> String {
        succeeded(&self.run(&["log", "--format", "csv"]))
    }

    /// Everything that was written for closed periods, by path.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.root.join("closed")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    let name = entry.path().strip_prefix(&self.root).unwrap().to_string_lossy().into_owned();
                    let bytes = fs::read(entry.path()).unwrap();
                    found.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        found
    }
}

/// The worked examples, where they lie beside the repository.
pub fn examples() -> Option<Vec<Value>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/ledger.json");
    let text = fs::read_to_string(beside).ok()?;
    let whole: Value = serde_json::from_str(&text).unwrap();
    Some(whole["cases"].as_array().unwrap().clone())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn percent(fraction: &Value) -> String {
    let number: Decimal = fraction.as_str().unwrap().parse().unwrap();
    format!("{}.pct", (number * Decimal::ONE_HUNDRED).normalize())
}

/// Takes an example through all its closes.
///
/// # Errors
/// What differs from what it says.
pub fn work(case: &Value) -> Result<(), Vec<String>> {
    let inputs = &case["inputs"];
    let clerk = Clerk::new(case["id"].as_str().unwrap());
    let mut told = Vec::new();
    for close in list(&inputs["closes"]) {
        let (period, day) = (close[0].as_str().unwrap(), close[1].as_str().unwrap());
        write(&clerk, inputs, day);
        let mut arguments = vec!["close".to_owned(), period.to_owned(), "--by".to_owned(), "mia".to_owned()];
        arguments.extend(["--as-of".to_owned(), day.to_owned()]);
        let open = clerk.run(&["run", "--period", period, "--as-of", day, "--format", "csv"]);
        let once = |arguments: &[String]| clerk.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let mut output = once(&arguments);
        if output.status.code() == Some(3) {
            // What must be told is repeated, as the refusal words it.
            let refusal = String::from_utf8(output.stderr).unwrap();
            for part in refusal.split("--told \"").skip(1) {
                arguments.extend(["--told".to_owned(), part.split('"').next().unwrap().to_owned()]);
            }
            output = once(&arguments);
        }
        if !output.status.success() {
            told.push(format!("{period}: {}", String::from_utf8_lossy(&output.stderr)));
            return Err(told);
        }
        let files = clerk.files();
        let expected = &case["expected"][period];
        let entries = read(&files[&format!("closed/{period}-r1/entries.csv")]);
        let plans: BTreeSet<&str> =
            list(&inputs["tables"]).iter().map(|table| table["plan"].as_str().unwrap()).collect();
        differ(period, "entry", &posted(&entries, plans.len() > 1), &wanted(list(&expected["entries"])), &mut told);
        let shown = read(&String::from_utf8(open.stdout).unwrap());
        differ(period, "shown before the close", &told_apart(&shown), &told_apart(&entries), &mut told);
        let lines = read(&files[&format!("closed/{period}-r1/settlement.csv")]);
        differ(period, "line", &settled(&lines), &lines_wanted(&expected["settlement"]), &mut told);
    }
    for arguments in [["verify", "--quiet"], ["verify", "--recompute"]] {
        let output = clerk.run(&arguments);
        if !output.status.success() {
            told.push(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    if told.is_empty() { Ok(()) } else { Err(told) }
}

fn differ(period: &str, what: &str, got: &Sums, wanted: &Sums, told: &mut Vec<String>) {
    for key in got.keys().chain(wanted.keys()).collect::<BTreeSet<_>>() {
        let zero = [Decimal::ZERO; 3];
        let (is, should) = (got.get(key).unwrap_or(&zero), wanted.get(key).unwrap_or(&zero));
        if is != should {
            told.push(format!("{period}: {what} {key:?}: expected {should:?}, got {is:?}"));
        }
    }
}

/// The rows of a CSV file by the names of its columns.
fn read(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn posted(rows: &[BTreeMap<String, String>], several: bool) -> Sums {
    let mut sums = Sums::new();
    for row in rows {
        let component =
            if several { format!("{}: {}", row["plan"], row["component"]) } else { row["component"].clone() };
        let cause = if row["kind"] == "true-up" { row["cause"].clone() } else { String::new() };
        let key = vec![
            row["payee"].clone(),
            component,
            row["deal"].clone(),
            row["measured"].clone(),
            row["kind"].clone(),
            cause,
        ];
        put(&mut sums, key, ["earned", "payable", "amount"].map(|column| number(&row[column])));
    }
    sums
}

/// The amounts by all that tells entries apart. A period's own pay has no cause in the ledger, and is called `own` by a run.
fn told_apart(rows: &[BTreeMap<String, String>]) -> Sums {
    let mut sums = Sums::new();
    for row in rows {
        let mut key: Vec<String> =
            ["payee", "plan", "component", "deal", "measured", "kind"].iter().map(|name| row[*name].clone()).collect();
        key.push(if row["cause"] == "own" { String::new() } else { row["cause"].clone() });
        put(&mut sums, key, ["earned", "payable", "amount"].map(|column| number(&row[column])));
    }
    sums
}

fn wanted(entries: &[Value]) -> Sums {
    let mut sums = Sums::new();
    for entry in entries {
        let mut key: Vec<String> =
            ["payee", "component", "deal", "measured", "kind"].iter().map(|name| text(&entry[*name])).collect();
        key.push(if entry["kind"] == "true-up" { text(&entry["cause"]) } else { String::new() });
        put(&mut sums, key, ["earned", "payable", "pay"].map(|name| number(entry[name].as_str().unwrap())));
    }
    sums
}

fn put(sums: &mut Sums, key: Vec<String>, amounts: [Decimal; 3]) {
    let sum = sums.entry(key).or_default();
    for (sum, amount) in sum.iter_mut().zip(amounts) {
        *sum += amount;
    }
}

/// The lines that the examples name, by their names in the ledger.
const LINES: [(&str, &str); 9] = [
    ("debt", "debt"),
    ("recovered", "recovered"),
    ("advanced", "draw_advanced"),
    ("draw_recovered", "draw_repaid"),
    ("payout", "payout"),
    ("owed", "carried.owed"),
    ("draw", "carried.draw"),
    ("carry", "carried.over_cap"),
    ("due", "carried.due"),
];

fn settled(rows: &[BTreeMap<String, String>]) -> Sums {
    let mut sums = Sums::new();
    for row in rows.iter().filter(|row| LINES.iter().any(|(_, line)| row["line"] == *line)) {
        put(
            &mut sums,
            vec![row["payee"].clone(), row["line"].clone()],
            [number(&row["amount"]), Decimal::ZERO, Decimal::ZERO],
        );
    }
    sums
}

fn lines_wanted(settlement: &Value) -> Sums {
    let mut sums = Sums::new();
    for (payee, lines) in settlement.as_object().into_iter().flatten() {
        for (name, amount) in lines.as_object().unwrap() {
            let line = LINES.iter().find(|(known, _)| known == name).unwrap().1;
            put(
                &mut sums,
                vec![payee.clone(), line.to_owned()],
                [number(amount.as_str().unwrap()), Decimal::ZERO, Decimal::ZERO],
            );
        }
    }
    sums
}

/// A table of the project: kind in the settings, columns, rows.
struct Export {
    kind: &'static str,
    settings: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Export {
    fn new(kind: &'static str, columns: &[&'static str]) -> Self {
        Self { kind, settings: String::new(), columns: columns.to_vec(), rows: Vec::new() }
    }

    fn write(&self, clerk: &Clerk, settings: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        let mut columns: Vec<String> = self.columns.iter().map(|name| format!("{name} = \"{name}\"")).collect();
        columns.extend((!self.settings.is_empty()).then(|| self.settings.clone()));
        let file = self.kind.replace("rates.", "");
        settings.push_str(&format!("[{}]\nfile = \"{file}.csv\"\ncolumns = {{ {} }}\n", self.kind, columns.join(", ")));
        let mut lines = vec![self.columns.join(",")];
        lines.extend(self.rows.iter().map(|row| row.join(",")));
        clerk.write(&format!("data/{file}.csv"), &format!("{}\n", lines.join("\n")));
    }
}

/// The files as they are on a day.
fn write(clerk: &Clerk, inputs: &Value, day: &str) {
    let mut settings = "format = 1\ncompany = { name = \"Example\", currency = \"USD\" }\n".to_owned();
    for export in exports(inputs, day) {
        export.write(clerk, &mut settings);
    }
    clerk.write("earnmark.toml", &settings);
    let mut latest: BTreeMap<&str, &Value> = BTreeMap::new();
    for table in list(&inputs["tables"]).iter().filter(|table| table["recorded"].as_str().unwrap() <= day) {
        latest.insert(table["plan"].as_str().unwrap(), table);
    }
    for (name, table) in latest {
        clerk.write(&format!("rules/{name}.rhai"), &script(name, inputs, table));
    }
}

fn exports(inputs: &Value, day: &str) -> Vec<Export> {
    let rows = |kind: &str| list(&inputs[kind]).to_vec();
    let withdrawn = rows("deals").iter().any(|row| row["withdrawn"] == true);
    let foreign = rows("deals").iter().any(|row| row["currency"].is_string());
    let mut deals = Export::new(
        "deals",
        if withdrawn { &["id", "closed", "amount"] } else { &["id", "closed", "amount", "recorded"] },
    );
    if foreign {
        deals.columns.push("currency");
    }
    let mut shares = Export::new("shares", &["deal", "payee", "share"]);
    let own = |row: &Value, names: &[&str]| names.iter().map(|name| text(&row[*name])).collect::<Vec<_>>();
    let mut kept: BTreeMap<String, Value> = BTreeMap::new();
    for (number, row) in rows("deals").into_iter().enumerate() {
        let known = row["recorded"].as_str().unwrap_or(row["date"].as_str().unwrap()) <= day;
        // An export without a date of recording only has what holds on the day.
        let key = if withdrawn { text(&row["id"]) } else { number.to_string() };
        if withdrawn && !known {
            continue;
        }
        kept.insert(key, row);
    }
    for row in kept.values().filter(|row| row["withdrawn"] != true) {
        let mut cells = own(row, &["id", "date", "amount"]);
        if !withdrawn {
            cells.push(text(&row["recorded"]));
        }
        if foreign {
            cells.push(text(&row["currency"]));
        }
        deals.rows.push(cells);
        let split = list(&row["split"]);
        for part in split {
            shares.rows.push(vec![text(&row["id"]), text(&part[0]), format!("{} %", text(&part[1]))]);
        }
        if split.is_empty() {
            shares.rows.push(vec![text(&row["id"]), text(&row["payee"]), "100 %".to_owned()]);
        }
    }
    let mut events = Export::new("events", &["id", "deal", "kind", "date", "amount", "recorded"]);
    events
        .rows
        .extend(rows("events").iter().map(|row| own(row, &["id", "deal", "kind", "date", "amount", "recorded"])));
    let mut quotas = Export::new("quotas", &["payee", "period", "amount", "recorded"]);
    quotas.settings = "measure = { fixed = \"bookings\" }".to_owned();
    quotas.rows.extend(rows("quotas").iter().map(|row| own(row, &["payee", "period", "quota", "recorded"])));
    let mut lines = Export::new("lines", &["payee", "manager", "from", "to", "recorded"]);
    lines.rows = ranges(&rows("managers"), "manager");
    let mut assignments = Export::new("assignments", &["payee", "plan", "from", "to", "recorded"]);
    assignments.rows = ranges(&rows("assignments"), "plan");
    let mut found = vec![deals, shares, events, quotas, lines, assignments];
    if let Some(currency) = inputs["pay_currency"].as_str() {
        let mut payees = Export::new("payees", &["id", "currency"]);
        payees.rows.push(vec!["kim".to_owned(), currency.to_owned()]);
        let mut rates = Export::new("rates.market", &["from", "to", "date", "rate", "recorded"]);
        rates.rows.extend(rows("fx").iter().map(|row| own(row, &["from", "to", "date", "rate", "recorded"])));
        for (month, rate) in inputs["payout_rates"].as_object().unwrap() {
            let first: NaiveDate = format!("{month}-01").parse().unwrap();
            let last = first + chrono::Months::new(1) - chrono::Days::new(1);
            rates.rows.push(vec!["USD".to_owned(), currency.to_owned(), last.to_string(), text(rate), String::new()]);
        }
        found.extend([payees, rates]);
    }
    found
}

/// What holds until the next row of the same payee begins, which ends it once it is recorded.
fn ranges(rows: &[Value], what: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for row in rows {
        let own = [&row["payee"], &row[what], &row["from"]].map(text);
        let (payee, from) = (&own[0], &own[2]);
        found.push([&own[..], &[String::new(), text(&row["recorded"])]].concat());
        let next = rows.iter().find(|next| text(&next["payee"]) == *payee && text(&next["from"]) > *from);
        if let Some(next) = next {
            let to: NaiveDate = text(&next["from"]).parse().unwrap();
            let to = to.pred_opt().unwrap().to_string();
            found.push([&own[..], &[to, text(&next["recorded"])]].concat());
        }
    }
    found
}

fn script(name: &str, inputs: &Value, table: &Value) -> String {
    let word = |name: &str| inputs[name].as_str().unwrap_or_default();
    let (payout, measure) = (word("payout"), word("measure"));
    let mut script = format!(
        "plan(\"{name}\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"{payout}\" }});\nlet bookings = measure(\"bookings\", #{{ period: \"{measure}\" }});\n"
    );
    let tiers = list(&table["tiers"]);
    let rate = match tiers {
        [only] => percent(&only[1]),
        _ => {
            let rows: Vec<String> =
                tiers.iter().map(|row| format!("[{}, {}]", percent(&row[0]), percent(&row[1]))).collect();
            format!("marginal([{}])", rows.join(", "))
        }
    };
    let payable = inputs["payable"].as_str().map_or_else(String::new, |when| format!(", payable: \"{when}\""));
    script.push_str(&format!("let sold = commission(\"commission\", #{{ on: bookings, rate: {rate}{payable} }});\n"));
    if inputs["bonus"].is_object() {
        script.push_str("bonus(\"bonus\", #{ on: bookings, of: \"quota\", rate: interpolated([[80.pct, 0.pct], [120.pct, 2.pct]]) });\n");
    }
    if let Some(rate) = inputs.get("override") {
        script.push_str(&format!("override(\"override\", #{{ on: team(bookings), rate: {} }});\n", percent(rate)));
    }
    if let Some(amount) = inputs["guarantee"].as_str() {
        script.push_str(&format!("guarantee(\"guarantee\", #{{ amount: {amount} }});\n"));
    }
    if let Some(amount) = inputs["settle"]["draw"]["amount"].as_str() {
        script.push_str(&format!("draw(\"draw\", #{{ amount: {amount} }});\n"));
    }
    let base = inputs["clawback"]["base"].as_str().unwrap();
    for (number, rule) in list(&inputs["clawback"]["rules"]).iter().enumerate() {
        let days = |name: &str, word: &str| {
            rule[name].as_str().map_or_else(String::new, |days| format!(", {word}: {days}.days"))
        };
        let mut settings = format!(
            "on: [\"cancelled\", \"refunded\"]{}{}",
            days("after_days", "after"),
            days("within_days", "within")
        );
        settings.push_str(&format!(", method: \"{}\"", rule["method"].as_str().unwrap()));
        if let Some(points) = rule["take"].as_array() {
            let points: Vec<String> =
                points.iter().map(|point| format!("[{}.days, {}]", text(&point[0]), percent(&point[1]))).collect();
            settings.push_str(&format!(", base: \"{base}\", take: interpolated([{}])", points.join(", ")));
        }
        script.push_str(&format!("clawback(\"rule {number}\", #{{ {settings} }});\n"));
    }
    script
}
