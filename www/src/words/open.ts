// The sentences of what opens over the page; they come with it, the Arabic ones when somebody reads them.
import { speakOf } from "../i18n.ts";
import { en } from "./open.en.ts";

export const o = speakOf(en, async () => (await import("./open.ar.ts")).ar);
