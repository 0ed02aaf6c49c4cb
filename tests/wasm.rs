//! The worked cases in WebAssembly: the same files, the same expectations, the digests that the native run recorded.
//!
//! `cargo xtask wasm-test` runs them in Node and in a browser.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use earnmark::{Project, Session, sample};
use support::{check, recorded};
use wasm_bindgen_test::wasm_bindgen_test;

/// Path and text of each case.
const CASES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

#[wasm_bindgen_test]
fn every_case_gives_what_it_gives_natively() {
    let mut told = Vec::new();
    for (path, text) in CASES {
        let name = path.strip_suffix(".toml").unwrap_or(path);
        match check(text, 0x5eed) {
            Err(differs) => told.push(format!("{name}: {differs}")),
            Ok(digest) if digest.as_deref() != recorded(name) => {
                told.push(format!("{name}: natively {:?}, here {digest:?}", recorded(name)));
            }
            Ok(_) => {}
        }
    }
    assert!(CASES.len() > 90, "{} cases", CASES.len());
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[wasm_bindgen_test]
fn the_sample_opens() {
    assert!(Project::open(&sample::folder()).is_ok());
    assert!(Session::new().open_sample().findings.is_empty());
}
