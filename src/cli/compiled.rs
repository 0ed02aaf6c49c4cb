//! The compiled form of a plan's formulas, as `check --verbose` prints it: what each reads and does, after functions, names and
//! constants have been worked away, and for credits how they are worked over columns.

use super::render::clean;
use crate::domain::exact::shortest;
use crate::domain::value::{Columns, Duration};
use crate::plan::formula::{Expr, Op, Read, Scalar};
use crate::plan::load::formulas_of;
use crate::plan::model::Plan;
use crate::project::Project;
use crate::run::columns::{Kinds, Program};

/// Decimal places of amounts in the example of a form over columns: those of a file with cents.
const DECIMALS: u32 = 2;

/// All formulas of a plan, a line each; under the credit of a measure its form over columns.
pub fn forms(project: &Project, plan: &Plan) -> String {
    let names = Names { project, plan };
    let mut text = String::new();
    formulas_of(plan, &mut |formula| {
        let span = &formula.span;
        let place = clean(&format!("{}:{}", span.file, project.texts.line(span)));
        text.push_str(&format!("  {place} {}\n", names.form(formula)));
        if let Some(program) = names.over_columns(formula) {
            text.push_str(&format!("    over columns: {program}\n"));
        }
    });
    text
}

struct Names<'a> {
    project: &'a Project,
    plan: &'a Plan,
}

impl<'a> Names<'a> {
    fn over_columns(&self, formula: &'a Expr) -> Option<String> {
        let credits = |expr: &Expr| std::ptr::eq(expr, formula);
        let is_credit = |measure: &crate::plan::model::Measure| {
            measure.credit.formula().is_some_and(credits) || measure.which.as_ref().is_some_and(credits)
        };
        if !self.plan.measures.iter().any(is_credit) {
            return None;
        }
        let kinds = Kinds { schema: &self.project.facts.schema, decimals: DECIMALS, factors: None };
        Program::of(formula, &kinds).map(|program| program.form(&self.project.facts.schema))
    }

    /// An expression as a list: what it does, then what with.
    fn form(&self, expr: &Expr) -> String {
        let one = |expr: &Expr| self.form(expr);
        let list = |word: &str, parts: &[&Expr]| {
            let parts: Vec<String> = parts.iter().map(|part| one(part)).collect();
            format!("({word} {})", parts.join(" "))
        };
        let all = |word: &str, parts: &[Expr]| list(word, &parts.iter().collect::<Vec<_>>());
        match &expr.op {
            Op::Constant(value) => scalar(value),
            Op::Read(read) => self.read(*read),
            Op::Slot(slot) => format!("${slot}"),
            Op::Let(slot, value, rest) => format!("(let ${slot} {} {})", one(value), one(rest)),
            Op::Negate(of) => list("negate", &[of]),
            Op::Not(of) => list("not", &[of]),
            Op::Binary(op, a, b) => list(&format!("{op:?}").to_lowercase(), &[a, b]),
            Op::And(parts) => all("and", parts),
            Op::Or(parts) => all("or", parts),
            Op::Coalesce(parts) => all("first-there", parts),
            Op::If(condition, then, otherwise) => list("if", &[condition, then, otherwise]),
            Op::OneOf(item, parts) => format!("(one-of {} {})", one(item), all("list", parts)),
            Op::Between(item, from, to, true) => list("from-to", &[item, from, to]),
            Op::Between(item, from, to, false) => list("from-below", &[item, from, to]),
            Op::Call(builtin, parts) => all(&format!("{builtin:?}").to_lowercase(), parts),
            Op::At(table, keys) => {
                let line = self.project.texts.line(&table.span);
                all(&clean(&format!("table@{}:{line}", table.span.file)), keys)
            }
            Op::AtFile(place, keys) => {
                let name = self.project.facts.schema.tables.get(*place).map_or("", |table| &*table.name);
                all(&clean(&format!("table@{name}")), keys)
            }
        }
    }

    fn read(&self, read: Read) -> String {
        let schema = &self.project.facts.schema;
        let named = |columns: &Columns, place: usize| columns.get(place).map_or("?", |column| &*column.name).to_owned();
        let measure = |place: usize| self.plan.measures.get(place).map_or("?", |measure| &*measure.name);
        let text = match read {
            Read::Deal(place) => format!("deal.{}", named(&schema.deals, place)),
            Read::Payee(place) => format!("payee.{}", named(&schema.payees, place)),
            Read::PayeeByDays(place) => format!("payee.{}-by-days", named(&schema.payees, place)),
            Read::Period(field) => format!("period.{field:?}").to_lowercase(),
            Read::Credit => "credit".to_owned(),
            Read::Measure(place, figure) => format!("`{}`.{}", measure(place), format!("{figure:?}").to_lowercase()),
            Read::Sum(place, figure) => format!("sum{place}.{}", format!("{figure:?}").to_lowercase()),
            Read::Earned(place) => {
                let name = self.plan.components.get(place).map_or("?", |component| &*component.name);
                format!("earned `{name}`")
            }
            Read::Event(field) => format!("event.{field:?}").to_lowercase(),
            Read::Quota => "quota".to_owned(),
            Read::Day => "day".to_owned(),
        };
        clean(&text).to_string()
    }
}

fn scalar(value: &Scalar) -> String {
    match value {
        Scalar::Decimal(figure) => shortest(*figure),
        Scalar::Date(day) => day.to_string(),
        Scalar::Duration(Duration::Days(days)) => format!("{days}d"),
        Scalar::Duration(Duration::Months(months)) => format!("{months}m"),
        Scalar::Text(text) => format!("{text:?}"),
        Scalar::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    }
}
