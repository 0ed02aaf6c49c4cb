//! What is read from hand-made files, and what is said of bad ones: each finding by code, line, column and value.

use super::*;
use crate::domain::facts::{QuotaDays, payee_field};
use crate::io::settings::read_settings;
use std::path::Path;

mod bad;
mod happened;
mod pipeline;
mod real;
mod spelling;
mod untaken;

/// The head of most settings below.
pub(super) const HEAD: &str = "format = 1\ncompany = { name = \"Test\", currency = \"USD\" }\n";

/// Deals with an id, a day, an amount and a payee, as most tests have them.
pub(super) const DEALS: &str = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\" }\n";

/// A folder of the settings below the head and some data files.
pub(super) fn folder(settings: &str, files: &[(&str, &[u8])]) -> Folder {
    let mut folder = Folder::new("test", BTreeMap::new());
    folder.put("earnmark.toml", format!("{HEAD}{settings}"));
    for (name, bytes) in files {
        folder.put(format!("data/{name}"), *bytes);
    }
    folder
}

/// What is read from a folder whose settings are right.
pub(super) fn read(settings: &str, files: &[(&str, &[u8])]) -> Reading {
    let folder = folder(settings, files);
    let (settings, findings) = read_settings(&folder);
    assert!(findings.is_empty(), "{findings:#?}");
    read_facts(&settings.unwrap(), &folder)
}

/// What is read without any finding.
pub(super) fn read_well(settings: &str, files: &[(&str, &[u8])]) -> Reading {
    let reading = read(settings, files);
    assert!(reading.findings.is_empty(), "{:#?}", reading.findings);
    reading
}

/// Findings as `code file:line column "value"`.
pub(super) fn told(findings: &[Diagnostic]) -> Vec<String> {
    let one = |finding: &Diagnostic| match &finding.place {
        Place::Cell(cell) => format!("{} {}:{} {} {:?}", finding.code, cell.file, cell.row, cell.column, cell.value),
        Place::File(file) => format!("{} {file}", finding.code),
        Place::Text(span) => format!("{} {:?}", finding.code, span),
        Place::None => finding.code.to_string(),
    };
    findings.iter().map(one).collect()
}

/// A column of all deals as canonical texts, in the order of the file.
fn column(reading: &Reading, place: usize) -> Vec<String> {
    let text = |deal: &crate::domain::facts::Deal| deal.cell(place).map_or("-".to_owned(), Value::canonical);
    reading.facts.deals.iter().map(text).collect()
}

/// Counts of a report: rows, filtered, taken, bad, duplicates.
pub(super) fn counts(report: &SourceReport) -> [u64; 5] {
    [report.rows, report.filtered, report.taken, report.bad, report.duplicates]
}

#[test]
fn deals_are_typed_and_their_payees_are_payees() {
    let file = b"id,closed,amount,rep\nD1,2026-01-05,100.50,kim\nD2,2026-02-28,-3,bo\n";
    let reading = read_well(DEALS, &[("deals.csv", file)]);
    assert_eq!(column(&reading, deal_column::CLOSED), ["2026-01-05", "2026-02-28"]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["100.5", "-3"]);
    assert_eq!(column(&reading, deal_column::CURRENCY), ["USD", "USD"]);
    let payees: Vec<&str> = reading.facts.payees.iter().map(|payee| &*payee.id).collect();
    assert_eq!(payees, ["bo", "kim"]);
    let report = &reading.sources[0];
    assert_eq!(counts(report), [2, 0, 2, 0, 0]);
    let sum = &report.sums[&("amount".to_owned(), Currency::from_code("USD").unwrap())];
    assert_eq!(exact::shortest(*sum), "97.5");
    assert_eq!(report.dialect.words(), "comma (guessed), utf-8");
    assert_eq!(report.sha256.len(), 64);
}

#[test]
fn a_german_export_is_read_as_it_is() {
    let settings = "[deals]\nfile = \"deals.csv\"\nencoding = \"windows-1252\"\ndecimal = \",\"\nthousands = \".\"\ndate = \"DD.MM.YYYY\"\nskip = 1\nfilter = { Status = [\"Gewonnen\", \"Bezahlt\"] }\ncolumns = { id = { row = \"line\" }, closed = \"Datum\", amount = \"Betrag\", currency = { fixed = \"EUR\" }, account = \"Kunde\", payee = \"Verk\u{e4}ufer\" }\n";
    let text = "Bericht vom 1.4.2026\r\nDatum;Betrag;Kunde;Status;Verkäufer;\r\n31.01.2026;1.234,56 €;\"Müller; Söhne\";Gewonnen;Jörg;\r\n01.02.2026;5;x;Verloren;Jörg;\r\n02.02.2026;7,5-;y;Bezahlt;Ute;\r\n;;;;;\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let reading = read_well(settings, &[("deals.csv", &bytes)]);
    assert_eq!(column(&reading, deal_column::ID), ["line-1", "line-3"]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["1234.56", "-7.5"]);
    assert_eq!(column(&reading, deal_column::ACCOUNT), ["Müller; Söhne", "y"]);
    assert_eq!(reading.facts.deals[1].place.line, 5);
    assert_eq!(counts(&reading.sources[0]), [3, 1, 2, 0, 0]);
    assert_eq!(reading.sources[0].dialect.words(), "semicolon (guessed), windows-1252");
}

