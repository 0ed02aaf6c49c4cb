//! Tests: a plan's own examples, from their lines to what the check of a plan works and compares.
//!
//! A test is no formula: it is a list of lines, each a word of a payee (`t.deal(#{ … })`). Its figures are constants,
//! its columns and fields typed by the schema, its names those that the plan declares above it.

mod dealt;
mod figures;
mod values;

use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::model::{PlanTest, TestAction, TestStep, Unit};
use crate::plan::scope::Term;
use crate::plan::syntax::{Name, Node, NodeKind, Statement};
use dealt::Dealt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A word of a test: its name, how it is written, what it does.
#[derive(Clone, Copy, Debug)]
pub struct TestWord {
    /// The name.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The fewest and the most values that it takes.
    size: (usize, usize),
}

const fn word(name: &'static str, form: &'static str, size: (usize, usize), doc: &'static str) -> TestWord {
    TestWord { name, form, doc, size }
}

/// All words of a test.
pub const TEST_WORDS: [TestWord; 14] = [
    word("set", "t.set(#{ start: \"2026-02-15\", manager: boss })", (1, 1), "Fields of the payee."),
    word("payee", "let ann = t.payee(\"Ann\", #{ manager: t })", (1, 2), "A further payee, with all the same words."),
    word("quota", "t.quota(\"bookings\", \"2026-Q1\", 100_000)", (2, 3), "A quota: of one period, or of every one."),
    word("deal", "t.deal(#{ id: \"D1\", closed: \"2026-01-20\", amount: 500 })", (1, 1), "A deal of the payee."),
    word("deals", "t.deals(12, #{ closed: \"2026-01-20\", amount: 500 })", (2, 2), "So many deals alike."),
    word("event", "t.event(\"D1\", \"paid\", \"2026-04-15\", 50_000)", (3, 4), "What happens to a deal."),
    word("given", "t.given(\"net retention\", \"2026\", 1_250_000)", (3, 3), "A total that no deals add up to."),
    word("score", "t.score(\"hygiene\", \"2026-Q1\", 75.pct)", (3, 3), "How well an objective was met."),
    word("rate", "t.rate(\"GBP\", \"EUR\", \"2026-02-10\", 1.20)", (4, 4), "A rate of exchange, from a day on."),
    word(
        "expect",
        "t.expect(\"New business\", \"2026-Q2\", -11_000)",
        (2, 3),
        "What a component earns: in a period, or in all.",
    ),
    word("expect_earned", "t.expect_earned(\"2026-Q1\", 1_325)", (2, 2), "Everything posted in a period."),
    word("expect_paid", "t.expect_paid(\"2026-01\", 3_000)", (2, 2), "What a period pays."),
    word("expect_balance", "t.expect_balance(\"2026-02\", -2_500)", (2, 2), "What is carried after a period."),
    word(
        "expect_attainment",
        "t.expect_attainment(\"bookings\", \"2026-Q1\", 110.pct)",
        (3, 3),
        "The attainment of a measure.",
    ),
];

/// A test while its lines are read.
#[derive(Debug, Default)]
struct Writing {
    /// The payees: their ids, and where they come into the world.
    payees: Vec<(Arc<str>, Span)>,
    /// Names bound to payees.
    handles: Vec<(Arc<str>, usize)>,
    /// The deals by id.
    deals: BTreeMap<Arc<str>, Dealt>,
    /// How many deals have no id of their own.
    unnamed: usize,
    /// Whether something is expected, be it of what could not be read.
    expects: bool,
    steps: Vec<TestStep>,
}

impl Writing {
    /// The payee of a name bound in the test.
    fn handle(&self, name: &str) -> Option<usize> {
        self.handles.iter().find(|(known, _)| &**known == name).map(|(_, payee)| *payee)
    }

    /// The payee of an id.
    fn payee(&self, id: &str) -> Option<usize> {
        self.payees.iter().position(|(known, _)| &**known == id)
    }

    fn id(&self, payee: usize) -> Arc<str> {
        self.payees.get(payee).map_or_else(|| Arc::from(""), |(id, _)| Arc::clone(id))
    }
}

