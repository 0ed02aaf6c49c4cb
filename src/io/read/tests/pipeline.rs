//! The pipeline: what its rows become, and that nothing else depends on it.

use super::*;
use crate::domain::facts::OpportunityState;
use chrono::NaiveDate;

const PIPELINE: &str = "[pipeline]\nfile = \"pipe.csv\"\ncolumns.id = \"opp\"\ncolumns.payee = \"rep\"\n\
    columns.state = { column = \"stage\", values = { Won = \"won\", Lost = \"lost\", Call = \"open\", Offer = \"open\" }, else = \"refuse\" }\n\
    columns.stage = \"stage\"\ncolumns.created = \"made\"\ncolumns.closed = \"done\"\n\
    columns.expected = { column = \"made\", plus = \"median cycle\" }\n\
    columns.amount = { join = \"prices\", on = \"item\", key = \"sku\", column = \"price\" }\n\
    [files.prices]\nfile = \"prices.csv\"\n";
const PRICES: &[u8] = b"sku,price\nA,100.50\nB,7\n";
const ONE_DEAL: &[u8] = b"id,closed,amount,rep\nD1,2026-01-05,100,kim\n";

fn with(pipe: &[u8]) -> Reading {
    read(&format!("{DEALS}{PIPELINE}"), &[("deals.csv", ONE_DEAL), ("pipe.csv", pipe), ("prices.csv", PRICES)])
}

#[test]
fn an_open_row_is_expected_after_the_median_cycle_of_the_won_ones() {
    // Won after 10, 21 and 12 days and 31: the middle two of four are 12 and 21, 16.5, so 17 days.
    let reading = with(
        b"opp,rep,stage,made,done,item\nO1,kim,Won,2026-01-01,2026-01-11,A\nO2,kim,Won,2026-01-01,2026-01-22,A\n\
          O3,kim,Won,2026-01-01,2026-01-13,A\nO4,kim,Won,2026-01-01,2026-02-01,A\nO5,kim,Lost,2026-01-01,2026-09-01,A\n\
          O6,kim,Call,2026-02-01,,B\nO7,,Offer,,,A\n",
    );
    assert!(reading.findings.is_empty(), "{:#?}", reading.findings);
    assert_eq!(counts(&reading.sources[1]), [7, 0, 7, 0, 0]);
    let found = &reading.facts.pipeline;
    let open: Vec<_> = found.iter().filter(|row| row.state == OpportunityState::Open).collect();
    assert_eq!(open.len(), 2);
    assert_eq!(open[0].expected, NaiveDate::from_ymd_opt(2026, 2, 18), "1 February and 17 days");
    assert_eq!(open[0].estimated.iter().map(|name| &**name).collect::<Vec<_>>(), ["expected", "amount"]);
    assert_eq!(open[0].cells[deal_column::AMOUNT].as_ref().map(Value::canonical).as_deref(), Some("7"));
    assert_eq!((open[1].expected, open[1].payee.as_deref()), (None, None), "a blank day stays blank");
    assert_eq!(reading.facts.deals.len(), 1, "no row of it is a deal");
}

#[test]
fn without_a_won_row_nothing_is_expected() {
    let reading = with(b"opp,rep,stage,made,done,item\nO6,kim,Call,2026-02-01,,B\n");
    assert!(reading.findings.is_empty());
    assert_eq!(reading.facts.pipeline[0].expected, None);
}

#[test]
fn wrong_rows_are_told_and_are_no_wrong_rows_of_pay() {
    let reading = with(
        b"opp,rep,stage,made,done,item\nO1,bo,Call,2026-01-01,,A\nO2,kim,Maybe,2026-01-01,,A\n\
          O3,kim,Won,2026-03-01,2026-01-13,A\nO4,kim,Call,2026-01-01,,C\nO5,kim,Call,,,A\nO5,kim,Call,,,B\n\
          O6,kim,Call,,,A\nO6,kim,Call,,,A\n",
    );
    let file = "data/pipe.csv";
    assert_eq!(
        told(&reading.findings),
        [
            format!("unknown-payee {file}:2 rep \"bo\""),
            format!("bad-value {file}:3 stage \"Maybe\""),
            format!("bad-value {file}:4 done \"2026-01-13\""),
            format!("bad-value {file}:5 item \"C\""),
            format!("duplicate-id {file}:7 opp \"O5\""),
        ]
    );
    assert_eq!((reading.left_out(), reading.left_aside()), (0, 6));
    assert!(reading.wrong_rows.is_empty() && !reading.blocked);
    let left: Vec<_> = reading.facts.pipeline.iter().map(|row| &*row.id).collect();
    assert_eq!(left, ["O6"]);
}

#[test]
fn a_missing_file_stands_against_it_like_any_other() {
    let files: [(&str, &[u8]); 2] = [("deals.csv", ONE_DEAL), ("prices.csv", PRICES)];
    let reading = read(&format!("{DEALS}{PIPELINE}"), &files);
    assert!(reading.blocked);
    assert_eq!(reading.findings[0].code, crate::domain::diagnostic::Code::NoFile);
}
