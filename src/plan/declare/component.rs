//! Components: what they follow, what they are paid on, and what all kinds of them share.

use super::{Given, kind_of, of_payee, of_period};
use crate::domain::calendar::PeriodKind;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::deal_column;
use crate::plan::elaborate::{Elaborator, list_of};
use crate::plan::formula::{Expr, Read, Scalar};
use crate::plan::kind::Wanted;
use crate::plan::model::{Base, Component, On, Over, Pays, Per, SumOf, Unit, filters, sum_below};
use crate::plan::scope::{Here, Param, Term, Typed};
use std::sync::Arc;

/// What a formula of a credit may list.
const CREDIT: &[Param] = &[Param::Deal, Param::Payee, Param::Credit, Param::Period];
/// What it may list where each invoice or payment counts.
const EVENT: &[Param] = &[Param::Deal, Param::Payee, Param::Credit, Param::Period, Param::Event];

/// Where the formulas of a component stand.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// Whether it makes an entry for each deal; else for the period.
    pub by_deal: bool,
    /// Its price, base and multiplier.
    pub own: Here,
    /// One deal of it.
    pub deal: Here,
    /// One period of it.
    pub period: Here,
}

/// What a component pays.
pub(super) struct Paying<'a> {
    pub on: &'a On,
    pub per: Per,
    pub pays: Pays,
    pub of: &'a Base,
}

