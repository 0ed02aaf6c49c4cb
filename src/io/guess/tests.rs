//! Exports in several dialects and languages: the guessed settings read them without a finding.

use super::*;
use crate::domain::facts::{Deal, deal_column};
use crate::domain::value::Value;
use crate::io::{Folder, Reading, read_facts, read_settings};
use rust_decimal::Decimal;
use std::path::Path;

mod around;
mod habits;

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
fn a_list_inside_a_json_file_is_named() {
    let file = br#"{"count": 2, "tags": ["a"], "results": [
        {"id": "D1", "properties": {"amount": 1200.50, "closedate": "2026-01-15", "dealstage": "closedwon"}, "owner": {"name": "Kim"}},
        {"id": "D2", "properties": {"amount": 800, "closedate": "2026-02-15", "dealstage": "closedlost"}, "owner": {"name": "Lee"}}
    ]}"#;
    let (guess, reading) = guess(&[("deals.json", file)]);
    assert!(guess.toml.contains("sheet = \"results\"    # the list in the file"), "{}", guess.toml);
    assert_eq!(reading.facts.deals.len(), 1);
    assert_eq!(first(&reading, deal_column::AMOUNT), "1200.5");
}

#[test]
fn every_spelling_of_won_is_won() {
    let file = b"Opportunity ID,Owner,Amount,Close Date,Stage\nO1,Kim,100,2026-01-31,Closed Won\nO2,Bo,100,2026-02-03,closed won\nO3,Bo,100,2026-02-13,Won\nO4,Bo,100,2026-02-28,Lost\n";
    let (guess, reading) = guess(&[("export.csv", file)]);
    assert!(guess.toml.contains("3 of 4 rows"), "{}", guess.toml);
    assert_eq!(reading.facts.deals.len(), 3);
}

/// The settings that are guessed for a file whose deals `O1` and `O3` are won, and `O2` is not.
fn won_of(header: &str, [first, second, third]: [&str; 3]) -> (String, usize) {
    let file = format!(
        "Opportunity ID,Owner,Amount,Close Date,{header}\nO1,Kim,100,2026-01-31,{first}\nO2,Bo,900,2026-02-03,{second}\nO3,Bo,100,2026-02-28,{third}\n"
    );
    let (guess, reading) = guess(&[("export.csv", file.as_bytes())]);
    (guess.toml, reading.facts.deals.len())
}

#[test]
fn won_is_found_behind_brackets_without_a_blank_and_by_yes_and_no() {
    let cases = [
        ("Deal Stage", ["Closed Won (Sales)", "Closed Lost (Sales)", "Closed Won (Partners)"]),
        ("stage", ["closedwon", "closedlost", "closedwon"]),
        ("Won?", ["TRUE", "FALSE", "TRUE"]),
        ("Won", ["Yes", "No", "Yes"]),
        ("is_won", ["1", "0", "1"]),
    ];
    for (header, values) in cases {
        let (toml, deals) = won_of(header, values);
        assert_eq!(deals, 2, "{toml}");
        assert!(toml.contains(&format!("\nfilter = {{ \"{header}\" = ")) && toml.contains("2 of 3 rows"), "{toml}");
    }
    // It asks for something else than yes or no, or the answer is not yes for any.
    for values in [["100", "", "100"], ["No", "No", "No"]] {
        let (toml, deals) = won_of("Won", values);
        assert_eq!(deals, 3, "{toml}");
        assert!(!toml.contains("filter"), "{toml}");
    }
}

#[test]
fn rows_that_are_left_out_settle_how_days_and_numbers_are_written() {
    let file = "ID,Owner,Amount,Close Date,Stage\n1,Kim,1.234,05/01/2026,Won\n2,Bo,2.500,07/02/2026,Won\n3,Bo,\"1.234,56\",26/01/2026,Lost\n";
    let (guess, reading) = guess(&[("export.csv", file.as_bytes())]);
    assert!(guess.toml.contains("\ndate = \"D/M/YYYY\"\n"), "{}", guess.toml);
    let amount = reading.facts.deals.first().and_then(|deal| deal.cell(deal_column::AMOUNT)?.decimal());
    assert_eq!(amount, Some(Decimal::from(1234)), "{}", guess.toml);
}

