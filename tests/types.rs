//! The types that the page reads answers with name every field that the engine sends, and no other.
//!
//! `www/src/types.ts` is written for its reader; this test holds it to what the engine really answers.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use earnmark::Session;
use earnmark::project::{Version, VersionScript};
use earnmark::report::answers::WhatIfDeal;
use earnmark::report::scripts::{Script, ScriptView};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The fields of each interface, with `?` fields marked as optional.
fn interfaces() -> BTreeMap<String, BTreeMap<String, bool>> {
    let text = include_str!("../www/src/types.ts");
    let mut found = BTreeMap::new();
    for part in text.split("export interface ").skip(1) {
        let (name, rest) = part.split_once(' ').unwrap();
        let open = rest.find('{').unwrap();
        let (mut depth, mut body, mut end) = (0_usize, String::new(), 0);
        for (at, c) in rest.char_indices().skip(open) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                // Fields of objects inside a field are that field's own.
                c if depth == 1 => body.push(c),
                _ => {}
            }
            if depth == 0 {
                end = at;
                break;
            }
        }
        assert!(end > 0, "{name} has no end");
        let without_comments: String =
            body.split("/**").map(|p| p.split_once("*/").map_or(p, |(_, rest)| rest)).collect();
        let fields = without_comments.split([';', '\n']).filter_map(|field| field.split_once(':'));
        let fields =
            fields.map(|(field, _)| (field.trim().trim_end_matches('?').to_owned(), field.trim().ends_with('?')));
        found.insert(name.to_owned(), fields.collect());
    }
    found
}

struct Check {
    interfaces: BTreeMap<String, BTreeMap<String, bool>>,
    seen: BTreeSet<String>,
}

impl Check {
    /// An object of the answers has the fields of its interface.
    fn object(&mut self, name: &str, value: &Value) {
        let fields = self.interfaces.get(name).unwrap_or_else(|| panic!("types.ts has no {name}"));
        let object = value.as_object().unwrap_or_else(|| panic!("{name} is no object: {value}"));
        let sent: BTreeSet<&String> = object.keys().collect();
        let known: BTreeSet<&String> = fields.keys().collect();
        let unknown: Vec<_> = sent.difference(&known).collect();
        let missing: Vec<_> = known.difference(&sent).filter(|field| !fields[**field]).collect();
        assert!(unknown.is_empty() && missing.is_empty(), "{name}: unknown {unknown:?}, missing {missing:?}");
        self.seen.insert(name.to_owned());
    }

    fn list(&mut self, name: &str, value: &Value) {
        for item in value.as_array().unwrap() {
            self.object(name, item);
        }
    }

    fn view(&mut self, view: &Value) {
        self.object("PayView", view);
        let statement = &view["statement"];
        self.object("Statement", statement);
        self.object("PeriodRef", &statement["period"]);
        self.object("Digests", &statement["digests"]);
        self.object("Balances", &statement["balances"]["before"]);
        self.list("MeasureLine", &statement["measures"]);
        self.list("NotCounted", &statement["not_counted"]);
        self.list("Entry", &statement["entries"]);
        for entry in statement["entries"].as_array().unwrap() {
            self.list("Step", &entry["steps"]);
            if !entry["credit"].is_null() {
                self.object("CreditWhy", &entry["credit"]);
            }
        }
        self.list("Gauge", &view["gauges"]);
        self.list("PlanVersion", &view["plans"]);
        self.list("QuotaMade", &view["quotas"]);
        self.list("Later", &view["later"]);
        for quota in view["quotas"].as_array().unwrap() {
            self.list("QuotaPart", &quota["parts"]);
        }
    }
}

