//! A statement as the terminal shows it: the payout, where the payee stands, every line with its steps.

use super::show::{figure, heading, plain_table, text, trimmed};
use crate::domain::currency::Currency;
use crate::domain::exact::grouped;
use crate::ledger::prices::{Became, Price, PricedFact};
use crate::report::basis::{QuotaMade, QuotaPartLine};
use crate::run::explain::reached_percent_of as percent;
use crate::run::statement::{
    ConvertedLine, CreditWhy, EntryLine, EventWhy, HeldLine, MeasureLine, NotCountedLine, Source, Statement,
};
use rust_decimal::Decimal;

/// An amount of a statement with thousands.
fn money(amount: &str, currency: &str) -> String {
    let places = Currency::from_code(currency).map_or(2, Currency::places);
    amount.parse::<Decimal>().map_or_else(|_| amount.to_owned(), |amount| grouped(amount, places))
}

/// Of a statement that cannot say what it said when its period was closed.
const NOT_KEPT: &str =
    "the close did not keep measures and deals that are not counted: they cannot be shown as they were then";

/// The statement, whole, or the lines of one deal alone; with how its quotas came about, and the facts that made its true-ups.
pub fn statement(statement: &Statement, (quotas, prices): (&[QuotaMade], &[Price]), deal: Option<&str>) -> String {
    let mut table = plain_table();
    let concerns = |id: &Option<String>| deal.is_none_or(|deal| id.as_deref() == Some(deal));
    let currency = statement.currency;
    let title = if statement.payee.name == statement.payee.id {
        statement.payee.id.clone()
    } else {
        format!("{} ({})", statement.payee.name, statement.payee.id)
    };
    table.add_row(vec![
        heading(&title, false),
        heading(&format!("{} {currency}", money(&statement.totals.payout, currency)), true),
    ]);
    let period = &statement.period;
    table.add_row(vec![text(&format!(
        "{} · payout of {}, {} to {}",
        statement.company, period.label, period.from, period.to
    ))]);
    table.add_row(vec![text("")]);
    if deal.is_none() {
        for measure in &statement.measures {
            table.add_row(vec![text(&standing(measure, currency))]);
            for part in quotas.iter().filter(|quota| is_of(quota, measure)).flat_map(quota_parts) {
                table.add_row(vec![text(&part)]);
            }
        }
        if statement.not_kept {
            table.add_row(vec![text(NOT_KEPT)]);
        }
        table.add_row(vec![text("")]);
    }
    let mut component = None;
    for (place, entry) in statement.entries.iter().enumerate().filter(|(_, entry)| concerns(&entry.deal)) {
        let name = (entry.plan.as_str(), entry.component.as_str(), entry.measured.as_str());
        if component != Some(name) {
            let head = format!("{} · {}, {}", entry.component, entry.plan, entry.measured);
            table.add_row(vec![heading(&head, false)]);
            component = Some(name);
        }
        let held: Vec<&HeldLine> = statement.held.iter().filter(|held| held.entry == place).collect();
        let made = prices.iter().find(|price| price.made(entry));
        line(&mut table, entry, &held, made.map_or(&[], |price| &price.facts));
    }
    if deal.is_none() {
        totals(&mut table, statement);
    }
    for left in statement.not_counted.iter().filter(|left| deal.is_none_or(|deal| left.deal == deal)) {
        table.add_row(vec![text(&not_counted(left))]);
    }
    format!("{}\n", trimmed(&table))
}

/// `bookings, 2026-Q1: 212,400.00 of 200,000.00, 106.2 % of quota; 37,600.00 more to 125 %`
fn standing(measure: &MeasureLine, currency: &str) -> String {
    let is_money = measure.unit == "money";
    let show = |amount: &str| if is_money { money(amount, &measure.currency) } else { amount.to_owned() };
    let other = if is_money && measure.currency != currency { format!(" {}", measure.currency) } else { String::new() };
    let mut line = format!("{}, {}: {}{other}", measure.name, measure.period, show(&measure.total));
    if let (Some(quota), Some(attainment)) = (&measure.quota, &measure.attainment) {
        line.push_str(&format!(" of {}, {} of quota", show(quota), percent(attainment)));
    }
    if let Some(next) = &measure.next {
        line.push_str(&format!("; {} more to {}", show(&next.missing), percent(&next.at)));
    }
    line
}

/// Whether a quota is that of a measure as it is shown: what was closed is shown as it was then.
fn is_of(quota: &QuotaMade, measure: &MeasureLine) -> bool {
    (&quota.plan, &quota.measure, &quota.period) == (&measure.plan, &measure.name, &measure.period)
        && Some(&quota.quota) == measure.quota.as_ref()
}

