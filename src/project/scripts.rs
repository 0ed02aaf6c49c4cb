//! The scripts of a folder, without its data: loaded as the settings say, and their own tests worked.

use super::Refused;
use crate::check::reached::untested;
use crate::check::tests::{Around, Tested, test_plans};
use crate::domain::diagnostic::{Code, Diagnostic, Severity, Span, nearest};
use crate::domain::texts::Texts;
use crate::io::folder::Folder;
use crate::io::settings::{SETTINGS_FILE, Settings, read_settings};
use crate::plan::load::{Loaded, Surroundings, load};
use crate::plan::model::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A project without its data: what `check` of scripts needs.
#[derive(Debug)]
pub(super) struct Scripts {
    pub settings: Settings,
    pub loaded: Loaded,
    pub texts: Texts,
}

/// The tests of a folder's plans, worked.
#[derive(Debug)]
pub struct Trials {
    /// The tests, by plan, in the order of their scripts.
    pub tested: Vec<Tested>,
    /// The names of the plans whose tests they are, in order.
    pub plans: Vec<Arc<str>>,
    /// Scripts and settings, for places in them.
    pub texts: Texts,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

pub(super) fn read_scripts(folder: &Folder) -> Result<Scripts, Refused> {
    let (settings, mut findings) = read_settings(folder);
    let mut texts = Texts::default();
    let Some(settings) = settings else {
        // What is wrong with them is shown in their text.
        if let Some(text) = folder.get(SETTINGS_FILE).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            texts.0.insert(Arc::from(SETTINGS_FILE), Arc::from(text.trim_start_matches('\u{feff}')));
        }
        return Err(Refused { findings, texts, ..Refused::default() });
    };
    texts.0.insert(Arc::clone(&settings.path), Arc::clone(&settings.text));
    let mut scripts = BTreeMap::new();
    for path in folder.scripts(&settings.plans.folder) {
        let file: Arc<str> = Arc::from(path.as_str());
        match folder.get(&path).map(|bytes| std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))) {
            Some(Ok(text)) => {
                texts.0.insert(Arc::clone(&file), Arc::from(text));
                scripts.insert(file, text.to_owned());
            }
            Some(Err(_)) => {
                let finding =
                    Diagnostic::error(Code::BadEncoding, format!("`{path}` is not UTF-8 text")).in_file(&path);
                findings.push(finding.help("save the script as UTF-8"));
            }
            None => {}
        }
    }
    let loaded = load_scripts(&settings, &scripts, findings);
    Ok(Scripts { settings, loaded, texts })
}

/// A plan that is paid more often than `ledger.period` closes: draws and limits of its own periods would be settled once for all.
fn chain_too_long(settings: &Settings, plans: &[Plan]) -> Option<Diagnostic> {
    let kind = settings.ledger_period.as_ref()?;
    let plan = plans.iter().find(|plan| settings.calendar.is_longer(kind, &plan.payout))?;
    let (name, own, word) = (&plan.name, plan.payout.word(), kind.word());
    let message = format!("the plan `{name}` is paid by the {own}, and `ledger.period` is the {word}");
    let help = format!("pay it by the {word}, `payout: \"{word}\"`, or leave `ledger.period` out");
    Some(Diagnostic::error(Code::BadSetting, message).in_file(SETTINGS_FILE).help(help))
}

/// Loads scripts as the settings say; `findings`: what is known already.
pub(super) fn load_scripts(
    settings: &Settings,
    scripts: &BTreeMap<Arc<str>, String>,
    mut findings: Vec<Diagnostic>,
) -> Loaded {
    let only = chosen(settings, scripts, &mut findings);
    let roles: Vec<Arc<str>> = settings.roles.list.iter().flatten().map(|role| Arc::from(role.as_str())).collect();
    let around = Surroundings { schema: &settings.schema, calendar: &settings.calendar, roles: &roles };
    let mut loaded = load(scripts, only.as_deref(), around);
    check_everyone(settings, &loaded.plans, &mut findings);
    findings.extend(chain_too_long(settings, &loaded.plans));
    findings.append(&mut loaded.findings);
    loaded.findings = findings.into_iter().filter_map(|finding| settings.check.judged(finding)).collect();
    loaded
}

