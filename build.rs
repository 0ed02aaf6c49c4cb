//! Embeds the built page, where there is one, into the command: a list of its files for `earnmark serve`. For wasm, whose
//! tests cannot open files, it also lists the worked cases.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // The folder is in the repository with nothing in it but its mark: cargo takes a watched folder that is missing for a
    // change, and would build the command anew each time.
    println!("cargo::rerun-if-changed=www/dist");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("www/dist");
    let mut files = Vec::new();
    if root.join("index.html").is_file() {
        walk(&root, &root, &mut files)?;
    }
    files.retain(|(name, _)| name != ".gitkeep");
    files.sort();
    let mut list = String::from("&[\n");
    for (name, path) in files {
        // Writing into a string cannot fail.
        let _ = writeln!(list, "({name:?}, include_bytes!({:?}).as_slice()),", path.display().to_string());
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("page.rs"), list)?;
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") { cases(&out) } else { Ok(()) }
}

/// `&[(path, text)]` of `tests/cases/**/*.toml`. Native tests read the folder, so that a case can be changed without
/// building the engine again.
fn cases(out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed=tests/cases");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("tests/cases");
    let mut files = Vec::new();
    if root.is_dir() {
        walk(&root, &root, &mut files)?;
    }
    files.sort();
    let mut list = String::from("&[\n");
    for (name, path) in files.iter().filter(|(name, _)| name.ends_with(".toml")) {
        let _ = writeln!(list, "({name:?}, include_str!({:?})),", path.display().to_string());
    }
    list.push_str("]\n");
    fs::write(out.join("cases.rs"), list)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((name.to_string_lossy().replace('\\', "/"), path.clone()));
        }
    }
    Ok(())
}
