// What a finding means in general, where the page is not in the engine's own English: fetched with the first finding
// that is shown, for most visits have none.
import { signal } from "@preact/signals";
import { lang } from "../i18n.ts";

type Sentences = typeof import("./codes.ar.ts");
const arabic = signal<Sentences | null>(null);
let asked = false;

function sentences(): Sentences | null {
  if (lang.value === "en") return null;
  if (!asked) {
    asked = true;
    import("./codes.ar.ts").then(
      (found) => {
        arabic.value = found;
      },
      // The engine's own words are there. It is asked again with the next finding.
      () => {
        asked = false;
      },
    );
  }
  return arabic.value;
}

/** The sentence for a code of the engine; empty in English, and as long as it is not there. */
export const meaning = (code: string): string => sentences()?.ar[code] ?? "";

/** What can be done about it, where that can be said of the code alone. */
export const advice = (code: string): string => sentences()?.advice[code] ?? "";
