//! Twelve plans of twelve companies, with their own tests: they load, and all of their tests hold.
//!
//! The plans lie beside the repository; where they are not there the test is skipped, and says so.

use earnmark::Folder;
use earnmark::domain::diagnostic::{Diagnostic, Place};
use earnmark::domain::texts::Texts;
use earnmark::project::test_folder;
use std::path::Path;

/// A finding in a few lines.
fn told(finding: &Diagnostic, texts: &Texts) -> String {
    let place = match &finding.place {
        Place::Text(span) => {
            let text = texts.get(&span.file).and_then(|text| text.get(span.start..span.end)).unwrap_or_default();
            format!("{}:{} {text}", span.file, texts.line(span))
        }
        other => format!("{other:?}"),
    };
    format!("{place}\n    {}: {}\n    {}", finding.code, finding.message, finding.notes.join("\n    "))
}

#[test]
fn the_tests_of_the_twelve_plans_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/plans");
    if !folder.is_dir() {
        eprintln!("skipped: the twelve plans are not at {}", folder.display());
        return;
    }
    let trials = match test_folder(&Folder::read_scripts(&folder).unwrap(), &[]) {
        Ok(trials) => trials,
        Err(refused) => {
            let findings: Vec<String> = refused.findings.iter().map(|found| told(found, &refused.texts)).collect();
            panic!("{} findings:\n{}", findings.len(), findings.join("\n"));
        }
    };
    assert_eq!(trials.plans.len(), 12, "{:?}", trials.plans);
    for plan in &trials.plans {
        assert!(trials.tested.iter().any(|tested| tested.plan == *plan), "`{plan}` has no test");
    }
    let findings = trials.tested.iter().flat_map(|tested| tested.findings());
    let findings: Vec<String> = findings.map(|finding| told(&finding, &trials.texts)).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
