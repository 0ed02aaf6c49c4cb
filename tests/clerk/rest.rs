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
    let project = go_on(&origin, (Some(origin.open(as_of)), as_of), ledger, Some("2027-01"), Entries::Read).unwrap();
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

/// A history of a small company: what its files are while months are closed, what they are then, and what the next close
/// posts as earned, or of pay in another currency as paid, by payee.
struct History<'a> {
    columns: &'a str,
    plan: &'a str,
    files: &'a [(&'a str, &'a str)],
    months: u32,
    then: &'a [(&'a str, &'a str)],
    /// Columns of a source that is new then.
    more: &'a str,
    posts: &'a str,
}

pub const MONTHLY: &str =
    "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });
let m = measure(\"m\", #{ period: \"month\" });
";
const RATES: (&str, &str) = (
    "rates.csv",
    "from,to,date,rate\nUSD,EUR,2026-01-31,0.90\nUSD,EUR,2026-02-28,0.90\nUSD,EUR,2026-03-31,0.90\nUSD,EUR,2026-04-30,0.90\nUSD,EUR,2026-05-31,0.90\n",
);
const OTHER_RATES: (&str, &str) = (
    "rates.csv",
    "from,to,date,rate\nUSD,EUR,2026-01-31,0.90\nUSD,EUR,2026-02-28,0.90\nUSD,EUR,2026-03-31,0.80\nUSD,EUR,2026-04-30,0.90\nUSD,EUR,2026-05-31,0.90\n",
);
const ONE: (&str, &str) = ("deals.csv", "id,closed,amount,payee\nD1,2026-01-10,1000,ann\n");

impl History<'_> {
    /// Every close comes to the same whichever way it is worked; the last one posts what is worked by hand.
    fn holds(&self) {
        let mut folder = Folder::default();
        let source = |line: &str| {
            let (name, columns) = line.split_once(": ").unwrap();
            let file = name.trim_start_matches("rates.");
            let columns: Vec<String> = columns.split(' ').map(|column| format!("{column} = \"{column}\"")).collect();
            format!(
                "[{name}]\nfile = \"{}.csv\"\ncolumns = {{ {} }}\n",
                file.replace("market", "rates"),
                columns.join(", ")
            )
        };
        let sources = |columns: &str| columns.lines().map(source).collect::<String>();
        let company = "format = 1\ncompany = { name = \"T\", currency = \"USD\" }\n";
        folder.put("earnmark.toml", format!("{company}{}", sources(self.columns)));
        for (number, plan) in self.plan.split("---\n").enumerate() {
            let head = if plan.starts_with("plan(") { "" } else { MONTHLY };
            folder.put(format!("rules/{number}.rhai"), format!("{head}{plan}"));
        }
        let put = |folder: &mut Folder, files: &[(&str, &str)]| {
            files.iter().for_each(|(name, text)| folder.put(format!("data/{name}"), *text));
        };
        put(&mut folder, self.files);
        let mut ledger = Ledger::default();
        let both = |folder: &Folder, ledger: &mut Ledger, month: u32| {
            let own = prepared(&Origin::files(folder), ledger, month, &[]);
            let whole = prepared(&Origin::files(folder).worked_whole(), ledger, month, &[]);
            assert_eq!(own.rows, whole.rows, "{}", self.plan);
            own.rows
        };
        for month in 0..self.months {
            let rows = both(&folder, &mut ledger, month);
            ledger.extend(rows);
        }
        put(&mut folder, self.then);
        folder.put("earnmark.toml", format!("{company}{}{}", sources(self.columns), sources(self.more)));
        let last = both(&folder, &mut ledger, self.months);
        let posted = last.entries.iter().map(|row| {
            let paid = if row.pay_currency == row.currency { row.earned } else { row.pay };
            format!("{} {paid}", row.payee)
        });
        assert_eq!(posted.collect::<Vec<_>>().join(", "), self.posts, "{}", self.plan);
    }
}

