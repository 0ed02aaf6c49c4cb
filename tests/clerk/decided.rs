//! Decisions and entries of somebody who is not on a plan yet, or not any more, and decisions that are corrected after the
//! period that settled them: whatever is posted is paid or owed, once.

use super::{Clerk, read};

/// 5 % flat, by the month; ann sells 20,000 a month, 1,000.00; cy is on the plan from 10 February on.
fn company(name: &str, more: &str) -> Clerk {
    let clerk = Clerk::new(name);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", start = \"start\" }\n[assignments]\nfile = \"assignments.csv\"\ncolumns = { payee = \"payee\", plan = \"plan\" }\n[adjustments]\nfile = \"adjustments.csv\"\ncolumns = { id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", currency = \"currency\", plan = \"plan\", component = \"component\", balance = \"balance\", reason = \"reason\", actor = \"actor\" }\n",
    );
    clerk.write(
        "rules/plan.rhai",
        &format!("plan(\"A\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\"{more} }});\nlet sales = measure(\"sales\", #{{ period: \"month\" }});\ncommission(\"Commission\", #{{ on: sales, rate: 5.pct }});\n"),
    );
    clerk.write("data/payees.csv", "id,start\nann,2025-01-01\ncy,2026-02-10\nzoe,2025-01-01\n");
    clerk.write("data/assignments.csv", "payee,plan\nann,A\ncy,A\n");
    let deals = (1..=6).map(|month| format!("D{month},2026-{month:02}-10,20000,ann\n"));
    clerk.write("data/deals.csv", &format!("id,closed,amount,payee\n{}", deals.collect::<String>()));
    decide(&clerk, "");
    clerk
}

/// The adjustments: id, kind, payee, date, amount, currency, plan, component, balance.
fn decide(clerk: &Clerk, rows: &str) {
    let rows: String = rows.lines().map(|row| format!("{row},because,mia\n")).collect();
    let head = "id,kind,payee,date,amount,currency,plan,component,balance,reason,actor\n";
    clerk.write("data/adjustments.csv", &format!("{head}{rows}"));
}

/// What a close settled of a payee: the amounts of some lines.
fn settled(clerk: &Clerk, period: &str, payee: &str, lines: [&str; 2]) -> [String; 2] {
    let rows = read(&clerk.files()[&format!("closed/{period}-r1/settlement.csv")]);
    lines.map(|line| {
        let row = rows.iter().find(|row| row["payee"] == payee && row["line"] == line);
        row.map_or_else(|| "0".to_owned(), |row| row["amount"].clone())
    })
}

