//! Loading: from the scripts of a folder to plans, with everything that is wrong with them, all at once.
//!
//! [`across`] checks what only all plans together can show; [`mod@reads`] walks what the formulas of a plan read.

mod across;
mod reads;

pub use reads::{component_reads, formulas_of, reads};

use super::declare::Elsewhere;
use super::elaborate::{Elaborator, Rounded};
use super::kind::Kind;
use super::model::{Plan, SumOf};
use super::parse::parse_script;
use super::scope::{Module, Term, Typed};
use super::settings::{DECLARATIONS, TEST};
use super::syntax::{Name, NodeKind, Script, Statement};
use super::warn;
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::{Code, Diagnostic, Severity, Span, nearest};
use crate::domain::facts::Schema;
use across::OfQuota;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What the scripts are read against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The columns that formulas may read.
    pub schema: &'a Schema,
    /// The periods there are.
    pub calendar: &'a Calendar,
    /// The roles that a deal may name; empty: any.
    pub roles: &'a [Arc<str>],
}

/// The plans of a folder, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The plans that are sound, by name and first day.
    pub plans: Vec<Plan>,
    /// All findings, by file and place.
    pub findings: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether nothing stands against a run.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }
}

/// Loads every script that declares a plan. `scripts` maps paths in the project folder to texts.
#[must_use]
pub fn load(scripts: &BTreeMap<Arc<str>, String>, only: Option<&[Arc<str>]>, around: Surroundings<'_>) -> Loaded {
    let mut elsewhere = Names::new();
    // What another plan counts in is known once that plan is read: the plans are read again until nothing changes.
    for _ in 0..=scripts.len() {
        let (loaded, known) = load_once(scripts, only, around, &elsewhere);
        if known == elsewhere {
            return loaded;
        }
        elsewhere = known;
    }
    load_once(scripts, only, around, &elsewhere).0
}

/// What the names stand for that plans follow in quotes.
type Names = BTreeMap<Arc<str>, Elsewhere>;

fn load_once(
    scripts: &BTreeMap<Arc<str>, String>,
    only: Option<&[Arc<str>]>,
    around: Surroundings<'_>,
    elsewhere: &Names,
) -> (Loaded, Names) {
    let mut loader = Loader {
        scripts,
        around,
        elsewhere,
        parsed: BTreeMap::new(),
        modules: BTreeMap::new(),
        findings: Vec::new(),
        rounded: BTreeMap::new(),
        declared: BTreeSet::new(),
        counted: Names::new(),
        followed: BTreeSet::new(),
    };
    let mut found = Vec::new();
    for file in scripts.keys() {
        let wanted = only.is_none_or(|only| only.contains(file));
        if wanted && loader.declares(file) {
            found.extend(loader.plan(file));
        }
    }
    let Loader { mut findings, rounded, declared, mut counted, followed, parsed, .. } = loader;
    if found.is_empty() && findings.is_empty() {
        let finding = Diagnostic::error(Code::PlanFirst, "no script declares a plan")
            .help("a plan's script begins with `plan(\"Name\", #{ … });`");
        findings.push(finding);
    }
    found.sort_by(|(a, _), (b, _)| (&a.name, a.from).cmp(&(&b.name, b.from)));
    let (mut plans, of_quota): (Vec<Plan>, Vec<Vec<OfQuota>>) = found.into_iter().unzip();
    across::versions(&plans, &mut findings);
    let all_read = parsed.values().all(Option::is_some);
    across::sums(&plans, (&declared, all_read), &mut findings);
    across::circles(&plans, &mut findings);
    across::quotas(&mut plans, &of_quota, &mut findings);
    if findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.extend(warn::warnings(
            &plans,
            around.schema,
            &warn::Read { scripts: &parsed, texts: scripts, rounded: &rounded },
        ));
    }
    findings.sort_by_key(place_of);
    counted.retain(|name, _| followed.contains(name));
    (Loaded { plans, findings }, counted)
}

/// The path of a module that a script imports: in the script's own folder.
pub(super) fn module_path(from: &str, name: &str) -> String {
    match from.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}.rhai"),
        None => format!("{name}.rhai"),
    }
}

