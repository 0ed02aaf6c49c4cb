//! What Rhai's tree does not keep, read again from its piece of the text: closures, `switch` cases, functions' names.

use super::{Reader, syntax_error};
use crate::domain::diagnostic::Span;
use crate::plan::syntax::{Arm, Function, Name, Node, NodeKind, Statement};
use crate::plan::text::Text;
use rhai::{Expr, Position};
use std::sync::Arc;

impl<'a> Reader<'a> {
    /// The statements of a piece of the text, read by themselves.
    pub(super) fn piece(&mut self, start: usize, end: usize) -> Vec<Statement> {
        let piece = self.whole.get(start..end).unwrap_or_default();
        let text = Text::piece(self.file, self.whole, start, end);
        match self.engine.compile(piece) {
            Ok(tree) => self.statements(&text, tree.statements()),
            Err(error) => {
                let finding = syntax_error(&text, &error);
                self.findings.push(finding);
                Vec::new()
            }
        }
    }

    /// The value of a piece of the text.
    pub(super) fn piece_value(&mut self, start: usize, end: usize) -> Node {
        let statements = self.piece(start, end);
        let span = Span { file: Arc::clone(self.file), start, end };
        match <[Statement; 1]>::try_from(statements) {
            Ok([Statement::Expr(node)]) => node,
            Ok([single]) => Node { kind: NodeKind::Block(vec![single]), span },
            Err(statements) => Node { kind: NodeKind::Block(statements), span },
        }
    }

    /// The closure whose first `|` is at `start`.
    pub(super) fn closure(&mut self, text: &Text<'a>, start: usize) -> Node {
        let after = start.saturating_add(1);
        let close = text.find(after, '|').unwrap_or(after);
        let params = names_between(text, after, close);
        let body_start = close.saturating_add(1);
        let body_end = expression_end(text, body_start);
        let body = self.piece_value(body_start, body_end);
        let trimmed = self.whole.get(start..body_end).unwrap_or_default().trim_end().len();
        let span = text.span(start, start.saturating_add(trimmed));
        Node { span, kind: NodeKind::Closure(params, Box::new(body)) }
    }

    pub(super) fn switch(&mut self, text: &Text<'a>, on: &Expr, arms: &[rhai::BinaryExpr], position: Position) -> Node {
        let start = Self::at(text, position);
        let on = self.expr(text, on);
        let open = text.find(on.span.end, '{').unwrap_or(on.span.end);
        let end = text.token_end(open);
        let mut at = open.saturating_add(1);
        let mut found = Vec::with_capacity(arms.len());
        for arm in arms {
            let Some(arrow) = find_arrow(text, at) else {
                break;
            };
            let cases = self.cases(text, at, arrow);
            let condition = (!matches!(arm.lhs, Expr::BoolConstant(true, _))).then(|| self.expr(text, &arm.lhs));
            let body = self.expr(text, &arm.rhs);
            at = arm_end(text, arrow.saturating_add(2));
            found.push(Arm { cases, condition, body });
        }
        Node { span: text.span(start, end), kind: NodeKind::Switch(Box::new(on), found) }
    }

    /// The values before an arm's arrow; none for `_`.
    pub(super) fn cases(&mut self, text: &Text<'a>, start: usize, arrow: usize) -> Vec<Node> {
        let end = word(text, start, arrow, "if").unwrap_or(arrow);
        let mut bounds = vec![start];
        text.scan(start, |at, c| {
            if c == '|' && at < end {
                bounds.push(at);
            }
            (at >= end).then_some(())
        });
        let ends: Vec<usize> = bounds.iter().skip(1).copied().chain([end]).collect();
        let mut cases = Vec::new();
        for (from, to) in bounds.into_iter().zip(ends) {
            let from = if from == start { from } else { from.saturating_add(1) };
            let piece = self.whole.get(from..to).unwrap_or_default();
            if without_comments(piece).trim() != "_" {
                cases.push(self.piece_value(from, to));
            }
        }
        cases
    }

    /// The functions of the script, found in its text: Rhai keeps no place of a function's name.
    pub(super) fn functions(&mut self, text: &Text<'a>) -> Vec<Function> {
        let mut heads = Vec::new();
        let mut before = ' ';
        text.scan(0, |at, c| {
            let rest = text.whole.get(at..).unwrap_or_default();
            let is_word = rest.starts_with("fn ") && !(before == '_' || before.is_alphanumeric());
            if is_word && c == 'f' {
                heads.push(at.saturating_add(3));
            }
            before = c;
            None::<()>
        });
        heads.into_iter().filter_map(|head| self.function(text, head)).collect()
    }

