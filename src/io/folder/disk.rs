//! A project folder on disk: the settings, the scripts, and only the data files that the settings name.

use super::{DATA, Folder, Left};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::io::formats::{Format, Named, named};
use crate::io::settings::{Origin, SETTINGS_FILE, Said, Settings, read_settings};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep below the plans' folder scripts are looked for.
const DEPTH: usize = 8;
/// How many names are looked at beside a file that is not there.
const NAMES: usize = 1000;
/// The least bytes of a file that is left on disk: less is read in no time.
const LARGE: u64 = 1 << 20;
/// How a journal of SQLite begins that is to be played back.
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

impl Folder {
    /// Reads a project folder: the settings, the scripts of the plans' folder, and the data files which the settings
    /// name, from `data/` or from the folder given in its place. Data files that are not there are reported where
    /// they are read, since not everything needs them.
    ///
    /// # Errors
    /// A folder that cannot be read, a file that is a link out of it.
    pub fn read(dir: &Path, data_dir: Option<&Path>) -> Result<Self, Vec<Diagnostic>> {
        Self::read_with(dir, |disk, root, settings| disk.data_of(root, data_dir, settings)).map(|(folder, _)| folder)
    }

    /// The same, but for the file of deals where it is the only one, plain text and large: it stays on disk.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_but_deals(dir: &Path, data_dir: Option<&Path>) -> Result<(Self, Option<Left>), Vec<Diagnostic>> {
        Self::read_with(dir, |disk, root, settings| {
            if let [source] = settings.sources.deals.as_slice()
                && let Origin::Files(files) = &source.origin
                && let [file] = files.as_slice()
                && named(&file.value).format == Format::Text
            {
                disk.leave = Some(file.value.clone());
            }
            disk.data_of(root, data_dir, settings);
        })
    }

    /// Reads the file that stayed on disk.
    ///
    /// # Errors
    /// It cannot be read any more.
    pub fn read_left(&mut self, left: &Left) -> Result<(), Vec<Diagnostic>> {
        let mut bytes = vec![0; left.len];
        left.read_at(0, &mut bytes).map_err(|error| vec![unreadable(&left.name, &error)])?;
        self.put(format!("{DATA}/{}", left.name), bytes);
        Ok(())
    }

    /// Reads the settings and the scripts of a project folder alone: what the plans' own tests need.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_scripts(dir: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::read_with(dir, |_, _, _| {}).map(|(folder, _)| folder)
    }

    fn read_with(
        dir: &Path,
        data: impl FnOnce(&mut Disk<'_>, &Path, &Settings),
    ) -> Result<(Self, Option<Left>), Vec<Diagnostic>> {
        let root = fs::canonicalize(dir).map_err(|error| vec![unreadable(&dir.to_string_lossy(), &error)])?;
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut folder = Self { name, ..Self::default() };
        let mut disk = Disk { folder: &mut folder, problems: Vec::new(), leave: None, left: None };
        disk.take(&root, &root.join(SETTINGS_FILE), SETTINGS_FILE);
        let (settings, _) = read_settings(disk.folder);
        if let Some(settings) = settings {
            disk.scripts(&root, &settings.plans.folder);
            data(&mut disk, &root, &settings);
        }
        let (problems, left) = (disk.problems, disk.left);
        if problems.is_empty() { Ok((folder, left)) } else { Err(problems) }
    }
}

/// A folder that is being filled from disk.
struct Disk<'f> {
    folder: &'f mut Folder,
    problems: Vec<Diagnostic>,
    /// The data file that may be left where it is.
    leave: Option<String>,
    /// The one that was.
    left: Option<Left>,
}

