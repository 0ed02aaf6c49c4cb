//! Debian's packages, where they can be installed: on Debian, as root. Elsewhere the reason is said.

use crate::shell;
use std::path::Path;
use std::sync::OnceLock;

/// Whether a package is installed.
pub fn has(package: &str) -> bool {
    shell::ask(shell::program("dpkg-query").args(["-W", "-f=${Status}", package]))
        .is_some_and(|status| status == "install ok installed")
}

/// Installs packages without what they merely recommend, and never by removing others: `rustc-web`
/// would take the place of Debian's `rustc`, which its owner may need.
///
/// # Errors
/// A sentence that says what to do by hand.
pub fn install(packages: &[&str]) -> Result<(), String> {
    let list = packages.join(" ");
    if !Path::new("/etc/debian_version").exists() || shell::which("apt-get").is_none() {
        return Err(format!("this is no Debian, so the packages {list} cannot be had from it"));
    }
    if shell::ask(shell::program("id").arg("-u")).as_deref() != Some("0") {
        return Err(format!("only root can install: `sudo apt-get install --no-install-recommends {list}`"));
    }
    update()?;
    let mut apt = shell::program("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args(["install", "-y", "-q", "--no-install-recommends", "--no-remove"]).args(packages);
    shell::run(&mut apt).map_err(|reason| format!("the packages {list} were not installed: {reason}"))
}

/// Reads the package lists once a run.
fn update() -> Result<(), String> {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    DONE.get_or_init(|| shell::run(shell::program("apt-get").args(["update", "-q"]))).clone()
}
