//! Spellings of numbers, days and amounts: what is read of each, and what is said of those that are not read.

use super::*;

/// Deals of a file that is written in some style.
fn styled(style: &str) -> String {
    DEALS.replace("columns =", &format!("{style}\ncolumns ="))
}

/// A file of deals with one amount each.
fn amounts(amounts: &[&str]) -> String {
    let row = |(place, amount): (usize, &&str)| format!("D{place};2026-01-05;{amount};kim\n");
    let rows: String = amounts.iter().enumerate().map(row).collect();
    format!("id;closed;amount;rep\n{rows}")
}

#[test]
fn marks_of_direction_are_passed_over_in_numbers_and_days_and_kept_in_texts() {
    let settings = styled("date = \"DD/MM/YYYY\"\ndecimal = \"٫\"\nthousands = \"٬\"");
    let file = "id;closed;amount;rep\n\u{200f}D1;٠٥\u{200f}/٠١\u{200f}/٢٠٢٦;\u{200f}-١٬٢٣٤٫٥;kim\u{200e}\nD2;\u{202b}06/01/2026\u{202c};\u{2067}($ 7)\u{2069};kim\n";
    let reading = read(&settings, &[("deals.csv", file.as_bytes())]);
    let told: Vec<&str> = reading.findings.iter().map(|found| found.code.word()).collect();
    assert_eq!(told, ["alike-ids"], "nobody sees the mark behind the name");
    assert_eq!(column(&reading, deal_column::CLOSED), ["2026-01-05", "2026-01-06"]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["-1234.5", "-7"]);
    assert_eq!(column(&reading, deal_column::ID), ["\u{200f}D1", "D2"]);
    assert_eq!(&*reading.facts.deals[0].shares[0].payee, "kim\u{200e}", "an id is what it is");
    let settings = DEALS.replace("columns = {", "columns = { margin = \"margin\",");
    let settings = format!("[columns.deals]\nmargin = \"percent\"\n{settings}");
    let file = "id,closed,amount,rep,margin\nD1,2026-01-05,1,kim,\u{200f}٢٠٪\u{200f}\n";
    let reading = read_well(&settings, &[("deals.csv", file.as_bytes())]);
    let margin = reading.facts.schema.deals.0.iter().position(|column| &*column.name == "margin").unwrap();
    assert_eq!(column(&reading, margin), ["0.2"]);
}

#[test]
fn the_currency_of_the_row_may_stand_beside_its_amount() {
    let file = amounts(&["(1,234.50 USD)", "\u{2212}$5.00", "+$5.00", "US$5.00", "($5)", "5.00 USD"]);
    let reading = read_well(&styled("thousands = \",\""), &[("deals.csv", file.as_bytes())]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["-1234.5", "-5", "5", "5", "-5", "5"]);
    let file = amounts(&["(1.234,50 $)", "−1.234,50 USD"]);
    let reading = read_well(&styled("decimal = \",\"\nthousands = \".\""), &[("deals.csv", file.as_bytes())]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["-1234.5", "-1234.5"]);
    let file = amounts(&["(5.00 EUR)", "C$5.00", "$5.00 twice"]);
    let reading = read(DEALS, &[("deals.csv", file.as_bytes())]);
    let expected = ["bad-currency", "bad-currency", "bad-number"];
    assert_eq!(reading.findings.iter().map(|found| found.code.word()).collect::<Vec<_>>(), expected);
    assert_eq!(reading.findings[0].message, "the amount is in `EUR`, the row's currency is `USD`");
    assert_eq!(reading.findings[1].message, "the amount is in `C$`, the row's currency is `USD`");
}

#[test]
fn a_number_is_shown_in_the_style_of_its_source() {
    let said = |style: &str, amount: &str| {
        let reading = read(&styled(style), &[("deals.csv", amounts(&[amount]).as_bytes())]);
        reading.findings[0].message.clone()
    };
    assert_eq!(said("decimal = \",\"", "12.5"), "`amount` is a number such as `1234,56`, not `12.5`");
    let both = "decimal = \",\"\nthousands = \".\"";
    assert_eq!(said(both, "12.5"), "`amount` is a number such as `1.234,56`, not `12.5`");
    assert_eq!(said("", "12,5"), "`amount` is a number such as `1234.56`, not `12,5`");
    assert_eq!(
        said("decimal = \",\"", "1,2E+05"),
        "`amount` is a number such as `1234,56`; `1,2E+05` has lost its digits"
    );
}

#[test]
fn decimals_are_never_read_as_thousands() {
    let refused = |style: &str, texts: &[&str]| {
        let reading = read(&styled(style), &[("deals.csv", amounts(texts).as_bytes())]);
        assert_eq!(reading.facts.deals.len(), 0, "{texts:?}");
        told(&reading.findings)
    };
    let found = refused("decimal = \",\"\nthousands = \".\"", &["0.925", "-0.925", "$0.925"]);
    assert_eq!(
        found,
        [
            "bad-number data/deals.csv:2 amount \"0.925\"",
            "bad-number data/deals.csv:3 amount \"-0.925\"",
            "bad-number data/deals.csv:4 amount \"$0.925\""
        ]
    );
    assert_eq!(refused("thousands = \",\"", &["0,500", "00,500", "0,500,000"]).len(), 3);
    let reading =
        read_well(&styled("thousands = \",\""), &[("deals.csv", amounts(&["100,500", "0.500", "0500"]).as_bytes())]);
    assert_eq!(column(&reading, deal_column::AMOUNT), ["100500", "0.5", "500"]);
}
