// Earlier states of the edited scripts, kept on this device: one for each five minutes of work, and one before anything is
// dropped or replaced. Like drafts they belong to the scripts that were opened; deals are no part of them.
import { signal } from "@preact/signals";
import { keep, recallText } from "./texts.ts";

export type Texts = Record<string, string>;
export interface State {
  /** Milliseconds since 1970. */
  at: number;
  texts: Texts;
  /** Taken while somebody typed: the work of the next minutes goes into the same one. */
  typing: boolean;
}

export const PREFIX = "history.";
const MOST = 20;
const SPAN = 5 * 60_000;

/** The newest first. */
export const states = signal<State[]>([]);
let project = "";

function read(): State[] {
  try {
    const found = JSON.parse((project && recallText(PREFIX + project)) || "[]") as State[];
    return found.filter((one) => typeof one.at === "number" && typeof one.texts === "object");
  } catch {
    return [];
  }
}

export function load(id: string | null): void {
  project = id ?? "";
  states.value = read();
}

/** `all` with one more state, or with the newest one grown. */
export function grown(all: State[], texts: Texts, typing: boolean, now: number): State[] {
  const newest = all[0];
  const same = newest && JSON.stringify(newest.texts) === JSON.stringify(texts);
  if (Object.keys(texts).length === 0) return all;
  // What is dropped or replaced stays as it is: what is typed afterwards is another state.
  if (same) return typing || !newest.typing ? all : [{ ...newest, typing: false }, ...all.slice(1)];
  const goesOn = typing && newest?.typing && now - newest.at < SPAN;
  return [{ at: goesOn ? newest.at : now, texts, typing }, ...(goesOn ? all.slice(1) : all)].slice(0, MOST);
}

/** Takes the state that the scripts are in. */
export function note(texts: Texts, typing = false): void {
  // Another window may have kept more; where the browser keeps nothing, this one still has its own.
  const kept = read();
  const all = kept.length > 0 ? kept : states.peek();
  const next = grown(all, texts, typing, Date.now());
  if (next === all) return;
  states.value = next;
  if (!project) return;
  // A full store loses the oldest first.
  for (let all = next; all.length > 0; all = all.slice(0, all.length >> 1))
    if (keep(PREFIX + project, JSON.stringify(all))) return;
}
