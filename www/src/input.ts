// From what a person types to the text a data file would have: digits of either script, grouping taken out.
import type { DealField } from "./types.ts";

const LATIN: Record<string, string> = {
  "\u066b": ".",
  "\u066c": ",",
  "\u060c": ",",
  "\u00a0": " ",
  "\u202f": " ",
};

/** A plain decimal ("1234.5"), or null where it is none: a comma only stands between groups of three. */
export function readNumber(typed: string): string | null {
  const text = typed
    .replace(/[\u2066-\u2069\u200e\u200f\u061c]/g, "")
    .replace(/[\u0660-\u0669]/g, (d) => String(d.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (d) => String(d.charCodeAt(0) - 0x6f0))
    .replace(/[\u066b\u066c\u060c\u00a0\u202f]/g, (c) => LATIN[c] ?? c)
    .replace(/\u2212/g, "-")
    .trim();
  const match = /^([+-]?)(\d{1,3}(?:[, ]\d{3})+|\d+)?(?:\.(\d*))?$/.exec(text);
  if (!match || (match[2] === undefined && !match[3])) return null;
  const whole = (match[2] ?? "0").replace(/[, ]/g, "").replace(/^0+(?=\d)/, "");
  const fraction = match[3] ? `.${match[3]}` : "";
  return `${match[1] === "-" ? "-" : ""}${whole}${fraction}`;
}

/** The cell that a data file would have, "" where nothing is said, null where it cannot be read. */
export function readCell(field: DealField, typed: string): string | null {
  const text = typed.trim();
  if (text === "") return "";
  switch (field.type) {
    case "money":
    case "number":
      return readNumber(text);
    case "percent": {
      const figure = readNumber(text.replace(/[%٪]/g, ""));
      return figure === null ? null : `${figure}%`;
    }
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null;
    default:
      return text;
  }
}
