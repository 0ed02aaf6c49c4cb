// The sentences of what stands closed in a statement at first; they come with it.
import { speakOf } from "../i18n.ts";
import { en } from "./details.en.ts";

export const d = speakOf(en, async () => (await import("./details.ar.ts")).ar);

/** The sentence that is made of a word of the engine, if there is one. */
export const made = (key: string, params?: Record<string, string>): string | null =>
  key in en ? d(key as keyof typeof en, params) : null;