/// A payment of April is worked when the quarter is paid out, in June; so is a deal of March that is due 30 days later. Both are
/// earned before, and nothing more is earned.
#[test]
fn a_plan_that_is_paid_out_less_often_sees_later_what_happened() {
    for (plan, posts) in [
        ("commission(\"C\", #{ on: m, rate: 10.pct, payable: \"paid\" });\n", "ann 0"),
        ("commission(\"C\", #{ on: m, rate: 10.pct, payable: 90.days });\n", "ann 0"),
    ] {
        let head = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"quarter\" });\nlet m = measure(\"m\", #{ period: \"month\" });\n";
        let other = "---\nplan(\"Q\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet q = measure(\"q\", #{ period: \"month\" });\nbonus(\"B\", #{ on: q, pay: || 0 });\n";
        let plan = &format!("{head}{plan}{other}");
        let columns = "deals: id closed amount payee\nevents: id deal kind date amount";
        let files: &[(&str, &str)] = &[ONE, ("events.csv", "id,deal,kind,date,amount\nE1,D1,paid,2026-04-10,1000\n")];
        History { columns, plan, files, months: 5, then: &[], more: "", posts }.holds();
    }
}

/// 1,000 at 5 % in place of 10 %, for the end of service, or the name, holds on all days.
#[test]
fn what_is_read_of_somebody_on_all_days_moves_all_days() {
    let columns = "deals: id closed amount payee\npayees: id start end";
    let plan = "commission(\"C\", #{ on: m, rate: |payee| if (payee.end ?? date(\"2030-01-01\")) < date(\"2027-01-01\") { 5.pct } else { 10.pct } });\n";
    let files = &[ONE, ("payees.csv", "id,start,end\nann,2025-01-01,\n")];
    let then = &[("payees.csv", "id,start,end\nann,2025-01-01,2026-06-15\n")];
    History { columns, plan, files, months: 3, then, more: "", posts: "ann -5000" }.holds();
    let columns = "deals: id closed amount payee\npayees: id name from to";
    let plan =
        "commission(\"C\", #{ on: m, rate: |payee| if (payee.name ?? \"\") == \"Ann\" { 10.pct } else { 5.pct } });\n";
    let files = &[ONE, ("payees.csv", "id,name,from,to\nann,Ann,2025-01-01,\n")];
    let then = &[("payees.csv", "id,name,from,to\nann,Ann,2025-01-01,2026-03-31\nann,Annie,2026-04-01,\n")];
    History { columns, plan, files, months: 3, then, more: "", posts: "ann -5000" }.holds();
}

/// A bonus by hand of 100 is of the plan that somebody is on at the time, else of the last one: that is B as soon as B is to come.
#[test]
fn a_decision_follows_its_payee_to_another_plan() {
    let columns = "deals: id closed amount payee\nassignments: payee plan from to\nadjustments: id kind payee date amount reason actor";
    let plan = "plan(\"A\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet a = measure(\"a\", #{ period: \"month\" });\ncommission(\"CA\", #{ on: a, rate: 10.pct });\n---\nplan(\"B\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet b = measure(\"b\", #{ period: \"month\" });\ncommission(\"CB\", #{ on: b, rate: 10.pct });\n";
    let files = &[
        ("deals.csv", "id,closed,amount,payee\nD1,2026-02-10,1000,ann\n"),
        ("adjustments.csv", "id,kind,payee,date,amount,reason,actor\nX1,manual,ann,2026-01-15,100,sign-on,boss\n"),
        ("assignments.csv", "payee,plan,from,to\nann,A,2026-02-01,2026-03-31\n"),
    ];
    let then = &[("assignments.csv", "payee,plan,from,to\nann,A,2026-02-01,2026-03-31\nann,B,2026-05-01,\n")];
    History { columns, plan, files, months: 3, then, more: "", posts: "ann -10000, ann 10000" }.holds();
}

/// 10 % of 1,000 go to whom the line leads to, though it leads through somebody who is not there yet.
#[test]
fn a_line_without_a_first_day_holds_on_all_days() {
    let columns = "deals: id closed amount payee\npayees: id start\nlines: payee manager";
    let plan = "override(\"O\", #{ on: team(m, \"all\"), rate: 10.pct });\n";
    let files = &[
        ONE,
        ("payees.csv", "id,start\nann,2025-01-01\nmia,2026-04-01\nboss,2025-01-01\nbea,2025-01-01\n"),
        ("lines.csv", "payee,manager\nann,mia\nmia,boss\n"),
    ];
    let then = &[("lines.csv", "payee,manager\nann,mia\nmia,bea\n")];
    History { columns, plan, files, months: 4, then, more: "", posts: "bea 10000, boss -10000" }.holds();
}