#[test]
fn every_kind_of_mapping_fills_its_column() {
    let settings = "columns.deals.rate = \"percent\"\ncolumns.deals.paid = \"yes/no\"\nroles.overlay = [\"SE\"]\n\
        [files.products]\nfile = \"products.csv\"\n[deals]\nfile = \"deals.csv\"\n[deals.columns]\nid = \"id\"\n\
        closed = { column = \"day\", date = \"D/M/YY\" }\nends = { column = \"day\", date = \"D/M/YY\", plus = \"1 months\" }\n\
        amount = { product = [\"units\", \"price\"] }\ncost = { column = \"cents\", as = \"cents\" }\nquantity = { sum = [\"units\", \"gifts\"] }\n\
        kind = { column = \"kind\", values = { N = \"new\" }, else = \"refuse\" }\naccount = { text = [\"first\", \"last\"], with = \"-\" }\n\
        region = { first = [\"none\", \"last\"] }\nproduct = { join = \"products\", on = \"sku\", key = \"SKU\", column = \"Name\" }\n\
        channel = { fixed = \"web\" }\nrate = { column = \"rate\", as = \"fraction\" }\npaid = \"paid\"\n\
        [[deals.shares]]\npayee = \"rep\"\n[[deals.shares]]\npayee = \"second\"\nshare = { column = \"pct\", as = \"percent\" }\n[[deals.shares]]\npayee = \"se\"\nshare = { fixed = \"100 %\" }\nrole = \"SE\"\n";
    let deals = b"id,day,units,price,cents,gifts,kind,first,last,none,sku,rate,paid,rep,second,pct,se\n\
        D1,31/1/26,3,2.50,1999,,N,Ada,Lovelace,,s1,0.2,yes,kim,bo,30,sam\n";
    let products = b"SKU,Name\ns1,Anvil\ns2,Rope\ns2,Rope\n";
    let reading = read_well(settings, &[("deals.csv", deals), ("products.csv", products)]);
    let deal = &reading.facts.deals[0];
    let text = |name: &str| {
        let place = reading.facts.schema.deals.position(name).unwrap();
        deal.cell(place).map_or("-".to_owned(), Value::canonical)
    };
    let expected = [
        ("closed", "2026-01-31"),
        ("ends", "2026-02-28"),
        ("amount", "7.5"),
        ("cost", "19.99"),
        ("quantity", "3"),
        ("kind", "new"),
        ("account", "Ada-Lovelace"),
        ("region", "Lovelace"),
        ("product", "Anvil"),
        ("channel", "web"),
        ("rate", "0.2"),
        ("paid", "true"),
    ];
    for (name, value) in expected {
        assert_eq!(text(name), value, "{name}");
    }
    let shares: Vec<String> =
        deal.shares.iter().map(|s| format!("{} {} {:?}", s.payee, s.share.normalize(), s.position)).collect();
    assert_eq!(shares, ["kim 0.7 Some(1)", "bo 0.3 Some(2)", "sam 1 Some(3)"]);
}

#[test]
fn equal_rows_count_once_and_versions_are_kept() {
    let settings = DEALS.replace("payee = \"rep\"", "payee = \"rep\", recorded = \"seen\"");
    let file = b"id,closed,amount,rep,seen\nD1,2026-01-05,100,kim,2026-01-05\nD1,2026-01-05,100.00,kim,2026-01-05\nD1,2026-01-05,90,kim,2026-02-01\n";
    let reading = read_well(&settings, &[("deals.csv", file)]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["100", "90"]);
    assert_eq!(counts(&reading.sources[0]), [3, 0, 2, 0, 1]);
}

