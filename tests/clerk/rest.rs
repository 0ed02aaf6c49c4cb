//! Closed days of which nothing has moved are not worked again: what moves them, and that leaving them out changes nothing.

use chrono::NaiveDate;
use earnmark::Folder;
use earnmark::ledger::book::Ledger;
use earnmark::ledger::close::{Closing, Prepared, Request, go_on, prepare};
use earnmark::ledger::recall::Origin;
use earnmark::ledger::rest::Entries;

const SETTINGS: &str = "format = 1
company = { name = \"Rest\", currency = \"USD\" }
[deals]
file = \"deals.csv\"
columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\", recorded = \"recorded\" }
[events]
file = \"events.csv\"
columns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\", recorded = \"recorded\" }
[payees]
file = \"payees.csv\"
columns = { id = \"id\", start = \"start\", end = \"end\" }
[quotas]
file = \"quotas.csv\"
columns = { payee = \"payee\", measure = { fixed = \"sales\" }, period = \"period\", amount = \"quota\" }
";

/// Half is paid when it is earned, half with the customer's money.
const PLAN: &str = "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2027-12-31\", payout: \"month\" });
let sales = measure(\"sales\", #{ period: \"quarter\", quota: \"table\" });
commission(\"Commission\", #{ on: sales, rate: marginal([[0.pct, 5.pct], [100.pct, 9.pct]]), payable: [[50.pct, \"earned\"], [50.pct, \"paid\"]] });
clawback(\"Early\", #{ on: \"cancelled\", within: 365.days, method: \"restate\" });
";

/// The files: of each month of 2026 and of January 2027 a deal on the 10th, D1 to D13, and its payment two days later.
struct Files {
    deals: Vec<[String; 4]>,
    events: String,
    payees: String,
    quotas: Vec<[&'static str; 2]>,
    plan: String,
}

impl Files {
    fn new() -> Self {
        let mut found = Self {
            deals: Vec::new(),
            events: String::new(),
            payees: "ann,2026-01-01,\n".to_owned(),
            quotas: ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"].map(|label| [label, "20000"]).to_vec(),
            plan: PLAN.to_owned(),
        };
        for number in 1..=13 {
            let (year, month) = (2026 + (number - 1) / 12, (number - 1) % 12 + 1);
            found.deal(&format!("D{number}"), &format!("{year}-{month:02}-10"), &format!("{year}-{month:02}-10"));
            found.event(&format!("D{number},paid,{year}-{month:02}-12,9000,{year}-{month:02}-12"));
        }
        found
    }

    fn deal(&mut self, id: &str, closed: &str, recorded: &str) {
        self.deals.push([id, closed, "9000", recorded].map(str::to_owned));
    }

    fn event(&mut self, row: &str) {
        self.events.push_str(&format!("E{},{row}\n", self.events.len()));
    }

    fn folder(&self) -> Folder {
        let mut folder = Folder::default();
        folder.put("earnmark.toml", SETTINGS);
        folder.put("rules/plan.rhai", self.plan.as_str());
        let row = |[id, closed, amount, recorded]: &[String; 4]| format!("{id},{closed},{amount},ann,{recorded}\n");
        let rows: String = self.deals.iter().map(row).collect();
        folder.put("data/deals.csv", format!("id,closed,amount,payee,recorded\n{rows}"));
        folder.put("data/events.csv", format!("id,deal,kind,date,amount,recorded\n{}", self.events));
        folder.put("data/payees.csv", format!("id,start,end\n{}", self.payees));
        let rows: String = self.quotas.iter().map(|[label, quota]| format!("ann,{label},{quota}\n")).collect();
        folder.put("data/quotas.csv", format!("payee,period,quota\n{rows}"));
        folder
    }
}

fn prepared(origin: &Origin<'_>, ledger: &mut Ledger, month: u32, told: &[String]) -> Box<Prepared> {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Months::new(month);
    let last = first + chrono::Months::new(1) - chrono::Days::new(1);
    let request = Request {
        period: first.format("%Y-%m").to_string(),
        as_of: Some(last),
        told: told.to_vec(),
        actor: "mia".to_owned(),
        ..Request::default()
    };
    match prepare(origin, ledger, &request) {
        Ok(Closing::Ready(ready)) => ready,
        other => panic!("{other:?}"),
    }
}

/// The year 2026, closed month by month with what was known at each end.
fn year(files: &Files) -> Ledger {
    let (folder, mut ledger) = (files.folder(), Ledger::default());
    for month in 0..12 {
        let ready = prepared(&Origin::files(&folder), &mut ledger, month, &[]);
        ledger.extend(ready.rows);
    }
    ledger
}

/// The deals that the run of January 2027 works. Its close is that of a run of everything, to the byte.
fn worked(ledger: &mut Ledger, now: &Files, told: &[&str]) -> String {
    let folder = now.folder();
    let origin = Origin::files(&folder);
    let as_of = "2027-01-31".parse().ok();
    let project = go_on(&origin, (origin.open(as_of), as_of), ledger, Some("2027-01"), Entries::Read).unwrap();
    let told: Vec<String> = told.iter().map(|text| (*text).to_owned()).collect();
    let own = prepared(&origin, ledger, 12, &told);
    let whole = prepared(&origin.clone().worked_whole(), ledger, 12, &told);
    assert_eq!(own.rows, whole.rows);
    assert_eq!(own.notes, whole.notes);
    let mut deals: Vec<u32> =
        project.worked().deals.iter().map(|deal| deal.id.trim_start_matches('D').parse().unwrap()).collect();
    deals.sort_unstable();
    deals.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Quarters are worked whole or not at all: of 2026 there are D1 to D3, D4 to D6, D7 to D9, D10 to D12. D13 is of the open one.
#[test]
fn only_quarters_of_which_something_has_moved_are_worked() {
    let mut ledger = year(&Files::new());
    let mut after = |change: &dyn Fn(&mut Files)| {
        let mut files = Files::new();
        change(&mut files);
        worked(&mut ledger, &files, &[])
    };
    assert_eq!(after(&|_| ()), "13");
    // A deal that arrives late; one that is cancelled; one that turns out to be of another quarter.
    assert_eq!(after(&|files| files.deal("D14", "2026-02-20", "2027-01-15")), "1 2 3 13 14");
    assert_eq!(after(&|files| files.event("D5,cancelled,2027-01-12,,2027-01-12")), "4 5 6 13");
    let moved = |files: &mut Files| files.deal("D6", "2026-02-10", "2027-01-09");
    assert_eq!(after(&moved), "1 2 3 4 5 6 13");
    // What the customer paid is taken back.
    assert_eq!(after(&|files| files.event("D10,paid,2027-01-04,-9000,2027-01-04")), "10 11 12 13");
    // A quota that is corrected; somebody who has left.
    assert_eq!(after(&|files| files.quotas[2] = ["2026-Q3", "30000"]), "7 8 9 13");
    assert_eq!(after(&|files| files.payees = "ann,2026-01-01,2026-11-30\n".to_owned()), "10 11 12 13");
    // Somebody new is paid for no day before the first one; without a first day, perhaps for all.
    assert_eq!(after(&|files| files.payees.push_str("bo,2027-01-04,\n")), "13");
    assert_eq!(after(&|files| files.payees.push_str("bo,,\n")), "1 2 3 4 5 6 7 8 9 10 11 12 13");
}

/// Nothing is recorded after the close of December: the deal of August was known by then to end in January.
#[test]
fn what_was_known_and_takes_effect_later_moves_its_quarter() {
    let mut files = Files::new();
    files.event("D8,cancelled,2027-01-20,,2026-12-01");
    let mut ledger = year(&files);
    assert_eq!(worked(&mut ledger, &files, &[]), "7 8 9 13");
}

/// Each quarter has 27,000, of which 20,000 are below its quota: four times 20,000 x 1 % more are 800.00, on twelve deals.
#[test]
fn a_changed_plan_works_everything() {
    let mut ledger = year(&Files::new());
    let mut files = Files::new();
    files.plan = PLAN.replace("5.pct", "6.pct");
    assert_eq!(worked(&mut ledger, &files, &["plan 12 800.00 USD"]), "1 2 3 4 5 6 7 8 9 10 11 12 13");
}
