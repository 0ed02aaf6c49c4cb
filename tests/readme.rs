//! The commands of the README and of the tutorial do what these say, in the order in which a newcomer would type them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EARNMARK: &str = env!("CARGO_BIN_EXE_earnmark");

/// A fresh folder of this test's own, with an export in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let export = "Deal ID,Close Date,Amount,Owner\n\
                  D-1,2026-01-20,60000.00,Ann Reyes\n\
                  D-2,2026-02-10,110000.00,Ann Reyes\n\
                  D-3,2026-02-17,45000.00,Omar Nasser\n";
    fs::write(folder.join("export.csv"), export).unwrap();
    folder
}

fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

fn run(folder: &Path, words: &[String]) -> Output {
    Command::new(EARNMARK).args(words).current_dir(folder).output().unwrap()
}

#[test]
fn every_command_does_what_it_says() {
    let readme = include_str!("../README.md");
    let folder = folder("readme");
    let mut ran = Vec::new();
    for line in readme.lines().filter_map(|line| line.strip_prefix("    $ ")) {
        let words = words(line);
        let rest = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["cargo", "run", "--release", "--", ..] => &words[4..],
            ["earnmark", ..] => &words[1..],
            // What built this very binary; what runs this very test; what `serves_the_page` and the page's own checks try.
            ["cargo", "install", "--path", "."] | ["cargo", "xtask", "test"] | ["cargo", "xtask", "serve"] => continue,
            other => panic!("the README has a command that no test knows: {other:?}"),
        };
        let output = run(&folder, rest);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {told}");
        assert!(!output.stdout.is_empty(), "{line} said nothing");
        ran.push((line, String::from_utf8(output.stdout).unwrap()));
    }
    let said = |start: &str| ran.iter().find(|(line, _)| line.contains(start)).map(|(_, text)| text.as_str()).unwrap();
    assert!(said("demo").contains("What to try next"));
    // 3,600.00 and a late 900.00, less a clawback of 600.00; half of the 1,400.00 above 2,500.00 repays the advance.
    for line in
        ["held for later", "3,200.00 USD", "-600.00", "is held: until the customer pays", "true-up of a closed period"]
    {
        assert!(said("demo").contains(line), "{line} is not in {}", said("demo"));
    }
    // Ann: 75,000 x 5 % + 75,000 x 8 % + 20,000 x 12 % = 3,750 + 6,000 + 2,400; Omar: 45,000 x 5 %.
    assert!(said("payouts").contains("Ann Reyes,2026-Q1,12150.00,12150.00,0.00,USD"));
    assert!(said("payouts").contains("Omar Nasser,2026-Q1,2250.00,2250.00,0.00,USD"));
    assert!(said("explain").contains("20,000.00 × 12 %, from 100 % of quota up"));
}

/// A block of a page: a command with the output shown under it, or a fence with where its text belongs.
enum Block {
    Command(String, Vec<String>),
    Fence(String, String, Vec<String>),
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("```") {
            let (kind, file) = heading.split_once(' ').unwrap();
            let body = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            blocks.push(Block::Fence(kind.to_owned(), file.to_owned(), body));
        } else if let Some(command) = line.strip_prefix("    $ ") {
            let mut shown = Vec::new();
            // A blank line belongs to the output if an indented line follows it that is no command.
            while let Some(next) =
                lines.next_if(|next| next.is_empty() || next.starts_with("    ") && !next.starts_with("    $ "))
            {
                shown.push(next.strip_prefix("    ").unwrap_or(next).to_owned());
            }
            while shown.last().is_some_and(String::is_empty) {
                shown.pop();
            }
            blocks.push(Block::Command(command.to_owned(), shown));
        } else {
            assert!(!line.starts_with("    "), "an output without its command: {line}");
        }
    }
    blocks
}