/// The scripts that `plans.files` names, if it does.
fn chosen(
    settings: &Settings,
    scripts: &BTreeMap<Arc<str>, String>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vec<Arc<str>>> {
    let files = settings.plans.files.as_ref()?;
    let folder = settings.plans.folder.trim_end_matches('/');
    let mut chosen = Vec::new();
    for file in files {
        let path =
            if folder == "." || folder.is_empty() { file.value.clone() } else { format!("{folder}/{}", file.value) };
        match scripts.get_key_value(path.as_str()) {
            Some((known, _)) => chosen.push(Arc::clone(known)),
            None => {
                let near = nearest(&path, scripts.keys().map(|known| &**known)).map(str::to_owned);
                let mut finding = Diagnostic::error(Code::NoFile, format!("there is no script `{path}`"))
                    .at(&settings.span(&file.at));
                if let Some(near) = near {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                findings.push(finding);
            }
        }
    }
    Some(chosen)
}

/// The plans that everybody is on must be declared.
fn check_everyone(settings: &Settings, plans: &[Plan], findings: &mut Vec<Diagnostic>) {
    for name in settings.plans.everyone.iter().flatten() {
        if plans.is_empty() || plans.iter().any(|plan| *plan.name == *name.value) {
            continue;
        }
        let mut finding = Diagnostic::error(Code::UnknownPlan, format!("no script declares the plan `{}`", name.value))
            .at(&settings.span(&name.at));
        if let Some(near) = nearest(&name.value, plans.iter().map(|plan| &*plan.name)) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        findings.push(finding);
    }
}

pub(super) fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Works the tests of a folder's plans, or of those that some of its scripts are part of. No data is read.
///
/// # Errors
/// [`Refused`] with what is wrong with the settings and with those scripts; with a script that is part of no plan.
pub fn test_folder(folder: &Folder, only: &[String]) -> Result<Trials, Refused> {
    let Scripts { settings, loaded, texts } = read_scripts(folder)?;
    let asked = |plan: &Plan| only.is_empty() || only.iter().any(|file| plan.files.iter().any(|own| **own == **file));
    let (plans, others): (Vec<Plan>, Vec<Plan>) = loaded.plans.into_iter().partition(asked);
    let concerns = |finding: &Diagnostic| match span_of(finding) {
        Some(span) => !others.iter().any(|plan| plan.files.contains(&span.file)) || asked_for(only, &plans, &span.file),
        None => true,
    };
    let mut findings: Vec<Diagnostic> = loaded.findings.into_iter().filter(concerns).collect();
    let found = |file: &String| plans.iter().any(|plan| plan.files.iter().any(|own| **own == **file));
    if !has_errors(&findings) {
        for file in only.iter().filter(|file| !found(file)) {
            let finding = Diagnostic::error(Code::NotFound, format!("no plan of the project is made of `{file}`"));
            findings.push(finding.help("name a script of the plans' folder, or one that a plan imports"));
        }
    }
    if has_errors(&findings) {
        return Err(Refused { findings, texts, ..Refused::default() });
    }
    let tested = tests_of(&plans, &settings, &texts);
    let untested = untested(&plans, &tested, &texts);
    findings.extend(untested.into_iter().filter_map(|finding| settings.check.judged(finding)));
    if has_errors(&findings) {
        return Err(Refused { findings, texts, ..Refused::default() });
    }
    let plans = plans.iter().map(|plan| Arc::clone(&plan.name)).collect();
    Ok(Trials { tested, plans, texts, warnings: findings })
}

fn asked_for(only: &[String], plans: &[Plan], file: &Arc<str>) -> bool {
    only.iter().any(|asked| **asked == **file) || plans.iter().any(|plan| plan.files.contains(file))
}

pub(super) fn tests_of(plans: &[Plan], settings: &Settings, texts: &Texts) -> Vec<Tested> {
    let overlay: Vec<Arc<str>> = settings.roles.overlay.iter().map(|name| Arc::from(name.as_str())).collect();
    let around = Around { schema: &settings.schema, calendar: &settings.calendar, overlay: &overlay, texts };
    test_plans(plans, around)
}

/// Where a finding points in a text, if it does.
fn span_of(finding: &Diagnostic) -> Option<&Span> {
    match &finding.place {
        crate::domain::diagnostic::Place::Text(span) => Some(span),
        _ => None,
    }
}
