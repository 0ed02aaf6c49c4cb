//! The sample company, as `examples/sample` has it: embedded, so that terminal and page can show it without a file.

use crate::io::folder::Folder;
use std::collections::BTreeMap;

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../examples/sample/", $path)).as_slice())),*]
    };
}

/// The sample company's project folder.
#[must_use]
pub fn folder() -> Folder {
    let files = embedded![
        "earnmark.toml",
        "rules/account-executive.rhai",
        "rules/common.rhai",
        "rules/europe.rhai",
        "rules/manager.rhai",
        "data/auftraege-europa.csv",
        "data/crm-opportunities.csv",
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
