//! What can be worked by columns: construct by construct, whatever a plan is called. One that cannot be sends all to the rows.

use super::price::followed;
use crate::domain::diagnostic::Span;
use crate::plan::formula::{Expr, Read};
use crate::plan::model::{
    AmountRule, Base, Component, ComponentKind, Condition, CreditRule, HeldAtLeaving, Limits, Measure, Method, On,
    Over, Pays, Per, Plan, PoolShare, Price, QuotaRule, ShareRule, Since, SumOf, Take, When, Who,
};
use crate::plan::table::{Axis, Mode};
use std::sync::Arc;

/// Something that rows are worked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// The plan.
    pub plan: Arc<str>,
    /// The measure or component, where it is one.
    pub of: Option<Arc<str>>,
    /// What of it.
    pub what: &'static str,
    /// Where that is written.
    pub span: Span,
}

/// What of some plans only rows can do; nothing: all of it can be worked by columns.
#[must_use]
pub fn why_not(plans: &[Plan]) -> Vec<WhyNot> {
    let mut found = Vec::new();
    for plan in plans {
        let mut tell = |of: Option<(&Arc<str>, &Span)>, what: &'static str, able: bool| {
            if !able {
                let (of, span) = of.map_or((None, &plan.span), |(name, span)| (Some(Arc::clone(name)), span));
                found.push(WhyNot { plan: Arc::clone(&plan.name), of, what, span: span.clone() });
            }
        };
        let versions = plans.iter().filter(|other| other.name == plan.name).count();
        tell(None, "several versions of one plan", versions == 1);
        tell(None, "limits across components", plan.caps.is_empty());
        tell(None, "a guarantee", plan.guarantees.is_empty());
        let recover = &plan.recover;
        let whole =
            recover.share == rust_decimal::Decimal::ONE && recover.floor.is_none() && recover.instalments.is_none();
        tell(None, "a debt that is repaid in parts", whole);
        tell(None, "draws that are repaid before debts", !plan.draws_first);
        tell(None, "what becomes of held pay at leaving", plan.leaver == HeldAtLeaving::Keep || !waits(plan));
        for draw in &plan.draws {
            let plain =
                [&draw.only_if, &draw.recover_if].iter().all(|formula| formula.as_ref().is_none_or(reads_no_figures));
            let amounts = [Some(&draw.amount), draw.floor.as_ref(), draw.limit.as_ref()];
            tell(
                Some((&draw.name, &draw.span)),
                "a draw that reads figures",
                plain && amounts.into_iter().flatten().all(is_plain),
            );
        }
        for rule in &plan.clawbacks {
            let formula = matches!(&rule.method, Method::Reverse { take: Take::Formula(_), .. });
            tell(Some((&rule.name, &rule.span)), "a clawback whose share is a formula", !formula);
            tell(
                Some((&rule.name, &rule.span)),
                "a clawback from the start of a service on",
                rule.since != Since::Starts,
            );
        }
        for measure in &plan.measures {
            of_measure(measure, &mut |what, able| tell(Some((&measure.name, &measure.span)), what, able));
        }
        for component in &plan.components {
            of_component(plan, component, &mut |what, able| tell(Some((&component.name, &component.span)), what, able));
        }
    }
    found
}

fn waits(plan: &Plan) -> bool {
    plan.components
        .iter()
        .flat_map(|component| &component.payable)
        .any(|(_, condition)| *condition != Condition::Earned)
}

fn is_plain(rule: &AmountRule) -> bool {
    match rule {
        AmountRule::Fixed(_) => true,
        AmountRule::Formula(formula) => reads_no_figures(formula),
    }
}

/// Whether a formula reads no measure, sum or component.
fn reads_no_figures(formula: &Expr) -> bool {
    let mut plain = true;
    formula.reads(&mut |read, _| plain &= !matches!(read, Read::Measure(..) | Read::Sum(..) | Read::Earned(_)));
    plain
}

