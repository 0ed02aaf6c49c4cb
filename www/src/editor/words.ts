// What may stand at a place, and what a word there means: the engine's words, read by the context of the place.
import type { FieldWord, Language, Setting, Word } from "../types.ts";
import { type Context, contextAt } from "./context.ts";

/** A word to offer or to explain. */
export interface Told {
  name: string;
  /** How it is written, or what it takes. */
  form: string;
  doc: string;
  kind:
    | "setting"
    | "declaration"
    | "table"
    | "function"
    | "field"
    | "unit"
    | "test"
    | "keyword"
    | "name"
    | "value";
  /** What is written, where that is more than the name. */
  write?: string;
}

const COMPONENTS = ["commission", "spiff", "bonus", "objectives", "override", "pool", "residual"];

const ofWord =
  (kind: Told["kind"]) =>
  ({ name, form, doc }: Word): Told => ({ name, form, doc, kind });

const ofSetting = (setting: Setting): Told => ({
  name: setting.name,
  form: setting.takes,
  doc: setting.default ? `${setting.doc} Without it: ${setting.default}.` : `${setting.doc} Required.`,
  kind: "setting",
  write: `${setting.name}: `,
});

const ofField =
  (behind: string) =>
  (field: FieldWord): Told => ({
    name: field.name,
    form: `${behind}.${field.name}: ${field.type}`,
    doc: [
      field.values.length > 0 ? `One of ${field.values.map((value) => `"${value}"`).join(", ")}.` : "",
      field.optional ? "May be blank: give it a default with `??`." : "",
      field.filled ? "" : "The data of this project does not have it.",
    ]
      .filter(Boolean)
      .join(" "),
    kind: "field",
  });

const asKey = (told: Told): Told => ({ ...told, write: `${told.name}: ` });

/** Names bound in a script, with the call that each is bound to: `let won = measure(…)` is won, measure. */
function bound(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, name, call] of text.matchAll(
    /\blet\s+([A-Za-z_]\w*)\s*=\s*(?:[A-Za-z_]\w*\.)?([A-Za-z_]\w*)?/g,
  ))
    if (name) names.set(name, call ?? "");
  return names;
}

/** What the scripts of a project export, by the path that an import names. */
function exportsOf(text: string): string[] {
  return [...text.matchAll(/\bexport\s+const\s+([A-Za-z_]\w*)|^\s*fn\s+([A-Za-z_]\w*)/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
}

export interface Around {
  language: Language;
  /** Every script as edited. */
  scripts: { file: string; text: string }[];
}

function moduleOf(alias: string, text: string, { scripts }: Around): string {
  const path = [...text.matchAll(/\bimport\s+"([^"]+)"\s+as\s+([A-Za-z_]\w*)/g)].find(
    (match) => match[2] === alias,
  )?.[1];
  if (!path) return "";
  return scripts.find(({ file }) => file.replace(/\.rhai$/, "").endsWith(path))?.text ?? "";
}

function keys(context: Extract<Context, { at: "key" }>, { language }: Around): Told[] {
  const { of, within } = context;
  if (of === ".deal" || of === ".deals") {
    if (within.length > 0) return [];
    const shares: Told = { name: "shares", form: "#{ Ann: 60.pct }", doc: "Who takes part.", kind: "field" };
    return [...language.deal.map(ofField("deal")), shares].map(asKey);
  }
  if (of === ".set" || of === ".payee") return language.payee.map(ofField("payee")).map(asKey);
  let settings = language.declarations.find((one) => one.name === of)?.settings ?? [];
  for (const name of within) settings = settings.find((one) => one.name === name)?.keys ?? [];
  return settings.map(ofSetting);
}

function members(of: string, call: boolean, text: string, around: Around): Told[] {
  const { language } = around;
  const words = (list: Word[]) => list.map(ofWord("field"));
  if (call)
    return [
      ...words(language.of_measure),
      ...words(language.of_other.filter((w) => w.name === "members_at")),
    ];
  switch (of) {
    case "deal":
      return language.deal.map(ofField("deal"));
    case "payee":
      return language.payee.map(ofField("payee"));
    case "event":
      return [...words(language.of_event), ...language.event.map(ofField("event"))];
    case "period":
      return words(language.of_period);
  }
  const made = bound(text).get(of);
  if (made === "measure" || ["team", "everyone", "group"].includes(made ?? ""))
    return words(language.of_measure);
  if (made && COMPONENTS.includes(made)) return words(language.of_other.filter((w) => w.name === "earned"));
  if (made && language.tables.some((table) => table.name === made))
    return words(language.of_other.filter((w) => w.name === "at"));
  const payees = [...text.matchAll(/\btest\s*\([^|]*\|\s*([A-Za-z_]\w*)\s*\|/g)].map((match) => match[1]);
  if (made === "payee" || payees.includes(of)) return language.tests.map(ofWord("test"));
  return words(language.of_other.filter((w) => ["year", "month", "day"].includes(w.name)));
}

/** All that may stand at a place. */
export function wordsAt(text: string, pos: number, around: Around): { context: Context; words: Told[] } {
  const { language } = around;
  const context = contextAt(text, pos);
  const value = (list: string[]): Told[] => list.map((name) => ({ name, form: "", doc: "", kind: "value" }));
  switch (context.at) {
    case "comment":
      return { context, words: [] };
    case "text": {
      const [owner, name] = context.of.split(".");
      const fields = owner === "deal" ? language.deal : owner === "payee" ? language.payee : [];
      if (name && owner)
        return { context, words: value(fields.find((one) => one.name === name)?.values ?? []) };
      if (context.of === ".event") return { context, words: value(language.event_kinds) };
      const column = context.of.endsWith(":")
        ? language.deal.find((one) => `${one.name}:` === context.of)
        : undefined;
      return { context, words: value(column?.values ?? []) };
    }
    case "unit":
      return { context, words: language.units.map(ofWord("unit")) };
    case "module":
      return {
        context,
        words: exportsOf(moduleOf(context.of, text, around)).map((name) => ({
          name,
          form: "",
          doc: "",
          kind: "name",
        })),
      };
    case "member":
      return { context, words: members(context.of, context.call, text, around) };
    case "key":
      return { context, words: keys(context, around).filter((word) => !context.taken.includes(word.name)) };
    case "name": {
      const own = [...bound(text).keys(), "deal", "payee", "period", "event", "credit"];
      return {
        context,
        words: [
          ...language.declarations.map(
            ({ name, doc }): Told => ({ name, form: `${name}("…", #{ … })`, doc, kind: "declaration" }),
          ),
          ...language.tables.map(ofWord("table")),
          ...language.sums.map(ofWord("function")),
          ...language.functions.map(ofWord("function")),
          ...[...new Set(own)].map((name): Told => ({ name, form: "", doc: "", kind: "name" })),
          ...language.keywords.map((name): Told => ({ name, form: "", doc: "", kind: "keyword" })),
        ],
      };
    }
  }
}

/** What the word from `from` to `to` means where it stands, or nothing. */
export function meaning(text: string, from: number, to: number, around: Around): Told | null {
  const word = text.slice(from, to);
  const { words } = wordsAt(text, from, around);
  return words.find((one) => one.name === word && one.kind !== "keyword" && one.kind !== "name") ?? null;
}
