//! Real exports, read as they are. They are no part of this repository: without them these tests say so and pass.

use super::*;

/// Reads a folder of data beside the repository; `None`, with a printed reason, where there is none.
fn real(name: &str, settings: &str, files: &[&str]) -> Option<Reading> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let mut folder = Folder::new(name, BTreeMap::new());
    folder.put("earnmark.toml", settings);
    for file in files {
        let Ok(bytes) = std::fs::read(data.join(file)) else {
            println!("skipped: {} is not there", data.join(file).display());
            return None;
        };
        let base = file.rsplit('/').next().unwrap();
        folder.put(format!("data/{base}"), bytes);
    }
    let (settings, findings) = read_settings(&folder);
    assert!(findings.is_empty(), "{findings:#?}");
    let reading = read_facts(&settings.unwrap(), &folder);
    assert!(reading.findings.is_empty(), "{:#?}", reading.findings);
    Some(reading)
}

/// The total of a column of a report in dollars.
fn total(report: &SourceReport, column: &str) -> String {
    let usd = Currency::from_code("USD").unwrap();
    exact::shortest(report.sums[&(column.to_owned(), usd)])
}

#[test]
fn the_crm_export() {
    let settings = r#"
format = 1
company = { name = "CRM Sales Opportunities", currency = "USD" }
[deals]
file = "sales_pipeline.csv"
filter = { deal_stage = "Won" }
columns = { id = "opportunity_id", closed = "close_date", amount = "close_value", product = { column = "product", values = { GTXPro = "GTX Pro" } }, account = "account", payee = "sales_agent" }
[payees]
file = "sales_teams.csv"
columns = { id = "sales_agent", region = "regional_office" }
[lines]
file = "sales_teams.csv"
columns = { payee = "sales_agent", manager = "manager" }
payees_from = ["manager"]
"#;
    let folder = "crm-sales-opportunities";
    let files = [format!("{folder}/sales_pipeline.csv"), format!("{folder}/sales_teams.csv")];
    let Some(reading) = real(folder, settings, &[&files[0], &files[1]]) else { return };
    assert_eq!(counts(&reading.sources[0]), [8800, 4562, 4238, 0, 0]);
    assert_eq!(total(&reading.sources[0], "amount"), "10005534");
    assert_eq!(reading.facts.payees.len(), 41);
    assert_eq!(
        reading
            .facts
            .deals
            .iter()
            .filter(|deal| deal.cell(deal_column::PRODUCT).unwrap().canonical() == "GTXPro")
            .count(),
        0
    );
}

#[test]
fn adventureworks_with_its_own_delimiters_and_quota_days() {
    let settings = r#"
format = 1
company = { name = "AdventureWorks", currency = "USD" }
columns.payees.commission = "percent"
sources = { delimiter = "\t", quote = "", header = false, date = "YYYY-MM-DD hh:mm:ss" }
rates.market = { file = "eurofxref-hist.csv", layout = "wide", base = "EUR", delimiter = ",", header = true, date = "YYYY-MM-DD", blank = ["", "N/A"], columns = { date = "Date" } }
[calendar.cycles.quota]
starts = ["2011-05-31", "2011-08-31", "2011-12-01", "2012-02-29", "2012-05-30", "2012-08-30", "2012-11-30", "2013-02-28", "2013-05-30", "2013-08-30", "2013-11-30", "2014-03-01"]
end = "2014-06-30"
[deals]
file = "SalesOrderHeader.csv"
names = ["SalesOrderID", "RevisionNumber", "OrderDate", "DueDate", "ShipDate", "Status", "OnlineOrderFlag", "SalesOrderNumber", "PurchaseOrderNumber",
         "AccountNumber", "CustomerID", "SalesPersonID", "TerritoryID", "BillToAddressID", "ShipToAddressID", "ShipMethodID", "CreditCardID", "CreditCardApprovalCode",
         "CurrencyRateID", "SubTotal", "TaxAmt", "Freight", "TotalDue", "Comment", "rowguid", "ModifiedDate"]
filter = { SalesPersonID = { blank = false } }
columns = { id = "SalesOrderID", closed = "OrderDate", amount = "SubTotal", account = "CustomerID", region = "TerritoryID", payee = "SalesPersonID" }
[files.people]
file = "Person.first-290-rows.csv"
encoding = "utf-16le"
delimiter = "+|"
row_end = "&|\r\n"
names = ["id", "PersonType", "NameStyle", "Title", "FirstName", "MiddleName", "LastName", "Suffix", "EmailPromotion", "Contact", "Demographics", "rowguid", "ModifiedDate"]
[payees]
file = "SalesPerson.csv"
names = ["id", "TerritoryID", "SalesQuota", "Bonus", "CommissionPct", "SalesYTD", "SalesLastYear", "rowguid", "ModifiedDate"]
columns = { id = "id", name = { join = "people", on = "id", key = "id", text = ["FirstName", "MiddleName", "LastName"] }, commission = { column = "CommissionPct", as = "fraction" } }
[quotas]
file = "SalesPersonQuotaHistory.csv"
names = ["rep", "day", "amount", "rowguid", "ModifiedDate"]
columns = { measure = { fixed = "sales" }, payee = "rep", period = { column = "day", cycle = "quota" }, amount = "amount" }
[lines]
names = ["rep", "boss"]
rows = [["275", "274"], ["276", "274"], ["274", "273"]]
columns = { payee = "rep", manager = "boss" }
payees_from = ["manager"]
"#;
    let folder = "adventureworks-oltp";
    let files = ["SalesOrderHeader.csv", "Person.first-290-rows.csv", "SalesPerson.csv", "SalesPersonQuotaHistory.csv"];
    let mut paths: Vec<String> = files.iter().map(|file| format!("{folder}/{file}")).collect();
    paths.push("ecb-reference-rates/eurofxref-hist.csv".to_owned());
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let Some(reading) = real(folder, settings, &paths) else { return };
    let dollars = reading.facts.rates[0].rates.iter().filter(|rate| rate.to.code() == "USD");
    let of_the_day: Vec<_> = dollars.filter(|rate| rate.date.to_string() == "2026-04-13").collect();
    assert_eq!(of_the_day.iter().map(|rate| rate.rate.to_string()).collect::<Vec<_>>(), ["1.1684"]);
    assert_eq!(counts(&reading.sources[0]), [31_465, 27_659, 3_806, 0, 0]);
    assert_eq!(reading.facts.quotas.len(), 163);
    assert_eq!(reading.facts.payees.len(), 18);
    let of_275 = reading.facts.payees.iter().find(|payee| &*payee.id == "275").unwrap();
    assert_eq!(of_275.name(), "Michael G Blythe");
    let commission = reading.facts.schema.payees.position("commission").unwrap();
    assert_eq!(of_275.constant(commission).unwrap().canonical(), "0.012");
}
