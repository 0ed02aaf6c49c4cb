// Dropped and chosen files: what is kept, and the paths as inside the project's folder. And the address.
import { describe, expect, it } from "vitest";
import { pasted, project } from "../src/files.ts";
import { parse, write } from "../src/route.ts";

const paths = (...all: string[]) => project(all.map((path) => ({ path }))).map((one) => one.path);

describe("files", () => {
  it("cuts the path down to the folder of earnmark.toml", () => {
    expect(paths("acme/data/deals.csv", "acme/earnmark.toml", "acme/rules/ae.rhai")).toEqual([
      "data/deals.csv",
      "earnmark.toml",
      "rules/ae.rhai",
    ]);
  });
  it("takes the outermost project and leaves out what lies beside it", () => {
    expect(paths("x/notes.txt", "x/p/earnmark.toml", "x/p/old/earnmark.toml", "x/p/data/a.csv")).toEqual([
      "data/a.csv",
      "earnmark.toml",
      "old/earnmark.toml",
    ]);
  });
  it("leaves out hidden files, other folders' machinery and what no project reads", () => {
    expect(
      paths("p/earnmark.toml", "p/.git/config.txt", "p/node_modules/a.json", "p/photo.png", "p/.x.csv"),
    ).toEqual(["earnmark.toml"]);
  });
  it("knows lone files by their names", () => {
    expect(paths("Downloads/deals.csv")).toEqual(["deals.csv"]);
    expect(paths("readme.md")).toEqual([]);
  });
});

it("takes what is pasted for cells of a spreadsheet where there are tabs, else for CSV", async () => {
  const cells = "id\tday\tamount\nA-1\t2026-01-15\t1,200\n";
  expect(pasted(cells).path).toBe("pasted.tsv");
  expect(await pasted(cells).file.text()).toBe(cells);
  expect(pasted("id,note\n1,a\tb\n").path).toBe("pasted.csv");
});

describe("address", () => {
  it("holds payee and period, whatever they are made of", () => {
    const route = { screen: "pay", payee: "ليلى & co", period: "quota-2011-05-31", more: {} } as const;
    expect(parse(write(route))).toEqual(route);
    expect(parse("")).toEqual({ screen: "pay", payee: "", period: "", more: {} });
  });
  it("names the screen and what it keeps of its own", () => {
    const route = {
      screen: "plan",
      payee: "ann",
      period: "2026-03",
      more: { file: "rules/a b.rhai", line: "7" },
    } as const;
    expect(write(route)).toBe("#/plan?payee=ann&period=2026-03&file=rules%2Fa+b.rhai&line=7");
    expect(parse(write(route))).toEqual(route);
    expect(parse("#/nowhere?payee=ann").screen).toBe("pay");
  });
});
