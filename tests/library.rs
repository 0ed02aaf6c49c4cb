//! The library of plans under `rules/`: every file loads, nothing is found in any of them, and all of their tests hold.

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
    for plan in &trials.plans {
        assert!(trials.tested.iter().any(|tested| tested.plan == *plan), "`{plan}` has no test");
    }
    let findings: Vec<_> = trials.tested.iter().flat_map(|tested| tested.findings()).collect();
    assert!(findings.is_empty(), "{findings:#?}");
}

/// What a person who chooses needs: one line for a list, when to use it, where to begin.
#[test]
fn every_plan_says_when_to_use_it_and_what_to_change_first() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for file in std::fs::read_dir(&folder).unwrap().filter_map(Result::ok).map(|file| file.path()) {
        if file.extension().is_none_or(|ending| ending != "rhai") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
        let (name, line) = head.first().unwrap().split_once(": ").unwrap();
        assert!(!name.is_empty() && line.len() >= 40 && line.ends_with('.'), "{}: {line}", file.display());
        let place = |start: &str| head.iter().position(|line| line.starts_with(start));
        let (when, change) = (place("When: "), place("Change first: "));
        assert!(head.get(1) == Some(&"") && when == Some(2) && change > when, "{}: {head:?}", file.display());
    }
}
