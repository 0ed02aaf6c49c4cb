//! The reference of the language, `docs/language.md`: written from the registry that the loader itself reads.
//!
//! What stands in the registry of declarations ([`super::settings`]) is told as it stands there; what is no declaration
//! (tables, functions, names in a formula) has its words here, and a test holds them against those that the loader knows.

pub use super::declare::TEST_WORDS;
use super::formula::{EventField, Figure, PeriodField};
use super::settings::{Declaration, REGISTRY, Setting};
use std::fmt::Write as _;

/// A word of the language that is no declaration: how it is written, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The name.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn word(name: &'static str, form: &'static str, doc: &'static str) -> Word {
    Word { name, form, doc }
}

/// Tables, and what stands in them.
pub const TABLES: [Word; 8] = [
    word(
        "marginal",
        "marginal([[0.pct, 5.pct], [100.pct, 8.pct]])",
        "Every slice of the base at the rate of its own tier.",
    ),
    word(
        "retroactive",
        "retroactive([[0, 1.pct], [25_000, 1.5.pct]])",
        "The whole base so far at the rate reached; earlier deals of the period are paid again.",
    ),
    word(
        "steps",
        "steps([[0.pct, 0], [100.pct, 5_000]])",
        "The value at the point reached; nothing is restated. As the `rate` or `pay` of a commission or spiff over a period it is refused, for \
         it does not say what becomes of earlier deals: say `retroactive`, or read it, `|credit| t.at(m.total_before + credit)` for the tier \
         that a deal reaches and `|deal| t.at(m.total_before)` for the one before it. Read with `.at(…)` it may begin below zero, and is an \
         error below its first boundary.",
    ),
    word(
        "interpolated",
        "interpolated([[80.pct, 0.pct], [120.pct, 2.pct]])",
        "Straight lines between the points, flat outside them; two rows at one point make a jump.",
    ),
    word(
        "grid",
        "grid([[\"months / billing\", \"yearly\", \"upfront\"], [0, 1, 1.05], [24, 1.15, 1.25]])",
        "A rectangle: the first row and column are boundaries or texts, the corner is a comment.",
    ),
    word(
        "lookup",
        "lookup([[\"product\", \"rate\"], [\"atlas\", 5.pct], [any, 3.pct]])",
        "The first row whose keys fit; `any` fits all. With a name in quotes: a table file of the project.",
    ),
    word(
        "dated",
        "dated([[\"2026-01-01\", 8.pct], [\"2026-07-01\", 9.pct]])",
        "The one in force on the deal's day: from each day to the next, the first also before it.",
    ),
    word(
        "above",
        "[above(45_000), 2.pct]",
        "A boundary that still belongs to the tier below; behind `[45_000, …]`, a tier of this one point.",
    ),
];

/// Sums of measures, or of what components earn, over people.
pub const SUMS: [Word; 3] = [
    word(
        "team",
        "team(bookings), team(\"bookings\", 2), team(bookings, \"all\")",
        "Over the direct reports, the level so far below, or every level; by the reporting lines of each credit's day. Its quota takes \
         that of each report by the same days.",
    ),
    word(
        "everyone",
        "everyone(bookings)",
        "Over all payees on the plan, for the whole measurement period: who joins late follows the same whole, and a component pays \
         them on what was sold on their own days. Its quota adds up those of all who were on the plan, those of who came or \
         left by their days. A measure credited with it counts the payee's own days, as its quota does, unless it says `prorate: \"none\"`.",
    ),
    word(
        "group",
        "group(bookings, \"region\")",
        "The same over those with the same payee field, the payee included: by the field of each credit's day, and \
         quotas by days likewise.",
    ),
];

