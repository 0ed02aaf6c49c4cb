//! Somebody is paid in another currency from a day on: what was earned before stays in the old one, nothing more is paid in it,
//! and whatever is left of it moves at the rate of the close, a pair of lines.

use super::{Clerk, read};

/// 10 % flat, by the month. kim is paid in GBP in January and in EUR from February on.
fn company(name: &str, more: &str) -> Clerk {
    let clerk = Clerk::new(name);
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", currency = \"currency\", from = \"from\", to = \"to\" }\n[events]\nfile = \"events.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\" }\n[adjustments]\nfile = \"adjustments.csv\"\ncolumns = { id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", currency = \"currency\", balance = \"balance\", reason = \"reason\", actor = \"actor\" }\n[rates.market]\nfile = \"rates.csv\"\ncolumns = { from = \"from\", to = \"to\", date = \"date\", rate = \"rate\" }\n[journal]\naccounts = { expense = \"6200\", accrued = \"2150\", payable = \"2160\", clearing = \"2170\", receivable = \"1250\", draws = \"1260\", conversion = \"3900\" }\n",
    );
    clerk.write(
        "rules/plan.rhai",
        &format!("plan(\"A\", #{{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\"{more} }});\nlet sales = measure(\"sales\", #{{ period: \"month\" }});\ncommission(\"Commission\", #{{ on: sales, rate: 10.pct }});\nclawback(\"Churn\", #{{ on: \"cancelled\", within: 90.days, method: \"reverse\" }});\n"),
    );
    clerk.write("data/payees.csv", "id,currency,from,to\nkim,GBP,,2026-01-31\nkim,EUR,2026-02-01,\n");
    // One pound is 1.20 euro at each month's end.
    let rate = |(end, pounds, euros): (&str, &str, &str)| {
        format!("USD,GBP,{end},{pounds}\nUSD,EUR,{end},{euros}\nGBP,EUR,{end},1.2\n")
    };
    let ends = [
        ("2026-01-31", "0.8", "0.96"),
        ("2026-02-28", "0.75", "0.95"),
        ("2026-03-31", "0.7", "0.9"),
        ("2026-04-30", "0.7", "0.9"),
    ];
    clerk.write("data/rates.csv", &format!("from,to,date,rate\n{}", ends.map(rate).concat()));
    deals(&clerk, "");
    clerk.write("data/events.csv", "id,deal,kind,date\n");
    clerk.write("data/adjustments.csv", "id,kind,payee,date,amount,currency,balance,reason,actor\n");
    clerk
}

fn deals(clerk: &Clerk, more: &str) {
    let own = "D1,2026-01-10,10000,kim\nD2,2026-02-10,2000,kim\nD3,2026-03-10,5000,kim\nD4,2026-04-10,10000,kim\n";
    clerk.write("data/deals.csv", &format!("id,closed,amount,payee\n{own}{more}"));
}

/// The lines of a payee and currency in a close, as `line amount`, without what is brought forward and carried in parts.
fn lines(clerk: &Clerk, period: &str, currency: &str) -> Vec<String> {
    let rows = read(&clerk.files()[&format!("closed/{period}-r1/settlement.csv")]);
    let own = rows.iter().filter(|row| row["currency"] == currency);
    own.map(|row| format!("{} {}", row["line"], row["amount"])).collect()
}

fn has(clerk: &Clerk, period: &str, currency: &str, wanted: &[&str]) {
    let found = lines(clerk, period, currency);
    for line in wanted {
        assert!(found.iter().any(|own| own == line), "{period} {currency}: no {line} in {found:?}");
    }
}

/// January: 1,000.00 USD are 800.00 GBP. February: 200.00 USD are 190.00 EUR, and a late deal of January, 50.00 USD at its rate
/// 40.00 GBP, moves as 48.00 EUR: 238.00. March: D1 is cancelled, 800.00 GBP are owed and move as 960.00 EUR; of 500.00 USD,
/// 450.00 EUR, all is recovered and 510.00 stay. April: 900.00 EUR less 510.00 are 390.00.
#[test]
fn what_is_left_of_an_old_currency_moves_into_the_new_one() {
    let clerk = company("moves", "");
    assert!(clerk.close("2026-01", &["--as-of", "2026-01-31"]).contains("1 payment, 800.00 GBP"));
    deals(&clerk, "L1,2026-01-20,500,kim\n");
    assert!(clerk.close("2026-02", &["--as-of", "2026-02-28"]).contains("1 payment, 238.00 EUR"));
    has(&clerk, "2026-02", "GBP", &["payable 40.00", "moved_pay -40.00", "payout 0.00"]);
    has(&clerk, "2026-02", "EUR", &["payable 190.00", "moved_pay 48.00", "payout 238.00"]);
    clerk.write("data/events.csv", "id,deal,kind,date\nX,D1,cancelled,2026-03-05\n");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    has(&clerk, "2026-03", "GBP", &["debt 800.00", "moved 800.00", "moved.owed -800.00", "payout 0.00"]);
    has(&clerk, "2026-03", "EUR", &["moved -960.00", "moved.owed 960.00", "recovered 450.00", "carried.owed 510.00"]);
    assert!(clerk.close("2026-04", &["--as-of", "2026-04-30"]).contains("1 payment, 390.00 EUR"));
    // Nothing is left of the old currency, and no statement of it.
    assert!(lines(&clerk, "2026-04", "GBP").is_empty());
    let statement = clerk.run(&["explain", "kim", "--period", "2026-03"]);
    let text = String::from_utf8(statement.stdout).unwrap();
    for said in ["balance of another currency of pay", "-960.00"] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // One run of all is what the closes have paid and carry: 800.00 + 40.00 GBP in January, which know the late deal.
    let whole = clerk.run(&["payouts", "--period", "2026-04", "--format", "csv"]);
    assert!(String::from_utf8(whole.stdout).unwrap().contains("kim,2026-04,900.00,390.00,0.00,EUR"));
}

