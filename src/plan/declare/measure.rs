//! `measure`: what is credited, to whom, and towards what.

use super::{Given, kind_of, of_deal, of_payee};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::deal_column;
use crate::domain::value::{Duration, Value};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::{EventField, Op, Read, Scalar};
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{Accumulate, Amount, CreditRule, Measure, QuotaRule, Ramp, ShareRule, SumOf, Unit, When, Who};
use crate::plan::scope::{Here, Param, Term, Typed};
use crate::plan::syntax::Node;
use std::sync::Arc;

/// What a formula lists where deals count on a day of their own.
const DEAL: &[Param] = &[Param::Deal, Param::Payee];
/// What it lists where each invoice or payment counts.
const EVENT: &[Param] = &[Param::Deal, Param::Payee, Param::Event];
const QUOTA: &[Param] = &[Param::Payee, Param::Period, Param::Quota];

impl Elaborator<'_> {
    pub(super) fn measure(&mut self, given: &Given) -> Term {
        let period = self.period(given, "period");
        let own_day = self.when(given);
        let counting = own_day.clone().unwrap_or(When::Closed);
        let params = if counting.event().is_some() { EVENT } else { DEAL };
        let here = of_deal(params, counting.column());
        let credit = self.credited(given, here);
        let when = match &credit {
            Some((rule, _)) if own_day.is_none() => self.day_of_credit(rule),
            _ => counting,
        };
        let here = of_deal(if when.event().is_some() { EVENT } else { DEAL }, when.column());
        let which = self.condition_of(given, "which", here);
        if let Some(Some(which)) = &which {
            let filtered = &mut self.filtered;
            which.expr.reads(&mut |read, _| filtered.push(read));
        }
        let who = self.who(given, of_deal(DEAL, when.column()));
        let share = self.share(given, of_deal(DEAL, when.column()));
        let unit = credit.as_ref().map_or(Unit::Money, |(_, unit)| *unit);
        let quota = self.quota(given, unit);
        let prorate = self.word(given, "prorate", &[("days", true), ("none", false)]).unwrap_or(true);
        let ramp = self.ramp(given);
        let accumulate = self.accumulate(given, period.as_ref());
        let order = self.order(given, of_deal(&[Param::Deal], when.column()));
        let (Some(period), Some((credit, unit)), Some(which), Some(who), Some(share), Some(quota), Some(order)) =
            (period, credit, which, who, share, quota, order)
        else {
            return Term::Wrong;
        };
        let place = self.measures.len();
        for name in ["prorate", "ramp"] {
            if given.get(name).is_some() {
                self.declared.of_quota.push((place, name, given.at(name).clone()));
            }
        }
        let of_event = self.reads_figures_of_events(&credit);
        self.measures.push(Measure {
            name: Arc::clone(&given.name),
            period,
            who,
            which: which.map(|typed| typed.expr),
            when,
            credit,
            of_event,
            unit,
            share,
            quota,
            prorate,
            ramp,
            accumulate,
            order: order.map(|typed| typed.expr),
            quota_read: false,
            span: given.name_span.clone(),
        });
        Term::Measure(place)
    }

    fn when(&mut self, given: &Given) -> Option<When> {
        let node = given.get("when")?.clone();
        let words =
            [("closed", When::Closed), ("booked", When::Booked), ("invoiced", When::Invoiced), ("paid", When::Paid)];
        match self.term(&node) {
            Term::Wrong => None,
            term @ (Term::Closure(_) | Term::Dated(_)) => {
                // A deal whose day is blank does not count yet.
                let typed = self.blank_or_value(term, &node, of_deal(&[Param::Deal], None), Wanted::Date)?;
                Some(When::Formula(typed.expr))
            }
            _ => self.word_at("when", &node, &words),
        }
    }

    /// The day by which credit of others counts: theirs.
    fn day_of_credit(&self, rule: &CreditRule) -> When {
        let place = match rule {
            CreditRule::Measure(place) => Some(*place),
            CreditRule::Sum(sum) => self.summed_unit(*sum).1,
            CreditRule::Formula(_) | CreditRule::Given => None,
        };
        place.and_then(|place| self.measures.get(place)).map_or(When::Closed, |measure| measure.when.clone())
    }

    fn credited(&mut self, given: &Given, here: Here) -> Option<(CreditRule, Unit)> {
        let Some(node) = given.get("credit").cloned() else {
            let amount = Typed::new(Op::Read(Read::Deal(deal_column::AMOUNT)), Kind::Money, &given.span);
            let column = self.schema.deals.get(deal_column::AMOUNT);
            if column.is_some_and(|column| column.optional && column.default.is_none()) {
                let finding = Diagnostic::error(Code::MaybeMissing, "the deal's `amount` may be missing")
                    .at(&given.name_span)
                    .why("a measure without `credit` counts it, and a blank cell would have to be guessed");
                self.report(finding.help("say what a blank one counts: `credit: |deal| deal.amount ?? 0`"));
                return None;
            }
            return Some((CreditRule::Formula(amount.expr), Unit::Money));
        };
        let others = ["who", "when", "share"];
        match self.term(&node) {
            Term::Measure(place) => {
                let (name, unit) = self.measures.get(place).map(|base| (Arc::clone(&base.name), base.unit))?;
                self.without(given, &others, &format!("it is in what `{name}` credits"));
                Some((CreditRule::Measure(place), unit))
            }
            Term::Sum(place) if self.is_of_earnings(place) => {
                let message = "a measure counts what deals credit, not what a component earns";
                let finding = Diagnostic::error(Code::WrongType, message).at(&node.span);
                self.report(finding.help("let the component follow the sum itself: `on: team(commission)`"));
                None
            }
            Term::Sum(place) => {
                self.without(given, &others, "it is in what the sum takes");
                Some((CreditRule::Sum(place), self.summed_unit(place).0))
            }
            Term::Typed(typed) if typed.kind == Kind::Text => {
                let given_words =
                    [("given", (CreditRule::Given, Unit::Money)), ("given units", (CreditRule::Given, Unit::Number))];
                let Some(Scalar::Text(text)) = typed.known() else {
                    return None;
                };
                let (rule, unit) = self.one_of("credit", text, &node.span, &given_words)?;
                let none = ["who", "which", "when", "share", "order"];
                self.without(given, &none, "given totals are of no deals");
                Some((rule, unit))
            }
            term => {
                let typed = self.value_from(term, &node, here, Wanted::Credit)?;
                let unit = if typed.kind == Kind::Money { Unit::Money } else { Unit::Number };
                Some((CreditRule::Formula(typed.expr), unit))
            }
        }
    }

    /// Whether what is credited is made of the event's own figures: then it is no part of the deal's.
    fn reads_figures_of_events(&self, credit: &CreditRule) -> bool {
        let mut found = false;
        if let CreditRule::Formula(formula) = credit {
            formula.reads(&mut |read, _| {
                found |= match read {
                    Read::Event(EventField::Amount) => true,
                    Read::Event(EventField::Column(place)) => self
                        .schema
                        .events
                        .get(place)
                        .is_some_and(|column| matches!(Kind::from(column.kind), Kind::Money | Kind::Number)),
                    _ => false,
                };
            });
        }
        found
    }

    /// Reports settings that have no effect.
    pub(super) fn without(&mut self, given: &Given, names: &[&str], why: &str) {
        for name in names {
            if given.get(name).is_some() {
                let finding = Diagnostic::error(Code::ConflictingSettings, format!("`{name}` has no effect: {why}"))
                    .at(given.at(name));
                self.report(finding.help("leave it out"));
            }
        }
    }

    fn who(&mut self, given: &Given, here: Here) -> Option<Who> {
        let Some(node) = given.get("who").cloned() else {
            return Some(Who::Named);
        };
        match self.term(&node) {
            Term::Wrong => None,
            term @ (Term::Closure(_) | Term::Dated(_)) => {
                self.value_from(term, &node, here, Wanted::YesNo).map(|typed| Who::Formula(typed.expr))
            }
            _ => {
                let text = self.text(&node)?;
                if &*text == "named" {
                    return Some(Who::Named);
                }
                self.role(&text, &node.span).then_some(Who::Role(text))
            }
        }
    }

    fn share(&mut self, given: &Given, here: Here) -> Option<ShareRule> {
        let Some(node) = given.get("share").cloned() else {
            return Some(ShareRule::Split);
        };
        let term = self.term(&node);
        if let Term::Closure(_) | Term::Dated(_) = term {
            return self.value_from(term, &node, here, Wanted::Percent).map(|typed| ShareRule::Formula(typed.expr));
        }
        let typed = self.value_of(term, &node);
        match (typed.kind, typed.known()) {
            (Kind::Percent | Kind::Loose, Some(Scalar::Decimal(percent))) => {
                self.not_negative("share", *percent, &node.span).then_some(ShareRule::Fixed(*percent))
            }
            (Kind::Text, Some(Scalar::Text(word))) if &**word == "split" => Some(ShareRule::Split),
            (Kind::Text, Some(Scalar::Text(word))) if &**word == "cents" => Some(ShareRule::Cents),
            (Kind::Wrong, _) => None,
            _ => {
                let finding = Diagnostic::error(Code::WrongType, "`share` is `\"split\"`, `\"cents\"` or a percent")
                    .at(&node.span)
                    .help("an overlay outside the split's total is `100.pct`");
                self.report(finding);
                None
            }
        }
    }

    fn quota(&mut self, given: &Given, unit: Unit) -> Option<QuotaRule> {
        let Some(node) = given.get("quota").cloned() else {
            return Some(QuotaRule::Table);
        };
        let term = self.term(&node);
        if let Term::Closure(_) | Term::Dated(_) = term {
            // A number times a percent is a percent, and a part of a quota of units is a quota of units.
            let wanted = if unit == Unit::Money { Wanted::Money } else { Wanted::Factor };
            let here = Here { params: QUOTA, unit: kind_of(unit), ..of_payee() };
            return self.value_from(term, &node, here, wanted).map(|typed| QuotaRule::Formula(typed.expr));
        }
        let typed = self.value_of(term, &node);
        let of_unit = match unit {
            Unit::Money => matches!(typed.kind, Kind::Bare | Kind::Money | Kind::Loose),
            Unit::Number => matches!(typed.kind, Kind::Bare | Kind::Number | Kind::Loose),
        };
        match (typed.kind, typed.known()) {
            (Kind::Text, Some(Scalar::Text(word))) if &**word == "table" => Some(QuotaRule::Table),
            (_, Some(Scalar::Decimal(amount))) if of_unit && (amount.is_sign_positive() || amount.is_zero()) => {
                Some(QuotaRule::Amount(Amount { figure: *amount, currency: typed.currency }))
            }
            (Kind::Wrong, _) => None,
            _ => {
                let what = if unit == Unit::Money { "an amount" } else { "a number" };
                let finding =
                    Diagnostic::error(Code::WrongType, format!("`quota` is `\"table\"` or {what} of zero or more"))
                        .at(&node.span)
                        .help(format!("write {what} of zero or more, or `\"table\"` for what the quota file says"));
                self.report(finding);
                None
            }
        }
    }

    fn ramp(&mut self, given: &Given) -> Option<Ramp> {
        let keys = self.map(given, "ramp")?;
        let help = "write `#{ months: [30.pct, 60.pct, 80.pct] }`";
        let (quarters, node) = match (keys.get("months"), keys.get("quarters")) {
            (Some((_, months)), None) => (false, months),
            (None, Some((_, quarters))) => (true, quarters),
            _ => {
                let message = "a ramp goes by months or by quarters of service";
                self.report(Diagnostic::error(Code::WrongType, message).at(given.at("ramp")).help(help));
                return None;
            }
        };
        let items = self.list(node, help)?;
        let steps: Option<Vec<_>> = items.iter().map(|item| self.ramp_step(item)).collect();
        let steps = steps?;
        if steps.is_empty() {
            self.report(Diagnostic::error(Code::WrongType, "this ramp has no steps").at(&node.span).help(help));
            return None;
        }
        Some(Ramp { quarters, steps })
    }

    fn ramp_step(&mut self, node: &Node) -> Option<rust_decimal::Decimal> {
        let step = self.percent_of(node)?;
        self.not_negative("ramp", step, &node.span).then_some(step)
    }

    fn accumulate(&mut self, given: &Given, period: Option<&PeriodKind>) -> Option<Accumulate> {
        let node = given.get("accumulate")?.clone();
        let typed = self.typed(&node);
        if let Some(Scalar::Duration(length)) = typed.known() {
            let length = *length;
            return self.trailing(length, period?, &node.span);
        }
        let over = self.period(given, "accumulate")?;
        let period = period?;
        if over == *period {
            return None;
        }
        if self.calendar.is_longer(period, &over) {
            let message = format!("a {over} is shorter than the measurement period, a {period}");
            let finding = Diagnostic::error(Code::BadLimit, message).at(given.at("accumulate"));
            self.report(finding.help("total and quota run on over a longer period: `accumulate: \"year\"`"));
            return None;
        }
        Some(Accumulate::Within(over))
    }

    /// A window of so long, in measurement periods.
    fn trailing(&mut self, length: Duration, period: &PeriodKind, span: &Span) -> Option<Accumulate> {
        let whole = |length: i64, each: i64| {
            if length.checked_rem(each)? == 0 { length.checked_div(each) } else { None }
        };
        let (count, help) = match (period, length) {
            (PeriodKind::Week, Duration::Days(days)) => (whole(days, 7), "whole weeks: `84.days`"),
            (PeriodKind::Week, Duration::Months(_)) => (None, "whole weeks, in days: `84.days`"),
            (PeriodKind::Plan | PeriodKind::Cycle(_), _) => (None, "a longer period of the calendar: `\"year\"`"),
            (_, Duration::Days(_)) => (None, "months: `12.months`"),
            (kind, Duration::Months(months)) => {
                let each = match kind {
                    PeriodKind::Quarter => 3,
                    PeriodKind::Half => 6,
                    PeriodKind::Year | PeriodKind::Anniversary => 12,
                    _ => 1,
                };
                (whole(months, each), "whole measurement periods: `12.months`")
            }
        };
        // A hundred years of weeks are more than anybody counts.
        let count = count.and_then(|count| u32::try_from(count).ok()).filter(|count| (2..=5_200).contains(count));
        if count.is_none() {
            let message = format!(
                "{} are not two or more measurement periods, each a {period}",
                Value::Duration(length).canonical()
            );
            self.report(Diagnostic::error(Code::BadLimit, message).at(span).help(format!("write {help}")));
        }
        count.map(Accumulate::Trailing)
    }

    /// The key of the order; the outer nothing is a fault.
    fn order(&mut self, given: &Given, here: Here) -> Option<Option<Typed>> {
        let Some(node) = given.get("order").cloned() else {
            return Some(None);
        };
        let help = "write `|deal| deal.booked ?? deal.closed`, or another column";
        let term = self.term(&node);
        let typed = self.any_value(term, &node, here, &|| ("a key of the deal".to_owned(), help))?;
        let typed = self.in_plan_currency(typed);
        match typed.kind {
            Kind::Wrong => None,
            Kind::YesNo | Kind::Duration => {
                let message = format!("deals are not put in order by {}", typed.kind);
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(help));
                None
            }
            _ => Some(Some(typed)),
        }
    }

    /// Whether a measure takes totals that are given, itself or through others: they are of no deals.
    pub(super) fn rests_on_given(&self, measure: usize) -> bool {
        let mut place = measure;
        loop {
            let below = match self.measures.get(place).map(|measure| &measure.credit) {
                Some(CreditRule::Given) => return true,
                Some(CreditRule::Measure(base)) => Some(*base),
                Some(CreditRule::Sum(sum)) => self.summed_unit(*sum).1,
                Some(CreditRule::Formula(_)) | None => None,
            };
            // What is followed was declared before.
            match below.filter(|below| *below < place) {
                Some(below) => place = below,
                None => return false,
            }
        }
    }

    /// Whether a sum takes what a component of this plan earns.
    pub(super) fn earns_here(&self, sum: usize) -> bool {
        match self.sums.get(sum).map(|sum| &sum.of) {
            Some(SumOf::Component(_)) => true,
            Some(SumOf::Named(name)) => self.components.iter().any(|component| component.name == *name),
            Some(SumOf::Measure(_)) | None => false,
        }
    }
}
