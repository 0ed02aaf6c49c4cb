//! The outbox: a closed period always has its files.
//!
//! Files are written beside and synced before the commit, so that a full disk or a folder that cannot be written stops the
//! close. After the commit the ledger is the truth: whatever is missing is made again from its rows, the same bytes, and
//! takes its place by one rename. Every command that opens the ledger does so first.

use super::book::Ledger;
use super::files::{File, form_of, render_at};
use super::rows::{CloseRow, FileRow, damaged};
use super::store::step;
use super::walk::Walk;
use super::{CLOSED_FOLDER, LEDGER_FILE};
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::parallel;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How a folder that is not in its place yet is called at its end.
const STAGED: &str = ".staged";

fn cannot(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let message = format!("`{}` cannot be written: {error}", path.display());
    Box::new(Diagnostic::error(Code::LedgerLocked, message).help("make room or look at the rights of the folder"))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Writes the files of a close beside their place, synced.
///
/// # Errors
/// They cannot be written; nothing of them is left.
pub fn stage(project: &Path, name: &str, files: &[File]) -> Result<PathBuf, Box<Diagnostic>> {
    step("before staging");
    let folder = project.join(CLOSED_FOLDER);
    let staged = folder.join(format!(".{name}.{}{STAGED}", std::process::id()));
    let write = || -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        if staged.is_dir() {
            fs::remove_dir_all(&staged)?;
        }
        fs::create_dir(&staged)?;
        for file in files {
            step("file written");
            let path = staged.join(&file.name);
            if let Some(inner) = path.parent().filter(|inner| *inner != staged) {
                fs::create_dir_all(inner)?;
            }
            let mut out = fs::File::create(path)?;
            out.write_all(&file.bytes)?;
            out.sync_all()?;
        }
        sync_folder(&staged)
    };
    let written = write();
    if written.is_err() {
        // What could not be written is not left lying about; the first error is the one to tell.
        let _ = fs::remove_dir_all(&staged);
    }
    written.map_err(|error| cannot(&staged, &error))?;
    step("files staged");
    Ok(staged)
}

/// The right to write files of closes: it ends with the process, however that ends.
#[derive(Debug)]
pub struct Turn {
    _lock: fs::File,
}

impl Turn {
    /// Waits until no other process closes.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn wait(project: &Path) -> Result<Self, Box<Diagnostic>> {
        let folder = project.join(CLOSED_FOLDER);
        let path = folder.join(".lock");
        let take = || -> io::Result<fs::File> {
            fs::create_dir_all(&folder)?;
            let file = fs::File::create(&path)?;
            file.lock()?;
            Ok(file)
        };
        take().map(|lock| Self { _lock: lock }).map_err(|error| cannot(&path, &error))
    }
}

/// The files of a close that are not in its folder.
fn missing<'l>(folder: &Path, ledger: &'l Ledger, close: &CloseRow) -> Vec<&'l str> {
    let place = folder.join(close.name());
    ledger.files_of(close.seq).iter().map(|row| &*row.name).filter(|name| !place.join(name).exists()).collect()
}

/// Whether something is missing, or left lying about.
pub fn is_untidy(folder: &Path, ledger: &Ledger) -> bool {
    let missing = ledger.closes.iter().any(|close| match (folder.join(close.name()).is_dir(), ledger.is_void(close)) {
        (true, false) => !missing(folder, ledger, close).is_empty(),
        (is_there, is_void) => is_there == is_void,
    });
    let left = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    missing || left.into_iter().any(|entry| entry.file_name().to_string_lossy().ends_with(STAGED))
}

