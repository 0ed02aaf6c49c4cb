//! From a script's text to its syntax: Rhai parses, this file translates Rhai's tree into [`super::syntax`].
//!
//! Rhai's tree gives each piece of syntax a place but no end, and keeps neither the values of `switch` cases nor
//! the places of closures that are alike. Both are read again, by the same parser, from the piece of text they stand in.
//! Constructs that plans do not have (loops, assignments, …) are reported here, all of them at once.

mod pieces;
mod slips;
mod tokens;

use super::syntax::{BinaryOp, Name, Node, NodeKind, Script, Statement};
use super::text::Text;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use rhai::{ASTFlags, Engine, Expr, FnCallExpr, LexError, ParseError, ParseErrorType, Position, Stmt, StmtBlock};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The largest script that is read, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 1_000_000;
/// How deep expressions may nest.
const MAX_DEPTH: usize = 48;

/// Reads a script. Findings are complete as far as the text could be parsed; without a script it could not.
#[must_use]
pub fn parse_script(file: &Arc<str>, whole: &str) -> (Option<Script>, Vec<Diagnostic>) {
    if whole.len() > MAX_SCRIPT_BYTES {
        let message = format!("the script has {} bytes, more than {MAX_SCRIPT_BYTES}", whole.len());
        let finding = Diagnostic::error(Code::TooComplex, message).in_file(file);
        return (None, vec![finding.help("put tables into a data file or a module")]);
    }
    let mut reader = Reader { engine: engine(), file, whole, findings: Vec::new() };
    let text = Text::piece(file, whole, 0, whole.len());
    reader.findings.extend(tokens::misread(&text));
    if let Some(at) = text.open_comment() {
        let finding = Diagnostic::error(Code::Syntax, "a comment that nothing ends");
        let finding = finding.at(&text.span(at, at.saturating_add(2))).label("it begins here");
        let why = "all that stands behind it would be left out, and nobody would be told";
        reader.findings.push(finding.why(why).help("end it with `*/`"));
    }
    let script = match reader.engine.compile(whole) {
        Ok(tree) => {
            let statements = reader.statements(&text, tree.statements());
            let functions = reader.functions(&text);
            Some(Script { file: Arc::clone(file), statements, functions })
        }
        Err(error) => {
            let finding = syntax_error(&text, &error);
            reader.findings.push(finding);
            None
        }
    };
    (script, reader.findings)
}

/// Rhai as a parser alone: nothing is registered, and nothing is ever run.
fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_fast_operators(false);
    engine.set_max_expr_depths(MAX_DEPTH, MAX_DEPTH);
    engine.set_max_functions(500);
    engine.set_max_string_size(10_000);
    engine.set_max_array_size(10_000);
    engine.set_max_map_size(1_000);
    engine
}

