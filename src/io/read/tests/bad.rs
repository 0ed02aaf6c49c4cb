//! Bad files and bad rows: what is said of each.

use super::*;

/// Findings of a file of deals.
fn of_deals(file: &[u8]) -> Vec<String> {
    told(&read(DEALS, &[("deals.csv", file)]).findings)
}

#[test]
fn files_that_cannot_be_read_at_all() {
    assert_eq!(of_deals(b""), ["empty-file data/deals.csv"]);
    let binary = read(DEALS, &[("deals.csv", b"id,closed\0\x01\x02,amount,rep\n")]);
    assert_eq!(told(&binary.findings), ["not-text data/deals.csv"]);
    assert!(binary.blocked);
    assert_eq!(of_deals(b"PK\x03\x04rest of a workbook"), ["not-text data/deals.csv"]);
    let none = read(DEALS, &[("deal.csv", b"")]);
    assert_eq!(told(&none.findings), ["no-file earnmark.toml[72..83]"]);
    assert_eq!(format!("{HEAD}{DEALS}").get(72..83), Some("\"deals.csv\""));
    assert_eq!(none.findings[0].label.as_deref(), Some("did you mean `deal.csv`?"));
}

#[test]
fn a_header_that_is_not_there_or_lacks_a_column() {
    let reading = read(DEALS, &[("deals.csv", b"D1,2026-01-05,100,kim\nD2,2026-01-06,100,kim\n")]);
    assert_eq!(told(&reading.findings), ["no-header data/deals.csv:1  \"D1,2026-01-05,100,kim\""]);
    let reading = read(DEALS, &[("deals.csv", b"id,closed,amuont,rep,rep\nD1,2026-01-05,100,kim,kim\n")]);
    assert_eq!(
        told(&reading.findings),
        ["missing-column data/deals.csv:1 amount \"\"", "missing-column data/deals.csv:1 rep \"\""]
    );
    assert_eq!(reading.findings[0].help.as_deref(), Some("did you mean `amuont`?"));
    assert_eq!(reading.findings[0].labels.len(), 1, "the place in the settings");
    assert!(reading.blocked);
}

#[test]
fn cells_that_are_no_date_number_or_id() {
    let long = "x".repeat(300);
    let file = format!(
        "id,closed,amount,rep\nD1,2026-02-30,\"1.234,56\",kim\n,05.01.2026,abc,kim\n{long},2026-01-05,,kim\nD4,2026-01-05,1234567890123456,kim\nD5,2026-01-05,€5,kim\n"
    );
    let reading = read(DEALS, &[("deals.csv", file.as_bytes())]);
    let expected = [
        "bad-date data/deals.csv:2 closed \"2026-02-30\"".to_owned(),
        "bad-number data/deals.csv:2 amount \"1.234,56\"".to_owned(),
        "blank data/deals.csv:3 id \"\"".to_owned(),
        "bad-date data/deals.csv:3 closed \"05.01.2026\"".to_owned(),
        "bad-number data/deals.csv:3 amount \"abc\"".to_owned(),
        format!("too-long data/deals.csv:4 id \"{}…\"", "x".repeat(80)),
        "blank data/deals.csv:4 amount \"\"".to_owned(),
        "bad-number data/deals.csv:5 amount \"1234567890123456\"".to_owned(),
        "bad-currency data/deals.csv:6 amount \"€5\"".to_owned(),
    ];
    assert_eq!(told(&reading.findings), expected);
    let help = |place: usize| reading.findings[place].help.clone().unwrap_or_default();
    assert_eq!(reading.findings[0].message, "`2026-02-30` is no such day, `closed` is a date `YYYY-MM-DD`");
    assert_eq!(help(1), "write `decimal = \",\"` and `thousands = \".\"` in its source");
    assert_eq!(help(3), "write `date = \"DD.MM.YYYY\"` or `date = \"D.M.YYYY\"` in its source, whichever is meant");
    assert_eq!(counts(&reading.sources[0]), [5, 0, 0, 5, 0]);
}