/// `quota of 2026-01: 10,000.00, 6,451.61 for 20 of 31 days, 3,225.81 by the ramp`; nothing where it is what was said.
fn quota_parts(of: &QuotaMade) -> Vec<String> {
    let show = |amount: &str| if of.unit == "money" { money(amount, of.currency) } else { amount.to_owned() };
    if of.parts.len() < 2 && of.parts.iter().all(|part| part.said == part.quota) {
        return Vec::new();
    }
    let told = |part: &QuotaPartLine| {
        let mut line = format!("      quota of {}: {}", part.period.label, show(&part.said));
        if part.at_work != part.said {
            line.push_str(&format!(", {} for {} of {} days", show(&part.at_work), part.active_days, part.days));
        }
        if part.quota != part.at_work {
            line.push_str(&format!(", {} by the ramp", show(&part.quota)));
        }
        line
    };
    of.parts.iter().map(told).collect()
}

/// How many facts of a true-up are listed.
const FACTS: usize = 20;

/// `new in deals: D3, known on 2026-04-01` with what it changes, for each fact behind a true-up.
fn priced(table: &mut comfy_table::Table, facts: &[PricedFact], currency: &str) {
    for fact in facts.iter().take(FACTS) {
        let what = match fact.what {
            Became::New => "new",
            Became::Changed => "changed",
            Became::Withdrawn => "withdrawn",
        };
        let nothing = |amount: &str| amount.parse::<Decimal>().is_ok_and(|amount| amount.is_zero());
        let (amount, of) = match (&fact.earned, &fact.payable) {
            (Some(earned), Some(payable)) if nothing(earned) => (money(payable, currency), ", payable"),
            (Some(earned), _) => (money(earned, currency), ""),
            (None, _) => (String::new(), ", together with the next"),
        };
        let said = format!("          {what} in {}: {}, known on {}{of}", fact.kind, fact.id, fact.recorded);
        table.add_row(vec![text(&said), figure(format!("{amount}    "))]);
    }
    if let Some(more) = facts.len().checked_sub(FACTS).filter(|more| *more > 0) {
        table.add_row(vec![text(&format!("          and {more} more: `--format json` has all"))]);
    }
}

fn line(table: &mut comfy_table::Table, entry: &EntryLine, held: &[&HeldLine], facts: &[PricedFact]) {
    let currency = entry.plan_currency;
    let what = match (&entry.deal, &entry.deal_date) {
        (Some(deal), Some(day)) => format!("  {deal}  {day}"),
        _ => format!("  {}", entry.measured),
    };
    table.add_row(vec![text(&what), figure(money(&entry.earned, currency))]);
    if entry.kind == "true-up" {
        table.add_row(vec![text(&format!("      true-up of a closed period, because of {}", changed(&entry.cause)))]);
        priced(table, facts, currency);
    }
    if let Some(credit) = &entry.credit {
        table.add_row(vec![text(&format!("      {}", credited(credit)))]);
        if let Some(of) = &credit.converted {
            table.add_row(vec![text(&format!("      converted {}", converted(of)))]);
        }
    }
    if let Some(event) = &entry.event {
        table.add_row(vec![text(&format!("      {}", happened(event)))]);
    }
    for step in &entry.steps {
        // What a closed entry says beside its steps, and who brought a sum, adds nothing.
        let says = matches!(step.kind, "posted" | "read")
            && step.amount.parse::<Decimal>().is_ok_and(|amount| amount.is_zero());
        let amount = if says { String::new() } else { format!("{}  ", money(&step.amount, currency)) };
        table.add_row(vec![text(&format!("      {}", step.text)), figure(amount)]);
    }
    if let Some(of) = &entry.converted {
        let paid = format!("{} {}", money(&entry.amount, entry.currency), entry.currency);
        table.add_row(vec![text(&format!(
            "      payable {} {currency}, {paid} {}",
            money(&entry.payable, currency),
            converted(of)
        ))]);
    }
    for held in held {
        let row = match held.amount.strip_prefix('-') {
            // Less than nothing waits: what waited before is paid with this entry.
            Some(free) if entry.kind == "cap" => {
                format!("      {} {currency} of what was held is released", money(free, currency))
            }
            Some(less) => format!("      {} {currency} of that was held and never paid", money(less, currency)),
            None => format!("      {} {currency} is held: {}", money(&held.amount, currency), waits(&held.until)),
        };
        table.add_row(vec![text(&row)]);
    }
    if entry.kind == "release" {
        let row = match entry.payable.strip_prefix('-') {
            Some(back) => {
                format!("      {} {currency}, payable before, may not be paid any more", money(back, currency))
            }
            None => format!("      {} {currency}, earned before, may be paid now", money(&entry.payable, currency)),
        };
        table.add_row(vec![text(&row)]);
    }
    table.add_row(vec![text(&format!("      {}", sources(entry)))]);
}

