//! What payroll and finance take: layouts, files for each currency, the journal and what independent programs say of it.

use super::super::{small, succeeded};
use super::{Clerk, read};
use rust_decimal::Decimal;
use std::fs;
use std::process::{Child, Command, Stdio};

/// ann is known to payroll as 0042, bob has no number of his own there; bob's name has an umlaut.
fn paid(name: &str, payroll: &str) -> Clerk {
    let clerk = small(name);
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    let columns = "[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", name = \"name\", payroll_id = \"number\", currency = \"currency\", team = \"team\" }\n";
    clerk.write("earnmark.toml", &format!("{settings}{columns}{payroll}"));
    clerk.write(
        "data/payees.csv",
        "id,name,number,currency,team\nann,Ann Reyes,0042,USD,north\nbob,Bob Möller,,USD,south\n",
    );
    clerk
}

#[test]
fn payroll_is_written_in_the_layout_that_is_asked_for() {
    let own = paid(
        "layout-own",
        "[payroll]\nlayout = \"own\"\ndelimiter = \"\"\nheader = false\nencoding = \"windows-1252\"\nrow_end = \"\\r\\n\"\ndecimal = \",\"\ncolumns = [{ name = \"number\", value = \"payee.payroll_id\", width = 6 }, { name = \"kind\", value = \"fixed:COM\", width = 4 }, { name = \"name\", value = \"payee.name\", width = 12 }, { name = \"amount\", value = \"amount\", width = 10, align = \"right\" }]\n",
    );
    own.close("2026-03", &["--as-of", "2026-03-31"]);
    let bytes = fs::read(own.root.join("closed/2026-03-r1/payroll.txt")).unwrap();
    assert_eq!(bytes, b"0042  COM Ann Reyes      1250,00\r\nbob   COM Bob M\xf6ller      980,10\r\n");
    let adp = paid(
        "layout-adp",
        "[payroll]\nlayout = \"adp-workforce-now\"\ncodes = { company = \"ABC\", batch = \"COMM\", earning = \"COM\" }\n",
    );
    adp.close("2026-03", &["--as-of", "2026-03-31"]);
    assert_eq!(
        adp.files()["closed/2026-03-r1/payroll.csv"],
        "Co Code,Batch ID,File #,Earnings 3 Code,Earnings 3 Amount\nABC,COMM,0042,COM,1250.00\nABC,COMM,bob,COM,980.10\n"
    );
    let by_team = paid("layout-team", "[payroll]\nfile_per = \"team\"\n");
    by_team.close("2026-03", &["--as-of", "2026-03-31"]);
    let files = by_team.files();
    assert!(files["closed/2026-03-r1/payroll-north.csv"].ends_with("-ann-USD,ann,2026-03,1250.00,USD\n"));
    assert!(files["closed/2026-03-r1/payroll-south.csv"].ends_with("-bob-USD,bob,2026-03,980.10,USD\n"));
    let control = &files["closed/2026-03-r1/control.json"];
    assert!(
        control.contains("\"total\": \"2230.10\"") && control.contains("\"name\": \"payroll-south.csv\""),
        "{control}"
    );
    // 12,500 + 9,801; the third deal is not known yet.
    let control: serde_json::Value = serde_json::from_str(control).unwrap();
    let deals = &control["sources"][0];
    assert_eq!((deals["file"].as_str(), deals["taken"].as_u64()), (Some("data/deals.csv"), Some(2)));
    assert_eq!(deals["sums"]["amount"]["USD"], "22301");
    assert!(by_team.run(&["verify", "--recompute"]).status.success());
}

