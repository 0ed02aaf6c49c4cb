//! What is read from `earnmark.toml`, and what is said of what is wrong in it: the code, and the text that is
//! underlined.

use super::*;
use crate::domain::diagnostic::Place;
use crate::domain::facts::deal_column;
use crate::domain::value::{Columns, WrittenIn};
use std::collections::BTreeMap;

const HEAD: &str = "format = 1\ncompany.currency = \"USD\"\n";
const DEALS: &str = "[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\" }\n";

/// The settings of a text, and what is wrong with them.
fn parse(text: &str) -> (Option<Settings>, Vec<Diagnostic>) {
    let mut folder = Folder::new("test", BTreeMap::new());
    folder.put("earnmark.toml", text);
    folder.put("rules/ae.rhai", "");
    read_settings(&folder)
}

/// Settings that are right.
fn right(text: &str) -> Settings {
    let (settings, findings) = parse(text);
    assert!(findings.is_empty(), "{findings:#?}");
    settings.unwrap()
}

/// Findings as `code underlined`, and the label or help if there is one.
fn told(text: &str) -> Vec<String> {
    let one = |finding: &Diagnostic| {
        let Place::Text(span) = &finding.place else { return format!("{} {:?}", finding.code, finding.place) };
        let help = finding.label.as_ref().or(finding.help.as_ref());
        let help = help.map_or_else(String::new, |help| format!(": {help}"));
        format!("{} {}{help}", finding.code, text.get(span.start..span.end).unwrap())
    };
    parse(text).1.iter().map(one).collect()
}

/// What is told of settings below the head and a source of deals.
fn told_of(settings: &str) -> Vec<String> {
    told(&format!("{HEAD}{settings}"))
}

#[test]
fn defaults_are_filled_in() {
    let settings = right(&format!("{HEAD}{DEALS}"));
    assert_eq!(settings.company.name, "test");
    assert_eq!(settings.plans.folder, "rules");
    assert_eq!(settings.statement_others, 3);
    assert_eq!(settings.roles, Roles::default());
    let deals = &settings.sources.deals[0];
    assert!(deals.dialect.header && deals.dialect.trim && deals.filter.is_empty());
    assert_eq!(deals.export, Export::Complete);
    let column = |place: usize| settings.schema.deals.get(place).unwrap();
    assert!(column(deal_column::CLOSED).mapped && !column(deal_column::CLOSED).optional);
    assert!(!column(deal_column::AMOUNT).mapped && column(deal_column::STARTS).optional);
}

