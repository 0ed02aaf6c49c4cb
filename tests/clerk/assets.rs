//! What is capitalised, and in which accounts balances stand, where something is out of the ordinary: a ledger that begins
//! late, a rule that is added, an end that is known late, a payee with another role.

use super::finance::{ACCOUNTS, tied};
use super::{Clerk, read};

const DEALS: &str = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[events]\nfile = \"events.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\" }\n";
const NO_EVENTS: &str = "id,deal,kind,date\n";
const CAPITALISED: &str = "[[capitalise]]\ncomponent = \"Commission\"\nmonths = 24\n";

/// 10 % of each deal; of an end within so many days half is taken back.
fn company(name: &str, days: u32) -> Clerk {
    let clerk = Clerk::new(name);
    clerk.write(
        "rules/plan.rhai",
        &format!("plan(\"AE\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" }});\nlet sales = measure(\"sales\", #{{ period: \"month\" }});\ncommission(\"Commission\", #{{ on: sales, rate: 10.pct }});\nclawback(\"End\", #{{ on: \"cancelled\", within: {days}.days, method: \"reverse\", take: 50.pct }});\n"),
    );
    clerk.write("data/events.csv", NO_EVENTS);
    clerk
}

fn settings(clerk: &Clerk, journal: &str) {
    let company = "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n";
    clerk.write("earnmark.toml", &format!("{company}{DEALS}{journal}"));
}

fn deals(clerk: &Clerk, rows: &str) {
    clerk.write("data/deals.csv", &format!("id,closed,amount,payee\n{rows}"));
}

/// The roll-forward of a close: deal and figures.
fn schedule(clerk: &Clerk, close: &str) -> Vec<String> {
    let rows = read(&clerk.files()[&format!("closed/{close}/journal-assets.csv")]);
    let figures = ["deal", "before", "added", "amortised", "impaired", "after"];
    rows.iter().map(|row| figures.map(|name| row[name].clone()).join(" ")).collect()
}

/// What a close transfers by a cause: debit, credit, amount.
fn transfers(clerk: &Clerk, close: &str, cause: &str) -> Vec<String> {
    let rows = read(&clerk.files()[&format!("closed/{close}/journal.csv")]);
    let own = rows.iter().filter(|row| row["cause"] == cause);
    own.map(|row| [&*row["debit"], &row["credit"], &row["amount"]].join(" ")).collect()
}

