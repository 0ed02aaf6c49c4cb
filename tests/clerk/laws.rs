//! Laws of the ledger, tried on random companies over 24 months: nothing here is worked by hand, each law must hold whatever
//! the facts are. `EARNMARK_LAWS=200` tries more of them.

use earnmark::Folder;
use earnmark::ledger::book::Ledger;
use earnmark::ledger::chain;
use earnmark::ledger::close::{Closing, Request, continued, prepare};
use earnmark::ledger::files::render;
use earnmark::ledger::prices::of_statement;
use earnmark::ledger::recall::Origin;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A deal: day of two years, amount in units, seller, when it became known after its day; the day after which it was
/// cancelled, and when that became known; another amount that was known later.
#[derive(Clone, Debug)]
struct Sold {
    day: u64,
    amount: i64,
    seller: usize,
    lag: u64,
    gone: Option<(u64, u64)>,
    corrected: Option<(i64, u64)>,
}

const SELLERS: [&str; 3] = ["ana", "bo", "cy"];

fn sold() -> impl Strategy<Value = Sold> {
    let gone = prop::option::weighted(0.3, (0_u64..150, 0_u64..120));
    let corrected = prop::option::weighted(0.2, (1_i64..60_000, 1_u64..200));
    (0_u64..700, -5_000_i64..60_000, 0..SELLERS.len(), 0_u64..120, gone, corrected)
        .prop_map(|(day, amount, seller, lag, gone, corrected)| Sold { day, amount, seller, lag, gone, corrected })
}

/// A deal of which everything is known on its day.
fn at_once(deal: &Sold) -> Sold {
    Sold {
        lag: 0,
        amount: deal.corrected.map_or(deal.amount, |(amount, _)| amount),
        corrected: None,
        gone: deal.gone.map(|(after, _)| (after, 0)),
        ..deal.clone()
    }
}

fn day(number: u64) -> chrono::NaiveDate {
    let first: chrono::NaiveDate = "2026-01-01".parse().unwrap();
    first + chrono::Days::new(number)
}

fn folder(deals: &[Sold]) -> Folder {
    exported(deals, "complete", |_| true)
}

/// The files with the rows that became known on some days.
fn exported(deals: &[Sold], export: &str, known: impl Fn(chrono::NaiveDate) -> bool) -> Folder {
    let mut folder = Folder::default();
    folder.put(
        "earnmark.toml",
        "format = 1\ncompany = { name = \"Law\", currency = \"USD\" }\n[deals]\nfile = \"deals.csv\"\nexport = \"EXPORT\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"payee\", recorded = \"recorded\" }\n[events]\nfile = \"events.csv\"\nexport = \"EXPORT\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", recorded = \"recorded\" }\n[payees]\nfile = \"payees.csv\"\ncolumns = { id = \"id\" }\n"
            .replace("EXPORT", export),
    );
    folder.put(
        "rules/plan.rhai",
        "plan(\"AE\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2027-12-31\", payout: \"month\", recover: #{ share: 60.pct } });\nlet sales = measure(\"sales\", #{ period: \"quarter\", quota: 50_000 });\ncommission(\"Commission\", #{ on: sales, rate: marginal([[0.pct, 5.pct], [100.pct, 9.pct]]) });\ndraw(\"Draw\", #{ amount: 700, recover: 40.pct, limit: 1_900 });\nclawback(\"Early\", #{ on: \"cancelled\", within: 60.days, method: \"restate\" });\nclawback(\"Late\", #{ on: \"cancelled\", after: 60.days, within: 120.days, method: \"reverse\", take: 50.pct });\n",
    );
    let (mut rows, mut events) =
        ("id,closed,amount,payee,recorded\n".to_owned(), "id,deal,kind,date,recorded\n".to_owned());
    for (number, deal) in deals.iter().enumerate() {
        let (on, first) = (day(deal.day), day(deal.day + deal.lag));
        let seller = SELLERS[deal.seller];
        let corrected = deal.corrected.map(|(amount, lag)| (amount, day(deal.day + deal.lag + lag)));
        for (amount, recorded) in [(deal.amount, first)].into_iter().chain(corrected).filter(|(_, day)| known(*day)) {
            rows.push_str(&format!("D{number},{on},{amount},{seller},{recorded}\n"));
        }
        if let Some((after, lag)) = deal.gone {
            let (on, recorded) = (day(deal.day + after), day(deal.day + after + lag).max(first));
            if known(recorded) {
                events.push_str(&format!("E{number},D{number},cancelled,{on},{recorded}\n"));
            }
        }
    }
    folder.put("data/payees.csv", format!("id\n{}\n", SELLERS.join("\n")));
    folder.put("data/deals.csv", rows);
    folder.put("data/events.csv", events);
    folder
}

