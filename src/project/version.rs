//! Another version of a project's scripts: a folder of them, some files of it, or what stands in an editor.
//!
//! In:   scripts with the paths that they came with.
//! Out:  the scripts by their paths in this project, ready to be loaded in place of its own.

use super::{Edited, Project};
use crate::domain::diagnostic::Diagnostic;
use crate::domain::facts::Facts;
use crate::run::Outcome;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Scripts that stand for a project's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// The scripts: path and text.
    pub scripts: Vec<VersionScript>,
    /// Whether these are all scripts there are. Otherwise each takes the place of the one of its name, and the project's
    /// others stay.
    pub whole: bool,
}

/// A script of a version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VersionScript {
    /// The path that it came with.
    pub file: String,
    /// The text.
    pub text: String,
}

impl Project {
    /// The scripts of a version by their paths in this project.
    #[must_use]
    pub fn placed(&self, version: &Version) -> BTreeMap<Arc<str>, String> {
        let folder = self.settings.plans.folder.trim_end_matches('/');
        let inside = |path: &str| match folder {
            "." | "" => path.to_owned(),
            _ => format!("{folder}/{path}"),
        };
        let scripts = version.scripts.iter().filter(|script| script.file.ends_with(".rhai"));
        if version.whole {
            let files: Vec<&str> = scripts.clone().map(|script| script.file.as_str()).collect();
            let rests = below(&files, folder);
            return rests.into_iter().zip(scripts).map(|(rest, script)| (inside(rest).into(), plain(script))).collect();
        }
        let mut placed: BTreeMap<Arc<str>, String> =
            self.scripts().map(|(file, text)| (Arc::clone(file), text.to_string())).collect();
        for script in scripts {
            let name = base_name(&script.file);
            let exact = placed.contains_key(script.file.as_str());
            let mut named = placed.keys().filter(|file| base_name(file) == name);
            let only = named.next().filter(|_| named.next().is_none()).cloned();
            let place = if exact { None } else { only };
            let place = place.unwrap_or_else(|| if exact { script.file.as_str().into() } else { inside(name).into() });
            placed.insert(place, plain(script));
        }
        placed
    }

    /// Works all payout periods of a version over facts, those of the project or some of them: with reasons, or amounts alone.
    ///
    /// # Errors
    /// Whatever stands against the run.
    pub fn run_version(&self, version: &Edited, facts: &Facts, reasons: bool) -> Result<Outcome, Vec<Diagnostic>> {
        let until = self.end_of(&version.plans).max(self.end_of(&self.plans));
        if reasons {
            self.run_plans(&version.plans, facts, self.whole(until))
        } else {
            self.paid(&version.plans, facts, until)
        }
    }
}

/// Paths below the plans' folder, wherever they came from: `new/rules/a.rhai` and `new/a.rhai` are both `a.rhai`.
fn below<'a>(files: &[&'a str], folder: &str) -> Vec<&'a str> {
    let name = format!("{folder}/");
    let after = |file: &&'a str| -> Option<&'a str> {
        if let Some(rest) = file.strip_prefix(name.as_str()) {
            return Some(rest);
        }
        file.split_once(format!("/{name}").as_str()).map(|(_, rest)| rest)
    };
    if let Some(all) = files.iter().map(after).collect::<Option<Vec<_>>>() {
        return all;
    }
    let first = files.first().and_then(|file| file.split_once('/')).map(|(first, _)| format!("{first}/"));
    let common = first.filter(|first| files.iter().all(|file| file.starts_with(first.as_str())));
    let rest = |file: &'a str| common.as_deref().and_then(|first| file.strip_prefix(first)).unwrap_or(file);
    files.iter().copied().map(rest).collect()
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The text without a byte-order mark.
fn plain(script: &VersionScript) -> String {
    script.text.strip_prefix('\u{feff}').unwrap_or(&script.text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_to_what_lies_in_the_plans_folder() {
        assert_eq!(below(&["old/rules/a.rhai", "old/rules/x/b.rhai"], "rules"), ["a.rhai", "x/b.rhai"]);
        assert_eq!(below(&["rules/a.rhai"], "rules"), ["a.rhai"]);
        assert_eq!(below(&["next/a.rhai", "next/x/b.rhai"], "rules"), ["a.rhai", "x/b.rhai"]);
        assert_eq!(below(&["a.rhai", "x/b.rhai"], "rules"), ["a.rhai", "x/b.rhai"]);
    }

    #[test]
    fn a_file_takes_the_place_of_the_one_of_its_name() {
        let project = Project::open(&crate::sample::folder()).unwrap();
        let script = |file: &str| VersionScript { file: file.to_owned(), text: "// new".to_owned() };
        let files = |version: &Version| {
            project
                .placed(version)
                .into_iter()
                .filter(|(_, text)| text == "// new")
                .map(|(file, _)| file.to_string())
                .collect::<Vec<_>>()
        };
        let some = Version { scripts: vec![script("Downloads/europe.rhai"), script("other.rhai")], whole: false };
        assert_eq!(files(&some), ["rules/europe.rhai", "rules/other.rhai"]);
        assert_eq!(project.placed(&some).len(), 6, "the project's four others stay");
        let all = Version { whole: true, ..some };
        assert_eq!(project.placed(&all).len(), 2);
    }
}
