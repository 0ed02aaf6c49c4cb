//! Loading: from the scripts of a folder to plans, with everything that is wrong with them, all at once.

use super::elaborate::Elaborator;
use super::formula::Read;
use super::kind::Kind;
use super::model::{Base, Plan, Price, SumOf};
use super::parse::parse_script;
use super::scope::{Module, Term, Typed};
use super::settings::{DECLARATIONS, TEST};
use super::syntax::{Name, NodeKind, Script, Statement};
use crate::domain::calendar::Calendar;
use crate::domain::diagnostic::{Code, Diagnostic, Severity, Span, nearest};
use crate::domain::facts::Schema;
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
    let mut loader =
        Loader { scripts, around, parsed: BTreeMap::new(), modules: BTreeMap::new(), findings: Vec::new() };
    let mut plans = Vec::new();
    for file in scripts.keys() {
        let wanted = only.is_none_or(|only| only.contains(file));
        if wanted && loader.declares(file) {
            plans.extend(loader.plan(file));
        }
    }
    if plans.is_empty() && loader.findings.is_empty() {
        let finding = Diagnostic::error(Code::PlanFirst, "no script declares a plan")
            .help("a plan's script begins with `plan(\"Name\", #{ … });`");
        loader.findings.push(finding);
    }
    plans.sort_by(|a, b| (&a.name, a.from).cmp(&(&b.name, b.from)));
    loader.check_versions(&plans);
    loader.check_sums(&plans);
    let mut findings = loader.findings;
    findings.sort_by_key(place_of);
    Loaded { plans, findings }
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
            Statement::Let(_, node, _) | Statement::Expr(node) => {
                matches!(&node.kind, NodeKind::Call(None, name, _) if DECLARATIONS.contains(&&*name.text) || &*name.text == TEST)
            }
            Statement::Import(..) => false,
        })
    }

    fn plan(&mut self, file: &Arc<str>) -> Option<Plan> {
        let script = self.script(file)?;
        let before = self.findings.len();
        let mut files = BTreeSet::from([Arc::clone(file)]);
        let mut elaborator = Elaborator::new(self.around, script.functions.clone());
        self.statements(&script, &mut elaborator, &mut files, &mut vec![Arc::clone(file)]);
        self.findings.append(&mut elaborator.findings);
        if elaborator.plan.is_none() && !elaborator.plan_failed {
            let span = Span { file: Arc::clone(file), start: 0, end: 0 };
            let finding = Diagnostic::error(Code::PlanFirst, "this script declares no plan").at(&span);
            self.findings.push(finding.help("a plan's script begins with `plan(\"Name\", #{ … });`"));
        }
        let sound = self.findings.iter().skip(before).all(|finding| finding.severity != Severity::Error);
        let plan = elaborator.plan.filter(|_| sound)?;
        Some(Plan {
            measures: elaborator.measures,
            sums: elaborator.sums,
            components: elaborator.components,
            tests: elaborator.tests,
            files: files.into_iter().collect(),
            ..plan
        })
    }

    fn statements(
        &mut self,
        script: &Script,
        elaborator: &mut Elaborator<'_>,
        files: &mut BTreeSet<Arc<str>>,
        path: &mut Vec<Arc<str>>,
    ) {
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
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let wanted =
            if folder.is_empty() { format!("{}.rhai", name.text) } else { format!("{folder}/{}.rhai", name.text) };
        let outside = name.text.starts_with('/') || name.text.split('/').any(|part| part == ".." || part == ".");
        let Some((file, _)) = self.scripts.get_key_value(wanted.as_str()).filter(|_| !outside) else {
            let mut finding = Diagnostic::error(
                Code::UnknownModule,
                format!("there is no module `{}` in the plan folder", name.text),
            )
            .at(&name.span);
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
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
        self.findings.append(&mut elaborator.findings);
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

    /// Two versions of one plan hold on different days.
    fn check_versions(&mut self, plans: &[Plan]) {
        for (earlier, later) in plans.iter().zip(plans.iter().skip(1)) {
            if earlier.name == later.name && later.from <= earlier.to {
                let message = format!("two versions of `{}` hold on {}", later.name, later.from);
                let finding =
                    Diagnostic::error(Code::PlanOverlap, message).at(&later.span).also(&earlier.span, "the other");
                self.findings.push(finding.help("let the earlier one end on the day before"));
            }
        }
    }

    /// A sum by name needs a plan that has the measure.
    fn check_sums(&mut self, plans: &[Plan]) {
        let known: BTreeSet<&str> =
            plans.iter().flat_map(|plan| &plan.measures).map(|measure| &*measure.name).collect();
        for sum in plans.iter().flat_map(|plan| &plan.sums) {
            let SumOf::Named(name) = &sum.of else {
                continue;
            };
            if known.contains(&**name) {
                continue;
            }
            let mut finding =
                Diagnostic::error(Code::UnknownMeasure, format!("no plan has a measure `{name}`")).at(&sum.span);
            finding = match nearest(name, known.iter().copied()) {
                Some(near) => finding.label(format!("did you mean `{near}`?")),
                None => finding.help("write the name of a measure as its plan declares it"),
            };
            self.findings.push(finding);
        }
    }
}

/// Calls `seen` with every column, field and figure that the formulas of a plan read, and where.
pub fn reads(plan: &Plan, seen: &mut dyn FnMut(Read, &Span)) {
    for measure in &plan.measures {
        measure.credit.formula().into_iter().for_each(|credit| credit.reads(seen));
        measure.which.iter().for_each(|which| which.reads(seen));
    }
    for component in &plan.components {
        component.which.iter().for_each(|which| which.reads(seen));
        if let Base::Formula(of) = &component.of {
            of.reads(seen);
        }
        if let Price::Formula(price) = &component.price {
            price.reads(seen);
        }
    }
}
