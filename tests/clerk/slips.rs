//! Slips around a close that would pay twice, or never: ids of payments, the first period, the length of periods, accounts
//! with another name, names that cannot be seen, payments of void closes.

use super::super::{small, succeeded};
use super::finance::ACCOUNTS;
use super::{Clerk, read};
use std::fs;

fn payments(clerk: &Clerk, close: &str) -> Vec<String> {
    read(&clerk.files()[&format!("closed/{close}/payroll.csv")]).iter().map(|row| row["payment"].clone()).collect()
}

fn refusal(clerk: &Clerk, arguments: &[&str], code: i32) -> String {
    let output = clerk.run(arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

fn ack(clerk: &Clerk, payment: &str, status: &str) -> std::process::Output {
    clerk.write("ack.csv", &format!("payment,status\n{payment},{status}\n"));
    clerk.run(&["ack", clerk.root.join("ack.csv").to_str().unwrap(), "--by", "pat"])
}

/// Two projects of one company, begun by one person for one month, with another rate: each has its own ids, and does not take
/// what payroll says to the other. The same project begun anew has the same.
#[test]
fn payments_of_two_projects_have_ids_of_their_own() {
    let ids = |name: &str, rate: &str| {
        let clerk = small(name);
        let plan = fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
        clerk.write("rules/plan.rhai", &plan.replace("10.pct", rate));
        clerk.close("2026-03", &[]);
        let ids = payments(&clerk, "2026-03-r1");
        assert_eq!(ids.len(), 2);
        (clerk, ids)
    };
    let ((_, one), (other, two), (_, again)) =
        (ids("ids-one", "10.pct"), ids("ids-two", "5.pct"), ids("ids-again", "10.pct"));
    assert!(one.iter().all(|id| !two.contains(id)), "{one:?} {two:?}");
    assert_eq!(one, again);
    let told = String::from_utf8(ack(&other, &one[0], "rejected").stderr).unwrap();
    assert!(told.contains("no close of this ledger pays"), "{told}");
}

/// March has 12,500 × 10 % = 1,250.00 of ann and 9,801 × 10 % = 980.10 of bob; the first close is April's.
#[test]
fn a_first_close_does_not_pass_by_earlier_periods_without_a_word() {
    let clerk = small("first-late");
    let told = clerk.refused("2026-04", &[]);
    for said in [
        "`2026-04` is the first close: what belongs before it would count as paid elsewhere",
        "`bob`, `Commission`, `B`: 980.10 USD",
        "--told \"elsewhere 2 2230.10 USD\"",
        "else close `2026-03` first",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!clerk.root.join("ledger.sqlite").exists());
    assert!(clerk.close("2026-04", &["--told", "elsewhere 2 2230.10 USD"]).contains("1 payment, 500.00 USD"));
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
    // Nothing lies before March, so nothing is to be told.
    let begun = small("first-right");
    assert!(begun.refused("2026-03", &["--told", "elsewhere 2 2230.10 USD"]).contains("would not post it"));
    begun.close("2026-03", &[]);
    begun.close("2026-04", &[]);
}

fn plan(clerk: &Clerk, name: &str, payout: &str) {
    clerk.write(
        &format!("rules/{name}.rhai"),
        &format!(
            "plan(\"{name}\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"{payout}\" }});\nlet sales = measure(\"sales {name}\", #{{ period: \"month\" }});\ncommission(\"Commission {name}\", #{{ on: sales, rate: 10.pct }});\n"
        ),
    );
}

/// March is closed by the month. A plan that pays by the week would settle March again by its weeks; one that pays by the
/// quarter would close March once more as a part of it.
#[test]
fn a_ledger_goes_on_by_the_periods_it_began_with() {
    let clerk = small("chain");
    clerk.close("2026-03", &[]);
    plan(&clerk, "Weekly", "week");
    for period in ["2026-W14", "2026-04"] {
        let told = clerk.refused(period, &[]);
        assert!(told.contains("error[chain-too-long]: the plan `Weekly` is paid by the week"), "{told}");
        assert!(told.contains("`payout: \"month\"`") && told.contains("`opening`"), "{told}");
    }
    let told = refusal(&clerk, &["payouts", "--period", "2026-04"], 3);
    assert!(told.contains("chain-too-long"), "{told}");
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    let by_month = format!("{settings}[ledger]\nperiod = \"month\"\n");
    clerk.write("earnmark.toml", &by_month);
    let told = refusal(&clerk, &["check"], 1);
    assert!(told.contains("the plan `Weekly` is paid by the week, and `ledger.period` is the month"), "{told}");
    clerk.write("earnmark.toml", &settings);
    fs::remove_file(clerk.root.join("rules/Weekly.rhai")).unwrap();
    // Both plans by the quarter: the ledger goes on by the month where that is said.
    let monthly = fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &monthly.replace("payout: \"month\"", "payout: \"quarter\""));
    let told = clerk.refused("2026-Q2", &[]);
    assert!(told.contains("is paid by the quarter, and the ledger is closed by the month"), "{told}");
    assert!(told.contains("`ledger.period = \"month\"`"), "{told}");
    clerk.write("earnmark.toml", &by_month);
    clerk.close("2026-04", &[]);
    clerk.close("2026-05", &[]);
    // C of April, 5,000 × 10 %, is paid at the end of its quarter.
    assert!(clerk.close("2026-06", &[]).contains("1 payment, 500.00 USD"));
}

/// 10,000 × 10 % of January, held until it is paid, and capitalised over 24 months: 1,000.00 less 1,000 / 24 = 41.67, with a
/// burden of 80.00 less 3.33.
#[test]
fn accounts_and_rules_stay_while_something_stands_there() {
    let clerk = Clerk::new("renamed");
    let settings = |journal: &str| {
        let text = format!(
            "format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\n[events]\nfile = \"events.csv\"\ncolumns = {{ id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\" }}\n{journal}"
        );
        clerk.write("earnmark.toml", &text);
    };
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct, payable: \"paid\" });\n",
    );
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,10000,ann\n");
    clerk.write("data/events.csv", "id,deal,kind,date,amount\nE1,D1,paid,2026-02-20,10000\n");
    let rule = "[[capitalise]]\ncomponent = \"Commission\"\nmonths = 24\n";
    settings(&format!("{ACCOUNTS}{rule}"));
    clerk.close("2026-01", &[]);
    for (old, role, booked) in [
        ("Liabilities:Accrued", "accrued", "-1000.00 USD"),
        ("Assets:Contract", "contract_asset", "958.33 USD"),
        ("Assets:Burden", "burden_asset", "76.67 USD"),
    ] {
        settings(&format!("{}{rule}", ACCOUNTS.replace(&format!("\"{old}\""), &format!("\"{old}:New\""))));
        let told = refusal(&clerk, &["close", "2026-02", "--by", "mia"], 1);
        let said = format!(
            "error[missing-account]: closed periods have booked {booked} in `{old}`, which was the account of `{role}`"
        );
        assert!(told.contains(&said) && told.contains(&format!("name `{old}` for it again")), "{told}");
    }
    settings(&format!("{ACCOUNTS}{}", rule.replace("Commission", "Bonus")));
    let told = refusal(&clerk, &["close", "2026-02", "--by", "mia"], 1);
    assert!(told.contains("`Commission` of `ann` has 1035.00 USD capitalised"), "{told}");
    // Nothing stands in what clears, nor in an account that is empty: payable was never used.
    let renamed =
        ACCOUNTS.replace("Liabilities:Payable", "Liabilities:Pay").replace("Expenses:Commission", "Expenses:Pay");
    settings(&format!("{renamed}{rule}"));
    clerk.close("2026-02", &[]);
    assert!(clerk.files().contains_key("closed/2026-02-r1/journal-assets.csv"));
    super::finance::tied(&clerk);
}

