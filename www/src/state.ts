// What the page knows: the data that is open, who and when is looked at, and the engine's answer for it.
import { batch, computed, effect, signal } from "@preact/signals";
import { sign } from "./decimal.ts";
import { EngineClient, EngineError, latest, type Port } from "./engine.ts";
import type { InputFile } from "./files.ts";
import { spoken, t } from "./i18n.ts";
import { recall } from "./memory.ts";
import { follow, go, parse, payeeId, periodLabel, type Route, route } from "./route.ts";
import { startWorker } from "./trusted.ts";
import { CURRENCY, type Finding, type Opened, type Opening, type PayView } from "./types.ts";

export const phase = signal<"loading" | "ready" | "unsupported" | "failed">("loading");
export const reason = signal("");
export const opened = signal<Opened | null>(null);
/** True where nothing can be shown because the engine did not start. */
export const absent = computed(
  () => !opened.value && (phase.value === "failed" || phase.value === "unsupported"),
);
/** One view for each currency of pay; empty until the first answer. */
export const views = signal<PayView[]>([]);
export const viewAt = signal(0);
export const view = computed(() => views.value[viewAt.value] ?? views.value[0] ?? null);
/** Which rate table of the view the gauge and the curve show. */
export const gaugeAt = signal<string | null>(null);
/** True once an answer is late enough to say so. */
export const busy = signal(false);
/** True where the statement that is asked for cannot be worked out. */
export const refused = signal(false);
/** A payee and a period for which there is no statement: on no plan then. */
export interface Unplanned {
  payee: string;
  period: string;
  /** The nearest periods before and after it that have one, once they are found. */
  before: string | null;
  after: string | null;
}
export const unplanned = signal<Unplanned | null>(null);
/** Name of the file that is being read. */
export const reading = signal("");

/** What there is to say about the last thing that was opened or tried. */
export interface Notice {
  kind: "failed" | "read" | "message";
  text: string;
  findings: Finding[];
  guess: Opened["guess"];
  /** Of what was refused: how many rows it could be opened without. */
  left_out: number;
  /** Files that were chosen and not used. */
  unused?: string[];
  /** Told of what was opened, of a statement that was asked for, or of an address that names what is not there. */
  about: "data" | "view" | "address";
}
export const notice = signal<Notice | null>(null);
/** One that is a sentence of the page. */
export const message = (text: string, about: Notice["about"] = "data"): Notice => ({
  kind: "message",
  text,
  findings: [],
  guess: null,
  left_out: 0,
  about,
});
/** Whether the columns of a lone file are being said. */
export const mappingDialog = signal(false);
/** Where the command line serves this page with a project: whether it has closed periods, which are not read here. */
export const served = signal<{ ledger: boolean } | null>(null);

export const period = computed(
  () => opened.value?.periods.find((p) => p.label === periodLabel.value) ?? null,
);
export const payee = computed(() => opened.value?.payees.find((p) => p.id === payeeId.value) ?? null);

let begin: (module: Promise<WebAssembly.Module>) => void;
const client = new EngineClient(
  () => startWorker() as unknown as Port,
  new Promise<WebAssembly.Module>((done) => {
    begin = done;
  }),
  () => tell(new EngineError("broke", "")),
);
/** May be asked from the start: what is asked before it is here waits for it. */
export const engine = (): EngineClient => client;

/** What to say of a call that gave nothing, where the engine has no findings. */
export function words(error: unknown): string {
  if (phase.peek() === "unsupported") return t("unsupported");
  if (!(error instanceof EngineError)) return error instanceof Error ? error.message : String(error);
  if (error.kind === "absent") return t("failed", { reason: error.message });
  if (error.kind === "stopped") return t("stopped");
  return error.kind === "broke" ? t("broke") : error.message || (error.findings[0]?.message ?? "");
}

/** Tells of a call that gave nothing. */
export function tell(error: unknown, about: Notice["about"] = "data"): void {
  const findings = error instanceof EngineError ? error.findings : [];
  const text = findings.length === 0 ? words(error) : about === "view" ? t("no_view") : "";
  notice.value = { ...message(text, about), kind: findings.length > 0 ? "failed" : "message", findings };
}

let late: ReturnType<typeof setTimeout> | undefined;
/** Shows that work goes on, but only when it takes longer than a glance. */
export function working(on: boolean): void {
  clearTimeout(late);
  if (on) late = setTimeout(() => (busy.value = true), 100);
  else busy.value = false;
}

const showing = latest(
  async (who: string, when: string) => ({ who, when, found: await engine().call("pay", who, when) }),
  ({ who, when, found }) => {
    working(false);
    refused.value = false;
    if (notice.peek()?.about === "view") notice.value = null;
    batch(() => {
      const old = view.peek()?.statement;
      const again = old?.payee.id === who && old.period.label === when;
      // Of payouts in several currencies the one that was looked at, else the first in which there is something.
      const holds = ({ statement: s }: PayView) => s.entries.length > 0 || sign(s.totals.payout) !== 0;
      const like = found.findIndex(
        (one) => one.statement.currency === old?.currency && (again || holds(one)),
      );
      views.value = found;
      viewAt.value = Math.max(0, like < 0 ? found.findIndex(holds) : like);
      unplanned.value = found.length > 0 ? null : { payee: who, period: when, before: null, after: null };
    });
  },
  (error) => {
    working(false);
    // The statement of somebody else must not stay under this payee's name.
    views.value = [];
    unplanned.value = null;
    refused.value = true;
    tell(error, "view");
  },
);

