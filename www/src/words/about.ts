// The sentences of the screen About; they come with it, the Arabic ones when somebody reads them.
import { speakOf } from "../i18n.ts";
import { en } from "./about.en.ts";

export const a = speakOf(en, async () => (await import("./about.ar.ts")).ar);
