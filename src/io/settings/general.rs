//! The settings of the project as a whole: format, company, calendar, plans, roles, checks.

use super::section::{Notes, Said, Section};
use super::{Check, Company, FORMAT, Plans, Roles, Settings, Warnings, columns, outputs, source};
use crate::domain::calendar::{Calendar, CalendarError, CalendarSettings, Cycle, LabelYear, Pattern, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, nearest};
use crate::io::dates::DateFormat;
use crate::io::folder::Folder;
use crate::io::settings::nodes::{Node, What};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Tables that a later version reads.
const LATER: [&str; 2] = ["kpi", "forecast"];

/// All settings of the file; `None` where its format is not ours to read.
pub(super) fn read(mut root: Section<'_>, notes: &mut Notes, folder: &Folder) -> Option<Settings> {
    if !format_is_ours(&mut root, notes) {
        return None;
    }
    let company = company(&mut root, notes, folder);
    let (calendar, calendar_settings) = calendar(&mut root, notes);
    let ledger_period = ledger_period(&mut root, notes, &calendar);
    let plans = plans(&mut root, notes, folder);
    let roles = roles(&mut root, notes);
    let declared = columns::read(&mut root, notes, company.currency);
    let reader = source::Reader { schema: &declared, calendar: &calendar, roles: &roles, currency: company.currency };
    let (sources, schema) = reader.read_all(&mut root, notes);
    if let (Some(everyone), Some(_)) =
        (root.entry("plans").filter(|_| plans.everyone.is_some()), sources.assignments.first())
    {
        let message = "`plans.everyone` and an assignments source both say who is on which plan";
        notes.error_help(Code::ConflictingSettings, &everyone.at, message, "leave one of them out");
    }
    let check = check(&mut root, notes);
    let statement_others = root.table(notes, "statements").and_then(|mut section| {
        let others = section.count(notes, "others");
        section.close(notes);
        others
    });
    let (clawback_required, approvals) = root.table(notes, "settle").map_or((None, None), |mut section| {
        let required = section.word(notes, "clawback", &[("warn", false), ("required", true)]);
        let approvals = section.count(notes, "approvals");
        section.close(notes);
        (required, approvals)
    });
    let outputs = outputs::read(&mut root, notes, &schema.payees, &company.name);
    root.later(notes, &LATER);
    root.close(notes);
    Some(Settings {
        path: Arc::clone(&notes.file),
        text: Arc::clone(&notes.text),
        company,
        calendar,
        calendar_settings,
        ledger_period,
        plans,
        roles,
        schema,
        sources,
        check: Check { clawbacks: clawback_required.unwrap_or(false), ..check },
        outputs,
        approvals: approvals.map_or(0, |approvals| approvals.value),
        statement_others: statement_others.map_or(3, |others| others.value),
    })
}

/// Whether the file says the format that this version reads.
fn format_is_ours(root: &mut Section<'_>, notes: &mut Notes) -> bool {
    if root.entry("format").is_none() {
        notes.error_help(
            Code::MissingSetting,
            &(0..0),
            "the file needs `format`",
            format!("begin it with `format = {FORMAT}`"),
        );
        return true;
    }
    let Some(format) = root.count(notes, "format") else { return true };
    match format.value {
        newer if newer > FORMAT => {
            let message = format!("format {newer} is newer than this program, which reads format {FORMAT}");
            notes.error_help(Code::NewerFormat, &format.at, message, "use a newer version of earnmark");
            false
        }
        FORMAT => true,
        _ => {
            notes.error(
                Code::BadSetting,
                &format.at,
                format!("there is no format {}; write `format = {FORMAT}`", format.value),
            );
            true
        }
    }
}

/// Whose project it is. Without a known currency the code for none stands in, so that the rest can be checked.
fn company(root: &mut Section<'_>, notes: &mut Notes, folder: &Folder) -> Company {
    let mut company = Company { name: folder.name.clone(), currency: Currency::NONE };
    let Some(mut section) = root.table(notes, "company") else {
        if root.entry("company").is_none() {
            notes.error_help(
                Code::MissingSetting,
                &(0..0),
                "the file needs `company.currency`",
                "write `company = { currency = \"USD\" }`, with the code of your currency",
            );
        }
        return company;
    };
    if let Some(name) = section.text(notes, "name") {
        company.name = name.value;
    }
    if let Some(said) = section.required_text(notes, "currency") {
        match Currency::from_code(&said.value) {
            Some(currency) => company.currency = currency,
            None => bad_currency(notes, "currency", &said),
        }
    }
    section.close(notes);
    company
}

