// Rules of the house that a compiler does not see: styles in logical directions, and a policy that is the same
// in the page and in the header for hosts.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMPANY } from "../src/example.ts";

const read = (path: string) => readFileSync(`${import.meta.dirname}/../${path}`, "utf8");
const sheets = [
  "src/styles.css",
  ...readdirSync(`${import.meta.dirname}/../src/styles`).map((f) => `src/styles/${f}`),
];

it.each(sheets)("%s knows no left and right", (sheet) => {
  const physical =
    /(^|[\s;{])((margin|padding|border|inset)-(left|right|top|bottom)|left|right|top|bottom|width|height)\s*:/m;
  expect(read(sheet).replace(/@bottom-(left|right)/g, "")).not.toMatch(physical);
  expect(read(sheet)).not.toMatch(/text-align:\s*(left|right)|float\s*:/);
});

it("has one security policy, with the frame rule that a meta tag cannot carry", () => {
  const meta = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(read("index.html"))?.[1];
  const header = /Content-Security-Policy: (.+)/.exec(read("public/_headers"))?.[1];
  expect(header?.replace("frame-ancestors 'none'; ", "")).toBe(meta);
  expect(meta).toContain("default-src 'none'");
  expect(meta).toContain("require-trusted-types-for 'script'; trusted-types app");
  expect(meta).not.toMatch(/'unsafe-(inline|eval)'/);
});

it("takes no letters apart in Arabic", () => {
  for (const sheet of sheets) expect(read(sheet)).not.toContain("letter-spacing");
});

it("calls the sample company by its name before the engine has opened it", () => {
  expect(read("../examples/sample/earnmark.toml")).toContain(`name = "${COMPANY}"`);
});