    pub(super) fn function(&mut self, text: &Text<'a>, head: usize) -> Option<Function> {
        let blanks = self.whole.get(head..)?.chars().take_while(|c| c.is_whitespace()).map(char::len_utf8).sum();
        let span = text.token(head.saturating_add(blanks));
        let name = Name { text: Arc::from(self.whole.get(span.start..span.end)?), span };
        let open = text.find(name.span.end, '(')?;
        let close = text.token_end(open);
        let params = names_between(text, open.saturating_add(1), close.saturating_sub(1));
        let brace = text.find(close, '{')?;
        let body = self.piece_value(brace.saturating_add(1), text.token_end(brace).saturating_sub(1));
        Some(Function { name, params: params.into_iter().map(|param| param.text).collect(), body })
    }
}

/// The names of a parameter list.
fn names_between(text: &Text<'_>, start: usize, end: usize) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    text.scan(start, |at, c| {
        if at >= end {
            return Some(());
        }
        let inside = names.last().is_some_and(|last| at < last.span.end);
        if !inside && (c == '_' || c.is_alphabetic()) {
            let span = text.token(at);
            let name = text.whole.get(span.start..span.end).unwrap_or_default();
            names.push(Name { text: Arc::from(name), span });
        }
        None
    });
    names
}

/// The byte at which the expression at `start` ends: the first `, ; ) ] }` outside brackets.
fn expression_end(text: &Text<'_>, start: usize) -> usize {
    let mut skip_to = start;
    text.scan(start, |at, c| {
        if at < skip_to {
            return None;
        }
        match c {
            '(' | '[' | '{' => {
                skip_to = text.token_end(at);
                None
            }
            ',' | ';' | ')' | ']' | '}' => Some(at),
            _ => None,
        }
    })
    .unwrap_or(text.whole.len())
}

/// Where the arm of a `switch` ends whose value begins at `start`, its comma included. After a block, an `if` or another
/// `switch` the comma may be missing.
fn arm_end(text: &Text<'_>, start: usize) -> usize {
    let first = |at: usize| text.scan(at, |at, c| (!c.is_whitespace()).then_some(at)).unwrap_or(at);
    let is_word = |at: usize, wanted: &str| {
        let span = text.token(at);
        text.whole.get(span.start..span.end) == Some(wanted)
    };
    let block_after = |at: usize| {
        let open = text.scan(at, |at, c| match c {
            '{' | ',' | ';' => Some((at, c == '{')),
            _ => None,
        });
        open.and_then(|(at, is_block)| is_block.then(|| text.token_end(at)))
    };
    let begin = first(start);
    let mut end = if text.whole.get(begin..).is_some_and(|rest| rest.starts_with('{')) {
        Some(text.token_end(begin))
    } else if is_word(begin, "if") || is_word(begin, "switch") {
        block_after(begin)
    } else {
        None
    };
    while let Some(after) = end.map(first).filter(|after| is_word(*after, "else")) {
        end = block_after(after);
    }
    let end = match end {
        Some(end) => first(end),
        None => expression_end(text, start),
    };
    if text.whole.get(end..).is_some_and(|rest| rest.starts_with(',')) { end.saturating_add(1) } else { end }
}

/// The byte of a word between two places.
fn word(text: &Text<'_>, start: usize, end: usize, wanted: &str) -> Option<usize> {
    let mut skip_to = start;
    let found = text.scan(start, |at, c| {
        if at >= end {
            return Some(None);
        }
        if at < skip_to || !(c == '_' || c.is_alphabetic()) {
            return None;
        }
        skip_to = text.token_end(at);
        (text.whole.get(at..skip_to) == Some(wanted)).then_some(Some(at))
    });
    found.flatten()
}

/// The byte of the next `=>` outside brackets.
fn find_arrow(text: &Text<'_>, start: usize) -> Option<usize> {
    let mut skip_to = start;
    text.scan(start, |at, c| {
        if at >= skip_to && matches!(c, '(' | '[' | '{') {
            skip_to = text.token_end(at);
        }
        (at >= skip_to && text.whole.get(at..)?.starts_with("=>")).then_some(at)
    })
}

fn without_comments(piece: &str) -> String {
    let file = Arc::from("");
    let text = Text::piece(&file, piece, 0, piece.len());
    let mut kept = String::new();
    text.scan(0, |_, c| {
        kept.push(c);
        None::<()>
    });
    kept
}