fn syntax_error(text: &Text<'_>, error: &ParseError) -> Diagnostic {
    let at = offset(text, error.position()).unwrap_or(text.whole.len()).min(text.whole.len());
    let mut span = text.token(at);
    let before = text.whole.get(..at).unwrap_or_default().trim_end();
    let rest = text.whole.get(at..).unwrap_or_default();
    let (code, message, help) = match error.err_type() {
        ParseErrorType::ExprTooDeep => {
            let help = "give parts of it names with `let`, or make them functions";
            (Code::TooComplex, "the expression nests too deeply".to_owned(), help)
        }
        ParseErrorType::LiteralTooLarge(what, limit) => {
            let message = format!("{} is larger than {limit}", what.to_lowercase());
            (Code::TooComplex, message, "what is so large belongs in a data file")
        }
        ParseErrorType::DuplicatedProperty(name) => {
            (Code::DuplicateName, format!("the setting `{name}` stands twice"), "keep one of them")
        }
        ParseErrorType::FnDuplicatedDefinition(name, _) => {
            // Rhai points at the `fn` before the name.
            let after = text.scan(span.end, |at, c| (!c.is_whitespace()).then_some(at));
            span = after.map_or(span, |at| text.token(at));
            (Code::DuplicateName, format!("the function `{name}` is defined twice"), "give it another name")
        }
        ParseErrorType::UnexpectedEOF => {
            (Code::Syntax, told(error), "a bracket or a quote that was opened is not closed")
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            (Code::Syntax, "this text has no end".to_owned(), "the quote that begins it is closed by another: `\"…\"`")
        }
        ParseErrorType::Reserved(word) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            (Code::Syntax, format!("`{word}` is a word of the script language"), "give it another name")
        }
        other if slips::is_kept(rest) && names_something(other, before) => {
            let word = text.whole.get(span.start..span.end).unwrap_or_default();
            (Code::Syntax, format!("`{word}` is a word of the script language"), "give it another name")
        }
        other => match slips::slip(before, rest) {
            Some((message, help)) => {
                if before.ends_with('%') {
                    span = text.token(before.len().saturating_sub(1));
                }
                (Code::Syntax, message.to_owned(), help)
            }
            None if matches!(other, ParseErrorType::MissingToken(token, _) if token == ";") => {
                (Code::Syntax, told(error), "what stands before it ends with `;`")
            }
            None => {
                let help = "look at what stands before it: a comma, a bracket or a quote may be missing or too many";
                (Code::Syntax, told(error), help)
            }
        },
    };
    Diagnostic::error(code, message).at(&span).label("here").help(help)
}

/// Whether a name stands where the parser stopped: of a value, a function, a setting.
fn names_something(error: &ParseErrorType, before: &str) -> bool {
    match error {
        ParseErrorType::VariableExpected | ParseErrorType::FnMissingName | ParseErrorType::PropertyExpected => true,
        ParseErrorType::MissingToken(token, _) => token == "}" && before.ends_with(['{', ',']),
        _ => false,
    }
}

