// The parts of the editor that need no browser: its colours, where a place is, what may stand there, repairs.
import { StringStream } from "@codemirror/language";
import { describe, expect, it } from "vitest";
import { contextAt } from "../src/editor/context.ts";
import { replacement } from "../src/editor/fix.ts";
import { DECLARATIONS, FUNCTIONS, KEYWORDS, rhai } from "../src/editor/rhai.ts";
import { type Around, meaning, wordsAt } from "../src/editor/words.ts";
import type { Finding, Language, Setting, Word } from "../src/types.ts";
import known from "./words.json" with { type: "json" };

/** The pieces of a text with their colours. */
function colours(text: string): [string, string][] {
  const state = rhai.startState?.(4);
  if (!state) throw new Error("no state");
  const found: [string, string][] = [];
  for (const line of text.split("\n")) {
    const stream = new StringStream(line, 4, 4);
    while (!stream.eol()) {
      stream.start = stream.pos;
      const kind = rhai.token(stream, state);
      if (kind) found.push([stream.current(), kind]);
    }
  }
  return found;
}
const kindOf = (text: string, word: string) => colours(text).find(([piece]) => piece === word)?.[1];

describe("the colours", () => {
  it("know the words that the engine knows, and no others", () => {
    expect([...KEYWORDS].sort()).toEqual([...known.keywords].sort());
    expect([...DECLARATIONS].sort()).toEqual([...known.declarations].sort());
    expect([...FUNCTIONS].sort()).toEqual([...known.functions].sort());
  });
  it("nest comments and let them run over lines", () => {
    expect(colours("/* a /* b */ c\nstill */ plan").map(([piece, kind]) => `${kind} ${piece}`)).toEqual([
      "comment /*",
      "comment  a /* b */ c",
      "comment still */",
      "declaration plan",
    ]);
  });
  it("end a text at its quote, not at an escaped one", () => {
    expect(colours('"a\\"b" + 1').map(([piece, kind]) => `${kind} ${piece}`)).toEqual([
      'string "',
      'string a\\"b"',
      "punctuation +",
      "number 1",
    ]);
  });
  it("tell a unit behind a figure from a field behind a name", () => {
    expect(kindOf("rate: 12.5.pct", "pct")).toBe("unit");
    expect(kindOf("deal.pct", "pct")).toBe("property");
    expect(kindOf("[1_000.50, 2.pct]", "1_000.50")).toBe("number");
  });
  it("show a setting as a setting, whatever the word means elsewhere", () => {
    expect(kindOf("#{ cap: 5 }", "cap")).toBe("property");
    expect(kindOf('cap("x", #{})', "cap")).toBe("declaration");
    expect(kindOf("common::weight", "common")).toBe("variable");
  });
});

/** The context at the bar. */
const at = (text: string) => contextAt(text.replace("|^|", ""), text.indexOf("|^|"));

describe("the place", () => {
  it("is a key of the declaration whose braces are open", () => {
    expect(at('commission("New", #{ on: m, |^| })')).toEqual({
      at: "key",
      of: "commission",
      within: [],
      taken: ["on"],
    });
    expect(at('commission("New", #{\n  on: m, // why\n  ra|^|')).toMatchObject({
      at: "key",
      of: "commission",
    });
    expect(at('// Said above.\nspiff("x", #{ |^|')).toMatchObject({ at: "key", of: "spiff" });
    expect(at('spiff("x", #{ cap: #{ |^| } })')).toMatchObject({ at: "key", of: "spiff", within: ["cap"] });
    expect(at("t.deal(#{ id: 1, |^| })")).toMatchObject({ at: "key", of: ".deal", taken: ["id"] });
  });
  it("is no key where a value stands", () => {
    expect(at('commission("New", #{ on: |^|')).toEqual({ at: "name" });
    expect(at("rate: marginal([[0.pct, |^|")).toEqual({ at: "name" });
  });
  it("is behind a name, a call, a figure, a module", () => {
    expect(at("|deal| deal.am|^|")).toEqual({ at: "member", of: "deal", call: false });
    expect(at("team(bookings, 2).|^|")).toEqual({ at: "member", of: "team", call: true });
    expect(at("rate: 12.5.|^|")).toEqual({ at: "unit" });
    expect(at("common::we|^|")).toEqual({ at: "module", of: "common" });
  });
  it("is in a text or a comment, and brackets there do not count", () => {
    expect(at('deal.kind == "re|^|newal"')).toEqual({ at: "text", of: "deal.kind" });
    expect(at('deal.kind in ["new", "|^|')).toEqual({ at: "text", of: "deal.kind" });
    expect(at("// #{ |^|")).toEqual({ at: "comment" });
    expect(at('let x = "#{"; |^|')).toEqual({ at: "name" });
  });
});

