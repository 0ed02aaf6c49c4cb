// What the screen of comparisons shows of scripts, and the forms of the headers for hosts.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { rules } from "../build/plugins.ts";
import { folded, lines } from "../src/compare/scripts.tsx";
import { EXAMPLE } from "../src/example.ts";

it("numbers lines by the version that has them", () => {
  const found = lines("a\nb\nc\n", "a\nB\nB2\nc\n").map(({ kind, text, no }) => [kind, text, no]);
  expect(found).toEqual([
    ["same", "a", 1],
    ["removed", "b", 2],
    ["added", "B", 2],
    ["added", "B2", 3],
    ["same", "c", 4],
  ]);
});

it("counts the lines that it leaves out", () => {
  const text = (change: string) => [...Array(10).keys(), change, ...Array(10).keys()].join("\n");
  const shown = folded(lines(text("old"), text("new")));
  // Ten lines before and after, of which three on each side are shown.
  expect(shown.filter((one) => typeof one === "number")).toEqual([7, 7]);
  expect(shown.filter((one) => typeof one !== "number")).toHaveLength(3 + 2 + 3);
});

it("has an example that changes the sample's plan once", () => {
  const path = `${import.meta.dirname}/../../examples/sample/rules/account-executive.rhai`;
  expect(readFileSync(path, "utf8").split(EXAMPLE.from)).toHaveLength(2);
});

it("reads the headers for hosts by their paths", () => {
  const found = rules(readFileSync(`${import.meta.dirname}/../public/_headers`, "utf8"));
  expect(found.map((rule) => rule.path)).toEqual(["/*", "/assets/*"]);
  expect(found[0]?.headers.map(([name]) => name)).toContain("Content-Security-Policy");
  expect(found[1]?.headers).toEqual([["Cache-Control", "public, max-age=31536000, immutable"]]);
});