/// Refuses to go on where there are files of closes that the ledger does not know: it is lost, or an older copy was put in its
/// place, and whoever closes those periods pays them once more.
///
/// # Errors
/// The closes that are not known.
pub fn known(project: &Path, ledger: &Ledger) -> Result<(), Box<Diagnostic>> {
    let names: Vec<String> =
        ledger.closes.iter().flat_map(|close| [close.name(), format!("{}-void", close.name())]).collect();
    let found = fs::read_dir(project.join(CLOSED_FOLDER)).into_iter().flatten().filter_map(Result::ok);
    let folders = found.filter(|entry| entry.path().join("control.json").is_file());
    let mut strange: Vec<String> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(STAGED) && !names.contains(name))
        .collect();
    strange.sort_unstable();
    let Some(first) = strange.first() else { return Ok(()) };
    let what = if ledger.closes.is_empty() { "there is no ledger" } else { "the ledger is an older copy" };
    let message = format!("{what}: `{CLOSED_FOLDER}` has files of {}, which it does not know", strange.join(", "));
    let finding = Diagnostic::error(Code::LedgerDamaged, message).in_file(&format!("{CLOSED_FOLDER}/{first}"));
    let help = format!(
        "nothing was written; put `{LEDGER_FILE}` of that close back in its place. Where a new ledger is meant, move \
         `{CLOSED_FOLDER}` away: what it has paid is then yours to know"
    );
    Err(Box::new(finding.help(help)))
}

/// Makes what is missing, as [`publish`], unless another process closes at this moment and will do so itself.
///
/// # Errors
/// As [`publish`].
pub fn tidy(project: &Path, ledger: &Ledger) -> Result<(), Box<Diagnostic>> {
    let folder = project.join(CLOSED_FOLDER);
    if !is_untidy(&folder, ledger) {
        return Ok(());
    }
    let path = folder.join(".lock");
    let lock =
        fs::create_dir_all(&folder).and_then(|()| fs::File::create(&path)).map_err(|error| cannot(&path, &error))?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    publish(project, ledger)
}

/// Drops what was staged for a close that was not made.
pub fn drop_staged(staged: &Path) {
    // It is made again when it is needed; a rest of it is taken away by the next command.
    let _ = fs::remove_dir_all(staged);
}

/// Makes what is missing, marks what is void, and takes away what was staged for closes that were never made. Whoever
/// calls it has the [`Turn`].
///
/// # Errors
/// A folder that cannot be written; rows that cannot be as they were written.
pub fn publish(project: &Path, ledger: &Ledger) -> Result<(), Box<Diagnostic>> {
    let folder = project.join(CLOSED_FOLDER);
    let mut walk = Walk::new(ledger);
    for close in &ledger.closes {
        let place = folder.join(close.name());
        let void = folder.join(format!("{}-void", close.name()));
        match (ledger.is_void(close), place.is_dir(), void.is_dir()) {
            (true, true, false) => fs::rename(&place, &void).map_err(|error| cannot(&void, &error))?,
            (false, false, _) => {
                walk.go(close)?;
                publish_one(project, &walk, close, &place)?;
            }
            (false, true, _) => {
                let names = missing(&folder, ledger, close);
                if !names.is_empty() {
                    walk.go(close)?;
                    publish_some(project, &walk, close, &names)?;
                }
            }
            _ => {}
        }
    }
    let Ok(found) = fs::read_dir(&folder) else { return Ok(()) };
    for left in found.filter_map(Result::ok).filter(|entry| entry.file_name().to_string_lossy().ends_with(STAGED)) {
        drop_staged(&left.path());
    }
    Ok(())
}

fn publish_one(project: &Path, walk: &Walk<'_>, close: &CloseRow, place: &Path) -> Result<(), Box<Diagnostic>> {
    let staged = stage(project, &close.name(), &made_again(walk, close)?)?;
    put(&staged, place)
}

