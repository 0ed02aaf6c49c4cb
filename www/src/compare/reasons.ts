// Why the rows that are looked at differ: asked for some payees at a time, once the table rests.
import { computed, signal } from "@preact/signals";
import { answer, answered } from "../compare.ts";
import { engine, tell } from "../state.ts";
import type { ComparedRow, Comparison } from "../types.ts";

/** How long the table rests before anything is asked, in milliseconds. */
const REST = 80;
/** For so many payees at a time: the engine works each of them by both versions, and answers nobody else meanwhile. */
const SOME = 12;

export const keyOf = (row: ComparedRow): string => `compare ${row.payee} ${row.currency}`;

const got = signal<{ of: Comparison | null; rows: ReadonlyMap<string, ComparedRow> }>({
  of: null,
  rows: new Map(),
});
const nothing: ReadonlyMap<string, ComparedRow> = new Map();
/** The rows of which it is known why they differ, by key; never those of another answer. */
export const reasons = computed(() => (got.value.of === answer.value ? got.value.rows : nothing));

/** The payees that were asked about, and the answer that they belong to. */
let about: { of: Comparison | null; payees: Set<string> } = { of: null, payees: new Set() };
let seen: readonly ComparedRow[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

let busy = false;

async function next(): Promise<void> {
  const [of, ask] = [answer.peek(), answered.peek()];
  if (!of || !ask || busy) return;
  if (about.of !== of) about = { of, payees: new Set() };
  const payees = [...new Set(seen.map((row) => row.payee))].filter((payee) => !about.payees.has(payee));
  const some = payees.slice(0, SOME);
  if (some.length === 0) return;
  for (const payee of some) about.payees.add(payee);
  busy = true;
  try {
    const rows = await engine().call("compare_rows", ask.a, ask.b, ask.period, some);
    const known = [...reasons.peek(), ...rows.map((row) => [keyOf(row), row] as const)];
    if (of === answer.peek()) got.value = { of, rows: new Map(known) };
  } catch (error) {
    seen = [];
    tell(error, "view");
  }
  busy = false;
  void next();
}

/** Has it found out why these rows differ, which are in view. */
export function look(rows: readonly ComparedRow[]): void {
  seen = rows;
  clearTimeout(timer);
  timer = setTimeout(() => void next(), REST);
}
