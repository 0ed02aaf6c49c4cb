//! What is done between closes: acknowledged, submitted, approved, disputed, copied, written again.

use super::super::{small, succeeded};
use super::{Clerk, program};
use serde_json::Value;
use std::fs;

const DEALS: &str = "id,closed,amount,payee\nA,2026-03-03,12500,ann\nB,2026-03-04,8901,bob\nC,2026-04-05,5000,bob\n";

/// The payment ids of a close: ann's, bob's.
fn ids(clerk: &Clerk, close: &str) -> [String; 2] {
    let payroll = &clerk.files()[&format!("closed/{close}/payroll.csv")];
    let id = |payee: &str| {
        let line = payroll.lines().find(|line| line.contains(&format!("-{payee}-USD"))).unwrap();
        line.split(',').next().unwrap().to_owned()
    };
    [id("ann"), id("bob")]
}

fn ack(clerk: &Clerk, text: &str) -> (Option<i32>, String) {
    clerk.write("ack.csv", text);
    let file = clerk.root.join("ack.csv");
    let output = clerk.run(&["ack", file.to_str().unwrap(), "--by", "pat"]);
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    (output.status.code(), said)
}

fn void(clerk: &Clerk, period: &str) -> std::process::Output {
    let wrong = clerk.run(&["void", period, "--by", "mia", "--note", "wrong", "--told", "00000000"]);
    let text = String::from_utf8(wrong.stderr).unwrap();
    let digest = text.split("--told ").nth(1).map_or(String::new(), |rest| rest.get(..12).unwrap().to_owned());
    clerk.run(&["void", period, "--by", "mia", "--note", "wrong", "--told", &digest])
}

fn state(clerk: &Clerk, payee: &str, period: &str) -> String {
    let run = succeeded(&clerk.run(&["explain", payee, "--period", period, "--format", "json"]));
    let whole: Value = serde_json::from_str(&run).unwrap();
    whole[0]["state"].as_str().unwrap().to_owned()
}