#[test]
fn rows_that_are_cut_wrongly() {
    let file = b"id,closed,amount,rep\nD1,2026-01-05,100\nD2,2026-01-05,1,000,kim\n\"D3\"x,2026-01-05,1,kim\nD4,2026-01-05,1,k\xffm\nD5,2026-01-05,1,kim,\n\"D6,2026-01-05,1,kim\n";
    let reading = read(DEALS, &[("deals.csv", file)]);
    let expected = [
        "row-length data/deals.csv:2  \"D1,2026-01-05,100\"",
        "row-length data/deals.csv:3  \"D2,2026-01-05,1,000,kim\"",
        "row-length data/deals.csv:4 id \"\"",
        "bad-encoding data/deals.csv:5 rep \"k\u{fffd}m\"",
        "row-length data/deals.csv:7 id \"\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert_eq!(counts(&reading.sources[0]), [6, 0, 1, 5, 0]);
}

#[test]
fn a_line_of_ten_megabytes_is_one_clear_error() {
    let mut file = b"id,closed,amount,rep\nD1,2026-01-05,1,".to_vec();
    file.extend(std::iter::repeat_n(b'x', 10_000_001));
    file.extend(b"\nD2,2026-01-05,1,kim\n");
    let reading = read(DEALS, &[("deals.csv", &file)]);
    assert_eq!(told(&reading.findings), ["too-long data/deals.csv:2  \"D1\""]);
    assert_eq!(counts(&reading.sources[0]), [2, 0, 1, 1, 0]);
    let cell = format!("id,closed,amount,rep\nD1,2026-01-05,1,{}\n", "y".repeat(1_000_001));
    assert_eq!(of_deals(cell.as_bytes()), [format!("too-long data/deals.csv:2 rep \"{}…\"", "y".repeat(80))]);
}

#[test]
fn ids_that_stand_twice() {
    let file = b"id,closed,amount,rep\nD1,2026-01-05,1,kim\nD2,2026-01-05,1,kim\nD1,2026-01-05,2,kim\n";
    let reading = read(DEALS, &[("deals.csv", file)]);
    assert_eq!(told(&reading.findings), ["duplicate-id data/deals.csv:4 id \"D1\""]);
    assert_eq!(reading.findings[0].message, "deal `D1` stands twice with different values, first in line 2");
    assert_eq!(reading.facts.deals.len(), 1);
}

#[test]
fn payees_that_nobody_knows() {
    let settings = format!("{DEALS}[payees]\nfile = \"people.csv\"\ncolumns = {{ id = \"id\", start = \"start\" }}\n");
    let deals = b"id,closed,amount,rep\nD1,2026-01-05,1,Kim\nD2,2026-01-05,1,zebra\nD3,2026-01-05,1,bo\n";
    let people = b"id,start\nkim,2026-01-01\nbo,never\n";
    let reading = read(&settings, &[("deals.csv", deals), ("people.csv", people)]);
    let expected = [
        "unknown-payee data/deals.csv:2 rep \"Kim\"",
        "unknown-payee data/deals.csv:3 rep \"zebra\"",
        "bad-date data/people.csv:3 start \"never\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert_eq!(reading.findings[0].help.as_deref(), Some("did you mean `kim`?"));
    assert!(reading.facts.deals.is_empty(), "a deal of somebody whose row is left out is left out too");
}

#[test]
fn shares_that_do_not_total_the_whole() {
    let settings = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\" }\nshares = [{ payee = \"a\", share = { column = \"pa\", as = \"percent\" } }, { payee = \"b\", share = { column = \"pb\", as = \"percent\" } }]\n";
    let deals = b"id,closed,a,pa,b,pb\nD1,2026-01-05,kim,60,bo,50\nD2,2026-01-05,kim,60,,\nD3,2026-01-05,kim,60,,40\nD4,2026-01-05,kim,60,bo,40\nD5,2026-01-05,kim,100 %,bo,-5\n";
    let reading = read(settings, &[("deals.csv", deals)]);
    let expected = [
        "shares-total data/deals.csv:2 pa \"60\"",
        "shares-total data/deals.csv:3 pa \"60\"",
        "blank data/deals.csv:4 b \"\"",
        "shares-total data/deals.csv:6 pa \"100 %\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert_eq!(reading.findings[0].message, "the shares of deal `D1` total 110 %, more than 100 %");
    assert_eq!(reading.facts.deals.len(), 1);
}

#[test]
fn shares_of_deals_that_are_not_there() {
    let settings = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\" }\n[shares]\nfile = \"shares.csv\"\ncolumns = { deal = \"deal\", payee = \"rep\", share = { column = \"pct\", as = \"percent\" } }\n";
    let deals = b"id,closed\nD1,2026-01-05\nD2,2026-01-05\n";
    let shares = b"deal,rep,pct\nD9,kim,100\nD1,kim,60\nD1,bo,50\nD2,kim,1oo\n";
    let reading = read(settings, &[("deals.csv", deals), ("shares.csv", shares)]);
    let expected = [
        "unknown-deal data/shares.csv:2 deal \"D9\"",
        "shares-total data/shares.csv:4 pct \"50 %\"",
        "bad-number data/shares.csv:5 pct \"1oo\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert!(reading.facts.deals.is_empty(), "a wrong share takes its deal with it");
}

#[test]
fn ranges_and_circles_of_managers() {
    let settings = "[lines]\nfile = \"lines.csv\"\ncolumns = { payee = \"who\", manager = \"boss\", from = \"from\", to = \"to\" }\n";
    let lines = b"who,boss,from,to\nkim,ana,2026-01-01,2026-06-30\nkim,bo,2026-06-30,\nana,ana,,\nx,y,2026-01-01,\ny,z,2026-02-01,2026-03-31\nz,x,2026-03-31,\nbo,kim,2026-05-01,2026-04-01\n";
    let reading = read(settings, &[("lines.csv", lines)]);
    let expected = [
        "overlapping-range data/lines.csv:3 boss \"bo\"",
        "manager-circle data/lines.csv:4 boss \"ana\"",
        "manager-circle data/lines.csv:7 boss \"x\"",
        "bad-value data/lines.csv:8 to \"2026-04-01\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert_eq!(reading.findings[2].message, "`z` reports to `x`, who reports to `y`, who reports to `z`");
    assert!(reading.blocked);
    // One day earlier there is no circle.
    let apart = b"who,boss,from,to\nx,y,2026-01-01,\ny,z,2026-02-01,2026-03-30\nz,x,2026-03-31,\n";
    read_well(settings, &[("lines.csv", apart)]);
}

#[test]
fn joins_that_find_two_rows_or_none() {
    let settings = "[files.p]\nfile = \"p.csv\"\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", product = { join = \"p\", on = \"sku\", key = \"sku\", column = \"name\" } }\n";
    let deals = b"id,closed,sku\nD1,2026-01-05,s1\nD2,2026-01-05,s2\nD3,2026-01-05,s3\n";
    let reading = read(settings, &[("deals.csv", deals), ("p.csv", b"sku,name\ns1,A\ns1,B\ns2,C\n")]);
    let expected = ["ambiguous-join data/deals.csv:2 sku \"s1\"", "bad-value data/deals.csv:4 sku \"s3\""];
    assert_eq!(told(&reading.findings), expected);
    assert_eq!(reading.findings[0].message, "`s1` stands twice in `data/p.csv`: lines 2 and 3");
}

#[test]
fn the_same_problem_in_many_rows_is_told_twenty_times() {
    let mut file = "id,closed,amount,rep\n".to_owned();
    for n in 1..=1000 {
        file.push_str(&format!("D{n},2026-01-05,1,nobody{n}\n"));
    }
    let settings = format!("{DEALS}[payees]\nfile = \"p.csv\"\ncolumns.id = \"id\"\n");
    let reading = read(&settings, &[("deals.csv", file.as_bytes()), ("p.csv", b"id\nkim\n")]);
    assert_eq!(reading.findings.len(), 20);
    let note = "980 more rows of this file with the same problem, the last in line 1001";
    assert_eq!(reading.findings[19].notes, [note]);
    assert_eq!(counts(&reading.sources[0]), [1000, 0, 0, 1000, 0]);
}

#[test]
fn a_pattern_of_weeks_ends_somewhere() {
    let calendar = "[calendar]\npattern = \"4-4-5\"\nyear_starts = [\"2025-12-28\", \"2026-12-27\"]\n";
    let file = b"id,closed,amount,rep\nD1,2026-12-26,1,kim\nD2,2026-12-27,1,kim\n";
    let reading = read(&format!("{calendar}{DEALS}"), &[("deals.csv", file)]);
    assert_eq!(told(&reading.findings), ["outside-calendar data/deals.csv:3 closed \"2026-12-27\""]);
}

#[test]
fn quotas_that_cannot_be_meant() {
    let settings = "[quotas]\nfile = \"q.csv\"\ncolumns = { measure = \"m\", payee = \"rep\", period = \"p\", from = \"from\", to = \"to\", amount = \"q\" }\npayees_from = [\"payee\"]\n";
    let file = b"m,rep,p,from,to,q\nb,kim,2026-Q1,,,-5\nb,kim,2026-Q5,,,5\nb,kim,2026-Q1,2026-01-01,,5\nb,kim,,,,5\nb,kim,2026Q2,,,5\nb,kim,2026-Q2,,,6\nb,kim,,2026-01-01,2026-06-30,1\nb,kim,,2026-06-30,2026-07-31,1\n,kim,2026-Q3,,,1\n";
    let reading = read(settings, &[("q.csv", file)]);
    let expected = [
        "bad-value data/q.csv:2 q \"-5\"",
        "outside-calendar data/q.csv:3 p \"2026-Q5\"",
        "bad-value data/q.csv:4 p \"2026-Q1\"",
        "blank data/q.csv:5 p \"\"",
        "duplicate-id data/q.csv:7 q \"6\"",
        "overlapping-range data/q.csv:9 q \"1\"",
        "blank data/q.csv:10 m \"\"",
    ];
    assert_eq!(told(&reading.findings), expected);
    assert!(reading.facts.quotas.is_empty());
}

#[test]
fn a_wrong_amount_does_not_hide_wrong_shares() {
    let settings = "[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\" }\nshares = [{ payee = \"a\", share = { column = \"pa\", as = \"percent\" } }]\n";
    let reading = read(settings, &[("deals.csv", b"id,closed,amount,a,pa\nD1,2026-01-05,x,kim,110\n")]);
    assert_eq!(
        told(&reading.findings),
        ["bad-number data/deals.csv:2 amount \"x\"", "shares-total data/deals.csv:2 pa \"110\""]
    );
}

#[test]
fn payees_rows_and_fields_that_contradict_each_other() {
    let settings = "columns.payees.rate = \"number\"\n[payees]\nfile = \"p.csv\"\ncolumns = { id = \"id\", rate = \"rate\", manager = \"boss\", from = \"from\" }\n[fields]\nfile = \"f.csv\"\ncolumns = { payee = \"id\", field = \"what\", from = \"from\", value = \"v\" }\n[lines]\nfile = \"l.csv\"\ncolumns = { payee = \"id\", manager = \"boss\" }\n";
    let people = b"id,rate,boss,from\nkim,5,ana,\nkim,6,ana,\nbo,5,ana,2026-01-01\nbo,5,ana,2026-01-01\nana,1,nobody,\nana2,1,,\ncy,7,ana2,\n";
    let fields = b"id,what,from,v\nana2,rate,2026-01-01,2\nana2,rat,2026-01-01,2\ncy,rate,2026-01-01,7\ncy,rate,,7\n";
    let lines = b"id,boss\ncy,cy2\ncy,ana2\n";
    let reading = read(settings, &[("p.csv", people), ("f.csv", fields), ("l.csv", lines)]);
    let expected = [
        "duplicate-id data/p.csv:3 id \"kim\"",
        "unknown-payee data/p.csv:6 boss \"nobody\"",
        "overlapping-range data/f.csv:2 v \"2\"",
        "unknown-field data/f.csv:3 what \"rat\"",
        "blank data/f.csv:5 from \"\"",
        "unknown-payee data/l.csv:2 boss \"cy2\"",
    ];
    assert_eq!(told(&reading.findings), expected);
}
