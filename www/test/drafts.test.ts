// Keeping a draft: a moment after the last key, or at once where the page is left.
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const store = new Map<string, string>();
const events = new EventTarget();
const scripts = [{ file: "rules/ae.rhai", text: "plan A", plans: ["A"] }];
const answer = (plan: string) => ({ digests: { plan }, periods: [], payees: [], plans: [] }) as never;

vi.mock("../src/state.ts", async () => {
  const { signal } = await import("@preact/signals");
  return { engine: () => ({ call: async () => scripts }), opened: signal(null), tell: () => {} };
});

const start = async () => {
  const [drafts, state] = [await import("../src/drafts.ts"), await import("../src/state.ts")];
  state.opened.value = answer("one");
  await drafts.loaded();
  return { ...drafts, state };
};
const kept = (project: string): string => store.get(`earnmark.draft.${project}`) ?? "";

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  store.clear();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  const items = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, text: string) => store.set(key, text),
    removeItem: (key: string) => store.delete(key),
  };
  vi.stubGlobal("localStorage", items);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("waits for typing to rest", async () => {
  const { write } = await start();
  write("rules/ae.rhai", "plan B");
  expect(kept("one")).toBe("");
  vi.advanceTimersByTime(300);
  expect(kept("one")).toContain("plan B");
});

it.each(["pagehide", "visibilitychange"])("is kept at once with %s", async (event) => {
  const { write } = await start();
  write("rules/ae.rhai", "plan B");
  events.dispatchEvent(new Event(event));
  expect(kept("one")).toContain("plan B");
});

it("is kept under its own scripts where others are opened meanwhile", async () => {
  const { write, state, loaded } = await start();
  write("rules/ae.rhai", "plan B");
  state.opened.value = answer("two");
  await loaded();
  vi.advanceTimersByTime(300);
  expect([kept("one").includes("plan B"), kept("two")]).toEqual([true, ""]);
});
