// The deals that have not happened: what is typed, what of it the engine can be asked, and its answer.
import { computed, effect, signal } from "@preact/signals";
import { sum } from "./decimal.ts";
import { EngineError, latest } from "./engine.ts";
import { t } from "./i18n.ts";
import { readCell } from "./input.ts";
import { taken, untick } from "./pipeline.ts";
import { payeeId, periodLabel } from "./route.ts";
import { engine, opened, payee, period, view, words, working } from "./state.ts";
import type { DealField, Finding, WhatIf, WhatIfDeal } from "./types.ts";

export interface Row {
  key: number;
  /** What is typed, as typed, by field. */
  typed: Record<string, string>;
}

let next = 1;
const fresh = (): Row => {
  const row: Row = { key: next, typed: {} };
  next += 1;
  for (const field of fields.value) row.typed[field.name] = start(field);
  return row;
};

/** The fields that the payee's plans read. */
export const fields = computed<DealField[]>(() => {
  const plans = payee.value?.plans ?? [];
  const all = opened.value?.deal_fields ?? [];
  return all.filter((f) => !f.plans || plans.length === 0 || f.plans.some((p) => plans.includes(p)));
});

/** The currency of what is typed into a row: the one that the row says, else that of the payee's plan. */
export function currencyOf(row: Row | null): string {
  const now = opened.value;
  const own = now?.plans.filter((p) => payee.value?.plans.includes(p.name)) ?? [];
  // Of plans in several currencies the one whose payout is shown.
  const plan = own.find((p) => p.currency === view.value?.statement.currency) ?? own[0];
  return row?.typed.currency || (plan?.currency ?? now?.currency ?? "USD");
}

/** What a field holds before anything is chosen: the first of a needed list, the last day of the period. */
function start(field: DealField): string {
  if (field.name === "closed") return period.value?.to ?? "";
  if (field.name === "currency")
    return field.values.length > 0 && !field.values.includes(currencyOf(null)) ? "" : currencyOf(null);
  if (!field.needed) return "";
  if (field.type === "yes/no") return "no";
  if (field.type === "date") return period.value?.to ?? "";
  return field.values[0] ?? "";
}

/** Whether nothing can be said of a deal without it: no deal counts without the day on which it closes. */
export const mustHave = (field: DealField): boolean => field.needed || field.name === "closed";

export const rows = signal<Row[]>([]);
export const answer = signal<WhatIf | null>(null);
/** What the engine says where it gives no answer; without findings of it, what the page does. */
export const refused = signal<Finding[]>([]);
export const trouble = signal("");
/** Whether the hypothetical lines are printed too. */
export const printed = signal(false);

export function cells(row: Row): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const field of fields.value) {
    const cell = readCell(field, row.typed[field.name] ?? "");
    if (cell === null || (cell === "" && mustHave(field))) return null;
    if (cell !== "") found[field.name] = cell;
  }
  return found;
}

export const idOf = (row: Row): string => `what-if-${row.key}`;
/** What the engine says of typed deals, by the names that they have on the page. */
export const named = (said: string): string =>
  said.replace(/`?what-if-(\d+)`?/g, (whole, key: string) => {
    const n = rows.value.findIndex((row) => row.key === Number(key));
    return n < 0 ? whole : t("whatif_deal", { n: n + 1 });
  });

/** What of a deal is earned and held. */
export function heldOf(id: string): string {
  const s = answer.value?.view.statement;
  const own = s?.held.filter((h) => s.entries[h.entry]?.deal === id) ?? [];
  return sum(["0", ...own.map((h) => h.amount)]);
}

/** Whether the closing day of a deal lies outside the period, and nothing of the deal stands in its statement. */
export function outside(row: Row): boolean {
  const [day, when] = [row.typed.closed, period.value];
  if (!day || !when || (day >= when.from && day <= when.to)) return false;
  return answer.value?.view.statement.entries.every((entry) => entry.deal !== idOf(row)) === true;
}

export function type(row: Row, field: string, text: string): void {
  rows.value = rows.value.map((one) =>
    one.key === row.key ? { ...one, typed: { ...one.typed, [field]: text } } : one,
  );
}
export const add = (): void => {
  // The next deal starts like the one before it, without its amounts.
  const row = fresh();
  const before = rows.value.at(-1);
  for (const field of fields.value)
    if (before && field.type !== "money") row.typed[field.name] = before.typed[field.name] ?? "";
  rows.value = [...rows.value, row];
};
export const remove = (row: Row): void => {
  const left = rows.value.filter((one) => one.key !== row.key);
  rows.value = left.length ? left : [fresh()];
};
export const clear = (): void => {
  untick();
  rows.value = [fresh()];
};

/** The open deals that are ticked, then what is typed and complete enough to ask about. */
export const ready = computed<WhatIfDeal[]>(() => [
  ...taken.value.map((deal) => ({ id: deal.id, cells: {}, open: true })),
  // Before a project is open nothing is known that a deal would need.
  // Nor is the engine asked about a deal of which nothing can be said.
  ...(opened.value && fields.value.length > 0 ? rows.value : []).flatMap((row) => {
    const found = cells(row);
    return found ? [{ id: idOf(row), cells: found }] : [];
  }),
]);

function untroubled(): void {
  refused.value = [];
  trouble.value = "";
}

const asking = latest(
  (who: string, when: string, deals: WhatIfDeal[], currency?: string) =>
    engine().call("what_if", who, when, deals, currency),
  (result) => {
    working(false);
    untroubled();
    answer.value = result;
  },
  (error) => {
    working(false);
    answer.value = null;
    refused.value = error instanceof EngineError ? error.findings : [];
    trouble.value = refused.value.length > 0 ? "" : words(error);
  },
);

/** Keeps the answer in step with what is typed; another payee or period starts afresh. */
export function watch(): void {
  effect(() => {
    // Read: a change of any of them means that the typed deals are about something else.
    void [payeeId.value, periodLabel.value, opened.value];
    asking.drop();
    answer.value = null;
    untroubled();
    rows.value = [fresh()];
  });
  effect(() => {
    const deals = ready.value;
    if (deals.length === 0) {
      asking.drop();
      working(false);
      answer.value = null;
      untroubled();
      return;
    }
    working(true);
    asking.ask(payeeId.peek(), periodLabel.peek(), deals, view.value?.statement.currency);
  });
}