/// Functions of formulas.
pub const FUNCTIONS: [Word; 15] = [
    word("min", "min(a, b, …)", "The least of two figures or more."),
    word("max", "max(a, b, …)", "The greatest of two figures or more."),
    word("abs", "abs(a)", "A figure without its sign."),
    word(
        "round",
        "round(a, places)",
        "To so many decimals, half to even; for contracts that round a quota, anywhere else it is warned of. A percent is a fraction: `round(a, 2)` is to whole percents, `round(a, 4)` to hundredths of one, and fewer places than 2 are warned of. Places that are not a whole number from 0 to 28 are an error.",
    ),
    word(
        "floor",
        "floor(a)",
        "Down to a whole number. A percent is a fraction, below 100 % this is 0: down to whole percents is `floor(a / 1.pct) * 1.pct`.",
    ),
    word("ceil", "ceil(a)", "Up to a whole number; of a percent likewise `ceil(a / 1.pct) * 1.pct`."),
    word(
        "days_between",
        "days_between(from, to)",
        "Days from the first day to the second; negative the other way round.",
    ),
    word(
        "months_between",
        "months_between(from, to)",
        "Whole months: full on the same day number, or on the last day of a shorter month.",
    ),
    word("years_between", "years_between(from, to)", "Whole years."),
    word("within", "within(day, from, to)", "Whether a day lies from the second to the third, both included."),
    word("date", "date(\"2026-03-31\")", "A day."),
    word(
        "by_days",
        "by_days(payee.ote)",
        "A field of the payee, weighed by the days of the period on which each value held.",
    ),
    word("starts_with", "deal.product.starts_with(\"x\")", "Whether a text starts with another."),
    word("ends_with", "deal.product.ends_with(\"x\")", "Whether a text ends with another."),
    word("contains", "deal.product.contains(\"x\")", "Whether a text holds another."),
];

/// Units behind a figure.
pub const UNITS: [Word; 4] = [
    word("pct", "4.pct", "A percent."),
    word("days", "90.days", "A length of time in days."),
    word(
        "months",
        "6.months",
        "A length of time in months: to the same day number, or the last day of a shorter month.",
    ),
    word("EUR", "500.EUR", "Money; in another currency than the plan's only where a setting takes an amount."),
];

/// What a formula reads of its period.
pub const OF_PERIODS: [Word; 8] = [
    word("name", "period.name", "Its label: `2026-Q1`."),
    word("start", "period.start", "Its first day."),
    word("end", "period.end", "Its last day."),
    word("number", "period.number", "Its number in the fiscal year, from 1."),
    word("days", "period.days", "Its days."),
    word("active_days", "period.active_days", "The days of it on which the payee is on the plan."),
    word("active_share", "period.active_share", "Active days by days."),
    word(
        "service_month",
        "period.service_month",
        "The month of service in which it ends: 1 in the month the payee starts.",
    ),
];

/// What a formula reads of an event, before the project's own columns.
pub const OF_EVENTS: [Word; 4] = [
    word("kind", "event.kind", "What happened."),
    word("date", "event.date", "The day."),
    word("amount", "event.amount ?? 0", "Money, in the plan's currency; may be missing."),
    word("number", "event.number ?? \"\"", "Its number, a text; may be missing."),
];

/// What a formula reads of a measure, and of a sum.
pub const OF_MEASURES: [Word; 9] = [
    word(
        "total",
        "bookings.total",
        "What is credited in the period so far: of a measure with longer periods, up to the end of the period that reads it; of one with shorter periods, in all of them that begin in it.",
    ),
    word("quota", "bookings.quota", "The quota of the period, prorated and ramped."),
    word("attainment", "bookings.attainment", "Total by quota; in the formula of a deal it restates earlier deals."),
    word("total_before", "bookings.total_before", "What was credited in the period before this deal."),
    word("attainment_before", "bookings.attainment_before", "The attainment before this deal."),
    word("ramp", "bookings.ramp", "The part of the quota that the ramp gives."),
    word(
        "rank",
        "bookings.rank",
        "The place among all on the plan, 1 for the most; ties share it: as long as nobody has sold, everybody is first.",
    ),
    word(
        "rank_in",
        "bookings.rank_in(\"region\")",
        "The same among those with the same payee field on their last day; alone where it is blank.",
    ),
    word("members", "team(bookings).members", "Of a sum alone: how many people it goes over."),
];

