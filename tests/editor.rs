//! What the screens of plans and tests ask of a session: checks, tests and payouts of scripts that somebody changes.

use earnmark::Session;
use earnmark::report::scripts::Script;

const SETTINGS: &str = "format = 1
[company]
name = \"Two deals\"
currency = \"USD\"
[plans]
everyone = [\"P\"]
[deals]
file = \"deals.csv\"
columns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\" }
";
const PLAN: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });
let m = measure(\"sales\", #{ period: \"quarter\" });
commission(\"New\", #{ on: m, rate: 10.pct });
test(\"a tenth\", |t| {
    t.deal(#{ closed: \"2026-01-05\", amount: 500 });
    t.expect(\"New\", 50);
});
";
const DEALS: &str = "id,closed,amount,payee\nD1,2026-01-20,1000,ann\nD2,2026-02-10,2000,bob\n";

fn session() -> Session {
    let mut session = Session::new();
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let files = vec![file("earnmark.toml", SETTINGS), file("rules/p.rhai", PLAN), file("data/deals.csv", DEALS)];
    let opened = session.open_files(files);
    assert!(opened.ok, "{:?}", opened.findings);
    session
}

fn script(text: &str) -> Vec<Script> {
    vec![Script { file: "rules/p.rhai".to_owned(), text: text.to_owned() }]
}

#[test]
fn what_is_wrong_is_told_at_its_place_and_what_no_test_reaches_too() {
    let session = session();
    assert_eq!(session.check(script(PLAN)).unwrap(), []);
    let found = session.check(script(&PLAN.replace("rate: 10", "rte: 10"))).unwrap();
    let unknown = found.iter().find(|finding| finding.code == "unknown-setting").unwrap();
    let place = unknown.place.as_ref().unwrap();
    // `commission("New", #{ on: m, ` is 28 characters long.
    assert_eq!((place.file.as_str(), place.line, place.column, place.end_column), ("rules/p.rhai", 3, 29, 32));
    assert!([&unknown.help, &unknown.label].into_iter().flatten().any(|text| text.contains("did you mean `rate`?")));
    let found = session.check(script(PLAN.split_once("test(").unwrap().0)).unwrap();
    assert_eq!(
        found.iter().map(|finding| (finding.number, finding.severity)).collect::<Vec<_>>(),
        [(Some("W05"), "warning")]
    );
}

#[test]
fn an_edited_rate_pays_the_difference() {
    let session = session();
    let same = session.try_scripts(script(PLAN), "").unwrap();
    assert_eq!((same.ran, same.up, same.down, same.same), (true, 0, 0, 2));
    assert_eq!(same.movers, []);
    // 10 % of 1,000 and 2,000 are 100 and 200; 12 % are 120 and 240.
    let edited = PLAN.replace("10.pct", "12.pct");
    let all = session.try_scripts(script(&edited), "").unwrap();
    let total = &all.totals[0];
    assert_eq!([total.currency, &total.before, &total.after, &total.change], ["USD", "300.00", "360.00", "60.00"]);
    let movers: Vec<[&str; 4]> = all.movers.iter().map(|m| [&*m.payee, &m.before, &m.after, &m.change]).collect();
    assert_eq!(movers, [["bob", "200.00", "240.00", "40.00"], ["ann", "100.00", "120.00", "20.00"]]);
    let january = session.try_scripts(script(&edited), "2026-01").unwrap();
    assert_eq!((january.totals[0].change.as_str(), january.up), ("20.00", 1));
    assert!(session.try_scripts(script(PLAN), "2031-01").is_err());
    let wrong = session.try_scripts(script("plan("), "").unwrap();
    assert!(!wrong.ran && wrong.totals.is_empty() && !wrong.findings.is_empty());
}

#[test]
fn what_stands_against_the_run_is_told_with_the_findings() {
    let session = session();
    // The tiers need a quota, which the data does not have.
    let edited = PLAN
        .replace("rate: 10.pct", "rate: marginal([[0.pct, 10.pct], [100.pct, 12.pct]])")
        .replace("    t.deal", "    t.quota(\"sales\", 1_000);\n    t.deal");
    let tried = session.try_scripts(script(&edited), "").unwrap();
    assert!(!tried.ran);
    assert!(tried.findings.iter().any(|finding| finding.code == "missing-quota"), "{:?}", tried.findings);
}

#[test]
fn tests_are_worked_with_the_edited_script() {
    let session = session();
    let tests = session.tests(script(&PLAN.replace("10.pct", "12.pct"))).unwrap();
    assert!(tests.ran && !tests.tests[0].ok);
    let figure = &tests.tests[0].figures[0];
    // 12 % of 500 are 60, ten more than the 50 expected.
    assert_eq!((figure.got.as_deref(), figure.difference.as_deref()), (Some("60.00"), Some("10.00")));
    assert_eq!((figure.kind, figure.of.as_deref(), figure.place.line), ("component", Some("New"), 6));
    assert!(!session.tests(script("let x = ;")).unwrap().ran);
}

#[test]
fn a_test_made_from_a_payee_of_the_sample_holds_or_says_what_it_leaves_out() {
    let mut session = Session::new();
    let opened = session.open_sample();
    let (mut made, mut whole) = (0, 0);
    for payee in opened.payees.iter().step_by(7) {
        for period in opened.periods.iter().step_by(2) {
            for test in session.make_test(&payee.id, &period.label).unwrap() {
                made += 1;
                whole += usize::from(test.left_out.is_empty());
                assert!(
                    test.holds || !test.left_out.is_empty(),
                    "{} does not hold: {:#?}\n{}",
                    test.name,
                    test.findings,
                    test.text
                );
            }
        }
    }
    assert!(whole > 0 && whole * 10 > made * 5, "{whole} of {made} are whole");
}

#[test]
fn a_made_test_is_the_world_of_its_payee() {
    let session = session();
    let made = session.make_test("bob", "2026-02").unwrap();
    assert_eq!(
        made[0].text,
        "test(\"2026-02, bob\", |t| {
    t.deal(#{ id: \"D2\", closed: \"2026-02-10\", amount: 2_000 });
    t.expect(\"New\", \"2026-02\", 200);
});
"
    );
    assert!(made[0].holds);
    assert!(session.make_test("bob", "2026-01").unwrap().is_empty());
}

#[test]
fn every_template_is_told_and_every_word_has_its_sense() {
    let session = session();
    let language = session.describe();
    assert!(language.deal.iter().any(|field| field.name == "amount" && field.kind == "money" && field.filled));
    for declaration in &language.declarations {
        assert!(!declaration.doc.is_empty(), "{}", declaration.name);
        assert!(declaration.settings.iter().all(|setting| !setting.doc.is_empty() && !setting.takes.is_empty()));
    }
    for template in session.templates() {
        assert!(template.text.contains("plan(\"") && template.when.len() > 20, "{}", template.name);
    }
    let scripts = session.scripts().unwrap();
    assert_eq!(
        scripts.iter().map(|one| (one.file.as_str(), one.text.as_str())).collect::<Vec<_>>(),
        [("rules/p.rhai", PLAN)]
    );
    assert_eq!(scripts[0].plans, ["P"]);
}