impl Elaborator<'_> {
    /// `test("what it shows", |t| { … })`
    pub(in crate::plan) fn test(&mut self, word: &Name, args: &[Node], span: &Span) -> Term {
        if self.here.is_some() || self.module.is_some() || !self.locals.is_empty() {
            let finding = Diagnostic::error(Code::PlanFirst, "a test is declared at the top of a plan's script")
                .at(&word.span)
                .help("a module holds values, tables and functions; a formula computes");
            self.report(finding);
            return Term::Wrong;
        }
        let [name, closure] = args else {
            return self.not_a_test(span);
        };
        let NodeKind::Closure(params, body) = &closure.kind else {
            return self.not_a_test(&closure.span);
        };
        let [payee] = params.as_slice() else {
            return self.not_a_test(&closure.span);
        };
        let Some(text) = self.text_of(name) else {
            return Term::Wrong;
        };
        if let Some(first) = self.tests.iter().find(|test| test.name == text).map(|test| test.span.clone()) {
            let finding = Diagnostic::error(Code::DuplicateName, format!("the test `{text}` is declared twice"));
            self.report(finding.at(&name.span).also(&first, "the first").help("say what each of them shows"));
        }
        let mut writing = Writing::default();
        writing.payees.push((Arc::clone(&payee.text), payee.span.clone()));
        writing.handles.push((Arc::clone(&payee.text), 0));
        match &body.kind {
            NodeKind::Block(statements) => statements.iter().for_each(|line| self.statement_of(line, &mut writing)),
            _ => self.line(body, &mut writing),
        }
        self.locals.clear();
        let told = self.findings.iter().any(|finding| {
            matches!(&finding.place, crate::domain::diagnostic::Place::Text(at)
                if at.file == span.file && span.start <= at.start && at.end <= span.end)
        });
        if !told && !writing.expects {
            let finding = Diagnostic::error(Code::MissingSetting, "this test expects nothing").at(&name.span);
            self.report(finding.help("say what must come out: `t.expect(\"New business\", 24_500);`"));
        }
        self.tests.push(PlanTest {
            name: text,
            payees: writing.payees.into_iter().map(|(id, _)| id).collect(),
            steps: writing.steps,
            span: name.span.clone(),
        });
        Term::Nothing
    }

    fn not_a_test(&mut self, span: &Span) -> Term {
        let finding = Diagnostic::error(Code::WrongType, "a test takes what it shows and its lines");
        self.report(finding.at(span).help("write `test(\"what it shows\", |t| { … })`"));
        Term::Wrong
    }

    /// A line of a test: a word of a payee, or a name bound to a payee or a value.
    fn statement_of(&mut self, statement: &Statement, writing: &mut Writing) {
        let (name, node) = match statement {
            Statement::Expr(node) => return self.line(node, writing),
            Statement::Import(path, _) => {
                let finding = Diagnostic::error(Code::Forbidden, "imports stand at the head of the script");
                self.report(finding.at(&path.span).help("move it up"));
                return;
            }
            Statement::Let(name, node, _) => (name, node),
        };
        let taken = writing.handle(&name.text).is_some()
            || self.locals.iter().any(|(known, _)| *known == name.text)
            || self.names.get(&name.text, usize::MAX).is_some();
        if taken {
            let finding = Diagnostic::error(Code::Forbidden, format!("`{}` is bound already", name.text));
            self.report(finding.at(&name.span).help("a name is bound once: take another one"));
            return;
        }
        if let NodeKind::Method(of, word, args) = &node.kind
            && let NodeKind::Name(handle) = &of.kind
            && writing.handle(handle).is_some()
        {
            if &*word.text == "payee" {
                let next = writing.payees.len();
                // Bound even where the line is wrong, so that the name is not told as unknown as well.
                writing.handles.push((Arc::clone(&name.text), next));
                self.new_payee(word, args, &node.span, writing);
                if writing.payees.len() == next {
                    writing.payees.push((Arc::clone(&name.text), name.span.clone()));
                }
            } else {
                let finding = Diagnostic::error(Code::Forbidden, format!("`{}` gives nothing to keep", word.text));
                self.report(
                    finding.at(&name.span).help("`let` keeps a payee, `let ann = t.payee(\"Ann\", #{})`, or a value"),
                );
            }
            return;
        }
        let term = self.term(node);
        self.locals.push((Arc::clone(&name.text), term));
    }

    /// `t.word(…)`
    fn line(&mut self, node: &Node, writing: &mut Writing) {
        let not_a_line = || {
            Diagnostic::error(Code::Forbidden, "a test is a list of lines, each a word of a payee")
                .at(&node.span)
                .help("write `t.deal(#{ … })`, `t.expect(\"New business\", 500)`")
        };
        let (of, word, args) = match &node.kind {
            NodeKind::Refused => return,
            NodeKind::Method(of, word, args) => (of, word, args),
            _ => {
                self.report(not_a_line());
                return;
            }
        };
        let NodeKind::Name(handle) = &of.kind else {
            self.report(not_a_line());
            return;
        };
        let Some(payee) = writing.handle(handle) else {
            let known: Vec<&str> = writing.handles.iter().map(|(known, _)| &**known).collect();
            let mut finding =
                Diagnostic::error(Code::UnknownName, format!("no payee of this test is named `{handle}`")).at(&of.span);
            finding = match nearest(handle, known.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("bind it first: `let {handle} = t.payee(\"…\", #{{}});`")),
            };
            self.report(finding);
            return;
        };
        if let Some(action) = self.action(payee, word, args, &node.span, writing) {
            writing.steps.push(TestStep { payee, action, span: node.span.clone() });
        }
    }

    /// The word of a line, with as many values as it takes.
    fn known_word(&mut self, word: &Name, args: &[Node], span: &Span) -> bool {
        let Some(known) = TEST_WORDS.iter().find(|known| known.name == &*word.text) else {
            let mut finding =
                Diagnostic::error(Code::UnknownFunction, format!("a payee of a test has no `{}`", word.text))
                    .at(&word.span);
            finding = match nearest(&word.text, TEST_WORDS.iter().map(|known| known.name)) {
                Some(near) => finding.label(format!("did you mean `{near}`?")),
                None => finding.help(format!("it has {}", list_of(TEST_WORDS.iter().map(|known| known.name)))),
            };
            self.report(finding);
            return false;
        };
        let (least, most) = known.size;
        if (least..=most).contains(&args.len()) {
            return true;
        }
        let takes = if least == most { least.to_string() } else { format!("{least} or {most}") };
        let noun = if most == 1 { "value" } else { "values" };
        let message = format!("`{}` takes {takes} {noun}, not {}", known.name, args.len());
        let finding = Diagnostic::error(Code::UnknownFunction, message).at(span);
        self.report(finding.help(format!("write `{}`", known.form)));
        false
    }

    /// What a line does; `None` where something in it was reported.
    fn action(
        &mut self,
        payee: usize,
        word: &Name,
        args: &[Node],
        span: &Span,
        writing: &mut Writing,
    ) -> Option<TestAction> {
        if &*word.text == "payee" {
            self.new_payee(word, args, span, writing);
            return None;
        }
        if !self.known_word(word, args, span) {
            return None;
        }
        match (&*word.text, args) {
            ("set", [fields]) => self.fields_of(fields, writing).map(TestAction::Set),
            ("quota", [measure, amount]) => {
                let (measure, amount) = self.quota_of(measure, None, amount)?;
                Some(TestAction::Quota { measure, period: None, amount })
            }
            ("quota", [measure, period, amount]) => {
                let known = self.test_period(period);
                let (measure, amount) = self.quota_of(measure, known.as_ref().map(|known| (known, period)), amount)?;
                Some(TestAction::Quota { measure, period: Some(known?), amount })
            }
            ("deal", [cells]) => self.deals_of(payee, 1, cells, writing).map(TestAction::Deal),
            ("deals", [count, cells]) => {
                let count = self.count_of(count);
                let deals = self.deals_of(payee, count.unwrap_or(1), cells, writing);
                count.and(deals).map(TestAction::Deal)
            }
            ("event", [deal, kind, date, rest @ ..]) => self.event_of(deal, kind, date, rest.first(), writing),
            ("given", [measure, period, total]) => self.given_of(measure, period, total),
            ("score", [objective, period, score]) => self.score_of(objective, period, score),
            ("rate", [from, to, date, rate]) => self.rate_of(from, to, date, rate),
            (_, [.., figure]) => {
                writing.expects = true;
                self.expect_of(&word.text, args, figure)
            }
            _ => None,
        }
    }

    /// `t.payee("Ann", #{ … })`: comes into the world where its line stands.
    fn new_payee(&mut self, word: &Name, args: &[Node], span: &Span, writing: &mut Writing) {
        if !self.known_word(word, args, span) {
            return;
        }
        let Some(name) = args.first().and_then(|name| Some((self.text_of(name)?, name))) else {
            return;
        };
        if let Some((_, first)) = writing.payees.iter().find(|(known, _)| *known == name.0) {
            let finding = Diagnostic::error(Code::DuplicateName, format!("there is a payee `{}` already", name.0));
            let finding = finding.at(&name.1.span).also(first, "the first");
            self.report(finding.help("give each payee of a test a name of its own"));
            return;
        }
        // In the world before its fields are read: nobody is their own manager, but the name is known.
        let place = writing.payees.len();
        writing.payees.push((name.0, name.1.span.clone()));
        let fields = match args.get(1) {
            Some(fields) => self.fields_of(fields, writing),
            None => Some(Vec::new()),
        };
        if let Some(fields) = fields {
            writing.steps.push(TestStep { payee: place, action: TestAction::Payee(fields), span: span.clone() });
        }
    }

    /// What the measure of a place counts in; a measure of another plan counts money.
    fn unit_at(&self, own: Option<usize>) -> Unit {
        own.and_then(|place| self.measures.get(place)).map_or(Unit::Money, |measure| measure.unit)
    }
}

/// A finding with the nearest of some names, else with what there is, else with what to do.
fn with_nearest(finding: Diagnostic, wrong: &str, known: &[&str], help: &str) -> Diagnostic {
    match nearest(wrong, known.iter().copied()) {
        Some(near) => finding.label(format!("did you mean `{near}`?")),
        None if known.is_empty() => finding.help(help),
        None => finding.help(format!("there are {}", list_of(known.iter().copied()))),
    }
}
