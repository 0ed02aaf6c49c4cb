//! What a closed statement shows beside amounts: as the open one did when its period was closed, whatever is known since.

use super::super::{small, succeeded};
use super::Clerk;
use serde_json::Value;
use std::fs;

/// A quarter's quota of 20,000, a tenth up to it and a fifth above; half is payable when it is earned, half when the customer
/// has paid. Deals of 500 and less do not count.
fn company(name: &str) -> Clerk {
    let clerk = small(name);
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"quarter\", quota: 20_000, which: |deal| deal.amount > 500 });\ncommission(\"Commission\", #{ on: sales, rate: marginal([[0.pct, 10.pct], [100.pct, 20.pct]]), payable: [[50.pct, \"earned\"], [50.pct, \"paid\"]] });\n",
    );
    clerk.write("data/deals.csv", "id,closed,amount,payee\nA,2026-01-10,12000,ann\nB,2026-01-12,400,ann\n");
    clerk
}

fn explained(clerk: &Clerk, period: &str) -> Value {
    let text = succeeded(&clerk.run(&["explain", "ann", "--period", period, "--format", "json"]));
    serde_json::from_str::<Value>(&text).unwrap()[0].clone()
}

/// The page and the JSON that a close wrote.
fn written(clerk: &Clerk, period: &str) -> (String, Value) {
    let folder = clerk.root.join(format!("out-{period}"));
    succeeded(&clerk.run(&["export", "statements", "--period", period, "--out", folder.to_str().unwrap()]));
    let text = |end: &str| fs::read_to_string(folder.join(format!("ann_{period}_USD.{end}"))).unwrap();
    (text("html"), serde_json::from_str(&text("json")).unwrap())
}

/// January: 12,000 of 20,000 are 60 %, 8,000 more to the next tier; B does not count; 600.00 of 1,200.00 wait for the
/// customer. Then B is found to be 900 and C of 9,000 comes late: 21,900 are 109.5 %.
#[test]
fn a_closed_statement_shows_what_the_open_one_did() {
    let clerk = company("shown");
    let open = explained(&clerk, "2026-01");
    assert_eq!(open["state"], "draft");
    let measure = &open["measures"][0];
    assert_eq!((&measure["total"], &measure["quota"]), (&Value::from("12000.00"), &Value::from("20000.00")));
    assert_eq!((&measure["attainment"], &measure["next"]["missing"]), (&Value::from("0.6"), &Value::from("8000.00")));
    let left = &open["not_counted"][0];
    assert_eq!((&left["deal"], &left["setting"]), (&Value::from("B"), &Value::from("which")));
    clerk.close("2026-01", &[]);
    let archive = fs::read(clerk.root.join("closed/2026-01-r1/statements.zip")).unwrap();
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-01-10,12000,ann\nB,2026-01-12,900,ann\nC,2026-01-20,9000,ann\n",
    );
    let (page, json) = written(&clerk, "2026-01");
    let closed = explained(&clerk, "2026-01");
    for statement in [&closed, &json] {
        assert_eq!(statement["state"], "closed");
        for part in ["measures", "not_counted"] {
            assert_eq!(statement[part], open[part], "{part}");
        }
    }
    assert_eq!(json["held"][0]["entry"], open["held"][0]["entry"]);
    assert_eq!(json["held"][0]["amount"], "600.00");
    assert_eq!(json["held"][0]["until"], open["held"][0]["until"]);
    // Both are read by one reader: what the open one says by name, the closed one says by the same.
    assert_eq!(json["period"], open["period"]);
    for (name, value) in open.as_object().unwrap() {
        let entries = |of: &Value| of["entries"][0].as_object().unwrap().clone();
        match name.as_str() {
            "state" => {}
            "entries" => {
                let (shown, kept) = (entries(&open), entries(&json));
                for column in ["payee", "period", "component", "deal", "amount", "currency", "plan", "measured", "kind"]
                    .into_iter()
                    .chain(["cause", "earned", "payable", "reason", "plan_currency"])
                {
                    assert_eq!(kept[column], shown[column], "{column}");
                }
                assert_eq!(kept["steps"][0]["text"], shown["steps"][0]["text"]);
            }
            "digests" => {
                for (of, digest) in value.as_object().unwrap() {
                    assert_eq!(json["digests"][of], *digest, "{of}");
                }
                assert!(json["digests"]["close"].is_string());
            }
            "held" => {}
            _ => assert_eq!(json[name], *value, "{name}"),
        }
    }
    for text in [
        "<p>sales, 2026-Q1: 12000.00 of 20000.00, 60 % of quota; 8000.00 more to 100 %</p>",
        "<h2>Not counted</h2>",
        "<bdi>A · Commission</bdi>, until paid",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let terminal = succeeded(&clerk.run(&["explain", "ann", "--period", "2026-01"]));
    assert!(terminal.contains("12,000.00 of 20,000.00, 60 % of quota"), "{terminal}");
    let february = explained(&clerk, "2026-02");
    assert_eq!(february["measures"][0]["attainment"], "1.095");
    assert_eq!(february["not_counted"], Value::from(Vec::<Value>::new()));
    clerk.close("2026-02", &[]);
    // January's file is as it was, and in February A still waits for what it did: nothing new was said of it.
    assert_eq!(fs::read(clerk.root.join("closed/2026-01-r1/statements.zip")).unwrap(), archive);
    let (_, json) = written(&clerk, "2026-02");
    assert_eq!(json["measures"], february["measures"]);
    let waits = |deal: &str| {
        let held = json["held"].as_array().unwrap().iter();
        held.filter(|line| line["deal"] == deal && line["component"] == "Commission").collect::<Vec<_>>()
    };
    assert_eq!((&waits("A")[0]["amount"], &waits("A")[0]["until"]), (&Value::from("600.00"), &Value::from("paid")));
    // A's entry stands on January's statement; C's is the first of February's that is C's.
    assert_eq!(waits("A")[0]["entry"], Value::Null);
    let at = usize::try_from(waits("C")[0]["entry"].as_u64().unwrap()).unwrap();
    assert_eq!(json["entries"][at]["deal"], "C");
    // C takes 7,100 to 20,000 at a tenth and 1,900 above at a fifth: 1,090.00, of which 545.00 wait.
    assert_eq!(waits("C")[0]["amount"], "545.00");
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    assert!(!clerk.log().contains("attainment"), "the log tells of it by its digest");
}