/// `refunded 3000 on 2026-02-10, by Churn, event R-1`
fn happened(event: &EventWhy) -> String {
    let amount = event.amount.as_ref().map_or_else(String::new, |amount| format!(" {amount}"));
    let rule = event.rule.as_ref().map_or_else(String::new, |rule| format!(", by {rule}"));
    let id = event.id.as_ref().map_or_else(String::new, |id| format!(", event {id}"));
    format!("{}{amount} on {}{rule}{id}", event.kind, event.day)
}

/// Where an entry is declared, and the rule that took it back: `rules/ae.rhai:6 and :13`.
fn sources(entry: &EntryLine) -> String {
    let Source { file, line } = &entry.source;
    // Rows of a file have no fixed place in it.
    if entry.kind == "manual" {
        return file.clone();
    }
    match entry.event.as_ref().and_then(|event| event.source.as_ref()) {
        Some(rule) if rule.file == *file => format!("{file}:{line} and :{}", rule.line),
        Some(rule) => format!("{file}:{line} and {}:{}", rule.file, rule.line),
        None => format!("{file}:{line}"),
    }
}

/// What has changed since a close, in words.
fn changed(cause: &str) -> String {
    let part = |word: &str| match word {
        "engine" => "another engine".to_owned(),
        "plan" => "a changed plan".to_owned(),
        "people" => "changed people or quotas".to_owned(),
        "data" => "late or changed data".to_owned(),
        other => other.to_owned(),
    };
    cause.split('+').map(part).collect::<Vec<_>>().join(", ")
}

/// What held pay waits for, in words.
fn waits(until: &str) -> String {
    let part = |word: &str| match word {
        "paid" => "until the customer pays".to_owned(),
        "paid in full" => "until the customer has paid in full".to_owned(),
        "invoiced in full" => "until it is invoiced in full".to_owned(),
        "invoiced" => "until it is invoiced".to_owned(),
        "closed" => "until the deal closes".to_owned(),
        "booked" => "until the deal is booked".to_owned(),
        "released" => "until it is released".to_owned(),
        "room" => "until there is room under the cap".to_owned(),
        other => format!("until {other}"),
    };
    until.split(", ").map(part).collect::<Vec<_>>().join(", ")
}

fn credited(credit: &CreditWhy) -> String {
    let show = |amount: &str| if credit.unit == "money" { money(amount, credit.currency) } else { amount.to_owned() };
    let whose = credit.of.as_ref().map_or_else(String::new, |payee| format!(" of {payee}"));
    let of = format!("credited {} to {}{whose}", show(&credit.amount), credit.measure);
    let role = credit.role.as_ref().map_or_else(String::new, |role| format!(" as {role}"));
    let whole = credit.share.parse::<Decimal>().is_ok_and(|share| share == Decimal::ONE);
    let part = if whole { String::new() } else { format!(": {} × {}", show(&credit.base), percent(&credit.share)) };
    let way = match (&credit.before, &credit.after) {
        (Some(before), Some(after)) => format!(", from {} to {} of quota", percent(before), percent(after)),
        _ => String::new(),
    };
    format!("{of}{role}{part}{way}")
}

/// `at 1.2 EUR for 1 GBP of 2026-02-10, market`
fn converted(of: &ConvertedLine) -> String {
    let day = of.day.map_or_else(|| "on average".to_owned(), |day| format!("of {day}"));
    format!("at {} {} for 1 {} {day}, {}", of.rate, of.to, of.from, of.set)
}

fn totals(table: &mut comfy_table::Table, statement: &Statement) {
    table.add_row(vec![text("")]);
    for line in &statement.settle {
        let amount = money(&line.amount, statement.currency);
        if line.step == "payout" {
            table.add_row(vec![heading(line.text, false), heading(&amount, true)]);
        } else {
            table.add_row(vec![text(&line.told()), figure(amount)]);
        }
    }
    if !statement.not_counted.is_empty() {
        table.add_row(vec![text("")]);
        table.add_row(vec![heading("Deals that pay nothing", false)]);
    }
}

fn not_counted(left: &NotCountedLine) -> String {
    let place = match (&left.file, left.line) {
        (Some(file), Some(line)) => format!(" ({file}:{line})"),
        _ => String::new(),
    };
    format!("  {}: {}{place}", left.deal, left.reason)
}
