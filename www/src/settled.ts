// The settlement of a statement in two parts: what adds up from earned to paid, and what moved only a balance.
import type { Statement } from "./types.ts";

export type Row = Statement["settle"][number];

/** Rows which, with what was earned, add up to the payout. */
export const way = (s: Statement): Row[] =>
  s.settle.filter(({ moves, step }) => moves === "payout" && step !== "earned" && step !== "payout");

/** What moved a balance and no payout; the balances themselves stand beside it. */
export const balanced = (s: Statement): Row[] =>
  s.settle.filter(
    ({ moves, step }) => moves === "balance" && step !== "brought_forward" && step !== "carried_forward",
  );
