// What a line of a settlement is called where only its code is known.
import type { Key } from "./en.ts";
import { known, t } from "./i18n.ts";

const NAMES: Record<string, Key> = {
  earned: "total_earned",
  payout: "total_payout",
  brought_forward: "brought",
  carried_forward: "carried",
};

/** The code itself where there is no name for it. */
export function settleName(code: string): string {
  const key = NAMES[code] ?? `settle_${code}`;
  return known(key) ? t(key as Key) : code;
}