/// The script of the sample with the change that the page offers as an example.
fn changed_script(opened: &Value) -> VersionScript {
    let example = include_str!("../www/src/example.ts");
    let said = |key: &str| {
        let (_, rest) = example.split_once(&format!("{key}: \"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let (from, to) = (said("from"), said("to"));
    let plans = opened["plans"].as_array().unwrap();
    let plan = plans.iter().find(|plan| plan["text"].as_str().unwrap().contains(&from)).unwrap();
    let text = plan["text"].as_str().unwrap().replace(&from, &to);
    VersionScript { file: plan["file"].as_str().unwrap().to_owned(), text }
}

#[test]
fn the_page_knows_every_field_of_what_an_editor_asks() {
    let mut check = Check { interfaces: interfaces(), seen: BTreeSet::new() };
    let mut session = Session::new();
    session.open_sample();
    let language = serde_json::to_value(session.describe()).unwrap();
    check.object("Language", &language);
    for (list, name) in
        [("declarations", "Declaration"), ("deal", "FieldWord"), ("tests", "Word"), ("of_period", "Word")]
    {
        check.list(name, &language[list]);
    }
    for declaration in language["declarations"].as_array().unwrap() {
        check.list("Setting", &declaration["settings"]);
    }
    check.list("Template", &serde_json::to_value(session.templates()).unwrap());
    let scripts = session.scripts().unwrap();
    check.list("Script", &serde_json::to_value(&scripts).unwrap());
    // A dearer rate: figures that move, and tests that fail.
    let edited = |scripts: &[ScriptView]| -> Vec<Script> {
        let text = |text: &str| text.replace("12.pct", "14.pct");
        scripts.iter().map(|one| Script { file: one.file.clone(), text: text(&one.text) }).collect()
    };
    let tried = serde_json::to_value(session.try_scripts(edited(&scripts), "").unwrap()).unwrap();
    check.object("Tried", &tried);
    check.list("TriedTotal", &tried["totals"]);
    check.list("Mover", &tried["movers"]);
    let tests = serde_json::to_value(session.tests(edited(&scripts)).unwrap()).unwrap();
    check.object("Tests", &tests);
    check.list("PlanTest", &tests["tests"]);
    for test in tests["tests"].as_array().unwrap() {
        check.list("Figure", &test["figures"]);
        for figure in test["figures"].as_array().unwrap() {
            check.list("TestLine", &figure["lines"]);
        }
    }
    let opened = session.open_sample();
    let made = session.make_test(opened.first_payee.as_deref().unwrap(), &opened.latest).unwrap();
    check.list("MadeTest", &serde_json::to_value(made).unwrap());
    for name in ["Setting", "Template", "Script", "Mover", "TriedTotal", "Figure", "TestLine", "MadeTest"] {
        assert!(check.seen.contains(name), "no answer has a {name}");
    }
}

#[test]
fn the_page_knows_every_field() {
    let mut check = Check { interfaces: interfaces(), seen: BTreeSet::new() };
    let mut session = Session::new();
    let opened = serde_json::to_value(session.open_sample()).unwrap();
    check.object("Opened", &opened);
    check.list("PeriodRef", &opened["periods"]);
    check.list("PayeeRef", &opened["payees"]);
    check.list("DealField", &opened["deal_fields"]);
    for payee in opened["payees"].as_array().unwrap() {
        for period in opened["periods"].as_array().unwrap() {
            let views = session.pay(payee["id"].as_str().unwrap(), period["label"].as_str().unwrap()).unwrap();
            serde_json::to_value(views).unwrap().as_array().unwrap().iter().for_each(|view| check.view(view));
        }
    }
    let payee = opened["first_payee"].as_str().unwrap();
    let cells = [("closed", "2026-12-30"), ("amount", "1000"), ("kind", "new"), ("product", "lab")];
    let cells = cells.map(|(name, text)| (name.to_owned(), text.to_owned())).into_iter().collect();
    let deals = [WhatIfDeal { id: "w".to_owned(), cells, open: false }];
    let what_if = session.what_if((payee, None), opened["latest"].as_str().unwrap(), &deals).unwrap();
    check.object("WhatIf", &serde_json::to_value(what_if).unwrap());
    let pipeline = serde_json::to_value(session.pipeline("mara.lindholm", "2026-12").unwrap()).unwrap();
    check.object("Pipeline", &pipeline);
    check.list("OpenDeal", &pipeline["deals"]);
    check.list("Elsewhere", &pipeline["elsewhere"]);
    let version = Version { scripts: vec![changed_script(&opened)], whole: false };
    let compared = serde_json::to_value(session.compare(None, Some(version), "").unwrap()).unwrap();
    check.object("Comparison", &compared);
    check.list("ComparedTotal", &compared["totals"]);
    check.list("Bin", &compared["totals"][0]["bins"]);
    check.list("ComparedRow", &compared["rows"]);
    check.list("ChangedScript", &compared["scripts"]);
    for row in compared["rows"].as_array().unwrap() {
        check.list("ComponentChange", &row["components"]);
        if !row["why"].is_null() {
            check.object("Why", &row["why"]);
            check.object("WhySide", &row["why"]["b"]);
            check.object("Step", &row["why"]["b"]["step"]);
        }
    }
    let guessed = session.open_files(vec![("x.csv".to_owned(), b"a,b,c\n1,2,3\n".to_vec())]);
    let guessed = serde_json::to_value(guessed.guess.unwrap()).unwrap();
    check.object("Guessed", &guessed);
    check.list("HeaderColumn", &guessed["header"]);
    check.list("GuessField", &guessed["fields"]);
    let refused =
        session.open_files(vec![("earnmark.toml".to_owned(), b"format = 1\ncompany = { nme = \"x\" }\n".to_vec())]);
    let refused = serde_json::to_value(refused).unwrap();
    assert!(!refused["ok"].as_bool().unwrap());
    check.list("Finding", &refused["findings"]);
    for finding in refused["findings"].as_array().unwrap().iter().filter(|finding| !finding["place"].is_null()) {
        check.object("Place", &finding["place"]);
    }
    for name in [
        "Step",
        "Entry",
        "NotCounted",
        "Gauge",
        "MeasureLine",
        "CreditWhy",
        "Later",
        "Finding",
        "Place",
        "Why",
        "ComponentChange",
    ] {
        assert!(check.seen.contains(name), "no answer has a {name}");
    }
}
