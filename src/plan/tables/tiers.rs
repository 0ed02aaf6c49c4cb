//! Tables along one axis: `marginal`, `retroactive`, `steps`, `interpolated`.

use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::value::Duration;
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::Kind;
use crate::plan::scope::{Here, Param, Term, Typed};
use crate::plan::syntax::Node;
use crate::plan::table::{Axis, Body, KeyKind, Mode, Table, Tier, Tiers, Values};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Where the formula of a tier's value stands.
const TIER: Here = Here {
    params: &[Param::Payee],
    when: None,
    figures: false,
    per_deal: false,
    deals_apart: false,
    unit: Kind::Money,
    event_amount: false,
};

impl Elaborator<'_> {
    pub(super) fn tier_table(&mut self, mode: Mode, args: &[Node], span: &Span) -> Term {
        let example = format!("write `{}([[0.pct, 4.pct], [100.pct, 8.pct]])`", mode.word());
        let Some(rows) = self.rows(args, span, &example) else {
            return Term::Wrong;
        };
        let mut tiers: Vec<Tier> = Vec::with_capacity(rows.len());
        let mut axis: Option<(Axis, Span)> = None;
        let mut values: Option<(Values, Span)> = None;
        let mut sound = true;
        for (cells, row) in rows {
            let [from, value] = cells.as_slice() else {
                let more = "; a tier ends where the next begins, and thousands are written `10_000`";
                let help = if cells.len() > 2 { format!("{example}{more}") } else { example.clone() };
                self.wrong_table(
                    Code::TableShape,
                    "a row of this table has two cells: where it begins, and its value",
                    &row,
                    &help,
                );
                sound = false;
                continue;
            };
            let (boundary, above) = self.boundary(from);
            let from = self.position(&boundary, &mut axis);
            let cell = self.tier_value(value);
            let fits = self.values_of(&cell, &mut values) && self.value_fits(mode, &cell);
            let curved = above && mode == Mode::Interpolated;
            if curved {
                self.above_a_curve(&boundary.at);
            }
            match from.filter(|_| fits && !curved) {
                Some(from) => tiers.push(tier(from, above, cell, row)),
                None => sound = false,
            }
        }
        let (Some((axis, _)), Some((values, _))) = (axis, values) else {
            return Term::Wrong;
        };
        let tiers = Tiers { mode, axis, rows: tiers };
        if !sound || !self.tiers_in_order(&tiers) || !self.axis_fits(mode, axis, span) {
            return Term::Wrong;
        }
        Term::Table(Arc::new(Table {
            keys: vec![KeyKind::from(axis)],
            body: Body::Tiers(tiers),
            values,
            span: span.clone(),
        }))
    }

    /// A tier's value: known, or a formula of the payee.
    fn tier_value(&mut self, node: &Node) -> Typed {
        match self.term(node) {
            Term::Closure(closure) => {
                let value = self.formula(&closure, TIER);
                self.must_be_there(value)
            }
            other => {
                let cell = self.value_of(other, node);
                let cell = self.in_plan_currency(cell);
                let cell = self.must_be_there(cell);
                if self.known_cell(&cell) { cell } else { Typed::wrong(&node.span) }
            }
        }
    }

    /// Texts are read at a point; nothing can be sliced or drawn between them.
    fn value_fits(&mut self, mode: Mode, cell: &Typed) -> bool {
        let figures = cell.kind != Kind::Text || matches!(mode, Mode::Steps);
        if !figures {
            let message = format!("the values of `{}` are percents, amounts or factors", mode.word());
            let finding = Diagnostic::error(Code::WrongType, message).at(&cell.at);
            self.report(finding.help("a table of texts is `steps([…])`, a `grid` or a `lookup`"));
        }
        figures
    }

    fn above_a_curve(&mut self, span: &Span) {
        let finding = Diagnostic::error(Code::WrongType, "a curve has points, which belong to no side")
            .at(span)
            .help("write the point itself; two rows at one point make a jump, and the later row owns it");
        self.report(finding);
    }

    /// What is sliced is credit or attainment: an age cannot be.
    fn axis_fits(&mut self, mode: Mode, axis: Axis, span: &Span) -> bool {
        let sliced = matches!(mode, Mode::Marginal | Mode::Retroactive);
        if !sliced || !matches!(axis, Axis::Days | Axis::Months) {
            return true;
        }
        let message = format!("`{}` pays on credit, and an age is none", mode.word());
        let finding = Diagnostic::error(Code::TierKind, message).at(span);
        self.report(finding.help("over an age say `steps([…])` or `interpolated([…])`"));
        false
    }

    fn boundary(&mut self, node: &Node) -> (Typed, bool) {
        match self.term(node) {
            Term::Above(typed) => (*typed, true),
            Term::Typed(typed) => (self.in_plan_currency(typed), false),
            Term::Wrong => (Typed::wrong(&node.span), false),
            other => (self.wrong_boundary(&other.describe(), &node.span), false),
        }
    }

    fn wrong_boundary(&mut self, what: &str, span: &Span) -> Typed {
        let message = format!("a boundary is a percent of quota, an amount, a count or a duration, not {what}");
        self.report(Diagnostic::error(Code::WrongType, message).at(span).help("write `50.pct`, `1_000` or `90.days`"))
    }

    /// Where a boundary lies on the axis, which is that of the first one.
    pub(super) fn position(&mut self, boundary: &Typed, axis: &mut Option<(Axis, Span)>) -> Option<Decimal> {
        let span = &boundary.at;
        let (found, position) = match (boundary.kind, boundary.known()) {
            (Kind::Wrong, _) => return None,
            (Kind::Percent, Some(Scalar::Decimal(x))) => (Axis::Attainment, *x),
            (_, Some(Scalar::Decimal(x))) => (Axis::Figure, *x),
            (_, Some(Scalar::Duration(Duration::Days(count)))) => (Axis::Days, Decimal::from(*count)),
            (_, Some(Scalar::Duration(Duration::Months(count)))) => (Axis::Months, Decimal::from(*count)),
            (_, None) => {
                self.known_cell(boundary);
                return None;
            }
            (other, Some(_)) => {
                self.wrong_boundary(&other.to_string(), span);
                return None;
            }
        };
        match axis {
            Some((first, at)) if *first != found => {
                let finding = Diagnostic::error(
                    Code::TierKind,
                    format!("the boundaries of a table are all {}, or all {}", words(*first), words(found)),
                )
                .at(span)
                .also(&at.clone(), "the first one says otherwise")
                .help("attainment is written `50.pct`, an amount or a count `1_000`, an age `90.days` or `3.months`");
                self.report(finding);
                None
            }
            _ => {
                axis.get_or_insert_with(|| (found, span.clone()));
                Some(position)
            }
        }
    }

    /// Tiers begin at zero and rise; a curve may begin anywhere and may jump once at a point, and steps that a formula
    /// reads may begin below zero.
    fn tiers_in_order(&mut self, tiers: &Tiers) -> bool {
        let mut sound = true;
        if let Some(first) = tiers.rows.first().filter(|first| {
            tiers.mode != Mode::Interpolated
                && !tiers.begins_at_one()
                && !tiers.begins_below_zero()
                && (first.above || !first.from.is_zero())
        }) {
            let below = first.from.is_sign_negative() && !matches!(tiers.axis, Axis::Days | Axis::Months);
            self.begins_elsewhere(tiers.axis, below, &first.span);
            sound = false;
        }
        let mut jumps = 0_u32;
        for (lower, upper) in tiers.rows.iter().zip(tiers.rows.iter().skip(1)) {
            let jump = tiers.mode == Mode::Interpolated && lower.from == upper.from;
            jumps = if jump { jumps.saturating_add(1) } else { 0 };
            // A tier of one point: what is reached exactly, and what lies above it.
            let point = lower.from == upper.from
                && matches!(tiers.mode, Mode::Steps | Mode::Retroactive)
                && (upper.above, lower.above) == (true, false);
            if lower.from < upper.from || point || (jump && jumps == 1) {
                continue;
            }
            let message = match (jump, lower.from == upper.from) {
                (true, _) => "three points of a curve lie at one place",
                (_, true) => "this boundary stands twice",
                (_, false) => "the boundaries do not rise",
            };
            let finding = Diagnostic::error(Code::TierOrder, message)
                .at(&upper.span)
                .also(&lower.span, "the row before")
                .help("each tier begins above the one before it");
            self.report(finding);
            sound = false;
        }
        sound
    }

    fn begins_elsewhere(&mut self, axis: Axis, below: bool, row: &Span) {
        let help = match axis {
            _ if below => {
                "begin at zero: the first tier holds below it too; a rule that has steps below zero is read in a formula, `|| t.at(…)` of \
                 `steps([[-1_000, 0], [-50, 10], …])`, or is a `grid` with `any` first"
            }
            Axis::Attainment => "begin at zero: `[0.pct, 4.pct]`, or `[0.pct, 0.pct]` if nothing is meant",
            Axis::Figure => "begin at zero: `[0, 4.pct]`, or with 0 for its value if nothing is meant",
            Axis::Days => "begin at zero: `[0.days, 4.pct]`, or with 0 for its value if nothing is meant",
            Axis::Months => "begin at zero: `[0.months, 4.pct]`, or with 0 for its value if nothing is meant",
        };
        let finding = Diagnostic::error(Code::TierStart, "nothing is said about what lies below the first boundary")
            .at(row)
            .label("the lowest tier begins here");
        let finding = if below {
            finding.why("what is paid on deals begins at zero")
        } else {
            finding.why("a deal in that range would be paid nothing, and nobody would be told")
        };
        self.report(finding.help(help));
    }

    /// Whether a table begins at zero; what begins at 1 counts instalments, which only a residual does. A table is asked
    /// where it is used.
    pub(in crate::plan) fn begins_at_zero(&mut self, table: &Table) -> bool {
        self.says_from_zero(table) && self.begins_not_below(table)
    }

    /// Whether a table that no formula reads begins at zero or later: what it is read with is paid from there on.
    pub(in crate::plan) fn begins_not_below(&mut self, table: &Table) -> bool {
        let Some(tiers) = table.tiers().filter(|tiers| tiers.begins_below_zero()) else { return true };
        if let Some(first) = tiers.rows.first() {
            self.begins_elsewhere(tiers.axis, true, &first.span);
        }
        false
    }

    /// Whether a table that a formula reads says what lies above zero.
    pub(super) fn says_from_zero(&mut self, table: &Table) -> bool {
        let late = table.tiers().filter(|tiers| tiers.begins_at_one()).and_then(|tiers| tiers.rows.first());
        if let Some(first) = late {
            self.begins_elsewhere(Axis::Figure, false, &first.span);
        }
        late.is_none()
    }
}

fn words(axis: Axis) -> &'static str {
    match axis {
        Axis::Attainment => "attainment",
        Axis::Figure => "amounts",
        Axis::Days => "days",
        Axis::Months => "months",
    }
}

fn tier(from: Decimal, above: bool, cell: Typed, span: Span) -> Tier {
    let (mut value, mut text, mut formula) = (Decimal::ZERO, None, None);
    match cell.known() {
        Some(Scalar::Decimal(known)) => value = *known,
        Some(Scalar::Text(known)) => text = Some(Arc::clone(known)),
        _ => formula = Some(cell.expr),
    }
    Tier { from, above, value, text, formula, span }
}
