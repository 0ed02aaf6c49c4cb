//! wasm-bindgen's command: the version that `Cargo.toml` pins for the crate, kept under `target/tools`.
//!
//! Command and crate must be of the same version, so it is read from there and said nowhere else.

use crate::shell;
use std::path::PathBuf;

/// The command that writes the JavaScript beside a wasm file.
pub fn command() -> PathBuf {
    tool("wasm-bindgen")
}

/// The runner that cargo hands the wasm tests to.
pub fn test_runner() -> PathBuf {
    tool("wasm-bindgen-test-runner")
}

fn tool(name: &str) -> PathBuf {
    shell::root().join("target/tools/bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Installs the command unless that very version is there.
///
/// # Errors
/// `Cargo.toml` pins no version, or the installation failed.
pub fn ensure() -> Result<(), String> {
    let version = pinned()?;
    if present(&version) {
        shell::say(&format!("wasm-bindgen {version} is there"));
        return Ok(());
    }
    let mut cargo = shell::cargo();
    // It runs for seconds: what a slow build would save there is less than it takes, but for what reads and writes wasm. The
    // driver of the browser that it talks to is on this machine: nothing is encrypted.
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    cargo.args(["install", "wasm-bindgen-cli", "--no-default-features"]);
    for name in ["walrus", "wasmparser", "wasm-encoder", "gimli", "id-arena"] {
        cargo.args(["--config", &format!("profile.release.package.{name}.opt-level=1")]);
    }
    cargo.args(["--bin", "wasm-bindgen", "--bin", "wasm-bindgen-test-runner"]);
    cargo.args(["--force", "--version", &version, "--root"]);
    shell::run(cargo.arg(shell::root().join("target/tools")))
}

fn present(version: &str) -> bool {
    let said = |tool: PathBuf| shell::ask(shell::program(tool).arg("--version"));
    let matches = |text: String| text.ends_with(&format!(" {version}"));
    said(command()).is_some_and(matches) && said(test_runner()).is_some_and(matches)
}

fn pinned() -> Result<String, String> {
    let path = shell::root().join("Cargo.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    version_in(&text)
        .ok_or_else(|| "Cargo.toml does not pin wasm-bindgen: write `wasm-bindgen = \"=0.2.130\"`".to_owned())
}

fn version_in(manifest: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.split('=').next().is_some_and(|key| key.trim() == "wasm-bindgen"))?;
    let (_, pinned) = line.split_once("\"=")?;
    pinned.split_once('"').map(|(version, _)| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn the_pinned_version_is_found_in_both_notations() {
        let plain = "wasm-bindgen-test = \"=0.3.80\"\nwasm-bindgen = \"=0.2.130\"\n";
        assert_eq!(version_in(plain).as_deref(), Some("0.2.130"));
        let table = "wasm-bindgen = { version = \"=0.2.130\", features = [] }";
        assert_eq!(version_in(table).as_deref(), Some("0.2.130"));
        assert_eq!(version_in("wasm-bindgen = \"0.2\""), None);
    }
}