/// The files of a close that wrote them in an earlier form are made again in that form: its control record sums no tables.
#[test]
fn files_of_an_earlier_form_stay_as_they_were() {
    use earnmark::ledger::{files, store::Store, walk::Walk};
    let clerk = company("forms");
    clerk.close("2026-01", &[]);
    let mut ledger = Store::open(&clerk.root).unwrap().unwrap().read().unwrap();
    let sums = |ledger: &earnmark::ledger::book::Ledger| {
        let close = ledger.last().unwrap();
        let made = files::render_at(&Walk::at(ledger, close).unwrap(), close).unwrap();
        let control = made.into_iter().find(|file| file.name == "control.json").unwrap();
        let control: Value = serde_json::from_slice(&control.bytes).unwrap();
        let outputs = control["outputs"].as_array().unwrap().clone();
        let entries = outputs.into_iter().find(|output| output["name"] == "entries.csv").unwrap();
        (control["format"].clone(), entries["rows"].clone(), entries["sums"]["amount"]["USD"].clone())
    };
    // 1,200.00 are earned, half of it is payable: 600.00.
    assert_eq!(sums(&ledger), (Value::from(2), Value::from(1), Value::from("600")));
    for row in &mut ledger.files {
        row.format = 1;
    }
    assert_eq!(sums(&ledger), (Value::from(1), Value::Null, Value::Null));
}

/// A close of before that was kept: nothing of now stands in its place, and it says so.
#[test]
fn what_a_close_did_not_keep_is_not_made_up() {
    use earnmark::ledger::{close::KEPT, close::continued, recall::Origin, store::Store};
    let clerk = company("not-kept");
    clerk.close("2026-01", &[]);
    let mut ledger = Store::open(&clerk.root).unwrap().unwrap().read().unwrap();
    ledger.log.retain(|row| row.kind != KEPT);
    let folder = earnmark::io::Folder::read(&clerk.root, None).unwrap();
    let project = continued(&Origin::files(&folder), &ledger, None).unwrap();
    let computed = project.compute("2026-01..2026-02").unwrap();
    let of = |period: usize| project.statements(&computed, "ann", period).remove(0);
    let (january, february) = (of(computed.asked.0), of(computed.asked.1));
    assert!(january.not_kept && january.measures.is_empty() && january.not_counted.is_empty());
    assert!(!february.not_kept && february.measures[0].total == "12000.00");
}

/// The customer has paid, and the pay is held by hand for a reason: that is what it waits for, in the open statement and in
/// the closed one. 12,000 x 10 % = 1,200.00.
#[test]
fn what_is_held_by_hand_says_so() {
    let clerk = company("held-by-hand");
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.write(
        "earnmark.toml",
        &format!("{settings}[events]\nfile = \"events.csv\"\ncolumns = {{ id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\", reason = \"reason\", actor = \"actor\" }}\n"),
    );
    clerk.write(
        "data/events.csv",
        "id,deal,kind,date,amount,reason,actor\nP,A,paid,2026-01-15,12000,,\nH,A,held,2026-01-12,,audit,mia\n",
    );
    let open = explained(&clerk, "2026-01");
    assert_eq!(open["held"][0]["until"], "released, “audit”");
    assert_eq!(open["held"][0]["amount"], "1200.00");
    clerk.close("2026-01", &[]);
    let (page, json) = written(&clerk, "2026-01");
    assert_eq!(json["held"][0]["until"], "released, “audit”");
    assert!(page.contains("released, “audit”"));
}