const word = (name: string): Word => ({ name, form: name, doc: `What ${name} is.` });
const setting = (name: string, keys: Setting[] = []): Setting => ({
  name,
  takes: "a percent",
  default: "",
  doc: `What ${name} does.`,
  keys,
});
const language: Language = {
  keywords: ["let"],
  declarations: [
    {
      name: "commission",
      doc: "Pays.",
      settings: [setting("on"), setting("rate"), setting("cap", [setting("period")])],
    },
  ],
  tables: [word("marginal")],
  sums: [word("team")],
  functions: [word("min")],
  units: [word("pct")],
  tests: [word("deal"), word("expect")],
  deal: [{ name: "kind", type: "text", values: ["new", "renewal"], optional: false, filled: true }],
  payee: [{ name: "ote", type: "money", values: [], optional: true, filled: true }],
  event: [],
  of_event: [word("date")],
  of_period: [word("start")],
  of_measure: [word("attainment")],
  of_other: [word("earned"), word("at"), word("members_at"), word("year")],
  event_kinds: ["paid"],
};
const scripts = [
  { file: "rules/common.rhai", text: "export const weight = lookup([]);\nfn is_sale(deal) { true }" },
];
const around: Around = { language, scripts };
const offered = (text: string) =>
  wordsAt(text.replace("|^|", ""), text.indexOf("|^|"), around).words.map(({ name }) => name);

describe("what is offered", () => {
  it("are the settings that are not there yet", () => {
    expect(offered('commission("x", #{ on: m, |^| })')).toEqual(["rate", "cap"]);
    expect(offered('commission("x", #{ cap: #{ |^| } })')).toEqual(["period"]);
  });
  it("are the project's fields, and the values of one", () => {
    expect(offered("deal.|^|")).toEqual(["kind"]);
    expect(offered("payee.|^|")).toEqual(["ote"]);
    expect(offered('deal.kind != "|^|"')).toEqual(["new", "renewal"]);
    expect(offered("t.deal(#{ |^| })")).toEqual(["kind", "shares"]);
  });
  it("goes by what a name is bound to", () => {
    expect(offered('let won = measure("w", #{}); won.|^|')).toEqual(["attainment"]);
    expect(offered('let c = commission("w", #{}); c.|^|')).toEqual(["earned"]);
    expect(offered('test("x", |t| { let ann = t.payee("Ann"); ann.|^| })')).toEqual(["deal", "expect"]);
    expect(offered('import "common" as c; c::|^|')).toEqual(["weight", "is_sale"]);
  });
  it("is nothing in a comment", () => {
    expect(offered("// |^|")).toEqual([]);
  });
});

describe("what a word means", () => {
  it("is told by where it stands", () => {
    const text = 'commission("x", #{ rate: 4.pct });';
    const from = text.indexOf("rate");
    expect(meaning(text, from, from + 4, around)?.doc).toBe("What rate does. Required.");
    expect(meaning(text, 0, 10, around)?.kind).toBe("declaration");
    expect(meaning("rate", 0, 4, around)).toBeNull();
  });
});

describe("a repair", () => {
  const finding = (help: string | null, label: string | null = null) => ({ help, label }) as Finding;
  it("is the nearest name that the finding tells", () => {
    expect(replacement(finding("did you mean `rate`?"), "rte")).toBe("rate");
    expect(replacement(finding(null, "did you mean `rate`?"), "rte")).toBe("rate");
    expect(replacement(finding("did you mean `Boss`?"), '"Bos"')).toBe('"Boss"');
    expect(replacement(finding('did you mean `"SDR"`?'), '"SRD"')).toBe('"SDR"');
  });
  it("is none where it would not fit", () => {
    expect(replacement(finding("write a percent"), "4")).toBeNull();
    expect(replacement(finding("did you mean `rate`?"), "rte: 4")).toBeNull();
    expect(replacement(finding("did you mean `rate`?"), "")).toBeNull();
  });
});