/// January: 80.00 USD are 64.00 GBP, below the minimum of 100.00 USD, 80.00 GBP: they wait. 300.00 GBP of a draw are taken over.
/// In February, when they are taken over, both move, as 76.80 and 360.00 EUR. 190.00 are earned and repay that much of the draw; 76.80 stay below the minimum
/// of 95.00.
#[test]
fn balances_of_all_kinds_move_at_the_rate_of_the_close() {
    let clerk = company("moves-all", ", minimum: 100");
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,800,kim\nD2,2026-02-10,2000,kim\n");
    clerk.write(
        "data/adjustments.csv",
        "id,kind,payee,date,amount,currency,balance,reason,actor\nA1,opening,kim,2026-02-01,300,GBP,draw,old,mia\n",
    );
    clerk.close("2026-01", &["--as-of", "2026-01-31"]);
    has(&clerk, "2026-01", "GBP", &["payout 0.00", "carried.due 64.00"]);
    clerk.close("2026-02", &["--as-of", "2026-02-28"]);
    has(&clerk, "2026-02", "GBP", &["moved 236.00", "moved.draw -300.00", "moved.due -64.00", "payout 0.00"]);
    has(&clerk, "2026-02", "EUR", &["moved -283.20", "moved.draw 360.00", "moved.due 76.80", "payout 0.00"]);
    has(&clerk, "2026-02", "EUR", &["draw_repaid 190.00", "carried.draw 170.00", "carried.due 76.80"]);
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Pay waits for 30 days, and EUR holds from 15 February on. Of January 1,000.00 USD wait until 9 February: at 0.75 they are
/// 750.00 GBP, which move as 900.00 EUR. D2 of 10 February is still of GBP: its 200.00 USD wait, nothing of them moves, and
/// they stand on a statement in GBP. In March they are 140.00 GBP and move as 168.00 EUR; in April 500.00 USD of D3 are 450.00 EUR.
#[test]
fn what_waits_in_the_old_currency_is_shown_there_and_moves_once_it_is_payable() {
    let clerk = company("moves-held", "");
    let plan = std::fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &plan.replace("rate: 10.pct", "rate: 10.pct, payable: 30.days"));
    clerk.write("data/payees.csv", "id,currency,from,to\nkim,GBP,,2026-02-14\nkim,EUR,2026-02-15,\n");
    clerk.close("2026-01", &["--as-of", "2026-01-31"]);
    assert!(clerk.close("2026-02", &["--as-of", "2026-02-28"]).contains("1 payment, 900.00 EUR"));
    has(&clerk, "2026-02", "GBP", &["payable 750.00", "moved_pay -750.00", "payout 0.00"]);
    let statement = clerk.run(&["explain", "kim", "--period", "2026-02"]);
    assert!(String::from_utf8(statement.stdout).unwrap().contains("200.00 USD is held"));
    assert!(clerk.close("2026-03", &["--as-of", "2026-03-31"]).contains("1 payment, 168.00 EUR"));
    has(&clerk, "2026-03", "GBP", &["payable 140.00", "moved_pay -140.00"]);
    assert!(clerk.close("2026-04", &["--as-of", "2026-04-30"]).contains("1 payment, 450.00 EUR"));
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// D1 is sold two days before EUR holds, in a month that ends with it, and waits: what is earned in GBP and not payable yet is no
/// reason to refuse the month.
#[test]
fn a_month_in_which_all_of_the_old_currency_waits_is_settled() {
    let clerk = company("moves-waits", "");
    let plan = std::fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &plan.replace("rate: 10.pct", "rate: 10.pct, payable: 30.days"));
    clerk.write("data/payees.csv", "id,currency,from,to\nkim,GBP,,2026-01-11\nkim,EUR,2026-01-12,\n");
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,10000,kim\n");
    clerk.close("2026-01", &["--as-of", "2026-01-31"]);
    has(&clerk, "2026-01", "GBP", &["payout 0.00"]);
    let statement = clerk.run(&["explain", "kim", "--period", "2026-01"]);
    assert!(String::from_utf8(statement.stdout).unwrap().contains("1,000.00"));
    assert!(clerk.close("2026-02", &["--as-of", "2026-02-28"]).contains("1 payment, 900.00 EUR"));
}

/// Without a rate for it the close is refused, and so is another currency on all days once something is closed.
#[test]
fn what_cannot_move_is_told() {
    let clerk = company("moves-not", "");
    clerk.close("2026-01", &["--as-of", "2026-01-31"]);
    let rates = std::fs::read_to_string(clerk.root.join("data/rates.csv")).unwrap();
    clerk.write("data/rates.csv", &rates.replace("GBP,EUR,2026-02-28,1.2\n", ""));
    deals(&clerk, "L1,2026-01-20,500,kim\n");
    let refused = || {
        let output = clerk.run(&["close", "2026-02", "--by", "mia", "--as-of", "2026-02-28"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refused();
    assert!(told.contains("missing-rate") && told.contains("from GBP to EUR on 2026-02-28"), "{told}");
    clerk.write("data/payees.csv", "id,currency,from,to\nkim,EUR,,\n");
    let told = refused();
    assert!(told.contains("closed payouts of `kim` are in GBP") && told.contains("say from which day"), "{told}");
}