/// Where nobody is assigned everybody is on the plan. With the first row nobody else is, and ann not before April.
#[test]
fn the_first_assignment_moves_all_days() {
    let columns = "deals: id closed amount payee\nassignments: payee plan from to";
    let plan = "commission(\"C\", #{ on: m, rate: 10.pct });\n";
    let deals = ("deals.csv", "id,closed,amount,payee\nD1,2026-01-10,1000,ann\nD2,2026-01-10,1000,bob\n");
    let then = &[("assignments.csv", "payee,plan,from,to\nann,P,2026-04-01,\n")];
    let more = "assignments: payee plan from to";
    let posts = "ann -10000, bob -10000";
    History { columns: "deals: id closed amount payee", plan, files: &[deals], months: 3, then, more, posts }.holds();
    // A list without a row is a list: nobody is on the plan.
    let files = &[deals, ("assignments.csv", "payee,plan,from,to\n")];
    History { columns, plan, files, months: 3, then, more: "", posts: "" }.holds();
}

/// What is earned in January is exchanged when it is due, in March: 100.00 at 0.80 in place of 0.90. Pay on a cancelled deal
/// is taken back by the role at the time of the cancellation: half of 100.00 comes back for who leads since March.
#[test]
fn what_is_worked_later_than_its_deal_moves_with_the_later_day() {
    let columns = "deals: id closed amount payee\npayees: id currency\nrates.market: from to date rate";
    let plan = "commission(\"C\", #{ on: m, rate: 10.pct, payable: 60.days });\n";
    let files = &[ONE, ("payees.csv", "id,currency\nann,EUR\n"), RATES];
    History { columns, plan, files, months: 4, then: &[OTHER_RATES], more: "", posts: "ann -1000" }.holds();
    let columns = "deals: id closed amount payee\npayees: id role from to\nevents: id deal kind date";
    let plan = "commission(\"C\", #{ on: m, rate: 10.pct });\nclawback(\"Churn\", #{ on: \"cancelled\", method: \"reverse\", take: |payee| if (payee.role ?? \"\") == \"lead\" { 50.pct } else { 100.pct } });\n";
    let files = &[
        ONE,
        ("events.csv", "id,deal,kind,date\nE1,D1,cancelled,2026-03-20\n"),
        ("payees.csv", "id,role,from,to\nann,rep,2025-01-01,\n"),
    ];
    let then = &[("payees.csv", "id,role,from,to\nann,rep,2025-01-01,2026-02-28\nann,lead,2026-03-01,\n")];
    History { columns, plan, files, months: 4, then, more: "", posts: "ann 5000" }.holds();
}

/// A month is paid by what its quarter came to by then: April and May had nothing, and 10.00 each. The late deal of June makes June
/// worth 50.00; that a deal of March is cancelled in June is nothing to the months of another quarter.
#[test]
fn a_cancellation_works_no_months_of_another_quarter() {
    let columns = "deals: id closed amount payee\nevents: id deal kind date";
    let plan = "let wide = measure(\"wide\", #{ period: \"quarter\", credit: m });\nbonus(\"Kick\", #{ on: m, pay: || if wide.total > 1_000 { 50 } else { 10 } });\nclawback(\"Churn\", #{ on: \"cancelled\", method: \"reverse\" });\n";
    let files = &[
        ("deals.csv", "id,closed,amount,payee\nD1,2026-03-10,100,ann\n"),
        ("events.csv", "id,deal,kind,date\nE1,D1,cancelled,2026-06-20\n"),
    ];
    let then = &[("deals.csv", "id,closed,amount,payee\nD1,2026-03-10,100,ann\nD2,2026-06-05,2000,ann\n")];
    History { columns, plan, files, months: 6, then, more: "", posts: "ann 4000, ann 1000" }.holds();
}