#[test]
fn what_payroll_cannot_take_stops_the_close() {
    let narrow = paid(
        "layout-narrow",
        "[payroll]\nlayout = \"own\"\ndelimiter = \"\"\ncolumns = [{ name = \"a\", value = \"amount\", width = 6 }]\n",
    );
    let output = narrow.run(&["close", "2026-03", "--by", "mia", "--as-of", "2026-03-31"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("has 7 characters"), "the amount 1250.00");
    assert!(!narrow.root.join("ledger.sqlite").exists() && narrow.log().lines().count() <= 1, "nothing is written");
    // Whom payroll cannot tell apart, whom it does not know, and amounts of which nothing says the currency.
    let closing = |payroll: &str, payees: &str| {
        let rates = "[rates.market]\nfile = \"rates.csv\"\ncolumns = { from = \"from\", to = \"to\", date = \"date\", rate = \"rate\" }\n";
        let clerk = paid("layout-apart", &format!("{payroll}{rates}"));
        clerk.write("data/rates.csv", "from,to,date,rate\nUSD,EUR,2026-03-31,0.9\n");
        clerk.write("data/payees.csv", &format!("id,name,number,currency,team\n{payees}"));
        let output = clerk.run(&["close", "2026-03", "--by", "mia", "--as-of", "2026-03-31"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(clerk.log().lines().count() <= 1, "nothing is closed");
        String::from_utf8(output.stderr).unwrap()
    };
    let adp = "[payroll]\nlayout = \"adp-workforce-now\"\ncodes = { company = \"ABC\", batch = \"COMM\", earning = \"COM\" }\n";
    let twice = closing(adp, "ann,Ann,77,USD,north\nbob,Bob,77,USD,south\n");
    assert!(twice.contains("`ann` and `bob` are one to payroll: both have 77"), "{twice}");
    let fallen = closing(adp, "ann,Ann,bob,USD,north\nbob,Bob,,USD,south\n");
    assert!(fallen.contains("both have bob"), "{fallen}");
    let mixed = closing(
        "[payroll]\nlayout = \"own\"\nfile_per = \"all\"\ncolumns = [{ name = \"who\", value = \"payee\" }, { name = \"much\", value = \"amount\" }]\n",
        "ann,Ann,1,USD,north\nbob,Bob,2,EUR,south\n",
    );
    assert!(mixed.contains("amounts in EUR and USD would stand in one file"), "{mixed}");
    let nobody = closing(
        "[payroll]\nlayout = \"own\"\ncolumns = [{ name = \"who\", value = \"payee.team\" }, { name = \"much\", value = \"amount\" }]\n",
        "ann,Ann,1,USD,\nbob,Bob,2,USD,south\n",
    );
    assert!(nobody.contains("nothing says to payroll who `ann` is: `who` would be blank"), "{nobody}");
    let told = |payroll: &str| {
        let clerk = paid("layout-wrong", payroll);
        String::from_utf8(clerk.run(&["check"]).stderr).unwrap()
    };
    assert!(told("[payroll]\nlayout = \"adp\"\n").contains("there is no payroll layout `adp`"));
    assert!(told("[payroll]\nlayout = \"adp-workforce-now\"\n").contains("needs `payroll.codes.company`"));
    assert!(
        told("[payroll]\nlayout = \"own\"\ncolumns = [{ name = \"a\", value = \"payee.nmae\" }]\n")
            .contains("did you mean `name`?")
    );
    assert!(told("[payroll]\nfile_per = \"curency\"\n").contains("did you mean `currency`?"));
}

pub(super) const ACCOUNTS: &str = "[journal]\nburden = \"8%\"\n[journal.accounts]\nexpense = \"Expenses:Commission\"\ncontract_asset = \"Assets:Contract\"\naccrued = \"Liabilities:Accrued\"\npayable = \"Liabilities:Payable\"\nconversion = \"Equity:Conversion\"\nreceivable = \"Assets:Receivable\"\ndraws = \"Assets:Draws\"\nclearing = \"Assets:Clearing\"\nburden = \"Liabilities:Burden\"\nburden_asset = \"Assets:Burden\"\namortisation = \"Expenses:Amortisation\"\nimpairment = \"Expenses:Impairment\"\n";

/// The journals of all closes in their order, given to a program that knows nothing of ours.
fn checking(clerk: &Clerk, end: &str, program: &str, arguments: &[&str]) -> std::io::Result<Child> {
    let all: Vec<String> =
        clerk.files().into_iter().filter(|(name, _)| name.ends_with(end)).map(|(_, text)| text).collect();
    let file = clerk.root.join(format!("all{end}"));
    fs::write(&file, all.concat()).unwrap();
    Command::new(program).args(arguments).arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// What the program says of them.
fn checked(program: &str, begun: std::io::Result<Child>) {
    match begun.and_then(Child::wait_with_output) {
        Ok(output) => assert!(
            output.status.success(),
            "{program}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => println!("skipped: `{program}` is not here to check the journal ({error})"),
    }
}

/// Every balance that a journal of `clerk` states is what its transfers come to, up to the last close: once at the end of a
/// test is enough, for starting these programs takes longer than ten closes.
pub(super) fn tied(clerk: &Clerk) {
    let hledger = checking(clerk, "journal.hledger", "hledger", &["check", "-f"]);
    let beancount = checking(clerk, "journal.beancount", "bean-check", &[]);
    checked("hledger", hledger);
    checked("bean-check", beancount);
}

/// The sums of a cause in a month's journal, by debited account.
fn sum(clerk: &Clerk, period: &str, cause: &str, debit: &str) -> String {
    let rows = read(&clerk.files()[&format!("closed/{period}-r1/journal.csv")]);
    let own = rows.iter().filter(|row| row["cause"] == cause && row["debit"] == debit);
    own.map(|row| row["amount"].parse::<Decimal>().unwrap()).sum::<Decimal>().to_string()
}

/// Example 16: 1,000.00 over 24 months with 8 % on top; corrected to 1,200.00 in month 4; in month 6 the contract ends and
/// half of it, 600.00, is taken back. 1,000 × n / 24; 1,200 × 4 / 24 = 200.00; 1,200 − 300 = 900, 96 − 24 = 72;
/// 900 − 600 + 72 = 372.
#[test]
fn a_capitalised_commission_is_written_off_corrected_and_ended() {
    let clerk = Clerk::new("capitalised");
    clerk.write(
        "earnmark.toml",
        &format!("format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\nevents.cancelled = \"gone\"\n{ACCOUNTS}[[capitalise]]\ncomponent = \"Commission\"\nmonths = 24\n"),
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\nclawback(\"End\", #{ on: \"cancelled\", within: 365.days, method: \"reverse\", take: 50.pct });\n",
    );
    let amortised = ["41.67", "41.66", "41.67", "75.00", "50.00", "50.00", "0", "0"];
    for month in 1..=8 {
        let amount = if month < 4 { 10_000 } else { 12_000 };
        let gone = if month < 6 { "" } else { "2026-06-20" };
        clerk.write("data/deals.csv", &format!("id,closed,amount,payee,gone\nD1,2026-01-10,{amount},ann,{gone}\n"));
        let period = format!("2026-{month:02}");
        clerk.close(&period, &[]);
        let rows = read(&clerk.files()[&format!("closed/{period}-r1/journal.csv")]);
        let of = |credit: &str| {
            let own = rows.iter().filter(|row| row["cause"] == "amortisation" && row["credit"] == credit);
            own.map(|row| row["amount"].parse::<Decimal>().unwrap()).sum::<Decimal>().to_string()
        };
        let burden = ["3.33", "3.34", "3.33", "6.00", "4.00", "4.00", "0", "0"];
        assert_eq!(
            (of("Assets:Contract").as_str(), of("Assets:Burden").as_str()),
            (amortised[month - 1], burden[month - 1]),
            "{period}"
        );
    }
    assert_eq!(sum(&clerk, "2026-06", "impairment", "Expenses:Impairment"), "372.00");
    assert_eq!(sum(&clerk, "2026-06", "debt", "Assets:Receivable"), "600.00");
    let schedule = &clerk.files()["closed/2026-06-r1/journal-assets.csv"];
    // 950.00 + 76.00 before; 600.00 taken back; 54.00 written off, 372.00 impaired; nothing is left.
    assert!(schedule.contains("ann,AE,Commission,D1,2026-01,USD,1026.00,-600.00,54.00,372.00,0.00"), "{schedule}");
    tied(&clerk);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

#[test]
fn a_reinstated_contract_is_written_off_as_if_it_had_never_ended() {
    let clerk = Clerk::new("reinstated");
    clerk.write(
        "earnmark.toml",
        &format!("format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\n[events]\nfile = \"events.csv\"\ncolumns = {{ id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\" }}\n{ACCOUNTS}[[capitalise]]\ncomponent = \"Commission\"\nmonths = 24\n"),
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\nclawback(\"End\", #{ on: \"cancelled\", within: 180.days, method: \"restate\" });\n",
    );
    clerk.write("data/deals.csv", "id,closed,amount,payee\nD1,2026-01-10,24000,ann\n");
    clerk.write("data/events.csv", "id,deal,kind,date\nX,D1,cancelled,2026-02-20\nY,D1,reinstated,2026-03-10\n");
    // 2,400.00 over 24 months and 8 % of it on top. February takes 2,400.00 back from an asset of 2,200.00; the 176.00 left of
    // the employer's cost are impaired. In March three of 24 months are written off, of which two were.
    let schedule = [
        "0.00,2592.00,108.00,0.00,2484.00",
        "2484.00,-2400.00,108.00,-24.00,0.00",
        "0.00,2400.00,108.00,24.00,2268.00",
        "2268.00,0.00,108.00,0.00,2160.00",
    ];
    for (month, moved) in (1..).zip(schedule) {
        let period = format!("2026-{month:02}");
        clerk.close(&period, &[]);
        let assets = &clerk.files()[&format!("closed/{period}-r1/journal-assets.csv")];
        assert!(assets.contains(&format!("D1,2026-01,USD,{moved}")), "{period}: {assets}");
    }
    tied(&clerk);
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

/// The sample company with accounts, closed month by month: balances tie after every close.
#[test]
fn every_close_of_the_sample_company_ties() {
    let clerk = super::super::sample("tied");
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.write("earnmark.toml", &format!("{settings}\n{ACCOUNTS}"));
    for period in super::super::payout_periods(&clerk, "2026") {
        clerk.close(&period, &[]);
    }
    tied(&clerk);
    // What is earned and not paid: CC-106 of 15,000.00 at a tenth, until April brings the money.
    let accrual = |period: &str, format: &str| {
        succeeded(&clerk.run(&["export", "accrual", "--period", period, "--format", format]))
    };
    let march = accrual("2026-03", "csv");
    let held = "2026-03,noemi.halvard,Calibration Contracts,Contracts,held,Liabilities:Accrued,1500.00,USD";
    assert!(march.contains(held), "{march}");
    let table = accrual("2026-03", "table");
    assert!(table.contains("Liabilities:Accrued: ") && table.contains("USD, as in the journal"), "{table}");
    assert!(!table.contains("begins later") && !table.contains("used for more"), "{table}");
    assert!(!accrual("2026-10", "csv").contains(",held,"), "by October every customer has paid");
    // Without an account that a posting needs nothing is closed.
    let short = small("short");
    let settings = fs::read_to_string(short.root.join("earnmark.toml")).unwrap();
    short.write("earnmark.toml", &format!("{settings}[journal.accounts]\nexpense = \"6100\"\n"));
    let output = short.run(&["close", "2026-03", "--by", "mia", "--as-of", "2026-03-31"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("missing-account") && !short.root.join("ledger.sqlite").exists(), "{told}");
}

/// Rejected, charged, forgiven, paid outside, advanced and repaid: each moves the accounts that it should, and all of it ties.
#[test]
fn every_line_of_a_settlement_ties() {
    let clerk = Clerk::new("lines");
    clerk.write(
        "earnmark.toml",
        &format!("format = 1\ncompany = {{ name = \"Small\", currency = \"USD\" }}\n[deals]\nfile = \"deals.csv\"\ncolumns = {{ id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }}\n[adjustments]\nfile = \"adjustments.csv\"\ncolumns = {{ id = \"id\", kind = \"kind\", payee = \"payee\", date = \"date\", amount = \"amount\", balance = \"balance\", reason = \"reason\", actor = \"actor\" }}\n{ACCOUNTS}"),
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\ndraw(\"Draw\", #{ amount: 1_000, recover: 50.pct });\n",
    );
    clerk.write(
        "data/adjustments.csv",
        "id,kind,payee,date,amount,balance,reason,actor\nO1,opening,ann,2026-01-31,200.00,owed,taken over,mia\nO2,opening,ann,2026-01-31,70.00,due,taken over,mia\nF1,forgive,ann,2026-01-31,50.00,owed,agreed,mia\nF2,forgive,ann,2026-02-28,30.00,draw,agreed,mia\nP1,paid_outside,ann,2026-03-31,5000.00,,advance,mia\n",
    );
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nD1,2026-01-10,4000,ann\nD2,2026-02-10,30000,ann\nD3,2026-03-10,9000,ann\nD4,2026-04-10,-2000,ann\nD5,2026-05-10,60000,ann\n",
    );
    for month in 1..=6 {
        let period = format!("2026-{month:02}");
        clerk.close(&period, &[]);
        if month == 2 {
            let payroll = clerk.files()["closed/2026-02-r1/payroll.csv"].clone();
            let id = payroll.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
            clerk.write("ack.csv", &format!("payment,status,reason\n{id},rejected,account closed\n"));
            succeeded(&clerk.run(&["ack", clerk.root.join("ack.csv").to_str().unwrap(), "--by", "pat"]));
        }
    }
    tied(&clerk);
}

/// A page and a JSON for each payee, from a run and from a close; names keep their direction and cannot be markup.
#[test]
fn statements_are_pages_that_print() {
    let clerk = paid("pages", "");
    clerk.write(
        "data/payees.csv",
        "id,name,number,currency,team\nann,نور حداد,0042,USD,north\nbob,<b>Bob</b> & co,,USD,south\n",
    );
    let out = clerk.root.join("out");
    succeeded(&clerk.run(&["run", "--period", "2026-03", "--out", out.to_str().unwrap()]));
    let draft = fs::read_to_string(out.join("statements/ann_2026-03_USD.html")).unwrap();
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let folder = clerk.root.join("closed-out");
    succeeded(&clerk.run(&["export", "statements", "--period", "2026-03", "--out", folder.to_str().unwrap()]));
    let closed = fs::read_to_string(folder.join("ann_2026-03_USD.html")).unwrap();
    for (page, state) in [(&draft, "draft"), (&closed, "closed")] {
        assert!(page.starts_with("<!doctype html>") && !page.contains("<script"));
        for text in ["<bdi>نور حداد</bdi>", state, "12,500.00 × 10 %", "1250.00", "<bdi>A</bdi>", "default-src 'none'"]
        {
            assert!(page.contains(text), "{state}: {text} is not in {page}");
        }
    }
    let other = fs::read_to_string(folder.join("bob_2026-03_USD.html")).unwrap();
    assert!(other.contains("<bdi>&lt;b&gt;Bob&lt;/b&gt; &amp; co</bdi>") && !other.contains("<b>Bob"));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("ann_2026-03_USD.json")).unwrap()).unwrap();
    assert_eq!((json["state"].as_str(), json["totals"]["payout"].as_str()), (Some("closed"), Some("1250.00")));
    assert_eq!(json["entries"][0]["steps"][0]["amount"], "1250.00");
    // The archive that the close wrote has the same bytes, and is written again as it is.
    let archive = fs::read(clerk.root.join("closed/2026-03-r1/statements.zip")).unwrap();
    let again = clerk.root.join("again.zip");
    succeeded(&clerk.run(&["export", "statements", "--period", "2026-03", "--out", again.to_str().unwrap()]));
    assert_eq!(fs::read(again).unwrap(), archive);
    let found = archive.windows(closed.len()).any(|part| part == closed.as_bytes());
    assert!(found, "the page is in the archive");
}

/// Figures and formulas as a program reads them that works the formulas anew: what is paid in all, and that the balances tie.
/// January pays 1,250.01; in February ann owes 1,000.00 of it for a deal that is cancelled, and Ann, another payee, earns 300.00.
#[test]
fn the_workbook_has_figures_and_totals_that_tie() {
    let clerk = Clerk::new("workbook");
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\nevents.cancelled = \"gone\"\n",
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\", recover: #{ share: 40.pct } });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\nclawback(\"End\", #{ on: \"cancelled\", within: 365.days, method: \"restate\" });\n",
    );
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee,gone\nA,2026-01-10,10000,ann,2026-02-11\nB,2026-01-12,2500.10,ann,\nC,2026-02-03,3000,Ann,\nD,2026-03-03,5000,ann,\n",
    );
    for month in ["2026-01", "2026-02", "2026-03"] {
        clerk.close(month, &[]);
    }
    let worked = |period: &str| {
        let book = clerk.root.join("book.xlsx");
        succeeded(&clerk.run(&["export", "workbook", "--period", period, "--out", book.to_str().unwrap()]));
        let script = include_str!("recalculate.py");
        match Command::new("python3").args(["-c", script]).arg(&book).output() {
            Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
            other => {
                println!("skipped: no python3 to work the workbook: {other:?}");
                None
            }
        }
    };
    let (Some(february), Some(march)) = (worked("2026-02"), worked("2026-03")) else { return };
    let says = |sheet: &str, of: &str, texts: &[&str]| {
        let line = sheet.lines().find(|line| line.starts_with(of)).unwrap_or_else(|| panic!("no {of} in {sheet}"));
        for text in texts {
            assert!(format!("{line};").contains(&format!(" {text};")), "{text} is not in {line}");
        }
    };
    says(&february, "Payouts total:", &["amount 300.00"]);
    says(
        &february,
        "Balances Ann:",
        &["pay of the entries 300.00", "payout 300.00", "carried forward 0.00", "check 0.00"],
    );
    let owes = [
        "brought forward 0.00",
        "pay of the entries -1000.00",
        "owed 1000.00",
        "carried forward -1000.00",
        "check 0.00",
    ];
    says(&february, "Balances ann:", &owes);
    // 500.00 earned; 40 % of it is recovered.
    let recovers = ["brought forward -1000.00", "pay of the entries 500.00", "payout 300.00", "owed 800.00"];
    says(&march, "Balances ann:", &recovers);
    says(&march, "Balances ann:", &["due 0.00", "carried forward -800.00", "check 0.00"]);
    says(&march, "Balances check of all:", &["check 0.00"]);
}
