//! Events, leave, scores, given totals, adjustments, rates, tables: what their rows become.

use super::*;
use crate::domain::facts::{AdjustmentKind, Balance};

const WITH_EVENTS: &str = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", recorded = \"recorded\", payee = \"rep\" }\nevents.cancelled = \"cancelled_on\"\n[events]\nfile = \"events.csv\"\ncolumns = { deal = \"deal\", kind = \"kind\", date = \"date\", amount = \"amount\", number = \"number\" }\n";

/// Events as `id kind date amount`, in order.
fn events(facts: &Facts) -> Vec<String> {
    let one = |event: &Event| {
        let amount = event.amount.map_or("-".to_owned(), exact::shortest);
        format!("{} {} {} {amount}", event.id, event.kind, event.date)
    };
    let mut all: Vec<String> = facts.events.iter().map(one).collect();
    all.sort();
    all
}

#[test]
fn events_have_ids_whatever_the_order_of_their_rows() {
    let deals =
        b"id,closed,amount,recorded,rep,cancelled_on\nD1,2026-01-05,100,,kim,2026-03-01\nD2,2026-01-05,200,,kim,\n";
    let head = "deal,kind,date,amount,number\n";
    let rows =
        ["D2,paid,2026-02-01,60,", "D2,paid,2026-02-01,40,", "D2,paid,2026-02-01,40,", "D2,paid,2026-02-01,40,N2"];
    let expected = [
        "D1#cancelled cancelled 2026-03-01 -",
        "D2#paid#2026-02-01 paid 2026-02-01 40",
        "D2#paid#2026-02-01#2 paid 2026-02-01 40",
        "D2#paid#2026-02-01#3 paid 2026-02-01 60",
    ];
    for turn in 0..rows.len() {
        let mut turned = rows;
        turned.rotate_left(turn);
        let file = format!("{head}{}\n", turned.join("\n"));
        let reading = read_well(WITH_EVENTS, &[("deals.csv", deals), ("events.csv", file.as_bytes())]);
        assert_eq!(events(&reading.facts), expected);
        assert_eq!(counts(&reading.sources[1]), [4, 0, 3, 0, 1]);
        assert_eq!(
            exact::shortest(reading.sources[1].sums[&("amount".to_owned(), Currency::from_code("USD").unwrap())]),
            "140"
        );
    }
}

#[test]
fn events_in_columns_are_as_new_as_their_row() {
    let deals = b"id,closed,amount,recorded,rep,cancelled_on\nD1,2026-01-05,100,2026-01-05,kim,2026-03-01\nD1,2026-01-05,100,2026-04-01,kim,\nD2,2026-01-05,100,2026-01-05,kim,\nD2,2026-01-05,100,2026-03-02,kim,2026-03-01\n";
    let reading = read_well(WITH_EVENTS, &[("deals.csv", deals), ("events.csv", b"deal,kind,date,amount,number\n")]);
    assert_eq!(reading.facts.events.len(), 2);
    let newest = reading.facts.newest().unwrap();
    assert_eq!(events(&newest), ["D2#cancelled cancelled 2026-03-01 -"]);
    assert_eq!(reading.facts.last_recorded().unwrap().to_string(), "2026-04-01");
}

#[test]
fn events_go_with_their_deals() {
    let deals = b"id,closed,amount,recorded,rep,cancelled_on\nD1,2026-01-05,100,,kim,2026-03-01\nD2,x,100,,kim,2026-03-01\nD3,2026-01-05,100,,lost,\n";
    let rows =
        b"deal,kind,date,amount,number\nD1,paid,2026-02-01,60,\nD2,paid,2026-02-01,60,\nD3,paid,2026-02-01,60,\n";
    let settings = WITH_EVENTS.replace("events.cancelled", "filter = { rep = \"kim\" }\nevents.cancelled");
    let reading = read(&settings, &[("deals.csv", deals), ("events.csv", rows)]);
    assert_eq!(told(&reading.findings), ["bad-date data/deals.csv:3 closed \"x\""]);
    assert_eq!(
        events(&reading.facts),
        ["D1#cancelled cancelled 2026-03-01 -", "D1#paid#2026-02-01 paid 2026-02-01 60"]
    );
    assert_eq!(counts(&reading.sources[1]), [3, 2, 1, 0, 0]);
}

#[test]
fn what_was_reinstated_can_be_given_back_again() {
    let deals = b"id,closed,amount,recorded,rep,cancelled_on\nD1,2026-01-05,100,,kim,\n";
    let rows = b"deal,kind,date,amount,number\nD1,cancelled,2026-02-01,100,\nD1,reinstated,2026-03-01,,\nD1,refunded,2026-03-02,30,\nD1,cancelled,2026-03-03,70,\nD1,refunded,2026-03-04,1,\n";
    let reading = read(WITH_EVENTS, &[("deals.csv", deals), ("events.csv", rows)]);
    assert_eq!(told(&reading.findings), ["bad-value data/events.csv:6 amount \"1\""]);
}