/// The same, of sellers who are paid in GBP and, from a day on, in EUR: 2 GBP and 6 EUR for a dollar on all days, so that no
/// exchange has anything to round.
fn moving(mut folder: Folder, since: u64) -> Folder {
    let text = |path: &str| String::from_utf8(folder.get(path).unwrap().to_vec()).unwrap();
    let toml = text("earnmark.toml").replace(
        "columns = { id = \"id\" }",
        "columns = { id = \"id\", currency = \"currency\", from = \"from\", to = \"to\" }\n[rates.market]\nfile = \"rates.csv\"\ncolumns = { from = \"from\", to = \"to\", date = \"date\", rate = \"rate\", until = \"until\" }",
    );
    let rows = SELLERS.map(|id| format!("{id},GBP,,{}\n{id},EUR,{},\n", day(since), day(since + 1))).concat();
    let rates = "from,to,date,rate,until\nUSD,GBP,2026-01-01,2,2028-12-31\nUSD,EUR,2026-01-01,6,2028-12-31\nGBP,EUR,2026-01-01,3,2028-12-31\n";
    folder.put("earnmark.toml", toml);
    folder.put("data/payees.csv", format!("id,currency,from,to\n{rows}"));
    folder.put("data/rates.csv", rates);
    folder
}

const MONTHS: u32 = 24;

/// Closes a period and adds its rows: the bytes of its files.
fn close(folder: &Folder, ledger: &mut Ledger, period: &str, as_of: chrono::NaiveDate) -> Vec<(String, Vec<u8>)> {
    let request =
        Request { period: period.to_owned(), as_of: Some(as_of), actor: "law".to_owned(), ..Request::default() };
    let mut prepared = |origin: &Origin<'_>| match prepare(origin, ledger, &request) {
        Ok(Closing::Ready(ready)) => ready,
        other => panic!("{period}: {other:?}"),
    };
    let ready = prepared(&Origin::files(folder));
    // Closed days that are not worked again would come to what they are.
    assert_eq!(ready.rows, prepared(&Origin::files(folder).worked_whole()).rows, "{period}");
    ledger.extend(ready.rows);
    ready.files.into_iter().map(|file| (file.name, file.bytes)).collect()
}

fn month(number: u32) -> (String, chrono::NaiveDate) {
    let (year, month) = (2026 + number / 12, number % 12 + 1);
    let first = chrono::NaiveDate::from_ymd_opt(i32::try_from(year).unwrap(), month, 1).unwrap();
    (format!("{year}-{month:02}"), first + chrono::Months::new(1) - chrono::Days::new(1))
}

/// The day as of which a month is closed: the last one when everything is known.
fn closed_on(number: u32) -> chrono::NaiveDate {
    if number + 1 == MONTHS { day(2_000) } else { month(number).1 }
}

/// Month by month, all of them from the same files.
fn whole(folder: &Folder) -> Ledger {
    each(|_| folder.clone())
}

/// Month by month, each from the files of its own.
fn each(of_month: impl Fn(u32) -> Folder) -> Ledger {
    let mut ledger = Ledger::default();
    let mut files = Vec::new();
    for number in 0..MONTHS {
        files.push(close(&of_month(number), &mut ledger, &month(number).0, closed_on(number)));
    }
    assert!(chain::verify(&ledger).is_empty(), "{:?}", chain::verify(&ledger));
    for (close, written) in ledger.closes.iter().zip(files) {
        let again = render(&ledger, close).unwrap().into_iter().map(|file| (file.name, file.bytes));
        assert!(again.eq(written), "what was written for {} is another now", close.period);
    }
    ledger
}

/// By payee and deal: earned and payable over all closes.
fn posted(ledger: &Ledger) -> BTreeMap<(String, String, String), (i64, i64)> {
    let mut sums: BTreeMap<(String, String, String), (i64, i64)> = BTreeMap::new();
    for row in &ledger.entries {
        let key = (row.payee.to_string(), row.deal.clone().unwrap_or_default(), row.measured.to_string());
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + row.earned, sum.1 + row.pay);
    }
    sums.retain(|_, sum| *sum != (0, 0));
    sums
}

/// By payee: paid in all, and the net balance after the last close; pounds as euros.
fn settled(ledger: &Ledger) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    let last = ledger.closes.last().unwrap().seq;
    for row in &ledger.settle {
        let sign = match &*row.line {
            "payout" => 1,
            "carried.over_cap" | "carried.due" if row.close == last => 1,
            "carried.owed" | "carried.draw" if row.close == last => -1,
            _ => continue,
        };
        let euros = if &*row.currency == "GBP" { 3 } else { 1 };
        *sums.entry(row.payee.to_string()).or_default() += sign * euros * row.amount;
    }
    sums
}

