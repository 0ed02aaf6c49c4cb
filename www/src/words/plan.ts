// The sentences of the screens of plans and tests, and of the editor's own parts.
import { lang, speakOf } from "../i18n.ts";
import { en } from "./plan.en.ts";

export const p = speakOf(en, async () => (await import("./plan.ar.ts")).ar);

/** The few words that the editor says by itself, under the English that it looks them up by. */
const PHRASES: Record<string, string> = {
  Completions: "إكمالات",
  Diagnostics: "مشكلات",
  "No diagnostics": "لا مشكلات",
  "Selection deleted": "حُذف التحديد",
  "Control character": "محرف تحكم",
  "Folded lines": "أسطر مطوية",
  close: "أغلق",
  action: "إجراء",
};
export const phrases = (): Record<string, string> => (lang.value === "ar" ? PHRASES : {});