/// What stands behind other names of a formula.
pub const OF_OTHERS: [Word; 6] = [
    word(
        "earned",
        "new_business.earned",
        "What a component earns in the period, within its limits of the period; one with shorter periods, in all of them that begin in it.",
    ),
    word("members_at", "team(bookings).members_at(80.pct)", "How many people of a sum have at least this attainment."),
    word("year", "deal.closed.year", "The year of a day."),
    word("month", "deal.closed.month", "The month of a day, from 1."),
    word("day", "deal.closed.day", "The day of the month of a day."),
    word("at", "rates.at(deal.product)", "The value of a table for these keys."),
];

/// The words of a script that declare, compute and choose nothing of their own.
pub const KEYWORDS: [&str; 13] =
    ["let", "const", "fn", "import", "as", "export", "if", "else", "switch", "in", "true", "false", "any"];

/// The reference, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for declaration in &REGISTRY {
        declared(&mut text, declaration);
    }
    text.push_str(VERSIONS);
    text.push_str("## Tests\n\n`test(\"what it shows\", |t| { … });`, with `t` the payee it is about. An expectation sees what was said above it.\n\n| line | meaning |\n| --- | --- |\n");
    for word in TEST_WORDS {
        row(&mut text, &[&code(word.form), word.doc]);
    }
    words(&mut text, "Tables", &TABLES);
    words(&mut text, "Sums over people", &SUMS);
    words(&mut text, "Units", &UNITS);
    words(&mut text, "Functions", &FUNCTIONS);
    names(&mut text);
    text
}

const HEAD: &str = "# The plan language\n\nA plan is a Rhai script that declares what is credited and what is paid. It is read, never run: everything that is wrong
with it is told at once, and `docs/errors.md` shows each finding. This page is written from the registry that the loader
reads, `cargo test --test all language` holds it to that.\n\n";

const VERSIONS: &str = "## Versions

Two files may declare one plan for days that do not overlap: they are versions of it. A measure of the same name, period and
unit runs on from one to the next, and so do a sum of it and what a component earns.

- A credit is priced by the version in force on its day; the ladder runs through.
- An amount of a whole period (a bonus, objectives, an override or a pool without `per: \"deal\"`) is priced by the version in
  force when the period ends, or on the payee's last day in it, over all credits of the period; paid to date, by the one in
  force so far, and the next goes on from what was paid. An override or a pool that some versions lack is paid on the credits
  of the days of those that have it.
- The quota of a measurement period is that of the version in force when the period ends, or on the payee's last day in it: a
  version with another `quota` prices the earlier days of the period by it too. Quotas in the file go by their own days.
- Limits of a component go on under its name: `floor` and `cap` of a period or year are worked over the lines of all
  versions, their deals count against `first`, and what they used against `budget`. The limit is that of the version in which
  the period or year ends, or of the payee's last day in it: it may be another, be carried where it was lost, or be none. A
  cap across components that a later version does not name stays with what the earlier made. A limit over the `plan`, or of
  versions in different currencies, is each version's own; so is a limit where an override or a formula reads what the
  component earned.
- Guarantees and draws of one name, or over all components, in versions or plans that the payee is on one after the other in
  a payout are one: the sum by days, against what all of them pay, at the rates of its last day where their currencies differ.
- Of plans that a payee is on at once, draws that are alike (`pays`, `per`) and caps on payout add up, each for its days; a
  guarantee tops up what its own plan pays. `negative`, `recover` and `minimum` are those of the plan assigned last.
- A version's own tests work that version alone.

";

fn declared(text: &mut String, declaration: &Declaration) {
    let _ = writeln!(
        text,
        "## {}\n\n{}\n\n| setting | takes | without it | meaning |\n| --- | --- | --- | --- |",
        declaration.name, declaration.doc
    );
    for setting in declaration.settings {
        settings(text, setting, "");
    }
    text.push('\n');
}

