//! The sample company, as `examples/sample` has it: embedded, so that terminal and page can show it without a file.

use crate::io::folder::Folder;
use std::collections::BTreeMap;

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../examples/sample/", $path)).as_slice())),*]
    };
}

/// The contract that comes late: signed in January, in no file before March's.
const LATE: &str = "CC-104,";

/// The file of contracts.
const CONTRACTS: &str = "data/calibration-contracts.csv";

/// The sample company as its files were when January and February were closed: without the contract that came late, and
/// what became of it.
#[must_use]
pub fn before_late() -> Folder {
    let mut folder = folder();
    for path in [CONTRACTS, "data/contract-events.csv"] {
        let text = String::from_utf8_lossy(folder.get(path).unwrap_or_default()).into_owned();
        let kept: Vec<&str> = text.split_inclusive('\n').filter(|line| !line.starts_with(LATE)).collect();
        folder.put(path, kept.concat());
    }
    folder
}

/// The sample company's project folder.
#[must_use]
pub fn folder() -> Folder {
    let files = embedded![
        "earnmark.toml",
        "rules/account-executive.rhai",
        "rules/calibration-contracts.rhai",
        "rules/common.rhai",
        "rules/europe.rhai",
        "rules/manager.rhai",
        "data/auftraege-europa.csv",
        "data/calibration-contracts.csv",
        "data/contract-events.csv",
        "data/crm-opportunities.csv",
        "data/open-opportunities.csv",
        "data/people.csv",
        "data/plan-assignments.csv",
        "data/quotas.csv",
        "data/reporting-lines.csv",
        "data/ziele-europa.csv",
    ];
    let files: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
    Folder::new("sample", files)
}
