//! `per` with a column: what is worked for the deals of each of its values apart, and what is not.

use super::Given;
use super::component::Paying;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::{Expr, Figure, Read};
use crate::plan::model::{Base, CreditRule, On, Per, Price, sum_below};

impl Elaborator<'_> {
    /// Whether a component that says `per` with a column is worked by it: a table reads the deals of each value apart, a
    /// formula would read the whole period again for each of them.
    pub(super) fn reads_apart(&mut self, given: &Given, paying: &Paying<'_>, price: &Price, span: &Span) -> bool {
        let Per::Column(column) = paying.per else { return true };
        let column = self.schema.deals.get(column).map_or_else(String::new, |column| column.name.to_string());
        if matches!(given.spec.name, "commission" | "spiff") && !has_table(price) {
            let message =
                format!("`per: \"{column}\"` changes nothing: each deal is paid alike, and no table follows them");
            let finding = Diagnostic::error(Code::ConflictingSettings, message)
                .at(given.at("per"))
                .also(span, "this is no table")
                .help(
                    "leave `per` out, or write a table, which runs over the deals of each value apart: \
                     `rate: marginal([[0, 8.pct], [10_000, 5.pct]])`",
                );
            self.report(finding);
            return false;
        }
        let mut whole = Vec::new();
        let mut note = |formula: &Expr| {
            formula.reads(&mut |read, at| {
                if self.is_of_the_whole(paying.on, read) {
                    whole.push(at.clone());
                }
            });
        };
        formulas(price, &mut note);
        if let Base::Formula(of) = paying.of {
            note(of);
        }
        let Some(at) = whole.first() else { return true };
        let finding = Diagnostic::error(Code::NotHere, format!("this is the whole period's, not that of each `{column}`"))
            .at(at)
            .also(given.at("per"), "paid for each apart")
            .help(
                "a table reads each apart: `pay: steps([[0, 0], [500, 20]])`; what follows the whole is a component of its own, \
                 without `per`",
            );
        self.report(finding);
        false
    }

    /// The amount of a pool is one for all: it reads no figure of which each member has their own.
    pub(super) fn reads_of_all(
        &mut self,
        given: &Given,
        paying: &Paying<'_>,
        price: &Price,
        multiplier: Option<&Price>,
    ) -> bool {
        if given.spec.name != "pool" {
            return true;
        }
        let mut own = Vec::new();
        let mut note = |formula: &Expr| {
            formula.reads(&mut |read, at| {
                if let Read::Measure(place, _) = read
                    && !self.is_of_all(place)
                {
                    own.push((place, at.clone()));
                }
            });
        };
        formulas(price, &mut note);
        multiplier.into_iter().for_each(|multiplier| formulas(multiplier, &mut note));
        if let Base::Formula(of) = paying.of {
            note(of);
        }
        let Some((place, at)) = own.into_iter().next() else { return true };
        let name = self.measures.get(place).map_or_else(String::new, |measure| measure.name.to_string());
        let message = format!("`{name}` is each member's own here, and a pool is one amount for all");
        let finding = Diagnostic::error(Code::NotHere, message).at(&at);
        let help = format!("read the sum, as `everyone({name}).total`; by what each has it is divided: `share`");
        self.report(finding.help(help));
        false
    }

    /// Whether a measure may be the same for all: totals that are given, and what credits a sum over people.
    pub(super) fn is_of_all(&self, place: usize) -> bool {
        self.rests_on_given(place) || sum_below(&self.measures, place).is_some()
    }

    /// Whether it is a figure, of what a component follows, that grows with every deal of the period.
    fn is_of_the_whole(&self, on: &On, read: Read) -> bool {
        let grows = |figure: Figure| {
            matches!(figure, Figure::Total | Figure::Attainment | Figure::TotalBefore | Figure::AttainmentBefore)
        };
        match (on, read) {
            (On::Measure(place), Read::Measure(read, figure)) if *place == read => grows(figure),
            (On::Measure(place), Read::Measure(..) | Read::Sum(..)) => {
                match self.measures.get(*place).map(|measure| &measure.credit) {
                    Some(CreditRule::Measure(base)) if base < place => self.is_of_the_whole(&On::Measure(*base), read),
                    Some(CreditRule::Sum(sum)) => self.is_of_the_whole(&On::Sum(*sum), read),
                    _ => false,
                }
            }
            (On::Sum(place), Read::Sum(read, figure)) => *place == read && grows(figure),
            (On::Component(place), Read::Earned(read)) => *place == read,
            _ => false,
        }
    }
}

/// Whether a table gives the price, on some day at least.
fn has_table(price: &Price) -> bool {
    match price {
        Price::Table(_) => true,
        Price::Dated(rows) => rows.iter().any(|(_, price)| has_table(price)),
        Price::Constant(_) | Price::Formula(_) => false,
    }
}

/// Calls `seen` with the formulas of a price.
fn formulas(price: &Price, seen: &mut dyn FnMut(&Expr)) {
    match price {
        Price::Formula(formula) => seen(formula),
        Price::Dated(rows) => rows.iter().for_each(|(_, price)| formulas(price, seen)),
        Price::Constant(_) | Price::Table(_) => {}
    }
}