impl Disk<'_> {
    /// Takes a file that is inside a root; one that is not there is left out.
    fn take(&mut self, root: &Path, file: &Path, path: &str) {
        let real = match fs::canonicalize(file) {
            Ok(real) => real,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.problems.push(unreadable(path, &error)),
        };
        if !real.starts_with(root) {
            let message = format!("`{path}` is a link that leaves the project's folder");
            let help = "copy the file into the folder, or name its folder with `--data`";
            self.problems.push(Diagnostic::error(Code::PathOutside, message).in_file(path).help(help));
            return;
        }
        let leave =
            self.leave.take_if(|name| path.strip_prefix(DATA).is_some_and(|rest| rest.strip_prefix('/') == Some(name)));
        let read = match leave {
            Some(name) => leave_or_read(&real, name),
            None => fs::read(&real).map(Kept::Read),
        };
        match read {
            Ok(Kept::Read(bytes)) => self.folder.put(path, bytes),
            Ok(Kept::Left(left)) => self.left = Some(left),
            Err(error) => self.problems.push(unreadable(path, &error)),
        }
    }

    /// Takes the data files from the project's folder, or from the one given in its place.
    fn data_of(&mut self, root: &Path, given: Option<&Path>, settings: &Settings) {
        match given.map(|given| (given, fs::canonicalize(given))) {
            // The folder was named by the user, so it may be anywhere, and be a link.
            Some((_, Ok(given))) => self.data(&given, &given, settings),
            Some((given, Err(error))) => self.problems.push(unreadable(&given.to_string_lossy(), &error)),
            None => self.data(root, &root.join(DATA), settings),
        }
    }

    /// Takes the scripts of the plans' folder.
    fn scripts(&mut self, root: &Path, plans: &str) {
        let (start, depth) = if plans == "." { (root.to_path_buf(), 0) } else { (root.join(plans), DEPTH) };
        for file in scripts_below(&start, depth) {
            let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            self.take(root, &file, &path);
        }
    }

    /// Refuses a database whose last changes stand in a log beside it, so that they would not be read, and one with a journal
    /// beside it that takes back changes which were not finished.
    fn no_log(&mut self, data: &Path, path: &str) {
        let log = data.join(format!("{path}-wal"));
        if fs::metadata(log).is_ok_and(|found| found.len() > 0) {
            let message = format!("changes of `{path}` stand in its log `{path}-wal` and not yet in itself");
            let diagnostic = Diagnostic::error(Code::BadFile, message).in_file(path);
            let help = "close the program that writes it, or run `PRAGMA wal_checkpoint(TRUNCATE)`";
            self.problems.push(diagnostic.help(help));
        }
        let journal = format!("{path}-journal");
        if fs::read(data.join(&journal)).is_ok_and(|found| found.starts_with(&JOURNAL)) {
            let message = format!("`{path}` holds half of a change, and `{journal}` what it was before");
            let diagnostic = Diagnostic::error(Code::BadFile, message).in_file(path);
            self.problems
                .push(diagnostic.help("close the program that writes it, or open and close it once with SQLite"));
        }
    }

    /// Notes the names beside a file that is not there, so that the nearest can be told; nothing of them is read.
    fn note_beside(&mut self, root: &Path, place: &Path, path: &str) {
        let Some(Ok(folder)) = place.parent().map(fs::canonicalize) else { return };
        let Some(entries) = fs::read_dir(&folder).ok().filter(|_| folder.starts_with(root)) else { return };
        let before = path.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"));
        let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let names = files.take(NAMES).map(|entry| format!("{before}{}", entry.file_name().to_string_lossy()));
        self.folder.beside.extend(names);
    }

    /// Takes the data files that the settings name.
    fn data(&mut self, root: &Path, data: &Path, settings: &Settings) {
        let mut names: Vec<&Said<String>> = Vec::new();
        for source in settings.sources.all() {
            if let Origin::Files(files) = &source.origin {
                names.extend(files);
            }
        }
        let mut files: Vec<Named<'_>> = names.iter().map(|name| named(&name.value)).collect();
        files.sort_by_key(|file| file.path);
        files.dedup_by_key(|file| file.path);
        for file in files {
            let place = data.join(file.path);
            self.take(root, &place, &format!("{DATA}/{}", file.path));
            if !place.exists() {
                self.note_beside(root, &place, file.path);
            }
            if file.format == Format::Database {
                self.no_log(data, file.path);
            }
        }
    }
}

