//! The library of plans under `rules/`: every file loads, nothing is found in any of them, and all of their tests hold.
#![cfg(not(target_arch = "wasm32"))]

use earnmark::Folder;
use earnmark::project::test_folder;
use std::path::Path;

#[test]
fn every_plan_holds_and_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let scripts = std::fs::read_dir(&folder).unwrap().filter_map(Result::ok);
    let scripts = scripts.filter(|file| file.path().extension().is_some_and(|ending| ending == "rhai")).count();
    let trials = match test_folder(&Folder::read_scripts(&folder).unwrap(), &[]) {
        Ok(trials) => trials,
        Err(refused) => panic!("{:#?}", refused.findings),
    };
    assert!(trials.warnings.is_empty(), "{:#?}", trials.warnings);
    // One plan a file: none is left out, and none is a module.
    assert_eq!(trials.plans.len(), scripts, "{:?}", trials.plans);
    // `init` writes the starter plan over the days of somebody's export, where a test's dates would not hold.
    for plan in trials.plans.iter().filter(|plan| &***plan != "Starter plan") {
        assert!(trials.tested.iter().any(|tested| tested.plan == *plan), "`{plan}` has no test");
    }
    let findings: Vec<_> = trials.tested.iter().flat_map(|tested| tested.findings()).collect();
    assert!(findings.is_empty(), "{findings:#?}");
}
