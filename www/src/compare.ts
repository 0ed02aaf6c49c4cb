// The two versions that are compared, and the engine's answer: what is chosen, what was opened for it.
import { computed, effect, signal } from "@preact/signals";
import { changes, current, here } from "./drafts.ts";
import { latest } from "./engine.ts";
import { EXAMPLE } from "./example.ts";
import * as files from "./files.ts";
import { go, route } from "./route.ts";
import { engine, opened } from "./state.ts";
import { type Trouble, troubleOf } from "./trouble.ts";
import type { Comparison, Opened, Version } from "./types.ts";
import { c } from "./words/compare.ts";
import { o } from "./words/open.ts";

/** Two versions, and a payout period or all of them. */
export interface Asked {
  a: Version | null;
  b: Version | null;
  period: string;
}

/** Where a version comes from. */
const FROM = ["opened", "draft", "file", "example"] as const;
export type From = (typeof FROM)[number];

export const fromA = signal<From>("opened");
export const fromB = signal<From | null>(null);
/** The payout period that is compared; empty: all. */
export const span = signal("");
/** Scripts that were opened here, by the name of their folder or file. */
export const own = signal<{ name: string; version: Version } | null>(null);
/** What stands in the editor, where it is not what was opened. */
export const draft = computed<Version | null>(() =>
  changes.value > 0 ? { scripts: current.value, whole: true } : null,
);
const got = signal<{ of: Opened | null; ask: Asked; found: Comparison } | null>(null);
/** The engine's answer; never that of a project which is no longer open. */
export const answer = computed(() => (got.value?.of === opened.value ? (got.value?.found ?? null) : null));
/** What was asked for it. */
export const answered = computed(() => (answer.value ? (got.value?.ask ?? null) : null));
/** What there is to say where there is no answer. */
export const trouble = signal<Trouble>("");
export const running = signal(false);
/** The currency that is looked at, where there are several. */
export const currencyAt = signal<string | null>(null);

/** A change of the sample's plan to look at; nothing with one's own data. */
const example = computed<Version | null>(() => {
  const plan = opened.value?.sample ? opened.value.plans.find((p) => p.text.includes(EXAMPLE.from)) : null;
  return plan
    ? { scripts: [{ file: plan.file, text: plan.text.replace(EXAMPLE.from, EXAMPLE.to) }], whole: false }
    : null;
});

/** The versions that can be chosen, with what they are called. */
export const choices = computed<{ from: From; name: string }[]>(() => {
  const all: { from: From; name: string }[] = [{ from: "opened", name: c("version_opened") }];
  if (draft.value) all.push({ from: "draft", name: c("version_draft") });
  if (own.value) all.push({ from: "file", name: c("version_file", { name: own.value.name }) });
  if (example.value) all.push({ from: "example", name: c("version_example") });
  return all;
});

const versionOf = (from: From): Version | null =>
  ({ opened: null, draft: draft.value, file: own.value?.version ?? null, example: example.value })[from];

/** What is asked of the engine; nothing until both versions are chosen and differ. */
export const asked = computed((): Asked | null => {
  const [a, b] = [fromA.value, fromB.value];
  if (!opened.value || b === null || a === b) return null;
  const there = (from: From) => choices.value.some((choice) => choice.from === from);
  return there(a) && there(b) ? { a: versionOf(a), b: versionOf(b), period: span.value } : null;
});
/** Whether one version is chosen on both sides: the engine need not be asked whether it differs from itself. */
export const itself = computed(() => fromA.value === fromB.value);

const asking = latest(
  async (of: Opened | null, ask: Asked) => ({
    of,
    ask,
    // Amounts are there at once; why they differ is asked for the rows that are looked at.
    found: await engine().call("compare_amounts", ask.a, ask.b, ask.period),
  }),
  (answer) => {
    running.value = false;
    trouble.value = "";
    got.value = answer;
  },
  (error) => {
    running.value = false;
    got.value = null;
    trouble.value = troubleOf(error);
  },
);

/** Who comes here with an edited plan wants to know what that costs; a version that is gone is chosen no more. */
function settle(): void {
  const there = (from: From) => choices.value.some((choice) => choice.from === from);
  if (!there(fromA.value)) fromA.value = "opened";
  if (fromB.value !== null && !there(fromB.value)) fromB.value = null;
  if (fromB.value === null && draft.value && fromA.peek() !== "draft") fromB.value = "draft";
  const periods = opened.value?.periods ?? [];
  if (span.value !== "" && !periods.some((one) => one.label === span.value)) span.value = "";
}

/** What of the address was last read or written here. */
let spoken = "";

/** Takes the choice that an address brings, and writes into it what is chosen, so that a reload and a link find it again. */
function address(): void {
  const { screen, more } = route.value;
  if (screen !== "compare") return;
  if (JSON.stringify(more) !== spoken) {
    const from = (word: string | undefined) => FROM.find((one) => one === word);
    // Scripts that were opened here are gone with the page that they were opened on.
    const lost = own.peek() === null && (more.a === "file" || more.b === "file");
    if (lost) trouble.value = c("compare_file_gone");
    fromA.value = from(more.a) ?? fromA.peek();
    fromB.value = from(more.b) ?? fromB.peek();
    span.value = more.of ?? span.peek();
  }
  settle();
  const said: Record<string, string> = { a: fromA.value };
  if (fromB.value !== null) said.b = fromB.value;
  if (span.value !== "") said.of = span.value;
  spoken = JSON.stringify(said);
  if (JSON.stringify(more) !== spoken) go({ more: said }, true);
}

/** Keeps the answer in step with what is chosen, and the address with it. */
export const watch = (): (() => void) => {
  const ends = [
    effect(() => {
      // Before the scripts are here nobody knows which versions there are.
      if (here.value) address();
    }),
    effect(() => {
      const ask = asked.value;
      if (!ask) {
        asking.drop();
        running.value = false;
        got.value = null;
        return;
      }
      running.value = true;
      asking.ask(opened.value, ask);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
};

/** Takes scripts as a version of their own and compares with them. */
export async function openVersion(found: files.Found[], whole: boolean): Promise<void> {
  const scripts = found.filter(({ path }) => path.endsWith(".rhai"));
  if (scripts.length === 0) {
    trouble.value = c("compare_no_scripts");
    return;
  }
  try {
    const read = await files.read(scripts);
    const texts = read.map(({ path, bytes }) => ({ file: path, text: new TextDecoder().decode(bytes) }));
    const first = scripts[0]?.path ?? "";
    const name = whole ? (first.split("/")[0] ?? first) : texts.length === 1 ? first : `${first}, …`;
    own.value = { name, version: { scripts: texts, whole } };
    fromB.value = "file";
    if (fromA.value === "file") fromA.value = "opened";
  } catch (error) {
    trouble.value =
      error instanceof files.UnreadableFile
        ? o("open_unreadable", { file: error.path, reason: error.message })
        : troubleOf(error);
  }
}