/// Whether all that a page shows was said, in its order and, but where it says `…`, without a line between.
fn compare(command: &str, shown: &[String], said: &str) {
    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
    let open = shown.last().is_some_and(|line| line == "…");
    let begins_later = shown.first().is_some_and(|line| line == "…");
    // A line may leave its own end out.
    let fits = |line: &str, shown: &str| match shown.strip_suffix('…') {
        Some(start) => line.starts_with(start),
        None => line == shown,
    };
    let parts: Vec<&[String]> = shown.split(|line| line == "…").filter(|part| !part.is_empty()).collect();
    let mut rest = said.as_slice();
    for (place, part) in parts.iter().enumerate() {
        let found =
            rest.windows(part.len()).position(|lines| lines.iter().zip(*part).all(|(line, shown)| fits(line, shown)));
        let found = found.filter(|found| place > 0 || begins_later || *found == 0);
        assert!(found.is_some(), "{command} shows\n{}\nbut says\n{}", part.join("\n"), said.join("\n"));
        rest = found.and_then(|found| rest.get(found..)?.get(part.len()..)).unwrap_or_default();
    }
    assert!(open || rest.is_empty(), "{command} says more than is shown:\n{}", said.join("\n"));
}

/// What a fence says of a file: a change of some of its lines, a new file, or lines at its end.
fn write(folder: &Path, kind: &str, file: &str, body: &[String]) {
    let path = folder.join(file);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let side = |mark: char| {
        let lines = body.iter().filter(|line| line.starts_with([' ', mark]));
        lines.map(|line| line.get(1..).unwrap()).collect::<Vec<_>>().join("\n")
    };
    let new = match kind {
        "diff" => {
            assert_eq!(old.matches(&side('-')).count(), 1, "{file} does not have once\n{}", side('-'));
            old.replacen(&side('-'), &side('+'), 1)
        }
        "rhai" => format!("{old}\n{}\n", body.join("\n")),
        _ => format!("{old}{}\n", body.join("\n")),
    };
    fs::write(path, new).unwrap();
}

#[test]
fn the_tutorial_is_true() {
    work_through("tutorial", include_str!("../docs/tutorial.md"));
}

#[test]
fn the_numbers_mean_what_is_told() {
    work_through("numbers", include_str!("../docs/numbers.md"));
}

#[test]
fn a_clerks_mistakes_are_answered_as_is_told() {
    work_through("mistakes", include_str!("../docs/mistakes.md"));
}

#[test]
fn closing_a_month_is_as_it_is_told() {
    work_through("closing", include_str!("../docs/closing.md"));
}

/// A sample project in a folder of its own.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place)
        } else {
            fs::copy(entry.path(), place).map(drop).unwrap()
        }
    }
}

/// What stands on a page for characters that differ from ledger to ledger: the beginning of the ids of its payments.
fn with_ledger(folder: &Path, body: &[String]) -> Vec<String> {
    if !body.iter().any(|line| line.contains("LEDGER")) {
        return body.to_vec();
    }
    let closed = fs::read_dir(folder.join("closed")).unwrap().map(Result::unwrap);
    let payroll = closed.map(|entry| entry.path().join("payroll.csv")).find(|file| file.is_file()).unwrap();
    let text = fs::read_to_string(payroll).unwrap();
    let id = text.lines().nth(1).unwrap().split('-').next().unwrap();
    body.iter().map(|line| line.replace("LEDGER", id)).collect()
}

/// Does what a page says, and compares what comes of it.
fn work_through(name: &str, page: &str) {
    let mut folder = folder(name);
    // What a refusal asks to be repeated.
    let mut digest = String::new();
    for block in blocks(page) {
        let (command, shown) = match block {
            Block::Fence(kind, file, body) => {
                write(&folder, &kind, &file, &with_ledger(&folder, &body));
                continue;
            }
            Block::Command(command, shown) => (command.replace("DIGEST", &digest), shown),
        };
        let words = words(&command);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["cd", ".."] => drop(folder.pop()),
            ["cd", inside] => folder.push(inside),
            ["mv", from, to] => fs::rename(folder.join(from), folder.join(to)).unwrap(),
            ["rm", "-r", path] => fs::remove_dir_all(folder.join(path)).unwrap(),
            ["cp", "-r", from, to] => copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(from), &folder.join(to)),
            ["earnmark", ..] => {
                let output = run(&folder, words.get(1..).unwrap_or_default());
                let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
                let fails = shown.iter().any(|line| line.starts_with("error["));
                assert_eq!(output.status.success(), !fails, "{command}: {said}");
                if let Some(told) = said.split("--told ").nth(1).and_then(|rest| rest.get(..12)) {
                    told.clone_into(&mut digest);
                }
                if !shown.is_empty() {
                    compare(&command, &shown, &said);
                }
            }
            other => assert!(other.is_empty(), "the page has a command that no test knows: {other:?}"),
        }
    }
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let folder = folder("codes");
    let code = |words: &[&str]| Command::new(EARNMARK).args(words).current_dir(&folder).output().unwrap().status.code();
    assert_eq!(code(&["demo"]), Some(0));
    assert_eq!(code(&["payouts", "--period", "2026"]), Some(1), "no project here");
    assert_eq!(code(&["pay"]), Some(2), "no such command");
    assert_eq!(code(&["payouts"]), Some(2), "no period");
}