/// What becomes of a file.
enum Kept {
    Read(Vec<u8>),
    Left(Left),
}

/// Leaves a large file where it is; a pipe has no size and is read.
fn leave_or_read(real: &Path, name: String) -> std::io::Result<Kept> {
    let found = fs::metadata(real)?;
    if !found.is_file() || found.len() < LARGE {
        return fs::read(real).map(Kept::Read);
    }
    let len = usize::try_from(found.len()).map_err(std::io::Error::other)?;
    Ok(Kept::Left(Left { name, file: fs::File::open(real)?, len }))
}

/// The scripts in a folder and below it, in order. Links to folders and hidden folders are not followed.
fn scripts_below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut scripts = Vec::new();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
        if is_folder && !hidden && depth > 0 {
            scripts.extend(scripts_below(&path, depth.saturating_sub(1)));
        } else if !is_folder && path.extension().is_some_and(|ending| ending == "rhai") {
            scripts.push(path);
        }
    }
    scripts
}

/// A file or folder that cannot be read.
fn unreadable(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(Code::NoFile, format!("`{path}` cannot be read: {error}")).in_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own under the system's temporary one, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("earnmark-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn write(&self, path: &str, text: &str) {
            let file = self.0.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const SETTINGS: &str = "format = 1\ncompany.currency = \"USD\"\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\" }\n";

    #[test]
    fn only_what_the_settings_name_is_read() {
        let scratch = Scratch::new("named");
        scratch.write("earnmark.toml", SETTINGS);
        scratch.write("rules/a.rhai", "");
        scratch.write("rules/.git/b.rhai", "");
        scratch.write("data/deals.csv", "id,closed\n");
        scratch.write("data/other.csv", "large");
        let folder = Folder::read(&scratch.0, None).unwrap();
        assert_eq!(folder.paths().collect::<Vec<_>>(), ["data/deals.csv", "earnmark.toml", "rules/a.rhai"]);
        let elsewhere = Scratch::new("elsewhere");
        elsewhere.write("deals.csv", "id,closed\nD1,2026-01-01\n");
        let folder = Folder::read(&scratch.0, Some(&elsewhere.0)).unwrap();
        assert_eq!(folder.get("data/deals.csv").unwrap().len(), 24);
    }

    #[test]
    fn a_file_that_is_not_there_is_told_with_the_nearest_that_is() {
        let scratch = Scratch::new("nearest");
        let settings = SETTINGS.replace("deals.csv", "2026/deal.csv");
        scratch.write("earnmark.toml", &settings);
        scratch.write("data/2026/deals.csv", "id,closed\n");
        scratch.write("data/2026/other.csv", "id,closed\n");
        let folder = Folder::read(&scratch.0, None).unwrap();
        assert_eq!(folder.paths().collect::<Vec<_>>(), ["earnmark.toml"], "the other files are not read");
        let (settings, _) = read_settings(&folder);
        let reading = crate::io::read_facts(&settings.unwrap(), &folder);
        assert_eq!(reading.findings[0].code, Code::NoFile);
        assert_eq!(reading.findings[0].label.as_deref(), Some("did you mean `2026/deals.csv`?"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let scratch = Scratch::new("link");
        let elsewhere = Scratch::new("target");
        elsewhere.write("deals.csv", "secret");
        scratch.write("earnmark.toml", SETTINGS);
        fs::create_dir_all(scratch.0.join("data")).unwrap();
        std::os::unix::fs::symlink(elsewhere.0.join("deals.csv"), scratch.0.join("data/deals.csv")).unwrap();
        let problems = Folder::read(&scratch.0, None).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, Code::PathOutside);
        assert!(Folder::read(Path::new("/no/such/folder"), None).is_err());
    }
}