#[test]
fn an_event_without_an_amount_is_for_all_that_is_left() {
    let deals = b"id,closed,amount,recorded,rep,cancelled_on\nD1,2026-01-05,100,,kim,\n";
    let rows = b"deal,kind,date,amount,number\nD1,invoiced,2026-02-01,,\nD1,paid,2026-02-01,30,\nD1,refunded,2026-02-02,20,\nD1,paid,2026-02-03,,\nD1,paid,2026-02-04,-10,\nD1,written_off,2026-02-05,,\nD1,cancelled,2026-02-06,,\n";
    let reading = read_well(WITH_EVENTS, &[("deals.csv", deals), ("events.csv", rows)]);
    let expected = [
        "D1#cancelled#2026-02-06 cancelled 2026-02-06 -",
        "D1#invoiced#2026-02-01 invoiced 2026-02-01 100",
        "D1#paid#2026-02-01 paid 2026-02-01 30",
        "D1#paid#2026-02-03 paid 2026-02-03 50",
        "D1#paid#2026-02-04 paid 2026-02-04 -10",
        "D1#refunded#2026-02-02 refunded 2026-02-02 20",
        "D1#written_off#2026-02-05 written_off 2026-02-05 10",
    ];
    assert_eq!(events(&reading.facts), expected);
    let settings = WITH_EVENTS.replace("amount = \"amount\", recorded", "recorded");
    let reading = read(
        &settings,
        &[("deals.csv", deals), ("events.csv", b"deal,kind,date,amount,number\nD1,paid,2026-02-01,,\n")],
    );
    assert_eq!(told(&reading.findings), ["blank data/events.csv:2 amount \"\""]);
}

#[test]
fn own_kinds_and_columns_of_events() {
    let settings = "[columns.events]\nkind = { type = \"text\", values = [\"installed\"] }\nsite = { type = \"text\", optional = true }\nfee = { type = \"money\", in = \"EUR\", default = 0 }\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\" }\nevents.installed = \"done\"\n\
        [events]\nfile = \"events.csv\"\ncolumns = { id = \"id\", deal = \"deal\", kind = \"kind\", date = \"date\", payee = \"who\", reason = \"why\", actor = \"by\", site = \"site\", fee = \"fee\" }\npayees_from = [\"payee\"]\n";
    let deals = b"id,closed,done\nD1,2026-01-05,2026-02-01\n";
    let rows = "id,deal,kind,date,who,why,by,site,fee\nE1,D1,installed,2026-02-02,,,,A,\u{20ac}5\nE2,,held,2026-02-02,kim,why not,mo,,\n";
    let reading = read_well(settings, &[("deals.csv", deals), ("events.csv", rows.as_bytes())]);
    assert_eq!(
        events(&reading.facts),
        ["D1#installed installed 2026-02-01 -", "E1 installed 2026-02-02 -", "E2 held 2026-02-02 -"]
    );
    let cells: Vec<Vec<String>> = reading
        .facts
        .events
        .iter()
        .map(|event| event.cells.iter().map(|cell| cell.as_ref().map_or("-".to_owned(), Value::canonical)).collect())
        .collect();
    assert_eq!(cells, [["A", "5"], ["-", "0"], ["-", "0"]]);
}

