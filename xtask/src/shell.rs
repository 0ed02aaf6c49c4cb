//! Programs: how they are found, started and reported. Everything else in this package goes through here.
//!
//! A program is shown before it runs, gets no standard input, and its failure is a sentence.

use std::cell::RefCell;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

thread_local! {
    /// Where this thread's output goes instead of the terminal: see `held_back`.
    static KEPT: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// Runs what runs beside something else: what it and its programs print is kept and given back whole, for two outputs
/// at once cannot be read.
///
/// # Errors
/// The file that keeps the output cannot be written.
pub fn held_back<T>(work: impl FnOnce() -> T) -> Result<(T, String), String> {
    let folder = root().join("target");
    let path = folder.join("beside.log");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    // Cargo may build elsewhere.
    let file = fs::create_dir_all(&folder).and_then(|()| File::create(&path)).map_err(failed)?;
    KEPT.set(Some(file));
    let done = work();
    KEPT.set(None);
    let bytes = fs::read(&path).map_err(failed)?;
    Ok((done, String::from_utf8_lossy(&bytes).into_owned()))
}

/// A line for the reader.
pub fn say(line: &str) {
    KEPT.with_borrow(|kept| match kept.as_ref().map(|mut file| writeln!(file, "{line}")) {
        Some(Ok(())) => {}
        // What cannot be kept is still said.
        _ => println!("{line}"),
    });
}

/// Sends what the command prints where this thread's output goes.
fn heard(command: &mut Command) -> Result<&mut Command, String> {
    KEPT.with_borrow(|kept| {
        let Some(file) = kept else { return Ok(command) };
        let copies = file.try_clone().and_then(|out| Ok((out, file.try_clone()?)));
        let (out, err) = copies.map_err(|error| format!("what the step prints cannot be kept: {error}"))?;
        Ok(command.stdout(out).stderr(err))
    })
}

/// The root of the repository: the folder above this package.
pub fn root() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// A program to be run at the root, without standard input and without what `cargo run` added to our environment.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    for (key, _) in env::vars_os() {
        let ours = key
            .to_str()
            .is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_") || key == "RUSTC");
        if ours {
            command.env_remove(key);
        }
    }
    command
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm, in `www/`.
pub fn npm() -> Command {
    let mut command = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root().join("www"));
    command
}

/// Shows the command, runs it with its output on ours, and asks for exit code 0.
///
/// # Errors
/// A sentence: the program is not there, or it failed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let line = shown(command);
    say(&format!("$ {line}"));
    let status = heard(command)?.status().map_err(|error| absent(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}; its own output is above")) }
}

/// The standard output of a quiet command, trimmed; `None` if it is not there or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Where a program lies, looking through `PATH`.
pub fn which(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
}

fn absent(command: &Command, error: &std::io::Error) -> String {
    let name = command.get_program().to_string_lossy();
    let help = match name.as_ref() {
        "npm" | "npm.cmd" | "node" => "install Node 20.19 or newer, which brings npm",
        "rustup" => "install Rust by rustup.rs",
        _ => "install it, or put it on PATH",
    };
    format!("`{name}` cannot be started ({error}): {help}")
}

/// The command as one would type it: folders of the repository relative, the program by its name.
fn shown(command: &Command) -> String {
    let root = root();
    let short = |word: &OsStr| match Path::new(word).strip_prefix(&root) {
        Ok(inner) => inner.display().to_string(),
        Err(_) => word.to_string_lossy().into_owned(),
    };
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let folder = command
        .get_current_dir()
        .filter(|folder| **folder != root)
        .map(|folder| format!("(cd {}) ", short(folder.as_os_str())));
    let words: Vec<String> = std::iter::once(name).chain(command.get_args().map(short)).collect();
    format!("{}{}", folder.unwrap_or_default(), words.join(" "))
}