/// Makes some files of a close again: the others stay as they are. Each takes its place by one rename.
fn publish_some(project: &Path, walk: &Walk<'_>, close: &CloseRow, names: &[&str]) -> Result<(), Box<Diagnostic>> {
    let mut files = made_again(walk, close)?;
    files.retain(|file| names.contains(&&*file.name));
    let staged = stage(project, &close.name(), &files)?;
    let place = project.join(CLOSED_FOLDER).join(close.name());
    for file in &files {
        let to = place.join(&file.name);
        let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| fs::rename(staged.join(&file.name), &to)).map_err(|error| cannot(&to, &error))?;
    }
    drop_staged(&staged);
    sync_folder(&place).map_err(|error| cannot(&place, &error))
}

/// The files of a close as its rows make them, the same bytes as then.
fn made_again(walk: &Walk<'_>, close: &CloseRow) -> Result<Vec<File>, Box<Diagnostic>> {
    let files = render_at(walk, close)?;
    let form = form_of(walk.ledger, close.seq);
    if files.iter().map(|file| file.row(close.seq, form)).collect::<Vec<_>>() != walk.ledger.files_of(close.seq) {
        return Err(damaged(format!("the files of {} cannot be made again as they were", close.name())));
    }
    Ok(files)
}

/// Puts what was staged for a close in its place. Whoever calls it has the [`Turn`], and the close is made.
///
/// # Errors
/// A folder that cannot be written: the next command makes the files anew.
pub fn put(staged: &Path, place: &Path) -> Result<(), Box<Diagnostic>> {
    step("before publishing");
    let renamed = fs::rename(staged, place).and_then(|()| place.parent().map_or(Ok(()), sync_folder));
    if renamed.is_err() && place.is_dir() {
        // Another process was faster, with the same bytes; or a folder of that name was there before.
        let same = holds_all(staged, place).unwrap_or(false);
        drop_staged(staged);
        if same {
            return Ok(());
        }
        let message = format!("`{}` holds other files than the close writes", place.display());
        let finding = Diagnostic::error(Code::LedgerDamaged, message)
            .why("the close stands in the ledger, its files are nowhere");
        return Err(Box::new(finding.help("take the folder away: the next command makes it from the ledger")));
    }
    renamed.map_err(|error| cannot(place, &error))?;
    step("published");
    Ok(())
}

/// Whether a folder holds the files of another, to the byte.
fn holds_all(staged: &Path, place: &Path) -> io::Result<bool> {
    for file in fs::read_dir(staged)? {
        let file = file?;
        if fs::read(file.path())? != fs::read(place.join(file.file_name()))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What differs between the files of closes and what the ledger says of them. Those of a voided close may be taken away as a
/// whole; as long as they are there, they are what it wrote.
#[must_use]
pub fn compare(project: &Path, ledger: &Ledger) -> Vec<Diagnostic> {
    let folder = |close: &CloseRow| match ledger.is_void(close) {
        true => Some(format!("{CLOSED_FOLDER}/{}-void", close.name())).filter(|folder| project.join(folder).is_dir()),
        false => Some(format!("{CLOSED_FOLDER}/{}", close.name())),
    };
    let mut files: Vec<(String, bool, &FileRow)> = Vec::new();
    for close in &ledger.closes {
        let Some(folder) = folder(close) else { continue };
        files.extend(ledger.files_of(close.seq).iter().map(|row| (folder.clone(), ledger.is_void(close), row)));
    }
    let told = parallel::each(&files, |(folder, is_void, row)| {
        let path = format!("{folder}/{}", row.name);
        let digest = fs::read(project.join(&path)).map(|bytes| crate::domain::sha::sha256(&bytes));
        let message = match digest {
            Ok(digest) if digest == row.digest => return None,
            Ok(_) => "the file is not what the close wrote",
            Err(_) => "the file is not there",
        };
        let help = if *is_void {
            "take the folder away, or put back what was there: the close was voided, and no command makes its files again"
        } else {
            "take it away: the next command makes it again from the ledger"
        };
        Some(Diagnostic::error(Code::LedgerDamaged, message).in_file(&path).help(help))
    });
    told.into_iter().flatten().collect()
}
