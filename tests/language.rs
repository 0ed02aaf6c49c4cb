//! The reference of the language, `docs/language.md`, is what the registry gives. `EARNMARK_UPDATE=1` writes it.
#![cfg(not(target_arch = "wasm32"))]

use earnmark::plan::reference::reference;
use std::path::Path;

#[test]
fn the_reference_is_what_the_loader_knows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let wanted = reference();
    if std::env::var_os("EARNMARK_UPDATE").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "docs/language.md is out of date: EARNMARK_UPDATE=1 cargo test --test language writes it");
}