#[test]
fn a_refused_project_writes_nothing() {
    let folder = folder("refused");
    let make = |words: &[&str]| Command::new(EARNMARK).args(words).current_dir(&folder).output().unwrap();
    assert!(make(&["init", "p"]).status.success());
    let deals = folder.join("p/data/deals.csv");
    fs::write(&deals, "id,closed,amount,payee\nD1,2026-02-30,10,Ann\nD2,2026-02-01,x,Ann\n").unwrap();
    let output = make(&["run", "--project", "p", "--period", "2026", "--out", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("data/deals.csv:2") && told.contains("data/deals.csv:3"), "{told}");
    assert!(told.contains("2 errors; nothing was computed and nothing was written"), "{told}");
    assert!(!folder.join("out").exists());
    // And with the rows mended, the folder is whole: entries, payouts, statements, a control record.
    fs::write(&deals, "id,closed,amount,payee\nD1,2026-02-28,10,Ann\n").unwrap();
    assert!(make(&["run", "--project", "p", "--period", "2026", "--out", "out"]).status.success());
    for file in ["entries.csv", "payouts.csv", "control.json", "statements/Ann_2026-Q1_USD.json"] {
        assert!(folder.join("out").join(file).is_file(), "{file}");
    }
    // Once more into the same folder is refused: what is there stays.
    assert_eq!(make(&["run", "--project", "p", "--period", "2026", "--out", "out"]).status.code(), Some(1));
}

#[test]
fn serves_no_other_machine_unless_that_is_said() {
    let refused = Command::new(EARNMARK).args(["serve", "--port", "0", "--address", "0.0.0.0"]).output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(told.contains("--expose") || told.contains("cargo xtask web"), "{told}");
}

#[test]
fn serves_the_page() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::process::Stdio;
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/sample");
    let mut server = Command::new(EARNMARK)
        .args(["serve", "--port", "0", "--project", sample])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = BufReader::new(server.stderr.take().unwrap());
    let mut first = String::new();
    talk.read_line(&mut first).unwrap();
    let Some(address) = first.split("http://").nth(1).and_then(|rest| rest.split('/').next()) else {
        let _ = server.wait();
        assert!(first.contains("cargo xtask web"), "{first}");
        println!("skipped: the page is not built into this binary (`cargo xtask web` builds it)");
        return;
    };
    let ask_from = |host: &str, path: &str, more: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let ask = |host: &str, path: &str| ask_from(host, path, "");
    let page = ask(address, "/");
    let listing = ask(address, "/project.json");
    let first = ask(address, "/project/0");
    let beyond = ask(address, "/project/4711");
    let crossed = ask_from(address, "/project.json", "Sec-Fetch-Site: cross-site\r\n");
    let rebound = ask("evil.example", "/project.json");
    let foreign = ask("evil.example", "/");
    let outside = ask(address, "/../Cargo.toml");
    server.kill().unwrap();
    let _ = server.wait();
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<!doctype html>"), "{page}");
    assert!(page.to_lowercase().contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(foreign.starts_with("HTTP/1.1 421"), "{foreign}");
    assert!(page.contains("earnmark-project"), "the page is told of the project");
    assert!(listing.contains("\"earnmark.toml\"") && listing.contains("no-store"), "{listing}");
    assert!(first.starts_with("HTTP/1.1 200") && beyond.starts_with("HTTP/1.1 404"), "{beyond}");
    assert!(crossed.starts_with("HTTP/1.1 403") && rebound.starts_with("HTTP/1.1 421"), "{crossed}");
    assert!(outside.starts_with("HTTP/1.1 404"), "{outside}");
}
