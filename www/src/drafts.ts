// The scripts as they are edited, beside the scripts as opened. A draft belongs to the scripts that were opened, by
// their digest, and is kept on this device until it is dropped; deals are no part of it.
import { batch, computed, effect, signal } from "@preact/signals";
import * as history from "./history.ts";
import { merge } from "./merge.ts";
import { engine, opened, tell } from "./state.ts";
import { forget, hear, keep, keptNames, onLeaving, recallText } from "./texts.ts";
import type { Draft, Script } from "./types.ts";

const PREFIX = "draft.";
/** Drafts of so many different projects are kept; the oldest goes first. */
const MOST = 8;

interface Stored {
  /** Milliseconds since 1970, to know the oldest. */
  at: number;
  texts: Record<string, string>;
}

/** As opened. */
export const scripts = signal<Script[]>([]);
/** True once the scripts of what is open are here: before that there is nothing to edit. */
export const here = signal(false);
/** Texts that differ from the opened ones, and new scripts, by path. */
export const edits = signal<Record<string, string>>({});
/** False once the browser refused to keep a draft. */
export const keeps = signal(true);
/** The changes that were dropped last, to bring them back. */
export const dropped = signal<Record<string, string> | null>(null);

/** Scripts that another window changed too; what stood in one of the two is in the history. */
export const met = signal<string[]>([]);
/** What was kept when this window last read or wrote it: what it and another window began with. */
let base: history.Texts = {};
/** Where that is kept. */
let baseOf: string | null = null;
/** Scripts that were changed in this window since another one changed them. */
const touched = new Set<string>();

/** All scripts as they stand now. */
export const current = computed<Draft[]>(() => {
  const all = scripts.value.map(({ file, text }) => ({ file, text: edits.value[file] ?? text }));
  const known = new Set(all.map(({ file }) => file));
  const added = Object.entries(edits.value).filter(([file]) => !known.has(file));
  return [...all, ...added.map(([file, text]) => ({ file, text }))].sort((a, b) =>
    a.file < b.file ? -1 : 1,
  );
});
export const isNew = (file: string): boolean => !scripts.value.some((one) => one.file === file);
export const isChanged = (file: string): boolean => file in edits.value;
export const changes = computed(() => Object.keys(edits.value).length);
export const textOf = (file: string): string | undefined =>
  current.value.find((one) => one.file === file)?.text;

const id = (): string | null => opened.peek()?.digests?.plan.slice(0, 16) ?? null;
const place = (): string | null => {
  const project = id();
  return project ? PREFIX + project : null;
};

function stored(name: string): Stored | null {
  try {
    const found = JSON.parse(recallText(name) ?? "null") as Stored | null;
    if (typeof found?.at !== "number" || typeof found.texts !== "object") return null;
    return Object.values(found.texts).every((text) => typeof text === "string") ? found : null;
  } catch {
    return null;
  }
}

/** Whether this device keeps a draft, of whatever project. */
export const keptAny = (): boolean => keptNames(PREFIX).length > 0;

/** Without what is as opened. */
const changed = (texts: history.Texts, from: Script[]): history.Texts =>
  Object.fromEntries(
    Object.entries(texts).filter(([file, text]) => from.find((one) => one.file === file)?.text !== text),
  );

/** Takes in what another window kept meanwhile. What would be lost of it, or of this one, goes to the history. */
function meet(name: string): void {
  const theirs = changed(stored(name)?.texts ?? {}, scripts.peek());
  const mine = edits.peek();
  const { texts, both } = merge(base, mine, theirs);
  const lost = [...touched].filter((file) => mine[file] !== undefined && mine[file] !== texts[file]);
  for (const file of lost) touched.delete(file);
  // Dropped there: it can be brought back here.
  const gone = lost.length > 0 && Object.keys(theirs).length === 0;
  if (gone) dropped.value = mine;
  else if (lost.length > 0) history.note(mine);
  if (both.length > 0) history.note(theirs);
  if (!gone && both.length + lost.length > 0) met.value = [...new Set([...met.peek(), ...both, ...lost])];
  base = theirs;
  if (JSON.stringify(texts) !== JSON.stringify(mine)) edits.value = texts;
}

hear((name) => {
  if (name === baseOf) meet(name);
  else if (name === history.PREFIX + id()) history.load(id());
});

