// Plans as links, the history of drafts, and scripts as text.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { grown } from "../src/history.ts";
import { format, imports, keepingTests, mask, tests, withoutTests } from "../src/script.ts";
import { pack, unpack, whole } from "../src/share.ts";

const sample = `${import.meta.dirname}/../../examples/sample/rules`;
const library = `${import.meta.dirname}/../../rules`;
const read = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".rhai"))
    .map((name) => ({ file: `rules/${name}`, text: readFileSync(`${folder}/${name}`, "utf8") }));
const scripts = read(sample);
const all = [...scripts, ...read(library)];

describe("a script as text", () => {
  it("tells comments and texts from code", () => {
    const text = 'a("x\\")", 1); // "b(\n/* c /* ( */ ) */ d(`}\n`)';
    expect(mask(text)).toBe(`a(ssssss, 1); ${" ".repeat(6)}\n${" ".repeat(18)}d(ssss)`);
    expect(mask(text)).toHaveLength(text.length);
  });

  it("names what is imported, and nothing that only looks so", () => {
    const text = '// import "not"\nimport "common" as c;\nlet s = "import \\"no\\"";\nimport "a/b" as b;';
    expect(imports(text)).toEqual(["common", "a/b"]);
  });

  it("finds the tests at the top alone, with their deals", () => {
    const text =
      'fn f() { test("inner") }\ntest("one", |t| {\n  t.deal(#{ amount: 5, x: "}" });\n}); // end\nlet my_test = (1);\n';
    const found = tests(text);
    expect(found.map(({ deals }) => deals)).toEqual([['#{ amount: 5, x: "}" }']]);
    expect(withoutTests(text)).toBe('fn f() { test("inner") }\nlet my_test = (1);\n');
    expect(withoutTests('plan("A", #{});\n\ntest("x", |t| {});\n')).toBe('plan("A", #{});\n');
  });

  it("keeps the tests that are here where a link brings none", () => {
    const own = 'plan("A", #{});\n\ntest("one", |t| {});\n\ntest("two", |t| {});\n';
    expect(keepingTests(withoutTests(own), own)).toBe(own);
    expect(keepingTests('plan("B", #{});\n', own)).toBe(own.replace('"A"', '"B"'));
    expect(keepingTests('plan("B", #{});\ntest("x", |t| {});\n', own)).toBe(
      'plan("B", #{});\ntest("x", |t| {});\n',
    );
    expect(keepingTests('plan("B", #{});\n', undefined)).toBe('plan("B", #{});\n');
  });

  it.each(all.map(({ file, text }) => [file, text]))("leaves %s as it is, for it is tidy", (_, text) => {
    expect(format(text ?? "")).toBe(text);
  });

  it("puts a line as deep as its bracket says", () => {
    expect(
      format('plan("A", #{\nfrom: "2026-01-01",\n  /* as\n it is */\n});\n\n\n\nlet x = [\n[1,\n2],\n];'),
    ).toBe(
      'plan("A", #{\n    from: "2026-01-01",\n    /* as\n it is */\n});\n\nlet x = [\n    [1,\n        2],\n];\n',
    );
  });
});

describe("a link", () => {
  it("holds the script with what it imports, and no other", () => {
    const names = whole("rules/europe.rhai", scripts).map(({ file }) => file);
    expect(names).toEqual(["europe.rhai", "common.rhai"]);
  });

  it("gives back what went in, within its length", async () => {
    const sent = whole("rules/account-executive.rhai", scripts);
    const said = await pack(sent, true);
    expect(said).toMatch(/^1\.[\w-]+$/);
    expect(said.length).toBeLessThan(8_000);
    expect(await unpack(said)).toEqual(sent);
  });

  it("leaves out the tests, and with them every deal", async () => {
    const got = await unpack(await pack(whole("rules/account-executive.rhai", scripts), false));
    expect(got?.map(({ text }) => tests(text).length)).toEqual([0, 0]);
    expect(got?.[0]?.text).not.toContain("t.deal");
    expect(got?.[0]?.text).toContain('bonus("Quarter bonus"');
  });

  it("refuses what is cut off, of another form, too large, or leads out of its folder", async () => {
    const said = await pack([{ file: "a.rhai", text: "let x = 1;" }], true);
    expect(await unpack(said.slice(0, -6))).toBe(null);
    expect(await unpack(`2${said.slice(1)}`)).toBe(null);
    expect(await unpack("1.%%%")).toBe(null);
    expect(await unpack("")).toBe(null);
    expect(await unpack(await pack([{ file: "a.rhai", text: " ".repeat(2_000_000) }], true))).toBe(null);
    for (const file of ["../a.rhai", ".a.rhai", "a.txt", "x/../a.rhai", "/a.rhai"])
      expect(await unpack(await pack([{ file, text: "" }], true))).toBe(null);
  });
});

it("keeps a state for each five minutes of typing, and all that were dropped", () => {
  const minute = 60_000;
  let states = grown([], { a: "1" }, true, 0);
  states = grown(states, { a: "12" }, true, 4 * minute);
  expect(states).toEqual([{ at: 0, texts: { a: "12" }, typing: true }]);
  states = grown(states, { a: "123" }, true, 5 * minute);
  states = grown(states, { a: "1234" }, false, 6 * minute);
  states = grown(states, { a: "1234" }, false, 7 * minute);
  states = grown(states, {}, false, 8 * minute);
  expect(states.map(({ texts }) => texts.a)).toEqual(["1234", "123", "12"]);
  for (let n = 0; n < 50; n += 1) states = grown(states, { a: `x${n}` }, false, n);
  expect(states).toHaveLength(20);
});
