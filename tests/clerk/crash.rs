//! A close cannot be half done: whatever goes wrong, ledger and files are exactly as before or exactly as after, and closing
//! again gives the latter, never a second payment.

use super::super::{small, succeeded};
use super::Clerk;
use earnmark::Folder;
use earnmark::ledger::book::Ledger;
use earnmark::ledger::close::{Closing, Prepared, Request, prepare};
use earnmark::ledger::recall::Origin;
use earnmark::ledger::store::{Fault, STEPS, Store};
use earnmark::ledger::{LEDGER_FILE, chain};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const CLOSE: [&str; 6] = ["close", "2026-04", "--by", "mia", "--as-of", "2026-04-30"];

/// March is closed, April is to be.
fn begun(name: &str) -> Clerk {
    let clerk = small(name);
    clerk.close("2026-03", &["--as-of", "2026-03-31"]);
    clerk
}

/// Log and files.
type State = (String, BTreeMap<String, String>);

fn state(clerk: &Clerk) -> State {
    let log = clerk.log();
    (log, clerk.files())
}

/// Before and after April is closed.
fn before_and_after(name: &str) -> (State, State) {
    let clerk = begun(name);
    let before = state(&clerk);
    succeeded(&clerk.run(&CLOSE));
    (before, state(&clerk))
}

/// The ledger is sound, the state one of the two, and closing again gives the second.
fn one_of_both(clerk: &Clerk, (before, after): &(State, State), what: &str) {
    let verified = clerk.run(&["verify"]);
    assert!(verified.status.success(), "{what}: {}", String::from_utf8_lossy(&verified.stderr));
    let connection = rusqlite::Connection::open(clerk.root.join(LEDGER_FILE)).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok", "{what}");
    drop(connection);
    let now = state(clerk);
    assert!(now == *before || now == *after, "{what}: neither before nor after: {}", now.0);
    succeeded(&clerk.run(&CLOSE));
    assert_eq!(state(clerk), *after, "{what}");
}

#[test]
fn death_at_a_step_and_again_while_it_is_mended() {
    let both = before_and_after("crash-twice");
    for (number, first) in STEPS.iter().enumerate() {
        let clerk = begun(&format!("crash-twice-{number}"));
        let died = clerk.command(&CLOSE).env("EARNMARK_DIE_AT", first).output().unwrap();
        assert!(!died.status.success(), "`{first}` is reached");
        for second in ["before staging", "files staged", "before publishing", "published"] {
            // Whoever comes next may die as well, while the files are made again.
            let _ = clerk.command(&["log"]).env("EARNMARK_DIE_AT", second).output().unwrap();
        }
        one_of_both(&clerk, &both, first);
    }
}

