//! Exports in several dialects and languages: the guessed settings read them without a finding.

use super::*;
use crate::domain::facts::deal_column;
use crate::domain::value::Value;
use crate::io::{Folder, Reading, read_facts, read_settings};
use std::path::Path;

/// The guess for some files, and what its settings read.
fn guess(files: &[(&str, &[u8])]) -> (Guess, Reading) {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    let guess = guess_project(&files).expect("deals are recognised");
    let mut folder =
        Folder::new("guess", files.into_iter().map(|(name, bytes)| (format!("data/{name}"), bytes)).collect());
    folder.put("earnmark.toml", guess.toml.clone());
    let (settings, findings) = read_settings(&folder);
    assert!(findings.is_empty(), "{findings:#?}\n{}", guess.toml);
    let reading = read_facts(&settings.unwrap(), &folder);
    assert!(reading.findings.is_empty(), "{:#?}\n{}", reading.findings, guess.toml);
    (guess, reading)
}

/// Fields and the columns that were taken for them.
fn columns(guess: &Guess) -> Vec<String> {
    guess.columns.iter().map(|column| format!("{}={}", column.field, column.column)).collect()
}

/// A column of the first deal.
fn first(reading: &Reading, place: usize) -> String {
    reading.facts.deals[0].cell(place).map_or("-".to_owned(), Value::canonical)
}

#[test]
fn a_plain_export() {
    let file = b"Opportunity ID,Owner,Amount,Close Date,Stage,Account Name,Notes\nO1,Kim,\"1,200.50\",1/31/2026,Closed Won,Acme,\nO2,Bo,900,2/3/2026,Closed Lost,,x\nO3,Bo,\"2,000\",2/28/2026,Closed Won,,x\n";
    let (guess, reading) = guess(&[("export.csv", file)]);
    let expected = [
        "id=Opportunity ID",
        "closed=Close Date",
        "amount=Amount",
        "payee=Owner",
        "account=Account Name",
        "filter=Stage",
    ];
    assert_eq!(columns(&guess), expected);
    assert_eq!(guess.unused, ["Notes"]);
    assert_eq!(
        (guess.first_day.as_str(), guess.last_day.as_str(), guess.currency.as_str()),
        ("2026-01-01", "2026-12-31", "USD")
    );
    assert_eq!(reading.facts.deals.len(), 2);
    assert_eq!(first(&reading, deal_column::AMOUNT), "1200.5");
    assert_eq!(first(&reading, deal_column::CLOSED), "2026-01-31");
    assert_eq!(guess.columns[0].samples, ["O1", "O3"]);
    assert!(guess.toml.contains("write yours"), "{}", guess.toml);
}

#[test]
fn a_german_export_of_windows() {
    let text = "Auftragsnummer;Verkäufer;Nettobetrag;Abschlussdatum;Kunde;Währung\r\nA-1;Jörg Müller;1.234,56;31.01.2026;Bäcker;EUR\r\nA-2;Ute Groß;99,90;01.02.2026;Schmied;EUR\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let (guess, reading) = guess(&[("auftraege.csv", &bytes)]);
    let expected = [
        "id=Auftragsnummer",
        "closed=Abschlussdatum",
        "amount=Nettobetrag",
        "payee=Verkäufer",
        "currency=Währung",
        "account=Kunde",
    ];
    assert_eq!(columns(&guess), expected);
    assert_eq!(guess.currency, "EUR");
    assert_eq!(first(&reading, deal_column::AMOUNT), "1234.56");
    assert_eq!(&*reading.facts.deals[0].shares[0].payee, "Jörg Müller");
}

#[test]
fn french_spanish_and_arabic_exports() {
    let french = "Référence\tVendeur\tMontant\tDate de signature\nR1\tÉlodie\t1 234,50 €\t31/01/2026\nR2\tLuc\t20,00 €\t14/02/2026\n";
    let (guessed, reading) = guess(&[("ventes.tsv", french.as_bytes())]);
    assert_eq!(guessed.currency, "EUR");
    assert_eq!(first(&reading, deal_column::AMOUNT), "1234.5");
    let spanish = "Pedido;Vendedor;Importe;Fecha de cierre;Estado\nP1;Ana;10,5;2026-01-31;Ganada\nP2;Ana;11,5;2026-02-28;Perdida\n";
    let (guessed, reading) = guess(&[("ventas.csv", spanish.as_bytes())]);
    assert!(columns(&guessed).contains(&"closed=Fecha de cierre".to_owned()));
    assert_eq!(reading.facts.deals.len(), 1);
    let arabic = "رقم الصفقة,المندوب,المبلغ,تاريخ الإغلاق\n١,سارة,١٢٣٤٫٥,٢٠٢٦-٠١-٣١\n٢,خالد,٥٠,٢٠٢٦-٠٢-٢٨\n";
    let (_, reading) = guess(&[("صفقات.csv", arabic.as_bytes())]);
    assert_eq!(first(&reading, deal_column::AMOUNT), "1234.5");
    assert_eq!(first(&reading, deal_column::CLOSED), "2026-01-31");
}

