// The steps of a line in one line.
import { negate, sign, sum } from "../decimal.ts";
import type { Key } from "../en.ts";
import { compact, money, percent, quantity, rate, t } from "../i18n.ts";
import type { Entry, Step } from "../types.ts";
import { English } from "./english.tsx";

const bound = (step: Step, at: string): string => (step.bounds === "attainment" ? percent(at) : compact(at));

/** What kind of step it is, in the reader's language. */
export function kindOf(step: Step): string {
  if (step.kind === "read") return step.name ?? "";
  if (step.kind === "taken_back" && step.rate !== null && sign(step.rate) < 0) return t("step_given_back");
  if ((step.kind === "curve" || step.kind === "whole") && step.at !== null)
    return t("step_at", { what: t(`step_${step.kind}`), at: bound(step, step.at) });
  if (step.kind !== "tier" || step.from === null)
    return t(step.kind === "tier" ? "step_flat" : `step_${step.kind}`);
  const from = bound(step, step.from);
  return step.to === null
    ? t("step_tier_open", { from })
    : t("step_tier", { from, to: bound(step, step.to) });
}

/** The figures of a step where it has them: "$2,898.17 × 8%". */
export function formula(step: Step, currency: string): string | null {
  if (step.base !== null && step.rate !== null) {
    // Parts that nobody wrote may have no end.
    const part = step.kind === "taken_back" || step.kind === "pool";
    const times = part ? percent(sign(step.rate) < 0 ? negate(step.rate) : step.rate) : rate(step.rate);
    return `${money(step.base, currency)} × ${times}`;
  }
  if (step.pay === null) return null;
  const each = money(step.pay, currency);
  return step.base === null ? each : `${quantity(step.base, "number", currency)} × ${each}`;
}

/** Below zero it was payable before: a payment has bounced. */
export function released(entry: Entry): Key {
  return entry.payable.startsWith("-") ? "line_held_again" : "line_released";
}

/** The steps of a line in one line; a line that pays nothing says why. */
export function Summary({ entry }: { entry: Entry }) {
  const refused = entry.steps.find((step) => step.kind === "not_paid");
  // What pays nothing any more was taken back.
  if (refused && sign(entry.earned) < 0) return <span class="muted">{t("step_taken_back")}</span>;
  if (refused)
    return (
      <span class="muted">
        {t("not_paid", { reason: "" })}
        <English text={refused.text} />
      </span>
    );
  // Who brought a sum stands in its steps.
  const steps = entry.steps.filter((step) => step.kind !== "read");
  const shown = steps.slice(0, 2);
  const more = steps.length - shown.length;
  const held = sum([entry.earned, negate(entry.payable)]);
  if (entry.kind === "release") return <span class="muted">{t(released(entry))}</span>;
  return (
    <span class="muted">
      {shown.map((step) => formula(step, entry.plan_currency) ?? kindOf(step)).join(" + ")}
      {more > 0 && ` ${t("more_steps", { n: more })}`}
      {sign(held) > 0 && ` · ${t("line_held", { amount: money(held, entry.plan_currency) })}`}
    </span>
  );
}
