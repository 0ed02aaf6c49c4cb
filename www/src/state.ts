// What the page knows: the data that is open, who and when is looked at, and the engine's answer for it.
import { computed, effect, signal } from "@preact/signals";
import { EngineClient, EngineError, latest, type Port } from "./engine.ts";
import * as files from "./files.ts";
import { t } from "./i18n.ts";
import { follow, go, parse, payeeId, periodLabel, type Route, route } from "./route.ts";
import { startWorker } from "./trusted.ts";
import type { Finding, Opened, PayView } from "./types.ts";

export const phase = signal<"loading" | "ready" | "unsupported" | "failed">("loading");
export const reason = signal("");
export const opened = signal<Opened | null>(null);
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
/** Name of the file that is being read. */
export const reading = signal("");

/** What there is to say about the last thing that was opened or tried. */
export interface Notice {
  kind: "failed" | "read" | "message";
  text: string;
  findings: Finding[];
  guess: Opened["guess"];
  /** Told of what was opened, or of a statement that was asked for. */
  about: "data" | "view";
}
export const notice = signal<Notice | null>(null);

export const period = computed(
  () => opened.value?.periods.find((p) => p.label === periodLabel.value) ?? null,
);
export const payee = computed(() => opened.value?.payees.find((p) => p.id === payeeId.value) ?? null);

let client: EngineClient | null = null;
export const engine = (): EngineClient => {
  if (!client) throw new Error("the engine is asked before it starts");
  return client;
};

/** What to say of a call that gave nothing, where the engine has no findings. */
export function words(error: unknown): string {
  if (!(error instanceof EngineError)) return error instanceof Error ? error.message : String(error);
  return error.kind === "stopped" ? t("stopped") : error.kind === "broke" ? t("broke") : error.message;
}

/** Tells of a call that gave nothing. */
export function tell(error: unknown, about: Notice["about"] = "data"): void {
  const findings = error instanceof EngineError ? error.findings : [];
  const text = findings.length === 0 ? words(error) : about === "view" ? t("no_view") : "";
  notice.value = { kind: findings.length > 0 ? "failed" : "message", text, findings, guess: null, about };
}

let late: ReturnType<typeof setTimeout> | undefined;
/** Shows that work goes on, but only when it takes longer than a glance. */
export function working(on: boolean): void {
  clearTimeout(late);
  if (on) late = setTimeout(() => (busy.value = true), 100);
  else busy.value = false;
}

const showing = latest(
  (who: string, when: string) => engine().call("pay", who, when),
  (answer) => {
    working(false);
    refused.value = false;
    if (notice.peek()?.about === "view") notice.value = null;
    views.value = answer;
    if (viewAt.value >= answer.length) viewAt.value = 0;
  },
  (error) => {
    working(false);
    // The statement of somebody else must not stay under this payee's name.
    views.value = [];
    refused.value = true;
    tell(error, "view");
  },
);

/** What is asked for where it is there, else what the project shows first. */
function settle(asked: Route): Route {
  const now = opened.value;
  const known = (id: string | null | undefined) => now?.payees.some((p) => p.id === id) === true;
  const first = known(now?.first_payee) ? now?.first_payee : now?.payees[0]?.id;
  return {
    ...asked,
    payee: known(asked.payee) ? asked.payee : (first ?? ""),
    period: now?.periods.some((p) => p.label === asked.period) ? asked.period : (now?.latest ?? ""),
  };
}

function take(answer: Opened, asked: Route): void {
  opened.value = answer;
  viewAt.value = 0;
  gaugeAt.value = null;
  views.value = [];
  go(settle(asked), true);
}

export async function openSample(): Promise<void> {
  try {
    const answer = await engine().call("open_sample");
    if (!answer.ok) throw new Error(answer.findings[0]?.message ?? "");
    notice.value = null;
    take(answer, route.value);
    phase.value = "ready";
  } catch (error) {
    reason.value = error instanceof Error ? error.message : String(error);
    phase.value = "failed";
  }
}

/** Opens what was chosen or dropped. If that fails, what was open stays, and the findings say why. */
export async function openFiles(all: files.Found[]): Promise<void> {
  const wanted = files.project(all);
  const say = (text: string) => {
    notice.value = { kind: "message", text, findings: [], guess: null, about: "data" };
  };
  if (wanted.length === 0) return say(t("open_empty"));
  const megabytes = Math.ceil(files.size(wanted) / 1024 / 1024);
  if (files.size(wanted) > files.LIMIT)
    return say(t("open_large", { size: megabytes, limit: files.LIMIT / 1024 / 1024 }));
  reading.value = wanted[0]?.path ?? "";
  try {
    const answer = await engine().call("open_files", await files.read(wanted));
    const { ok, findings, guess } = answer;
    notice.value =
      ok && findings.length === 0 && !guess
        ? null
        : { kind: ok ? "read" : "failed", text: "", findings, guess: ok ? guess : null, about: "data" };
    if (ok) take(answer, { ...route.peek(), payee: "", period: "", more: {} });
  } catch (error) {
    if (error instanceof files.UnreadableFile)
      say(t("open_unreadable", { file: error.path, reason: error.message }));
    else tell(error);
  } finally {
    reading.value = "";
  }
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

/** Compiles the engine and starts it with the sample. The page compiles, so that its worker need not fetch. */
export async function boot(wasmUrl: string): Promise<void> {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    phase.value = "unsupported";
    return;
  }
  try {
    const response = await fetch(wasmUrl);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const typed = response.headers.get("content-type")?.startsWith("application/wasm");
    // Some plain file servers do not know the type that the streaming compiler insists on.
    const module = typed
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
    client = new EngineClient(() => startWorker() as unknown as Port, module);
  } catch (error) {
    reason.value = error instanceof Error ? error.message : String(error);
    phase.value = "failed";
    return;
  }
  route.value = parse(location.hash);
  follow((asked) => go(settle(asked), true));
  await openSample();
  effect(() => {
    if (!opened.value || !payeeId.value || !periodLabel.value) return;
    working(true);
    showing.ask(payeeId.value, periodLabel.value);
  });
}