fn sound(clerk: &Clerk) {
    tied(clerk);
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// D1 of January was earned before the ledger began: cost and burden were booked elsewhere. D2: 1,200.00 and 96.00 on top, of
/// which 50.00 and 4.00 are written off in the first of 24 months.
#[test]
fn what_was_posted_elsewhere_is_not_capitalised_again() {
    let clerk = company("assets-elsewhere", 365);
    settings(&clerk, &format!("{ACCOUNTS}{CAPITALISED}"));
    deals(&clerk, "D1,2026-01-10,24000,ann\nD2,2026-02-10,12000,ann\n");
    clerk.close("2026-02", &["--told", "elsewhere 1 2400.00 USD"]);
    assert_eq!(schedule(&clerk, "2026-02-r1"), ["D2 0.00 1296.00 54.00 0.00 1242.00"]);
    assert_eq!(transfers(&clerk, "2026-02-r1", "burden"), ["Assets:Burden Liabilities:Burden 96.00"]);
    clerk.close("2026-03", &[]);
    assert_eq!(schedule(&clerk, "2026-03-r1"), ["D2 1242.00 0.00 54.00 0.00 1188.00"]);
    sound(&clerk);
}

/// D1 was an expense of January: what a correction adds in February is one too, although the rule is there by then.
#[test]
fn what_was_an_expense_stays_one() {
    let clerk = company("assets-rule-added", 365);
    settings(&clerk, ACCOUNTS);
    deals(&clerk, "D1,2026-01-10,12000,ann\n");
    clerk.close("2026-01", &[]);
    settings(&clerk, &format!("{ACCOUNTS}{CAPITALISED}"));
    deals(&clerk, "D1,2026-01-10,14400,ann\nD2,2026-02-10,12000,ann\n");
    clerk.close("2026-02", &[]);
    assert_eq!(schedule(&clerk, "2026-02-r1"), ["D2 0.00 1296.00 54.00 0.00 1242.00"]);
    // 14,400 × 10 % − 1,200.00 = 240.00, and 1,200.00.
    let earned = ["Expenses:Commission Liabilities:Accrued 240.00", "Assets:Contract Liabilities:Accrued 1200.00"];
    assert_eq!(transfers(&clerk, "2026-02-r1", "earned"), earned);
    sound(&clerk);
}

/// 1,200.00 over 24 months; the end in June is known in July, and half, 600.00, is taken back by a true-up. Seven months are
/// written off: 350.00, of which 300.00 were; 850.00 less 600.00 are impaired. On top: 96.00 × 7 / 24 = 28.00, and 68.00.
#[test]
fn an_end_that_is_known_late_is_written_off_as_one_in_time() {
    let clerk = company("assets-late-end", 365);
    settings(&clerk, &format!("{ACCOUNTS}{CAPITALISED}"));
    deals(&clerk, "D1,2026-01-10,12000,ann\n");
    for month in 1..=7 {
        if month == 7 {
            clerk.write("data/events.csv", &format!("{NO_EVENTS}X,D1,cancelled,2026-06-15\n"));
        }
        clerk.close(&format!("2026-{month:02}"), &[]);
    }
    let moved = ["Expenses:Amortisation Assets:Contract 50.00", "Expenses:Amortisation Assets:Burden 4.00"];
    assert_eq!(transfers(&clerk, "2026-07-r1", "amortisation"), moved);
    let impaired = ["Expenses:Impairment Assets:Contract 250.00", "Expenses:Impairment Assets:Burden 68.00"];
    assert_eq!(transfers(&clerk, "2026-07-r1", "impairment"), impaired);
    sound(&clerk);
}

/// The contract ends outside the window, so nothing is taken back of 2,400.00. In March the deal is found to be 36,000: of
/// 1,200.00 more the employer bears 96.00 more, and both are impaired at once. D2 ends in the month in which it is earned:
/// half of 1,000.00 is kept, and 40.00 are borne on it; 500 / 24 would stay of 1,000 / 24 = 41.67 less 500.00.
#[test]
fn the_employer_bears_what_is_earned_after_the_end_too() {
    let clerk = company("assets-burden", 20);
    settings(&clerk, &format!("{ACCOUNTS}{CAPITALISED}"));
    deals(&clerk, "D1,2026-01-10,24000,ann\n");
    clerk.close("2026-01", &[]);
    clerk.write("data/events.csv", &format!("{NO_EVENTS}X,D1,cancelled,2026-02-20\nY,D2,cancelled,2026-03-20\n"));
    deals(&clerk, "D1,2026-01-10,24000,ann\nD2,2026-03-10,10000,ann\n");
    clerk.close("2026-02", &[]);
    deals(&clerk, "D1,2026-01-10,36000,ann\nD2,2026-03-10,10000,ann\n");
    clerk.close("2026-03", &[]);
    let borne = ["Assets:Burden Liabilities:Burden 96.00", "Assets:Burden Liabilities:Burden 40.00"];
    assert_eq!(transfers(&clerk, "2026-03-r1", "burden"), borne);
    assert!(schedule(&clerk, "2026-03-r1").iter().all(|row| row.ends_with(" 0.00")));
    sound(&clerk);
}

/// ann is on the team of the north until June, and is known to payroll by another number from July on. Her role is another
/// from March on, and so is the account of what she waits for: 1,000.00 of January are moved there.
#[test]
fn dated_rows_of_a_payee_hold_from_their_day_on() {
    let clerk = company("assets-role", 365);
    let payees = "[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", from = \"from\", to = \"to\", role = \"role\", payroll_id = \"number\", team = \"team\" }\n";
    let rule = "[[journal.rules]]\nrole = \"lead\"\naccounts.accrued = \"Liabilities:Accrued:Leads\"\n";
    let layout = "[payroll]\nlayout = \"own\"\nfile_per = \"team\"\ncolumns = [{ name = \"number\", value = \"payee.payroll_id\" }, { name = \"amount\", value = \"amount\" }]\n";
    settings(&clerk, &format!("{payees}{layout}{ACCOUNTS}{rule}"));
    let plan = std::fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &plan.replace("rate: 10.pct", "rate: 10.pct, payable: \"paid\""));
    clerk.write(
        "data/payees.csv",
        "id,from,to,role,number,team\nann,2026-01-01,2026-02-28,rep,7,north\nann,2026-03-01,2026-06-30,lead,7,north\nann,2026-07-01,,lead,9,south\n",
    );
    deals(&clerk, "D1,2026-01-10,10000,ann\nD2,2026-01-11,2000,ann\n");
    let paid = ["P,D2,paid,2026-01-20\n", "Q,D1,paid,2026-07-20\n"];
    clerk.write("data/events.csv", &format!("{NO_EVENTS}{}", paid[0]));
    for month in 1..=7 {
        if month == 7 {
            clerk.write("data/events.csv", &format!("{NO_EVENTS}{}", paid.concat()));
        }
        clerk.close(&format!("2026-{month:02}"), &[]);
    }
    let files = clerk.files();
    assert_eq!(files["closed/2026-01-r1/payroll.csv"], "number,amount\n7,200.00\n");
    assert_eq!(files["closed/2026-07-r1/payroll.csv"], "number,amount\n9,1000.00\n");
    let moved = transfers(&clerk, "2026-03-r1", "moved");
    assert_eq!(moved, ["Liabilities:Accrued Liabilities:Accrued:Leads 1000.00"]);
    let payable = transfers(&clerk, "2026-07-r1", "payable");
    assert_eq!(payable, ["Liabilities:Accrued:Leads Liabilities:Payable 1000.00"]);
    sound(&clerk);
}