/// Example 14: two payments of March; bob's deal is wrong, voided, closed again; ann is paid, bob's transfer is rejected;
/// April pays him his 500.00 and the 890.10 of March.
#[test]
fn twice_voided_and_acknowledged() {
    let clerk = small("acks");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    assert!(void(&clerk, "2026-03").status.success());
    clerk.write("data/deals.csv", DEALS);
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let [ann, bob] = ids(&clerk, "2026-03-r2");
    assert!(ann.contains("-2026-03-r2-") && bob.contains("-2026-03-r2-"));
    assert_eq!(state(&clerk, "ann", "2026-03"), "closed");
    let wrong = ack(
        &clerk,
        &format!(
            "payment,status,amount,date\n{ann},paid,1250.01,2026-04-03\n{bob}x,paid,890.10,2026-04-03\n{bob},payed,890.10,03.04.2026\n"
        ),
    );
    assert_eq!(wrong.0, Some(1));
    for said in [
        "is 1250.00 USD, and 1250.01 is acknowledged",
        "did you mean",
        "`paid` or `rejected`, not `payed`",
        "is no day such as",
    ] {
        assert!(wrong.1.contains(said), "{said}: {}", wrong.1);
    }
    let before = clerk.log();
    assert!(!before.contains("ack"), "nothing of a wrong file is taken");
    let text = format!(
        "payment,status,amount,date,reference,reason\n{ann},paid,1250.00,2026-04-03,T-1,\n{bob},rejected,890.10,2026-04-03,T-2,account closed\n"
    );
    let right = ack(&clerk, &text);
    assert_eq!(right.0, Some(0), "{}", right.1);
    assert!(right.1.contains("1 payment paid, 1 rejected: due again in the next close"), "{}", right.1);
    let log = clerk.log();
    // The same file again, and in another order: nothing happens.
    assert!(ack(&clerk, &text).1.contains("known already"));
    assert_eq!(clerk.log(), log);
    let other = ack(&clerk, &format!("payment,status\n{bob},paid\n"));
    assert!(other.0 == Some(1) && other.1.contains("is acknowledged already, as rejected"), "{}", other.1);
    assert_eq!(state(&clerk, "ann", "2026-03"), "paid");
    let refused = void(&clerk, "2026-03");
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is final: payroll acknowledged"));
    // 500.00 of April and 890.10 that came back.
    let payouts = succeeded(&clerk.run(&["payouts", "--period", "2026-04", "--format", "csv"]));
    assert!(payouts.contains("bob,2026-04,500.00,1390.10,0.00,USD"), "{payouts}");
    assert!(clerk.close("2026-04", &[]).contains("1 payment, 1,390.10 USD"));
    let settlement = &clerk.files()["closed/2026-04-r1/settlement.csv"];
    assert!(settlement.contains("bob,USD,returned,890.10"), "{settlement}");
    // It came back once: May has nothing of it.
    clerk.close("2026-05", &[]);
    assert!(!clerk.files()["closed/2026-05-r1/payroll.csv"].contains("bob"));
    let verified = clerk.run(&["verify", "--recompute"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Payroll paid bob 980.10 although the close had been voided; the right one pays 890.10: 90.00 too much are owed.
#[test]
fn a_voided_payment_that_was_made_is_told() {
    let clerk = small("outside");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let [_, bob] = ids(&clerk, "2026-03-r1");
    assert!(void(&clerk, "2026-03").status.success());
    clerk.write("data/deals.csv", DEALS);
    assert_eq!(ack(&clerk, &format!("payment,status\n{bob},paid\n")).0, Some(0));
    let stops = clerk.refused("2026-03", &["--as-of", "2026-03-31"]);
    assert!(stops.contains("--told \"paid-outside 1 -980.10 USD\""), "{stops}");
    // Before it is closed again a run shows what will be settled: 890.10 less 980.10.
    let open = succeeded(&clerk.run(&["payouts", "--period", "2026-03", "--as-of", "2026-03-31", "--format", "csv"]));
    assert!(open.contains("bob,2026-03,890.10,0.00,-90.00,USD"), "{open}");
    clerk.close("2026-03", &["--as-of", "2026-03-31", "--told", "paid-outside 1 -980.10 USD"]);
    let settlement = &clerk.files()["closed/2026-03-r2/settlement.csv"];
    for line in ["bob,USD,paid_outside,-980.10", "bob,USD,payout,0.00", "bob,USD,carried.owed,90.00"] {
        assert!(settlement.contains(line), "{line} in {settlement}");
    }
    // April: 500.00 − 90.00.
    assert!(clerk.close("2026-04", &[]).contains("1 payment, 410.00 USD"));
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

#[test]
fn what_two_approve_is_closed_and_nothing_else() {
    let clerk = small("approved");
    let settings = fs::read_to_string(clerk.root.join("earnmark.toml")).unwrap();
    clerk.write("earnmark.toml", &format!("{settings}[settle]\napprovals = 2\n"));
    let day = ["--as-of", "2026-03-31"];
    assert!(clerk.refused("2026-03", &day).contains("`2026-03` is not submitted"));
    let submit = || succeeded(&clerk.run(&["submit", "2026-03", "--by", "mia", "--as-of", "2026-03-31"]));
    let digest = |text: &str| text.split("result ").nth(1).unwrap().trim().to_owned();
    let first = digest(&submit());
    let judge = |verb: &str, by: &str, told: &str| {
        let output = clerk.run(&[verb, "2026-03", "--by", by, "--told", told, "--note", "seen"]);
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let own = judge("approve", "mia", &first);
    assert!(own.0 == Some(3) && own.1.contains("somebody else approves it"), "{}", own.1);
    assert_eq!(judge("approve", "noor", "00000000").0, Some(3));
    assert!(judge("approve", "noor", &first).1.contains("approved by 1 of 2"));
    assert_eq!(judge("approve", "noor", &first).0, Some(3), "the same person twice");
    assert!(clerk.refused("2026-03", &day).contains("approved by 1 of 2"));
    assert_eq!(state(&clerk, "ann", "2026-03"), "draft");
    assert_eq!(judge("approve", "omar", first.get(..12).unwrap()).0, Some(0));
    assert_eq!(state(&clerk, "ann", "2026-03"), "approved");
    // A number moves, and the approval is void.
    clerk.write("data/deals.csv", DEALS);
    assert_eq!(state(&clerk, "ann", "2026-03"), "draft");
    assert!(clerk.refused("2026-03", &day).contains("have moved since they were submitted"));
    assert!(judge("approve", "pat", &first).1.contains("have moved"));
    let second = digest(&submit());
    assert_ne!(first, second);
    assert!(judge("reject", "noor", &second).1.contains("is rejected"));
    assert!(clerk.refused("2026-03", &day).contains("was rejected by noor: seen"));
    assert_eq!(digest(&submit()), second);
    for by in ["noor", "omar"] {
        assert_eq!(judge("approve", by, &second).0, Some(0));
    }
    // What was submitted is closed, as of the same day.
    assert!(clerk.close("2026-03", &[]).contains("as of 2026-03-31"));
    assert_eq!(state(&clerk, "ann", "2026-03"), "closed");
    assert!(clerk.run(&["verify", "--recompute"]).status.success());
}

#[test]
fn a_dispute_moves_no_number() {
    let clerk = small("disputed");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let payouts = || succeeded(&clerk.run(&["payouts", "--period", "2026-03..2026-04", "--format", "csv"]));
    let before = payouts();
    let act = |arguments: &[&str]| {
        let output = clerk.run(&[&["dispute"], arguments, &["--by", "ann", "--note", "a deal is missing"]].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    assert!(act(&["open", "anna", "--period", "2026-03"]).1.contains("did you mean `ann`?"));
    assert!(act(&["open", "ann", "--period", "2026-04"]).1.contains("is not closed"));
    assert!(act(&["open", "ann", "--period", "2026-03", "--entry", "77"]).1.contains("no entry 77"));
    assert!(act(&["open", "ann", "--period", "2026-03", "--expected", "1.300,00"]).1.contains("a decimal point"));
    // What no close knows may be the very deal that is missing: it is said, and taken.
    let missing = act(&["open", "ann", "--period", "2026-03", "--deal", "AA"]).1;
    assert!(missing.contains("no close knows a deal `AA`; the nearest is `A`"), "{missing}");
    let opened = act(&["open", "ann", "--period", "2026-03", "--deal", "A", "--expected", "1300.00"]);
    assert!(!opened.1.contains("no close"), "{opened:?}");
    let number = opened.1.split(' ').nth(1).unwrap().to_owned();
    assert!(act(&["answer", &number]).1.contains("is answered"));
    assert!(act(&["settle", &number, "--fact", "deals X"]).1.contains("did you mean"));
    assert!(act(&["settle", &number, "--fact", "deals A"]).1.contains("is settled"));
    assert!(act(&["withdraw", &number]).1.contains("is settled"));
    assert!(act(&["answer", "99"]).1.contains("there is no dispute 99"));
    let list = succeeded(&clerk.run(&["dispute", "list", "--format", "csv"]));
    assert!(list.contains("settled,2026-03,ann,deal A,1300.00,deals A"), "{list}");
    assert_eq!(payouts(), before);
    assert!(clerk.run(&["verify"]).status.success());
}

#[test]
fn what_a_close_wrote_is_written_again() {
    let clerk = small("export");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    // The rows have changed since: what was written does not.
    clerk.write("data/deals.csv", DEALS);
    let payroll = succeeded(&clerk.run(&["export", "payroll", "--period", "2026-03"]));
    assert_eq!(payroll, clerk.files()["closed/2026-03-r1/payroll.csv"]);
    let folder = clerk.root.join("again");
    succeeded(&clerk.run(&["export", "all", "--period", "2026-03", "--out", folder.to_str().unwrap()]));
    for (name, text) in clerk.files() {
        if let Some(inner) = name.strip_prefix("closed/2026-03-r1/") {
            let bytes = fs::read(folder.join(inner)).unwrap();
            assert_eq!(String::from_utf8_lossy(&bytes), text, "{name}");
        }
    }
    let open = clerk.run(&["export", "payroll", "--period", "2026-04"]);
    assert!(String::from_utf8_lossy(&open.stderr).contains("closed are 2026-03"));
}

#[test]
fn a_file_that_is_taken_away_is_made_again() {
    let clerk = small("one-file");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let before = clerk.files();
    let payroll = clerk.root.join("closed/2026-03-r1/payroll.csv");
    fs::write(&payroll, "payment,payee\n").unwrap();
    let told = String::from_utf8(clerk.run(&["verify"]).stderr).unwrap();
    assert!(told.contains("payroll.csv") && told.contains("take it away"), "{told}");
    fs::remove_file(&payroll).unwrap();
    succeeded(&clerk.run(&["verify"]));
    assert_eq!(clerk.files(), before);
}

#[test]
fn a_copy_is_whole_while_another_process_writes() {
    let clerk = small("backup");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let writer = clerk.command(&["close", "2026-04", "--by", "mia"]).spawn();
    let mut heads = Vec::new();
    for number in 0..4 {
        let copy = clerk.root.join(format!("copy-{number}.sqlite"));
        heads.push(succeeded(&clerk.run(&["backup", copy.to_str().unwrap()])));
        assert!(!clerk.run(&["backup", copy.to_str().unwrap()]).status.success(), "it overwrites nothing");
        let place = clerk.root.join(format!("place-{number}"));
        fs::create_dir_all(&place).unwrap();
        fs::copy(&copy, place.join("ledger.sqlite")).unwrap();
        let ledger = earnmark::ledger::store::Store::open(&place).unwrap().unwrap().read().unwrap();
        assert!(earnmark::ledger::chain::verify(&ledger).is_empty());
        assert!(matches!(ledger.closes.len(), 1 | 2));
    }
    writer.unwrap().wait().unwrap();
    assert!(heads.iter().all(|text| text.contains("head ")));
}

/// Another engine had posted 1,249.00 where this one says 1,250.00, and the rate went from 10 % to 11 % since: 1.00 is the
/// engine's; 1,375.00 - 1,250.00 and 1,078.11 - 980.10 are the plan's.
#[test]
fn an_engine_and_a_plan_that_change_together_are_told_apart() {
    use earnmark::ledger::{close::continued, recall::Origin, store::Store};
    let clerk = small("engine-and-plan");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let mut ledger = Store::open(&clerk.root).unwrap().unwrap().read().unwrap();
    "0.0.1".clone_into(&mut ledger.closes[0].engine);
    let ann = ledger.entries.iter_mut().find(|row| &*row.payee == "ann").unwrap();
    (ann.earned, ann.payable, ann.pay) = (124_900, 124_900, 124_900);
    let plan = fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &plan.replace("10.pct", "11.pct"));
    let folder = earnmark::io::Folder::read(&clerk.root, None).unwrap();
    let project = continued(&Origin::files(&folder), &ledger, None).unwrap();
    let open = project.compute("2026-04").unwrap().outcome.entries;
    let found: Vec<(&str, &str, String)> = open
        .iter()
        .filter_map(|entry| Some((&*entry.payee, entry.cause.as_deref()?, entry.earned.to_string())))
        .collect();
    let expected = [("ann", "engine", "1.00"), ("ann", "plan", "125.00"), ("bob", "plan", "98.01")];
    assert_eq!(found, expected.map(|(payee, cause, amount)| (payee, cause, amount.to_owned())));
}

/// A changed plan: what a close will ask for stands in the run before it, with the keys and the cents; nobody closes by surprise.
/// ann's 12,500 at 11 % are 125.00 more, bob's 9,801 98.01.
#[test]
fn a_run_says_what_a_changed_plan_does_to_closed_periods() {
    let clerk = small("plan-told");
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    let said = |period: &str| {
        let output = program().arg("--project").arg(&clerk.root).args(["run", "--period", period]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!said("2026-04").contains("not-told"), "nothing has changed");
    let plan = fs::read_to_string(clerk.root.join("rules/plan.rhai")).unwrap();
    clerk.write("rules/plan.rhai", &plan.replace("10.pct", "11.pct"));
    let told = said("2026-04");
    for line in [
        "a changed plan would post differences to closed periods: plan 2 223.01 USD",
        "`ann`",
        "125.00 USD",
        "98.01 USD",
    ] {
        assert!(told.contains(line), "no {line} in {told}");
    }
    assert!(!said("2026-03").contains("not-told"), "a closed period stands");
    clerk.close("2026-04", &["--told", "plan 2 223.01 USD"]);
    assert!(!said("2026-04..2026-05").contains("not-told"), "it is posted");
}
