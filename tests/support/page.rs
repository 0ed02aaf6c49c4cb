//! `docs/errors.md`: every code of plans with what is found, the place underlined, and what to do. Made from the worked
//! cases, so that what it shows is what the program says.
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use crate::support::{Case, Order, work};
use earnmark::domain::diagnostic::{Code, Diagnostic, Place};
use earnmark::domain::texts::Texts;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// How many examples a code has at most.
const MOST: usize = 3;

/// Codes that no script shows: nothing says the one yet, and rows of files have the other.
const UNSAID: [Code; 3] = [Code::UnknownDeclaration, Code::IdleEvent, Code::AlikeIds];

/// An example of a code.
struct Example {
    /// How many findings its case has: a case of one finding explains it best.
    crowd: usize,
    /// The case.
    case: String,
    text: String,
    message: String,
}

/// Whether the page says what the program says; with `update` it is written.
///
/// # Errors
/// A page that is out of date, a code of plans that no case shows.
pub fn check(cases: &[(String, PathBuf)], update: bool) -> Result<(), String> {
    let mut examples: BTreeMap<Code, Vec<Example>> = BTreeMap::new();
    for (name, file) in cases {
        let case = Case::read(&fs::read_to_string(file).map_err(|error| error.to_string())?)?;
        let (findings, texts) = match work(&case, &case.folder(Order::AsWritten)) {
            Ok(run) => (run.project.warnings, run.project.texts),
            Err(refused) => (refused.findings, refused.texts),
        };
        for finding in &findings {
            if let Some(text) = shown(finding, &texts) {
                let example =
                    Example { crowd: findings.len(), case: name.clone(), text, message: finding.message.clone() };
                examples.entry(finding.code).or_default().push(example);
            }
        }
    }
    let numbered = Code::ALL.iter().filter(|code| code.number().is_some());
    for code in numbered {
        match (examples.contains_key(code), UNSAID.contains(code)) {
            (false, false) => return Err(format!("no case in tests/cases/errors/plan shows `{code}`")),
            (true, true) => return Err(format!("a case shows `{code}` now: take it out of UNSAID")),
            _ => {}
        }
    }
    let page = page(&mut examples);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if update {
        return fs::write(file, page).map_err(|error| error.to_string());
    }
    let is = fs::read_to_string(file).unwrap_or_default();
    if is == page { Ok(()) } else { Err("docs/errors.md is out of date; EARNMARK_UPDATE=1 writes it".to_owned()) }
}

const HEAD: &str = "# What is said of plans

Everything that is wrong with a plan is told at once, with file, line and column, before anything is paid. Each finding has a
word, which `--format json` and the settings use; those of the language have a number too. **E** refuses the plan, **W** warns.

A warning is answered in the script, with a reason, on the line above or at the end of its line: `// allow W07: contract 4.2`. A
project makes warnings errors or silences them in `earnmark.toml`: `check.errors = [\"W07\"]`, `check.off = [\"unused\"]`.

This page is made from the worked cases in `tests/cases/errors/plan`: what stands here is what the program says.
";

fn page(examples: &mut BTreeMap<Code, Vec<Example>>) -> String {
    let mut numbers: BTreeMap<&str, Vec<Code>> = BTreeMap::new();
    let mut plain = Vec::new();
    for code in Code::ALL.iter().filter(|code| examples.contains_key(code)) {
        match code.number() {
            Some(number) => numbers.entry(number).or_default().push(*code),
            None => plain.push(*code),
        }
    }
    let mut page = HEAD.to_owned();
    page.push_str("\n| code | word | finding |\n| --- | --- | --- |\n");
    for (number, codes) in &numbers {
        for code in codes {
            let word = code.word();
            let _ = writeln!(page, "| {number} | [`{word}`](#{}-{word}) | {} |", number.to_lowercase(), code.meaning());
        }
    }
    for code in &plain {
        let _ = writeln!(page, "| | [`{0}`](#{0}) | {1} |", code.word(), code.meaning());
    }
    for (number, codes) in numbers {
        for code in codes {
            section(&mut page, &format!("{number} {}", code.word()), code, examples);
        }
    }
    for code in plain {
        section(&mut page, code.word(), code, examples);
    }
    page
}

fn section(page: &mut String, title: &str, code: Code, examples: &mut BTreeMap<Code, Vec<Example>>) {
    let _ = writeln!(page, "\n## {title}\n\n{}", code.meaning());
    let Some(list) = examples.get_mut(&code) else { return };
    list.sort_by(|a, b| (a.crowd, &a.case).cmp(&(b.crowd, &b.case)));
    let mut told: Vec<String> = Vec::new();
    for example in list {
        // What differs only in the names of the case is the same message.
        let skeleton: String = example.message.split('`').step_by(2).collect();
        if told.contains(&skeleton) || told.len() == MOST {
            continue;
        }
        told.push(skeleton);
        let _ = write!(page, "\n{}", example.text);
    }
}

/// A finding with its line underlined; nothing of one that has no place in a script.
fn shown(finding: &Diagnostic, texts: &Texts) -> Option<String> {
    let Place::Text(span) = &finding.place else { return None };
    let text = texts.get(&span.file)?;
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(span.start..)?.find('\n').map_or(text.len(), |at| span.start + at);
    let line = text.get(start..end)?;
    // What a case says of its lines is not part of the script.
    let line = line.split(" //~ ").next()?;
    let before = line.get(..span.start - start)?.chars().count();
    let inside = text.get(span.start..span.end.min(start + line.len()))?.chars().count().max(1);
    let blanks = line.chars().count() - line.trim_start().chars().count();
    let label = finding.label.as_ref().map_or_else(String::new, |label| format!(" {label}"));
    let mut shown = format!(
        "    {}\n    {}{}{label}\n\n",
        line.trim_start(),
        " ".repeat(before.checked_sub(blanks)?),
        "^".repeat(inside)
    );
    let sentence = |shown: &mut String, head: &str, text: &str| {
        let _ = writeln!(shown, "- {head}{text}");
    };
    sentence(&mut shown, "", &first_upper(&finding.message));
    if let Some(why) = &finding.why {
        sentence(&mut shown, "Why: ", why);
    }
    if let Some(help) = &finding.help {
        sentence(&mut shown, "What to do: ", help);
    }
    for note in &finding.notes {
        sentence(&mut shown, "", &first_upper(note));
    }
    Some(shown)
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
