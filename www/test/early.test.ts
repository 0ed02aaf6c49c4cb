// What is shown before the engine is here: the sample's scripts by the engine's names, and nothing where something else comes.
import { beforeEach, describe, expect, it, vi } from "vitest";

const kept = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, text: string) => void kept.set(name, text),
});
let meta: { content: string } | null = null;
vi.stubGlobal("document", { querySelector: () => meta, baseURI: "http://localhost/" });

/** As when the page is loaded: what is kept is looked at then. */
async function load() {
  vi.resetModules();
  return await import("../src/early.ts");
}

describe("scripts shown early", () => {
  beforeEach(() => {
    kept.clear();
    meta = null;
  });

  it("are those of the sample, by the paths of its project", async () => {
    const { chosen, shown, shownText } = await load();
    expect(shown.value.map(({ file }) => file)).toContain("rules/account-executive.rhai");
    expect(chosen(undefined)).toBe("rules/account-executive.rhai");
    expect(chosen("rules/common.rhai")).toBe("rules/common.rhai");
    expect(chosen("rules/gone.rhai")).toBe("rules/account-executive.rhai");
    expect(shownText("rules/common.rhai")).toMatch(/\S/);
  });

  it("are none where a project is served, or files were kept", async () => {
    meta = { content: "project.json" };
    expect((await load()).shown.value).toEqual([]);
    meta = null;
    kept.set("earnmark.keep", "on");
    const { chosen, shown } = await load();
    expect(shown.value).toEqual([]);
    expect(chosen("rules/common.rhai")).toBe("");
  });
});

describe("before a project is open", () => {
  it("nothing that is edited is written to the device", async () => {
    vi.resetModules();
    vi.useFakeTimers();
    const drafts = await import("../src/drafts.ts");
    kept.clear();
    drafts.write("rules/common.rhai", "let x = 1;");
    drafts.drop();
    await vi.runAllTimersAsync();
    expect([...kept.keys()]).toEqual([]);
    vi.useRealTimers();
  });
});
