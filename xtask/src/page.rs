//! The browser build: the engine as wasm, its JavaScript, the page around it, and the server for it.
//!
//! `www/pkg` holds what wasm-bindgen writes, `www/dist` the finished page.

use crate::wasm::{TARGET, Way};
use crate::{bindgen, shell};
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

/// The engine for the browser: a build of the library for size and the JavaScript beside it, in `www/pkg`.
///
/// # Errors
/// A build failed.
pub fn engine(way: &Way) -> Result<(), String> {
    shell::run(way.cargo("build").args(["--profile", "wasm", "--lib"]))?;
    let mut bindgen = shell::program(bindgen::command());
    bindgen.args(["--target", "web", "--out-dir", "www/pkg", "--out-name", "earnmark"]);
    // The names of functions are for a debugger alone and weigh a tenth of what a visitor downloads.
    bindgen.args(["--remove-name-section", "--remove-producers-section"]);
    bindgen.arg(format!("target/wasm/{TARGET}/wasm/earnmark.wasm"));
    shell::run(&mut bindgen)?;
    // A tenth less to download, in ten seconds. A later compiler may write what it does not know yet.
    if let Err(reason) = shell::run(shell::program("node").args(["www/build/order.mjs", "www/pkg/earnmark_bg.wasm"])) {
        shell::say(&format!(
            "{reason}; the engine stays in the order in which it was compiled, and weighs a tenth more"
        ));
    }
    // The crates inside, for the licences that the page shows.
    shell::run(shell::program("node").arg("www/build/licences.mjs"))
}

/// `cargo xtask npm`: the npm package `earnmark` in `target/npm`, and a try of it.
///
/// # Errors
/// Something could not be installed or built, or the package does not do what it says.
pub fn npm() -> Result<(), String> {
    let way = Way::ensure()?;
    shell::say(way.describe());
    bindgen::ensure()?;
    packages()?;
    engine(&way)?;
    shell::run(shell::program("node").arg("www/npm/build.mjs"))?;
    shell::run(shell::npm().args(["run", "package"]))
}

/// Installs the npm packages if the lock file is newer than what is installed.
///
/// # Errors
/// npm is missing or failed.
pub fn packages() -> Result<(), String> {
    let www = shell::root().join("www");
    let installed = modified(&www.join("node_modules/.package-lock.json"));
    let locked = modified(&www.join("package-lock.json"));
    if locked.is_none() {
        return Err("www/package-lock.json is not there: `npm install` in www/ writes it".to_owned());
    }
    if installed >= locked {
        shell::say("the npm packages are as the lock file says");
        return Ok(());
    }
    shell::run(shell::npm().args(["ci", "--no-audit", "--no-fund"]))
}

/// `cargo xtask web`: everything that lies in `www/dist`.
///
/// # Errors
/// Something could not be installed or built.
pub fn web() -> Result<(), String> {
    let way = Way::ensure()?;
    shell::say(way.describe());
    bindgen::ensure()?;
    packages()?;
    engine(&way)?;
    shell::run(shell::npm().args(["run", "build"]))
}

/// `cargo xtask serve`: the page, built if anything it is made of is newer, on this machine.
///
/// # Errors
/// The build failed, or the server ended badly.
pub fn serve(arguments: &[String]) -> Result<(), String> {
    if stale() {
        web()?;
    }
    let mut cargo = shell::cargo();
    cargo.stdin(std::process::Stdio::inherit());
    shell::run(cargo.args(["run", "--release", "--", "serve"]).args(arguments))
}

/// Whether anything the page is made of was changed after it was built.
fn stale() -> bool {
    let root = shell::root();
    let built = modified(&root.join("www/dist/index.html"));
    let sources = ["Cargo.toml", "Cargo.lock", "src", "rules", "examples", "www"];
    built.is_none() || sources.iter().filter_map(|name| newest(&root.join(name))).max() > built
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// The time of the newest file below a path, leaving out what is installed or built.
fn newest(path: &Path) -> Option<SystemTime> {
    let made = ["node_modules", "dist", "pkg", "target"];
    if path.file_name().is_some_and(|name| made.iter().any(|made| name == *made)) {
        return None;
    }
    if !fs::metadata(path).as_ref().is_ok_and(Metadata::is_dir) {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?;
    entries.filter_map(Result::ok).filter_map(|entry| newest(&entry.path())).max()
}