/** What is asked for where it is there, else what the project shows first; all of it as long as no project is open. */
function settle(asked: Route): Route {
  const now = opened.value;
  if (!now) return asked;
  const known = (id: string | null | undefined) => now.payees.some((p) => p.id === id);
  const first = known(now.first_payee) ? now.first_payee : now.payees[0]?.id;
  return {
    ...asked,
    payee: known(asked.payee) ? asked.payee : (first ?? ""),
    period: now.periods.some((p) => p.label === asked.period) ? asked.period : (now.latest ?? ""),
  };
}

/** Who and when is shown in place of what an address asked for. */
let strayed = "";
const shownNow = () => JSON.stringify([payeeId.value, periodLabel.value]);

/** Says where an address names somebody or a period that is not there: what is shown in their place is somebody else's. */
export function stray(asked: Route): void {
  const now = opened.value;
  if (!now || now.payees.length === 0) return;
  const said: string[] = [];
  if (asked.payee && !now.payees.some((p) => p.id === asked.payee))
    said.push(t("no_such_payee", { payee: asked.payee }));
  if (asked.period && !now.periods.some((p) => p.label === asked.period))
    said.push(t("no_such_period", { period: asked.period }));
  if (said.length === 0) return;
  strayed = shownNow();
  notice.value = message(said.join(" "), "address");
}

/** Goes to what an address asks for. */
function arrive(asked: Route): void {
  go(settle(asked), true);
  stray(asked);
}

export function take(answer: Opened, asked: Route): void {
  batch(() => {
    opened.value = answer;
    viewAt.value = 0;
    gaugeAt.value = null;
    views.value = [];
    unplanned.value = null;
    refused.value = false;
    go(settle(asked), true);
  });
}

export async function openSample(): Promise<void> {
  try {
    const answer = await engine().call("open_sample");
    if (!answer.ok) throw new Error(answer.findings[0]?.message ?? "");
    const asked = route.peek();
    notice.value = null;
    // Who and when was looked at in other data says nothing here.
    take(answer, opened.peek()?.sample === false ? { ...asked, payee: "", period: "" } : asked);
    // Only the first time the address may have been written by somebody.
    if (phase.peek() !== "ready") stray(asked);
    phase.value = "ready";
  } catch (error) {
    reason.value = error instanceof Error ? error.message : String(error);
    phase.value = "failed";
  }
}

/** Files with what was said about them. */
export interface Said {
  files: InputFile[];
  opening: Opening;
}
/** What is open now, where it is no sample. */
export const taken = signal<Said | null>(null);
/** The currency that is assumed of an export, as long as nobody chose one. */
export const assumedCurrency = computed(() =>
  taken.value?.opening.columns?.[CURRENCY] ? null : (opened.value?.guess?.assumed_currency ?? null),
);
/** Whether what is opened is kept in this browser. */
export const keeps = signal((recall("keep", ["on", "off"]) ?? "off") === "on");
/** What the command line serves the page with, if it does. */
const listed = () => document.querySelector<HTMLMetaElement>('meta[name="earnmark-project"]')?.content;
const keptBefore = keeps.peek();
/** Whether the sample is certain to be what is shown first; what is chosen meanwhile changes nothing of it. */
export const opensSample = (): boolean => !listed() && !keptBefore;

/** What opens files and keeps them: fetched when it is first wanted. */
export const opening = () => spoken(import("./opening.ts"));

/** What is shown first: the served project, what was kept, else the sample. */
async function openFirst(): Promise<void> {
  const listing = listed();
  try {
    if ((listing || keeps.value) && (await (await opening()).openKept(listing))) {
      phase.value = "ready";
      return;
    }
  } catch (error) {
    // That there is no engine is said in place of what it would show.
    if (!(error instanceof EngineError && error.kind === "absent")) tell(error);
  }
  const said = notice.value;
  await openSample();
  if (said) notice.value = said;
}

/** The next period in time, or none. */
export function neighbour(step: number): string | null {
  const all = opened.value?.periods ?? [];
  const at = all.findIndex((p) => p.label === periodLabel.value);
  return all[at + step]?.label ?? null;
}

/** The counts of what is open, as words. */
export function counts(): string[] {
  const n = opened.value?.counts;
  if (!n) return [];
  const said = [t("loaded", { n: n.deals }), t("payees", { n: n.payees }), t("plans", { n: n.plans })];
  if (n.filtered > 0) said.push(t("filtered", { n: n.filtered }));
  return said;
}

/** Shows the screen that the address asks for, before there is anything to show on it. */
export function followAddress(): void {
  route.value = parse(location.hash);
  follow(arrive);
}

/** The page compiles the engine, so that its worker need not fetch. */
async function compile(wasmUrl: string): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const typed = response.headers.get("content-type")?.startsWith("application/wasm");
  // Some plain file servers do not know the type that the streaming compiler insists on.
  return typed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Waits until there is an answer for who is looked at, or nobody to ask about. */
export const answered = (): Promise<void> =>
  new Promise((done) => {
    effect(() => {
      if (view.value || refused.value || unplanned.value || !payee.value || !period.value) done();
    });
  });

/** Fetches the engine and opens what is shown first. */
export async function boot(wasmUrl: string): Promise<void> {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    phase.value = "unsupported";
    begin(Promise.reject(new Error(t("unsupported"))));
    return;
  }
  begin(compile(wasmUrl));
  await openFirst();
  effect(() => {
    if (!opened.value || !payeeId.value || !periodLabel.value) return;
    // What an address asked for is old news once something else is looked at.
    if (notice.peek()?.about === "address" && shownNow() !== strayed) notice.value = null;
    working(true);
    showing.ask(payeeId.value, periodLabel.value);
  });
}
