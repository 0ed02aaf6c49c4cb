//! Settings of what a plan pays: the common ones, and those of each kind.

use super::{Setting, setting};

const ON: Setting = setting(
    "on",
    "a measure, a sum or a component",
    "",
    "What it follows: the position in a table, the deals, the period.",
);
/// Of what is paid on each deal of the payee's own.
const ON_OWN: Setting =
    Setting { takes: "a measure, a component, or a sum that has the payee: `everyone(m)`, `group(m, …)`", ..ON };
/// Of what is paid by instalments.
const ON_DEALS: Setting = setting(
    "on",
    "a measure of deals",
    "",
    "Its deals have instalments: the payee's own or, of a measure credited with `team(…)`, those of the team.",
);
const ON_SUM: Setting =
    setting("on", "a sum, or a measure credited with one", "", "Whose credits or earnings it follows.");
const RATE: Setting = setting("rate", "a percent, a table or a formula", "none: `pay`", "A percent of `of`.");
const RATE_OF_SUM: Setting = Setting {
    doc: "A percent of `of`. What a formula reads of a measure is the manager's own, `sales.total_before` too: of the team read the sum, \
          `team(sales).total`.",
    ..RATE
};
const RATE_OF_SCORE: Setting =
    setting("rate", "a percent, a table over the score or a formula", "the score", "A percent of `of`.");
const PAY: Setting = setting(
    "pay",
    "an amount, a table or a formula",
    "none: `rate`",
    "An amount: for each deal (following its share), for each unit on a measure of units, for the period in a bonus.",
);
const PAY_OF_SUM: Setting = Setting {
    doc: "An amount: for the period, for each deal with `per: \"deal\"`, for each unit of a sum of units. A formula reads the manager's own \
          measures, and those of the team by the sum.",
    ..PAY
};
const OF_CREDIT: Setting = setting(
    "of",
    "\"credit\" or |deal, payee, credit| money",
    "\"credit\"",
    "What the rate is paid on. A table slices it in the proportion in which the credit is sliced.",
);
const OF_TOTAL: Setting =
    setting("of", "\"total\", \"quota\" or |payee, period| money", "\"total\"", "What the rate is paid on.");
const OF_PERIOD: Setting = setting(
    "of",
    "\"credit\", \"total\", \"quota\" or |payee, period| money",
    "\"credit\"",
    "What the rate is paid on: what the period is credited, or its total with what an accumulating measure brought into it.",
);
const OF_TARGET: Setting = setting("of", "money or |payee, period| money", "none: `pay`", "What the rate is paid on.");
const PER: Setting = setting(
    "per",
    "\"period\", \"deal\" or a column of deals",
    "\"period\"",
    "A table runs over the accumulated period, over each deal alone, or over the period's deals of each value apart: a table alone, \
     for what a formula reads of `on` is the whole period's, and so are multipliers, gates and limits.",
);
const WHO: Setting = setting(
    "who",
    "|payee| yes or no",
    "everyone on the plan",
    "Who is paid: by fields of the day of each deal, of a period's amount by those of the last.",
);
const WHICH: Setting = setting(
    "which",
    "|deal, payee, credit, event| yes or no",
    "every deal of the measure",
    "Deals it pays on: narrower than the measure, which still counts them.",
);
const ONLY_IF: Setting = setting(
    "only_if",
    "|payee, period| yes or no",
    "always",
    "Nothing for the period unless true of the period as known; once it opens, all of the period is paid.",
);
const MULTIPLIER: Setting = setting(
    "multiplier",
    "a factor, a table or a formula",
    "1",
    "What it earns is multiplied with it; a table reads the attainment of `on`.",
);
const PAYABLE: Setting = setting(
    "payable",
    "a condition, a duration, or a list of parts",
    "\"earned\"",
    "When it may be paid: earned, closed, booked, invoiced and paid in proportion, \"paid in full\", an event, a time after the deal's day \
     (of what is paid for a period: after the last day of its measurement period), \"end of quarter\", released; or parts of it, `[[60.pct, \"booked\"], [40.pct, \"paid\"]]`.",
);
const PAID_TO_DATE: Setting = setting(
    "paid",
    "\"to date\" or \"at end\"",
    "\"to date\"",
    "Worked at every payout as far as known, or once the measurement period is over.",
);
const PAID_AT_END: Setting = Setting { default: "\"at end\"", ..PAID_TO_DATE };
const RATES: Setting = setting(
    "rates",
    "the name of a set of rates",
    "the plan's",
    "Another set of exchange rates: for pay, for amounts with a currency of their own and, where deals are paid one by one, for what they say. What a total or a sum of others has brought in stays at the plan's.",
);
const FROM: Setting = setting("from", "a day", "the plan's", "The first day of a window inside the plan.");
const TO: Setting = setting("to", "a day", "the plan's", "The last day of a window inside the plan, included.");

