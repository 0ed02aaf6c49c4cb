// What a finding says: in the reader's language what is wrong in general, then the engine's own words.
import type { Finding } from "../types.ts";
import { meaning } from "../words/codes.ts";
import { English } from "./english.tsx";

/** Pieces of the engine's English as one: side by side they would stand the wrong way round in a line of Arabic. */
export const joined = (...texts: (string | null | undefined)[]): string => texts.filter(Boolean).join(" · ");

export function Said({ finding, text = finding.message }: { finding: Finding; text?: string }) {
  const general = meaning(finding.code);
  return (
    <>
      {general && <span class="meaning">{general}</span>} <English text={text} />
    </>
  );
}
