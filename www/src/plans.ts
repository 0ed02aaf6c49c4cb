// What the engine says of the scripts as they are edited: findings while somebody types, then what they would pay,
// or their tests; whichever the screen that is looked at shows.
import { computed, effect, signal } from "@preact/signals";
import { current, here, scripts } from "./drafts.ts";
import { EngineError, latest } from "./engine.ts";
import { periodLabel, screen } from "./route.ts";
import { engine, opened, tell } from "./state.ts";
import { type Trouble, troubleOf } from "./trouble.ts";
import type { Draft, Finding, Language, Template, Tests, Tried } from "./types.ts";

/** Milliseconds without a key press before the scripts are looked at. */
export const QUIET = 150;

export const language = signal<Language | null>(null);
export const templates = signal<Template[]>([]);
/** What is wrong with the scripts, in the order of the engine; `null` before the first answer. */
export const checked = signal<Finding[] | null>(null);
/** What the run says against them, beside what a check finds. */
const ofRun = signal<Finding[]>([]);
/** The last figures of scripts that could be worked. */
export const tried = signal<Tried | null>(null);
/** True where `tried` is of an earlier state of the scripts. */
export const stale = signal(false);
export const tests = signal<Tests | null>(null);
/** Whether the figures are of all periods, or of the one in the address. */
export const whole = signal(false);
/** What is worked on, once it takes longer than a glance. */
export const working = signal(false);
/** Why the last call gave nothing: a finding of the engine, or words of the page. */
export const trouble = signal<Trouble>("");

const order = (finding: Finding): string => `${finding.severity === "error" ? 0 : 1}`;
/** Errors first, then by file and place. */
export const problems = computed<Finding[]>(() =>
  [...(checked.value ?? []), ...ofRun.value].sort(
    (a, b) =>
      order(a).localeCompare(order(b)) ||
      (a.place?.file ?? "").localeCompare(b.place?.file ?? "") ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  ),
);
export const errors = computed(() => problems.value.filter((one) => one.severity === "error").length);

const key = (finding: Finding): string => JSON.stringify([finding.code, finding.message, finding.place]);

let late: ReturnType<typeof setTimeout> | undefined;
function busy(on: boolean): void {
  if (on) {
    late ??= setTimeout(() => (working.value = true), 1_000);
    return;
  }
  clearTimeout(late);
  late = undefined;
  working.value = false;
}
function failed(error: unknown): void {
  busy(false);
  stale.value = true;
  trouble.value = troubleOf(error);
}

const trying = latest(
  (all: Draft[], period: string) => engine().call("try_scripts", all, period),
  (answer) => {
    busy(false);
    const known = new Set((checked.peek() ?? []).map(key));
    ofRun.value = answer.findings.filter((finding) => !known.has(key(finding)));
    stale.value = !answer.ran;
    if (answer.ran) tried.value = answer;
  },
  failed,
);

const checking = latest(
  (all: Draft[]) => engine().call("check", all),
  (found) => {
    checked.value = found;
    trouble.value = "";
    if (found.some((finding) => finding.severity === "error")) {
      busy(false);
      ofRun.value = [];
      stale.value = true;
      return;
    }
    busy(true);
    trying.ask(current.peek(), whole.peek() ? "" : periodLabel.peek());
  },
  failed,
);

const testing = latest(
  (all: Draft[]) => engine().call("tests", all),
  (answer) => {
    busy(false);
    trouble.value = "";
    tests.value = answer;
  },
  failed,
);

/** Asks at once for what the screen shows. */
export function askNow(): void {
  if (!here.peek()) return;
  busy(true);
  // Figures of scripts as they were are not to be told of those that are there now.
  trying.drop();
  if (screen.peek() === "tests") testing.ask(current.peek());
  else checking.ask(current.peek());
}

/** Ends what runs now and what waits behind it: a new worker opens the same data. */
export function stop(): void {
  for (const one of [checking, trying, testing]) one.drop();
  engine().stop();
  failed(new EngineError("stopped", ""));
}

let quiet: ReturnType<typeof setTimeout> | undefined;
let asked: Draft[] | null = null;
effect(() => {
  const all = current.value;
  const shown = screen.value;
  void periodLabel.value;
  void whole.value;
  if (scripts.value.length === 0 || (shown !== "plan" && shown !== "tests")) return;
  clearTimeout(quiet);
  // Typing is waited for; a screen that is opened, or another period, is not.
  const typed = asked !== null && asked !== all;
  asked = all;
  quiet = setTimeout(askNow, typed ? QUIET : 0);
});

// Another project has other words, and nothing of the last one's figures.
effect(() => {
  if (!opened.value) return;
  checked.value = null;
  ofRun.value = [];
  tried.value = null;
  tests.value = null;
  trouble.value = "";
  stale.value = false;
  engine()
    .call("describe")
    .then((found) => {
      language.value = found;
    })
    .catch(tell);
});

export function loadTemplates(): void {
  if (templates.peek().length > 0) return;
  engine()
    .call("templates")
    .then((found) => {
      templates.value = found;
    })
    .catch(tell);
}
