//! Files out: written beside, synced, and renamed into place, so that nothing is ever half written.

use super::Failure;
use crate::domain::currency::Currency;
use crate::domain::exact::{add, fixed};
use crate::domain::sha::sha256;
use crate::project::{Computed, Project};
use crate::report::sources::Source;
use crate::report::tally::{Tally, tally};
use crate::run::statement::Digests;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file to be written.
pub struct Written {
    /// Path in the folder.
    pub name: String,
    /// Its bytes.
    bytes: Vec<u8>,
    /// What a table comes to.
    tally: Option<Tally>,
}

impl Written {
    /// A document.
    pub fn new(name: impl Into<String>, text: String) -> Self {
        Self::bytes(name, text.into_bytes())
    }

    /// Bytes as they are.
    pub fn bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes, tally: None }
    }

    /// A table in CSV: it is counted and summed.
    pub fn table(name: &str, text: String) -> Self {
        Self { tally: Some(tally(&text)), ..Self::new(name, text) }
    }
}

/// Where a file or folder is made before it takes its place.
pub fn staged(target: &Path) -> PathBuf {
    let name = target.file_name().map_or_else(|| "out".into(), std::ffi::OsStr::to_os_string);
    let mut staged = std::ffi::OsString::from(".");
    staged.push(name);
    staged.push(format!(".{}", std::process::id()));
    target.with_file_name(staged)
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn named(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |error| Failure::Outside(format!("`{}` cannot be written: {error}", path.display()))
}

/// Writes one file, or leaves what was there.
pub fn write_file(target: &Path, text: &str) -> Result<(), Failure> {
    write_bytes(target, text.as_bytes())
}

/// The same for bytes.
pub fn write_bytes(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = staged(target);
    let written = write_synced(&beside, bytes).and_then(|()| fs::rename(&beside, target));
    if written.is_err() {
        // What could not be written is not left lying about; the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(named(target))
}

/// Writes a folder that must not exist yet, or be empty.
pub fn write_folder(target: &Path, files: &[Written]) -> Result<(), Failure> {
    let taken = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
    if taken || target.is_file() {
        return Err(Failure::Outside(format!("`{}` is not empty: name a new folder", target.display())));
    }
    let beside = staged(target);
    let write = || -> std::io::Result<()> {
        for file in files {
            write_synced(&beside.join(&file.name), &file.bytes)?;
        }
        if target.is_dir() {
            fs::remove_dir(target)?;
        }
        fs::rename(&beside, target)
    };
    let written = write();
    if written.is_err() {
        // As above: nothing half written stays.
        let _ = fs::remove_dir_all(&beside);
    }
    written.map_err(named(target))
}

#[derive(Serialize)]
struct Control<'a> {
    format: u32,
    period: String,
    revision: Option<u32>,
    state: &'static str,
    sources: Vec<Source<'a>>,
    outputs: Vec<ControlOutput<'a>>,
    payouts: Vec<ControlPayouts>,
    digests: &'a Digests,
}

#[derive(Serialize)]
struct ControlOutput<'a> {
    name: &'a str,
    sha256: String,
    #[serde(flatten)]
    tally: Option<&'a Tally>,
}

#[derive(Serialize)]
struct ControlPayouts {
    currency: &'static str,
    count: usize,
    total: String,
}

/// The control record of a run: what was read, what was written, what it sums to. No time, no host, no outer path.
pub fn control(project: &Project, computed: &Computed, files: &[Written]) -> Result<Written, Failure> {
    let (first, last) = computed.asked;
    let label = |place: usize| computed.outcome.periods.get(place).map_or("", |period| &*period.label);
    let outputs = files.iter().map(|file| ControlOutput {
        name: &file.name,
        sha256: sha256(&file.bytes),
        tally: file.tally.as_ref(),
    });
    let control = Control {
        format: 1,
        period: format!("{}..{}", label(first), label(last)),
        revision: None,
        state: "draft",
        sources: project.sources.iter().filter(|source| source.pays()).map(Source::of).collect(),
        outputs: outputs.collect(),
        payouts: totals(computed),
        digests: &computed.digests,
    };
    let text = serde_json::to_string_pretty(&control).map_err(|error| Failure::Outside(error.to_string()))?;
    Ok(Written::new("control.json", format!("{text}\n")))
}

/// For each currency how many are paid, and how much in all.
fn totals(computed: &Computed) -> Vec<ControlPayouts> {
    let (first, last) = computed.asked;
    let mut totals: BTreeMap<Currency, (usize, Decimal)> = BTreeMap::new();
    let paid = computed
        .outcome
        .payouts
        .iter()
        .filter(|payout| (first..=last).contains(&payout.period) && !payout.payout.is_zero());
    for payout in paid {
        let total = totals.entry(payout.currency).or_default();
        total.0 = total.0.saturating_add(1);
        if let Ok(sum) = add(total.1, payout.payout) {
            total.1 = sum;
        }
    }
    let rows = totals.into_iter().map(|(currency, (count, total))| ControlPayouts {
        currency: currency.code(),
        count,
        total: fixed(total, currency.places()),
    });
    rows.collect()
}
