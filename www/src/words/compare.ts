// The sentences of the screen Compare; they come with it, the Arabic ones when somebody reads them.
import { speakOf } from "../i18n.ts";
import { en } from "./compare.en.ts";

export const c = speakOf(en, async () => (await import("./compare.ar.ts")).ar);