/// Reports a text that is no currency code.
pub(super) fn bad_currency(notes: &mut Notes, key: &str, said: &Said<String>) {
    let message = format!("`{key}` is an ISO currency code such as `EUR`, not `{}`", said.value);
    match Currency::from_code(&said.value.to_uppercase()) {
        Some(currency) => {
            notes.error_help(Code::BadCurrency, &said.at, message, format!("did you mean `{currency}`?"));
        }
        None => notes.error(Code::BadCurrency, &said.at, message),
    }
}

/// The calendar, and the settings it is made of. Where they are wrong the calendar year stands in.
fn calendar(root: &mut Section<'_>, notes: &mut Notes) -> (Calendar, CalendarSettings) {
    let mut settings = CalendarSettings::default();
    let Some(mut section) = root.table(notes, "calendar") else { return (Calendar::default(), settings) };
    let at = section.at.clone();
    if let Some(label_year) = section.word(notes, "label_year", &LabelYear::WORDS) {
        settings.label_year = label_year;
    }
    settings.pattern = section.word(notes, "pattern", &Pattern::WORDS);
    if let Some(entry) = section.entry("fiscal_start") {
        let entry_at = entry.at.clone();
        if let Some(start) = section.text(notes, "fiscal_start") {
            settings.fiscal_start_month = fiscal_start(notes, &start).unwrap_or(1);
        }
        if settings.pattern.is_some() {
            let message = "`fiscal_start` has no meaning where a `pattern` has `year_starts`";
            notes.error_help(Code::ConflictingSettings, &entry_at, message, "leave it out");
        }
    }
    let starts_at = section.entry("year_starts").map(|entry| entry.node.at.clone());
    if let Some(entry) = section.entry("year_starts") {
        settings.year_starts = dates(notes, &entry.node, "year_starts");
    }
    let base = Calendar::new(settings.clone());
    if let Err(error) = &base {
        report(notes, error, &starts_at.unwrap_or(at));
        settings = CalendarSettings::default();
    }
    if let Some(entry) = section.entry("cycles") {
        cycles(notes, &entry.node, &mut settings);
    }
    section.close(notes);
    (Calendar::new(settings.clone()).unwrap_or_default(), settings)
}

/// Reports what is wrong with a calendar.
fn report(notes: &mut Notes, error: &CalendarError, at: &Range<usize>) {
    notes.error(error.code(), at, error.to_string());
}

/// The month of `MM-01`.
fn fiscal_start(notes: &mut Notes, said: &Said<String>) -> Option<u32> {
    let month = said.value.strip_suffix("-01").filter(|month| month.len() == 2).and_then(|month| month.parse().ok());
    let month = month.filter(|month| (1..=12).contains(month));
    if month.is_none() {
        let message = format!("`fiscal_start` is the first day of a month, `MM-01`, not `{}`", said.value);
        notes.error_help(Code::BadCalendar, &said.at, message, "another day needs `pattern` and `year_starts`");
    }
    month
}

/// The pay cycles; each that is wrong is reported and left out.
fn cycles(notes: &mut Notes, node: &Node, settings: &mut CalendarSettings) {
    let What::Table(entries) = &node.what else {
        notes.error(Code::BadSetting, &node.at, format!("`cycles` is a table of cycles, not {}", node.what.word()));
        return;
    };
    for entry in entries {
        let Some(mut section) = Section::open(notes, &entry.node, format!("the cycle `{}`", entry.key)) else {
            continue;
        };
        let starts = section.entry("starts").map(|starts| dates(notes, &starts.node, "starts"));
        let end = section.entry("end").and_then(|end| date(notes, &end.node, "end"));
        if starts.is_none() {
            section.missing(notes, "starts");
        }
        if section.entry("end").is_none() {
            section.missing(notes, "end");
        }
        section.close(notes);
        let (Some(starts), Some(end)) = (starts, end) else { continue };
        let name: Arc<str> = Arc::from(entry.key.as_str());
        let mut alone = CalendarSettings::default();
        alone.cycles.insert(Arc::clone(&name), Cycle { starts: starts.clone(), end });
        match Calendar::new(alone) {
            Ok(_) => {
                settings.cycles.insert(name, Cycle { starts, end });
            }
            Err(error) => report(notes, &error, &entry.at),
        }
    }
}

/// A list of dates; those that are none are reported and left out.
fn dates(notes: &mut Notes, node: &Node, key: &str) -> Vec<NaiveDate> {
    match &node.what {
        What::List(list) => list.iter().filter_map(|node| date(notes, node, key)).collect(),
        other => {
            notes.error(Code::BadSetting, &node.at, format!("`{key}` is a list of dates, not {}", other.word()));
            Vec::new()
        }
    }
}