/// What a close of January says to facts that cannot be worked.
fn said_of_january(clerk: &Clerk) -> String {
    let output = clerk.run(&["close", "2026-01", "--by", "mia"]);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

fn verified(clerk: &Clerk) {
    let output = clerk.run(&["verify", "--recompute"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// cy gets 500.00 in January, before the first day on the plan; zoe, who is on none, 250.00; 300.00 were paid to her outside
/// in February: she owes them.
#[test]
fn who_is_not_on_a_plan_is_settled_with_what_was_decided() {
    let clerk = company("decided-early", "");
    decide(
        &clerk,
        "A1,manual,cy,2026-01-16,500,,,,\nA2,manual,zoe,2026-01-16,250,,A,,\nA3,paid_outside,zoe,2026-02-16,300,USD,,,",
    );
    clerk.close("2026-01", &[]);
    assert_eq!(settled(&clerk, "2026-01", "cy", ["payable", "payout"]), ["500.00", "500.00"]);
    assert_eq!(settled(&clerk, "2026-01", "zoe", ["payable", "payout"]), ["250.00", "250.00"]);
    clerk.close("2026-02", &[]);
    assert_eq!(settled(&clerk, "2026-02", "cy", ["payable", "payout"]), ["0", "0.00"]);
    assert_eq!(settled(&clerk, "2026-02", "zoe", ["paid_outside", "carried.owed"]), ["-300.00", "300.00"]);
    verified(&clerk);
}

/// ann is gone from all files, her only deal of January with her: the 1,000.00 that she was paid are owed, in February and
/// still in March.
#[test]
fn what_somebody_owes_who_is_in_no_file_any_more_is_kept() {
    let clerk = company("decided-gone", "");
    clerk.close("2026-01", &[]);
    clerk.write("data/payees.csv", "id,start\ncy,2026-02-10\nzoe,2025-01-01\n");
    clerk.write("data/assignments.csv", "payee,plan\ncy,A\n");
    clerk.write("data/deals.csv", "id,closed,amount,payee\n");
    // D1, ann, and ann on A: the three rows that January knew. It paid 1,000.00 for D1.
    let refused = clerk.refused("2026-02", &[]);
    assert!(refused.contains("--told \"withdrawn 3 -1000.00 USD\""), "{refused}");
    clerk.close("2026-02", &["--told", "withdrawn 3 -1000.00 USD"]);
    assert_eq!(settled(&clerk, "2026-02", "ann", ["debt", "carried.owed"]), ["1000.00", "1000.00"]);
    clerk.close("2026-03", &[]);
    assert_eq!(settled(&clerk, "2026-03", "ann", ["brought.owed", "carried.owed"]), ["1000.00", "1000.00"]);
    verified(&clerk);
}

/// What was paid outside in January is 100.00, found to be 150.00 in February, given another day in March, withdrawn in
/// April: 900.00, 1,000.00 − 50.00, 1,000.00, 1,000.00 + 150.00 are paid.
#[test]
fn a_decision_corrected_after_its_close_is_settled_by_the_difference() {
    let clerk = company("decided-late", "");
    let paid = |period: &str| settled(&clerk, period, "ann", ["paid_outside", "payout"]);
    decide(&clerk, "A1,paid_outside,ann,2026-01-16,100,,,,");
    clerk.close("2026-01", &[]);
    assert_eq!(paid("2026-01"), ["-100.00", "900.00"]);
    decide(&clerk, "A1,paid_outside,ann,2026-01-16,150,,,,");
    clerk.close("2026-02", &[]);
    assert_eq!(paid("2026-02"), ["-50.00", "950.00"]);
    decide(&clerk, "A1,paid_outside,ann,2026-03-16,150,,,,");
    clerk.close("2026-03", &[]);
    assert_eq!(paid("2026-03"), ["0", "1000.00"]);
    decide(&clerk, "");
    clerk.close("2026-04", &["--told", "withdrawn 1"]);
    assert_eq!(paid("2026-04"), ["150.00", "1150.00"]);
    verified(&clerk);
}

/// 2,500.00 are taken over as owed: 1,000.00 are recovered in January, 1,500.00 left. It was a slip for 250.00: the 1,500.00
/// are owed no more, and of what was recovered 750.00 too much is paid, 1,750.00 with the pay of February. 100.00 forgiven
/// in March of another 300.00 are found to be 10.00 in April: 90.00 more are recovered.
#[test]
fn a_balance_corrected_after_its_close_gives_back_what_was_recovered() {
    let clerk = company("decided-opening", "");
    decide(&clerk, "A1,opening,ann,2026-01-16,2500,,,,owed");
    clerk.close("2026-01", &[]);
    assert_eq!(settled(&clerk, "2026-01", "ann", ["recovered", "carried.owed"]), ["1000.00", "1500.00"]);
    decide(&clerk, "A1,opening,ann,2026-01-16,250,,,,owed");
    clerk.close("2026-02", &[]);
    assert_eq!(settled(&clerk, "2026-02", "ann", ["payout", "carried.owed"]), ["1750.00", "0"]);
    let more = "A1,opening,ann,2026-01-16,250,,,,owed\nA2,opening,ann,2026-03-16,300,,,,owed\n";
    decide(&clerk, &format!("{more}A3,forgive,ann,2026-03-17,100,,,,"));
    clerk.close("2026-03", &[]);
    assert_eq!(settled(&clerk, "2026-03", "ann", ["forgiven", "payout"]), ["100.00", "800.00"]);
    decide(&clerk, &format!("{more}A3,forgive,ann,2026-03-17,10,,,,"));
    clerk.close("2026-04", &[]);
    assert_eq!(settled(&clerk, "2026-04", "ann", ["forgiven", "payout"]), ["-90.00", "910.00"]);
    verified(&clerk);
}

/// 300.00 are taken over as owed and 100.00 of them forgiven, of what is available at most a tenth repays the rest: 100.00 of
/// 1,000.00. The lines say so, with the reasons, before the close and after it, in all forms; a later month, in which nothing
/// was decided, gives no reason, and a decision that says 90.00 less than it did gives its own.
#[test]
fn a_closed_statement_says_why_something_was_decided() {
    let clerk = company("decided-why", ", recover: 10.pct");
    let (more, forgiven) = ("A1,opening,ann,2026-01-16,300,,,,owed\n", "A2,forgive,ann,2026-01-17");
    let settle = |period: &str| {
        let text = clerk.run(&["explain", "ann", "--period", period, "--format", "json"]);
        let statement: serde_json::Value = serde_json::from_slice(&text.stdout).unwrap();
        statement[0]["settle"].clone()
    };
    let said = |period: &str, step: &str| -> Vec<String> {
        let lines = settle(period);
        let line = lines.as_array().unwrap().iter().find(|line| line["step"] == step).unwrap().clone();
        let terms = line["terms"].as_array().cloned().unwrap_or_default();
        terms.iter().map(|term| term["text"].as_str().unwrap().to_owned()).collect()
    };
    decide(&clerk, &format!("{more}{forgiven},100,,,,"));
    let open = settle("2026-01");
    assert_eq!(said("2026-01", "opening"), ["“because”"]);
    assert_eq!(said("2026-01", "forgiven"), ["“because”"]);
    assert_eq!(said("2026-01", "recovered"), ["at most 10 % of what is available"]);
    clerk.close("2026-01", &[]);
    assert_eq!(settle("2026-01"), open);
    clerk.run(&["export", "statements", "--period", "2026-01", "--out", clerk.root.join("st").to_str().unwrap()]);
    let page = std::fs::read_to_string(clerk.root.join("st/ann_2026-01_USD.html")).unwrap();
    assert!(page.contains("forgiven: “because”") && page.contains("at most 10 % of what is available"), "{page}");
    // February: 100.00 of 1,000.00 again, and nothing was decided.
    assert_eq!(said("2026-02", "recovered"), ["at most 10 % of what is available"]);
    assert!(settle("2026-02").as_array().unwrap().iter().all(|line| line["step"] != "forgiven"));
    decide(&clerk, &format!("{more}{forgiven},10,,,,"));
    assert_eq!(said("2026-02", "forgiven"), ["“because”"]);
    clerk.close("2026-02", &[]);
    assert_eq!(settled(&clerk, "2026-02", "ann", ["forgiven", "recovered"]), ["-90.00", "100.00"]);
    verified(&clerk);
}

/// 300.00 taken over in January are repaid in three instalments of 100.00, closed month by month.
#[test]
fn instalments_of_what_was_taken_over_go_on_from_close_to_close() {
    let clerk = company("decided-instalments", ", recover: #{ share: 100.pct, instalments: 3 }");
    decide(&clerk, "A1,opening,ann,2026-01-16,300,,,,owed");
    for (period, left, paid) in [
        ("2026-01", "200.00", "900.00"),
        ("2026-02", "100.00", "900.00"),
        ("2026-03", "0", "900.00"),
        ("2026-04", "0", "1000.00"),
    ] {
        clerk.close(period, &[]);
        assert_eq!(settled(&clerk, period, "ann", ["carried.owed", "payout"]), [left, paid], "{period}");
    }
    verified(&clerk);
}

/// What nobody can settle is refused at its cell, all of it at once.
#[test]
fn a_decision_that_cannot_be_settled_is_refused_at_its_cell() {
    let clerk = company("decided-wrong", "");
    decide(
        &clerk,
        "A1,paid_outside,ann,2026-01-16,300,EUR,,,\nA2,opening,ann,2026-01-16,300.005,,,,owed\nA4,paid_outside,zoe,2026-01-16,3,,,,",
    );
    let refused = said_of_january(&clerk);
    for told in [
        "error[bad-currency]: `ann` has neither pay nor a balance in EUR\n--> data/adjustments.csv:2 currency \"EUR\"",
        "error[bad-number]: 300.005 USD cannot be paid: USD has 2 decimal places\n--> data/adjustments.csv:3 amount",
        "error[blank]: nothing says in which currency `zoe` is paid\n--> data/adjustments.csv:4 currency",
    ] {
        assert!(refused.contains(told), "{told}\n{refused}");
    }
    decide(&clerk, "A1,manual,ann,2025-12-31,70,,,,");
    let refused = said_of_january(&clerk);
    assert!(
        refused.contains("2025-12-31 lies before the first payout period, which begins on 2026-01-01"),
        "{refused}"
    );
}

/// Closed payouts stay in their currency: in another one all of them would be paid again.
#[test]
fn a_payee_who_is_paid_in_another_currency_is_refused() {
    let clerk = company("decided-currency", "");
    let settings = std::fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.close("2026-01", &[]);
    let paid_in = settings.replace("start = \"start\" }", "start = \"start\", currency = \"currency\" }");
    let rates = "[rates.market]\nfile = \"rates.csv\"\ncolumns = { from = \"from\", to = \"to\", date = \"date\", rate = \"rate\" }\n";
    clerk.write("earnmark.toml", &format!("{paid_in}{rates}"));
    clerk.write("data/rates.csv", "from,to,date,rate\nUSD,EUR,2026-01-31,0.9\nUSD,EUR,2026-02-28,0.9\n");
    clerk.write("data/payees.csv", "id,start,currency\nann,2025-01-01,EUR\ncy,2026-02-10,USD\nzoe,2025-01-01,\n");
    let output = clerk.run(&["close", "2026-02", "--by", "mia"]);
    assert_eq!(output.status.code(), Some(1));
    let refused = String::from_utf8(output.stderr).unwrap();
    assert!(refused.contains("closed payouts of `ann` are in USD, and the data says EUR"), "{refused}");
}