/// 1,000.00 USD of January are 800.00 GBP; in February all of it is taken back, at the rate at which it was paid and not at the
/// one of February. The closed statement names the event with its rule, and the exchange, as the open one does.
#[test]
fn a_closed_statement_names_event_and_exchange() {
    let clerk = Clerk::new("named");
    clerk.write(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Small\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }\n[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\", currency = \"currency\" }\n[events]\nfile = \"events.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\" }\n[rates.market]\nfile = \"rates.csv\"\ncolumns = { from = \"from\", to = \"to\", date = \"date\", rate = \"rate\" }\n",
    );
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\ncommission(\"Commission\", #{ on: sales, rate: 10.pct });\nclawback(\"Churn\", #{ on: \"cancelled\", within: 90.days, method: \"reverse\" });\n",
    );
    clerk.write("data/payees.csv", "id,currency\nann,GBP\n");
    clerk.write("data/deals.csv", "id,closed,amount,payee\nA,2026-01-10,10000,ann\n");
    clerk.write("data/rates.csv", "from,to,date,rate\nUSD,GBP,2026-01-31,0.8\nUSD,GBP,2026-02-28,0.5\n");
    clerk.write("data/events.csv", "id,deal,kind,date\nX-1,A,cancelled,2026-02-10\n");
    clerk.close("2026-01", &[]);
    clerk.close("2026-02", &[]);
    let closed = succeeded(&clerk.run(&["explain", "ann", "--period", "2026-02"]));
    let archive = fs::read(clerk.root.join("closed/2026-02-r1/statements.zip")).unwrap();
    let archive = String::from_utf8_lossy(&archive).into_owned();
    for said in
        ["cancelled on 2026-02-10, by Churn, event X-1", "payable -800.00 GBP at 0.8 GBP for 1 USD on average, market"]
    {
        assert!(closed.contains(said), "{said} is not in {closed}");
        assert!(archive.contains(said), "{said} is not in the archive");
    }
}

/// mona has 2 % of what her team was credited: 300.00 of 15,000.00, of which ben brought 9,000.00, ann 5,000.00 and cyd 1,000.00.
/// Over three other people the statement says so, open and closed; where the settings ask for four it does not, and over
/// fourteen people the last two stand together.
#[test]
fn a_manager_sees_who_brought_a_sum_over_enough_people() {
    let clerk = small("brought");
    let toml = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    let lines = "[lines]\nfile = \"lines.csv\"\ncolumns = { payee = \"payee\", manager = \"manager\" }\npayees_from = [\"manager\"]\n";
    let others = |others: u32| clerk.write("earnmark.toml", &format!("{toml}{lines}[statements]\nothers = {others}\n"));
    clerk.write("earnmark.toml", &format!("{toml}{lines}"));
    clerk.write(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"month\" });\nlet sales = measure(\"sales\", #{ period: \"month\" });\noverride(\"Team\", #{ on: team(sales), rate: 2.pct });\n",
    );
    clerk.write("data/lines.csv", "payee,manager\nann,mona\nben,mona\ncyd,mona\n");
    clerk.write(
        "data/deals.csv",
        "id,closed,amount,payee\nA,2026-01-05,5000,ann\nB,2026-01-06,9000,ben\nC,2026-01-07,1000,cyd\nD,2026-01-08,700,mona\n",
    );
    let told = || {
        let text = succeeded(&clerk.run(&["explain", "mona", "--period", "2026-01", "--format", "json"]));
        let statement = serde_json::from_str::<Value>(&text).unwrap()[0].clone();
        let steps = statement["entries"][0]["steps"].as_array().unwrap().clone();
        let texts: Vec<String> = steps.iter().map(|step| step["text"].as_str().unwrap().to_owned()).collect();
        (texts, statement["entries"][0]["reason"].clone())
    };
    let wanted = ["15,000.00 × 2 %", "team(sales) 15,000.00", "ben 9,000.00", "ann 5,000.00", "cyd 1,000.00"];
    let reason = Value::from("15,000.00 × 2 %");
    assert_eq!(told(), (wanted.map(str::to_owned).to_vec(), reason.clone()));
    others(4);
    assert_eq!(told(), (vec!["15,000.00 × 2 %".to_owned()], reason.clone()));
    others(1);
    clerk.close("2026-01", &["--as-of", "2026-01-31"]);
    assert_eq!(told(), (wanted.map(str::to_owned).to_vec(), reason));
    let (people, deals): (String, String) = (1..=14)
        .map(|at| (format!("p{at:02},mona\n"), format!("E{at},2026-02-03,{},p{at:02}\n", 2000 - at * 100)))
        .unzip();
    clerk.write("data/lines.csv", &format!("payee,manager\nann,mona\nben,mona\ncyd,mona\n{people}"));
    let before = fs::read_to_string(clerk.root.join("data/deals.csv")).unwrap();
    clerk.write("data/deals.csv", &format!("{before}{deals}"));
    let text = succeeded(&clerk.run(&["explain", "mona", "--period", "2026-02"]));
    // 1,900 and each a hundred less, down to 600: the last two are 700 and 600.
    for line in ["team(sales) 17,500.00", "p01 1,900.00", "p12 800.00", "2 others 1,300.00"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains("p13"), "{text}");
}
