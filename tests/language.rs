//! The reference of the language, `docs/language.md`, is what the registry gives. `EARNMARK_UPDATE=1` writes it.

use earnmark::domain::diagnostic::Code;
use earnmark::domain::facts::Schema;
use earnmark::plan::reference::reference;
use earnmark::report::language::{Language, WordLine};
use std::path::Path;

/// The words that the page's editor colours, and the kinds of findings that the page says in Arabic: its tests hold
/// both against this file.
#[test]
fn the_words_of_the_page_are_those_that_the_loader_knows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/test/words.json");
    let language = Language::of(&Schema::standard());
    let names = |words: &[WordLine]| words.iter().map(|word| word.name).collect::<Vec<_>>();
    let mut functions = [names(&language.tables), names(&language.sums), names(&language.functions)].concat();
    functions.sort_unstable();
    let declarations: Vec<&str> = language.declarations.iter().map(|one| one.name).collect();
    let wanted = serde_json::json!({
        "keywords": language.keywords,
        "declarations": declarations,
        "functions": functions,
        "units": names(&language.units),
        "codes": Code::ALL.iter().map(|code| code.word()).collect::<Vec<_>>(),
    });
    let wanted = format!("{}\n", serde_json::to_string_pretty(&wanted).unwrap());
    if std::env::var_os("EARNMARK_UPDATE").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "www/test/words.json is out of date: EARNMARK_UPDATE=1 cargo test --test all language writes it"
    );
}

#[test]
fn the_reference_is_what_the_loader_knows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let wanted = reference();
    if std::env::var_os("EARNMARK_UPDATE").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/language.md is out of date: EARNMARK_UPDATE=1 cargo test --test all language writes it"
    );
}
