// Opening what a person chose, what was kept, or what the command line serves; and what is said and kept of it. Fetched when
// it is first wanted: most visits look at the sample.
import { signal } from "@preact/signals";
import * as files from "./files.ts";
import { t } from "./i18n.ts";
import { remember } from "./memory.ts";
import { route } from "./route.ts";
import {
  engine,
  keeps,
  mappingDialog,
  message,
  notice,
  opened,
  openSample,
  reading,
  type Said,
  served,
  stray,
  take,
  taken,
  tell,
} from "./state.ts";
import * as store from "./store.ts";
import { recallText } from "./texts.ts";
import type { Guessed, Opening } from "./types.ts";
import { unused } from "./unused.ts";
import { o } from "./words/open.ts";

/** The files that were chosen last, with what was said about them: to be opened again with something else said. */
const last = signal<Said | null>(null);

/** Asks what the columns of what is open mean. */
export function chooseColumns(): void {
  last.value = taken.value;
  const guess = opened.value?.guess ?? null;
  notice.value = { kind: "read", text: "", findings: [], guess, left_out: 0, about: "data" };
  mappingDialog.value = true;
}

/** True where there are more words than the browser lets the page keep. */
export const notKept = signal(false);

export function setKeeps(on: boolean): void {
  keeps.value = on;
  remember("keep", on ? "on" : "off");
  // What is open need not be what was chosen last: that may have been refused.
  if (on && opened.value && !opened.value.sample) void keepFiles(taken.value);
}
async function keepFiles(said: Said | null): Promise<void> {
  if (said) notKept.value = !(await store.keep(said));
}

/** Columns that were chosen before for a file with the same header. */
const headerKey = (guess: Guessed): string =>
  `columns.${JSON.stringify(guess.header.map((one) => one.column).sort())}`;
function remembered(guess: Guessed): Record<string, string> | null {
  try {
    return JSON.parse(recallText(headerKey(guess)) ?? "null");
  } catch {
    return null;
  }
}

/** Opens what was chosen or dropped. If that fails, what was open stays, and the findings say why. */
export async function openFiles(all: files.Found[]): Promise<void> {
  const wanted = files.project(all);
  const say = (text: string) => {
    notice.value = message(text);
  };
  if (wanted.length === 0) return say(o("open_empty"));
  const megabytes = Math.ceil(files.size(wanted) / 1024 / 1024);
  if (files.size(wanted) > files.LIMIT)
    return say(o("open_large", { size: megabytes, limit: files.LIMIT / 1024 / 1024 }));
  reading.value = wanted[0]?.path ?? "";
  try {
    const read = await files.read(wanted);
    if (!(await openRead(read, {}))) return;
    const taken = new Set(wanted.map(({ file }) => file));
    const beside = all.filter(({ file }) => !taken.has(file)).map(({ path }) => path);
    const scripts = (await engine().call("scripts")).map(({ file }) => file);
    const left = await unused(beside, read, scripts);
    if (left.length > 0) notice.value = { ...(notice.peek() ?? message("")), kind: "read", unused: left };
  } catch (error) {
    if (error instanceof files.UnreadableFile)
      say(o("open_unreadable", { file: error.path, reason: error.message }));
    else tell(error);
  } finally {
    reading.value = "";
  }
}

export const openDropped = async (all: Parameters<typeof files.dropped>[0]): Promise<void> =>
  openFiles(await files.dropped(all));

/** Opens files that are in memory; true if they are open now. What is opened `first` is what the address speaks of. */
export async function openRead(read: files.InputFile[], opening: Opening, first = false): Promise<boolean> {
  let said = opening;
  let answer = await engine().call("open_files", read, said);
  const before = answer.guess && !opening.columns ? remembered(answer.guess) : null;
  if (before) {
    said = { ...opening, columns: before };
    answer = await engine().call("open_files", read, said);
  }
  last.value = { files: read, opening: said };
  const { ok, findings, guess, left_out } = answer;
  notice.value =
    ok && findings.length === 0 && !guess
      ? null
      : { kind: ok ? "read" : "failed", text: "", findings, guess, left_out, about: "data" };
  // Nothing was recognised: the person says what the columns are.
  if (!ok && guess && guess.columns.length === 0) mappingDialog.value = true;
  if (!ok) return false;
  // Before it is shown: who sees it and leaves has it.
  if (keeps.value) await keepFiles(last.value);
  const asked = route.peek();
  taken.value = last.value;
  take(answer, first ? asked : { ...asked, payee: "", period: "", more: {} });
  if (first && !notice.peek()) stray(asked);
  return true;
}

/** Opens the same files again with something else said about them. */
export async function openAgain(change: Opening): Promise<void> {
  const before = last.value;
  if (!before) return;
  reading.value = before.files[0]?.path ?? "";
  try {
    const guess = notice.value?.guess;
    if (guess && change.columns) remember(headerKey(guess), JSON.stringify(change.columns));
    await openRead(before.files, { ...before.opening, ...change });
  } catch (error) {
    tell(error);
  } finally {
    reading.value = "";
  }
}

/** The project that the command line serves with the page. */
async function openServed(listing: string): Promise<boolean> {
  const ask = async (path: string) => {
    const response = await fetch(path, { cache: "no-store" });
    if (!response.ok) throw new Error((await response.text()) || `${response.status}`);
    return response;
  };
  const { files: paths, ledger } = (await (await ask(listing)).json()) as {
    files: string[];
    ledger: boolean;
  };
  const read = paths.map(async (path, n) => ({
    path,
    bytes: new Uint8Array(await (await ask(`project/${n}`)).arrayBuffer()),
  }));
  served.value = { ledger };
  return openRead(await Promise.all(read), {}, true);
}

/** Opens what the command line serves, by its `listing`, else what was kept; false where there is neither. */
export async function openKept(listing: string | undefined): Promise<boolean> {
  if (listing) return openServed(listing);
  const before = await store.kept();
  return before ? openRead(before.files, before.opening, true) : false;
}

/** Forgets everything that this browser keeps, and shows the sample. */
export async function forgetAll(): Promise<void> {
  const left = await store.forget();
  keeps.value = false;
  last.value = null;
  const parts = left.map((part) => o(`forgotten_${part}`)).join(t("list_comma"));
  const said = message(parts ? o("forgotten_but", { parts }) : o("forgotten"));
  // Told at once: the sample may have to wait for the engine.
  notice.value = said;
  await openSample();
  notice.value = said;
}
