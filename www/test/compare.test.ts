// What the screen of comparisons shows of scripts, and the forms of the headers for hosts.
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { rules } from "../build/plugins.ts";
import { folded, lines } from "../src/compare/scripts.tsx";
import { asked, choices, draft, fromA, fromB, itself, span, watch } from "../src/compare.ts";
import { edits, here, scripts, write } from "../src/drafts.ts";
import { EXAMPLE } from "../src/example.ts";
import { route } from "../src/route.ts";

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

const paid = { file: "rules/ae.rhai", text: "plan A", plans: ["A"] };
const module = { file: "rules/tables.rhai", text: "const X = 1;", plans: [] };
const arrive = (more: Record<string, string>) => {
  route.value = { screen: "compare", payee: "ann", period: "2026-03", more };
};
beforeEach(() => {
  vi.stubGlobal("history", { pushState() {}, replaceState() {} });
  arrive({});
  scripts.value = [paid, module];
  here.value = true;
  edits.value = {};
  fromA.value = "opened";
  fromB.value = null;
  span.value = "";
});

describe("the choice in the address", () => {
  it("is written there, and taken from there", () => {
    write("rules/ae.rhai", "plan B");
    const end = watch();
    expect(route.value.more).toEqual({ a: "opened", b: "draft" });
    fromA.value = "draft";
    fromB.value = "opened";
    expect(route.value.more).toEqual({ a: "draft", b: "opened" });
    // As with Back.
    arrive({ a: "opened", b: "draft" });
    expect([fromA.value, fromB.value]).toEqual(["opened", "draft"]);
    end();
  });

  it("waits for the scripts: before them there is no draft to choose", () => {
    here.value = false;
    arrive({ a: "draft", b: "opened" });
    const end = watch();
    expect(route.value.more).toEqual({ a: "draft", b: "opened" });
    write("rules/ae.rhai", "plan B");
    here.value = true;
    expect([fromA.value, fromB.value]).toEqual(["draft", "opened"]);
    end();
  });

  it("drops what is not there: words that say nothing, periods of other data, files of an earlier visit", () => {
    arrive({ a: "elsewhere", b: "file", of: "1999-01" });
    const end = watch();
    expect(route.value.more).toEqual({ a: "opened" });
    expect([fromA.value, fromB.value, span.value]).toEqual(["opened", null, ""]);
    end();
  });

  it("is kept where the address says nothing of it", () => {
    write("rules/ae.rhai", "plan B");
    arrive({ a: "draft", b: "opened" });
    const end = watch();
    arrive({});
    expect(route.value.more).toEqual({ a: "draft", b: "opened" });
    end();
  });
});

it("asks nothing of a version beside itself", () => {
  fromB.value = "opened";
  expect([itself.value, asked.value]).toEqual([true, null]);
});

describe("the draft of the screen Plan", () => {
  it("is a version once something is edited, with all scripts, the new ones too", () => {
    expect(draft.value).toBe(null);
    write("rules/ae.rhai", "plan B");
    write("rules/spiff.rhai", "plan S");
    expect(draft.value).toEqual({
      whole: true,
      scripts: [
        { file: "rules/ae.rhai", text: "plan B" },
        { file: "rules/spiff.rhai", text: "plan S" },
        { file: "rules/tables.rhai", text: "const X = 1;" },
      ],
    });
    expect(choices.value.map((one) => one.from)).toContain("draft");
  });

  it("is what is compared where nobody chose another, and no more once it is dropped", () => {
    write("rules/ae.rhai", "plan B");
    const end = watch();
    expect(fromB.value).toBe("draft");
    write("rules/ae.rhai", paid.text);
    expect(fromB.value).toBe(null);
    end();
  });

  it("is not compared with itself", () => {
    fromA.value = "draft";
    write("rules/ae.rhai", "plan B");
    const end = watch();
    expect([fromA.value, fromB.value]).toEqual(["draft", null]);
    end();
  });
});