fn cases() -> ProptestConfig {
    let count = std::env::var("EARNMARK_LAWS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    ProptestConfig { failure_persistence: None, max_shrink_iters: 40, ..ProptestConfig::with_cases(count) }
}

proptest! {
    #![proptest_config(cases())]

    /// However late it became known, in the end the same is posted, paid and owed; what is left of a deal that was cancelled
    /// in the first window is nothing; nobody's amounts depend on a stranger.
    #[test]
    fn when_a_fact_arrives_moves_no_total(deals in prop::collection::vec(sold(), 1..25)) {
        let late = whole(&folder(&deals));
        let known: Vec<Sold> = deals.iter().map(at_once).collect();
        let early = whole(&folder(&known));
        prop_assert_eq!(posted(&late), posted(&early));
        prop_assert_eq!(settled(&late), settled(&early));
        for (number, deal) in deals.iter().enumerate() {
            if deal.gone.is_some_and(|(after, _)| after <= 60 && day(deal.day + after) <= month(MONTHS - 1).1) {
                let left: Vec<_> = posted(&late).into_iter().filter(|((_, id, _), _)| *id == format!("D{number}")).collect();
                prop_assert!(left.is_empty(), "D{} was cancelled in its window and holds {:?}", number, left);
            }
        }
        let alone: Vec<Sold> = deals.iter().filter(|deal| deal.seller == 0).cloned().collect();
        if !alone.is_empty() {
            let without = whole(&folder(&alone));
            let (without, with) = (settled(&without), settled(&late));
            prop_assert_eq!(without.get("ana"), with.get("ana"));
        }
    }

    /// The same where the currency of pay is another from a day on: what is posted is of the currency of its day, whenever it
    /// became known, and what is left of the old one moves whole.
    #[test]
    fn another_currency_of_pay_loses_nothing(deals in prop::collection::vec(sold(), 1..15), since in 0_u64..700) {
        let known: Vec<Sold> = deals.iter().map(at_once).collect();
        let (late, early) = (whole(&moving(folder(&deals), since)), whole(&moving(folder(&known), since)));
        prop_assert_eq!(posted(&late), posted(&early));
        prop_assert_eq!(settled(&late), settled(&early));
        // A dollar is six euros at all times: who is paid in dollars throughout is paid a sixth.
        let dollars = whole(&folder(&deals));
        let sixfold: BTreeMap<String, i64> = settled(&dollars).into_iter().map(|(payee, sum)| (payee, sum * 6)).collect();
        prop_assert_eq!(settled(&late), sixfold);
    }

    /// Files that have only what became known since the last close post what files that have everything do, and register the
    /// same.
    #[test]
    fn what_changed_says_as_much_as_everything(deals in prop::collection::vec(sold(), 1..25)) {
        let complete = whole(&folder(&deals));
        let changes = each(|number| {
            let before = number.checked_sub(1).map(closed_on);
            exported(&deals, "changes", |day| day <= closed_on(number) && before.is_none_or(|before| day > before))
        });
        prop_assert_eq!(&complete.entries, &changes.entries);
        prop_assert_eq!(&complete.settle, &changes.settle);
        let facts = |ledger: &Ledger| ledger.facts.iter().filter(|row| &*row.kind != "setting").cloned().collect::<Vec<_>>();
        prop_assert_eq!(facts(&complete), facts(&changes));
    }

    /// What the facts behind a true-up change, one after the other, is the true-up.
    #[test]
    fn prices_add_up_to_true_ups(deals in prop::collection::vec(sold(), 1..12)) {
        let folder = folder(&deals);
        let mut ledger = Ledger::default();
        for number in 0..MONTHS {
            let ((period, _), as_of) = (month(number), closed_on(number));
            let origin = Origin::files(&folder);
            let project = continued(&origin, &ledger, Some(as_of)).unwrap();
            let computed = project.compute(&period).unwrap();
            for payee in SELLERS {
                for statement in project.statements(&computed, payee, computed.asked.0) {
                    let prices = of_statement((&folder, &project), &ledger, &statement).unwrap();
                    for entry in statement.entries.iter().filter(|entry| entry.kind == "true-up") {
                        let own = prices.iter().filter(|price| price.made(entry)).flat_map(|price| &price.facts);
                        let sum: rust_decimal::Decimal = own.filter_map(|fact| fact.earned.as_ref()?.parse::<rust_decimal::Decimal>().ok()).sum();
                        prop_assert_eq!(sum, entry.earned.parse::<rust_decimal::Decimal>().unwrap(), "{}: {:?} of {:?}", period, entry, prices);
                    }
                }
            }
            close(&folder, &mut ledger, &period, as_of);
        }
    }
}
