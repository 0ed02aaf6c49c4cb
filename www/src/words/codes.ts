// What a finding means in general, where the page is not in the engine's own English: fetched with the first finding
// that is shown, for most visits have none.
import { signal } from "@preact/signals";
import { lang } from "../i18n.ts";

const arabic = signal<Record<string, string> | null>(null);
let asked = false;

/** The sentence for a code of the engine; empty in English, and as long as it is not there. */
export function meaning(code: string): string {
  if (lang.value === "en") return "";
  if (!asked) {
    asked = true;
    import("./codes.ar.ts").then(
      ({ ar }) => {
        arabic.value = ar;
      },
      // The engine's own words are there. It is asked again with the next finding.
      () => {
        asked = false;
      },
    );
  }
  return arabic.value?.[code] ?? "";
}