impl Elaborator<'_> {
    pub(super) fn component(&mut self, given: &Given) -> Term {
        let on = self.on(given);
        let per = self.per(given);
        let frame = self.frame(given, on.as_ref(), per.unwrap_or(Per::Period));
        let kind = self.component_kind(given, frame);
        let which = self.condition_of(given, "which", frame.deal);
        self.filtered = self.filtered_by(on.as_ref(), which.as_ref().and_then(Option::as_ref));
        let who = self.condition_of(given, "who", of_payee());
        let only_if = self.condition_of(given, "only_if", frame.period);
        let of = self.of(given, frame);
        let (rates, misplaced) = self.rates(given);
        let priced = if misplaced { None } else { self.price(given, frame) };
        let multiplier = self.multiplier(given, frame);
        let floor = self.limits(given, "floor", frame);
        let cap = self.limits(given, "cap", frame);
        let payable = self.payable(given);
        let (from, to) = self.window(given);
        let by_default = matches!(given.spec.name, "bonus" | "objectives" | "pool");
        let at_end = self.word(given, "paid", &[("to date", false), ("at end", true)]).unwrap_or(by_default);
        if let (Some(floor), Some(cap)) = (&floor, &cap) {
            self.floor_below_cap(floor, cap, given);
        }
        let (Some(on), Some(per), Some(kind), Some(which), Some(who), Some(only_if)) =
            (on, per, kind, which, who, only_if)
        else {
            return Term::Wrong;
        };
        let (Some(of), Some((pays, price, price_span)), Some(multiplier), Some(floor), Some(cap), Some(payable)) =
            (of, priced, multiplier, floor, cap, payable)
        else {
            return Term::Wrong;
        };
        let paying = Paying { on: &on, per, pays, of: &of };
        let fits = self.price_fits(given, &paying, &price, &price_span);
        let multiplies =
            multiplier.as_ref().is_none_or(|price| self.multiplier_fits(&on, price, given.at("multiplier")));
        let apart = self.reads_apart(given, &paying, &price, &price_span)
            && self.reads_of_all(given, &paying, &price, multiplier.as_ref());
        if !fits || !multiplies || !apart || rates.as_ref().is_some_and(Option::is_none) {
            return Term::Wrong;
        }
        if matches!(of, Base::Quota) {
            self.reads_quota(&on);
        }
        self.components.push(Component {
            name: Arc::clone(&given.name),
            kind,
            on,
            pays,
            price,
            of,
            per,
            who: who.map(|typed| typed.expr),
            which: which.map(|typed| typed.expr),
            only_if: only_if.map(|typed| typed.expr),
            multiplier,
            floor,
            cap,
            payable,
            at_end,
            rates: rates.flatten(),
            from,
            to,
            span: given.name_span.clone(),
            price_span,
        });
        Term::Component(self.components.len().saturating_sub(1))
    }

    /// Where the formulas stand, by the kind and what it follows.
    fn frame(&self, given: &Given, on: Option<&On>, per: Per) -> Frame {
        let by_deal = match given.spec.name {
            "commission" | "spiff" | "residual" => true,
            "override" | "pool" => per == Per::Deal,
            _ => false,
        };
        let unit = on.map_or(Unit::Money, |on| self.unit_of(on));
        let measure = on.and_then(|on| self.measure_followed(on)).and_then(|place| self.measures.get(place));
        let when = measure.and_then(|measure| measure.when.column());
        let counts_events = measure.is_some_and(|measure| measure.when.event().is_some());
        let deal = Here {
            params: if counts_events { EVENT } else { CREDIT },
            when,
            figures: true,
            per_deal: true,
            deals_apart: false,
            unit: kind_of(unit),
            event_amount: counts_events,
        };
        let period = of_period();
        let own = match given.spec.name {
            _ if by_deal => deal,
            name => Here { deals_apart: matches!(name, "override" | "pool"), ..period },
        };
        Frame { by_deal, own, deal, period }
    }

    /// What the filters of a component and of the measures that it follows read.
    fn filtered_by(&self, on: Option<&On>, which: Option<&Typed>) -> Vec<Read> {
        let mut found = Vec::new();
        let mut note = |filter: &Expr| filter.reads(&mut |read, _| found.push(read));
        which.iter().for_each(|which| note(&which.expr));
        filters(&self.measures, on.and_then(|on| self.measure_followed(on))).into_iter().for_each(note);
        found
    }

    fn on(&mut self, given: &Given) -> Option<On> {
        if given.spec.name == "objectives" {
            return self.period(given, "period").map(On::Periods);
        }
        let node = given.get("on")?.clone();
        let on = match self.term(&node) {
            Term::Measure(place) => On::Measure(place),
            Term::Sum(place) => On::Sum(place),
            Term::Component(place) => On::Component(place),
            Term::Wrong => return None,
            other => {
                self.does_not_follow(given, &other.describe(), &node.span);
                return None;
            }
        };
        let follows = match given.spec.name {
            "override" => self.override_follows(given, &on, &node.span),
            "commission" | "spiff" => self.own_credit(given, &on, &node.span),
            "residual" => self.counts_deals(given, &on, &node.span),
            "pool" => return self.over_everybody(on, &node.span),
            _ => true,
        };
        follows.then_some(on)
    }

    /// The amount of a pool is worked once: a measure of which each has their own is followed as everybody's together. A total
    /// that is given may be everybody's already.
    fn over_everybody(&mut self, on: On, span: &Span) -> Option<On> {
        let On::Measure(place) = on else { return Some(on) };
        if self.is_of_all(place) {
            return Some(on);
        }
        match self.sum(SumOf::Measure(place), Over::Everyone, span) {
            Term::Sum(sum) => Some(On::Sum(sum)),
            _ => None,
        }
    }

    fn does_not_follow(&mut self, given: &Given, what: &str, span: &Span) {
        let help = match given.spec.name {
            "override" => "write `on: team(bookings)`",
            _ => "declare a measure and name it: `let bookings = measure(…);`, then `on: bookings`",
        };
        self.does_not_follow_so(given, what, span, help);
    }

    fn does_not_follow_so(&mut self, given: &Given, what: &str, span: &Span, help: &str) {
        let message = format!("{} does not follow {what}", given.spec.one());
        self.report(Diagnostic::error(Code::WrongType, message).at(span).help(help));
    }

    /// An override is paid on what others are credited or earn.
    fn override_follows(&mut self, given: &Given, on: &On, span: &Span) -> bool {
        let own_earnings = match on {
            On::Component(_) => true,
            On::Measure(place) => {
                let of_others = sum_below(&self.measures, *place).is_some();
                if !of_others {
                    self.does_not_follow(given, "a measure of the payee's own", span);
                }
                return of_others;
            }
            On::Sum(sum) => self.includes_own_earnings(*sum),
            On::Periods(_) => false,
        };
        if own_earnings {
            let finding = Diagnostic::error(Code::Circle, "this is an override of one's own earnings")
                .at(span)
                .why("the payee is in the sum: what is paid would be paid on itself")
                .help("take those below: `team(…)` leaves the payee out");
            self.report(finding);
        }
        !own_earnings
    }

    fn includes_own_earnings(&self, sum: usize) -> bool {
        self.earns_here(sum)
            && self.sums.get(sum).is_some_and(|sum| matches!(sum.over, Over::Everyone | Over::Group(_)))
    }

    /// Whoever is paid on each credit of their own needs one: a measure of this plan, and one that they are in.
    fn own_credit(&mut self, given: &Given, on: &On, span: &Span) -> bool {
        let sum = match on {
            On::Sum(sum) => self.sums.get(*sum),
            On::Measure(_) | On::Component(_) | On::Periods(_) => None,
        };
        let Some(sum) = sum else { return true };
        let (why, help) = match (&sum.over, &sum.of) {
            (Over::Team(_), _) => (
                "a team leaves the payee out",
                "an `override` pays on what a team is credited, with `per: \"deal\"` on each deal",
            ),
            (_, SumOf::Named(_)) => (
                "a name is of any plan",
                "take the sum of a measure of this plan, without quotes: `group(bookings, \"team\")`",
            ),
            _ => return true,
        };
        let message = format!("{} is paid on credit of the payee's own, and {why}", given.spec.one());
        self.report(Diagnostic::error(Code::WrongType, message).at(span).help(help));
        false
    }

    /// Instalments are of deals that a measure counts: they have no place in a table that a sum could decide.
    fn counts_deals(&mut self, given: &Given, on: &On, span: &Span) -> bool {
        let (what, help) = match on {
            On::Measure(place) if self.rests_on_given(*place) => {
                ("totals that are given: they are of no deals", "declare a measure of the deals, and follow that")
            }
            On::Measure(_) => return true,
            On::Component(_) => ("what a component earns", "follow the measure of its deals: `on: bookings`"),
            On::Sum(sum) if self.is_of_earnings(*sum) => {
                ("what components earn", "follow the measure of their deals: `on: bookings`")
            }
            On::Sum(_) | On::Periods(_) => (
                "a sum over people",
                "follow the measure itself for the payee's own deals; for those of a team a measure credited with the sum: \
                 `measure(\"of the team\", #{ period: \"month\", credit: team(bookings) })`",
            ),
        };
        self.does_not_follow_so(given, what, span, help);
        false
    }

    fn per(&mut self, given: &Given) -> Option<Per> {
        let Some(node) = given.get("per").cloned() else {
            return Some(Per::Period);
        };
        let text = self.text(&node)?;
        let schema = self.schema;
        let column = schema.deals.position(&text).filter(|place| *place != deal_column::RECORDED);
        match (&*text, column) {
            ("period", _) => Some(Per::Period),
            ("deal", _) if given.spec.name == "bonus" => {
                let finding = Diagnostic::error(Code::WrongType, "a bonus is paid for a period, not for each deal")
                    .at(&node.span)
                    .help("a `commission` or a `spiff` pays each deal");
                self.report(finding);
                None
            }
            ("deal", _) => Some(Per::Deal),
            (_, Some(column)) => Some(Per::Column(column)),
            (_, None) => {
                let words = || ["period", "deal"].into_iter().chain(schema.deals.names().filter(|n| *n != "recorded"));
                let mut finding =
                    Diagnostic::error(Code::UnknownField, format!("a deal has no `{text}`")).at(&node.span);
                finding = match nearest(&text, words()) {
                    Some(near) => finding.label(format!("did you mean `\"{near}\"`?")),
                    None => finding.help(format!("there are {}", list_of(words()))),
                };
                self.report(finding);
                None
            }
        }
    }

    fn of(&mut self, given: &Given, frame: Frame) -> Option<Base> {
        let Some(node) = given.get("of").cloned() else {
            return Some(if given.spec.name == "bonus" { Base::Total } else { Base::Credit });
        };
        let term = self.term(&node);
        if given.spec.name != "objectives"
            && let Term::Typed(typed) = &term
            && let Some(Scalar::Text(text)) = typed.known()
        {
            let of_credit = [("credit", Base::Credit)];
            let of_period = [("total", Base::Total), ("quota", Base::Quota), ("credit", Base::Credit)];
            let words: &[(&str, Base)] = if frame.by_deal { &of_credit } else { &of_period };
            if frame.by_deal && matches!(&**text, "total" | "quota") {
                let finding = Diagnostic::error(
                    Code::WrongType,
                    format!("this is paid deal by deal, not on the {text}"),
                )
                .at(&node.span)
                .help(
                    "leave it out for what each deal is credited, write a formula, or let a `bonus` pay on the period",
                );
                self.report(finding);
                return None;
            }
            return self.one_of("of", text, &node.span, words);
        }
        self.value_from(term, &node, frame.own, Wanted::Money).map(|typed| Base::Formula(typed.expr))
    }

    /// Marks the quota of the measure that a component follows as read.
    pub(super) fn reads_quota(&mut self, on: &On) {
        match on {
            On::Measure(place) => {
                if let Some(measure) = self.measures.get_mut(*place) {
                    measure.quota_read = true;
                }
            }
            On::Component(_) | On::Periods(_) => {}
            On::Sum(sum) => self.reads_quota_of_sum(*sum),
        }
    }

    /// The measure of this plan whose deals a component follows.
    pub(super) fn measure_followed(&self, on: &On) -> Option<usize> {
        match on {
            On::Measure(place) => Some(*place),
            On::Sum(sum) => self.summed_unit(*sum).1,
            On::Component(place) => self.components.get(*place).and_then(|below| match &below.on {
                On::Component(_) => None,
                on => self.measure_followed(on),
            }),
            On::Periods(_) => None,
        }
    }

    /// What a component counts in; earnings are money.
    pub(super) fn unit_of(&self, on: &On) -> Unit {
        match on {
            On::Measure(place) => self.measures.get(*place).map_or(Unit::Money, |measure| measure.unit),
            On::Sum(sum) => self.summed_unit(*sum).0,
            On::Component(_) | On::Periods(_) => Unit::Money,
        }
    }

    /// Whether what a component follows has a quota.
    pub(super) fn has_quota(&self, on: &On) -> bool {
        match on {
            On::Measure(_) | On::Periods(_) => true,
            On::Sum(sum) => !self.is_of_earnings(*sum),
            On::Component(_) => false,
        }
    }

    /// A period that is not each payee's own.
    pub(super) fn common_period(&mut self, given: &Given, name: &str) -> Option<PeriodKind> {
        let period = self.period(given, name)?;
        if !matches!(period, PeriodKind::Anniversary) {
            return Some(period);
        }
        let message = format!("`{name}` is the same for everybody, and an anniversary is each payee's own");
        let finding = Diagnostic::error(Code::BadLimit, message).at(given.at(name));
        self.report(finding.help("write `\"year\"`, or a shorter period"));
        None
    }
}
