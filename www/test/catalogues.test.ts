// The catalogues: every key in every language, the same places in each, all plural forms, none without use.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ar } from "../src/ar.ts";
import { type Counted, en, type Key } from "../src/en.ts";
import { digits, lang, t } from "../src/i18n.ts";

const keys = Object.keys(en) as Key[];
const forms = (message: string | Counted): string[] =>
  typeof message === "string" ? [message] : Object.values(message);
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? "").sort();

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return sources(path);
      return /^(en|ar)\.ts$/.test(entry.name) || !/\.tsx?$/.test(entry.name)
        ? ""
        : readFileSync(path, "utf8");
    })
    .join("\n");
}

describe("catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(ar).sort()).toEqual([...keys].sort());
  });

  it.each(keys)("%s has the same places in both languages", (key) => {
    const wanted = places(forms(en[key]).at(-1) ?? "").filter((p) => p !== "n");
    for (const text of forms(ar[key])) {
      expect(places(text).filter((p) => p !== "n")).toEqual(wanted);
      expect(text.trim()).not.toBe("");
    }
  });

  it("have every plural form that their language knows", () => {
    const arabic = ["few", "many", "one", "other", "two", "zero"];
    for (const key of keys) {
      if (typeof en[key] === "string") expect(typeof ar[key]).toBe("string");
      else {
        expect(Object.keys(en[key]).sort()).toEqual(["one", "other"]);
        expect(Object.keys(ar[key]).sort()).toEqual(arabic);
      }
    }
  });

  it("hold no sentence that the page never says", () => {
    const code = sources(`${import.meta.dirname}/../src`);
    const made = /^(tab|theme|table|step|settle|until|why|field|digest)_/;
    const unused = keys.filter((key) => !made.test(key) && !new RegExp(`["']${key}["']`).test(code));
    expect(unused).toEqual([]);
  });

  it("choose the form by the count", () => {
    lang.value = "ar";
    digits.value = "latn";
    const clean = (n: number) => t("lines", { n }).replace(/[\u2066-\u2069]/g, "");
    expect([0, 1, 2, 3, 11, 100].map(clean)).toEqual([
      "لا بنود",
      "بند واحد",
      "بندان",
      "3 بنود",
      "11 بندًا",
      "100 بند",
    ]);
    lang.value = "en";
    expect([1, 2].map((n) => t("lines", { n }).replace(/[\u2066-\u2069]/g, ""))).toEqual([
      "1 line",
      "2 lines",
    ]);
  });
});
