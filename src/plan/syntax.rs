//! The syntax of a script, as the rest of the loader sees it: a small tree in which every node has its span.
//!
//! Made by [`super::parse`] from Rhai's own syntax tree, so what a script means is what Rhai's parser says.

use crate::domain::diagnostic::Span;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A name with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// Operators of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl BinaryOp {
    /// The operator of a sign.
    #[must_use]
    pub fn from_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "+" => Self::Add,
            "-" => Self::Sub,
            "*" => Self::Mul,
            "/" => Self::Div,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterEqual,
            _ => return None,
        })
    }

    /// Whether it compares: it then gives yes or no.
    #[must_use]
    pub fn compares(self) -> bool {
        !matches!(self, Self::Add | Self::Sub | Self::Mul | Self::Div)
    }

    /// The sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its whole text.
    pub span: Span,
}

/// One arm of a `switch`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The values or ranges that choose it; empty for `_`.
    pub cases: Vec<Node>,
    /// A further condition, `if …`.
    pub condition: Option<Node>,
    /// Its value.
    pub body: Node,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// `12.50`
    Number(Decimal),
    /// `"renewal"`
    Text(Arc<str>),
    /// `true`
    YesNo(bool),
    /// `bookings`
    Name(Arc<str>),
    /// `tables::weights`
    Path(Name, Name),
    /// `deal.amount`, `4.pct`
    Field(Box<Node>, Name),
    /// `marginal([…])`, `tables::part(deal)`: module, function, arguments.
    Call(Option<Name>, Name, Vec<Node>),
    /// `rates.at(…)`: of, method, arguments.
    Method(Box<Node>, Name, Vec<Node>),
    /// `-x`
    Negate(Box<Node>),
    /// `!x`
    Not(Box<Node>),
    /// `a + b`
    Binary(BinaryOp, Box<Node>, Box<Node>),
    /// `a && b && …`
    And(Vec<Node>),
    /// `a || b || …`
    Or(Vec<Node>),
    /// `a ?? b ?? …`
    Coalesce(Vec<Node>),
    /// `x in y`
    In(Box<Node>, Box<Node>),
    /// `a..b`, or with `true` `a..=b`
    Range(Box<Node>, Box<Node>, bool),
    /// `if c { a } else { b }`; without `else` the third is missing
    If(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `switch x { … }`
    Switch(Box<Node>, Vec<Arm>),
    /// `|deal| …`
    Closure(Vec<Name>, Box<Node>),
    /// `[…]`
    List(Vec<Node>),
    /// `#{ … }`
    Map(Vec<(Name, Node)>),
    /// `{ let a = …; … }`
    Block(Vec<Statement>),
    /// Something that plans do not have; reported where it was found.
    Refused,
}

/// A statement of a script or of a block.
#[derive(Clone, Debug)]
pub enum Statement {
    /// `let name = value`, `const name = value`, with `true`: exported.
    Let(Name, Node, bool),
    /// `import "path" as name`
    Import(Name, Name),
    /// An expression.
    Expr(Node),
}

/// `fn name(parameters) { body }`
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Arc<str>>,
    /// What it gives.
    pub body: Node,
}

/// A script.
#[derive(Clone, Debug)]
pub struct Script {
    /// Path in the project folder.
    pub file: Arc<str>,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// Its functions, in the order of the text.
    pub functions: Vec<Function>,
}