#[test]
fn leave_scores_totals_and_adjustments() {
    let settings = format!(
        "{DEALS}[leave]\nfile = \"leave.csv\"\ncolumns = {{ payee = \"who\", from = \"from\", to = \"to\" }}\n[scores]\nfile = \"scores.csv\"\ncolumns = {{ payee = \"who\", objective = \"what\", period = \"when\", score = {{ column = \"score\", as = \"percent\" }} }}\n[metrics]\nfile = \"metrics.csv\"\ncolumns = {{ measure = {{ fixed = \"retention\" }}, period = \"when\", value = \"value\" }}\n[adjustments]\nfile = \"adjustments.csv\"\ncolumns = {{ id = \"id\", kind = \"kind\", payee = \"who\", date = \"date\", amount = \"amount\", currency = \"currency\", balance = \"balance\", reason = \"why\", actor = \"by\", recorded = \"known\" }}\n"
    );
    let files: [(&str, &[u8]); 5] = [
        ("deals.csv", b"id,closed,amount,rep\nD1,2026-01-05,100,kim\n"),
        ("leave.csv", b"who,from,to\nkim,2026-03-01,\n"),
        ("scores.csv", b"who,what,when,score\nkim,hygiene,2026Q1,110\nkim,hygiene,2026-03-01+1y,90\n"),
        ("metrics.csv", b"when,value\n2026,1250000.5\n"),
        ("adjustments.csv", b"id,kind,who,date,amount,currency,balance,why,by,known\nA1,opening,kim,2026-01-31,12.5,EUR,draw,taken over,mo,\nA1,opening,kim,2026-01-31,13,EUR,draw,taken over,mo,2026-05-01\n"),
    ];
    let reading = read_well(&settings, &files);
    let facts = &reading.facts;
    assert_eq!((facts.leave[0].from.to_string().as_str(), facts.leave[0].to), ("2026-03-01", None));
    let scores: Vec<_> = facts.scores.iter().map(|score| (&*score.period, exact::shortest(score.score))).collect();
    assert_eq!(scores, [("2026-Q1", "1.1".to_owned()), ("2026-03-01+1y", "0.9".to_owned())]);
    assert_eq!(exact::shortest(facts.metrics[0].value), "1250000.5");
    assert_eq!(
        (facts.adjustments[0].kind, facts.adjustments[0].balance),
        (AdjustmentKind::Opening, Some(Balance::Draw))
    );
    assert_eq!(facts.adjustments.len(), 2);
    assert_eq!(exact::shortest(facts.newest().unwrap().adjustments[0].amount), "13");
    assert_eq!(facts.last_recorded().unwrap().to_string(), "2026-05-01");
}

#[test]
fn rates_are_read_long_and_wide() {
    let settings = "[rates.market]\nfile = \"wide.csv\"\nlayout = \"wide\"\nbase = \"EUR\"\ndecimal = \",\"\ndelimiter = \";\"\nblank = [\"\", \"N/A\"]\ncolumns = { date = \"Date\" }\n[rates.budget]\nfile = \"long.csv\"\nrate_age = 30\ncolumns = { from = \"from\", to = { fixed = \"USD\" }, date = \"date\", rate = \"rate\", until = \"until\" }\n";
    let wide = b"Date;USD;EEK;GBP\n2026-01-02;1,10;15,6;0,8\n2026-01-05;N/A;;0,81\n2026-01-05;1,11;;0,81\n2026-01-05;1,11;;0,81\n";
    let long = b"from,date,rate,until\nGBP,2026-01-02,1.25,2026-12-31\nGBP,2026-01-02,1.250,2026-12-31\n";
    let reading = read_well(settings, &[("wide.csv", wide), ("long.csv", long)]);
    let rates: Vec<Vec<String>> = reading
        .facts
        .rates
        .iter()
        .map(|set| {
            set.rates.iter().map(|rate| format!("{} {} {} {}", rate.from, rate.to, rate.date, rate.rate)).collect()
        })
        .collect();
    let market =
        ["EUR GBP 2026-01-02 0.8", "EUR GBP 2026-01-05 0.81", "EUR USD 2026-01-02 1.10", "EUR USD 2026-01-05 1.11"];
    let mut found = rates[0].clone();
    found.sort();
    assert_eq!(found, market);
    assert_eq!(rates[1].len(), 1);
    assert_eq!(reading.facts.rates[1].rate_age, 30);
    assert_eq!(counts(&reading.sources[0]), [4, 0, 3, 0, 1]);
    assert_eq!(counts(&reading.sources[1]), [2, 0, 1, 0, 1]);
}

#[test]
fn tables_keep_the_order_of_their_rows() {
    let settings = "[tables.rates]\nfile = \"t.csv\"\nany = \"all\"\nkeys = { level = \"text\", years = \"number\" }\ncolumns = { level = { column = \"Level\", values = { G = \"gold\" } } }\nvalue = { column = \"rate\", type = \"percent\", as = \"percent\" }\n";
    let file = b"Level,years,rate\nG,2,12\nall,2.0,11\nG,2,12\nG,all,10\nall,all,8\n";
    let reading = read_well(settings, &[("t.csv", file)]);
    let key = |key: &Option<Value>| key.as_ref().map_or("*".to_owned(), Value::canonical);
    let rows: Vec<String> = reading.facts.tables[0]
        .iter()
        .map(|row| format!("{} {}", row.keys.iter().map(key).collect::<Vec<_>>().join(" "), row.value.canonical()))
        .collect();
    assert_eq!(rows, ["gold 2 0.12", "* 2 0.11", "gold * 0.1", "* * 0.08"]);
    assert_eq!(counts(&reading.sources[0]), [5, 0, 4, 0, 1]);
}
