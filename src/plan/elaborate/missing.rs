//! Values that may be missing: a plan gives them a default.

use super::Elaborator;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::facts::deal_column;
use crate::plan::formula::{EventField, Op, Read};
use crate::plan::kind::Kind;
use crate::plan::scope::Typed;
use crate::plan::syntax::Node;

impl Elaborator<'_> {
    /// A value that is there: an optional one is reported.
    pub(in crate::plan) fn needed(&mut self, node: &Node) -> Typed {
        let typed = self.typed(node);
        self.must_be_there(typed)
    }

    pub(in crate::plan) fn must_be_there(&mut self, typed: Typed) -> Typed {
        if !typed.maybe {
            return typed;
        }
        let help = match typed.kind {
            Kind::Date => "give it a default, a day or another column of days: `… ?? date(\"2026-12-31\")`",
            Kind::Text => "give it a default: `… ?? \"\"`, or another text",
            Kind::YesNo => "give it a default: `… ?? false`",
            Kind::Percent => "give it a default: `… ?? 0.pct`",
            _ => "give it a default: `… ?? 0`",
        };
        let finding = Diagnostic::error(Code::MaybeMissing, "this value may be missing")
            .at(&typed.at)
            .why("a blank cell would have to be guessed");
        let finding = match self.declaration_of(&typed) {
            Some(declare) => finding.help(format!("{help}; or, where none is blank, {declare}")),
            None => finding.help(help),
        };
        self.report(finding)
    }

    /// How a project says that a column or field is never blank, of those of which it can.
    fn declaration_of(&self, typed: &Typed) -> Option<String> {
        let (table, column) = match typed.expr.op {
            Op::Read(Read::Deal(place)) => {
                let column = self.schema.deals.get(place)?;
                let declares = column.declared || [deal_column::STARTS, deal_column::ENDS].contains(&place);
                ("deals", Some(column).filter(|_| declares && (column.optional || !column.declared))?)
            }
            Op::Read(Read::Payee(place)) => ("payees", self.schema.payees.get(place)?),
            Op::Read(Read::Event(EventField::Column(place))) => ("events", self.schema.events.get(place)?),
            _ => return None,
        };
        let (name, kind) = (&column.name, column.kind);
        Some(match column.declared {
            true => format!("declare `columns.{table}.{name}` in earnmark.toml without `optional`"),
            false => format!("declare it in earnmark.toml: `columns.{table}.{name} = \"{kind}\"`"),
        })
    }
}
