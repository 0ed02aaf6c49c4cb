//! `earnmark pipeline`: the open deals, and what each would pay.

use super::commands::{self, counted, json};
use super::progress::Progress;
use super::show::{figure, heading, plain_table, text, trimmed};
use super::{Everywhere, Failure, Format, Period, print};
use crate::domain::currency::Currency;
use crate::domain::exact::grouped;
use crate::report::pipeline::{OpenDeal, Pipeline, pipeline};
use crate::report::tables::csv;
use rust_decimal::Decimal;

/// The header of the CSV.
const COLUMNS: [&str; 11] = [
    "payee",
    "deal",
    "period",
    "stage",
    "expected",
    "amount",
    "currency",
    "would_pay",
    "pay_currency",
    "estimated",
    "why_not",
];

/// The places of its figures.
const FIGURES: [usize; 2] = [5, 7];

/// Shows the open deals that are expected in a period.
pub fn show(everywhere: &Everywhere, payee: Option<&str>, period: &Period) -> Result<(), Failure> {
    let project = commands::open(everywhere, period.known)?;
    if project.settings.sources.pipeline.is_empty() {
        let help = "map the open opportunities of your CRM in `[pipeline]`";
        return Err(super::usage_of("this project has no pipeline", help));
    }
    let payee = payee.map(|payee| commands::payee_id(&project, payee)).transpose()?;
    let computed = commands::compute(&project, &period.period, everywhere)?;
    let found = {
        let _progress = Progress::of("computing", everywhere.quiet);
        pipeline(&project, &computed, payee.as_deref(), computed.asked, usize::MAX)
    };
    match everywhere.format {
        Format::Json => print(&json(&found)?),
        Format::Csv => {
            let rows: Vec<[String; 11]> = found.deals.iter().map(row).collect();
            print(&csv(&COLUMNS, &rows, &FIGURES).map_err(|error| Failure::Outside(error.to_string()))?)
        }
        Format::Table => print(&table(&found)),
    }?;
    let others = found.elsewhere.iter().fold(0_usize, |sum, other| sum.saturating_add(other.deals));
    if !everywhere.quiet && others > 0 {
        let where_else =
            |period: &str| if period.is_empty() { "outside the plans".to_owned() } else { period.to_owned() };
        let list = found.elsewhere.iter().map(|other| format!("{} ({})", where_else(&other.period), other.deals));
        let list = list.collect::<Vec<_>>().join(", ");
        anstream::eprintln!("{} expected in other periods: {list}", counted(others, "open deal"));
    }
    Ok(())
}

fn row(deal: &OpenDeal) -> [String; 11] {
    let or_blank = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        or_blank(&deal.payee),
        deal.id.clone(),
        deal.period.clone(),
        or_blank(&deal.stage),
        deal.expected.map_or_else(String::new, |day| day.to_string()),
        or_blank(&deal.amount),
        deal.currency.to_owned(),
        or_blank(&deal.would_pay),
        deal.pay_currency.unwrap_or_default().to_owned(),
        deal.estimated.join(" "),
        why_not(deal),
    ]
}

fn why_not(deal: &OpenDeal) -> String {
    deal.findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn table(found: &Pipeline) -> String {
    if found.deals.is_empty() {
        return "no open deal is expected then\n".to_owned();
    }
    let mut table = plain_table();
    let heads = ["payee", "deal", "stage", "expected", "amount", "", "would pay", ""];
    table.set_header(heads.map(|name| heading(name, matches!(name, "amount" | "would pay"))).to_vec());
    let money = |amount: &Option<String>, currency: Option<&str>| {
        let places = currency.and_then(Currency::from_code).map_or(2, Currency::places);
        let amount = amount.as_ref().and_then(|amount| amount.parse::<Decimal>().ok());
        amount.map_or_else(String::new, |amount| grouped(amount, places))
    };
    for deal in &found.deals {
        let guess = |name: &str| if deal.estimated.iter().any(|one| one == name) { "~" } else { "" };
        let amount = money(&deal.amount, Some(deal.currency));
        let day = deal.expected.map_or_else(String::new, |day| format!("{}{day}", guess("expected")));
        table.add_row(vec![
            text(deal.payee.as_deref().unwrap_or_default()),
            text(&deal.id),
            text(deal.stage.as_deref().unwrap_or_default()),
            text(&day),
            figure(if amount.is_empty() { amount } else { format!("{}{amount}", guess("amount")) }),
            text(deal.currency),
            figure(money(&deal.would_pay, deal.pay_currency)),
            text(&deal.pay_currency.map_or_else(|| why_not(deal), str::to_owned)),
        ]);
    }
    let mut shown = format!("{}\n", trimmed(&table));
    let estimated = |name: &str| found.deals.iter().any(|deal| deal.estimated.iter().any(|one| one == name));
    if estimated("amount") || estimated("expected") {
        shown.push_str("~ estimated\n");
    }
    shown
}