fn of_measure(measure: &Measure, tell: &mut dyn FnMut(&'static str, bool)) {
    tell("`who`", matches!(measure.who, Who::Named));
    tell("what another measure credits, or a given total", matches!(measure.credit, CreditRule::Formula(_)));
    tell("`when`", matches!(measure.when, When::Closed | When::Booked));
    tell("`share`", matches!(measure.share, ShareRule::Split | ShareRule::Fixed(_)));
    tell("`accumulate`", measure.accumulate.is_none());
    tell("`order`", measure.order.is_none());
    let figures = match &measure.quota {
        QuotaRule::Formula(formula) => reads_no_figures(formula),
        QuotaRule::Table | QuotaRule::Amount(_) => true,
    };
    tell("a quota that reads figures", figures);
    use crate::domain::calendar::PeriodKind;
    tell(
        "a period of its own for each payee, or of the plan",
        !matches!(measure.period, PeriodKind::Plan | PeriodKind::Anniversary),
    );
}

fn of_component(plan: &Plan, component: &Component, tell: &mut dyn FnMut(&'static str, bool)) {
    let by_deal = match component.kind {
        ComponentKind::Commission | ComponentKind::Spiff { first: None, budget: None } => true,
        ComponentKind::Bonus => false,
        ComponentKind::Override => {
            tell("`per`", component.per != Per::Deal);
            tell("an amount for what a team sells", component.pays != Pays::Amount);
            false
        }
        ComponentKind::Pool { share: PoolShare::Equal | PoolShare::Credit } => {
            tell("`per`", component.per != Per::Deal);
            false
        }
        _ => return tell("its kind", false),
    };
    let is_override = matches!(component.kind, ComponentKind::Override | ComponentKind::Pool { .. });
    let is_pool = matches!(component.kind, ComponentKind::Pool { .. });
    tell(
        "what it follows",
        followed(plan, &component.on).is_some() && matches!(component.on, On::Sum(_)) == is_override,
    );
    if let On::Sum(place) = component.on {
        let sum = plan.sums.get(place);
        let fits = |over: Over| if is_pool { over == Over::Everyone } else { over.is_team() };
        let able = sum.is_some_and(|sum| fits(sum.over) && matches!(sum.of, SumOf::Measure(_)));
        tell("a sum of other people", able);
    }
    let table = match &component.price {
        Price::Table(table) => table.tiers(),
        _ => None,
    };
    match &component.price {
        Price::Constant(amount) => {
            tell("an amount of another currency", amount.currency.is_none_or(|code| code == plan.currency))
        }
        Price::Table(_) => tell("a table of formulas", table.is_some_and(|tiers| !tiers.has_formulas())),
        Price::Dated(_) | Price::Formula(_) => tell("a rate by date or formula", false),
    }
    if let Some(tiers) = table {
        let quotas = tiers.axis == Axis::Attainment && is_override;
        tell("an override on attainment", !quotas);
        let alone = by_deal && component.per != Per::Period && tiers.mode != Mode::Marginal;
        tell("a table over each deal alone", !alone);
        let shares = by_deal && component.pays == Pays::Amount && tiers.mode == Mode::Marginal;
        tell("amounts by slices", !shares);
    }
    tell("`per`", !matches!(component.per, Per::Column(_)));
    let plain = match &component.of {
        Base::Credit | Base::Total => true,
        Base::Quota => !by_deal && !is_override,
        Base::Formula(_) => false,
    };
    tell("`of`", plain);
    tell("`who`", component.who.is_none());
    tell("`which`", component.which.is_none());
    tell("`only_if`", component.only_if.is_none());
    tell("`multiplier`", component.multiplier.is_none());
    tell("a floor", is_open(&component.floor));
    tell("a cap", is_open(&component.cap));
    tell("pay that waits", component.payable.iter().all(|(_, condition)| *condition == Condition::Earned));
    tell("rates of its own", component.rates.as_ref().is_none_or(|rates| *rates == plan.convert.rates));
    tell("a window", component.from.is_none() && component.to.is_none());
}

fn is_open(limits: &Limits) -> bool {
    limits.deal.is_none() && limits.period.is_none() && limits.year.is_none() && limits.plan.is_none()
}
