//! Habits of exports that would cost somebody money if they were guessed away.

use super::*;

/// The guess for one file, without reading it: some of its cells are wrong.
fn toml(file: &str) -> Guess {
    guess_project(&[("export.csv".to_owned(), file.as_bytes().to_vec())]).expect("deals are recognised")
}

/// Ids of the deals that are taken.
fn taken(file: &str) -> Vec<String> {
    let (_, reading) = guess(&[("export.csv", file.as_bytes())]);
    reading.facts.deals.iter().map(|deal| deal.id.to_string()).collect()
}

#[test]
fn a_sign_among_codes_loses_no_currency() {
    let rows: String = (1..10).map(|at| format!("D{at},2026-01-0{at},100,Ann,EUR\n")).collect();
    let found = toml(&format!("Id,Close Date,Amount,Owner,Currency\n{rows}D10,2026-01-10,100,Ann,€\n"));
    assert!(found.toml.contains("currency = \"Currency\"") && found.currency == "EUR", "{}", found.toml);
    let found = toml("Id,Close Date,Amount,Owner,Currency\nD1,2026-01-01,100,Ann,US Dollar\nD2,2026-01-02,5,Bo,Euro\n");
    assert!(found.toml.contains("\"Currency\" says no code such as EUR, so it could be another"), "{}", found.toml);
}

#[test]
fn stages_that_begin_with_a_number_are_stages() {
    let file = "Id,Close Date,Amount,Owner,Stage\nA,2026-01-01,1,Ann,6 - Closed Won\nB,2026-01-02,2,Ann,7 - Closed Lost\nC,2026-01-03,3,Bo,2 - Proposal\n";
    assert_eq!(taken(file), ["A"]);
    let unknown = toml(&file.replace("6 - Closed Won", "6 - Contract"));
    assert!(unknown.toml.contains("# filter = { \"Stage\" ="), "{}", unknown.toml);
}

#[test]
fn what_was_deleted_is_left_out() {
    let file = "Id,StageName,CloseDate,Amount,OwnerId,IsWon,IsDeleted\nA,Closed Won,2026-01-01,1,Ann,true,false\nB,Closed Won,2026-01-02,999,Ann,true,true\nC,Closed Lost,2026-01-03,3,Bo,false,false\n";
    assert_eq!(taken(file), ["A"]);
    let (found, _) = guess(&[("export.csv", file.as_bytes())]);
    assert!(found.toml.contains("filter = { \"IsWon\" = \"true\", \"IsDeleted\" = \"false\" }"), "{}", found.toml);
    let plain = "Id,Close Date,Amount,Owner,Archived\nA,2026-01-01,1,Ann,no\nB,2026-01-02,2,Ann,yes\n";
    assert_eq!(taken(plain), ["A"]);
}

#[test]
fn names_of_an_interface_are_known() {
    let file = "hs_object_id,dealname,dealstage,closedate,amount,hubspot_owner_id\n901,Acme,closedwon,2026-01-05,100,77\n902,Beta,closedlost,2026-01-06,900,77\n";
    assert_eq!(taken(file), ["901"]);
}

#[test]
fn a_planned_day_is_taken_only_where_there_is_no_other() {
    let file = "Id,Expected Close Date,Actual Close Date,Amount,Owner\nA,2026-01-01,2026-02-01,1,Ann\nB,2026-01-02,2026-02-02,2,Bo\n";
    assert!(toml(file).toml.contains("closed = \"Actual Close Date\""));
    let only = toml(&file.replace("Actual Close Date", "Note").replace("2026-02-0", "n"));
    assert!(only.toml.contains("it could be another day than that of the sale"), "{}", only.toml);
}

#[test]
fn an_id_that_stands_twice_is_said() {
    let rows: String = (1..10).map(|at| format!("D{},2026-01-0{at},100,Ann\n", at / 3)).collect();
    let found = toml(&format!("Deal ID,Close Date,Amount,Owner\n{rows}"));
    assert!(found.toml.contains("\"Deal ID\" has values twice, so rows are numbered: they could be"), "{}", found.toml);
}