const DEAL: Setting = setting(
    "deal",
    "an amount or a formula",
    "none",
    "For each deal: of one that is split each share, of a pool the whole.",
);
const PERIOD: Setting = setting("period", "an amount or a formula", "none", "For each measurement period.");
const YEAR: Setting = setting("year", "an amount or a formula", "none", "For each fiscal year.");
const WHOLE_PLAN: Setting = setting("plan", "an amount or a formula", "none", "For the whole plan.");
/// Whether what is above a cap is lost.
pub(super) const EXCESS: Setting = setting(
    "excess",
    "\"lost\" or \"carry\"",
    "\"lost\"",
    "Lost by an entry that takes it off; or earned, held, and payable in a later period with room: other limits count it there.",
);
const FLOOR: Setting = setting(
    "floor",
    "`#{ deal, period, year, plan }`",
    "none",
    "No less than this where there is a line of pay, be it of 0.00: what is paid deal by deal has none in an idle period, and neither one whose gate is shut nor one whose deals are all taken back is lifted. What it adds may be paid as what it lifts may. A return by a negative deal is lifted as well: use a clawback.",
)
.keys(&[DEAL, PERIOD, YEAR, WHOLE_PLAN]);
const CAP: Setting = setting(
    "cap",
    "`#{ deal, period, year, plan, excess }`",
    "none",
    "No more than this. A return by a negative deal is not capped: use a clawback.",
)
.keys(&[DEAL, PERIOD, YEAR, WHOLE_PLAN, EXCESS]);

pub(super) const COMMISSION: &[Setting] = &[
    ON_OWN,
    RATE,
    PAY,
    OF_CREDIT,
    PER,
    WHO,
    WHICH,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_TO_DATE,
    RATES,
    FROM,
    TO,
];

pub(super) const SPIFF: &[Setting] = &[
    ON_OWN,
    RATE,
    PAY,
    OF_CREDIT,
    PER,
    WHO,
    WHICH,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_TO_DATE,
    RATES,
    FROM,
    TO,
    setting("first", "a whole number", "none", "Only the first so many deals of a payee."),
    setting("budget", "an amount", "none", "For all payees together, used up in order."),
];

pub(super) const BONUS: &[Setting] =
    &[ON, RATE, PAY, OF_TOTAL, PER, WHO, WHICH, ONLY_IF, MULTIPLIER, FLOOR, CAP, PAYABLE, PAID_AT_END, RATES, FROM, TO];

pub(super) const OBJECTIVES: &[Setting] = &[
    setting("period", "a period", "", "For which periods objectives are scored."),
    setting("weights", "`#{ name: percent }`", "", "The weight of each objective; they total 100 %."),
    RATE_OF_SCORE,
    PAY,
    OF_TARGET,
    WHO,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_AT_END,
    RATES,
    FROM,
    TO,
];

pub(super) const OVERRIDE: &[Setting] = &[
    ON_SUM,
    RATE_OF_SUM,
    PAY_OF_SUM,
    OF_PERIOD,
    PER,
    WHO,
    WHICH,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_TO_DATE,
    RATES,
    FROM,
    TO,
];

pub(super) const POOL: &[Setting] = &[
    ON,
    RATE,
    PAY,
    OF_PERIOD,
    PER,
    setting(
        "share",
        "\"equal\", \"credit\", |payee, period| weights or `#{ role: percent }`",
        "",
        "How the amount is divided, to the cent by largest remainder.",
    ),
    WHO,
    WHICH,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_AT_END,
    RATES,
    FROM,
    TO,
];

pub(super) const RESIDUAL: &[Setting] = &[
    ON_DEALS,
    setting("every", "a period", "", "The time between instalments. Tables read the instalment: 1, 2, 3 …"),
    setting(
        "ends",
        "\"never\" or \"term\"",
        "\"never\"",
        "With the deal's term; else with any event that a clawback rule of the plan names, and with `cancelled`.",
    ),
    RATE,
    PAY,
    OF_CREDIT,
    WHO,
    WHICH,
    ONLY_IF,
    MULTIPLIER,
    FLOOR,
    CAP,
    PAYABLE,
    PAID_TO_DATE,
    RATES,
    FROM,
    TO,
];