#[test]
fn a_share_belongs_to_whom_its_name_or_its_place_says() {
    let second = |header: &str, rows: &str| {
        let (guess, _) = guess(&[("export.csv", format!("Deal ID,{header},Amount,Close Date\n{rows}").as_bytes())]);
        guess.toml.contains("shares = [")
    };
    let rows = "A,Ann,90,Bob,1000,2026-03-04\nB,Bob,80,Ann,2000,2026-03-05\n";
    assert!(!second("Owner,Owner Share,Co-Owner", rows), "it is the owner's");
    assert!(!second("Owner,Split %,Second Rep", rows), "it stands before the second");
    let rows = "A,Ann,Bob,10,1000,2026-03-04\nB,Bob,Ann,20,2000,2026-03-05\n";
    assert!(second("Owner,Second Rep,Split %", rows));
    assert!(!second("Owner,Second Rep,Split %", &format!("{rows}C,Ann,,100,500,2026-03-06\n")), "nobody has a share");
}

#[test]
fn the_name_of_a_column_says_its_currency() {
    let code = |name: &str| {
        let (guess, _) =
            guess(&[("export.csv", format!("Deal ID,Owner,{name},Close Date\nA,Ann,10,2026-03-04\n").as_bytes())]);
        (guess.currency, guess.currency_is_said)
    };
    assert_eq!(code("Amount (EUR)"), ("EUR".to_owned(), true));
    assert_eq!(code("Amount €"), ("EUR".to_owned(), true));
    assert_eq!(code("TOTAL AMOUNT"), ("USD".to_owned(), false));
}

#[test]
fn money_is_read_in_the_ways_in_which_exports_write_it() {
    let read = |name: &str, cells: [&str; 3]| {
        let rows: String =
            (1..).zip(cells).map(|(row, cell)| format!("D{row},Ann,\"{cell}\",2026-03-0{row}\n")).collect();
        let text = format!("Deal ID,Owner,{name},Close Date\n{rows}");
        let (guess, reading) = guess(&[("export.csv", text.as_bytes())]);
        let amount = |deal: &Deal| deal.cell(deal_column::AMOUNT).map_or("-".to_owned(), Value::canonical);
        (guess.currency, reading.facts.deals.iter().map(amount).collect::<Vec<_>>().join(" "))
    };
    let of = |code: &str, amounts: &str| (code.to_owned(), amounts.to_owned());
    assert_eq!(read("Amount", ["$5.00", "($7.50)", "-$1,000.25"]), of("USD", "5 -7.5 -1000.25"));
    assert_eq!(read("Amount", ["R$ 1.234,50", "R$ 5,00", "-R$ 1,00"]), of("BRL", "1234.5 5 -1"));
    assert_eq!(read("Amount", ["A$5", "A$6", "(A$7)"]), of("AUD", "5 6 -7"));
    assert_eq!(read("Amount", ["C$5", "C$6", "C$7"]), of("CAD", "5 6 7"));
    assert_eq!(read("Amount (cents)", ["1999", "500", "-1"]), of("USD", "19.99 5 -0.01"));
    // A name that speaks of cents over amounts with decimals is wrong.
    assert_eq!(read("Amount (cents)", ["19.99", "5.00", "1.00"]), of("USD", "19.99 5 1"));
}

#[test]
fn an_amount_in_another_currency_is_no_company() {
    let text =
        b"Deal ID,Owner,Amount,Amount in company currency,Close Date\nA,Ann,10,12,2026-03-04\nB,Bo,20,24,2026-03-05\n";
    let (guess, _) = guess(&[("export.csv", text)]);
    assert!(!columns(&guess).iter().any(|column| column.starts_with("account=")), "{:?}", columns(&guess));
}

#[test]
fn files_of_one_header_are_one_table_and_others_are_said() {
    let january = "Deal ID,Close Date,Amount,Owner\nA,2026-01-10,100,ann\nB,2026-01-31,200,bob\n".as_bytes();
    let february = "Deal ID,Close Date,Amount,Owner\nC,2026-02-10,300,ann\n".as_bytes();
    let again = "Deal ID,Close Date,Amount,Owner\nA,2026-02-10,300,ann\n".as_bytes();
    let quotas = "Owner,Quota\nann,1000\n".as_bytes();
    let (both, reading) = guess(&[("january.csv", january), ("february.csv", february), ("quotas.csv", quotas)]);
    assert!(both.toml.contains("file = [\"january.csv\", \"february.csv\"]"), "{}", both.toml);
    assert!(both.toml.contains("# Not read: quotas.csv"), "{}", both.toml);
    assert_eq!((reading.facts.deals.len(), both.left), (3, vec!["quotas.csv".to_owned()]));
    // A stands in both: which of them holds, nobody said.
    let (one, reading) = guess(&[("january.csv", january), ("february.csv", again)]);
    assert_eq!((reading.facts.deals.len(), one.left), (2, vec!["february.csv".to_owned()]));
}