#[test]
fn shares_of_a_file_of_their_own_go_to_their_deals() {
    let settings = "[deals]\nfile = \"deals.csv\"\nfilter = { stage = \"Won\" }\ncolumns = { id = \"id\", closed = \"closed\" }\n\
        [shares]\nfile = \"shares.csv\"\ncolumns = { deal = \"deal\", payee = \"rep\", share = { column = \"pct\", as = \"percent\" }, position = \"n\" }\n";
    let deals = b"id,closed,stage\nD1,2026-01-05,Won\nD2,2026-01-06,Lost\nD3,2026-01-07,Won\n";
    let shares = b"deal,rep,pct,n\nD1,kim,60,2\nD1,bo,,1\nD1,bo,,1\nD2,kim,100,1\n";
    let reading = read_well(settings, &[("deals.csv", deals), ("shares.csv", shares)]);
    let shares: Vec<String> =
        reading.facts.deals[0].shares.iter().map(|s| format!("{} {}", s.payee, s.share)).collect();
    assert_eq!(shares, ["kim 0.60", "bo 0.40"]);
    assert!(reading.facts.deals[1].shares.is_empty());
    assert_eq!(counts(&reading.sources[1]), [4, 1, 2, 0, 1]);
}

#[test]
fn a_field_from_another_file_cuts_the_row() {
    let settings = "columns.payees.rate = { type = \"percent\", default = \"5 %\" }\n[payees]\nfile = \"people.csv\"\ncolumns = { id = \"id\", name = \"name\", from = \"from\", to = \"to\", manager = \"boss\" }\n\
        [fields]\nfile = \"fields.csv\"\ncolumns = { payee = \"id\", field = \"what\", from = \"from\", to = \"to\", value = { column = \"v\", as = \"percent\" } }\n\
        [lines]\nnames = [\"who\", \"boss\", \"since\"]\nrows = [[\"kim\", \"ana\", \"2026-07-01\"]]\ncolumns = { payee = \"who\", manager = \"boss\", from = \"since\" }\n";
    let people = b"id,name,from,to,boss\nkim,Kim,2026-01-01,2026-12-31,ana\nana,Ana,,,\n";
    let fields = b"id,what,from,to,v\nkim,rate,2026-03-01,2026-03-31,7\nkim,rate,2027-01-01,,9\n";
    let reading = read_well(settings, &[("people.csv", people), ("fields.csv", fields)]);
    let kim = reading.facts.payees.iter().find(|payee| &*payee.id == "kim").unwrap();
    let rate = reading.facts.schema.payees.position("rate").unwrap();
    let at = |day: &str, field: usize| kim.field(field, day.parse().unwrap()).map_or("-".to_owned(), Value::canonical);
    let rates: Vec<String> = ["2026-01-01", "2026-03-01", "2026-03-31", "2026-04-01", "2027-05-01"]
        .iter()
        .map(|day| at(day, rate))
        .collect();
    assert_eq!(rates, ["0.05", "0.07", "0.07", "0.05", "0.09"]);
    assert_eq!(at("2026-08-01", payee_field::MANAGER), "ana");
    assert_eq!(kim.name(), "Kim");
    assert!(kim.rows.windows(2).all(|pair| pair[0].to < pair[1].from), "{:?}", kim.rows);
    let lines: Vec<String> =
        reading.facts.lines.iter().map(|l| format!("{} {} {:?} {:?}", l.payee, l.manager, l.from, l.to)).collect();
    assert_eq!(lines, ["kim ana Some(2026-07-01) None", "kim ana Some(2026-01-01) Some(2026-06-30)"]);
}

#[test]
fn quotas_are_for_periods_or_days() {
    let settings = "[calendar.cycles.push]\nstarts = [\"2026-01-01\", \"2026-02-15\"]\nend = \"2026-03-31\"\n\
        [quotas]\nfile = \"q.csv\"\ncolumns = { measure = { fixed = \"bookings\" }, payee = \"rep\", period = \"period\", from = \"from\", to = \"to\", amount = \"quota\" }\npayees_from = [\"payee\"]\n\
        ";
    let quotas =
        b"rep,period,from,to,quota\nkim,2026Q1,,,100\n,2026-H2,,,200.5\nkim,,2026-04-01,2026-06-30,300\nkim,plan,,,7\n";
    let reading = read_well(settings, &[("q.csv", quotas)]);
    let days: Vec<String> = reading
        .facts
        .quotas
        .iter()
        .map(|quota| match &quota.days {
            QuotaDays::Period(label) => label.to_string(),
            QuotaDays::Range(from, to) => format!("{from}..{to}"),
        })
        .collect();
    assert_eq!(days, ["2026-Q1", "2026-H2", "2026-04-01..2026-06-30", "plan"]);
    assert_eq!(reading.facts.quotas[1].payee, None);
    let of_cycle = settings.replace("period = \"period\"", "period = { column = \"period\", cycle = \"push\" }");
    let reading = read(&of_cycle, &[("q.csv", b"rep,period,from,to,quota\nkim,2026-02-15,,,1\nkim,2026-02-16,,,1\n")]);
    assert_eq!(reading.facts.quotas[0].days, QuotaDays::Period(Arc::from("push-2026-02-15")));
    assert_eq!(told(&reading.findings), ["outside-calendar data/q.csv:3 period \"2026-02-16\""]);
}