#[test]
fn death_at_any_time() {
    let both = before_and_after("killed");
    // A few here; `EARNMARK_KILLS=1000` for a night.
    let kills: u64 = std::env::var("EARNMARK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let clerk = begun("killed-once");
    let clock = std::time::Instant::now();
    succeeded(&clerk.run(&CLOSE));
    let whole = clock.elapsed();
    for kill in 0..kills {
        let clerk = begun(&format!("killed-{}", kill % 8));
        let mut close = clerk.command(&CLOSE).spawn().unwrap();
        // Spread over the time that a close takes; the multiplier is prime to most counts.
        let part = u32::try_from(kill * 37 % kills).unwrap();
        std::thread::sleep(whole * part / u32::try_from(kills).unwrap());
        let _ = close.kill();
        close.wait().unwrap();
        one_of_both(&clerk, &both, &format!("killed, {kill} of {kills}"));
    }
}

#[test]
fn files_that_cannot_be_written_stop_the_close() {
    let both = before_and_after("unwritable");
    let clerk = begun("unwritable-place");
    // The place of the files is taken by a file.
    let closed = clerk.root.join("closed");
    let kept = clerk.root.join("kept");
    fs::rename(&closed, &kept).unwrap();
    fs::write(&closed, "in the way").unwrap();
    assert!(!clerk.run(&CLOSE).status.success());
    fs::remove_file(&closed).unwrap();
    fs::rename(&kept, &closed).unwrap();
    one_of_both(&clerk, &both, "a file in the way");
    // So is the place of April alone.
    let clerk = begun("unwritable-april");
    fs::write(clerk.root.join("closed/2026-04-r1"), "in the way").unwrap();
    let _ = clerk.run(&CLOSE);
    fs::remove_file(clerk.root.join("closed/2026-04-r1")).unwrap();
    one_of_both(&clerk, &both, "April's place taken");
}

#[test]
fn another_writer_is_waited_for() {
    let both = before_and_after("waits");
    let clerk = begun("waits-for");
    let other = rusqlite::Connection::open(clerk.root.join(LEDGER_FILE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let close = clerk.command(&CLOSE).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert!(close.wait_with_output().unwrap().status.success());
    one_of_both(&clerk, &both, "another writer");
}

/// A period, prepared, and the ledger as it is before.
fn prepared(clerk: &Clerk, period: &str, day: &str) -> (Box<Prepared>, Ledger) {
    let store = Store::open(&clerk.root).unwrap();
    let mut ledger = store.map_or_else(Ledger::default, |mut store| store.read().unwrap());
    let folder = Folder::read(&clerk.root, None).unwrap();
    let request = Request {
        period: period.to_owned(),
        as_of: Some(day.parse().unwrap()),
        actor: "mia".to_owned(),
        ..Request::default()
    };
    let Closing::Ready(ready) = prepare(&Origin::files(&folder), &mut ledger, &request).unwrap() else { panic!() };
    (ready, ledger)
}

#[test]
fn sqlite_stops_fills_up_and_refuses() {
    let clerk = begun("faults");
    let (ready, before) = prepared(&clerk, "2026-04", "2026-04-30");
    let path = clerk.root.join(LEDGER_FILE);
    let bytes = fs::read(&path).unwrap();
    let after = {
        let mut store = Store::open(&clerk.root).unwrap().unwrap();
        store.add(&ready).unwrap();
        store.read().unwrap()
    };
    let attempt = |fault: Fault| -> bool {
        fs::write(&path, &bytes).unwrap();
        let mut store = Store::open(&clerk.root).unwrap().unwrap();
        store.fail(fault).unwrap();
        let done = store.add(&ready).is_ok();
        drop(store);
        let mut again = Store::open(&clerk.root).unwrap().unwrap();
        let now = again.read().unwrap();
        assert_eq!(now == after, done, "{fault:?}");
        assert!(now == after || now == before, "{fault:?}");
        assert!(chain::verify(&now).is_empty(), "{fault:?}");
        if !done {
            again.add(&ready).unwrap();
            assert_eq!(again.read().unwrap(), after, "{fault:?}: once more");
        }
        done
    };
    let (mut steps, mut tried) = (1, 0);
    while !attempt(Fault::Interrupt(steps)) {
        // Every step at first, then every fiftieth part.
        steps += 1 + steps / 50;
        tried += 1;
        assert!(tried < 2_000);
    }
    assert!(tried > 100, "{tried} places at which SQLite stopped");
    assert!(!attempt(Fault::Rollback) && !attempt(Fault::ReadOnly));
    let other = rusqlite::Connection::open(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    drop(other);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut store = Store::open(&clerk.root).unwrap().unwrap();
    store.fail(Fault::Hasty).unwrap();
    assert!(store.add(&ready).unwrap_err().message.contains("another process holds the ledger"));
}

#[test]
fn a_full_disk_leaves_nothing() {
    let clerk = small("full");
    let (ready, before) = prepared(&clerk, "2026-03", "2026-03-31");
    assert_eq!(before, Ledger::default());
    let path = clerk.root.join(LEDGER_FILE);
    for (full, pages) in (1..200).enumerate() {
        let _ = fs::remove_file(&path);
        let mut store = Store::open_or_begin(&clerk.root).unwrap();
        store.fail(Fault::Full(pages)).unwrap();
        let done = store.add(&ready);
        drop(store);
        let mut again = Store::open(&clerk.root).unwrap().unwrap();
        let now = again.read().unwrap();
        if done.is_ok() {
            assert!(chain::verify(&now).is_empty() && now.closes.len() == 1);
            assert!(full > 5, "{full} sizes at which the disk was full");
            return;
        }
        assert!(done.unwrap_err().message.contains("the disk is full"));
        assert_eq!(now, before, "{pages} pages");
        again.add(&ready).unwrap();
        assert_eq!(again.read().unwrap().closes.len(), 1);
    }
    panic!("a close needs fewer pages");
}
