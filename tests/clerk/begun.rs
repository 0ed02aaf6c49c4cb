//! A journal that begins after closes without one, and one that is left out for a month: what was missed is opened.

use super::finance::{ACCOUNTS, tied};
use super::{Clerk, read};
use std::fs;

/// Commission of a tenth, payable when the customer pays; a draw of 1,000 that is repaid by half of what is above it; 50.00
/// taken over as owed in January.
fn company(name: &str) -> Clerk {
    let clerk = Clerk::new(name);
    settings(&clerk, "");
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\", recover: #{ share: 0.pct } });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct, payable: \"paid\" });\ndraw(\"Draw\", #{ amount: 1_000, recover: 50.pct });\n",
    );
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,4000,ann\nD2,2026-03-10,6000,ann\n");
    clerk.write(
        "data/events.csv",
        "id,deal,kind,date,amount\nE1,D1,paid,2026-03-20,3000\nE2,D1,paid,2026-04-20,1000\nE3,D2,paid,2026-05-20,6000\n",
    );
    clerk.write(
        "data/adjustments.csv",
        "id,kind,payee,date,amount,balance,reason,actor\nO1,opening,ann,2026-01-31,50.00,owed,taken over,mia\n",
    );
    clerk
}

fn settings(clerk: &Clerk, journal: &str) {
    clerk.write(
        "earnmark.toml",
        &format!("format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\n[events]\nfile = \"events.csv\"\ncolumns = {{ id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\" }}\n[adjustments]\nfile = \"adjustments.csv\"\ncolumns = {{ id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", balance = \"balance\", reason = \"reason\", actor = \"actor\" }}\n{journal}"),
    );
}

/// The opening transfers of a month: debit, credit, amount, deal.
fn opened(clerk: &Clerk, period: &str) -> Vec<String> {
    let rows = read(&clerk.files()[&format!("closed/{period}-r1/journal.csv")]);
    let own = rows.iter().filter(|row| row["cause"] == "opening");
    own.map(|row| [&*row["debit"], &row["credit"], &row["amount"], &row["deal"]].join(" ")).collect()
}

/// January earns 400.00, all of it held, and advances 1,000.00; February advances 1,000.00 more; 50.00 are owed. The journal
/// begins in March with just that. It is left out in April, in which 100.00 become payable and 900.00 are advanced, and goes
/// on in May.
#[test]
fn a_journal_opens_what_closes_without_one_have_moved() {
    let clerk = company("journal-begins");
    clerk.close("2026-01", &[]);
    clerk.close("2026-02", &[]);
    assert!(!clerk.files().keys().any(|name| name.contains("journal")));
    // Without the account that an opening balance needs the close says so, and writes nothing.
    let short: String = ACCOUNTS.lines().filter(|line| !line.starts_with("draws")).collect::<Vec<_>>().join("\n");
    settings(&clerk, &format!("{short}\n"));
    let output = clerk.run(&["close", "2026-03", "--by", "mia"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("a posting needs the account of `draws`"), "{told}");
    settings(&clerk, &format!("{ACCOUNTS}opening = \"Equity:Opening\"\n"));
    clerk.close("2026-03", &[]);
    assert_eq!(
        opened(&clerk, "2026-03"),
        [
            "Equity:Opening Liabilities:Accrued 400.00 D1",
            "Assets:Draws Equity:Opening 2000.00 ",
            "Assets:Receivable Equity:Opening 50.00 ",
        ]
    );
    // The employer's cost is that of March alone: 600.00 earned × 8 %.
    let march = read(&clerk.files()["closed/2026-03-r1/journal.csv"]);
    let burden: Vec<&str> = march.iter().filter(|row| row["cause"] == "burden").map(|row| &*row["amount"]).collect();
    assert_eq!(burden, ["48.00"]);
    settings(&clerk, "");
    // A journal is not left out by a slip.
    let refused = clerk.refused("2026-04", &[]);
    assert!(refused.contains("`journal` of `setting`") && refused.contains("--told \"withdrawn 1\""), "{refused}");
    clerk.close("2026-04", &["--told", "withdrawn 1"]);
    assert!(!clerk.files().contains_key("closed/2026-04-r1/journal.csv"));
    settings(&clerk, &format!("{ACCOUNTS}opening = \"Equity:Opening\"\n"));
    clerk.close("2026-05", &[]);
    assert_eq!(
        opened(&clerk, "2026-05"),
        ["Liabilities:Accrued Equity:Opening 100.00 D1", "Assets:Draws Equity:Opening 900.00 "]
    );
    tied(&clerk);
    let verified = clerk.run(&["verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// What was earned before there was a journal is booked elsewhere: what is taken back of it later is less expense, and no
/// contract asset; what is earned from then on is capitalised. Half a cent of burden goes up where `rounding` says so.
#[test]
fn costs_of_before_the_journal_are_not_capitalised() {
    let clerk = Clerk::new("capitalised-later");
    let settings = |journal: &str| {
        format!(
            "format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\n{journal}"
        )
    };
    clerk.write("earnmark.toml", &settings(""));
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\n",
    );
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,10000,ann\n");
    clerk.close("2026-01", &[]);
    let rounding = ACCOUNTS.replace("burden = \"8%\"\n", "burden = \"10%\"\nrounding = \"half_up\"\n");
    clerk.write("earnmark.toml", &settings(&format!("{rounding}[[capitalise]]\nmonths = 24\n")));
    // D1 is found to be 9,000: 100.00 less. D2 of 312.50 earns 31.25; a tenth of it is 3.125.
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,9000,ann\nD2,2026-02-10,312.50,ann\n");
    clerk.close("2026-02", &[]);
    let rows = read(&clerk.files()["closed/2026-02-r1/journal.csv"]);
    let of = |cause: &str, deal: &str| -> Vec<String> {
        let own = rows.iter().filter(|row| row["cause"] == cause && row["deal"] == deal);
        own.map(|row| [&*row["debit"], &row["credit"], &row["amount"]].join(" ")).collect()
    };
    assert_eq!(of("earned", "D1"), ["Liabilities:Accrued Expenses:Commission 100.00"]);
    assert_eq!(of("earned", "D2"), ["Assets:Contract Liabilities:Accrued 31.25"]);
    assert_eq!(of("burden", "D2"), ["Assets:Burden Liabilities:Burden 3.13"]);
    // 31.25 / 24 = 1.302…; 3.13 / 24 = 0.130….
    assert_eq!(
        of("amortisation", "D2"),
        ["Expenses:Amortisation Assets:Contract 1.30", "Expenses:Amortisation Assets:Burden 0.13"]
    );
    let schedule = &clerk.files()["closed/2026-02-r1/journal-assets.csv"];
    assert!(!schedule.contains(",D1,"), "{schedule}");
    tied(&clerk);
    fs::write(clerk.root.join("earnmark.toml"), settings("[journal]\nrounding = \"half-up\"\n[journal.accounts]\n"))
        .unwrap();
    let told = String::from_utf8(clerk.run(&["check"]).stderr).unwrap();
    assert!(told.contains("`rounding` cannot be `half-up`") && told.contains("half_up"), "{told}");
}
