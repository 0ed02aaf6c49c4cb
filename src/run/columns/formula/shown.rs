//! A formula over columns in words, and what it takes.

use super::{Node, Program, Shape};
use crate::domain::facts::Schema;

impl Program<'_> {
    /// How it is worked, over the columns of a schema: whole numbers at a scale, with what is looked up by the texts and days that
    /// decide it in place of what reads them.
    #[must_use]
    pub fn form(&self, schema: &Schema) -> String {
        match self.shape {
            Shape::Figure(scale) => format!("{} / 10^{scale}", form(&self.node, schema)),
            Shape::Flag | Shape::Other => form(&self.node, schema),
        }
    }

    /// How many times it goes over the rows of a block: what it takes on any machine.
    #[must_use]
    pub fn passes(&self) -> usize {
        passes(&self.node)
    }
}

fn form(node: &Node<'_>, schema: &Schema) -> String {
    let name = |place: &usize| schema.deals.get(*place).map_or("?", |column| &*column.name);
    let list = |word: &str, parts: &[&Node<'_>]| {
        let parts: Vec<String> = parts.iter().map(|part| form(part, schema)).collect();
        format!("({word} {})", parts.join(" "))
    };
    match node {
        Node::Known(value) => value.to_string(),
        Node::Column(place) => name(place).to_owned(),
        Node::Converted(place, ..) => format!("(exchanged {})", name(place)),
        Node::Small(_, keys, ..) => {
            let keys: Vec<&str> = keys.iter().flatten().map(name).collect();
            format!("(by {})", keys.join(" "))
        }
        Node::Scaled(of, factor) => format!("(times {} {factor})", form(of, schema)),
        Node::Add(a, b) => list("add", &[a, b]),
        Node::Sub(a, b) => list("sub", &[a, b]),
        Node::Mul(a, b) => list("mul", &[a, b]),
        Node::Compare(op, a, b) => list(&format!("{op:?}").to_lowercase(), &[a, b]),
        Node::Least(a, b) => list("min", &[a, b]),
        Node::Most(a, b) => list("max", &[a, b]),
        Node::If(condition, then, otherwise) => list("if", &[condition, then, otherwise]),
        Node::And(parts) => list("and", &parts.iter().collect::<Vec<_>>()),
        Node::Or(parts) => list("or", &parts.iter().collect::<Vec<_>>()),
        Node::Not(of) => list("not", &[of]),
        Node::Coalesce(place, other) => format!("(first-there {} {})", name(place), form(other, schema)),
    }
}

fn passes(node: &Node<'_>) -> usize {
    let of = |parts: &[&Node<'_>]| parts.iter().fold(1_usize, |sum, part| sum.saturating_add(passes(part)));
    match node {
        Node::Known(_) => 0,
        Node::Column(_) | Node::Converted(..) | Node::Small(..) => 1,
        Node::Scaled(a, _) | Node::Not(a) | Node::Coalesce(_, a) => of(&[a]),
        Node::Add(a, b)
        | Node::Sub(a, b)
        | Node::Mul(a, b)
        | Node::Compare(_, a, b)
        | Node::Least(a, b)
        | Node::Most(a, b) => of(&[a, b]),
        Node::If(a, b, c) => of(&[a, b, c]),
        Node::And(parts) | Node::Or(parts) => of(&parts.iter().collect::<Vec<_>>()),
    }
}