/// What Rhai says, in the words of plans.
fn told(error: &ParseError) -> String {
    let said = lower_first(&error.err_type().to_string());
    said.replace("this object map literal", "these settings").replace("this array literal", "this list")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn offset(text: &Text<'_>, position: Position) -> Option<usize> {
    Some(text.offset(position.line()?, position.position()?))
}

struct Reader<'a> {
    engine: Engine,
    file: &'a Arc<str>,
    whole: &'a str,
    findings: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// The byte of a position; a missing position is the start of the text.
    fn at(text: &Text<'_>, position: Position) -> usize {
        offset(text, position).unwrap_or(0)
    }

    fn refuse(&mut self, span: Span, what: &str, help: &str) -> Node {
        let finding = Diagnostic::error(Code::Forbidden, what).at(&span).help(help);
        self.findings.push(finding);
        Node { kind: NodeKind::Refused, span }
    }

    fn statements(&mut self, text: &Text<'a>, statements: &[Stmt]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(text, statement)).collect()
    }

    fn statement(&mut self, text: &Text<'a>, statement: &Stmt) -> Option<Statement> {
        Some(match statement {
            Stmt::Noop(..) | Stmt::Share(..) => return None,
            Stmt::Var(parts, flags, _) => {
                let (name, value, _) = &**parts;
                let name = Self::name(text, &name.name, name.pos);
                Statement::Let(name, self.expr(text, value), flags.intersects(ASTFlags::EXPORTED))
            }
            Stmt::Import(parts, position) => {
                let (path, alias) = &**parts;
                let path_node = self.expr(text, path);
                let NodeKind::Text(path) = path_node.kind else {
                    let help = "write the module's name in quotes: `import \"tables\" as tables;`";
                    return Some(Statement::Expr(self.refuse(
                        path_node.span,
                        "an import names its module in quotes",
                        help,
                    )));
                };
                let alias = if alias.name.is_empty() {
                    Name { text: Arc::clone(&path), span: text.token(Self::at(text, *position)) }
                } else {
                    Self::name(text, &alias.name, alias.pos)
                };
                Statement::Import(Name { text: path, span: path_node.span }, alias)
            }
            other => Statement::Expr(self.statement_value(text, other)),
        })
    }

    /// A statement that has a value, or is refused.
    fn statement_value(&mut self, text: &Text<'a>, statement: &Stmt) -> Node {
        let here = text.token(Self::at(text, statement.position()));
        match statement {
            Stmt::Expr(value) => self.expr(text, value),
            Stmt::FnCall(call, position) => self.call(text, call, *position),
            Stmt::Block(block) => self.block(text, block),
            Stmt::If(flow, position) => {
                let start = Self::at(text, *position);
                let condition = self.expr(text, &flow.expr);
                let then = self.block(text, &flow.body);
                let otherwise = (!flow.branch.is_empty()).then(|| Box::new(self.block(text, &flow.branch)));
                let last = if otherwise.is_some() { &flow.branch } else { &flow.body };
                let end = offset(text, last.end_position()).map_or(then.span.end, |end| end.saturating_add(1));
                let end = otherwise.as_ref().map_or(end, |node| node.span.end.max(end));
                let kind = NodeKind::If(Box::new(condition), Box::new(then), otherwise);
                Node { kind, span: text.span(start, end) }
            }
            Stmt::Switch(parts, position) => self.switch(text, &parts.0, &parts.1.expressions, *position),
            Stmt::While(..) | Stmt::Do(..) | Stmt::For(..) => self.refuse(
                here,
                "a plan has no loops",
                "adding up deals is what a measure is for, repeating a rule what a table is for, a list what `in` is for",
            ),
            Stmt::Assignment(parts) => {
                let span = self.expr(text, &parts.1.lhs).span;
                self.refuse(span, "a name is bound once and keeps its value", "`==` compares; a new name is bound with `let`")
            }
            Stmt::TryCatch(..) => self.refuse(here, "a plan cannot catch errors", "give the case that fails a branch of its own"),
            Stmt::BreakLoop(..) => self.refuse(here, "a plan has no loops", "remove this statement"),
            Stmt::Return(..) => self.refuse(here, "a formula gives its last value", "write the value without `return`"),
            Stmt::Export(..) => self.refuse(here, "a module exports where it declares", "write `export const name = …;`"),
            _ => self.refuse(here, "plans do not have this statement", "remove it"),
        }
    }

    fn name(text: &Text<'_>, name: &str, position: Position) -> Name {
        let start = Self::at(text, position);
        Name { text: Arc::from(name), span: text.span(start, start.saturating_add(name.len())) }
    }

    fn block(&mut self, text: &Text<'a>, block: &StmtBlock) -> Node {
        let statements = self.statements(text, block.statements());
        let start = Self::at(text, block.position());
        let end = offset(text, block.end_position()).map_or(start, |end| end.saturating_add(1));
        let inner = statements.last().map_or(end, |last| match last {
            Statement::Let(_, node, _) | Statement::Expr(node) => node.span.end,
            Statement::Import(_, alias) => alias.span.end,
        });
        // A block of one value is that value, with the braces as its text.
        let span = text.span(start, end.max(inner));
        match <[Statement; 1]>::try_from(statements) {
            Ok([Statement::Expr(node)]) => node,
            Ok([single]) => Node { kind: NodeKind::Block(vec![single]), span },
            Err(statements) => Node { kind: NodeKind::Block(statements), span },
        }
    }

    fn exprs(&mut self, text: &Text<'a>, list: &[Expr]) -> Vec<Node> {
        list.iter().map(|expr| self.expr(text, expr)).collect()
    }

    fn expr(&mut self, text: &Text<'a>, expr: &Expr) -> Node {
        let start = Self::at(text, expr.start_position());
        let token = || text.token(start);
        let leaf = |kind: NodeKind| Node { kind, span: token() };
        match expr {
            Expr::IntegerConstant(number, _) => leaf(NodeKind::Number(Decimal::from(*number))),
            Expr::BoolConstant(yes, _) => leaf(NodeKind::YesNo(*yes)),
            Expr::StringConstant(string, _) => leaf(NodeKind::Text(Arc::from(string.as_str()))),
            Expr::DynamicConstant(value, _) => {
                if let Ok(number) = value.as_decimal() {
                    return leaf(NodeKind::Number(number));
                }
                self.closure(text, start)
            }
            Expr::Array(list, _) => {
                let nodes = self.exprs(text, list);
                leaf(NodeKind::List(nodes))
            }
            Expr::Map(map, _) => {
                let entries = map.0.iter().map(|(key, value)| {
                    let name = Name { text: Arc::from(key.name.as_str()), span: text.token(Self::at(text, key.pos)) };
                    (name, self.expr(text, value))
                });
                let entries = entries.collect();
                leaf(NodeKind::Map(entries))
            }
            Expr::Variable(parts, ..) => self.variable(text, &parts.1, &parts.2.path, expr.position()),
            Expr::Stmt(block) => self.inner_block(text, block),
            Expr::FnCall(call, position) => self.call(text, call, *position),
            Expr::Dot(parts, flags, _) => {
                let base = self.expr(text, &parts.lhs);
                self.chain(text, base, &parts.rhs, *flags)
            }
            Expr::Index(parts, ..) => {
                let base = self.expr(text, &parts.lhs);
                self.refuse_index(base.span)
            }
            Expr::And(list, _) => self.joined(text, list, NodeKind::And),
            Expr::Or(list, _) => self.joined(text, list, NodeKind::Or),
            Expr::Coalesce(list, _) => self.joined(text, list, NodeKind::Coalesce),
            Expr::CharConstant(..) | Expr::InterpolatedString(..) => {
                self.refuse(token(), "texts stand in double quotes, without parts that are computed", "write \"…\"")
            }
            _ => self.refuse(
                token(),
                "plans do not have this expression",
                "see the language reference for what a formula may say",
            ),
        }
    }

    fn variable(&mut self, text: &Text<'a>, name: &str, path: &[rhai::Ident], position: Position) -> Node {
        let name = Self::name(text, name, position);
        match path {
            [] => Node { span: name.span.clone(), kind: NodeKind::Name(name.text) },
            [module] => {
                let module = Self::name(text, &module.name, module.pos);
                Node { span: module.span.to(&name.span), kind: NodeKind::Path(module, name) }
            }
            [first, ..] => {
                let span = Self::name(text, &first.name, first.pos).span.to(&name.span);
                self.refuse(span, "modules do not lie inside one another", "write `module::name`")
            }
        }
    }

    fn joined(&mut self, text: &Text<'a>, list: &[Expr], kind: fn(Vec<Node>) -> NodeKind) -> Node {
        let nodes = self.exprs(text, list);
        let start = nodes.first().map_or(0, |node| node.span.start);
        let end = nodes.last().map_or(start, |node| node.span.end);
        Node { span: text.balanced(start, end), kind: kind(nodes) }
    }

    /// A block as an expression. A closure that reads outer names arrives as such a block.
    fn inner_block(&mut self, text: &Text<'a>, block: &StmtBlock) -> Node {
        let curried = block.statements().iter().find_map(|statement| match statement {
            Stmt::Expr(expr) => match &**expr {
                Expr::FnCall(call, position) if call.name == "curry" => Some(*position),
                _ => None,
            },
            _ => None,
        });
        match curried {
            Some(position) if matches!(block.statements().first(), Some(Stmt::Share(..))) => {
                self.closure(text, Self::at(text, position))
            }
            _ => match block.statements() {
                [single @ (Stmt::If(..) | Stmt::Switch(..) | Stmt::Expr(..) | Stmt::FnCall(..))] => {
                    self.statement_value(text, single)
                }
                _ => self.block(text, block),
            },
        }
    }

    fn refuse_index(&mut self, span: Span) -> Node {
        self.refuse(span, "a list is not read by position", "use a table: `t.at(…)`")
    }

    /// `base.rhs`, where `rhs` may go on.
    fn chain(&mut self, text: &Text<'a>, base: Node, rhs: &Expr, flags: ASTFlags) -> Node {
        if flags.intersects(ASTFlags::NEGATED) {
            return self.refuse(base.span, "`?.` is not used in plans", "give an optional value a default with `??`");
        }
        match rhs {
            Expr::Property(parts, position) => {
                let name = Self::name(text, &parts.2, *position);
                Node { span: base.span.to(&name.span), kind: NodeKind::Field(Box::new(base), name) }
            }
            Expr::MethodCall(call, position) => {
                let name = Self::name(text, &call.name, *position);
                let end = text.find(name.span.end, '(').map_or(name.span.end, |open| text.token_end(open));
                let args = self.exprs(text, &call.args);
                let span = text.span(base.span.start, end);
                Node { span, kind: NodeKind::Method(Box::new(base), name, args) }
            }
            Expr::Dot(parts, inner_flags, _) => {
                let base = self.chain(text, base, &parts.lhs, ASTFlags::empty());
                self.chain(text, base, &parts.rhs, *inner_flags)
            }
            Expr::Index(parts, ..) => {
                let base = self.chain(text, base, &parts.lhs, ASTFlags::empty());
                self.refuse_index(base.span)
            }
            _ => self.refuse(base.span, "plans do not have this expression", "write `of.name` or `of.name(…)`"),
        }
    }

    fn call(&mut self, text: &Text<'a>, call: &FnCallExpr, position: Position) -> Node {
        let start = Self::at(text, position);
        if call.name == "contains"
            && call.args.len() == 2
            && !call.is_qualified()
            && !text.whole.get(start..).unwrap_or_default().starts_with("contains")
        {
            return self.membership(text, &call.args);
        }
        if call.is_operator_call() {
            return self.operator(text, call, start);
        }
        let name = Self::name(text, &call.name, position);
        let end = text.find(name.span.end, '(').map_or(name.span.end, |open| text.token_end(open));
        let module = call.namespace.path.first().map(|module| Self::name(text, &module.name, module.pos));
        let start = module.as_ref().map_or(start, |module| module.span.start);
        let args = self.exprs(text, &call.args);
        Node { span: text.span(start, end), kind: NodeKind::Call(module, name, args) }
    }

    /// `item in list`, which Rhai keeps as a call with the list first.
    fn membership(&mut self, text: &Text<'a>, args: &[Expr]) -> Node {
        let mut nodes = self.exprs(text, args).into_iter();
        match (nodes.next(), nodes.next()) {
            (Some(list), Some(item)) => {
                let span = text.balanced(item.span.start, list.span.end);
                Node { span, kind: NodeKind::In(Box::new(item), Box::new(list)) }
            }
            _ => Node { kind: NodeKind::Refused, span: text.span(0, 0) },
        }
    }

    fn operator(&mut self, text: &Text<'a>, call: &FnCallExpr, start: usize) -> Node {
        let sign = call.name.as_str();
        let mut nodes = self.exprs(text, &call.args).into_iter();
        let here = text.span(start, start.saturating_add(sign.len()));
        match (sign, nodes.next(), nodes.next()) {
            ("-", Some(of), None) => Node { span: here.to(&of.span), kind: NodeKind::Negate(Box::new(of)) },
            ("+", Some(of), None) => of,
            ("!", Some(of), None) => {
                let from = here.start.min(of.span.start);
                Node { span: text.span(from, of.span.end), kind: NodeKind::Not(Box::new(of)) }
            }
            (".." | "..=", Some(from), Some(to)) => {
                let span = from.span.to(&to.span);
                Node { span, kind: NodeKind::Range(Box::new(from), Box::new(to), sign == "..=") }
            }
            (sign, Some(left), Some(right)) => {
                let span = text.balanced(left.span.start, right.span.end);
                match BinaryOp::from_sign(sign) {
                    Some(op) => Node { span, kind: NodeKind::Binary(op, Box::new(left), Box::new(right)) },
                    None => self.refuse(
                        here,
                        &format!("plans do not have the operator `{sign}`"),
                        "use + - * / and comparisons",
                    ),
                }
            }
            _ => self.refuse(here, &format!("plans do not have the operator `{sign}`"), "use + - * / and comparisons"),
        }
    }
}
