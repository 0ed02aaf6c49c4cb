//! Settings of a plan and of its measures.

use super::{Setting, setting};

const ROUNDING: &[Setting] = &[
    setting(
        "mode",
        "a mode",
        "\"half_even\"",
        "How an amount is brought to the currency's minor unit: half_even, half_up (away from zero), half_down, up, down.",
    ),
    setting(
        "per",
        "\"entry\" or \"period\"",
        "\"entry\"",
        "Each entry is rounded; or the running total is, so that the lines of a component's period add up to it, those of objectives in the order in which they are weighted.",
    ),
];

const RECOVER: &[Setting] = &[
    setting("share", "a percent", "100.pct", "The part of each later payout that may be used."),
    setting("floor", "an amount", "none", "What must be left of it."),
    setting("instalments", "a whole number", "none", "In how many payouts a debt is repaid."),
];

const CONVERT: &[Setting] = &[
    setting(
        "deals",
        "\"closed\", \"period end\", \"period average\" or \"plan start\"",
        "\"closed\"",
        "The day whose rate converts what deals say, and what plans in other currencies credit and earn that a sum takes by name: the day it counts, or one of the measurement period or the plan.",
    ),
    setting(
        "pay",
        "\"payout\", \"earned\", \"period end\" or \"plan start\"",
        "\"payout\"",
        "The day whose rate converts pay into the payee's currency: the last of the payout period, or another.",
    ),
    setting("rates", "the name of a set of rates", "\"market\"", "Which set of exchange rates."),
];

pub(super) const PLAN: &[Setting] = &[
    setting("currency", "a currency code", "", "The currency of every bare amount and of the calculation."),
    setting("from", "a day", "", "The first day whose deals count."),
    setting("to", "a day", "", "The last day whose deals count, included."),
    setting(
        "payout",
        "a period",
        "\"month\"",
        "How often it is paid. Paid is what is earned to date less what was earned before in the same measurement period.",
    ),
    setting("rounding", "a mode, or `#{ mode, per }`", "\"half_even\"", "How amounts are brought to the minor unit.")
        .keys(ROUNDING),
    setting(
        "negative",
        "\"carry\", \"charge\" or \"forgive\"",
        "\"carry\"",
        "A payout below zero: pays 0 and carries the debt, sends it to payroll, or drops it with an entry that says so.",
    ),
    setting(
        "recover",
        "a percent, or `#{ share, floor, instalments }`",
        "100.pct",
        "How much of each later payout may be used to repay a debt; the rest is carried.",
    )
    .keys(RECOVER),
    setting(
        "recover_order",
        "a list of \"clawback\" and \"draw\"",
        "[\"clawback\", \"draw\"]",
        "What later earnings repay first.",
    ),
    setting("minimum", "an amount", "none", "A payout below it waits for the next one."),
    setting(
        "convert",
        "`#{ deals, pay, rates }`",
        "\"closed\", \"payout\", \"market\"",
        "The days and the set of the exchange rates.",
    )
    .keys(CONVERT),
    setting(
        "write_off",
        "\"lapse\" or \"release\"",
        "\"lapse\"",
        "Of what will never be collected: its share is taken out of what was earned, or is paid as if collected.",
    ),
    setting(
        "leaver",
        "\"keep\", \"release\" or \"forfeit\"",
        "\"keep\"",
        "What is still held when a payee leaves, by hand too: paid as it falls due, at once, or not at all, and then earned no longer either. What a cap carries follows the cap.",
    ),
    setting(
        "attainment",
        "\"continue\" or \"restart\"",
        "\"continue\"",
        "Where a new version of this plan takes over: the measure of the same name goes on, or starts again.",
    ),
];

const RAMP: &[Setting] = &[
    setting("months", "a list of percents", "none", "The part of the quota in each month of service."),
    setting("quarters", "a list of percents", "none", "The part of the quota in each quarter of service."),
];

pub(super) const MEASURE: &[Setting] = &[
    setting("period", "a period", "", "The measurement period: attainment starts again with each."),
    setting(
        "who",
        "\"named\", a role or |deal, payee| yes or no",
        "\"named\"",
        "Whom it credits: the payees named on the deal in any role that is not an overlay, those in one role, or \
         whoever fits.",
    ),
    setting(
        "which",
        "|deal, payee, event| yes or no",
        "every deal",
        "The deals that count; the others are listed as not counted.",
    ),
    setting(
        "when",
        "\"closed\", \"booked\", \"invoiced\", \"paid\" or |deal| a date",
        "\"closed\"",
        "The day that decides quota, period and tier; a deal without one does not count yet. Each invoice or payment \
         counts for its share of the deal's amount, or for what `credit` makes of its own figures.",
    ),
    setting(
        "credit",
        "an amount, |deal, payee, event| money or a number, a measure, a sum, \"given\" or \"given units\"",
        "|deal| deal.amount",
        "What is credited for a deal, before the share. A bare figure counts units. Given totals come from the metrics: \
         money, or units as hours, heads and scores.",
    ),
    setting(
        "share",
        "\"split\", \"cents\", a percent or |deal, payee| a percent",
        "\"split\"",
        "The payee's share of the deal, exact or in whole cents; or a percent, outside the split's total.",
    ),
    setting(
        "quota",
        "\"table\", an amount or |payee, period, quota| an amount",
        "\"table\"",
        "From the quota file, the same amount for every period, or worked out.",
    ),
    setting(
        "prorate",
        "\"days\" or \"none\"",
        "\"days\"",
        "Whether the quota is scaled to the active days of the period.",
    ),
    setting(
        "ramp",
        "`#{ months: [ … ] }` or `#{ quarters: [ … ] }`",
        "none",
        "The part of the quota in each month or quarter of service, then all of it.",
    )
    .keys(RAMP),
    setting(
        "accumulate",
        "a period, or a duration",
        "= `period`",
        "Total and quota both run on over this longer period; over a duration, `12.months`, as a window that ends with each measurement period.",
    ),
    setting(
        "order",
        "|deal| a key",
        "date, then deal id",
        "The order in which credits take their place in the tiers; ties by date, then id.",
    ),
];