#[test]
fn the_same_settings_give_the_same_canonical_rows() {
    let text = format!(
        "{HEAD}calendar.fiscal_start = \"07-01\"\nroles = {{ list = [\"SE\", \"AE\"], overlay = [\"SE\"] }}\n[columns.deals]\nkind = {{ type = \"text\", values = [\"b\", \"a\"] }}\nrate = {{ type = \"percent\", default = \"2.50 %\" }}\n"
    );
    let rows: Vec<String> =
        right(&text).canonical().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "calendar.fiscal_start=07-01",
        "calendar.label_year=ends",
        "calendar.pattern=none",
        "calendar.year_starts=[]",
        "columns.deals.kind.default=none",
        "columns.deals.kind.optional=false",
        "columns.deals.kind.type=text",
        "columns.deals.kind.values=[\"a\",\"b\"]",
        "columns.deals.rate.default=\"0.025\"",
        "columns.deals.rate.optional=false",
        "columns.deals.rate.type=percent",
        "columns.deals.rate.values=any",
        "company.currency=USD",
        "format=1",
        "ledger.period=shortest",
        "plans.everyone=any",
        "plans.files=any",
        "plans.folder=rules",
        "roles.list=[\"AE\",\"SE\"]",
        "roles.overlay=[\"SE\"]",
        "roles.undivided=false",
        "settle.approvals=0",
        "settle.clawback=warn",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn unknown_settings_are_named_with_the_nearest() {
    let told = told_of(
        "compnay = 1\n[calendar]\nfiscal_strat = \"07-01\"\n[deals]\nfile = \"d.csv\"\nfiltre = {}\ncolumns = { id = \"id\", closed = \"day\", amuont = \"x\", zebra = \"z\" }\n",
    );
    let expected = [
        "unknown-setting compnay: did you mean `company`?",
        "unknown-setting fiscal_strat: did you mean `fiscal_start`?",
        "unknown-setting filtre: did you mean `filter`?",
        "unknown-field amuont: did you mean `amount`?",
        "unknown-field zebra: declare it: `columns.deals.zebra = \"text\"`, or of another type",
    ];
    assert_eq!(told, expected);
}

#[test]
fn warnings_are_named_as_they_are() {
    let told = told_of("check = { errors = [\"W01\", \"clif\"], on = [\"W42\"], off = [\"no-lmit\", \"W05\"] }\n");
    let expected = [
        "bad-setting \"clif\": did you mean `cliff`?",
        "bad-setting \"W42\": did you mean `W02`?",
        "bad-setting \"no-lmit\": did you mean `no-limit`?",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_required_is_asked_for() {
    let told =
        told("[deals]\nfile = \"d.csv\"\ncolumns = { amount = \"x\" }\n[quotas]\ncolumns = { amount = \"q\" }\n");
    let expected = [
        "missing-setting : begin it with `format = 1`",
        "missing-setting : write `company = { currency = \"USD\" }`, with the code of your currency",
        "missing-setting columns",
        "missing-setting columns",
        "missing-setting quotas",
        "missing-setting columns",
        "missing-setting columns",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        told_of("[lines]\nfile = \"l.csv\"\nheader = false\ncolumns = { payee = \"a\", manager = \"b\" }\n"),
        ["missing-setting lines"]
    );
}

#[test]
fn what_is_not_read_is_refused() {
    for table in ["kpi", "forecast"] {
        let text = format!("{HEAD}[{table}]\nfile = \"x.csv\"\n");
        let (_, findings) = parse(&text);
        let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, [format!("`{table}` is not read by this version")], "{table}");
        assert_eq!(findings[0].code, Code::BadSetting);
    }
    let told = told_of(
        "[deals]\nfile = [\"d.csv\", \"e.xls\", \"x.sqlite\", \"all.zip/x.ods\"]\nmatch = \"stack\"\nkey = \"a\"\nquantity = \"b\"\ncancels = { column = \"c\", prefix = \"C\" }\ncolumns = { id = \"id\", closed = { column = \"d\", plus = \"median cycle\" } }\n",
    );
    let expected = [
        "bad-setting \"e.xls\": save it as `.xlsx`, or as CSV",
        "bad-setting \"x.sqlite\": name it `sqlite:…`, with a query, `sql = \"SELECT …\"`",
        "bad-setting \"all.zip/x.ods\": save it as `.xlsx`, or as CSV",
        "bad-setting \"stack\": one of `cancellation-stack`",
        "bad-setting \"median cycle\"",
    ];
    assert_eq!(told, expected);
}

#[test]
fn events_rates_and_tables_are_read() {
    let settings = right(
        "format = 1\ncompany.currency = \"USD\"\ncheck = { errors = [\"W01\"], on = \"all\", off = [\"untested\"] }\nsettle.clawback = \"required\"\n\
        [columns.events]\nkind = { type = \"text\", values = [\"installed\"] }\nsite = \"text\"\n\
        [columns.deals]\nfee = { type = \"money\", in = \"EUR\" }\n[columns.payees]\note = \"money\"\n\
        [deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\" }\nevents.cancelled = { column = \"c\", date = \"DD.MM.YYYY\" }\nevents.installed = { date = \"i\", amount = \"a\" }\n\
        [rates.market]\nfile = \"r.csv\"\nlayout = \"wide\"\nbase = \"EUR\"\ncolumns = { date = \"Date\" }\n\
        [[rates.budget]]\nfile = \"b.csv\"\nrate_age = 366\ncolumns = { from = \"a\", to = \"b\", date = \"c\", rate = \"d\" }\n\
        [[rates.budget]]\nfile = \"c.csv\"\nrate_age = 366\ncolumns = { from = \"a\", to = \"b\", date = \"c\", rate = \"d\" }\n\
        [tables.rates]\nfile = \"t.csv\"\nkeys = { product = \"text\", level = \"number\" }\ncolumns = { level = \"Level\" }\nvalue = { column = \"v\", type = \"money\" }\n",
    );
    assert!(settings.check.clawbacks && settings.check.on == Warnings::All);
    let deals = &settings.sources.deals[0];
    assert_eq!((deals.events.len(), deals.events[1].amount.is_some()), (2, true));
    let schema = &settings.schema;
    assert_eq!((&*schema.event_kinds[0], &*schema.events.0[0].name, schema.events.0.len()), ("installed", "site", 1));
    let written = |columns: &Columns, name: &str| columns.0[columns.position(name).unwrap()].written_in;
    assert_eq!(written(&schema.deals, "fee"), WrittenIn::Code(Currency::from_code("EUR").unwrap()));
    assert_eq!(written(&schema.deals, "amount"), WrittenIn::Row);
    assert_eq!(written(&schema.payees, "ote"), WrittenIn::Plan);
    let sets =
        settings.sources.rates.iter().map(|set| (&*set.name, set.base.is_some(), set.rate_age, set.sources.len()));
    assert_eq!(sets.collect::<Vec<_>>(), [("market", true, 7, 1), ("budget", false, 366, 2)]);
    let keys: Vec<_> = schema.tables[0].keys.iter().map(|(name, kind)| (&**name, kind.word())).collect();
    assert_eq!(keys, [("product", "text"), ("level", "number")]);
    let rows = settings.canonical();
    for (name, value) in
        [("rates.budget.base", "none"), ("columns.deals.fee.in", "EUR"), ("settle.clawback", "required")]
    {
        assert!(rows.contains(&(name.to_owned(), value.to_owned())), "{name}");
    }
}

#[test]
fn events_rates_and_tables_are_checked() {
    let told = told_of(
        "[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"day\" }\nevents.paid = { amount = \"b\" }\n\
        [rates.a]\nfile = \"r.csv\"\nlayout = \"wide\"\ncolumns = { date = \"Date\", from = \"f\" }\n\
        [[rates.b]]\nfile = \"b.csv\"\nbase = \"EUR\"\ncolumns = { from = { fixed = \"UDS\" }, to = \"b\", date = \"c\" }\n\
        [[rates.b]]\nfile = \"c.csv\"\nbase = \"eur\"\ncolumns = { from = \"a\", to = \"b\", date = \"c\", rate = \"d\" }\n\
        [tables.c]\nfile = \"t.csv\"\nkeys = { product = \"text\" }\ncolumns = { produkt = \"p\" }\n\
        [settle]\napprovals = \"two\"\n",
    );
    let expected = [
        "missing-setting { amount = \"b\" }",
        "missing-setting a",
        "unknown-field from: one of `date`, `until`, `recorded`",
        "missing-setting columns",
        "bad-currency { fixed = \"UDS\" }",
        "conflicting-settings [[rates.b]]: say the same in each of them",
        "bad-currency \"eur\": did you mean `EUR`?",
        "missing-setting c",
        "unknown-field produkt: did you mean `product`?",
        "bad-setting \"two\"",
    ];
    assert_eq!(told, expected);
}

#[test]
fn paths_stay_inside() {
    let told = told_of(
        "plans = { folder = \"../rules\", files = [\"/ae.rhai\", \"ea.rhai\", \"ae.rhai\"] }\n[deals]\nfile = [\"../d.csv\", \"C:\\\\d.csv\", \"./a/d.csv\"]\ncolumns = { id = \"id\", closed = \"d\" }\n",
    );
    let help = "paths are relative, without `..`; `--data` names another folder";
    let expected = [
        format!("path-outside \"../rules\": {help}"),
        format!("path-outside \"/ae.rhai\": {help}"),
        "no-file \"ea.rhai\": did you mean `ae.rhai`?".to_owned(),
        format!("path-outside \"../d.csv\": {help}"),
        format!("path-outside \"C:\\\\d.csv\": {help}"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn mappings_are_checked_against_what_they_fill() {
    let told = told_of(concat!(
        "[deals]\nfile = [\"a.csv\", \"b.csv\"]\n[deals.columns]\n",
        "id = { row = \"line\" }\nclosed = { column = \"d\", date = \"yyyy-MM-DD\" }\nkind = { column = \"k\", decimal = \",\", else = \"refuse\" }\n",
        "amount = { column = \"a\", as = \"percent\" }\nproduct = { join = \"p\", on = \"s\", key = \"s\", column = \"n\" }\n",
        "cost = { fixed = \"1,5\" }\nregion = { column = \"r\", fixed = \"x\" }\naccount = 5\nchannel = { values = { a = \"b\" } }\nquantity = { row = \"line\" }\n"
    ));
    let expected = [
        "conflicting-settings { row = \"line\" }: map a column of ids: row numbers are ids only where one file has all rows of the kind",
        "bad-setting \"yyyy-MM-DD\": parts are `YYYY YY MM M MMM DD D hh mm ss`, as in `DD.MM.YYYY`",
        "bad-setting decimal",
        "conflicting-settings else",
        "bad-setting \"percent\"",
        "bad-setting \"p\"",
        "bad-number { fixed = \"1,5\" }: write `decimal = \",\"` in its source",
        "conflicting-settings fixed",
        "bad-setting 5",
        "missing-setting { values = { a = \"b\" } }",
        "bad-setting \"line\"",
    ];
    assert_eq!(told, expected);
}

#[test]
fn calendars_and_cycles_are_checked() {
    let told = told_of(
        "[calendar]\npattern = \"4-4-5\"\nfiscal_start = \"02-01\"\nyear_starts = [\"2026-01-01\", \"2026-12-01\"]\n[calendar.cycles.quarter]\nstarts = [\"2026-01-01\"]\nend = \"2026-03-31\"\n[calendar.cycles.push]\nstarts = [\"2026-01-01\", \"2026-02-30\"]\n[ledger]\nperiod = \"mnth\"\n",
    );
    let expected = [
        "conflicting-settings fiscal_start: leave it out",
        "bad-calendar [\"2026-01-01\", \"2026-12-01\"]",
        "bad-calendar quarter",
        "missing-setting push",
        "bad-date \"2026-02-30\"",
        "bad-setting \"mnth\": did you mean `month`?",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        told_of("calendar.fiscal_start = \"07-15\"\n"),
        ["bad-calendar \"07-15\": another day needs `pattern` and `year_starts`"]
    );
}

#[test]
fn roles_shares_and_payees_are_checked() {
    let told = told_of(
        "[plans]\neveryone = [\"AE\"]\n[roles]\nlist = [\"AE\", \"SE\"]\noverlay = [\"SF\"]\n[deals]\nfile = \"d.csv\"\ncolumns = { id = \"id\", closed = \"d\", payee = \"p\" }\nshares = [{ payee = \"a\" }, { payee = \"b\" }, { payee = \"c\", share = { fixed = \"5 %\" }, role = \"XE\" }]\npayees_from = [\"manager\"]\n[assignments]\nfile = \"a.csv\"\ncolumns = { payee = \"p\", plan = \"q\" }\n",
    );
    let expected = [
        "conflicting-settings plans: leave one of them out",
        "bad-setting \"SF\": did you mean `SE`?",
        "conflicting-settings \"p\": `payee` is short for one share of 100 %",
        "conflicting-settings { payee = \"b\" }",
        "bad-setting \"XE\": did you mean `AE`?",
        "bad-setting \"manager\": one of `payee`",
    ];
    assert_eq!(told, expected);
}

#[test]
fn declared_columns_are_checked() {
    let told = told_of(
        "[columns.deals]\namount = \"number\"\nrate = { type = \"percent\", default = 0.05 }\n\"my column\" = \"text\"\npayee = \"text\"\nlevel = { type = \"text\", values = [\"gold\"], default = \"glod\" }\ncost = { type = \"money\", in = \"EUR\" }\nn = { type = \"nubmer\" }\n[columns.payees]\nbonus = { type = \"money\", values = [\"a\"] }\n",
    );
    let expected = [
        "bad-setting \"number\": write `money`",
        "bad-setting 0.05",
        "bad-setting \"my column\": letters, digits and `_`, not beginning with a digit, so that plans can write it",
        "bad-setting payee",
        "bad-setting \"glod\": did you mean `gold`?",
        "bad-setting \"nubmer\": did you mean `number`?",
        "bad-setting values",
    ];
    assert_eq!(told, expected);
}

#[test]
fn several_sources_of_deals_map_the_same_columns() {
    let two = "[[deals]]\nfile = \"a.csv\"\ncolumns = { id = \"id\", closed = \"d\", cost = \"c\" }\n[[deals]]\nfile = \"b.csv\"\ncolumns = { id = \"id\", booked = \"d\" }\n";
    assert_eq!(told_of(two), ["missing-setting deals: map it here too, or declare it optional: `columns.deals.cost`"]);
    let settings = right(&format!("{HEAD}columns.deals.cost = {{ type = \"money\", optional = true }}\n{two}"));
    assert!(settings.schema.deals.get(deal_column::CLOSED).unwrap().optional);
    assert_eq!(settings.sources.deals.len(), 2);
}

#[test]
fn formats_that_are_not_ours() {
    let newer = parse("format = 2\nsomething = \"new\"\n");
    assert!(newer.0.is_none());
    assert_eq!(newer.1[0].code, Code::NewerFormat);
    assert_eq!(told("format = 0\ncompany.currency = \"USD\"\n"), ["bad-setting 0"]);
    assert_eq!(told("format = 1\ncompany.currency = \"usd\"\n"), ["bad-currency \"usd\": did you mean `USD`?"]);
    assert_eq!(parse("format = \n").1[0].code, Code::BadSetting);
    assert_eq!(read_settings(&Folder::default()).1[0].code, Code::NoFile);
}

#[test]
fn dialects_and_filters_are_checked() {
    let told = told_of(
        "sources = { decimal = \",\", thousands = \",\" }\n[deals]\nfile = \"d.csv\"\nencoding = \"utf8x\"\nquote = \"ab\"\ndelimiter = \"\"\nskip = -1\nfilter = { a = [\"x\", { b = 1 }], c = { nto = [\"x\"], from = \"2026-02-01\", to = 2026-01-01 } }\ncolumns = { id = \"id\", closed = \"d\" }\nexport = \"all\"\n",
    );
    let expected = [
        "conflicting-settings thousands",
        "bad-setting \"utf8x\": one of `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-1`, `windows-1256`, `shift_jis`",
        "bad-setting \"ab\"",
        "bad-setting \"\"",
        "bad-setting -1",
        "bad-setting [\"x\", { b = 1 }]",
        "unknown-setting nto: did you mean `not`?",
        "bad-setting 2026-01-01",
        "bad-setting \"all\": one of `complete`, `changes`",
    ];
    assert_eq!(told, expected);
}
