//! Tests of plans that hold and that fail, and what is said of them.

use super::lone::test_script;
use super::tests::Tested;
use crate::domain::diagnostic::{Code, Diagnostic, Place};
use crate::domain::texts::Texts;
use std::collections::BTreeMap;
use std::sync::Arc;

const HEAD: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });
    let m = measure(\"bookings\", #{ period: \"quarter\", which: |deal| deal.kind != \"renewal\" });
    commission(\"New\", #{ on: m, rate: marginal([[0.pct, 4.pct], [100.pct, 8.pct]]) });\n";

fn of_script(script: &str) -> Result<Vec<Tested>, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from("p.rhai");
    let texts = Texts(BTreeMap::from([(Arc::clone(&file), Arc::from(script))]));
    test_script(&file, &BTreeMap::from([(Arc::clone(&file), script.to_owned())]), &texts).map(|(_, tested)| tested)
}

fn tested(tests: &str) -> Result<Vec<Tested>, Vec<Diagnostic>> {
    of_script(&format!("{HEAD}{tests}"))
}

fn only(tests: &str) -> Tested {
    tested(tests).unwrap().remove(0)
}

#[test]
fn an_expectation_sees_what_was_said_above_it() {
    let tested = only(
        "test(\"a straddling deal is sliced\", |t| {
            let whole = 50_000 * 2;
            t.quota(\"bookings\", whole);
            t.deal(#{ id: \"D1\", closed: \"2026-02-10\", amount: 60_000, kind: \"new\" });
            t.expect(\"New\", 2_400);
            t.expect_attainment(\"bookings\", \"2026-Q1\", 60.pct);
            t.deals(2, #{ closed: \"2026-03-10\", amount: 30_000, kind: \"new\" });
            t.expect(\"New\", 4_000 + 1_600);
            t.expect(\"New\", \"2026-02\", 2_400);
            t.expect(\"New\", \"2026\", 5_600);
            t.expect_earned(\"2026-Q1\", 5_600);
            t.expect_paid(\"2026-03\", 3_200);
            t.expect_balance(\"2026\", 0);
        });",
    );
    assert!(tested.passed(), "{tested:#?}");
    assert_eq!(tested.figures.len(), 8);
}

#[test]
fn shares_leave_the_rest_to_the_payee_of_the_deal() {
    let tested = only(
        "test(\"split\", |t| {
            let ann = t.payee(\"Ann\", #{ manager: t });
            t.quota(\"bookings\", 100_000);
            ann.quota(\"bookings\", 100_000);
            t.deal(#{ closed: \"2026-02-10\", amount: 1_000, kind: \"new\", shares: #{ Ann: 60.pct } });
            t.expect(\"New\", 16);
            ann.expect(\"New\", 24);
        });",
    );
    assert!(tested.passed(), "{tested:#?}");
}

#[test]
fn a_figure_that_is_not_as_expected_is_told_with_what_it_is_made_of() {
    let tested = only(
        "test(\"wrong\", |t| {
            t.quota(\"bookings\", 100_000);
            t.deal(#{ id: \"D1\", closed: \"2026-02-10\", amount: 1_000, kind: \"new\" });
            t.expect(\"New\", 41);
        });",
    );
    assert!(!tested.passed());
    let finding = tested.findings().remove(0);
    assert_eq!(finding.code, Code::TestFailed);
    assert_eq!(finding.message, "`New` in all is 40.00, not 41.00");
    assert_eq!(finding.label.as_deref(), Some("1.00 too little"));
    assert_eq!(
        finding.notes.first().map(String::as_str),
        Some("2026-02, New, D1: 40.00 = 1,000.00 × 4 %, from 0 % to 100 % of quota")
    );
}

#[test]
fn a_column_that_is_read_and_was_left_out_is_an_error() {
    let lines = |deal: &str| {
        only(&format!("test(\"t\", |t| {{ t.quota(\"bookings\", 1_000); t.deal({deal}); t.expect(\"New\", 0); }});"))
    };
    let tested = lines("#{ id: \"D1\", closed: \"2026-02-10\", amount: 0 }");
    assert_eq!(tested.errors.len(), 1, "{tested:#?}");
    assert!(
        tested.errors.iter().all(|error| error.code == Code::Blank && error.message.contains("`D1` (p.rhai, line 4)"))
    );
    // The measure leaves renewals out, so that nothing reads their amount.
    assert!(lines("#{ closed: \"2026-02-10\", kind: \"renewal\" }").passed());
}

#[test]
fn what_is_left_blank_and_read_stands_at_the_deal() {
    let script = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });
        let m = measure(\"m\", #{ period: \"quarter\" });
        commission(\"New\", #{ on: m, rate: 4.pct });
        test(\"t\", |t| { t.deal(#{ closed: \"2026-02-10\" }); t.expect(\"New\", 0); });";
    let errors = of_script(script).unwrap().remove(0).errors;
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    assert_eq!(
        (error.code, &*error.message),
        (Code::Blank, "deal `deal-001` (p.rhai, line 4): the deal's `amount` is blank")
    );
    let Place::Text(span) = &error.place else { panic!("{error:#?}") };
    assert!(script.get(span.start..span.end).unwrap().starts_with("t.deal(#{"), "{span:?}");
}

#[test]
fn attainment_has_what_was_carried_in() {
    // 8,000 of 10,000; 20,000 of 20,000; 24,000 of 25,000; in April 1,000 of 10,000.
    let script = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });
        let m = measure(\"m\", #{ period: \"month\", accumulate: \"quarter\" });
        commission(\"New\", #{ on: m, rate: marginal([[0.pct, 4.pct], [100.pct, 8.pct]]) });
        test(\"t\", |t| {
            t.quota(\"m\", 10_000);
            t.quota(\"m\", \"2026-03\", 5_000);
            t.deal(#{ closed: \"2026-01-10\", amount: 8_000 });
            t.deal(#{ closed: \"2026-02-10\", amount: 12_000 });
            t.deal(#{ closed: \"2026-03-10\", amount: 4_000 });
            t.deal(#{ closed: \"2026-04-10\", amount: 1_000 });
            t.expect_attainment(\"m\", \"2026-01\", 80.pct);
            t.expect_attainment(\"m\", \"2026-02\", 100.pct);
            t.expect_attainment(\"m\", \"2026-03\", 96.pct);
            t.expect_attainment(\"m\", \"2026-04\", 10.pct);
        });";
    let tested = of_script(script).unwrap().remove(0);
    assert!(tested.passed(), "{tested:#?}");
}

#[test]
fn a_missing_quota_stands_against_the_test() {
    let tested = only(
        "test(\"t\", |t| { t.deal(#{ closed: \"2026-02-10\", amount: 1, kind: \"new\" }); t.expect(\"New\", 0); });",
    );
    assert!(!tested.passed());
    assert_eq!(tested.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::MissingQuota]);
}

#[test]
fn what_is_wrong_with_the_lines_is_told_at_once() {
    let found = tested(
        "test(\"wrong\", |t| {
            let boss = t.payee(\"Boss\", #{ manger: t });
            let boss = t.payee(\"Boss\");
            t.set(#{ manager: \"Bos\", start: \"2026-02-31\" });
            t.quota(\"bookigns\", 100);
            t.quota(\"bookings\", \"2026-01\", 4.pct);
            t.deal(#{ id: \"D1\", amout: 5, closed: \"2026-13-01\" });
            t.deal(#{ id: \"D1\", closed: \"2026-01-01\" });
            t.event(\"D2\", \"canceled\", \"2026-01-01\");
            t.expect(\"Nwe\", \"2026-W60\", \"x\");
            t.expect_paid(\"2026-W05\", 3);
            t.expct(\"New\", 4);
            t.expect(4);
            t.deals(0, #{ closed: \"2026-01-01\" });
            t.rate(\"USD\", \"EURO\", \"2026-01-01\", 0);
            bos.deal(#{});
            deal(#{});
            t.deal(#{ closed: \"2026-01-01\", shares: #{ Boss: 60.pct, t: 50.pct } });
            t.given(\"bookings\", \"2026-Q1\", 5);
        });
        test(\"nothing\", |t| {});
        test(\"no lines\");",
    );
    let codes: Vec<&str> = found.unwrap_err().iter().map(|finding| finding.code.word()).collect();
    assert_eq!(
        codes,
        [
            "unknown-field",
            "forbidden",
            "unknown-payee",
            "wrong-type",
            "unknown-measure",
            "quota-period",
            "wrong-type",
            "unknown-field",
            "wrong-type",
            "duplicate-id",
            "unknown-deal",
            "unknown-value",
            "unknown-name",
            "bad-limit",
            "wrong-type",
            "bad-limit",
            "unknown-function",
            "unknown-function",
            "wrong-type",
            "wrong-type",
            "bad-limit",
            "unknown-name",
            "forbidden",
            "parts-total",
            "wrong-type",
            "missing-setting",
            "wrong-type"
        ]
    );
}
