//! Settings of what follows once pay is earned: limits across components, draws, guarantees, clawbacks.

use super::component::EXCESS;
use super::{Setting, setting};

const OF: Setting = setting("of", "a list of components", "all", "The components that count.");
const DRAW_PER: Setting = setting(
    "per",
    "a period",
    "the payout period",
    "For which period the amount holds. Shorter ones are added up in the payout in which they end; a longer one is worked in \
     the payout in which it ends, with all that was paid since it began, and `\"ahead\"` in the first.",
);
const GUARANTEE_PER: Setting = setting(
    "per",
    "a period",
    "the payout period",
    "For which period the amount holds. Shorter ones are added up in the payout in which they end; a longer one is worked in \
     the payout in which it ends, with all pay since it began.",
);
const ONLY_IF: Setting =
    setting("only_if", "|payee, period| yes or no", "always", "Given only in periods of which this is true.");
const FROM: Setting = setting("from", "a day", "the plan's", "The first day of a window inside the plan.");
const TO: Setting = setting("to", "a day", "the plan's", "The last day of a window inside the plan, included.");
const PRORATE: Setting =
    setting("prorate", "\"days\" or \"none\"", "\"days\"", "Whether the amount follows the active days.");

pub(super) const CAP: &[Setting] = &[
    OF,
    setting("deal", "an amount or a formula", "none", "What a deal may earn."),
    setting("period", "an amount or a formula", "none", "What a measurement period may earn."),
    setting(
        "payout",
        "an amount or a formula",
        "none",
        "What one payout may pay, by the days on the plan in its period; the excess waits under the next.",
    ),
    setting("year", "an amount or a formula", "none", "What a fiscal year may earn."),
    setting("plan", "an amount or a formula", "none", "What the whole plan may earn."),
    EXCESS,
];

pub(super) const DRAW: &[Setting] = &[
    setting("amount", "an amount or a formula", "", "What pay is topped up to, or what is advanced."),
    DRAW_PER,
    setting(
        "pays",
        "\"shortfall\" or \"ahead\"",
        "\"shortfall\"",
        "Pay is topped up to the amount, or the amount is paid whatever is earned; what was advanced is owed.",
    ),
    ONLY_IF,
    FROM,
    TO,
    PRORATE,
    setting("recover", "a percent", "100.pct", "The part of what is earned above `floor` that repays it."),
    setting("recover_if", "|payee, period| yes or no", "always", "Repaid only in periods of which this is true."),
    setting(
        "floor",
        "an amount or a formula",
        "`amount` while the draw is given, 0 afterwards",
        "What is left of a payout.",
    ),
    setting("limit", "an amount or a formula", "none", "Never more is owed than this."),
    setting("forgive", "a period", "never", "What is still owed at the end of each such period is forgiven."),
    setting(
        "leaver",
        "\"keep\" or \"forgive\"",
        "\"keep\"",
        "Whether what the last pay does not repay stays owed when the payee leaves.",
    ),
];

pub(super) const GUARANTEE: &[Setting] = &[
    setting("amount", "an amount or a formula", "", "What pay is topped up to."),
    GUARANTEE_PER,
    ONLY_IF,
    FROM,
    TO,
    PRORATE,
    OF,
    setting("counts", "\"payable\" or \"earned\"", "\"payable\"", "What of the components counts."),
];

pub(super) const CLAWBACK: &[Setting] = &[
    setting("on", "the kind of an event, or a list of kinds", "[\"cancelled\", \"refunded\"]", "What sets it off."),
    setting(
        "of",
        "a list of components",
        "all that the deal fed",
        "What it touches: `reverse` finds entries of deals only, `restate` also bonuses, overrides and pools.",
    ),
    setting("after", "a duration", "none", "The age beyond which it holds, that day left out."),
    setting("within", "a duration", "none", "The age up to which it holds, that day included."),
    setting(
        "since",
        "\"closed\", \"invoiced\", \"paid\" or \"starts\"",
        "\"closed\"",
        "Day 0 of the age: the day the deal counted, the first invoice or payment, the deal's start.",
    ),
    setting(
        "method",
        "\"reverse\" or \"restate\"",
        "",
        "Takes a share of the deal's own entries; or works the measurement period again without what was taken back.",
    ),
    setting(
        "take",
        "a percent, a table over the age or |deal, payee, event| a factor",
        "100.pct",
        "How much `reverse` takes.",
    ),
    setting(
        "base",
        "\"held\" or \"first\"",
        "\"held\"",
        "What `reverse` takes its share of: the entries as they stand, or as they were before any clawback.",
    ),
];
