// The catalogues: every key in every language, the same places in each, all plural forms, none without use.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ar } from "../src/ar.ts";
import { type Counted, en } from "../src/en.ts";
import { digits, lang, loadArabic, t } from "../src/i18n.ts";
import { ar as aboutAr } from "../src/words/about.ar.ts";
import { en as aboutEn } from "../src/words/about.en.ts";
import { advice, ar as codesAr } from "../src/words/codes.ar.ts";
import { ar as compareAr } from "../src/words/compare.ar.ts";
import { en as compareEn } from "../src/words/compare.en.ts";
import { ar as detailsAr } from "../src/words/details.ar.ts";
import { en as detailsEn } from "../src/words/details.en.ts";
import { ar as openAr } from "../src/words/open.ar.ts";
import { en as openEn } from "../src/words/open.en.ts";
import { ar as planAr } from "../src/words/plan.ar.ts";
import { en as planEn } from "../src/words/plan.en.ts";
import known from "./words.json" with { type: "json" };

type Catalogue = Record<string, string | Counted>;
const catalogues: [string, Catalogue, Catalogue][] = [
  ["the page", en, ar],
  ["About", aboutEn, aboutAr],
  ["Compare", compareEn, compareAr],
  ["what stands closed at first", detailsEn, detailsAr],
  ["what opens over the page", openEn, openAr],
  ["plan and tests", planEn, planAr],
];
const forms = (message: string | Counted): string[] =>
  typeof message === "string" ? [message] : Object.values(message);
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? "").sort();

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === "words" ? "" : sources(path);
      return /^(\w+\.)?(en|ar)\.ts$/.test(entry.name) || !/\.tsx?$/.test(entry.name)
        ? ""
        : readFileSync(path, "utf8");
    })
    .join("\n");
}

const code = sources(`${import.meta.dirname}/../src`);

describe.each(catalogues)("the catalogues of %s", (_, english, arabic) => {
  const keys = Object.keys(english);

  it("have the same keys", () => {
    expect(Object.keys(arabic).sort()).toEqual([...keys].sort());
  });

  it.each(keys)("%s has the same places in both languages", (key) => {
    const wanted = places(forms(english[key] ?? "").at(-1) ?? "").filter((p) => p !== "n");
    for (const text of forms(arabic[key] ?? "")) {
      expect(places(text).filter((p) => p !== "n")).toEqual(wanted);
      expect(text.trim()).not.toBe("");
    }
  });

  it("have every plural form that their language knows", () => {
    const all = ["few", "many", "one", "other", "two", "zero"];
    for (const key of keys) {
      if (typeof english[key] === "string") expect(typeof arabic[key]).toBe("string");
      else {
        expect(Object.keys(english[key] ?? {}).sort()).toEqual(["one", "other"]);
        expect(Object.keys(arabic[key] ?? {}).sort()).toEqual(all);
      }
    }
  });

  it("hold no sentence that the page never says", () => {
    const made =
      /^(balance|event|forgotten|term|quota_by|tab|theme|table|step|settle|until|why|field|digest|ask)_/;
    const unused = keys.filter((key) => !made.test(key) && !new RegExp(`["']${key}["']`).test(code));
    expect(unused).toEqual([]);
  });
});

describe("catalogues", () => {
  it("choose the form by the count", async () => {
    await loadArabic();
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

describe("the kinds of findings in Arabic", () => {
  it("are those of the engine", () => {
    expect(Object.keys(codesAr).sort()).toEqual([...known.codes].sort());
  });

  it("have each a whole sentence of their own, in Arabic but for code and names", () => {
    expect(Object.keys(codesAr)).toEqual(expect.arrayContaining(Object.keys(advice)));
    const sentences = Object.values({ ...codesAr, ...Object.fromEntries(Object.values(advice).entries()) });
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[\p{Script=Arabic}].*\.$/u);
      expect(sentence.replace(/`[^`]+`|CSV|JSON/g, "")).not.toMatch(/[A-Za-z]/);
    }
  });
});