/// A setting, and what may stand in its `#{ … }` below it.
fn settings(text: &mut String, setting: &Setting, within: &str) {
    let name = format!("{within}{}", setting.name);
    let default = if setting.required() { "**required**" } else { setting.default };
    row(text, &[&code(&name), setting.takes, default, setting.doc]);
    for key in setting.keys {
        settings(text, key, &format!("{name}."));
    }
}

fn words(text: &mut String, title: &str, list: &[Word]) {
    let _ = writeln!(text, "\n## {title}\n\n| | meaning |\n| --- | --- |");
    for word in list {
        row(text, &[&code(word.form), word.doc]);
    }
}

/// What a formula reads behind the names that it lists.
fn names(text: &mut String) {
    let list = |words: &[&str]| words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" ");
    let measures = Figure::WORDS.map(|(word, _)| word);
    let sums = Figure::OF_SUMS.map(|(word, _)| word);
    let periods = PeriodField::WORDS.map(|(word, _)| word);
    let events = EventField::WORDS.map(|(word, _)| word);
    text.push_str("\n## Names in a formula\n\n| behind | stand |\n| --- | --- |\n");
    row(text, &["`deal`", "the columns of deals, those of the project among them"]);
    row(text, &["`payee`", "the fields of payees, those of the project among them"]);
    row(text, &["`period`", &list(&periods)]);
    row(text, &["`event`", &format!("{}, and the columns of events", list(&events))]);
    row(text, &["a measure", &format!("{}, and `rank_in(\"region\")`", list(&measures))]);
    row(text, &["a sum", &format!("{}, `rank_in(\"region\")` and `members_at(80.pct)`", list(&sums))]);
    row(text, &["a component", "`earned`: what it earns in the period, within its limits of the period"]);
    row(text, &["a day", "`year` `month` `day`"]);
    row(text, &["a table", "`at(…)`: its value for these keys"]);
    let told = [&OF_PERIODS[..], &OF_EVENTS, &OF_MEASURES, &OF_OTHERS].concat();
    text.push_str("\n| name | means |\n| --- | --- |\n");
    told.iter().for_each(|word| row(text, &[&code(word.form), word.doc]));
    text.push_str("\nOptional columns and fields are given a default: `deal.freight ?? 0`. A comparison is `==` `!=` `<` `<=` `>` `>=`, `x in [\"a\", \"b\"]`, `n in 2..=6`;\nconditions join with `&&` `||` `!`; a choice is `if … { } else { }` or `switch … { … _ => }`, and names are bound with `let` in braces.\n");
}

/// A row of a table; a bar within a cell is escaped.
fn row(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{elaborate, tables};
    use std::collections::BTreeSet;

    #[test]
    fn every_name_behind_a_name_is_told() {
        let names = |words: &[Word]| words.iter().map(|word| word.name).collect::<Vec<_>>();
        assert_eq!(names(&OF_PERIODS), PeriodField::WORDS.map(|(word, _)| word));
        assert_eq!(names(&OF_EVENTS), EventField::WORDS.map(|(word, _)| word));
        let words = Figure::WORDS.iter().chain(&Figure::OF_SUMS).map(|(word, _)| *word);
        let figures: BTreeSet<&str> = words.chain(["rank_in"]).collect();
        assert_eq!(names(&OF_MEASURES).into_iter().collect::<BTreeSet<_>>(), figures);
    }

    #[test]
    fn every_word_that_the_loader_knows_is_told() {
        let told: BTreeSet<&str> = TABLES.iter().chain(&SUMS).map(|word| word.name).collect();
        assert_eq!(told, tables::WORDS.into_iter().collect());
        let told: BTreeSet<&str> = FUNCTIONS.iter().map(|word| word.name).collect();
        assert_eq!(told, elaborate::function_words().collect());
    }
}