#[test]
fn splits_and_a_team() {
    let deals = b"deal_id,close_date,amount,product,kind,rep_id,split_rep_id,split_pct,cancelled_on\nD1,2026-01-05,100,atlas,new,R1,R2,30,\nD2,2026-01-06,200,beacon,renewal,R2,,,2026-02-01\nD3,2026-01-06,200,beacon,renewal,R2,R1,50,\n";
    let reps = b"rep_id,manager_id\nR1,M1\nR2,M1\nM1,\n";
    let (guess, reading) = guess(&[("deals.csv", deals), ("reps.csv", reps)]);
    assert_eq!(guess.file, "deals.csv");
    let shares: Vec<String> =
        reading.facts.deals[0].shares.iter().map(|s| format!("{} {}", s.payee, s.share.normalize())).collect();
    assert_eq!(shares, ["R1 0.7", "R2 0.3"]);
    assert_eq!(reading.facts.lines.len(), 2);
    assert_eq!(reading.facts.payees.len(), 3);
    assert_eq!(guess.unused, ["cancelled_on"]);
}

#[test]
fn rows_without_an_id_are_numbered_and_dates_in_two_readings_are_told() {
    let file = b"Date,Rep,Total\n03/04/2026,Kim,5\n03/04/2026,Kim,N/A\n03/05/2026,Bo,6\n";
    let files = [("sales.csv".to_owned(), file.to_vec())];
    let guess = guess_project(&files).unwrap();
    assert!(guess.toml.contains("id = { row = \"line\" }"), "{}", guess.toml);
    assert!(guess.toml.contains("date = \"M/D/YYYY\"    # every date could be D/M/YYYY too"), "{}", guess.toml);
    assert!(guess.toml.contains("blank = [\"\", \"N/A\"]"), "{}", guess.toml);
}

#[test]
fn what_is_no_table_of_deals_is_not_guessed() {
    let none: [&[u8]; 5] =
        [b"", b"a,b\n1,2\n", b"PK\x03\x04", b"name,city\nKim,Paris\n", b"1,2026-01-01,5\n2,2026-01-02,6\n"];
    for bytes in none {
        assert_eq!(guess_project(&[("x.csv".to_owned(), bytes.to_vec())]), None, "{bytes:?}");
    }
    assert_eq!(guess_project(&[]), None);
}

#[test]
fn odd_names_are_written_so_that_they_read_back() {
    let file = b"\"Deal \"\"ID\"\"\",\"Close\\Date\",Amount,Owner\nD1,2026-01-05,1,Kim\nD2,2026-01-05,1,Kim\n";
    let (guess, _) = guess(&[("a \"b\".csv", file)]);
    assert!(columns(&guess).contains(&"id=Deal \"ID\"".to_owned()));
}

#[test]
fn the_crm_export_is_guessed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/crm-sales-opportunities");
    let names = ["accounts.csv", "data_dictionary.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"];
    let mut files = Vec::new();
    for name in names {
        let Ok(bytes) = std::fs::read(data.join(name)) else {
            println!("skipped: {} is not there", data.join(name).display());
            return;
        };
        files.push((name, bytes));
    }
    let alone: Vec<(&str, &[u8])> = vec![("sales_pipeline.csv", &files[3].1)];
    let (guessed, reading) = guess(&alone);
    let expected = [
        "id=opportunity_id",
        "closed=close_date",
        "amount=close_value",
        "payee=sales_agent",
        "product=product",
        "account=account",
        "filter=deal_stage",
    ];
    assert_eq!(columns(&guessed), expected);
    assert_eq!(guessed.unused, ["engage_date"]);
    assert_eq!((guessed.first_day.as_str(), guessed.last_day.as_str()), ("2017-01-01", "2017-12-31"));
    assert_eq!((reading.facts.deals.len(), reading.facts.payees.len()), (4238, 30));
    let all: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let (guessed, reading) = guess(&all);
    assert_eq!(guessed.file, "sales_pipeline.csv");
    assert_eq!((reading.facts.lines.len(), reading.facts.payees.len()), (35, 41));
}