/// Findings are told by file and place.
fn place_of(finding: &Diagnostic) -> (Option<Arc<str>>, usize) {
    match &finding.place {
        crate::domain::diagnostic::Place::Text(span) => (Some(Arc::clone(&span.file)), span.start),
        crate::domain::diagnostic::Place::File(file) => (Some(Arc::clone(file)), 0),
        _ => (None, 0),
    }
}

struct Loader<'a> {
    scripts: &'a BTreeMap<Arc<str>, String>,
    around: Surroundings<'a>,
    parsed: BTreeMap<Arc<str>, Option<Rc<Script>>>,
    /// Modules that were read; `None` while one is being read, or where it failed.
    modules: BTreeMap<Arc<str>, Option<Rc<Module>>>,
    findings: Vec<Diagnostic>,
    /// What is rounded in all scripts.
    rounded: BTreeMap<Span, Rounded>,
    /// What names stand for that plans follow in quotes, as far as it is known.
    elsewhere: &'a Names,
    /// All names that scripts declare, those of declarations with a fault among them.
    declared: BTreeSet<Arc<str>>,
    /// What measures and components are found to count in.
    counted: Names,
    /// The names that plans follow in quotes.
    followed: BTreeSet<Arc<str>>,
}

impl Loader<'_> {
    fn script(&mut self, file: &Arc<str>) -> Option<Rc<Script>> {
        if let Some(known) = self.parsed.get(file) {
            return known.clone();
        }
        let text = self.scripts.get(file)?;
        let (script, findings) = parse_script(file, text);
        self.findings.extend(findings);
        let script = script.map(Rc::new);
        self.parsed.insert(Arc::clone(file), script.clone());
        script
    }

    /// Whether a script declares something: then it is a plan, else a module. One that cannot be read is told as such.
    fn declares(&mut self, file: &Arc<str>) -> bool {
        let Some(script) = self.script(file) else {
            return false;
        };
        script.statements.iter().any(|statement| match statement {
            Statement::Let(_, node, _) | Statement::Expr(node) => match &node.kind {
                NodeKind::Call(None, name, _) => DECLARATIONS.contains(&&*name.text) || &*name.text == TEST,
                _ => false,
            },
            Statement::Import(..) => false,
        })
    }

    fn plan(&mut self, file: &Arc<str>) -> Option<(Plan, Vec<OfQuota>)> {
        let script = self.script(file)?;
        let before = self.findings.len();
        let mut files = BTreeSet::from([Arc::clone(file)]);
        let mut elaborator = Elaborator::new(self.around, script.functions.clone());
        elaborator.declared.elsewhere = self.elsewhere.clone();
        self.statements(&script, &mut elaborator, &mut files, &mut vec![Arc::clone(file)]);
        elaborator.finish();
        self.remember(&elaborator);
        self.told_by(&mut elaborator);
        if elaborator.plan.is_none() && !elaborator.plan_failed {
            let span = Span { file: Arc::clone(file), start: 0, end: 0 };
            let finding = Diagnostic::error(Code::PlanFirst, "this script declares no plan").at(&span);
            self.findings.push(finding.help("a plan's script begins with `plan(\"Name\", #{ … });`"));
        }
        let sound = self.findings.iter().skip(before).all(|finding| finding.severity != Severity::Error);
        let plan = elaborator.plan.filter(|_| sound)?;
        let plan = Plan {
            measures: elaborator.measures,
            sums: elaborator.sums,
            components: elaborator.components,
            tests: elaborator.tests,
            files: files.into_iter().collect(),
            ..plan
        };
        Some((plan, elaborator.declared.of_quota))
    }

    /// Keeps what was found in a script.
    fn told_by(&mut self, elaborator: &mut Elaborator<'_>) {
        self.findings.append(&mut elaborator.findings);
        for (span, rounded) in std::mem::take(&mut elaborator.rounded) {
            self.rounded.entry(span).or_insert(rounded).join(rounded);
        }
    }

    /// Keeps what other plans may follow by name.
    fn remember(&mut self, elaborator: &Elaborator<'_>) {
        self.declared.extend(elaborator.declared.names().cloned());
        for component in &elaborator.components {
            self.counted.entry(Arc::clone(&component.name)).or_insert(Elsewhere::Earnings);
        }
        for measure in &elaborator.measures {
            self.counted.insert(Arc::clone(&measure.name), Elsewhere::Credits(measure.unit));
        }
        self.followed.extend(elaborator.sums.iter().filter_map(|sum| match &sum.of {
            SumOf::Named(name) => Some(Arc::clone(name)),
            SumOf::Measure(_) | SumOf::Component(_) => None,
        }));
    }

    fn statements(
        &mut self,
        script: &Script,
        elaborator: &mut Elaborator<'_>,
        files: &mut BTreeSet<Arc<str>>,
        path: &mut Vec<Arc<str>>,
    ) {
        elaborator.bound_in_script = script
            .statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Let(name, ..) => Some(Arc::clone(&name.text)),
                Statement::Import(..) | Statement::Expr(_) => None,
            })
            .collect();
        for statement in &script.statements {
            match statement {
                Statement::Import(module, alias) => {
                    let term = self.module(module, &script.file, files, path).map_or(Term::Wrong, Term::Module);
                    elaborator.bind_name(alias, term);
                }
                Statement::Let(name, node, _) => {
                    let term = elaborator.term(node);
                    elaborator.bind_name(name, term);
                }
                Statement::Expr(node) => {
                    let is_told = |typed: &Typed| typed.kind == Kind::Wrong;
                    let goes_nowhere = match elaborator.term(node) {
                        Term::Measure(_) | Term::Component(_) | Term::Nothing | Term::Wrong => false,
                        Term::Typed(typed) => !is_told(&typed),
                        _ => true,
                    };
                    if goes_nowhere {
                        let finding = Diagnostic::error(Code::Forbidden, "this value goes nowhere").at(&node.span);
                        elaborator.findings.push(finding.help("bind it with `let`, or remove it"));
                    }
                }
            }
        }
    }

    /// The module of an import, read once. Paths are those of the importing script's folder, without `.rhai`.
    fn module(
        &mut self,
        name: &Name,
        from: &Arc<str>,
        files: &mut BTreeSet<Arc<str>>,
        path: &mut Vec<Arc<str>>,
    ) -> Option<Rc<Module>> {
        let wanted = module_path(from, &name.text);
        let outside = name.text.starts_with('/') || name.text.split('/').any(|part| part == ".." || part == ".");
        let Some((file, _)) = self.scripts.get_key_value(wanted.as_str()).filter(|_| !outside) else {
            let mut finding = Diagnostic::error(
                Code::UnknownModule,
                format!("there is no module `{}` in the plan folder", name.text),
            )
            .at(&name.span);
            let prefix = from.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"));
            let known = self.scripts.keys().filter_map(|file| file.strip_prefix(&prefix)?.strip_suffix(".rhai"));
            finding = match nearest(&name.text, known) {
                Some(near) => finding.label(format!("did you mean `{near}`?")),
                None => finding.help("a module lies beside the script that imports it, or in a folder below"),
            };
            self.findings.push(finding);
            return None;
        };
        let file = Arc::clone(file);
        files.insert(Arc::clone(&file));
        if path.contains(&file) {
            let finding = Diagnostic::error(
                Code::UnknownModule,
                format!("`{}` is being read already: modules import one another in a circle", name.text),
            );
            self.findings.push(finding.at(&name.span).help("put what both of them need into a third module"));
            return None;
        }
        if let Some(known) = self.modules.get(&file) {
            return known.clone();
        }
        let script = self.script(&file)?;
        let mut elaborator = Elaborator::new(self.around, Vec::new());
        elaborator.in_module(&file, script.functions.clone());
        path.push(Arc::clone(&file));
        self.statements(&script, &mut elaborator, files, path);
        path.pop();
        self.told_by(&mut elaborator);
        let exports = script.statements.iter().filter_map(|statement| match statement {
            Statement::Let(name, _, true) => Some(Arc::clone(&name.text)),
            _ => None,
        });
        let module = Rc::new(Module {
            file: Arc::clone(&file),
            names: elaborator.names,
            exports: exports.collect(),
            functions: script.functions.clone(),
        });
        self.modules.insert(file, Some(Rc::clone(&module)));
        Some(module)
    }
}