#[test]
fn an_id_that_nearly_every_row_has_is_the_id() {
    let rows = |twice: &str| {
        let row = |number: usize| format!("D{number},2026-01-10,100,ann\n");
        format!("Deal ID,Close Date,Amount,Owner\n{}{twice},2026-01-11,900,ann\n", (1..20).map(row).collect::<String>())
    };
    // The row that stands twice is then told as one.
    let found = guess_project(&[("a.csv".to_owned(), rows("D3").into_bytes())]).unwrap();
    assert!(found.toml.contains("id = \"Deal ID\""), "{}", found.toml);
    // Of few rows it may be anything.
    let few = "Deal,Close Date,Amount,Owner\nA,2026-01-10,100,ann\nA,2026-01-11,200,ann\n";
    assert!(guess(&[("a.csv", few.as_bytes())]).0.toml.contains("id = { row = \"line\" }"));
}

#[test]
fn hubspot_stages_that_name_their_pipeline_are_known() {
    let file = b"Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount\n1,Acme,Closed Won (Sales Pipeline),2026-01-15,Ann,100\n2,Beta,Closed Lost (Sales Pipeline),2026-01-16,Ann,900\n3,Cog,Closed Won,2026-01-16,Ann,50\n";
    let (guess, reading) = guess(&[("all-deals.csv", file)]);
    assert_eq!(guess.system, Some("HubSpot deals"));
    assert_eq!(reading.facts.deals.iter().map(|deal| &*deal.id).collect::<Vec<_>>(), ["1", "3"]);
}

#[test]
fn stages_of_which_none_is_known_are_said() {
    let (toml, deals) = won_of("Status", ["Completed", "Cancelled", "Completed"]);
    assert_eq!(deals, 3, "nothing tells which are won");
    let proposed = "\n# filter = { \"Status\" = [\"Completed\", \"Cancelled\"] }    # none of these is known to mean won, so all 3 rows are taken, and some could be lost";
    assert!(toml.contains(proposed), "{toml}");
    let taken = toml.replace(
        "# filter = { \"Status\" = [\"Completed\", \"Cancelled\"] }",
        "filter = { \"Status\" = [\"Completed\"] }",
    );
    let mut folder = Folder::default();
    folder.put("earnmark.toml", taken);
    assert!(read_settings(&folder).1.is_empty(), "without the first # it is a filter");
    let (toml, _) = won_of("Notes", ["Completed", "Cancelled", "Completed"]);
    assert!(!toml.contains("filter"), "{toml}");
    let file = b"ID,Owner,Amount,Close Date,Status\nO1,Kim,1,2026-01-31,Done\nO2,Kim,1,2026-01-31,Open\n";
    let choices = Choices::from([("filter".to_owned(), String::new())]);
    let none = guess_with(&[("a.csv".to_owned(), file.to_vec())], &choices).unwrap();
    assert!(!none.toml.contains("filter"), "somebody said that all are deals: {}", none.toml);
    let choices = Choices::from([("filter".to_owned(), "Owner".to_owned())]);
    let odd = guess_with(&[("a.csv".to_owned(), file.to_vec())], &choices).unwrap();
    assert!(odd.toml.contains("# filter = { \"Owner\" = [\"Kim\"] }"), "{}", odd.toml);
}

#[test]
fn days_in_two_readings_are_told_where_the_first_and_the_last_agree() {
    let file = b"Deal ID,Close Date,Amount,Owner\nA,01/01/2026,100,ann\nB,03/04/2026,1000,ann\nC,12/12/2026,100,ann\n";
    let (said, reading) = guess(&[("a.csv", file)]);
    assert!(said.toml.contains("date = \"M/D/YYYY\"    # every date could be D/M/YYYY too"), "{}", said.toml);
    assert_eq!(reading.facts.deals.len(), 3);
    let file = b"Deal ID,Close Date,Amount,Owner\nA,01/01/2026,100,ann\nC,12/12/2026,100,ann\n";
    let (said, _) = guess(&[("a.csv", file)]);
    assert!(!said.toml.contains("could be"), "the same day in both: {}", said.toml);
}

