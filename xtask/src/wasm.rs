//! The compiler for wasm: which of three ways this machine has, and cargo commands by it.
//!
//! 1. The toolchain has the standard library for wasm: plain cargo.
//! 2. `rustup target add` fetches it: then as 1.
//! 3. On Debian where rustup has nothing to fetch: the packages `rustc-web` and `rust-web-src`, and the
//!    standard library is built from source. Their variables bind the wasm build alone; a native build
//!    with them would use another compiler and begin anew.
//!
//! All ways build into `target/wasm`, apart from the native build.

use crate::{apt, shell};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the browser build.
pub const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// How wasm is compiled here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// The toolchain's own standard library.
    Toolchain,
    /// Debian's compiler and sources, linked by the linker named.
    Debian(PathBuf),
}

impl Way {
    /// The way that is in place, without fetching anything.
    pub fn present() -> Option<Self> {
        if library_is_there() {
            return Some(Self::Toolchain);
        }
        let installed = Path::new(DEBIAN_SOURCES).exists() && PACKAGES.iter().all(|package| apt::has(package));
        if installed { linker().map(Self::Debian).ok() } else { None }
    }

    /// The way that is in place, else the first that can be put in place.
    ///
    /// # Errors
    /// A sentence that says what to do by hand.
    pub fn ensure() -> Result<Self, String> {
        if let Some(way) = Self::present() {
            return Ok(way);
        }
        shell::say(&format!("the standard library for {TARGET} is missing: asking rustup, then Debian"));
        let asked = shell::run(shell::program("rustup").args(["target", "add", TARGET]));
        if library_is_there() {
            return Ok(Self::Toolchain);
        }
        let linker = linker()?;
        apt::install(&PACKAGES).map_err(|reason| {
            let rustup = asked.err().unwrap_or_else(|| format!("rustup installed no library for {TARGET}"));
            format!("{rustup}; {reason}; on an ordinary computer `rustup target add {TARGET}` is enough")
        })?;
        Ok(Self::Debian(linker))
    }

    /// One line for the reader.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Toolchain => "wasm: the toolchain's own standard library",
            Self::Debian(_) => "wasm: Debian's rustc-web; the standard library is built from its sources",
        }
    }

    /// A cargo command for the wasm target: `cargo <verb> --target … --target-dir target/wasm`.
    pub fn cargo(&self, verb: &str) -> Command {
        let mut cargo = shell::cargo();
        cargo.args([verb, "--target", TARGET, "--target-dir", "target/wasm"]);
        // Nothing reads the lines of a stack there, and they are half of a test's size.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        if let Self::Debian(linker) = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }
}

/// `cargo xtask wasm <verb> …`: any cargo command for the wasm target.
///
/// # Errors
/// No verb, no way to compile, or the command failed.
pub fn passthrough(arguments: &[String]) -> Result<(), String> {
    let (verb, rest) = arguments.split_first().ok_or("which cargo command? As in `cargo xtask wasm check --lib`")?;
    let way = Way::ensure()?;
    shell::say(way.describe());
    shell::run(way.cargo(verb).args(rest))
}

fn library_is_there() -> bool {
    let folder = shell::ask(shell::program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let Some(entries) = folder.and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// The linker that rustup's toolchain brings; Debian's compiler has none for wasm.
fn linker() -> Result<PathBuf, String> {
    let rustc = |what: &[&str]| shell::ask(shell::program("rustc").args(what));
    let host =
        rustc(&["-vV"]).and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)));
    let sysroot = rustc(&["--print", "sysroot"]);
    host.zip(sysroot)
        .map(|(host, sysroot)| Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld"))
        .filter(|linker| linker.is_file())
        .ok_or_else(|| "no `rust-lld` in the Rust toolchain: install the stable toolchain by rustup.rs".to_owned())
}
