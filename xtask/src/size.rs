//! What a visitor downloads: the files of `www/dist`, raw and as servers compress them.
//!
//! Node compresses: it is here for the page anyway, and brings both gzip and Brotli.

use crate::shell;

const SCRIPT: &str = r#"
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join, relative } = require("node:path");
const zlib = require("node:zlib");
const top = process.argv[1];
const files = (folder) => readdirSync(folder).sort().flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});
const row = (sizes, name) => console.log(sizes.map((n) => String(n).padStart(10)).join("") + "  " + name);
const total = [0, 0, 0];
row(["raw", "gzip", "brotli"], "bytes of www/dist");
for (const path of files(top)) {
  const bytes = readFileSync(path);
  const hint = { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const sizes = [bytes.length, zlib.gzipSync(bytes, { level: 9 }).length, zlib.brotliCompressSync(bytes, hint).length];
  sizes.forEach((n, i) => { total[i] += n; });
  row(sizes, relative(top, path));
}
row(total, "in all");
"#;

/// Prints the table.
///
/// # Errors
/// There is no page yet, or Node is missing.
pub fn print() -> Result<(), String> {
    let dist = shell::root().join("www/dist");
    if !dist.join("index.html").is_file() {
        return Err("www/dist is not there: `cargo xtask web` builds it".to_owned());
    }
    let status = shell::program("node").args(["-e", SCRIPT]).arg(&dist).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("node ended with {status} while weighing www/dist")),
        Err(error) => Err(format!("`node` cannot be started ({error}): install Node 20.19 or newer")),
    }
}
