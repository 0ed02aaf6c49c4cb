//! The registry of declarations and their settings: what each takes, its default, what it means.
//!
//! One list serves the check of names, completion and the reference, so that they cannot disagree.

/// A setting of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub takes: &'static str,
    /// What holds without it; empty for a required one.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

impl Setting {
    /// Whether it must be given.
    #[must_use]
    pub fn required(&self) -> bool {
        self.default.is_empty()
    }
}

const fn setting(name: &'static str, takes: &'static str, default: &'static str, doc: &'static str) -> Setting {
    Setting { name, takes, default, doc }
}

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Its name.
    pub name: &'static str,
    /// What it declares.
    pub doc: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

/// The names of all declarations.
pub const DECLARATIONS: [&str; 5] = ["plan", "measure", "commission", "bonus", "override"];

/// The declaration of a test, whose lines are words of its payee: see [`super::declare::TEST_WORDS`].
pub const TEST: &str = "test";

/// All declarations.
pub const REGISTRY: [Declaration; 5] = [
    Declaration {
        name: "plan",
        doc: "What the plan is called, its currency and its days. Once, first.",
        settings: &PLAN,
    },
    Declaration { name: "measure", doc: "What is credited, and towards what.", settings: &MEASURE },
    Declaration { name: "commission", doc: "Pays on each credit of the payee's own.", settings: &COMMISSION },
    Declaration { name: "bonus", doc: "Pays a payee for a period.", settings: &BONUS },
    Declaration { name: "override", doc: "Pays a manager on what a team was credited.", settings: &OVERRIDE },
];

const PLAN: [Setting; 5] = [
    setting("currency", "a currency code", "", "The currency of every bare amount and of the calculation."),
    setting("from", "a day", "", "The first day whose deals count."),
    setting("to", "a day", "", "The last day whose deals count, included."),
    setting(
        "payout",
        "a period",
        "\"month\"",
        "How often it is paid. Paid is what is earned to date less what was earned before in the same measurement period.",
    ),
    setting(
        "rounding",
        "a mode",
        "\"half_even\"",
        "How an entry is brought to the currency's minor unit: half_even, half_up (away from zero), half_down, up, down.",
    ),
];

const MEASURE: [Setting; 8] = [
    setting("period", "a period", "", "The measurement period: attainment starts again with each."),
    setting(
        "who",
        "\"named\" or a role",
        "\"named\"",
        "Whom it credits: the payees named on the deal in any role that is not an overlay, or those in one role.",
    ),
    setting(
        "which",
        "|deal, payee| yes or no",
        "every deal",
        "The deals that count; the others are listed as not counted.",
    ),
    setting("when", "\"closed\" or \"booked\"", "\"closed\"", "The day that decides quota, period and tier."),
    setting(
        "credit",
        "|deal, payee| money or a number",
        "|deal| deal.amount",
        "What is credited for a deal, before the share. A bare figure counts units.",
    ),
    setting(
        "share",
        "\"split\" or a percent",
        "\"split\"",
        "The payee's share of the deal, exact; or a percent for everybody, outside the split's total.",
    ),
    setting(
        "quota",
        "\"table\" or an amount",
        "\"table\"",
        "From the quota file, or the same amount for every period.",
    ),
    setting(
        "prorate",
        "\"days\" or \"none\"",
        "\"days\"",
        "Whether the quota is scaled to the active days of the period.",
    ),
];

const RATE: Setting = setting("rate", "a percent, a table or a formula", "none: `pay`", "A percent of `of`.");
const PAY: Setting = setting(
    "pay",
    "an amount, a table or a formula",
    "none: `rate`",
    "An amount: for each deal (following its share), for each unit on a measure of units, for the period in a bonus.",
);

const COMMISSION: [Setting; 7] = [
    setting("on", "a measure or a sum", "", "What it follows: the position in a table, the deals, the period."),
    RATE,
    PAY,
    setting("of", "\"credit\" or |deal, payee, credit| money", "\"credit\"", "What the rate is paid on."),
    setting(
        "per",
        "\"period\" or \"deal\"",
        "\"period\"",
        "A table runs over the accumulated period, or over each deal alone.",
    ),
    setting(
        "which",
        "|deal, payee, credit| yes or no",
        "every deal",
        "Deals it pays on: narrower than the measure, which still counts them.",
    ),
    setting(
        "paid",
        "\"to date\" or \"at end\"",
        "\"to date\"",
        "Worked at every payout as far as known, or once the measurement period is over.",
    ),
];

const BONUS: [Setting; 5] = [
    setting("on", "a measure or a sum", "", "What it follows."),
    RATE,
    PAY,
    setting("of", "\"total\", \"quota\" or |payee, period| money", "\"total\"", "What the rate is paid on."),
    setting(
        "paid",
        "\"to date\" or \"at end\"",
        "\"at end\"",
        "Worked at every payout as far as known, or once the measurement period is over.",
    ),
];

const OVERRIDE: [Setting; 4] = [
    setting("on", "a sum over a team", "", "Whose credits it follows: `team(bookings)`."),
    RATE,
    setting("of", "\"total\" or \"quota\"", "\"total\"", "What the rate is paid on."),
    setting(
        "paid",
        "\"to date\" or \"at end\"",
        "\"to date\"",
        "Worked at every payout as far as known, or once the measurement period is over.",
    ),
];

/// The declaration of a name.
#[must_use]
pub fn declaration(name: &str) -> Option<&'static Declaration> {
    REGISTRY.iter().find(|declaration| declaration.name == name)
}