#[test]
fn nobody_acts_under_a_name_that_cannot_be_seen() {
    let clerk = small("nobody");
    for (name, said) in [("   ", "nobody is named"), ("\u{200b}", "cannot be seen"), ("mia\u{200b}", "cannot be seen")]
    {
        let told = refusal(&clerk, &["close", "2026-03", "--by", name], 1);
        assert!(told.contains(said), "{told}");
    }
}

/// A payment of a void close that was rejected is not due: the close after it pays what is due. One that comes back after it was
/// paid, 1,250.00, is paid again by a decision: April has nothing else of ann's.
#[test]
fn a_payment_that_comes_back_is_due_once() {
    let clerk = small("bounced");
    clerk.close("2026-03", &[]);
    let void = payments(&clerk, "2026-03-r1").remove(0);
    let told = refusal(&clerk, &["void", "2026-03", "--by", "mia", "--note", "wrong"], 3);
    let digest = told.split("--told ").nth(1).unwrap().get(..12).unwrap().to_owned();
    succeeded(&clerk.run(&["void", "2026-03", "--by", "mia", "--note", "wrong", "--told", &digest]));
    clerk.close("2026-03", &[]);
    let said = succeeded(&ack(&clerk, &void, "rejected"));
    assert_eq!(said, "0 payments paid, 1 rejected: of a void close, so nothing is due again\n");
    let ann = payments(&clerk, "2026-03-r2").remove(0);
    succeeded(&ack(&clerk, &ann, "paid"));
    let told = String::from_utf8(ack(&clerk, &ann, "rejected").stderr).unwrap();
    assert!(told.contains("an adjustment of kind `opening` with balance `due`"), "{told}");
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.write(
        "earnmark.toml",
        &format!(
            "{settings}[adjustments]\nfile = \"adjustments.csv\"\ncolumns = {{ id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", balance = \"balance\", reason = \"reason\", actor = \"actor\" }}\n"
        ),
    );
    clerk.write(
        "data/adjustments.csv",
        "id,kind,payee,date,amount,balance,reason,actor\nR1,opening,ann,2026-04-08,1250.00,due,came back,mia\n",
    );
    clerk.close("2026-04", &[]);
    let paid = &clerk.files()["closed/2026-04-r1/payroll.csv"];
    assert!(
        paid.contains("-ann-USD,ann,2026-04,1250.00,USD") && paid.contains("-bob-USD,bob,2026-04,500.00,USD"),
        "{paid}"
    );
}
