//! Scripts, settings and data that mean harm: none panics, none hangs, each is answered in a moment.
//!
//! A moment is 50 ms in release; without optimisation the bound is wide, and only tells a hang from an answer. Random
//! input comes from a printed seed; `EARNMARK_SEED=N` repeats it.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]
#![expect(clippy::disallowed_methods, reason = "a test may look at the clock and at its environment")]

use earnmark::domain::diagnostic::Severity;
use earnmark::{Folder, Project};
use std::collections::BTreeMap;
use std::env;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

const HEAD: &str = "plan(\"P\", #{ currency: \"USD\", from: \"2026-01-01\", to: \"2026-12-31\" });\n";
const SETTINGS: &str = "format = 1\ncompany.currency = \"USD\"\n[deals]\nfile = \"deals.csv\"\ncolumns = { id = \"id\", closed = \"closed\", amount = \"amount\", payee = \"rep\", kind = \"kind\" }\n";
const DEALS: &str = "id,closed,amount,rep,kind\nD1,2026-01-05,100.50,kim,new\nD2,2026-02-05,-7,bo,renewal\n";
const GOOD: &str = "let m = measure(\"m\", #{ period: \"quarter\", which: |deal| deal.kind in [\"new\", \"renewal\"], credit: |deal| deal.amount * 50.pct });
commission(\"C\", #{ on: m, rate: marginal([[0, 4.pct], [above(1_000), 8.pct]]) });
commission(\"S\", #{ on: m, pay: |deal, credit| switch deal.kind { \"new\" => min(credit, 5), _ => if credit > 3 { 1 } else { 2 } } });
bonus(\"B\", #{ on: m, rate: interpolated([[0, 0.pct], [100, 2.pct]]) });
override(\"T\", #{ on: team(m), rate: 1.pct });
fn part(x) { let y = x; y * 2 }
let z = part(4);\n";

/// How long an answer may take.
const MOMENT: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_millis(50) };

/// What comes of a folder.
struct Answer {
    /// How much is found against it.
    findings: usize,
    /// How much of that are errors.
    errors: usize,
    /// The digest of its plans, where it is computed.
    plan: Option<String>,
}

/// Opens a folder, and runs it where it opens. Whatever comes out is an answer.
fn answered(what: &str, settings: &[u8], script: &[u8], deals: &[u8]) -> Answer {
    let mut folder = Folder::new("hostile", BTreeMap::new());
    folder.put("earnmark.toml", settings);
    folder.put("rules/plan.rhai", script);
    folder.put("data/deals.csv", deals);
    let open = || {
        let begun = Instant::now();
        let worked = Project::open(&folder).and_then(|project| {
            let warnings = project.warnings.clone();
            project.compute_all().map(|computed| (warnings, computed.digests.plan))
        });
        let (findings, plan) = match worked {
            Ok((warnings, plan)) => (warnings, Some(plan)),
            Err(refused) => (refused.findings, None),
        };
        (begun.elapsed(), findings, plan)
    };
    // A machine may be busy with something else: the quickest of three answers counts.
    let (mut took, findings, plan) = open();
    for _ in 0..2 {
        if took > MOMENT {
            took = took.min(open().0);
        }
    }
    assert!(took <= MOMENT, "{what} took {took:?}, {} findings", findings.len());
    let length = findings.iter().map(|finding| finding.message.len()).max().unwrap_or(0);
    assert!(length < 40_000, "{what}: a message of {length} bytes");
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    Answer { findings: findings.len(), errors, plan }
}

fn script(what: &str, body: &str) -> Answer {
    answered(what, SETTINGS.as_bytes(), format!("{HEAD}{body}").as_bytes(), DEALS.as_bytes())
}

/// Something `n` times, with its number.
fn times(n: usize, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect()
}

/// A piece around a middle, `n` deep.
fn nest(n: usize, open: &str, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(n), close.repeat(n))
}

#[test]
fn nesting() {
    for n in [40, 100, 2_000, 50_000] {
        for (what, open, middle, close) in [
            ("brackets", "(", "1", ")"),
            ("lists", "[", "1", "]"),
            ("maps", "#{ a: ", "1", " }"),
            ("blocks", "{ ", "1", " }"),
            ("signs", "-", "1", ""),
            ("nots", "!", "true", ""),
            ("sums", "1 + (", "1", ")"),
            ("branches", "if true { ", "1", " } else { 2 }"),
            ("else branches", "if true { 1 } else { ", "2", " }"),
            ("calls", "min(1, ", "1", ")"),
            ("formulas", "|deal| ", "1", ""),
            ("switches", "switch 1 { 1 => ", "1", ", _ => 2 }"),
            ("comments", "/*", "", "*/"),
            ("open brackets", "(", "", ""),
            ("open blocks", "{", "", ""),
            ("open comments", "/*", "", ""),
        ] {
            let told = script(&format!("{n} {what}"), &format!("let a = {};", nest(n, open, middle, close)));
            assert!(n < 2_000 || told.errors > 0, "{n} {what}: nothing is found against it");
        }
        script(&format!("{n} fields"), &format!("let a = 1{};", ".pct".repeat(n)));
        script(&format!("{n} terms"), &format!("let a = 1{};", " + 1".repeat(n)));
        script(&format!("{n} defaults"), &format!("let a = 1{};", " ?? 1".repeat(n)));
        script(&format!("{n} conditions"), &format!("let a = true{};", " && true".repeat(n)));
    }
}

#[test]
fn much_of_something() {
    script("2,000 names", &times(2_000, |n| format!("let a{n} = {n};\n")));
    script(
        "2,000 names, each of the one before",
        &format!("let a0 = 1;\n{}", times(2_000, |n| format!("let a{} = a{n} + 1;\n", n + 1))),
    );
    for depth in [20, 30] {
        let calls = times(depth, |n| format!("fn f{}(x) {{ f{n}(x) + f{n}(x) }}\n", n + 1));
        let what = format!("a fault below {depth} functions, each of which calls the one before twice");
        let told = script(&what, &format!("fn f0(x) {{ nobody }}\n{calls}let a = f{depth}(1);"));
        assert!((1..10).contains(&told.findings), "{what}: {} findings", told.findings);
    }
    script("10,000 cells", &format!("let a = [{}];", times(10_000, |n| format!("{n}, "))));
    script("11,000 cells", &format!("let a = [{}];", times(11_000, |n| format!("{n}, "))));
    script("50 lists on one line", &times(50, |n| format!("let a{n} = [{}]; ", times(500, |n| format!("{n}, ")))));
    script("wide letters on one line", &times(2_000, |n| format!("let é{n} = \"ربح🦊\"; ")));
    script("2,000 tiers", &format!("let a = marginal([{}]);", times(2_000, |n| format!("[{n}, 1.pct], "))));
    script(
        "1,000 rows",
        &format!("let a = lookup([[\"a\", \"b\"], {}]);", times(1_000, |n| format!("[\"{n}\", 1], "))),
    );
    script("500 measures", &times(500, |n| format!("let m{n} = measure(\"m{n}\", #{{ period: \"month\" }});\n")));
    script(
        "500 formulas",
        &times(500, |n| {
            format!("let m{n} = measure(\"m{n}\", #{{ period: \"month\", credit: |deal| deal.amount * {n} }});\n")
        }),
    );
    script("500 settings", &format!("measure(\"m\", #{{ {} }});", times(500, |n| format!("a{n}: 1, "))));
    script("499 functions", &times(499, |n| format!("fn f{n}(x) {{ x }}\n")));
    script("5,000 functions", &times(5_000, |n| format!("fn f{n}(x) {{ x }}\n")));
    script("1,000 errors", &times(1_000, |n| format!("let b{n} = nothing{n};\n")));
    script(
        "100 values of a function",
        &format!(
            "fn f({}) {{ 1 }}\nlet a = f({});",
            times(100, |n| format!("a{n}, ")),
            times(100, |n| format!("{n}, "))
        ),
    );
    script("500 cases", &format!("let a = switch 1 {{ {} _ => 0 }};", times(500, |n| format!("{n} => {n}, "))));
    script(
        "500 alternatives",
        &format!("let a = switch 1 {{ {}1_000 => 1, _ => 0 }};", times(500, |n| format!("{n} | "))),
    );
    script("a long name", &format!("let {} = 1;", "a".repeat(100_000)));
    script("two names of 1,000 letters", &format!("let {}b = 1; let c = {}d;", "a".repeat(1_000), "a".repeat(1_000)));
    script("a long number", &format!("let a = {};", "9".repeat(10_000)));
    script("a long fraction", &format!("let a = 0.{};", "9".repeat(10_000)));
    script("a comment", &format!("// {}", "x".repeat(500_000)));
    script("line ends", &"\n".repeat(500_000));
}

#[test]
fn functions_that_grow() {
    let doubled =
        |n: usize| format!("fn f0(x) {{ x }}\n{}", times(n, |n| format!("fn f{}(x) {{ f{n}(x) + f{n}(x) }}\n", n + 1)));
    for n in [5, 16, 40, 400] {
        let measure = format!("measure(\"m\", #{{ period: \"month\", credit: |deal| f{n}(deal.amount) }});");
        script(&format!("doubled {n} times"), &format!("{}{measure}", doubled(n)));
        script(&format!("constants doubled {n} times"), &format!("{}let a = f{n}(1);", doubled(n)));
    }
    script("a function of itself", "fn f(x) { f(x) }\nlet a = f(1);");
    script("two of each other", "fn f(x) { g(x) }\nfn g(x) { f(x) + f(x) }\nlet a = g(1);");
    script("of its own value", "fn f(x) { f(f(f(x))) }\nlet a = f(1);");
    script(
        "a chain",
        &format!("fn f0(x) {{ x }}\n{}let a = f300(1);", times(300, |n| format!("fn f{}(x) {{ f{n}(x) }}\n", n + 1))),
    );
    script("nested lets", &format!("let a = |deal| {{ {} 1 }};", times(300, |n| format!("let b{n} = deal.amount; "))));
    script("powers", &format!("let a = 10{};", " * 10".repeat(40)));
}

/// Of the strange texts those that mean what they seem to mean.
const HARMLESS: [&str; 7] = [
    "an empty block",
    "half a number",
    "a zero byte",
    "the largest number",
    "a larger number",
    "a name of a word",
    "a tiny quota",
];

#[test]
fn strange_texts() {
    for (what, body) in [
        ("an open text", "let a = \"abc"),
        ("an open text of several lines", "let a = `abc\nd"),
        ("an open letter", "let a = 'a"),
        ("an open comment", "let a = 1; /* and"),
        ("an open list", "let a = [1, 2"),
        ("an open map", "let a = #{ a: 1"),
        ("an open formula", "measure(\"m\", #{ credit: |deal"),
        ("half a formula", "measure(\"m\", #{ period: \"month\", credit: |deal| });"),
        ("half a switch", "let a = switch 1 { 1 =>"),
        ("an empty switch", "let a = switch 1 { };"),
        ("an empty block", "let a = {};"),
        ("half a number", "let a = 1.;"),
        ("a dot", "let a = .5;"),
        ("hexadecimal", "let a = 0xffff_ffff_ffff_ffff;"),
        ("an exponent", "let a = 1e400;"),
        ("a zero byte", "let a = \"\0\";"),
        ("control letters", "let a\u{1} = \u{7}1;"),
        ("escapes", "let a = \"\\x00\\u{110000}\\u0000\\q\";"),
        ("from right to left", "let a = \u{202e}1\u{202c};"),
        ("letters without width", "let a\u{200b}b = 1;"),
        ("a byte order mark inside", "let a\u{feff} = 1;"),
        ("marks upon marks", "let a = \"e\u{301}\u{301}\u{301}\u{301}\" + 1;"),
        ("emoji", "let 🦊 = 1;"),
        ("a name of marks", "let \u{301} = 1;"),
        ("mathematical letters", "let 𝒂 = 1; let b = 𝒃;"),
        ("only blanks", " \t \u{a0} \u{2028} \u{2029} \u{85}"),
        ("carriage returns", "let a = 1;\rlet b = 2;\r\nlet c = nothing;\r"),
        ("a shebang", "#!/bin/sh\nlet a = 1;"),
        ("an interpolated text", "let a = `${1 + 1}`;"),
        ("an evaluated text", "let a = eval(\"1\");"),
        ("printing", "print(1); debug(2);"),
        ("throwing", "throw 1;"),
        ("a pointer", "let a = Fn(\"plan\"); a.call(1);"),
        ("curry", "let a = curry(1, 2);"),
        ("a closure called at once", "let a = (|x| x)(1);"),
        ("this", "let a = this;"),
        ("global", "let a = global::b;"),
        ("paths", "let a = b::c::d::e;"),
        ("ranges", "let a = 0..9223372036854775807; let b = 1 in 0..=9223372036854775807;"),
        ("the largest number", "let a = 9223372036854775807 + 1; let b = -9223372036854775808;"),
        ("a larger number", "let a = 9223372036854775808;"),
        ("79 nines", "let a = 79228162514264337593543950335; let b = 79228162514264337593543950336.0;"),
        ("division by nothing", "let a = 0 / 0; let b = 1 / (1 - 1); let c = 5 % 0;"),
        ("many months", "let a = date(\"2026-01-01\") + 9_000_000_000_000.months;"),
        ("many days back", "let a = date(\"2026-01-01\") - 9_000_000_000_000_000_000.days;"),
        ("odd dates", "let a = date(\"9999999-01-01\"); let b = date(\"-0001-01-01\"); let c = date(\"\");"),
        ("round to many places", "let a = round(1, 1_000_000); let b = round(1, -1); let c = round(1, 0.5);"),
        (
            "negative tiers",
            "let a = marginal([[-5, 1.pct], [0, 2.pct]]); let b = interpolated([[-5, 1.pct], [0, -2.pct]]);",
        ),
        (
            "tiny tiers",
            "let a = interpolated([[0, 0], [0.0000000000000000000000000001, 79228162514264337593543950335]]); let b = a.at(0.00000000000000000000000000005);",
        ),
        ("a table in a table", "let a = marginal([[0, marginal([[0, 1.pct]])]]);"),
        ("a table of itself", "let a = marginal(a);"),
        ("a plan in a formula", "measure(\"m\", #{ period: \"month\", credit: |deal| plan(\"x\", #{}) });"),
        (
            "imports",
            "import \"plan\" as p; import \"\" as q; import \"../../../etc/passwd\" as r; import \"/etc/passwd\" as s;",
        ),
        ("an import in a formula", "measure(\"m\", #{ period: \"month\", credit: |deal| { import \"x\" as x; 1 } });"),
        ("a name of a word", "let deal = 1; let payee = 2; let any = 3; let plan = 4;"),
        (
            "a huge quota",
            "let m = measure(\"m\", #{ period: \"month\", quota: 79228162514264337593543950335.0 }); commission(\"C\", #{ on: m, rate: marginal([[0.pct, 1.pct], [33.33.pct, 2.pct]]) });",
        ),
        (
            "a tiny quota",
            "let m = measure(\"m\", #{ period: \"month\", quota: 0.0000000000000000000000000001 }); commission(\"C\", #{ on: m, rate: marginal([[0.pct, 1.pct], [33.33.pct, 2.pct]]) });",
        ),
    ] {
        let harmless = HARMLESS.contains(&what);
        assert_eq!(script(what, body).errors == 0, harmless, "{what}: harmless or not");
    }
    for (what, whole) in [
        ("nothing", ""),
        ("a brace", "}"),
        ("a quote", "\""),
        ("plan alone", "plan"),
        ("plan of nothing", "plan();"),
        ("plan of plans", "plan(plan(plan()));"),
    ] {
        answered(what, SETTINGS.as_bytes(), whole.as_bytes(), DEALS.as_bytes());
    }
}

/// A small generator (splitmix64), so that a seed is enough to repeat a run.
struct Random(u64);

impl Random {
    fn seeded(what: &str) -> Self {
        let given = env::var("EARNMARK_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(what));
        println!("{what}: EARNMARK_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// A text with a few pieces cut out, doubled, moved or replaced.
    fn mutated(&mut self, text: &str, pieces: &[&str]) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(letters.len());
            let end = (at + 1 + self.below(12)).min(letters.len());
            let cut: Vec<char> = letters[at..end].to_vec();
            match self.below(4) {
                0 => drop(letters.drain(at..end)),
                1 => letters.splice(at..at, cut).for_each(drop),
                2 => letters.splice(at..end, pieces[self.below(pieces.len())].chars()).for_each(drop),
                _ => {
                    letters.drain(at..end);
                    let to = self.below(letters.len());
                    letters.splice(to..to, cut).for_each(drop);
                }
            }
        }
        letters.into_iter().collect()
    }

    fn bytes(&mut self, most: usize, alphabet: &[u8]) -> Vec<u8> {
        let length = self.below(most);
        let byte = |random: &mut Self| {
            if alphabet.is_empty() { random.next().to_le_bytes()[0] } else { alphabet[random.below(alphabet.len())] }
        };
        (0..length).map(|_| byte(self)).collect()
    }
}

#[test]
fn mutations_of_a_good_plan() {
    let mut random = Random::seeded("mutations of a good plan");
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "#{",
        "|",
        "||",
        "\"",
        ",",
        ";",
        ".",
        "0",
        "-1",
        "4.pct",
        "deal",
        "payee.team",
        "m.attainment",
        "=>",
        "..",
        "é",
        "\n",
        "/*",
        "//",
        "??",
        "!",
        "if",
        "switch",
        "fn f(x) {",
        "let",
        "any",
    ];
    let good = script("a good plan", GOOD).plan;
    assert!(good.is_some(), "the good plan is computed");
    for round in 0..200 {
        let body = random.mutated(GOOD, &pieces);
        let what = format!("round {round}:\n{body}\n");
        let answer = script(&what, &body);
        // Refused, warned of, or another plan: two people who compare digests see that something changed.
        assert!(body == GOOD || answer.findings > 0 || answer.plan != good, "{what}goes unnoticed");
    }
}

#[test]
fn random_files_and_settings() {
    let mut random = Random::seeded("random files and settings");
    let csv = b",;\t|\"\r\n01289.-%eDk \xc3\xa9\xff\0";
    let toml = b"[]{}=.\"'\n #,a1deals_columnsfilet\\\xc3\xa9";
    let pieces = [
        "\"",
        ",",
        "\n",
        "\r",
        ";",
        "\t",
        "99999999999999999999",
        "2026-02-30",
        "%",
        "=",
        "[",
        "]",
        "{",
        "}",
        "[[deals]]",
        "file = ",
        "\u{feff}",
        "é",
        "1e9",
    ];
    for _ in 0..60 {
        let noise = random.bytes(2_000, &[]);
        answered("random bytes as data", SETTINGS.as_bytes(), HEAD.as_bytes(), &noise);
        answered("random bytes as settings", &noise, HEAD.as_bytes(), DEALS.as_bytes());
        answered("random bytes as a script", SETTINGS.as_bytes(), &noise, DEALS.as_bytes());
        let cells = random.bytes(2_000, csv);
        answered(
            "random cells",
            SETTINGS.as_bytes(),
            HEAD.as_bytes(),
            &[b"id,closed,amount,rep,kind\n", cells.as_slice()].concat(),
        );
        let keys = random.bytes(500, toml);
        answered("random keys", &[SETTINGS.as_bytes(), keys.as_slice()].concat(), HEAD.as_bytes(), DEALS.as_bytes());
        let settings = random.mutated(SETTINGS, &pieces);
        let deals = random.mutated(DEALS, &pieces);
        let what = format!("mutated:\n{settings}\n{deals}\n");
        answered(&what, settings.as_bytes(), format!("{HEAD}{GOOD}").as_bytes(), deals.as_bytes());
    }
}
