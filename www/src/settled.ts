// The way from what was earned to what is paid, as rows that add up. The engine tells each step of a settlement by its
// own size; here each has the sign by which it moves the payout, and what only moves a balance stands with the balances.
import { negate, sign, sum } from "./decimal.ts";
import type { Statement } from "./types.ts";

export interface Row {
  step: string;
  amount: string;
  /** The engine's own words, for a step without a translation. */
  text: string;
}

/** Steps that take from the payout; their amounts come without a sign. */
const TAKEN = new Set(["recovered", "draw_repaid"]);
/** Steps that move the payout by their amount as it comes. */
const MOVED = new Set([...TAKEN, "over_cap", "due", "draw_advanced", "below_minimum", "paid_outside"]);
/** Figures with a place of their own. */
const SHOWN = new Set(["earned", "payout", "brought_forward", "carried_forward"]);

const real = (row: Row): boolean => sign(row.amount) !== 0;

/** Rows which, with what was earned, add up to the payout. */
export function way(s: Statement): Row[] {
  const waits = sum([s.totals.payable, negate(s.totals.earned)]);
  const rows: Row[] = [{ step: sign(waits) < 0 ? "held" : "released", amount: waits, text: "" }];
  for (const { step, amount, text } of s.settle) {
    if (!MOVED.has(step)) continue;
    // What waited for the minimum and is paid now is due from before.
    const named = step === "below_minimum" && sign(amount) > 0 ? "due" : step;
    rows.push({ step: named, amount: TAKEN.has(step) ? negate(amount) : amount, text });
  }
  // What is taken back is owed first; as far as the same payout repays it, it needs no two rows.
  let rest = sum([s.totals.payout, negate(sum([s.totals.earned, ...rows.map((row) => row.amount)]))]);
  const recovered = rows.find((row) => row.step === "recovered");
  if (recovered && sign(rest) > 0) {
    const both = sum([recovered.amount, rest]);
    recovered.amount = sign(both) < 0 ? both : "0";
    rest = sign(both) < 0 ? "0" : both;
  }
  rows.push({ step: sign(rest) < 0 ? "charged" : "to_balances", amount: rest, text: "" });
  return rows.filter(real);
}

/** What moved a balance and no payout. */
export const balanced = (s: Statement): Row[] =>
  s.settle.filter((row) => !MOVED.has(row.step) && !SHOWN.has(row.step)).filter(real);