#[test]
fn thousands_that_could_be_decimals_are_said() {
    let file = b"ID;Owner;Amount;Close Date\nO1;Kim;1.234;31.01.2026\nO2;Bo;2.500;03.02.2026\n";
    let (said, _) = guess(&[("export.csv", file)]);
    assert!(said.toml.contains("it could be the thousands sign too"), "{}", said.toml);
    let file = b"ID;Owner;Amount;Close Date\nO1;Kim;1.23;31.01.2026\nO2;Bo;2.500;03.02.2026\n";
    let (said, _) = guess(&[("export.csv", file)]);
    assert!(!said.toml.contains("could be the thousands"), "{}", said.toml);
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

/// What the made-up exports of the three systems must be read as: the won deals, with their day and amount.
fn recognised(file: &str, text: &str, system: &str, expected: &[&str]) -> Guess {
    let (guess, reading) = guess(&[(file, text.as_bytes())]);
    assert_eq!(guess.system, Some(system));
    let deal = |deal: &crate::domain::facts::Deal| {
        let cell = |place: usize| deal.cell(place).map_or("-".to_owned(), Value::canonical);
        let (closed, amount) = (cell(deal_column::CLOSED), cell(deal_column::AMOUNT));
        format!("{} {closed} {amount} {} {}", deal.id, cell(deal_column::CURRENCY), deal.shares[0].payee)
    };
    let deals: Vec<String> = reading.facts.deals.iter().map(deal).collect();
    assert_eq!(deals, expected);
    guess
}

#[test]
fn salesforce_opportunities_by_field_and_by_label() {
    let guess = recognised(
        "opportunities.csv",
        "Id,IsDeleted,AccountId,Name,StageName,Amount,ExpectedRevenue,CloseDate,Type,IsClosed,IsWon,CurrencyIsoCode,OwnerId,CreatedDate\n\
         0065g00000AbCdE,false,0015g1,Acme 200,Signed,12500.50,12500.50,2026-02-28,New Business,true,true,USD,0055gA,2026-01-02T09:00:00.000Z\n\
         0065g00000AbCdF,false,0015g2,Bolt,Closed Lost,900,0,2026-02-10,New Business,true,false,USD,0055gB,2026-01-03T09:00:00.000Z\n\
         0065g00000AbCdG,false,0015g3,Cog,Closed Won,77,77,2026-03-01,Renewal,true,true,EUR,0055gB,2026-01-04T09:00:00.000Z\n",
        "Salesforce opportunities",
        &["0065g00000AbCdE 2026-02-28 12500.5 USD 0055gA", "0065g00000AbCdG 2026-03-01 77 EUR 0055gB"],
    );
    assert!(guess.toml.contains("filter = { \"IsWon\" = \"true\" }"), "{}", guess.toml);
    assert!(columns(&guess).contains(&"kind=Type".to_owned()), "{:?}", columns(&guess));
    recognised(
        "report.csv",
        "Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Expected Revenue,Close Date,Created Date,Opportunity ID\n\
         Kim Lee,Acme,Acme 200,Closed Won,Q1-2026,\"1,200.00\",\"1,200.00\",2/28/2026,1/15/2026,006A\n\
         Bo Ek,Bolt,Bolt,Negotiation,Q2-2026,90.00,45.00,4/30/2026,1/16/2026,006B\n",
        "Salesforce opportunities",
        &["006A 2026-02-28 1200 USD Kim Lee"],
    );
}

#[test]
fn hubspot_deals_with_a_time_behind_the_day() {
    recognised(
        "hubspot-crm-exports-all-deals.csv",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Amount in company currency,Currency,Deal Type,Create Date,Associated Company\n\
         9001,Acme,Closed Won,2026-02-28 16:30,Kim Lee,1500.00,1380.00,USD,New Business,2026-01-02 09:00,Acme Inc\n\
         9002,Bolt,Contract sent,2026-04-30 00:00,Bo Ek,10.00,9.20,USD,New Business,2026-01-02 09:00,Bolt\n",
        "HubSpot deals",
        &["9001 2026-02-28 1500 USD Kim Lee"],
    );
}

#[test]
fn pipedrive_deals_count_on_the_day_they_were_won() {
    let guess = recognised(
        "deals.csv",
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Status,Deal - Owner,Deal - Organization,Deal - Deal created,Deal - Expected close date,Deal - Won time,Deal - Lost time\n\
         1,Acme,1500,EUR,Won,Kim Lee,Acme Inc,2026-01-02 09:00:00,2026-02-15,2026-02-28 16:30:05,\n\
         2,Bolt,20,EUR,Lost,Bo Ek,Bolt,2026-01-02 09:00:00,2026-02-15,,2026-02-20 10:00:00\n\
         3,Cog,30.5,USD,Won,Bo Ek,Cog,2026-01-02 09:00:00,2026-02-15,2026-03-01 08:00:00,\n",
        "Pipedrive deals",
        &["1 2026-02-28 1500 EUR Kim Lee", "3 2026-03-01 30.5 USD Bo Ek"],
    );
    assert!(guess.toml.contains("# Its columns are those of Pipedrive deals."), "{}", guess.toml);
}
