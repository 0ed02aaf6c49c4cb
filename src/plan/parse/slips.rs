//! What somebody writes who knows spreadsheets and other languages: where Rhai stops at it, what is wrong and how it is
//! said here.

/// Signs of money.
const SIGNS: [char; 4] = ['$', '€', '£', '¥'];
/// Units as they are written and as they are misremembered.
const UNITS: [&str; 7] = ["pct", "percent", "days", "day", "months", "month", "bps"];

/// Words that the script language keeps for itself, where it does not say so: it finds no name instead.
const KEPT: [&str; 25] = [
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for", "if", "import", "in",
    "let", "loop", "private", "return", "switch", "this", "throw", "true", "try", "until", "while",
];

/// Whether a text begins with a word that can be no name.
pub(super) fn is_kept(rest: &str) -> bool {
    KEPT.contains(&rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

/// What is wrong, and the help, by the text before the place where the parser stopped and the text from there on.
pub(super) fn slip(before: &str, rest: &str) -> Option<(&'static str, &'static str)> {
    let before = before.trim_end();
    let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let behind_figure = ends_in_digit(before);
    let last_word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if before.ends_with('%') || rest.starts_with('%') {
        return Some(("`%` is no part of a figure", "a percent is written `5.pct`"));
    }
    if before.strip_suffix(',').is_some_and(ends_in_digit) && rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(("a comma is no part of a figure", "thousands are written `1_000`"));
    }
    if rest.starts_with(SIGNS) {
        let help = "an amount in the plan's currency is `500`, in another `500.EUR`";
        return Some(("a sign of money is no part of a figure", help));
    }
    if matches!(word, "and" | "or") || last_word == "not" {
        return Some(("conditions are joined by signs", "write `&&` for and, `||` for or, `!` for not"));
    }
    if behind_figure && UNITS.contains(&word) {
        return Some(("a unit stands behind a point", "write `5.pct`, `90.days`, `6.months`"));
    }
    if behind_figure && word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase()) {
        return Some(("a currency stands behind a point", "write `500.EUR`; in the plan's own currency `500`"));
    }
    if rest.starts_with("=>") && before.ends_with('|') {
        return Some(("a formula has no arrow", "write `|deal| deal.amount * 5.pct`"));
    }
    if rest.starts_with(':') && before.rfind('{').is_some_and(|at| !before.get(..at).is_some_and(|b| b.ends_with('#')))
    {
        return Some(("settings stand in `#{ … }`", "the sign `#` is missing before the bracket"));
    }
    if rest.starts_with(['“', '”', '„', '«', '»', '‘', '’']) {
        return Some(("texts stand in straight quotation marks", "write `\"` at both ends, as on the keyboard"));
    }
    // Behind the last separator of settings begins a setting; whoever asks something there compares.
    let asked = before
        .rsplit([',', ';'])
        .next()
        .is_some_and(|part| part.contains('|') || part.split(|c: char| !c.is_alphanumeric()).any(|word| word == "if"));
    if rest.starts_with('=') && asked {
        return Some(("`=` compares nothing", "write `==` for is, `!=` for is not"));
    }
    if rest.starts_with('=') && before.rfind('{').is_some_and(|at| before.get(..at).is_some_and(|b| b.ends_with('#'))) {
        return Some(("a setting has a colon", "write `name: value`"));
    }
    None
}

fn ends_in_digit(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{KEPT, slip};
    use crate::plan::parse::parse_script;
    use std::sync::Arc;

    #[test]
    fn a_word_of_the_script_language_is_no_name() {
        let told = |script: &str| {
            let (_, findings) = parse_script(&Arc::from("rules/plan.rhai"), script);
            findings.first().map(|first| first.message.clone()).unwrap_or_default()
        };
        for word in KEPT {
            let wanted = format!("`{word}` is a word of the script language");
            for script in [
                format!("let {word} = 1;"),
                format!("let a = #{{ {word}: 1 }};"),
                format!("let a = #{{ b: 1, {word}: 1 }};"),
                format!("fn {word}(a) {{ a }}"),
            ] {
                assert_eq!(told(&script), wanted, "{script}");
            }
        }
    }

    #[test]
    fn habits_of_other_tools_are_answered() {
        let answered = |before: &str, rest: &str| slip(before, rest).map(|(_, help)| help);
        let with = |before, rest, part: &str| {
            let help = answered(before, rest).unwrap_or_default();
            assert!(help.contains(part), "{before}{rest}: {help}");
        };
        with("#{ rate: 5%", " }", "5.pct");
        with("#{ pay: 1,", "000 }", "1_000");
        with("#{ pay: ", "$500 }", "500.EUR");
        with("#{ pay: 500 ", "USD }", "500.EUR");
        with("#{ rate: 5", "pct }", "5.pct");
        with("#{ which: |deal| deal.amount > 5 ", "and true }", "&&");
        with("#{ which: |deal| not ", "deal.renewed }", "`!`");
        with("#{ rate: |deal| ", "=> 5.pct }", "|deal|");
        with("spiff(\"S\", { on", ": m }", "`#`");
        with("spiff(\"S\", #{ on ", "= m }", "name: value");
        with("#{ on: m, which: |deal| deal.kind ", "= \"new\" }", "`==`");
        with("#{ on: m, rate: |deal, credit| if deal.kind ", "= \"new\" { 1 } }", "`==`");
        with("let m = measure(", "“sales”", "keyboard");
        assert_eq!(answered("#{ on: m ", "pay: 500 }"), None);
        assert_eq!(answered("let a = (", ";"), None);
    }
}