/** Where what was typed last is to be kept, as long as it waits. */
let waiting: string | null = null;
let later: ReturnType<typeof setTimeout> | undefined;
function store(): void {
  clearTimeout(later);
  waiting = place();
  if (waiting) later = setTimeout(storeNow, 300);
}

/** Keeps what waits to be kept. */
export function storeNow(): void {
  clearTimeout(later);
  const name = waiting;
  waiting = null;
  // Of another project by now.
  if (!name || name !== baseOf) return;
  meet(name);
  history.note(edits.peek(), true);
  if (changes.peek() === 0) {
    base = {};
    forget(name);
    return;
  }
  keeps.value = keep(name, JSON.stringify({ at: Date.now(), texts: edits.peek() } satisfies Stored));
  // What was refused is not there for another window to begin with.
  if (keeps.peek()) base = edits.peek();
  const others = keptNames(PREFIX).sort((a, b) => (stored(b)?.at ?? 0) - (stored(a)?.at ?? 0));
  for (const old of others.slice(MOST)) {
    forget(old);
    forget(history.PREFIX + old.slice(PREFIX.length));
  }
}

onLeaving(storeNow);

/** Takes a text for a script; the opened text again is no change. */
export function write(file: string, text: string): void {
  const asOpened = scripts.peek().find((one) => one.file === file)?.text;
  const { [file]: _, ...others } = edits.peek();
  edits.value = text === asOpened ? others : { ...others, [file]: text };
  touched.add(file);
  store();
}

/** The folder of the project's scripts: that of the least deep one. */
function folder(): string {
  const all = scripts.peek().map(({ file }) => file.replace(/[^/]*$/, ""));
  return all.sort((a, b) => a.length - b.length)[0] ?? "rules/";
}

/** A path for a new script that no other has. */
export function freshPath(name: string): string {
  const stem = name.replace(/\.rhai$/, "").replace(/[^\p{L}\p{M}\p{N}_.\- ]+/gu, "-") || "plan";
  const taken = new Set(current.peek().map(({ file }) => file));
  for (let n = 1; ; n += 1) {
    const path = `${folder()}${stem}${n > 1 ? `-${n}` : ""}.rhai`;
    if (!taken.has(path)) return path;
  }
}

/** Drops all changes, or those of one script; they can be brought back until the next change. */
export function drop(file?: string): void {
  history.note(edits.peek());
  dropped.value = edits.peek();
  const { [file ?? ""]: _, ...others } = edits.peek();
  edits.value = file ? others : {};
  store();
}
export function bringBack(): void {
  edits.value = dropped.peek() ?? {};
  dropped.value = null;
  store();
}

/** Takes up an earlier state of all scripts in place of the one they are in. */
export function takeUp(texts: history.Texts): void {
  history.note(edits.peek());
  dropped.value = null;
  edits.value = texts;
  store();
}

/** Takes scripts that came by a link: each in place of the one of its name, else as a new one. Gives the first one's path. */
export function takeIn(shared: Draft[]): string {
  history.note(edits.peek());
  for (const { file, text } of shared) write(folder() + file, text);
  return folder() + (shared[0]?.file ?? "");
}
/** The script of that name that is here already. */
export const scriptNamed = (name: string): string | undefined => textOf(folder() + name);

/** Puts a text at the end of a script. */
export function append(file: string, text: string): void {
  const now = textOf(file) ?? "";
  write(file, `${now.replace(/\n*$/, "\n")}${text}`);
}

let loading: Promise<void> = Promise.resolve();
/** Done once the scripts of what is open are here. */
export const loaded = (): Promise<void> => loading;

// Another project has other scripts: asked for when it is open, and the draft of it taken up.
effect(() => {
  if (!opened.value) return;
  // What was typed just before belongs to the scripts that were open.
  storeNow();
  loading = engine()
    .call("scripts")
    .then((found) => {
      history.load(id());
      const name = place();
      const draft = (name && stored(name)?.texts) || {};
      touched.clear();
      base = changed(draft, found);
      baseOf = name;
      batch(() => {
        dropped.value = null;
        met.value = [];
        edits.value = base;
        scripts.value = found;
        here.value = true;
      });
    })
    .catch(tell);
});
