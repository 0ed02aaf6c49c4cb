//! A project folder: its files by path, as bytes.
//!
//! In:   on the page the files that were opened, natively a folder on disk ([`Folder::read`], the one place of this
//!       ring that touches files).
//! Out:  [`Folder`], of which everything else is a pure function.

use std::collections::{BTreeMap, BTreeSet};

/// The folder of the data files.
pub const DATA: &str = "data";

/// The files of a project, by path with `/`: `earnmark.toml`, `rules/a.rhai`, `data/deals.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The folder's own name.
    pub name: String,
    files: BTreeMap<String, Vec<u8>>,
    /// Data files that stand beside one which is not there: the name may be one of theirs.
    beside: BTreeSet<String>,
}

impl Folder {
    /// A folder of some files.
    #[must_use]
    pub fn new(name: impl Into<String>, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { name: name.into(), files, beside: BTreeSet::new() }
    }

    /// Adds a file, or replaces it.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Drops all scripts.
    pub fn forget_scripts(&mut self) {
        self.files.retain(|path, _| !path.ends_with(".rhai"));
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// All paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The names that a data file which is not there may have been meant by, below `data/`.
    pub fn data_names(&self) -> impl Iterator<Item = &str> {
        let read = self.paths().map(|path| path.strip_prefix("data/").unwrap_or(path));
        let data = read.filter(|path| !path.ends_with(".rhai") && !path.ends_with(".toml"));
        data.chain(self.beside.iter().map(String::as_str))
    }

    /// A data file by its path below `data/`; else the one file of that name outside of `data/`, which is how files
    /// are known that were opened one by one.
    #[must_use]
    pub fn find_data(&self, path: &str) -> Option<(&str, &[u8])> {
        let below = format!("{DATA}/{path}");
        let exact = self.files.get_key_value(&below);
        let (base, data) = (base_name(path), format!("{DATA}/"));
        let found = exact.or_else(|| {
            let loose = self.files.iter().filter(|(known, _)| !known.starts_with(&data));
            let mut named = loose.filter(|(known, _)| base_name(known) == base);
            named.next().filter(|_| named.next().is_none())
        });
        found.map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Paths of the scripts in the plans' folder and below it, in order; of `.` those beside the settings.
    #[must_use]
    pub fn scripts(&self, folder: &str) -> Vec<String> {
        let inside = |path: &str| match folder {
            "." => !path.contains('/'),
            _ => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
        };
        self.paths().filter(|path| path.ends_with(".rhai") && inside(path)).map(str::to_owned).collect()
    }
}

/// A large file of deals that stays on disk until it is read piece by piece.
#[derive(Debug)]
pub struct Left {
    name: String,
    file: std::fs::File,
    /// Its bytes.
    pub len: usize,
}

impl Left {
    /// Whether it is the data file of a name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Reads bytes from a place on until the buffer is full.
    ///
    /// # Errors
    /// There are not so many any more, or the system refuses.
    pub fn read_at(&self, from: usize, buffer: &mut [u8]) -> std::io::Result<()> {
        let from = u64::try_from(from).map_err(std::io::Error::other)?;
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, from);
        // A file has one place to read from there: one core reads at a time.
        #[cfg(not(unix))]
        let read = {
            use std::io::{Read, Seek, SeekFrom};
            static READING: std::sync::Mutex<()> = std::sync::Mutex::new(());
            let _reading = READING.lock();
            let mut file = &self.file;
            file.seek(SeekFrom::Start(from)).and_then(|_| file.read_exact(buffer))
        };
        read
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(not(target_arch = "wasm32"))]
mod disk;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_files_are_found_by_path_then_by_name() {
        let mut folder = Folder::default();
        folder.put("data/a/deals.csv", "1");
        folder.put("people.csv", "2");
        folder.put("x/quotas.csv", "3");
        folder.put("y/quotas.csv", "4");
        assert_eq!(folder.find_data("a/deals.csv"), Some(("data/a/deals.csv", b"1".as_slice())));
        assert_eq!(folder.find_data("people.csv"), Some(("people.csv", b"2".as_slice())));
        assert_eq!(folder.find_data("deals.csv"), None, "another folder's file is another file");
        assert_eq!(folder.find_data("quotas.csv"), None, "two files of that name");
        assert_eq!(folder.find_data("none.csv"), None);
    }

    #[test]
    fn scripts_are_those_of_the_plans_folder() {
        let mut folder = Folder::default();
        for path in ["rules/b.rhai", "rules/a.rhai", "rules/shared/t.rhai", "rules2/x.rhai", "c.rhai", "rules/n.txt"] {
            folder.put(path, "");
        }
        assert_eq!(folder.scripts("rules"), ["rules/a.rhai", "rules/b.rhai", "rules/shared/t.rhai"]);
        assert_eq!(folder.scripts("."), ["c.rhai"]);
    }
}
