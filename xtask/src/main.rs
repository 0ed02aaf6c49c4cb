//! The chores of this repository, called as `cargo xtask <command>`.
//!
//! Here: which command does what. Each chore has a file of its own; `shell` runs the programs and
//! `steps` keeps the account of a long run. No dependencies, so that a fresh clone starts at once.

mod apt;
mod bench;
mod bindgen;
mod browser;
mod page;
mod shell;
mod size;
mod steps;
mod test;
mod wasm;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  setup       install what is missing: the standard library for wasm, wasm-bindgen, Chromium, Firefox, npm packages
  test        setup, then every check: format, lints, tests (native, Node, Chromium), page (Chromium, Firefox)
  wasm-test   the wasm tests alone, in Node and in Chromium
  web         build the engine for the browser and the page into www/dist
  npm         build the engine as the npm package `earnmark`, in target/npm, and try it
  serve       web if anything changed, then `earnmark serve`; what follows is passed on
  size        what the files in www/dist weigh: raw, gzip, Brotli
  bench       what the engine takes, as multiples of a plain loop; with `--against REVISION` of that revision too
  wasm ...    any cargo command for the wasm target, as in `cargo xtask wasm clippy --lib -- -D warnings`, the lints for
              what exists on wasm alone";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "setup" => test::setup(),
        "test" => test::everything(),
        "wasm-test" => test::wasm_only(),
        "web" => page::web(),
        "npm" => page::npm(),
        "serve" => page::serve(&rest),
        "size" => size::print(),
        "bench" => bench::run(&rest),
        "wasm" => wasm::passthrough(&rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        "" => Err(format!("which chore?\n\n{USAGE}")),
        other => Err(format!("there is no chore `{other}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // A run of steps has already said what failed: its summary stays the last line.
        Err(reason) if reason.is_empty() => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