/// A date, with or without quotation marks.
pub(super) fn date(notes: &mut Notes, node: &Node, key: &str) -> Option<NaiveDate> {
    let text = match &node.what {
        What::Text(text) | What::Date(text) => Some(text),
        _ => None,
    };
    let day = text.and_then(|text| DateFormat::iso().read(text).ok());
    if day.is_none() {
        notes.error(Code::BadDate, &node.at, format!("`{key}` needs dates such as `\"2026-01-31\"`"));
    }
    day
}

/// The period of a close.
fn ledger_period(root: &mut Section<'_>, notes: &mut Notes, calendar: &Calendar) -> Option<PeriodKind> {
    let mut section = root.table(notes, "ledger")?;
    let said = section.text(notes, "period");
    section.close(notes);
    let said = said?;
    let kind = calendar.kind(&said.value).filter(|kind| !matches!(kind, PeriodKind::Anniversary | PeriodKind::Plan));
    if kind.is_none() {
        let words = calendar.kind_words();
        let right = words.iter().map(String::as_str).filter(|word| !matches!(*word, "anniversary" | "plan"));
        let message = format!("`ledger.period` cannot be `{}`", said.value);
        notes.unknown(Code::BadSetting, &said.at, message, (&said.value, right));
    }
    kind
}

/// Where the plans are, and who is on them.
fn plans(root: &mut Section<'_>, notes: &mut Notes, folder: &Folder) -> Plans {
    let mut plans = Plans { folder: "rules".to_owned(), files: None, everyone: None };
    let Some(mut section) = root.table(notes, "plans") else { return plans };
    if let Some(said) = section.text(notes, "folder") {
        match source::inside(&said.value) {
            Some(path) => plans.folder = path,
            None => source::outside(notes, &said),
        }
    }
    plans.files = section.texts(notes, "files");
    plans.everyone = section.texts(notes, "everyone");
    section.close(notes);
    let scripts = folder.scripts(&plans.folder);
    let names: Vec<&str> = scripts.iter().filter_map(|path| below(&plans.folder, path)).collect();
    for file in plans.files.iter().flatten() {
        if source::inside(&file.value).is_none() {
            source::outside(notes, file);
        } else if !names.contains(&file.value.as_str()) {
            let message = format!("there is no script `{}` in `{}`", file.value, plans.folder);
            match nearest(&file.value, names.iter().copied()) {
                Some(near) => notes.error_help(Code::NoFile, &file.at, message, format!("did you mean `{near}`?")),
                None => notes.error(Code::NoFile, &file.at, message),
            }
        }
    }
    plans
}

/// A path relative to a folder.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder == "." { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// Roles that deals may name.
fn roles(root: &mut Section<'_>, notes: &mut Notes) -> Roles {
    let mut roles = Roles::default();
    let Some(mut section) = root.table(notes, "roles") else { return roles };
    let plain = |list: Vec<Said<String>>| list.into_iter().map(|said| said.value).collect::<Vec<_>>();
    roles.list = section.texts(notes, "list").map(plain);
    let overlay = section.texts(notes, "overlay").unwrap_or_default();
    if let Some(list) = &roles.list {
        for role in overlay.iter().filter(|role| !list.contains(&role.value)) {
            let message = format!("the overlay role `{}` is not in `roles.list`", role.value);
            notes.unknown(Code::BadSetting, &role.at, message, (&role.value, list.iter().map(String::as_str)));
        }
    }
    roles.overlay = plain(overlay);
    roles.undivided = section.yes_no(notes, "undivided").unwrap_or(false);
    section.close(notes);
    roles
}

/// What is an error, a warning, or nothing.
fn check(root: &mut Section<'_>, notes: &mut Notes) -> Check {
    let none = || Warnings::Listed(Vec::new());
    let mut check = Check { errors: none(), on: none(), off: none(), clawbacks: false };
    let Some(mut section) = root.table(notes, "check") else { return check };
    check.errors = warnings(&mut section, notes, "errors");
    check.on = warnings(&mut section, notes, "on");
    check.off = warnings(&mut section, notes, "off");
    section.close(notes);
    check
}

/// Warnings by number or word.
fn warnings(section: &mut Section<'_>, notes: &mut Notes, key: &'static str) -> Warnings {
    let list = section.texts(notes, key).unwrap_or_default();
    if let [only] = list.as_slice()
        && only.value == "all"
    {
        return Warnings::All;
    }
    let names =
        || Code::ALL.iter().filter(|code| code.is_warning()).flat_map(|code| [Some(code.word()), code.number()]);
    let known: BTreeSet<&str> = names().flatten().collect();
    for name in list.iter().filter(|name| !known.contains(name.value.as_str())) {
        let message =
            format!("`{key}` lists warnings by number (`W08`) or word, or says \"all\": there is no `{}`", name.value);
        notes.unknown(Code::BadSetting, &name.at, message, (&name.value, known.iter().copied()));
    }
    Warnings::Listed(list)
}