#[test]
fn every_row_is_counted_once() {
    let settings = format!("{DEALS}filter = {{ stage = {{ not = [\"Lost\"] }} }}\n");
    let file = b"id,closed,amount,rep,stage\nD1,2026-01-05,1,kim,Won\nD1,2026-01-05,1,kim,Won\nD2,x,1,kim,Won\nD3,2026-01-05,1,kim,Lost\nshort\nD4,2026-01-05,1,kim,Won\nD4,2026-01-05,2,kim,Won\n";
    let reading = read(&settings, &[("deals.csv", file)]);
    let [rows, filtered, taken, bad, duplicates] = counts(&reading.sources[0]);
    assert_eq!((rows, filtered, taken, bad, duplicates), (7, 1, 1, 4, 1));
    assert_eq!(reading.left_out(), 4);
    assert!(!reading.blocked);
}

#[test]
fn filters_take_what_they_say() {
    let cases = [
        ("{ stage = \"Won\" }", vec!["D1", "D4"]),
        ("{ stage = [\"Won\", \"Lost\"] }", vec!["D1", "D2", "D4"]),
        ("{ stage = { not = [\"Won\"] } }", vec!["D2", "D3"]),
        ("{ stage = { blank = true } }", vec!["D3"]),
        ("{ stage = { blank = false }, size = 7 }", vec!["D2"]),
        ("{ closed = { from = \"2026-01-06\", to = 2026-01-07 } }", vec!["D2", "D3"]),
        ("{ closed = { from = 2026-01-08 } }", vec!["D4"]),
    ];
    let file =
        b"id,closed,stage,size\nD1,2026-01-05,Won,5\nD2,2026-01-06,Lost,7\nD3,2026-01-07,-,7\nD4,2026-01-08, Won ,9\n";
    for (filter, ids) in cases {
        let settings = format!(
            "[deals]\nfile = \"deals.csv\"\nblank = [\"-\"]\nfilter = {filter}\ncolumns = {{ id = \"id\", closed = \"closed\" }}\n"
        );
        assert_eq!(column(&read_well(&settings, &[("deals.csv", file)]), deal_column::ID), ids, "{filter}");
    }
}

#[test]
fn the_order_of_columns_and_unused_ones_do_not_matter() {
    let one = read_well(DEALS, &[("deals.csv", b"id,closed,amount,rep\nD1,2026-01-05,1.50,kim\n")]);
    let other = read_well(DEALS, &[("deals.csv", b"rep;x;amount;closed;id\r\nkim;?;1.5;2026-01-05;D1\r\n")]);
    assert_eq!(one.facts, other.facts);
}

proptest::proptest! {
    /// Whatever the bytes are: a reading, never a panic, and every row counted.
    #[test]
    fn any_bytes_are_read_or_refused(
        text in "(id|closed|amount|rep|D1|2026-01-05|12,5|kim|,|;|\"|\r|\n|\n| |\u{feff}|\u{e4}|%|-){0,60}",
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..20),
    ) {
        let mut file = format!("id,closed,amount,rep\n{text}").into_bytes();
        file.extend(bytes);
        for source in &read(DEALS, &[("deals.csv", &file)]).sources {
            let [rows, parts @ ..] = counts(source);
            proptest::prop_assert_eq!(rows, parts.iter().sum::<u64>());
        }
    }

    /// Whatever the settings are: findings, never a panic.
    #[test]
    fn any_settings_are_read_or_refused(
        text in "(\\[deals\\]\n|\\[\\[shares\\]\\]\n|file = |\"d.csv\"\n|columns = |\\{ |\\}\n|id = \"id\"|closed = |join = \"p\"|, |date = \"D\"\n|\\[files.p\\]\n|1|true|\n|ä|calendar.|rows = \\[\\[1\\]\\]\n){0,40}",
    ) {
        let folder = folder(&text, &[("d.csv", b"id\n1\n")]);
        if let (Some(settings), _) = read_settings(&folder) {
            proptest::prop_assert!(read_facts(&settings, &folder).facts.deals.len() <= 1);
        }
    }
}
