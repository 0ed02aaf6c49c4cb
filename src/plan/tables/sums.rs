//! Sums over people: `team`, `everyone`, `group`, and the figures that formulas read of them.

use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::payee_field;
use crate::plan::declare::Elsewhere;
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::{Figure, Op, Read, Scalar};
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{Levels, Over, Sum, SumOf, Unit};
use crate::plan::scope::{Term, Typed};
use crate::plan::syntax::{Name, Node};
use rust_decimal::Decimal;
use std::sync::Arc;

impl Elaborator<'_> {
    /// `team(bookings)`, `team("bookings", 2)`, `team(bookings, "all")`
    pub(super) fn team(&mut self, args: &[Node], span: &Span) -> Term {
        let example = "write `team(bookings)`, `team(\"bookings\", 2)` or `team(bookings, \"all\")`";
        let (of, levels) = match args {
            [of] => (of, None),
            [of, levels] => (of, Some(levels)),
            _ => {
                let message = "`team` takes a measure or a component, and how many levels below";
                return self.wrong_table(Code::WrongType, message, span, example);
            }
        };
        let of = self.summed(of, example);
        let levels = levels.map_or(Some(Levels::Exactly(1)), |node| self.levels(node, example));
        match (of, levels) {
            (Some(of), Some(levels)) => self.sum(of, Over::Team(levels), span),
            _ => Term::Wrong,
        }
    }

    /// `everyone(bookings)`
    pub(super) fn everyone(&mut self, args: &[Node], span: &Span) -> Term {
        let example = "write `everyone(bookings)`";
        let [of] = args else {
            let message = "`everyone` takes a measure or a component";
            return self.wrong_table(Code::WrongType, message, span, example);
        };
        match self.summed(of, example) {
            Some(of) => self.sum(of, Over::Everyone, span),
            None => Term::Wrong,
        }
    }

    /// `group(bookings, "region")`
    pub(super) fn group(&mut self, args: &[Node], span: &Span) -> Term {
        let example = "write `group(bookings, \"region\")`";
        let [of, field] = args else {
            let message = "`group` takes a measure or a component, and a field of the payee in quotes";
            return self.wrong_table(Code::WrongType, message, span, example);
        };
        let of = self.summed(of, example);
        match (of, self.group_field(field, "group(bookings, \"region\")")) {
            (Some(of), Some(field)) => self.sum(of, Over::Group(field), span),
            _ => Term::Wrong,
        }
    }

    /// A field of the payee in quotes, by which people are grouped.
    fn group_field(&mut self, node: &Node, example: &str) -> Option<usize> {
        let typed = self.wanted(node, Wanted::Text);
        let Some(Scalar::Text(name)) = typed.known() else {
            if typed.kind != Kind::Wrong {
                let finding =
                    Diagnostic::error(Code::WrongType, "a group is named by a field of the payee").at(&node.span);
                self.report(finding.help(format!("write the field in quotes: `{example}`")));
            }
            return None;
        };
        let alone = [payee_field::ID, payee_field::RECORDED];
        let schema = self.schema;
        if let Some(place) = schema.payees.position(name).filter(|place| !alone.contains(place)) {
            return Some(place);
        }
        let fields: Vec<&str> = schema.payees.names().filter(|known| !["id", "recorded"].contains(known)).collect();
        let mut finding =
            Diagnostic::error(Code::UnknownField, format!("payees are not grouped by `{name}`")).at(&node.span);
        finding = match nearest(name, fields.iter().copied()) {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None => finding.help(format!("there are {}", list_of(fields.into_iter()))),
        };
        self.report(finding);
        None
    }

    fn summed(&mut self, node: &Node, example: &str) -> Option<SumOf> {
        match self.term(node) {
            Term::Measure(place) => return Some(SumOf::Measure(place)),
            Term::Component(place) => return Some(SumOf::Component(place)),
            Term::Typed(typed) => match typed.known() {
                Some(Scalar::Text(name)) => return Some(SumOf::Named(Arc::clone(name))),
                _ if typed.kind == Kind::Wrong => return None,
                _ => {}
            },
            Term::Wrong => return None,
            _ => {}
        }
        let message = "a sum takes a measure or a component, or the name of one in quotes";
        self.wrong_table(Code::WrongType, message, &node.span, example);
        None
    }

    /// A sum of the plan, the same for the same people of the same.
    pub(in crate::plan) fn sum(&mut self, of: SumOf, over: Over, span: &Span) -> Term {
        if self.reads_module() {
            let finding = Diagnostic::error(Code::PlanFirst, "a sum is made in a plan's script").at(span);
            self.report(finding.help("a module holds values, tables and functions"));
            return Term::Wrong;
        }
        let same = self.sums.iter().position(|sum| sum.of == of && sum.over == over);
        Term::Sum(same.unwrap_or_else(|| {
            self.sums.push(Sum { of, over, span: span.clone() });
            self.sums.len().saturating_sub(1)
        }))
    }

    fn levels(&mut self, node: &Node, example: &str) -> Option<Levels> {
        let typed = self.needed(node);
        match typed.known() {
            Some(Scalar::Text(word)) if &**word == "all" => return Some(Levels::All),
            Some(Scalar::Decimal(level)) if level.fract().is_zero() && *level >= Decimal::ONE => {
                if let Ok(level) = u32::try_from(*level) {
                    return Some(Levels::Exactly(level));
                }
            }
            _ if typed.kind == Kind::Wrong => return None,
            _ => {}
        }
        self.wrong_table(Code::WrongType, "levels are counted from 1, or `\"all\"`", &node.span, example);
        None
    }

    /// What a sum counts in, and the measure of this plan that it sums.
    pub(in crate::plan) fn summed_unit(&self, sum: usize) -> (Unit, Option<usize>) {
        let place = self.sums.get(sum).and_then(|sum| match &sum.of {
            SumOf::Measure(place) => Some(*place),
            SumOf::Component(_) => None,
            SumOf::Named(name) => self.measures.iter().position(|measure| measure.name == *name),
        });
        let elsewhere = match self.elsewhere(sum) {
            Some(Elsewhere::Credits(unit)) => unit,
            Some(Elsewhere::Earnings) | None => Unit::Money,
        };
        (place.and_then(|place| self.measures.get(place)).map_or(elsewhere, |measure| measure.unit), place)
    }

    /// What the name of a sum stands for in other plans, if it goes by a name.
    fn elsewhere(&self, sum: usize) -> Option<Elsewhere> {
        match self.sums.get(sum).map(|sum| &sum.of) {
            Some(SumOf::Named(name)) => self.declared.elsewhere.get(name).copied(),
            _ => None,
        }
    }

    /// Whether a sum takes what components earn.
    pub(in crate::plan) fn is_of_earnings(&self, place: usize) -> bool {
        self.sums.get(place).is_some_and(|sum| match &sum.of {
            SumOf::Measure(_) => false,
            SumOf::Component(_) => true,
            SumOf::Named(name) => {
                let earnings = self.elsewhere(place) == Some(Elsewhere::Earnings);
                (earnings || self.components.iter().any(|component| component.name == *name))
                    && !self.measures.iter().any(|measure| measure.name == *name)
            }
        })
    }

    /// `reps.total`
    pub(in crate::plan) fn sum_figure(&mut self, sum: usize, name: &Name, span: &Span) -> Typed {
        let earnings = self.is_of_earnings(sum);
        let words: Vec<&str> = Figure::OF_SUMS
            .iter()
            .filter(|(_, figure)| !earnings || matches!(figure, Figure::Total | Figure::Rank | Figure::Members))
            .map(|(word, _)| *word)
            .chain((!earnings).then_some("members_at"))
            .chain(["rank_in"])
            .collect();
        if &*name.text == "rank_in" {
            return self.rank_in(&Term::Sum(sum), &[], span);
        }
        if &*name.text == "members_at" && !earnings {
            let finding = Diagnostic::error(Code::WrongType, "`members_at` takes an attainment").at(span);
            return self.report(finding.help("write `reps.members_at(80.pct)`"));
        }
        let found = Figure::OF_SUMS.iter().find(|(word, _)| *word == &*name.text && words.contains(word));
        let Some((_, figure)) = found else {
            let what = if earnings { "a sum of what is earned" } else { "a sum" };
            return self.unknown_field(what, name, &words);
        };
        self.read_sum(sum, *figure, &name.text, span)
    }

    fn read_sum(&mut self, sum: usize, figure: Figure, word: &str, span: &Span) -> Typed {
        if !self.figure_is_known("a sum", figure, word, span) {
            return Typed::wrong(span);
        }
        let (unit, _) = self.summed_unit(sum);
        if figure.reads_quota() {
            self.reads_quota_of_sum(sum);
        }
        Typed::new(Op::Read(Read::Sum(sum, figure)), figure.kind(unit), span)
    }

    /// Marks the quota of what a sum takes as read. Of years that each payee counts from another day there is no sum.
    pub(in crate::plan) fn reads_quota_of_sum(&mut self, sum: usize) {
        let Some(measure) = self.summed_unit(sum).1.and_then(|place| self.measures.get_mut(place)) else { return };
        measure.quota_read = true;
        let own_years = measure.period == PeriodKind::Anniversary;
        if let Some(span) = self.sums.get(sum).map(|sum| sum.span.clone()).filter(|_| own_years) {
            let message = "everybody has a year of their own here, and their quotas do not add up";
            let help = "give the boundaries as amounts, or let the measure run over calendar periods";
            self.report(Diagnostic::error(Code::TierKind, message).at(&span).help(help));
        }
    }

    /// `bookings.rank_in("region")`
    pub(in crate::plan) fn rank_in(&mut self, of: &Term, args: &[Node], span: &Span) -> Typed {
        let [field] = args else {
            let finding = Diagnostic::error(Code::WrongType, "`rank_in` takes a field of the payee in quotes").at(span);
            return self.report(finding.help("write `bookings.rank_in(\"region\")`"));
        };
        let Some(field) = self.group_field(field, "bookings.rank_in(\"region\")") else { return Typed::wrong(span) };
        let figure = Figure::RankIn(field);
        match of {
            Term::Sum(sum) => self.read_sum(*sum, figure, "rank_in", span),
            Term::Measure(place) if self.figure_is_known("a measure", figure, "rank_in", span) => {
                Typed::new(Op::Read(Read::Measure(*place, figure)), Kind::Number, span)
            }
            _ => Typed::wrong(span),
        }
    }

    /// `reps.members_at(80.pct)`
    pub(in crate::plan) fn members_at(&mut self, sum: usize, args: &[Node], span: &Span) -> Typed {
        let [at] = args else {
            let finding = Diagnostic::error(Code::WrongType, "`members_at` takes an attainment").at(span);
            return self.report(finding.help("write `reps.members_at(80.pct)`"));
        };
        if self.is_of_earnings(sum) {
            let finding = Diagnostic::error(Code::UnknownField, "a sum of what is earned has no attainment").at(span);
            return self.report(finding.help("take the sum of a measure: `team(bookings)`"));
        }
        let at = self.wanted(at, Wanted::Percent);
        match at.known() {
            Some(Scalar::Decimal(attainment)) => self.read_sum(sum, Figure::MembersAt(*attainment), "members_at", span),
            _ if at.kind == Kind::Wrong => Typed::wrong(span),
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "the attainment is the same for everybody");
                self.report(finding.at(&at.at).help("write it as a figure: `reps.members_at(80.pct)`"))
            }
        }
    }
}
